//! The history of Plinth's database: one dated file per step, each with its way back.
//!
//! A migration never looks at the crate `entity`: what was once applied must not change when a row's
//! shape does. A step that has been released is never edited; a new one is added below it.
//!
//! Use [`up`], [`down`] and [`status`] rather than [`Migrator`]: they keep two from running at once and
//! leave the database as it was when a step fails.

#![expect(
    elided_lifetimes_in_paths,
    reason = "`MigrationTrait` elides them, and an implementation must agree"
)]

use sea_orm_migration::MigrationStatus;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

mod table;

mod m20261122_000001_access;
mod m20261122_000002_audit;
mod m20261122_000003_inventory;
mod m20261122_000004_contracts;
mod m20261122_000005_lifecycle;
mod m20261122_000006_cloud;
mod m20261122_000007_finance;
mod m20261128_000008_contracts;
mod m20261129_000010_contracts;
mod m20261129_000011_finance;
mod m20261129_000012_lifecycle;
mod m20261129_000013_finance;
mod m20261129_000014_finance;
mod m20261129_000015_scenarios;
mod m20261129_000018_finance;
mod m20261129_000020_topology;
mod m20261129_000021_recovery;
mod m20261129_000022_topology;
mod m20261129_000023_recovery;
mod m20261129_000025_contracts;
mod m20261129_000026_finance;
mod m20261129_000027_lifecycle;
mod m20261129_000028_lifecycle;
mod m20261129_000029_finance;
mod m20261129_000030_contracts;
mod m20261129_000033_topology;
mod m20261129_000034_inventory;
mod m20261129_000040_capacity;
mod m20261129_000041_capacity;
mod m20261129_000042_inventory;
mod m20261129_000043_capacity;
mod m20261129_000044_inventory;
mod m20261129_000045_capacity;
mod m20261129_000046_capacity;
mod m20261129_000047_scenarios;

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_access::Migration),
            Box::new(m20261122_000002_audit::Migration),
            Box::new(m20261122_000003_inventory::Migration),
            Box::new(m20261122_000004_contracts::Migration),
            Box::new(m20261122_000005_lifecycle::Migration),
            Box::new(m20261122_000006_cloud::Migration),
            Box::new(m20261122_000007_finance::Migration),
            Box::new(m20261128_000008_contracts::Migration),
            Box::new(m20261129_000010_contracts::Migration),
            Box::new(m20261129_000011_finance::Migration),
            Box::new(m20261129_000012_lifecycle::Migration),
            Box::new(m20261129_000013_finance::Migration),
            Box::new(m20261129_000014_finance::Migration),
            Box::new(m20261129_000015_scenarios::Migration),
            Box::new(m20261129_000018_finance::Migration),
            Box::new(m20261129_000020_topology::Migration),
            Box::new(m20261129_000021_recovery::Migration),
            Box::new(m20261129_000022_topology::Migration),
            Box::new(m20261129_000023_recovery::Migration),
            Box::new(m20261129_000025_contracts::Migration),
            Box::new(m20261129_000026_finance::Migration),
            Box::new(m20261129_000027_lifecycle::Migration),
            Box::new(m20261129_000028_lifecycle::Migration),
            Box::new(m20261129_000029_finance::Migration),
            Box::new(m20261129_000030_contracts::Migration),
            Box::new(m20261129_000033_topology::Migration),
            Box::new(m20261129_000034_inventory::Migration),
            Box::new(m20261129_000040_capacity::Migration),
            Box::new(m20261129_000041_capacity::Migration),
            Box::new(m20261129_000042_inventory::Migration),
            Box::new(m20261129_000043_capacity::Migration),
            Box::new(m20261129_000044_inventory::Migration),
            Box::new(m20261129_000045_capacity::Migration),
            Box::new(m20261129_000046_capacity::Migration),
            Box::new(m20261129_000047_scenarios::Migration),
        ]
    }
}

/// Why the database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// Someone else is at it, or on `SQLite` is writing; nothing was done.
    #[error("another migration is running")]
    AlreadyRunning,
    /// The database refused; nothing was done.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A step and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file's name, which starts with its date.
    pub name: String,
    /// Whether the step is applied.
    pub applied: bool,
}

/// Applies the steps that the database does not have yet, at most `steps` of them, all or none.
///
/// # Errors
/// `AlreadyRunning` while another migration runs, `Database` when a step fails.
pub async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), MigrationError> {
    let tx = begin_exclusively(db).await?;
    Migrator::up(&tx, steps).await?;
    Ok(tx.commit().await?)
}

/// Takes the newest steps back, at most `steps` of them, all or none; the data in their tables is lost.
///
/// # Errors
/// `AlreadyRunning` while another migration runs, `Database` when a step fails.
pub async fn down(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), MigrationError> {
    let tx = begin_exclusively(db).await?;
    Migrator::down(&tx, steps).await?;
    Ok(tx.commit().await?)
}

/// All steps, oldest first, and whether each is applied. Changes nothing.
///
/// # Errors
/// `Database` when the database cannot be read, or has a step that is not known here.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<Step>, MigrationError> {
    let steps = Migrator::get_migration_with_status_read_only(db).await?;
    Ok(steps
        .iter()
        .map(|step| Step { name: step.name().to_owned(), applied: step.status() == MigrationStatus::Applied })
        .collect())
}

/// The PostgreSQL advisory lock that a migration holds: `plinth` in ASCII.
pub const LOCK: i64 = 0x70_6c_69_6e_74_68;

/// A transaction that no other migration can have at the same time; its end, however it comes, lets go.
async fn begin_exclusively(db: &DatabaseConnection) -> Result<DatabaseTransaction, MigrationError> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return begin_immediately(db).await;
    }
    let tx = db.begin().await?;
    let statement = format!("SELECT pg_try_advisory_xact_lock({LOCK}) AS taken");
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, statement)).await?;
    let taken = row.map(|row| row.try_get::<bool>("", "taken")).transpose()?;
    if taken == Some(true) { Ok(tx) } else { Err(MigrationError::AlreadyRunning) }
}

/// `SQLite` has one writer: to be it from the first statement on is to be alone.
async fn begin_immediately(db: &DatabaseConnection) -> Result<DatabaseTransaction, MigrationError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    db.begin_with_options(options).await.map_err(|error| {
        // The driver tells a busy database from a broken one only in its message.
        if error.to_string().contains("database is locked") {
            MigrationError::AlreadyRunning
        } else {
            MigrationError::Database(error)
        }
    })
}
