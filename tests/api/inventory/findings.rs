//! What looks wrong in the inventory.

use sea_orm::ConnectionTrait;
use serde_json::json;
use support::on_both_engines;

use super::{Estate, register_model};

/// The kinds of findings, with the assets that break each.
fn expected() -> [(&'static str, Vec<&'static str>); 16] {
    [
        ("DUPLICATE_SERIAL", vec!["SAME-1", "SAME-2"]),
        ("PLACEHOLDER_SERIAL", vec!["WORD-1", "WORD-2"]),
        ("IN_SERVICE_BEFORE_RELEASE", vec!["EARLY"]),
        ("WARRANTY_BEFORE_PURCHASE", vec!["WARRANTY"]),
        ("DEFAULT_PURCHASE_DATE", vec![]),
        ("FUTURE_SERVICE", vec!["FUTURE"]),
        ("SERVICE_DATE_MISSING", vec!["SINCE"]),
        ("DISPOSED_IN_RACK", vec!["GONE"]),
        ("RETIRED_IN_RACK", vec!["RETIRED"]),
        ("RETIRED_DRAWING_POWER", vec!["RETIRED"]),
        ("OWNER_MISSING", vec!["NOBODY"]),
        ("COST_CENTRE_MISSING", vec!["NOBODY"]),
        ("SUPPORT_DATE_MISSING", vec!["SUPPORT"]),
        ("ZERO_PRICE", vec!["FREE"]),
        ("ZERO_LIST_PRICE", vec!["SUPPORT"]),
        ("PRICE_IN_CENTS", vec![]),
    ]
}

#[test]
fn every_rule_finds_the_assets_that_break_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let site = || json!({ "site": estate.site });
        let known =
            json!({ "milestones": { "releasedOn": "2022-01-01", "lastDateOfSupportOn": "2030-01-01" } });
        let text = "mutation($id: ID!, $details: HardwareModelChanges!) { updateHardwareModel(id: $id, changes: $details) { id } }";
        estate.planner.query_with(text, json!({ "id": estate.server, "details": known })).await;
        let fine = json!({ "owner": "Web", "costCentre": "1", "inServiceOn": "2023-01-01" });
        let with = |more: serde_json::Value| {
            let mut details = fine.clone();
            details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            details
        };
        for (tag, details) in [
            ("SAME-1", with(json!({ "serial": "SN-7" }))),
            ("SAME-2", with(json!({ "serial": "sn-7" }))),
            ("WORD-1", with(json!({ "serial": "To Be Filled By O.E.M." }))),
            ("WORD-2", with(json!({ "serial": "N/A" }))),
            ("EARLY", with(json!({ "inServiceOn": "2021-12-31" }))),
            ("WARRANTY", with(json!({ "warrantyEndsOn": "2023-06-01", "purchase": { "on": "2023-06-02" } }))),
            ("FUTURE", with(json!({ "inServiceOn": "2026-07-02" }))),
            ("SINCE", with(json!({ "inServiceOn": null }))),
            ("NOBODY", with(json!({ "owner": null, "costCentre": null }))),
            ("FREE", with(json!({ "purchase": { "price": { "amount": "0", "currency": "EUR" } } }))),
        ] {
            estate.asset(tag, "IN_SERVICE", site(), details).await;
        }
        let listed =
            json!({ "listPrice": { "price": { "amount": "0", "currency": "EUR" }, "on": "2026-01-01" } });
        let model = register_model(&estate.planner, &estate.maker, "M-1", "SERVER", listed).await;
        super::register_asset(&estate.planner, "SUPPORT", &model, "IN_SERVICE", site(), fine.clone()).await;
        let place = json!({ "rack": estate.rack, "unit": 1 });
        let draws = with(json!({ "power": { "measuredDrawWatts": 80 } }));
        let retired = estate.asset("RETIRED", "IN_SERVICE", place, draws).await;
        let text = "mutation($id: ID!) { retireAsset(id: $id, on: \"2026-01-01\") { id } }";
        estate.planner.query_with(text, json!({ "id": retired })).await;
        estate.at_unit("GONE", 10.0).await;
        // The interface lets nothing disposed of stay in a rack; other writers may have.
        let db = app.database().connect().await;
        db.execute_unprepared("UPDATE asset SET status = 'DISPOSED' WHERE tag = 'GONE'").await.unwrap();
        db.close().await.unwrap();

        let text = "{ inventoryFindings { kind count rule assets(first: 10, orderBy: { field: TAG }) {
            nodes { tag }
        } } }";
        let answer = app.director().query(text).await;
        let expected = expected();
        let findings = answer["inventoryFindings"].as_array().unwrap();
        assert_eq!(findings.len(), expected.len());
        for (finding, (kind, tags)) in findings.iter().zip(expected) {
            let nodes: Vec<_> = tags.iter().map(|tag| json!({ "tag": tag })).collect();
            assert_eq!(finding["kind"], kind);
            assert_eq!(finding["assets"]["nodes"], json!(nodes), "{kind}");
            assert_eq!(finding["count"], json!(nodes.len()), "{kind}");
        }

        let viewer = app.viewer().query("{ inventoryFindings { kind } }").await;
        assert_eq!(viewer["inventoryFindings"].as_array().unwrap().len(), 13);
    });
}

#[test]
fn a_day_that_many_assets_share_is_taken_for_a_default() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let count = async || {
            let text = "{ inventoryFindings(kinds: [DEFAULT_PURCHASE_DATE]) { count } }";
            estate.planner.query(text).await["inventoryFindings"][0]["count"].clone()
        };
        let register = async |tag: String, on: String| {
            let details = json!({ "purchase": { "on": on } });
            estate.asset(&tag, "IN_STOCK", json!({ "site": estate.site }), details).await;
        };
        for number in 1..10 {
            register(format!("A-{number}"), "2025-01-01".into()).await;
        }
        assert_eq!(count().await, 0);
        register("A-10".into(), "2025-01-01".into()).await;
        assert_eq!(count().await, 10);
        for number in 1..=40 {
            register(format!("B-{number}"), format!("2024-{:02}-{:02}", number % 12 + 1, number % 28 + 1))
                .await;
        }
        assert_eq!(count().await, 0);
    });
}

#[test]
fn what_is_wrong_on_a_day_depends_on_the_day() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let details = json!({ "inServiceOn": "2026-07-02" });
        estate.asset("FUTURE", "IN_SERVICE", json!({ "site": estate.site }), details).await;
        let text = "query($asOf: Date) { inventoryFindings(kinds: [FUTURE_SERVICE], asOf: $asOf) {
            count assets(first: 5) { nodes { tag } } } }";
        let found = async |as_of: serde_json::Value| {
            let answer = estate.planner.query_with(text, json!({ "asOf": as_of })).await;
            answer["inventoryFindings"][0].clone()
        };
        let broken = json!({ "count": 1, "assets": { "nodes": [{ "tag": "FUTURE" }] } });
        let fine = json!({ "count": 0, "assets": { "nodes": [] } });
        assert_eq!(found(json!(null)).await, broken, "today is the first of July");
        assert_eq!(found(json!("2026-07-01")).await, broken);
        assert_eq!(found(json!("2026-07-02")).await, fine, "it has begun by then");
        assert_eq!(found(json!("2025-01-01")).await, broken);
        let refusal =
            estate.planner.expect_error_with(text, json!({ "asOf": "0026-07-01" }), "INVALID").await;
        assert_eq!(refusal.field, "asOf");
    });
}
