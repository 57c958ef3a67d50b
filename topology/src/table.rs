//! Maps in the order of their keys, in pages that versions share.

use std::sync::Arc;

/// Entries of a page when it is made.
const PAGE: usize = 256;

/// Entries that are looked at one after the other before a search.
const FEW: usize = 4;

/// Entries in the order of their keys; never empty.
type Page<K, V> = Arc<Vec<(K, V)>>;

/// A page with its first key, so that the page of a key is found without a look into pages.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leaf<K, V> {
    first: K,
    page: Page<K, V>,
}

impl<K: Clone, V> Leaf<K, V> {
    fn new(entries: Vec<(K, V)>) -> Option<Self> {
        let first = entries.first()?.0.clone();
        Some(Self { first, page: Arc::new(entries) })
    }
}

/// Where a search of a table ended, for the next one to begin at. Of another table, or of another version of it, it is
/// only a worse place to begin at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spot {
    page: usize,
    entry: usize,
}

/// A map in the order of its keys. A copy is cheap and shares its pages until it writes to one, so that a version with
/// a few changes costs about what the changes cost.
#[derive(Debug, PartialEq, Eq)]
pub struct Table<K, V> {
    pages: Arc<Vec<Leaf<K, V>>>,
    len: usize,
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self { pages: Arc::clone(&self.pages), len: self.len }
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { pages: Arc::new(Vec::new()), len: 0 }
    }
}

/// Of entries in any order; of those with the same key the last counts.
impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut filling = Filling::default();
        entries.into_iter().for_each(|(key, value)| filling.push(key, value));
        filling.done()
    }
}

/// A table that is filled with entries in any order; of those with the same key the last counts. Entries that come in
/// the order of their keys are put where they stay, without a list of all of them in between.
#[derive(Debug)]
pub struct Filling<K, V> {
    full: Vec<Leaf<K, V>>,
    current: Vec<(K, V)>,
    is_out_of_order: bool,
}

impl<K, V> Default for Filling<K, V> {
    fn default() -> Self {
        Self { full: Vec::new(), current: Vec::new(), is_out_of_order: false }
    }
}

impl<K: Ord + Clone, V: Clone> Filling<K, V> {
    /// Adds an entry.
    pub fn push(&mut self, key: K, value: V) {
        let last = self.current.last().or_else(|| self.full.last()?.page.last());
        self.is_out_of_order |= last.is_some_and(|(last, _)| *last >= key);
        if self.current.capacity() == 0 {
            self.current.reserve_exact(PAGE);
        }
        self.current.push((key, value));
        if self.current.len() == PAGE {
            self.full.extend(Leaf::new(std::mem::take(&mut self.current)));
        }
    }

    /// The table.
    #[must_use]
    pub fn done(self) -> Table<K, V> {
        if self.is_out_of_order {
            return self.in_order().done();
        }
        let len = self.full.len() * PAGE + self.current.len();
        let (mut pages, mut last) = (self.full, self.current);
        last.shrink_to_fit();
        pages.extend(Leaf::new(last));
        Table { pages: Arc::new(pages), len }
    }
}

/// Where an entry is among those that are not in order: its page, and its place on that.
type Place = (u32, u32);

impl<K: Ord + Clone, V: Clone> Filling<K, V> {
    /// The same entries in the order of their keys, the last one of each. Each is moved once, from where it is to where
    /// it stays: the keys alone are sorted.
    fn in_order(self) -> Self {
        let full = self.full.into_iter().map(|leaf| Arc::unwrap_or_clone(leaf.page));
        let pages = full.chain([self.current]);
        let mut pages: Vec<Vec<Option<(K, V)>>> =
            pages.map(|page| page.into_iter().map(Some).collect()).collect();
        let mut places: Vec<(K, Place)> = Vec::with_capacity(pages.iter().map(Vec::len).sum());
        for (page, entries) in (0..).zip(&pages) {
            let keys = entries.iter().flatten().map(|(key, _)| key.clone());
            places.extend(keys.zip((0..).map(|entry| (page, entry))));
        }
        // Most come in runs that are in order, which the stable sort makes use of.
        places.sort();
        // What comes last stands behind all others of its key.
        let is_last = |place: usize| places.get(place + 1).is_none_or(|next| next.0 != places[place].0);
        let mut filling = Self::default();
        for place in (0..places.len()).filter(|place| is_last(*place)) {
            let (page, entry) = places[place].1;
            if let Some((key, value)) = pages[page as usize][entry as usize].take() {
                filling.push(key, value);
            }
        }
        filling
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        let page = &self.pages.get(self.page_of(key))?.page;
        let place = page.binary_search_by(|(found, _)| found.cmp(key)).ok()?;
        Some(&page[place].1)
    }

    /// The value of a key, found at once where the key is at the spot or a few entries behind it. The spot moves there.
    #[must_use]
    pub fn near(&self, spot: &mut Spot, key: &K) -> Option<&V> {
        let begins = |page: usize| self.pages.get(page).is_some_and(|leaf| leaf.first <= *key);
        if !begins(spot.page) || begins(spot.page + 1) {
            *spot = Spot { page: self.page_of(key), entry: 0 };
        }
        let page = &self.pages.get(spot.page)?.page;
        let few = page.iter().enumerate().skip(spot.entry).take(FEW);
        let place = match page.get(spot.entry).is_some_and(|(found, _)| found <= key) {
            true => few.map(|(place, entry)| (place, entry.0.cmp(key))).find(|(_, order)| order.is_ge()),
            false => None,
        };
        let place = match place {
            Some((place, order)) => order.is_eq().then_some(place).ok_or(place),
            None => page.binary_search_by(|(found, _)| found.cmp(key)),
        };
        // Before the place of what is not there is what keys that follow are behind of.
        spot.entry = place.unwrap_or_else(|free| free.saturating_sub(1));
        Some(&page[place.ok()?].1)
    }

    /// Whether a key is there.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pages.iter().flat_map(|leaf| leaf.page.iter()).map(|(key, value)| (key, value))
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The entries from a key on, in the order of their keys.
    pub fn from<'a>(&'a self, key: &K) -> impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        let first = self.page_of(key);
        let begin =
            self.pages.get(first).map_or(0, |leaf| leaf.page.partition_point(|(found, _)| found < key));
        let pages = self.pages.iter().enumerate().skip(first);
        let entries =
            pages.flat_map(move |(place, leaf)| leaf.page[if place == first { begin } else { 0 }..].iter());
        entries.map(|(key, value)| (key, value))
    }

    /// Puts a value in the place of the one that is there, which is the answer.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if self.pages.last().and_then(|leaf| leaf.page.last()).is_none_or(|(last, _)| *last < key) {
            self.push(key, value);
            return None;
        }
        let place = self.page_of(&key);
        let pages = Arc::make_mut(&mut self.pages);
        let leaf = &mut pages[place];
        let entries = Arc::make_mut(&mut leaf.page);
        match entries.binary_search_by(|(found, _)| found.cmp(&key)) {
            Ok(found) => Some(std::mem::replace(&mut entries[found].1, value)),
            Err(free) => {
                if free == 0 {
                    leaf.first = key.clone();
                }
                entries.insert(free, (key, value));
                self.len += 1;
                if entries.len() > 2 * PAGE
                    && let Some(rest) = Leaf::new(entries.split_off(PAGE))
                {
                    pages.insert(place + 1, rest);
                }
                None
            }
        }
    }

    /// Adds an entry behind all others: what comes in order leaves full pages behind, not halves.
    fn push(&mut self, key: K, value: V) {
        self.len += 1;
        let pages = Arc::make_mut(&mut self.pages);
        match pages.last_mut() {
            Some(leaf) if leaf.page.len() < PAGE => Arc::make_mut(&mut leaf.page).push((key, value)),
            _ => pages.extend(Leaf::new(vec![(key, value)])),
        }
    }

    /// Takes a key and its value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.page_of(key);
        let found = self.pages.get(place)?.page.binary_search_by(|(found, _)| found.cmp(key)).ok()?;
        let pages = Arc::make_mut(&mut self.pages);
        let leaf = &mut pages[place];
        let entries = Arc::make_mut(&mut leaf.page);
        let (_, value) = entries.remove(found);
        match entries.first() {
            Some((first, _)) if found == 0 => leaf.first = first.clone(),
            Some(_) => {}
            None => drop(pages.remove(place)),
        }
        self.len -= 1;
        Some(value)
    }

    /// The page that a key is on, or would be.
    fn page_of(&self, key: &K) -> usize {
        self.pages.partition_point(|leaf| leaf.first <= *key).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Numbers that look random and come out the same each time.
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        })
    }

    #[test]
    fn it_says_what_a_map_of_the_library_says() {
        let mut numbers = numbers(7);
        let mut table: Table<u64, u64> = Table::default();
        let mut map = BTreeMap::new();
        for round in 0..20_000 {
            let key = numbers.next().unwrap() % 3_000;
            if numbers.next().unwrap().is_multiple_of(3) {
                assert_eq!(table.remove(&key), map.remove(&key));
            } else {
                assert_eq!(table.insert(key, round), map.insert(key, round));
            }
            assert_eq!((table.len(), table.is_empty()), (map.len(), map.is_empty()));
        }
        assert!(table.iter().eq(map.iter()));
        assert!(table.values().eq(map.values()));
        let mut spots = [Spot::default(); 2];
        for key in 0..3_001 {
            assert_eq!(table.get(&key), map.get(&key));
            assert_eq!(table.near(&mut spots[0], &key), map.get(&key));
            let anywhere = numbers.next().unwrap() % 3_001;
            assert_eq!(table.near(&mut spots[1], &anywhere), map.get(&anywhere));
            assert!(table.from(&key).eq(map.range(key..)), "{key}");
        }
        assert_eq!(table.iter().collect::<Vec<_>>(), map.iter().collect::<Vec<_>>());
        for key in 0..3_000 {
            table.remove(&key);
        }
        assert!(table.is_empty() && table.iter().next().is_none() && table.from(&0).next().is_none());
        assert_eq!(table.near(&mut spots[0], &7), None);
    }

    #[test]
    fn a_copy_stays_as_it_was() {
        let mut table: Table<u32, u32> = (0..10_000).map(|key| (key, key)).collect();
        let before = table.clone();
        table.insert(5_000, 1);
        table.remove(&7);
        table.insert(20_000, 2);
        assert!(before.iter().map(|(key, value)| (*key, *value)).eq((0..10_000).map(|key| (key, key))));
        assert_eq!((table.len(), table.get(&5_000), table.get(&7)), (10_000, Some(&1), None));
        let is_shared =
            |leaf: &&Leaf<u32, u32>| table.pages.iter().any(|own| Arc::ptr_eq(&own.page, &leaf.page));
        let shared = before.pages.iter().filter(is_shared);
        assert_eq!(shared.count(), before.pages.len() - 3);
    }

    #[test]
    fn entries_in_any_order_end_up_where_those_in_order_do() {
        let entries: Vec<(u64, [u64; 10])> =
            numbers(3).take(5_000).map(|it| (it % 4_000, [it; 10])).collect();
        let map: BTreeMap<_, _> = entries.iter().copied().collect();
        let table: Table<_, _> = entries.into_iter().collect();
        assert!(table.iter().eq(map.iter()));
        assert_eq!(table.len(), map.len());
        assert_eq!(table, map.into_iter().collect());
    }

    #[test]
    fn the_last_of_one_key_counts() {
        let table: Table<u8, char> = [(2, 'a'), (1, 'b'), (2, 'c'), (2, 'd')].into_iter().collect();
        assert_eq!(table.iter().collect::<Vec<_>>(), [(&1, &'b'), (&2, &'d')]);
    }
}
