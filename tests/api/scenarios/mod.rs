//! Scenarios as their users see them.

mod arguments;
mod comparing;
mod freezing;
mod laying;
mod naming;
mod refusals;
mod writing;

use ::support::{Client, Refusal, TestApp};
use serde_json::{Value, json};

use crate::roadmap::{Estate, send, the_example};

const ADD: &str = "mutation($scenario: ID!, $change: ScenarioChangeInput!) {
    addScenarioChange(scenario: $scenario, change: $change) { id version changes { id words } } }";

/// The example of the roadmap with what scenarios change: a contract that renews, and one whose prices follow an index.
pub(crate) struct Setting {
    estate: Estate,
    pub(crate) renewing: String,
    indexed: String,
}

pub(crate) async fn a_setting(app: &TestApp) -> Setting {
    let estate = the_example(app).await;
    let vendor =
        send(app, "registerVendor", "NewVendor!", json!({ "code": "DUB", "name": "Dublin Colo" })).await;
    let contract = |number: &str, details: Value| {
        json!({
            "number": number, "vendor": vendor, "currency": "USD", "sites": [estate.site],
            "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 12 },
            "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" } },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10", "details": details }],
        })
    };
    let renewing = contract("REN-1", json!({}));
    let renewing = send(app, "signColocationContract", "NewColocationContract!", renewing).await;
    let mut indexed = contract("CPI-1", json!({ "escalator": { "kind": "CPI", "series": "US-CPI" } }));
    indexed["term"]["months"] = json!(36);
    let indexed = send(app, "signColocationContract", "NewColocationContract!", indexed).await;
    Setting { estate, renewing, indexed }
}

/// Creates a scenario with changes, and returns its id.
pub(crate) async fn a_scenario(app: &TestApp, name: &str, changes: &[Value]) -> String {
    let id = send(app, "createScenario", "NewScenario!", json!({ "name": name })).await;
    for change in changes {
        app.director().query_with(ADD, json!({ "scenario": id, "change": change })).await;
    }
    id
}

/// The refusal of a change.
async fn refused(app: &TestApp, scenario: &str, change: Value) -> Refusal {
    let variables = json!({ "scenario": scenario, "change": change });
    app.director().expect_error_with(ADD, variables, "INVALID").await
}

/// The totals of a roadmap under a scenario, by category and year, in minor units.
async fn years(asker: &Client, arguments: &str, category: &str) -> Vec<i64> {
    let text = format!(
        "{{ roadmap(from: \"2026-01\", asOf: \"2026-07-01\", months: 48, groupBy: [], {arguments}) {{
            categories {{ category amounts {{ years {{ amount }} }} }} }} }}"
    );
    let answer = asker.query(&text).await;
    let categories = answer["roadmap"]["categories"].as_array().unwrap().clone();
    let found = categories.into_iter().find(|one| one["category"] == category);
    let Some(found) = found else { return vec![0; 4] };
    let years = found["amounts"]["years"].as_array().unwrap().iter();
    years.map(|year| cents(&year["amount"])).collect()
}

/// An amount in minor units.
fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().unwrap();
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{rest:0<2}").parse().unwrap()
}
