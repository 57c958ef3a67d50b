//! The estate as a graph, made of what is on record when it is asked for.
//!
//! Everything that is there is an item of it, whether or not something was said to depend on it. What is retired is
//! left out with its edges, and counted.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    id::{DependencyId, RackId, RedundancyGroupId},
    money::Rate,
    topology::{
        dependency::{self, DependencyKind, Hardness},
        redundancy_group,
    },
};
use sha2::{Digest, Sha256};
use topology::{
    TopologyError,
    graph::{Draft, Graph, Group, GroupNode, Member, Node, Threshold},
    path::Link,
};

use super::{
    derived::Derived,
    items::{Label, Thing},
    recorded::{self, Recorded},
};
use crate::{
    error::{Error, Result},
    store::{Read, hex},
};

/// Billionths, in which capacities are kept, in a thousandth, in which groups are reckoned.
const BILLIONTHS_OF_A_THOUSANDTH: u64 = 1_000_000;

/// Which graph is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The day on which contracts have to be in force.
    pub as_of: NaiveDate,
    /// Whether what follows from inventory and contracts is part of it.
    pub derived: bool,
    /// Whether soft needs are part of it.
    pub soft: bool,
}

/// An edge of the graph with where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// What needs.
    pub from: Node,
    /// What is needed.
    pub to: Node,
    /// What becomes of the one without the other.
    pub link: Link,
    /// In what way it needs it.
    pub kind: DependencyKind,
    /// The record; none where it follows from inventory or contracts.
    pub dependency: Option<DependencyId>,
}

/// A group of the graph as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGroup {
    /// Its name.
    pub name: Arc<str>,
    /// The record; none where it follows from power feeds.
    pub id: Option<RedundancyGroupId>,
    /// What needs it.
    pub owner: Thing,
    /// How many members have to be up; none where their capacity counts.
    pub required_count: Option<u32>,
    /// What capacity has to be up; none where members are counted.
    pub required_capacity: Option<Rate>,
    /// The unit of the capacities.
    pub unit: Option<String>,
}

/// What is no part of the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Things that are retired.
    pub things: u64,
    /// Edges to or from them.
    pub edges: u64,
}

/// The estate as a graph.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The graph.
    pub graph: Graph,
    /// What each node is.
    pub things: Vec<Thing>,
    /// What was said to depend on what, all of it.
    pub dependencies: Vec<dependency::Model>,
    /// What everything is called, what is retired too.
    pub labels: HashMap<Thing, Label>,
    /// What each group is.
    pub groups: Vec<NamedGroup>,
    /// The edges, by what needs and what is needed.
    pub edges: Vec<Edge>,
    /// What is no part of it.
    pub left_out: LeftOut,
    /// The rows that it was made of.
    pub recorded: Recorded,
    /// Which graph was asked for.
    pub options: Options,
    places: HashMap<Thing, Node>,
}

/// Reads the estate: a constant number of statements.
///
/// # Errors
/// Those of the database; `Invalid` for more than 2^30 things.
pub async fn estate(db: &impl Read, options: Options) -> Result<Estate> {
    let mut recorded = recorded::read(db).await?;
    let dependencies = std::mem::take(&mut recorded.dependencies);
    let mut sketch = Sketch::of(&recorded, options);
    sketch.record(&recorded, &dependencies);
    if options.derived {
        sketch.derive(&recorded);
    }
    sketch.finish(recorded, dependencies)
}

impl Estate {
    /// The node of a thing; none for what is retired or not there.
    #[must_use]
    pub fn node(&self, thing: Thing) -> Option<Node> {
        self.places.get(&thing).copied()
    }

    /// What a node is.
    #[must_use]
    pub fn thing(&self, node: Node) -> Option<Thing> {
        self.things.get(node.0 as usize).copied()
    }

    /// What a node is called.
    #[must_use]
    pub fn label(&self, node: Node) -> Option<&Label> {
        self.labels.get(&self.thing(node)?)
    }

    /// What a group is.
    #[must_use]
    pub fn group(&self, group: GroupNode) -> Option<&NamedGroup> {
        self.groups.get(group.0 as usize)
    }

    /// The edges from a node to what it needs.
    #[must_use]
    pub fn edges_from(&self, node: Node) -> &[Edge] {
        let begin = self.edges.partition_point(|edge| edge.from < node);
        let end = self.edges.partition_point(|edge| edge.from <= node);
        self.edges.get(begin..end).unwrap_or_default()
    }

    /// A hash of every item, edge and group.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut lines: Vec<String> = self.things.iter().map(|thing| format!("{thing:?}")).collect();
        lines.extend(self.edges.iter().map(|edge| {
            let group = match edge.link {
                Link::Group(group) => self.group(group).map(|group| format!("{group:?}")),
                Link::Hard | Link::Soft => None,
            };
            let ends = (self.thing(edge.from), self.thing(edge.to));
            let link = match edge.link {
                Link::Hard => "hard",
                Link::Soft => "soft",
                Link::Group(_) => "group",
            };
            format!("{ends:?} {link} {:?} {group:?}", edge.kind)
        }));
        lines.sort_unstable();
        let mut text = String::new();
        for line in lines {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        }
        hex(&Sha256::digest(text))
    }
}

/// A group on its way into the graph.
struct GroupSketch {
    named: NamedGroup,
    owner: u32,
    /// The members with their capacities, in billionths.
    members: BTreeMap<u32, u64>,
    /// Whether anything was ever said to be a member.
    is_used: bool,
}

/// The graph before it is built, with the positions of its things.
struct Sketch {
    things: Vec<Thing>,
    labels: HashMap<Thing, Label>,
    places: HashMap<Thing, u32>,
    options: Options,
    edges: Vec<EdgeSketch>,
    groups: Vec<GroupSketch>,
    left_out: LeftOut,
}

/// An edge by positions; a group by its place among the sketched ones.
struct EdgeSketch {
    from: u32,
    to: u32,
    link: LinkSketch,
    kind: DependencyKind,
    dependency: Option<DependencyId>,
}

#[derive(Clone, Copy)]
enum LinkSketch {
    Hard,
    Soft,
    Group(usize),
}

impl Sketch {
    fn of(recorded: &Recorded, options: Options) -> Self {
        let labels = recorded.labels(options.as_of);
        let live = labels.iter().filter(|(_, label)| !label.is_retired);
        let things: Vec<Thing> = live.map(|(thing, _)| *thing).collect();
        let places = (0..).zip(&things).map(|(place, thing)| (*thing, place)).collect();
        let left_out = LeftOut { things: (labels.len() - things.len()) as u64, edges: 0 };
        let labels = labels.into_iter().collect();
        Self { things, labels, places, options, edges: Vec::new(), groups: Vec::new(), left_out }
    }

    /// The positions of both ends; none, and counted, where one of them is retired.
    fn ends(&mut self, from: Thing, to: Thing) -> Option<(u32, u32)> {
        let ends = self.places.get(&from).copied().zip(self.places.get(&to).copied());
        if ends.is_none() {
            self.left_out.edges += 1;
        }
        ends
    }

    /// What was said to depend on what.
    fn record(&mut self, recorded: &Recorded, dependencies: &[dependency::Model]) {
        let groups = self.record_groups(recorded);
        for row in dependencies.iter().filter(|row| row.kind != DependencyKind::ReplicatesTo) {
            let ends = recorded.items.get(&row.from_id).zip(recorded.items.get(&row.to_id));
            let Some((from, to)) = ends else { continue };
            let is_backup = row.kind == DependencyKind::BacksUpTo;
            let group = row.redundancy_group_id.filter(|_| !is_backup);
            let group = group.map(|id| groups.get(&id).cloned());
            if let Some(Some(places)) = &group {
                for place in places.clone() {
                    self.groups[place].is_used = true;
                }
            }
            let Some((from, to)) = self.ends(*from, *to) else { continue };
            let link = match group {
                // The owner of the group is retired.
                Some(None) => continue,
                Some(Some(places)) => {
                    for place in places.clone() {
                        let capacity = row.capacity.map_or(0, |capacity| capacity.0.max(0).unsigned_abs());
                        self.member(place, to, capacity);
                    }
                    LinkSketch::Group(places.start)
                }
                None if is_backup || row.hardness == Hardness::Soft => LinkSketch::Soft,
                None => LinkSketch::Hard,
            };
            if self.options.soft || !matches!(link, LinkSketch::Soft) {
                self.edges.push(EdgeSketch { from, to, link, kind: row.kind, dependency: Some(row.id) });
            }
        }
    }

    /// Recorded groups, each as one of the graph, or as two where both a number and a capacity are needed.
    fn record_groups(&mut self, recorded: &Recorded) -> HashMap<RedundancyGroupId, std::ops::Range<usize>> {
        let mut places = HashMap::new();
        for row in &recorded.groups {
            let Some(thing) = recorded.items.get(&row.owner_id).copied() else { continue };
            let Some(owner) = self.places.get(&thing).copied() else { continue };
            let begin = self.groups.len();
            let named = named_group(row, thing);
            if let Some(capacity) = row.required_capacity {
                let named =
                    NamedGroup { required_count: None, required_capacity: Some(capacity), ..named.clone() };
                self.sketch_group(named, owner);
            }
            if row.required_count.is_some() || row.required_capacity.is_none() {
                self.sketch_group(named, owner);
            }
            places.insert(row.id, begin..self.groups.len());
        }
        places
    }

    fn sketch_group(&mut self, named: NamedGroup, owner: u32) {
        self.groups.push(GroupSketch { named, owner, members: BTreeMap::new(), is_used: false });
    }

    /// A member of a group: once, however often it was said. Nothing is a member of a group of its own.
    fn member(&mut self, group: usize, member: u32, capacity: u64) {
        let group = &mut self.groups[group];
        if member != group.owner {
            let known = group.members.entry(member).or_insert(0);
            *known = capacity.max(*known);
        }
    }

    /// What follows from inventory and contracts.
    fn derive(&mut self, recorded: &Recorded) {
        let derived = Derived::of(recorded, self.options.as_of);
        for need in &derived.needs {
            if let Some((from, to)) = self.ends(need.from, need.to) {
                let (link, kind) = (LinkSketch::Hard, need.kind);
                self.edges.push(EdgeSketch { from, to, link, kind, dependency: None });
            }
        }
        let racks =
            recorded.racks.iter().map(|rack| (rack.id, format!("power of rack {}", rack.name).into()));
        let names: HashMap<RackId, Arc<str>> = racks.collect();
        for pair in &derived.pairs {
            let Some(owner) = self.places.get(&pair.owner).copied() else {
                self.left_out.edges += pair.feeds.len() as u64;
                continue;
            };
            let group = self.groups.len();
            let named = NamedGroup {
                name: names.get(&pair.rack).cloned().unwrap_or_else(|| "power".into()),
                id: None,
                owner: pair.owner,
                required_count: Some(1),
                required_capacity: None,
                unit: None,
            };
            self.sketch_group(named, owner);
            self.groups[group].is_used = true;
            for feed in &pair.feeds {
                let Some((from, to)) = self.ends(pair.owner, Thing::PowerFeed(*feed)) else { continue };
                self.member(group, to, 0);
                let (link, kind) = (LinkSketch::Group(group), DependencyKind::PoweredBy);
                self.edges.push(EdgeSketch { from, to, link, kind, dependency: None });
            }
        }
    }

    /// Builds the graph. A group of which nothing was ever said to be a member is none yet.
    fn finish(self, recorded: Recorded, dependencies: Vec<dependency::Model>) -> Result<Estate> {
        let count = u32::try_from(self.things.len()).map_err(Error::internal)?;
        let mut draft = Draft::new(count);
        let mut groups = Vec::new();
        let mut group_places = HashMap::new();
        for (place, group) in self.groups.into_iter().enumerate().filter(|(_, group)| group.is_used) {
            group_places.insert(place, GroupNode(draft.group(group.drafted())));
            groups.push(group.named);
        }
        for edge in &self.edges {
            match edge.link {
                LinkSketch::Hard => draft.hard(edge.from, edge.to),
                LinkSketch::Soft => draft.soft(edge.from, edge.to),
                LinkSketch::Group(_) => {}
            }
        }
        let (graph, order) = draft.build().map_err(refused)?;
        let mut nodes = vec![Node(0); order.len()];
        for (node, place) in (0..).zip(&order) {
            nodes[*place as usize] = Node(node);
        }
        let edges = self.edges.iter().filter(|edge| edge.from != edge.to).filter_map(|edge| {
            let link = match edge.link {
                LinkSketch::Hard => Link::Hard,
                LinkSketch::Soft => Link::Soft,
                LinkSketch::Group(place) => Link::Group(*group_places.get(&place)?),
            };
            let (from, to) = (nodes[edge.from as usize], nodes[edge.to as usize]);
            Some(Edge { from, to, link, kind: edge.kind, dependency: edge.dependency })
        });
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.link, edge.dependency));
        let things: Vec<Thing> = order.iter().map(|place| self.things[*place as usize]).collect();
        Ok(Estate {
            graph,
            places: (0..).zip(&things).map(|(node, thing)| (*thing, Node(node))).collect(),
            things,
            dependencies,
            labels: self.labels,
            groups,
            edges,
            left_out: self.left_out,
            recorded,
            options: self.options,
        })
    }
}

impl GroupSketch {
    /// The group as the graph reckons it. Capacities count in thousandths, those of members rounded down and what is
    /// needed rounded up; where they come to more than a group can hold, all are taken in larger units.
    fn drafted(&self) -> Group {
        let members = self.members.iter();
        let Some(required) = self.named.required_capacity else {
            let members = members.map(|(node, _)| Member { node: *node, capacity: 0 }).collect();
            let needed = self.named.required_count.unwrap_or(1).max(1);
            return Group { owner: self.owner, threshold: Threshold::Count(needed), members };
        };
        let thousandths: Vec<(u32, u64)> =
            members.map(|(node, capacity)| (*node, *capacity / BILLIONTHS_OF_A_THOUSANDTH)).collect();
        let sum: u128 = thousandths.iter().map(|(_, capacity)| u128::from(*capacity)).sum();
        let needed = required.0.max(1).unsigned_abs().div_ceil(BILLIONTHS_OF_A_THOUSANDTH);
        let most = u128::from(u32::MAX);
        let unit = sum.max(u128::from(needed)).div_ceil(most).max(1);
        // Divided by the unit, nothing is beyond 32 bits any more.
        let fit = |value: u128| u32::try_from(value).unwrap_or(u32::MAX);
        let members = thousandths
            .into_iter()
            .map(|(node, capacity)| Member { node, capacity: fit(u128::from(capacity) / unit) })
            .collect();
        let threshold = Threshold::Capacity(fit(u128::from(needed).div_ceil(unit)).max(1));
        Group { owner: self.owner, threshold, members }
    }
}

fn named_group(row: &redundancy_group::Model, owner: Thing) -> NamedGroup {
    NamedGroup {
        name: row.name.as_str().into(),
        id: Some(row.id),
        owner,
        required_count: Some(row.required_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1)),
        required_capacity: None,
        unit: row.capacity_unit.clone(),
    }
}

/// What the graph refused, in our words.
pub fn refused(cause: TopologyError) -> Error {
    match cause {
        TopologyError::Invalid { field, value, rule } => {
            Error::invalid(field, format!("{value} is not usable: {rule}"))
        }
        TopologyError::TooMany { field, limit, remedy } => Error::TooMuch {
            field: field.to_owned(),
            message: format!("there would be more than {limit}: {remedy}"),
        },
    }
}
