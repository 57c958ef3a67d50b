//! Equipment that services run on.

use serde_json::{Value, json};
use support::{Client, TestApp};

use super::{made, text};

/// A server model that usually draws 400 watts.
pub(super) async fn server_model(app: &TestApp) -> String {
    model(app, json!({ "typicalDrawWatts": 400 })).await
}

/// A server model of whose draw nothing is known.
pub(super) async fn model_without_draw(app: &TestApp) -> String {
    model(app, json!({})).await
}

async fn model(app: &TestApp, power: Value) -> String {
    let director = app.director();
    let maker = "mutation { registerManufacturer(input: { name: \"Acme\" }) { id } }";
    let maker = text(&director.query(maker).await["registerManufacturer"]["id"]);
    let model = "mutation($input: NewHardwareModel!) { registerHardwareModel(input: $input) { id } }";
    let details = json!({ "dimensions": { "heightUnits": 1 }, "power": power });
    let input = json!({ "manufacturer": maker, "name": "S-100", "kind": "SERVER", "details": details });
    made(&director, model, input).await
}

/// A server in service, at a site or in a rack.
pub(super) async fn server(client: &Client, model: &str, tag: &str, placement: Value) -> String {
    let register = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
    let input = json!({ "tag": tag, "model": model, "status": "IN_SERVICE", "placement": placement });
    made(client, register, input).await
}
