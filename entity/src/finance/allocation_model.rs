//! How the cost of pools is divided among those who cause it.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::unit_cost_part::CostCategory;
use crate::id::AllocationModelId;
use crate::money::Rate;

/// A row of `allocation_model`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "allocation_model")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AllocationModelId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// Version of the taxonomy that its names are from.
    pub taxonomy_version: String,
    /// First day it holds.
    pub effective_from: Date,
    /// Last day it holds; none is without end.
    pub effective_to: Option<Date>,
    /// Whether pools are divided in an order or all at once.
    pub method: AllocationMethod,
    /// The order in which pools are divided, each closed once it has been.
    #[sea_orm(column_type = "JsonBinary")]
    pub step_order: Names,
    /// What cost passes through and ends at.
    #[sea_orm(column_type = "JsonBinary")]
    pub nodes: Nodes,
    /// How each of them is divided.
    #[sea_orm(column_type = "JsonBinary")]
    pub rules: Rules,
}

/// How pools that serve each other are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AllocationMethod {
    /// One after the other, in a declared order.
    StepDown,
    /// All at once, by linear equations.
    Simultaneous,
}

/// Where a node stands between cost and those who cause it.
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
pub enum Level {
    /// What money is spent on: hardware, outside services, facilities.
    Pool,
    /// A technology: compute, storage, network.
    Tower,
    /// What is offered with it.
    Service,
    /// Who uses that.
    Consumer,
}

/// Something that cost passes through or ends at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its name, unique in the model.
    pub name: String,
    /// Where it stands.
    pub level: Level,
    /// What of the roadmap is its cost.
    #[serde(default)]
    pub categories: Vec<CostCategory>,
}

/// How much of a driver a target has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Name of the node.
    pub name: String,
    /// Its volume, or its share.
    pub volume: Rate,
}

/// How the cost of a node is divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the node.
    pub source: String,
    /// What it is divided by.
    pub driver: String,
    /// Who receives how much.
    pub targets: Vec<Target>,
    /// The volume of all, of which targets may leave something; none where they are all.
    #[serde(default)]
    pub whole: Option<Rate>,
}

/// Names in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Names(pub Vec<String>);

/// Nodes in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Nodes(pub Vec<Node>);

/// Rules in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Rules(pub Vec<Rule>);

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
