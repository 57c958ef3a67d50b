//! Changes of invoices and of their lines.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    contracts::{invoice, invoice_line},
    id::{ColocationChargeId, ColocationContractId, InvoiceId, InvoiceLineId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{invoice_lines::InvoiceLine, invoices::Invoice, words::ChargeKind};
use crate::{
    access::Permission,
    contracts::{invoice_lines, invoices},
    error::{Error, Result},
    schema::{
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, Month, amount, currency, rate},
    },
};

/// An invoice to record, with its lines.
#[derive(Clone, Debug, InputObject)]
pub struct NewInvoice {
    /// The contract it is for, by its id. Its vendor is that of the contract.
    pub contract: Id<ColocationContractId>,
    /// The vendor's number; no two invoices of a vendor share one.
    pub number: String,
    /// The date on it.
    pub dated: Date,
    /// The month it is for: charges in advance of this month, charges in arrears of the month before.
    pub month: Month,
    /// What it comes to, as it says itself; negative for a credit note.
    pub total: Decimal,
    /// ISO 4217 code of its amounts; that of the contract, which it has to be, where left out.
    pub currency: Option<String>,
    /// Last day to dispute it; by the window of the contract where left out.
    pub dispute_deadline_on: Option<Date>,
    /// Day it was received.
    pub received_on: Option<Date>,
    /// Anything else worth knowing.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
    /// Its lines in order, at most 1,000.
    #[graphql(default)]
    pub lines: Vec<NewInvoiceLine>,
}

/// A line of an invoice.
#[derive(Clone, Debug, InputObject)]
pub struct NewInvoiceLine {
    /// What it says.
    pub description: String,
    /// How much; negative for a credit.
    pub amount: Decimal,
    /// The charge of the price sheet that it bills, by its id; left out where it bills none of them.
    pub charge: Option<Id<ColocationChargeId>>,
    /// The month of service. Left out: that of the invoice, and the month before for a charge in arrears.
    pub service_month: Option<Month>,
    /// What kind of charge it says it is.
    pub kind: Option<ChargeKind>,
    /// How many units it bills.
    pub quantity: Option<Decimal>,
    /// Price of a unit as it states it.
    pub unit_price: Option<Decimal>,
    /// The energy it states, in kilowatt-hours.
    pub metered_kilowatt_hours: Option<Decimal>,
    /// The peak it states, in kilowatts.
    pub metered_peak_kilowatts: Option<Decimal>,
}

impl NewInvoice {
    fn rows(&self) -> Result<(invoice::ActiveModel, Vec<invoice_line::ActiveModel>)> {
        let mut row = invoice::ActiveModel {
            contract_id: Set(*self.contract),
            number: Set(self.number.clone()),
            dated_on: Set(self.dated.0),
            month: Set(self.month.0.first_day()),
            total_amount: Set(amount(self.total, "total")?),
            dispute_deadline_on: Set(self.dispute_deadline_on.map(|date| date.0)),
            received_on: Set(self.received_on.map(|date| date.0)),
            note: Set(self.note.clone()),
            source: Set(self.source.clone()),
            ..Default::default()
        };
        if let Some(code) = &self.currency {
            row.currency = Set(currency(code, "currency")?);
        }
        let lines = self.lines.iter().enumerate();
        let lines = lines
            .map(|(place, line)| line.row().map_err(|error: Error| error.under(&format!("lines[{place}]"))));
        Ok((row, lines.collect::<Result<_>>()?))
    }
}

impl NewInvoiceLine {
    fn row(&self) -> Result<invoice_line::ActiveModel> {
        let rate_if_any =
            |value: Option<Decimal>, field: &str| value.map(|value| rate(value, field)).transpose();
        let energy = rate_if_any(self.metered_kilowatt_hours, "meteredKilowattHours")?;
        let peak = rate_if_any(self.metered_peak_kilowatts, "meteredPeakKilowatts")?;
        Ok(invoice_line::ActiveModel {
            charge_id: Set(self.charge.map(|id| *id)),
            service_month: Set(self.service_month.map(|month| month.0.first_day())),
            kind: Set(self.kind.map(Into::into)),
            description: Set(self.description.clone()),
            amount: Set(amount(self.amount, "amount")?),
            quantity: Set(rate_if_any(self.quantity, "quantity")?),
            unit_price_amount: Set(self.unit_price.map(|price| amount(price, "unitPrice")).transpose()?),
            metered_kilowatt_hours: Set(energy),
            metered_peak_kilowatts: Set(peak),
            // Its invoice and its place are known when it is written.
            invoice_id: Set(InvoiceId(uuid::Uuid::nil())),
            position: Set(1),
            ..Default::default()
        })
    }
}

/// What of an invoice may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvoiceChanges {
    /// The vendor's number; no two invoices of a vendor share one.
    pub number: MaybeUndefined<String>,
    /// The date on it.
    pub dated: MaybeUndefined<Date>,
    /// The month it is for.
    pub month: MaybeUndefined<Month>,
    /// What it comes to, as it says itself.
    pub total: MaybeUndefined<Decimal>,
    /// Last day to dispute it.
    pub dispute_deadline_on: MaybeUndefined<Date>,
    /// Day it was received.
    pub received_on: MaybeUndefined<Date>,
    /// Anything else worth knowing.
    pub note: MaybeUndefined<String>,
}

impl InvoiceChanges {
    fn apply(self, row: &mut invoice::ActiveModel) -> Result<()> {
        patch_required(&mut row.number, self.number, "number")?;
        patch_required(&mut row.dated_on, self.dated, "dated")?;
        patch_required(&mut row.month, self.month.map_value(|month| month.0.first_day()), "month")?;
        if let Some(total) = kept(self.total, "total")? {
            row.total_amount = Set(amount(total, "total")?);
        }
        patch(&mut row.dispute_deadline_on, self.dispute_deadline_on);
        patch(&mut row.received_on, self.received_on);
        patch(&mut row.note, self.note);
        Ok(())
    }
}

/// What of a line may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvoiceLineChanges {
    /// The charge of the price sheet that it bills, by its id; null where it bills none of them.
    pub charge: MaybeUndefined<Id<ColocationChargeId>>,
    /// The month of service.
    pub service_month: MaybeUndefined<Month>,
    /// What kind of charge it says it is.
    pub kind: MaybeUndefined<ChargeKind>,
    /// What it says.
    pub description: MaybeUndefined<String>,
    /// How much; negative for a credit.
    pub amount: MaybeUndefined<Decimal>,
    /// How many units it bills.
    pub quantity: MaybeUndefined<Decimal>,
    /// Price of a unit as it states it.
    pub unit_price: MaybeUndefined<Decimal>,
    /// The energy it states, in kilowatt-hours.
    pub metered_kilowatt_hours: MaybeUndefined<Decimal>,
    /// The peak it states, in kilowatts.
    pub metered_peak_kilowatts: MaybeUndefined<Decimal>,
}

impl InvoiceLineChanges {
    fn apply(self, row: &mut invoice_line::ActiveModel) -> Result<()> {
        patch_with(&mut row.charge_id, self.charge, |id| Ok(*id))?;
        patch(&mut row.service_month, self.service_month.map_value(|month| month.0.first_day()));
        patch(&mut row.kind, self.kind);
        patch_required(&mut row.description, self.description, "description")?;
        if let Some(value) = kept(self.amount, "amount")? {
            row.amount = Set(amount(value, "amount")?);
        }
        patch_with(&mut row.quantity, self.quantity, |value| rate(value, "quantity"))?;
        patch_with(&mut row.unit_price_amount, self.unit_price, |value| amount(value, "unitPrice"))?;
        let energy = self.metered_kilowatt_hours;
        patch_with(&mut row.metered_kilowatt_hours, energy, |value| rate(value, "meteredKilowattHours"))?;
        let peak = self.metered_peak_kilowatts;
        patch_with(&mut row.metered_peak_kilowatts, peak, |value| rate(value, "meteredPeakKilowatts"))
    }
}

/// Changes of invoices and of their lines.
#[derive(Default)]
pub struct InvoiceMutation;

/// Changes of invoices and of their lines.
#[Object]
impl InvoiceMutation {
    /// Records an invoice with its lines. Sent again with the same idempotency key it answers with the first invoice.
    async fn record_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewInvoice,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Invoice> {
        let invoice = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("recordInvoice", idempotency_key, &input, async || {
                let (row, lines) = input.rows()?;
                invoices::record(tx, row, lines).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(invoice).into())
    }

    /// Changes what was recorded of an invoice.
    async fn update_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
        #[graphql(desc = "What is to change.")] changes: InvoiceChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Invoice> {
        let invoice = change(ctx, Permission::EditContracts, async |tx| {
            invoices::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(invoice).into())
    }

    /// Changes what was recorded of a line of an invoice, such as the charge that it bills.
    async fn update_invoice_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceLineId>,
        #[graphql(desc = "What is to change.")] changes: InvoiceLineChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<InvoiceLine> {
        let line = change(ctx, Permission::EditContracts, async |tx| {
            invoice_lines::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(line).into())
    }

    /// Disputes an open invoice with its vendor, up to the last day on which that is possible.
    async fn dispute_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
        #[graphql(desc = "Why it is disputed.")] reason: String,
        #[graphql(desc = "The day it was disputed; today where left out.")] on: Option<Date>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Invoice> {
        let on = on.map(|date| date.0);
        let invoice = change(ctx, Permission::EditContracts, async |tx| {
            invoices::dispute(tx, *id, expected_version, on, reason).await
        })
        .await?;
        Ok(Record::whole(invoice).into())
    }

    /// Accepts an invoice for payment; a dispute about it is over then.
    async fn accept_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Invoice> {
        let invoice = change(ctx, Permission::EditContracts, async |tx| {
            invoices::accept(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(invoice).into())
    }

    /// Records that the vendor gave back what was disputed about an invoice.
    async fn credit_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Invoice> {
        let invoice = change(ctx, Permission::EditContracts, async |tx| {
            invoices::credit(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(invoice).into())
    }

    /// Removes an open invoice that was recorded by mistake, with its lines, and answers with its id.
    async fn remove_invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<InvoiceId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| invoices::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
