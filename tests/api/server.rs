//! The server over HTTP, and how it behaves when something stops: a request, the database, or itself.

mod connections;

use std::time::{Duration, Instant};

use api::{
    access::{Role, token::Verifier},
    config::Limits,
    store::{Ids, Store},
};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use support::{
    Cable, Database, Engine, Process, TestApp, block_on,
    http::{Answer, PARTIES, SECRET, Server, answer, token_of},
    on_both_engines, on_empty_databases, on_engine, plinth,
};

const OPEN: &str = r#"mutation { openSite(input: {
    code: "B1", name: "Basel", kind: DATA_CENTER, timeZone: "Europe/Zurich"
}) { code } }"#;
const COUNT: &str = "{ sites { totalCount } }";

async fn count(app: &TestApp) -> i64 {
    app.director().query(COUNT).await["sites"]["totalCount"].as_i64().unwrap()
}

/// Keeps every writer waiting until the returned transaction ends.
async fn hold_writers(database: &Database) -> sea_orm::DatabaseTransaction {
    let other = database.connect().await;
    match database.engine() {
        Engine::Sqlite => {
            let options = sea_orm::TransactionOptions {
                sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
                ..Default::default()
            };
            other.begin_with_options(options).await.unwrap()
        }
        Engine::Postgres => {
            let tx = other.begin().await.unwrap();
            tx.execute_unprepared("LOCK TABLE site IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
            tx
        }
    }
}

/// Waits until somebody else's statement waits for the lock of [`hold_writers`].
async fn somebody_waits(holder: &sea_orm::DatabaseTransaction, engine: Engine) {
    if engine == Engine::Sqlite {
        return tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let sql =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..6_000 {
        // Within a transaction those that were there when it was first asked are shown.
        holder.execute_unprepared("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
        if holder.query_one_raw(statement).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

pub(crate) async fn post(address: &str, token: &str, query: &str) -> Result<Answer, reqwest::Error> {
    let request = reqwest::Client::new().post(format!("http://{address}/graphql")).bearer_auth(token);
    let response = request.json(&json!({ "query": query })).send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}

/// A token that is valid now, for programs that have no clock of the test.
pub(crate) fn token_from_the_command_line(role: &str) -> String {
    let secret = String::from_utf8_lossy(SECRET).into_owned();
    let output = plinth().args(["token", "--role", role]).env("PLINTH_JWT_SECRET", secret).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn an_answer_keeps_the_order_of_the_query() {
    on_both_engines(async |app| {
        app.director().query(OPEN).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let text = "{ sites { totalCount nodes { name racks { totalCount nodes { name } } code ...f } \
                    pageInfo { hasNextPage } } serverVersion } fragment f on Site { id assets { totalCount } kind }";
        let answer = server.query(&token_of(Role::Director), text).await;
        let names = [
            "sites",
            "totalCount",
            "nodes",
            "name",
            "racks",
            "totalCount",
            "nodes",
            "code",
            "id",
            "assets",
            "totalCount",
            "kind",
            "pageInfo",
            "hasNextPage",
            "serverVersion",
        ];
        let mut rest = answer.text.as_str();
        for name in names {
            let place = rest.find(&format!("\"{name}\":"));
            assert!(place.is_some(), "{name} is not in its place in {}", answer.text);
            rest = &rest[place.unwrap() + name.len()..];
        }
        server.stop().await;
    });
}

#[test]
fn requests_are_posted_as_single_objects() {
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let token = token_of(Role::Viewer);
        let get = server.get("/graphql?query=%7BserverVersion%7D").await;
        assert_eq!((get.status.as_u16(), get.headers["allow"].as_bytes()), (405, &b"POST"[..]));

        let send = async |kind: &str, body: &'static str| {
            let request = server.post("/graphql").bearer_auth(&token).header("content-type", kind);
            answer(request.body(body)).await
        };
        let json = "application/json";
        for (kind, body, status) in [
            (json, r#"[{"query":"{ serverVersion }"},{"query":"{ serverVersion }"}]"#, 400),
            (json, "{", 400),
            (json, "", 400),
            (json, r#"{"query": 1}"#, 400),
            (json, "\u{feff}{}", 400),
            ("text/plain", r#"{"query":"{ serverVersion }"}"#, 415),
            ("application/x-www-form-urlencoded", "query=%7BserverVersion%7D", 415),
            ("multipart/form-data", "", 400),
            ("multipart/form-data; boundary=edge", "--edge--", 400),
        ] {
            let answer = send(kind, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (status, "INVALID"),
                "{kind} {body}"
            );
        }
        let answer = send("application/json; charset=utf-8", r#"{"query":"{ serverVersion }"}"#).await;
        assert_eq!(answer.json()["data"]["serverVersion"], env!("CARGO_PKG_VERSION"));
        let answer = send(json, r#"{"query":"{ serverVersion"}"#).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "INVALID"));
        server.stop().await;
    });
}

#[test]
fn a_request_id_goes_through_or_is_made() {
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let send = async |id: &str| {
            let request =
                server.post("/graphql").bearer_auth(token_of(Role::Viewer)).header("x-request-id", id);
            let answer = answer(request.json(&json!({ "query": COUNT }))).await;
            answer.headers["x-request-id"].to_str().unwrap().to_owned()
        };
        assert_eq!(send("from-the.proxy_1").await, "from-the.proxy_1");
        for odd in ["", "a b", "a\"b", &"x".repeat(65)] {
            let made = send(odd).await;
            assert!(made.len() == 32 && made != odd, "{made}");
        }
        server.stop().await;
    });
}

#[test]
fn the_page_and_its_files_are_served_where_they_are_offered() {
    assert!(api::server::has_graphiql(), "the page is not complete: run `make setup`, then build again");
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let page = server.get("/").await;
        assert_eq!(page.status, 200);
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
        let files = ["react.js", "react-dom.js", "graphiql.js", "graphiql.css", "start.js"];
        for file in files {
            let path = format!("/graphiql/{file}");
            assert!(page.text.contains(&path), "the page does not name {file}");
            let found = server.get(&path).await;
            assert_eq!(found.status, 200, "{file}");
            assert!(found.text.len() > 500, "{file} is empty");
            assert_eq!(found.headers["x-content-type-options"], "nosniff");
        }
        assert!(!page.text.contains("https://"), "the page needs the internet");
        assert_eq!(server.get("/graphiql/..%2findex.html").await.status, 404);
        server.stop().await;

        let verifier = Verifier::new(PARTIES.0, PARTIES.1).trust_secret(SECRET);
        let server = Server::start_with(app.store(), verifier, Limits::default(), false).await;
        assert_eq!(server.get("/").await.status, 404);
        for file in files {
            assert_eq!(server.get(&format!("/graphiql/{file}")).await.status, 404);
        }
        server.stop().await;
    });
}

#[test]
fn a_request_that_takes_too_long_is_cancelled_and_undone() {
    on_both_engines(async |app| {
        let limits = Limits { timeout_seconds: 1, ..Limits::default() };
        let server = Server::start(app.store(), limits).await;
        let holder = hold_writers(app.database()).await;
        let started = Instant::now();
        let answer = server.query(&token_of(Role::Director), OPEN).await;
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (200, "LIMIT_EXCEEDED"),
            "{}",
            answer.text
        );
        assert_eq!(answer.message(), "the request took longer than 1 seconds and was undone");
        let id = answer.json()["errors"][0]["extensions"]["requestId"].clone();
        assert_eq!(id, answer.headers["x-request-id"].to_str().unwrap());
        holder.rollback().await.unwrap();

        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(count(app).await, 0);
        let answer = server.query(&token_of(Role::Director), OPEN).await;
        assert_eq!(answer.json()["data"]["openSite"]["code"], "B1", "{}", answer.text);
        server.stop().await;
    });
}

#[test]
fn a_statement_that_goes_on_after_its_request_is_given_up() {
    on_engine(Engine::Postgres, async |app| {
        let longest = Some(Duration::from_millis(300));
        let store = Store::connect_with(app.database().url(), 1, Ids::random(), longest).await.unwrap();
        let server = Server::start(&store, Limits::default()).await;
        let holder = hold_writers(app.database()).await;
        let answer = server.query(&token_of(Role::Director), OPEN).await;
        assert_eq!(answer.code(), "LIMIT_EXCEEDED", "{}", answer.text);
        holder.rollback().await.unwrap();
        let answer = server.query(&token_of(Role::Director), OPEN).await;
        assert_eq!(answer.code(), "", "{}", answer.text);
        server.stop().await;
        store.close().await;
    });
}

#[test]
fn a_database_that_goes_away_in_a_change_leaves_nothing_half_written() {
    on_engine(Engine::Postgres, async |app| {
        let cable = Cable::to(app.database());
        let store = Store::connect(&cable.url(), 4, Ids::random()).await.unwrap();
        let server = Server::start(&store, Limits::default()).await;
        let token = token_of(Role::Director);
        assert_eq!(server.get("/readyz").await.status, 200);

        let holder = hold_writers(app.database()).await;
        let (answer, ()) = tokio::join!(server.query(&token, OPEN), async {
            somebody_waits(&holder, Engine::Postgres).await;
            cable.pull();
        });
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "UNAVAILABLE"), "{}", answer.text);
        assert_eq!(answer.message(), "the database is not available, try again");
        let id = answer.json()["errors"][0]["extensions"]["requestId"].clone();
        assert_eq!(id, answer.headers["x-request-id"].to_str().unwrap());
        holder.rollback().await.unwrap();

        let away = server.get("/readyz").await;
        assert_eq!(away.status, 503);
        assert_eq!(away.json()["reasons"], json!(["the database does not answer"]));
        assert_eq!(server.get("/healthz").await.status, 200);
        let started = Instant::now();
        assert_eq!(server.query(&token, COUNT).await.code(), "UNAVAILABLE");
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());

        cable.plug();
        let answer = server.query(&token, COUNT).await;
        assert_eq!(answer.json()["data"]["sites"]["totalCount"], 0, "{}", answer.text);
        let answer = server.query(&token, OPEN).await;
        assert_eq!(answer.json()["data"]["openSite"]["code"], "B1", "{}", answer.text);
        assert_eq!(server.get("/readyz").await.status, 200);
        server.stop().await;
        store.close().await;
    });
}

#[test]
fn a_server_is_not_ready_before_its_database_is_migrated() {
    on_empty_databases(async |database| {
        let store = Store::connect(database.url(), 2, Ids::random()).await.unwrap();
        let server = Server::start(&store, Limits::default()).await;
        let answer = server.get("/readyz").await;
        assert_eq!(answer.status, 503);
        let reasons = answer.json()["reasons"].as_array().unwrap().clone();
        assert!(reasons.len() > 3 && reasons[0].as_str().unwrap().ends_with("is not applied"), "{reasons:?}");
        migration::up(store.pool(), None).await.unwrap();
        assert_eq!(server.get("/readyz").await.json(), json!({ "status": "ready" }));
        server.stop().await;
        store.close().await;
    });
}

#[test]
fn metrics_count_requests_and_errors_by_operation() {
    on_both_engines(async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let token = token_of(Role::Viewer);
        let named = json!({ "query": "query Named { sites { totalCount } }", "operationName": "Named" });
        for _ in 0..3 {
            answer(server.post("/graphql").bearer_auth(&token).json(&named)).await;
        }
        server.query(&token, "{ nonsense }").await;
        server.query("nonsense", COUNT).await;
        let text = server.get("/metrics").await.text;
        for line in [
            "plinth_requests_total{operation=\"Named\"} 3",
            "plinth_errors_total{code=\"INVALID\",operation=\"unnamed\"} 1",
            "plinth_errors_total{code=\"UNAUTHENTICATED\",operation=\"refused\"} 1",
            "plinth_request_seconds_count{operation=\"Named\"} 3",
            "plinth_pool_connections ",
            "plinth_pool_idle_connections ",
            "plinth_statements_total ",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        server.stop().await;
    });
}

#[test]
fn a_server_that_is_told_to_stop_finishes_what_it_has_begun() {
    on_both_engines(async |app| {
        for (signal, code) in [("TERM", "T1"), ("INT", "I1")] {
            let mut server = Process::serve(app.database().url(), &[]);
            let address = server.address().to_owned();
            let token = token_from_the_command_line("director");
            // Opens connections from several threads, so that those without work can end.
            let warm = || post(&address, &token, COUNT);
            let answers = tokio::join!(warm(), warm(), warm(), warm());
            for answer in [answers.0, answers.1, answers.2, answers.3] {
                assert_eq!(answer.unwrap().code(), "");
            }
            let holder = hold_writers(app.database()).await;
            let open = OPEN.replace("B1", code);
            let (answer, ()) = tokio::join!(post(&address, &token, &open), async {
                somebody_waits(&holder, app.engine()).await;
                server.signal(signal);
                server.wait_for("stopping");
                tokio::time::sleep(Duration::from_millis(1_000)).await;
                assert!(post(&address, &token, COUNT).await.is_err(), "a new connection was taken");
                holder.rollback().await.unwrap();
            });
            let answer = answer.unwrap();
            assert_eq!(answer.json()["data"]["openSite"]["code"], code, "{}", answer.text);
            server.wait_for("stopped");
            assert_eq!(server.ended().code(), Some(0));
        }
        assert_eq!(count(app).await, 2);
    });
}

#[test]
fn a_second_signal_stops_at_once_and_undoes_what_was_begun() {
    on_engine(Engine::Postgres, async |app| {
        let mut server = Process::serve(app.database().url(), &[]);
        let address = server.address().to_owned();
        let token = token_from_the_command_line("director");
        let holder = hold_writers(app.database()).await;
        let (answer, ()) = tokio::join!(post(&address, &token, OPEN), async {
            somebody_waits(&holder, app.engine()).await;
            server.signal("TERM");
            server.wait_for("stopping");
            server.signal("TERM");
        });
        assert!(answer.is_err(), "{answer:?}");
        server.ended();
        holder.rollback().await.unwrap();
        assert_eq!(count(app).await, 0);
    });
}

#[test]
fn log_lines_carry_the_request_and_no_secrets() {
    on_engine(Engine::Sqlite, async |app| {
        let mut server = Process::serve(app.database().url(), &[]);
        let token = token_from_the_command_line("viewer");
        let request = reqwest::Client::new()
            .post(format!("http://{}/graphql", server.address()))
            .bearer_auth(&token)
            .header("x-request-id", "from-the-test")
            .json(&json!({ "query": "query Named { sites { totalCount } }", "operationName": "Named" }));
        answer(request).await;
        let line = server.wait_for("from-the-test");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["message"], "request");
        assert_eq!(line["request_id"], "from-the-test");
        assert_eq!(line["operation"], "Named");
        assert_eq!(line["status"], 200);
        assert!(line["milliseconds"].is_u64() && line["timestamp"].is_string());
        assert!(!line.to_string().contains(&token));
    });
}

#[test]
fn two_migrations_do_not_run_at_once() {
    on_empty_databases(async |database| {
        let other = database.connect().await;
        if database.engine() == Engine::Sqlite {
            // As every command leaves it.
            other.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
        }
        let lock = match database.engine() {
            Engine::Postgres => {
                let tx = other.begin().await.unwrap();
                let sql = format!("SELECT pg_advisory_xact_lock({})", migration::LOCK);
                tx.execute_unprepared(&sql).await.unwrap();
                tx
            }
            Engine::Sqlite => {
                let options = sea_orm::TransactionOptions {
                    sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
                    ..Default::default()
                };
                other.begin_with_options(options).await.unwrap()
            }
        };
        let migrate = || {
            let url = database.url().to_owned();
            let run = move || plinth().args(["migrate", "up", "--database-url", &url]).output().unwrap();
            tokio::task::spawn_blocking(run)
        };
        let output = migrate().await.unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("another migration is running"), "{told}");
        lock.rollback().await.unwrap();
        other.close().await.unwrap();
        let output = migrate().await.unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!String::from_utf8(output.stdout).unwrap().contains("outstanding"));
    });
}

#[test]
fn a_database_that_does_not_answer_has_an_exit_code_of_its_own() {
    for url in ["postgres://nobody@127.0.0.1:1/nothing", "sqlite:///does/not/exist/plinth.sqlite"] {
        let output = plinth().args(["migrate", "status", "--database-url", url]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{url}: {told}");
    }
}

#[test]
fn the_demo_serves_a_token_for_each_role() {
    block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/demo.sqlite", directory.path().display());
        let mut server = Process::serve(&url, &["--demo"]);
        let address = server.address().to_owned();
        for role in ["viewer", "architect", "planner", "finance", "director", "committee", "auditor", "admin"]
        {
            let line = server.wait_for(&format!("  {role} "));
            let token = line.split_whitespace().last().unwrap();
            let answer = post(&address, token, "{ serverVersion }").await.unwrap();
            assert_eq!(answer.code(), "", "{role}: {}", answer.text);
        }
        server.signal("TERM");
        assert_eq!(server.ended().code(), Some(0));
    });
}
