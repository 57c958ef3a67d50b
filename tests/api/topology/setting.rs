//! Small estates in which things depend on each other.

use std::path::Path;

use serde_json::{Value, json};
use support::{Client, TestApp};

use crate::roadmap::send;

/// The worked examples by id.
pub fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A site with a rack that two feeds power, and a model of servers.
pub struct Setting {
    pub site: String,
    pub rack: String,
    pub feeds: [String; 2],
    pub model: String,
}

pub async fn a_site(app: &TestApp, code: &str) -> String {
    let site = json!({ "code": code, "name": code, "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
    send(app, "openSite", "NewSite!", site).await
}

pub async fn a_rack(app: &TestApp, site: &str, name: &str) -> String {
    let rack = json!({ "site": site, "name": name, "heightUnits": 42 });
    send(app, "installRack", "NewRack!", rack).await
}

pub async fn a_feed(app: &TestApp, site: &str, name: &str, details: Value) -> String {
    let feed = json!({ "site": site, "name": name, "details": details });
    send(app, "registerPowerFeed", "NewPowerFeed!", feed).await
}

pub async fn a_setting(app: &TestApp) -> Setting {
    let site = a_site(app, "FRA1").await;
    let rack = a_rack(app, &site, "R1").await;
    let side = |side: &str| json!({ "side": side, "rack": rack });
    let feeds = [a_feed(app, &site, "PA", side("A")).await, a_feed(app, &site, "PB", side("B")).await];
    let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
    let model = json!({
        "manufacturer": maker, "name": "S1", "kind": "SERVER",
        "details": { "dimensions": { "heightUnits": 2 }, "power": { "typicalDrawWatts": 400 } },
    });
    let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
    Setting { site, rack, feeds, model }
}

impl Setting {
    /// A server in the rack.
    pub async fn server(&self, app: &TestApp, tag: &str, unit: i32) -> String {
        let server = json!({
            "tag": tag, "model": self.model, "status": "IN_SERVICE",
            "placement": { "rack": self.rack, "unit": unit },
            "details": {
                "owner": "Platform",
                "purchase": { "price": { "amount": "9000", "currency": "EUR" }, "on": "2025-01-01" },
            },
        });
        send(app, "registerAsset", "NewAsset!", server).await
    }

    /// A server at the site, in no rack.
    pub async fn loose(&self, app: &TestApp, tag: &str) -> String {
        let server = json!({
            "tag": tag, "model": self.model, "status": "IN_SERVICE", "placement": { "site": self.site },
        });
        send(app, "registerAsset", "NewAsset!", server).await
    }
}

pub async fn a_service(app: &TestApp, name: &str, details: Value) -> String {
    let service = json!({ "name": name, "kind": "APPLICATION", "details": details });
    send(app, "registerService", "NewService!", service).await
}

/// Records that one thing needs another.
pub async fn needs(app: &TestApp, from: &str, to: &str, details: Value) -> String {
    let dependency = json!({ "from": from, "to": to, "kind": "USES", "details": details });
    send(app, "recordDependency", "NewDependency!", dependency).await
}

/// A group with its members, hard unless there is more to say of one.
pub async fn a_group(app: &TestApp, owner: &str, terms: Value, members: &[(&str, Value)]) -> String {
    let mut group = terms;
    group["owner"] = json!(owner);
    let group = send(app, "defineRedundancyGroup", "NewRedundancyGroup!", group).await;
    for (member, details) in members {
        let mut details = details.clone();
        details["redundancyGroup"] = json!(group);
        needs(app, owner, member, details).await;
    }
    group
}

/// Takes an asset out of service for good.
pub async fn retire(app: &TestApp, asset: &str) {
    let text = "mutation($id: ID!) { retireAsset(id: $id, on: \"2026-06-30\") { id } }";
    app.director().query_with(text, json!({ "id": asset })).await;
}

/// Asks what fails.
pub async fn impact(client: &Client, of: &[&str], arguments: &str, selection: &str) -> Value {
    let text = format!("query($of: [ID!]!) {{ impact(of: $of {arguments}) {{ {selection} }} }}");
    client.query_with(&text, json!({ "of": of })).await["impact"].clone()
}

/// Names of things, in the order of a list.
pub fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["item"]["name"].as_str().unwrap_or("?")).collect()
}

/// A chain in short: `web HARD, db FAILED`.
pub fn told(chain: &Value) -> String {
    let steps = chain.as_array().unwrap().iter().map(|step| {
        let name = step["item"]["name"].as_str().unwrap_or("?");
        let link = step["link"].as_str().unwrap();
        match step["group"].as_str() {
            Some(group) => format!("{name} {link} {group}"),
            None => format!("{name} {link}"),
        }
    });
    steps.collect::<Vec<_>>().join(", ")
}
