//! Parts of forecasts, as clients see them.

use async_graphql::{ID, SimpleObject};
use entity::capacity::capacity_event;
use forecasting::{
    capacity::{
        order::Pushed,
        projection::{Ahead, Demand, in_months},
        regression::Point,
    },
    month::Month as CalendarMonth,
    quantity::millionths,
};
use rust_decimal::{Decimal, prelude::FromPrimitive};

use super::forecast_words::{
    CapacityActionKind, CapacityExhaustion, CapacityExhaustions, CapacityForecastEventKind,
    CapacityForecastMethod,
};
use crate::{
    capacity::{actions::Actions, demands::Step, forecasts::PoolForecast, published},
    schema::scalar::{Date, Id, Month},
};

/// A quantity as people read it: to a millionth of the unit.
pub(super) fn shown(value: Decimal) -> Decimal {
    millionths(value).normalize()
}

/// A ratio as people read it: to a millionth.
fn ratio(value: Option<f64>) -> Option<Decimal> {
    value.and_then(Decimal::from_f64).map(|value| value.round_dp(6).normalize())
}

/// What is used carried on, before any event.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityCarriedOn {
    /// The method that was used.
    method: CapacityForecastMethod,
    /// Why this method, what it assumes, and what its intervals rest on.
    reason: String,
    /// How many observed months it was fitted to: gaps that were filled for it are none, and `warnings` counts them.
    trained_on: u32,
    /// The last complete month: events until its last day are history.
    observed_until: Month,
    /// The months after that one: those before the month of `asOf` bridge what was not observed.
    points: Vec<CapacityForecastPoint>,
    /// How far to trust it, from forecasts of what is known by now.
    accuracy: CapacityForecastAccuracy,
    /// What the months had that had to be allowed for, and what else to know; each is a sentence.
    warnings: Vec<String>,
}

/// What is used in a month to come, in the unit of the pool.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityForecastPoint {
    /// The month.
    month: Month,
    /// What one in ten values stays below.
    p10: Decimal,
    /// The forecast.
    p50: Decimal,
    /// What nine in ten values stay below: 80 % lie between P10 and this.
    p90: Decimal,
    /// Lower end of what holds 95 % of values.
    lo95: Decimal,
    /// Upper end of what holds 95 % of values.
    hi95: Decimal,
    /// Whether the month lies before that of `asOf`: it bridges what was not observed, and `demand` has no such month.
    is_bridged: bool,
}

impl CapacityForecastPoint {
    fn of(point: &Ahead, asked: CalendarMonth) -> Self {
        Self {
            month: Month(point.month),
            p10: shown(point.p10),
            p50: shown(point.p50),
            p90: shown(point.p90),
            lo95: shown(point.lo95),
            hi95: shown(point.hi95),
            is_bridged: point.month < asked,
        }
    }
}

/// How a method did on the pool's own past, from origins that lie back.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityForecastAccuracy {
    /// Mean absolute error over that of repeating the last year. Null where nothing could be compared.
    mase: Option<Decimal>,
    /// Errors beside those of a plain method, as forecasting competitions weigh them: below 1 is better. Null where nothing
    /// could be compared.
    owa: Option<Decimal>,
    /// Share of months that lay within their 80 % interval. Null where nothing could be compared.
    coverage80: Option<Decimal>,
    /// Months that were compared; 0 where there are too few.
    backtests: u32,
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl CapacityCarriedOn {
    /// What came of carrying on, asked about from a month on; nothing where nothing was observed.
    pub(super) fn of(forecast: &PoolForecast, asked: CalendarMonth) -> Option<Self> {
        let projection = &forecast.projection;
        let (method, first, last) = (projection.method?, projection.first?, projection.last?);
        let warnings = projection.warnings.iter().map(|warning| in_months(warning, first));
        Some(Self {
            method: published::kept(method).into(),
            reason: projection.reason.clone(),
            trained_on: count(projection.trained_on),
            observed_until: Month(last),
            points: projection.points.iter().map(|point| CapacityForecastPoint::of(point, asked)).collect(),
            accuracy: CapacityForecastAccuracy {
                mase: ratio(projection.accuracy.mase),
                owa: ratio(projection.accuracy.owa),
                coverage80: ratio(projection.accuracy.coverage80),
                backtests: count(projection.accuracy.backtests),
            },
            warnings: warnings.chain(projection.notes.iter().cloned()).collect(),
        })
    }
}

/// What was used in a month that is complete.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityObservedMonth {
    /// The month.
    month: Month,
    /// The 95th percentile of its daily peaks.
    p95: Decimal,
}

impl From<&Point> for CapacityObservedMonth {
    fn from(point: &Point) -> Self {
        Self { month: Month(point.month), p95: shown(point.value) }
    }
}

/// Demand in a month: what is used, with steps and reservations.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityDemandPoint {
    /// The month.
    month: Month,
    /// What one in ten values stays below.
    p10: Decimal,
    /// What it is below as likely as not.
    p50: Decimal,
    /// What nine in ten values stay below.
    p90: Decimal,
    /// What steps by how likely they are, and reservations, add to what is used.
    added: Decimal,
}

impl From<&Demand> for CapacityDemandPoint {
    fn from(demand: &Demand) -> Self {
        Self {
            month: Month(demand.month),
            p10: shown(demand.p10),
            p50: shown(demand.p50),
            p90: shown(demand.p90),
            added: shown(demand.added),
        }
    }
}

/// What may be planned with in a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacitySupplyPoint {
    /// The month.
    month: Month,
    /// The least on any day of it.
    quantity: Decimal,
}

impl From<&Point> for CapacitySupplyPoint {
    fn from(point: &Point) -> Self {
        Self { month: Month(point.month), quantity: shown(point.value) }
    }
}

/// Something that would push the day out, taken alone.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityAction {
    /// Of which kind.
    action: CapacityActionKind,
    /// What it is.
    name: String,
    /// How much it is, in the unit of the pool. Of an order, a refresh of what there is and a reservation that is given up
    /// it is told by what may be planned with, as `capacityPurchases` and reservations have it; of load that is moved, and
    /// of a refresh in racks, by what is used.
    quantity: Decimal,
    /// What it gives beside `demand` and `supply`, which tell what is there once: supply that is added, or demand that goes
    /// away. Less than `quantity` where what may be planned with is handed out more than once.
    quantity_once: Decimal,
    /// The first day it helps, if it is decided on `asOf`.
    available: Date,
    /// The first day it helps no more, as what it gives would have come by then without it. Null: for good.
    until: Option<Date>,
    /// The id of the pool that load is moved to. Null for other actions.
    target: Option<ID>,
    /// When the pool then runs out.
    exhaustion: CapacityExhaustions,
    /// When the P90 of demand reaches what there is from the first whole month on in which it helps: where it comes too late
    /// for the day on which the pool runs out, when the pool is short again.
    short_again: CapacityExhaustion,
    /// By how many months the P90 of demand is pushed out. Null where that is beyond the months that are looked at.
    months: Option<i32>,
    /// Whether it helps before the pool runs out.
    is_in_time: bool,
}

impl CapacityAction {
    pub(super) fn new(pushed: &Pushed, actions: &Actions, unsupplied: Option<&str>) -> Self {
        let candidate = &pushed.candidate;
        let target = actions.targets.get(&candidate.name).copied();
        Self {
            action: candidate.action.into(),
            name: candidate.name.clone(),
            quantity: shown(actions.quantity(candidate)),
            quantity_once: shown(candidate.quantity),
            available: Date(candidate.available),
            until: candidate.until.map(Date),
            target: target.map(|id| Id(id).into()),
            exhaustion: CapacityExhaustions {
                p50: CapacityExhaustion::of(pushed.p50, unsupplied),
                p90_demand: CapacityExhaustion::of(pushed.p90_demand, unsupplied),
            },
            short_again: CapacityExhaustion::of(pushed.p90_once_helping, unsupplied),
            months: pushed.months,
            is_in_time: pushed.in_time,
        }
    }
}

/// A step of demand, and whether it counts.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityForecastEvent {
    /// What happens.
    name: String,
    /// Where it is known from.
    kind: CapacityForecastEventKind,
    /// The id of what it is about, where that is one thing of the inventory.
    thing: Option<ID>,
    /// The day.
    happens_on: Date,
    /// By how much demand rises; below zero where it falls.
    quantity: Decimal,
    /// How likely it is.
    probability: Decimal,
    /// Whether it was left out, as what was observed has it already.
    is_history: bool,
}

impl CapacityForecastEvent {
    /// All of a pool, in the order of days.
    pub(super) fn all(forecast: &PoolForecast) -> Vec<Self> {
        let observed_until = forecast.projection.last;
        let recorded = forecast.events.iter().map(|event| Self::new(event, observed_until));
        let mut all: Vec<Self> = recorded.chain(forecast.steps.iter().map(Self::from)).collect();
        all.sort_by_key(|event| event.happens_on.0);
        all
    }

    fn new(event: &capacity_event::Model, observed_until: Option<CalendarMonth>) -> Self {
        Self {
            name: event.name.clone(),
            kind: CapacityForecastEventKind::Recorded,
            thing: None,
            happens_on: Date(event.happens_on),
            quantity: event.quantity.to_decimal(),
            probability: event.probability.to_decimal(),
            is_history: observed_until.is_some_and(|last| event.happens_on <= last.last_day()),
        }
    }
}

impl From<&Step> for CapacityForecastEvent {
    fn from(step: &Step) -> Self {
        Self {
            name: step.name.clone(),
            kind: step.kind.into(),
            thing: step.thing.map(|thing| thing.id().into()),
            happens_on: Date(step.on),
            quantity: shown(step.quantity),
            probability: Decimal::ONE,
            is_history: false,
        }
    }
}
