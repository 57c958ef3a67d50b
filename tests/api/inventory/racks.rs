//! Racks, and what they hold.

use serde_json::json;
use support::on_both_engines;

use super::{Estate, install_rack, register_asset, register_model};

const USAGE: &str = "query($id: ID!) { rack(id: $id) { usage {
    unitsUsed unitsFree freeBlocks { unit height } frontBlocks: freeBlocks(face: FRONT) { unit height }
    largestFreeBlock largestAtRear: largestFreeBlock(face: REAR)
    allocatedDrawWatts protectedPowerWatts freePowerWatts weightGrams weightLimitGrams
    reasons { gap assets }
} } }";

#[test]
fn a_rack_shows_what_it_was_installed_with() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let text =
            "mutation($input: NewRack!, $key: String) { installRack(input: $input, idempotencyKey: $key) {
            id version createdAt updatedAt site { code } name room status heightUnits protectedPowerWatts
            weightLimitGrams source usage { unitsFree } assets { totalCount }
        } }";
        let input = json!({
            "site": estate.site, "name": "R02", "heightUnits": 47, "planned": true,
            "details": { "room": "DH1", "protectedPowerWatts": 6000, "weightLimitGrams": 900_000 },
        });
        let variables = json!({ "input": input, "key": "k" });
        let answer = estate.planner.query_with(text, variables.clone()).await;
        let id = answer["installRack"]["id"].clone();
        assert_eq!(
            answer["installRack"],
            json!({
                "id": id, "version": 1, "createdAt": "2026-07-01T09:00:00+00:00",
                "updatedAt": "2026-07-01T09:00:00+00:00", "site": { "code": "FRA1" }, "name": "R02",
                "room": "DH1", "status": "PLANNED", "heightUnits": 47, "protectedPowerWatts": 6000,
                "weightLimitGrams": 900_000, "source": null, "usage": { "unitsFree": 47.0 },
                "assets": { "totalCount": 0 },
            })
        );
        assert_eq!(estate.planner.query_with(text, variables).await, answer);

        let activate = "mutation($id: ID!) { activateRack(id: $id, expectedVersion: 1) { version status } }";
        let answer = estate.planner.query_with(activate, json!({ "id": id })).await;
        assert_eq!(answer["activateRack"], json!({ "version": 2, "status": "ACTIVE" }));
        let again = activate.replace("expectedVersion: 1", "expectedVersion: 2");
        let refusal = estate.planner.expect_error_with(&again, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(refusal.message, "the rack R02 is not planned any more");

        let again = json!({ "input": { "site": estate.site, "name": "R02", "heightUnits": 1 } });
        let refusal = estate.planner.expect_error_with(text, again, "INVALID").await;
        assert_eq!(
            (refusal.field.as_str(), refusal.message.as_str()),
            ("name", "name: another rack already has it")
        );
    });
}

#[test]
fn usage_counts_units_draw_and_weight() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let limits = json!({ "protectedPowerWatts": 1000, "weightLimitGrams": 900_000 });
        let rack = install_rack(planner, &estate.site, "R02", limits).await;
        let body = json!({ "dimensions": { "heightUnits": 1, "fullDepth": false, "weightGrams": 1000 } });
        let panel = register_model(planner, &estate.maker, "P-24", "PATCH_PANEL", body).await;
        let at = |unit: f64| json!({ "rack": rack, "unit": unit });
        estate.asset("A", "IN_SERVICE", at(1.0), json!({})).await;
        let nameplate = json!({ "power": { "basis": "NAMEPLATE" } });
        estate.asset("B", "PLANNED", at(3.5), nameplate).await;
        register_asset(planner, "P", &panel, "IN_SERVICE", at(42.0), json!({})).await;

        let answer = planner.query_with(USAGE, json!({ "id": rack })).await;
        assert_eq!(
            answer["rack"]["usage"],
            json!({
                "unitsUsed": 5.0, "unitsFree": 37.0,
                "freeBlocks": [{ "unit": 3.0, "height": 0.5 }, { "unit": 5.5, "height": 36.5 }],
                "frontBlocks": [{ "unit": 3.0, "height": 0.5 }, { "unit": 5.5, "height": 36.5 }],
                "largestFreeBlock": 36.5, "largestAtRear": 37.5,
                "allocatedDrawWatts": 1150, "protectedPowerWatts": 1000, "freePowerWatts": -150,
                "weightGrams": 51_000, "weightLimitGrams": 900_000, "reasons": [],
            })
        );
    });
}

#[test]
fn what_is_not_known_is_null_with_a_reason() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let box_model = register_model(&estate.planner, &estate.maker, "BOX", "OTHER", json!({})).await;
        let beside = json!({ "rack": estate.rack });
        register_asset(&estate.planner, "X", &box_model, "IN_SERVICE", beside, json!({})).await;
        let answer = estate.planner.query_with(USAGE, json!({ "id": estate.rack })).await;
        assert_eq!(
            answer["rack"]["usage"],
            json!({
                "unitsUsed": null, "unitsFree": null, "freeBlocks": null, "frontBlocks": null,
                "largestFreeBlock": null, "largestAtRear": null, "allocatedDrawWatts": null,
                "protectedPowerWatts": null, "freePowerWatts": null, "weightGrams": null,
                "weightLimitGrams": null,
                "reasons": [
                    { "gap": "UNIT", "assets": 1 }, { "gap": "DRAW", "assets": 1 },
                    { "gap": "WEIGHT", "assets": 1 }, { "gap": "POWER_LIMIT", "assets": 0 },
                    { "gap": "WEIGHT_LIMIT", "assets": 0 },
                ],
            })
        );
    });
}

#[test]
fn a_rack_stays_as_high_as_what_is_in_it_and_retires_empty() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        estate.at_unit("A", 30.0).await;
        let update = "mutation($id: ID!, $details: RackChanges!) {
            updateRack(id: $id, changes: $details) { version heightUnits room }
        }";
        let lower = |height: i32| json!({ "id": estate.rack, "details": { "heightUnits": height } });
        let refusal = estate.planner.expect_error_with(update, lower(30), "INVALID").await;
        assert_eq!(refusal.message, "heightUnits: 30 is too low for A at U30 (2 high, both faces)");
        let answer = estate.planner.query_with(update, lower(31)).await;
        assert_eq!(answer["updateRack"], json!({ "version": 2, "heightUnits": 31, "room": null }));
        let refusal = estate.planner.expect_error_with(update, lower(0), "INVALID").await;
        assert_eq!(refusal.message, "heightUnits: 0 is not between 1 and 100");

        let retire = "mutation($id: ID!) { retireRack(id: $id) { status } }";
        let refusal =
            estate.planner.expect_error_with(retire, json!({ "id": estate.rack }), "CONFLICT").await;
        assert_eq!(refusal.message, "1 assets are still in the rack R01, move or dispose of them");
    });
}
