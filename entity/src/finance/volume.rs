//! How much of something there was in a month: what unit costs are divided by.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{SiteId, VolumeId};
use crate::money::Rate;

/// A row of `volume`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "volume")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VolumeId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What was counted.
    pub measure: Measure,
    /// Where; none is the company as a whole.
    pub site_id: Option<SiteId>,
    /// The month, as its first day.
    pub month: Date,
    /// The average of the month, or the number of it for what is counted as it happens.
    pub average: Option<Rate>,
    /// How much there was on the first day; together with `closing` in place of an average.
    pub opening: Option<Rate>,
    /// How much there was on the last day.
    pub closing: Option<Rate>,
    /// Where the figure came from.
    pub source: Option<String>,
}

/// What a volume counts.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Measure {
    /// Endpoints under management that were active within 30 days.
    Endpoints,
    /// Terabytes in use, without backups.
    UsedTerabytes,
    /// Terabytes after protection and overhead.
    UsableTerabytes,
    /// Terabytes as bought.
    RawTerabytes,
    /// Kilowatts drawn.
    DrawnKilowatts,
    /// Kilowatts committed by contract.
    CommittedKilowatts,
    /// Servers in service.
    Servers,
    /// Virtual machines powered on.
    VirtualMachines,
    /// Seats.
    Seats,
    /// Tickets of the service desk in the month.
    Tickets,
    /// Workloads that carry a tag.
    Workloads,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
}

impl ActiveModelBehavior for ActiveModel {}
