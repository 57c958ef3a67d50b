//! Power feeds, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    contracts::colocation_circuit,
    id::{PowerFeedId, SiteId},
    inventory::{rack, site},
    topology::power_feed::{self, Column},
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    contracts::graphql::{colocation_circuits::ColocationCircuit, decision_words::PowerFeed as Side},
    error::{Error, Result},
    inventory::graphql::{
        racks::{Rack, RackFilter},
        sites::{Site, SiteFilter},
    },
    schema::{
        filter::{EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Id, Moment},
    },
};

/// A feed of electric power: of a rack, or of what feeds racks.
#[derive(Clone)]
pub struct PowerFeed(Record<power_feed::Entity>);

impl From<Record<power_feed::Entity>> for PowerFeed {
    fn from(record: Record<power_feed::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for PowerFeed {
    type Entity = power_feed::Entity;
    type Id = PowerFeedId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        use Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "site" => &[C::SiteId],
            "name" => &[C::Name],
            "status" => &[C::Status],
            "side" => &[C::Side],
            "rack" => &[C::RackId],
            "upstream" => &[C::UpstreamId],
            "circuit" => &[C::CircuitId],
            "capacityWatts" => &[C::CapacityWatts],
            "panel" => &[C::Panel],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Where a power feed stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "power_feed::FeedStatus")]
pub enum PowerFeedStatus {
    /// Not yet live.
    Planned,
    /// Live.
    Active,
    /// Gone.
    Retired,
}

/// A feed of electric power: of a rack, or of what feeds racks.
#[Object(name = "PowerSupplyFeed")]
impl PowerFeed {
    /// The id of the feed.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<PowerFeedId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the feed was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Where it is.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, Column::SiteId).await
    }

    /// Name; no two feeds of a site share one.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// Where it stands in its life.
    async fn status(&self) -> Result<PowerFeedStatus> {
        Ok(self.0.get::<power_feed::FeedStatus>(Column::Status)?.into())
    }

    /// Which of two that back each other up it is; null where it has no twin.
    async fn side(&self) -> Result<Option<Side>> {
        Ok(self.0.get::<Option<colocation_circuit::Feed>>(Column::Side)?.map(Into::into))
    }

    /// The rack that it feeds; null where it feeds other feeds.
    async fn rack(&self, ctx: &Context<'_>) -> Result<Option<Rack>> {
        self.0.one(ctx, Column::RackId).await
    }

    /// The feed that it hangs on.
    async fn upstream(&self, ctx: &Context<'_>) -> Result<Option<PowerFeed>> {
        self.0.one(ctx, Column::UpstreamId).await
    }

    /// The circuit of a colocation contract that it is; null for roles that may not see contracts.
    async fn circuit(&self, ctx: &Context<'_>) -> Result<Option<ColocationCircuit>> {
        if !caller(ctx)?.may(Permission::ViewContracts) {
            return Ok(None);
        }
        self.0.one(ctx, Column::CircuitId).await
    }

    /// Power that it may carry for long, in watts.
    async fn capacity_watts(&self) -> Result<Option<i32>> {
        self.0.get(Column::CapacityWatts)
    }

    /// Panel or distribution unit that it comes from.
    async fn panel(&self) -> Result<Option<String>> {
        self.0.get(Column::Panel)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }
}

/// Which power feeds. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "PowerSupplyFeedFilter")]
pub struct PowerFeedFilter {
    /// All of these as well.
    pub and: Option<Vec<PowerFeedFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<PowerFeedFilter>>,
    /// And not this.
    pub not: Option<Box<PowerFeedFilter>>,
    /// By id.
    pub id: Option<IdFilter<PowerFeedId>>,
    /// By where it is.
    pub site: Option<SiteFilter>,
    /// By the rack that it feeds.
    pub rack: Option<RackFilter>,
    /// By the id of the feed that it hangs on.
    pub upstream: Option<IdFilter<PowerFeedId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By where it stands in its life.
    pub status: Option<EnumFilter<PowerFeedStatus>>,
    /// By which of two it is.
    pub side: Option<EnumFilter<Side>>,
    /// By the power that it may carry for long, in watts.
    pub capacity_watts: Option<IntFilter>,
    /// By the panel that it comes from.
    pub panel: Option<StringFilter>,
}

impl Filter for PowerFeedFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        let site = match &self.site {
            Some(test) => Some(through::<site::Entity>(C::SiteId, site::Column::Id, test.condition(caller)?)),
            None => None,
        };
        let rack = match &self.rack {
            Some(test) => Some(through::<rack::Entity>(C::RackId, rack::Column::Id, test.condition(caller)?)),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(site)
            .add_option(rack)
            .add_option(self.upstream.as_ref().map(|test| test.on(C::UpstreamId)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.status.as_ref().map(|test| test.on::<power_feed::FeedStatus>(C::Status)))
            .add_option(self.side.as_ref().map(|test| test.on::<colocation_circuit::Feed>(C::Side)))
            .add_option(self.capacity_watts.as_ref().map(|test| test.on(C::CapacityWatts)).transpose()?)
            .add_option(self.panel.as_ref().map(|test| test.on(C::Panel))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order power feeds by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PowerFeedOrderField {
    /// By name.
    Name,
    /// By the power that it may carry for long.
    CapacityWatts,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for PowerFeedOrderField {
    type Noun = PowerFeed;

    fn column(self) -> Column {
        match self {
            Self::Name => Column::Name,
            Self::CapacityWatts => Column::CapacityWatts,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of power feeds.
#[derive(Default)]
pub struct PowerFeedQuery;

/// Queries of power feeds.
#[Object]
impl PowerFeedQuery {
    /// One power feed by id, or by site and name.
    async fn power_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<PowerFeedId>>,
        #[graphql(desc = "The site that it is at, with `name`.")] site: Option<Id<SiteId>>,
        #[graphql(desc = "Its name, with `site`.")] name: Option<String>,
    ) -> Result<Option<PowerFeed>> {
        match (id, site, name) {
            (Some(id), None, None) => by_id(ctx, id).await,
            (None, Some(site), Some(name)) => {
                let at_site = Condition::all().add(Column::SiteId.eq(site.0)).add(Column::Name.eq(name));
                by_condition(ctx, at_site).await
            }
            _ => Err(Error::invalid("id", "give either an id, or a site and a name")),
        }
    }

    /// The power feeds.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn power_feeds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<PowerFeedFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<PowerFeedOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PowerFeed>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
