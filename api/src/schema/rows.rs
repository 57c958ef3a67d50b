//! The rows of a page on their way into an answer.
//!
//! The GraphQL library resolves every field of every row as a task of its own, which for plain values costs several
//! times what reading them does. Here a field that shows a column as it is becomes a value where it stands
//! ([`Noun::PLAIN`]); other fields without fields of their own are resolved one after the other, for most wait for
//! nothing; and only fields with fields of their own are waited for together.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
    resolver_utils::resolve_list,
};
use chrono::NaiveDate;
use entity::id::EntityId;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, ColumnType, IdenStatic};
use uuid::Uuid;

use super::{
    record::{Noun, Record},
    scalar::{Date, Id},
};
use crate::error::Result;

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
        let Some(plan) = self.0.first().and_then(|first| Plan::<N>::new(ctx, first)) else {
            let rows = self.0.iter().cloned().map(N::from);
            return resolve_list(ctx, field, rows, Some(self.0.len())).await;
        };
        let objects = self.0.iter().enumerate().map(|(index, record)| plan.object(ctx, record, index));
        if plan.waits {
            return Ok(Value::List(join_all(objects).await));
        }
        let mut list = Vec::with_capacity(self.0.len());
        for object in objects {
            list.push(object.await);
        }
        Ok(Value::List(list))
    }
}

/// How the selected fields of all rows become values.
struct Plan<'a, N> {
    fields: Vec<(&'a Positioned<Field>, Way)>,
    /// An object with all the keys and no value yet: copying it spares each row the hashing.
    blank: IndexMap<Name, Value>,
    /// Whether some fields may have to wait for the database.
    waits: bool,
    noun: PhantomData<fn() -> N>,
}

/// How a field becomes a value.
#[derive(Clone, Copy)]
enum Way {
    /// From the column at this place of the row.
    Column(usize, Kind),
    /// By its resolver, at once.
    Resolver,
    /// By its resolver, together with other fields.
    Together,
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Id,
    Text,
    Number,
    Day,
}

impl<'a, N: Noun> Plan<'a, N> {
    /// Opens the selection; nothing where fields have to be merged, or depend on more than their name.
    fn new(ctx: &ContextSelectionSet<'a>, first: &Record<N::Entity>) -> Option<Self> {
        let mut selected = Vec::new();
        open::<N>(ctx, &ctx.item.node, &mut selected)?;
        let mut blank = IndexMap::with_capacity(selected.len());
        for field in &selected {
            let is_repeated = blank.insert(field.node.response_key().node.clone(), Value::Null).is_some();
            (!is_repeated).then_some(())?;
        }
        let fields: Vec<_> = selected.into_iter().map(|field| (field, way::<N>(field, first))).collect();
        let waits = fields.iter().any(|(_, way)| matches!(way, Way::Together));
        Some(Self { fields, blank, waits, noun: PhantomData })
    }

    async fn object(&self, ctx: &ContextSelectionSet<'_>, record: &Record<N::Entity>, index: usize) -> Value {
        let ctx = ctx.with_index(index);
        let row = N::from(record.clone());
        let mut object = self.blank.clone();
        let mut failed = Vec::new();
        let mut waiting = Vec::new();
        for (place, (field, way)) in self.fields.iter().enumerate() {
            let value = match way {
                Way::Column(position, kind) => {
                    let value = column::<N>(record, *position, *kind);
                    value.map_err(|error| {
                        let error = async_graphql::Error::from(error).into_server_error(field.pos);
                        ctx.with_field(field).set_error_path(error)
                    })
                }
                Way::Resolver => {
                    row.resolve_field(&ctx.with_field(field)).await.map(Option::unwrap_or_default)
                }
                Way::Together => {
                    let (ctx, row) = (&ctx, &row);
                    waiting.push(Box::pin(async move {
                        (place, row.resolve_field(&ctx.with_field(field)).await)
                    }));
                    continue;
                }
            };
            match value {
                Ok(value) => object[place] = value,
                Err(error) => {
                    failed.push(place);
                    ctx.add_error(error);
                }
            }
        }
        for (place, value) in join_all(waiting).await {
            match value {
                Ok(value) => object[place] = value.unwrap_or_default(),
                Err(error) => {
                    failed.push(place);
                    ctx.add_error(error);
                }
            }
        }
        failed.sort_unstable();
        for place in failed.into_iter().rev() {
            object.shift_remove_index(place);
        }
        if object.is_empty() { Value::Null } else { Value::Object(object) }
    }
}

/// The fields of a selection, with fragments on `N` opened.
fn open<'a, N: Noun>(
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
        let is_own = condition.is_none_or(|condition| *condition.node.on.node == *N::type_name());
        open::<N>(ctx, &is_own.then_some(inner)?.node, fields)?;
    }
    Some(())
}

fn way<N: Noun>(field: &Positioned<Field>, first: &Record<N::Entity>) -> Way {
    if !field.node.selection_set.node.items.is_empty() {
        return Way::Together;
    }
    let name = field.node.name.node.as_str();
    if !N::PLAIN.contains(&name) {
        return Way::Resolver;
    }
    let column = if name == "id" { Some(&N::ID) } else { N::columns(name).first() };
    let found = column.and_then(|column| Some((first.position(*column)?, kind::<N>(*column)?)));
    found.map_or(Way::Resolver, |(position, kind)| Way::Column(position, kind))
}

fn kind<N: Noun>(column: super::record::Column<N>) -> Option<Kind> {
    if column.as_str() == N::ID.as_str() {
        return Some(Kind::Id);
    }
    match column.def().get_column_type() {
        ColumnType::String(_) | ColumnType::Text => Some(Kind::Text),
        ColumnType::Integer => Some(Kind::Number),
        ColumnType::Date => Some(Kind::Day),
        _ => None,
    }
}

fn column<N: Noun>(record: &Record<N::Entity>, position: usize, kind: Kind) -> Result<Value> {
    let value = match kind {
        Kind::Id => {
            record.at::<Option<Uuid>>(position)?.map(|id| Id(N::Id::from_uuid(id)).to_string().into())
        }
        Kind::Text => record.at::<Option<String>>(position)?.map(Value::String),
        Kind::Number => record.at::<Option<i32>>(position)?.map(Value::from),
        Kind::Day => record
            .at::<Option<NaiveDate>>(position)?
            .map(|day| async_graphql::ScalarType::to_value(&Date(day))),
    };
    Ok(value.unwrap_or_default())
}
