//! What no plan can undercut, in whole numbers.
//!
//! The relaxation of Lagrange: put a price on each row and let everybody take the cheapest option at these prices; what
//! that costs, less the worth of the rows, is at most what the best plan costs, whatever the prices are. Solvers find
//! good prices with floating-point numbers; here the prices are whole numbers and the bound is exact, so that it
//! holds however a solver went about it.

use super::instance::Instance;

/// Prices are whole numbers of this part of a minor unit.
pub(crate) const SCALE: i64 = 1_000_000_000;
/// The highest price, so that sums of products fit into 128 bits.
pub(crate) const HIGHEST: i64 = 1 << 55;

/// What any plan costs at least, times [`SCALE`], by the prices of the rows.
pub(crate) fn scaled_bound(instance: &Instance, prices: &[i64]) -> i128 {
    let cheapest = |cohort| {
        let options = instance.options(cohort);
        options.map(|option| priced(instance, prices, option)).min().unwrap_or(0)
    };
    let least: i128 = (0..instance.cohorts()).map(cheapest).sum();
    let worth: i128 = prices
        .iter()
        .zip(&instance.capacities)
        .filter(|(price, _)| **price > 0)
        .map(|(price, capacity)| i128::from(*price) * i128::from(*capacity))
        .sum();
    least - worth
}

/// What an option costs with the prices of what it takes, times [`SCALE`].
pub(crate) fn priced(instance: &Instance, prices: &[i64], option: usize) -> i128 {
    let taken = instance.uses[option].iter().filter(|taken| taken.amount > 0);
    let taken = taken.map(|taken| i128::from(taken.amount) * i128::from(prices[taken.row]));
    i128::from(instance.costs[option]) * i128::from(SCALE) + taken.sum::<i128>()
}

/// What any plan costs at least, in minor units: costs are whole, so the bound may be rounded up.
pub(crate) fn bound(instance: &Instance, prices: &[i64]) -> i128 {
    ceiling(scaled_bound(instance, prices))
}

/// Rounds a scaled amount up to minor units.
pub(crate) fn ceiling(scaled: i128) -> i128 {
    -(-scaled).div_euclid(i128::from(SCALE))
}

/// How much more than its cheapest option, at the prices, each option costs, times [`SCALE`].
pub(crate) fn regrets(instance: &Instance, prices: &[i64]) -> Vec<i128> {
    let mut regrets: Vec<i128> =
        (0..instance.costs.len()).map(|option| priced(instance, prices, option)).collect();
    for cohort in 0..instance.cohorts() {
        let of_cohort = &mut regrets[instance.options(cohort)];
        let least = of_cohort.iter().copied().min().unwrap_or(0);
        for regret in of_cohort {
            *regret -= least;
        }
    }
    regrets
}
