//! How far published forecasts were from what came.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};
use entity::{
    capacity::{
        capacity_forecast::{self, ForecastMethod},
        capacity_forecast_point as point,
        capacity_pool::{self, CapacityUnit},
    },
    id::{CapacityForecastId, CapacityPoolId},
};
use forecasting::{
    capacity::scores::{Band, Score, Scored, by_band, score},
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use super::{
    days::{self, MOST_MONTHS},
    forecasts::MOST_POOLS,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Months of forecasts that one question may be about.
const MOST_POINTS: u64 = 200_000;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The first month that is scored.
    pub from: Month,
    /// The last one.
    pub to: Month,
    /// The day it is asked on: what was observed or published later does not count.
    pub as_of: NaiveDate,
}

/// Scores in all and by how far ahead was looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scores {
    /// In all.
    pub all: Score,
    /// By how far ahead, the nearest first.
    pub bands: Vec<(Band, Score)>,
}

/// The scores of a pool.
pub struct PoolScores {
    /// The pool.
    pub pool: capacity_pool::Model,
    /// Forecasts that have a month among those that are scored.
    pub forecasts: usize,
    /// How they did.
    pub scores: Scores,
    /// Why there is nothing to score.
    pub reason: Option<String>,
}

/// How far published forecasts were from what came.
pub struct Accuracies {
    /// By pool, in the order of names.
    pub pools: Vec<PoolScores>,
    /// Of all pools together.
    pub all: Scores,
    /// Why errors of all pools together are not given.
    pub reason: Option<String>,
}

/// A month of a forecast, as it is read.
struct Said {
    pool: CapacityPoolId,
    forecast: CapacityForecastId,
    point: point::Model,
}

/// How far the published forecasts of some pools were from what came: four statements, however many there are.
///
/// # Errors
/// `Invalid` for months out of order; `LimitExceeded` for too many months, pools or months of forecasts.
pub async fn of(db: &impl Read, among: Condition, question: Question) -> Result<Accuracies> {
    use capacity_pool::Column as C;
    require_period(question)?;
    let one_more = u64::try_from(MOST_POOLS).unwrap_or(u64::MAX).saturating_add(1);
    let query = capacity_pool::Entity::find().filter(among);
    let pools = query.order_by_asc(C::Name).limit(one_more).all(db).await?;
    if pools.len() > MOST_POOLS {
        let message = format!("more pools than the {MOST_POOLS} of one question: ask by site or resource");
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    let ids: Vec<CapacityPoolId> = pools.iter().map(|pool| pool.id).collect();
    let said = said(db, &ids, question).await?;
    let came = actuals(db, ids, question.from, question.to, question.as_of).await?;
    let mut scored: HashMap<CapacityPoolId, Vec<Scored>> = HashMap::new();
    let mut forecasts: HashMap<CapacityPoolId, BTreeMap<CapacityForecastId, ()>> = HashMap::new();
    for said in &said {
        forecasts.entry(said.pool).or_default().insert(said.forecast, ());
        let month = Month::of(said.point.month);
        if let Some(actual) = came.get(&(said.pool, month)) {
            scored.entry(said.pool).or_default().push(compared(&said.point, *actual));
        }
    }
    let each = pools.into_iter().map(|pool| {
        let own = scored.get(&pool.id).map_or(&[][..], Vec::as_slice);
        let forecasts = forecasts.get(&pool.id).map_or(0, BTreeMap::len);
        let reason = nothing(own.len(), forecasts, question);
        Ok(PoolScores { scores: scores(own)?, pool, forecasts, reason })
    });
    let pools = each.collect::<Result<Vec<_>>>()?;
    let all: Vec<Scored> = scored.into_values().flatten().collect();
    let reason = together(&pools, all.len(), question);
    Ok(Accuracies { all: without_sums(scores(&all)?, reason.is_some()), pools, reason })
}

fn require_period(question: Question) -> Result<()> {
    let months = question.to.since(question.from) + 1;
    if months < 1 {
        let message = format!("{} lies before from, {}", question.to, question.from);
        return Err(Error::invalid("period", message));
    }
    if months > i32::try_from(MOST_MONTHS).unwrap_or(i32::MAX) {
        let message = format!("{months} months are more than the {MOST_MONTHS} of one question");
        return Err(Error::TooMuch { field: "period".to_owned(), message });
    }
    Ok(())
}

/// The months of forecasts that were published by a day, of several for one pool, day and method those of the first: what
/// was said again knew more. A month that was over on the day of its forecast is not among them.
async fn said(db: &impl Read, pools: &[CapacityPoolId], question: Question) -> Result<Vec<Said>> {
    use capacity_forecast::Column as F;
    type Row = (CapacityForecastId, CapacityPoolId, NaiveDate, ForecastMethod);
    let own = capacity_forecast::Entity::find().select_only().columns([F::Id, F::PoolId, F::AsOf, F::Asked]);
    let published = Condition::all()
        .add(F::PoolId.is_in(pools.iter().copied()))
        .add(F::AsOf.lte(question.as_of))
        .add_option(
            question.as_of.succ_opt().map(|next| F::CreatedAt.lt(next.and_time(NaiveTime::MIN).and_utc())),
        )
        .add(F::AsOf.lt(question.to.last_day()));
    let rows: Vec<Row> = own
        .filter(published.clone())
        .order_by_asc(F::CreatedAt)
        .order_by_asc(F::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut first: HashMap<(CapacityPoolId, NaiveDate, ForecastMethod), CapacityForecastId> = HashMap::new();
    for (id, pool, as_of, asked) in rows {
        first.entry((pool, as_of, asked)).or_insert(id);
    }
    let made: HashMap<CapacityForecastId, (CapacityPoolId, NaiveDate)> =
        first.into_iter().map(|((pool, as_of, _), id)| (id, (pool, as_of))).collect();
    let within = point::Column::Month.between(question.from.first_day(), question.to.first_day());
    let query = point::Entity::find().join(JoinType::InnerJoin, point::Relation::Forecast.def());
    let points = query.filter(published).filter(within).limit(MOST_POINTS + 1).all(db).await?;
    if points.len() as u64 > MOST_POINTS {
        let message = format!("more than {MOST_POINTS} months of forecasts: ask for fewer pools or months");
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    let said = points.into_iter().filter_map(|point| {
        let (pool, as_of) = *made.get(&point.forecast_id)?;
        (Month::of(point.month).last_day() > as_of).then_some(Said {
            pool,
            forecast: point.forecast_id,
            point,
        })
    });
    Ok(said.collect())
}

/// What came in months that are over on a day and of which enough days were observed, by pool and month.
///
/// # Errors
/// Those of the database.
pub async fn actuals(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    from: Month,
    to: Month,
    as_of: NaiveDate,
) -> Result<HashMap<(CapacityPoolId, Month), Decimal>> {
    let earliest = to.plus(1 - i32::try_from(MOST_MONTHS).unwrap_or(i32::MAX));
    let from = from.max(earliest);
    let mut came = HashMap::new();
    if to < from || from.first_day() > as_of {
        return Ok(came);
    }
    let count = u32::try_from(to.since(from) + 1).unwrap_or_default();
    for (pool, days) in days::peaks(db, pools, from.first_day(), to.last_day()).await? {
        for figures in days::by_month(days, from, count, as_of)? {
            let complete = figures.monthly.filter(|monthly| monthly.complete && !figures.is_partial);
            if let Some(monthly) = complete {
                came.insert((pool, monthly.month), monthly.value);
            }
        }
    }
    Ok(came)
}

/// A month of a forecast with what came.
#[must_use]
pub fn compared(point: &point::Model, actual: Decimal) -> Scored {
    Scored {
        ahead: u32::try_from(point.ahead).unwrap_or_default(),
        p10: point.p10.to_decimal(),
        p50: point.p50.to_decimal(),
        p90: point.p90.to_decimal(),
        actual,
    }
}

fn scores(scored: &[Scored]) -> Result<Scores> {
    let all = score(scored).map_err(Error::internal)?;
    Ok(Scores { all, bands: by_band(scored).map_err(Error::internal)? })
}

/// Why there is nothing to score.
fn nothing(scored: usize, forecasts: usize, question: Question) -> Option<String> {
    let (from, to) = (question.from, question.to);
    match (scored, forecasts) {
        (1.., _) => None,
        (0, 0) => Some(format!("no published forecast looks ahead to a month from {from} to {to}")),
        (0, _) => Some(format!("no month from {from} to {to} that was forecast is complete yet")),
    }
}

/// Why errors of all pools together are not given.
fn together(pools: &[PoolScores], scored: usize, question: Question) -> Option<String> {
    let mut units: Vec<String> = Vec::new();
    for pool in pools.iter().filter(|pool| pool.scores.all.count > 0) {
        let unit = CapacityUnit::to_value(&pool.pool.unit);
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    if units.len() > 1 {
        units.sort_unstable();
        return Some(format!("quantities in {} do not add up", units.join(", ")));
    }
    nothing(scored, pools.iter().map(|pool| pool.forecasts).sum(), question)
}

/// Scores without what adds quantities of different units.
fn without_sums(mut scores: Scores, is_mixed: bool) -> Scores {
    if is_mixed {
        for score in scores.bands.iter_mut().map(|(_, score)| score).chain([&mut scores.all]) {
            (score.wape, score.bias) = (None, None);
        }
    }
    scores
}
