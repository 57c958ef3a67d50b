//! Invoices of colocation contracts: record, change, dispute, accept, credit, remove.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike, Days, NaiveDate};
use entity::{
    contracts::{
        colocation_contract,
        invoice::{self, InvoiceStatus},
        invoice_line,
    },
    id::{ColocationContractId, InvoiceId},
    money::Amount,
};
use forecasting::money::Currency;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, TryIntoModel,
};
use uuid::Uuid;

use super::{colocation_charges, colocation_contracts, invoice_lines};
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_order, require_plausible, require_text, require_text_if_any},
    schema::scalar::Id,
    store::{Read, Tx},
};

/// The most lines of an invoice.
pub const MOST_LINES: usize = 1_000;

/// One invoice.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: InvoiceId) -> Result<invoice::Model> {
    invoice::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("invoice", id))
}

/// The currencies of invoices.
///
/// # Errors
/// Those of the database.
pub async fn currencies(db: &impl Read, ids: Vec<Uuid>) -> Result<HashMap<InvoiceId, String>> {
    let found: Vec<(InvoiceId, String)> = invoice::Entity::find()
        .select_only()
        .columns([invoice::Column::Id, invoice::Column::Currency])
        .filter(invoice::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// The lines of invoices, each in order.
///
/// # Errors
/// Those of the database.
pub async fn lines_of(
    db: &impl Read,
    ids: Vec<InvoiceId>,
) -> Result<HashMap<InvoiceId, Vec<invoice_line::Model>>> {
    let found = invoice_line::Entity::find()
        .filter(invoice_line::Column::InvoiceId.is_in(ids))
        .order_by_asc(invoice_line::Column::Position)
        .all(db)
        .await?;
    let mut lines: HashMap<_, Vec<_>> = HashMap::new();
    for line in found {
        lines.entry(line.invoice_id).or_default().push(line);
    }
    Ok(lines)
}

/// What an invoice has of its contract: vendor, currency and, where it states none, the last day to dispute it.
pub fn settle(row: &mut invoice::ActiveModel, contract: &colocation_contract::Model) {
    row.vendor_id = Set(contract.vendor_id);
    if row.currency.is_not_set() {
        row.currency = Set(contract.currency.clone());
    }
    if row.status.is_not_set() {
        row.status = Set(InvoiceStatus::Open);
    }
    let stated = row.dispute_deadline_on.try_as_ref().copied().flatten();
    if stated.is_none()
        && let Some(dated) = row.dated_on.try_as_ref().copied()
    {
        row.dispute_deadline_on = Set(deadline(contract, dated));
    }
}

/// Last day to dispute an invoice of a day. None where the contract states no window.
fn deadline(contract: &colocation_contract::Model, dated: NaiveDate) -> Option<NaiveDate> {
    let days = u64::try_from(contract.dispute_window_days?).ok()?;
    dated.checked_add_days(Days::new(days))
}

/// Records an invoice with its lines.
///
/// # Errors
/// `NotFound` for a contract or a charge that is not there, `Invalid` when the vendor has an invoice of that number
/// already or a rule of [`check`] or of a line is broken.
pub async fn record(
    tx: &Tx,
    mut row: invoice::ActiveModel,
    lines: Vec<invoice_line::ActiveModel>,
) -> Result<invoice::Model> {
    if lines.len() > MOST_LINES {
        let message = format!("{} lines are given, at most {MOST_LINES} are kept", lines.len());
        return Err(Error::TooMuch { field: "lines".to_owned(), message });
    }
    let id = row.contract_id.try_as_ref().copied();
    let id = id.ok_or_else(|| Error::internal("an invoice without a contract"))?;
    let contract = colocation_contracts::find(tx, id).await?;
    row.id = Set(tx.new_id());
    settle(&mut row, &contract);
    let new = draft(&row)?;
    check(&new, &contract)?;
    check_number(tx, &new).await?;
    let invoice = tx.insert(row).await?;
    let charges = colocation_charges::of_contracts(tx, vec![contract.id]).await?;
    let charges: BTreeSet<_> = charges.into_values().flatten().map(|charge| charge.id).collect();
    for (place, mut line) in (0_i32..).zip(lines) {
        line.id = Set(tx.new_id());
        line.invoice_id = Set(invoice.id);
        line.position = Set(place.saturating_add(1));
        let new = draft(&line)?;
        let under = |error: Error| error.under(&format!("lines[{place}]"));
        invoice_lines::check(&new, &invoice.currency).map_err(under)?;
        if let Some(charge) = new.charge_id.filter(|charge| !charges.contains(charge)) {
            let message = format!("{} is not a charge of the contract {}", Id(charge), contract.number);
            return Err(under(Error::invalid("charge", message)));
        }
        tx.insert(line).await?;
    }
    Ok(invoice)
}

/// Changes what was recorded of an invoice.
///
/// # Errors
/// `Conflict` for a stale version and for an invoice that is accepted or credited, otherwise as [`record`].
pub async fn update(
    tx: &Tx,
    id: InvoiceId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut invoice::ActiveModel) -> Result<()>,
) -> Result<invoice::Model> {
    let before = find(tx, id).await?;
    expect_version("invoice", before.version, expected_version)?;
    require_status(&before, &[InvoiceStatus::Open, InvoiceStatus::Disputed], "changed")?;
    let contract = colocation_contracts::find(tx, before.contract_id).await?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after, &contract)?;
    if after.number != before.number {
        check_number(tx, &after).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Disputes an invoice with its vendor.
///
/// # Errors
/// `Conflict` for an invoice that is not open, and once the last day to dispute it has passed; `Invalid` for a day
/// in the future or before the invoice, and without a reason.
pub async fn dispute(
    tx: &Tx,
    id: InvoiceId,
    expected_version: Option<i32>,
    on: Option<NaiveDate>,
    reason: String,
) -> Result<invoice::Model> {
    let before = find(tx, id).await?;
    expect_version("invoice", before.version, expected_version)?;
    require_status(&before, &[InvoiceStatus::Open], "disputed")?;
    require_text("reason", &reason, 1_000)?;
    let today = tx.caller().now.date_naive();
    let on = on.unwrap_or(today);
    if on > today {
        return Err(Error::invalid("on", format!("{on} lies in the future, today is {today}")));
    }
    require_order("on", Some(before.dated_on), Some(on), "the date of the invoice")?;
    if let Some(deadline) = before.dispute_deadline_on.filter(|deadline| on > *deadline) {
        let message =
            format!("the invoice {} could be disputed until {deadline}, not on {on}", before.number);
        return Err(Error::Conflict(message));
    }
    tx.update(before, |row: &mut invoice::ActiveModel| {
        row.status = Set(InvoiceStatus::Disputed);
        row.disputed_on = Set(Some(on));
        row.dispute_reason = Set(Some(reason));
    })
    .await
}

/// Accepts an invoice for payment; a dispute about it is over then.
///
/// # Errors
/// `Conflict` for a stale version, and for an invoice that is neither open nor disputed.
pub async fn accept(tx: &Tx, id: InvoiceId, expected_version: Option<i32>) -> Result<invoice::Model> {
    conclude(tx, id, expected_version, InvoiceStatus::Accepted).await
}

/// Records that the vendor gave the disputed amount back.
///
/// # Errors
/// `Conflict` for a stale version, and for an invoice that is not disputed.
pub async fn credit(tx: &Tx, id: InvoiceId, expected_version: Option<i32>) -> Result<invoice::Model> {
    conclude(tx, id, expected_version, InvoiceStatus::Credited).await
}

async fn conclude(
    tx: &Tx,
    id: InvoiceId,
    expected_version: Option<i32>,
    status: InvoiceStatus,
) -> Result<invoice::Model> {
    let before = find(tx, id).await?;
    expect_version("invoice", before.version, expected_version)?;
    match status {
        InvoiceStatus::Credited => require_status(&before, &[InvoiceStatus::Disputed], "credited")?,
        _ => require_status(&before, &[InvoiceStatus::Open, InvoiceStatus::Disputed], "accepted")?,
    }
    tx.update(before, |row: &mut invoice::ActiveModel| row.status = Set(status)).await
}

/// Removes an invoice that was recorded by mistake, with its lines.
///
/// # Errors
/// `Conflict` for a stale version, and for an invoice about which something was decided.
pub async fn remove(tx: &Tx, id: InvoiceId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("invoice", row.version, expected_version)?;
    require_status(&row, &[InvoiceStatus::Open], "removed")?;
    // Line by line: what the database deletes by itself leaves no change record.
    for line in lines_of(tx, vec![id]).await?.into_values().flatten() {
        tx.delete(line).await?;
    }
    tx.delete(row).await
}

/// Counts the last days to dispute open invoices anew, after the window of their contract has changed.
pub(super) async fn move_deadlines(
    tx: &Tx,
    before: &colocation_contract::Model,
    after: &colocation_contract::Model,
) -> Result<()> {
    if before.dispute_window_days == after.dispute_window_days {
        return Ok(());
    }
    let open = invoice::Entity::find()
        .filter(invoice::Column::ContractId.eq(after.id))
        .filter(invoice::Column::Status.eq(InvoiceStatus::Open))
        .all(tx)
        .await?;
    for row in open {
        // A day that was stated for the invoice itself stays.
        if row.dispute_deadline_on == deadline(before, row.dated_on) {
            let day = deadline(after, row.dated_on);
            tx.update(row, |row: &mut invoice::ActiveModel| row.dispute_deadline_on = Set(day)).await?;
        }
    }
    Ok(())
}

/// The numbers of the invoices of a contract, at most so many.
///
/// # Errors
/// Those of the database.
pub async fn numbers_of(db: &impl Read, contract: ColocationContractId, most: u64) -> Result<Vec<String>> {
    let numbers = invoice::Entity::find()
        .select_only()
        .column(invoice::Column::Number)
        .filter(invoice::Column::ContractId.eq(contract))
        .order_by_asc(invoice::Column::Number)
        .limit(most);
    Ok(numbers.into_tuple().all(db).await?)
}

/// The rules of an invoice, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(invoice: &invoice::Model, contract: &colocation_contract::Model) -> Result<()> {
    require_text("number", &invoice.number, 100)?;
    require_text_if_any("note", invoice.note.as_deref(), 10_000)?;
    require_text_if_any("disputeReason", invoice.dispute_reason.as_deref(), 1_000)?;
    require_text_if_any("source", invoice.source.as_deref(), 500)?;
    for (field, day) in [
        ("dated", Some(invoice.dated_on)),
        ("month", Some(invoice.month)),
        ("disputeDeadlineOn", invoice.dispute_deadline_on),
        ("receivedOn", invoice.received_on),
        ("disputedOn", invoice.disputed_on),
    ] {
        require_plausible(field, day)?;
    }
    if invoice.month.day() != 1 {
        return Err(Error::invalid("month", format!("{} is not the first day of a month", invoice.month)));
    }
    if invoice.currency != contract.currency {
        let (found, expected) = (&invoice.currency, &contract.currency);
        let message = format!("{found} is not {expected}, the currency of the contract {}", contract.number);
        return Err(Error::invalid("currency", message));
    }
    let dated = Some(invoice.dated_on);
    require_order("disputeDeadlineOn", dated, invoice.dispute_deadline_on, "the date of the invoice")?;
    require_order("disputedOn", dated, invoice.disputed_on, "the date of the invoice")?;
    require_order("receivedOn", dated, invoice.received_on, "the date of the invoice")?;
    let currency =
        Currency::from_code(&invoice.currency).map_err(|cause| Error::invalid("currency", cause))?;
    require_minor_units("total", invoice.total_amount, currency)?;
    if invoice.status == InvoiceStatus::Disputed && invoice.disputed_on.is_none() {
        return Err(Error::invalid("disputedOn", "is missing: a dispute has a day"));
    }
    Ok(())
}

/// Refuses an amount that nobody can pay: one with more decimals than its currency has.
///
/// # Errors
/// `Invalid` naming the field.
pub fn require_minor_units(field: &str, amount: Amount, currency: Currency) -> Result<()> {
    let (amount, most) = (amount.to_decimal().normalize(), currency.minor_units());
    if amount.scale() > most {
        let message = format!("{amount} has more than {most} decimals, which is all that {currency} has");
        return Err(Error::invalid(field, message));
    }
    Ok(())
}

/// Refuses a number that the vendor has used for another invoice.
async fn check_number(tx: &Tx, invoice: &invoice::Model) -> Result<()> {
    use invoice::Column as C;
    let same = Condition::all()
        .add(C::VendorId.eq(invoice.vendor_id))
        .add(C::Number.eq(&invoice.number))
        .add(C::Id.ne(invoice.id));
    match invoice::Entity::find().filter(same).one(tx).await? {
        Some(taken) => {
            let message =
                format!("`{}` is the number of an invoice of {} already", taken.number, taken.dated_on);
            Err(Error::invalid("number", message))
        }
        None => Ok(()),
    }
}

pub(super) fn require_status(invoice: &invoice::Model, expected: &[InvoiceStatus], what: &str) -> Result<()> {
    if expected.contains(&invoice.status) {
        return Ok(());
    }
    let is = match invoice.status {
        InvoiceStatus::Open => "open",
        InvoiceStatus::Disputed => "disputed",
        InvoiceStatus::Accepted => "accepted",
        InvoiceStatus::Credited => "credited",
    };
    Err(Error::Conflict(format!("the invoice {} is {is}, so it cannot be {what}", invoice.number)))
}
