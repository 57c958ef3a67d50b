//! Values by position, in pages that versions of a graph share.

use std::sync::Arc;

/// Values of a page.
const PAGE: usize = 1024;

/// One value for each position. A copy shares its pages until it writes to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pages<T> {
    pages: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

impl<T: Copy> Pages<T> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, position: usize) -> T {
        self.pages[position / PAGE][position % PAGE]
    }

    pub fn set(&mut self, position: usize, value: T) {
        Arc::make_mut(&mut self.pages[position / PAGE])[position % PAGE] = value;
    }

    pub fn push(&mut self, value: T) {
        if self.len % PAGE == 0 {
            self.pages.push(Arc::new(Vec::with_capacity(PAGE)));
        }
        if let Some(page) = self.pages.last_mut() {
            Arc::make_mut(page).push(value);
        }
        self.len += 1;
    }

    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.pages.iter().flat_map(|page| page.iter().copied())
    }
}
