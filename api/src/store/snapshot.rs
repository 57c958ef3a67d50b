//! Reading everything as it was at one moment, however many statements it takes.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    IsolationLevel, QueryResult, Statement, StreamTrait, TransactionOptions, TransactionTrait,
    prelude::async_trait::async_trait,
};

use super::{Guard, Store, demand, is_query, only_reads, revisions::GraphMark};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
};

/// A transaction in which nothing is changed and nothing changes.
#[derive(Debug)]
pub struct Still {
    tx: DatabaseTransaction,
    /// Where it was opened, for more of the same moment.
    pub(super) pool: DatabaseConnection,
}

/// Proof that the caller may read, where all statements see the same moment. Changes nothing, and ends when dropped.
pub type Snapshot = Guard<Still>;

impl Store {
    /// A handle that reads what all of `permissions` cover, as it is now.
    ///
    /// # Errors
    /// `Forbidden` for the first permission that the caller's role lacks; `Internal` when none is named;
    /// `Unavailable` when the database is away.
    #[expect(clippy::disallowed_methods, reason = "a transaction that only reads")]
    pub async fn snapshot(&self, caller: &Caller, permissions: &[Permission]) -> Result<Snapshot> {
        if permissions.is_empty() {
            return Err(Error::internal("a reading without a permission"));
        }
        for permission in permissions {
            demand(caller, *permission)?;
        }
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // With a write-ahead log, a transaction sees what was there at its first statement.
            _ => TransactionOptions::default(),
        };
        let graph = GraphMark::of(self);
        let still = Still { tx: self.db.begin_with_options(options).await?, pool: self.db.clone() };
        Ok(self.guard(still, caller, graph))
    }
}

impl Snapshot {
    /// A revision of the graph that had been seen before, and can only be missing where the database was put back.
    #[must_use]
    pub fn revision_seen_before(&self) -> i64 {
        self.graph.seen_before
    }
}

impl StreamTrait for Still {
    type Stream<'a> = <DatabaseTransaction as StreamTrait>::Stream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.tx)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        self.tx.stream_raw(statement)
    }
}

/// Statements that change rows are refused before they reach the database.
#[async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.db.tx)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        Err(only_reads(&statement.sql))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        Err(only_reads(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if !is_query(&statement.sql) {
            return Err(only_reads(&statement.sql));
        }
        self.db.tx.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !is_query(&statement.sql) {
            return Err(only_reads(&statement.sql));
        }
        self.db.tx.query_all_raw(statement).await
    }
}
