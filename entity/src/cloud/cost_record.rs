//! What one service cost in one month, in the four measures of FOCUS.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CostRecordId, ProviderAccountId, WorkloadId};
use crate::money::Amount;

/// A row of `cost_record`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cost_record")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CostRecordId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The account that was billed.
    pub account_id: ProviderAccountId,
    /// The workload that caused it; none is the account as a whole.
    pub workload_id: Option<WorkloadId>,
    /// The month it is for, as its first day.
    pub month: Date,
    /// The provider's service.
    pub service: String,
    /// What sort of charge it is.
    pub charge_category: ChargeCategory,
    /// ISO 4217 code of the four costs.
    pub currency: String,
    /// On the invoice.
    pub billed_amount: Amount,
    /// With prepayments spread over what they cover.
    pub effective_amount: Amount,
    /// At list price.
    pub list_amount: Amount,
    /// At the negotiated price, before commitments.
    pub contracted_amount: Amount,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What sort of charge a cost is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChargeCategory {
    /// Something was used.
    Usage,
    /// Something was bought: a commitment, a subscription.
    Purchase,
    /// Tax.
    Tax,
    /// Given by the provider.
    Credit,
    /// A correction of an earlier charge.
    Adjustment,
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
        belongs_to = "super::workload::Entity",
        from = "Column::WorkloadId",
        to = "super::workload::Column::Id",
        on_delete = "Restrict"
    )]
    Workload,
}

impl ActiveModelBehavior for ActiveModel {}
