//! What a simulation found.

use rust_decimal::Decimal;

use super::assumption::Assumption;
use crate::explain::Explanation;
use crate::money::Currency;
use crate::roadmap::MoneyView;

/// The percentiles that are reported.
const PERCENTILES: [usize; 3] = [10, 50, 90];

/// How many runs, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Runs, 1 to 100,000.
    pub runs: u32,
    /// The seed: the same seed gives the same figures, and assumptions of the same name the same draws in
    /// roadmaps that are compared.
    pub seed: u64,
}

/// A figure, and what it may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// With every assumption as the roadmap takes it.
    pub point: Decimal,
    /// A tenth of the runs is not above this.
    pub p10: Decimal,
    /// Half of the runs is not above this.
    pub p50: Decimal,
    /// Nine tenths of the runs are not above this.
    pub p90: Decimal,
}

impl Spread {
    /// Percentiles by nearest rank: of n runs in ascending order, P is the one at place ⌈P × n / 100⌉. Every
    /// figure is one that a run came to; nothing is interpolated. Sorts the runs, of which there is at least one.
    pub(super) fn of(point: i64, runs: &mut [i64], currency: Currency) -> Self {
        runs.sort_unstable();
        let amount = |minor: i64| currency.from_minor(i128::from(minor));
        let [p10, p50, p90] = PERCENTILES.map(|percent| {
            let place = (runs.len() * percent).div_ceil(100).max(1) - 1;
            amount(runs.get(place).copied().unwrap_or(point))
        });
        Self { point: amount(point), p10, p50, p90 }
    }
}

/// What is spent in a fiscal quarter. The first and the last may be parts of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterSpread {
    /// Label of the fiscal year.
    pub fiscal_year: i32,
    /// 1 to 4.
    pub quarter: u32,
    /// What is spent.
    pub spread: Spread,
}

/// What a simulation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which event places amounts in a quarter.
    pub view: MoneyView,
    /// Currency of every amount.
    pub currency: Currency,
    /// The runs and the seed.
    pub sampling: Sampling,
    /// The quarters in order. Their points add up to the point of the total; percentiles do not add up, for
    /// quarters are not all expensive in the same run.
    pub quarters: Vec<QuarterSpread>,
    /// The whole window, its percentiles taken of the sums of the runs.
    pub total: Spread,
    /// What was drawn, in the order in which it was stated.
    pub assumptions: Vec<Assumption>,
    /// How the percentiles came about.
    pub explanation: Explanation,
}

pub(super) fn explain(sampling: Sampling) -> Explanation {
    Explanation::new("of the runs in ascending order, P is the one at place ceiling(P x runs / 100)")
        .input("runs", sampling.runs)
        .input("seed", sampling.seed)
        .estimate(
            "assumptions are drawn independently of each other; what shares an assumption moves together",
        )
        .assume("what has no assumption is as certain as the point figures have it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentiles(mut runs: Vec<i64>) -> [Decimal; 3] {
        let spread = Spread::of(7, &mut runs, Currency::JPY);
        assert_eq!(spread.point, Decimal::from(7));
        [spread.p10, spread.p50, spread.p90]
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        for (runs, expected) in [
            (vec![4], [4, 4, 4]),
            (vec![9, 4], [4, 4, 9]),
            (vec![3, 1, 2], [1, 2, 3]),
            (vec![10, 3, 1, 7, 5, 9, 2, 8, 6, 4], [1, 5, 9]),
            // One more run than ten moves every rank up.
            (vec![11, 10, 3, 1, 7, 5, 9, 2, 8, 6, 4], [2, 6, 10]),
            ((-50..50).rev().collect(), [-41, -1, 39]),
        ] {
            assert_eq!(percentiles(runs), expected.map(Decimal::from));
        }
    }
}
