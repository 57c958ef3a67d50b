//! The roadmap itself: flows added up by a key.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::coverage::{Coverage, Exclusion, Subject};
use super::flows::{Category, Flows, MoneyView, Window};
use super::share::Parts;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded};
use crate::month::{FiscalCalendar, Month};
use crate::weights::Weights;

/// What an estate costs over a window: lines by category and by a key `K` (such as a site), each with the
/// records `R` behind it. One currency.
#[derive(Debug, Clone)]
pub struct Roadmap<K, R> {
    window: Window,
    currency: Currency,
    lines: BTreeMap<(MoneyView, Category), BTreeMap<K, Line<R>>>,
    contingency: BTreeMap<(K, Month), Decimal>,
    coverage: BTreeMap<Subject, Coverage>,
    exclusions: BTreeSet<Exclusion<R>>,
    assumptions: BTreeSet<String>,
}

/// One row of a roadmap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<R> {
    currency: Currency,
    /// One per month of the window, in minor units.
    cells: Vec<i128>,
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
    /// One amount per month of the window.
    pub fn amounts(&self) -> Vec<Decimal> {
        self.cells.iter().map(|cell| self.currency.from_minor(*cell)).collect()
    }

    /// The sum of the months.
    pub fn total(&self) -> Decimal {
        self.currency.from_minor(self.cells.iter().sum())
    }

    /// Whether no month has an amount: what was added has cancelled out.
    pub fn is_zero(&self) -> bool {
        self.cells.iter().all(|cell| *cell == 0)
    }
}

impl<R: Ord + Clone> Line<R> {
    fn new(window: Window, currency: Currency) -> Self {
        Self {
            currency,
            cells: vec![0; window.months() as usize],
            records: BTreeSet::new(),
            formulas: BTreeSet::new(),
            assumptions: BTreeSet::new(),
            estimated: false,
        }
    }

    /// Adds cells that begin with the month at `first`.
    fn add(
        &mut self,
        (first, cells): (usize, impl Iterator<Item = i128>),
        explanation: Option<&Explanation>,
        records: &[R],
    ) -> Result<()> {
        for (sum, cell) in self.cells.iter_mut().skip(first).zip(cells).filter(|(_, cell)| *cell != 0) {
            *sum = self.currency.bounded_minor(*sum + cell, "line")?;
        }
        self.records.extend(records.iter().cloned());
        if let Some(explanation) = explanation {
            self.formulas.insert(explanation.formula);
            self.assumptions.extend(explanation.assumptions.iter().cloned());
            self.estimated |= explanation.estimated;
        }
        Ok(())
    }
}

/// A line as it was and as it is.
type Pair<'a, R> = (Option<&'a Line<R>>, Option<&'a Line<R>>);

/// By how much a line differs from that of another roadmap.
#[derive(Debug, Clone)]
pub struct Difference<'a, K, R> {
    /// What the line is for.
    pub category: Category,
    /// Its key.
    pub key: &'a K,
    /// The line as it was; `None` where there was none.
    pub before: Option<&'a Line<R>>,
    /// The line as it is; `None` where there is none.
    pub after: Option<&'a Line<R>>,
    /// How much more there is, month by month.
    pub amounts: Vec<Decimal>,
}

/// Part of something that several keys cause together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share<K, R> {
    /// Where it belongs.
    pub key: K,
    /// How much of the whole it is, against the other shares: a number of units, or money in minor units.
    pub weight: u64,
    /// The records behind it.
    pub records: Vec<R>,
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
        self.require_alike(flows)?;
        for (view, category, row) in flows.rows() {
            let line = (view, category, key);
            self.add_to_line(
                line,
                (row.first, row.cells.iter().copied()),
                flows.explanation(category),
                records,
            )?;
        }
        for (month, amount) in flows.contingency() {
            self.reserve(key, *month, *amount)?;
        }
        Ok(())
    }

    /// Divides flows by weights, month by month with the largest remainder method, so that the parts add up to the
    /// whole to the minor unit, and adds each part as by [`add`](Self::add). Equal remainders go to the first share.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add); [`ForecastError::Invalid`] where there is something to divide and no share has a
    /// weight.
    pub fn add_divided(&mut self, shares: &[Share<K, R>], flows: &Flows) -> Result<()> {
        self.require_alike(flows)?;
        if flows.is_empty() {
            return Ok(());
        }
        let weights = Weights::new(shares.iter().map(|share| share.weight))?;
        for (view, category, row) in flows.rows() {
            let parts = Parts::of(&row.cells, &weights)?;
            for (place, share) in shares.iter().enumerate() {
                if let Some(cells) = parts.cells(place) {
                    let line = (view, category, &share.key);
                    self.add_to_line(line, (row.first, cells), flows.explanation(category), &share.records)?;
                }
            }
        }
        for (month, amount) in flows.contingency() {
            let parts = weights.divide(self.currency.to_minor(*amount))?;
            for (share, part) in shares.iter().zip(parts).filter(|(_, part)| *part != 0) {
                self.reserve(&share.key, *month, self.currency.from_minor(part))?;
            }
        }
        Ok(())
    }

    fn require_alike(&self, flows: &Flows) -> Result<()> {
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
        Ok(())
    }

    fn add_to_line(
        &mut self,
        (view, category, key): (MoneyView, Category, &K),
        cells: (usize, impl Iterator<Item = i128>),
        explanation: Option<&Explanation>,
        records: &[R],
    ) -> Result<()> {
        let lines = self.lines.entry((view, category)).or_default();
        match lines.get_mut(key) {
            Some(line) => line.add(cells, explanation, records),
            None => {
                let mut line = Line::new(self.window, self.currency);
                line.add(cells, explanation, records)?;
                lines.insert(key.clone(), line);
                Ok(())
            }
        }
    }

    fn reserve(&mut self, key: &K, month: Month, amount: Decimal) -> Result<()> {
        let cell = self.contingency.entry((key.clone(), month)).or_default();
        *cell = bounded(*cell + amount, "contingency")?;
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
        let of_view = self.lines.iter().filter(move |((of, _), _)| *of == view);
        of_view.flat_map(|((_, category), lines)| lines.iter().map(|(key, line)| (*category, key, line)))
    }

    /// By how much the lines of a view differ from those of another roadmap of the same months and currency, by
    /// category and key; lines that do not differ are left out. Differences of successive roadmaps add up to that of
    /// the last from the first, to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for another window; [`ForecastError::CurrencyMismatch`] for another currency;
    /// [`ForecastError::OutOfRange`] if a difference does not fit.
    pub fn differences<'a>(&'a self, from: &'a Self, view: MoneyView) -> Result<Vec<Difference<'a, K, R>>> {
        if from.currency != self.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: self.currency.to_string(),
                found: from.currency.to_string(),
            });
        }
        if from.window != self.window {
            let rule = "roadmaps are compared over the same months";
            return Err(ForecastError::invalid("window", &from.window.from(), rule));
        }
        let mut pairs: BTreeMap<(Category, &K), Pair<'_, R>> = BTreeMap::new();
        for (category, key, line) in from.lines(view) {
            pairs.entry((category, key)).or_default().0 = Some(line);
        }
        for (category, key, line) in self.lines(view) {
            pairs.entry((category, key)).or_default().1 = Some(line);
        }
        let mut differences = Vec::new();
        for ((category, key), (before, after)) in pairs {
            let cell = |line: Option<&Line<R>>, at: usize| line.map_or(0, |line| line.cells[at]);
            let mut amounts = Vec::with_capacity(self.window.months() as usize);
            for at in 0..self.window.months() as usize {
                amounts.push(self.currency.bounded_minor(cell(after, at) - cell(before, at), "difference")?);
            }
            if amounts.iter().any(|amount| *amount != 0) {
                let amounts = amounts.into_iter().map(|amount| self.currency.from_minor(amount)).collect();
                differences.push(Difference { category, key, before, after, amounts });
            }
        }
        Ok(differences)
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
        let mut sums = vec![0; self.window.months() as usize];
        for (_, _, line) in self.lines(view).filter(|(category, _, _)| wanted(*category)) {
            for (sum, cell) in sums.iter_mut().zip(&line.cells) {
                *sum += cell;
            }
        }
        sums.into_iter().map(|sum| self.currency.from_minor(sum)).collect()
    }
}
