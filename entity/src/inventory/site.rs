//! A place where the company keeps equipment or people, a cloud region included.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::SiteId;

/// A row of `site`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Short code that imports and people use; unique.
    pub code: String,
    /// Name in full.
    pub name: String,
    /// What sort of place it is.
    pub kind: SiteKind,
    /// Where it stands in its life.
    pub status: SiteStatus,
    /// IANA name of the zone its local dates are in.
    pub time_zone: String,
    /// Street and number.
    pub street: Option<String>,
    /// City or town.
    pub city: Option<String>,
    /// State, province or county.
    pub region: Option<String>,
    /// Postal code as written in its country.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// First day of use.
    pub opened_on: Option<Date>,
    /// The day the site is to be empty; nothing there is refreshed that would fall due later.
    pub exit_on: Option<Date>,
    /// Why it is being left.
    pub exit_reason: Option<String>,
    /// People who work there.
    pub headcount: Option<i32>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What sort of place a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SiteKind {
    /// A data center of our own.
    DataCenter,
    /// Rented space in someone else's data center.
    Colocation,
    /// A place where people work.
    Office,
    /// A provider's region.
    CloudRegion,
    /// A small unattended place: a shop, a cell site, a substation.
    Edge,
}

/// Where a site stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SiteStatus {
    /// Not yet in use.
    Planned,
    /// In use.
    Active,
    /// Left; kept for its history.
    Closed,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
