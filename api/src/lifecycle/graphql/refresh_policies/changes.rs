//! Changes of refresh policies.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    id::{DepreciationRuleId, HardwareModelId, RefreshPolicyId, SiteId},
    lifecycle::refresh_policy::{
        self, AgeRate, DemandTerms, FailureRates, PriceIndex, RefreshScope, ResourceTerms,
    },
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    super::consolidation::HostResource,
    CohortPeriod, QuantityRule, RefreshPolicy, Wiping,
    wear::{RefreshRiskInput, ResidualPointInput},
};
use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::graphql::{assets::Environment, models::HardwareKind},
    lifecycle::refresh_policies,
    schema::{
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Id, amount, currency, rate},
    },
};

/// A refresh policy to create.
#[derive(Clone, Debug, InputObject)]
pub struct NewRefreshPolicy {
    /// Name; no two policies share one.
    pub name: String,
    /// Of the policies whose scope holds an asset the one with the lowest number counts.
    pub priority: i32,
    /// What makes an asset due; at least one rule is needed.
    pub rules: RefreshRulesInput,
    /// The ISO 4217 code of every amount of the policy.
    pub currency: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: RefreshPolicyDetails,
}

/// What may be said of a refresh policy. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshPolicyDetails {
    /// Whether it is in use. At first: yes.
    pub active: MaybeUndefined<bool>,
    /// The assets that it is for, replaced as a whole. At first: any.
    pub scope: MaybeUndefined<RefreshScopeInput>,
    /// How long a replacement takes.
    #[graphql(default)]
    pub times: RefreshTimesInput,
    /// How many new units replace the old.
    #[graphql(default)]
    pub quantity: RefreshQuantityInput,
    /// How list prices move, by calendar year, replaced as a whole. At first: they stand still.
    pub price_index: MaybeUndefined<Vec<YearRateInput>>,
    /// What a replacement costs besides the hardware.
    #[graphql(default)]
    pub costs: RefreshCostsInput,
    /// An asset whose site is left no more than so many days after it falls due is not replaced. At first: 0.
    pub exit_tolerance_days: MaybeUndefined<i32>,
    /// How due dates are grouped into cohorts. At first: by month.
    pub cohort_period: MaybeUndefined<CohortPeriod>,
    /// How purchases under it are written off. Null: by the rule for the kind of hardware.
    pub depreciation_rule: MaybeUndefined<Id<DepreciationRuleId>>,
    /// How often old units fail while they wait, by age, replaced as a whole. Null: as the question assumes.
    pub failure_rates: MaybeUndefined<Vec<FailureRateInput>>,
}

/// What of a refresh policy may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshPolicyChanges {
    /// Name; no two policies share one.
    pub name: MaybeUndefined<String>,
    /// Of the policies whose scope holds an asset the one with the lowest number counts.
    pub priority: MaybeUndefined<i32>,
    /// What makes an asset due.
    #[graphql(default)]
    pub rules: RefreshRulesInput,
    /// The ISO 4217 code of every amount of the policy.
    pub currency: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: RefreshPolicyDetails,
}

/// The assets that a policy is for: those that every list names, where an empty list is any.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshScopeInput {
    /// What their models are for.
    #[graphql(default)]
    pub kinds: Vec<HardwareKind>,
    /// Where they stand.
    #[graphql(default)]
    pub sites: Vec<Id<SiteId>>,
    /// What they are instances of.
    #[graphql(default)]
    pub models: Vec<Id<HardwareModelId>>,
    /// What they are used for.
    #[graphql(default)]
    pub environments: Vec<Environment>,
    /// Their criticality, 0 to 3.
    #[graphql(default)]
    pub tiers: Vec<i32>,
}

/// What makes an asset due for replacement. Left out: unchanged. Null: does not count.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshRulesInput {
    /// Due at this age in months: 60 for five years.
    pub age_months: MaybeUndefined<i32>,
    /// Due this many months before the last day of support.
    pub support_margin_months: MaybeUndefined<i32>,
    /// Whether the end of the warranty makes due. At first: no.
    pub warranty: MaybeUndefined<bool>,
    /// Whether the return of a lease makes due. At first: no.
    pub lease: MaybeUndefined<bool>,
    /// Whether a capacity pool that runs out makes due what is part of it: on the last day to order more for the pool. At
    /// first: no.
    pub capacity: MaybeUndefined<bool>,
    /// How the risk of keeping an asset is scored, replaced as a whole: due on the first day on which its score reaches the
    /// threshold.
    pub risk: MaybeUndefined<RefreshRiskInput>,
}

/// How long a replacement takes, in calendar days. Left out: unchanged, at first 0.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshTimesInput {
    /// From order to delivery.
    pub lead_days: MaybeUndefined<i32>,
    /// From delivery to service.
    pub install_days: MaybeUndefined<i32>,
    /// To spare before the asset is due.
    pub buffer_days: MaybeUndefined<i32>,
    /// From invoice, on delivery, to payment. At first: 30.
    pub payment_terms_days: MaybeUndefined<i32>,
}

/// How many new units replace the old. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshQuantityInput {
    /// The rule. At first: LIKE_FOR_LIKE.
    pub rule: MaybeUndefined<QuantityRule>,
    /// Under the rule RATIO: old units that one new unit replaces, where their model has no ratio of its own.
    pub ratio: MaybeUndefined<Decimal>,
    /// Spares on top, as a fraction of the new units: 0.05 for 5 %.
    pub spares_rate: MaybeUndefined<Decimal>,
    /// What the old units are used for and what new ones supply, replaced as a whole; it takes the place of the rule.
    pub demand: MaybeUndefined<RefreshDemandInput>,
}

/// What old units are used for, and what new ones supply: the resource that needs the most new units decides.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshDemandInput {
    /// Growth per year, as a fraction: 0.12 is 12 %.
    #[graphql(default)]
    pub growth_rate: Decimal,
    /// Years that the new units must last, 0 to 20.
    #[graphql(default)]
    pub years: i32,
    /// Units that may fail, on top, for each cohort.
    #[graphql(default)]
    pub failover_units: i32,
    /// What is counted.
    pub resources: Vec<RefreshResourceInput>,
}

/// The demand of one resource, and what a new unit supplies of it. Both are in one unit: cores, gigabytes, terabytes.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshResourceInput {
    /// The resource.
    pub resource: HostResource,
    /// What one old unit has of it.
    pub old_per_unit: Decimal,
    /// The share of it that is used, 0 to 1.
    pub utilisation: Decimal,
    /// What one new unit has of it.
    pub new_per_unit: Decimal,
    /// How much more a unit of the new resource does than one of the old; 1 when left out.
    pub performance_factor: Option<Decimal>,
    /// The share of a new unit that may be used, 0 to 1; 1 when left out.
    pub target_utilisation: Option<Decimal>,
}

impl From<RefreshDemandInput> for DemandTerms {
    fn from(input: RefreshDemandInput) -> Self {
        let resources = input.resources.into_iter().map(|one| ResourceTerms {
            resource: one.resource.into(),
            old_per_unit: one.old_per_unit,
            utilisation: one.utilisation,
            new_per_unit: one.new_per_unit,
            performance_factor: one.performance_factor.unwrap_or(Decimal::ONE),
            target_utilisation: one.target_utilisation.unwrap_or(Decimal::ONE),
        });
        Self {
            growth_rate: input.growth_rate,
            years: input.years,
            failover_units: input.failover_units,
            resources: resources.collect(),
        }
    }
}

/// The movement of a price over one calendar year.
#[derive(Clone, Debug, InputObject)]
pub struct YearRateInput {
    /// The calendar year.
    pub year: i32,
    /// The change within it, as a fraction: 0.18 for a rise of 18 %.
    pub rate: Decimal,
}

/// Failures of a unit in a year, from an age on.
#[derive(Clone, Debug, InputObject)]
pub struct FailureRateInput {
    /// The age, in months; the first rate holds for younger units too.
    pub from_age_months: i32,
    /// Failures of a unit in a year: 0.09 is nine in a hundred units.
    pub rate: Decimal,
}

/// What a replacement costs besides the hardware, in the currency of the policy. Left out: unchanged, at first 0.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshCostsInput {
    /// Freight and duty, as a fraction of the hardware: 0.09 for 9 %.
    pub freight_rate: MaybeUndefined<Decimal>,
    /// Installation of one new unit.
    pub install_per_unit: MaybeUndefined<Decimal>,
    /// Prepaid support for all its months, as a fraction of the hardware. Zero with months says that it costs nothing;
    /// without months nothing is known of what support costs, and so of what waiting does.
    pub support_rate: MaybeUndefined<Decimal>,
    /// Months that the prepaid support covers.
    pub support_months: MaybeUndefined<i32>,
    /// Disposal of one old unit, the wiping of its data included.
    pub disposal_per_unit: MaybeUndefined<Decimal>,
    /// What one old unit still brings in. It is 0 beside a residual curve.
    pub residual_per_unit: MaybeUndefined<Decimal>,
    /// The share of its purchase price that what is owned still brings in, by age, replaced as a whole: in place of
    /// `residualPerUnit`. Null: there is no curve.
    pub residual_curve: MaybeUndefined<Vec<ResidualPointInput>>,
    /// How the storage media of old units are wiped; where they are shredded, nothing is sold. At first: ERASED.
    pub wiping: MaybeUndefined<Wiping>,
    /// Contingency, as a fraction of the hardware.
    pub contingency_rate: MaybeUndefined<Decimal>,
}

impl From<RefreshScopeInput> for RefreshScope {
    fn from(input: RefreshScopeInput) -> Self {
        Self {
            kinds: input.kinds.into_iter().map(Into::into).collect(),
            site_ids: input.sites.into_iter().map(|id| id.0).collect(),
            model_ids: input.models.into_iter().map(|id| id.0).collect(),
            environments: input.environments.into_iter().map(Into::into).collect(),
            tiers: input.tiers,
        }
    }
}

impl RefreshRulesInput {
    fn apply(self, row: &mut refresh_policy::ActiveModel) -> Result<()> {
        patch(&mut row.age_months, self.age_months);
        patch(&mut row.support_margin_months, self.support_margin_months);
        patch_required(&mut row.warranty_rule, self.warranty, "rules.warranty")?;
        patch(&mut row.risk, self.risk);
        patch_required(&mut row.lease_rule, self.lease, "rules.lease")?;
        patch_required(&mut row.capacity_rule, self.capacity, "rules.capacity")
    }
}

impl RefreshQuantityInput {
    fn apply(self, row: &mut refresh_policy::ActiveModel) -> Result<()> {
        patch_required(&mut row.quantity_rule, self.rule, "quantity.rule")?;
        for (column, given, field) in [
            (&mut row.ratio, self.ratio, "quantity.ratio"),
            (&mut row.spares_rate, self.spares_rate, "quantity.sparesRate"),
        ] {
            patch(column, given.map_value(|value| rate(value, field)).transpose()?);
        }
        patch(&mut row.demand, self.demand);
        Ok(())
    }
}

impl RefreshCostsInput {
    fn apply(self, row: &mut refresh_policy::ActiveModel) -> Result<()> {
        for (column, given, field) in [
            (&mut row.freight_rate, self.freight_rate, "costs.freightRate"),
            (&mut row.support_rate, self.support_rate, "costs.supportRate"),
            (&mut row.contingency_rate, self.contingency_rate, "costs.contingencyRate"),
        ] {
            patch_required::<Rate, _>(
                column,
                given.map_value(|value| rate(value, field)).transpose()?,
                field,
            )?;
        }
        for (column, given, field) in [
            (&mut row.install_amount, self.install_per_unit, "costs.installPerUnit"),
            (&mut row.disposal_amount, self.disposal_per_unit, "costs.disposalPerUnit"),
            (&mut row.residual_amount, self.residual_per_unit, "costs.residualPerUnit"),
        ] {
            patch_required::<Amount, _>(
                column,
                given.map_value(|value| amount(value, field)).transpose()?,
                field,
            )?;
        }
        let curve = self
            .residual_curve
            .map_value(|points| refresh_policy::ResidualCurve(points.into_iter().map(Into::into).collect()));
        patch(&mut row.residual_curve, curve);
        patch_required(&mut row.wiping, self.wiping, "costs.wiping")?;
        let states_rate_alone = matches!(self.support_rate, MaybeUndefined::Value(_))
            && matches!(self.support_months, MaybeUndefined::Undefined);
        patch_required(&mut row.support_months, self.support_months, "costs.supportMonths")?;
        let months = row.support_months.try_as_ref().copied().unwrap_or_default();
        let stated_alone = row.support_rate.try_as_ref().filter(|_| states_rate_alone);
        refresh_policies::check_support_stated_alone("costs.supportMonths", stated_alone.copied(), months)
    }
}

impl RefreshPolicyDetails {
    fn apply(self, row: &mut refresh_policy::ActiveModel) -> Result<()> {
        patch_required(&mut row.active, self.active, "active")?;
        patch_required(&mut row.scope, self.scope, "scope")?;
        patch_required(&mut row.lead_days, self.times.lead_days, "times.leadDays")?;
        patch_required(&mut row.install_days, self.times.install_days, "times.installDays")?;
        patch_required(&mut row.buffer_days, self.times.buffer_days, "times.bufferDays")?;
        patch_required(&mut row.payment_terms_days, self.times.payment_terms_days, "times.paymentTermsDays")?;
        self.quantity.apply(row)?;
        let steps = self.price_index.map_value(|steps| {
            let steps = steps.into_iter();
            PriceIndex(
                steps.map(|step| refresh_policy::YearRate { year: step.year, rate: step.rate }).collect(),
            )
        });
        patch_required(&mut row.price_index, steps, "priceIndex")?;
        self.costs.apply(row)?;
        patch_required(&mut row.exit_tolerance_days, self.exit_tolerance_days, "exitToleranceDays")?;
        patch_required(&mut row.cohort_period, self.cohort_period, "cohortPeriod")?;
        patch(&mut row.depreciation_rule_id, self.depreciation_rule.map_value(|id| id.0));
        let rates = self.failure_rates.map_value(|steps| {
            let steps = steps.into_iter();
            let steps = steps.map(|step| AgeRate { from_age_months: step.from_age_months, rate: step.rate });
            FailureRates(steps.collect())
        });
        patch(&mut row.failure_rates, rates);
        Ok(())
    }
}

impl RefreshPolicyChanges {
    fn apply(self, row: &mut refresh_policy::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.priority, self.priority, "priority")?;
        self.rules.apply(row)?;
        patch_required(&mut row.currency, self.currency, "currency")?;
        self.details.apply(row)
    }
}

/// A policy before anything is said of it.
fn blank() -> refresh_policy::ActiveModel {
    refresh_policy::ActiveModel {
        active: Set(true),
        scope: Set(RefreshScope::default()),
        warranty_rule: Set(false),
        lease_rule: Set(false),
        capacity_rule: Set(false),
        lead_days: Set(0),
        install_days: Set(0),
        buffer_days: Set(0),
        payment_terms_days: Set(30),
        quantity_rule: Set(refresh_policy::QuantityRule::LikeForLike),
        price_index: Set(PriceIndex::default()),
        freight_rate: Set(Rate::ZERO),
        install_amount: Set(Amount::ZERO),
        support_rate: Set(Rate::ZERO),
        support_months: Set(0),
        disposal_amount: Set(Amount::ZERO),
        residual_amount: Set(Amount::ZERO),
        wiping: Set(refresh_policy::Wiping::Erased),
        contingency_rate: Set(Rate::ZERO),
        exit_tolerance_days: Set(0),
        cohort_period: Set(refresh_policy::CohortPeriod::Month),
        ..Default::default()
    }
}

impl TryFrom<NewRefreshPolicy> for refresh_policy::ActiveModel {
    type Error = Error;

    fn try_from(new: NewRefreshPolicy) -> Result<Self> {
        let mut row = blank();
        new.details.apply(&mut row)?;
        new.rules.apply(&mut row)?;
        row.name = Set(new.name);
        row.priority = Set(new.priority);
        row.currency = Set(currency(&new.currency, "currency")?);
        Ok(row)
    }
}

/// Changes of refresh policies.
#[derive(Default)]
pub struct RefreshPolicyMutation;

/// Changes of refresh policies.
#[Object]
impl RefreshPolicyMutation {
    /// Creates a refresh policy.
    async fn create_refresh_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewRefreshPolicy,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<RefreshPolicy> {
        let policy = change(ctx, Permission::EditLifecycle, async |tx| {
            tx.once("createRefreshPolicy", idempotency_key, &input, async || {
                refresh_policies::create(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(policy).into())
    }

    /// Changes a refresh policy.
    async fn update_refresh_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RefreshPolicyId>,
        #[graphql(desc = "What is to change.")] changes: RefreshPolicyChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RefreshPolicy> {
        let policy = change(ctx, Permission::EditLifecycle, async |tx| {
            let mut columns = refresh_policy::ActiveModel::default();
            changes.apply(&mut columns)?;
            refresh_policies::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(policy).into())
    }
}
