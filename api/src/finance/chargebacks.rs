//! Chargebacks: journals that somebody submits, another approves, and that are posted and may be reversed. What was
//! submitted stays as it was computed.

use chrono::NaiveDate;
use entity::{
    access::user,
    finance::{
        chargeback::{self, CardRate, ChargebackStatus as Status, Grounds, Question, RateCard},
        chargeback_line::{self, LineSide},
        ledger_code::{self, CodeKind},
    },
    id::{AllocationModelId, BudgetVersionId, ChargebackId, LedgerCodeId},
    money::{Amount, Rate},
};
use forecasting::{money::Currency, month::Month};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    actual_postings::require_actual,
    allocation_models,
    allocations::{self, Answer, Costs, Months},
    budget_versions, fiscal_calendars,
    journals::{self, Journal},
    ledger_codes,
    places::{Names, Places, Priced},
};
use crate::{
    error::{Error, Result},
    rules::{expect_version, require_text},
    store::{Read, Tx, hex},
};

/// Statuses of which one model, month and currency has one chargeback at most.
pub const LIVE: [Status; 3] = [Status::Submitted, Status::Approved, Status::Posted];

/// What is submitted: the journal of one month, as the roadmap of some months has it.
#[derive(Clone, Debug)]
pub struct Submission {
    /// By which model.
    pub model: AllocationModelId,
    /// Currency of the amounts; may be left out where the roadmap is in one.
    pub currency: Option<Currency>,
    /// The months whose cost is divided.
    pub months: Months,
    /// Code of the account that lines are posted to.
    pub account: String,
    /// The month whose journal it is.
    pub month: Month,
    /// The actual figures that it is for.
    pub version: BudgetVersionId,
}

/// What comes out when a chargeback is computed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Hash of the model, the question and the costs as they are now.
    pub inputs_hash: String,
    /// Hash of the lines as they would be now; none where nothing would be charged in the month.
    pub result_hash: Option<String>,
    /// Whether other lines would come out.
    pub is_stale: bool,
}

/// One chargeback.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ChargebackId) -> Result<chargeback::Model> {
    let found = chargeback::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("chargeback", id))
}

/// The lines of a chargeback, in their order.
///
/// # Errors
/// Those of the database.
pub async fn lines_of(db: &impl Read, id: ChargebackId) -> Result<Vec<chargeback_line::Model>> {
    use chargeback_line::Column as C;
    let of_it = chargeback_line::Entity::find().filter(C::ChargebackId.eq(id)).order_by_asc(C::Position);
    Ok(of_it.all(db).await?)
}

/// A chargeback in words: `the chargeback of 2026-07 by Shared in USD`.
///
/// # Errors
/// Those of the database.
pub async fn naming(db: &impl Read, row: &chargeback::Model) -> Result<String> {
    let model = allocation_models::find(db, row.model_id).await?;
    Ok(named(Month::of(row.month), &model.name, &row.currency))
}

fn named(month: Month, model: &str, currency: &str) -> String {
    format!("the chargeback of {month} by {model} in {currency}")
}

/// Submits the journal of a month: its lines are kept as they were computed, with what they were computed from.
///
/// # Errors
/// `Conflict` for a journal that cannot be posted, a version that is frozen, or a chargeback that is on its way or
/// posted already; `Invalid` for a month that nothing is charged in, and a version that is not of actual figures of it.
pub async fn submit(tx: &Tx, asked: &Submission) -> Result<chargeback::Model> {
    let answer = divided(tx, asked.model, asked.currency, &asked.months).await?;
    if !answer.spread.months.contains(&asked.month) {
        let message = format!("{} is not among the months that are divided", asked.month);
        return Err(Error::invalid("month", message));
    }
    let name = named(asked.month, &answer.model.name, answer.currency.code());
    let journal = of_month(tx, &answer, Some(&asked.account), asked.month).await?;
    let journal = journal.ok_or_else(|| {
        let message = format!("{} charges nobody anything in {}", answer.model.name, asked.month);
        Error::invalid("month", message)
    })?;
    if let Some(reason) = journal.unpostable(Some(&asked.account)) {
        return Err(Error::Conflict(format!("{name} cannot be submitted: {reason}")));
    }
    budget_versions::hold_one(tx, asked.version).await?;
    let places = Places::of(tx, asked.version).await?;
    let period = require_target(tx, &places, &journal).await?;
    refuse_second(tx, &answer, asked.month, &name).await?;
    let (account, centres) = placed(&places, &journal, &asked.account, (period, answer.currency))?;
    let id: ChargebackId = tx.new_id();
    let row = row(tx, asked, &answer, &journal)?;
    let row = chargeback::ActiveModel { id: Set(id), account_id: Set(account), period: Set(period), ..row };
    let made = tx.insert(row).await?;
    let lines = journal.lines.iter().zip(centres).zip(1..).map(|((line, centre), position)| {
        Ok(chargeback_line::ActiveModel {
            id: Set(tx.new_id()),
            chargeback_id: Set(id),
            position: Set(position),
            side: Set(side(line.is_debit)),
            node: Set(line.node.clone()),
            counterpart: Set(line.counterpart.clone()),
            cost_centre_id: Set(centre),
            amount: Set(amount(line.amount)?),
            description: Set(line.text.clone()),
            ..Default::default()
        })
    });
    tx.insert_many(lines.collect::<Result<_>>()?, &format!("lines of {name}")).await?;
    Ok(made)
}

async fn divided(
    db: &impl Read,
    model: AllocationModelId,
    currency: Option<Currency>,
    months: &Months,
) -> Result<Answer> {
    let question = allocations::Question { model, costs: Costs::Roadmap(months.clone()), currency };
    allocations::answer(db, &question).await
}

async fn of_month(
    db: &impl Read,
    answer: &Answer,
    account: Option<&str>,
    month: Month,
) -> Result<Option<Journal>> {
    let journals = journals::of(db, answer, account).await?;
    Ok(journals.into_iter().find(|journal| journal.month == Some(month)))
}

fn row(tx: &Tx, asked: &Submission, answer: &Answer, journal: &Journal) -> Result<chargeback::ActiveModel> {
    let months = &asked.months;
    let rate = months.assumed_index_rate.map(Rate::try_from_decimal).transpose();
    Ok(chargeback::ActiveModel {
        model_id: Set(asked.model),
        version_id: Set(asked.version),
        currency: Set(answer.currency.code().to_owned()),
        month: Set(asked.month.first_day()),
        status: Set(Status::Submitted),
        total: Set(amount(journal.total)?),
        question: Set(Question {
            from: months.from.first_day(),
            months: months.months,
            as_of: months.as_of,
            assumed_index_rate: rate.map_err(|cause| Error::invalid("roadmap.assumedIndexRate", cause))?,
        }),
        grounds: Set(Grounds {
            assumptions: answer.assumptions.iter().cloned().collect(),
            excluded: answer.excluded.iter().cloned().collect(),
            estimated: answer.is_estimated,
        }),
        rate_card: Set(rate_card(answer)?),
        inputs_hash: Set(inputs_hash(answer, months)),
        result_hash: Set(result_hash(journal)),
        submitted_by: Set(tx.caller().name.clone()),
        submitted_subject: Set(tx.caller().subject.clone()),
        ..Default::default()
    })
}

/// The period of the actual figures that the month is.
async fn require_target(db: &impl Read, places: &Places, journal: &Journal) -> Result<i32> {
    let version = &places.version;
    require_actual(version).map_err(|error| error.at("targetVersion"))?;
    let default = fiscal_calendars::find_default(db).await?;
    if default.is_none_or(|calendar| calendar.id != version.calendar_id) {
        let message = format!("{} is not of the default fiscal calendar, by which journals go", version.name);
        return Err(Error::invalid("targetVersion", message));
    }
    let (year, period) = journal.period.ok_or_else(|| Error::internal("a month without a period"))?;
    if year != version.fiscal_year {
        let month = journal.month.map(|month| month.to_string()).unwrap_or_default();
        let message = format!(
            "{} is of the fiscal year {}, and {month} is period {period} of {year}",
            version.name, version.fiscal_year
        );
        return Err(Error::invalid("targetVersion", message));
    }
    i32::try_from(period).map_err(Error::internal)
}

/// The account, and the cost centre of each line, open for charges in the period.
fn placed(
    places: &Places,
    journal: &Journal,
    account: &str,
    (period, currency): (i32, Currency),
) -> Result<(LedgerCodeId, Vec<LedgerCodeId>)> {
    let id = places.directory.named(CodeKind::Account, account, "account")?.id;
    let mut centres = Vec::with_capacity(journal.lines.len());
    for line in &journal.lines {
        let cost_centre = line.cost_centre.clone().map_err(Error::Conflict)?;
        let names = Names { cost_centre, account: account.to_owned(), period, ..Names::default() };
        centres.push(places.resolve(&names)?.cost_centre);
        let amount = amount(line.amount)?;
        places.check_amount(Priced {
            currency: currency.code(),
            amount,
            quantity: None,
            unit_price: None,
        })?;
    }
    Ok((id, centres))
}

async fn refuse_second(tx: &Tx, answer: &Answer, month: Month, name: &str) -> Result<()> {
    use chargeback::Column as C;
    let same = Condition::all()
        .add(C::ModelId.eq(answer.model.id))
        .add(C::Month.eq(month.first_day()))
        .add(C::Currency.eq(answer.currency.code()))
        .add(C::Status.is_in(LIVE));
    match chargeback::Entity::find().filter(same).one(tx).await? {
        Some(other) => Err(Error::Conflict(format!(
            "{name} is {} already, submitted by {}: reject or reverse it first",
            other.status.to_value(),
            other.submitted_by
        ))),
        None => Ok(()),
    }
}

/// Approves what another person submitted.
///
/// # Errors
/// `Conflict` for a stale version, one that is not submitted, or the person who submitted it.
pub async fn approve(tx: &Tx, id: ChargebackId, expected_version: Option<i32>) -> Result<chargeback::Model> {
    let before = require(tx, id, expected_version, &[Status::Submitted], "approved").await?;
    if is_same_person(tx, &before.submitted_subject, &tx.caller().subject).await? {
        let name = naming(tx, &before).await?;
        let message = format!("{} submitted {name}, so somebody else approves it", before.submitted_by);
        return Err(Error::Conflict(message));
    }
    let by = tx.caller().name.clone();
    let now = entity::moment(tx.caller().now);
    tx.update(before, |row: &mut chargeback::ActiveModel| {
        row.status = Set(Status::Approved);
        row.approved_by = Set(Some(by));
        row.approved_at = Set(Some(now));
    })
    .await
}

/// Rejects what is not posted yet, for a reason; whoever submitted it takes it back so.
///
/// # Errors
/// `Conflict` for a stale version or one that is posted, reversed or rejected; `Invalid` for a blank reason.
pub async fn reject(
    tx: &Tx,
    id: ChargebackId,
    expected_version: Option<i32>,
    reason: String,
) -> Result<chargeback::Model> {
    require_text("reason", &reason, 500)?;
    let from = [Status::Submitted, Status::Approved];
    let before = require(tx, id, expected_version, &from, "rejected").await?;
    let by = tx.caller().name.clone();
    let now = entity::moment(tx.caller().now);
    tx.update(before, |row: &mut chargeback::ActiveModel| {
        row.status = Set(Status::Rejected);
        row.rejected_by = Set(Some(by));
        row.rejected_at = Set(Some(now));
        row.rejection_reason = Set(Some(reason));
    })
    .await
}

/// A chargeback in one of the statuses that a step begins from, held until the change is over.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version or another status.
pub async fn require(
    tx: &Tx,
    id: ChargebackId,
    expected_version: Option<i32>,
    from: &[Status],
    step: &str,
) -> Result<chargeback::Model> {
    budget_versions::hold_one(tx, find(tx, id).await?.version_id).await?;
    let row = find(tx, id).await?;
    expect_version("chargeback", row.version, expected_version)?;
    if from.contains(&row.status) {
        return Ok(row);
    }
    let words: Vec<String> = from.iter().map(ActiveEnum::to_value).collect();
    Err(Error::Conflict(format!(
        "{} is {}, and only what is {} is {step}",
        naming(tx, &row).await?,
        row.status.to_value(),
        words.join(" or ")
    )))
}

/// Whether two subjects of tokens are one person, who may be known by an id and by an address.
async fn is_same_person(db: &impl Read, one: &str, other: &str) -> Result<bool> {
    if one.eq_ignore_ascii_case(other) {
        return Ok(true);
    }
    let is = |user: &user::Model, subject: &str| {
        subject.eq_ignore_ascii_case(&user.email) || subject == user.id.to_string()
    };
    let users = user::Entity::find().all(db).await?;
    Ok(users.iter().any(|user| is(user, one) && is(user, other)))
}

/// Refuses to remove what chargebacks rest on.
///
/// # Errors
/// `Conflict` naming one of them and what rests on it.
pub async fn refuse_used(tx: &Tx, used: Condition, what: &str) -> Result<()> {
    match chargeback::Entity::find().filter(used).one(tx).await? {
        Some(row) => {
            let name = naming(tx, &row).await?;
            Err(Error::Conflict(format!("{name} rests on {what}, and what is on record stays")))
        }
        None => Ok(()),
    }
}

/// Refuses to remove a code that chargebacks are posted to, or would be.
///
/// # Errors
/// As [`refuse_used`].
pub async fn refuse_code_used(tx: &Tx, code: &ledger_code::Model) -> Result<()> {
    use chargeback_line::Column as L;
    let line = chargeback_line::Entity::find().filter(L::CostCentreId.eq(code.id)).one(tx).await?;
    let charged = line.map(|line| chargeback::Column::Id.eq(line.chargeback_id));
    let used = Condition::any().add(chargeback::Column::AccountId.eq(code.id)).add_option(charged);
    refuse_used(tx, used, &ledger_codes::naming(code)).await
}

/// Computes a chargeback again from what is recorded now, and says whether it would be another. Nothing is changed.
///
/// # Errors
/// `NotFound` when there is none, and as [`allocations::answer`] for what cannot be divided any more.
pub async fn recompute(db: &impl Read, id: ChargebackId) -> Result<Checked> {
    let row = find(db, id).await?;
    let currency = super::places::currency(&row.currency)?;
    let months = Months {
        from: Month::of(row.question.from),
        months: row.question.months,
        as_of: row.question.as_of,
        assumed_index_rate: row.question.assumed_index_rate.map(Rate::to_decimal),
        scenario: Default::default(),
    };
    let answer = divided(db, row.model_id, Some(currency), &months).await?;
    let account = ledger_codes::find(db, row.account_id).await?;
    let journal = of_month(db, &answer, Some(&account.code), Month::of(row.month)).await?;
    let result_hash = journal.as_ref().map(result_hash);
    let inputs_hash = inputs_hash(&answer, &months);
    Ok(Checked { is_stale: result_hash.as_ref() != Some(&row.result_hash), inputs_hash, result_hash })
}

fn rate_card(answer: &Answer) -> Result<RateCard> {
    let rates = answer.rates().into_iter().map(|rate| {
        let volume = Rate::try_from_decimal(rate.volume).map_err(|cause| Error::invalid("rules", cause))?;
        let per_unit = rate.per_unit.map(|cost| amount(cost.round_dp(4))).transpose()?;
        let amount = amount(rate.amount)?;
        Ok(CardRate { source: rate.source, driver: rate.driver, volume, amount, per_unit })
    });
    Ok(RateCard(rates.collect::<Result<_>>()?))
}

/// A hash of the model, the question and the costs that were divided, by what people know them by.
fn inputs_hash(answer: &Answer, months: &Months) -> String {
    let model = &answer.model;
    let by_month = |costs: &[Decimal]| costs.iter().map(|cost| text(*cost)).collect::<Vec<_>>();
    let costs = answer.spread.costs.iter().map(|(node, costs)| json!([node, by_month(costs)]));
    let costs: Vec<serde_json::Value> = costs.collect();
    let from: NaiveDate = months.from.first_day();
    hash(&json!({
        "model": {
            "name": model.name, "taxonomyVersion": model.taxonomy_version, "method": model.method,
            "stepOrder": model.step_order, "nodes": model.nodes, "rules": model.rules,
        },
        "currency": answer.currency.code(),
        "from": from, "months": months.months, "asOf": months.as_of,
        "assumedIndexRate": months.assumed_index_rate.map(text),
        "costs": costs,
    }))
}

/// A hash of the lines of a journal.
fn result_hash(journal: &Journal) -> String {
    let lines = journal.lines.iter().map(|line| {
        let centre = line.cost_centre.as_ref().ok();
        json!([line.is_debit, line.node, line.counterpart, centre, text(line.amount), line.text])
    });
    hash(&serde_json::Value::Array(lines.collect()))
}

fn hash(value: &serde_json::Value) -> String {
    hex(&Sha256::digest(value.to_string()))
}

/// A number in one spelling: 1.50 and 1.5 are the same.
fn text(number: Decimal) -> String {
    number.normalize().to_string()
}

fn amount(amount: Decimal) -> Result<Amount> {
    Amount::try_from_decimal(amount).map_err(|cause| Error::invalid("amount", cause))
}

fn side(is_debit: bool) -> LineSide {
    if is_debit { LineSide::Debit } else { LineSide::Credit }
}
