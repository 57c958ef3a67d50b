//! How often an item is up, from how often each thing it needs is.
//!
//! What two ways share is counted once: the graph itself is evaluated, never a product of ways. What brings the item
//! down alone is multiplied out; what is left uncertain is enumerated, exactly up to [`MOST_EXACT`] items, and beyond
//! that drawn from a seed. Items fail independently of one another: what does not is to be an item of its own.

use crate::error::{Result, TopologyError};
use crate::graph::{Graph, Node};
use crate::lanes::{LANES, Lanes, NONE, Upstream};
use crate::single_points::single_points;

/// Uncertain items up to which every combination is tried.
pub const MOST_EXACT: usize = 20;

/// Draws where there are too many combinations.
pub const DRAWS: u32 = 1 << 20;

/// How a share of time was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// All combinations of so many uncertain items were weighed.
    Exact {
        /// Items that were neither certain nor single points.
        uncertain: usize,
    },
    /// So many were drawn.
    Drawn {
        /// How many.
        draws: u32,
        /// From which seed.
        seed: u64,
        /// Standard error of the share.
        error: f64,
    },
}

/// How often an item is up.
#[derive(Debug, Clone, PartialEq)]
pub struct Availability {
    /// Share of time, from 0 to 1.
    pub share: f64,
    /// How it was found.
    pub evidence: Evidence,
    /// Items in the way whose share is unknown; they were taken as always up, so the item is up less than that.
    pub unknown: Vec<Node>,
    /// How many items in the way have a share that is known, the item itself included.
    pub known: usize,
}

/// Minutes of a span in which something is down that is up for a share of time.
pub fn downtime(share: f64, minutes: u32) -> f64 {
    (1.0 - share) * f64::from(minutes)
}

/// How often an item is up when everything it needs is up for a share of time of its own.
///
/// # Errors
///
/// [`TopologyError::Invalid`] for a node that the graph does not have, shares that are not between 0 and 1, and shares
/// that do not match the items.
pub fn availability(graph: &Graph, node: Node, shares: &[Option<f64>], seed: u64) -> Result<Availability> {
    graph.known(&[node])?;
    if shares.len() != graph.items() as usize {
        let rule = "there is a share, or none, for each item";
        return Err(TopologyError::invalid("shares", &shares.len(), rule));
    }
    if let Some(share) = shares.iter().flatten().find(|share| !(0.0..=1.0).contains(*share)) {
        return Err(TopologyError::invalid("share", share, "a share of time is from 0 to 1"));
    }
    let points = single_points(graph, node)?;
    let upstream = Upstream::of(graph, node);
    let mut unknown: Vec<_> =
        upstream.nodes().iter().copied().filter(|node| shares[node.index()].is_none()).collect();
    unknown.sort_unstable();
    let known = upstream.nodes().len() - unknown.len();
    if points.is_never_up {
        return Ok(Availability { share: 0.0, evidence: Evidence::Exact { uncertain: 0 }, unknown, known });
    }
    let share = |node: &Node| shares[node.index()].unwrap_or(1.0);
    let certain = points.nodes.iter().chain([&node]).map(share).map(f64::ln).sum::<f64>().exp();
    let is_left = |position: &usize| {
        let other = upstream.nodes()[*position];
        other != node && share(&other) < 1.0 && points.nodes.binary_search(&other).is_err()
    };
    let left: Vec<(usize, f64)> = (0..upstream.nodes().len())
        .filter(is_left)
        .map(|position| (position, share(&upstream.nodes()[position])))
        .collect();
    let (rest, evidence) = if left.len() <= MOST_EXACT {
        (1.0 - enumerated(&upstream, &left), Evidence::Exact { uncertain: left.len() })
    } else {
        let (share, error) = drawn(&upstream, &left, seed);
        (share, Evidence::Drawn { draws: DRAWS, seed, error: error * certain })
    };
    Ok(Availability { share: certain * rest, evidence, unknown, known })
}

/// The share of time in which the item is down, over all combinations of what is left. Small shares are added up as
/// they are, so that nothing cancels.
fn enumerated(upstream: &Upstream, left: &[(usize, f64)]) -> f64 {
    let combinations: u32 = 1 << left.len();
    let mut lanes = vec![NONE; upstream.nodes().len()];
    let mut down = 0.0;
    for first in (0..combinations).step_by(LANES) {
        let last = combinations.min(first + LANES as u32);
        lanes.fill(NONE);
        for combination in first..last {
            let lane = (combination - first) as usize;
            for (bit, (position, _)) in left.iter().enumerate() {
                if combination >> bit & 1 != 0 {
                    lanes[*position][lane / 64] |= 1 << (lane % 64);
                }
            }
        }
        upstream.propagate(&mut lanes);
        let Some(asked) = lanes.last() else { continue };
        for combination in first..last {
            let lane = (combination - first) as usize;
            if asked[lane / 64] >> (lane % 64) & 1 != 0 {
                down += chance(combination, left);
            }
        }
    }
    down
}

/// How likely a combination of failures is.
fn chance(combination: u32, left: &[(usize, f64)]) -> f64 {
    left.iter().enumerate().fold(1.0, |chance, (bit, (_, share))| {
        chance * if combination >> bit & 1 != 0 { 1.0 - share } else { *share }
    })
}

/// The share of draws in which the item is up, and its standard error.
fn drawn(upstream: &Upstream, left: &[(usize, f64)], seed: u64) -> (f64, f64) {
    let mut numbers = Numbers(seed);
    let mut lanes = vec![NONE; upstream.nodes().len()];
    let mut down = 0_u32;
    for _ in 0..DRAWS / LANES as u32 {
        lanes.fill(NONE);
        for (position, share) in left {
            lanes[*position] = failures(&mut numbers, *share);
        }
        upstream.propagate(&mut lanes);
        down += lanes.last().map_or(0, |asked| asked.iter().map(|word| word.count_ones()).sum());
    }
    let share = f64::from(down) / f64::from(DRAWS);
    (1.0 - share, (share * (1.0 - share) / f64::from(DRAWS)).sqrt())
}

/// Which of the lanes an item with this share of time up fails in.
fn failures(numbers: &mut Numbers, share: f64) -> Lanes {
    let mut lanes = NONE;
    for word in &mut lanes {
        for bit in 0..64 {
            *word |= u64::from(numbers.share() >= share) << bit;
        }
    }
    lanes
}

/// Numbers that look random and are the same for a seed (Steele, Lea and Flood, Fast splittable pseudorandom number
/// generators, 2014).
struct Numbers(u64);

impl Numbers {
    /// From 0 to 1, 1 excluded.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
