//! Versions of budgets: make, change, freeze, copy, remove.

use std::collections::BTreeSet;

use entity::{
    finance::{
        actual_posting, budget_line,
        budget_version::{self, PlanRates, VersionKind, VersionStatus},
    },
    id::BudgetVersionId,
    money::Rate,
};
use forecasting::budget::ForecastLabel;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{
    chargebacks, contents,
    fiscal_calendars::{self, require_year},
    period_closes,
    places::{currency, refused, require_draft},
};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One version of a budget.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: BudgetVersionId) -> Result<budget_version::Model> {
    let found = budget_version::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("budget version", id))
}

/// The version with a name.
///
/// # Errors
/// Those of the database.
pub async fn find_named(db: &impl Read, name: &str) -> Result<Option<budget_version::Model>> {
    let named = budget_version::Column::Name.eq(name);
    Ok(budget_version::Entity::find().filter(named).one(db).await?)
}

/// Holds versions until the change is over, so that none is frozen and no period closed while lines are written.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &Tx, versions: Condition) -> Result<()> {
    let held = budget_version::Entity::find()
        .select_only()
        .column(budget_version::Column::Id)
        .filter(versions)
        .order_by_asc(budget_version::Column::Id)
        .lock_exclusive();
    held.into_tuple::<BudgetVersionId>().all(tx).await?;
    Ok(())
}

/// [`hold`] for one version.
///
/// # Errors
/// As [`hold`].
pub async fn hold_one(tx: &Tx, id: BudgetVersionId) -> Result<()> {
    hold(tx, Condition::all().add(budget_version::Column::Id.eq(id))).await
}

/// Makes a version without lines, as a draft.
///
/// # Errors
/// `NotFound` for a calendar that is not there, `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: budget_version::ActiveModel) -> Result<budget_version::Model> {
    row.id = Set(tx.new_id());
    row.status = Set(VersionStatus::Draft);
    let new = draft(&row)?;
    check(&new)?;
    fiscal_calendars::find(tx, new.calendar_id).await?;
    tx.insert(row).await
}

/// Changes a draft: its name, its label, its rates and notes. Year, calendar and currency are what its lines are
/// in, and stay.
///
/// # Errors
/// `Conflict` for a stale version or a frozen one, `Invalid` when a rule of [`check`] is broken or a rate is taken
/// away that lines need.
pub async fn update(
    tx: &Tx,
    id: BudgetVersionId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut budget_version::ActiveModel),
) -> Result<budget_version::Model> {
    let before = find(tx, id).await?;
    expect_version("budget version", before.version, expected_version)?;
    require_draft(&before)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_rates(tx, &before, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Refuses to take away a rate that lines or postings are converted with, and to change one that postings of a closed
/// period are.
///
/// # Errors
/// `Invalid` naming the currency, `Conflict` naming the closed period.
pub async fn require_rates(
    tx: &Tx,
    before: &budget_version::Model,
    after: &budget_version::Model,
) -> Result<()> {
    let kept: BTreeSet<&str> = after.plan_rates.0.iter().map(|rate| rate.currency.as_str()).collect();
    let gone = before.plan_rates.0.iter().filter(|rate| !kept.contains(rate.currency.as_str()));
    for code in gone.map(|rate| &rate.currency).filter(|code| **code != after.currency) {
        use {actual_posting::Column as P, budget_line::Column as L};
        let lines =
            budget_line::Entity::find().filter(L::VersionId.eq(before.id)).filter(L::Currency.eq(code));
        let posted =
            actual_posting::Entity::find().filter(P::VersionId.eq(before.id)).filter(P::Currency.eq(code));
        let count = lines.count(tx).await? + posted.count(tx).await?;
        if count > 0 {
            let message =
                format!("{count} lines of the budget {} are in {code}, so its rate stays", before.name);
            return Err(Error::invalid("planRates", message));
        }
    }
    let changed = before.plan_rates.0.iter().filter(|rate| {
        after.plan_rates.0.iter().any(|new| new.currency == rate.currency && new.rate != rate.rate)
    });
    let changed: Vec<&str> = changed.map(|rate| rate.currency.as_str()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let converted = Condition::all().add(actual_posting::Column::Currency.is_in(changed));
    refuse_closed(tx, before, &converted, ", converted at the plan rates it has").await
}

/// Freezes a version: from then on neither it nor its lines change, and the hash says what was approved.
///
/// # Errors
/// `Conflict` for a stale version, one that is frozen already or one without lines; `Invalid` for a blank name.
pub async fn freeze(
    tx: &Tx,
    id: BudgetVersionId,
    expected_version: Option<i32>,
    approved_by: Option<String>,
) -> Result<budget_version::Model> {
    hold_one(tx, id).await?;
    let before = find(tx, id).await?;
    expect_version("budget version", before.version, expected_version)?;
    require_draft(&before)?;
    let approved_by = approved_by.unwrap_or_else(|| tx.caller().name.clone());
    require_text("approvedBy", &approved_by, 200)?;
    let hash = contents::hash(tx, id).await?;
    let hash = hash.ok_or_else(|| {
        Error::Conflict(format!("the budget {} has no lines, so there is nothing to freeze", before.name))
    })?;
    let now = entity::moment(tx.caller().now);
    tx.update(before, |row: &mut budget_version::ActiveModel| {
        row.status = Set(VersionStatus::Frozen);
        row.approved_by = Set(Some(approved_by));
        row.frozen_at = Set(Some(now));
        row.content_hash = Set(Some(hash));
    })
    .await
}

/// A version that begins as a copy of another.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Name of the copy.
    pub name: String,
    /// What the copy is.
    pub kind: VersionKind,
    /// Label of a forecast.
    pub label: Option<String>,
}

/// Makes a draft with the lines and the rates of a version.
///
/// # Errors
/// `NotFound` when there is none, `Invalid` for actual figures, which are posted and not copied, or when a rule of
/// [`check`] is broken.
pub async fn copy(tx: &Tx, id: BudgetVersionId, copy: Copy) -> Result<budget_version::Model> {
    hold_one(tx, id).await?;
    let original = find(tx, id).await?;
    for (field, kind) in [("id", original.kind), ("kind", copy.kind)] {
        if kind == VersionKind::Actual {
            let message = "actual figures are posted from documents, and not copied";
            return Err(Error::invalid(field, message));
        }
    }
    let row = budget_version::ActiveModel {
        name: Set(copy.name),
        kind: Set(copy.kind),
        label: Set(copy.label),
        fiscal_year: Set(original.fiscal_year),
        calendar_id: Set(original.calendar_id),
        currency: Set(original.currency.clone()),
        plan_rates: Set(original.plan_rates.clone()),
        copied_from_id: Set(Some(id)),
        notes: Set(original.notes.clone()),
        ..Default::default()
    };
    let made = create(tx, row).await?;
    let lines = budget_line::Entity::find().filter(budget_line::Column::VersionId.eq(id)).all(tx).await?;
    let rows: Vec<budget_line::ActiveModel> = lines
        .into_iter()
        .map(|line| {
            let mut row = line.into_active_model().reset();
            row.id = Set(tx.new_id());
            row.version_id = Set(made.id);
            row
        })
        .collect();
    if !rows.is_empty() {
        tx.insert_many(rows, &format!("copy of the budget {}", original.name)).await?;
    }
    Ok(made)
}

/// Makes every column of a row one that is written.
trait Reset {
    fn reset(self) -> Self;
}

impl Reset for budget_line::ActiveModel {
    fn reset(self) -> Self {
        sea_orm::ActiveModelTrait::reset_all(self)
    }
}

/// Removes a draft with its lines and postings.
///
/// # Errors
/// `Conflict` for a stale version, a frozen one, one that another was copied from or that a chargeback was submitted
/// for, or actual figures of a closed period.
pub async fn remove(tx: &Tx, id: BudgetVersionId, expected_version: Option<i32>) -> Result<()> {
    hold_one(tx, id).await?;
    let version = find(tx, id).await?;
    expect_version("budget version", version.version, expected_version)?;
    require_draft(&version)?;
    let copied = budget_version::Column::CopiedFromId.eq(id);
    if let Some(other) = budget_version::Entity::find().filter(copied).one(tx).await? {
        let message = format!("the budget {} was copied from {}", other.name, version.name);
        return Err(Error::Conflict(message));
    }
    refuse_compared(tx, &version).await?;
    refuse_charged(tx, &version).await?;
    refuse_closed(tx, &version, &Condition::all(), "").await?;
    let reason = format!("with the budget {}", version.name);
    let of = |column: budget_line::Column| Condition::all().add(column.eq(id));
    tx.delete_many::<budget_line::Entity>(of(budget_line::Column::VersionId), &reason).await?;
    let posted = Condition::all().add(actual_posting::Column::VersionId.eq(id));
    tx.delete_many::<actual_posting::Entity>(posted, &reason).await?;
    tx.delete(version).await
}

/// Refuses to touch postings of a period that is closed: what is closed stays.
async fn refuse_closed(
    tx: &Tx,
    version: &budget_version::Model,
    touched: &Condition,
    why: &str,
) -> Result<()> {
    use actual_posting::Column as C;
    for close in period_closes::of_year(tx, version.calendar_id, version.fiscal_year).await? {
        let of_period = Condition::all()
            .add(C::VersionId.eq(version.id))
            .add(C::Period.eq(close.period))
            .add(touched.clone());
        let count = actual_posting::Entity::find().filter(of_period).count(tx).await?;
        if count > 0 {
            let message = format!(
                "period {} of {} was closed on {} by {}, and {count} postings of it are in {}{why}: what is closed stays",
                close.period, close.fiscal_year, close.closed_on, close.closed_by, version.name
            );
            return Err(Error::Conflict(message));
        }
    }
    Ok(())
}

/// Refuses to remove a version that chargebacks were submitted for.
async fn refuse_charged(tx: &Tx, version: &budget_version::Model) -> Result<()> {
    use entity::finance::chargeback::Column as C;
    let either = Condition::any().add(C::VersionId.eq(version.id)).add(C::ReversalVersionId.eq(version.id));
    chargebacks::refuse_used(tx, either, &format!("the budget {}", version.name)).await
}

/// Refuses to remove a version whose variances somebody has explained.
async fn refuse_compared(tx: &Tx, version: &budget_version::Model) -> Result<()> {
    use entity::finance::variance_explanation::{Column as C, Entity};
    let either = Condition::any().add(C::VersionId.eq(version.id)).add(C::ActualId.eq(version.id));
    let count = Entity::find().filter(either).count(tx).await?;
    if count > 0 {
        let message =
            format!("{count} explanations are about the budget {}, remove them first", version.name);
        return Err(Error::Conflict(message));
    }
    Ok(())
}

/// The rules of a version, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(version: &budget_version::Model) -> Result<()> {
    require_text("name", &version.name, 100)?;
    require_year(version.fiscal_year)?;
    require_text_if_any("notes", version.notes.as_deref(), 2_000)?;
    currency(&version.currency)?;
    match (version.kind, &version.label) {
        (VersionKind::Forecast, Some(label)) => {
            label.parse::<ForecastLabel>().map_err(|cause| refused("label", cause))?;
        }
        (VersionKind::Forecast, None) => {
            return Err(Error::invalid("label", "a forecast is labelled, such as 3+9"));
        }
        (_, Some(label)) => {
            return Err(Error::invalid("label", format!("`{label}`: only a forecast has a label")));
        }
        (_, None) => {}
    }
    check_rates(version)
}

fn check_rates(version: &budget_version::Model) -> Result<()> {
    let PlanRates(rates) = &version.plan_rates;
    let mut seen = BTreeSet::new();
    for (place, rate) in rates.iter().enumerate() {
        let field = format!("planRates[{place}]");
        let code = &rate.currency;
        currency(code).map_err(|error| error.at(&format!("{field}.currency")))?;
        if !seen.insert(code.as_str()) {
            return Err(Error::invalid(format!("{field}.currency"), format!("{code} has two rates")));
        }
        if *code == version.currency {
            let message = format!("{code} is what the budget is kept in, and needs no rate");
            return Err(Error::invalid(format!("{field}.currency"), message));
        }
        if rate.rate <= Rate::ZERO {
            return Err(Error::invalid(format!("{field}.rate"), format!("{} is not above zero", rate.rate)));
        }
    }
    Ok(())
}
