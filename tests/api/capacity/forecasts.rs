//! When a pool runs out, by when to order, and what would push the day out.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{OBSERVE, a_pool, told};
use crate::{contracts::golden::examples, roadmap::send, scenarios::a_scenario};

/// The months of the worked example, from November 2025 on.
pub const PEAKS: [i64; 12] = [208, 221, 214, 229, 222, 238, 229, 243, 251, 240, 259, 256];

/// 2026-11-20, when the year of the worked example is over.
pub fn later() -> DateTime<Utc> {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

/// Records the same value on every day of each month.
pub async fn history(app: &TestApp, pool: &str, unit: &str, first: &str, values: &[i64]) {
    let mut day: NaiveDate = format!("{first}-01").parse().unwrap();
    let mut rows = Vec::new();
    for value in values {
        let next = day.checked_add_months(chrono::Months::new(1)).unwrap();
        while day < next {
            rows.push(json!({ "at": format!("{day}T12:00:00Z"), "value": value.to_string() }));
            day = day.checked_add_days(Days::new(1)).unwrap();
        }
    }
    let asked = json!({ "pool": pool, "unit": unit, "observations": rows });
    app.director().at(later()).query_with(OBSERVE, asked).await;
}

/// The pool of the worked example: what may be planned with is 300 TB, and a purchase takes 180 days.
async fn storage(app: &TestApp, name: &str, plannable: &str) -> String {
    let details = json!({
        "raw": "480", "usable": "345.6", "plannable": plannable,
        "leadDays": 120, "installDays": 30, "approvalDays": 20, "bufferDays": 10,
    });
    let pool = a_pool(app, name, "STORAGE", "TERABYTE", details).await;
    history(app, &pool, "TERABYTE", "2025-11", &PEAKS).await;
    pool
}

async fn forecast(client: &Client, pool: &str, arguments: &str, fields: &str) -> Value {
    let text = format!(r#"{{ capacityForecast(pool: "{pool}"{arguments}) {{ {fields} }} }}"#);
    client.at_once(&text).await["capacityForecast"].clone()
}

/// Asking at the end of the worked example.
trait Later {
    async fn at_once(&self, text: &str) -> Value;
}

impl Later for Client {
    async fn at_once(&self, text: &str) -> Value {
        self.clone().at(later()).query(text).await
    }
}

const LINE: &str = r#", method: ORDINARY_LEAST_SQUARES, asOf: "2026-11-01""#;
const DATES: &str = "exhaustion { p50 { code month reason } p90Demand { code month reason } }
    orderBy { status date days reason }";

fn close(value: &Value, expected: &Value) {
    let (value, expected): (f64, f64) =
        (value.as_str().unwrap().parse().unwrap(), expected.as_f64().unwrap());
    assert!((value - expected).abs() < 0.000_6, "{value} is not {expected}");
}

#[test]
fn the_line_by_name_gives_the_worked_figures() {
    on_both_engines(async |app| {
        let golden = examples();
        let pool = storage(app, "Frankfurt storage", "300").await;
        let fields = format!(
            "{DATES} forecast {{ method trainedOn observedUntil points {{ month p50 p90 }} }} \
             explain {{ inputs {{ name value }} }} urgency leadDays"
        );
        let seen = forecast(&app.viewer(), &pool, LINE, &fields).await;
        let input = |name: &str| {
            let inputs = seen["explain"]["inputs"].as_array().unwrap();
            inputs.iter().find(|input| input["name"] == name).unwrap()["value"].clone()
        };
        for (name, key) in [
            ("intercept a", "intercept"),
            ("slope b a month", "slope"),
            ("deviation s", "s"),
            ("Sxx", "Sxx"),
            ("mean of x", "xbar"),
            ("x at which the line reaches the supply of today", "p50_x"),
            ("x at which its P90 does", "p90_x"),
        ] {
            close(&input(name), &golden["6.ols"][key]);
        }
        let points = seen["forecast"]["points"].as_array().unwrap();
        let at = |place: usize, field: &str| points[place - 13][field].clone();
        for (place, field, key) in [
            (22, "p50", "y22"),
            (23, "p50", "y23"),
            (20, "p90", "up20"),
            (21, "p90", "up21"),
            (22, "p90", "up22"),
        ] {
            close(&at(place, field), &golden["6.fit_values"][key]);
        }
        let first = |field: &str| {
            let reached = |point: &Value| point[field].as_str().unwrap().parse::<f64>().unwrap() >= 300.0;
            json!(points.iter().position(reached).unwrap() + 13)
        };
        assert_eq!(first("p50"), golden["6.ols.first_month_p50"]);
        assert_eq!(first("p90"), golden["6.ols.first_month_p90"]);
        assert_eq!(seen["exhaustion"]["p50"]["month"], golden["6.exhaust"]["p50"]);
        assert_eq!(seen["exhaustion"]["p90Demand"]["month"], golden["6.exhaust"]["p90demand"]);
        assert_eq!(seen["exhaustion"]["p50"]["code"], "DATED");
        let by =
            json!({ "status": "DUE", "date": golden["6.orderby"]["order_by"], "days": null, "reason": null });
        assert_eq!(seen["orderBy"], by);
        assert_eq!([&seen["urgency"], &seen["leadDays"]], [&json!("DUE"), &json!("180")]);
        assert_eq!(seen["forecast"]["method"], "ORDINARY_LEAST_SQUARES");
        assert_eq!(
            [&seen["forecast"]["trainedOn"], &seen["forecast"]["observedUntil"]],
            [&json!(12), &json!("2026-10")]
        );

        let overdue = LINE.replace("2026-11-01", "2027-01-01");
        let seen = forecast(&app.viewer(), &pool, &overdue, DATES).await;
        let by = json!({ "status": "OVERDUE", "date": "2026-12-03", "days": 29, "reason": null });
        assert_eq!(seen["orderBy"], by);
    });
}

#[test]
fn steps_and_reservations_move_demand_and_history_is_left_out() {
    on_both_engines(async |app| {
        let golden = examples();
        let pool = storage(app, "Storage", "300").await;
        for (name, quantity, on) in [("wave 3", "18", "2027-03-01"), ("wave 1", "40", "2026-09-15")] {
            let event = json!({ "pool": pool, "name": name, "quantity": quantity, "happensOn": on });
            send(app, "recordCapacityEvent", "NewCapacityEvent!", event).await;
        }
        let fields = format!(
            "{DATES} events {{ name isHistory }} demand {{ month p50 added }} explain {{ excluded }}"
        );
        let seen = forecast(&app.viewer(), &pool, LINE, &fields).await;
        assert_eq!(seen["exhaustion"]["p50"]["month"], golden["6.step18"]["p50"]);
        assert_eq!(seen["exhaustion"]["p90Demand"]["month"], golden["6.step18"]["p90demand"]);
        assert_eq!(
            seen["events"],
            json!([{ "name": "wave 1", "isHistory": true }, { "name": "wave 3", "isHistory": false }])
        );
        assert_eq!(seen["explain"]["excluded"], json!(["wave 1: what was observed has it already"]));
        let demand = seen["demand"].as_array().unwrap();
        let added =
            |month: &str| demand.iter().find(|point| point["month"] == month).unwrap()["added"].clone();
        assert_eq!([added("2027-02"), added("2027-03")], ["0", "18"]);
        let held = json!({
            "pool": pool, "purpose": "project", "quantity": "5", "fromOn": "2027-01-10", "toOn": "2027-02-10",
        });
        send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
        let seen = forecast(&app.viewer(), &pool, LINE, "demand { month added }").await;
        let demand = seen["demand"].as_array().unwrap();
        let added =
            |month: &str| demand.iter().find(|point| point["month"] == month).unwrap()["added"].clone();
        assert_eq!([added("2026-12"), added("2027-02"), added("2027-03")], ["0", "5", "18"]);
    });
}

#[test]
fn the_method_is_chosen_and_told() {
    on_both_engines(async |app| {
        let pool = storage(app, "Storage", "300").await;
        let fields = "forecast { method reason trainedOn warnings accuracy { mase owa coverage80 backtests }
            points { month p10 p50 p90 lo95 hi95 } } observed { month p95 } supply { month quantity }
            asOf months supplyReason chart(format: SVG)";
        let seen = forecast(&app.viewer(), &pool, "", fields).await;
        assert_eq!([&seen["asOf"], &seen["months"]], [&json!("2026-11-20"), &json!(36)]);
        assert_ne!(seen["forecast"]["method"], "AUTO");
        assert!(seen["forecast"]["reason"].as_str().unwrap().len() > 20);
        let points = seen["forecast"]["points"].as_array().unwrap();
        assert_eq!(points.len(), 36, "the month of the day is the first");
        assert_eq!([&points[0]["month"], &points[35]["month"]], [&json!("2026-11"), &json!("2029-10")]);
        let number = |point: &Value, field: &str| point[field].as_str().unwrap().parse::<f64>().unwrap();
        for point in points {
            let five = ["lo95", "p10", "p50", "p90", "hi95"].map(|field| number(point, field));
            assert!(five.windows(2).all(|pair| pair[0] <= pair[1]), "{point}");
        }
        assert_eq!(seen["observed"].as_array().unwrap().len(), 12);
        assert_eq!(seen["observed"][0], json!({ "month": "2025-11", "p95": "208" }));
        assert_eq!(seen["supply"][0], json!({ "month": "2026-11", "quantity": "300" }));
        let chart = seen["chart"].as_str().unwrap();
        assert!(chart.starts_with("<svg") && chart.trim_end().ends_with("</svg>"));
        assert!(chart.contains("Storage"));
        if let Ok(path) = std::env::var("PLINTH_CHART") {
            std::fs::write(path, chart).unwrap();
        }
        let again = forecast(&app.viewer(), &pool, "", fields).await;
        assert_eq!(again, seen);
        // Months are counted the same wherever they are asked for.
        let one = forecast(&app.viewer(), &pool, ", months: 1", "demand { month }").await;
        assert_eq!(one["demand"], json!([{ "month": "2026-11" }]));
        let text = format!(r#"{{ capacityPool(id: "{pool}") {{ supply {{ months {{ month }} }} }} }}"#);
        let supplied = app.viewer().at_once(&text).await["capacityPool"]["supply"]["months"].clone();
        assert_eq!([supplied.as_array().unwrap().len(), 36], [36, points.len()]);
        assert_eq!(supplied[35]["month"], points[35]["month"]);
    });
}

#[test]
fn what_is_not_known_has_a_reason() {
    on_both_engines(async |app| {
        let empty = a_pool(app, "Empty", "PORTS", "PORT", json!({ "raw": "48", "plannable": "40" })).await;
        let fields = format!("{DATES} forecast {{ method }} supplyReason urgency actions {{ name }} chart");
        let seen = forecast(&app.viewer(), &empty, "", &fields).await;
        let reason = "0 months are observed, and a trend needs 6";
        assert_eq!(seen["forecast"], Value::Null);
        assert_eq!(
            seen["exhaustion"]["p50"],
            json!({ "code": "NOT_COMPUTABLE", "month": null, "reason": reason })
        );
        let none = json!({ "status": "NOT_COMPUTABLE", "date": null, "days": null, "reason": reason });
        assert_eq!(seen["orderBy"], none);
        assert_eq!([&seen["urgency"], &seen["actions"]], [&json!("NOT_COMPUTABLE"), &json!([])]);

        // A forecast there is, and no day to order by without the days of delivery.
        let undated =
            a_pool(app, "Undated", "PORTS", "PORT", json!({ "raw": "300", "plannable": "300" })).await;
        history(app, &undated, "PORT", "2025-11", &PEAKS).await;
        let seen = forecast(&app.viewer(), &undated, LINE, &fields).await;
        assert_eq!(seen["exhaustion"]["p50"]["month"], "2027-08");
        assert_eq!(seen["orderBy"]["status"], "NOT_COMPUTABLE");
        assert_eq!(seen["orderBy"]["reason"], "the days from an order to its delivery are not recorded");
        assert_eq!(seen["urgency"], "RUNS_OUT");

        let unknown = a_pool(app, "Unknown", "PORTS", "PORT", json!({ "leadDays": 5 })).await;
        history(app, &unknown, "PORT", "2025-11", &PEAKS).await;
        let seen = forecast(&app.viewer(), &unknown, LINE, &fields).await;
        assert_eq!(seen["exhaustion"]["p50"]["code"], "NOT_COMPUTABLE");
        assert_ne!(seen["supplyReason"], Value::Null);
        assert_eq!(seen["forecast"]["method"], "ORDINARY_LEAST_SQUARES");

        let roomy =
            a_pool(app, "Roomy", "PORTS", "PORT", json!({ "plannable": "9000", "leadDays": 5 })).await;
        history(app, &roomy, "PORT", "2025-11", &PEAKS).await;
        let seen = forecast(&app.viewer(), &roomy, LINE, &fields).await;
        assert_eq!(seen["exhaustion"]["p90Demand"]["code"], "NOT_WITHIN_HORIZON");
        assert_eq!([&seen["orderBy"]["status"], &seen["orderBy"]["date"]], [&json!("NONE"), &Value::Null]);
    });
}

#[test]
fn what_is_odd_is_found_by_name() {
    on_both_engines(async |app| {
        let details = json!({ "raw": "260", "usable": "250", "plannable": "240", "leadDays": 30 });
        let above = a_pool(app, "Above", "STORAGE", "TERABYTE", details).await;
        history(app, &above, "TERABYTE", "2025-11", &PEAKS).await;
        let fields = format!("{DATES} findings {{ code message }} urgency");
        let seen = forecast(&app.viewer(), &above, "", &fields).await;
        let message = "256 was used in 2026-10, more than usable, 250; so it was in 3 months";
        assert_eq!(seen["findings"], json!([{ "code": "USED_ABOVE_CAPACITY", "message": message }]));
        let passed = json!({ "code": "ALREADY_PASSED", "month": "2026-06", "reason": null });
        assert_eq!(seen["exhaustion"]["p50"], passed);
        assert_eq!([&seen["orderBy"]["status"], &seen["urgency"]], [&json!("OVERDUE"), &json!("OVERDUE")]);

        let gaps = a_pool(app, "Gaps", "PORTS", "PORT", json!({ "plannable": "900" })).await;
        history(app, &gaps, "PORT", "2025-11", &[208, 221, 214, 0, 222, 238, 229, 243]).await;
        let seen = forecast(&app.viewer(), &gaps, "", "findings { code message }").await;
        assert_eq!(seen["findings"][0]["code"], "ZEROS_BETWEEN");
        let message = seen["findings"][0]["message"].as_str().unwrap();
        assert!(
            message.starts_with("on 28 days, the first of them 2026-02-01, nothing was used"),
            "{message}"
        );

        let counter = a_pool(app, "Counter", "PORTS", "PORT", json!({ "plannable": "900" })).await;
        let counted: Vec<i64> = (1..=12).map(|x| 40 * x).chain((1..=8).map(|x| 8 + 4 * x)).collect();
        history(app, &counter, "PORT", "2025-03", &counted).await;
        let seen = forecast(&app.viewer(), &counter, "", "findings { code message }").await;
        assert_eq!(seen["findings"][0]["code"], "COUNTER_RESET");
        let message = seen["findings"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("what was used began anew in 2026-03, as a counter does"), "{message}");
    });
}

#[test]
fn what_pushes_the_day_out_comes_best_first() {
    on_both_engines(async |app| {
        let pool = storage(app, "Tight", "300").await;
        let other = storage(app, "Roomy", "340").await;
        let update = r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: {
            plannable: "999", usable: "999", raw: "999" }) { id } }"#;
        app.planner().query_with(update, json!({ "id": other })).await;
        let held = json!({ "pool": pool, "purpose": "reserve", "quantity": "20", "fromOn": "2026-10-01" });
        send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
        let fields = format!(
            "{DATES} actions {{ action name quantity available until target months isInTime
            exhaustion {{ p90Demand {{ code month }} }} }} actionsLeftOut"
        );
        let arguments = LINE.replace("asOf", "months: 12, asOf");
        let seen = forecast(&app.viewer(), &pool, &arguments, &fields).await;
        assert_eq!(seen["exhaustion"]["p90Demand"]["month"], "2027-01");
        let actions = seen["actions"].as_array().unwrap();
        let found = |kind: &str| actions.iter().find(|action| action["action"] == kind).unwrap();
        assert_eq!(actions.len(), 3, "{actions:?}");
        let moved = found("MOVE");
        assert_eq!([&moved["name"], &moved["target"]], [&json!("move load to Roomy"), &json!(other)]);
        assert_eq!([&moved["available"], &moved["isInTime"]], [&json!("2026-12-01"), &json!(true)]);
        assert_eq!(moved["exhaustion"]["p90Demand"]["code"], "NOT_WITHIN_HORIZON");
        let reclaim = found("RECLAIM");
        assert_eq!(reclaim["name"], "release the reservation reserve from 2026-10-01");
        assert_eq!([&reclaim["months"], &reclaim["isInTime"]], [&json!(5), &json!(true)]);
        assert_eq!(reclaim["exhaustion"]["p90Demand"]["month"], "2027-06");
        let order = found("ORDER");
        assert_eq!(order["available"], "2027-04-30");
        assert_eq!(order["isInTime"], false);
    });
}

#[test]
fn a_scenario_is_laid_over_or_said_to_touch_nothing() {
    on_both_engines(async |app| {
        let site =
            json!({ "code": "FRA1", "name": "FRA1", "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let pool = storage(app, "Storage", "300").await;
        let exit = json!({ "siteExit": { "site": site, "on": "2027-05-01" } });
        let leaves = a_scenario(app, "Leave", std::slice::from_ref(&exit)).await;
        let fields = format!("{DATES} scenario {{ name }} explain {{ assumptions }} demand {{ month }}");
        let arguments = format!(r#"{LINE}, scenario: "{leaves}""#);
        let seen = forecast(&app.director(), &pool, &arguments, &fields).await;
        assert_eq!(seen["scenario"]["name"], "Leave");
        let said = "scenario Leave touches neither demand nor supply of Storage";
        assert!(seen["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{seen}");
        assert_eq!(seen["exhaustion"]["p50"]["month"], "2027-08");
        let members = "mutation($id: ID!, $members: [ID!]!) {
            setCapacityPoolMembers(id: $id, members: $members) { id } }";
        app.planner().query_with(members, json!({ "id": pool, "members": [site] })).await;
        let seen = forecast(&app.director(), &pool, &arguments, &fields).await;
        assert_eq!(seen["exhaustion"]["p50"]["code"], "NOT_WITHIN_HORIZON");
        assert_eq!(seen["demand"].as_array().unwrap().last().unwrap()["month"], "2027-04");
        let assumptions = seen["explain"]["assumptions"].to_string();
        assert!(
            assumptions.contains("Storage ends with its sites") && !assumptions.contains("touches neither")
        );
        let gone = r#", scenario: "scenario_00000000000000000000000000000001""#;
        let text = format!(r#"{{ capacityForecast(pool: "{pool}"{gone}) {{ asOf }} }}"#);
        app.viewer().expect_error(&text, "NOT_FOUND").await;
    });
}

#[test]
fn what_a_scenario_says_is_for_those_who_may_see_scenarios() {
    on_both_engines(async |app| {
        let pool = storage(app, "Storage", "300").await;
        let dearer = json!({ "priceIndex": { "rates": [{ "year": 2027, "rate": "0.37" }] } });
        let secret = a_scenario(app, "Project Falcon", &[dearer]).await;
        let fields = format!("{DATES} scenario {{ name }} demand {{ month p50 }} explain {{ assumptions }}");
        let arguments = format!(r#"{LINE}, scenario: "{secret}""#);
        let of_all = format!(
            r#"{{ capacityOutlook(scenario: "{secret}", asOf: "2026-11-01") {{ scenario {{ name }}
                explain {{ assumptions }} pools {{ scenario {{ name }} explain {{ assumptions }} }} }} }}"#
        );
        let supply = format!(
            r#"{{ capacityPool(id: "{pool}") {{ supply(scenario: "{secret}") {{ months {{ month }} assumptions }} }} }}"#
        );
        let told = async |client: &Client| {
            let one = forecast(client, &pool, &arguments, &fields).await;
            (one, client.at_once(&of_all).await, client.at_once(&supply).await)
        };
        let (open, outlook, supplied) = told(&app.director()).await;
        assert_eq!(open["scenario"]["name"], "Project Falcon");
        for answer in [&open, &outlook, &supplied] {
            assert!(answer.to_string().contains("Project Falcon, change 1"), "{answer}");
        }
        for client in [app.viewer(), app.architect()] {
            let (one, outlook, supplied) = told(&client).await;
            assert_eq!([&one["demand"], &one["exhaustion"]], [&open["demand"], &open["exhaustion"]]);
            assert_eq!([&one["scenario"], &outlook["capacityOutlook"]["scenario"]], [&Value::Null; 2]);
            for answer in [&one, &outlook, &supplied] {
                let answer = answer.to_string();
                assert!(answer.contains("is for those who may see scenarios"), "{answer}");
                assert!(!answer.contains("Falcon"), "{answer}");
            }
            let said = one["explain"]["assumptions"].to_string();
            assert!(!said.contains("37"), "{said}");
            let said = "the scenario touches neither demand nor supply of Storage";
            assert!(one["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{one}");
        }
    });
}

#[test]
fn questions_are_refused_by_name_and_value() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Ports", "PORTS", "PORT", json!({})).await;
        for (months, code, message) in [
            (0, "INVALID", "0 is fewer than 1"),
            (10_000, "LIMIT_EXCEEDED", "10000 months are more than the 120 of one question"),
        ] {
            let asked = [
                format!(r#"{{ capacityForecast(pool: "{pool}", months: {months}) {{ asOf }} }}"#),
                format!("{{ capacityOutlook(months: {months}) {{ asOf }} }}"),
            ];
            for text in asked {
                let refusal = app.viewer().expect_error(&text, code).await;
                assert_eq!(told(&refusal), ("months", message));
            }
        }
        let unknown =
            r#"{ capacityForecast(pool: "capacity_pool_00000000000000000000000000000001") { asOf } }"#;
        app.viewer().expect_error(unknown, "NOT_FOUND").await;
        let text = format!(r#"{{ capacityForecast(pool: "{pool}") {{ asOf }} }}"#);
        app.nobody().expect_error(&text, "UNAUTHENTICATED").await;
        app.admin().expect_error(&text, "FORBIDDEN").await;
        app.admin().expect_error("{ capacityOutlook { asOf } }", "FORBIDDEN").await;
        app.viewer().expect_error("{ capacityOutlook(first: -1) { asOf } }", "INVALID").await;
    });
}

#[test]
fn the_outlook_ranks_pools_and_names_what_binds() {
    on_both_engines(async |app| {
        let site =
            json!({ "code": "FRA1", "name": "FRA1", "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let rack = json!({ "site": site, "name": "R1", "heightUnits": 42 });
        let rack = send(app, "installRack", "NewRack!", rack).await;
        let mut pools = Vec::new();
        for (name, resource, unit, plannable, lead) in [
            ("Roomy", "STORAGE", "TERABYTE", "9000", Some(10)),
            ("Overdue", "PORTS", "PORT", "262", Some(400)),
            ("Unknown lead", "LICENCES", "LICENCE", "300", None),
            ("Due", "IOPS", "IOPS", "300", Some(30)),
            ("More overdue", "VCPU", "VCPU", "262", Some(500)),
        ] {
            let details = json!({ "plannable": plannable, "leadDays": lead, "site": site });
            let pool = a_pool(app, name, resource, unit, details).await;
            history(app, &pool, unit, "2025-11", &PEAKS).await;
            pools.push(pool);
        }
        a_pool(app, "Nothing seen", "MEMORY", "GIBIBYTE", json!({ "plannable": "10" })).await;
        let members = "mutation($id: ID!, $members: [ID!]!) {
            setCapacityPoolMembers(id: $id, members: $members) { id } }";
        app.planner().query_with(members, json!({ "id": pools[3], "members": [rack] })).await;
        app.planner().query_with(members, json!({ "id": pools[0], "members": [site] })).await;
        let text = r#"{ capacityOutlook(asOf: "2026-11-01", method: ORDINARY_LEAST_SQUARES) {
            totalCount counts { urgency pools } pools { urgency pool { name } actionsLeftOut }
            sites { place { name } pools notComputable reason binding { pool { name } } }
            racks { place { name } pools binding { pool { name } exhaustion { p50 { month } } } }
            explain { formula } } }"#;
        let seen = app.viewer().at_once(text).await["capacityOutlook"].clone();
        let ranked: Vec<&str> =
            seen["pools"].as_array().unwrap().iter().map(|it| it["pool"]["name"].as_str().unwrap()).collect();
        assert_eq!(ranked, ["More overdue", "Overdue", "Due", "Unknown lead", "Roomy", "Nothing seen"]);
        assert_eq!(seen["totalCount"], 6);
        assert_eq!(seen["counts"][0], json!({ "urgency": "OVERDUE", "pools": 2 }));
        assert_eq!(
            seen["sites"],
            json!([{
                "place": { "name": "FRA1" }, "pools": 5, "notComputable": 0, "reason": null,
                "binding": { "pool": { "name": "More overdue" } },
            }])
        );
        let binding = json!({ "pool": { "name": "Due" }, "exhaustion": { "p50": { "month": "2027-08" } } });
        assert_eq!(seen["racks"], json!([{ "place": { "name": "R1" }, "pools": 2, "binding": binding }]));
        let few = r#"{ capacityOutlook(first: 1, filter: { resource: { eq: STORAGE } }) {
            totalCount pools { pool { name } } } }"#;
        let seen = app.viewer().at_once(few).await["capacityOutlook"].clone();
        assert_eq!(seen, json!({ "totalCount": 1, "pools": [{ "pool": { "name": "Roomy" } }] }));
    });
}

#[test]
fn statements_do_not_grow_with_pools() {
    on_both_engines(async |app| {
        let text = r#"{ capacityOutlook(asOf: "2026-06-01") { pools {
            pool { name raw { quantity } } exhaustion { p50 { month } } actions { name } findings { code }
            events { name } demand { p50 } } sites { place { name } } racks { place { name } } } }"#;
        let mut few = 0;
        for number in 0..4 {
            let details = json!({ "plannable": "226", "leadDays": 20 });
            let pool = a_pool(app, &format!("Pool {number}"), "PORTS", "PORT", details).await;
            history(app, &pool, "PORT", "2025-09", &PEAKS[..9]).await;
            match number {
                0 => few = app.viewer().statements_again(text).await,
                _ => assert_eq!(app.viewer().statements_again(text).await, few, "with {number} more"),
            }
        }
    });
}
