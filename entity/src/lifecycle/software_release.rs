//! A release line of a software product, with the dates its support ends.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::SoftwareReleaseId;

/// A row of `software_release`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "software_release")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SoftwareReleaseId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Product, as the source names it.
    pub product: String,
    /// Release line; unique within its product.
    pub cycle: String,
    /// Name for people.
    pub label: Option<String>,
    /// Day of release.
    pub released_on: Option<Date>,
    /// Last day of bug fixes.
    pub active_support_ends_on: Option<Date>,
    /// What is known of the end of bug fixes.
    pub active_support: MilestoneState,
    /// Last day of security fixes.
    pub end_of_life_on: Option<Date>,
    /// What is known of the end of security fixes.
    pub end_of_life: MilestoneState,
    /// Day it is withdrawn.
    pub discontinued_on: Option<Date>,
    /// What is known of its withdrawal.
    pub discontinued: MilestoneState,
    /// Newest version on the line.
    pub latest_version: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What is known of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MilestoneState {
    /// Its date is given.
    Dated,
    /// It has passed, its date is not given.
    Reached,
    /// It has not passed, its date is not given.
    NotAnnounced,
    /// Nothing is known.
    Unknown,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
