//! Figures rounded so that they still add up.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{ForecastError, Result};
use crate::money::Currency;

/// Rounds figures of any sign to the minor unit so that they add up to a total, by the largest remainder: each
/// is cut down to the minor unit and the missing units go to the largest cut-off fractions, on a tie to the
/// lower place. The total is rounded first. No figure moves by a whole minor unit, save where the total was
/// composed of figures that were rounded themselves.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the figures are further from the total than rounding can explain.
pub(super) fn round_to_total(
    figures: &[Decimal],
    total: Decimal,
    currency: Currency,
    field: &'static str,
) -> Result<Vec<Decimal>> {
    let places = currency.minor_units();
    let mut cut = Vec::with_capacity(figures.len());
    let mut fractions = Vec::with_capacity(figures.len());
    for (place, figure) in figures.iter().enumerate() {
        let floor = figure.round_dp_with_strategy(places, RoundingStrategy::ToNegativeInfinity);
        cut.push(currency.to_minor(floor));
        fractions.push((*figure - floor, place));
    }
    let missing = currency.to_minor(total) - cut.iter().sum::<i128>();
    if missing.unsigned_abs() > figures.len() as u128 {
        return Err(ForecastError::OutOfRange { field });
    }
    fractions.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let units = missing.unsigned_abs() as usize;
    // What is too much is taken from the figures that would be the last to be given more.
    let concerned: Vec<usize> = if missing < 0 {
        fractions.iter().rev().take(units).map(|(_, place)| *place).collect()
    } else {
        fractions.iter().take(units).map(|(_, place)| *place).collect()
    };
    for place in concerned {
        cut[place] += missing.signum();
    }
    Ok(cut.into_iter().map(|minor| currency.from_minor(minor)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(figures: &[Decimal], total: Decimal) -> Result<Vec<Decimal>> {
        round_to_total(figures, total, Currency::JPY, "figures")
    }

    #[test]
    fn the_missing_unit_goes_to_the_largest_fraction_whatever_its_sign() {
        let figures = [Decimal::new(-25, 1), Decimal::new(13, 1), Decimal::new(17, 1)];
        let expected = [-3, 1, 2].map(Decimal::from);
        assert_eq!(rounded(&figures, Decimal::ZERO).unwrap(), expected);
        assert_eq!(rounded(&figures, Decimal::ONE).unwrap(), [-2, 1, 2].map(Decimal::from));
        assert_eq!(rounded(&[Decimal::ONE, Decimal::ONE], Decimal::ONE).unwrap(), [1, 0].map(Decimal::from));
    }

    #[test]
    fn figures_that_cannot_add_up_are_refused() {
        let refusal = rounded(&[Decimal::ONE], Decimal::TEN).unwrap_err();
        assert_eq!(refusal, ForecastError::OutOfRange { field: "figures" });
    }
}
