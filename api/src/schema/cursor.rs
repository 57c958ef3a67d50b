//! Cursors: the place of a row under an order, as text that only this server reads.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, ColumnType, Condition, IdenStatic, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    filter::Direction,
    record::{Record, Table},
};
use crate::error::{Error, Result};

/// One key of an order.
#[derive(Clone, Copy, Debug)]
pub struct Key<C> {
    /// The column to order by.
    pub column: C,
    /// In which direction.
    pub direction: Direction,
    /// Whether rows may lack it; they come last.
    pub nullable: bool,
}

impl<C: ColumnTrait> Key<C> {
    /// A key, with what the table says of its column.
    pub fn new(column: C, direction: Direction) -> Self {
        Self { column, direction, nullable: column.def().is_null() }
    }
}

#[derive(Serialize, Deserialize)]
struct Place {
    list: String,
    order: String,
    values: Vec<serde_json::Value>,
}

/// The cursor of a row.
///
/// # Errors
/// `Internal` when a column of the order was not read.
pub fn encode<E: Table>(list: &str, keys: &[Key<E::Column>], record: &Record<E>) -> Result<String> {
    let values = keys.iter().map(|key| read(record, key.column)).collect::<Result<_>>()?;
    let place = Place { list: list.to_owned(), order: signature(keys), values };
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&place).map_err(Error::internal)?))
}

/// The values of the keys at a cursor.
///
/// # Errors
/// A sentence when the cursor is not one, or belongs to another list or order.
pub fn decode<C: ColumnTrait>(list: &str, keys: &[Key<C>], text: &str) -> Result<Vec<Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("`{text}` is not a cursor"))?;
    let place: Place = serde_json::from_slice(&bytes).map_err(|_| format!("`{text}` is not a cursor"))?;
    if place.list != list {
        return Err("is a cursor of another list, so it has no place in this one".into());
    }
    if place.order != signature(keys) || place.values.len() != keys.len() {
        return Err("is a cursor of another order of this list; ask in the order that it came from".into());
    }
    let values = keys.iter().zip(place.values).map(|(key, value)| parse(key.column, value));
    values.collect::<Option<_>>().ok_or_else(|| format!("`{text}` is not a cursor"))
}

/// The rows behind the values of a cursor, or before them.
pub fn beyond<C: ColumnTrait>(keys: &[Key<C>], values: &[Value], backward: bool) -> Condition {
    let mut any = Condition::any();
    let mut equal = Condition::all();
    for (key, value) in keys.iter().zip(values) {
        if let Some(step) = strictly_beyond(key, value, backward) {
            any = any.add(Condition::all().add(equal.clone()).add(step));
        }
        let same = if is_missing(value) { key.column.is_null() } else { key.column.eq(value.clone()) };
        equal = equal.add(same);
    }
    any
}

/// Rows without a value come last, so they lie behind every value, and nothing lies behind them.
fn strictly_beyond<C: ColumnTrait>(key: &Key<C>, value: &Value, backward: bool) -> Option<Condition> {
    if is_missing(value) {
        return backward.then(|| Condition::any().add(key.column.is_not_null()));
    }
    let greater = (key.direction == Direction::Asc) != backward;
    let step = if greater { key.column.gt(value.clone()) } else { key.column.lt(value.clone()) };
    let missing = (key.nullable && !backward).then(|| key.column.is_null());
    Some(Condition::any().add(step).add_option(missing))
}

fn is_missing(value: &Value) -> bool {
    matches!(
        value,
        Value::String(None)
            | Value::Int(None)
            | Value::BigInt(None)
            | Value::ChronoDate(None)
            | Value::ChronoDateTimeUtc(None)
            | Value::Uuid(None)
            | Value::Bool(None)
    )
}

fn signature<C: ColumnTrait>(keys: &[Key<C>]) -> String {
    let words = keys.iter().map(|key| {
        let sign = if key.direction == Direction::Asc { '+' } else { '-' };
        format!("{sign}{}", IdenStatic::as_str(&key.column))
    });
    words.collect()
}

fn read<E: Table>(record: &Record<E>, column: E::Column) -> Result<serde_json::Value> {
    let def = column.def();
    let value = match def.get_column_type() {
        ColumnType::Uuid => serde_json::to_value(record.get::<Option<Uuid>>(column)?),
        ColumnType::Integer => serde_json::to_value(record.get::<Option<i32>>(column)?),
        ColumnType::BigInteger => serde_json::to_value(record.get::<Option<i64>>(column)?),
        ColumnType::Date => serde_json::to_value(record.get::<Option<NaiveDate>>(column)?),
        ColumnType::Boolean => serde_json::to_value(record.get::<Option<bool>>(column)?),
        ColumnType::TimestampWithTimeZone => {
            serde_json::to_value(record.get::<Option<DateTime<Utc>>>(column)?)
        }
        _ => serde_json::to_value(record.get::<Option<String>>(column)?),
    };
    value.map_err(Error::internal)
}

fn parse<C: ColumnTrait>(column: C, value: serde_json::Value) -> Option<Value> {
    fn of<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Option<Option<T>> {
        serde_json::from_value(value).ok()
    }
    let def = column.def();
    Some(match def.get_column_type() {
        ColumnType::Uuid => of::<Uuid>(value)?.into(),
        ColumnType::Integer => of::<i32>(value)?.into(),
        ColumnType::BigInteger => of::<i64>(value)?.into(),
        ColumnType::Date => of::<NaiveDate>(value)?.into(),
        ColumnType::Boolean => of::<bool>(value)?.into(),
        ColumnType::TimestampWithTimeZone => of::<DateTime<Utc>>(value)?.into(),
        _ => of::<String>(value)?.into(),
    })
}
