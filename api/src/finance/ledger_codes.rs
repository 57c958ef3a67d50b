//! Ledger codes: make, change, supersede, remove.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::{
    finance::{
        actual_posting, budget_line, budget_version,
        ledger_code::{self, CodeKind},
        savings_claim, variance_explanation,
    },
    id::{BudgetVersionId, LedgerCodeId},
};
use forecasting::month::FiscalPeriod;
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::places::Places;
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_order, require_plausible, require_text, require_text_if_any,
    },
    store::{Read, Tx},
};

/// One ledger code.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: LedgerCodeId) -> Result<ledger_code::Model> {
    let found = ledger_code::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("ledger code", id))
}

/// What a kind of code is called.
#[must_use]
pub fn spoken(kind: CodeKind) -> String {
    kind.to_value().to_lowercase().replace('_', " ")
}

/// A code in words: `the cost centre 4711`.
#[must_use]
pub fn naming(code: &ledger_code::Model) -> String {
    format!("the {} {}", spoken(code.kind), code.code)
}

/// Makes a code.
///
/// # Errors
/// `Invalid` when it is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: ledger_code::ActiveModel) -> Result<ledger_code::Model> {
    use ledger_code::Column as C;
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    let alike = Condition::all().add(C::Kind.eq(new.kind)).add(C::Code.eq(&new.code));
    if ledger_code::Entity::find().filter(alike).one(tx).await?.is_some() {
        return Err(Error::invalid("code", format!("{} is there already", naming(&new))));
    }
    tx.insert(row).await
}

/// Changes what a code is called, whose it is and when it may be charged.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: LedgerCodeId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut ledger_code::ActiveModel),
) -> Result<ledger_code::Model> {
    let before = find(tx, id).await?;
    expect_version("ledger code", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_charged_open(tx, &before, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Refuses to open a code later or to close it earlier than lines and postings charge it.
///
/// # Errors
/// `Invalid` naming the budget and the period.
pub async fn require_charged_open(
    tx: &Tx,
    before: &ledger_code::Model,
    after: &ledger_code::Model,
) -> Result<()> {
    if (before.valid_from_on, before.valid_to_on) == (after.valid_from_on, after.valid_to_on) {
        return Ok(());
    }
    let charged = charged_periods(tx, after.id).await?;
    let last = charged.iter().max_by_key(|(_, days)| days.first_day);
    let first = charged.iter().min_by_key(|(_, days)| days.last_day);
    if let (Some(closed), Some((budget, days))) = (after.valid_to_on, last)
        && closed < days.first_day
    {
        let message = format!(
            "the budget {budget} charges {} in period {} from {} on, after {closed}; say which code takes its place \
             instead, and from when",
            naming(after),
            days.period,
            days.first_day
        );
        return Err(Error::invalid("validToOn", message));
    }
    if let (Some(opened), Some((budget, days))) = (after.valid_from_on, first)
        && opened > days.last_day
    {
        let message = format!(
            "the budget {budget} charges {} in period {} up to {}, before {opened}",
            naming(after),
            days.period,
            days.last_day
        );
        return Err(Error::invalid("validFromOn", message));
    }
    Ok(())
}

/// The periods that a code is charged in, with the budgets that charge it.
async fn charged_periods(tx: &Tx, id: LedgerCodeId) -> Result<Vec<(String, FiscalPeriod)>> {
    macro_rules! charged {
        ($table:ident) => {{
            use $table::Column as C;
            let any =
                Condition::any().add(C::CostCentreId.eq(id)).add(C::AccountId.eq(id)).add(C::TowerId.eq(id));
            let found: Vec<(BudgetVersionId, i32)> = $table::Entity::find()
                .select_only()
                .columns([C::VersionId, C::Period])
                .distinct()
                .filter(any)
                .into_tuple()
                .all(tx)
                .await?;
            found
        }};
    }
    let mut charged = charged!(budget_line);
    charged.extend(charged!(actual_posting));
    let ids: HashSet<BudgetVersionId> = charged.iter().map(|(version, _)| *version).collect();
    let versions =
        budget_version::Entity::find().filter(budget_version::Column::Id.is_in(ids)).all(tx).await?;
    let places = Places::of_all(tx, versions).await?;
    let of = |(version, period): (BudgetVersionId, i32)| {
        let places = places.get(&version)?;
        Some((places.version.name.clone(), places.period(period).ok()?))
    };
    Ok(charged.into_iter().filter_map(of).collect())
}

/// Records that another code takes the place of one from a day on, as reorganisations do. Without another, takes
/// such a record back.
///
/// # Errors
/// `Conflict` for a stale version; `Invalid` for a code of another kind, itself, or one that it is the successor of.
pub async fn supersede(
    tx: &Tx,
    id: LedgerCodeId,
    expected_version: Option<i32>,
    successor: Option<(LedgerCodeId, NaiveDate)>,
) -> Result<ledger_code::Model> {
    let before = find(tx, id).await?;
    expect_version("ledger code", before.version, expected_version)?;
    if let Some((by, from)) = successor {
        require_plausible("from", Some(from))?;
        let by = find(tx, by).await?;
        require_successor(tx, &before, &by).await?;
    }
    tx.update(before, |row: &mut ledger_code::ActiveModel| {
        row.superseded_by_id = Set(successor.map(|(by, _)| by));
        row.superseded_from_on = Set(successor.map(|(_, from)| from));
    })
    .await
}

async fn require_successor(tx: &Tx, code: &ledger_code::Model, by: &ledger_code::Model) -> Result<()> {
    if by.kind != code.kind {
        let message = format!("{} cannot take the place of {}", naming(by), naming(code));
        return Err(Error::invalid("by", message));
    }
    let mut seen = HashSet::from([code.id]);
    let mut next = Some(by.clone());
    while let Some(successor) = next {
        if !seen.insert(successor.id) {
            let message = format!("{} would take its own place", naming(code));
            return Err(Error::invalid("by", message));
        }
        next = match successor.superseded_by_id {
            Some(id) => Some(find(tx, id).await?),
            None => None,
        };
    }
    Ok(())
}

/// Removes a code that nothing is charged to.
///
/// # Errors
/// `Conflict` for a stale version, while lines or postings are charged to it, while savings are claimed on a line of
/// it, while a chargeback is posted to it or would be, or while it takes another's place.
pub async fn remove(tx: &Tx, id: LedgerCodeId, expected_version: Option<i32>) -> Result<()> {
    let code = find(tx, id).await?;
    expect_version("ledger code", code.version, expected_version)?;
    let former = ledger_code::Column::SupersededById.eq(id);
    if let Some(former) = ledger_code::Entity::find().filter(former).one(tx).await? {
        let message = format!("{} takes the place of {}", naming(&code), naming(&former));
        return Err(Error::Conflict(message));
    }
    if let Some(version) = version_charging(tx, id).await? {
        let version = super::budget_versions::find(tx, version).await?;
        let message = format!("the budget {} charges {}", version.name, naming(&code));
        return Err(Error::Conflict(message));
    }
    if let Some(claim) = claim_on(tx, &code).await? {
        let initiative = super::savings_initiatives::find(tx, claim.initiative_id).await?;
        let message =
            format!("the savings initiative {} claims a line of {}", initiative.code, naming(&code));
        return Err(Error::Conflict(message));
    }
    super::chargebacks::refuse_code_used(tx, &code).await?;
    tx.delete(code).await
}

/// A claim of savings on a line of a code.
async fn claim_on(tx: &Tx, code: &ledger_code::Model) -> Result<Option<savings_claim::Model>> {
    let column = match code.kind {
        CodeKind::CostCentre => savings_claim::Column::CostCentre,
        CodeKind::Account => savings_claim::Column::Account,
        CodeKind::Tower => return Ok(None),
    };
    Ok(savings_claim::Entity::find().filter(column.eq(&code.code)).one(tx).await?)
}

/// A version with something that is charged to a code.
async fn version_charging(tx: &Tx, id: LedgerCodeId) -> Result<Option<BudgetVersionId>> {
    macro_rules! charged {
        ($table:ident) => {{
            use $table::Column as C;
            let any =
                Condition::any().add(C::CostCentreId.eq(id)).add(C::AccountId.eq(id)).add(C::TowerId.eq(id));
            $table::Entity::find().filter(any).one(tx).await?.map(|row| row.version_id)
        }};
    }
    if let Some(version) = charged!(budget_line) {
        return Ok(Some(version));
    }
    if let Some(version) = charged!(actual_posting) {
        return Ok(Some(version));
    }
    Ok(charged!(variance_explanation))
}

/// The rules of a code, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(code: &ledger_code::Model) -> Result<()> {
    require_text("code", &code.code, 60)?;
    require_text("name", &code.name, 200)?;
    require_text_if_any("category", code.category.as_deref(), 200)?;
    require_text_if_any("owner", code.owner.as_deref(), 200)?;
    require_plausible("validFromOn", code.valid_from_on)?;
    require_plausible("validToOn", code.valid_to_on)?;
    require_order("validToOn", code.valid_from_on, code.valid_to_on, "the first day")
}
