//! Records of pools of capacity, what they are made of, what was observed of them, and what is to come.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{ItemKey, Origin, RackKey, YearRate};

/// A pool of capacity. Key: `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityPool {
    pub origin: Origin,
    pub name: String,
    pub resource: Option<String>,
    pub unit: Option<String>,
    /// Code of the site.
    pub site: Option<String>,
    pub basis: Option<String>,
    pub raw: Option<Decimal>,
    pub usable: Option<Decimal>,
    pub plannable: Option<Decimal>,
    pub allocated: Option<Decimal>,
    pub planning_limit: Option<Decimal>,
    pub failures_tolerated: Option<i32>,
    pub overcommit_ratio: Option<Decimal>,
    pub buffer_share: Option<Decimal>,
    pub host_overhead: Option<Decimal>,
    pub protection_data: Option<i32>,
    pub protection_parity: Option<i32>,
    pub protection_share: Option<Decimal>,
    pub reserve_share: Option<Decimal>,
    pub reduction_ratio: Option<Decimal>,
    pub lead_days: Option<i32>,
    pub install_days: Option<i32>,
    pub approval_days: Option<i32>,
    pub buffer_days: Option<i32>,
    pub fit_from: Option<NaiveDate>,
    pub is_active: Option<bool>,
    pub note: Option<String>,
    pub source: Option<String>,
}

/// What a pool is made of. Key: `pool` and the item.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityPoolMember {
    pub origin: Origin,
    /// Name of the pool.
    pub pool: String,
    pub item: ItemKey,
}

/// What was used of a pool at an instant. Key: `pool` and `at`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityObservation {
    pub origin: Origin,
    /// Name of the pool.
    pub pool: String,
    pub at: DateTime<Utc>,
    pub unit: String,
    pub value: Decimal,
}

/// What of a pool is held. Key: `pool`, `from_on` and `purpose`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityReservation {
    pub origin: Origin,
    /// Name of the pool.
    pub pool: String,
    pub from_on: NaiveDate,
    pub purpose: String,
    pub quantity: Option<Decimal>,
    pub to_on: Option<NaiveDate>,
    pub probability: Option<Decimal>,
    pub source: Option<String>,
}

/// A day on which the demand of a pool steps. Key: `pool`, `happens_on` and `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityEvent {
    pub origin: Origin,
    /// Name of the pool.
    pub pool: String,
    pub happens_on: NaiveDate,
    pub name: String,
    pub quantity: Option<Decimal>,
    pub probability: Option<Decimal>,
    pub source: Option<String>,
}

/// What is bought for a pool. Key: `pool`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityPurchaseRule {
    pub origin: Origin,
    /// Name of the pool.
    pub pool: String,
    pub item: Option<String>,
    pub hardware_kind: Option<String>,
    pub quantity: Option<Decimal>,
    pub lot: Option<i32>,
    pub cover_months: Option<i32>,
    pub demand: Option<String>,
    pub price_amount: Option<Decimal>,
    pub currency: Option<String>,
    pub priced_on: Option<NaiveDate>,
    pub price_valid_until: Option<NaiveDate>,
    pub price_index: Option<Vec<YearRate>>,
    pub freight_rate: Option<Decimal>,
    pub install_per_piece: Option<Decimal>,
    pub support_rate: Option<Decimal>,
    pub support_months: Option<i32>,
    pub contingency_rate: Option<Decimal>,
    pub payment_terms_days: Option<i32>,
    /// Name of the rule.
    pub depreciation_rule: Option<String>,
    pub life_months: Option<i32>,
    /// Code of the vendor.
    pub vendor: Option<String>,
    pub note: Option<String>,
    pub source: Option<String>,
}

/// Places in racks that are held for pieces of equipment to come. Key: `purpose` and `from_on`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityPlacement {
    pub origin: Origin,
    pub purpose: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    /// In all racks together.
    pub pieces: Option<i32>,
    /// Height of a piece, in half units.
    pub half_units: Option<i32>,
    /// Draw of a piece.
    pub power_watts: Option<i32>,
    /// Heat of a piece.
    pub cooling_watts: Option<i32>,
    /// Network ports of a piece.
    pub ports: Option<i32>,
    /// Weight of a piece.
    pub weight_grams: Option<i64>,
    pub cords: Option<String>,
    pub probability: Option<Decimal>,
    pub source: Option<String>,
}

/// What a rack holds for a placement. Key: `purpose`, `from_on` and the rack.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CapacityPlacementRack {
    pub origin: Origin,
    /// Purpose of the placement.
    pub purpose: String,
    /// First day of the placement.
    pub from_on: NaiveDate,
    pub rack: RackKey,
    pub pieces: Option<i32>,
}
