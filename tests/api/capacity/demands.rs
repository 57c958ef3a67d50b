//! What comes into racks, leaves them or is replaced in them, as demand of the pools that the racks are part of.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    forecasts::{history, later},
    layers::files,
    supplies::POLICY,
};
use crate::roadmap::send;

/// Two racks at two sites, and models of which one has no figures.
async fn racks(app: &TestApp) {
    let made = [
        ("sites.csv", "code,name,kind,time_zone\nFRA1,F,COLOCATION,UTC\nMUC1,M,DATA_CENTER,UTC\n"),
        ("racks.csv", "site,name,height_units\nFRA1,R1,42\nMUC1,R2,42\n"),
        ("manufacturers.csv", "name\nDell\n"),
        (
            "hardware_models.csv",
            "manufacturer,name,kind,height_units,typical_draw_watts,maximum_draw_watts,network_ports,successor_name,\
             consolidation_ratio\n\
             Dell,Dense,SERVER,2,700,900,4,,\nDell,Frugal,SERVER,1,100,200,2,,\nDell,R650,SERVER,1,300,500,2,Dense,2\n\
             Dell,Bare,SERVER,,,,,,\n",
        ),
    ];
    files(app, &made).await;
}

/// A pool that has the racks of a site, of which the same was used in each month of a year until October 2026.
async fn of_site(app: &TestApp, name: &str, (resource, unit): (&str, &str), plannable: &str) -> String {
    let details = json!({ "plannable": plannable, "leadDays": 20 });
    let pool = a_pool(app, name, resource, unit, details).await;
    let member = format!("pool,item_kind,item\n{name},SITE,FRA1\n");
    files(app, &[("capacity_pool_members.csv", &member)]).await;
    history(app, &pool, unit, "2025-11", &[10; 12]).await;
    pool
}

async fn forecast(app: &TestApp, pool: &str, fields: &str) -> Value {
    let text = format!(r#"{{ capacityForecast(pool: "{pool}", asOf: "2026-11-20") {{ {fields} }} }}"#);
    app.viewer().at(later()).query(&text).await["capacityForecast"].clone()
}

/// Days, names, quantities and kinds of the events of a pool.
async fn events(app: &TestApp, pool: &str) -> Vec<[String; 4]> {
    let seen = forecast(app, pool, "events { happensOn name quantity kind isHistory probability }").await;
    let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    let all = seen["events"].as_array().unwrap().iter().inspect(|event| {
        assert_eq!([&event["isHistory"], &event["probability"]], [&json!(false), &json!("1")]);
    });
    all.map(|event| ["happensOn", "name", "quantity", "kind"].map(|field| text(event, field))).collect()
}

/// What is told of demand that is not known.
async fn unknown(app: &TestApp, pool: &str) -> Vec<String> {
    let seen = forecast(app, pool, "findings { code message }").await;
    let all = seen["findings"].as_array().unwrap().iter().filter(|it| it["code"] == "DEMAND_UNCERTAIN");
    all.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

async fn changes(app: &TestApp) {
    let made = [
        (
            "assets.csv",
            "tag,manufacturer,model,site,rack,status,in_service_on,expected_on,retirement_planned_on,retired_on,\
             power_basis,measured_draw_watts\n\
             A-1,Dell,R650,FRA1,R1,IN_SERVICE,2024-01-01,,,,,\n\
             A-2,Dell,R650,FRA1,R1,IN_SERVICE,2024-01-01,,2027-03-15,,,\n\
             A-3,Dell,R650,FRA1,R1,IN_SERVICE,2024-01-01,,2027-01-31,,MEASURED,250\n\
             A-4,Dell,R650,FRA1,R1,ORDERED,,2026-12-15,,,NAMEPLATE,\n\
             A-5,Dell,Bare,FRA1,R1,ORDERED,,2027-02-01,,,,\n\
             A-6,Dell,R650,FRA1,R1,PLANNED,,,2028-01-31,,,\n\
             A-7,Dell,R650,FRA1,,ORDERED,,2027-02-01,,,,\n\
             A-8,Dell,R650,FRA1,R1,IN_SERVICE,2026-11-10,,,,,\n\
             A-9,Dell,R650,FRA1,R1,RETIRED,2022-01-01,,,2026-11-05,,\n\
             B-1,Dell,R650,FRA1,R1,RETIRED,2022-01-01,,,2026-09-05,,\n\
             B-2,Dell,R650,MUC1,R2,ORDERED,,2026-12-15,,,,\n",
        ),
        POLICY,
        (
            "refresh_cycles.csv",
            "name,policy,status,in_service_on,quantity,assets\nRenewal,Arrays,PLANNED,2027-03-01,,A-1|A-2\n",
        ),
    ];
    files(app, &made).await;
}

#[test]
fn what_comes_and_goes_in_racks_changes_what_is_drawn() {
    on_both_engines(async |app| {
        racks(app).await;
        changes(app).await;
        let power = of_site(app, "Power", ("POWER", "KILOWATT"), "11.4").await;
        let wave = json!({ "pool": power, "name": "Wave", "quantity": "1", "happensOn": "2026-12-01", "probability": "1" });
        send(app, "recordCapacityEvent", "NewCapacityEvent!", wave).await;
        // What was retired before the last month that was observed is in it; what a cycle replaces goes with the cycle,
        // unless it is to leave before.
        let expected = [
            ["2026-11-05", "A-9 leaves service", "-0.3", "RETIREMENT"],
            ["2026-11-10", "A-8 comes into service", "0.3", "DELIVERY"],
            ["2026-12-01", "Wave", "1", "RECORDED"],
            ["2026-12-15", "A-4 comes into service", "0.5", "DELIVERY"],
            ["2027-01-31", "A-3 leaves service", "-0.25", "RETIREMENT"],
            ["2027-03-01", "Renewal", "0.1", "REFRESH"],
        ];
        assert_eq!(events(app, &power).await, expected);
        let fields = "demand { month added } exhaustion { p50 { code month } } explain { assumptions }
            events { name thing }";
        let seen = forecast(app, &power, fields).await;
        let added: Vec<&str> = seen["demand"].as_array().unwrap()[..5]
            .iter()
            .map(|point| point["added"].as_str().unwrap())
            .collect();
        assert_eq!(added, ["0", "1.5", "1.25", "1.25", "1.35"]);
        assert_eq!(seen["exhaustion"]["p50"], json!({ "code": "DATED", "month": "2026-12" }));
        let said = seen["explain"]["assumptions"].to_string();
        assert!(said.contains("equipment draws by its power basis"), "{said}");
        let asset = app.viewer().query(r#"{ asset(tag: "A-4") { id } }"#).await["asset"]["id"].clone();
        assert_eq!(
            [&seen["events"][2]["thing"], &seen["events"][3]["thing"], &seen["events"][5]["thing"]],
            [&Value::Null, &asset, &Value::Null]
        );
        assert_eq!(
            unknown(app, &power).await,
            [
                "1 are to come, and nobody says when: A-6",
                "1 are to come to no rack on record, and not counted: A-7",
                "A-5 comes into service on 2027-02-01, and what that changes of demand is not known: the draw of the \
                 power basis is not on record for A-5",
            ]
        );
    });
}

#[test]
fn height_heat_and_ports_are_taken_as_power_is() {
    on_both_engines(async |app| {
        racks(app).await;
        changes(app).await;
        let height = of_site(app, "Height", ("RACK_UNITS", "RACK_UNIT"), "40").await;
        // What is retired stands in its rack still, and a successor of two units replaces two of one.
        assert_eq!(
            events(app, &height).await,
            [
                ["2026-11-10", "A-8 comes into service", "1", "DELIVERY"],
                ["2026-12-15", "A-4 comes into service", "1", "DELIVERY"],
                ["2027-01-31", "A-3 leaves service", "-1", "RETIREMENT"],
            ]
        );
        let findings = unknown(app, &height).await;
        assert!(findings[2].ends_with("the height is not on record for A-5"), "{findings:?}");
        let heat = of_site(app, "Heat", ("COOLING", "WATT"), "40000").await;
        let seen: Vec<String> = events(app, &heat).await.into_iter().map(|[_, _, it, _]| it).collect();
        assert_eq!(seen, ["-300", "300", "500", "-250", "100"]);
        let ports = of_site(app, "Ports", ("PORTS", "PORT"), "48").await;
        let seen: Vec<String> = events(app, &ports).await.into_iter().map(|[_, _, it, _]| it).collect();
        assert_eq!(seen, ["-2", "2", "2", "-2"]);
        let storage = of_site(app, "Data", ("STORAGE", "TERABYTE"), "40").await;
        assert_eq!(events(app, &storage).await, [[""; 4]; 0]);
    });
}

#[test]
fn a_successor_that_draws_less_may_come_sooner_and_forecasts_are_kept_with_it() {
    on_both_engines(async |app| {
        racks(app).await;
        let assets = "tag,manufacturer,model,site,rack,status,expected_on\nA-1,Dell,R650,FRA1,R1,IN_SERVICE,\n\
                      A-2,Dell,R650,FRA1,R1,IN_SERVICE,\n";
        files(app, &[("assets.csv", assets), POLICY]).await;
        let power = of_site(app, "Power", ("POWER", "KILOWATT"), "10.35").await;
        let publish = json!({ "pools": [power], "asOf": "2026-11-20" });
        let text = "mutation($pools: [ID!]!, $asOf: Date!) {
            publishCapacityForecast(pools: $pools, months: 36, asOf: $asOf) { inputsHash } }";
        let planner = app.planner().at(later());
        let publish = async || {
            planner.query_with(text, publish.clone()).await["publishCapacityForecast"][0]["inputsHash"]
                .clone()
        };
        let bare = publish().await;
        let made = [
            (
                "assets.csv",
                "tag,manufacturer,model,site,rack,status,expected_on\nA-3,Dell,R650,FRA1,R1,ORDERED,2027-02-15\nA-4,Dell,R650,FRA1,R1,ORDERED,2027-02-15\n",
            ),
            (
                "refresh_cycles.csv",
                "name,policy,status,in_service_on,quantity,assets,manufacturer,model\n\
                 Renewal,Arrays,PLANNED,2027-09-01,2,A-1|A-2,Dell,Frugal\n",
            ),
        ];
        files(app, &made).await;
        assert_ne!(publish().await, bare);
        let fields = "exhaustion { p50 { month } } actions { action name quantity available until }";
        let seen = forecast(app, &power, fields).await;
        assert_eq!(seen["exhaustion"]["p50"]["month"], "2027-02");
        let sooner = json!({
            "action": "REFRESH", "name": "refresh Renewal before 2027-09-01", "quantity": "0.4",
            "available": "2026-12-10", "until": "2027-09-01",
        });
        assert!(seen["actions"].as_array().unwrap().contains(&sooner), "{seen}");
    });
}

#[test]
fn nothing_comes_to_a_site_that_is_left() {
    on_both_engines(async |app| {
        racks(app).await;
        let assets = "tag,manufacturer,model,site,rack,status,expected_on\nF-1,Dell,R650,FRA1,R1,IN_SERVICE,\n\
                      M-1,Dell,R650,MUC1,R2,IN_SERVICE,\nM-2,Dell,R650,MUC1,R2,ORDERED,2027-02-01\n";
        files(app, &[("assets.csv", assets)]).await;
        let power = of_site(app, "Power", ("POWER", "WATT"), "40000").await;
        files(app, &[("capacity_pool_members.csv", "pool,item_kind,item\nPower,RACK,MUC1|R2\n")]).await;
        let comes = ["2027-02-01", "M-2 comes into service", "300", "DELIVERY"];
        assert_eq!(events(app, &power).await, [comes]);
        files(app, &[("sites.csv", "code,exit_on\nMUC1,2026-12-31\n")]).await;
        assert_eq!(events(app, &power).await, [[""; 4]; 0]);
        assert_eq!(
            unknown(app, &power).await,
            [
                "MUC1 is left on 2026-12-31, and what its 1 assets take stays in demand: nobody says where they go"
            ]
        );
    });
}

#[test]
fn statements_do_not_grow_with_racks_and_pools() {
    on_both_engines(async |app| {
        racks(app).await;
        changes(app).await;
        of_site(app, "Power", ("POWER", "KILOWATT"), "40").await;
        let text = r#"{ capacityOutlook(asOf: "2026-11-20") { pools {
            pool { name } exhaustion { p50 { month } } events { name kind thing } findings { message } } } }"#;
        let viewer = app.viewer().at(later());
        let add = async |numbers: std::ops::Range<u32>| {
            let mut racks = "site,name,height_units\n".to_owned();
            let mut pools = "name,resource,unit,basis\n".to_owned();
            let mut members = "pool,item_kind,item\n".to_owned();
            let mut assets = "tag,manufacturer,model,site,rack,status,expected_on\n".to_owned();
            let mut cycles = "name,policy,status,in_service_on,quantity,assets\n".to_owned();
            for number in numbers {
                racks += &format!("MUC1,More {number},42\n");
                pools += &format!(
                    "Power {number},POWER,WATT,INVENTORY\nHeight {number},RACK_UNITS,RACK_UNIT,INVENTORY\n"
                );
                members += &format!(
                    "Power {number},RACK,MUC1|More {number}\nHeight {number},RACK,MUC1|More {number}\n"
                );
                assets += &format!(
                    "C-{number},Dell,R650,MUC1,More {number},ORDERED,2027-01-01\n\
                     D-{number},Dell,R650,MUC1,More {number},IN_SERVICE,\n"
                );
                cycles += &format!("Cycle {number},Arrays,PLANNED,2027-03-01,1,D-{number}\n");
            }
            let made = [
                ("racks.csv", racks.as_str()),
                ("assets.csv", &assets),
                ("capacity_pools.csv", &pools),
                ("capacity_pool_members.csv", &members),
                ("refresh_cycles.csv", &cycles),
            ];
            files(app, &made).await;
        };
        add(0..1).await;
        let few = viewer.statements_again(text).await;
        add(1..20).await;
        let seen = viewer.query(text).await["capacityOutlook"]["pools"].clone();
        let of = |name: &str| {
            let found = seen.as_array().unwrap().iter().find(|row| row["pool"]["name"] == name).unwrap();
            found["events"].as_array().unwrap().len()
        };
        assert_eq!([of("Power 7"), of("Height 7")], [2, 2]);
        assert_eq!(viewer.statements_again(text).await, few);
    });
}
