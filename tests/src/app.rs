//! The application of one test.

use api::{
    access::{Caller, Role},
    config::Limits,
    schema::{self, PlinthSchema},
    store::{Ids, Store},
};
use chrono::{DateTime, Utc};

use crate::{
    client::Client,
    database::{Database, Engine},
};

/// Enough for changes that meet, few enough for as many tests at once as a machine has cores.
const CONNECTIONS: u32 = 4;
const ID_SEED: u64 = 1;

/// Seed of the ids that a second server makes.
const OTHER_ID_SEED: u64 = 2;

/// The moment at which every test takes place: 2026-07-01 09:00 UTC.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_secs(1_782_896_400).expect("the moment exists")
}

/// Plinth on a database of its own, with a clock that stands still and ids that come out the same each time.
pub struct TestApp {
    schema: PlinthSchema,
    store: Store,
    database: Database,
}

/// Another server on the database of a test.
pub struct Beside {
    schema: PlinthSchema,
    store: Store,
}

impl Beside {
    /// May do everything but manage users.
    #[must_use]
    pub fn director(&self) -> Client {
        Client::new(self.schema.clone(), self.store.clone(), Some(caller(Role::Director)))
    }

    /// The schema, with what the server keeps in memory.
    #[must_use]
    pub fn schema(&self) -> &PlinthSchema {
        &self.schema
    }

    /// Closes the connections.
    pub async fn stop(self) {
        self.store.close().await;
    }
}

/// A caller with a role, named after it.
fn caller(role: Role) -> Caller {
    let name = format!("{role:?}").to_lowercase();
    Caller { subject: format!("{name}@plinth.test"), name, role, now: now(), request_id: "test".to_owned() }
}

impl TestApp {
    /// Starts on a migrated database with the default limits.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &Limits::default()).await
    }

    /// Starts on a migrated database with limits of the test's own.
    pub async fn start_with(engine: Engine, limits: &Limits) -> Self {
        let database = Database::migrated(engine).await;
        let store = Store::connect(database.url(), CONNECTIONS, Ids::seeded(ID_SEED)).await;
        let store = store.expect("the database of a test answers");
        Self { schema: schema::build(Some(store.clone()), limits), store, database }
    }

    /// A second server on the same database, with connections, ids and memory of its own.
    pub async fn beside(&self) -> Beside {
        let store = Store::connect(self.database.url(), CONNECTIONS, Ids::seeded(OTHER_ID_SEED)).await;
        let store = store.expect("the database of a test answers");
        Beside { schema: schema::build(Some(store.clone()), &Limits::default()), store }
    }

    /// As [`TestApp::director`], asking a server that has just begun and knows nothing yet.
    #[must_use]
    pub fn director_afresh(&self) -> Client {
        let schema = schema::build(Some(self.store.clone()), &Limits::default());
        Client::new(schema, self.store.clone(), Some(self.caller(Role::Director)))
    }

    /// Closes the connections and removes the database.
    pub async fn stop(self) {
        self.store.pool().close_by_ref().await.expect("the pool closes");
        self.database.remove().await;
    }

    /// May look, and see no prices.
    #[must_use]
    pub fn viewer(&self) -> Client {
        self.as_role(Role::Viewer)
    }

    /// Draws the estate, and sees no money.
    #[must_use]
    pub fn architect(&self) -> Client {
        self.as_role(Role::Architect)
    }

    /// Keeps the inventory and the plans.
    #[must_use]
    pub fn planner(&self) -> Client {
        self.as_role(Role::Planner)
    }

    /// Keeps rates, calendars and cost records.
    #[must_use]
    pub fn finance(&self) -> Client {
        self.as_role(Role::Finance)
    }

    /// May do everything but manage users.
    #[must_use]
    pub fn director(&self) -> Client {
        self.as_role(Role::Director)
    }

    /// Manages users.
    #[must_use]
    pub fn admin(&self) -> Client {
        self.as_role(Role::Admin)
    }

    /// A request without credentials.
    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(self.schema.clone(), self.store.clone(), None)
    }

    /// A caller with a role, named after it.
    #[must_use]
    pub fn as_role(&self, role: Role) -> Client {
        Client::new(self.schema.clone(), self.store.clone(), Some(self.caller(role)))
    }

    /// Who [`TestApp::as_role`] calls as, for what is called without GraphQL: imports, the demo, commands.
    #[must_use]
    pub fn caller(&self, role: Role) -> Caller {
        caller(role)
    }

    /// The door to the database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The schema, for what is asked of the contract and not of the data.
    #[must_use]
    pub fn schema(&self) -> &PlinthSchema {
        &self.schema
    }

    /// The database itself.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The engine that the test is running on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }
}
