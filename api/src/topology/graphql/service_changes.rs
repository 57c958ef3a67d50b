//! Registering, changing and retiring services, as clients ask for it.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    id::{ServiceId, VendorId},
    topology::service,
};
use sea_orm::ActiveValue::Set;

use super::services::{Service, ServiceKind, ServiceStatus};
use crate::{
    access::Permission,
    error::Result,
    schema::{
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Id, MoneyInput},
    },
    topology::services,
};

/// A service to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewService {
    /// Name; no two services share one.
    pub name: String,
    /// What sort of service it is.
    pub kind: ServiceKind,
    /// What else is known of it.
    #[graphql(default)]
    pub details: ServiceDetails,
}

/// What may be known of a service. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceDetails {
    /// What it does.
    pub description: MaybeUndefined<String>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: MaybeUndefined<i32>,
    /// Whether everything uses it, as a directory or a backup; false for a new one.
    pub is_shared: MaybeUndefined<bool>,
    /// People who use it.
    pub users: MaybeUndefined<i32>,
    /// Revenue that an hour without it costs.
    pub revenue_per_hour: MaybeUndefined<MoneyInput>,
    /// Who provides it, where somebody else does.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// Where it stands in its life; active for a new one.
    pub status: MaybeUndefined<ServiceStatus>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

/// What of a service may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceChanges {
    /// Name; no two services share one.
    pub name: MaybeUndefined<String>,
    /// What sort of service it is.
    pub kind: MaybeUndefined<ServiceKind>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: ServiceDetails,
}

impl ServiceDetails {
    fn apply(self, row: &mut service::ActiveModel) -> Result<()> {
        patch(&mut row.description, self.description);
        patch(&mut row.owner, self.owner);
        patch(&mut row.tier, self.tier);
        patch_required(&mut row.is_shared, self.is_shared, "isShared")?;
        patch(&mut row.users, self.users);
        let revenue = self.revenue_per_hour.map_value(|money| money.columns("revenuePerHour")).transpose()?;
        patch(&mut row.revenue_per_hour_amount, revenue.clone().map_value(|(amount, _)| amount));
        patch(&mut row.revenue_per_hour_currency, revenue.map_value(|(_, currency)| currency));
        patch(&mut row.vendor_id, self.vendor.map_value(|id| id.0));
        patch_required(&mut row.status, self.status, "status")?;
        patch(&mut row.source, self.source);
        Ok(())
    }
}

impl ServiceChanges {
    fn apply(self, row: &mut service::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        self.details.apply(row)
    }
}

impl NewService {
    fn row(self) -> Result<service::ActiveModel> {
        let mut row = service::ActiveModel {
            status: Set(service::ServiceStatus::Active),
            is_shared: Set(false),
            ..Default::default()
        };
        self.details.apply(&mut row)?;
        row.name = Set(self.name);
        row.kind = Set(self.kind.into());
        Ok(row)
    }
}

/// Changes of services.
#[derive(Default)]
pub struct ServiceMutation;

/// Changes of services.
#[Object]
impl ServiceMutation {
    /// Registers a service. Sent again with the same idempotency key it answers with the first service.
    async fn register_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewService,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Service> {
        let service = change(ctx, Permission::EditTopology, async |tx| {
            tx.once("registerService", idempotency_key, &input, async || {
                services::register(tx, input.clone().row()?).await
            })
            .await
        });
        Ok(Record::whole(service.await?).into())
    }

    /// Changes what is known of a service.
    async fn update_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ServiceId>,
        #[graphql(desc = "What is to change.")] changes: ServiceChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Service> {
        let service = change(ctx, Permission::EditTopology, async |tx| {
            let mut columns = service::ActiveModel::default();
            changes.apply(&mut columns)?;
            services::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(service.await?).into())
    }

    /// Takes a service out of use. What depends on it stays recorded; nothing can come to depend on it.
    async fn retire_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ServiceId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Service> {
        let service = change(ctx, Permission::EditTopology, async |tx| {
            services::retire(tx, *id, expected_version).await
        });
        Ok(Record::whole(service.await?).into())
    }
}
