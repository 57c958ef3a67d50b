//! What has changed of what answers about the graph are made of, as it changes.
//!
//! One task of a server looks for new change records, for all who listen, and only while somebody does. This file is
//! the one place that knows where the news come from.
//!
//! Nothing is lost, whoever else writes meanwhile. On SQLite records come to be seen in the order of their row
//! numbers, for one writes at a time. On PostgreSQL a transaction may come to be seen after others whose ids are
//! greater than its own, so every look reads again from as far back as the oldest transaction began that ran at the
//! look before, and `SKEW_MILLISECONDS` more, and passes over what it has seen.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use entity::audit::change::{self, ChangeAction};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};
use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

use super::happenings::{self, Happening};
use crate::{
    access::{Caller, Permission, Role},
    error::{Error, Result},
    store::{Reader, Store},
};

/// How long the task rests between two looks at the least.
const REST: Duration = Duration::from_millis(20);

/// Looks take no more than one part of so many of the time.
const SHARE: u32 = 10;

/// How long the task rests when the database does not answer.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// By how much the clocks of servers may differ, and a change may be prepared before its transaction begins.
const SKEW_MILLISECONDS: u64 = 120_000;

/// Records that are read at once.
const AT_ONCE: u64 = 500;

/// News that wait for whoever listens slowest; who falls further behind is told so.
const MOST_UNHEARD: usize = 64;

/// The kinds of rows that answers about the graph are made of.
const KINDS: [&str; 21] = [
    "asset",
    "colocation_circuit",
    "colocation_contract",
    "colocation_contract_site",
    "colocation_deployment",
    "configuration_item",
    "dependency",
    "hardware_model",
    "power_feed",
    "provider_account",
    "rack",
    "recovery_objective",
    "redundancy_group",
    "scenario",
    "scenario_change",
    "service",
    "site",
    "support_contract",
    "support_coverage",
    "vendor",
    "workload",
];

/// What was found at one look: that something has changed, and what of it can be told one by one.
pub type News = Arc<Vec<Arc<Happening>>>;

/// Where changes are heard of.
#[derive(Clone, Debug)]
pub struct Changes {
    store: Store,
    /// The task that looks, while there is one.
    task: Arc<Mutex<Option<broadcast::Sender<News>>>>,
}

/// Hears of what is committed from the moment on at which it was made.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<News>);

/// Where a listener waits to be taken by the subscription that it is for.
#[derive(Debug)]
pub struct Slot(std::sync::Mutex<Option<Listener>>);

impl From<Listener> for Slot {
    fn from(listener: Listener) -> Self {
        Self(std::sync::Mutex::new(Some(listener)))
    }
}

/// What a listener heard.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Something has changed.
    News(News),
    /// So many news were missed, for they came faster than they were taken.
    Missed(u64),
}

impl Changes {
    /// Changes of a database. Nothing is read before somebody listens.
    #[must_use]
    pub fn of(store: Store) -> Self {
        Self { store, task: Arc::default() }
    }

    /// Listens from now on.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn listen(&self) -> Result<Listener> {
        let mut task = self.task.lock().await;
        if let Some(sender) = &*task {
            return Ok(Listener(sender.subscribe()));
        }
        // What has happened before is known before the listener is there, so nothing after it is taken for old.
        let reader = self.reader()?;
        let cursor = Cursor::at_the_end(&reader).await?;
        let (sender, receiver) = broadcast::channel(MOST_UNHEARD);
        *task = Some(sender.clone());
        tokio::spawn(self.clone().look(reader, cursor, sender));
        Ok(Listener(receiver))
    }

    /// Takes what listens for a subscription out of what came with it.
    ///
    /// # Errors
    /// `Internal` when nothing did.
    pub fn listener(given: Option<&Slot>) -> Result<Listener> {
        let taken = given.and_then(|slot| slot.0.lock().unwrap_or_else(PoisonError::into_inner).take());
        taken.ok_or_else(|| Error::internal("a subscription without anything that listens"))
    }

    fn reader(&self) -> Result<Reader> {
        // Reading takes no moment, and what is found is shown to nobody before their own permissions were asked.
        let caller = Caller::system(Role::Auditor, DateTime::<Utc>::UNIX_EPOCH);
        self.store.read(&caller, Permission::ViewAudit)
    }

    /// Looks for news until nobody listens any more.
    async fn look(self, reader: Reader, mut cursor: Cursor, sender: broadcast::Sender<News>) {
        let mut fails = false;
        loop {
            let started = Instant::now();
            let found = cursor.look(&reader, &sender).await;
            let rest = match &found {
                Ok(()) => (started.elapsed() * SHARE).max(REST),
                Err(_) => REST_AFTER_FAILURE,
            };
            if let (Err(cause), false) = (&found, fails) {
                tracing::warn!(%cause, "changes are not heard of until the database answers");
            }
            fails = found.is_err();
            tokio::time::sleep(rest).await;
            if sender.receiver_count() == 0 {
                let mut task = self.task.lock().await;
                // Nobody can have begun to listen since, for that takes the lock.
                if sender.receiver_count() == 0 {
                    *task = None;
                    return;
                }
            }
        }
    }
}

impl Listener {
    /// What is heard next.
    ///
    /// # Errors
    /// `Internal` when nobody looks any more.
    pub async fn next(&mut self) -> Result<Heard> {
        match self.0.recv().await {
            Ok(news) => Ok(Heard::News(news)),
            Err(broadcast::error::RecvError::Lagged(missed)) => Ok(Heard::Missed(missed)),
            Err(broadcast::error::RecvError::Closed) => Err(Error::internal("nobody looks for changes")),
        }
    }

    /// Passes over what could be heard at once.
    pub fn catch_up(&mut self) {
        self.0 = self.0.resubscribe();
    }
}

/// A change record, as far as it matters here.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) at: DateTime<Utc>,
    pub(super) entity: String,
    pub(super) row_id: Option<Uuid>,
    pub(super) action: ChangeAction,
    pub(super) before: Option<serde_json::Value>,
    pub(super) after: Option<serde_json::Value>,
}

/// Up to where change records have been seen.
enum Cursor {
    /// All up to a row number: SQLite.
    Number(i64),
    /// All of these, and all below the first: PostgreSQL.
    Window(Window),
}

#[derive(Default)]
struct Window {
    floor: Uuid,
    seen: BTreeSet<Uuid>,
}

#[derive(FromQueryResult)]
struct Numbered {
    number: i64,
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Clock {
    milliseconds: i64,
    oldest: i64,
}

impl Cursor {
    async fn at_the_end(reader: &Reader) -> Result<Self> {
        if reader.get_database_backend() == DbBackend::Sqlite {
            let sql = "SELECT COALESCE(MAX(rowid), 0) FROM change";
            let found = reader.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
            let row = found.ok_or_else(|| Error::internal("a sum without a row"))?;
            return Ok(Self::Number(row.try_get_by_index(0)?));
        }
        let clock = Window::clock(reader).await?;
        let sql = "SELECT id FROM change ORDER BY id DESC LIMIT 1";
        let last = reader.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let last: Option<Uuid> = last.map(|row| row.try_get_by_index(0)).transpose()?;
        let mut window = Window { floor: Window::floor(&clock, last), seen: BTreeSet::new() };
        window.seen = window.ids(reader).await?;
        Ok(Self::Window(window))
    }

    /// Tells of what is new.
    async fn look(&mut self, reader: &Reader, sender: &broadcast::Sender<News>) -> Result<()> {
        loop {
            let (ids, next) = match self {
                Self::Number(number) => {
                    let (ids, last) = Self::after(reader, *number).await?;
                    (ids, Self::Number(last))
                }
                Self::Window(window) => {
                    let (ids, next) = window.look(reader).await?;
                    (ids, Self::Window(next))
                }
            };
            let is_all = (ids.len() as u64) < AT_ONCE;
            if !ids.is_empty() {
                let rows = rows(reader, &ids).await?;
                if !rows.is_empty() {
                    let news = happenings::of(reader, rows).await?;
                    // Without listeners there is nobody to tell.
                    let _ = sender.send(Arc::new(news.into_iter().map(Arc::new).collect()));
                }
            }
            // Only now: had it failed before, it would be looked at again.
            *self = next;
            if is_all {
                return Ok(());
            }
        }
    }

    /// The records behind a row number, and the last number of them.
    async fn after(reader: &Reader, number: i64) -> Result<(Vec<Uuid>, i64)> {
        let sql = "SELECT rowid AS number, id FROM change WHERE rowid > ? ORDER BY rowid LIMIT ?";
        let values = [Value::from(number), Value::from(AT_ONCE)];
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        let found = Numbered::find_by_statement(statement).all(reader).await?;
        let last = found.last().map_or(number, |row| row.number);
        Ok((found.into_iter().map(|row| row.id).collect(), last))
    }
}

impl Window {
    /// What is new, at most so much at once, and the window once that was told.
    async fn look(&self, reader: &Reader) -> Result<(Vec<Uuid>, Self)> {
        // What runs now may be committed after the reading below: the next reading begins before it.
        let clock = Self::clock(reader).await?;
        let found = self.ids(reader).await?;
        let most = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let new: Vec<Uuid> = found.difference(&self.seen).copied().take(most).collect();
        let mut seen: BTreeSet<Uuid> = found.intersection(&self.seen).copied().collect();
        seen.extend(new.iter().copied());
        if new.len() == most {
            return Ok((new, Self { floor: self.floor, seen }));
        }
        // It never goes back: what lies before it is no longer remembered as seen.
        let floor = Self::floor(&clock, seen.last().copied()).max(self.floor);
        let seen = seen.split_off(&floor);
        Ok((new, Self { floor, seen }))
    }

    /// The least id that what runs, or begins from now on, can have.
    fn floor(clock: &Clock, last: Option<Uuid>) -> Uuid {
        let now = clock.milliseconds;
        let last = last.map_or(0, moment_of);
        let behind = clock.oldest.saturating_add(i64::try_from(SKEW_MILLISECONDS).unwrap_or(i64::MAX));
        Self::id_at(now.min(last).saturating_sub(behind))
    }

    fn id_at(milliseconds: i64) -> Uuid {
        let milliseconds = u64::try_from(milliseconds).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid()
    }

    async fn ids(&self, reader: &Reader) -> Result<BTreeSet<Uuid>> {
        let ids = change::Entity::find().select_only().column(change::Column::Id);
        let ids = ids.filter(change::Column::Id.gte(self.floor));
        Ok(ids.into_tuple::<Uuid>().all(reader).await?.into_iter().collect())
    }

    /// The moment, and for how long the oldest transaction has been running, both in milliseconds.
    async fn clock(reader: &Reader) -> Result<Clock> {
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS milliseconds, \
                   CAST(COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - MIN(xact_start)), 0) * 1000 AS BIGINT) \
                   AS oldest FROM pg_stat_activity WHERE datname = current_database() \
                   AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let clock = Clock::find_by_statement(statement).one(reader).await?;
        clock.ok_or_else(|| Error::internal("a sum without a row"))
    }
}

/// The moment of an id, in milliseconds.
fn moment_of(id: Uuid) -> i64 {
    let bytes = id.as_bytes().iter().take(6);
    bytes.fold(0, |moment, byte| moment << 8 | i64::from(*byte))
}

/// The records with these ids, as far as they are of kinds that matter here.
async fn rows(reader: &Reader, ids: &[Uuid]) -> Result<Vec<Row>> {
    use change::Column as C;
    let rows = change::Entity::find()
        .select_only()
        .columns([C::At, C::Entity, C::RowId, C::Action, C::Before, C::After])
        .filter(C::Id.is_in(ids.iter().copied()))
        .filter(C::Entity.is_in(KINDS))
        .order_by_asc(C::Id);
    Ok(rows.into_model::<Row>().all(reader).await?)
}

#[cfg(test)]
mod tests {
    use entity::id::KINDS as TABLES;

    use super::*;

    #[test]
    fn every_kind_is_a_table() {
        assert!(KINDS.iter().all(|kind| TABLES.contains(kind)));
    }

    #[test]
    fn an_id_tells_its_moment() {
        assert_eq!(moment_of(Window::id_at(1_782_896_400_123)), 1_782_896_400_123);
        assert!(Window::id_at(1_000) < Window::id_at(1_001));
    }

    #[test]
    fn the_floor_lies_before_all_that_runs() {
        let skew = i64::try_from(SKEW_MILLISECONDS).unwrap();
        let clock = Clock { milliseconds: 10_000_000, oldest: 5_000 };
        // Of a database that was at rest, as far back from its last change.
        let floor = Window::floor(&clock, Some(Window::id_at(9_000_000)));
        assert_eq!(moment_of(floor), 9_000_000 - 5_000 - skew);
        // A server whose clock is ahead takes nobody else's changes out of sight.
        let floor = Window::floor(&clock, Some(Window::id_at(90_000_000)));
        assert_eq!(moment_of(floor), 10_000_000 - 5_000 - skew);
    }
}
