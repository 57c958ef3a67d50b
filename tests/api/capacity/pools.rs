//! Pools: created, changed, found, retired, and refused for a reason.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{a_pool, seen, told};

const CREATE: &str = "mutation($input: NewCapacityPool!) { createCapacityPool(input: $input) { id } }";
const UPDATE: &str = "mutation($id: ID!, $changes: CapacityPoolChanges!, $version: Int) {
    updateCapacityPool(id: $id, changes: $changes, expectedVersion: $version) { version name } }";

#[test]
fn a_pool_is_created_changed_found_and_retired() {
    on_both_engines(async |app| {
        let details = json!({
            "raw": "480", "usable": "345.6", "planningLimit": "0.8", "plannable": "276.48", "leadDays": 90,
            "installDays": 30, "approvalDays": 20, "bufferDays": 40, "fitFrom": "2026-01-01", "note": "8+2",
        });
        let pool = a_pool(app, "Frankfurt storage", "STORAGE", "TERABYTE", details).await;
        a_pool(app, "Frankfurt ports", "PORTS", "PORT", json!({})).await;
        let fields = "version name resource unit basis raw { quantity reason } usable { quantity }
            plannable { quantity explanation { formula } } allocated { quantity reason } planningLimit leadDays
            installDays approvalDays bufferDays fitFrom isActive note site { code } members { id }";
        assert_eq!(
            seen(app, &pool, fields).await,
            json!({
                "version": 1, "name": "Frankfurt storage", "resource": "STORAGE", "unit": "TERABYTE",
                "basis": "DECLARED", "raw": { "quantity": "480", "reason": null }, "usable": { "quantity": "345.6" },
                "plannable": { "quantity": "276.48", "explanation": { "formula": "as stated" } },
                "allocated": { "quantity": null, "reason": "allocated was never stated" }, "planningLimit": "0.8",
                "leadDays": 90, "installDays": 30, "approvalDays": 20, "bufferDays": 40, "fitFrom": "2026-01-01",
                "isActive": true, "note": "8+2", "site": null, "members": [],
            })
        );
        let changes = json!({ "name": "FRA1 storage", "raw": "500", "note": null });
        let asked = json!({ "id": pool, "changes": changes, "version": 1 });
        let changed = app.planner().query_with(UPDATE, asked.clone()).await["updateCapacityPool"].clone();
        assert_eq!(changed, json!({ "version": 2, "name": "FRA1 storage" }));
        app.planner().expect_error_with(UPDATE, asked, "CONFLICT").await;

        for (filter, count) in [
            ("resource: { in: [STORAGE] }", 1),
            ("name: { contains: \"orts\" }", 1),
            ("isActive: { eq: true }", 2),
            ("basis: { eq: INVENTORY }", 0),
        ] {
            let text = format!("{{ capacityPools(filter: {{ {filter} }}) {{ totalCount }} }}");
            assert_eq!(app.viewer().query(&text).await["capacityPools"]["totalCount"], count, "{filter}");
        }
        let ordered = "{ capacityPools(orderBy: [{ field: NAME, direction: DESC }]) { nodes { name } } }";
        let ordered = app.viewer().query(ordered).await["capacityPools"]["nodes"].clone();
        assert_eq!(ordered, json!([{ "name": "Frankfurt ports" }, { "name": "FRA1 storage" }]));
        let named =
            format!(r#"{{ capacityPool(name: "FRA1 storage") {{ id }} node(id: "{pool}") {{ id }} }}"#);
        let named = app.viewer().query(&named).await;
        assert_eq!([&named["capacityPool"]["id"], &named["node"]["id"]], [&json!(pool), &json!(pool)]);
        app.viewer().expect_error("{ capacityPool { id } }", "INVALID").await;

        let retire = format!(r#"mutation {{ retireCapacityPool(id: "{pool}") {{ isActive }} }}"#);
        app.viewer().expect_error(&retire, "FORBIDDEN").await;
        assert_eq!(app.planner().query(&retire).await["retireCapacityPool"]["isActive"], false);
        let again = app.planner().expect_error(&retire, "INVALID").await;
        assert_eq!(told(&again), ("pool", "FRA1 storage is retired"));
    });
}

#[test]
fn a_pool_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let input = |resource: &str, unit: &str, details: Value| json!({ "input": { "name": "P", "resource": resource, "unit": unit, "details": details } });
        for (asked, field, message) in [
            (
                input("POWER", "PORT", json!({})),
                "unit",
                "PORT does not measure POWER, which is counted in WATT, KILOWATT",
            ),
            (input("PORTS", "PORT", json!({ "raw": "-1" })), "raw", "-1 is below 0"),
            (
                input("PORTS", "PORT", json!({ "raw": "48", "usable": "50" })),
                "usable",
                "50 is more than raw, 48",
            ),
            (
                input("PORTS", "PORT", json!({ "raw": "48", "plannable": "50" })),
                "plannable",
                "50 is more than raw, 48",
            ),
            (
                input("PORTS", "PORT", json!({ "raw": "2000000000" })),
                "raw",
                "2000000000 is more than 1000000000 either way",
            ),
            (
                input("PORTS", "PORT", json!({ "planningLimit": "80" })),
                "planningLimit",
                "80 is more than 1; this is a fraction, so 80 % is 0.8",
            ),
            (
                input("PORTS", "PORT", json!({ "leadDays": 4000 })),
                "leadDays",
                "4000 is not between 0 and 3650",
            ),
            (
                input("RACK_UNITS", "RACK_UNIT", json!({ "basis": "INVENTORY", "raw": "42" })),
                "raw",
                "42 is stated, and the basis INVENTORY counts it from the members; leave one out",
            ),
            (
                input("PORTS", "PORT", json!({ "basis": "INVENTORY" })),
                "basis",
                "INVENTORY counts RACK_UNITS, POWER, STORAGE, VCPU and MEMORY; of PORTS the inventory records nothing, so state it with DECLARED",
            ),
        ] {
            let refusal = app.planner().expect_error_with(CREATE, asked, "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
        a_pool(app, "P", "PORTS", "PORT", json!({})).await;
        app.planner().expect_error_with(CREATE, input("PORTS", "PORT", json!({})), "INVALID").await;
        app.viewer().expect_error_with(CREATE, input("PORTS", "PORT", json!({})), "FORBIDDEN").await;
    });
}
