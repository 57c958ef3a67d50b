//! The cheapest way to cut a group in two.
//!
//! M. Stoer and F. Wagner, A simple min-cut algorithm, Journal of the ACM 44 (1997), for groups of up to
//! [`MOST_EXACT`] items. Larger ones are cut where their strongest tree is weakest.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::groups::Tie;

/// Items of a group up to which the cut is proven to be the cheapest.
pub const MOST_EXACT: usize = 400;

/// A way to cut a group in two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cut {
    /// What all cut ties weigh together.
    pub weight: u64,
    /// The ties that are cut.
    pub ties: Vec<Tie>,
    /// The smaller part, by position of the items.
    pub part: Vec<u32>,
    /// Whether no cut is cheaper; otherwise it is a good one that was found fast.
    pub is_proven: bool,
}

/// The cheapest cut of these items, which the ties are among. `None` for fewer than two items.
pub(crate) fn cheapest_cut(members: &[u32], ties: &[Tie]) -> Option<Cut> {
    if members.len() < 2 {
        return None;
    }
    let is_proven = members.len() <= MOST_EXACT;
    let part = if is_proven { smallest_cut(members, ties) } else { weakest_branch(members, ties) };
    let mut part: BTreeSet<u32> = part.into_iter().collect();
    if part.len() * 2 > members.len() {
        part = members.iter().copied().filter(|member| !part.contains(member)).collect();
    }
    let is_cut = |tie: &&Tie| part.contains(&tie.one) != part.contains(&tie.other);
    let ties: Vec<Tie> = ties.iter().filter(is_cut).copied().collect();
    let weight = ties.iter().fold(0_u64, |sum, tie| sum.saturating_add(tie.weight));
    Some(Cut { weight, ties, part: part.into_iter().collect(), is_proven })
}

/// One side of the cheapest cut.
fn smallest_cut(members: &[u32], ties: &[Tie]) -> Vec<u32> {
    let place: BTreeMap<u32, usize> =
        members.iter().enumerate().map(|(place, item)| (*item, place)).collect();
    let mut weights: Vec<BTreeMap<usize, u128>> = vec![BTreeMap::new(); members.len()];
    for tie in ties.iter().filter(|tie| tie.one != tie.other) {
        let (one, other) = (place[&tie.one], place[&tie.other]);
        *weights[one].entry(other).or_insert(0) += u128::from(tie.weight);
        *weights[other].entry(one).or_insert(0) += u128::from(tie.weight);
    }
    let mut merged: Vec<Vec<u32>> = members.iter().map(|item| vec![*item]).collect();
    let mut alive: BTreeSet<usize> = (0..members.len()).collect();
    let mut best: Option<(u128, Vec<u32>)> = None;
    while alive.len() > 1 {
        let (before, last, weight) = phase(&alive, &weights);
        if best.as_ref().is_none_or(|(least, _)| weight < *least) {
            best = Some((weight, merged[last].clone()));
        }
        let taken = std::mem::take(&mut merged[last]);
        merged[before].extend(taken);
        for (other, weight) in std::mem::take(&mut weights[last]) {
            weights[other].remove(&last);
            if other != before {
                *weights[before].entry(other).or_insert(0) += weight;
                *weights[other].entry(before).or_insert(0) += weight;
            }
        }
        alive.remove(&last);
    }
    best.map(|(_, part)| part).unwrap_or_default()
}

/// Takes the items one by one, always that which is tied most to those taken: the last two, and what ties the last to
/// all the others.
fn phase(alive: &BTreeSet<usize>, weights: &[BTreeMap<usize, u128>]) -> (usize, usize, u128) {
    let mut taken = vec![false; weights.len()];
    let mut tied = vec![0_u128; weights.len()];
    let mut heap: BinaryHeap<(u128, std::cmp::Reverse<usize>)> =
        alive.iter().map(|item| (0, std::cmp::Reverse(*item))).collect();
    let (mut before, mut last) = (0, 0);
    while let Some((weight, std::cmp::Reverse(item))) = heap.pop() {
        if taken[item] || weight != tied[item] {
            continue;
        }
        taken[item] = true;
        (before, last) = (last, item);
        for (other, more) in &weights[item] {
            if !taken[*other] {
                tied[*other] += more;
                heap.push((tied[*other], std::cmp::Reverse(*other)));
            }
        }
    }
    (before, last, tied[last])
}

/// The items on one side of the weakest tie of the strongest tree that spans them.
fn weakest_branch(members: &[u32], ties: &[Tie]) -> Vec<u32> {
    let mut neighbours: BTreeMap<u32, Vec<(u64, u32)>> = BTreeMap::new();
    for tie in ties.iter().filter(|tie| tie.one != tie.other) {
        neighbours.entry(tie.one).or_default().push((tie.weight, tie.other));
        neighbours.entry(tie.other).or_default().push((tie.weight, tie.one));
    }
    // The tree grows from the first item along the strongest tie; branches are kept in the order they grew.
    let mut grown: Vec<(u32, u32, u64)> = Vec::new();
    let mut met = BTreeSet::from([members[0]]);
    let mut heap = BinaryHeap::new();
    let reach = |item: u32, heap: &mut BinaryHeap<(u64, std::cmp::Reverse<u32>, u32)>| {
        for (weight, other) in neighbours.get(&item).into_iter().flatten() {
            heap.push((*weight, std::cmp::Reverse(*other), item));
        }
    };
    reach(members[0], &mut heap);
    while let Some((weight, std::cmp::Reverse(item), from)) = heap.pop() {
        if met.insert(item) {
            grown.push((from, item, weight));
            reach(item, &mut heap);
        }
    }
    if met.len() < members.len() {
        return met.into_iter().collect();
    }
    let Some((_, root, _)) = grown.iter().min_by_key(|(_, item, weight)| (*weight, *item)) else {
        return Vec::new();
    };
    let mut branch = BTreeSet::from([*root]);
    for (from, item, _) in &grown {
        if branch.contains(from) {
            branch.insert(*item);
        }
    }
    branch.into_iter().collect()
}
