//! More pools than one question looks at: what is left out is counted, and what is refused is told by name.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    forecasts::{PEAKS, history, later},
    layers::files,
    purchases::a_site,
    told,
};

/// Pools of a resource that nothing was observed of, by number.
async fn pools(app: &TestApp, name: &str, resource: &str, unit: &str, count: usize) {
    let mut rows = "name,resource,unit,plannable\n".to_owned();
    for number in 0..count {
        rows += &format!("{name} {number:04},{resource},{unit},9000\n");
    }
    files(app, &[("capacity_pools.csv", &rows)]).await;
}

#[test]
fn load_moves_to_pools_nearby_first_and_what_was_not_looked_at_is_counted() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        // 259 and 256 of 250 were used in the last two months.
        let details = |plannable: &str| json!({ "plannable": plannable, "leadDays": 150, "installDays": 30, "site": site });
        let pool = a_pool(app, "Out", "STORAGE", "TERABYTE", details("250")).await;
        history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
        pools(app, "Far", "STORAGE", "TERABYTE", 501).await;
        // What was recorded last is looked at first, as it is at the same site.
        let near = a_pool(app, "Near", "STORAGE", "TERABYTE", details("9000")).await;
        history(app, &near, "TERABYTE", "2025-11", &PEAKS).await;
        let text = format!(
            r#"{{ capacityForecast(pool: "{pool}", months: 12, method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01") {{
                actions {{ action name }} actionsLeftOut }} }}"#
        );
        let ask = async || app.viewer().at(later()).query(&text).await["capacityForecast"].clone();
        let seen = ask().await;
        let moves = |seen: &Value| -> Vec<Value> {
            let all = seen["actions"].as_array().unwrap().iter();
            all.filter(|action| action["action"] == "MOVE").map(|action| action["name"].clone()).collect()
        };
        assert_eq!(moves(&seen), ["move load to Near"]);
        let left_out = "load of it on 2 other pools of STORAGE: they were not looked at";
        assert!(seen["actionsLeftOut"].as_array().unwrap().contains(&json!(left_out)), "{seen}");
        // Pools of other resources are no place for it, and are not counted.
        pools(app, "Ports", "PORTS", "PORT", 3).await;
        assert_eq!(ask().await["actionsLeftOut"], seen["actionsLeftOut"]);
    });
}

#[test]
fn an_outlook_is_about_two_thousand_pools_at_most() {
    on_both_engines(async |app| {
        pools(app, "Storage", "STORAGE", "TERABYTE", 1_200).await;
        pools(app, "Ports", "PORTS", "PORT", 801).await;
        let asked =
            |filter: &str| format!("{{ capacityOutlook({filter}months: 1, first: 1) {{ totalCount }} }}");
        let refusal = app.viewer().expect_error(&asked(""), "LIMIT_EXCEEDED").await;
        let message = "more pools than the 2000 of one question: ask by site or resource";
        assert_eq!(told(&refusal), ("filter", message));
        // One resource is fewer.
        let some = app.viewer().query(&asked("filter: { resource: { eq: STORAGE } }, ")).await;
        assert_eq!(some["capacityOutlook"]["totalCount"], 1_200);
        let one = r#"mutation($id: ID!) { retireCapacityPool(id: $id) { id } }"#;
        let pool = app.viewer().query(r#"{ capacityPool(name: "Ports 0000") { id } }"#).await;
        app.director().query_with(one, json!({ "id": pool["capacityPool"]["id"] })).await;
        assert_eq!(app.viewer().query(&asked("")).await["capacityOutlook"]["totalCount"], 2_000);
    });
}
