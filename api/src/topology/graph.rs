//! The estate as a graph, made of what is on record.
//!
//! Everything that is there is an item of it, whether or not something was said to depend on it. What is retired is
//! left out with its edges, and counted.

use std::{
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
    outgoing::{Need, Outgoing, Source, Tie},
    recorded::Recorded,
    sketch::{Places, sketched},
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

/// What is no part of the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Things that are retired.
    pub things: u64,
    /// Edges to or from them.
    pub edges: u64,
}

/// The estate as a graph. A copy is cheap, and so is a version with a few changes: it shares what is the same.
///
/// What an edge or a group is called, and which record it comes from, is not kept: it follows from the rows again, for
/// the few that an answer shows.
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
    /// The groups that a scenario has added, which are in no row.
    pub(super) added: Table<GroupNode, NamedGroup>,
    pub(super) single_points: Arc<OnceLock<AllSinglePoints>>,
}

impl Estate {
    /// Builds the graph of what is on record.
    ///
    /// # Errors
    /// `Invalid` for more than 2^30 things.
    pub fn of(recorded: Arc<Recorded>, revision: i64, options: Options) -> Result<Self> {
        let (frame, all) = rayon::join(
            || Frame::of(&recorded, options.as_of),
            || recorded.things_in_use(options.as_of).collect::<Vec<_>>(),
        );
        let live = all.iter().filter(|(_, is_live)| *is_live);
        let things: Vec<Thing> = live.map(|(thing, _)| *thing).collect();
        let mut left_out = LeftOut { things: (all.len() - things.len()) as u64, edges: 0 };
        let mut draft = Draft::new(u32::try_from(things.len()).map_err(Error::internal)?);
        for sketch in sketched(Source::new(&recorded, &frame, options), &all, &Places::of(&things)) {
            left_out.edges += sketch.left_out;
            draft.append(sketch.draft);
        }
        drop(all);
        let (graph, order) = draft.build().map_err(refused)?;
        let nodes = || {
            let mut nodes = vec![Node(0); order.len()];
            for (node, place) in (0..).zip(&order) {
                nodes[*place as usize] = Node(node);
            }
            nodes
        };
        // Things come in runs that are in order, which is quick to sort.
        let (places, ordered) = rayon::join(
            || things.iter().copied().zip(nodes()).collect(),
            || order.iter().map(|place| things[*place as usize]).collect(),
        );
        Ok(Self {
            graph,
            places,
            things: Arc::new(ordered),
            left_out,
            revision,
            options,
            gone: 0,
            frame: Arc::new(frame),
            added: Table::default(),
            single_points: Arc::default(),
            recorded,
        })
    }

    /// The node of a thing; none for what is retired or not there.
    #[must_use]
    pub fn node(&self, thing: Thing) -> Option<Node> {
        self.places.get(&thing).copied()
    }

    pub(super) fn place(&self, thing: Thing) -> Option<u32> {
        self.places.get(&thing).map(|node| node.0)
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

    /// What a thing needs, as the rows have it.
    fn outgoing(&self, thing: Thing) -> Outgoing {
        let source = Source::new(&self.recorded, &self.frame, self.options);
        Outgoing::of(source, thing, |thing| self.place(thing))
    }

    /// What a group is.
    #[must_use]
    pub fn group(&self, group: GroupNode) -> Option<NamedGroup> {
        if let Some(added) = self.added.get(&group) {
            return Some(added.clone());
        }
        let owner = self.graph.owner(group)?;
        // The groups of an item keep their order.
        let place = self.graph.groups_of(owner).position(|found| found == group)?;
        self.outgoing(self.thing(owner)?).groups.into_iter().nth(place)
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

    /// The edges from a node to what it needs, by what is needed, how, and the record.
    #[must_use]
    pub fn edges_from(&self, node: Node) -> Vec<Edge> {
        let Some(thing) = self.thing(node) else { return Vec::new() };
        let groups: Vec<GroupNode> = self.graph.groups_of(node).collect();
        let edge = |need: &Need| {
            let link = match need.tie {
                Tie::Hard => Link::Hard,
                Tie::Soft => Link::Soft,
                Tie::Group(place) => Link::Group(*groups.get(place)?),
            };
            let to = Node(need.place);
            (to != node).then_some(Edge {
                from: node,
                to,
                link,
                kind: need.kind,
                dependency: need.dependency,
            })
        };
        let mut edges: Vec<Edge> = self.outgoing(thing).needs.iter().filter_map(edge).collect();
        let key = |edge: &Edge| (edge.to, edge.link, edge.dependency);
        edges.sort_by_key(key);
        edges.dedup_by_key(|edge| key(edge));
        edges
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
        lines.extend(self.graph.nodes().flat_map(|node| self.edges_from(node)).map(|edge| {
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
        let groups = (0..self.graph.groups()).map(GroupNode);
        let empty = groups.filter(|group| self.graph.members(*group).len() == 0);
        lines.extend(empty.filter_map(|group| self.group(group)).map(|group| format!("{group:?}")));
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
