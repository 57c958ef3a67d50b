//! The dependency graph kept in memory: an index of what is on record, as fresh as the database.
//!
//! A question reads in its snapshot what changed since the state that is kept; where nothing did, that is all it reads.
//! Otherwise the rows that changed are read and laid over a copy that shares the rest, and whoever is in the middle of
//! an answer keeps the state it began with. Where the journal does not reach back, everything is read anew.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::NaiveDate;
use sea_orm::DbErr;
use tokio::sync::{OnceCell, OwnedMutexGuard, watch};
use uuid::Uuid;

use super::{
    advance::Changed,
    cells::Source,
    graph::{Estate, Options},
    journal::{self, Revision, Since},
    recorded::Recorded,
    said::Said,
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    store::{Read, Snapshot, Store},
};

/// States that are kept, for questions whose snapshot is a little older than the latest.
const STATES: usize = 8;

/// The latest of them, whose graphs are kept as well.
const WITH_GRAPHS: usize = 3;

/// Graphs that are kept of a state, for different days and edges.
const GRAPHS: usize = 4;

/// Rows that may have changed for a graph to be brought up to date: with more of them it is built anew.
const MOST_CHANGES: usize = 5_000;

/// How long a question waits for the revision that it asks for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The dependency graph of a server.
#[derive(Clone, Debug)]
pub struct Index {
    store: Store,
    kept: Arc<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The latest state last.
    states: Mutex<VecDeque<Arc<State>>>,
    /// Held by whoever asks for nothing but that it be brought up to date, so that those who wait hold no connection.
    asking: Arc<tokio::sync::Mutex<()>>,
    /// Held by whoever brings it up to date, so that others wait instead of doing the same.
    refreshing: tokio::sync::Mutex<()>,
}

/// All that the graph rests on, as it was at a revision, with the graphs that were asked for.
#[derive(Debug)]
pub struct State {
    /// Which one it is.
    pub revision: Revision,
    /// What is on record.
    pub recorded: Arc<Recorded>,
    graphs: Mutex<Vec<Arc<Slot>>>,
}

/// A graph, and what it can be made of.
#[derive(Debug)]
struct Slot {
    options: Options,
    built: OnceCell<Arc<Estate>>,
    /// The graph of an earlier state, and what changed since.
    earlier: Mutex<Option<(Arc<Estate>, Changed)>>,
}

/// A question's look at the graph: its snapshot, and the state that belongs to it.
#[derive(Debug)]
pub struct View {
    /// The snapshot.
    pub reader: Snapshot,
    /// The state.
    pub state: Arc<State>,
}

impl View {
    /// The graph of some options.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub async fn estate(&self, options: Options) -> Result<Arc<Estate>> {
        Box::pin(self.state.estate(options)).await
    }

    /// Everything that was said to depend on something, as it is seen from a day.
    #[must_use]
    pub fn said(&self, as_of: NaiveDate) -> Said {
        Said { recorded: Arc::clone(&self.state.recorded), as_of, gone: Arc::default() }
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        self.reader.caller()
    }
}

impl State {
    fn new(revision: Revision, recorded: Recorded) -> Self {
        Self { revision, recorded: Arc::new(recorded), graphs: Mutex::default() }
    }

    /// The graph of some options: kept, brought up to date or built, once for all who ask at the same time.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub async fn estate(&self, options: Options) -> Result<Arc<Estate>> {
        let slot = {
            let mut graphs = lock(&self.graphs);
            let found = graphs.iter().position(|slot| slot.options == options);
            let slot = found.map_or_else(|| Slot::new(options), |place| graphs.remove(place));
            // What was asked for last is kept longest.
            graphs.push(Arc::clone(&slot));
            if graphs.len() > GRAPHS {
                graphs.remove(0);
            }
            slot
        };
        let build =
            || async { tokio::task::block_in_place(|| slot.build(&self.recorded, self.revision.number)) };
        slot.built.get_or_try_init(build).await.map(Arc::clone)
    }

    /// The graphs of this state, for the next one to be made of.
    fn handed_on(&self, changed: &Changed) -> Vec<Arc<Slot>> {
        lock(&self.graphs).iter().map(|slot| slot.handed_on(changed)).collect()
    }
}

impl Slot {
    fn new(options: Options) -> Arc<Self> {
        Arc::new(Self { options, built: OnceCell::new(), earlier: Mutex::default() })
    }

    fn build(&self, recorded: &Arc<Recorded>, revision: i64) -> Result<Arc<Estate>> {
        if let Some((earlier, changed)) = lock(&self.earlier).take()
            && let Some(estate) = earlier.advanced(recorded, revision, &changed)?
        {
            return Ok(Arc::new(estate));
        }
        Ok(Arc::new(Estate::of(Arc::clone(recorded), revision, self.options)?))
    }

    fn handed_on(&self, changed: &Changed) -> Arc<Self> {
        let earlier = match self.built.get() {
            Some(estate) => Some((Arc::clone(estate), changed.clone())),
            None => lock(&self.earlier).clone().map(|(estate, mut all)| {
                add(&mut all, changed);
                (estate, all)
            }),
        };
        let few = |(_, changed): &(_, Changed)| {
            changed.values().flatten().map(BTreeSet::len).sum::<usize>() <= MOST_CHANGES
        };
        Arc::new(Self {
            options: self.options,
            built: OnceCell::new(),
            earlier: Mutex::new(earlier.filter(few)),
        })
    }
}

/// Adds later changes to earlier ones.
fn add(all: &mut Changed, later: &Changed) {
    for (table, ids) in later {
        let known = all.entry(table.clone()).or_insert_with(|| Some(BTreeSet::new()));
        match (known.as_mut(), ids) {
            (Some(known), Some(ids)) => known.extend(ids),
            _ => *known = None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Index {
    /// An index of a database, with nothing read yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, kept: Arc::default() }
    }

    /// The database that it is an index of.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The latest revision of the graph, as it is seen: changes of this server as they are committed, those of others
    /// within the twentieth of a second, for as long as somebody listens.
    ///
    /// To be called on the runtime that the connections belong to.
    #[must_use]
    pub fn revisions(&self) -> watch::Receiver<i64> {
        self.store.revisions()
    }

    /// A look at the graph as it is now, or once it has come to a revision.
    ///
    /// # Errors
    /// `Forbidden` without the permission; `Invalid` for a revision that is not there after two seconds; `Unavailable`
    /// when the graph cannot be brought up to date.
    pub async fn view(&self, caller: &Caller, permission: Permission, minimum: Option<i64>) -> Result<View> {
        let open = async || {
            let reader = self.store.snapshot(caller, &[permission]).await?;
            let state = Box::pin(self.state(&reader)).await?;
            Ok::<_, Error>(View { reader, state })
        };
        let Some(minimum) = minimum else { return open().await };
        if minimum < 0 {
            return Err(Error::invalid("minRevision", format!("{minimum} is below zero")));
        }
        let view = open().await?;
        if view.state.revision.number >= minimum {
            return Ok(view);
        }
        drop(view);
        let mut revisions = self.revisions();
        let reached = revisions.wait_for(|latest| *latest >= minimum);
        // Whether it was reached or not, the answer is what the database has.
        drop(tokio::time::timeout(PATIENCE, reached).await);
        let view = open().await?;
        let there = view.state.revision.number;
        if there < minimum {
            let message =
                format!("{minimum} is ahead of the graph, which is at revision {there} after two seconds");
            return Err(Error::invalid("minRevision", message));
        }
        Ok(view)
    }

    /// Tries to bring the graph up to date.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be.
    pub async fn refresh(&self, caller: &Caller) -> Result<()> {
        let reader = self.store.snapshot(caller, &[Permission::ViewTopology]).await?;
        Box::pin(self.state(&reader)).await.map(drop)
    }

    /// The turn of whoever asks for nothing but [`Index::refresh`]: one at a time.
    pub async fn turn(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.kept.asking).lock_owned().await
    }

    /// Brings it up to date, with the graph of a day that most questions ask for.
    ///
    /// # Errors
    /// As [`Index::refresh`] and [`Estate::of`].
    pub async fn warm_up(&self, caller: &Caller, as_of: NaiveDate) -> Result<()> {
        let view = self.view(caller, Permission::ViewTopology, None).await?;
        view.estate(Options { as_of, derived: true, soft: true }).await.map(drop)
    }

    /// The state that belongs to a snapshot.
    async fn state(&self, db: &Snapshot) -> Result<Arc<State>> {
        self.found(db).await.map_err(|cause| {
            let said = match &cause {
                Error::Internal(cause) => format!("{cause:#}"),
                Error::Unavailable(cause) => cause.to_string(),
                other => other.to_string(),
            };
            tracing::error!(cause = said, "the dependency graph cannot be brought up to date");
            Error::Unavailable(DbErr::Custom(said))
        })
    }

    async fn found(&self, db: &Snapshot) -> Result<Arc<State>> {
        let mut known = None;
        if let Some(state) = self.latest() {
            let since = journal::since(db, state.revision).await?;
            if matches!(since, Since::Changes(now, _) if now == state.revision) {
                return Ok(state);
            }
            known = Some((state, since));
        }
        let _alone = self.kept.refreshing.lock().await;
        Box::pin(self.brought_up(db, known)).await
    }

    /// Brings the index to the state of a snapshot. Whoever calls is alone, and may know what happened since a state.
    async fn brought_up(&self, db: &Snapshot, known: Option<(Arc<State>, Since)>) -> Result<Arc<State>> {
        // The latest state that is no later than the snapshot, and still in the history of the database.
        let states: Vec<Arc<State>> = lock(&self.kept.states).iter().rev().cloned().collect();
        let mut known = known;
        for state in states {
            let since = match known.take_if(|(known, _)| Arc::ptr_eq(known, &state)) {
                Some((_, since)) => since,
                None => journal::since(db, state.revision).await?,
            };
            match since {
                Since::Changes(now, _) if now == state.revision => return Ok(state),
                Since::Changes(now, changed) => return self.advance(db, &state, now, &changed).await,
                Since::TooMuch => break,
                Since::Unknown => {}
            }
        }
        let now = journal::latest(db).await?;
        let is_put_back = now.number < db.revision_seen_before();
        let state = Arc::new(State::new(now, Recorded::read(db).await?));
        if is_put_back {
            self.store.put_back_revision(now.number);
        }
        let mut states = lock(&self.kept.states);
        // What is not in the history of this database any more is of no use.
        if is_put_back || states.back().is_none_or(|latest| latest.revision.number <= now.number) {
            states.clear();
            states.push_back(Arc::clone(&state));
        }
        drop(states);
        self.store.see_revision(now.number);
        Ok(state)
    }

    /// The state after some changes: one statement for each table that changed.
    async fn advance(
        &self,
        db: &Snapshot,
        from: &State,
        now: Revision,
        changed: &Changed,
    ) -> Result<Arc<State>> {
        let mut recorded = Recorded::clone(&from.recorded);
        for (table, ids) in changed {
            let ids: Option<Vec<Uuid>> = ids.as_ref().map(|ids| ids.iter().copied().collect());
            recorded.read_again(&mut Source::Snapshot(db), table, ids.as_deref()).await?;
        }
        let state = State::new(now, recorded);
        *lock(&state.graphs) = from.handed_on(changed);
        let state = Arc::new(state);
        let mut states = lock(&self.kept.states);
        let place = states.partition_point(|other| other.revision.number < now.number);
        states.insert(place, Arc::clone(&state));
        if states.len() > STATES {
            states.pop_front();
        }
        // Only the latest keep their graphs: whoever still works with another holds it.
        for other in states.iter().rev().skip(WITH_GRAPHS).filter(|other| !Arc::ptr_eq(other, &state)) {
            lock(&other.graphs).clear();
        }
        drop(states);
        self.store.see_revision(now.number);
        Ok(state)
    }

    fn latest(&self) -> Option<Arc<State>> {
        lock(&self.kept.states).back().cloned()
    }
}
