//! Capacity pools, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity, capacity_event,
        capacity_pool::{self, Column as C},
        capacity_purchase_rule, capacity_reservation,
    },
    id::{CapacityPoolId, SiteId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, Order as Sorted};

use super::{
    events::CapacityEvent,
    figures::{CapacityDay, CapacityFinding, CapacityLayer, CapacityMonth},
    purchase_rules::CapacityPurchaseRule,
    reservations::CapacityReservation,
    words::{CapacityBasis, CapacityResource, CapacityUnit},
};
use crate::{
    access::{Caller, Permission},
    capacity::{days, inventories, layers, members},
    error::{Error, Result},
    inventory::graphql::sites::Site,
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, read},
        scalar::{Date, Id, Moment, Month},
    },
    topology::{graphql::things::ConfigurationItem, items},
};

/// A supply of one resource whose parts can stand in for each other.
#[derive(Clone)]
pub struct CapacityPool(Record<capacity_pool::Entity>);

impl From<Record<capacity_pool::Entity>> for CapacityPool {
    fn from(record: Record<capacity_pool::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityPool {
    type Entity = capacity_pool::Entity;
    type Id = CapacityPoolId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: capacity_pool::Column = C::Id;

    fn columns(field: &str) -> &'static [capacity_pool::Column] {
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "site" => &[C::SiteId],
            "name" => &[C::Name],
            "resource" => &[C::Resource],
            "unit" => &[C::Unit],
            "basis" => &[C::Basis],
            "planningLimit" => &[C::PlanningLimit],
            "leadDays" => &[C::LeadDays],
            "installDays" => &[C::InstallDays],
            "approvalDays" => &[C::ApprovalDays],
            "bufferDays" => &[C::BufferDays],
            "fitFrom" => &[C::FitFrom],
            "isActive" => &[C::IsActive],
            "note" => &[C::Note],
            "source" => &[C::Source],
            "raw" => &[C::Resource, C::Unit, C::Basis, C::Raw],
            "usable" => &[C::Usable],
            "plannable" => &[C::Plannable],
            "allocated" => &[C::Allocated],
            "findings" => &[C::Resource, C::Unit, C::Basis, C::Raw, C::Usable, C::Plannable],
            _ => &[],
        }
    }
}

/// Today, where a client names no day.
fn day(ctx: &Context<'_>, given: Option<Date>) -> Result<NaiveDate> {
    Ok(given.map_or(caller(ctx)?.now.date_naive(), |day| day.0))
}

/// What months cost: each as much as what is asked of it.
/// Each day may be a row.
fn days_cost(from: Date, to: Date, row: usize) -> usize {
    let days = (to.0 - from.0).num_days().saturating_add(1);
    usize::try_from(days).unwrap_or_default().saturating_mul(row).saturating_add(1)
}

fn months_cost(months: Option<i32>, row: usize) -> usize {
    usize::try_from(months.unwrap_or(12)).unwrap_or_default().saturating_mul(row).saturating_add(1)
}

impl CapacityPool {
    fn own(&self) -> Result<CapacityPoolId> {
        self.0.get(C::Id)
    }

    fn siblings(&self) -> Result<Vec<CapacityPoolId>> {
        self.0.column_of_siblings(C::Id)
    }

    /// What there is: as stated, or counted from the members of all siblings together.
    async fn all(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        if self.0.get::<capacity_pool::CapacityBasis>(C::Basis)? == capacity_pool::CapacityBasis::Declared {
            return Ok(CapacityLayer::stated("raw", self.0.get(C::Raw)?));
        }
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || {
            let resources: Vec<capacity_pool::CapacityResource> = self.0.column_of_siblings(C::Resource)?;
            let units: Vec<capacity_pool::CapacityUnit> = self.0.column_of_siblings(C::Unit)?;
            let bases: Vec<capacity_pool::CapacityBasis> = self.0.column_of_siblings(C::Basis)?;
            let all = self.siblings()?.into_iter().zip(resources).zip(units).zip(bases);
            let counted = all.filter(|(_, basis)| *basis == capacity_pool::CapacityBasis::Inventory);
            let pools: Vec<inventories::Pool> =
                counted.map(|(((id, resource), unit), _)| inventories::Pool { id, resource, unit }).collect();
            inventories::count(&reader, &pools).await
        };
        let counted = self.0.shared("counted".to_owned(), load).await?;
        Ok(CapacityLayer::counted(&counted.get(&self.own()?).cloned().unwrap_or_default()))
    }

    fn stated(&self, name: &str, column: capacity_pool::Column) -> Result<CapacityLayer> {
        Ok(CapacityLayer::stated(name, self.0.get::<Option<Quantity>>(column)?))
    }

    async fn held(&self, ctx: &Context<'_>, on: NaiveDate) -> Result<CapacityLayer> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || layers::reserved(&reader, self.siblings()?, on).await;
        let reserved = self.0.shared(format!("reserved {on}"), load).await?;
        Ok(CapacityLayer::reserved(reserved.get(&self.own()?).copied().unwrap_or_default(), on))
    }

    async fn last(&self, ctx: &Context<'_>, on: NaiveDate) -> Result<CapacityLayer> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || days::last(&reader, self.siblings()?, on).await;
        let last = self.0.shared(format!("last {on}"), load).await?;
        Ok(CapacityLayer::used(last.get(&self.own()?), on))
    }
}

/// A supply of one resource whose parts can stand in for each other.
#[Object]
impl CapacityPool {
    /// The id of the pool.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityPoolId>(self.own()?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(C::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(C::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(C::UpdatedAt)
    }

    /// Where it is. Null for what is in no one place.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, C::SiteId).await
    }

    /// What people call it; no two pools share one.
    async fn name(&self) -> Result<String> {
        self.0.get(C::Name)
    }

    /// What it is a supply of.
    async fn resource(&self) -> Result<CapacityResource> {
        Ok(self.0.get::<capacity_pool::CapacityResource>(C::Resource)?.into())
    }

    /// What all its quantities are counted in.
    async fn unit(&self) -> Result<CapacityUnit> {
        Ok(self.0.get::<capacity_pool::CapacityUnit>(C::Unit)?.into())
    }

    /// Where the raw quantity comes from.
    async fn basis(&self) -> Result<CapacityBasis> {
        Ok(self.0.get::<capacity_pool::CapacityBasis>(C::Basis)?.into())
    }

    /// Share of the usable quantity that may be planned with.
    async fn planning_limit(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(C::PlanningLimit)?.map(Rate::to_decimal))
    }

    /// Days from an order to its delivery.
    async fn lead_days(&self) -> Result<Option<i32>> {
        self.0.get(C::LeadDays)
    }

    /// Days from delivery to use.
    async fn install_days(&self) -> Result<Option<i32>> {
        self.0.get(C::InstallDays)
    }

    /// Days that approving an order takes.
    async fn approval_days(&self) -> Result<Option<i32>> {
        self.0.get(C::ApprovalDays)
    }

    /// Days kept in hand on top.
    async fn buffer_days(&self) -> Result<Option<i32>> {
        self.0.get(C::BufferDays)
    }

    /// First day whose observations say how it grows. Null: all do.
    async fn fit_from(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(C::FitFrom)?.map(Date))
    }

    /// Whether it is in use.
    async fn is_active(&self) -> Result<bool> {
        self.0.get(C::IsActive)
    }

    /// What else is to be said.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(C::Note)
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(C::Source)
    }

    /// The assets, racks, sites and workloads that it is made of, as far as the caller may see them.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<ConfigurationItem>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || {
            let members = members::of(&reader, self.siblings()?).await?;
            let things: Vec<items::Thing> = members.values().flatten().copied().collect();
            let labels = items::labels(&reader, &things).await?;
            Ok((members, labels))
        };
        let found = self.0.shared("members".to_owned(), load).await?;
        let (members, labels) = &*found;
        let caller = caller(ctx)?;
        let own = members.get(&self.own()?).into_iter().flatten().filter(|thing| thing.is_shown_to(caller));
        Ok(own.filter_map(|thing| Some(ConfigurationItem::new(*thing, labels.get(thing)?))).collect())
    }

    /// All there is: stated, or counted from the members.
    async fn raw(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        self.all(ctx).await
    }

    /// What is left of it after protection and overhead, as stated.
    async fn usable(&self) -> Result<CapacityLayer> {
        self.stated("usable", C::Usable)
    }

    /// What is left of that after the buffer that is kept free, as stated.
    async fn plannable(&self) -> Result<CapacityLayer> {
        self.stated("plannable", C::Plannable)
    }

    /// What is held for purposes on a day.
    async fn reserved(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today where left out.")] on: Option<Date>,
    ) -> Result<CapacityLayer> {
        self.held(ctx, day(ctx, on)?).await
    }

    /// What was given out, whether it is used or not, as stated.
    async fn allocated(&self) -> Result<CapacityLayer> {
        self.stated("allocated", C::Allocated)
    }

    /// What was used: the peak of the last day with an observation.
    async fn used(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Not after this day; today where left out.")] as_of: Option<Date>,
    ) -> Result<CapacityLayer> {
        self.last(ctx, day(ctx, as_of)?).await
    }

    /// The days with observations, in their order. A day without is left out: it is not 0.
    #[graphql(complexity = "days_cost(from, to, child_complexity)")]
    async fn days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day, in UTC.")] from: Date,
        #[graphql(desc = "The last day, in UTC; at most 3,700 days from the first.")] to: Date,
    ) -> Result<Vec<CapacityDay>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || days::of(&reader, self.siblings()?, from.0, to.0).await;
        let found = self.0.shared(format!("days {} {}", from.0, to.0), load).await?;
        Ok(found.get(&self.own()?).into_iter().flatten().map(CapacityDay::from).collect())
    }

    /// What was used month by month, from what observations come to by day: the peak, and the 95th percentile of the
    /// daily peaks. Days without an observation stay missing.
    #[graphql(complexity = "months_cost(months, child_complexity)")]
    async fn months(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first month.")] from: Month,
        #[graphql(desc = "How many, at most 120; 12 where left out.")] months: Option<i32>,
        #[graphql(desc = "What came after this day is left out; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<CapacityMonth>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let count = days::require_months(months.unwrap_or(12))?;
        let last = from.0.range(count).last().unwrap_or(from.0);
        let as_of = day(ctx, as_of)?;
        let load = async || days::of(&reader, self.siblings()?, from.0.first_day(), last.last_day()).await;
        let found = self.0.shared(format!("days of {} {last}", from.0), load).await?;
        let own = found.get(&self.own()?).map(Vec::as_slice).unwrap_or_default();
        Ok(days::by_month(own, from.0, count, as_of)?.into_iter().map(CapacityMonth::from).collect())
    }

    /// What is held of it, in the order of the first days.
    async fn reservations(&self, ctx: &Context<'_>) -> Result<Vec<CapacityReservation>> {
        use capacity_reservation::Column as Own;
        self.0.many(ctx, C::Id, Own::PoolId, &[(Own::FromOn, Sorted::Asc), (Own::Id, Sorted::Asc)]).await
    }

    /// The days on which its demand steps up or down, in their order.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<CapacityEvent>> {
        use capacity_event::Column as Own;
        self.0.many(ctx, C::Id, Own::PoolId, &[(Own::HappensOn, Sorted::Asc), (Own::Id, Sorted::Asc)]).await
    }

    /// What is bought for it when it runs out. Null where that was never said.
    async fn purchase_rule(&self, ctx: &Context<'_>) -> Result<Option<CapacityPurchaseRule>> {
        use capacity_purchase_rule::Column as Own;
        Ok(self.0.many(ctx, C::Id, Own::PoolId, &[]).await?.into_iter().next())
    }

    /// What is odd about it: more is used or reserved than there is.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<CapacityFinding>> {
        let on = day(ctx, as_of)?;
        let (used, reserved) = (self.last(ctx, on).await?, self.held(ctx, on).await?);
        let (raw, usable) = (self.all(ctx).await?, self.stated("usable", C::Usable)?);
        let plannable = self.stated("plannable", C::Plannable)?;
        let above = [("plannable", &plannable), ("usable", &usable), ("raw", &raw)];
        Ok(CapacityFinding::of(&used, &reserved, &above))
    }
}

/// Which pools. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPoolFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityPoolFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityPoolFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityPoolFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityPoolId>>,
    /// By its name.
    pub name: Option<StringFilter>,
    /// By what it is a supply of.
    pub resource: Option<EnumFilter<CapacityResource>>,
    /// By where the raw quantity comes from.
    pub basis: Option<EnumFilter<CapacityBasis>>,
    /// By the id of the site.
    pub site: Option<IdFilter<SiteId>>,
    /// By whether it is in use.
    pub is_active: Option<BooleanFilter>,
    /// By where the record came from.
    pub source: Option<StringFilter>,
}

impl Filter for CapacityPoolFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(
                self.resource.as_ref().map(|test| test.on::<capacity_pool::CapacityResource>(C::Resource)),
            )
            .add_option(self.basis.as_ref().map(|test| test.on::<capacity_pool::CapacityBasis>(C::Basis)))
            .add_option(self.site.as_ref().map(|test| test.on(C::SiteId)))
            .add_option(self.is_active.as_ref().map(|test| test.on(C::IsActive)))
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order pools by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityPoolOrderField {
    /// By its name.
    Name,
    /// By what it is a supply of.
    Resource,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityPoolOrderField {
    type Noun = CapacityPool;

    fn column(self) -> capacity_pool::Column {
        match self {
            Self::Name => C::Name,
            Self::Resource => C::Resource,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// Queries of pools.
#[derive(Default)]
pub struct PoolQuery;

/// Queries of pools.
#[Object]
impl PoolQuery {
    /// One pool by its id or its name, of which one is given.
    async fn capacity_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<CapacityPoolId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<CapacityPool>> {
        read(ctx, Permission::ViewInventory)?;
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(C::Name.eq(name))).await,
            (Some(_), Some(_)) => Err(Error::invalid("name", "is given beside the id: give one of them")),
            (None, None) => Err(Error::invalid("id", "is left out, and so is the name: give one of them")),
        }
    }

    /// The pools.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_pools(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityPoolOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityPool>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
