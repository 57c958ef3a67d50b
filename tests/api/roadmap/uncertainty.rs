//! What a roadmap may turn out to cost.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{ask, send, the_example};

const SPREADS: &str = "uncertainty { runs seed
    quarters { label amount { point p10 p50 p90 } } total { point p10 p50 p90 } }";

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// Everything as planned but what is named.
fn only(named: &str) -> String {
    let all = [
        ("hardwarePrice", "{ fixed: \"0\" }"),
        ("index", "{ fixed: \"0\" }"),
        ("renewalPrice", "{ fixed: \"0\" }"),
        ("growth", "{ fixed: \"0\" }"),
        ("deliveryDelay", "{ fixed: \"0\" }"),
    ];
    let others = all.iter().filter(|(field, _)| !named.contains(field));
    let others: Vec<_> = others.map(|(field, value)| format!("{field}: {value}")).collect();
    format!("uncertainty: {{ runs: 20, {named} {} }}", others.join(" "))
}

async fn total(app: &TestApp, arguments: &str) -> Decimal {
    decimal(&ask(app, arguments, "totals { total }").await["totals"]["total"])
}

async fn median(app: &TestApp, arguments: &str) -> Decimal {
    let answer = ask(app, arguments, "uncertainty { total { p10 p50 p90 } }").await;
    let spread = &answer["uncertainty"]["total"];
    assert_eq!(spread["p10"], spread["p90"], "what is fixed does not spread");
    decimal(&spread["p50"])
}

#[test]
fn the_point_figures_are_the_roadmap_and_percentiles_are_in_order() {
    on_both_engines(async |app| {
        the_example(app).await;
        for view in ["COMMITMENT", "CASH", "PNL"] {
            let selection = format!("totals {{ total quarters {{ label amount }} }} {SPREADS}");
            let asked = format!("view: {view}, uncertainty: {{ runs: 500, seed: 7 }}");
            let answer = ask(app, &asked, &selection).await;
            let spreads = &answer["uncertainty"];
            assert_eq!((&spreads["runs"], &spreads["seed"]), (&json!(500), &json!(7)));
            assert_eq!(spreads["total"]["point"], answer["totals"]["total"], "{view}");
            let quarters = answer["totals"]["quarters"].as_array().unwrap();
            let uncertain = spreads["quarters"].as_array().unwrap();
            assert_eq!(quarters.len(), uncertain.len());
            for (quarter, spread) in quarters.iter().zip(uncertain) {
                assert_eq!(quarter["label"], spread["label"]);
                assert_eq!(quarter["amount"], spread["amount"]["point"], "{view} {}", quarter["label"]);
            }
            for amount in uncertain.iter().map(|one| &one["amount"]).chain([&spreads["total"]]) {
                let figures = ["p10", "p50", "p90"].map(|name| decimal(&amount[name]));
                assert!(figures.is_sorted(), "{view}: {figures:?}");
            }
            assert_ne!(spreads["total"]["p10"], spreads["total"]["p90"], "{view}");
        }
    });
}

#[test]
fn a_seed_gives_the_same_figures_again() {
    on_both_engines(async |app| {
        the_example(app).await;
        let asked = async |seed: u32| {
            let arguments = format!("uncertainty: {{ runs: 300, seed: {seed} }}");
            ask(app, &arguments, SPREADS).await
        };
        let first = asked(1).await;
        assert_eq!(asked(1).await, first);
        assert_ne!(asked(2).await["uncertainty"]["total"], first["uncertainty"]["total"]);
        // The figures themselves, so that engines and machines are held to the same ones.
        let total = &first["uncertainty"]["total"];
        insta::assert_json_snapshot!("seed_1", total);
    });
}

#[test]
fn what_is_not_asked_is_not_drawn() {
    on_both_engines(async |app| {
        the_example(app).await;
        let answer = ask(app, "months: 12", "uncertainty { runs }").await;
        assert_eq!(answer["uncertainty"], Value::Null);
        let plain = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\") { totals { total } } }";
        let drawn = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", uncertainty: { runs: 50 }) {
            totals { total } uncertainty { total { p90 } } } }";
        let statements = app.director().statements(plain).await;
        assert_eq!(app.director().statements(drawn).await, statements);
    });
}

#[test]
fn growth_that_is_drawn_is_growth_that_is_assumed() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        // 1.5 % a month and 1 % beyond it are 2.515 %: 1.015 x 1.01.
        let drawn = median(app, &only("growth: { fixed: \"0.01\" }")).await;
        let planned = total(app, "months: 36").await;
        let grown = "query($id: ID!) { workload(id: $id) { growth { id } } }";
        let found = app.director().query_with(grown, json!({ "id": estate.workload })).await;
        let id = found["workload"]["growth"][0]["id"].clone();
        let withdraw = "mutation($id: ID!) { withdrawGrowth(id: $id) { id } }";
        app.director().query_with(withdraw, json!({ "id": id })).await;
        let assumed =
            json!({ "workload": estate.workload, "monthlyRate": "0.02515", "fromMonth": "2026-01" });
        send(app, "assumeGrowth", "NewGrowthAssumption!", assumed).await;
        let expected = total(app, "months: 36").await;
        assert!(expected > planned);
        // The assumption counts for the recorded month too and is rounded month by month.
        assert!((drawn - expected).abs() < Decimal::new(36, 2), "{drawn} {expected}");
    });
}

#[test]
fn a_price_that_is_drawn_is_a_price_that_is_indexed() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let asked = only("hardwarePrice: { fixed: \"0.05\" }");
        let drawn = median(app, &format!("months: 12, view: COMMITMENT, {asked}")).await;
        // 1.18 x 1.05.
        let index = "mutation($id: ID!) { updateRefreshPolicy(id: $id, changes: {
            priceIndex: [{ year: 2026, rate: \"0.239\" }] }) { id } }";
        app.director().query_with(index, json!({ "id": estate.policy })).await;
        let expected = total(app, "months: 12, view: COMMITMENT").await;
        // Freight, support and contingency follow the unit price, which is rounded to cents for each of 17 units.
        assert!((drawn - expected).abs() < Decimal::ONE, "{drawn} {expected}");
    });
}

#[test]
fn what_is_delivered_late_is_paid_late_and_ordered_when_it_was() {
    on_both_engines(async |app| {
        the_example(app).await;
        let late = only("deliveryDelay: { fixed: \"2\" }");
        let commitment = format!("months: 36, view: COMMITMENT, {late}");
        assert_eq!(median(app, &commitment).await, total(app, "months: 36, view: COMMITMENT").await);
        // The new servers are in service on 2026-06-16: two months less of their depreciation and support are seen.
        let months = |arguments: String| async move {
            let found = ask(app, &arguments, "uncertainty { quarters { amount { point p50 } } }").await;
            found["uncertainty"]["quarters"].as_array().unwrap().clone()
        };
        let quarters = months(format!("months: 12, view: CASH, {late}")).await;
        let points: Vec<_> = quarters.iter().map(|quarter| decimal(&quarter["amount"]["point"])).collect();
        let drawn: Vec<_> = quarters.iter().map(|quarter| decimal(&quarter["amount"]["p50"])).collect();
        assert_ne!(points, drawn);
        assert_eq!(points.iter().sum::<Decimal>(), drawn.iter().sum::<Decimal>(), "nothing is lost");
    });
}

#[test]
fn a_contract_that_may_not_be_renewed_may_cost_less() {
    on_both_engines(async |app| {
        the_example(app).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "MSP", "name": "Managed" })).await;
        let contract = json!({
            "number": "S-1", "vendor": vendor, "currency": "USD",
            "startsOn": "2026-01-01", "endsOn": "2026-12-31",
            "charge": "12000", "billingFrequency": "YEARLY",
            "details": { "renewal": { "automatic": true, "months": 12 }, "noticeDays": 90 },
        });
        send(app, "signSupportContract", "NewSupportContract!", contract).await;
        let never = only("renewalProbability: \"0\"");
        let planned = total(app, "months: 36").await;
        // Two renewals of 12,000 are not taken; what is on record of the first year stays.
        assert_eq!(median(app, &never).await, planned - Decimal::from(24_000));
        let always = only("renewalProbability: \"1\"");
        assert_eq!(median(app, &always).await, planned);
        let dearer = only("renewalPrice: { fixed: \"0.1\" }");
        // 12,000 x 1.1 and 12,000 x 1.21 instead of 12,000 each.
        assert_eq!(median(app, &dearer).await, planned + Decimal::from(1_200 + 2_520));
        let listed = ask(app, &dearer, "uncertainty { assumptions { name statement } }").await;
        let listed = listed["uncertainty"]["assumptions"].as_array().unwrap().clone();
        let names: Vec<_> = listed.iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"price of S-1 at each renewal, above plan"), "{names:?}");
        assert!(names.contains(&"growth of Main in a month, above plan"), "{names:?}");
        assert!(names.contains(&"delivery of hardware of kind SERVER"), "{names:?}");
    });
}

#[test]
fn an_index_that_is_drawn_is_an_index_that_is_assumed() {
    on_both_engines(async |app| {
        let site = json!({
            "code": "FRA1", "name": "Frankfurt", "kind": "COLOCATION", "timeZone": "Europe/Berlin"
        });
        let site = send(app, "openSite", "NewSite!", site).await;
        let vendor = send(app, "registerVendor", "NewVendor!", json!({ "code": "C", "name": "C" })).await;
        let contract = json!({
            "number": "C2", "vendor": vendor, "currency": "USD", "sites": [site],
            "term": { "signedOn": "2025-11-03", "billingStartsOn": "2026-01-01", "months": 36 },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "165", "quantity": "100", "details": {
                "site": site,
                "escalator": { "kind": "CPI", "series": "CPI-U", "lagMonths": 3, "floor": "0.02", "cap": "0.05" },
            } }],
        });
        send(app, "signColocationContract", "NewColocationContract!", contract).await;
        for (beyond, assumed) in [("0.01", "0.04"), ("0.04", "0.07"), ("-0.03", "0")] {
            let asked = only(&format!("index: {{ fixed: \"{beyond}\" }}"));
            let drawn = median(app, &format!("months: 36, assumedIndexRate: \"0.03\", {asked}")).await;
            let expected = total(app, &format!("months: 36, assumedIndexRate: \"{assumed}\"")).await;
            assert!((drawn - expected).abs() < Decimal::new(36, 2), "{drawn} {expected}");
        }
    });
}

#[test]
fn impossible_assumptions_name_the_field_and_the_rule() {
    on_both_engines(async |app| {
        the_example(app).await;
        for (given, field, word) in [
            ("runs: 0", "uncertainty.runs", "1 to 100,000"),
            ("runs: 1000000000", "uncertainty.runs", "1 to 100,000"),
            ("runs: 5000000000", "uncertainty.runs", "1 to 100,000"),
            ("runs: -1", "uncertainty.runs", "1 to 100,000"),
            (
                "growth: { uniform: { low: \"0.2\", high: \"0.1\" } }",
                "uncertainty.growth",
                "\"0.2\" is not usable: the lowest value is not above the highest",
            ),
            (
                "index: { pert: { low: \"0\", mode: \"1\", high: \"0.1\" } }",
                "uncertainty.index",
                "lies between",
            ),
            (
                "deliveryDelay: { discrete: [{ value: \"1\", probability: \"0.5\" }] }",
                "uncertainty.deliveryDelay",
                "add up to exactly 1",
            ),
            ("deliveryDelay: { fixed: \"100\" }", "uncertainty.deliveryDelay", "within 60 months"),
            ("deliveryDelay: { fixed: \"-2\" }", "uncertainty.deliveryDelay", "-2 is below 0"),
            ("deliveryDelay: { fixed: \"1.5\" }", "uncertainty.deliveryDelay", "1.5 is not a whole number"),
            (
                "deliveryDelay: { pert: { low: \"0\", mode: \"0.5\", high: \"3\" } }",
                "uncertainty.deliveryDelay",
                "0.5 is not a whole number",
            ),
            (
                "deliveryDelay: { discrete: [{ value: \"-1\", probability: \"1\" }] }",
                "uncertainty.deliveryDelay",
                "-1 is below 0",
            ),
            ("seed: -1", "uncertainty.seed", "-1 is refused: a seed is a whole number from 0"),
            ("renewalProbability: \"1.2\"", "uncertainty.renewalProbability", "0 to 1"),
            ("hardwarePrice: { fixed: \"15\" }", "uncertainty.hardwarePrice", "0.03 is 3 %"),
            ("growth: { fixed: \"-2\" }", "uncertainty.growth", "-2"),
        ] {
            let text = format!(
                "{{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", uncertainty: {{ {given} }}) {{ currency }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{given}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{given}: {}", refusal.message);
        }
    });
}
