//! One amount of a budget.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{BudgetLineId, BudgetVersionId, LedgerCodeId, SiteId};
use crate::money::{Amount, Rate};

/// A row of `budget_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "budget_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BudgetLineId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The version that it is part of.
    pub version_id: BudgetVersionId,
    /// Who is charged.
    pub cost_centre_id: LedgerCodeId,
    /// The account of the ledger.
    pub account_id: LedgerCodeId,
    /// The tower; none is not assigned.
    pub tower_id: Option<LedgerCodeId>,
    /// The site; none is of no single site.
    pub site_id: Option<SiteId>,
    /// Period of the fiscal year, 1 to 12.
    pub period: i32,
    /// Which event places the amount in the period.
    pub view: BudgetView,
    /// What tells it from the other lines of its version, made from where it belongs; unique in the version.
    pub cell: String,
    /// Tells lines of the same place apart; empty where there is one.
    pub item: String,
    /// ISO 4217 code of the amount.
    pub currency: String,
    /// How much; costs are positive.
    pub amount: Amount,
    /// How many units it is for.
    pub quantity: Option<Rate>,
    /// Price of a unit, in the currency of the amount.
    pub unit_price: Option<Amount>,
    /// Free text.
    pub description: Option<String>,
    /// Where the line came from.
    pub source: Option<String>,
}

/// Which event places an amount in a period. Views are never added to each other.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BudgetView {
    /// When it is promised.
    Commitment,
    /// When it is paid.
    Cash,
    /// When it is expense.
    Pnl,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::budget_version::Entity",
        from = "Column::VersionId",
        to = "super::budget_version::Column::Id",
        on_delete = "Cascade"
    )]
    Version,
    #[sea_orm(
        belongs_to = "super::ledger_code::Entity",
        from = "Column::CostCentreId",
        to = "super::ledger_code::Column::Id",
        on_delete = "Restrict"
    )]
    CostCentre,
    #[sea_orm(
        belongs_to = "super::ledger_code::Entity",
        from = "Column::AccountId",
        to = "super::ledger_code::Column::Id",
        on_delete = "Restrict"
    )]
    Account,
    #[sea_orm(
        belongs_to = "super::ledger_code::Entity",
        from = "Column::TowerId",
        to = "super::ledger_code::Column::Id",
        on_delete = "Restrict"
    )]
    Tower,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
}

impl ActiveModelBehavior for ActiveModel {}
