//! What hangs on items, and what they hang on: everything within a number of steps, nearest first.

use crate::error::Result;
use crate::graph::{Graph, Node};
use crate::marks::{Marks, in_order, is_wide};

/// Which way to walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To what an item needs.
    Needs,
    /// To what needs an item.
    NeededBy,
}

/// How far to walk, and along what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Walk {
    /// Which way.
    pub direction: Direction,
    /// Steps at most; `None` for all the way. From a member of a group to the owner is one step.
    pub depth: Option<u32>,
    /// Whether soft needs are followed too.
    pub soft: bool,
}

impl Walk {
    /// All the way along hard needs and groups.
    pub fn all(direction: Direction) -> Self {
        Self { direction, depth: None, soft: false }
    }
}

/// What a walk met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The items, nearest first: where the walk began, then those one step away, and so on.
    pub nodes: Vec<Node>,
    /// How many items are within so many steps, by number of steps from zero: what lies so many steps away is
    /// between this end and the one before.
    pub ends: Vec<usize>,
    /// Whether the walk stopped at its depth before it had met everything.
    pub is_cut: bool,
}

impl Reach {
    /// The items with the number of steps to each.
    pub fn with_steps(&self) -> impl Iterator<Item = (Node, u32)> + '_ {
        let mut step = 0;
        self.nodes.iter().enumerate().map(move |(position, node)| {
            while self.ends[step] <= position {
                step += 1;
            }
            (*node, step as u32)
        })
    }
}

/// Everything that a walk from some items meets, each item once and at its least number of steps.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn reach(graph: &Graph, from: &[Node], walk: Walk) -> Result<Reach> {
    graph.known(from)?;
    let mut met = Marks::new(graph.items());
    // Most walks are short: they find room for what they meet.
    let mut nodes: Vec<Node> = Vec::with_capacity(from.len().max(4096));
    nodes.extend(from.iter().copied().filter(|node| met.add(node.0)));
    let mut reach = Reach { ends: vec![nodes.len()], ..Reach::default() };
    // What a wide ring meets, which comes out in order: the next ring is read as it lies in memory.
    let mut outer: Option<Marks> = None;
    let mut begin = 0;
    loop {
        let end = nodes.len();
        if begin == end {
            break;
        }
        let is_last = walk.depth.is_some_and(|depth| reach.ends.len() as u32 > depth);
        if is_last {
            reach.is_cut = nodes[begin..end].iter().any(|node| {
                let mut more = false;
                step(graph, *node, walk, |next| more |= !met.has(next));
                more
            });
            break;
        }
        if is_wide(end - begin, graph.items()) {
            let outer = outer.get_or_insert_with(|| Marks::new(graph.items()));
            in_order(&mut nodes[begin..end], outer);
            step_all(graph, &nodes[begin..end], walk, outer);
            outer.pour_into(&mut met, |next| nodes.push(Node(next)));
        } else {
            for position in begin..end {
                let node = nodes[position];
                step(graph, node, walk, |next| {
                    if met.add(next) {
                        nodes.push(Node(next));
                    }
                });
            }
        }
        begin = end;
        if nodes.len() > end {
            reach.ends.push(nodes.len());
        }
    }
    reach.nodes = nodes;
    Ok(reach)
}

/// Adds each item that is one step away from one of some.
fn step_all(graph: &Graph, nodes: &[Node], walk: Walk, found: &mut Marks) {
    match walk.direction {
        Direction::NeededBy if !walk.soft => {
            graph.all_above(nodes, |run| run.entries.iter().for_each(|next| found.set(*next)));
        }
        Direction::Needs | Direction::NeededBy => {
            nodes.iter().for_each(|node| step(graph, *node, walk, |next| found.set(next)));
        }
    }
}

/// Tells each item that is one step away.
#[inline]
pub(crate) fn step(graph: &Graph, node: Node, walk: Walk, mut tell: impl FnMut(u32)) {
    match walk.direction {
        Direction::Needs => {
            graph.below_row(node.0).iter().for_each(|next| tell(*next));
            if walk.soft {
                graph.soft_needs(node).for_each(|next| tell(next.0));
            }
        }
        Direction::NeededBy => {
            graph.each_above(node.0, &mut tell);
            if walk.soft {
                graph.soft_needed_by(node).for_each(|next| tell(next.0));
            }
        }
    }
}
