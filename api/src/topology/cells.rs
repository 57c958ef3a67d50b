//! How rows are read: all of a table, or those named, cell by cell; and what many of them have alike is kept once.

use std::{any::TypeId, collections::HashSet, hash::Hash, sync::Arc};

use entity::id::EntityId;
use futures_util::TryStreamExt;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, FromQueryResult, IdenStatic,
    QueryFilter, QueryResult, QuerySelect, QueryTrait, TryGetable,
    sea_query::{ArrayType, ValueType},
};
use uuid::Uuid;

use super::rows::Kept;
use crate::{
    error::Result,
    store::{Beside, Copied, Read, Snapshot, Word},
};

/// Where rows are read.
#[derive(Debug)]
pub enum Source<'a> {
    /// By statements in a snapshot.
    Snapshot(&'a Snapshot),
    /// Copied out beside a snapshot: all rows of a table, and of those that are read whole none.
    Beside(&'a mut Beside),
}

/// Values that many rows have alike: each is kept once, however many say it.
#[derive(Debug)]
pub struct Alike<T: ?Sized> {
    /// Rows that are near each other are often alike.
    last: Option<Arc<T>>,
    all: HashSet<Arc<T>, foldhash::fast::RandomState>,
}

impl<T: ?Sized> Default for Alike<T> {
    fn default() -> Self {
        Self { last: None, all: HashSet::default() }
    }
}

impl<T: Eq + Hash> Alike<T> {
    /// The value, where it was kept before the one that was.
    pub fn once(&mut self, value: T) -> Arc<T> {
        self.find(&value).unwrap_or_else(|| self.keep(value.into()))
    }
}

impl<T: Eq + Hash + ?Sized> Alike<T> {
    fn find(&mut self, value: &T) -> Option<Arc<T>> {
        if let Some(last) = self.last.as_ref().filter(|last| ***last == *value) {
            return Some(Arc::clone(last));
        }
        let known = Arc::clone(self.all.get(value)?);
        self.last = Some(Arc::clone(&known));
        Some(known)
    }

    fn keep(&mut self, value: Arc<T>) -> Arc<T> {
        self.all.insert(Arc::clone(&value));
        self.last = Some(Arc::clone(&value));
        value
    }
}

/// A row on its way.
enum Row<'a, 'b> {
    Queried(&'a QueryResult),
    Copied(&'a mut Copied<'b>),
}

/// What was read of earlier rows.
#[derive(Default)]
struct Earlier {
    /// Words that many rows say.
    words: Alike<str>,
    /// By column the word that stands for something, and for what.
    known: Vec<Option<Word>>,
}

/// The columns of a row, one after the other.
pub struct Cells<'a, 'b> {
    row: Row<'a, 'b>,
    next: usize,
    earlier: &'a mut Earlier,
}

impl Cells<'_, '_> {
    /// The next one.
    pub fn value<T: TryGetable + ValueType + Clone + Send + 'static>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        match &mut self.row {
            Row::Queried(row) => row.try_get_by_index(self.next - 1),
            Row::Copied(row) if is_word::<T>() => row.word(&mut self.earlier.known[self.next - 1]),
            Row::Copied(row) => row.value(),
        }
    }

    /// The next one, an identity.
    pub fn id<K: EntityId>(&mut self) -> Result<K, DbErr> {
        let nothing = || DbErr::Type(format!("what it holds is no {}", K::KIND));
        self.some_id()?.ok_or_else(nothing)
    }

    /// The next one, an identity or none.
    pub fn some_id<K: EntityId>(&mut self) -> Result<Option<K>, DbErr> {
        self.next += 1;
        let id = match &mut self.row {
            Row::Queried(row) => row.try_get_by_index(self.next - 1)?,
            Row::Copied(row) => row.id()?,
        };
        Ok(id.map(K::from_uuid))
    }

    /// The next one, a text that many rows say: it is kept once.
    pub fn text(&mut self) -> Result<Option<Arc<str>>, DbErr> {
        self.next += 1;
        let queried: Option<String>;
        let text = match &mut self.row {
            Row::Queried(row) => {
                queried = row.try_get_by_index(self.next - 1)?;
                queried.as_deref()
            }
            Row::Copied(row) => row.text()?,
        };
        let words = &mut self.earlier.words;
        Ok(text.map(|text| words.find(text).unwrap_or_else(|| words.keep(text.into()))))
    }

    /// All of them.
    pub fn whole<T: FromQueryResult>(&mut self) -> Result<T, DbErr> {
        match &self.row {
            Row::Queried(row) => T::from_query_result(row, ""),
            Row::Copied(_) => Err(DbErr::Custom("whole rows are not copied".to_owned())),
        }
    }
}

/// Whether what is read is a text in the database and stands for something else.
fn is_word<T: ValueType + 'static>() -> bool {
    let texts = [TypeId::of::<String>(), TypeId::of::<Option<String>>()];
    matches!(T::array_type(), ArrayType::String) && !texts.contains(&TypeId::of::<T>())
}

/// Tells the rows of a table, or those with some ids, as they arrive: one statement, and no list of all of them.
///
/// # Errors
/// Those of the database; `Type` with the table and the column for a cell that holds something else.
pub async fn each<R: Kept>(
    source: &mut Source<'_>,
    ids: Option<&[Uuid]>,
    mut tell: impl FnMut(R) + Send,
) -> Result<()> {
    let columns = R::columns();
    let mut query = R::Entity::find().select_only().columns(columns.iter().copied());
    if let (Some(id), Some(ids)) = (columns.first(), ids) {
        query = query.filter(id.is_in(ids.iter().copied()));
    }
    let mut earlier = Earlier::default();
    earlier.known.resize_with(columns.len(), || None);
    let mut alike = R::Alike::default();
    match source {
        Source::Snapshot(db) => {
            let mut rows = db.rows(db.get_database_backend().build(query.as_query())).await?;
            while let Some(row) = rows.try_next().await? {
                let cells = Cells { row: Row::Queried(&row), next: 0, earlier: &mut earlier };
                tell(read(cells, &mut alike)?);
            }
        }
        Source::Beside(db) => {
            let sql = DbBackend::Postgres.build(query.as_query()).sql;
            let mut messages = db.copy(&sql).await?;
            while let Some(message) = messages.try_next().await? {
                let mut rows = Copied::message(message.as_ref())?;
                while rows.is_at_a_row()? {
                    let cells = Cells { row: Row::Copied(&mut rows), next: 0, earlier: &mut earlier };
                    tell(read(cells, &mut alike)?);
                }
            }
        }
    }
    Ok(())
}

/// The row of some cells. What cannot be read is said with its table and, where it is read cell by cell, its column.
fn read<R: Kept>(mut cells: Cells<'_, '_>, alike: &mut R::Alike) -> Result<R, DbErr> {
    R::of(&mut cells, alike).map_err(|cause| {
        let column = cells.next.checked_sub(1).and_then(|place| R::columns().get(place).copied());
        let column = column.map_or_else(String::new, |column| format!(".{}", column.as_str()));
        DbErr::Type(format!("{}{column}: {cause}", R::Entity::default().table_name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_kept_once() {
        let mut alike: Alike<(u8, Option<&str>)> = Alike::default();
        let rows = [(1, Some("a")), (1, Some("a")), (1, None), (2, None), (1, Some("a")), (2, None)];
        let kept: Vec<_> = rows.iter().map(|row| alike.once(*row)).collect();
        assert!(kept.iter().zip(rows).all(|(kept, row)| **kept == row));
        let same = |one: usize, other: usize| Arc::ptr_eq(&kept[one], &kept[other]);
        assert!(same(0, 1) && same(0, 4) && same(3, 5) && !same(0, 2) && !same(2, 3));
    }
}
