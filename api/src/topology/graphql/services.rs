//! Services, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    id::ServiceId,
    inventory::vendor,
    money::Amount,
    topology::service::{self, Column},
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::vendors::{Vendor, VendorFilter},
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced},
        scalar::{Id, Moment, Money},
    },
};

/// A service that somebody uses, or an application, platform or carrier that others are built on.
#[derive(Clone)]
pub struct Service(Record<service::Entity>);

impl From<Record<service::Entity>> for Service {
    fn from(record: Record<service::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Service {
    type Entity = service::Entity;
    type Id = ServiceId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        use Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "kind" => &[C::Kind],
            "status" => &[C::Status],
            "description" => &[C::Description],
            "owner" => &[C::Owner],
            "tier" => &[C::Tier],
            "isShared" => &[C::IsShared],
            "users" => &[C::Users],
            "revenuePerHour" => &[C::RevenuePerHourAmount, C::RevenuePerHourCurrency],
            "vendor" => &[C::VendorId],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Sorts of services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "service::ServiceKind")]
pub enum ServiceKind {
    /// What people outside IT use and name.
    BusinessService,
    /// A program that business services are made of.
    Application,
    /// What applications are built on: a database, a directory, a name service.
    Platform,
    /// A carrier's network service.
    Carrier,
    /// A service that others run: software as a service.
    External,
}

/// Where a service stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "service::ServiceStatus")]
pub enum ServiceStatus {
    /// Not yet in use.
    Planned,
    /// In use.
    Active,
    /// No longer in use.
    Retired,
}

/// A service that somebody uses, or an application, platform or carrier that others are built on.
#[Object]
impl Service {
    /// The id of the service.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ServiceId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the service was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Name; no two services share one.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// What sort of service it is.
    async fn kind(&self) -> Result<ServiceKind> {
        Ok(self.0.get::<service::ServiceKind>(Column::Kind)?.into())
    }

    /// Where it stands in its life.
    async fn status(&self) -> Result<ServiceStatus> {
        Ok(self.0.get::<service::ServiceStatus>(Column::Status)?.into())
    }

    /// What it does.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(Column::Description)
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// Criticality: 0 is the most critical, 3 the least.
    async fn tier(&self) -> Result<Option<i32>> {
        self.0.get(Column::Tier)
    }

    /// Whether everything uses it, as a directory or a backup, so that it says nothing of what belongs together.
    async fn is_shared(&self) -> Result<bool> {
        self.0.get(Column::IsShared)
    }

    /// People who use it.
    async fn users(&self) -> Result<Option<i32>> {
        self.0.get(Column::Users)
    }

    /// Revenue that an hour without it costs. Null where it is not known, and for roles that may not see prices.
    async fn revenue_per_hour(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let amount: Option<Amount> = self.0.get(Column::RevenuePerHourAmount)?;
            let currency: Option<String> = self.0.get(Column::RevenuePerHourCurrency)?;
            Ok(amount.zip(currency).map(|(amount, currency)| Money::of(amount, &currency)))
        })
    }

    /// Whether the revenue is hidden from the caller's role.
    async fn revenue_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Who provides it, where somebody else does.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, Column::VendorId).await
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }
}

/// Which services. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceFilter {
    /// All of these as well.
    pub and: Option<Vec<ServiceFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ServiceFilter>>,
    /// And not this.
    pub not: Option<Box<ServiceFilter>>,
    /// By id.
    pub id: Option<IdFilter<ServiceId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By sort.
    pub kind: Option<EnumFilter<ServiceKind>>,
    /// By where it stands in its life.
    pub status: Option<EnumFilter<ServiceStatus>>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By criticality.
    pub tier: Option<IntFilter>,
    /// By whether everything uses it.
    pub is_shared: Option<BooleanFilter>,
    /// By the number of people who use it.
    pub users: Option<IntFilter>,
    /// By who provides it.
    pub vendor: Option<VendorFilter>,
}

impl Filter for ServiceFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        let vendor = match &self.vendor {
            Some(test) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, test.condition(caller)?))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.kind.as_ref().map(|test| test.on::<service::ServiceKind>(C::Kind)))
            .add_option(self.status.as_ref().map(|test| test.on::<service::ServiceStatus>(C::Status)))
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner)))
            .add_option(self.tier.as_ref().map(|test| test.on(C::Tier)).transpose()?)
            .add_option(self.is_shared.as_ref().map(|test| test.on(C::IsShared)))
            .add_option(self.users.as_ref().map(|test| test.on(C::Users)).transpose()?)
            .add_option(vendor))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order services by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ServiceOrderField {
    /// By name.
    Name,
    /// By owner.
    Owner,
    /// By criticality.
    Tier,
    /// By the number of people who use it.
    Users,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ServiceOrderField {
    type Noun = Service;

    fn column(self) -> Column {
        match self {
            Self::Name => Column::Name,
            Self::Owner => Column::Owner,
            Self::Tier => Column::Tier,
            Self::Users => Column::Users,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of services.
#[derive(Default)]
pub struct ServiceQuery;

/// Queries of services.
#[Object]
impl ServiceQuery {
    /// One service by id or by name.
    async fn service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ServiceId>>,
        #[graphql(desc = "Its name, instead of the id.")] name: Option<String>,
    ) -> Result<Option<Service>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(Column::Name.eq(name))).await,
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The services.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ServiceOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Service>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
