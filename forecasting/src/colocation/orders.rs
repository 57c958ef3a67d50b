//! Orders under one master agreement: bringing their ends together, and committing to less.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Contract, Proration, RampStep};
use super::cost::committed_quantity;
use super::escalation::{Indices, whole};
use super::schedule::{between_invoices, invoice_begin, invoiced_lines, monthly_lines, sum_of};
use super::term::BusinessDays;
use super::termination::{beyond, monthly_rate};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Money, bounded, proportion};
use crate::month::{add_months, months_between};

/// Months after the start of billing in which a common end may lie: a hundred years.
const MOST_MONTHS: i32 = 1_200;

/// What a common end changes for one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// Position of the order.
    pub order: usize,
    /// Last day it binds to as it stands.
    pub end_before: NaiveDate,
    /// The common last day.
    pub end_after: NaiveDate,
    /// Whole months that are added, or taken away where negative.
    pub months: i32,
    /// Days on top of the whole months, with the same sign.
    pub days: i32,
    /// What is added to the monthly charges, without metered power; negative for what is saved.
    pub cost: Money,
    /// How the cost came about, and what was assumed.
    pub explanation: Explanation,
}

/// What changes in months and cost if orders, each with a term of its own, all end on one day.
///
/// An order ends by itself on the last day it binds to if notice is given on `notice`. An order that would end
/// earlier is extended: within its initial term the escalators go on, after a renewal the last price is held. An
/// order that would end later is cut short, and no termination fee is added, because the common end is agreed.
/// Costs of orders in different currencies are not added up. Each is what the invoices of the order change by, so that
/// a part of a month counts by its own proration.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a common end before an order begins; else as [`month_cost`](super::month_cost).
pub fn co_terminate(
    orders: &[Contract],
    end: NaiveDate,
    notice: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Vec<OrderChange>> {
    let changes = orders.iter().enumerate();
    changes.map(|(position, order)| change(position, order, end, notice, indices, business_days)).collect()
}

fn change(
    position: usize,
    order: &Contract,
    end: NaiveDate,
    notice: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<OrderChange> {
    if end < order.billing_start {
        return Err(ForecastError::invalid("end", &end, "no order ends before it begins"));
    }
    let end_before = order.terms().bound_until(notice, business_days);
    let (months, days) = distance(order.billing_start, end_before, end);
    let mut explanation = Explanation::new("monthly charges between the two ends, without metered power")
        .input("notice given on", order.notice_given.map_or(notice, |before| before.min(notice)))
        .input("end as it stands", end_before)
        .input("common end", end);
    let amount = if end <= end_before {
        explanation = explanation.assume("the earlier end is agreed: no fee for leaving early is added");
        let Some(first) = end.succ_opt() else { return Err(ForecastError::OutOfRange { field: "end" }) };
        let (charges, estimated) = charges_between((order, end_before), (order, end), first, indices)?;
        explanation.estimated = estimated;
        charges
    } else if end_before == order.initial_end() {
        let longer = Contract {
            initial_term_months: months_until(order.billing_start, end),
            renewal: None,
            notice_given: None,
            ..order.clone()
        };
        explanation = explanation.assume("the initial term is extended: its escalators go on");
        let first = end_before.succ_opt().unwrap_or(end_before);
        let (charges, estimated) = charges_between((order, end_before), (&longer, end), first, indices)?;
        explanation.estimated = estimated;
        charges
    } else {
        explanation = explanation.estimate("a renewal is extended: the price of its last day is held");
        let (rate, _) = monthly_rate(order, end_before, indices, business_days)?;
        held(order, rate, end_before, end)?
    };
    explanation = explanation.assume(match order.proration {
        Proration::ActualDaysCalendar => "it is what invoices by the days of calendar months change by",
        Proration::ContractMonth => "it is what invoices by contract months change by",
    });
    let cost = Money::new(amount, order.currency);
    Ok(OrderChange { order: position, end_before, end_after: end, months, days, cost, explanation })
}

/// What the invoices come to with another last day less what they come to as it stands, from the one on in which a
/// day lies; and whether a price among them is an estimate.
fn charges_between(
    (order, end_before): (&Contract, NaiveDate),
    (changed, end): (&Contract, NaiveDate),
    first: NaiveDate,
    indices: &Indices,
) -> Result<(Decimal, bool)> {
    // Each month goes through all escalations before it, so the months of thousands of years would never end.
    if months_between(order.billing_start, end.max(end_before)) > MOST_MONTHS {
        return Err(ForecastError::OutOfRange { field: "end" });
    }
    let begin = invoice_begin(order, first.max(order.billing_start));
    let before = invoiced_lines(order, begin, end_before, indices)?;
    let after = invoiced_lines(changed, begin, end, indices)?;
    let estimated = before.iter().chain(&after).any(|line| line.estimated);
    let change = sum_of(&after, "charges")? - sum_of(&before, "charges")?;
    Ok((bounded(change, "charges")?, estimated))
}

/// A monthly price for the days after one day up to another, by the months that the order is invoiced by, each rounded.
fn held(order: &Contract, price: Decimal, after: NaiveDate, until: NaiveDate) -> Result<Decimal> {
    if order.proration == Proration::ActualDaysCalendar {
        let months = beyond(order.currency, price, after, until)?;
        return months.iter().try_fold(Decimal::ZERO, |sum, (_, cost)| bounded(sum + cost, "charges"));
    }
    let Some(first) = after.succ_opt().filter(|first| *first <= until) else { return Ok(Decimal::ZERO) };
    let start = order.billing_start;
    let days = |from: NaiveDate, to: NaiveDate| Decimal::from((to - from).num_days().max(0));
    (months_between(start, first)..=months_between(start, until)).try_fold(Decimal::ZERO, |sum, number| {
        let (begin, next) = (add_months(start, number), add_months(start, number.saturating_add(1)));
        let stayed = days(begin.max(first), next.min(until.succ_opt().unwrap_or(until)));
        let cost = bounded(proportion(price, stayed, days(begin, next)), "charges")?;
        bounded(sum + order.currency.round(cost), "charges")
    })
}

/// Whole contract months, and days on top of them, from the end of a term to another last day. Both count from the
/// start of billing, so that ends of terms are whole months apart.
fn distance(start: NaiveDate, term_end: NaiveDate, to: NaiveDate) -> (i32, i32) {
    let after = |date: NaiveDate| date.succ_opt().unwrap_or(date);
    let boundary = |number: i32| add_months(start, number);
    let (before, day) = (months_between(start, after(term_end)), after(to));
    // Days are what is left on the far side of the last whole month, seen from the end of the term.
    let reached = months_between(start, day);
    let reached = if reached < before && boundary(reached) < day { reached + 1 } else { reached };
    let days = (day - boundary(reached)).num_days();
    (reached - before, i32::try_from(days).unwrap_or(i32::MAX))
}

/// Months of the shortest term that holds a day.
fn months_until(start: NaiveDate, date: NaiveDate) -> u32 {
    months_between(start, date).max(0).unsigned_abs().saturating_add(1)
}

/// What the changes of orders cost together, by currency in the order of their codes.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if a sum does not fit.
pub fn co_termination_costs(changes: &[OrderChange]) -> Result<Vec<Money>> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for change in changes {
        let sum =
            sums.entry(change.cost.currency.code()).or_insert_with(|| Money::zero(change.cost.currency));
        *sum = sum.checked_add(change.cost)?;
    }
    Ok(sums.into_values().collect())
}

/// A commitment that is lowered, and what that saves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDown {
    /// The contract as it is from then on.
    pub contract: Contract,
    /// First day of the lower commitment.
    pub from: NaiveDate,
    /// Units given back.
    pub given_back: Decimal,
    /// What that saves until the end of the initial term, without metered power.
    pub saving: Money,
    /// How the saving came about, and what was assumed.
    pub explanation: Explanation,
}

/// What is saved if the commitment of a charge falls to `step` from a contract month on, as a right to step down
/// allows. Later steps of its ramp are kept as far as they are not higher.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a charge that does not exist or commits to nothing, a contract month outside the initial term, a
/// negative commitment or one that is not lower; else as [`month_cost`](super::month_cost).
pub fn step_down(contract: &Contract, charge: usize, step: RampStep, indices: &Indices) -> Result<StepDown> {
    let month = step.from_contract_month;
    let Some(lowered) = contract.charges.get(charge) else {
        return Err(ForecastError::invalid("charge", &charge, "the contract has a charge at this position"));
    };
    if !lowered.kind.is_monthly() {
        let rule = "metered power and what is charged once commit to no quantity that could step down";
        return Err(ForecastError::invalid("charge", &charge, rule));
    }
    if month >= contract.initial_term_months {
        let rule = "a step lies within the initial term";
        return Err(ForecastError::invalid("from_contract_month", &month, rule));
    }
    let from = add_months(contract.billing_start, whole(month));
    let before = committed_quantity(contract, lowered, from);
    if step.quantity < Decimal::ZERO || step.quantity >= before {
        let rule = "a commitment steps down to less than it is, and not below 0";
        return Err(ForecastError::invalid("quantity", &step.quantity, rule));
    }
    let mut ramp = lowered.ramp.clone();
    if ramp.is_empty() {
        ramp.push(RampStep { from_contract_month: 0, quantity: lowered.quantity });
    }
    ramp.retain(|other| other.from_contract_month != month);
    for later in ramp.iter_mut().filter(|other| other.from_contract_month > month) {
        later.quantity = later.quantity.min(step.quantity);
    }
    ramp.push(step);
    ramp.sort_by_key(|other| other.from_contract_month);
    let mut amended = contract.clone();
    if let Some(charge) = amended.charges.get_mut(charge) {
        charge.ramp = ramp;
    }
    let end = contract.initial_end();
    let cost = |contract: &Contract| -> Result<(Decimal, bool)> {
        let lines = monthly_lines(contract, from, end, indices)?;
        Ok((sum_of(&lines, "charges")?, lines.iter().any(|line| line.estimated)))
    };
    let ((as_it_stands, estimated), (lower, _)) = (cost(contract)?, cost(&amended)?);
    let saving = Money::new(bounded(as_it_stands - lower, "saving")?, contract.currency);
    let given_back = bounded(before, "commitment")? - step.quantity;
    let mut explanation = Explanation::new(
        "monthly charges from the step to the end of the initial term as they stand - the same with the step",
    )
    .input("first day of the step", from)
    .input("end of the initial term", end)
    .input("committed as it stands", before.normalize())
    .input("committed with the step", step.quantity.normalize())
    .input("charges as they stand", as_it_stands)
    .input("charges with the step", lower)
    .assume("the contract gives the right to the step, and asks no fee for it")
    .assume("later steps of the ramp are kept as far as they are not higher")
    .assume("metered power is left out: it follows what is drawn");
    if let Some(words) = between_invoices(contract) {
        explanation = explanation.assume(words);
    }
    if lowered.peak.is_some() {
        explanation =
            explanation.assume("where the peak is higher than the commitment, the peak is still billed");
    }
    if estimated {
        explanation = explanation.estimate("a price index is not published yet: its assumed rate is used");
    }
    Ok(StepDown { contract: amended, from, given_back, saving, explanation })
}
