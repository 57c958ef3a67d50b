//! What a frozen scenario was drawn from, and what came out. Written once.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{FrozenScenarioId, ScenarioId};

/// A row of `frozen_scenario`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "frozen_scenario")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FrozenScenarioId,
    /// Always one.
    pub version: i32,
    /// When it was frozen.
    pub created_at: DateTimeUtc,
    /// When it was frozen.
    pub updated_at: DateTimeUtc,
    /// The scenario; each is frozen once.
    pub scenario_id: ScenarioId,
    /// Who froze it.
    pub frozen_by: String,
    /// The version of the program that drew it.
    pub program_version: String,
    /// The changes, as they are read back.
    pub changes: String,
    /// The question, as it is read back.
    pub question: String,
    /// The rows it was drawn from, as canonical JSON, compressed by gzip.
    #[serde(skip)]
    pub inputs: Vec<u8>,
    /// SHA-256 of the rows before compression, in hexadecimal digits.
    pub inputs_hash: String,
    /// Totals and lines, as canonical JSON.
    #[serde(skip)]
    pub result: String,
    /// SHA-256 of totals and lines, in hexadecimal digits.
    pub result_hash: String,
    /// SHA-256 of what the changes say, in hexadecimal digits; none for what was frozen before it was worked out.
    pub changes_hash: Option<String>,
    /// SHA-256 of the question, in hexadecimal digits; none for what was frozen before it was worked out.
    pub question_hash: Option<String>,
    /// The capacity pools that more is bought for as the changes have them, as canonical JSON, compressed by gzip; none
    /// where the changes leave them as the rows have them, and for what was frozen before changes reached them. The result
    /// follows from it, so that it has no hash of its own.
    #[serde(skip)]
    pub growing: Option<Vec<u8>>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::scenario::Entity",
        from = "Column::ScenarioId",
        to = "super::scenario::Column::Id",
        on_delete = "Restrict"
    )]
    Scenario,
}

impl ActiveModelBehavior for ActiveModel {}
