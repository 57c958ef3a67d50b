//! What cost is divided by: volumes that were measured, those that Plinth knows itself, and those to come.
//!
//! A measured volume goes before one that is known from the inventory or from contracts, and the volume of the company
//! as a whole before the sum of its sites. No volume later than the day from which the future is seen is looked at;
//! later months take the last known one, grown by an assumption.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    finance::volume::{self, Measure},
    id::{SiteId, VolumeId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
        site,
    },
};
use forecasting::{
    budget::{MonthVolume, grown, together},
    colocation::{BusinessDays, committed_kilowatts},
    month::Month,
    roadmap::Window,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};

use super::volumes::measured;
use crate::{
    contracts::terms,
    error::{Error, Result},
    roadmap::contracts::Contracts,
    scenarios::Overlay,
    store::Read,
};

/// Where a volume is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was measured.
    Measured,
    /// It is known from the inventory or from contracts.
    Known,
    /// It is the last known one, grown.
    Forecast,
}

/// The volume of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The average of the month.
    pub average: Decimal,
    /// Where it is from.
    pub origin: Origin,
    /// The volumes behind it, where it was measured or grown from what was.
    pub rows: Vec<VolumeId>,
    /// The month that it was grown from.
    pub grown_from: Option<Month>,
}

/// The volumes of one measure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volumes {
    /// By month.
    pub months: BTreeMap<Month, Volume>,
    /// Why there is none in a month, where more is to say than that it was not recorded.
    pub gaps: BTreeMap<Month, String>,
    /// What was taken for granted.
    pub assumptions: BTreeSet<String>,
    /// What was left out.
    pub excluded: BTreeSet<String>,
}

/// Which volumes are wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The measures.
    pub measures: Vec<Measure>,
    /// Where; none is the company as a whole.
    pub site: Option<SiteId>,
    /// The months.
    pub window: Window,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// By which fraction volumes are taken to grow each month.
    pub monthly_growth: Decimal,
    /// What is laid over the contracts that are read.
    pub scenario: &'a Overlay,
}

type Found = BTreeMap<Month, Vec<(volume::Model, Option<String>)>>;

/// Reads the volumes of the measures: those recorded with two statements, servers with another, contracts with five.
///
/// # Errors
/// `Invalid` for growth that leads nowhere.
pub async fn read(db: &impl Read, wanted: &Wanted<'_>) -> Result<BTreeMap<Measure, Volumes>> {
    let mut recorded = recorded(db, wanted).await?;
    let mut all = BTreeMap::new();
    for measure in &wanted.measures {
        let mut volumes = Volumes::default();
        match measure {
            Measure::Servers => servers(db, wanted, &mut volumes).await?,
            Measure::CommittedKilowatts => kilowatts(db, wanted, &mut volumes).await?,
            _ => {}
        }
        let found = recorded.remove(measure).unwrap_or_default();
        take(&mut volumes, found, wanted)?;
        grow(&mut volumes, wanted)?;
        all.insert(*measure, volumes);
    }
    Ok(all)
}

/// The volumes on record up to the day from which the future is seen, with the codes of their sites.
async fn recorded(db: &impl Read, wanted: &Wanted<'_>) -> Result<BTreeMap<Measure, Found>> {
    use volume::Column as C;
    let last = wanted.window.last().min(Month::of(wanted.as_of));
    let mut query = volume::Entity::find()
        .filter(C::Measure.is_in(wanted.measures.iter().copied()))
        .filter(C::Month.lte(last.first_day()));
    if let Some(site) = wanted.site {
        query = query.filter(C::SiteId.eq(site));
    }
    let rows = query.order_by_asc(C::Id).all(db).await?;
    let named: BTreeSet<SiteId> = rows.iter().filter_map(|row| row.site_id).collect();
    let codes: Vec<(SiteId, String)> = site::Entity::find()
        .select_only()
        .columns([site::Column::Id, site::Column::Code])
        .filter(site::Column::Id.is_in(named))
        .into_tuple()
        .all(db)
        .await?;
    let codes: HashMap<SiteId, String> = codes.into_iter().collect();
    let mut found: BTreeMap<Measure, Found> = BTreeMap::new();
    for row in rows {
        let of_measure = found.entry(row.measure).or_default();
        let code = row.site_id.and_then(|site| codes.get(&site)).cloned();
        of_measure.entry(Month::of(row.month)).or_default().push((row, code));
    }
    Ok(found)
}

/// Takes what was measured: of the place that is asked for, or of all sites where the company as a whole has none.
fn take(volumes: &mut Volumes, found: Found, wanted: &Wanted<'_>) -> Result<()> {
    let spans = spans(&found);
    for (month, rows) in found {
        let whole = rows.iter().find(|(row, _)| row.site_id == wanted.site);
        if let Some((row, _)) = whole {
            let Some(average) = measured(row).map(MonthVolume::average).transpose().map_err(refused)? else {
                continue;
            };
            let volume = Volume { average, origin: Origin::Measured, rows: vec![row.id], grown_from: None };
            volumes.months.insert(month, volume);
            continue;
        }
        if volumes.months.contains_key(&month) {
            continue;
        }
        let here: BTreeSet<&str> = rows.iter().filter_map(|(_, code)| code.as_deref()).collect();
        let absent: Vec<&str> = spans
            .iter()
            .filter(|(code, (first, last))| {
                (*first..=*last).contains(&month) && !here.contains(code.as_str())
            })
            .map(|(code, _)| code.as_str())
            .collect();
        if !absent.is_empty() {
            volumes.gaps.insert(month, format!("no volume of {} is recorded", absent.join(", ")));
            continue;
        }
        let averages = rows.iter().filter_map(|(row, _)| measured(row)).map(MonthVolume::average);
        let averages = averages.collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let average = together(averages).map_err(refused)?;
        let sites = here.into_iter().collect::<Vec<_>>().join(", ");
        let assumption = format!(
            "The company's volume is that of its sites together where it has none of its own: {sites}."
        );
        volumes.assumptions.insert(assumption);
        let rows = rows.iter().map(|(row, _)| row.id).collect();
        volumes.months.insert(month, Volume { average, origin: Origin::Measured, rows, grown_from: None });
    }
    Ok(())
}

/// The first and the last month that each site has a volume of.
fn spans(found: &Found) -> BTreeMap<String, (Month, Month)> {
    let mut spans: BTreeMap<String, (Month, Month)> = BTreeMap::new();
    for (month, rows) in found {
        for code in rows.iter().filter_map(|(_, code)| code.as_ref()) {
            spans.entry(code.clone()).or_insert((*month, *month)).1 = *month;
        }
    }
    spans
}

/// Gives the month that runs and those to come the last known volume, grown, where nothing is measured of them.
fn grow(volumes: &mut Volumes, wanted: &Wanted<'_>) -> Result<()> {
    let now = Month::of(wanted.as_of);
    let known = volumes.months.range(..=now).next_back();
    let Some((known_month, known)) = known.map(|(month, volume)| (*month, volume.clone())) else {
        return Ok(());
    };
    for month in wanted.window.iter().filter(|month| *month >= now) {
        if volumes.months.contains_key(&month) {
            continue;
        }
        let average = grown(known.average, known_month, month, wanted.monthly_growth);
        let average = average.map_err(|cause| Error::invalid("monthlyGrowth", cause))?;
        let rows = known.rows.clone();
        let volume = Volume { average, origin: Origin::Forecast, rows, grown_from: Some(known_month) };
        volumes.months.insert(month, volume);
    }
    if volumes.months.values().any(|volume| volume.origin == Origin::Forecast) {
        let growth = wanted.monthly_growth.normalize();
        let assumption = format!(
            "Where nothing is measured from {now} on, volumes are that of {known_month}, grown by {growth} a month, compounded."
        );
        volumes.assumptions.insert(assumption);
    }
    Ok(())
}

type Counted = (AssetStatus, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, i64);

/// Servers in service by the inventory: the mean of the first and the last day of each month that has been.
async fn servers(db: &impl Read, wanted: &Wanted<'_>, volumes: &mut Volumes) -> Result<()> {
    use asset::Column as C;
    let mut query = asset::Entity::find()
        .select_only()
        .columns([C::Status, C::InServiceOn, C::RetiredOn, C::DisposedOn])
        .column_as(C::Id.count(), "count")
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(hardware_model::Column::Kind.is_in([HardwareKind::Server, HardwareKind::Blade]))
        .group_by(C::Status)
        .group_by(C::InServiceOn)
        .group_by(C::RetiredOn)
        .group_by(C::DisposedOn);
    if let Some(site) = wanted.site {
        query = query.filter(C::SiteId.eq(site));
    }
    let groups: Vec<Counted> = query.into_tuple().all(db).await?;
    let mut undated = 0;
    let mut spans: Vec<(NaiveDate, Option<NaiveDate>, i64)> = Vec::new();
    for (status, from, retired, disposed, count) in groups {
        let left = match (retired, disposed) {
            (Some(retired), Some(disposed)) => Some(retired.min(disposed)),
            (one, other) => one.or(other),
        };
        match status {
            AssetStatus::Planned | AssetStatus::Ordered | AssetStatus::InStock => {}
            AssetStatus::Retired | AssetStatus::Disposed if left.is_none() => undated += count,
            _ => match from {
                Some(from) => spans.push((from, left, count)),
                None => undated += count,
            },
        }
    }
    if undated > 0 {
        volumes.excluded.insert(format!("{undated} servers: the days of their service are not known"));
    }
    if spans.is_empty() {
        return Ok(());
    }
    let on = |day: NaiveDate| -> Decimal {
        let there = spans.iter().filter(|(from, left, _)| *from <= day && left.is_none_or(|left| day < left));
        there.map(|(_, _, count)| Decimal::from(*count)).sum()
    };
    let now = Month::of(wanted.as_of);
    let first = wanted.window.from().min(now);
    let months = u32::try_from(now.since(first) + 1).unwrap_or_default();
    for month in first.range(months).filter(|month| *month == now || *month <= wanted.window.last()) {
        let closing = on(month.last_day().min(wanted.as_of));
        let ends = MonthVolume::Ends { opening: on(month.first_day()), closing };
        let average = ends.average().map_err(refused)?;
        let volume = Volume { average, origin: Origin::Known, rows: Vec::new(), grown_from: None };
        volumes.months.insert(month, volume);
    }
    volumes.assumptions.insert(
        "Servers are those in service by the inventory, the mean of the first and the last day of a month."
            .into(),
    );
    Ok(())
}

/// Kilowatts that colocation contracts commit to, in every month: the mean of its first and last day.
async fn kilowatts(db: &impl Read, wanted: &Wanted<'_>, volumes: &mut Volumes) -> Result<()> {
    let contracts = Contracts::read(db, wanted.as_of).await?;
    let contracts = wanted.scenario.contracts(&contracts, wanted.as_of);
    let now = Month::of(wanted.as_of);
    let mut sums: HashMap<Month, [Decimal; 2]> = HashMap::new();
    for colocation in &contracts.colocation {
        let number = &colocation.contract.number;
        for (site, charges) in colocation.by_site() {
            if wanted.site.is_some() && site != wanted.site {
                continue;
            }
            let value = match terms::colocation(&colocation.contract, &charges) {
                Ok(value) => value,
                Err(cause) => {
                    let cause = Error::from(cause).into_message();
                    volumes.excluded.insert(format!("contract {number}: {cause}"));
                    continue;
                }
            };
            let value = match wanted.scenario.leaving(colocation, wanted.as_of) {
                Ok(Some(leaving)) => leaving.served(value),
                _ => value,
            };
            let end = value.end(&BusinessDays::default());
            for month in wanted.window.iter().chain([now]).collect::<BTreeSet<_>>() {
                for (place, day) in [month.first_day(), month.last_day()].into_iter().enumerate() {
                    let Some(committed) = committed_kilowatts(&value, day).map_err(refused)? else {
                        continue;
                    };
                    let sum = sums.entry(month).or_default();
                    if end.is_none_or(|end| day <= end) {
                        sum[place] = together([sum[place], committed]).map_err(refused)?;
                    }
                }
            }
        }
    }
    for (month, [opening, closing]) in sums {
        let average = MonthVolume::Ends { opening, closing }.average().map_err(refused)?;
        let volume = Volume { average, origin: Origin::Known, rows: Vec::new(), grown_from: None };
        volumes.months.insert(month, volume);
    }
    if !volumes.months.is_empty() {
        let assumption = "Committed kilowatts are those of colocation contracts, the mean of the first and the last \
                          day of a month.";
        volumes.assumptions.insert(assumption.into());
    }
    Ok(())
}

fn refused(cause: forecasting::ForecastError) -> Error {
    Error::invalid("volume", cause)
}
