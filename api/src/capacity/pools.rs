//! Capacity pools: create, change and retire them.

use entity::{
    capacity::{
        Quantity,
        capacity_pool::{self, CapacityBasis, CapacityResource},
    },
    id::CapacityPoolId,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, QuerySelect, sea_query::LockType};

use super::{members, units};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// The longest that a step of a purchase takes, in days.
const MOST_DAYS: i32 = 3_650;

/// One pool.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CapacityPoolId) -> Result<capacity_pool::Model> {
    let found = capacity_pool::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("capacity pool", id))
}

/// One pool that is in use, held until the end of the change, so that changes of what belongs to it come one by one.
///
/// # Errors
/// `NotFound` when there is none, `Invalid` for one that is retired.
pub async fn held(tx: &Tx, id: CapacityPoolId) -> Result<capacity_pool::Model> {
    let found = capacity_pool::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let pool = found.ok_or_else(|| Error::not_found("capacity pool", id))?;
    if !pool.is_active {
        return Err(Error::invalid("pool", format!("{} is retired", pool.name)));
    }
    Ok(pool)
}

/// Creates a pool.
///
/// # Errors
/// `Invalid` when a rule of [`check`] is broken or the name is taken.
pub async fn create(tx: &Tx, given: capacity_pool::ActiveModel) -> Result<capacity_pool::Model> {
    let row = capacity_pool::ActiveModel { id: Set(tx.new_id()), is_active: Set(true), ..given };
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes a pool. What it is a supply of and what it is counted in stay: its observations are counted in it.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` as for [`create`] and for one that is retired.
pub async fn update(
    tx: &Tx,
    id: CapacityPoolId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut capacity_pool::ActiveModel),
) -> Result<capacity_pool::Model> {
    let before = held(tx, id).await?;
    expect_version("capacity pool", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Retires a pool: what it observed stays, its members are free for another pool.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` for one that is retired already.
pub async fn retire(
    tx: &Tx,
    id: CapacityPoolId,
    expected_version: Option<i32>,
) -> Result<capacity_pool::Model> {
    let before = held(tx, id).await?;
    expect_version("capacity pool", before.version, expected_version)?;
    members::write(tx, &before, &[]).await?;
    tx.update(before, |row: &mut capacity_pool::ActiveModel| row.is_active = Set(false)).await
}

/// The rules of a pool, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_pool::Model) -> Result<()> {
    require_text("name", &row.name, 200)?;
    units::require_fitting(row.resource, row.unit)?;
    require_text_if_any("note", row.note.as_deref(), 2_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)?;
    let steps = [
        ("leadDays", row.lead_days),
        ("installDays", row.install_days),
        ("approvalDays", row.approval_days),
        ("bufferDays", row.buffer_days),
    ];
    for (field, days) in steps {
        days.map_or(Ok(()), |days| require_range(field, days, 0, MOST_DAYS))?;
    }
    require_plausible("fitFrom", row.fit_from)?;
    if let Some(limit) = row.planning_limit {
        require_fraction("planningLimit", limit.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    }
    check_layers(row)
}

/// No layer is more than the one that it is taken from.
fn check_layers(row: &capacity_pool::Model) -> Result<()> {
    let layers = [
        ("raw", row.raw),
        ("usable", row.usable),
        ("plannable", row.plannable),
        ("allocated", row.allocated),
    ];
    for (field, layer) in layers {
        layer.map_or(Ok(()), |layer| units::kept(field, layer.to_decimal()).map(drop))?;
    }
    let mut above: Option<(&str, Quantity)> = None;
    for (field, layer) in layers.into_iter().take(3) {
        let Some(layer) = layer else { continue };
        if let Some((outer, most)) = above.filter(|(_, most)| layer > *most) {
            return Err(Error::invalid(field, format!("{layer} is more than {outer}, {most}")));
        }
        above = Some((field, layer));
    }
    if row.basis == CapacityBasis::Declared {
        return Ok(());
    }
    if let Some(raw) = row.raw {
        let message =
            format!("{raw} is stated, and the basis INVENTORY counts it from the members; leave one out");
        return Err(Error::invalid("raw", message));
    }
    let is_counted = matches!(
        row.resource,
        CapacityResource::RackUnits | CapacityResource::Storage | CapacityResource::Power
    );
    if is_counted {
        return Ok(());
    }
    let message = format!(
        "INVENTORY counts RACK_UNITS, STORAGE and POWER; of {} the inventory records nothing, so state it with DECLARED",
        row.resource.to_value()
    );
    Err(Error::invalid("basis", message))
}
