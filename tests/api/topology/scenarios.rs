//! The graph as a scenario leaves it.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::setting::{a_group, a_service, a_setting, a_site, names, needs};
use crate::{roadmap::send, scenarios::a_scenario};

/// A shop on one of two servers at two sites, a desk on the first alone, and a scenario that leaves the first site.
struct Leaving {
    shop: String,
    desk: String,
    first: String,
    scenario: String,
}

async fn leaving(app: &TestApp) -> Leaving {
    let setting = a_setting(app).await;
    let first = setting.loose(app, "SRV-1").await;
    let other = a_site(app, "MUC1").await;
    let second = json!({
        "tag": "SRV-2", "model": setting.model, "status": "IN_SERVICE", "placement": { "site": other },
    });
    let second = send(app, "registerAsset", "NewAsset!", second).await;
    let (shop, desk) = (a_service(app, "Shop", json!({})).await, a_service(app, "Desk", json!({})).await);
    let pair = json!({ "name": "pair", "requiredCount": 1 });
    a_group(app, &shop, pair, &[(&first, json!({})), (&second, json!({}))]).await;
    needs(app, &desk, &first, json!({})).await;
    let exit = json!({ "siteExit": { "site": setting.site, "on": "2027-03-31" } });
    let scenario = a_scenario(app, "Leave", &[exit]).await;
    Leaving { shop, desk, first, scenario }
}

/// Asks on the last day before the site is left, and on the first after it.
async fn before_and_after(client: &Client, leaving: &Leaving, question: &str, selection: &str) -> [Value; 2] {
    let ask = async |day: &str| {
        let (head, arguments) = question.split_once('(').unwrap_or((question, ")"));
        let arguments = arguments.trim_end_matches(')');
        let text = format!(
            "{{ answer: {head}({arguments} asOf: \"{day}\", scenario: \"{}\") {{ {selection} }} }}",
            leaving.scenario
        );
        client.query(&text).await["answer"].clone()
    };
    [ask("2027-03-30").await, ask("2027-03-31").await]
}

#[test]
fn what_a_scenario_takes_away_is_down_in_every_answer() {
    on_both_engines(async |app| {
        let leaving = leaving(app).await;
        let viewer = app.viewer();
        let [before, after] =
            before_and_after(&viewer, &leaving, "graph", "thingsGone fingerprint nodes").await;
        assert_eq!((&before["thingsGone"], &after["thingsGone"]), (&json!(0), &json!(1)));
        assert_eq!(before["nodes"], after["nodes"]);
        assert_ne!(before["fingerprint"], after["fingerprint"]);
        let question = format!("impact(of: [\"{}\"],)", leaving.first);
        let [before, after] =
            before_and_after(&viewer, &leaving, &question, "graph { thingsGone nodes }").await;
        let gone = |answer: &Value| answer["graph"]["thingsGone"].clone();
        assert_eq!((gone(&before), gone(&after)), (json!(0), json!(1)));
        let question = format!("singlePointsOfFailure(service: \"{}\",)", leaving.shop);
        let selection = "services { isNeverUp points { item { name } } } graph { thingsGone }";
        let [before, after] = before_and_after(&viewer, &leaving, &question, selection).await;
        assert_eq!(before["services"], json!([]));
        let mut points = names(&after["services"][0]["points"]);
        points.sort_unstable();
        assert_eq!(points, ["MUC1", "SRV-2"]);
        assert_eq!(after["services"][0]["isNeverUp"], false);
        let question = format!("singlePointsOfFailure(service: \"{}\",)", leaving.desk);
        let [before, after] = before_and_after(&viewer, &leaving, &question, selection).await;
        assert_eq!(before["services"][0]["isNeverUp"], false);
        assert_eq!(after["services"][0]["isNeverUp"], true);
        let question = format!("recoveryAssessment(service: \"{}\",)", leaving.desk);
        let [before, after] =
            before_and_after(&viewer, &leaving, &question, "order { never { name } } graph { thingsGone }")
                .await;
        assert_eq!(before["order"]["never"], json!([]));
        let never = after["order"]["never"].as_array().unwrap();
        assert!(never.contains(&json!({ "name": "Desk" })), "{never:?}");
        let [_, after] = before_and_after(&viewer, &leaving, "commonCauses", "graph { thingsGone }").await;
        assert_eq!(after["graph"]["thingsGone"], 1);
    });
}

#[test]
fn what_is_left_is_walked_without_what_is_gone() {
    on_both_engines(async |app| {
        let leaving = leaving(app).await;
        let viewer = app.viewer();
        let question = format!("requirements(of: \"{}\",)", leaving.shop);
        let [before, after] =
            before_and_after(&viewer, &leaving, &question, "items { item { name } } graph { thingsGone }")
                .await;
        assert!(names(&before["items"]).contains(&"SRV-1"));
        assert_eq!(names(&after["items"]), ["SRV-2", "MUC1"]);
        // The site, its rack and two feeds, its server, and the desk on it.
        assert_eq!(after["graph"]["thingsGone"], 6);
        let question = format!("neighbourhood(of: \"{}\",)", leaving.shop);
        let [before, after] = before_and_after(&viewer, &leaving, &question, "items { item { name } }").await;
        assert_eq!(before["items"].as_array().unwrap().len(), 3);
        assert_eq!(names(&after["items"]), ["Shop", "SRV-2"]);
        let text = format!(
            "{{ dependencyPath(from: \"{}\", to: \"{}\", asOf: \"2027-03-31\", scenario: \"{}\") {{ length }} }}",
            leaving.shop, leaving.first, leaving.scenario
        );
        let refusal = viewer.expect_error(&text, "INVALID").await;
        assert!(refusal.message.contains("`SRV-1`"), "{}", refusal.message);
        assert_eq!(refusal.field, "to");
        let selection = "groups { members { name } } graph { thingsGone }";
        let [before, after] = before_and_after(&viewer, &leaving, "moveGroups", selection).await;
        let members = |answer: &Value| {
            let groups = answer["groups"].as_array().unwrap().clone();
            let members = groups.into_iter().flat_map(|group| group["members"].as_array().unwrap().clone());
            let mut names: Vec<_> =
                members.map(|member| member["name"].as_str().unwrap().to_owned()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(members(&before), ["Desk", "SRV-1", "SRV-2", "Shop"]);
        assert_eq!(members(&after), ["SRV-2", "Shop"]);
        assert_eq!(after["graph"]["thingsGone"], 6);
        let selection = "findings(kinds: [RETIRED_END, ORPHAN]) { kind count }";
        let [before, after] = before_and_after(&viewer, &leaving, "graphQuality", selection).await;
        let counts = |retired: u32| json!([{ "kind": "RETIRED_END", "count": retired }, { "kind": "ORPHAN", "count": 0 }]);
        assert_eq!(before["findings"], counts(0));
        assert_eq!(after["findings"], counts(2));
        let unknown = format!("scenario_{:032}", 0);
        let text = format!("{{ graph(scenario: \"{unknown}\") {{ nodes }} }}");
        viewer.expect_error(&text, "NOT_FOUND").await;
    });
}
