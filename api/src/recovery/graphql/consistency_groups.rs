//! Consistency groups, as clients see and define them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::{ConfigurationItemId, ConsistencyGroupId},
    recovery::{consistency_group, consistency_group_member as member},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::words::shown;
use crate::{
    access::{Caller, Permission},
    error::Result,
    recovery::{consistency_groups, things},
    schema::{
        filter::{Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{kept, overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_id, caller, change, read},
        scalar::{Id, Moment},
    },
    store::Tx,
    topology::{
        graphql::things::ConfigurationItem,
        items::{Label, Thing},
    },
};

/// Items that recover together, to one point in time.
#[derive(Clone)]
pub struct ConsistencyGroup(Record<consistency_group::Entity>);

impl From<Record<consistency_group::Entity>> for ConsistencyGroup {
    fn from(record: Record<consistency_group::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ConsistencyGroup {
    type Entity = consistency_group::Entity;
    type Id = ConsistencyGroupId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: consistency_group::Column = consistency_group::Column::Id;

    fn columns(field: &str) -> &'static [consistency_group::Column] {
        use consistency_group::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "toleranceMinutes" => &[C::ToleranceMinutes],
            "note" => &[C::Note],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

impl ConsistencyGroup {
    /// Its members, read once for all siblings.
    async fn all(&self, ctx: &Context<'_>) -> Result<Vec<(Thing, Label)>> {
        let reader = read(ctx, Permission::ViewTopology)?;
        let load = async || {
            let groups = self.0.column_of_siblings(consistency_group::Column::Id)?;
            consistency_groups::members(&reader, groups).await
        };
        let found = self.0.shared("members".to_owned(), load).await?;
        let own: ConsistencyGroupId = self.0.get(consistency_group::Column::Id)?;
        Ok(found.get(&own).cloned().unwrap_or_default())
    }
}

/// Items that recover together, to one point in time: each is of use only as of the same moment as the others.
#[Object]
impl ConsistencyGroup {
    /// The id of the consistency group.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ConsistencyGroupId>(self.0.get(consistency_group::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(consistency_group::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(consistency_group::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(consistency_group::Column::UpdatedAt)
    }

    /// What people call it; no two groups share one.
    async fn name(&self) -> Result<String> {
        self.0.get(consistency_group::Column::Name)
    }

    /// Minutes that copies of its members may lie apart and still be of one moment.
    async fn tolerance_minutes(&self) -> Result<i32> {
        self.0.get(consistency_group::Column::ToleranceMinutes)
    }

    /// What else is to be said.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(consistency_group::Column::Note)
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(consistency_group::Column::Source)
    }

    /// Its members, as far as the caller may see them.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<ConfigurationItem>> {
        let caller = caller(ctx)?;
        let members = self.all(ctx).await?;
        let seen = members.iter().filter(|(thing, _)| thing.is_shown_to(caller));
        Ok(seen.map(|(thing, label)| shown(*thing, label)).collect())
    }

    /// How many more members there are that the caller may not see.
    async fn hidden(&self, ctx: &Context<'_>) -> Result<usize> {
        let caller = caller(ctx)?;
        Ok(self.all(ctx).await?.iter().filter(|(thing, _)| !thing.is_shown_to(caller)).count())
    }
}

/// Which consistency groups. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ConsistencyGroupFilter {
    /// All of these as well.
    pub and: Option<Vec<ConsistencyGroupFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ConsistencyGroupFilter>>,
    /// And not this.
    pub not: Option<Box<ConsistencyGroupFilter>>,
    /// By id.
    pub id: Option<IdFilter<ConsistencyGroupId>>,
    /// By a member, with its id as a service, an asset or whatever it is.
    pub member: Option<ID>,
    /// By its name.
    pub name: Option<StringFilter>,
    /// By how far copies may lie apart.
    pub tolerance_minutes: Option<IntFilter>,
}

impl Filter for ConsistencyGroupFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use consistency_group::Column as C;
        let member = self.member.as_ref().map(|item| -> Result<_> {
            let named = things::named(caller, member::Column::ItemId, "filter.member", item)?;
            let groups = member::Entity::find().select_only().column(member::Column::GroupId);
            Ok(C::Id.in_subquery(groups.filter(named).into_query()))
        });
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(member.transpose()?)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(
                self.tolerance_minutes.as_ref().map(|test| test.on(C::ToleranceMinutes)).transpose()?,
            ))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order consistency groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ConsistencyGroupOrderField {
    /// By its name.
    Name,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ConsistencyGroupOrderField {
    type Noun = ConsistencyGroup;

    fn column(self) -> consistency_group::Column {
        match self {
            Self::Name => consistency_group::Column::Name,
            Self::CreatedAt => consistency_group::Column::CreatedAt,
        }
    }
}

/// Queries of consistency groups.
#[derive(Default)]
pub struct ConsistencyGroupQuery;

/// Queries of consistency groups.
#[Object]
impl ConsistencyGroupQuery {
    /// One consistency group by its id.
    async fn consistency_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ConsistencyGroupId>,
    ) -> Result<Option<ConsistencyGroup>> {
        by_id(ctx, id).await
    }

    /// The consistency groups.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn consistency_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ConsistencyGroupFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ConsistencyGroupOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ConsistencyGroup>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// What may be said of a consistency group, beside what it has to have. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ConsistencyGroupDetails {
    /// Minutes that copies of its members may lie apart and still be of one moment, at most 1,440; none where it was
    /// never said.
    pub tolerance_minutes: MaybeUndefined<i32>,
    /// What else is to be said.
    pub note: MaybeUndefined<String>,
    /// Where the record comes from.
    pub source: MaybeUndefined<String>,
}

impl ConsistencyGroupDetails {
    fn write(self, row: &mut consistency_group::ActiveModel) -> Result<()> {
        patch_required(&mut row.tolerance_minutes, self.tolerance_minutes, "toleranceMinutes")?;
        patch(&mut row.note, self.note);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// Items that recover together, to one point in time.
#[derive(Clone, Debug, InputObject)]
pub struct NewConsistencyGroup {
    /// What people call it; no two groups share one.
    pub name: String,
    /// Ids of services, assets or whatever they are, 2 to 1,000. Each is in at most one group.
    pub members: Vec<ID>,
    /// What else is to be said.
    #[graphql(default)]
    pub details: ConsistencyGroupDetails,
}

/// What of a consistency group may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ConsistencyGroupChanges {
    /// What people call it; no two groups share one.
    pub name: MaybeUndefined<String>,
    /// Its members, in place of those before.
    pub members: MaybeUndefined<Vec<ID>>,
    /// What else is to be said.
    #[graphql(flatten)]
    pub details: ConsistencyGroupDetails,
}

/// The items of ids that a client gave.
async fn items(tx: &Tx, ids: &[ID]) -> Result<Vec<ConfigurationItemId>> {
    consistency_groups::require_members(ids.len())?;
    let mut items = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        items.push(things::item(tx, &format!("members[{index}]"), id).await?);
    }
    Ok(items)
}

/// Changes of consistency groups.
#[derive(Default)]
pub struct ConsistencyGroupMutation;

/// Changes of consistency groups.
#[Object]
impl ConsistencyGroupMutation {
    /// Says that items recover together, to one point in time.
    async fn define_consistency_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewConsistencyGroup,
    ) -> Result<ConsistencyGroup> {
        let defined = change(ctx, Permission::EditTopology, async |tx| {
            let members = items(tx, &input.members).await?;
            let mut row = consistency_group::ActiveModel {
                name: Set(input.name),
                tolerance_minutes: Set(0),
                ..Default::default()
            };
            input.details.write(&mut row)?;
            consistency_groups::define(tx, row, &members).await
        });
        Ok(Record::whole(defined.await?).into())
    }

    /// Changes a consistency group, or which items it has.
    async fn update_consistency_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ConsistencyGroupId>,
        #[graphql(desc = "What is to change.")] changes: ConsistencyGroupChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ConsistencyGroup> {
        let changed = change(ctx, Permission::EditTopology, async |tx| {
            let members = match kept(changes.members, "members")? {
                Some(members) => Some(items(tx, &members).await?),
                None => None,
            };
            let mut given = consistency_group::ActiveModel::default();
            patch_required(&mut given.name, changes.name, "name")?;
            changes.details.write(&mut given)?;
            let edit = |row: &mut consistency_group::ActiveModel| overlay(row, &given);
            consistency_groups::update(tx, *id, expected_version, edit, members.as_deref()).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Removes a consistency group and answers with its id: its members recover each by itself.
    async fn remove_consistency_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ConsistencyGroupId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| {
            consistency_groups::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
