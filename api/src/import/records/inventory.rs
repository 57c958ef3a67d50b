//! Records of what stands where.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// Names a rack: names are unique within a site only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RackKey {
    /// Code of the site.
    pub site: String,
    pub name: String,
}

/// Names a hardware model: names are unique within a manufacturer only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ModelKey {
    pub manufacturer: String,
    pub name: String,
}

/// A maker of hardware. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Manufacturer {
    pub origin: Origin,
    pub name: String,
}

/// Somebody who is paid. Key: `code`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Vendor {
    pub origin: Origin,
    pub code: String,
    pub name: Option<String>,
    pub contact_email: Option<String>,
    pub account_number: Option<String>,
    pub payment_terms_days: Option<i32>,
    pub notes: Option<String>,
}

/// A place. Key: `code`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Site {
    pub origin: Origin,
    pub code: String,
    pub name: Option<String>,
    pub kind: Option<String>,
    pub status: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    pub street: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    pub opened_on: Option<NaiveDate>,
    pub exit_on: Option<NaiveDate>,
    pub exit_reason: Option<String>,
    pub headcount: Option<i32>,
    pub source: Option<String>,
}

/// A rack. Key: `key`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Rack {
    pub origin: Origin,
    pub key: RackKey,
    pub room: Option<String>,
    pub status: Option<String>,
    pub height_units: Option<i32>,
    /// What may be drawn although one feed of each pair fails.
    pub protected_power_watts: Option<i32>,
    pub weight_limit_grams: Option<i64>,
    pub source: Option<String>,
}

/// A hardware model of a catalogue. Key: `key`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct HardwareModel {
    pub origin: Origin,
    pub key: ModelKey,
    pub part_number: Option<String>,
    pub kind: Option<String>,
    /// Whether the kind was guessed from words, and gives way to one that is known.
    pub kind_is_guess: bool,
    pub height_half_units: Option<i32>,
    pub full_depth: Option<bool>,
    pub typical_draw_watts: Option<i32>,
    pub maximum_draw_watts: Option<i32>,
    pub weight_grams: Option<i64>,
    /// Data that one unit holds, in terabytes of 10¹² bytes.
    pub usable_terabytes: Option<Decimal>,
    /// Cores, not threads.
    pub cores: Option<i32>,
    /// Main memory, in gibibytes of 2³⁰ bytes.
    pub memory_gibibytes: Option<Decimal>,
    pub useful_life_months: Option<i32>,
    pub list_price_amount: Option<Decimal>,
    pub list_price_currency: Option<String>,
    pub list_price_on: Option<NaiveDate>,
    pub list_price_valid_until: Option<NaiveDate>,
    pub list_price_source: Option<String>,
    pub released_on: Option<NaiveDate>,
    pub end_of_sale_announced_on: Option<NaiveDate>,
    pub end_of_sale_on: Option<NaiveDate>,
    pub last_ship_on: Option<NaiveDate>,
    pub end_of_software_maintenance_on: Option<NaiveDate>,
    pub end_of_security_support_on: Option<NaiveDate>,
    pub last_date_of_support_on: Option<NaiveDate>,
    pub date_quality: Option<String>,
    pub successor: Option<ModelKey>,
    /// Old units that one successor replaces.
    pub consolidation_ratio: Option<Decimal>,
    pub source: Option<String>,
}

/// One piece of hardware. Key: `tag`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Asset {
    pub origin: Origin,
    pub tag: String,
    pub name: Option<String>,
    pub serial: Option<String>,
    pub model: Option<ModelKey>,
    /// Code of the site.
    pub site: Option<String>,
    pub rack: Option<RackKey>,
    /// Lowest unit it occupies, in half units: U1 is 2, U1.5 is 3.
    pub position_half_units: Option<i32>,
    pub face: Option<String>,
    /// Tag of the chassis it sits in.
    pub parent: Option<String>,
    pub status: Option<String>,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub purchase_amount: Option<Decimal>,
    pub purchase_currency: Option<String>,
    pub purchased_on: Option<NaiveDate>,
    pub purchase_order: Option<String>,
    pub in_service_on: Option<NaiveDate>,
    pub warranty_ends_on: Option<NaiveDate>,
    pub lease_return_on: Option<NaiveDate>,
    pub expected_on: Option<NaiveDate>,
    pub retirement_planned_on: Option<NaiveDate>,
    pub retired_on: Option<NaiveDate>,
    pub disposed_on: Option<NaiveDate>,
    pub owner: Option<String>,
    pub tier: Option<i32>,
    pub environment: Option<String>,
    pub power_basis: Option<String>,
    pub measured_draw_watts: Option<i32>,
    /// Data that it holds, where it differs from its model, in terabytes of 10¹² bytes.
    pub usable_terabytes: Option<Decimal>,
    /// Cores, not threads.
    pub cores: Option<i32>,
    /// Main memory, in gibibytes of 2³⁰ bytes.
    pub memory_gibibytes: Option<Decimal>,
    pub cost_centre: Option<String>,
    pub source: Option<String>,
}
