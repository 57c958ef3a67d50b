//! What follows from inventory and contracts without being recorded as a dependency.

use std::collections::BTreeSet;

use serde_json::json;
use support::{TestApp, on_both_engines};

use super::setting::{a_feed, a_rack, a_setting, a_site};
use crate::roadmap::send;

/// What a thing needs directly: names with the link, and the group where it is one.
async fn needed(app: &TestApp, of: &str) -> BTreeSet<String> {
    let text = format!(
        "{{ neighbourhood(of: \"{of}\") {{ items {{ item {{ id name }} }}
            edges {{ from to link group isDerived dependency }} }} }}"
    );
    let found = app.director().query(&text).await["neighbourhood"].clone();
    let name = |id: &serde_json::Value| {
        let items = found["items"].as_array().unwrap();
        let item = items.iter().find(|row| row["item"]["id"] == *id).unwrap();
        item["item"]["name"].as_str().unwrap().to_owned()
    };
    let edges = found["edges"].as_array().unwrap();
    let own = edges.iter().filter(|edge| edge["from"] == *of);
    own.map(|edge| {
        assert_eq!((&edge["isDerived"], edge["dependency"].is_null()), (&json!(true), true));
        let group = edge["group"].as_str().map(|group| format!(" of {group}")).unwrap_or_default();
        format!("{} {}{group}", name(&edge["to"]), edge["link"].as_str().unwrap())
    })
    .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn power_is_redundant_only_where_both_sides_are_live() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = async |rack: &str, tag: &str| {
            let server = json!({
                "tag": tag, "model": setting.model, "status": "IN_SERVICE",
                "placement": { "rack": rack, "unit": 1 },
            });
            send(app, "registerAsset", "NewAsset!", server).await
        };
        let both = server(&setting.rack, "BOTH").await;
        assert_eq!(
            needed(app, &both).await,
            set(&["FRA1 HARD", "R1 HARD", "PA GROUP of power of rack R1", "PB GROUP of power of rack R1"])
        );
        // One feed alone, and one whose twin is not live yet.
        let rack = a_rack(app, &setting.site, "R2").await;
        a_feed(app, &setting.site, "2A", json!({ "side": "A", "rack": rack })).await;
        let one = server(&rack, "ONE").await;
        assert_eq!(needed(app, &one).await, set(&["FRA1 HARD", "R2 HARD", "2A HARD"]));
        a_feed(app, &setting.site, "2B", json!({ "side": "B", "rack": rack, "status": "PLANNED" })).await;
        assert_eq!(needed(app, &one).await, set(&["FRA1 HARD", "R2 HARD", "2A HARD"]));
        // Two of the same side back each other up as little as one that is of no side.
        let rack = a_rack(app, &setting.site, "R3").await;
        for name in ["3A", "3C"] {
            a_feed(app, &setting.site, name, json!({ "side": "A", "rack": rack })).await;
        }
        let same = server(&rack, "SAME").await;
        assert_eq!(needed(app, &same).await, set(&["FRA1 HARD", "R3 HARD", "3A HARD", "3C HARD"]));
        a_feed(app, &setting.site, "1X", json!({ "rack": setting.rack })).await;
        assert!(needed(app, &both).await.contains("1X HARD"));
        // A rack and a feed need their site, and a feed what it hangs on.
        let main = a_feed(app, &setting.site, "MAIN", json!({})).await;
        let branch = a_feed(app, &setting.site, "BRANCH", json!({ "upstream": main })).await;
        assert_eq!(needed(app, &branch).await, set(&["FRA1 HARD", "MAIN HARD"]));
        // A rack needs its feeds as what stands in it does, and none where none is on record.
        let power = "of power of rack R1";
        let sides = [format!("PA GROUP {power}"), format!("PB GROUP {power}")];
        assert_eq!(
            needed(app, &setting.rack).await,
            set(&["FRA1 HARD", "1X HARD", sides[0].as_str(), sides[1].as_str()])
        );
        let bare = a_rack(app, &setting.site, "R4").await;
        assert_eq!(needed(app, &bare).await, set(&["FRA1 HARD"]));
    });
}

#[test]
fn chassis_accounts_and_contracts_are_needed() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let chassis = setting.server(app, "CHASSIS", 1).await;
        let blade = json!({
            "tag": "BLADE", "model": setting.model, "status": "IN_SERVICE", "placement": { "parent": chassis },
        });
        let blade = send(app, "registerAsset", "NewAsset!", blade).await;
        assert!(needed(app, &blade).await.contains("CHASSIS HARD"));
        let account = json!({ "provider": "AWS", "accountNumber": "1", "name": "Prod", "currency": "USD" });
        let account = send(app, "openProviderAccount", "NewProviderAccount!", account).await;
        let region = a_site(app, "EUW1").await;
        let workload = json!({
            "account": account, "name": "shop", "service": "EC2", "region": "eu-west-1",
            "details": { "site": region },
        });
        let workload = send(app, "registerWorkload", "NewWorkload!", workload).await;
        assert_eq!(needed(app, &workload).await, set(&["Prod HARD", "EUW1 HARD", "eu-west-1 HARD"]));
        let vendor = json!({ "code": "COLO", "name": "Colo" });
        let vendor = send(app, "registerVendor", "NewVendor!", vendor).await;
        let contract = |number: &str, begins: &str| {
            json!({
                "number": number, "vendor": vendor, "currency": "USD", "sites": [setting.site],
                "term": { "signedOn": "2025-01-01", "billingStartsOn": begins, "months": 12 },
                "notice": { "minimum": 30 },
                "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
            })
        };
        // One has ended, one runs, one has not begun.
        for (number, begins) in [("C-1", "2025-01-01"), ("C-2", "2026-01-01"), ("C-3", "2027-01-01")] {
            let contract = contract(number, begins);
            send(app, "signColocationContract", "NewColocationContract!", contract).await;
        }
        assert_eq!(needed(app, &setting.site).await, set(&["C-2 HARD"]));
    });
}

#[test]
fn a_region_fails_with_all_that_runs_in_it() {
    on_both_engines(async |app| {
        let director = app.director();
        let account = async |provider: &str, number: &str| {
            let account =
                json!({ "provider": provider, "accountNumber": number, "name": number, "currency": "USD" });
            send(app, "openProviderAccount", "NewProviderAccount!", account).await
        };
        let (prod, test) = (account("AZURE", "prod").await, account("AZURE", "test").await);
        let (other, another) = (account("OTHER", "one").await, account("OTHER", "two").await);
        for (account, name, region) in [
            (&prod, "shop", "eastus2"),
            (&test, "trial", "EastUS2"),
            (&prod, "spare", "westeurope"),
            (&other, "vm", "prod"),
            (&another, "vm too", "prod"),
        ] {
            let workload = json!({ "account": account, "name": name, "service": "VM", "region": region });
            send(app, "registerWorkload", "NewWorkload!", workload).await;
        }
        let text = "{ workloads(filter: { name: { in: [\"shop\", \"vm\"] } }, orderBy: { field: NAME }) { nodes { id } } }";
        let workloads = director.query(text).await["workloads"]["nodes"].clone();
        let region_of = async |workload: &serde_json::Value| {
            let text = format!(
                "{{ requirements(of: {workload}) {{ items(first: 20) {{ item {{ id name kind }} }} }} }}"
            );
            let found = director.query(&text).await["requirements"]["items"].clone();
            let rows = found.as_array().unwrap();
            let region = rows.iter().find(|row| row["item"]["kind"] == "CLOUD_REGION").unwrap();
            region["item"]["id"].as_str().unwrap().to_owned()
        };
        let fallen = async |client: &support::Client, region: &str| {
            let text =
                format!("{{ impact(of: [\"{region}\"]) {{ affected {{ nodes {{ item {{ name }} }} }} }} }}");
            let found = client.query(&text).await["impact"]["affected"]["nodes"].clone();
            let rows = found.as_array().unwrap().iter();
            rows.map(|row| row["item"]["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let region = region_of(&workloads[0]["id"]).await;
        assert!(region.starts_with("cloud_region_"), "{region}");
        assert_eq!(fallen(&director, &region).await, set(&["eastus2", "shop", "trial"]));
        // Two accounts of nobody knows whom have regions of their own, though they are called alike.
        let own = region_of(&workloads[1]["id"]).await;
        assert_eq!(fallen(&director, &own).await, set(&["prod", "vm"]));
        let nowhere = "{ impact(of: [\"cloud_region_0199a3f47c1e7b529d0a2f6e8c4b1a37\"]) { hidden } }";
        director.expect_error(nowhere, "NOT_FOUND").await;
    });
}
