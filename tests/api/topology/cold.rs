//! A graph that is read from the beginning: with as many connections as there are, and past what cannot be read.

use api::{
    access::{Permission, Role},
    config::Limits,
    demo::{self, Scale},
    store::{Ids, Store},
};
use sea_orm::sqlx::{Connection, PgConnection};
use serde_json::{Value, json};
use support::{
    Engine, Process, TestApp,
    http::{Answer, Server, answer, token_of},
    on_both_engines, on_engine,
};
use uuid::Uuid;

use super::{
    index_history::by_hand,
    setting::{a_service, a_setting, needs},
};
use crate::server::{post, token_from_the_command_line};

/// Connections of the pool of a server.
const POOL: u32 = 2;

/// What comes of all tables that are read beside the others, and of what is read with them.
const ASKED: &str = "{ graph { revision nodes edges thingsLeftOut edgesLeftOut fingerprint }
    singlePointsOfFailure { totalCount services { service { name } count } }
    graphQuality { dependencies affectedDependencies findings { kind count dependencies } }
    moveGroups { count totals: groups(first: 5) { size totals { kilowatts terabytes } } }
    powerRedundancy { racks redundantRacks exposedRacks } }";

/// A name by which PostgreSQL gives so many connections and no more, with the address of the database under it.
async fn narrow_login(app: &TestApp, connections: u32) -> (String, String) {
    let name = format!("narrow_{}", Uuid::now_v7().simple());
    by_hand(
        app,
        &[
            &format!("CREATE ROLE {name} LOGIN CONNECTION LIMIT {connections}"),
            &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"),
        ],
    )
    .await;
    let (_, place) = app.database().url().split_once('@').unwrap();
    let url = format!("postgres://{name}@{place}");
    (name, url)
}

#[test]
fn without_further_connections_the_graph_is_the_same() {
    on_engine(Engine::Postgres, async |app| {
        demo::load(app.store(), Scale { assets: 400, seed: 1 }, |_| {}).await.unwrap();
        let expected = app.director_afresh().query(ASKED).await;
        assert!(expected["graph"]["nodes"].as_u64() > Some(400), "{expected}");
        // None beside the pool, one of those that are asked for, and all of them.
        for beside in 0..=2 {
            let (name, url) = narrow_login(app, POOL + beside).await;
            let store = Store::connect(&url, POOL, Ids::seeded(3)).await.unwrap();
            let caller = app.caller(Role::Director);
            let open = async || store.snapshot(&caller, &[Permission::ViewTopology]).await.unwrap();
            // Both at once, so that the pool has all that it may have.
            let held = (open().await, open().await);
            let further = PgConnection::connect(&url).await;
            assert_eq!(further.is_ok(), beside > 0, "{beside} beside the pool");
            if let Ok(further) = further {
                further.close().await.unwrap();
            }
            drop(held);
            let server = Server::start(&store, Limits::default()).await;
            let found = server.query(&token_of(Role::Director), ASKED).await;
            assert_eq!(found.json()["data"], expected, "{beside} beside the pool");
            assert_eq!(server.get("/readyz").await.status, 200);
            server.stop().await;
            store.close().await;
            by_hand(app, &[&format!("DROP OWNED BY {name}"), &format!("DROP ROLE {name}")]).await;
        }
    });
}

/// How a program that has just begun answers: whether it is ready, and what the graph is.
async fn asked(process: &Process, token: &str) -> (Answer, Answer) {
    let ready = reqwest::Client::new().get(format!("http://{}/readyz", process.address()));
    let graph = post(process.address(), token, "{ graph { nodes edges } }").await;
    (answer(ready).await, graph.unwrap())
}

#[test]
fn what_cannot_be_read_is_named_and_read_once_it_is_mended() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = setting.server(app, "SRV-1", 1).await;
        let shop = a_service(app, "Shop", json!({})).await;
        needs(app, &shop, &server, json!({})).await;
        let warm = Server::start(app.store(), Limits::default()).await;
        let (token, other_token) = (token_of(Role::Director), token_from_the_command_line("director"));
        let known = async || {
            let answer = warm.query(&token, "{ graph { nodes edges } }").await;
            (answer.code(), answer.json()["data"]["graph"].clone())
        };
        let (_, expected) = known().await;
        for (table, column, right) in [("asset", "status", "IN_SERVICE"), ("dependency", "hardness", "HARD")]
        {
            let unchecked = match app.engine() {
                Engine::Sqlite => "PRAGMA ignore_check_constraints = ON".to_owned(),
                Engine::Postgres => format!("ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}"),
            };
            let write = |word: &str| format!("UPDATE {table} SET {column} = '{word}'");
            by_hand(app, &[&unchecked, &write("ON_FIRE")]).await;
            // Neither a server that follows changes nor one that has just begun answers from anything else.
            assert_eq!(known().await, ("UNAVAILABLE".to_owned(), Value::Null), "{table}");
            let mut cold = Process::serve(app.database().url(), &[]);
            let (ready, graph) = asked(&cold, &other_token).await;
            let away = json!({
                "status": "not ready", "reasons": ["the dependency graph cannot be brought up to date"],
            });
            assert_eq!((ready.status.as_u16(), ready.json()), (503, away), "{table}");
            assert_eq!(graph.code(), "UNAVAILABLE", "{}", graph.text);
            let said = cold.wait_for("the dependency graph cannot be brought up to date");
            assert!(said.contains(&format!("{table}.{column}: ")), "{said}");
            by_hand(app, &[&write(right)]).await;
            let (ready, graph) = asked(&cold, &other_token).await;
            assert_eq!((ready.status.as_u16(), &graph.json()["data"]["graph"]), (200, &expected), "{table}");
            assert_eq!(known().await, (String::new(), expected.clone()), "{table}");
        }
        warm.stop().await;
    });
}
