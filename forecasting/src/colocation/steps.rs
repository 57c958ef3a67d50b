//! The dates on which prices and quantities of a contract change.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::{Event, EventKind, Span};
use super::contract::{Charge, ChargeKind, Contract, RenewalPrice};
use super::cost::committed_quantity;
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

    /// A quantity with its unit.
    fn quantity(&self, quantity: Decimal) -> String {
        if let (Some(_), Ok(real)) = (self.charge.power_factor, self.charge.kilowatts(quantity)) {
            return format!("{} kVA ({} kW)", quantity.normalize(), real.normalize());
        }
        let unit = match self.charge.kind {
            ChargeKind::SpaceKw | ChargeKind::PowerMetered => " kW",
            ChargeKind::SpaceCabinet => " cabinets",
            ChargeKind::PowerCircuit => " circuits",
            ChargeKind::CrossConnect => " connections",
            _ => "",
        };
        format!("{}{unit}", quantity.normalize())
    }

    /// What a price is of, where it is one of committed power.
    fn of_committed(&self, date: NaiveDate) -> String {
        if self.charge.kind != ChargeKind::SpaceKw {
            return String::new();
        }
        let committed = committed_quantity(self.contract, self.charge, date);
        format!(" of {}", self.quantity(committed))
    }

    fn escalations(&self, span: &mut Span) {
        let Some(escalator) = &self.charge.escalator else { return };
        let last = self.last.min(self.contract.initial_end());
        let first = self.first.max(span.from());
        // Changes on the first day itself are asked for from the day before.
        let Some(before) = first.pred_opt().filter(|_| first <= last) else { return };
        for date in escalator.changes(self.contract.billing_start, before, last) {
            if let Some(reason) = rise(escalator, date) {
                let of_it = self.of_committed(date);
                let reason = reason.replacen("the price", &format!("the price{of_it}"), 1);
                self.push(span, date, EventKind::Escalation, reason);
            }
        }
    }

    fn ramp(&self, span: &mut Span) {
        // The step in contract month 0 is where billing starts, no change.
        for step in self.charge.ramp.iter().filter(|step| step.from_contract_month > 0) {
            let date = add_months(self.contract.billing_start, whole(step.from_contract_month));
            let month = step.from_contract_month;
            let before = date.pred_opt().map(|day| committed_quantity(self.contract, self.charge, day));
            let before = before.map_or(String::new(), |before| format!(", {} before", before.normalize()));
            let quantity = self.quantity(step.quantity);
            let reason = format!("{quantity} are committed from contract month {month} on{before}");
            self.push(span, date, EventKind::RampStep, reason);
        }
    }

    fn abatements(&self, span: &mut Span) {
        for abatement in self.charge.abatements.iter().filter(|abatement| abatement.months > 0) {
            let after = abatement.from_contract_month.saturating_add(abatement.months);
            let Some(date) = add_months(self.contract.billing_start, whole(after)).pred_opt() else {
                continue;
            };
            let of_it = self.of_committed(date);
            let share = percent(abatement.rate);
            let reason = format!("last day on which {share} of the price{of_it} is waived");
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
pub(crate) fn percent(fraction: Decimal) -> String {
    let hundred = Decimal::ONE_HUNDRED;
    fraction
        .checked_mul(hundred)
        .map_or_else(|| format!("{fraction} times"), |percent| format!("{} %", percent.normalize()))
}
