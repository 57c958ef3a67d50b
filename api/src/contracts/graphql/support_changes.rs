//! Changes of support contracts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    contracts::{support_contract, support_coverage},
    id::{AssetId, EntityId, SupportContractId, VendorId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    colocation_changes::ContractPlanningDetails, support_contracts::SupportContract,
    support_coverages::SupportCoverage, words::BillingFrequency,
};
use crate::{
    access::Permission,
    contracts::support_contracts,
    error::Result,
    schema::{
        bulk::{self, RowError, require_rows},
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, currency, rate},
    },
};

/// A support contract to sign.
#[derive(Clone, Debug, InputObject)]
pub struct NewSupportContract {
    /// Contract number; no two contracts share one.
    pub number: String,
    /// Who gives the support.
    pub vendor: Id<VendorId>,
    /// ISO 4217 code of the charge.
    pub currency: String,
    /// First day covered.
    pub starts_on: Date,
    /// Last day covered.
    pub ends_on: Date,
    /// Charge per billing period, in units of the currency.
    pub charge: Decimal,
    /// How long a billing period is.
    pub billing_frequency: BillingFrequency,
    /// The assets that it covers, at most 1,000; `coverAssets` adds more.
    #[graphql(default)]
    pub assets: Vec<Id<AssetId>>,
    /// What else is agreed.
    #[graphql(default)]
    pub details: SupportContractDetails,
}

/// What may be agreed in a support contract. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportContractDetails {
    /// Service level as the vendor names it.
    pub level: MaybeUndefined<String>,
    /// Rise at each anniversary, as a fraction. Not for a prepaid term.
    pub escalation_rate: MaybeUndefined<Decimal>,
    /// What happens at the end of a term.
    pub renewal: MaybeUndefined<SupportRenewalDetails>,
    /// Latest notice before the end of a term, in calendar days.
    pub notice_days: MaybeUndefined<i32>,
    /// Earliest notice before the end of a term, in calendar days; at any time where not known.
    pub notice_days_maximum: MaybeUndefined<i32>,
    /// How long the company takes to decide, to ask the market and to move to another vendor.
    pub planning: MaybeUndefined<ContractPlanningDetails>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
}

/// What of a support contract may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportContractChanges {
    /// Contract number; no two contracts share one.
    pub number: MaybeUndefined<String>,
    /// Who gives the support.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// First day covered.
    pub starts_on: MaybeUndefined<Date>,
    /// Last day covered.
    pub ends_on: MaybeUndefined<Date>,
    /// Charge per billing period, in units of the currency.
    pub charge: MaybeUndefined<Decimal>,
    /// How long a billing period is.
    pub billing_frequency: MaybeUndefined<BillingFrequency>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: SupportContractDetails,
}

/// What happens at the end of a support term. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportRenewalDetails {
    /// Whether it renews unless notice is given; not unless said otherwise.
    pub automatic: MaybeUndefined<bool>,
    /// Length of each renewal, in months; needed where it renews.
    pub months: MaybeUndefined<i32>,
    /// What a renewal adds to the charge, as a fraction.
    pub uplift: MaybeUndefined<Decimal>,
}

impl SupportContractDetails {
    fn apply(self, row: &mut support_contract::ActiveModel) -> Result<()> {
        patch(&mut row.level, self.level);
        patch_with(&mut row.escalation_rate, self.escalation_rate, |value| rate(value, "escalationRate"))?;
        if let Some(renewal) = kept(self.renewal, "renewal")? {
            patch_required(&mut row.auto_renew, renewal.automatic, "renewal.automatic")?;
            patch(&mut row.renewal_term_months, renewal.months);
            patch_with(&mut row.renewal_uplift, renewal.uplift, |uplift| rate(uplift, "renewal.uplift"))?;
        }
        patch(&mut row.notice_days, self.notice_days);
        patch(&mut row.notice_days_maximum, self.notice_days_maximum);
        if let Some(planning) = kept(self.planning, "planning")? {
            patch(&mut row.decision_lead_days, planning.decision_lead_days);
            patch(&mut row.proposal_lead_days, planning.proposal_lead_days);
            patch(&mut row.migration_days, planning.migration_days);
            patch(&mut row.decommission_buffer_days, planning.decommission_buffer_days);
        }
        patch(&mut row.owner, self.owner);
        Ok(())
    }
}

impl SupportContractChanges {
    fn apply(self, row: &mut support_contract::ActiveModel) -> Result<()> {
        patch_required(&mut row.number, self.number, "number")?;
        patch_required(&mut row.vendor_id, self.vendor.map_value(|id| *id), "vendor")?;
        patch_required(&mut row.starts_on, self.starts_on, "startsOn")?;
        patch_required(&mut row.ends_on, self.ends_on, "endsOn")?;
        if let Some(charge) = kept(self.charge, "charge")? {
            row.charge_amount = Set(amount(charge, "charge")?);
        }
        patch_required(&mut row.billing_frequency, self.billing_frequency, "billingFrequency")?;
        self.details.apply(row)
    }
}

impl NewSupportContract {
    fn row(&self) -> Result<support_contract::ActiveModel> {
        let mut row = support_contract::ActiveModel::default();
        self.details.clone().apply(&mut row)?;
        row.number = Set(self.number.clone());
        row.vendor_id = Set(*self.vendor);
        row.currency = Set(currency(&self.currency, "currency")?);
        row.starts_on = Set(self.starts_on.0);
        row.ends_on = Set(self.ends_on.0);
        row.charge_amount = Set(amount(self.charge, "charge")?);
        row.billing_frequency = Set(self.billing_frequency.into());
        Ok(row)
    }
}

/// What became of one asset of a bulk change of coverage.
#[derive(SimpleObject)]
pub struct CoverageRow {
    /// The place of the asset in the input, from 0.
    index: i32,
    /// The coverage, as it is now or as it was before it ended.
    coverage: Option<SupportCoverage>,
    /// Why the asset was refused. The others are not touched by it.
    error: Option<RowError>,
}

fn coverage_rows(outcomes: Vec<Result<support_coverage::Model>>) -> Vec<CoverageRow> {
    let outcomes = outcomes.into_iter().map(|outcome| outcome.map_err(RowError::from)).collect();
    let rows = bulk::rows::<SupportCoverage>(outcomes).into_iter().map(|row| {
        let (index, coverage, error) = row.parts();
        CoverageRow { index, coverage, error }
    });
    rows.collect()
}

fn plain_ids(ids: &[Id<AssetId>]) -> Vec<AssetId> {
    ids.iter().map(|id| **id).collect()
}

/// Changes of support contracts.
#[derive(Default)]
pub struct SupportContractMutation;

/// Changes of support contracts.
#[Object]
impl SupportContractMutation {
    /// Signs a support contract that covers assets. Sent again with the same idempotency key it answers with
    /// the first contract.
    async fn sign_support_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewSupportContract,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<SupportContract> {
        if !input.assets.is_empty() {
            require_rows("assets", input.assets.len())?;
        }
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("signSupportContract", idempotency_key, &input, async || {
                support_contracts::sign(tx, input.row()?, &plain_ids(&input.assets)).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Changes the terms of a support contract.
    async fn update_support_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SupportContractId>,
        #[graphql(desc = "What is to change.")] changes: SupportContractChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SupportContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Covers assets by a support contract, each by itself.
    async fn cover_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<SupportContractId>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] assets: Vec<Id<AssetId>>,
        #[graphql(desc = "First day covered, the contract's where left out.")] from_on: Option<Date>,
        #[graphql(desc = "Last day covered, the contract's where left out.")] to_on: Option<Date>,
    ) -> Result<Vec<CoverageRow>> {
        require_rows("assets", assets.len())?;
        let days = (from_on.map(Into::into), to_on.map(Into::into));
        let outcomes = change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::cover(tx, *contract, &plain_ids(&assets), days).await
        });
        Ok(coverage_rows(outcomes.await?))
    }

    /// Ends the coverage of assets by a support contract, each by itself.
    async fn uncover_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<SupportContractId>,
        #[graphql(desc = "The assets, by their ids, at most 1,000.")] assets: Vec<Id<AssetId>>,
    ) -> Result<Vec<CoverageRow>> {
        require_rows("assets", assets.len())?;
        let outcomes = change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::uncover(tx, *contract, &plain_ids(&assets)).await
        });
        Ok(coverage_rows(outcomes.await?))
    }

    /// Records that notice was given to end a support contract.
    async fn record_support_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SupportContractId>,
        #[graphql(desc = "The day on which notice was given.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SupportContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::record_notice(tx, *id, expected_version, on.0).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Withdraws a recorded notice: the contract renews as if none had been given.
    async fn withdraw_support_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SupportContractId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<SupportContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::withdraw_notice(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Removes a support contract that was recorded by mistake, with its coverage, and answers with its id.
    async fn remove_support_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SupportContractId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| {
            support_contracts::delete(tx, *id, expected_version).await
        })
        .await?;
        Ok(Id(SupportContractId::from_uuid(id.uuid())).into())
    }
}
