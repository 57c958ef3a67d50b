//! When a pool runs out, by when to order, and what that follows from.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::{
    capacity::{capacity_forecast::ForecastMethod, capacity_pool},
    id::{CapacityPoolId, ScenarioId},
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use tokio::sync::OnceCell;

use super::{
    figures::CapacityFinding,
    forecast_parts::{
        CapacityAction, CapacityCarriedOn, CapacityDemandPoint, CapacityForecastEvent, CapacityObservedMonth,
        CapacitySupplyPoint,
    },
    forecast_words::{
        CapacityChartFormat, CapacityExhaustion, CapacityExhaustions, CapacityForecastMethod,
        CapacityOrderBy, CapacityUrgency,
    },
    pools::CapacityPool,
    supply::CapacitySupplyChange,
};
use crate::{
    access::{Caller, Permission},
    capacity::{
        actions::{self, Actions},
        days::require_months,
        forecast_charts,
        forecasts::{self, PoolForecast},
        pools, published,
    },
    error::{Error, Result},
    rules::require_plausible,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        record::Record,
        request::{caller, read},
        scalar::{Date, Id},
    },
};

/// What one question was, and what came of it for all its pools.
pub(super) struct Answer {
    pub(super) forecasts: Vec<PoolForecast>,
    asked: Asked,
    actions: OnceCell<Vec<Actions>>,
}

/// What is asked of forecasts.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) as_of: Date,
    pub(super) months: u32,
    pub(super) method: ForecastMethod,
    pub(super) overlay: Arc<Overlay>,
}

impl Asked {
    /// What a client asks for, with today and the next three years where it leaves that open.
    ///
    /// # Errors
    /// `Invalid` for months below 1 and a day that nobody means, `LimitExceeded` for more than 120 months, `NotFound` for
    /// a scenario that is not there.
    pub(super) async fn of(
        ctx: &Context<'_>,
        (months, as_of): (i32, Option<Date>),
        method: CapacityForecastMethod,
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Self> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let as_of = as_of.unwrap_or(Date(caller(ctx)?.now.date_naive()));
        require_plausible("asOf", Some(as_of.0))?;
        let months = require_months(months)?;
        let overlay = Overlay::load_without_prices(&reader, scenario.map(|id| id.0)).await?;
        Ok(Self { as_of, months, method: method.into(), overlay })
    }

    pub(super) fn question(&self) -> forecasts::Question<'_> {
        forecasts::Question {
            as_of: self.as_of.0,
            // The month of the day is the first.
            months: self.months.saturating_sub(1),
            overlay: &self.overlay,
            method: published::method(self.method),
        }
    }
}

impl Answer {
    pub(super) fn new(forecasts: Vec<PoolForecast>, asked: Asked) -> Arc<Self> {
        Arc::new(Self { forecasts, asked, actions: OnceCell::new() })
    }

    /// Some of the forecasts, by their places. What is read of their pools is read of these together, and of no other.
    pub(super) fn shown(self: &Arc<Self>, places: impl IntoIterator<Item = usize>) -> Vec<CapacityForecast> {
        let places = places.into_iter();
        let known: Vec<(usize, &PoolForecast)> =
            places.filter_map(|place| Some((place, self.forecasts.get(place)?))).collect();
        let pools = Record::all_whole(known.iter().map(|(_, forecast)| forecast.pool.clone()).collect());
        let each = known.iter().zip(pools);
        each.map(|((index, _), pool)| CapacityForecast { answer: Arc::clone(self), index: *index, pool })
            .collect()
    }

    /// The scenario, for those who may see scenarios.
    pub(super) fn scenario(&self, caller: &Caller) -> Option<Scenario> {
        let shown = self.asked.overlay.scenario().filter(|_| caller.may(Permission::ViewTotals));
        shown.and_then(scenarios::of)
    }
}

/// When a pool runs out, by when to order, and what that follows from.
#[derive(Clone)]
pub struct CapacityForecast {
    answer: Arc<Answer>,
    index: usize,
    pool: Record<capacity_pool::Entity>,
}

impl CapacityForecast {
    /// The place of the pool in the answer.
    pub(super) fn place(&self) -> usize {
        self.index
    }

    pub(super) fn own(&self) -> Result<&PoolForecast> {
        let own = self.answer.forecasts.get(self.index);
        own.ok_or_else(|| Error::internal("a forecast that is not there"))
    }

    /// The first month that is asked about.
    fn first(&self) -> Month {
        Month::of(self.answer.asked.as_of.0)
    }

    fn unsupplied(&self) -> Result<Option<&str>> {
        let supplied = &self.own()?.supplied;
        Ok(supplied.reason.as_deref().filter(|_| supplied.supply.is_none()))
    }

    /// What could be done about all pools of the answer: found out once.
    async fn actions_of_all(&self, ctx: &Context<'_>) -> Result<&Actions> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || actions::of(&reader, &self.answer.forecasts, &self.answer.asked.question()).await;
        let all = self.answer.actions.get_or_try_init(load).await?;
        all.get(self.index).ok_or_else(|| Error::internal("actions of no pool"))
    }
}

/// When a pool runs out, by when to order, and what that follows from. What is not known is null with a reason, never 0
/// and never a day far away.
#[Object]
impl CapacityForecast {
    /// The pool.
    async fn pool(&self) -> CapacityPool {
        self.pool.clone().into()
    }

    /// The day it was asked on: nothing that was observed later counts.
    async fn as_of(&self) -> Date {
        self.answer.asked.as_of
    }

    /// How many months were looked at, that of `asOf` among them.
    async fn months(&self) -> u32 {
        self.answer.asked.months
    }

    /// The scenario that is laid over what is recorded. Null for the baseline, and where the caller may not see
    /// scenarios.
    async fn scenario(&self, ctx: &Context<'_>) -> Result<Option<Scenario>> {
        Ok(self.answer.scenario(caller(ctx)?))
    }

    /// What is used carried on, before any event. Null where nothing was observed; `explain` and `exhaustion` say why.
    async fn forecast(&self) -> Result<Option<CapacityCarriedOn>> {
        Ok(CapacityCarriedOn::of(self.own()?, self.first()))
    }

    /// What stands for each month that is complete and counts: the 95th percentile of its daily peaks. Other months are
    /// gaps and left out.
    async fn observed(&self) -> Result<Vec<CapacityObservedMonth>> {
        Ok(self.own()?.observed.iter().map(CapacityObservedMonth::from).collect())
    }

    /// Demand month by month, from that of `asOf` on: what is used, with steps and reservations.
    async fn demand(&self) -> Result<Vec<CapacityDemandPoint>> {
        let demand = self.own()?.projection.demand();
        let asked = demand.iter().filter(|point| point.month >= self.first());
        Ok(asked.map(CapacityDemandPoint::from).collect())
    }

    /// What may be planned with, month by month, from that of `asOf` on: the least on any day of it. Empty where it is not
    /// known.
    async fn supply(&self) -> Result<Vec<CapacitySupplyPoint>> {
        let supply = self.own()?.projection.supply.iter();
        let asked = supply.filter(|point| point.month >= self.first());
        Ok(asked.map(CapacitySupplyPoint::from).collect())
    }

    /// Why it is not known what may be planned with. Null where it is.
    async fn supply_reason(&self) -> Result<Option<String>> {
        Ok(self.unsupplied()?.map(str::to_owned))
    }

    /// What changes what may be planned with, in the order of days.
    async fn supply_changes(&self) -> Result<Vec<CapacitySupplyChange>> {
        Ok(self.own()?.supplied.changes.iter().map(CapacitySupplyChange::from).collect())
    }

    /// When demand reaches what may be planned with.
    async fn exhaustion(&self) -> Result<CapacityExhaustions> {
        let (own, unsupplied) = (self.own()?.exhaustions, self.unsupplied()?);
        Ok(CapacityExhaustions {
            p50: CapacityExhaustion::of(own.p50, unsupplied),
            p90_demand: CapacityExhaustion::of(own.p90_demand, unsupplied),
        })
    }

    /// By when to order.
    async fn order_by(&self) -> Result<CapacityOrderBy> {
        Ok(CapacityOrderBy::of(&self.own()?.order_by, self.unsupplied()?))
    }

    /// How urgent it is.
    async fn urgency(&self) -> Result<CapacityUrgency> {
        Ok(self.own()?.urgency().into())
    }

    /// What would push the day out, each alone, the best first: what pushes the P90 of demand furthest, then its P50, then
    /// what keeps it from being short again. What comes too late for the day and ends the shortage is there too. Empty for a
    /// pool that does not run out.
    async fn actions(&self, ctx: &Context<'_>) -> Result<Vec<CapacityAction>> {
        let actions = self.actions_of_all(ctx).await?;
        let unsupplied = self.unsupplied()?;
        let each = actions.pushed.iter().map(|pushed| CapacityAction::new(pushed, actions, unsupplied));
        Ok(each.collect())
    }

    /// What was thought of and does not help, or cannot be told; each is a sentence.
    async fn actions_left_out(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.actions_of_all(ctx).await?.left_out.clone())
    }

    /// Steps of demand in the order of days: those on record for the pool, with those that were left out as history, and of
    /// pools of height, power, cooling and ports what comes into their racks, leaves them or is replaced in them.
    async fn events(&self) -> Result<Vec<CapacityForecastEvent>> {
        Ok(CapacityForecastEvent::all(self.own()?))
    }

    /// What is odd about it: a counter that began anew, more used than there is, what would change it and is not known.
    async fn findings(&self) -> Result<Vec<CapacityFinding>> {
        let own = self.own()?;
        let supply = own.supplied.findings.iter().map(|message| CapacityFinding::of_supply(message));
        let demand = own.unknown.iter().map(|message| CapacityFinding::of_demand(message));
        Ok(own.findings.iter().map(CapacityFinding::from).chain(supply).chain(demand).collect())
    }

    /// The picture of it: what was used, demand with its interval, what may be planned with, and what happens.
    async fn chart(
        &self,
        #[graphql(default_with = "CapacityChartFormat::Svg", desc = "What it is drawn as.")]
        format: CapacityChartFormat,
    ) -> Result<String> {
        let own = self.own()?;
        match format {
            CapacityChartFormat::Svg => {
                let as_of = self.answer.asked.as_of.0;
                tokio::task::block_in_place(|| forecast_charts::svg(own, as_of))
            }
        }
    }

    /// How the figures came about.
    async fn explain(&self) -> Result<Explanation> {
        let own = self.own()?;
        let mut explanation = Explanation::from(own.projection.explanation.clone());
        explanation.assumptions.extend(own.assumptions.iter().cloned());
        let history = own.projection.history.iter();
        Ok(explanation.without(history.map(|name| format!("{name}: what was observed has it already"))))
    }

    /// The steps of a purchase added up, in days: delivery, installation, approval and buffer. Null where the days of
    /// delivery are not recorded.
    async fn lead_days(&self) -> Result<Option<Decimal>> {
        Ok(self.own()?.lead.map(|lead| Decimal::from(lead.days())))
    }
}

/// Queries of forecasts.
#[derive(Default)]
pub struct ForecastQuery;

/// Queries of forecasts.
#[Object]
impl ForecastQuery {
    /// When a pool runs out, by when to order, and what that follows from.
    #[graphql(complexity = "500 + child_complexity")]
    async fn capacity_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(default = 36, desc = "How many months from that of `asOf` on, 1 to 120.")] months: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "The day it is asked on; today when left out.")] as_of: Option<Date>,
        #[graphql(
            default_with = "CapacityForecastMethod::Auto",
            desc = "How demand is carried on; chosen for the pool when left out."
        )]
        method: CapacityForecastMethod,
    ) -> Result<CapacityForecast> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let asked = Asked::of(ctx, (months, as_of), method, scenario).await?;
        let pool = pools::find(&reader, pool.0).await?;
        let found = forecasts::of(&reader, &[pool], &asked.question()).await?;
        let shown = Answer::new(found, asked).shown([0]);
        shown.into_iter().next().ok_or_else(|| Error::internal("a forecast of no pool"))
    }
}
