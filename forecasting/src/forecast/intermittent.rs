//! Demand that is zero most of the time.
//!
//! Teunter, Syntetos and Babai, "Intermittent demand: linking forecasting to inventory obsolescence", European
//! Journal of Operational Research 214 (2011): Croston's idea, with the chance of demand smoothed at every step, so
//! that demand which has ended fades away.

use super::quantile;

/// Smoothing of the chance of any demand.
const CHANCE: f64 = 0.1;
/// Smoothing of the size of a demand.
const SIZE: f64 = 0.1;

/// What is expected per step, and what the steps so far were, in order.
pub(super) struct Intermittent {
    /// Chance of demand times its size.
    pub rate: f64,
    sorted: Vec<f64>,
}

/// Whether so many steps are zero, and none below, that the rest is no series of its own.
pub(super) fn is_intermittent(observations: &[f64]) -> bool {
    let zeros = observations.iter().filter(|value| **value == 0.0).count();
    observations.iter().all(|value| *value >= 0.0) && zeros * 10 >= observations.len() * 3
}

impl Intermittent {
    /// Reads the series once.
    pub fn of(series: &[f64]) -> Self {
        let demands: Vec<f64> = series.iter().copied().filter(|value| *value != 0.0).collect();
        let mut size = super::path::mean(&demands);
        let mut chance = demands.len() as f64 / series.len().max(1) as f64;
        for value in series {
            let occurs = *value != 0.0;
            chance += CHANCE * (f64::from(u8::from(occurs)) - chance);
            if occurs {
                size += SIZE * (value - size);
            }
        }
        let mut sorted = series.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self { rate: chance * size, sorted }
    }

    /// Both ends of what a share of the steps so far were between, widened to hold the rate.
    pub fn ends(&self, share: f64) -> (f64, f64) {
        let tail = (1.0 - share) / 2.0;
        let (low, high) =
            (quantile::of_sorted(&self.sorted, tail), quantile::of_sorted(&self.sorted, 1.0 - tail));
        (low.min(self.rate), high.max(self.rate))
    }
}
