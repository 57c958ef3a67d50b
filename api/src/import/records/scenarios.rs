//! Records of scenarios and their changes.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{AccountKey, Origin, YearRate};

/// A named list of changes. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scenario {
    pub origin: Origin,
    pub name: String,
    pub description: Option<String>,
    pub owner: Option<String>,
}

/// One change of a scenario. Key: `scenario` and `place`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ScenarioChange {
    pub origin: Origin,
    /// Name of the scenario.
    pub scenario: String,
    /// Place in the list, from 1.
    pub place: i32,
    pub kind: Option<String>,
    pub note: Option<String>,
    /// Number of the colocation contract.
    pub colocation_contract: Option<String>,
    /// Position of the charge in the price sheet of the contract, from 1.
    pub charge: Option<i32>,
    /// Number of the support contract.
    pub support_contract: Option<String>,
    /// Name of the refresh policy.
    pub refresh_policy: Option<String>,
    /// Code of the site.
    pub site: Option<String>,
    pub account: Option<AccountKey>,
    /// Name of the workload in the account.
    pub workload: Option<String>,
    pub hardware_kind: Option<String>,
    pub series: Option<String>,
    pub rates: Option<Vec<YearRate>>,
    pub monthly_rate: Option<Decimal>,
    pub from_month: Option<NaiveDate>,
    pub to_month: Option<NaiveDate>,
    pub age_months: Option<i32>,
    pub support_margin_months: Option<i32>,
    pub ends_on: Option<NaiveDate>,
    pub factor: Option<Decimal>,
    pub unit_price: Option<Decimal>,
    pub from_on: Option<NaiveDate>,
    pub exit_on: Option<NaiveDate>,
    /// What `refreshPlan` names the cohort by, in the database that the file is from.
    pub cohort_key: Option<String>,
    /// What people call the cohort.
    pub cohort: Option<String>,
    pub order_month: Option<NaiveDate>,
    pub fiscal_year: Option<i32>,
    pub cap_amount: Option<Decimal>,
    pub cap_currency: Option<String>,
    pub base: Option<String>,
    pub quote: Option<String>,
    pub rate: Option<Decimal>,
}
