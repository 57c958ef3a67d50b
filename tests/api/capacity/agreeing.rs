//! Under a scenario, what is bought, what comes too late and the roadmap go by what there is, as the forecast does.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    assumed::key,
    forecasts::history,
    layers::files,
    purchases::{servers, set, step, with},
    supplies::{POLICY, arrays},
};
use crate::{roadmap::send, scenarios::a_scenario};

/// Three arrays at two sites, of which 270 TB are planned with, and 200 are used on every day of a year until May 2026.
async fn two_sites(app: &TestApp) -> String {
    arrays(app).await;
    let ages = "tag,in_service_on\nSTO-1,2022-01-15\nSTO-2,2022-01-15\n";
    files(app, &[("assets.csv", ages), POLICY]).await;
    let pool =
        app.viewer().query(r#"{ capacityPool(name: "Data") { id } }"#).await["capacityPool"]["id"].clone();
    let pool = pool.as_str().unwrap().to_owned();
    history(app, &pool, "TERABYTE", "2025-06", &[200; 12]).await;
    let shelves = json!({ "item": "Shelf", "hardwareKind": "STORAGE", "quantity": "50" });
    set(app, &pool, with(servers(), shelves)).await;
    pool
}

async fn site(app: &TestApp, code: &str) -> Value {
    app.viewer().query(&format!(r#"{{ site(code: "{code}") {{ id }} }}"#)).await["site"]["id"].clone()
}

/// A contract for Munich that ends on 2027-01-31 and renews.
async fn munich(app: &TestApp) -> String {
    let vendor = send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
    let contract = json!({
        "number": "M-1", "vendor": vendor, "currency": "USD", "sites": [site(app, "MUC1").await],
        "term": { "signedOn": "2025-02-01", "billingStartsOn": "2025-02-01", "months": 24 },
        "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" } },
        "notice": { "minimum": 90 },
        "charges": [{ "kind": "SPACE_CABINET", "unitPrice": "100", "quantity": "2" }],
    });
    send(app, "signColocationContract", "NewColocationContract!", contract).await
}

fn under(scenario: &str) -> String {
    if scenario.is_empty() { String::new() } else { format!(r#", scenario: "{scenario}""#) }
}

async fn asked(app: &TestApp, field: &str, arguments: &str, fields: &str) -> Value {
    let text = format!(r#"{{ {field}({arguments}, asOf: "2026-06-30") {{ {fields} }} }}"#);
    app.director().query(&text).await[field].clone()
}

async fn order_takes(app: &TestApp, pool: &str, days: i32) {
    let update = format!(
        "mutation {{ updateCapacityPool(id: \"{pool}\", changes: {{ leadDays: {days} }}) {{ id }} }}"
    );
    app.director().query(&update).await;
}

fn number(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// The months in which the forecast of a pool is short, with what is missing.
async fn short(app: &TestApp, pool: &str, scenario: &str) -> Vec<(String, Decimal)> {
    let arguments = format!(r#"pool: "{pool}", months: 36{}"#, under(scenario));
    let fields = "exhaustion { p90Demand { code month } } demand { month p90 } supply { month quantity }";
    let seen = asked(app, "capacityForecast", &arguments, fields).await;
    let months = seen["demand"].as_array().unwrap().iter().zip(seen["supply"].as_array().unwrap());
    let missing = months.map(|(demand, supply)| {
        assert_eq!(demand["month"], supply["month"]);
        (demand["month"].as_str().unwrap().to_owned(), number(&demand["p90"]) - number(&supply["quantity"]))
    });
    let short: Vec<_> = missing.filter(|(_, missing)| *missing >= Decimal::ZERO).collect();
    let told = &seen["exhaustion"]["p90Demand"];
    match short.first() {
        Some((month, _)) => assert_eq!(told["month"], json!(month)),
        None => assert_eq!(told["code"], "NOT_WITHIN_HORIZON"),
    }
    short
}

/// That risks, orders and the roadmap say what the forecast does; the first month that is short.
async fn agreed(app: &TestApp, pool: &str, scenario: &str) -> Option<String> {
    // An order takes a year: what is short until June 2027 is too late to order for.
    order_takes(app, pool, 365).await;
    let short = short(app, pool, scenario).await;
    let late: Vec<_> = short.iter().filter(|(month, _)| month.as_str() < "2027-07").collect();
    let worst = late.iter().map(|(_, missing)| *missing).max();
    let expected: Vec<Value> = worst
        .iter()
        .map(|worst| {
            let place = late.iter().find(|(_, missing)| missing == worst).unwrap();
            json!({ "from": late[0].0, "months": late.len(), "worst": worst.normalize().to_string(), "worstIn": place.0 })
        })
        .collect();
    let told = "from months worst worstIn";
    let arguments = format!("months: 36{}", under(scenario));
    let risks = asked(app, "capacityRisks", &arguments, &format!("risks {{ {told} }} unknownCount")).await;
    assert_eq!(risks, json!({ "risks": expected, "unknownCount": 0 }), "{scenario}");
    let in_roadmap = format!(r#"from: "2026-06", view: COMMITMENT, currency: "USD"{}"#, under(scenario));
    let drawn = asked(app, "roadmap", &in_roadmap, &format!("risks {{ {told} }}")).await;
    assert_eq!(drawn["risks"], json!(expected), "{scenario}");
    // An order takes ten days: it is there in time.
    order_takes(app, pool, 10).await;
    let orders = "orders { neededIn isLate cost { commitment { amount } } }";
    let bought = asked(app, "capacityPurchases", &arguments, orders).await[0]["orders"].clone();
    let bought = bought.as_array().unwrap();
    let first = short.first().map(|(month, _)| month.clone());
    assert_eq!(
        bought.first().map(|order| order["neededIn"].as_str().unwrap().to_owned()),
        first,
        "{scenario}"
    );
    let growth = "categories { category amounts { years { amount } } } risks { from }";
    let drawn = asked(app, "roadmap", &in_roadmap, growth).await;
    assert_eq!(drawn["risks"], json!([]));
    let growth = drawn["categories"].as_array().unwrap().iter().find(|one| one["category"] == "GROWTH");
    let years = growth.map(|one| one["amounts"]["years"].as_array().unwrap().clone()).unwrap_or_default();
    let drawn: Decimal = years.iter().map(|year| number(&year["amount"])).sum();
    let of_orders: Decimal = bought.iter().map(|order| number(&order["cost"]["commitment"]["amount"])).sum();
    assert_eq!(drawn, of_orders, "{scenario}");
    first
}

#[test]
fn a_site_that_is_left_is_missing_to_all() {
    on_both_engines(async |app| {
        let pool = two_sites(app).await;
        assert_eq!(agreed(app, &pool, "").await, None);
        let exit = json!({ "siteExit": { "site": site(app, "MUC1").await, "on": "2027-01-15" } });
        let scenario = a_scenario(app, "Out of Munich", &[exit]).await;
        assert_eq!(agreed(app, &pool, &scenario).await.as_deref(), Some("2027-01"));
    });
}

#[test]
fn a_contract_that_is_not_renewed_is_missing_to_all_from_the_day_after_it() {
    on_both_engines(async |app| {
        let pool = two_sites(app).await;
        let ends = json!({ "contractNotRenewed": { "colocation": munich(app).await } });
        let scenario = a_scenario(app, "Not renewed", &[ends]).await;
        assert_eq!(agreed(app, &pool, "").await, None);
        assert_eq!(agreed(app, &pool, &scenario).await.as_deref(), Some("2027-02"));
    });
}

#[test]
fn a_cohort_that_is_moved_is_missing_to_all_until_it_comes() {
    on_both_engines(async |app| {
        let pool = two_sites(app).await;
        // 300 of 270 from March 2027 on, and of 540 once the cycle is done.
        step(app, &pool, "wave 3", "100", "2027-03-01").await;
        let cycle = "name,policy,status,order_on,in_service_on,quantity,assets\n\
                     Grow,Arrays,PLANNED,2026-10-15,2027-01-01,2,STO-1|STO-2\n";
        files(app, &[("refresh_cycles.csv", cycle)]).await;
        assert_eq!(agreed(app, &pool, "").await, None);
        // It is in service as long after its order as before, on 2027-08-01.
        let moved = json!({ "cohortMoved": { "key": key(app, "FRA1 X Grow").await, "to": "2027-05" } });
        let scenario = a_scenario(app, "Later", &[moved]).await;
        assert_eq!(agreed(app, &pool, &scenario).await.as_deref(), Some("2027-03"));
        let months: Vec<String> =
            short(app, &pool, &scenario).await.into_iter().map(|(month, _)| month).collect();
        assert_eq!(months, ["2027-03", "2027-04", "2027-05", "2027-06", "2027-07"]);
    });
}

#[test]
fn a_life_that_is_assumed_moves_to_all_what_a_cycle_leaves_to_its_policy() {
    on_both_engines(async |app| {
        let pool = two_sites(app).await;
        step(app, &pool, "wave 3", "100", "2027-03-01").await;
        let cycle = "name,policy,status,quantity,assets\nGrow,Arrays,PLANNED,2,STO-1|STO-2\n";
        files(app, &[("refresh_cycles.csv", cycle)]).await;
        let policy = r#"{ refreshPolicies(filter: { name: { eq: "Arrays" } }) { nodes { id } } }"#;
        let policy = app.director().query(policy).await["refreshPolicies"]["nodes"][0]["id"].clone();
        let lives = |months: i32| json!({ "policyLife": { "policy": policy, "ageMonths": months } });
        let sooner = a_scenario(app, "57 months", &[lives(57)]).await;
        let later = a_scenario(app, "63 months", &[lives(63)]).await;
        assert_eq!(agreed(app, &pool, "").await.as_deref(), Some("2027-03"), "nobody says when it comes");
        assert_eq!(agreed(app, &pool, &sooner).await, None);
        // 63 months end on 2027-04-15.
        assert_eq!(agreed(app, &pool, &later).await.as_deref(), Some("2027-03"));
        assert_eq!(short(app, &pool, &later).await.len(), 1);
    });
}

#[test]
fn frozen_and_compared_scenarios_keep_what_there_is_under_them() {
    on_both_engines(async |app| {
        let pool = two_sites(app).await;
        order_takes(app, &pool, 10).await;
        let exit = json!({ "siteExit": { "site": site(app, "MUC1").await, "on": "2027-01-15" } });
        let scenario = a_scenario(app, "Out of Munich", &[exit]).await;
        let orders = "orders { cost { commitment { amount } } }";
        let bought =
            asked(app, "capacityPurchases", &format!("months: 36{}", under(&scenario)), orders).await;
        let bought = bought[0]["orders"][0]["cost"]["commitment"]["amount"].clone();
        let text = format!(
            r#"{{ compareScenarios(ids: ["{scenario}"], from: "2026-06", asOf: "2026-06-30", view: COMMITMENT,
                currency: "USD") {{ scenarios {{ lines {{ category difference {{ total }} }} }} }} }}"#
        );
        let compared = app.director().query(&text).await["compareScenarios"]["scenarios"][0]["lines"].clone();
        let growth = compared.as_array().unwrap().iter().find(|line| line["category"] == "GROWTH").unwrap();
        assert_eq!(growth["difference"]["total"], bought);
        let freeze = format!(
            r#"mutation {{ freezeScenario(id: "{scenario}", question: {{
                from: "2026-06", asOf: "2026-06-30", currency: "USD" }}) {{ status }} }}"#
        );
        assert_eq!(app.director().query(&freeze).await["freezeScenario"]["status"], "FROZEN");
        let text = format!(
            r#"{{ frozenScenario(id: "{scenario}") {{ result verify {{ reproduced baselineChanged }} }} }}"#
        );
        let kept = app.director().query(&text).await["frozenScenario"].clone();
        assert_eq!(kept["verify"], json!({ "reproduced": true, "baselineChanged": false }));
        assert!(kept["result"].as_str().unwrap().contains("Growth"), "{}", kept["result"]);
    });
}

#[test]
fn the_last_month_of_a_contract_is_judged_and_the_one_after_is_not() {
    on_both_engines(async |app| {
        arrays(app).await;
        let contract = munich(app).await;
        let whole = json!({ "raw": "48", "site": site(app, "MUC1").await, "leadDays": 365 });
        let pool = a_pool(app, "Ports", "PORTS", "PORT", whole).await;
        history(app, &pool, "PORT", "2025-06", &[40; 12]).await;
        let ends = json!({ "contractNotRenewed": { "colocation": contract } });
        let scenario = a_scenario(app, "Not renewed", &[ends]).await;
        let arguments = format!(r#"pool: "{pool}"{}"#, under(&scenario));
        let fields = "exhaustion { p90Demand { code month } } demand { month } supply { month quantity }
            supplyChanges { name on quantity }";
        let seen = asked(app, "capacityForecast", &arguments, fields).await;
        assert_eq!(seen["demand"].as_array().unwrap().last().unwrap()["month"], "2027-01");
        let supply = json!({ "month": "2027-01", "quantity": "48" });
        assert_eq!(seen["supply"].as_array().unwrap().last().unwrap(), &supply);
        // The contract keeps the site on its last day, 2027-01-31, too.
        let left = json!([{ "name": "MUC1 is left", "on": "2027-02-01", "quantity": "-48" }]);
        assert_eq!(seen["supplyChanges"], left);
        assert_eq!(seen["exhaustion"]["p90Demand"]["code"], "NOT_WITHIN_HORIZON");
        let arguments = &under(&scenario)[2..];
        let empty = asked(app, "capacityRisks", arguments, "risks { from } unknownCount").await;
        // Nothing was ever observed of the arrays.
        assert_eq!(empty, json!({ "risks": [], "unknownCount": 1 }));
        // What is short in the last month is told of it, by all alike.
        step(app, &pool, "hall 2", "20", "2027-01-01").await;
        let dated = json!({ "p90Demand": { "code": "DATED", "month": "2027-01" } });
        let outlook = "pools { pool { name } exhaustion { p90Demand { code month } } demand { month } }";
        let outlook = asked(app, "capacityOutlook", arguments, outlook).await["pools"].clone();
        let ranked = outlook.as_array().unwrap().iter().find(|pool| pool["pool"]["name"] == "Ports").unwrap();
        assert_eq!(ranked["exhaustion"], dated);
        assert_eq!(ranked["demand"].as_array().unwrap().last().unwrap()["month"], "2027-01");
        let risks = asked(app, "capacityRisks", arguments, "risks { from months worst }").await;
        assert_eq!(risks["risks"], json!([{ "from": "2027-01", "months": 1, "worst": "12" }]));
        let drawn = format!(r#"from: "2026-06", view: CASH, currency: "USD"{}"#, under(&scenario));
        let drawn = asked(app, "roadmap", &drawn, "risks { from months worst }").await;
        assert_eq!(drawn, risks);
    });
}
