//! Numbers for assets that hold others, which follow from what is recorded of them and not from the ids that were made.

use std::collections::{BTreeMap, HashMap, VecDeque};

use sha2::{Digest, Sha256};

use crate::store::hex;

/// The number of an asset that holds others, and that of the one that holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its own, where it holds others.
    pub number: Option<u32>,
    /// Of the one that holds it.
    pub parent: Option<u32>,
}

/// Numbers what holds others, from the top down: of what one thing holds, by what is said of each and of all in it, so that
/// only what may be taken for each other is numbered as it comes. A circle holds nothing.
pub fn numbered(parents: &[Option<u32>], said: impl Fn(u32) -> String) -> BTreeMap<u32, Place> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (at, parent) in (0_u32..).zip(parents) {
        if let Some(parent) = parent {
            children.entry(*parent).or_default().push(at);
        }
    }
    let tops = children.keys().copied().filter(|at| parents.get(*at as usize).is_some_and(Option::is_none));
    let mut tops: Vec<u32> = tops.collect();
    let held = |at: u32| children.get(&at).map_or(&[][..], Vec::as_slice);
    // Everything below the tops, what holds before what is held.
    let mut order = tops.clone();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        order.extend_from_slice(held(at));
        next += 1;
    }
    let mut whole: HashMap<u32, String> = HashMap::with_capacity(order.len());
    for at in order.into_iter().rev() {
        let mut inside: Vec<&str> =
            held(at).iter().filter_map(|child| whole.get(child)).map(String::as_str).collect();
        inside.sort_unstable();
        let text = format!("{} {}", said(at), inside.join(" "));
        whole.insert(at, hex(&Sha256::digest(text)));
    }
    tops.sort_by_key(|at| whole.get(at));
    let mut places: BTreeMap<u32, Place> = BTreeMap::new();
    let mut waiting: VecDeque<u32> = tops.into();
    let mut number = 0;
    while let Some(at) = waiting.pop_front() {
        let mut inside = held(at).to_vec();
        if inside.is_empty() {
            continue;
        }
        number += 1;
        places.entry(at).or_default().number = Some(number);
        inside.sort_by_key(|child| whole.get(child));
        for child in inside {
            places.entry(child).or_default().parent = Some(number);
            waiting.push_back(child);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said, by what is said of the number that holds it, sorted.
    fn text(parents: &[Option<u32>], said: &[&str]) -> Vec<String> {
        let places = numbered(parents, |at| said[at as usize].to_owned());
        let mut lines: Vec<String> = (0_u32..)
            .zip(said)
            .map(|(at, said)| format!("{said} {:?}", places.get(&at).copied().unwrap_or_default()))
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn numbers_do_not_follow_the_order_in_which_assets_come() {
        // Two chassis that are alike; one holds blades a and b, the other two of a, and a shelf with one more.
        let parents = [None, None, Some(0), Some(0), Some(1), Some(1), Some(1), Some(6), None];
        let said = ["chassis", "chassis", "a", "b", "a", "a", "shelf", "a", "server"];
        let first = text(&parents, &said);
        let turned: Vec<usize> = (0..said.len()).rev().collect();
        let place = |at: u32| turned.iter().position(|old| *old == at as usize).map(|at| at as u32);
        let parents: Vec<_> = turned.iter().map(|old| parents[*old].and_then(place)).collect();
        let said: Vec<_> = turned.iter().map(|old| said[*old]).collect();
        assert_eq!(first, text(&parents, &said));
        assert_eq!(first.iter().filter(|line| line.contains("number: Some")).count(), 3);
    }

    #[test]
    fn a_circle_ends() {
        assert!(numbered(&[Some(1), Some(0), Some(2)], |_| String::new()).is_empty());
    }
}
