//! Published price indices, and the prices that follow them.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_contract, a_site, a_vendor, golden::examples, sign, with};

const RECORD: &str = r#"mutation($inputs: [NewPriceIndexValue!]!) {
    recordPriceIndexValues(inputs: $inputs) { index priceIndexValue { series month value } error { code field message } }
}"#;

async fn publish(app: &TestApp, values: &[(&str, &str, Option<&str>)]) -> Value {
    let inputs: Vec<_> = values
        .iter()
        .map(|(month, value, on)| json!({ "series": "CPI", "month": month, "value": value, "publishedOn": on }))
        .collect();
    app.finance().query_with(RECORD, json!({ "inputs": inputs })).await["recordPriceIndexValues"].clone()
}

/// A contract of 10,000 a month from January 2026, which follows CPI of September of the year before, between 2 % and
/// 5 %.
async fn sign_indexed(app: &TestApp) -> String {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let charges = json!([{ "kind": "SPACE_CABINET", "unitPrice": "10000", "quantity": "1", "details": { "escalator": {
        "kind": "CPI", "series": "CPI", "lagMonths": 4, "floor": "0.02", "cap": "0.05",
    } } }]);
    let term = json!({ "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 36 });
    let input = with(a_contract("I", &vendor, &[&site]), &json!({ "term": term, "charges": charges }));
    sign(app, input).await
}

const JANUARY: &str = r#"query($asOf: Date, $rate: Decimal, $from: Month!) { colocationContract(number: "I") {
    monthlyCost(from: $from, months: 1, asOf: $asOf, assumedIndexRate: $rate) {
        total { amount } explain { estimated assumptions excluded } } } }"#;

async fn january(app: &TestApp, from: &str, as_of: Option<&str>, rate: Option<&str>) -> Value {
    let arguments = json!({ "from": from, "asOf": as_of, "rate": rate });
    app.finance().query_with(JANUARY, arguments).await["colocationContract"]["monthlyCost"].clone()
}

#[test]
fn published_values_raise_prices_as_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_indexed(app).await;
        publish(app, &[("2025-09", "300", None)]).await;
        let examples = examples();
        for (value, id) in [("309", "1.cpi.300_309"), ("318", "1.cpi.300_318"), ("303", "1.cpi.300_303")] {
            let text = "mutation($inputs: [NewPriceIndexValue!]!) { recordPriceIndexValues(inputs: $inputs) {
                priceIndexValue { id } } }";
            let input = json!({ "inputs": [{ "series": "CPI", "month": "2026-09", "value": value }] });
            let recorded = app.finance().query_with(text, input).await;
            let id_of = recorded["recordPriceIndexValues"][0]["priceIndexValue"]["id"].clone();
            let cost = january(app, "2027-01", None, None).await;
            let rise: f64 = examples[id].as_str().unwrap().parse().unwrap();
            let expected = format!("{:.2}", 10_000.0 * (1.0 + rise));
            assert_eq!(cost["total"]["amount"], expected, "{id}");
            assert_eq!(cost["explain"]["estimated"], false, "{id}");
            let remove = "mutation($id: ID!) { removePriceIndexValue(id: $id) }";
            app.finance().query_with(remove, json!({ "id": id_of })).await;
        }
        publish(app, &[("2026-09", "309", None)]).await;
        let cost = january(app, "2027-01", None, None).await;
        assert_eq!(cost["total"]["amount"], examples["1.cpi.10000_309"]);
        let correct = r#"mutation($id: ID!) { correctPriceIndexValue(id: $id, changes: { value: "297" }) { value version } }"#;
        let list = r#"{ priceIndexValues(filter: { month: { eq: "2026-09" } }) { nodes { id } } }"#;
        let id = app.finance().query(list).await["priceIndexValues"]["nodes"][0]["id"].clone();
        let corrected = app.finance().query_with(correct, json!({ "id": id })).await;
        assert_eq!(corrected["correctPriceIndexValue"], json!({ "value": "297", "version": 2 }));
        let cost = january(app, "2027-01", None, None).await;
        let rise: f64 = examples["1.cpi.300_297"].as_str().unwrap().parse().unwrap();
        assert_eq!(cost["total"]["amount"], format!("{:.2}", 10_000.0 * (1.0 + rise)));
    });
}

#[test]
fn what_is_not_published_yet_is_estimated() {
    on_both_engines(async |app| {
        sign_indexed(app).await;
        publish(app, &[("2025-09", "300", Some("2025-10-15")), ("2026-09", "309", Some("2026-10-15"))]).await;
        let known = january(app, "2027-01", Some("2026-10-15"), Some("0.04")).await;
        assert_eq!(
            (&known["total"]["amount"], &known["explain"]["estimated"]),
            (&json!("10300.00"), &json!(false))
        );
        let before = january(app, "2027-01", Some("2026-10-14"), Some("0.04")).await;
        assert_eq!(
            (&before["total"]["amount"], &before["explain"]["estimated"]),
            (&json!("10400.00"), &json!(true))
        );
        let without = january(app, "2027-01", Some("2026-10-14"), None).await;
        assert_eq!(without["total"], Value::Null);
        assert!(without["explain"]["excluded"][0].as_str().unwrap().contains("not published"), "{without}");
        // The year after goes on from what was published.
        let after = january(app, "2028-01", Some("2026-10-15"), Some("0.04")).await;
        assert_eq!(
            (&after["total"]["amount"], &after["explain"]["estimated"]),
            (&json!("10712.00"), &json!(true))
        );

        let roadmap = r#"query($asOf: Date!) {
            roadmap(from: "2027-01", months: 1, view: CASH, asOf: $asOf, assumedIndexRate: "0.04") { totals { total } }
        }"#;
        for (as_of, expected) in [("2026-10-15", "10300.00"), ("2026-10-14", "10400.00")] {
            let data = app.director().query_with(roadmap, json!({ "asOf": as_of })).await;
            assert_eq!(data["roadmap"]["totals"]["total"], expected, "{as_of}");
        }
    });
}

#[test]
fn values_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        publish(app, &[("2026-01", "300", None)]).await;
        let found = publish(
            app,
            &[
                ("2026-01", "301", None),
                ("2026-02", "0", None),
                ("2026-03", "-5", None),
                ("2026-04", "300", Some("2026-03-31")),
                ("1066-01", "300", None),
                ("2026-05", "300", Some("2026-06-15")),
            ],
        )
        .await;
        let messages: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {}", row["error"]["field"], row["error"]["message"]))
            .collect();
        insta::assert_snapshot!(messages.join("\n"), @r#"
        "month" "CPI of 2026-01 is there already, 300; correct it instead"
        "value" "0 is refused: a price index is above zero"
        "value" "-5 is refused: a price index is above zero"
        "publishedOn" "2026-03-31 lies before the month it is for, 2026-04-01"
        "month" "1066-01-01 is not between 1970 and 2199"
        null null
        "#);
        let page = "{ priceIndexValues(orderBy: [{ field: MONTH, direction: DESC }]) { totalCount nodes { month publishedOn } } }";
        let list = app.finance().query(page).await["priceIndexValues"].clone();
        assert_eq!(list["totalCount"], 2);
        assert_eq!(list["nodes"][0], json!({ "month": "2026-05", "publishedOn": "2026-06-15" }));
        let inputs = json!({ "inputs": [{ "series": "CPI", "month": "2026-07", "value": "1" }] });
        app.viewer().expect_error_with(RECORD, inputs, "FORBIDDEN").await;
    });
}

#[test]
fn indices_take_one_statement_for_any_number_of_contracts() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text = r#"{ colocationContracts { nodes {
            monthlyCost(from: "2026-01", months: 2) { total { amount } } costOfSilence { outcome }
            costSchedule(from: "2026-01", months: 2, assumedIndexRate: "0.02") { total { amount } }
        } } }"#;
        let charges = json!([{ "kind": "SPACE_CABINET", "unitPrice": "1", "quantity": "1",
            "details": { "escalator": { "kind": "CPI", "series": "CPI" } } }]);
        let indexed =
            |number: &str| with(a_contract(number, &vendor, &[&site]), &json!({ "charges": charges }));
        sign(app, indexed("N0")).await;
        publish(app, &[("2025-01", "300", None)]).await;
        let one = app.director().statements(text).await;
        for number in 1..10 {
            sign(app, indexed(&format!("N{number}"))).await;
        }
        assert_eq!(app.director().statements(text).await, one);
        insta::assert_snapshot!(one, @"3");
    });
}
