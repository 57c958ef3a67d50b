//! The picture of a forecast: what was used, what demand may become, and what there is to meet it.

use chrono::NaiveDate;
use forecasting::{
    capacity::{exhaustion::Exhaustion, regression::Point},
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::forecasts::PoolForecast;
use crate::{
    error::Result,
    export::charts::{Event, Exhausted, Fan, FanPoint, fan},
};

/// Months before the day that are drawn at most.
const DRAWN: i32 = 36;

/// A forecast as the text of an SVG picture.
///
/// # Errors
/// `Internal` when it cannot be drawn.
pub fn svg(forecast: &PoolForecast, as_of: NaiveDate) -> Result<String> {
    let projection = &forecast.projection;
    let plain = |value: Decimal| millionths(value).normalize();
    let first = Month::of(as_of).plus(-DRAWN);
    let drawn = forecast.observed.iter().filter(|point| point.month >= first);
    let points = projection.demand().into_iter().map(|demand| FanPoint {
        month: demand.month,
        p10: Some(plain(demand.p10)),
        p50: plain(demand.p50),
        p90: plain(demand.p90),
    });
    let dates = [("P50", forecast.exhaustions.p50), ("P90", forecast.exhaustions.p90_demand)];
    let exhaustions = dates.iter().filter_map(|(name, exhaustion)| {
        Some(Exhausted { month: exhaustion.month()?, name: (*name).to_owned() })
    });
    let chart = Fan {
        title: format!("{}: when it runs out", forecast.pool.name),
        unit: forecast.pool.unit.to_value().to_lowercase().replace('_', " "),
        as_of,
        history: drawn.map(|point| (point.month, plain(point.value))).collect(),
        points: points.collect(),
        supply: steps(&projection.supply),
        events: events(forecast),
        exhaustions: exhaustions.collect(),
        notes: notes(forecast),
    };
    fan(&chart)
}

/// What there is, where it changes.
fn steps(supply: &[Point]) -> Vec<(Month, Decimal)> {
    let mut steps: Vec<(Month, Decimal)> = Vec::new();
    for point in supply {
        let value = millionths(point.value).normalize();
        if steps.last().is_none_or(|(_, last)| *last != value) {
            steps.push((point.month, value));
        }
    }
    steps
}

/// What happens to demand and to supply, without what was observed already.
fn events(forecast: &PoolForecast) -> Vec<Event> {
    let ahead = |on: NaiveDate| forecast.projection.last.is_none_or(|last| on > last.last_day());
    let steps = forecast.events.iter().filter(|event| ahead(event.happens_on)).map(|event| Event {
        month: Month::of(event.happens_on),
        name: event.name.clone(),
        quantity: Some(event.quantity.to_decimal()),
    });
    let of_racks = forecast.steps.iter().map(|step| Event {
        month: Month::of(step.on),
        name: step.name.clone(),
        quantity: Some(millionths(step.quantity).normalize()),
    });
    let held = forecast.reservations.iter().filter(|row| ahead(row.from_on)).map(|row| Event {
        month: Month::of(row.from_on),
        name: row.purpose.clone(),
        quantity: Some(row.quantity.to_decimal()),
    });
    let placed = forecast.holds.iter().filter(|hold| ahead(hold.from_on)).map(|hold| Event {
        month: Month::of(hold.from_on),
        name: hold.purpose.clone(),
        quantity: Some(hold.quantity.normalize()),
    });
    let changes = forecast.supplied.changes.iter().map(|change| Event {
        month: Month::of(change.on),
        name: format!("supply: {}", change.name),
        quantity: Some(millionths(change.quantity).normalize()),
    });
    steps.chain(of_racks).chain(held).chain(placed).chain(changes).collect()
}

/// Why there is no forecast, no supply or no day.
fn notes(forecast: &PoolForecast) -> Vec<String> {
    let mut notes: Vec<String> = forecast.reason.iter().cloned().collect();
    if let Some(reason) = forecast.supplied.reason.iter().find(|_| forecast.supplied.supply.is_none()) {
        notes.push(format!("what may be planned with is not known: {reason}"));
    } else if let Exhaustion::NotWithinHorizon(_) | Exhaustion::NotComputable { .. } =
        forecast.exhaustions.p90_demand
    {
        notes.push(format!("runs out: {}", forecast.exhaustions.p90_demand));
    }
    notes.extend(forecast.findings.iter().map(|finding| finding.message.clone()));
    notes
}
