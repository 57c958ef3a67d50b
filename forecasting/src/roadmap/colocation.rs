//! Flows of colocation contracts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::flows::{Category, Flows, MoneyView, Window};
use crate::colocation::{
    Billing, BusinessDays, ChargeKind, ChargeSchedule, Contract, Indices, Recognition, Term, committed_value,
    level_charge, schedule,
};
use crate::error::Result;
use crate::explain::Explanation;
use crate::money::times;
use crate::month::Month;

/// What a colocation contract contributes.
///
/// Profit and loss has each month's lines, or level months of the fixed charges of the initial term where they are
/// recognised so, which add up to the same; cash has them in the month they are for or the month after, as they
/// are billed in advance or in arrears. Commitment has the value of the initial term and everything charged once
/// in the month of signature, and the value of each renewal in the month of its notice deadline, from when on
/// silence binds; metered power commits to nothing and appears as it is consumed.
///
/// # Errors
///
/// As [`schedule`].
pub fn colocation_flows(
    contract: &Contract,
    window: Window,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Flows> {
    let mut flows = Flows::new(window, contract.currency);
    // A month earlier, for what is paid in arrears in the first month.
    let schedules = schedule(contract, window.from().plus(-1), window.months() + 1, indices, business_days)?;
    for charge in &schedules {
        for line in &charge.months {
            let paid = match contract.charges.get(charge.charge).map(|charge| charge.billing) {
                Some(Billing::Arrears) => line.month.next(),
                _ => line.month,
            };
            flows.post(MoneyView::Pnl, Category::Colocation, line.month, line.amount)?;
            flows.post(MoneyView::Cash, Category::Colocation, paid, line.amount)?;
            if charge.kind == ChargeKind::PowerMetered {
                flows.post(MoneyView::Commitment, Category::Colocation, line.month, line.amount)?;
            }
        }
    }
    let mut explanation = explain(&schedules);
    if contract.recognition == Recognition::StraightLine {
        level(contract, &mut flows, indices)?;
        explanation = explanation.assume(
            "in profit and loss, fixed charges of the initial term are level, as of an operating lease: each month \
             has an equal part of them, whatever is invoiced in it",
        );
    }
    commit(contract, &mut flows, indices, business_days)?;
    flows.explain(Category::Colocation, explanation);
    Ok(flows)
}

/// Moves fixed charges of the initial term to level months, charge by charge, so that parts of a contract add up to
/// the whole of it.
fn level(contract: &Contract, flows: &mut Flows, indices: &Indices) -> Result<()> {
    for charge in &contract.charges {
        for (month, invoiced, expense) in level_charge(contract, charge, indices)?.months {
            flows.post(MoneyView::Pnl, Category::Colocation, month, expense - invoiced)?;
        }
    }
    Ok(())
}

fn commit(
    contract: &Contract,
    flows: &mut Flows,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<()> {
    let window = flows.window();
    let end = contract.end(business_days);
    let signed = Month::of(contract.signed.unwrap_or(contract.billing_start));
    if window.position(signed).is_some() {
        let initial_end = contract.initial_end();
        let last = end.map_or(initial_end, |end| end.min(initial_end));
        let value = committed_value(contract, contract.billing_start, last, indices)? + once(contract)?;
        flows.post(MoneyView::Commitment, Category::Colocation, signed, value)?;
    }
    // A renewal that binds within the window does not start before it, so earlier ones need no look.
    let mut number = contract.term_number(window.from().first_day()).max(1);
    while let Some(term) = contract.term(number) {
        let bound = Month::of(commitment_date(contract, &term, business_days));
        if bound > window.last() || end.is_some_and(|end| term.start > end) {
            break;
        }
        if window.position(bound).is_some() {
            let value = committed_value(contract, term.start, term.end, indices)?;
            flows.post(MoneyView::Commitment, Category::Colocation, bound, value)?;
        }
        // At the end of the calendar terms no longer advance.
        if contract.term(number + 1).is_none_or(|next| next.end <= term.end) {
            break;
        }
        number += 1;
    }
    Ok(())
}

/// The day a renewal can no longer be avoided: the notice deadline of the term before, or its own start.
fn commitment_date(contract: &Contract, term: &Term, business_days: &BusinessDays) -> NaiveDate {
    let before = contract.term(term.number - 1);
    before.and_then(|before| contract.notice_deadline(&before, business_days)).unwrap_or(term.start)
}

fn once(contract: &Contract) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for charge in contract.charges.iter().filter(|charge| charge.kind == ChargeKind::NonRecurring) {
        sum += contract.currency.round(times(charge.unit_price, charge.quantity, "charge")?);
    }
    Ok(sum)
}

fn explain(schedules: &[ChargeSchedule]) -> Explanation {
    let mut explanation = Explanation::new(
        "per charge and month: sum over the days of quantity x escalated price x paid share / days",
    );
    for charge in schedules {
        explanation.estimated |= charge.explanation.estimated;
        explanation.assumptions.extend(charge.explanation.assumptions.iter().cloned());
        if charge.kind == ChargeKind::PowerMetered {
            explanation.inputs.extend(charge.explanation.inputs.iter().cloned());
        }
    }
    explanation.input("charges", schedules.len())
}
