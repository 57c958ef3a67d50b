//! What amounts of a budget are charged to: a cost centre, an account, a tower.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::LedgerCodeId;

/// A row of `ledger_code`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "ledger_code")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerCodeId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What it is a code of.
    pub kind: CodeKind,
    /// Code; unique among its kind.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Where it stands in the taxonomy that the company uses.
    pub category: Option<String>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// First day that it may be charged for.
    pub valid_from_on: Option<Date>,
    /// Last day that it may be charged for.
    pub valid_to_on: Option<Date>,
    /// What took its place in a reorganisation.
    pub superseded_by_id: Option<LedgerCodeId>,
    /// The day from which it did.
    pub superseded_from_on: Option<Date>,
}

/// What a code stands for.
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
pub enum CodeKind {
    /// Who is charged.
    CostCentre,
    /// What it is in the ledger.
    Account,
    /// What it is technically, such as compute or network.
    Tower,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "Entity",
        from = "Column::SupersededById",
        to = "Column::Id",
        on_delete = "Restrict"
    )]
    SupersededBy,
}

impl ActiveModelBehavior for ActiveModel {}
