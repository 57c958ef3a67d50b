//! Which months are told of: those from `asOf` on, however old the last observation is.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    forecasts::{PEAKS, history, later},
    told,
};

async fn storage(app: &TestApp, first: &str, peaks: &[i64]) -> String {
    let details = json!({ "raw": "480", "plannable": "300", "leadDays": 30 });
    let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", details).await;
    history(app, &pool, "TERABYTE", first, peaks).await;
    pool
}

async fn forecast(app: &TestApp, pool: &str, arguments: &str, fields: &str) -> Value {
    let text = format!(r#"{{ capacityForecast(pool: "{pool}", {arguments}) {{ {fields} }} }}"#);
    app.viewer().at(later()).query(&text).await["capacityForecast"].clone()
}

fn months(points: &Value) -> Vec<&str> {
    points.as_array().unwrap().iter().map(|point| point["month"].as_str().unwrap()).collect()
}

#[test]
fn months_count_from_as_of_however_old_the_last_observation_is() {
    on_both_engines(async |app| {
        // Observed until March 2026, and asked in June.
        let pool = storage(app, "2025-04", &PEAKS).await;
        let fields = "months demand { month p90 } supply { month quantity } forecast { observedUntil
            points { month isBridged } } exhaustion { p90Demand { month } } orderBy { date }";
        let seen = forecast(app, &pool, r#"asOf: "2026-06-15", months: 36"#, fields).await;
        for points in [&seen["demand"], &seen["supply"]] {
            let months = months(points);
            assert_eq!((months.len(), months[0], months[35]), (36, "2026-06", "2029-05"));
        }
        assert_eq!((&seen["months"], &seen["forecast"]["observedUntil"]), (&json!(36), &json!("2026-03")));
        // April and May bridge what was not observed, and are marked.
        let points = seen["forecast"]["points"].as_array().unwrap();
        let expected = [("2026-04", true), ("2026-05", true), ("2026-06", false), ("2026-07", false)];
        for (point, (month, is_bridged)) in points.iter().zip(expected) {
            assert_eq!(point, &json!({ "month": month, "isBridged": is_bridged }));
        }
        assert_eq!((points.len(), &points[37]["isBridged"]), (38, &json!(false)));
        let reached = |point: &&Value| point["p90"].as_str().unwrap().parse::<f64>().unwrap() >= 300.0;
        let first = seen["demand"].as_array().unwrap().iter().find(reached).unwrap();
        assert_eq!(seen["exhaustion"]["p90Demand"]["month"], first["month"]);
        // How many months are asked for decides neither.
        let more = forecast(app, &pool, r#"asOf: "2026-06-15", months: 60"#, fields).await;
        assert_eq!([&more["exhaustion"], &more["orderBy"]], [&seen["exhaustion"], &seen["orderBy"]]);
    });
}

#[test]
fn what_was_observed_too_long_ago_is_named_as_that() {
    on_both_engines(async |app| {
        let pool = storage(app, "2025-04", &PEAKS).await;
        let said = "the last observation is 2074 months before the day that is asked about, and a trend holds for 120";
        let fields = "exhaustion { p90Demand { code reason } } demand { month } forecast { trainedOn }";
        let seen = forecast(app, &pool, r#"asOf: "2199-01-01""#, fields).await;
        let expected = json!({ "p90Demand": { "code": "NOT_COMPUTABLE", "reason": said } });
        assert_eq!(seen, json!({ "exhaustion": expected, "demand": [], "forecast": null }));
        let risks = r#"{ capacityRisks(asOf: "2199-01-01") { unknown { reason } } }"#;
        let risks = app.viewer().at(later()).query(risks).await["capacityRisks"]["unknown"].clone();
        assert_eq!(risks, json!([{ "reason": said }]));
        // Of what was never observed that is said as before.
        let never = a_pool(app, "Ports", "PORTS", "PORT", json!({ "plannable": "40" })).await;
        let seen = forecast(app, &never, r#"asOf: "2199-01-01""#, fields).await;
        let reason = seen["exhaustion"]["p90Demand"]["reason"].as_str().unwrap();
        assert!(reason.starts_with("0 months are observed"), "{reason}");
    });
}

#[test]
fn a_forecast_is_trained_on_what_was_observed_and_not_on_what_was_filled() {
    on_both_engines(async |app| {
        // Ten months of twelve: April and May 2026 have no observation.
        let pool = storage(app, "2025-11", &PEAKS[..5]).await;
        history(app, &pool, "TERABYTE", "2026-06", &PEAKS[7..]).await;
        let fields = "forecast { trainedOn warnings } observed { month }";
        for method in ["AUTO", "ORDINARY_LEAST_SQUARES", "THETA"] {
            let arguments = format!(r#"asOf: "2026-11-20", method: {method}"#);
            let seen = forecast(app, &pool, &arguments, fields).await;
            assert_eq!(seen["observed"].as_array().unwrap().len(), 10);
            assert_eq!(seen["forecast"]["trainedOn"], 10, "{method}");
        }
        let publish = format!(
            r#"mutation {{ publishCapacityForecast(pools: ["{pool}"], asOf: "2026-11-20") {{ trainedOn }} }}"#
        );
        let made = app.director().at(later()).query(&publish).await["publishCapacityForecast"].clone();
        assert_eq!(made, json!([{ "trainedOn": 10 }]));
    });
}

#[test]
fn too_many_months_are_refused_alike() {
    on_both_engines(async |app| {
        let pool = storage(app, "2025-11", &PEAKS[..1]).await;
        for (months, code, message) in [
            (0, "INVALID", "0 is fewer than 1"),
            (10_000, "LIMIT_EXCEEDED", "10000 months are more than the 120 of one question"),
        ] {
            let day = r#"asOf: "2026-07-01""#;
            let asked = [
                format!(r#"{{ capacityForecast(pool: "{pool}", {day}, months: {months}) {{ asOf }} }}"#),
                format!("{{ capacityOutlook({day}, months: {months}) {{ asOf }} }}"),
                format!("{{ capacityRisks({day}, months: {months}) {{ unknownCount }} }}"),
                format!("{{ capacityPurchases({day}, months: {months}) {{ reason }} }}"),
                format!(
                    r#"{{ capacityPool(id: "{pool}") {{ supply({day}, months: {months}) {{ reason }} }} }}"#
                ),
            ];
            for text in asked {
                let refusal = app.director().expect_error(&text, code).await;
                assert_eq!(told(&refusal), ("months", message), "{text}");
            }
        }
    });
}
