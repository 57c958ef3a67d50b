//! Sets of positions, a bit each.

/// A set of positions below a bound. Making one costs nothing for pages of memory that are not touched.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    pub fn new(positions: u32) -> Self {
        Self { words: vec![0; positions as usize / 64 + 1] }
    }

    pub fn has(&self, position: u32) -> bool {
        self.words[position as usize / 64] >> (position % 64) & 1 != 0
    }

    /// Adds a position; whether it was not there.
    pub fn add(&mut self, position: u32) -> bool {
        let word = &mut self.words[position as usize / 64];
        let bit = 1 << (position % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}
