//! A planned replacement of a group of assets.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{HardwareModelId, RefreshCycleId, RefreshPolicyId, SiteId};
use crate::money::Amount;

/// A row of `refresh_cycle`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "refresh_cycle")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshCycleId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// The policy that made them due.
    pub policy_id: RefreshPolicyId,
    /// The site it is for; none is several.
    pub site_id: Option<SiteId>,
    /// The model to be bought; none is each asset's successor.
    pub model_id: Option<HardwareModelId>,
    /// Where it stands.
    pub status: CycleStatus,
    /// Day to order by.
    pub order_on: Option<Date>,
    /// Day the new units are in service.
    pub in_service_on: Option<Date>,
    /// New units to buy.
    pub quantity: Option<i32>,
    /// What was budgeted.
    pub budget_amount: Option<Amount>,
    /// ISO 4217 code of the budget.
    pub budget_currency: Option<String>,
    /// Free text.
    pub notes: Option<String>,
}

/// Where a refresh cycle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CycleStatus {
    /// Proposed.
    Planned,
    /// Funded.
    Approved,
    /// Ordered from the vendor.
    Ordered,
    /// In service, the old units out.
    Completed,
    /// Given up; kept for its history.
    Cancelled,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::refresh_policy::Entity",
        from = "Column::PolicyId",
        to = "super::refresh_policy::Column::Id",
        on_delete = "Restrict"
    )]
    Policy,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
    #[sea_orm(
        belongs_to = "crate::inventory::hardware_model::Entity",
        from = "Column::ModelId",
        to = "crate::inventory::hardware_model::Column::Id",
        on_delete = "Restrict"
    )]
    Model,
}

impl ActiveModelBehavior for ActiveModel {}
