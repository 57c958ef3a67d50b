//! What depends on what.

mod capacities;
mod cold;
mod contracts;
mod days;
mod derived;
mod estate;
mod files;
mod hidden;
mod hostile;
mod impacts;
mod index;
mod index_history;
mod leaning;
mod lists;
mod moves;
mod needs;
mod nouns;
mod oracle;
mod planned;
mod power;
mod quality;
mod real;
mod refusals;
mod reinstating;
mod scenarios;
mod setting;
mod single_points;
mod subscriptions;
mod trust;

use serde_json::{Value, json};
use support::{Client, TestApp};

const SERVICE: &str = "mutation($input: NewService!, $key: String) { registerService(input: $input, idempotencyKey: $key) { id version } }";

const FEED: &str = "mutation($input: NewPowerFeed!) { registerPowerFeed(input: $input) { id version } }";

const GROUP: &str =
    "mutation($input: NewRedundancyGroup!) { defineRedundancyGroup(input: $input) { id version } }";

const RECORD: &str =
    "mutation($input: NewDependency!) { recordDependency(input: $input) { id version hardness } }";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn made(client: &Client, query: &str, input: Value) -> String {
    let data = client.query_with(query, json!({ "input": input })).await;
    text(&data.as_object().unwrap().values().next().unwrap()["id"])
}

async fn service(client: &Client, name: &str, kind: &str, details: Value) -> String {
    made(client, SERVICE, json!({ "name": name, "kind": kind, "details": details })).await
}

async fn application(client: &Client, name: &str) -> String {
    service(client, name, "APPLICATION", json!({})).await
}

async fn site(app: &TestApp, code: &str) -> String {
    let open = "mutation($code: String!) { openSite(input: { code: $code, name: \"Site\", kind: DATA_CENTER,
        timeZone: \"UTC\" }) { id } }";
    text(&app.director().query_with(open, json!({ "code": code })).await["openSite"]["id"])
}

async fn rack(app: &TestApp, site: &str, name: &str) -> String {
    let add = "mutation($site: ID!, $name: String!) {
        installRack(input: { site: $site, name: $name, heightUnits: 42 }) { id } }";
    text(&app.director().query_with(add, json!({ "site": site, "name": name })).await["installRack"]["id"])
}

/// A support contract with a vendor of its own.
async fn support_contract(app: &TestApp, number: &str) -> String {
    let director = app.director();
    let vendor = "mutation { registerVendor(input: { code: \"EQX\", name: \"Equinix\" }) { id } }";
    let vendor = text(&director.query(vendor).await["registerVendor"]["id"]);
    let sign = "mutation($input: NewSupportContract!) { signSupportContract(input: $input) { id } }";
    let input = json!({ "number": number, "vendor": vendor, "currency": "USD", "startsOn": "2026-01-01",
        "endsOn": "2026-12-31", "charge": "1200", "billingFrequency": "YEARLY" });
    made(&director, sign, input).await
}

async fn feed(client: &Client, site: &str, name: &str, details: Value) -> String {
    made(client, FEED, json!({ "site": site, "name": name, "details": details })).await
}

async fn record(client: &Client, from: &str, to: &str, kind: &str, details: Value) -> String {
    made(client, RECORD, json!({ "from": from, "to": to, "kind": kind, "details": details })).await
}

async fn refused(client: &Client, query: &str, input: Value, code: &str) -> (String, String) {
    let error = client.expect_error_with(query, json!({ "input": input }), code).await;
    (error.field, error.message)
}
