//! Many rows at once: few statements, and one change record for all of them.
//!
//! PostgreSQL gets each column of a chunk as one array in its text form: the statement is short and always the
//! same, so it is planned once. SQLite, which has no arrays, gets rows of placeholders.
#![expect(clippy::disallowed_methods, reason = "writes of many rows end in one change record, made here")]

use std::fmt::Write as _;

use entity::audit::change::ChangeAction;
use futures_util::{Stream, StreamExt, stream};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, EntityName,
    EntityTrait, IdenStatic, Iterable, Statement, Value, sea_query::ColumnType,
};

use super::Tx;
use crate::error::{Error, Result};

/// Values that one statement of SQLite may carry: below its limit of 32,766.
const MAX_VALUES: usize = 32_000;

/// Rows of one chunk beyond which the graph is told of the table and not of each row.
const MANY: usize = 1_000;

impl Tx {
    /// Writes many rows with few statements and one change record that says why and how many.
    ///
    /// # Errors
    /// As [`Tx::insert`]; then none of the rows is written.
    pub async fn insert_many<A>(&self, rows: Vec<A>, reason: &str) -> Result<u64>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
    {
        self.insert_chunks(stream::iter([rows]), reason).await
    }

    /// [`Tx::insert_many`] for more rows than memory should hold: each chunk is written as it comes. A column
    /// that some row of a chunk sets is empty where another leaves it out; one that no row of it sets has the
    /// default of its table.
    ///
    /// # Errors
    /// As [`Tx::insert`]; then what was written before has to be undone with the transaction.
    pub async fn insert_chunks<A>(&self, chunks: impl Stream<Item = Vec<A>>, reason: &str) -> Result<u64>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
    {
        let mut chunks = std::pin::pin!(chunks);
        let mut written = 0;
        let mut is_one_change = false;
        while let Some(rows) = chunks.next().await {
            if rows.is_empty() {
                continue;
            }
            written += rows.len() as u64;
            if !is_one_change && rows.len() > MANY {
                is_one_change = self.begin_many(A::Entity::default().table_name()).await?;
            }
            let columns = Columns::<A>::of(&rows)?;
            let rows = rows.into_iter().map(|row| self.stamped(row, 1, true));
            match self.db.get_database_backend() {
                DbBackend::Postgres => self.write_arrays(&columns, rows).await?,
                _ => self.write_rows(&columns, rows).await?,
            }
        }
        if is_one_change {
            self.end_many().await?;
        }
        let table = A::Entity::default();
        let after = serde_json::json!({ "rows": written });
        self.write_record(ChangeAction::Bulk, table.table_name(), None, (None, Some(after)), Some(reason))
            .await?;
        Ok(written)
    }

    async fn write_arrays<A>(&self, columns: &Columns<A>, rows: impl Iterator<Item = A>) -> Result<()>
    where
        A: ActiveModelTrait,
    {
        let mut arrays = vec![String::from("{"); columns.used.len()];
        for (place, mut row) in rows.enumerate() {
            for (array, column) in arrays.iter_mut().zip(&columns.used) {
                if place > 0 {
                    array.push(',');
                }
                write_element(array, row.take(*column))?;
            }
        }
        let mut select = String::new();
        for (index, column) in columns.used.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(select, "{comma}${}::text::{}[]", index + 1, type_name::<A>(*column)?);
        }
        let sql = format!("{} SELECT * FROM unnest({select})", columns.insert_into());
        let values = arrays.into_iter().map(|array| Value::from(array + "}"));
        self.db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        Ok(())
    }

    async fn write_rows<A>(&self, columns: &Columns<A>, rows: impl Iterator<Item = A>) -> Result<()>
    where
        A: ActiveModelTrait,
    {
        let width = columns.used.len();
        let most = (MAX_VALUES / width.max(1)).max(1);
        let insert_into = columns.insert_into();
        let one = format!("({})", vec!["?"; width].join(", "));
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let mut values = Vec::with_capacity(most * width);
            for mut row in rows.by_ref().take(most) {
                values.extend(columns.used.iter().map(|column| match row.take(*column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                    ActiveValue::NotSet => Value::String(None),
                }));
            }
            let places = vec![one.as_str(); values.len() / width.max(1)].join(", ");
            let sql = format!("{insert_into} VALUES {places}");
            let backend = self.db.get_database_backend();
            self.db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        }
        Ok(())
    }
}

/// The columns of a table that a chunk of rows writes.
struct Columns<A: ActiveModelTrait> {
    used: Vec<<A::Entity as EntityTrait>::Column>,
}

impl<A: ActiveModelTrait> Columns<A> {
    fn of(rows: &[A]) -> Result<Self> {
        let stamps = ["version", "created_at", "updated_at"];
        let is_used = |column: &<A::Entity as EntityTrait>::Column| {
            stamps.contains(&column.as_str()) || rows.iter().any(|row| !row.is_not_set(*column))
        };
        let used: Vec<_> = <A::Entity as EntityTrait>::Column::iter().filter(is_used).collect();
        if used.is_empty() {
            return Err(Error::internal("rows without a value"));
        }
        Ok(Self { used })
    }

    fn insert_into(&self) -> String {
        let names: Vec<String> = self.used.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
        format!("INSERT INTO \"{}\" ({})", A::Entity::default().table_name(), names.join(", "))
    }
}

/// The name that PostgreSQL has for the type of a column.
fn type_name<A: ActiveModelTrait>(column: <A::Entity as EntityTrait>::Column) -> Result<&'static str> {
    match column.def().get_column_type() {
        ColumnType::Uuid => Ok("uuid"),
        ColumnType::Text | ColumnType::String(_) => Ok("text"),
        ColumnType::Integer => Ok("int4"),
        ColumnType::BigInteger => Ok("int8"),
        ColumnType::Boolean => Ok("bool"),
        ColumnType::Date => Ok("date"),
        ColumnType::TimestampWithTimeZone => Ok("timestamptz"),
        ColumnType::JsonBinary => Ok("jsonb"),
        other => Err(Error::internal(format!("{} is of the type {other:?}", column.as_str()))),
    }
}

/// Adds a value to an array in the text form of PostgreSQL.
fn write_element(array: &mut String, value: ActiveValue<Value>) -> Result<()> {
    let (ActiveValue::Set(value) | ActiveValue::Unchanged(value)) = value else {
        array.push_str("NULL");
        return Ok(());
    };
    let written = match value {
        Value::Bool(Some(value)) => write!(array, "{value}"),
        Value::Int(Some(value)) => write!(array, "{value}"),
        Value::BigInt(Some(value)) => write!(array, "{value}"),
        Value::Uuid(Some(value)) => write!(array, "{value}"),
        Value::ChronoDate(Some(value)) => write!(array, "{value}"),
        Value::ChronoDateTimeUtc(Some(value)) => write!(array, "\"{value}\""),
        Value::String(Some(value)) => {
            write_quoted(array, &value);
            Ok(())
        }
        Value::Json(Some(value)) => {
            write_quoted(array, &value.to_string());
            Ok(())
        }
        Value::Bool(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Uuid(None)
        | Value::ChronoDate(None)
        | Value::ChronoDateTimeUtc(None)
        | Value::String(None)
        | Value::Json(None) => {
            array.push_str("NULL");
            Ok(())
        }
        other => return Err(Error::internal(format!("a value that is {other:?}"))),
    };
    written.map_err(Error::internal)
}

fn write_quoted(array: &mut String, text: &str) {
    array.push('"');
    for part in text.split_inclusive(['"', '\\']) {
        match part.strip_suffix(['"', '\\']) {
            Some(plain) => {
                array.push_str(plain);
                array.push('\\');
                array.push_str(&part[plain.len()..]);
            }
            None => array.push_str(part),
        }
    }
    array.push('"');
}
