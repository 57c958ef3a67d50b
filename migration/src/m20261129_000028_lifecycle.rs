//! Events of the books say that an asset has been in service since another day than it entered the books with.
//!
//! PostgreSQL takes the check of the kinds off and puts another in its place. `SQLite` keeps checks as long as their
//! table, so the table is made again from its own statement, with all rows and indexes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::date_null;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

const TABLE: &str = "book_event";
const COLUMN: &str = "in_service_on";

const BEFORE: &str = r#""kind" IN ('IMPAIRMENT', 'LIFE_CHANGE', 'DISPOSAL', 'TRANSFER')"#;
const AFTER: &str = r#""kind" IN ('IMPAIRMENT', 'LIFE_CHANGE', 'DISPOSAL', 'TRANSFER', 'SERVICE')"#;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, TABLE, BEFORE, AFTER).await?;
        manager.alter_table(Table::alter().table(TABLE).add_column(date_null(COLUMN)).take()).await
    }

    /// Fails where another first day of service is on record, rather than forgetting it.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).drop_column(COLUMN).take()).await?;
        replace(manager, TABLE, AFTER, BEFORE).await
    }
}

/// Replaces the check of the kinds of the table.
async fn replace(manager: &SchemaManager<'_>, table: &str, before: &str, after: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() == DbBackend::Sqlite {
        return make_again(manager, table, before, after).await;
    }
    let check = format!("ck_{table}_kind");
    let statement =
        format!("ALTER TABLE {table} DROP CONSTRAINT {check}, ADD CONSTRAINT {check} CHECK ({after})");
    db.execute_unprepared(&statement).await.map(|_| ())
}

/// Makes a table of `SQLite` again, with another text in its statement.
async fn make_again(
    manager: &SchemaManager<'_>,
    table: &str,
    before: &str,
    after: &str,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let made = statements(manager, "table", table).await?;
    let indexes = statements(manager, "index", table).await?;
    let quoted = format!("\"{table}\"");
    let known = made.iter().find(|made| made.contains(before) && made.contains(&quoted));
    let known = known.ok_or_else(|| {
        DbErr::Migration(format!(
            "the table {table} has no check {before}, so it was not made by the steps before"
        ))
    })?;
    let remade = format!("{table}_remade");
    let statement = known.replacen(&quoted, &format!("\"{remade}\""), 1).replace(before, after);
    db.execute_unprepared(&statement).await?;
    db.execute_unprepared(&format!("INSERT INTO {remade} SELECT * FROM {table}")).await?;
    db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
    db.execute_unprepared(&format!("ALTER TABLE {remade} RENAME TO {table}")).await?;
    for index in indexes {
        db.execute_unprepared(&index).await?;
    }
    Ok(())
}

/// The statements that a table, or its indexes, were made by.
async fn statements(manager: &SchemaManager<'_>, kind: &str, table: &str) -> Result<Vec<String>, DbErr> {
    let text = format!(
        "SELECT sql FROM sqlite_master WHERE type = '{kind}' AND tbl_name = '{table}' AND sql IS NOT NULL ORDER BY name"
    );
    let rows =
        manager.get_connection().query_all_raw(Statement::from_string(DbBackend::Sqlite, text)).await?;
    rows.iter().map(|row| row.try_get::<String>("", "sql")).collect()
}
