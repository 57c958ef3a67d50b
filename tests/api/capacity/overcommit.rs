//! Clusters that hand out more than they have: what is used is held against what there is, once.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    OBSERVE, a_pool,
    forecasts::{PEAKS, history, later},
    layers::a_cluster,
    purchases::{servers, set, with},
    seen,
};
use crate::roadmap::send;

/// The cluster of the worked example, of which 138 to 186 vCPU were used.
async fn observed(app: &TestApp) -> String {
    a_cluster(app).await;
    let pool = app.viewer().query(r#"{ capacityPool(name: "Processors") { id } }"#).await;
    let pool = pool["capacityPool"]["id"].as_str().unwrap().to_owned();
    history(app, &pool, "VCPU", "2025-11", &PEAKS.map(|peak| peak - 70)).await;
    pool
}

async fn forecast(app: &TestApp, pool: &str, fields: &str) -> Value {
    let text = format!(
        r#"{{ capacityForecast(pool: "{pool}", method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01") {{ {fields} }} }}"#
    );
    app.viewer().at(later()).query(&text).await["capacityForecast"].clone()
}

#[test]
fn demand_is_held_against_what_there_is_once() {
    on_both_engines(async |app| {
        let pool = observed(app).await;
        let fields = "supply { quantity } demand { added } exhaustion { p50 { month } p90Demand { month } }
            findings { code } explain { assumptions }";
        let seen = forecast(app, &pool, fields).await;
        // 921.6 vCPU may be handed out four times over: 230.4 can run at once. 70 less are used than in the worked example
        // of 300, so the line reaches them 0.4 ÷ 4.25 months later than there.
        assert_eq!(seen["supply"][0]["quantity"], "230.4");
        assert_eq!(
            seen["exhaustion"],
            json!({ "p50": { "month": "2027-09" }, "p90Demand": { "month": "2027-06" } })
        );
        assert_eq!(seen["findings"], json!([]));
        let said = "what is used cannot be handed out more than once: demand is held against 0.25 of what may be planned \
                    with, and of what is reserved 0.25 counts as demand";
        assert!(seen["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{seen}");

        // Of 80 that are promised 20 run at once.
        let held = json!({ "pool": pool, "purpose": "wave", "quantity": "80", "fromOn": "2026-10-01" });
        send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
        assert_eq!(forecast(app, &pool, "demand { added }").await["demand"][0]["added"], "20");
    });
}

#[test]
fn what_is_used_is_measured_by_what_there_is_once() {
    on_both_engines(async |app| {
        let pool = observed(app).await;
        let fields = r#"utilisation(asOf: "2026-10-31") { ofUsable } findings(asOf: "2026-10-31") { code }"#;
        // 186 of 230.4.
        let ok = seen(app, &pool, fields).await;
        let part: f64 = ok["utilisation"]["ofUsable"].as_str().unwrap().parse().unwrap();
        assert!((part - 186.0 / 230.4).abs() < 1e-6, "{ok}");
        assert_eq!(ok["findings"], json!([]));
        let above = json!([{ "at": "2026-11-05T12:00:00Z", "value": "240" }]);
        let asked = json!({ "pool": pool, "unit": "VCPU", "observations": above });
        app.director().at(later()).query_with(OBSERVE, asked).await;
        let fields = r#"findings(asOf: "2026-11-05") { code }"#;
        assert_eq!(seen(app, &pool, fields).await["findings"][0]["code"], "USED_ABOVE_USABLE");
    });
}

const ACTIONS: &str = "exhaustion { p90Demand { code month } } actions { action name quantity quantityOnce
    exhaustion { p90Demand { code month } } shortAgain { code } }";

/// Processors of which each is handed out four times, 208 to 259 used, and an order of which takes 180 days.
async fn handed_out(app: &TestApp, name: &str, plannable: &str) -> String {
    let details = json!({
        "plannable": plannable, "leadDays": 150, "installDays": 30, "cluster": { "overcommitRatio": "4" },
    });
    let pool = a_pool(app, name, "VCPU", "VCPU", details).await;
    history(app, &pool, "VCPU", "2025-11", &PEAKS).await;
    pool
}

/// What is said of a pool to the end of October 2027.
async fn to_october(app: &TestApp, pool: &str) -> Value {
    let text = format!(
        r#"{{ capacityForecast(pool: "{pool}", months: 12, method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01") {{
            {ACTIONS} }} }}"#
    );
    app.viewer().at(later()).query(&text).await["capacityForecast"].clone()
}

fn of_kind<'a>(seen: &'a Value, kind: &str) -> &'a Value {
    seen["actions"].as_array().unwrap().iter().find(|action| action["action"] == kind).unwrap()
}

#[test]
fn an_order_is_told_by_what_may_be_planned_with() {
    on_both_engines(async |app| {
        // 250 run at once, as of the storage of which 73 more are ordered: 73 × 4 may be planned with.
        let pool = handed_out(app, "Tight", "1000").await;
        let seen = to_october(app, &pool).await;
        let order = of_kind(&seen, "ORDER");
        assert_eq!(
            [&order["name"], &order["quantity"], &order["quantityOnce"]],
            [&json!("order 292 more"), &json!("292"), &json!("73")]
        );
        assert_eq!(order["shortAgain"]["code"], "NOT_WITHIN_HORIZON");
        // It is what ends the shortage once it is there.
        let more =
            r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: "1292" }) { id } }"#;
        app.planner().query_with(more, json!({ "id": pool })).await;
        let seen = to_october(app, &pool).await;
        assert_eq!(seen["exhaustion"]["p90Demand"]["code"], "NOT_WITHIN_HORIZON");
        let less =
            r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: "1000" }) { id } }"#;
        app.planner().query_with(less, json!({ "id": pool })).await;

        // A piece of 160 is 40 that run at once: two of them, as of what is bought in pieces of 40 and handed out once.
        set(app, &pool, with(servers(), json!({ "quantity": "160" }))).await;
        let seen = to_october(app, &pool).await;
        let order = of_kind(&seen, "ORDER");
        assert_eq!(
            [&order["name"], &order["quantity"], &order["quantityOnce"]],
            [&json!("order 2 of Server 2"), &json!("320"), &json!("80")]
        );
    });
}

#[test]
fn what_is_given_up_is_told_as_it_was_reserved_and_load_as_it_is_used() {
    on_both_engines(async |app| {
        // 300 run at once, and of 80 that are promised 20: as of the storage that runs out in January, and in June without.
        let pool = handed_out(app, "Tight", "1200").await;
        let roomy = handed_out(app, "Roomy", "9000").await;
        let held = json!({ "pool": pool, "purpose": "wave", "quantity": "80", "fromOn": "2026-10-01" });
        send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
        let seen = to_october(app, &pool).await;
        assert_eq!(seen["exhaustion"]["p90Demand"]["month"], "2027-01");
        let reclaim = of_kind(&seen, "RECLAIM");
        assert_eq!([&reclaim["quantity"], &reclaim["quantityOnce"]], [&json!("80"), &json!("20")]);
        assert_eq!(reclaim["exhaustion"]["p90Demand"]["month"], "2027-06");
        // Load is what runs: the same of either.
        let moved = of_kind(&seen, "MOVE");
        assert_eq!(moved["name"], "move load to Roomy", "{roomy}");
        assert_eq!(moved["quantity"], moved["quantityOnce"]);
        assert_eq!(moved["exhaustion"]["p90Demand"]["code"], "NOT_WITHIN_HORIZON");
    });
}
