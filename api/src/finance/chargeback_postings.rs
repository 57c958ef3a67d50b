//! What a chargeback leaves among the actual figures: its lines when it is posted, the opposite ones when it is reversed.

use entity::{
    finance::{
        actual_posting::{self, PostingKind},
        budget_line::BudgetView,
        chargeback::{self, ChargebackStatus as Status},
        chargeback_line::{self, LineSide},
        ledger_code,
    },
    id::{BudgetVersionId, ChargebackId, EntityId, LedgerCodeId},
    money::Amount,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::{
    actual_postings::{self, CHARGEBACK, Document, Given, Known},
    budget_versions,
    chargebacks::{lines_of, naming, require},
    places::{Names, Places},
};
use crate::{
    error::{Error, Result},
    store::{Read, Tx},
};

/// Which of its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Its lines.
    Charge,
    /// The opposite lines.
    Reversal,
}

/// The document that the lines of a chargeback are posted as.
#[must_use]
pub fn document(id: ChargebackId, entry: Entry) -> String {
    match entry {
        Entry::Charge => id.to_string(),
        Entry::Reversal => format!("{id} reversed"),
    }
}

/// The chargeback that a document may be of; see [`document`].
#[must_use]
pub fn chargeback_of(document: &str) -> Option<ChargebackId> {
    let id = uuid::Uuid::try_parse(document.split_whitespace().next()?).ok()?;
    Some(ChargebackId::from_uuid(id))
}

/// Posts the lines of what was approved, all or none, once.
///
/// # Errors
/// `Conflict` for a stale version, one that is not approved, actual figures that are frozen, or a period that is
/// closed; `Invalid` for a code that is closed by now.
pub async fn post(tx: &Tx, id: ChargebackId, expected_version: Option<i32>) -> Result<chargeback::Model> {
    let before = require(tx, id, expected_version, &[Status::Approved], "posted").await?;
    enter(tx, &before, (before.version_id, before.period), Entry::Charge).await?;
    let by = tx.caller().name.clone();
    let now = entity::moment(tx.caller().now);
    tx.update(before, |row: &mut chargeback::ActiveModel| {
        row.status = Set(Status::Posted);
        row.posted_by = Set(Some(by));
        row.posted_at = Set(Some(now));
    })
    .await
}

/// Posts the opposite of what was posted to an open period, of the same actual figures unless others are named. What
/// was posted stays.
///
/// # Errors
/// As [`post`]; `Conflict` for one that is not posted; `Invalid` for others than actual figures or no such period.
pub async fn reverse(
    tx: &Tx,
    id: ChargebackId,
    expected_version: Option<i32>,
    (version, period): (Option<BudgetVersionId>, i32),
) -> Result<chargeback::Model> {
    let before = require(tx, id, expected_version, &[Status::Posted], "reversed").await?;
    let version = version.unwrap_or(before.version_id);
    budget_versions::hold_one(tx, version).await?;
    enter(tx, &before, (version, period), Entry::Reversal).await?;
    let by = tx.caller().name.clone();
    let now = entity::moment(tx.caller().now);
    tx.update(before, |row: &mut chargeback::ActiveModel| {
        row.status = Set(Status::Reversed);
        row.reversed_by = Set(Some(by));
        row.reversed_at = Set(Some(now));
        row.reversal_version_id = Set(Some(version));
        row.reversal_period = Set(Some(period));
    })
    .await
}

async fn enter(
    tx: &Tx,
    row: &chargeback::Model,
    (version, period): (BudgetVersionId, i32),
    entry: Entry,
) -> Result<()> {
    let number = document(row.id, entry);
    let places = Places::of(tx, version).await?;
    places.period(period)?;
    if let Some(closed) = places.closed.get(&period) {
        let (name, year) = (naming(tx, row).await?, places.version.fiscal_year);
        let what = if entry == Entry::Charge { "posted" } else { "reversed" };
        let message =
            format!("period {period} of {year} was closed on {closed}, so {name} is not {what} there");
        return Err(Error::Conflict(message));
    }
    if let Some(posted) = posted(tx, &number).await? {
        let message = format!("{} is posted already", Document::of(&posted));
        return Err(Error::Conflict(message));
    }
    let lines = lines_of(tx, row.id).await?;
    let code = |id: LedgerCodeId| {
        let code: Option<&ledger_code::Model> = places.directory.code(id);
        code.map(|code| code.code.clone()).ok_or_else(|| Error::internal("a ledger code that is not there"))
    };
    let account = code(row.account_id)?;
    let mut givens = Vec::with_capacity(lines.len());
    for line in &lines {
        let cost_centre = code(line.cost_centre_id)?;
        let names = Names { cost_centre, account: account.clone(), period, ..Names::default() };
        givens.push(given(row, line, names, (&number, entry)));
    }
    let known = Known::of(tx, version, &givens).await.map_err(|error| error.at("targetVersion"))?;
    for given in givens {
        actual_postings::enter(tx, given, &known).await?;
    }
    Ok(())
}

/// Any posting of a document of chargebacks, in whatever version.
async fn posted(db: &impl Read, number: &str) -> Result<Option<actual_posting::Model>> {
    use actual_posting::Column as C;
    let of_it = Condition::all().add(C::Source.eq(CHARGEBACK)).add(C::Document.eq(number));
    Ok(actual_posting::Entity::find().filter(of_it).one(db).await?)
}

fn given(
    row: &chargeback::Model,
    line: &chargeback_line::Model,
    names: Names,
    (number, entry): (&str, Entry),
) -> Given {
    let is_cost = (line.side == LineSide::Debit) == (entry == Entry::Charge);
    let amount = if is_cost { line.amount } else { Amount(-line.amount.0) };
    Given {
        document: Document {
            source: CHARGEBACK.to_owned(),
            number: number.to_owned(),
            line: line.position.to_string(),
        },
        kind: PostingKind::Journal,
        posted_on: None,
        names,
        view: BudgetView::Pnl,
        currency: row.currency.clone(),
        amount: Some(amount),
        quantity: None,
        unit_price: None,
        supplier: None,
        description: Some(line.description.clone()),
        one_off: false,
    }
}
