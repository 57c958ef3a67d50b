//! Volumes: record how much of something there was in a month, which replaces what was known of it, and remove it.

use std::collections::{HashMap, HashSet};

use entity::{
    finance::volume::{self, Measure},
    id::{SiteId, VolumeId},
    inventory::site,
    money::Rate,
};
use forecasting::{budget::MonthVolume, month::Month};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, prelude::Date,
};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible, require_text_if_any},
    store::{Read, Tx},
};

/// How much there was in a month, as it comes in.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What was counted.
    pub measure: Measure,
    /// Where; none is the company as a whole.
    pub site_id: Option<SiteId>,
    /// The month.
    pub month: Month,
    /// The average of the month.
    pub average: Option<Rate>,
    /// On its first day.
    pub opening: Option<Rate>,
    /// On its last day.
    pub closing: Option<Rate>,
    /// Where it came from; none keeps what is known.
    pub source: Option<String>,
}

/// What tells one volume from another.
type NaturalKey = (Measure, Option<SiteId>, Date);

/// What is known of the sites and months of incoming figures, read at once for all of them.
#[derive(Debug)]
pub struct Known {
    sites: HashSet<SiteId>,
    volumes: HashMap<NaturalKey, volume::Model>,
}

impl Known {
    /// Reads what `figures` name, with two statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(tx: &Tx, figures: &[Figures]) -> Result<Self> {
        let named: HashSet<SiteId> = figures.iter().filter_map(|row| row.site_id).collect();
        let sites: Vec<SiteId> = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::Id.is_in(named))
            .into_tuple()
            .all(tx)
            .await?;
        let months: HashSet<Date> = figures.iter().map(|row| row.month.first_day()).collect();
        let volumes = volume::Entity::find().filter(volume::Column::Month.is_in(months)).all(tx).await?;
        Ok(Self {
            sites: sites.into_iter().collect(),
            volumes: volumes.into_iter().map(|row| ((row.measure, row.site_id, row.month), row)).collect(),
        })
    }
}

/// One volume.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: VolumeId) -> Result<volume::Model> {
    volume::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("volume", id))
}

/// Records how much there was in a month. Where the same measure, site and month is `known`, it is replaced; the
/// same figures again change nothing.
///
/// # Errors
/// `NotFound` for a site that is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, figures: Figures, known: &Known) -> Result<volume::Model> {
    if let Some(site) = figures.site_id.filter(|site| !known.sites.contains(site)) {
        return Err(Error::not_found("site", site));
    }
    let key = (figures.measure, figures.site_id, figures.month.first_day());
    if let Some(before) = known.volumes.get(&key) {
        let (row, after) = edited(before, |row| replace(row, figures))?;
        check(&after)?;
        return tx.update(before.clone(), |changed| *changed = row).await;
    }
    let row = volume::ActiveModel {
        id: Set(tx.new_id()),
        measure: Set(figures.measure),
        site_id: Set(figures.site_id),
        month: Set(key.2),
        average: Set(figures.average),
        opening: Set(figures.opening),
        closing: Set(figures.closing),
        source: Set(figures.source),
        ..Default::default()
    };
    check(&draft(&row)?)?;
    tx.insert(row).await
}

fn replace(row: &mut volume::ActiveModel, figures: Figures) {
    row.average.set_if_not_equals(figures.average);
    row.opening.set_if_not_equals(figures.opening);
    row.closing.set_if_not_equals(figures.closing);
    if figures.source.is_some() {
        row.source.set_if_not_equals(figures.source);
    }
}

/// Removes a volume, such as one of the wrong month.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: VolumeId, expected_version: Option<i32>) -> Result<volume::Model> {
    let row = find(tx, id).await?;
    expect_version("volume", row.version, expected_version)?;
    tx.delete::<_, volume::ActiveModel>(row.clone()).await?;
    Ok(row)
}

/// The rules of a volume, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &volume::Model) -> Result<()> {
    require_plausible("month", Some(row.month))?;
    if row.month != Month::of(row.month).first_day() {
        return Err(Error::invalid("month", format!("{} is not the first day of a month", row.month)));
    }
    require_text_if_any("source", row.source.as_deref(), 200)?;
    for (field, value) in [("average", row.average), ("opening", row.opening), ("closing", row.closing)] {
        if let Some(value) = value.filter(|value| *value < Rate::ZERO) {
            return Err(Error::invalid(field, format!("{value} is below zero: a volume is not negative")));
        }
    }
    let is_flow = row.measure == Measure::Tickets;
    let stock =
        "counts what happens in a month and has no opening or closing volume; give its number as average";
    match (row.average, row.opening, row.closing) {
        (_, Some(opening), _) if is_flow => {
            Err(Error::invalid("opening", format!("{opening}: {} {stock}", row.measure.to_value())))
        }
        (Some(_), None, None) | (None, Some(_), Some(_)) => Ok(()),
        (Some(average), ..) => {
            let rule = "give either the average or the opening and closing volume";
            Err(Error::invalid(
                "average",
                format!("{average} stands beside an opening or closing volume: {rule}"),
            ))
        }
        (None, Some(opening), None) => {
            Err(Error::invalid("closing", format!("is missing beside the opening volume of {opening}")))
        }
        (None, None, Some(closing)) => {
            Err(Error::invalid("opening", format!("is missing beside the closing volume of {closing}")))
        }
        (None, None, None) => {
            Err(Error::invalid("average", "is missing: give it, or the opening and closing volume"))
        }
    }
}

/// The volume as the arithmetic takes it; none for a row that has none.
#[must_use]
pub fn measured(row: &volume::Model) -> Option<MonthVolume> {
    match (row.average, row.opening, row.closing) {
        (Some(average), ..) => Some(MonthVolume::Average(average.to_decimal())),
        (None, Some(opening), Some(closing)) => {
            Some(MonthVolume::Ends { opening: opening.to_decimal(), closing: closing.to_decimal() })
        }
        _ => None,
    }
}
