//! A plan against what came about as files: the totals of the query, what it hides, and texts that stay texts.

use api::{access::Role, config::Limits};
use serde_json::{Value, json};
use support::{
    TestApp,
    http::{Server, answer, token_of},
    on_both_engines,
};

use super::Files;
use crate::finance::books::{
    Books, a_code, a_rate, a_version, all_taken, half_a_year, line, place, post, posting, set,
};

const FIGURES: &str = "group { dimension value } lines hidden plan { amount } actual { amount }
    actualAtPlanRates { amount } variance { amount { amount } rate flag } operating { amount { amount } rate flag }
    bridge { volume { amount } price { amount } exchange { amount } undivided { amount } }
    material explanationDue drivers { driver amount { amount } } unexplained { amount }";

/// The worked example of half a year, a line in euro that is told apart by its causes, and what people said.
async fn a_budget(app: &TestApp, code: &str) -> Books {
    let books = Books::open(app).await;
    half_a_year(app, &books).await;
    let finance = app.finance();
    a_code(&finance, "COST_CENTRE", code, "Hall in Frankfurt").await;
    let at = json!({ "costCentre": code, "account": "6200", "period": 1 });
    let planned = json!({ "place": at, "currency": "EUR", "quantity": "100", "unitPrice": "150" });
    all_taken(&set(&finance, &books.plan, &[planned]).await);
    let spent = json!({ "source": "ERP", "document": "E-1", "place": at, "currency": "EUR",
                        "quantity": "104", "unitPrice": "153" });
    let mut adjusted = posting("ADJ-1", 13, "5");
    adjusted["kind"] = json!("JOURNAL");
    all_taken(&post(&finance, &books.actual, &[spent, adjusted], false).await);
    a_rate(&finance, "2026-01-01", "AVERAGE", "1.15").await;
    let text = "mutation($input: VarianceExplanationInput!) { explainVariance(input: $input) { id } }";
    let input = json!({ "plan": books.plan, "actual": books.actual, "place": place(6), "driver": "ONE_OFF",
                        "amount": "-8", "note": "@SUM(A1): a cage was moved" });
    finance.query_with(text, json!({ "input": input })).await;
    books
}

fn text(value: &Value) -> &str {
    value.as_str().or_else(|| value["amount"].as_str()).unwrap_or_default()
}

#[test]
fn the_files_have_the_totals_of_the_query() {
    on_both_engines(async |app| {
        let books = a_budget(app, "4799").await;
        let query = "plan=Plan%202026&actual=Actual%202026&throughPeriod=6&materialityRate=0.02&materialityAmount=16&\
                     toleranceAmount=1&asOf=2026-07-01";
        for (role, client) in [(Role::Finance, app.finance()), (Role::Planner, app.planner())] {
            let files = Files::ask(app, role, "variance", query).await;
            files.assert_alike();
            let asked = format!(
                "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: 6, tolerance: {{ amount: \"1\" }}, \
                 materiality: {{ rate: \"0.02\", amount: \"16\" }}, asOf: \"2026-07-01\") {{ \
                 rows {{ {FIGURES} }} total {{ {FIGURES} }} adjustments {{ postings counted }} \
                 explain {{ excluded assumptions }} }} }}",
                books.plan, books.actual
            );
            let found = client.query(&asked).await["budgetVariance"].clone();
            let rows = found["rows"].as_array().unwrap();
            assert_eq!(rows.len(), 2);
            for (row, one) in rows.iter().map(|row| ("row", row)).chain([("total", &found["total"])]) {
                let mut conditions = vec![("row", row)];
                if row == "row" {
                    conditions.push(("cost_centre", text(&one["group"][0]["value"])));
                }
                let cells = files.row(&conditions);
                let bridge = &one["bridge"];
                for (column, value) in [
                    ("plan", &one["plan"]),
                    ("actual", &one["actual"]),
                    ("actual_at_plan_rates", &one["actualAtPlanRates"]),
                    ("variance", &one["variance"]["amount"]),
                    ("flag", &one["variance"]["flag"]),
                    ("operating", &one["operating"]["amount"]),
                    ("operating_flag", &one["operating"]["flag"]),
                    ("volume", &bridge["volume"]),
                    ("price", &bridge["price"]),
                    ("exchange", &bridge["exchange"]),
                    ("undivided", &bridge["undivided"]),
                    ("unexplained", &one["unexplained"]),
                    ("variance_rate", &one["variance"]["rate"]),
                ] {
                    assert_eq!(cells[column], text(value), "{row} {column}");
                }
                assert_eq!(cells["material"], one["material"].to_string());
                assert_eq!(cells["explanation_due"], one["explanationDue"].to_string());
                assert_eq!(cells["lines"], one["lines"].to_string());
                assert_eq!(cells["plan"].is_empty(), one["hidden"] == true);
                if one["hidden"] == true {
                    assert!(cells["remarks"].contains("hidden"), "{cells:?}");
                }
                for driver in one["drivers"].as_array().unwrap() {
                    let column = format!("explained_{}", text(&driver["driver"]).to_lowercase());
                    assert_eq!(cells[&column], text(&driver["amount"]), "{column}");
                }
            }
            assert_eq!(files.json["excluded"], found["explain"]["excluded"]);
            assert_eq!(found["adjustments"], json!({ "postings": 1, "counted": false }));
        }
    });
}

#[test]
fn a_variance_names_its_causes_and_texts_of_people_stay_texts() {
    on_both_engines(async |app| {
        a_budget(app, "=1+1").await;
        let query = "plan=Plan%202026&actual=Actual%202026&throughPeriod=13&asOf=2026-07-01&groupBy=COST_CENTRE,PERIOD";
        let refused = {
            let server = Server::start(app.store(), Limits::default()).await;
            let path = format!("/export/variance.csv?{query}&fromPeriod=7");
            let found = answer(server.request(&path).bearer_auth(token_of(Role::Finance))).await;
            server.stop().await;
            found
        };
        assert_eq!(refused.status.as_u16(), 200, "the adjustments are known: {}", refused.text);
        let files = Files::ask(app, Role::Finance, "variance", query).await;
        let hostile = files.csv.iter().find(|row| row["cost_centre"] == "'=1+1").unwrap();
        assert_eq!((hostile["volume"].as_str(), hostile["price"].as_str()), ("-660.00", "-343.20"));
        assert_eq!((hostile["exchange"].as_str(), hostile["flag"].as_str()), ("-795.60", "U"));
        let sixth = files.row(&[("cost_centre", "4711"), ("period", "6")]);
        assert_eq!(sixth["explanations"], "ONE_OFF in period 6, finance: @SUM(A1): a cage was moved");
        assert_eq!((sixth["drivers"].as_str(), sixth["explained_one_off"].as_str()), ("ONE_OFF", "-8.00"));
        let adjusted = files.row(&[("cost_centre", "4711"), ("period", "13")]);
        assert_eq!((adjusted["plan"].as_str(), adjusted["actual"].as_str()), ("0.00", "5.00"));
        assert!(adjusted["remarks"].contains("nothing was planned"), "{adjusted:?}");
        let excluded = files.json["excluded"].to_string();
        for period in 7..=12 {
            assert!(excluded.contains(&format!("period {period} of 2026: nothing is posted in it yet")));
        }
        assert!(!excluded.contains("period 6 "), "{excluded}");
        let total = files.row(&[("row", "total")]);
        // The worked examples and what was adjusted, without the months that nobody posted to.
        assert_eq!((total["plan"].as_str(), total["actual"].as_str()), ("17100.00", "18919.80"));
    });
}

#[test]
fn a_variance_is_for_those_who_see_sums_and_refused_by_name() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        all_taken(&set(&app.finance(), &books.plan, &[line(1, "10")]).await);
        a_version(&app.finance(), json!({ "name": "Next", "kind": "PLAN", "fiscalYear": 2027 })).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let get = async |role: Role, query: &str| {
            answer(server.request(&format!("/export/variance.json?{query}")).bearer_auth(token_of(role)))
                .await
        };
        let both = "plan=Plan%202026&actual=Actual%202026";
        for role in [Role::Viewer, Role::Architect, Role::Admin] {
            assert_eq!(get(role, both).await.code(), "FORBIDDEN", "{role:?}");
        }
        for (query, field, word) in [
            ("actual=Actual%202026".to_owned(), "plan", "is needed"),
            ("plan=Dream&actual=Actual%202026".to_owned(), "plan", "no budget version named `Dream`"),
            ("plan=Next&actual=Actual%202026".to_owned(), "actual", "is of the fiscal year 2026"),
            (both.to_owned(), "throughPeriod", "no period of 2026 is closed yet"),
            (format!("{both}&throughPeriod=14"), "throughPeriod", "14 is not between 1 and 13"),
            (format!("{both}&throughPeriod=six"), "throughPeriod", "`six` is not the number of a period"),
            (
                format!("{both}&throughPeriod=6"),
                "throughPeriod",
                "1: nothing was posted in these periods yet",
            ),
            (format!("{both}&groupBy=COLOUR"), "groupBy", "is none of COST_CENTRE"),
            (format!("{both}&toleranceRate=-1"), "toleranceRate", "-1 is below 0"),
            (format!("{both}&toleranceRate=0&toleranceAmount=1"), "toleranceAmount", "give one of both"),
            (format!("{both}&materialityAmount=-1"), "materialityAmount", "-1 is below 0"),
            (format!("{both}&materialityRate=much"), "materialityRate", "`much` is not a number"),
            (format!("{both}&rateKind=GUESS"), "rateKind", "is none of PLAN, SPOT"),
        ] {
            let found = get(Role::Director, &query).await;
            assert_eq!((found.status.as_u16(), found.code().as_str()), (400, "INVALID"), "{query}");
            assert_eq!(found.json()["errors"][0]["extensions"]["field"], field, "{query}");
            assert!(found.message().contains(word), "{query}: {}", found.message());
        }
        server.stop().await;
    });
}
