//! Racks, as clients see them.

mod changes;
mod usage;

pub use changes::{NewRack, RackChanges, RackDetails, RackMutation};
pub use usage::RackUsage;

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    id::RackId,
    inventory::{asset, rack, site},
};
use sea_orm::Condition;

use super::{
    assets::{Asset, AssetFilter, AssetOrderField},
    sites::{Site, SiteFilter},
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::{EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Id, Moment},
    },
};

/// A cabinet or frame at a site, with the limits it was built for.
#[derive(Clone)]
pub struct Rack(Record<rack::Entity>);

impl From<Record<rack::Entity>> for Rack {
    fn from(record: Record<rack::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Rack {
    type Entity = rack::Entity;
    type Id = RackId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: rack::Column = rack::Column::Id;

    fn columns(field: &str) -> &'static [rack::Column] {
        use rack::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "site" => &[C::SiteId],
            "name" => &[C::Name],
            "room" => &[C::Room],
            "status" => &[C::Status],
            "heightUnits" => &[C::HeightUnits],
            "protectedPowerWatts" => &[C::ProtectedPowerWatts],
            "weightLimitGrams" => &[C::WeightLimitGrams],
            "coolingWatts" => &[C::CoolingWatts],
            "networkPorts" => &[C::NetworkPorts],
            "source" => &[C::Source],
            "usage" => &[C::HeightUnits, C::ProtectedPowerWatts, C::WeightLimitGrams],
            _ => &[],
        }
    }
}

/// Where a rack stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "rack::RackStatus")]
pub enum RackStatus {
    /// Not yet standing.
    Planned,
    /// Takes equipment.
    Active,
    /// Takes no more equipment.
    Retired,
}

/// A cabinet or frame at a site, with the limits it was built for.
#[Object]
impl Rack {
    /// The id of the rack.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RackId>(self.0.get(rack::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(rack::Column::Version)
    }

    /// When the rack was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(rack::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(rack::Column::UpdatedAt)
    }

    /// The site that it stands at.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, rack::Column::SiteId).await
    }

    /// Name; no two racks of a site share one.
    async fn name(&self) -> Result<String> {
        self.0.get(rack::Column::Name)
    }

    /// Room, hall or cage.
    async fn room(&self) -> Result<Option<String>> {
        self.0.get(rack::Column::Room)
    }

    /// Where it stands in its life.
    async fn status(&self) -> Result<RackStatus> {
        Ok(self.0.get::<rack::RackStatus>(rack::Column::Status)?.into())
    }

    /// Usable height in rack units. The lowest unit is 1.
    async fn height_units(&self) -> Result<i32> {
        self.0.get(rack::Column::HeightUnits)
    }

    /// Power that may be drawn with redundancy kept, in watts.
    async fn protected_power_watts(&self) -> Result<Option<i32>> {
        self.0.get(rack::Column::ProtectedPowerWatts)
    }

    /// Load it may carry, in grams.
    async fn weight_limit_grams(&self) -> Result<Option<i64>> {
        self.0.get(rack::Column::WeightLimitGrams)
    }

    /// Heat that its room carries off, in watts.
    async fn cooling_watts(&self) -> Result<Option<i32>> {
        self.0.get(rack::Column::CoolingWatts)
    }

    /// Network ports for what stands in it, taken and free.
    async fn network_ports(&self) -> Result<Option<i32>> {
        self.0.get(rack::Column::NetworkPorts)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(rack::Column::Source)
    }

    /// What it holds, and how much more it could.
    async fn usage(&self, ctx: &Context<'_>) -> Result<RackUsage> {
        usage::of(ctx, &self.0).await
    }

    /// The assets that are mounted in it, those in its chassis included.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<AssetOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Asset>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        self.0.page(ctx, (rack::Column::Id, asset::Column::RackId), condition, order_by, window).await
    }
}

/// Which racks. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RackFilter {
    /// All of these as well.
    pub and: Option<Vec<RackFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RackFilter>>,
    /// And not this.
    pub not: Option<Box<RackFilter>>,
    /// By id.
    pub id: Option<IdFilter<RackId>>,
    /// By the site that it stands at.
    pub site: Option<SiteFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By room, hall or cage.
    pub room: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<RackStatus>>,
    /// By usable height in rack units.
    pub height_units: Option<IntFilter>,
    /// By the power that may be drawn with redundancy kept, in watts.
    pub protected_power_watts: Option<IntFilter>,
}

impl Filter for RackFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use rack::Column as C;
        let site = match &self.site {
            Some(site) => Some(through::<site::Entity>(C::SiteId, site::Column::Id, site.condition(caller)?)),
            None => None,
        };
        let power = self.protected_power_watts.as_ref();
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(site)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.room.as_ref().map(|test| test.on(C::Room)))
            .add_option(self.status.as_ref().map(|test| test.on::<rack::RackStatus>(C::Status)))
            .add_option(self.height_units.as_ref().map(|test| test.on(C::HeightUnits)).transpose()?)
            .add_option(power.map(|test| test.on(C::ProtectedPowerWatts)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order racks by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RackOrderField {
    /// By name.
    Name,
    /// By room, hall or cage.
    Room,
    /// By usable height.
    HeightUnits,
    /// By the power that may be drawn with redundancy kept.
    ProtectedPowerWatts,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RackOrderField {
    type Noun = Rack;

    fn column(self) -> rack::Column {
        match self {
            Self::Name => rack::Column::Name,
            Self::Room => rack::Column::Room,
            Self::HeightUnits => rack::Column::HeightUnits,
            Self::ProtectedPowerWatts => rack::Column::ProtectedPowerWatts,
            Self::CreatedAt => rack::Column::CreatedAt,
        }
    }
}

/// Queries of racks.
#[derive(Default)]
pub struct RackQuery;

/// Queries of racks.
#[Object]
impl RackQuery {
    /// One rack by id.
    async fn rack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RackId>,
    ) -> Result<Option<Rack>> {
        by_id(ctx, id).await
    }

    /// The racks.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RackFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RackOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Rack>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
