//! The change log.

use api::access::Role;
use chrono::TimeDelta;
use serde_json::json;
use support::{now, on_both_engines};

const OPEN: &str = "mutation { openSite(input: { code: \"FRA1\", name: \"Frankfurt\", kind: COLOCATION,
    timeZone: \"Europe/Berlin\" }) { id } }";

#[test]
fn every_field_of_a_change_can_be_read() {
    on_both_engines(async |app| {
        let director = app.director();
        let id = director.query(OPEN).await["openSite"]["id"].as_str().unwrap().to_owned();
        let later = director.clone().at(now() + TimeDelta::days(1));
        let update = format!(
            "mutation {{ updateSite(id: \"{id}\", changes: {{ name: \"Frankfurt 1\" }}) {{ version }} }}"
        );
        later.query(&update).await;

        let query = format!(
            "{{ changesOf(id: \"{id}\") {{ totalCount nodes {{ id at actor role requestId entity rowId action
                before after changedFields reason }} }} }}"
        );
        let history = app.as_role(Role::Auditor).query(&query).await["changesOf"].take();
        assert_eq!(history["totalCount"], 2);
        let (insert, update) = (&history["nodes"][0], &history["nodes"][1]);
        assert_eq!(insert["at"], "2026-07-01T09:00:00+00:00");
        assert_eq!(insert["actor"], "director@plinth.test");
        assert_eq!(insert["role"], "DIRECTOR");
        assert_eq!(insert["requestId"], "test");
        assert_eq!(insert["entity"], "site");
        assert_eq!(insert["rowId"], id);
        assert_eq!(insert["action"], "INSERT");
        assert!(insert["before"].is_null() && insert["reason"].is_null());
        assert_eq!(insert["after"]["name"], "Frankfurt");
        assert_eq!(insert["changedFields"], json!([]));
        assert_eq!(update["action"], "UPDATE");
        assert_eq!(update["before"]["name"], "Frankfurt");
        assert_eq!(update["after"]["version"], 2);
        assert_eq!(update["changedFields"], json!(["name"]));
        let change = insert["id"].as_str().unwrap();
        let one = format!("{{ change(id: \"{change}\") {{ action }} }}");
        assert_eq!(director.query(&one).await["change"]["action"], "INSERT");
    });
}

#[test]
fn changes_are_filtered_by_what_an_auditor_asks() {
    on_both_engines(async |app| {
        let id = app.director().query(OPEN).await["openSite"]["id"].as_str().unwrap().to_owned();
        let other = app.planner().at(now() + TimeDelta::days(1));
        other.query(&OPEN.replace("FRA1", "FRA2")).await;
        let auditor = app.as_role(Role::Auditor);
        for (filter, expected) in [
            ("entity: { eq: \"site\" }".to_owned(), 2),
            ("entity: { eq: \"asset\" }".to_owned(), 0),
            (format!("rowId: \"{id}\""), 1),
            ("actor: { startsWith: \"planner@\" }".to_owned(), 1),
            ("from: \"2026-07-01T09:00:01Z\"".to_owned(), 1),
            ("to: \"2026-07-02T09:00:00Z\"".to_owned(), 1),
            ("at: { lt: \"2026-07-02T09:00:00Z\" }".to_owned(), 1),
            ("action: { in: [UPDATE, DELETE] }".to_owned(), 0),
            ("not: { actor: { startsWith: \"planner@\" } }".to_owned(), 1),
        ] {
            let query = format!("{{ changes(filter: {{ {filter} }}) {{ totalCount nodes {{ entity }} }} }}");
            let data = auditor.query(&query).await;
            assert_eq!(data["changes"]["totalCount"], expected, "{filter}");
        }
        let latest = auditor.query("{ changes(first: 1) { nodes { actor } } }").await;
        assert_eq!(latest["changes"]["nodes"][0]["actor"], "planner@plinth.test");
    });
}

#[test]
fn the_log_is_for_those_who_audit() {
    on_both_engines(async |app| {
        for role in [Role::Viewer, Role::Planner, Role::Finance, Role::Committee, Role::Admin] {
            app.as_role(role).expect_error("{ changes { nodes { id } } }", "FORBIDDEN").await;
            app.as_role(role).expect_error("{ changesOf(id: \"x\") { nodes { id } } }", "FORBIDDEN").await;
        }
        let auditor = app.as_role(Role::Auditor);
        for id in ["x", "planet_00000000000000000000000000000000", "site_1"] {
            let query = format!("{{ changesOf(id: \"{id}\") {{ totalCount }} }}");
            let error = auditor.expect_error(&query, "INVALID").await;
            assert_eq!((error.field, error.message), ("id".into(), format!("id: `{id}` is not an id")));
        }
        let wrong = "{ changes(filter: { from: \"2026-07-02T00:00:00Z\", to: \"2026-07-01T00:00:00Z\" })
            { totalCount } }";
        assert_eq!(auditor.expect_error(wrong, "INVALID").await.field, "filter.to");
    });
}

#[test]
fn a_change_is_seen_by_those_who_see_its_row() {
    on_both_engines(async |app| {
        app.director().query(OPEN).await;
        let new = "mutation { createUser(input: { email: \"ann@example.com\", name: \"Ann\", role: VIEWER }) { id } }";
        let user = app.admin().query(new).await["createUser"]["id"].as_str().unwrap().to_owned();
        let token = format!("mutation {{ createApiToken(user: \"{user}\", name: \"n\") {{ secret }} }}");
        app.admin().query(&token).await;

        let all = "{ changes(orderBy: { field: ENTITY }) { totalCount nodes { id entity }
            pageInfo { hasNextPage } } }";
        let seen = async |role: Role| app.as_role(role).query(all).await["changes"].take();
        let auditor = seen(Role::Auditor).await;
        let kinds: Vec<&str> = auditor["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["entity"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["api_token", "site", "user"]);
        assert_eq!(auditor["totalCount"], 3);
        let director = seen(Role::Director).await;
        assert_eq!(director["totalCount"], 1);
        assert_eq!(director["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(director["nodes"][0]["entity"], "site");
        let first = app.director().query(&all.replace("(", "(first: 1, ")).await;
        assert_eq!(first["changes"]["pageInfo"]["hasNextPage"], false);

        let hidden = auditor["nodes"][2]["id"].as_str().unwrap();
        for (role, change, count) in [(Role::Director, json!(null), 0), (Role::Auditor, json!("user"), 1)] {
            let query = format!(
                "{{ change(id: \"{hidden}\") {{ entity }} node(id: \"{hidden}\") {{ ... on Change {{ entity }} }}
                    changesOf(id: \"{user}\") {{ totalCount nodes {{ entity }} }}
                    changes(filter: {{ entity: {{ eq: \"user\" }} }}) {{ totalCount }} }}"
            );
            let data = app.as_role(role).query(&query).await;
            assert_eq!(data["change"]["entity"], change);
            assert_eq!(data["node"]["entity"], change);
            assert_eq!(data["changesOf"]["totalCount"], count);
            assert_eq!(data["changesOf"]["nodes"].as_array().unwrap().len(), count);
            assert_eq!(data["changes"]["totalCount"], count);
        }
    });
}
