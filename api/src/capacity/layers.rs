//! What is reserved of pools.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{capacity::capacity_reservation, id::CapacityPoolId};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::{error::Result, store::Read};

/// What is reserved on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// All that is held, however likely it is to be needed.
    pub quantity: Decimal,
    /// By how many reservations.
    pub count: usize,
}

/// What is reserved of some pools on a day, by pool; those of which nothing is are left out.
///
/// # Errors
/// Those of the database.
pub async fn reserved(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    on: NaiveDate,
) -> Result<HashMap<CapacityPoolId, Reserved>> {
    use capacity_reservation::Column as C;
    let in_force = Condition::all()
        .add(C::PoolId.is_in(pools))
        .add(C::FromOn.lte(on))
        .add(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(on)));
    let mut reserved: HashMap<_, Reserved> = HashMap::new();
    for row in capacity_reservation::Entity::find().filter(in_force).all(db).await? {
        let sum = reserved.entry(row.pool_id).or_default();
        sum.quantity += row.quantity.to_decimal();
        sum.count += 1;
    }
    Ok(reserved)
}
