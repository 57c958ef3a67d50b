//! Something that is done to save money.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::SavingsInitiativeId;
use crate::money::Amount;

/// A row of `savings_initiative`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "savings_initiative")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavingsInitiativeId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What people call it; unique.
    pub code: String,
    /// What it is, in a sentence.
    pub name: String,
    /// What is done: renegotiation, consolidation, retirement.
    pub lever: String,
    /// Whether it lowers what is spent.
    pub kind: SavingsKind,
    /// How far it has come.
    pub stage: SavingsStage,
    /// ISO 4217 code of every amount here.
    pub currency: String,
    /// What was spent before, over the months of the baseline.
    pub baseline_amount: Amount,
    /// First month of the baseline, as its first day.
    pub baseline_from: Date,
    /// Number of its months.
    pub baseline_months: i32,
    /// How it was found.
    pub baseline_method: String,
    /// Day it was fixed.
    pub baseline_fixed_on: Date,
    /// First day on which it saves.
    pub starts_on: Date,
    /// Last day on which it saves; none is without end.
    pub ends_on: Option<Date>,
    /// Whether it comes again.
    pub recurrence: Recurrence,
    /// What it saves in twelve months, or once, as claimed.
    pub claimed_amount: Amount,
    /// The same as confirmed by finance.
    pub confirmed_amount: Option<Amount>,
    /// Day it was confirmed.
    pub confirmed_on: Option<Date>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// What shows that it is so: documents, links.
    #[sea_orm(column_type = "JsonBinary")]
    pub evidence: Evidence,
}

/// Whether a saving lowers what is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SavingsKind {
    /// Less is spent than before.
    Hard,
    /// Less is spent than would have been.
    Avoidance,
}

/// How far an initiative has come.
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
pub enum SavingsStage {
    /// Somebody has the idea.
    Identified,
    /// The amount has been checked.
    Validated,
    /// It has been decided.
    Approved,
    /// It has been done.
    Implemented,
    /// It shows in the ledger.
    Realised,
    /// It will not come.
    Lost,
}

/// Whether a saving comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Recurrence {
    /// Every month from the start.
    Recurring,
    /// Once, on the day it starts.
    OneOff,
}

/// What shows that something is so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Evidence(pub Vec<String>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
