//! Quantities within a range in which nothing overflows.

use std::fmt::Display;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::error::{ForecastError, Result};

/// The largest quantity of anything, in whatever unit: 10¹⁸, a million exabytes in megabytes.
pub const QUANTITY_MAX: Decimal = crate::money::LIMIT;

const RANGE: &str = "a quantity is at most 10^18";

/// A quantity that comes as a float, such as from JSON, to the 15 digits that a float holds.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for what is not a number, infinite, or beyond [`QUANTITY_MAX`].
pub fn quantity(value: f64, field: &'static str) -> Result<Decimal> {
    if !value.is_finite() {
        return Err(ForecastError::invalid(field, &value, "a quantity is a finite number"));
    }
    Decimal::from_f64(value)
        .ok_or_else(|| ForecastError::invalid(field, &value, RANGE))
        .and_then(|value| bounded(value, field))
}

/// The quantity itself, if it is within range.
pub(super) fn bounded(value: Decimal, field: &'static str) -> Result<Decimal> {
    if value.abs() > QUANTITY_MAX { Err(ForecastError::invalid(field, &value, RANGE)) } else { Ok(value) }
}

/// The quantity itself, if it is not negative and within range.
pub(super) fn not_negative(value: Decimal, field: &'static str) -> Result<Decimal> {
    if value < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &value, "a quantity is not negative"));
    }
    bounded(value, field)
}

/// The quantity itself, if it is above zero and within range.
pub(super) fn positive(value: Decimal, field: &'static str) -> Result<Decimal> {
    if value <= Decimal::ZERO {
        return Err(ForecastError::invalid(field, &value, "a quantity of this is above zero"));
    }
    bounded(value, field)
}

/// A fraction from 0 to 1.
pub(super) fn fraction(value: Decimal, field: &'static str) -> Result<Decimal> {
    if value < Decimal::ZERO || value > Decimal::ONE {
        return Err(ForecastError::invalid(field, &value, "a fraction is 0 to 1: 0.1 is 10 %"));
    }
    Ok(value)
}

pub(super) fn plus(left: Decimal, right: Decimal, field: &'static str) -> Result<Decimal> {
    let sum = left.checked_add(right).ok_or_else(|| beyond(left, '+', right, field))?;
    bounded(sum, field)
}

pub(super) fn minus(left: Decimal, right: Decimal, field: &'static str) -> Result<Decimal> {
    let difference = left.checked_sub(right).ok_or_else(|| beyond(left, '-', right, field))?;
    bounded(difference, field)
}

pub(super) fn times(left: Decimal, right: Decimal, field: &'static str) -> Result<Decimal> {
    let product = left.checked_mul(right).ok_or_else(|| beyond(left, '×', right, field))?;
    bounded(product, field)
}

/// A quotient; `None` where the divisor is zero or the quotient out of range.
pub(super) fn over(left: Decimal, right: Decimal) -> Option<Decimal> {
    left.checked_div(right).filter(|quotient| quotient.abs() <= QUANTITY_MAX)
}

/// How many times a part goes into a whole; both are not negative, the part above zero.
pub(super) fn whole_times(whole: Decimal, part: Decimal, field: &'static str) -> Result<u64> {
    let refuse = || beyond(whole, '/', part, field);
    let mut count = whole.checked_div(part).map(|quotient| quotient.floor()).ok_or_else(refuse)?;
    // The last digit of a quotient is rounded, which may carry it over a whole number.
    if count.checked_mul(part).is_none_or(|product| product > whole) {
        count -= Decimal::ONE;
    }
    count.to_u64().ok_or_else(refuse)
}

/// The square root of a number that is not negative, by Newton's method, to some 25 digits.
pub(super) fn square_root(value: Decimal) -> Decimal {
    if value <= Decimal::ZERO {
        return Decimal::ZERO;
    }
    // From above, the steps only go down until rounding stops them.
    let mut root = value.max(Decimal::ONE);
    loop {
        let Some(quotient) = value.checked_div(root) else { return root };
        let next = quotient + (root - quotient) / Decimal::TWO;
        if next >= root {
            return root;
        }
        root = next;
    }
}

fn beyond(left: impl Display, sign: char, right: impl Display, field: &'static str) -> ForecastError {
    ForecastError::invalid(field, &format!("{left} {sign} {right}"), RANGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_exact_to_many_digits() {
        assert_eq!(square_root(Decimal::from(144)), Decimal::from(12));
        assert_eq!(square_root(Decimal::ZERO), Decimal::ZERO);
        for value in
            ["2", "0.00000000000000000001", "1000000000000000000", "123456.789", "0.9999999999999999"]
        {
            let value: Decimal = value.parse().unwrap();
            let root = square_root(value);
            let error = (root * root - value).abs();
            assert!(error <= value * Decimal::new(1, 12), "{value}: {root}");
        }
    }

    #[test]
    fn a_rounded_quotient_does_not_count_too_many() {
        let part: Decimal = "0.3333333333333333333333333334".parse().unwrap();
        assert_eq!(whole_times(Decimal::ONE, part, "units").unwrap(), 2);
        assert_eq!(whole_times(Decimal::from(14), Decimal::ONE, "units").unwrap(), 14);
        assert!(whole_times(QUANTITY_MAX, Decimal::new(1, 28), "units").is_err());
    }

    #[test]
    fn floats_are_numbers_or_refused() {
        assert_eq!(quantity(0.1, "value").unwrap(), Decimal::new(1, 1));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30, -1e19] {
            let error = quantity(value, "value").unwrap_err().to_string();
            assert!(error.starts_with("value "), "{error}");
        }
        assert_eq!(quantity(1e-300, "value").unwrap(), Decimal::ZERO);
    }
}
