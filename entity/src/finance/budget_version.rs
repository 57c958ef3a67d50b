//! A budget of one fiscal year: what was approved, is expected, came about or might be.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{BudgetVersionId, FiscalCalendarId};
use crate::money::Rate;

/// A row of `budget_version`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "budget_version")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BudgetVersionId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// What it is.
    pub kind: VersionKind,
    /// Of a forecast, how many periods are actual and how many expected: 3+9.
    pub label: Option<String>,
    /// Label of the fiscal year.
    pub fiscal_year: i32,
    /// The calendar that cuts it into periods.
    pub calendar_id: FiscalCalendarId,
    /// ISO 4217 code of the currency that it is reported in.
    pub currency: String,
    /// The fixed exchange rates of the year.
    #[sea_orm(column_type = "JsonBinary")]
    pub plan_rates: PlanRates,
    /// Whether it may still be edited.
    pub status: VersionStatus,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When it was frozen.
    pub frozen_at: Option<DateTimeUtc>,
    /// Hash of what was frozen.
    pub content_hash: Option<String>,
    /// The version that it was copied from.
    pub copied_from_id: Option<BudgetVersionId>,
    /// Free text.
    pub notes: Option<String>,
}

/// What a version of a budget is.
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
pub enum VersionKind {
    /// What was approved.
    Plan,
    /// What is expected, with some periods behind it.
    Forecast,
    /// What came about.
    Actual,
    /// What might be.
    Scenario,
}

/// Whether a version may still be edited.
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
pub enum VersionStatus {
    /// It may.
    Draft,
    /// It may not; what differs is another version.
    Frozen,
}

/// What one unit of a currency counts as in the currency of the version, all year long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRate {
    /// ISO 4217 code.
    pub currency: String,
    /// Units of the currency of the version for one of it.
    pub rate: Rate,
}

/// The fixed exchange rates of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct PlanRates(pub Vec<PlanRate>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::fiscal_calendar::Entity",
        from = "Column::CalendarId",
        to = "super::fiscal_calendar::Column::Id",
        on_delete = "Restrict"
    )]
    Calendar,
    #[sea_orm(
        belongs_to = "Entity",
        from = "Column::CopiedFromId",
        to = "Column::Id",
        on_delete = "Restrict"
    )]
    CopiedFrom,
}

impl ActiveModelBehavior for ActiveModel {}
