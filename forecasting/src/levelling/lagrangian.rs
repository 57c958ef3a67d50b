//! Prices of the rows by ascent along subgradients.
//!
//! The relaxation of Lagrange splits into one choice per cohort, and how far those choices overrun each row says which
//! way its price has to move. Step lengths follow Polyak's rule towards the best plan known (Held, Wolfe and Crowder,
//! 1974); directions are averaged with the ones before, which keeps them from zigzagging.
#![expect(clippy::float_arithmetic, reason = "prices are rounded and their bound is proven exactly")]

use super::bound::{bound, scaled_bound};
use super::instance::Instance;
use super::repair::{improve, repair};
use super::scaled::Scaled;

const MOST_STEPS: usize = 400;
/// Steps without a better bound after which steps are shortened.
const PATIENCE: usize = 12;
/// Steps between two plans that are made from the choices at the prices.
const BETWEEN_PLANS: usize = 40;
/// Pairs of moves by which such a plan is improved.
const QUICK_PAIRS: usize = 200_000;
/// The part of a new direction that is kept from the one before.
const MEMORY: f64 = 0.6;

/// What the ascent found.
pub(crate) struct Ascent {
    /// The best prices, as whole numbers of the bound.
    pub prices: Vec<i64>,
    /// Their exact bound in minor units.
    pub bound: i128,
    /// The best plan, as an option per cohort.
    pub plan: Option<Vec<usize>>,
}

/// Ascends from prices of zero; stops early where the plan is within a `parts`-th of the bound.
pub(crate) fn ascend(scaled: &Scaled<'_>, start: Option<Vec<usize>>, parts: i128) -> Ascent {
    let instance = scaled.instance;
    let rows = instance.rows() + 1;
    let mut prices = vec![0.0; rows];
    let mut direction = vec![0.0; rows];
    let mut best = (f64::NEG_INFINITY, prices.clone());
    let mut plan = start;
    let (mut length, mut without_gain) = (1.0, 0);
    for step in 0..MOST_STEPS {
        let (value, choice, overrun) = respond(scaled, &prices);
        let gained = value > best.0;
        if gained {
            best = (value, prices.clone());
            without_gain = 0;
        } else {
            without_gain += 1;
        }
        if step % BETWEEN_PLANS == 0 || step + 1 == MOST_STEPS {
            consider(instance, &scaled.whole(&prices), choice, &mut plan);
            if plan.as_ref().is_some_and(|plan| is_close(instance, &scaled.whole(&best.1), plan, parts)) {
                break;
            }
        }
        if without_gain > PATIENCE {
            without_gain = 0;
            length *= 0.5;
            prices.clone_from(&best.1);
            direction.fill(0.0);
            if length < 1e-4 {
                break;
            }
        }
        let target = plan
            .as_ref()
            .map_or(best.0.abs() * 1.05 + 1.0, |plan| instance.cost(plan) as f64 / scaled.cost_unit);
        if !advance(&mut prices, &mut direction, &overrun, (target - value).max(1e-9) * length) {
            break;
        }
    }
    let whole = scaled.whole(&best.1);
    consider(instance, &whole, respond(scaled, &best.1).1, &mut plan);
    Ascent { bound: bound(instance, &whole), prices: whole, plan }
}

/// One step; `false` where no row calls for one.
fn advance(prices: &mut [f64], direction: &mut [f64], overrun: &[f64], distance: f64) -> bool {
    let mut square = 0.0;
    for (row, part) in direction.iter_mut().enumerate() {
        *part = MEMORY * *part + (1.0 - MEMORY) * overrun[row];
        // A price of zero cannot fall.
        if prices[row] > 0.0 || *part > 0.0 {
            square += *part * *part;
        }
    }
    if square <= 1e-18 {
        return false;
    }
    for (price, part) in prices.iter_mut().zip(direction) {
        *price = (*price + distance / square * *part).max(0.0);
    }
    true
}

/// The bound at the prices, the choices it comes from, and by how much they overrun each row.
fn respond(scaled: &Scaled<'_>, prices: &[f64]) -> (f64, Vec<usize>, Vec<f64>) {
    let instance = scaled.instance;
    let mut overrun: Vec<f64> = scaled.capacities.iter().map(|capacity| -capacity).collect();
    let mut value: f64 = prices.iter().zip(&overrun).map(|(price, overrun)| price * overrun).sum();
    let mut choice = Vec::with_capacity(instance.cohorts());
    for cohort in 0..instance.cohorts() {
        let mut least = (f64::INFINITY, usize::MAX);
        for option in instance.options(cohort) {
            let priced = scaled.priced(option, prices);
            if priced < least.0 {
                least = (priced, option);
            }
        }
        value += least.0;
        choice.push(least.1);
        for (taken, amount) in instance.uses[least.1].iter().zip(&scaled.amounts[least.1]) {
            overrun[taken.row] += amount;
        }
    }
    let free = instance.rows();
    overrun[free] = 0.0;
    (value, choice, overrun)
}

/// Makes a plan of a choice and keeps it if it is the best so far.
fn consider(instance: &Instance, whole: &[i64], choice: Vec<usize>, plan: &mut Option<Vec<usize>>) {
    let Some(made) = repair(instance, whole, choice) else { return };
    let made = improve(instance, whole, made, QUICK_PAIRS);
    if plan.as_ref().is_none_or(|plan| instance.cost(&made) < instance.cost(plan)) {
        *plan = Some(made);
    }
}

fn is_close(instance: &Instance, whole: &[i64], plan: &[usize], parts: i128) -> bool {
    let cost = instance.cost(plan);
    let scale = i128::from(super::bound::SCALE);
    let gap = cost - scaled_bound(instance, whole).div_euclid(scale);
    gap.saturating_mul(parts) <= cost.abs()
}
