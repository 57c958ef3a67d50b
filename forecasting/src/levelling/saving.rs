//! What a stated amount more of a limit would save, by levelling anew.

use rust_decimal::Decimal;

use super::instance::{Instance, raised};
use super::optimal::{Best, OptimalPlan, choice_of};
use super::problem::Problem;
use crate::error::{ForecastError, Result};
use crate::money::{Money, bounded};

/// What more of a limit saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    /// How much more of it, in the unit of [`Limit::amount`](super::Limit::amount).
    pub step: Decimal,
    /// By how much the plan found with it is cheaper. Not negative: the plan without it stays possible.
    pub amount: Money,
    /// By how much any plan with it could be cheaper at most; proven.
    pub at_most: Money,
}

/// Levels a problem anew with more of one limit, from the plan and the prices that are known without it.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a step that is not above zero, or a position without a limit; as [`Problem::check`].
pub fn saving(problem: &Problem, found: &OptimalPlan, limit: usize, step: Decimal) -> Result<Saving> {
    if step <= Decimal::ZERO {
        return Err(ForecastError::invalid("step", &step, "it is above zero"));
    }
    let mut limits = problem.limits.clone();
    let Some(more) = limits.get_mut(limit) else {
        return Err(ForecastError::invalid("limit", &limit, "there is no limit at this position"));
    };
    *more = raised(more, bounded(step, "step")?);
    problem.check()?;
    let instance = Instance::under(problem, &limits)?;
    let instance = instance.fitting();
    let known = choice_of(&found.plan, &instance);
    let best = Best::from_known(&instance, known, &found.prices);
    let before = found.plan.total().amount;
    let less = |minor: i128| Money::new(before - problem.currency.from_minor(minor), problem.currency);
    let amount = best.cost().map_or(Money::zero(problem.currency), less);
    Ok(Saving { step, amount, at_most: less(best.bound) })
}
