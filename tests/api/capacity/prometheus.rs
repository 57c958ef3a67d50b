//! What Prometheus answers, recorded as observations.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{a_pool, seen, told};

const IMPORT: &str = "mutation($pool: ID!, $json: String!, $labels: [PrometheusLabel!]) {
    importPrometheus(pool: $pool, unit: WATT, json: $json, labels: $labels) {
        recorded repeated gaps warnings pool { name } } }";

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
        let infinite = answer(&json!([{ "metric": {}, "values": [[1_780_272_000, "+Inf"]] }]));
        let negative = answer(&json!([{ "metric": {}, "values": [[1_780_272_000, "-4"]] }]));
        for (text, field, message) in [
            (error, "json", "the status is `error`: bad_data, no such metric"),
            (two, "labels", "2 series fit; name one by its labels, as of {rack=\"R1\"}, {rack=\"R2\"}"),
            (infinite, "json.values[0]", "`+Inf` is infinite"),
            (negative, "json.values[0].value", "-0.004 is below 0"),
        ] {
            let asked = json!({ "pool": pool, "json": text });
            let refusal = app.director().expect_error_with(IMPORT, asked, "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
    });
}
