//! The refresh plan, as clients see it.

mod book;
mod cohorts;
mod costs;
mod deferral;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::{FiscalCalendarId, HardwareModelId, RefreshPolicyId, SiteId};
use forecasting::money::Currency;
use rust_decimal::Decimal;

pub use book::{AssetLists, Book, Page, Place, Slice};
pub use cohorts::RefreshPlanCohort;
pub use costs::{RefreshPlanCost, RefreshPlanSum, RefreshPlanYear};
pub use deferral::{RefreshDeferral, RefreshWaitingInput};

use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::graphql::{assets::Asset, models::HardwareKind},
    lifecycle::refresh_plan::{Filter, Question, draw},
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::{Explanation, ExplanationInput},
        request::read,
        scalar::{Date, Id, Month},
    },
};
use entity::id::ScenarioId;

/// Which cohorts. All lists that are given have to name it, so that an empty list holds none; what is refreshed together
/// is decided before.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshPlanFilter {
    /// At these sites.
    sites: Option<Vec<Id<SiteId>>>,
    /// Under these policies.
    policies: Option<Vec<Id<RefreshPolicyId>>>,
    /// Of these models.
    models: Option<Vec<Id<HardwareModelId>>>,
    /// Of these kinds of hardware.
    kinds: Option<Vec<HardwareKind>>,
}

impl RefreshPlanFilter {
    /// The filter as the domain takes it.
    pub(in crate::lifecycle::graphql) fn to_filter(&self) -> Filter {
        fn ids<I: Copy>(list: Option<&Vec<Id<I>>>) -> Option<Vec<I>> {
            list.map(|ids| ids.iter().map(|id| id.0).collect())
        }
        Filter {
            sites: ids(self.sites.as_ref()),
            policies: ids(self.policies.as_ref()),
            models: ids(self.models.as_ref()),
            kinds: self.kinds.as_ref().map(|kinds| kinds.iter().map(|kind| (*kind).into()).collect()),
        }
    }
}

/// How much of the estate could be planned.
pub struct RefreshPlanCoverage {
    book: Arc<Book>,
}

/// How much of the estate could be planned: assets in use that the filter holds.
#[Object]
impl RefreshPlanCoverage {
    /// Assets that had all inputs.
    async fn covered_count(&self) -> u64 {
        self.book.plan.coverage.covered_count
    }

    /// All assets.
    async fn total_count(&self) -> u64 {
        self.book.plan.coverage.total_count
    }

    /// Share of the assets, 0 to 1. Null without assets.
    async fn count_ratio(&self) -> Option<Decimal> {
        self.book.plan.coverage.count_ratio().map(|ratio| ratio.round_dp(4))
    }

    /// Share of what is known to have been paid for them, 0 to 1. Null where nothing is known.
    async fn value_ratio(&self) -> Option<Decimal> {
        self.book.plan.coverage.value_ratio().map(|ratio| ratio.round_dp(4))
    }

    /// Assets of which nobody knows what was paid: they count, and weigh nothing.
    async fn without_value(&self) -> u64 {
        self.book.plan.coverage.without_value
    }
}

/// Assets that are left out for one reason.
pub struct RefreshPlanExclusion {
    book: Arc<Book>,
    lists: Arc<AssetLists>,
    at: usize,
}

/// Assets that are left out of a refresh plan for one reason.
#[Object]
impl RefreshPlanExclusion {
    /// Why.
    async fn reason(&self) -> &str {
        &self.book.plan.excluded[self.at].reason
    }

    /// Whether an input is missing; if not, somebody decided that they are not refreshed.
    async fn missing_input(&self) -> bool {
        self.book.plan.excluded[self.at].is_gap
    }

    /// How many.
    async fn count(&self) -> usize {
        self.book.plan.excluded[self.at].assets.len()
    }

    /// Which.
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<Asset>> {
        self.lists.get(ctx, self.at, Slice::new(first, skip)?).await
    }
}

/// What is refreshed when, and for how much.
pub struct RefreshPlan {
    book: Arc<Book>,
}

impl RefreshPlan {
    fn page(&self, is_earlier: bool, first: i32, skip: i32) -> Result<Vec<RefreshPlanCohort>> {
        let plan = &self.book.plan;
        let list = if is_earlier { &plan.earlier } else { &plan.cohorts };
        let places = Slice::new(first, skip)?.of((0..list.len()).map(|at| Place { is_earlier, at }));
        let page = Page::new(&self.book, places.collect());
        Ok((0..page.len()).map(|at| RefreshPlanCohort { page: Arc::clone(&page), at }).collect())
    }
}

/// What is refreshed when, and for how much: the refreshes of the roadmap, cohort by cohort.
#[Object]
impl RefreshPlan {
    /// First month of orders.
    async fn from(&self) -> Month {
        Month(self.book.plan.window.from())
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.book.plan.window.months()
    }

    /// The currency of all amounts, but for prices of units.
    async fn currency(&self) -> &'static str {
        self.book.plan.currency.code()
    }

    /// Name of the fiscal calendar of the years.
    async fn fiscal_calendar(&self) -> &str {
        &self.book.plan.calendar_name
    }

    /// The day from which the future is seen.
    async fn as_of(&self) -> Date {
        Date(self.book.plan.as_of)
    }

    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.book.plan.scenario.scenario().and_then(scenarios::of)
    }

    /// How many cohorts are ordered in these months.
    async fn cohort_count(&self) -> usize {
        self.book.plan.cohorts.len()
    }

    /// The cohorts that are ordered in these months, by day of order.
    async fn cohorts(
        &self,
        #[graphql(default = 50, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<RefreshPlanCohort>> {
        self.page(false, first, skip)
    }

    /// The cohorts that are ordered before the first month: overdue ones are, when `asOf` lies before it. No sum of
    /// the plan has them.
    async fn earlier_cohorts(
        &self,
        #[graphql(default = 50, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<RefreshPlanCohort>> {
        self.page(true, first, skip)
    }

    /// The sum of the cohorts that are ordered before the first month.
    async fn earlier(&self) -> Result<RefreshPlanSum> {
        let book = &self.book;
        let sum = book.plan.sum(&book.plan.earlier)?;
        Ok(RefreshPlanSum::new(&sum, book.shows_prices, book.masks.hides_total(true)))
    }

    /// How many assets are in cohorts that are ordered after the last month.
    async fn later_asset_count(&self) -> usize {
        self.book.plan.later
    }

    /// The refreshes by fiscal year of the order and category of cost.
    async fn years(&self) -> Result<Vec<RefreshPlanYear>> {
        let (book, plan) = (&self.book, &self.book.plan);
        let mut months: HashMap<i32, u32> = HashMap::new();
        for month in plan.window.iter() {
            *months.entry(plan.calendar.fiscal_year_of(month)).or_default() += 1;
        }
        let years = plan.years()?.into_iter().map(|(fiscal_year, sum)| {
            let sum = RefreshPlanSum::new(&sum, book.shows_prices, book.masks.hides_year(fiscal_year));
            RefreshPlanYear::new(fiscal_year, months.get(&fiscal_year) != Some(&12), sum)
        });
        Ok(years.collect())
    }

    /// All refreshes of the plan added up.
    async fn total(&self) -> Result<RefreshPlanSum> {
        let book = &self.book;
        let sum = book.plan.sum(&book.plan.cohorts)?;
        Ok(RefreshPlanSum::new(&sum, book.shows_prices, book.masks.hides_total(false)))
    }

    /// The assets that are left out, by reason, the commonest first.
    async fn excluded(&self) -> Vec<RefreshPlanExclusion> {
        let excluded = &self.book.plan.excluded;
        let lists = Arc::new(AssetLists::new(excluded.iter().map(|one| one.assets.clone()).collect()));
        let of = |at| RefreshPlanExclusion { book: Arc::clone(&self.book), lists: Arc::clone(&lists), at };
        (0..excluded.len()).map(of).collect()
    }

    /// How much of the estate could be planned.
    async fn coverage(&self) -> RefreshPlanCoverage {
        RefreshPlanCoverage { book: Arc::clone(&self.book) }
    }

    /// How the plan came about.
    async fn explain(&self) -> Explanation {
        explained(&self.book)
    }
}

/// How a plan came about.
pub(super) fn explained(book: &Book) -> Explanation {
    let plan = &book.plan;
    let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
    let assets: usize = plan.cohorts.iter().map(|one| one.cohort.members.len()).sum();
    Explanation {
        formula: "due = the earliest day of the policy's rules; order by = due - lead, installation and buffer days; \
                  assets of one policy, model, site and period, or of one refresh cycle, are refreshed together"
            .to_owned(),
        inputs: vec![
            input("cohorts", plan.cohorts.len().to_string()),
            input("assets in them", assets.to_string()),
            input("assets in cohorts ordered before the first month", earlier(book).to_string()),
            input("assets in cohorts ordered after the last month", plan.later.to_string()),
        ],
        assumptions: plan.assumptions.iter().cloned().collect(),
        excluded: plan.excluded.iter().map(|one| format!("{}: {}", one.assets.len(), one.reason)).collect(),
        estimated: !plan.cohorts.is_empty(),
    }
}

fn earlier(book: &Book) -> usize {
    book.plan.earlier.iter().map(|one| one.cohort.members.len()).sum()
}

/// The question that the arguments of a field ask.
pub(super) fn question(
    from: Month,
    months: i32,
    (currency, fiscal_calendar): (Option<String>, Option<ID>),
    as_of: Date,
    filter: Option<RefreshPlanFilter>,
    scenario: Arc<Overlay>,
) -> Result<Question> {
    let currency = currency.map(|code| Currency::from_code(&code)).transpose();
    let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
    Ok(Question {
        from: from.0,
        months: u32::try_from(months).unwrap_or_default(),
        currency: currency.map_err(|cause| Error::invalid("currency", cause))?,
        calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
        as_of: as_of.0,
        filter: filter.unwrap_or_default().to_filter(),
        also: Vec::new(),
        scenario,
    })
}

/// Queries of refresh plans.
#[derive(Default)]
pub struct RefreshPlanQuery;

/// Queries of refresh plans.
#[Object]
impl RefreshPlanQuery {
    /// What is refreshed when, and for how much: the cohorts of the roadmap one by one, with their days, quantities
    /// and prices.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn refresh_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month of orders.")] from: Month,
        #[graphql(default = 36, desc = "Number of months, 1 to 120.")] months: i32,
        #[graphql(
            desc = "Currency of the answer, by its code; may be left out when all policies are in one."
        )]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of the years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(desc = "Which cohorts. Left out: all.")] filter: Option<RefreshPlanFilter>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<RefreshPlan> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let scenario = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let question = question(from, months, (currency, fiscal_calendar), as_of, filter, scenario)?;
        Ok(RefreshPlan { book: Book::new(ctx, draw(&reader, &question).await?)? })
    }
}
