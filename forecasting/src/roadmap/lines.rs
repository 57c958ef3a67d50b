//! The roadmap itself: flows added up by a key.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::coverage::{Coverage, Exclusion, Subject};
use super::flows::{Category, Flows, MoneyView, Window};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded};
use crate::month::{FiscalCalendar, Month};

/// What an estate costs over a window: lines by category and by a key `K` (such as a site), each with the
/// records `R` behind it. One currency.
#[derive(Debug, Clone)]
pub struct Roadmap<K, R> {
    window: Window,
    currency: Currency,
    lines: BTreeMap<(MoneyView, Category, K), Line<R>>,
    contingency: BTreeMap<(K, Month), Decimal>,
    coverage: BTreeMap<Subject, Coverage>,
    exclusions: BTreeSet<Exclusion<R>>,
    assumptions: BTreeSet<String>,
}

/// One row of a roadmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<R> {
    /// One amount per month of the window.
    pub amounts: Vec<Decimal>,
    /// The records that contributed.
    pub records: BTreeSet<R>,
    /// The formulas by which they did.
    pub formulas: BTreeSet<&'static str>,
    /// What was taken for granted.
    pub assumptions: BTreeSet<String>,
    /// Whether any of it is an estimate.
    pub estimated: bool,
}

impl<R> Line<R> {
    /// The sum of the months.
    pub fn total(&self) -> Decimal {
        self.amounts.iter().sum()
    }
}

impl<K: Ord + Clone, R: Ord + Clone> Roadmap<K, R> {
    /// A roadmap without lines.
    pub fn new(window: Window, currency: Currency) -> Self {
        Self {
            window,
            currency,
            lines: BTreeMap::new(),
            contingency: BTreeMap::new(),
            coverage: BTreeMap::new(),
            exclusions: BTreeSet::new(),
            assumptions: BTreeSet::new(),
        }
    }

    /// The months covered.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Adds flows to the lines of a key, with the records behind them. Rows without an amount in the window make
    /// no line.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] for flows in another currency ([`Flows::convert`] them first);
    /// [`ForecastError::Invalid`] for flows of another window; [`ForecastError::OutOfRange`] if an amount does
    /// not fit. The roadmap may then hold part of the flows and is of no further use.
    pub fn add(&mut self, key: &K, flows: &Flows, records: &[R]) -> Result<()> {
        if flows.currency() != self.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: self.currency.to_string(),
                found: flows.currency().to_string(),
            });
        }
        if flows.window() != self.window {
            let rule = "flows are for the window of the roadmap";
            return Err(ForecastError::invalid("window", &flows.window().from(), rule));
        }
        for (view, category, amounts) in flows.rows() {
            let line = self.lines.entry((view, category, key.clone())).or_insert_with(|| Line {
                amounts: vec![Decimal::ZERO; amounts.len()],
                records: BTreeSet::new(),
                formulas: BTreeSet::new(),
                assumptions: BTreeSet::new(),
                estimated: false,
            });
            for (cell, amount) in line.amounts.iter_mut().zip(amounts) {
                *cell = bounded(*cell + amount, "line")?;
            }
            line.records.extend(records.iter().cloned());
            if let Some(explanation) = flows.explanation(category) {
                line.formulas.insert(explanation.formula);
                line.assumptions.extend(explanation.assumptions.iter().cloned());
                line.estimated |= explanation.estimated;
            }
        }
        for (month, amount) in flows.contingency() {
            let cell = self.contingency.entry((key.clone(), *month)).or_default();
            *cell = bounded(*cell + amount, "contingency")?;
        }
        Ok(())
    }

    /// Counts a record that had its inputs, with its value where known.
    pub fn include(&mut self, subject: Subject, value: Option<Decimal>) {
        self.coverage.entry(subject).or_default().count(true, value);
    }

    /// Counts a record that is left out for want of input, and says why.
    pub fn exclude(
        &mut self,
        subject: Subject,
        record: R,
        reason: impl Into<String>,
        value: Option<Decimal>,
    ) {
        self.coverage.entry(subject).or_default().count(false, value);
        self.note(subject, record, reason);
    }

    /// Says why a record was left out of part of the roadmap on purpose, such as a refresh at a site that is
    /// being left; its coverage is counted apart.
    pub fn note(&mut self, subject: Subject, record: R, reason: impl Into<String>) {
        self.exclusions.insert(Exclusion { subject, record, reason: reason.into() });
    }

    /// Notes something the whole roadmap takes for granted.
    pub fn assume(&mut self, assumption: impl Into<String>) {
        self.assumptions.insert(assumption.into());
    }

    /// The lines of a view, by category and key.
    pub fn lines(&self, view: MoneyView) -> impl Iterator<Item = (Category, &K, &Line<R>)> {
        self.lines
            .iter()
            .filter(move |((of, _, _), _)| *of == view)
            .map(|((_, category, key), line)| (*category, key, line))
    }

    /// The sum of all lines of a view, by month.
    pub fn months(&self, view: MoneyView) -> Vec<Decimal> {
        self.sum(view, |_| true)
    }

    /// The sum of the lines of a category in a view, by month.
    pub fn category_months(&self, view: MoneyView, category: Category) -> Vec<Decimal> {
        self.sum(view, |of| of == category)
    }

    /// The sum of a view.
    pub fn total(&self, view: MoneyView) -> Decimal {
        self.months(view).iter().sum()
    }

    /// Sums of amounts per month, such as [`months`](Self::months) or the amounts of a line, by fiscal year and
    /// quarter. The first and the last may be parts of a quarter.
    pub fn quarters(&self, amounts: &[Decimal], calendar: &FiscalCalendar) -> BTreeMap<(i32, u32), Decimal> {
        let mut quarters = BTreeMap::new();
        for (month, amount) in self.window.iter().zip(amounts) {
            *quarters.entry(calendar.fiscal_quarter_of(month)).or_default() += *amount;
        }
        quarters
    }

    /// Sums of amounts per month by fiscal year. The first and the last may be parts of a year.
    pub fn years(&self, amounts: &[Decimal], calendar: &FiscalCalendar) -> BTreeMap<i32, Decimal> {
        let mut years = BTreeMap::new();
        for (month, amount) in self.window.iter().zip(amounts) {
            *years.entry(calendar.fiscal_year_of(month)).or_default() += *amount;
        }
        years
    }

    /// Contingencies that are planned and not spent, by key and month of the order.
    pub fn contingency(&self) -> &BTreeMap<(K, Month), Decimal> {
        &self.contingency
    }

    /// How much of each kind of record is in the roadmap.
    pub fn coverage(&self) -> &BTreeMap<Subject, Coverage> {
        &self.coverage
    }

    /// The records that were left out, and why.
    pub fn exclusions(&self) -> &BTreeSet<Exclusion<R>> {
        &self.exclusions
    }

    /// What the whole roadmap takes for granted.
    pub fn assumptions(&self) -> &BTreeSet<String> {
        &self.assumptions
    }

    fn sum(&self, view: MoneyView, wanted: impl Fn(Category) -> bool) -> Vec<Decimal> {
        let mut sums = vec![Decimal::ZERO; self.window.months() as usize];
        for (_, _, line) in self.lines(view).filter(|(category, _, _)| wanted(*category)) {
            for (sum, amount) in sums.iter_mut().zip(&line.amounts) {
                *sum += amount;
            }
        }
        sums
    }
}
