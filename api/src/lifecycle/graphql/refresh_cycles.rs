//! Refresh cycles, as clients see them.

mod changes;
mod cohort;
mod filter;

pub use changes::{NewRefreshCycle, RefreshCycleDetails, RefreshCycleMutation};
pub use cohort::{RefreshCycleAsset, RefreshCycleAssetFilter, RefreshCycleAssetOrderField};
pub use filter::{RefreshCycleFilter, RefreshCycleOrderField};

use async_graphql::{Context, Enum, ID, Object};
use chrono::NaiveDate;
use entity::{
    id::RefreshCycleId,
    lifecycle::{refresh_cycle, refresh_cycle_asset},
    money::Amount,
};
use sea_orm::{ColumnTrait, Condition};

use super::refresh_policies::RefreshPolicy;
use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::graphql::{models::HardwareModel, sites::Site},
    schema::{
        filter::{Filter, Order},
        page::{Connection, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced},
        scalar::{Date, Id, Moment, Money},
    },
};

/// A planned replacement of a cohort of assets.
#[derive(Clone)]
pub struct RefreshCycle(Record<refresh_cycle::Entity>);

impl From<Record<refresh_cycle::Entity>> for RefreshCycle {
    fn from(record: Record<refresh_cycle::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RefreshCycle {
    type Entity = refresh_cycle::Entity;
    type Id = RefreshCycleId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: refresh_cycle::Column = refresh_cycle::Column::Id;

    fn columns(field: &str) -> &'static [refresh_cycle::Column] {
        use refresh_cycle::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "policy" => &[C::PolicyId],
            "site" => &[C::SiteId],
            "model" => &[C::ModelId],
            "status" => &[C::Status],
            "orderOn" => &[C::OrderOn],
            "inServiceOn" => &[C::InServiceOn],
            "quantity" => &[C::Quantity],
            "budget" => &[C::BudgetAmount, C::BudgetCurrency],
            "notes" => &[C::Notes],
            _ => &[],
        }
    }
}

/// Where a refresh cycle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "refresh_cycle::CycleStatus")]
pub enum CycleStatus {
    /// Proposed.
    Planned,
    /// Funded.
    Approved,
    /// Ordered from the vendor.
    Ordered,
    /// The new units are in service.
    Completed,
    /// Given up; kept for its history.
    Cancelled,
}

/// A planned replacement of a cohort of assets.
#[Object]
impl RefreshCycle {
    /// The id of the cycle.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RefreshCycleId>(self.0.get(refresh_cycle::Column::Id)?).into())
    }

    /// Rises with every change, of its assets too; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(refresh_cycle::Column::Version)
    }

    /// When the cycle was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(refresh_cycle::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(refresh_cycle::Column::UpdatedAt)
    }

    /// Name; no two cycles share one.
    async fn name(&self) -> Result<String> {
        self.0.get(refresh_cycle::Column::Name)
    }

    /// The policy that made its assets due.
    async fn policy(&self, ctx: &Context<'_>) -> Result<Option<RefreshPolicy>> {
        self.0.one(ctx, refresh_cycle::Column::PolicyId).await
    }

    /// The one site that it is for. Null: its assets stand at several.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, refresh_cycle::Column::SiteId).await
    }

    /// The model to buy. Null: the successor of each asset's model.
    async fn model(&self, ctx: &Context<'_>) -> Result<Option<HardwareModel>> {
        self.0.one(ctx, refresh_cycle::Column::ModelId).await
    }

    /// Where it stands.
    async fn status(&self) -> Result<CycleStatus> {
        Ok(self.0.get::<refresh_cycle::CycleStatus>(refresh_cycle::Column::Status)?.into())
    }

    /// The day to order by; once ordered, the day of the order.
    async fn order_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(refresh_cycle::Column::OrderOn)?.map(Date))
    }

    /// The day on which the new units are to be in service; once completed, on which they were.
    async fn in_service_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(refresh_cycle::Column::InServiceOn)?.map(Date))
    }

    /// New units to buy. Null: by the rule of the policy.
    async fn quantity(&self) -> Result<Option<i32>> {
        self.0.get(refresh_cycle::Column::Quantity)
    }

    /// What is budgeted for it. Null when nothing is, or when the caller may not see prices.
    async fn budget(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let amount = self.0.get::<Option<Amount>>(refresh_cycle::Column::BudgetAmount)?;
            let currency = self.0.get::<Option<String>>(refresh_cycle::Column::BudgetCurrency)?;
            Ok(amount.zip(currency).map(|(amount, currency)| Money::of(amount, &currency)))
        })
    }

    /// Whether the budget is hidden from the caller's role.
    async fn budget_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// What else there is to say.
    async fn notes(&self) -> Result<Option<String>> {
        self.0.get(refresh_cycle::Column::Notes)
    }

    /// The assets that it replaces.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RefreshCycleAssetFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RefreshCycleAssetOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RefreshCycleAsset>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let (own, parent) = (refresh_cycle::Column::Id, refresh_cycle_asset::Column::CycleId);
        let window = Window::new(first, after, last, before);
        self.0.page(ctx, (own, parent), condition, order_by, window).await
    }
}

/// Queries of refresh cycles.
#[derive(Default)]
pub struct RefreshCycleQuery;

/// Queries of refresh cycles.
#[Object]
impl RefreshCycleQuery {
    /// One refresh cycle by id or by name.
    async fn refresh_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<RefreshCycleId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<RefreshCycle>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => {
                by_condition(ctx, Condition::all().add(refresh_cycle::Column::Name.eq(name))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The refresh cycles.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn refresh_cycles(
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
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
