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

#[test]
fn a_refused_value_is_named_with_its_field_and_its_rule() {
    on_both_engines(async |app| {
        let director = app.director();
        let id = |kind: &str| format!("{kind}_{}", "0".repeat(32));
        let (site, asset) = (id("site"), id("asset"));
        let late = "mutation { openSite(input: { code: \"A\", name: \"A\", kind: OFFICE, timeZone: \"UTC\",
            details: { openedOn: \"soon\" } }) { id } }";
        for (text, message) in [
            (late.to_owned(), "openedOn: `soon` is not a date such as 2027-01-31".to_owned()),
            ("{ site(id: \"x\") { id } }".to_owned(), "id: `x` is not an id".to_owned()),
            (format!("{{ asset(id: \"{site}\") {{ id }} }}"), format!("id: `{site}` is the id of a site, not of an asset")),
            (
                format!("{{ sites(filter: {{ id: {{ in: [\"{site}\", \"{asset}\"] }} }}) {{ totalCount }} }}"),
                format!("filter.id.in[1]: `{asset}` is the id of an asset, not of a site"),
            ),
            (
                "{ conversionRate(base: \"EUR\", quote: \"USD\", on: \"2027-13-01\") { rate } }".to_owned(),
                "on: `2027-13-01` is not a date such as 2027-01-31".to_owned(),
            ),
            (
                "{ workloads { nodes { costs(from: \"2027-1\", to: \"2027-02\") { id } } } }".to_owned(),
                "from: `2027-1` is not a month such as 2027-01".to_owned(),
            ),
            (
                "{ sites(filter: { kind: { eq: PLANET } }) { totalCount } }".to_owned(),
                "filter.kind.eq: `PLANET` is not one of DATA_CENTER, COLOCATION, OFFICE, CLOUD_REGION, EDGE".to_owned(),
            ),
            (
                "{ assets(filter: { price: { gte: \"ten\" } }) { totalCount } }".to_owned(),
                "filter.price.gte: `ten` is not a decimal number such as \"1234.56\", of at most 28 digits".to_owned(),
            ),
            (
                "{ changes(filter: { from: \"today\" }) { totalCount } }".to_owned(),
                "filter.from: `today` is not a moment such as 2027-01-31T09:00:00Z".to_owned(),
            ),
            ("{ sites(first: \"ten\") { totalCount } }".to_owned(), "first: `ten` is not a whole number of 32 bits".to_owned()),
            (
                "mutation { openSite(input: { code: \"A\", name: \"A\", kind: OFFICE }) { id } }".to_owned(),
                "timeZone: is missing".to_owned(),
            ),
            (
                "mutation { openSite(input: { code: 7, name: \"A\", kind: OFFICE, timeZone: \"UTC\" }) { id } }".to_owned(),
                "code: `7` is not text in quotes".to_owned(),
            ),
        ] {
            let error = director.expect_error(&text, "INVALID").await;
            assert_eq!(error.message, message, "{text}");
            assert_eq!(error.field, message.split(": ").next().unwrap(), "{text}");
        }
        let text = "query($kinds: [SiteKind!]) { sites(filter: { kind: { in: $kinds } }) { totalCount } }";
        let error = director.expect_error_with(text, json!({ "kinds": ["OFFICE", "MOON"] }), "INVALID").await;
        assert_eq!(error.field, "filter.kind.in[1]");
    });
}

#[test]
fn a_query_that_breaks_off_is_refused_in_one_line() {
    on_both_engines(async |app| {
        let error = app.viewer().expect_error("{ sites {\n  nodes { id }", "INVALID").await;
        assert!(
            error.message.starts_with("the query breaks off in line 2, column 15: expected "),
            "{}",
            error.message
        );
        assert!(!error.message.contains('\n'), "{}", error.message);
    });
}

#[test]
fn permissions_and_roles_are_named_as_the_schema_names_them() {
    on_both_engines(async |app| {
        let error = app.viewer().expect_error("{ supportContracts { totalCount } }", "FORBIDDEN").await;
        let message = "this needs the permission VIEW_CONTRACTS, which the role VIEWER does not have";
        assert_eq!(error.message, message);
    });
}

#[test]
fn what_every_row_of_a_list_was_asked_with_is_refused_once() {
    on_both_engines(async |app| {
        let director = app.director();
        let register = async |name: &str| {
            let text = format!(
                "mutation {{ registerService(input: {{ name: \"{name}\", kind: APPLICATION }}) {{ id }} }}"
            );
            director.query(&text).await["registerService"]["id"].as_str().unwrap().to_owned()
        };
        let shop = register("shop").await;
        for number in 0..40 {
            let desk = register(&format!("desk {number}")).await;
            let input = json!({ "from": desk, "to": shop, "kind": "DEPENDS_ON" });
            let text = "mutation($input: NewDependency!) { recordDependency(input: $input) { id } }";
            director.query_with(text, json!({ "input": input })).await;
        }
        let ask = async |fields: &str| {
            let text = format!(
                "{{ impact(of: [\"{shop}\"]) {{ affected(first: 100) {{ nodes {{ {fields} }} }} }} }}"
            );
            app.viewer().answer(&text, json!({})).await
        };
        let error = |argument: &str, message: &str, place: &str| {
            json!({
                "message": message, "path": ["impact", "affected", "nodes", 0, place],
                "extensions": { "code": "INVALID", "field": argument, "repeated": 40 },
            })
        };
        let told = |answer: &serde_json::Value| {
            let mut errors = answer["errors"].as_array().unwrap().clone();
            for error in &mut errors {
                error.as_object_mut().unwrap().remove("locations");
            }
            errors
        };
        let answer = ask("item { name } reason(first: -1) { link }").await;
        assert_eq!(told(&answer), [error("first", "first: -1 is below zero", "reason")]);
        // Each place of the query by itself, and each sentence.
        let answer = ask("a: reason(first: -1) { link } b: reason(first: -2) { link }").await;
        let expected =
            [error("first", "first: -1 is below zero", "a"), error("first", "first: -2 is below zero", "b")];
        let errors = told(&answer);
        assert!(errors.len() == 2 && expected.iter().all(|error| errors.contains(error)), "{errors:?}");
        // What is said of one row alone counts no others.
        let one = format!(
            "{{ impact(of: [\"{shop}\"]) {{ affected(first: 1) {{ nodes {{ reason(first: -1) {{ link }} }} }} }} }}"
        );
        let answer = app.viewer().answer(&one, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "INVALID", "field": "first" }));
    });
}

#[test]
fn what_is_not_there_is_named_by_the_argument_that_asked_for_it() {
    on_both_engines(async |app| {
        let director = app.director();
        let id = |kind: &str| format!("{kind}_{}", "0".repeat(32));
        let named = async |text: &str, variables: serde_json::Value, code: &str| {
            director.expect_error_with(text, variables, code).await.field
        };
        let retire = "mutation($asset: ID!) { gone: retireAsset(id: $asset, on: \"2026-06-30\") { tag } }";
        assert_eq!(named(retire, json!({ "asset": id("asset") }), "NOT_FOUND").await, "id");
        assert_eq!(named(retire, json!({ "asset": id("rack") }), "INVALID").await, "id");
        assert_eq!(named(retire, json!({ "asset": "x" }), "INVALID").await, "id");
        let site = id("site");
        let rack =
            format!("installRack(input: {{ site: \"{site}\", name: \"R1\", heightUnits: 42 }}) {{ id }}");
        let fragment = format!("mutation {{ ...f }} fragment f on Mutation {{ {rack} }}");
        for text in [format!("mutation {{ {rack} }}"), fragment] {
            assert_eq!(named(&text, json!({}), "NOT_FOUND").await, "site", "{text}");
        }
        let input = json!({ "input": { "site": site, "name": "R1", "heightUnits": 42 } });
        let text = "mutation($input: NewRack!) { installRack(input: $input) { id } }";
        assert_eq!(named(text, input, "NOT_FOUND").await, "site");
        for (text, field) in [
            (format!("{{ graph(scenario: \"{}\") {{ nodes }} }}", id("scenario")), "scenario"),
            (format!("{{ requirements(of: \"{}\") {{ totalCount }} }}", id("service")), "of"),
            (format!("{{ recoveryAssessment(service: \"{}\") {{ asOf }} }}", id("service")), "service"),
            (format!("mutation {{ retireRack(id: \"{}\") {{ id }} }}", id("rack")), "id"),
            (format!("mutation {{ removeDependency(id: \"{}\") }}", id("dependency")), "id"),
            (
                format!(
                    "mutation {{ moveAsset(id: \"{}\", to: {{ site: \"{site}\" }}) {{ id }} }}",
                    id("asset")
                ),
                "id",
            ),
            (format!("mutation {{ reinstateAsset(id: \"{}\") {{ id }} }}", id("asset")), "id"),
        ] {
            assert_eq!(named(&text, json!({}), "NOT_FOUND").await, field, "{text}");
        }
    });
}
