//! Frozen scenarios: the same comes out again, whatever becomes of the database.

use std::{cell::RefCell, collections::BTreeMap};

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{ADD, a_scenario, a_setting};

const QUESTION: &str = "question: { from: \"2026-07\", asOf: \"2026-07-01\", currency: \"USD\" }";

async fn freeze(app: &TestApp, id: &str) {
    let text = format!("mutation {{ freezeScenario(id: \"{id}\", {QUESTION}) {{ status }} }}");
    let frozen = app.director().query(&text).await;
    assert_eq!(frozen["freezeScenario"]["status"], "FROZEN");
}

async fn kept(app: &TestApp, id: &str) -> Value {
    let text = format!(
        "{{ frozenScenario(id: \"{id}\") {{ frozenBy programVersion from months asOf inputsHash resultHash
            changesHash questionHash inputsBytes result
            verify {{ reproduced resultHash inputsHash changesHash questionHash unverified baselineChanged baselineHash }} }} }}"
    );
    app.director().query(&text).await["frozenScenario"].clone()
}

#[test]
fn what_is_frozen_comes_out_again_whatever_becomes_of_the_database() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let plan = "{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\") { cohorts { key } } }";
        let key = app.director().query(plan).await["refreshPlan"]["cohorts"][0]["key"].clone();
        let changes = [
            json!({ "contractNotRenewed": { "colocation": setting.renewing } }),
            json!({ "priceIndex": { "policy": setting.estate.policy, "rates": [{ "year": 2026, "rate": "0.4" }] } }),
            json!({ "growthRate": { "workload": setting.estate.workload, "monthlyRate": "0.02", "from": "2026-08" } }),
            json!({ "cohortMoved": { "key": key, "to": "2027-02" } }),
        ];
        let id = a_scenario(app, "Board", &changes).await;
        let drawn = format!(
            "{{ roadmap(from: \"2026-07\", asOf: \"2026-07-01\", currency: \"USD\", view: PNL, scenario: \"{id}\") {{
                totals {{ total months {{ amount }} }} }} }}"
        );
        let before = app.director().query(&drawn).await["roadmap"]["totals"].clone();
        freeze(app, &id).await;
        let frozen = kept(app, &id).await;
        assert_eq!(frozen["frozenBy"], "director");
        assert_eq!(frozen["from"], "2026-07");
        let verified = &frozen["verify"];
        assert_eq!(verified["reproduced"], true, "{verified}");
        assert_eq!(verified["baselineChanged"], false, "{verified}");
        assert_eq!(verified["baselineHash"], frozen["inputsHash"]);
        let result = frozen["result"].as_str().unwrap();
        let total = result.lines().find(|line| line.starts_with("Pnl total")).unwrap();
        let kept_total: f64 = total.split(' ').skip(2).map(|month| month.parse::<f64>().unwrap()).sum();
        let drawn_total: f64 = before["total"].as_str().unwrap().parse().unwrap();
        assert!((kept_total - drawn_total).abs() < 0.005, "{kept_total} {drawn_total}");

        let retire = "{ assets(first: 1) { nodes { id } } }";
        let asset = app.director().query(retire).await["assets"]["nodes"][0]["id"].clone();
        let retire = format!("mutation {{ retireAsset(id: {asset}, on: \"2026-06-30\") {{ id }} }}");
        app.director().query(&retire).await;
        let after = kept(app, &id).await;
        assert_eq!(after["verify"]["reproduced"], true);
        assert_eq!(after["verify"]["baselineChanged"], true);
        assert_eq!(after["verify"]["resultHash"], frozen["resultHash"]);
        assert_ne!(after["verify"]["baselineHash"], frozen["inputsHash"]);
    });
}

#[test]
fn other_changes_and_other_questions_have_other_hashes() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let frozen = async |name: &str, rate: &str| {
            let curve = json!({ "cpiCurve": { "rates": [{ "year": 2040, "rate": rate }] } });
            let id = a_scenario(app, name, &[curve]).await;
            freeze(app, &id).await;
            kept(app, &id).await
        };
        let (one, same, other) =
            (frozen("A", "0.04").await, frozen("B", "0.04").await, frozen("C", "0.05").await);
        assert_eq!([&one["inputsHash"], &one["resultHash"]], [&other["inputsHash"], &other["resultHash"]]);
        assert_eq!(one["changesHash"], same["changesHash"]);
        assert_ne!(one["changesHash"], other["changesHash"], "what they say differs");
        assert_eq!(one["questionHash"], other["questionHash"]);
        let verified = &one["verify"];
        assert_eq!([&verified["reproduced"], &verified["unverified"]], [&json!(true), &json!([])]);
        assert_eq!(
            [&verified["changesHash"], &verified["questionHash"]],
            [&one["changesHash"], &one["questionHash"]]
        );
        let id =
            a_scenario(app, "D", &[json!({ "cpiCurve": { "rates": [{ "year": 2040, "rate": "0.04" }] } })])
                .await;
        let text = format!(
            "mutation {{ freezeScenario(id: \"{id}\", question: {{ from: \"2026-07\", months: 12, asOf: \"2026-07-01\", currency: \"USD\" }}) {{ id }} }}"
        );
        app.director().query(&text).await;
        let shorter = kept(app, &id).await;
        assert_eq!(shorter["changesHash"], one["changesHash"]);
        assert_ne!(shorter["questionHash"], one["questionHash"]);
    });
}

#[test]
fn published_indices_are_kept_with_what_is_frozen() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let publish = async |month: &str, value: &str, on: &str| {
            let values = json!([{ "series": "US-CPI", "month": month, "value": value, "publishedOn": on }]);
            let text = "mutation($inputs: [NewPriceIndexValue!]!) {
                recordPriceIndexValues(inputs: $inputs) { error { message } } }";
            let answer = app.finance().query_with(text, json!({ "inputs": values })).await;
            assert_eq!(answer["recordPriceIndexValues"][0]["error"], Value::Null);
        };
        publish("2025-01", "100", "2025-02-15").await;
        let curve = json!({ "cpiCurve": { "rates": [{ "year": 2028, "rate": "0.04" }] } });
        let id = a_scenario(app, "Board", &[curve]).await;
        freeze(app, &id).await;
        publish("2027-01", "110", "2027-02-15").await;
        let frozen = kept(app, &id).await;
        assert_eq!(frozen["verify"]["reproduced"], true);
        assert_eq!(frozen["verify"]["baselineChanged"], false, "it was not known on the day of the question");
        publish("2026-01", "105", "2026-02-15").await;
        let after = kept(app, &id).await;
        assert_eq!(after["verify"]["reproduced"], true);
        assert_eq!(after["verify"]["baselineChanged"], true);
    });
}

#[test]
fn a_frozen_scenario_refuses_every_edit_by_name_and_is_copied_instead() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let curve = json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.04" }] } });
        let id = a_scenario(app, "Board", std::slice::from_ref(&curve)).await;
        let none = app.director().query(&format!("{{ frozenScenario(id: \"{id}\") {{ months }} }}")).await;
        assert_eq!(none["frozenScenario"], json!(null), "a draft");
        freeze(app, &id).await;
        let listed =
            app.director().query(&format!("{{ scenario(id: \"{id}\") {{ changes {{ id }} }} }}")).await;
        let change = &listed["scenario"]["changes"][0]["id"];
        let rule = "the scenario Board is frozen and changes no more; copy it, and change the copy";
        for text in [
            format!("mutation {{ renameScenario(id: \"{id}\", changes: {{ name: \"New\" }}) {{ id }} }}"),
            format!("mutation {{ removeScenario(id: \"{id}\") {{ id }} }}"),
            format!("mutation {{ removeScenarioChange(id: {change}) {{ id }} }}"),
            format!("mutation {{ moveScenarioChange(id: {change}, to: 1) {{ id }} }}"),
            format!("mutation {{ freezeScenario(id: \"{id}\", {QUESTION}) {{ id }} }}"),
        ] {
            assert_eq!(app.director().expect_error(&text, "CONFLICT").await.message, rule, "{text}");
        }
        let replace = "mutation($id: ID!, $change: ScenarioChangeInput!) {
            replaceScenarioChange(id: $id, change: $change) { id } }";
        let variables = json!({ "id": change, "change": curve });
        assert_eq!(app.director().expect_error_with(replace, variables, "CONFLICT").await.message, rule);
        let more =
            json!({ "scenario": id, "change": { "growthRate": { "monthlyRate": "0", "from": "2026-01" } } });
        assert_eq!(app.director().expect_error_with(ADD, more.clone(), "CONFLICT").await.message, rule);
        let copy = format!("mutation {{ copyScenario(id: \"{id}\", name: \"Next\") {{ id status }} }}");
        let copied = app.director().query(&copy).await["copyScenario"].clone();
        assert_eq!(copied["status"], "DRAFT");
        let mut on_copy = more;
        on_copy["scenario"] = copied["id"].clone();
        app.director().query_with(ADD, on_copy).await;
        let forbidden = format!("mutation {{ freezeScenario(id: {}, {QUESTION}) {{ id }} }}", copied["id"]);
        app.architect().expect_error(&forbidden, "FORBIDDEN").await;
    });
}

#[test]
fn the_same_estate_has_the_same_hashes_on_both_engines() {
    let hashes = RefCell::new(BTreeMap::new());
    on_both_engines(async |app| {
        demo::load(app.store(), Scale { assets: 600, seed: 3 }, |_| {}).await.unwrap();
        let text = "{ refreshPolicies(first: 1, orderBy: { field: NAME }) { nodes { id } } }";
        let policies = app.director().query(text).await;
        let policy = policies["refreshPolicies"]["nodes"][0]["id"].clone();
        let changes = [
            json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.04" }] } }),
            json!({ "policyLife": { "policy": policy, "ageMonths": 72 } }),
        ];
        let id = a_scenario(app, "Board", &changes).await;
        freeze(app, &id).await;
        let frozen = kept(app, &id).await;
        assert_eq!(frozen["verify"]["reproduced"], true);
        assert_eq!(frozen["verify"]["baselineChanged"], false);
        let found =
            ["inputsHash", "resultHash", "changesHash", "questionHash"].map(|hash| frozen[hash].clone());
        assert!(found.iter().all(Value::is_string), "{found:?}");
        let mut hashes = hashes.borrow_mut();
        assert_eq!(*hashes.entry("both").or_insert_with(|| found.clone()), found, "{}", app.engine());
    });
}
