//! Cost divided among those who cause it: conserved to the cent, with every circle and every gap named.

use api::import::csv::Noun;
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_vendor, examples, id,
    volumes::{export, import},
};

const CREATE: &str = "mutation($input: NewAllocationModel!) { createAllocationModel(input: $input) { id } }";

/// A model of 2026 by these nodes, rules and order.
fn a_model(name: &str, nodes: &Value, rules: &Value, order: &Value) -> Value {
    json!({ "name": name, "taxonomyVersion": "5.0", "effectiveFrom": "2026-01-01", "effectiveTo": "2026-12-31",
            "nodes": nodes, "rules": rules, "stepOrder": order })
}

async fn create(app: &TestApp, input: Value) -> String {
    id(&app.finance().query_with(CREATE, json!({ "input": input })).await["createAllocationModel"])
}

fn node(name: &str, level: &str) -> Value {
    json!({ "name": name, "level": level })
}

/// A rule by volumes.
fn rule(source: &str, driver: &str, targets: &[(&str, &str)]) -> Value {
    let targets: Vec<Value> =
        targets.iter().map(|(name, volume)| json!({ "name": name, "volume": volume })).collect();
    json!({ "source": source, "driver": driver, "targets": targets })
}

const WHOLE: &str = "currency total unallocated allocatedRate amountsHidden
    results { name level own received total bears } flows { source target amount }
    explain { formula assumptions excluded inputs { name value } }";

async fn allocation(client: &Client, model: &str, amounts: &str) -> Value {
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
fn steps(name: &str) -> Value {
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
                consumer currency own total shareOfAll reason amountsHidden
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
        assert_eq!(
            [&found["total"], &found["unallocated"], &found["flows"]],
            [&json!("2200.00"), &json!("0.00"), &json!([])]
        );
        // Compute = 900 + 300 + 0.6 network and network = 300 + 120 + 0.1 compute, so network = 540 / 0.94.
        let results = found["results"].as_array().unwrap();
        let of = |name: &str| results.iter().find(|result| result["name"] == name).unwrap()["total"].clone();
        assert_eq!([of("Network"), of("Compute")], ["574.47", "1544.68"]);
        assert_eq!([of("Sales"), of("Storage")], ["1390.21", "809.79"]);
        let report = format!(
            r#"{{ showback(model: "{model}", consumer: "Sales", currency: "USD", amounts: [{COSTS}]) {{ total reason lines {{ source }} }} }}"#
        );
        let report = app.finance().query(&report).await["showback"].clone();
        assert_eq!([&report["total"], &report["lines"]], [&json!("1390.21"), &Value::Null]);
        assert!(report["reason"].as_str().unwrap().contains("at once"), "{report}");
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
                "months",
                "months: 0 is not between 1 and 120",
            ),
        ] {
            let refusal = app.finance().expect_error(&ask(&model, roadmap), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message));
        }
        let neither = format!(r#"{{ allocation(model: "{model}") {{ total }} }}"#);
        assert_eq!(app.finance().expect_error(&neither, "INVALID").await.field, "amounts");
        let currency = format!(r#"{{ allocation(model: "{model}", amounts: []) {{ total }} }}"#);
        assert_eq!(app.finance().expect_error(&currency, "INVALID").await.field, "currency");
        app.architect().expect_error(&currency, "FORBIDDEN").await;
        let before = app.finance().statements(&ask(&model, year)).await;
        for number in 3..9 {
            sign(&format!("S{number}"), "1").await;
        }
        assert_eq!(app.finance().statements(&ask(&model, year)).await, before);
    });
}

#[test]
fn a_model_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let whole = |change: &dyn Fn(&mut Value)| {
            let mut input = steps("Refused");
            change(&mut input);
            input
        };
        let cases: Vec<(Value, &str, &str)> = vec![
            (whole(&|input| input["name"] = json!(" ")), "name", "name: is blank"),
            (
                whole(&|input| input["effectiveTo"] = json!("2025-12-31")),
                "effectiveTo",
                "effectiveTo: 2025-12-31 lies before the first day on 2026-01-01",
            ),
            (
                whole(&|input| input["nodes"] = json!([])),
                "nodes",
                "nodes: is empty: cost has to end somewhere",
            ),
            (
                whole(&|input| input["nodes"][1]["name"] = json!("Data center")),
                "nodes[1].name",
                "nodes[1].name: `Data center` is named twice",
            ),
            (
                whole(&|input| input["nodes"][1]["name"] = json!("Net:work")),
                "nodes[1].name",
                "nodes[1].name: `Net:work` has a colon or a bar, which keep names apart in files",
            ),
            (
                whole(&|input| input["nodes"][3]["name"] = json!("unallocated")),
                "nodes[3].name",
                "nodes[3].name: `unallocated` is what cost that nobody bears is called",
            ),
            (
                whole(&|input| {
                    input["nodes"][0]["categories"] = json!(["CLOUD"]);
                    input["nodes"][1]["categories"] = json!(["CLOUD"]);
                }),
                "nodes[1].categories",
                "nodes[1].categories: CLOUD is the cost of `Data center` already",
            ),
            (
                whole(&|input| input["rules"][1]["source"] = json!("Nobody")),
                "rules[1].source",
                "rules[1].source: `Nobody` is no node of the model",
            ),
            (
                whole(&|input| input["rules"][1]["source"] = json!("Data center")),
                "rules[1].source",
                "rules[1].source: `Data center` has a rule already",
            ),
            (
                whole(&|input| {
                    input["nodes"].as_array_mut().unwrap().push(node("Sales", "CONSUMER"));
                    input["rules"][1]["source"] = json!("Sales");
                }),
                "rules[1].source",
                "rules[1].source: `Sales` is a consumer, with whom cost ends",
            ),
            (
                whole(&|input| input["rules"][1]["targets"] = json!([])),
                "rules[1].targets",
                "rules[1].targets: is empty: nobody bears `Network`",
            ),
            (
                whole(&|input| input["rules"][1]["targets"][0]["name"] = json!("Nobody")),
                "rules[1].targets[0].name",
                "rules[1].targets[0].name: `Nobody` is no node of the model",
            ),
            (
                whole(&|input| input["rules"][1]["targets"][0]["volume"] = json!("-1")),
                "rules[1].targets[0].volume",
                "rules[1].targets[0].volume: -1 is below zero: a volume is not negative",
            ),
            (
                whole(&|input| input["rules"][1]["targets"][0]["share"] = json!("0.5")),
                "rules[1].targets[0]",
                "rules[1].targets[0]: give all targets of a rule a volume, or all a share",
            ),
            (
                whole(&|input| input["rules"][0]["whole"] = json!("2")),
                "rules[0].whole",
                "rules[0].whole: 2: the whole of shares is 1, leave it out",
            ),
            (
                whole(&|input| input["rules"][0]["targets"][0]["share"] = json!("0.6")),
                "rules",
                "rules: 1 of Data center: the targets of a rule use no more than the whole",
            ),
            (
                whole(&|input| input["rules"][1]["targets"][0]["name"] = json!("Storage")),
                "rules",
                "rules: Storage: a rule names each target once",
            ),
            (
                whole(&|input| input["stepOrder"] = json!(["Network", "Data center"])),
                "stepOrder",
                "stepOrder: Network: a pool comes after all that give to it",
            ),
            (
                whole(&|input| input["stepOrder"] = json!(["Data center"])),
                "stepOrder",
                "stepOrder: Network: the order has every pool",
            ),
        ];
        for (input, field, message) in cases {
            let refusal = app.finance().expect_error_with(CREATE, json!({ "input": input }), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message));
        }
        app.planner().expect_error_with(CREATE, json!({ "input": steps("S") }), "FORBIDDEN").await;
        app.viewer().expect_error("{ allocationModels { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn a_model_is_listed_changed_and_removed() {
    on_both_engines(async |app| {
        let model = create(app, steps("Steps")).await;
        let refusal =
            app.finance().expect_error_with(CREATE, json!({ "input": steps("Steps") }), "INVALID").await;
        assert_eq!(refusal.message, "name: another allocation model already has it");
        let whole =
            "id version createdAt updatedAt name taxonomyVersion effectiveFrom effectiveTo method stepOrder
            nodes { name level categories } rules { source driver whole targets { name volume share } }";
        let text = format!(
            r#"{{ allocationModel(name: "Steps") {{ {whole} }} node(id: "{model}") {{ id }}
                allocationModels(filter: {{ method: {{ eq: STEP_DOWN }}, effectiveFrom: {{ lte: "2026-06-30" }} }},
                    orderBy: [{{ field: NAME }}]) {{ totalCount nodes {{ name }} }} }}"#
        );
        let found = app.architect().query(&text).await;
        let shown = &found["allocationModel"];
        assert_eq!([&shown["id"], &found["node"]["id"]], [model.as_str(), model.as_str()]);
        assert_eq!(shown["stepOrder"], json!(["Data center", "Network"]));
        assert_eq!(
            shown["rules"][1]["targets"],
            json!([{ "name": "Compute", "volume": "60", "share": "0.6" },
                   { "name": "Storage", "volume": "40", "share": "0.4" }])
        );
        assert_eq!([&shown["rules"][0]["whole"], &shown["rules"][1]["whole"]], [&json!("1"), &Value::Null]);
        assert_eq!(found["allocationModels"]["totalCount"], 1);

        let file = export(app, Noun::AllocationModel).await;
        let (counts, problems) = import(app, &[("allocation_models.csv", &file)]).await;
        assert_eq!((counts, problems), (vec!["allocation_model 0/0/1/0".to_owned()], vec![]));

        let change = |changes: &str| {
            format!(
                r#"mutation {{ updateAllocationModel(id: "{model}", expectedVersion: 1, changes: {{ {changes} }}) {{
                    version effectiveTo rules {{ source targets {{ name }} }} }} }}"#
            )
        };
        let refusal = app.finance().expect_error(&change("nodes: null"), "INVALID").await;
        assert_eq!(refusal.field, "nodes");
        let refusal = app.finance().expect_error(&change("rules: []"), "INVALID").await;
        assert_eq!(refusal.message, "stepOrder: Data center: what is in the order is a pool with a rule");
        let changed = app.finance().query(&change("effectiveTo: null, rules: [], stepOrder: []")).await;
        let changed = &changed["updateAllocationModel"];
        assert_eq!(
            [&changed["version"], &changed["effectiveTo"], &changed["rules"]],
            [&json!(2), &Value::Null, &json!([])]
        );
        app.finance().expect_error(&change("effectiveTo: null"), "CONFLICT").await;
        let remove = format!(r#"mutation {{ removeAllocationModel(id: "{model}") }}"#);
        app.planner().expect_error(&remove, "FORBIDDEN").await;
        assert_eq!(app.finance().query(&remove).await["removeAllocationModel"], model.as_str());
        app.finance().expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn models_come_from_files() {
    on_both_engines(async |app| {
        let header =
            "name,taxonomy_version,effective_from,method,step_order,nodes,categories,flows,drivers,wholes\n";
        let good = "Good,5.0,2026-01-01,STEP_DOWN,P,POOL:P|CONSUMER:A,CLOUD:P,P:75:A,P:TB,100:P\n";
        let circle = "Circle,5.0,2026-01-01,STEP_DOWN,P|Q,POOL:P|TOWER:Q,,P:1:Q|Q:1:P,P:x|Q:y,\n";
        let silent = "Silent,5.0,2026-01-01,STEP_DOWN,P,POOL:P|CONSUMER:A,,P:75:A,,\n";
        let file = format!("{header}{good}{circle}{silent}");
        let (counts, problems) = import(app, &[("allocation_models.csv", &file)]).await;
        assert_eq!(counts, ["allocation_model 1/0/0/2"]);
        assert!(
            problems.iter().any(|problem| problem.contains("P -> Q -> P") || problem.contains("Q -> P -> Q")),
            "{problems:?}"
        );
        assert!(
            problems.iter().any(|problem| problem.contains("drivers") && problem.contains("`P` has none")),
            "{problems:?}"
        );
        let model =
            app.finance().query(r#"{ allocationModel(name: "Good") { id nodes { categories } } }"#).await;
        assert_eq!(model["allocationModel"]["nodes"][0]["categories"], json!(["CLOUD"]));
        let found =
            allocation(&app.finance(), &id(&model["allocationModel"]), r#"{ node: "P", amount: "100" }"#)
                .await;
        assert_eq!([&found["unallocated"], &found["results"][1]["total"]], ["25.00", "75.00"]);
    });
}
