//! What one unit of a currency was, or is planned to be, worth in another.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ExchangeRateId;
use crate::money::Rate;

/// A row of `exchange_rate`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "exchange_rate")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExchangeRateId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// ISO 4217 code of the one unit.
    pub base: String,
    /// ISO 4217 code of what it is worth.
    pub quote: String,
    /// Day it holds from.
    pub on_date: Date,
    /// What the rate is used for.
    pub kind: RateKind,
    /// Units of the quote for one of the base.
    pub rate: Rate,
}

/// What an exchange rate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RateKind {
    /// Plans and budgets.
    Plan,
    /// The market's rate of the day.
    Spot,
    /// The average of a month.
    Average,
    /// Fixed by a contract or hedge.
    Contract,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
