//! Charges: added, changed, removed, and how their prices rise.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_contract, a_site, a_vendor, shown, sign};

async fn a_signed_contract(app: &TestApp) -> String {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    sign(app, a_contract("A", &vendor, &[&site])).await
}

const ADD: &str = "mutation($contract: ID!, $input: NewColocationCharge!, $key: String) {
    addColocationCharge(contract: $contract, input: $input, idempotencyKey: $key) {
        id version position kind unitPrice { amount currency } quantity billing contract { number }
    }
}";

const UPDATE: &str = "mutation($id: ID!, $details: ColocationChargeChanges!, $version: Int) {
    updateColocationCharge(id: $id, changes: $details, expectedVersion: $version) {
        version kind description unitPrice { amount } quantity fromOn toOn billing
        escalator { kind rate } ramp { kilowatts } peakKilowatts abatements { months } renewalUplift
    }
}";

#[test]
fn a_charge_is_added_changed_and_removed() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app).await;
        let director = app.director();
        let input = json!({ "kind": "SPACE_KW", "unitPrice": "12.5", "quantity": "3" });
        let variables = json!({ "contract": contract, "input": input, "key": "once" });
        let added = director.query_with(ADD, variables.clone()).await;
        assert_eq!(added, director.query_with(ADD, variables).await, "the same key adds once");
        let charge = &added["addColocationCharge"];
        assert_eq!(charge["position"], 2);
        assert_eq!(charge["unitPrice"], json!({ "amount": "12.50", "currency": "USD" }));
        assert_eq!(charge["billing"], "ADVANCE");
        assert_eq!(charge["contract"]["number"], "A");

        let details = json!({
            "description": "10 Gbit/s", "unitPrice": "13", "quantity": "4", "fromOn": "2026-02-01",
            "toOn": "2026-11-30", "billing": "ARREARS", "escalator": { "kind": "FIXED", "rate": "0.04" },
            "ramp": [{ "fromContractMonth": 0, "kilowatts": "5" }], "peakKilowatts": "6",
            "abatements": [{ "fromContractMonth": 1, "months": 2, "rate": "0.5" }], "renewalUplift": "0.02",
        });
        let variables = json!({ "id": charge["id"], "details": details, "version": 1 });
        let data = director.query_with(UPDATE, variables.clone()).await;
        insta::assert_snapshot!(shown(&data["updateColocationCharge"]), @r#"
        abatements: [{"months":2}]
        billing: "ARREARS"
        description: "10 Gbit/s"
        escalator: {"kind":"FIXED","rate":"0.04"}
        fromOn: "2026-02-01"
        kind: "SPACE_KW"
        peakKilowatts: "6"
        quantity: "4"
        ramp: [{"kilowatts":"5"}]
        renewalUplift: "0.02"
        toOn: "2026-11-30"
        unitPrice: {"amount":"13.00"}
        version: 2
        "#);
        let stale = director.expect_error_with(UPDATE, variables, "CONFLICT").await;
        assert!(
            stale.message.contains("is at version 2, the change expected version 1"),
            "{}",
            stale.message
        );

        let cleared =
            json!({ "id": charge["id"], "details": { "escalator": null, "toOn": null, "ramp": [] } });
        let data = director.query_with(UPDATE, cleared).await;
        let data = &data["updateColocationCharge"];
        assert_eq!(
            (&data["escalator"], &data["toOn"], &data["ramp"]),
            (&Value::Null, &Value::Null, &json!([]))
        );

        let remove = "mutation($id: ID!) { removeColocationCharge(id: $id) { charges { kind } } }";
        let ids = json!({ "id": charge["id"] });
        let data = director.query_with(remove, ids.clone()).await;
        assert_eq!(data["removeColocationCharge"]["charges"], json!([{ "kind": "SPACE_CABINET" }]));
        director.expect_error_with(remove, ids, "NOT_FOUND").await;
    });
}

/// The monthly amounts of the second charge.
async fn amounts(app: &TestApp, arguments: &str) -> Value {
    let text = format!(
        "{{ colocationContract(number: \"A\") {{ monthlyCost({arguments}) {{
            months {{ month total {{ amount }} lines {{ amount {{ amount }} reason explain {{ estimated }} }} }}
            total {{ amount }} explain {{ excluded assumptions estimated }}
        }} }} }}"
    );
    app.finance().query(&text).await["colocationContract"]["monthlyCost"].clone()
}

#[test]
fn a_price_that_follows_an_index_needs_an_assumption() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app).await;
        let escalator = json!({ "kind": "CPI", "series": "CPI-U", "lagMonths": 3, "everyMonths": 3,
                                "floor": "0", "cap": "0.05", "noDecrease": true });
        let input = json!({ "kind": "POWER_CIRCUIT", "unitPrice": "100", "quantity": "1",
                            "details": { "escalator": escalator } });
        app.director().query_with(ADD, json!({ "contract": contract, "input": input })).await;

        let without = amounts(app, r#"from: "2026-03", months: 2"#).await;
        insta::assert_snapshot!(shown(&without), @r#"
        explain: {"assumptions":[],"estimated":false,"excluded":["charges[1]: price index is missing: the months a step refers to are not published and no yearly rate is assumed"]}
        months: [{"lines":[{"amount":{"amount":"1000.00"},"explain":{"estimated":false},"reason":null},{"amount":{"amount":"100.00"},"explain":{"estimated":false},"reason":null}],"month":"2026-03","total":{"amount":"1100.00"}},{"lines":[{"amount":{"amount":"1000.00"},"explain":{"estimated":false},"reason":null},{"amount":null,"explain":{"estimated":false},"reason":"price index is missing: the months a step refers to are not published and no yearly rate is assumed"}],"month":"2026-04","total":null}]
        total: null
        "#);

        let assumed = amounts(app, r#"from: "2026-03", months: 2, assumedIndexRate: "0.04""#).await;
        let line = &assumed["months"][1]["lines"][1];
        assert_eq!(line["amount"]["amount"], "101.00", "a quarter of 4 %");
        assert_eq!(line["explain"]["estimated"], true);
        assert_eq!(assumed["months"][0]["lines"][1]["amount"]["amount"], "100.00");
        assert_eq!(assumed["months"][1]["total"]["amount"], "1101.00");
        assert_eq!(assumed["explain"]["estimated"], true);
        assert_eq!(assumed["explain"]["excluded"], json!([]));
    });
}

#[test]
fn a_table_raises_the_price_on_its_days() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app).await;
        let table = json!([{ "on": "2026-02-01", "rate": "0.1" }, { "on": "2026-03-01", "rate": "0.2" }]);
        let input = json!({ "kind": "POWER_CIRCUIT", "unitPrice": "100", "quantity": "1",
                            "details": { "escalator": { "kind": "TABLE", "table": table } } });
        app.director().query_with(ADD, json!({ "contract": contract, "input": input })).await;
        let cost = amounts(app, r#"from: "2026-01", months: 3"#).await;
        let months = cost["months"].as_array().unwrap();
        let found: Vec<_> = months.iter().map(|month| &month["lines"][1]["amount"]["amount"]).collect();
        assert_eq!(found, ["100.00", "110.00", "132.00"]);
    });
}

#[test]
fn a_credit_lowers_the_month_and_what_is_charged_once_appears_once() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app).await;
        for (kind, price) in [("CREDIT", "200"), ("NON_RECURRING", "5000")] {
            let input = json!({ "kind": kind, "unitPrice": price, "quantity": "1" });
            app.director().query_with(ADD, json!({ "contract": contract, "input": input })).await;
        }
        let cost = amounts(app, r#"from: "2026-01", months: 2"#).await;
        let totals: Vec<_> =
            cost["months"].as_array().unwrap().iter().map(|month| &month["total"]["amount"]).collect();
        assert_eq!(totals, ["5800.00", "800.00"]);
    });
}

#[test]
fn the_number_of_months_has_limits() {
    on_both_engines(async |app| {
        a_signed_contract(app).await;
        for (months, message) in
            [(0, "months: 0 is not between 1 and 600"), (601, "months: 601 is not between 1 and 600")]
        {
            let text = format!(
                "{{ colocationContract(number: \"A\") {{
                    monthlyCost(from: \"2026-01\", months: {months}) {{ total {{ amount }} }}
                }} }}"
            );
            assert_eq!(app.finance().expect_error(&text, "INVALID").await.message, message);
        }
        let text = r#"{ colocationContract(number: "A") {
            monthlyCost(from: "2026-01", assumedIndexRate: "3") { total { amount } }
        } }"#;
        let refusal = app.finance().expect_error(text, "INVALID").await;
        assert_eq!(refusal.message, "assumedIndexRate: 3 is refused: a rate is a fraction: 0.03 is 3 %");
    });
}
