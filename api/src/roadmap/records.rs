//! The records behind figures: which they are, and what people call them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use entity::{id::AssetId, inventory::asset};
use forecasting::roadmap::{MoneyView, Subject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::plan::{Plan, Source};
use crate::{
    error::{Error, Result},
    schema::scalar::Id,
    store::{Read, hex},
};

/// Records that one list has at most.
const MOST_RECORDS: i32 = 1_000;

/// Ids that one statement may carry, below the limits of both engines.
const CHUNK: usize = 20_000;

/// A record behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its global id.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// What people call it.
    pub label: String,
}

/// How many records stand behind a figure.
pub fn count(plan: &Plan, sources: &BTreeSet<Source>) -> usize {
    sources.iter().map(|source| members(plan, *source).map_or(1, <[AssetId]>::len)).sum()
}

/// The records in words: `12 assets depreciated`, `1 colocation contract`.
pub fn counted(plan: &Plan, sources: &BTreeSet<Source>) -> Vec<String> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for source in sources {
        let number = members(plan, *source).map_or(1, <[AssetId]>::len);
        *counts.entry(spoken(*source)).or_default() += number;
    }
    counts.into_iter().map(|(what, number)| format!("{what}: {number}")).collect()
}

/// Which records of a list are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    skip: usize,
    first: usize,
}

impl Slice {
    /// So many records after so many others.
    ///
    /// # Errors
    /// `Invalid` below zero, `LimitExceeded` for more than a list has at most.
    pub fn new(first: i32, skip: i32) -> Result<Self> {
        if first > MOST_RECORDS {
            return Err(Error::LimitExceeded(format!("first: {first} is more than {MOST_RECORDS}")));
        }
        let whole = |field, number: i32| {
            usize::try_from(number).map_err(|_| Error::invalid(field, format!("{number} is below zero")))
        };
        Ok(Self { skip: whole("skip", skip)?, first: whole("first", first)? })
    }
}

type TagsById = BTreeMap<AssetId, String>;

/// The tags of assets, read once for all lists of an answer that ask for the same slice.
#[derive(Default)]
pub struct Tags(Mutex<HashMap<Slice, Arc<OnceCell<TagsById>>>>);

impl Tags {
    fn of(&self, slice: Slice) -> Arc<OnceCell<TagsById>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cells.entry(slice).or_default())
    }
}

/// Some of the records behind a figure, with their names.
///
/// # Errors
/// Those of the database.
pub async fn list(
    db: &impl Read,
    plan: &Plan,
    sources: &BTreeSet<Source>,
    slice: Slice,
) -> Result<Vec<Record>> {
    let cell = plan.tags.of(slice);
    let tags = cell.get_or_try_init(|| tags(db, plan, slice)).await?;
    let chosen = chosen(plan, sources.iter().copied(), slice);
    Ok(chosen.into_iter().filter_map(|source| record(plan, tags, source)).collect())
}

/// Single records in the order of their sources, each once.
fn chosen(plan: &Plan, sources: impl Iterator<Item = Source>, slice: Slice) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let single = sources.flat_map(|source| match members(plan, source) {
        Some(assets) => assets.iter().map(|asset| Source::Asset(*asset)).collect::<Vec<_>>(),
        None => vec![source],
    });
    single.filter(|source| seen.insert(*source)).skip(slice.skip).take(slice.first).collect()
}

/// The tags of all assets that any list of an answer names, by one statement for 20,000 of them.
async fn tags(db: &impl Read, plan: &Plan, slice: Slice) -> Result<BTreeMap<AssetId, String>> {
    let mut wanted = BTreeSet::new();
    let mut want = |sources: Vec<Source>| {
        wanted.extend(sources.into_iter().filter_map(|source| match source {
            Source::Asset(id) => Some(id),
            _ => None,
        }));
    };
    for view in MoneyView::ALL {
        for (_, _, line) in plan.roadmap.lines(view) {
            want(chosen(plan, line.records.iter().copied(), slice));
        }
    }
    for (_, records) in by_reason(plan) {
        want(chosen(plan, records.into_iter(), slice));
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let mut tags = BTreeMap::new();
    for chunk in wanted.chunks(CHUNK) {
        let found: Vec<(AssetId, String)> = asset::Entity::find()
            .select_only()
            .columns([asset::Column::Id, asset::Column::Tag])
            .filter(asset::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        tags.extend(found);
    }
    Ok(tags)
}

/// The records that were left out, by reason, the commonest first.
pub fn by_reason(plan: &Plan) -> Vec<((Subject, String), Vec<Source>)> {
    let mut reasons: BTreeMap<(Subject, String), Vec<Source>> = BTreeMap::new();
    for exclusion in plan.roadmap.exclusions() {
        reasons.entry((exclusion.subject, exclusion.reason.clone())).or_default().push(exclusion.record);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, records)| std::cmp::Reverse(records.len()));
    reasons
}

/// A hash of the question and of every amount in every view.
pub fn fingerprint(plan: &Plan) -> String {
    let window = plan.roadmap.window();
    let mut text =
        format!("{} {} {} {}\n", window.from(), window.months(), plan.roadmap.currency(), plan.as_of);
    for view in MoneyView::ALL {
        for (category, key, line) in plan.roadmap.lines(view) {
            let amounts: Vec<_> = line.amounts().iter().map(ToString::to_string).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{view:?} {category:?} {key:?} {}", amounts.join(" "));
        }
    }
    hex(&Sha256::digest(text))
}

fn members(plan: &Plan, source: Source) -> Option<&[AssetId]> {
    match source {
        Source::Vintage(position) => plan.vintages.get(position as usize).map(Vec::as_slice),
        Source::Cohort(position) => plan.cohorts.get(position as usize).map(Vec::as_slice),
        _ => None,
    }
}

fn spoken(source: Source) -> &'static str {
    match source {
        Source::Asset(_) => "assets",
        Source::Vintage(_) => "assets depreciated",
        Source::Cohort(_) => "assets refreshed",
        Source::Cycle(_) => "refresh cycles",
        Source::Colocation(_) => "colocation contracts",
        Source::Support(_) => "support contracts",
        Source::Workload(_) => "cloud workloads",
        Source::Account(_) => "cloud accounts",
        Source::Pool(_) => "capacity pools",
    }
}

fn record(plan: &Plan, tags: &BTreeMap<AssetId, String>, source: Source) -> Option<Record> {
    let name = plan.names.get(&source);
    let (id, kind, label) = match source {
        Source::Asset(id) => (Id(id).to_string(), "asset", tags.get(&id)?.clone()),
        Source::Cycle(id) => (Id(id).to_string(), "refresh cycle", name?.clone()),
        Source::Colocation(id) => (Id(id).to_string(), "colocation contract", name?.clone()),
        Source::Support(id) => (Id(id).to_string(), "support contract", name?.clone()),
        Source::Workload(id) => (Id(id).to_string(), "workload", name?.clone()),
        Source::Account(id) => (Id(id).to_string(), "provider account", name?.clone()),
        Source::Pool(id) => (Id(id).to_string(), "capacity pool", name?.clone()),
        Source::Vintage(_) | Source::Cohort(_) => return None,
    };
    Some(Record { id, kind, label })
}
