//! Pools of capacity: what they are made of, what was observed of them, and what is to come, seen from outside.

mod actions;
mod agreeing;
mod assumed;
mod demands;
mod files;
mod forecasts;
mod growing;
mod held;
mod horizons;
mod hosts;
mod layers;
mod many;
mod members;
mod observations;
mod overbooked;
mod overcommit;
mod past;
mod places;
mod plans;
mod pools;
mod prometheus;
mod published;
mod purchases;
mod risks;
mod supplies;

use serde_json::{Value, json};
use support::{Refusal, TestApp};

use crate::roadmap::send;

/// Creates a pool and returns its id.
async fn a_pool(app: &TestApp, name: &str, resource: &str, unit: &str, details: Value) -> String {
    let input = json!({ "name": name, "resource": resource, "unit": unit, "details": details });
    send(app, "createCapacityPool", "NewCapacityPool!", input).await
}

/// What a viewer sees of a pool.
async fn seen(app: &TestApp, id: &str, fields: &str) -> Value {
    let text = format!(r#"{{ capacityPool(id: "{id}") {{ {fields} }} }}"#);
    app.viewer().query(&text).await["capacityPool"].clone()
}

const OBSERVE: &str =
    "mutation($pool: ID!, $unit: CapacityUnit!, $observations: [CapacityObservationInput!]!, $key: String) {
    recordCapacityObservations(pool: $pool, unit: $unit, observations: $observations, idempotencyKey: $key) {
        recorded repeated gaps warnings pool { name } } }";

/// Instants with values, as clients send them.
fn rows(given: &[(&str, &str)]) -> Value {
    given.iter().map(|(at, value)| json!({ "at": at, "value": value })).collect()
}

/// Records observations and returns how many were new and how many were there already.
async fn observe(app: &TestApp, pool: &str, unit: &str, given: &[(&str, &str)]) -> (u64, u64) {
    let asked = json!({ "pool": pool, "unit": unit, "observations": rows(given) });
    let made = app.director().query_with(OBSERVE, asked).await["recordCapacityObservations"].clone();
    (made["recorded"].as_u64().unwrap(), made["repeated"].as_u64().unwrap())
}

/// The field at fault and what is wrong with it, which the message names as well.
fn told(refusal: &Refusal) -> (&str, &str) {
    let heading = format!("{}: ", refusal.field);
    (&refusal.field, refusal.message.strip_prefix(&heading).unwrap_or(&refusal.message))
}
