//! Many entries of a book, those that are alike posted once.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::entry::{BookTerms, Entry};
use super::ledger::{Balance, Ledger};
use super::movements::Movements;
use crate::error::Result;
use crate::month::Month;

/// The classes an entry is reported in, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path<Class> {
    /// The class it begins in.
    pub first: Class,
    /// Later ones, each with the first month in it, in the order of the months.
    pub later: Vec<(Month, Class)>,
}

impl<Class> From<Class> for Path<Class> {
    fn from(first: Class) -> Self {
        Self { first, later: Vec::new() }
    }
}

impl<Class> Path<Class> {
    /// The class in a month.
    pub fn at(&self, month: Month) -> &Class {
        let upto = self.later.iter().take_while(|(from, _)| *from <= month);
        upto.last().map_or(&self.first, |(_, class)| class)
    }

    /// All classes, in order.
    pub fn classes(&self) -> impl Iterator<Item = &Class> {
        std::iter::once(&self.first).chain(self.later.iter().map(|(_, class)| class))
    }
}

/// A book of many assets, of which whole deliveries agree in cost, plan and dates. Each kind of entry is posted once
/// and counted, so that no sum differs by a cent from that over the single assets.
#[derive(Debug, Clone)]
pub struct Holdings<Class> {
    terms: BookTerms,
    posted: Vec<Ledger>,
    positions: HashMap<Entry, usize>,
    /// How many entries of a path are posted as one.
    counts: BTreeMap<(Path<Class>, usize), u64>,
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
    pub fn enter(&mut self, path: impl Into<Path<Class>>, entry: Entry) -> Result<()> {
        let position = match self.positions.get(&entry) {
            Some(position) => *position,
            None => {
                self.posted.push(Ledger::new(&self.terms, &entry)?);
                let position = self.posted.len() - 1;
                self.positions.insert(entry, position);
                position
            }
        };
        *self.counts.entry((path.into(), position)).or_default() += 1;
        Ok(())
    }

    /// How many entries there are, by the class they are in at last.
    pub fn counts(&self) -> BTreeMap<Class, u64> {
        let mut counts = BTreeMap::new();
        for ((path, _), count) in &self.counts {
            let last = path.later.last().map_or(&path.first, |(_, class)| class);
            *counts.entry(last.clone()).or_default() += *count;
        }
        counts
    }

    /// How many kinds of entry were posted.
    pub fn kinds(&self) -> usize {
        self.posted.len()
    }

    /// What stands in the books on a date, by class. A transfer counts from the first day of its month.
    pub fn balances(&self, date: NaiveDate) -> BTreeMap<Class, Balance> {
        let mut classes: BTreeMap<Class, Balance> = BTreeMap::new();
        for (path, ledger, count) in self.posted() {
            let class = path.at(Month::of(date)).clone();
            *classes.entry(class).or_default() += ledger.balance_on(date) * Decimal::from(count);
        }
        classes
    }

    /// Depreciation of all in consecutive months.
    pub fn charges(&self, from: Month, months: u32) -> Vec<Decimal> {
        let mut sums = vec![Decimal::ZERO; months as usize];
        for (_, ledger, count) in self.posted() {
            for (sum, charge) in sums.iter_mut().zip(ledger.charges(from, months)) {
                *sum += charge * Decimal::from(count);
            }
        }
        sums
    }

    /// Depreciation of all by fiscal year, for consecutive years.
    pub fn yearly(&self, first: i32, years: u32) -> Vec<(i32, Decimal)> {
        let start = self.terms.calendar.first_month(first);
        let charges = self.charges(start, years.saturating_mul(12));
        (first..).zip(charges.chunks(12).map(|year| year.iter().sum())).collect()
    }

    /// The roll-forward by class from the first day of `from` to the last day of `to`.
    ///
    /// A transfer takes the balance of the month before it from one class to the other; its own month is charged in
    /// the other.
    pub fn roll_forward(&self, from: Month, to: Month) -> BTreeMap<Class, Movements> {
        let mut classes: BTreeMap<Class, Movements> = BTreeMap::new();
        for (path, ledger, count) in self.posted() {
            if path.later.is_empty() {
                let movements = ledger.movements(from, to).times(count);
                *classes.entry(path.first.clone()).or_default() += movements;
                continue;
            }
            for (class, movements) in stays(path, ledger, from, to) {
                *classes.entry(class.clone()).or_default() += movements.times(count);
            }
        }
        classes
    }

    fn posted(&self) -> impl Iterator<Item = (&Path<Class>, &Ledger, u64)> {
        self.counts
            .iter()
            .filter_map(|((path, position), count)| Some((path, self.posted.get(*position)?, *count)))
    }
}

/// The movements of an entry in each class that it is in between two months; classes in which it does nothing are
/// left out.
fn stays<'a, Class>(
    path: &'a Path<Class>,
    ledger: &Ledger,
    from: Month,
    to: Month,
) -> Vec<(&'a Class, Movements)> {
    let mut stays = Vec::new();
    let earlier = path.later.iter().take_while(|(month, _)| *month < from);
    let mut class = earlier.last().map_or(&path.first, |(_, class)| class);
    let mut start = from;
    // What it came into the class with, unless it was there before.
    let mut arrived = false;
    let within = path.later.iter().filter(|(month, _)| (from..=to).contains(month));
    let ends = within.map(|(month, next)| (*month, Some(next))).chain([(to.next(), None)]);
    for (end, next) in ends {
        let mut movements = if start < end {
            ledger.movements(start, end.plus(-1))
        } else {
            Movements { opening: ledger.movements(start, start).opening, ..Movements::default() }
        };
        if arrived {
            movements.transferred += movements.opening;
            movements.opening = Balance::default();
        }
        if let Some(next) = next {
            movements.transferred -= movements.closing();
            if movements != Movements::default() {
                stays.push((class, movements));
            }
            (class, start, arrived) = (next, end, true);
        } else if movements != Movements::default() {
            stays.push((class, movements));
        }
    }
    stays
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
            depreciable_from: None,
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

    #[test]
    fn transfers_move_balances_and_change_no_total() {
        let terms = BookTerms {
            kind: BookKind::Book,
            currency: Currency::USD,
            calendar: FiscalCalendar::calendar_years(),
            sharing: PeriodSharing::EqualPeriods,
        };
        let month = |text: &str| Month::of(day(text));
        let moves = [("2024-04-01", 1), ("2024-09-01", 0), ("2025-02-01", 1)];
        let later: Vec<_> = moves.iter().map(|(on, class)| (month(on), *class)).collect();
        let path = Path { first: 0, later };
        assert_eq!([path.at(month("2024-08-01")), path.at(month("2025-03-01"))], [&1, &1]);
        let (mut moved, mut stayed) =
            (Holdings::new(terms.clone()).expect("a book"), Holdings::new(terms).expect("a book"));
        for disposed in [None, Some("2024-10-10"), Some("2024-04-03")] {
            moved.enter(path.clone(), entry(100_001, "2024-01-10", disposed)).expect("an entry");
            stayed.enter(0, entry(100_001, "2024-01-10", disposed)).expect("an entry");
        }
        let first = month("2023-12-01");
        for from in 0..20 {
            for length in 0..20 {
                let (from, to) = (first.plus(from), first.plus(from + length));
                let classes = moved.roll_forward(from, to);
                let mut sum = Movements::default();
                for movements in classes.values() {
                    sum += *movements;
                }
                let whole = stayed.roll_forward(from, to).remove(&0).unwrap_or_default();
                assert_eq!(sum, whole, "{from} to {to}");
                let next = moved.roll_forward(to.next(), to.next());
                for class in [0, 1] {
                    let closing = classes.get(&class).map(Movements::closing).unwrap_or_default();
                    let opening = next.get(&class).map(|movements| movements.opening).unwrap_or_default();
                    assert_eq!(closing, opening, "{class}: {from} to {to}");
                    let balance = moved.balances(to.last_day()).get(&class).copied().unwrap_or_default();
                    assert_eq!(balance, closing, "{class}: {from} to {to}");
                }
            }
        }
        assert_eq!(moved.yearly(2024, 2), stayed.yearly(2024, 2));
        assert_eq!(moved.counts(), BTreeMap::from([(1, 3)]));
    }
}
