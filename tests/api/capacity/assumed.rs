//! What there is under a scenario that assumes lives of policies or moves refresh cohorts.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    forecasts::{PEAKS, history},
    layers::files,
    supplies::{POLICY, arrays, of},
};
use crate::{roadmap::send, scenarios::a_scenario};

const MOVED: &str = "what falls into a cohort that is moved goes when its successor is in service, though no refresh cycle on \
    record says so; other refreshes are those on record";

const LIVES: &str = "a life that is assumed of a policy moves the refresh cycles on record that leave their day to the policy; \
    what no cycle has is refreshed neither with the scenario nor without it";

/// Two arrays of 100 TB in Frankfurt that are five years old on 2027-01-15, and a policy that replaces them then.
async fn aged(app: &TestApp) {
    arrays(app).await;
    let ages = "tag,in_service_on\nSTO-1,2022-01-15\nSTO-2,2022-01-15\n";
    files(app, &[("assets.csv", ages), POLICY]).await;
}

async fn supply(app: &TestApp, arguments: &str) -> Value {
    let text = format!(
        r#"{{ capacityPool(name: "Data") {{ supply(asOf: "2026-06-30", months: 12{arguments}) {{
            months {{ month plannable }} changes {{ name on quantity kind }} findings assumptions }} }} }}"#
    );
    app.viewer().query(&text).await["capacityPool"]["supply"].clone()
}

fn under(scenario: &str) -> String {
    format!(r#", scenario: "{scenario}""#)
}

async fn shortened(app: &TestApp, months: i32) -> String {
    let policy = r#"{ refreshPolicies(filter: { name: { eq: "Arrays" } }) { nodes { id } } }"#;
    let policy = app.director().query(policy).await["refreshPolicies"]["nodes"][0]["id"].clone();
    let life = json!({ "policyLife": { "policy": policy, "ageMonths": months } });
    a_scenario(app, &format!("After {months} months"), &[life]).await
}

/// What names a cohort of the plan, by what it is called. The plan has what has a price and is written off.
pub(super) async fn key(app: &TestApp, label: &str) -> Value {
    let price = "manufacturer,name,list_price_amount,list_price_currency,list_price_on\nPure,New,50000,USD,2026-01-15\n";
    files(app, &[("hardware_models.csv", price)]).await;
    let rule = json!({ "name": "five years", "lifeMonths": 60 });
    send(app, "createDepreciationRule", "NewDepreciationRule!", rule).await;
    let text =
        r#"{ refreshPlan(from: "2026-07", asOf: "2026-07-01", months: 36) { cohorts { key label } } }"#;
    let plan = app.director().query(text).await["refreshPlan"]["cohorts"].clone();
    let found = plan.as_array().unwrap().iter().find(|cohort| cohort["label"] == label);
    found.unwrap_or_else(|| panic!("{label} in {plan}"))["key"].clone()
}

#[test]
fn a_life_that_is_assumed_brings_in_no_refresh_that_there_is_none_of_without_it() {
    on_both_engines(async |app| {
        aged(app).await;
        let recorded = supply(app, "").await;
        assert_eq!(
            (&recorded["changes"], of(&recorded, &["2026-12", "2027-05"])),
            (&json!([]), vec!["270".to_owned(); 2])
        );
        // By the policy they are replaced after 60 months, and no cycle has them: so they stay without the scenario, and
        // whether it has them replaced sooner, as soon or later.
        for months in [57, 60, 61, 84] {
            let scenario = shortened(app, months).await;
            let seen = supply(app, &under(&scenario)).await;
            assert_eq!((&seen["changes"], &seen["months"]), (&json!([]), &recorded["months"]), "{months}");
            assert!(seen["assumptions"].as_array().unwrap().contains(&json!(LIVES)), "{seen}");
            assert!(!seen["assumptions"].to_string().contains(&format!("After {months} months")), "{seen}");
        }
        assert!(!recorded["assumptions"].to_string().contains("no cycle"), "{recorded}");
        // A cycle that leaves its day to the policy goes on the one that the policy then has: 57 months end on
        // 2026-10-15, and the new is in service 15 days before. Nine tenths of two of 250 TB for two of 100 are planned with.
        let undated = "name,policy,status,quantity,assets\nFrankfurt,Arrays,PLANNED,2,STO-1|STO-2\n";
        files(app, &[("refresh_cycles.csv", undated)]).await;
        let scenario = shortened(app, 58).await;
        assert_eq!(supply(app, "").await["changes"], json!([]));
        let change = json!({ "name": "Frankfurt", "on": "2026-10-31", "quantity": "270", "kind": "REFRESH" });
        assert_eq!(supply(app, &under(&scenario)).await["changes"], json!([change]));
    });
}

#[test]
fn forecasts_and_the_outlook_follow_a_cohort_that_is_moved() {
    on_both_engines(async |app| {
        aged(app).await;
        let pool = app.viewer().query(r#"{ capacityPool(name: "Data") { id } }"#).await["capacityPool"]["id"]
            .clone();
        let pool = pool.as_str().unwrap();
        history(app, pool, "TERABYTE", "2025-06", &PEAKS).await;
        let moved = json!({ "cohortMoved": { "key": key(app, "FRA1 X 2027 Q1").await, "to": "2026-08" } });
        let scenario = a_scenario(app, "Sooner", &[moved]).await;
        let fields =
            "supply { month quantity } supplyChanges { name on quantity kind } explain { assumptions }";
        let asked = async |arguments: &str| {
            let text = format!(
                r#"{{ capacityForecast(pool: "{pool}", months: 12, asOf: "2026-06-30"{arguments}) {{ {fields} }} }}"#
            );
            app.viewer().query(&text).await["capacityForecast"].clone()
        };
        let quantity = |seen: &Value, month: &str| {
            let months = seen["supply"].as_array().unwrap();
            months.iter().find(|row| row["month"] == month).unwrap()["quantity"].clone()
        };
        let (plain, seen) = (asked("").await, asked(&under(&scenario)).await);
        assert_eq!((quantity(&plain, "2026-10"), &plain["supplyChanges"]), (json!("270"), &json!([])));
        assert_eq!([quantity(&seen, "2026-10"), quantity(&seen, "2026-11")], ["270", "540"]);
        let change = json!({ "name": "refresh of FRA1 X 2027 Q1", "on": "2026-10-31", "quantity": "270", "kind": "REFRESH" });
        assert_eq!(seen["supplyChanges"], json!([change]));
        let said = seen["explain"]["assumptions"].to_string();
        assert!(said.contains("though no refresh cycle on record says so"), "{said}");
        assert!(!said.contains("touches neither"), "{said}");
        let text = format!(
            r#"{{ capacityOutlook(months: 12, asOf: "2026-06-30"{}) {{ pools {{ pool {{ name }} supplyChanges {{ name }} }} }} }}"#,
            under(&scenario)
        );
        let outlook = app.viewer().query(&text).await["capacityOutlook"]["pools"].clone();
        assert_eq!(
            outlook,
            json!([{ "pool": { "name": "Data" }, "supplyChanges": [{ "name": "refresh of FRA1 X 2027 Q1" }] }])
        );
    });
}

#[test]
fn a_cohort_that_is_moved_shifts_what_it_replaces() {
    on_both_engines(async |app| {
        aged(app).await;
        // An order of 2026-10-18 has the new in service on 2026-12-31; one of August has it 74 days after its day.
        let moved = json!({ "cohortMoved": { "key": key(app, "FRA1 X 2027 Q1").await, "to": "2026-08" } });
        let scenario = a_scenario(app, "Sooner", &[moved]).await;
        let seen = supply(app, &under(&scenario)).await;
        let change = json!({ "name": "refresh of FRA1 X 2027 Q1", "on": "2026-10-31", "quantity": "270", "kind": "REFRESH" });
        assert_eq!(seen["changes"], json!([change]));
        assert_eq!(of(&seen, &["2026-10", "2026-11"]), ["270", "540"]);
        assert!(seen["assumptions"].as_array().unwrap().contains(&json!(MOVED)), "{seen}");
    });
}

#[test]
fn a_cycle_that_is_moved_keeps_what_it_buys() {
    on_both_engines(async |app| {
        arrays(app).await;
        let ages = "tag,in_service_on\nSTO-3,2022-01-15\n";
        let cycle = "name,policy,status,order_on,in_service_on,quantity,assets\n\
                     Munich,Arrays,PLANNED,2026-09-15,2026-12-01,1,STO-3\n";
        files(app, &[("assets.csv", ages), POLICY, ("refresh_cycles.csv", cycle)]).await;
        let change = |on: &str| json!([{ "name": "Munich", "on": on, "quantity": "135", "kind": "REFRESH" }]);
        assert_eq!(supply(app, "").await["changes"], change("2026-12-01"));
        // The order moves from 15 September to 15 November, and what is in service 77 days later with it.
        let moved = json!({ "cohortMoved": { "key": key(app, "MUC1 X Munich").await, "to": "2026-11" } });
        let scenario = a_scenario(app, "Later", &[moved]).await;
        let seen = supply(app, &under(&scenario)).await;
        assert_eq!(seen["changes"], change("2027-01-31"));
        // It is on record, so nothing more is taken for granted.
        assert!(!seen["assumptions"].to_string().contains("no refresh cycle"), "{seen}");
        // A life does not move what a cycle plans.
        let scenario = shortened(app, 48).await;
        assert_eq!(supply(app, &under(&scenario)).await["changes"], change("2026-12-01"));
    });
}

#[test]
fn what_nobody_says_the_successor_of_is_a_finding() {
    on_both_engines(async |app| {
        aged(app).await;
        let none = "manufacturer,name,kind,usable_terabytes\nPure,Old,STORAGE,100\n";
        let more =
            "tag,manufacturer,model,site,status,in_service_on\nSTO-8,Pure,Old,FRA1,IN_SERVICE,2022-01-15\n";
        let undated = "name,policy,status,quantity,assets\nOlds,Arrays,PLANNED,1,STO-8\n";
        files(app, &[("hardware_models.csv", none), ("assets.csv", more), ("refresh_cycles.csv", undated)])
            .await;
        let scenario = shortened(app, 57).await;
        let seen = supply(app, &under(&scenario)).await;
        assert_eq!(seen["changes"], json!([]), "{seen}");
        let finding = "Olds replaces members, and nobody says what replaces Old";
        assert_eq!(seen["findings"], json!([finding]));
    });
}

#[test]
fn statements_do_not_grow_with_what_a_scenario_replaces() {
    on_both_engines(async |app| {
        aged(app).await;
        let scenario = shortened(app, 57).await;
        let text = format!(
            r#"{{ capacityOutlook(months: 12, asOf: "2026-06-30"{}) {{ pools {{ supplyChanges {{ name }} }} }} }}"#,
            under(&scenario)
        );
        let few = app.viewer().statements(&text).await;
        let mut more = "tag,manufacturer,model,site,status,in_service_on\n".to_owned();
        for number in 0..30 {
            more += &format!("STO-1{number:02},Pure,X,FRA1,IN_SERVICE,2022-01-{}\n", 10 + number % 10);
        }
        files(app, &[("assets.csv", &more)]).await;
        assert_eq!(app.viewer().statements(&text).await, few);
        assert!(few < 80, "{few}");
    });
}
