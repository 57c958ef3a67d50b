//! Months that are over: they are held against what there was then, not against what there is today.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_pool,
    forecasts::{PEAKS, history, later},
    layers::files,
};
use crate::roadmap::send;

/// Hosts of 64 cores in a pool of which 200 were used on every day from 2025-11 to 2026-10, and an order of which takes 30
/// days. Nothing is kept free, and nothing is handed out twice.
async fn hosts(app: &TestApp, assets: &str) -> String {
    let made = [
        ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,COLOCATION,UTC\n"),
        ("manufacturers.csv", "name\nDell\n"),
        ("hardware_models.csv", "manufacturer,name,kind,cores\nDell,R650,SERVER,64\n"),
        ("assets.csv", assets),
        (
            "capacity_pools.csv",
            "name,resource,unit,basis,failures_tolerated,overcommit_ratio,buffer_share,lead_days\n\
             Hosts,VCPU,VCPU,INVENTORY,0,1,0,30\n",
        ),
        ("capacity_pool_members.csv", "pool,item_kind,item\nHosts,SITE,FRA1\n"),
    ];
    files(app, &made).await;
    let text = r#"{ capacityPool(name: "Hosts") { id } }"#;
    let pool = app.viewer().query(text).await["capacityPool"]["id"].as_str().unwrap().to_owned();
    history(app, &pool, "VCPU", "2025-11", &[200; 12]).await;
    pool
}

/// Six hosts that have been there since 2024.
fn six(retirement: impl Fn(u32) -> &'static str) -> String {
    let mut assets = "tag,manufacturer,model,site,status,in_service_on,retirement_planned_on\n".to_owned();
    for number in 1..=6 {
        assets += &format!("H-{number},Dell,R650,FRA1,IN_SERVICE,2024-01-01,{}\n", retirement(number));
    }
    assets
}

async fn retire(app: &TestApp, tag: &str, on: &str) {
    let client = app.director().at(later());
    let text = format!("{{ asset(tag: \"{tag}\") {{ id }} }}");
    let id = client.clone().query(&text).await["asset"]["id"].as_str().unwrap().to_owned();
    client.query(&format!("mutation {{ retireAsset(id: \"{id}\", on: \"{on}\") {{ id }} }}")).await;
}

async fn forecast(client: &Client, pool: &str, arguments: &str, fields: &str) -> Value {
    let text = format!("{{ capacityForecast(pool: \"{pool}\", {arguments}) {{ {fields} }} }}");
    client.clone().at(later()).query(&text).await["capacityForecast"].clone()
}

const DATES: &str = "exhaustion { p50 { code month } p90Demand { code month } } orderBy { status date days }
    actions { action exhaustion { p90Demand { month } } }";

fn both(code: &str, month: Option<&str>) -> Value {
    let one = json!({ "code": code, "month": month });
    json!({ "p50": one, "p90Demand": one })
}

#[test]
fn hosts_that_are_retired_were_there_before() {
    on_both_engines(async |app| {
        let pool = hosts(app, &six(|_| "")).await;
        let asked = r#"months: 6, asOf: "2026-11-20""#;
        let before = forecast(&app.viewer(), &pool, asked, DATES).await;
        assert_eq!(before["exhaustion"], both("NOT_WITHIN_HORIZON", None));
        for number in 3..=6 {
            retire(app, &format!("H-{number}"), "2026-11-15").await;
        }
        // 384 were there until then, and 128 are left: the first short month is that of 2026-11.
        let seen = forecast(&app.viewer(), &pool, asked, DATES).await;
        assert_eq!(seen["exhaustion"], both("DATED", Some("2026-11")));
        assert_eq!(seen["orderBy"], json!({ "status": "OVERDUE", "date": "2026-10-02", "days": 49 }));
        let risks = r#"{ capacityRisks(asOf: "2026-11-20") { risks { from months worst worstIn relief overdueDays } } }"#;
        let risks = app.viewer().at(later()).query(risks).await["capacityRisks"]["risks"].clone();
        assert_eq!(
            risks,
            json!([{
                "from": "2026-11", "months": 2, "worst": "72", "worstIn": "2026-11", "relief": "2027-01",
                "overdueDays": 49,
            }])
        );
        // Seen later, it has been so since then.
        let seen = forecast(&app.viewer(), &pool, r#"months: 6, asOf: "2027-02-10""#, DATES).await;
        assert_eq!(seen["exhaustion"], both("ALREADY_PASSED", Some("2026-11")));
    });
}

#[test]
fn hosts_that_are_to_go_were_there_until_then() {
    on_both_engines(async |app| {
        let goes = |number: u32| if number > 2 { "2026-12-10" } else { "" };
        let pool = hosts(app, &six(goes)).await;
        for (day, code) in
            [("2026-11-20", "DATED"), ("2026-12-15", "DATED"), ("2027-02-10", "ALREADY_PASSED")]
        {
            for method in ["AUTO", "ORDINARY_LEAST_SQUARES"] {
                let asked = format!("months: 6, method: {method}, asOf: \"{day}\"");
                let seen = forecast(&app.viewer(), &pool, &asked, DATES).await;
                assert_eq!(seen["exhaustion"], both(code, Some("2026-12")), "{day} {method}");
            }
        }
    });
}

#[test]
fn a_host_that_came_and_one_that_left_count_on_their_days() {
    on_both_engines(async |app| {
        let mut assets = "tag,manufacturer,model,site,status,in_service_on\n".to_owned();
        for number in 1..=3 {
            assets += &format!("H-{number},Dell,R650,FRA1,IN_SERVICE,2024-01-01\n");
        }
        // 192 until 2026-05-20, 256 from then on, and 192 again from 2026-09-10 on.
        assets += "H-4,Dell,R650,FRA1,IN_SERVICE,2026-05-20\n";
        let pool = hosts(app, &assets).await;
        let asked = r#"months: 6, asOf: "2026-11-20""#;
        let before = forecast(&app.viewer(), &pool, asked, DATES).await;
        assert_eq!(before["exhaustion"], both("NOT_WITHIN_HORIZON", None));
        retire(app, "H-3", "2026-09-10").await;
        let seen = forecast(&app.viewer(), &pool, asked, DATES).await;
        assert_eq!(seen["exhaustion"], both("ALREADY_PASSED", Some("2026-09")));
        // 30 days before 2026-09-01.
        assert_eq!(seen["orderBy"], json!({ "status": "OVERDUE", "date": "2026-08-02", "days": 110 }));
        let actions = seen["actions"].as_array().unwrap();
        let order = actions.iter().find(|action| action["action"] == "ORDER").unwrap();
        assert_eq!(order["exhaustion"]["p90Demand"]["month"], "2026-09");
    });
}

#[test]
fn demand_that_is_equal_to_supply_has_reached_it() {
    on_both_engines(async |app| {
        let values: Vec<i64> = (0..12).map(|month| 200 + 4 * month).collect();
        let months = ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"];
        for (place, month) in (0_i64..).zip(months) {
            let plannable = (248 + 4 * place).to_string();
            let details = json!({ "plannable": plannable, "leadDays": 30 });
            let pool = a_pool(app, &format!("Ports {plannable}"), "PORTS", "PORT", details).await;
            history(app, &pool, "PORT", "2025-11", &values).await;
            let asked = r#"months: 12, method: STRAIGHT_LINE, asOf: "2026-11-20""#;
            let fields = "exhaustion { p50 { month } } demand { month p50 }";
            let seen = forecast(&app.viewer(), &pool, asked, fields).await;
            let demand = seen["demand"].as_array().unwrap();
            let of_month = demand.iter().find(|point| point["month"] == month).unwrap();
            assert_eq!(of_month["p50"], plannable);
            assert_eq!(seen["exhaustion"]["p50"]["month"], month, "{plannable}");
        }
    });
}

#[test]
fn load_moves_to_what_lasts_and_leaves_it_below_what_there_is() {
    on_both_engines(async |app| {
        let storage = async |name: &str, plannable: &str, values: &[i64]| {
            let details = json!({ "plannable": plannable, "leadDays": 150, "installDays": 30 });
            let pool = a_pool(app, name, "STORAGE", "TERABYTE", details).await;
            history(app, &pool, "TERABYTE", "2025-11", values).await;
            pool
        };
        let tight = storage("Tight", "300", &PEAKS).await;
        storage("Free", "10", &[0; 12]).await;
        // 256 of 255 were used last: it is out, though 200 are to go.
        let out = storage("Out", "255", &PEAKS).await;
        let archive =
            json!({ "pool": out, "name": "archive goes", "quantity": "-200", "happensOn": "2026-11-20" });
        send(app, "recordCapacityEvent", "NewCapacityEvent!", archive).await;
        let asked = r#"months: 12, method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01""#;
        let seen =
            forecast(&app.viewer(), &tight, asked, "actions { action name quantity } actionsLeftOut").await;
        let actions = seen["actions"].as_array().unwrap();
        let moves: Vec<&Value> = actions.iter().filter(|action| action["action"] == "MOVE").collect();
        assert_eq!(
            moves,
            [&json!({ "action": "MOVE", "name": "move load to Free", "quantity": "9" })],
            "{seen}"
        );
        assert!(!seen["actionsLeftOut"].to_string().contains("load to Out"), "{seen}");
    });
}
