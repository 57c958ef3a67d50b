//! How much of the estate passes its last date of support.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::plan::golden;
use crate::roadmap::send;

/// Assets of a model, of which all but the last cost the same.
async fn bought(app: &TestApp, site: &str, model: &str, tag: &str, (count, each, last): (usize, i64, i64)) {
    let inputs: Vec<Value> = (1..=count)
        .map(|number| {
            let price = if number == count { last } else { each };
            json!({
                "tag": format!("{tag}-{number:03}"), "model": model, "status": "IN_SERVICE",
                "placement": { "site": site },
                "details": {
                    "inServiceOn": "2021-07-01", "tier": if number <= 10 { 0 } else { 2 },
                    "purchase": { "price": { "amount": price.to_string(), "currency": "USD" }, "on": "2021-06-01" },
                },
            })
        })
        .collect();
    let text =
        "mutation($inputs: [NewAsset!]!) { registerAssets(inputs: $inputs) { error { field message } } }";
    for inputs in inputs.chunks(100) {
        let data = app.director().query_with(text, json!({ "inputs": inputs })).await;
        let rows = data["registerAssets"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["error"].is_null()), "{rows:?}");
    }
}

/// 312 assets worth 6.90 million: 46 worth 1.18 million lose support on the last day of 2026, 15 nobody knows when.
async fn estate(app: &TestApp) -> (String, String) {
    let site = json!({ "code": "FRA1", "name": "F", "kind": "OFFICE", "timeZone": "Europe/Berlin" });
    let site = send(app, "openSite", "NewSite!", site).await;
    let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
    let model = async |name: &str, kind: &str, last: Option<&str>| {
        let milestones = last.map(|day| json!({ "lastDateOfSupportOn": day, "dateQuality": "PUBLISHED" }));
        let mut model = json!({ "manufacturer": maker, "name": name, "kind": kind });
        if let Some(milestones) = milestones {
            model["details"] = json!({ "milestones": milestones });
        }
        send(app, "registerHardwareModel", "NewHardwareModel!", model).await
    };
    let old = model("Old", "SERVER", Some("2026-12-31")).await;
    let new = model("New", "SERVER", Some("2027-01-01")).await;
    let unknown = model("Unknown", "SWITCH", None).await;
    bought(app, &site, &old, "OLD", (46, 25_000, 55_000)).await;
    bought(app, &site, &new, "NEW", (251, 21_500, 25_000)).await;
    bought(app, &site, &unknown, "UNK", (15, 21_000, 26_000)).await;
    (site, old)
}

const SHARE: &str = "exposed { count value } unknown { count value } inUse { count value } countRatio valueRatio \
                     withoutValue excluded";

#[test]
fn the_worked_example_is_exposed_by_its_shares() {
    on_both_engines(async |app| {
        let golden = golden();
        let (site, old) = estate(app).await;
        let ask = |more: &str| {
            format!(
                "{{ supportExposure(from: \"2026-11\", quarters: 2, asOf: \"2026-07-01\" {more}) {{ currency \
                 fiscalCalendar quarters {{ label on all {{ {SHARE} }} critical {{ {SHARE} }} }} \
                 explain {{ formula assumptions excluded }} }} }}"
            )
        };
        let found = app.director().query(&ask("")).await["supportExposure"].clone();
        let quarter = &found["quarters"][0];
        assert_eq!((&quarter["label"], &quarter["on"]), (&json!("FY26 Q4"), &json!("2026-12-31")));
        let all = &quarter["all"];
        let expected = &golden["2.eos_exposure"];
        let four = |share: &Value| format!("{:.4}", share.as_f64().unwrap());
        assert_eq!(all["countRatio"], four(&expected["count"]));
        assert_eq!(all["valueRatio"], four(&expected["value"]));
        assert_eq!(all["exposed"], json!({ "count": 46, "value": "1180000.00" }));
        assert_eq!(all["unknown"], json!({ "count": 15, "value": "320000.00" }));
        assert_eq!(all["inUse"], json!({ "count": 312, "value": "6900000.00" }));
        assert!(all["excluded"][0].as_str().unwrap().starts_with("15 assets whose last date of support"));
        assert_eq!(quarter["critical"]["inUse"]["count"], 30);
        assert_eq!(quarter["critical"]["exposed"]["count"], 10);
        assert_eq!(found["quarters"][1]["all"]["exposed"]["count"], 297);
        let of_model = format!(", filter: {{ models: [\"{old}\"], sites: [\"{site}\"] }}");
        let found = app.director().query(&ask(&of_model)).await["supportExposure"].clone();
        assert_eq!(found["quarters"][0]["all"]["countRatio"], "1");
        let found =
            app.director().query(&ask(", filter: { kinds: [SWITCH] }")).await["supportExposure"].clone();
        assert_eq!(found["quarters"][0]["all"]["inUse"]["count"], 15);
        // Counts are for everybody who sees the lifecycle, what was paid is not.
        let found = app.viewer().query(&ask("")).await["supportExposure"].clone();
        let all = &found["quarters"][0]["all"];
        assert_eq!(all["exposed"], json!({ "count": 46, "value": null }));
        assert_eq!(all["valueRatio"], Value::Null);
        assert_eq!(all["countRatio"], four(&expected["count"]));
    });
}

#[test]
fn impossible_questions_of_exposure_are_refused() {
    on_both_engines(async |app| {
        estate(app).await;
        for (arguments, field, word) in [
            ("quarters: 0", "quarters", "0 is not between 1 and 40"),
            ("quarters: 41", "quarters", "41 is not between 1 and 40"),
            ("currency: \"EUR\"", "currency", "rate from USD to EUR"),
            ("currency: \"XXX9\"", "currency", "XXX9"),
            ("fiscalCalendar: \"site_01\"", "fiscalCalendar", "site"),
        ] {
            let text = format!(
                "{{ supportExposure(from: \"2026-11\", asOf: \"2026-07-01\", {arguments}) {{ currency }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{arguments}: {}", refusal.message);
        }
        let text = "{ supportExposure(from: \"2026-11\", asOf: \"2026-07-01\") { currency } }";
        app.admin().expect_error(text, "FORBIDDEN").await;
    });
}
