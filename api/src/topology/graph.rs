//! The estate as a graph, made of what is on record.
//!
//! Everything that is there is an item of it, whether or not something was said to depend on it. What is retired is
//! left out with its edges, and counted.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

use chrono::NaiveDate;
use entity::{
    id::{ColocationContractId, DependencyId, SiteId},
    topology::dependency::DependencyKind,
};
use sha2::{Digest, Sha256};
use topology::{
    TopologyError,
    graph::{Draft, Graph, GroupNode, Node},
    path::Link,
    single_points::{AllSinglePoints, all_single_points},
    table::Table,
};

pub use super::outgoing::NamedGroup;
use super::{
    about::About,
    derived::Frame,
    items::Thing,
    outgoing::{Outgoing, Source, Tie},
    recorded::Recorded,
};
use crate::{
    error::{Error, Result},
    store::hex,
};

/// Which graph is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// Edges in their order: by what needs, what is needed, how, and the record.
pub(super) type Edges = Table<(Node, Node, Link, Option<DependencyId>), DependencyKind>;

/// What is no part of the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Things that are retired.
    pub things: u64,
    /// Edges to or from them.
    pub edges: u64,
}

/// The estate as a graph. A copy is cheap, and so is a version with a few changes: it shares what is the same.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The graph.
    pub graph: Graph,
    /// What each node is.
    pub things: Arc<Vec<Thing>>,
    /// What is no part of it.
    pub left_out: LeftOut,
    /// The rows that it was made of.
    pub recorded: Arc<Recorded>,
    /// The revision that the rows are of.
    pub revision: i64,
    /// Which graph was asked for.
    pub options: Options,
    /// How much of it a scenario has taken away.
    pub gone: u64,
    pub(super) frame: Arc<Frame>,
    pub(super) places: Table<Thing, Node>,
    pub(super) edges: Edges,
    pub(super) groups: Table<GroupNode, NamedGroup>,
    pub(super) single_points: Arc<OnceLock<AllSinglePoints>>,
}

impl Estate {
    /// Builds the graph of what is on record.
    ///
    /// # Errors
    /// `Invalid` for more than 2^30 things.
    pub fn of(recorded: Arc<Recorded>, revision: i64, options: Options) -> Result<Self> {
        let mut things = Vec::new();
        let mut places: HashMap<Thing, u32> = HashMap::new();
        let mut left_out = LeftOut::default();
        for thing in recorded.things() {
            if recorded.about(thing, options.as_of).is_none_or(|about| about.is_retired) {
                left_out.things += 1;
            } else {
                places.insert(thing, u32::try_from(things.len()).map_err(Error::internal)?);
                things.push(thing);
            }
        }
        let frame = Frame::of(&recorded, options.as_of);
        let source = Source { recorded: &recorded, frame: &frame, options };
        let count = u32::try_from(things.len()).map_err(Error::internal)?;
        let mut sketch = Sketch { draft: Draft::new(count), edges: Vec::new(), groups: Vec::new() };
        for thing in recorded.things() {
            let outgoing = Outgoing::of(source, thing, |thing| places.contains_key(&thing));
            left_out.edges += outgoing.left_out;
            if let Some(place) = places.get(&thing) {
                sketch.add(*place, outgoing, &places);
            }
        }
        let (graph, order) = sketch.draft.build().map_err(refused)?;
        let mut nodes = vec![Node(0); order.len()];
        for (node, place) in (0..).zip(&order) {
            nodes[*place as usize] = Node(node);
        }
        let edges = sketch.edges.into_iter().map(|(from, to, link, dependency, kind)| {
            ((nodes[from as usize], nodes[to as usize], link, dependency), kind)
        });
        let edges = edges.collect();
        let things: Vec<Thing> = order.iter().map(|place| things[*place as usize]).collect();
        Ok(Self {
            graph,
            places: (0..).zip(&things).map(|(node, thing)| (*thing, Node(node))).collect(),
            things: Arc::new(things),
            left_out,
            revision,
            options,
            gone: 0,
            frame: Arc::new(frame),
            edges,
            groups: (0..).zip(sketch.groups).map(|(place, group)| (GroupNode(place), group)).collect(),
            single_points: Arc::default(),
            recorded,
        })
    }

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

    /// What is said of a thing, whether or not it is part of the graph.
    #[must_use]
    pub fn about(&self, thing: Thing) -> Option<About<'_>> {
        self.recorded.about(thing, self.options.as_of)
    }

    /// What is said of a node.
    #[must_use]
    pub fn about_node(&self, node: Node) -> Option<About<'_>> {
        self.about(self.thing(node)?)
    }

    /// What a group is.
    #[must_use]
    pub fn group(&self, group: GroupNode) -> Option<&NamedGroup> {
        self.groups.get(&group)
    }

    /// The colocation contracts in force for a site.
    #[must_use]
    pub fn contracts_of(&self, site: SiteId) -> &[ColocationContractId] {
        self.frame.contracts(site)
    }

    /// Whether a node is a contract that is over while nothing took its place.
    #[must_use]
    pub fn is_over(&self, node: Node) -> bool {
        let Some(Thing::ColocationContract(id)) = self.thing(node) else { return false };
        self.options.derived && self.frame.is_over(id)
    }

    /// The edges from a node to what it needs.
    pub fn edges_from(&self, node: Node) -> impl Iterator<Item = Edge> {
        let edges = self.edges.from(&(node, Node(0), Link::Hard, None));
        edges.take_while(move |((from, ..), _)| *from == node).map(edge)
    }

    /// What brings down what, alone: worked out when it is first asked for.
    #[must_use]
    pub fn all_single_points(&self) -> &AllSinglePoints {
        self.single_points.get_or_init(|| all_single_points(&self.graph))
    }

    /// A hash of every item, edge and group.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut lines: Vec<String> = self.things.iter().map(|thing| format!("{thing:?}")).collect();
        lines.extend(self.edges.iter().map(edge).map(|edge| {
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
        // What nothing is a member of is met by no edge.
        let empty = self.groups.iter().filter(|(group, _)| self.graph.members(**group).len() == 0);
        lines.extend(empty.map(|(_, group)| format!("{group:?}")));
        let missing = self.things.iter().filter(|thing| !self.places.contains(thing));
        lines.extend(missing.map(|thing| format!("{thing:?} is gone")));
        lines.sort_unstable();
        let mut text = String::new();
        for line in lines {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        }
        hex(&Sha256::digest(text))
    }
}

fn edge(
    ((from, to, link, dependency), kind): (&(Node, Node, Link, Option<DependencyId>), &DependencyKind),
) -> Edge {
    Edge { from: *from, to: *to, link: *link, kind: *kind, dependency: *dependency }
}

/// The graph before it is built, with the positions of its things.
struct Sketch {
    draft: Draft,
    /// Both ends, the link, the record and the kind.
    edges: Vec<(u32, u32, Link, Option<DependencyId>, DependencyKind)>,
    groups: Vec<NamedGroup>,
}

impl Sketch {
    /// What a thing needs.
    fn add(&mut self, from: u32, outgoing: Outgoing, places: &HashMap<Thing, u32>) {
        let mut groups = Vec::with_capacity(outgoing.groups.len());
        for group in outgoing.groups {
            groups
                .push(GroupNode(self.draft.group(group.drafted(from, |thing| places.get(&thing).copied()))));
            self.groups.push(group.named);
        }
        for need in outgoing.needs {
            let Some(to) = places.get(&need.to).copied().filter(|to| *to != from) else { continue };
            let link = match need.tie {
                Tie::Hard => {
                    self.draft.hard(from, to);
                    Link::Hard
                }
                Tie::Soft => {
                    self.draft.soft(from, to);
                    Link::Soft
                }
                Tie::Group(place) => Link::Group(groups[place]),
            };
            self.edges.push((from, to, link, need.dependency, need.kind));
        }
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
