//! How prices rise within the term: fixed rates, tables and consumer price indices.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::growth::compound;
use crate::money::{bounded, times};
use crate::month::{Month, add_months, months_between};

/// How the price of a charge rises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalator {
    /// By how much.
    pub escalation: Escalation,
    /// When; of no meaning to a table.
    pub anchor: Anchor,
    /// Months from step to step, usually 12; of no meaning to a table.
    pub every_months: u32,
    /// Whether each step builds on the one before, or all on the base price.
    pub compounding: bool,
}

impl Escalator {
    /// A fixed rise (0.03 is 3 %) on every anniversary, compounding.
    pub fn yearly(rate: Decimal) -> Self {
        Self {
            escalation: Escalation::Fixed(rate),
            anchor: Anchor::Anniversary,
            every_months: 12,
            compounding: true,
        }
    }
}

/// By how much a step raises the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Escalation {
    /// By a fraction: 0.03 is 3 %.
    Fixed(Decimal),
    /// By the movement of a consumer price index.
    Cpi(CpiTerms),
    /// By a fraction on each of certain dates.
    Table(Vec<(NaiveDate, Decimal)>),
}

/// When steps happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// On anniversaries of the start of billing.
    Anniversary,
    /// On the first of January, first in the year after billing started.
    CalendarJanuary,
    /// First on this date.
    Explicit(NaiveDate),
}

/// How a price follows an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpiTerms {
    /// Name of the series.
    pub series: String,
    /// Months between the index month referred to and the step.
    pub lag_months: u32,
    /// The least a step raises the price, whatever the index does.
    pub floor: Option<Decimal>,
    /// The most a step raises the price.
    pub cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    pub no_decrease: bool,
}

/// A price index by month, and what to assume beyond the last published value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Published values.
    pub published: BTreeMap<Month, Decimal>,
    /// Assumed rise per year (0.02 is 2 %) where no value is published.
    pub assumed_rate: Option<Decimal>,
    /// Assumed rises of single calendar years; in other years the assumed rate holds.
    pub curve: BTreeMap<i32, Decimal>,
}

/// Price indices by the name of their series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indices(pub BTreeMap<String, Index>);

/// A factor on the base price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factor {
    pub value: Decimal,
    pub estimated: bool,
}

impl Factor {
    pub(super) const ONE: Self = Self { value: Decimal::ONE, estimated: false };
}

/// The rise a movement of the index from `previous` to `current` leads to, within a floor and a cap.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for an index value that is not above zero.
pub fn cpi_step(
    previous: Decimal,
    current: Decimal,
    floor: Option<Decimal>,
    cap: Option<Decimal>,
) -> Result<Decimal> {
    if previous <= Decimal::ZERO || current <= Decimal::ZERO {
        let value = previous.min(current);
        return Err(ForecastError::invalid("price index", &value, "a price index is above zero"));
    }
    let movement = (bounded(current, "price index")? - bounded(previous, "price index")?)
        .checked_div(previous)
        .ok_or(ForecastError::OutOfRange { field: "price index" })?;
    let movement = bounded(movement, "price index")?;
    let raised = floor.map_or(movement, |floor| movement.max(floor));
    Ok(cap.map_or(raised, |cap| raised.min(cap)))
}

impl Index {
    /// The assumed rise over the year that ends in a month: that of its calendar year.
    fn assumed(&self, month: Month) -> Option<Decimal> {
        self.curve.get(&month.year()).copied().or(self.assumed_rate)
    }

    /// The rise a year that is assumed over calendar years, on average: the curve's, and the assumed rate in years
    /// that it leaves out. `None` where a year has neither, and for no years.
    pub fn mean_assumed(&self, years: RangeInclusive<i32>) -> Option<Decimal> {
        if self.curve.is_empty() {
            return self.assumed_rate;
        }
        let rates = years.map(|year| self.curve.get(&year).copied().or(self.assumed_rate));
        let rates = rates.collect::<Option<Vec<Decimal>>>()?;
        let sum = rates.iter().try_fold(Decimal::ZERO, |sum, rate| sum.checked_add(*rate))?;
        Some(sum.checked_div(Decimal::from(rates.len()))?.round_dp(9))
    }

    /// What a value is raised by over whole years up to a month.
    fn raised(&self, month: Month, years: u32) -> Option<Decimal> {
        if self.curve.is_empty() {
            return compound(self.assumed_rate?, years).ok();
        }
        let back = (0..years).map(|year| month.plus(-12 * i32::try_from(year).unwrap_or_default()));
        back.map(|month| self.assumed(month)).try_fold(Decimal::ONE, |factor, rate| {
            times(factor, compound(rate?, 1).ok()?, "price index").ok()
        })
    }

    /// The value of a month and whether it is an estimate: an unpublished month is the latest published same
    /// month of a year before, raised by the assumed rate for every year in between.
    fn value(&self, month: Month) -> Option<(Decimal, bool)> {
        if let Some(value) = self.published.get(&month) {
            return Some((*value, false));
        }
        self.assumed(month)?;
        let (first, _) = self.published.first_key_value()?;
        let mut years = 1_u32;
        loop {
            let earlier = month.plus(-12 * i32::try_from(years).ok()?);
            if earlier < *first {
                return None;
            }
            if let Some(value) = self.published.get(&earlier) {
                return Some((times(*value, self.raised(month, years)?, "price index").ok()?, true));
            }
            years += 1;
        }
    }

    /// The rise of one step taken on `date`, `every_months` after the step before.
    fn step(&self, terms: &CpiTerms, date: NaiveDate, every_months: u32) -> Result<Factor> {
        let reference = Month::of(date).plus(-whole(terms.lag_months));
        let floor = if terms.no_decrease {
            Some(terms.floor.map_or(Decimal::ZERO, |floor| floor.max(Decimal::ZERO)))
        } else {
            terms.floor
        };
        let values = (self.value(reference.plus(-whole(every_months))), self.value(reference));
        if let (Some((previous, was_estimated)), Some((current, is_estimated))) = values {
            let value = cpi_step(previous, current, floor, terms.cap)?;
            return Ok(Factor { value, estimated: was_estimated || is_estimated });
        }
        let rate = self.assumed(reference).ok_or(ForecastError::Missing {
            field: "price index",
            reason: "the months a step refers to are not published and no yearly rate is assumed",
        })?;
        let movement = times(rate, Decimal::from(every_months), "assumed rate")? / Decimal::from(12);
        let value = cpi_step(Decimal::ONE, Decimal::ONE + movement, floor, terms.cap)?;
        Ok(Factor { value, estimated: true })
    }
}

impl Indices {
    pub(crate) fn step(&self, terms: &CpiTerms, date: NaiveDate, every_months: u32) -> Result<Factor> {
        let index = self.0.get(&terms.series).ok_or(ForecastError::Missing {
            field: "price index",
            reason: "the contract refers to a series that has neither values nor an assumed rate",
        })?;
        index.step(terms, date, every_months)
    }
}

impl Escalator {
    /// The factor on the base price on a day.
    pub(super) fn factor(
        &self,
        billing_start: NaiveDate,
        date: NaiveDate,
        indices: &Indices,
    ) -> Result<Factor> {
        match &self.escalation {
            Escalation::Fixed(rate) => {
                let steps = self.steps(billing_start, date);
                let value = if self.compounding {
                    compound(*rate, steps)?
                } else {
                    Decimal::ONE + times(*rate, Decimal::from(steps), "escalation")?
                };
                Ok(Factor { value, estimated: false })
            }
            Escalation::Table(table) => {
                let passed = table.iter().filter(|(from, _)| *from <= date);
                self.accumulate(passed.map(|(_, rate)| Ok(Factor { value: *rate, estimated: false })))
            }
            Escalation::Cpi(terms) => {
                let steps = 1..=self.steps(billing_start, date);
                self.accumulate(
                    steps.map(|step| {
                        indices.step(terms, self.step_date(billing_start, step), self.every_months)
                    }),
                )
            }
        }
    }

    /// Dates within a span, both ends included, on which the price changes.
    pub(crate) fn changes(
        &self,
        billing_start: NaiveDate,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Vec<NaiveDate> {
        if let Escalation::Table(table) = &self.escalation {
            return table
                .iter()
                .map(|(date, _)| *date)
                .filter(|date| (first..=last).contains(date))
                .collect();
        }
        let from = self.steps(billing_start, first);
        let to = self.steps(billing_start, last);
        (from + 1..=to).map(|step| self.step_date(billing_start, step)).collect()
    }

    fn accumulate(&self, steps: impl Iterator<Item = Result<Factor>>) -> Result<Factor> {
        let mut sum = Factor::ONE;
        for step in steps {
            let step = step?;
            sum.value = if self.compounding {
                times(sum.value, Decimal::ONE + bounded(step.value, "escalation")?, "escalation")?
            } else {
                bounded(sum.value + bounded(step.value, "escalation")?, "escalation")?
            };
            sum.estimated |= step.estimated;
        }
        Ok(sum)
    }

    /// Steps taken up to and including a day.
    fn steps(&self, billing_start: NaiveDate, date: NaiveDate) -> u32 {
        let every = whole(self.every_months.max(1));
        let taken = match self.anchor {
            Anchor::Anniversary => months_between(billing_start, date).max(0) / every,
            Anchor::CalendarJanuary | Anchor::Explicit(_) => {
                let months = months_between(self.step_date(billing_start, 1), date);
                if months < 0 { 0 } else { 1 + months / every }
            }
        };
        taken.unsigned_abs()
    }

    /// The date of a step; the first is step 1.
    fn step_date(&self, billing_start: NaiveDate, step: u32) -> NaiveDate {
        let every = whole(self.every_months.max(1));
        let months = |steps: u32| every.saturating_mul(whole(steps));
        match self.anchor {
            Anchor::Anniversary => add_months(billing_start, months(step)),
            Anchor::CalendarJanuary => {
                let into_year = billing_start.month0() as i32;
                let january = Month::of(billing_start).plus(12 - into_year).first_day();
                add_months(january, months(step.saturating_sub(1)))
            }
            Anchor::Explicit(first) => add_months(first, months(step.saturating_sub(1))),
        }
    }
}

/// A count as a signed number for date arithmetic, which stops at the year 9999 anyway.
pub(super) fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
