//! Branch and bound: the relaxation in which cohorts may be divided, proven closer by ruling their division out.
//!
//! Where a few cohorts are large, no plan of whole cohorts comes near the relaxation: what it divides has to go to one
//! side or the other. A branch keeps a divided cohort to the options up to one of them, the other branch to those
//! behind it; each is relaxed anew, and what is proven of all that is still open is proven of every plan. The branch
//! with the least bound is opened first. How many are opened follows from the size of the instance, not from a clock.

use std::ops::Range;

use super::bound::{bound, priced};
use super::instance::Instance;
use super::polish::polish;
use super::repair::{improve, repair};
use super::scaled::Scaled;
use super::simplex::{Simplex, Vertex};

/// Branches that are opened at most.
const MOST_BRANCHES: usize = 800;
/// Options times rows that may be looked at: fewer branches where there are more of either.
const MOST_WORK: usize = 12_000_000;
/// Pairs of moves by which the plan of a branch is made and improved.
const PAIRS: usize = 20_000;
/// Options that are tried in placing handfuls of the plan of a branch anew.
const STEPS: usize = 40_000;

/// What a tree has come to.
pub(crate) struct Grown {
    /// The best plan.
    pub plan: Option<Vec<usize>>,
    /// What every plan costs at least; `None` where there is no plan, which is proven.
    pub bound: Option<i128>,
}

/// Cohorts that are kept to some of their options.
#[derive(Clone)]
struct Branch {
    bound: i128,
    kept: Vec<(usize, Range<usize>)>,
    /// The choice that the relaxation of the branch it comes from was nearest to.
    choice: Vec<usize>,
}

/// Opens branches until the best plan is within a `parts`-th of the bound.
pub(crate) fn grow(
    instance: &Instance,
    least: i128,
    plan: Option<Vec<usize>>,
    choice: Vec<usize>,
    parts: i128,
) -> Grown {
    let mut tree = Tree { instance, cost: plan.as_ref().map(|plan| instance.cost(plan)), plan };
    let mut open = vec![Branch { bound: least, kept: Vec::new(), choice }];
    let work = instance.costs.len().saturating_mul(instance.rows() + 8).max(1);
    let most = (MOST_WORK / work).clamp(8, MOST_BRANCHES);
    for _ in 0..most {
        if tree.cost.is_some_and(|cost| (cost - lowest(&open, cost)).saturating_mul(parts) <= cost.abs()) {
            break;
        }
        let Some(next) = (0..open.len()).min_by_key(|at| (open[*at].bound, *at)) else { break };
        let branch = open.swap_remove(next);
        open.extend(tree.open(&branch));
        if let Some(cost) = tree.cost {
            open.retain(|branch| branch.bound < cost);
        }
    }
    let bound = match tree.cost {
        Some(cost) => Some(lowest(&open, cost)),
        None => open.iter().map(|branch| branch.bound).min(),
    };
    Grown { plan: tree.plan, bound }
}

/// The least bound of what is open, or what the best plan costs where nothing is.
fn lowest(open: &[Branch], cost: i128) -> i128 {
    open.iter().map(|branch| branch.bound).min().map_or(cost, |least| least.min(cost))
}

struct Tree<'a> {
    instance: &'a Instance,
    plan: Option<Vec<usize>>,
    cost: Option<i128>,
}

impl Tree<'_> {
    /// Relaxes a branch, makes a plan of it, and divides it in two; nothing where no better plan can be in it.
    fn open(&mut self, branch: &Branch) -> Vec<Branch> {
        let (narrowed, origin) = self.instance.narrowed(&branch.kept);
        if (0..narrowed.cohorts()).any(|cohort| narrowed.options(cohort).is_empty()) {
            return Vec::new();
        }
        let start: Vec<usize> = branch
            .choice
            .iter()
            .enumerate()
            .map(|(cohort, option)| {
                let options = narrowed.options(cohort);
                let nearest = |at: &usize| (origin[*at].abs_diff(*option), *at);
                options.clone().min_by_key(nearest).unwrap_or(options.start)
            })
            .collect();
        let scaled = Scaled::new(&narrowed);
        let mut simplex = Simplex::new(&scaled, &start);
        let fitted = simplex.fit();
        if !fitted.fits && is_impossible(&narrowed, &scaled.proportions(&fitted.prices)) {
            return Vec::new();
        }
        let vertex = simplex.minimise();
        let prices = scaled.whole(&vertex.prices);
        let proven = bound(&narrowed, &prices).max(branch.bound);
        if self.cost.is_some_and(|cost| proven >= cost) {
            return Vec::new();
        }
        self.plan_of(&narrowed, &origin, &prices, vertex.choice.clone());
        let choice: Vec<usize> = vertex.choice.iter().map(|option| origin[*option]).collect();
        self.divide(&narrowed, &origin, &vertex)
            .into_iter()
            .map(|kept| {
                let mut all = branch.kept.clone();
                all.retain(|(cohort, _)| *cohort != kept.0);
                all.push(kept);
                Branch { bound: proven, kept: all, choice: choice.clone() }
            })
            .collect()
    }

    fn plan_of(&mut self, narrowed: &Instance, origin: &[usize], prices: &[i64], choice: Vec<usize>) {
        let Some(plan) = repair(narrowed, prices, choice, PAIRS) else { return };
        let plan = improve(narrowed, prices, plan, PAIRS);
        let plan = polish(narrowed, prices, plan, 100_000, STEPS);
        let cost = narrowed.cost(&plan);
        if self.cost.is_none_or(|best| cost < best) {
            self.cost = Some(cost);
            self.plan = Some(plan.into_iter().map(|option| origin[option]).collect());
        }
    }

    /// The two sides of the cohort that costs most of those that are divided; without one, of the cohort whose sides
    /// differ most, so that the tree comes to an end.
    fn divide(&self, narrowed: &Instance, origin: &[usize], vertex: &Vertex) -> Vec<(usize, Range<usize>)> {
        let largest = |cohort: usize| {
            let takes = narrowed.options(cohort).flat_map(|option| narrowed.uses[option]);
            takes.map(|taken| taken.amount).max().unwrap_or(0)
        };
        let divided = vertex.divided.iter().max_by_key(|(cohort, _)| (largest(*cohort), *cohort));
        let (cohort, behind) = match divided {
            Some((cohort, parts)) => {
                let (first, last) = (parts.iter().min(), parts.iter().max());
                let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
                (*cohort, first + (last - first).div_ceil(2))
            }
            None => {
                let open = (0..narrowed.cohorts()).filter(|cohort| narrowed.options(*cohort).len() > 1);
                let Some(cohort) = open.max_by_key(|cohort| (largest(*cohort), *cohort)) else {
                    return Vec::new();
                };
                let options = narrowed.options(cohort);
                (cohort, options.start + options.len() / 2)
            }
        };
        let options = narrowed.options(cohort);
        let (first, split) = (origin[options.start], origin[options.start] + (behind - options.start));
        vec![(cohort, first..split), (cohort, split..first + options.len())]
    }
}

/// Whether the rows cannot hold what has to be placed, by the proportions of their prices.
fn is_impossible(instance: &Instance, prices: &[i64]) -> bool {
    let taken = |option: usize| -> i128 {
        let uses = instance.uses[option].iter().filter(|taken| taken.amount > 0);
        uses.map(|taken| i128::from(taken.amount) * i128::from(prices[taken.row])).sum()
    };
    let least = |cohort| instance.options(cohort).map(taken).min().unwrap_or(0);
    let needed: i128 = (0..instance.cohorts()).map(least).sum();
    let there = prices.iter().zip(&instance.capacities).filter(|(price, _)| **price > 0);
    needed > there.map(|(price, capacity)| i128::from(*price) * i128::from(*capacity)).sum()
}

/// The cheapest option of each cohort at the prices.
pub(crate) fn cheapest(instance: &Instance, prices: &[i64]) -> Option<Vec<usize>> {
    let cheapest = |cohort| {
        let options = instance.options(cohort);
        options.min_by_key(|option| (priced(instance, prices, *option), *option))
    };
    (0..instance.cohorts()).map(cheapest).collect()
}
