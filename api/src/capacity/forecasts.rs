//! When pools run out, and by when to order: what was observed of them carried on, with what is known to come.
//!
//! What is read does not depend on how many pools there are; what is reckoned grows with them in proportion.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_event, capacity_pool, capacity_reservation},
    id::CapacityPoolId,
};
use forecasting::{
    capacity::{
        events::{Events, Reservation, Step},
        exhaustion::{Exhaustion, Exhaustions, Fan},
        order::{LeadTime, OrderBy, order_by},
        projection::{self, Projection},
        regression::{Point, Reason},
    },
    forecast::Method,
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    assumed::{self, Assumed},
    contents::{self, Since},
    days::{self, MonthFigures},
    demands::{self, Demanded},
    oddities::{Finding, above, resets, zeros},
    pool_holds::{self, PoolHold},
    rack_holds::Period,
    supplies::{self, Recorded, Supplied},
};
use crate::{
    access::{Caller, Permission},
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
    /// How many months after that of `as_of` are looked at beside it, up to 120.
    pub months: u32,
    /// What is laid over what is recorded.
    pub overlay: &'a Overlay,
    /// How demand is carried on.
    pub method: Method,
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
    /// What may be planned with before anything is handed out more than once: what is used is held against that.
    pub supplied: Supplied,
    /// The part of what may be planned with that this is, and so the part of what is promised that counts as demand.
    pub share: Decimal,
    /// When demand reaches supply.
    pub exhaustions: Exhaustions,
    /// The days of a purchase; none where those of its delivery are not recorded.
    pub lead: Option<LeadTime>,
    /// By when to order, or why that is not known.
    pub order_by: Result<OrderBy, String>,
    /// The events of the pool, in the order of their days.
    pub events: Vec<capacity_event::Model>,
    /// What comes into its racks, leaves them or is replaced in them, in the order of days.
    pub steps: Vec<demands::Step>,
    /// Its reservations that have not ended.
    pub reservations: Vec<capacity_reservation::Model>,
    /// What placements that have not ended hold of it.
    pub holds: Vec<PoolHold>,
    /// What is odd about it.
    pub findings: Vec<Finding>,
    /// What would change demand and is not known, in sentences.
    pub unknown: Vec<String>,
    /// What is taken for granted, in sentences.
    pub assumptions: Vec<String>,
}

/// What was read for some pools.
struct Known {
    months: HashMap<CapacityPoolId, Vec<MonthFigures>>,
    /// Days without any use between days with it.
    zeros: HashMap<CapacityPoolId, Finding>,
    /// How many months ago pools were observed last of which no month is read.
    ages: HashMap<CapacityPoolId, i32>,
    events: HashMap<CapacityPoolId, Vec<capacity_event::Model>>,
    reservations: HashMap<CapacityPoolId, Vec<capacity_reservation::Model>>,
    holds: HashMap<CapacityPoolId, Vec<PoolHold>>,
    recorded: Recorded,
    supplied: HashMap<CapacityPoolId, Supplied>,
    /// As it is without the scenario, where there is one.
    as_recorded: Option<(Recorded, HashMap<CapacityPoolId, Supplied>)>,
    assumed: HashMap<CapacityPoolId, Assumed>,
    scenario: Shown,
}

/// What is said of a scenario to whoever asks; nothing of the baseline.
struct Shown {
    /// Whether they may see what it assumes.
    is_shown: bool,
    /// What it is called for them.
    called: Option<String>,
    /// What it assumes, as far as they may see that.
    said: Vec<String>,
}

impl Shown {
    fn of(overlay: &Overlay, caller: &Caller) -> Self {
        let is_shown = caller.may(Permission::ViewTotals);
        let called =
            |name: &str| if is_shown { format!("scenario {name}") } else { "the scenario".to_owned() };
        let called = overlay.scenario().map(|scenario| called(&scenario.name));
        Self { is_shown, called, said: overlay.assumptions_for(caller) }
    }
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
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    Ok(asked(db, pools, question, true).await?.0)
}

/// The forecasts with what they follow from; `ends` says whether demand is looked at with what is assumed of it, and only
/// until sites are left.
pub(super) async fn asked(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    question: &Question<'_>,
    ends: bool,
) -> Result<(Vec<PoolForecast>, Recorded)> {
    if pools.len() > MOST_POOLS {
        let message = format!("{} pools are more than the {MOST_POOLS} of one question", pools.len());
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    let mut read = Known::of(db, pools, question, ends).await?;
    let forecasts = tokio::task::block_in_place(|| {
        pools.iter().map(|pool| read.forecast(pool, question)).collect::<Result<_>>()
    })?;
    Ok((forecasts, read.recorded))
}

impl Known {
    async fn of(
        db: &impl Read,
        pools: &[capacity_pool::Model],
        question: &Question<'_>,
        ends: bool,
    ) -> Result<Self> {
        use capacity_event::Column as E;
        use capacity_reservation::Column as R;
        let ids: Vec<CapacityPoolId> = pools.iter().map(|pool| pool.id).collect();
        let days = days::peaks(db, ids.clone(), first(question.as_of).first_day(), question.as_of).await?;
        let zeros = days.iter().filter_map(|(pool, days)| Some((*pool, zeros(days)?))).collect();
        let ages = ages(db, &ids, &days, question.as_of).await?;
        let months = tokio::task::block_in_place(|| months_of(days, question.as_of))?;
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
        let asked = question.of_supplies(question.overlay);
        let since = Some(Since {
            in_racks: earliest(pools, &months).unwrap_or(question.as_of),
            equipment: first_observed(pools, &months),
        });
        let recorded = Recorded::read(db, pools, &asked, since).await?;
        let supplied = recorded.supplied_once(pools, &asked);
        let as_recorded = if question.overlay.is_empty() {
            None
        } else {
            let none = Overlay::none();
            let asked = question.of_supplies(&none);
            let recorded = recorded.under(&asked, None)?;
            let supplied = recorded.supplied_once(pools, &asked);
            Some((recorded, supplied))
        };
        let assumed = match ends {
            true => assumed::of(db, pools, question.overlay, &recorded.leaving(question.as_of)).await?,
            false => HashMap::new(),
        };
        let scenario = Shown::of(question.overlay, db.caller());
        Ok(Self {
            months,
            zeros,
            ages,
            events,
            reservations,
            holds,
            recorded,
            supplied,
            as_recorded,
            assumed,
            scenario,
        })
    }

    fn forecast(&mut self, pool: &capacity_pool::Model, question: &Question<'_>) -> Result<PoolForecast> {
        let months = self.months.remove(&pool.id).unwrap_or_default();
        let events = self.events.remove(&pool.id).unwrap_or_default();
        let reservations = self.reservations.remove(&pool.id).unwrap_or_default();
        let holds = self.holds.remove(&pool.id).unwrap_or_default();
        let assumed = self.assumed.remove(&pool.id).unwrap_or_default();
        let fit_from = pool.fit_from.map(first_whole);
        let observed: Vec<Point> = counting(pool, &months).collect();
        let until = observed.last().map(|point| point.month.last_day());
        let demanded = self.recorded.demanded(pool, &question.of_supplies(question.overlay), until);
        let assumptions = self.assumptions(pool, (question, until), &demanded, &assumed);
        let supplied = self.supplied.remove(&pool.id).unwrap_or_default();
        let taken = supplied.assumptions.clone();
        let share = supplied.layers.share_once();
        let asked = projection::Question {
            points: observed.clone(),
            fit_from,
            method: question.method,
            growth: assumed.growth,
            events: known(&events, &demanded.steps, (&reservations, &holds), share)?,
            supply: supplied.through.clone(),
            until: assumed.until,
            as_of: question.as_of,
            months: question.months,
        };
        let mut projection = match self.ages.get(&pool.id) {
            Some(months) => Projection::nothing(Reason::Stale { months: *months }),
            None => asked.answer().map_err(|cause| refused(pool, &cause))?,
        };
        if !self.scenario.is_shown {
            let rates: Vec<String> = asked.growth.iter().map(projection::grows).collect();
            projection.explanation.assumptions.retain(|said| !rates.contains(said));
        }
        let lead = lead(pool);
        let mut findings = resets(&projection);
        findings.extend(self.zeros.remove(&pool.id));
        findings.extend(above(pool, &supplied, &months, question.as_of));
        Ok(PoolForecast {
            observed,
            fan: projection.fan.clone(),
            reason: projection.fan.is_none().then(|| projection.reason.clone()),
            exhaustions: projection.exhaustions,
            order_by: due(projection.exhaustions.p90_demand, lead, question.as_of)?,
            projection,
            supplied,
            share,
            lead,
            events,
            steps: demanded.steps,
            reservations,
            holds,
            findings,
            unknown: demanded.findings,
            assumptions: assumptions
                .into_iter()
                .chain(taken)
                .chain(once_assumption(share))
                .chain(lead_assumption(pool))
                .collect(),
            pool: pool.clone(),
        })
    }

    fn assumptions(
        &self,
        pool: &capacity_pool::Model,
        (question, until): (&Question<'_>, Option<NaiveDate>),
        demanded: &Demanded,
        assumed: &Assumed,
    ) -> Vec<String> {
        let mut said = self.scenario.said.clone();
        said.extend(assumed.said.iter().cloned());
        let supply = |from: &HashMap<CapacityPoolId, Supplied>| {
            from.get(&pool.id).and_then(|supplied| supplied.supply.clone())
        };
        let none = Overlay::none();
        let is_same = self.as_recorded.as_ref().is_none_or(|(recorded, supplied)| {
            let demanded_without = recorded.demanded(pool, &question.of_supplies(&none), until);
            supply(supplied) == supply(&self.supplied) && demanded_without.steps == demanded.steps
        });
        if let Some(scenario) = self.scenario.called.as_ref().filter(|_| is_same && !assumed.touches()) {
            said.push(format!("{scenario} touches neither demand nor supply of {}", pool.name));
        }
        if !demanded.steps.is_empty() {
            said.extend(demands::assumption(pool.resource).map(str::to_owned));
        }
        said
    }
}

impl Question<'_> {
    /// What is asked of supply, with something laid over what is recorded.
    fn of_supplies<'b>(&self, overlay: &'b Overlay) -> supplies::Question<'b> {
        let last = Month::of(self.as_of).plus(i32::try_from(self.months).unwrap_or(i32::MAX));
        supplies::Question { as_of: self.as_of, overlay, last }
    }
}

/// What was observed of pools comes to by month.
fn months_of(
    days: HashMap<CapacityPoolId, Vec<days::Peak>>,
    as_of: NaiveDate,
) -> Result<HashMap<CapacityPoolId, Vec<MonthFigures>>> {
    let count = u32::try_from(HISTORY + 1).unwrap_or_default();
    let each =
        days.into_iter().map(|(pool, days)| Ok((pool, days::by_month(days, first(as_of), count, as_of)?)));
    each.collect()
}

/// How many months ago those of some pools were observed last that have no day among those that are read: nothing is read
/// where each has one.
async fn ages(
    db: &impl Read,
    ids: &[CapacityPoolId],
    days: &HashMap<CapacityPoolId, Vec<days::Peak>>,
    as_of: NaiveDate,
) -> Result<HashMap<CapacityPoolId, i32>> {
    let unseen: Vec<CapacityPoolId> = ids.iter().filter(|id| !days.contains_key(id)).copied().collect();
    if unseen.is_empty() {
        return Ok(HashMap::new());
    }
    let last = days::last(db, unseen, as_of).await?;
    let age = |day: NaiveDate| Month::of(as_of).since(Month::of(day));
    Ok(last.into_iter().map(|(pool, row)| (pool, age(row.day))).collect())
}

/// Complete months of a pool that count.
fn counting(pool: &capacity_pool::Model, months: &[MonthFigures]) -> impl Iterator<Item = Point> {
    let from = pool.fit_from.map(first_whole);
    complete(months).into_iter().filter(move |point| from.is_none_or(|from| point.month >= from))
}

/// The first of the days until which pools of racks were observed.
fn earliest(
    pools: &[capacity_pool::Model],
    months: &HashMap<CapacityPoolId, Vec<MonthFigures>>,
) -> Option<NaiveDate> {
    let of_racks = pools.iter().filter(|pool| contents::is_taken_in_racks(pool.resource));
    let last = of_racks.filter_map(|pool| counting(pool, months.get(&pool.id)?).last());
    last.map(|point| point.month.last_day()).min()
}

/// The first day of the first month that was observed of pools of equipment: what there was before does not matter.
fn first_observed(
    pools: &[capacity_pool::Model],
    months: &HashMap<CapacityPoolId, Vec<MonthFigures>>,
) -> Option<NaiveDate> {
    let of_equipment = pools.iter().filter(|pool| contents::is_of_equipment(pool.resource));
    let first = of_equipment.filter_map(|pool| counting(pool, months.get(&pool.id)?).next());
    first.map(|point| point.month.first_day()).min()
}

/// The first month whose observations are read.
fn first(as_of: NaiveDate) -> Month {
    Month::of(as_of).plus(-HISTORY)
}

/// The first whole month from a day on.
pub(super) fn first_whole(day: NaiveDate) -> Month {
    let month = Month::of(day);
    if month.first_day() == day { month } else { month.next() }
}

/// Months that are over and of which enough days have an observation.
fn complete(months: &[MonthFigures]) -> Vec<Point> {
    let over = months.iter().filter(|figures| !figures.is_partial);
    let peaks = over.filter_map(|figures| figures.monthly.as_ref()).filter(|monthly| monthly.complete);
    peaks.map(|monthly| Point { month: monthly.month, value: millionths(monthly.value) }).collect()
}

pub(super) fn known(
    events: &[capacity_event::Model],
    of_racks: &[demands::Step],
    (reservations, holds): (&[capacity_reservation::Model], &[PoolHold]),
    share: Decimal,
) -> Result<Events> {
    let steps = events.iter().map(|event| Step {
        name: event.name.clone(),
        on: event.happens_on,
        quantity: event.quantity.to_decimal(),
        probability: Some(event.probability.to_decimal()),
    });
    let of_racks = of_racks.iter().map(|step| Step {
        name: step.name.clone(),
        on: step.on,
        quantity: step.quantity,
        probability: None,
    });
    let held = reservations.iter().map(|row| Reservation {
        name: row.purpose.clone(),
        from: row.from_on,
        to: row.to_on,
        quantity: part(row.quantity.to_decimal(), share),
    });
    let placed = holds.iter().map(|hold| Reservation {
        name: hold.purpose.clone(),
        from: hold.from_on,
        to: hold.to_on,
        quantity: part(hold.quantity, share),
    });
    Events::new(steps.chain(of_racks).collect(), held.chain(placed).collect()).map_err(Error::internal)
}

/// What a quantity that is promised comes to as demand: what is handed out more than once is there in part.
pub(super) fn part(quantity: Decimal, share: Decimal) -> Decimal {
    if share >= Decimal::ONE { quantity } else { forecasting::quantity::part(quantity, share).normalize() }
}

pub(super) fn once_assumption(share: Decimal) -> Option<String> {
    let share = (share < Decimal::ONE).then(|| millionths(share).normalize())?;
    Some(format!(
        "what is used cannot be handed out more than once: demand is held against {share} of what may be planned with, \
         and of what is reserved {share} counts as demand"
    ))
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

pub(super) fn due(
    exhaustion: Exhaustion,
    lead: Option<LeadTime>,
    as_of: NaiveDate,
) -> Result<Result<OrderBy, String>> {
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
