//! How a purchase becomes cost over the months of its life.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::DepreciationRuleId;
use crate::inventory::hardware_model::HardwareKind;
use crate::money::Rate;

/// A row of `depreciation_rule`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "depreciation_rule")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DepreciationRuleId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// The set of books it is for.
    pub book: Book,
    /// The kinds of hardware it applies to; empty is any.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Kinds,
    /// How cost is spread.
    pub method: DepreciationMethod,
    /// Whether a declining method changes to straight line once that is more.
    pub switch_to_straight_line: bool,
    /// Life, in months.
    pub life_months: i32,
    /// What is left at the end, as a fraction of cost.
    pub salvage_rate: Rate,
    /// Which part of the first month or year counts.
    pub convention: Convention,
    /// Where rounding differences go.
    pub rounding: ScheduleRounding,
    /// Whether it is in use.
    pub active: bool,
}

/// A set of books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Book {
    /// The company's own accounts.
    Book,
    /// The tax return.
    Tax,
    /// Accounts under the international standards.
    Ifrs,
}

/// How cost is spread over a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DepreciationMethod {
    /// The same every month.
    StraightLine,
    /// Falling by the years that are left.
    SumOfYearsDigits,
    /// Twice the straight line's rate on the book value.
    DoubleDeclining,
    /// One and a half times the straight line's rate on the book value.
    #[sea_orm(string_value = "DECLINING_150")]
    #[serde(rename = "DECLINING_150")]
    Declining150,
}

/// Which part of the first period counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Convention {
    /// The whole month of service.
    FullMonth,
    /// From the month after.
    NextMonth,
    /// Half of the month of service.
    MidMonth,
    /// The whole month when in service by the 15th, otherwise from the month after.
    MidMonthFirst,
    /// Half of the quarter of service.
    MidQuarter,
    /// Half of the year of service.
    HalfYear,
    /// The days of service.
    ActualDays,
}

/// Where rounding differences go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScheduleRounding {
    /// Into each period, so that sums so far are right to the cent.
    Cumulative,
    /// Into the last period.
    LastPeriod,
}

/// Kinds of hardware; empty is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Kinds(pub Vec<HardwareKind>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
