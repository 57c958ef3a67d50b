//! Records of what is renewed when, and how it is written off.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ModelKey, Origin};

/// A rate of one year, as a fraction.
#[derive(Clone, Debug, PartialEq)]
pub struct YearRate {
    pub year: i32,
    pub rate: Decimal,
}

/// The demand of one resource, and what a new unit supplies of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceTerms {
    pub resource: String,
    pub old_per_unit: Decimal,
    pub utilisation: Decimal,
    pub new_per_unit: Decimal,
    pub performance_factor: Decimal,
    pub target_utilisation: Decimal,
}

/// A number from an age on: failures of a unit in a year, points of risk, or a share of a price at that age.
#[derive(Clone, Debug, PartialEq)]
pub struct AgeRate {
    pub from_age_months: i32,
    pub rate: Decimal,
}

/// How much more the points of a tier count.
#[derive(Clone, Debug, PartialEq)]
pub struct TierFactor {
    pub tier: i32,
    pub factor: Decimal,
}

/// When hardware is due and what replacing it costs. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RefreshPolicy {
    pub origin: Origin,
    pub name: String,
    pub priority: Option<i32>,
    pub active: Option<bool>,
    pub scope_kinds: Option<Vec<String>>,
    /// Codes of sites.
    pub scope_sites: Option<Vec<String>>,
    pub scope_models: Option<Vec<ModelKey>>,
    pub scope_environments: Option<Vec<String>>,
    pub scope_tiers: Option<Vec<i32>>,
    pub age_months: Option<i32>,
    pub support_margin_months: Option<i32>,
    pub warranty_rule: Option<bool>,
    pub lease_rule: Option<bool>,
    pub capacity_rule: Option<bool>,
    pub lead_days: Option<i32>,
    pub install_days: Option<i32>,
    pub buffer_days: Option<i32>,
    pub payment_terms_days: Option<i32>,
    pub quantity_rule: Option<String>,
    pub ratio: Option<Decimal>,
    pub spares_rate: Option<Decimal>,
    pub currency: Option<String>,
    pub price_index: Option<Vec<YearRate>>,
    pub freight_rate: Option<Decimal>,
    pub install_amount: Option<Decimal>,
    pub support_rate: Option<Decimal>,
    pub support_months: Option<i32>,
    pub disposal_amount: Option<Decimal>,
    pub residual_amount: Option<Decimal>,
    pub residual_curve: Option<Vec<AgeRate>>,
    pub wiping: Option<String>,
    pub contingency_rate: Option<Decimal>,
    pub exit_tolerance_days: Option<i32>,
    pub cohort_period: Option<String>,
    /// Name of the depreciation rule.
    pub depreciation_rule: Option<String>,
    pub failure_rates: Option<Vec<AgeRate>>,
    pub demand_growth_rate: Option<Decimal>,
    pub demand_years: Option<i32>,
    pub demand_failover_units: Option<i32>,
    /// Given together or not at all.
    pub demand_resources: Option<Vec<ResourceTerms>>,
    /// The risk is given as a whole, with its threshold.
    pub risk_threshold: Option<Decimal>,
    pub risk_ages: Option<Vec<AgeRate>>,
    pub risk_out_of_warranty: Option<Decimal>,
    pub risk_unsupported: Option<Decimal>,
    pub risk_tiers: Option<Vec<TierFactor>>,
}

/// A planned cohort of replacements. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RefreshCycle {
    pub origin: Origin,
    pub name: String,
    /// Name of the policy.
    pub policy: Option<String>,
    /// Code of the site.
    pub site: Option<String>,
    /// The model that is bought.
    pub model: Option<ModelKey>,
    pub status: Option<String>,
    pub order_on: Option<NaiveDate>,
    pub in_service_on: Option<NaiveDate>,
    pub quantity: Option<i32>,
    pub budget_amount: Option<Decimal>,
    pub budget_currency: Option<String>,
    pub notes: Option<String>,
    /// Tags of the assets it replaces; given together or not at all.
    pub assets: Option<Vec<String>>,
}

/// How a kind of hardware is written off in one book. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DepreciationRule {
    pub origin: Origin,
    pub name: String,
    pub book: Option<String>,
    pub kinds: Option<Vec<String>>,
    pub method: Option<String>,
    pub switch_to_straight_line: Option<bool>,
    pub life_months: Option<i32>,
    pub salvage_rate: Option<Decimal>,
    pub convention: Option<String>,
    pub rounding: Option<String>,
    pub active: Option<bool>,
}

/// One release of a software product with its milestones. Key: `product` and `cycle`.
///
/// A milestone is a state (`DATED`, `REACHED`, `NOT_ANNOUNCED`, `UNKNOWN`) and, where it is `DATED`, a day.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SoftwareRelease {
    pub origin: Origin,
    pub product: String,
    pub cycle: String,
    pub label: Option<String>,
    pub released_on: Option<NaiveDate>,
    pub active_support_ends_on: Option<NaiveDate>,
    pub active_support: Option<String>,
    pub end_of_life_on: Option<NaiveDate>,
    pub end_of_life: Option<String>,
    pub discontinued_on: Option<NaiveDate>,
    pub discontinued: Option<String>,
    pub latest_version: Option<String>,
    pub source: Option<String>,
}
