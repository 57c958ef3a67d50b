//! A plan: what is ordered when, what it costs and what is left of the limits.

use rust_decimal::Decimal;

use super::problem::{Limit, Problem};
use crate::error::Result;
use crate::money::{Money, bounded};
use crate::month::Month;

/// A cohort with its month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Position of the cohort in the problem.
    pub cohort: usize,
    /// Its id.
    pub id: String,
    /// The month of the order, which limits on spending count.
    pub ordered: Month,
    /// The month of service, which limits on installations count.
    pub in_service: Month,
    /// Months after it is due; negative if it is pulled forward.
    pub deferred_months: i32,
    /// What it costs at the prices of the month of the order.
    pub cost: Money,
    /// What waiting until then costs beside that.
    pub waiting: Money,
}

/// A cohort that is not ordered in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// Position of the cohort in the problem.
    pub cohort: usize,
    /// Its id.
    pub id: String,
    /// What that costs.
    pub risk: Money,
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    /// The limit.
    pub limit: Limit,
    /// What nothing was planned for, in the unit of [`Limit::amount`].
    pub amount: Decimal,
}

/// What is ordered when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The cohorts that are ordered, in the order of the problem.
    pub placements: Vec<Placement>,
    /// Those that are not.
    pub unplaced: Vec<Unplaced>,
    /// What is left of each limit, in the order of the problem.
    pub unused: Vec<Unused>,
    /// Costs of what is ordered, in the currency of the problem.
    pub spend: Money,
    /// The price of waiting, and of what is not ordered, in the currency of the problem.
    pub risk: Money,
}

impl Plan {
    /// Costs and priced risk: what levelling makes as small as it can.
    pub fn total(&self) -> Money {
        Money::new(self.spend.amount + self.risk.amount, self.spend.currency)
    }

    /// The plan in which each cohort has the month at its position, or none.
    pub(crate) fn new(problem: &Problem, months: &[Option<Month>]) -> Result<Self> {
        let mut plan = Self {
            placements: Vec::new(),
            unplaced: Vec::new(),
            unused: Vec::with_capacity(problem.limits.len()),
            spend: Money::zero(problem.currency),
            risk: Money::zero(problem.currency),
        };
        for (position, (cohort, month)) in problem.cohorts.iter().zip(months).enumerate() {
            let ordered = month.and_then(|month| Some((month, problem.window.position(month)?)));
            let Some((ordered, index)) = ordered else {
                let risk = Money::new(cohort.never, cohort.currency).round();
                plan.risk.amount = bounded(plan.risk.amount + problem.worth(risk)?, "risk")?;
                plan.unplaced.push(Unplaced { cohort: position, id: cohort.id.clone(), risk });
                continue;
            };
            let cost = Money::new(cohort.months[index].cost, cohort.currency).round();
            let waiting = Money::new(cohort.months[index].waiting, cohort.currency).round();
            plan.spend.amount = bounded(plan.spend.amount + problem.worth(cost)?, "spend")?;
            plan.risk.amount = bounded(plan.risk.amount + problem.worth(waiting)?, "risk")?;
            let in_service = ordered.plus(cohort.lead_months as i32);
            plan.placements.push(Placement {
                cohort: position,
                id: cohort.id.clone(),
                ordered,
                in_service,
                deferred_months: in_service.since(cohort.due),
                cost,
                waiting,
            });
        }
        plan.unused = problem
            .limits
            .iter()
            .map(|limit| {
                let taken = |placement: &Placement| {
                    problem.taken(limit, &problem.cohorts[placement.cohort], placement.ordered)
                };
                let taken: Decimal = plan.placements.iter().map(taken).sum();
                Unused { limit: *limit, amount: limit.amount() - taken }
            })
            .collect();
        Ok(plan)
    }
}
