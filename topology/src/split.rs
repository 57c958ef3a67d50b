//! How a group that is too large falls into parts that are not, at the least weight of what is cut.
//!
//! To find the cheapest parts is hard in general (M. Garey, D. Johnson and L. Stockmeyer, Some simplified NP-complete
//! graph problems, Theoretical Computer Science 1, 1976), and easy in a tree. So the group is replaced by a tree: in
//! groups of up to [`MOST_EXACT`] items one whose ties are the cheapest cuts between all of them (R. Gomory and T. Hu,
//! Multi-terminal network flows, SIAM Journal 9, 1961; by the simpler way of D. Gusfield, SIAM Journal on Computing 19,
//! 1990), in larger ones the strongest that spans them.

use std::collections::{BTreeMap, VecDeque};

use crate::cut::{MOST_EXACT, strongest_tree};
use crate::groups::Tie;

/// Items times the largest part, up to which a group is split.
const MOST_WORK: usize = 4_000_000;

/// Parts of a group that are each no larger than allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// What all cut ties weigh together.
    pub weight: u64,
    /// The parts by position of the items, the largest first.
    pub parts: Vec<Vec<u32>>,
}

/// A tree: of each place but the first, the one above it and what the tie to it weighs, by the place.
pub(crate) type Tree = Vec<(usize, u64)>;

/// Parts of at most so many of these items, which the ties are among. `None` where that would take too long.
pub(crate) fn split(members: &[u32], ties: &[Tie], largest: usize) -> Option<Split> {
    if members.len().saturating_mul(largest) > MOST_WORK {
        return None;
    }
    let place: BTreeMap<u32, usize> =
        members.iter().enumerate().map(|(place, item)| (*item, place)).collect();
    let ends = ties.iter().map(|tie| (place[&tie.one], place[&tie.other], tie.weight));
    let ties: Vec<(usize, usize, u64)> = ends.filter(|(one, other, _)| one != other).collect();
    let tree = if members.len() <= MOST_EXACT {
        cut_tree(members.len(), &ties)
    } else {
        strongest_tree(members.len(), &ties)
    };
    let part_of = parts_of(&tree, largest);
    let mut parts: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for (item, part) in members.iter().zip(&part_of) {
        parts.entry(*part).or_default().push(*item);
    }
    let mut parts: Vec<Vec<u32>> = parts.into_values().collect();
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part.first().copied()));
    let cut = ties.iter().filter(|(one, other, _)| part_of[*one] != part_of[*other]);
    let weight = cut.fold(0_u64, |sum, (_, _, weight)| sum.saturating_add(*weight));
    Some(Split { weight, parts })
}

/// The part of each place of a tree: its topmost place. No part is larger than allowed, and no other such parts cut
/// less of the tree.
fn parts_of(tree: &Tree, largest: usize) -> Vec<usize> {
    let order = from_the_top(tree);
    // By place and size of the part it is in, less one: what is cut below it at least.
    let mut costs: Vec<Vec<u64>> = vec![vec![0]; tree.len()];
    // By place: for each size of the part above with it, how much of that is its own; 0 where it is cut off.
    let mut shares: Vec<Vec<u32>> = vec![Vec::new(); tree.len()];
    for place in order.iter().skip(1).rev() {
        let (above, weight) = tree[*place];
        let own = std::mem::take(&mut costs[*place]);
        let alone = own.iter().min().copied().unwrap_or(0).saturating_add(weight);
        let before = std::mem::take(&mut costs[above]);
        let most = (before.len() + own.len()).min(largest);
        let (mut cost, mut share) = (vec![u64::MAX; most], vec![0; most]);
        for (size, cost_before) in before.iter().enumerate() {
            cost[size] = cost[size].min(cost_before.saturating_add(alone));
        }
        for (size, cost_before) in before.iter().enumerate() {
            for (more, cost_own) in own.iter().enumerate().take(largest - 1 - size) {
                let both = cost_before.saturating_add(*cost_own);
                if both < cost[size + more + 1] {
                    cost[size + more + 1] = both;
                    share[size + more + 1] = more as u32 + 1;
                }
            }
        }
        costs[above] = cost;
        shares[*place] = share;
        costs[*place] = own;
    }
    // From the top: how large the part of each place is from it downward, and so of those right below it, the last
    // that was added first.
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); tree.len()];
    order.iter().skip(1).for_each(|place| below[tree[*place].0].push(*place));
    let cheapest = |costs: &[u64]| {
        costs.iter().enumerate().min_by_key(|(size, cost)| (**cost, *size)).map_or(1, |(size, _)| size + 1)
    };
    let mut part_of: Vec<usize> = (0..tree.len()).collect();
    let mut sizes = vec![0; tree.len()];
    for place in &order {
        if sizes[*place] == 0 {
            sizes[*place] = cheapest(&costs[*place]);
        } else {
            part_of[*place] = part_of[tree[*place].0];
        }
        let mut left = sizes[*place];
        for other in &below[*place] {
            let share = shares[*other][left - 1] as usize;
            sizes[*other] = share;
            left -= share;
        }
    }
    part_of
}

/// The places of a tree, each after the one above it.
pub(crate) fn from_the_top(tree: &Tree) -> Vec<usize> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); tree.len()];
    for (place, (above, _)) in tree.iter().enumerate().skip(1) {
        below[*above].push(place);
    }
    let mut order = vec![0];
    let mut next = 0;
    while let Some(place) = order.get(next).copied() {
        order.append(&mut below[place]);
        next += 1;
    }
    order
}

/// A tree whose ties are the cheapest cuts between all places.
fn cut_tree(places: usize, ties: &[(usize, usize, u64)]) -> Tree {
    let mut network = Network::of(places, ties);
    let mut tree: Tree = vec![(0, 0); places];
    for source in 1..places {
        let sink = tree[source].0;
        let flow = network.flow(source, sink);
        let side = network.side(source);
        for (other, branch) in tree.iter_mut().enumerate() {
            if other != source && side[other] && branch.0 == sink {
                branch.0 = source;
            }
        }
        if sink != 0 && side[tree[sink].0] {
            tree[source] = tree[sink];
            tree[sink] = (source, flow);
        } else {
            tree[source].1 = flow;
        }
    }
    tree
}

/// What can flow between places along ties, both ways.
struct Network {
    /// By place: the directions in which it is left, each with its place among `ends`.
    out: Vec<Vec<usize>>,
    /// Where a direction leads; that of an even number and the next one are those of one tie.
    ends: Vec<usize>,
    all: Vec<u64>,
    left: Vec<u64>,
}

impl Network {
    fn of(places: usize, ties: &[(usize, usize, u64)]) -> Self {
        let (mut out, mut ends, mut all) = (vec![Vec::new(); places], Vec::new(), Vec::new());
        for (one, other, weight) in ties {
            out[*one].push(ends.len());
            ends.push(*other);
            out[*other].push(ends.len());
            ends.push(*one);
            all.extend([*weight, *weight]);
        }
        Self { out, ends, left: all.clone(), all }
    }

    /// The most that can flow (E. Dinic, Algorithm for solution of a problem of maximum flow, Soviet Mathematics 11,
    /// 1970).
    fn flow(&mut self, source: usize, sink: usize) -> u64 {
        self.left.clone_from(&self.all);
        let mut flow = 0_u64;
        loop {
            let steps = self.steps(source);
            if steps[sink] == usize::MAX {
                return flow;
            }
            let mut next = vec![0; self.out.len()];
            loop {
                let pushed = self.push(source, sink, &steps, &mut next);
                if pushed == 0 {
                    break;
                }
                flow = flow.saturating_add(pushed);
            }
        }
    }

    /// How many steps each place is away, along what is left.
    fn steps(&self, source: usize) -> Vec<usize> {
        let mut steps = vec![usize::MAX; self.out.len()];
        steps[source] = 0;
        let mut waiting = VecDeque::from([source]);
        while let Some(place) = waiting.pop_front() {
            for direction in &self.out[place] {
                let end = self.ends[*direction];
                if self.left[*direction] > 0 && steps[end] == usize::MAX {
                    steps[end] = steps[place] + 1;
                    waiting.push_back(end);
                }
            }
        }
        steps
    }

    /// Lets as much flow as one way allows, each step one further away.
    fn push(&mut self, source: usize, sink: usize, steps: &[usize], next: &mut [usize]) -> u64 {
        let mut way: Vec<usize> = Vec::new();
        let mut place = source;
        while place != sink {
            match self.out[place].get(next[place]).copied() {
                Some(direction)
                    if self.left[direction] > 0
                        && steps[self.ends[direction]] == steps[place].saturating_add(1) =>
                {
                    way.push(direction);
                    place = self.ends[direction];
                }
                Some(_) => next[place] += 1,
                None => {
                    let Some(direction) = way.pop() else { return 0 };
                    place = self.ends[direction ^ 1];
                    next[place] += 1;
                }
            }
        }
        let least = way.iter().map(|direction| self.left[*direction]).min().unwrap_or(0);
        for direction in way {
            self.left[direction] -= least;
            self.left[direction ^ 1] = self.left[direction ^ 1].saturating_add(least);
        }
        least
    }

    /// The places that can still be reached: one side of the cheapest cut.
    fn side(&self, source: usize) -> Vec<bool> {
        self.steps(source).into_iter().map(|steps| steps != usize::MAX).collect()
    }
}
