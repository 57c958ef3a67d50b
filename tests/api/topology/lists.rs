//! Long lists: bounded, and read to the end part by part.

use serde_json::json;
use support::{TestApp, on_both_engines};

use super::setting::{a_group, a_service, a_setting, impact, names, needs, retire};

/// Services that each need the next, and the last of them a server.
async fn a_chain(app: &TestApp, length: usize) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    for number in 0..length {
        let service = a_service(app, &format!("L{number:02}"), json!({ "tier": 1 })).await;
        if let Some(before) = chain.last() {
            needs(app, before, &service, json!({})).await;
        }
        chain.push(service);
    }
    chain
}

#[test]
fn the_chain_behind_an_item_is_as_long_as_is_asked_for() {
    on_both_engines(async |app| {
        let chain = a_chain(app, 25).await;
        let ask = async |arguments: &str| {
            let selection = format!(
                "affected(first: 100) {{ nodes {{ item {{ name }} reason{arguments} {{ item {{ name }} link }}
                    reasonLength reasonEnd {{ item {{ name }} link }} }} }}
                 rollUp {{ deepestChain(first: 3) {{ item {{ name }} }} deepestChainLength }}"
            );
            impact(&app.viewer(), &[&chain[24]], "", &selection).await
        };
        let usual = ask("").await;
        let last = usual["affected"]["nodes"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["item"]["name"], "L00");
        assert_eq!((last["reason"].as_array().unwrap().len(), &last["reasonLength"]), (20, &json!(25)));
        assert_eq!(last["reasonEnd"], json!({ "item": { "name": "L24" }, "link": "FAILED" }));
        assert_eq!(names(&usual["rollUp"]["deepestChain"]), ["L00", "L01", "L02"]);
        assert_eq!(usual["rollUp"]["deepestChainLength"], 25);
        let whole = ask("(first: 30)").await;
        let last = whole["affected"]["nodes"].as_array().unwrap().last().unwrap().clone();
        let steps = last["reason"].as_array().unwrap();
        assert_eq!((steps.len(), &steps[24]), (25, &last["reasonEnd"]));
        let text = |first: i32| {
            format!(
                "{{ impact(of: [\"{}\"]) {{ affected(first: 1000) {{ nodes {{ reason(first: {first}) {{ link }} }} }} }} }}",
                chain[24]
            )
        };
        app.viewer().query(&text(20)).await;
        // 1,000 items with 1,000 steps each are too much for one answer.
        app.viewer().expect_error(&text(1000), "LIMIT_EXCEEDED").await;
        assert_eq!(app.viewer().expect_error(&text(-1), "INVALID").await.field, "first");
    });
}

#[test]
fn single_points_and_common_causes_are_read_part_by_part() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let chain = a_chain(app, 5).await;
        let (one, two) = (setting.server(app, "SRV-1", 1).await, setting.server(app, "SRV-2", 5).await);
        let members = [(one.as_str(), json!({})), (two.as_str(), json!({}))];
        a_group(app, &chain[4], json!({ "name": "servers", "requiredCount": 1 }), &members).await;
        let points = async |arguments: &str| {
            let text = format!(
                "{{ singlePointsOfFailure(service: \"{}\") {{ services {{ count
                    points({arguments}) {{ item {{ name }} isCommonCause chainLength chain(first: 2) {{ item {{ name }} }}
                        groups {{ name lost {{ name }} }} }} }} }} }}",
                chain[0]
            );
            app.viewer().query(&text).await["singlePointsOfFailure"]["services"][0].clone()
        };
        let all = points("first: 100").await;
        let whole = all["points"].as_array().unwrap().clone();
        // Four services, the rack and the site.
        assert_eq!((whole.len(), &all["count"]), (6, &json!(6)));
        let mut parts = points("first: 4").await["points"].as_array().unwrap().clone();
        parts.extend(points("first: 4, skip: 4").await["points"].as_array().unwrap().clone());
        assert_eq!(parts, whole);
        let rack = whole.iter().find(|point| point["item"]["name"] == "R1").unwrap();
        assert_eq!((&rack["chainLength"], names(&rack["chain"])), (&json!(7), vec!["L00", "L01"]));
        let services = async |arguments: &str| {
            let text = format!(
                "{{ singlePointsOfFailure({arguments}) {{ totalCount services {{ service {{ name }} }} }} }}"
            );
            app.viewer().query(&text).await["singlePointsOfFailure"].clone()
        };
        let all = services("first: 50").await;
        assert_eq!(all["totalCount"], 5);
        let whole = all["services"].as_array().unwrap();
        assert_eq!(json!(whole[2..]), services("first: 50, skip: 2").await["services"]);
        assert_eq!(services("first: 50, skip: 9").await["services"], json!([]));
        let counted = "{ singlePointsOfFailure { totalCount lookedAt } }";
        let counted = app.viewer().query(counted).await["singlePointsOfFailure"].clone();
        assert_eq!(counted, json!({ "totalCount": 5, "lookedAt": 5 }));
        let causes = async |arguments: &str| {
            let text =
                format!("{{ commonCauses({arguments}) {{ totalCount causes {{ item {{ name }} }} }} }}");
            app.viewer().query(&text).await["commonCauses"].clone()
        };
        let all = causes("first: 50").await;
        let whole = all["causes"].as_array().unwrap();
        assert_eq!(json!(whole.len()), all["totalCount"]);
        assert_eq!(json!(whole[1..]), causes("first: 50, skip: 1").await["causes"]);
        for text in [
            "{ singlePointsOfFailure(skip: -1) { totalCount } }",
            "{ singlePointsOfFailure { services { points(skip: -1) { services } } } }",
            "{ commonCauses(skip: -1) { totalCount } }",
        ] {
            assert_eq!(app.viewer().expect_error(text, "INVALID").await.field, "skip");
        }
    });
}

#[test]
fn trees_contracts_and_what_was_down_are_read_part_by_part() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let chain = a_chain(app, 6).await;
        let tree = async |arguments: &str| {
            let text = format!(
                "{{ requirements(of: \"{}\") {{ tree({arguments}) {{ isCut rows {{ place parent item {{ name }} }} }} }} }}",
                chain[0]
            );
            app.viewer().query(&text).await["requirements"]["tree"].clone()
        };
        let whole = tree("first: 50").await;
        let (first, second) = (tree("first: 4").await, tree("first: 4, skip: 4").await);
        assert_eq!([&first["isCut"], &second["isCut"]], [true, false]);
        let mut rows = first["rows"].as_array().unwrap().clone();
        rows.extend(second["rows"].as_array().unwrap().clone());
        assert_eq!((json!(rows), rows.len()), (whole["rows"].clone(), 6));
        let disks = [setting.loose(app, "D1").await, setting.loose(app, "D2").await];
        for name in ["Store 1", "Store 2"] {
            let store = a_service(app, name, json!({})).await;
            let members = [(disks[0].as_str(), json!({})), (disks[1].as_str(), json!({}))];
            a_group(app, &store, json!({ "name": "disks", "requiredCount": 2 }), &members).await;
        }
        retire(app, &disks[1]).await;
        let down = async |arguments: &str| {
            let selection = format!("alreadyDown{arguments} {{ item {{ name }} }} alreadyDownCount");
            impact(&app.viewer(), &[&disks[0]], "", &selection).await
        };
        let whole = down("").await;
        assert_eq!(whole["alreadyDownCount"], 2);
        let rest = json!(whole["alreadyDown"].as_array().unwrap()[1..]);
        assert_eq!(down("(skip: 1)").await["alreadyDown"], rest);
        let skipped = "rollUp { contracts(skip: 3) { sites } contractCount }";
        let answer = impact(&app.director(), &[&disks[0]], "", skipped).await;
        assert_eq!(answer["rollUp"], json!({ "contracts": [], "contractCount": 0 }));
        let text = |list: &str| format!("{{ impact(of: [\"{}\"]) {{ {list} }} }}", disks[0]);
        for list in ["alreadyDown(skip: -1) { steps }", "rollUp { contracts(skip: -1) { sites } }"] {
            assert_eq!(app.viewer().expect_error(&text(list), "INVALID").await.field, "skip");
        }
    });
}
