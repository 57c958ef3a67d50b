//! Level expense: fixed charges of the initial term in equal months, whatever is invoiced in each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, Contract, Proration};
use super::cost::{billed_span, days_between, month_cost};
use super::escalation::Indices;
use super::schedule::{monthly_lines, sum_of};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded, proportion};
use crate::month::{Month, add_months, months_between};

/// The longest term that is levelled: a hundred years.
const MOST_MONTHS: u32 = 1_200;

/// In which months the fixed charges of the initial term are expense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Recognition {
    /// In the months they are for, as they are invoiced.
    #[default]
    AsInvoiced,
    /// In equal months over the initial term, as of an operating lease.
    StraightLine,
}

/// A month of the initial term whose expense is level while its invoices are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelMonth {
    /// The month.
    pub month: Month,
    /// Fixed charges that are invoiced for it.
    pub invoiced: Decimal,
    /// The level expense of them.
    pub expense: Decimal,
    /// Expense so far less invoices so far: above zero it is owed to later months, below zero paid ahead of them. It
    /// ends at zero.
    pub deferred: Decimal,
}

/// The fixed charges of an initial term in level months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StraightLine {
    /// What a whole month costs; see [`straight_line_month`].
    pub month: Decimal,
    /// All that is invoiced of fixed charges in the term, which is all of the expense too.
    pub total: Decimal,
    /// Every month in which a fixed charge is due, in order.
    pub months: Vec<LevelMonth>,
    /// Of all amounts.
    pub currency: Currency,
    /// How the months came about, and what was assumed.
    pub explanation: Explanation,
}

/// The monthly charges of the initial term but metered power, by contract months, spread evenly over its months and
/// rounded.
///
/// # Errors
///
/// As [`month_cost`]; [`ForecastError::Invalid`] for a term of no months.
pub fn straight_line_month(contract: &Contract, indices: &Indices) -> Result<Money> {
    let lines = monthly_lines(contract, contract.billing_start, contract.initial_end(), indices)?;
    let months = Decimal::from(contract.initial_term_months);
    let month = sum_of(&lines, "fixed charges")?.checked_div(months).ok_or_else(|| {
        let rule = "a contract runs for at least a month";
        ForecastError::invalid("initial_term_months", &contract.initial_term_months, rule)
    })?;
    Ok(Money::new(month, contract.currency).round())
}

/// The fixed charges of the initial term in level months, with what that defers.
///
/// Each charge is levelled over the days it is due within the initial term: what its contract months come to, divided
/// by their number, is the expense of a whole month, and a part of a month counts by its days. The last month takes
/// the remainder, so that expense and invoices add up to the same.
///
/// # Errors
///
/// As [`straight_line_month`]; [`ForecastError::Invalid`] for a term of more than 1,200 months.
pub fn straight_line(contract: &Contract, indices: &Indices) -> Result<StraightLine> {
    let field = "fixed charges";
    check(contract)?;
    let mut by_month: BTreeMap<Month, (Decimal, Decimal)> = BTreeMap::new();
    let mut estimated = false;
    for charge in &contract.charges {
        let level = of_charge(contract, charge, indices)?;
        estimated |= level.estimated;
        for (month, invoiced, expense) in level.months {
            let cell = by_month.entry(month).or_default();
            *cell = (bounded(cell.0 + invoiced, field)?, bounded(cell.1 + expense, field)?);
        }
    }
    let (mut total, mut deferred) = (Decimal::ZERO, Decimal::ZERO);
    let mut months = Vec::with_capacity(by_month.len());
    for (month, (invoiced, expense)) in by_month {
        total = bounded(total + invoiced, field)?;
        deferred = bounded(deferred + expense - invoiced, field)?;
        months.push(LevelMonth { month, invoiced, expense, deferred });
    }
    let month = straight_line_month(contract, indices)?.amount;
    let mut explanation = Explanation::new(
        "per charge: what its contract months come to / their number, a part of a month by its days, the last month \
         taking what is left of the invoices; deferred = expense so far - invoices so far",
    )
    .input("whole month", month)
    .input("contract months", contract.initial_term_months)
    .input("first day", contract.billing_start)
    .input("last day of the initial term", contract.initial_end())
    .input("fixed charges as invoiced", total)
    .assume("metered power and what is charged once are expense as they are invoiced")
    .assume("renewals are expense as they are invoiced");
    if estimated {
        explanation =
            explanation.estimate("rises by an index that is not published yet are levelled as expected");
    }
    Ok(StraightLine { month, total, months, currency: contract.currency, explanation })
}

/// The months of one charge: what is invoiced, and the level expense of it.
pub(crate) struct LevelCharge {
    pub(crate) months: Vec<(Month, Decimal, Decimal)>,
    pub(crate) estimated: bool,
}

/// The level months of one charge; none of a charge that is not fixed, or not due within the initial term.
///
/// # Errors
///
/// As [`month_cost`].
pub(crate) fn of_charge(contract: &Contract, charge: &Charge, indices: &Indices) -> Result<LevelCharge> {
    check(contract)?;
    let (start, end) = (contract.billing_start, contract.initial_end());
    let first = charge.from.map_or(start, |from| from.max(start));
    let last = charge.to.map_or(end, |to| to.min(end));
    let mut level = LevelCharge { months: Vec::new(), estimated: false };
    if !charge.kind.is_monthly() || first > last {
        return Ok(level);
    }
    let run = (first, last);
    let even = Contract { proration: Proration::ContractMonth, charges: Vec::new(), ..contract.clone() };
    let (mut sum, mut count) = (Decimal::ZERO, Decimal::ZERO);
    for (month, part) in parts(&even, run) {
        sum = bounded(sum + month_cost(&even, charge, month, Some(end), indices)?.amount, "fixed charges")?;
        count += part;
    }
    let mut invoices = Vec::new();
    let mut left = Decimal::ZERO;
    for (month, part) in parts(contract, run) {
        let line = month_cost(contract, charge, month, Some(end), indices)?;
        level.estimated |= line.estimated;
        left = bounded(left + line.amount, "fixed charges")?;
        invoices.push((month, part, line.amount));
    }
    let until_last = invoices.len().saturating_sub(1);
    for (place, (month, part, invoiced)) in invoices.into_iter().enumerate() {
        let share = contract.currency.round(proportion(sum, part, count));
        // As in any schedule of rounded periods: what is left is never overshot.
        let expense = if place == until_last || share.abs() > left.abs() { left } else { share };
        left -= expense;
        level.months.push((month, invoiced, expense));
    }
    Ok(level)
}

fn check(contract: &Contract) -> Result<()> {
    if contract.initial_term_months > MOST_MONTHS {
        let rule = "expense is levelled over at most 1,200 months";
        return Err(ForecastError::invalid("initial_term_months", &contract.initial_term_months, rule));
    }
    Ok(())
}

/// The months in which something of a run of days is billed, and which part of each.
fn parts(
    contract: &Contract,
    (first, last): (NaiveDate, NaiveDate),
) -> impl Iterator<Item = (Month, Decimal)> {
    let from = match contract.proration {
        Proration::ActualDaysCalendar => Month::of(first),
        Proration::ContractMonth => {
            let start = contract.billing_start;
            Month::of(add_months(start, months_between(start, first)))
        }
    };
    let count = u32::try_from(Month::of(last).since(from) + 1).unwrap_or(0);
    from.range(count).filter_map(move |month| {
        let (opens, closes) = billed_span(contract, month);
        let (from, to) = (first.max(opens), last.min(closes));
        let part = proportion(
            Decimal::ONE,
            Decimal::from(days_between(from, to)),
            Decimal::from(days_between(opens, closes)),
        );
        (from <= to).then_some((month, part))
    })
}
