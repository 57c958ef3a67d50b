//! Recovery objectives, backups, drills, and what they come to along the graph, seen from outside.

mod assessments;
mod backups;
mod consistency;
mod drills;
mod files;
mod golden;
mod objectives;
mod verdicts;

use std::path::Path;

use serde_json::{Value, json};
use support::TestApp;

/// The worked examples by id.
fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// Registers an application and returns its id.
async fn a_service(app: &TestApp, name: &str) -> String {
    let text = "mutation($input: NewService!) { registerService(input: $input) { id } }";
    let input = json!({ "name": name, "kind": "APPLICATION", "details": { "tier": 1, "owner": "Platform" } });
    id(&app.director().query_with(text, json!({ "input": input })).await["registerService"])
}

/// Says that one thing is down without another.
async fn needs(app: &TestApp, from: &str, to: &str) {
    let text = format!(
        r#"mutation {{ recordDependency(input: {{ from: "{from}", to: "{to}", kind: DEPENDS_ON }}) {{ id }} }}"#
    );
    app.director().query(&text).await;
}

/// Says that a thing needs so many of others.
async fn needs_some(app: &TestApp, owner: &str, name: &str, count: u32, members: &[&str]) {
    let text = format!(
        r#"mutation {{ defineRedundancyGroup(input: {{ owner: "{owner}", name: "{name}", requiredCount: {count} }})
            {{ id }} }}"#
    );
    let group = id(&app.director().query(&text).await["defineRedundancyGroup"]);
    for member in members {
        let text = format!(
            r#"mutation {{ recordDependency(input: {{
                from: "{owner}", to: "{member}", kind: DEPENDS_ON, details: {{ redundancyGroup: "{group}" }}
            }}) {{ id }} }}"#
        );
        app.director().query(&text).await;
    }
}

/// Records the objective of a thing, with details as GraphQL spells them.
async fn objective(app: &TestApp, item: &str, details: &str) -> Value {
    let text = format!(
        r#"mutation {{ recordRecoveryObjective(input: {{ item: "{item}", details: {{ {details} }} }}) {{
            id version item {{ id name }} timeMinutes pointMinutes ownMinutes failoverMinutes bearsData
            availabilityTarget observedAvailability changedOn note source findings {{ code message }}
        }} }}"#
    );
    app.director().query(&text).await["recordRecoveryObjective"].clone()
}

/// Records a drill about some things, with details as GraphQL spells them.
async fn drill(app: &TestApp, name: &str, kind: &str, on: &str, scope: &[&str], details: &str) -> Value {
    let scope = json!(scope);
    let text = format!(
        r#"mutation {{ recordRecoveryDrill(input: {{
            name: "{name}", kind: {kind}, heldOn: "{on}", scope: {scope}, details: {{ {details} }}
        }}) {{
            id version name kind heldOn declaredAt restoredAt achievedTimeMinutes achievedPointMinutes issues
            signedOffBy evidence scope {{ id name }} findings {{ code }}
        }} }}"#
    );
    app.director().query(&text).await["recordRecoveryDrill"].clone()
}

/// The recovery of one thing, with the fields that are named.
async fn recovery(app: &TestApp, item: &str, arguments: &str, fields: &str) -> Value {
    let text =
        format!(r#"{{ recoveryAssessment(service: "{item}" {arguments}) {{ services {{ {fields} }} }} }}"#);
    app.viewer().query(&text).await["recoveryAssessment"]["services"][0].clone()
}

/// The codes of findings.
fn codes(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}
