//! A named list of changes laid over what is recorded.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ScenarioId;

/// A row of `scenario`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "scenario")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScenarioId,
    /// Rises by one with every change, of its list too.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Whether it may still change.
    pub status: ScenarioStatus,
}

/// Whether a scenario may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScenarioStatus {
    /// Being worked on.
    Draft,
    /// Kept as it was, with what it was drawn from and what came out.
    Frozen,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
