//! Many entries of a book, those that are alike posted once.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::entry::{BookTerms, Entry};
use super::ledger::{Balance, Ledger};
use super::movements::Movements;
use crate::error::Result;
use crate::month::Month;

/// A book of many assets, of which whole deliveries agree in cost, plan and dates. Each kind of entry is posted once
/// and counted, so that no sum differs by a cent from that over the single assets.
#[derive(Debug, Clone)]
pub struct Holdings<Class> {
    terms: BookTerms,
    posted: Vec<Ledger>,
    positions: HashMap<Entry, usize>,
    /// How many entries of a class are posted as one.
    counts: BTreeMap<(Class, usize), u64>,
}

impl<Class: Ord + Clone> Holdings<Class> {
    /// An empty book.
    ///
    /// # Errors
    ///
    /// As [`FiscalCalendar::check`](crate::month::FiscalCalendar::check).
    pub fn new(terms: BookTerms) -> Result<Self> {
        terms.calendar.check()?;
        Ok(Self { terms, posted: Vec::new(), positions: HashMap::new(), counts: BTreeMap::new() })
    }

    /// Enters an asset.
    ///
    /// # Errors
    ///
    /// As [`Ledger::new`]; what is refused is not entered.
    pub fn enter(&mut self, class: Class, entry: Entry) -> Result<()> {
        let position = match self.positions.get(&entry) {
            Some(position) => *position,
            None => {
                self.posted.push(Ledger::new(&self.terms, &entry)?);
                let position = self.posted.len() - 1;
                self.positions.insert(entry, position);
                position
            }
        };
        *self.counts.entry((class, position)).or_default() += 1;
        Ok(())
    }

    /// How many entries there are, by class.
    pub fn counts(&self) -> BTreeMap<Class, u64> {
        let mut counts = BTreeMap::new();
        for ((class, _), count) in &self.counts {
            *counts.entry(class.clone()).or_default() += *count;
        }
        counts
    }

    /// How many kinds of entry were posted.
    pub fn kinds(&self) -> usize {
        self.posted.len()
    }

    /// What stands in the books on a date, by class.
    pub fn balances(&self, date: NaiveDate) -> BTreeMap<Class, Balance> {
        let mut classes: BTreeMap<Class, Balance> = BTreeMap::new();
        for (class, ledger, count) in self.posted() {
            *classes.entry(class.clone()).or_default() += ledger.balance_on(date) * Decimal::from(count);
        }
        classes
    }

    /// The roll-forward by class from the first day of `from` to the last day of `to`.
    pub fn roll_forward(&self, from: Month, to: Month) -> BTreeMap<Class, Movements> {
        let mut classes: BTreeMap<Class, Movements> = BTreeMap::new();
        for (class, ledger, count) in self.posted() {
            *classes.entry(class.clone()).or_default() += ledger.movements(from, to).times(count);
        }
        classes
    }

    fn posted(&self) -> impl Iterator<Item = (&Class, &Ledger, u64)> {
        self.counts
            .iter()
            .filter_map(|((class, position), count)| Some((class, self.posted.get(*position)?, *count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::depreciation::{
        Book, BookKind, Change, Convention, DepreciationRule, Disposal, Event, Method, PeriodSharing, Plan,
        Portion,
    };
    use crate::money::{Currency, Money, Rounding};
    use crate::month::FiscalCalendar;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn entry(cents: i64, in_service: &str, disposed: Option<&str>) -> Entry {
        let sale = Disposal { proceeds: Decimal::ZERO, cost_of_sale: Decimal::ZERO };
        let change = Change::Disposal { portion: Portion::All, sale };
        let events = disposed.map(|on| Event { date: day(on), posted_from: None, change });
        Entry {
            plan: Plan::Rule(DepreciationRule {
                method: Method::StraightLine,
                life_months: 36,
                convention: Convention::FullMonth,
                rounding: Rounding::Cumulative,
            }),
            cost: Money::new(Decimal::new(cents, 2), Currency::USD),
            salvage: Decimal::ZERO,
            in_service: day(in_service),
            opening: None,
            posted_from: None,
            events: events.into_iter().collect(),
        }
    }

    #[test]
    fn what_is_posted_once_adds_up_to_what_is_posted_one_by_one() {
        let terms = BookTerms {
            kind: BookKind::Book,
            currency: Currency::USD,
            calendar: FiscalCalendar::calendar_years(),
            sharing: PeriodSharing::EqualPeriods,
        };
        let mut book = Book::new(terms.clone()).expect("a book");
        let mut holdings = Holdings::new(terms).expect("a book");
        let entries = [
            entry(100_001, "2024-05-10", None),
            entry(100_001, "2024-05-10", None),
            entry(100_001, "2024-05-10", Some("2025-03-03")),
            entry(77_777, "2025-01-31", None),
        ];
        for (asset, entry) in entries.into_iter().enumerate() {
            book.enter(asset, asset % 2, &entry).expect("an entry");
            holdings.enter(asset % 2, entry).expect("an entry");
        }
        assert_eq!(holdings.kinds(), 3);
        assert_eq!(holdings.counts(), BTreeMap::from([(0, 2), (1, 2)]));
        let month = |text: &str| Month::of(day(text));
        let (from, to) = (month("2025-01-01"), month("2025-12-01"));
        assert_eq!(holdings.roll_forward(from, to), book.roll_forward(from, to));
        for on in ["2024-05-09", "2024-05-10", "2025-03-02", "2025-03-03", "2025-03-31", "2031-01-01"] {
            let whole: Decimal = holdings.balances(day(on)).values().map(Balance::book_value).sum();
            let single: Decimal = (0..4).filter_map(|asset| book.book_value(&asset, day(on))).sum();
            assert_eq!(whole, single, "{on}");
        }
    }
}
