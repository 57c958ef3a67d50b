//! Where the year will end: three answers, of which only the outlook is a forecast.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::checked_fiscal_year;
use super::variance::{Orientation, Tolerance, Variance};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded, proportion};
use crate::month::{FiscalCalendar, Month};

/// Months of a fiscal year.
const MONTHS_OF_YEAR: u32 = 12;

/// A fiscal year of which some months are over. Amounts of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearToDate {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Plan of the whole year, if there is one.
    pub plan: Option<Decimal>,
    /// What the months that are over came to, if it is known for all of them.
    pub actual: Option<Decimal>,
    /// Part of it that happened once and says nothing about other months.
    pub one_off: Decimal,
    /// What was posted to the year as a whole once it was over: part of the outlook, and of no run rate.
    pub adjustments: Decimal,
    /// Months that are over and known, 0 to 12.
    pub months_elapsed: u32,
    /// Forecast of the other months, if there is one; needless where there are none.
    pub remaining_forecast: Option<Decimal>,
}

/// What keeps a figure about the year from being known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutlookGap {
    /// No month is over yet, so there is no run rate.
    NothingElapsed,
    /// There is no plan; of a month, where the year is known by months.
    Plan(Option<Month>),
    /// A month is over and its actual figure is not known.
    Actual(Option<Month>),
    /// A month is to come and has no forecast.
    Forecast(Option<Month>),
    /// A month is over and nothing was posted in it yet: it is left out of run rates, and its forecast stands for it
    /// in the outlook.
    Unposted(Month),
}

/// Where a fiscal year stands and will end. Absent figures are in `gaps`, never zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The months so far, stretched over the whole year.
    pub run_rate: Option<Decimal>,
    /// The same without what happened once: the level that the year runs at.
    pub normalised_run_rate: Option<Decimal>,
    /// What the months so far came to and the forecast of the others: the figure to report.
    pub outlook: Option<Decimal>,
    /// The outlook against the plan of the year.
    pub variance: Option<Variance>,
    /// What was not known.
    pub gaps: BTreeSet<OutlookGap>,
}

impl YearToDate {
    /// Run rates `actual / months elapsed × 12`, the outlook `actual + remaining forecast + adjustments`, and its
    /// variance from plan.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for more than 12 months elapsed or a negative tolerance,
    /// [`ForecastError::OutOfRange`] for amounts that do not fit.
    pub fn outlook(&self, tolerance: Tolerance) -> Result<Outlook> {
        let mut gaps = BTreeSet::new();
        if self.actual.is_none() {
            gaps.insert(OutlookGap::Actual(None));
        }
        if self.plan.is_none() {
            gaps.insert(OutlookGap::Plan(None));
        }
        if self.months_elapsed < MONTHS_OF_YEAR && self.remaining_forecast.is_none() {
            gaps.insert(OutlookGap::Forecast(None));
        }
        self.compute(tolerance, gaps)
    }

    /// How the outlook comes about.
    pub fn explain(&self) -> Explanation {
        let shown = |amount: Option<Decimal>| {
            amount.map_or_else(|| "unknown".to_owned(), |amount| amount.to_string())
        };
        Explanation::new("actual of the months elapsed + forecast of the months to come + adjustments")
            .input("months elapsed", self.months_elapsed)
            .input("actual", shown(self.actual))
            .input("one-off part of it", self.one_off)
            .input("adjustments of the year", self.adjustments)
            .input("remaining forecast", shown(self.remaining_forecast))
            .input("plan of the year", shown(self.plan))
            .estimate("months to come are forecast")
    }

    fn compute(&self, tolerance: Tolerance, mut gaps: BTreeSet<OutlookGap>) -> Result<Outlook> {
        let elapsed = self.months_elapsed;
        if elapsed > MONTHS_OF_YEAR {
            return Err(ForecastError::invalid("months_elapsed", &elapsed, "a year has 12 months"));
        }
        if elapsed == 0 {
            gaps.insert(OutlookGap::NothingElapsed);
        }
        let stretch = |amount: Decimal| {
            let whole_year = Decimal::from(MONTHS_OF_YEAR);
            bounded(proportion(amount, whole_year, Decimal::from(elapsed)), "run rate")
        };
        let actual = self.actual.map(|actual| bounded(actual, "actual")).transpose()?;
        let one_off = bounded(self.one_off, "one-off amount")?;
        let remaining = if elapsed == MONTHS_OF_YEAR { Some(Decimal::ZERO) } else { self.remaining_forecast };
        let observed = actual.filter(|_| elapsed > 0);
        let outlook = match (actual, remaining) {
            (Some(actual), Some(remaining)) => {
                let known = bounded(actual + bounded(self.adjustments, "adjustments")?, "outlook")?;
                Some(bounded(known + bounded(remaining, "forecast")?, "outlook")?)
            }
            _ => None,
        };
        let variance = match (self.plan, outlook) {
            (Some(plan), Some(outlook)) => {
                let money = |amount| Money::new(amount, self.currency);
                Some(Variance::new(money(plan), money(outlook), Orientation::Cost, tolerance)?)
            }
            _ => None,
        };
        Ok(Outlook {
            run_rate: observed.map(stretch).transpose()?,
            normalised_run_rate: observed.map(|actual| stretch(actual - one_off)).transpose()?,
            outlook,
            variance,
            gaps,
        })
    }
}

/// A fiscal year by months, as a plan, its actuals and a forecast give it. Amounts of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearInMonths {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Plan by month.
    pub plan: BTreeMap<Month, Decimal>,
    /// What each month came to. Months that are not closed are not looked at.
    pub actual: BTreeMap<Month, Decimal>,
    /// What was posted to the year as a whole once it was over.
    pub adjustments: Decimal,
    /// Part of it that happened once.
    pub one_off: BTreeMap<Month, Decimal>,
    /// Forecast by month. Months that are closed are not looked at, unless nothing was posted in them.
    pub forecast: BTreeMap<Month, Decimal>,
}

impl YearInMonths {
    /// The outlook of a fiscal year of which the months up to `last_closed` are over; `None` where none is.
    ///
    /// A month without its figure is a gap that is named, and what depends on it is absent. A month that is over and
    /// that nothing was posted in is named as well: run rates are of the others, and the outlook has its forecast, so
    /// three months without actuals do not make a cheap year.
    ///
    /// # Errors
    ///
    /// As [`YearToDate::outlook`]; also [`ForecastError::Invalid`] for a fiscal year that is not 1 to 9999.
    pub fn outlook(
        &self,
        calendar: &FiscalCalendar,
        fiscal_year: i32,
        last_closed: Option<Month>,
        tolerance: Tolerance,
    ) -> Result<Outlook> {
        let first = calendar.first_month(checked_fiscal_year(fiscal_year)?);
        let closed = last_closed.map_or(0, |last| last.since(first) + 1);
        let months_elapsed = closed.clamp(0, MONTHS_OF_YEAR as i32) as u32;
        let months: Vec<Month> = first.range(MONTHS_OF_YEAR).collect();
        let (over, to_come) = months.split_at(months_elapsed as usize);
        let mut gaps = BTreeSet::new();
        let (posted, unposted) = self.posted(over);
        gaps.extend(unposted.iter().map(|month| OutlookGap::Unposted(*month)));
        if posted.is_empty() && !unposted.is_empty() {
            gaps.insert(OutlookGap::Actual(None));
        }
        let expected: Vec<Month> = unposted.iter().chain(to_come).copied().collect();
        let plan = sum(&self.plan, &months, OutlookGap::Plan, &mut gaps)?;
        let actual = sum(&self.actual, &posted, OutlookGap::Actual, &mut gaps)?;
        let actual = actual.filter(|_| unposted.is_empty() || !posted.is_empty());
        let remaining_forecast = sum(&self.forecast, &expected, OutlookGap::Forecast, &mut gaps)?;
        let mut one_off = Decimal::ZERO;
        for amount in over.iter().filter_map(|month| self.one_off.get(month)) {
            one_off = bounded(one_off + bounded(*amount, "one-off amount")?, "one-off amount")?;
        }
        let year = YearToDate {
            currency: self.currency,
            plan,
            actual,
            one_off,
            adjustments: self.adjustments,
            months_elapsed: u32::try_from(posted.len()).unwrap_or(MONTHS_OF_YEAR),
            remaining_forecast,
        };
        year.compute(tolerance, gaps)
    }

    /// Which of some months have an actual figure, and which do not.
    pub(super) fn posted(&self, over: &[Month]) -> (Vec<Month>, Vec<Month>) {
        over.iter().copied().partition(|month| self.actual.contains_key(month))
    }
}

/// The sum over months; `None`, with each missing month as a gap, where any has no amount.
fn sum(
    amounts: &BTreeMap<Month, Decimal>,
    months: &[Month],
    gap: fn(Option<Month>) -> OutlookGap,
    gaps: &mut BTreeSet<OutlookGap>,
) -> Result<Option<Decimal>> {
    let mut sum = Some(Decimal::ZERO);
    for month in months {
        match amounts.get(month) {
            Some(amount) => {
                let amount = bounded(*amount, "amount")?;
                sum = sum.map(|sum| bounded(sum + amount, "amount")).transpose()?;
            }
            None => {
                gaps.insert(gap(Some(*month)));
                sum = None;
            }
        }
    }
    Ok(sum)
}
