//! What rows were before: read from the change log, which has every row before and after each change of it.

use entity::audit::change::{self, ChangeAction, Column as C};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, prelude::Json};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    store::Read,
};

/// The value that a column of a row had before it last became what it is `now`; none where no change on record made it so,
/// as of what was recorded like that. One statement.
///
/// # Errors
/// Those of the database, and `Internal` for a change whose row cannot be read.
pub async fn value_before<E, V>(db: &impl Read, row: Uuid, column: &str, now: V) -> Result<Option<V>>
where
    E: EntityTrait,
    V: DeserializeOwned + PartialEq,
{
    let changes = change::Entity::find()
        .select_only()
        .columns([C::Before, C::After])
        .filter(C::Entity.eq(E::default().table_name()))
        .filter(C::RowId.eq(row))
        .filter(C::Action.eq(ChangeAction::Update));
    let changes: Vec<(Option<Json>, Option<Json>)> = changes.into_tuple().all(db).await?;
    // Rows count their changes, which tells the later of two that were made in one moment.
    let version = |row: &Json| row.get("version").and_then(Json::as_i64);
    let mut changes: Vec<(Json, Json)> =
        changes.into_iter().filter_map(|(before, after)| before.zip(after)).collect();
    changes.sort_by_key(|(_, after)| std::cmp::Reverse(version(after)));
    for (before, after) in &changes {
        let (was, became): (V, V) = (value(before, column)?, value(after, column)?);
        if became == now && was != now {
            return Ok(Some(was));
        }
    }
    Ok(None)
}

fn value<V: DeserializeOwned>(row: &Json, column: &str) -> Result<V> {
    let value = row.get(column).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(Error::internal)
}
