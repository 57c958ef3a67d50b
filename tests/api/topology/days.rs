//! The same day means the same in every answer.

use serde_json::json;
use support::on_both_engines;

use super::{
    record,
    setting::{a_service, a_setting, impact, names, needs},
};
use crate::roadmap::send;

#[test]
fn what_was_first_seen_later_is_in_no_answer_of_an_earlier_day() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = setting.loose(app, "SRV-1").await;
        let (shop, desk) = (a_service(app, "Shop", json!({})).await, a_service(app, "Desk", json!({})).await);
        needs(app, &shop, &server, json!({ "firstSeenOn": "2026-06-20" })).await;
        needs(app, &desk, &shop, json!({})).await;
        let group = json!({ "owner": desk, "name": "pair", "requiredCount": 1 });
        let group = send(app, "defineRedundancyGroup", "NewRedundancyGroup!", group).await;
        let later = json!({ "redundancyGroup": group, "firstSeenOn": "2026-06-20" });
        record(&app.director(), &desk, &server, "RUNS_ON", later).await;
        let at = async |day: &str| {
            let arguments = format!(", asOf: \"{day}\"");
            let found = impact(
                &app.viewer(),
                &[&server],
                &arguments,
                "affected { nodes { item { name } } }
                alreadyDownCount graph { edges }",
            )
            .await;
            assert_eq!(found["alreadyDownCount"], 0, "{day}");
            let edges = found["graph"]["edges"].as_u64().unwrap();
            (names(&found["affected"]["nodes"]).join(" "), edges)
        };
        let (before, fewer) = at("2026-06-19").await;
        assert_eq!(before, "SRV-1");
        let (after, more) = at("2026-06-20").await;
        assert_eq!(after, "SRV-1 Shop Desk");
        assert_eq!(more, fewer + 2);
    });
}

#[test]
fn a_workload_is_there_up_to_its_last_day() {
    on_both_engines(async |app| {
        let account = json!({ "provider": "AWS", "accountNumber": "1", "name": "Prod", "currency": "USD" });
        let account = send(app, "openProviderAccount", "NewProviderAccount!", account).await;
        let workload = json!({
            "account": account, "name": "vm", "service": "EC2", "region": "eu-west-1",
            "details": { "retiresOn": "2026-12-15" },
        });
        let workload = send(app, "registerWorkload", "NewWorkload!", workload).await;
        let shop = a_service(app, "Shop", json!({})).await;
        record(&app.director(), &shop, &workload, "RUNS_ON", json!({})).await;
        let director = app.director();
        let arguments = ", asOf: \"2026-12-15\"";
        let last = impact(&director, &[&workload], arguments, "affected { nodes { item { name } } }").await;
        assert_eq!(names(&last["affected"]["nodes"]), ["vm", "Shop"]);
        let text = format!("{{ impact(of: [\"{workload}\"], asOf: \"2026-12-16\") {{ hidden }} }}");
        let gone = director.expect_error(&text, "INVALID").await;
        assert!(gone.message.contains("is no longer there"), "{}", gone.message);
        for (day, size, retired) in [("2026-12-15", 2, 0), ("2026-12-16", 1, 1)] {
            let text = format!(
                "{{ moveGroups(asOf: \"{day}\") {{ groups {{ size }} }}
                    graphQuality(asOf: \"{day}\") {{ findings(kinds: [RETIRED_END]) {{ count }} }} }}"
            );
            let found = director.query(&text).await;
            assert_eq!(found["moveGroups"]["groups"][0]["size"], size, "{day}");
            assert_eq!(found["graphQuality"]["findings"][0]["count"], retired, "{day}");
        }
    });
}

#[test]
fn an_asset_is_there_until_it_was_retired() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let server = setting.server(app, "SRV-1", 1).await;
        let shop = a_service(app, "Shop", json!({})).await;
        needs(app, &shop, &server, json!({})).await;
        let selection =
            "affected { nodes { item { name } } } rollUp { assets { count kilowatts rackUnits } }";
        let ask = async |of: &str, day: &str| {
            impact(&director, &[of], &format!(", asOf: \"{day}\""), selection).await
        };
        let before = ask(&setting.rack, "2026-06-14").await;
        assert_eq!(names(&before["affected"]["nodes"]), ["R1", "SRV-1", "Shop"]);
        let retired = "mutation($id: ID!) { retireAsset(id: $id, on: \"2026-06-15\") { id } }";
        director.query_with(retired, json!({ "id": server })).await;
        // The days before are as they were, by its rack and by itself.
        assert_eq!(ask(&setting.rack, "2026-06-14").await, before);
        let itself = ask(&server, "2026-06-14").await;
        assert_eq!(names(&itself["affected"]["nodes"]), ["SRV-1", "Shop"]);
        assert_eq!(itself["rollUp"]["assets"], json!([{ "count": 1, "kilowatts": "0.4", "rackUnits": "2" }]));
        assert_eq!(names(&ask(&setting.rack, "2026-06-15").await["affected"]["nodes"]), ["R1"]);
        let text = format!("{{ impact(of: [\"{server}\"], asOf: \"2026-06-15\") {{ hidden }} }}");
        let gone = director.expect_error(&text, "INVALID").await;
        assert!(gone.message.contains("is no longer there"), "{}", gone.message);
        for (day, watts, ends) in [("2026-06-14", 400, 0), ("2026-06-15", 0, 1)] {
            let text = format!(
                "{{ powerRedundancy(asOf: \"{day}\") {{ sites {{ racks {{ supply {{ drawWatts }} }} }} }}
                    graphQuality(asOf: \"{day}\") {{ findings(kinds: [RETIRED_END]) {{ count }} }} }}"
            );
            let found = director.query(&text).await;
            let draw = &found["powerRedundancy"]["sites"][0]["racks"][0]["supply"]["drawWatts"];
            assert_eq!(*draw, watts, "{day}");
            assert_eq!(found["graphQuality"]["findings"][0]["count"], ends, "{day}");
        }
        // In stock again, it is there as if nothing had been, and does nothing.
        let back = "mutation($id: ID!) { withdrawAsset(id: $id) { id } }";
        director.query_with(back, json!({ "id": server })).await;
        let later = ask(&setting.rack, "2026-07-01").await;
        assert_eq!(names(&later["affected"]["nodes"]), ["R1", "SRV-1", "Shop"]);
    });
}

#[test]
fn days_that_only_a_slip_gives_are_refused_everywhere() {
    on_both_engines(async |app| {
        for question in ["moveGroups", "graphQuality", "recoveryAssessment", "singlePointsOfFailure", "graph"]
        {
            for day in ["1900-01-01", "9999-12-31"] {
                let selection = if question == "graph" { "nodes" } else { "graph { nodes }" };
                let text = format!("{{ {question}(asOf: \"{day}\") {{ {selection} }} }}");
                let refusal = app.director().expect_error(&text, "INVALID").await;
                let expected = format!("asOf: {day} is not between 1970 and 2199");
                assert_eq!((refusal.field.as_str(), refusal.message), ("asOf", expected), "{question}");
            }
        }
    });
}
