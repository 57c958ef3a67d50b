//! A pool: a supply of one resource whose parts can stand in for each other.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::id::{CapacityPoolId, SiteId};
use crate::money::Rate;

/// A row of `capacity_pool`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_pool")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityPoolId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// What there is a supply of.
    pub resource: CapacityResource,
    /// What all its quantities are counted in.
    pub unit: CapacityUnit,
    /// Where it is; none for what is in no one place.
    pub site_id: Option<SiteId>,
    /// Where the raw quantity comes from.
    pub basis: CapacityBasis,
    /// All there is, as stated; none where it is counted.
    pub raw: Option<Quantity>,
    /// What is left of it after protection and overhead.
    pub usable: Option<Quantity>,
    /// What is left of that after the buffer that is kept free.
    pub plannable: Option<Quantity>,
    /// What was given out, whether it is used or not.
    pub allocated: Option<Quantity>,
    /// Share of the usable quantity that may be planned with, above 0 and at most 1.
    pub planning_limit: Option<Rate>,
    /// Hosts of a cluster that may fail at once without anything stopping.
    pub failures_tolerated: Option<i32>,
    /// Virtual processors to a core, or memory handed out to memory there is.
    pub overcommit_ratio: Option<Rate>,
    /// Share of a cluster that is kept free for peaks, below 1.
    pub buffer_share: Option<Rate>,
    /// What each host needs for itself, in the unit of the pool.
    pub host_overhead: Option<Quantity>,
    /// Parts of data in a stripe of storage.
    pub protection_data: Option<i32>,
    /// Parts of parity in a stripe of storage.
    pub protection_parity: Option<i32>,
    /// Share of storage that its protection leaves, where it is not said by stripes.
    pub protection_share: Option<Rate>,
    /// Share of what protection leaves that is held back, below 1.
    pub reserve_share: Option<Rate>,
    /// How much data a unit of storage is taken to hold.
    pub reduction_ratio: Option<Rate>,
    /// Days from an order to its delivery.
    pub lead_days: Option<i32>,
    /// Days from delivery to use.
    pub install_days: Option<i32>,
    /// Days that approving an order takes.
    pub approval_days: Option<i32>,
    /// Days kept in hand on top.
    pub buffer_days: Option<i32>,
    /// First day whose observations say how it grows; what was before follows another pattern.
    pub fit_from: Option<Date>,
    /// Whether it is in use.
    pub is_active: bool,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What there is a supply of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityResource {
    /// Virtual processors.
    Vcpu,
    /// Main memory.
    Memory,
    /// Room for data.
    Storage,
    /// Reads and writes in a second.
    Iops,
    /// Height in racks.
    RackUnits,
    /// Electric power.
    Power,
    /// Heat that can be carried off.
    Cooling,
    /// Network ports.
    Ports,
    /// Rights to use software.
    Licences,
    /// Data carried in a second.
    Bandwidth,
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityUnit {
    /// Virtual processors.
    Vcpu,
    /// 10⁶ bytes.
    Megabyte,
    /// 10⁹ bytes.
    Gigabyte,
    /// 10¹² bytes.
    Terabyte,
    /// 2²⁰ bytes.
    Mebibyte,
    /// 2³⁰ bytes.
    Gibibyte,
    /// 2⁴⁰ bytes.
    Tebibyte,
    /// Reads and writes in a second.
    Iops,
    /// Height units of racks.
    RackUnit,
    /// Watts.
    Watt,
    /// Kilowatts.
    Kilowatt,
    /// Network ports.
    Port,
    /// Rights to use software.
    Licence,
    /// 10⁶ bits in a second.
    MegabitPerSecond,
    /// 10⁹ bits in a second.
    GigabitPerSecond,
}

/// Where the raw quantity of a pool comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityBasis {
    /// Somebody states it.
    Declared,
    /// It is counted from the members.
    Inventory,
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
