//! What a price index was published to be for a month.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::PriceIndexValueId;
use crate::money::Rate;

/// A row of `price_index_value`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "price_index_value")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceIndexValueId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name of the index, as contracts name it.
    pub series: String,
    /// The month it is for.
    pub month: Date,
    /// The value of the index; above zero.
    pub value: Rate,
    /// Day it was published; none is known from the first day on.
    pub published_on: Option<Date>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
