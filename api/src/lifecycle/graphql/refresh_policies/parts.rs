//! The parts of a refresh policy.

use std::collections::HashMap;

use async_graphql::{Context, Object, SimpleObject};
use entity::{
    id::EntityId,
    lifecycle::refresh_policy::{self, Column as C, RefreshScope},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::{
    super::consolidation::HostResource,
    QuantityRule, Wiping,
    wear::{RefreshRisk, ResidualPoint},
};
use crate::{
    access::Permission,
    error::Result,
    inventory::graphql::{
        assets::Environment,
        models::{HardwareKind, HardwareModel},
        sites::Site,
    },
    schema::{
        record::{Noun, Record, columns_of, names, select},
        request::{caller, priced, read},
        scalar::Money,
    },
};

type Policy = Record<refresh_policy::Entity>;

/// The assets that a policy is for: those that every list names, where an empty list is any.
pub struct Scope(pub(super) Policy);

/// The assets that a policy is for: those that every list names, where an empty list is any.
#[Object(name = "RefreshScope")]
impl Scope {
    /// What their models are for.
    async fn kinds(&self) -> Result<Vec<HardwareKind>> {
        Ok(self.lists()?.kinds.into_iter().map(HardwareKind::from).collect())
    }

    /// Where they stand.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn sites(&self, ctx: &Context<'_>) -> Result<Vec<Site>> {
        self.listed(ctx, |scope| scope.site_ids.iter().map(|id| id.uuid()).collect()).await
    }

    /// What they are instances of.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn models(&self, ctx: &Context<'_>) -> Result<Vec<HardwareModel>> {
        self.listed(ctx, |scope| scope.model_ids.iter().map(|id| id.uuid()).collect()).await
    }

    /// What they are used for.
    async fn environments(&self) -> Result<Vec<Environment>> {
        Ok(self.lists()?.environments.into_iter().map(Environment::from).collect())
    }

    /// Their criticality, 0 to 3.
    async fn tiers(&self) -> Result<Vec<i32>> {
        Ok(self.lists()?.tiers)
    }
}

impl Scope {
    fn lists(&self) -> Result<RefreshScope> {
        self.0.get(C::Scope)
    }

    /// The rows of `N` that the scope lists, read once for the scopes of all siblings.
    async fn listed<N: Noun>(
        &self,
        ctx: &Context<'_>,
        ids: impl Fn(&RefreshScope) -> Vec<Uuid>,
    ) -> Result<Vec<N>> {
        let reader = read(ctx, N::VIEW)?;
        let columns = columns_of::<N>(ctx.field(), &[]);
        let key = format!("scope {} {}", N::type_name(), names::<N>(&columns).join(","));
        let load = async || {
            let scopes = self.0.column_of_siblings::<RefreshScope>(C::Scope)?;
            let mut all: Vec<Uuid> = scopes.iter().flat_map(&ids).collect();
            all.sort_unstable();
            all.dedup();
            if all.is_empty() {
                return Ok(HashMap::new());
            }
            let found = select::<N>(&reader, Condition::all().add(N::ID.is_in(all)), &[], &columns).await?;
            found.into_iter().map(|record| Ok((record.get::<Uuid>(N::ID)?, record))).collect()
        };
        let found = self.0.shared::<HashMap<Uuid, Record<N::Entity>>>(key, load).await?;
        let own = ids(&self.lists()?);
        Ok(own.iter().filter_map(|id| found.get(id).cloned()).map(N::from).collect())
    }
}

/// What makes an asset due for replacement. The earliest day of all rules counts.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "RefreshRules")]
pub struct Rules {
    /// Due at this age in months. Null: age does not count.
    age_months: Option<i32>,
    /// Due this many months before the last day of support. Null: support does not count.
    support_margin_months: Option<i32>,
    /// Whether the end of the warranty makes due.
    warranty: bool,
    /// Whether the return of a lease makes due.
    lease: bool,
    /// Whether a capacity pool that runs out makes due what is part of it.
    capacity: bool,
    /// How the risk of keeping an asset is scored. Null: risk does not count.
    risk: Option<RefreshRisk>,
}

impl Rules {
    pub(super) fn of(policy: &Policy) -> Result<Self> {
        Ok(Self {
            age_months: policy.get(C::AgeMonths)?,
            support_margin_months: policy.get(C::SupportMarginMonths)?,
            warranty: policy.get(C::WarrantyRule)?,
            lease: policy.get(C::LeaseRule)?,
            capacity: policy.get(C::CapacityRule)?,
            risk: policy.get::<Option<refresh_policy::RiskTerms>>(C::Risk)?.map(RefreshRisk::from),
        })
    }
}

/// How long a replacement takes, in calendar days.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "RefreshTimes")]
pub struct Times {
    /// From order to delivery.
    lead_days: i32,
    /// From delivery to service.
    install_days: i32,
    /// To spare before the asset is due.
    buffer_days: i32,
    /// From invoice, on delivery, to payment.
    payment_terms_days: i32,
}

impl Times {
    pub(super) fn of(policy: &Policy) -> Result<Self> {
        Ok(Self {
            lead_days: policy.get(C::LeadDays)?,
            install_days: policy.get(C::InstallDays)?,
            buffer_days: policy.get(C::BufferDays)?,
            payment_terms_days: policy.get(C::PaymentTermsDays)?,
        })
    }
}

/// How many new units replace the old.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "RefreshQuantity")]
pub struct Quantity {
    /// The rule.
    rule: QuantityRule,
    /// Under the rule RATIO: old units that one new unit replaces, where their model has no ratio of its own.
    ratio: Option<Decimal>,
    /// Spares on top, as a fraction of the new units, rounded up.
    spares_rate: Option<Decimal>,
    /// What the old units are used for and what new ones supply; where it is given, it takes the place of the rule.
    demand: Option<RefreshDemand>,
}

/// What old units are used for, and what new ones supply: the resource that needs the most new units decides.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshDemand {
    /// Growth per year, as a fraction.
    growth_rate: Decimal,
    /// Years that the new units must last.
    years: i32,
    /// Units that may fail, on top, for each cohort.
    failover_units: i32,
    /// What is counted.
    resources: Vec<RefreshResource>,
}

/// The demand of one resource, and what a new unit supplies of it.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshResource {
    /// The resource.
    resource: HostResource,
    /// What one old unit has of it.
    old_per_unit: Decimal,
    /// The share of it that is used.
    utilisation: Decimal,
    /// What one new unit has of it.
    new_per_unit: Decimal,
    /// How much more a unit of the new resource does than one of the old.
    performance_factor: Decimal,
    /// The share of a new unit that may be used.
    target_utilisation: Decimal,
}

impl From<refresh_policy::DemandTerms> for RefreshDemand {
    fn from(terms: refresh_policy::DemandTerms) -> Self {
        let resources = terms.resources.into_iter().map(|one| RefreshResource {
            resource: one.resource.into(),
            old_per_unit: one.old_per_unit.normalize(),
            utilisation: one.utilisation.normalize(),
            new_per_unit: one.new_per_unit.normalize(),
            performance_factor: one.performance_factor.normalize(),
            target_utilisation: one.target_utilisation.normalize(),
        });
        Self {
            growth_rate: terms.growth_rate.normalize(),
            years: terms.years,
            failover_units: terms.failover_units,
            resources: resources.collect(),
        }
    }
}

impl Quantity {
    pub(super) fn of(policy: &Policy) -> Result<Self> {
        Ok(Self {
            rule: policy.get::<refresh_policy::QuantityRule>(C::QuantityRule)?.into(),
            ratio: policy.get::<Option<Rate>>(C::Ratio)?.map(Rate::to_decimal),
            spares_rate: policy.get::<Option<Rate>>(C::SparesRate)?.map(Rate::to_decimal),
            demand: policy.get::<Option<refresh_policy::DemandTerms>>(C::Demand)?.map(RefreshDemand::from),
        })
    }
}

/// The movement of a price over one calendar year.
#[derive(Clone, Debug, SimpleObject)]
pub struct YearRate {
    /// The calendar year.
    year: i32,
    /// The change within it, as a fraction: 0.18 for a rise of 18 %.
    rate: Decimal,
}

impl From<refresh_policy::YearRate> for YearRate {
    fn from(step: refresh_policy::YearRate) -> Self {
        Self { year: step.year, rate: step.rate.normalize() }
    }
}

/// Failures of a unit in a year, from an age on.
#[derive(Clone, Debug, SimpleObject)]
pub struct FailureRate {
    /// The age, in months; the first rate holds for younger units too.
    from_age_months: i32,
    /// Failures of a unit in a year: 0.09 is nine in a hundred units.
    rate: Decimal,
}

impl From<refresh_policy::AgeRate> for FailureRate {
    fn from(step: refresh_policy::AgeRate) -> Self {
        Self { from_age_months: step.from_age_months, rate: step.rate.normalize() }
    }
}

/// What a replacement costs besides the hardware.
pub struct Costs(pub(super) Policy);

impl Costs {
    fn rate(&self, column: C) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(column)?.to_decimal())
    }

    fn money(&self, ctx: &Context<'_>, column: C) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(C::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(column)?, &currency)))
        })
    }
}

/// What a replacement costs besides the hardware.
#[Object(name = "RefreshCosts")]
impl Costs {
    /// Freight and duty, as a fraction of the hardware.
    async fn freight_rate(&self) -> Result<Decimal> {
        self.rate(C::FreightRate)
    }

    /// Installation of one new unit. Null when the caller may not see prices.
    async fn install_per_unit(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, C::InstallAmount)
    }

    /// Prepaid support for all its months, as a fraction of the hardware.
    async fn support_rate(&self) -> Result<Decimal> {
        self.rate(C::SupportRate)
    }

    /// Months that the prepaid support covers.
    async fn support_months(&self) -> Result<i32> {
        self.0.get(C::SupportMonths)
    }

    /// Disposal of one old unit, the wiping of its data included. Null when the caller may not see prices.
    async fn disposal_per_unit(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, C::DisposalAmount)
    }

    /// What one old unit still brings in. Null when the caller may not see prices.
    async fn residual_per_unit(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, C::ResidualAmount)
    }

    /// The share of its purchase price that what is owned still brings in, by age on the day on which its successor enters
    /// service, in place of an amount for each unit. Null: there is no curve.
    async fn residual_curve(&self) -> Result<Option<Vec<ResidualPoint>>> {
        let curve: Option<refresh_policy::ResidualCurve> = self.0.get(C::ResidualCurve)?;
        Ok(curve.map(|curve| curve.0.into_iter().map(ResidualPoint::from).collect()))
    }

    /// How the storage media of old units are wiped: where they are shredded, nothing is sold.
    async fn wiping(&self) -> Result<Wiping> {
        Ok(self.0.get::<refresh_policy::Wiping>(C::Wiping)?.into())
    }

    /// Contingency, as a fraction of the hardware.
    async fn contingency_rate(&self) -> Result<Decimal> {
        self.rate(C::ContingencyRate)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn prices_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }
}
