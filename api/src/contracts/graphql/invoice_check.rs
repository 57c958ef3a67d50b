//! An invoice against its contract, as clients see it.

use std::collections::BTreeSet;

use async_graphql::{InputObject, SimpleObject};
use chrono::NaiveDate;
use entity::contracts::colocation_charge;
use forecasting::{
    colocation::{self, Invoice, InvoiceLine, Tolerance, Verdict},
    money::Currency,
};
use rust_decimal::Decimal;

use super::{
    colocation_charges::ColocationCharge,
    decision_words::{DoubleBillingReason, InvoiceVerdict},
    decisions::money,
};
use crate::{
    contracts::invoice_checks::Checked,
    error::{Error, Result},
    rules::{require_fraction, require_least, require_plausible, require_text},
    schema::{
        record::Record,
        scalar::{Date, Money, Month, plain},
    },
};

/// The most lines of an invoice.
const MOST_LINES: usize = 1_000;

/// An invoice of one month.
#[derive(Clone, Debug, InputObject)]
pub struct ContractInvoice {
    /// Its number.
    pub number: String,
    /// The date on it.
    pub dated: Date,
    /// The month it is for: charges in advance of this month, charges in arrears of the month before.
    pub month: Month,
    /// ISO 4217 code of its amounts; that of the contract where left out.
    pub currency: Option<String>,
    /// What it bills, at most 1,000 lines.
    pub lines: Vec<ContractInvoiceLine>,
    /// How far a line may be off; 0.5 % and at least 5.00 where left out.
    pub tolerance: Option<InvoiceTolerance>,
}

/// A line of an invoice.
#[derive(Clone, Debug, InputObject)]
pub struct ContractInvoiceLine {
    /// What it says.
    pub text: String,
    /// Number in the price sheet of the charge that it bills, from 1; left out where it bills none of them.
    pub charge: Option<i32>,
    /// The month it is for; where left out, the month of the invoice.
    pub service: Option<Month>,
    /// How much, in the currency of the invoice; negative for a credit.
    pub amount: Decimal,
}

/// How far a line may be off: the larger of the two.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct InvoiceTolerance {
    /// Share of what is expected, as a fraction: 0.005 is 0.5 %.
    pub share: Decimal,
    /// Amount in units of the currency.
    pub least: Decimal,
}

impl InvoiceTolerance {
    /// The tolerance as a value; the usual one where none is given.
    pub(super) fn value(given: Option<Self>, field: &str) -> Result<Tolerance> {
        match given {
            Some(Self { share, least }) => {
                require_fraction(&format!("{field}.share"), share, Decimal::ZERO, Decimal::ONE)?;
                require_least(&format!("{field}.least"), Some(least), Decimal::ZERO)?;
                Ok(Tolerance { share, least })
            }
            None => Ok(Tolerance::default()),
        }
    }
}

impl ContractInvoice {
    /// The invoice and its tolerance as values.
    pub(super) fn value(self, currency: &str) -> Result<(Invoice, Tolerance)> {
        require_text("invoice.number", &self.number, 100)?;
        require_plausible("invoice.dated", Some(self.dated.0))?;
        if self.lines.len() > MOST_LINES {
            let message = format!("{} lines are given, at most {MOST_LINES} are checked", self.lines.len());
            return Err(Error::TooMuch { field: "invoice.lines".to_owned(), message });
        }
        let code = self.currency.as_deref().unwrap_or(currency);
        let refused = |cause| Error::invalid("invoice.currency", cause);
        let currency = Currency::from_code(code).map_err(refused)?;
        let tolerance = InvoiceTolerance::value(self.tolerance, "invoice.tolerance")?;
        let month = self.month.0;
        let lines = self.lines.into_iter().enumerate().map(|(place, line)| {
            let field = format!("invoice.lines[{place}].charge");
            require_least(&field, line.charge, 1)?;
            let service = line.service.map_or(month, |service| service.0);
            let charge = line.charge.and_then(|number| usize::try_from(number.saturating_sub(1)).ok());
            Ok(InvoiceLine { text: line.text, charge, service, amount: line.amount })
        });
        let lines = lines.collect::<Result<_>>()?;
        Ok((Invoice { number: self.number, dated: self.dated.0, month, currency, lines }, tolerance))
    }
}

/// What came of checking an invoice.
#[derive(SimpleObject)]
pub struct InvoiceCheck {
    /// A check per charge and month, charges in the order of the price sheet, lines without a charge last.
    lines: Vec<InvoiceLineCheck>,
    /// Lines that seem to bill something twice.
    double_billing: Vec<DoubleBilling>,
    /// The sum of what is expected. Null where it is not known of a line.
    expected: Option<Money>,
    /// The sum of what is billed.
    billed: Money,
    /// What is billed too much on lines that do not match, as far as it is known what is expected: what there is to
    /// dispute.
    disputable: Money,
    /// Last day to dispute it. Null where the contract states no window.
    dispute_deadline: Option<Date>,
    /// Days from `asOf` to that day; negative once it has passed. Null for an invoice that is not recorded.
    days_left: Option<i64>,
    /// What the invoice says that it comes to. Null for an invoice that is not recorded.
    total: Option<Money>,
    /// What it says less what its lines come to; zero where they agree. Null for an invoice that is not recorded.
    total_difference: Option<Money>,
    /// What is odd about it apart from what it bills: its date, its number, kinds and months of its lines. Empty for an
    /// invoice that is not recorded.
    findings: Vec<InvoiceFinding>,
}

/// Something odd about an invoice.
#[derive(SimpleObject)]
pub struct InvoiceFinding {
    /// The field, by its path from the invoice as it is recorded: `lines[0].kind`.
    field: String,
    /// Its value.
    value: Option<String>,
    /// Why it is odd.
    rule: String,
}

/// One charge of one month on an invoice; a line without a charge stands by itself.
#[derive(SimpleObject)]
pub struct InvoiceLineCheck {
    /// The charge, if there is one.
    charge: Option<ColocationCharge>,
    /// The month it is for.
    service: Month,
    /// Numbers of the lines of the invoice that bill it, from 1.
    lines: Vec<usize>,
    /// What the contract lets expect, less what an earlier invoice billed of it. Null where it is not known, as
    /// `reason` says.
    expected: Option<Money>,
    /// What of it is overage: power drawn beyond what is committed.
    overage: Money,
    /// The sum of the lines.
    billed: Money,
    /// Billed less expected: positive where too much is billed. Where it is not known what is expected, what an
    /// earlier invoice billed already, if one did.
    difference: Option<Money>,
    /// How far the difference may be from zero.
    tolerance: Money,
    /// The verdict.
    verdict: InvoiceVerdict,
    /// The verdict in a sentence.
    reason: String,
    /// Whether what is expected is an estimate, such as metered power at its expected draw.
    estimated: bool,
}

/// Two lines that seem to bill the same thing.
#[derive(Clone, Debug, SimpleObject)]
pub struct DoubleBilling {
    /// Number of the line that seems to be too much, from 1.
    line: usize,
    /// Number of the line that it repeats. Null where it repeats an earlier invoice.
    repeats: Option<usize>,
    /// Number of the earlier invoice that it repeats. Null where it repeats a line of this one.
    earlier_invoice: Option<String>,
    /// Why.
    reason: DoubleBillingReason,
}

impl InvoiceCheck {
    /// The check with its money and its charges.
    pub(super) fn new(
        check: colocation::InvoiceCheck,
        invoice: &Invoice,
        charges: &[colocation_charge::Model],
    ) -> Self {
        let money = |amount| money(amount, invoice.currency);
        let charges: Vec<ColocationCharge> =
            Record::all_whole(charges.to_vec()).into_iter().map(Into::into).collect();
        let lines = check.lines.iter().map(|line| InvoiceLineCheck {
            charge: line.charge.and_then(|position| charges.get(position)).cloned(),
            service: Month(line.service),
            lines: line.lines.iter().map(|place| place + 1).collect(),
            expected: line.expected.map(money),
            overage: money(line.overage),
            billed: money(line.billed),
            difference: line.difference.map(money),
            tolerance: money(line.tolerance),
            reason: sentence(line, &check.double_billing),
            verdict: line.verdict.into(),
            estimated: line.estimated,
        });
        let lines = lines.collect();
        let double_billing = check.double_billing.into_iter().map(|double| DoubleBilling {
            line: double.line + 1,
            repeats: double.repeats.map(|place| place + 1),
            earlier_invoice: double.invoice,
            reason: double.reason.into(),
        });
        Self {
            lines,
            double_billing: double_billing.collect(),
            expected: check.expected.map(money),
            billed: money(check.billed),
            disputable: money(check.disputable),
            dispute_deadline: check.dispute_deadline.map(Date),
            days_left: None,
            total: None,
            total_difference: None,
            findings: Vec::new(),
        }
    }

    /// The check of a recorded invoice, as seen on a day.
    pub(super) fn of_stored(checked: Checked, as_of: NaiveDate) -> Self {
        let Checked { check, invoice, stated, of_lines, charges, findings } = checked;
        let days_left = check.dispute_deadline.map(|deadline| (deadline - as_of).num_days());
        let money = |amount| money(amount, invoice.currency);
        let (total, difference) = (money(stated), money(stated - of_lines));
        let shown = Self::new(check, &invoice, &charges);
        let findings = findings.into_iter().map(|finding| InvoiceFinding {
            field: finding.field,
            value: finding.value,
            rule: finding.rule,
        });
        Self {
            days_left,
            total: Some(total),
            total_difference: Some(difference),
            findings: findings.collect(),
            ..shown
        }
    }
}

/// The verdict about a line in a sentence.
fn sentence(line: &colocation::LineCheck, doubles: &[colocation::DoubleBilling]) -> String {
    let billed = plain(line.billed);
    let expected = match line.expected {
        Some(expected) if !line.overage.is_zero() => {
            format!("{} expected, {} of it overage", plain(expected), plain(line.overage))
        }
        Some(expected) => format!("{} expected", plain(expected)),
        None => "what is expected is not known".to_owned(),
    };
    let off = plain(line.difference.unwrap_or_default().abs());
    match line.verdict {
        Verdict::Matches => format!("{billed} is billed and {expected}, within the tolerance"),
        Verdict::Over => format!("{billed} is billed and {expected}: {off} too much"),
        Verdict::Under => format!("{billed} is billed and {expected}: {off} too little"),
        Verdict::NotExpected if line.charge.is_none() => {
            format!("{billed} is billed for no charge of the contract")
        }
        Verdict::NotExpected => {
            format!("{billed} is billed and nothing is due in that month on this invoice")
        }
        Verdict::NotBilled => {
            let expected = plain(line.expected.unwrap_or_default());
            let kind = if line.overage.is_zero() { "" } else { " of overage" };
            format!("{expected}{kind} is expected and nothing is billed")
        }
        Verdict::Repeated => {
            let of_line = doubles.iter().filter(|double| line.lines.contains(&double.line));
            let earlier: BTreeSet<&str> = of_line.filter_map(|double| double.invoice.as_deref()).collect();
            let earlier = earlier.into_iter().collect::<Vec<_>>().join(", ");
            format!("{billed} is billed, and the invoice {earlier} billed it before: {off} too much")
        }
        Verdict::Unknown => {
            let reason = line.unknown.as_deref().unwrap_or_default();
            format!("{billed} is billed and {expected}: {reason}")
        }
    }
}
