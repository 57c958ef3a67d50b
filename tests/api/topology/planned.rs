//! Services that are planned: affected, and in no figure of what an outage comes to.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::setting::{a_service, a_setting, impact, names, needs};
use crate::roadmap::send;

const FIGURES: &str = "affected(first: 10) { nodes { item { name } } }
    rollUp { total { down all } blastRadius servicesWithoutTier servicesNotInUse assetsNotRunning serviceLevelCount
        services { tier status count } users { status users servicesWithoutUsers }
        revenuePerHour { amounts { amount currency } unknown } owners { owner } deepestChain { item { name } } }
    explain { excluded }";

async fn a_shop(app: &TestApp, name: &str, status: &str) -> String {
    let revenue = json!({ "amount": "500", "currency": "EUR" });
    let details = json!({
        "status": status, "tier": 0, "users": 100, "owner": name, "revenuePerHour": revenue,
    });
    let shop = a_service(app, name, details).await;
    let objective = json!({ "item": shop, "details": { "availabilityTarget": "0.999" } });
    send(app, "recordRecoveryObjective", "NewRecoveryObjective!", objective).await;
    shop
}

#[test]
fn services_that_are_planned_count_in_no_figure() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = setting.loose(app, "SRV-1").await;
        let shop = a_shop(app, "Shop", "ACTIVE").await;
        needs(app, &shop, &server, json!({})).await;
        let before = impact(&app.director(), &[&server], "", FIGURES).await;
        let next = a_shop(app, "Next", "PLANNED").await;
        needs(app, &next, &shop, json!({})).await;
        let after = impact(&app.director(), &[&server], "", FIGURES).await;
        assert!(names(&after["affected"]["nodes"]).contains(&"Next"), "it is affected all the same");
        let mut expected: Value = before["rollUp"].clone();
        assert_eq!(expected["servicesNotInUse"], 0);
        expected["servicesNotInUse"] = json!(1);
        assert_eq!(after["rollUp"], expected);
        assert_eq!(after["rollUp"]["blastRadius"], "8");
        let excluded = after["explain"]["excluded"].to_string();
        assert!(excluded.contains("1 affected services that are planned"), "{excluded}");
        // Single points are ranked alike.
        let text = format!(
            "{{ singlePointsOfFailure(service: \"{shop}\") {{ services {{ points {{ item {{ name }} blastRadius services
                revenuePerHour {{ amounts {{ amount }} }} }} }} explain {{ assumptions }} }} }}"
        );
        let found = app.director().query(&text).await["singlePointsOfFailure"].clone();
        let points = found["services"][0]["points"].as_array().unwrap().clone();
        let point = points.iter().find(|point| point["item"]["name"] == "SRV-1").unwrap();
        assert_eq!((&point["blastRadius"], &point["services"]), (&json!("8"), &json!(1)));
        assert_eq!(point["revenuePerHour"]["amounts"], json!([{ "amount": "500.00" }]));
        assert!(found["explain"]["assumptions"].to_string().contains("services that are planned"));
    });
}
