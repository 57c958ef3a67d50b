//! Every step goes there, back and there again, on both engines, and never beside another.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use migration::{MigrationError, Migrator, down, status, up};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};

/// PostgreSQL cuts longer names in silence, and two that differ at the end become one.
const NAME_MAX_BYTES: usize = 63;

/// A new database, and what keeps its file.
struct TestDatabase {
    connection: DatabaseConnection,
    url: String,
    _directory: Option<tempfile::TempDir>,
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(std::time::Duration::ZERO));
    Database::connect(options).await.unwrap()
}

async fn in_memory() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn sqlite() -> TestDatabase {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/test.db?mode=rwc", directory.path().display());
    TestDatabase { connection: connect(&url).await, url, _directory: Some(directory) }
}

/// A new database of the PostgreSQL server that the suite runs beside; none when it runs beside none.
async fn postgres(name: &str) -> Option<TestDatabase> {
    let server = std::env::var("PLINTH_TEST_POSTGRES_URL").ok()?;
    let name = format!("migration_{name}_{}", std::process::id());
    connect(&server).await.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (path, query) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = path.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}?{query}");
    Some(TestDatabase { connection: connect(&url).await, url, _directory: None })
}

/// The names of all tables but the engine's own.
async fn tables(db: &DatabaseConnection) -> Vec<String> {
    names(
        db,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    )
    .await
}

async fn names(db: &DatabaseConnection, sqlite: &str, postgres: &str) -> Vec<String> {
    let backend = db.get_database_backend();
    let text = if backend == DbBackend::Sqlite { sqlite } else { postgres };
    let rows = db.query_all_raw(Statement::from_string(backend, text)).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "name").unwrap()).collect()
}

async fn there_and_back(db: &DatabaseConnection) {
    assert!(status(db).await.unwrap().iter().all(|step| !step.applied));
    up(db, None).await.unwrap();
    let made = tables(db).await;
    assert_eq!(made.len(), 75, "{made:?}");
    assert!(status(db).await.unwrap().iter().all(|step| step.applied));

    down(db, None).await.unwrap();
    assert_eq!(tables(db).await, ["seaql_migrations"]);

    up(db, Some(3)).await.unwrap();
    let applied = status(db).await.unwrap().iter().filter(|step| step.applied).count();
    assert_eq!(applied, 3);
    up(db, None).await.unwrap();
    assert_eq!(tables(db).await, made);
    up(db, None).await.unwrap();
}

#[tokio::test]
async fn sqlite_goes_there_and_back() {
    there_and_back(&in_memory().await).await;
    there_and_back(&sqlite().await.connection).await;
}

#[tokio::test]
async fn postgres_goes_there_and_back() {
    if let Some(database) = postgres("history").await {
        there_and_back(&database.connection).await;
    }
}

#[tokio::test]
async fn sqlite_refuses_a_second_migration() {
    let database = sqlite().await;
    let immediately = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let first = connect(&database.url).await.begin_with_options(immediately).await.unwrap();
    let second = up(&database.connection, None).await;
    assert!(matches!(second, Err(MigrationError::AlreadyRunning)), "{second:?}");
    first.rollback().await.unwrap();
    up(&database.connection, None).await.unwrap();
}

#[tokio::test]
async fn postgres_refuses_a_second_migration() {
    let Some(database) = postgres("lock").await else { return };
    let first = connect(&database.url).await.begin().await.unwrap();
    let lock = format!("SELECT pg_advisory_xact_lock({})", migration::LOCK);
    first.execute_unprepared(&lock).await.unwrap();
    let second = up(&database.connection, None).await;
    assert!(matches!(second, Err(MigrationError::AlreadyRunning)), "{second:?}");
    first.rollback().await.unwrap();
    up(&database.connection, None).await.unwrap();
}

#[tokio::test]
async fn two_that_start_together_leave_one_history() {
    let Some(database) = postgres("together").await else { return };
    let other = connect(&database.url).await;
    let (one, two) = tokio::join!(up(&database.connection, None), up(&other, None));
    for outcome in [&one, &two] {
        assert!(matches!(outcome, Ok(()) | Err(MigrationError::AlreadyRunning)), "{outcome:?}");
    }
    assert!(one.is_ok() || two.is_ok());
    assert_eq!(tables(&database.connection).await.len(), 75);
}

#[tokio::test]
async fn a_failed_step_leaves_nothing_behind() {
    let db = in_memory().await;
    db.execute_unprepared("CREATE TABLE workload (id INTEGER)").await.unwrap();
    assert!(matches!(up(&db, None).await, Err(MigrationError::Database(_))));
    assert_eq!(tables(&db).await, ["workload"]);
}

#[tokio::test]
async fn names_fit_postgres() {
    let db = in_memory().await;
    up(&db, None).await.unwrap();
    let all = names(&db, "SELECT name FROM sqlite_master", "").await;
    let statements = names(&db, "SELECT sql AS name FROM sqlite_master WHERE type = 'table'", "").await;
    let constraints = statements
        .iter()
        .flat_map(|sql| sql.split("CONSTRAINT \"").skip(1))
        .filter_map(|rest| rest.split('"').next());
    for name in all.iter().map(String::as_str).chain(constraints) {
        assert!(name.len() <= NAME_MAX_BYTES, "{name}");
    }
}

/// SQLite reports the columns of a foreign key and of each index; PostgreSQL has the same statements.
#[tokio::test]
async fn every_foreign_key_is_named_and_has_an_index_and_a_delete_rule() {
    let db = in_memory().await;
    up(&db, None).await.unwrap();
    let bare = names(
        &db,
        "SELECT t.name || '.' || k.\"from\" AS name FROM sqlite_master t, pragma_foreign_key_list(t.name) k
         WHERE k.on_delete = 'NO ACTION' OR NOT EXISTS (
             SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
             WHERE i.partial = 0 AND c.seqno = 0 AND c.name = k.\"from\")",
        "",
    )
    .await;
    assert_eq!(bare, Vec::<String>::new());
}

#[tokio::test]
async fn a_position_needs_a_rack_and_a_tier_its_range() {
    let db = in_memory().await;
    up(&db, None).await.unwrap();
    db.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    let columns = "id, created_at, updated_at, tag, model_id, site_id, status";
    let values = "x'00', '2026-01-01', '2026-01-01', 'A1', x'01', x'02', 'IN_SERVICE'";
    for (column, value, rule) in [
        ("position_half_units", "2", "ck_asset_position_half_units_requires_rack_id"),
        ("face", "'FRONT'", "ck_asset_face_requires_rack_id"),
        ("tier", "4", "ck_asset_tier"),
        ("environment", "'PROD'", "ck_asset_environment"),
        ("purchase_amount", "5", "ck_asset_purchase_amount_has_purchase_currency"),
    ] {
        let statement = format!("INSERT INTO asset ({columns}, {column}) VALUES ({values}, {value})");
        let error = db.execute_unprepared(&statement).await.unwrap_err().to_string();
        assert!(error.contains(rule), "{column}: {error}");
    }
    db.execute_unprepared(&format!("INSERT INTO asset ({columns}) VALUES ({values})")).await.unwrap();
}

#[test]
fn steps_are_dated_and_in_order() {
    let names: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
