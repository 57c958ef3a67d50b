//! Postings: each document is taken once.

use serde_json::{Value, json};
use support::on_both_engines;

use super::books::{Books, all_taken, post, posting, refusals};

#[test]
fn a_document_is_posted_once_however_often_it_is_sent() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let mut cloud = posting("INV-1", 1, "100");
        cloud["postedOn"] = json!("2026-01-15");
        cloud["supplier"] = json!("Equinix");
        let first = post(&finance, &books.actual, &[cloud.clone()], false).await;
        all_taken(&first);
        assert_eq!(first[0]["actualPosting"]["recordedOn"], "2026-07-01");
        assert_eq!(post(&finance, &books.actual, &[cloud.clone()], false).await, first);

        cloud["amount"] = json!("120");
        let refused = post(&finance, &books.actual, &[cloud.clone(), posting("INV-2", 1, "5")], false).await;
        assert_eq!(
            refusals(&refused),
            ["CONFLICT ERP INV-1/1 is posted already with 100 USD in period 1, not 120 USD in period 1; \
                 say that it is a correction to replace it"]
        );
        let corrected = post(&finance, &books.actual, &[cloud], true).await;
        assert_eq!(corrected[0]["actualPosting"]["amount"]["amount"], "120.00");
        assert_eq!(corrected[0]["actualPosting"]["version"], 2);
        let found = finance
            .query(
                r#"{ actualPostings(filter: { source: { eq: "ERP" } }, orderBy: [{ field: DOCUMENT }]) { totalCount nodes {
                    budget { name } document documentLine kind postedOn supplier oneOff period view currency
                    costCentre { code } account { code } tower { code } site { code } description
                } } }"#,
            )
            .await;
        assert_eq!(found["actualPostings"]["totalCount"], 2);
        assert_eq!(
            found["actualPostings"]["nodes"][0],
            json!({
                "budget": { "name": "Actual 2026" }, "document": "INV-1", "documentLine": "1", "kind": "INVOICE",
                "postedOn": "2026-01-15", "supplier": "Equinix", "oneOff": false, "period": 1, "view": "PNL",
                "currency": "USD", "costCentre": { "code": "4711" }, "account": { "code": "6100" },
                "tower": null, "site": null, "description": null,
            })
        );
        let hidden = app.architect().query("{ actualPostings { nodes { amount { amount } } } }").await;
        assert_eq!(hidden["actualPostings"]["nodes"][0]["amount"], Value::Null);
    });
}

#[test]
fn a_document_that_one_request_names_twice_is_posted_once() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let rows = [posting("INV-1", 1, "100"), posting("INV-1", 1, "100")];
        let outcomes = post(&finance, &books.actual, &rows, false).await;
        all_taken(&outcomes);
        assert_eq!(outcomes[0]["actualPosting"], outcomes[1]["actualPosting"]);
        let rows = [posting("INV-1", 1, "100"), posting("INV-1", 1, "90")];
        assert_eq!(refusals(&post(&finance, &books.actual, &rows, false).await).len(), 1);
        let count = finance.query("{ actualPostings { totalCount } }").await;
        assert_eq!(count["actualPostings"]["totalCount"], 1);
    });
}

#[test]
fn a_posting_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let with = |key: &str, value: Value| {
            let mut posting = posting("X", 1, "1");
            posting[key] = value;
            posting
        };
        let rows = [
            with("document", json!(" ")),
            with("currency", json!("GBP")),
            with("postedOn", json!("1900-01-01")),
            with("place", json!({ "costCentre": "4711", "account": "6100", "period": 0 })),
        ];
        assert_eq!(
            refusals(&post(&finance, &books.actual, &rows, false).await),
            [
                "INVALID document: is blank",
                "INVALID currency: GBP has no plan rate in the budget Actual 2026, which is kept in USD",
                "INVALID postedOn: 1900-01-01 is not between 1970 and 2199",
                "INVALID period: 0 is not between 1 and 13",
            ]
        );
        let text = "mutation($id: ID!) { postActuals(version: $id, postings: [{
            source: \"ERP\", document: \"1\", place: { costCentre: \"4711\", account: \"6100\", period: 1 },
            currency: \"USD\", amount: \"1\"
        }]) { index } }";
        let refusal = finance.expect_error_with(text, json!({ "id": books.plan }), "INVALID").await;
        assert_eq!(
            refusal.message,
            "version: Plan 2026 is not of actual figures: its lines are set, not posted"
        );
        app.planner().expect_error_with(text, json!({ "id": books.actual }), "FORBIDDEN").await;
    });
}
