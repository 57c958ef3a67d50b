//! The plan that costs least, and the proof of how much less any other could cost.

use rust_decimal::Decimal;

use super::bound::{SCALE, bound};
use super::conflict::{Conflict, conflict};
use super::greedy::{GreedyPlan, greedily};
use super::instance::Instance;
use super::lagrangian::ascend;
use super::plan::Plan;
use super::polish::polish;
use super::problem::{Limit, Problem};
use super::repair::{improve, repair};
use super::scaled::Scaled;
use super::search::{Found, search};
use super::simplex::Simplex;
use super::tree::{cheapest, grow};
use crate::error::Result;
use crate::money::{Money, proportion, times};

/// A plan within this part of its bound is not improved further: one in twenty thousand, 0.005 %.
const CLOSE: i128 = 20_000;
/// Where there are many options and rows, no branches are opened once a plan is within this part of its bound: one in
/// four thousand, 0.025 %.
const ENOUGH: i128 = 4_000;
/// Options times rows up to which branches are opened until the plan is within twice what counts as close.
const LIGHT: usize = 400_000;
/// As many cohorts are searched to the end however close their plan is.
const SMALL: usize = 20;
/// More cohorts than this are never searched: it would not end.
const SEARCHED: usize = 60;
/// Pairs of moves by which the last plan is made and improved.
const MOST_PAIRS: usize = 12_000_000;
/// Options that are tried in placing handfuls of cohorts anew, at most and for each cohort.
const MOST_STEPS: usize = 8_000_000;
const STEPS_EACH: usize = 10_000;
/// Options that the exhaustive search may try.
const MOST_TRIES: usize = 2_000_000;

/// What levelling comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Levelling {
    /// A plan under every limit.
    Planned(Box<OptimalPlan>),
    /// There is none, proven by a set of reasons.
    Infeasible(Conflict),
    /// None was found, and it was not proven that there is none.
    Undecided {
        /// What any plan would cost at least.
        bound: Money,
    },
}

/// A plan with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptimalPlan {
    /// What is ordered when.
    pub plan: Plan,
    /// What any plan costs at least, proven in whole numbers.
    pub bound: Money,
    /// What the shadow prices prove by themselves that any plan costs. Where a search to the end has proven more,
    /// it is less than `bound`, by what whole cohorts cost more than divided ones.
    pub relaxation: Money,
    /// What a little more of each limit is worth, in the order of the problem.
    pub shadow_prices: Vec<ShadowPrice>,
    /// What the greedy comes to, for comparison.
    pub greedy: GreedyPlan,
    /// How much less the plan costs than the greedy's; `None` if the greedy leaves something undone that cannot wait,
    /// and so has no cost to compare with.
    pub gain_over_greedy: Option<Money>,
    /// The prices of the rows, by which more of a limit is levelled anew.
    pub(crate) prices: Vec<i64>,
}

impl OptimalPlan {
    /// How much less any other plan could cost at most.
    pub fn distance(&self) -> Money {
        let total = self.plan.total();
        Money::new(total.amount - self.bound.amount, total.currency)
    }

    /// The distance as a fraction of the total: 0.001 is 0.1 %. `None` for a distance from a total of zero.
    pub fn gap(&self) -> Option<Decimal> {
        let distance = self.distance().amount;
        if distance.is_zero() {
            return Some(Decimal::ZERO);
        }
        let total = self.plan.total().amount.abs();
        (!total.is_zero()).then(|| proportion(distance, Decimal::ONE, total))
    }
}

/// What more of a limit is worth, by the prices that prove the relaxation.
///
/// With an amount more of the limit no plan costs less than the relaxation less the price of the amount. Cohorts move
/// as a whole, so what a plan really saves comes in jumps: for a given amount, level the problem that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShadowPrice {
    /// The limit.
    pub limit: Limit,
    /// What a unit more of it saves, in the currency of the problem: 0.07 for a cap means that a dollar more lowers
    /// the total by seven cents. Zero for a limit that does not bind.
    pub price: Decimal,
}

impl ShadowPrice {
    /// What an amount more of the limit lowers the relaxation by at most; about that while the amount is small.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) if it does not fit.
    pub fn saving(&self, more: Decimal) -> Result<Decimal> {
        times(self.price, more, "saving")
    }
}

/// The plan that costs least, priced risk included, under all limits.
///
/// Prices of the limits are found by the relaxation of Lagrange; if the plan that follows from them is not close to
/// their bound (limits by month are many and small), by the relaxation in which cohorts may be divided; and small
/// problems are searched to the end. However the prices were found, the bound that is reported is computed from them
/// in whole numbers. The answer depends on the problem alone: nothing is random and nothing is timed.
///
/// # Errors
///
/// As [`Problem::check`].
pub fn level(problem: &Problem) -> Result<Levelling> {
    problem.check()?;
    let whole = Instance::new(problem)?;
    let greedy = greedily(problem, &whole)?;
    // Where the greedy does everything there is a plan; where it does not, that there is none is often quick to prove.
    if !greedy.is_feasible(problem)
        && let Some(conflict) = conflict(problem, &whole, false)
    {
        return Ok(Levelling::Infeasible(conflict));
    }
    let instance = whole.fitting();
    if (0..instance.cohorts()).any(|cohort| instance.options(cohort).is_empty()) {
        return unplanned(problem, &whole, &vec![0; whole.capacities.len()], true);
    }
    let start = greedy.is_feasible(problem).then(|| choice_of(&greedy.plan, &instance)).flatten();
    let mut best = Best::ascent(&instance, start);
    let exhausted = best.close();
    match best.told(problem, &whole, greedy)? {
        Some(found) => Ok(Levelling::Planned(Box::new(found))),
        None => unplanned(problem, &whole, &best.prices, exhausted),
    }
}

fn unplanned(problem: &Problem, instance: &Instance, prices: &[i64], known: bool) -> Result<Levelling> {
    Ok(match conflict(problem, instance, known) {
        Some(conflict) => Levelling::Infeasible(conflict),
        None => {
            let bound = problem.currency.from_minor(bound(instance, prices));
            Levelling::Undecided { bound: Money::new(bound, problem.currency) }
        }
    })
}

/// The option of each cohort in a plan.
pub(crate) fn choice_of(plan: &Plan, instance: &Instance) -> Option<Vec<usize>> {
    let mut choice = vec![None; instance.cohorts()];
    for placement in &plan.placements {
        choice[placement.cohort] = instance.option_in(placement.cohort, placement.ordered);
    }
    for left in &plan.unplaced {
        let undone = |option: &usize| instance.months[*option].is_none();
        choice[left.cohort] = instance.options(left.cohort).find(undone);
    }
    choice.into_iter().collect()
}

/// The best that is known of an instance.
pub(crate) struct Best<'a> {
    instance: &'a Instance,
    scaled: Scaled<'a>,
    pub plan: Option<Vec<usize>>,
    prices: Vec<i64>,
    pub bound: i128,
}

impl<'a> Best<'a> {
    /// The best plan with its proof. `whole` has the options too that do not fit by themselves: with more of a limit they
    /// may, so that the worth of more of it is proven with them.
    pub fn told(
        &self,
        problem: &Problem,
        whole: &Instance,
        greedy: GreedyPlan,
    ) -> Result<Option<OptimalPlan>> {
        let Some(choice) = &self.plan else { return Ok(None) };
        let months: Vec<_> = choice.iter().map(|option| self.instance.months[*option]).collect();
        let plan = Plan::new(problem, &months)?;
        let is_comparable = greedy.is_feasible(problem);
        let gain = greedy.plan.total().amount - plan.total().amount;
        let money = |minor: i128| Money::new(problem.currency.from_minor(minor), problem.currency);
        Ok(Some(OptimalPlan {
            bound: money(self.bound),
            relaxation: money(bound(whole, &self.prices)),
            shadow_prices: shadow_prices(problem, &self.prices),
            prices: self.prices.clone(),
            gain_over_greedy: is_comparable.then(|| Money::new(gain, problem.currency)),
            greedy,
            plan,
        }))
    }

    /// From a plan that is possible, or from none.
    pub fn ascent(instance: &'a Instance, start: Option<Vec<usize>>) -> Self {
        let scaled = Scaled::new(instance);
        let ascent = ascend(&scaled, start, CLOSE);
        Self { instance, scaled, plan: ascent.plan, prices: ascent.prices, bound: ascent.bound }
    }

    /// From a plan and prices that are known already, which may belong to a tighter limit.
    pub fn from_known(instance: &'a Instance, plan: Option<Vec<usize>>, prices: &[i64]) -> Self {
        let plan = plan.map(|plan| improve(instance, prices, plan, MOST_PAIRS));
        let scaled = Scaled::new(instance);
        let mut best =
            Self { instance, scaled, plan, prices: prices.to_vec(), bound: bound(instance, prices) };
        best.close();
        best
    }

    /// What the best plan costs.
    pub fn cost(&self) -> Option<i128> {
        self.plan.as_ref().map(|plan| self.instance.cost(plan))
    }

    /// Brings plan and bound together, by one means after the other; whether everything was tried.
    pub fn close(&mut self) -> bool {
        let cohorts = self.instance.cohorts();
        if !self.is_close() {
            self.divide();
        }
        if cohorts > SMALL && !self.is_close() {
            self.polish();
        }
        let mut exhausted = false;
        let work = self.instance.costs.len().saturating_mul(self.instance.rows() + 8);
        let enough = if work <= LIGHT { CLOSE / 2 } else { ENOUGH };
        if cohorts > SMALL && !self.is_within(enough) {
            exhausted = self.branch(enough);
        }
        if cohorts <= SMALL || (!self.is_close() && cohorts <= SEARCHED) {
            exhausted |= self.exhaust();
        }
        exhausted
    }

    fn is_close(&self) -> bool {
        self.is_within(CLOSE)
    }

    /// Whether the plan is within a `parts`-th of the bound.
    fn is_within(&self, parts: i128) -> bool {
        self.plan.as_ref().is_some_and(|plan| {
            let cost = self.instance.cost(plan);
            (cost - self.bound).saturating_mul(parts) <= cost.abs()
        })
    }

    fn consider(&mut self, plan: Vec<usize>) {
        let best = self.plan.as_ref().map(|plan| self.instance.cost(plan));
        if best.is_none_or(|best| self.instance.cost(&plan) < best) {
            self.plan = Some(plan);
        }
    }

    /// Divides cohorts among months at the least cost and makes a plan of that.
    fn divide(&mut self) {
        let start = self.plan.clone().or_else(|| cheapest(self.instance, &self.prices));
        let Some(start) = start else { return };
        let mut simplex = Simplex::new(&self.scaled, &start);
        if self.plan.is_none() && !simplex.fit().fits {
            return;
        }
        let vertex = simplex.minimise();
        let prices = self.scaled.whole(&vertex.prices);
        let proven = bound(self.instance, &prices);
        if proven > self.bound {
            self.bound = proven;
            self.prices = prices;
        }
        if let Some(plan) = repair(self.instance, &self.prices, vertex.choice, MOST_PAIRS) {
            self.consider(improve(self.instance, &self.prices, plan, MOST_PAIRS));
        }
    }

    /// Places cohorts anew, a handful at a time.
    fn polish(&mut self) {
        if let Some(plan) = self.plan.take() {
            let steps = MOST_STEPS.min(STEPS_EACH.saturating_mul(self.instance.cohorts()));
            self.plan = Some(polish(self.instance, &self.prices, plan, CLOSE, steps));
        }
    }

    /// Rules the division of cohorts out, one by one; whether it is proven that there is no plan.
    fn branch(&mut self, parts: i128) -> bool {
        let start = self.plan.clone().or_else(|| cheapest(self.instance, &self.prices));
        let Some(start) = start else { return false };
        let grown = grow(self.instance, self.bound, self.plan.take(), start, parts);
        self.plan = grown.plan;
        self.bound = grown.bound.map_or(self.bound, |bound| bound.max(self.bound));
        grown.bound.is_none()
    }

    /// Searches to the end, if that is not too far; whether it was reached.
    fn exhaust(&mut self) -> bool {
        let below = self.plan.as_ref().map(|plan| self.instance.cost(plan));
        let (plan, ended) = match search(self.instance, &self.prices, below, MOST_TRIES) {
            Found::Better(plan) => (Some(plan), true),
            Found::Nothing => (None, true),
            Found::GivenUp(plan) => (plan, false),
        };
        if let Some(plan) = plan {
            self.consider(plan);
        }
        if let (Some(plan), true) = (&self.plan, ended) {
            self.bound = self.instance.cost(plan);
        }
        ended
    }
}

fn shadow_prices(problem: &Problem, prices: &[i64]) -> Vec<ShadowPrice> {
    let places = problem.currency.minor_units();
    let price = |(limit, price): (&Limit, &i64)| {
        let per_minor = Decimal::from(*price) / Decimal::from(SCALE);
        let shift = match limit {
            Limit::YearSpend { limit, .. } | Limit::MonthSpend { limit, .. } => limit.currency.minor_units(),
            Limit::MonthInstalls { .. } => 0,
        };
        let price = per_minor * Decimal::from(10_u64.pow(shift)) / Decimal::from(10_u64.pow(places));
        ShadowPrice { limit: *limit, price: price.normalize() }
    };
    problem.limits.iter().zip(prices).map(price).collect()
}
