//! Something that runs in the cloud and is sized and paid for as one.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ProviderAccountId, SiteId, WorkloadId};
use crate::inventory::environment::Environment;
use crate::money::Rate;

/// A row of `workload`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workload")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkloadId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The account it runs in.
    pub account_id: ProviderAccountId,
    /// Name; unique within its account.
    pub name: String,
    /// The provider's service it runs on.
    pub service: String,
    /// The provider's region.
    pub region: String,
    /// The region as a site.
    pub site_id: Option<SiteId>,
    /// Virtual processors.
    pub vcpu: Option<Rate>,
    /// Memory, in gibibytes.
    pub memory_gib: Option<Rate>,
    /// Storage, in gibibytes.
    pub storage_gib: Option<Rate>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// What it is used for.
    pub environment: Environment,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: Option<i32>,
    /// First day.
    pub started_on: Option<Date>,
    /// Last day, once planned.
    pub retires_on: Option<Date>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id",
        on_delete = "Restrict"
    )]
    Account,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::SiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    Site,
}

impl ActiveModelBehavior for ActiveModel {}
