//! Capacity pools, as clients see them.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity, capacity_event,
        capacity_pool::{self, Column as C},
        capacity_purchase_rule, capacity_reservation,
    },
    id::{CapacityPoolId, ScenarioId},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::Order as Sorted;
use std::sync::Arc;

use super::{
    events::CapacityEvent,
    figures::{CapacityDay, CapacityFinding, CapacityLayer, CapacityMonth},
    hosts::{self, CapacityLicenceNeed, CapacityLicenceRule, CapacityTakeover},
    left::{CapacityHeadroom, CapacityMachineFit, CapacityUtilisation},
    pool_days::{day, days_cost, months_cost},
    purchase_rules::CapacityPurchaseRule,
    reservations::CapacityReservation,
    supply::{CapacityCluster, CapacityStorage, CapacitySupply},
    words::{CapacityBasis, CapacityResource, CapacityUnit},
};
use crate::{
    access::Permission,
    capacity::{
        days,
        headroom::{self, Taken},
        layers::{self, PoolLayers, Pools},
        licence_needs, members, supplies, takeovers,
    },
    error::Result,
    inventory::graphql::sites::Site,
    scenarios::overlay::Overlay,
    schema::{
        record::{Noun, Record},
        request::{caller, read},
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
            "allocated" | "headroom" => &[C::Allocated],
            "findings" => &[C::Resource, C::Allocated],
            _ => &[],
        }
    }
}

impl CapacityPool {
    fn own(&self) -> Result<CapacityPoolId> {
        self.0.get(C::Id)
    }

    fn siblings(&self) -> Result<Vec<CapacityPoolId>> {
        self.0.column_of_siblings(C::Id)
    }

    /// What there is of all siblings together.
    async fn whole(&self, ctx: &Context<'_>) -> Result<Arc<Pools>> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || layers::of(&reader, self.siblings()?).await;
        self.0.shared("layers".to_owned(), load).await
    }

    /// One thing of what there is of this pool.
    async fn layer<T>(&self, ctx: &Context<'_>, one: impl FnOnce(&PoolLayers) -> T) -> Result<T> {
        let whole = self.whole(ctx).await?;
        let none = PoolLayers::default();
        Ok(one(whole.layers.get(&self.own()?).unwrap_or(&none)))
    }

    fn given_out(&self) -> Result<layers::Layer> {
        Ok(layers::Layer::stated("allocated", self.0.get::<Option<Quantity>>(C::Allocated)?))
    }

    /// What is taken on a day.
    async fn taken(&self, ctx: &Context<'_>, on: NaiveDate) -> Result<Taken> {
        let (used, reserved) = (self.last(ctx, on).await?, self.held(ctx, on).await?);
        Ok(Taken {
            reserved: reserved.known().unwrap_or_default(),
            allocated: self.given_out()?.quantity,
            used: used.known(),
        })
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

    /// All that is installed: stated, or counted from the members. Of a cluster, cores and not threads.
    async fn raw(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        self.layer(ctx, |layers| CapacityLayer::from(&layers.raw)).await
    }

    /// What is left of it after protection, failures, overhead and reserve: stated, counted or worked out.
    async fn usable(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        self.layer(ctx, |layers| CapacityLayer::from(&layers.usable)).await
    }

    /// Data that fits if it can be reduced as is taken for granted. Neither usable nor plannable counts on it.
    async fn effective(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        self.layer(ctx, |layers| CapacityLayer::from(&layers.effective)).await
    }

    /// What of the usable quantity may be planned with: stated, or up to the planning limit.
    async fn plannable(&self, ctx: &Context<'_>) -> Result<CapacityLayer> {
        self.layer(ctx, |layers| CapacityLayer::from(&layers.plannable)).await
    }

    /// What it is planned by as a cluster of hosts. Null for other resources than VCPU and MEMORY.
    async fn cluster(&self, ctx: &Context<'_>) -> Result<Option<CapacityCluster>> {
        let whole = self.whole(ctx).await?;
        let own = self.own()?;
        let pool = whole.pools.get(&own);
        Ok(pool.and_then(|pool| CapacityCluster::of(pool, whole.layers.get(&own)?)))
    }

    /// What it is planned by as storage. Null for other resources than STORAGE.
    async fn storage(&self, ctx: &Context<'_>) -> Result<Option<CapacityStorage>> {
        let whole = self.whole(ctx).await?;
        Ok(whole.pools.get(&self.own()?).and_then(CapacityStorage::of))
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
        Ok(CapacityLayer::from(&self.given_out()?))
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
        let peaks = own.iter().map(|row| (row.day, row.peak));
        Ok(days::by_month(peaks, from.0, count, as_of)?.into_iter().map(CapacityMonth::from).collect())
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

    /// What is left by what is handed out and by what is used, and which of them leaves less.
    async fn headroom(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<CapacityHeadroom> {
        let taken = self.taken(ctx, day(ctx, as_of)?).await?;
        self.layer(ctx, |layers| headroom::headroom(layers, &taken).into()).await
    }

    /// How much of what is usable was used.
    async fn utilisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<CapacityUtilisation> {
        let used = self.last(ctx, day(ctx, as_of)?).await?.known();
        self.layer(ctx, |layers| headroom::utilisation(layers, used).into()).await
    }

    /// Whether a virtual machine fits on one of the hosts, empty as it may be, and still does when as many have failed as
    /// may. Totals say nothing about that.
    async fn machine_fit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its virtual processors.")] processors: Decimal,
        #[graphql(desc = "Its memory, in gibibytes of 2³⁰ bytes.")] gibibytes: Decimal,
        #[graphql(
            desc = "Parts that the cores and the memory of each host are divided into, such as one to a \
                          processor, 1 to 64; 1 where left out."
        )]
        memory_nodes: Option<i32>,
    ) -> Result<CapacityMachineFit> {
        let nodes = hosts::memory_nodes(memory_nodes)?;
        let whole = self.whole(ctx).await?;
        let Some(pool) = whole.pools.get(&self.own()?) else { return Ok(CapacityMachineFit::default()) };
        Ok(headroom::machine_fit(pool, &whole.held, (processors, gibibytes), nodes).into())
    }

    /// How many licences that are sold by the core its hosts need, with the floors of the product.
    async fn licence_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How licences of the product are counted.")] rule: CapacityLicenceRule,
    ) -> Result<CapacityLicenceNeed> {
        let rule = rule.checked()?;
        let whole = self.whole(ctx).await?;
        let Some(pool) = whole.pools.get(&self.own()?) else { return Ok(CapacityLicenceNeed::default()) };
        Ok(CapacityLicenceNeed::of(licence_needs::of(pool, &whole.held, &rule), &rule))
    }

    /// Whether it carries the load of another pool beside its own when that one is lost, as the pool of a site for disaster
    /// recovery has to.
    async fn takeover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the other pool, of the same resource.")] of: Id<CapacityPoolId>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<CapacityTakeover> {
        let (on, reader) = (day(ctx, as_of)?, read(ctx, Permission::ViewInventory)?);
        let load = async || takeovers::load(&reader, of.0, on).await;
        let load = self.0.shared(format!("takeover {} {on}", of.0), load).await?;
        let (used, whole, own) = (self.last(ctx, on).await?.known(), self.whole(ctx).await?, self.own()?);
        let both = whole.pools.get(&own).zip(whole.layers.get(&own));
        let Some((pool, layers)) = both else { return Ok(CapacityTakeover::default()) };
        Ok(takeovers::takeover(pool, layers, used, &load)?.into())
    }

    /// What may be planned with month by month, with what is delivered, retired and replaced, what contracts commit to and
    /// what a scenario changes.
    #[graphql(complexity = "months_cost(months, child_complexity)")]
    async fn supply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "How many months from that of `asOf` on, at most 120; 36 where left out.")]
        months: Option<i32>,
        #[graphql(desc = "The id of a scenario; what is recorded where left out.")] scenario: Option<
            Id<ScenarioId>,
        >,
    ) -> Result<CapacitySupply> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let as_of = day(ctx, as_of)?;
        let count = days::require_months(months.unwrap_or(36))?;
        let range: Vec<_> = forecasting::month::Month::of(as_of).range(count).collect();
        let scenario = scenario.map(|id| id.0);
        let load = async || {
            let overlay = Overlay::load_without_prices(&reader, scenario).await?;
            let pools: Vec<capacity_pool::Model> = {
                let whole = self.whole(ctx).await?;
                whole.pools.values().cloned().collect()
            };
            let last = range.last().copied().unwrap_or_else(|| forecasting::month::Month::of(as_of));
            let question = supplies::Question { as_of, overlay: &overlay, last };
            Ok((supplies::of(&reader, &pools, &question).await?, overlay.assumptions_for(caller(ctx)?)))
        };
        let key = format!("supply {as_of} {count} {scenario:?}");
        let supplied = self.0.shared(key, load).await?;
        let own = supplied.0.get(&self.own()?).cloned().unwrap_or_default();
        Ok(CapacitySupply::of(&own, &range, supplied.1.clone()))
    }

    /// What is odd about it: more is used, handed out or reserved than there is.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day that it is seen on; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<CapacityFinding>> {
        let taken = self.taken(ctx, day(ctx, as_of)?).await?;
        let resource: capacity_pool::CapacityResource = self.0.get(C::Resource)?;
        let found = self.layer(ctx, |layers| headroom::findings(resource, layers, &taken)).await??;
        Ok(found.into_iter().map(CapacityFinding::from).collect())
    }
}
