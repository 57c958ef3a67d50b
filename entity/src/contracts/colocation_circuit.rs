//! A power circuit that a colocation contract provides.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationChargeId, ColocationCircuitId, ColocationDeploymentId, RackId};
use crate::money::Rate;

/// A row of `colocation_circuit`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_circuit")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationCircuitId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The deployment it is part of.
    pub deployment_id: ColocationDeploymentId,
    /// The provider's reference, unique within the deployment.
    pub reference: String,
    /// The cabinet it feeds.
    pub cabinet: String,
    /// The pair that it backs up with others; none is all circuits of its cabinet.
    pub pair: Option<String>,
    /// Which feed it hangs on; none is not known.
    pub feed: Option<Feed>,
    /// Voltage, from line to line where it has three phases.
    pub volts: Rate,
    /// Amperes its breaker is rated for.
    pub amperes: Rate,
    /// Phases, 1 or 3.
    pub phases: i32,
    /// Share of the rating that may be used for long, as a fraction.
    pub derate: Rate,
    /// The rack at the company's side; none where not recorded.
    pub rack_id: Option<RackId>,
    /// The charge that bills it; none where not known.
    pub charge_id: Option<ColocationChargeId>,
    /// First day billed; none is the start of billing.
    pub billed_from_on: Option<Date>,
    /// Last day billed; none is without end.
    pub billed_to_on: Option<Date>,
    /// Day its cabinet was given back; none is in use.
    pub returned_on: Option<Date>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Which of two feeds that back each other up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Feed {
    /// The first, often called primary.
    A,
    /// The second, often called redundant.
    B,
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
        belongs_to = "crate::inventory::rack::Entity",
        from = "Column::RackId",
        to = "crate::inventory::rack::Column::Id",
        on_delete = "Restrict"
    )]
    Rack,
    #[sea_orm(
        belongs_to = "super::colocation_charge::Entity",
        from = "Column::ChargeId",
        to = "super::colocation_charge::Column::Id",
        on_delete = "Restrict"
    )]
    Charge,
}

impl ActiveModelBehavior for ActiveModel {}
