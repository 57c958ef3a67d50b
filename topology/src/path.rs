//! Shortest ways from an item to something it needs.

use std::collections::{BTreeSet, HashMap};

use crate::error::Result;
use crate::graph::{Entry, Graph, GroupNode, Node};
use crate::marks::Marks;
use crate::reach::{Direction, Walk, step};

/// What leads from an item to one it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// It is down without it.
    Hard,
    /// It is a member of this group, of which so many are needed.
    Group(GroupNode),
    /// It is degraded without it.
    Soft,
}

/// All links from an item to one it needs, hard ones first.
pub fn links(graph: &Graph, from: Node, to: Node) -> Vec<Link> {
    let mut links = Vec::new();
    for entry in graph.needs_row(from.0) {
        match Entry::of(*entry) {
            Entry::Item(item) if item == to.0 => links.push(Link::Hard),
            Entry::Group(group) if graph.members_row(group).contains(&to.0) => {
                links.push(Link::Group(graph.name(group)));
            }
            Entry::Item(_) | Entry::Group(_) => {}
        }
    }
    if graph.soft_needs(from).any(|need| need == to) {
        links.push(Link::Soft);
    }
    links
}

/// One end of a search from both ends.
struct Front {
    walk: Walk,
    met: Marks,
    /// The items met, nearest first, each with the position of the one before it.
    queue: Vec<(u32, u32)>,
    /// Where the outermost ring begins.
    ring: usize,
}

impl Front {
    fn new(graph: &Graph, start: Node, walk: Walk) -> Self {
        let mut met = Marks::new(graph.items());
        met.add(start.0);
        let mut queue = Vec::with_capacity(64);
        queue.push((start.0, 0));
        Self { walk, met, queue, ring: 0 }
    }

    fn width(&self) -> usize {
        self.queue.len() - self.ring
    }

    /// Goes one step further; the first item that the other end has met already, if there is one.
    fn advance(&mut self, graph: &Graph, other: &Marks) -> Option<u32> {
        let (begin, end) = (self.ring, self.queue.len());
        self.ring = end;
        for position in begin..end {
            let node = Node(self.queue[position].0);
            let mut found = None;
            step(graph, node, self.walk, |next| {
                if found.is_none() && self.met.add(next) {
                    self.queue.push((next, position as u32));
                    if other.has(next) {
                        found = Some(next);
                    }
                }
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The way from an item back to where this end began, the item first.
    fn way_back(&self, from: u32) -> Vec<Node> {
        let mut way = Vec::new();
        let mut position = self.queue.iter().rposition(|(node, _)| *node == from).unwrap_or(0);
        loop {
            let (node, before) = self.queue[position];
            way.push(Node(node));
            if position == 0 {
                return way;
            }
            position = before as usize;
        }
    }
}

/// A shortest way from an item to one it needs, both included; `None` if it does not need it. Searched from both ends.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn shortest_path(graph: &Graph, from: Node, to: Node, soft: bool) -> Result<Option<Vec<Node>>> {
    graph.known(&[from, to])?;
    if from == to {
        return Ok(Some(vec![from]));
    }
    let walk = |direction| Walk { direction, depth: None, soft };
    let mut ahead = Front::new(graph, from, walk(Direction::Needs));
    let mut behind = Front::new(graph, to, walk(Direction::NeededBy));
    loop {
        if ahead.width() == 0 || behind.width() == 0 {
            return Ok(None);
        }
        let met = match ahead.width() <= behind.width() {
            true => ahead.advance(graph, &behind.met),
            false => behind.advance(graph, &ahead.met),
        };
        if let Some(met) = met {
            let mut path = ahead.way_back(met);
            path.reverse();
            path.extend(behind.way_back(met).into_iter().skip(1));
            return Ok(Some(path));
        }
    }
}

/// All shortest ways from an item to one it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortestPaths {
    /// The first of them, by number of their items, both ends included.
    pub paths: Vec<Vec<Node>>,
    /// How many there are in all; at most `u64::MAX`.
    pub count: u64,
}

/// All shortest ways from an item to one it needs; at most `limit` are spelled out, and all are counted.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn shortest_paths(
    graph: &Graph,
    from: Node,
    to: Node,
    soft: bool,
    limit: usize,
) -> Result<ShortestPaths> {
    graph.known(&[from, to])?;
    let walk = Walk { direction: Direction::Needs, depth: None, soft };
    let mut before: HashMap<u32, (u32, BTreeSet<u32>)> = HashMap::from([(from.0, (0, BTreeSet::new()))]);
    let mut counts: HashMap<u32, u64> = HashMap::from([(from.0, 1)]);
    let mut ring = vec![from.0];
    let mut depth = 0;
    while !ring.is_empty() && !before.contains_key(&to.0) {
        depth += 1;
        let mut outer = Vec::new();
        for node in ring {
            step(graph, Node(node), walk, |next| {
                let (met_at, ways) = before.entry(next).or_insert_with(|| {
                    outer.push(next);
                    (depth, BTreeSet::new())
                });
                if *met_at == depth && ways.insert(node) {
                    let more = counts[&node];
                    let count = counts.entry(next).or_insert(0);
                    *count = count.saturating_add(more);
                }
            });
        }
        ring = outer;
    }
    let mut found = ShortestPaths { paths: Vec::new(), count: counts.get(&to.0).copied().unwrap_or(0) };
    if found.count == 0 {
        return Ok(found);
    }
    // Ways are followed back from the end, one more item at a time.
    let mut partial = vec![vec![to]];
    while let Some(way) = partial.pop() {
        if found.paths.len() >= limit {
            break;
        }
        let last = way.last().copied().unwrap_or(to);
        if last == from {
            found.paths.push(way.into_iter().rev().collect());
            continue;
        }
        for node in before.get(&last.0).map(|(_, ways)| ways.iter().rev()).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(Node(*node));
            partial.push(longer);
        }
    }
    Ok(found)
}
