//! The rows of a page on their way into an answer.
//!
//! The GraphQL library resolves every field of every row as a task of its own, which for plain values costs several
//! times what reading them does. Here a field that shows a column as it is becomes a value where it stands
//! ([`Noun::PLAIN`]); other fields without fields of their own are resolved one after the other, for most wait for
//! nothing; and only fields with fields of their own are waited for together.

use std::{borrow::Cow, convert::Infallible};

use async_graphql::{
    ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ScalarType, ServerError, ServerResult,
    Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
    resolver_utils::resolve_list,
};
use async_graphql_value::RAW_VALUE_TOKEN;
use chrono::NaiveDate;
use entity::id::EntityId;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, ColumnType, IdenStatic};
use serde::Serialize;
use uuid::Uuid;

use super::{
    record::{Noun, Record},
    scalar::{Date, Id},
};
use crate::error::{Error, Result};

/// A list of rows, which clients see as any other list.
pub struct Rows<N: Noun>(pub Vec<Record<N::Entity>>);

impl<N: Noun> OutputType for Rows<N> {
    fn type_name() -> Cow<'static, str> {
        Vec::<N>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<N>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<N>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let plan = self.0.first().and_then(|first| Plan::new::<N>(ctx, |field| column_of::<N>(field, first)));
        let Some(plan) = plan else {
            let rows = self.0.iter().cloned().map(N::from);
            return resolve_list(ctx, field, rows, Some(self.0.len())).await;
        };
        if let Some(columns) = plan.columns() {
            return written::<N>(&self.0, &columns).map_err(|error| {
                ctx.set_error_path(async_graphql::Error::from(error).into_server_error(field.pos))
            });
        }
        let objects = self.0.iter().enumerate().map(async |(index, record)| {
            let row = N::from(record.clone());
            plan.object(ctx, &row, index, |column| value::<N>(record, *column)).await
        });
        Ok(list(objects, plan.waits).await)
    }
}

/// A list of things that are no rows of a table, which clients see as any other list.
pub struct Items<T>(pub Vec<T>);

impl<T: ContainerType> OutputType for Items<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some(plan) = Plan::<Infallible>::new::<T>(ctx, |_| None) else {
            return resolve_list(ctx, field, &self.0, Some(self.0.len())).await;
        };
        let objects = self.0.iter().enumerate();
        let objects =
            objects.map(async |(index, item)| plan.object(ctx, item, index, |never| match *never {}).await);
        Ok(list(objects, plan.waits).await)
    }
}

async fn list(objects: impl ExactSizeIterator<Item = impl Future<Output = Value>>, waits: bool) -> Value {
    if waits {
        return Value::List(join_all(objects).await);
    }
    let mut list = Vec::with_capacity(objects.len());
    for object in objects {
        list.push(object.await);
    }
    Value::List(list)
}

/// How the selected fields of all items become values; some of them from a `D`, without a resolver.
struct Plan<'a, D> {
    fields: Vec<(&'a Positioned<Field>, Way<D>)>,
    /// An object with all the keys and no value yet: copying it spares each item the hashing.
    blank: IndexMap<Name, Value>,
    /// Whether some fields may have to wait for the database.
    waits: bool,
}

/// How a field becomes a value.
enum Way<D> {
    /// From what is at hand.
    Direct(D),
    /// By its resolver, at once.
    Resolver,
    /// By its resolver, together with other fields.
    Together,
}

impl<'a, D> Plan<'a, D> {
    /// Opens the selection; nothing where fields have to be merged, or depend on more than their name.
    fn new<T: ContainerType>(
        ctx: &ContextSelectionSet<'a>,
        direct: impl Fn(&Positioned<Field>) -> Option<D>,
    ) -> Option<Self> {
        let mut selected = Vec::new();
        open::<T>(ctx, &ctx.item.node, &mut selected)?;
        let mut blank = IndexMap::with_capacity(selected.len());
        let mut fields = Vec::with_capacity(selected.len());
        for field in selected {
            let is_repeated = blank.insert(field.node.response_key().node.clone(), Value::Null).is_some();
            (!is_repeated).then_some(())?;
            let way = if field.node.selection_set.node.items.is_empty() {
                direct(field).map_or(Way::Resolver, Way::Direct)
            } else {
                Way::Together
            };
            fields.push((field, way));
        }
        let waits = fields.iter().any(|(_, way)| matches!(way, Way::Together));
        Some(Self { fields, blank, waits })
    }

    /// The columns behind all the fields with the names that the answer uses, where no field needs a resolver.
    fn columns(&self) -> Option<Vec<(&Name, &D)>> {
        let columns = self.fields.iter().zip(self.blank.keys()).map(|((_, way), name)| match way {
            Way::Direct(column) => Some((name, column)),
            Way::Resolver | Way::Together => None,
        });
        columns.collect()
    }

    async fn object<T: ContainerType>(
        &self,
        ctx: &ContextSelectionSet<'_>,
        item: &T,
        index: usize,
        direct: impl Fn(&D) -> Result<Value>,
    ) -> Value {
        let ctx = ctx.with_index(index);
        let mut object = self.blank.clone();
        let mut failed = Vec::new();
        let mut waiting = Vec::new();
        let mut settle = |place: usize, value: ServerResult<Value>| match value {
            Ok(value) => object[place] = value,
            Err(error) => {
                failed.push(place);
                ctx.add_error(error);
            }
        };
        for (place, (field, way)) in self.fields.iter().enumerate() {
            match way {
                Way::Direct(way) => settle(place, direct(way).map_err(|error| located(&ctx, field, error))),
                Way::Resolver => {
                    let value = item.resolve_field(&ctx.with_field(field)).await;
                    settle(place, value.map(Option::unwrap_or_default));
                }
                Way::Together => {
                    let ctx = &ctx;
                    waiting.push(Box::pin(async move {
                        (place, item.resolve_field(&ctx.with_field(field)).await)
                    }));
                }
            }
        }
        for (place, value) in join_all(waiting).await {
            settle(place, value.map(Option::unwrap_or_default));
        }
        failed.sort_unstable();
        for place in failed.into_iter().rev() {
            object.shift_remove_index(place);
        }
        if object.is_empty() { Value::Null } else { Value::Object(object) }
    }
}

/// An error with the place of the field in the query and of the value in the answer.
fn located(ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>, error: Error) -> ServerError {
    let error = async_graphql::Error::from(error).into_server_error(field.pos);
    ctx.with_field(field).set_error_path(error)
}

/// The fields of a selection, with fragments on `T` opened.
fn open<'a, T: ContainerType>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> Option<()> {
    for selection in &set.items {
        let (condition, inner) = match &selection.node {
            Selection::Field(field) => {
                let is_usual = field.node.directives.is_empty() && field.node.name.node != "__typename";
                fields.push(is_usual.then_some(field)?);
                continue;
            }
            Selection::InlineFragment(inline) => {
                (inline.node.type_condition.as_ref(), &inline.node.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node)?;
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
        };
        let is_own = condition.is_none_or(|condition| *condition.node.on.node == *T::type_name());
        open::<T>(ctx, &is_own.then_some(inner)?.node, fields)?;
    }
    Some(())
}

/// What a plain column holds, and its place in the rows.
#[derive(Clone, Copy)]
struct Plain {
    position: usize,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Text,
    Number,
    Day,
}

/// The column that a plain field shows.
fn column_of<N: Noun>(field: &Positioned<Field>, first: &Record<N::Entity>) -> Option<Plain> {
    let name = field.node.name.node.as_str();
    if !N::PLAIN.contains(&name) {
        return None;
    }
    let column = if name == "id" { N::ID } else { *N::columns(name).first()? };
    let kind = match column.def().get_column_type() {
        _ if column.as_str() == N::ID.as_str() => Kind::Id,
        ColumnType::String(_) | ColumnType::Text => Kind::Text,
        ColumnType::Integer => Kind::Number,
        ColumnType::Date => Kind::Day,
        _ => return None,
    };
    Some(Plain { position: first.position(column)?, kind })
}

fn value<N: Noun>(record: &Record<N::Entity>, Plain { position, kind }: Plain) -> Result<Value> {
    let value = match kind {
        Kind::Id => {
            record.at::<Option<Uuid>>(position)?.map(|id| Id(N::Id::from_uuid(id)).to_string().into())
        }
        Kind::Text => record.at::<Option<String>>(position)?.map(Value::String),
        Kind::Number => record.at::<Option<i32>>(position)?.map(Value::from),
        Kind::Day => record.at::<Option<NaiveDate>>(position)?.map(|day| Date(day).to_value()),
    };
    Ok(value.unwrap_or_default())
}

/// Rows of columns alone, as the text that they will be sent as: no value is taken apart just to be put together.
fn written<N: Noun>(records: &[Record<N::Entity>], columns: &[(&Name, &Plain)]) -> Result<Value> {
    let mut text = Vec::with_capacity(records.len() * columns.len() * 32);
    for (index, record) in records.iter().enumerate() {
        text.push(if index == 0 { b'[' } else { b',' });
        for (place, (name, column)) in columns.iter().enumerate() {
            text.push(if place == 0 { b'{' } else { b',' });
            write_json(&mut text, name.as_str())?;
            text.push(b':');
            match value::<N>(record, **column)? {
                Value::String(value) => write_json(&mut text, &value)?,
                value => write_json(&mut text, &value)?,
            }
        }
        text.push(b'}');
    }
    text.push(b']');
    let text = String::from_utf8(text).map_err(Error::internal)?;
    let token = Name::new(RAW_VALUE_TOKEN);
    Ok(Value::Object(IndexMap::from_iter([(token, Value::String(text))])))
}

fn write_json(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<()> {
    serde_json::to_writer(text, value).map_err(Error::internal)
}
