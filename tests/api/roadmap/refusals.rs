//! Questions that a roadmap does not answer.

use serde_json::json;
use support::on_both_engines;

use super::{send, the_example};

#[test]
fn impossible_questions_name_the_field_and_the_rule() {
    on_both_engines(async |app| {
        the_example(app).await;
        for (arguments, field, word) in [
            ("months: 0", "months", "between 1 and 120"),
            ("from: \"9999-12\"", "from", "9999-12-01 is not between 1970 and 2199"),
            ("asOf: \"1900-01-01\"", "asOf", "1900-01-01 is not between 1970 and 2199"),
            ("months: 121", "months", "between 1 and 120"),
            ("currency: \"XXX9\"", "currency", "XXX9"),
            ("currency: \"EUR\"", "currency", "rate from USD to EUR"),
            ("fiscalCalendar: \"site_01\"", "fiscalCalendar", "site"),
        ] {
            let given = |name: &str| arguments.starts_with(name);
            let from = if given("from") { "" } else { "from: \"2026-01\"," };
            let as_of = if given("asOf") { "" } else { "asOf: \"2026-01-01\"," };
            let text = format!("{{ roadmap({from} {as_of} {arguments}) {{ currency }} }}");
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{arguments}: {}", refusal.message);
        }
    });
}

#[test]
fn an_estate_in_two_currencies_needs_one_named() {
    on_both_engines(async |app| {
        the_example(app).await;
        let account = json!({ "provider": "GCP", "accountNumber": "2", "name": "Labs", "currency": "EUR" });
        let account = send(app, "openProviderAccount", "NewProviderAccount!", account).await;
        let cost = json!({
            "account": account, "month": "2026-01", "service": "Compute", "currency": "EUR",
            "billed": "1000", "effective": "1000", "list": "1000", "contracted": "1000",
        });
        send(app, "recordCost", "CostInput!", cost).await;
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\") { currency } }";
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert!(refusal.message.contains("EUR, USD"), "{}", refusal.message);
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", currency: \"CHF\") { currency } }";
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert!(refusal.message.contains("rate from EUR to CHF"), "{}", refusal.message);
    });
}

#[test]
fn totals_are_for_those_who_may_see_totals() {
    on_both_engines(async |app| {
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\") { totals { total } } }";
        app.viewer().expect_error(text, "FORBIDDEN").await;
        app.architect().expect_error(text, "FORBIDDEN").await;
        app.admin().expect_error(text, "FORBIDDEN").await;
        app.planner().query(text).await;
        app.finance().query(text).await;
    });
}
