//! What a caller may not see is named in no way, not by what is called after it either.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    contracts::{a_contract, a_vendor},
    record,
    setting::{Setting, a_group, a_service, a_setting, impact, needs, told},
};
use crate::roadmap::send;

const STEPS: &str = "item { name } link group";

/// A contract that keeps a site until the end of 2026.
async fn a_kept_site(app: &TestApp) -> (Setting, String) {
    let setting = a_setting(app).await;
    let vendor = a_vendor(app, "COLO").await;
    let contract = a_contract(app, "C-1", (&vendor, &setting.site), "2026-01-01", json!({})).await;
    (setting, contract)
}

#[test]
fn what_was_down_before_is_counted_with_what_is_hidden_of_it() {
    on_both_engines(async |app| {
        let (setting, _) = a_kept_site(app).await;
        let server = setting.loose(app, "SRV-1").await;
        let text = format!(
            "alreadyDownCount alreadyDownHidden alreadyDown {{ item {{ name }} reason {{ {STEPS} }} }} hidden"
        );
        let ask = async |client: &Client| impact(client, &[&server], ", asOf: \"2027-01-01\"", &text).await;
        let (all, seen) = (ask(&app.director()).await, ask(&app.viewer()).await);
        let site = |answer: &Value| {
            let rows = answer["alreadyDown"].as_array().unwrap();
            let row = rows.iter().find(|row| row["item"]["name"] == "FRA1").unwrap();
            (told(&row["reason"]), rows.len())
        };
        // The contract, the site, its rack, two feeds and the server.
        let counts = |answer: &Value| json!([answer["alreadyDownCount"], answer["alreadyDownHidden"]]);
        assert_eq!(counts(&all), json!([6, 0]));
        assert_eq!(counts(&seen), json!([6, 1]));
        assert_eq!(site(&all), ("FRA1 HARD, C-1 UNMET term that ended on 2026-12-31".to_owned(), 6));
        assert_eq!(site(&seen), ("FRA1 HARD, ? UNMET".to_owned(), 5));
    });
}

#[test]
fn groups_of_what_is_hidden_have_no_name() {
    on_both_engines(async |app| {
        let (_, contract) = a_kept_site(app).await;
        let (one, two) = (a_service(app, "one", json!({})).await, a_service(app, "two", json!({})).await);
        let desk = a_service(app, "Desk", json!({})).await;
        needs(app, &desk, &contract, json!({})).await;
        let members = [(one.as_str(), json!({})), (two.as_str(), json!({}))];
        a_group(app, &contract, json!({ "name": "secret pair", "requiredCount": 1 }), &members).await;
        let text = format!(
            "{{ requirements(of: \"{desk}\") {{ items {{ item {{ name }} link group }}
                    tree {{ rows {{ item {{ name }} link group }} }} }}
                dependencyPath(from: \"{desk}\", to: \"{one}\") {{ ways {{ steps {{ {STEPS} }} }} }}
                impact(of: [\"{one}\", \"{two}\"]) {{ affected {{ nodes {{ item {{ name }}
                    reason {{ {STEPS} }} }} }} }}
                singlePointsOfFailure(service: \"{desk}\") {{ services {{ points {{ groups {{ name }} }} }} }}
                commonCauses {{ causes {{ group {{ name }} }} }}
                redundancyGroups {{ totalCount nodes {{ name requiredCount }} }} }}"
        );
        let (all, seen) = (app.director().query(&text).await, app.viewer().query(&text).await);
        let member = |answer: &Value| {
            let rows = answer["requirements"]["items"].as_array().unwrap();
            let row = rows.iter().find(|row| row["item"]["name"] == "one").unwrap();
            json!([row["link"], row["group"]])
        };
        assert_eq!(member(&all), json!(["GROUP", "secret pair"]));
        assert_eq!(member(&seen), json!(["GROUP", null]));
        let way = |answer: &Value| told(&answer["dependencyPath"]["ways"][0]["steps"]);
        assert_eq!(way(&all), "Desk HARD, C-1 GROUP secret pair, one END");
        assert_eq!(way(&seen), "Desk HARD, ? GROUP, one END");
        let why = |answer: &Value| {
            let rows = answer["impact"]["affected"]["nodes"].as_array().unwrap();
            told(&rows.iter().find(|row| row["item"]["name"] == "Desk").unwrap()["reason"])
        };
        assert!(why(&all).starts_with("Desk HARD, C-1 GROUP secret pair, "), "{}", why(&all));
        assert!(why(&seen).starts_with("Desk HARD, ? GROUP, "), "{}", why(&seen));
        assert_eq!(all["redundancyGroups"]["totalCount"], 1);
        assert_eq!(seen["redundancyGroups"], json!({ "totalCount": 0, "nodes": [] }));
        assert!(!seen.to_string().contains("secret"), "{seen}");
    });
}

#[test]
fn what_is_said_of_hidden_things_alone_is_hidden_too() {
    on_both_engines(async |app| {
        let (setting, contract) = a_kept_site(app).await;
        let vendor = a_vendor(app, "NEXT").await;
        let other = a_contract(app, "C-2", (&vendor, &setting.site), "2026-02-01", json!({})).await;
        let desk = a_service(app, "Desk", json!({})).await;
        let said =
            record(&app.director(), &desk, &contract, "DEPENDS_ON", json!({ "note": "of both" })).await;
        let secret = json!({ "note": "secret", "latencyBudgetMilliseconds": 7 });
        let hidden = record(&app.director(), &contract, &other, "DEPENDS_ON", secret).await;
        let mut objectives = Vec::new();
        for item in [&desk, &contract] {
            let objective = json!({ "item": item, "details": { "timeMinutes": 77, "pointMinutes": 7 } });
            let name = "recordRecoveryObjective";
            objectives.push(send(app, name, "NewRecoveryObjective!", objective).await);
        }
        let lists = "{ dependencies { totalCount nodes { kind note from { name } to { name } } }
            recoveryObjectives { totalCount nodes { item { name } timeMinutes } } }";
        let all = app.director().query(lists).await;
        assert_eq!(all["dependencies"]["totalCount"], 2);
        assert_eq!(all["recoveryObjectives"]["totalCount"], 2);
        let seen = json!({
            // What is noted of both ends is for those who may see both.
            "dependencies": { "totalCount": 1, "nodes": [
                { "kind": "DEPENDS_ON", "note": null, "from": { "name": "Desk" }, "to": null },
            ] },
            "recoveryObjectives": {
                "totalCount": 1, "nodes": [{ "item": { "name": "Desk" }, "timeMinutes": 77 }],
            },
        });
        assert_eq!(app.viewer().query(lists).await, seen);
        let text = |dependency: &str, objective: &str| {
            format!(
                "{{ dependency(id: \"{dependency}\") {{ note kind }}
                    recoveryObjective(id: \"{objective}\") {{ timeMinutes }} }}"
            )
        };
        let whole = app.viewer().query(&text(&said, &objectives[0])).await;
        let expected = json!({ "dependency": { "note": null, "kind": "DEPENDS_ON" }, "recoveryObjective": { "timeMinutes": 77 } });
        assert_eq!(whole, expected);
        let nothing = app.viewer().query(&text(&hidden, &objectives[1])).await;
        assert_eq!(nothing, json!({ "dependency": null, "recoveryObjective": null }));
        let known = app.architect().query(&text(&hidden, &objectives[1])).await;
        assert_eq!(known["dependency"]["note"], "secret");
    });
}
