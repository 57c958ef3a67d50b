//! A service that somebody uses, or an application, platform or carrier that others are built on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ServiceId, VendorId};
use crate::money::Amount;

/// A row of `service`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "service")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// What sort of service it is.
    pub kind: ServiceKind,
    /// Where it stands in its life.
    pub status: ServiceStatus,
    /// What it does.
    pub description: Option<String>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: Option<i32>,
    /// Whether everything uses it (directory, name service, backup), so that it ties nothing together.
    pub is_shared: bool,
    /// People who use it.
    pub users: Option<i32>,
    /// Revenue that an hour without it costs.
    pub revenue_per_hour_amount: Option<Amount>,
    /// ISO 4217 code of the revenue.
    pub revenue_per_hour_currency: Option<String>,
    /// Who provides it, where somebody else does.
    pub vendor_id: Option<VendorId>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Sorts of services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceKind {
    /// What people outside IT use and name.
    BusinessService,
    /// A program that business services are made of.
    Application,
    /// What applications are built on: a database, a directory, a name service.
    Platform,
    /// A carrier's network service.
    Carrier,
    /// A service that others run: software as a service.
    External,
}

/// Where a service stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceStatus {
    /// Not yet in use.
    Planned,
    /// In use.
    Active,
    /// No longer in use.
    Retired,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
}

impl ActiveModelBehavior for ActiveModel {}
