//! What was observed of pools: rows without an id, told by their pool and their instant, and many of them.

use std::collections::BTreeMap;

use entity::capacity::capacity_pool::CapacityUnit;

use super::capacity::pool;
use super::engine::Run;
use super::fill::choice;
use super::report::{Counts, Outcome};
use crate::capacity::observations::{self, Given, MOST};
use crate::error::{Error, Result};
use crate::import::Severity;
use crate::import::csv::Noun;
use crate::import::records::{CapacityObservation, Origin};

/// Records the observations of the files: the same again changes nothing, and another value is refused.
///
/// # Errors
/// Those of the database.
pub async fn apply(run: &mut Run<'_>) -> Result<()> {
    let records: &[CapacityObservation] = &run.records.capacity_observations;
    if records.is_empty() {
        return Ok(());
    }
    let mut counts = Counts::of(Noun::CapacityObservation);
    let mut of_pool: BTreeMap<(&str, &str), Vec<&CapacityObservation>> = BTreeMap::new();
    for record in records {
        of_pool.entry((&record.pool, &record.unit)).or_default().push(record);
    }
    doubt_units(run, &of_pool);
    for records in of_pool.into_values() {
        for part in records.chunks(MOST) {
            run.progress(part.len());
            parts(run, part, &mut counts).await?;
        }
    }
    run.report.nouns.push(counts);
    Ok(())
}

/// Rows of one pool in several units are converted, and a unit may have been meant for another.
fn doubt_units(run: &mut Run<'_>, of_pool: &BTreeMap<(&str, &str), Vec<&CapacityObservation>>) {
    let mut units: BTreeMap<&str, Vec<(&str, &Origin)>> = BTreeMap::new();
    for ((pool, unit), records) in of_pool {
        if let Some(first) = records.first().filter(|_| !unit.is_empty()) {
            units.entry(*pool).or_default().push((*unit, &first.origin));
        }
    }
    for (pool, units) in units {
        let [(_, origin), _, ..] = units.as_slice() else { continue };
        let names: Vec<&str> = units.iter().map(|(unit, _)| *unit).collect();
        let message =
            format!("rows of {pool} are in {}: each is converted to the unit of the pool", names.join(", "));
        run.remark(origin, Severity::Warning, Some("unit"), message);
    }
}

/// What is refused is halved until the row that breaks a rule is alone, so that the rest is kept.
async fn parts(run: &mut Run<'_>, part: &[&CapacityObservation], counts: &mut Counts) -> Result<()> {
    let mut parts = vec![part];
    while let Some(part) = parts.pop() {
        match record(run, part).await {
            Ok(outcome) => {
                counts.created += outcome.recorded;
                counts.unchanged += outcome.repeated;
            }
            Err(error @ (Error::Invalid { .. } | Error::NotFound { .. } | Error::Conflict(_))) => {
                match part {
                    [] => {}
                    [one] => {
                        run.refuse(Noun::CapacityObservation, &one.origin, &of_row(error));
                        counts.add(Outcome::Refused);
                    }
                    _ => {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The field as the file calls it.
fn of_row(error: Error) -> Error {
    match error {
        Error::Invalid { field, message } => {
            let field = field.rsplit_once('.').map_or(field.as_str(), |(_, last)| last).to_owned();
            Error::Invalid { field, message }
        }
        other => other,
    }
}

async fn record(run: &mut Run<'_>, part: &[&CapacityObservation]) -> Result<observations::Outcome> {
    let Some(first) = part.first() else { return Ok(observations::Outcome::default()) };
    let pool = pool(&run.known, &first.pool)?;
    let unit: Option<CapacityUnit> = choice("unit", Some(&first.unit))?;
    let unit = unit.unwrap_or(pool.unit);
    let given: Vec<Given> = part.iter().map(|record| Given { at: record.at, value: record.value }).collect();
    run.tx.attempt(async |tx| observations::record_of(tx, pool, unit, &given, "observations").await).await
}
