//! Groups that are too large, and the parts that they fall into: by brute force where that is possible.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use topology::groups::{Estate, MoveGroup, Tie, move_groups};

/// The one group of so many items that these ties, and one of no weight between neighbours, hold together.
fn group(items: u32, ties: &[(u32, u32, u64)], largest: u32) -> (MoveGroup, Vec<Tie>) {
    let tie = |one, other, weight| Tie { one, other, is_strong: true, weight };
    let ties: Vec<Tie> = ties.iter().map(|(one, other, weight)| tie(*one, *other, *weight)).collect();
    let estate = Estate {
        items,
        ties: ties.clone(),
        hubs: Vec::new(),
        hub_degree: Some(u32::MAX),
        largest: Some(largest),
    };
    let mut found = move_groups(&estate).unwrap().groups;
    assert_eq!(found.len(), 1);
    (found.remove(0), ties)
}

fn weight(ties: &[Tie], part_of: impl Fn(u32) -> usize) -> u64 {
    ties.iter().filter(|tie| part_of(tie.one) != part_of(tie.other)).map(|tie| tie.weight).sum()
}

/// The least weight of all ways into parts that are small enough.
fn least(items: u32, ties: &[Tie], largest: usize) -> u64 {
    let mut parts = vec![0; items as usize];
    let mut least = u64::MAX;
    loop {
        let is_small = |part| parts.iter().filter(|other| **other == part).count() <= largest;
        if (0..items as usize).all(is_small) {
            least = least.min(weight(ties, |item| parts[item as usize]));
        }
        let Some(last) = parts.iter().rposition(|part| part + 1 < items as usize) else { return least };
        parts[last] += 1;
        parts[last + 1..].fill(0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn parts_are_small_enough_and_of_a_tree_the_cheapest(
        above in prop::collection::vec((0..100_u32, 0..9_u64), 4),
        more in prop::collection::vec((0..5_u32, 0..5_u32, 0..9_u64), 0..5),
        largest in 1..5_u32,
    ) {
        let tree = above.iter().zip(1..).map(|((above, weight), item)| (above % item, item, *weight));
        let tree: Vec<_> = tree.collect();
        let all: Vec<_> = tree.iter().copied().chain(more).collect();
        for (ties, is_tree) in [(tree, true), (all, false)] {
            let (group, ties) = group(5, &ties, largest);
            let split = group.split.unwrap();
            prop_assert!(split.parts.iter().all(|part| part.len() <= largest as usize));
            let items: Vec<u32> = split.parts.iter().flatten().copied().collect();
            prop_assert_eq!(items.len(), 5);
            prop_assert_eq!(items.into_iter().collect::<BTreeSet<_>>().len(), 5);
            let part_of = |item| split.parts.iter().position(|part| part.contains(&item)).unwrap();
            prop_assert_eq!(split.weight, weight(&ties, part_of));
            let least = least(5, &ties, largest as usize);
            prop_assert!(split.weight >= least);
            prop_assert!(!is_tree || split.weight == least, "{} of {}: {:?}", split.weight, least, split.parts);
        }
    }
}

/// Two clusters of thirty, each joined to a first item by nine, and to each other by three and by one. The cheapest
/// cut is not where a part of fifty ends, but where they join.
#[test]
fn two_clusters_are_parted_where_they_join() {
    let cluster = |first: u32| (1..30).map(move |item| (first, first + item, 9));
    let joined = [(5, 35, 3), (6, 36, 1)];
    let (group, ties) = group(60, &cluster(0).chain(cluster(30)).chain(joined).collect::<Vec<_>>(), 50);
    assert_eq!(group.cut.unwrap().weight, 4);
    let split = group.split.unwrap();
    assert_eq!(split.weight, 4);
    assert_eq!(split.parts, [(0..30).collect::<Vec<_>>(), (30..60).collect()]);
    assert_eq!(weight(&ties, |item| usize::from(item < 30)), 4);
}

/// Beyond four hundred items the strongest ties are kept: a chain of clusters falls apart between them.
#[test]
fn large_groups_fall_apart_where_they_hold_together_least() {
    let clusters = (0..20_u32).flat_map(|cluster| {
        let first = cluster * 40;
        (1..40)
            .map(move |item| (first + item - 1, first + item, 100))
            .chain((cluster > 0).then(|| (first - 1, first, 1)))
    });
    let (group, _) = group(800, &clusters.collect::<Vec<_>>(), 80);
    let split = group.split.unwrap();
    assert_eq!((split.weight, split.parts.len()), (9, 10));
}
