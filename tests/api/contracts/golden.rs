//! Contract C1 of the worked examples: entered by GraphQL, priced to the cent.

use std::path::Path;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_site, a_vendor, id, shown};

/// The worked examples by id.
pub fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Signs C1: 36 months from 2026-01-15, a ramp of 40, 70 and 100 kW, two free months, six cross-connects.
pub async fn sign_c1(app: &TestApp) -> String {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let text = "mutation($input: NewColocationContract!) { signColocationContract(input: $input) { id } }";
    let input = json!({
        "number": "C1",
        "vendor": vendor,
        "currency": "USD",
        "term": {
            "signedOn": "2025-11-03", "billingStartsOn": "2026-01-15", "months": 36,
            "statedEndOn": "2029-01-14",
        },
        "notice": { "minimum": 90, "maximum": 180 },
        "sites": [site],
        "charges": [
            {
                "kind": "SPACE_KW",
                "unitPrice": "165",
                "details": {
                    "site": site,
                    "ramp": [
                        { "fromContractMonth": 0, "kilowatts": "40" },
                        { "fromContractMonth": 3, "kilowatts": "70" },
                        { "fromContractMonth": 6, "kilowatts": "100" },
                    ],
                    "abatements": [{ "fromContractMonth": 0, "months": 2, "rate": "1" }],
                    "escalator": { "kind": "FIXED", "rate": "0.03" },
                },
            },
            {
                "kind": "CROSS_CONNECT",
                "unitPrice": "300",
                "quantity": "6",
                "details": { "escalator": { "kind": "FIXED", "rate": "0.05" } },
            },
        ],
        "details": { "owner": "Infrastructure" },
    });
    id(&app.director().query_with(text, json!({ "input": input })).await["signColocationContract"])
}

#[test]
fn contract_c1_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let text = r#"{ colocationContract(number: "C1") {
            term { endsOn lastDayOn }
            findings { field }
            monthlyCost(from: "2026-01", months: 37) {
                months { month total { amount currency } lines { charge { kind } amount { amount } } }
                total { amount currency }
                explain { formula assumptions excluded estimated inputs { name value } }
            }
        } }"#;
        let data = app.finance().query(text).await;
        let contract = &data["colocationContract"];
        let examples = examples();
        assert_eq!(contract["term"]["endsOn"], examples["1.C1.end"]);
        assert_eq!(contract["term"]["lastDayOn"], "2029-01-14");
        assert_eq!(contract["findings"], json!([]));

        let months = contract["monthlyCost"]["months"].as_array().unwrap();
        assert_eq!(months.len(), 37);
        let mut asserted = 0;
        for month in months {
            let name = month["month"].as_str().unwrap();
            assert_eq!(month["lines"][0]["charge"]["kind"], "SPACE_KW");
            assert_eq!(month["lines"][1]["charge"]["kind"], "CROSS_CONNECT");
            let Some(expected) = examples.get(format!("1.C1.{name}")) else { continue };
            let lines = [&month["lines"][0]["amount"]["amount"], &month["lines"][1]["amount"]["amount"]];
            assert_eq!(&json!(lines), expected, "{name}");
            asserted += 1;
        }
        assert_eq!(asserted, 13, "every month of the worked example is asserted");

        for year in ["2026", "2027", "2028"] {
            let of_year = months.iter().filter(|month| month["month"].as_str().unwrap().starts_with(year));
            let cents: i64 = of_year.map(|month| cents(&month["total"])).sum();
            let expected = cents_of(examples[format!("1.C1.cal{year}")].as_str().unwrap());
            assert_eq!(cents, expected, "{year}");
        }
        let column = |line: usize| months.iter().map(|m| cents(&m["lines"][line]["amount"])).sum::<i64>();
        assert_eq!(column(0), cents_of(examples["1.C1.total_space_power"].as_str().unwrap()));
        assert_eq!(column(1), cents_of(examples["1.C1.total_xc"].as_str().unwrap()));
        assert_eq!(contract["monthlyCost"]["total"], json!({ "amount": "622267.69", "currency": "USD" }));
        assert_eq!(contract["monthlyCost"]["explain"]["excluded"], json!([]));
        assert_eq!(contract["monthlyCost"]["explain"]["estimated"], false);
        assert_ne!(contract["monthlyCost"]["explain"]["formula"], "");
    });
}

#[test]
fn by_contract_months_the_whole_term_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let text = r#"mutation($id: ID!) {
            updateColocationContract(id: $id, changes: { proration: CONTRACT_MONTH }) {
                monthlyCost(from: "2026-01", months: 36) { total { amount } months { total { amount } } }
            }
        }"#;
        let data = app.director().query_with(text, json!({ "id": contract })).await;
        assert_eq!(
            data["updateColocationContract"]["monthlyCost"]["total"]["amount"],
            examples()["1.contract_total"]
        );
        let months = &data["updateColocationContract"]["monthlyCost"]["months"];
        for (month, id) in [(18, "1.etf.month18_rate"), (24, "1.etf.month24_rate")] {
            assert_eq!(months[month]["total"]["amount"], examples()[id], "{id}");
        }
    });
}

#[test]
fn a_month_explains_itself() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let text = r#"{ colocationContract(number: "C1") {
            monthlyCost(from: "2026-04", months: 1) {
                months { lines { reason explain { formula inputs { name value } assumptions estimated } } }
            }
        } }"#;
        let data = app.finance().query(text).await;
        let line = &data["colocationContract"]["monthlyCost"]["months"][0]["lines"][0];
        assert_eq!(line["reason"], Value::Null);
        insta::assert_snapshot!(shown(&line["explain"]), @r#"
        assumptions: []
        estimated: false
        formula: "sum over the days of quantity x escalated price x paid share / days of the month, rounded once"
        inputs: [{"name":"segment from","value":"2026-04-01"},{"name":"segment","value":"40 x 165 x 1 x 14/30"},{"name":"segment from","value":"2026-04-15"},{"name":"segment","value":"70 x 165 x 1 x 16/30"}]
        "#);
    });
}

#[test]
fn metered_power_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let charge = |take: Option<&str>, cap: Option<&str>| {
            json!({
                "kind": "POWER_METERED",
                "unitPrice": "0.085",
                "quantity": "62",
                "details": { "billing": "ARREARS", "metering": {
                    "averageKilowatts": "62",
                    "powerUsageEffectivenessMeasured": "1.42",
                    "powerUsageEffectivenessCap": cap,
                    "minimumTakeRate": take,
                    "commitKilowatts": "100",
                } },
            })
        };
        let charges = json!([
            charge(None, Some("1.35")),
            charge(None, None),
            charge(Some("0.7"), Some("1.35")),
            { "kind": "SPACE_KW", "unitPrice": "110", "quantity": "100" },
        ]);
        let input = super::with(super::a_contract("M", &vendor, &[&site]), &json!({ "charges": charges }));
        let contract = super::sign(app, input).await;
        let text = r#"query($id: ID!) { colocationContract(id: $id) {
            monthlyCost(from: "2026-01", months: 1) { months { lines { amount { amount } } } explain { estimated } }
        } }"#;
        let data = app.finance().query_with(text, json!({ "id": contract })).await;
        let cost = &data["colocationContract"]["monthlyCost"];
        let lines = cost["months"][0]["lines"].as_array().unwrap();
        let found: Vec<_> = lines.iter().map(|line| line["amount"]["amount"].clone()).collect();
        let examples = examples();
        let ids = ["1.meter.energy_capped", "1.meter.energy_uncapped", "1.meter.energy_min_take"];
        assert_eq!(found[..3], ids.map(|id| examples[id].clone()));
        assert_eq!(
            cents_of(found[0].as_str().unwrap()) + cents_of(found[3].as_str().unwrap()),
            cents_of(examples["1.meter.total"].as_str().unwrap())
        );
        assert_eq!(cost["explain"]["estimated"], true, "metered power is expected, not known");
    });
}

#[test]
fn notice_is_due_when_the_worked_example_says() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let input = super::with(
            super::a_contract("N", &vendor, &[&site]),
            &json!({
                "term": { "signedOn": "2024-02-01", "billingStartsOn": "2024-03-01", "months": 36 },
                "notice": { "minimum": 90, "maximum": 180 },
                "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } },
            }),
        );
        let contract = super::sign(app, input).await;
        let text = r#"query($id: ID!) { colocationContract(id: $id) {
            term { endsOn lastDayOn }
            notice { deadline windowOpensOn renewed: deadline(asOf: "2027-03-01") }
        } }"#;
        let data = app.architect().query_with(text, json!({ "id": contract })).await;
        let (contract, examples) = (&data["colocationContract"], examples());
        assert_eq!(contract["term"]["endsOn"], examples["1.term.end"]);
        assert_eq!(contract["term"]["lastDayOn"], Value::Null);
        assert_eq!(contract["notice"]["deadline"], examples["1.notice.90d"]);
        assert_eq!(contract["notice"]["windowOpensOn"], examples["1.notice.window_open_180d"]);
        // The renewal ends on 2028-02-29; 90 days before is 2027-12-01, a Wednesday.
        assert_eq!(contract["notice"]["renewed"], "2027-12-01");
    });
}

pub fn cents(money: &Value) -> i64 {
    cents_of(money["amount"].as_str().unwrap())
}

pub fn cents_of(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}
