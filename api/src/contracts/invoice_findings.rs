//! What is odd about an invoice, apart from what it bills: worth a look before it is paid.

use chrono::NaiveDate;
use entity::contracts::{colocation_charge, colocation_contract, invoice, invoice_line};
use forecasting::month::Month;
use sea_orm::ActiveEnum;

use super::findings::Finding;

/// Months that the date of an invoice may lie before or after the month that it is for.
const MONTHS_APART: i32 = 2;

/// Everything that is odd about an invoice as seen on a day, with its lines; `others` are of the same contract.
pub fn of<'i>(
    invoice: &invoice::Model,
    lines: &[invoice_line::Model],
    (contract, charges): (&colocation_contract::Model, &[colocation_charge::Model]),
    others: impl Iterator<Item = &'i invoice::Model>,
    as_of: NaiveDate,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let month = Month::of(invoice.month);
    let dated = invoice.dated_on;
    if dated > as_of {
        findings.push(Finding::warning("dated", dated, format!("lies after {as_of}")));
    } else if Month::of(dated).since(month).abs() > MONTHS_APART {
        findings.push(Finding::warning("dated", dated, format!("is far from the month it is for, {month}")));
    }
    let spelled = plain(&invoice.number);
    for other in others.filter(|other| other.id != invoice.id && plain(&other.number) == spelled) {
        let rule = format!("the same as {} of {}, but for its spelling", other.number, other.dated_on);
        findings.push(Finding::warning("number", &invoice.number, rule));
    }
    let begins = Month::of(contract.billing_starts_on);
    for line in lines {
        let field = |name: &str| format!("lines[{}].{name}", line.position.saturating_sub(1));
        let service = line.service_month.map_or(month, Month::of);
        if service < begins {
            let rule = format!("lies before the contract is billed from {}", contract.billing_starts_on);
            findings.push(Finding::warning(&field("serviceMonth"), service, rule));
        } else if service > month {
            let rule = format!("lies after the month of the invoice, {month}");
            findings.push(Finding::warning(&field("serviceMonth"), service, rule));
        }
        let charge = line.charge_id.and_then(|id| charges.iter().find(|charge| charge.id == id));
        if let (Some(said), Some(charge)) = (line.kind, charge)
            && said != charge.kind
        {
            let rule = format!("the charge that it bills is {}", charge.kind.to_value());
            findings.push(Finding::warning(&field("kind"), said.to_value(), rule));
        }
    }
    findings
}

/// A number without what people spell in different ways.
fn plain(number: &str) -> String {
    number.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}
