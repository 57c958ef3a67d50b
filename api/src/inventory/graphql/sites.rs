//! Sites, as clients see them.

mod changes;

pub use changes::{NewSite, SiteChanges, SiteDetails, SiteMutation};

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::{
    contracts::{colocation_contract, colocation_contract_site},
    id::SiteId,
    inventory::{asset, rack, site},
};
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::{
    assets::{Asset, AssetFilter, AssetOrderField},
    racks::{Rack, RackFilter, RackOrderField},
};
use crate::{
    access::{Caller, Permission},
    contracts::graphql::colocation_contracts::ColocationContract,
    error::{Error, Result},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Date, Id, Moment},
    },
};

/// A place where the company keeps equipment or people, a cloud region included.
#[derive(Clone)]
pub struct Site(Record<site::Entity>);

impl From<Record<site::Entity>> for Site {
    fn from(record: Record<site::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Site {
    type Entity = site::Entity;
    type Id = SiteId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: site::Column = site::Column::Id;

    fn columns(field: &str) -> &'static [site::Column] {
        use site::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "code" => &[C::Code],
            "name" => &[C::Name],
            "kind" => &[C::Kind],
            "status" => &[C::Status],
            "timeZone" => &[C::TimeZone],
            "address" => &[C::Street, C::City, C::Region, C::PostalCode, C::Country],
            "openedOn" => &[C::OpenedOn],
            "exit" => &[C::ExitOn, C::ExitReason],
            "headcount" => &[C::Headcount],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What sort of place a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "site::SiteKind")]
pub enum SiteKind {
    /// A data center of our own.
    DataCenter,
    /// Rented space in someone else's data center.
    Colocation,
    /// A place where people work.
    Office,
    /// A provider's region.
    CloudRegion,
    /// A small unattended place.
    Edge,
}

/// Where a site stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "site::SiteStatus")]
pub enum SiteStatus {
    /// Not yet in use.
    Planned,
    /// In use.
    Active,
    /// Left; kept for its history.
    Closed,
}

/// A postal address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Address {
    /// Street and number.
    street: Option<String>,
    /// City or town.
    city: Option<String>,
    /// State, province or county.
    region: Option<String>,
    /// Postal code as written in its country.
    postal_code: Option<String>,
    /// Country code of two capitals.
    country: Option<String>,
}

/// A planned departure from a site.
#[derive(Clone, Debug, SimpleObject)]
pub struct SiteExit {
    /// The day the site is to be empty.
    on: Date,
    /// Why it is being left.
    reason: Option<String>,
}

/// A place where the company keeps equipment or people, a cloud region included.
#[Object]
impl Site {
    /// The id of the site.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SiteId>(self.0.get(site::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(site::Column::Version)
    }

    /// When the site was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(site::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(site::Column::UpdatedAt)
    }

    /// Short code that people and imports use.
    async fn code(&self) -> Result<String> {
        self.0.get(site::Column::Code)
    }

    /// Name in full.
    async fn name(&self) -> Result<String> {
        self.0.get(site::Column::Name)
    }

    /// What sort of place it is.
    async fn kind(&self) -> Result<SiteKind> {
        Ok(self.0.get::<site::SiteKind>(site::Column::Kind)?.into())
    }

    /// Where it stands in its life.
    async fn status(&self) -> Result<SiteStatus> {
        Ok(self.0.get::<site::SiteStatus>(site::Column::Status)?.into())
    }

    /// The time zone of its local dates, by its IANA name.
    async fn time_zone(&self) -> Result<String> {
        self.0.get(site::Column::TimeZone)
    }

    /// Where it is.
    async fn address(&self) -> Result<Address> {
        Ok(Address {
            street: self.0.get(site::Column::Street)?,
            city: self.0.get(site::Column::City)?,
            region: self.0.get(site::Column::Region)?,
            postal_code: self.0.get(site::Column::PostalCode)?,
            country: self.0.get(site::Column::Country)?,
        })
    }

    /// First day of use.
    async fn opened_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<chrono::NaiveDate>>(site::Column::OpenedOn)?.map(Date))
    }

    /// The planned departure, where there is one. What falls due there later is not refreshed.
    async fn exit(&self) -> Result<Option<SiteExit>> {
        let on = self.0.get::<Option<chrono::NaiveDate>>(site::Column::ExitOn)?;
        let reason = self.0.get(site::Column::ExitReason)?;
        Ok(on.map(|on| SiteExit { on: Date(on), reason }))
    }

    /// People who work there.
    async fn headcount(&self) -> Result<Option<i32>> {
        self.0.get(site::Column::Headcount)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(site::Column::Source)
    }

    /// The racks that stand there.
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
        let window = Window::new(first, after, last, before);
        self.0.page(ctx, (site::Column::Id, rack::Column::SiteId), condition, order_by, window).await
    }

    /// The colocation contracts that are for it, by number. Needs the right to see contracts.
    async fn colocation_contracts(&self, ctx: &Context<'_>) -> Result<Option<Vec<ColocationContract>>> {
        use colocation_contract_site::{Column as Link, Entity};
        let order = [(colocation_contract::Column::Number, SqlOrder::Asc)];
        let ends = (Link::SiteId, Link::ContractId);
        self.0.linked::<ColocationContract, Entity>(ctx, site::Column::Id, ends, &order).await.map(Some)
    }

    /// The assets that stand there.
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
        self.0.page(ctx, (site::Column::Id, asset::Column::SiteId), condition, order_by, window).await
    }
}

/// Which sites. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SiteFilter {
    /// All of these as well.
    pub and: Option<Vec<SiteFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<SiteFilter>>,
    /// And not this.
    pub not: Option<Box<SiteFilter>>,
    /// By id.
    pub id: Option<IdFilter<SiteId>>,
    /// By code.
    pub code: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By kind.
    pub kind: Option<EnumFilter<SiteKind>>,
    /// By status.
    pub status: Option<EnumFilter<SiteStatus>>,
    /// By city.
    pub city: Option<StringFilter>,
    /// By country code.
    pub country: Option<StringFilter>,
    /// By the day it is to be empty.
    pub exit_on: Option<DateFilter>,
}

impl Filter for SiteFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use site::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.code.as_ref().map(|test| test.on(C::Code)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.kind.as_ref().map(|test| test.on::<site::SiteKind>(C::Kind)))
            .add_option(self.status.as_ref().map(|test| test.on::<site::SiteStatus>(C::Status)))
            .add_option(self.city.as_ref().map(|test| test.on(C::City)))
            .add_option(self.country.as_ref().map(|test| test.on(C::Country)))
            .add_option(self.exit_on.as_ref().map(|test| test.on(C::ExitOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order sites by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SiteOrderField {
    /// By code.
    Code,
    /// By name.
    Name,
    /// By country code.
    Country,
    /// By the day it is to be empty.
    ExitOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for SiteOrderField {
    type Noun = Site;

    fn column(self) -> site::Column {
        match self {
            Self::Code => site::Column::Code,
            Self::Name => site::Column::Name,
            Self::Country => site::Column::Country,
            Self::ExitOn => site::Column::ExitOn,
            Self::CreatedAt => site::Column::CreatedAt,
        }
    }
}

/// Queries of sites.
#[derive(Default)]
pub struct SiteQuery;

/// Queries of sites.
#[Object]
impl SiteQuery {
    /// One site by id or by code.
    async fn site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<SiteId>>,
        #[graphql(desc = "Its code.")] code: Option<String>,
    ) -> Result<Option<Site>> {
        match (id, code) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(code)) => by_condition(ctx, Condition::all().add(site::Column::Code.eq(code))).await,
            _ => Err(Error::invalid("id", "give either an id or a code")),
        }
    }

    /// The sites.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn sites(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<SiteFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<SiteOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Site>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
