//! Units of power, energy and data. Every function names the unit it takes and the unit it gives.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{ForecastError, Result};
use crate::money::{proportion, times};

/// Bytes of a terabyte: 10¹².
pub const BYTES_PER_TERABYTE: u64 = 1_000_000_000_000;
/// Bytes of a tebibyte: 2⁴⁰.
pub const BYTES_PER_TEBIBYTE: u64 = 1 << 40;

/// Real power in kW of an apparent power in kVA at a power factor.
///
/// # Errors
///
/// [`ForecastError::Invalid`] if the power factor is not above 0 and at most 1; [`ForecastError::OutOfRange`] if
/// the power does not fit.
pub fn kilowatts(kilovolt_amperes: Decimal, power_factor: Decimal) -> Result<Decimal> {
    times(kilovolt_amperes, checked_factor(power_factor)?, "power")
}

/// Apparent power in kVA of a real power in kW at a power factor.
///
/// # Errors
///
/// [`ForecastError::Invalid`] if the power factor is not above 0 and at most 1; [`ForecastError::OutOfRange`] if
/// the power does not fit.
pub fn kilovolt_amperes(kilowatts: Decimal, power_factor: Decimal) -> Result<Decimal> {
    kilowatts.checked_div(checked_factor(power_factor)?).ok_or(ForecastError::OutOfRange { field: "power" })
}

/// Tebibytes of a number of terabytes: 1 TB is 0.909495 TiB.
pub fn tebibytes(terabytes: Decimal) -> Decimal {
    proportion(terabytes, Decimal::from(BYTES_PER_TERABYTE), Decimal::from(BYTES_PER_TEBIBYTE))
}

/// Terabytes of a number of tebibytes.
pub fn terabytes(tebibytes: Decimal) -> Decimal {
    proportion(tebibytes, Decimal::from(BYTES_PER_TEBIBYTE), Decimal::from(BYTES_PER_TERABYTE))
}

/// A part of a quantity, a share of 0 to 1, to six decimals.
pub fn part(quantity: Decimal, share: Decimal) -> Decimal {
    millionths(proportion(quantity, share.clamp(Decimal::ZERO, Decimal::ONE), Decimal::ONE))
}

/// A number to six decimals, half a millionth rounded away from zero.
pub fn millionths(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)
}

fn checked_factor(power_factor: Decimal) -> Result<Decimal> {
    if power_factor > Decimal::ZERO && power_factor <= Decimal::ONE {
        return Ok(power_factor);
    }
    Err(ForecastError::invalid("power_factor", &power_factor, "a power factor is above 0 and at most 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terabyte_is_a_tenth_short_of_a_tebibyte() {
        assert_eq!(tebibytes(Decimal::ONE).round_dp(6), Decimal::new(909_495, 6));
        assert_eq!(terabytes(Decimal::ONE), Decimal::new(1_099_511_627_776, 12));
    }

    #[test]
    fn millionths_round_away_from_zero() {
        assert_eq!(millionths(Decimal::new(5, 7)), Decimal::new(1, 6));
        assert_eq!(millionths(Decimal::new(-5, 7)), Decimal::new(-1, 6));
    }

    #[test]
    fn power_factors_are_fractions() {
        assert_eq!(kilowatts(Decimal::TEN, Decimal::new(95, 2)).unwrap(), Decimal::new(95, 1));
        assert!(kilovolt_amperes(Decimal::TEN, Decimal::new(95, 0)).is_err());
        assert!(kilowatts(Decimal::TEN, Decimal::ZERO).is_err());
    }
}
