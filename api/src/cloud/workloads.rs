//! Workloads: register, change, retire.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    cloud::{provider_account, workload},
    id::{ProviderAccountId, SiteId, WorkloadId},
    inventory::site,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    error::{Error, Result},
    inventory::sites,
    rules::{draft, edited, expect_version, require_order, require_plausible, require_range, require_text},
    store::{Read, Tx},
};

/// Sizes beyond which a number has slipped: virtual processors, and gibibytes of memory and of storage.
const MOST_VCPU: i64 = 100_000;
const MOST_MEMORY: i64 = 1_000_000;
const MOST_STORAGE: i64 = 1_000_000_000;

/// More memory than this for each processor is a number of mebibytes. The largest machines have up to 55 GiB,
/// and about 500 when most of their processors are switched off.
const MOST_MEMORY_PER_VCPU: i64 = 512;

/// One workload.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: WorkloadId) -> Result<workload::Model> {
    workload::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("workload", id))
}

/// The accounts and sites that new workloads name, read at once for all of them.
#[derive(Debug)]
pub struct Places {
    accounts: HashSet<ProviderAccountId>,
    sites: HashSet<SiteId>,
}

impl Places {
    /// Reads those that `rows` name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(db: &impl Read, rows: &[workload::ActiveModel]) -> Result<Self> {
        let accounts = rows.iter().filter_map(|row| row.account_id.try_as_ref().copied());
        let accounts = provider_account::Entity::find()
            .select_only()
            .column(provider_account::Column::Id)
            .filter(provider_account::Column::Id.is_in(accounts.collect::<HashSet<_>>()))
            .into_tuple()
            .all(db)
            .await?;
        let sites = rows.iter().filter_map(|row| row.site_id.try_as_ref().copied().flatten());
        let sites = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::Id.is_in(sites.collect::<HashSet<_>>()))
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self { accounts: accounts.into_iter().collect(), sites: sites.into_iter().collect() })
    }

    fn require(&self, row: &workload::ActiveModel) -> Result<()> {
        if let Some(id) = row.account_id.try_as_ref().filter(|id| !self.accounts.contains(id)) {
            return Err(Error::not_found("provider account", id));
        }
        match row.site_id.try_as_ref().copied().flatten() {
            Some(id) if !self.sites.contains(&id) => Err(Error::not_found("site", id)),
            _ => Ok(()),
        }
    }
}

/// Registers a workload whose account and site are among `places`.
///
/// # Errors
/// `NotFound` for an account or a site that is not there, `Invalid` when the account has a workload of that name
/// or a rule of [`check`] is broken.
pub async fn register(tx: &Tx, mut row: workload::ActiveModel, places: &Places) -> Result<workload::Model> {
    row.id = Set(tx.new_id());
    check(&draft(&row)?)?;
    places.require(&row)?;
    tx.insert(row).await
}

/// Changes what is known of a workload. It stays in its account.
///
/// # Errors
/// `Conflict` for a stale version, `NotFound` for a site that is not there, `Invalid` when a rule of [`check`] is
/// broken.
pub async fn update(
    tx: &Tx,
    id: WorkloadId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut workload::ActiveModel),
) -> Result<workload::Model> {
    let before = find(tx, id).await?;
    expect_version("workload", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    if let Set(Some(site)) = row.site_id {
        sites::find(tx, site).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Records the last day of a workload, after which it costs nothing; without a day, the plan is dropped.
///
/// # Errors
/// As [`update`].
pub async fn retire(
    tx: &Tx,
    id: WorkloadId,
    expected_version: Option<i32>,
    on: Option<NaiveDate>,
) -> Result<workload::Model> {
    update(tx, id, expected_version, |row| row.retires_on = Set(on)).await
}

/// The rules of a workload, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(workload: &workload::Model) -> Result<()> {
    require_text("name", &workload.name, 200)?;
    require_text("service", &workload.service, 200)?;
    require_text("region", &workload.region, 100)?;
    for (field, size, most) in [
        ("vcpu", workload.vcpu, MOST_VCPU),
        ("memoryGib", workload.memory_gib, MOST_MEMORY),
        ("storageGib", workload.storage_gib, MOST_STORAGE),
    ] {
        if let Some(size) = size {
            require_range(field, size.to_decimal(), Decimal::ZERO, most.into())?;
        }
    }
    check_memory(workload.vcpu, workload.memory_gib)?;
    if let Some(tier) = workload.tier {
        require_range("tier", tier, 0, 3)?;
    }
    require_plausible("startedOn", workload.started_on)?;
    require_plausible("retiresOn", workload.retires_on)?;
    require_order("retiresOn", workload.started_on, workload.retires_on, "the start")
}

/// Memory is in gibibytes. Exports of virtual machines often have mebibytes.
fn check_memory(vcpu: Option<Rate>, memory: Option<Rate>) -> Result<()> {
    let (Some(vcpu), Some(memory)) = (vcpu, memory) else { return Ok(()) };
    let (vcpu, memory) = (vcpu.to_decimal(), memory.to_decimal());
    if vcpu > Decimal::ZERO && memory > vcpu * Decimal::from(MOST_MEMORY_PER_VCPU) {
        let message = format!(
            "{memory} GiB for {vcpu} vCPU is more than {MOST_MEMORY_PER_VCPU} GiB each; memory is in GiB, not MiB"
        );
        return Err(Error::invalid("memoryGib", message));
    }
    Ok(())
}

/// The workloads with these ids, by id.
///
/// # Errors
/// Those of the database.
pub async fn among(
    db: &impl Read,
    ids: impl IntoIterator<Item = WorkloadId>,
) -> Result<HashMap<WorkloadId, workload::Model>> {
    let found = workload::Entity::find()
        .filter(workload::Column::Id.is_in(ids.into_iter().collect::<HashSet<_>>()))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|workload| (workload.id, workload)).collect())
}
