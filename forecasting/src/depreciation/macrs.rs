//! Depreciation for income tax in the United States: the modified accelerated cost recovery system.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::macrs_tables::percentages;
use crate::error::{ForecastError, Result};
use crate::money::{Money, bounded, proportion};
use crate::month::{FiscalCalendar, Month};

/// How long property of a kind is written off, under the general depreciation system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MacrsClass {
    /// Three years.
    ThreeYears,
    /// Five years: computers and their peripherals.
    FiveYears,
    /// Seven years: furniture, and whatever has no class of its own.
    SevenYears,
    /// Ten years.
    TenYears,
    /// Fifteen years: improvements inside a building.
    FifteenYears,
    /// Twenty years.
    TwentyYears,
}

/// Which part of the first tax year counts. All property of one tax year shares one convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MacrsConvention {
    /// Half of the year, whenever in it the property was placed in service.
    HalfYear,
    /// From the middle of the quarter of the tax year it was placed in service in.
    MidQuarter,
}

/// How property is written off for tax. Salvage is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Macrs {
    /// Kind of property.
    pub class: MacrsClass,
    /// What counts of the first year, see [`MacrsConvention::of`].
    pub convention: MacrsConvention,
    /// The share of the cost, 0 to 1, that is deducted at once in the first year; 1 for what is acquired in the
    /// United States after 2025-01-19.
    pub bonus_rate: Decimal,
}

/// Property as the mid-quarter test sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The day it was placed in service.
    pub in_service: NaiveDate,
    /// Its depreciable basis before any bonus.
    pub basis: Decimal,
    /// The day it was disposed of; property that comes and goes in one tax year does not count.
    pub disposed: Option<NaiveDate>,
}

/// What the mid-quarter test found for a tax year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MidQuarterTest {
    /// Basis placed in service in the year.
    pub total: Decimal,
    /// Of it, in the last three months of the year.
    pub last_quarter: Decimal,
    /// The second over the first; `None` if nothing was placed in service.
    pub share: Option<Decimal>,
    /// Whether the share is above 40 %: then *all* property of the year follows the mid-quarter convention, so
    /// that one order in the last quarter changes what was bought in the first.
    pub applies: bool,
}

/// The mid-quarter test of a tax year: strictly more than 40 % of the basis placed in service in its last three
/// months. Source: IRS Publication 946, which leaves out real property and what is not depreciated by this system;
/// so must the caller.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative basis, [`ForecastError::OutOfRange`] beyond the limit of amounts.
pub fn mid_quarter_test(
    placements: &[Placement],
    tax_year: i32,
    calendar: &FiscalCalendar,
) -> Result<MidQuarterTest> {
    let (mut total, mut last_quarter) = (Decimal::ZERO, Decimal::ZERO);
    for placement in placements {
        let (year, quarter) = calendar.fiscal_quarter_of(Month::of(placement.in_service));
        let gone =
            placement.disposed.is_some_and(|date| calendar.fiscal_year_of(Month::of(date)) == tax_year);
        if year != tax_year || gone {
            continue;
        }
        if placement.basis < Decimal::ZERO {
            return Err(ForecastError::invalid("basis", &placement.basis, "a basis is not negative"));
        }
        let basis = bounded(placement.basis, "basis")?;
        total = bounded(total + basis, "sum of bases")?;
        if quarter == 4 {
            last_quarter += basis;
        }
    }
    let share = (!total.is_zero()).then(|| proportion(Decimal::ONE, last_quarter, total));
    // Compared as products, which is exact: 40 % to the cent is not above 40 %.
    let applies = last_quarter * Decimal::from(5) > total * Decimal::from(2);
    Ok(MidQuarterTest { total, last_quarter, share, applies })
}

/// The tax years in which the mid-quarter convention applies, of all years in which property was placed in service.
///
/// # Errors
///
/// As [`mid_quarter_test`].
pub fn mid_quarter_years(placements: &[Placement], calendar: &FiscalCalendar) -> Result<BTreeSet<i32>> {
    let mut by_year: BTreeMap<i32, Vec<Placement>> = BTreeMap::new();
    for placement in placements {
        let year = calendar.fiscal_year_of(Month::of(placement.in_service));
        by_year.entry(year).or_default().push(*placement);
    }
    let mut years = BTreeSet::new();
    for (year, placements) in by_year {
        if mid_quarter_test(&placements, year, calendar)?.applies {
            years.insert(year);
        }
    }
    Ok(years)
}

impl MacrsConvention {
    /// The convention of property placed in service on a day, given the [`mid_quarter_years`].
    pub fn of(in_service: NaiveDate, mid_quarter_years: &BTreeSet<i32>, calendar: &FiscalCalendar) -> Self {
        let year = calendar.fiscal_year_of(Month::of(in_service));
        if mid_quarter_years.contains(&year) { Self::MidQuarter } else { Self::HalfYear }
    }

    /// Eighths of the tax year that lie before its middle, or before the middle of a quarter of it.
    fn eighths_before(self, quarter: u32) -> u32 {
        match self {
            Self::HalfYear => 4,
            Self::MidQuarter => 2 * quarter - 1,
        }
    }
}

impl Macrs {
    /// The published share of the basis that is deducted in each tax year, the first being that of entry into
    /// service; they sum to 1. `quarter` is the quarter of the tax year, 1 to 4, of entry into service; the half-year
    /// convention does not ask for it.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a quarter that is not 1 to 4; [`ForecastError::Missing`] for twenty-year
    /// property by the mid-quarter convention, for which no table is kept.
    pub fn percentages(&self, quarter: u32) -> Result<Vec<Decimal>> {
        if !(1..=4).contains(&quarter) {
            return Err(ForecastError::invalid("quarter", &quarter, "a quarter is 1 to 4"));
        }
        let table = percentages(self.class, self.convention, quarter).ok_or(ForecastError::Missing {
            field: "percentages",
            reason: "no mid-quarter table is kept for twenty-year property",
        })?;
        Ok(table.iter().map(|thousandths| Decimal::new(i64::from(*thousandths), 5)).collect())
    }

    /// What is deducted in each tax year, from entry into service to the end of the recovery period or to the year
    /// of disposal.
    ///
    /// A year's deduction is the published percentage of the basis, rounded; the last takes the remainder. In the
    /// year of disposal it counts to the middle of the year or quarter, and property disposed of in the tax year
    /// it came has no deduction at all, the bonus included.
    ///
    /// # Errors
    ///
    /// As [`percentages`](Self::percentages); [`ForecastError::Invalid`] for a negative cost, a bonus that is not
    /// between 0 and 1 or a disposal before entry; [`ForecastError::OutOfRange`] for a cost beyond the limit.
    pub fn deductions(
        &self,
        cost: Money,
        in_service: NaiveDate,
        disposed: Option<NaiveDate>,
        calendar: &FiscalCalendar,
    ) -> Result<BTreeMap<i32, Decimal>> {
        if let Some(disposed) = disposed.filter(|disposed| *disposed < in_service) {
            let rule = "a disposal is not before entry into service";
            return Err(ForecastError::invalid("disposed", &disposed, rule));
        }
        let schedule = MacrsSchedule::new(self, cost, in_service, calendar)?;
        let left = disposed.map(|date| (schedule.year_of(Month::of(date)), schedule.exit(date)));
        let mut deductions = BTreeMap::new();
        let mut before = Decimal::ZERO;
        for (year, upto) in schedule.upto.iter().enumerate() {
            let last = left.filter(|(left, _)| *left == year);
            let upto = last.map_or(*upto, |(_, exit)| cost.currency.round(exit));
            deductions.insert(schedule.first_year + year as i32, upto - before);
            if last.is_some() {
                break;
            }
            before = upto;
        }
        Ok(deductions)
    }
}

/// Deductions of one asset by tax year, posted evenly over the months of the year in which it serves.
#[derive(Debug, Clone)]
pub(super) struct MacrsSchedule {
    convention: MacrsConvention,
    first_year: i32,
    /// First month of the first tax year.
    start: Month,
    entry: Month,
    /// Deducted at once in the month of entry.
    bonus: Decimal,
    /// Deducted by the end of each tax year, the bonus included.
    upto: Vec<Decimal>,
}

impl MacrsSchedule {
    pub(super) fn new(
        macrs: &Macrs,
        cost: Money,
        in_service: NaiveDate,
        calendar: &FiscalCalendar,
    ) -> Result<Self> {
        let cost = Money::new(bounded(cost.amount, "cost")?, cost.currency).round();
        if cost.amount < Decimal::ZERO {
            return Err(ForecastError::invalid("cost", &cost.amount, "a cost is not negative"));
        }
        if !(Decimal::ZERO..=Decimal::ONE).contains(&macrs.bonus_rate) {
            let rule = "the share that is deducted at once is between 0 and 1";
            return Err(ForecastError::invalid("bonus_rate", &macrs.bonus_rate, rule));
        }
        let entry = Month::of(in_service);
        let (first_year, quarter) = calendar.fiscal_quarter_of(entry);
        let percentages = macrs.percentages(quarter)?;
        let bonus = cost.currency.round(cost.amount * macrs.bonus_rate);
        let basis = cost.amount - bonus;
        let mut sum = bonus;
        let last = percentages.len() - 1;
        let upto = percentages
            .iter()
            .enumerate()
            .map(|(year, share)| {
                let left = cost.amount - sum;
                sum += if year == last { left } else { cost.currency.round(basis * share).min(left) };
                sum
            })
            .collect();
        let start = calendar.first_month(first_year);
        Ok(Self { convention: macrs.convention, first_year, start, entry, bonus, upto })
    }

    /// Deducted by the end of a month, unrounded.
    pub(super) fn exact(&self, month: Month) -> Decimal {
        if month < self.entry {
            return Decimal::ZERO;
        }
        let year = self.year_of(month);
        let Some(upto) = self.upto.get(year) else { return self.at_end() };
        let (before, from) = match year.checked_sub(1).and_then(|year| self.upto.get(year)) {
            Some(before) => (*before, self.start.plus(12 * year as i32)),
            None => (self.bonus, self.entry),
        };
        let passed = month.since(from) + 1;
        let whole = self.start.plus(12 * (year as i32 + 1)).since(from);
        before + proportion(upto - before, Decimal::from(passed), Decimal::from(whole))
    }

    /// Deducted in all if the property is disposed of on a date, unrounded.
    pub(super) fn exit(&self, disposed: NaiveDate) -> Decimal {
        let month = Month::of(disposed);
        let year = self.year_of(month);
        let Some(upto) = self.upto.get(year) else { return self.at_end() };
        let Some(before) = year.checked_sub(1).and_then(|year| self.upto.get(year)) else {
            return Decimal::ZERO;
        };
        let passed = self.convention.eighths_before(self.quarter_of(month));
        // The recovery period ends within the last tax year, where it began within the first.
        let last = year + 1 == self.upto.len();
        let whole = if last { self.convention.eighths_before(self.quarter_of(self.entry)) } else { 8 };
        before + proportion(upto - before, Decimal::from(passed.min(whole)), Decimal::from(whole))
    }

    /// Deducted when the recovery period is over: all of the cost.
    pub(super) fn at_end(&self) -> Decimal {
        self.upto.last().copied().unwrap_or_default()
    }

    /// Whether nothing is deducted after a month.
    pub(super) fn is_over(&self, month: Month) -> bool {
        self.year_of(month.next()) >= self.upto.len()
    }

    /// Tax years from the first to that of a month, which is not before it.
    fn year_of(&self, month: Month) -> usize {
        (month.since(self.start).max(0) / 12) as usize
    }

    fn quarter_of(&self, month: Month) -> u32 {
        (month.since(self.start).max(0) % 12) as u32 / 3 + 1
    }
}
