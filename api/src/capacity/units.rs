//! What quantities are counted in, and what can be turned into what.

use entity::capacity::{
    Quantity,
    capacity_pool::{CapacityResource as Resource, CapacityUnit as Unit},
};
use forecasting::quantity;
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use crate::error::{Error, Result};

/// The most that any quantity may be, in whole units.
const MOST: i64 = 1_000_000_000;

/// The most that is turned from one unit into another: beyond it nothing is kept in any unit, and products still fit.
const MOST_GIVEN: i64 = 1_000_000_000_000_000;

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Count(Unit),
    Bytes,
    Power,
    BitsPerSecond,
}

/// What a unit measures, and how many of the smallest of its kind it is: bytes, watts, bits in a second.
fn size(unit: Unit) -> (Measure, u64) {
    match unit {
        Unit::Megabyte => (Measure::Bytes, 1_000_000),
        Unit::Gigabyte => (Measure::Bytes, 1_000_000_000),
        Unit::Terabyte => (Measure::Bytes, quantity::BYTES_PER_TERABYTE),
        Unit::Mebibyte => (Measure::Bytes, 1 << 20),
        Unit::Gibibyte => (Measure::Bytes, 1 << 30),
        Unit::Tebibyte => (Measure::Bytes, quantity::BYTES_PER_TEBIBYTE),
        Unit::Watt => (Measure::Power, 1),
        Unit::Kilowatt => (Measure::Power, 1_000),
        Unit::MegabitPerSecond => (Measure::BitsPerSecond, 1_000_000),
        Unit::GigabitPerSecond => (Measure::BitsPerSecond, 1_000_000_000),
        Unit::Vcpu | Unit::Iops | Unit::RackUnit | Unit::Port | Unit::Licence => (Measure::Count(unit), 1),
    }
}

/// The units that a resource is counted in.
#[must_use]
pub fn of_resource(resource: Resource) -> &'static [Unit] {
    match resource {
        Resource::Vcpu => &[Unit::Vcpu],
        Resource::Memory | Resource::Storage => {
            &[Unit::Megabyte, Unit::Gigabyte, Unit::Terabyte, Unit::Mebibyte, Unit::Gibibyte, Unit::Tebibyte]
        }
        Resource::Iops => &[Unit::Iops],
        Resource::RackUnits => &[Unit::RackUnit],
        Resource::Power | Resource::Cooling => &[Unit::Watt, Unit::Kilowatt],
        Resource::Ports => &[Unit::Port],
        Resource::Licences => &[Unit::Licence],
        Resource::Bandwidth => &[Unit::MegabitPerSecond, Unit::GigabitPerSecond],
    }
}

/// Refuses a unit that does not measure the resource.
///
/// # Errors
/// `Invalid` naming the units that do.
pub fn require_fitting(resource: Resource, unit: Unit) -> Result<()> {
    let fitting = of_resource(resource);
    if fitting.contains(&unit) {
        return Ok(());
    }
    let words: Vec<String> = fitting.iter().map(ActiveEnum::to_value).collect();
    let message = format!(
        "{} does not measure {}, which is counted in {}",
        unit.to_value(),
        resource.to_value(),
        words.join(", ")
    );
    Err(Error::invalid("unit", message))
}

/// Refuses units of which one cannot be turned into the other.
///
/// # Errors
/// `Invalid` naming both.
pub fn require_convertible(given: Unit, kept: Unit) -> Result<()> {
    if size(given).0 == size(kept).0 {
        return Ok(());
    }
    let message =
        format!("{} cannot be turned into {}, the unit of the pool", given.to_value(), kept.to_value());
    Err(Error::invalid("unit", message))
}

/// Refuses a number that is too large in any unit.
///
/// # Errors
/// `Invalid` naming `field` and the value.
pub fn require_plausible(field: &str, value: Decimal) -> Result<()> {
    if value.abs() > Decimal::from(MOST_GIVEN) {
        return Err(Error::invalid(field, format!("{value} is more than {MOST_GIVEN} either way")));
    }
    Ok(())
}

/// A number of one unit in another, by the exact factor between them.
///
/// # Errors
/// As [`require_convertible`].
pub fn converted(value: Decimal, given: Unit, kept: Unit) -> Result<Decimal> {
    require_convertible(given, kept)?;
    Ok(quantity::converted(value, size(given).1, size(kept).1))
}

/// A number as it is kept: in millionths of the unit, half a millionth rounded away from zero.
///
/// # Errors
/// `Invalid` naming `field` for one below zero or above a thousand million.
pub fn kept(field: &str, value: Decimal) -> Result<Quantity> {
    if value.is_sign_negative() && !value.is_zero() {
        return Err(Error::invalid(field, format!("{value} is below 0")));
    }
    signed(field, value)
}

/// As [`kept`], for what may be below zero.
///
/// # Errors
/// `Invalid` naming `field` for one that is more than a thousand million either way.
pub fn signed(field: &str, value: Decimal) -> Result<Quantity> {
    if value.abs() > Decimal::from(MOST) {
        return Err(Error::invalid(field, format!("{value} is more than {MOST} either way")));
    }
    Quantity::try_from_decimal(quantity::millionths(value)).map_err(|cause| Error::invalid(field, cause))
}
