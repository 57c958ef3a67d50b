//! The cheapest way to cut a group in two.
//!
//! M. Stoer and F. Wagner, A simple min-cut algorithm, Journal of the ACM 44 (1997), for groups of up to
//! [`MOST_EXACT`] items. Larger ones are cut where their strongest tree is weakest.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::groups::Tie;
use crate::split::{Tree, from_the_top};

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
    let place: BTreeMap<u32, usize> =
        members.iter().enumerate().map(|(place, item)| (*item, place)).collect();
    let ties: Vec<_> = ties.iter().map(|tie| (place[&tie.one], place[&tie.other], tie.weight)).collect();
    let tree = strongest_tree(members.len(), &ties);
    let weakest = (1..tree.len()).min_by_key(|place| (tree[*place].1, *place));
    let mut is_below = vec![false; tree.len()];
    for place in from_the_top(&tree) {
        is_below[place] = Some(place) == weakest || place != 0 && is_below[tree[place].0];
    }
    members.iter().zip(is_below).filter(|(_, is_below)| *is_below).map(|(item, _)| *item).collect()
}

/// A tree that grows from the first place along the strongest ties, all of them among these places. What nothing ties
/// to them hangs on the first by nothing.
pub(crate) fn strongest_tree(places: usize, ties: &[(usize, usize, u64)]) -> Tree {
    let mut neighbours: Vec<Vec<(u64, usize)>> = vec![Vec::new(); places];
    for (one, other, weight) in ties.iter().filter(|(one, other, _)| one != other) {
        neighbours[*one].push((*weight, *other));
        neighbours[*other].push((*weight, *one));
    }
    let mut tree: Tree = vec![(0, 0); places];
    let mut is_met = vec![false; places];
    let mut heap = BinaryHeap::new();
    for root in 0..places {
        heap.push((0, std::cmp::Reverse(root), 0));
        while let Some((weight, std::cmp::Reverse(place), from)) = heap.pop() {
            if std::mem::replace(&mut is_met[place], true) {
                continue;
            }
            tree[place] = (from, weight);
            heap.extend(
                neighbours[place].iter().map(|(weight, other)| (*weight, std::cmp::Reverse(*other), place)),
            );
        }
    }
    tree
}
