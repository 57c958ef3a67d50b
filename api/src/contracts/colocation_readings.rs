//! Readings of power under colocation contracts: record, correct, remove.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::{contracts::colocation_reading, id::ColocationReadingId, money::Rate};
use forecasting::ForecastError;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, TryIntoModel,
};

use super::{colocation_circuits, colocation_deployments, power};
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_least, require_plausible, require_text_if_any},
    store::{Read, Tx},
};

/// The longest period of a reading, in days: a quarter with a day to spare.
const LONGEST_PERIOD: i64 = 93;

/// One power reading.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ColocationReadingId) -> Result<colocation_reading::Model> {
    colocation_reading::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("colocation reading", id))
}

/// Records a power reading.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: colocation_reading::ActiveModel) -> Result<colocation_reading::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a power reading.
///
/// # Errors
/// `Conflict` for a stale version, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: ColocationReadingId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut colocation_reading::ActiveModel) -> Result<()>,
) -> Result<colocation_reading::Model> {
    let before = find(tx, id).await?;
    expect_version("power reading", before.version, expected_version)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a power reading that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: ColocationReadingId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("power reading", row.version, expected_version)?;
    tx.delete(row).await
}

/// The rules of a reading, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(reading: &colocation_reading::Model) -> Result<()> {
    require_plausible("startsAt", Some(reading.starts_at.date_naive()))?;
    require_plausible("endsAt", Some(reading.ends_at.date_naive()))?;
    require_text_if_any("source", reading.source.as_deref(), 500)?;
    let (starts, ends) = (spoken(reading.starts_at), spoken(reading.ends_at));
    if reading.ends_at <= reading.starts_at {
        return Err(Error::invalid(
            "endsAt",
            format!("{ends} is not after the moment the period begins, {starts}"),
        ));
    }
    if (reading.ends_at - reading.starts_at).num_days() > LONGEST_PERIOD {
        let message = format!(
            "{ends} is more than {LONGEST_PERIOD} days after {starts}: give a reading for each month"
        );
        return Err(Error::invalid("endsAt", message));
    }
    let figures = [
        ("peakKilowatts", reading.peak_kilowatts),
        ("averageKilowatts", reading.average_kilowatts),
        ("kilowattHours", reading.kilowatt_hours),
    ];
    for (field, figure) in figures {
        require_least(field, figure, Rate::ZERO)?;
    }
    if figures.iter().all(|(_, figure)| figure.is_none()) {
        let message = "is missing, and so are averageKilowatts and kilowattHours: a reading has at least one";
        return Err(Error::invalid("peakKilowatts", message));
    }
    if let (Some(peak), Some(average)) = (reading.peak_kilowatts, reading.average_kilowatts)
        && peak < average
    {
        let message = format!("{peak} is below the average of {average}");
        return Err(Error::invalid("peakKilowatts", message));
    }
    power::read(reading, String::new()).check().map_err(|cause| match cause {
        ForecastError::Invalid { field: "average", value, rule } => {
            let energy = reading.kilowatt_hours.unwrap_or_default();
            let message =
                format!("{value} contradicts the {energy} kilowatt-hours from {starts} to {ends}: {rule}");
            Error::invalid("averageKilowatts", message)
        }
        ForecastError::Invalid { value, rule, .. } => {
            Error::invalid("peakKilowatts", format!("{value} is refused: {rule}"))
        }
        other => Error::invalid("kilowattHours", other),
    })
}

/// The rules of a reading that ask for the day and for other readings, whoever writes it.
///
/// # Errors
/// `Invalid` for a period that is not over yet, and for one that is read already or overlaps another in part.
pub async fn check_beside(tx: &Tx, reading: &colocation_reading::Model) -> Result<()> {
    let now = tx.caller().now;
    if reading.ends_at > now {
        let (ends, now) = (spoken(reading.ends_at), spoken(now));
        let message = format!("{ends} lies in the future, it is {now}: what is not over is not read");
        return Err(Error::invalid("endsAt", message));
    }
    refuse_repeated(tx, reading).await
}

/// Whether two readings of one meter overlap, and neither has all of the other's period.
#[must_use]
pub fn overlap_in_part(one: &colocation_reading::Model, other: &colocation_reading::Model) -> bool {
    let is_first = |one: &colocation_reading::Model, other: &colocation_reading::Model| {
        one.starts_at < other.starts_at && other.starts_at < one.ends_at && one.ends_at < other.ends_at
    };
    is_first(one, other) || is_first(other, one)
}

/// The refusal of a reading that overlaps another of its meter in part.
#[must_use]
pub fn overlapping(other: &colocation_reading::Model) -> Error {
    let (from, to) = (spoken(other.starts_at), spoken(other.ends_at));
    let message = format!("the period overlaps {from} to {to}, which is read already, in part");
    Error::invalid("startsAt", message)
}

async fn check_references(tx: &Tx, reading: &colocation_reading::Model) -> Result<()> {
    let deployment = colocation_deployments::find(tx, reading.deployment_id).await?;
    if let Some(id) = reading.circuit_id {
        let circuit = colocation_circuits::find(tx, id).await?;
        if circuit.deployment_id != deployment.id {
            let message = format!(
                "the circuit {} is not part of the deployment {}",
                circuit.reference, deployment.name
            );
            return Err(Error::invalid("circuit", message));
        }
    }
    check_beside(tx, reading).await
}

/// Refuses a reading of the same meter over the same period, and over one that overlaps it in part.
async fn refuse_repeated(tx: &Tx, reading: &colocation_reading::Model) -> Result<()> {
    use colocation_reading::Column as C;
    let meter = match reading.circuit_id {
        Some(circuit) => C::CircuitId.eq(circuit),
        None => C::CircuitId.is_null(),
    };
    let all = Condition::all;
    let same = all().add(C::StartsAt.eq(reading.starts_at)).add(C::EndsAt.eq(reading.ends_at));
    let earlier = all()
        .add(C::StartsAt.lt(reading.starts_at))
        .add(C::EndsAt.gt(reading.starts_at))
        .add(C::EndsAt.lt(reading.ends_at));
    let later = all()
        .add(C::StartsAt.gt(reading.starts_at))
        .add(C::StartsAt.lt(reading.ends_at))
        .add(C::EndsAt.gt(reading.ends_at));
    let meeting = Condition::all()
        .add(C::DeploymentId.eq(reading.deployment_id))
        .add(meter)
        .add(C::Id.ne(reading.id))
        .add(Condition::any().add(same).add(earlier).add(later));
    match colocation_reading::Entity::find().filter(meeting).one(tx).await? {
        Some(other) if overlap_in_part(reading, &other) => Err(overlapping(&other)),
        Some(_) => {
            let (from, to) = (spoken(reading.starts_at), spoken(reading.ends_at));
            let message = format!("{from} to {to} is read already; correct that reading instead");
            Err(Error::invalid("startsAt", message))
        }
        None => Ok(()),
    }
}

/// A moment as the API writes it.
fn spoken(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
