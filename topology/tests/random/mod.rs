//! Random graphs with circles and groups, and what they mean by brute force.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use topology::graph::{Draft, Graph, Group, Member, Node, Threshold};

/// A draft, with all that a brute-force evaluation needs.
#[derive(Debug, Clone)]
pub struct Sample {
    pub items: u32,
    pub hard: Vec<(u32, u32)>,
    pub soft: Vec<(u32, u32)>,
    pub groups: Vec<Group>,
}

impl Sample {
    /// The graph, and the node of each item.
    pub fn build(&self) -> (Graph, Vec<Node>) {
        let mut draft = Draft::new(self.items);
        self.hard.iter().for_each(|(from, to)| draft.hard(*from, *to));
        self.soft.iter().for_each(|(from, to)| draft.soft(*from, *to));
        for group in &self.groups {
            draft.group(group.clone());
        }
        let (graph, order) = draft.build().unwrap();
        let mut nodes = vec![Node(0); self.items as usize];
        for (position, item) in order.iter().enumerate() {
            nodes[*item as usize] = Node(position as u32);
        }
        (graph, nodes)
    }

    /// What is down when these have failed: from all up, whatever lacks something goes down, until nothing changes.
    pub fn down(&self, failed: &[u32]) -> BTreeSet<u32> {
        let mut down: BTreeSet<u32> = failed.iter().copied().collect();
        loop {
            let before = down.len();
            for (from, to) in &self.hard {
                if down.contains(to) {
                    down.insert(*from);
                }
            }
            for group in &self.groups {
                let up = group.members.iter().filter(|member| !down.contains(&member.node));
                let is_met = match group.threshold {
                    Threshold::Count(count) => up.count() >= count as usize,
                    Threshold::Capacity(needed) => up.map(|member| member.capacity).sum::<u32>() >= needed,
                };
                if !is_met {
                    down.insert(group.owner);
                }
            }
            if down.len() == before {
                return down;
            }
        }
    }

    /// What is down alone with these, that is not down anyway.
    pub fn broken(&self, failed: &[u32]) -> BTreeSet<u32> {
        let before = self.down(&[]);
        self.down(failed).difference(&before).copied().collect()
    }
}

/// Graphs of up to so many items.
pub fn sample(most: u32) -> impl Strategy<Value = Sample> {
    (2..=most).prop_flat_map(|items| {
        let edge = move || (0..items, 0..items);
        let group = (0..items, vec((0..items, 1..5_u32), 1..5), 1..4_u32, any::<bool>()).prop_map(
            |(owner, members, needed, is_counted)| {
                let mut seen = BTreeSet::new();
                let members: Vec<_> = members
                    .into_iter()
                    .filter(|(node, _)| seen.insert(*node))
                    .map(|(node, capacity)| Member { node, capacity })
                    .collect();
                let threshold = match is_counted {
                    true => Threshold::Count(needed.min(members.len() as u32)),
                    false => Threshold::Capacity(needed * 2),
                };
                Group { owner, threshold, members }
            },
        );
        let size = items as usize;
        (vec(edge(), 0..size * 2), vec(edge(), 0..size), vec(group, 0..size))
            .prop_map(move |(hard, soft, groups)| Sample { items, hard, soft, groups })
    })
}
