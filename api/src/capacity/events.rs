//! Capacity events: days on which the demand of a pool steps up or down.

use entity::{capacity::capacity_event, id::CapacityEventId};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{pools, units};
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_fraction, require_plausible, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One event.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CapacityEventId) -> Result<capacity_event::Model> {
    let found = capacity_event::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("capacity event", id))
}

/// Records an event of a pool.
///
/// # Errors
/// `NotFound` for a pool that is not there; `Invalid` for one that is retired, when a rule of [`check`] is broken, and
/// for a second one of a pool, day and name.
pub async fn record(tx: &Tx, given: capacity_event::ActiveModel) -> Result<capacity_event::Model> {
    let row = capacity_event::ActiveModel { id: Set(tx.new_id()), ..given };
    let new = draft(&row)?;
    check(&new)?;
    let pool = pools::held(tx, new.pool_id).await?;
    let of_pool = capacity_event::Entity::find().filter(capacity_event::Column::PoolId.eq(pool.id));
    let same = of_pool
        .filter(capacity_event::Column::HappensOn.eq(new.happens_on))
        .filter(capacity_event::Column::Name.eq(&new.name));
    if same.count(tx).await? > 0 {
        let message = format!("{} of {} is recorded for {} already", new.name, pool.name, new.happens_on);
        return Err(Error::invalid("name", message));
    }
    tx.insert(row).await
}

/// Removes an event that is not to come.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: CapacityEventId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("capacity event", row.version, expected_version)?;
    tx.delete::<_, capacity_event::ActiveModel>(row).await
}

/// The rules of an event, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_event::Model) -> Result<()> {
    require_text("name", &row.name, 200)?;
    require_plausible("happensOn", Some(row.happens_on))?;
    let quantity = units::signed("quantity", row.quantity.to_decimal())?;
    if quantity.0 == 0 {
        return Err(Error::invalid("quantity", "0 changes nothing"));
    }
    require_fraction("probability", row.probability.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}
