//! A contract that keeps assets supported.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{SupportContractId, VendorId};
use crate::money::{Amount, Rate};

/// A row of `support_contract`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "support_contract")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupportContractId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Contract number; unique.
    pub number: String,
    /// Who gives the support.
    pub vendor_id: VendorId,
    /// Service level as the vendor names it.
    pub level: Option<String>,
    /// ISO 4217 code of the charge.
    pub currency: String,
    /// First day covered.
    pub starts_on: Date,
    /// Last day covered.
    pub ends_on: Date,
    /// Charge per billing period.
    pub charge_amount: Amount,
    /// How long a billing period is.
    pub billing_frequency: BillingFrequency,
    /// Rise at each anniversary, as a fraction.
    pub escalation_rate: Option<Rate>,
    /// Whether it renews unless notice is given.
    pub auto_renew: bool,
    /// Length of each renewal, in months.
    pub renewal_term_months: Option<i32>,
    /// What a renewal adds to the charge, as a fraction.
    pub renewal_uplift: Option<Rate>,
    /// Latest notice before the end, in calendar days.
    pub notice_days: Option<i32>,
    /// Earliest notice before the end, in calendar days; none is at any time.
    pub notice_days_maximum: Option<i32>,
    /// Days a decision is due before the notice deadline; none is not known.
    pub decision_lead_days: Option<i32>,
    /// Days proposals are asked for before the decision is due; none is not known.
    pub proposal_lead_days: Option<i32>,
    /// Days that moving to another vendor takes; none is not known.
    pub migration_days: Option<i32>,
    /// Days between the last move and the last day; none is not known.
    pub decommission_buffer_days: Option<i32>,
    /// Day notice was given.
    pub notice_given_on: Option<Date>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// How long a billing period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingFrequency {
    /// A month.
    Monthly,
    /// Three months.
    Quarterly,
    /// A year.
    Yearly,
    /// The whole term, paid at its start.
    Prepaid,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
}

impl ActiveModelBehavior for ActiveModel {}
