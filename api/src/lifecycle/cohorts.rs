//! The assets of a refresh cycle. An asset is in one open cycle at most.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    id::{AssetId, RefreshCycleId, SiteId},
    inventory::asset::{self, AssetStatus},
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_cycle_asset,
    },
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait, sea_query::LockType,
};

use super::refresh_cycles::{OPEN, hold, require_status};
use crate::{
    error::{Error, Result},
    store::{Read, Tx},
};

/// How many assets a refusal names.
const MOST_NAMED: usize = 10;

#[derive(FromQueryResult)]
struct Candidate {
    id: AssetId,
    tag: String,
    site_id: SiteId,
    status: AssetStatus,
}

/// Adds assets to a planned cycle. Those that are in it already stay.
///
/// # Errors
/// `NotFound` for an asset that is not there; `Conflict` when the cycle is not planned, or for assets that are
/// out of service for good, stand at another site than the cycle's, or are in another open cycle: then none is
/// added, and the refusal names them.
pub async fn add(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
    assets: &[AssetId],
) -> Result<refresh_cycle::Model> {
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Planned])?;
    let wanted: BTreeSet<AssetId> = assets.iter().copied().collect();
    let candidates = held(tx, &wanted).await?;
    require_fit(&cycle, &candidates)?;
    let claims = claims_of(tx, wanted.iter().copied()).await?;
    let elsewhere = candidates.iter().filter_map(|asset| {
        let (cycle_id, name) = claims.get(&asset.id)?;
        (*cycle_id != id).then(|| format!("{} is in {name}", asset.tag))
    });
    refuse("already in another open refresh cycle", elsewhere)?;
    let new: Vec<&Candidate> = candidates.iter().filter(|asset| !claims.contains_key(&asset.id)).collect();
    if new.is_empty() {
        return Ok(cycle);
    }
    let tags: Vec<&str> = new.iter().map(|asset| asset.tag.as_str()).collect();
    let reason = format!("added to the refresh cycle {}: {}", cycle.name, tags.join(", "));
    let links = new.iter().map(|asset| refresh_cycle_asset::ActiveModel {
        id: Set(tx.new_id()),
        cycle_id: Set(id),
        asset_id: Set(asset.id),
        ..Default::default()
    });
    tx.insert_many(links.collect(), &reason).await?;
    touch(tx, cycle).await
}

/// Takes assets out of a planned cycle. Those that are not in it are no matter.
///
/// # Errors
/// `Conflict` when the cycle is not planned.
pub async fn remove(
    tx: &Tx,
    id: RefreshCycleId,
    expected_version: Option<i32>,
    assets: &[AssetId],
) -> Result<refresh_cycle::Model> {
    use refresh_cycle_asset::Column as C;
    let cycle = hold(tx, id, expected_version).await?;
    require_status(&cycle, &[CycleStatus::Planned])?;
    let there = Condition::all().add(C::CycleId.eq(id)).add(C::AssetId.is_in(assets.iter().copied()));
    let links = refresh_cycle_asset::Entity::find().select_only().column(C::AssetId).filter(there.clone());
    let tags: Vec<String> = asset::Entity::find()
        .select_only()
        .column(asset::Column::Tag)
        .filter(asset::Column::Id.in_subquery(links.into_query()))
        .order_by_asc(asset::Column::Tag)
        .into_tuple()
        .all(tx)
        .await?;
    if tags.is_empty() {
        return Ok(cycle);
    }
    let reason = format!("removed from the refresh cycle {}: {}", cycle.name, tags.join(", "));
    tx.delete_many::<refresh_cycle_asset::Entity>(there, &reason).await?;
    touch(tx, cycle).await
}

/// Refuses a site that some assets of the cycle do not stand at.
///
/// # Errors
/// `Conflict` naming the assets.
pub(super) async fn require_site(tx: &Tx, cycle: &refresh_cycle::Model) -> Result<()> {
    use refresh_cycle_asset::Column as C;
    let links = refresh_cycle_asset::Entity::find().select_only().column(C::AssetId);
    let links = links.filter(C::CycleId.eq(cycle.id));
    let candidates: Vec<Candidate> = asset::Entity::find()
        .filter(asset::Column::Id.in_subquery(links.into_query()))
        .order_by_asc(asset::Column::Tag)
        .into_model()
        .all(tx)
        .await?;
    require_same_site(cycle, &candidates)
}

/// The assets, by tag, which nobody puts into another cycle until this change is over.
async fn held(tx: &Tx, wanted: &BTreeSet<AssetId>) -> Result<Vec<Candidate>> {
    let mut candidates: Vec<Candidate> = asset::Entity::find()
        .filter(asset::Column::Id.is_in(wanted.iter().copied()))
        // In one order for everybody, so that two changes never wait for each other.
        .order_by_asc(asset::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_model()
        .all(tx)
        .await?;
    let found: BTreeSet<AssetId> = candidates.iter().map(|asset| asset.id).collect();
    if let Some(missing) = wanted.difference(&found).next() {
        return Err(Error::not_found("asset", missing));
    }
    candidates.sort_by(|left, right| left.tag.cmp(&right.tag));
    Ok(candidates)
}

fn require_fit(cycle: &refresh_cycle::Model, candidates: &[Candidate]) -> Result<()> {
    let gone = candidates
        .iter()
        .filter(|asset| matches!(asset.status, AssetStatus::Retired | AssetStatus::Disposed))
        .map(|asset| format!("{} is {}", asset.tag, asset.status.to_value()));
    refuse("out of service for good", gone)?;
    require_same_site(cycle, candidates)
}

fn require_same_site(cycle: &refresh_cycle::Model, candidates: &[Candidate]) -> Result<()> {
    let Some(site) = cycle.site_id else { return Ok(()) };
    let elsewhere = candidates.iter().filter(|asset| asset.site_id != site).map(|asset| asset.tag.clone());
    refuse("at another site than the refresh cycle's", elsewhere)
}

/// The open cycles that claim assets, by asset, with their names.
///
/// # Errors
/// Those of the database.
pub async fn claims_of(
    db: &impl Read,
    assets: impl IntoIterator<Item = AssetId>,
) -> Result<BTreeMap<AssetId, (RefreshCycleId, String)>> {
    use refresh_cycle_asset::Column as C;
    let links: Vec<(AssetId, RefreshCycleId, String)> = refresh_cycle_asset::Entity::find()
        .select_only()
        .columns([C::AssetId, C::CycleId])
        .column(refresh_cycle::Column::Name)
        .join(JoinType::InnerJoin, refresh_cycle_asset::Relation::Cycle.def())
        .filter(C::AssetId.is_in(assets))
        .filter(refresh_cycle::Column::Status.is_in(OPEN))
        .into_tuple()
        .all(db)
        .await?;
    Ok(links.into_iter().map(|(asset, cycle, name)| (asset, (cycle, name))).collect())
}

fn refuse(why: &str, named: impl Iterator<Item = String>) -> Result<()> {
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return Ok(());
    }
    let more = match named.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = &named[..named.len().min(MOST_NAMED)];
    Err(Error::Conflict(format!("{} of the assets are {why}: {}{more}", named.len(), shown.join(", "))))
}

/// A cycle with other assets is another cycle to whoever read it.
async fn touch(tx: &Tx, cycle: refresh_cycle::Model) -> Result<refresh_cycle::Model> {
    let now = entity::moment(tx.caller().now);
    tx.update(cycle, |row: &mut refresh_cycle::ActiveModel| row.updated_at = Set(now)).await
}
