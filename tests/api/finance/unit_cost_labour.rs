//! The labour of a unit cost: what is planned or posted on named accounts, and never nothing where nobody says it.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_vendor,
    books::{Books, a_code, a_rate, a_version, all_taken, close, line, post, posting, set},
    volumes::record,
};

const QUERY: &str = "query($labour: UnitCostLabourInput, $actuals: UnitCostActuals, $months: Int!) {
    unitCost(metric: PER_SEAT, from: \"2026-01\", months: $months, asOf: \"2026-07-01\", currency: \"USD\",
        labour: $labour, actuals: $actuals) {
        amountsHidden
        labour { accounts share figureCount total months { month amount } }
        series { months { cost unitCost gap reason } }
        explain { formula assumptions excluded }
    } }";

async fn ask(client: &Client, labour: Value) -> Value {
    client.query_with(QUERY, json!({ "labour": labour, "months": 3 })).await["unitCost"].clone()
}

/// Ten seats, support of 100 a month, and labour of 1,000 a month planned for two months on an account of its own.
async fn open(app: &TestApp) -> Books {
    let books = Books::open(app).await;
    let finance = app.finance();
    a_code(&finance, "ACCOUNT", "7000", "Salaries").await;
    let vendor = a_vendor(app, "V").await;
    for number in ["S1", "S2"] {
        let text = format!(
            r#"mutation {{ signSupportContract(input: {{ number: "{number}", vendor: "{vendor}", currency: "USD",
                startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "50", billingFrequency: MONTHLY }}) {{ id }} }}"#
        );
        app.director().query(&text).await;
    }
    let basis =
        "mutation { declareUnitCostBasis(metric: PER_SEAT, parts: [{ category: SUPPORT }]) { metric } }";
    finance.query(basis).await;
    for month in 1..=3 {
        record(app, "SEATS", &format!("2026-{month:02}"), r#"average: "10""#).await;
    }
    let planned = [on("7000", line(1, "1000")), on("7000", line(2, "1000")), line(1, "999")];
    all_taken(&set(&finance, &books.plan, &planned).await);
    books
}

fn on(account: &str, mut row: Value) -> Value {
    row["place"]["account"] = json!(account);
    row
}

#[test]
fn labour_is_planned_or_posted_and_a_month_that_nobody_tells_of_has_no_unit_cost() {
    on_both_engines(async |app| {
        let books = open(app).await;
        let finance = app.finance();
        let without = ask(&finance, Value::Null).await;
        assert_eq!(
            [&without["labour"], &without["series"][0]["months"][0]["cost"]],
            [&Value::Null, &json!("100.00")]
        );
        let excluded = without["explain"]["excluded"].to_string();
        assert!(excluded.contains("LABOUR: none was given"), "{excluded}");
        let labour = json!({ "versions": [books.plan], "accounts": ["7000"], "share": "0.25" });
        let found = ask(&finance, labour).await;
        assert_eq!(
            found["labour"],
            json!({ "accounts": ["7000"], "share": "0.25", "figureCount": 2, "total": null, "months": [
                { "month": "2026-01", "amount": "250.00" }, { "month": "2026-02", "amount": "250.00" },
                { "month": "2026-03", "amount": null },
            ] })
        );
        let months = &found["series"][0]["months"];
        assert_eq!([&months[0]["cost"], &months[0]["unitCost"]], ["350.00", "35.00"]);
        assert_eq!([&months[2]["unitCost"], &months[2]["gap"]], [&Value::Null, &json!("COST_MISSING")]);
        assert!(months[2]["reason"].to_string().contains("LABOUR"), "{months}");
        let explain = found["explain"].to_string();
        for said in [
            "parts and labour",
            "labour is 0.25 of what profit and loss has on 7000",
            "labour is what is planned in Plan 2026",
            "1 months from 2026-03 to 2026-03: no version that is named says what labour costs then",
        ] {
            assert!(explain.contains(said), "{said}: {explain}");
        }
        assert!(!explain.contains("none was given"), "{explain}");
        // What was approved as it is has nothing in a month without a line; closed months are what was posted.
        finance
            .query(&format!("mutation {{ freezeBudgetVersion(id: \"{}\") {{ status }} }}", books.plan))
            .await;
        a_rate(&finance, "2026-01-31", "AVERAGE", "1.2").await;
        let mut euros = on("7000", posting("A", 1, "500"));
        euros["currency"] = json!("EUR");
        let postings = [euros, on("7000", posting("B", 2, "7")), posting("C", 1, "5")];
        all_taken(&post(&finance, &books.actual, &postings, false).await);
        close(&finance, &books.calendar, 1).await;
        let labour = json!({ "versions": [books.plan, books.actual], "accounts": ["7000"] });
        let found = ask(&finance, labour).await;
        let amounts: Vec<&Value> =
            found["labour"]["months"].as_array().unwrap().iter().map(|month| &month["amount"]).collect();
        assert_eq!(amounts, ["600.00", "1000.00", "0.00"]);
        assert_eq!(
            [&found["labour"]["total"], &found["series"][0]["months"][2]["cost"]],
            ["1600.00", "100.00"]
        );
    });
}

#[test]
fn labour_that_cannot_be_told_is_refused_and_a_single_amount_is_hidden() {
    on_both_engines(async |app| {
        let books = open(app).await;
        let finance = app.finance();
        let refuse = async |labour: Value, actuals: Value| {
            let variables = json!({ "labour": labour, "actuals": actuals, "months": 3 });
            finance.expect_error_with(QUERY, variables, "INVALID").await.message
        };
        let of =
            |versions: &[&String], accounts: &[&str]| json!({ "versions": versions, "accounts": accounts });
        let other = a_version(&finance, json!({ "name": "Other plan", "kind": "PLAN" })).await;
        for (labour, message) in [
            (of(&[], &["7000"]), "labour.versions: 0 versions are named; 1 to 24 may be"),
            (of(&[&books.plan], &[]), "labour.accounts: 0 accounts are named; 1 to 100 may be"),
            (of(&[&books.plan], &["7001"]), "labour.accounts[0]: there is no account `7001`"),
            (
                of(&[&books.plan], &["6200"]),
                "labour.accounts: nothing is planned or posted in profit and loss on 6200",
            ),
            (
                of(&[&books.plan, &other], &["7000"]),
                "labour.versions[1]: Other plan is of 2026 as Plan 2026 is: name actual figures and one other version \
                 for a year",
            ),
        ] {
            assert_eq!(refuse(labour, Value::Null).await, message);
        }
        let mut none = of(&[&books.plan], &["7000"]);
        none["share"] = json!("0");
        assert_eq!(
            refuse(none.clone(), Value::Null).await,
            "labour.share: 0 counts nothing: leave labour out"
        );
        none["share"] = json!("1.5");
        assert!(refuse(none, Value::Null).await.starts_with("labour.share: "));
        let actuals =
            json!({ "versions": [books.actual], "accounts": [{ "category": "SUPPORT", "account": "7000" }] });
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "5")], false).await);
        assert_eq!(
            refuse(of(&[&books.plan], &["7000"]), actuals).await,
            "labour.accounts[0]: `7000` counts as SUPPORT in `actuals` already"
        );
        let pounds = a_version(
            &finance,
            json!({ "name": "Pounds", "kind": "PLAN", "fiscalYear": 2026, "currency": "GBP", "planRates": [
                { "currency": "USD", "rate": "0.8" }, { "currency": "EUR", "rate": "0.9" },
            ] }),
        )
        .await;
        let mut euros = on("7000", line(1, "10"));
        euros["currency"] = json!("EUR");
        all_taken(&set(&finance, &pounds, &[euros]).await);
        assert_eq!(
            refuse(of(&[&pounds], &["7000"]), Value::Null).await,
            "labour.versions: Pounds is kept in GBP, not in USD"
        );
        // One amount is of a single price; whoever does not see finance does not ask for labour.
        let single = json!({ "labour": of(&[&books.plan], &["6100"]), "months": 1 });
        assert_eq!(ask(&app.planner(), Value::Null).await["amountsHidden"], false);
        let hidden = app.planner().query_with(QUERY, single.clone()).await["unitCost"].clone();
        assert_eq!([&hidden["amountsHidden"], &hidden["labour"]["total"]], [&json!(true), &Value::Null]);
        assert_eq!(finance.query_with(QUERY, single.clone()).await["unitCost"]["labour"]["total"], "999.00");
        app.viewer().expect_error_with(QUERY, single, "FORBIDDEN").await;
        let wide = json!({ "labour": of(&[&books.plan], &["7000", "6100"]), "months": 3 });
        assert_eq!(finance.query_with(QUERY, wide).await["unitCost"]["labour"]["figureCount"], 3);
    });
}

#[test]
fn labour_takes_as_many_statements_however_much_is_planned_and_posted() {
    on_both_engines(async |app| {
        let books = open(app).await;
        let finance = app.finance();
        let query = format!(
            "{{ unitCost(metric: PER_SEAT, from: \"2026-01\", months: 12, asOf: \"2026-07-01\", currency: \"USD\",
                labour: {{ versions: [\"{}\", \"{}\"], accounts: [\"7000\"] }}) {{
                labour {{ total months {{ amount }} }} series {{ months {{ unitCost }} }} explain {{ formula }} }} }}",
            books.plan, books.actual
        );
        all_taken(&post(&finance, &books.actual, &[on("7000", posting("A", 1, "500"))], false).await);
        let before = finance.statements_again(&query).await;
        let lines: Vec<Value> = (3..=12).map(|period| on("7000", line(period, "1000"))).collect();
        all_taken(&set(&finance, &books.plan, &lines).await);
        let postings: Vec<Value> =
            (2..=6).map(|period| on("7000", posting(&format!("P{period}"), period, "7"))).collect();
        all_taken(&post(&finance, &books.actual, &postings, false).await);
        assert_eq!(finance.statements_again(&query).await, before);
    });
}
