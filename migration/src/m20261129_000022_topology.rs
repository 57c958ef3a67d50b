//! Tables of `topology`: what changed of all that the dependency graph rests on, in the order of commits.
//!
//! Triggers write the lines, so that rows that go with others and changes by hand are among them. Lines of one
//! transaction share a change set, and the change set is given its revision when the transaction is committed:
//!
//! - PostgreSQL: by a deferred trigger that takes a lock first and keeps it until the commit is over, so that revisions
//!   are dense and in the order in which others see the changes. A statement that touches more than 1,000 rows leaves
//!   one line without a row.
//! - SQLite: at once, for it has one writer. There, each row is a change set of its own, save while a line with the id 0
//!   is there: whoever writes thousands of rows puts it there, with one line for all of them, and takes it away before
//!   the commit, so nobody else ever meets it.
//!
//! A step that makes one of these tables anew has to give it its triggers again: [`watch`].

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid, uuid_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::{bare_table, create, drop, index, unique};

const REVISION: &str = "graph_revision";
const CHANGE: &str = "graph_change";

/// The tables that the graph rests on.
const WATCHED: [&str; 18] = [
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

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![unique(REVISION, &["revision"]), index(CHANGE, &["change_set_id"])];
        create(manager, vec![revision(), change()], indexes).await?;
        let db = manager.get_connection();
        match db.get_database_backend() {
            DbBackend::Postgres => {
                db.execute_unprepared(POSTGRES_FIRST).await?;
                for function in POSTGRES_FUNCTIONS {
                    db.execute_unprepared(function).await?;
                }
            }
            _ => {
                db.execute_unprepared(SQLITE_FIRST).await?;
                db.execute_unprepared(SQLITE_PRUNE).await?;
            }
        }
        for table in WATCHED {
            watch(manager, table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = db.get_database_backend();
        for table in WATCHED {
            for (event, ..) in EVENTS {
                let on = if backend == DbBackend::Postgres { format!(" ON {table}") } else { String::new() };
                db.execute_unprepared(&format!("DROP TRIGGER IF EXISTS graph_{table}_{event}{on}")).await?;
            }
        }
        drop(manager, &[CHANGE, REVISION]).await?;
        if backend == DbBackend::Postgres {
            for name in ["inserted", "updated", "deleted", "truncated", "revised", "settled"] {
                db.execute_unprepared(&format!("DROP FUNCTION graph_{name}")).await?;
            }
        }
        Ok(())
    }
}

/// A change set once it is committed. Its id is random, so that a database that was put back to an earlier state and
/// went on from there is told from one that was not.
fn revision() -> TableCreateStatement {
    bare_table(REVISION).col(big_integer("revision")).take()
}

/// A row of another table that was written or removed; many of that table where none is named.
fn change() -> TableCreateStatement {
    Table::create()
        .table(CHANGE)
        .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
        .col(uuid("change_set_id"))
        .col(text("entity"))
        .col(uuid_null("row_id"))
        .take()
}

/// What is watched for, with what a statement shows of it to PostgreSQL. SQLite knows all but the last.
const EVENTS: [(&str, &str, &str); 4] = [
    ("insert", "inserted", "REFERENCING NEW TABLE AS touched"),
    ("update", "updated", "REFERENCING NEW TABLE AS touched OLD TABLE AS before"),
    ("delete", "deleted", "REFERENCING OLD TABLE AS touched"),
    ("truncate", "truncated", ""),
];

/// Gives a table its triggers.
pub async fn watch(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() == DbBackend::Postgres {
        for (event, function, referencing) in EVENTS {
            let sql = format!(
                "CREATE TRIGGER graph_{table}_{event} AFTER {event} ON {table} {referencing}
                 FOR EACH STATEMENT EXECUTE FUNCTION graph_{function}()"
            );
            db.execute_unprepared(&sql).await?;
        }
        return Ok(());
    }
    let touched = ["SELECT NEW.id AS id", "SELECT NEW.id AS id UNION SELECT OLD.id", "SELECT OLD.id AS id"];
    for ((event, ..), touched) in EVENTS.iter().zip(touched) {
        let sql = format!(
            "CREATE TRIGGER graph_{table}_{event} AFTER {event} ON {table}
             WHEN NOT EXISTS (SELECT 1 FROM graph_change WHERE id = 0) BEGIN
                INSERT INTO graph_revision (id, revision)
                    SELECT randomblob(16), coalesce(max(revision), -1) + 1 FROM graph_revision;
                INSERT INTO graph_change (change_set_id, entity, row_id)
                    SELECT (SELECT id FROM graph_revision ORDER BY revision DESC LIMIT 1), '{table}', id
                    FROM ({touched});
            END"
        );
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

const POSTGRES_FIRST: &str = "INSERT INTO graph_revision (id, revision) VALUES (gen_random_uuid(), 0)";

const SQLITE_FIRST: &str = "INSERT INTO graph_revision (id, revision) VALUES (randomblob(16), 0)";

/// Keeps the last 100,000 revisions: whoever is farther behind reads everything anew.
const SQLITE_PRUNE: &str = "
    CREATE TRIGGER graph_revision_prune AFTER INSERT ON graph_revision WHEN NEW.revision % 1024 = 0 BEGIN
        DELETE FROM graph_change WHERE change_set_id IN
            (SELECT id FROM graph_revision WHERE revision <= NEW.revision - 100000);
        DELETE FROM graph_revision WHERE revision <= NEW.revision - 100000;
    END";

/// The lines of a statement: one for each row, or a single one for more than 1,000 of them.
macro_rules! lines_of {
    ($name:literal, $rows:literal) => {
        concat!(
            "CREATE FUNCTION graph_",
            $name,
            "() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                change_set uuid := nullif(current_setting('plinth.graph_change_set', true), '')::uuid;
                many bigint;
            BEGIN
                SELECT count(*) INTO many FROM (SELECT 1 FROM touched LIMIT 1001) AS few;
                IF many = 0 THEN
                    RETURN NULL;
                END IF;
                IF change_set IS NULL THEN
                    change_set := gen_random_uuid();
                    PERFORM set_config('plinth.graph_change_set', change_set::text, true);
                END IF;
                IF many > 1000 THEN
                    INSERT INTO graph_change (change_set_id, entity) VALUES (change_set, TG_TABLE_NAME);
                ELSE
                    INSERT INTO graph_change (change_set_id, entity, row_id)
                        SELECT change_set, TG_TABLE_NAME, id FROM (",
            $rows,
            ") AS rows;
                END IF;
                RETURN NULL;
            END $$"
        )
    };
}

const POSTGRES_FUNCTIONS: [&str; 7] = [
    lines_of!("inserted", "SELECT id FROM touched"),
    lines_of!("updated", "SELECT id FROM touched UNION SELECT id FROM before"),
    lines_of!("deleted", "SELECT id FROM touched"),
    "CREATE FUNCTION graph_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        change_set uuid := nullif(current_setting('plinth.graph_change_set', true), '')::uuid;
    BEGIN
        IF change_set IS NULL THEN
            change_set := gen_random_uuid();
            PERFORM set_config('plinth.graph_change_set', change_set::text, true);
        END IF;
        INSERT INTO graph_change (change_set_id, entity) VALUES (change_set, TG_TABLE_NAME);
        RETURN NULL;
    END $$",
    // The lock is kept until the commit is over and seen by others, so whoever comes next counts on from here.
    "CREATE FUNCTION graph_revised() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        latest bigint;
    BEGIN
        IF EXISTS (SELECT 1 FROM graph_revision WHERE id = NEW.change_set_id) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock(443924639848);
        SELECT coalesce(max(revision), -1) + 1 INTO latest FROM graph_revision;
        INSERT INTO graph_revision (id, revision) VALUES (NEW.change_set_id, latest);
        IF latest % 1024 = 0 THEN
            DELETE FROM graph_change WHERE change_set_id IN
                (SELECT id FROM graph_revision WHERE revision <= latest - 100000);
            DELETE FROM graph_revision WHERE revision <= latest - 100000;
        END IF;
        RETURN NULL;
    END $$",
    "CREATE CONSTRAINT TRIGGER graph_change_revised AFTER INSERT ON graph_change
     DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION graph_revised()",
    // The last act of a transaction that wants to know its revision; none where it changed nothing of the graph.
    "CREATE FUNCTION graph_settled() RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        SET CONSTRAINTS graph_change_revised IMMEDIATE;
        RETURN (SELECT revision FROM graph_revision
            WHERE id = nullif(current_setting('plinth.graph_change_set', true), '')::uuid);
    END $$",
];
