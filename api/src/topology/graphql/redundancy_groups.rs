//! Redundancy groups, as clients see and define them.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::RedundancyGroupId,
    money::Rate,
    topology::{
        dependency,
        redundancy_group::{self, Column},
    },
};
use rust_decimal::Decimal;
use sea_orm::{Condition, Order as SqlOrder};

use super::{
    dependencies::Dependency,
    quantity,
    things::{ConfigurationItem, about_shown, item, names},
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    schema::{
        filter::{Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Id, Moment},
    },
    topology::{items::Thing, redundancy_groups},
};

/// Members that a group usually has at most: what its list counts as in the cost of a query.
const FEW: i32 = 10;

/// Dependencies of one owner that stand in for each other: so many of them have to be up, or so much of what they
/// carry.
#[derive(Clone)]
pub struct RedundancyGroup(Record<redundancy_group::Entity>);

impl From<Record<redundancy_group::Entity>> for RedundancyGroup {
    fn from(record: Record<redundancy_group::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for RedundancyGroup {
    type Entity = redundancy_group::Entity;
    type Id = RedundancyGroupId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: Column = Column::Id;

    fn scope(caller: &Caller) -> Condition {
        about_shown(caller, &[Column::OwnerId])
    }

    fn columns(field: &str) -> &'static [Column] {
        use Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "owner" => &[C::OwnerId],
            "name" => &[C::Name],
            "requiredCount" => &[C::RequiredCount],
            "requiredCapacity" => &[C::RequiredCapacity],
            "capacityUnit" => &[C::CapacityUnit],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Dependencies of one owner that stand in for each other: so many of them have to be up, or so much of what they carry.
#[Object]
impl RedundancyGroup {
    /// The id of the group.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<RedundancyGroupId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the group was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// What needs the members. Null for roles that may not see it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<ConfigurationItem>> {
        item(ctx, &self.0, Column::OwnerId, &[Column::OwnerId]).await
    }

    /// Name; no two groups of an owner share one.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// Members that have to be up.
    async fn required_count(&self) -> Result<Option<i32>> {
        self.0.get(Column::RequiredCount)
    }

    /// Capacity of its members that has to be up, in `capacityUnit`.
    async fn required_capacity(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::RequiredCapacity)?.map(Rate::to_decimal))
    }

    /// Unit of the capacities, such as kW.
    async fn capacity_unit(&self) -> Result<Option<String>> {
        self.0.get(Column::CapacityUnit)
    }

    /// Its members, as they were recorded.
    #[graphql(complexity = "page_cost(Some(FEW), None, child_complexity)")]
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Dependency>> {
        use dependency::Column as C;
        self.0.many(ctx, Column::Id, C::RedundancyGroupId, &[(C::Id, SqlOrder::Asc)]).await
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }
}

/// Which redundancy groups. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RedundancyGroupFilter {
    /// All of these as well.
    pub and: Option<Vec<RedundancyGroupFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<RedundancyGroupFilter>>,
    /// And not this.
    pub not: Option<Box<RedundancyGroupFilter>>,
    /// By id.
    pub id: Option<IdFilter<RedundancyGroupId>>,
    /// By the id of what needs the members: of a service, an asset, a rack and so on.
    pub owner: Option<ID>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By the number of members that have to be up.
    pub required_count: Option<IntFilter>,
}

impl Filter for RedundancyGroupFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        let owner =
            self.owner.as_ref().map(|id| names(caller, "filter.owner", C::OwnerId, id)).transpose()?;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(owner)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.required_count.as_ref().map(|test| test.on(C::RequiredCount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order redundancy groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum RedundancyGroupOrderField {
    /// By name.
    Name,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for RedundancyGroupOrderField {
    type Noun = RedundancyGroup;

    fn column(self) -> Column {
        match self {
            Self::Name => Column::Name,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of redundancy groups.
#[derive(Default)]
pub struct RedundancyGroupQuery;

/// Queries of redundancy groups.
#[Object]
impl RedundancyGroupQuery {
    /// One redundancy group by id.
    async fn redundancy_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RedundancyGroupId>,
    ) -> Result<Option<RedundancyGroup>> {
        by_id(ctx, id).await
    }

    /// The redundancy groups.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn redundancy_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<RedundancyGroupFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<RedundancyGroupOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RedundancyGroup>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// A redundancy group to define: give a count, or a capacity with its unit, or both.
#[derive(Clone, Debug, InputObject)]
pub struct NewRedundancyGroup {
    /// The id of what needs the members: of a service, an asset, a rack and so on.
    pub owner: ID,
    /// Name; no two groups of an owner share one.
    pub name: String,
    /// Members that have to be up.
    pub required_count: MaybeUndefined<i32>,
    /// Capacity of its members that has to be up.
    pub required_capacity: MaybeUndefined<Decimal>,
    /// Unit of the capacities, such as kW.
    pub capacity_unit: MaybeUndefined<String>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

/// What of a redundancy group may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RedundancyGroupChanges {
    /// Name; no two groups of an owner share one.
    pub name: MaybeUndefined<String>,
    /// Members that have to be up.
    pub required_count: MaybeUndefined<i32>,
    /// Capacity of its members that has to be up.
    pub required_capacity: MaybeUndefined<Decimal>,
    /// Unit of the capacities, such as kW.
    pub capacity_unit: MaybeUndefined<String>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl RedundancyGroupChanges {
    fn apply(self, row: &mut redundancy_group::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch(&mut row.required_count, self.required_count);
        patch(&mut row.required_capacity, quantity(self.required_capacity, "requiredCapacity")?);
        patch(&mut row.capacity_unit, self.capacity_unit);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

impl NewRedundancyGroup {
    fn parts(self) -> Result<(Thing, redundancy_group::ActiveModel)> {
        let owner = Thing::parse("owner", &self.owner)?;
        let given = RedundancyGroupChanges {
            name: MaybeUndefined::Value(self.name),
            required_count: self.required_count,
            required_capacity: self.required_capacity,
            capacity_unit: self.capacity_unit,
            source: self.source,
        };
        // The owner is filled in once it is known to be there.
        let mut row = redundancy_group::ActiveModel::default();
        given.apply(&mut row)?;
        Ok((owner, row))
    }
}

/// Changes of redundancy groups.
#[derive(Default)]
pub struct RedundancyGroupMutation;

/// Changes of redundancy groups.
#[Object]
impl RedundancyGroupMutation {
    /// Defines a redundancy group. Dependencies of its owner become its members by naming it. Sent again with the same idempotency key it answers with the first group.
    async fn define_redundancy_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewRedundancyGroup,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<RedundancyGroup> {
        let group = change(ctx, Permission::EditTopology, async |tx| {
            tx.once("defineRedundancyGroup", idempotency_key, &input, async || {
                let (owner, row) = input.clone().parts()?;
                redundancy_groups::define(tx, owner, row).await
            })
            .await
        });
        Ok(Record::whole(group.await?).into())
    }

    /// Changes what a redundancy group requires. It stays with its owner.
    async fn update_redundancy_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RedundancyGroupId>,
        #[graphql(desc = "What is to change.")] changes: RedundancyGroupChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RedundancyGroup> {
        let group = change(ctx, Permission::EditTopology, async |tx| {
            let mut columns = redundancy_group::ActiveModel::default();
            changes.apply(&mut columns)?;
            redundancy_groups::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(group.await?).into())
    }

    /// Removes a redundancy group that has no members, and answers with its id.
    async fn remove_redundancy_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RedundancyGroupId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| {
            redundancy_groups::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
