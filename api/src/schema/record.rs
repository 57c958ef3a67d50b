//! Rows on their way to a client.
//!
//! A [`Record`] is one row among those that were read together. It holds just the columns that the request
//! asked for, and decodes each when it is sent. When one record needs a related row, the related rows of all
//! its siblings are read in the same statement: the number of statements depends on the request, not on rows.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{ContainerType, Context, SelectionField};
use entity::id::EntityId;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityName, EntityTrait, FromQueryResult, IdenStatic,
    ModelTrait, Order, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select, TryGetable,
    sea_query::ValueType,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::request::read;
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    store::Read,
};

/// A table whose rows may be shared between the resolvers of a request.
pub trait Table: EntityTrait<Model: Send + Sync> {}

impl<E: EntityTrait<Model: Send + Sync>> Table for E {}

/// A GraphQL type that shows rows of one table.
pub trait Noun: ContainerType + From<Record<Self::Entity>> + Send + Sync + 'static {
    /// The table.
    type Entity: Table;
    /// The id of its rows.
    type Id: EntityId;
    /// What a caller needs to see any of it.
    const VIEW: Permission;
    /// The primary key.
    const ID: <Self::Entity as EntityTrait>::Column;
    /// The rows that `caller` may see, where that is not all of them.
    fn scope(_caller: &Caller) -> Condition {
        Condition::all()
    }
    /// The columns that resolving `field` of the GraphQL type reads.
    fn columns(field: &str) -> &'static [<Self::Entity as EntityTrait>::Column];
    /// The fields of the GraphQL type that show the one column they read as it is, to everybody who sees the row:
    /// pages answer these without calling a resolver. Worth it for lists of which many rows are read at once.
    const PLAIN: &'static [&'static str] = &[];
}

/// The column type of a noun.
pub type Column<N> = <<N as Noun>::Entity as EntityTrait>::Column;

/// Rows that were read together, and what was read for all of them since.
struct Siblings<E: Table> {
    columns: Vec<&'static str>,
    rows: Rows<E>,
    related: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
}

enum Rows<E: Table> {
    /// Read with just the columns that were asked for.
    Read(Vec<QueryResult>),
    /// Whole, as a change left it.
    Whole(Vec<E::Model>),
}

/// One row, with a view of its siblings.
pub struct Record<E: Table> {
    siblings: Arc<Siblings<E>>,
    index: usize,
}

impl<E: Table> Clone for Record<E> {
    fn clone(&self) -> Self {
        Self { siblings: Arc::clone(&self.siblings), index: self.index }
    }
}

impl<E: Table> Record<E> {
    /// The row that a change left behind.
    pub fn whole(model: E::Model) -> Self {
        Self { siblings: Siblings::new(Vec::new(), Rows::Whole(vec![model])), index: 0 }
    }

    /// Rows that a change left behind, in one batch.
    pub fn all_whole(models: Vec<E::Model>) -> Vec<Self> {
        let count = models.len();
        let siblings = Siblings::new(Vec::new(), Rows::Whole(models));
        (0..count).map(|index| Self { siblings: Arc::clone(&siblings), index }).collect()
    }

    /// Rows of a statement that selected `columns`.
    pub fn of_rows(columns: Vec<&'static str>, rows: Vec<QueryResult>) -> Vec<Self> {
        let count = rows.len();
        let siblings = Siblings::new(columns, Rows::Read(rows));
        (0..count).map(|index| Self { siblings: Arc::clone(&siblings), index }).collect()
    }

    /// The value of one column.
    ///
    /// # Errors
    /// `Internal` when the column was not read: the noun's table of columns lacks it.
    pub fn get<T: TryGetable + ValueType>(&self, column: E::Column) -> Result<T> {
        self.siblings.get(self.index, column)
    }

    /// Where a column stands in the rows that were read together; nowhere in rows that a change left behind.
    pub(super) fn position(&self, column: E::Column) -> Option<usize> {
        match &self.siblings.rows {
            Rows::Read(_) => self.siblings.columns.iter().position(|known| *known == column.as_str()),
            Rows::Whole(_) => None,
        }
    }

    /// The value at a [`position`](Self::position).
    pub(super) fn at<T: TryGetable>(&self, position: usize) -> Result<T> {
        match &self.siblings.rows {
            Rows::Read(rows) => rows.get(self.index).map(|row| row.try_get_by_index(position)).transpose()?,
            Rows::Whole(_) => None,
        }
        .ok_or_else(|| Error::internal("a row that is not there"))
    }

    /// The row of `N` whose id stands in `column`, read once for all siblings.
    ///
    /// # Errors
    /// `Forbidden` when the caller may not see `N`.
    pub async fn one<N: Noun>(&self, ctx: &Context<'_>, column: E::Column) -> Result<Option<N>> {
        let reader = read(ctx, N::VIEW)?;
        let Some(id) = self.get::<Option<Uuid>>(column)? else { return Ok(None) };
        let columns = columns_of::<N>(ctx.field(), &[]);
        let key = format!("{}>{}", column.as_str(), columns_key::<N>(&columns));
        let load = async || {
            let mut ids = self.siblings.column::<Uuid>(column)?;
            ids.sort_unstable();
            ids.dedup();
            let found = select::<N>(&reader, Condition::all().add(N::ID.is_in(ids)), &[], &columns).await?;
            let by_id = found.into_iter().map(|record| Ok((record.get::<Uuid>(N::ID)?, record)));
            by_id.collect::<Result<HashMap<_, _>>>()
        };
        let found = self.siblings.related(key, load).await?;
        Ok(found.get(&id).cloned().map(N::from))
    }

    /// The rows of `N` that point at this row with `parent`, in `order`, read once for all siblings.
    /// For parts of a whole that stay few; growing lists are pages.
    ///
    /// # Errors
    /// `Forbidden` when the caller may not see `N`.
    pub async fn many<N: Noun>(
        &self,
        ctx: &Context<'_>,
        own: E::Column,
        parent: Column<N>,
        order: &[(Column<N>, Order)],
    ) -> Result<Vec<N>> {
        self.many_where(ctx, (own, parent), Condition::all(), order).await
    }

    /// As [`Record::many`], but only those rows for which `condition` holds.
    ///
    /// # Errors
    /// `Forbidden` when the caller may not see `N`.
    pub async fn many_where<N: Noun>(
        &self,
        ctx: &Context<'_>,
        (own, parent): (E::Column, Column<N>),
        condition: Condition,
        order: &[(Column<N>, Order)],
    ) -> Result<Vec<N>> {
        let reader = read(ctx, N::VIEW)?;
        let columns = columns_of::<N>(ctx.field(), &[parent]);
        let key = format!("{}<{}{condition:?}", parent.as_str(), columns_key::<N>(&columns));
        let load = async || {
            let ids = self.siblings.column::<Uuid>(own)?;
            let found = select::<N>(&reader, condition.add(parent.is_in(ids)), order, &columns).await?;
            let mut by_parent: HashMap<Uuid, Vec<Record<N::Entity>>> = HashMap::new();
            for record in found {
                by_parent.entry(record.get(parent)?).or_default().push(record);
            }
            Ok(by_parent)
        };
        let found = self.siblings.related(key, load).await?;
        let id: Uuid = self.get(own)?;
        Ok(found.get(&id).map(|rows| rows.iter().cloned().map(N::from).collect()).unwrap_or_default())
    }

    /// The rows of `N` that the link table `L` ties to this row, in `order`, read once for all siblings: the
    /// links with one statement, the rows with another. `near` of a link points here, `far` at `N`.
    /// For links that stay few on this side; growing lists are pages over the link table.
    ///
    /// # Errors
    /// `Forbidden` when the caller may not see `N`.
    pub async fn linked<N: Noun, L: EntityTrait>(
        &self,
        ctx: &Context<'_>,
        own: E::Column,
        (near, far): (L::Column, L::Column),
        order: &[(Column<N>, Order)],
    ) -> Result<Vec<N>> {
        let reader = read(ctx, N::VIEW)?;
        let columns = columns_of::<N>(ctx.field(), &[]);
        let key = format!(
            "{}<{}>{}",
            EntityName::table_name(&L::default()),
            near.as_str(),
            columns_key::<N>(&columns)
        );
        let load = async || {
            let ids = self.siblings.column::<Uuid>(own)?;
            let links = L::find().select_only().column(near).column(far).filter(near.is_in(ids));
            let mut ends: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
            for link in reader.query_all(links.as_query()).await? {
                ends.entry(link.try_get_by_index(1)?).or_default().push(link.try_get_by_index(0)?);
            }
            let mut by_parent: HashMap<Uuid, Vec<Record<N::Entity>>> = HashMap::new();
            if ends.is_empty() {
                return Ok(by_parent);
            }
            let among = Condition::all().add(N::ID.is_in(ends.keys().copied()));
            for record in select::<N>(&reader, among, order, &columns).await? {
                for parent in ends.get(&record.get(N::ID)?).into_iter().flatten() {
                    by_parent.entry(*parent).or_default().push(record.clone());
                }
            }
            Ok(by_parent)
        };
        let found = self.siblings.related(key, load).await?;
        let id: Uuid = self.get(own)?;
        Ok(found.get(&id).map(|rows| rows.iter().cloned().map(N::from).collect()).unwrap_or_default())
    }

    /// The whole row, for figures that many of its columns go into.
    ///
    /// # Errors
    /// `Internal` when a column was not read: the noun's table of columns lacks it.
    pub fn model(&self) -> Result<E::Model> {
        match &self.siblings.rows {
            Rows::Whole(models) => models.get(self.index).cloned(),
            Rows::Read(rows) => {
                rows.get(self.index).map(|row| E::Model::from_query_result(row, "")).transpose()?
            }
        }
        .ok_or_else(|| Error::internal("a row that is not there"))
    }

    /// The values of a column over all siblings, for batches that are not plain relations.
    ///
    /// # Errors
    /// As [`Record::get`].
    pub fn column_of_siblings<T: TryGetable + ValueType>(&self, column: E::Column) -> Result<Vec<T>>
    where
        Option<T>: TryGetable + ValueType,
    {
        self.siblings.column(column)
    }

    /// Something read once for all siblings, under a key that names what and with which arguments.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn shared<V: Send + Sync + 'static>(
        &self,
        key: String,
        load: impl AsyncFnOnce() -> Result<V>,
    ) -> Result<Arc<V>> {
        self.siblings.related(key, load).await
    }
}

impl<E: Table> Siblings<E> {
    fn new(columns: Vec<&'static str>, rows: Rows<E>) -> Arc<Self> {
        Arc::new(Self { columns, rows, related: Mutex::default() })
    }

    fn get<T: TryGetable + ValueType>(&self, index: usize, column: E::Column) -> Result<T> {
        let name = column.as_str();
        match &self.rows {
            Rows::Whole(models) => {
                let model = models.get(index).ok_or_else(|| Error::internal("a row that is not there"))?;
                T::try_from(model.get(column)).map_err(Error::internal)
            }
            Rows::Read(rows) => {
                let position = self.columns.iter().position(|known| *known == name);
                let position =
                    position.ok_or_else(|| Error::internal(format!("column {name} was not read")))?;
                let row = rows.get(index).ok_or_else(|| Error::internal("a row that is not there"))?;
                Ok(row.try_get_by_index(position)?)
            }
        }
    }

    fn column<T: TryGetable + ValueType>(&self, column: E::Column) -> Result<Vec<T>>
    where
        Option<T>: TryGetable + ValueType,
    {
        let count = match &self.rows {
            Rows::Read(rows) => rows.len(),
            Rows::Whole(models) => models.len(),
        };
        let values = (0..count).map(|index| self.get::<Option<T>>(index, column));
        values.filter_map(Result::transpose).collect()
    }

    async fn related<V: Send + Sync + 'static>(
        &self,
        key: String,
        load: impl AsyncFnOnce() -> Result<V>,
    ) -> Result<Arc<V>> {
        let cell = {
            let mut related = self.related.lock().unwrap_or_else(PoisonError::into_inner);
            let cell = related.entry(key).or_insert_with(|| Arc::new(OnceCell::<Arc<V>>::new()));
            Arc::clone(cell)
        };
        let cell = cell.downcast::<OnceCell<Arc<V>>>().map_err(|_| Error::internal("one key, two types"))?;
        let value = cell.get_or_try_init(async || Ok::<_, Error>(Arc::new(load().await?))).await?;
        Ok(Arc::clone(value))
    }
}

/// Reads the rows of `N` under a condition, with just `columns`.
///
/// # Errors
/// Those of the database.
pub async fn select<N: Noun>(
    reader: &impl Read,
    condition: Condition,
    order: &[(Column<N>, Order)],
    columns: &[Column<N>],
) -> Result<Vec<Record<N::Entity>>> {
    let mut query = projection::<N>(columns).filter(condition.add(N::scope(reader.caller())));
    for (column, direction) in order {
        query = query.order_by(*column, direction.clone());
    }
    let rows = reader.query_all(query.as_query()).await?;
    Ok(Record::of_rows(names::<N>(columns), rows))
}

/// A query over `N` that selects just `columns`.
pub fn projection<N: Noun>(columns: &[Column<N>]) -> Select<N::Entity> {
    N::Entity::find().select_only().columns(columns.iter().copied())
}

/// The names of columns, as rows carry them.
pub fn names<N: Noun>(columns: &[Column<N>]) -> Vec<&'static str> {
    columns.iter().map(IdenStatic::as_str).collect()
}

/// The columns that a selection of fields of `N` reads, with the id and `also`.
pub fn columns_of<N: Noun>(selection: SelectionField<'_>, also: &[Column<N>]) -> Vec<Column<N>> {
    let mut columns = vec![N::ID];
    columns.extend_from_slice(also);
    for field in selection.selection_set() {
        columns.extend_from_slice(N::columns(field.name()));
    }
    let mut seen = Vec::with_capacity(columns.len());
    columns.retain(|column| {
        let is_new = !seen.contains(&column.as_str());
        seen.push(column.as_str());
        is_new
    });
    columns
}

fn columns_key<N: Noun>(columns: &[Column<N>]) -> String {
    names::<N>(columns).join(",")
}
