//! Growing lists: pages with opaque cursors that stay right under any order.

use std::{collections::HashMap, future::Future, marker::PhantomData, pin::Pin};

use async_graphql::{Context, Object, SelectionField, SimpleObject, TypeName};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, Order as SqlOrder, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{
        Alias, Asterisk, Expr, ExprTrait, Func, NullOrdering, Query, SelectStatement, WindowStatement,
    },
};
use uuid::Uuid;

use super::{
    cursor::{self, Key},
    filter::{Direction, Order},
    record::{Column, Noun, Record, Table, columns_of, names, projection},
    request::read,
    rows::Rows,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    store::{Read, Reader},
};

/// The largest page unless the settings say otherwise.
pub const LARGEST_PAGE: u64 = 1_000;

/// The page that is given when none is asked for.
pub const USUAL_PAGE: u64 = 50;

/// The largest page that this server gives, a setting.
#[derive(Clone, Copy, Debug)]
pub struct LargestPage(pub u64);

/// The cost of a list: what one row costs, times the rows that it may return, and one for the list.
#[must_use]
pub fn page_cost(first: Option<i32>, last: Option<i32>, row: usize) -> usize {
    let rows = first.or(last).map_or(USUAL_PAGE, |size| u64::try_from(size).unwrap_or_default());
    usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(row).saturating_add(1)
}

/// Words to order a list by.
pub trait Sortable: async_graphql::InputType + Copy {
    /// The type that the list shows.
    type Noun: Noun;
    /// The column behind the word.
    fn column(self) -> Column<Self::Noun>;
    /// What a caller needs to order by it, beyond seeing the noun: an order tells what is hidden.
    fn permission(self) -> Option<Permission> {
        None
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// At most so many from the start, or from behind `after`.
    pub first: Option<i32>,
    /// Begin behind this cursor.
    pub after: Option<String>,
    /// At most so many from the end, or from before `before`.
    pub last: Option<i32>,
    /// End before this cursor.
    pub before: Option<String>,
}

impl Window {
    /// The arguments of a list, in the order of Relay.
    #[must_use]
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    fn size(&self, ctx: &Context<'_>) -> Result<u64> {
        let (name, wanted) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Error::invalid("last", "cannot be given together with first")),
            (Some(first), None) => ("first", i64::from(first)),
            (None, Some(last)) => ("last", i64::from(last)),
            (None, None) => return Ok(USUAL_PAGE),
        };
        let size =
            u64::try_from(wanted).map_err(|_| Error::invalid(name, format!("{wanted} is below zero")))?;
        let largest = ctx.data_opt::<LargestPage>().map_or(LARGEST_PAGE, |largest| largest.0);
        if size > largest {
            let message = format!("{size} is more than the largest page of {largest}, read page by page");
            return Err(Error::TooMuch { field: name.to_owned(), message });
        }
        Ok(size)
    }

    fn is_backward(&self) -> bool {
        self.last.is_some()
    }
}

/// What a page was cut from.
struct Plan<N: Noun> {
    keys: Vec<Key<Column<N>>>,
    columns: Vec<Column<N>>,
    condition: Condition,
    size: u64,
    backward: bool,
}

impl<N: Noun> Plan<N> {
    fn new<F: Sortable<Noun = N>>(
        ctx: &Context<'_>,
        condition: Condition,
        order: Option<Vec<Order<F>>>,
        window: &Window,
        also: &[Column<N>],
    ) -> Result<Self> {
        for field in order.iter().flatten().map(|order| order.field) {
            if let Some(permission) = field.permission() {
                read(ctx, permission)?;
            }
        }
        let mut keys: Vec<_> =
            order.into_iter().flatten().map(|o| Key::new(o.field.column(), o.direction)).collect();
        keys.push(Key::new(N::ID, Direction::Asc));
        let list = N::type_name();
        let mut condition = condition;
        for (text, backward) in [(&window.after, false), (&window.before, true)] {
            if let Some(text) = text {
                let values = cursor::decode(&list, &keys, text)
                    .map_err(|message| Error::invalid(if backward { "before" } else { "after" }, message))?;
                condition = condition.add(cursor::beyond(&keys, &values, backward));
            }
        }
        let mut columns = shown_columns::<N>(ctx.field());
        for column in also.iter().copied().chain(keys.iter().map(|key| key.column)) {
            if !columns.iter().any(|known| known.as_str() == column.as_str()) {
                columns.push(column);
            }
        }
        Ok(Self { keys, columns, condition, size: window.size(ctx)?, backward: window.is_backward() })
    }

    /// The order as SQL, turned round when the page is taken from the end.
    fn sql_order(&self) -> Vec<(Column<N>, SqlOrder, Option<NullOrdering>)> {
        let order = self.keys.iter().map(|key| {
            let ascending = (key.direction == Direction::Asc) != self.backward;
            let nulls = if self.backward { NullOrdering::First } else { NullOrdering::Last };
            let direction = if ascending { SqlOrder::Asc } else { SqlOrder::Desc };
            (key.column, direction, key.nullable.then_some(nulls))
        });
        order.collect()
    }

    /// Cuts the one row too many that tells whether there are more, and puts the rest in order.
    fn cut(&self, mut records: Vec<Record<N::Entity>>) -> (Vec<Record<N::Entity>>, bool) {
        let more = records.len() as u64 > self.size;
        records.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        if self.backward {
            records.reverse();
        }
        (records, more)
    }

    fn connection(self, window: &Window, records: Vec<Record<N::Entity>>, total: Total) -> Connection<N> {
        let (records, more) = self.cut(records);
        let (has_next, has_previous) =
            if self.backward { (window.before.is_some(), more) } else { (more, window.after.is_some()) };
        Connection { records, keys: self.keys, has_next, has_previous, total, noun: PhantomData }
    }
}

/// A page of the rows of `N` under a condition.
///
/// # Errors
/// `Forbidden` without the permission, `Invalid` for a cursor of another list or order, `LimitExceeded` for
/// a page larger than the server gives.
pub async fn page<N: Noun, F: Sortable<Noun = N>>(
    ctx: &Context<'_>,
    condition: Condition,
    order: Option<Vec<Order<F>>>,
    window: Window,
) -> Result<Connection<N>> {
    let reader = read(ctx, N::VIEW)?;
    let condition = condition.add(N::scope(reader.caller()));
    let plan = Plan::new(ctx, condition.clone(), order, &window, &[])?;
    let mut query = projection::<N>(&plan.columns).filter(plan.condition.clone()).limit(plan.size + 1);
    for (column, direction, nulls) in plan.sql_order() {
        query = ordered(query, column, direction, nulls);
    }
    let rows = reader.query_all(query.as_query()).await?;
    let records = Record::of_rows(names::<N>(&plan.columns), rows);
    let total: Total = Box::new(move || {
        let (reader, condition) = (reader.clone(), condition.clone());
        Box::pin(async move { count::<N>(&reader, condition).await })
    });
    Ok(plan.connection(&window, records, total))
}

fn ordered<E: EntityTrait>(
    query: Select<E>,
    column: E::Column,
    direction: SqlOrder,
    nulls: Option<NullOrdering>,
) -> Select<E> {
    match nulls {
        Some(nulls) => query.order_by_with_nulls(column, direction, nulls),
        None => query.order_by(column, direction),
    }
}

async fn count<N: Noun>(reader: &Reader, condition: Condition) -> Result<i64> {
    let query = N::Entity::find().select_only().column_as(N::ID.count(), "total").filter(condition);
    let row = reader.query_one(query.as_query()).await?;
    Ok(row.ok_or_else(|| Error::internal("a count without a row"))?.try_get_by_index(0)?)
}

impl<E: Table> Record<E> {
    /// A page of the rows of `N` that point at this row with `parent`, read once for all siblings.
    ///
    /// # Errors
    /// As [`page`].
    pub async fn page<N: Noun, F: Sortable<Noun = N>>(
        &self,
        ctx: &Context<'_>,
        (own, parent): (E::Column, Column<N>),
        condition: Condition,
        order: Option<Vec<Order<F>>>,
        window: Window,
    ) -> Result<Connection<N>> {
        let reader = read(ctx, N::VIEW)?;
        let condition = condition.add(N::scope(reader.caller()));
        let plan = Plan::new(ctx, condition.clone(), order, &window, &[parent])?;
        let ids = self.column_of_siblings::<Uuid>(own)?;
        let among = condition.add(parent.is_in(ids));
        let arguments = format!(
            "{window:?} {:?}",
            numbered(&plan, parent, among.clone()).to_string(sea_orm::sea_query::SqliteQueryBuilder)
        );
        let load = async || {
            let rows = reader.query_all(&numbered(&plan, parent, among.clone())).await?;
            let mut by_parent: HashMap<Uuid, Vec<Record<N::Entity>>> = HashMap::new();
            for record in Record::of_rows(names::<N>(&plan.columns), rows) {
                by_parent.entry(record.get(parent)?).or_default().push(record);
            }
            Ok(by_parent)
        };
        let children = self.shared(format!("page {arguments}"), load).await?;
        let id: Uuid = self.get(own)?;
        let records = children.get(&id).cloned().unwrap_or_default();
        let (siblings, key) = (self.clone(), format!("count {arguments}"));
        let total: Total = Box::new(move || {
            let (reader, siblings, among, key) =
                (reader.clone(), siblings.clone(), among.clone(), key.clone());
            Box::pin(async move {
                let counts = siblings.shared(key, async || counts::<N>(&reader, parent, among).await).await?;
                Ok(counts.get(&id).copied().unwrap_or_default())
            })
        });
        Ok(plan.connection(&window, records, total))
    }
}

/// The first rows of every parent, by a window over each parent's rows.
fn numbered<N: Noun>(plan: &Plan<N>, parent: Column<N>, among: Condition) -> SelectStatement {
    let place = Alias::new("place");
    let mut partition = WindowStatement::partition_by(parent);
    for (column, direction, nulls) in plan.sql_order() {
        let column = (N::Entity::default(), column);
        match nulls {
            Some(nulls) => partition.order_by_with_nulls(column, direction, nulls),
            None => partition.order_by(column, direction),
        };
    }
    let mut inner = projection::<N>(&plan.columns).filter(among).filter(plan.condition.clone()).into_query();
    inner.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), partition, place.clone());
    let limit = i64::try_from(plan.size).unwrap_or(i64::MAX).saturating_add(1);
    Query::select()
        .columns(plan.columns.iter().copied())
        .from_subquery(inner, Alias::new("numbered"))
        .and_where(Expr::col(place.clone()).lte(limit))
        .order_by(place, SqlOrder::Asc)
        .to_owned()
}

async fn counts<N: Noun>(reader: &Reader, parent: Column<N>, among: Condition) -> Result<HashMap<Uuid, i64>> {
    let query = N::Entity::find()
        .select_only()
        .column(parent)
        .column_as(Expr::col(Asterisk).count(), "total")
        .filter(among)
        .group_by(parent);
    let rows = reader.query_all(query.as_query()).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// The columns that the nodes of a connection read, whichever way they are asked for.
fn shown_columns<N: Noun>(connection: SelectionField<'_>) -> Vec<Column<N>> {
    let mut columns = vec![N::ID];
    for field in connection.selection_set() {
        match field.name() {
            "nodes" => columns.extend(columns_of::<N>(field, &[])),
            "edges" => {
                for node in field.selection_set().filter(|inner| inner.name() == "node") {
                    columns.extend(columns_of::<N>(node, &[]));
                }
            }
            _ => {}
        }
    }
    let mut seen = Vec::with_capacity(columns.len());
    columns.retain(|column| {
        let is_new = !seen.contains(&column.as_str());
        seen.push(column.as_str());
        is_new
    });
    columns
}

type Total = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<i64>> + Send>> + Send + Sync>;

/// A page of a list.
pub struct Connection<N: Noun> {
    records: Vec<Record<N::Entity>>,
    keys: Vec<Key<Column<N>>>,
    has_next: bool,
    has_previous: bool,
    total: Total,
    noun: PhantomData<N>,
}

impl<N: Noun> TypeName for Connection<N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<N: Noun> Connection<N> {
    /// The rows of this page.
    async fn nodes(&self) -> Rows<N> {
        Rows(self.records.clone())
    }

    /// The rows of this page with their cursors.
    async fn edges(&self) -> Result<Vec<Edge<N>>> {
        let edges = self.records.iter().map(|record| {
            let cursor = cursor::encode(&N::type_name(), &self.keys, record)?;
            Ok(Edge { cursor, node: N::from(record.clone()) })
        });
        edges.collect()
    }

    /// Where this page lies in its list.
    async fn page_info(&self) -> Result<PageInfo> {
        let cursor = |record: Option<&Record<N::Entity>>| {
            record.map(|record| cursor::encode(&N::type_name(), &self.keys, record)).transpose()
        };
        Ok(PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: cursor(self.records.first())?,
            end_cursor: cursor(self.records.last())?,
        })
    }

    /// How many rows the whole list has. Counted only when asked for.
    async fn total_count(&self) -> Result<i64> {
        (self.total)().await
    }
}

/// A row of a page with its cursor.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct Edge<N: Noun> {
    /// The place of the row in its list, for `after` and `before`.
    cursor: String,
    /// The row.
    node: N,
}

impl<N: Noun> TypeName for Edge<N> {
    fn type_name() -> std::borrow::Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether rows follow this page.
    has_next_page: bool,
    /// Whether rows come before this page.
    has_previous_page: bool,
    /// The cursor of the first row of the page.
    start_cursor: Option<String>,
    /// The cursor of the last row of the page.
    end_cursor: Option<String>,
}

impl PageInfo {
    /// A page of a list that is only read forward, with the cursors of its first and its last row.
    #[must_use]
    pub fn forward(
        has_next_page: bool,
        has_previous_page: bool,
        (start_cursor, end_cursor): (Option<String>, Option<String>),
    ) -> Self {
        Self { has_next_page, has_previous_page, start_cursor, end_cursor }
    }
}
