//! A promise to a cloud provider to use or to spend.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CloudCommitmentId, ProviderAccountId};
use crate::money::Amount;

/// A row of `cloud_commitment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cloud_commitment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CloudCommitmentId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The account it was made in.
    pub account_id: ProviderAccountId,
    /// The provider's reference, unique within the account.
    pub reference: String,
    /// What kind of commitment it is.
    pub kind: CommitmentKind,
    /// What it covers.
    pub description: Option<String>,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// ISO 4217 code of what is committed.
    pub currency: String,
    /// What is committed for each hour; none where the total is stated.
    pub hourly_amount: Option<Amount>,
    /// What is committed over the term; none where the hourly amount is stated.
    pub total_amount: Option<Amount>,
    /// Whether it renews unless notice is given.
    pub auto_renews: bool,
    /// Length of each renewal in months; none is as long as the term.
    pub renewal_months: Option<i32>,
    /// Latest notice before the end, in calendar days; none is the last day.
    pub notice_days: Option<i32>,
    /// Day notice was given.
    pub notice_given_on: Option<Date>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
    /// Earliest notice before the end, in calendar days.
    pub notice_days_maximum: Option<i32>,
    /// Days a decision is due before the notice deadline.
    pub decision_lead_days: Option<i32>,
    /// Days for proposals before the decision is due.
    pub proposal_lead_days: Option<i32>,
    /// Days to move what is covered elsewhere.
    pub migration_days: Option<i32>,
    /// Days between the last move and the last day.
    pub decommission_buffer_days: Option<i32>,
}

/// What kind of commitment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommitmentKind {
    /// Instances of one kind, reserved.
    ReservedInstance,
    /// So much spent an hour, on whatever it covers.
    SavingsPlan,
    /// So much of a resource used, for a discount.
    CommittedUse,
    /// So much spent over the term, for prices of its own.
    EnterpriseAgreement,
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
}

impl ActiveModelBehavior for ActiveModel {}
