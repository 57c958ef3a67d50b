//! A feed of electric power: of a rack, or of what feeds racks.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::contracts::colocation_circuit::Feed;
use crate::id::{ColocationCircuitId, PowerFeedId, RackId, SiteId};

/// A row of `power_feed`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "power_feed")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PowerFeedId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Where it is.
    pub site_id: SiteId,
    /// Name; unique within its site.
    pub name: String,
    /// Where it stands in its life.
    pub status: FeedStatus,
    /// Which of two that back each other up it is; none where it has no twin.
    pub side: Option<Feed>,
    /// The rack it feeds; none where it feeds other feeds.
    pub rack_id: Option<RackId>,
    /// The feed it hangs on.
    pub upstream_id: Option<PowerFeedId>,
    /// The circuit of a colocation contract that it is.
    pub circuit_id: Option<ColocationCircuitId>,
    /// Power that it may carry for long, in watts.
    pub capacity_watts: Option<i32>,
    /// Panel or distribution unit that it comes from.
    pub panel: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Where a feed stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeedStatus {
    /// Not yet live.
    Planned,
    /// Live.
    Active,
    /// Gone.
    Retired,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::inventory::rack::Entity",
        from = "Column::RackId",
        to = "crate::inventory::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
    #[sea_orm(
        belongs_to = "crate::contracts::colocation_circuit::Entity",
        from = "Column::CircuitId",
        to = "crate::contracts::colocation_circuit::Column::Id",
        on_delete = "Restrict"
    )]
    Circuit,
    #[sea_orm(belongs_to = "Entity", from = "Column::UpstreamId", to = "Column::Id", on_delete = "Restrict")]
    Upstream,
}

impl ActiveModelBehavior for ActiveModel {}
