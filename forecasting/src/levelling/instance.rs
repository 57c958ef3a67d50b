//! A problem in whole numbers: what the solvers work on.

use std::borrow::Cow;
use std::collections::HashMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::problem::{Cohort, Limit, Problem};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money};
use crate::month::Month;

/// Sums of coefficients stay below this, so that sums of products with multipliers fit into 128 bits.
const LARGEST_SUM: i128 = 1 << 58;

/// The capacity of what never runs out.
const FREE: i64 = i64::MAX >> 2;

/// What an option takes of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Use {
    /// Position of the row; that of the free row where nothing is taken.
    pub row: usize,
    /// Minor units of money, or units to install.
    pub amount: i64,
}

/// Cohorts with their options, each of which takes something of up to three rows. A row is a limit; one more row
/// that never runs out, the free row, stands where an option takes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instance {
    /// Position of each cohort's first option, and behind the last cohort the number of options.
    starts: Vec<usize>,
    /// Cost and priced risk of each option, in minor units of the currency of comparison.
    pub costs: Vec<i64>,
    /// What each option takes: of a year, of a month, of the installers.
    pub uses: Vec<[Use; 3]>,
    /// The month of each option; `None` for leaving it undone.
    pub months: Vec<Option<Month>>,
    /// How much there is of each row, the free row last.
    pub capacities: Vec<i64>,
}

impl Instance {
    /// The problem in whole numbers. It has to be [checked](Problem::check) before.
    pub fn new(problem: &Problem) -> Result<Self> {
        Self::under(problem, &problem.limits)
    }

    /// The problem in whole numbers under other amounts of its limits.
    pub fn under(problem: &Problem, limits: &[Limit]) -> Result<Self> {
        let rows = Rows::new(problem);
        let mut instance = Self::empty(limits.iter().map(capacity).collect());
        instance.capacities.push(FREE);
        let mut totals = Totals::default();
        for cohort in &problem.cohorts {
            let first = instance.costs.len();
            for (position, month) in problem.window.iter().enumerate() {
                if cohort.may_be_ordered(month) {
                    let worth = |amount| problem.worth(Money::new(amount, cohort.currency));
                    let amounts = cohort.months[position];
                    let total = worth(amounts.cost)? + worth(amounts.waiting)?;
                    let fiscal_year = problem.fiscal_year(cohort, month);
                    let uses = rows.uses(cohort, position, month, fiscal_year)?;
                    instance.push(minor(problem.currency, total)?, uses, Some(month));
                }
            }
            if !cohort.is_bound(problem.window) {
                let risk = problem.worth(Money::new(cohort.never, cohort.currency))?;
                instance.push(minor(problem.currency, risk)?, [rows.nothing(); 3], None);
            }
            instance.starts.push(instance.costs.len());
            totals.add(&instance, first)?;
        }
        // More than everything together makes no difference.
        let most = i64::try_from(totals.amounts * 3).unwrap_or(FREE);
        for capacity in instance.capacities.iter_mut().take(problem.limits.len()) {
            *capacity = (*capacity).min(most);
        }
        Ok(instance)
    }

    /// The same without the options that no limit has room for by itself.
    pub fn fitting(&self) -> Cow<'_, Self> {
        if (0..self.costs.len()).all(|option| self.fits(option)) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(self.chosen(|option| self.fits(option)))
    }

    /// Whether every limit has room for an option by itself.
    pub fn fits(&self, option: usize) -> bool {
        self.uses[option].iter().all(|taken| taken.amount <= self.capacities[taken.row])
    }

    /// The same with some of the options.
    fn chosen(&self, is_kept: impl Fn(usize) -> bool) -> Self {
        let mut chosen = Self::empty(self.capacities.clone());
        for cohort in 0..self.cohorts() {
            for option in self.options(cohort).filter(|option| is_kept(*option)) {
                chosen.push(self.costs[option], self.uses[option], self.months[option]);
            }
            chosen.starts.push(chosen.costs.len());
        }
        chosen
    }

    /// The same with what it costs to leave some cohorts undone: those that have such a cost have no other option where
    /// `only`, and one more otherwise.
    pub fn with_undone(&self, costs: &[Option<i64>], only: bool) -> Self {
        let free = Use { row: self.rows(), amount: 0 };
        let mut changed = Self::empty(self.capacities.clone());
        for (cohort, undone) in costs.iter().enumerate() {
            let options = self.options(cohort).filter(|_| undone.is_none() || !only);
            for option in options {
                changed.push(self.costs[option], self.uses[option], self.months[option]);
            }
            if let Some(cost) = undone {
                changed.push(*cost, [free; 3], None);
            }
            changed.starts.push(changed.costs.len());
        }
        changed
    }

    fn empty(capacities: Vec<i64>) -> Self {
        Self { starts: vec![0], costs: Vec::new(), uses: Vec::new(), months: Vec::new(), capacities }
    }

    fn push(&mut self, cost: i64, uses: [Use; 3], month: Option<Month>) {
        self.costs.push(cost);
        self.uses.push(uses);
        self.months.push(month);
    }

    /// The same limits with some of the cohorts, none of which may be left undone, and no costs. Nothing is taken of rows
    /// that are not kept. Options that do not fit by themselves are left out, and those that take no less of the
    /// same rows than the one before, so that under yearly limits there is about one for each year.
    pub fn restricted(&self, cohorts: &[usize], kept: &[bool]) -> Self {
        let mut restricted = Self::empty(self.capacities.clone());
        for (capacity, kept) in restricted.capacities.iter_mut().zip(kept) {
            if !kept {
                *capacity = FREE;
            }
        }
        for cohort in cohorts {
            let first = restricted.costs.len();
            for option in self.options(*cohort).filter(|option| self.months[*option].is_some()) {
                let uses = self.uses[option].map(|taken| self.counted(taken, kept));
                if uses.iter().any(|taken| taken.amount > self.capacities[taken.row]) {
                    continue;
                }
                let before = restricted.uses[first..].last_mut();
                match before
                    .filter(|before| before.iter().zip(&uses).all(|(one, other)| one.row == other.row))
                {
                    Some(before) if takes_no_more(before, &uses) => {}
                    Some(before) if takes_no_more(&uses, before) => *before = uses,
                    _ => restricted.push(0, uses, self.months[option]),
                }
            }
            restricted.starts.push(restricted.costs.len());
        }
        restricted
    }

    /// What is taken of a row if it is kept.
    pub fn counted(&self, taken: Use, kept: &[bool]) -> Use {
        let nothing = Use { row: self.rows(), amount: 0 };
        if taken.amount > 0 && kept.get(taken.row) == Some(&true) { taken } else { nothing }
    }

    /// The same with some cohorts kept to some of their options, and which option of this one each of its options is.
    pub fn narrowed(&self, kept: &[(usize, std::ops::Range<usize>)]) -> (Self, Vec<usize>) {
        let mut options: Vec<_> = (0..self.cohorts()).map(|cohort| self.options(cohort)).collect();
        for (cohort, range) in kept {
            options[*cohort] = range.clone();
        }
        let mut starts = vec![0];
        let mut origin = Vec::with_capacity(self.costs.len());
        for range in options {
            origin.extend(range);
            starts.push(origin.len());
        }
        let narrowed = Self {
            starts,
            costs: origin.iter().map(|option| self.costs[*option]).collect(),
            uses: origin.iter().map(|option| self.uses[*option]).collect(),
            months: origin.iter().map(|option| self.months[*option]).collect(),
            capacities: self.capacities.clone(),
        };
        (narrowed, origin)
    }

    /// How many cohorts there are.
    pub fn cohorts(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many rows there are, without the free row.
    pub fn rows(&self) -> usize {
        self.capacities.len() - 1
    }

    /// The options of a cohort.
    pub fn options(&self, cohort: usize) -> std::ops::Range<usize> {
        self.starts[cohort]..self.starts[cohort + 1]
    }

    /// What an option takes of a row.
    pub fn taken(&self, option: usize, row: usize) -> i64 {
        self.uses[option].iter().filter(|taken| taken.row == row).map(|taken| taken.amount).sum()
    }

    /// The cohort's option in a month.
    pub fn option_in(&self, cohort: usize, month: Month) -> Option<usize> {
        self.options(cohort).find(|option| self.months[*option] == Some(month))
    }

    /// The cost of a choice.
    pub fn cost(&self, choice: &[usize]) -> i128 {
        choice.iter().map(|option| i128::from(self.costs[*option])).sum()
    }
}

/// Whether one option takes no more of each row than another one of the same rows.
fn takes_no_more(one: &[Use; 3], other: &[Use; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.amount <= other.amount)
}

/// The positions of the limits by what they are on.
struct Rows {
    free: usize,
    years: HashMap<(i32, Currency), usize>,
    months: HashMap<(Month, Currency), usize>,
    installs: HashMap<Month, usize>,
}

impl Rows {
    fn new(problem: &Problem) -> Self {
        let mut rows = Self {
            free: problem.limits.len(),
            years: HashMap::new(),
            months: HashMap::new(),
            installs: HashMap::new(),
        };
        for (position, limit) in problem.limits.iter().enumerate() {
            match limit {
                Limit::YearSpend { fiscal_year, limit } => {
                    rows.years.insert((*fiscal_year, limit.currency), position);
                }
                Limit::MonthSpend { month, limit } => {
                    rows.months.insert((*month, limit.currency), position);
                }
                Limit::MonthInstalls { month, .. } => {
                    rows.installs.insert(*month, position);
                }
            }
        }
        rows
    }

    fn nothing(&self) -> Use {
        Use { row: self.free, amount: 0 }
    }

    fn uses(&self, cohort: &Cohort, position: usize, month: Month, fiscal_year: i32) -> Result<[Use; 3]> {
        let spent = minor(cohort.currency, cohort.months[position].cost)?;
        let paid = cohort.paid_in(position);
        let paid = (paid.currency, minor(paid.currency, paid.amount)?);
        let taken = |row: Option<&usize>, amount| match row {
            Some(row) if amount > 0 => Use { row: *row, amount },
            _ => self.nothing(),
        };
        let in_service = month.plus(cohort.lead_months as i32);
        Ok([
            taken(self.years.get(&(fiscal_year, paid.0)), paid.1),
            taken(self.months.get(&(month, cohort.currency)), spent),
            taken(self.installs.get(&in_service), i64::from(cohort.installs)),
        ])
    }
}

/// Sums of the largest coefficients of each cohort.
#[derive(Default)]
struct Totals {
    costs: i128,
    amounts: i128,
}

impl Totals {
    fn add(&mut self, instance: &Instance, first: usize) -> Result<()> {
        let costs = instance.costs[first..].iter().map(|cost| i128::from(*cost).abs());
        let amounts = instance.uses[first..].iter().flatten().map(|taken| i128::from(taken.amount));
        self.costs += costs.max().unwrap_or(0);
        self.amounts += amounts.max().unwrap_or(0);
        if self.costs > LARGEST_SUM || self.amounts > LARGEST_SUM {
            return Err(ForecastError::OutOfRange { field: "sum of costs" });
        }
        Ok(())
    }
}

fn minor(currency: Currency, amount: Decimal) -> Result<i64> {
    i64::try_from(currency.to_minor(amount)).map_err(|_| ForecastError::OutOfRange { field: "cost" })
}

/// A limit with so much more of it.
pub(crate) fn raised(limit: &Limit, step: Decimal) -> Limit {
    match *limit {
        Limit::YearSpend { limit, fiscal_year } => {
            Limit::YearSpend { fiscal_year, limit: Money::new(limit.amount + step, limit.currency) }
        }
        Limit::MonthSpend { limit, month } => {
            Limit::MonthSpend { month, limit: Money::new(limit.amount + step, limit.currency) }
        }
        Limit::MonthInstalls { units, month } => {
            let more = step.floor().to_u32().unwrap_or(u32::MAX);
            Limit::MonthInstalls { month, units: units.saturating_add(more) }
        }
    }
}

/// A limit in whole units. What lies between two minor units cannot be spent; beyond what sums can reach it makes no
/// difference how much there is.
fn capacity(limit: &Limit) -> i64 {
    let units = match limit {
        Limit::YearSpend { limit, .. } | Limit::MonthSpend { limit, .. } => {
            limit.amount.checked_mul(Decimal::from(10_u64.pow(limit.currency.minor_units())))
        }
        Limit::MonthInstalls { units, .. } => Some(Decimal::from(*units)),
    };
    units.and_then(|units| units.floor().to_i64()).unwrap_or(i64::MAX).min(FREE)
}
