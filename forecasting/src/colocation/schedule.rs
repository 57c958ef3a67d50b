//! The months of a contract: a window of them, the whole initial term, and what silence would cost.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, ChargeKind, Contract, Proration, RenewalPrice};
use super::cost::{MonthLine, month_cost};
use super::escalation::Indices;
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Money, bounded};
use crate::month::Month;

/// The months of one charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeSchedule {
    /// Position of the charge in the contract.
    pub charge: usize,
    /// What it is for.
    pub kind: ChargeKind,
    /// One line per month of the window.
    pub months: Vec<MonthLine>,
    /// How the lines came about, and what was assumed.
    pub explanation: Explanation,
}

/// What every charge of a contract costs in each of a number of months.
///
/// # Errors
///
/// As [`month_cost`].
pub fn schedule(
    contract: &Contract,
    from: Month,
    months: u32,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Vec<ChargeSchedule>> {
    let end = contract.end(business_days);
    let mut schedules = Vec::with_capacity(contract.charges.len());
    for (position, charge) in contract.charges.iter().enumerate() {
        let lines: Result<Vec<_>> =
            from.range(months).map(|month| month_cost(contract, charge, month, end, indices)).collect();
        let lines = lines?;
        let explanation = explain(contract, charge, &lines);
        schedules.push(ChargeSchedule { charge: position, kind: charge.kind, months: lines, explanation });
    }
    Ok(schedules)
}

/// The value of the initial term by contract months: all charges but metered power, each line rounded.
///
/// # Errors
///
/// As [`month_cost`].
pub fn contract_total(contract: &Contract, indices: &Indices) -> Result<Money> {
    let mut total = Decimal::ZERO;
    for line in contract_month_lines(contract, 0, indices)? {
        total = bounded(total + line.amount, "contract total")?;
    }
    Ok(Money::new(total, contract.currency))
}

/// The value of the initial term spread evenly over its months, rounded.
///
/// # Errors
///
/// As [`month_cost`]; [`ForecastError::Invalid`] for a term of no months.
pub fn straight_line_month(contract: &Contract, indices: &Indices) -> Result<Money> {
    let total = contract_total(contract, indices)?;
    let months = Decimal::from(contract.initial_term_months);
    let month = total.amount.checked_div(months).ok_or_else(|| {
        let rule = "a contract runs for at least a month";
        ForecastError::invalid("initial_term_months", &contract.initial_term_months, rule)
    })?;
    Ok(Money::new(month, contract.currency).round())
}

/// What one renewal would cost if no notice is given: all its charges but metered power, rounded once. `None`
/// for a renewal the contract does not have.
///
/// # Errors
///
/// As [`month_cost`].
pub fn renewal_exposure(contract: &Contract, renewal: u32, indices: &Indices) -> Result<Option<Money>> {
    if renewal == 0 || contract.term(renewal).is_none() {
        return Ok(None);
    }
    let mut total = Decimal::ZERO;
    for line in contract_month_lines(contract, renewal, indices)? {
        total = bounded(total + line.exact, "renewal exposure")?;
    }
    Ok(Some(Money::new(total, contract.currency).round()))
}

/// What a term commits to, as it will be invoiced: all monthly charges but metered power, each month rounded, by
/// the contract's own proration.
pub(crate) fn committed_value(
    contract: &Contract,
    first: NaiveDate,
    last: NaiveDate,
    indices: &Indices,
) -> Result<Decimal> {
    let from = Month::of(first);
    let months = u32::try_from(Month::of(last).since(from) + 1).unwrap_or(0);
    let mut total = Decimal::ZERO;
    let uncommitted = [ChargeKind::PowerMetered, ChargeKind::NonRecurring];
    for charge in contract.charges.iter().filter(|charge| !uncommitted.contains(&charge.kind)) {
        let within =
            Charge { from: Some(charge.from.map_or(first, |from| from.max(first))), ..charge.clone() };
        for month in from.range(months) {
            total = bounded(
                total + month_cost(contract, &within, month, Some(last), indices)?.amount,
                "contract value",
            )?;
        }
    }
    Ok(total)
}

/// The lines of a term by contract months, whatever the contract's own proration.
fn contract_month_lines(contract: &Contract, term: u32, indices: &Indices) -> Result<Vec<MonthLine>> {
    let Some(term) = contract.term(term) else { return Ok(Vec::new()) };
    let by_contract_month = Contract { proration: Proration::ContractMonth, ..contract.clone() };
    let from = Month::of(term.start);
    let months = u32::try_from(Month::of(term.end).since(from) + 1).unwrap_or(0);
    let mut lines = Vec::new();
    for charge in contract.charges.iter().filter(|charge| charge.kind != ChargeKind::PowerMetered) {
        for month in from.range(months) {
            lines.push(month_cost(&by_contract_month, charge, month, Some(term.end), indices)?);
        }
    }
    Ok(lines)
}

fn explain(contract: &Contract, charge: &Charge, lines: &[MonthLine]) -> Explanation {
    let mut explanation =
        Explanation::new("per month: sum over the days of quantity x escalated price x paid share / days")
            .input("unit price", charge.unit_price)
            .input("quantity", charge.quantity)
            .input("billing start", contract.billing_start)
            .input("end of the initial term", contract.initial_end());
    if charge.kind == ChargeKind::PowerMetered {
        explanation = explanation.estimate("metered power is expected at its average draw");
    }
    if let Some(peak) = charge.peak {
        explanation = explanation.input("peak that is billed if higher", peak);
    }
    let initial_end = contract.initial_end();
    let renewed = |line: &&MonthLine| line.segments.iter().any(|segment| segment.last > initial_end);
    let renewal = contract.renewal.as_ref().filter(|_| lines.iter().any(|line| renewed(&line)));
    if let Some(renewal) = renewal {
        explanation = explanation.assume("no notice is given: the contract renews by itself");
        if matches!(renewal.price, RenewalPrice::ThenCurrent | RenewalPrice::Market) {
            explanation = explanation.estimate("the price of the renewal is unknown: the last price is held");
        }
    }
    if lines.iter().any(|line| line.estimated) && !explanation.estimated {
        explanation = explanation.estimate("a price index is not published yet: its assumed rate is used");
    }
    explanation
}
