//! Recovery within circles of needs.
//!
//! A circle that runs through a group may well have a first: of two peers that each need the other or a third, the
//! third. So items of a circle recover one after the other, the soonest first (D. Knuth, A generalization of Dijkstra's
//! algorithm, Information Processing Letters 6, 1977). Where that comes to a halt, items hold each other up: such
//! recover together, once all else that they need is up, and take the sum of their own times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{AT_ONCE, NEVER, Wait, Work};
use crate::components::components_of;
use crate::graph::{Entry, Graph, Node};
use crate::impact::Down;

/// What is kept about the items of circles, by item and by group.
#[derive(Default)]
pub(super) struct Inside {
    /// Whether an item is in the circle at hand and has no time yet.
    is_open: Vec<bool>,
    /// What an item still waits for, needs and groups: of those that hold each other up, kept at the first.
    missing: Vec<u32>,
    /// What is still missing of a group.
    lacking: Vec<u64>,
    /// Items that hold each other up, by item: the first of them.
    first_of: Vec<u32>,
    /// The place of what is kept at the first of a set, among the sets at hand.
    set_of: Vec<u32>,
    /// What can never be up: from one, each after what keeps it down; zero for all else.
    never: Vec<u32>,
}

impl Inside {
    fn of(graph: &Graph, downs: &[Down]) -> Self {
        let (items, groups) = (graph.items() as usize, graph.groups() as usize);
        let mut never = vec![0; items];
        for (place, down) in downs.iter().enumerate() {
            never[down.node.index()] = place as u32 + 1;
        }
        let (is_open, lacking) = (vec![false; items], vec![0; groups]);
        let (missing, set_of) = (vec![0; items], vec![0; items]);
        Self { is_open, missing, lacking, first_of: (0..graph.items()).collect(), set_of, never }
    }

    /// Whether two items hold each other up.
    pub(super) fn is_together(&self, one: u32, other: u32) -> bool {
        one == other
            || self.first_of.get(one as usize).is_some_and(|first| *first == self.first_of[other as usize])
    }
}

/// Something is up: after how many minutes, which item, and for which group if that is all it counts for.
type Ups = BinaryHeap<Reverse<(u64, u32, Option<u32>)>>;

impl Work<'_> {
    /// Gives the items of a circle their times: the sets that recover together, each after what it waits for.
    pub(super) fn circle(&mut self, members: &[Node]) -> Vec<Vec<Node>> {
        if self.inside.is_open.is_empty() {
            self.inside = Inside::of(self.graph, self.never);
        }
        let (mut never, open): (Vec<Node>, Vec<Node>) =
            members.iter().partition(|node| self.inside.never[node.index()] > 0);
        never.sort_unstable_by_key(|node| self.inside.never[node.index()]);
        let mut sets: Vec<Vec<Node>> = open.into_iter().map(|node| vec![node]).collect();
        never.iter().for_each(|node| self.found.set(*node, Wait { minutes: NEVER, ..AT_ONCE }));
        // Each turn joins some of what is left, so there are fewer and fewer sets.
        let mut order = loop {
            let order = self.one_by_one(&sets);
            let left: Vec<Vec<Node>> = sets.iter().filter(|set| self.is_left(set)).cloned().collect();
            if left.is_empty() {
                break order;
            }
            sets.retain(|set| !self.is_left(set));
            sets.extend(self.joined(&left));
        };
        for node in never {
            self.settle(&[node]);
            order.push(vec![node]);
        }
        order
    }

    fn is_left(&self, set: &[Node]) -> bool {
        set.first().is_some_and(|node| self.inside.is_open[node.index()])
    }

    /// Brings up what can be, the soonest first: the sets in the order in which they are up.
    fn one_by_one(&mut self, sets: &[Vec<Node>]) -> Vec<Vec<Node>> {
        let (graph, mut ups, mut order) = (self.graph, Ups::new(), Vec::new());
        for (position, set) in sets.iter().enumerate() {
            for node in set {
                self.inside.is_open[node.index()] = true;
                self.inside.first_of[node.index()] = set[0].0;
                self.inside.missing[node.index()] = 0;
                self.found.set(*node, Wait { minutes: NEVER, ..AT_ONCE });
            }
            self.inside.set_of[set[0].index()] = position as u32;
        }
        sets.iter().flatten().for_each(|node| self.count(node.0, &mut ups));
        let mut ready: Vec<u32> = sets.iter().map(|set| set[0].0).collect();
        ready.retain(|first| self.inside.missing[*first as usize] == 0);
        loop {
            for first in ready.drain(..) {
                let set = &sets[self.inside.set_of[first as usize] as usize];
                set.iter().for_each(|node| self.inside.is_open[node.index()] = false);
                self.settle(set);
                ups.push(Reverse((self.found.of(first).minutes, first, None)));
            }
            let Some(Reverse((_, node, of_group))) = ups.pop() else { break };
            if let Some(group) = of_group {
                self.arrived(group, node, &mut ready);
                continue;
            }
            let set = &sets[self.inside.set_of[node as usize] as usize];
            for node in set {
                graph.each_needed_by(node.0, |dependant| self.has_one_more(dependant, &mut ready));
                graph.each_membership(node.0, |group| self.arrived(group, node.0, &mut ready));
            }
            order.push(set.clone());
        }
        order
    }

    /// Counts what an item waits for, and announces the members of its groups that are up at some time already.
    fn count(&mut self, node: u32, ups: &mut Ups) {
        let graph = self.graph;
        let mut missing = 0;
        for entry in graph.needs_row(node) {
            let group = match Entry::of(*entry) {
                Entry::Item(need) => {
                    let is_there =
                        self.inside.is_together(node, need) || self.found.of(need).minutes != NEVER;
                    missing += u32::from(!is_there);
                    continue;
                }
                Entry::Group(group) => group,
            };
            let tolerance = graph.tolerance(group);
            let weights = graph.weighed_members(group, tolerance);
            let total: u64 = weights.map(|(_, weight)| u64::from(weight)).sum();
            let mut lacking = total.saturating_sub(u64::from(tolerance.slack));
            for (member, weight) in graph.weighed_members(group, tolerance) {
                if self.inside.is_together(node, member) {
                    lacking = lacking.saturating_sub(u64::from(weight));
                } else if self.found.of(member).minutes != NEVER {
                    ups.push(Reverse((self.found.of(member).minutes, member, Some(group))));
                }
            }
            self.inside.lacking[group as usize] = lacking;
            missing += u32::from(lacking > 0);
        }
        self.inside.missing[self.inside.first_of[node as usize] as usize] += missing;
    }

    /// A member of a group is up.
    fn arrived(&mut self, group: u32, member: u32, ready: &mut Vec<u32>) {
        let tolerance = self.graph.tolerance(group);
        let owner = tolerance.owner();
        if !self.inside.is_open[owner as usize] || self.inside.is_together(owner, member) {
            return;
        }
        let lacking = &mut self.inside.lacking[group as usize];
        if *lacking == 0 {
            return;
        }
        *lacking = lacking.saturating_sub(u64::from(self.graph.weight(group, tolerance, member)));
        if *lacking == 0 {
            self.has_one_more(owner, ready);
        }
    }

    /// An item has something more of what it waits for.
    fn has_one_more(&mut self, node: u32, ready: &mut Vec<u32>) {
        if !self.inside.is_open[node as usize] {
            return;
        }
        let first = self.inside.first_of[node as usize];
        let missing = &mut self.inside.missing[first as usize];
        *missing -= 1;
        if *missing == 0 {
            ready.push(first);
        }
    }

    /// What is left, where everything can be up: sets that hold each other up, and wait for nothing else that is left, in
    /// one. There are such wherever something is left.
    fn joined(&mut self, left: &[Vec<Node>]) -> Vec<Vec<Node>> {
        // What is missing is counted no more: the place of a set among those that are left takes its place.
        for (place, set) in left.iter().enumerate() {
            set.iter().for_each(|node| self.inside.missing[node.index()] = place as u32);
        }
        let below: Vec<Vec<u32>> = left.iter().map(|set| self.halted_by(set)).collect();
        let found = components_of(left.len() as u32, |place| below[place as usize].iter().copied());
        let mut joined = Vec::with_capacity(left.len());
        for places in found.iter() {
            let waits = places.iter().flat_map(|place| &below[place.index()]);
            let is_last = waits.into_iter().all(|need| found.of(Node(*need)) == found.of(places[0]));
            let sets = places.iter().map(|place| &left[place.index()]);
            if is_last {
                joined.push(sets.flatten().copied().collect());
            } else {
                joined.extend(sets.cloned());
            }
        }
        joined
    }

    /// The places of the sets that a set waits for, among those that are left.
    fn halted_by(&self, set: &[Node]) -> Vec<u32> {
        let (graph, inside) = (self.graph, &self.inside);
        let mut below = Vec::new();
        for node in set {
            for entry in graph.needs_row(node.0) {
                let need;
                let needs = match Entry::of(*entry) {
                    Entry::Item(item) => {
                        need = [item];
                        &need[..]
                    }
                    Entry::Group(group) if inside.lacking[group as usize] == 0 => &[],
                    Entry::Group(group) => graph.members_row(group),
                };
                let waits = needs
                    .iter()
                    .filter(|need| inside.is_open[**need as usize] && !inside.is_together(node.0, **need));
                below.extend(waits.map(|need| inside.missing[*need as usize]));
            }
        }
        below
    }
}
