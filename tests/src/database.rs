//! A database for every test: a copy of one that was migrated once.

use std::{fmt, fs};

use sea_orm::{ConnectOptions, Database as SeaOrm, DatabaseConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::postgres;

/// The database engines that Plinth runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A server, started for the run by `with-postgres`.
    Postgres,
}

impl Engine {
    /// Both, the quicker one first.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A database that belongs to one test.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
    url: String,
    home: Home,
}

/// What is left to remove after the test.
#[derive(Debug)]
enum Home {
    Directory(TempDir),
    Server { name: String },
}

impl Database {
    /// A database without tables.
    pub async fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::file(None),
            Engine::Postgres => Self::on_server(postgres::create_empty().await),
        }
    }

    /// A database with all tables and no rows but those that migrations write.
    pub async fn migrated(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::file(Some(sqlite_template().await)),
            Engine::Postgres => Self::on_server(postgres::create_migrated().await),
        }
    }

    /// The engine that it runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its address, as `--database-url` takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection beside the application's own, for what no user can see.
    pub async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await
    }

    /// Drops it, connections or not.
    pub async fn remove(self) {
        match self.home {
            Home::Directory(directory) => directory.close().expect("the directory of a test is removed"),
            Home::Server { name } => postgres::drop(&name).await,
        }
    }

    fn file(content: Option<&[u8]>) -> Self {
        let directory =
            tempfile::Builder::new().prefix("plinth-test-").tempdir().expect("a directory is made");
        let path = directory.path().join("plinth.sqlite");
        if let Some(content) = content {
            fs::write(&path, content).expect("a copy of the template is written");
        }
        let url = format!("sqlite://{}?mode=rwc", path.display());
        Self { engine: Engine::Sqlite, url, home: Home::Directory(directory) }
    }

    fn on_server(name: String) -> Self {
        let url = postgres::url_of(&name);
        Self { engine: Engine::Postgres, url, home: Home::Server { name } }
    }
}

/// Connects once, so that what holds for a session holds for every statement.
pub(crate) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    SeaOrm::connect(options).await.expect("the database of a test answers")
}

/// Applies every migration and leaves.
pub(crate) async fn migrate(url: &str) {
    let db = connect(url).await;
    migration::up(&db, None).await.expect("the migrations apply to an empty database");
    db.close().await.expect("the connection closes");
}

/// The bytes of a migrated file, made once for each process.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let database = Database::file(None);
        migrate(&database.url).await;
        let path = database.url.trim_start_matches("sqlite://").trim_end_matches("?mode=rwc");
        let content = fs::read(path).expect("the migrated file is read");
        database.remove().await;
        content
    };
    TEMPLATE.get_or_init(make).await
}
