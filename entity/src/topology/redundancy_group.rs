//! Things that back each other up for one owner: so many of them have to be up, or so much of what they carry.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ConfigurationItemId, RedundancyGroupId};
use crate::money::Rate;

/// A row of `redundancy_group`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "redundancy_group")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RedundancyGroupId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What needs them.
    pub owner_id: ConfigurationItemId,
    /// Name; unique for its owner.
    pub name: String,
    /// Members that have to be up.
    pub required_count: Option<i32>,
    /// Capacity that has to be up, in `capacity_unit`.
    pub required_capacity: Option<Rate>,
    /// Unit of the capacities: kW, say.
    pub capacity_unit: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::configuration_item::Entity",
        from = "Column::OwnerId",
        to = "super::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    Owner,
}

impl ActiveModelBehavior for ActiveModel {}
