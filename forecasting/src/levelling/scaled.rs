//! An instance in floating-point numbers of about the size of one. Nothing that is reported is computed here.
#![expect(
    clippy::float_arithmetic,
    reason = "prices found by these numbers are rounded and then proven exactly"
)]

use super::bound::{HIGHEST, SCALE};
use super::instance::Instance;

/// Costs relative to the mean cost of a cohort, takings and capacities relative to the capacity of their row.
pub(crate) struct Scaled<'a> {
    pub instance: &'a Instance,
    /// Cost of each option.
    pub costs: Vec<f64>,
    /// What each option takes, beside the rows of the instance.
    pub amounts: Vec<[f64; 3]>,
    /// One, or zero for a row of which there is nothing.
    pub capacities: Vec<f64>,
    /// Minor units that make one of `costs`.
    pub cost_unit: f64,
    /// Units that make one of the capacity of each row.
    row_units: Vec<f64>,
}

impl<'a> Scaled<'a> {
    pub fn new(instance: &'a Instance) -> Self {
        let spread = |cohort| {
            let costs = instance.costs[instance.options(cohort)].iter();
            costs.map(|cost| (*cost as f64).abs()).fold(0.0, f64::max)
        };
        let cohorts = instance.cohorts().max(1) as f64;
        let cost_unit = ((0..instance.cohorts()).map(spread).sum::<f64>() / cohorts).max(1.0);
        let mut largest = vec![1_i64; instance.capacities.len()];
        for taken in instance.uses.iter().flatten() {
            largest[taken.row] = largest[taken.row].max(taken.amount);
        }
        let capacities = instance.capacities.iter();
        let row_units: Vec<f64> = capacities
            .zip(&largest)
            .map(|(capacity, largest)| (if *capacity > 0 { *capacity } else { *largest }) as f64)
            .collect();
        Self {
            costs: instance.costs.iter().map(|cost| *cost as f64 / cost_unit).collect(),
            amounts: instance
                .uses
                .iter()
                .map(|uses| uses.map(|taken| taken.amount as f64 / row_units[taken.row]))
                .collect(),
            capacities: instance
                .capacities
                .iter()
                .map(|capacity| f64::from(u8::from(*capacity > 0)))
                .collect(),
            cost_unit,
            row_units,
            instance,
        }
    }

    /// What an option costs with the prices of what it takes.
    pub fn priced(&self, option: usize, prices: &[f64]) -> f64 {
        let uses = &self.instance.uses[option];
        let amounts = &self.amounts[option];
        self.costs[option]
            + amounts[0] * prices[uses[0].row]
            + amounts[1] * prices[uses[1].row]
            + amounts[2] * prices[uses[2].row]
    }

    /// The prices per unit of the rows, as whole numbers of `1 / SCALE` minor units.
    pub fn whole(&self, prices: &[f64]) -> Vec<i64> {
        self.per_unit(prices, self.cost_unit * SCALE as f64)
    }

    /// Prices of which only the proportions matter, as whole numbers.
    pub fn proportions(&self, prices: &[f64]) -> Vec<i64> {
        let scale = SCALE as f64;
        let largest =
            prices.iter().zip(&self.row_units).map(|(price, unit)| price / unit).fold(0.0, f64::max);
        self.per_unit(prices, if largest > 0.0 { scale / largest } else { scale })
    }

    fn per_unit(&self, prices: &[f64], scale: f64) -> Vec<i64> {
        let free = self.instance.rows();
        let whole = |(row, price): (usize, &f64)| {
            // The conversion saturates, and makes zero of what is not a number.
            if row == free {
                0
            } else {
                ((price / self.row_units[row] * scale).round() as i64).clamp(0, HIGHEST)
            }
        };
        prices.iter().enumerate().map(whole).collect()
    }
}
