//! When assets are due for replacement.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::Estate;

async fn refresh(app: &TestApp, tag: &str, arguments: &str, fields: &str) -> Value {
    let query = format!("{{ asset(tag: \"{tag}\") {{ refresh({arguments}) {{ {fields} }} }} }}");
    app.viewer().query(&query).await["asset"]["refresh"].clone()
}

#[test]
fn the_earliest_rule_binds_and_says_when_to_order() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        Estate::policy(app, "Servers", 10, "").await;
        let all = "due { state date reason } bindingRule quality orderBy candidates { rule date quality }
                   withoutInput policy { name } leavesSiteOn cycle { name }";
        assert_eq!(
            refresh(app, "SRV-1", "asOf: \"2026-01-01\"", all).await,
            json!({
                "due": { "state": "DATED", "date": "2026-06-30", "reason": null },
                "bindingRule": "SUPPORT", "quality": "PUBLISHED", "orderBy": "2026-02-03",
                "candidates": [
                    { "rule": "SUPPORT", "date": "2026-06-30", "quality": "PUBLISHED" },
                    { "rule": "WARRANTY", "date": "2026-06-30", "quality": "CONTRACT" },
                    { "rule": "AGE", "date": "2026-07-01", "quality": "CONTRACT" }
                ],
                "withoutInput": [], "policy": { "name": "Servers" }, "leavesSiteOn": null, "cycle": null
            })
        );
    });
}

#[test]
fn a_day_is_dated_passed_or_beyond_the_horizon() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        Estate::policy(app, "Servers", 10, "").await;
        for (arguments, state) in [
            ("asOf: \"2026-06-30\"", "DATED"),
            ("asOf: \"2026-07-01\"", "ALREADY_PASSED"),
            ("asOf: \"2023-06-30\"", "DATED"),
            ("asOf: \"2023-06-29\"", "NOT_WITHIN_HORIZON"),
            ("asOf: \"2026-05-29\", horizonMonths: 1", "NOT_WITHIN_HORIZON"),
            ("asOf: \"2026-05-30\", horizonMonths: 1", "DATED"),
        ] {
            let found = refresh(app, "SRV-1", arguments, "due { state date }").await;
            assert_eq!(found["due"], json!({ "state": state, "date": "2026-06-30" }), "{arguments}");
        }
        for (arguments, message) in [
            ("asOf: \"1900-01-01\"", "asOf: 1900-01-01 is not between 1970 and 2199"),
            ("asOf: \"2026-01-01\", horizonMonths: 0", "horizonMonths: 0 is not between 1 and 600"),
        ] {
            let query = format!("{{ asset(tag: \"SRV-1\") {{ refresh({arguments}) {{ orderBy }} }} }}");
            let refusal = app.viewer().expect_error(&query, "INVALID").await;
            assert_eq!(refusal.message, message);
        }
    });
}

#[test]
fn what_is_not_known_is_said_and_never_made_up() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        let fields = "due { state date reason } bindingRule orderBy withoutInput policy { name }";
        let as_of = "asOf: \"2026-01-01\"";
        let found = refresh(app, "SRV-1", as_of, fields).await;
        assert_eq!(
            found,
            json!({ "due": { "state": "NOT_COMPUTABLE", "date": null,
                             "reason": "no refresh policy in use covers the asset" },
                    "bindingRule": null, "orderBy": null, "withoutInput": [], "policy": null })
        );
        Estate::policy(app, "Storage only", 1, ", scope: { kinds: [STORAGE] }").await;
        Estate::policy(app, "Not in use", 2, ", active: false").await;
        assert_eq!(refresh(app, "SRV-1", as_of, fields).await, found);

        Estate::policy(app, "Servers", 10, "").await;
        let update = format!(
            "mutation {{ updateHardwareModel(id: \"{}\", changes: {{ milestones: {{ lastDateOfSupportOn: null }} }}) {{ id }} }}",
            estate.model
        );
        app.director().query(&update).await;
        let found = refresh(app, "SRV-1", as_of, fields).await;
        assert_eq!(found["due"]["date"], "2026-06-30");
        assert_eq!(found["bindingRule"], "WARRANTY");
        assert_eq!(found["withoutInput"], json!(["SUPPORT"]));

        let asset = app.director().query("{ asset(tag: \"SRV-1\") { id } }").await["asset"]["id"].clone();
        let clear = format!(
            "mutation {{ updateAsset(id: {asset}, changes: {{ inServiceOn: \"2022-07-01\", warrantyEndsOn: null }}) {{ id }} }}"
        );
        app.director().query(&clear).await;
        let found = refresh(app, "SRV-1", as_of, fields).await;
        assert_eq!((&found["due"]["date"], &found["bindingRule"]), (&json!("2027-07-01"), &json!("AGE")));

        let only_support = r#"mutation { createRefreshPolicy(input: {
            name: "Support only", priority: 5, currency: "USD", rules: { supportMarginMonths: 6, lease: true }
        }) { id } }"#;
        app.planner().query(only_support).await;
        let found = refresh(app, "SRV-1", as_of, fields).await;
        assert_eq!(found["due"]["state"], "NOT_COMPUTABLE");
        assert_eq!(found["due"]["reason"], "no input for any enabled rule: last date of support");
        assert_eq!(found["withoutInput"], json!(["SUPPORT"]));
        assert_eq!(found["policy"]["name"], "Support only");

        let retire = format!("mutation {{ retireAsset(id: {asset}, on: \"2026-06-01\") {{ id }} }}");
        app.director().query(&retire).await;
        let found = refresh(app, "SRV-1", as_of, fields).await;
        assert_eq!(found["due"]["reason"], "the asset is RETIRED, so nothing replaces it");
    });
}

#[test]
fn the_lowest_priority_that_covers_an_asset_decides() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", ", tier: 1, environment: STAGING").await;
        estate.asset(app, "SRV-2", &estate.other_site, "").await;
        Estate::policy(app, "Everything", 100, "").await;
        Estate::policy(app, "Also everything", 100, "").await;
        let scopes = [
            ("Site", 50, format!("sites: [\"{}\"]", estate.site)),
            ("Model and environment", 40, format!("models: [\"{}\"], environments: [STAGING]", estate.model)),
            ("Tier", 30, "tiers: [0, 1], kinds: [SERVER]".to_owned()),
        ];
        let name = async |tag: &str| {
            let found = refresh(app, tag, "asOf: \"2026-01-01\"", "policy { name }").await;
            found["policy"]["name"].as_str().unwrap().to_owned()
        };
        assert_eq!(name("SRV-1").await, "Also everything", "of equals, the first by name");
        for (policy, priority, scope) in scopes {
            Estate::policy(app, policy, priority, &format!(", scope: {{ {scope} }}")).await;
            assert_eq!(name("SRV-1").await, policy);
            assert_eq!(name("SRV-2").await, "Also everything");
        }
    });
}

#[test]
fn an_asset_whose_site_is_left_first_is_not_replaced() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        Estate::policy(app, "Servers", 10, ", exitToleranceDays: 30").await;
        for (exit, leaves) in [
            ("2026-07-30", json!("2026-07-30")),
            ("2026-07-31", json!(null)),
            ("2026-07-01", json!("2026-07-01")),
        ] {
            let plan =
                format!("mutation {{ planSiteExit(id: \"{}\", on: \"{exit}\") {{ id }} }}", estate.site);
            app.director().query(&plan).await;
            let found = refresh(app, "SRV-1", "asOf: \"2026-01-01\"", "leavesSiteOn due { state }").await;
            assert_eq!(found, json!({ "leavesSiteOn": leaves, "due": { "state": "DATED" } }));
        }
    });
}

#[test]
fn due_dates_of_a_list_take_as_many_statements_as_one() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        for number in 0..20 {
            estate.server(app, &format!("SRV-{number:02}"), "").await;
        }
        Estate::policy(app, "Servers", 10, "").await;
        let query = |first: i32| {
            format!(
                "{{ assets(first: {first}) {{ nodes {{ tag refresh(asOf: \"2026-01-01\") {{
                    due {{ state date }} orderBy policy {{ name }} cycle {{ name }} leavesSiteOn
                }} }} }} }}"
            )
        };
        let viewer = app.viewer();
        let (one, many) = (viewer.statements(&query(1)).await, viewer.statements(&query(20)).await);
        assert_eq!(one, many);
        let all = viewer.query(&query(20)).await;
        let nodes = all["assets"]["nodes"].as_array().unwrap();
        assert!(nodes.iter().all(|node| node["refresh"]["due"]["date"] == "2026-06-30"));
        app.admin().expect_error(&query(1), "FORBIDDEN").await;
    });
}
