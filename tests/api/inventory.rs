//! Sites, racks, makers, models, vendors and assets.

mod assets;
mod findings;
mod life;
mod lists;
mod models;
mod placement;
mod racks;
mod retirement;
mod sites;
mod summary;

use serde_json::{Value, json};
use support::{Client, TestApp};

/// A small estate that tests build on: ids by name.
struct Estate {
    planner: Client,
    site: String,
    rack: String,
    maker: String,
    server: String,
    vendor: String,
}

impl Estate {
    /// One site with one rack of 42 units, one maker with one server of two units, one vendor.
    async fn of(app: &TestApp) -> Self {
        let planner = app.planner();
        let site = open_site(&planner, "FRA1").await;
        let rack = install_rack(&planner, &site, "R01", json!({})).await;
        let maker = made(
            &planner,
            "mutation { made: registerManufacturer(input: { name: \"Acme\" }) { id } }",
            json!({}),
        )
        .await;
        let body = json!({
            "dimensions": { "heightUnits": 2, "weightGrams": 25_000 },
            "power": { "typicalDrawWatts": 400, "maximumDrawWatts": 750 },
        });
        let server = register_model(&planner, &maker, "S-200", "SERVER", body).await;
        let vendor = made(
            &planner,
            "mutation { made: registerVendor(input: { code: \"CDW\", name: \"CDW GmbH\" }) { id } }",
            json!({}),
        )
        .await;
        Self { planner, site, rack, maker, server, vendor }
    }

    /// Registers an asset of the server model.
    async fn asset(&self, tag: &str, status: &str, placement: Value, details: Value) -> String {
        register_asset(&self.planner, tag, &self.server, status, placement, details).await
    }

    /// Registers an asset of the server model at a unit of the rack.
    async fn at_unit(&self, tag: &str, unit: f64) -> String {
        let placement = json!({ "rack": self.rack, "unit": unit });
        self.asset(tag, "IN_SERVICE", placement, json!({})).await
    }
}

async fn made(client: &Client, text: &str, variables: Value) -> String {
    text_of(&client.query_with(text, variables).await["made"]["id"])
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn open_site(client: &Client, code: &str) -> String {
    let text = "mutation($code: String!) {
        made: openSite(input: {
            code: $code, name: \"Frankfurt\", kind: DATA_CENTER, timeZone: \"Europe/Berlin\"
        }) { id }
    }";
    made(client, text, json!({ "code": code })).await
}

async fn install_rack(client: &Client, site: &str, name: &str, details: Value) -> String {
    let text = "mutation($site: ID!, $name: String!, $details: RackDetails!) {
        made: installRack(input: { site: $site, name: $name, heightUnits: 42, details: $details }) { id }
    }";
    made(client, text, json!({ "site": site, "name": name, "details": details })).await
}

async fn register_model(client: &Client, maker: &str, name: &str, kind: &str, details: Value) -> String {
    let text = "mutation($input: NewHardwareModel!) { made: registerHardwareModel(input: $input) { id } }";
    let input = json!({ "manufacturer": maker, "name": name, "kind": kind, "details": details });
    made(client, text, json!({ "input": input })).await
}

const REGISTER: &str = "mutation($input: NewAsset!) { made: registerAsset(input: $input) { id } }";

fn new_asset(tag: &str, model: &str, status: &str, placement: &Value, details: &Value) -> Value {
    json!({ "input": {
        "tag": tag, "model": model, "status": status, "placement": placement, "details": details,
    } })
}

async fn register_asset(
    client: &Client,
    tag: &str,
    model: &str,
    status: &str,
    placement: Value,
    details: Value,
) -> String {
    made(client, REGISTER, new_asset(tag, model, status, &placement, &details)).await
}
