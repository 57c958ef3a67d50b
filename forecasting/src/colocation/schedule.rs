//! The months of a contract: a window of them, the whole initial term, or what lies between two days.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, ChargeKind, Contract, Metering, Proration, RenewalPrice};
use super::cost::{MonthLine, month_cost};
use super::escalation::Indices;
use super::term::BusinessDays;
use crate::error::Result;
use crate::explain::Explanation;
use crate::money::{Money, bounded};
use crate::month::{Month, add_months, months_between};

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
    let end = contract.initial_end();
    let mut lines = monthly_lines(contract, contract.billing_start, end, indices)?;
    let term = Month::of(contract.billing_start)..=Month::of(end);
    for charge in contract.charges.iter().filter(|charge| charge.kind == ChargeKind::NonRecurring) {
        let month = Month::of(charge.from.unwrap_or(contract.billing_start));
        if term.contains(&month) {
            lines.push(month_cost(contract, charge, month, Some(end), indices)?);
        }
    }
    sum_of(&lines, "contract total").map(|total| Money::new(total, contract.currency))
}

/// The sum of rounded lines.
pub(super) fn sum_of(lines: &[MonthLine], field: &'static str) -> Result<Decimal> {
    lines.iter().try_fold(Decimal::ZERO, |sum, line| bounded(sum + line.amount, field))
}

/// What a term commits to, as it will be invoiced: all monthly charges but metered power, each month rounded, by
/// the contract's own proration.
pub(crate) fn committed_value(
    contract: &Contract,
    first: NaiveDate,
    last: NaiveDate,
    indices: &Indices,
) -> Result<Decimal> {
    sum_of(&invoiced_lines(contract, first, last, indices)?, "contract value")
}

/// The invoices of all monthly charges but metered power from one day to another, both included, by the contract's own
/// proration; the contract runs until the last day.
pub(super) fn invoiced_lines(
    contract: &Contract,
    first: NaiveDate,
    last: NaiveDate,
    indices: &Indices,
) -> Result<Vec<MonthLine>> {
    let mut lines = Vec::new();
    if first > last {
        return Ok(lines);
    }
    // A contract month lies in the calendar month in which it begins, maybe the one before the first day.
    let from = Month::of(invoice_begin(contract, first));
    let months = u32::try_from(Month::of(last).since(from) + 1).unwrap_or(0);
    for charge in contract.charges.iter().filter(|charge| charge.kind.is_monthly()) {
        let within = from_day(charge, first);
        for month in from.range(months) {
            lines.push(month_cost(contract, &within, month, Some(last), indices)?);
        }
    }
    Ok(lines)
}

/// The first day that the invoice covers in which a day lies.
pub(super) fn invoice_begin(contract: &Contract, date: NaiveDate) -> NaiveDate {
    let start = contract.billing_start;
    match contract.proration {
        Proration::ActualDaysCalendar => Month::of(date).first_day().max(start),
        Proration::ContractMonth => add_months(start, months_between(start, date)),
    }
}

/// What is due every month from one day to another, both included, by contract months, whatever the contract's own
/// proration; the contract runs until the last day.
///
/// It is for what is asked about a whole term or the rest of one, so that a term costs the same whatever its invoices
/// go by; what invoices come to is [`invoiced_lines`], and [`between_invoices`] says how the two differ.
pub(super) fn monthly_lines(
    contract: &Contract,
    first: NaiveDate,
    last: NaiveDate,
    indices: &Indices,
) -> Result<Vec<MonthLine>> {
    let by_contract_month = Contract { proration: Proration::ContractMonth, ..contract.clone() };
    invoiced_lines(&by_contract_month, first, last, indices)
}

/// That contract months are not what a contract is invoiced by, in a sentence; `None` where they are.
pub(super) fn between_invoices(contract: &Contract) -> Option<&'static str> {
    match contract.proration {
        Proration::ContractMonth => None,
        Proration::ActualDaysCalendar => Some(
            "invoices go by the days of calendar months and may come to a little more or less than contract months",
        ),
    }
}

/// A charge as far as it is due from a day on.
fn from_day(charge: &Charge, first: NaiveDate) -> Charge {
    Charge { from: Some(charge.from.map_or(first, |from| from.max(first))), ..charge.clone() }
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
        for (name, value) in charge.metering.iter().flat_map(Metering::inputs) {
            explanation = explanation.input(name, value);
        }
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
