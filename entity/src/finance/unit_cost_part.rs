//! Which cost goes into a unit cost, and how much of it: what was declared in place of the usual.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::UnitCostPartId;
use crate::inventory::hardware_model::HardwareKind;
use crate::money::Rate;

/// A row of `unit_cost_part`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_cost_part")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitCostPartId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The unit.
    pub metric: Metric,
    /// The cost.
    pub category: CostCategory,
    /// Which fraction of it counts.
    pub share: Rate,
    /// Only the cost of these kinds of hardware; any where the list is empty.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Kinds,
}

/// A unit that cost is divided by.
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
pub enum Metric {
    /// An endpoint under management.
    PerEndpoint,
    /// A terabyte.
    PerTb,
    /// A kilowatt.
    PerKw,
    /// A server.
    PerServer,
    /// A virtual machine.
    PerVm,
    /// A seat.
    PerSeat,
    /// A ticket of the service desk.
    PerTicket,
    /// A workload.
    PerWorkload,
}

/// What a cost is for, of that which profit and loss has.
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
pub enum CostCategory {
    /// Colocation contracts.
    Colocation,
    /// Cloud.
    Cloud,
    /// Depreciation of hardware.
    Depreciation,
    /// Support.
    Support,
    /// Disposal of hardware.
    Disposal,
}

/// Kinds of hardware.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Kinds(pub Vec<HardwareKind>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
