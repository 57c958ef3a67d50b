//! Bad data of contracts: each kind is refused by field and rule, or taken and flagged.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{SIGN, a_contract, a_site, a_vendor, deployments, sign, support, with};

const FINDINGS: &str = r#"query($number: String!, $asOf: Date) { colocationContract(number: $number) {
    findings(asOf: $asOf) { field value rule severity affects { amount currency } } } }"#;

/// `severity field value: rule (affects)` of every finding.
async fn findings(app: &TestApp, number: &str, as_of: &str) -> Vec<String> {
    let arguments = json!({ "number": number, "asOf": as_of });
    let data = app.finance().query_with(FINDINGS, arguments).await;
    let found = data["colocationContract"]["findings"].as_array().unwrap().iter();
    let line = |it: &Value| {
        let affects =
            it["affects"]["amount"].as_str().map(|amount| format!(" ({amount})")).unwrap_or_default();
        format!("{} {} {}: {}{affects}", it["severity"], it["field"], it["value"], it["rule"])
            .replace('"', "")
    };
    found.map(line).collect()
}

fn charge(kind: &str, details: &Value) -> Value {
    json!({ "kind": kind, "unitPrice": "100", "quantity": "10", "details": details })
}

#[test]
fn what_cannot_be_meant_is_refused() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let metered = |metering: Value| json!({ "charges": [charge("POWER_METERED", &json!({ "metering": metering }))] });
        let mut found = Vec::new();
        for change in [
            // Notice longer than the term.
            json!({ "notice": { "minimum": 400 } }),
            // 3 that means 3 %.
            json!({ "charges": [charge("SPACE_KW", &json!({ "escalator": { "kind": "FIXED", "rate": "3" } }))] }),
            // A power usage effectiveness below 1.
            metered(json!({ "powerUsageEffectivenessContractual": "0.9" })),
            // More than all of it waived.
            json!({ "charges": [charge("SPACE_KW", &json!({
                "abatements": [{ "fromContractMonth": 0, "months": 2, "rate": "1.2" }] }))] }),
            // Overage of what has no commitment, and terms that cannot be meant.
            json!({ "charges": [charge("SPACE_CABINET", &json!({ "overage": { "multiplier": "1.5" } }))] }),
            json!({ "charges": [charge("SPACE_KW", &json!({ "overage": { "multiplier": "0" } }))] }),
            json!({ "charges": [charge("SPACE_KW", &json!({ "overage": { "multiplier": "1", "bufferRate": "5" } }))] }),
        ] {
            let input = json!({ "input": with(a_contract("X", &vendor, &[&site]), &change) });
            let refusal = app.director().expect_error_with(SIGN, input, "INVALID").await;
            found.push(format!("{} | {}", refusal.field, refusal.message));
        }
        insta::assert_snapshot!(found.join("\n"), @r#"
        notice.minimum | notice.minimum: 400 is refused: notice is not longer than the term
        charges[0].escalator.rate | charges[0].escalator.rate: 3 is refused: a rate is a fraction: 0.03 is 3 %
        charges[0].metering.powerUsageEffectivenessContractual | charges[0].metering.powerUsageEffectivenessContractual: 0.9 is refused: a power usage effectiveness is not below 1
        charges[0].abatements[0].rate | charges[0].abatements[0].rate: 1.2 is refused: the waived share is between 0 and 1
        charges[0].overage | charges[0].overage: is refused: only SPACE_KW has a commitment that can be passed
        charges[0].overage.multiplier | charges[0].overage.multiplier: multiplier "0" is not usable: a multiplier is above 0
        charges[0].overage.bufferRate | charges[0].overage.bufferRate: buffer "5" is not usable: a buffer is a fraction between 0 and 1: 0.05 is 5 %
        "#);
    });
}

#[test]
fn what_is_suspicious_in_a_contract_is_flagged() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let change = json!({
            // The end is not the start plus the term.
            "term": { "statedEndOn": "2027-01-15" },
            // Nobody answers for it.
            "details": { "owner": null },
            "charges": [
                // A discount of 100 % for the whole term, and a price that falls.
                charge("SPACE_KW", &json!({ "abatements": [{ "fromContractMonth": 0, "months": 12, "rate": "1" }] })),
                charge("SPACE_CABINET", &json!({ "escalator": { "kind": "FIXED", "rate": "-0.03" } })),
                // Power by circuit and by meter.
                charge("POWER_CIRCUIT", &json!({})),
                charge("POWER_METERED", &json!({ "metering": {
                    "powerUsageEffectivenessContractual": "1.3", "minimumTakeRate": "0.7", "commitKilowatts": "100" } })),
            ],
        });
        sign(app, with(a_contract("ORD-1001", &vendor, &[&site]), &change)).await;
        sign(app, a_contract("ORD-1001-A", &vendor, &[&site])).await;
        insta::assert_snapshot!(findings(app, "ORD-1001", "2026-07-01").await.join("\n"), @r"
        WARNING term.statedEndOn 2027-01-15: differs from the start of billing plus the term, 2026-12-31 (2000.00)
        WARNING charges[0].abatements 1: all of the term is free: a discount of 100 % (1000.00)
        WARNING charges[1].escalator.rate -0.03: a negative rate lowers the price with every step (1000.00)
        WARNING charges POWER_CIRCUIT, POWER_METERED: power by circuit and by meter may be billed twice (1000.00)
        WARNING owner null: nobody answers for the contract (2000.00)
        WARNING number ORD-1001: the same as ORD-1001-A with this vendor, but for a suffix: recorded twice? (2000.00)
        ");
        insta::assert_snapshot!(findings(app, "ORD-1001-A", "2026-07-01").await.join("\n"), @"WARNING number ORD-1001-A: the same as ORD-1001 with this vendor, but for a suffix: recorded twice? (1000.00)");
    });
}

#[test]
fn what_does_not_fit_its_use_is_flagged() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let charges = json!([
            { "kind": "SPACE_KW", "unitPrice": "165", "quantity": "5" },
            { "kind": "POWER_CIRCUIT", "unitPrice": "450", "quantity": "2" },
            { "kind": "CROSS_CONNECT", "unitPrice": "300", "quantity": "1", "details": { "asset": retired(app, &site).await } },
        ]);
        let contract =
            sign(app, with(a_contract("C", &vendor, &[&site]), &json!({ "charges": charges }))).await;
        let deployment = deployments::a_deployment(app, &contract, "CAGE").await;
        let circuit = deployments::a_circuit(app, &deployment, "A1", "A").await;
        let data =
            app.director().query(r#"{ colocationContract(number: "C") { charges { id kind } } }"#).await;
        let of_circuit = data["colocationContract"]["charges"][1]["id"].clone();
        let text = r#"mutation($id: ID!, $charge: ID!) { updateColocationCircuit(id: $id, changes: {
            charge: $charge, returnedOn: "2026-06-15" }) { charge { kind } } }"#;
        app.director().query_with(text, json!({ "id": circuit, "charge": of_circuit })).await;
        // Seven kilowatts on a circuit that carries 6.24, and more than the five that are committed, for three months.
        for month in ["03", "04", "05", "06"] {
            let next = format!("2026-{:02}-01T00:00:00Z", month.parse::<u32>().unwrap() + 1);
            deployments::read(app, json!({ "deployment": deployment, "circuit": circuit, "endsAt": next,
                "startsAt": format!("2026-{month}-01T00:00:00Z"), "averageKilowatts": "6", "peakKilowatts": "7" }))
            .await;
        }
        insta::assert_snapshot!(findings(app, "C", "2026-07-01").await.join("\n"), @r"
        WARNING deployments[CAGE].circuits[A1].cabinet C01: the cabinet was given back and the circuit is billed (450.00)
        WARNING readings[2026-05] 6: more is drawn than committed for three months in a row (1725.00)
        WARNING charges[2].asset R-1: the device at its end is out of service and the connection is billed (300.00)
        WARNING deployments[CAGE].circuits[A1].readings[2026-03-01T00:00Z].kilowatts 7: more is drawn than the breaker of the circuit lets pass (450.00)
        ");
        // Prices are hidden from those who may not see them.
        let arguments = json!({ "number": "C", "asOf": "2026-07-01" });
        let data = app.architect().query_with(FINDINGS, arguments).await;
        let found = data["colocationContract"]["findings"].as_array().unwrap();
        assert!(found.iter().all(|finding| finding["affects"].is_null()), "{found:?}");
    });
}

#[test]
fn power_without_a_circuit_is_flagged() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let contract = sign(app, a_contract("C", &vendor, &[&site])).await;
        let deployment = deployments::a_deployment(app, &contract, "CAGE").await;
        deployments::read(
            app,
            json!({ "deployment": deployment, "startsAt": "2026-06-01T00:00:00Z",
            "endsAt": "2026-07-01T00:00:00Z", "kilowattHours": "720" }),
        )
        .await;
        insta::assert_snapshot!(findings(app, "C", "2026-07-01").await.join("\n"), @"WARNING readings[2026-06] 1: power is drawn and no circuit is recorded (1000.00)");
    });
}

/// An asset that was taken out of service, by its id.
async fn retired(app: &TestApp, site: &str) -> Value {
    let director = app.director();
    let text = "mutation { registerManufacturer(input: { name: \"Maker\" }) { id } }";
    let maker = director.query(text).await["registerManufacturer"]["id"].clone();
    let text = "mutation($input: NewHardwareModel!) { registerHardwareModel(input: $input) { id } }";
    let input = json!({ "manufacturer": maker, "name": "Router", "kind": "ROUTER" });
    let model =
        director.query_with(text, json!({ "input": input })).await["registerHardwareModel"]["id"].clone();
    let text = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
    let input =
        json!({ "tag": "R-1", "model": model, "placement": { "site": site }, "status": "IN_SERVICE" });
    let asset = director.query_with(text, json!({ "input": input })).await["registerAsset"]["id"].clone();
    let text = r#"mutation($id: ID!) { retireAsset(id: $id, on: "2026-05-31") { status } }"#;
    director.query_with(text, json!({ "id": asset })).await;
    asset
}

#[test]
fn blank_names_are_no_names() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let blank = json!({ "details": { "owner": "  ", "masterAgreement": "" } });
        let contract = sign(app, with(a_contract("C", &vendor, &[&site]), &blank)).await;
        let text = r#"{ colocationContract(number: "C") { owner masterAgreement } }"#;
        let nothing = json!({ "owner": null, "masterAgreement": null });
        assert_eq!(app.architect().query(text).await["colocationContract"], nothing);
        let change =
            r#"mutation($id: ID!) { updateColocationContract(id: $id, changes: { owner: " " }) { owner } }"#;
        let data = app.director().query_with(change, json!({ "id": contract })).await;
        assert_eq!(data["updateColocationContract"]["owner"], Value::Null);
        let found = findings(app, "C", "2026-07-01").await.join("\n");
        assert!(found.contains("owner null: nobody answers for the contract (1000.00)"), "{found}");
        let text = r#"mutation($input: NewSupportContract!) { signSupportContract(input: $input) { owner
            findings { field affects { amount } } } }"#;
        let input = with(support::a_contract("S", &vendor, &[]), &json!({ "details": { "owner": "" } }));
        let data = app.director().query_with(text, json!({ "input": input })).await;
        let finding = json!({ "field": "owner", "affects": { "amount": "250.00" } });
        assert_eq!(data["signSupportContract"], json!({ "owner": null, "findings": [finding] }));
    });
}

#[test]
fn more_than_is_committed_and_more_than_all_breakers_carry_is_flagged() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let metered = |minimum: Value| {
            json!({ "kind": "POWER_METERED", "unitPrice": "0.1", "details": { "metering": {
                "averageKilowatts": "5", "powerUsageEffectivenessContractual": "1.3", "minimumTakeRate": minimum,
                "commitKilowatts": "10" } } })
        };
        let charges = json!([
            { "kind": "SPACE_KW", "unitPrice": "165", "quantity": "10" },
            metered(json!("1")),
            metered(json!(null)),
        ]);
        let contract =
            sign(app, with(a_contract("C", &vendor, &[&site]), &json!({ "charges": charges }))).await;
        let deployment = deployments::a_deployment(app, &contract, "CAGE").await;
        deployments::a_circuit(app, &deployment, "A1", "A").await;
        let change = r#"mutation($id: ID!) { updateColocationDeployment(id: $id, changes: { commitKilowatts: "5000" }) { id } }"#;
        app.director().query_with(change, json!({ "id": deployment })).await;
        let read = json!({ "deployment": deployment, "startsAt": "2026-06-01T00:00:00Z",
            "endsAt": "2026-06-01T01:00:00Z", "averageKilowatts": "50" });
        deployments::read(app, read).await;
        insta::assert_snapshot!(findings(app, "C", "2026-07-01").await.join("\n"), @r"
        WARNING charges POWER_METERED, POWER_METERED: a minimum take and the metered energy may both be billed, where the larger of them is due (1450.80)
        WARNING deployments[CAGE].readings[2026-06-01T00:00Z].kilowatts 50: more is drawn than the breakers of all circuits let pass together (1650.00)
        WARNING deployments[CAGE].commitKilowatts 5000: the contract commits to 10 kilowatts (1650.00)
        ");
    });
}

#[test]
fn a_contract_for_no_site_is_flagged() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let contract = sign(app, a_contract("C", &vendor, &[])).await;
        let lacking = "WARNING sites null: a contract without sites is for no place, and no site shows what it costs (1000.00)";
        assert_eq!(findings(app, "C", "2026-07-01").await, [lacking]);
        let assign =
            "mutation($id: ID!, $site: ID!) { assignContractSite(contract: $id, site: $site) { id } }";
        app.director().query_with(assign, json!({ "id": contract, "site": site })).await;
        assert!(findings(app, "C", "2026-07-01").await.is_empty());
    });
}

#[test]
fn kilowatts_of_what_is_not_sold_by_them_are_refused() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let mut found = Vec::new();
        for charge in [
            charge("SPACE_CABINET", &json!({ "peakKilowatts": "50" })),
            charge("CROSS_CONNECT", &json!({ "ramp": [{ "fromContractMonth": 0, "kilowatts": "5" }] })),
        ] {
            let input =
                json!({ "input": with(a_contract("X", &vendor, &[&site]), &json!({ "charges": [charge] })) });
            found.push(app.director().expect_error_with(SIGN, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        charges[0].peakKilowatts: is refused of SPACE_CABINET: only SPACE_KW is billed by the kilowatt
        charges[0].ramp: is refused of CROSS_CONNECT: it is in kilowatts, which only SPACE_KW and POWER_METERED have
        ");
    });
}
