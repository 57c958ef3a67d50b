//! What a closed period is converted with stays as it is.

use api::{
    access::Role,
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Options, apply},
        parse,
    },
};
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::books::{Books, all_taken, close, millionths, place, post, set};

async fn record(client: &Client, on: &str, kind: &str, rate: &str) -> String {
    let made = client.query_with(RECORD, json!({ "input": a_rate(on, kind, rate) })).await;
    made["recordExchangeRate"]["id"].as_str().unwrap().to_owned()
}

fn a_rate(on: &str, kind: &str, rate: &str) -> Value {
    json!({ "base": "EUR", "quote": "USD", "on": on, "kind": kind, "rate": rate })
}

const RECORD: &str = "mutation($input: NewExchangeRate!) { recordExchangeRate(input: $input) { id } }";
const CORRECT: &str =
    "mutation($id: ID!, $rate: Decimal!) { correctExchangeRate(id: $id, rate: $rate) { rate } }";
const REMOVE: &str = "mutation($id: ID!) { removeExchangeRate(id: $id) }";

/// A hundred euro planned and posted in each of two periods.
async fn two_periods(client: &Client, books: &Books) {
    for period in [1, 2] {
        let planned = json!({ "place": place(period), "currency": "EUR", "amount": "100" });
        all_taken(&set(client, &books.plan, &[planned]).await);
        let posted = json!({ "source": "ERP", "document": format!("E-{period}"), "place": place(period),
                             "currency": "EUR", "amount": "100" });
        all_taken(&post(client, &books.actual, &[posted], false).await);
    }
}

async fn actual(client: &Client, books: &Books) -> i64 {
    let text = format!(
        "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: 1) {{ total {{ actual {{ amount }} }} }} }}",
        books.plan, books.actual
    );
    millionths(&client.query(&text).await["budgetVariance"]["total"]["actual"])
}

async fn import(app: &TestApp, rows: &str) -> Vec<String> {
    let text = format!("base,quote,on_date,kind,rate\n{rows}");
    let sources = [Source { name: "exchange_rates.csv".into(), bytes: text.into_bytes() }];
    let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
    let report = apply(app.store(), &app.caller(Role::Finance), parsed, Options::default()).await.unwrap();
    report.problems_of(Severity::Error).map(ToString::to_string).collect()
}

#[test]
fn rates_of_closed_periods_are_neither_corrected_nor_removed() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        two_periods(&finance, &books).await;
        let january = record(&finance, "2026-01-01", "AVERAGE", "1.15").await;
        let spot = record(&finance, "2026-01-10", "SPOT", "1.2").await;
        finance.query_with(CORRECT, json!({ "id": january, "rate": "1.16" })).await;
        assert_eq!(actual(&finance, &books).await, 116_000_000, "an open period moves");
        close(&finance, &books.calendar, 1).await;

        let closed = "period 1 of 2026, closed on 2026-07-01 by finance, in Actual 2026";
        let stays = |kind: &str, on: &str| {
            format!(
                "the {kind} rate from EUR to USD of {on} would change what {closed} is converted with, and what is closed stays"
            )
        };
        let average = stays("AVERAGE", "2026-01-01");
        let corrected = json!({ "id": january, "rate": "1.2" });
        assert_eq!(finance.expect_error_with(CORRECT, corrected, "CONFLICT").await.message, average);
        let removed = finance.expect_error_with(REMOVE, json!({ "id": january }), "CONFLICT").await;
        assert_eq!(removed.message, average);
        let corrected = json!({ "id": spot, "rate": "1.3" });
        let refusal = finance.expect_error_with(CORRECT, corrected, "CONFLICT").await;
        assert_eq!(refusal.message, stays("SPOT", "2026-01-10"));
        let late = json!({ "input": a_rate("2026-01-31", "AVERAGE", "1.3") });
        let refusal = finance.expect_error_with(RECORD, late, "CONFLICT").await;
        assert_eq!(refusal.message, stays("AVERAGE", "2026-01-31"));
        let errors = import(app, "EUR,USD,2026-01-01,AVERAGE,1.3\n").await;
        assert!(errors.len() == 1 && errors[0].contains(&average), "{errors:?}");
        assert_eq!(import(app, "EUR,USD,2026-01-01,AVERAGE,1.16\n").await, Vec::<String>::new());

        // The same figure changes nothing, and neither does a rate that nothing is converted with.
        finance.query_with(CORRECT, json!({ "id": january, "rate": "1.16" })).await;
        record(&finance, "2026-01-31", "SPOT", "1.3").await;
        let other =
            json!({ "base": "GBP", "quote": "USD", "on": "2026-01-01", "kind": "AVERAGE", "rate": "1.3" });
        finance.query_with(RECORD, json!({ "input": other })).await;
        assert_eq!(actual(&finance, &books).await, 116_000_000);
    });
}

#[test]
fn a_rate_that_a_closed_period_lacks_may_still_be_recorded() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        two_periods(&finance, &books).await;
        record(&finance, "2026-01-01", "AVERAGE", "1.15").await;
        close(&finance, &books.calendar, 1).await;
        let open = record(&finance, "2026-02-01", "AVERAGE", "1.2").await;
        finance.query_with(REMOVE, json!({ "id": open })).await;
        close(&finance, &books.calendar, 2).await;
        let february = record(&finance, "2026-02-15", "AVERAGE", "1.2").await;
        let corrected = json!({ "id": february, "rate": "1.3" });
        let refusal = finance.expect_error_with(CORRECT, corrected, "CONFLICT").await;
        assert!(refusal.message.contains("period 2 of 2026"), "{}", refusal.message);
    });
}

#[test]
fn a_plan_rate_that_closed_postings_are_converted_with_stays() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        two_periods(&finance, &books).await;
        let text = "mutation($id: ID!, $rate: Decimal!) { updateBudgetVersion(id: $id, changes: {
            planRates: [{ currency: \"EUR\", rate: $rate }] }) { id } }";
        finance.query_with(text, json!({ "id": books.actual, "rate": "1.2" })).await;
        close(&finance, &books.calendar, 1).await;
        let refusal =
            finance.expect_error_with(text, json!({ "id": books.actual, "rate": "1.3" }), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "period 1 of 2026 was closed on 2026-07-01 by finance, and 1 postings of it are in Actual 2026, \
             converted at the plan rates it has: what is closed stays"
        );
        finance.query_with(text, json!({ "id": books.actual, "rate": "1.20" })).await;
        finance.query_with(text, json!({ "id": books.plan, "rate": "1.3" })).await;
    });
}
