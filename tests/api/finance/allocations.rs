//! Cost divided among those who cause it: conserved to the cent, with every circle and every gap named.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{a_vendor, examples, id};

pub const CREATE: &str =
    "mutation($input: NewAllocationModel!) { createAllocationModel(input: $input) { id } }";

/// A model of 2026 by these nodes, rules and order.
pub fn a_model(name: &str, nodes: &Value, rules: &Value, order: &Value) -> Value {
    json!({ "name": name, "taxonomyVersion": "5.0", "effectiveFrom": "2026-01-01", "effectiveTo": "2026-12-31",
            "nodes": nodes, "rules": rules, "stepOrder": order })
}

pub async fn create(app: &TestApp, input: Value) -> String {
    id(&app.finance().query_with(CREATE, json!({ "input": input })).await["createAllocationModel"])
}

pub fn node(name: &str, level: &str) -> Value {
    json!({ "name": name, "level": level })
}

/// A rule by volumes.
pub fn rule(source: &str, driver: &str, targets: &[(&str, &str)]) -> Value {
    let targets: Vec<Value> =
        targets.iter().map(|(name, volume)| json!({ "name": name, "volume": volume })).collect();
    json!({ "source": source, "driver": driver, "targets": targets })
}

const WHOLE: &str = "currency total unallocated allocatedRate amountsHidden
    results { name level own received total bears } flows { source target amount }
    explain { formula assumptions excluded inputs { name value } }";

pub async fn allocation(client: &Client, model: &str, amounts: &str) -> Value {
    let text =
        format!(r#"{{ allocation(model: "{model}", currency: "USD", amounts: [{amounts}]) {{ {WHOLE} }} }}"#);
    client.query(&text).await["allocation"].clone()
}

/// Three departments that a pool is divided among by 3 : 3 : 1.
fn thirds() -> Value {
    let nodes =
        json!([node("Pool", "POOL"), node("A", "CONSUMER"), node("B", "CONSUMER"), node("C", "CONSUMER")]);
    let rules = json!([rule("Pool", "seats", &[("A", "3"), ("B", "3"), ("C", "1")])]);
    a_model("Thirds", &nodes, &rules, &json!(["Pool"]))
}

/// A data center that serves compute, storage and network, and a network that serves the other two.
pub fn steps(name: &str) -> Value {
    let nodes = json!([
        node("Data center", "POOL"),
        node("Network", "TOWER"),
        node("Compute", "TOWER"),
        node("Storage", "TOWER"),
    ]);
    let rules = json!([
        { "source": "Data center", "driver": "fixed shares", "targets": [
            { "name": "Compute", "share": "0.5" }, { "name": "Storage", "share": "0.3" },
            { "name": "Network", "share": "0.2" },
        ] },
        rule("Network", "ports", &[("Compute", "60"), ("Storage", "40")]),
    ]);
    a_model(name, &nodes, &rules, &json!(["Data center", "Network"]))
}

const COSTS: &str = r#"{ node: "Data center", amount: "600" }, { node: "Network", amount: "300" },
    { node: "Compute", amount: "900" }, { node: "Storage", amount: "400" }"#;

#[test]
fn a_pool_is_divided_by_the_largest_remainder() {
    on_both_engines(async |app| {
        let model = create(app, thirds()).await;
        let found = allocation(&app.finance(), &model, r#"{ node: "Pool", amount: "100000" }"#).await;
        let amounts: Vec<_> =
            found["flows"].as_array().unwrap().iter().map(|flow| flow["amount"].clone()).collect();
        assert_eq!(json!(amounts), examples()["4.alloc.lr"]);
        assert_eq!(
            [&found["total"], &found["unallocated"], &found["allocatedRate"]],
            ["100000.00", "0.00", "1"]
        );
        let text = format!(
            r#"{{ showback(model: "{model}", consumer: "C", currency: "USD", amounts: [{{ node: "Pool", amount: "100000" }}]) {{
                consumer currency own total shareOfAll amountsHidden
                lines {{ source driver volume perUnit share amount }} explain {{ formula }}
            }} }}"#
        );
        let report = app.finance().query(&text).await["showback"].clone();
        assert_eq!(
            report["lines"],
            json!([{ "source": "Pool", "driver": "seats", "volume": "1", "perUnit": "14285.72",
                     "share": "0.142857", "amount": "14285.72" }])
        );
        assert_eq!(
            [&report["own"], &report["total"], &report["shareOfAll"]],
            ["0.00", "14285.72", "0.142857"]
        );
        let stranger = text.replace(r#"consumer: "C""#, r#"consumer: "Pool""#);
        let refusal = app.finance().expect_error(&stranger, "INVALID").await;
        assert_eq!(refusal.message, "consumer: `Pool` bears nothing in the model Thirds: A, B, C do");
    });
}

#[test]
fn pools_are_divided_step_by_step_or_at_once() {
    on_both_engines(async |app| {
        let model = create(app, steps("Steps")).await;
        let found = allocation(&app.finance(), &model, COSTS).await;
        let golden = &examples()["4.alloc.stepdown"];
        let number = |value: &Value| json!(value.as_str().unwrap().parse::<f64>().unwrap());
        let total = |name: &str| {
            let results = found["results"].as_array().unwrap();
            number(&results.iter().find(|result| result["name"] == name).unwrap()["total"])
        };
        assert_eq!(total("Network"), golden["network_before"]);
        assert_eq!(total("Compute"), golden["compute"]);
        assert_eq!(total("Storage"), golden["storage"]);
        assert_eq!(number(&found["total"]), golden["total"]);
        assert_eq!(
            found["results"][2],
            json!({ "name": "Compute", "level": "TOWER", "own": "900.00",
            "received": "552.00", "total": "1452.00", "bears": true })
        );
        assert_eq!(found["flows"].as_array().unwrap().len(), 5);

        // The network takes back a tenth of what compute costs: a circle, which equations solve.
        let mut circle = steps("Circle");
        circle["rules"].as_array_mut().unwrap().push(rule(
            "Compute",
            "agents",
            &[("Network", "1"), ("Sales", "9")],
        ));
        circle["nodes"].as_array_mut().unwrap().push(node("Sales", "CONSUMER"));
        circle["stepOrder"] = json!(["Data center", "Network", "Compute"]);
        let refusal =
            app.finance().expect_error_with(CREATE, json!({ "input": circle.clone() }), "INVALID").await;
        assert_eq!(refusal.field, "rules");
        assert!(
            refusal.message.contains("Network -> Compute -> Network")
                || refusal.message.contains("Compute -> Network -> Compute"),
            "{}",
            refusal.message
        );
        circle["method"] = json!("SIMULTANEOUS");
        let refusal =
            app.finance().expect_error_with(CREATE, json!({ "input": circle.clone() }), "INVALID").await;
        assert_eq!(
            refusal.message,
            "stepOrder: Data center, Network, Compute: pools that are divided at once have none"
        );
        circle["stepOrder"] = json!([]);
        let model = create(app, circle).await;
        let found = allocation(&app.finance(), &model, COSTS).await;
        assert_eq!([&found["total"], &found["unallocated"]], [&json!("2200.00"), &json!("0.00")]);
        // Compute = 900 + 300 + 0.6 network and network = 300 + 120 + 0.1 compute, so network = 540 / 0.94.
        let results = found["results"].as_array().unwrap();
        let of = |name: &str| results.iter().find(|result| result["name"] == name).unwrap()["total"].clone();
        assert_eq!([of("Network"), of("Compute")], ["574.47", "1544.68"]);
        assert_eq!([of("Sales"), of("Storage")], ["1390.21", "809.79"]);
        // What a node is given, to the cent, is what it has beside its own cost.
        let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        let flows = found["flows"].as_array().unwrap();
        for result in results {
            let given = flows.iter().filter(|flow| flow["target"] == result["name"]);
            let given: i64 = given.map(|flow| cents(&flow["amount"])).sum();
            assert_eq!(given, cents(&result["received"]), "{result}");
        }
        let report = format!(
            r#"{{ showback(model: "{model}", consumer: "Sales", currency: "USD", amounts: [{COSTS}]) {{
                total lines {{ source driver volume amount share }} }} }}"#
        );
        let report = app.finance().query(&report).await["showback"].clone();
        assert_eq!(report["total"], "1390.21");
        assert_eq!(
            report["lines"],
            json!([{ "source": "Compute", "driver": "agents", "volume": "9", "amount": "1390.21",
                     "share": "0.899999" }])
        );
    });
}

#[test]
fn what_nobody_bears_is_unallocated() {
    on_both_engines(async |app| {
        let nodes = json!([node("Pool", "POOL"), node("Idle", "POOL"), node("A", "CONSUMER")]);
        let rules = json!([{ "source": "Pool", "driver": "TB", "whole": "100",
                             "targets": [{ "name": "A", "volume": "75" }] }]);
        let model = create(app, a_model("Left", &nodes, &rules, &json!(["Pool"]))).await;
        let amounts = r#"{ node: "Pool", amount: "1000" }, { node: "Idle", amount: "250" }"#;
        let found = allocation(&app.finance(), &model, amounts).await;
        assert_eq!(
            [&found["total"], &found["unallocated"], &found["allocatedRate"]],
            ["1250.00", "500.00", "0.6"]
        );
        assert_eq!(
            found["flows"][1],
            json!({ "source": "Pool", "target": "UNALLOCATED", "amount": "250.00" })
        );
        assert_eq!(
            found["results"][1],
            json!({ "name": "Idle", "level": "POOL", "own": "250.00",
            "received": "0.00", "total": "250.00", "bears": false })
        );
        let unknown = format!(
            r#"{{ allocation(model: "{model}", currency: "USD", amounts: [{{ node: "X", amount: "1" }}]) {{ total }} }}"#
        );
        let refusal = app.finance().expect_error(&unknown, "INVALID").await;
        assert_eq!(refusal.message, "amounts[0].node: `X` is no node of the model Left");
        let nothing = format!(
            r#"{{ allocation(model: "{model}", currency: "USD", amounts: []) {{ total allocatedRate }} }}"#
        );
        let nothing = app.finance().query(&nothing).await;
        assert_eq!(nothing["allocation"], json!({ "total": "0.00", "allocatedRate": null }));
    });
}

#[test]
fn cost_of_the_roadmap_goes_to_the_nodes_that_have_it() {
    on_both_engines(async |app| {
        let vendor = a_vendor(app, "CARE").await;
        let sign = async |number: &str, charge: &str| {
            let text = format!(
                r#"mutation {{ signSupportContract(input: {{ number: "{number}", vendor: "{vendor}", currency: "USD",
                    startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "{charge}", billingFrequency: MONTHLY
                }}) {{ id }} }}"#
            );
            app.director().query(&text).await;
        };
        sign("S1", "700").await;
        let mut input = thirds();
        input["nodes"][0]["categories"] = json!(["SUPPORT"]);
        let model = create(app, input).await;
        let ask = |model: &str, roadmap: &str| {
            format!(r#"{{ allocation(model: "{model}", roadmap: {{ {roadmap} }}) {{ {WHOLE} }} }}"#)
        };
        let year = r#"from: "2026-01", months: 12, asOf: "2026-07-01""#;
        let found = app.finance().query(&ask(&model, year)).await["allocation"].clone();
        assert_eq!([&found["total"], &found["currency"], &found["allocatedRate"]], ["8400.00", "USD", "1"]);
        assert_eq!(found["results"][1]["total"], "3600.00");
        let hidden = app.planner().query(&ask(&model, year)).await["allocation"].clone();
        assert_eq!(
            [&hidden["total"], &hidden["results"][1]["total"], &hidden["amountsHidden"]],
            [&Value::Null, &Value::Null, &json!(true)]
        );
        sign("S2", "700").await;
        let shown = app.planner().query(&ask(&model, year)).await["allocation"].clone();
        assert_eq!([&shown["total"], &shown["amountsHidden"]], [&json!("16800.00"), &json!(false)]);
        // A model that has the cost of nothing leaves it all unallocated, and says so.
        let other = create(app, steps("Steps")).await;
        let found = app.finance().query(&ask(&other, year)).await["allocation"].clone();
        assert_eq!([&found["unallocated"], &found["allocatedRate"]], ["16800.00", "0"]);
        let excluded = found["explain"]["excluded"].to_string();
        assert!(
            excluded.contains("SUPPORT: no node has it as its cost, so it stays unallocated"),
            "{excluded}"
        );
        let before = app.finance().statements(&ask(&model, year)).await;
        for number in 3..9 {
            sign(&format!("S{number}"), "1").await;
        }
        assert_eq!(app.finance().statements(&ask(&model, year)).await, before);
    });
}

#[test]
fn months_that_a_model_does_not_hold_for_are_refused() {
    on_both_engines(async |app| {
        let model = create(app, thirds()).await;
        let ask = |roadmap: &str| {
            format!(r#"{{ allocation(model: "{model}", roadmap: {{ {roadmap} }}) {{ total }} }}"#)
        };
        for (roadmap, field, message) in [
            (
                r#"from: "2025-12", months: 1, asOf: "2026-07-01""#,
                "roadmap.from",
                "roadmap.from: 2025-12-01 lies before the model Thirds holds, from 2026-01-01 on",
            ),
            (
                r#"from: "2026-12", months: 2, asOf: "2026-07-01""#,
                "roadmap.from",
                "roadmap.from: 2027-01-31 lies after the model Thirds holds, up to 2026-12-31",
            ),
            (
                r#"from: "2026-12", months: 0, asOf: "2026-07-01""#,
                "roadmap.months",
                "roadmap.months: 0 is not between 1 and 120",
            ),
        ] {
            let refusal = app.finance().expect_error(&ask(roadmap), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message));
        }
        let neither = format!(r#"{{ allocation(model: "{model}") {{ total }} }}"#);
        assert_eq!(app.finance().expect_error(&neither, "INVALID").await.field, "amounts");
        let currency = format!(r#"{{ allocation(model: "{model}", amounts: []) {{ total }} }}"#);
        assert_eq!(app.finance().expect_error(&currency, "INVALID").await.field, "currency");
        app.architect().expect_error(&currency, "FORBIDDEN").await;
    });
}
