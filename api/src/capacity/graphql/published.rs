//! Forecasts that are kept, as clients see and publish them.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity,
        capacity_forecast::{self, Column as C, ExhaustionCode, ForecastMethod, OrderStatus},
        capacity_forecast_point as point,
    },
    id::{CapacityForecastId, CapacityPoolId},
};
use forecasting::month::Month as CalendarMonth;
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    forecast_words::{CapacityExhaustionCode, CapacityForecastMethod, CapacityOrderStatus},
    pools::CapacityPool,
};
use crate::{
    access::{Caller, Permission},
    capacity::{
        accuracies,
        days::require_months,
        published::{self, Publication},
    },
    error::Result,
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change, read},
        scalar::{Date, Id, Moment, Month},
    },
};

/// What was said of a pool on a day. It never changes.
#[derive(Clone)]
pub struct PublishedCapacityForecast(Record<capacity_forecast::Entity>);

impl From<Record<capacity_forecast::Entity>> for PublishedCapacityForecast {
    fn from(record: Record<capacity_forecast::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for PublishedCapacityForecast {
    type Entity = capacity_forecast::Entity;
    type Id = CapacityForecastId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_forecast::Column = C::Id;

    fn columns(field: &str) -> &'static [capacity_forecast::Column] {
        match field {
            "publishedAt" => &[C::CreatedAt],
            "publishedBy" => &[C::PublishedBy],
            "pool" => &[C::PoolId],
            "asOf" => &[C::AsOf],
            "months" => &[C::Months],
            "method" => &[C::Asked],
            "used" => &[C::Used],
            "reason" => &[C::Reason],
            "trainedOn" => &[C::TrainedOn],
            "observedUntil" => &[C::ObservedUntil],
            "exhaustion" => &[C::P50Code, C::P50Month, C::P90Code, C::P90Month],
            "orderBy" => &[C::OrderStatus, C::OrderBy],
            "inputsHash" => &[C::InputsHash],
            "points" => &[C::PoolId, C::AsOf, C::Months],
            _ => &[],
        }
    }
}

/// When demand was said to reach what may be planned with.
#[derive(Clone, Debug, SimpleObject)]
pub struct PublishedCapacityExhaustion {
    /// What became of the question by the P50 of demand.
    p50_code: CapacityExhaustionCode,
    /// The month. Null where there was none.
    p50_month: Option<Month>,
    /// What became of the question by the P90 of demand.
    p90_demand_code: CapacityExhaustionCode,
    /// The month. Null where there was none.
    p90_demand_month: Option<Month>,
}

/// By when it was said to order.
#[derive(Clone, Debug, SimpleObject)]
pub struct PublishedCapacityOrderBy {
    /// What became of the question.
    status: CapacityOrderStatus,
    /// The day. Null where there was none.
    date: Option<Date>,
}

/// A month of a published forecast, in the unit of the pool, with what came.
#[derive(Clone, Debug, SimpleObject)]
pub struct PublishedCapacityPoint {
    /// The month.
    month: Month,
    /// How many months after the last observed one it is.
    ahead: i32,
    /// What one in ten values was to stay below: demand with its steps and reservations.
    p10: Decimal,
    /// What demand was to be below as likely as not.
    p50: Decimal,
    /// What nine in ten values were to stay below.
    p90: Decimal,
    /// What there was to plan with. Null where it was not known.
    supply: Option<Decimal>,
    /// What came: the 95th percentile of daily peaks. Null until the month is over, and where it has too few days with an
    /// observation.
    actual: Option<Decimal>,
    /// Whether what came lies between P10 and P90. Null where nothing came yet.
    is_within: Option<bool>,
}

impl PublishedCapacityPoint {
    fn new(point: &point::Model, actual: Option<Decimal>) -> Self {
        let compared = actual.map(|actual| accuracies::compared(point, actual));
        Self {
            month: Month(CalendarMonth::of(point.month)),
            ahead: point.ahead,
            p10: point.p10.to_decimal(),
            p50: point.p50.to_decimal(),
            p90: point.p90.to_decimal(),
            supply: point.supply.map(Quantity::to_decimal),
            actual: actual.map(super::forecast_parts::shown),
            is_within: compared.map(|month| month.is_within()),
        }
    }
}

/// Each month may be a row.
fn points_cost(row: usize) -> usize {
    row.saturating_mul(36).saturating_add(1)
}

/// What was said of a pool on a day. It never changes.
#[Object]
impl PublishedCapacityForecast {
    /// The id of the forecast.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityForecastId>(self.0.get(C::Id)?).into())
    }

    /// When it was published.
    async fn published_at(&self) -> Result<Moment> {
        self.0.get(C::CreatedAt)
    }

    /// Who published it.
    async fn published_by(&self) -> Result<String> {
        self.0.get(C::PublishedBy)
    }

    /// The pool.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Option<CapacityPool>> {
        self.0.one(ctx, C::PoolId).await
    }

    /// The day from which the future was seen.
    async fn as_of(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(C::AsOf)?))
    }

    /// How many months were looked at, that of the day among them.
    async fn months(&self) -> Result<i32> {
        self.0.get(C::Months)
    }

    /// The method that was asked for.
    async fn method(&self) -> Result<CapacityForecastMethod> {
        Ok(self.0.get::<ForecastMethod>(C::Asked)?.into())
    }

    /// The method that was used.
    async fn used(&self) -> Result<CapacityForecastMethod> {
        Ok(self.0.get::<ForecastMethod>(C::Used)?.into())
    }

    /// Why this method, and what it assumes.
    async fn reason(&self) -> Result<String> {
        self.0.get(C::Reason)
    }

    /// How many observed months it was fitted to: gaps that were filled for it are none.
    async fn trained_on(&self) -> Result<i32> {
        self.0.get(C::TrainedOn)
    }

    /// The last of them.
    async fn observed_until(&self) -> Result<Month> {
        Ok(Month(CalendarMonth::of(self.0.get::<NaiveDate>(C::ObservedUntil)?)))
    }

    /// When demand was said to reach what may be planned with.
    async fn exhaustion(&self) -> Result<PublishedCapacityExhaustion> {
        let month = |column| {
            let day: Option<NaiveDate> = self.0.get(column)?;
            Ok::<_, crate::error::Error>(day.map(|day| Month(CalendarMonth::of(day))))
        };
        Ok(PublishedCapacityExhaustion {
            p50_code: self.0.get::<ExhaustionCode>(C::P50Code)?.into(),
            p50_month: month(C::P50Month)?,
            p90_demand_code: self.0.get::<ExhaustionCode>(C::P90Code)?.into(),
            p90_demand_month: month(C::P90Month)?,
        })
    }

    /// By when it was said to order.
    async fn order_by(&self) -> Result<PublishedCapacityOrderBy> {
        Ok(PublishedCapacityOrderBy {
            status: self.0.get::<OrderStatus>(C::OrderStatus)?.into(),
            date: self.0.get::<Option<NaiveDate>>(C::OrderBy)?.map(Date),
        })
    }

    /// SHA-256 of all that it follows from: equal inputs of a pool and a day are published once.
    async fn inputs_hash(&self) -> Result<String> {
        self.0.get(C::InputsHash)
    }

    /// The months of it, with what came.
    #[graphql(complexity = "points_cost(child_complexity)")]
    async fn points(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was observed later does not count; today when left out.")] as_of: Option<Date>,
    ) -> Result<Vec<PublishedCapacityPoint>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let day = as_of.map_or(caller(ctx)?.now.date_naive(), |day| day.0);
        let load = async || {
            let points = published::points(&reader, self.0.column_of_siblings(C::Id)?).await?;
            let months = points.values().flatten().map(|point| CalendarMonth::of(point.month));
            let (Some(from), Some(to)) = (months.clone().min(), months.max()) else {
                return Ok((points, HashMap::new()));
            };
            let pools: Vec<CapacityPoolId> = self.0.column_of_siblings(C::PoolId)?;
            let to = to.min(CalendarMonth::of(day));
            let came = accuracies::actuals(&reader, pools, from, to, day).await?;
            Ok((points, came))
        };
        let found = self.0.shared(format!("points {day}"), load).await?;
        let (points, came) = &*found;
        let pool: CapacityPoolId = self.0.get(C::PoolId)?;
        let id: CapacityForecastId = self.0.get(C::Id)?;
        let each = points.get(&id).into_iter().flatten().map(|point| {
            let actual = came.get(&(pool, CalendarMonth::of(point.month))).copied();
            PublishedCapacityPoint::new(point, actual)
        });
        Ok(each.collect())
    }
}

/// Which published forecasts. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PublishedCapacityForecastFilter {
    /// All of these as well.
    pub and: Option<Vec<PublishedCapacityForecastFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<PublishedCapacityForecastFilter>>,
    /// And not this.
    pub not: Option<Box<PublishedCapacityForecastFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityForecastId>>,
    /// By the id of the pool.
    pub pool: Option<IdFilter<CapacityPoolId>>,
    /// By the day from which the future was seen.
    pub as_of: Option<DateFilter>,
    /// By the method that was asked for.
    pub method: Option<EnumFilter<CapacityForecastMethod>>,
}

impl Filter for PublishedCapacityForecastFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.pool.as_ref().map(|test| test.on(C::PoolId)))
            .add_option(self.as_of.as_ref().map(|test| test.on(C::AsOf)).transpose()?)
            .add_option(self.method.as_ref().map(|test| test.on::<ForecastMethod>(C::Asked))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order published forecasts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PublishedCapacityForecastOrderField {
    /// By the day from which the future was seen.
    AsOf,
    /// By the moment it was published.
    PublishedAt,
}

impl Sortable for PublishedCapacityForecastOrderField {
    type Noun = PublishedCapacityForecast;

    fn column(self) -> capacity_forecast::Column {
        match self {
            Self::AsOf => C::AsOf,
            Self::PublishedAt => C::CreatedAt,
        }
    }
}

/// Queries of published forecasts.
#[derive(Default)]
pub struct PublishedForecastQuery;

/// Queries of published forecasts.
#[Object]
impl PublishedForecastQuery {
    /// One published forecast by its id.
    async fn published_capacity_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityForecastId>,
    ) -> Result<Option<PublishedCapacityForecast>> {
        by_id(ctx, id).await
    }

    /// The published forecasts.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_forecasts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<PublishedCapacityForecastFilter>,
        #[graphql(desc = "In which order. Left out: as they were published.")] order_by: Option<
            Vec<Order<PublishedCapacityForecastOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PublishedCapacityForecast>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of published forecasts.
#[derive(Default)]
pub struct PublishedForecastMutation;

/// Changes of published forecasts.
#[Object]
impl PublishedForecastMutation {
    /// Keeps what `capacityForecast` says of pools without a scenario, so that it can be held against what comes. From the
    /// same inputs on the same day it is published once; the answer is then the one that is there.
    async fn publish_capacity_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of the pools, at most 200.")] pools: Vec<Id<CapacityPoolId>>,
        #[graphql(default = 36, desc = "How many months from that of `asOf` on, 1 to 120.")] months: i32,
        #[graphql(desc = "The day from which the future is seen, not after today; today when left out.")]
        as_of: Option<Date>,
        #[graphql(
            default_with = "CapacityForecastMethod::Auto",
            desc = "How demand is carried on; chosen for each pool when left out."
        )]
        method: CapacityForecastMethod,
    ) -> Result<Vec<PublishedCapacityForecast>> {
        let as_of = as_of.map_or(caller(ctx)?.now.date_naive(), |day| day.0);
        let asked = Publication { as_of, months: require_months(months)?, method: method.into() };
        let ids: Vec<CapacityPoolId> = pools.into_iter().map(|id| id.0).collect();
        let made =
            change(ctx, Permission::EditInventory, async |tx| published::publish(tx, &ids, asked).await);
        Ok(Record::all_whole(made.await?).into_iter().map(PublishedCapacityForecast::from).collect())
    }
}
