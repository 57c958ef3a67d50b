//! Backup records, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{id::BackupRecordId, recovery::backup_record};
use sea_orm::Condition;

use super::words::{BackupKind, item_of};
use crate::{
    access::{Caller, Permission},
    error::Result,
    recovery::things,
    schema::{
        filter::{
            BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, MomentFilter, Order, StringFilter,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller},
        scalar::{Date, Id, Moment},
    },
    topology::graphql::things::{ConfigurationItem, about_shown},
};

/// A copy of the data of an item.
#[derive(Clone)]
pub struct BackupRecord(Record<backup_record::Entity>);

impl From<Record<backup_record::Entity>> for BackupRecord {
    fn from(record: Record<backup_record::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for BackupRecord {
    type Entity = backup_record::Entity;
    type Id = BackupRecordId;
    const VIEW: Permission = Permission::ViewTopology;
    const ID: backup_record::Column = backup_record::Column::Id;

    fn scope(caller: &Caller) -> Condition {
        about_shown(caller, &[backup_record::Column::ItemId])
    }

    fn columns(field: &str) -> &'static [backup_record::Column] {
        use backup_record::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "item" => &[C::ItemId],
            "kind" => &[C::Kind],
            "startedAt" => &[C::StartedAt],
            "completedAt" => &[C::CompletedAt],
            "isGood" => &[C::IsGood],
            "isImmutable" => &[C::IsImmutable],
            "destination" => &[C::Destination],
            "restoreTestedOn" => &[C::RestoreTestedOn],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// A copy of the data of an item.
#[Object]
impl BackupRecord {
    /// The id of the backup record.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<BackupRecordId>(self.0.get(backup_record::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(backup_record::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(backup_record::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(backup_record::Column::UpdatedAt)
    }

    /// Whose data. Null where the caller may not see it.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<ConfigurationItem>> {
        item_of(ctx, &self.0, backup_record::Column::ItemId).await
    }

    /// What sort of copy.
    async fn kind(&self) -> Result<BackupKind> {
        Ok(self.0.get::<backup_record::BackupKind>(backup_record::Column::Kind)?.into())
    }

    /// When copying began.
    async fn started_at(&self) -> Result<Option<Moment>> {
        self.0.get(backup_record::Column::StartedAt)
    }

    /// When it was complete.
    async fn completed_at(&self) -> Result<Moment> {
        self.0.get(backup_record::Column::CompletedAt)
    }

    /// Whether it ended without an error.
    async fn is_good(&self) -> Result<bool> {
        self.0.get(backup_record::Column::IsGood)
    }

    /// Whether nobody can change or delete it before its time.
    async fn is_immutable(&self) -> Result<bool> {
        self.0.get(backup_record::Column::IsImmutable)
    }

    /// Where it was written to.
    async fn destination(&self) -> Result<Option<String>> {
        self.0.get(backup_record::Column::Destination)
    }

    /// Day on which it was last restored to see that it can be.
    async fn restore_tested_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(backup_record::Column::RestoreTestedOn)?.map(Date))
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(backup_record::Column::Source)
    }
}

/// Which backup records. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BackupRecordFilter {
    /// All of these as well.
    pub and: Option<Vec<BackupRecordFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<BackupRecordFilter>>,
    /// And not this.
    pub not: Option<Box<BackupRecordFilter>>,
    /// By id.
    pub id: Option<IdFilter<BackupRecordId>>,
    /// By the item, with its id as a service, an asset or whatever it is.
    pub item: Option<ID>,
    /// By what sort of copy.
    pub kind: Option<EnumFilter<BackupKind>>,
    /// By when it was complete.
    pub completed_at: Option<MomentFilter>,
    /// By whether it ended without an error.
    pub is_good: Option<BooleanFilter>,
    /// By whether nobody can change it.
    pub is_immutable: Option<BooleanFilter>,
    /// By the day it was last restored.
    pub restore_tested_on: Option<DateFilter>,
    /// By where it was written to.
    pub destination: Option<StringFilter>,
}

impl Filter for BackupRecordFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use backup_record::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(
                self.item
                    .as_ref()
                    .map(|item| things::named(caller, C::ItemId, "filter.item", item))
                    .transpose()?,
            )
            .add_option(self.kind.as_ref().map(|test| test.on::<backup_record::BackupKind>(C::Kind)))
            .add_option(self.completed_at.as_ref().map(|test| test.on(C::CompletedAt)).transpose()?)
            .add_option(self.is_good.as_ref().map(|test| test.on(C::IsGood)))
            .add_option(self.is_immutable.as_ref().map(|test| test.on(C::IsImmutable)))
            .add_option(self.restore_tested_on.as_ref().map(|test| test.on(C::RestoreTestedOn)).transpose()?)
            .add_option(self.destination.as_ref().map(|test| test.on(C::Destination))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order backup records by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BackupRecordOrderField {
    /// By when it was complete.
    CompletedAt,
    /// By the day it was last restored.
    RestoreTestedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for BackupRecordOrderField {
    type Noun = BackupRecord;

    fn column(self) -> backup_record::Column {
        match self {
            Self::CompletedAt => backup_record::Column::CompletedAt,
            Self::RestoreTestedOn => backup_record::Column::RestoreTestedOn,
            Self::CreatedAt => backup_record::Column::CreatedAt,
        }
    }
}

/// Queries of backup records.
#[derive(Default)]
pub struct BackupQuery;

/// Queries of backup records.
#[Object]
impl BackupQuery {
    /// One backup record by its id.
    async fn backup_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BackupRecordId>,
    ) -> Result<Option<BackupRecord>> {
        by_id(ctx, id).await
    }

    /// The backup records.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn backup_records(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<BackupRecordFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<BackupRecordOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BackupRecord>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
