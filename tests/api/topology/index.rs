//! The graph that servers keep: as fresh as the database, whoever changes it.

use api::{
    access::{Permission, Role},
    demo::{self, Scale},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    feed,
    setting::{a_group, a_rack, a_service, a_setting, a_site, needs, retire},
};
use crate::roadmap::send;

/// All that tells one graph from another.
pub(super) const GRAPH: &str =
    "{ graph { revision nodes edges thingsLeftOut edgesLeftOut fingerprint asOf } }";

/// The graph that a client is told of.
pub(super) async fn graph(client: &Client) -> Value {
    client.query(GRAPH).await["graph"].clone()
}

/// Changes something, and returns the revision that came of it.
pub(super) async fn changed(client: &Client, text: &str, variables: Value) -> i64 {
    let answer = client.answer(text, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["extensions"]["graphRevision"].as_i64().unwrap_or_else(|| panic!("no revision: {answer}"))
}

const SERVICE: &str = "mutation($name: String!) {
    registerService(input: { name: $name, kind: APPLICATION }) { id } }";

#[test]
fn a_change_says_which_revision_it_became_and_answers_say_theirs() {
    on_both_engines(async |app| {
        let director = app.director();
        let first = changed(&director, SERVICE, json!({ "name": "Shop" })).await;
        let second = changed(&director, SERVICE, json!({ "name": "Desk" })).await;
        assert_eq!(second, first + 1);
        assert_eq!(graph(&director).await["revision"], second);
        assert_eq!(graph(&director).await["asOf"], "2026-07-01");
        let other = director.answer(GRAPH, json!({})).await;
        assert!(other.get("extensions").is_none(), "{other}");
        let vendor = "mutation { registerManufacturer(input: { name: \"Acme\" }) { id } }";
        let other = director.answer(vendor, json!({})).await;
        assert!(other.get("extensions").is_none(), "the graph does not rest on it: {other}");
        let refused = director.answer(SERVICE, json!({ "name": "Shop" })).await;
        assert!(refused.get("errors").is_some() && refused.get("extensions").is_none(), "{refused}");
        let shop = director.query("{ services(first: 1) { nodes { id } } }").await;
        let shop = shop["services"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        for question in [
            format!("impact(of: [\"{shop}\"])"),
            format!("requirements(of: \"{shop}\")"),
            format!("dependants(of: \"{shop}\")"),
            format!("neighbourhood(of: \"{shop}\")"),
            format!("dependencyPath(from: \"{shop}\", to: \"{shop}\")"),
            "singlePointsOfFailure".to_owned(),
            "commonCauses".to_owned(),
            "moveGroups".to_owned(),
            "graphQuality".to_owned(),
            "powerRedundancy".to_owned(),
            "recoveryAssessment".to_owned(),
        ] {
            let text = format!("{{ answer: {question} {{ graph {{ revision asOf nodes edges }} }} }}");
            let found = director.query(&text).await["answer"]["graph"].clone();
            assert_eq!(
                found,
                json!({ "revision": second, "asOf": "2026-07-01", "nodes": 2, "edges": 0 }),
                "{question}"
            );
            let (head, end) = question.split_once(')').unwrap_or((&question, ""));
            let open = if head.contains('(') { ", " } else { "(" };
            let text = format!("{{ answer: {head}{open}minRevision: -1){end} {{ graph {{ revision }} }} }}");
            assert_eq!(director.expect_error(&text, "INVALID").await.field, "minRevision", "{question}");
        }
    });
}

#[test]
fn a_question_waits_for_a_revision_and_is_refused_where_it_does_not_come() {
    on_both_engines(async |app| {
        let director = app.director();
        let there = changed(&director, SERVICE, json!({ "name": "Shop" })).await;
        let ask = |least: i64| format!("{{ graph(minRevision: {least}) {{ revision nodes }} }}");
        let met = director.query(&ask(there)).await;
        assert_eq!(met["graph"], json!({ "revision": there, "nodes": 1 }));
        let refusal = director.expect_error(&ask(there + 1), "INVALID").await;
        assert_eq!(refusal.field, "minRevision");
        let expected = format!("{} is ahead of the graph, which is at revision {there}", there + 1);
        assert!(refusal.message.contains(&expected), "{}", refusal.message);
        // What another server commits meanwhile is waited for.
        let beside = app.beside().await;
        let text = ask(there + 1);
        let (waited, change) = tokio::join!(director.query(&text), async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            changed(&beside.director(), SERVICE, json!({ "name": "Desk" })).await
        });
        assert_eq!((&waited["graph"]["revision"], change), (&json!(there + 1), there + 1));
        beside.stop().await;
    });
}

#[test]
fn a_change_by_one_server_is_in_the_next_answer_of_another() {
    on_both_engines(async |app| {
        let beside = app.beside().await;
        let (here, there) = (app.director(), beside.director());
        for round in 0..10 {
            let (one, other) = if round % 2 == 0 { (&here, &there) } else { (&there, &here) };
            let revision = changed(one, SERVICE, json!({ "name": format!("Service {round}") })).await;
            let found = graph(other).await;
            assert_eq!((&found["revision"], &found["nodes"]), (&json!(revision), &json!(round + 1)));
        }
        let mut listened = beside.schema().index().unwrap().revisions();
        let revision = changed(&here, SERVICE, json!({ "name": "Last" })).await;
        let seen = tokio::time::timeout(std::time::Duration::from_secs(5), async {
            listened.wait_for(|latest| *latest >= revision).await.map(|latest| *latest).unwrap()
        });
        assert_eq!(seen.await.expect("the other server is told"), revision);
        beside.stop().await;
    });
}

/// The same as a server knows that has just begun.
async fn is_as_read_anew(app: &TestApp, after: &str) {
    let (kept, fresh) = (graph(&app.director()).await, graph(&app.director_afresh()).await);
    assert_eq!(kept, fresh, "after {after}");
}

#[test]
fn whatever_changes_the_graph_is_as_if_it_had_been_read_anew() {
    on_both_engines(async |app| {
        let director = app.director();
        let setting = a_setting(app).await;
        is_as_read_anew(app, "the setting").await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        let (one, two) = (setting.server(app, "SRV-1", 1).await, setting.server(app, "SRV-2", 4).await);
        is_as_read_anew(app, "new things").await;
        let hard = needs(app, &shop, &one, json!({})).await;
        is_as_read_anew(app, "a new need").await;
        let loose = setting.loose(app, "SRV-3").await;
        let terms = json!({ "name": "pair", "requiredCount": 1 });
        let group = a_group(app, &shop, terms, &[(&two, json!({})), (&loose, json!({}))]).await;
        is_as_read_anew(app, "a group with members").await;
        let step = async |text: &str, id: &str| {
            director.query_with(text, json!({ "id": id })).await;
            is_as_read_anew(app, text).await;
        };
        let soft = "mutation($id: ID!) { updateDependency(id: $id, changes: { hardness: SOFT }) { id } }";
        step(soft, &hard).await;
        let both =
            "mutation($id: ID!) { updateRedundancyGroup(id: $id, changes: { requiredCount: 2 }) { id } }";
        step(both, &group).await;
        step("mutation($id: ID!) { updateService(id: $id, changes: { name: \"Store\" }) { id } }", &shop)
            .await;
        let other = a_rack(app, &setting.site, "R2").await;
        feed(&director, &setting.site, "PC", json!({ "rack": other, "side": "A" })).await;
        is_as_read_anew(app, "a new feed").await;
        let site = a_site(app, "BER1").await;
        let moved = json!({ "id": one, "rack": other });
        let text =
            "mutation($id: ID!, $rack: ID!) { moveAsset(id: $id, to: { rack: $rack, unit: 5 }) { id } }";
        director.query_with(text, moved).await;
        is_as_read_anew(app, "an asset that moved").await;
        send(app, "installRack", "NewRack!", json!({ "site": site, "name": "R1", "heightUnits": 42 })).await;
        is_as_read_anew(app, "a rack at another site").await;
        retire(app, &two).await;
        is_as_read_anew(app, "a member that is retired").await;
        clouds(app).await;
        let gone = "mutation($id: ID!) { removeDependency(id: $id) }";
        let answer = director.answer(gone, json!({ "id": hard })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        is_as_read_anew(app, "a need that is gone").await;
    });
}

/// Regions and panels come and go with the workloads and feeds that name them.
async fn clouds(app: &TestApp) {
    let director = app.director();
    let account = json!({ "provider": "AWS", "accountNumber": "1", "name": "Prod", "currency": "USD" });
    let account = send(app, "openProviderAccount", "NewProviderAccount!", account).await;
    let workload = async |name: &str, region: &str| {
        let workload = json!({ "account": account, "name": name, "service": "EC2", "region": region });
        send(app, "registerWorkload", "NewWorkload!", workload).await
    };
    let one = workload("one", "eu-west-1").await;
    is_as_read_anew(app, "a workload in a new region").await;
    let two = workload("two", "EU-West-1").await;
    is_as_read_anew(app, "another in the same").await;
    let nodes = graph(&director).await["nodes"].as_i64().unwrap();
    let moved = async |workload: &str, region: &str| {
        let text = format!(
            "mutation {{ updateWorkload(id: \"{workload}\", changes: {{ region: \"{region}\" }}) {{ id }} }}"
        );
        director.query(&text).await;
        is_as_read_anew(app, region).await;
    };
    moved(&one, "us-east-1").await;
    assert_eq!(graph(&director).await["nodes"], nodes + 1, "another region");
    moved(&two, "us-east-1").await;
    assert_eq!(graph(&director).await["nodes"], nodes, "one that nothing runs in any more");
    let feed = director.query("{ powerFeeds(first: 1) { nodes { id } } }").await;
    let feed = feed["powerFeeds"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    for panel in ["\"P1\"", "\"P2\"", "null"] {
        let text =
            format!("mutation {{ updatePowerFeed(id: \"{feed}\", changes: {{ panel: {panel} }}) {{ id }} }}");
        director.query(&text).await;
        is_as_read_anew(app, panel).await;
    }
}

#[test]
fn rows_that_go_with_others_and_changes_by_hand_are_seen() {
    on_both_engines(async |app| {
        let director = app.director();
        let setting = a_setting(app).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
        let contract = json!({
            "number": "C-1", "vendor": vendor, "currency": "USD", "sites": [setting.site],
            "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 12 },
            "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" } },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
        });
        send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let before = graph(&director).await;
        let hand = app.database().connect().await;
        hand.execute_unprepared("DELETE FROM colocation_contract").await.unwrap();
        let after = graph(&director).await;
        assert_eq!(after["nodes"].as_i64(), before["nodes"].as_i64().map(|nodes| nodes - 1));
        // The site needed it, and it its vendor.
        assert_eq!(after["edges"].as_i64(), before["edges"].as_i64().map(|edges| edges - 2));
        let line = "SELECT row_id FROM graph_change WHERE entity = 'colocation_contract_site'";
        let backend = hand.get_database_backend();
        let lines = hand.query_all_raw(sea_orm::Statement::from_string(backend, line)).await.unwrap();
        assert_eq!(lines.len(), 2, "one when it was signed, and one when it went");
        is_as_read_anew(app, "a contract that went with its sites").await;
        hand.execute_unprepared("UPDATE rack SET status = 'RETIRED'").await.unwrap();
        assert_eq!(graph(&director).await["thingsLeftOut"], 1);
        is_as_read_anew(app, "a change by hand").await;
        hand.close().await.unwrap();
    });
}

#[test]
fn thousands_of_rows_at_once_are_seen() {
    on_both_engines(async |app| {
        let director = app.director();
        let shop = changed(&director, SERVICE, json!({ "name": "Shop" })).await;
        assert_eq!(graph(&director).await["revision"], shop);
        demo::load(app.store(), Scale { assets: 1_500, seed: 1 }, |_| {}).await.unwrap();
        let found = graph(&director).await;
        assert!(found["nodes"].as_i64().unwrap() > 1_500, "{found}");
        is_as_read_anew(app, "a load of many rows").await;
    });
}

#[test]
fn an_unchanged_graph_takes_one_statement_and_a_changed_one_one_more_for_each_table() {
    on_both_engines(async |app| {
        let director = app.director();
        let setting = a_setting(app).await;
        let shop = a_service(app, "Shop", json!({})).await;
        let server = setting.server(app, "SRV-1", 1).await;
        needs(app, &shop, &server, json!({})).await;
        let text = format!(
            "{{ impact(of: [\"{server}\"]) {{ affected {{ totalCount }} rollUp {{ blastRadius }} }} }}"
        );
        let before = app.store().statements();
        let caller = app.caller(Role::Director);
        drop(app.store().snapshot(&caller, &[Permission::ViewTopology]).await.unwrap());
        let snapshot = app.store().statements() - before;
        let unchanged = director.statements_again(&text).await;
        assert_eq!(unchanged, snapshot + 1);
        a_service(app, "Desk", json!({})).await;
        assert_eq!(director.statements(&text).await, unchanged + 1);
        assert_eq!(director.statements(&text).await, unchanged);
        let desk = a_service(app, "Till", json!({})).await;
        needs(app, &desk, &server, json!({})).await;
        assert_eq!(director.statements(&text).await, unchanged + 3, "services, items and dependencies");
        assert_eq!(director.statements(&text).await, unchanged);
    });
}
