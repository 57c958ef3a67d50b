//! Records of power circuits, their limits and what was read.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{Origin, RackKey};

/// Circuits that one set of limits holds together. Key: `contract` and `name`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColocationDeployment {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    pub name: String,
    pub draw_cap_kilovolt_amperes: Option<Decimal>,
    pub draw_is_not_capped: Option<bool>,
    pub cooling_kilowatts: Option<Decimal>,
    pub cooling_is_not_limited: Option<bool>,
    pub power_factor: Option<Decimal>,
    pub commit_kilowatts: Option<Decimal>,
    pub commit_kilovolt_amperes: Option<Decimal>,
    pub source: Option<String>,
}

/// A power circuit. Key: `contract`, `deployment` and `reference`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColocationCircuit {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    /// Name of the deployment.
    pub deployment: String,
    pub reference: String,
    pub cabinet: Option<String>,
    pub pair: Option<String>,
    /// `A` or `B`.
    pub feed: Option<String>,
    pub volts: Option<Decimal>,
    pub amperes: Option<Decimal>,
    pub phases: Option<i32>,
    pub derate: Option<Decimal>,
    pub rack: Option<RackKey>,
    /// Position of the charge in the price sheet, from 1.
    pub charge: Option<i32>,
    pub billed_from_on: Option<NaiveDate>,
    pub billed_to_on: Option<NaiveDate>,
    pub returned_on: Option<NaiveDate>,
    pub source: Option<String>,
}

/// What was drawn over a period. Key: all but the figures and the source.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ColocationReading {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    /// Name of the deployment.
    pub deployment: String,
    /// Reference of the circuit; the deployment as a whole where there is none.
    pub circuit: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub peak_kilowatts: Option<Decimal>,
    pub average_kilowatts: Option<Decimal>,
    pub kilowatt_hours: Option<Decimal>,
    pub source: Option<String>,
}
