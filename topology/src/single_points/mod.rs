//! Single points of failure: what, failing alone, brings an item down.
//!
//! Redundancy counts: a member of a group is a single point only if its loss is more than the group tolerates, and
//! what several members of a group rest on together is one however redundant they look.

mod everything;

pub use everything::{AllSinglePoints, all_single_points};

use crate::error::Result;
use crate::graph::{Graph, Node};
use crate::lanes::{LANES, Lanes, NONE, Upstream};

/// The single points of failure of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinglePoints {
    /// What brings the item down alone, the item itself excluded, by number.
    pub nodes: Vec<Node>,
    /// The item is down with everything else up, since something it needs can never be met. Then nothing brings it
    /// down, and no node is named.
    pub is_never_up: bool,
}

/// What, failing alone, brings an item down. Exact, also on circles: everything that the item needs is tried, 512 at a
/// time.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn single_points(graph: &Graph, node: Node) -> Result<SinglePoints> {
    graph.known(&[node])?;
    let upstream = Upstream::of(graph, node);
    let count = upstream.nodes().len();
    let mut lanes: Vec<Lanes> = vec![NONE; count];
    // The item itself is the last; it is no single point of its own failure.
    let candidates = count - 1;
    let mut found = SinglePoints::default();
    upstream.propagate(&mut lanes);
    if lanes[candidates] != NONE {
        return Ok(SinglePoints { nodes: Vec::new(), is_never_up: true });
    }
    for first in (0..candidates).step_by(LANES) {
        let last = (first + LANES).min(candidates);
        lanes.fill(NONE);
        for (lane, own) in lanes[first..last].iter_mut().enumerate() {
            own[lane / 64] |= 1 << (lane % 64);
        }
        upstream.propagate(&mut lanes);
        let down = lanes[candidates];
        let is_down = |candidate: &usize| {
            let lane = candidate - first;
            down[lane / 64] >> (lane % 64) & 1 != 0
        };
        found.nodes.extend((first..last).filter(is_down).map(|candidate| upstream.nodes()[candidate]));
    }
    found.nodes.sort_unstable();
    Ok(found)
}
