//! Periods are closed in order, and calendars stay once a budget stands in them.

use serde_json::json;
use support::{Client, on_both_engines};

use super::books::{Books, all_taken, close, line, post, posting, refusals, set};

async fn refused(client: &Client, calendar: &str, period: i32) -> String {
    let text = format!(
        "mutation {{ closeBudgetPeriod(fiscalCalendar: \"{calendar}\", fiscalYear: 2026, period: {period}) {{ period }} }}"
    );
    client.expect_error(&text, "CONFLICT").await.message
}

#[test]
fn periods_are_closed_in_order_and_never_twice() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        assert_eq!(refused(&finance, &books.calendar, 2).await, "period 1 of 2026 is open, close it first");
        let closed = close(&finance, &books.calendar, 1).await;
        assert_eq!(
            closed,
            json!({ "period": 1, "firstDay": "2026-01-01", "lastDay": "2026-01-31",
                    "closedOn": "2026-07-01", "closedBy": "finance" })
        );
        assert_eq!(
            refused(&finance, &books.calendar, 1).await,
            "period 1 of 2026 was closed on 2026-07-01 by finance"
        );
        for period in 2..=6 {
            close(&finance, &books.calendar, period).await;
        }
        assert_eq!(
            refused(&finance, &books.calendar, 7).await,
            "period 7 of 2026 ends on 2026-07-31, and today is 2026-07-01"
        );
        let text = format!(
            "{{ budgetPeriods(fiscalCalendar: \"{}\", fiscalYear: 2026) {{ period closedOn }} }}",
            books.calendar
        );
        let found = app.architect().query(&text).await;
        let periods = found["budgetPeriods"].as_array().unwrap();
        assert_eq!(periods.len(), 13);
        assert_eq!(periods[12], json!({ "period": 13, "closedOn": null }), "the adjustments of the year");
        assert_eq!(periods[5], json!({ "period": 6, "closedOn": "2026-07-01" }));
        assert_eq!(periods[6], json!({ "period": 7, "closedOn": null }));
        let mutation = text
            .replace("{ budgetPeriods", "mutation { closeBudgetPeriod")
            .replace("fiscalYear: 2026)", "fiscalYear: 2026, period: 7)");
        app.planner().expect_error(&mutation, "FORBIDDEN").await;
        app.viewer().expect_error(&text, "FORBIDDEN").await;
    });
}

#[test]
fn nothing_is_posted_to_a_closed_period_and_credits_go_to_an_open_one() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let first = post(&finance, &books.actual, &[posting("INV-1", 1, "100")], false).await;
        all_taken(&first);
        close(&finance, &books.calendar, 1).await;
        let refusal = "CONFLICT period 1 of 2026 was closed on 2026-07-01, so ERP INV-2/1 goes to a period that is open";
        let outcomes = post(&finance, &books.actual, &[posting("INV-2", 1, "5")], false).await;
        assert_eq!(refusals(&outcomes), [refusal]);
        // The same again is no posting, and a correction of what is closed is one.
        all_taken(&post(&finance, &books.actual, &[posting("INV-1", 1, "100")], false).await);
        let corrected = [posting("INV-1", 1, "90")];
        let outcomes = post(&finance, &books.actual, &corrected, true).await;
        assert_eq!(refusals(&outcomes), [refusal.replace("INV-2", "INV-1")]);
        let moved = [posting("INV-1", 2, "100")];
        let outcomes = post(&finance, &books.actual, &moved, true).await;
        assert_eq!(refusals(&outcomes), [refusal.replace("INV-2", "INV-1")]);
        let id = first[0]["actualPosting"]["id"].as_str().unwrap();
        let remove = format!("mutation {{ removeActualPosting(id: \"{id}\") {{ id }} }}");
        let message = finance.expect_error(&remove, "CONFLICT").await.message;
        assert_eq!(format!("CONFLICT {message}"), refusal.replace("INV-2", "INV-1"));
        let mut credit = posting("CN-1", 2, "-10");
        credit["kind"] = json!("CREDIT_NOTE");
        all_taken(&post(&finance, &books.actual, &[credit], false).await);
    });
}

#[test]
fn a_calendar_that_a_budget_stands_in_keeps_its_periods() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "10")]).await);
        let update = |changes: &str| {
            format!(
                "mutation {{ updateFiscalCalendar(id: \"{}\", changes: {{ {changes} }}) {{ name startMonth }} }}",
                books.calendar
            )
        };
        let refusal = finance.expect_error(&update("startMonth: 7"), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "the budget Plan 2026 of 2026 stands in the periods of Years, so those stay; define another calendar"
        );
        let renamed = finance.query(&update("name: \"Calendar years\"")).await;
        assert_eq!(renamed["updateFiscalCalendar"]["name"], "Calendar years");
        let remove = format!("mutation {{ removeFiscalCalendar(id: \"{}\") }}", books.calendar);
        let refusal = finance.expect_error(&remove, "CONFLICT").await;
        assert_eq!(refusal.message, "the budget Plan 2026 stands in the periods of Calendar years");
    });
}

#[test]
fn a_leap_week_of_a_year_without_a_budget_may_come() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let made = finance
            .query(
                r#"mutation { createFiscalCalendar(input: { name: "Weeks", details: {
                    pattern: W445, labelBy: START_YEAR, anchorOn: "2026-01-04"
                } }) { id } }"#,
            )
            .await;
        let calendar = made["createFiscalCalendar"]["id"].as_str().unwrap().to_owned();
        let version = json!({ "name": "Plan", "kind": "PLAN", "fiscalCalendar": calendar });
        super::books::a_version(&finance, version).await;
        let update = |years: &str| {
            format!(
                "mutation {{ updateFiscalCalendar(id: \"{calendar}\", changes: {{ leapWeekYears: {years} }}) {{ leapWeekYears }} }}"
            )
        };
        let later = finance.query(&update("[2028]")).await;
        assert_eq!(later["updateFiscalCalendar"]["leapWeekYears"], json!([2028]));
        let refusal = finance.expect_error(&update("[2026]"), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "the budget Plan of 2026 stands in the periods of Weeks, so those stay; define another calendar"
        );
    });
}
