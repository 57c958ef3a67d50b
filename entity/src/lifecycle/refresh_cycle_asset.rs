//! An asset that a refresh cycle replaces.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AssetId, RefreshCycleAssetId, RefreshCycleId};

/// A row of `refresh_cycle_asset`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "refresh_cycle_asset")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshCycleAssetId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The cycle.
    pub cycle_id: RefreshCycleId,
    /// The asset.
    pub asset_id: AssetId,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::refresh_cycle::Entity",
        from = "Column::CycleId",
        to = "super::refresh_cycle::Column::Id",
        on_delete = "Cascade"
    )]
    Cycle,
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
