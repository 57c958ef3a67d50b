//! An item that a drill was about.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ConfigurationItemId, RecoveryDrillId, RecoveryDrillItemId};

/// A row of `recovery_drill_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recovery_drill_item")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryDrillItemId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The drill.
    pub drill_id: RecoveryDrillId,
    /// The item.
    pub item_id: ConfigurationItemId,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::recovery_drill::Entity",
        from = "Column::DrillId",
        to = "super::recovery_drill::Column::Id",
        on_delete = "Cascade"
    )]
    Drill,
    #[sea_orm(
        belongs_to = "crate::topology::configuration_item::Entity",
        from = "Column::ItemId",
        to = "crate::topology::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    Item,
}

impl ActiveModelBehavior for ActiveModel {}
