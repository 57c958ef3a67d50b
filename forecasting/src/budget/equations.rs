//! Pools that serve each other, as linear equations.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::bounded;

/// The most pools that are solved at once; the work grows with the third power.
const MOST_POOLS: usize = 200;

/// What one pool gives to another.
pub(super) struct Flow {
    /// Place of the other pool.
    pub to: usize,
    /// Driver volume, in the unit of the giving pool's whole.
    pub volume: Decimal,
}

/// For each pool j: `whole_j × rate_j - Σ volume_ij × rate_i = own cost_j`, where a rate is the cost of one unit
/// of a pool's driver. In rates the coefficients are the volumes as given, so no fraction is rounded before it
/// is needed.
pub(super) struct Equations {
    /// One row for each pool: coefficients, then the own cost.
    rows: Vec<Vec<Decimal>>,
    wholes: Vec<Decimal>,
}

impl Equations {
    /// Equations of a number of pools that give nothing to each other yet.
    pub(super) fn new(pools: usize) -> Self {
        Self { rows: vec![vec![Decimal::ZERO; pools + 1]; pools], wholes: vec![Decimal::ONE; pools] }
    }

    /// Says what a pool costs by itself, how large it is, and what it gives to others.
    pub(super) fn pool(
        &mut self,
        place: usize,
        own: Decimal,
        whole: Decimal,
        flows: impl Iterator<Item = Flow>,
    ) {
        let last = self.rows.len();
        self.rows[place][last] = own;
        if whole.is_zero() {
            // Nothing is given on, so the rate is the amount.
            self.rows[place][place] = Decimal::ONE;
            return;
        }
        // Volumes by a power of ten such that the whole is between 1 and 10: rates keep the digits of amounts.
        let shift = power_of_ten(whole);
        let scaled = |volume: Decimal| shifted(volume, shift);
        self.wholes[place] = scaled(whole);
        self.rows[place][place] += scaled(whole);
        for flow in flows {
            self.rows[flow.to][place] -= scaled(flow.volume);
        }
    }
}

/// The amount that each pool has to give, own and received, by elimination.
///
/// No rows are exchanged: the diagonal outweighs its column as long as something leaves every circle, which makes
/// elimination in the given order stable.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for more than 200 pools, [`ForecastError::OutOfRange`] where so little leaves a
/// circle that its amounts do not fit.
pub(super) fn solve(equations: &Equations) -> Result<Vec<Decimal>> {
    let pools = equations.rows.len();
    if pools > MOST_POOLS {
        return Err(ForecastError::invalid("pools", &pools, "at most 200 pools are divided at once"));
    }
    let out_of_range = || ForecastError::OutOfRange { field: "pool" };
    let mut rows = equations.rows.clone();
    for pivot in 0..pools {
        let (above, below) = rows.split_at_mut(pivot + 1);
        let from = &above[pivot];
        for row in below.iter_mut().filter(|row| !row[pivot].is_zero()) {
            let factor = row[pivot].checked_div(from[pivot]).ok_or_else(out_of_range)?;
            for column in pivot..=pools {
                if !from[column].is_zero() {
                    let step = factor.checked_mul(from[column]).ok_or_else(out_of_range)?;
                    row[column] = row[column].checked_sub(step).ok_or_else(out_of_range)?;
                }
            }
            row[pivot] = Decimal::ZERO;
        }
    }
    let mut rates = vec![Decimal::ZERO; pools];
    for place in (0..pools).rev() {
        let mut rest = rows[place][pools];
        for column in place + 1..pools {
            let step = rows[place][column].checked_mul(rates[column]).ok_or_else(out_of_range)?;
            rest = rest.checked_sub(step).ok_or_else(out_of_range)?;
        }
        rates[place] = rest.checked_div(rows[place][place]).ok_or_else(out_of_range)?;
    }
    let amounts = rates
        .iter()
        .zip(&equations.wholes)
        .map(|(rate, whole)| bounded(rate.checked_mul(*whole).ok_or_else(out_of_range)?, "pool"));
    amounts.collect()
}

/// The power of ten that brings a positive number between 1 and 10, as a number of places to the left.
fn power_of_ten(value: Decimal) -> i32 {
    let digits = value.mantissa().unsigned_abs().checked_ilog10().unwrap_or(0) as i32;
    digits - value.scale() as i32
}

/// A number with its point moved to the left, or to the right where negative.
fn shifted(value: Decimal, places: i32) -> Decimal {
    let mut factor = Decimal::ONE;
    for _ in 0..places.unsigned_abs() {
        factor *= Decimal::TEN;
    }
    if places >= 0 { value / factor } else { value * factor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pools_that_serve_each_other() {
        // a = 100 + b / 5, b = 50 + a / 4: a = 2200 / 19, b = 1500 / 19.
        let mut equations = Equations::new(2);
        let flow = |to, volume| std::iter::once(Flow { to, volume });
        equations.pool(0, Decimal::ONE_HUNDRED, Decimal::from(4), flow(1, Decimal::ONE));
        equations.pool(1, Decimal::from(50), Decimal::new(5, 4), flow(0, Decimal::new(1, 4)));
        let amounts = solve(&equations).unwrap();
        let exact = [2200, 1500].map(|numerator| Decimal::from(numerator) / Decimal::from(19));
        for (amount, exact) in amounts.iter().zip(exact) {
            assert!((amount - exact).abs() < Decimal::new(1, 22), "{amount} instead of {exact}");
        }
    }

    #[test]
    fn points_are_moved_exactly() {
        for (value, places) in [(Decimal::new(1234, 2), 1), (Decimal::ONE, 0), (Decimal::new(7, 5), -5)] {
            assert_eq!(power_of_ten(value), places, "{value}");
            let between = shifted(value, places);
            assert!((Decimal::ONE..Decimal::TEN).contains(&between), "{value} became {between}");
        }
    }
}
