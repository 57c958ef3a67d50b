//! What an item needs and what needs it: lists, trees, and what lies around it.

use std::collections::HashSet;

use topology::{
    graph::{Graph, Node},
    path::Link,
};

use super::{
    graph::{Edge, Estate},
    items::Thing,
};
use crate::access::Caller;

/// Which way to go from an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To what it needs.
    Needs,
    /// To what needs it.
    NeededBy,
    /// Both.
    Both,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    /// Which way.
    pub direction: Direction,
    /// Steps at most; none for all the way.
    pub depth: Option<u32>,
}

/// An item that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// The item.
    pub node: Node,
    /// The least number of steps to it.
    pub steps: u32,
    /// The place of the item before it; none where the walk began.
    pub before: Option<usize>,
    /// What ties it to the item before it.
    pub link: Link,
}

/// What a walk met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How far it went.
    pub walk: Walk,
    /// The items, nearest first, where it began leading.
    pub met: Vec<Met>,
    /// Whether there is more behind the depth that was asked for.
    pub is_cut: bool,
}

/// Everything within a number of steps of an item, each once and at its least number of steps.
#[must_use]
pub fn walk(graph: &Graph, root: Node, walk: Walk) -> Found {
    let mut is_met = vec![false; graph.items() as usize];
    is_met[root.0 as usize] = true;
    let mut met = vec![Met { node: root, steps: 0, before: None, link: Link::Hard }];
    let mut is_cut = false;
    let mut place = 0;
    while let Some(Met { node, steps, .. }) = met.get(place).copied() {
        let is_last = walk.depth.is_some_and(|depth| steps >= depth);
        for (next, link) in neighbours(graph, node, walk.direction) {
            let known = &mut is_met[next.0 as usize];
            if *known {
                continue;
            }
            if is_last {
                is_cut = true;
                break;
            }
            *known = true;
            met.push(Met { node: next, steps: steps + 1, before: Some(place), link });
        }
        place += 1;
    }
    Found { walk, met, is_cut }
}

/// What is one step away: hard needs first, then members of groups, then soft needs; each once.
fn neighbours(graph: &Graph, node: Node, direction: Direction) -> Vec<(Node, Link)> {
    let mut next = Vec::new();
    if direction != Direction::NeededBy {
        next.extend(graph.hard_needs(node).map(|need| (need, Link::Hard)));
        for group in graph.groups_of(node) {
            next.extend(graph.members(group).map(|member| (member, Link::Group(group))));
        }
        next.extend(graph.soft_needs(node).map(|need| (need, Link::Soft)));
    }
    if direction != Direction::Needs {
        next.extend(graph.hard_needed_by(node).map(|user| (user, Link::Hard)));
        let owners =
            graph.memberships(node).filter_map(|group| Some((graph.owner(group)?, Link::Group(group))));
        next.extend(owners);
        next.extend(graph.soft_needed_by(node).map(|user| (user, Link::Soft)));
    }
    let mut seen = HashSet::with_capacity(next.len());
    next.retain(|(found, _)| *found != node && seen.insert(*found));
    next
}

/// A row of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Place of the row above it; none for the root.
    pub parent: Option<usize>,
    /// Steps from the root.
    pub depth: u32,
    /// The item.
    pub node: Node,
    /// What ties it to the row above.
    pub link: Link,
    /// Whether what is below it stands where the item is nearest to the root, and not here.
    pub is_repeated: bool,
}

impl Found {
    /// What was met as a tree, branch by branch: at most so many rows, and whether there are more. Every item
    /// is unfolded once, where it is nearest to the root, so that circles end and nothing is told twice.
    #[must_use]
    pub fn tree(&self, estate: &Estate, most: usize) -> (Vec<Branch>, bool) {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.met.len()];
        for (place, met) in self.met.iter().enumerate() {
            if let Some(before) = met.before {
                children[before].push(place);
            }
        }
        let mut rows: Vec<Branch> = Vec::new();
        // Places among what was met; none for an item that is unfolded elsewhere.
        let mut waiting = vec![(None, Some(0), self.met[0].node, self.met[0].link, 0)];
        while let Some((parent, place, node, link, depth)) = waiting.pop() {
            if rows.len() == most {
                return (rows, true);
            }
            let row = rows.len();
            rows.push(Branch { parent, depth, node, link, is_repeated: place.is_none() });
            let Some(place) = place else { continue };
            if self.walk.depth.is_some_and(|most| depth >= most) {
                continue;
            }
            let own = &children[place];
            let mut below: Vec<_> = neighbours(&estate.graph, node, self.walk.direction)
                .into_iter()
                .map(|(next, link)| {
                    let place = own.iter().copied().find(|child| self.met[*child].node == next);
                    (Some(row), place, next, link, depth + 1)
                })
                .collect();
            below.sort_by_key(|(.., node, _, _)| estate.thing(*node));
            // The last that is put away is the first that is taken.
            waiting.extend(below.into_iter().rev());
        }
        (rows, false)
    }

    /// What was met and the caller may see, without where the walk began, the nearest first; and how much else there
    /// was.
    #[must_use]
    pub fn list(&self, estate: &Estate, caller: &Caller) -> (Vec<Met>, u64) {
        let others = self.met.iter().skip(1).copied();
        let (mut shown, hidden): (Vec<_>, Vec<_>) = others.partition(|met| estate.shows(caller, met.node));
        shown.sort_by_key(|met| self.key(estate, met));
        (shown, hidden.len() as u64)
    }

    fn key(&self, estate: &Estate, met: &Met) -> (u32, Option<Thing>) {
        (met.steps, estate.thing(met.node))
    }
}

/// What lies around an item, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbourhood {
    /// The items with their least number of steps, nearest first.
    pub nodes: Vec<(Node, u32)>,
    /// The edges among them.
    pub edges: Vec<Edge>,
    /// Items within the depth that did not fit.
    pub left_out: u64,
    /// Items within the depth that the caller may not see.
    pub hidden: u64,
    /// Whether there is more behind the depth.
    pub is_cut: bool,
}

/// What lies around an item: at most so many items, nearest first, and the edges among them.
#[must_use]
pub fn neighbourhood(
    estate: &Estate,
    caller: &Caller,
    root: Node,
    depth: Option<u32>,
    most: usize,
) -> Neighbourhood {
    let found = walk(&estate.graph, root, Walk { direction: Direction::Both, depth });
    let (others, hidden) = found.list(estate, caller);
    let mut nodes = vec![(root, 0)];
    nodes.extend(others.iter().map(|met| (met.node, met.steps)));
    let left_out = nodes.len().saturating_sub(most) as u64;
    nodes.truncate(most);
    let drawn: HashSet<Node> = nodes.iter().map(|(node, _)| *node).collect();
    let edges = nodes.iter().flat_map(|(node, _)| estate.edges_from(*node));
    let edges = edges.filter(|edge| drawn.contains(&edge.to)).collect();
    Neighbourhood { nodes, edges, left_out, hidden, is_cut: found.is_cut }
}
