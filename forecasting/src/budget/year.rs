//! Where a fiscal year will end, group by group, from versions of its budget.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::comparison::{PeriodRange, compare};
use super::outlook::{Outlook, YearInMonths};
use super::rates::{PeriodRates, PlanRates};
use super::variance::Tolerance;
use super::version::{ADJUSTMENTS, BudgetVersion, Dimension, DimensionValue, PERIODS};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, proportion};
use crate::month::{FiscalCalendar, Month};

/// The versions that an outlook is made of, all of one fiscal year and one view.
#[derive(Debug, Clone, Copy)]
pub struct YearVersions<'a> {
    /// What was approved.
    pub plan: &'a BudgetVersion,
    /// What came about.
    pub actual: &'a BudgetVersion,
    /// Those lines of it that happened once.
    pub one_offs: &'a BudgetVersion,
    /// What is expected.
    pub forecast: &'a BudgetVersion,
}

/// How an outlook is made.
#[derive(Debug, Clone, Copy)]
pub struct YearQuestion<'a> {
    /// The calendar of the fiscal year.
    pub calendar: &'a FiscalCalendar,
    /// The last period that is over; 0 for none.
    pub through: u32,
    /// What rows are kept apart by.
    pub dimensions: &'a [Dimension],
    /// What is still on plan.
    pub tolerance: Tolerance,
    /// The fixed rates of the plan.
    pub plan_rates: &'a PlanRates,
    /// The fixed rates of the forecast.
    pub forecast_rates: &'a PlanRates,
    /// The rates that came about.
    pub period_rates: &'a PeriodRates,
    /// The periods that are closed: they are complete, so that nothing posted in one of them is zero.
    pub closed: &'a BTreeSet<u32>,
    /// The first period from which on the plan is complete, as an approved one is: where it has lines at all, a later
    /// period without any has a plan of zero. `None` where it may still grow.
    pub plan_from: Option<u32>,
    /// The same of the forecast.
    pub forecast_from: Option<u32>,
}

/// Where a group ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearRow {
    /// The values of the dimensions, in their order.
    pub group: Vec<DimensionValue>,
    /// Plan of the whole year; `None` where a month has none.
    pub plan: Option<Decimal>,
    /// What the periods that are over came to, open ones that nothing was posted in left out; `None` where none is
    /// known.
    pub actual: Option<Decimal>,
    /// What was posted to the period of adjustments: part of the outlook, and of no run rate.
    pub adjustments: Decimal,
    /// Part of it that happened once.
    pub one_off: Decimal,
    /// Forecast of the periods to come, and of those that nothing was posted in; `None` where one has none.
    pub remaining: Option<Decimal>,
    /// Run rates, the outlook and its variance.
    pub outlook: Outlook,
    /// How many lines are behind it: of the plan, of what came about, of the forecast.
    pub lines: [usize; 3],
}

/// Where a year ends. The rows add up to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearReport {
    /// Currency of all amounts.
    pub reporting: Currency,
    /// One for each group.
    pub rows: Vec<YearRow>,
    /// All of them together.
    pub total: YearRow,
    /// The open periods that are over and that nothing was posted in.
    pub unposted: BTreeSet<u32>,
}

/// What spending a fraction less than planned would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// What the year may come to.
    pub target: Decimal,
    /// What the outlook is above it; not above zero where the year ends below it anyway.
    pub to_save: Decimal,
    /// That as a fraction of what is still to come; `None` where nothing is.
    pub share_of_remaining: Option<Decimal>,
}

impl YearRow {
    /// How few lines one of its amounts is the sum of: one that is of a single line tells what that line says.
    pub fn fewest(&self) -> usize {
        self.lines.into_iter().filter(|lines| *lines > 0).min().unwrap_or(0)
    }

    /// What it would take to spend a fraction less than planned; `None` where plan, outlook or forecast are not
    /// known.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a fraction outside of 0 to 1, [`ForecastError::OutOfRange`] for amounts
    /// that do not fit.
    pub fn cut(&self, rate: Decimal, currency: Currency) -> Result<Option<Cut>> {
        if rate < Decimal::ZERO || rate > Decimal::ONE {
            return Err(ForecastError::invalid(
                "rate",
                &rate,
                "a cut is a fraction from 0 to 1: 0.07 is 7 %",
            ));
        }
        let (Some(plan), Some(outlook), Some(remaining)) = (self.plan, self.outlook.outlook, self.remaining)
        else {
            return Ok(None);
        };
        let target = currency.round(proportion(plan, Decimal::ONE - rate, Decimal::ONE));
        let to_save = bounded(outlook - target, "saving")?;
        Ok(Some(Cut { target, to_save, share_of_remaining: to_save.checked_div(remaining) }))
    }
}

type Months = BTreeMap<Month, Decimal>;

/// The amounts of a version by group and month, and the months that it says anything about.
#[derive(Default)]
struct ByMonth {
    groups: BTreeMap<Vec<DimensionValue>, Months>,
    whole: Months,
    adjustments: BTreeMap<Vec<DimensionValue>, Decimal>,
    counts: BTreeMap<Vec<DimensionValue>, usize>,
}

impl ByMonth {
    fn add(&mut self, group: Vec<DimensionValue>, month: Month, amount: Decimal) -> Result<()> {
        for sum in [self.groups.entry(group).or_default().entry(month), self.whole.entry(month)] {
            let sum = sum.or_default();
            *sum = bounded(*sum + amount, "amount")?;
        }
        Ok(())
    }

    /// Takes periods as known: what no line is in is zero.
    fn complete(&mut self, first: Month, periods: impl IntoIterator<Item = u32>) {
        for period in periods {
            self.whole.entry(month_of(first, period)).or_default();
        }
    }

    /// [`complete`](Self::complete) from a period on, for a version that has any line.
    fn complete_from(mut self, first: Month, from: Option<u32>) -> Self {
        if let Some(from) = from.filter(|_| !self.whole.is_empty()) {
            self.complete(first, from.max(1)..=PERIODS);
        }
        self
    }

    /// The groups that it says anything about.
    fn keys(&self) -> impl Iterator<Item = &Vec<DimensionValue>> {
        self.groups.keys().chain(self.adjustments.keys())
    }

    /// The adjustments of a group, or of all.
    fn adjusted(&self, group: Option<&Vec<DimensionValue>>) -> Result<Decimal> {
        let mut sum = Decimal::ZERO;
        for (_, amount) in self.adjustments.iter().filter(|(own, _)| group.is_none_or(|group| group == *own))
        {
            sum = bounded(sum + *amount, "adjustments")?;
        }
        Ok(sum)
    }

    /// The months of a group: nothing in a month that the version has other lines in is zero, and not unknown.
    fn of(&self, group: &[DimensionValue]) -> Months {
        let own = self.groups.get(group);
        let amount = |month: &Month| own.and_then(|own| own.get(month)).copied().unwrap_or_default();
        self.whole.keys().map(|month| (*month, amount(month))).collect()
    }
}

/// Where the year will end. A month without any line of a version is not known there, unless the version is complete
/// or the month closed; a group without a line in a month that others have lines in has nothing in it. An open month
/// that is over and that nothing was posted in is left out of what came about and of run rates, and the forecast stands
/// for it.
///
/// # Errors
///
/// As [`compare`] and [`YearInMonths::outlook`]; [`ForecastError::Invalid`] for more than 12 periods.
pub fn year_report(versions: &YearVersions<'_>, question: &YearQuestion<'_>) -> Result<YearReport> {
    if question.through > PERIODS {
        return Err(ForecastError::invalid("through", &question.through, "a fiscal year has 12 periods"));
    }
    let year = versions.plan.fiscal_year();
    let first = question.calendar.first_month(year);
    let plan = at_plan_rates(versions.plan, question.plan_rates, question, first)?;
    let plan = plan.complete_from(first, question.plan_from);
    let forecast = at_plan_rates(versions.forecast, question.forecast_rates, question, first)?;
    let forecast = forecast.complete_from(first, question.forecast_from);
    let mut actual = at_period_rates(versions.actual, question, first)?;
    let closed = question.closed.iter().copied();
    actual.complete(first, closed.filter(|period| (1..=question.through).contains(period)));
    let one_offs = at_period_rates(versions.one_offs, question, first)?;
    let groups: BTreeSet<&Vec<DimensionValue>> =
        [&plan, &actual, &forecast].into_iter().flat_map(ByMonth::keys).collect();
    let row = |group: Option<&Vec<DimensionValue>>| {
        let of = |version: &ByMonth| group.map_or_else(|| version.whole.clone(), |group| version.of(group));
        let months = YearInMonths {
            currency: question.plan_rates.reporting(),
            plan: of(&plan),
            actual: of(&actual),
            adjustments: actual.adjusted(group)?,
            one_off: of(&one_offs),
            forecast: of(&forecast),
        };
        let lines = [&plan, &actual, &forecast].map(|version| match group {
            Some(group) => version.counts.get(group).copied().unwrap_or_default(),
            None => version.counts.values().sum(),
        });
        year_row(group.cloned().unwrap_or_default(), &months, lines, question, year)
    };
    Ok(YearReport {
        reporting: question.plan_rates.reporting(),
        rows: groups.into_iter().map(|group| row(Some(group))).collect::<Result<_>>()?,
        total: row(None)?,
        unposted: (1..=question.through)
            .filter(|period| !actual.whole.contains_key(&month_of(first, *period)))
            .collect(),
    })
}

fn year_row(
    group: Vec<DimensionValue>,
    months: &YearInMonths,
    lines: [usize; 3],
    question: &YearQuestion<'_>,
    fiscal_year: i32,
) -> Result<YearRow> {
    let first = question.calendar.first_month(fiscal_year);
    let all: Vec<Month> = first.range(PERIODS).collect();
    let (over, to_come) = all.split_at(question.through as usize);
    let last_closed = over.last().copied();
    let (posted, unposted) = months.posted(over);
    let expected: Vec<Month> = unposted.into_iter().chain(to_come.iter().copied()).collect();
    let actual = sum(&months.actual, &posted)?.filter(|_| over.is_empty() || !posted.is_empty());
    let mut one_off = Decimal::ZERO;
    for amount in over.iter().filter_map(|month| months.one_off.get(month)) {
        one_off = bounded(one_off + *amount, "one-off amount")?;
    }
    Ok(YearRow {
        group,
        plan: sum(&months.plan, &all)?,
        actual,
        adjustments: months.adjustments,
        one_off,
        remaining: sum(&months.forecast, &expected)?,
        outlook: months.outlook(question.calendar, fiscal_year, last_closed, question.tolerance)?,
        lines,
    })
}

/// The sum over months, if each of them is known.
fn sum(amounts: &Months, months: &[Month]) -> Result<Option<Decimal>> {
    let mut sum = Decimal::ZERO;
    for month in months {
        let Some(amount) = amounts.get(month) else { return Ok(None) };
        sum = bounded(sum + *amount, "amount")?;
    }
    Ok(Some(sum))
}

/// The month that stands for a period.
fn month_of(first: Month, period: u32) -> Month {
    first.plus(period.clamp(1, PERIODS) as i32 - 1)
}

fn at_plan_rates(
    version: &BudgetVersion,
    rates: &PlanRates,
    question: &YearQuestion<'_>,
    first: Month,
) -> Result<ByMonth> {
    let mut found = ByMonth::default();
    let mut by_group = question.dimensions.to_vec();
    if !by_group.contains(&Dimension::Period) {
        by_group.push(Dimension::Period);
    }
    for (mut values, amount) in version.roll_up(rates, &by_group)? {
        let place = by_group.iter().position(|dimension| *dimension == Dimension::Period).unwrap_or_default();
        let DimensionValue::Period(period) = values[place] else { continue };
        if !question.dimensions.contains(&Dimension::Period) {
            values.remove(place);
        }
        found.add(values, month_of(first, period), amount)?;
    }
    count(&mut found, version, question.dimensions);
    Ok(found)
}

fn at_period_rates(version: &BudgetVersion, question: &YearQuestion<'_>, first: Month) -> Result<ByMonth> {
    let mut found = ByMonth::default();
    let nothing = BudgetVersion::new(version.kind(), version.fiscal_year(), Vec::new())?;
    let over = PeriodRange::new(1, question.through).ok();
    let adjusted = PeriodRange::new(ADJUSTMENTS, ADJUSTMENTS)?;
    for periods in over.into_iter().chain([adjusted]) {
        for line in compare(&nothing, version, periods, question.plan_rates, question.period_rates)?.lines {
            let group = question.dimensions.iter().map(|dimension| line.key.value(*dimension)).collect();
            if line.key.period == ADJUSTMENTS {
                let sum = found.adjustments.entry(group).or_default();
                *sum = bounded(*sum + line.totals.actual, "adjustments")?;
            } else {
                found.add(group, month_of(first, line.key.period), line.totals.actual)?;
            }
        }
    }
    count(&mut found, version, question.dimensions);
    Ok(found)
}

fn count(found: &mut ByMonth, version: &BudgetVersion, dimensions: &[Dimension]) {
    for line in version.lines() {
        let group = dimensions.iter().map(|dimension| line.key.value(*dimension)).collect();
        *found.counts.entry(group).or_default() += 1;
    }
}
