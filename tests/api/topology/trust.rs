//! How much of an answer rests on dependencies that are stale or unsure, and how answers explain themselves.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::setting::{a_group, a_service, a_setting, impact, needs};

const TRUST: &str =
    "edges recorded stale unsure doubtful share records { reason item { name } needs { name } }";

/// A shop on a directory, which was last seen long ago, and on a database, which is not sure; and a desk that is neither.
/// The database runs on a server.
async fn doubtful(app: &TestApp) -> [String; 3] {
    let setting = a_setting(app).await;
    let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
    let directory = a_service(app, "Directory", json!({})).await;
    let database = a_service(app, "Database", json!({})).await;
    let desk = a_service(app, "Desk", json!({})).await;
    let server = setting.loose(app, "SRV-1").await;
    needs(app, &shop, &directory, json!({ "lastSeenOn": "2026-01-01" })).await;
    let unsure = json!({ "confidence": "0.25", "lastSeenOn": "2026-06-30" });
    needs(app, &shop, &database, unsure).await;
    needs(app, &database, &server, json!({})).await;
    needs(app, &desk, &database, json!({ "confidence": "0.9" })).await;
    [shop, database, server]
}

async fn asked(client: &Client, text: &str) -> Value {
    client.query(text).await.as_object().unwrap().values().next().unwrap().clone()
}

#[test]
fn an_answer_says_how_much_of_it_rests_on_doubtful_dependencies() {
    on_both_engines(async |app| {
        let [shop, database, server] = doubtful(app).await;
        let viewer = app.viewer();
        // The server takes the database along, and that the shop and the desk: the directory has no part in it.
        let text = format!("{{ impact(of: [\"{server}\"]) {{ trust {{ {TRUST} }} }} }}");
        let unsure = json!({ "reason": "sure to 0.25, below 0.5", "item": { "name": "Shop" }, "needs": { "name": "Database" } });
        assert_eq!(
            asked(&viewer, &text).await["trust"],
            json!({ "edges": 3, "recorded": 3, "stale": 0, "unsure": 1, "doubtful": 1, "share": "0.3333",
                "records": [unsure] })
        );
        let text = format!(
            "{{ impact(of: [\"{database}\"]) {{ trust(minimumConfidence: \"0.95\") {{ unsure doubtful share }} }} }}"
        );
        let expected = json!({ "unsure": 2, "doubtful": 2, "share": "1.00" });
        assert_eq!(asked(&viewer, &text).await["trust"], expected);
        // The server needs its site, which follows from the inventory.
        let text = format!("{{ singlePointsOfFailure(service: \"{shop}\") {{ trust {{ {TRUST} }} }} }}");
        let found = asked(&viewer, &text).await["trust"].clone();
        let counts = ["edges", "recorded", "stale", "unsure", "doubtful"].map(|name| found[name].clone());
        assert_eq!(counts, [json!(4), json!(3), json!(1), json!(1), json!(2)]);
        assert_eq!((&found["share"], found["records"].as_array().unwrap().len()), (&json!("0.50"), 2));
        let text = "{ moveGroups { trust(staleAfterDays: 1000) { edges recorded stale unsure share } } }";
        let expected = json!({ "edges": 4, "recorded": 4, "stale": 0, "unsure": 1, "share": "0.25" });
        assert_eq!(asked(&viewer, text).await["trust"], expected);
        let text = format!("{{ recoveryAssessment(service: \"{shop}\") {{ trust {{ {TRUST} }} }} }}");
        let found = asked(&viewer, &text).await["trust"].clone();
        assert_eq!((&found["edges"], &found["doubtful"]), (&json!(4), &json!(2)));
        for (arguments, field) in
            [("staleAfterDays: -1", "staleAfterDays"), ("minimumConfidence: \"1.5\"", "minimumConfidence")]
        {
            let text = format!("{{ impact(of: [\"{server}\"]) {{ trust({arguments}) {{ edges }} }} }}");
            let refusal = viewer.expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
        }
        let lonely = a_service(app, "Lonely", json!({})).await;
        let text = format!("{{ impact(of: [\"{lonely}\"]) {{ trust {{ edges share }} }} }}");
        assert_eq!(asked(&viewer, &text).await["trust"], json!({ "edges": 0, "share": null }));
    });
}

#[test]
fn what_saved_a_thing_says_how_far_that_can_be_trusted() {
    on_both_engines(async |app| {
        let [shop, _, server] = doubtful(app).await;
        let (one, two) = (a_service(app, "one", json!({})).await, a_service(app, "two", json!({})).await);
        let members = [
            (one.as_str(), json!({})),
            (two.as_str(), json!({ "lastSeenOn": "2026-01-01" })),
            (server.as_str(), json!({ "confidence": "0.4" })),
        ];
        let sure = a_service(app, "sure", json!({})).await;
        a_group(app, &sure, json!({ "name": "some", "requiredCount": 1 }), &members).await;
        let trust = async |of: &str, arguments: &str| {
            let text = format!(
                "affected {{ nodes {{ item {{ name }} status savedBy {{ name }} savedByTrust{arguments} {{ {TRUST} }} }} }}"
            );
            let found = impact(&app.viewer(), &[of], "", &text).await;
            let rows = found["affected"]["nodes"].as_array().unwrap();
            rows.iter()
                .find(|row| row["item"]["name"] == "sure" || row["item"]["name"] == "Shop")
                .unwrap()
                .clone()
        };
        // Of the three one is down, and both that are left are doubtful.
        let found = trust(&one, "").await;
        assert_eq!([&found["status"], &found["savedBy"]], [&json!("AT_RISK"), &json!([{ "name": "some" }])]);
        let of_sure = |reason: &str, needs: &str| json!({ "reason": reason, "item": { "name": "sure" }, "needs": { "name": needs } });
        let stale = of_sure("last seen on 2026-01-01, more than 60 days ago", "two");
        let unsure = of_sure("sure to 0.4, below 0.5", "SRV-1");
        let told = &found["savedByTrust"];
        let records = told["records"].as_array().unwrap();
        assert!(records.len() == 2 && records.contains(&stale) && records.contains(&unsure), "{told}");
        let counts =
            ["edges", "recorded", "stale", "unsure", "doubtful", "share"].map(|name| told[name].clone());
        assert_eq!(counts, [json!(2), json!(2), json!(1), json!(1), json!(2), json!("1.00")]);
        let found = trust(&two, "(minimumConfidence: \"0.3\")").await["savedByTrust"].clone();
        assert_eq!([&found["edges"], &found["doubtful"]], [2, 0]);
        // What nothing saved rests on nothing.
        let found = trust(&shop, "").await;
        assert_eq!(found["savedByTrust"]["edges"], 0);
        let wrong = format!(
            "{{ impact(of: [\"{one}\"]) {{ affected {{ nodes {{ savedByTrust(staleAfterDays: -1) {{ edges }} }} }} }} }}"
        );
        assert_eq!(app.viewer().expect_error(&wrong, "INVALID").await.field, "staleAfterDays");
    });
}

#[test]
fn every_answer_about_the_graph_explains_itself() {
    on_both_engines(async |app| {
        let [shop, _, server] = doubtful(app).await;
        let explain = "explain { formula inputs { name value } assumptions excluded estimated }";
        for text in [
            format!("{{ singlePointsOfFailure(service: \"{shop}\") {{ {explain} }} }}"),
            format!("{{ commonCauses {{ {explain} }} }}"),
            format!("{{ requirements(of: \"{shop}\", include: {{ derived: false }}) {{ {explain} }} }}"),
            format!("{{ dependants(of: \"{server}\") {{ {explain} }} }}"),
            format!("{{ dependencyPath(from: \"{shop}\", to: \"{server}\") {{ {explain} }} }}"),
            format!("{{ neighbourhood(of: \"{shop}\", depth: 2) {{ {explain} }} }}"),
        ] {
            let told = asked(&app.viewer(), &text).await["explain"].clone();
            assert!(!told["formula"].as_str().unwrap().is_empty(), "{text}");
            assert_eq!(told["inputs"][0], json!({ "name": "day", "value": "2026-07-01" }), "{text}");
            assert_eq!((told["estimated"].clone(), told["assumptions"][0].is_string()), (json!(false), true));
        }
        let text =
            format!("{{ requirements(of: \"{shop}\", include: {{ derived: false }}) {{ {explain} }} }}");
        let told = asked(&app.viewer(), &text).await["explain"].clone();
        let left_out = json!("what follows from inventory and contracts, as was asked for");
        assert!(told["excluded"].as_array().unwrap().contains(&left_out), "{told}");
        let text = format!("{{ dependencyPath(from: \"{shop}\", to: \"{server}\") {{ {explain} }} }}");
        let told = asked(&app.viewer(), &text).await["explain"]["inputs"].clone();
        assert!(told.as_array().unwrap().contains(&json!({ "name": "steps", "value": "2" })), "{told}");
    });
}
