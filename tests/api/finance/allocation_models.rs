//! Allocation models: what they refuse, and how they are listed, changed, read from files and written to files.

use api::import::csv::Noun;
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    allocations::{CREATE, allocation, create, node, steps},
    id,
    volumes::{export, import},
};

/// A model that would be taken, but for one change.
fn whole(change: &dyn Fn(&mut Value)) -> Value {
    let mut input = steps("Refused");
    change(&mut input);
    input
}

async fn refuse(app: &TestApp, cases: Vec<(Value, &str, &str)>) {
    for (input, field, message) in cases {
        let refusal = app.finance().expect_error_with(CREATE, json!({ "input": input }), "INVALID").await;
        assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message));
    }
}

#[test]
fn nodes_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
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
        ];
        refuse(app, cases).await;
        app.planner().expect_error_with(CREATE, json!({ "input": steps("S") }), "FORBIDDEN").await;
        app.viewer().expect_error("{ allocationModels { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn rules_that_name_what_is_not_there_are_refused() {
    on_both_engines(async |app| {
        let cases: Vec<(Value, &str, &str)> = vec![
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
        ];
        refuse(app, cases).await;
    });
}

#[test]
fn rules_and_orders_that_lead_nowhere_are_refused() {
    on_both_engines(async |app| {
        let cases: Vec<(Value, &str, &str)> = vec![
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
        refuse(app, cases).await;
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

#[test]
fn a_share_that_is_none_is_refused_as_a_share() {
    on_both_engines(async |app| {
        for (share, word) in [("-0.3", "-0.3 is not between 0 and 1"), ("30", "30 is not between 0 and 1")] {
            let mut model = steps("Steps");
            model["rules"][1]["targets"] = json!([{ "name": "Compute", "share": share }]);
            let refusal = app.finance().expect_error_with(CREATE, json!({ "input": model }), "INVALID").await;
            assert!(refusal.field.ends_with("rules[1].targets[0].share"), "{}", refusal.field);
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
    });
}
