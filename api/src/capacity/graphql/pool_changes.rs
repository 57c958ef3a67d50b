//! Changes of capacity pools.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    capacity::capacity_pool,
    id::{CapacityPoolId, SiteId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    pools::CapacityPool,
    words::{CapacityBasis, CapacityResource, CapacityUnit},
};
use crate::{
    access::Permission,
    capacity::{members, pools},
    error::Result,
    inventory::sites,
    schema::{
        patch::{overlay, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, rate},
    },
    store::Tx,
};

/// What a pool is planned by as a cluster of hosts. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityClusterInput {
    /// Hosts that may fail at once without anything stopping: 1 is N+1; at most 1,000.
    pub failures_tolerated: MaybeUndefined<i32>,
    /// Virtual processors to a core, or memory handed out to memory there is; above 0 and at most 1,000.
    pub overcommit_ratio: MaybeUndefined<Decimal>,
    /// Share that is kept free for peaks, from 0 and below 1.
    pub buffer_share: MaybeUndefined<Decimal>,
    /// What each host needs for itself, in the unit of the pool; of memory alone.
    pub host_overhead: MaybeUndefined<Decimal>,
}

impl CapacityClusterInput {
    fn apply(self, row: &mut capacity_pool::ActiveModel) -> Result<()> {
        patch(&mut row.failures_tolerated, self.failures_tolerated);
        patch_with(&mut row.overcommit_ratio, self.overcommit_ratio, |it| {
            rate(it, "cluster.overcommitRatio")
        })?;
        patch_with(&mut row.buffer_share, self.buffer_share, |it| rate(it, "cluster.bufferShare"))?;
        patch_with(&mut row.host_overhead, self.host_overhead, |it| amount(it, "cluster.hostOverhead"))
    }
}

/// What a pool is planned by as storage. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityStorageInput {
    /// Parts of data in a stripe: 8 of 8+2. With the parts of parity, or not at all.
    pub protection_data: MaybeUndefined<i32>,
    /// Parts of parity in a stripe: 2 of 8+2.
    pub protection_parity: MaybeUndefined<i32>,
    /// Share that its protection leaves, in place of stripes: 0.5 of two copies.
    pub protection_share: MaybeUndefined<Decimal>,
    /// Share of what protection leaves that is held back, from 0 and below 1.
    pub reserve_share: MaybeUndefined<Decimal>,
    /// How much data a unit is taken to hold; above 0 and at most 1,000.
    pub reduction_ratio: MaybeUndefined<Decimal>,
}

impl CapacityStorageInput {
    fn apply(self, row: &mut capacity_pool::ActiveModel) -> Result<()> {
        patch(&mut row.protection_data, self.protection_data);
        patch(&mut row.protection_parity, self.protection_parity);
        patch_with(&mut row.protection_share, self.protection_share, |it| {
            rate(it, "storage.protectionShare")
        })?;
        patch_with(&mut row.reserve_share, self.reserve_share, |it| rate(it, "storage.reserveShare"))?;
        patch_with(&mut row.reduction_ratio, self.reduction_ratio, |it| rate(it, "storage.reductionRatio"))
    }
}

/// What may be said of a pool, beside what it has to have. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPoolDetails {
    /// Where it is.
    pub site: MaybeUndefined<Id<SiteId>>,
    /// Where the raw quantity comes from; declared where it was never said.
    pub basis: MaybeUndefined<CapacityBasis>,
    /// All there is, in the unit of the pool, with at most six decimals. Not where it is counted.
    pub raw: MaybeUndefined<Decimal>,
    /// What is left of it after protection and overhead.
    pub usable: MaybeUndefined<Decimal>,
    /// What is left of that after the buffer that is kept free.
    pub plannable: MaybeUndefined<Decimal>,
    /// What was given out, whether it is used or not; it may be more than there is.
    pub allocated: MaybeUndefined<Decimal>,
    /// Share of the usable quantity that may be planned with, above 0 and at most 1.
    pub planning_limit: MaybeUndefined<Decimal>,
    /// What it is planned by as a cluster of hosts: of VCPU and MEMORY.
    #[graphql(default)]
    pub cluster: CapacityClusterInput,
    /// What it is planned by as storage.
    #[graphql(default)]
    pub storage: CapacityStorageInput,
    /// Days from an order to its delivery, at most 3,650.
    pub lead_days: MaybeUndefined<i32>,
    /// Days from delivery to use, at most 3,650.
    pub install_days: MaybeUndefined<i32>,
    /// Days that approving an order takes, at most 3,650.
    pub approval_days: MaybeUndefined<i32>,
    /// Days kept in hand on top, at most 3,650.
    pub buffer_days: MaybeUndefined<i32>,
    /// First day whose observations say how it grows, such as after a migration.
    pub fit_from: MaybeUndefined<Date>,
    /// What else is to be said.
    pub note: MaybeUndefined<String>,
    /// Where the record comes from.
    pub source: MaybeUndefined<String>,
}

impl CapacityPoolDetails {
    async fn write(self, tx: &Tx, row: &mut capacity_pool::ActiveModel) -> Result<()> {
        if let MaybeUndefined::Value(site) = &self.site {
            sites::find(tx, **site).await?;
        }
        patch(&mut row.site_id, self.site.map_value(|site| *site));
        patch_required(&mut row.basis, self.basis, "basis")?;
        patch_with(&mut row.raw, self.raw, |value| amount(value, "raw"))?;
        patch_with(&mut row.usable, self.usable, |value| amount(value, "usable"))?;
        patch_with(&mut row.plannable, self.plannable, |value| amount(value, "plannable"))?;
        patch_with(&mut row.allocated, self.allocated, |value| amount(value, "allocated"))?;
        patch_with(&mut row.planning_limit, self.planning_limit, |value| rate(value, "planningLimit"))?;
        self.cluster.apply(row)?;
        self.storage.apply(row)?;
        patch(&mut row.lead_days, self.lead_days);
        patch(&mut row.install_days, self.install_days);
        patch(&mut row.approval_days, self.approval_days);
        patch(&mut row.buffer_days, self.buffer_days);
        patch(&mut row.fit_from, self.fit_from);
        patch(&mut row.note, self.note);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// A supply of one resource whose parts can stand in for each other.
#[derive(Clone, Debug, InputObject)]
pub struct NewCapacityPool {
    /// What people call it; no two pools share one.
    pub name: String,
    /// What it is a supply of. It stays.
    pub resource: CapacityResource,
    /// What its quantities are counted in; it has to measure the resource. It stays.
    pub unit: CapacityUnit,
    /// What else is to be said.
    #[graphql(default)]
    pub details: CapacityPoolDetails,
}

/// What of a pool may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPoolChanges {
    /// What people call it; no two pools share one.
    pub name: MaybeUndefined<String>,
    /// What else is to be said.
    #[graphql(flatten)]
    pub details: CapacityPoolDetails,
}

/// Changes of pools.
#[derive(Default)]
pub struct PoolMutation;

/// Changes of pools.
#[Object]
impl PoolMutation {
    /// Creates a pool of capacity.
    async fn create_capacity_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewCapacityPool,
    ) -> Result<CapacityPool> {
        let created = change(ctx, Permission::EditInventory, async |tx| {
            let mut row = capacity_pool::ActiveModel {
                name: Set(input.name),
                resource: Set(input.resource.into()),
                unit: Set(input.unit.into()),
                basis: Set(capacity_pool::CapacityBasis::Declared),
                ..Default::default()
            };
            input.details.write(tx, &mut row).await?;
            pools::create(tx, row).await
        });
        Ok(Record::whole(created.await?).into())
    }

    /// Changes a pool. What it is a supply of and what it is counted in stay.
    async fn update_capacity_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityPoolId>,
        #[graphql(desc = "What is to change.")] changes: CapacityPoolChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CapacityPool> {
        let changed = change(ctx, Permission::EditInventory, async |tx| {
            let mut given = capacity_pool::ActiveModel::default();
            patch_required(&mut given.name, changes.name, "name")?;
            changes.details.write(tx, &mut given).await?;
            pools::update(tx, *id, expected_version, |row| overlay(row, &given)).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Retires a pool: what was observed of it stays, its members are free for another pool.
    async fn retire_capacity_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CapacityPoolId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CapacityPool> {
        let retired =
            change(ctx, Permission::EditInventory, async |tx| pools::retire(tx, *id, expected_version).await);
        Ok(Record::whole(retired.await?).into())
    }

    /// Says what a pool is made of, in place of what it was before. Nothing is in two pools of one resource, neither itself
    /// nor within what holds it.
    async fn set_capacity_pool_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] id: Id<CapacityPoolId>,
        #[graphql(desc = "Ids of assets, racks, sites and workloads, at most 1,000; none takes all away.")]
        members: Vec<ID>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CapacityPool> {
        let changed = change(ctx, Permission::EditInventory, async |tx| {
            let things = members::parse(&members.iter().map(|id| id.as_str()).collect::<Vec<_>>())?;
            members::set(tx, *id, expected_version, &things).await
        });
        Ok(Record::whole(changed.await?).into())
    }
}
