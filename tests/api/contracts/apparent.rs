//! Commitments of power in kilovolt-amperes, which a power factor makes kilowatts of.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor,
    deployments::{a_deployment, read},
    golden::examples,
    id, shown, sign, with,
};

/// 125 kVA at a power factor of 0.8 are the 100 kW of the worked examples, and 132 a kVA their 165 a kW.
async fn a_signed_contract(app: &TestApp, details: &Value, more: &[Value]) -> String {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let details = with(json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.8" }), details);
    let space = json!({ "kind": "SPACE_KW", "unitPrice": "132", "quantity": "125", "details": details });
    let charges: Vec<_> = std::iter::once(space).chain(more.iter().cloned()).collect();
    sign(app, with(a_contract("M", &vendor, &[&site]), &json!({ "charges": charges }))).await
}

async fn a_month(app: &TestApp, contract: &str, peak: &str) -> Value {
    let deployment = a_deployment(app, contract, "CAGE").await;
    let january = json!({ "deployment": deployment, "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2026-02-01T00:00:00Z", "kilowattHours": "46128", "peakKilowatts": peak });
    read(app, january).await;
    let text = r#"{ colocationContract(number: "M") {
        charges { quantity powerUnit powerFactor kilowatts kilovoltAmperes metering { commitKilowatts commitKilovoltAmperes } }
        capacity(on: "2026-01-31") { committed { value } paidUnused { value } explain { assumptions } }
        powerMonth(month: "2026-01") { reason figures { committedKilowatts committedCost { amount }
            energy { cost { amount } } overage { committedKilowatts peakKilowatts cost { amount } } } } } }"#;
    app.finance().query(text).await["colocationContract"].clone()
}

#[test]
fn a_commitment_in_kilovolt_amperes_is_priced_in_them_and_held_against_kilowatts() {
    for (basis, golden) in [("ABOVE_BUFFER", "1.overage"), ("ABOVE_COMMITMENT", "1.overage_all_above_commit")]
    {
        on_both_engines(async |app| {
            let overage = json!({ "bufferRate": "0.05", "multiplier": "1.5", "basis": basis });
            let metering = json!({ "averageKilowatts": "50", "powerUsageEffectivenessMeasured": "1.42",
                "powerUsageEffectivenessCap": "1.35", "minimumTakeRate": "0.7", "commitKilovoltAmperes": "125" });
            let metered = json!({ "kind": "POWER_METERED", "unitPrice": "0.085", "details": {
                "metering": metering, "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.8" } });
            let contract = a_signed_contract(app, &json!({ "overage": overage }), &[metered]).await;
            let found = a_month(app, &contract, "112").await;
            assert_eq!(
                found["charges"],
                json!([
                    { "quantity": "125", "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.8", "kilowatts": "100",
                      "kilovoltAmperes": "125", "metering": null },
                    { "quantity": "50", "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.8", "kilowatts": null,
                      "kilovoltAmperes": null,
                      "metering": { "commitKilowatts": "100", "commitKilovoltAmperes": "125" } },
                ])
            );
            let capacity = &found["capacity"];
            assert_eq!(capacity["committed"]["value"], "100");
            assert_eq!(capacity["paidUnused"]["value"], "38", "100 kW less 62 on average");
            let said = capacity["explain"]["assumptions"].to_string();
            let words = "charge 1 is stated in kVA: times its power factor of 0.8 it is the committed kW";
            assert!(said.contains(words), "{said}");
            let (month, examples) = (&found["powerMonth"]["figures"], examples());
            assert_eq!(month["committedKilowatts"], "100");
            assert_eq!(month["committedCost"]["amount"], "16500.00", "125 kVA at 132");
            assert_eq!(month["energy"][0]["cost"]["amount"], examples["1.meter.energy_min_take"]);
            let passed = json!({ "committedKilowatts": "100", "peakKilowatts": "112", "cost": { "amount": examples[golden] } });
            assert_eq!(month["overage"], json!([passed]));
        });
    }
}

#[test]
fn a_ramp_and_the_higher_of_commitment_and_peak_are_in_the_unit_of_the_charge() {
    on_both_engines(async |app| {
        let ramp = json!([{ "fromContractMonth": 0, "kilovoltAmperes": "50" },
                          { "fromContractMonth": 6, "kilovoltAmperes": "125" }]);
        // 60 kW are 75 kVA, more than the first step.
        a_signed_contract(app, &json!({ "ramp": ramp, "peakKilowatts": "60" }), &[]).await;
        let text = r#"{ colocationContract(number: "M") {
            charges { peakKilowatts ramp { fromContractMonth kilowatts kilovoltAmperes } }
            monthlyCost(from: "2026-01", months: 12) { months { total { amount } } }
            first: capacity(on: "2026-01-31") { committed { value } }
            last: capacity(on: "2026-12-31") { committed { value } } } }"#;
        let found = app.finance().query(text).await["colocationContract"].clone();
        assert_eq!(
            found["charges"][0],
            json!({ "peakKilowatts": "60", "ramp": [
                { "fromContractMonth": 0, "kilowatts": "40", "kilovoltAmperes": "50" },
                { "fromContractMonth": 6, "kilowatts": "100", "kilovoltAmperes": "125" },
            ] })
        );
        let month = |place: usize| &found["monthlyCost"]["months"][place]["total"]["amount"];
        assert_eq!((month(0), month(11)), (&json!("9900.00"), &json!("16500.00")));
        assert_eq!(
            (&found["first"]["committed"]["value"], &found["last"]["committed"]["value"]),
            (&json!("40"), &json!("100"))
        );
        let text = r#"{ contractCalendar(from: "2026-06-01", to: "2026-08-01", kinds: [RAMP_STEP], asOf: "2026-06-01") {
            events { reason } } }"#;
        let events = app.finance().query(text).await["contractCalendar"]["events"].clone();
        let reason = "125 kVA (100 kW) are committed from contract month 6 on, 50 before";
        assert_eq!(events, json!([{ "reason": reason }]));
    });
}

#[test]
fn a_deployment_may_commit_in_kilovolt_amperes() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app, &json!({}), &[]).await;
        let text = "mutation($input: NewColocationDeployment!) { addColocationDeployment(input: $input) {
            commitKilowatts commitKilovoltAmperes
            capacity(on: \"2026-01-31\") { committed { value } explain { inputs { name value } } } } }";
        let sound = json!({ "contract": contract, "name": "CAGE", "powerFactor": "0.9", "commitKilovoltAmperes": "60" });
        let data = app.director().query_with(text, json!({ "input": sound })).await;
        let added = &data["addColocationDeployment"];
        assert_eq!(
            (&added["commitKilowatts"], &added["commitKilovoltAmperes"]),
            (&json!("54"), &json!("60"))
        );
        assert_eq!(added["capacity"]["committed"]["value"], "54");
        let inputs = added["capacity"]["explain"]["inputs"].to_string();
        assert!(inputs.contains(r#"{"name":"committed kVA","value":"60"}"#), "{inputs}");
        let mut found = Vec::new();
        for change in [
            json!({ "commitKilowatts": "54" }),
            json!({ "powerFactor": null }),
            json!({ "commitKilovoltAmperes": "-1" }),
        ] {
            let input = json!({ "input": with(with(sound.clone(), &json!({ "name": "ROW" })), &change) });
            found.push(app.director().expect_error_with(text, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        commitKilovoltAmperes: is given, and so are kilowatts; leave one of them out
        powerFactor: is missing: a commitment in kilovolt-amperes is one in kilowatts by a power factor
        commitKilovoltAmperes: -1 is below 0
        ");
    });
}

const ADD: &str = "mutation($contract: ID!, $input: NewColocationCharge!) {
    addColocationCharge(contract: $contract, input: $input) { id } }";

#[test]
fn a_unit_and_its_power_factor_belong_together() {
    on_both_engines(async |app| {
        let contract = a_signed_contract(app, &json!({}), &[]).await;
        let mut found = Vec::new();
        let step = |field: &str| json!([{ "fromContractMonth": 0, field: "5" }]);
        for (kind, details) in [
            ("SPACE_KW", json!({ "powerUnit": "KILOVOLT_AMPERE" })),
            ("SPACE_KW", json!({ "powerFactor": "0.9" })),
            ("SPACE_KW", json!({ "powerUnit": "KILOWATT", "powerFactor": "0.9" })),
            ("SPACE_KW", json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0" })),
            ("SPACE_KW", json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "95" })),
            ("BANDWIDTH", json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.9" })),
            (
                "SPACE_KW",
                json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.9", "ramp": step("kilowatts") }),
            ),
            ("SPACE_KW", json!({ "ramp": step("kilovoltAmperes") })),
            ("POWER_METERED", json!({ "metering": { "commitKilovoltAmperes": "5" } })),
            (
                "POWER_METERED",
                json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.9",
                "metering": { "powerUsageEffectivenessContractual": "1.3", "commitKilowatts": "5" } }),
            ),
        ] {
            let input = json!({ "kind": kind, "unitPrice": "1", "quantity": "5", "details": details });
            let input = json!({ "contract": contract, "input": input });
            found.push(app.director().expect_error_with(ADD, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        powerFactor: is missing: a charge that is stated in KILOVOLT_AMPERE has one, above 0 and at most 1
        powerFactor: 0.9 is refused: only a charge that is stated in KILOVOLT_AMPERE has one
        powerFactor: 0.9 is refused: only a charge that is stated in KILOVOLT_AMPERE has one
        powerFactor: 0 is refused: a power factor is above 0 and at most 1
        powerFactor: 95 is refused: a power factor is above 0 and at most 1
        powerUnit: is refused of BANDWIDTH: only SPACE_KW and POWER_METERED commit to power
        ramp[0].kilowatts: is refused: the charge is stated in kilovolt-amperes
        ramp[0].kilovoltAmperes: is refused: the charge is stated in kilowatts
        metering.commitKilovoltAmperes: 5 is refused: only a charge that is stated in KILOVOLT_AMPERE commits to them
        metering.commitKilowatts: 5 is refused: the charge is stated in KILOVOLT_AMPERE, so its commitment is too
        ");
        let input = json!({ "kind": "SPACE_KW", "unitPrice": "1", "quantity": "5" });
        let charge = app.director().query_with(ADD, json!({ "contract": contract, "input": input })).await;
        let charge = id(&charge["addColocationCharge"]);
        let text = "mutation($id: ID!, $changes: ColocationChargeChanges!) {
            updateColocationCharge(id: $id, changes: $changes) { quantity kilowatts kilovoltAmperes } }";
        let unit = json!({ "powerUnit": "KILOVOLT_AMPERE", "powerFactor": "0.9" });
        let alone = json!({ "id": charge, "changes": unit });
        let refusal = app.director().expect_error_with(text, alone, "INVALID").await;
        assert_eq!(refusal.field, "powerUnit", "the figures would mean something else in silence");
        let anew =
            json!({ "id": charge, "changes": with(unit, &json!({ "quantity": "10", "unitPrice": "1" })) });
        let data = app.director().query_with(text, anew.clone()).await;
        insta::assert_snapshot!(shown(&data["updateColocationCharge"]), @r#"
        kilovoltAmperes: "10"
        kilowatts: "9"
        quantity: "10"
        "#);
        app.architect().expect_error_with(text, anew, "FORBIDDEN").await;
    });
}
