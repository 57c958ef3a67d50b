//! The numbers that are called capacity.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    golden::{examples, sign_c1},
    shown, with,
};

const CAPACITY: &str = r#"query($on: Date, $deployment: PowerDeployment!) { colocationContract(number: "C1") {
    capacity(on: $on, deployment: $deployment) {
        nameplate { value reason } usable { value reason } protected { value reason } drawCap { value reason }
        committed { value reason } drawn { value reason } effectiveLimit { value reason } binding atMost
        headroom { value reason } paidUnused { value reason }
        circuits { name cabinet nameplate usable steadyAmperes { value reason } }
        explain { formula inputs { name value } }
    } } }"#;

fn circuit(name: &str, feed: Option<&str>, volts: &str, amperes: &str, phases: i32, derate: &str) -> Value {
    json!({ "name": name, "cabinet": "C01", "feed": feed, "volts": volts, "amperes": amperes, "phases": phases,
            "derate": derate })
}

async fn capacity(app: &TestApp, deployment: Value) -> Value {
    let arguments = json!({ "on": "2026-08-01", "deployment": deployment });
    let data = app.architect().query_with(CAPACITY, arguments).await;
    data["colocationContract"]["capacity"].clone()
}

/// A figure as the worked example writes it.
fn number(value: &Value) -> Value {
    let text = value.as_str().unwrap();
    json!(text.parse::<f64>().unwrap())
}

#[test]
fn circuits_give_what_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let examples = examples();
        for (circuit, id) in [
            (circuit("1", Some("A"), "208", "30", 1, "0.8"), "1.power.1ph_208_30_80_kVA"),
            (circuit("2", Some("A"), "208", "30", 3, "0.8"), "1.power.3ph_208_30_80_kVA"),
            (circuit("3", Some("A"), "415", "32", 3, "1"), "1.power.3ph_415_32_100_kVA"),
        ] {
            let found = capacity(app, json!({ "circuits": [circuit] })).await;
            assert_eq!(number(&found["usable"]["value"]), examples[id], "{id}");
            assert_eq!(found["protected"]["value"], "0", "a single feed protects nothing");
        }
        let pair = json!([
            circuit("A1", Some("A"), "208", "30", 1, "0.8"),
            circuit("B1", Some("B"), "208", "30", 1, "0.8"),
        ]);
        let found = capacity(
            app,
            json!({ "circuits": pair, "drawIsNotCapped": true, "coolingKilowatts": "4.5", "powerFactor": "0.95",
                    "peakKilowatts": "3.8", "averageKilowatts": "3" }),
        )
        .await;
        assert_eq!(number(&found["protected"]["value"]), examples["1.power.AB_protected_kVA"]);
        assert_eq!(number(&found["usable"]["value"]), examples["1.power.AB_naive_sum_kVA"]);
        let amperes = &found["circuits"][0]["steadyAmperes"]["value"];
        assert_eq!(number(amperes), examples["1.power.AB_max_amps_per_feed"]);
        insta::assert_snapshot!(shown(&found), @r#"
        atMost: "4.737"
        binding: "COOLING"
        circuits: [{"cabinet":"C01","name":"A1","nameplate":"6.24","steadyAmperes":{"reason":null,"value":"12"},"usable":"4.992"},{"cabinet":"C01","name":"B1","nameplate":"6.24","steadyAmperes":{"reason":null,"value":"12"},"usable":"4.992"}]
        committed: {"reason":null,"value":"100"}
        drawCap: {"reason":"NO_DRAW_CAP","value":null}
        drawn: {"reason":null,"value":"3.8"}
        effectiveLimit: {"reason":null,"value":"4.737"}
        explain: {"formula":"limit = min(sum of protected, draw cap, cooling / power factor); headroom = limit - peak / power factor; unused = committed - average","inputs":[{"name":"protected kVA","value":"4.992"},{"name":"draw cap kVA","value":"the contract does not cap the draw"},{"name":"committed kW","value":"100"},{"name":"peak kW","value":"3.8"},{"name":"average kW","value":"3"},{"name":"cooling kW","value":"4.5"},{"name":"power factor","value":"0.95"}]}
        headroom: {"reason":null,"value":"0.737"}
        nameplate: {"reason":null,"value":"12.48"}
        paidUnused: {"reason":null,"value":"97"}
        protected: {"reason":null,"value":"4.992"}
        usable: {"reason":null,"value":"9.984"}
        "#);
    });
}

#[test]
fn what_is_not_known_is_not_zero() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let found = capacity(app, json!({ "circuits": [circuit("A1", None, "208", "30", 1, "0.8")] })).await;
        let reason = |figure: &str| found[figure]["reason"].as_str().unwrap_or("-").to_owned();
        let figures =
            ["nameplate", "protected", "drawCap", "drawn", "effectiveLimit", "headroom", "paidUnused"];
        let reasons = figures.map(|figure| format!("{figure}: {}", reason(figure)));
        insta::assert_snapshot!(reasons.join("\n"), @r"
        nameplate: -
        protected: FEED_UNKNOWN
        drawCap: DRAW_CAP_UNKNOWN
        drawn: NO_READINGS
        effectiveLimit: FEED_UNKNOWN
        headroom: FEED_UNKNOWN
        paidUnused: NO_READINGS
        ");
        assert_eq!(found["committed"]["value"], "100");
        assert_eq!(found["atMost"], Value::Null);
    });
}

#[test]
fn a_deployment_that_cannot_be_is_refused() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let sound = circuit("A1", Some("A"), "208", "30", 1, "0.8");
        let mut found = Vec::new();
        for change in [
            json!({ "circuits": [with(sound.clone(), &json!({ "name": "" }))] }),
            json!({ "circuits": [with(sound.clone(), &json!({ "cabinet": " " }))] }),
            json!({ "circuits": [with(sound.clone(), &json!({ "phases": 2 }))] }),
            json!({ "circuits": [with(sound.clone(), &json!({ "volts": "0" }))] }),
            json!({ "circuits": [with(sound.clone(), &json!({ "derate": "80" }))] }),
            json!({ "drawCapKilovoltAmperes": "5", "drawIsNotCapped": true }),
            json!({ "coolingKilowatts": "5", "coolingIsNotLimited": true }),
            json!({ "coolingKilowatts": "-5", "powerFactor": "1" }),
            json!({ "coolingKilowatts": "5", "powerFactor": "95" }),
            json!({ "peakKilowatts": "-1" }),
            json!({ "averageKilowatts": "-1" }),
        ] {
            let deployment = with(json!({ "circuits": [sound] }), &change);
            let arguments = json!({ "deployment": deployment });
            found.push(app.architect().expect_error_with(CAPACITY, arguments, "INVALID").await.message);
        }
        let many = json!({ "deployment": { "circuits": vec![sound; 1_001] } });
        found.push(app.architect().expect_error_with(CAPACITY, many, "LIMIT_EXCEEDED").await.message);
        insta::assert_snapshot!(found.join("\n"), @r#"
        deployment.circuits[0].name: is blank
        deployment.circuits[0].cabinet: is blank
        deployment.circuits[0].phases: 2 is neither 1 nor 3
        deployment.circuits[0]: voltage "0" is not usable: a circuit has volts and amperes above 0
        deployment.circuits[0]: derate "80" is not usable: a derate is a fraction above 0 and at most 1: 0.8 is 80 %
        deployment.drawCapKilovoltAmperes: is given, and is said not to be there; leave one of them out
        deployment.coolingKilowatts: is given, and is said not to be there; leave one of them out
        deployment.coolingKilowatts: -5 is below 0
        deployment.powerFactor: 95 is refused: a power factor is above 0 and at most 1
        deployment.peakKilowatts: -1 is refused: what is drawn is not negative
        deployment.averageKilowatts: -1 is refused: what is drawn is not negative
        deployment.circuits: 1001 are given, at most 1000 are added up
        "#);
    });
}
