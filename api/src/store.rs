//! The only door to the database.
//!
//! A [`Reader`] proves that its caller may read, a [`Tx`] that it may change. Nothing else runs statements.
//! Every write of a [`Tx`] leaves a change record in the same transaction, so a change without its record,
//! or without a permission, cannot be written.

mod beside;
mod bulk;
mod copied;
mod failure;
mod ids;
mod once;
mod revisions;
mod snapshot;
mod write;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream::BoxStream};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, QueryResult, SqliteTransactionMode, Statement, StreamTrait, TransactionOptions,
    TransactionTrait, prelude::async_trait::async_trait, sqlx::sqlite::SqliteConnectOptions,
};

pub use beside::Beside;
pub use copied::{Copied, Word};
pub use failure::database_error;
pub use ids::Ids;
pub use once::hex;
pub use revisions::WATCHED;
pub use snapshot::Snapshot;

use revisions::{GraphMark, Revisions};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
};

/// How long a request waits for a connection before the database counts as away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The database and what every statement through it shares.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    ids: Arc<Ids>,
    statements: Arc<AtomicU64>,
    revisions: Arc<Revisions>,
    committed: Arc<AtomicI64>,
}

impl Store {
    /// Connects a pool of at most `connections` to the database at `url`.
    ///
    /// SQLite files are created when missing and opened with a write-ahead log, enforced foreign keys and a
    /// wait of five seconds for other writers.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer, `Internal` when the address is not one.
    pub async fn connect(url: &str, connections: u32, ids: Ids) -> Result<Self> {
        Self::open(url, connections, ids, None, true).await
    }

    /// As [`Store::connect`], where an SQLite file that is missing stays missing.
    ///
    /// # Errors
    /// As [`Store::connect`], and `Unavailable` when the file is missing.
    pub async fn connect_existing(url: &str, connections: u32, ids: Ids) -> Result<Self> {
        Self::open(url, connections, ids, None, false).await
    }

    /// The SQLite file that an address names, where there is none.
    #[must_use]
    pub fn missing_file(url: &str) -> Option<PathBuf> {
        if !url.starts_with("sqlite:") {
            return None;
        }
        let options: SqliteConnectOptions = url.parse().ok()?;
        Some(options.get_filename().to_owned()).filter(|file| !file.exists())
    }

    /// As [`Store::connect`], where PostgreSQL gives up a statement that takes longer than `longest`: when a
    /// request is cancelled, its statement must not go on for hours and hold a connection.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub async fn connect_with(
        url: &str,
        connections: u32,
        ids: Ids,
        longest: Option<Duration>,
    ) -> Result<Self> {
        Self::open(url, connections, ids, longest, true).await
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that connects")]
    async fn open(
        url: &str,
        connections: u32,
        ids: Ids,
        longest: Option<Duration>,
        creates: bool,
    ) -> Result<Self> {
        let mut options = ConnectOptions::new(url.to_owned());
        options
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .sqlx_logging(false)
            .test_before_acquire(false)
            .test_before_acquire_if_idle_for(Duration::from_secs(5))
            .map_sqlx_sqlite_opts(move |options| {
                options
                    .create_if_missing(creates)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "NORMAL")
            })
            .map_sqlx_postgres_opts(move |options| match longest {
                Some(longest) => {
                    let milliseconds = longest.as_millis().to_string();
                    options.options([
                        ("statement_timeout", milliseconds.as_str()),
                        ("idle_in_transaction_session_timeout", milliseconds.as_str()),
                    ])
                }
                None => options,
            });
        let mut db = Database::connect(options).await?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&statements);
        db.set_metric_callback(move |info| {
            counter.fetch_add(1, Ordering::Relaxed);
            if info.failed {
                tracing::debug!(sql = info.statement.sql, "statement failed");
            }
        });
        let committed = Arc::new(AtomicI64::new(-1));
        Ok(Self { db, ids: Arc::new(ids), statements, revisions: Arc::default(), committed })
    }

    /// The same database with another source of ids, for what has to come out the same on every run.
    #[must_use]
    pub fn with_ids(&self, ids: Ids) -> Self {
        Self { ids: Arc::new(ids), ..self.clone() }
    }

    /// A handle that may read what `permission` covers.
    ///
    /// # Errors
    /// `Forbidden` when the caller's role lacks the permission.
    pub fn read(&self, caller: &Caller, permission: Permission) -> Result<Reader> {
        demand(caller, permission)?;
        Ok(self.guard(self.db.clone(), caller, GraphMark::of(self)))
    }

    /// Opens a transaction that may change what `permission` covers. Dropping it changes nothing.
    ///
    /// # Errors
    /// `Forbidden` when the caller's role lacks the permission; `Unavailable` when the database is away.
    pub async fn begin(&self, caller: &Caller, permission: Permission) -> Result<Tx> {
        self.begin_all(caller, &[permission]).await
    }

    /// Opens a transaction that may change what all of `permissions` cover. Dropping it changes nothing.
    ///
    /// # Errors
    /// `Forbidden` for the first permission that the caller's role lacks; `Internal` when none is named;
    /// `Unavailable` when the database is away.
    #[expect(clippy::disallowed_methods, reason = "the one place that opens transactions")]
    pub async fn begin_all(&self, caller: &Caller, permissions: &[Permission]) -> Result<Tx> {
        if permissions.is_empty() {
            return Err(Error::internal("a change without a permission"));
        }
        for permission in permissions {
            demand(caller, *permission)?;
        }
        let options = TransactionOptions {
            // A deferred transaction that turns into a writer loses to any other writer at once.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let graph = GraphMark::of(self);
        let db = self.db.begin_with_options(options).await?;
        Ok(self.guard(db, caller, graph))
    }

    fn guard<C>(&self, db: C, caller: &Caller, graph: GraphMark) -> Guard<C> {
        Guard { db, caller: caller.clone(), ids: Arc::clone(&self.ids), graph }
    }

    /// Runs `work` in one transaction: committed when it succeeds, undone when it fails.
    ///
    /// # Errors
    /// Those of [`Store::begin`] and of `work`.
    pub async fn change<T>(
        &self,
        caller: &Caller,
        permission: Permission,
        work: impl AsyncFnOnce(&Tx) -> Result<T>,
    ) -> Result<T> {
        let tx = self.begin(caller, permission).await?;
        let outcome = work(&tx).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    /// Statements sent so far, for tests that hold queries to a number.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Connections that are open, and how many of them are not in use.
    #[must_use]
    pub fn connections(&self) -> (u32, usize) {
        match self.backend() {
            DbBackend::Postgres => {
                let pool = self.db.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
            _ => {
                let pool = self.db.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
        }
    }

    /// Which engine is behind the store.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// The pool itself, for migrations, health checks and shutdown.
    #[must_use]
    pub fn pool(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Closes the connections, after those in use were given back.
    pub async fn close(&self) {
        if let Err(cause) = self.db.close_by_ref().await {
            tracing::warn!(%cause, "the database connections did not close");
        }
    }

    /// Whether the database answers a trivial statement now.
    ///
    /// # Errors
    /// `Unavailable` with the cause.
    pub async fn ping(&self) -> Result<()> {
        self.db.ping().await.map_err(Error::Unavailable)
    }
}

fn demand(caller: &Caller, permission: Permission) -> Result<()> {
    if caller.may(permission) {
        return Ok(());
    }
    Err(Error::Forbidden { permission, role: caller.role })
}

/// Proof that the caller holds a permission, with the connection that it opens.
#[derive(Clone, Debug)]
pub struct Guard<C> {
    db: C,
    caller: Caller,
    ids: Arc<Ids>,
    graph: GraphMark,
}

/// Proof that the caller may read. Runs statements on the pool.
pub type Reader = Guard<DatabaseConnection>;

/// An open transaction and proof that the caller may change. The only writer.
pub type Tx = Guard<DatabaseTransaction>;

impl Tx {
    /// Makes the changes lasting.
    ///
    /// # Errors
    /// `Unavailable` when the database went away; then nothing has changed.
    pub async fn commit(self) -> Result<()> {
        let revision = self.revision().await?;
        self.db.commit().await?;
        self.graph.settle(revision);
        Ok(())
    }

    /// Runs `work` so that its failure undoes only itself, for bulk changes with a result per row.
    ///
    /// # Errors
    /// Those of `work`, after its writes were undone.
    #[expect(clippy::disallowed_methods, reason = "a savepoint inside the one transaction")]
    pub async fn attempt<T>(&self, work: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let db = self.db.begin().await?;
        let (caller, ids, graph) = (self.caller.clone(), Arc::clone(&self.ids), self.graph.clone());
        let nested = Self { db, caller, ids, graph };
        let outcome = work(&nested).await?;
        nested.db.commit().await?;
        Ok(outcome)
    }
}

/// A handle that may read: a [`Reader`], or a [`Tx`] that reads what it is about to change.
pub trait Read: ConnectionTrait + Send + Sync {
    /// Who asks.
    fn caller(&self) -> &Caller;

    /// The rows of a query as they arrive, so that work on the first begins while the database reads the last.
    /// Holds a connection until the stream is dropped.
    fn rows(&self, query: Statement) -> impl Future<Output = Result<QueryRows<'_>, DbErr>> + Send;
}

/// Rows as they arrive.
pub type QueryRows<'a> = BoxStream<'a, Result<QueryResult, DbErr>>;

impl<C: StreamTrait> Read for Guard<C>
where
    Self: ConnectionTrait,
{
    fn caller(&self) -> &Caller {
        &self.caller
    }

    async fn rows(&self, query: Statement) -> Result<QueryRows<'_>, DbErr> {
        if !is_query(&query.sql) {
            return Err(only_reads(&query.sql));
        }
        Ok(self.db.stream_raw(query).await?.boxed())
    }
}

#[async_trait]
#[expect(clippy::disallowed_methods, reason = "a transaction passes statements on to the database")]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.db)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.db.query_all_raw(statement).await
    }
}

/// Statements that change rows are refused before they reach the database.
#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
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
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if !is_query(&statement.sql) {
            return Err(only_reads(&statement.sql));
        }
        self.db.query_all_raw(statement).await
    }
}

/// Whether a statement can only answer rows. `INSERT … RETURNING` answers rows too, so the first word counts.
fn is_query(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("select") || word.eq_ignore_ascii_case("with")
}

fn only_reads(sql: &str) -> DbErr {
    DbErr::Custom(format!("a reader was given a statement that changes rows: {sql}"))
}
