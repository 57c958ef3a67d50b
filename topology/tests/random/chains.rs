//! What is waited for, from link to link: every chain ends, and ends with what there is a reason to end with.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use topology::graph::{Group, Member, Node, Threshold};
use topology::recovery::{Recoveries, recoveries};

use super::{Sample, is_met};

/// Circles one above the other, of which each is closed by hard needs and by groups, with more needs and groups all
/// over: some groups are missed and some cannot be met at all.
fn circles() -> impl Strategy<Value = Sample> {
    let weighed = || (any::<Index>(), 0..4_u32);
    let group = || (any::<Index>(), vec(weighed(), 1..4), 1..9_u32, any::<bool>());
    let ring = || vec((any::<bool>(), weighed(), 1..3_u32), 1..5);
    let parts = (vec(ring(), 1..5), vec((any::<Index>(), any::<Index>()), 0..8), vec(group(), 0..4));
    parts.prop_map(|(rings, hard, groups)| {
        let items = rings.iter().map(Vec::len).sum::<usize>() as u32;
        let mut sample = Sample { items, hard: Vec::new(), soft: Vec::new(), groups: Vec::new() };
        let item = |index: Index, below: u32| index.index(below as usize) as u32;
        let mut begin = 0;
        for ring in rings {
            let end = begin + ring.len() as u32;
            for (owner, (is_hard, (other, capacity), needed)) in (begin..end).zip(ring) {
                let next = if owner + 1 == end { begin } else { owner + 1 };
                if is_hard {
                    sample.hard.push((owner, next));
                } else {
                    let members = members([(next, 1), (item(other, end), capacity)]);
                    sample.groups.push(Group { owner, threshold: Threshold::Count(needed), members });
                }
            }
            begin = end;
        }
        // Most lead to what is below, so that the circles stay apart.
        sample.hard.extend(
            hard.into_iter()
                .map(|(from, to)| (item(from, items), item(to, items)))
                .map(|(from, to)| if from % 4 == 0 { (from, to) } else { (from.max(to), from.min(to)) }),
        );
        sample.groups.extend(groups.into_iter().map(|(owner, weighed, needed, is_counted)| {
            let members =
                members(weighed.into_iter().map(|(index, capacity)| (item(index, items), capacity)));
            let threshold = match is_counted {
                true => Threshold::Count(needed.div_ceil(3)),
                false => Threshold::Capacity(needed),
            };
            Group { owner: item(owner, items), threshold, members }
        }));
        sample
    })
}

/// Each once.
fn members(all: impl IntoIterator<Item = (u32, u32)>) -> Vec<Member> {
    let all: BTreeMap<u32, u32> = all.into_iter().collect();
    all.into_iter().map(|(node, capacity)| Member { node, capacity }).collect()
}

/// The links from an item on, each followed once more than there are items if they have no end.
fn followed(found: &Recoveries, from: Node, items: u32) -> Vec<Node> {
    let next = |node: &Node| found.of(*node).unwrap().waits_for;
    std::iter::successors(Some(from), next).take(items as usize + 1).collect()
}

/// What is never up, with the round in which it is found to be: first what a group keeps down that cannot be met with
/// all members up, then what lacks too much of what was found before.
fn never(sample: &Sample) -> BTreeMap<u32, u32> {
    let mut never: BTreeMap<u32, u32> = BTreeMap::new();
    for round in 0.. {
        let hard = sample.hard.iter().filter(|(_, need)| never.contains_key(need)).map(|(owner, _)| *owner);
        let missed = sample.groups.iter().filter(|group| !is_met(group, |node| !never.contains_key(&node)));
        let found: BTreeSet<u32> = hard.chain(missed.map(|group| group.owner)).collect();
        let before = never.len();
        found.into_iter().for_each(|item| {
            never.entry(item).or_insert(round);
        });
        if never.len() == before {
            break;
        }
    }
    never
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_never_up_waits_for_what_was_found_to_be_before(sample in circles()) {
        let (graph, nodes) = sample.build();
        let found = recoveries(&graph, &vec![Some(1); nodes.len()]).unwrap();
        let never = never(&sample);
        prop_assert_eq!(never.keys().copied().collect::<BTreeSet<_>>(), sample.down(&[]));
        let item = |node: Node| nodes.iter().position(|other| *other == node).unwrap() as u32;
        for (owner, round) in &never {
            let chain = followed(&found, nodes[*owner as usize], sample.items);
            prop_assert_eq!(chain.len(), *round as usize + 1, "it ends where a group is missed by itself");
            prop_assert_eq!(&chain, &found.chain(nodes[*owner as usize]));
            for (owner, need) in chain.windows(2).map(|pair| (item(pair[0]), item(pair[1]))) {
                prop_assert_eq!(never.get(&need).map(|round| round + 1), never.get(&owner).copied());
                let is_missed = |group: &Group| {
                    let is_up = |node: u32| never.get(&node).is_none_or(|round| *round >= never[&owner]);
                    group.owner == owner
                        && group.members.iter().any(|member| member.node == need)
                        && !is_met(group, is_up)
                };
                prop_assert!(sample.hard.contains(&(owner, need)) || sample.groups.iter().any(is_missed));
            }
        }
    }

    #[test]
    fn what_comes_up_waits_for_what_is_up_just_before(
        sample in circles(),
        times in vec(proptest::option::weighted(0.8, 0..3_u32), 16),
    ) {
        let (graph, nodes) = sample.build();
        let own: Vec<Option<u32>> = times[..nodes.len()].to_vec();
        let found = recoveries(&graph, &own).unwrap();
        let minutes = |node: Node| found.of(node).unwrap().minutes;
        for node in nodes.iter().copied().filter(|node| minutes(*node).is_some()) {
            let chain = followed(&found, node, sample.items);
            prop_assert!(chain.len() <= nodes.len(), "{:?} has no end", chain);
            prop_assert_eq!(&chain, &found.chain(node));
            for (place, link) in chain.iter().enumerate() {
                let together = found.together(*link);
                let own = together.iter().map(|node| u64::from(own[node.0 as usize].unwrap_or(0))).sum::<u64>();
                let next = chain.get(place + 1).copied();
                prop_assert_eq!(minutes(*link), next.map_or(Some(0), minutes).map(|before| before + own));
                if let Some(next) = next {
                    let is_needed = |node: &Node| {
                        let mut members = graph.groups_of(*node).flat_map(|group| graph.members(group));
                        graph.hard_needs(*node).any(|need| need == next) || members.any(|need| need == next)
                    };
                    prop_assert!(together.iter().any(is_needed) && !together.contains(&next));
                }
            }
        }
    }
}

/// Two need each other, and a group that cannot be met keeps down the one: the other waits for it, and it for nobody.
#[test]
fn a_circle_that_is_never_up_ends_with_what_keeps_it_down() {
    let group = Group { owner: 0, threshold: Threshold::Count(2), members: members([(2, 1)]) };
    let sample = Sample { items: 3, hard: vec![(0, 1), (1, 0)], soft: Vec::new(), groups: vec![group] };
    let (graph, nodes) = sample.build();
    let found = recoveries(&graph, &[Some(1); 3]).unwrap();
    assert_eq!([0, 1, 2].map(|item: usize| found.of(nodes[item]).unwrap().minutes), [None, None, Some(1)]);
    assert_eq!(followed(&found, nodes[0], 3), [nodes[0]]);
    assert_eq!(followed(&found, nodes[1], 3), [nodes[1], nodes[0]]);
    assert_eq!(found.chain(nodes[1]), [nodes[1], nodes[0]]);
}
