//! Random graphs with circles and groups, and what they mean by brute force.

mod chains;

use std::collections::{BTreeMap, BTreeSet};

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
                if !is_met(group, |node| !down.contains(&node)) {
                    down.insert(group.owner);
                }
            }
            if down.len() == before {
                return down;
            }
        }
    }

    /// When each item is down, step by step, if these fail: all that lack something go down at once.
    pub fn steps(&self, failed: &[u32]) -> BTreeMap<u32, u32> {
        let mut down: BTreeMap<u32, u32> = failed.iter().map(|item| (*item, 0)).collect();
        let mut fallen: Vec<u32> = failed.to_vec();
        let mut needed_by = vec![Vec::new(); self.items as usize];
        let mut member_of = vec![Vec::new(); self.items as usize];
        self.hard.iter().for_each(|(from, to)| needed_by[*to as usize].push(*from));
        for (position, group) in self.groups.iter().enumerate() {
            group.members.iter().for_each(|member| member_of[member.node as usize].push(position));
        }
        for step in 1.. {
            let groups = fallen.iter().flat_map(|item| &member_of[*item as usize]);
            let missed = groups
                .map(|position| &self.groups[*position])
                .filter(|group| !is_met(group, |node| !down.contains_key(&node)));
            let mut next: Vec<u32> = missed.map(|group| group.owner).collect();
            next.extend(fallen.iter().flat_map(|item| &needed_by[*item as usize]));
            next.retain(|item| !down.contains_key(item));
            next.sort_unstable();
            next.dedup();
            if next.is_empty() {
                break;
            }
            down.extend(next.iter().map(|item| (*item, step)));
            fallen = next;
        }
        down
    }

    /// What is down alone with these, that is not down anyway.
    pub fn broken(&self, failed: &[u32]) -> BTreeSet<u32> {
        let before = self.down(&[]);
        self.down(failed).difference(&before).copied().collect()
    }
}

/// Whether enough of a group is up.
pub fn is_met(group: &Group, is_up: impl Fn(u32) -> bool) -> bool {
    let up = group.members.iter().filter(|member| is_up(member.node));
    match group.threshold {
        Threshold::Count(count) => up.count() >= count as usize,
        Threshold::Capacity(needed) => up.map(|member| member.capacity).sum::<u32>() >= needed,
    }
}

/// A graph of thousands of items: few layers, so that very many are met at once, some that very many need, some circles.
pub fn wide() -> impl Strategy<Value = Sample> {
    let edge = || (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let group = || {
        (
            any::<prop::sample::Index>(),
            vec((any::<prop::sample::Index>(), 1..5_u32), 2..5),
            1..4_u32,
            0..8_u32,
        )
    };
    (2_000..3_000_u32).prop_flat_map(move |items| {
        let size = items as usize;
        let parts = (vec(edge(), size), vec(group(), size), vec((0..items, 0..items), 0..8));
        parts.prop_map(move |(edges, groups, circles)| {
            // What an item needs is of the lower third of those before it.
            let below = |owner: u32, index: prop::sample::Index| index.index(owner as usize / 3 + 1) as u32;
            let owner = |index: prop::sample::Index| 1 + index.index(size - 1) as u32;
            let mut hard: Vec<_> =
                edges.into_iter().map(|(from, to)| (owner(from), below(owner(from), to))).collect();
            hard.extend((1..items).filter(|item| item % 4 == 0).map(|item| (item, item % 3)));
            hard.extend(circles);
            let groups = groups.into_iter().map(|(from, members, needed, kind)| {
                let owner = owner(from);
                let mut seen = BTreeSet::new();
                let members: Vec<_> = members
                    .into_iter()
                    .map(|(index, capacity)| Member { node: below(owner, index), capacity })
                    .filter(|member| seen.insert(member.node))
                    .collect();
                let most: u32 = members.iter().map(|member| member.capacity).sum();
                let threshold = match kind {
                    0 => Threshold::Capacity((needed * 2).min(most)),
                    _ => Threshold::Count(needed.min(members.len() as u32)),
                };
                Group { owner, threshold, members }
            });
            Sample { items, hard, soft: Vec::new(), groups: groups.collect() }
        })
    })
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
