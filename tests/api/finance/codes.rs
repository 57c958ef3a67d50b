//! Ledger codes: made, changed, superseded, removed.

use serde_json::json;
use support::on_both_engines;

use super::books::{Books, a_code, id, line, place, refusals, set};

const FIELDS: &str = "id version createdAt updatedAt kind code name category owner validFromOn validToOn
    supersededBy { code } supersededFromOn";

#[test]
fn a_code_is_made_changed_and_found() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let made = finance
            .query(&format!(
                r#"mutation {{ createLedgerCode(idempotencyKey: "a", input: {{
                    kind: TOWER, code: "network", name: "Network",
                    details: {{ category: "Infrastructure", owner: "Networks", validFromOn: "2020-01-01" }}
                }}) {{ {FIELDS} }} }}"#
            ))
            .await;
        let made = &made["createLedgerCode"];
        assert_eq!(made["category"], "Infrastructure");
        let found = app
            .architect()
            .query(&format!(
                r#"{{ byCode: ledgerCode(kind: TOWER, code: "network") {{ {FIELDS} }}
                    none: ledgerCode(kind: ACCOUNT, code: "network") {{ id }}
                    ledgerCodes(filter: {{ kind: {{ eq: TOWER }}, code: {{ startsWith: "net" }} }}, orderBy: [{{ field: CODE }}]) {{
                        totalCount nodes {{ id }} }}
                }}"#
            ))
            .await;
        assert_eq!(&found["byCode"], made);
        assert!(found["none"].is_null());
        assert_eq!(found["ledgerCodes"]["totalCount"], 1);
        let update = |version: i32| {
            format!(
                "mutation {{ updateLedgerCode(id: \"{}\", expectedVersion: {version}, \
                 changes: {{ name: \"Networks\", owner: null, validToOn: \"2026-12-31\" }}) {{ name owner validToOn }} }}",
                id(made)
            )
        };
        let updated = finance.query(&update(1)).await;
        assert_eq!(
            updated["updateLedgerCode"],
            json!({ "name": "Networks", "owner": null, "validToOn": "2026-12-31" })
        );
        finance.expect_error(&update(1), "CONFLICT").await;
    });
}

#[test]
fn a_code_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let finance = app.finance();
        a_code(&finance, "ACCOUNT", "6100", "Power").await;
        let create = |rest: &str| {
            format!("mutation {{ createLedgerCode(input: {{ kind: ACCOUNT, {rest} }}) {{ id }} }}")
        };
        for (rest, message) in [
            (r#"code: "6100", name: "Again""#, "code: the account 6100 is there already"),
            (r#"code: " ", name: "Blank""#, "code: is blank"),
            (
                r#"code: "1", name: "Turned", details: { validFromOn: "2026-02-01", validToOn: "2026-01-01" }"#,
                "validToOn: 2026-01-01 lies before the first day on 2026-02-01",
            ),
        ] {
            assert_eq!(finance.expect_error(&create(rest), "INVALID").await.message, message);
        }
        app.planner().expect_error(&create(r#"code: "2", name: "No""#), "FORBIDDEN").await;
        app.viewer().expect_error("{ ledgerCodes { totalCount } }", "FORBIDDEN").await;
        finance.expect_error("{ ledgerCode(kind: ACCOUNT) { id } }", "INVALID").await;
    });
}

#[test]
fn a_code_takes_the_place_of_another_but_never_its_own() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let a = a_code(&finance, "COST_CENTRE", "A", "Old").await;
        let b = a_code(&finance, "COST_CENTRE", "B", "New").await;
        let account = a_code(&finance, "ACCOUNT", "6100", "Power").await;
        let supersede = |id: &str, by: &str| {
            format!(
                "mutation {{ supersedeLedgerCode(id: \"{id}\", by: \"{by}\", from: \"2026-04-01\") {{ supersededBy {{ code }} supersededFromOn }} }}"
            )
        };
        let done = finance.query(&supersede(&a, &b)).await;
        assert_eq!(
            done["supersedeLedgerCode"],
            json!({ "supersededBy": { "code": "B" }, "supersededFromOn": "2026-04-01" })
        );
        for (id, by, message) in [
            (&b, &a, "by: the cost centre B would take its own place"),
            (&b, &b, "by: the cost centre B would take its own place"),
            (&b, &account, "by: the account 6100 cannot take the place of the cost centre B"),
        ] {
            assert_eq!(finance.expect_error(&supersede(id, by), "INVALID").await.message, message);
        }
        let half = format!("mutation {{ supersedeLedgerCode(id: \"{a}\", by: \"{b}\") {{ id }} }}");
        assert_eq!(finance.expect_error(&half, "INVALID").await.message, "from: is needed with `by`");
        let remove = |id: &str| format!("mutation {{ removeLedgerCode(id: \"{id}\") }}");
        let refusal = finance.expect_error(&remove(&b), "CONFLICT").await;
        assert_eq!(refusal.message, "the cost centre B takes the place of the cost centre A");
        let back = finance
            .query(&format!("mutation {{ supersedeLedgerCode(id: \"{a}\") {{ supersededBy {{ code }} }} }}"))
            .await;
        assert!(back["supersedeLedgerCode"]["supersededBy"].is_null());
        finance.query(&remove(&b)).await;
    });
}

#[test]
fn a_code_that_a_budget_charges_stays() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        set(&finance, &books.plan, &[line(1, "10")]).await;
        let found = finance.query(r#"{ ledgerCode(kind: ACCOUNT, code: "6100") { id } }"#).await;
        let remove = format!("mutation {{ removeLedgerCode(id: \"{}\") }}", id(&found["ledgerCode"]));
        let refusal = finance.expect_error(&remove, "CONFLICT").await;
        assert_eq!(refusal.message, "the budget Plan 2026 charges the account 6100");
    });
}

#[test]
fn a_closed_code_is_not_charged() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let found = finance.query(r#"{ ledgerCode(kind: COST_CENTRE, code: "4712") { id } }"#).await;
        finance
            .query(&format!(
                "mutation {{ updateLedgerCode(id: \"{}\", changes: {{ validFromOn: \"2026-02-10\", validToOn: \"2026-03-15\" }}) {{ id }} }}",
                id(&found["ledgerCode"])
            ))
            .await;
        let at = |period: i32| {
            let mut place = place(period);
            place["costCentre"] = json!("4712");
            json!({ "place": place, "currency": "USD", "amount": "1" })
        };
        let outcomes = set(&finance, &books.plan, &[at(1), at(2), at(3), at(4)]).await;
        assert_eq!(
            refusals(&outcomes),
            [
                "INVALID costCentre: the cost centre 4712 opens on 2026-02-10, after period 1 ends on 2026-01-31",
                "INVALID costCentre: the cost centre 4712 was closed on 2026-03-15, before period 4 begins on 2026-04-01",
            ]
        );
    });
}

#[test]
fn a_code_is_not_closed_under_what_is_charged_to_it() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        set(&finance, &books.plan, &[line(3, "5"), line(9, "5")]).await;
        let freeze = format!("mutation {{ freezeBudgetVersion(id: \"{}\") {{ status }} }}", books.plan);
        finance.query(&freeze).await;
        let found = finance.query(r#"{ ledgerCode(kind: COST_CENTRE, code: "4711") { id } }"#).await;
        let centre = id(&found["ledgerCode"]);
        let update = |field: &str, day: &str| {
            format!(
                "mutation {{ updateLedgerCode(id: \"{centre}\", changes: {{ {field}: \"{day}\" }}) {{ id }} }}"
            )
        };
        let refusal = finance.expect_error(&update("validToOn", "2025-01-31"), "INVALID").await;
        assert_eq!(refusal.field, "validToOn");
        let expected = "the budget Plan 2026 charges the cost centre 4711 in period 9 from 2026-09-01 on, after 2025-01-31";
        assert!(refusal.message.contains(expected), "{}", refusal.message);
        finance.expect_error(&update("validToOn", "2026-08-31"), "INVALID").await;
        let refusal = finance.expect_error(&update("validFromOn", "2026-04-01"), "INVALID").await;
        assert!(
            refusal.message.contains("in period 3 up to 2026-03-31, before 2026-04-01"),
            "{}",
            refusal.message
        );
        finance.query(&update("validToOn", "2026-09-01")).await;
        finance.query(&update("validFromOn", "2026-03-31")).await;
        let file = "kind,code,name,valid_to_on\nCOST_CENTRE,4711,Infrastructure,2026-08-31\n";
        let (_, problems) = super::volumes::import(app, &[("ledger_codes.csv", file)]).await;
        assert!(problems.len() == 1 && problems[0].contains("in period 9"), "{problems:?}");
    });
}

#[test]
fn a_code_is_one_line_without_white_space_around() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let text = "mutation($code: String!) { createLedgerCode(input: { kind: ACCOUNT, code: $code, name: \"N\" }) { id } }";
        for code in [" =1", "=1 ", "\t=1", "a\u{7}b", "a\nb"] {
            let refusal = finance.expect_error_with(text, json!({ "code": code }), "INVALID").await;
            assert_eq!(refusal.field, "code", "{code:?}");
        }
        finance.query_with(text, json!({ "code": "=1" })).await;
        let exported = finance.query("{ exportCsv(noun: LEDGER_CODE) { text } }").await;
        let file = exported["exportCsv"]["text"].as_str().unwrap();
        let (counts, problems) = super::volumes::import(app, &[("ledger_codes.csv", file)]).await;
        assert_eq!((counts, problems), (vec!["ledger_code 0/0/1/0".to_owned()], vec![]));
    });
}
