//! Capacity pools: create, change and retire them.

use entity::{
    capacity::{
        Quantity,
        capacity_pool::{self, CapacityBasis, CapacityResource},
    },
    id::CapacityPoolId,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, QuerySelect, sea_query::LockType};

use super::{contents, members, units};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_plausible, require_range, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// The longest that a step of a purchase takes, in days.
const MOST_DAYS: i32 = 3_650;

/// One pool.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: CapacityPoolId) -> Result<capacity_pool::Model> {
    let found = capacity_pool::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("capacity pool", id))
}

/// One pool that is in use, held until the end of the change, so that changes of what belongs to it come one by one.
///
/// # Errors
/// `NotFound` when there is none, `Invalid` for one that is retired.
pub async fn held(tx: &Tx, id: CapacityPoolId) -> Result<capacity_pool::Model> {
    let found = capacity_pool::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx).await?;
    let pool = found.ok_or_else(|| Error::not_found("capacity pool", id))?;
    if !pool.is_active {
        return Err(Error::invalid("pool", format!("{} is retired", pool.name)));
    }
    Ok(pool)
}

/// Creates a pool.
///
/// # Errors
/// `Invalid` when a rule of [`check`] is broken or the name is taken.
pub async fn create(tx: &Tx, given: capacity_pool::ActiveModel) -> Result<capacity_pool::Model> {
    let row = capacity_pool::ActiveModel { id: Set(tx.new_id()), is_active: Set(true), ..given };
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes a pool. What it is a supply of and what it is counted in stay: its observations are counted in it.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` as for [`create`] and for one that is retired.
pub async fn update(
    tx: &Tx,
    id: CapacityPoolId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut capacity_pool::ActiveModel),
) -> Result<capacity_pool::Model> {
    let before = held(tx, id).await?;
    expect_version("capacity pool", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |changed| *changed = row).await
}

/// Retires a pool: what it observed stays, its members are free for another pool.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` for one that is retired already.
pub async fn retire(
    tx: &Tx,
    id: CapacityPoolId,
    expected_version: Option<i32>,
) -> Result<capacity_pool::Model> {
    let before = held(tx, id).await?;
    expect_version("capacity pool", before.version, expected_version)?;
    members::write(tx, &before, &[]).await?;
    tx.update(before, |row: &mut capacity_pool::ActiveModel| row.is_active = Set(false)).await
}

/// The rules of a pool, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &capacity_pool::Model) -> Result<()> {
    require_text("name", &row.name, 200)?;
    units::require_fitting(row.resource, row.unit)?;
    require_text_if_any("note", row.note.as_deref(), 2_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)?;
    let steps = [
        ("leadDays", row.lead_days),
        ("installDays", row.install_days),
        ("approvalDays", row.approval_days),
        ("bufferDays", row.buffer_days),
    ];
    for (field, days) in steps {
        days.map_or(Ok(()), |days| require_range(field, days, 0, MOST_DAYS))?;
    }
    require_plausible("fitFrom", row.fit_from)?;
    if let Some(limit) = row.planning_limit {
        require_fraction("planningLimit", limit.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    }
    check_cluster(row)?;
    check_storage(row)?;
    check_layers(row)
}

/// No layer is more than the one that it is taken from.
fn check_layers(row: &capacity_pool::Model) -> Result<()> {
    let layers = [
        ("raw", row.raw),
        ("usable", row.usable),
        ("plannable", row.plannable),
        ("allocated", row.allocated),
    ];
    for (field, layer) in layers {
        layer.map_or(Ok(()), |layer| units::kept(field, layer.to_decimal()).map(drop))?;
    }
    let mut above: Option<(&str, Quantity)> = None;
    for (field, layer) in layers.into_iter().take(3) {
        let Some(layer) = layer else { continue };
        if let Some((outer, most)) = above.filter(|(_, most)| layer > *most) {
            return Err(Error::invalid(field, format!("{layer} is more than {outer}, {most}")));
        }
        above = Some((field, layer));
    }
    if row.basis == CapacityBasis::Declared {
        return Ok(());
    }
    if let Some(raw) = row.raw {
        let message =
            format!("{raw} is stated, and the basis INVENTORY counts it from the members; leave one out");
        return Err(Error::invalid("raw", message));
    }
    if contents::is_recorded(row.resource) {
        return Ok(());
    }
    let message = format!(
        "INVENTORY counts RACK_UNITS, POWER, STORAGE, VCPU and MEMORY; of {} the inventory records nothing, so state it with DECLARED",
        row.resource.to_value()
    );
    Err(Error::invalid("basis", message))
}

/// The most that a ratio may be.
const MOST_RATIO: i64 = 1_000;

fn require_ratio(field: &str, ratio: Option<Rate>) -> Result<()> {
    let ratio = ratio.map(Rate::to_decimal);
    let is_possible = |ratio: &Decimal| *ratio > Decimal::ZERO && *ratio <= Decimal::from(MOST_RATIO);
    match ratio.filter(|ratio| !is_possible(ratio)) {
        Some(ratio) => Err(Error::invalid(field, format!("{ratio} is not above 0 and at most {MOST_RATIO}"))),
        None => Ok(()),
    }
}

fn require_part(field: &str, share: Option<Rate>) -> Result<()> {
    let most = Decimal::ONE - Decimal::new(1, 9);
    share.map_or(Ok(()), |share| require_fraction(field, share.to_decimal(), Decimal::ZERO, most))
}

/// What is said of clusters is said of hosts, and what hosts need for themselves is memory.
fn check_cluster(row: &capacity_pool::Model) -> Result<()> {
    let said = [
        ("cluster.failuresTolerated", row.failures_tolerated.is_some()),
        ("cluster.overcommitRatio", row.overcommit_ratio.is_some()),
        ("cluster.bufferShare", row.buffer_share.is_some()),
    ];
    let is_host = contents::is_of_hosts(row.resource);
    refuse_others(row, is_host, &said, "VCPU and MEMORY")?;
    let said = [("cluster.hostOverhead", row.host_overhead.is_some())];
    refuse_others(row, row.resource == CapacityResource::Memory, &said, "MEMORY")?;
    if let Some(failures) = row.failures_tolerated {
        require_range("cluster.failuresTolerated", failures, 0, 1_000)?;
    }
    require_ratio("cluster.overcommitRatio", row.overcommit_ratio)?;
    require_part("cluster.bufferShare", row.buffer_share)?;
    let overhead = row.host_overhead.map(Quantity::to_decimal);
    overhead.map_or(Ok(()), |overhead| units::kept("cluster.hostOverhead", overhead).map(drop))
}

/// What is said of storage is said of storage, and its protection once.
fn check_storage(row: &capacity_pool::Model) -> Result<()> {
    let said = [
        ("storage.protectionData", row.protection_data.is_some()),
        ("storage.protectionParity", row.protection_parity.is_some()),
        ("storage.protectionShare", row.protection_share.is_some()),
        ("storage.reserveShare", row.reserve_share.is_some()),
        ("storage.reductionRatio", row.reduction_ratio.is_some()),
    ];
    refuse_others(row, row.resource == CapacityResource::Storage, &said, "STORAGE")?;
    if row.protection_data.is_some() != row.protection_parity.is_some() {
        let message = "is given without the other of protectionData and protectionParity";
        let of_data = row.protection_data.is_some();
        let field = if of_data { "storage.protectionData" } else { "storage.protectionParity" };
        return Err(Error::invalid(field, message));
    }
    if row.protection_data.is_some() && row.protection_share.is_some() {
        let message = "is given beside protectionData and protectionParity: give one of them";
        return Err(Error::invalid("storage.protectionShare", message));
    }
    if row.basis == CapacityBasis::Inventory
        && let Some((field, _)) = said.iter().take(3).find(|(_, is)| *is)
    {
        let message =
            "is given, and the basis INVENTORY counts what arrays hold after redundancy; leave one out";
        return Err(Error::invalid(*field, message));
    }
    let parts = [
        ("storage.protectionData", row.protection_data, 1),
        ("storage.protectionParity", row.protection_parity, 0),
    ];
    for (field, count, least) in parts {
        count.map_or(Ok(()), |count| require_range(field, count, least, 1_000))?;
    }
    if let Some(share) = row.protection_share {
        require_fraction("storage.protectionShare", share.to_decimal(), Decimal::new(1, 9), Decimal::ONE)?;
    }
    require_part("storage.reserveShare", row.reserve_share)?;
    require_ratio("storage.reductionRatio", row.reduction_ratio)
}

/// Refuses what is said of a resource that it does not fit.
fn refuse_others(
    row: &capacity_pool::Model,
    fits: bool,
    said: &[(&'static str, bool)],
    of: &str,
) -> Result<()> {
    match said.iter().find(|(_, is)| *is && !fits) {
        Some((field, _)) => {
            let message = format!("is said of {of}, and not of {}", row.resource.to_value());
            Err(Error::invalid(*field, message))
        }
        None => Ok(()),
    }
}
