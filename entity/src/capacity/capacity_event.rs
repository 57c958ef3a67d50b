//! A day on which the demand of a pool steps up or down.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::{CapacityEventId, CapacityPoolId};
use crate::money::Rate;

/// A row of `capacity_event`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_event")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityEventId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The pool.
    pub pool_id: CapacityPoolId,
    /// By how much demand rises; below zero where it falls.
    pub quantity: Quantity,
    /// The day.
    pub happens_on: Date,
    /// What happens; unique within the pool and its day.
    pub name: String,
    /// How likely it is, above 0 and at most 1.
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
