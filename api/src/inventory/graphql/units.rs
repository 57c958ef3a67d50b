//! Rack units on the wire: halves are possible, nothing finer.

use crate::error::{Error, Result};

/// Half units as people write them: 3 is 1.5.
pub fn units(half_units: i32) -> f64 {
    f64::from(half_units) / 2.0
}

/// Units as people write them, as a column holds them: 1.5 is 3.
///
/// # Errors
/// `Invalid` naming `field` for less than a half, more than a rack could have or less than nothing.
pub fn half_units(units: f64, field: &str) -> Result<i32> {
    let doubled = units * 2.0;
    if !(0.0..=1_000.0).contains(&doubled) {
        return Err(Error::invalid(field, format!("{units} is not between 0 and 500 units")));
    }
    if doubled.fract() != 0.0 {
        return Err(Error::invalid(field, format!("{units} is not a whole or a half unit")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 1000")]
    Ok(doubled as i32)
}
