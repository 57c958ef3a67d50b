//! Reservations: hold some of a pool for a purpose.

use entity::{capacity::capacity_reservation, id::CapacityReservationId};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{pools, units};
use crate::{
    error::{Error, Result},
    rules::{
        draft, expect_version, require_fraction, require_order, require_plausible, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// One reservation.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CapacityReservationId) -> Result<capacity_reservation::Model> {
    let found = capacity_reservation::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("capacity reservation", id))
}

/// Records a reservation of a pool.
///
/// # Errors
/// `NotFound` for a pool that is not there; `Invalid` for one that is retired, when a rule of [`check`] is broken, and
/// for a second one of a pool, day and purpose.
pub async fn record(
    tx: &Tx,
    given: capacity_reservation::ActiveModel,
) -> Result<capacity_reservation::Model> {
    let row = capacity_reservation::ActiveModel { id: Set(tx.new_id()), ..given };
    let new = draft(&row)?;
    check(&new)?;
    let pool = pools::held(tx, new.pool_id).await?;
    let of_pool =
        capacity_reservation::Entity::find().filter(capacity_reservation::Column::PoolId.eq(pool.id));
    let same = of_pool
        .filter(capacity_reservation::Column::FromOn.eq(new.from_on))
        .filter(capacity_reservation::Column::Purpose.eq(&new.purpose));
    if same.count(tx).await? > 0 {
        let message = format!("{} of {} is recorded for {} already", new.purpose, pool.name, new.from_on);
        return Err(Error::invalid("purpose", message));
    }
    tx.insert(row).await
}

/// Removes a reservation: what it held is free.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: CapacityReservationId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("capacity reservation", row.version, expected_version)?;
    tx.delete::<_, capacity_reservation::ActiveModel>(row).await
}

/// The rules of a reservation, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_reservation::Model) -> Result<()> {
    require_text("purpose", &row.purpose, 200)?;
    require_plausible("fromOn", Some(row.from_on))?;
    let quantity = units::kept("quantity", row.quantity.to_decimal())?;
    if quantity.0 == 0 {
        return Err(Error::invalid("quantity", "0 holds nothing"));
    }
    require_order("toOn", Some(row.from_on), row.to_on, "fromOn")?;
    require_plausible("toOn", row.to_on)?;
    require_fraction("probability", row.probability.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}
