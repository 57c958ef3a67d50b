//! Changes of colocation contracts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    contracts::colocation_contract::{self, IndexTerms},
    id::{ColocationContractId, EntityId, SiteId, VendorId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    colocation_charges::NewColocationCharge,
    colocation_contracts::ColocationContract,
    decisions::EarlyTerminationRuleInput,
    words::{ContractClassification, NoticeUnit, Proration, RenewalPriceRule},
};
use crate::{
    access::Permission,
    contracts::colocation_contracts,
    error::{Error, Result},
    schema::{
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, currency, rate},
    },
};

/// A colocation contract to sign.
#[derive(Clone, Debug, InputObject)]
pub struct NewColocationContract {
    /// Contract number; no two contracts share one.
    pub number: String,
    /// The provider.
    pub vendor: Id<VendorId>,
    /// ISO 4217 code of every price in it.
    pub currency: String,
    /// The initial term.
    pub term: NewContractTerm,
    /// How the contract is ended.
    pub notice: NewContractNotice,
    /// The sites it is for.
    pub sites: Vec<Id<SiteId>>,
    /// The price sheet, in order.
    #[graphql(default)]
    pub charges: Vec<NewColocationCharge>,
    /// What else is agreed.
    #[graphql(default)]
    pub details: ColocationContractDetails,
}

/// The initial term of a new contract.
#[derive(Clone, Debug, InputObject)]
pub struct NewContractTerm {
    /// Day of signature.
    pub signed_on: Date,
    /// Day the initial term and the billing begin.
    pub billing_starts_on: Date,
    /// Length of the initial term, in months.
    pub months: i32,
    /// Last day of the initial term as the paper states it.
    pub stated_end_on: Option<Date>,
}

/// How a new contract is ended.
#[derive(Clone, Debug, InputObject)]
pub struct NewContractNotice {
    /// Latest notice before the end of a term, in the unit.
    pub minimum: i32,
    /// Earliest notice before the end of a term, in the unit.
    pub maximum: Option<i32>,
    /// What notice is counted in.
    #[graphql(default_with = "NoticeUnit::CalendarDays")]
    pub unit: NoticeUnit,
    /// How and to whom notice must be given.
    pub method: Option<String>,
}

/// What may be agreed in a colocation contract. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationContractDetails {
    /// The agreement it hangs under.
    pub master_agreement: MaybeUndefined<String>,
    /// What happens at the end of a term.
    pub renewal: MaybeUndefined<ContractRenewalDetails>,
    /// Price after the end without renewal, as a multiple of the last.
    pub holdover_multiplier: MaybeUndefined<Decimal>,
    /// How part of a month is billed; by calendar days unless said otherwise.
    pub proration: MaybeUndefined<Proration>,
    /// Days in which an invoice may be disputed.
    pub dispute_window_days: MaybeUndefined<i32>,
    /// How long it takes to decide, to ask the market and to move out.
    pub planning: MaybeUndefined<ContractPlanningDetails>,
    /// What it is in the books, as the accountants judge it.
    pub classification: MaybeUndefined<ContractClassification>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
}

/// What of a colocation contract may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationContractChanges {
    /// Contract number; no two contracts share one.
    pub number: MaybeUndefined<String>,
    /// The provider.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// The initial term.
    pub term: MaybeUndefined<ContractTermDetails>,
    /// How the contract is ended.
    pub notice: MaybeUndefined<ContractNoticeDetails>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: ColocationContractDetails,
}

/// The initial term. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContractTermDetails {
    /// Day of signature.
    pub signed_on: MaybeUndefined<Date>,
    /// Day the initial term and the billing begin.
    pub billing_starts_on: MaybeUndefined<Date>,
    /// Length of the initial term, in months.
    pub months: MaybeUndefined<i32>,
    /// Last day of the initial term as the paper states it.
    pub stated_end_on: MaybeUndefined<Date>,
}

/// What happens at the end of a term. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContractRenewalDetails {
    /// Whether it renews unless notice is given; not unless said otherwise.
    pub automatic: MaybeUndefined<bool>,
    /// Length of each renewal, in months; needed where it renews.
    pub months: MaybeUndefined<i32>,
    /// How often it renews by itself; null is without end.
    pub maximum: MaybeUndefined<i32>,
    /// How a renewal is priced; with a fixed uplift unless said otherwise.
    pub price_rule: MaybeUndefined<RenewalPriceRule>,
    /// What a renewal adds to the price, as a fraction. For FIXED_UPLIFT.
    pub uplift: MaybeUndefined<Decimal>,
    /// The price index that a renewal follows. For CPI.
    pub index: MaybeUndefined<RenewalIndexInput>,
}

/// How a renewal is to follow a price index.
#[derive(Clone, Debug, InputObject)]
pub struct RenewalIndexInput {
    /// Name of the index.
    pub series: String,
    /// How many months before the renewal the index is read.
    #[graphql(default = 0)]
    pub lag_months: i32,
    /// Least rise, as a fraction.
    pub floor: Option<Decimal>,
    /// Greatest rise, as a fraction.
    pub cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    #[graphql(default = false)]
    pub no_decrease: bool,
}

impl From<RenewalIndexInput> for IndexTerms {
    fn from(input: RenewalIndexInput) -> Self {
        let RenewalIndexInput { series, lag_months, floor, cap, no_decrease } = input;
        Self { series, lag_months, floor, cap, no_decrease }
    }
}

/// How long the company takes. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContractPlanningDetails {
    /// Days a decision is due before the notice deadline; 60 where not known. At most 3,650, as the others.
    pub decision_lead_days: MaybeUndefined<i32>,
    /// Days proposals are asked for before the decision is due; not asked for where not known.
    pub proposal_lead_days: MaybeUndefined<i32>,
    /// Days that moving out takes; no exit is planned where not known.
    pub migration_days: MaybeUndefined<i32>,
    /// Days between the last move and the last day; none where not known.
    pub decommission_buffer_days: MaybeUndefined<i32>,
}

/// How the contract is ended. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContractNoticeDetails {
    /// Latest notice before the end of a term, in the unit.
    pub minimum: MaybeUndefined<i32>,
    /// Earliest notice before the end of a term, in the unit.
    pub maximum: MaybeUndefined<i32>,
    /// What notice is counted in.
    pub unit: MaybeUndefined<NoticeUnit>,
    /// How and to whom notice must be given.
    pub method: MaybeUndefined<String>,
}

impl ColocationContractDetails {
    fn apply(self, row: &mut colocation_contract::ActiveModel) -> Result<()> {
        patch(&mut row.master_agreement, self.master_agreement);
        if let Some(renewal) = kept(self.renewal, "renewal")? {
            patch_required(&mut row.auto_renew, renewal.automatic, "renewal.automatic")?;
            patch(&mut row.renewal_term_months, renewal.months);
            patch(&mut row.maximum_renewals, renewal.maximum);
            patch_required(&mut row.renewal_price_rule, renewal.price_rule, "renewal.priceRule")?;
            patch_with(&mut row.renewal_uplift, renewal.uplift, |uplift| rate(uplift, "renewal.uplift"))?;
            patch(&mut row.renewal_index, renewal.index);
        }
        patch_with(&mut row.holdover_multiplier, self.holdover_multiplier, |multiplier| {
            rate(multiplier, "holdoverMultiplier")
        })?;
        patch_required(&mut row.proration, self.proration, "proration")?;
        patch(&mut row.dispute_window_days, self.dispute_window_days);
        if let Some(planning) = kept(self.planning, "planning")? {
            patch(&mut row.decision_lead_days, planning.decision_lead_days);
            patch(&mut row.proposal_lead_days, planning.proposal_lead_days);
            patch(&mut row.migration_days, planning.migration_days);
            patch(&mut row.decommission_buffer_days, planning.decommission_buffer_days);
        }
        patch_required(&mut row.classification, self.classification, "classification")?;
        patch(&mut row.owner, self.owner);
        Ok(())
    }
}

impl ColocationContractChanges {
    fn apply(self, row: &mut colocation_contract::ActiveModel) -> Result<()> {
        patch_required(&mut row.number, self.number, "number")?;
        patch_required(&mut row.vendor_id, self.vendor.map_value(|id| *id), "vendor")?;
        if let Some(term) = kept(self.term, "term")? {
            patch_required(&mut row.signed_on, term.signed_on, "term.signedOn")?;
            patch_required(&mut row.billing_starts_on, term.billing_starts_on, "term.billingStartsOn")?;
            patch_required(&mut row.initial_term_months, term.months, "term.months")?;
            patch(&mut row.stated_end_on, term.stated_end_on);
        }
        if let Some(notice) = kept(self.notice, "notice")? {
            patch_required(&mut row.notice_minimum, notice.minimum, "notice.minimum")?;
            patch(&mut row.notice_maximum, notice.maximum);
            patch_required(&mut row.notice_unit, notice.unit, "notice.unit")?;
            patch(&mut row.notice_method, notice.method);
        }
        self.details.apply(row)
    }
}

impl NewColocationContract {
    fn row(&self) -> Result<colocation_contract::ActiveModel> {
        let mut row = colocation_contract::ActiveModel::default();
        self.details.clone().apply(&mut row)?;
        row.number = Set(self.number.clone());
        row.vendor_id = Set(*self.vendor);
        row.currency = Set(currency(&self.currency, "currency")?);
        row.signed_on = Set(self.term.signed_on.0);
        row.billing_starts_on = Set(self.term.billing_starts_on.0);
        row.initial_term_months = Set(self.term.months);
        if let Some(stated) = self.term.stated_end_on {
            row.stated_end_on = Set(Some(stated.0));
        }
        row.notice_minimum = Set(self.notice.minimum);
        row.notice_unit = Set(self.notice.unit.into());
        if let Some(maximum) = self.notice.maximum {
            row.notice_maximum = Set(Some(maximum));
        }
        if let Some(method) = &self.notice.method {
            row.notice_method = Set(Some(method.clone()));
        }
        Ok(row)
    }
}

/// Changes of colocation contracts.
#[derive(Default)]
pub struct ColocationContractMutation;

/// Changes of colocation contracts.
#[Object]
impl ColocationContractMutation {
    /// Signs a colocation contract for sites, with its price sheet. Sent again with the same idempotency key it
    /// answers with the first contract.
    async fn sign_colocation_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewColocationContract,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ColocationContract> {
        let sites: Vec<SiteId> = input.sites.iter().map(|id| **id).collect();
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("signColocationContract", idempotency_key, &input, async || {
                let charges = input.charges.iter().cloned().enumerate().map(|(place, charge)| {
                    charge.row().map_err(|error: Error| error.under(&format!("charges[{place}]")))
                });
                let charges = charges.collect::<Result<Vec<_>>>()?;
                colocation_contracts::sign(tx, input.row()?, &sites, charges).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Changes the terms of a colocation contract.
    async fn update_colocation_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationContractId>,
        #[graphql(desc = "What is to change.")] changes: ColocationContractChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Assigns a site to a colocation contract.
    async fn assign_contract_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<ColocationContractId>,
        #[graphql(desc = "The site, by its id.")] site: Id<SiteId>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::assign_site(tx, *contract, *site).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Withdraws a site from a colocation contract.
    async fn withdraw_contract_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<ColocationContractId>,
        #[graphql(desc = "The site, by its id.")] site: Id<SiteId>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::withdraw_site(tx, *contract, *site).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Sets what leaving a colocation contract early costs; `earlyTermination` uses it where no rule is passed.
    async fn set_termination_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<ColocationContractId>,
        #[graphql(desc = "What leaving early costs.")] rule: EarlyTerminationRuleInput,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            let rule = rule.terms(&colocation_contracts::find(tx, *contract).await?)?;
            colocation_contracts::set_termination_rule(tx, *contract, expected_version, Some(rule)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes the rule of what leaving a colocation contract early costs: it is not known any more.
    async fn remove_termination_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, by its id.")] contract: Id<ColocationContractId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::set_termination_rule(tx, *contract, expected_version, None).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Records that notice was given to end a colocation contract.
    async fn record_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationContractId>,
        #[graphql(desc = "The day on which notice was given.")] on: Date,
        #[graphql(desc = "How it was given and where the proof is.")] evidence: Option<String>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::record_notice(tx, *id, expected_version, on.0, evidence).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Withdraws a recorded notice: the contract renews as if none had been given.
    async fn withdraw_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationContractId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationContract> {
        let contract = change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::withdraw_notice(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(contract).into())
    }

    /// Removes a colocation contract that was recorded by mistake, with its charges, and answers with its id.
    async fn remove_colocation_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationContractId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| {
            colocation_contracts::delete(tx, *id, expected_version).await
        })
        .await?;
        Ok(Id(ColocationContractId::from_uuid(id.uuid())).into())
    }
}
