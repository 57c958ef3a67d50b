//! A plan made year by year by a rule that anybody can follow with a pencil.

use std::cmp::Reverse;

use rust_decimal::Decimal;

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
    let mut greedy = Greedy {
        problem,
        left: problem.limits.iter().map(Limit::amount).collect(),
        months: vec![None; problem.cohorts.len()],
        infeasible: Vec::new(),
    };
    let mut waiting: Vec<usize> = (0..problem.cohorts.len()).collect();
    for (fiscal_year, months) in years(problem) {
        let Some(last) = months.last() else { continue };
        let (due, later): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|cohort| problem.cohorts[*cohort].due_order() <= *last);
        waiting = later;
        waiting.extend(greedy.year(fiscal_year, &months, due)?);
    }
    let is_due = |cohort: &usize| problem.cohorts[*cohort].due_order() <= problem.window.last();
    let mut carried: Vec<usize> = waiting.into_iter().filter(is_due).collect();
    carried.sort_unstable();
    Ok(GreedyPlan { plan: Plan::new(problem, &greedy.months)?, infeasible: greedy.infeasible, carried })
}

/// The fiscal years of the window with their months.
fn years(problem: &Problem) -> Vec<(i32, Vec<Month>)> {
    let mut years: Vec<(i32, Vec<Month>)> = Vec::new();
    for month in problem.window.iter() {
        let year = problem.calendar.fiscal_year_of(month);
        match years.last_mut() {
            Some((last, months)) if *last == year => months.push(month),
            _ => years.push((year, vec![month])),
        }
    }
    years
}

struct Greedy<'a> {
    problem: &'a Problem,
    /// What is left of each limit.
    left: Vec<Decimal>,
    months: Vec<Option<Month>>,
    infeasible: Vec<Infeasible>,
}

impl Greedy<'_> {
    /// Places what is due in a year and answers with what is carried.
    fn year(&mut self, fiscal_year: i32, months: &[Month], due: Vec<usize>) -> Result<Vec<usize>> {
        let last = months[months.len() - 1];
        let mut order = Vec::with_capacity(due.len());
        for position in due {
            let cohort = &self.problem.cohorts[position];
            let has_to = cohort.last_order() <= last;
            order.push((
                Reverse(cohort.mandatory),
                Reverse(has_to),
                Reverse(self.urgency(cohort, months)?),
                &cohort.id,
                position,
            ));
        }
        order.sort();
        let mut carried = Vec::new();
        for (Reverse(mandatory), Reverse(has_to), _, _, position) in order {
            let cohort = &self.problem.cohorts[position];
            let from = cohort.due_order();
            let open = |month: &&Month| **month >= from && cohort.may_be_ordered(**month);
            let choices: Vec<Month> = months.iter().filter(open).copied().collect();
            if let Some(month) = choices.iter().find(|month| self.fits(cohort, **month)) {
                self.place(position, *month);
            } else if !mandatory && !has_to {
                carried.push(position);
            } else if let Some(month) = self.earlier(cohort, months[0].max(from)) {
                self.place(position, month);
            } else {
                let shortfalls = choices.first().map(|month| self.shortfalls(cohort, *month));
                self.infeasible.push(Infeasible {
                    cohort: position,
                    id: cohort.id.clone(),
                    fiscal_year,
                    shortfalls: shortfalls.unwrap_or_default(),
                });
            }
        }
        Ok(carried)
    }

    /// Risk per cost in the first month of a year in which the cohort may be ordered; without a cost the risk is
    /// removed for nothing.
    fn urgency(&self, cohort: &Cohort, months: &[Month]) -> Result<Decimal> {
        let first = months.iter().find(|month| **month >= cohort.due_order()).unwrap_or(&months[0]);
        let position = self.problem.window.position(*first).unwrap_or(0);
        let cost = self.problem.worth(Money::new(cohort.months[position].cost, cohort.currency))?;
        Ok(cohort.risk_score.checked_div(cost).unwrap_or(Decimal::MAX))
    }

    /// The last month before `before` in which the cohort may be ordered and fits.
    fn earlier(&self, cohort: &Cohort, before: Month) -> Option<Month> {
        let months = self.problem.window.iter().take_while(|month| *month < before);
        let mut months: Vec<Month> = months.filter(|month| cohort.may_be_ordered(*month)).collect();
        months.reverse();
        months.into_iter().find(|month| self.fits(cohort, *month))
    }

    fn fits(&self, cohort: &Cohort, month: Month) -> bool {
        self.shortfalls(cohort, month).is_empty()
    }

    fn shortfalls(&self, cohort: &Cohort, month: Month) -> Vec<Shortfall> {
        let limits = self.problem.limits.iter().zip(&self.left);
        limits
            .map(|(limit, left)| Shortfall {
                limit: *limit,
                short: self.problem.taken(limit, cohort, month) - *left,
            })
            .filter(|shortfall| shortfall.short > Decimal::ZERO)
            .collect()
    }

    fn place(&mut self, position: usize, month: Month) {
        let cohort = &self.problem.cohorts[position];
        for (limit, left) in self.problem.limits.iter().zip(&mut self.left) {
            *left -= self.problem.taken(limit, cohort, month);
        }
        self.months[position] = Some(month);
    }
}
