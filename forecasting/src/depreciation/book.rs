//! A book: the entries of many assets, by class.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::entry::{BookTerms, Entry};
use super::ledger::{DisposalPosting, Ledger, Posting};
use super::movements::Movements;
use crate::error::Result;
use crate::month::{FiscalPeriod, Month};

/// The assets of an organisation as one book sees them. An asset may stand in several books, each with its own
/// terms, and several times in one book, once for each component with a life of its own.
#[derive(Debug, Clone)]
pub struct Book<Asset, Class> {
    terms: BookTerms,
    entries: Vec<BookEntry<Asset, Class>>,
    /// Positions of the entries of each asset.
    by_asset: BTreeMap<Asset, Vec<usize>>,
}

/// One asset, or one component of it, in a book.
#[derive(Debug, Clone)]
pub struct BookEntry<Asset, Class> {
    /// The asset.
    pub asset: Asset,
    /// The class it is reported in.
    pub class: Class,
    /// Its balances and charges.
    pub ledger: Ledger,
}

/// What a fiscal period charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodCharge {
    /// The period.
    pub period: FiscalPeriod,
    /// Depreciation.
    pub charge: Decimal,
    /// Impairment losses.
    pub impairment: Decimal,
}

impl<Asset: Ord + Clone, Class: Ord + Clone> Book<Asset, Class> {
    /// An empty book.
    ///
    /// # Errors
    ///
    /// As [`FiscalCalendar::check`](crate::month::FiscalCalendar::check).
    pub fn new(terms: BookTerms) -> Result<Self> {
        terms.calendar.check()?;
        Ok(Self { terms, entries: Vec::new(), by_asset: BTreeMap::new() })
    }

    /// Whom it is kept for, in which currency, by which calendar.
    pub fn terms(&self) -> &BookTerms {
        &self.terms
    }

    /// Enters an asset or a component of one.
    ///
    /// # Errors
    ///
    /// As [`Ledger::new`]; what is refused is not entered.
    pub fn enter(&mut self, asset: Asset, class: Class, entry: &Entry) -> Result<()> {
        let ledger = Ledger::new(&self.terms, entry)?;
        self.by_asset.entry(asset.clone()).or_default().push(self.entries.len());
        self.entries.push(BookEntry { asset, class, ledger });
        Ok(())
    }

    /// All entries, in the order they were made.
    pub fn entries(&self) -> &[BookEntry<Asset, Class>] {
        &self.entries
    }

    /// The entries of an asset: itself and its components.
    pub fn of_asset(&self, asset: &Asset) -> impl Iterator<Item = &BookEntry<Asset, Class>> {
        let positions = self.by_asset.get(asset).map_or(&[][..], Vec::as_slice);
        positions.iter().filter_map(|position| self.entries.get(*position))
    }

    /// The book value of an asset with its components on a date; `None` if it was never entered. Summed over the
    /// assets of a site it is what leaving the site would write off.
    pub fn book_value(&self, asset: &Asset, date: NaiveDate) -> Option<Decimal> {
        self.by_asset.get(asset)?;
        Some(self.of_asset(asset).map(|entry| entry.ledger.book_value(date)).sum())
    }

    /// Every month of an asset with its components, from the first entry to the last charge or event; empty if it was
    /// never entered.
    pub fn schedule(&self, asset: &Asset) -> Vec<Posting> {
        let schedules: Vec<Vec<Posting>> =
            self.of_asset(asset).map(|entry| entry.ledger.schedule()).collect();
        let first =
            schedules.iter().filter_map(|schedule| schedule.first()).map(|posting| posting.month).min();
        let last = schedules.iter().filter_map(|schedule| schedule.last()).map(|posting| posting.month).max();
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        first
            .range(last.since(first).unsigned_abs() + 1)
            .map(|month| {
                let mut movements = Movements::default();
                for entry in self.of_asset(asset) {
                    movements += entry.ledger.movements(month, month);
                }
                let closing = movements.closing();
                Posting { month, charge: movements.charge, impairment: movements.impairment, closing }
            })
            .collect()
    }

    /// Depreciation by class and month.
    pub fn charges(&self, from: Month, months: u32) -> BTreeMap<Class, Vec<Decimal>> {
        let mut charges: BTreeMap<Class, Vec<Decimal>> = BTreeMap::new();
        for entry in &self.entries {
            let row =
                charges.entry(entry.class.clone()).or_insert_with(|| vec![Decimal::ZERO; months as usize]);
            for (sum, charge) in row.iter_mut().zip(entry.ledger.charges(from, months)) {
                *sum += charge;
            }
        }
        charges
    }

    /// Depreciation and impairment by class and period of a fiscal year. A period is charged what its nominal month
    /// is, which [`PeriodSharing`](super::PeriodSharing) has shared by weeks already if the book asks for it.
    pub fn periods(&self, fiscal_year: i32) -> BTreeMap<Class, Vec<PeriodCharge>> {
        let periods = self.terms.calendar.periods(fiscal_year);
        let first = self.terms.calendar.first_month(fiscal_year);
        let mut rows: BTreeMap<Class, Vec<PeriodCharge>> = BTreeMap::new();
        for entry in &self.entries {
            let row = rows.entry(entry.class.clone()).or_insert_with(|| {
                let empty = |period: &FiscalPeriod| PeriodCharge {
                    period: *period,
                    charge: Decimal::ZERO,
                    impairment: Decimal::ZERO,
                };
                periods.iter().map(empty).collect()
            });
            for (sum, month) in row.iter_mut().zip(first.range(12)) {
                let movements = entry.ledger.movements(month, month);
                sum.charge += movements.charge;
                sum.impairment += movements.impairment;
            }
        }
        rows
    }

    /// The roll-forward by class from the first day of `from` to the last day of `to`.
    pub fn roll_forward(&self, from: Month, to: Month) -> BTreeMap<Class, Movements> {
        let mut classes: BTreeMap<Class, Movements> = BTreeMap::new();
        for entry in &self.entries {
            *classes.entry(entry.class.clone()).or_default() += entry.ledger.movements(from, to);
        }
        classes
    }

    /// The roll-forward by class over the periods `first` to `last`, 1 to 12, of a fiscal year, by the nominal month of
    /// each.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a period that is not 1 to 12 or a last one before the first.
    pub fn roll_forward_periods(
        &self,
        fiscal_year: i32,
        first: u32,
        last: u32,
    ) -> Result<BTreeMap<Class, Movements>> {
        let (from, to) = self.terms.calendar.months_of_periods(fiscal_year, first, last)?;
        Ok(self.roll_forward(from, to))
    }

    /// Disposals posted in some months, with the asset, in the order of entry.
    pub fn disposals(&self, from: Month, to: Month) -> Vec<(&Asset, &DisposalPosting)> {
        let posted = |entry: &'_ &DisposalPosting| (from..=to).contains(&entry.month);
        self.entries
            .iter()
            .flat_map(|entry| entry.ledger.disposals().iter().map(move |disposal| (&entry.asset, disposal)))
            .filter(|(_, disposal)| posted(disposal))
            .collect()
    }
}
