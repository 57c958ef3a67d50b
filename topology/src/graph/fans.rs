//! Lists of numbers by position of which a few may be very long: what needs a site that everything stands on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Node;
use super::rows::{Rows, Run};

/// Entries beyond which a row is kept in chunks of its own, so that a change copies one of them and not all.
const LONGEST: usize = 256;

/// Entries of a chunk when it is made; one that grows to twice as many is cut in two.
const CHUNK: usize = 512;

/// Stands in the row of a position whose entries are in chunks; no item and no group has this number.
const IN_CHUNKS: [u32; 1] = [u32::MAX];

type Chunks = Vec<Arc<Vec<u32>>>;

/// A list of numbers, in order, for each position. A copy shares what it does not write to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fans {
    rows: Rows,
    long: Arc<BTreeMap<u32, Chunks>>,
}

impl Fans {
    /// For so many positions, as [`Rows::of`]; the entries of each are in order.
    pub fn of(positions: usize, add: impl Fn(u32, &mut Vec<u32>) + Sync) -> Self {
        let (rows, long) = Rows::made(positions, |positions, writer| {
            let mut long = Vec::new();
            for position in positions {
                writer.row(|entries| {
                    let begin = entries.len();
                    add(position, entries);
                    if entries.len() - begin > LONGEST {
                        long.push((position, chunks(&entries[begin..])));
                        entries.truncate(begin);
                        entries.extend(IN_CHUNKS);
                    }
                });
            }
            long
        });
        Self { rows, long: Arc::new(long.into_iter().flatten().collect()) }
    }

    /// The entries of a position, in order, in one or more slices.
    #[inline]
    pub fn parts(&self, position: u32) -> impl Iterator<Item = &[u32]> {
        let row = self.rows.row(position);
        let (row, chunks) = match row == IN_CHUNKS {
            true => (&[][..], self.long.get(&position).map_or(&[][..], Vec::as_slice)),
            false => (row, &[][..]),
        };
        std::iter::once(row).chain(chunks.iter().map(|chunk| chunk.as_slice()))
    }

    /// Tells each entry of a position, in order.
    #[inline]
    pub fn each(&self, position: u32, mut tell: impl FnMut(u32)) {
        let row = self.rows.row(position);
        if row == IN_CHUNKS {
            let chunks = self.long.get(&position).into_iter().flatten();
            chunks.for_each(|chunk| chunk.iter().for_each(|entry| tell(*entry)));
        } else {
            row.iter().for_each(|entry| tell(*entry));
        }
    }

    /// Tells the entries of some positions, in runs as [`Rows::each_run`]. Those of long rows are runs by themselves.
    #[inline]
    pub fn each_run<'a>(&'a self, positions: &[Node], mut tell: impl FnMut(Run<'a>)) {
        self.rows.each_run(positions, |run| {
            let last = run.first + (run.starts.len() as u32).saturating_sub(2);
            if self.long.is_empty() || self.long.range(run.first..=last).next().is_none() {
                return tell(run);
            }
            for (position, row) in run.rows() {
                if row.entries != IN_CHUNKS {
                    tell(row);
                    continue;
                }
                let chunks = self.long.get(&position).into_iter().flatten();
                chunks.for_each(|chunk| tell(Run { entries: chunk, ..row }));
            }
        });
    }

    /// The entries of a position, in order.
    pub fn entries_of(&self, position: u32) -> impl Iterator<Item = u32> + '_ {
        self.parts(position).flatten().copied()
    }

    /// Adds an entry that is not there.
    pub fn insert(&mut self, position: u32, entry: u32) {
        self.add(position, entry, false);
    }

    /// Adds an entry, once more if it is there.
    pub fn insert_again(&mut self, position: u32, entry: u32) {
        self.add(position, entry, true);
    }

    fn add(&mut self, position: u32, entry: u32, again: bool) {
        if self.rows.row(position) != IN_CHUNKS {
            match again {
                true => self.rows.insert_again(position, entry),
                false => {
                    self.rows.insert(position, entry);
                }
            }
            self.lengthen(position);
            return;
        }
        let Some(chunks) = Arc::make_mut(&mut self.long).get_mut(&position) else { return };
        let last = chunks.len().saturating_sub(1);
        let place = chunks.partition_point(|chunk| chunk.last().is_some_and(|end| *end < entry)).min(last);
        let chunk = Arc::make_mut(&mut chunks[place]);
        match chunk.binary_search(&entry) {
            Ok(_) if !again => {}
            Ok(within) | Err(within) => chunk.insert(within, entry),
        }
        if chunk.len() > 2 * CHUNK {
            let behind = chunk.split_off(CHUNK);
            chunks.insert(place + 1, Arc::new(behind));
        }
    }

    /// Takes an entry once, if it is there.
    pub fn remove(&mut self, position: u32, entry: u32) {
        if self.rows.row(position) != IN_CHUNKS {
            self.rows.remove(position, entry);
            return;
        }
        let long = Arc::make_mut(&mut self.long);
        let Some(chunks) = long.get_mut(&position) else { return };
        let place = chunks.partition_point(|chunk| chunk.last().is_some_and(|end| *end < entry));
        let Some(chunk) = chunks.get_mut(place) else { return };
        if let Ok(within) = chunk.binary_search(&entry) {
            let chunk = Arc::make_mut(chunk);
            chunk.remove(within);
            if chunk.is_empty() {
                chunks.remove(place);
            }
        }
        if chunks.is_empty() {
            long.remove(&position);
            self.rows.set(position, &[]);
        }
    }

    /// Takes all entries of a position.
    pub fn clear(&mut self, position: u32) {
        let row = self.rows.row(position);
        if row == IN_CHUNKS {
            Arc::make_mut(&mut self.long).remove(&position);
        } else if row.is_empty() {
            return;
        }
        self.rows.set(position, &[]);
    }

    /// Bytes that are held, shared ones included.
    pub fn bytes(&self) -> usize {
        let chunks = self.long.values().flatten().map(|chunk| size_of::<Vec<u32>>() + 4 * chunk.capacity());
        self.rows.bytes() + chunks.sum::<usize>()
    }

    /// Moves a row that has become long to chunks.
    fn lengthen(&mut self, position: u32) {
        let row = self.rows.row(position);
        if row.len() > LONGEST {
            let chunks = chunks(row);
            Arc::make_mut(&mut self.long).insert(position, chunks);
            self.rows.set(position, &IN_CHUNKS);
        }
    }
}

/// A long row in chunks.
fn chunks(row: &[u32]) -> Chunks {
    row.chunks(CHUNK).map(|chunk| Arc::new(chunk.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::Fans;

    /// As a sorted list that may hold an entry twice.
    #[test]
    fn long_rows_hold_what_a_plain_list_holds() {
        let mut fans = Fans::of(2, |_, _| ());
        let mut plain: Vec<u32> = Vec::new();
        let mut number = 7_u32;
        for round in 0..20_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let entry = (number >> 8) % 3_000;
            let place = plain.partition_point(|found| *found < entry);
            match round % 7 {
                0 | 1 => {
                    fans.remove(1, entry);
                    if plain.get(place) == Some(&entry) {
                        plain.remove(place);
                    }
                }
                2 => {
                    fans.insert_again(1, entry);
                    plain.insert(place, entry);
                }
                _ => {
                    fans.insert(1, entry);
                    if plain.get(place) != Some(&entry) {
                        plain.insert(place, entry);
                    }
                }
            }
        }
        assert!(plain.len() > 2_000, "the row is a long one");
        assert_eq!(fans.entries_of(1).collect::<Vec<_>>(), plain);
        let copy = fans.clone();
        for entry in plain.clone() {
            fans.remove(1, entry);
        }
        assert_eq!(fans.entries_of(1).count(), 0);
        assert_eq!(copy.entries_of(1).collect::<Vec<_>>(), plain, "a copy keeps what it had");
        fans.insert(1, 5);
        fans.clear(1);
        assert_eq!(fans.entries_of(1).count() + fans.entries_of(0).count(), 0);
    }
}
