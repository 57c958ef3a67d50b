//! Monthly charges and book values of one asset, or of many that share a rule and an entry into service.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::convention::Convention;
use super::method::{Curve, Method};
use super::timeline::Timeline;
use crate::error::{ForecastError, Result};
use crate::money::{Money, Rounding, bounded};
use crate::month::{FiscalCalendar, Month};

/// The longest life that is believed: a hundred years.
pub(super) const LONGEST_LIFE: u32 = 1200;

/// How a class of assets is depreciated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DepreciationRule {
    /// How the cost falls over the years.
    pub method: Method,
    /// Useful life in months, 1 to 1,200.
    pub life_months: u32,
    /// What counts of the first and last month.
    pub convention: Convention,
    /// Where the odd cents go.
    pub rounding: Rounding,
}

/// What is depreciated. Several assets with one rule, one ratio of salvage to cost and equal
/// [`Convention::representative`] dates may be added into one basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Basis {
    /// Capitalised cost.
    pub cost: Money,
    /// What is expected to be left at the end of life, in the currency of the cost.
    pub salvage: Decimal,
    /// The day it entered service: neither the order nor the receipt.
    pub in_service: NaiveDate,
    /// The day it left the books before its end of life, if it did or will.
    pub disposed: Option<NaiveDate>,
}

/// The charge of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The month it is posted in.
    pub month: Month,
    /// The charge.
    pub amount: Decimal,
    /// All charges up to and including this month.
    pub accumulated: Decimal,
    /// Cost less all charges at the end of the month.
    pub book_value: Decimal,
}

/// A sale or scrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Disposal {
    /// What the buyer pays.
    pub proceeds: Decimal,
    /// What selling costs.
    pub cost_of_sale: Decimal,
}

/// What a disposal does to the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisposalResult {
    /// Depreciation up to the disposal.
    pub accumulated: Decimal,
    /// Cost less that.
    pub book_value: Decimal,
    /// Proceeds less cost of sale less book value; negative is a loss.
    pub gain: Decimal,
}

/// A depreciation that can answer for any month.
#[derive(Debug, Clone)]
pub struct Depreciation {
    basis: Basis,
    rounding: Rounding,
    curve: Curve,
    timeline: Timeline,
    /// Where counting stops by disposal, in units of life from the start of counting.
    exit: Option<i64>,
    /// Whole life, in half months or in days.
    whole: i64,
    /// Accumulated after each month from `first`, where each month depends on the one before.
    posted: Vec<Decimal>,
}

impl Depreciation {
    /// Prepares the depreciation of a basis by a rule. The calendar matters to the conventions that speak of
    /// fiscal quarters and years.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a life outside 1 to 1,200 months, a negative cost, a salvage that is
    /// negative or above cost, an impossible entry, or a disposal before entry; [`ForecastError::OutOfRange`] for a cost beyond the
    /// limit.
    pub fn new(rule: &DepreciationRule, basis: &Basis, calendar: &FiscalCalendar) -> Result<Self> {
        check(rule, basis)?;
        let currency = basis.cost.currency;
        let basis = Basis { cost: basis.cost.round(), salvage: currency.round(basis.salvage), ..*basis };
        let timeline = Timeline::new(basis.in_service, rule.convention, calendar);
        let exit = basis.disposed.map(|date| timeline.exit(date, calendar));
        let whole = timeline.whole(rule.life_months);
        let mut depreciation = Self {
            rounding: rule.rounding,
            curve: Curve::new(rule.method, basis.cost.amount, basis.salvage, rule.life_months),
            timeline,
            basis,
            exit,
            whole,
            posted: Vec::new(),
        };
        if rule.rounding == Rounding::LastPeriod {
            depreciation.posted = depreciation.post_each();
        }
        Ok(depreciation)
    }

    /// What is depreciated, rounded to the minor unit.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// Depreciation posted up to the end of a month.
    pub fn accumulated(&self, month: Month) -> Decimal {
        let index = month.since(self.timeline.first);
        if index < 0 {
            return Decimal::ZERO;
        }
        match self.rounding {
            Rounding::Cumulative => {
                let (passed, whole) = self.passed(month);
                self.curve.rounded(passed, whole, self.basis.cost.currency)
            }
            Rounding::LastPeriod => {
                let last = self.posted.last().copied().unwrap_or_default();
                self.posted.get(index as usize).copied().unwrap_or(last)
            }
        }
    }

    /// The charge of a month; zero before entry and after the end of life.
    pub fn charge(&self, month: Month) -> Decimal {
        self.accumulated(month) - self.accumulated(month.plus(-1))
    }

    /// The charges of consecutive months.
    pub fn charges(&self, from: Month, months: u32) -> Vec<Decimal> {
        let mut before = self.accumulated(from.plus(-1));
        let mut charges = Vec::with_capacity(months as usize);
        for month in from.range(months) {
            // Nothing follows the last charge, so the rest need not be computed.
            if self.is_over(month.plus(-1)) {
                charges.resize(months as usize, Decimal::ZERO);
                break;
            }
            let after = self.accumulated(month);
            charges.push(after - before);
            before = after;
        }
        charges
    }

    /// Every month from entry to the last charge.
    pub fn schedule(&self) -> Vec<Charge> {
        let mut schedule = Vec::new();
        let mut month = self.timeline.first;
        let mut before = Decimal::ZERO;
        loop {
            let accumulated = self.accumulated(month);
            let amount = accumulated - before;
            let book_value = self.basis.cost.amount - accumulated;
            schedule.push(Charge { month, amount, accumulated, book_value });
            if self.is_over(month) || month == month.next() {
                return schedule;
            }
            before = accumulated;
            month = month.next();
        }
    }

    /// Charges by fiscal year, from the year of entry to the year of the last charge.
    pub fn yearly(&self, calendar: &FiscalCalendar) -> BTreeMap<i32, Decimal> {
        let mut years = BTreeMap::new();
        for charge in self.schedule() {
            *years.entry(calendar.fiscal_year_of(charge.month)).or_default() += charge.amount;
        }
        years
    }

    /// Cost less the depreciation posted by a date; charges are posted on the last day of each month. Zero
    /// before entry and from the day of disposal.
    pub fn book_value(&self, date: NaiveDate) -> Decimal {
        if date < self.basis.in_service || self.basis.disposed.is_some_and(|disposed| date >= disposed) {
            return Decimal::ZERO;
        }
        let month = Month::of(date);
        let posted = if date == month.last_day() { month } else { month.plus(-1) };
        self.basis.cost.amount - self.accumulated(posted)
    }

    /// What the disposal does to the books; `None` where the basis has no disposal date.
    pub fn dispose(&self, disposal: Disposal) -> Option<DisposalResult> {
        let accumulated = self.accumulated(Month::of(self.basis.disposed?));
        let book_value = self.basis.cost.amount - accumulated;
        let gain = disposal.proceeds.saturating_sub(disposal.cost_of_sale).saturating_sub(book_value);
        Some(DisposalResult { accumulated, book_value, gain })
    }

    /// How much of the life has passed at the end of a month, and the whole of it: half months, or days where
    /// days are counted.
    pub fn passed(&self, month: Month) -> (i64, i64) {
        let limit = self.exit.unwrap_or(self.whole).clamp(0, self.whole);
        if month < self.timeline.first {
            return (0, self.whole);
        }
        if self.basis.disposed.is_some_and(|disposed| month >= Month::of(disposed)) {
            return (limit, self.whole);
        }
        (self.timeline.counted(month).clamp(0, limit), self.whole)
    }

    fn exact(&self, month: Month) -> Decimal {
        let (passed, whole) = self.passed(month);
        self.curve.accumulated(passed, whole)
    }

    /// Whether nothing is charged after a month.
    fn is_over(&self, month: Month) -> bool {
        let disposed = self.basis.disposed.is_some_and(|date| month >= Month::of(date));
        let (passed, whole) = self.passed(month);
        month >= self.timeline.first && (disposed || passed >= whole)
    }

    /// Rounds each month by itself; the last of a full life takes the remainder.
    fn post_each(&self) -> Vec<Decimal> {
        let currency = self.basis.cost.currency;
        let total = currency.round(self.curve.at_end());
        let mut posted = Vec::new();
        let (mut sum, mut before, mut month) = (Decimal::ZERO, Decimal::ZERO, self.timeline.first);
        loop {
            let exact = self.exact(month);
            let (passed, whole) = self.passed(month);
            let left = total - sum;
            let amount = if passed >= whole { left } else { currency.round(exact - before).min(left) };
            sum += amount;
            before = exact;
            posted.push(sum);
            if self.is_over(month) || month == month.next() {
                return posted;
            }
            month = month.next();
        }
    }
}

pub(super) fn check(rule: &DepreciationRule, basis: &Basis) -> Result<()> {
    if !(1..=LONGEST_LIFE).contains(&rule.life_months) {
        return Err(ForecastError::invalid("life_months", &rule.life_months, "a life is 1 to 1,200 months"));
    }
    let cost = bounded(basis.cost.amount, "cost")?;
    if cost < Decimal::ZERO {
        return Err(ForecastError::invalid("cost", &cost, "a cost is not negative"));
    }
    if basis.salvage < Decimal::ZERO || basis.salvage > cost {
        return Err(ForecastError::invalid(
            "salvage",
            &basis.salvage,
            "salvage is between zero and the cost",
        ));
    }
    // The end of a life must still be a date that can be written with four digits of the year.
    if !(1..=9_800).contains(&basis.in_service.year()) {
        let rule = "entry into service is in the years 1 to 9800";
        return Err(ForecastError::invalid("in_service", &basis.in_service, rule));
    }
    match basis.disposed {
        Some(disposed) if disposed < basis.in_service => {
            Err(ForecastError::invalid("disposed", &disposed, "a disposal is not before entry into service"))
        }
        _ => Ok(()),
    }
}
