//! How fast cloud use is taken to grow.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{GrowthAssumptionId, ProviderAccountId, WorkloadId};
use crate::money::Rate;

/// A row of `growth_assumption`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "growth_assumption")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrowthAssumptionId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The account it is for.
    pub account_id: ProviderAccountId,
    /// The workload it is for; none is the rest of the account.
    pub workload_id: Option<WorkloadId>,
    /// Growth per month, as a fraction.
    pub monthly_rate: Rate,
    /// First month it holds, as its first day.
    pub from_month: Date,
    /// Last month it holds, as its first day; none is without end.
    pub to_month: Option<Date>,
    /// Why it is believed.
    pub basis: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id",
        on_delete = "Cascade"
    )]
    Account,
    #[sea_orm(
        belongs_to = "super::workload::Entity",
        from = "Column::WorkloadId",
        to = "super::workload::Column::Id",
        on_delete = "Cascade"
    )]
    Workload,
}

impl ActiveModelBehavior for ActiveModel {}
