//! When what an item needs is up again after everything failed, and whose fault it is that it takes so long.
//!
//! An item recovers once all it needs hard has recovered and of each group enough has, and then takes its own time:
//! `own + max(hard needs, k-th fastest member of each group)`. Items in a circle recover together and take the
//! sum of their own times.

use crate::components::{Components, components};
use crate::error::{Result, TopologyError};
use crate::graph::{Graph, GroupNode, Node};

/// When an item is up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recovery {
    /// Minutes after everything failed; `None` where it never is, for a group in its way cannot be met at all.
    pub minutes: Option<u64>,
    /// Whether a time of its own is unknown somewhere in the way, so that it may take longer.
    pub is_lower_bound: bool,
    /// What it waits for longest; `None` where it waits for nothing.
    pub waits_for: Option<Node>,
}

/// How long each item takes to recover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoveries {
    by_node: Vec<Recovery>,
    components: Components,
}

impl Recoveries {
    /// When an item is up again; `None` for a node that the graph did not have.
    pub fn of(&self, node: Node) -> Option<Recovery> {
        self.by_node.get(node.index()).copied()
    }

    /// The chain that an item waits for: itself, what it waits for longest, what that waits for, to the end.
    pub fn chain(&self, node: Node) -> Vec<Node> {
        let mut chain = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next {
            chain.push(node);
            next = self.of(node).and_then(|recovery| recovery.waits_for);
        }
        chain
    }

    /// Sets of items that need each other in a circle: none of them can start first after everything was off.
    pub fn circles(&self) -> impl Iterator<Item = &[Node]> {
        self.components.circles()
    }

    /// The items, each after what it needs.
    pub fn needed_first(&self) -> &[Node] {
        self.components.needed_first()
    }
}

/// How long each item takes to recover, from the time in minutes that each takes by itself.
///
/// # Errors
///
/// [`TopologyError::Invalid`] if there are not as many times as items.
pub fn recoveries(graph: &Graph, own: &[Option<u32>]) -> Result<Recoveries> {
    if own.len() != graph.items() as usize {
        let rule = "there is a time, or none, for each item";
        return Err(TopologyError::invalid("own times", &own.len(), rule));
    }
    let components = components(graph);
    let unknown = Recovery { minutes: Some(0), is_lower_bound: false, waits_for: None };
    let mut by_node = vec![unknown; own.len()];
    for (position, members) in components.iter().enumerate() {
        let outside = |node: Node| components.of(node) != position as u32;
        let mut wait = unknown;
        for node in members {
            wait = later(wait, wait_of(graph, *node, &by_node, &outside));
        }
        let times = members.iter().map(|node| own[node.index()]);
        let sum: u64 = times.clone().flatten().map(u64::from).sum();
        let is_unknown = times.into_iter().any(|time| time.is_none());
        let recovery = Recovery {
            minutes: wait.minutes.map(|minutes| minutes + sum),
            is_lower_bound: wait.is_lower_bound || is_unknown,
            waits_for: wait.waits_for,
        };
        for node in members {
            by_node[node.index()] = recovery;
        }
    }
    Ok(Recoveries { by_node, components })
}

/// How long an item waits for what it needs outside its own circle.
fn wait_of(graph: &Graph, node: Node, found: &[Recovery], outside: &impl Fn(Node) -> bool) -> Recovery {
    let mut wait = Recovery { minutes: Some(0), is_lower_bound: false, waits_for: None };
    for need in graph.hard_needs(node).filter(|need| outside(*need)) {
        wait = later(wait, Recovery { waits_for: Some(need), ..found[need.index()] });
    }
    for group in graph.groups_of(node) {
        wait = later(wait, enough_of(graph, group, found, outside));
    }
    wait
}

/// When enough of a group has recovered. Members in the owner's own circle count as recovered: the circle's own time
/// has them already.
fn enough_of(
    graph: &Graph,
    group: GroupNode,
    found: &[Recovery],
    outside: &impl Fn(Node) -> bool,
) -> Recovery {
    let never = Recovery { minutes: None, is_lower_bound: false, waits_for: None };
    let Some(slack) = graph.slack(group) else { return never };
    let start = Recovery { minutes: Some(0), is_lower_bound: false, waits_for: None };
    let recovery = |node: Node| match outside(node) {
        true => Recovery { waits_for: Some(node), ..found[node.index()] },
        false => start,
    };
    let mut members: Vec<_> =
        graph.members(group).map(recovery).zip(graph.capacities(group).map(u64::from)).collect();
    members.sort_by_key(|(recovery, _)| (recovery.minutes.unwrap_or(u64::MAX), recovery.waits_for));
    let total: u64 = members.iter().map(|(_, capacity)| capacity).sum();
    let needed = total - u64::from(slack);
    let mut have = 0;
    let mut is_lower_bound = false;
    for (recovery, capacity) in members {
        have += capacity;
        is_lower_bound |= recovery.is_lower_bound;
        if have >= needed {
            return Recovery { is_lower_bound, ..recovery };
        }
    }
    never
}

/// The later of two waits. A lower bound makes the later one a lower bound, even where it is the earlier.
fn later(one: Recovery, other: Recovery) -> Recovery {
    let is_lower_bound = one.is_lower_bound || other.is_lower_bound;
    let is_later = match (one.minutes, other.minutes) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(first), Some(second)) => second > first || (second == first && one.waits_for.is_none()),
    };
    Recovery { is_lower_bound, ..if is_later { other } else { one } }
}

/// How much data may be lost: the worst recovery point, in minutes, among an item's own and those of all it needs hard
/// and of the best members of each group. `points` has it for what bears data; what bears none has `None`.
///
/// # Errors
///
/// [`TopologyError::Invalid`] if there are not as many points as items.
pub fn recovery_points(graph: &Graph, points: &[Option<u32>]) -> Result<Vec<Option<u32>>> {
    if points.len() != graph.items() as usize {
        let rule = "there is a recovery point, or none, for each item";
        return Err(TopologyError::invalid("recovery points", &points.len(), rule));
    }
    let components = components(graph);
    let mut found: Vec<Option<u32>> = vec![None; points.len()];
    for members in components.iter() {
        let mut worst = None;
        for node in members {
            worst = worst.max(points[node.index()]);
            for need in graph.hard_needs(*node) {
                worst = worst.max(found[need.index()]);
            }
            for group in graph.groups_of(*node) {
                worst = worst.max(point_of(graph, group, &found));
            }
        }
        for node in members {
            found[node.index()] = worst;
        }
    }
    Ok(found)
}

/// The worst point among the members of a group that have to be there, if those with the best are.
fn point_of(graph: &Graph, group: GroupNode, found: &[Option<u32>]) -> Option<u32> {
    let slack = graph.slack(group)?;
    let mut members: Vec<_> = graph
        .members(group)
        .map(|node| found[node.index()])
        .zip(graph.capacities(group).map(u64::from))
        .collect();
    members.sort_unstable();
    let total: u64 = members.iter().map(|(_, capacity)| capacity).sum();
    let mut have = 0;
    for (point, capacity) in members {
        have += capacity;
        if have >= total - u64::from(slack) {
            return point;
        }
    }
    None
}
