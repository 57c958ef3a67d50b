//! Records of what runs on somebody else's machines, or on ours as if it did.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// Names an account: numbers are unique within a provider only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AccountKey {
    /// `AWS`, `AZURE`, `GCP`, `OCI`, `IBM` or `OTHER`.
    pub provider: String,
    pub account_number: String,
}

/// An account that is billed. Key: `key`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ProviderAccount {
    pub origin: Origin,
    pub key: AccountKey,
    pub name: Option<String>,
    pub currency: Option<String>,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub owner: Option<String>,
    pub source: Option<String>,
}

/// Something that runs. Key: `account` and `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Workload {
    pub origin: Origin,
    pub account: AccountKey,
    pub name: String,
    pub service: Option<String>,
    pub region: Option<String>,
    /// Code of the site.
    pub site: Option<String>,
    pub vcpu: Option<Decimal>,
    pub memory_gib: Option<Decimal>,
    pub storage_gib: Option<Decimal>,
    pub owner: Option<String>,
    pub environment: Option<String>,
    pub tier: Option<i32>,
    pub started_on: Option<NaiveDate>,
    pub retires_on: Option<NaiveDate>,
    pub source: Option<String>,
}

/// What a service cost in a month. Key: account, workload, month, service and category.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CostRecord {
    pub origin: Origin,
    pub account: AccountKey,
    /// Name of the workload; part of the key, and absent where the cost belongs to none.
    pub workload: Option<String>,
    /// First day of the month.
    pub month: NaiveDate,
    pub service: String,
    pub charge_category: String,
    pub currency: Option<String>,
    pub billed_amount: Option<Decimal>,
    pub effective_amount: Option<Decimal>,
    pub list_amount: Option<Decimal>,
    pub contracted_amount: Option<Decimal>,
    pub source: Option<String>,
}

/// How fast use is taken to grow. Key: account, workload and `from_month`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GrowthAssumption {
    pub origin: Origin,
    pub account: AccountKey,
    /// Name of the workload; part of the key, and absent where it holds for the whole account.
    pub workload: Option<String>,
    /// First day of the month.
    pub from_month: NaiveDate,
    /// First day of the last month it holds for.
    pub to_month: Option<NaiveDate>,
    /// Fraction per month.
    pub monthly_rate: Option<Decimal>,
    pub basis: Option<String>,
}

/// A promise to a provider. Key: `account` and `reference`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CloudCommitment {
    pub origin: Origin,
    pub account: AccountKey,
    pub reference: String,
    pub kind: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub currency: Option<String>,
    pub hourly_amount: Option<Decimal>,
    pub total_amount: Option<Decimal>,
    pub auto_renews: Option<bool>,
    pub renewal_months: Option<i32>,
    pub notice_days: Option<i32>,
    pub notice_days_maximum: Option<i32>,
    pub decision_lead_days: Option<i32>,
    pub proposal_lead_days: Option<i32>,
    pub migration_days: Option<i32>,
    pub decommission_buffer_days: Option<i32>,
    pub notice_given_on: Option<NaiveDate>,
    pub description: Option<String>,
    pub owner: Option<String>,
    pub source: Option<String>,
}
