//! Whether racks and sites stay up when one side of their power fails.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{estate, feed, rack, site};

const REDUNDANCY: &str = "query($site: ID) { powerRedundancy(site: $site, asOf: \"2026-07-01\") {
    asOf racks redundantRacks exposedRacks
    sites { site { code }
        supply { drawWatts isRedundant a { carriesAlone reason } b { carriesAlone reason } }
        racks { rack { name } supply {
            drawWatts withoutDraw isRedundant sharedFeeds { name }
            a { side capacityWatts spareWatts carriesAlone reason feeds { name } }
            b { capacityWatts spareWatts carriesAlone reason }
        } } }
    explain { formula assumptions }
} }";

const ALL: &str = "{ powerRedundancy { sites { racks { supply { a { reason feeds { name } } } } } } }";

#[test]
fn a_side_carries_what_it_has_the_capacity_for() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let (one, two) = (rack(app, &fra, "R01").await, rack(app, &fra, "R02").await);
        rack(app, &fra, "R03").await;
        for (tag, unit) in [("S1", 1.0), ("S2", 2.0)] {
            estate::server(&director, &model, tag, json!({ "rack": one, "unit": unit })).await;
        }
        let alone = director.statements_again(ALL).await;
        let main = feed(&director, &fra, "MAIN", json!({ "capacityWatts": 5000 })).await;
        for (name, rack, side, watts, upstream) in [
            ("R01-A", &one, "A", 1000, Value::Null),
            ("R01-B", &one, "B", 500, Value::Null),
            ("R02-A", &two, "A", 1000, json!(main)),
            ("R02-B", &two, "B", 1000, json!(main)),
        ] {
            let details = json!({ "rack": rack, "side": side, "capacityWatts": watts, "upstream": upstream });
            feed(&director, &fra, name, details).await;
        }
        let answer = director.query_with(REDUNDANCY, json!({ "site": fra })).await;
        let answer = &answer["powerRedundancy"];
        assert_eq!(answer["asOf"], "2026-07-01");
        let counts = [&answer["racks"], &answer["redundantRacks"], &answer["exposedRacks"]];
        assert_eq!(counts.map(Value::clone), [json!(3), json!(0), json!(3)]);
        let racks = &answer["sites"][0]["racks"];
        assert_eq!(
            racks[0],
            json!({ "rack": { "name": "R01" }, "supply": {
                "drawWatts": 800, "withoutDraw": 0, "isRedundant": false, "sharedFeeds": [],
                "a": { "side": "A", "capacityWatts": 1000, "spareWatts": 200, "carriesAlone": true,
                    "reason": null, "feeds": [{ "name": "R01-A" }] },
                "b": { "capacityWatts": 500, "spareWatts": -300, "carriesAlone": false, "reason": "TOO_SMALL" },
            } })
        );
        let shared = &racks[1]["supply"];
        assert_eq!(shared["sharedFeeds"], json!([{ "name": "MAIN" }]));
        assert_eq!([&shared["a"]["reason"], &shared["b"]["reason"]], ["SHARED_FEED", "SHARED_FEED"]);
        assert_eq!(racks[2]["supply"]["a"]["reason"], "NO_FEED");
        let supply = json!({ "drawWatts": 800, "isRedundant": null,
            "a": { "carriesAlone": null, "reason": "SIDE_UNKNOWN" },
            "b": { "carriesAlone": null, "reason": "SIDE_UNKNOWN" } });
        assert_eq!(answer["sites"][0]["supply"], supply, "nobody said which side the main feed is on");
        let now = director.statements_again(ALL).await;
        assert_eq!(alone, now, "statements do not grow with feeds");
    });
}

#[test]
fn what_is_not_known_is_null_with_a_reason() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::model_without_draw(app).await);
        let one = rack(app, &fra, "R01").await;
        let placement = json!({ "rack": one, "unit": 1.0 });
        estate::server(&director, &model, "S1", placement).await;
        feed(&director, &fra, "R01-A", json!({ "rack": one, "side": "A" })).await;
        feed(&director, &fra, "R01-B", json!({ "rack": one, "side": "B", "capacityWatts": 900 })).await;
        let answer = director.query_with(REDUNDANCY, json!({})).await;
        let site = &answer["powerRedundancy"]["sites"][0];
        let supply = &site["racks"][0]["supply"];
        assert_eq!((&supply["drawWatts"], &supply["withoutDraw"]), (&Value::Null, &json!(1)));
        assert_eq!([&supply["a"]["reason"], &supply["b"]["reason"]], ["CAPACITY_UNKNOWN", "DRAW_UNKNOWN"]);
        assert_eq!(site["supply"]["a"]["reason"], "SUPPLY_UNKNOWN");
    });
}

#[test]
fn power_is_refused_for_what_is_not_there_and_for_whom_it_is_not() {
    on_both_engines(async |app| {
        let unknown = json!({ "site": "site_0199a3f47c1e7b529d0a2f6e8c4b1a37" });
        app.director().expect_error_with(REDUNDANCY, unknown, "NOT_FOUND").await;
        app.admin().expect_error_with(REDUNDANCY, json!({}), "FORBIDDEN").await;
    });
}
