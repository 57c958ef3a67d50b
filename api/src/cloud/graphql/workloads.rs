//! Workloads, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    cloud::{cost_record, growth_assumption, provider_account, workload},
    id::{ProviderAccountId, WorkloadId},
    inventory::{environment, site},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::{
    accounts::{ProviderAccount, ProviderAccountFilter},
    costs::{CostRecord, months, months_cost},
    growth::{FEW, GrowthAssumption},
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::{
        assets::Environment,
        sites::{Site, SiteFilter},
    },
    schema::{
        filter::{
            DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, RatioFilter, StringFilter, through,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Date, Id, Moment, Month},
    },
};

/// Something that runs in the cloud and is sized and paid for as one.
#[derive(Clone)]
pub struct Workload(Record<workload::Entity>);

impl From<Record<workload::Entity>> for Workload {
    fn from(record: Record<workload::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Workload {
    type Entity = workload::Entity;
    type Id = WorkloadId;
    const VIEW: Permission = Permission::ViewCloud;
    const ID: workload::Column = workload::Column::Id;

    fn columns(field: &str) -> &'static [workload::Column] {
        use workload::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "account" => &[C::AccountId],
            "name" => &[C::Name],
            "service" => &[C::Service],
            "region" => &[C::Region],
            "site" => &[C::SiteId],
            "vcpu" => &[C::Vcpu],
            "memoryGib" => &[C::MemoryGib],
            "storageGib" => &[C::StorageGib],
            "owner" => &[C::Owner],
            "environment" => &[C::Environment],
            "tier" => &[C::Tier],
            "startedOn" => &[C::StartedOn],
            "retiresOn" => &[C::RetiresOn],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Something that runs in the cloud and is sized and paid for as one.
#[Object]
impl Workload {
    /// The id of the workload.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<WorkloadId>(self.0.get(workload::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(workload::Column::Version)
    }

    /// When the workload was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(workload::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(workload::Column::UpdatedAt)
    }

    /// The account that it runs in.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        self.0.one(ctx, workload::Column::AccountId).await
    }

    /// Name; no two workloads of an account share one.
    async fn name(&self) -> Result<String> {
        self.0.get(workload::Column::Name)
    }

    /// The provider's service that it runs on.
    async fn service(&self) -> Result<String> {
        self.0.get(workload::Column::Service)
    }

    /// The provider's region.
    async fn region(&self) -> Result<String> {
        self.0.get(workload::Column::Region)
    }

    /// The region as a site.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, workload::Column::SiteId).await
    }

    /// Virtual processors.
    async fn vcpu(&self) -> Result<Option<Decimal>> {
        self.size(workload::Column::Vcpu)
    }

    /// Memory in gibibytes: 2^30 bytes each.
    async fn memory_gib(&self) -> Result<Option<Decimal>> {
        self.size(workload::Column::MemoryGib)
    }

    /// Storage in gibibytes: 2^30 bytes each.
    async fn storage_gib(&self) -> Result<Option<Decimal>> {
        self.size(workload::Column::StorageGib)
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(workload::Column::Owner)
    }

    /// What it is used for.
    async fn environment(&self) -> Result<Environment> {
        Ok(self.0.get::<environment::Environment>(workload::Column::Environment)?.into())
    }

    /// Criticality: 0 is the most critical, 3 the least.
    async fn tier(&self) -> Result<Option<i32>> {
        self.0.get(workload::Column::Tier)
    }

    /// Its first day.
    async fn started_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(workload::Column::StartedOn)?.map(Date))
    }

    /// Its last day, once planned. It costs nothing in later months.
    async fn retires_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(workload::Column::RetiresOn)?.map(Date))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(workload::Column::Source)
    }

    /// What it cost from one month to another, both included; 60 months at most.
    #[graphql(complexity = "months_cost(from, to, child_complexity)")]
    async fn costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first month.")] from: Month,
        #[graphql(desc = "The last month.")] to: Month,
    ) -> Result<Vec<CostRecord>> {
        let relation = (workload::Column::Id, cost_record::Column::WorkloadId);
        self.0.many_where(ctx, relation, months(from, to)?, &CostRecord::BY_MONTH).await
    }

    /// How it is taken to grow, by first month. In other months it grows as the rest of its account.
    #[graphql(complexity = "page_cost(Some(FEW), None, child_complexity)")]
    async fn growth(&self, ctx: &Context<'_>) -> Result<Vec<GrowthAssumption>> {
        use growth_assumption::Column as C;
        self.0.many(ctx, workload::Column::Id, C::WorkloadId, &[(C::FromMonth, SqlOrder::Asc)]).await
    }
}

impl Workload {
    fn size(&self, column: workload::Column) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(column)?.map(Rate::to_decimal))
    }
}

/// Which workloads. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WorkloadFilter {
    /// All of these as well.
    pub and: Option<Vec<WorkloadFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<WorkloadFilter>>,
    /// And not this.
    pub not: Option<Box<WorkloadFilter>>,
    /// By id.
    pub id: Option<IdFilter<WorkloadId>>,
    /// By the account that it runs in.
    pub account: Option<ProviderAccountFilter>,
    /// By the region as a site.
    pub site: Option<SiteFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By service.
    pub service: Option<StringFilter>,
    /// By region.
    pub region: Option<StringFilter>,
    /// By virtual processors.
    pub vcpu: Option<RatioFilter>,
    /// By memory in gibibytes.
    pub memory_gib: Option<RatioFilter>,
    /// By storage in gibibytes.
    pub storage_gib: Option<RatioFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By environment.
    pub environment: Option<EnumFilter<Environment>>,
    /// By criticality.
    pub tier: Option<IntFilter>,
    /// By first day.
    pub started_on: Option<DateFilter>,
    /// By last day.
    pub retires_on: Option<DateFilter>,
}

impl Filter for WorkloadFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use workload::Column as C;
        let account = match &self.account {
            Some(test) => {
                let condition = test.condition(caller)?;
                let id = provider_account::Column::Id;
                Some(through::<provider_account::Entity>(C::AccountId, id, condition))
            }
            None => None,
        };
        let site = match &self.site {
            Some(test) => Some(through::<site::Entity>(C::SiteId, site::Column::Id, test.condition(caller)?)),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(account)
            .add_option(site)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.service.as_ref().map(|test| test.on(C::Service)))
            .add_option(self.region.as_ref().map(|test| test.on(C::Region)))
            .add_option(self.vcpu.as_ref().map(|test| test.on(C::Vcpu)).transpose()?)
            .add_option(self.memory_gib.as_ref().map(|test| test.on(C::MemoryGib)).transpose()?)
            .add_option(self.storage_gib.as_ref().map(|test| test.on(C::StorageGib)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner)))
            .add_option(
                self.environment.as_ref().map(|test| test.on::<environment::Environment>(C::Environment)),
            )
            .add_option(self.tier.as_ref().map(|test| test.on(C::Tier)).transpose()?)
            .add_option(self.started_on.as_ref().map(|test| test.on(C::StartedOn)).transpose()?)
            .add_option(self.retires_on.as_ref().map(|test| test.on(C::RetiresOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order workloads by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WorkloadOrderField {
    /// By name.
    Name,
    /// By service.
    Service,
    /// By region.
    Region,
    /// By virtual processors.
    Vcpu,
    /// By memory.
    MemoryGib,
    /// By storage.
    StorageGib,
    /// By owner.
    Owner,
    /// By criticality.
    Tier,
    /// By first day.
    StartedOn,
    /// By last day.
    RetiresOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for WorkloadOrderField {
    type Noun = Workload;

    fn column(self) -> workload::Column {
        use workload::Column as C;
        match self {
            Self::Name => C::Name,
            Self::Service => C::Service,
            Self::Region => C::Region,
            Self::Vcpu => C::Vcpu,
            Self::MemoryGib => C::MemoryGib,
            Self::StorageGib => C::StorageGib,
            Self::Owner => C::Owner,
            Self::Tier => C::Tier,
            Self::StartedOn => C::StartedOn,
            Self::RetiresOn => C::RetiresOn,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// Queries of workloads.
#[derive(Default)]
pub struct WorkloadQuery;

/// Queries of workloads.
#[Object]
impl WorkloadQuery {
    /// One workload by id, or by account and name.
    async fn workload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<WorkloadId>>,
        #[graphql(desc = "The account that it runs in, with `name`.")] account: Option<Id<ProviderAccountId>>,
        #[graphql(desc = "Its name, with `account`.")] name: Option<String>,
    ) -> Result<Option<Workload>> {
        use workload::Column as C;
        match (id, account, name) {
            (Some(id), None, None) => by_id(ctx, id).await,
            (None, Some(account), Some(name)) => {
                by_condition(ctx, Condition::all().add(C::AccountId.eq(account.0)).add(C::Name.eq(name)))
                    .await
            }
            _ => Err(Error::invalid("id", "give either an id, or an account and a name")),
        }
    }

    /// The workloads.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn workloads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<WorkloadFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<WorkloadOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Workload>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
