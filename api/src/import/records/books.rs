//! Records of what the books say of single assets.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// An entry of an asset or of a component in the books. Key: `asset`, `book` and `component`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BookEntry {
    pub origin: Origin,
    /// Tag of the asset.
    pub asset: String,
    pub book: String,
    /// Empty for the asset itself.
    pub component: String,
    pub class: Option<String>,
    pub cost_amount: Option<Decimal>,
    pub currency: Option<String>,
    pub salvage_amount: Option<Decimal>,
    pub rule_name: Option<String>,
    pub method: Option<String>,
    pub switch_to_straight_line: Option<bool>,
    pub life_months: Option<i32>,
    pub convention: Option<String>,
    pub rounding: Option<String>,
    pub tax_class: Option<String>,
    pub bonus_rate: Option<Decimal>,
    pub mid_quarter: Option<bool>,
    pub in_service_on: Option<NaiveDate>,
    pub depreciable_from: Option<NaiveDate>,
    pub opening_amount: Option<Decimal>,
    /// First day of the month.
    pub opening_from: Option<NaiveDate>,
    /// First day of the month.
    pub posted_from: Option<NaiveDate>,
    pub source: Option<String>,
}

/// What happened to an asset in the books. Key: `asset`, `book`, `component`, `kind` and `happened_on`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BookEvent {
    pub origin: Origin,
    /// Tag of the asset.
    pub asset: String,
    pub book: String,
    /// Empty for the asset itself.
    pub component: String,
    pub kind: String,
    pub happened_on: NaiveDate,
    /// First day of the month.
    pub posted_from: Option<NaiveDate>,
    pub recoverable_amount: Option<Decimal>,
    pub life_months: Option<i32>,
    pub added_months: Option<i32>,
    pub remaining_months: Option<i32>,
    pub salvage_amount: Option<Decimal>,
    pub proceeds_amount: Option<Decimal>,
    pub sale_cost_amount: Option<Decimal>,
    pub disposed_amount: Option<Decimal>,
    pub disposed_share: Option<Decimal>,
    pub disposed_quantity: Option<i32>,
    pub held_quantity: Option<i32>,
    pub in_service_on: Option<NaiveDate>,
    /// Code of the site.
    pub from_site: Option<String>,
    /// Code of the site.
    pub to_site: Option<String>,
    pub from_cost_centre: Option<String>,
    pub to_cost_centre: Option<String>,
    pub from_class: Option<String>,
    pub to_class: Option<String>,
    pub notes: Option<String>,
}

/// Up to which month a set of books is closed. Key: `book` and `through`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ClosedPeriod {
    pub origin: Origin,
    pub book: String,
    /// First day of the month.
    pub through: NaiveDate,
    /// Name of the fiscal calendar.
    pub fiscal_calendar: Option<String>,
}
