//! The dependency graph kept in memory: an index of what is on record, as fresh as the database.

use tokio::sync::watch;

use crate::store::Store;

/// The dependency graph of a server.
#[derive(Clone, Debug)]
pub struct Index {
    store: Store,
}

impl Index {
    /// An index of a database, with nothing read yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
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
}
