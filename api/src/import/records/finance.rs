//! Records of currencies, rates and calendars.

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
