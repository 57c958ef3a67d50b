//! A currency that amounts may be in.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::CurrencyId;

/// A row of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "currency")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CurrencyId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// ISO 4217 code; unique.
    pub code: String,
    /// Name in English.
    pub name: String,
    /// Decimals of the smallest coin.
    pub minor_units: i32,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
