//! The records behind figures: which they are, and what people call them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use entity::{id::AssetId, inventory::asset};
use forecasting::roadmap::{MoneyView, Subject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};

use super::plan::{Plan, Source};
use crate::{
    error::{Error, Result},
    schema::scalar::Id,
    store::{Read, hex},
};

/// Records that one answer lists at most.
const MOST_RECORDS: i32 = 100;

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

/// The first records behind a figure, with their names; all lists of an answer share one statement.
///
/// # Errors
/// `LimitExceeded` for more than the most that one answer lists; those of the database.
pub async fn list(
    db: &impl Read,
    plan: &Plan,
    sources: &BTreeSet<Source>,
    first: i32,
) -> Result<Vec<Record>> {
    if !(0..=MOST_RECORDS).contains(&first) {
        let message = format!("first: {first} is not between 0 and {MOST_RECORDS}");
        return Err(Error::LimitExceeded(message));
    }
    let wanted = usize::try_from(first).unwrap_or_default();
    let mut seen = BTreeSet::new();
    let single = sources.iter().flat_map(|source| match members(plan, *source) {
        Some(assets) => assets.iter().map(|asset| Source::Asset(*asset)).collect::<Vec<_>>(),
        None => vec![*source],
    });
    let chosen: Vec<_> = single.filter(|source| seen.insert(*source)).take(wanted).collect();
    let tags = plan.tags.get_or_try_init(|| tags(db, plan)).await?;
    Ok(chosen.into_iter().filter_map(|source| record(plan, tags, source)).collect())
}

/// The tags of all assets that any list of an answer may name, by one statement for 20,000 of them.
async fn tags(db: &impl Read, plan: &Plan) -> Result<BTreeMap<AssetId, String>> {
    let most = usize::try_from(MOST_RECORDS).unwrap_or_default();
    let mut wanted = BTreeSet::new();
    for view in MoneyView::ALL {
        for (_, _, line) in plan.roadmap.lines(view) {
            let members = line.records.iter().filter_map(|source| members(plan, *source)).flatten();
            wanted.extend(members.take(most).copied());
        }
    }
    for (_, records) in by_reason(plan) {
        let assets = records.iter().filter_map(|record| match record {
            Source::Asset(id) => Some(*id),
            _ => None,
        });
        wanted.extend(assets.take(most));
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
            let amounts: Vec<_> = line.amounts.iter().map(ToString::to_string).collect();
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
        Source::Vintage(_) | Source::Cohort(_) => return None,
    };
    Some(Record { id, kind, label })
}
