//! What a server costs over the years that it is kept.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{examples, id};

const PARTS: &str = "purchase { amount } installation { amount } support { amount } power { amount }
    disposal { amount } residualValue { amount } total { amount currency } reason amountsHidden
    explain { formula assumptions inputs { name value } }";

const METERED: &str = r#"metered: { averageKilowatts: "0.42", powerUsageEffectiveness: "1.35", pricePerKilowattHour: "0.085" }"#;

fn query(server: &str, model: &str) -> String {
    format!(r#"{{ costOfOwnership(currency: "USD", server: {{ {server} }} {model}) {{ {PARTS} }} }}"#)
}

#[test]
fn a_server_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let terms = r#"years: 5, purchase: "18500", installation: "650", support: "2220", disposal: "45", residualValue: "300""#;
        let found = app.architect().query(&query(&format!("{terms}, power: {{ {METERED} }}"), "")).await;
        let (cost, golden) = (&found["costOfOwnership"], &examples()["4.tco"]);
        assert_eq!(cost["power"]["amount"], golden["energy"]);
        assert_eq!(cost["total"], json!({ "amount": golden["total"], "currency": "USD" }));
        assert_eq!([&cost["reason"], &cost["amountsHidden"]], [&Value::Null, &json!(false)]);
        assert_eq!(
            cost["explain"]["formula"],
            "purchase + installation + support + power + disposal - residual value"
        );
        // A commitment takes the place of energy.
        let committed = r#"power: { committed: { kilowatts: "0.5", pricePerKilowattMonth: "165" } }"#;
        let found = app.architect().query(&query(&format!("{terms}, {committed}"), "")).await;
        assert_eq!(found["costOfOwnership"]["power"]["amount"], "4950.00");
        assert_eq!(found["costOfOwnership"]["total"]["amount"], "26065.00");
    });
}

#[test]
fn price_and_draw_are_those_of_a_hardware_model_where_none_are_given() {
    on_both_engines(async |app| {
        let director = app.director();
        let maker =
            director.query(r#"mutation { registerManufacturer(input: { name: "Dell" }) { id } }"#).await;
        let maker = id(&maker["registerManufacturer"]);
        let register = async |name: &str, details: &str| {
            let text = format!(
                r#"mutation {{ registerHardwareModel(input: {{ manufacturer: "{maker}", name: "{name}", kind: SERVER,
                    details: {{ {details} }} }}) {{ id }} }}"#
            );
            id(&app.director().query(&text).await["registerHardwareModel"])
        };
        let price = r#"listPrice: { on: "2026-01-01", price: { amount: "18500", currency: "USD" } }"#;
        let whole = register("R660", &format!(r#"power: {{ typicalDrawWatts: 420 }}, {price}"#)).await;
        let bare = register("R1", "").await;
        let metered = r#"metered: { powerUsageEffectiveness: "1.35", pricePerKilowattHour: "0.085" }"#;
        let terms = format!(
            r#"years: 5, installation: "650", support: "2220", disposal: "45", residualValue: "300", power: {{ {metered} }}"#
        );
        let of = |model: &str| query(&terms, &format!(r#", hardwareModel: "{model}""#));
        let found = app.finance().query(&of(&whole)).await;
        assert_eq!(found["costOfOwnership"]["total"]["amount"], examples()["4.tco"]["total"]);
        let assumptions = found["costOfOwnership"]["explain"]["assumptions"].to_string();
        assert!(assumptions.contains("list price of R660"), "{assumptions}");
        let hidden = app.planner().query(&of(&whole)).await;
        let hidden = &hidden["costOfOwnership"];
        assert_eq!(
            [&hidden["total"], &hidden["purchase"], &hidden["amountsHidden"]],
            [&Value::Null, &Value::Null, &json!(true)]
        );
        assert_eq!(hidden["explain"]["inputs"], json!([]), "inputs would tell the price");
        let missing = app.finance().query(&of(&bare)).await;
        assert_eq!(
            [&missing["costOfOwnership"]["total"], &missing["costOfOwnership"]["reason"]],
            [&Value::Null, &json!("R1 has no list price")]
        );
        let none = app.finance().query(&query(&terms, "")).await;
        let reason = "no price of the hardware is given, and no hardware model to take it from";
        assert_eq!(none["costOfOwnership"]["reason"], reason);
        let draw = query(&format!(r#"purchase: "1", {terms}"#), &format!(r#", hardwareModel: "{bare}""#));
        assert_eq!(app.finance().query(&draw).await["costOfOwnership"]["reason"], "R1 has no typical draw");
    });
}

#[test]
fn a_server_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let metered = |pue: &str| {
            format!(
                r#"power: {{ metered: {{ averageKilowatts: "1", powerUsageEffectiveness: "{pue}", pricePerKilowattHour: "1" }} }}"#
            )
        };
        for (server, field) in [
            (format!(r#"years: 0, purchase: "1", {}"#, metered("1")), "years"),
            (format!(r#"years: 101, purchase: "1", {}"#, metered("1")), "years"),
            (format!(r#"years: 5, purchase: "-1", {}"#, metered("1")), "purchase"),
            (format!(r#"years: 5, purchase: "1", residualValue: "-1", {}"#, metered("1")), "residualValue"),
            (
                format!(r#"years: 5, purchase: "1", {}"#, metered("0.9")),
                "power.metered.powerUsageEffectiveness",
            ),
            (r#"years: 5, purchase: "1", power: {}"#.to_owned(), "power"),
        ] {
            let refusal = app.finance().expect_error(&query(&server, ""), "INVALID").await;
            assert_eq!(refusal.field, field, "{server}: {}", refusal.message);
        }
        let server = format!(r#"years: 5, purchase: "1", {}"#, metered("1"));
        app.viewer().expect_error(&query(&server, ""), "FORBIDDEN").await;
        let nowhere = r#", hardwareModel: "hardware_model_00000000000000000000000000000000""#;
        app.finance().expect_error(&query(&server, nowhere), "NOT_FOUND").await;
    });
}
