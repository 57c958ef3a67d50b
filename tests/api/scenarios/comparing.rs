//! Scenarios side by side: every difference has the change that makes it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_scenario, a_setting, cents};

const DIFFERENCE: &str = "total years { amount } quarters { amount } months { amount }";

async fn compared(app: &TestApp, ids: &[&str], arguments: &str) -> Value {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let line = format!(
        "category keys {{ dimension value }} amountsHidden before {{ total }} after {{ total }}
        difference {{ {DIFFERENCE} }}"
    );
    let text = format!(
        "{{ compareScenarios(ids: [{}], from: \"2026-01\", months: 48, asOf: \"2026-07-01\" {arguments}) {{
            baseline {{ total }} currency view assumptions
            scenarios {{ scenario {{ id name }} totals {{ total }} difference {{ {DIFFERENCE} }} assumptions
                lines {{ {line} }}
                steps {{ place words note difference {{ {DIFFERENCE} }} lines {{ {line} }} }} }} }} }}",
        ids.join(", ")
    );
    app.director().query(&text).await["compareScenarios"].clone()
}

/// The months of each line, by category and keys.
fn months(lines: &Value) -> BTreeMap<String, Vec<i64>> {
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| {
            let months = line["difference"]["months"].as_array().unwrap().iter();
            let key = format!("{} {}", line["category"], line["keys"]);
            (key, months.map(|month| cents(&month["amount"])).collect())
        })
        .collect()
}

#[test]
fn the_differences_of_changes_add_up_to_the_whole_line_by_line() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let changes = [
            json!({ "priceIndex": { "rates": [{ "year": 2026, "rate": "0.4" }] } }),
            json!({ "renegotiatedPrice": { "colocation": setting.indexed, "factor": "0.9", "from": "2027-03-10" } }),
            json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.0333" }, { "year": 2028, "rate": "0.07" }] } }),
            json!({ "contractNotRenewed": { "colocation": setting.renewing } }),
            json!({ "growthRate": { "monthlyRate": "0.031", "from": "2027-01" } }),
            json!({ "siteExit": { "site": setting.estate.site, "on": "2026-07-31" } }),
        ];
        let all = a_scenario(app, "All", &changes).await;
        let one = a_scenario(app, "One", &changes[4..5]).await;
        for (view, group) in [("PNL", "SITE, HARDWARE_KIND"), ("CASH", "PROVIDER"), ("COMMITMENT", "SITE")] {
            let answer = compared(app, &[&all, &one], &format!(", view: {view}, groupBy: [{group}]")).await;
            let baseline = cents(&answer["baseline"]["total"]);
            let scenarios = answer["scenarios"].as_array().unwrap();
            assert_eq!(scenarios.len(), 2);
            for scenario in scenarios {
                let whole = months(&scenario["lines"]);
                let mut sums: BTreeMap<String, Vec<i64>> = BTreeMap::new();
                for step in scenario["steps"].as_array().unwrap() {
                    for (key, months) in months(&step["lines"]) {
                        let sum = sums.entry(key).or_insert_with(|| vec![0; 48]);
                        sum.iter_mut().zip(months).for_each(|(sum, month)| *sum += month);
                    }
                }
                sums.retain(|_, months| months.iter().any(|month| *month != 0));
                assert_eq!(sums, whole, "{view}");
                let difference = cents(&scenario["difference"]["total"]);
                assert_eq!(cents(&scenario["totals"]["total"]) - baseline, difference, "{view}");
                for parts in ["years", "quarters", "months"] {
                    let parts = scenario["difference"][parts].as_array().unwrap().iter();
                    assert_eq!(parts.map(|part| cents(&part["amount"])).sum::<i64>(), difference);
                }
            }
            let steps = scenarios[0]["steps"].as_array().unwrap();
            assert_eq!(steps.len(), changes.len());
            let words = steps[3]["words"].as_str().unwrap();
            assert_eq!(words, "the colocation contract REN-1 is not renewed after the term that runs");
            let categories: Vec<&Value> =
                steps[3]["lines"].as_array().unwrap().iter().map(|line| &line["category"]).collect();
            assert_eq!(categories, ["COLOCATION"], "{view}");
        }
    });
}

#[test]
fn a_comparison_says_what_the_roadmaps_of_its_scenarios_say() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let change = json!({ "contractNotRenewed": { "colocation": setting.renewing } });
        let id = a_scenario(app, "Out", &[change]).await;
        let answer = compared(app, &[&id], ", view: PNL").await;
        let scenario = &answer["scenarios"][0];
        let text = |scenario: &str| {
            format!(
                "{{ roadmap(from: \"2026-01\", months: 48, asOf: \"2026-07-01\", view: PNL {scenario}) {{
                    totals {{ total }} assumptions }} }}"
            )
        };
        let baseline = app.director().query(&text("")).await["roadmap"].clone();
        let drawn = app.director().query(&text(&format!(", scenario: \"{id}\""))).await["roadmap"].clone();
        assert_eq!(answer["baseline"], baseline["totals"]);
        assert_eq!(scenario["totals"], drawn["totals"]);
        assert_eq!(scenario["assumptions"], drawn["assumptions"]);
        assert_eq!(cents(&scenario["difference"]["total"]), -3_600_000, "three years at 1,000 a month");
        assert_eq!(scenario["scenario"], json!({ "id": id, "name": "Out" }));
    });
}

#[test]
fn rows_are_read_once_however_many_scenarios_and_changes_there_are() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let growth = |year: i32| json!({ "growthRate": { "monthlyRate": "0.01", "from": format!("{year}-01"), "to": format!("{year}-12") } });
        let one = a_scenario(app, "One", &[growth(2026)]).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2026-07-31" } });
        let ended = json!({ "contractNotRenewed": { "colocation": setting.renewing } });
        let more = a_scenario(app, "More", &[growth(2026), growth(2027), exit, ended]).await;
        let asked = |ids: &str| {
            format!(
                "{{ compareScenarios(ids: [{ids}], from: \"2026-01\", asOf: \"2026-07-01\") {{
                    scenarios {{ difference {{ total }} steps {{ words lines {{ category }} }} }} }} }}"
            )
        };
        let few = app.director().statements(&asked(&format!("\"{one}\""))).await;
        let many = app.director().statements(&asked(&format!("\"{one}\", \"{more}\""))).await;
        assert_eq!(few, many);
        let drawn = "{ roadmap(from: \"2026-01\", asOf: \"2026-07-01\") { totals { total } } }";
        assert_eq!(few, app.director().statements(drawn).await + 2, "the scenarios and their lists");
        let twice = asked(&format!("\"{one}\", \"{one}\""));
        let refusal = app.director().expect_error(&twice, "INVALID").await;
        assert_eq!(refusal.message, "ids[1]: One is named twice");
        assert_eq!(app.director().expect_error(&asked(""), "INVALID").await.field, "ids");
    });
}

#[test]
fn differences_of_single_records_are_hidden_from_those_who_see_only_sums() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let changes = [json!({ "growthRate": { "monthlyRate": "0.01", "from": "2027-01" } })];
        let id = a_scenario(app, "Cloud", &changes).await;
        let text = format!(
            "{{ compareScenarios(ids: [\"{id}\"], from: \"2026-01\", asOf: \"2026-07-01\") {{
                scenarios {{ lines {{ amountsHidden difference {{ total }} }} }} }} }}"
        );
        let seen = app.planner().query(&text).await;
        let hidden = json!([{ "amountsHidden": true, "difference": null }]);
        assert_eq!(seen["compareScenarios"]["scenarios"][0]["lines"], hidden);
        let seen = app.finance().query(&text).await;
        assert_eq!(seen["compareScenarios"]["scenarios"][0]["lines"][0]["amountsHidden"], false);
    });
}
