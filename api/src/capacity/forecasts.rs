//! When pools run out, and by when to order: what was observed of them carried on, with what is known to come.
//!
//! What is read does not depend on how many pools there are; what is reckoned grows with them in proportion.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    capacity::{Quantity, capacity_day, capacity_event, capacity_pool, capacity_reservation},
    id::CapacityPoolId,
};
use forecasting::{
    capacity::{
        events::{Events, Reservation, Step},
        exhaustion::{Exhaustion, Exhaustions, Fan},
        order::{LeadTime, OrderBy, order_by},
        projection::{self, Projection, in_months},
        regression::Point,
    },
    forecast::{Method, Warning},
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    assumed::{self, Assumed},
    days::{self, MonthFigures},
    pool_holds::{self, PoolHold},
    rack_holds::Period,
    supplies::{self, Supplied},
};
use crate::{
    error::{Error, Result},
    scenarios::Overlay,
    store::Read,
};

/// Pools that one question may be about.
pub const MOST_POOLS: usize = 2_000;

/// Months of history that are read: ten years.
const HISTORY: i32 = 120;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day it is asked on: nothing that was observed later counts.
    pub as_of: NaiveDate,
    /// How many months after that of `as_of` are looked at, 1 to 120.
    pub months: u32,
    /// What is laid over what is recorded.
    pub overlay: &'a Overlay,
    /// How demand is carried on.
    pub method: Method,
}

/// What is odd about what was observed of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// What was used began anew, as a counter does.
    CounterReset,
    /// More was used than there is.
    UsedAboveCapacity,
}

/// What is odd about a pool, with the figures in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Oddity,
    /// The values and the rule.
    pub message: String,
}

/// When a pool runs out, and what that follows from.
#[derive(Clone, Debug)]
pub struct PoolForecast {
    /// The pool.
    pub pool: capacity_pool::Model,
    /// What stands for each complete month that counts.
    pub observed: Vec<Point>,
    /// Demand carried on.
    pub projection: Projection,
    /// Demand with its events; none where nothing was observed.
    pub fan: Option<Fan>,
    /// Why there is no fan.
    pub reason: Option<String>,
    /// What may be planned with.
    pub supplied: Supplied,
    /// When demand reaches supply.
    pub exhaustions: Exhaustions,
    /// The days of a purchase; none where those of its delivery are not recorded.
    pub lead: Option<LeadTime>,
    /// By when to order, or why that is not known.
    pub order_by: Result<OrderBy, String>,
    /// The events of the pool, in the order of their days.
    pub events: Vec<capacity_event::Model>,
    /// Its reservations that have not ended.
    pub reservations: Vec<capacity_reservation::Model>,
    /// What placements that have not ended hold of it.
    pub holds: Vec<PoolHold>,
    /// What is odd about it.
    pub findings: Vec<Finding>,
    /// What is taken for granted, in sentences.
    pub assumptions: Vec<String>,
}

/// What was read for some pools.
struct Known {
    days: HashMap<CapacityPoolId, Vec<capacity_day::Model>>,
    events: HashMap<CapacityPoolId, Vec<capacity_event::Model>>,
    reservations: HashMap<CapacityPoolId, Vec<capacity_reservation::Model>>,
    holds: HashMap<CapacityPoolId, Vec<PoolHold>>,
    supplied: HashMap<CapacityPoolId, Supplied>,
    /// As it is without the scenario, where there is one.
    as_recorded: Option<HashMap<CapacityPoolId, Supplied>>,
    assumed: HashMap<CapacityPoolId, Assumed>,
}

/// When pools run out, in their order.
///
/// # Errors
/// `LimitExceeded` for too many pools; `Invalid` for a number of months out of range.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    question: &Question<'_>,
) -> Result<Vec<PoolForecast>> {
    if pools.len() > MOST_POOLS {
        let message = format!("{} pools are more than the {MOST_POOLS} of one question", pools.len());
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let mut read = Known::of(db, pools, question).await?;
    tokio::task::block_in_place(|| pools.iter().map(|pool| read.forecast(pool, question)).collect())
}

impl Known {
    async fn of(db: &impl Read, pools: &[capacity_pool::Model], question: &Question<'_>) -> Result<Self> {
        use capacity_event::Column as E;
        use capacity_reservation::Column as R;
        let ids: Vec<CapacityPoolId> = pools.iter().map(|pool| pool.id).collect();
        let days = days::of(db, ids.clone(), first(question.as_of).first_day(), question.as_of).await?;
        let mut events: HashMap<_, Vec<_>> = HashMap::new();
        let own = capacity_event::Entity::find().filter(E::PoolId.is_in(ids.clone()));
        for event in own.order_by_asc(E::HappensOn).order_by_asc(E::Id).all(db).await? {
            events.entry(event.pool_id).or_default().push(event);
        }
        let mut reservations: HashMap<_, Vec<_>> = HashMap::new();
        let lasting = Condition::any().add(R::ToOn.is_null()).add(R::ToOn.gte(question.as_of));
        let own = capacity_reservation::Entity::find().filter(R::PoolId.is_in(ids.clone())).filter(lasting);
        for row in own.order_by_asc(R::FromOn).order_by_asc(R::Id).all(db).await? {
            reservations.entry(row.pool_id).or_default().push(row);
        }
        let holds = pool_holds::of(db, ids, Period { from: question.as_of, until: None }).await?;
        let last = Month::of(question.as_of).plus(i32::try_from(question.months).unwrap_or(i32::MAX));
        let asked = supplies::Question { as_of: question.as_of, overlay: question.overlay, last };
        let supplied = supplies::of(db, pools, &asked).await?;
        let as_recorded = if question.overlay.is_empty() {
            None
        } else {
            let recorded = Overlay::none();
            Some(supplies::of(db, pools, &supplies::Question { overlay: &recorded, ..asked }).await?)
        };
        let assumed = assumed::of(db, pools, question.overlay).await?;
        Ok(Self { days, events, reservations, holds, supplied, as_recorded, assumed })
    }

    fn forecast(&mut self, pool: &capacity_pool::Model, question: &Question<'_>) -> Result<PoolForecast> {
        let days = self.days.remove(&pool.id).unwrap_or_default();
        let events = self.events.remove(&pool.id).unwrap_or_default();
        let reservations = self.reservations.remove(&pool.id).unwrap_or_default();
        let holds = self.holds.remove(&pool.id).unwrap_or_default();
        let assumed = self.assumed.remove(&pool.id).unwrap_or_default();
        let assumptions = self.assumptions(pool, question.overlay, &assumed);
        let supplied = self.supplied.remove(&pool.id).unwrap_or_default();
        let count = u32::try_from(HISTORY + 1).unwrap_or_default();
        let taken = supplied.assumptions.clone();
        let months = days::by_month(&days, first(question.as_of), count, question.as_of)?;
        let fit_from = pool.fit_from.map(first_whole);
        let observed: Vec<Point> = complete(&months);
        let asked = projection::Question {
            points: observed.clone(),
            fit_from,
            method: question.method,
            growth: assumed.growth,
            events: known(&events, &reservations, &holds)?,
            supply: supplied.supply.clone(),
            until: assumed.until,
            as_of: question.as_of,
            months: question.months,
        };
        let projection = asked.answer().map_err(|cause| refused(pool, &cause))?;
        let lead = lead(pool);
        let mut findings = resets(&projection);
        findings.extend(above(&supplied, &months));
        Ok(PoolForecast {
            observed: observed
                .into_iter()
                .filter(|it| fit_from.is_none_or(|from| it.month >= from))
                .collect(),
            fan: projection.fan.clone(),
            reason: projection.fan.is_none().then(|| projection.reason.clone()),
            exhaustions: projection.exhaustions,
            order_by: due(projection.exhaustions.p90_demand, lead, question.as_of)?,
            projection,
            supplied,
            lead,
            events,
            reservations,
            holds,
            findings,
            assumptions: assumptions.into_iter().chain(taken).chain(lead_assumption(pool)).collect(),
            pool: pool.clone(),
        })
    }

    fn assumptions(&self, pool: &capacity_pool::Model, overlay: &Overlay, assumed: &Assumed) -> Vec<String> {
        let mut said = overlay.assumptions();
        said.extend(assumed.said.iter().cloned());
        let supply = |from: &HashMap<CapacityPoolId, Supplied>| {
            from.get(&pool.id).and_then(|supplied| supplied.supply.clone())
        };
        let is_same = self.as_recorded.as_ref().is_none_or(|it| supply(it) == supply(&self.supplied));
        if let Some(scenario) = overlay.scenario().filter(|_| is_same && !assumed.touches()) {
            said.push(format!(
                "scenario {} touches neither demand nor supply of {}",
                scenario.name, pool.name
            ));
        }
        said
    }
}

/// The first month whose observations are read.
fn first(as_of: NaiveDate) -> Month {
    Month::of(as_of).plus(-HISTORY)
}

/// The first whole month from a day on.
fn first_whole(day: NaiveDate) -> Month {
    let month = Month::of(day);
    if month.first_day() == day { month } else { month.next() }
}

/// Months that are over and of which enough days have an observation.
fn complete(months: &[MonthFigures]) -> Vec<Point> {
    let over = months.iter().filter(|figures| !figures.is_partial);
    let peaks = over.filter_map(|figures| figures.monthly.as_ref()).filter(|monthly| monthly.complete);
    peaks.map(|monthly| Point { month: monthly.month, value: monthly.value }).collect()
}

fn known(
    events: &[capacity_event::Model],
    reservations: &[capacity_reservation::Model],
    holds: &[PoolHold],
) -> Result<Events> {
    let steps = events.iter().map(|event| Step {
        name: event.name.clone(),
        on: event.happens_on,
        quantity: event.quantity.to_decimal(),
        probability: Some(event.probability.to_decimal()),
    });
    let held = reservations.iter().map(|row| Reservation {
        name: row.purpose.clone(),
        from: row.from_on,
        to: row.to_on,
        quantity: row.quantity.to_decimal(),
    });
    let placed = holds.iter().map(|hold| Reservation {
        name: hold.purpose.clone(),
        from: hold.from_on,
        to: hold.to_on,
        quantity: hold.quantity,
    });
    Events::new(steps.collect(), held.chain(placed).collect()).map_err(Error::internal)
}

fn refused(pool: &capacity_pool::Model, cause: &forecasting::ForecastError) -> Error {
    Error::invalid("pool", format!("{} cannot be forecast: {cause}", pool.name))
}

/// The days of a purchase. Steps that nobody stated take none.
fn lead(pool: &capacity_pool::Model) -> Option<LeadTime> {
    let days = |days: Option<i32>| u32::try_from(days.unwrap_or_default()).unwrap_or_default();
    pool.lead_days.map(|lead| LeadTime {
        lead_days: days(Some(lead)),
        install_days: days(pool.install_days),
        approval_days: days(pool.approval_days),
        buffer_days: days(pool.buffer_days),
    })
}

fn lead_assumption(pool: &capacity_pool::Model) -> Option<String> {
    let steps =
        [("installation", pool.install_days), ("approval", pool.approval_days), ("buffer", pool.buffer_days)];
    let unstated: Vec<&str> =
        steps.iter().filter(|(_, days)| days.is_none()).map(|(name, _)| *name).collect();
    if pool.lead_days.is_none() || unstated.is_empty() {
        return None;
    }
    Some(format!("no days of {} are recorded, so a purchase takes none for it", unstated.join(", ")))
}

fn due(exhaustion: Exhaustion, lead: Option<LeadTime>, as_of: NaiveDate) -> Result<Result<OrderBy, String>> {
    match lead {
        None if exhaustion.month().is_some() => {
            Ok(Err("the days from an order to its delivery are not recorded".to_owned()))
        }
        lead => {
            let due = order_by(exhaustion, lead.unwrap_or_default(), as_of);
            Ok(Ok(due.map_err(|cause| Error::invalid("pool", cause))?))
        }
    }
}

fn resets(projection: &Projection) -> Vec<Finding> {
    let Some(first) = projection.first else { return Vec::new() };
    let resets = projection.warnings.iter().filter(|warning| matches!(warning, Warning::Reset { .. }));
    let finding = |warning| Finding { code: Oddity::CounterReset, message: in_months(warning, first) };
    resets.map(finding).collect()
}

/// The months in which more was used than there is, the last by name.
fn above(supplied: &Supplied, months: &[MonthFigures]) -> Option<Finding> {
    let known = [("usable", &supplied.layers.usable), ("raw", &supplied.layers.raw)];
    let (layer, most) = known.into_iter().find_map(|(name, layer)| Some((name, layer.quantity?)))?;
    let peak = |figures: &MonthFigures| figures.peak.map(Quantity::to_decimal).filter(|peak| *peak > most);
    let above: Vec<(Month, Decimal)> =
        months.iter().filter_map(|figures| Some((figures.month, peak(figures)?))).collect();
    let (month, peak) = above.last()?;
    let so = if above.len() > 1 { format!("; so it was in {} months", above.len()) } else { String::new() };
    let message = format!("{peak} was used in {month}, more than {layer}, {most}{so}");
    Some(Finding { code: Oddity::UsedAboveCapacity, message })
}
