//! Places in racks that are held for equipment to come.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::CapacityPlacementId;
use crate::money::Rate;

/// A row of `capacity_placement`. What a piece does not need is none; it needs something.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "capacity_placement")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CapacityPlacementId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// What for; unique with the first day.
    pub purpose: String,
    /// First day it is held.
    pub from_on: Date,
    /// Last day it is held; none where nobody said.
    pub to_on: Option<Date>,
    /// How many pieces are to come.
    pub pieces: i32,
    /// Height of a piece, in half rack units.
    pub half_units: Option<i32>,
    /// What a piece draws, in watts.
    pub power_watts: Option<i32>,
    /// Heat of a piece that is to be carried off, in watts.
    pub cooling_watts: Option<i32>,
    /// Network ports that a piece takes.
    pub ports: Option<i32>,
    /// Weight of a piece, in grams.
    pub weight_grams: Option<i64>,
    /// Which feeds a piece hangs on.
    pub cords: PlacementCords,
    /// How likely it is to be needed, above 0 and at most 1.
    pub probability: Rate,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Which of two feeds that back each other up a piece hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlacementCords {
    /// Both: either carries all of it.
    Both,
    /// Side A alone: it is lost with it.
    A,
    /// Side B alone: it is lost with it.
    B,
}

/// It refers to no row; its racks refer to it.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
