//! What is bought for a pool that runs out, and what that costs.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::{CapacityPoolId, CapacityPurchaseRuleId, DepreciationRuleId, VendorId};
use crate::inventory::hardware_model::HardwareKind;
use crate::lifecycle::refresh_policy::PriceIndex;
use crate::money::{Amount, Rate};

/// A row of `capacity_purchase_rule`. A pool has one at most.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_purchase_rule")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityPurchaseRuleId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The pool; unique.
    pub pool_id: CapacityPoolId,
    /// What is bought.
    pub item: String,
    /// Of which kind it is: by that its price moves in scenarios, and it is written off.
    pub hardware_kind: HardwareKind,
    /// What one piece adds to what may be planned with, in the unit of the pool.
    pub quantity: Quantity,
    /// Pieces come in whole lots of this many.
    pub lot: i32,
    /// How many months of demand an order covers.
    pub cover_months: i32,
    /// Which demand is bought for.
    pub demand: DemandQuantile,
    /// The price of a piece.
    pub price_amount: Amount,
    /// ISO 4217 code of every amount here.
    pub currency: String,
    /// The day on which the price was stated.
    pub price_on: Date,
    /// Last day on which it can be ordered at; none where nobody promised one.
    pub price_valid_until_on: Option<Date>,
    /// How the price moves, year by year.
    #[sea_orm(column_type = "JsonBinary")]
    pub price_index: PriceIndex,
    /// Freight and duty as a fraction of the price.
    pub freight_rate: Rate,
    /// Installation of one piece.
    pub install_amount: Amount,
    /// Prepaid support as a fraction of the price.
    pub support_rate: Rate,
    /// Months that the prepaid support covers.
    pub support_months: i32,
    /// Reserve as a fraction of the price.
    pub contingency_rate: Rate,
    /// From invoice, on delivery, to payment, in days.
    pub payment_terms_days: i32,
    /// How it is written off; none is by its life, or else by kind.
    pub depreciation_rule_id: Option<DepreciationRuleId>,
    /// The months over which it is written off evenly, in place of a rule.
    pub life_months: Option<i32>,
    /// Who sells it.
    pub vendor_id: Option<VendorId>,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Which demand of the months to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DemandQuantile {
    /// What it is below as likely as not.
    #[sea_orm(string_value = "P50")]
    #[serde(rename = "P50")]
    P50,
    /// What it is below with a probability of 90 %: the cautious one.
    #[sea_orm(string_value = "P90")]
    #[serde(rename = "P90")]
    P90,
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
        belongs_to = "crate::lifecycle::depreciation_rule::Entity",
        from = "Column::DepreciationRuleId",
        to = "crate::lifecycle::depreciation_rule::Column::Id",
        on_delete = "Restrict"
    )]
    DepreciationRule,
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
}

impl ActiveModelBehavior for ActiveModel {}
