//! A test of recovery: what it was about, how long it took, and what shows it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::RecoveryDrillId;

/// A row of `recovery_drill`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recovery_drill")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryDrillId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// How real it was.
    pub kind: DrillKind,
    /// Day it was held.
    pub held_on: Date,
    /// When the outage was declared.
    pub declared_at: Option<DateTimeUtc>,
    /// When what it was about was usable again.
    pub restored_at: Option<DateTimeUtc>,
    /// Minutes from the declaration to being usable again.
    pub achieved_time_minutes: Option<i32>,
    /// Minutes between the last good data and the outage.
    pub achieved_point_minutes: Option<i32>,
    /// What went wrong.
    pub issues: Option<String>,
    /// Who accepted the result.
    pub signed_off_by: Option<String>,
    /// Where the record of it is kept.
    pub evidence: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// How real a drill was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DrillKind {
    /// Talked through; nothing was recovered.
    Tabletop,
    /// The steps were gone through one by one.
    Walkthrough,
    /// Parts were recovered.
    Functional,
    /// All was recovered beside what went on running.
    Parallel,
    /// All was moved over.
    FullFailover,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
