//! An item of a consistency group.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ConfigurationItemId, ConsistencyGroupId, ConsistencyGroupMemberId};

/// A row of `consistency_group_member`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consistency_group_member")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsistencyGroupMemberId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The group.
    pub group_id: ConsistencyGroupId,
    /// The item; each is in at most one group.
    pub item_id: ConfigurationItemId,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::consistency_group::Entity",
        from = "Column::GroupId",
        to = "super::consistency_group::Column::Id",
        on_delete = "Cascade"
    )]
    Group,
    #[sea_orm(
        belongs_to = "crate::topology::configuration_item::Entity",
        from = "Column::ItemId",
        to = "crate::topology::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    Item,
}

impl ActiveModelBehavior for ActiveModel {}
