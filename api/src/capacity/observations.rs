//! Observations: record what was used, each instant once.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use entity::{
    capacity::{
        Quantity, capacity_day, capacity_observation,
        capacity_pool::{self, CapacityUnit},
    },
    id::CapacityPoolId,
};
use forecasting::capacity::observations::{Finding, Kind, Observation, Series};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};

use super::{pools, units};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    store::{Read, Tx},
};

/// Observations that one request may record.
pub const MOST: usize = 10_000;

/// The first year in which something may have been observed.
const FIRST_YEAR: i32 = 2000;

/// What was used at an instant, in whatever unit it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// When.
    pub at: DateTime<Utc>,
    /// How much.
    pub value: Decimal,
}

/// What came of recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Observations that were new.
    pub recorded: usize,
    /// Observations that were there already, with the same value.
    pub repeated: usize,
}

/// An observation that is left out while the rest is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When; none where that is no instant.
    pub at: Option<DateTime<Utc>>,
    /// The values and the rule.
    pub message: String,
}

/// What came of recording those that are good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// What came of these.
    pub outcome: Outcome,
    /// The others.
    pub refused: Vec<Refused>,
    /// What is odd about those that are good, in sentences.
    pub findings: Vec<String>,
}

/// Records those observations of a pool that are good, and says why the others are not. Of two values of one instant
/// that differ neither is taken, and what is there already stays.
///
/// # Errors
/// `NotFound` for a pool that is not there; `Invalid` for one that is retired and a unit that cannot be turned into that
/// of the pool.
pub async fn record_good(
    tx: &Tx,
    pool: CapacityPoolId,
    unit: CapacityUnit,
    given: &[Given],
) -> Result<(capacity_pool::Model, Sifted)> {
    let pool = pools::held(tx, pool).await?;
    units::require_convertible(unit, pool.unit)?;
    let mut sifted = Sifted::default();
    let mut values = BTreeMap::new();
    let mut observations = Vec::with_capacity(given.len());
    for given in given {
        match kept("", given, unit, &pool, tx.caller().now) {
            Ok((at, value)) => {
                values.insert(at.naive_utc(), (at, value));
                observations.push(Observation { at: at.naive_utc(), value: value.to_decimal() });
            }
            Err(Error::Invalid { message, .. }) => {
                sifted.refused.push(Refused { at: Some(given.at), message });
            }
            Err(other) => return Err(other),
        }
    }
    let accepted = Series::accept(observations, Kind::Gauge, None).map_err(Error::internal)?;
    let of = |refused: &forecasting::capacity::observations::Refused| Refused {
        at: Some(refused.at.and_utc()),
        message: refused.to_string(),
    };
    sifted.refused.extend(accepted.refused.iter().map(of));
    for finding in accepted.series.findings() {
        match finding {
            Finding::Repeated { times, .. } => sifted.outcome.repeated += times - 1,
            Finding::ZerosBetween { .. } => sifted.findings.push(format!("{}: {finding}", finding.code())),
            _ => {}
        }
    }
    let taken = accepted.series.observations().iter().filter_map(|it| values.get(&it.at).copied());
    let mut new: BTreeMap<DateTime<Utc>, Quantity> = taken.collect();
    for row in known(tx, &pool, new.keys().copied().collect()).await? {
        match new.remove(&row.at) {
            Some(value) if value == row.value => sifted.outcome.repeated += 1,
            Some(value) => {
                let message = differs(row.at, row.value, value);
                sifted.refused.push(Refused { at: Some(row.at), message });
            }
            None => {}
        }
    }
    sifted.outcome.recorded = new.len();
    write(tx, pool.id, new).await?;
    Ok((pool, sifted))
}

/// What is on record at some instants.
async fn known(
    tx: &Tx,
    pool: &capacity_pool::Model,
    at: Vec<DateTime<Utc>>,
) -> Result<Vec<capacity_observation::Model>> {
    use capacity_observation::Column as C;
    let known = Condition::all().add(C::PoolId.eq(pool.id)).add(C::At.is_in(at));
    Ok(capacity_observation::Entity::find().filter(known).all(tx).await?)
}

/// Records observations of a pool, and what they come to by day.
///
/// # Errors
/// `NotFound` for a pool that is not there; `Invalid` for one that is retired, a unit that cannot be turned into that of
/// the pool, a value below zero, an instant that has not come yet, and an instant that has another value already.
pub async fn record(
    tx: &Tx,
    pool: CapacityPoolId,
    unit: CapacityUnit,
    given: &[Given],
    field: &str,
) -> Result<(capacity_pool::Model, Outcome)> {
    let pool = pools::held(tx, pool).await?;
    let outcome = record_of(tx, &pool, unit, given, field).await?;
    Ok((pool, outcome))
}

/// As [`record`], of a pool that is there: one that was retired keeps what was observed of it when it moves.
///
/// # Errors
/// `Invalid` as for [`record`].
pub async fn record_of(
    tx: &Tx,
    pool: &capacity_pool::Model,
    unit: CapacityUnit,
    given: &[Given],
    field: &str,
) -> Result<Outcome> {
    units::require_convertible(unit, pool.unit)?;
    let mut outcome = Outcome::default();
    let mut new = BTreeMap::new();
    for (index, given) in given.iter().enumerate() {
        let own = format!("{field}[{index}]");
        let (at, value) = kept(&own, given, unit, pool, tx.caller().now)?;
        match new.insert(at, (index, value)) {
            None => {}
            Some((_, before)) if before == value => outcome.repeated += 1,
            Some((_, before)) => return Err(differing(&own, at, before, value)),
        }
    }
    for row in known(tx, pool, new.keys().copied().collect()).await? {
        let Some((index, value)) = new.remove(&row.at) else { continue };
        if row.value != value {
            return Err(differing(&format!("{field}[{index}]"), row.at, row.value, value));
        }
        outcome.repeated += 1;
    }
    outcome.recorded = new.len();
    let new: BTreeMap<DateTime<Utc>, Quantity> =
        new.into_iter().map(|(at, (_, value))| (at, value)).collect();
    write(tx, pool.id, new).await?;
    Ok(outcome)
}

/// What is kept of an observation: to the microsecond, in the unit of the pool.
fn kept(
    field: &str,
    given: &Given,
    unit: CapacityUnit,
    pool: &capacity_pool::Model,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, Quantity)> {
    let at = entity::moment(given.at);
    require_instant(&format!("{field}.at"), at, now)?;
    let field = format!("{field}.value");
    let value = units::converted(&field, given.value, unit, pool.unit)?;
    Ok((at, units::kept(&field, value)?))
}

/// Refuses an instant that has not come yet, and one at which nothing was observed: a moment of 0 is a time that somebody
/// did not have.
fn require_instant(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    require_plausible(field, Some(at.date_naive()))?;
    if at.year() < FIRST_YEAR {
        let message = format!("{} lies before {FIRST_YEAR}-01-01: no plausible instant", spoken(at));
        return Err(Error::invalid(field, message));
    }
    if at > now {
        return Err(Error::invalid(field, format!("{} has not come yet", spoken(at))));
    }
    Ok(())
}

fn spoken(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn differs(at: DateTime<Utc>, before: Quantity, value: Quantity) -> String {
    format!("{value} at {}, for which {before} was given before", spoken(at))
}

fn differing(field: &str, at: DateTime<Utc>, before: Quantity, value: Quantity) -> Error {
    Error::invalid(format!("{field}.value"), differs(at, before, value))
}

async fn write(tx: &Tx, pool: CapacityPoolId, new: BTreeMap<DateTime<Utc>, Quantity>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let mut days: BTreeMap<NaiveDate, capacity_day::Model> = BTreeMap::new();
    for (at, value) in &new {
        let one = capacity_day::Model {
            pool_id: pool,
            day: at.date_naive(),
            peak: *value,
            sum: *value,
            count: 1,
            first_at: *at,
            last_at: *at,
        };
        add(&mut days, one)?;
    }
    let touched = Condition::all()
        .add(capacity_day::Column::PoolId.eq(pool))
        .add(capacity_day::Column::Day.is_in(days.keys().copied()));
    for before in capacity_day::Entity::find().filter(touched.clone()).all(tx).await? {
        add(&mut days, before)?;
    }
    let rows = new.into_iter().map(|(at, value)| capacity_observation::ActiveModel {
        pool_id: Set(pool),
        at: Set(at),
        value: Set(value),
    });
    tx.insert_many(rows.collect::<Vec<_>>(), "observations of a capacity pool").await?;
    tx.delete_many::<capacity_day::Entity>(touched, "days that get more observations").await?;
    let days = days.into_values().map(IntoActiveModel::into_active_model);
    tx.insert_many(days.collect::<Vec<capacity_day::ActiveModel>>(), "what observations come to by day")
        .await?;
    Ok(())
}

/// Puts two parts of a day together.
fn add(days: &mut BTreeMap<NaiveDate, capacity_day::Model>, part: capacity_day::Model) -> Result<()> {
    let Some(day) = days.get_mut(&part.day) else {
        days.insert(part.day, part);
        return Ok(());
    };
    let too_much =
        || Error::invalid("observations", format!("those of {} add up to more than is kept", part.day));
    day.sum.0 = day.sum.0.checked_add(part.sum.0).ok_or_else(too_much)?;
    day.count = day.count.checked_add(part.count).ok_or_else(too_much)?;
    day.peak = day.peak.max(part.peak);
    day.first_at = day.first_at.min(part.first_at);
    day.last_at = day.last_at.max(part.last_at);
    Ok(())
}
