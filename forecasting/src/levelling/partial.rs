//! What to do where not everything can be done: the plan that leaves the fewest cohorts undone that cannot wait.

use super::conflict::missed_at_least;
use super::greedy::greedily;
use super::instance::Instance;
use super::optimal::{Best, OptimalPlan};
use super::problem::Problem;
use crate::error::{ForecastError, Result};
use crate::money::Money;

/// The highest price of leaving a cohort undone, so that sums of them fit.
const HIGHEST_PRICE: i128 = 1 << 46;

/// A plan under every limit that leaves undone what does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialPlan {
    /// The plan. Its bound is that of plans which leave the same cohorts undone.
    pub plan: OptimalPlan,
    /// Positions of the cohorts that it leaves undone although they cannot wait; see
    /// [`Cohort::is_bound`](super::Cohort::is_bound).
    pub missed: Vec<usize>,
    /// How many of them any plan leaves undone at least; proven, by what periods are short of if by nothing else. It may
    /// say less than is true.
    pub missed_at_least: usize,
}

/// The plan that leaves the fewest cohorts undone that cannot wait, mandatory ones only where it would otherwise be more
/// of all the others, and that costs least of those that leave the same cohorts undone.
///
/// There is one under any limits. It is meant for problems for which [`level`](super::level) finds none.
///
/// # Errors
///
/// As [`Problem::check`].
pub fn level_what_fits(problem: &Problem) -> Result<PartialPlan> {
    problem.check()?;
    let whole = Instance::new(problem)?;
    let greedy = greedily(problem, &whole)?;
    let prices = Prices::new(problem, &whole)?;
    let open = whole.with_undone(&prices.costs(problem, &whole)?, false);
    let open = open.fitting();
    // The greedy's plan is one, with what it leaves undone.
    let start = (0..open.cohorts())
        .map(|cohort| {
            let placed = greedy.plan.placements.binary_search_by_key(&cohort, |placement| placement.cohort);
            let month = placed.ok().map(|at| greedy.plan.placements[at].ordered);
            open.options(cohort).find(|option| open.months[*option] == month)
        })
        .collect();
    let mut fewest = Best::ascent(&open, start);
    fewest.close();
    let unsolved = ForecastError::OutOfRange { field: "sum of costs" };
    let choice = fewest.plan.as_ref().ok_or(unsolved.clone())?;
    let is_missed = |cohort: &usize| prices.of[*cohort].is_some() && open.months[choice[*cohort]].is_none();
    let missed: Vec<usize> = (0..open.cohorts()).filter(is_missed).collect();
    let at_least = prices.least(fewest.bound).max(missed_at_least(problem, &whole));
    let missed_at_least = at_least.min(missed.len());
    let kept = without(problem, &whole, &missed)?;
    let kept = kept.fitting();
    let months = choice.iter().map(|option| open.months[*option]);
    let start = months
        .enumerate()
        .map(|(cohort, month)| kept.options(cohort).find(|option| kept.months[*option] == month))
        .collect();
    let mut best = Best::ascent(&kept, start);
    best.close();
    let mut plan = best.told(problem, &whole, greedy)?.ok_or(unsolved)?;
    // A plan that does everything cannot be compared with one that does not.
    plan.gain_over_greedy = None;
    plan.relaxation = Money::new(plan.relaxation.amount.min(plan.bound.amount), plan.relaxation.currency);
    Ok(PartialPlan { plan, missed, missed_at_least })
}

/// The instance in which some cohorts stay undone.
fn without(problem: &Problem, whole: &Instance, missed: &[usize]) -> Result<Instance> {
    let mut costs = vec![None; whole.cohorts()];
    for cohort in missed {
        costs[*cohort] = Some(never(problem, *cohort)?);
    }
    Ok(whole.with_undone(&costs, true))
}

fn never(problem: &Problem, cohort: usize) -> Result<i64> {
    let cohort = &problem.cohorts[cohort];
    let worth = problem.worth(Money::new(cohort.never, cohort.currency))?;
    let minor = problem.currency.to_minor(worth);
    i64::try_from(minor).map_err(|_| ForecastError::OutOfRange { field: "never" })
}

/// What leaving a cohort undone is made to cost, so that plans are compared by how many they leave undone first.
struct Prices {
    /// The price of each cohort that cannot wait.
    of: Vec<Option<i128>>,
    /// The least price.
    one: i128,
    /// The most that everything together can cost without the prices.
    most: i128,
}

impl Prices {
    fn new(problem: &Problem, whole: &Instance) -> Result<Self> {
        let (mut spread, mut most) = (0_i128, 0_i128);
        for cohort in 0..whole.cohorts() {
            let mut costs = vec![i128::from(never(problem, cohort)?)];
            costs.extend(whole.options(cohort).map(|option| i128::from(whole.costs[option])));
            let (least, dearest) = (costs.iter().min().copied(), costs.iter().max().copied());
            spread += dearest.unwrap_or(0) - least.unwrap_or(0);
            most += dearest.unwrap_or(0);
        }
        let bound = |cohort: &usize| problem.cohorts[*cohort].is_bound(problem.window);
        let others = (0..whole.cohorts()).filter(bound).filter(|cohort| !problem.cohorts[*cohort].mandatory);
        let count = others.count() as i128;
        let one = (spread + 1).min(HIGHEST_PRICE);
        let mandatory = (one * (count + 1)).min(HIGHEST_PRICE.max(one));
        let of = (0..whole.cohorts()).map(|cohort| {
            let price = if problem.cohorts[cohort].mandatory { mandatory } else { one };
            bound(&cohort).then_some(price)
        });
        Ok(Self { of: of.collect(), one, most })
    }

    /// What leaving undone costs with the prices, for the cohorts that have one.
    fn costs(&self, problem: &Problem, whole: &Instance) -> Result<Vec<Option<i64>>> {
        let cost = |cohort: usize| {
            let Some(price) = self.of[cohort] else { return Ok(None) };
            let cost = price + i128::from(never(problem, cohort)?);
            let cost = i64::try_from(cost).map_err(|_| ForecastError::OutOfRange { field: "never" })?;
            Ok(Some(cost))
        };
        (0..whole.cohorts()).map(cost).collect()
    }

    /// How many cohorts a plan leaves undone at least that costs so much with the prices.
    fn least(&self, bound: i128) -> usize {
        let dearest = self.of.iter().flatten().max().copied().unwrap_or(self.one);
        let least = (bound - self.most).max(0);
        usize::try_from(least.div_euclid(dearest) + i128::from(least.rem_euclid(dearest) > 0)).unwrap_or(0)
    }
}
