//! A month of a forecast that is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::CapacityForecastId;

/// A row of `capacity_forecast_point`. Written once; the forecast and the month are its identity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_forecast_point")]
pub struct Model {
    /// The forecast.
    #[sea_orm(primary_key, auto_increment = false)]
    pub forecast_id: CapacityForecastId,
    /// The month, as its first day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: Date,
    /// How many months after the last observed one it is, from 1.
    pub ahead: i32,
    /// What one in ten values was to stay below: demand with its events, in the unit of the pool.
    pub p10: Quantity,
    /// What demand was to be below as likely as not.
    pub p50: Quantity,
    /// What nine in ten values were to stay below.
    pub p90: Quantity,
    /// What there was to plan with in the month; none where nobody knew.
    pub supply: Option<Quantity>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::capacity_forecast::Entity",
        from = "Column::ForecastId",
        to = "super::capacity_forecast::Column::Id",
        on_delete = "Cascade"
    )]
    Forecast,
}

impl ActiveModelBehavior for ActiveModel {}
