//! Records of currencies, rates and calendars; of volumes, unit costs, allocation and savings.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// A currency. Key: `code` (ISO 4217).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Currency {
    pub origin: Origin,
    pub code: String,
    pub name: Option<String>,
    pub minor_units: Option<i32>,
}

/// How a company counts its months. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FiscalCalendar {
    pub origin: Origin,
    pub name: String,
    pub start_month: Option<i32>,
    pub label_by: Option<String>,
    pub pattern: Option<String>,
    pub anchor_on: Option<NaiveDate>,
    pub leap_week_years: Option<Vec<i32>>,
    pub is_default: Option<bool>,
}

/// Units of `quote` that one unit of `base` is worth. Key: all but the rate.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ExchangeRate {
    pub origin: Origin,
    pub base: String,
    pub quote: String,
    pub on_date: NaiveDate,
    pub kind: String,
    pub rate: Option<Decimal>,
}

/// How much of something there was in a month. Key: `measure`, `site` and `month`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Volume {
    pub origin: Origin,
    pub measure: String,
    /// Code of the site; part of the key, and absent for the company as a whole.
    pub site: Option<String>,
    /// First day of the month.
    pub month: NaiveDate,
    pub average: Option<Decimal>,
    pub opening: Option<Decimal>,
    pub closing: Option<Decimal>,
    pub source: Option<String>,
}

/// How much of a cost goes into a unit cost. Key: `metric` and `category`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct UnitCostPart {
    pub origin: Origin,
    pub metric: String,
    pub category: String,
    pub share: Option<Decimal>,
    pub kinds: Option<Vec<String>>,
}

/// How cost is divided among those who cause it. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AllocationModel {
    pub origin: Origin,
    pub name: String,
    pub taxonomy_version: Option<String>,
    pub effective_from: Option<NaiveDate>,
    pub effective_to: Option<NaiveDate>,
    pub method: Option<String>,
    pub step_order: Option<Vec<String>>,
    /// Level and name.
    pub nodes: Option<Vec<(String, String)>>,
    /// Category of the roadmap, and name of the node whose cost it is.
    pub categories: Option<Vec<(String, String)>>,
    /// Node, and what it is divided by.
    pub drivers: Option<Vec<(String, String)>>,
    /// Node, volume, and the node that receives.
    pub flows: Option<Vec<(String, Decimal, String)>>,
    /// Volume of all, and node.
    pub wholes: Option<Vec<(Decimal, String)>>,
}

/// Something that is done to save money. Key: `code`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SavingsInitiative {
    pub origin: Origin,
    pub code: String,
    pub name: Option<String>,
    pub lever: Option<String>,
    pub kind: Option<String>,
    pub stage: Option<String>,
    pub currency: Option<String>,
    pub baseline_amount: Option<Decimal>,
    /// First day of its first month.
    pub baseline_from: Option<NaiveDate>,
    pub baseline_months: Option<i32>,
    pub baseline_method: Option<String>,
    pub baseline_fixed_on: Option<NaiveDate>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub recurrence: Option<String>,
    pub claimed_amount: Option<Decimal>,
    pub confirmed_amount: Option<Decimal>,
    pub confirmed_on: Option<NaiveDate>,
    pub confirmed_by: Option<String>,
    pub owner: Option<String>,
    pub evidence: Option<Vec<String>>,
}

/// A line of the ledger that an initiative claims. Key: all but the initiative.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SavingsClaim {
    pub origin: Origin,
    pub cost_centre: String,
    pub account: String,
    /// First day of the month.
    pub month: NaiveDate,
    /// Part of the key, and absent for all documents.
    pub document: Option<String>,
    /// Code of the initiative.
    pub initiative: Option<String>,
}
/// What an index was published to be for a month. Key: `series` and `month`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PriceIndexValue {
    pub origin: Origin,
    pub series: String,
    /// First day of the month.
    pub month: NaiveDate,
    pub value: Option<Decimal>,
    pub published_on: Option<NaiveDate>,
    pub source: Option<String>,
}
