//! How many pieces of a placement a rack holds a place for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CapacityPlacementId, CapacityPlacementRackId, RackId};

/// A row of `capacity_placement_rack`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_placement_rack")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityPlacementRackId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The placement.
    pub placement_id: CapacityPlacementId,
    /// The rack.
    pub rack_id: RackId,
    /// How many pieces, at least one.
    pub pieces: i32,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::capacity_placement::Entity",
        from = "Column::PlacementId",
        to = "super::capacity_placement::Column::Id",
        on_delete = "Cascade"
    )]
    Placement,
    #[sea_orm(
        belongs_to = "crate::inventory::rack::Entity",
        from = "Column::RackId",
        to = "crate::inventory::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
}

impl ActiveModelBehavior for ActiveModel {}
