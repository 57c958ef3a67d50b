//! Lists of numbers by position, in pages that versions of a graph share.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::Node;

/// Positions of a page: few, so that a page is copied in microseconds even where its rows are long.
const PAGE: usize = 256;

/// Pages of a shelf: with shelves, a version copies two short lists of pages, and not one long one.
const SHELF: usize = 64;

/// One page: the rows of 256 positions, one behind the other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    /// Where each row begins, and behind the last row the number of entries.
    starts: [u32; PAGE + 1],
    entries: Vec<u32>,
}

impl Page {
    fn empty() -> Self {
        Self { starts: [0; PAGE + 1], entries: Vec::new() }
    }

    fn row(&self, slot: usize) -> &[u32] {
        &self.entries[self.starts[slot] as usize..self.starts[slot + 1] as usize]
    }

    fn insert(&mut self, slot: usize, place: usize, entry: u32) {
        self.entries.insert(self.starts[slot] as usize + place, entry);
        self.starts[slot + 1..].iter_mut().for_each(|later| *later += 1);
    }

    fn remove(&mut self, slot: usize, place: usize) {
        self.entries.remove(self.starts[slot] as usize + place);
        self.starts[slot + 1..].iter_mut().for_each(|later| *later -= 1);
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

/// Writes the rows of a page.
pub(crate) struct Writer<'a> {
    starts: [u32; PAGE + 1],
    slot: usize,
    entries: &'a mut Vec<u32>,
}

impl Writer<'_> {
    /// The next row: what is added to the entries, which are those of all rows before.
    #[inline]
    pub fn row(&mut self, add: impl FnOnce(&mut Vec<u32>)) {
        add(self.entries);
        self.slot += 1;
        self.starts[self.slot] = self.entries.len() as u32;
    }

    fn done(mut self) -> [u32; PAGE + 1] {
        self.starts[self.slot..].fill(self.entries.len() as u32);
        self.starts
    }
}

/// The rows of positions that follow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The first position.
    pub first: u32,
    /// Where the rows begin, and behind the last of them where it ends, counted from anywhere.
    pub starts: &'a [u32],
    /// All of them, one behind the other.
    pub entries: &'a [u32],
}

impl Run<'_> {
    /// The position in whose row an entry is.
    #[cold]
    pub fn position(&self, entry: usize) -> u32 {
        let from = self.starts.first().copied().unwrap_or(0) as usize;
        let begun = self.starts.partition_point(|start| *start as usize - from <= entry);
        self.first + (begun as u32).saturating_sub(1)
    }

    /// The rows one by one, with their positions.
    pub fn rows(self) -> impl Iterator<Item = (u32, Self)> {
        let from = self.starts.first().copied().unwrap_or(0);
        self.starts.windows(2).zip(self.first..).map(move |(starts, first)| {
            let entries = &self.entries[(starts[0] - from) as usize..(starts[1] - from) as usize];
            (first, Self { first, starts, entries })
        })
    }
}

/// A list of numbers for each position. A copy shares its pages until it writes to one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    shelves: Arc<[Arc<[Arc<Page>]>]>,
}

impl Rows {
    /// The rows of so many positions, made page by page on all processors: what it says of each page is the second
    /// answer. It is told the positions of the page, and writes a row for each of them.
    pub fn made<T: Send>(
        positions: usize,
        make: impl Fn(Range<u32>, &mut Writer<'_>) -> T + Sync,
    ) -> (Self, Vec<T>) {
        let empty = Arc::new(Page::empty());
        let page = |entries: &mut Vec<u32>, page: usize| {
            let range = page * PAGE..((page + 1) * PAGE).min(positions);
            entries.clear();
            let mut writer = Writer { starts: [0; PAGE + 1], slot: 0, entries };
            let told = make(range.start as u32..range.end as u32, &mut writer);
            let starts = writer.done();
            let page = match entries.is_empty() {
                true => Arc::clone(&empty),
                false => Arc::new(Page { starts, entries: entries.as_slice().to_vec() }),
            };
            (page, told)
        };
        let pages = (0..positions.div_ceil(PAGE)).into_par_iter().map_init(Vec::new, page);
        let (pages, told): (Vec<_>, Vec<_>) = pages.unzip();
        (Self::from_pages(&pages), told)
    }

    /// The rows of so many positions: adds the entries of a position to those before.
    pub fn of(positions: usize, add: impl Fn(u32, &mut Vec<u32>) + Sync) -> Self {
        let each = |positions: Range<u32>, writer: &mut Writer<'_>| {
            positions.for_each(|position| writer.row(|entries| add(position, entries)));
        };
        Self::made(positions, each).0
    }

    fn from_pages(pages: &[Arc<Page>]) -> Self {
        Self { shelves: pages.chunks(SHELF).map(Arc::from).collect() }
    }

    /// The row at a position; empty beyond the last page.
    #[inline]
    pub fn row(&self, position: u32) -> &[u32] {
        let page = position as usize / PAGE;
        match self.shelves.get(page / SHELF).and_then(|shelf| shelf.get(page % SHELF)) {
            Some(page) => page.row(position as usize % PAGE),
            None => &[],
        }
    }

    /// Tells the rows of some positions, in runs of positions that follow each other within a page.
    #[inline]
    pub fn each_run<'a>(&'a self, positions: &[Node], mut tell: impl FnMut(Run<'a>)) {
        let mut rest = positions;
        while let Some(Node(first)) = rest.first().copied() {
            let page = first as usize / PAGE;
            let end = (page as u32 + 1) * PAGE as u32;
            let follow = rest.iter().zip(first..end).take_while(|(node, next)| node.0 == *next).count();
            rest = &rest[follow..];
            let Some(page) = self.shelves.get(page / SHELF).and_then(|shelf| shelf.get(page % SHELF)) else {
                continue;
            };
            let slot = first as usize % PAGE;
            let starts = &page.starts[slot..=slot + follow];
            let entries = &page.entries[starts[0] as usize..starts[follow] as usize];
            tell(Run { first, starts, entries });
        }
    }

    /// Puts a row at a position, in this version alone.
    pub fn set(&mut self, position: u32, row: &[u32]) {
        self.page_of(position).replace(position as usize % PAGE, row);
    }

    /// Adds an entry to a row in its order; whether it was not there.
    pub fn insert(&mut self, position: u32, entry: u32) -> bool {
        let Err(place) = self.row(position).binary_search(&entry) else { return false };
        self.page_of(position).insert(position as usize % PAGE, place, entry);
        true
    }

    /// Adds an entry to a row in its order, once more if it is there.
    pub fn insert_again(&mut self, position: u32, entry: u32) {
        let place = self.row(position).partition_point(|found| *found < entry);
        self.page_of(position).insert(position as usize % PAGE, place, entry);
    }

    /// Takes an entry from a row that is in order, once; whether it was there.
    pub fn remove(&mut self, position: u32, entry: u32) -> bool {
        let Ok(place) = self.row(position).binary_search(&entry) else { return false };
        self.page_of(position).remove(position as usize % PAGE, place);
        true
    }

    fn page_of(&mut self, position: u32) -> &mut Page {
        let page = position as usize / PAGE;
        let have = self.shelves.iter().map(|shelf| shelf.len()).sum::<usize>();
        if page >= have {
            let mut pages: Vec<_> = self.pages().cloned().collect();
            pages.resize(page + 1, Arc::new(Page::empty()));
            *self = Self::from_pages(&pages);
        }
        let shelf = &mut Arc::make_mut(&mut self.shelves)[page / SHELF];
        Arc::make_mut(&mut Arc::make_mut(shelf)[page % SHELF])
    }

    fn pages(&self) -> impl Iterator<Item = &Arc<Page>> {
        self.shelves.iter().flat_map(|shelf| shelf.iter())
    }

    /// How many entries all rows have.
    pub fn entries(&self) -> usize {
        self.pages().map(|page| page.entries.len()).sum()
    }

    /// Bytes that the pages hold, shared ones included.
    pub fn bytes(&self) -> usize {
        let page = |page: &Arc<Page>| size_of::<Page>() + 4 * page.entries.capacity();
        self.pages().map(page).sum()
    }
}
