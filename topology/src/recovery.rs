//! When what an item needs is up again after everything failed, and whose fault it is that it takes so long.
//!
//! An item recovers once all it needs hard has recovered and of each group enough has, and then takes its own time:
//! `own + max(hard needs, k-th fastest member of each group)`. Items that hold each other up, in a circle that no group
//! opens, recover together and take the sum of their own times.

mod circles;

use std::collections::BTreeMap;

use self::circles::Inside;
use crate::components::{Components, components};
use crate::error::{Result, TopologyError};
use crate::graph::{Entry, Graph, GroupNode, Node};
use crate::impact::{Down, never_up};

/// When an item is up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recovery {
    /// Minutes after everything failed; `None` where it never is, for a group in its way cannot be met at all.
    pub minutes: Option<u64>,
    /// Whether a time of its own is unknown somewhere in the way, so that it may take longer.
    pub is_lower_bound: bool,
    /// What it waits for longest; `None` where it waits for nothing. What is never up waits for what keeps it down, and
    /// for nothing where a group of its own cannot be met at all.
    pub waits_for: Option<Node>,
}

/// How long each item takes to recover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recoveries {
    found: Found,
    /// What recovers together, each set after what it waits for.
    sets: Components,
}

impl Recoveries {
    /// When an item is up again; `None` for a node that the graph did not have.
    pub fn of(&self, node: Node) -> Option<Recovery> {
        let waits_for = *self.found.waits_for.get(node.index())?;
        let Wait { minutes, is_lower_bound, .. } = self.found.of(node.0);
        Some(Recovery {
            minutes: (minutes != NEVER).then_some(minutes),
            is_lower_bound,
            waits_for: (waits_for != NOBODY).then_some(Node(waits_for)),
        })
    }

    /// The chain that an item waits for: itself, what it waits for longest, what that waits for, to the end. Of a circle
    /// it has the one item that was waited for: [`Recoveries::together`] has the others, whose own times count too.
    pub fn chain(&self, node: Node) -> Vec<Node> {
        let next = |node: &Node| self.of(*node).and_then(|recovery| recovery.waits_for);
        // No item comes twice: each waits for one whose time, or never, was found before its own.
        std::iter::successors(Some(node), next).take(self.found.waits_for.len()).collect()
    }

    /// The items that an item recovers together with, itself included: all of its circle where they hold each other up,
    /// or itself alone. None for a node that the graph did not have.
    pub fn together(&self, node: Node) -> &[Node] {
        match self.found.waits_for.get(node.index()) {
            Some(_) => self.sets.members(self.sets.of(node)),
            None => &[],
        }
    }

    /// Sets of items that hold each other up: none of them can start first after everything was off.
    pub fn circles(&self) -> impl Iterator<Item = &[Node]> {
        self.sets.circles()
    }

    /// The items, each after all that it waits for: of a group, after enough of its members.
    pub fn needed_first(&self) -> &[Node] {
        self.sets.needed_first()
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
    let found = Found { times: vec![0; own.len()], waits_for: vec![NOBODY; own.len()] };
    let never = never_up(graph);
    let inside = Inside::default();
    let mut work = Work { graph, own, never: &never, found, is_alone: true, inside, members: Vec::new() };
    // The sets of a circle, by its first item.
    let mut opened: BTreeMap<Node, Vec<Vec<Node>>> = BTreeMap::new();
    for members in components.iter() {
        if let [node] = *members {
            work.settle(&[node]);
        } else if let Some(first) = members.first() {
            opened.insert(*first, work.circle(members));
        }
    }
    let mut found = work.found;
    // Of all that an item lacks for ever, that which kept it down first: in a circle the rest may be down because of it.
    for down in &never {
        found.waits_for[down.node.index()] = down.cause.item().map_or(NOBODY, |node| node.0);
    }
    Ok(Recoveries { found, sets: components.opened(&opened) })
}

/// How long something is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    minutes: u64,
    waits_for: u32,
    is_lower_bound: bool,
}

/// More minutes than a billion items with the longest times come to.
const NEVER: u64 = u64::MAX >> 1;
const NOBODY: u32 = u32::MAX;
const AT_ONCE: Wait = Wait { minutes: 0, waits_for: NOBODY, is_lower_bound: false };

impl Wait {
    /// With the own time of an item after it, if that is known.
    fn and(self, own: Option<u32>) -> Self {
        match own {
            Some(time) if self.minutes != NEVER => Self { minutes: self.minutes + u64::from(time), ..self },
            Some(_) => self,
            None => Self { is_lower_bound: true, ..self },
        }
    }
}

/// When each item has recovered, so that what is looked up most lies closest together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    /// Twice the minutes, and one more where they are a lower bound.
    times: Vec<u64>,
    waits_for: Vec<u32>,
}

impl Found {
    /// The wait for an item, whatever that waits for itself.
    #[inline]
    fn of(&self, node: u32) -> Wait {
        let time = self.times[node as usize];
        Wait { minutes: time >> 1, waits_for: node, is_lower_bound: time & 1 != 0 }
    }

    fn set(&mut self, node: Node, wait: Wait) {
        self.times[node.index()] = wait.minutes << 1 | u64::from(wait.is_lower_bound);
        self.waits_for[node.index()] = wait.waits_for;
    }
}

struct Work<'a> {
    graph: &'a Graph,
    own: &'a [Option<u32>],
    /// What can never be up, each after what keeps it down.
    never: &'a [Down],
    found: Found,
    /// Whether the item at hand recovers alone.
    is_alone: bool,
    /// What is kept about circles.
    inside: Inside,
    /// The members of the group at hand, with what each counts for.
    members: Vec<(Wait, u32)>,
}

impl Work<'_> {
    /// Gives items that recover together their time, where all else that they wait for has one.
    fn settle(&mut self, set: &[Node]) {
        self.is_alone = set.len() == 1;
        let wait = set.iter().fold(AT_ONCE, |wait, node| later(wait, self.wait_of(node.0)));
        let wait = set.iter().fold(wait, |wait, node| wait.and(self.own[node.index()]));
        set.iter().for_each(|node| self.found.set(*node, wait));
    }

    /// How long an item waits for what it needs, save for those that it recovers together with.
    fn wait_of(&mut self, node: u32) -> Wait {
        let mut wait = AT_ONCE;
        let graph = self.graph;
        for entry in graph.needs_row(node) {
            let next = match Entry::of(*entry) {
                Entry::Item(need) => self.wait_for(node, need),
                Entry::Group(group) => self.enough_of(node, group),
            };
            wait = later(wait, next);
        }
        wait
    }

    /// How long an owner waits for one that it needs.
    fn wait_for(&self, owner: u32, need: u32) -> Wait {
        // Of one that recovers alone, which nearly all do, nothing else is looked up.
        let is_together = need == owner || !self.is_alone && self.inside.is_together(owner, need);
        if is_together { AT_ONCE } else { self.found.of(need) }
    }

    /// When enough of a group has recovered. Members that are held up together with the owner count as recovered: the
    /// circle's own time has them already.
    fn enough_of(&mut self, owner: u32, group: u32) -> Wait {
        let never = Wait { minutes: NEVER, ..AT_ONCE };
        let tolerance = self.graph.tolerance(group);
        if tolerance.is_unmet() {
            return never;
        }
        let members = self.graph.members_row(group);
        let capacities = self.graph.capacities_row(group, tolerance);
        if capacities.is_empty() && tolerance.slack as usize + 1 == members.len() {
            // The first of them is enough.
            let waits = members.iter().map(|node| self.wait_for(owner, *node));
            return waits.min_by_key(earliest).unwrap_or(never);
        }
        if capacities.is_empty() && tolerance.slack == 0 {
            // All of them are.
            return members.iter().fold(AT_ONCE, |wait, node| later(wait, self.wait_for(owner, *node)));
        }
        self.members.clear();
        let mut total = 0_u64;
        for (place, node) in members.iter().enumerate() {
            let capacity = capacities.get(place).copied().unwrap_or(1);
            total += u64::from(capacity);
            self.members.push((self.wait_for(owner, *node), capacity));
        }
        self.members.sort_unstable_by_key(|(wait, _)| earliest(wait));
        let needed = total - u64::from(tolerance.slack);
        let mut have = 0;
        let mut is_lower_bound = false;
        for (wait, capacity) in &self.members {
            have += u64::from(*capacity);
            is_lower_bound |= wait.is_lower_bound;
            if have >= needed {
                return Wait { is_lower_bound, ..*wait };
            }
        }
        never
    }
}

/// What waits are put in order by. Nobody to wait for comes first among equals.
fn earliest(wait: &Wait) -> (u64, u32) {
    (wait.minutes, wait.waits_for.wrapping_add(1))
}

/// The later of two waits. A lower bound makes the later one a lower bound, even where it is the earlier.
fn later(one: Wait, other: Wait) -> Wait {
    let is_lower_bound = one.is_lower_bound || other.is_lower_bound;
    let is_later = one.minutes != NEVER
        && (other.minutes > one.minutes || (other.minutes == one.minutes && one.waits_for == NOBODY));
    Wait { is_lower_bound, ..if is_later { other } else { one } }
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
    let mut found = points.to_vec();
    for members in components.iter() {
        // What an item of a circle may lose, others may too: they are looked at until nothing grows any more.
        let mut waiting: Vec<Node> = members.to_vec();
        while let Some(node) = waiting.pop() {
            let worst = worst_point(graph, node, &found);
            if worst <= found[node.index()] {
                continue;
            }
            found[node.index()] = worst;
            if members.len() > 1 {
                let component = components.of(node);
                graph.each_above(node.0, |above| {
                    let above = Node(above);
                    waiting.extend((components.of(above) == component).then_some(above));
                });
            }
        }
    }
    Ok(found)
}

/// The worst point among those of an item and of what it needs, as far as they are found.
fn worst_point(graph: &Graph, node: Node, found: &[Option<u32>]) -> Option<u32> {
    let needs = graph.hard_needs(node).map(|need| found[need.index()]);
    let groups = graph.groups_of(node).map(|group| point_of(graph, group, found));
    needs.chain(groups).fold(found[node.index()], Option::max)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Draft;

    /// There is no such thing, and still nobody would follow it for ever.
    #[test]
    fn a_chain_is_no_longer_than_there_are_items() {
        let (graph, _) = Draft::new(3).build().unwrap();
        let found = Found { times: vec![0; 3], waits_for: vec![1, 0, NOBODY] };
        let found = Recoveries { found, sets: components(&graph) };
        assert_eq!(found.chain(Node(0)), [0, 1, 0].map(Node));
        assert_eq!(found.chain(Node(2)), [Node(2)]);
    }
}
