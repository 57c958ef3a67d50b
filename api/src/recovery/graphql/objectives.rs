//! Recovery objectives, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{id::RecoveryObjectiveId, money::Rate, recovery::recovery_objective};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::words::{RecoveryFinding, item_of};
use crate::{
    access::{Caller, Permission},
    error::Result,
    recovery::{findings, things},
    schema::{
        filter::{BooleanFilter, Filter, IdFilter, IntFilter, Order, RatioFilter, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Date, Id, Moment},
    },
    topology::graphql::things::{ConfigurationItem, about_shown},
};

/// How soon an item has to be up again, how soon it is by itself, and how often it is up.
#[derive(Clone)]
pub struct RecoveryObjective(Record<recovery_objective::Entity>);

impl From<Record<recovery_objective::Entity>> for RecoveryObjective {
    fn from(record: Record<recovery_objective::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RecoveryObjective {
    type Entity = recovery_objective::Entity;
    type Id = RecoveryObjectiveId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: recovery_objective::Column = recovery_objective::Column::Id;

    fn scope(caller: &Caller) -> Condition {
        about_shown(caller, &[recovery_objective::Column::ItemId])
    }

    fn columns(field: &str) -> &'static [recovery_objective::Column] {
        use recovery_objective::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "item" => &[C::ItemId],
            "timeMinutes" => &[C::TimeMinutes],
            "pointMinutes" => &[C::PointMinutes],
            "ownMinutes" => &[C::OwnMinutes],
            "failoverMinutes" => &[C::FailoverMinutes],
            "bearsData" => &[C::BearsData],
            "availabilityTarget" => &[C::AvailabilityTarget],
            "observedAvailability" => &[C::ObservedAvailability],
            "changedOn" => &[C::ChangedOn],
            "note" => &[C::Note],
            "source" => &[C::Source],
            "findings" => &[C::TimeMinutes, C::OwnMinutes, C::FailoverMinutes],
            _ => &[],
        }
    }
}

/// How soon an item has to be up again, how soon it is by itself, and how often it is up.
#[Object]
impl RecoveryObjective {
    /// The id of the recovery objective.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RecoveryObjectiveId>(self.0.get(recovery_objective::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(recovery_objective::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(recovery_objective::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(recovery_objective::Column::UpdatedAt)
    }

    /// The item. Null where the caller may not see it.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<ConfigurationItem>> {
        item_of(ctx, &self.0, recovery_objective::Column::ItemId).await
    }

    /// Recovery time objective (RTO): minutes in which it has to be up again.
    async fn time_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_objective::Column::TimeMinutes)
    }

    /// Recovery point objective (RPO): minutes of data that may be lost.
    async fn point_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_objective::Column::PointMinutes)
    }

    /// Minutes it takes by itself, once all it needs is up.
    async fn own_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_objective::Column::OwnMinutes)
    }

    /// Minutes that switching over to a passive twin takes on top of its own.
    async fn failover_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_objective::Column::FailoverMinutes)
    }

    /// Whether it holds data of its own.
    async fn bears_data(&self) -> Result<bool> {
        self.0.get(recovery_objective::Column::BearsData)
    }

    /// Share of time it has to be up, from 0 to 1.
    async fn availability_target(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(recovery_objective::Column::AvailabilityTarget)?.map(Rate::to_decimal))
    }

    /// Share of time it was up by itself, from 0 to 1; outages of what it needs do not count.
    async fn observed_availability(&self) -> Result<Option<Decimal>> {
        Ok(self
            .0
            .get::<Option<Rate>>(recovery_objective::Column::ObservedAvailability)?
            .map(Rate::to_decimal))
    }

    /// Day of its last material change: a drill before it shows nothing any more.
    async fn changed_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(recovery_objective::Column::ChangedOn)?.map(Date))
    }

    /// What else is to be said.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(recovery_objective::Column::Note)
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(recovery_objective::Column::Source)
    }

    /// What is odd about it by itself, such as hours that were entered as minutes.
    async fn findings(&self) -> Result<Vec<RecoveryFinding>> {
        use recovery_objective::Column as C;
        let found = findings::of_objective(
            self.0.get(C::TimeMinutes)?,
            self.0.get(C::OwnMinutes)?,
            self.0.get(C::FailoverMinutes)?,
        );
        Ok(found.into_iter().map(Into::into).collect())
    }
}

/// Which recovery objectives. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryObjectiveFilter {
    /// All of these as well.
    pub and: Option<Vec<RecoveryObjectiveFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RecoveryObjectiveFilter>>,
    /// And not this.
    pub not: Option<Box<RecoveryObjectiveFilter>>,
    /// By id.
    pub id: Option<IdFilter<RecoveryObjectiveId>>,
    /// By the item, with its id as a service, an asset or whatever it is.
    pub item: Option<ID>,
    /// By the recovery time objective.
    pub time_minutes: Option<IntFilter>,
    /// By the recovery point objective.
    pub point_minutes: Option<IntFilter>,
    /// By the time it takes by itself.
    pub own_minutes: Option<IntFilter>,
    /// By whether it holds data.
    pub bears_data: Option<BooleanFilter>,
    /// By the share of time it has to be up.
    pub availability_target: Option<RatioFilter>,
    /// By where the record came from.
    pub source: Option<StringFilter>,
}

impl Filter for RecoveryObjectiveFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use recovery_objective::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(
                self.item
                    .as_ref()
                    .map(|item| things::named(caller, C::ItemId, "filter.item", item))
                    .transpose()?,
            )
            .add_option(self.time_minutes.as_ref().map(|test| test.on(C::TimeMinutes)).transpose()?)
            .add_option(self.point_minutes.as_ref().map(|test| test.on(C::PointMinutes)).transpose()?)
            .add_option(self.own_minutes.as_ref().map(|test| test.on(C::OwnMinutes)).transpose()?)
            .add_option(self.bears_data.as_ref().map(|test| test.on(C::BearsData)))
            .add_option(
                self.availability_target.as_ref().map(|test| test.on(C::AvailabilityTarget)).transpose()?,
            )
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order recovery objectives by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RecoveryObjectiveOrderField {
    /// By the recovery time objective.
    TimeMinutes,
    /// By the recovery point objective.
    PointMinutes,
    /// By the time it takes by itself.
    OwnMinutes,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RecoveryObjectiveOrderField {
    type Noun = RecoveryObjective;

    fn column(self) -> recovery_objective::Column {
        match self {
            Self::TimeMinutes => recovery_objective::Column::TimeMinutes,
            Self::PointMinutes => recovery_objective::Column::PointMinutes,
            Self::OwnMinutes => recovery_objective::Column::OwnMinutes,
            Self::CreatedAt => recovery_objective::Column::CreatedAt,
        }
    }
}

/// Queries of recovery objectives.
#[derive(Default)]
pub struct ObjectiveQuery;

/// Queries of recovery objectives.
#[Object]
impl ObjectiveQuery {
    /// One recovery objective by its id.
    async fn recovery_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryObjectiveId>,
    ) -> Result<Option<RecoveryObjective>> {
        by_id(ctx, id).await
    }

    /// The recovery objectives.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn recovery_objectives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RecoveryObjectiveFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RecoveryObjectiveOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RecoveryObjective>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
