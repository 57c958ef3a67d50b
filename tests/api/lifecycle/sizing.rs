//! How many new hosts a demand needs, what to set aside for them, how often old ones fail, and prices that expired.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::plan::golden;
use crate::roadmap::the_example;

fn number(value: &Value) -> f64 {
    value
        .as_str()
        .map_or_else(|| value.as_f64(), |text| text.parse().ok())
        .unwrap_or_else(|| panic!("{value}"))
}

async fn consolidation(app: &TestApp, arguments: &str) -> Value {
    let text = format!(
        "{{ consolidation({arguments}) {{ hosts hostsWithFailover bindingResource ratio \
         resources {{ resource used demand supplyPerHost hosts }} explain {{ formula assumptions inputs {{ name value }} }} }} }}"
    );
    app.viewer().query(&text).await["consolidation"].clone()
}

const CORES: &str = r#"{ resource: CORES, oldPerHost: 32, utilisation: "0.38", newPerHost: 64, performanceFactor: "1.6",
    targetUtilisation: "0.7" }"#;

#[test]
fn hosts_follow_from_demand_as_in_the_worked_example() {
    on_both_engines(async |app| {
        let golden = golden();
        let given = |resources: &str| {
            format!(r#"hosts: 40, growthRate: "0.12", years: 3, failoverHosts: 1, resources: [{resources}]"#)
        };
        let found = consolidation(app, &given(CORES)).await;
        let cores = &found["resources"][0];
        assert_eq!(number(&cores["used"]), number(&golden["2.cons.demand_cores"]));
        assert_eq!(number(&cores["demand"]), number(&golden["2.cons.demand_3y"]));
        assert_eq!(number(&cores["supplyPerHost"]), number(&golden["2.cons.per_host"]));
        assert_eq!(found["hosts"], golden["2.cons.hosts"]);
        assert_eq!(found["hostsWithFailover"], golden["2.cons.hosts_n1"]);
        assert_eq!(json!([found["bindingResource"], found["ratio"]]), json!(["CORES", "3.6364"]));
        let memory = r#"{ resource: MEMORY, oldPerHost: 512, utilisation: "0.8", newPerHost: 1024, growthRate: "0.2" }"#;
        let found = consolidation(app, &given(&format!("{CORES}, {memory}"))).await;
        // 40 x 512 x 0.8 x 1.2^3 = 28,311.55, of which a host has 1,024.
        assert_eq!(json!([found["hosts"], found["bindingResource"]]), json!([28, "MEMORY"]));
        assert_eq!(found["resources"][1]["hosts"], 28);
        assert!(found["explain"]["formula"].as_str().unwrap().contains("growth"));
        for (arguments, message) in [
            (given(""), "resources: is empty: at least one resource is needed"),
            (given(&format!("{CORES}, {CORES}")), "resources[1].resource: Cores is given twice"),
            (
                given(&CORES.replace("0.38", "38")),
                "resources[0].utilisation: 38 is more than 1; this is a fraction, so 38 % is 0.38",
            ),
            (
                given(&CORES.replace("newPerHost: 64", "newPerHost: 0")),
                "resources[0]: 0: a new unit supplies something",
            ),
            (given(CORES).replace("hosts: 40", "hosts: 0"), "hosts: 0 is not between 1 and 1000000"),
            (given(CORES).replace("years: 3", "years: 30"), "years: 30 is not between 0 and 20"),
        ] {
            let text = format!("{{ consolidation({arguments}) {{ hosts }} }}");
            assert_eq!(app.viewer().expect_error(&text, "INVALID").await.message, message);
        }
        let text = format!("{{ consolidation({}) {{ hosts }} }}", given(CORES));
        app.admin().expect_error(&text, "FORBIDDEN").await;
    });
}

#[test]
fn a_reserve_is_saved_month_by_month_as_in_the_worked_example() {
    on_both_engines(async |app| {
        let expected = &golden()["2.reserve"];
        let text = |arguments: &str| {
            format!(
                "{{ refreshReserve(currency: \"USD\", {arguments}) {{ future {{ amount currency }} perMonth {{ amount }} \
                 explain {{ formula inputs {{ name value }} assumptions }} }} }}"
            )
        };
        let given = r#"today: "355000", escalationRate: "0.06", years: 3"#;
        let found = app.viewer().query(&text(given)).await["refreshReserve"].clone();
        assert_eq!(found["future"]["amount"], expected["future"]);
        assert_eq!(found["perMonth"]["amount"], expected["per_month"]);
        assert_eq!(found["explain"]["assumptions"], json!(["What is saved earns no interest."]));
        let shorter =
            app.viewer().query(&text(&format!("{given}, months: 12"))).await["refreshReserve"].clone();
        assert_eq!(shorter["perMonth"]["amount"], "35234.22");
        for (arguments, message) in [
            (r#"today: "-1", years: 3"#, "today: -1: a cost is not negative"),
            (
                r#"today: "1", escalationRate: 6, years: 3"#,
                "escalationRate: 6 is more than 1; this is a fraction, so 6 % is 0.06",
            ),
            (r#"today: "1", years: 0"#, "months: 0 is not between 1 and 240"),
            (r#"today: "1", years: 21"#, "years: 21 is not between 0 and 20"),
        ] {
            assert_eq!(app.viewer().expect_error(&text(arguments), "INVALID").await.message, message);
        }
        app.admin().expect_error(&text(given), "FORBIDDEN").await;
    });
}

async fn deferral(app: &TestApp, waiting: &str) -> Value {
    let text = format!(
        "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") {{ cohorts {{ deferral(months: 12, waiting: {{ \
         outageHours: 6, outageCostPerHour: 4000, redundancyFactor: \"0.15\" {waiting} }}) {{ \
         expectedOutageLoss explain {{ assumptions }} explainOutages {{ assumptions estimated }} }} }} }} }}"
    );
    app.director().query(&text).await["refreshPlan"]["cohorts"][0]["deferral"].clone()
}

#[test]
fn how_often_old_units_fail_is_said_by_their_policy_and_shown() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let flat = deferral(app, "").await;
        assert_eq!(flat["expectedOutageLoss"], "12960.00", "0.09 at every age when nobody says otherwise");
        assert!(flat["explain"]["assumptions"].to_string().contains("0.09 from 0 months on"), "{flat}");
        let set = |rates: &str| {
            format!(
                r#"mutation {{ updateRefreshPolicy(id: "{}", changes: {{ failureRates: {rates} }}) {{
                    failureRates {{ fromAgeMonths rate }} }} }}"#,
                estate.policy
            )
        };
        let rates = r#"[{ fromAgeMonths: 0, rate: "0.01" }, { fromAgeMonths: 48, rate: "0.02" },
            { fromAgeMonths: 72, rate: "0.5" }]"#;
        let made = app.planner().query(&set(rates)).await["updateRefreshPolicy"].clone();
        assert_eq!(made["failureRates"][1], json!({ "fromAgeMonths": 48, "rate": "0.02" }));
        // All are some sixty months old when their refresh is due: 40 x 0.02 x 6 x 4,000 x 0.15.
        let by_age = deferral(app, "").await;
        assert_eq!(by_age["expectedOutageLoss"], "2880.00");
        assert!(by_age["explain"]["assumptions"].to_string().contains("0.02 from 48 months on"), "{by_age}");
        let stated = deferral(app, ", failureRate: \"0.09\"").await;
        assert_eq!(stated["expectedOutageLoss"], "12960.00", "the question comes before the policy");
        for (rates, message) in [
            (
                r#"[{ fromAgeMonths: 0, rate: 11 }]"#,
                "failureRates[0].rate: 11 is more than 1; this is a fraction, so 11 % is 0.11",
            ),
            (
                r#"[{ fromAgeMonths: -1, rate: 1 }]"#,
                "failureRates[0].fromAgeMonths: -1 is not between 0 and 1200",
            ),
            (
                r#"[{ fromAgeMonths: 9, rate: "0.1" }, { fromAgeMonths: 9, rate: "0.2" }]"#,
                "failureRates[1].fromAgeMonths: 9 is given twice",
            ),
        ] {
            assert_eq!(app.planner().expect_error(&set(rates), "INVALID").await.message, message);
        }
        let made = app.planner().query(&set("null")).await["updateRefreshPolicy"].clone();
        assert_eq!(made["failureRates"], Value::Null);
        assert_eq!(deferral(app, "").await["expectedOutageLoss"], "12960.00");
    });
}

#[test]
fn an_expired_quote_is_carried_on_by_the_index_and_flagged() {
    on_both_engines(async |app| {
        the_example(app).await;
        let model = "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") { cohorts { successor { id }
            unitPrice { price { amount } expired movedByIndex } } } }";
        let found = app.director().query(model).await["refreshPlan"]["cohorts"][0].clone();
        let before = found["unitPrice"].clone();
        assert_eq!(before["expired"], false, "nobody promised how long it holds");
        let set = |until: &str| {
            format!(
                r#"mutation {{ updateHardwareModel(id: {}, changes: {{ listPrice: {{
                    price: {{ amount: "18500", currency: "USD" }}, on: "2026-01-01", validUntil: "{until}",
                    source: QUOTE }} }}) {{ id }} }}"#,
                found["successor"]["id"]
            )
        };
        app.director().query(&set("2026-01-31")).await;
        let after = app.director().query(model).await["refreshPlan"]["cohorts"][0]["unitPrice"].clone();
        assert_eq!(
            after,
            json!({ "price": before["price"], "expired": true, "movedByIndex": before["movedByIndex"] })
        );
        assert_eq!(after["price"]["amount"], golden()["2.price.2026-02-03"]);
    });
}

#[test]
fn a_policy_may_buy_by_demand() {
    on_both_engines(async |app| {
        let golden = golden();
        let estate = the_example(app).await;
        let set = |demand: &str| {
            format!(
                r#"mutation {{ updateRefreshPolicy(id: "{}", changes: {{ quantity: {{ sparesRate: null, demand: {demand} }} }}) {{
                    quantity {{ rule demand {{ growthRate years failoverUnits resources {{ resource targetUtilisation }} }} }} }} }}"#,
                estate.policy
            )
        };
        let cores = CORES.replace("PerHost", "PerUnit");
        let given = format!(r#"{{ growthRate: "0.12", years: 3, failoverUnits: 1, resources: [{cores}] }}"#);
        let made = app.planner().query(&set(&given)).await["updateRefreshPolicy"]["quantity"].clone();
        assert_eq!(
            made["demand"],
            json!({ "growthRate": "0.12", "years": 3, "failoverUnits": 1,
                    "resources": [{ "resource": "CORES", "targetUtilisation": "0.7" }] })
        );
        let text = "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") { cohorts {
            quantity { units oldUnits bindingResource ratio formula } } } }";
        let found = app.director().query(text).await["refreshPlan"]["cohorts"][0]["quantity"].clone();
        assert_eq!(found["units"], golden["2.cons.hosts_n1"]);
        assert_eq!(json!([found["oldUnits"], found["bindingResource"]]), json!([40, "CORES"]));
        assert_eq!(found["formula"], "ceil((10 for the demand of Cores + 1 for failover) x (1 + 0)) = 11");
        for (demand, message) in [
            (
                given.replace("0.38", "38"),
                "quantity.demand.resources[0].utilisation: 38 is more than 1; this is a fraction, so 38 % is 0.38",
            ),
            (
                given.replace("newPerUnit: 64", "newPerUnit: 0"),
                "quantity.demand.resources[0].newPerUnit: a new unit that supplies nothing carries nothing",
            ),
            (given.replace("years: 3", "years: 21"), "quantity.demand.years: 21 is not between 0 and 20"),
            (
                "{ resources: [] }".to_owned(),
                "quantity.demand.resources: is empty: at least one resource is needed",
            ),
        ] {
            assert_eq!(app.planner().expect_error(&set(&demand), "INVALID").await.message, message);
        }
        // It comes and goes with the policy's file.
        let export = "{ exportCsv(noun: REFRESH_POLICY) { text } }";
        let file = app.director().query(export).await["exportCsv"]["text"].as_str().unwrap().to_owned();
        assert!(file.contains("CORES:32:0.38:64:1.6:0.7"), "{file}");
        app.planner().query(&set("null")).await;
        let units =
            app.director().query(text).await["refreshPlan"]["cohorts"][0]["quantity"]["units"].clone();
        assert_eq!(units, golden["2.qty.ratio"]);
        let import = "mutation($text: String!) { importText(format: CSV, name: \"refresh_policies.csv\", text: $text) {
            nouns { updated } problems(first: 5) { message } } }";
        let found = app.planner().query_with(import, json!({ "text": file })).await["importText"].clone();
        assert_eq!(found["nouns"][0]["updated"], 1, "{found}");
        let units =
            app.director().query(text).await["refreshPlan"]["cohorts"][0]["quantity"]["units"].clone();
        assert_eq!(units, golden["2.cons.hosts_n1"]);
    });
}
