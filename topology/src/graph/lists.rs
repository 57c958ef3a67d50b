//! Lists of numbers by position, one behind the other: put there by counting, in two looks at what they are made of.

use std::ops::Range;

/// A list for each position.
pub(super) struct Lists {
    /// Where each list begins, and behind the last of them where it ends.
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Lists {
    /// From pairs of a position and an entry of its list, which keep their order.
    pub fn of(positions: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        // While entries are put in their places, the start of each list is one place further on, and moves.
        let mut starts = vec![0_u32; positions + 2];
        pairs.clone().for_each(|(position, _)| starts[position as usize + 2] += 1);
        let mut count = 0;
        for start in &mut starts {
            count += *start;
            *start = count;
        }
        let mut entries = vec![0_u32; count as usize];
        let next = &mut starts[1..];
        pairs.for_each(|(position, entry)| {
            let place = &mut next[position as usize];
            entries[*place as usize] = entry;
            *place += 1;
        });
        Self { starts, entries }
    }

    pub fn list(&self, position: u32) -> &[u32] {
        let Range { start, end } = self.places(position);
        &self.entries[start as usize..end as usize]
    }

    /// Where among all entries the list of a position is.
    pub fn places(&self, position: u32) -> Range<u32> {
        self.starts[position as usize]..self.starts[position as usize + 1]
    }

    /// All lists, one behind the other.
    pub fn entries(&self) -> &[u32] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_orders_as_sorting_does() {
        let mut number = 7_u32;
        let mut next = || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % 50
        };
        let pairs: Vec<(u32, u32)> = (0..1_000).map(|_| (next(), next())).collect();
        let lists = Lists::of(50, pairs.iter().copied());
        let mut sorted = pairs.clone();
        sorted.sort_by_key(|pair| pair.0);
        let listed =
            (0..50).flat_map(|position| lists.list(position).iter().map(move |entry| (position, *entry)));
        assert_eq!(listed.collect::<Vec<_>>(), sorted, "those alike keep their order");
        assert_eq!(Lists::of(0, std::iter::empty()).entries(), []);
    }
}
