//! A cabinet or frame at a site, with the limits it was built for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{RackId, SiteId};

/// A row of `rack`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "rack")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RackId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Where it stands.
    pub site_id: SiteId,
    /// Name; unique within its site.
    pub name: String,
    /// Room, hall or cage.
    pub room: Option<String>,
    /// Where it stands in its life.
    pub status: RackStatus,
    /// Usable height in whole rack units.
    pub height_units: i32,
    /// Power that may be drawn with redundancy kept, in watts.
    pub protected_power_watts: Option<i32>,
    /// Load it may carry, in grams.
    pub weight_limit_grams: Option<i64>,
    /// Heat that its room carries off, in watts.
    pub cooling_watts: Option<i32>,
    /// Network ports for what stands in it, taken and free.
    pub network_ports: Option<i32>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Where a rack stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RackStatus {
    /// Not yet standing.
    Planned,
    /// Takes equipment.
    Active,
    /// Takes no more equipment.
    Retired,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::site::Entity",
        from = "Column::SiteId",
        to = "super::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
}

impl ActiveModelBehavior for ActiveModel {}
