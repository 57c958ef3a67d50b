//! What is not known of a plan, what has a price beside what has none, and what is explained of nothing.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{
    books::{Books, all_taken, half_a_year, line, place, post, posting, set},
    variances::{ROW, variance},
};

#[test]
fn a_view_that_the_plan_has_nothing_in_is_not_known() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "100")]).await);
        let mut order = posting("PO-1", 1, "4000000");
        order["view"] = json!("COMMITMENT");
        all_taken(&post(&finance, &books.actual, &[order, posting("INV-1", 1, "90")], false).await);
        let text = format!(
            "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: 1, view: COMMITMENT) {{
                unplanned rows {{ {ROW} overExplained }} total {{ {ROW} }} explain {{ inputs {{ name }} excluded }} }} }}",
            books.plan, books.actual
        );
        let found = finance.query(&text).await["budgetVariance"].clone();
        let reason = "Plan 2026 has no line in the view COMMITMENT, so what was planned in it is not known";
        assert_eq!((&found["unplanned"], &found["explain"]["inputs"]), (&json!(reason), &json!([])));
        assert_eq!(found["explain"]["excluded"][0], reason);
        for row in [&found["total"], &found["rows"][0]] {
            assert_eq!(row["actual"]["amount"], "4000000.00");
            assert_eq!(
                [&row["plan"], &row["variance"]["amount"], &row["variance"]["flag"]],
                [&Value::Null; 3]
            );
            assert_eq!([&row["bridge"]["undivided"], &row["unexplained"]], [&Value::Null; 2]);
            assert_eq!([&row["material"], &row["hidden"]], [&json!(false); 2]);
        }
        let known = variance(&finance, &books, "throughPeriod: 1").await;
        assert_eq!(known["total"]["plan"]["amount"], "100.00");
    });
}

#[test]
fn postings_with_a_price_are_divided_beside_one_without() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let planned = json!({ "place": place(1), "currency": "USD", "quantity": "100", "unitPrice": "10" });
        all_taken(&set(&finance, &books.plan, &[planned]).await);
        let mut priced = posting("INV-1", 1, "1210");
        priced["quantity"] = json!("110");
        priced["unitPrice"] = json!("11");
        all_taken(&post(&finance, &books.actual, &[priced, posting("INV-2", 1, "5")], false).await);
        let total = variance(&finance, &books, "throughPeriod: 1").await["total"].clone();
        let bridge = &total["bridge"];
        let parts = ["volume", "price", "undivided"].map(|part| bridge[part]["amount"].clone());
        assert_eq!(parts, ["-100.00", "-110.00", "-5.00"]);
        assert_eq!(
            bridge["reasons"],
            json!([{ "reason": "what was posted states no quantity and unit price", "lines": 1 }])
        );
    });
}

#[test]
fn an_explanation_is_of_a_place_that_has_something_and_says_when_it_is_too_much() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let explain = "mutation($input: VarianceExplanationInput!) { explainVariance(input: $input) { id } }";
        let input = |place: Value, amount: &str| {
            json!({ "input": {
            "plan": books.plan, "actual": books.actual, "place": place, "driver": "PRICE", "amount": amount,
            "note": "as agreed",
        } })
        };
        let mut elsewhere = place(3);
        elsewhere["account"] = json!("6200");
        let refusal = finance.expect_error_with(explain, input(elsewhere, "1"), "INVALID").await;
        assert_eq!(refusal.field, "place");
        assert!(
            refusal
                .message
                .contains("neither Plan 2026 nor Actual 2026 has anything there in period 3 in the view PNL"),
            "{}",
            refusal.message
        );
        let over = async |arguments: &str| {
            let text = format!(
                "{{ budgetVariance(plan: \"{}\", actual: \"{}\", {arguments}) {{ total {{ overExplained unexplained {{ amount }} }} }} }}",
                books.plan, books.actual
            );
            finance.query(&text).await["budgetVariance"]["total"].clone()
        };
        let whole = "fromPeriod: 6, throughPeriod: 6";
        finance.query_with(explain, input(place(6), "-10")).await;
        assert_eq!(
            over(whole).await,
            json!({ "overExplained": false, "unexplained": { "amount": "-6.00" } })
        );
        finance.query_with(explain, input(place(6), "-999999")).await;
        assert_eq!(over(whole).await["overExplained"], true);
        // A place that a code had under its former name has something as well.
        let codes = "{ ledgerCodes(filter: { kind: { eq: COST_CENTRE } }, orderBy: [{ field: CODE }]) { nodes { id } } }";
        let codes = finance.query(codes).await["ledgerCodes"]["nodes"].clone();
        let moved = format!(
            "mutation {{ supersedeLedgerCode(id: {}, by: {}, from: \"2026-01-01\") {{ id }} }}",
            codes[0]["id"], codes[1]["id"]
        );
        finance.query(&moved).await;
        let mut successor = place(3);
        successor["costCentre"] = json!("4712");
        finance.query_with(explain, input(successor, "1")).await;
    });
}
