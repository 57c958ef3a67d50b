//! Whether an invoice is right: what the contract lets expect against what is billed, line by line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::days_after;
use super::contract::{Billing, ChargeKind, Contract};
use super::cost::month_cost;
use super::escalation::Indices;
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, times};
use crate::month::Month;

/// An invoice of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Its number.
    pub number: String,
    /// The date on it.
    pub dated: NaiveDate,
    /// The month it is for: charges in advance of this month, charges in arrears of the month before.
    pub month: Month,
    /// Currency of its amounts.
    pub currency: Currency,
    /// What it bills, without tax where the contract states none.
    pub lines: Vec<InvoiceLine>,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// What it says.
    pub text: String,
    /// Position of the charge of the contract it bills; `None` where it bills none of them.
    pub charge: Option<usize>,
    /// The month it is for, which differs from the month of the invoice where it is in arrears or late.
    pub service: Month,
    /// How much; negative for a credit.
    pub amount: Decimal,
}

/// How far a line may be off: the larger of a share of what is expected and an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// Share of what is expected: 0.005 is 0.5 %.
    pub share: Decimal,
    /// Amount in units of the currency.
    pub least: Decimal,
}

impl Default for Tolerance {
    /// 0.5 %, at least 5.00.
    fn default() -> Self {
        Self { share: Decimal::new(5, 3), least: Decimal::new(500, 2) }
    }
}

/// What is to be said of a charge on an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Billed as expected, within the tolerance.
    Matches,
    /// More is billed than expected.
    Over,
    /// Less is billed than expected.
    Under,
    /// Billed, and nothing is expected: no such charge, a free month, or a month that this invoice is not for.
    NotExpected,
    /// Expected, and nothing is billed.
    NotBilled,
}

/// One charge of one month on an invoice; a line without a charge stands by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCheck {
    /// Position of the charge, if there is one.
    pub charge: Option<usize>,
    /// The month it is for.
    pub service: Month,
    /// Positions of the lines of the invoice that bill it.
    pub lines: Vec<usize>,
    /// What the contract lets expect, rounded.
    pub expected: Decimal,
    /// The sum of the lines.
    pub billed: Decimal,
    /// Billed less expected: positive where too much is billed.
    pub difference: Decimal,
    /// How far the difference may be from zero.
    pub tolerance: Decimal,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether what is expected is an estimate, such as metered power at its expected draw.
    pub estimated: bool,
}

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

/// What came of checking an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceCheck {
    /// A check per charge and month, charges in the order of the contract, lines without a charge last.
    pub lines: Vec<LineCheck>,
    /// Lines that seem to bill something twice.
    pub double_billing: Vec<DoubleBilling>,
    /// The sum of what is expected.
    pub expected: Decimal,
    /// The sum of what is billed.
    pub billed: Decimal,
    /// What is billed too much on lines that do not match: what there is to dispute.
    pub disputable: Decimal,
    /// Last day to dispute it: the date of the invoice plus the window. `None` where no window is agreed.
    pub dispute_deadline: Option<NaiveDate>,
}

/// Checks an invoice against the contract.
///
/// `earlier` are invoices that were checked before, to find what is billed again. Metered power is expected at the
/// average draw of its charge: give the energy of the meter over the hours of the month there to check the bill
/// of a month that is read. `dispute_window_days` counts from the date of the invoice.
///
/// # Errors
///
/// [`ForecastError::CurrencyMismatch`] for an invoice in another currency than the contract;
/// [`ForecastError::Invalid`] for a line of a charge the contract does not have; else as [`month_cost`].
pub fn check_invoice(
    contract: &Contract,
    invoice: &Invoice,
    earlier: &[Invoice],
    tolerance: &Tolerance,
    dispute_window_days: Option<u32>,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<InvoiceCheck> {
    if invoice.currency != contract.currency {
        return Err(ForecastError::CurrencyMismatch {
            expected: contract.currency.to_string(),
            found: invoice.currency.to_string(),
        });
    }
    let end = contract.end(business_days);
    let comparison = Comparison { contract, invoice, tolerance, indices, end };
    let mut lines = Vec::new();
    for ((charge, service), positions) in billed_lines(contract, invoice)? {
        lines.extend(comparison.line(charge, service, positions)?);
    }
    for (position, line) in invoice.lines.iter().enumerate().filter(|(_, line)| line.charge.is_none()) {
        lines.push(LineCheck {
            charge: None,
            service: line.service,
            lines: vec![position],
            expected: Decimal::ZERO,
            billed: bounded(line.amount, "billed")?,
            difference: line.amount,
            tolerance: tolerance.least,
            verdict: Verdict::NotExpected,
            estimated: false,
        });
    }
    let (mut expected, mut billed, mut disputable) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for line in &lines {
        expected = bounded(expected + line.expected, "expected")?;
        billed = bounded(billed + line.billed, "billed")?;
        if line.verdict != Verdict::Matches && line.difference > Decimal::ZERO {
            disputable = bounded(disputable + line.difference, "disputable")?;
        }
    }
    Ok(InvoiceCheck {
        double_billing: double_billing(contract, invoice, earlier, &lines),
        lines,
        expected,
        billed,
        disputable,
        dispute_deadline: dispute_window_days.map(|days| days_after(invoice.dated, days)),
    })
}

type Lines = BTreeMap<(usize, Month), Vec<usize>>;

/// The positions of lines by charge and month, with every charge and month the invoice is for.
fn billed_lines(contract: &Contract, invoice: &Invoice) -> Result<Lines> {
    let mut lines = Lines::new();
    for position in 0..contract.charges.len() {
        lines.insert((position, due_month(contract, position, invoice.month)), Vec::new());
    }
    for (position, line) in invoice.lines.iter().enumerate() {
        let Some(charge) = line.charge else { continue };
        if charge >= contract.charges.len() {
            let rule = "the contract has a charge at this position";
            return Err(ForecastError::invalid("charge", &charge, rule));
        }
        lines.entry((charge, line.service)).or_default().push(position);
    }
    Ok(lines)
}

/// The month of service that an invoice of a month has of a charge.
fn due_month(contract: &Contract, charge: usize, month: Month) -> Month {
    match contract.charges.get(charge).map(|charge| charge.billing) {
        Some(Billing::Arrears) => month.plus(-1),
        _ => month,
    }
}

/// An invoice beside its contract.
struct Comparison<'c> {
    contract: &'c Contract,
    invoice: &'c Invoice,
    tolerance: &'c Tolerance,
    indices: &'c Indices,
    end: Option<NaiveDate>,
}

impl Comparison<'_> {
    /// The check of a charge and a month; `None` where nothing is expected and nothing billed.
    fn line(&self, position: usize, service: Month, lines: Vec<usize>) -> Result<Option<LineCheck>> {
        let Some(charge) = self.contract.charges.get(position) else { return Ok(None) };
        let (mut expected, mut estimated) = (Decimal::ZERO, false);
        // Another month than the one the invoice is for was due on another invoice.
        if service == due_month(self.contract, position, self.invoice.month) {
            let cost = month_cost(self.contract, charge, service, self.end, self.indices)?;
            (expected, estimated) = (cost.amount, cost.estimated);
        }
        let mut billed = Decimal::ZERO;
        for line in lines.iter().filter_map(|line| self.invoice.lines.get(*line)) {
            billed = bounded(billed + bounded(line.amount, "billed")?, "billed")?;
        }
        let share = times(expected.abs(), self.tolerance.share, "tolerance")?;
        let tolerance = share.max(self.tolerance.least);
        let difference = billed - expected;
        let verdict = match (expected.is_zero(), lines.is_empty()) {
            (true, true) => return Ok(None),
            (true, false) if billed.is_zero() => Verdict::Matches,
            (true, false) => Verdict::NotExpected,
            (false, true) => Verdict::NotBilled,
            (false, false) if difference.abs() <= tolerance => Verdict::Matches,
            (false, false) if difference > Decimal::ZERO => Verdict::Over,
            (false, false) => Verdict::Under,
        };
        Ok(Some(LineCheck {
            charge: Some(position),
            service,
            lines,
            expected,
            billed,
            difference,
            tolerance,
            verdict,
            estimated,
        }))
    }
}

/// Lines that seem to bill something twice, in the order of the invoice.
fn double_billing(
    contract: &Contract,
    invoice: &Invoice,
    earlier: &[Invoice],
    checks: &[LineCheck],
) -> Vec<DoubleBilling> {
    let mut found = Vec::new();
    for check in checks.iter().filter(|check| check.verdict == Verdict::Over) {
        repeated(contract, invoice, check, &mut found);
    }
    for (position, line) in invoice.lines.iter().enumerate() {
        if line.charge.is_none() || line.amount <= Decimal::ZERO {
            continue;
        }
        let same = |other: &InvoiceLine| {
            (other.charge, other.service, other.amount) == (line.charge, line.service, line.amount)
        };
        // An invoice that is checked again does not repeat itself.
        let others = earlier.iter().filter(|other| other.number != invoice.number);
        let before = others.filter(|other| other.currency == invoice.currency);
        if let Some(repeated) = before.into_iter().find(|other| other.lines.iter().any(same)) {
            let invoice = Some(repeated.number.clone());
            let reason = DoubleBillingReason::EarlierInvoice;
            found.push(DoubleBilling { line: position, repeats: None, invoice, reason });
        }
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
