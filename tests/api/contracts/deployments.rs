//! Power as it is stored: deployments, circuits, readings, and what follows from them.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor,
    golden::{examples, sign_c1},
    id, sign, with,
};

async fn change(app: &TestApp, field: &str, kind: &str, input: Value) -> String {
    let text = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ id }} }}");
    id(&app.director().query_with(&text, json!({ "input": input })).await[field])
}

/// Adds a deployment that neither the contract caps nor the cooling limits, with a power factor of 0.95.
pub async fn a_deployment(app: &TestApp, contract: &str, name: &str) -> String {
    let input = json!({ "contract": contract, "name": name, "drawIsNotCapped": true, "coolingIsNotLimited": true,
        "powerFactor": "0.95" });
    change(app, "addColocationDeployment", "NewColocationDeployment", input).await
}

fn circuit(deployment: &str, reference: &str, cabinet: &str, feed: Option<&str>) -> Value {
    json!({ "deployment": deployment, "reference": reference, "cabinet": cabinet, "feed": feed,
        "volts": "208", "amperes": "30", "phases": 1, "derate": "0.8" })
}

pub async fn a_circuit(app: &TestApp, deployment: &str, reference: &str, feed: &str) -> String {
    let input = circuit(deployment, reference, "C01", Some(feed));
    change(app, "addColocationCircuit", "NewColocationCircuit", input).await
}

/// Records a reading in a later year, when every period that tests speak of is over.
pub async fn read(app: &TestApp, input: Value) -> String {
    let text = "mutation($input: NewColocationReading!) { recordColocationReading(input: $input) { id } }";
    let later = app.director().at("2027-07-01T09:00:00Z".parse().unwrap());
    id(&later.query_with(text, json!({ "input": input })).await["recordColocationReading"])
}

const STORED: &str = r#"query($on: Date) { colocationContract(number: "C1") {
    capacity(on: $on) { nameplate { value reason } usable { value reason } protected { value reason }
        committed { value reason } drawn { value reason } effectiveLimit { value reason } binding
        headroom { value reason } paidUnused { value reason } circuits { name steadyAmperes { value } }
        explain { formula estimated } }
    headroom(asOf: $on) { value reason } paidUnused(asOf: $on) { value reason }
    deployments { name circuits { reference } capacity(on: $on) { drawn { value reason } }
        headroom(asOf: $on) { value reason } paidUnused(asOf: $on) { value reason } }
} }"#;

async fn stored(app: &TestApp, on: &str) -> Value {
    app.architect().query_with(STORED, json!({ "on": on })).await["colocationContract"].clone()
}

/// A figure as the worked example writes it.
fn number(value: &Value) -> Value {
    json!(value.as_str().unwrap().parse::<f64>().unwrap())
}

#[test]
fn stored_circuits_give_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let examples = examples();
        for (name, volts, amperes, phases, derate, expected) in [
            ("ONE", "208", "30", 1, "0.8", "1.power.1ph_208_30_80_kVA"),
            ("THREE", "208", "30", 3, "0.8", "1.power.3ph_208_30_80_kVA"),
            ("EUROPE", "415", "32", 3, "1", "1.power.3ph_415_32_100_kVA"),
        ] {
            let deployment = a_deployment(app, &contract, name).await;
            let change_of = json!({ "volts": volts, "amperes": amperes, "phases": phases, "derate": derate });
            let input = with(circuit(&deployment, "1", "C", Some("A")), &change_of);
            change(app, "addColocationCircuit", "NewColocationCircuit", input).await;
            let text =
                r#"query($id: ID!) { colocationDeployment(id: $id) { capacity { usable { value } } } }"#;
            let data = app.architect().query_with(text, json!({ "id": deployment })).await;
            assert_eq!(
                number(&data["colocationDeployment"]["capacity"]["usable"]["value"]),
                examples[expected]
            );
        }
        let pair = a_deployment(app, &contract, "PAIR").await;
        a_circuit(app, &pair, "A1", "A").await;
        a_circuit(app, &pair, "B1", "B").await;
        let text = r#"query($id: ID!) { colocationDeployment(id: $id) { capacity {
            usable { value } protected { value } circuits { name steadyAmperes { value } } } } }"#;
        let data = app.architect().query_with(text, json!({ "id": pair })).await;
        let capacity = &data["colocationDeployment"]["capacity"];
        assert_eq!(number(&capacity["usable"]["value"]), examples["1.power.AB_naive_sum_kVA"]);
        assert_eq!(number(&capacity["protected"]["value"]), examples["1.power.AB_protected_kVA"]);
        for circuit in capacity["circuits"].as_array().unwrap() {
            assert_eq!(number(&circuit["steadyAmperes"]["value"]), examples["1.power.AB_max_amps_per_feed"]);
        }
    });
}

#[test]
fn the_peak_is_that_of_one_moment() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let nothing = stored(app, "2026-08-31").await;
        assert_eq!(nothing["headroom"], json!({ "value": null, "reason": "NO_CIRCUITS" }));
        assert_eq!(nothing["paidUnused"], json!({ "value": null, "reason": "NO_READINGS" }));
        assert_eq!(nothing["capacity"]["committed"]["value"], "100");

        let deployment = a_deployment(app, &contract, "CAGE").await;
        let (a, b) =
            (a_circuit(app, &deployment, "A1", "A").await, a_circuit(app, &deployment, "B1", "B").await);
        // Only the peaks of single circuits: they may not be at one moment.
        for circuit in [&a, &b] {
            let month = json!({ "deployment": deployment, "circuit": circuit, "startsAt": "2026-07-01T00:00:00Z",
                "endsAt": "2026-08-01T00:00:00Z", "peakKilowatts": "3" });
            read(app, month).await;
        }
        let peaks = stored(app, "2026-08-31").await;
        assert_eq!(peaks["capacity"]["drawn"], json!({ "value": null, "reason": "PEAKS_NOT_COINCIDENT" }));
        let quarter = |circuit: &str, minute: u32, kilowatts: &str| {
            json!({ "deployment": deployment, "circuit": circuit, "averageKilowatts": kilowatts,
                "startsAt": format!("2026-08-01T00:{minute:02}:00Z"),
                "endsAt": format!("2026-08-01T00:{:02}:00Z", minute + 15) })
        };
        for (minute, at_a, at_b) in [(0, "2.5", "0.5"), (15, "0.5", "2"), (30, "1.5", "1.75")] {
            read(app, quarter(&a, minute, at_a)).await;
            read(app, quarter(&b, minute, at_b)).await;
        }
        let found = stored(app, "2026-08-31").await;
        // 1.5 and 1.75 at one moment; the highest of each, 2.5 and 2, never met.
        assert_eq!(found["capacity"]["drawn"]["value"], "3.25");
        // 4.992 less 3.25 / 0.95.
        assert_eq!(found["headroom"]["value"], "1.571");
        // 100 committed less (3 + 2.5 + 3.25) / 3.
        assert_eq!(found["paidUnused"]["value"], "97.083");
        assert_eq!(found["deployments"][0]["headroom"], found["headroom"]);
        assert_eq!(
            found["deployments"][0]["circuits"],
            json!([{ "reference": "A1" }, { "reference": "B1" }])
        );
        // Readings of later days are not known yet.
        assert_eq!(stored(app, "2026-07-31").await["capacity"]["drawn"]["reason"], "PEAKS_NOT_COINCIDENT");

        // A meter of the whole deployment has the peak of one moment itself.
        let whole = json!({ "deployment": deployment, "startsAt": "2026-08-01T00:00:00Z", "endsAt": "2026-09-01T00:00:00Z",
            "peakKilowatts": "3.8", "kilowattHours": "1488" });
        read(app, whole).await;
        let found = stored(app, "2026-08-31").await;
        assert_eq!(found["capacity"]["drawn"]["value"], "3.8");
        assert_eq!(found["paidUnused"]["value"], "98");
    });
}

#[test]
fn deployments_add_up() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        for name in ["CAGE", "ROW"] {
            let deployment = a_deployment(app, &contract, name).await;
            for (reference, feed) in [("A1", "A"), ("B1", "B")] {
                let circuit = a_circuit(app, &deployment, reference, feed).await;
                let hour = json!({ "deployment": deployment, "circuit": circuit, "startsAt": "2026-08-01T00:00:00Z",
                    "endsAt": "2026-08-01T01:00:00Z", "averageKilowatts": "1.5" });
                read(app, hour).await;
            }
        }
        let found = stored(app, "2026-08-31").await;
        assert_eq!(found["capacity"]["protected"]["value"], "9.984");
        assert_eq!(found["capacity"]["drawn"]["value"], "6");
        assert_eq!(found["paidUnused"]["value"], "94");
        let of_parts = &found["deployments"][0];
        assert_eq!(of_parts["paidUnused"], json!({ "value": null, "reason": "NO_COMMITMENT" }));
        let circuits = found["capacity"]["circuits"].as_array().unwrap();
        assert_eq!(circuits.len(), 4);
        // A circuit that was given back is not there any more.
        let list = "{ colocationCircuits(filter: { reference: { eq: \"B1\" } }) { nodes { id deployment { name } } } }";
        let circuits = app.architect().query(list).await["colocationCircuits"]["nodes"].clone();
        let text = r#"mutation($id: ID!) { updateColocationCircuit(id: $id, changes: { returnedOn: "2026-08-15" }) {
            returnedOn } }"#;
        app.director().query_with(text, json!({ "id": circuits[0]["id"] })).await;
        let found = stored(app, "2026-08-31").await;
        assert_eq!(found["capacity"]["protected"]["value"], "4.992");
        assert_eq!(stored(app, "2026-08-14").await["capacity"]["protected"]["value"], "9.984");
    });
}

const MONTH: &str = r#"query($month: Month!) { colocationContract(number: "M") { powerMonth(month: $month) { month reason figures {
    hours drawnKilowattHours averageKilowatts peak { value reason } committedKilowatts committedCost { amount }
    energy { charge { kind } billedKilowattHours powerUsageEffectiveness cost { amount } }
    overage { committedKilowatts peakKilowatts cost { amount } }
    total { amount } perCommittedKilowatt { amount } perDrawnKilowatt { amount } explain { formula estimated } } } } }"#;

/// A contract of 100 kW at a price, with metered energy at 0.085, and a deployment that drew 62 kW in January.
async fn metered(app: &TestApp, price: &str, metering: Value, overage: Value, peak: Option<&str>) -> Value {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let metering = with(
        json!({ "averageKilowatts": "50", "powerUsageEffectivenessMeasured": "1.42", "commitKilowatts": "100" }),
        &metering,
    );
    let mut charges = json!([
        { "kind": "SPACE_KW", "unitPrice": price, "quantity": "100", "details": { "overage": overage } },
    ]);
    if peak.is_none() {
        let energy =
            json!({ "kind": "POWER_METERED", "unitPrice": "0.085", "details": { "metering": metering } });
        charges.as_array_mut().unwrap().push(energy);
    }
    let input = with(a_contract("M", &vendor, &[&site]), &json!({ "charges": charges }));
    let contract = sign(app, input).await;
    let deployment = a_deployment(app, &contract, "CAGE").await;
    let january = json!({ "deployment": deployment, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-02-01T00:00:00Z",
        "kilowattHours": "46128", "peakKilowatts": peak });
    read(app, january).await;
    let data = app.finance().query_with(MONTH, json!({ "month": "2026-01" })).await;
    data["colocationContract"]["powerMonth"]["figures"].clone()
}

#[test]
fn metered_energy_costs_what_the_worked_example_says() {
    for (metering, id) in [
        (json!({ "powerUsageEffectivenessCap": "1.35" }), "1.meter.energy_capped"),
        (json!({}), "1.meter.energy_uncapped"),
        (
            json!({ "powerUsageEffectivenessCap": "1.35", "minimumTakeRate": "0.7" }),
            "1.meter.energy_min_take",
        ),
    ] {
        on_both_engines(async |app| {
            let month = metered(app, "110", metering.clone(), Value::Null, None).await;
            let (examples, energy) = (examples(), &month["energy"][0]);
            assert_eq!(month["drawnKilowattHours"], examples["1.meter.kwh"]);
            assert_eq!(energy["cost"]["amount"], examples[id], "{id}");
            match id {
                "1.meter.energy_capped" => {
                    assert_eq!(month["total"]["amount"], examples["1.meter.total"]);
                    assert_eq!(number(&energy["powerUsageEffectiveness"]), examples["1.pue"]);
                    assert_eq!(month["perDrawnKilowatt"]["amount"], examples["1.meter.eff_per_kw_drawn"]);
                    assert_eq!(
                        month["perCommittedKilowatt"]["amount"],
                        examples["1.meter.eff_per_kw_committed"]
                    );
                    assert_eq!(month["averageKilowatts"], "62");
                    let later = app.finance().query_with(MONTH, json!({ "month": "2026-02" })).await;
                    let later = &later["colocationContract"]["powerMonth"];
                    assert_eq!(later["figures"], Value::Null);
                    assert_eq!(later["reason"], "a meter was not read for all of the month");
                    app.architect()
                        .expect_error_with(MONTH, json!({ "month": "2026-01" }), "FORBIDDEN")
                        .await;
                }
                "1.meter.energy_min_take" => {
                    let billed = number(&energy["billedKilowattHours"]);
                    let expected: f64 =
                        examples["1.meter.min_take_70pct_kwh"].as_str().unwrap().parse().unwrap();
                    assert_eq!(billed, json!(expected));
                }
                _ => {}
            }
        });
    }
}

#[test]
fn overage_costs_what_the_worked_example_says() {
    for (basis, id) in [("ABOVE_BUFFER", "1.overage"), ("ABOVE_COMMITMENT", "1.overage_all_above_commit")] {
        on_both_engines(async |app| {
            let overage = json!({ "bufferRate": "0.05", "multiplier": "1.5", "basis": basis });
            let month = metered(app, "165", json!({}), overage, Some("112")).await;
            assert_eq!(month["overage"][0]["cost"]["amount"], examples()[id]);
            assert_eq!(month["overage"][0]["peakKilowatts"], "112");
        });
    }
}

#[test]
fn what_cannot_be_is_refused() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let deployment = a_deployment(app, &contract, "CAGE").await;
        let circuit_id = a_circuit(app, &deployment, "A1", "A").await;
        let other = a_deployment(app, &contract, "ROW").await;
        let mut found = Vec::new();
        let mut refuse = async |field: &str, kind: &str, input: Value| {
            let text = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ id }} }}");
            let refusal = app.director().expect_error_with(&text, json!({ "input": input }), "INVALID").await;
            found.push(refusal.message);
        };
        let sound = json!({ "contract": contract, "name": "X" });
        for change in [
            json!({ "name": "CAGE" }),
            json!({ "name": " " }),
            json!({ "drawCapKilovoltAmperes": "-1" }),
            json!({ "drawCapKilovoltAmperes": "1", "drawIsNotCapped": true }),
            json!({ "powerFactor": "95" }),
        ] {
            refuse("addColocationDeployment", "NewColocationDeployment", with(sound.clone(), &change)).await;
        }
        let sound = circuit(&deployment, "X", "C01", None);
        for change in [
            json!({ "reference": "A1" }),
            json!({ "cabinet": "" }),
            json!({ "phases": 2 }),
            json!({ "volts": "0" }),
            json!({ "amperes": "-30" }),
            json!({ "derate": "80" }),
            json!({ "billedFromOn": "2026-02-01", "billedToOn": "2026-01-31" }),
        ] {
            refuse("addColocationCircuit", "NewColocationCircuit", with(sound.clone(), &change)).await;
        }
        let sound = json!({ "deployment": deployment, "circuit": circuit_id, "startsAt": "2026-01-01T00:00:00Z",
            "endsAt": "2026-01-01T01:00:00Z", "averageKilowatts": "2" });
        read(app, sound.clone()).await;
        for change in [
            json!({}),
            json!({ "endsAt": "2026-01-01T00:00:00Z" }),
            json!({ "endsAt": "2027-01-01T00:00:00Z" }),
            json!({ "averageKilowatts": "-2" }),
            json!({ "averageKilowatts": null }),
            json!({ "peakKilowatts": "1" }),
            json!({ "deployment": other }),
        ] {
            refuse("recordColocationReading", "NewColocationReading", with(sound.clone(), &change)).await;
        }
        insta::assert_snapshot!(found.join("\n"), @r#"
        name: another colocation deployment already has it
        name: is blank
        drawCapKilovoltAmperes: -1 is below 0
        drawCapKilovoltAmperes: is given, and is said not to be there; leave one of them out
        powerFactor: 95 is refused: a power factor is above 0 and at most 1
        reference: another colocation circuit already has it
        cabinet: is blank
        phases: 2 is neither 1 nor 3
        volts: voltage "0" is not usable: a circuit has volts and amperes above 0
        amperes: amps "-30" is not usable: a circuit has volts and amperes above 0
        derate: derate "80" is not usable: a derate is a fraction above 0 and at most 1: 0.8 is 80 %
        billedToOn: 2026-01-31 lies before the first day billed on 2026-02-01
        startsAt: 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z is read already; correct that reading instead
        endsAt: 2026-01-01T00:00:00Z is not after the moment the period begins, 2026-01-01T00:00:00Z
        endsAt: 2027-01-01T00:00:00Z is more than 93 days after 2026-01-01T00:00:00Z: give a reading for each month
        averageKilowatts: -2 is below 0
        peakKilowatts: is missing, and so are averageKilowatts and kilowattHours: a reading has at least one
        peakKilowatts: 1 is below the average of 2
        circuit: the circuit A1 is not part of the deployment ROW
        "#);
    });
}

#[test]
fn what_others_rest_on_stays() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let deployment = a_deployment(app, &contract, "CAGE").await;
        let circuit_id = a_circuit(app, &deployment, "A1", "A").await;
        let hour = json!({ "deployment": deployment, "circuit": circuit_id, "startsAt": "2026-01-01T00:00:00Z",
            "endsAt": "2026-01-01T01:00:00Z", "averageKilowatts": "2" });
        read(app, hour).await;
        let remove = "mutation($id: ID!) { removeColocationDeployment(id: $id) }";
        let refusal = app.director().expect_error_with(remove, json!({ "id": deployment }), "CONFLICT").await;
        insta::assert_snapshot!(refusal.message, @"1 circuits and 1 readings are under the deployment CAGE, remove them first");
        let remove = "mutation($id: ID!) { removeColocationCircuit(id: $id) }";
        let refusal = app.director().expect_error_with(remove, json!({ "id": circuit_id }), "CONFLICT").await;
        insta::assert_snapshot!(refusal.message, @"1 readings of the circuit A1 are recorded; say when it was returned");
        let remove = "mutation($id: ID!) { removeColocationContract(id: $id) }";
        let refusal = app.director().expect_error_with(remove, json!({ "id": contract }), "CONFLICT").await;
        insta::assert_snapshot!(refusal.message, @"the contract C1 has the deployment CAGE; remove what rests on it first");
        let add =
            "mutation($input: NewColocationDeployment!) { addColocationDeployment(input: $input) { id } }";
        let input = json!({ "input": { "contract": contract, "name": "Y" } });
        app.architect().expect_error_with(add, input, "FORBIDDEN").await;
    });
}

#[test]
fn power_takes_as_many_statements_for_one_contract_as_for_ten() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text = r#"{ colocationContracts { nodes { headroom { value } paidUnused { value } capacity { usable { value } }
            powerMonth(month: "2026-01") { reason } deployments { name headroom { value } capacity { usable { value } } }
            findings { field } } } }"#;
        let mut counts = Vec::new();
        for number in 0..10 {
            let contract = sign(app, a_contract(&format!("N{number}"), &vendor, &[&site])).await;
            let deployment = a_deployment(app, &contract, "CAGE").await;
            a_circuit(app, &deployment, "A1", "A").await;
            if number == 0 || number == 9 {
                counts.push(app.director().statements(text).await);
            }
        }
        assert_eq!(counts[0], counts[1]);
        insta::assert_snapshot!(counts[0], @"19");
    });
}

#[test]
fn readings_that_contradict_overlap_or_lie_ahead_are_refused() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let deployment = a_deployment(app, &contract, "CAGE").await;
        let [first, second] = ["A1", "B1"].map(|reference| (reference, reference[..1].to_owned()));
        let a = a_circuit(app, &deployment, first.0, &first.1).await;
        a_circuit(app, &deployment, second.0, &second.1).await;
        let reading = json!({ "deployment": deployment, "circuit": a, "startsAt": "2026-06-01T00:00:00Z",
            "endsAt": "2026-06-01T01:00:00Z", "averageKilowatts": "2" });
        read(app, reading.clone()).await;
        // What one of two circuits drew is no peak of both, as it is no average of both.
        let found = stored(app, "2026-07-01").await;
        let reason = |figure: &str| found["deployments"][0][figure]["reason"].clone();
        assert_eq!(found["deployments"][0]["capacity"]["drawn"]["value"], Value::Null);
        assert_eq!(found["deployments"][0]["capacity"]["drawn"]["reason"], "NO_COMPLETE_INTERVAL");
        assert_eq!(reason("paidUnused"), "NO_COMPLETE_INTERVAL");
        let mut refused = Vec::new();
        for change in [
            json!({ "startsAt": "2026-06-01T00:30:00Z", "endsAt": "2026-06-01T01:30:00Z" }),
            json!({ "startsAt": "2026-05-31T23:30:00Z", "endsAt": "2026-06-01T00:30:00Z" }),
            json!({ "startsAt": "2026-06-02T00:00:00Z", "endsAt": "2026-06-02T01:00:00Z", "averageKilowatts": "9",
                "kilowattHours": "3" }),
            json!({ "startsAt": "2026-06-02T00:00:00Z", "endsAt": "2026-06-02T01:00:00Z", "averageKilowatts": null,
                "kilowattHours": "3", "peakKilowatts": "2" }),
            json!({ "startsAt": "2026-07-01T08:30:00Z", "endsAt": "2026-07-01T09:30:00Z" }),
        ] {
            let text =
                "mutation($input: NewColocationReading!) { recordColocationReading(input: $input) { id } }";
            let input = json!({ "input": with(reading.clone(), &change) });
            refused.push(app.director().expect_error_with(text, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(refused.join("\n"), @r"
        startsAt: the period overlaps 2026-06-01T00:00:00Z to 2026-06-01T01:00:00Z, which is read already, in part
        startsAt: the period overlaps 2026-06-01T00:00:00Z to 2026-06-01T01:00:00Z, which is read already, in part
        averageKilowatts: 9 contradicts the 3 kilowatt-hours from 2026-06-02T00:00:00Z to 2026-06-02T01:00:00Z: the average times the hours is the energy
        peakKilowatts: 2 is refused: a peak is not below what is drawn on average
        endsAt: 2026-07-01T09:30:00Z lies in the future, it is 2026-07-01T09:00:00Z: what is not over is not read
        ");
        // A month around an hour is no contradiction.
        let month = json!({ "startsAt": "2026-06-01T00:00:00Z", "endsAt": "2026-07-01T00:00:00Z" });
        read(app, with(reading, &month)).await;
    });
}
