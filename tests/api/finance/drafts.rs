//! Lines of a budget from the roadmap.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_vendor,
    books::{Books, a_code, a_version, all_taken, line, millionths, set},
};
use crate::roadmap::the_example;

const DRAFT: &str = "mutation($id: ID!, $views: [MoneyView!], $centre: String) {
    draftBudgetFromRoadmap(version: $id, views: $views, costCentre: $centre, asOf: \"2026-07-01\", targets: [
        { category: COLOCATION, account: \"6100\", tower: \"compute\" }, { category: CLOUD, account: \"6200\" },
        { category: REFRESH_CAPITAL, account: \"0400\" }, { category: SUPPORT, account: \"6300\" }
    ]) { written replaced excluded { reason records } assumptions version { name } } }";

/// What the roadmap of 2027 comes to, month by month.
async fn roadmap(app: &TestApp, view: &str) -> Vec<i64> {
    let text = format!(
        "{{ roadmap(from: \"2027-01\", months: 12, view: {view}, currency: \"USD\", asOf: \"2026-07-01\") {{
            totals {{ months {{ amount }} }} }} }}"
    );
    let found = app.finance().query(&text).await;
    let months = found["roadmap"]["totals"]["months"].as_array().unwrap().clone();
    months.iter().map(millionths).collect()
}

/// What the lines of a version come to, by period.
async fn drafted(app: &TestApp, version: &str, view: &str) -> BTreeMap<i64, i64> {
    let text = format!(
        "query($id: ID!) {{ budgetLines(first: 500, filter: {{ budget: {{ eq: $id }}, view: {{ eq: {view} }}, source: {{ eq: \"roadmap\" }} }}) {{
            nodes {{ period item account {{ code }} site {{ code }} amount {{ amount }} }} }} }}"
    );
    let found = app.finance().query_with(&text, json!({ "id": version })).await;
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for line in found["budgetLines"]["nodes"].as_array().unwrap() {
        let amount = millionths(&line["amount"]);
        *sums.entry(line["period"].as_i64().unwrap()).or_default() += amount;
        if line["item"] == "COLOCATION" {
            assert_eq!((&line["account"]["code"], &line["site"]["code"]), (&json!("6100"), &json!("FRA1")));
        }
    }
    sums
}

#[test]
fn a_draft_is_the_roadmap_of_its_year_line_by_line() {
    on_both_engines(async |app| {
        the_example(app).await;
        Books::open(app).await;
        let finance = app.finance();
        a_code(&finance, "ACCOUNT", "0400", "Hardware").await;
        a_code(&finance, "ACCOUNT", "6300", "Support").await;
        a_code(&finance, "ACCOUNT", "DEPRECIATION", "Depreciation").await;
        a_code(&finance, "ACCOUNT", "DISPOSAL", "Disposal").await;
        let plan = json!({ "name": "Plan 2027", "kind": "PLAN", "fiscalYear": 2027 });
        let plan = a_version(&finance, plan).await;
        all_taken(&set(&finance, &plan, &[line(1, "5")]).await);
        let variables = json!({ "id": plan, "views": ["PNL", "CASH"], "centre": "4711" });
        let first = finance.query_with(DRAFT, variables.clone()).await["draftBudgetFromRoadmap"].clone();
        assert_eq!(first["replaced"], 0);
        assert!(first["written"].as_u64().unwrap() > 24, "{first}");
        for view in ["PNL", "CASH"] {
            let months = roadmap(app, view).await;
            assert!(months.iter().any(|amount| *amount != 0));
            let sums = drafted(app, &plan, view).await;
            let found: Vec<i64> =
                (1..=12).map(|period| sums.get(&period).copied().unwrap_or_default()).collect();
            assert_eq!(found, months, "{view}");
        }
        let again = finance.query_with(DRAFT, variables).await["draftBudgetFromRoadmap"].clone();
        assert_eq!((&again["replaced"], &again["written"]), (&first["written"], &first["written"]));
        let kept = finance
            .query_with(
                "query($id: ID!) { budgetLines(filter: { budget: { eq: $id }, source: { isNull: true } }) { totalCount } }",
                json!({ "id": plan }),
            )
            .await;
        assert_eq!(kept["budgetLines"]["totalCount"], 1, "what a person set stays");
    });
}

#[test]
fn what_falls_in_one_place_is_added_up() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        Books::open(app).await;
        let finance = app.finance();
        for code in ["DEPRECIATION", "DISPOSAL"] {
            a_code(&finance, "ACCOUNT", code, code).await;
        }
        a_code(&finance, "ACCOUNT", "0400", "Hardware").await;
        a_code(&finance, "ACCOUNT", "6300", "Support").await;
        // One of two assets says which cost centre it is of, and the draft gives the same one to the other.
        let asset = |tag: &str, centre: Value| {
            json!({
                "tag": tag, "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
                "details": {
                    "inServiceOn": "2026-02-01", "costCentre": centre,
                    "purchase": { "price": { "amount": "4800", "currency": "USD" }, "on": "2026-01-15" },
                },
            })
        };
        let text =
            "mutation($inputs: [NewAsset!]!) { registerAssets(inputs: $inputs) { error { field message } } }";
        let inputs = json!([asset("NEW-1", json!("4711")), asset("NEW-2", Value::Null)]);
        let made = app.director().query_with(text, json!({ "inputs": inputs })).await;
        assert_eq!(made["registerAssets"], json!([{ "error": null }, { "error": null }]));
        let plan = json!({ "name": "Plan 2027", "kind": "PLAN", "fiscalYear": 2027 });
        let plan = a_version(&finance, plan).await;
        let variables = json!({ "id": plan, "views": ["PNL"], "centre": "4711" });
        finance.query_with(DRAFT, variables).await;
        let sums = drafted(app, &plan, "PNL").await;
        let found: Vec<i64> = (1..=12).map(|period| sums.get(&period).copied().unwrap_or_default()).collect();
        assert_eq!(found, roadmap(app, "PNL").await);
        let text = "query($id: ID!) { budgetLines(first: 500, filter: { budget: { eq: $id } }) {
            nodes { period item site { code } costCentre { code } } } }";
        let lines = finance.query_with(text, json!({ "id": plan })).await["budgetLines"]["nodes"].clone();
        let of_january = lines.as_array().unwrap().iter().filter(|line| {
            line["period"] == 1 && line["item"] == "DEPRECIATION" && line["site"]["code"] == "FRA1"
        });
        assert_eq!(of_january.count(), 1, "{lines}");
    });
}

#[test]
fn a_drafted_month_without_a_payment_is_known_to_have_none() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        a_code(&finance, "ACCOUNT", "6300", "Support").await;
        let vendor = a_vendor(app, "CARE").await;
        let text = format!(
            r#"mutation {{ signSupportContract(input: {{ number: "S1", vendor: "{vendor}", currency: "USD",
                startsOn: "2026-09-01", endsOn: "2027-08-31", charge: "1200", billingFrequency: YEARLY
            }}) {{ id }} }}"#
        );
        app.director().query(&text).await;
        let variables = json!({ "id": books.plan, "views": ["CASH"], "centre": "4711" });
        let made = finance.query_with(DRAFT, variables).await;
        assert_eq!(made["draftBudgetFromRoadmap"]["written"], 12, "a payment, and eleven months without one");
        let sums = drafted(app, &books.plan, "CASH").await;
        assert_eq!(sums.values().filter(|amount| **amount != 0).count(), 1, "{sums:?}");
        let text = format!(
            "{{ budgetOutlook(plan: \"{}\", actual: \"{}\", view: CASH, throughPeriod: 0) {{ total {{ plan {{ amount }} outlook {{ amount }} }} }} }}",
            books.plan, books.actual
        );
        let total = finance.query(&text).await["budgetOutlook"]["total"].clone();
        let whole: i64 = sums.values().sum();
        assert_eq!((millionths(&total["plan"]), millionths(&total["outlook"])), (whole, whole));
    });
}

#[test]
fn a_draft_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        the_example(app).await;
        let books = Books::open(app).await;
        let finance = app.finance();
        let plan = json!({ "name": "Plan 2027", "kind": "PLAN", "fiscalYear": 2027 });
        let plan = a_version(&finance, plan).await;
        let draft = async |id: &str, centre: Value| {
            let variables = json!({ "id": id, "views": null, "centre": centre });
            finance.expect_error_with(DRAFT, variables, "INVALID").await.message
        };
        let message = draft(&plan, Value::Null).await;
        assert!(
            message.starts_with("costCentre: the roadmap has ")
                && message.ends_with(" of no cost centre, so say which one it is budgeted at"),
            "{message}"
        );
        let message = draft(&plan, json!("9999")).await;
        assert!(message.starts_with("costCentre: there is no cost centre `9999`; "), "{message}");
        let message = draft(&plan, json!("4711")).await;
        assert!(message.starts_with("account: there is no account `6300`; "), "{message}");
        assert!(
            message.contains("there is no account `DEPRECIATION`")
                && message.ends_with(", the name of a category that no target is given for"),
            "{message}"
        );
        assert_eq!(
            draft(&books.actual, json!("4711")).await,
            "version: Actual 2026 has actual figures, which are posted from documents"
        );
        let variables = json!({ "id": plan, "views": null, "centre": "4711" });
        app.planner().expect_error_with(DRAFT, variables, "FORBIDDEN").await;
        let none = finance.query("{ budgetLines { totalCount } }").await;
        assert_eq!(none["budgetLines"]["totalCount"], 0);
    });
}
