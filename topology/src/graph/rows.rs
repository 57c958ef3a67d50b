//! Lists of numbers by position, in pages that versions of a graph share.

use std::sync::Arc;

/// Positions of a page: small enough to copy in microseconds, large enough that there are few.
const PAGE: usize = 1024;

/// One page: the rows of 1,024 positions, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    /// Where each row begins, and behind the last row the number of entries.
    starts: Box<[u32]>,
    entries: Vec<u32>,
}

impl Page {
    fn empty() -> Self {
        Self { starts: vec![0; PAGE + 1].into_boxed_slice(), entries: Vec::new() }
    }

    fn row(&self, slot: usize) -> &[u32] {
        &self.entries[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }

    /// Puts a row in the place of the one that is there.
    fn replace(&mut self, slot: usize, row: &[u32]) {
        let (start, end) = (self.starts[slot] as usize, self.starts[slot + 1] as usize);
        let (before, after) = (end - start, row.len());
        self.entries.splice(start..end, row.iter().copied());
        for later in &mut self.starts[slot + 1..] {
            *later = *later + after as u32 - before as u32;
        }
    }
}

/// A list of numbers for each position. A copy shares its pages until it writes to one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pages: Vec<Arc<Page>>,
}

impl Rows {
    /// The rows of so many positions, from pairs of a position and an entry, in the order of the entries given.
    pub fn from_pairs(positions: usize, pairs: &[(u32, u32)]) -> Self {
        let mut starts = vec![0_u32; positions + 1];
        for (position, _) in pairs {
            starts[*position as usize + 1] += 1;
        }
        for position in 0..positions {
            starts[position + 1] += starts[position];
        }
        let mut next = starts.clone();
        let mut entries = vec![0_u32; pairs.len()];
        for (position, entry) in pairs {
            let place = &mut next[*position as usize];
            entries[*place as usize] = *entry;
            *place += 1;
        }
        let pages = (0..positions).step_by(PAGE).map(|first| {
            let last = (first + PAGE).min(positions);
            let (begin, end) = (starts[first], starts[last]);
            let mut own: Vec<u32> = starts[first..=last].iter().map(|start| start - begin).collect();
            own.resize(PAGE + 1, end - begin);
            let entries = entries[begin as usize..end as usize].to_vec();
            Arc::new(Page { starts: own.into_boxed_slice(), entries })
        });
        Self { pages: pages.collect() }
    }

    /// The row at a position; empty beyond the last page.
    pub fn row(&self, position: u32) -> &[u32] {
        match self.pages.get(position as usize / PAGE) {
            Some(page) => page.row(position as usize % PAGE),
            None => &[],
        }
    }

    /// Puts a row at a position, in this version alone.
    pub fn set(&mut self, position: u32, row: &[u32]) {
        let page = position as usize / PAGE;
        while self.pages.len() <= page {
            self.pages.push(Arc::new(Page::empty()));
        }
        Arc::make_mut(&mut self.pages[page]).replace(position as usize % PAGE, row);
    }

    /// Adds an entry to a row that does not have it.
    pub fn insert(&mut self, position: u32, entry: u32) {
        let mut row = self.row(position).to_vec();
        if !row.contains(&entry) {
            row.push(entry);
            self.set(position, &row);
        }
    }

    /// Takes an entry from a row that has it.
    pub fn remove(&mut self, position: u32, entry: u32) {
        let mut row = self.row(position).to_vec();
        if let Some(place) = row.iter().position(|found| *found == entry) {
            row.remove(place);
            self.set(position, &row);
        }
    }

    /// How many entries all rows have.
    pub fn entries(&self) -> usize {
        self.pages.iter().map(|page| page.entries.len()).sum()
    }

    /// Bytes that the pages hold, shared ones included.
    pub fn bytes(&self) -> usize {
        let page = |page: &Arc<Page>| size_of::<Page>() + 4 * (page.starts.len() + page.entries.capacity());
        self.pages.iter().map(page).sum()
    }
}
