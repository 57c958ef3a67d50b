//! What Prometheus answers, recorded as observations.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{a_pool, seen, told};

const IMPORT: &str = "mutation($pool: ID!, $json: String!, $labels: [PrometheusLabel!]) {
    importPrometheus(pool: $pool, unit: WATT, json: $json, labels: $labels) {
        recorded repeated gaps warnings refusedCount refused { at message } findings pool { name } } }";

fn answer(result: &Value) -> String {
    let data = json!({ "resultType": "matrix", "result": result });
    json!({ "status": "success", "warnings": ["partial response"], "data": data }).to_string()
}

#[test]
fn an_answer_is_recorded_and_gaps_stay_gaps() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let series = json!([
            { "metric": { "rack": "R1" }, "values": [
                [1_780_272_000, "1500"], [1_780_275_600.5, "1.75e+03"], [1_780_279_200, "NaN"],
            ] },
            { "metric": { "rack": "R2" }, "values": [[1_780_272_000, "9"]] },
        ]);
        let labels = json!([{ "name": "rack", "value": "R1" }]);
        let asked = json!({ "pool": pool, "json": answer(&series), "labels": labels });
        let made = app.director().query_with(IMPORT, asked.clone()).await["importPrometheus"].clone();
        let pool_name = json!({ "name": "Power" });
        assert_eq!(
            made,
            json!({
                "recorded": 2, "repeated": 0, "gaps": 1, "warnings": ["partial response"], "pool": pool_name,
                "refusedCount": 0, "refused": [], "findings": [],
            })
        );
        let again = app.director().query_with(IMPORT, asked.clone()).await["importPrometheus"].clone();
        assert_eq!([&again["recorded"], &again["repeated"]], [&json!(0), &json!(2)]);
        let days = r#"days(from: "2026-06-01", to: "2026-06-01") { peak count }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "peak": "1.75", "count": 2 }]));
        app.viewer().expect_error_with(IMPORT, asked, "FORBIDDEN").await;
    });
}

#[test]
fn an_answer_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let error =
            json!({ "status": "error", "errorType": "bad_data", "error": "no such metric" }).to_string();
        let two = answer(&json!([
            { "metric": { "rack": "R1" }, "values": [] }, { "metric": { "rack": "R2" }, "values": [] },
        ]));
        let none = "it has no series: nothing was found in the time that was asked for";
        for (text, field, message) in [
            (answer(&json!([])), "json", none),
            (error, "json", "the status is `error`: bad_data, no such metric"),
            (two, "labels", "2 series fit; name one by its labels, as of {rack=\"R1\"}, {rack=\"R2\"}"),
        ] {
            let asked = json!({ "pool": pool, "json": text });
            let refusal = app.director().expect_error_with(IMPORT, asked, "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
    });
}

#[test]
fn bad_points_are_left_out_by_instant_and_rule_and_the_rest_is_kept() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let values = json!([
            [1_780_272_000, "1500"],
            [1_780_272_060, "+Inf"],
            [1_780_272_120, "0"],
            [1_780_272_180, "1600"],
            [1_780_272_240, "-4"],
            [1_780_272_300, "7"],
            [1_780_272_300, "8"],
            [1_780_272_360, "1700"],
            [1_780_272_420, "1_800"],
        ]);
        let asked = json!({ "pool": pool, "json": answer(&json!([{ "metric": {}, "values": values }])) });
        let made = app.director().query_with(IMPORT, asked.clone()).await["importPrometheus"].clone();
        assert_eq!([&made["recorded"], &made["refusedCount"]], [&json!(4), &json!(4)]);
        let refused: Vec<(&str, &str)> = made["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["at"].as_str().unwrap(), it["message"].as_str().unwrap()))
            .collect();
        for ((at, message), (instant, why)) in refused.iter().zip([
            ("2026-06-01T00:01:00", "json.values[1]: `+Inf` is infinite"),
            ("2026-06-01T00:04:00", "-0.004 is below 0"),
            ("2026-06-01T00:05:00", "an instant has one value"),
            ("2026-06-01T00:07:00", "json.values[8]: `1_800` is not a number"),
        ]) {
            assert!(at.starts_with(instant) && message.contains(why), "{at} {message}");
        }
        let found = made["findings"][0].as_str().unwrap();
        assert!(found.starts_with("ZEROS_BETWEEN: 1 zeros stand between values"), "{found}");
        let days = r#"days(from: "2026-06-01", to: "2026-06-01") { peak count }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "peak": "1.7", "count": 4 }]));
        // What is there stays, and what contradicts it is told.
        let other =
            answer(&json!([{ "metric": {}, "values": [[1_780_272_000, "9"], [1_780_275_600, "1800"]] }]));
        let asked = json!({ "pool": pool, "json": other });
        let made = app.director().query_with(IMPORT, asked).await["importPrometheus"].clone();
        assert_eq!([&made["recorded"], &made["refusedCount"]], [&json!(1), &json!(1)]);
        let message = "0.009 at 2026-06-01T00:00:00Z, for which 1.5 was given before";
        assert_eq!(made["refused"][0]["message"], message);
    });
}

#[test]
fn numbers_that_json_does_not_have_and_points_that_are_none_cost_themselves_only() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        // As programs write it that take a float for what JSON has.
        let text = r#"{"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {"rack": "R1", "note": "NaN, Infinity"}, "values": [
                [1780272000, 1500.0], [1780272060, NaN], [1780272120, -Infinity], ["abc", "5"], [1780272180],
                [1780272240, "NaN"], [1780272300, "1600"]]}]}}"#;
        let asked = json!({ "pool": pool, "json": text });
        let made = app.director().query_with(IMPORT, asked).await["importPrometheus"].clone();
        assert_eq!(
            [&made["recorded"], &made["gaps"], &made["refusedCount"]],
            [&json!(2), &json!(1), &json!(4)]
        );
        let series = r#"in the series {note="NaN, Infinity",rack="R1"}"#;
        let refused =
            |at: Value, why: &str| json!({ "at": at, "message": format!("json.values[{why}, {series}") });
        assert_eq!(
            made["refused"],
            json!([
                refused(Value::Null, "3]: `abc` is not an instant in seconds"),
                refused(Value::Null, "4]: `[1780272180]` is not an instant and a value"),
                refused(
                    json!("2026-06-01T00:01:00+00:00"),
                    r#"1]: `NaN` is no number of JSON; a gap is the text "NaN""#
                ),
                refused(json!("2026-06-01T00:02:00+00:00"), "2]: `-Infinity` is infinite"),
            ])
        );
        let days = r#"days(from: "2026-06-01", to: "2026-06-01") { peak count }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "peak": "1.6", "count": 2 }]));
        // What is no JSON for another reason is refused as a whole, with the place as it came.
        let broken = r#"{"status": "success", "data": [NaN, NaN}"#;
        let refusal = app
            .director()
            .expect_error_with(IMPORT, json!({ "pool": pool, "json": broken }), "INVALID")
            .await;
        assert_eq!(refusal.field, "json");
        assert!(refusal.message.contains("is not what Prometheus answers"), "{}", refusal.message);
    });
}

#[test]
fn instants_before_anything_was_observed_are_left_out_by_name() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let values = json!([[0, "6"], [946_684_799, "6"], [946_684_800, "7000"], [1_780_272_000, "1500"]]);
        let text = answer(&json!([{ "metric": {}, "values": values }]));
        let asked = json!({ "pool": pool, "json": text });
        let made = app.director().query_with(IMPORT, asked).await["importPrometheus"].clone();
        assert_eq!([&made["recorded"], &made["refusedCount"]], [&json!(2), &json!(2)]);
        let early = "lies before 2000-01-01: no plausible instant";
        assert_eq!(
            made["refused"],
            json!([
                { "at": "1970-01-01T00:00:00+00:00", "message": format!("1970-01-01T00:00:00Z {early}") },
                { "at": "1999-12-31T23:59:59+00:00", "message": format!("1999-12-31T23:59:59Z {early}") },
            ])
        );
        let days = r#"days(from: "1999-12-01", to: "2000-01-01") { day peak }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "day": "2000-01-01", "peak": "7" }]));
    });
}
