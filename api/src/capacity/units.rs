//! What quantities are counted in, and what can be turned into what.

use entity::capacity::{
    Quantity,
    capacity_pool::{CapacityResource as Resource, CapacityUnit as Unit},
};
use forecasting::{
    capacity::units::{self as capacity, convert},
    quantity,
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use crate::error::{Error, Result};

/// The most that any quantity may be, in whole units.
const MOST: i64 = 1_000_000_000;

/// The unit, as quantities are reckoned with.
fn reckoned(unit: Unit) -> capacity::Unit {
    match unit {
        Unit::Megabyte => capacity::Unit::Megabytes,
        Unit::Gigabyte => capacity::Unit::Gigabytes,
        Unit::Terabyte => capacity::Unit::Terabytes,
        Unit::Mebibyte => capacity::Unit::Mebibytes,
        Unit::Gibibyte => capacity::Unit::Gibibytes,
        Unit::Tebibyte => capacity::Unit::Tebibytes,
        Unit::Watt => capacity::Unit::Watts,
        Unit::Kilowatt => capacity::Unit::Kilowatts,
        Unit::MegabitPerSecond => capacity::Unit::MegabitsPerSecond,
        Unit::GigabitPerSecond => capacity::Unit::GigabitsPerSecond,
        Unit::Vcpu => capacity::Unit::VirtualProcessors,
        Unit::Iops => capacity::Unit::OperationsPerSecond,
        Unit::RackUnit => capacity::Unit::RackUnits,
        Unit::Port => capacity::Unit::Ports,
        Unit::Licence => capacity::Unit::Licences,
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
    if reckoned(given).converts_to(reckoned(kept)) {
        return Ok(());
    }
    let message =
        format!("{} cannot be turned into {}, the unit of the pool", given.to_value(), kept.to_value());
    Err(Error::invalid("unit", message))
}

/// A number of one unit in another, by the exact factor between them.
///
/// # Errors
/// As [`require_convertible`], and `Invalid` naming `field` for a number that is too large.
pub fn converted(field: &str, value: Decimal, given: Unit, kept: Unit) -> Result<Decimal> {
    require_convertible(given, kept)?;
    let converted = convert(value, reckoned(given), reckoned(kept), None);
    converted.map_err(|cause| Error::invalid(field, cause))
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
