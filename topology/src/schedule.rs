//! Who recovers when, if only so many can be worked on at once.
//!
//! A list schedule: whenever hands are free, of the items whose needs are up the one with the longest chain still
//! hanging on it comes first. R. Graham, Bounds on multiprocessing timing anomalies, SIAM Journal on Applied Mathematics
//! 17 (1969): no schedule of this kind takes twice as long as the best one.

use std::collections::{BTreeSet, BinaryHeap};

use crate::error::{Result, TopologyError};
use crate::graph::{Graph, GroupNode, Node};
use crate::recovery::{Recoveries, recoveries};

/// The recovery of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// The item.
    pub node: Node,
    /// Minutes after the beginning at which work on it begins.
    pub start: u64,
    /// And at which it is up.
    pub end: u64,
    /// Whether its own time is unknown; it is taken for nothing then.
    pub is_unknown: bool,
}

/// A recovery of some items and all they need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The items in the order in which work on them begins.
    pub steps: Vec<Step>,
    /// Minutes until the last is up.
    pub makespan: u64,
    /// What can never be up, of the items that were asked for and of all they need: it needs more of a group than there is,
    /// or something else that does.
    pub never: Vec<Node>,
}

/// Brings items up, with all they need, when at most `crew` can be worked on at once (`None` for as many as there
/// are). Of each group those members are brought up that recover first, as many as it takes.
///
/// # Errors
///
/// [`TopologyError::Invalid`] for a node that the graph does not have, a crew of none, and times that do not match the
/// items.
pub fn schedule(graph: &Graph, wanted: &[Node], own: &[Option<u32>], crew: Option<u32>) -> Result<Schedule> {
    graph.known(wanted)?;
    if crew == Some(0) {
        return Err(TopologyError::invalid("crew", &0, "somebody has to do the work"));
    }
    let found = recoveries(graph, own)?;
    let plan = Plan::of(graph, wanted, &found);
    Ok(plan.run(own, crew.map_or(usize::MAX, |crew| crew as usize)))
}

/// What is brought up and after what.
struct Plan {
    /// The items, what is needed first.
    nodes: Vec<Node>,
    /// What each waits for, by positions in `nodes`, which are all before its own.
    needs: Vec<Vec<u32>>,
    never: Vec<Node>,
}

impl Plan {
    fn of(graph: &Graph, wanted: &[Node], found: &Recoveries) -> Self {
        let rank = Rank::of(graph, found);
        let mut chosen: BTreeSet<(u32, Node)> = BTreeSet::new();
        let mut never = BTreeSet::new();
        let mut waiting: Vec<Node> = wanted.to_vec();
        let is_never = |node: &Node| found.of(*node).is_none_or(|recovery| recovery.minutes.is_none());
        while let Some(node) = waiting.pop() {
            if is_never(&node) {
                // Down to what keeps it down, and no further: nobody works on what is up for nothing.
                if never.insert(node) {
                    let members = graph.groups_of(node).flat_map(|group| graph.members(group));
                    waiting.extend(graph.hard_needs(node).chain(members).filter(is_never));
                }
            } else if chosen.insert((rank.of_node(node), node)) {
                waiting.extend(rank.needed(node));
                // All that it recovers together with: by way of the first, so that nobody is looked at by everybody.
                let together = found.together(node);
                let others = if together.first() == Some(&node) { together } else { &together[..1] };
                waiting.extend(others);
            }
        }
        let nodes: Vec<_> = chosen.into_iter().map(|(_, node)| node).collect();
        let place =
            |node: Node| nodes.binary_search_by_key(&rank.of_node(node), |other| rank.of_node(*other)).ok();
        let needs = nodes.iter().map(|node| {
            // Those that hold each other up come one after the other, the first once all that any of them needs is up;
            // and what needs one of them waits for the last.
            let together = found.together(*node);
            let outside = if together.first() == Some(node) { together } else { &[] };
            let outside = outside.iter().flat_map(|other| rank.needed(*other));
            let outside = outside.filter(|need| !rank.is_together(*need, *node));
            let last = outside.filter_map(|need| found.together(need).last().copied());
            last.chain(rank.before(*node)).filter_map(place).map(|need| need as u32).collect::<BTreeSet<_>>()
        });
        let needs = needs.map(|needs| needs.into_iter().collect()).collect();
        Self { nodes, needs, never: never.into_iter().collect() }
    }

    fn run(self, own: &[Option<u32>], crew: usize) -> Schedule {
        let time = |position: usize| u64::from(own[self.nodes[position].index()].unwrap_or(0));
        let mut dependants: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let mut tail: Vec<u64> = (0..self.nodes.len()).map(time).collect();
        for position in (0..self.nodes.len()).rev() {
            for need in &self.needs[position] {
                dependants[*need as usize].push(position as u32);
                let hanging = tail[position] + time(*need as usize);
                tail[*need as usize] = tail[*need as usize].max(hanging);
            }
        }
        let mut missing: Vec<usize> = self.needs.iter().map(Vec::len).collect();
        let entry = |position: usize| (tail[position], std::cmp::Reverse(position));
        let mut ready: BinaryHeap<_> =
            (0..self.nodes.len()).filter(|position| missing[*position] == 0).map(entry).collect();
        let mut running: BTreeSet<(u64, usize)> = BTreeSet::new();
        let mut schedule = Schedule { never: self.never.clone(), ..Schedule::default() };
        let mut now = 0;
        loop {
            while running.len() < crew {
                let Some((_, std::cmp::Reverse(position))) = ready.pop() else { break };
                let end = now + time(position);
                running.insert((end, position));
                let node = self.nodes[position];
                schedule.steps.push(Step { node, start: now, end, is_unknown: own[node.index()].is_none() });
            }
            let Some((end, position)) = running.pop_first() else { break };
            now = end;
            schedule.makespan = schedule.makespan.max(end);
            for dependant in &dependants[position] {
                let left = &mut missing[*dependant as usize];
                *left -= 1;
                if *left == 0 {
                    ready.push(entry(*dependant as usize));
                }
            }
        }
        schedule
    }
}

/// Which item comes after which.
struct Rank<'a> {
    graph: &'a Graph,
    found: &'a Recoveries,
    ranks: Vec<u32>,
}

impl<'a> Rank<'a> {
    fn of(graph: &'a Graph, found: &'a Recoveries) -> Self {
        let mut ranks = vec![0_u32; graph.items() as usize];
        for (position, node) in found.needed_first().iter().enumerate() {
            ranks[node.index()] = position as u32;
        }
        Self { graph, found, ranks }
    }

    fn of_node(&self, node: Node) -> u32 {
        self.ranks[node.index()]
    }

    /// Whether two items hold each other up.
    fn is_together(&self, one: Node, other: Node) -> bool {
        self.found.together(one).first() == self.found.together(other).first()
    }

    /// The one before an item, of those that it holds up and that hold it up: they follow each other.
    fn before(&self, node: Node) -> Option<Node> {
        let place = (self.of_node(node) as usize).checked_sub(1)?;
        let before = *self.found.needed_first().get(place)?;
        self.is_together(before, node).then_some(before)
    }

    /// What an item waits for: its hard needs, and of each group the members that recover first.
    fn needed(&self, node: Node) -> Vec<Node> {
        let mut needed: Vec<_> = self.graph.hard_needs(node).collect();
        for group in self.graph.groups_of(node) {
            needed.extend(self.fastest(node, group));
        }
        needed
    }

    /// The members of a group that its owner waits for: those it is held up together with count as recovered, and those
    /// that come after it for nothing.
    fn fastest(&self, owner: Node, group: GroupNode) -> Vec<Node> {
        let (graph, found) = (self.graph, self.found);
        let later = |node: Node| self.of_node(node) > self.of_node(owner);
        let minutes = |node: Node| found.of(node).and_then(|recovery| recovery.minutes).unwrap_or(u64::MAX);
        let mut members: Vec<_> = graph.members(group).zip(graph.capacities(group).map(u64::from)).collect();
        members.sort_by_key(|(node, _)| {
            (!self.is_together(*node, owner), later(*node), minutes(*node), self.of_node(*node))
        });
        let total: u64 = members.iter().map(|(_, capacity)| capacity).sum();
        let needed = total.saturating_sub(graph.slack(group).map_or(0, u64::from));
        let mut have = 0;
        let enough = members.into_iter().take_while(|(_, capacity)| {
            let is_wanted = have < needed;
            have += capacity;
            is_wanted
        });
        enough.map(|(node, _)| node).collect()
    }
}
