//! What is written down of changes: every revision once and in order, and what happens when it is not all there.

use std::sync::atomic::{AtomicBool, Ordering};

use api::{access::Role, config::Limits};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;
use support::{
    Engine, TestApp,
    http::{Server, token_of},
    on_both_engines,
};

use super::{
    index::{GRAPH, changed, graph},
    setting::{a_service, needs},
};

const SERVICE: &str = "mutation($name: String!) {
    registerService(input: { name: $name, kind: APPLICATION }) { id } }";

/// As many as write at once below.
const WRITERS: usize = 8;

/// Changes of each writer.
fn changes(engine: Engine) -> usize {
    if engine == Engine::Postgres { 40 } else { 10 }
}

async fn revisions(db: &DatabaseConnection, behind: i64) -> Vec<i64> {
    let text = format!("SELECT revision FROM graph_revision WHERE revision > {behind} ORDER BY revision");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "revision").unwrap()).collect()
}

/// Reads on and on until the writers are done; every revision once, in order, without a gap.
async fn follow(app: &TestApp, is_done: &AtomicBool) -> Vec<i64> {
    let db = app.database().connect().await;
    let mut seen = vec![0];
    loop {
        let was_done = is_done.load(Ordering::SeqCst);
        for revision in revisions(&db, *seen.last().unwrap()).await {
            assert_eq!(
                revision,
                seen.last().unwrap() + 1,
                "after {:?}",
                &seen[seen.len().saturating_sub(5)..]
            );
            seen.push(revision);
        }
        if was_done {
            db.close().await.unwrap();
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
}

#[test]
fn under_eight_writers_every_reader_sees_every_revision_once_and_in_order() {
    on_both_engines(async |app| {
        let beside = app.beside().await;
        let hub = a_service(app, "Hub", json!({ "isShared": true })).await;
        let is_done = AtomicBool::new(false);
        let write = async |writer: usize| {
            let director = if writer.is_multiple_of(2) { app.director() } else { beside.director() };
            let mut own = Vec::new();
            for round in 0..changes(app.engine()) {
                let name = format!("Service {writer}.{round}");
                own.push(changed(&director, SERVICE, json!({ "name": name })).await);
                let found = graph(&director).await;
                assert!(found["revision"].as_i64() >= own.last().copied(), "a writer reads what it wrote");
            }
            own
        };
        let writers = async {
            let all =
                tokio::join!(write(0), write(1), write(2), write(3), write(4), write(5), write(6), write(7));
            is_done.store(true, Ordering::SeqCst);
            let (first, second, third, fourth, fifth, sixth, seventh, eighth) = all;
            [first, second, third, fourth, fifth, sixth, seventh, eighth]
        };
        let (all, one, other) = tokio::join!(writers, follow(app, &is_done), follow(app, &is_done));
        assert_eq!(one, other);
        let mut own: Vec<i64> = all.iter().flatten().copied().collect();
        assert!(all.iter().all(|own| own.is_sorted()), "a writer's revisions rise");
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), WRITERS * changes(app.engine()), "no two changes are one revision");
        assert!(own.iter().all(|revision| one.contains(revision)));
        needs(app, &hub, &a_service(app, "Last", json!({})).await, json!({})).await;
        let fresh = graph(&app.director_afresh()).await;
        assert_eq!(fresh["nodes"], WRITERS * changes(app.engine()) + 2);
        assert_eq!(graph(&app.director()).await, fresh);
        assert_eq!(graph(&beside.director()).await, fresh);
        beside.stop().await;
    });
}

pub(super) async fn by_hand(app: &TestApp, statements: &[&str]) {
    let hand = app.database().connect().await;
    for statement in statements {
        hand.execute_unprepared(statement).await.unwrap();
    }
    hand.close().await.unwrap();
}

#[test]
fn every_table_that_the_graph_rests_on_is_watched() {
    on_both_engines(async |app| {
        let hand = app.database().connect().await;
        let (text, each) = match app.engine() {
            Engine::Sqlite => ("SELECT name FROM sqlite_master WHERE type = 'trigger'", 3),
            Engine::Postgres => ("SELECT tgname::text AS name FROM pg_trigger WHERE NOT tgisinternal", 4),
        };
        let statement = Statement::from_string(hand.get_database_backend(), text);
        let rows = hand.query_all_raw(statement).await.unwrap();
        let names: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        for table in api::store::WATCHED {
            let events =
                ["insert", "update", "delete", "truncate"].map(|event| format!("graph_{table}_{event}"));
            assert_eq!(events.iter().filter(|event| names.contains(event)).count(), each, "{table}");
        }
        hand.close().await.unwrap();
    });
}

#[test]
fn who_is_too_far_behind_reads_everything_anew() {
    on_both_engines(async |app| {
        let director = app.director();
        changed(&director, SERVICE, json!({ "name": "Shop" })).await;
        graph(&director).await;
        let latest = changed(&director, SERVICE, json!({ "name": "Desk" })).await;
        let pruned = format!("DELETE FROM graph_revision WHERE revision < {latest}");
        by_hand(app, &["DELETE FROM graph_change", &pruned]).await;
        let found = graph(&director).await;
        assert_eq!((&found["nodes"], &found["revision"]), (&json!(2), &json!(latest)));
        let latest = changed(&director, SERVICE, json!({ "name": "Till" })).await;
        let found = graph(&director).await;
        assert_eq!((&found["nodes"], &found["revision"]), (&json!(3), &json!(latest)));
    });
}

#[test]
fn a_database_that_was_put_back_is_read_anew() {
    on_both_engines(async |app| {
        let director = app.director();
        let early = changed(&director, SERVICE, json!({ "name": "Shop" })).await;
        graph(&director).await;
        let late = changed(&director, SERVICE, json!({ "name": "Desk" })).await;
        assert_eq!(graph(&director).await["revision"], late);
        let back = format!("DELETE FROM graph_revision WHERE revision > {early}");
        by_hand(app, &["DELETE FROM service WHERE name = 'Desk'", &back]).await;
        let found = graph(&director).await;
        assert_eq!((&found["revision"], &found["nodes"]), (&json!(early), &json!(1)));
        // It goes on from there, to numbers that were there before and meant something else.
        let again = changed(&director, SERVICE, json!({ "name": "Till" })).await;
        assert_eq!(again, early + 1);
        assert_eq!(graph(&director).await["nodes"], 2);
        // And it may be put back and have gone on before anybody asks.
        by_hand(app, &["DELETE FROM service WHERE name = 'Till'", &back]).await;
        by_hand(app, &["UPDATE service SET status = 'RETIRED'", "UPDATE service SET tier = 1"]).await;
        let (kept, fresh) = (graph(&director).await, graph(&app.director_afresh()).await);
        assert_eq!(kept, fresh);
        assert_eq!((&kept["nodes"], &kept["thingsLeftOut"]), (&json!(0), &json!(1)));
    });
}

#[test]
fn a_server_says_that_it_cannot_follow_before_anybody_asks() {
    on_both_engines(async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let token = token_of(Role::Director);
        assert_eq!(server.query(&token, GRAPH).await.json()["data"]["graph"]["nodes"], 0);
        assert_eq!(server.get("/readyz").await.status, 200);
        by_hand(app, &["ALTER TABLE graph_revision RENAME TO elsewhere"]).await;
        let away = server.get("/readyz").await;
        assert_eq!((away.status.as_u16(), &away.json()["status"]), (503, &json!("not ready")));
        assert_eq!(away.json()["reasons"], json!(["the dependency graph cannot be brought up to date"]));
        by_hand(app, &["ALTER TABLE elsewhere RENAME TO graph_revision"]).await;
        assert_eq!(server.get("/readyz").await.status, 200);
        server.stop().await;
    });
}

#[test]
fn a_server_that_cannot_follow_says_so_and_answers_nothing_stale() {
    on_both_engines(async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let token = token_of(Role::Director);
        assert_eq!(server.query(&token, GRAPH).await.json()["data"]["graph"]["nodes"], 0);
        by_hand(app, &["ALTER TABLE graph_change RENAME TO elsewhere"]).await;
        assert_eq!(server.query(&token, GRAPH).await.code(), "UNAVAILABLE");
        let away = server.get("/readyz").await;
        assert_eq!(away.status, 503);
        assert_eq!(away.json()["reasons"], json!(["the dependency graph cannot be brought up to date"]));
        by_hand(app, &["ALTER TABLE elsewhere RENAME TO graph_change"]).await;
        assert_eq!(server.get("/readyz").await.status, 200);
        assert_eq!(server.query(&token, GRAPH).await.json()["data"]["graph"]["nodes"], 0);
        server.stop().await;
    });
}
