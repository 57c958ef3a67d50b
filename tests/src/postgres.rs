//! Databases on the PostgreSQL server of the run.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::database::{connect, migrate};

/// Any number that nothing else on the server locks.
const TEMPLATE_LOCK: i64 = 0x0070_6c69_6e74_6800;

/// The maintenance database, from which others are made.
static SERVER_URL: LazyLock<String> = LazyLock::new(|| {
    env::var("PLINTH_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "PLINTH_TEST_POSTGRES_URL names no PostgreSQL server: run `make test`, or \
             `cargo run --package tests --bin with-postgres -- cargo test`"
        )
    })
});

/// The address of a database on the server.
pub fn url_of(name: &str) -> String {
    replace_database(&SERVER_URL, name)
}

/// Makes a database without tables and returns its name.
pub async fn create_empty() -> String {
    create("").await
}

/// Makes a copy of the migrated database and returns its name.
pub async fn create_migrated() -> String {
    create(&format!("TEMPLATE {}", template().await)).await
}

/// Drops a database, ending the connections that others still hold to it.
pub async fn drop(name: &str) {
    let server = connect(&SERVER_URL).await;
    run(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    close(server).await;
}

async fn create(options: &str) -> String {
    let name = format!("plinth_test_{}", Uuid::now_v7().simple());
    let server = connect(&SERVER_URL).await;
    run(&server, &format!("CREATE DATABASE {name} {options}")).await;
    close(server).await;
    name
}

/// The migrated database: made once, by whichever process of the run comes first.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE.get_or_init(make_template).await
}

async fn make_template() -> String {
    let name = format!("plinth_template_{:016x}", build());
    let server = connect(&SERVER_URL).await;
    run(&server, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    if !exists(&server, &name).await {
        // Named only when complete: a run that was killed in between leaves nothing that looks usable.
        let unfinished = format!("{name}_unfinished");
        run(&server, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
        run(&server, &format!("CREATE DATABASE {unfinished}")).await;
        migrate(&url_of(&unfinished)).await;
        run(&server, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    // The lock ends with the connection.
    close(server).await;
    name
}

/// Tells builds of the tests apart, so that a server that is kept never serves yesterday's tables.
fn build() -> u64 {
    let program = env::current_exe().expect("a program knows where it is");
    let built = fs::metadata(&program).and_then(|metadata| metadata.modified());
    let mut hasher = DefaultHasher::new();
    (program, built.expect("a program knows when it was built")).hash(&mut hasher);
    hasher.finish()
}

async fn exists(server: &DatabaseConnection, name: &str) -> bool {
    let sql = "SELECT 1 FROM pg_database WHERE datname = $1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
    server.query_one_raw(statement).await.expect("the server lists its databases").is_some()
}

async fn run(server: &DatabaseConnection, sql: &str) {
    if let Err(error) = server.execute_unprepared(sql).await {
        panic!("{sql}: {error}");
    }
}

async fn close(server: DatabaseConnection) {
    server.close().await.expect("the connection closes");
}

/// Puts another database into an address: the path between the host and the parameters.
fn replace_database(url: &str, name: &str) -> String {
    let (base, parameters) = url
        .split_once('?')
        .map_or((url, String::new()), |(base, parameters)| (base, format!("?{parameters}")));
    let host_start = base.find("://").map_or(0, |position| position + 3);
    let host_end = base[host_start..].find('/').map_or(base.len(), |position| host_start + position);
    format!("{}/{name}{parameters}", &base[..host_end])
}

#[cfg(test)]
mod tests {
    use super::replace_database;

    #[test]
    fn an_address_keeps_all_but_its_database() {
        let check = |url: &str, expected: &str| assert_eq!(replace_database(url, "b"), expected);
        check("postgres://u:p@h:5432/a", "postgres://u:p@h:5432/b");
        check("postgres://u@h/a?host=/tmp/x&port=1", "postgres://u@h/b?host=/tmp/x&port=1");
        check("postgres://h", "postgres://h/b");
        check("postgres://h?host=/tmp/x", "postgres://h/b?host=/tmp/x");
    }
}
