//! Assets that leave service for good, and that come back as if they had not.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId},
    inventory::asset::{self, AssetStatus},
};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::assets::{Step, advance, at, check, find, require_no_children, require_past};
use crate::{
    audit::earlier,
    capacity::held_amounts,
    error::{Error, Result},
    rules::{edited, expect_version},
    store::{Read, Tx},
};

/// Assets that are at work.
const WORKING: [AssetStatus; 2] = [AssetStatus::InService, AssetStatus::Maintenance];

/// Takes an asset out of service for good on a day. It stays where it is until it is moved or disposed of.
///
/// # Errors
/// As [`advance`]; `Conflict` while what lives in it is in service, `Invalid` for a day that has not come.
pub async fn retire(
    tx: &Tx,
    id: AssetId,
    expected_version: Option<i32>,
    on: NaiveDate,
) -> Result<asset::Model> {
    expect_version("asset", find(tx, id).await?.version, expected_version)?;
    require_past(tx, on)?;
    let asset = advance(tx, id, expected_version, Step::Retire, |row| row.retired_on = Set(Some(on))).await;
    let asset = asset.map_err(|error| at("retiredOn", "on", error))?;
    let working = asset::Column::Status.is_in(WORKING);
    require_no_children(tx, &asset, working, "in service", "retire").await?;
    Ok(asset)
}

/// Brings a retired asset back with the status that it had: what retiring it did is undone. It has stayed where it is. One
/// of which no such status is on record is taken to have been in service where the day is on which that began, and in
/// stock otherwise.
///
/// # Errors
/// `Conflict` for a stale version, when the asset is not retired, and while the chassis that it would work in is; `Invalid`
/// naming `id` where what it takes of its rack again is held for others since.
pub async fn reinstate(tx: &Tx, id: AssetId, expected_version: Option<i32>) -> Result<asset::Model> {
    let asset = find(tx, id).await?;
    expect_version("asset", asset.version, expected_version)?;
    if asset.status != AssetStatus::Retired {
        let status = asset.status.to_value();
        return Err(Error::Conflict(format!("the asset {} is {status} and not RETIRED", asset.tag)));
    }
    let before = earlier::value_before::<asset::Entity, _>(tx, id.uuid(), "status", asset.status).await?;
    // A file may say at once of what was planned that it has served and was retired.
    let has_served = asset.in_service_on.is_some();
    let is_earlier =
        |status: &AssetStatus| matches!(status, AssetStatus::Planned | AssetStatus::Ordered) && has_served;
    let likely = if has_served { AssetStatus::InService } else { AssetStatus::InStock };
    let status = before.filter(|status| !is_earlier(status)).unwrap_or(likely);
    if WORKING.contains(&status)
        && let Some(parent) = asset.parent_id
    {
        let parent = find(tx, parent).await?;
        if parent.status == AssetStatus::Retired {
            let message = format!("the chassis {} is retired, reinstate it first", parent.tag);
            return Err(Error::Conflict(message));
        }
    }
    held_amounts::require_left_on_return(tx, &asset, None).await?;
    let (row, after) = edited(&asset, |row| {
        row.status = Set(status);
        row.retired_on = Set(None);
    })?;
    check(&after)?;
    tx.update(asset, |changed| *changed = row).await
}

/// Assets with their places in a list, those that others among them live in first: the order in which all of them can be
/// reinstated, and the other way round retired. One statement.
///
/// # Errors
/// Those of the database.
pub async fn holders_first(db: &impl Read, ids: Vec<AssetId>) -> Result<Vec<(usize, AssetId)>> {
    let lives = asset::Entity::find()
        .select_only()
        .columns([asset::Column::Id, asset::Column::ParentId])
        .filter(asset::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
        .filter(asset::Column::ParentId.is_not_null());
    let parents: Vec<(AssetId, AssetId)> = lives.into_tuple().all(db).await?;
    let parents: HashMap<AssetId, AssetId> = parents.into_iter().collect();
    // No way up is longer than there are assets, not even in a circle.
    let depth = |id: AssetId| {
        std::iter::successors(Some(id), |id| parents.get(id).copied()).take(parents.len() + 1).count()
    };
    let mut places: Vec<(usize, AssetId)> = ids.into_iter().enumerate().collect();
    places.sort_by_key(|(_, id)| depth(*id));
    Ok(places)
}

/// Refuses to take from an asset the day on which it left service: it would be retired, and nobody would know since when.
///
/// # Errors
/// `Invalid` for `retiredOn`.
pub fn require_day_kept(before: &asset::Model, after: &asset::Model) -> Result<()> {
    if before.retired_on.is_none() || after.retired_on.is_some() {
        return Ok(());
    }
    let way_back = match after.status {
        AssetStatus::Retired => ", or bring it back with reinstateAsset",
        _ => "",
    };
    let status = after.status.to_value();
    let message =
        format!("cannot be cleared: the asset {} is {status}; give another day{way_back}", after.tag);
    Err(Error::invalid("retiredOn", message))
}
