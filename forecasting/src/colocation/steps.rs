//! The dates on which prices and quantities of a contract change.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::{Event, EventKind, Span};
use super::contract::{Charge, Contract, RenewalPrice};
use super::escalation::{Escalation, Escalator, whole};
use crate::month::add_months;

/// Rises, steps of ramps and ends of abatements of every charge while it and the contract run.
pub(super) fn charges(contract: &Contract, end: Option<NaiveDate>, span: &mut Span) {
    for (position, charge) in contract.charges.iter().enumerate() {
        let first = charge.from.map_or(contract.billing_start, |from| from.max(contract.billing_start));
        let last = [charge.to, end, Some(span.to())].into_iter().flatten().min().unwrap_or(NaiveDate::MAX);
        let life = Life { contract, charge, position, first, last };
        life.escalations(span);
        life.ramp(span);
        life.abatements(span);
    }
}

/// How a renewal moves prices, in a sentence; `None` where it leaves them.
pub(super) fn renewal(contract: &Contract) -> Option<String> {
    match &contract.renewal.as_ref()?.price {
        RenewalPrice::FixedUplift(rate) => {
            let own = contract.charges.iter().any(|charge| {
                charge.renewal_uplift.is_some_and(|uplift| uplift != *rate && !uplift.is_zero())
            });
            let rise = format!("prices rise by {} with the renewal", percent(*rate));
            match (rate.is_zero(), own) {
                (true, false) => None,
                (true, true) => Some("some prices rise by rates of their own with the renewal".to_owned()),
                (false, true) => Some(format!("{rise}, some by rates of their own")),
                (false, false) => Some(rise),
            }
        }
        RenewalPrice::Cpi(terms) => {
            Some(format!("prices follow the index {} with the renewal", terms.series))
        }
        RenewalPrice::ThenCurrent => {
            Some("prices become the provider's list prices, not known yet".to_owned())
        }
        RenewalPrice::Market => Some("prices become those of the market, not known yet".to_owned()),
    }
}

/// A charge and the days on which it is due.
struct Life<'c> {
    contract: &'c Contract,
    charge: &'c Charge,
    position: usize,
    first: NaiveDate,
    last: NaiveDate,
}

impl Life<'_> {
    fn push(&self, span: &mut Span, date: NaiveDate, kind: EventKind, reason: String) {
        if (self.first..=self.last).contains(&date) {
            let term = Some(self.contract.term_number(date));
            span.push(Event { date, kind, term, charge: Some(self.position), reason });
        }
    }

    fn escalations(&self, span: &mut Span) {
        let Some(escalator) = &self.charge.escalator else { return };
        let last = self.last.min(self.contract.initial_end());
        let first = self.first.max(span.from());
        // Changes on the first day itself are asked for from the day before.
        let Some(before) = first.pred_opt().filter(|_| first <= last) else { return };
        for date in escalator.changes(self.contract.billing_start, before, last) {
            if let Some(reason) = rise(escalator, date) {
                self.push(span, date, EventKind::Escalation, reason);
            }
        }
    }

    fn ramp(&self, span: &mut Span) {
        // The step in contract month 0 is where billing starts, no change.
        for step in self.charge.ramp.iter().filter(|step| step.from_contract_month > 0) {
            let date = add_months(self.contract.billing_start, whole(step.from_contract_month));
            let month = step.from_contract_month;
            let reason =
                format!("{} are committed from contract month {month} on", step.quantity.normalize());
            self.push(span, date, EventKind::RampStep, reason);
        }
    }

    fn abatements(&self, span: &mut Span) {
        for abatement in self.charge.abatements.iter().filter(|abatement| abatement.months > 0) {
            let after = abatement.from_contract_month.saturating_add(abatement.months);
            let Some(date) = add_months(self.contract.billing_start, whole(after)).pred_opt() else {
                continue;
            };
            let reason = format!("last day on which {} of the price is waived", percent(abatement.rate));
            self.push(span, date, EventKind::AbatementEnd, reason);
        }
    }
}

/// By how much the price rises on a date, in a sentence; `None` where it does not.
fn rise(escalator: &Escalator, date: NaiveDate) -> Option<String> {
    let rate = match &escalator.escalation {
        Escalation::Fixed(rate) => Some(*rate),
        Escalation::Table(table) => table.iter().find(|(from, _)| *from == date).map(|(_, rate)| *rate),
        Escalation::Cpi(terms) => return Some(format!("the price follows the index {}", terms.series)),
    };
    let rate = rate.filter(|rate| !rate.is_zero())?;
    let base = if escalator.compounding { "" } else { " of the first price" };
    Some(format!("the price rises by {}{base}", percent(rate)))
}

/// A fraction in per cent: 0.03 reads 3 %.
fn percent(fraction: Decimal) -> String {
    let hundred = Decimal::ONE_HUNDRED;
    fraction
        .checked_mul(hundred)
        .map_or_else(|| format!("{fraction} times"), |percent| format!("{} %", percent.normalize()))
}
