//! That one thing needs another.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ConfigurationItemId, DependencyId, RedundancyGroupId};
use crate::money::Rate;

/// A row of `dependency`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dependency")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DependencyId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What needs.
    pub from_id: ConfigurationItemId,
    /// What is needed.
    pub to_id: ConfigurationItemId,
    /// In what way.
    pub kind: DependencyKind,
    /// What becomes of what needs when what is needed fails.
    pub hardness: Hardness,
    /// The group in which others can take its place.
    pub redundancy_group_id: Option<RedundancyGroupId>,
    /// What it carries in its group, in the group's unit.
    pub capacity: Option<Rate>,
    /// How it is known.
    pub evidence: Evidence,
    /// How sure it is, from 0 to 1.
    pub confidence: Option<Rate>,
    /// First day it was seen.
    pub first_seen_on: Option<Date>,
    /// Last day it was seen.
    pub last_seen_on: Option<Date>,
    /// Milliseconds that a round trip may take.
    pub latency_budget_milliseconds: Option<i32>,
    /// Data that passes, in gigabytes a day.
    pub gigabytes_per_day: Option<Rate>,
    /// Whether so much is written that the two must not be far apart.
    pub is_write_heavy: bool,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Ways of needing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DependencyKind {
    /// It is executed there.
    RunsOn,
    /// It needs it, in a way that is not told.
    DependsOn,
    /// It calls it.
    Uses,
    /// Its data are there.
    StoresOn,
    /// Its traffic passes through it.
    ConnectsVia,
    /// Its power comes from it.
    PoweredBy,
    /// Its heat goes to it.
    CooledBy,
    /// It lets people in by it.
    AuthenticatesWith,
    /// Its data are copied there: no need.
    ReplicatesTo,
    /// Its backups are there.
    BacksUpTo,
    /// It is part of a cluster that it needs.
    MemberOf,
    /// It is inside it.
    ContainedIn,
}

/// What becomes of what needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Hardness {
    /// It is down without it.
    Hard,
    /// It is degraded without it.
    Soft,
}

/// How a dependency is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Evidence {
    /// Traffic or configuration showed it.
    Observed,
    /// Somebody said so.
    Declared,
    /// It was concluded from something else.
    Inferred,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::configuration_item::Entity",
        from = "Column::FromId",
        to = "super::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    From,
    #[sea_orm(
        belongs_to = "super::configuration_item::Entity",
        from = "Column::ToId",
        to = "super::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    To,
    #[sea_orm(
        belongs_to = "super::redundancy_group::Entity",
        from = "Column::RedundancyGroupId",
        to = "super::redundancy_group::Column::Id",
        on_delete = "Restrict"
    )]
    RedundancyGroup,
}

impl ActiveModelBehavior for ActiveModel {}
