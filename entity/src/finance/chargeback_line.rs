//! A debit or a credit of a chargeback, as it was submitted. Written once.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ChargebackId, ChargebackLineId, LedgerCodeId};
use crate::money::Amount;

/// A row of `chargeback_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "chargeback_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChargebackLineId,
    /// Always one.
    pub version: i32,
    /// When it was submitted.
    pub created_at: DateTimeUtc,
    /// When it was submitted.
    pub updated_at: DateTimeUtc,
    /// The chargeback that it is part of.
    pub chargeback_id: ChargebackId,
    /// Its place in the chargeback, from 1.
    pub position: i32,
    /// Whether it charges or relieves.
    pub side: LineSide,
    /// The node of the model that is charged or relieved.
    pub node: String,
    /// The node on the other side.
    pub counterpart: String,
    /// The cost centre that the node is called after.
    pub cost_centre_id: LedgerCodeId,
    /// How much; above zero.
    pub amount: Amount,
    /// What is posted with it.
    pub description: String,
}

/// On which side of a chargeback a line is.
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
pub enum LineSide {
    /// It is charged.
    Debit,
    /// It is relieved.
    Credit,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::chargeback::Entity",
        from = "Column::ChargebackId",
        to = "super::chargeback::Column::Id",
        on_delete = "Cascade"
    )]
    Chargeback,
    #[sea_orm(
        belongs_to = "super::ledger_code::Entity",
        from = "Column::CostCentreId",
        to = "super::ledger_code::Column::Id",
        on_delete = "Restrict"
    )]
    CostCentre,
}

impl ActiveModelBehavior for ActiveModel {}
