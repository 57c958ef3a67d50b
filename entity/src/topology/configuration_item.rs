//! Anything that something can depend on: exactly one of its references is filled.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{
    AssetId, ColocationContractId, ConfigurationItemId, PowerFeedId, ProviderAccountId, RackId, ServiceId,
    SiteId, SupportContractId, VendorId, WorkloadId,
};

/// A row of `configuration_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "configuration_item")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConfigurationItemId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The service it is.
    pub service_id: Option<ServiceId>,
    /// The asset it is.
    pub asset_id: Option<AssetId>,
    /// The workload it is.
    pub workload_id: Option<WorkloadId>,
    /// The rack it is.
    pub rack_id: Option<RackId>,
    /// The power feed it is.
    pub power_feed_id: Option<PowerFeedId>,
    /// The site it is.
    pub site_id: Option<SiteId>,
    /// The vendor it is.
    pub vendor_id: Option<VendorId>,
    /// The colocation contract it is.
    pub colocation_contract_id: Option<ColocationContractId>,
    /// The support contract it is.
    pub support_contract_id: Option<SupportContractId>,
    /// The cloud account it is.
    pub provider_account_id: Option<ProviderAccountId>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::service::Entity",
        from = "Column::ServiceId",
        to = "super::service::Column::Id",
        on_delete = "Restrict"
    )]
    Service,
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
    #[sea_orm(
        belongs_to = "crate::cloud::workload::Entity",
        from = "Column::WorkloadId",
        to = "crate::cloud::workload::Column::Id",
        on_delete = "Restrict"
    )]
    Workload,
    #[sea_orm(
        belongs_to = "crate::inventory::rack::Entity",
        from = "Column::RackId",
        to = "crate::inventory::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
    #[sea_orm(
        belongs_to = "super::power_feed::Entity",
        from = "Column::PowerFeedId",
        to = "super::power_feed::Column::Id",
        on_delete = "Restrict"
    )]
    PowerFeed,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
    #[sea_orm(
        belongs_to = "crate::contracts::colocation_contract::Entity",
        from = "Column::ColocationContractId",
        to = "crate::contracts::colocation_contract::Column::Id",
        on_delete = "Restrict"
    )]
    ColocationContract,
    #[sea_orm(
        belongs_to = "crate::contracts::support_contract::Entity",
        from = "Column::SupportContractId",
        to = "crate::contracts::support_contract::Column::Id",
        on_delete = "Restrict"
    )]
    SupportContract,
    #[sea_orm(
        belongs_to = "crate::cloud::provider_account::Entity",
        from = "Column::ProviderAccountId",
        to = "crate::cloud::provider_account::Column::Id",
        on_delete = "Restrict"
    )]
    ProviderAccount,
}

impl ActiveModelBehavior for ActiveModel {}
