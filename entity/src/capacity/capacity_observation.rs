//! How much of a pool was used at an instant.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::CapacityPoolId;

/// A row of `capacity_observation`. Written once; the pool and the instant are its identity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_observation")]
pub struct Model {
    /// The pool.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool_id: CapacityPoolId,
    /// When, to the microsecond.
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: DateTimeUtc,
    /// What was used, in the unit of the pool.
    pub value: Quantity,
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
