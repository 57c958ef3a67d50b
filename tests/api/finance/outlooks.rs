//! Where a year ends: the worked example, gaps, cuts, commitments.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::books::{
    Books, a_version, all_taken, examples, half_a_year, line, millionths, place, post, posting, set,
};

const ROW: &str = "group { value } plan { amount } actual { amount } oneOff { amount } remainingForecast { amount }
    runRate { amount } normalisedRunRate { amount } outlook { amount } variance { amount { amount } rate flag }
    gaps lines hidden";

async fn outlook(client: &Client, books: &Books, arguments: &str) -> Value {
    let text = format!(
        "{{ budgetOutlook(plan: \"{}\", actual: \"{}\", {arguments}) {{
            throughPeriod currency forecast {{ name }} rows {{ {ROW} }} total {{ {ROW} }}
            committed {{ amount {{ amount }} postings reason }} oneOffs {{ document description amount {{ amount }} }}
            cut(rate: \"0.07\") {{ target {{ amount }} toSave {{ amount }} shareOfRemaining }}
            explain {{ assumptions excluded estimated }}
        }} }}",
        books.plan, books.actual
    );
    client.query(&text).await["budgetOutlook"].clone()
}

/// The forecast of the worked example: 630 in the months to come.
async fn a_forecast(client: &Client) -> String {
    let forecast = json!({ "name": "6+6", "kind": "FORECAST", "label": "6+6" });
    let forecast = a_version(client, forecast).await;
    let lines: Vec<Value> = (7..=12).map(|period| line(period, "105")).collect();
    all_taken(&set(client, &forecast, &lines).await);
    forecast
}

async fn a_forecast_from_august(client: &Client) -> String {
    let forecast = json!({ "name": "7+5", "kind": "FORECAST", "label": "7+5" });
    let forecast = a_version(client, forecast).await;
    let lines: Vec<Value> = (8..=12).map(|period| line(period, "105")).collect();
    all_taken(&set(client, &forecast, &lines).await);
    forecast
}

#[test]
fn a_year_ends_where_the_worked_example_says() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let forecast = a_forecast(&finance).await;
        let found = outlook(&finance, &books, &format!("forecast: \"{forecast}\", throughPeriod: 6")).await;
        let examples = examples();
        let total = &found["total"];
        assert_eq!(millionths(&total["runRate"]), millionths(&examples["4.outlook"]["runrate"]));
        assert_eq!(millionths(&total["normalisedRunRate"]), millionths(&examples["4.runrate_norm"]));
        assert_eq!(millionths(&total["outlook"]), millionths(&examples["4.outlook"]["outlook"]));
        assert_eq!(millionths(&total["variance"]["amount"]), millionths(&examples["4.outlook"]["vs_plan"]));
        assert_eq!(total["gaps"], json!([]));
        assert_eq!(
            found["oneOffs"],
            json!([{ "document": "INV-7", "description": "moving a cage", "amount": { "amount": "8.00" } }])
        );
        assert_eq!(found["rows"][0]["outlook"], total["outlook"]);
        // 7 % less than 1,200 is 1,116: 130 of the 630 to come.
        assert_eq!(
            found["cut"],
            json!({ "target": { "amount": "1116.00" }, "toSave": { "amount": "130.00" }, "shareOfRemaining": "0.2063" })
        );
        assert_eq!(found["committed"]["reason"], "no posting is in the view of commitment");
        assert_eq!(found["explain"]["estimated"], true);
    });
}

#[test]
fn without_a_forecast_the_rest_of_the_year_is_as_planned() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let found = outlook(&app.finance(), &books, "throughPeriod: 6").await;
        assert_eq!(found["total"]["outlook"]["amount"], "1216.00");
        let assumptions = found["explain"]["assumptions"].as_array().unwrap();
        let said = "no forecast is named, so periods to come are taken as planned";
        assert!(assumptions.contains(&json!(said)), "{assumptions:?}");
    });
}

#[test]
fn a_scenario_comes_in_by_the_version_that_is_drafted_under_it() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let lean = a_version(&finance, json!({ "name": "Lean", "kind": "SCENARIO" })).await;
        let lines: Vec<Value> = (7..=12).map(|period| line(period, "90")).collect();
        all_taken(&set(&finance, &lean, &lines).await);
        let found = outlook(&finance, &books, &format!("forecast: \"{lean}\", throughPeriod: 6")).await;
        // 616 came about, and six months of 90 are to come.
        assert_eq!(found["total"]["outlook"]["amount"], "1156.00");
        assert_eq!(found["forecast"]["name"], "Lean");
        let assumptions = found["explain"]["assumptions"].as_array().unwrap();
        assert!(assumptions.contains(&json!("periods to come are as Lean expects them")), "{assumptions:?}");
    });
}

#[test]
fn what_is_not_known_is_named_and_never_zero() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let found = outlook(&app.finance(), &books, "throughPeriod: 7").await;
        let total = &found["total"];
        let gap = "nothing is posted in the month 2026-07 yet: run rates leave it out, and the outlook has its forecast";
        assert_eq!(total["gaps"], json!([gap]));
        // What is known of six months, and the plan of the seventh and of five to come.
        assert_eq!(millionths(&total["runRate"]), 1_232_000_000);
        assert_eq!(millionths(&total["outlook"]), 1_216_000_000);
        // A forecast that begins later says nothing about it.
        let forecast = a_forecast_from_august(&app.finance()).await;
        let arguments = format!("forecast: \"{forecast}\", throughPeriod: 7");
        let unknown = outlook(&app.finance(), &books, &arguments).await;
        for figure in ["remainingForecast", "outlook", "variance"] {
            assert_eq!(unknown["total"][figure], Value::Null, "{figure}");
        }
        assert_eq!(unknown["cut"], Value::Null);
        assert_eq!(found["explain"]["excluded"], total["gaps"]);
        let none = outlook(&app.finance(), &books, "throughPeriod: 0").await;
        assert_eq!(none["total"]["runRate"], Value::Null);
        assert_eq!(none["total"]["outlook"]["amount"], "1200.00", "all of it is still to come");
    });
}

#[test]
fn a_frozen_plan_has_nothing_in_the_months_that_it_has_no_line_in() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "300"), line(7, "300")]).await);
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "310")], false).await);
        // A draft may still grow: what it lacks is not known.
        let unknown = outlook(&finance, &books, "throughPeriod: 1").await;
        assert_eq!((&unknown["total"]["plan"], &unknown["total"]["outlook"]), (&Value::Null, &Value::Null));
        assert_eq!(
            unknown["total"]["gaps"].as_array().unwrap().len(),
            20,
            "ten months of plan and of forecast"
        );
        finance
            .query(&format!("mutation {{ freezeBudgetVersion(id: \"{}\") {{ status }} }}", books.plan))
            .await;
        let known = outlook(&finance, &books, "throughPeriod: 1").await;
        let total = &known["total"];
        assert_eq!((millionths(&total["plan"]), millionths(&total["outlook"])), (600_000_000, 610_000_000));
        assert_eq!(total["gaps"], json!([]));
        let said = "Plan 2026 is frozen, so a period that it has no line in has nothing in it";
        assert!(known["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{known}");
        // A forecast is about the months that it looks ahead to.
        let forecast = a_forecast_from_august(&finance).await;
        finance.query(&format!("mutation {{ freezeBudgetVersion(id: \"{forecast}\") {{ status }} }}")).await;
        let found = outlook(&finance, &books, &format!("forecast: \"{forecast}\", throughPeriod: 1")).await;
        assert_eq!(found["total"]["remainingForecast"], Value::Null, "it says nothing of February");
    });
}

#[test]
fn what_is_promised_is_told_apart_from_what_is_spent() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let order = |document: &str, period: i32, currency: &str| {
            json!({ "source": "ERP", "document": document, "kind": "ORDER", "view": "COMMITMENT",
                    "place": place(period), "currency": currency, "amount": "100" })
        };
        let orders = [order("PO-1", 3, "USD"), order("PO-2", 9, "EUR")];
        all_taken(&post(&finance, &books.actual, &orders, false).await);
        let found = outlook(&finance, &books, "throughPeriod: 6").await;
        assert_eq!(
            found["committed"],
            json!({ "amount": { "amount": "210.00" }, "postings": 2, "reason": null })
        );
        assert_eq!(found["total"]["actual"]["amount"], "616.00", "views are not added to each other");
    });
}

#[test]
fn an_outlook_is_refused_for_a_reason_and_tells_no_single_price() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let ask = |plan: &str, actual: &str, rest: &str| {
            format!(
                "{{ budgetOutlook(plan: \"{plan}\", actual: \"{actual}\" {rest}) {{ currency cut(rate: \"7\") {{ toSave {{ amount }} }} }} }}"
            )
        };
        for (text, message) in [
            (ask(&books.plan, &books.plan, ""), "actual: Plan 2026 is not of actual figures"),
            (
                ask(&books.actual, &books.actual, ""),
                "plan: Actual 2026 is of actual figures, which say nothing about periods to come",
            ),
            (
                ask(&books.plan, &books.actual, ""),
                "throughPeriod: no period of 2026 is closed yet, so say through which period figures are complete",
            ),
            (
                ask(&books.plan, &books.actual, ", throughPeriod: 13"),
                "throughPeriod: 13 is not between 0 and 12",
            ),
            (
                ask(&books.plan, &books.actual, ", throughPeriod: 6"),
                "rate: 7: a cut is a fraction from 0 to 1: 0.07 is 7 %",
            ),
            (
                ask(&books.plan, &books.actual, ", throughPeriod: 6, groupBy: [PERIOD]"),
                "groupBy: a year is not looked ahead to period by period",
            ),
        ] {
            assert_eq!(finance.expect_error(&text, "INVALID").await.message, message, "{text}");
        }
        app.architect().expect_error(&ask(&books.plan, &books.actual, ""), "FORBIDDEN").await;
        let mut single = posting("Z", 1, "77");
        single["place"]["costCentre"] = json!("4712");
        all_taken(&post(&finance, &books.actual, &[single], false).await);
        let found = outlook(&app.planner(), &books, "throughPeriod: 6").await;
        assert_eq!(found["rows"][1]["hidden"], true);
        assert_eq!(found["rows"][1]["actual"], Value::Null);
        assert_eq!(found["total"]["actual"]["amount"], "693.00");
    });
}

#[test]
fn the_statements_of_an_outlook_do_not_depend_on_its_lines() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "10")]).await);
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "10")], false).await);
        let text = format!(
            "{{ budgetOutlook(plan: \"{}\", actual: \"{}\", throughPeriod: 6) {{ rows {{ {ROW} }} total {{ lines }} }} }}",
            books.plan, books.actual
        );
        let few = finance.statements(&text).await;
        half_a_year(app, &books).await;
        assert_eq!(finance.statements(&text).await, few);
    });
}
