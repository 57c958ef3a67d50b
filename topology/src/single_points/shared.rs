//! Members of a group that look redundant and rest on the same item.

use crate::error::Result;
use crate::graph::{Graph, GroupNode, Node};
use crate::impact::brought_down;
use crate::reach::{Direction, Walk, reach};

/// An item whose failure takes several members of a group at once: a common cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedBy {
    /// What they share; not one of the members.
    pub node: Node,
    /// The members that go down with it.
    pub members: Vec<Node>,
    /// Whether their loss is more than the group tolerates.
    pub is_single_point: bool,
}

/// The items that two or more members of a group rest on: those whose failure takes most come first.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a group that the graph does not have.
pub fn shared(graph: &Graph, group: GroupNode) -> Result<Vec<SharedBy>> {
    let Some(owner) = graph.owner(group) else { return Ok(Vec::new()) };
    let members: Vec<_> = graph.members(group).collect();
    let below = reach(graph, &members, Walk::all(Direction::Needs))?;
    let mut found = Vec::new();
    for candidate in below.nodes {
        let down = brought_down(graph, &[candidate])?;
        let is_down = |node: Node| down.iter().any(|down| down.node == node);
        let taken: Vec<_> = members.iter().copied().filter(|member| is_down(*member)).collect();
        if taken.len() > 1 && candidate != owner && !members.contains(&candidate) {
            let weighed = members.iter().zip(graph.capacities(group));
            let lost: u64 =
                weighed.filter(|(member, _)| taken.contains(member)).map(|(_, w)| u64::from(w)).sum();
            let is_single_point = graph.slack(group).is_some_and(|slack| lost > u64::from(slack));
            found.push(SharedBy { node: candidate, members: taken, is_single_point });
        }
    }
    found.sort_by_key(|shared| (std::cmp::Reverse(shared.members.len()), shared.node));
    Ok(found)
}
