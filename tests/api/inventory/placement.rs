//! Where assets may stand.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{Estate, REGISTER, install_rack, new_asset, open_site, register_asset, register_model};

const MOVE: &str = "mutation($id: ID!, $to: PlacementInput!) {
    moveAsset(id: $id, to: $to) {
        version placement { site { code } rack { name } unit face parent { tag } }
    }
}";

async fn refused(client: &Client, model: &str, placement: Value) -> (String, String) {
    let input = new_asset("X", model, "PLANNED", &placement, &json!({}));
    let refusal = client.expect_error_with(REGISTER, input, "INVALID").await;
    (refusal.field, refusal.message)
}

#[test]
fn units_are_whole_or_half_and_lie_in_the_rack() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        estate.at_unit("LOW", 1.0).await;
        estate.at_unit("HIGH", 41.0).await;
        for (unit, message) in [
            (1.25, "placement.unit: 1.25 is not a whole or a half unit"),
            (-1.0, "placement.unit: -1 is not between 0 and 500 units"),
            (0.5, "placement.unit: 0.5 is below the lowest unit, 1"),
            (41.5, "placement.unit: U41.5 (2 high, both faces) is beyond the top of the rack R01, U42"),
            (
                2.5,
                "placement.unit: U2.5 (2 high, both faces) of the rack R01 is taken by LOW at U1 (2 high, both faces)",
            ),
        ] {
            let placement = json!({ "rack": estate.rack, "unit": unit });
            let (field, text) = refused(&estate.planner, &estate.server, placement).await;
            assert_eq!((field.as_str(), text.as_str()), ("placement.unit", message));
        }
    });
}

#[test]
fn shallow_models_share_units_back_to_back() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let body = json!({ "dimensions": { "heightUnits": 1, "fullDepth": false } });
        let shallow = register_model(planner, &estate.maker, "P-24", "PATCH_PANEL", body).await;
        let at = |face: &str| json!({ "rack": estate.rack, "unit": 7, "face": face });
        register_asset(planner, "F", &shallow, "PLANNED", at("FRONT"), json!({})).await;
        register_asset(planner, "R", &shallow, "PLANNED", at("REAR"), json!({})).await;

        let (_, message) = refused(planner, &shallow, at("REAR")).await;
        assert_eq!(
            message,
            "placement.unit: U7 (1 high, rear) of the rack R01 is taken by R at U7 (1 high, rear)"
        );
        let (_, message) = refused(planner, &estate.server, at("FRONT")).await;
        assert_eq!(
            message,
            "placement.unit: U7 (2 high, both faces) of the rack R01 is taken by F at U7 (1 high, front)"
        );
    });
}

#[test]
fn what_has_no_height_takes_no_unit() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let strip = json!({ "dimensions": { "heightUnits": 0 } });
        let strip = register_model(planner, &estate.maker, "PDU", "POWER", strip).await;
        let unknown = register_model(planner, &estate.maker, "BOX", "OTHER", json!({})).await;
        let at_unit = json!({ "rack": estate.rack, "unit": 3 });
        let (_, message) = refused(planner, &strip, at_unit.clone()).await;
        assert_eq!(
            message,
            "placement.unit: 3: the model PDU mounts beside the units (its height is 0) and takes none"
        );
        let (_, message) = refused(planner, &unknown, at_unit).await;
        assert_eq!(
            message,
            "placement.unit: 3: the model BOX has no known height, record it first; 0 for what mounts beside the \
             units"
        );
        let beside = json!({ "rack": estate.rack, "face": "REAR" });
        register_asset(planner, "PDU-1", &strip, "IN_SERVICE", beside, json!({})).await;
    });
}

#[test]
fn a_place_is_named_once_and_exists() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let other = open_site(planner, "BER1").await;
        let cases = [
            (json!({}), "placement.site: give a site, a rack or a parent"),
            (json!({ "site": estate.site, "unit": 3 }), "placement.unit: 3 needs a rack"),
            (json!({ "site": estate.site, "face": "REAR" }), "placement.face: needs a rack"),
            (
                json!({ "site": other, "rack": estate.rack }),
                "placement.rack: R01 stands at the site FRA1, not at BER1",
            ),
        ];
        for (placement, message) in cases {
            assert_eq!(refused(planner, &estate.server, placement).await.1, message);
        }
        let nowhere = json!({ "rack": format!("rack_{}", "0".repeat(32)) });
        let input = new_asset("X", &estate.server, "PLANNED", &nowhere, &json!({}));
        let refusal = planner.expect_error_with(REGISTER, input, "NOT_FOUND").await;
        assert!(refusal.message.starts_with("no rack with id"), "{}", refusal.message);

        let close = "mutation($id: ID!) { closeSite(id: $id) { status } }";
        planner.query_with(close, json!({ "id": other })).await;
        let closed = refused(planner, &estate.server, json!({ "site": other })).await;
        assert_eq!(closed.1, "placement.site: the site BER1 is closed");

        let empty = install_rack(planner, &estate.site, "R02", json!({})).await;
        planner
            .query_with("mutation($id: ID!) { retireRack(id: $id) { status } }", json!({ "id": empty }))
            .await;
        let retired = refused(planner, &estate.server, json!({ "rack": empty })).await;
        assert_eq!(retired.1, "placement.rack: R02 is retired and takes no more equipment");
    });
}

#[test]
fn a_rack_carries_no_more_than_its_limit() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let limit = json!({ "weightLimitGrams": 60_000 });
        let rack = install_rack(&estate.planner, &estate.site, "R02", limit).await;
        for (tag, unit) in [("A", 1), ("B", 3)] {
            estate.asset(tag, "PLANNED", json!({ "rack": rack, "unit": unit }), json!({})).await;
        }
        let third = refused(&estate.planner, &estate.server, json!({ "rack": rack, "unit": 5 })).await;
        assert_eq!(
            third.1,
            "placement.rack: 25000 g more than the 50000 g in the rack R02 pass its limit of 60000 g"
        );
    });
}

#[test]
fn a_chassis_takes_along_what_lives_in_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let chassis = estate.at_unit("C", 1.0).await;
        let blade = estate.asset("B", "IN_SERVICE", json!({ "parent": chassis }), json!({})).await;
        let card = estate.asset("D", "IN_SERVICE", json!({ "parent": blade }), json!({})).await;
        let other = open_site(planner, "BER1").await;
        let rack = install_rack(planner, &other, "R09", json!({})).await;

        let to = json!({ "rack": rack, "unit": 1, "face": "REAR" });
        let answer = planner.query_with(MOVE, json!({ "id": chassis, "to": to })).await;
        assert_eq!(
            answer["moveAsset"],
            json!({ "version": 2, "placement": {
                "site": { "code": "BER1" }, "rack": { "name": "R09" }, "unit": 1.0, "face": "REAR",
                "parent": null,
            } })
        );
        let text = "query($id: ID!) { rack(id: $id) { assets(orderBy: { field: TAG }) {
            nodes { tag placement { site { code } unit parent { tag } } }
        } } }";
        let answer = planner.query_with(text, json!({ "id": rack })).await;
        assert_eq!(
            answer["rack"]["assets"]["nodes"],
            json!([
                { "tag": "B", "placement": { "site": { "code": "BER1" }, "unit": null, "parent": { "tag": "C" } } },
                { "tag": "C", "placement": { "site": { "code": "BER1" }, "unit": 1.0, "parent": null } },
                { "tag": "D", "placement": { "site": { "code": "BER1" }, "unit": null, "parent": { "tag": "B" } } },
            ])
        );
        let children = planner.query("{ asset(tag: \"C\") { children { tag children { tag } } } }").await;
        assert_eq!(children["asset"]["children"], json!([{ "tag": "B", "children": [{ "tag": "D" }] }]));

        for (id, to, message) in [
            (
                &chassis,
                json!({ "parent": card }),
                "to.parent: D is the asset itself or lives in it, a circle",
            ),
            (
                &chassis,
                json!({ "parent": chassis }),
                "to.parent: C is the asset itself or lives in it, a circle",
            ),
            (
                &card,
                json!({ "parent": chassis, "unit": 4 }),
                "to.unit: 4 is taken by the chassis C, what lives in it takes none",
            ),
            (
                &card,
                json!({ "parent": chassis, "site": estate.site }),
                "to.site: is not the site of the chassis C",
            ),
        ] {
            let variables = json!({ "id": id, "to": to });
            let refusal = planner.expect_error_with(MOVE, variables, "INVALID").await;
            assert_eq!(refusal.message, message);
        }
    });
}

#[test]
fn moves_follow_one_another() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let (first, second) = (estate.at_unit("A", 1.0).await, estate.at_unit("B", 3.0).await);
        let text = "mutation($inputs: [AssetMove!]!) {
            moveAssets(inputs: $inputs) { asset { tag placement { unit } } error { field } }
        }";
        let at = |unit: i32| json!({ "rack": estate.rack, "unit": unit });
        let inputs = json!([
            { "id": first, "to": at(3) },
            { "id": first, "to": at(2) },
            { "id": first, "to": at(10) },
            { "id": second, "to": at(1) },
        ]);
        let answer = estate.planner.query_with(text, json!({ "inputs": inputs })).await;
        assert_eq!(
            answer["moveAssets"],
            json!([
                { "asset": null, "error": { "field": "to.unit" } },
                { "asset": null, "error": { "field": "to.unit" } },
                { "asset": { "tag": "A", "placement": { "unit": 10.0 } }, "error": null },
                { "asset": { "tag": "B", "placement": { "unit": 1.0 } }, "error": null },
            ])
        );
    });
}

#[test]
fn two_changes_at_once_do_not_take_the_same_unit() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let requests = (0..4).map(|number| {
            let placement = json!({ "rack": estate.rack, "unit": 20 });
            let input = new_asset(&format!("A-{number}"), &estate.server, "PLANNED", &placement, &json!({}));
            let planner = estate.planner.clone();
            tokio::spawn(async move { planner.answer(REGISTER, input).await })
        });
        let mut codes = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            codes.push(request.await.unwrap()["errors"][0]["extensions"]["code"].clone());
        }
        codes.sort_by_key(ToString::to_string);
        assert_eq!(codes, [json!("INVALID"), json!("INVALID"), json!("INVALID"), json!(null)]);
    });
}
