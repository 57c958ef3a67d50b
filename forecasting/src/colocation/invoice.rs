//! Whether an invoice is right: what the contract lets expect against what is billed, line by line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::calendar::days_after;
use super::contract::{Billing, Charge, ChargeKind, Contract};
use super::cost::month_cost;
use super::double_billing::{DoubleBilling, double_billing, repeated_lines};
use super::escalation::Indices;
use super::month_of_power::{AsRead, MonthUse, OverageTerms};
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, proportion, times};
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

impl InvoiceLine {
    /// Whether an amount is what so many units cost at a price, or the part of it for some days of a month; the price may
    /// be rounded as far as it is written.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for figures that do not fit.
    pub fn agrees(
        currency: Currency,
        quantity: Decimal,
        unit_price: Decimal,
        amount: Decimal,
    ) -> Result<bool> {
        let (quantity, unit_price, amount) = (quantity.abs(), unit_price.abs(), amount.abs());
        let whole = times(quantity, unit_price, "amount")?;
        let digits = unit_price.normalize().scale().max(currency.minor_units());
        let half = Decimal::new(5, digits.saturating_add(1).min(Decimal::MAX_SCALE));
        let slack =
            bounded(times(quantity, half, "amount")? + Decimal::new(1, currency.minor_units()), "amount")?;
        let is_part = |days: u32, of: u32| {
            let part = proportion(whole, Decimal::from(days), Decimal::from(of));
            (amount - part).abs() <= slack
        };
        Ok(is_part(1, 1) || (28..=31).any(|of| (1..of).any(|days| is_part(days, of))))
    }
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
    /// Billed by an earlier invoice already: the same charge, month and amount.
    Repeated,
    /// What is expected is not known.
    Unknown,
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
    /// What the contract lets expect, rounded, less what an earlier invoice billed of it. `None` where it is not
    /// known.
    pub expected: Option<Decimal>,
    /// What of it is overage.
    pub overage: Decimal,
    /// The sum of the lines.
    pub billed: Decimal,
    /// Billed less expected: positive where too much is billed. Where it is not known what is expected, what an earlier
    /// invoice billed already, if it did.
    pub difference: Option<Decimal>,
    /// How far the difference may be from zero.
    pub tolerance: Decimal,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether what is expected is an estimate, such as metered power at its expected draw.
    pub estimated: bool,
    /// Why it is not known what is expected.
    pub unknown: Option<String>,
}

/// What came of checking an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceCheck {
    /// A check per charge and month, charges in the order of the contract, lines without a charge last.
    pub lines: Vec<LineCheck>,
    /// Lines that seem to bill something twice.
    pub double_billing: Vec<DoubleBilling>,
    /// The sum of what is expected; `None` where it is not known of a line.
    pub expected: Option<Decimal>,
    /// The sum of what is billed.
    pub billed: Decimal,
    /// What is billed too much on lines that do not match, as far as it is known what is expected: what there is to
    /// dispute.
    pub disputable: Decimal,
    /// Last day to dispute it: the date of the invoice plus the window. `None` where no window is agreed.
    pub dispute_deadline: Option<NaiveDate>,
}

/// What an invoice is checked by.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// What was read, by the month of service. Metered power of other months is expected at the average draw of its
    /// charge.
    pub used: &'c BTreeMap<Month, MonthUse>,
    /// The overage terms of charges by their position.
    pub overage: &'c BTreeMap<usize, OverageTerms>,
    /// What prices follow.
    pub indices: &'c Indices,
    /// How far a line may be off.
    pub tolerance: &'c Tolerance,
    /// Days from the date of an invoice in which it can be disputed; `None` where no window is agreed.
    pub dispute_window_days: Option<u32>,
}

/// Checks an invoice against what the contract lets expect.
///
/// `earlier` are invoices that were checked before, to find what is billed again. Overage is known when its month is
/// over: of charges in arrears it is expected with the charge, of charges in advance with the month itself or on the
/// invoice of the month after, but once.
///
/// A price that is not known makes its own line unknown and no other.
///
/// # Errors
///
/// [`ForecastError::CurrencyMismatch`] for an invoice in another currency than the contract;
/// [`ForecastError::Invalid`] for a line of a charge the contract does not have, and for terms that cannot be meant.
pub fn check_invoice(
    by: &Expectation<'_>,
    invoice: &Invoice,
    earlier: &[Invoice],
    business_days: &BusinessDays,
) -> Result<InvoiceCheck> {
    let contract = by.contract;
    if invoice.currency != contract.currency {
        return Err(ForecastError::CurrencyMismatch {
            expected: contract.currency.to_string(),
            found: invoice.currency.to_string(),
        });
    }
    let end = contract.end(business_days);
    let read = by.used.iter().map(|(month, used)| Ok((*month, AsRead::new(contract, used, end)?)));
    let read = read.collect::<Result<_>>()?;
    // An invoice that is checked again does not repeat itself.
    let before = |other: &&Invoice| other.number != invoice.number && other.currency == invoice.currency;
    let earlier: Vec<&Invoice> = earlier.iter().filter(before).collect();
    let repeated = repeated_lines(invoice, &earlier);
    let comparison = Comparison { by, invoice, earlier, repeated, read, end };
    let mut lines = Vec::new();
    for ((charge, service), positions) in billed_lines(by, invoice)? {
        lines.extend(comparison.line(charge, service, positions)?);
    }
    for (position, line) in invoice.lines.iter().enumerate().filter(|(_, line)| line.charge.is_none()) {
        lines.push(loose(position, line, by.tolerance)?);
    }
    let (mut expected, mut billed, mut disputable) = (Some(Decimal::ZERO), Decimal::ZERO, Decimal::ZERO);
    for line in &lines {
        expected = match (expected, line.expected) {
            (Some(sum), Some(expected)) => Some(bounded(sum + expected, "expected")?),
            _ => None,
        };
        billed = bounded(billed + line.billed, "billed")?;
        let too_much = line.difference.filter(|it| line.verdict != Verdict::Matches && *it > Decimal::ZERO);
        disputable = bounded(disputable + too_much.unwrap_or_default(), "disputable")?;
    }
    Ok(InvoiceCheck {
        double_billing: double_billing(contract, invoice, &comparison.repeated, &lines),
        lines,
        expected,
        billed,
        disputable,
        dispute_deadline: by.dispute_window_days.map(|days| days_after(invoice.dated, days)),
    })
}

/// A line that bills no charge of the contract.
fn loose(position: usize, line: &InvoiceLine, tolerance: &Tolerance) -> Result<LineCheck> {
    Ok(LineCheck {
        charge: None,
        service: line.service,
        lines: vec![position],
        expected: Some(Decimal::ZERO),
        overage: Decimal::ZERO,
        billed: bounded(line.amount, "billed")?,
        difference: Some(line.amount),
        tolerance: tolerance.least,
        verdict: Verdict::NotExpected,
        estimated: false,
        unknown: None,
    })
}

type Lines = BTreeMap<(usize, Month), Vec<usize>>;

/// The positions of lines by charge and month, with every charge and month the invoice is for.
fn billed_lines(by: &Expectation<'_>, invoice: &Invoice) -> Result<Lines> {
    let mut lines = Lines::new();
    for (position, charge) in by.contract.charges.iter().enumerate() {
        lines.insert((position, due_month(charge, invoice.month)), Vec::new());
        if by.overage.contains_key(&position) {
            lines.insert((position, invoice.month.plus(-1)), Vec::new());
        }
    }
    for (position, line) in invoice.lines.iter().enumerate() {
        let Some(charge) = line.charge else { continue };
        if charge >= by.contract.charges.len() {
            let rule = "the contract has a charge at this position";
            return Err(ForecastError::invalid("charge", &charge, rule));
        }
        lines.entry((charge, line.service)).or_default().push(position);
    }
    Ok(lines)
}

/// The month of service that an invoice of a month has of a charge.
fn due_month(charge: &Charge, month: Month) -> Month {
    match charge.billing {
        Billing::Arrears => month.plus(-1),
        Billing::Advance => month,
    }
}

/// What is expected of a charge for a month of service.
struct Expected {
    /// What it costs, without overage.
    amount: Decimal,
    /// What drawing more than is committed costs. `None` where the peak was not read.
    overage: Option<Decimal>,
    estimated: bool,
}

/// An invoice beside its contract.
struct Comparison<'c> {
    by: &'c Expectation<'c>,
    invoice: &'c Invoice,
    earlier: Vec<&'c Invoice>,
    /// Lines that an earlier invoice billed already, with its number.
    repeated: BTreeMap<usize, String>,
    read: BTreeMap<Month, AsRead>,
    end: Option<NaiveDate>,
}

impl Comparison<'_> {
    /// What a charge costs for a month of service, by what was read where something was.
    fn cost(&self, position: usize, service: Month) -> Result<Expected> {
        let Expectation { contract, indices, overage, .. } = *self.by;
        let read = self.read.get(&service);
        let contract = read.map_or(contract, |read| &read.contract);
        let Some(charge) = contract.charges.get(position) else {
            let rule = "the contract has a charge at this position";
            return Err(ForecastError::invalid("charge", &position, rule));
        };
        let line = month_cost(contract, charge, service, self.end, indices)?;
        let is_read =
            read.is_some_and(|it| !it.divided.contains(&position) && !it.unread.contains(&position));
        let is_billed_peak = charge.peak.is_some() && charge.kind == ChargeKind::SpaceKw;
        let mut estimated = if is_read { line.price_estimated } else { line.estimated || is_billed_peak };
        let passed = match (overage.get(&position), read) {
            (None, _) => Some(Decimal::ZERO),
            _ if line.segments.is_empty() => Some(Decimal::ZERO),
            (Some(_), None) => None,
            (Some(terms), Some(read)) => {
                read.overage(position, &line, terms)?.map(|passed| passed.cost).or(read.none_passed())
            }
        };
        estimated &= !line.segments.is_empty();
        Ok(Expected { amount: line.amount, overage: passed, estimated })
    }

    /// What is expected on this invoice of a charge for a month of service, given what is billed: what the charge
    /// costs, and what of it is overage.
    fn expected(&self, position: usize, service: Month, billed: Decimal) -> Result<(Decimal, Decimal, bool)> {
        let nothing = (Decimal::ZERO, Decimal::ZERO, false);
        let Some(charge) = self.by.contract.charges.get(position) else { return Ok(nothing) };
        let is_due = service == due_month(charge, self.invoice.month);
        let is_after = self.by.overage.contains_key(&position) && service == self.invoice.month.plus(-1);
        if !is_due && !is_after {
            // Another month than the one the invoice is for was due on another invoice.
            return Ok(nothing);
        }
        let Expected { amount, overage, estimated } = self.cost(position, service)?;
        if !is_due {
            let billed_before = self.billed_before(position, service)?;
            let passed = match overage {
                Some(overage) => overage - (billed_before - amount).max(Decimal::ZERO),
                None if billed.is_zero() => Decimal::ZERO,
                None => {
                    let reason = "the peak of the month was not read, so that its overage is not known";
                    return Err(ForecastError::Missing { field: "peak", reason });
                }
            };
            let is_little = billed.is_zero() && passed <= self.by.tolerance.least;
            let passed = if is_little { Decimal::ZERO } else { passed.max(Decimal::ZERO) };
            return Ok((passed, passed, estimated));
        }
        let is_more = billed > bounded(amount + self.tolerance(amount)?, "expected")?;
        let is_with_it = charge.billing == Billing::Arrears || is_more;
        let passed = overage.filter(|_| is_with_it).unwrap_or_default();
        let estimated = estimated || (overage.is_none() && is_with_it);
        Ok((bounded(amount + passed, "expected")?, passed, estimated))
    }

    fn tolerance(&self, expected: Decimal) -> Result<Decimal> {
        let share = times(expected.abs(), self.by.tolerance.share, "tolerance")?;
        Ok(self.by.contract.currency.round(share.max(self.by.tolerance.least)))
    }

    /// What earlier invoices billed of a charge for a month of service.
    fn billed_before(&self, position: usize, service: Month) -> Result<Decimal> {
        let lines = self.earlier.iter().flat_map(|other| &other.lines);
        let mut of_it = lines.filter(|line| (line.charge, line.service) == (Some(position), service));
        of_it.try_fold(Decimal::ZERO, |sum, line| bounded(sum + bounded(line.amount, "billed")?, "billed"))
    }

    /// The sum of some lines.
    fn billed<'l>(&self, lines: impl Iterator<Item = &'l usize>) -> Result<Decimal> {
        let mut amounts = lines.filter_map(|line| self.invoice.lines.get(*line));
        amounts.try_fold(Decimal::ZERO, |sum, line| bounded(sum + bounded(line.amount, "billed")?, "billed"))
    }

    /// The check of a charge and a month; `None` where nothing is expected and nothing billed.
    fn line(&self, position: usize, service: Month, lines: Vec<usize>) -> Result<Option<LineCheck>> {
        let billed = self.billed(lines.iter())?;
        let again = self.billed(lines.iter().filter(|line| self.repeated.contains_key(line)))?;
        let (expected, overage, estimated) = match self.expected(position, service, billed - again) {
            Ok(expected) => expected,
            Err(ForecastError::Missing { reason, .. }) => {
                return Ok(Some(unknown((position, service), lines, billed, again, reason)));
            }
            Err(cause) => return Err(cause),
        };
        // What an earlier invoice billed is not expected once more.
        let expected = if again.is_zero() { expected } else { (expected - again).max(Decimal::ZERO) };
        let tolerance = self.tolerance(expected)?;
        let difference = billed - expected;
        let verdict = match (expected.is_zero(), lines.is_empty()) {
            _ if !again.is_zero() => Verdict::Repeated,
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
            expected: Some(expected),
            overage: overage.min(expected),
            billed,
            difference: Some(difference),
            tolerance,
            verdict,
            estimated,
            unknown: None,
        }))
    }
}

/// A charge of a month of which it is not known what to expect; what an earlier invoice billed is too much in any case.
fn unknown(
    (position, service): (usize, Month),
    lines: Vec<usize>,
    billed: Decimal,
    again: Decimal,
    reason: &str,
) -> LineCheck {
    let is_repeated = !again.is_zero();
    LineCheck {
        charge: Some(position),
        service,
        lines,
        expected: None,
        overage: Decimal::ZERO,
        billed,
        difference: is_repeated.then_some(again),
        tolerance: Decimal::ZERO,
        verdict: if is_repeated { Verdict::Repeated } else { Verdict::Unknown },
        estimated: false,
        unknown: Some(reason.to_owned()),
    }
}
