//! Changes of refresh cycles.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    id::{AssetId, HardwareModelId, RefreshCycleId, RefreshPolicyId, SiteId},
    lifecycle::refresh_cycle,
};
use sea_orm::ActiveValue::Set;

use super::RefreshCycle;
use crate::{
    access::Permission,
    error::Result,
    lifecycle::{cohorts, refresh_cycles},
    schema::{
        bulk::require_rows,
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id, MoneyInput},
    },
};

/// A refresh cycle to plan.
#[derive(Clone, Debug, InputObject)]
pub struct NewRefreshCycle {
    /// Name; no two cycles share one.
    pub name: String,
    /// The policy that makes its assets due.
    pub policy: Id<RefreshPolicyId>,
    /// The assets that it replaces, as far as they are known.
    #[graphql(default)]
    pub assets: Vec<Id<AssetId>>,
    /// What else is known of it.
    #[graphql(default)]
    pub details: RefreshCycleDetails,
}

/// What may be known of a refresh cycle. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshCycleDetails {
    /// The one site that it is for.
    pub site: MaybeUndefined<Id<SiteId>>,
    /// The model to buy. Null: the successor of each asset's model.
    pub model: MaybeUndefined<Id<HardwareModelId>>,
    /// The day to order by.
    pub order_on: MaybeUndefined<Date>,
    /// The day on which the new units are to be in service.
    pub in_service_on: MaybeUndefined<Date>,
    /// New units to buy. Null: by the rule of the policy.
    pub quantity: MaybeUndefined<i32>,
    /// What is budgeted for it.
    pub budget: MaybeUndefined<MoneyInput>,
    /// What else there is to say.
    pub notes: MaybeUndefined<String>,
}

/// What of a refresh cycle may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshCycleChanges {
    /// Name; no two cycles share one.
    pub name: MaybeUndefined<String>,
    /// The policy that makes its assets due.
    pub policy: MaybeUndefined<Id<RefreshPolicyId>>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: RefreshCycleDetails,
}

impl RefreshCycleDetails {
    /// The columns that the details name.
    fn columns(self) -> Result<refresh_cycle::ActiveModel> {
        let mut row = refresh_cycle::ActiveModel::default();
        patch(&mut row.site_id, self.site.map_value(|id| id.0));
        patch(&mut row.model_id, self.model.map_value(|id| id.0));
        patch(&mut row.order_on, self.order_on);
        patch(&mut row.in_service_on, self.in_service_on);
        patch(&mut row.quantity, self.quantity);
        match self.budget {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => (row.budget_amount, row.budget_currency) = (Set(None), Set(None)),
            MaybeUndefined::Value(budget) => {
                let (amount, currency) = budget.columns("budget")?;
                (row.budget_amount, row.budget_currency) = (Set(Some(amount)), Set(Some(currency)));
            }
        }
        patch(&mut row.notes, self.notes);
        Ok(row)
    }
}

impl RefreshCycleChanges {
    /// The columns that the changes name.
    fn columns(self) -> Result<refresh_cycle::ActiveModel> {
        let mut row = self.details.columns()?;
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.policy_id, self.policy.map_value(|id| id.0), "policy")?;
        Ok(row)
    }
}

fn plain(assets: &[Id<AssetId>]) -> Vec<AssetId> {
    assets.iter().map(|id| id.0).collect()
}

fn shown(cycle: refresh_cycle::Model) -> RefreshCycle {
    Record::whole(cycle).into()
}

/// Changes of refresh cycles.
#[derive(Default)]
pub struct RefreshCycleMutation;

/// Changes of refresh cycles.
#[Object]
impl RefreshCycleMutation {
    /// Plans the replacement of a cohort of assets.
    async fn plan_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewRefreshCycle,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<RefreshCycle> {
        if !input.assets.is_empty() {
            require_rows("assets", input.assets.len())?;
        }
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            tx.once("planRefreshCycle", idempotency_key, &input, async || {
                let mut row = input.details.clone().columns()?;
                row.name = Set(input.name.clone());
                row.policy_id = Set(input.policy.0);
                refresh_cycles::plan(tx, row, &plain(&input.assets)).await
            })
            .await
        });
        Ok(shown(cycle.await?))
    }

    /// Changes what is known of a refresh cycle. What was approved changes no more, nor what was ordered.
    async fn update_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "What is to change.")] changes: RefreshCycleChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            let columns = changes.columns()?;
            refresh_cycles::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(shown(cycle.await?))
    }

    /// Adds assets to a planned cycle: all of them, or none and a refusal that names those at fault. An asset is
    /// in one open cycle at most.
    async fn add_assets_to_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] assets: Vec<Id<AssetId>>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        require_rows("assets", assets.len())?;
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            cohorts::add(tx, *id, expected_version, &plain(&assets)).await
        });
        Ok(shown(cycle.await?))
    }

    /// Takes assets out of a planned cycle. Those that are not in it are no matter.
    async fn remove_assets_from_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] assets: Vec<Id<AssetId>>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        require_rows("assets", assets.len())?;
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            cohorts::remove(tx, *id, expected_version, &plain(&assets)).await
        });
        Ok(shown(cycle.await?))
    }

    /// Funds a planned cycle. It needs a budget, a day to order by and assets. From PLANNED to APPROVED.
    async fn approve_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            refresh_cycles::approve(tx, *id, expected_version).await
        });
        Ok(shown(cycle.await?))
    }

    /// Takes an approval back, so that what was approved can change again. From APPROVED to PLANNED.
    async fn withdraw_refresh_cycle_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            refresh_cycles::withdraw_approval(tx, *id, expected_version).await
        });
        Ok(shown(cycle.await?))
    }

    /// Records that an approved cycle was ordered on a day. From APPROVED to ORDERED.
    async fn order_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The day of the order.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            refresh_cycles::order(tx, *id, expected_version, on.0).await
        });
        Ok(shown(cycle.await?))
    }

    /// Records that the new units of an ordered cycle entered service on a day. The old ones are retired by
    /// themselves. From ORDERED to COMPLETED.
    async fn complete_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The day on which the new units entered service.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            refresh_cycles::complete(tx, *id, expected_version, on.0).await
        });
        Ok(shown(cycle.await?))
    }

    /// Gives a cycle up; its assets are free for another. From PLANNED, APPROVED or ORDERED to CANCELLED.
    async fn cancel_refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshCycleId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshCycle> {
        let cycle = change(ctx, Permission::EditLifecycle, async |tx| {
            refresh_cycles::cancel(tx, *id, expected_version).await
        });
        Ok(shown(cycle.await?))
    }
}
