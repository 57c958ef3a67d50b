//! The books: schedules, book values and roll-forwards, by worked examples and by their identities.

use std::path::Path;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{Estate, id};

/// The worked examples by id.
pub fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A rule in the book BOOK, of five years unless `details` say otherwise.
pub async fn rule(app: &TestApp, name: &str, details: &str) -> String {
    let text = format!(
        r#"mutation {{ createDepreciationRule(input: {{ name: "{name}", lifeMonths: 60, details: {{ {details} }} }}) {{ id }} }}"#
    );
    id(&app.finance().query(&text).await["createDepreciationRule"])
}

/// An asset in service since a day, that cost something.
pub async fn bought(
    app: &TestApp,
    model: &str,
    site: &str,
    tag: &str,
    in_service: &str,
    price: &str,
) -> String {
    let input = json!({
        "tag": tag, "model": model, "status": "IN_SERVICE", "placement": { "site": site },
        "details": {
            "inServiceOn": in_service,
            "purchase": { "price": { "amount": price, "currency": "USD" }, "on": in_service },
        },
    });
    let text = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
    id(&app.director().query_with(text, json!({ "input": input })).await["registerAsset"])
}

/// A model of a kind, of a maker of its own.
pub async fn a_model(app: &TestApp, kind: &str) -> String {
    let text =
        format!(r#"mutation {{ registerManufacturer(input: {{ name: "Maker of {kind}" }}) {{ id }} }}"#);
    let maker = id(&app.director().query(&text).await["registerManufacturer"]);
    let text = format!(
        r#"mutation {{ registerHardwareModel(input: {{ manufacturer: "{maker}", name: "{kind}", kind: {kind} }}) {{ id }} }}"#
    );
    id(&app.director().query(&text).await["registerHardwareModel"])
}

pub async fn retire(app: &TestApp, asset: &str, on: &str) {
    app.director().query(&format!(r#"mutation {{ retireAsset(id: "{asset}", on: "{on}") {{ id }} }}"#)).await;
}

/// The schedule of an asset.
async fn schedule(app: &TestApp, asset: &str, arguments: &str, selection: &str) -> Value {
    let text = format!(r#"{{ depreciationSchedule(asset: "{asset}" {arguments}) {{ {selection} }} }}"#);
    app.director().query(&text).await["depreciationSchedule"].clone()
}

/// The charges of the fiscal years of an asset.
async fn years(app: &TestApp, asset: &str, arguments: &str) -> Vec<Value> {
    let found = schedule(app, asset, arguments, "years { charge }").await;
    found["years"].as_array().unwrap().iter().map(|year| year["charge"].clone()).collect()
}

pub fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap_or_else(|| panic!("{amount} is no amount"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    format!("{whole}{fraction:0<2}").parse().unwrap()
}

#[test]
fn the_straight_line_falls_on_years_as_its_convention_has_it() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let rule = rule(app, "R", r#"salvageRate: "0.1""#).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-04-10", "12000").await;
        let examples = examples();
        for (convention, example) in [
            ("FULL_MONTH", "3.SL.full_month"),
            ("NEXT_MONTH", "3.SL.next_month"),
            ("MID_MONTH", "3.SL.mid_month"),
            ("HALF_YEAR", "3.SL.half_year"),
            ("MID_QUARTER", "3.SL.mid_quarter_Q2"),
        ] {
            let text = format!(
                r#"mutation {{ updateDepreciationRule(id: "{rule}", changes: {{ convention: {convention} }}) {{ id }} }}"#
            );
            app.finance().query(&text).await;
            assert_eq!(json!(years(app, &asset, "").await), examples[example], "{convention}");
        }
        let text = format!(
            r#"mutation {{ updateDepreciationRule(id: "{rule}", changes: {{ convention: ACTUAL_DAYS }}) {{ id }} }}"#
        );
        app.finance().query(&text).await;
        assert_eq!(years(app, &asset, "").await[0], examples["3.SL.actual_days_2026"][2]);

        let text = format!(
            r#"mutation {{ updateDepreciationRule(id: "{rule}", changes: {{ convention: FULL_MONTH }}) {{ id }} }}"#
        );
        app.finance().query(&text).await;
        let whole = "reason rule currency inServiceOn cost salvage amountsHidden
            months { month charge impairment cost accumulated bookValue }
            explain { formula assumptions excluded estimated inputs { name value } }";
        let found = schedule(app, &asset, r#", from: "2026-03", months: 3"#, whole).await;
        assert_eq!(found["months"].as_array().unwrap().len(), 3);
        assert_eq!(found["months"][0]["bookValue"], "0.00");
        assert_eq!(
            found["months"][1],
            json!({ "month": "2026-04", "charge": examples["3.SL.month"], "impairment": "0.00",
                    "cost": "12000.00", "accumulated": "180.00", "bookValue": "11820.00" })
        );
        assert_eq!(
            json!([found["rule"], found["currency"], found["inServiceOn"], found["cost"], found["salvage"]]),
            json!(["R", "USD", "2026-04-10", "12000.00", "1200.00"])
        );
        assert_eq!(found["explain"]["estimated"], false);
        assert_ne!(found["explain"]["formula"], "");
    });
}

#[test]
fn what_happens_to_an_asset_does_what_the_worked_examples_say() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"salvageRate: "0.1""#).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-04-10", "12000").await;
        let examples = examples();

        let selection = "disposals { date month cost accumulated bookValue gain } months { charge }
            explain { estimated inputs { name value } }";
        let arguments =
            r#", assuming: [{ date: "2028-09-20", disposal: { proceeds: "3000", costOfSale: "150" } }]"#;
        let sold = schedule(app, &asset, arguments, selection).await;
        let expected = &examples["3.disposal"];
        assert_eq!(
            sold["disposals"],
            json!([{ "date": "2028-09-20", "month": "2028-09", "cost": "12000.00",
                     "accumulated": expected["accum"], "bookValue": expected["nbv"], "gain": expected["gain"] }])
        );
        let charged = sold["months"].as_array().unwrap().iter().filter(|month| month["charge"] != "0.00");
        assert_eq!(json!(charged.count()), expected["months"]);
        assert_eq!(sold["explain"]["estimated"], true, "nothing of it has happened");

        let arguments = r#", from: "2027-12", months: 2, assuming: [
            { date: "2028-01-01", impairment: { recoverable: "5000", salvage: "500" } }]"#;
        let selection = "months { charge impairment bookValue }";
        let impaired = schedule(app, &asset, arguments, selection).await["months"].clone();
        let expected = &examples["3.impair"];
        assert_eq!(impaired[0]["bookValue"], expected["nbv"]);
        assert_eq!(impaired[1]["impairment"], expected["loss"]);
        assert_eq!(impaired[1]["charge"], expected["new_month"]);

        let arguments = r#", from: "2027-12", months: 2, assuming: [
            { date: "2028-01-01", lifeChange: { lifeMonths: 72 } }]"#;
        let changed = schedule(app, &asset, arguments, selection).await["months"].clone();
        assert_eq!(changed[0]["charge"], examples["3.SL.month"], "the past stays");
        assert_eq!(changed[1]["charge"], examples["3.lifechange"]);

        let arguments = r#", from: "2028-03", months: 1, assuming: [
            { date: "2028-01-01", postedFrom: "2028-03", impairment: { recoverable: "5000" } }]"#;
        let late = schedule(app, &asset, arguments, selection).await["months"].clone();
        assert_ne!(late[0]["impairment"], "0.00", "closed months stay closed");

        let arguments = r#", assuming: [
            { date: "2028-01-01", disposal: { cost: "3000" } }, { date: "2028-06-30", disposal: {} }]"#;
        let parts = schedule(app, &asset, arguments, "disposals { cost bookValue gain }").await;
        let costs: Vec<_> = parts["disposals"].as_array().unwrap().iter().map(|it| &it["cost"]).collect();
        assert_eq!(costs, ["3000.00", "9000.00"]);
        let again = schedule(app, &asset, "", "disposals { gain } months { month }").await;
        assert_eq!(again["disposals"], json!([]), "what was assumed is not recorded");
        assert_eq!(again["months"].as_array().unwrap().len(), 60);
    });
}

#[test]
fn what_cannot_happen_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"salvageRate: "0.1""#).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-04-10", "12000").await;
        for (arguments, message) in [
            ("months: 0", "months: 0 is not between 1 and 1200"),
            (r#"from: "1066-10""#, "from: 1066-10-01 is not between 1970 and 2199"),
            (
                r#"assuming: [{ date: "2028-01-01" }]"#,
                "assuming[0]: is exactly one of impairment, lifeChange and disposal",
            ),
            (
                r#"assuming: [{ date: "2028-01-01", lifeChange: { lifeMonths: 5 } }]"#,
                "assuming[0].lifeChange.lifeMonths: 5 is not between 12 and 600",
            ),
            (
                r#"assuming: [{ date: "2028-01-01", disposal: { proceeds: "-1" } }]"#,
                "assuming[0].disposal.proceeds: -1 is below zero",
            ),
            (
                r#"assuming: [{ date: "2028-01-01", disposal: { cost: "13000" } }]"#,
                "assuming[0].portion.cost: 13000: the cost that leaves is above zero and not above what is there",
            ),
            (
                r#"assuming: [{ date: "2028-01-01", impairment: { recoverable: "9000" } }]"#,
                "assuming[0].recoverable: 9000: an impairment leaves something between zero and less than the book value",
            ),
            (
                r#"assuming: [{ date: "2026-04-09", disposal: {} }]"#,
                "assuming[0].date: 2026-04-09: nothing happens before entry into service",
            ),
            (
                r#"assuming: [{ date: "2028-01-01", impairment: { recoverable: "10", salvage: "11" } }]"#,
                "assuming[0].salvage: 11: salvage is between zero and the book value",
            ),
            (r#"tax: { bonusRate: 1 }"#, "tax: has a meaning in the book TAX only"),
            (
                r#"book: TAX, tax: { bonusRate: 40 }"#,
                "tax.bonusRate: 40 is more than 1; this is a fraction, so 40 % is 0.4",
            ),
        ] {
            let text = format!(
                r#"{{ depreciationSchedule(asset: "{asset}", {arguments}) {{ months {{ month }} }} }}"#
            );
            assert_eq!(app.director().expect_error(&text, "INVALID").await.message, message);
        }
        let nothing = asset.replace(|digit: char| digit.is_ascii_digit(), "0");
        let text = format!(r#"{{ depreciationSchedule(asset: "{nothing}") {{ reason }} }}"#);
        app.director().expect_error(&text, "NOT_FOUND").await;

        let hidden = format!(
            r#"{{ depreciationSchedule(asset: "{asset}") {{ rule amountsHidden cost salvage
                months {{ month }} years {{ charge }} disposals {{ gain }} explain {{ inputs {{ name }} }} }} }}"#
        );
        let found = app.viewer().query(&hidden).await["depreciationSchedule"].clone();
        assert_eq!(found["rule"], "R");
        assert_eq!(found["amountsHidden"], true);
        for field in ["cost", "salvage", "months", "years", "disposals"] {
            assert_eq!(found[field], Value::Null, "{field}");
        }
        let inputs = found["explain"]["inputs"].as_array().unwrap();
        assert!(inputs.iter().all(|input| input["name"] != "cost"), "{inputs:?}");
        let assumed = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", assuming: [
                {{ date: "2028-01-01", impairment: {{ recoverable: "9000" }} }}]) {{ rule }} }}"#
        );
        app.planner().expect_error(&assumed, "FORBIDDEN").await;
        app.admin().expect_error(&hidden, "FORBIDDEN").await;
    });
}

/// Six servers, three of them alike and one of those retired, one without a price, and storage without a rule.
async fn an_estate(app: &TestApp) -> Vec<String> {
    let estate = Estate::build(app).await;
    rule(app, "R", "method: SUM_OF_YEARS_DIGITS, kinds: [SERVER]").await;
    let mut assets = Vec::new();
    for (tag, in_service, price) in [
        ("A", "2024-05-10", "1000.01"),
        ("B", "2024-05-10", "1000.01"),
        ("C", "2024-05-10", "1000.01"),
        ("D", "2025-01-31", "777.77"),
        ("E", "2026-06-15", "3333.33"),
        ("F", "2019-01-01", "99.99"),
    ] {
        assets.push(bought(app, &estate.model, &estate.site, tag, in_service, price).await);
    }
    retire(app, &assets[2], "2026-06-20").await;
    estate.server(app, "X", "").await;
    let storage = a_model(app, "STORAGE").await;
    bought(app, &storage, &estate.site, "Y", "2024-01-01", "5000").await;
    assets
}

#[test]
fn the_estate_is_worth_what_its_assets_are() {
    on_both_engines(async |app| {
        let assets = an_estate(app).await;
        for on in ["2026-06-14", "2026-06-15", "2026-06-19", "2026-06-20", "2026-06-30", "2027-12-31"] {
            let text = format!(r#"{{ bookValue(on: "{on}") {{ total {{ amount }} }} }}"#);
            let whole = app.director().query(&text).await["bookValue"]["total"]["amount"].clone();
            let mut sum = 0;
            for asset in &assets {
                let text =
                    format!(r#"{{ bookValue(on: "{on}", asset: "{asset}") {{ total {{ amount }} }} }}"#);
                let one = app.director().query(&text).await["bookValue"]["total"].clone();
                sum += if one.is_null() { 0 } else { cents(&one["amount"]) };
            }
            assert_eq!(cents(&whole), sum, "{on}");
        }
        let text = r#"{ bookValue(on: "2026-06-30") {
            on book reason amountsHidden
            byCurrency { count cost { amount } accumulated { amount } impairment { amount } bookValue { amount currency } }
            coverage { coveredCount totalCount excluded { reason isGap count assets { tag } } }
            explain { formula excluded inputs { name value } }
        } }"#;
        let found = app.director().query(text).await["bookValue"].clone();
        assert_eq!(found["byCurrency"][0]["count"], 5);
        let row = &found["byCurrency"][0];
        assert_eq!(
            cents(&row["cost"]["amount"]) - cents(&row["accumulated"]["amount"]),
            cents(&row["bookValue"]["amount"])
        );
        assert_eq!(
            found["coverage"],
            json!({ "coveredCount": 5, "totalCount": 7, "excluded": [
                { "reason": "no purchase price", "isGap": true, "count": 1, "assets": [{ "tag": "X" }] },
                { "reason": "no rule of this book applies to its kind", "isGap": true, "count": 1,
                  "assets": [{ "tag": "Y" }] },
            ] })
        );
        assert_eq!(
            found["explain"]["excluded"],
            json!(["1: no purchase price", "1: no rule of this book applies to its kind"])
        );
        let planner = app.planner().query(text).await["bookValue"].clone();
        assert_eq!(planner["amountsHidden"], false, "five prices make a sum");
        let few = r#"{ bookValue(on: "2026-06-30", filter: { tag: { eq: "A" } }) {
            total { amount } amountsHidden byCurrency { count bookValue { amount } } } }"#;
        let planner = app.planner().query(few).await["bookValue"].clone();
        assert_eq!(
            planner,
            json!({ "total": null, "amountsHidden": true, "byCurrency": [{ "count": 1, "bookValue": null }] })
        );
        assert_ne!(app.finance().query(few).await["bookValue"]["total"], Value::Null);
        app.viewer().expect_error(few, "FORBIDDEN").await;
        let none = r#"{ bookValue(on: "2001-01-01") { reason total { amount } byCurrency { count } } }"#;
        let none = app.director().query(none).await["bookValue"].clone();
        assert_eq!(
            none,
            json!({ "reason": "none of the assets stands in the books on this day", "total": null, "byCurrency": [] })
        );
    });
}

#[test]
fn several_currencies_need_one_to_be_added_in() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        bought(app, &estate.model, &estate.site, "A", "2026-01-01", "6000").await;
        estate
            .server(
                app,
                "B",
                r#", purchase: { price: { amount: "1200", currency: "EUR" }, on: "2021-06-01" }"#,
            )
            .await;
        let ask = |currency: &str| {
            format!(
                r#"{{ bookValue(on: "2026-03-31" {currency}) {{ reason total {{ amount currency }}
                byCurrency {{ bookValue {{ amount currency }} }} }} }}"#
            )
        };
        let found = app.director().query(&ask("")).await["bookValue"].clone();
        assert_eq!(found["total"], Value::Null);
        assert_eq!(found["reason"], "the assets were bought in EUR, USD: name a currency");
        assert_eq!(found["byCurrency"].as_array().unwrap().len(), 2);
        let refusal = app.director().expect_error(&ask(r#", currency: "USD""#), "INVALID").await;
        assert_eq!(
            refusal.message,
            "currency: no PLAN rate from EUR to USD on or before 2026-03-31, neither direct, inverse nor crossed"
        );
        let text = r#"mutation { recordExchangeRate(input: { base: "EUR", quote: "USD", on: "2026-01-01", kind: PLAN, rate: "1.1" }) { id } }"#;
        app.finance().query(text).await;
        let found = app.director().query(&ask(r#", currency: "USD""#)).await["bookValue"].clone();
        // 6,000 less 3 of 60 months, and 1,200 less 57 of 60 months at 1.1.
        assert_eq!(found["total"], json!({ "amount": "5766.00", "currency": "USD" }));
        let refusal = app.director().expect_error(&ask(r#", currency: "ABC""#), "INVALID").await;
        assert!(refusal.message.starts_with("currency: currency \"ABC\""), "{}", refusal.message);
    });
}

#[test]
fn books_of_many_assets_take_as_many_statements_as_those_of_one() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        bought(app, &estate.model, &estate.site, "A0", "2026-01-01", "100").await;
        let queries = [
            r#"{ bookValue(on: "2026-12-31") { total { amount } coverage { excluded { assets { tag } } } } }"#,
            r#"{ rollForward(from: "2026-01", to: "2026-12", groupBy: [KIND, SITE, RULE]) { rows { count } } }"#,
            r#"{ bookValue(on: "2026-12-31", book: TAX, tax: {}) { total { amount } } }"#,
        ];
        let mut before = Vec::new();
        for query in queries {
            before.push(app.director().statements(query).await);
        }
        for number in 1..20 {
            let (tag, price) = (format!("A{number}"), format!("{number}00"));
            let site = if number % 2 == 0 { &estate.site } else { &estate.other_site };
            bought(app, &estate.model, site, &tag, "2026-02-03", &price).await;
        }
        for (query, before) in queries.into_iter().zip(before) {
            assert_eq!(app.director().statements(query).await, before, "{query}");
        }
    });
}
