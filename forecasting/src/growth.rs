//! Compound growth with decimals: whole and fractional powers exact to about twenty digits.
//!
//! The general power function of the decimal library stops at seven digits, which is not enough to price to the
//! cent; hence the series here. Own derivation from the textbook series of the exponential and of the area
//! hyperbolic tangent.

use rust_decimal::{Decimal, MathematicalOps};

use crate::error::{ForecastError, Result};

/// A growth rate below which nothing would be left, or above which a percentage was meant.
const RATE_RULE: &str = "a growth rate is a fraction above -1 and at most 10: 0.03 is 3 %";
/// Terms after which both series have converged to the last digit for every permitted rate.
const TERMS: u32 = 90;

/// `(1 + rate)^periods`, with `rate` a fraction per period.
///
/// # Errors
///
/// [`ForecastError::Invalid`] if the rate is -1 or less, or above 10; [`ForecastError::OutOfRange`] if the
/// result does not fit.
pub fn compound(rate: Decimal, periods: u32) -> Result<Decimal> {
    factor(rate)?.checked_powu(u64::from(periods)).ok_or(ForecastError::OutOfRange { field: "growth" })
}

/// `(1 + rate)^(numerator / denominator)`, with `rate` a fraction per whole period.
///
/// # Errors
///
/// As [`compound`]; also [`ForecastError::Invalid`] for a denominator of zero.
pub fn compound_fraction(rate: Decimal, numerator: u32, denominator: u32) -> Result<Decimal> {
    let base = factor(rate)?;
    if denominator == 0 {
        return Err(ForecastError::invalid(
            "denominator",
            &denominator,
            "a fraction of a period has a length",
        ));
    }
    let whole = compound(rate, numerator / denominator)?;
    let rest = numerator % denominator;
    if rest == 0 {
        return Ok(whole);
    }
    let exponent = logarithm(base) * Decimal::from(rest) / Decimal::from(denominator);
    whole.checked_mul(exponential(exponent)).ok_or(ForecastError::OutOfRange { field: "growth" })
}

/// The rate per month that compounds to a rate per year: 0.01 per month for 0.126825… per year.
///
/// # Errors
///
/// As [`compound`].
pub fn monthly_rate(yearly_rate: Decimal) -> Result<Decimal> {
    Ok(compound_fraction(yearly_rate, 1, 12)? - Decimal::ONE)
}

fn factor(rate: Decimal) -> Result<Decimal> {
    if rate <= Decimal::NEGATIVE_ONE || rate > Decimal::TEN {
        return Err(ForecastError::invalid("rate", &rate, RATE_RULE));
    }
    Ok(Decimal::ONE + rate)
}

/// Natural logarithm of a positive number: `ln x = 2 artanh((x - 1) / (x + 1))`, after halving or doubling x
/// until it is near 1.
fn logarithm(value: Decimal) -> Decimal {
    // ln 2 to 28 digits.
    let ln_two = Decimal::from_i128_with_scale(6_931_471_805_599_453_094_172_321_215, 28);
    let three_quarters = Decimal::new(75, 2);
    let three_halves = Decimal::new(15, 1);
    let mut reduced = value;
    let mut shift = Decimal::ZERO;
    while reduced > three_halves {
        reduced /= Decimal::TWO;
        shift += ln_two;
    }
    while reduced < three_quarters && !reduced.is_zero() {
        reduced *= Decimal::TWO;
        shift -= ln_two;
    }
    let ratio = (reduced - Decimal::ONE) / (reduced + Decimal::ONE);
    let square = ratio * ratio;
    let mut power = ratio;
    let mut sum = Decimal::ZERO;
    for term in 0..TERMS {
        if power.is_zero() {
            break;
        }
        sum += power / Decimal::from(2 * term + 1);
        power *= square;
    }
    Decimal::TWO * sum + shift
}

/// The exponential of a small number, by its series.
fn exponential(value: Decimal) -> Decimal {
    let mut term = Decimal::ONE;
    let mut sum = Decimal::ONE;
    for index in 1..TERMS {
        term = term * value / Decimal::from(index);
        if term.is_zero() {
            break;
        }
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_powers_are_exact() {
        assert_eq!(compound(Decimal::new(5, 2), 2).unwrap(), Decimal::new(11025, 4));
        assert_eq!(compound_fraction(Decimal::new(5, 2), 730, 365).unwrap(), Decimal::new(11025, 4));
    }

    #[test]
    fn fractional_powers_multiply_to_the_whole() {
        for rate in [-99, -50, -10, 1, 18, 100, 900] {
            let rate = Decimal::new(rate, 2);
            let parts =
                compound_fraction(rate, 33, 365).unwrap() * compound_fraction(rate, 332, 365).unwrap();
            let error = (parts - Decimal::ONE - rate).abs();
            assert!(error < Decimal::new(1, 20), "{rate}: {error}");
        }
    }

    #[test]
    fn a_percentage_is_refused() {
        let error = compound(Decimal::new(18, 0), 1).unwrap_err().to_string();
        assert_eq!(error, format!("rate \"18\" is not usable: {RATE_RULE}"));
    }
}
