//! One line of a document that was posted.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::budget_line::BudgetView;
use crate::id::{ActualPostingId, BudgetVersionId, LedgerCodeId, SiteId};
use crate::money::{Amount, Rate};

/// A row of `actual_posting`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "actual_posting")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActualPostingId,
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
    /// Period of the fiscal year, 1 to 12; 13 for adjustments of the year.
    pub period: i32,
    /// Which event places the amount in the period.
    pub view: BudgetView,
    /// The system that it was posted in.
    pub source: String,
    /// The document, as that system numbers it.
    pub document: String,
    /// The line of the document.
    pub document_line: String,
    /// What sort of document it is.
    pub kind: PostingKind,
    /// The day of the document in the ledger.
    pub posted_on: Option<Date>,
    /// The day on which it was recorded here.
    pub recorded_on: Date,
    /// ISO 4217 code of the amount.
    pub currency: String,
    /// How much; costs are positive, credits negative.
    pub amount: Amount,
    /// How many units it is for.
    pub quantity: Option<Rate>,
    /// Price of a unit, in the currency of the amount.
    pub unit_price: Option<Amount>,
    /// Who is paid.
    pub supplier: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether it happened once and says nothing about other periods.
    pub one_off: bool,
}

/// What sort of document a posting is of.
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
pub enum PostingKind {
    /// What a supplier bills.
    Invoice,
    /// What a supplier gives back.
    CreditNote,
    /// What is expected to be billed later.
    Accrual,
    /// An accrual taken back, because the bill is there.
    AccrualReversal,
    /// What is promised to a supplier.
    Order,
    /// An entry of the ledger itself.
    Journal,
    /// What one part of the company charges another.
    Recharge,
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
