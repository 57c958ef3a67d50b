//! A plan made year by year by a rule that anybody can follow with a pencil.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use super::instance::Instance;
use super::plan::Plan;
use super::problem::{Cohort, Limit, Problem};
use crate::error::Result;
use crate::money::Money;
use crate::month::Month;

/// What the greedy comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreedyPlan {
    /// What is ordered when. Cohorts that are infeasible, carried or not due yet are among the unplaced.
    pub plan: Plan,
    /// Cohorts that had to be ordered and did not fit. They are never slipped into a later year.
    pub infeasible: Vec<Infeasible>,
    /// Positions of the cohorts that are due, may wait, and are carried beyond the window.
    pub carried: Vec<usize>,
}

impl GreedyPlan {
    /// Whether every cohort that has to be ordered in the window is.
    pub fn is_feasible(&self, problem: &Problem) -> bool {
        self.plan.unplaced.iter().all(|left| !problem.cohorts[left.cohort].is_bound(problem.window))
    }
}

/// A cohort that had to be ordered in a fiscal year and did not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    /// Position of the cohort in the problem.
    pub cohort: usize,
    /// Its id.
    pub id: String,
    /// The fiscal year.
    pub fiscal_year: i32,
    /// The limits it does not fit under in the first month of that year in which it may be ordered. Empty if
    /// there is no such month: its deadline passed before the window, or lies before its earliest month.
    pub shortfalls: Vec<Shortfall>,
}

/// A limit that refuses a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// The limit.
    pub limit: Limit,
    /// By how much it would have to be higher, in the unit of [`Limit::amount`].
    pub short: Decimal,
}

/// Levels by fiscal years: cohorts that are due or were carried are taken in order (mandatory ones first, then those
/// whose last month lies in the year, then the highest risk per cost, then by id), and each is ordered in the first
/// month of the year, from its due month on, in which it fits under every limit.
///
/// What does not fit is carried into the next year; unless it is mandatory or may not wait that long. Such a cohort
/// is pulled forward into the last earlier month that has room, if it may be, and is infeasible otherwise.
///
/// Deterministic, and not the best plan there is: see [`level`](super::level).
///
/// # Errors
///
/// As [`Problem::check`].
pub fn level_greedily(problem: &Problem) -> Result<GreedyPlan> {
    problem.check()?;
    greedily(problem, &Instance::new(problem)?)
}

/// The greedy, with a problem that is checked and in whole numbers already.
pub(crate) fn greedily(problem: &Problem, instance: &Instance) -> Result<GreedyPlan> {
    let mut greedy = Greedy {
        problem,
        instance,
        left: instance.capacities.clone(),
        months: vec![None; problem.cohorts.len()],
        infeasible: Vec::new(),
    };
    let mut waiting: Vec<usize> = (0..problem.cohorts.len()).collect();
    for fiscal_year in years(problem) {
        let is_due = |cohort: &usize| {
            let cohort = &problem.cohorts[*cohort];
            problem.fiscal_year(cohort, cohort.due_order()) <= fiscal_year
        };
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_due);
        waiting = later;
        waiting.extend(greedy.year(fiscal_year, due)?);
    }
    let is_due = |cohort: &usize| problem.cohorts[*cohort].due_order() <= problem.window.last();
    let mut carried: Vec<usize> = waiting.into_iter().filter(is_due).collect();
    carried.sort_unstable();
    Ok(GreedyPlan { plan: Plan::new(problem, &greedy.months)?, infeasible: greedy.infeasible, carried })
}

/// The fiscal years of the days of the window, in order.
fn years(problem: &Problem) -> std::ops::RangeInclusive<i32> {
    let (first, last) = (problem.window.from().first_day(), problem.window.last().last_day());
    problem.calendar.fiscal_year_of_day(first)..=problem.calendar.fiscal_year_of_day(last)
}

struct Greedy<'a> {
    problem: &'a Problem,
    instance: &'a Instance,
    /// What is left of each row.
    left: Vec<i64>,
    months: Vec<Option<Month>>,
    infeasible: Vec<Infeasible>,
}

impl Greedy<'_> {
    /// Places what is due in a year and answers with what is carried.
    fn year(&mut self, fiscal_year: i32, due: Vec<usize>) -> Result<Vec<usize>> {
        let problem = self.problem;
        let year_of = |position: usize, month| problem.fiscal_year(&problem.cohorts[position], month);
        let mut order = Vec::with_capacity(due.len());
        for position in due {
            let cohort = &problem.cohorts[position];
            let has_to = year_of(position, cohort.last_order()) <= fiscal_year;
            let urgency = self.urgency(cohort, fiscal_year)?;
            order.push((Reverse(cohort.mandatory), Reverse(has_to), Reverse(urgency), &cohort.id, position));
        }
        order.sort();
        let mut carried = Vec::new();
        for (Reverse(mandatory), Reverse(has_to), _, _, position) in order {
            let due = problem.cohorts[position].due_order();
            let from = |month| month >= due && year_of(position, month) >= fiscal_year;
            let open = self.options(position, |month| from(month) && year_of(position, month) == fiscal_year);
            let before = self.options(position, |month| !from(month));
            if let Some(option) = open.iter().find(|option| self.fits(**option)) {
                self.place(position, *option);
            } else if !mandatory && !has_to {
                carried.push(position);
            } else if let Some(option) = before.iter().rev().find(|option| self.fits(**option)) {
                self.place(position, *option);
            } else {
                self.infeasible.push(Infeasible {
                    cohort: position,
                    id: self.problem.cohorts[position].id.clone(),
                    fiscal_year,
                    shortfalls: open.first().map(|option| self.shortfalls(*option)).unwrap_or_default(),
                });
            }
        }
        Ok(carried)
    }

    /// Risk per cost in the first month of the year, or of a later one, in which the cohort is due; without a cost the
    /// risk is removed for nothing.
    fn urgency(&self, cohort: &Cohort, fiscal_year: i32) -> Result<Decimal> {
        let problem = self.problem;
        let is_due = |month: &Month| {
            *month >= cohort.due_order() && problem.fiscal_year(cohort, *month) >= fiscal_year
        };
        let position = problem.window.iter().position(|month| is_due(&month)).unwrap_or(0);
        let cost = problem.worth(Money::new(cohort.months[position].cost, cohort.currency))?;
        Ok(cohort.risk_score.checked_div(cost).unwrap_or(Decimal::MAX))
    }

    /// The options of a cohort in some months, in order.
    fn options(&self, cohort: usize, months: impl Fn(Month) -> bool) -> Vec<usize> {
        let inside = |option: &usize| self.instance.months[*option].is_some_and(&months);
        self.instance.options(cohort).filter(inside).collect()
    }

    fn fits(&self, option: usize) -> bool {
        self.instance.uses[option].iter().all(|taken| taken.amount <= self.left[taken.row])
    }

    fn shortfalls(&self, option: usize) -> Vec<Shortfall> {
        let uses = self.instance.uses[option].iter();
        let short = uses.filter(|taken| taken.amount > self.left[taken.row]).map(|taken| {
            let limit = self.problem.limits[taken.row];
            let short = i128::from(taken.amount - self.left[taken.row]);
            let short = match limit {
                Limit::YearSpend { limit, .. } | Limit::MonthSpend { limit, .. } => {
                    limit.currency.from_minor(short)
                }
                Limit::MonthInstalls { .. } => Decimal::from(short),
            };
            Shortfall { limit, short }
        });
        short.collect()
    }

    fn place(&mut self, position: usize, option: usize) {
        for taken in self.instance.uses[option] {
            self.left[taken.row] -= taken.amount;
        }
        self.months[position] = self.instance.months[option];
    }
}
