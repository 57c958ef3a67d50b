//! An invoice against its contract, as clients see it.

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
    decisions::{count, money},
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
    /// Place in the price sheet of the charge that it bills, from 0; left out where it bills none of them.
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
            let charge = line.charge.map(|charge| count(&field, charge)).transpose()?;
            let service = line.service.map_or(month, |service| service.0);
            let charge = charge.and_then(|charge| usize::try_from(charge).ok());
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
    /// The sum of what is expected.
    expected: Money,
    /// The sum of what is billed.
    billed: Money,
    /// What is billed too much on lines that do not match: what there is to dispute.
    disputable: Money,
    /// Last day to dispute it. Null where the contract states no window.
    dispute_deadline: Option<Date>,
    /// Days from `asOf` to that day; negative once it has passed. Null for an invoice that is not recorded.
    days_left: Option<i64>,
    /// What the invoice says that it comes to. Null for an invoice that is not recorded.
    total: Option<Money>,
    /// What it says less what its lines come to; zero where they agree. Null for an invoice that is not recorded.
    total_difference: Option<Money>,
}

/// One charge of one month on an invoice; a line without a charge stands by itself.
#[derive(SimpleObject)]
pub struct InvoiceLineCheck {
    /// The charge, if there is one.
    charge: Option<ColocationCharge>,
    /// The month it is for.
    service: Month,
    /// Places of the lines of the invoice that bill it, from 0.
    lines: Vec<usize>,
    /// What the contract lets expect.
    expected: Money,
    /// The sum of the lines.
    billed: Money,
    /// Billed less expected: positive where too much is billed.
    difference: Money,
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
    /// Place of the line that seems to be too much, from 0.
    line: usize,
    /// Place of the line that it repeats.
    repeats: Option<usize>,
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
        let lines = check.lines.into_iter().map(|line| InvoiceLineCheck {
            charge: line.charge.and_then(|position| charges.get(position)).cloned(),
            service: Month(line.service),
            lines: line.lines.clone(),
            expected: money(line.expected),
            billed: money(line.billed),
            difference: money(line.difference),
            tolerance: money(line.tolerance),
            reason: sentence(&line),
            verdict: line.verdict.into(),
            estimated: line.estimated,
        });
        let double_billing = check.double_billing.into_iter().map(|double| DoubleBilling {
            line: double.line,
            repeats: double.repeats,
            reason: double.reason.into(),
        });
        Self {
            lines: lines.collect(),
            double_billing: double_billing.collect(),
            expected: money(check.expected),
            billed: money(check.billed),
            disputable: money(check.disputable),
            dispute_deadline: check.dispute_deadline.map(Date),
            days_left: None,
            total: None,
            total_difference: None,
        }
    }

    /// The check of a recorded invoice, as seen on a day.
    pub(super) fn of_stored(checked: Checked, as_of: NaiveDate) -> Self {
        let Checked { check, invoice, stated, of_lines, charges } = checked;
        let days_left = check.dispute_deadline.map(|deadline| (deadline - as_of).num_days());
        let money = |amount| money(amount, invoice.currency);
        let (total, difference) = (money(stated), money(stated - of_lines));
        let shown = Self::new(check, &invoice, &charges);
        Self { days_left, total: Some(total), total_difference: Some(difference), ..shown }
    }
}

/// The verdict about a line in a sentence.
fn sentence(line: &colocation::LineCheck) -> String {
    let (billed, expected) = (plain(line.billed), plain(line.expected));
    match line.verdict {
        Verdict::Matches => format!("{billed} is billed and {expected} expected, within the tolerance"),
        Verdict::Over => {
            format!("{billed} is billed and {expected} expected: {} too much", plain(line.difference))
        }
        Verdict::Under => {
            format!("{billed} is billed and {expected} expected: {} too little", plain(-line.difference))
        }
        Verdict::NotExpected if line.charge.is_none() => {
            format!("{billed} is billed for no charge of the contract")
        }
        Verdict::NotExpected => {
            format!("{billed} is billed and nothing is due in that month on this invoice")
        }
        Verdict::NotBilled => format!("{expected} is expected and nothing is billed"),
    }
}
