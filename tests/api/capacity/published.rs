//! Forecasts that are kept, and held against what came.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{
    a_pool,
    forecasts::{PEAKS, history, later},
    told,
};

const PUBLISH: &str =
    "mutation($pools: [ID!]!, $months: Int!, $asOf: Date, $method: CapacityForecastMethod!) {
    publishCapacityForecast(pools: $pools, months: $months, asOf: $asOf, method: $method) {
        id asOf months method used trainedOn observedUntil inputsHash publishedBy pool { name }
        exhaustion { p50Code p50Month p90DemandCode p90DemandMonth } orderBy { status date }
        points(asOf: \"2026-11-20\") { month ahead p10 p50 p90 supply actual isWithin } } }";

fn asked(pools: &[&str], as_of: &str, method: &str) -> Value {
    json!({ "pools": pools, "months": 12, "asOf": as_of, "method": method })
}

#[test]
fn a_forecast_is_kept_once_and_never_changes() {
    on_both_engines(async |app| {
        let details = json!({ "plannable": "300", "leadDays": 180 });
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", details).await;
        history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
        let planner = app.planner().at(later());
        let line = asked(&[&pool], "2026-11-01", "ORDINARY_LEAST_SQUARES");
        let made = planner.query_with(PUBLISH, line.clone()).await["publishCapacityForecast"][0].clone();
        assert_eq!(
            made["exhaustion"],
            json!({
                "p50Code": "DATED", "p50Month": "2027-08", "p90DemandCode": "DATED", "p90DemandMonth": "2027-06",
            })
        );
        assert_eq!(made["orderBy"], json!({ "status": "DUE", "date": "2026-12-03" }));
        assert_eq!([&made["trainedOn"], &made["observedUntil"]], [&json!(12), &json!("2026-10")]);
        assert_eq!(made["inputsHash"].as_str().unwrap().len(), 64);
        assert_eq!(made["points"].as_array().unwrap().len(), 12);
        let point = &made["points"][0];
        assert_eq!(
            [&point["month"], &point["ahead"], &point["supply"]],
            [&json!("2026-11"), &json!(1), &json!("300")]
        );
        assert_eq!([&point["actual"], &point["isWithin"]], [&Value::Null, &Value::Null]);
        // Equal inputs of a day are published once; others beside it.
        let again = planner.query_with(PUBLISH, line.clone()).await["publishCapacityForecast"][0].clone();
        assert_eq!(again, made);
        let event = json!({ "pool": pool, "name": "wave", "quantity": "18", "happensOn": "2027-03-01" });
        crate::roadmap::send(app, "recordCapacityEvent", "NewCapacityEvent!", event).await;
        let moved = planner.query_with(PUBLISH, line).await["publishCapacityForecast"][0].clone();
        assert_eq!(moved["exhaustion"]["p50Month"], "2027-04");
        assert_ne!(moved["inputsHash"], made["inputsHash"]);
        let list = r#"query($pool: ID!) { capacityForecasts(filter: { pool: { eq: $pool }, method: { eq: ORDINARY_LEAST_SQUARES } },
            orderBy: [{ field: PUBLISHED_AT, direction: ASC }]) { totalCount nodes { id exhaustion { p50Month } } } }"#;
        let seen = app.viewer().query_with(list, json!({ "pool": pool })).await["capacityForecasts"].clone();
        assert_eq!(seen["totalCount"], 2);
        let kept = seen["nodes"].as_array().unwrap();
        assert!(kept.iter().any(|it| it["id"] == made["id"] && it["exhaustion"]["p50Month"] == "2027-08"));
        let one = format!(
            r#"{{ publishedCapacityForecast(id: {id}) {{ id }} node(id: {id}) {{ id }} }}"#,
            id = made["id"]
        );
        let seen = app.viewer().query(&one).await;
        assert_eq!(
            [&seen["publishedCapacityForecast"]["id"], &seen["node"]["id"]],
            [&made["id"], &made["id"]]
        );
    });
}

#[test]
fn what_cannot_be_published_is_refused_by_name() {
    on_both_engines(async |app| {
        let empty = a_pool(app, "Empty", "PORTS", "PORT", json!({ "plannable": "40" })).await;
        let planner = app.planner();
        for (given, field, message) in [
            (
                asked(&[&empty], "2026-06-01", "AUTO"),
                "pools[0]",
                "Empty cannot be forecast: 0 months are observed, and a trend needs 6",
            ),
            (asked(&[], "2026-06-01", "AUTO"), "pools", "names no pool"),
            (asked(&[&empty, &empty], "2026-06-01", "AUTO"), "pools", "names a pool twice"),
        ] {
            let refusal = planner.expect_error_with(PUBLISH, given, "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
        let ahead =
            planner.expect_error_with(PUBLISH, asked(&[&empty], "2026-07-02", "AUTO"), "INVALID").await;
        assert_eq!(ahead.field, "asOf");
        let unknown = "capacity_pool_00000000000000000000000000000001";
        planner.expect_error_with(PUBLISH, asked(&[unknown], "2026-06-01", "AUTO"), "NOT_FOUND").await;
        let mut none = asked(&[&empty], "2026-06-01", "AUTO");
        none["months"] = json!(0);
        planner.expect_error_with(PUBLISH, none, "INVALID").await;
        app.viewer().expect_error_with(PUBLISH, asked(&[&empty], "2026-06-01", "AUTO"), "FORBIDDEN").await;
        let retire = format!(r#"mutation {{ retireCapacityPool(id: "{empty}") {{ id }} }}"#);
        planner.query(&retire).await;
        let refusal =
            planner.expect_error_with(PUBLISH, asked(&[&empty], "2026-06-01", "AUTO"), "INVALID").await;
        assert_eq!(told(&refusal), ("pools[0]", "Empty is retired"));
    });
}

const ACCURACY: &str = r#"query($to: Month, $filter: CapacityPoolFilter) {
    forecastAccuracy(filter: $filter, period: { from: "2026-07", to: $to }, asOf: "2026-11-20") {
        from to asOf score { ...all } bands { fromMonthsAhead toMonthsAhead score { ...all } }
        pools { pool { name } forecasts score { ...all } bands { fromMonthsAhead score { ...all } } }
        explain { formula assumptions inputs { name value } } } }
    fragment all on CapacityScore { months wape bias coverage80 reason }"#;

#[test]
fn forecasts_are_held_against_what_came() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", json!({ "plannable": "300" })).await;
        history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
        a_pool(app, "Other", "PORTS", "PORT", json!({})).await;
        let planner = app.planner().at(later());
        let naive = asked(&[&pool], "2026-07-01", "NAIVE");
        let made = planner.query_with(PUBLISH, naive).await["publishCapacityForecast"][0].clone();
        // The last month by then is June: 243 is said of each month. Then came 251, 240, 259 and 256.
        let points = made["points"].as_array().unwrap();
        assert_eq!([&points[0]["month"], &points[0]["p50"], &points[0]["actual"]], ["2026-07", "243", "251"]);
        assert_eq!(points[4]["actual"], Value::Null);
        let within = points.iter().filter(|point| point["isWithin"] == true).count();
        let seen = app.viewer().at(later()).query_with(ACCURACY, json!({ "to": "2026-10" })).await;
        let seen = &seen["forecastAccuracy"];
        let coverage = within as f64 / 4.0;
        let score = &seen["score"];
        assert_eq!([&score["months"], &score["reason"]], [&json!(4), &Value::Null]);
        let counts = "of several forecasts of one pool, day and method the first that was published counts";
        assert_eq!(seen["explain"]["assumptions"][1], counts);
        assert_eq!([&score["wape"], &score["bias"]], ["0.039761", "-0.033797"]);
        assert_eq!(score["coverage80"].as_str().unwrap().parse::<f64>().unwrap(), coverage);
        let bands = seen["bands"].as_array().unwrap();
        let band = |place: usize| {
            let score = &bands[place]["score"];
            (score["months"].as_u64().unwrap(), score["wape"].clone())
        };
        assert_eq!(bands.len(), 6);
        assert_eq!(band(0), (3, json!("0.036")));
        assert_eq!(band(1), (1, json!("0.050781")));
        assert_eq!(band(2), (0, Value::Null));
        assert_eq!(bands[2]["score"]["reason"], "no month that was forecast so far ahead is complete");
        assert_eq!([&bands[4]["fromMonthsAhead"], &bands[4]["toMonthsAhead"]], [&json!(25), &json!(36)]);
        let pools = seen["pools"].as_array().unwrap();
        assert_eq!([&pools[0]["pool"]["name"], &pools[1]["pool"]["name"]], ["Other", "Storage"]);
        assert_eq!([&pools[0]["forecasts"], &pools[1]["forecasts"]], [&json!(0), &json!(1)]);
        assert_eq!(
            pools[0]["score"]["reason"],
            "no published forecast looks ahead to a month from 2026-07 to 2026-10"
        );
        assert_eq!(pools[1]["score"]["wape"], "0.039761");
        // Quantities in two units do not add up, and shares of months do.
        let ports = a_pool(app, "Ports", "PORTS", "PORT", json!({})).await;
        history(app, &ports, "PORT", "2025-11", &PEAKS).await;
        planner.query_with(PUBLISH, asked(&[&ports], "2026-07-01", "NAIVE")).await;
        let both = app.viewer().at(later()).query_with(ACCURACY, json!({ "to": "2026-10" })).await;
        let score = &both["forecastAccuracy"]["score"];
        assert_eq!([&score["months"], &score["wape"]], [&json!(8), &Value::Null]);
        assert_eq!(score["reason"], "quantities in PORT, TERABYTE do not add up");
        assert_ne!(score["coverage80"], Value::Null);
        let one = json!({ "to": "2026-10", "filter": { "name": { "eq": "Ports" } } });
        let one = app.viewer().at(later()).query_with(ACCURACY, one).await;
        assert_eq!(one["forecastAccuracy"]["score"]["wape"], "0.039761");
        for (to, code) in [("2026-06", "INVALID"), ("2046-01", "LIMIT_EXCEEDED")] {
            let refusal = app.viewer().expect_error_with(ACCURACY, json!({ "to": to }), code).await;
            assert_eq!(refusal.field, "period");
        }
        app.admin().expect_error_with(ACCURACY, json!({ "to": "2026-10" }), "FORBIDDEN").await;
    });
}

#[test]
fn what_was_said_first_is_scored_from_the_day_it_was_published() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", json!({ "plannable": "300" })).await;
        history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
        let naive = asked(&[&pool], "2026-07-01", "NAIVE");
        let made = app.planner().at(later()).query_with(PUBLISH, naive.clone()).await;
        // With a step that nobody knew of, another forecast of the same day is published a day later.
        let event = json!({ "pool": pool, "name": "wave", "quantity": "18", "happensOn": "2026-08-01" });
        crate::roadmap::send(app, "recordCapacityEvent", "NewCapacityEvent!", event).await;
        let again = app.planner().at(later() + chrono::TimeDelta::days(1)).query_with(PUBLISH, naive).await;
        let id = |made: &Value| made["publishCapacityForecast"][0]["id"].clone();
        assert_ne!(id(&again), id(&made));
        let scored = async |as_of: &str| {
            let text = format!(
                r#"{{ forecastAccuracy(asOf: "{as_of}", period: {{ from: "2026-07", to: "2026-10" }}) {{
                    score {{ months wape }} pools {{ forecasts }} }} }}"#
            );
            app.viewer().at(later() + chrono::TimeDelta::days(1)).query(&text).await["forecastAccuracy"]
                .clone()
        };
        // Its months were over, and nobody had said anything of them by then.
        assert_eq!(scored("2026-11-19").await["pools"][0]["forecasts"], 0);
        let first = scored("2026-11-20").await;
        assert_eq!([&first["score"]["months"], &first["score"]["wape"]], [&json!(4), &json!("0.039761")]);
        assert_eq!(scored("2026-11-21").await, first);
    });
}

#[test]
fn statements_do_not_grow_with_forecasts() {
    on_both_engines(async |app| {
        let accuracy = r#"{ forecastAccuracy(asOf: "2026-07-01", period: { from: "2026-01", to: "2026-05" }) {
            score { months } pools { pool { name } score { wape } } } }"#;
        let list = "{ capacityForecasts { nodes { pool { name } points { month actual } } } }";
        let mut few = (0, 0);
        for number in 0..3 {
            let pool = a_pool(app, &format!("Pool {number}"), "PORTS", "PORT", json!({})).await;
            history(app, &pool, "PORT", "2025-09", &PEAKS[..9]).await;
            app.planner().query_with(PUBLISH, asked(&[&pool], "2026-02-01", "AUTO")).await;
            let now =
                (app.viewer().statements_again(accuracy).await, app.viewer().statements_again(list).await);
            if number == 0 {
                few = now;
            }
            assert_eq!(now, few, "with {number} more");
        }
    });
}
