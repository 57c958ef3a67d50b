//! Recovery objectives: record, change and remove them.

use chrono::NaiveDate;
use entity::{id::RecoveryObjectiveId, money::Rate, recovery::recovery_objective};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_not_ahead, require_plausible, require_range,
        require_text_if_any,
    },
    store::{Read, Tx},
    topology::items,
};

/// The longest time that a recovery is planned for: a year, in minutes.
const MOST_MINUTES: i32 = 525_600;

/// One objective.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RecoveryObjectiveId) -> Result<recovery_objective::Model> {
    let found = recovery_objective::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("recovery objective", id))
}

/// Records the objective of an item.
///
/// # Errors
/// `Invalid` when the item has one, and when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, given: recovery_objective::ActiveModel) -> Result<recovery_objective::Model> {
    let row = recovery_objective::ActiveModel { id: Set(tx.new_id()), ..given };
    let after = draft(&row)?;
    check(&after)?;
    require_past(None, &after, tx.caller().now.date_naive())?;
    let own = recovery_objective::Column::ItemId.eq(after.item_id);
    if let Some(other) = recovery_objective::Entity::find().filter(own).one(tx).await? {
        let id = crate::schema::scalar::Id(other.id);
        let message = format!("has the recovery objective {id} already; change that one");
        return Err(Error::invalid("item", message));
    }
    tx.insert(row).await
}

/// Changes an objective.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: RecoveryObjectiveId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut recovery_objective::ActiveModel),
) -> Result<recovery_objective::Model> {
    let before = find(tx, id).await?;
    expect_version("recovery objective", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_past(Some(&before), &after, tx.caller().now.date_naive())?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes an objective: the item promises nothing any more.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: RecoveryObjectiveId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("recovery objective", row.version, expected_version)?;
    let item = row.item_id;
    tx.delete::<_, recovery_objective::ActiveModel>(row).await?;
    items::forget_unnamed(tx, [item]).await
}

/// The rules of an objective, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &recovery_objective::Model) -> Result<()> {
    for (field, minutes) in [
        ("timeMinutes", row.time_minutes),
        ("pointMinutes", row.point_minutes),
        ("ownMinutes", row.own_minutes),
        ("failoverMinutes", row.failover_minutes),
    ] {
        if let Some(minutes) = minutes {
            require_range(field, minutes, 0, MOST_MINUTES)?;
        }
    }
    if let (Some(failover), None) = (row.failover_minutes, row.own_minutes) {
        let message = format!("{failover} comes on top of ownMinutes, which is missing");
        return Err(Error::invalid("failoverMinutes", message));
    }
    let (none, all) = (Rate::ZERO.to_decimal(), Rate::ONE.to_decimal());
    for (field, share) in
        [("availabilityTarget", row.availability_target), ("observedAvailability", row.observed_availability)]
    {
        if let Some(share) = share {
            require_fraction(field, share.to_decimal(), none, all)?;
        }
    }
    require_plausible("changedOn", row.changed_on)?;
    require_text_if_any("note", row.note.as_deref(), 2_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}

/// Refuses a change that has not happened yet. What was on record before stays.
///
/// # Errors
/// `Invalid` with the day and today.
pub fn require_past(
    before: Option<&recovery_objective::Model>,
    after: &recovery_objective::Model,
    today: NaiveDate,
) -> Result<()> {
    let known = before.and_then(|before| before.changed_on);
    require_not_ahead("changedOn", after.changed_on.filter(|day| known != Some(*day)), today)
}
