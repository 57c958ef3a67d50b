//! Recovery drills, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{id::RecoveryDrillId, recovery::recovery_drill};
use sea_orm::Condition;

use super::words::{DrillKind, RecoveryFinding, shown};
use crate::{
    access::{Caller, Permission},
    error::Result,
    recovery::{drills, findings, things},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, read},
        scalar::{Date, Id, Moment},
    },
    topology::{
        graphql::things::ConfigurationItem,
        items::{Label, Thing},
    },
};

/// A test of recovery: what it was about, how long it took, and what shows it.
#[derive(Clone)]
pub struct RecoveryDrill(Record<recovery_drill::Entity>);

impl From<Record<recovery_drill::Entity>> for RecoveryDrill {
    fn from(record: Record<recovery_drill::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RecoveryDrill {
    type Entity = recovery_drill::Entity;
    type Id = RecoveryDrillId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: recovery_drill::Column = recovery_drill::Column::Id;

    fn columns(field: &str) -> &'static [recovery_drill::Column] {
        use recovery_drill::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "kind" => &[C::Kind],
            "heldOn" => &[C::HeldOn],
            "declaredAt" => &[C::DeclaredAt],
            "restoredAt" => &[C::RestoredAt],
            "achievedTimeMinutes" => &[C::AchievedTimeMinutes],
            "achievedPointMinutes" => &[C::AchievedPointMinutes],
            "issues" => &[C::Issues],
            "signedOffBy" => &[C::SignedOffBy],
            "evidence" => &[C::Evidence],
            "source" => &[C::Source],
            "findings" => &[C::Kind, C::AchievedTimeMinutes, C::SignedOffBy, C::Evidence],
            _ => &[],
        }
    }
}

impl RecoveryDrill {
    /// What it was about, read once for all siblings.
    async fn all(&self, ctx: &Context<'_>) -> Result<Vec<(Thing, Label)>> {
        let reader = read(ctx, Permission::ViewTopology)?;
        let load = async || {
            let drills = self.0.column_of_siblings(recovery_drill::Column::Id)?;
            drills::scopes(&reader, drills).await
        };
        let found = self.0.shared("scopes".to_owned(), load).await?;
        let own: RecoveryDrillId = self.0.get(recovery_drill::Column::Id)?;
        Ok(found.get(&own).cloned().unwrap_or_default())
    }
}

/// A test of recovery: what it was about, how long it took, and what shows it.
#[Object]
impl RecoveryDrill {
    /// The id of the recovery drill.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RecoveryDrillId>(self.0.get(recovery_drill::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(recovery_drill::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(recovery_drill::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(recovery_drill::Column::UpdatedAt)
    }

    /// What people call it; no two drills share one.
    async fn name(&self) -> Result<String> {
        self.0.get(recovery_drill::Column::Name)
    }

    /// How real it was.
    async fn kind(&self) -> Result<DrillKind> {
        Ok(self.0.get::<recovery_drill::DrillKind>(recovery_drill::Column::Kind)?.into())
    }

    /// Day it was held.
    async fn held_on(&self) -> Result<Date> {
        Ok(Date(self.0.get(recovery_drill::Column::HeldOn)?))
    }

    /// When the outage was declared.
    async fn declared_at(&self) -> Result<Option<Moment>> {
        self.0.get(recovery_drill::Column::DeclaredAt)
    }

    /// When what it was about was usable again.
    async fn restored_at(&self) -> Result<Option<Moment>> {
        self.0.get(recovery_drill::Column::RestoredAt)
    }

    /// Minutes from the declaration to being usable again (RTA).
    async fn achieved_time_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_drill::Column::AchievedTimeMinutes)
    }

    /// Minutes between the last good data and the outage (RPA).
    async fn achieved_point_minutes(&self) -> Result<Option<i32>> {
        self.0.get(recovery_drill::Column::AchievedPointMinutes)
    }

    /// What went wrong.
    async fn issues(&self) -> Result<Option<String>> {
        self.0.get(recovery_drill::Column::Issues)
    }

    /// Who accepted the result.
    async fn signed_off_by(&self) -> Result<Option<String>> {
        self.0.get(recovery_drill::Column::SignedOffBy)
    }

    /// Where the record of it is kept.
    async fn evidence(&self) -> Result<Option<String>> {
        self.0.get(recovery_drill::Column::Evidence)
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(recovery_drill::Column::Source)
    }

    /// What it was about, as far as the caller may see it. A drill proves nothing of what is not in its scope.
    async fn scope(&self, ctx: &Context<'_>) -> Result<Vec<ConfigurationItem>> {
        let caller = caller(ctx)?;
        let scope = self.all(ctx).await?;
        let seen = scope.iter().filter(|(thing, _)| thing.is_shown_to(caller));
        Ok(seen.map(|(thing, label)| shown(*thing, label)).collect())
    }

    /// How many more items it was about that the caller may not see.
    async fn hidden(&self, ctx: &Context<'_>) -> Result<usize> {
        let caller = caller(ctx)?;
        Ok(self.all(ctx).await?.iter().filter(|(thing, _)| !thing.is_shown_to(caller)).count())
    }

    /// What is odd about it, such as that nobody can look up what happened.
    async fn findings(&self) -> Result<Vec<RecoveryFinding>> {
        use recovery_drill::Column as C;
        let found = findings::of_drill(
            self.0.get(C::Kind)?,
            self.0.get(C::AchievedTimeMinutes)?,
            self.0.get::<Option<String>>(C::SignedOffBy)?.as_deref(),
            self.0.get::<Option<String>>(C::Evidence)?.as_deref(),
        );
        Ok(found.into_iter().map(Into::into).collect())
    }
}

/// Which recovery drills. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryDrillFilter {
    /// All of these as well.
    pub and: Option<Vec<RecoveryDrillFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RecoveryDrillFilter>>,
    /// And not this.
    pub not: Option<Box<RecoveryDrillFilter>>,
    /// By id.
    pub id: Option<IdFilter<RecoveryDrillId>>,
    /// By an item of its scope, with its id as a service, an asset or whatever it is.
    pub about: Option<ID>,
    /// By its name.
    pub name: Option<StringFilter>,
    /// By how real it was.
    pub kind: Option<EnumFilter<DrillKind>>,
    /// By the day it was held.
    pub held_on: Option<DateFilter>,
    /// By how long it took.
    pub achieved_time_minutes: Option<IntFilter>,
    /// By where its record is kept.
    pub evidence: Option<StringFilter>,
    /// By who accepted the result.
    pub signed_off_by: Option<StringFilter>,
}

impl Filter for RecoveryDrillFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use recovery_drill::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(
                self.about.as_ref().map(|item| things::in_scope(caller, "filter.about", item)).transpose()?,
            )
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.kind.as_ref().map(|test| test.on::<recovery_drill::DrillKind>(C::Kind)))
            .add_option(self.held_on.as_ref().map(|test| test.on(C::HeldOn)).transpose()?)
            .add_option(
                self.achieved_time_minutes
                    .as_ref()
                    .map(|test| test.on(C::AchievedTimeMinutes))
                    .transpose()?,
            )
            .add_option(self.evidence.as_ref().map(|test| test.on(C::Evidence)))
            .add_option(self.signed_off_by.as_ref().map(|test| test.on(C::SignedOffBy))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order recovery drills by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RecoveryDrillOrderField {
    /// By its name.
    Name,
    /// By the day it was held.
    HeldOn,
    /// By how long it took.
    AchievedTimeMinutes,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RecoveryDrillOrderField {
    type Noun = RecoveryDrill;

    fn column(self) -> recovery_drill::Column {
        match self {
            Self::Name => recovery_drill::Column::Name,
            Self::HeldOn => recovery_drill::Column::HeldOn,
            Self::AchievedTimeMinutes => recovery_drill::Column::AchievedTimeMinutes,
            Self::CreatedAt => recovery_drill::Column::CreatedAt,
        }
    }
}

/// Queries of recovery drills.
#[derive(Default)]
pub struct DrillQuery;

/// Queries of recovery drills.
#[Object]
impl DrillQuery {
    /// One recovery drill by its id.
    async fn recovery_drill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryDrillId>,
    ) -> Result<Option<RecoveryDrill>> {
        by_id(ctx, id).await
    }

    /// The recovery drills.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn recovery_drills(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RecoveryDrillFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RecoveryDrillOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RecoveryDrill>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
