//! Contracts as their users see them.

mod apparent;
mod bills;
mod calendar;
mod charges;
mod colocation;
mod coverage;
mod decisions;
mod deployments;
mod desk;
mod findings;
pub(crate) mod golden;
mod indices;
mod invoices;
mod leases;
mod lists;
mod notice;
mod power;
mod refusals;
mod support;

use ::support::TestApp;
use serde_json::{Value, json};

/// Registers a vendor and returns its id.
async fn a_vendor(app: &TestApp, code: &str) -> String {
    let text = "mutation($input: NewVendor!) { registerVendor(input: $input) { id } }";
    let input = json!({ "input": { "code": code, "name": format!("{code} Inc.") } });
    id(&app.director().query_with(text, input).await["registerVendor"])
}

/// Opens a site and returns its id.
async fn a_site(app: &TestApp, code: &str) -> String {
    let text = "mutation($input: NewSite!) { openSite(input: $input) { id } }";
    let input =
        json!({ "input": { "code": code, "name": code, "kind": "COLOCATION", "timeZone": "Europe/Berlin" } });
    id(&app.director().query_with(text, input).await["openSite"])
}

/// A contract that could be signed: a year from 2026-01-01, one cabinet, 30 days of notice.
fn a_contract(number: &str, vendor: &str, sites: &[&str]) -> Value {
    json!({
        "number": number,
        "vendor": vendor,
        "currency": "USD",
        "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 12 },
        "notice": { "minimum": 30 },
        "sites": sites,
        "charges": [{ "kind": "SPACE_CABINET", "unitPrice": "1000", "quantity": "1" }],
        "details": { "owner": "Infrastructure" },
    })
}

const SIGN: &str =
    "mutation($input: NewColocationContract!) { signColocationContract(input: $input) { id } }";

/// Signs a contract and returns its id.
async fn sign(app: &TestApp, input: Value) -> String {
    let data = app.director().query_with(SIGN, json!({ "input": input })).await;
    id(&data["signColocationContract"])
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// The same JSON with other values under some of its keys.
fn with(mut base: Value, change: &Value) -> Value {
    merge(&mut base, change);
    base
}

fn merge(base: &mut Value, change: &Value) {
    match (base, change) {
        (Value::Object(base), Value::Object(change)) => {
            for (key, value) in change {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, change) => base.clone_from(change),
    }
}

/// JSON with a line for each field of the object, or of each object of the list.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("\n\n"),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
