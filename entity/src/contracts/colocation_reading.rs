//! What was drawn on a power circuit, or by a deployment as a whole, over a period.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationCircuitId, ColocationDeploymentId, ColocationReadingId};
use crate::money::Rate;

/// A row of `colocation_reading`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_reading")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationReadingId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The deployment.
    pub deployment_id: ColocationDeploymentId,
    /// The circuit; none is the deployment as a whole.
    pub circuit_id: Option<ColocationCircuitId>,
    /// When the period begins.
    pub starts_at: DateTimeUtc,
    /// When the period ends.
    pub ends_at: DateTimeUtc,
    /// Highest draw within the period, in kilowatts.
    pub peak_kilowatts: Option<Rate>,
    /// Average draw over the period, in kilowatts.
    pub average_kilowatts: Option<Rate>,
    /// Energy over the period, in kilowatt-hours.
    pub kilowatt_hours: Option<Rate>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::colocation_deployment::Entity",
        from = "Column::DeploymentId",
        to = "super::colocation_deployment::Column::Id",
        on_delete = "Restrict"
    )]
    Deployment,
    #[sea_orm(
        belongs_to = "super::colocation_circuit::Entity",
        from = "Column::CircuitId",
        to = "super::colocation_circuit::Column::Id",
        on_delete = "Restrict"
    )]
    Circuit,
}

impl ActiveModelBehavior for ActiveModel {}
