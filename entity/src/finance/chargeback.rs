//! A journal that charges pools out for one month, on its way from whoever submits it to the ledger.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AllocationModelId, BudgetVersionId, ChargebackId, LedgerCodeId};
use crate::money::{Amount, Rate};

/// A row of `chargeback`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "chargeback")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChargebackId,
    /// Rises by one with every change.
    pub version: i32,
    /// When it was submitted.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The allocation model that it was computed by.
    pub model_id: AllocationModelId,
    /// The actual figures that it is for.
    pub version_id: BudgetVersionId,
    /// The account that all lines are posted to.
    pub account_id: LedgerCodeId,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// The month, as its first day.
    pub month: Date,
    /// The period of the fiscal year of the actual figures that the month is.
    pub period: i32,
    /// How far it has come.
    pub status: ChargebackStatus,
    /// What its debits come to, and its credits.
    pub total: Amount,
    /// What was asked of the roadmap.
    #[sea_orm(column_type = "JsonBinary")]
    pub question: Question,
    /// What the figures rest on.
    #[sea_orm(column_type = "JsonBinary")]
    pub grounds: Grounds,
    /// What a unit of each driver cost, over all months asked for.
    #[sea_orm(column_type = "JsonBinary")]
    pub rate_card: RateCard,
    /// SHA-256 of the model, the question and the costs that were divided, in hexadecimal digits.
    pub inputs_hash: String,
    /// SHA-256 of the lines, in hexadecimal digits.
    pub result_hash: String,
    /// Who submitted it.
    pub submitted_by: String,
    /// The subject that whoever submitted it is known by.
    pub submitted_subject: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When it was approved.
    pub approved_at: Option<DateTimeUtc>,
    /// Who rejected it.
    pub rejected_by: Option<String>,
    /// When it was rejected.
    pub rejected_at: Option<DateTimeUtc>,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
    /// Who posted it.
    pub posted_by: Option<String>,
    /// When it was posted.
    pub posted_at: Option<DateTimeUtc>,
    /// Who reversed it.
    pub reversed_by: Option<String>,
    /// When it was reversed.
    pub reversed_at: Option<DateTimeUtc>,
    /// The actual figures that the opposite lines are posted to.
    pub reversal_version_id: Option<BudgetVersionId>,
    /// The period that the opposite lines are posted to.
    pub reversal_period: Option<i32>,
}

/// How far a chargeback has come.
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
pub enum ChargebackStatus {
    /// It waits for somebody else to approve it.
    Submitted,
    /// It may be posted.
    Approved,
    /// Its lines are among the actual figures.
    Posted,
    /// So are the opposite lines.
    Reversed,
    /// It will not be posted.
    Rejected,
}

/// What was asked of the roadmap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// First day of the first month.
    pub from: Date,
    /// Number of months.
    pub months: u32,
    /// The day from which the future was seen.
    pub as_of: Date,
    /// How much price indices were taken to rise a year.
    pub assumed_index_rate: Option<Rate>,
}

/// What the figures rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// What was taken for granted; each is a sentence.
    pub assumptions: Vec<String>,
    /// What was left out; each is a sentence.
    pub excluded: Vec<String>,
    /// Whether any of it is an estimate.
    pub estimated: bool,
}

/// What a unit of a driver cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardRate {
    /// Who gives.
    pub source: String,
    /// By what it is divided.
    pub driver: String,
    /// How much of that there is.
    pub volume: Rate,
    /// What is given.
    pub amount: Amount,
    /// The amount for one unit; none for no units.
    pub per_unit: Option<Amount>,
}

/// What a unit of each driver cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct RateCard(pub Vec<CardRate>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::allocation_model::Entity",
        from = "Column::ModelId",
        to = "super::allocation_model::Column::Id",
        on_delete = "Restrict"
    )]
    Model,
    #[sea_orm(
        belongs_to = "super::budget_version::Entity",
        from = "Column::VersionId",
        to = "super::budget_version::Column::Id",
        on_delete = "Restrict"
    )]
    Version,
    #[sea_orm(
        belongs_to = "super::ledger_code::Entity",
        from = "Column::AccountId",
        to = "super::ledger_code::Column::Id",
        on_delete = "Restrict"
    )]
    Account,
    #[sea_orm(
        belongs_to = "super::budget_version::Entity",
        from = "Column::ReversalVersionId",
        to = "super::budget_version::Column::Id",
        on_delete = "Restrict"
    )]
    ReversalVersion,
}

impl ActiveModelBehavior for ActiveModel {}
