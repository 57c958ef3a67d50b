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
        patch::{overlay, patch, patch_required},
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
    pub account: Id<ProviderAccountId>,
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
    /// The region as a site.
    pub site: MaybeUndefined<Id<SiteId>>,
    /// Virtual processors.
    pub vcpu: MaybeUndefined<Decimal>,
    /// Memory in gibibytes: 2^30 bytes each.
    pub memory_gib: MaybeUndefined<Decimal>,
    /// Storage in gibibytes: 2^30 bytes each.
    pub storage_gib: MaybeUndefined<Decimal>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// What it is used for.
    pub environment: MaybeUndefined<Environment>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: MaybeUndefined<i32>,
    /// Its first day.
    pub started_on: MaybeUndefined<Date>,
    /// Its last day.
    pub retires_on: MaybeUndefined<Date>,
}

/// What of a workload may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WorkloadChanges {
    /// Name; no two workloads of an account share one.
    pub name: MaybeUndefined<String>,
    /// The provider's service that it runs on.
    pub service: MaybeUndefined<String>,
    /// The provider's region.
    pub region: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: WorkloadDetails,
}

impl WorkloadDetails {
    fn apply(self, row: &mut workload::ActiveModel) -> Result<()> {
        patch(&mut row.site_id, self.site.map_value(|id| id.0));
        patch(&mut row.vcpu, quantity(self.vcpu, "vcpu")?);
        patch(&mut row.memory_gib, quantity(self.memory_gib, "memoryGib")?);
        patch(&mut row.storage_gib, quantity(self.storage_gib, "storageGib")?);
        patch(&mut row.owner, self.owner);
        patch_required(&mut row.environment, self.environment, "environment")?;
        patch(&mut row.tier, self.tier);
        patch(&mut row.started_on, self.started_on);
        patch(&mut row.retires_on, self.retires_on);
        Ok(())
    }
}

impl WorkloadChanges {
    fn apply(self, row: &mut workload::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.service, self.service, "service")?;
        patch_required(&mut row.region, self.region, "region")?;
        self.details.apply(row)
    }
}

impl NewWorkload {
    fn row(self) -> Result<workload::ActiveModel> {
        let mut row = workload::ActiveModel {
            account_id: Set(self.account.0),
            environment: Set(entity::inventory::environment::Environment::Production),
            ..Default::default()
        };
        self.details.apply(&mut row)?;
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
        #[graphql(desc = "What is to be recorded.")] input: NewWorkload,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
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
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewWorkload>,
    ) -> Result<Vec<RegisteredWorkload>> {
        let outcomes = change(ctx, Permission::EditCloud, async |tx| {
            require_rows("inputs", inputs.len())?;
            let rows: Vec<Result<workload::ActiveModel>> = inputs.into_iter().map(NewWorkload::row).collect();
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
        #[graphql(desc = "Its id.")] id: Id<WorkloadId>,
        #[graphql(desc = "What is to change.")] changes: WorkloadChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Workload> {
        let workload = change(ctx, Permission::EditCloud, async |tx| {
            let mut columns = workload::ActiveModel::default();
            changes.apply(&mut columns)?;
            workloads::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(workload.await?).into())
    }

    /// Records the last day of a workload, after which it costs nothing; without a day, the plan is dropped.
    async fn retire_workload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<WorkloadId>,
        #[graphql(desc = "Its last day. Left out: no day is planned.")] on: Option<Date>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Workload> {
        let on = on.map(|on| on.0);
        let workload = change(ctx, Permission::EditCloud, async |tx| {
            workloads::retire(tx, *id, expected_version, on).await
        });
        Ok(Record::whole(workload.await?).into())
    }
}
