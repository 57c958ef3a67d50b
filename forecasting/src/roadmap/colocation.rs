//! Flows of colocation contracts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::flows::{Category, Flows, MoneyView, Window};
use crate::colocation::{
    Billing, BusinessDays, Charge, ChargeKind, ChargeSchedule, Contract, Indices, Recognition, Term,
    Termination, TerminationRule, committed_value, level_charge, schedule, termination,
};
use crate::error::{ForecastError, Result};
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
    flows_in(contract, window, None, indices, business_days)
}

/// The same in one view only, so that what another view needs to know is not asked for; in all where none is named.
fn flows_in(
    contract: &Contract,
    window: Window,
    view: Option<MoneyView>,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Flows> {
    let wants = |of| view.is_none_or(|view| view == of);
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
    if contract.recognition == Recognition::StraightLine && wants(MoneyView::Pnl) {
        level(contract, &mut flows, indices)?;
        explanation = explanation.assume(
            "in profit and loss, fixed charges of the initial term are level, as of an operating lease: each month \
             has an equal part of them, whatever is invoiced in it",
        );
    }
    if wants(MoneyView::Commitment) {
        commit(contract, &mut flows, indices, business_days)?;
    }
    flows.explain(Category::Colocation, explanation);
    Ok(flows)
}

/// How a contract is left before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The last day of service.
    pub last_day: NaiveDate,
    /// The day on which notice is given; earlier notice that stands goes before it.
    pub notice: NaiveDate,
    /// What leaving early costs.
    pub rule: TerminationRule,
}

impl Leaving {
    /// The same of a further part of a contract: what is due once is due with the first part.
    #[must_use]
    pub fn further(&self) -> Self {
        let rule = match &self.rule {
            TerminationRule::RemainingCharges { share, .. } => TerminationRule::RemainingCharges {
                share: *share,
                advances: Vec::new(),
                fixed: Decimal::ZERO,
            },
            TerminationRule::DecliningTable(_) | TerminationRule::Fixed(_) => {
                TerminationRule::Fixed(Decimal::ZERO)
            }
        };
        Self { rule, ..self.clone() }
    }

    /// A charge of a contract that begins to bill on a day, as far as it is due up to the last day of service: one that
    /// begins later comes to nothing.
    #[must_use]
    pub fn served_charge(&self, charge: Charge, begins: NaiveDate) -> Charge {
        if charge.from.unwrap_or(begins) > self.last_day {
            return Charge { quantity: Decimal::ZERO, ramp: Vec::new(), peak: None, ..charge };
        }
        if charge.kind == ChargeKind::NonRecurring {
            return charge;
        }
        Charge { to: Some(charge.to.map_or(self.last_day, |to| to.min(self.last_day))), ..charge }
    }

    /// A contract with what it charges up to the last day of service.
    #[must_use]
    pub fn served(&self, mut contract: Contract) -> Contract {
        let (begins, last_day) = (contract.billing_start, self.last_day);
        contract.charges.retain(|charge| charge.from.unwrap_or(begins) <= last_day);
        for charge in contract.charges.iter_mut().filter(|charge| charge.kind != ChargeKind::NonRecurring) {
            charge.to = Some(charge.to.map_or(last_day, |to| to.min(last_day)));
        }
        contract
    }
}

/// What a colocation contract contributes that is left early: its charges up to the last day of service, and what
/// leaving costs by the rule, in the month of that day and in all three views. What it was committed to beyond that
/// day is taken out of the commitment of the term.
///
/// # Errors
///
/// As [`colocation_flows`] and [`termination`].
pub fn left_flows(
    contract: &Contract,
    leaving: &Leaving,
    window: Window,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<(Flows, Termination)> {
    left_in(contract, leaving, window, None, indices, business_days)
}

/// The same in one view only; in all where none is named.
fn left_in(
    contract: &Contract,
    leaving: &Leaving,
    window: Window,
    view: Option<MoneyView>,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<(Flows, Termination)> {
    let Leaving { last_day, notice, rule } = leaving;
    let left = termination(contract, rule, *last_day, *notice, indices, business_days)?;
    let served = Contract { notice_given: Some(left.notice), ..leaving.served(contract.clone()) };
    let mut flows = flows_in(&served, window, view, indices, business_days)?;
    for view in [MoneyView::Commitment, MoneyView::Cash, MoneyView::Pnl] {
        flows.post(view, Category::Colocation, Month::of(*last_day), left.fee)?;
    }
    let explained = flows.explanation(Category::Colocation).cloned().unwrap_or_default();
    let explained = explained.input("last day of service", last_day).input("termination fee", left.fee);
    flows.explain(
        Category::Colocation,
        explained.assume("what leaving early costs is committed to, paid and expensed in its month"),
    );
    Ok((flows, left))
}

/// What a contract contributes in one view, as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFlows {
    /// The first months of the window, as many as are known; `None` where not even the first is.
    pub flows: Option<Flows>,
    /// What leaving it early costs, where it is left within those months.
    pub left: Option<Termination>,
    /// Why the other months are not known.
    pub unknown: Option<ForecastError>,
}

impl KnownFlows {
    /// The amounts of a category of the view, month by month of a window; `None` where it is not known.
    pub fn amounts(&self, view: MoneyView, category: Category, window: Window) -> Vec<Option<Decimal>> {
        let known = self.flows.as_ref().map_or(0, |flows| flows.window().months() as usize);
        let amounts = self.flows.as_ref().and_then(|flows| flows.amounts(view, category));
        let amount = |place: usize| match &amounts {
            Some(amounts) => amounts.get(place).copied(),
            None => Some(Decimal::ZERO),
        };
        let months = (0..window.months() as usize).map(|place| (place < known).then(|| amount(place)));
        months.map(Option::flatten).collect()
    }
}

/// What a colocation contract contributes in one view, left early or not, as far as it can be told: a price index that
/// is not known in a month is not known in any later one, and leaves what comes before it known.
///
/// # Errors
///
/// As [`colocation_flows`] and [`left_flows`], but for what is missing.
pub fn known_flows(
    contract: &Contract,
    leaving: Option<&Leaving>,
    (window, view): (Window, MoneyView),
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<KnownFlows> {
    let of_first = |months: u32| -> Result<(Flows, Option<Termination>)> {
        let window = Window::new(window.from(), months)?;
        let Some(leaving) = leaving else {
            return Ok((flows_in(contract, window, Some(view), indices, business_days)?, None));
        };
        if Month::of(leaving.last_day) > window.last() {
            let notice = contract.notice_given.map_or(leaving.notice, |given| given.min(leaving.notice));
            let served = Contract { notice_given: Some(notice), ..leaving.served(contract.clone()) };
            return Ok((flows_in(&served, window, Some(view), indices, business_days)?, None));
        }
        let (flows, left) = left_in(contract, leaving, window, Some(view), indices, business_days)?;
        Ok((flows, Some(left)))
    };
    let (mut known, mut unknown) = (0, window.months());
    let cause = match of_first(unknown) {
        Ok((flows, left)) => return Ok(KnownFlows { flows: Some(flows), left, unknown: None }),
        Err(cause @ ForecastError::Missing { .. }) => cause,
        Err(other) => return Err(other),
    };
    let mut found = None;
    while unknown - known > 1 {
        let middle = known.midpoint(unknown);
        match of_first(middle) {
            Ok(first) => (known, found) = (middle, Some(first)),
            Err(ForecastError::Missing { .. }) => unknown = middle,
            Err(other) => return Err(other),
        }
    }
    let (flows, left) = found.map_or((None, None), |(flows, left)| (Some(flows), left));
    Ok(KnownFlows { flows, left, unknown: Some(cause) })
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
