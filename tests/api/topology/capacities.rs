//! Groups whose members count by what they carry: exactly, however large or small that is.

use serde_json::{Value, json};
use support::on_both_engines;

use super::setting::{a_group, a_service, a_setting, impact};

/// What is required, what each member carries, and what becomes of the owner without the first member.
const CASES: [(&str, &[&str], Option<&str>); 10] = [
    ("5000000", &["5000000", "5000000", "0"], Some("AT_RISK")),
    ("9000000000", &["9000000000", "9000000000", "1"], Some("AT_RISK")),
    ("4999999.999", &["4999999.999", "0.001", "5000000"], Some("AT_RISK")),
    ("499999.999", &["0.001", "499999.998", "0.0005"], Some("DOWN")),
    ("40", &["13.3334", "13.3333", "13.3333"], Some("DOWN")),
    ("40", &["0.0001", "13.3334", "13.3333", "13.3333"], Some("AT_RISK")),
    ("0.0008", &["0.0004", "0.0004", "0.0004"], Some("AT_RISK")),
    ("0.000000003", &["0.000000001", "0.000000001", "0.000000001", "0.000000001"], Some("AT_RISK")),
    // Never up, with all of them.
    ("40", &["13.3333", "13.3333", "13.3333"], None),
    ("9000000000", &["4500000000", "4499999998"], None),
];

#[test]
fn what_is_just_enough_is_enough() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        for (number, (required, carried, status)) in CASES.into_iter().enumerate() {
            let owner = a_service(app, &format!("S{number}"), json!({ "tier": 1 })).await;
            let mut members = Vec::new();
            for (place, capacity) in carried.iter().enumerate() {
                let member = setting.loose(app, &format!("M{number}-{place}")).await;
                members.push((member, json!({ "capacity": capacity })));
            }
            let named: Vec<(&str, Value)> =
                members.iter().map(|(member, details)| (member.as_str(), details.clone())).collect();
            let terms = json!({ "name": "power", "requiredCapacity": required, "capacityUnit": "W" });
            a_group(app, &owner, terms, &named).await;
            let selection =
                "affected(first: 10) { nodes { item { name } status } } alreadyDown { item { name } }";
            let found = impact(&app.director(), &[&members[0].0], "", selection).await;
            let of_owner = |list: &Value| {
                let mut rows = list.as_array().unwrap().iter();
                rows.find(|row| row["item"]["name"] == format!("S{number}")).cloned()
            };
            let hit = of_owner(&found["affected"]["nodes"]).map(|hit| hit["status"].clone());
            let told = (hit, of_owner(&found["alreadyDown"]).is_some());
            let expected = (status.map(|status| json!(status)), status.is_none());
            assert_eq!(told, expected, "{required} of {carried:?}");
        }
    });
}
