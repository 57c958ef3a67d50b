//! What the tests of budgets share: a calendar, codes, a plan and actual figures of 2026.

use std::path::Path;

use entity::money::Amount;
use serde_json::{Value, json};
use support::{Client, TestApp};

/// The worked examples by id.
pub fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Ids that tests go on with.
pub struct Books {
    pub calendar: String,
    pub plan: String,
    pub actual: String,
}

/// Two cost centres, two accounts, a tower.
const CODES: [(&str, &str, &str); 5] = [
    ("COST_CENTRE", "4711", "Infrastructure"),
    ("COST_CENTRE", "4712", "Platform"),
    ("ACCOUNT", "6100", "Rented power"),
    ("ACCOUNT", "6200", "Cloud"),
    ("TOWER", "compute", "Compute"),
];

impl Books {
    /// Calendar years, a plan in dollars with the euro at 1.10, and actual figures.
    pub async fn open(app: &TestApp) -> Self {
        let finance = app.finance();
        let made = finance
            .query(r#"mutation { createFiscalCalendar(input: { name: "Years", isDefault: true }) { id } }"#)
            .await;
        let calendar = id(&made["createFiscalCalendar"]);
        for (kind, code, name) in CODES {
            a_code(&finance, kind, code, name).await;
        }
        let plan = a_version(&finance, json!({ "name": "Plan 2026", "kind": "PLAN" })).await;
        let actual = a_version(&finance, json!({ "name": "Actual 2026", "kind": "ACTUAL" })).await;
        Self { calendar, plan, actual }
    }
}

pub fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

pub async fn a_code(client: &Client, kind: &str, code: &str, name: &str) -> String {
    let text = "mutation($input: NewLedgerCode!) { createLedgerCode(input: $input) { id } }";
    let input = json!({ "kind": kind, "code": code, "name": name });
    id(&client.query_with(text, json!({ "input": input })).await["createLedgerCode"])
}

/// A version of 2026 in dollars, with the euro at 1.10 unless other rates are given.
pub async fn a_version(client: &Client, more: Value) -> String {
    let mut input = json!({
        "fiscalYear": 2026, "currency": "USD", "planRates": [{ "currency": "EUR", "rate": "1.10" }],
    });
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    let text = "mutation($input: NewBudgetVersion!) { createBudgetVersion(input: $input) { id } }";
    id(&client.query_with(text, json!({ "input": input })).await["createBudgetVersion"])
}

/// A place on account 6100 of cost centre 4711.
pub fn place(period: i32) -> Value {
    json!({ "costCentre": "4711", "account": "6100", "period": period })
}

/// A line in dollars there.
pub fn line(period: i32, amount: &str) -> Value {
    json!({ "place": place(period), "currency": "USD", "amount": amount })
}

/// A posting in dollars there.
pub fn posting(document: &str, period: i32, amount: &str) -> Value {
    json!({ "source": "ERP", "document": document, "place": place(period), "currency": "USD", "amount": amount })
}

/// Sets lines, and answers with what became of each.
pub async fn set(client: &Client, version: &str, lines: &[Value]) -> Value {
    let text = "mutation($version: ID!, $lines: [BudgetLineInput!]!) {
        setBudgetLines(version: $version, lines: $lines) {
            index budgetLine { id version item amount { amount currency } } error { code field message }
        } }";
    client.query_with(text, json!({ "version": version, "lines": lines })).await["setBudgetLines"].clone()
}

/// Posts, and answers with what became of each.
pub async fn post(client: &Client, version: &str, postings: &[Value], corrects: bool) -> Value {
    let text = "mutation($version: ID!, $postings: [ActualPostingInput!]!, $corrects: Boolean!) {
        postActuals(version: $version, postings: $postings, corrects: $corrects) {
            index actualPosting { id version amount { amount } recordedOn } error { code field message }
        } }";
    let variables = json!({ "version": version, "postings": postings, "corrects": corrects });
    client.query_with(text, variables).await["postActuals"].clone()
}

/// The errors of a bulk change, in the order of its rows.
pub fn refusals(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter().filter(|row| !row["error"].is_null());
    rows.map(|row| {
        let error = &row["error"];
        let field = error["field"].as_str().map(|field| format!("{field}: ")).unwrap_or_default();
        format!("{} {field}{}", error["code"].as_str().unwrap(), error["message"].as_str().unwrap())
    })
    .collect()
}

/// Posts or sets what has to be taken.
#[track_caller]
pub fn all_taken(rows: &Value) {
    assert_eq!(refusals(rows), Vec::<String>::new());
}

pub async fn close(client: &Client, calendar: &str, period: i32) -> Value {
    let text = "mutation($calendar: ID!, $period: Int!) {
        closeBudgetPeriod(fiscalCalendar: $calendar, fiscalYear: 2026, period: $period) {
            period firstDay lastDay closedOn closedBy
        } }";
    let variables = json!({ "calendar": calendar, "period": period });
    client.query_with(text, variables).await["closeBudgetPeriod"].clone()
}

pub async fn a_rate(client: &Client, on: &str, kind: &str, rate: &str) {
    let text = "mutation($input: NewExchangeRate!) { recordExchangeRate(input: $input) { id } }";
    let input = json!({ "base": "EUR", "quote": "USD", "on": on, "kind": kind, "rate": rate });
    client.query_with(text, json!({ "input": input })).await;
}

/// The plan of 1,200 a year in equal months, and 616 posted in the first six, 8 of it once.
pub async fn half_a_year(app: &TestApp, books: &Books) {
    let finance = app.finance();
    let lines: Vec<Value> = (1..=12).map(|period| line(period, "100")).collect();
    all_taken(&set(&finance, &books.plan, &lines).await);
    let mut postings: Vec<Value> =
        (1..=5).map(|period| posting(&format!("INV-{period}"), period, "100")).collect();
    postings.push(posting("INV-6", 6, "108"));
    let mut once = posting("INV-7", 6, "8");
    once["oneOff"] = json!(true);
    once["description"] = json!("moving a cage");
    postings.push(once);
    all_taken(&post(&finance, &books.actual, &postings, false).await);
}

/// A number in millionths, whether it is text, a number or an amount of money.
pub fn millionths(value: &Value) -> i64 {
    let value = if value.is_object() { &value["amount"] } else { value };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse::<Amount>().unwrap().0
}
