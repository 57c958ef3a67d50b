//! Racks: install, change, put to use, retire.

use entity::{
    id::{EntityId, RackId},
    inventory::{
        asset::{self, AssetStatus},
        rack::{self, RackStatus},
        site::SiteStatus,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{placement, sites};
use crate::{
    audit::earlier,
    capacity::held_placements,
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_range, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One rack.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RackId) -> Result<rack::Model> {
    rack::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("rack", id))
}

/// One rack that nobody else may fill until the change is over. SQLite has one writer at a time anyway.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn lock(tx: &Tx, id: RackId) -> Result<rack::Model> {
    let rack = rack::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    rack.ok_or_else(|| Error::not_found("rack", id))
}

/// Installs a rack at a site.
///
/// # Errors
/// `Invalid` when the site has a rack of that name or a rule of [`check`] is broken, `Conflict` when the site
/// is closed.
pub async fn install(tx: &Tx, mut row: rack::ActiveModel) -> Result<rack::Model> {
    row.id = Set(tx.new_id());
    if row.status.is_not_set() {
        row.status = Set(RackStatus::Active);
    }
    let rack = draft(&row)?;
    check(&rack)?;
    let site = sites::find(tx, rack.site_id).await?;
    if site.status == SiteStatus::Closed {
        return Err(Error::Conflict(format!("the site {} is closed", site.code)));
    }
    tx.insert(row).await
}

/// Changes what is known of a rack.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken, and where what is mounted would no longer
/// fit or what placements hold would find less room.
pub async fn update(
    tx: &Tx,
    id: RackId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut rack::ActiveModel),
) -> Result<rack::Model> {
    let before = lock(tx, id).await?;
    expect_version("rack", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    if after.height_units < before.height_units {
        placement::check_height(tx, &before, &after).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Puts a planned rack to use.
///
/// # Errors
/// `Conflict` for a stale version, or when the rack is not planned.
pub async fn activate(tx: &Tx, id: RackId, expected_version: Option<i32>) -> Result<rack::Model> {
    let rack = find(tx, id).await?;
    expect_version("rack", rack.version, expected_version)?;
    if rack.status != RackStatus::Planned {
        return Err(Error::Conflict(format!("the rack {} is not planned any more", rack.name)));
    }
    update(tx, id, expected_version, |row| row.status = Set(RackStatus::Active)).await
}

/// Takes a rack out of use that nothing is mounted in any more.
///
/// # Errors
/// `Conflict` for a stale version, while assets that are not disposed of are mounted in it, and while it holds places.
pub async fn retire(tx: &Tx, id: RackId, expected_version: Option<i32>) -> Result<rack::Model> {
    let rack = lock(tx, id).await?;
    expect_version("rack", rack.version, expected_version)?;
    let mounted = asset::Entity::find()
        .filter(asset::Column::RackId.eq(id))
        .filter(asset::Column::Status.ne(AssetStatus::Disposed))
        .count(tx)
        .await?;
    if mounted > 0 {
        let message =
            format!("{mounted} assets are still in the rack {}, move or dispose of them", rack.name);
        return Err(Error::Conflict(message));
    }
    held_placements::require_none_in(tx, &rack).await?;
    update(tx, id, expected_version, |row| row.status = Set(RackStatus::Retired)).await
}

/// Brings a retired rack back with the status that it had: what retiring it did is undone. One that was recorded as retired
/// is taken to have been in use.
///
/// # Errors
/// `Conflict` for a stale version, when the rack is not retired, and while its site is closed.
pub async fn reinstate(tx: &Tx, id: RackId, expected_version: Option<i32>) -> Result<rack::Model> {
    let rack = lock(tx, id).await?;
    expect_version("rack", rack.version, expected_version)?;
    if rack.status != RackStatus::Retired {
        return Err(Error::Conflict(format!("the rack {} is not retired", rack.name)));
    }
    let site = sites::find(tx, rack.site_id).await?;
    if site.status == SiteStatus::Closed {
        return Err(Error::Conflict(format!("the site {} is closed, reopen it first", site.code)));
    }
    let before = earlier::value_before::<rack::Entity, _>(tx, id.uuid(), "status", rack.status).await?;
    let status = before.unwrap_or(RackStatus::Active);
    update(tx, id, expected_version, |row| row.status = Set(status)).await
}

/// The rules of a rack, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(rack: &rack::Model) -> Result<()> {
    require_text("name", &rack.name, 100)?;
    require_text_if_any("room", rack.room.as_deref(), 100)?;
    require_range("heightUnits", rack.height_units, 1, 100)?;
    if let Some(watts) = rack.protected_power_watts {
        require_range("protectedPowerWatts", watts, 0, 1_000_000)?;
    }
    if let Some(grams) = rack.weight_limit_grams {
        require_range("weightLimitGrams", grams, 0, 10_000_000)?;
    }
    if let Some(watts) = rack.cooling_watts {
        require_range("coolingWatts", watts, 0, 1_000_000)?;
    }
    if let Some(ports) = rack.network_ports {
        require_range("networkPorts", ports, 0, 10_000)?;
    }
    Ok(())
}
