//! What helps a pool that has run out already, that is left, or that is bought for by a rule.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_pool,
    forecasts::{PEAKS, history, later},
    layers::files,
    purchases::{a_site, servers, set, with},
};
use crate::{roadmap::send, scenarios::a_scenario};

/// A pool of storage of which 208 to 259 TB were used, and an order of which takes 180 days.
async fn storage(app: &TestApp, name: &str, plannable: &str, more: Value) -> String {
    let mut details = json!({ "plannable": plannable, "leadDays": 150, "installDays": 30 });
    details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let pool = a_pool(app, name, "STORAGE", "TERABYTE", details).await;
    history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
    pool
}

async fn hold(app: &TestApp, pool: &str, purpose: &str, quantity: &str, from: &str) {
    let held = json!({ "pool": pool, "purpose": purpose, "quantity": quantity, "fromOn": from });
    send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
}

async fn forecast(client: &Client, pool: &str, months: u32, fields: &str) -> Value {
    let text = format!(
        r#"{{ capacityForecast(pool: "{pool}", months: {months}, method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01") {{
            {fields} }} }}"#
    );
    client.clone().at(later()).query(&text).await["capacityForecast"].clone()
}

const ACTIONS: &str = "exhaustion { p50 { code month } p90Demand { code month } } actionsLeftOut
    actions { action name quantity isInTime exhaustion { p90Demand { code month } } shortAgain { code month } }";

fn named<'a>(actions: &'a Value, kind: &str) -> Option<&'a Value> {
    actions.as_array().unwrap().iter().find(|action| action["action"] == kind)
}

#[test]
fn what_has_run_out_is_helped_by_what_ends_the_shortage() {
    on_both_engines(async |app| {
        // 259 and 256 of 250 were used in the last two months.
        let pool = storage(app, "Out", "250", json!({})).await;
        storage(app, "Roomy", "9000", json!({})).await;
        hold(app, &pool, "crumbs", "1", "2026-10-01").await;
        let seen = forecast(&app.viewer(), &pool, 12, ACTIONS).await;
        let passed = json!({ "code": "ALREADY_PASSED", "month": "2026-09" });
        assert_eq!(seen["exhaustion"]["p90Demand"], passed);
        // To give up 1 TB ends nothing.
        assert_eq!(named(&seen["actions"], "RECLAIM"), None, "{seen}");
        let left_out = seen["actionsLeftOut"].to_string();
        assert!(left_out.contains("crumbs from 2026-10-01: it neither pushes the day out"), "{left_out}");
        for kind in ["MOVE", "ORDER"] {
            let action = named(&seen["actions"], kind).unwrap();
            assert_eq!(action["exhaustion"]["p90Demand"], passed, "{action}");
            assert_eq!(action["shortAgain"]["code"], "NOT_WITHIN_HORIZON", "{action}");
            assert_eq!(action["isInTime"], false);
        }
    });
}

#[test]
fn an_order_is_the_next_of_the_rule() {
    on_both_engines(async |app| {
        let pool = storage(app, "Out", "250", json!({})).await;
        let order = async || {
            let seen = forecast(&app.viewer(), &pool, 12, ACTIONS).await;
            let order = named(&seen["actions"], "ORDER").unwrap().clone();
            json!([order["name"], order["quantity"]])
        };
        // The last of twelve months is October 2027.
        assert_eq!(order().await, json!(["order 73 more", "73"]));
        set(app, &pool, with(servers(), json!({ "quantity": "40" }))).await;
        assert_eq!(order().await, json!(["order 2 of Server 2", "80"]));
    });
}

#[test]
fn an_exit_ends_a_pool_whoever_says_so() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = storage(app, "Leaving", "300", json!({ "site": site })).await;
        let tight = storage(app, "Tight", "250", json!({})).await;
        let fields = "exhaustion { p50 { code month } p90Demand { code month } } orderBy { status }
            demand { month } supply { month quantity }";
        let before = forecast(&app.viewer(), &pool, 36, fields).await;
        assert_eq!(before["exhaustion"]["p50"]["month"], "2027-08");
        let exit = json!({ "siteExit": { "site": site, "on": "2027-05-01" } });
        let leave = a_scenario(app, "Leave", std::slice::from_ref(&exit)).await;
        let text = format!(
            r#"{{ capacityForecast(pool: "{pool}", method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01",
                scenario: "{leave}") {{ {fields} }} }}"#
        );
        let assumed = app.viewer().at(later()).query(&text).await["capacityForecast"].clone();
        files(app, &[("sites.csv", "code,exit_on\nFRA1,2027-05-01\n")]).await;
        let recorded = forecast(&app.viewer(), &pool, 36, fields).await;
        assert_eq!(recorded, assumed);
        let ends = json!({ "code": "NOT_WITHIN_HORIZON", "month": null });
        assert_eq!(recorded["exhaustion"], json!({ "p50": ends, "p90Demand": ends }));
        assert_eq!(recorded["orderBy"]["status"], "NONE");
        assert_eq!(recorded["demand"].as_array().unwrap().last().unwrap()["month"], "2027-04");
        let said = forecast(&app.viewer(), &pool, 36, "explain { assumptions }").await.to_string();
        assert!(
            said.contains("Leaving ends with its sites, the last of which is empty from 2027-05-01"),
            "{said}"
        );
        // What the scenario says is recorded now.
        let text = format!(
            r#"{{ capacityForecast(pool: "{pool}", scenario: "{leave}") {{ explain {{ assumptions }} }} }}"#
        );
        let said = app.viewer().at(later()).query(&text).await.to_string();
        assert!(said.contains("touches neither demand nor supply of Leaving"), "{said}");

        // It has room, and is no place for what is to stay.
        let more =
            r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: "9000" }) { id } }"#;
        app.planner().query_with(more, json!({ "id": pool })).await;
        let seen = forecast(&app.viewer(), &tight, 12, ACTIONS).await;
        assert_eq!(named(&seen["actions"], "MOVE"), None, "{seen}");
        let left_out = "load of it on Leaving: they end with their sites by then";
        assert!(seen["actionsLeftOut"].as_array().unwrap().contains(&json!(left_out)), "{seen}");
    });
}

#[test]
fn what_is_used_is_held_against_what_there_is_today_and_in_its_unit() {
    on_both_engines(async |app| {
        // Cores are stated, and virtual processors are used.
        let cores = a_pool(app, "Cores", "VCPU", "VCPU", json!({ "raw": "100" })).await;
        history(app, &cores, "VCPU", "2025-11", &PEAKS).await;
        let found = forecast(&app.viewer(), &cores, 12, "findings { code }").await;
        assert_eq!(found["findings"], json!([]));
        // Until October 2025 there was more of it than today.
        let shrunk = a_pool(app, "Shrunk", "PORTS", "PORT", json!({ "raw": "300" })).await;
        let values: Vec<i64> = [400, 400, 400].into_iter().chain(PEAKS).collect();
        history(app, &shrunk, "PORT", "2025-08", &values).await;
        let found = forecast(&app.viewer(), &shrunk, 12, "findings { code }").await;
        assert_eq!(found["findings"], json!([]));
        let few = json!({ "id": shrunk });
        let update = r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: { raw: "255" }) { id } }"#;
        app.planner().query_with(update, few).await;
        let found = forecast(&app.viewer(), &shrunk, 12, "findings { code message }").await;
        let message = "256 was used in 2026-10, more than usable, 255; so it was in 2 months";
        assert_eq!(found["findings"], json!([{ "code": "USED_ABOVE_CAPACITY", "message": message }]));
    });
}
