//! What has to be bought for pools: orders with their days and their money, in the roadmap and beside it, and what
//! comes too late.

use std::path::Path;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{OBSERVE, a_pool};
use crate::roadmap::send;

const SET: &str = "mutation($pool: ID!, $input: CapacityPurchaseRuleInput!, $version: Int) {
    setCapacityPurchaseRule(pool: $pool, input: $input, expectedVersion: $version) { id version } }";

/// All that is told of orders.
const ORDERS: &str = "pool { name } reason pricesHidden orders {
    orderBy decidedOn orderedOn deliveredOn paidOn installedOn usableOn neededIn usableIn isLate pieces quantity
    priceExpired unitPrice { amount currency }
    cost { hardware { amount } freightTax { amount } install { amount } support { amount } commitment { amount }
        contingency { amount } total { amount currency } } }
    explanation { formula assumptions inputs { name value } }";

fn figures() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display()));
    serde_json::from_str::<Value>(&text).unwrap()
}

pub(super) async fn a_site(app: &TestApp, code: &str) -> String {
    let input = json!({ "code": code, "name": code, "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
    send(app, "openSite", "NewSite!", input).await
}

/// What is bought as the worked example of refreshes has it, a piece of 10.
pub(super) fn servers() -> Value {
    json!({
        "item": "Server 2", "hardwareKind": "SERVER", "quantity": "10", "coverMonths": 12,
        "price": { "amount": "18500", "currency": "USD" }, "pricedOn": "2026-01-01",
        "priceIndex": [{ "year": 2026, "rate": "0.18" }, { "year": 2027, "rate": "0.08" }],
        "freightRate": "0.09", "installPerPiece": "650", "supportRate": "0.12", "supportMonths": 60,
        "contingencyRate": "0.05", "lifeMonths": 60,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "what is laid over is made for it")]
pub(super) fn with(mut input: Value, more: Value) -> Value {
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

pub(super) async fn set(app: &TestApp, pool: &str, input: Value) -> Value {
    let said = app.director().query_with(SET, json!({ "pool": pool, "input": input })).await;
    said["setCapacityPurchaseRule"].clone()
}

/// A pool of which 900 of so many are used on every day of 2025, and an order of which takes 148 days.
pub(super) async fn steady(app: &TestApp, name: &str, site: &str, plannable: &str) -> String {
    let details = json!({
        "site": site, "plannable": plannable, "leadDays": 112, "installDays": 21, "approvalDays": 0, "bufferDays": 15,
    });
    let pool = a_pool(app, name, "VCPU", "VCPU", details).await;
    observe_2025(app, &pool, "900").await;
    pool
}

async fn observe_2025(app: &TestApp, pool: &str, value: &str) {
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let days = (0..365).map(|day| format!("{}T12:00:00Z", first + Days::new(day)));
    let observations: Vec<Value> = days.map(|at| json!({ "at": at, "value": value })).collect();
    let asked = json!({ "pool": pool, "unit": "VCPU", "observations": observations });
    let made = app.director().query_with(OBSERVE, asked).await;
    assert_eq!(made["recordCapacityObservations"]["recorded"], 365);
}

/// Nobody says how long an order for a pool takes.
pub(super) async fn without_lead_days(app: &TestApp, pool: &str) {
    let update =
        format!("mutation {{ updateCapacityPool(id: \"{pool}\", changes: {{ leadDays: null }}) {{ id }} }}");
    app.director().query(&update).await;
}

pub(super) async fn step(app: &TestApp, pool: &str, name: &str, quantity: &str, on: &str) {
    let input = json!({ "pool": pool, "name": name, "quantity": quantity, "happensOn": on });
    send(app, "recordCapacityEvent", "NewCapacityEvent!", input).await;
}

pub(super) async fn bought(app: &TestApp, arguments: &str) -> Value {
    let text = format!("{{ capacityPurchases(asOf: \"2026-01-10\" {arguments}) {{ {ORDERS} }} }}");
    app.director().query(&text).await["capacityPurchases"].clone()
}

pub(super) async fn roadmap(app: &TestApp, arguments: &str, selection: &str) -> Value {
    let text =
        format!("{{ roadmap(from: \"2026-01\", asOf: \"2026-01-10\", {arguments}) {{ {selection} }} }}");
    app.director().query(&text).await["roadmap"].clone()
}

/// The years of the category of growth, and of all.
pub(super) async fn years(app: &TestApp, arguments: &str) -> (Vec<String>, Vec<String>) {
    let selection = "categories { category amounts { years { amount } } } totals { years { amount } }";
    let answer = roadmap(app, arguments, selection).await;
    let texts = |series: &Value| -> Vec<String> {
        let years = series["years"].as_array().unwrap().iter();
        years.map(|year| year["amount"].as_str().unwrap().to_owned()).collect()
    };
    let categories = answer["categories"].as_array().unwrap();
    let growth = categories.iter().find(|one| one["category"] == "GROWTH");
    (growth.map(|one| texts(&one["amounts"])).unwrap_or_default(), texts(&answer["totals"]))
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn sum(texts: &[&Value]) -> String {
    texts.iter().map(|text| decimal(text.as_str().unwrap())).sum::<Decimal>().to_string()
}

/// A pool that needs seventeen pieces in July 2026, ordered on 3 February.
pub(super) async fn seventeen(app: &TestApp, site: &str) -> String {
    let pool = steady(app, "Compute", site, "1000").await;
    step(app, &pool, "wave 3", "265", "2026-07-01").await;
    set(app, &pool, servers()).await;
    pool
}

#[test]
fn growth_is_bought_as_the_worked_example_prices_it() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        seventeen(app, &site).await;
        let golden = figures();
        let found = bought(app, "").await;
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        assert_eq!((&found[0]["reason"], &found[0]["pricesHidden"]), (&Value::Null, &json!(false)));
        let (unit, parts) = (&golden["2.price.2026-02-03"], &golden["2.proj"]);
        assert_eq!(
            found[0]["orders"],
            json!([{
                "orderBy": "2026-02-03", "decidedOn": "2026-02-03", "orderedOn": "2026-02-03",
                "deliveredOn": "2026-05-26", "paidOn": "2026-06-25", "installedOn": "2026-06-16",
                "usableOn": "2026-07-01", "neededIn": "2026-07", "usableIn": "2026-07", "isLate": false,
                "pieces": 17, "quantity": "170", "priceExpired": false,
                "unitPrice": { "amount": unit, "currency": "USD" },
                "cost": {
                    "hardware": { "amount": parts["hardware"] }, "freightTax": { "amount": parts["freight_tax"] },
                    "install": { "amount": "11050.00" }, "support": { "amount": "38309.00" },
                    "commitment": { "amount": "397332.39" }, "contingency": { "amount": "15962.08" },
                    "total": { "amount": "413294.47", "currency": "USD" },
                },
            }])
        );
        // As the example has it, but for what leaves: nothing is disposed of or sold.
        let cost = &found[0]["orders"][0]["cost"];
        let of = |part: &str| cost[part]["amount"].clone();
        let [hardware, freight, install, support] = ["hardware", "freightTax", "install", "support"].map(of);
        let commitment = sum(&[&hardware, &freight, &install, &support]);
        assert_eq!(of("commitment"), commitment);
        assert_eq!(of("total"), sum(&[&json!(commitment), &of("contingency")]));
        let more: Decimal =
            ["disposal", "residual"].map(|part| parts[part].as_str().unwrap()).map(decimal).iter().sum();
        assert_eq!(decimal(of("total").as_str().unwrap()) + more, decimal(parts["total"].as_str().unwrap()));
        let inputs = found[0]["explanation"]["inputs"].to_string();
        assert!(inputs.contains("P90"), "{inputs}");
    });
}

#[test]
fn growth_is_a_category_of_its_own_in_every_view() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        seventeen(app, &site).await;
        let golden = figures();
        // The same in the roadmap: capital as the example has it, and in no other category.
        let example = &golden["13.roadmap"];
        let whole = sum(&[&example["capex"], &json!("38309.00")]);
        for view in ["COMMITMENT", "CASH"] {
            let (growth, all) = years(app, &format!("view: {view}")).await;
            assert_eq!(growth, [whole.as_str(), "0.00", "0.00"], "{view}");
            assert_eq!(all, growth);
        }
        let (growth, all) = years(app, "view: PNL").await;
        let expected: Vec<String> =
            (0..3).map(|year| sum(&[&example["dep"][year], &example["support"][year]])).collect();
        assert_eq!(growth, expected);
        assert_eq!(all, growth);
        let selection = "lines { category keys { value } total recordCount records { kind label }
                explain { formula inputs estimated } }
            contingency { month amount } coverage { subject countRatio } risks { from } assumptions fingerprint";
        let drawn = roadmap(app, "view: CASH, groupBy: [SITE, HARDWARE_KIND]", selection).await;
        let line = &drawn["lines"][0];
        assert_eq!(drawn["lines"].as_array().unwrap().len(), 1);
        assert_eq!(line["keys"], json!([{ "value": "FRA1" }, { "value": "SERVER" }]));
        assert_eq!((&line["category"], &line["total"]), (&json!("GROWTH"), &json!("397332.39")));
        assert_eq!(line["records"], json!([{ "kind": "capacity pool", "label": "Compute" }]));
        assert_eq!(line["explain"]["inputs"], json!(["capacity pools: 1"]));
        assert_eq!(line["explain"]["estimated"], true);
        assert_eq!(drawn["contingency"], json!([{ "month": "2026-02", "amount": "15962.08" }]));
        assert_eq!(drawn["risks"], json!([]));
        assert!(drawn["coverage"].to_string().contains("CAPACITY_POOL"), "{}", drawn["coverage"]);
        assert!(
            drawn["assumptions"].to_string().contains("no cap holds it: 1 pools"),
            "{}",
            drawn["assumptions"]
        );
    });
}

#[test]
fn growth_is_as_uncertain_as_prices_and_deliveries_and_no_month_depends_on_the_others() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        seventeen(app, &site).await;
        // No month depends on how many follow.
        let (short, _) = years(app, "view: CASH, months: 12").await;
        assert_eq!(short, ["397332.39"]);
        // What is uncertain of it has the roadmap's figures as its point.
        let asked = "view: CASH, uncertainty: { runs: 200, seed: 7 }";
        let selection = "uncertainty { quarters { amount { point } } } totals { quarters { amount } }";
        let drawn = roadmap(app, asked, selection).await;
        let drawn_from = drawn["uncertainty"]["quarters"].as_array().unwrap().iter();
        let points: Vec<&Value> = drawn_from.map(|quarter| &quarter["amount"]["point"]).collect();
        let totals = drawn["totals"]["quarters"].as_array().unwrap().iter();
        assert_eq!(points, totals.map(|quarter| &quarter["amount"]).collect::<Vec<_>>());
    });
}

#[test]
fn what_is_bought_is_seen_without_prices_by_those_who_may_not_see_them() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = seventeen(app, &site).await;
        let text = format!("{{ capacityPurchases(asOf: \"2026-01-10\") {{ {ORDERS} }} }}");
        let seen = app.planner().query(&text).await["capacityPurchases"][0].clone();
        let order = &seen["orders"][0];
        assert_eq!((&seen["pricesHidden"], &order["pieces"]), (&json!(true), &json!(17)));
        assert_eq!((&order["unitPrice"], &order["cost"]), (&Value::Null, &Value::Null));
        let rule = "item hardwareKind quantity lot coverMonths demand price { amount } pricedOn priceValidUntil
            priceIndex { year rate } freightRate installPerPiece { amount } supportRate supportMonths contingencyRate
            paymentTermsDays depreciationRule { name } lifeMonths vendor { name } pricesHidden pool { name }";
        let text = format!("{{ capacityPool(id: \"{pool}\") {{ purchaseRule {{ {rule} }} }} }}");
        let mut expected = json!({
            "item": "Server 2", "hardwareKind": "SERVER", "quantity": "10", "lot": 1, "coverMonths": 12,
            "demand": "P90", "price": { "amount": "18500.00" }, "pricedOn": "2026-01-01", "priceValidUntil": null,
            "priceIndex": [{ "year": 2026, "rate": "0.18" }, { "year": 2027, "rate": "0.08" }],
            "freightRate": "0.09", "installPerPiece": { "amount": "650.00" }, "supportRate": "0.12",
            "supportMonths": 60, "contingencyRate": "0.05", "paymentTermsDays": 30, "depreciationRule": null,
            "lifeMonths": 60, "vendor": null, "pricesHidden": false, "pool": { "name": "Compute" },
        });
        let shown = app.director().query(&text).await["capacityPool"]["purchaseRule"].clone();
        assert_eq!(shown, expected);
        for (field, value) in
            [("price", Value::Null), ("installPerPiece", Value::Null), ("pricesHidden", json!(true))]
        {
            expected[field] = value;
        }
        assert_eq!(app.planner().query(&text).await["capacityPool"]["purchaseRule"], expected);
        let list =
            "{ capacityPurchaseRules(filter: { hardwareKind: { eq: SERVER }, item: { contains: \"2\" } },
            orderBy: [{ field: ITEM, direction: ASC }]) { totalCount nodes { item pool { name } } } }";
        let list = app.viewer().query(list).await["capacityPurchaseRules"].clone();
        assert_eq!(list["nodes"], json!([{ "item": "Server 2", "pool": { "name": "Compute" } }]));
        // A sum of one pool would tell its price.
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-10\", view: CASH) {
            lines { category total amountsHidden } } }";
        let lines = app.planner().query(text).await["roadmap"]["lines"].clone();
        assert_eq!(lines, json!([{ "category": "GROWTH", "total": null, "amountsHidden": true }]));
        app.architect().expect_error(text, "FORBIDDEN").await;
    });
}

#[test]
fn what_is_bought_is_said_changed_and_removed() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = seventeen(app, &site).await;
        let asked =
            |input: Value, version: Value| json!({ "pool": pool, "input": input, "version": version });
        app.viewer().expect_error_with(SET, asked(servers(), Value::Null), "FORBIDDEN").await;
        app.planner().expect_error_with(SET, asked(servers(), json!(7)), "CONFLICT").await;
        let same = app.planner().query_with(SET, asked(servers(), json!(1))).await;
        assert_eq!(same["setCapacityPurchaseRule"]["version"], 1, "nothing changed");
        // Lots of four, and the demand that is as likely as not.
        let lots = with(servers(), json!({ "lot": 4, "demand": "P50" }));
        let changed = app.planner().query_with(SET, asked(lots, json!(1))).await;
        assert_eq!(changed["setCapacityPurchaseRule"]["version"], 2);
        assert_eq!(bought(app, "").await[0]["orders"][0]["pieces"], 20);
        // A price that was promised until the order holds; one that was not is a reason to ask again.
        let promised = |until: &str| with(servers(), json!({ "priceValidUntil": until }));
        set(app, &pool, promised("2026-02-03")).await;
        let order = bought(app, "").await[0]["orders"][0].clone();
        assert_eq!(
            (&order["unitPrice"]["amount"], &order["priceExpired"]),
            (&json!("18500.00"), &json!(false))
        );
        set(app, &pool, promised("2026-02-02")).await;
        let order = bought(app, "").await[0]["orders"][0].clone();
        assert_eq!(
            (&order["unitPrice"]["amount"], &order["priceExpired"]),
            (&json!("18778.92"), &json!(true))
        );
        let said = roadmap(app, "view: CASH", "assumptions").await["assumptions"].to_string();
        assert!(said.contains("carried on by the index: Compute"), "{said}");

        let remove =
            format!("mutation {{ removeCapacityPurchaseRule(pool: \"{pool}\", expectedVersion: 3) }}");
        app.planner().expect_error(&remove, "CONFLICT").await;
        let remove = format!("mutation {{ removeCapacityPurchaseRule(pool: \"{pool}\") }}");
        app.viewer().expect_error(&remove, "FORBIDDEN").await;
        assert_eq!(app.planner().query(&remove).await["removeCapacityPurchaseRule"], json!(pool));
        let refusal = app.planner().expect_error(&remove, "INVALID").await;
        assert_eq!(refusal.message, "pool: nothing is bought for Compute");
        assert_eq!(bought(app, "").await, json!([]));
        assert_eq!(years(app, "view: CASH").await.0, Vec::<String>::new());
        let rule = format!("{{ capacityPurchaseRule(pool: \"{pool}\") {{ item }} }}");
        assert_eq!(app.viewer().query(&rule).await["capacityPurchaseRule"], Value::Null);
    });
}

#[test]
fn what_cannot_be_bought_is_refused_by_name() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = steady(app, "Compute", &site, "1000").await;
        let first = json!({ "pool": pool, "input": servers(), "version": 1 });
        let refusal = app.director().expect_error_with(SET, first, "INVALID").await;
        assert_eq!(
            refusal.message,
            "expectedVersion: nothing is bought for Compute yet, so there is no version 1"
        );
        for (change, message) in [
            (json!({ "quantity": "0" }), "quantity: 0: a piece that adds nothing is not bought"),
            (json!({ "quantity": "-1" }), "quantity: -1 is below 0"),
            (json!({ "lot": 0 }), "lot: 0 is not between 1 and 1000000"),
            (json!({ "coverMonths": 121 }), "coverMonths: 121 is not between 1 and 120"),
            (
                json!({ "price": { "amount": "0", "currency": "USD" } }),
                "price.amount: 0 is no price: it is above 0",
            ),
            (
                json!({ "priceValidUntil": "2025-12-31" }),
                "priceValidUntil: 2025-12-31 lies before pricedOn on 2026-01-01",
            ),
            (
                json!({ "supportMonths": 0 }),
                "supportMonths: 0 months cannot be paid in advance; say how many months the \
              support covers",
            ),
            (json!({ "installPerPiece": "-650" }), "installPerPiece: -650 is below zero"),
            (json!({ "paymentTermsDays": -1 }), "paymentTermsDays: -1 is not between 0 and 3650"),
            (json!({ "lifeMonths": 0 }), "lifeMonths: 0 is not between 1 and 1200"),
            (
                json!({ "priceIndex": [{ "year": 2026, "rate": "0.1" }, { "year": 2026, "rate": "0.2" }] }),
                "priceIndex[1].year: 2026 is given twice",
            ),
        ] {
            let asked = json!({ "pool": pool, "input": with(servers(), change) });
            assert_eq!(app.director().expect_error_with(SET, asked, "INVALID").await.message, message);
        }
        for (change, field) in [
            (json!({ "item": " " }), "item"),
            (json!({ "freightRate": "1.5" }), "freightRate"),
            (json!({ "contingencyRate": "-0.1" }), "contingencyRate"),
            (json!({ "price": { "amount": "1", "currency": "XXZ" } }), "price.currency"),
        ] {
            let asked = json!({ "pool": pool, "input": with(servers(), change) });
            assert_eq!(app.director().expect_error_with(SET, asked, "INVALID").await.field, field);
        }
    });
}

#[test]
fn pools_that_are_retired_and_two_lives_are_refused() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = steady(app, "Compute", &site, "1000").await;
        let rule = json!({ "name": "five years", "lifeMonths": 60 });
        let rule = send(app, "createDepreciationRule", "NewDepreciationRule!", rule).await;
        let asked = json!({ "pool": pool, "input": with(servers(), json!({ "depreciationRule": rule })) });
        let refusal = app.director().expect_error_with(SET, asked, "INVALID").await;
        assert!(
            refusal.message.starts_with("lifeMonths: 60 is given beside a depreciation rule"),
            "{}",
            refusal.message
        );
        let retire = format!("mutation {{ retireCapacityPool(id: \"{pool}\") {{ id }} }}");
        app.director().query(&retire).await;
        let asked = json!({ "pool": pool, "input": servers() });
        let refusal = app.director().expect_error_with(SET, asked, "INVALID").await;
        assert_eq!(refusal.message, "pool: Compute is retired");
        for (months, code) in [(0, "INVALID"), (121, "LIMIT_EXCEEDED")] {
            let text =
                format!("{{ capacityPurchases(asOf: \"2026-01-10\", months: {months}) {{ reason }} }}");
            assert_eq!(app.director().expect_error(&text, code).await.field, "months");
            let text = format!("{{ capacityRisks(asOf: \"2026-01-10\", months: {months}) {{ pools }} }}");
            assert_eq!(app.viewer().expect_error(&text, code).await.field, "months");
        }
    });
}

#[test]
fn what_comes_too_late_is_a_risk_of_the_roadmap() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let late = steady(app, "Late", &site, "950").await;
        step(app, &late, "wave 3", "100", "2026-03-15").await;
        set(app, &late, servers()).await;
        // Nothing is bought for this one: it is a risk all the same.
        let bare = steady(app, "Bare", &site, "900").await;
        let risk = "pool { name } from months worst worstIn relief orderBy overdueDays message";
        let text =
            format!("{{ capacityRisks(asOf: \"2026-01-10\") {{ pools unknownCount risks {{ {risk} }} }} }}");
        let found = app.viewer().query(&text).await["capacityRisks"].clone();
        assert_eq!([&found["pools"], &found["unknownCount"]], [&json!(2), &json!(0)]);
        let found = found["risks"].clone();
        let expected = json!({
            "pool": { "name": "Late" }, "from": "2026-03", "months": 4, "worst": "50", "worstIn": "2026-03",
            "relief": "2026-07", "orderBy": "2025-10-04", "overdueDays": 98,
            "message": "Late runs out in 2026-03, for 4 months: an order of 2026-01-10 helps from 2026-07 on, and is 98 \
                        days late",
        });
        assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
        assert_eq!((&found[0]["pool"]["name"], &found[0]["from"]), (&json!("Bare"), &json!("2025-01")));
        // It ran out in the first month that was observed: 148 days before it more had to be ordered, as its forecast says.
        assert_eq!([&found[0]["orderBy"], &found[0]["overdueDays"]], [&json!("2024-08-06"), &json!(522)]);
        assert_eq!([&found[0]["months"], &found[0]["relief"]], [&json!(18), &json!("2026-07")]);
        let message = "Bare ran out in 2025-01, for 18 months: an order of 2026-01-10 helps from 2026-07 on, and is 522 \
                       days late";
        assert_eq!(found[0]["message"], message);
        let told = format!(
            "{{ capacityForecast(pool: \"{bare}\", asOf: \"2026-01-10\") {{ orderBy {{ date days }} }} }}"
        );
        let told = app.viewer().query(&told).await["capacityForecast"]["orderBy"].clone();
        assert_eq!(told, json!({ "date": "2024-08-06", "days": 522 }));
        assert_eq!(found[0]["worst"], "0", "demand is just what there is");
        assert_eq!(found[1], expected);
        let drawn = roadmap(app, "view: CASH", &format!("risks {{ {risk} }} assumptions")).await;
        assert_eq!(drawn["risks"], found, "whether anything is bought for them or not");
        let said = drawn["assumptions"].to_string();
        assert!(said.contains("ordered at once and there later than needed: 1 orders of capacity"), "{said}");
        let order = bought(app, "").await[0]["orders"][0].clone();
        assert_eq!((&order["isLate"], &order["decidedOn"]), (&json!(true), &json!("2026-01-10")));
        assert_eq!((&order["neededIn"], &order["usableIn"]), (&json!("2026-03"), &json!("2026-07")));
        // Only of some pools, and only those that begin soon enough.
        let some = format!(
            "{{ capacityRisks(asOf: \"2026-01-10\", months: 2,
            filter: {{ id: {{ in: [\"{late}\", \"{bare}\"] }} }}) {{ risks {{ pool {{ name }} }} }} }}"
        );
        let found = app.viewer().query(&some).await["capacityRisks"]["risks"].clone();
        assert_eq!(found, json!([{ "pool": { "name": "Bare" } }]));
        // Days that nobody recorded are not zero: nothing is ordered, and the reason is told.
        let update = format!(
            "mutation {{ updateCapacityPool(id: \"{late}\", changes: {{ leadDays: null }}) {{ id }} }}"
        );
        app.director().query(&update).await;
        let reason = bought(app, "").await[0]["reason"].clone();
        assert_eq!(reason, "the days from an order to its delivery are not recorded");
        let selection = "excluded { subject reason records { label } }";
        let excluded = roadmap(app, "view: CASH", selection).await["excluded"].clone();
        assert_eq!(excluded[0]["subject"], "CAPACITY_POOL");
        assert_eq!(excluded[0]["reason"], format!("growth: {}", reason.as_str().unwrap()));
        assert_eq!(excluded[0]["records"], json!([{ "label": "Late" }]));
    });
}

#[test]
fn pools_that_cannot_be_judged_are_named_with_the_reason() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let late = steady(app, "Late", &site, "900").await;
        let undated = steady(app, "Undated", &site, "950").await;
        step(app, &undated, "wave 3", "100", "2026-03-15").await;
        without_lead_days(app, &undated).await;
        a_pool(app, "Empty", "PORTS", "PORT", json!({ "plannable": "40", "leadDays": 5 })).await;
        let text = "{ capacityRisks(asOf: \"2026-01-10\") { pools risks { pool { id } }
            unknownCount unknown { pool { name } reason } assumptions } }";
        let found = app.viewer().query(text).await["capacityRisks"].clone();
        assert_eq!([&found["pools"], &found["unknownCount"]], [&json!(3), &json!(2)]);
        assert_eq!(found["risks"], json!([{ "pool": { "id": late } }]));
        let unknown = json!([
            { "pool": { "name": "Empty" }, "reason": "0 months are observed, and a trend needs 6" },
            { "pool": { "name": "Undated" }, "reason": "the days from an order to its delivery are not recorded" },
        ]);
        assert_eq!((&found["unknown"], &found["assumptions"]), (&unknown, &json!([])));
        let selection = "risks { pool { id } } risksUnknown { pool { name } reason }";
        let drawn = roadmap(app, "view: CASH", selection).await;
        assert_eq!((&drawn["risks"], &drawn["risksUnknown"]), (&found["risks"], &unknown));
        // What more is bought for is told where it is left out of the money.
        set(app, &undated, servers()).await;
        let drawn =
            roadmap(app, "view: CASH", "risksUnknown { pool { name } } excluded { records { label } }").await;
        assert_eq!(drawn["risksUnknown"], json!([{ "pool": { "name": "Empty" } }]));
        assert_eq!(drawn["excluded"][0]["records"], json!([{ "label": "Undated" }]));
        let outcome = app.viewer().query(text).await["capacityRisks"]["unknown"].clone();
        assert_eq!(outcome, unknown, "a rule does not change that");
    });
}
