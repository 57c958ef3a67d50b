//! Lines of invoices: change, and the rules of them.

use chrono::Datelike;
use entity::{
    contracts::{invoice::InvoiceStatus, invoice_line},
    id::InvoiceLineId,
    money::Rate,
};
use forecasting::{colocation::InvoiceLine, money::Currency};
use sea_orm::{EntityTrait, IntoActiveModel, TryIntoModel};

use super::{colocation_charges, invoices};
use crate::{
    error::{Error, Result},
    rules::{expect_version, require_least, require_plausible, require_text},
    schema::scalar::Id,
    store::{Read, Tx},
};

/// One line of an invoice.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: InvoiceLineId) -> Result<invoice_line::Model> {
    invoice_line::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("invoice line", id))
}

/// Changes what was recorded of a line: the charge that it bills, or what was typed wrongly.
///
/// # Errors
/// `Conflict` for a stale version and for another amount on an invoice that is accepted or credited, `NotFound` for a charge that is not there, `Invalid` for a charge of another
/// contract and when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: InvoiceLineId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut invoice_line::ActiveModel) -> Result<()>,
) -> Result<invoice_line::Model> {
    let before = find(tx, id).await?;
    expect_version("invoice line", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    let invoice = invoices::find(tx, after.invoice_id).await?;
    check(&after, &invoice.currency)?;
    // Which charge it bills may be found out later; what it comes to may not.
    if after.amount != before.amount {
        invoices::require_status(&invoice, &[InvoiceStatus::Open, InvoiceStatus::Disputed], "changed")?;
    }
    if let Some(charge) = after.charge_id {
        let charge = colocation_charges::find(tx, charge).await?;
        if charge.contract_id != invoice.contract_id {
            let message = format!(
                "{} is a charge of another contract than the invoice {}",
                Id(charge.id),
                invoice.number
            );
            return Err(Error::invalid("charge", message));
        }
    }
    tx.update(before, |changed| *changed = row).await
}

/// The rules of a line by itself, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(line: &invoice_line::Model, currency: &str) -> Result<()> {
    let currency = Currency::from_code(currency).map_err(|cause| Error::invalid("currency", cause))?;
    invoices::require_minor_units("amount", line.amount, currency)?;
    require_text("description", &line.description, 500)?;
    require_least("line", Some(line.position), 1)?;
    require_plausible("serviceMonth", line.service_month)?;
    if let Some(month) = line.service_month.filter(|month| month.day() != 1) {
        return Err(Error::invalid("serviceMonth", format!("{month} is not the first day of a month")));
    }
    require_least("meteredKilowattHours", line.metered_kilowatt_hours, Rate::ZERO)?;
    require_least("meteredPeakKilowatts", line.metered_peak_kilowatts, Rate::ZERO)?;
    let (Some(quantity), Some(price)) = (line.quantity, line.unit_price_amount) else { return Ok(()) };
    let (units, each) = (quantity.to_decimal(), price.to_decimal());
    match InvoiceLine::agrees(currency, units, each, line.amount.to_decimal()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let amount = line.amount;
            let message =
                format!("{amount} is neither {quantity} x {price} nor that for some days of a month");
            Err(Error::invalid("amount", message))
        }
        Err(cause) => Err(Error::invalid("quantity", cause)),
    }
}
