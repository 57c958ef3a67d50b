//! Refresh cycles: plan, change, approve, order, complete, cancel. [`cohorts`] adds and removes assets.

use chrono::{Days, NaiveDate};
use entity::{
    id::{AssetId, RefreshCycleId},
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_cycle_asset,
    },
    money::Amount,
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};

use super::{cohorts, refresh_policies};
use crate::{
    error::{Error, Result},
    inventory::{models, sites},
    rules::{
        draft, edited, expect_version, require_order, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// The cycles that still claim their assets.
pub const OPEN: [CycleStatus; 3] = [CycleStatus::Planned, CycleStatus::Approved, CycleStatus::Ordered];

/// One refresh cycle.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RefreshCycleId) -> Result<refresh_cycle::Model> {
    let cycle = refresh_cycle::Entity::find_by_id(id).one(db).await?;
    cycle.ok_or_else(|| Error::not_found("refresh cycle", id))
}

/// One refresh cycle that nobody else changes until this change is over.
pub(super) async fn hold(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
) -> Result<refresh_cycle::Model> {
    let cycle = refresh_cycle::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let cycle = cycle.ok_or_else(|| Error::not_found("refresh cycle", id))?;
    expect_version("refresh cycle", cycle.version, expected_version)?;
    Ok(cycle)
}

/// Plans the replacement of a cohort of assets.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken, `NotFound` for a policy, site, model or
/// asset that is not there, and as [`cohorts::add`].
pub async fn plan(
    tx: &Tx,
    mut row: refresh_cycle::ActiveModel,
    assets: &[AssetId],
) -> Result<refresh_cycle::Model> {
    row.id = Set(tx.new_id());
    row.status = Set(CycleStatus::Planned);
    let new = draft(&row)?;
    check(&new)?;
    require_references(tx, &new).await?;
    let cycle = tx.insert(row).await?;
    if assets.is_empty() {
        return Ok(cycle);
    }
    cohorts::add(tx, cycle.id, None, assets).await
}

/// Changes a refresh cycle, as far as its status still lets it.
///
/// # Errors
/// `Conflict` for a stale version, or for a change of what was approved, ordered or closed; and as [`plan`].
pub async fn update(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut refresh_cycle::ActiveModel),
) -> Result<refresh_cycle::Model> {
    let before = hold(tx, id, expected_version).await?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    check_settled(&before, &after)?;
    require_references(tx, &after).await?;
    if after.site_id != before.site_id {
        cohorts::require_site(tx, &after).await?;
    }
    tx.update(before, |edit| *edit = row).await
}

/// Funds a planned cycle. It needs a budget, a day to order by and assets.
///
/// # Errors
/// `Conflict` when it is not planned, `Invalid` for what it lacks.
pub async fn approve(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Planned])?;
    if cycle.budget_amount.is_none() {
        return Err(Error::invalid("budget", "is missing, and an approval is of a budget"));
    }
    if cycle.order_on.is_none() {
        return Err(Error::invalid("orderOn", "is missing, and an approved cycle is ordered by a day"));
    }
    let links = refresh_cycle_asset::Entity::find().filter(refresh_cycle_asset::Column::CycleId.eq(id));
    if links.count(tx).await? == 0 {
        return Err(Error::invalid("assets", "has none, so there is nothing to replace"));
    }
    step(tx, cycle, |row| row.status = Set(CycleStatus::Approved)).await
}

/// Takes an approval back, so that what was approved can change again.
///
/// # Errors
/// `Conflict` when the cycle is not approved.
pub async fn withdraw_approval(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Approved])?;
    step(tx, cycle, |row| row.status = Set(CycleStatus::Planned)).await
}

/// Records that an approved cycle was ordered on a day.
///
/// # Errors
/// `Conflict` when it is not approved, `Invalid` for a day to come.
pub async fn order(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
    on: NaiveDate,
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Approved])?;
    require_past(tx, on)?;
    step(tx, cycle, |row| {
        row.status = Set(CycleStatus::Ordered);
        row.order_on = Set(Some(on));
    })
    .await
}

/// Records that the new units of an ordered cycle entered service on a day. The old ones are retired one by one,
/// as inventory has it.
///
/// # Errors
/// `Conflict` when it is not ordered, `Invalid` for a day to come or before the order.
pub async fn complete(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
    on: NaiveDate,
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Ordered])?;
    require_past(tx, on)?;
    require_order("on", cycle.order_on, Some(on), "the order")?;
    step(tx, cycle, |row| {
        row.status = Set(CycleStatus::Completed);
        row.in_service_on = Set(Some(on));
    })
    .await
}

/// Gives a cycle up. Its assets are free for another.
///
/// # Errors
/// `Conflict` when it is completed or cancelled already.
pub async fn cancel(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &OPEN)?;
    step(tx, cycle, |row| row.status = Set(CycleStatus::Cancelled)).await
}

async fn step(
    tx: &Tx,
    before: refresh_cycle::Model,
    edit: impl FnOnce(&mut refresh_cycle::ActiveModel),
) -> Result<refresh_cycle::Model> {
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |edit| *edit = row).await
}

/// The rules of a refresh cycle, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(cycle: &refresh_cycle::Model) -> Result<()> {
    require_text("name", &cycle.name, 200)?;
    require_text_if_any("notes", cycle.notes.as_deref(), 5_000)?;
    if let Some(quantity) = cycle.quantity {
        require_range("quantity", quantity, 1, 1_000_000)?;
    }
    if let Some(budget) = cycle.budget_amount.filter(|budget| *budget < Amount::ZERO) {
        return Err(Error::invalid("budget.amount", format!("{budget} is below zero")));
    }
    require_plausible("orderOn", cycle.order_on)?;
    require_plausible("inServiceOn", cycle.in_service_on)?;
    require_order("inServiceOn", cycle.order_on, cycle.in_service_on, "the order")
}

/// What was approved changes no more, nor the day of an order that was placed, nor anything of a closed cycle
/// but its notes.
///
/// # Errors
/// `Conflict` naming the field.
pub fn check_settled(before: &refresh_cycle::Model, after: &refresh_cycle::Model) -> Result<()> {
    use CycleStatus::{Approved, Cancelled, Completed, Ordered, Planned};
    let since = match before.status {
        Planned => 0,
        Approved => 1,
        Ordered => 2,
        Completed | Cancelled => 3,
    };
    let budget = |cycle: &refresh_cycle::Model| (cycle.budget_amount, cycle.budget_currency.clone());
    let settled = [
        (1, "policy", before.policy_id != after.policy_id),
        (1, "site", before.site_id != after.site_id),
        (1, "model", before.model_id != after.model_id),
        (1, "quantity", before.quantity != after.quantity),
        (1, "budget", budget(before) != budget(after)),
        (2, "orderOn", before.order_on != after.order_on),
        (3, "inServiceOn", before.in_service_on != after.in_service_on),
        (3, "name", before.name != after.name),
    ];
    match settled.into_iter().find(|(from, _, changes)| *changes && since >= *from) {
        Some((_, field, _)) => Err(Error::Conflict(format!(
            "the refresh cycle {} is {}, so its {field} changes no more",
            before.name,
            before.status.to_value()
        ))),
        None => Ok(()),
    }
}

/// Refuses what a cycle in another state may not do.
///
/// # Errors
/// `Conflict` with the states in which it may.
pub fn require_status(cycle: &refresh_cycle::Model, wanted: &[CycleStatus]) -> Result<()> {
    if wanted.contains(&cycle.status) {
        return Ok(());
    }
    let wanted: Vec<_> = wanted.iter().map(ActiveEnum::to_value).collect();
    Err(Error::Conflict(format!(
        "the refresh cycle {} is {}, this needs one that is {}",
        cycle.name,
        cycle.status.to_value(),
        wanted.join(" or ")
    )))
}

/// What is recorded as done lies in the past; a day's grace, as it is tomorrow already east of here.
fn require_past(tx: &Tx, on: NaiveDate) -> Result<()> {
    let today = tx.caller().now.date_naive();
    if on > today + Days::new(1) {
        return Err(Error::invalid("on", format!("{on} is still to come, today is {today}")));
    }
    require_plausible("on", Some(on))
}

async fn require_references(tx: &Tx, cycle: &refresh_cycle::Model) -> Result<()> {
    refresh_policies::find(tx, cycle.policy_id).await?;
    if let Some(site) = cycle.site_id {
        sites::find(tx, site).await?;
    }
    if let Some(model) = cycle.model_id {
        models::find(tx, model).await?;
    }
    Ok(())
}
