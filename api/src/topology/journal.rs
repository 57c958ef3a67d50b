//! What changed of all that the graph rests on, revision by revision, as triggers of the database write it down.

use std::collections::BTreeSet;

use sea_orm::{DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use super::advance::Changed;
use crate::{error::Result, store::Read};

/// Lines that are read at most: with more of them, all is read anew.
const MOST_LINES: usize = 5_000;

/// A state of all that the graph rests on. The mark tells it from another state of the same number, in a database that
/// was put back and went on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub number: i64,
    /// Its mark.
    pub mark: Uuid,
}

/// What happened since a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing, or the changes up to a revision.
    Changes(Revision, Changed),
    /// More than is worth reading.
    TooMuch,
    /// It is not in this database: not yet, not any more, or not at all.
    Unknown,
}

#[derive(FromQueryResult)]
struct Line {
    revision: i64,
    mark: Uuid,
    entity: Option<String>,
    row_id: Option<Uuid>,
}

/// What happened since a revision: one statement.
///
/// # Errors
/// Those of the database.
pub async fn since(db: &impl Read, known: Revision) -> Result<Since> {
    let backend = db.get_database_backend();
    let lines = match backend {
        // By its index for each revision, for there are few: without this, the planner may choose to read all lines.
        DbBackend::Postgres => {
            "LEFT JOIN LATERAL (SELECT entity, row_id FROM graph_change WHERE change_set_id = r.id OFFSET 0) c ON true"
        }
        _ => "LEFT JOIN graph_change c ON c.change_set_id = r.id",
    };
    let sql = format!(
        "SELECT r.revision AS revision, r.id AS mark, c.entity AS entity, c.row_id AS row_id FROM graph_revision r \
         {lines} WHERE r.revision >= $1 ORDER BY r.revision LIMIT {}",
        MOST_LINES + 1
    );
    let statement = Statement::from_sql_and_values(backend, sql, [known.number.into()]);
    let lines = db.query_all_raw(statement).await?;
    let is_cut = lines.len() > MOST_LINES;
    let lines: Vec<Line> =
        lines.iter().map(|row| Line::from_query_result(row, "")).collect::<Result<_, _>>()?;
    let is_known = lines.first().is_some_and(|line| line.revision == known.number && line.mark == known.mark);
    if !is_known {
        return Ok(Since::Unknown);
    }
    if is_cut {
        return Ok(Since::TooMuch);
    }
    let mut latest = known;
    let mut changed = Changed::new();
    for line in lines.into_iter().filter(|line| line.revision > known.number) {
        latest = Revision { number: line.revision, mark: line.mark };
        let Some(entity) = line.entity else { continue };
        let rows = changed.entry(entity).or_insert_with(|| Some(BTreeSet::new()));
        match (rows.as_mut(), line.row_id) {
            (Some(rows), Some(id)) => {
                rows.insert(id);
            }
            _ => *rows = None,
        }
    }
    Ok(Since::Changes(latest, changed))
}

/// The latest revision: one statement.
///
/// # Errors
/// Those of the database.
pub async fn latest(db: &impl Read) -> Result<Revision> {
    let sql = "SELECT revision, id AS mark FROM graph_revision ORDER BY revision DESC LIMIT 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let Some(row) = row else { return Ok(Revision::default()) };
    Ok(Revision { number: row.try_get("", "revision")?, mark: row.try_get("", "mark")? })
}
