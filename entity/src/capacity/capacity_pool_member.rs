//! What a pool is made of: an asset, a rack, a site or a workload.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::capacity_pool::CapacityResource;
use crate::id::{AssetId, CapacityPoolId, CapacityPoolMemberId, RackId, SiteId, WorkloadId};

/// A row of `capacity_pool_member`. Exactly one of the four is set.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_pool_member")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityPoolMemberId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The pool.
    pub pool_id: CapacityPoolId,
    /// The resource of the pool: no thing is in two pools of one resource.
    pub resource: CapacityResource,
    /// The asset that it is.
    pub asset_id: Option<AssetId>,
    /// The rack that it is.
    pub rack_id: Option<RackId>,
    /// The site that it is.
    pub site_id: Option<SiteId>,
    /// The workload that it is.
    pub workload_id: Option<WorkloadId>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::capacity_pool::Entity",
        from = "Column::PoolId",
        to = "super::capacity_pool::Column::Id",
        on_delete = "Cascade"
    )]
    Pool,
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
    #[sea_orm(
        belongs_to = "crate::inventory::rack::Entity",
        from = "Column::RackId",
        to = "crate::inventory::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::cloud::workload::Entity",
        from = "Column::WorkloadId",
        to = "crate::cloud::workload::Column::Id",
        on_delete = "Restrict"
    )]
    Workload,
}

impl ActiveModelBehavior for ActiveModel {}
