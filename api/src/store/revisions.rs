//! Revisions of all that the dependency graph rests on: which one is the latest, and which one a change became.
//!
//! Triggers of the database keep them (migration `m20261129_000022_topology`): dense, and in the order in which others
//! see the changes, whoever makes them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::sync::watch;

use super::{Store, Tx};
use crate::error::{Error, Result};

/// How often the database is asked while somebody listens.
const PERIOD: Duration = Duration::from_millis(20);

/// The tables that the graph rests on, which the database watches.
pub const WATCHED: [&str; 18] = [
    "configuration_item",
    "dependency",
    "redundancy_group",
    "service",
    "power_feed",
    "asset",
    "hardware_model",
    "rack",
    "site",
    "vendor",
    "workload",
    "provider_account",
    "colocation_contract",
    "colocation_contract_site",
    "colocation_circuit",
    "colocation_deployment",
    "support_contract",
    "support_coverage",
];

const LATEST: &str = "SELECT max(revision) AS revision FROM graph_revision";

/// The latest revision that was seen, and whether the database is asked for it again and again.
#[derive(Debug)]
pub(super) struct Revisions {
    latest: watch::Sender<i64>,
    is_asked_for: Mutex<bool>,
}

impl Default for Revisions {
    fn default() -> Self {
        Self { latest: watch::Sender::new(0), is_asked_for: Mutex::new(false) }
    }
}

impl Revisions {
    /// The latest that was seen; zero before any was.
    pub(super) fn latest(&self) -> i64 {
        *self.latest.borrow()
    }

    /// Notes one that is visible to everybody from now on.
    fn see(&self, revision: i64) {
        self.latest.send_if_modified(|latest| {
            let is_newer = revision > *latest;
            if is_newer {
                *latest = revision;
            }
            is_newer
        });
    }

    /// Notes that the database was put back.
    fn put_back(&self, revision: i64) {
        self.latest.send_if_modified(|latest| std::mem::replace(latest, revision) != revision);
    }
}

/// What a transaction did to the graph, and whom to tell.
#[derive(Clone, Debug)]
pub(super) struct GraphMark {
    revisions: Arc<Revisions>,
    committed: Arc<AtomicI64>,
    is_touched: Arc<AtomicBool>,
    /// The latest revision that was seen before the transaction began, which is therefore in it.
    pub(super) seen_before: i64,
}

impl GraphMark {
    pub(super) fn of(store: &Store) -> Self {
        Self {
            revisions: Arc::clone(&store.revisions),
            committed: Arc::clone(&store.committed),
            is_touched: Arc::default(),
            seen_before: store.revisions.latest(),
        }
    }

    /// Notes a write to a table.
    pub(super) fn touch(&self, table: &str) {
        if WATCHED.contains(&table) {
            self.is_touched.store(true, Ordering::Relaxed);
        }
    }

    fn is_touched(&self) -> bool {
        self.is_touched.load(Ordering::Relaxed)
    }

    /// Notes the revision that a transaction became.
    pub(super) fn settle(&self, revision: Option<i64>) {
        if let Some(revision) = revision {
            self.committed.fetch_max(revision, Ordering::Relaxed);
            self.revisions.see(revision);
        }
    }
}

impl Store {
    /// The same database for one request, which is told what its changes became: [`Store::committed`].
    #[must_use]
    pub fn for_request(&self) -> Self {
        Self { committed: Arc::new(AtomicI64::new(-1)), ..self.clone() }
    }

    /// The latest revision of the graph that changes through this handle became; none where they changed nothing of it.
    #[must_use]
    pub fn committed(&self) -> Option<i64> {
        Some(self.committed.load(Ordering::Relaxed)).filter(|revision| *revision >= 0)
    }

    /// The latest revision of the graph, as it is seen. Changes of this server are seen as they are committed, and
    /// those of others within the twentieth of a second, for as long as somebody listens.
    ///
    /// To be called on the runtime that the connections belong to.
    #[must_use]
    pub fn revisions(&self) -> watch::Receiver<i64> {
        let receiver = self.revisions.latest.subscribe();
        let mut is_asked_for = self.revisions.is_asked_for.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_asked_for {
            *is_asked_for = true;
            tokio::spawn(ask(self.clone()));
        }
        receiver
    }

    /// Notes a revision that was read.
    pub fn see_revision(&self, revision: i64) {
        self.revisions.see(revision);
    }

    /// Notes that the database was put back to an earlier revision.
    pub fn put_back_revision(&self, revision: i64) {
        self.revisions.put_back(revision);
    }

    async fn latest_revision(&self) -> Result<i64, DbErr> {
        let row = self.db.query_one_raw(Statement::from_string(self.backend(), LATEST)).await?;
        row.map_or(Ok(0), |row| Ok(row.try_get::<Option<i64>>("", "revision")?.unwrap_or_default()))
    }
}

/// Asks for the latest revision for as long as somebody listens.
async fn ask(store: Store) {
    let revisions = Arc::clone(&store.revisions);
    loop {
        tokio::time::sleep(PERIOD).await;
        {
            let mut is_asked_for = revisions.is_asked_for.lock().unwrap_or_else(PoisonError::into_inner);
            if revisions.latest.receiver_count() == 0 {
                *is_asked_for = false;
                return;
            }
        }
        let before = revisions.latest();
        match store.latest_revision().await {
            // What had been seen before the question can only be missing where the database was put back.
            Ok(revision) if revision < before => revisions.put_back(revision),
            Ok(revision) => revisions.see(revision),
            Err(cause) => tracing::debug!(%cause, "the latest revision of the graph is not known"),
        }
    }
}

impl Tx {
    /// Tells the graph once that many rows of a table are written, where the database would tell it of each; whether it
    /// did. PostgreSQL looks at whole statements and does so by itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "what the graph is told of many rows, beside their change record"
    )]
    pub(super) async fn begin_many(&self, table: &str) -> Result<bool> {
        let backend = self.get_database_backend();
        if backend == DbBackend::Postgres || !WATCHED.contains(&table) {
            return Ok(false);
        }
        let line = format!(
            "INSERT INTO graph_change (change_set_id, entity)
             SELECT id, '{table}' FROM graph_revision ORDER BY revision DESC LIMIT 1"
        );
        let revision = "INSERT INTO graph_revision (id, revision)
             SELECT randomblob(16), coalesce(max(revision), -1) + 1 FROM graph_revision";
        let hush = "INSERT INTO graph_change (id, change_set_id, entity) VALUES (0, zeroblob(16), '')";
        for sql in [revision, line.as_str(), hush] {
            self.execute_unprepared(sql).await?;
        }
        Ok(true)
    }

    /// Ends [`Tx::begin_many`].
    #[expect(
        clippy::disallowed_methods,
        reason = "what the graph is told of many rows, beside their change record"
    )]
    pub(super) async fn end_many(&self) -> Result<()> {
        self.execute_unprepared("DELETE FROM graph_change WHERE id = 0").await?;
        Ok(())
    }

    /// The revision that the transaction becomes when it is committed; none where it changed nothing of the graph.
    /// Nothing may be written between this and the commit.
    pub(super) async fn revision(&self) -> Result<Option<i64>> {
        if !self.graph.is_touched() {
            return Ok(None);
        }
        let backend = self.get_database_backend();
        let text = match backend {
            DbBackend::Postgres => "SELECT graph_settled() AS revision",
            // There is one writer, so the latest revision is its own.
            _ => LATEST,
        };
        let row = self.query_one_raw(Statement::from_string(backend, text)).await?;
        let row = row.ok_or_else(|| Error::internal("no answer to which revision a change became"))?;
        Ok(row.try_get("", "revision")?)
    }
}
