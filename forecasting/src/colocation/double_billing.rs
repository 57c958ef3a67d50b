//! What invoices bill twice.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::contract::{ChargeKind, Contract};
use super::invoice::{Invoice, InvoiceLine, LineCheck, Verdict};

/// Two lines that seem to bill the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubleBilling {
    /// Position of the line that seems to be too much.
    pub line: usize,
    /// Position of the line it repeats, on this invoice; `None` where it repeats an earlier invoice.
    pub repeats: Option<usize>,
    /// Number of the earlier invoice it repeats.
    pub invoice: Option<String>,
    /// Why.
    pub reason: DoubleBillingReason,
}

/// Why two lines seem to bill the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoubleBillingReason {
    /// The same charge, month and amount on one invoice, which comes to more than expected.
    SameAmount,
    /// The same charge, month and amount as on an earlier invoice.
    EarlierInvoice,
    /// A minimum take and the metered energy both, where the larger of them is due.
    MinimumAndMetered,
    /// Power by circuit and by meter in the same month, one of which is not as the contract has it.
    CircuitAndMetered,
}

/// Lines that bill what an earlier invoice billed already, with its number: the same charge, month and amount, as often
/// as it was billed and not given back.
pub(super) fn repeated_lines(invoice: &Invoice, earlier: &[&Invoice]) -> BTreeMap<usize, String> {
    let mut repeated = BTreeMap::new();
    let mut seen: Vec<&InvoiceLine> = Vec::new();
    for (position, line) in invoice.lines.iter().enumerate() {
        if line.charge.is_none() || line.amount <= Decimal::ZERO {
            continue;
        }
        let of = |other: &InvoiceLine, amount| {
            (other.charge, other.service, other.amount) == (line.charge, line.service, amount)
        };
        let all = || earlier.iter().flat_map(|other| other.lines.iter().map(move |line| (*other, line)));
        let billed = all().filter(|(_, other)| of(other, line.amount)).count();
        let given_back = all().filter(|(_, other)| of(other, -line.amount)).count();
        let before = seen.iter().filter(|other| of(other, line.amount)).count();
        let first = all().find(|(_, other)| of(other, line.amount)).map(|(other, _)| other.number.clone());
        if let Some(number) = first.filter(|_| before < billed.saturating_sub(given_back)) {
            repeated.insert(position, number);
        }
        seen.push(line);
    }
    repeated
}

/// Lines that seem to bill something twice, in the order of the invoice; `again` are those that an earlier invoice billed
/// already, with its number.
pub(super) fn double_billing(
    contract: &Contract,
    invoice: &Invoice,
    again: &BTreeMap<usize, String>,
    checks: &[LineCheck],
) -> Vec<DoubleBilling> {
    let mut found = Vec::new();
    for check in checks.iter().filter(|check| check.verdict == Verdict::Over) {
        repeated(contract, invoice, check, &mut found);
    }
    for (line, number) in again {
        let reason = DoubleBillingReason::EarlierInvoice;
        found.push(DoubleBilling { line: *line, repeats: None, invoice: Some(number.clone()), reason });
    }
    circuit_and_meter(contract, checks, &mut found);
    found.sort_by_key(|double| (double.line, double.reason));
    found
}

/// Lines of a charge that come to more than expected and repeat each other.
fn repeated(contract: &Contract, invoice: &Invoice, check: &LineCheck, found: &mut Vec<DoubleBilling>) {
    let charge = check.charge.and_then(|position| contract.charges.get(position));
    let has_minimum =
        charge.and_then(|charge| charge.metering).is_some_and(|terms| terms.minimum_take.is_some());
    let amount = |line: &usize| invoice.lines.get(*line).map(|line| line.amount);
    let positive: Vec<usize> =
        check.lines.iter().copied().filter(|line| amount(line) > Some(Decimal::ZERO)).collect();
    for (index, line) in positive.iter().enumerate() {
        let before = positive.get(..index).unwrap_or_default();
        let same = before.iter().find(|other| amount(other) == amount(line));
        let (repeats, reason) = match (same, before.first()) {
            (Some(same), _) => (*same, DoubleBillingReason::SameAmount),
            (None, Some(first)) if has_minimum => (*first, DoubleBillingReason::MinimumAndMetered),
            _ => continue,
        };
        found.push(DoubleBilling { line: *line, repeats: Some(repeats), invoice: None, reason });
    }
}

/// Power that is billed by circuit and by meter for one month, unless both are as the contract has it.
fn circuit_and_meter(contract: &Contract, checks: &[LineCheck], found: &mut Vec<DoubleBilling>) {
    let of_kind = |kind: ChargeKind| {
        checks.iter().filter(move |check| {
            let charge = check.charge.and_then(|position| contract.charges.get(position));
            check.billed > Decimal::ZERO && charge.is_some_and(|charge| charge.kind == kind)
        })
    };
    for circuit in of_kind(ChargeKind::PowerCircuit) {
        for metered in of_kind(ChargeKind::PowerMetered).filter(|check| check.service == circuit.service) {
            let agreed = |check: &LineCheck| check.verdict == Verdict::Matches;
            let (Some(first), Some(second)) = (circuit.lines.first(), metered.lines.first()) else {
                continue;
            };
            if !(agreed(circuit) && agreed(metered)) {
                let (line, repeats) = (*first.max(second), Some(*first.min(second)));
                let reason = DoubleBillingReason::CircuitAndMetered;
                found.push(DoubleBilling { line, repeats, invoice: None, reason });
            }
        }
    }
}
