//! What holds for every request, whatever it asks for.

use serde_json::json;
use support::on_both_engines;

#[test]
fn a_request_without_credentials_is_refused_even_introspection() {
    on_both_engines(async |app| {
        for text in ["{ serverVersion }", "{ __typename }", "{ __schema { types { name } } }"] {
            let refusal = app.nobody().expect_error(text, "UNAUTHENTICATED").await;
            assert!(refusal.message.contains("Authorization: Bearer"), "{}", refusal.message);
        }
    });
}

#[test]
fn the_server_says_its_version_without_asking_the_database() {
    on_both_engines(async |app| {
        let data = app.viewer().query("{ serverVersion }").await;
        assert_eq!(data, json!({ "serverVersion": env!("CARGO_PKG_VERSION") }));
        assert_eq!(app.viewer().statements("{ serverVersion }").await, 0);
    });
}

#[test]
fn any_object_is_found_by_its_id_alone() {
    on_both_engines(async |app| {
        let open = "mutation { openSite(input: { code: \"HQ\", name: \"Office\", kind: OFFICE, timeZone: \"UTC\" }) { id } }";
        let id = app.director().query(open).await["openSite"]["id"].as_str().unwrap().to_owned();
        let node = |id: &str| {
            format!(
                "{{ node(id: \"{id}\") {{ id __typename ... on Site {{ code }} ... on Rack {{ name }} }} }}"
            )
        };
        let data = app.viewer().query(&node(&id)).await;
        assert_eq!(data, json!({ "node": { "id": id, "__typename": "Site", "code": "HQ" } }));
        assert_eq!(app.viewer().statements(&node(&id)).await, 1);
        let data = app.viewer().query(&node(&format!("rack_{}", "0".repeat(32)))).await;
        assert_eq!(data, json!({ "node": null }));
        app.viewer().expect_error(&node(&format!("user_{}", "0".repeat(32))), "FORBIDDEN").await;
        for (id, message) in [
            ("x", "id: `x` is not an id"),
            ("site_1", "id: `site_1` is not an id"),
            ("hat_1", "id: `hat_1` is the id of a hat, not of a site, an asset or what else there is"),
        ] {
            assert_eq!(app.viewer().expect_error(&node(id), "INVALID").await.message, message);
        }
    });
}
