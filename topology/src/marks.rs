//! Sets of positions, a bit each.

use crate::graph::Node;

/// A set of positions below a bound. Making one costs nothing for pages of memory that are not touched.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    pub fn new(positions: u32) -> Self {
        Self { words: vec![0; positions as usize / 64 + 1] }
    }

    #[inline]
    pub fn has(&self, position: u32) -> bool {
        self.words[position as usize / 64] >> (position % 64) & 1 != 0
    }

    /// Adds a position; whether it was not there.
    #[inline]
    pub fn add(&mut self, position: u32) -> bool {
        let word = &mut self.words[position as usize / 64];
        let bit = 1 << (position % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Adds a position, and asks nothing.
    #[inline]
    pub fn set(&mut self, position: u32) {
        self.words[position as usize / 64] |= 1 << (position % 64);
    }

    /// Adds a position, or not; which of both is not decided by a branch.
    #[inline]
    pub fn set_if(&mut self, is: bool, position: u32) {
        self.words[position as usize / 64] |= u64::from(is) << (position % 64);
    }

    /// Takes all positions and tells them, in order.
    #[inline]
    pub fn drain(&mut self, mut tell: impl FnMut(u32)) {
        for (place, word) in self.words.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                tell(place as u32 * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
    }

    pub fn remove(&mut self, position: u32) {
        self.words[position as usize / 64] &= !(1 << (position % 64));
    }

    /// Moves the positions from here to another set, and tells those that it did not have, in order.
    pub fn pour_into(&mut self, other: &mut Self, mut tell: impl FnMut(u32)) {
        for (place, (word, others)) in self.words.iter_mut().zip(&mut other.words).enumerate() {
            let mut new = *word & !*others;
            *others |= new;
            *word = 0;
            while new != 0 {
                tell(place as u32 * 64 + new.trailing_zeros());
                new &= new - 1;
            }
        }
    }
}

/// Whether so many positions, of all there are, are looked at faster by number than in the order in which they were
/// met: what is near in memory is then looked at together, and putting them in order costs little beside.
#[inline]
pub(crate) fn is_wide(positions: usize, all: u32) -> bool {
    positions >= 64 && positions >= all as usize / 128
}

/// Puts different items in order, which those are not that a narrow ring met. `none` is empty, and is empty again.
pub(crate) fn in_order(nodes: &mut [Node], none: &mut Marks) {
    if nodes.is_sorted() {
        return;
    }
    nodes.iter().for_each(|node| none.set(node.0));
    let mut places = nodes.iter_mut();
    none.drain(|position| {
        if let Some(place) = places.next() {
            *place = Node(position);
        }
    });
}
