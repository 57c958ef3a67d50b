//! Provider accounts, workloads, costs and growth.

mod figures;
mod records;

use serde_json::{Value, json};
use support::Client;

const OPEN: &str = "mutation($input: NewProviderAccount!, $key: String) {
    openProviderAccount(input: $input, idempotencyKey: $key) { id version }
}";

const REGISTER: &str = "mutation($input: NewWorkload!, $key: String) {
    registerWorkload(input: $input, idempotencyKey: $key) { id version }
}";

const RECORD: &str = "mutation($input: CostInput!) {
    recordCost(input: $input) { id version billed { amount currency } source }
}";

const ASSUME: &str = "mutation($input: NewGrowthAssumption!) { assumeGrowth(input: $input) { id version } }";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// An account with AWS in US dollars.
async fn account(client: &Client, number: &str) -> String {
    let input = json!({ "provider": "AWS", "accountNumber": number, "name": "Main", "currency": "USD",
        "details": { "owner": "Platform" } });
    text(&client.query_with(OPEN, json!({ "input": input })).await["openProviderAccount"]["id"])
}

/// A workload on EC2 in Ireland.
async fn workload(client: &Client, account: &str, name: &str, details: Value) -> String {
    let input = json!({ "account": account, "name": name, "service": "EC2", "region": "eu-west-1",
        "details": details });
    text(&client.query_with(REGISTER, json!({ "input": input })).await["registerWorkload"]["id"])
}

/// The figures of a month in US dollars, with the same amount in all four measures.
fn figures(target: (&str, &str), month: &str, amount: &str) -> Value {
    json!({ target.0: target.1, "month": month, "service": "EC2", "currency": "USD",
        "billed": amount, "effective": amount, "list": amount, "contracted": amount })
}

fn with(mut input: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("{changes} is not an object") };
    for (name, value) in changes {
        input[name] = value;
    }
    input
}
