//! Assets: what they show, and how they are registered, changed and removed.

use serde_json::json;
use support::on_both_engines;

use super::{Estate, REGISTER, new_asset};

const EVERY_FIELD: &str = "query($tag: String!) {
    asset(tag: $tag) {
        version createdAt updatedAt tag name serial status
        model { name manufacturer { name } }
        placement { site { code } rack { name } unit face parent { tag } }
        purchase { price { amount currency } priceHidden on order vendor { code } }
        inServiceOn warrantyEndsOn leaseReturnOn retiredOn disposedOn owner tier environment
        power { basis measuredDrawWatts drawWatts }
        children { tag } costCentre source
    }
}";

#[test]
fn an_asset_shows_what_it_was_registered_with() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let details = json!({
            "name": "db-7", "serial": "SN-1", "inServiceOn": "2024-03-01", "warrantyEndsOn": "2027-02-28",
            "leaseReturnOn": "2028-01-01", "owner": "Databases", "tier": 1, "environment": "STAGING",
            "power": { "basis": "MEASURED", "measuredDrawWatts": 312 }, "costCentre": "4711",
            "purchase": {
                "price": { "amount": "18500.5", "currency": "EUR" }, "on": "2024-02-01",
                "vendor": estate.vendor, "order": "PO-9",
            },
        });
        let placement = json!({ "rack": estate.rack, "unit": 10.5 });
        estate.asset("A-1", "IN_SERVICE", placement, details).await;

        let answer = app.director().query_with(EVERY_FIELD, json!({ "tag": "A-1" })).await;
        assert_eq!(
            answer["asset"],
            json!({
                "version": 1, "createdAt": "2026-07-01T09:00:00+00:00", "updatedAt": "2026-07-01T09:00:00+00:00",
                "tag": "A-1", "name": "db-7", "serial": "SN-1", "status": "IN_SERVICE",
                "model": { "name": "S-200", "manufacturer": { "name": "Acme" } },
                "placement": {
                    "site": { "code": "FRA1" }, "rack": { "name": "R01" }, "unit": 10.5, "face": "FRONT",
                    "parent": null,
                },
                "purchase": {
                    "price": { "amount": "18500.50", "currency": "EUR" }, "priceHidden": false,
                    "on": "2024-02-01", "order": "PO-9", "vendor": { "code": "CDW" },
                },
                "inServiceOn": "2024-03-01", "warrantyEndsOn": "2027-02-28", "leaseReturnOn": "2028-01-01",
                "retiredOn": null, "disposedOn": null, "owner": "Databases", "tier": 1,
                "environment": "STAGING",
                "power": { "basis": "MEASURED", "measuredDrawWatts": 312, "drawWatts": 312 },
                "children": [], "costCentre": "4711", "source": null,
            })
        );

        let answer = app.planner().query_with(EVERY_FIELD, json!({ "tag": "A-1" })).await;
        assert_eq!(answer["asset"]["purchase"]["price"], json!(null));
        assert_eq!(answer["asset"]["purchase"]["priceHidden"], json!(true));
    });
}

#[test]
fn what_was_registered_under_a_key_is_not_registered_again() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let text =
            "mutation($input: NewAsset!) { registerAsset(input: $input, idempotencyKey: \"k\") { id } }";
        let site = json!({ "site": estate.site });
        let input = new_asset("A-1", &estate.server, "IN_STOCK", &site, &json!({}));
        let first = estate.planner.query_with(text, input.clone()).await;
        assert_eq!(estate.planner.query_with(text, input).await, first);

        let other = new_asset("A-2", &estate.server, "IN_STOCK", &site, &json!({}));
        let refusal = estate.planner.expect_error_with(text, other, "CONFLICT").await;
        assert_eq!(refusal.message, "the idempotency key `k` was used for another input");

        let again = new_asset("A-1", &estate.server, "IN_STOCK", &site, &json!({}));
        let refusal = estate.planner.expect_error_with(REGISTER, again, "INVALID").await;
        assert_eq!(refusal.field, "tag");
        assert_eq!(refusal.message, "tag: another asset already has it");
    });
}

const UPDATE: &str = "mutation($id: ID!, $details: AssetChanges!, $version: Int) {
    updateAsset(id: $id, changes: $details, expectedVersion: $version) {
        version tag name owner purchase { price { amount } order }
    }
}";

#[test]
fn details_that_are_left_out_stay_and_null_clears() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let details = json!({ "name": "web-1", "owner": "Web", "purchase": {
            "price": { "amount": "10", "currency": "EUR" }, "order": "PO-1",
        } });
        let id = estate.asset("A-1", "IN_STOCK", json!({ "site": estate.site }), details).await;

        let director = app.director();
        let change = json!({ "id": id, "details": { "owner": null, "purchase": { "order": "PO-2" } } });
        let answer = director.query_with(UPDATE, change).await;
        assert_eq!(
            answer["updateAsset"],
            json!({
                "version": 2, "tag": "A-1", "name": "web-1", "owner": null,
                "purchase": { "price": { "amount": "10.00" }, "order": "PO-2" },
            })
        );

        let stale = json!({ "id": id, "details": { "name": "web-2" }, "version": 1 });
        let refusal = director.expect_error_with(UPDATE, stale, "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "the asset is at version 2, the change expected version 1; read it again"
        );
        let wrong_kind = json!({ "id": estate.site, "details": {} });
        director.expect_error_with(UPDATE, wrong_kind, "INVALID").await;
        let viewer = app.viewer();
        viewer.expect_error_with(UPDATE, json!({ "id": id, "details": {} }), "FORBIDDEN").await;
    });
}

#[test]
fn every_broken_rule_names_its_field_and_value() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let id = estate.asset("A-1", "IN_SERVICE", json!({ "site": estate.site }), json!({})).await;
        let long = "x".repeat(101);
        let cases = [
            (json!({ "tag": " " }), "tag", "is blank"),
            (json!({ "serial": long }), "serial", "has 101 characters, at most 100 are kept"),
            (json!({ "owner": "" }), "owner", "is blank"),
            (json!({ "tier": 4 }), "tier", "4 is not between 0 and 3"),
            (json!({ "power": { "basis": "MEASURED" } }), "power.basis", "MEASURED needs measuredDrawWatts"),
            (
                json!({ "usableTerabytes": "1000001" }),
                "usableTerabytes",
                "1000001 is not between 0 and 1000000",
            ),
            (
                json!({ "power": { "measuredDrawWatts": -1 } }),
                "power.measuredDrawWatts",
                "-1 is not between 0 and 1000000",
            ),
            (
                json!({ "purchase": { "price": { "amount": "-1", "currency": "EUR" } } }),
                "purchase.price.amount",
                "-1 is below zero",
            ),
            (
                json!({ "purchase": { "price": { "amount": "1", "currency": "XXZ" } } }),
                "purchase.price.currency",
                "`XXZ` is not a currency of ISO 4217",
            ),
            (
                json!({ "purchase": { "price": { "amount": "0.0000001", "currency": "EUR" } } }),
                "purchase.price.amount",
                "0.0000001 has more than 6 decimals",
            ),
            (
                json!({ "inServiceOn": "1900-01-01" }),
                "inServiceOn",
                "1900-01-01 is not between 1970 and 2199",
            ),
            (
                json!({ "inServiceOn": "2026-01-01", "warrantyEndsOn": "2025-12-31" }),
                "warrantyEndsOn",
                "2025-12-31 lies before the first day of service on 2026-01-01",
            ),
            (
                json!({ "retiredOn": "2026-01-01" }),
                "retiredOn",
                "2026-01-01 belongs to an asset that is out of service, this one is IN_SERVICE",
            ),
        ];
        for (details, field, message) in cases {
            let variables = json!({ "id": id, "details": details });
            let refusal = estate.planner.expect_error_with(UPDATE, variables, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message), (field, format!("{field}: {message}")));
        }
        let nobody = format!("vendor_{}", "0".repeat(32));
        let variables = json!({ "id": id, "details": { "purchase": { "vendor": nobody } } });
        let refusal = estate.planner.expect_error_with(UPDATE, variables, "NOT_FOUND").await;
        assert!(refusal.message.starts_with("no vendor with id"), "{}", refusal.message);
    });
}

#[test]
fn rows_of_a_bulk_change_stand_for_themselves() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let text = "mutation($inputs: [NewAsset!]!) {
            registerAssets(inputs: $inputs) {
                index asset { tag placement { rack { name } } } error { code field message }
            }
        }";
        let row = |tag: &str, unit: f64| {
            let placement = json!({ "rack": estate.rack, "unit": unit });
            new_asset(tag, &estate.server, "PLANNED", &placement, &json!({}))["input"].clone()
        };
        let inputs = json!([row("A-1", 1.0), row("A-2", 2.0), row("A-1", 5.0), row("A-3", 7.0)]);
        let answer = estate.planner.query_with(text, json!({ "inputs": inputs })).await;
        let rack = json!({ "rack": { "name": "R01" } });
        assert_eq!(
            answer["registerAssets"],
            json!([
                { "index": 0, "asset": { "tag": "A-1", "placement": rack }, "error": null },
                { "index": 1, "asset": null, "error": {
                    "code": "INVALID", "field": "placement.unit",
                    "message": "U2 (2 high, both faces) of the rack R01 is taken by A-1 at U1 (2 high, both faces)",
                } },
                { "index": 2, "asset": null, "error": {
                    "code": "INVALID", "field": "tag", "message": "another asset already has it",
                } },
                { "index": 3, "asset": { "tag": "A-3", "placement": rack }, "error": null },
            ])
        );
        let count = estate.planner.query("{ assets { totalCount } }").await;
        assert_eq!(count["assets"]["totalCount"], 2);
        let refusal = estate.planner.expect_error_with(text, json!({ "inputs": [] }), "INVALID").await;
        assert_eq!(refusal.message, "inputs: has no rows");
    });
}

#[test]
fn an_asset_registered_by_mistake_is_removed_unless_something_lives_in_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let text = "mutation($id: ID!, $version: Int) { removeAsset(id: $id, expectedVersion: $version) }";
        let chassis = estate.at_unit("C-1", 1.0).await;
        let parent = json!({ "parent": chassis });
        let blade = estate.asset("B-1", "IN_SERVICE", parent, json!({})).await;

        let refusal = estate.planner.expect_error_with(text, json!({ "id": chassis }), "CONFLICT").await;
        assert_eq!(refusal.message, "1 assets that live in C-1 are still in it, remove or move them first");
        let stale = json!({ "id": blade, "version": 7 });
        estate.planner.expect_error_with(text, stale, "CONFLICT").await;
        for id in [&blade, &chassis] {
            let answer = estate.planner.query_with(text, json!({ "id": id })).await;
            assert_eq!(answer["removeAsset"], json!(id));
        }
        let answer = estate.planner.query("{ asset(tag: \"C-1\") { id } }").await;
        assert_eq!(answer["asset"], json!(null));
        estate.planner.expect_error_with(text, json!({ "id": blade }), "NOT_FOUND").await;
    });
}
