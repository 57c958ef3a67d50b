//! Savings initiatives: identify, change, advance, confirm, remove; their baseline stays once it has been validated.

use chrono::NaiveDate;
use entity::{
    finance::{
        savings_claim,
        savings_initiative::{self, Recurrence, SavingsStage},
    },
    id::SavingsInitiativeId,
    money::Amount,
};
use forecasting::{budget, month::Month};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_least, require_order, require_plausible, require_range,
        require_text, require_text_if_any,
    },
    schema::scalar::currency,
    store::{Read, Tx},
};

/// The most pieces of evidence of one initiative.
const MOST_EVIDENCE: usize = 100;

/// One initiative.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: SavingsInitiativeId) -> Result<savings_initiative::Model> {
    let found = savings_initiative::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("savings initiative", id))
}

/// Records an initiative, as an idea.
///
/// # Errors
/// `Invalid` when the code is taken or a rule of [`check`] is broken.
pub async fn identify(
    tx: &Tx,
    mut row: savings_initiative::ActiveModel,
) -> Result<savings_initiative::Model> {
    row.id = Set(tx.new_id());
    row.stage = Set(SavingsStage::Identified);
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes an initiative that is not lost.
///
/// # Errors
/// `Conflict` for a stale version or a lost initiative; `Invalid` when the baseline was validated already or a rule of
/// [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: SavingsInitiativeId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut savings_initiative::ActiveModel),
) -> Result<savings_initiative::Model> {
    let before = find(tx, id).await?;
    expect_version("savings initiative", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check_change(&before, &after)?;
    check_proof(Some(&before), &after, tx.caller().now.date_naive())?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Takes an initiative to its next stage, or gives it up. What is lost claims nothing any more.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` for a stage that does not follow, and for what [`check_proof`] refuses.
pub async fn advance(
    tx: &Tx,
    id: SavingsInitiativeId,
    expected_version: Option<i32>,
    to: SavingsStage,
) -> Result<savings_initiative::Model> {
    let before = find(tx, id).await?;
    expect_version("savings initiative", before.version, expected_version)?;
    check_stage(&before, to)?;
    let after = savings_initiative::Model { stage: to, ..before.clone() };
    check_proof(Some(&before), &after, tx.caller().now.date_naive())?;
    if to == SavingsStage::Lost {
        release_all(tx, id).await?;
    }
    tx.update(before, |row: &mut savings_initiative::ActiveModel| row.stage = Set(to)).await
}

/// Gives up all that an initiative claims.
///
/// # Errors
/// Those of the database.
pub async fn release_all(tx: &Tx, id: SavingsInitiativeId) -> Result<()> {
    let claims =
        savings_claim::Entity::find().filter(savings_claim::Column::InitiativeId.eq(id)).all(tx).await?;
    for claim in claims {
        tx.delete::<_, savings_claim::ActiveModel>(claim).await?;
    }
    Ok(())
}

/// Records what finance confirms of an initiative, in the caller's name.
///
/// # Errors
/// `Conflict` for a stale version; `Invalid` before the initiative was validated, for a negative amount or a day in the
/// future.
pub async fn confirm(
    tx: &Tx,
    id: SavingsInitiativeId,
    expected_version: Option<i32>,
    amount: Amount,
    on: NaiveDate,
) -> Result<savings_initiative::Model> {
    let before = find(tx, id).await?;
    expect_version("savings initiative", before.version, expected_version)?;
    if matches!(before.stage, SavingsStage::Identified | SavingsStage::Lost) {
        let message =
            format!("{} is {}: only what was validated is confirmed", before.code, before.stage.to_value());
        return Err(Error::invalid("id", message));
    }
    let today = tx.caller().now.date_naive();
    if on > today {
        return Err(Error::invalid("on", format!("{on} lies after today, {today}")));
    }
    let by = tx.caller().subject.clone();
    let change = |row: &mut savings_initiative::ActiveModel| {
        row.confirmed_amount = Set(Some(amount));
        row.confirmed_on = Set(Some(on));
        row.confirmed_by = Set(Some(by));
    };
    let (row, after) = edited(&before, change)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes an initiative that was recorded by mistake: an idea that claims nothing.
///
/// # Errors
/// `Conflict` for a stale version, one that has come further than an idea, or one that claims lines of the ledger.
pub async fn remove(tx: &Tx, id: SavingsInitiativeId, expected_version: Option<i32>) -> Result<()> {
    let initiative = find(tx, id).await?;
    expect_version("savings initiative", initiative.version, expected_version)?;
    if initiative.stage != SavingsStage::Identified {
        let stage = initiative.stage.to_value();
        let message =
            format!("{} is {stage}: only an idea is removed, give up what has come further", initiative.code);
        return Err(Error::Conflict(message));
    }
    let claim =
        savings_claim::Entity::find().filter(savings_claim::Column::InitiativeId.eq(id)).one(tx).await?;
    if let Some(claim) = claim {
        let line = super::savings_claims::naming(&claim);
        return Err(Error::Conflict(format!("{} claims the line {line}, release it first", initiative.code)));
    }
    tx.delete::<_, savings_initiative::ActiveModel>(initiative).await
}

/// The stage of the arithmetic.
#[must_use]
pub fn stage(stage: SavingsStage) -> budget::Stage {
    match stage {
        SavingsStage::Identified => budget::Stage::Identified,
        SavingsStage::Validated => budget::Stage::Validated,
        SavingsStage::Approved => budget::Stage::Approved,
        SavingsStage::Implemented => budget::Stage::Implemented,
        SavingsStage::Realised => budget::Stage::Realised,
        SavingsStage::Lost => budget::Stage::Lost,
    }
}

/// The stage of a row.
#[must_use]
pub fn stage_of_row(stage: budget::Stage) -> SavingsStage {
    match stage {
        budget::Stage::Identified => SavingsStage::Identified,
        budget::Stage::Validated => SavingsStage::Validated,
        budget::Stage::Approved => SavingsStage::Approved,
        budget::Stage::Implemented => SavingsStage::Implemented,
        budget::Stage::Realised => SavingsStage::Realised,
        budget::Stage::Lost => SavingsStage::Lost,
    }
}

/// Refuses a stage that does not follow the one that an initiative has.
///
/// # Errors
/// `Invalid` naming both and those that follow.
pub fn check_stage(initiative: &savings_initiative::Model, to: SavingsStage) -> Result<()> {
    let followers = stage(initiative.stage).followers();
    if followers.contains(&stage(to)) {
        return Ok(());
    }
    let (code, from, to) = (&initiative.code, initiative.stage.to_value(), to.to_value());
    let words: Vec<String> = followers.iter().map(|next| stage_of_row(*next).to_value()).collect();
    let follows =
        if words.is_empty() { "nothing follows it".into() } else { format!("{} do", words.join(" and ")) };
    Err(Error::invalid("stage", format!("{to} does not follow {from}, at which {code} is: {follows}")))
}

/// Refuses to call realised what has not started or has no evidence. What was realised before keeps its stage until
/// its first day or its evidence changes.
///
/// # Errors
/// `Invalid` for `startsOn` or `evidence`.
pub fn check_proof(
    before: Option<&savings_initiative::Model>,
    after: &savings_initiative::Model,
    today: NaiveDate,
) -> Result<()> {
    let realised = before.filter(|before| before.stage == SavingsStage::Realised);
    let is_kept = realised
        .is_some_and(|before| before.starts_on == after.starts_on && before.evidence == after.evidence);
    if after.stage != SavingsStage::Realised || is_kept {
        return Ok(());
    }
    if after.starts_on > today {
        let message = format!(
            "{} lies after today, {today}: {} cannot be REALISED before it starts",
            after.starts_on, after.code
        );
        return Err(Error::invalid("startsOn", message));
    }
    if after.evidence.0.is_empty() {
        let message = format!("is empty: {} cannot be REALISED without evidence", after.code);
        return Err(Error::invalid("evidence", message));
    }
    Ok(())
}

/// The rules of a change: nothing of what is lost, and no baseline that was validated, is changed.
///
/// # Errors
/// `Conflict` for a lost initiative, `Invalid` for the baseline and the currency that it is in.
pub fn check_change(before: &savings_initiative::Model, after: &savings_initiative::Model) -> Result<()> {
    if before.stage == SavingsStage::Lost && before != after {
        return Err(Error::Conflict(format!("{} is LOST and does not change", before.code)));
    }
    if before.stage == SavingsStage::Identified {
        return Ok(());
    }
    let fields = [
        ("baseline.amount", before.baseline_amount != after.baseline_amount),
        ("baseline.from", before.baseline_from != after.baseline_from),
        ("baseline.months", before.baseline_months != after.baseline_months),
        ("baseline.method", before.baseline_method != after.baseline_method),
        ("baseline.fixedOn", before.baseline_fixed_on != after.baseline_fixed_on),
        ("currency", before.currency != after.currency),
    ];
    match fields.into_iter().find(|(_, differs)| *differs) {
        Some((field, _)) => {
            let stage = before.stage.to_value();
            let message = format!(
                "cannot change: {} is {stage}, and a baseline stays once it is VALIDATED",
                before.code
            );
            Err(Error::invalid(field, message))
        }
        None => Ok(()),
    }
}

/// The rules of an initiative, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &savings_initiative::Model) -> Result<()> {
    require_text("code", &row.code, 50)?;
    if row.code.contains([':', '|']) {
        let message = format!("`{}` has a colon or a bar, which keep names apart in files", row.code);
        return Err(Error::invalid("code", message));
    }
    require_text("name", &row.name, 200)?;
    require_text("lever", &row.lever, 100)?;
    require_text_if_any("owner", row.owner.as_deref(), 200)?;
    currency(&row.currency, "currency")?;
    require_text("baseline.method", &row.baseline_method, 200)?;
    require_least("baseline.amount", Some(row.baseline_amount), Amount::ZERO)?;
    require_range("baseline.months", row.baseline_months, 1, 120)?;
    require_plausible("baseline.from", Some(row.baseline_from))?;
    if row.baseline_from != Month::of(row.baseline_from).first_day() {
        let message = format!("{} is not the first day of a month", row.baseline_from);
        return Err(Error::invalid("baseline.from", message));
    }
    require_plausible("baseline.fixedOn", Some(row.baseline_fixed_on))?;
    require_plausible("startsOn", Some(row.starts_on))?;
    require_plausible("endsOn", row.ends_on)?;
    require_order("endsOn", Some(row.starts_on), row.ends_on, "the first day")?;
    if let Some(end) = row.ends_on.filter(|_| row.recurrence == Recurrence::OneOff) {
        return Err(Error::invalid("endsOn", format!("{end}: what is saved once has no last day")));
    }
    require_least("claimed", Some(row.claimed_amount), Amount::ZERO)?;
    require_least("confirmed", row.confirmed_amount, Amount::ZERO)?;
    require_plausible("confirmedOn", row.confirmed_on)?;
    if row.confirmed_amount.is_some() != row.confirmed_on.is_some() {
        return Err(Error::invalid("confirmedOn", "an amount is confirmed on a day, and only an amount is"));
    }
    let evidence = &row.evidence.0;
    if evidence.len() > MOST_EVIDENCE {
        let message = format!("has {} pieces, at most {MOST_EVIDENCE} are kept", evidence.len());
        return Err(Error::invalid("evidence", message));
    }
    for (place, piece) in evidence.iter().enumerate() {
        require_text(&format!("evidence[{place}]"), piece, 500)?;
        if piece.contains('|') {
            let message = format!("`{piece}` has a bar, which keeps pieces apart in files");
            return Err(Error::invalid(format!("evidence[{place}]"), message));
        }
    }
    Ok(())
}
