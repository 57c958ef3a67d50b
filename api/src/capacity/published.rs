//! Forecasts that are kept: what was said of a pool on a day, never changed afterwards.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity,
        capacity_forecast::{self, ExhaustionCode, ForecastMethod, OrderStatus},
        capacity_forecast_point as point, capacity_pool,
    },
    id::{CapacityForecastId, CapacityPoolId},
};
use forecasting::{
    capacity::{
        exhaustion::Exhaustion,
        order::{LeadTime, OrderBy},
    },
    forecast::Method,
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::forecasts::{self, PoolForecast, Question};
use crate::{
    error::{Error, Result},
    rules::{require_not_ahead, require_plausible},
    scenarios::Overlay,
    store::{Read, Tx, hex},
};

/// Pools that one request may publish forecasts of.
const MOST: usize = 200;

/// How forecasts are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// How many months are looked at, that of the day among them.
    pub months: u32,
    /// How demand is carried on.
    pub method: ForecastMethod,
}

/// Publishes the forecasts of some pools, in their order, without any scenario. What was published already of the same
/// day and from the same inputs is answered again.
///
/// # Errors
/// `LimitExceeded` for too many pools; `NotFound` for one that is not there; `Invalid` for none, a day that has not come,
/// and by name for a pool that is retired or of which nothing was observed.
pub async fn publish(
    tx: &Tx,
    ids: &[CapacityPoolId],
    asked: Publication,
) -> Result<Vec<capacity_forecast::Model>> {
    require_plausible("asOf", Some(asked.as_of))?;
    require_not_ahead("asOf", Some(asked.as_of), tx.caller().now.date_naive())?;
    let pools = pools(tx, ids).await?;
    let overlay = Overlay::none();
    let question = Question {
        as_of: asked.as_of,
        months: asked.months.saturating_sub(1),
        overlay: &overlay,
        method: method(asked.method),
    };
    let forecasts = forecasts::of(tx, &pools, &question).await?;
    let mut known = of_day(tx, ids, asked.as_of).await?;
    let mut published = Vec::with_capacity(forecasts.len());
    let mut points = Vec::new();
    for (index, forecast) in forecasts.iter().enumerate() {
        if let Some(reason) = &forecast.reason {
            let message = format!("{} cannot be forecast: {reason}", forecast.pool.name);
            return Err(Error::invalid(format!("pools[{index}]"), message));
        }
        let hash = hash(forecast, asked);
        if let Some(row) = known.remove(&(forecast.pool.id, hash.clone())) {
            published.push(row);
            continue;
        }
        let row = tx.insert(row(tx, forecast, asked, hash)?).await?;
        points.extend(rows(forecast, row.id)?);
        published.push(row);
    }
    tx.insert_many(points, "months of published forecasts").await?;
    Ok(published)
}

async fn pools(tx: &Tx, ids: &[CapacityPoolId]) -> Result<Vec<capacity_pool::Model>> {
    if ids.is_empty() {
        return Err(Error::invalid("pools", "names no pool"));
    }
    if ids.len() > MOST {
        let message = format!("{} pools are more than the {MOST} of one request", ids.len());
        return Err(Error::TooMuch { field: "pools".to_owned(), message });
    }
    let distinct: BTreeSet<CapacityPoolId> = ids.iter().copied().collect();
    if distinct.len() < ids.len() {
        return Err(Error::invalid("pools", "names a pool twice"));
    }
    let rows =
        capacity_pool::Entity::find().filter(capacity_pool::Column::Id.is_in(distinct)).all(tx).await?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let found = ids.iter().enumerate().map(|(index, id)| {
        let pool = rows.remove(id).ok_or_else(|| Error::not_found("capacity pool", *id))?;
        if pool.is_active {
            return Ok(pool);
        }
        Err(Error::invalid(format!("pools[{index}]"), format!("{} is retired", pool.name)))
    });
    found.collect()
}

/// What was published of some pools for a day, by pool and hash.
async fn of_day(
    tx: &Tx,
    ids: &[CapacityPoolId],
    as_of: NaiveDate,
) -> Result<HashMap<(CapacityPoolId, String), capacity_forecast::Model>> {
    use capacity_forecast::Column as C;
    let own = capacity_forecast::Entity::find().filter(C::PoolId.is_in(ids.iter().copied()));
    let rows = own.filter(C::AsOf.eq(as_of)).all(tx).await?;
    Ok(rows.into_iter().map(|row| ((row.pool_id, row.inputs_hash.clone()), row)).collect())
}

/// The months of some kept forecasts, in their order.
///
/// # Errors
/// Those of the database.
pub async fn points(
    db: &impl Read,
    ids: Vec<CapacityForecastId>,
) -> Result<HashMap<CapacityForecastId, Vec<point::Model>>> {
    let rows = point::Entity::find().filter(point::Column::ForecastId.is_in(ids));
    let mut points: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.order_by_asc(point::Column::Month).all(db).await? {
        points.entry(row.forecast_id).or_default().push(row);
    }
    Ok(points)
}

/// SHA-256 of all that a forecast follows from, in one spelling.
#[must_use]
pub fn hash(forecast: &PoolForecast, asked: Publication) -> String {
    let plain = |value: Decimal| value.normalize().to_string();
    let steps = forecast.events.iter().map(|event| {
        json!([event.happens_on, event.name, plain(event.quantity.to_decimal()), event.probability])
    });
    let of_racks =
        forecast.steps.iter().map(|step| json!([step.on, step.name, plain(step.quantity), "inventory"]));
    let held = forecast
        .reservations
        .iter()
        .map(|row| json!([row.from_on, row.to_on, row.purpose, plain(row.quantity.to_decimal())]));
    let placed = forecast
        .holds
        .iter()
        .map(|hold| json!([hold.from_on, hold.to_on, hold.purpose, plain(hold.quantity)]));
    let months = |points: &[forecasting::capacity::regression::Point]| {
        let each = points.iter().map(|point| json!([point.month.to_string(), plain(point.value)]));
        each.collect::<Vec<_>>()
    };
    let said = json!({
        "pool": forecast.pool.id,
        "unit": forecast.pool.unit,
        "asOf": asked.as_of,
        "months": asked.months,
        "method": asked.method,
        "observed": months(&forecast.observed),
        "events": steps.chain(of_racks).collect::<Vec<_>>(),
        "reservations": held.chain(placed).collect::<Vec<_>>(),
        "supply": months(&forecast.projection.supply),
        "leadDays": forecast.lead.map(LeadTime::days),
    });
    hex(&Sha256::digest(said.to_string()))
}

fn row(
    tx: &Tx,
    forecast: &PoolForecast,
    asked: Publication,
    hash: String,
) -> Result<capacity_forecast::ActiveModel> {
    let projection = &forecast.projection;
    let used = projection.method.ok_or_else(|| Error::internal("a forecast by no method"))?;
    let last = projection.last.ok_or_else(|| Error::internal("a forecast of nothing"))?;
    let (p50, p90) = (forecast.exhaustions.p50, forecast.exhaustions.p90_demand);
    let (order_status, order_by) = order(&forecast.order_by);
    let count = |count: usize| i32::try_from(count).map_err(Error::internal);
    Ok(capacity_forecast::ActiveModel {
        id: Set(tx.new_id()),
        pool_id: Set(forecast.pool.id),
        as_of: Set(asked.as_of),
        months: Set(i32::try_from(asked.months).map_err(Error::internal)?),
        asked: Set(asked.method),
        used: Set(kept(used)),
        reason: Set(projection.reason.clone()),
        trained_on: Set(count(projection.trained_on)?),
        observed_until: Set(last.first_day()),
        p50_code: Set(code(p50)),
        p50_month: Set(p50.month().map(Month::first_day)),
        p90_code: Set(code(p90)),
        p90_month: Set(p90.month().map(Month::first_day)),
        order_status: Set(order_status),
        order_by: Set(order_by),
        inputs_hash: Set(hash),
        published_by: Set(tx.caller().name.clone()),
        ..Default::default()
    })
}

fn rows(forecast: &PoolForecast, id: CapacityForecastId) -> Result<Vec<point::ActiveModel>> {
    let projection = &forecast.projection;
    let Some(last) = projection.last else { return Ok(Vec::new()) };
    let supply: HashMap<Month, Decimal> =
        projection.supply.iter().map(|point| (point.month, point.value)).collect();
    let quantity = |value: Decimal| {
        Quantity::try_from_decimal(millionths(value)).map_err(|cause| beyond(forecast, &cause))
    };
    let rows = projection.demand().into_iter().map(|demand| {
        Ok(point::ActiveModel {
            forecast_id: Set(id),
            month: Set(demand.month.first_day()),
            ahead: Set(demand.month.since(last)),
            p10: Set(quantity(demand.p10)?),
            p50: Set(quantity(demand.p50)?),
            p90: Set(quantity(demand.p90)?),
            supply: Set(supply.get(&demand.month).map(|supply| quantity(*supply)).transpose()?),
        })
    });
    rows.collect()
}

fn beyond(forecast: &PoolForecast, cause: &impl std::fmt::Display) -> Error {
    Error::invalid(
        "pools",
        format!("the forecast of {} is too large to be kept: {cause}", forecast.pool.name),
    )
}

fn order(order_by: &Result<OrderBy, String>) -> (OrderStatus, Option<NaiveDate>) {
    match order_by {
        Err(_) | Ok(OrderBy::None { reason: Exhaustion::NotComputable { .. } }) => {
            (OrderStatus::NotComputable, None)
        }
        Ok(OrderBy::Due(date)) => (OrderStatus::Due, Some(*date)),
        Ok(OrderBy::Overdue { date, .. }) => (OrderStatus::Overdue, Some(*date)),
        Ok(OrderBy::None { .. }) => (OrderStatus::None, None),
    }
}

fn code(exhaustion: Exhaustion) -> ExhaustionCode {
    match exhaustion {
        Exhaustion::Reached(_) => ExhaustionCode::Dated,
        Exhaustion::AlreadyReached(_) => ExhaustionCode::AlreadyPassed,
        Exhaustion::NotWithinHorizon(_) => ExhaustionCode::NotWithinHorizon,
        Exhaustion::NotComputable { .. } => ExhaustionCode::NotComputable,
    }
}

/// The method behind a word.
#[must_use]
pub fn method(word: ForecastMethod) -> Method {
    match word {
        ForecastMethod::Auto => Method::Auto,
        ForecastMethod::Combination => Method::Combination,
        ForecastMethod::Theta => Method::Theta,
        ForecastMethod::DampedTrend => Method::DampedTrend,
        ForecastMethod::Arima => Method::Arima,
        ForecastMethod::SeasonalArima => Method::SeasonalArima,
        ForecastMethod::Intermittent => Method::Intermittent,
        ForecastMethod::StraightLine => Method::StraightLine,
        ForecastMethod::OrdinaryLeastSquares => Method::OrdinaryLeastSquares,
        ForecastMethod::Naive => Method::Naive,
        ForecastMethod::SeasonalNaive => Method::SeasonalNaive,
        ForecastMethod::Naive2 => Method::Naive2,
    }
}

/// The word for a method.
#[must_use]
pub fn kept(method: Method) -> ForecastMethod {
    match method {
        Method::Auto => ForecastMethod::Auto,
        Method::Combination => ForecastMethod::Combination,
        Method::Theta => ForecastMethod::Theta,
        Method::DampedTrend => ForecastMethod::DampedTrend,
        Method::Arima => ForecastMethod::Arima,
        Method::SeasonalArima => ForecastMethod::SeasonalArima,
        Method::Intermittent => ForecastMethod::Intermittent,
        Method::StraightLine => ForecastMethod::StraightLine,
        Method::OrdinaryLeastSquares => ForecastMethod::OrdinaryLeastSquares,
        Method::Naive => ForecastMethod::Naive,
        Method::SeasonalNaive => ForecastMethod::SeasonalNaive,
        Method::Naive2 => ForecastMethod::Naive2,
    }
}
