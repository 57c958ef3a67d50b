//! Dependencies, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    id::{DependencyId, RedundancyGroupId},
    money::Rate,
    topology::dependency::{self, Column},
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    redundancy_groups::RedundancyGroup,
    things::{ConfigurationItem, about_shown, are_shown, item, names},
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::{
            BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, RatioFilter,
            StringFilter,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Date, Id, Moment},
    },
};

/// The columns that name items.
const ENDS: [Column; 2] = [Column::FromId, Column::ToId];

/// That one thing needs another.
#[derive(Clone)]
pub struct Dependency(Record<dependency::Entity>);

impl From<Record<dependency::Entity>> for Dependency {
    fn from(record: Record<dependency::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Dependency {
    type Entity = dependency::Entity;
    type Id = DependencyId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: Column = Column::Id;

    fn scope(caller: &Caller) -> Condition {
        about_shown(caller, &ENDS)
    }

    fn columns(field: &str) -> &'static [Column] {
        use Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            // Both ends are read together, so that asking for both is one question.
            "from" | "to" => &ENDS,
            "kind" => &[C::Kind],
            "hardness" => &[C::Hardness],
            "redundancyGroup" => &[C::RedundancyGroupId],
            "capacity" => &[C::Capacity],
            "evidence" => &[C::Evidence],
            "confidence" => &[C::Confidence],
            "firstSeenOn" => &[C::FirstSeenOn],
            "lastSeenOn" => &[C::LastSeenOn],
            "latencyBudgetMilliseconds" => &[C::LatencyBudgetMilliseconds],
            "gigabytesPerDay" => &[C::GigabytesPerDay],
            "isWriteHeavy" => &[C::IsWriteHeavy],
            "note" => &[C::Note, C::FromId, C::ToId],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Ways of needing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "dependency::DependencyKind")]
pub enum DependencyKind {
    /// It is executed there.
    RunsOn,
    /// It needs it, in a way that is not told.
    DependsOn,
    /// It calls it.
    Uses,
    /// Its data are there.
    StoresOn,
    /// Its traffic passes through it.
    ConnectsVia,
    /// Its power comes from it.
    PoweredBy,
    /// Its heat goes to it.
    CooledBy,
    /// It lets people in by it.
    AuthenticatesWith,
    /// Its data are copied there. Recorded, and no need: nothing fails with it.
    ReplicatesTo,
    /// Its backups are there.
    BacksUpTo,
    /// It is part of a cluster that it needs.
    MemberOf,
    /// It is inside it.
    ContainedIn,
}

/// What becomes of what needs when what is needed fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "dependency::Hardness")]
pub enum Hardness {
    /// It is down.
    Hard,
    /// It is degraded.
    Soft,
}

/// How a dependency is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "dependency::Evidence")]
pub enum DependencyEvidence {
    /// Traffic or configuration showed it.
    Observed,
    /// Somebody said so.
    Declared,
    /// It was concluded from something else.
    Inferred,
}

/// That one thing needs another.
#[Object]
impl Dependency {
    /// The id of the dependency.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<DependencyId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the dependency was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// What needs. Null for roles that may not see it.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<ConfigurationItem>> {
        item(ctx, &self.0, Column::FromId, &ENDS).await
    }

    /// What is needed. Null for roles that may not see it.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<ConfigurationItem>> {
        item(ctx, &self.0, Column::ToId, &ENDS).await
    }

    /// In what way.
    async fn kind(&self) -> Result<DependencyKind> {
        Ok(self.0.get::<dependency::DependencyKind>(Column::Kind)?.into())
    }

    /// What becomes of what needs when what is needed fails.
    async fn hardness(&self) -> Result<Hardness> {
        Ok(self.0.get::<dependency::Hardness>(Column::Hardness)?.into())
    }

    /// The group in which others can take its place.
    async fn redundancy_group(&self, ctx: &Context<'_>) -> Result<Option<RedundancyGroup>> {
        self.0.one(ctx, Column::RedundancyGroupId).await
    }

    /// What it carries in its group, in the group's unit.
    async fn capacity(&self) -> Result<Option<Decimal>> {
        self.quantity(Column::Capacity)
    }

    /// How it is known.
    async fn evidence(&self) -> Result<DependencyEvidence> {
        Ok(self.0.get::<dependency::Evidence>(Column::Evidence)?.into())
    }

    /// How sure it is, from 0 to 1.
    async fn confidence(&self) -> Result<Option<Decimal>> {
        self.quantity(Column::Confidence)
    }

    /// First day it was seen.
    async fn first_seen_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<chrono::NaiveDate>>(Column::FirstSeenOn)?.map(Date))
    }

    /// Last day it was seen.
    async fn last_seen_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<chrono::NaiveDate>>(Column::LastSeenOn)?.map(Date))
    }

    /// Milliseconds that a round trip may take.
    async fn latency_budget_milliseconds(&self) -> Result<Option<i32>> {
        self.0.get(Column::LatencyBudgetMilliseconds)
    }

    /// Data that passes, in gigabytes a day.
    async fn gigabytes_per_day(&self) -> Result<Option<Decimal>> {
        self.quantity(Column::GigabytesPerDay)
    }

    /// Whether so much is written that the two must not be far apart.
    async fn is_write_heavy(&self) -> Result<bool> {
        self.0.get(Column::IsWriteHeavy)
    }

    /// What else is to be said. Null for roles that may not see both ends, for it may speak of either.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !are_shown(ctx, &self.0, &ENDS).await? {
            return Ok(None);
        }
        self.0.get(Column::Note)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }
}

impl Dependency {
    fn quantity(&self, column: Column) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(column)?.map(Rate::to_decimal))
    }
}

/// Which dependencies. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DependencyFilter {
    /// All of these as well.
    pub and: Option<Vec<DependencyFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<DependencyFilter>>,
    /// And not this.
    pub not: Option<Box<DependencyFilter>>,
    /// By id.
    pub id: Option<IdFilter<DependencyId>>,
    /// By the id of what needs: of a service, an asset, a rack and so on.
    pub from: Option<ID>,
    /// By the id of what is needed.
    pub to: Option<ID>,
    /// By the way of needing.
    pub kind: Option<EnumFilter<DependencyKind>>,
    /// By what becomes of what needs.
    pub hardness: Option<EnumFilter<Hardness>>,
    /// By the id of the redundancy group.
    pub redundancy_group: Option<IdFilter<RedundancyGroupId>>,
    /// By how it is known.
    pub evidence: Option<EnumFilter<DependencyEvidence>>,
    /// By how sure it is, from 0 to 1.
    pub confidence: Option<RatioFilter>,
    /// By the first day it was seen.
    pub first_seen_on: Option<DateFilter>,
    /// By the last day it was seen.
    pub last_seen_on: Option<DateFilter>,
    /// By the milliseconds that a round trip may take.
    pub latency_budget_milliseconds: Option<IntFilter>,
    /// By whether much is written.
    pub is_write_heavy: Option<BooleanFilter>,
    /// By where the record came from.
    pub source: Option<StringFilter>,
}

impl Filter for DependencyFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        let from = self.from.as_ref().map(|id| names(caller, "filter.from", C::FromId, id)).transpose()?;
        let to = self.to.as_ref().map(|id| names(caller, "filter.to", C::ToId, id)).transpose()?;
        let latency = self.latency_budget_milliseconds.as_ref();
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(from)
            .add_option(to)
            .add_option(self.kind.as_ref().map(|test| test.on::<dependency::DependencyKind>(C::Kind)))
            .add_option(self.hardness.as_ref().map(|test| test.on::<dependency::Hardness>(C::Hardness)))
            .add_option(self.redundancy_group.as_ref().map(|test| test.on(C::RedundancyGroupId)))
            .add_option(self.evidence.as_ref().map(|test| test.on::<dependency::Evidence>(C::Evidence)))
            .add_option(self.confidence.as_ref().map(|test| test.on(C::Confidence)).transpose()?)
            .add_option(self.first_seen_on.as_ref().map(|test| test.on(C::FirstSeenOn)).transpose()?)
            .add_option(self.last_seen_on.as_ref().map(|test| test.on(C::LastSeenOn)).transpose()?)
            .add_option(latency.map(|test| test.on(C::LatencyBudgetMilliseconds)).transpose()?)
            .add_option(self.is_write_heavy.as_ref().map(|test| test.on(C::IsWriteHeavy)))
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order dependencies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DependencyOrderField {
    /// By how sure it is.
    Confidence,
    /// By the first day it was seen.
    FirstSeenOn,
    /// By the last day it was seen.
    LastSeenOn,
    /// By the milliseconds that a round trip may take.
    LatencyBudgetMilliseconds,
    /// By the data that passes.
    GigabytesPerDay,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for DependencyOrderField {
    type Noun = Dependency;

    fn column(self) -> Column {
        match self {
            Self::Confidence => Column::Confidence,
            Self::FirstSeenOn => Column::FirstSeenOn,
            Self::LastSeenOn => Column::LastSeenOn,
            Self::LatencyBudgetMilliseconds => Column::LatencyBudgetMilliseconds,
            Self::GigabytesPerDay => Column::GigabytesPerDay,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of dependencies.
#[derive(Default)]
pub struct DependencyQuery;

/// Queries of dependencies.
#[Object]
impl DependencyQuery {
    /// One dependency by id.
    async fn dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<DependencyId>,
    ) -> Result<Option<Dependency>> {
        by_id(ctx, id).await
    }

    /// The dependencies that are recorded.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn dependencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<DependencyFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<DependencyOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Dependency>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
