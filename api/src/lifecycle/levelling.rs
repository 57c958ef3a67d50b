//! Levelling a refresh plan: which cohort is ordered in which month, under caps on spending and on installations.

use std::collections::{BTreeMap, BTreeSet};

use entity::lifecycle::refresh_cycle::CycleStatus;
use forecasting::{
    levelling::{
        Breakdown, Cohort, GreedyPlan, Levelling, Limit, MonthCost, OptimalPlan, Paid, PartialPlan,
        Placement, Plan, Problem, Saving, level, level_greedily, level_what_fits, saving,
    },
    money::Money,
    month::{Month, add_months},
    refresh::{DueRule, ProjectCost, Undone, Wait, WaitingTerms},
};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::{
    deferrals::Waiting,
    levelling_growth::{self, Growth},
    levelling_terms::{Earlier, assumed, earlier, label, of_partial, taken_earlier, unknown},
    refresh_plan::{self, LONGEST_DEFERRAL, Planned, RefreshPlan},
};
use crate::{
    error::{Error, Result},
    roadmap::purchases::{self, PriceBook},
    rules::{require_least, require_range},
    store::Read,
};

/// Months over which the risk is reckoned by which the greedy tells what presses.
const YEAR: u32 = 12;

/// The most caps of one question.
const MOST_CAPS: usize = 50;

/// What is asked.
#[derive(Clone)]
pub struct Question {
    /// The plan that is levelled.
    pub plan: refresh_plan::Question,
    /// What may be ordered in a fiscal year.
    pub caps: Vec<Cap>,
    /// Units that may be installed in a month.
    pub monthly_installs: Option<u32>,
    /// What may be ordered in a month, in the currency of the plan.
    pub monthly_spend: Option<Decimal>,
    /// Months by which what may wait is deferred at most.
    pub defer_months: u32,
    /// Months by which what has to happen is deferred at most; until the last date of support when left out.
    pub mandatory_defer_months: Option<u32>,
    /// Months by which anything is ordered before its time at most.
    pub pull_forward_months: u32,
    /// What waiting costs.
    pub waiting: Waiting,
}

/// What may be ordered in a fiscal year of what is paid in the currency of the cap.
#[derive(Clone, Copy, Debug)]
pub struct Cap {
    /// The fiscal year, by its label.
    pub fiscal_year: i32,
    /// The cap.
    pub limit: Money,
}

/// The answer; positions of cohorts are those of the plan.
pub struct Levelled {
    /// What was levelled; the caps of the question come before its other limits, less what is ordered under them before
    /// the months of the plan, and what growth of capacity orders.
    pub problem: Problem,
    /// The caps as they were asked for.
    pub caps: Vec<Cap>,
    /// What earlier orders take of each cap, in its currency.
    pub taken_earlier: Vec<Decimal>,
    /// What growth of capacity takes of each cap.
    pub growth: Growth,
    /// What is ordered before the months of the plan.
    pub earlier: Earlier,
    /// What waiting comes to, for each cohort and each month of the plan.
    waits: Vec<Vec<Wait>>,
    /// What it counts as to leave each cohort undone.
    undone: Vec<Undone>,
    /// The plan that a person would make, year by year.
    pub greedy: GreedyPlan,
    /// The plan that costs least, or why there is none.
    pub outcome: Levelling,
    /// Where there is none, the plan that leaves the fewest cohorts undone that cannot wait.
    pub partial: Option<PartialPlan>,
    /// Whether outages are priced.
    pub prices_outages: bool,
    /// What is taken for granted.
    pub assumptions: BTreeSet<String>,
    /// What is not counted, because nobody knows it.
    pub excluded: Vec<String>,
}

impl Levelled {
    /// The limits as they were asked for: caps in their own currencies, the others in that of the plan.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        let caps =
            self.caps.iter().map(|cap| Limit::YearSpend { fiscal_year: cap.fiscal_year, limit: cap.limit });
        caps.chain(self.problem.limits.iter().skip(self.caps.len()).copied()).collect()
    }

    /// The plan that costs least, or that leaves the fewest cohorts undone where none does everything.
    #[must_use]
    pub fn best(&self) -> Option<&OptimalPlan> {
        match (&self.outcome, &self.partial) {
            (Levelling::Planned(found), _) => Some(found),
            (_, Some(partial)) => Some(&partial.plan),
            (_, None) => None,
        }
    }

    /// A limit in words: `cap of 3000000 USD on the fiscal year 2027, of which 20000.00 are ordered before 2027-01`.
    #[must_use]
    pub fn spoken(&self, limit: &Limit) -> String {
        let at = self.problem.limits.iter().position(|known| known == limit);
        let Some((at, cap)) = at.and_then(|at| Some((at, self.caps.get(at)?))) else { return label(limit) };
        let whole = label(&Limit::YearSpend { fiscal_year: cap.fiscal_year, limit: cap.limit });
        let whole = match self.growth.of_cap(at).is_zero() {
            true => whole,
            false => format!("{whole}, less what growth of capacity orders"),
        };
        match self.taken_earlier.get(at).filter(|taken| !taken.is_zero()) {
            Some(taken) => {
                format!("{whole}, of which {taken} are ordered before {}", self.problem.window.from())
            }
            None => whole,
        }
    }

    /// What a plan leaves of a limit; below zero where orders before the plan, or growth, have overrun it.
    #[must_use]
    pub fn unused(&self, plan: &Plan, at: usize) -> Option<Decimal> {
        let unused = plan.unused.get(at)?.amount;
        let caps = self.caps.get(at).zip(self.taken_earlier.get(at));
        let overrun = caps.map(|(cap, taken)| cap.limit.amount - taken - self.growth.of_cap(at));
        Some(unused + overrun.unwrap_or_default().min(Decimal::ZERO))
    }

    /// The first cap that orders before the plan overrun by themselves, with the earlier cohorts that do: the fewest.
    #[must_use]
    pub fn overrun(&self, plan: &RefreshPlan) -> Option<(Limit, Vec<usize>)> {
        let over = |(cap, taken): &(&Cap, &Decimal)| **taken > cap.limit.amount;
        let (cap, _) = self.caps.iter().zip(&self.taken_earlier).find(over)?;
        let paid = |at: &usize| {
            let one = &plan.earlier[*at];
            let cost = &one.priced.purchase.cost;
            one.fiscal_year == cap.fiscal_year && cost.currency == cap.limit.currency
        };
        let commitment = |at: usize| plan.earlier[at].priced.purchase.cost.commitment();
        let mut earlier: Vec<usize> = (0..plan.earlier.len()).filter(paid).collect();
        earlier.sort_by_key(|at| (std::cmp::Reverse(commitment(*at)), *at));
        let (mut sum, mut fewest) = (Decimal::ZERO, Vec::new());
        for at in earlier {
            sum += commitment(at);
            fewest.push(at);
            if sum > cap.limit.amount {
                break;
            }
        }
        Some((Limit::YearSpend { fiscal_year: cap.fiscal_year, limit: cap.limit }, fewest))
    }

    /// Whether a cohort that is left undone would have to be ordered in the months of the plan.
    #[must_use]
    pub fn misses(&self, cohort: usize) -> bool {
        self.problem.cohorts[cohort].is_bound(self.problem.window)
    }

    /// What a levelled plan comes to, part by part.
    ///
    /// # Errors
    /// `Internal` when amounts do not fit.
    pub fn breakdown(&self, plan: &RefreshPlan, levelled: &Plan) -> Result<Breakdown> {
        let mut parts = Breakdown::default();
        for one in &levelled.placements {
            let as_planned = plan.cohorts[one.cohort].cost.total();
            parts = parts.ordered(as_planned, &self.wait(one)).map_err(Error::internal)?;
        }
        for left in &levelled.unplaced {
            parts = parts.undone(&self.undone[left.cohort]).map_err(Error::internal)?;
        }
        Ok(parts)
    }

    /// What waiting comes to for a cohort in its month.
    #[must_use]
    pub fn wait(&self, one: &Placement) -> Wait {
        let at = self.problem.window.position(one.ordered);
        at.and_then(|at| self.waits[one.cohort].get(at)).copied().unwrap_or_default()
    }

    /// What it counts as to leave a cohort undone.
    #[must_use]
    pub fn undone(&self, cohort: usize) -> Undone {
        self.undone[cohort]
    }

    /// What so much more of a cap, in its own currency, would save. Nothing where there is no plan, or where the limit is
    /// none of the caps.
    ///
    /// # Errors
    /// `Invalid` for a step that is not above zero.
    pub fn saving(&self, at: usize, step: Decimal) -> Result<Option<Saving>> {
        let (Some(_), Levelling::Planned(found)) = (self.caps.get(at), &self.outcome) else {
            return Ok(None);
        };
        if step <= Decimal::ZERO {
            return Err(Error::invalid("step", format!("{} is not above 0", step.normalize())));
        }
        let found: &OptimalPlan = found;
        // Nothing is waited for meanwhile: others may have this thread's place.
        let saved = tokio::task::block_in_place(|| saving(&self.problem, found, at, step));
        Ok(Some(saved.map_err(|cause| Error::invalid("step", cause))?))
    }
}

/// The day whose rate counts for a cap.
fn first_day(plan: &RefreshPlan, fiscal_year: i32) -> chrono::NaiveDate {
    plan.calendar.first_day(fiscal_year).max(plan.as_of)
}

/// Levels a plan, and answers with the plan as it was beside that.
///
/// # Errors
/// As [`refresh_plan::draw`]; `Invalid` for months before `asOf`, limits that are none, a cap in a currency without
/// a rate, or of a fiscal year that the plan does not have.
pub async fn level_plan(db: &impl Read, question: &Question) -> Result<(RefreshPlan, Levelled)> {
    check(question)?;
    let caps = question.plan.scenario.caps(question.caps.clone())?;
    let asked: BTreeSet<i32> = question.caps.iter().map(|cap| cap.fiscal_year).collect();
    let mut question = Question { caps, ..question.clone() };
    question.plan.also.extend(question.caps.iter().map(|cap| cap.limit.currency));
    let plan = refresh_plan::draw(db, &question.plan).await?;
    // A scenario may cap years that the plan does not have; limits stand beside the caps that made them.
    let planned = years(&plan);
    question.caps.retain(|cap| asked.contains(&cap.fiscal_year) || planned.contains(&cap.fiscal_year));
    let growth = levelling_growth::of(db, &plan, &question).await?;
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    let levelled = tokio::task::block_in_place(|| solve(&plan, &question, growth))?;
    Ok((plan, levelled))
}

fn check(question: &Question) -> Result<()> {
    let (from, as_of) = (question.plan.from, question.plan.as_of);
    if from < Month::of(as_of) {
        let message = format!("{from} lies before {as_of}, the day of asOf: nothing is ordered in the past");
        return Err(Error::invalid("from", message));
    }
    require_range("deferMonths", question.defer_months, 0, LONGEST_DEFERRAL)?;
    require_range("pullForwardMonths", question.pull_forward_months, 0, LONGEST_DEFERRAL)?;
    if let Some(months) = question.mandatory_defer_months {
        require_range("mandatoryDeferMonths", months, 0, LONGEST_DEFERRAL)?;
    }
    require_least("monthlyLimits.spend", question.monthly_spend, Decimal::ZERO)?;
    if question.caps.len() > MOST_CAPS {
        let message = format!("{} caps are given, at most {MOST_CAPS} are taken", question.caps.len());
        return Err(Error::TooMuch { field: "caps".to_owned(), message });
    }
    let mut years = BTreeSet::new();
    for (at, cap) in question.caps.iter().enumerate() {
        require_least(&format!("caps[{at}].amount"), Some(cap.limit.amount), Decimal::ZERO)?;
        if !years.insert((cap.fiscal_year, cap.limit.currency)) {
            let (year, currency) = (cap.fiscal_year, cap.limit.currency);
            let message = format!("the fiscal year {year} has a cap in {currency} already");
            return Err(Error::invalid(format!("caps[{at}].fiscalYear"), message));
        }
    }
    Ok(())
}

fn solve(plan: &RefreshPlan, question: &Question, growth: Growth) -> Result<Levelled> {
    question.waiting.check()?;
    let drawn: Result<Vec<(Cohort, Vec<Wait>, Undone)>> = plan
        .cohorts
        .par_iter()
        .map_init(PriceBook::default, |prices, planned| {
            let terms = question.waiting.terms(plan, planned)?;
            Candidate { plan, planned, question, terms: &terms }.cohort(prices)
        })
        .collect();
    let (mut cohorts, mut waits, mut undone) = (Vec::new(), Vec::new(), Vec::new());
    for (cohort, wait, left) in drawn? {
        cohorts.push(cohort);
        waits.push(wait);
        undone.push(left);
    }
    let taken_earlier = taken_earlier(plan, question);
    let taken = taken_earlier.iter().enumerate().map(|(at, taken)| taken + growth.of_cap(at));
    let limits = limits(plan, question, &cohorts, &taken.collect::<Vec<_>>())?;
    let problem = Problem {
        window: plan.window,
        calendar: plan.calendar.clone(),
        currency: plan.currency,
        rates: BTreeMap::new(),
        cohorts,
        limits,
    };
    let unusable = |cause: forecasting::ForecastError| Error::invalid("caps", cause);
    let mut outcome = level(&problem).map_err(unusable)?;
    let mut partial = None;
    let greedy = match &outcome {
        Levelling::Planned(found) => found.greedy.clone(),
        Levelling::Infeasible(_) | Levelling::Undecided { .. } => {
            partial = Some(level_what_fits(&problem).map_err(unusable)?);
            level_greedily(&problem).map_err(unusable)?
        }
    };
    // What leaves nothing undone that cannot wait is a plan, although it was not found at first.
    if let Some(whole) = partial.take_if(|partial| partial.missed.is_empty()) {
        outcome = Levelling::Planned(Box::new(whole.plan));
    }
    let earlier = earlier(plan);
    let mut assumptions = assumed(plan, question, &earlier, &growth);
    assumptions.extend(partial.as_ref().map(of_partial));
    let mut excluded = unknown(plan, question);
    excluded.extend(growth.unknown.iter().cloned());
    Ok(Levelled {
        problem,
        caps: question.caps.clone(),
        taken_earlier,
        growth,
        earlier,
        partial,
        waits,
        undone,
        greedy,
        outcome,
        prices_outages: question.waiting.cost_per_hour.is_some(),
        assumptions,
        excluded,
    })
}

/// The fiscal years that a plan has months of.
fn years(plan: &RefreshPlan) -> BTreeSet<i32> {
    let days = plan.window.iter().flat_map(|month| [month.first_day(), month.last_day()]);
    days.map(|day| plan.calendar.fiscal_year_of_day(day)).collect()
}

/// The limits: caps in their currencies, less what is taken of them, the others in that of the plan.
fn limits(
    plan: &RefreshPlan,
    question: &Question,
    cohorts: &[Cohort],
    taken: &[Decimal],
) -> Result<Vec<Limit>> {
    let years = years(plan);
    let mut limits = Vec::new();
    for (at, cap) in question.caps.iter().enumerate() {
        if !years.contains(&cap.fiscal_year) {
            let message = format!("the plan has no month of the fiscal year {}", cap.fiscal_year);
            return Err(Error::invalid(format!("caps[{at}].fiscalYear"), message));
        }
        let first = first_day(plan, cap.fiscal_year);
        let is_laid_on = question.plan.scenario.caps_year(cap.fiscal_year);
        let field = if is_laid_on { "scenario".to_owned() } else { format!("caps[{at}].currency") };
        // What cannot be compared with the plan's own currency cannot be priced in it either.
        plan.rates.convert(cap.limit, plan.currency, first).map_err(|error| error.at(&field))?;
        let left = (cap.limit.amount - taken[at]).max(Decimal::ZERO);
        let limit = Money::new(left, cap.limit.currency).round();
        limits.push(Limit::YearSpend { fiscal_year: cap.fiscal_year, limit });
    }
    if let Some(amount) = question.monthly_spend {
        let limit = Money::new(amount, plan.currency).round();
        limits.extend(plan.window.iter().map(|month| Limit::MonthSpend { month, limit }));
    }
    if let Some(units) = question.monthly_installs {
        let lead = cohorts.iter().map(|cohort| cohort.lead_months).max().unwrap_or_default();
        let months = plan.window.from().range(plan.window.months().saturating_add(lead));
        limits.extend(months.map(|month| Limit::MonthInstalls { month, units }));
    }
    Ok(limits)
}

/// A cohort of the plan on its way to the arithmetic.
struct Candidate<'a> {
    plan: &'a RefreshPlan,
    planned: &'a Planned,
    question: &'a Question,
    terms: &'a WaitingTerms,
}

impl Candidate<'_> {
    /// The cohort, what waiting comes to in each month, and what leaving it undone counts as.
    fn cohort(&self, prices: &mut PriceBook) -> Result<(Cohort, Vec<Wait>, Undone)> {
        let (plan, one) = (self.plan, self.planned);
        let units = self.question.waiting.units(plan, one);
        let planned = Month::of(one.cohort.ordered);
        let due = Month::of(one.cohort.in_service);
        let is_ordered = self.is_ordered();
        let forward = if is_ordered { 0 } else { self.question.pull_forward_months };
        let refused = |cause: forecasting::ForecastError| Error::invalid("waiting", cause);
        let mut cohort = Cohort {
            id: format!("{} {}", one.label, one.key),
            currency: plan.currency,
            installs: one.priced.purchase.quantity.units,
            lead_months: u32::try_from(due.since(planned)).unwrap_or_default(),
            order_day: chrono::Datelike::day(&one.cohort.ordered),
            earliest: due.plus(-i32::try_from(forward).unwrap_or_default()),
            due,
            max_defer_months: self.defer_months(due),
            mandatory: is_ordered || one.mandatory.is_some(),
            risk_score: self.terms.risk(&units, YEAR).map_err(refused)?,
            months: Vec::with_capacity(plan.window.months() as usize),
            never: Decimal::ZERO,
            paid: None,
        };
        let now = Money::new(one.cost.total(), plan.currency);
        let own = one.priced.purchase.cost.currency;
        let mut paid = Vec::with_capacity(plan.window.months() as usize);
        let mut dearest = now.amount;
        let mut waits = Vec::with_capacity(plan.window.months() as usize);
        for month in plan.window.iter() {
            if !cohort.may_be_ordered(month) {
                cohort.months.push(MonthCost { cost: one.cost.commitment(), waiting: Decimal::ZERO });
                waits.push(Wait::default());
                paid.push(Decimal::ZERO);
                continue;
            }
            let (cost, in_own) =
                self.cost(month, prices).map_err(|reason| Error::invalid("currency", reason))?;
            let later = Money::new(cost.total(), plan.currency);
            let wait = self.terms.wait(&units, now, later, month.since(planned)).map_err(refused)?;
            dearest = dearest.max(later.amount);
            cohort.months.push(MonthCost::of(now.amount, cost.commitment(), &wait));
            waits.push(wait);
            paid.push(in_own);
        }
        cohort.paid = Some(Paid { currency: own, amounts: paid });
        let until = u32::try_from(plan.window.last().next().since(planned)).unwrap_or_default();
        let dearest = Money::new(dearest.max(Decimal::ZERO), plan.currency);
        let undone = self.terms.left_undone(&units, dearest, until);
        let undone = undone.map_err(refused)?;
        cohort.never = undone.counted();
        Ok((cohort, waits, undone))
    }

    /// What it costs at the prices of a month, and what the order then commits to in the currency that it is paid in.
    fn cost(&self, month: Month, prices: &mut PriceBook) -> Result<(ProjectCost, Decimal), String> {
        let (plan, one) = (self.plan, self.planned);
        if month == Month::of(one.cohort.ordered) {
            return Ok((one.cost, one.priced.purchase.cost.commitment()));
        }
        let ordered = month.day_clamped(chrono::Datelike::day(&one.cohort.ordered));
        let bought =
            purchases::purchase((&plan.estate, &plan.assets), &one.cohort, ordered, prices, &plan.rates)?;
        Ok((plan.convert(&bought.cost, month)?, bought.cost.commitment()))
    }

    /// Months after its time by which it may be in service. What has to happen waits no longer than the vendor
    /// supports it.
    fn defer_months(&self, due: Month) -> u32 {
        if self.is_ordered() {
            return 0;
        }
        if self.planned.mandatory.is_none() {
            return self.question.defer_months;
        }
        let supported = || {
            let policy = &self.plan.estate.policies[self.planned.cohort.policy];
            let deadline = self.planned.cohort.due;
            let margin = policy.support_margin_months;
            // The margin of what holds it is not its own.
            let margin = margin.filter(|_| deadline.rule == DueRule::Support && !deadline.is_of_holder)?;
            let last = Month::of(add_months(deadline.date, margin));
            u32::try_from(last.since(due)).ok()
        };
        self.question.mandatory_defer_months.or_else(supported).unwrap_or_default()
    }

    /// Whether it is ordered already, and so stays where it is.
    fn is_ordered(&self) -> bool {
        let cycle = self.planned.cohort.cycle.and_then(|id| self.plan.estate.cycles.get(&id));
        cycle.is_some_and(|cycle| cycle.status == CycleStatus::Ordered)
    }
}

/// The assets that are behind what a levelled plan takes of a limit.
#[must_use]
pub fn assets_under(plan: &RefreshPlan, levelled: &Plan, limit: &Limit) -> usize {
    let counts = |placement: &Placement| match limit {
        Limit::YearSpend { fiscal_year, limit } => {
            let day = plan.cohorts[placement.cohort].cohort.ordered;
            let ordered = placement.ordered.day_clamped(chrono::Datelike::day(&day));
            let paid = plan.cohorts[placement.cohort].priced.purchase.cost.currency;
            plan.calendar.fiscal_year_of_day(ordered) == *fiscal_year && paid == limit.currency
        }
        Limit::MonthSpend { month, .. } => placement.ordered == *month,
        Limit::MonthInstalls { month, .. } => placement.in_service == *month,
    };
    let under = levelled.placements.iter().filter(|placement| counts(placement));
    under.map(|placement| plan.cohorts[placement.cohort].cohort.members.len()).sum()
}
