//! Clusters that hand out more than they have: what is used is held against what there is, once.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    OBSERVE,
    forecasts::{PEAKS, history, later},
    layers::a_cluster,
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
