//! How a company cuts time into fiscal years, quarters and months.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::FiscalCalendarId;

/// A row of `fiscal_calendar`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "fiscal_calendar")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FiscalCalendarId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// Calendar month its year starts in.
    pub start_month: i32,
    /// Which calendar year names the fiscal year.
    pub label_by: LabelBy,
    /// Whether its months are calendar months or weeks.
    pub pattern: CalendarPattern,
    /// First day of a week-based year.
    pub anchor_on: Option<Date>,
    /// Fiscal years that have a 53rd week.
    #[sea_orm(column_type = "JsonBinary")]
    pub leap_week_years: Years,
    /// Whether it is used when none is named.
    pub is_default: bool,
}

/// Which calendar year names a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LabelBy {
    /// The one it starts in.
    StartYear,
    /// The one it ends in.
    EndYear,
}

/// What a fiscal month is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CalendarPattern {
    /// A calendar month.
    Months,
    /// Weeks: four, four, five in each quarter.
    W445,
    /// Weeks: four, five, four in each quarter.
    W454,
    /// Weeks: five, four, four in each quarter.
    W544,
}

/// Fiscal years by the label they carry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Years(pub Vec<i32>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
