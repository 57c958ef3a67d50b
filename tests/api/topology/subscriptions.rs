//! What is told of the dependency graph as it changes.

use std::collections::BTreeSet;

use api::{
    access::{Permission, Role},
    config::{Limits, SocketSettings},
    topology::services,
};
use entity::topology::service;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use support::{
    Engine, TestApp,
    http::{Server, token_of},
    on_both_engines, on_engine,
    socket::Socket,
};

use super::setting::{a_group, a_service, a_setting, a_site, needs, retire};

const IMPACT: &str = "subscription($of: [ID!]!) { impactChanged(of: $of) {
    affected { totalCount nodes { item { name } status } } hidden } }";

const CHANGES: &str = "subscription($of: [ID!]) { dependencyChanged(of: $of) {
    subject action subjectId count from { name } to { name } service { name } kind hardness
    joinedGroup leftGroup changedFields at } }";

async fn start(app: &TestApp) -> Server {
    Server::start_with_sockets(app.store(), Limits::default(), SocketSettings::default()).await
}

/// Subscribes, and waits until the server listens.
async fn follow(socket: &mut Socket, id: &str, text: &str, variables: Value) {
    socket.subscribe(id, text, variables).await;
    socket.settle().await;
}

/// The names of what is affected, each with what became of it.
fn affected(data: &Value) -> Vec<String> {
    let nodes = data["impactChanged"]["affected"]["nodes"].as_array().unwrap();
    let told = |node: &Value| {
        let name = node["item"]["name"].as_str().unwrap_or("?");
        format!("{name} {}", node["status"].as_str().unwrap())
    };
    nodes.iter().map(told).collect()
}

/// Something done over HTTP.
async fn ask(server: &Server, role: Role, text: &str, variables: Value) -> Value {
    let answer = server.query_with(&token_of(role), text, variables).await;
    let mut answer = answer.json();
    assert!(answer["errors"].is_null(), "{answer:#}");
    answer["data"].take()
}

async fn record(server: &Server, from: &str, to: &str) -> String {
    let text = "mutation($from: ID!, $to: ID!) {
        recordDependency(input: { from: $from, to: $to, kind: USES }) { id } }";
    let data = ask(server, Role::Architect, text, json!({ "from": from, "to": to })).await;
    data["recordDependency"]["id"].as_str().unwrap().to_owned()
}

/// A service as it is written.
fn a_row(name: &str) -> service::ActiveModel {
    service::ActiveModel {
        name: Set(name.to_owned()),
        kind: Set(service::ServiceKind::Application),
        status: Set(service::ServiceStatus::Active),
        is_shared: Set(false),
        ..Default::default()
    }
}

#[test]
fn impact_is_told_anew_whenever_it_has_changed() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let host = setting.loose(app, "SRV-1").await;
        let other = setting.loose(app, "SRV-2").await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        let desk = a_service(app, "Desk", json!({})).await;
        let server = start(app).await;
        let mut viewer = server.connect(&token_of(Role::Viewer)).await;
        let mut director = server.connect(&token_of(Role::Director)).await;
        for socket in [&mut viewer, &mut director] {
            socket.subscribe("i", IMPACT, json!({ "of": [host] })).await;
            assert_eq!(affected(&socket.data("i").await), ["SRV-1 DOWN"]);
        }
        // Something else changes, which is heard of and changes nothing of the answer.
        follow(&mut viewer, "c", CHANGES, json!({})).await;
        record(&server, &desk, &other).await;
        assert_eq!(viewer.data("c").await["dependencyChanged"]["to"]["name"], "SRV-2");
        viewer.expect_silence().await;
        viewer.send(json!({ "type": "complete", "id": "c" })).await;

        let edge = record(&server, &shop, &host).await;
        for socket in [&mut viewer, &mut director] {
            assert_eq!(affected(&socket.data("i").await), ["SRV-1 DOWN", "Shop DOWN"]);
        }
        // Whoever has heard enough hears no more, and others go on.
        viewer.send(json!({ "type": "complete", "id": "i" })).await;
        viewer.settle().await;
        let remove = "mutation($id: ID!) { removeDependency(id: $id) }";
        ask(&server, Role::Architect, remove, json!({ "id": edge })).await;
        assert_eq!(affected(&director.data("i").await), ["SRV-1 DOWN"]);
        viewer.expect_silence().await;
        // Something that the answer rests on changes, and nothing that it shows.
        let rename = "mutation($id: ID!) { updateSite(id: $id, changes: { name: \"x\" }) { id } }";
        ask(&server, Role::Director, rename, json!({ "id": setting.site })).await;
        director.expect_silence().await;
        // What fails is gone: then the query would be refused, and so is this.
        retire(app, &host).await;
        let (code, message) = director.refusal("i").await;
        assert_eq!(code, "INVALID");
        assert!(message.contains("`SRV-1`") && message.contains("no longer there"), "{message}");
        server.stop().await;
    });
}

#[test]
fn what_a_subscriber_may_not_see_is_hidden_as_in_queries() {
    on_both_engines(async |app| {
        let contract = super::support_contract(app, "S-1").await;
        let portal = a_service(app, "Portal", json!({})).await;
        let server = start(app).await;
        let mut viewer = server.connect(&token_of(Role::Viewer)).await;
        viewer.subscribe("i", IMPACT, json!({ "of": [portal] })).await;
        let data = viewer.data("i").await;
        assert_eq!(
            (affected(&data), &data["impactChanged"]["hidden"]),
            (vec!["Portal DOWN".to_owned()], &json!(0))
        );
        follow(&mut viewer, "c", CHANGES, json!({})).await;
        record(&server, &contract, &portal).await;
        let mut told = [viewer.next().await, viewer.next().await];
        told.sort_by_key(|message| message["id"].to_string());
        let change = &told[0]["payload"]["data"]["dependencyChanged"];
        assert_eq!((&change["from"], &change["to"]["name"]), (&Value::Null, &json!("Portal")));
        let impact = &told[1]["payload"]["data"]["impactChanged"];
        assert_eq!((&impact["hidden"], &impact["affected"]["totalCount"]), (&json!(1), &json!(1)));
        // What is hidden and what is not there are refused in the same words, and as the query refuses them.
        let unknown = "support_contract_00000000000000000000000000000001";
        for (text, query) in [
            (IMPACT, "query($of: [ID!]!) { impact(of: $of) { hidden } }"),
            (CHANGES, "query($of: [ID!]!) { impact(of: $of) { hidden } }"),
        ] {
            for of in [contract.as_str(), unknown] {
                let expected =
                    app.viewer().expect_error_with(query, json!({ "of": [of] }), "NOT_FOUND").await;
                viewer.subscribe("x", text, json!({ "of": [of] })).await;
                assert_eq!(viewer.refusal("x").await, (expected.code, expected.message));
            }
            for of in [json!([]), json!(["nonsense"]), json!(["user_00000000000000000000000000000001"])] {
                let expected = app.viewer().expect_error_with(query, json!({ "of": of }), "INVALID").await;
                viewer.subscribe("x", text, json!({ "of": of })).await;
                assert_eq!(viewer.refusal("x").await, (expected.code, expected.message));
            }
        }
        let mut admin = server.connect(&token_of(Role::Admin)).await;
        for text in [IMPACT, CHANGES] {
            admin.subscribe("x", text, json!({ "of": [portal] })).await;
            let (code, message) = admin.refusal("x").await;
            assert_eq!(code, "FORBIDDEN");
            assert!(message.contains("VIEW_TOPOLOGY"), "{message}");
        }
        let scenario = "subscription($of: [ID!]!) { impactChanged(of: $of,
            scenario: \"scenario_00000000000000000000000000000001\") { hidden } }";
        let query = "query($of: [ID!]!) { impact(of: $of,
            scenario: \"scenario_00000000000000000000000000000001\") { hidden } }";
        let expected = app.viewer().expect_error_with(query, json!({ "of": [portal] }), "NOT_FOUND").await;
        viewer.subscribe("x", scenario, json!({ "of": [portal] })).await;
        assert_eq!(viewer.refusal("x").await, (expected.code, expected.message));
        server.stop().await;
    });
}

#[test]
fn every_change_of_what_depends_on_what_is_told() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let server = start(app).await;
        let mut socket = server.connect(&token_of(Role::Architect)).await;
        follow(&mut socket, "c", CHANGES, json!({})).await;
        let shop = a_service(app, "Shop", json!({ "tier": 1 })).await;
        let told = socket.data("c").await["dependencyChanged"].clone();
        let expected = json!({
            "subject": "SERVICE", "action": "CREATED", "subjectId": shop, "count": null, "from": null, "to": null,
            "service": { "name": "Shop" }, "kind": null, "hardness": null, "joinedGroup": null, "leftGroup": null,
            "changedFields": [], "at": "2026-07-01T09:00:00+00:00",
        });
        assert_eq!(told, expected);
        let update = "mutation($id: ID!) { updateService(id: $id, changes: { tier: 0 }) { id } }";
        ask(&server, Role::Architect, update, json!({ "id": shop })).await;
        let told = socket.data("c").await["dependencyChanged"].clone();
        assert_eq!((&told["action"], &told["changedFields"]), (&json!("UPDATED"), &json!(["tier"])));

        let terms = json!({ "name": "sites", "requiredCount": 1 });
        let group = a_group(app, &shop, terms, &[(&site, json!({}))]).await;
        let told = socket.data("c").await["dependencyChanged"].clone();
        assert_eq!((&told["subject"], &told["subjectId"]), (&json!("REDUNDANCY_GROUP"), &json!(group)));
        assert_eq!(
            (&told["from"]["name"], &told["to"], &told["hardness"]),
            (&json!("Shop"), &Value::Null, &Value::Null)
        );
        let told = socket.data("c").await["dependencyChanged"].clone();
        let edge = told["subjectId"].as_str().unwrap().to_owned();
        assert_eq!((&told["subject"], &told["action"]), (&json!("DEPENDENCY"), &json!("CREATED")));
        assert_eq!((&told["from"]["name"], &told["to"]["name"]), (&json!("Shop"), &json!("FRA1")));
        assert_eq!((&told["kind"], &told["hardness"]), (&json!("USES"), &json!("HARD")));
        assert_eq!((&told["joinedGroup"], &told["leftGroup"]), (&json!(group), &Value::Null));

        let leave =
            "mutation($id: ID!) { updateDependency(id: $id, changes: { redundancyGroup: null }) { id } }";
        ask(&server, Role::Architect, leave, json!({ "id": edge })).await;
        let told = socket.data("c").await["dependencyChanged"].clone();
        assert_eq!((&told["joinedGroup"], &told["leftGroup"]), (&Value::Null, &json!(group)));
        assert_eq!(told["changedFields"], json!(["redundancy_group_id"]));
        // What is removed is told with its ends, though nothing stands for them any more.
        for (remove, id) in [("removeRedundancyGroup", &group), ("removeDependency", &edge)] {
            let text = format!("mutation($id: ID!) {{ {remove}(id: $id) }}");
            ask(&server, Role::Architect, &text, json!({ "id": id })).await;
            let told = socket.data("c").await["dependencyChanged"].clone();
            assert_eq!((&told["action"], &told["subjectId"]), (&json!("DELETED"), &json!(id)));
            assert_eq!(told["from"]["name"], "Shop");
        }
        // Many at once are told as one.
        let tx = app.store().begin(&app.caller(Role::Director), Permission::EditTopology).await.unwrap();
        let rows = (0..3)
            .map(|number| service::ActiveModel { id: Set(tx.new_id()), ..a_row(&format!("M{number}")) });
        tx.insert_many(rows.collect(), "many at once").await.unwrap();
        tx.commit().await.unwrap();
        let told = socket.data("c").await["dependencyChanged"].clone();
        assert_eq!((&told["subject"], &told["action"]), (&json!("SERVICE"), &json!("MANY")));
        assert_eq!(
            (&told["subjectId"], &told["service"], &told["count"]),
            (&Value::Null, &Value::Null, &json!(3))
        );
        // Nothing else is.
        a_site(app, "MUC1").await;
        socket.expect_silence().await;
        server.stop().await;
    });
}

#[test]
fn changes_can_be_narrowed_to_some_ends() {
    on_both_engines(async |app| {
        let [a, b, c] = [
            a_service(app, "A", json!({})).await,
            a_service(app, "B", json!({})).await,
            a_service(app, "C", json!({})).await,
        ];
        let server = start(app).await;
        let mut socket = server.connect(&token_of(Role::Viewer)).await;
        follow(&mut socket, "c", CHANGES, json!({ "of": [a] })).await;
        needs(app, &b, &c, json!({})).await;
        needs(app, &b, &a, json!({})).await;
        needs(app, &a, &c, json!({})).await;
        a_group(app, &b, json!({ "name": "g", "requiredCount": 1 }), &[]).await;
        let update = "mutation($id: ID!) { updateService(id: $id, changes: { tier: 0 }) { id } }";
        for service in [&b, &a] {
            app.director().query_with(update, json!({ "id": service })).await;
        }
        let mut told = Vec::new();
        for _ in 0..3 {
            let change = socket.data("c").await["dependencyChanged"].clone();
            let name = |end: &str| change[end]["name"].as_str().unwrap_or("-").to_owned();
            told.push(format!("{} {} {}", name("from"), name("to"), name("service")));
        }
        assert_eq!(told, ["B A -", "A C -", "- - A"]);
        socket.expect_silence().await;
        server.stop().await;
    });
}

#[test]
fn no_change_is_lost_among_many_writers() {
    const WRITERS: usize = 6;
    const EACH: usize = 8;
    on_both_engines(async |app| {
        let server = start(app).await;
        let mut socket = server.connect(&token_of(Role::Viewer)).await;
        follow(&mut socket, "c", CHANGES, json!({})).await;
        let token = token_of(Role::Architect);
        let text = "mutation($input: NewService!) { registerService(input: $input) { id } }";
        let (token, shared) = (&token, &server);
        let writers = (0..WRITERS).map(|writer| async move {
            for number in 0..EACH {
                let input = json!({ "name": format!("S {writer}-{number}"), "kind": "APPLICATION" });
                let answer = shared.query_with(token, text, json!({ "input": input })).await;
                assert_eq!(answer.code(), "", "{}", answer.text);
            }
        });
        let heard = async {
            let mut names = Vec::new();
            for _ in 0..WRITERS * EACH {
                let change = socket.data("c").await;
                names.push(change["dependencyChanged"]["service"]["name"].as_str().unwrap().to_owned());
            }
            names
        };
        let (_, names) = tokio::join!(futures_util::future::join_all(writers), heard);
        let each: BTreeSet<&String> = names.iter().collect();
        assert_eq!((names.len(), each.len()), (WRITERS * EACH, WRITERS * EACH));
        socket.expect_silence().await;
        server.stop().await;
    });
}

#[test]
fn what_is_committed_late_is_told_though_its_id_is_early() {
    on_engine(Engine::Postgres, async |app| {
        let server = start(app).await;
        let mut socket = server.connect(&token_of(Role::Viewer)).await;
        follow(&mut socket, "c", CHANGES, json!({})).await;
        let tx = app.store().begin(&app.caller(Role::Director), Permission::EditTopology).await.unwrap();
        services::register(&tx, a_row("Early")).await.unwrap();
        a_service(app, "Late", json!({})).await;
        assert_eq!(socket.data("c").await["dependencyChanged"]["service"]["name"], "Late");
        socket.expect_silence().await;
        tx.commit().await.unwrap();
        assert_eq!(socket.data("c").await["dependencyChanged"]["service"]["name"], "Early");
        socket.expect_silence().await;
        server.stop().await;
    });
}

#[test]
fn changes_of_another_server_are_told() {
    on_both_engines(async |app| {
        let [first, second] = [start(app).await, start(app).await];
        let shop = a_service(app, "Shop", json!({})).await;
        let host = a_service(app, "Host", json!({})).await;
        let mut socket = first.connect(&token_of(Role::Viewer)).await;
        socket.subscribe("i", IMPACT, json!({ "of": [host] })).await;
        assert_eq!(affected(&socket.data("i").await), ["Host DOWN"]);
        record(&second, &shop, &host).await;
        assert_eq!(affected(&socket.data("i").await), ["Host DOWN", "Shop DOWN"]);
        first.stop().await;
        second.stop().await;
    });
}
