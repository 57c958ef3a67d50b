//! What may be planned with as it changes: deliveries, retirements, refreshes, contracts and exits.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    layers::{a_cluster, files},
    seen,
};
use crate::{contracts::golden::sign_c1, roadmap::send};

const SUPPLY: &str = r#"supply(asOf: "2026-06-30", months: 12) {
    months { month plannable } changes { name on quantity kind } findings reason }"#;

/// A policy that cycles rest on.
pub(super) const POLICY: (&str, &str) = (
    "refresh_policies.csv",
    "name,priority,warranty_rule,lease_rule,age_months,lead_days,install_days,buffer_days,quantity_rule,\
     currency,freight_rate,install_amount,support_rate,support_months,disposal_amount,residual_amount,\
     contingency_rate,exit_tolerance_days,cohort_period\n\
     Arrays,10,false,false,60,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,0.12,36,40,0,0.05,180,QUARTER\n",
);

async fn supply(app: &TestApp, name: &str) -> Value {
    let text = format!(r#"{{ capacityPool(name: "{name}") {{ {SUPPLY} }} }}"#);
    app.viewer().query(&text).await["capacityPool"]["supply"].clone()
}

/// What there is in some months.
pub(super) fn of(supply: &Value, months: &[&str]) -> Vec<String> {
    let all = supply["months"].as_array().unwrap();
    let one = |month: &&str| {
        let found = all.iter().find(|row| row["month"] == **month).unwrap();
        found["plannable"].as_str().unwrap().to_owned()
    };
    months.iter().map(one).collect()
}

/// Two arrays of 100 TB at one site and one at another, planned up to nine tenths.
pub(super) async fn arrays(app: &TestApp) {
    let made = [
        ("sites.csv", "code,name,kind,time_zone\nFRA1,F,COLOCATION,UTC\nMUC1,M,DATA_CENTER,UTC\n"),
        ("manufacturers.csv", "name\nPure\n"),
        (
            "hardware_models.csv",
            "manufacturer,name,kind,usable_terabytes,successor_name,consolidation_ratio\n\
             Pure,New,STORAGE,250,,\nPure,X,STORAGE,100,New,2\nPure,Y,STORAGE,,,\n",
        ),
        (
            "assets.csv",
            "tag,manufacturer,model,site,status\nSTO-1,Pure,X,FRA1,IN_SERVICE\nSTO-2,Pure,X,FRA1,IN_SERVICE\n\
             STO-3,Pure,X,MUC1,IN_SERVICE\n",
        ),
        (
            "capacity_pools.csv",
            "name,resource,unit,basis,planning_limit\nData,STORAGE,TERABYTE,INVENTORY,0.9\n",
        ),
        ("capacity_pool_members.csv", "pool,item_kind,item\nData,SITE,FRA1\nData,SITE,MUC1\n"),
    ];
    files(app, &made).await;
}

#[test]
fn what_comes_and_goes_changes_what_there_is() {
    on_both_engines(async |app| {
        arrays(app).await;
        let level = supply(app, "Data").await;
        assert_eq!(of(&level, &["2026-06", "2027-05"]), ["270", "270"]);
        assert_eq!((&level["changes"], &level["findings"]), (&json!([]), &json!([])));
        let more = "tag,manufacturer,model,site,status,expected_on,lease_return_on,retirement_planned_on\n\
            STO-4,Pure,New,FRA1,ORDERED,2026-09-15,,\nSTO-5,Pure,X,FRA1,PLANNED,,,\n\
            STO-6,Pure,X,FRA1,ORDERED,2026-05-01,,\nSTO-7,Pure,Y,FRA1,ORDERED,2026-10-01,,\n\
            STO-3,Pure,X,MUC1,IN_SERVICE,,2027-01-31,2026-12-31\n";
        files(app, &[("assets.csv", more)]).await;
        let changed = supply(app, "Data").await;
        assert_eq!(
            changed["changes"],
            json!([
                { "name": "STO-4 comes into service", "on": "2026-09-15", "quantity": "225", "kind": "DELIVERY" },
                { "name": "STO-3 leaves service", "on": "2026-12-31", "quantity": "-90", "kind": "RETIREMENT" },
            ])
        );
        // What is delivered within a month counts from the next, what goes counts at once.
        assert_eq!(
            of(&changed, &["2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-05"]),
            ["270", "270", "495", "495", "405", "405"]
        );
        assert_eq!(
            changed["findings"],
            json!([
                "1 are to come, and nobody says when: STO-5",
                "1 are to be in service by now, and not there: STO-6",
                "STO-7 comes into service on 2026-10-01, and what that changes is not known: no figure is on record of STO-7",
            ])
        );
    });
}

#[test]
fn a_cluster_counts_its_hosts_together() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        // A larger host is the one that may fail: the cluster gains what was the largest before.
        let more = "tag,manufacturer,model,site,status,expected_on,cores\nH-9,Dell,R960,FRA1,ORDERED,2026-08-01,128\n\
                    H-8,Dell,R960,FRA1,MAINTENANCE,,\n";
        files(app, &[("assets.csv", more)]).await;
        let changed = supply(app, "Processors").await;
        // 192 cores are left of 7 hosts, and 256 of 8: times 4, less a tenth.
        assert_eq!(of(&changed, &["2026-07", "2026-08"]), ["691.2", "921.6"]);
        assert_eq!(changed["findings"], json!(["1 are in maintenance, and count when they are back: H-8"]));
        files(app, &[("capacity_pools.csv", "name,resource,unit,basis\nBare,VCPU,VCPU,INVENTORY\n")]).await;
        let unknown = supply(app, "Bare").await;
        assert_eq!(unknown["months"], json!([]));
        assert!(unknown["reason"].as_str().unwrap().starts_with("plannable was never stated"), "{unknown}");
    });
}

#[test]
fn hosts_of_a_large_cluster_come_and_go_one_by_one() {
    on_both_engines(async |app| {
        let first = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        let mut assets = "tag,manufacturer,model,site,status,expected_on,retirement_planned_on\n".to_owned();
        for number in 0..200_u64 {
            let leaves = if number < 100 { (first + Days::new(number)).to_string() } else { String::new() };
            assets += &format!("H-{number:03},Dell,R650,FRA1,IN_SERVICE,,{leaves}\n");
        }
        for number in 0..100_u64 {
            assets += &format!("N-{number:03},Dell,R960,FRA1,ORDERED,{},\n", first + Days::new(number));
        }
        let made = [
            ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,COLOCATION,UTC\n"),
            ("manufacturers.csv", "name\nDell\n"),
            (
                "hardware_models.csv",
                "manufacturer,name,kind,cores\nDell,R650,SERVER,32\nDell,R960,SERVER,64\n",
            ),
            ("assets.csv", &assets),
            (
                "capacity_pools.csv",
                "name,resource,unit,basis,failures_tolerated,overcommit_ratio,buffer_share\n\
                 Processors,VCPU,VCPU,INVENTORY,2,4,0.1\n",
            ),
            ("capacity_pool_members.csv", "pool,item_kind,item\nProcessors,SITE,FRA1\n"),
        ];
        files(app, &made).await;
        let changed = supply(app, "Processors").await;
        // 198 hosts of 32 cores are left of 200: times 4, less a tenth. In the end 100 of them are left, and 98 of 64.
        assert_eq!(of(&changed, &["2026-08", "2027-01"]), ["22809.6", "34099.2"]);
        let changes = changed["changes"].as_array().unwrap();
        assert_eq!(changes.len(), 200);
        for (day, pair) in (0_u64..).zip(changes.chunks(2)) {
            let on = (first + Days::new(day)).to_string();
            // The first two of 64 may be those that fail, and let two of 32 count instead; of all later ones 64 count.
            let gained = if day < 2 { "115.2" } else { "230.4" };
            let said = |name: String, quantity: &str, kind: &str| json!({ "name": name, "on": on, "quantity": quantity, "kind": kind });
            assert_eq!(pair[0], said(format!("H-{day:03} leaves service"), "-115.2", "RETIREMENT"));
            assert_eq!(pair[1], said(format!("N-{day:03} comes into service"), gained, "DELIVERY"));
        }
        assert_eq!(changed["findings"], json!([]));
    });
}

#[test]
fn a_refresh_takes_the_old_and_brings_the_new_on_one_day() {
    on_both_engines(async |app| {
        arrays(app).await;
        let made = [
            POLICY,
            (
                "refresh_cycles.csv",
                "name,policy,status,in_service_on,quantity,assets\nFRA arrays,Arrays,PLANNED,2026-10-01,,STO-1|STO-2\n\
                 Undated,Arrays,PLANNED,,1,STO-3\n",
            ),
        ];
        files(app, &made).await;
        let changed = supply(app, "Data").await;
        // Two of 100 TB go, and one of 250 replaces two of them.
        assert_eq!(
            changed["changes"],
            json!([{ "name": "FRA arrays", "on": "2026-10-01", "quantity": "45", "kind": "REFRESH" }])
        );
        assert_eq!(of(&changed, &["2026-09", "2026-10"]), ["270", "315"]);
        assert_eq!(
            changed["findings"],
            json!(["Undated replaces members, and nobody says when the new is in service"])
        );
        files(app, &[("refresh_cycles.csv", "name,quantity\nFRA arrays,2\n")]).await;
        assert_eq!(of(&supply(app, "Data").await, &["2026-10"]), ["540"]);
    });
}

/// A policy, and a cycle that replaces both arrays of one site by what is bought for them on 2026-10-01.
async fn a_cycle(app: &TestApp) {
    let made = [
        (
            "refresh_policies.csv",
            "name,priority,warranty_rule,lease_rule,age_months,lead_days,install_days,buffer_days,quantity_rule,\
             currency,freight_rate,install_amount,support_rate,support_months,disposal_amount,residual_amount,\
             contingency_rate,exit_tolerance_days,cohort_period\n\
             Arrays,10,false,false,60,60,14,15,LIKE_FOR_LIKE,USD,0.02,150,0.12,36,40,0,0.05,180,QUARTER\n",
        ),
        (
            "refresh_cycles.csv",
            "name,policy,status,in_service_on,quantity,assets\nFRA arrays,Arrays,PLANNED,2026-10-01,2,STO-1|STO-2\n",
        ),
    ];
    files(app, &made).await;
}

#[test]
fn what_is_on_order_for_a_cycle_counts_once() {
    on_both_engines(async |app| {
        arrays(app).await;
        a_cycle(app).await;
        // Two of 250 TB come, planned up to nine tenths, for two of 100 TB.
        assert_eq!(of(&supply(app, "Data").await, &["2026-09", "2026-10", "2027-05"]), ["270", "540", "540"]);
        let ordered = "tag,manufacturer,model,site,status,expected_on\nSTO-4,Pure,New,FRA1,ORDERED,2026-11-15\n\
            STO-5,Pure,New,MUC1,ORDERED,2026-09-15\nSTO-6,Pure,New,FRA1,ORDERED,2027-01-15\n";
        files(app, &[("assets.csv", ordered)]).await;
        let changed = supply(app, "Data").await;
        assert_eq!(
            changed["changes"],
            json!([
                { "name": "STO-5 comes into service", "on": "2026-09-15", "quantity": "225", "kind": "DELIVERY" },
                { "name": "FRA arrays", "on": "2026-10-01", "quantity": "45", "kind": "REFRESH" },
                { "name": "STO-4 comes into service", "on": "2026-11-15", "quantity": "225", "kind": "DELIVERY" },
                { "name": "STO-6 comes into service", "on": "2027-01-15", "quantity": "225", "kind": "DELIVERY" },
            ])
        );
        // Neither what comes to another site nor what comes more than 90 days later is for the cycle.
        assert_eq!(
            changed["findings"],
            json!([
                "FRA arrays brings 2 of New, 1 of which are on order and count as they are delivered: STO-4"
            ])
        );
    });
}

#[test]
fn what_is_replaced_leaves_on_its_own_day_where_that_is_earlier() {
    on_both_engines(async |app| {
        arrays(app).await;
        a_cycle(app).await;
        let leaving = "tag,lease_return_on,retirement_planned_on\nSTO-1,2026-08-31,\nSTO-2,,2026-12-31\n";
        files(app, &[("assets.csv", leaving)]).await;
        let changed = supply(app, "Data").await;
        assert_eq!(
            changed["changes"],
            json!([
                { "name": "STO-1 is due back", "on": "2026-08-31", "quantity": "-90", "kind": "RETIREMENT" },
                { "name": "FRA arrays", "on": "2026-10-01", "quantity": "360", "kind": "REFRESH" },
            ])
        );
        assert_eq!(of(&changed, &["2026-07", "2026-08", "2026-10"]), ["270", "180", "540"]);
    });
}

#[test]
fn what_is_planned_until_a_later_day_is_there_by_then() {
    on_both_engines(async |app| {
        arrays(app).await;
        let more = "tag,manufacturer,model,site,status,expected_on,retirement_planned_on\n\
            STO-4,Pure,New,FRA1,ORDERED,2027-03-15,\nSTO-3,Pure,X,MUC1,IN_SERVICE,,2027-08-31\n";
        files(app, &[("assets.csv", more)]).await;
        let text = r#"{ capacityPool(name: "Data") {
            supply(asOf: "2027-06-01", months: 12) { months { month plannable } changes { name on } findings assumptions } } }"#;
        let seen = app.viewer().query(text).await["capacityPool"]["supply"].clone();
        assert_eq!(of(&seen, &["2027-06", "2027-07", "2027-08"]), ["495", "495", "405"]);
        assert_eq!(seen["changes"], json!([{ "name": "STO-3 leaves service", "on": "2027-08-31" }]));
        assert_eq!(seen["findings"], json!([]));
        let said = "what is planned until 2027-06-01 is taken to happen and is there by then: STO-4 comes into service \
                    on 2027-03-15";
        assert!(seen["assumptions"].as_array().unwrap().contains(&json!(said)), "{seen}");
    });
}

#[test]
fn a_site_that_is_left_takes_what_it_holds() {
    on_both_engines(async |app| {
        arrays(app).await;
        let site = app.viewer().query(r#"{ site(code: "MUC1") { id } }"#).await["site"]["id"].clone();
        let scenario = send(app, "createScenario", "NewScenario!", json!({ "name": "Leave Munich" })).await;
        let add = "mutation($scenario: ID!, $change: ScenarioChangeInput!) {
            addScenarioChange(scenario: $scenario, change: $change) { id } }";
        let exit = json!({ "siteExit": { "site": site, "on": "2026-11-30" } });
        app.director().query_with(add, json!({ "scenario": scenario, "change": exit })).await;
        let stated = json!({ "raw": "48", "site": site });
        let ports = a_pool(app, "Ports", "PORTS", "PORT", stated).await;
        let fields = format!(
            r#"supply(asOf: "2026-06-30", months: 12, scenario: "{scenario}") {{
                months {{ month plannable }} changes {{ name on quantity kind thing }} assumptions }}"#
        );
        let ports = seen(app, &ports, &fields).await["supply"].clone();
        let whole = json!({
            "name": "MUC1 is left", "on": "2026-11-30", "quantity": "-48", "kind": "SCENARIO", "thing": site,
        });
        assert_eq!(ports["changes"], json!([whole]));
        assert_eq!(of(&ports, &["2026-10", "2026-11", "2026-12"]), ["48", "0", "0"]);
        let text = format!(r#"{{ capacityPool(name: "Data") {{ {fields} }} }}"#);
        let left = app.director().query(&text).await["capacityPool"]["supply"].clone();
        assert_eq!(of(&left, &["2026-10", "2026-11"]), ["270", "180"]);
        assert!(left["assumptions"][0].as_str().unwrap().contains("Leave Munich"), "{left}");
        // What a scenario says is for those who may see scenarios.
        let seen = app.viewer().query(&text).await["capacityPool"]["supply"].clone();
        assert_eq!(seen["assumptions"].as_array().unwrap().len(), 2, "{seen}");
        assert!(!seen["assumptions"].to_string().contains("Leave Munich"), "{seen}");
        assert_eq!(seen["months"], left["months"]);
        assert_eq!(of(&supply(app, "Data").await, &["2026-11"]), ["270"]);
        // What is recorded of the site itself counts without a scenario.
        files(app, &[("sites.csv", "code,exit_on\nMUC1,2027-01-31\n")]).await;
        let recorded = supply(app, "Data").await;
        assert_eq!(recorded["changes"][0]["kind"], "RETIREMENT");
        assert_eq!(of(&recorded, &["2026-12", "2027-02"]), ["270", "180"]);
    });
}

#[test]
fn a_commitment_that_steps_changes_stated_power() {
    on_both_engines(async |app| {
        // 40 kW from 2026-01-15, 70 from 2026-04-15, 100 from 2026-07-15.
        sign_c1(app).await;
        let made = [
            (
                "capacity_pools.csv",
                "name,resource,unit,basis,plannable\nCage,POWER,KILOWATT,DECLARED,70\nRacks,POWER,WATT,INVENTORY,\n",
            ),
            ("capacity_pool_members.csv", "pool,item_kind,item\nCage,SITE,FRA1\n"),
        ];
        files(app, &made).await;
        let text = r#"{ capacityPool(name: "Cage") { supply(asOf: "2026-02-01", months: 12) {
            months { month plannable } changes { name on quantity kind } } } }"#;
        let cage = app.viewer().query(text).await["capacityPool"]["supply"].clone();
        assert_eq!(
            cage["changes"],
            json!([
                { "name": "C1 commits to 70 kW", "on": "2026-04-15", "quantity": "30", "kind": "CONTRACT" },
                { "name": "C1 commits to 100 kW", "on": "2026-07-15", "quantity": "30", "kind": "CONTRACT" },
            ])
        );
        assert_eq!(of(&cage, &["2026-03", "2026-05", "2026-08"]), ["70", "100", "130"]);
    });
}

#[test]
fn statements_do_not_grow_with_pools_and_members() {
    on_both_engines(async |app| {
        let text = format!(
            "{{ capacityPools(first: 100) {{ nodes {{ name raw {{ quantity }} usable {{ quantity }}
            plannable {{ quantity }} reserved {{ quantity }} used {{ quantity }} headroom {{ remaining }}
            utilisation {{ ofUsable }} findings {{ code }} {SUPPLY} }} }} }}"
        );
        a_cluster(app).await;
        let few = app.viewer().statements(&text).await;
        let (mut pools, mut members) =
            ("name,resource,unit,basis\n".to_owned(), "pool,item_kind,item\n".to_owned());
        let (mut assets, mut holds) = (
            "tag,manufacturer,model,site,status,expected_on\n".to_owned(),
            "pool,from_on,purpose,quantity\n".to_owned(),
        );
        for number in 0..40 {
            pools += &format!("Storage {number},STORAGE,TERABYTE,INVENTORY\n");
            assets += &format!(
                "A-{number},Dell,R650,MUC1,IN_SERVICE,\nB-{number},Dell,R650,MUC1,ORDERED,2026-09-01\n"
            );
            members += &format!("Storage {number},ASSET,A-{number}\nStorage {number},ASSET,B-{number}\n");
            holds += &format!("Storage {number},2026-07-01,wave,1\n");
        }
        let made = [
            ("capacity_pools.csv", pools.as_str()),
            ("assets.csv", &assets),
            ("capacity_pool_members.csv", &members),
            ("capacity_reservations.csv", &holds),
        ];
        files(app, &made).await;
        let many = app.viewer().statements(&text).await;
        // Reservations are there or are not; nothing else depends on how many pools there are.
        assert!(many <= few + 2, "{few} {many}");
        assert!(many < 40, "{many}");
    });
}
