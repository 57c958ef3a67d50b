//! Growth assumptions, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    cloud::{growth_assumption, provider_account, workload},
    id::{GrowthAssumptionId, ProviderAccountId, WorkloadId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    accounts::{ProviderAccount, ProviderAccountFilter},
    workloads::{Workload, WorkloadFilter},
};
use crate::{
    access::{Caller, Permission},
    cloud::{
        accounts::Target,
        growth::{self, Assumption},
    },
    error::Result,
    schema::{
        filter::{Filter, IdFilter, MonthFilter, Order, RatioFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{self, Id, Moment, Month},
    },
};

/// How many assumptions one account or workload has, for the cost of a query.
pub(super) const FEW: i32 = 10;

/// By how much the cost of a workload, or of the rest of an account, is taken to grow from month to month.
#[derive(Clone)]
pub struct GrowthAssumption(Record<growth_assumption::Entity>);

impl From<Record<growth_assumption::Entity>> for GrowthAssumption {
    fn from(record: Record<growth_assumption::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for GrowthAssumption {
    type Entity = growth_assumption::Entity;
    type Id = GrowthAssumptionId;
    const VIEW: Permission = Permission::ViewCloud;
    const ID: growth_assumption::Column = growth_assumption::Column::Id;

    fn columns(field: &str) -> &'static [growth_assumption::Column] {
        use growth_assumption::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "account" => &[C::AccountId],
            "workload" => &[C::WorkloadId],
            "monthlyRate" => &[C::MonthlyRate],
            "fromMonth" => &[C::FromMonth],
            "toMonth" => &[C::ToMonth],
            "basis" => &[C::Basis],
            _ => &[],
        }
    }
}

/// By how much the cost of a workload, or of the rest of an account, is taken to grow from month to month.
#[Object]
impl GrowthAssumption {
    /// The id of the assumption.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<GrowthAssumptionId>(self.0.get(growth_assumption::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(growth_assumption::Column::Version)
    }

    /// When the assumption was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(growth_assumption::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(growth_assumption::Column::UpdatedAt)
    }

    /// The account that it is for.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        self.0.one(ctx, growth_assumption::Column::AccountId).await
    }

    /// The workload that it is for; null is all of the account that has no assumption of its own in a month.
    async fn workload(&self, ctx: &Context<'_>) -> Result<Option<Workload>> {
        self.0.one(ctx, growth_assumption::Column::WorkloadId).await
    }

    /// By which fraction each month is above the one before: 0.015 is 1.5 %.
    async fn monthly_rate(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(growth_assumption::Column::MonthlyRate)?.to_decimal())
    }

    /// The first month that is above the one before.
    #[graphql(name = "fromMonth")]
    async fn first_month(&self) -> Result<Month> {
        let first: NaiveDate = self.0.get(growth_assumption::Column::FromMonth)?;
        Ok(Month(forecasting::month::Month::of(first)))
    }

    /// The last such month; null is without end.
    #[graphql(name = "toMonth")]
    async fn last_month(&self) -> Result<Option<Month>> {
        let last: Option<NaiveDate> = self.0.get(growth_assumption::Column::ToMonth)?;
        Ok(last.map(|first| Month(forecasting::month::Month::of(first))))
    }

    /// Why it is believed.
    async fn basis(&self) -> Result<Option<String>> {
        self.0.get(growth_assumption::Column::Basis)
    }
}

/// Which growth assumptions. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct GrowthAssumptionFilter {
    /// All of these as well.
    pub and: Option<Vec<GrowthAssumptionFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<GrowthAssumptionFilter>>,
    /// And not this.
    pub not: Option<Box<GrowthAssumptionFilter>>,
    /// By id.
    pub id: Option<IdFilter<GrowthAssumptionId>>,
    /// By the account that it is for.
    pub account: Option<ProviderAccountFilter>,
    /// By the workload that it is for.
    pub workload: Option<WorkloadFilter>,
    /// By growth per month, as a fraction.
    pub monthly_rate: Option<RatioFilter>,
    /// By first month.
    pub from_month: Option<MonthFilter>,
    /// By last month.
    pub to_month: Option<MonthFilter>,
}

impl Filter for GrowthAssumptionFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use growth_assumption::Column as C;
        let account = match &self.account {
            Some(test) => {
                let condition = test.condition(caller)?;
                let id = provider_account::Column::Id;
                Some(through::<provider_account::Entity>(C::AccountId, id, condition))
            }
            None => None,
        };
        let workload = match &self.workload {
            Some(test) => {
                let condition = test.condition(caller)?;
                Some(through::<workload::Entity>(C::WorkloadId, workload::Column::Id, condition))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(account)
            .add_option(workload)
            .add_option(self.monthly_rate.as_ref().map(|test| test.on(C::MonthlyRate)).transpose()?)
            .add_option(self.from_month.as_ref().map(|test| test.on(C::FromMonth)).transpose()?)
            .add_option(self.to_month.as_ref().map(|test| test.on(C::ToMonth)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order growth assumptions by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GrowthAssumptionOrderField {
    /// By first month.
    FromMonth,
    /// By last month.
    ToMonth,
    /// By growth per month.
    MonthlyRate,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for GrowthAssumptionOrderField {
    type Noun = GrowthAssumption;

    fn column(self) -> growth_assumption::Column {
        use growth_assumption::Column as C;
        match self {
            Self::FromMonth => C::FromMonth,
            Self::ToMonth => C::ToMonth,
            Self::MonthlyRate => C::MonthlyRate,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// A growth to assume. Give the account, or the workload, or both.
#[derive(Clone, Debug, InputObject)]
pub struct NewGrowthAssumption {
    /// The account that it is for; it follows from the workload.
    pub account: Option<Id<ProviderAccountId>>,
    /// The workload that it is for. Left out: all of the account that has no assumption of its own in a month.
    pub workload: Option<Id<WorkloadId>>,
    /// By which fraction each month is above the one before: 0.015 is 1.5 %.
    pub monthly_rate: Decimal,
    /// The first month that is above the one before.
    pub from_month: Month,
    /// The last such month. Left out: without end.
    pub to_month: Option<Month>,
    /// Why it is believed.
    pub basis: Option<String>,
}

impl NewGrowthAssumption {
    fn assumption(self) -> Result<Assumption> {
        Ok(Assumption {
            target: Target {
                account_id: self.account.map(|id| id.0),
                workload_id: self.workload.map(|id| id.0),
            },
            monthly_rate: scalar::rate(self.monthly_rate, "monthlyRate")?,
            from: self.from_month.0,
            to: self.to_month.map(|month| month.0),
            basis: self.basis,
        })
    }
}

/// Queries of growth assumptions.
#[derive(Default)]
pub struct GrowthQuery;

/// Queries of growth assumptions.
#[Object]
impl GrowthQuery {
    /// One growth assumption by id.
    async fn growth_assumption(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<GrowthAssumptionId>,
    ) -> Result<Option<GrowthAssumption>> {
        by_id(ctx, id).await
    }

    /// The growth assumptions.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn growth_assumptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<GrowthAssumptionFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<GrowthAssumptionOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<GrowthAssumption>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of growth assumptions.
#[derive(Default)]
pub struct GrowthMutation;

/// Changes of growth assumptions.
#[Object]
impl GrowthMutation {
    /// Assumes that the cost of a workload, or of the rest of an account, grows from month to month. Sent again with
    /// the same idempotency key it answers with the first assumption.
    async fn assume_growth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewGrowthAssumption,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<GrowthAssumption> {
        let assumption = change(ctx, Permission::EditCloud, async |tx| {
            tx.once("assumeGrowth", idempotency_key, &input, async || {
                growth::assume(tx, input.clone().assumption()?).await
            })
            .await
        });
        Ok(Record::whole(assumption.await?).into())
    }

    /// Sets the last month of an assumption; without a month, it holds without end.
    async fn end_growth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<GrowthAssumptionId>,
        #[graphql(desc = "Its last month. Left out: without end.")] to_month: Option<Month>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<GrowthAssumption> {
        let assumption = change(ctx, Permission::EditCloud, async |tx| {
            growth::end(tx, *id, expected_version, to_month.map(|month| month.0)).await
        });
        Ok(Record::whole(assumption.await?).into())
    }

    /// Withdraws an assumption as if it had never been made, and answers with what it was.
    async fn withdraw_growth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<GrowthAssumptionId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<GrowthAssumption> {
        let assumption =
            change(ctx, Permission::EditCloud, async |tx| growth::withdraw(tx, *id, expected_version).await);
        Ok(Record::whole(assumption.await?).into())
    }
}
