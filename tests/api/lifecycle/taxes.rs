//! The book for income tax in the United States, and leasing against buying.

use std::path::Path;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{Estate, id};

fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn bought(app: &TestApp, estate: &Estate, tag: &str, in_service: &str, price: &str) -> String {
    let input = json!({
        "tag": tag, "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
        "details": {
            "inServiceOn": in_service,
            "purchase": { "price": { "amount": price, "currency": "USD" }, "on": in_service },
        },
    });
    let text = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
    id(&app.director().query_with(text, json!({ "input": input })).await["registerAsset"])
}

/// The deductions of the tax years of an asset.
async fn deductions(app: &TestApp, asset: &str, tax: &str) -> Vec<String> {
    let text = format!(
        r#"{{ depreciationSchedule(asset: "{asset}", book: TAX, tax: {tax}) {{ rule years {{ charge }} }} }}"#
    );
    let found = app.director().query(&text).await["depreciationSchedule"].clone();
    let years = found["years"].as_array().unwrap_or_else(|| panic!("{found}")).iter();
    years.map(|year| year["charge"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn tax_tables_deduct_what_is_published() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate, "A", "2025-04-10", "12000").await;
        let examples = examples();
        assert_eq!(json!(deductions(app, &asset, "{}").await), examples["3.MACRS5.HY_on_12000"]);
        let with_bonus = deductions(app, &asset, r#"{ bonusRate: "0.4" }"#).await;
        // 4,800 at once, and 20 % of what is left.
        assert_eq!(with_bonus[0], "6240.00");
        assert_eq!(deductions(app, &asset, "{ bonusRate: 1 }").await[0], "12000.00");
        let seven = deductions(app, &asset, "{ classes: [{ kind: SERVER, class: SEVEN_YEARS }] }").await;
        assert_eq!(seven.len(), 8);
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", book: TAX, tax: {{ otherwise: null }}) {{ reason months {{ month }} }} }}"#
        );
        let none = app.director().query(&text).await["depreciationSchedule"].clone();
        assert_eq!(none, json!({ "reason": "no rule of this book applies to its kind", "months": null }));

        // One order in the last quarter changes what was bought in the first.
        let mut of_quarter = Vec::new();
        for (quarter, day) in ["2026-01-20", "2026-05-20", "2026-08-20", "2026-11-20"].iter().enumerate() {
            of_quarter.push(bought(app, &estate, &format!("Q{quarter}"), day, "10000").await);
        }
        let half_year = deductions(app, &of_quarter[0], "{}").await;
        assert_eq!(half_year[0], "2000.00");
        bought(app, &estate, "late", "2026-12-31", "20000").await;
        for (asset, example) in
            of_quarter.iter().zip(["3.MACRS5.MQ1", "3.MACRS5.MQ2", "3.MACRS5.MQ3", "3.MACRS5.MQ4"])
        {
            let expected: Vec<String> =
                examples[example].as_array().unwrap().iter().map(of_ten_thousand).collect();
            assert_eq!(deductions(app, asset, "{}").await, expected, "{example}");
        }
        let half_year = deductions(app, &asset, "{}").await;
        assert_eq!(half_year[0], "2400.00", "another tax year is not touched");
    });
}

/// Percents of 10,000.
fn of_ten_thousand(percents: &Value) -> String {
    let digits: i64 = percents.as_str().unwrap().replace('.', "").parse().unwrap();
    format!("{digits}.00")
}

#[test]
fn the_mid_quarter_test_asks_for_strictly_more_than_two_fifths() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        bought(app, &estate, "A1", "2025-02-01", "550").await;
        bought(app, &estate, "A2", "2025-10-01", "450").await;
        bought(app, &estate, "B1", "2024-09-30", "600").await;
        bought(app, &estate, "B2", "2024-12-31", "400").await;
        let ask = |arguments: &str| {
            format!(
                "{{ midQuarterTest({arguments}) {{ taxYear total {{ amount }} lastQuarter {{ amount }} share applies \
                 explain {{ formula inputs {{ name value }} assumptions }} }} }}"
            )
        };
        let mut found = Vec::new();
        for year in [2025, 2024] {
            let test =
                app.director().query(&ask(&format!("taxYear: {year}"))).await["midQuarterTest"].clone();
            assert_eq!(test["total"]["amount"], "1000.00");
            found.push(json!(test["share"].as_str().unwrap().parse::<f64>().unwrap()));
            found.push(test["applies"].clone());
        }
        assert_eq!(json!(found), examples()["3.MQ_test"]);
        let empty = app.director().query(&ask("taxYear: 2030")).await["midQuarterTest"].clone();
        assert_eq!(json!([empty["share"], empty["applies"]]), json!([null, false]));
        let few = app.planner().query(&ask("taxYear: 2025")).await["midQuarterTest"].clone();
        assert_eq!(json!([few["total"], few["share"], few["applies"]]), json!([null, null, true]));
        for (arguments, message) in [
            ("taxYear: 25", "taxYear: 25 is not between 1970 and 2199"),
            (
                r#"taxYear: 2025, currency: "ABC""#,
                "currency: currency \"ABC\" is not an ISO 4217 code with a minor unit",
            ),
        ] {
            assert_eq!(app.director().expect_error(&ask(arguments), "INVALID").await.message, message);
        }
        app.viewer().expect_error(&ask("taxYear: 2025"), "FORBIDDEN").await;
    });
}

fn lease_or_buy(arguments: &str) -> String {
    format!(
        "{{ leaseOrBuy(currency: \"EUR\", {arguments}) {{ monthlyRate purchase {{ amount currency }} \
         lease {{ amount }} difference {{ amount }} cheaper \
         explain {{ formula inputs {{ name value }} assumptions }} }} }}"
    )
}

#[test]
fn a_lease_is_weighed_as_in_the_worked_example() {
    on_both_engines(async |app| {
        let purchase = r#"purchase: { price: "355000", residual: "12000", months: 60 }"#;
        let rate = r#"yearlyRate: "0.07""#;
        let text = lease_or_buy(&format!(r#"{purchase}, {rate}, lease: {{ payment: "6900", months: 60 }}"#));
        let found = app.finance().query(&text).await["leaseOrBuy"].clone();
        let expected = &examples()["3.leasebuy"];
        let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
        assert_eq!(json!(number(&found["purchase"]["amount"])), expected["pv_buy"]);
        assert_eq!(json!(number(&found["lease"]["amount"])), expected["pv_lease"]);
        assert_eq!(json!(number(&found["difference"]["amount"])), expected["difference"]);
        assert!(found["monthlyRate"].as_str().unwrap().starts_with("0.005654"), "{found}");
        assert_eq!(found["cheaper"], "BUYING");
        assert_eq!(found["purchase"]["currency"], "EUR");
        assert_eq!(found["explain"]["assumptions"][0], "Taxes are left out.");

        let payments = vec!["\"6900\""; 60].join(", ");
        let listed = lease_or_buy(&format!("{purchase}, {rate}, lease: {{ payments: [{payments}] }}"));
        assert_eq!(app.viewer().query(&listed).await["leaseOrBuy"]["lease"], found["lease"]);
        let later = lease_or_buy(&format!(
            r#"{purchase}, {rate}, lease: {{ payment: "6900", months: 60, timing: ARREARS }}"#
        ));
        let later = app.viewer().query(&later).await["leaseOrBuy"].clone();
        assert!(number(&later["lease"]["amount"]) < number(&found["lease"]["amount"]));
        let rising = r#"{ leaseOrBuy(currency: "EUR", yearlyRate: 0, purchase: { price: "100", months: 3 },
            lease: { payments: ["10", "20", "40.01"] }) { leaseMonths { month payment expense deferred } } }"#;
        assert_eq!(
            app.viewer().query(rising).await["leaseOrBuy"]["leaseMonths"],
            json!([
                { "month": 1, "payment": "10.00", "expense": "23.34", "deferred": "13.34" },
                { "month": 2, "payment": "20.00", "expense": "23.34", "deferred": "16.68" },
                { "month": 3, "payment": "40.01", "expense": "23.33", "deferred": "0.00" },
            ])
        );
        let free = lease_or_buy(
            r#"purchase: { price: "100", months: 10 }, yearlyRate: 0, lease: { payment: "10", months: 10 }"#,
        );
        assert_eq!(app.viewer().query(&free).await["leaseOrBuy"]["cheaper"], "NEITHER");
        app.admin().expect_error(&free, "FORBIDDEN").await;
    });
}

#[test]
fn a_comparison_is_refused_by_its_field() {
    on_both_engines(async |app| {
        let purchase = r#"purchase: { price: "1", months: 1 }"#;
        let lease = r#"lease: { payment: "1", months: 1 }"#;
        for (arguments, message) in [
            (
                r#"purchase: { price: "355000", months: 60 }, yearlyRate: 0, lease: { payment: "6900", months: 36 }"#
                    .to_owned(),
                "lease: has 36 monthly payments and the purchase lasts 60 months: only the same span compares",
            ),
            (
                format!("{purchase}, {lease}, yearlyRate: 7"),
                "yearlyRate: 7 is more than 1; this is a fraction, so 7 % is 0.07",
            ),
            (format!("{purchase}, {lease}, yearlyRate: -1"), "yearlyRate: -1 is less than 0"),
            (
                format!(r#"purchase: {{ price: "-1", months: 1 }}, {lease}, yearlyRate: 0"#),
                "purchase.price: -1: an amount is not negative",
            ),
            (
                format!(r#"purchase: {{ price: "1", residual: "-1", months: 1 }}, {lease}, yearlyRate: 0"#),
                "purchase.residual: -1: an amount is not negative",
            ),
            (
                format!(r#"purchase: {{ price: "1", months: 0 }}, {lease}, yearlyRate: 0"#),
                "purchase.months: 0 is not between 1 and 1200",
            ),
            (
                format!(r#"{purchase}, lease: {{ payment: "1" }}, yearlyRate: 0"#),
                "lease: is either payment with months, or payments",
            ),
            (
                format!("{purchase}, lease: {{ payments: [] }}, yearlyRate: 0"),
                "lease.payments: a lease is paid at least once",
            ),
            (
                format!(r#"{purchase}, lease: {{ payments: ["-1"] }}, yearlyRate: 0"#),
                "lease.payments: -1: a payment is not negative",
            ),
            (
                format!(r#"{purchase}, lease: {{ payment: "1", months: 1201 }}, yearlyRate: 0"#),
                "lease.months: 1201 is not between 1 and 1200",
            ),
        ] {
            let refusal = app.viewer().expect_error(&lease_or_buy(&arguments), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        let text = lease_or_buy(&format!("{purchase}, {lease}, yearlyRate: 0")).replace("EUR", "ABC");
        let refusal = app.viewer().expect_error(&text, "INVALID").await;
        assert_eq!(refusal.message, "currency: currency \"ABC\" is not an ISO 4217 code with a minor unit");
    });
}
