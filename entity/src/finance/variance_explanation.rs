//! Why part of an actual figure differs from its plan.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::budget_line::BudgetView;
use crate::id::{BudgetVersionId, LedgerCodeId, SiteId, VarianceExplanationId};
use crate::money::Amount;

/// A row of `variance_explanation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "variance_explanation")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VarianceExplanationId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The plan.
    pub version_id: BudgetVersionId,
    /// Who is charged.
    pub cost_centre_id: LedgerCodeId,
    /// The account of the ledger.
    pub account_id: LedgerCodeId,
    /// The tower; none is not assigned.
    pub tower_id: Option<LedgerCodeId>,
    /// The site; none is of no single site.
    pub site_id: Option<SiteId>,
    /// Period of the fiscal year, 1 to 12; 13 for adjustments of the year.
    pub period: i32,
    /// Which event places the amount in the period.
    pub view: BudgetView,
    /// What it is compared with.
    pub actual_id: BudgetVersionId,
    /// What it is due to.
    pub driver: VarianceDriver,
    /// How much of the variance, in the currency of the plan; positive is favourable.
    pub amount: Amount,
    /// What a person says about it.
    pub note: String,
    /// Who said so.
    pub author: String,
}

/// Why an actual figure differs from its plan.
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
pub enum VarianceDriver {
    /// More or less of it was used.
    Volume,
    /// It cost more or less apiece.
    Price,
    /// A currency moved.
    Fx,
    /// It came earlier or later within the year.
    Timing,
    /// Something was added or left out that the plan was not about.
    Scope,
    /// It happened once.
    OneOff,
    /// It was planned or posted wrongly.
    Error,
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
    #[sea_orm(
        belongs_to = "super::budget_version::Entity",
        from = "Column::ActualId",
        to = "super::budget_version::Column::Id",
        on_delete = "Cascade"
    )]
    Actual,
}

impl ActiveModelBehavior for ActiveModel {}
