//! An asset that a support contract covers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AssetId, SupportContractId, SupportCoverageId};

/// A row of `support_coverage`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "support_coverage")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupportCoverageId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The contract.
    pub contract_id: SupportContractId,
    /// The asset.
    pub asset_id: AssetId,
    /// First day covered; none is the contract's.
    pub from_on: Option<Date>,
    /// Last day covered; none is the contract's.
    pub to_on: Option<Date>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::support_contract::Entity",
        from = "Column::ContractId",
        to = "super::support_contract::Column::Id",
        on_delete = "Cascade"
    )]
    Contract,
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
}

impl ActiveModelBehavior for ActiveModel {}
