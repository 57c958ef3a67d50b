//! What is odd about budgets and postings is named, with the amounts in doubt.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::books::{Books, a_version, all_taken, line, post, posting, set};

async fn findings(app: &TestApp, version: &str, against: Option<&str>) -> Value {
    let text = "query($version: ID!, $against: ID) { budgetFindings(version: $version, against: $against) {
        rule detail amounts { amount currency } records } }";
    let variables = json!({ "version": version, "against": against });
    app.finance().query_with(text, variables).await["budgetFindings"].clone()
}

/// `RULE amount of so many records` of each finding.
fn shown(found: &Value) -> Vec<String> {
    let findings = found.as_array().unwrap().iter().map(|finding| {
        let records = finding["records"].as_array().unwrap().len();
        format!(
            "{} {} of {records}",
            finding["rule"].as_str().unwrap(),
            finding["amounts"][0]["amount"].as_str().unwrap()
        )
    });
    findings.collect()
}

fn of_kind(document: &str, kind: &str, period: i32, amount: &str) -> Value {
    let mut posting = posting(document, period, amount);
    posting["kind"] = json!(kind);
    posting
}

#[test]
fn postings_that_look_wrong_are_named() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let mut bill = posting("INV-9", 3, "4200");
        bill["supplier"] = json!("AWS");
        let mut same = posting("aws-2026-03", 3, "4200.00");
        same["source"] = json!("FOCUS");
        same["supplier"] = json!("aws");
        same["place"]["account"] = json!("6200");
        let mut late = posting("INV-10", 4, "10");
        late["postedOn"] = json!("2026-05-02");
        let rows = [
            of_kind("ACC-1", "ACCRUAL", 1, "500"),
            of_kind("ACC-1R", "ACCRUAL_REVERSAL", 2, "-500"),
            of_kind("PO-1", "ORDER", 1, "-60"),
            of_kind("CN-1", "CREDIT_NOTE", 2, "-70"),
            posting("INV-8", 2, "-80"),
            bill,
            same,
            late,
        ];
        all_taken(&post(&app.finance(), &books.actual, &rows, false).await);
        let found = findings(app, &books.actual, None).await;
        assert_eq!(
            shown(&found),
            [
                "BILLED_TWICE 4200.00 of 2",
                "ACCRUAL_REVERSED 500.00 of 2",
                "NEGATIVE_ORDER -60.00 of 1",
                "DAY_IN_ANOTHER_PERIOD 10.00 of 1",
                "UNEXPECTED_CREDIT -80.00 of 1",
            ]
        );
        assert_eq!(found[0]["detail"], "4200 USD stands in ERP as INV-9 and in FOCUS as aws-2026-03");
        assert_eq!(found[3]["detail"], "2026-05-02 lies in period 5 of 2026, not in period 4 of 2026");
        let id = found[2]["records"][0].as_str().unwrap();
        let text = format!("{{ node(id: \"{id}\") {{ ... on ActualPosting {{ document }} }} }}");
        assert_eq!(app.finance().query(&text).await["node"]["document"], "PO-1");
        let text = format!("{{ budgetFindings(version: \"{}\") {{ rule }} }}", books.actual);
        app.planner().expect_error(&text, "FORBIDDEN").await;
        app.finance().expect_error(&text.replace("version:", "against: \"x\", version:"), "INVALID").await;
    });
}

#[test]
fn a_budget_in_thousands_and_a_sign_that_is_reversed_show_beside_another() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let at = |account: &str, amount: &str| {
            let mut line = line(1, amount);
            line["place"]["account"] = json!(account);
            line
        };
        all_taken(&set(&finance, &books.plan, &[at("6100", "12"), at("6200", "-300")]).await);
        let forecast = json!({ "name": "6+6", "kind": "FORECAST", "label": "6+6" });
        let forecast = a_version(&finance, forecast).await;
        all_taken(&set(&finance, &forecast, &[at("6100", "12500"), at("6200", "310")]).await);
        let found = findings(app, &books.plan, Some(&forecast)).await;
        assert_eq!(
            shown(&found),
            ["LOADED_IN_THOUSANDS 12.00 of 1", "REVERSED_SIGN -300.00 of 1", "NEGATIVE_AMOUNT -300.00 of 1"]
        );
        let alone = findings(app, &books.plan, None).await;
        assert_eq!(shown(&alone), ["NEGATIVE_AMOUNT -300.00 of 1"]);
    });
}

#[test]
fn a_calendar_month_that_is_posted_to_a_period_of_weeks_is_named() {
    on_both_engines(async |app| {
        Books::open(app).await;
        let finance = app.finance();
        let made = finance
            .query(
                r#"mutation { createFiscalCalendar(input: { name: "Weeks", details: {
                    pattern: W445, labelBy: START_YEAR, anchorOn: "2026-01-04"
                } }) { id } }"#,
            )
            .await;
        let calendar = &made["createFiscalCalendar"]["id"];
        let version = json!({ "name": "Weeks", "kind": "ACTUAL", "fiscalCalendar": calendar });
        let version = a_version(&finance, version).await;
        // Period 1 is 4 January to 31 January; period 3 ends on 4 April.
        let mut april = posting("INV-1", 4, "10");
        april["postedOn"] = json!("2026-04-02");
        let mut january = posting("INV-2", 1, "10");
        january["postedOn"] = json!("2026-01-31");
        all_taken(&post(&finance, &version, &[april, january], false).await);
        let found = findings(app, &version, None).await;
        assert_eq!(shown(&found), ["DAY_IN_ANOTHER_PERIOD 10.00 of 1"]);
        assert_eq!(found[0]["detail"], "2026-04-02 lies in period 3 of 2026, not in period 4 of 2026");
    });
}

#[test]
fn a_document_that_is_posted_twice_is_named_however_it_is_spelt() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let spelt = |source: &str, document: &str, line: &str| {
            let mut posting = posting(document, 1, "700");
            posting["source"] = json!(source);
            posting["documentLine"] = json!(line);
            posting
        };
        for (refused, field, word) in [
            (spelt("ERP", "K1 ", "1"), "document", "\"K1 \" begins or ends with white space"),
            (spelt(" ERP", "K1", "1"), "source", "begins or ends with white space"),
            (spelt("ERP", "K\t1", "1"), "document", "has a control character"),
        ] {
            let answer = post(&finance, &books.actual, &[refused], false).await;
            let error = &answer[0]["error"];
            assert!(error["field"].as_str().unwrap().ends_with(field), "{answer}");
            assert!(error["message"].as_str().unwrap().contains(word), "{answer}");
        }
        let rows = [spelt("ERP", "K1", "1"), spelt("ERP", "k1", "1"), spelt("erp", "K1", "01")];
        all_taken(&post(&finance, &books.actual, &rows, false).await);
        let found = findings(app, &books.actual, None).await;
        assert_eq!(shown(&found), ["DUPLICATE 1400.00 of 3"], "one of the three is right");
        let other = a_version(&finance, json!({ "name": "Actual B", "kind": "ACTUAL" })).await;
        all_taken(&post(&finance, &other, &[spelt("ERP", "K1", "1")], false).await);
        let found = findings(app, &other, None).await;
        assert_eq!(shown(&found), ["DUPLICATE 700.00 of 1"]);
        assert_eq!(found[0]["detail"], "posting \"ERP K1/1\" is there again as \"ERP K1/1 of Actual 2026\"");
    });
}

#[test]
fn a_bill_of_the_ledger_is_found_in_the_lines_of_a_cloud_file() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let bill = |source: &str, document: &str, supplier: &str, account: &str, amount: &str| {
            let mut posting = posting(document, 3, amount);
            posting["source"] = json!(source);
            posting["supplier"] = json!(supplier);
            posting["place"]["account"] = json!(account);
            posting
        };
        let rows = [
            bill("ERP", "INV-1", "AWS", "6100", "3000"),
            bill("FOCUS", "f-1", "Amazon Web Services", "6200", "1000"),
            bill("FOCUS", "f-2", "Amazon Web Services", "6200", "1000"),
            bill("FOCUS", "f-3", "Amazon Web Services", "6200", "1000"),
            bill("ERP", "INV-2", "Hyperscaler", "6200", "1234.56"),
            bill("FOCUS", "f-9", "Other Cloud", "6200", "1234.56"),
        ];
        all_taken(&post(&finance, &books.actual, &rows, false).await);
        let found = findings(app, &books.actual, None).await;
        assert_eq!(shown(&found), ["BILLED_TWICE 3000.00 of 4", "BILLED_TWICE 1234.56 of 2"]);
        assert_eq!(found[0]["detail"], "3000 USD stands in ERP as INV-1 and in FOCUS as f-1, f-2, f-3");
    });
}
