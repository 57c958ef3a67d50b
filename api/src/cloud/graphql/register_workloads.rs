//! Registering, changing and retiring workloads, as clients ask for it.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    cloud::workload,
    id::{ProviderAccountId, SiteId, WorkloadId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{quantity, workloads::Workload};
use crate::{
    access::Permission,
    cloud::workloads::{self, Places},
    error::Result,
    inventory::graphql::assets::Environment,
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id},
    },
    store::Tx,
};

/// A workload to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewWorkload {
    /// The account that it runs in.
    pub account_id: Id<ProviderAccountId>,
    /// Name; no two workloads of an account share one.
    pub name: String,
    /// The provider's service that it runs on.
    pub service: String,
    /// The provider's region.
    pub region: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: WorkloadDetails,
}

/// What may be known of a workload. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WorkloadDetails {
    /// Name; no two workloads of an account share one.
    pub name: Option<String>,
    /// The provider's service that it runs on.
    pub service: Option<String>,
    /// The provider's region.
    pub region: Option<String>,
    /// The region as a site.
    pub site_id: MaybeUndefined<Id<SiteId>>,
    /// Virtual processors.
    pub vcpu: MaybeUndefined<Decimal>,
    /// Memory in gibibytes: 2^30 bytes each.
    pub memory_gib: MaybeUndefined<Decimal>,
    /// Storage in gibibytes: 2^30 bytes each.
    pub storage_gib: MaybeUndefined<Decimal>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// What it is used for.
    pub environment: Option<Environment>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: MaybeUndefined<i32>,
    /// Its first day.
    pub started_on: MaybeUndefined<Date>,
    /// Its last day.
    pub retires_on: MaybeUndefined<Date>,
}

impl WorkloadDetails {
    fn edit(self) -> Result<impl FnOnce(&mut workload::ActiveModel)> {
        let vcpu = quantity(self.vcpu, "vcpu")?;
        let memory_gib = quantity(self.memory_gib, "memoryGib")?;
        let storage_gib = quantity(self.storage_gib, "storageGib")?;
        Ok(move |row: &mut workload::ActiveModel| {
            patch_required(&mut row.name, self.name);
            patch_required(&mut row.service, self.service);
            patch_required(&mut row.region, self.region);
            patch(&mut row.site_id, self.site_id.map_value(|id| id.0));
            patch(&mut row.vcpu, vcpu);
            patch(&mut row.memory_gib, memory_gib);
            patch(&mut row.storage_gib, storage_gib);
            patch(&mut row.owner, self.owner);
            patch_required(&mut row.environment, self.environment);
            patch(&mut row.tier, self.tier);
            patch(&mut row.started_on, self.started_on);
            patch(&mut row.retires_on, self.retires_on);
        })
    }
}

impl NewWorkload {
    fn row(self) -> Result<workload::ActiveModel> {
        let mut row = workload::ActiveModel {
            account_id: Set(self.account_id.0),
            environment: Set(entity::inventory::environment::Environment::Production),
            ..Default::default()
        };
        (self.details.edit()?)(&mut row);
        row.name = Set(self.name);
        row.service = Set(self.service);
        row.region = Set(self.region);
        Ok(row)
    }
}

async fn register(
    tx: &Tx,
    (row, places): (Result<workload::ActiveModel>, Arc<Places>),
) -> Result<workload::Model> {
    workloads::register(tx, row?, &places).await
}

/// What became of one row of new workloads.
#[derive(SimpleObject)]
pub struct RegisteredWorkload {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The workload.
    workload: Option<Workload>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of workloads.
#[derive(Default)]
pub struct WorkloadMutation;

/// Changes of workloads.
#[Object]
impl WorkloadMutation {
    /// Registers a workload. Sent again with the same idempotency key it answers with the first workload.
    async fn register_workload(
        &self,
        ctx: &Context<'_>,
        input: NewWorkload,
        idempotency_key: Option<String>,
    ) -> Result<Workload> {
        let workload = change(ctx, Permission::EditCloud, async |tx| {
            tx.once("registerWorkload", idempotency_key, &input, async || {
                let row = input.clone().row()?;
                let places = Places::of(tx, std::slice::from_ref(&row)).await?;
                workloads::register(tx, row, &places).await
            })
            .await
        });
        Ok(Record::whole(workload.await?).into())
    }

    /// Registers many workloads, each by itself: what is refused undoes only its own row.
    async fn register_workloads(
        &self,
        ctx: &Context<'_>,
        input: Vec<NewWorkload>,
    ) -> Result<Vec<RegisteredWorkload>> {
        let outcomes = change(ctx, Permission::EditCloud, async |tx| {
            require_rows("input", input.len())?;
            let rows: Vec<Result<workload::ActiveModel>> = input.into_iter().map(NewWorkload::row).collect();
            let readable: Vec<_> = rows.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
            let places = Arc::new(Places::of(tx, &readable).await?);
            let rows = rows.into_iter().map(|row| (row, Arc::clone(&places))).collect();
            each(tx, rows, register).await
        })
        .await?;
        let rows = bulk::rows::<Workload>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, workload, error)| RegisteredWorkload { index, workload, error }).collect())
    }

    /// Changes what is known of a workload. It stays in its account.
    async fn update_workload(
        &self,
        ctx: &Context<'_>,
        id: Id<WorkloadId>,
        details: WorkloadDetails,
        expected_version: Option<i32>,
    ) -> Result<Workload> {
        let workload = change(ctx, Permission::EditCloud, async |tx| {
            workloads::update(tx, *id, expected_version, details.edit()?).await
        });
        Ok(Record::whole(workload.await?).into())
    }

    /// Records the last day of a workload, after which it costs nothing; without a day, the plan is dropped.
    async fn retire_workload(
        &self,
        ctx: &Context<'_>,
        id: Id<WorkloadId>,
        on: Option<Date>,
        expected_version: Option<i32>,
    ) -> Result<Workload> {
        let on = on.map(|on| on.0);
        let workload = change(ctx, Permission::EditCloud, async |tx| {
            workloads::retire(tx, *id, expected_version, on).await
        });
        Ok(Record::whole(workload.await?).into())
    }
}
