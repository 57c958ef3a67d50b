//! More connections that see the moment of a snapshot, so that large tables are read at the same time and as they lie:
//! [`Copied`](super::Copied).

use std::sync::Arc;

use futures_util::{Stream, TryStreamExt};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, RuntimeErr, SqlxError, Statement,
    sqlx::{AssertSqlSafe, Connection, PgConnection, raw_sql},
};

use super::{Snapshot, is_query, only_reads};

/// A connection of PostgreSQL, none of the pool, that sees the moment of a snapshot. It is closed when it is dropped.
#[derive(Debug)]
pub struct Beside(PgConnection);

impl Snapshot {
    /// So many connections that see the same moment, for as long as this snapshot is there when they are opened. None
    /// on SQLite, and fewer where PostgreSQL gives no more: then the snapshot itself is what there is to read by.
    pub async fn beside(&self, connections: usize) -> Vec<Beside> {
        let mut beside = Vec::new();
        if self.get_database_backend() == DbBackend::Postgres {
            while beside.len() < connections {
                match self.open().await {
                    Ok(connection) => beside.push(connection),
                    Err(cause) => {
                        tracing::warn!(%cause, "no further connection, so large tables are read one by one");
                        break;
                    }
                }
            }
        }
        beside
    }

    /// Outside of the pool, of which all may be in use by those who wait for what is read here.
    async fn open(&self) -> Result<Beside, DbErr> {
        let export = Statement::from_string(DbBackend::Postgres, "SELECT pg_export_snapshot()");
        let row = self.query_one_raw(export).await?;
        let row = row.ok_or_else(|| DbErr::Custom("a snapshot without a name".to_owned()))?;
        let snapshot: String = row.try_get_by_index(0)?;
        let options = self.db.pool.get_postgres_connection_pool().connect_options();
        let mut connection = PgConnection::connect_with(&options).await.map_err(failed)?;
        let begin =
            format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'");
        raw_sql(AssertSqlSafe(begin)).execute(&mut connection).await.map_err(failed)?;
        Ok(Beside(connection))
    }
}

impl Beside {
    /// Takes leave of PostgreSQL, which otherwise notes that somebody left in the middle of a transaction.
    pub async fn close(self) {
        // What was wanted has been read.
        let _ = self.0.close().await;
    }

    /// What a query without parameters answers, in messages for [`Copied::message`](super::Copied::message) as they
    /// arrive. Who may run the query may copy what it answers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn copy(
        &mut self,
        query: &str,
    ) -> Result<impl Stream<Item = Result<impl AsRef<[u8]> + use<>, DbErr>> + Send + Unpin, DbErr> {
        if !is_query(query) {
            return Err(only_reads(query));
        }
        let copy = format!("COPY ({query}) TO STDOUT (FORMAT binary)");
        Ok(self.0.copy_out_raw(&copy).await.map_err(failed)?.map_err(failed))
    }
}

fn failed(cause: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(cause)))
}
