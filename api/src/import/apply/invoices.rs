//! Invoices with their lines, and offers.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use entity::contracts::offer::OfferStatus;
use entity::contracts::{invoice, invoice_line, offer};
use entity::id::{ColocationContractId, EntityId, InvoiceId, InvoiceLineId};
use entity::money::Amount;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use super::power::charge_at;
use crate::contracts::{invoice_lines, invoices, offers};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{Invoice, InvoiceLine, Offer};
use crate::import::{Origin, Records};
use crate::rules::draft;

impl Importable for Invoice {
    const NOUN: Noun = Noun::Invoice;
    type Entity = invoice::Entity;
    type Model = invoice::Model;
    type Row = invoice::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.invoices
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.contract, &self.number])
    }

    fn table(known: &Known) -> &Table<invoice::Model> {
        &known.invoices
    }

    fn table_mut(known: &mut Known) -> &mut Table<invoice::Model> {
        &mut known.invoices
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let numbers = records.invoices.iter().map(|record| &record.number);
        let numbers = numbers.chain(records.invoice_lines.iter().map(|record| &record.invoice));
        let column = invoice::Column::Number;
        for row in rows_among::<invoice::Entity, _>(run.tx, column, numbers.cloned()).await? {
            if let Some(contract) = run.known.colocation_contracts.with_id(row.contract_id) {
                let key = Key::of([&contract.number, &row.number]);
                run.known.invoices.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut invoice::ActiveModel,
        before: Option<&invoice::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let contract = at.known.colocation_contracts.named("contract", &Key::from(&self.contract))?;
        put(&mut row.contract_id, Some(contract.id));
        put(&mut row.number, Some(self.number.clone()));
        put(&mut row.dated_on, self.dated_on);
        put(&mut row.month, self.month);
        put(&mut row.total_amount, amount("total_amount", self.total_amount)?);
        put(&mut row.currency, self.currency.clone());
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put_any(&mut row.dispute_deadline_on, self.dispute_deadline_on);
        put_any(&mut row.received_on, self.received_on);
        put_any(&mut row.disputed_on, self.disputed_on);
        put_any(&mut row.dispute_reason, self.dispute_reason.clone());
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        if before.is_none() {
            invoices::settle(row, contract);
        }
        Ok(())
    }

    fn check(row: Candidate<'_, invoice::Model>, known: &Known) -> Result<()> {
        match known.colocation_contracts.with_id(row.after.contract_id) {
            Some(contract) => invoices::check(row.after, contract),
            None => Ok(()),
        }
    }
}

impl Importable for InvoiceLine {
    const NOUN: Noun = Noun::InvoiceLine;
    type Entity = invoice_line::Entity;
    type Model = invoice_line::Model;
    type Row = invoice_line::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.invoice_lines
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.contract.clone(), self.invoice.clone(), self.line.to_string()])
    }

    fn table(known: &Known) -> &Table<invoice_line::Model> {
        &known.invoice_lines
    }

    fn table_mut(known: &mut Known) -> &mut Table<invoice_line::Model> {
        &mut known.invoice_lines
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        record_new_invoices(run).await?;
        let ids: HashSet<_> = run.known.invoices.rows().map(|invoice| invoice.id).collect();
        let column = invoice_line::Column::InvoiceId;
        for row in rows_among::<invoice_line::Entity, _>(run.tx, column, ids).await? {
            let Some(invoice) = run.known.invoices.with_id(row.invoice_id) else { continue };
            let contract = run.known.colocation_contracts.with_id(invoice.contract_id);
            if let Some(contract) = contract {
                let line = row.position.to_string();
                let key = Key(vec![contract.number.clone(), invoice.number.clone(), line]);
                run.known.invoice_lines.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut invoice_line::ActiveModel,
        before: Option<&invoice_line::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let key = Key::of([&self.contract, &self.invoice]);
        let invoice = at.known.invoices.get(&key).ok_or_else(|| self.without_invoice(at.known, &key))?;
        if let (Some(before), Some(given)) = (before, self.amount)
            && before.amount.to_decimal() != given
        {
            let message = format!(
                "{given} is refused: line {} of the invoice {} is recorded with {}",
                self.line, self.invoice, before.amount
            );
            return Err(Error::invalid("amount", message));
        }
        put(&mut row.invoice_id, Some(invoice.id));
        self.put_terms(row, at.known)
    }

    fn check(row: Candidate<'_, invoice_line::Model>, known: &Known) -> Result<()> {
        match known.invoices.with_id(row.after.invoice_id) {
            Some(invoice) => invoice_lines::check(row.after, &invoice.currency),
            None => Ok(()),
        }
    }
}

impl InvoiceLine {
    /// Writes what the line says, but for the invoice that it is on.
    fn put_terms(&self, row: &mut invoice_line::ActiveModel, known: &Known) -> Result<()> {
        put(&mut row.position, Some(self.line));
        let charge = charge_at(known, &self.contract, self.charge)?;
        put_any(&mut row.charge_id, charge.map(|charge| charge.id));
        put_any(&mut row.service_month, self.service_month);
        put_any(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.description, self.description.clone());
        put(&mut row.amount, amount("amount", self.amount)?);
        put_any(&mut row.quantity, rate("quantity", self.quantity)?);
        put_any(&mut row.unit_price_amount, amount("unit_price_amount", self.unit_price_amount)?);
        put_any(
            &mut row.metered_kilowatt_hours,
            rate("metered_kilowatt_hours", self.metered_kilowatt_hours)?,
        );
        put_any(
            &mut row.metered_peak_kilowatts,
            rate("metered_peak_kilowatts", self.metered_peak_kilowatts)?,
        );
        Ok(())
    }

    /// Whether the line could be recorded, on an invoice that is not there yet.
    fn try_terms(&self, known: &Known, currency: &str) -> Result<()> {
        let mut row = invoice_line::ActiveModel {
            id: Set(InvoiceLineId::from_uuid(Uuid::nil())),
            invoice_id: Set(InvoiceId::from_uuid(Uuid::nil())),
            ..Default::default()
        };
        self.put_terms(&mut row, known)?;
        let missing = |field: &str| Error::invalid(field, "is missing");
        if row.amount.is_not_set() {
            return Err(missing("amount"));
        }
        if row.description.is_not_set() {
            return Err(missing("description"));
        }
        invoice_lines::check(&draft(&row)?, currency)
    }

    /// Why there is no invoice to put the line on.
    fn without_invoice(&self, known: &Known, key: &Key) -> Error {
        if let Some(why) = known.refused_invoices.get(key) {
            let message = format!("the invoice {} is refused whole: {why}", self.invoice);
            return Error::invalid("invoice", message);
        }
        let message = match (self.dated_on, self.month) {
            (Some(_), Some(_)) => format!("the invoice {} could not be recorded", self.invoice),
            _ => format!("the invoice {} is new, so its lines say dated_on and month", self.invoice),
        };
        Error::invalid("invoice", message)
    }
}

/// What lines say of an invoice that no other file records.
struct Heading {
    contract: ColocationContractId,
    number: String,
    dated: NaiveDate,
    month: NaiveDate,
    total: Decimal,
    source: String,
}

impl Heading {
    /// Why lines that say this and lines that say that cannot be on one invoice; none where they agree.
    fn differs(&self, dated: NaiveDate, month: NaiveDate) -> Option<String> {
        let differ = |column: &str, one: NaiveDate, other: NaiveDate| {
            format!("its lines say {column} {one} and {other}")
        };
        if self.dated != dated {
            return Some(differ("dated_on", self.dated, dated));
        }
        (self.month != month).then(|| differ("month", self.month, month))
    }
}

/// Why an invoice that lines are on cannot be recorded with all of them: one that cannot be read or recorded.
fn refusals(run: &Run<'_>) -> BTreeMap<Key, String> {
    let mut refused = BTreeMap::new();
    for line in &run.records.unread_invoice_lines {
        let Origin { file, row } = &line.origin;
        let why = format!("line {row} of {file} cannot be read");
        refused.entry(Key::of([&line.contract, &line.invoice])).or_insert(why);
    }
    for line in &run.records.invoice_lines {
        let Some(contract) = run.known.colocation_contracts.get(&Key::from(&line.contract)) else { continue };
        if let Err(cause) = line.try_terms(&run.known, &contract.currency) {
            let why = format!("its line {} says {cause}", line.line);
            refused.entry(Key::of([&line.contract, &line.invoice])).or_insert(why);
        }
    }
    refused
}

/// Records the invoices that lines are on and that are new: with the date and the month that the lines say, and
/// with what they come to as the total. One of whose lines is refused is refused whole, for a part of it would look
/// like a cheaper one.
async fn record_new_invoices(run: &mut Run<'_>) -> Result<()> {
    let mut headings: BTreeMap<Key, Heading> = BTreeMap::new();
    let mut refused = refusals(run);
    for line in &run.records.invoice_lines {
        let key = Key::of([&line.contract, &line.invoice]);
        if run.known.invoices.get(&key).is_some() {
            continue;
        }
        let contract = run.known.colocation_contracts.get(&Key::from(&line.contract));
        let (Some(contract), Some(dated), Some(month)) = (contract, line.dated_on, line.month) else {
            continue;
        };
        let heading = headings.entry(key.clone()).or_insert_with(|| Heading {
            contract: contract.id,
            number: line.invoice.clone(),
            dated,
            month,
            total: Decimal::ZERO,
            source: line.origin.file.to_string(),
        });
        if let Some(why) = heading.differs(dated, month) {
            refused.entry(key).or_insert(why);
        }
        let added = heading.total.checked_add(line.amount.unwrap_or_default());
        heading.total = added.unwrap_or(heading.total);
    }
    headings.retain(|key, _| !refused.contains_key(key));
    run.known.refused_invoices = refused;
    for (key, heading) in headings {
        let Ok(total) = Amount::try_from_decimal(heading.total) else { continue };
        let row = invoice::ActiveModel {
            contract_id: Set(heading.contract),
            number: Set(heading.number),
            dated_on: Set(heading.dated),
            month: Set(heading.month),
            total_amount: Set(total),
            source: Set(Some(heading.source)),
            ..Default::default()
        };
        match run.tx.attempt(async |tx| invoices::record(tx, row, Vec::new()).await).await {
            Ok(invoice) => run.known.invoices.put(key, invoice),
            // The lines are refused one by one.
            Err(Error::Invalid { .. } | Error::NotFound { .. } | Error::Conflict(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

impl Importable for Offer {
    const NOUN: Noun = Noun::Offer;
    type Entity = offer::Entity;
    type Model = offer::Model;
    type Row = offer::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.offers
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.vendor, &self.reference])
    }

    fn table(known: &Known) -> &Table<offer::Model> {
        &known.offers
    }

    fn table_mut(known: &mut Known) -> &mut Table<offer::Model> {
        &mut known.offers
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let references = run.records.offers.iter().map(|record| record.reference.clone());
        let column = offer::Column::Reference;
        for row in rows_among::<offer::Entity, _>(run.tx, column, references).await? {
            if let Some(vendor) = run.known.vendors.with_id(row.vendor_id) {
                let key = Key::of([&vendor.code, &row.reference]);
                run.known.offers.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut offer::ActiveModel,
        _before: Option<&offer::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let vendor = at.known.vendors.named("vendor", &Key::from(&self.vendor))?;
        put(&mut row.vendor_id, Some(vendor.id));
        put(&mut row.reference, Some(self.reference.clone()));
        put(&mut row.subject, self.subject.clone());
        put(&mut row.amount, amount("amount", self.amount)?);
        put(&mut row.currency, self.currency.clone());
        put(&mut row.quoted_on, self.quoted_on);
        put(&mut row.valid_until_on, self.valid_until_on);
        let number = self.colocation_contract.as_ref();
        let contract = at.known.colocation_contracts.named_if_any("colocation_contract", number)?;
        put_any(&mut row.colocation_contract_id, contract.map(|contract| contract.id));
        let number = self.support_contract.as_ref();
        let contract = at.known.support_contracts.named_if_any("support_contract", number)?;
        put_any(&mut row.support_contract_id, contract.map(|contract| contract.id));
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put_any(&mut row.decided_on, self.decided_on);
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.status, OfferStatus::Open);
        Ok(())
    }

    fn check(row: Candidate<'_, offer::Model>, _known: &Known) -> Result<()> {
        offers::check(row.after)
    }
}
