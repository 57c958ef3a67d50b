//! Which amounts of a refresh plan would tell a single price, and so are hidden from those who see only sums.

use std::collections::{BTreeMap, BTreeSet};

use super::refresh_plan::{Planned, RefreshPlan};
use crate::{error::Result, roadmap::masking::hidden};

/// What is hidden. Nothing is, by default.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    /// The cohorts of the plan whose amounts are hidden, by position.
    cohorts: BTreeSet<usize>,
    /// The same of those that are ordered before it.
    earlier: BTreeSet<usize>,
    /// The fiscal years whose sums are hidden.
    years: BTreeSet<i32>,
    total: bool,
    total_earlier: bool,
}

impl Masks {
    /// What those who see only sums may not see: cohorts of a single asset, sums over a single asset, and what would
    /// tell one of them by what it lacks to a sum.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn of(plan: &RefreshPlan) -> Result<Self> {
        let years: Vec<(i32, usize)> =
            plan.years()?.into_iter().map(|(year, sum)| (year, sum.behind)).collect();
        let with_orders: Vec<_> = years.into_iter().filter(|(_, assets)| *assets > 0).collect();
        let counts: Vec<usize> = with_orders.iter().map(|(_, assets)| *assets).collect();
        let hidden_years = with_orders.iter().zip(hidden(&counts)).filter(|(_, is_hidden)| *is_hidden);
        let assets = |cohorts: &[Planned]| cohorts.iter().map(Planned::behind).sum::<usize>();
        Ok(Self {
            cohorts: parts(&plan.cohorts),
            earlier: parts(&plan.earlier),
            years: hidden_years.map(|((year, _), _)| *year).collect(),
            total: assets(&plan.cohorts) == 1,
            total_earlier: assets(&plan.earlier) == 1,
        })
    }

    /// Whether the amounts of a cohort are hidden.
    #[must_use]
    pub fn hides(&self, is_earlier: bool, position: usize) -> bool {
        if is_earlier { self.earlier.contains(&position) } else { self.cohorts.contains(&position) }
    }

    /// Whether the sums of a fiscal year are hidden.
    #[must_use]
    pub fn hides_year(&self, fiscal_year: i32) -> bool {
        self.years.contains(&fiscal_year)
    }

    /// Whether the sum of the plan is hidden, or of what is ordered before it.
    #[must_use]
    pub fn hides_total(&self, is_earlier: bool) -> bool {
        if is_earlier { self.total_earlier } else { self.total }
    }
}

/// The cohorts that are hidden, year by year: the sums of years are shown.
fn parts(cohorts: &[Planned]) -> BTreeSet<usize> {
    let mut by_year: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (at, one) in cohorts.iter().enumerate() {
        by_year.entry(one.fiscal_year).or_default().push(at);
    }
    let mut found = BTreeSet::new();
    for positions in by_year.into_values() {
        let counts: Vec<usize> = positions.iter().map(|at| cohorts[*at].behind()).collect();
        let masked = positions.into_iter().zip(hidden(&counts)).filter(|(_, is_hidden)| *is_hidden);
        found.extend(masked.map(|(at, _)| at));
    }
    found
}
