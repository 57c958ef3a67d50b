//! What the observations of a pool come to on a day, in UTC, so that longer views never read each of them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::CapacityPoolId;

/// A row of `capacity_day`. Follows from the observations, in the transaction that records them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_day")]
pub struct Model {
    /// The pool.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: CapacityPoolId,
    /// The day, in UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// The highest observation.
    pub peak: Quantity,
    /// All observations added up.
    pub sum: Quantity,
    /// How many observations there are.
    pub count: i32,
    /// The first of them.
    pub first_at: DateTimeUtc,
    /// The last of them.
    pub last_at: DateTimeUtc,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::capacity_pool::Entity",
        from = "Column::PoolId",
        to = "super::capacity_pool::Column::Id",
        on_delete = "Restrict"
    )]
    Pool,
}

impl ActiveModelBehavior for ActiveModel {}
