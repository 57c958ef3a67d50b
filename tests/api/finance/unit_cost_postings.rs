//! What a unit cost: closed months by what was posted, others by what was due.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_vendor,
    books::{Books, a_code, a_rate, a_version, all_taken, close, post, posting},
    volumes::record,
};

const QUERY: &str = "query($metric: UnitCostMetric!, $months: Int!, $actuals: UnitCostActuals, $site: ID) {
    unitCost(metric: $metric, from: \"2026-01\", months: $months, asOf: \"2026-07-01\", currency: \"USD\",
        actuals: $actuals, site: $site) {
        amountsHidden
        parts { category postingCount total months { amount } }
        series { months { month status cost unitCost gap } explain { assumptions } }
        explain { assumptions excluded inputs { name value } }
    } }";

async fn ask(client: &Client, months: i32, actuals: Value) -> Value {
    let variables = json!({ "metric": "PER_SEAT", "months": months, "actuals": actuals });
    client.query_with(QUERY, variables).await["unitCost"].clone()
}

/// Support of 100 a month by contract, 10 seats, and a basis of support alone.
async fn seats(app: &TestApp) {
    let vendor = a_vendor(app, "V").await;
    let text = format!(
        r#"mutation {{
            signSupportContract(input: {{ number: "S", vendor: "{vendor}", currency: "USD",
                startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "100", billingFrequency: MONTHLY }}) {{ id }}
        }}"#
    );
    app.director().query(&text).await;
    let text = r#"mutation { declareUnitCostBasis(metric: PER_SEAT, parts: [{ category: SUPPORT, share: "0.5" }]) {
        metric } }"#;
    app.finance().query(text).await;
    for month in 1..=7 {
        record(app, "SEATS", &format!("2026-{month:02}"), r#"average: "10""#).await;
    }
}

fn of_support(books: &Books) -> Value {
    json!({ "versions": [books.actual], "accounts": [{ "category": "SUPPORT", "account": "6100" }] })
}

fn euros(document: &str, period: i32, amount: &str) -> Value {
    let mut posting = posting(document, period, amount);
    posting["currency"] = json!("EUR");
    posting
}

fn at(account: &str, document: &str, period: i32, amount: &str) -> Value {
    let mut posting = posting(document, period, amount);
    posting["place"]["account"] = json!(account);
    posting
}

#[test]
fn closed_months_cost_what_was_posted_and_others_what_was_due() {
    on_both_engines(async |app| {
        seats(app).await;
        let books = Books::open(app).await;
        let finance = app.finance();
        a_rate(&finance, "2026-02-28", "AVERAGE", "1.2").await;
        let postings = [
            posting("A", 1, "130"),
            posting("B", 1, "-10"),
            euros("C", 2, "50"),
            // Not closed yet, and elsewhere: neither counts.
            posting("D", 4, "999"),
            at("6200", "E", 1, "777"),
        ];
        all_taken(&post(&finance, &books.actual, &postings, false).await);
        for period in 1..=3 {
            close(&finance, &books.calendar, period).await;
        }
        let found = ask(&finance, 8, of_support(&books)).await;
        let months = found["series"][0]["months"].as_array().unwrap();
        let shown: Vec<_> = months
            .iter()
            .map(|month| {
                (month["status"].as_str().unwrap(), month["cost"].as_str(), month["unitCost"].as_str())
            })
            .collect();
        // Half of 120, of 50 euros at 1.2, and of nothing; then half of what is due.
        assert_eq!(
            shown[..4],
            [
                ("POSTED", Some("60.00"), Some("6.00")),
                ("POSTED", Some("30.00"), Some("3.00")),
                ("POSTED", Some("0.00"), Some("0.00")),
                ("ESTIMATED", Some("50.00"), Some("5.00")),
            ]
        );
        assert_eq!(shown[6], ("FORECAST", Some("50.00"), Some("5.00")));
        assert_eq!(
            [&found["parts"][0]["postingCount"], &found["parts"][0]["total"]],
            [&json!(3), &json!("340.00")]
        );
        let assumptions = found["explain"]["assumptions"].to_string();
        for said in [
            "closed months from 2026-01 to 2026-03 cost what was posted in Actual 2026: nothing posted is no cost",
            "postings are converted at the AVERAGE rate of their period",
        ] {
            assert!(assumptions.contains(said), "{assumptions}");
        }
        let excluded = found["explain"]["excluded"].to_string();
        assert!(
            excluded.contains("1 postings of Actual 2026: to accounts that this unit cost does not count"),
            "{excluded}"
        );
        let of_series = found["series"][0]["explain"]["assumptions"].to_string();
        assert!(of_series.contains("cost of closed months is what was posted"), "{of_series}");
        // Without them everything is as it was due.
        let due = ask(&finance, 3, Value::Null).await;
        assert_eq!(due["series"][0]["months"][0]["cost"], "50.00");
        assert_eq!(due["series"][0]["months"][0]["status"], "ESTIMATED");
    });
}

#[test]
fn adjustments_of_a_year_count_in_its_last_month() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let last = json!({ "name": "Actual 2025", "kind": "ACTUAL", "fiscalYear": 2025 });
        let last = a_version(&finance, last).await;
        let postings = [posting("A", 12, "120"), posting("B", 13, "-20")];
        all_taken(&post(&finance, &last, &postings, false).await);
        let close = "mutation($calendar: ID!, $period: Int!) {
            closeBudgetPeriod(fiscalCalendar: $calendar, fiscalYear: 2025, period: $period) { period } }";
        let text =
            r#"mutation { declareUnitCostBasis(metric: PER_SEAT, parts: [{ category: CLOUD }]) { metric } }"#;
        finance.query(text).await;
        record(app, "SEATS", "2025-12", r#"average: "10""#).await;
        let query =
            "query($actuals: UnitCostActuals) { unitCost(metric: PER_SEAT, from: \"2025-12\", months: 1,
            asOf: \"2026-07-01\", currency: \"USD\", actuals: $actuals) {
                series { months { status cost unitCost } } explain { assumptions } } }";
        let actuals = json!({ "versions": [last], "accounts": [{ "category": "CLOUD", "account": "6100" }] });
        for (through, cost, unit_cost) in [(12, "120.00", "12.00"), (13, "100.00", "10.00")] {
            for period in if through == 13 { 13..=13 } else { 1..=12 } {
                let variables = json!({ "calendar": books.calendar, "period": period });
                finance.query_with(close, variables).await;
            }
            let found = finance.query_with(query, json!({ "actuals": actuals })).await["unitCost"].clone();
            assert_eq!(
                found["series"][0]["months"][0],
                json!({ "status": "POSTED", "cost": cost, "unitCost": unit_cost })
            );
            let is_said = found["explain"]["assumptions"].to_string().contains("adjustments of Actual 2025");
            assert_eq!(is_said, through == 13, "{found}");
        }
    });
}

#[test]
fn postings_that_cannot_stand_for_a_cost_are_refused() {
    on_both_engines(async |app| {
        seats(app).await;
        let books = Books::open(app).await;
        let finance = app.finance();
        let refuse = async |metric: &str, actuals: Value| {
            let variables = json!({ "metric": metric, "months": 3, "actuals": actuals });
            let refusal = finance.expect_error_with(QUERY, variables, "INVALID").await;
            refusal.message
        };
        let versions =
            |ids: &[&String]| json!({ "versions": ids, "accounts": of_support(&books)["accounts"] });
        assert_eq!(
            refuse("PER_SEAT", versions(&[&books.plan])).await,
            "actuals.versions[0]: Plan 2026 is not of actual figures"
        );
        assert_eq!(
            refuse("PER_SEAT", versions(&[&books.actual])).await,
            "actuals.versions[0]: Actual 2026 has nothing posted in profit and loss"
        );
        all_taken(&post(&finance, &books.actual, &[euros("A", 1, "10")], false).await);
        let other = a_version(&finance, json!({ "name": "Actual again", "kind": "ACTUAL" })).await;
        all_taken(&post(&finance, &other, &[euros("B", 1, "10")], false).await);
        close(&finance, &books.calendar, 1).await;
        assert_eq!(
            refuse("PER_SEAT", versions(&[&books.actual, &other])).await,
            "actuals.versions[1]: Actual again is of 2026 as Actual 2026 is"
        );
        assert_eq!(
            refuse("PER_SEAT", versions(&[])).await,
            "actuals.versions: 0 versions are named; 1 to 12 may be"
        );
        assert_eq!(
            refuse("PER_SEAT", versions(&[&books.actual])).await,
            "actuals.rateKind: no AVERAGE rate from EUR to USD for period 1 of 2026"
        );
        assert_eq!(
            refuse("PER_SEAT", json!({ "versions": [books.actual] })).await,
            "actuals.accounts: says nothing of SUPPORT, and there is no account of that name"
        );
        a_code(&finance, "ACCOUNT", "SUPPORT", "Support").await;
        let account = |category: &str, account: &str| json!({ "category": category, "account": account });
        let accounts = |accounts: &[Value]| json!({ "versions": [books.actual], "accounts": accounts });
        assert_eq!(
            refuse("PER_SEAT", accounts(&[account("SUPPORT", "6999")])).await,
            "actuals.accounts[0].account: there is no account `6999`"
        );
        assert_eq!(
            refuse("PER_SEAT", accounts(&[account("SUPPORT", "6100"), account("CLOUD", "6100")])).await,
            "actuals.accounts[1].account: `6100` stands for SUPPORT and for CLOUD: name towers that tell them apart"
        );
        assert_eq!(
            refuse("PER_TB", accounts(&[])).await,
            "actuals.accounts: DEPRECIATION counts only of STORAGE, which postings do not tell: name the account or \
             the tower that they are posted to"
        );
    });
}

#[test]
fn a_posting_is_not_told_by_a_unit_cost() {
    on_both_engines(async |app| {
        seats(app).await;
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "130")], false).await);
        close(&finance, &books.calendar, 1).await;
        let vendor = a_vendor(app, "W").await;
        let second = format!(
            r#"mutation {{ signSupportContract(input: {{ number: "T", vendor: "{vendor}", currency: "USD",
                startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "100", billingFrequency: MONTHLY }}) {{ id }} }}"#
        );
        app.director().query(&second).await;
        let shown = ask(&app.planner(), 3, Value::Null).await;
        assert_eq!(shown["amountsHidden"], false);
        let hidden = ask(&app.planner(), 3, of_support(&books)).await;
        assert_eq!(hidden["amountsHidden"], true);
        assert_eq!(hidden["series"][0]["months"][0]["cost"], Value::Null);
    });
}

#[test]
fn postings_take_as_many_statements_however_many_there_are() {
    on_both_engines(async |app| {
        seats(app).await;
        let books = Books::open(app).await;
        let finance = app.finance();
        a_rate(&finance, "2026-01-31", "AVERAGE", "1.2").await;
        all_taken(&post(&finance, &books.actual, &[euros("A", 1, "130")], false).await);
        close(&finance, &books.calendar, 1).await;
        let query = format!(
            r#"{{ unitCost(metric: PER_SEAT, from: "2026-01", months: 12, asOf: "2026-07-01", currency: "USD",
                actuals: {{ versions: ["{}"], accounts: [{{ category: SUPPORT, account: "6100" }}] }}) {{
                series {{ months {{ cost }} }} }} }}"#,
            books.actual
        );
        let before = finance.statements(&query).await;
        let more: Vec<Value> = (0..20).map(|number| euros(&format!("M-{number}"), 2, "1")).collect();
        a_rate(&finance, "2026-02-28", "AVERAGE", "1.2").await;
        all_taken(&post(&finance, &books.actual, &more, false).await);
        close(&finance, &books.calendar, 2).await;
        assert_eq!(finance.statements(&query).await, before);
    });
}
