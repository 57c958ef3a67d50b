//! The plans that levelling comes to.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use forecasting::levelling::{Levelling, OptimalPlan, Plan};
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

    pub(super) fn optimal(&self) -> Option<&OptimalPlan> {
        match &self.levelled.outcome {
            Levelling::Planned(found) => Some(found),
            Levelling::Infeasible(_) | Levelling::Undecided { .. } => None,
        }
    }

    /// An amount with the decimals of the currency.
    pub(super) fn shown(&self, amount: Decimal) -> Decimal {
        let mut amount = amount;
        amount.rescale(self.book.plan.currency.minor_units());
        amount
    }

    /// Whether a sum over the whole plan would tell the cost of a single asset.
    pub(super) fn hides_sums(&self) -> bool {
        let plan = &self.book.plan;
        !self.book.shows_prices && plan.cohorts.iter().map(|one| one.cohort.members.len()).sum::<usize>() < 2
    }

    /// What a plan leaves of a limit, where that does not tell the cost of a single asset.
    pub(super) fn unused(&self, plan: &Plan, at: usize) -> Option<Decimal> {
        let unused = plan.unused.get(at)?;
        let is_hidden = !self.book.shows_prices && assets_under(&self.book.plan, plan, &unused.limit) == 1;
        (!is_hidden).then_some(unused.amount)
    }

    /// Cohorts of the plan, by position.
    pub(super) fn cohorts(&self, positions: impl Iterator<Item = usize>) -> Vec<RefreshPlanCohort> {
        let places = positions.map(|at| Place { is_earlier: false, at });
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
    /// What waiting is worth beside that: extended support and expected outages, less what capital earns. Null where
    /// it is hidden.
    waiting: Option<Decimal>,
}

/// A cohort that is not ordered in the months of the plan.
#[derive(SimpleObject)]
pub struct RefreshLeftUndone {
    /// The cohort as the plan has it before levelling.
    cohort: RefreshPlanCohort,
    /// What that counts as: its dearest price, extended support and expected outages. Null where it is hidden.
    risk: Option<Decimal>,
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

    /// The price of waiting, and of what is left undone. Null where it is hidden.
    async fn risk(&self) -> Option<Decimal> {
        self.sum(self.plan().risk.amount)
    }

    /// Both together. Null where it is hidden.
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
                waiting: shown(one.waiting.amount),
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
            risk: (!sheet.hides(one.cohort)).then(|| sheet.shown(one.risk.amount)),
        });
        Ok(undone.collect())
    }
}
