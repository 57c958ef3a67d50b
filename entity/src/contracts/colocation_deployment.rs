//! Circuits under a colocation contract that one set of limits holds together.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationContractId, ColocationDeploymentId};
use crate::money::Rate;

/// A row of `colocation_deployment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_deployment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationDeploymentId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The contract it is under.
    pub contract_id: ColocationContractId,
    /// Name, unique within the contract.
    pub name: String,
    /// Most that the contract allows over all its circuits at one moment, in kilovolt-amperes; none is not known.
    pub draw_cap_kilovolt_amperes: Option<Rate>,
    /// Whether it is known that the contract does not cap the draw.
    pub draw_is_not_capped: bool,
    /// Most that can be cooled, in kilowatts; none is not known.
    pub cooling_kilowatts: Option<Rate>,
    /// Whether it is known that cooling does not limit the draw.
    pub cooling_is_not_limited: bool,
    /// Real over apparent power, above 0 and at most 1; none is not known.
    pub power_factor: Option<Rate>,
    /// What of the contract's commitment is for it, in kilowatts; none is not said.
    pub commit_kilowatts: Option<Rate>,
    /// The same in kilovolt-amperes, which the power factor makes kilowatts of.
    pub commit_kilovolt_amperes: Option<Rate>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::colocation_contract::Entity",
        from = "Column::ContractId",
        to = "super::colocation_contract::Column::Id",
        on_delete = "Restrict"
    )]
    Contract,
}

impl ActiveModelBehavior for ActiveModel {}
