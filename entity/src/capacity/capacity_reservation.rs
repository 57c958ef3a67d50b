//! What of a pool is held for a purpose, and for how long.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::{CapacityPoolId, CapacityReservationId};
use crate::money::Rate;

/// A row of `capacity_reservation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_reservation")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityReservationId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The pool.
    pub pool_id: CapacityPoolId,
    /// How much is held.
    pub quantity: Quantity,
    /// First day it is held.
    pub from_on: Date,
    /// Last day it is held; none where nobody said.
    pub to_on: Option<Date>,
    /// What for; unique within the pool and its first day.
    pub purpose: String,
    /// How likely it is to be needed, above 0 and at most 1.
    pub probability: Rate,
    /// Where the record came from.
    pub source: Option<String>,
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
