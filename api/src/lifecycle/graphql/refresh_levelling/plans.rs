//! The plans that levelling comes to.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use forecasting::{
    levelling::{Breakdown, Levelling, Limit, OptimalPlan, Plan},
    money::Currency,
    refresh::{Undone, Wait},
};
use rust_decimal::Decimal;

use crate::{
    error::Result,
    lifecycle::{
        graphql::refresh_plan::{Book, Page, Place, RefreshPlanCohort, Slice},
        levelling::{Levelled, assets_under},
    },
    schema::scalar::Month,
};

/// A levelled plan on its way to a client, with what is hidden of it.
pub(super) struct Sheet {
    pub(super) book: Arc<Book>,
    pub(super) levelled: Levelled,
}

impl Sheet {
    pub(super) fn currency(&self) -> &'static str {
        self.book.plan.currency.code()
    }

    /// The plan that does everything, where there is one.
    pub(super) fn whole(&self) -> Option<&OptimalPlan> {
        match &self.levelled.outcome {
            Levelling::Planned(found) => Some(found),
            Levelling::Infeasible(_) | Levelling::Undecided { .. } => None,
        }
    }

    /// The plan that does as much as can be done.
    pub(super) fn optimal(&self) -> Option<&OptimalPlan> {
        self.levelled.best()
    }

    /// An amount with the decimals of the currency.
    pub(super) fn shown(&self, amount: Decimal) -> Decimal {
        shown_in(amount, self.book.plan.currency)
    }

    /// Whether a sum over the whole plan would tell the cost of a single asset.
    pub(super) fn hides_sums(&self) -> bool {
        let plan = &self.book.plan;
        !self.book.shows_prices && plan.cohorts.iter().map(|one| one.cohort.members.len()).sum::<usize>() < 2
    }

    /// Whether what growth takes of a cap would tell what is bought for a single pool.
    pub(super) fn hides_growth(&self, at: usize) -> bool {
        !self.book.shows_prices && self.levelled.growth.pools.get(at) == Some(&1)
    }

    /// Whether what is left of a limit, as it was levelled, would tell that.
    pub(super) fn hides_what_is_left(&self, limit: &Limit) -> bool {
        let mut limits = self.levelled.problem.limits.iter();
        limits.position(|known| known == limit).is_some_and(|at| self.hides_growth(at))
    }

    /// What a plan leaves of a limit, where that does not tell the cost of a single asset.
    pub(super) fn unused(&self, plan: &Plan, at: usize) -> Option<Decimal> {
        let limit = &plan.unused.get(at)?.limit;
        let is_hidden = self.hides_growth(at)
            || (!self.book.shows_prices && assets_under(&self.book.plan, plan, limit) == 1);
        if is_hidden { None } else { self.levelled.unused(plan, at) }
    }

    /// Cohorts of the plan, by position.
    pub(super) fn cohorts(&self, positions: impl Iterator<Item = usize>) -> Vec<RefreshPlanCohort> {
        self.placed(positions.map(|at| Place { is_earlier: false, at }))
    }

    /// Cohorts that are ordered before the plan, by position.
    pub(super) fn earlier_cohorts(&self, positions: impl Iterator<Item = usize>) -> Vec<RefreshPlanCohort> {
        self.placed(positions.map(|at| Place { is_earlier: true, at }))
    }

    fn placed(&self, places: impl Iterator<Item = Place>) -> Vec<RefreshPlanCohort> {
        let page = Page::new(&self.book, places.collect());
        (0..page.len()).map(|at| RefreshPlanCohort { page: Arc::clone(&page), at }).collect()
    }

    fn hides(&self, cohort: usize) -> bool {
        self.book.hides(Place { is_earlier: false, at: cohort })
    }
}

/// A cohort with its month.
#[derive(SimpleObject)]
pub struct RefreshPlacement {
    /// The cohort as the plan has it before levelling.
    cohort: RefreshPlanCohort,
    /// The month in which the new units are due to be in service.
    due: Month,
    /// The month of the order before levelling.
    ordered_before: Month,
    /// The month of the order.
    ordered: Month,
    /// The month of service.
    in_service: Month,
    /// Months by which it is deferred; below zero it is pulled forward.
    deferred_months: i32,
    /// What the order commits to at the prices of its month. Null where it is hidden.
    cost: Option<Decimal>,
    /// What waiting comes to: price rise, extended support and expected outages, less what capital earns. Null where it is
    /// hidden.
    waiting: Option<RefreshWait>,
}

/// What it comes to that a cohort is ordered in another month than planned.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshWait {
    /// What the refresh costs more than as planned, with contingency and less what old units sell for. Where nobody knows what keeping the old units costs, a lower price does
    /// not count.
    price_rise: Decimal,
    /// Extended support of the old units in the meantime. Null where nobody knows what keeping them costs.
    extended_support: Option<Decimal>,
    /// What outages are expected to cost in the meantime. Null where they are not priced, or nothing is waited for.
    expected_outage_loss: Option<Decimal>,
    /// What the capital earns in the meantime; below zero where it is spent early. Zero where nobody knows what keeping
    /// the old units costs.
    capital_benefit: Decimal,
    /// The sum of the parts. Below zero, waiting pays.
    total: Decimal,
}

impl RefreshWait {
    fn new(sheet: &Sheet, wait: &Wait) -> Self {
        let shown = |amount| sheet.shown(amount);
        Self {
            price_rise: shown(wait.price_rise),
            extended_support: wait.extended_support.map(shown),
            expected_outage_loss: wait.outage_loss.map(shown),
            capital_benefit: shown(wait.capital_benefit),
            total: shown(wait.total()),
        }
    }
}

/// A cohort that is not ordered in the months of the plan.
#[derive(SimpleObject)]
pub struct RefreshLeftUndone {
    /// The cohort as the plan has it before levelling.
    cohort: RefreshPlanCohort,
    /// Whether it cannot wait: the months by which it may be deferred end within those of the plan, and it is left undone
    /// because it does not fit. False: it may be ordered after the last month.
    misses_deadline: bool,
    /// What that counts as. Null where it is hidden.
    counted: Option<RefreshUndone>,
}

/// What it counts as to leave a cohort undone: no less than doing it at its dearest.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshUndone {
    /// Its price in the dearest month in which it could be ordered.
    dearest_price: Decimal,
    /// Extended support of the old units until the last month. Null where nobody knows what keeping them costs.
    extended_support: Option<Decimal>,
    /// What outages are expected to cost until then. Null where they are not priced.
    expected_outage_loss: Option<Decimal>,
    /// The sum of the parts.
    total: Decimal,
}

impl RefreshUndone {
    fn new(sheet: &Sheet, undone: &Undone) -> Self {
        let shown = |amount| sheet.shown(amount);
        Self {
            dearest_price: shown(undone.dearest_price),
            extended_support: undone.extended_support.map(shown),
            expected_outage_loss: undone.outage_loss.map(shown),
            total: shown(undone.counted()),
        }
    }
}

/// What a levelled plan comes to, part by part; the parts add up to its total.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshLevelledCost {
    /// What the cohorts that are ordered would cost in the months they were planned for: what their orders commit to, with
    /// contingency, less what old units sell for.
    as_planned: Decimal,
    /// What they cost more in the months in which they are ordered. Of cohorts of which nobody knows what keeping their
    /// old units costs, lower prices do not count.
    price_rise: Decimal,
    /// Extended support of the old units that wait, where it is known.
    extended_support: Decimal,
    /// What outages of old units that wait are expected to cost. Null where they are not priced.
    expected_outage_loss: Option<Decimal>,
    /// What the capital earns that is spent later, less what is missed by spending earlier: it lowers the total.
    capital_benefit: Decimal,
    /// Price rise, extended support and outages, less what capital earns. Below zero, waiting pays.
    waiting: Decimal,
    /// What is counted for the cohorts that are left undone: their dearest prices, extended support and outages. Nothing of
    /// it is spent.
    left_undone: Decimal,
    /// The sum of the parts: what levelling makes as small as it can.
    total: Decimal,
}

impl RefreshLevelledCost {
    fn new(sheet: &Sheet, parts: &Breakdown) -> Self {
        let shown = |amount| sheet.shown(amount);
        Self {
            as_planned: shown(parts.as_planned),
            price_rise: shown(parts.price_rise),
            extended_support: shown(parts.extended_support),
            expected_outage_loss: sheet.levelled.prices_outages.then(|| shown(parts.outage_loss)),
            capital_benefit: shown(parts.capital_benefit),
            waiting: shown(parts.waiting()),
            left_undone: shown(parts.left_undone),
            total: shown(parts.total()),
        }
    }
}

/// An amount with the decimals of its currency.
pub(super) fn shown_in(amount: Decimal, currency: Currency) -> Decimal {
    let mut amount = amount;
    amount.rescale(currency.minor_units());
    amount
}

/// An amount as people read it: `7,865.82`.
pub(super) fn grouped(amount: Decimal, currency: Currency) -> String {
    let text = shown_in(amount, currency).to_string();
    let (whole, part) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    part.map_or(grouped.clone(), |part| format!("{grouped}.{part}"))
}

/// What is ordered when.
pub struct RefreshLevelledPlan {
    sheet: Arc<Sheet>,
    is_optimal: bool,
}

impl RefreshLevelledPlan {
    pub(super) fn new(sheet: &Arc<Sheet>, is_optimal: bool) -> Self {
        Self { sheet: Arc::clone(sheet), is_optimal }
    }

    fn plan(&self) -> &Plan {
        let greedy = &self.sheet.levelled.greedy.plan;
        self.sheet.optimal().filter(|_| self.is_optimal).map_or(greedy, |found| &found.plan)
    }

    fn sum(&self, amount: Decimal) -> Option<Decimal> {
        (!self.sheet.hides_sums()).then(|| self.sheet.shown(amount))
    }
}

/// What is ordered when.
#[Object]
impl RefreshLevelledPlan {
    /// What is ordered, at the prices of its months. Null where it is hidden.
    async fn spend(&self) -> Option<Decimal> {
        self.sum(self.plan().spend.amount)
    }

    /// What it comes to, part by part: what waiting costs and earns, and what is counted for what is left undone. Null
    /// where it is hidden.
    async fn costs(&self) -> Result<Option<RefreshLevelledCost>> {
        if self.sheet.hides_sums() {
            return Ok(None);
        }
        let parts = self.sheet.levelled.breakdown(&self.sheet.book.plan, self.plan())?;
        Ok(Some(RefreshLevelledCost::new(&self.sheet, &parts)))
    }

    /// The sum of the parts in `costs`: what levelling makes as small as it can. Null where it is hidden.
    async fn total(&self) -> Option<Decimal> {
        self.sum(self.plan().total().amount)
    }

    /// How many cohorts are ordered.
    async fn placement_count(&self) -> usize {
        self.plan().placements.len()
    }

    /// The cohorts that are ordered, in the order of the plan before levelling.
    async fn placements(
        &self,
        #[graphql(default = 50, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<RefreshPlacement>> {
        let sheet = &self.sheet;
        let chosen: Vec<_> = Slice::new(first, skip)?.of(self.plan().placements.iter()).collect();
        let cohorts = sheet.cohorts(chosen.iter().map(|one| one.cohort));
        let placements = chosen.into_iter().zip(cohorts).map(|(one, cohort)| {
            let planned = &sheet.book.plan.cohorts[one.cohort].cohort;
            let shown = |amount| (!sheet.hides(one.cohort)).then(|| sheet.shown(amount));
            RefreshPlacement {
                cohort,
                due: Month(forecasting::month::Month::of(planned.in_service)),
                ordered_before: Month(forecasting::month::Month::of(planned.ordered)),
                ordered: Month(one.ordered),
                in_service: Month(one.in_service),
                deferred_months: one.deferred_months,
                cost: shown(one.cost.amount),
                waiting: (!sheet.hides(one.cohort))
                    .then(|| RefreshWait::new(sheet, &sheet.levelled.wait(one))),
            }
        });
        Ok(placements.collect())
    }

    /// How many cohorts are not ordered in these months.
    async fn left_undone_count(&self) -> usize {
        self.plan().unplaced.len()
    }

    /// The cohorts that are not ordered in these months.
    async fn left_undone(
        &self,
        #[graphql(default = 50, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<RefreshLeftUndone>> {
        let sheet = &self.sheet;
        let chosen: Vec<_> = Slice::new(first, skip)?.of(self.plan().unplaced.iter()).collect();
        let cohorts = sheet.cohorts(chosen.iter().map(|one| one.cohort));
        let undone = chosen.into_iter().zip(cohorts).map(|(one, cohort)| RefreshLeftUndone {
            cohort,
            misses_deadline: sheet.levelled.misses(one.cohort),
            counted: (!sheet.hides(one.cohort))
                .then(|| RefreshUndone::new(sheet, &sheet.levelled.undone(one.cohort))),
        });
        Ok(undone.collect())
    }
}

/// What did not fit.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshShortfall {
    /// The limit, in words.
    pub(super) limit: String,
    /// By how much it would have to be higher.
    pub(super) short: Decimal,
}

/// What is ordered before the months of the plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshEarlier {
    /// How many cohorts.
    pub(super) cohort_count: usize,
    /// How many assets are in them.
    pub(super) asset_count: usize,
    /// Of these, those that are ordered at once because their last day to order has passed.
    pub(super) overdue_count: usize,
    /// What the orders commit to. Null where it is hidden.
    pub(super) cost: Option<Decimal>,
}

/// Names that a sentence has room for.
const MOST_NAMED: usize = 10;

/// The first of some names, and how many more there are.
pub(super) fn named(labels: &[&str]) -> String {
    let first = &labels[..labels.len().min(MOST_NAMED)];
    match labels.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
