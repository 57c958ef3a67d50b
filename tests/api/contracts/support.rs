//! Support contracts and the assets that they cover.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_site, a_vendor, id, shown, with};

const SIGN: &str = "mutation($input: NewSupportContract!) { signSupportContract(input: $input) { id } }";

/// A year of support from 2026-01-01, paid by the month.
pub fn a_contract(number: &str, vendor: &str, assets: &[String]) -> Value {
    json!({
        "number": number,
        "vendor": vendor,
        "currency": "USD",
        "startsOn": "2026-01-01",
        "endsOn": "2026-12-31",
        "charge": "250",
        "billingFrequency": "MONTHLY",
        "assets": assets,
        "details": { "owner": "Infrastructure" },
    })
}

pub async fn sign(app: &TestApp, input: Value) -> String {
    id(&app.director().query_with(SIGN, json!({ "input": input })).await["signSupportContract"])
}

/// Registers so many servers in stock at a site of their own and returns their ids.
pub async fn servers(app: &TestApp, count: usize) -> Vec<String> {
    let site = a_site(app, "FRA1").await;
    let director = app.director();
    let maker = director.query(r#"mutation { registerManufacturer(input: { name: "Maker" }) { id } }"#).await;
    let text = "mutation($maker: ID!) {
        registerHardwareModel(input: { manufacturer: $maker, name: \"M1\", kind: SERVER }) { id }
    }";
    let maker = json!({ "maker": maker["registerManufacturer"]["id"] });
    let model = id(&director.query_with(text, maker).await["registerHardwareModel"]);
    let text = "mutation($inputs: [NewAsset!]!) { registerAssets(inputs: $inputs) { asset { id } } }";
    let inputs: Vec<_> = (0..count)
        .map(|number| {
            json!({ "tag": format!("T{number}"), "model": model, "status": "IN_STOCK",
                    "placement": { "site": site } })
        })
        .collect();
    let data = director.query_with(text, json!({ "inputs": inputs })).await;
    data["registerAssets"].as_array().unwrap().iter().map(|row| id(&row["asset"])).collect()
}

#[test]
fn every_field_of_a_support_contract_is_shown() {
    on_both_engines(async |app| {
        let (vendor, assets) = (a_vendor(app, "CARE").await, servers(app, 2).await);
        let input = with(
            a_contract("S1", &vendor, &assets),
            &json!({ "details": {
                "level": "24x7x4", "escalationRate": "0.05", "noticeDays": 60,
                "renewal": { "automatic": true, "months": 12, "uplift": "0.04" },
            } }),
        );
        sign(app, input).await;
        let text = r#"{ supportContract(number: "S1") {
            version createdAt updatedAt number vendor { code } level currency startsOn endsOn
            charge { amount currency } chargeHidden billingFrequency escalationRate
            annualCost { cost { amount currency } explain { formula inputs { name value } assumptions } }
            annualCostHidden
            renewal { automatic months uplift } notice { days deadline givenOn } owner source
            findings { field value rule severity }
            coverage(orderBy: [{ field: CREATED_AT }]) { totalCount nodes {
                createdAt fromOn toOn contract { number } asset { tag supportContracts { number } }
            } }
        } }"#;
        let data = app.finance().query(text).await;
        insta::assert_snapshot!(shown(&data["supportContract"]), @r#"
        annualCost: {"cost":{"amount":"3000.00","currency":"USD"},"explain":{"assumptions":["the price of the first twelve months, before any rise"],"formula":"charge x 12","inputs":[{"name":"charge","value":"250"}]}}
        annualCostHidden: false
        billingFrequency: "MONTHLY"
        charge: {"amount":"250.00","currency":"USD"}
        chargeHidden: false
        coverage: {"nodes":[{"asset":{"supportContracts":[{"number":"S1"}],"tag":"T0"},"contract":{"number":"S1"},"createdAt":"2026-07-01T09:00:00+00:00","fromOn":null,"toOn":null},{"asset":{"supportContracts":[{"number":"S1"}],"tag":"T1"},"contract":{"number":"S1"},"createdAt":"2026-07-01T09:00:00+00:00","fromOn":null,"toOn":null}],"totalCount":2}
        createdAt: "2026-07-01T09:00:00+00:00"
        currency: "USD"
        endsOn: "2026-12-31"
        escalationRate: "0.05"
        findings: []
        level: "24x7x4"
        notice: {"days":60,"deadline":"2026-10-30","givenOn":null}
        number: "S1"
        owner: "Infrastructure"
        renewal: {"automatic":true,"months":12,"uplift":"0.04"}
        source: null
        startsOn: "2026-01-01"
        updatedAt: "2026-07-01T09:00:00+00:00"
        vendor: {"code":"CARE"}
        version: 1
        "#);
    });
}

#[test]
fn a_year_costs_what_its_billing_periods_sum_to() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        for (frequency, ends, expected) in [
            ("MONTHLY", "2026-12-31", "3000.00"),
            ("QUARTERLY", "2026-12-31", "1000.00"),
            ("YEARLY", "2028-12-31", "250.00"),
            ("PREPAID", "2028-12-31", "83.33"),
            ("PREPAID", "2026-06-30", "500.00"),
        ] {
            let number = format!("{frequency} to {ends}");
            let change = json!({ "billingFrequency": frequency, "endsOn": ends });
            let contract = sign(app, with(a_contract(&number, &vendor, &[]), &change)).await;
            let text = "query($id: ID!) { supportContract(id: $id) { annualCost { cost { amount } } } }";
            let data = app.finance().query_with(text, json!({ "id": contract })).await;
            assert_eq!(data["supportContract"]["annualCost"]["cost"]["amount"], expected, "{number}");
        }
    });
}

#[test]
fn bad_support_terms_are_refused_with_field_value_and_rule() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        for (change, message) in [
            (json!({ "number": "" }), "number: is blank"),
            (json!({ "currency": "usd" }), "currency: `usd` is not a currency of ISO 4217"),
            (json!({ "endsOn": "2025-12-31" }), "endsOn: 2025-12-31 lies before the start on 2026-01-01"),
            (json!({ "charge": "-1" }), "charge: -1 is below 0"),
            (
                json!({ "details": { "escalationRate": "5" } }),
                "escalationRate: 5 is refused: a rate is a fraction: 0.03 is 3 %",
            ),
            (
                json!({ "billingFrequency": "PREPAID", "details": { "escalationRate": "0.05" } }),
                "escalationRate: 0.05 is refused: a prepaid term has one price",
            ),
            (
                json!({ "details": { "noticeDays": 366 } }),
                "noticeDays: 366 is refused: notice is not longer than the term",
            ),
            (json!({ "details": { "noticeDays": -1 } }), "noticeDays: -1 is below 0"),
            (
                json!({ "details": { "renewal": { "automatic": true } } }),
                "renewal.months: is missing: a contract that renews by itself states for how many months",
            ),
            (
                json!({ "details": { "renewal": { "automatic": true, "months": 12, "uplift": "-1" } } }),
                "renewal.uplift: -1 is refused: a rate is a fraction: 0.03 is 3 %",
            ),
        ] {
            let input = with(a_contract("S1", &vendor, &[]), &change);
            let refusal = app.director().expect_error_with(SIGN, json!({ "input": input }), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        let nothing = "00000000000000000000000000000000";
        let input = a_contract("S1", &format!("vendor_{nothing}"), &[]);
        app.director().expect_error_with(SIGN, json!({ "input": input }), "NOT_FOUND").await;
        let input = a_contract("S1", &vendor, &[format!("asset_{nothing}")]);
        app.director().expect_error_with(SIGN, json!({ "input": input }), "NOT_FOUND").await;
        let data = app.director().query("{ supportContracts { totalCount } }").await;
        assert_eq!(data["supportContracts"]["totalCount"], 0, "what is refused leaves nothing behind");
    });
}

#[test]
fn the_terms_of_a_support_contract_are_changed() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        let contract = sign(app, a_contract("S1", &vendor, &[])).await;
        let director = app.director();
        let update = "mutation($id: ID!) { updateSupportContract(id: $id, expectedVersion: 1, changes: {
            number: \"S1a\", level: \"NBD\", endsOn: \"2027-01-15\", charge: \"300.5\", owner: null,
            billingFrequency: QUARTERLY, noticeDays: 90, renewal: { automatic: true, months: 12 }
        }) {
            version number level endsOn charge { amount } billingFrequency owner
            renewal { automatic months uplift } notice { days deadline } findings { field value rule severity }
        } }";
        let ids = json!({ "id": contract });
        let data = director.query_with(update, ids.clone()).await;
        insta::assert_snapshot!(shown(&data["updateSupportContract"]), @r#"
        billingFrequency: "QUARTERLY"
        charge: {"amount":"300.50"}
        endsOn: "2027-01-15"
        findings: [{"field":"endsOn","rule":"not a term of whole months: counted as 13","severity":"WARNING","value":"2027-01-15"},{"field":"renewal.uplift","rule":"not known, so the last price is held","severity":"WARNING","value":null},{"field":"owner","rule":"nobody answers for the contract","severity":"WARNING","value":null}]
        level: "NBD"
        notice: {"days":90,"deadline":"2026-10-16"}
        number: "S1a"
        owner: null
        renewal: {"automatic":true,"months":12,"uplift":null}
        version: 2
        "#);
        director.expect_error_with(update, ids, "CONFLICT").await;
    });
}

#[test]
fn a_support_contract_is_ended_and_deleted() {
    on_both_engines(async |app| {
        let (vendor, assets) = (a_vendor(app, "CARE").await, servers(app, 1).await);
        let contract = sign(app, a_contract("S1", &vendor, &assets)).await;
        let (director, ids) = (app.director(), json!({ "id": contract }));
        let record =
            "mutation($id: ID!) { recordSupportNotice(id: $id, on: \"2026-06-30\") { notice { givenOn } } }";
        let data = director.query_with(record, ids.clone()).await;
        assert_eq!(data["recordSupportNotice"]["notice"]["givenOn"], "2026-06-30");
        director.expect_error_with(record, ids.clone(), "CONFLICT").await;
        let withdraw = "mutation($id: ID!) { withdrawSupportNotice(id: $id) { notice { givenOn } } }";
        let data = director.query_with(withdraw, ids.clone()).await;
        assert_eq!(data["withdrawSupportNotice"]["notice"]["givenOn"], Value::Null);
        director.expect_error_with(withdraw, ids.clone(), "CONFLICT").await;
        let early = record.replace("2026-06-30", "2025-12-31");
        let refusal = director.expect_error_with(&early, ids.clone(), "INVALID").await;
        assert_eq!(refusal.message, "on: 2025-12-31 lies before the contract began on 2026-01-01");

        let delete = "mutation($id: ID!) { removeSupportContract(id: $id) }";
        assert_eq!(director.query_with(delete, ids.clone()).await["removeSupportContract"], contract);
        director.expect_error_with(delete, ids, "NOT_FOUND").await;
        let data = director.query(r#"{ asset(tag: "T0") { supportContracts { number } } }"#).await;
        assert_eq!(data["asset"]["supportContracts"], json!([]));
    });
}

#[test]
fn signing_support_twice_with_one_key_signs_once() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        let text = "mutation($input: NewSupportContract!) {
            signSupportContract(input: $input, idempotencyKey: \"k\") { id }
        }";
        let variables = json!({ "input": a_contract("S1", &vendor, &[]) });
        let first = app.director().query_with(text, variables.clone()).await;
        assert_eq!(first, app.director().query_with(text, variables).await);
    });
}

#[test]
fn support_prices_are_for_those_who_may_see_them() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        sign(app, a_contract("S1", &vendor, &[])).await;
        let text = r#"{ supportContract(number: "S1") {
            charge { amount } chargeHidden annualCost { cost { amount } } annualCostHidden
        } }"#;
        let data = app.architect().query(text).await;
        assert_eq!(
            data["supportContract"],
            json!({ "charge": null, "chargeHidden": true, "annualCost": null, "annualCostHidden": true })
        );
        let filter = r#"{ supportContracts(filter: { charge: { gt: "100" } }) { totalCount } }"#;
        app.architect().expect_error(filter, "FORBIDDEN").await;
        assert_eq!(app.finance().query(filter).await["supportContracts"]["totalCount"], 1);
        app.viewer().expect_error("{ supportContracts { totalCount } }", "FORBIDDEN").await;
        app.finance()
            .expect_error_with(SIGN, json!({ "input": a_contract("S2", &vendor, &[]) }), "FORBIDDEN")
            .await;
    });
}
