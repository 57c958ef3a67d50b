//! One piece of equipment that the company answers for.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::environment::Environment;
use crate::id::{AssetId, HardwareModelId, RackId, SiteId, VendorId};
use crate::money::{Amount, Rate};

/// A row of `asset`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssetId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Inventory tag; unique.
    pub tag: String,
    /// Host name or the like.
    pub name: Option<String>,
    /// Serial number; not unique, for duplicates are found and reported rather than refused.
    pub serial: Option<String>,
    /// What it is an instance of.
    pub model_id: HardwareModelId,
    /// Where it is.
    pub site_id: SiteId,
    /// The rack it is mounted in.
    pub rack_id: Option<RackId>,
    /// Lowest half unit it takes, counted from the floor: U1 is 2, the upper half of U1 is 3.
    pub position_half_units: Option<i32>,
    /// The side of the rack it is mounted on.
    pub face: Option<RackFace>,
    /// The chassis it lives in.
    pub parent_id: Option<AssetId>,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// Whom it was bought or leased from.
    pub vendor_id: Option<VendorId>,
    /// What was paid for it.
    pub purchase_amount: Option<Amount>,
    /// ISO 4217 code of the purchase.
    pub purchase_currency: Option<String>,
    /// Day of purchase.
    pub purchased_on: Option<Date>,
    /// Number of the purchase order.
    pub purchase_order: Option<String>,
    /// First day of service; its age and depreciation count from here.
    pub in_service_on: Option<Date>,
    /// Last day of the maker's warranty.
    pub warranty_ends_on: Option<Date>,
    /// Day a leased asset is due back.
    pub lease_return_on: Option<Date>,
    /// Day it is expected to be in service, of what is not yet.
    pub expected_on: Option<Date>,
    /// Day it is meant to leave service, of what has not yet.
    pub retirement_planned_on: Option<Date>,
    /// Day it left service.
    pub retired_on: Option<Date>,
    /// Day it left the company.
    pub disposed_on: Option<Date>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: Option<i32>,
    /// What it is used for.
    pub environment: Environment,
    /// Which figure its draw is taken from.
    pub power_basis: PowerBasis,
    /// Measured draw, in watts.
    pub measured_draw_watts: Option<i32>,
    /// Data that it holds, in terabytes of 10¹² bytes; none where it holds what its model does.
    pub usable_terabytes: Option<Rate>,
    /// Cores, not threads; none where it has those of its model.
    pub cores: Option<i32>,
    /// Main memory, in gibibytes of 2³⁰ bytes; none where it has that of its model.
    pub memory_gibibytes: Option<Rate>,
    /// The cost centre it is charged to.
    pub cost_centre: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// A side of a rack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RackFace {
    /// The cold side.
    Front,
    /// The hot side.
    Rear,
}

/// Where an asset stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssetStatus {
    /// Foreseen, not ordered.
    Planned,
    /// Ordered, not received.
    Ordered,
    /// Received, not in service.
    InStock,
    /// Doing its work.
    InService,
    /// Out of service for repair or change, to return.
    Maintenance,
    /// Out of service for good, still here.
    Retired,
    /// Gone: sold, returned, recycled.
    Disposed,
}

/// Which figure an asset's draw is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PowerBasis {
    /// Its own measurement.
    Measured,
    /// Its model's typical draw.
    Model,
    /// Its model's maximum draw.
    Nameplate,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::hardware_model::Entity",
        from = "Column::ModelId",
        to = "super::hardware_model::Column::Id",
        on_delete = "Restrict"
    )]
    Model,
    #[sea_orm(
        belongs_to = "super::site::Entity",
        from = "Column::SiteId",
        to = "super::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "super::rack::Entity",
        from = "Column::RackId",
        to = "super::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
    #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id", on_delete = "Restrict")]
    Parent,
    #[sea_orm(
        belongs_to = "super::vendor::Entity",
        from = "Column::VendorId",
        to = "super::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
}

impl ActiveModelBehavior for ActiveModel {}
