//! A site that a colocation contract covers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationContractId, ColocationContractSiteId, SiteId};

/// A row of `colocation_contract_site`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_contract_site")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationContractSiteId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The contract.
    pub contract_id: ColocationContractId,
    /// The site.
    pub site_id: SiteId,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::colocation_contract::Entity",
        from = "Column::ContractId",
        to = "super::colocation_contract::Column::Id",
        on_delete = "Cascade"
    )]
    Contract,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
}

impl ActiveModelBehavior for ActiveModel {}
