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
