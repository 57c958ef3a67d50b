//! Records of what is promised to be paid.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// A colocation contract, without its charges. Key: `number`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColocationContract {
    pub origin: Origin,
    pub number: String,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub master_agreement: Option<String>,
    pub currency: Option<String>,
    pub signed_on: Option<NaiveDate>,
    pub billing_starts_on: Option<NaiveDate>,
    pub initial_term_months: Option<i32>,
    pub stated_end_on: Option<NaiveDate>,
    pub auto_renew: Option<bool>,
    pub renewal_term_months: Option<i32>,
    pub maximum_renewals: Option<i32>,
    pub renewal_price_rule: Option<String>,
    pub renewal_uplift: Option<Decimal>,
    pub renewal_index: Option<IndexTerms>,
    pub notice_minimum: Option<i32>,
    pub notice_maximum: Option<i32>,
    pub notice_unit: Option<String>,
    pub notice_method: Option<String>,
    pub notice_given_on: Option<NaiveDate>,
    pub notice_evidence: Option<String>,
    pub holdover_multiplier: Option<Decimal>,
    pub proration: Option<String>,
    pub dispute_window_days: Option<i32>,
    pub classification: Option<String>,
    pub decision_lead_days: Option<i32>,
    pub proposal_lead_days: Option<i32>,
    pub migration_days: Option<i32>,
    pub decommission_buffer_days: Option<i32>,
    pub termination: Option<TerminationRule>,
    pub owner: Option<String>,
    pub source: Option<String>,
    /// Codes of the sites it is for; given together or not at all.
    pub sites: Option<Vec<String>>,
}

/// The index that a renewal follows.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IndexTerms {
    pub series: String,
    pub lag_months: Option<i32>,
    pub floor: Option<Decimal>,
    pub cap: Option<Decimal>,
    pub no_decrease: Option<bool>,
}

/// A rate that holds from a day.
#[derive(Clone, Debug, PartialEq)]
pub struct RateStep {
    pub on: NaiveDate,
    pub rate: Decimal,
}

/// How a price rises. A fraction per step: 0.03 is 3 %.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Escalator {
    /// `FIXED`, `CPI`, `TABLE` or `NONE`.
    pub kind: String,
    pub rate: Option<Decimal>,
    pub first_on: Option<NaiveDate>,
    pub every_months: Option<i32>,
    /// `ANNIVERSARY`, `CALENDAR_JANUARY` or `EXPLICIT`.
    pub anchor: Option<String>,
    pub compounding: Option<bool>,
    pub series: Option<String>,
    pub lag_months: Option<i32>,
    pub floor: Option<Decimal>,
    pub cap: Option<Decimal>,
    pub no_decrease: Option<bool>,
    pub table: Option<Vec<RateStep>>,
}

/// Power that is billed from a contract month on, counted from 0: kilowatts, or the unit of the charge.
#[derive(Clone, Debug, PartialEq)]
pub struct RampStep {
    pub from_contract_month: i32,
    pub kilowatts: Decimal,
}

/// Months that are free or cheaper: `rate` is the share that is not billed.
#[derive(Clone, Debug, PartialEq)]
pub struct Abatement {
    pub from_contract_month: i32,
    pub months: i32,
    pub rate: Decimal,
}

/// What metered energy is counted from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Metering {
    pub average_kilowatts: Option<Decimal>,
    pub power_usage_effectiveness_measured: Option<Decimal>,
    pub power_usage_effectiveness_contractual: Option<Decimal>,
    pub power_usage_effectiveness_cap: Option<Decimal>,
    pub minimum_take_rate: Option<Decimal>,
    pub commit_kilowatts: Option<Decimal>,
    pub commit_kilovolt_amperes: Option<Decimal>,
}

/// One line of a colocation contract. Key: `contract` and `position`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColocationCharge {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    pub position: i32,
    /// Code of the site.
    pub site: Option<String>,
    pub kind: Option<String>,
    pub description: Option<String>,
    /// In the contract's currency.
    pub unit_price_amount: Option<Decimal>,
    pub quantity: Option<Decimal>,
    pub from_on: Option<NaiveDate>,
    pub to_on: Option<NaiveDate>,
    pub billing: Option<String>,
    pub escalator: Option<Escalator>,
    pub ramp: Option<Vec<RampStep>>,
    pub abatements: Option<Vec<Abatement>>,
    pub metering: Option<Metering>,
    pub peak_kilowatts: Option<Decimal>,
    pub renewal_uplift: Option<Decimal>,
    /// Tag of the asset that a connection ends at.
    pub asset: Option<String>,
    pub overage: Option<Overage>,
    pub power_unit: Option<String>,
    pub power_factor: Option<Decimal>,
}

/// What drawing more than is committed costs.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Overage {
    pub buffer_rate: Option<Decimal>,
    pub multiplier: Option<Decimal>,
    /// `ABOVE_BUFFER` or `ABOVE_COMMITMENT`.
    pub basis: Option<String>,
}

/// What leaving early costs: a share with advances and a fixed fee, or a table, or a fixed fee alone.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TerminationRule {
    pub share: Option<Decimal>,
    pub advances: Vec<TerminationAdvance>,
    pub table: Vec<TerminationStep>,
    pub fixed: Option<Decimal>,
}

/// What was advanced at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct TerminationAdvance {
    pub amount: Decimal,
    pub from_on: NaiveDate,
    pub months: i32,
}

/// The fee from a number of contract months on.
#[derive(Clone, Debug, PartialEq)]
pub struct TerminationStep {
    pub from_contract_month: i32,
    pub fee: Decimal,
}

/// A support contract. Key: `number`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SupportContract {
    pub origin: Origin,
    pub number: String,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub level: Option<String>,
    pub currency: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// Per billing period.
    pub charge_amount: Option<Decimal>,
    pub billing_frequency: Option<String>,
    pub escalation_rate: Option<Decimal>,
    pub auto_renew: Option<bool>,
    pub renewal_term_months: Option<i32>,
    pub renewal_uplift: Option<Decimal>,
    pub notice_days: Option<i32>,
    pub notice_days_maximum: Option<i32>,
    pub decision_lead_days: Option<i32>,
    pub proposal_lead_days: Option<i32>,
    pub migration_days: Option<i32>,
    pub decommission_buffer_days: Option<i32>,
    pub notice_given_on: Option<NaiveDate>,
    pub owner: Option<String>,
    pub source: Option<String>,
}

/// One asset that a support contract covers. Key: `contract` and `asset`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SupportCoverage {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    /// Tag of the asset.
    pub asset: String,
    pub from_on: Option<NaiveDate>,
    pub to_on: Option<NaiveDate>,
}
