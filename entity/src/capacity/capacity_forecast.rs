//! What was said of a pool on a day: a forecast that is kept, so that it can be held against what came.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CapacityForecastId, CapacityPoolId};

/// A row of `capacity_forecast`. Written once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_forecast")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityForecastId,
    /// Stays 1.
    pub version: i32,
    /// When it was published.
    pub created_at: DateTimeUtc,
    /// When it was published.
    pub updated_at: DateTimeUtc,
    /// The pool.
    pub pool_id: CapacityPoolId,
    /// The day from which the future was seen.
    pub as_of: Date,
    /// How many months after that of the day were looked at.
    pub months: i32,
    /// The method that was asked for.
    pub asked: ForecastMethod,
    /// The method that was used.
    pub used: ForecastMethod,
    /// Why this method, and what it assumes.
    pub reason: String,
    /// Observed months that it was fitted to.
    pub trained_on: i32,
    /// The last of them, as its first day.
    pub observed_until: Date,
    /// What became of the question when the P50 of demand reaches supply.
    pub p50_code: ExhaustionCode,
    /// The month in which it does, as its first day.
    pub p50_month: Option<Date>,
    /// What became of the question when the P90 of demand reaches supply.
    pub p90_code: ExhaustionCode,
    /// The month in which it does, as its first day.
    pub p90_month: Option<Date>,
    /// What became of the question by when to order.
    pub order_status: OrderStatus,
    /// The day to order by.
    pub order_by: Option<Date>,
    /// SHA-256 of all that it follows from, in hexadecimal digits.
    pub inputs_hash: String,
    /// Who published it.
    pub published_by: String,
}

/// How a series is carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ForecastMethod {
    /// Chosen by the past of the series.
    Auto,
    /// The mean of four methods.
    Combination,
    /// The dynamic optimised Theta method.
    Theta,
    /// Smoothing with a trend that fades.
    DampedTrend,
    /// A small model of differences.
    Arima,
    /// A small model of differences, seasonal ones too.
    SeasonalArima,
    /// How often times how much.
    Intermittent,
    /// A line through the series without its season.
    StraightLine,
    /// A line through all points as they are.
    OrdinaryLeastSquares,
    /// The last value goes on.
    Naive,
    /// The last period goes on.
    SeasonalNaive,
    /// The last value without its season goes on.
    #[sea_orm(string_value = "NAIVE_2")]
    #[serde(rename = "NAIVE_2")]
    Naive2,
}

/// What becomes of the question when a pool runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExhaustionCode {
    /// In a month that has not passed.
    Dated,
    /// It has already.
    AlreadyPassed,
    /// Not within the months that are looked at.
    NotWithinHorizon,
    /// Nobody can tell.
    NotComputable,
}

/// What becomes of the question by when to order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// By a day that has not passed.
    Due,
    /// By a day that has passed.
    Overdue,
    /// There is no such day.
    None,
    /// Nobody can tell.
    NotComputable,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::capacity_pool::Entity",
        from = "Column::PoolId",
        to = "super::capacity_pool::Column::Id",
        on_delete = "Restrict"
    )]
    Pool,
}

impl ActiveModelBehavior for ActiveModel {}
