//! Writing scenarios: create, order, copy, remove, and who may.

use api::access::Role;
use serde_json::json;
use support::on_both_engines;

use super::{ADD, a_scenario, a_setting, send};

const SHOWN: &str = "name status version changes { id words note terms { __typename
    ... on ScenarioRenegotiatedPrice { factor unitPrice from } ... on ScenarioCpiCurve { series rates { year rate } } }
    colocationContract { number } site { code } }";

#[test]
fn changes_are_added_ordered_replaced_and_taken_out() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2028-01-31" } });
        let price = json!({ "renegotiatedPrice": {
            "colocation": setting.renewing, "factor": "0.9", "from": "2027-01-01" } });
        let id = a_scenario(app, "Two", &[exit, price]).await;
        let shown = async || {
            let text = format!("{{ scenario(id: \"{id}\") {{ {SHOWN} }} }}");
            app.director().query(&text).await["scenario"].clone()
        };
        let before = shown().await;
        let words = |scenario: &serde_json::Value| {
            let changes = scenario["changes"].as_array().unwrap().clone();
            changes.iter().map(|one| one["words"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            words(&before),
            [
                "the site FRA1 is left on 2028-01-31",
                "the price of the colocation contract REN-1 is agreed anew by the factor 0.9 from 2027-01-01",
            ]
        );
        assert_eq!(before["changes"][1]["colocationContract"]["number"], "REN-1");
        assert_eq!(before["changes"][0]["site"]["code"], "FRA1");
        let second = before["changes"][1]["id"].as_str().unwrap();
        let moved = format!("mutation {{ moveScenarioChange(id: \"{second}\", to: 1) {{ {SHOWN} }} }}");
        let moved = app.director().query(&moved).await["moveScenarioChange"].clone();
        assert_eq!(words(&moved)[1], words(&before)[0]);
        assert!(moved["version"].as_i64() > before["version"].as_i64());
        let replaced = "mutation($id: ID!, $change: ScenarioChangeInput!) {
            replaceScenarioChange(id: $id, change: $change, note: \"cheaper\") { changes { words note } } }";
        let curve = json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.04" }] } });
        let replaced = app.director().query_with(replaced, json!({ "id": second, "change": curve })).await;
        let first = &replaced["replaceScenarioChange"]["changes"][0];
        assert_eq!(*first, json!({ "words": "all price indices rise by 0.04 in 2027", "note": "cheaper" }));
        let after = shown().await;
        assert_eq!(after["changes"][0]["colocationContract"], json!(null));
        let removed = format!("mutation {{ removeScenarioChange(id: \"{second}\") {{ {SHOWN} }} }}");
        let removed = app.director().query(&removed).await["removeScenarioChange"].clone();
        assert_eq!(words(&removed), [words(&before)[0].clone()]);
    });
}

#[test]
fn a_copy_has_the_changes_and_a_name_of_its_own() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2028-01-31" } });
        let id = a_scenario(app, "One", &[exit]).await;
        let copy = format!("mutation {{ copyScenario(id: \"{id}\", name: \"Other\") {{ {SHOWN} }} }}");
        let copied = app.director().query(&copy).await["copyScenario"].clone();
        assert_eq!(copied["name"], "Other");
        assert_eq!(copied["changes"].as_array().unwrap().len(), 1);
        let taken = app.director().expect_error(&copy, "INVALID").await;
        assert_eq!(taken.message, "name: another scenario already has it");
        let blank = "mutation { createScenario(input: { name: \" \" }) { id } }";
        assert_eq!(app.director().expect_error(blank, "INVALID").await.message, "name: is blank");
        let remove = format!("mutation {{ removeScenario(id: \"{id}\") {{ name }} }}");
        app.director().query(&remove).await;
        let left = app.director().query("{ scenarios { nodes { name changes { words } } } }").await;
        let only =
            json!([{ "name": "Other", "changes": [{ "words": "the site FRA1 is left on 2028-01-31" }] }]);
        assert_eq!(left["scenarios"]["nodes"], only);
    });
}

#[test]
fn statements_do_not_depend_on_how_many_scenarios_and_changes_are_listed() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2028-01-31" } });
        a_scenario(app, "One", std::slice::from_ref(&exit)).await;
        let text = format!("{{ scenarios {{ nodes {{ {SHOWN} }} }} }}");
        let few = app.director().statements(&text).await;
        let curve = json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.04" }] } });
        let price = json!({ "renegotiatedPrice": {
            "colocation": setting.renewing, "factor": "0.9", "from": "2027-01-01" } });
        a_scenario(app, "Two", &[curve.clone(), exit.clone(), price.clone()]).await;
        let some = app.director().statements(&text).await;
        a_scenario(app, "Three", &[price, curve, exit]).await;
        assert_eq!(app.director().statements(&text).await, some);
        assert!(some <= few + 1, "a contract is named now: {some} {few}");
    });
}

#[test]
fn planners_and_finance_write_and_nobody_else_but_directors() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2028-01-31" } });
        let create = "mutation { createScenario(input: { name: \"Mine\" }) { id } }";
        for role in [Role::Viewer, Role::Architect, Role::Committee, Role::Auditor, Role::Admin] {
            app.as_role(role).expect_error(create, "FORBIDDEN").await;
        }
        let id = app.planner().query(create).await["createScenario"]["id"].clone();
        let variables = json!({ "scenario": id, "change": exit });
        app.finance().query_with(ADD, variables.clone()).await;
        app.as_role(Role::Committee).expect_error_with(ADD, variables, "FORBIDDEN").await;
        app.architect().expect_error("{ scenarios { totalCount } }", "FORBIDDEN").await;
        let seen = app.as_role(Role::Committee).query("{ scenarios { totalCount } }").await;
        assert_eq!(seen["scenarios"]["totalCount"], 1);
    });
}

#[test]
fn a_scenario_that_would_tell_a_single_price_is_not_drawn_for_those_who_see_only_sums() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let text = format!("{{ colocationContract(id: \"{}\") {{ charges {{ id }} }} }}", setting.renewing);
        let charge = app.director().query(&text).await["colocationContract"]["charges"][0]["id"].clone();
        let price = json!({ "renegotiatedPrice": {
            "charge": charge, "unitPrice": "77.5", "from": "2027-01-01" } });
        let id = a_scenario(app, "Price", &[price]).await;
        let seen = async |client: support::Client| {
            let text = format!("{{ scenario(id: \"{id}\") {{ {SHOWN} }} }}");
            client.query(&text).await["scenario"]["changes"][0].clone()
        };
        let terms = seen(app.director()).await["terms"].clone();
        assert_eq!(terms["unitPrice"], "77.50");
        let hidden = seen(app.planner()).await;
        assert_eq!(hidden["terms"]["unitPrice"], json!(null));
        assert!(!hidden.to_string().contains("77"), "{hidden}");
        let drawn = format!(
            "{{ roadmap(from: \"2026-01\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ totals {{ total }} }} }}"
        );
        app.planner().expect_error(&drawn, "FORBIDDEN").await;
        app.finance().query(&drawn).await;
        let compared = format!(
            "{{ compareScenarios(ids: [\"{id}\"], from: \"2026-01\", asOf: \"2026-07-01\") {{ months }} }}"
        );
        app.planner().expect_error(&compared, "FORBIDDEN").await;
        let index = json!({ "priceIndex": { "rates": [{ "year": 2026, "rate": "0.3" }] } });
        let sums = a_scenario(app, "Sums", &[index]).await;
        app.planner().query(&drawn.replace(&id, &sums)).await;
    });
}

#[test]
fn what_is_closed_or_retired_later_is_told_by_the_scenarios_that_name_it() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let director = app.director();
        let site = json!({ "code": "OLD1", "name": "Old", "kind": "OFFICE", "timeZone": "UTC" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let workload = &setting.estate.workload;
        let changes = [
            json!({ "growthRate": { "workload": workload, "monthlyRate": "0.02", "from": "2026-08" } }),
            json!({ "siteExit": { "site": site, "on": "2027-01-31" } }),
            json!({ "policyLife": { "policy": setting.estate.policy, "ageMonths": 84 } }),
        ];
        let id = a_scenario(app, "Names", &changes).await;
        let text = "query($id: ID!) { scenario(id: $id) { findings changes { gone } } }";
        let told = async || director.query_with(text, json!({ "id": id })).await["scenario"].clone();
        let fine =
            json!({ "findings": [], "changes": [{ "gone": null }, { "gone": null }, { "gone": null }] });
        assert_eq!(told().await, fine);
        // Both happen whatever was planned, so neither is refused.
        director.query(&format!("mutation {{ closeSite(id: \"{site}\") {{ status }} }}")).await;
        let retire =
            format!("mutation {{ retireWorkload(id: \"{workload}\", on: \"2026-06-30\") {{ name }} }}");
        let name = director.query(&retire).await["retireWorkload"]["name"].as_str().unwrap().to_owned();
        let found = told().await;
        let retired = format!("the workload {name} retired on 2026-06-30");
        assert_eq!(
            found["changes"],
            json!([{ "gone": retired }, { "gone": "the site OLD1 is closed" }, { "gone": null }])
        );
        assert_eq!(found["findings"].as_array().unwrap().len(), 2);
        assert_eq!(
            found["findings"][1],
            "change 2 (the site OLD1 is left on 2027-01-31): the site OLD1 is closed"
        );
        let asked = format!(
            "{{ contractCalendar(from: \"2026-07-01\", to: \"2026-12-31\", scenario: \"{id}\") {{
            explain {{ assumptions }} }} }}"
        );
        let said = director.query(&asked).await["contractCalendar"]["explain"]["assumptions"].to_string();
        assert!(said.contains("is left on 2027-01-31; but the site OLD1 is closed"), "{said}");
    });
}
