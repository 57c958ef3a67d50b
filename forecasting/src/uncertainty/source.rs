//! Sources of spend: amounts as planned, and what moves them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::assumption::{DecisionId, DelayId, RateId};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded};
use crate::month::Month;
use crate::refresh::ProjectCost;
use crate::roadmap::{Category, Flows, MoneyView, RefreshCohort};

/// Amounts of one view as planned, month by month. Months that are not in it have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub(super) view: MoneyView,
    pub(super) currency: Currency,
    pub(super) first: Month,
    /// In minor units.
    pub(super) cells: Vec<i128>,
}

impl Series {
    /// Amounts of consecutive months beginning with `first`, rounded to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if an amount is beyond [`LIMIT`](crate::money::LIMIT).
    pub fn new(view: MoneyView, currency: Currency, first: Month, amounts: &[Decimal]) -> Result<Self> {
        let cells = amounts.iter().map(|amount| Ok(currency.to_minor(bounded(*amount, "amount")?)));
        Ok(Self { view, currency, first, cells: cells.collect::<Result<_>>()? })
    }

    /// What flows have in a view, all categories together.
    ///
    /// What a delay moves into a roadmap's window lies outside it as planned: flows of a source that can be
    /// delayed are made for a window that is longer on either side by as many months.
    pub fn of(flows: &Flows, view: MoneyView) -> Self {
        let (window, currency) = (flows.window(), flows.currency());
        let mut cells = vec![0; window.months() as usize];
        for amounts in Category::ALL.into_iter().filter_map(|category| flows.amounts(view, category)) {
            for (cell, amount) in cells.iter_mut().zip(amounts) {
                *cell += currency.to_minor(amount);
            }
        }
        Self { view, currency, first: window.from(), cells }
    }

    /// What is left of these amounts without others: the two add up to these again, to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] for another currency; [`ForecastError::Invalid`] for another view or for
    /// other months.
    pub fn less(&self, others: &Self) -> Result<Self> {
        others.check(self.view, self.currency)?;
        if (self.first, self.cells.len()) != (others.first, others.cells.len()) {
            let months = format!("{} months from {}", others.cells.len(), others.first);
            return Err(ForecastError::invalid("months", &months, "both have the same months"));
        }
        let left = self.cells.iter().zip(&others.cells).map(|(cell, other)| cell - other);
        Ok(Self { cells: left.collect(), ..self.clone() })
    }

    /// The amounts before a month, and those from it on.
    #[must_use]
    pub fn split(mut self, month: Month) -> (Self, Self) {
        let before = usize::try_from(month.since(self.first)).unwrap_or_default().min(self.cells.len());
        let cells = self.cells.split_off(before);
        let first = self.first.plus(i32::try_from(before).unwrap_or(i32::MAX));
        let after = Self { first, cells, ..self };
        (self, after)
    }

    /// The amount of a month; zero where it has none.
    pub fn amount(&self, month: Month) -> Decimal {
        let place = usize::try_from(month.since(self.first)).ok();
        let cell = place.and_then(|place| self.cells.get(place)).copied().unwrap_or_default();
        self.currency.from_minor(cell)
    }

    pub(super) fn check(&self, view: MoneyView, currency: Currency) -> Result<()> {
        if self.currency != currency {
            let (expected, found) = (currency.to_string(), self.currency.to_string());
            return Err(ForecastError::CurrencyMismatch { expected, found });
        }
        if self.view != view {
            let found = format!("{:?}", self.view);
            return Err(ForecastError::invalid("view", &found, "the views are never added to each other"));
        }
        Ok(())
    }
}

/// How amounts compound with an uncertain rate. They are multiplied by `(1 + drawn) / (1 + point)` to a power, both
/// rates kept within floor and cap; so where the draw is the rate of the point figures, they stay to the cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// The rate.
    pub rate: RateId,
    /// To which power.
    pub compounding: Compounding,
    /// The lowest rate that counts, such as the floor of an escalator.
    pub floor: Option<Decimal>,
    /// The highest rate that counts, such as the cap of an escalator.
    pub cap: Option<Decimal>,
}

/// How often a rate has been applied to an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compounding {
    /// A part of a period, the same in every month: a price that moved for so many days of a year of so many.
    /// Negative takes back.
    Part {
        /// Days, or another length of time.
        elapsed: i32,
        /// The same length of a whole period.
        period: u32,
    },
    /// Once in the first month and once more every so many months: 1 for growth by the month, the months of a
    /// term for the rise at each renewal, 12 for a yearly escalation.
    Steps {
        /// The first month that is higher.
        first: Month,
        /// Months from one step to the next; `None` for a single step.
        every: Option<u32>,
    },
}

impl Exposure {
    /// An exposure without floor or cap.
    pub fn new(rate: RateId, compounding: Compounding) -> Self {
        Self { rate, compounding, floor: None, cap: None }
    }

    /// Exposures of a price that was quoted on `base` and is paid as it stands on `date`, one for each calendar
    /// year between the two whose rise is uncertain, as [`Prices::at`](crate::refresh::Prices::at) counts days.
    pub fn prices(years: &BTreeMap<i32, RateId>, base: NaiveDate, date: NaiveDate) -> Vec<Self> {
        let (first, last) = (base.min(date), base.max(date));
        let sign = if date < base { -1 } else { 1 };
        let between = years.range(first.year()..=last.year());
        let exposures = between.filter_map(|(year, rate)| {
            let start = NaiveDate::from_ymd_opt(*year, 1, 1)?;
            let next = NaiveDate::from_ymd_opt(year + 1, 1, 1)?;
            let elapsed = (last.min(next) - first.max(start)).num_days() as i32 * sign;
            let period = (next - start).num_days().unsigned_abs() as u32;
            (elapsed != 0).then(|| Self::new(*rate, Compounding::Part { elapsed, period }))
        });
        exposures.collect()
    }
}

/// Amounts and what moves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As planned.
    pub amounts: Series,
    /// The uncertain rates they compound with; of several, the factors multiply.
    pub exposures: Vec<Exposure>,
    /// By how many months they come later. An amount keeps the factor of the month it was planned for.
    pub delay: Option<DelayId>,
    /// The decision they depend on, and whether they are spent if it is taken or if it is not.
    pub decision: Option<(DecisionId, bool)>,
}

impl Source {
    /// Amounts that are certain.
    pub fn certain(amounts: Series) -> Self {
        Self { amounts, exposures: Vec::new(), delay: None, decision: None }
    }

    /// Amounts that compound with uncertain rates.
    #[must_use]
    pub fn exposed(mut self, exposures: impl IntoIterator<Item = Exposure>) -> Self {
        self.exposures.extend(exposures);
        self
    }

    /// Amounts that come later than planned by an uncertain number of months.
    #[must_use]
    pub fn delayed(mut self, delay: DelayId) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Amounts that are spent if a decision is taken (`true`) or if it is not (`false`).
    #[must_use]
    pub fn decided(mut self, decision: DecisionId, taken: bool) -> Self {
        self.decision = Some((decision, taken));
        self
    }
}

/// The part of a refresh that does not move with the price of hardware: installation, the disposal of the old
/// units, what they sell for and what they still stand for in the books.
///
/// Its flows, and what they leave of the flows of the whole ([`Series::less`]), are the two parts of a refresh: only
/// the second is exposed to the price index.
pub fn without_priced_costs(cohort: &RefreshCohort) -> RefreshCohort {
    let none = Decimal::ZERO;
    let cost =
        ProjectCost { hardware: none, freight_tax: none, support: none, contingency: none, ..cohort.cost };
    RefreshCohort { cost, salvage: none, ..*cohort }
}
