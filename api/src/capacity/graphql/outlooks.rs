//! All pools by how urgent they are, and what binds every site and rack.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::{Context, Object};
use entity::id::ScenarioId;

use super::{
    forecast_words::{CapacityForecastMethod, CapacityUrgency},
    forecasts::{Answer, Asked, CapacityForecast},
    pool_queries::CapacityPoolFilter,
};
use crate::{
    access::{Caller, Permission},
    capacity::outlooks::{self, Binding},
    error::{Error, Result},
    scenarios::graphql::scenarios::Scenario,
    schema::{
        explain::{Explanation, ExplanationInput},
        filter::Filter,
        page::{LARGEST_PAGE, LargestPage, page_cost},
        request::{caller, read},
        scalar::{Date, Id},
    },
    topology::{
        graphql::things::ConfigurationItem,
        items::{self, Label, Thing},
    },
};

/// Pools and places that are shown unless more are asked for.
const USUAL: i32 = 50;

/// A number of rows that is not below zero and not more than a page.
fn size(ctx: &Context<'_>, first: i32) -> Result<usize> {
    let largest = ctx.data_opt::<LargestPage>().map_or(LARGEST_PAGE, |largest| largest.0);
    let size = u64::try_from(first).map_err(|_| Error::invalid("first", format!("{first} is below zero")))?;
    if size > largest {
        let message = format!("{size} is more than the largest page of {largest}");
        return Err(Error::TooMuch { field: "first".to_owned(), message });
    }
    usize::try_from(size).map_err(Error::internal)
}

/// All pools by how urgent they are, and what binds every site and rack.
pub struct CapacityOutlook {
    answer: Arc<Answer>,
    asked: Asked,
    shown: usize,
    sites: Vec<Binding>,
    racks: Vec<Binding>,
    caller: Caller,
}

impl CapacityOutlook {
    /// The first of some bindings, with the names of their places: read of those that are shown, for whole sites have many
    /// racks.
    async fn bindings(&self, ctx: &Context<'_>, of: &[Binding], size: usize) -> Result<Vec<CapacityBinding>> {
        let shown = of.iter().filter(|binding| binding.place.is_shown_to(&self.caller)).take(size);
        let shown: Vec<&Binding> = shown.collect();
        let things: Vec<Thing> = shown.iter().map(|binding| binding.place).collect();
        let labels = items::labels(&read(ctx, Permission::ViewInventory)?, &things).await?;
        let known = shown.into_iter().filter_map(|binding| Some((binding, labels.get(&binding.place)?)));
        let known: Vec<(&Binding, &Label)> = known.collect();
        let places: BTreeSet<usize> = known.iter().filter_map(|(binding, _)| binding.pool).collect();
        let forecasts: HashMap<usize, CapacityForecast> =
            self.answer.shown(places).into_iter().map(|forecast| (forecast.place(), forecast)).collect();
        let each = known.into_iter().map(|(binding, label)| CapacityBinding {
            place: ConfigurationItem::new(binding.place, label),
            forecast: binding.pool.and_then(|place| forecasts.get(&place).cloned()),
            binding: binding.clone(),
        });
        Ok(each.collect())
    }
}

/// All pools by how urgent they are, and what binds every site and rack.
#[Object]
impl CapacityOutlook {
    /// The day it was asked on.
    async fn as_of(&self) -> Date {
        self.asked.as_of
    }

    /// How many months were looked at, that of `asOf` among them.
    async fn months(&self) -> u32 {
        self.asked.months
    }

    /// The scenario that is laid over what is recorded. Null for the baseline, and where the caller may not see
    /// scenarios.
    async fn scenario(&self) -> Option<Scenario> {
        self.answer.scenario(&self.caller)
    }

    /// The pools, the most urgent first, at most as many as were asked for: those that are overdue by the day to order by,
    /// those that are due by it, those that run out and have no such day, those that do not within the months that are
    /// looked at, and those of which nobody can tell.
    async fn pools(&self) -> Vec<CapacityForecast> {
        self.answer.shown(0..self.answer.forecasts.len().min(self.shown))
    }

    /// How many pools there are in all.
    async fn total_count(&self) -> usize {
        self.answer.forecasts.len()
    }

    /// How many pools are how urgent, the most urgent first. Those that no pool is are left out.
    async fn counts(&self) -> Vec<CapacityUrgencyCount> {
        let mut counts: Vec<CapacityUrgencyCount> = Vec::new();
        for urgency in self.answer.forecasts.iter().map(|forecast| forecast.urgency().into()) {
            match counts.last_mut().filter(|last| last.urgency == urgency) {
                Some(last) => last.pools += 1,
                None => counts.push(CapacityUrgencyCount { urgency, pools: 1 }),
            }
        }
        counts
    }

    /// What binds each site: of the pools that are there, or have it or something at it as a member, the one that runs out
    /// first.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn sites(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "USUAL", desc = "At most so many.")] first: i32,
    ) -> Result<Vec<CapacityBinding>> {
        self.bindings(ctx, &self.sites, size(ctx, first)?).await
    }

    /// What binds each rack: of the pools that have it, something in it or its whole site as a member, the one that runs
    /// out first.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity)")]
    async fn racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "USUAL", desc = "At most so many.")] first: i32,
    ) -> Result<Vec<CapacityBinding>> {
        self.bindings(ctx, &self.racks, size(ctx, first)?).await
    }

    /// How the order came about.
    async fn explain(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        Explanation {
            formula: "overdue before due before running out before not within the horizon before not computable; within \
                      each by the day to order by, then by the month in which the P90 of demand reaches supply, then by \
                      that of the P50, then by name"
                .to_owned(),
            inputs: vec![
                input("active pools", self.answer.forecasts.len().to_string()),
                input("as of", self.asked.as_of.0.to_string()),
                input("months", self.asked.months.to_string()),
            ],
            assumptions: self.asked.overlay.assumptions_for(&self.caller),
            excluded: vec!["pools that are retired".to_owned()],
            estimated: false,
        }
    }
}

/// How many pools are how urgent.
#[derive(Clone, Copy, Debug, async_graphql::SimpleObject)]
pub struct CapacityUrgencyCount {
    /// How urgent.
    urgency: CapacityUrgency,
    /// How many pools.
    pools: u32,
}

/// What binds a site or a rack.
pub struct CapacityBinding {
    place: ConfigurationItem,
    binding: Binding,
    forecast: Option<CapacityForecast>,
}

/// What binds a site or a rack.
#[Object]
impl CapacityBinding {
    /// The site or rack.
    async fn place(&self) -> &ConfigurationItem {
        &self.place
    }

    /// The pool that runs out first, with all that follows from it. Null where none of its pools can be told.
    async fn binding(&self) -> Option<CapacityForecast> {
        self.forecast.clone()
    }

    /// Of how many pools it is part.
    async fn pools(&self) -> usize {
        self.binding.count
    }

    /// Of how many of them nobody can tell whether they run out: one of these may bind sooner.
    async fn not_computable(&self) -> usize {
        self.binding.unknown
    }

    /// Why nothing is said to bind. Null where something is.
    async fn reason(&self) -> Option<String> {
        let none = self.binding.pool.is_none();
        none.then(|| format!("whether any of its {} pools runs out cannot be told", self.binding.count))
    }
}

/// Queries of the outlook.
#[derive(Default)]
pub struct PoolOutlookQuery;

/// Queries of the outlook.
#[Object]
impl PoolOutlookQuery {
    /// All active pools by how urgent they are, and what binds every site and rack: when do we run out, of what, where
    /// first, and order by when.
    #[graphql(complexity = "page_cost(Some(first), None, child_complexity).saturating_add(1_000)")]
    async fn capacity_outlook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pools. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(default = 36, desc = "How many months from that of `asOf` on, 1 to 120.")] months: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "The day it is asked on; today when left out.")] as_of: Option<Date>,
        #[graphql(
            default_with = "CapacityForecastMethod::Auto",
            desc = "How demand is carried on; chosen for each pool when left out."
        )]
        method: CapacityForecastMethod,
        #[graphql(default_with = "USUAL", desc = "At most so many of the most urgent.")] first: i32,
    ) -> Result<CapacityOutlook> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let caller = caller(ctx)?;
        let shown = size(ctx, first)?;
        let asked = Asked::of(ctx, (months, as_of), method, scenario).await?;
        let among = filter.unwrap_or_default().condition(caller)?;
        let outlook = outlooks::of(&reader, among, &asked.question()).await?;
        Ok(CapacityOutlook {
            answer: Answer::new(outlook.ranked, asked.clone()),
            asked,
            shown,
            sites: outlook.sites,
            racks: outlook.racks,
            caller: caller.clone(),
        })
    }
}
