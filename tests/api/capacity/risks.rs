//! Pools that have run out: they are risks, whatever else of them is known.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    purchases::{a_site, roadmap, servers, set, steady, step, without_lead_days},
};

const RISK: &str = "pool { name } from months worst worstIn relief orderBy overdueDays reason message";

async fn risks(app: &TestApp) -> Value {
    let text = format!(
        "{{ capacityRisks(asOf: \"2026-01-10\") {{ pools risks {{ {RISK} }} unknownCount unknown {{ pool {{ name }} }} }} }}"
    );
    app.viewer().query(&text).await["capacityRisks"].clone()
}

/// What the outlook says of pools: name, how urgent, since when, and by when to order.
async fn outlook(app: &TestApp) -> Value {
    let text = "{ capacityOutlook(asOf: \"2026-01-10\") { counts { urgency pools } pools { pool { name }
        exhaustion { p90Demand { code month } } orderBy { status date reason } } } }";
    app.viewer().query(text).await["capacityOutlook"].clone()
}

#[test]
fn a_pool_that_ran_out_is_a_risk_though_nobody_says_how_long_an_order_takes() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        // All of 900 were used on every day of 2025; of the other, 900 of 950, and it runs out in March.
        let out = steady(app, "Out", &site, "900").await;
        let later = steady(app, "Later", &site, "950").await;
        step(app, &later, "wave 3", "100", "2026-03-15").await;
        for pool in [&out, &later] {
            without_lead_days(app, pool).await;
        }
        let reason = "the days from an order to its delivery are not recorded";
        let expected = json!({
            "pool": { "name": "Out" }, "from": "2025-01", "months": null, "worst": null, "worstIn": null,
            "relief": null, "orderBy": null, "overdueDays": null, "reason": reason,
            "message": "Out ran out in 2025-01: from when on an order of 2026-01-10 helps is not known, for the days from an \
                        order to its delivery are not recorded",
        });
        let found = risks(app).await;
        assert_eq!([&found["pools"], &found["unknownCount"]], [&json!(2), &json!(1)]);
        assert_eq!(found["risks"], json!([expected]));
        assert_eq!(found["unknown"], json!([{ "pool": { "name": "Later" } }]));
        let seen = outlook(app).await;
        assert_eq!(
            seen["counts"],
            json!([{ "urgency": "OVERDUE", "pools": 1 }, { "urgency": "RUNS_OUT", "pools": 1 }])
        );
        assert_eq!(
            seen["pools"][0],
            json!({
                "pool": { "name": "Out" },
                "exhaustion": { "p90Demand": { "code": "ALREADY_PASSED", "month": "2025-01" } },
                "orderBy": { "status": "NOT_COMPUTABLE", "date": null, "reason": reason },
            })
        );
        let selection = format!("risks {{ {RISK} }} risksUnknown {{ pool {{ name }} }} assumptions");
        let drawn = roadmap(app, "view: CASH", &selection).await;
        assert_eq!((&drawn["risks"], &drawn["risksUnknown"]), (&found["risks"], &found["unknown"]));
        // With a rule nothing can be ordered, for the same reason, and the risk stays.
        set(app, &out, servers()).await;
        assert_eq!(risks(app).await["risks"], found["risks"]);
        let selection = format!(
            "risks {{ {RISK} }} risksUnknown {{ pool {{ name }} }}
            assumptions excluded {{ reason records {{ label }} }}"
        );
        let drawn = roadmap(app, "view: CASH", &selection).await;
        assert_eq!(drawn["risks"], found["risks"]);
        let left_out = json!({ "reason": format!("growth: {reason}"), "records": [{ "label": "Out" }] });
        assert!(drawn["excluded"].as_array().unwrap().contains(&left_out), "{}", drawn["excluded"]);
        let said = drawn["assumptions"].as_array().unwrap();
        assert!(said.contains(&expected["message"]), "{said:?}");
    });
}

#[test]
fn a_pool_that_is_out_by_what_was_observed_is_a_risk_however_low_its_demand_is_forecast() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        // 900 of 880 were used on every day of 2025, and 300 less are to be from January on.
        let out = steady(app, "Falling", &site, "880").await;
        step(app, &out, "archive goes", "-300", "2026-01-05").await;
        let forecast = format!(
            "{{ capacityForecast(pool: \"{out}\", asOf: \"2026-01-10\") {{ demand {{ month p90 }} exhaustion {{ p90Demand {{ code month }} }} }} }}"
        );
        let seen = app.viewer().query(&forecast).await["capacityForecast"].clone();
        assert_eq!(seen["demand"][0], json!({ "month": "2026-01", "p90": "600" }));
        let passed = json!({ "code": "ALREADY_PASSED", "month": "2025-01" });
        assert_eq!(seen["exhaustion"]["p90Demand"], passed);
        // 20 were missing by the last that was observed, which counts until more is: twelve months and the current one.
        let expected = json!({
            "pool": { "name": "Falling" }, "from": "2025-01", "months": 13, "worst": "20", "worstIn": "2026-01",
            "relief": "2026-07", "orderBy": "2024-08-06", "overdueDays": 522, "reason": null,
            "message": "Falling ran out in 2025-01, for 13 months: an order of 2026-01-10 helps from 2026-07 on, and is \
                        522 days late",
        });
        let found = risks(app).await;
        assert_eq!([&found["risks"], &found["unknownCount"]], [&json!([expected]), &json!(0)]);
        let drawn = roadmap(app, "view: CASH", &format!("risks {{ {RISK} }}")).await;
        assert_eq!(drawn["risks"], found["risks"]);
        assert_eq!(outlook(app).await["counts"], json!([{ "urgency": "OVERDUE", "pools": 1 }]));
        // It is none once there is more than was used.
        let update = format!(
            "mutation {{ updateCapacityPool(id: \"{out}\", changes: {{ plannable: \"901\" }}) {{ id }} }}"
        );
        app.director().query(&update).await;
        assert_eq!(risks(app).await["risks"], json!([]));
    });
}

#[test]
fn a_pool_that_was_left_is_no_risk() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let out = steady(app, "Out", &site, "900").await;
        without_lead_days(app, &out).await;
        assert_eq!(risks(app).await["risks"].as_array().unwrap().len(), 1);
        let exit = format!("mutation {{ planSiteExit(id: \"{site}\", on: \"2026-01-05\") {{ id }} }}");
        app.director().query(&exit).await;
        let found = risks(app).await;
        assert_eq!(found["risks"], json!([]));
        // A pool that nothing is known of stays what it is.
        a_pool(app, "Empty", "PORTS", "PORT", json!({ "plannable": "40", "leadDays": 5 })).await;
        assert_eq!(risks(app).await["risks"], json!([]));
    });
}

#[test]
fn a_pool_that_lasts_is_not_unknown_though_nobody_says_how_long_an_order_takes() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        // 900 of 2,000 are used, and 2,000 from 2030 on: beyond the months that are asked about.
        let lasting = steady(app, "Lasting", &site, "2000").await;
        step(app, &lasting, "far", "1100", "2030-01-01").await;
        without_lead_days(app, &lasting).await;
        let found = risks(app).await;
        assert_eq!([&found["pools"], &found["unknownCount"]], [&json!(1), &json!(0)]);
        assert_eq!((&found["risks"], &found["unknown"]), (&json!([]), &json!([])));
        let text = "{ capacityRisks(asOf: \"2026-01-10\", months: 60) { unknown { pool { name } reason } } }";
        let further = app.viewer().query(text).await["capacityRisks"]["unknown"].clone();
        let reason = "the days from an order to its delivery are not recorded";
        assert_eq!(further, json!([{ "pool": { "name": "Lasting" }, "reason": reason }]));
        // Of a pool that nothing was observed of nobody can tell.
        a_pool(app, "Empty", "PORTS", "PORT", json!({ "plannable": "40" })).await;
        assert_eq!(risks(app).await["unknown"], json!([{ "pool": { "name": "Empty" } }]));
    });
}
