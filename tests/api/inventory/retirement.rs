//! Assets that leave service for good, and come back as if they had not.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{Estate, register_model};
use crate::import::{errors, import};

const STATE: &str =
    "tag status inServiceOn retiredOn placement { site { code } rack { name } unit face parent { tag } }";

fn step(verb: &str, id: &str, arguments: &str) -> String {
    format!("mutation {{ done: {verb}(id: \"{id}\"{arguments}) {{ {STATE} }} }}")
}

fn retired(id: &str, day: &str) -> String {
    step("retireAsset", id, &format!(", on: \"{day}\""))
}

fn reinstated(id: &str) -> String {
    step("reinstateAsset", id, "")
}

#[test]
fn what_was_retired_comes_back_where_it_is_with_the_status_that_it_had() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        for (unit, (status, way)) in
            [("IN_STOCK", None), ("IN_SERVICE", None), ("MAINTENANCE", Some("maintainAsset"))]
                .into_iter()
                .enumerate()
        {
            let registered = if status == "IN_STOCK" { status } else { "IN_SERVICE" };
            let place = json!({ "rack": estate.rack, "unit": 4 * (unit + 1), "face": "REAR" });
            let id = estate.asset(&format!("A-{status}"), registered, place, json!({})).await;
            if let Some(verb) = way {
                planner.query(&step(verb, &id, "")).await;
            }
            let state = format!("{{ asset(id: \"{id}\") {{ {STATE} }} }}");
            let before = planner.query(&state).await["asset"].clone();
            assert_eq!(before["status"], status);
            let gone = planner.query(&retired(&id, "2026-06-20")).await["done"].clone();
            assert_eq!([&gone["status"], &gone["retiredOn"]], ["RETIRED", "2026-06-20"]);
            // What is put right of it in the meantime is not what retired it.
            planner.query(&step("updateAsset", &id, ", changes: { retiredOn: \"2026-06-19\" }")).await;
            assert_eq!(planner.query(&reinstated(&id)).await["done"], before, "{status}");
            assert_eq!(planner.query(&state).await["asset"], before, "{status}");
        }
    });
}

#[test]
fn the_last_retirement_is_undone_whoever_retired_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let id = estate.asset("A-1", "IN_SERVICE", json!({ "site": estate.site }), json!({})).await;
        planner.query(&retired(&id, "2026-06-20")).await;
        planner.query(&step("withdrawAsset", &id, "")).await;
        let of_file = [(
            "assets.csv",
            "tag,manufacturer,model,site,status,retired_on\nA-1,Acme,S-200,FRA1,RETIRED,2026-06-21\n",
        )];
        assert_eq!(errors(&import(app, &of_file).await), [""; 0]);
        assert_eq!(planner.query(&reinstated(&id)).await["done"]["status"], "IN_STOCK");
        // A file may say at once that what was planned has served and was retired, or was never wanted.
        for (tag, day, status) in [("A-2", "2026-01-31", "IN_SERVICE"), ("A-3", "", "PLANNED")] {
            let planned = estate.asset(tag, "PLANNED", json!({ "site": estate.site }), json!({})).await;
            let file = format!(
                "tag,manufacturer,model,site,status,in_service_on,retired_on\n{tag},Acme,S-200,FRA1,RETIRED,{day},2026-06-21\n"
            );
            assert_eq!(errors(&import(app, &[("assets.csv", file.as_str())]).await), [""; 0]);
            assert_eq!(planner.query(&reinstated(&planned)).await["done"]["status"], status, "{tag}");
        }
        // What was never anything else on record was in service where somebody knows since when, and in stock otherwise.
        let old = "tag,manufacturer,model,site,status,in_service_on\n\
            OLD-1,Acme,S-200,FRA1,RETIRED,2020-01-31\nOLD-2,Acme,S-200,FRA1,RETIRED,\n";
        assert_eq!(errors(&import(app, &[("assets.csv", old)]).await), [""; 0]);
        for (tag, status) in [("OLD-1", "IN_SERVICE"), ("OLD-2", "IN_STOCK")] {
            let query = format!("{{ assets(filter: {{ tag: {{ eq: \"{tag}\" }} }}) {{ nodes {{ id }} }} }}");
            let found = planner.query(&query).await;
            let old = found["assets"]["nodes"][0]["id"].as_str().unwrap();
            assert_eq!(planner.query(&reinstated(old)).await["done"]["status"], status);
        }
    });
}

#[test]
fn only_what_is_retired_is_reinstated_by_those_who_may() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let id = estate.asset("A-1", "IN_SERVICE", json!({ "site": estate.site }), json!({})).await;
        let refused = async |text: &str, code: &str| planner.expect_error(text, code).await;
        let refusal = refused(&reinstated(&id), "CONFLICT").await;
        assert_eq!(refusal.message, "the asset A-1 is IN_SERVICE and not RETIRED");
        planner.query(&retired(&id, "2026-06-20")).await;
        app.viewer().expect_error(&reinstated(&id), "FORBIDDEN").await;
        refused(&step("reinstateAsset", &id, ", expectedVersion: 1"), "CONFLICT").await;
        planner.query(&step("reinstateAsset", &id, ", expectedVersion: 2")).await;
        planner.query(&retired(&id, "2026-06-20")).await;
        planner.query(&step("disposeAsset", &id, ", on: \"2026-06-21\"")).await;
        let refusal = refused(&reinstated(&id), "CONFLICT").await;
        assert_eq!(refusal.message, "the asset A-1 is DISPOSED and not RETIRED");
        let refusal = refused(&reinstated(&format!("asset_{}", "0".repeat(32))), "NOT_FOUND").await;
        assert_eq!(refusal.field, "id");
        let recorded = "{ changes(filter: { entity: { eq: \"asset\" } }) { totalCount } }";
        // Registered, retired, brought back, retired and let go.
        assert_eq!(app.director().query(recorded).await["changes"]["totalCount"], 5);
    });
}

#[test]
fn who_has_left_service_keeps_the_day() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let id = estate.asset("A-1", "IN_SERVICE", json!({ "site": estate.site }), json!({})).await;
        planner.query(&retired(&id, "2026-06-20")).await;
        let clear = step("updateAsset", &id, ", changes: { retiredOn: null }");
        let refused = async |status: &str, way_back: &str| {
            let refusal = planner.expect_error(&clear, "INVALID").await;
            let message = format!(
                "retiredOn: cannot be cleared: the asset A-1 is {status}; give another day{way_back}"
            );
            assert_eq!((refusal.field.as_str(), refusal.message), ("retiredOn", message));
        };
        refused("RETIRED", ", or bring it back with reinstateAsset").await;
        let other = step("updateAsset", &id, ", changes: { retiredOn: \"2026-06-19\" }");
        assert_eq!(planner.query(&other).await["done"]["retiredOn"], "2026-06-19");
        planner.query(&step("disposeAsset", &id, ", on: \"2026-06-21\"")).await;
        refused("DISPOSED", "").await;
    });
}

#[test]
fn many_come_back_as_they_went() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let chassis = estate.at_unit("C-1", 1.0).await;
        let model = register_model(planner, &estate.maker, "B-1", "BLADE", json!({})).await;
        let place = json!({ "parent": chassis });
        let blade = super::register_asset(planner, "B-1", &model, "IN_SERVICE", place, json!({})).await;
        let many = async |verb: &str, arguments: &str, ids: &[&str]| -> Value {
            let text = format!(
                "mutation($ids: [ID!]!) {{ done: {verb}(ids: $ids{arguments}) {{
                    index asset {{ tag status retiredOn placement {{ parent {{ tag }} }} }} error {{ code message }} }} }}"
            );
            planner.query_with(&text, json!({ "ids": ids })).await["done"].clone()
        };
        let both = [blade.as_str(), chassis.as_str()];
        many("retireAssets", ", on: \"2026-06-20\"", &both).await;
        let refusal = planner.expect_error(&reinstated(&blade), "CONFLICT").await;
        assert_eq!(refusal.message, "the chassis C-1 is retired, reinstate it first");
        let back = |index: u32, tag: &str, parent: Value| {
            let asset = json!({ "tag": tag, "status": "IN_SERVICE", "retiredOn": null, "placement": { "parent": parent } });
            json!({ "index": index, "asset": asset, "error": null })
        };
        let within = || json!({ "tag": "C-1" });
        let expected = json!([back(0, "B-1", within()), back(1, "C-1", json!(null))]);
        assert_eq!(many("reinstateAssets", "", &both).await, expected);
        // In another order, with one that is not there and one that is back already: each by itself.
        let gone = many("retireAssets", ", on: \"2026-06-20\"", &[&chassis, &blade]).await;
        assert_eq!([&gone[0]["asset"]["tag"], &gone[1]["asset"]["tag"]], ["C-1", "B-1"], "{gone}");
        let nobody = format!("asset_{}", "0".repeat(32));
        let found = many("reinstateAssets", "", &[&chassis, &nobody, &blade, &chassis]).await;
        assert_eq!([&found[0], &found[2]], [&back(0, "C-1", json!(null)), &back(2, "B-1", within())]);
        let refused = |row: &Value| json!([row["index"], row["asset"], row["error"]["code"]]);
        assert_eq!(refused(&found[1]), json!([1, null, "NOT_FOUND"]));
        assert_eq!(refused(&found[3]), json!([3, null, "CONFLICT"]));
        let none = "mutation { reinstateAssets(ids: []) { index } }";
        assert_eq!(planner.expect_error(none, "INVALID").await.field, "ids");
    });
}
