//! Sites: open, change, plan to leave, close.

use chrono::NaiveDate;
use entity::{
    id::{EntityId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        site::{self, SiteStatus},
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::LockType,
};

use crate::{
    audit::earlier,
    capacity::held_placements,
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text},
    store::{Read, Tx},
};

/// One site.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: SiteId) -> Result<site::Model> {
    site::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("site", id))
}

/// One site at which nobody else holds places until the change is over.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn lock(tx: &Tx, id: SiteId) -> Result<site::Model> {
    let site = site::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    site.ok_or_else(|| Error::not_found("site", id))
}

/// Opens a site.
///
/// # Errors
/// `Invalid` when the code is taken or a rule of [`check`] is broken.
pub async fn open(tx: &Tx, mut row: site::ActiveModel) -> Result<site::Model> {
    row.id = Set(tx.new_id());
    if row.status.is_not_set() {
        row.status = Set(SiteStatus::Active);
    }
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes what is known of a site.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: SiteId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut site::ActiveModel),
) -> Result<site::Model> {
    let before = find(tx, id).await?;
    expect_version("site", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Records by when a site is to be empty. What would fall due there later is not refreshed.
///
/// # Errors
/// As [`update`]; `Conflict` when the site is closed already, `Invalid` for a day that has passed while assets are in
/// service there.
pub async fn plan_exit(
    tx: &Tx,
    id: SiteId,
    expected_version: Option<i32>,
    exit: Option<(NaiveDate, Option<String>)>,
) -> Result<site::Model> {
    let site = find(tx, id).await?;
    expect_version("site", site.version, expected_version)?;
    if site.status == SiteStatus::Closed {
        return Err(Error::Conflict(format!("the site {} is closed already", site.code)));
    }
    let (on, reason) = exit.map_or((None, None), |(on, reason)| (Some(on), reason));
    if let Some(on) = on {
        require_exit_to_come(tx, &site, on).await?;
    }
    update(tx, id, expected_version, |row| {
        row.exit_on = Set(on);
        row.exit_reason = Set(reason);
    })
    .await
}

/// Refuses to have left a site on a day that has passed, where something is in service there. That an empty site was
/// left then is on record.
async fn require_exit_to_come(tx: &Tx, site: &site::Model, on: NaiveDate) -> Result<()> {
    let today = tx.caller().now.date_naive();
    if on >= today {
        return Ok(());
    }
    let working = asset::Entity::find()
        .filter(asset::Column::SiteId.eq(site.id))
        .filter(asset::Column::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance]))
        .count(tx)
        .await?;
    if working > 0 {
        let message = format!(
            "{on} has passed: no site is left before {today} while assets are in service there, and {} has {working}",
            site.code
        );
        return Err(Error::invalid("on", message));
    }
    Ok(())
}

/// Closes a site that nothing stands at any more.
///
/// # Errors
/// `Conflict` for a stale version, while assets that are not disposed of stand there, and while its racks hold places.
pub async fn close(tx: &Tx, id: SiteId, expected_version: Option<i32>) -> Result<site::Model> {
    let site = lock(tx, id).await?;
    expect_version("site", site.version, expected_version)?;
    let standing = asset::Entity::find()
        .filter(asset::Column::SiteId.eq(id))
        .filter(asset::Column::Status.ne(AssetStatus::Disposed))
        .count(tx)
        .await?;
    if standing > 0 {
        return Err(Error::Conflict(format!(
            "{standing} assets still stand at the site, move or dispose of them"
        )));
    }
    held_placements::require_none_at(tx, &site).await?;
    update(tx, id, expected_version, |row| row.status = Set(SiteStatus::Closed)).await
}

/// Brings a closed site back with the status that it had: what closing it did is undone. One that was recorded as closed is
/// taken to have been in use.
///
/// # Errors
/// `Conflict` for a stale version, and when the site is not closed.
pub async fn reopen(tx: &Tx, id: SiteId, expected_version: Option<i32>) -> Result<site::Model> {
    let site = find(tx, id).await?;
    expect_version("site", site.version, expected_version)?;
    if site.status != SiteStatus::Closed {
        return Err(Error::Conflict(format!("the site {} is not closed", site.code)));
    }
    let before = earlier::value_before::<site::Entity, _>(tx, id.uuid(), "status", site.status).await?;
    let status = before.unwrap_or(SiteStatus::Active);
    update(tx, id, expected_version, |row| row.status = Set(status)).await
}

/// The rules of a site, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(site: &site::Model) -> Result<()> {
    require_text("code", &site.code, 32)?;
    require_text("name", &site.name, 200)?;
    if site.time_zone.parse::<chrono_tz::Tz>().is_err() {
        let message =
            format!("`{}` is not a time zone of the IANA list, such as Europe/Berlin", site.time_zone);
        return Err(Error::invalid("timeZone", message));
    }
    if let Some(country) = site.country.as_deref()
        && !(country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_uppercase()))
    {
        return Err(Error::invalid("country", format!("`{country}` is not a country code of two capitals")));
    }
    if let (Some(opened), Some(exit)) = (site.opened_on, site.exit_on)
        && exit < opened
    {
        return Err(Error::invalid("exitOn", format!("{exit} lies before the opening on {opened}")));
    }
    if let Some(headcount) = site.headcount.filter(|count| *count < 0) {
        return Err(Error::invalid("headcount", format!("{headcount} is below zero")));
    }
    Ok(())
}
