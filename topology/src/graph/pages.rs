//! Values by position, in pages that versions of a graph share.

use std::sync::Arc;

/// Values of a page.
pub(crate) const PAGE: usize = 1024;

/// One value for each position. A copy shares its pages until it writes to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pages<T> {
    pages: Arc<Vec<Arc<[T]>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Arc::new(Vec::new()), len: 0 }
    }
}

impl<T: Copy> Pages<T> {
    /// One value after the other.
    pub fn of(values: impl Iterator<Item = T>) -> Self {
        let (mut values, mut pages, mut len) = (values, Vec::new(), 0);
        let mut page = Vec::with_capacity(PAGE);
        loop {
            page.extend(values.by_ref().take(PAGE));
            let Some(first) = page.first().copied() else { break };
            len += page.len();
            page.resize(PAGE, first);
            pages.push(Arc::from(page.as_slice()));
            page.clear();
        }
        Self { pages: Arc::new(pages), len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, position: usize) -> T {
        self.pages[position / PAGE][position % PAGE]
    }

    /// The values of a page, for positions from so many times [`PAGE`].
    pub fn page(&self, page: usize) -> &[T] {
        self.pages.get(page).map_or(&[], |page| page)
    }

    pub fn set(&mut self, position: usize, value: T) {
        Arc::make_mut(&mut Arc::make_mut(&mut self.pages)[position / PAGE])[position % PAGE] = value;
    }

    pub fn push(&mut self, value: T) {
        if self.len.is_multiple_of(PAGE) {
            Arc::make_mut(&mut self.pages).push(vec![value; PAGE].into());
        }
        self.len += 1;
        self.set(self.len - 1, value);
    }

    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.pages.iter().flat_map(|page| page.iter().copied()).take(self.len)
    }
}
