//! The face of the change log.

use async_graphql::{Context, Enum, ID, InputObject, Json, Object};
use entity::{
    audit::change,
    id::{ChangeId, KINDS},
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    access::{Caller, Permission},
    audit,
    error::{Error, Result},
    schema::{
        filter::{Direction, EnumFilter, Filter, IdFilter, MomentFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Id, Moment},
    },
};

/// A record of one change: who, when, what, before and after.
#[derive(Clone)]
pub struct Change(Record<change::Entity>);

impl From<Record<change::Entity>> for Change {
    fn from(record: Record<change::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Change {
    type Entity = change::Entity;
    type Id = ChangeId;
    const VIEW: Permission = Permission::ViewAudit;
    const ID: change::Column = change::Column::Id;

    fn scope(caller: &Caller) -> Condition {
        let kinds = audit::kinds_shown_to(caller.role);
        Condition::all().add_option(kinds.map(|kinds| change::Column::Entity.is_in(kinds)))
    }

    fn columns(field: &str) -> &'static [change::Column] {
        use change::Column as C;
        match field {
            "at" => &[C::At],
            "actor" => &[C::Actor],
            "role" => &[C::Role],
            "requestId" => &[C::RequestId],
            "entity" => &[C::Entity],
            "rowId" => &[C::Entity, C::RowId],
            "action" => &[C::Action],
            "before" => &[C::Before],
            "after" => &[C::After],
            "changedFields" => &[C::Before, C::After],
            "reason" => &[C::Reason],
            _ => &[],
        }
    }
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "change::ChangeAction")]
pub enum ChangeAction {
    /// It was made.
    Insert,
    /// It was changed.
    Update,
    /// It was removed.
    Delete,
    /// Many rows at once, summed up in one record.
    Bulk,
}

/// A record of one change: who, when, what, before and after.
#[Object]
impl Change {
    /// The id of the change.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ChangeId>(self.0.get(change::Column::Id)?).into())
    }

    /// When it was made.
    async fn at(&self) -> Result<Moment> {
        self.0.get(change::Column::At)
    }

    /// Who made it: the subject of their token.
    async fn actor(&self) -> Result<String> {
        self.0.get(change::Column::Actor)
    }

    /// The role that they had then.
    async fn role(&self) -> Result<String> {
        self.0.get(change::Column::Role)
    }

    /// The request that it was made in; changes of one request were made together or not at all.
    async fn request_id(&self) -> Result<String> {
        self.0.get(change::Column::RequestId)
    }

    /// The kind of row that changed, such as `colocation_contract`.
    async fn entity(&self) -> Result<String> {
        self.0.get(change::Column::Entity)
    }

    /// The row that changed; null for many at once.
    async fn row_id(&self) -> Result<Option<ID>> {
        let kind: String = self.0.get(change::Column::Entity)?;
        let row: Option<Uuid> = self.0.get(change::Column::RowId)?;
        Ok(row.map(|row| ID(format!("{kind}_{}", row.simple()))))
    }

    /// What was done.
    async fn action(&self) -> Result<ChangeAction> {
        Ok(self.0.get::<change::ChangeAction>(change::Column::Action)?.into())
    }

    /// The row before, where there was one. Secrets are left out.
    async fn before(&self) -> Result<Option<Json<serde_json::Value>>> {
        Ok(self.state(change::Column::Before)?.map(Json))
    }

    /// The row after, where there is one, or how many rows were written at once. Secrets are left out.
    async fn after(&self) -> Result<Option<Json<serde_json::Value>>> {
        Ok(self.state(change::Column::After)?.map(Json))
    }

    /// The fields whose values differ before and after, but for the version and the moment of the change.
    async fn changed_fields(&self) -> Result<Vec<String>> {
        let (before, after) = (self.state(change::Column::Before)?, self.state(change::Column::After)?);
        let Some((before, after)) = before.zip(after) else { return Ok(Vec::new()) };
        let fields = after.as_object().into_iter().flatten();
        let fields = fields.filter(|(name, value)| before.get(name.as_str()) != Some(*value));
        let names = fields.map(|(name, _)| name.clone());
        Ok(names.filter(|name| name != "version" && name != "updated_at").collect())
    }

    /// Why, where it was said.
    async fn reason(&self) -> Result<Option<String>> {
        self.0.get(change::Column::Reason)
    }
}

impl Change {
    fn state(&self, column: change::Column) -> Result<Option<serde_json::Value>> {
        self.0.get(column)
    }
}

/// Which changes. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ChangeFilter {
    /// All of these as well.
    pub and: Option<Vec<ChangeFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ChangeFilter>>,
    /// And not this.
    pub not: Option<Box<ChangeFilter>>,
    /// By id.
    pub id: Option<IdFilter<ChangeId>>,
    /// By the kind of row, such as `colocation_contract`.
    pub entity: Option<StringFilter>,
    /// By the row that changed, of any kind.
    pub row_id: Option<ID>,
    /// By who made it.
    pub actor: Option<StringFilter>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Before this moment.
    pub to: Option<Moment>,
    /// By the moment it was made.
    pub at: Option<MomentFilter>,
    /// By what was done.
    pub action: Option<EnumFilter<ChangeAction>>,
    /// By the request it was made in.
    pub request_id: Option<StringFilter>,
}

impl Filter for ChangeFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use change::Column as C;
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to <= from
        {
            return Err(Error::invalid("filter.to", format!("{to} does not lie after {from}")));
        }
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.entity.as_ref().map(|test| test.on(C::Entity)))
            .add_option(self.row_id.as_ref().map(|id| row("filter.rowId", id)).transpose()?)
            .add_option(self.actor.as_ref().map(|test| test.on(C::Actor)))
            .add_option(self.from.map(|from| C::At.gte(from)))
            .add_option(self.to.map(|to| C::At.lt(to)))
            .add_option(self.at.as_ref().map(|test| test.on(C::At)).transpose()?)
            .add_option(self.action.as_ref().map(|test| test.on::<change::ChangeAction>(C::Action)))
            .add_option(self.request_id.as_ref().map(|test| test.on(C::RequestId))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// The changes of one row, whatever its kind.
fn row(field: &str, id: &ID) -> Result<Condition> {
    let parts = id.rsplit_once('_').filter(|(kind, _)| KINDS.contains(kind));
    let parsed = parts.and_then(|(kind, digits)| Uuid::try_parse(digits).ok().map(|uuid| (kind, uuid)));
    let (kind, uuid) =
        parsed.ok_or_else(|| Error::invalid(field, format!("`{}` is not an id", id.as_str())))?;
    Ok(Condition::all().add(change::Column::Entity.eq(kind)).add(change::Column::RowId.eq(uuid)))
}

/// What to order changes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChangeOrderField {
    /// By the moment it was made.
    At,
    /// By who made it.
    Actor,
    /// By the kind of row.
    Entity,
}

impl Sortable for ChangeOrderField {
    type Noun = Change;

    fn column(self) -> change::Column {
        match self {
            Self::At => change::Column::At,
            Self::Actor => change::Column::Actor,
            Self::Entity => change::Column::Entity,
        }
    }
}

/// Queries of the change log.
#[derive(Default)]
pub struct AuditQuery;

/// Queries of the change log.
#[Object]
impl AuditQuery {
    /// One change by id.
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChangeId>,
    ) -> Result<Option<Change>> {
        by_id(ctx, id).await
    }

    /// The changes of all rows that you may see, the latest first unless ordered otherwise. Auditors see all.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ChangeFilter>,
        #[graphql(desc = "In which order. Left out: the latest first.")] order_by: Option<
            Vec<Order<ChangeOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Change>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let order_by = order_by.unwrap_or_else(|| vec![by_moment(Direction::Desc)]);
        page(ctx, condition, Some(order_by), Window::new(first, after, last, before)).await
    }

    /// The history of one row of any kind that you may see, from its first change on. Rows that were removed
    /// have one too.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn changes_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the row, of any kind, also of one that was removed.")] id: ID,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Change>> {
        let window = Window::new(first, after, last, before);
        crate::schema::request::read(ctx, Permission::ViewAudit)?;
        page(ctx, row("id", &id)?, Some(vec![by_moment(Direction::Asc)]), window).await
    }
}

fn by_moment(direction: Direction) -> Order<ChangeOrderField> {
    Order { field: ChangeOrderField::At, direction }
}
