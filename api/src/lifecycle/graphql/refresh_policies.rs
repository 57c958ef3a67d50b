//! Refresh policies, as clients see them.

mod changes;
mod filter;
mod parts;
mod wear;

pub use changes::{NewRefreshPolicy, RefreshPolicyDetails, RefreshPolicyMutation, YearRateInput};
pub use filter::{RefreshPolicyFilter, RefreshPolicyOrderField};
pub use parts::YearRate;

use async_graphql::{Context, Enum, ID, Object};
use entity::{
    id::RefreshPolicyId,
    lifecycle::{refresh_cycle, refresh_policy},
};
use sea_orm::{ColumnTrait, Condition};

use self::parts::{Costs, FailureRate, Quantity, Rules, Scope, Times};
use super::{
    depreciation_rules::DepreciationRule,
    refresh_cycles::{RefreshCycle, RefreshCycleFilter, RefreshCycleOrderField},
};
use crate::{
    access::Permission,
    error::{Error, Result},
    schema::{
        filter::{Filter, Order},
        page::{Connection, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Id, Moment},
    },
};

/// When assets are due for replacement, and what replacing them costs.
#[derive(Clone)]
pub struct RefreshPolicy(Record<refresh_policy::Entity>);

impl From<Record<refresh_policy::Entity>> for RefreshPolicy {
    fn from(record: Record<refresh_policy::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RefreshPolicy {
    type Entity = refresh_policy::Entity;
    type Id = RefreshPolicyId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: refresh_policy::Column = refresh_policy::Column::Id;

    fn columns(field: &str) -> &'static [refresh_policy::Column] {
        use refresh_policy::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "priority" => &[C::Priority],
            "active" => &[C::Active],
            "scope" => &[C::Scope],
            "rules" => &[
                C::AgeMonths,
                C::SupportMarginMonths,
                C::WarrantyRule,
                C::LeaseRule,
                C::CapacityRule,
                C::Risk,
            ],
            "times" => &[C::LeadDays, C::InstallDays, C::BufferDays, C::PaymentTermsDays],
            "quantity" => &[C::QuantityRule, C::Ratio, C::SparesRate, C::Demand],
            "currency" => &[C::Currency],
            "priceIndex" => &[C::PriceIndex],
            "failureRates" => &[C::FailureRates],
            "costs" => &[
                C::Currency,
                C::FreightRate,
                C::InstallAmount,
                C::SupportRate,
                C::SupportMonths,
                C::DisposalAmount,
                C::ResidualAmount,
                C::ResidualCurve,
                C::Wiping,
                C::ContingencyRate,
            ],
            "exitToleranceDays" => &[C::ExitToleranceDays],
            "cohortPeriod" => &[C::CohortPeriod],
            "depreciationRule" => &[C::DepreciationRuleId],
            _ => &[],
        }
    }
}

/// How many new units replace the old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh_policy::QuantityRule")]
pub enum QuantityRule {
    /// One for one.
    LikeForLike,
    /// One for several, by a ratio.
    Ratio,
}

/// How the storage media of old units are wiped before they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh_policy::Wiping", name = "RefreshWiping")]
pub enum Wiping {
    /// Overwritten: they are sold with the rest.
    Erased,
    /// Shredded: nothing is sold of what the policy covers.
    Shredded,
}

/// How due dates are grouped into cohorts that are bought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh_policy::CohortPeriod")]
pub enum CohortPeriod {
    /// By calendar month.
    Month,
    /// By calendar quarter.
    Quarter,
    /// By calendar year.
    Year,
}

/// When assets are due for replacement, and what replacing them costs.
#[Object]
impl RefreshPolicy {
    /// The id of the policy.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RefreshPolicyId>(self.0.get(refresh_policy::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(refresh_policy::Column::Version)
    }

    /// When the policy was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(refresh_policy::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(refresh_policy::Column::UpdatedAt)
    }

    /// Name; no two policies share one.
    async fn name(&self) -> Result<String> {
        self.0.get(refresh_policy::Column::Name)
    }

    /// Of the policies whose scope holds an asset the one with the lowest number counts; of equals, the first by
    /// name.
    async fn priority(&self) -> Result<i32> {
        self.0.get(refresh_policy::Column::Priority)
    }

    /// Whether it is in use.
    async fn active(&self) -> Result<bool> {
        self.0.get(refresh_policy::Column::Active)
    }

    /// The assets that it is for.
    async fn scope(&self) -> Scope {
        Scope(self.0.clone())
    }

    /// What makes an asset due. The earliest day of all rules counts.
    async fn rules(&self) -> Result<Rules> {
        Rules::of(&self.0)
    }

    /// How long a replacement takes.
    async fn times(&self) -> Result<Times> {
        Times::of(&self.0)
    }

    /// How many new units replace the old.
    async fn quantity(&self) -> Result<Quantity> {
        Quantity::of(&self.0)
    }

    /// The ISO 4217 code of every amount of the policy.
    async fn currency(&self) -> Result<String> {
        self.0.get(refresh_policy::Column::Currency)
    }

    /// How often old units fail while they wait, by age. Null is as the question assumes.
    async fn failure_rates(&self) -> Result<Option<Vec<FailureRate>>> {
        let rates: Option<refresh_policy::FailureRates> = self.0.get(refresh_policy::Column::FailureRates)?;
        Ok(rates.map(|rates| rates.0.into_iter().map(FailureRate::from).collect()))
    }

    /// How list prices move, by calendar year. In years that are not listed they stand still.
    async fn price_index(&self) -> Result<Vec<YearRate>> {
        let index: refresh_policy::PriceIndex = self.0.get(refresh_policy::Column::PriceIndex)?;
        Ok(index.0.into_iter().map(YearRate::from).collect())
    }

    /// What a replacement costs besides the hardware.
    async fn costs(&self) -> Costs {
        Costs(self.0.clone())
    }

    /// An asset whose site is left no more than so many days after it falls due is not replaced.
    async fn exit_tolerance_days(&self) -> Result<i32> {
        self.0.get(refresh_policy::Column::ExitToleranceDays)
    }

    /// How due dates are grouped into cohorts.
    async fn cohort_period(&self) -> Result<CohortPeriod> {
        Ok(self.0.get::<refresh_policy::CohortPeriod>(refresh_policy::Column::CohortPeriod)?.into())
    }

    /// How purchases under it are written off. Null: by the rule for the kind of hardware.
    async fn depreciation_rule(&self, ctx: &Context<'_>) -> Result<Option<DepreciationRule>> {
        self.0.one(ctx, refresh_policy::Column::DepreciationRuleId).await
    }

    /// The planned replacements under it.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn cycles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RefreshCycleFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RefreshCycleOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RefreshCycle>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let (own, parent) = (refresh_policy::Column::Id, refresh_cycle::Column::PolicyId);
        let window = Window::new(first, after, last, before);
        self.0.page(ctx, (own, parent), condition, order_by, window).await
    }
}

/// Queries of refresh policies.
#[derive(Default)]
pub struct RefreshPolicyQuery;

/// Queries of refresh policies.
#[Object]
impl RefreshPolicyQuery {
    /// One refresh policy by id or by name.
    async fn refresh_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<RefreshPolicyId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<RefreshPolicy>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => {
                by_condition(ctx, Condition::all().add(refresh_policy::Column::Name.eq(name))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The refresh policies.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn refresh_policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RefreshPolicyFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RefreshPolicyOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RefreshPolicy>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
