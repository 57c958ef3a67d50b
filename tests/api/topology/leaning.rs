//! What racks and all that runs on them need of their power, and whether what is left of it carries them.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    record,
    setting::{a_feed, a_rack, a_service, a_setting, impact, names, told},
};
use crate::roadmap::send;

const AFFECTED: &str = "affected(first: 100) { nodes { item { name } status steps
    reason { item { name } link group } savedBy { name } } }";

fn row<'a>(impact: &'a Value, name: &str) -> &'a Value {
    let rows = impact["affected"]["nodes"].as_array().unwrap();
    let mut found = rows.iter().filter(|row| row["item"]["name"] == name);
    let first = found.next().unwrap_or_else(|| panic!("{name} is not affected: {rows:?}"));
    assert!(found.next().is_none(), "{name} is told once");
    first
}

/// A server in a rack, which draws 400 W.
async fn a_server(app: &TestApp, rack: &str, model: &str, tag: &str, unit: i32) -> String {
    let server = json!({
        "tag": tag, "model": model, "status": "IN_SERVICE", "placement": { "rack": rack, "unit": unit },
    });
    send(app, "registerAsset", "NewAsset!", server).await
}

#[test]
fn what_runs_on_a_rack_feels_its_feeds() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let rack = a_rack(app, &setting.site, "R2").await;
        let ups = a_feed(app, &setting.site, "UPS-A", json!({})).await;
        let side = |side: &str| json!({ "side": side, "rack": rack, "upstream": ups });
        let a = a_feed(app, &setting.site, "2A", side("A")).await;
        a_feed(app, &setting.site, "2B", side("B")).await;
        a_server(app, &rack, &setting.model, "SRV-2", 1).await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        record(&app.director(), &shop, &rack, "RUNS_ON", json!({})).await;
        let both = impact(&app.viewer(), &[&ups], "", AFFECTED).await;
        let chain = told(&row(&both, "Shop")["reason"]);
        assert_eq!(row(&both, "Shop")["status"], "DOWN");
        assert!(
            chain.starts_with("Shop HARD, R2 GROUP power of rack R2, 2")
                && chain.ends_with(" HARD, UPS-A FAILED"),
            "{chain}"
        );
        // What stands in the rack goes down by its own power, as near to it as before.
        let server = row(&both, "SRV-2");
        assert_eq!((&server["status"], &server["steps"]), (&json!("DOWN"), &json!(2)));
        assert!(told(&server["reason"]).starts_with("SRV-2 GROUP power of rack R2, 2"));
        let text = format!(
            "{{ singlePointsOfFailure(service: \"{shop}\") {{ services {{ points {{ item {{ name }} }} }} }} }}"
        );
        let found = app.viewer().query(&text).await["singlePointsOfFailure"]["services"][0].clone();
        let mut points = names(&found["points"]);
        points.sort_unstable();
        assert_eq!(points, ["FRA1", "R2", "UPS-A"]);
        // One side of two takes nothing down, and the rack has less to fall back on.
        let one = impact(&app.viewer(), &[&a], "", AFFECTED).await;
        for name in ["R2", "SRV-2"] {
            assert_eq!(row(&one, name)["status"], "AT_RISK");
            assert_eq!(row(&one, name)["savedBy"], json!([{ "name": "power of rack R2" }]));
        }
        assert!(!names(&one["affected"]["nodes"]).contains(&"Shop"));
    });
}

#[test]
fn a_side_that_does_not_carry_what_it_saved_is_named() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let above = async |name: &str, watts: i32| {
            a_feed(app, &setting.site, name, json!({ "capacityWatts": watts })).await
        };
        let (ups_a, ups_b) = (above("UPS-A", 5000).await, above("UPS-B", 500).await);
        let mut feeds = Vec::new();
        for rack in ["R2", "R3"] {
            let id = a_rack(app, &setting.site, rack).await;
            for (side, upstream) in [("A", &ups_a), ("B", &ups_b)] {
                let details =
                    json!({ "side": side, "rack": id, "upstream": upstream, "capacityWatts": 1000 });
                feeds.push(a_feed(app, &setting.site, &format!("{rack}-{side}"), details).await);
            }
            a_server(app, &id, &setting.model, &format!("SRV-{rack}"), 1).await;
        }
        let text =
            "affected { nodes { item { name } overloadedRack { rack { name } supply { drawWatts } } } }
            overloadedRackCount overloadedRacks(first: 5) { rack { name }
            supply { drawWatts b { carriesAlone reason capacityWatts spareWatts shortFeeds { name } } } }
            beyond: overloadedRacks(skip: 2) { rack { name } } explain { assumptions }";
        let found = impact(&app.viewer(), &[&ups_a], "", text).await;
        let rack = |name: &str| {
            json!({ "rack": { "name": name }, "supply": { "drawWatts": 400, "b": {
                "carriesAlone": false, "reason": "UPSTREAM_TOO_SMALL", "capacityWatts": 1000, "spareWatts": -300,
                "shortFeeds": [{ "name": "UPS-B" }],
            } } })
        };
        assert_eq!(found["overloadedRacks"], json!([rack("R2"), rack("R3")]));
        assert_eq!((&found["overloadedRackCount"], &found["beyond"]), (&json!(2), &json!([])));
        // What was saved by that side says so of itself: the rack, and what stands in it.
        for (name, saved) in
            [("R2", Some("R2")), ("SRV-R2", Some("R2")), ("SRV-R3", Some("R3")), ("UPS-A", None)]
        {
            let expected =
                saved.map(|rack| json!({ "rack": { "name": rack }, "supply": { "drawWatts": 400 } }));
            assert_eq!(row(&found, name)["overloadedRack"], json!(expected), "{name}");
        }
        let said = found["explain"]["assumptions"].to_string();
        let warned = "rack R2 may go down all the same: side B does not carry it alone; it draws 400 W, and the feeds of \
            that side carry 1000 W; further up there is too little for all that draws from it: UPS-B, of 500 W";
        assert!(said.contains(warned), "{said}");
        assert!(said.contains("2 racks are up on one side of their power"), "{said}");
        // The other way round A carries them, and both sides of another rack are of unknown capacity.
        let found = impact(&app.viewer(), &[&ups_b], "", text).await;
        assert_eq!(found["overloadedRackCount"], 0);
        assert_eq!(row(&found, "R2")["overloadedRack"], Value::Null);
        let said = found["explain"]["assumptions"].to_string();
        assert!(!said.contains("may go down"), "{said}");
        let found = impact(&app.viewer(), &[&setting.feeds[0]], "", text).await;
        assert_eq!(found["overloadedRackCount"], 0);
        let said = found["explain"]["assumptions"].to_string();
        assert!(said.contains("of 1 of these racks nobody knows"), "{said}");
        // Where no side saved anything, nothing is read for it, and otherwise as much for many racks as for one.
        let explained = |of: &str| format!("{{ impact(of: [\"{of}\"]) {{ explain {{ assumptions }} }} }}");
        let viewer = app.viewer();
        let none = viewer.statements_again(&explained(&setting.site)).await;
        let one = viewer.statements_again(&explained(&feeds[0])).await;
        assert_eq!(viewer.statements_again(&explained(&ups_a)).await, one);
        assert!(none < one, "{none} {one}");
    });
}
