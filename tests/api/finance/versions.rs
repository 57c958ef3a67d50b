//! Versions of budgets and their lines: made, set, frozen, copied, removed.

use std::{collections::BTreeSet, sync::Mutex};

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{
    a_site,
    books::{Books, a_version, all_taken, close, id, line, place, post, posting, refusals, set},
};

async fn lines(app: &support::TestApp, version: &str) -> Value {
    let text = "query($id: ID!) { budgetLines(filter: { budget: { eq: $id } }, orderBy: [{ field: PERIOD }, { field: AMOUNT }]) {
        totalCount
        nodes { costCentre { code } account { code } tower { code } site { code } period view item currency
                amount { amount currency } quantity unitPrice { amount } description source amountsHidden }
    } }";
    app.finance().query_with(text, json!({ "id": version })).await["budgetLines"].clone()
}

#[test]
fn a_version_is_made_changed_and_found() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let fields =
            "id version name kind label fiscalYear fiscalCalendar { id } currency planRates { currency rate }
            status approvedBy frozenAt contentHash copiedFrom { id } notes";
        let made = app
            .finance()
            .query(&format!(
                r#"mutation {{ createBudgetVersion(input: {{
                    name: "Forecast", kind: FORECAST, label: "3+9", fiscalYear: 2026, currency: "USD", notes: "April"
                    planRates: [{{ currency: "EUR", rate: "1.12" }}]
                }}) {{ {fields} }} }}"#
            ))
            .await;
        let made = &made["createBudgetVersion"];
        assert_eq!(made["fiscalCalendar"]["id"], books.calendar.as_str(), "the default one");
        assert_eq!(made["status"], "DRAFT");
        assert_eq!(made["planRates"], json!([{ "currency": "EUR", "rate": "1.12" }]));
        let found = app
            .architect()
            .query(&format!(
                r#"{{ budgetVersion(name: "Forecast") {{ {fields} }} node(id: "{}") {{ __typename id }}
                    budgetVersions(filter: {{ kind: {{ in: [FORECAST] }}, fiscalYear: {{ eq: 2026 }} }}) {{ totalCount }} }}"#,
                id(made)
            ))
            .await;
        assert_eq!(&found["budgetVersion"], made);
        assert_eq!(found["node"]["__typename"], "BudgetVersion");
        assert_eq!(found["budgetVersions"]["totalCount"], 1);
        let updated = app
            .finance()
            .query(&format!(
                r#"mutation {{ updateBudgetVersion(id: "{}", expectedVersion: 1, changes: {{
                    label: "4+8", planRates: [{{ currency: "GBP", rate: "1.3" }}], notes: null
                }}) {{ label planRates {{ currency }} notes version }} }}"#,
                id(made)
            ))
            .await;
        assert_eq!(
            updated["updateBudgetVersion"],
            json!({ "label": "4+8", "planRates": [{ "currency": "GBP" }], "notes": null, "version": 2 })
        );
    });
}

#[test]
fn a_version_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let create = |rest: &str| {
            format!(
                "mutation {{ createBudgetVersion(input: {{ name: \"V\", fiscalYear: 2026, currency: \"USD\", {rest} }}) {{ id }} }}"
            )
        };
        let refusal = finance.expect_error(&create("kind: PLAN"), "INVALID").await;
        assert_eq!(refusal.message, "fiscalCalendar: there is no default calendar, so name one");
        Books::open(app).await;
        for (rest, message) in [
            ("kind: FORECAST", "label: a forecast is labelled, such as 3+9"),
            (
                r#"kind: FORECAST, label: "3+8""#,
                "label: 3+8: a forecast is labelled 3+9: actual and expected periods, twelve together",
            ),
            (r#"kind: PLAN, label: "3+9""#, "label: `3+9`: only a forecast has a label"),
            (
                r#"kind: PLAN, planRates: [{ currency: "USD", rate: "1" }]"#,
                "planRates[0].currency: USD is what the budget is kept in, and needs no rate",
            ),
            (
                r#"kind: PLAN, planRates: [{ currency: "EUR", rate: "0" }]"#,
                "planRates[0].rate: 0 is not above zero",
            ),
            (
                r#"kind: PLAN, planRates: [{ currency: "EUR", rate: "1" }, { currency: "EUR", rate: "2" }]"#,
                "planRates[1].currency: EUR has two rates",
            ),
            (
                r#"kind: PLAN, planRates: [{ currency: "EUX", rate: "1" }]"#,
                "planRates[0].currency: `EUX` is not a currency of ISO 4217",
            ),
        ] {
            assert_eq!(finance.expect_error(&create(rest), "INVALID").await.message, message, "{rest}");
        }
        app.planner().expect_error(&create("kind: PLAN"), "FORBIDDEN").await;
        app.viewer().expect_error("{ budgetVersions { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn lines_are_set_once_however_often_they_are_sent() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let power = json!({
            "place": { "costCentre": "4711", "account": "6100", "tower": "compute", "period": 1 },
            "currency": "EUR", "item": "power", "quantity": "100", "unitPrice": "150", "description": "kW",
        });
        let sent = [power.clone(), line(1, "10"), line(2, "20.5")];
        let first = set(&finance, &books.plan, &sent).await;
        all_taken(&first);
        assert_eq!(first[0]["budgetLine"]["amount"], json!({ "amount": "15000.00", "currency": "EUR" }));
        let again = set(&finance, &books.plan, &sent).await;
        assert_eq!(again, first, "neither more lines nor a higher version");
        set(&finance, &books.plan, &[line(2, "21")]).await;
        let found = lines(app, &books.plan).await;
        assert_eq!(found["totalCount"], 3);
        assert_eq!(
            found["nodes"][1],
            json!({
                "costCentre": { "code": "4711" }, "account": { "code": "6100" }, "tower": { "code": "compute" },
                "site": null, "period": 1, "view": "PNL", "item": "power", "currency": "EUR",
                "amount": { "amount": "15000.00", "currency": "EUR" }, "quantity": "100",
                "unitPrice": { "amount": "150.00" }, "description": "kW", "source": null, "amountsHidden": false,
            })
        );
        assert_eq!(found["nodes"][2]["amount"]["amount"], "21.00");
        let totals = finance
            .query(r#"{ budgetVersion(name: "Plan 2026") { totals { view lines amount { amount currency } } } }"#)
            .await;
        // 15,000 euro at 1.10, and 31 dollars.
        assert_eq!(
            totals["budgetVersion"]["totals"],
            json!([{ "view": "PNL", "lines": 3, "amount": { "amount": "16531.00", "currency": "USD" } }])
        );
        let hidden = app
            .architect()
            .query(
                r#"{ budgetLines { nodes { amount { amount } unitPrice { amount } amountsHidden } }
                        budgetVersion(name: "Plan 2026") { totals { amount { amount } } } }"#,
            )
            .await;
        assert_eq!(
            hidden["budgetLines"]["nodes"][0],
            json!({ "amount": null, "unitPrice": null, "amountsHidden": true })
        );
        assert_eq!(hidden["budgetVersion"]["totals"], json!([{ "amount": null }]));
        let by_amount = "{ budgetLines(filter: { amount: { gt: \"1\" } }) { totalCount } }";
        app.architect().expect_error(by_amount, "FORBIDDEN").await;
    });
}

#[test]
fn a_line_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let with = |key: &str, value: Value| {
            let mut line = line(1, "10");
            line[key] = value;
            line
        };
        let at = |key: &str, value: Value| {
            let mut place = place(1);
            place[key] = value;
            with("place", place)
        };
        let mut priced = with("quantity", json!("3"));
        priced["unitPrice"] = json!("4");
        let mut neither = line(1, "10");
        neither["amount"] = Value::Null;
        let sent = [
            at("period", json!(13)),
            at("costCentre", json!("9999")),
            at("account", json!("4711")),
            at("tower", json!("storage")),
            at("site", json!("FRA1")),
            with("currency", json!("GBP")),
            with("quantity", json!("3")),
            priced,
            neither,
            with("amount", json!("0.0000001")),
        ];
        let outcomes = set(&app.finance(), &books.plan, &sent).await;
        assert_eq!(
            refusals(&outcomes),
            [
                "INVALID period: 13 are the adjustments of a year, which are posted and not planned",
                "INVALID costCentre: there is no cost centre `9999`",
                "INVALID account: there is no account `4711`",
                "INVALID tower: there is no tower `storage`",
                "INVALID site: there is no site `FRA1`",
                "INVALID currency: GBP has no plan rate in the budget Plan 2026, which is kept in USD",
                "INVALID unitPrice: is needed with a quantity",
                "INVALID amount: 10 is not 3 x 4, which is 12",
                "INVALID amount: is needed, unless quantity and unitPrice are given",
                "INVALID amount: 0.0000001 has more than 6 decimals",
            ]
        );
        let text = "mutation($id: ID!) { setBudgetLines(version: $id, lines: [{
            place: { costCentre: \"4711\", account: \"6100\", period: 1 }, currency: \"USD\", amount: \"1\"
        }]) { index } }";
        let refusal = app.finance().expect_error_with(text, json!({ "id": books.actual }), "INVALID").await;
        assert_eq!(
            refusal.message,
            "version: Actual 2026 has actual figures, which are posted from documents"
        );
        app.planner().expect_error_with(text, json!({ "id": books.plan }), "FORBIDDEN").await;
    });
}

#[test]
fn what_is_frozen_stays_as_it_was_approved() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let freeze = format!(
            "mutation {{ freezeBudgetVersion(id: \"{}\", approvedBy: \"Board\") {{ status approvedBy frozenAt contentHash }} }}",
            books.plan
        );
        let refusal = finance.expect_error(&freeze, "CONFLICT").await;
        assert_eq!(refusal.message, "the budget Plan 2026 has no lines, so there is nothing to freeze");
        let made = set(&finance, &books.plan, &[line(1, "10")]).await;
        let row = id(&made[0]["budgetLine"]);
        let frozen = finance.query(&freeze).await["freezeBudgetVersion"].clone();
        assert_eq!((&frozen["status"], &frozen["approvedBy"]), (&json!("FROZEN"), &json!("Board")));
        assert_eq!(frozen["frozenAt"], "2026-07-01T09:00:00+00:00");
        assert_eq!(frozen["contentHash"].as_str().unwrap().len(), 64);
        let message = "the budget Plan 2026 is frozen, and what is frozen stays as it was approved: copy it and change the copy";
        let plan = &books.plan;
        for change in [
            freeze.clone(),
            format!(
                "mutation {{ updateBudgetVersion(id: \"{plan}\", changes: {{ name: \"Other\" }}) {{ id }} }}"
            ),
            format!("mutation {{ removeBudgetVersion(id: \"{plan}\") }}"),
            format!("mutation {{ updateBudgetLine(id: \"{row}\", changes: {{ amount: \"11\" }}) {{ id }} }}"),
            format!("mutation {{ removeBudgetLine(id: \"{row}\") {{ id }} }}"),
            format!(
                "mutation {{ setBudgetLines(version: \"{plan}\", lines: [{{ place: {{ costCentre: \"4711\", account: \"6100\", period: 2 }}, currency: \"USD\", amount: \"1\" }}]) {{ index }} }}"
            ),
            format!(
                "mutation {{ draftBudgetFromRoadmap(version: \"{plan}\", asOf: \"2026-07-01\") {{ written }} }}"
            ),
        ] {
            assert_eq!(finance.expect_error(&change, "CONFLICT").await.message, message, "{change}");
        }
        assert_eq!(lines(app, plan).await["totalCount"], 1);
    });
}

#[test]
fn a_copy_begins_with_the_same_lines_and_goes_its_own_way() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        set(&finance, &books.plan, &[line(1, "10"), line(2, "20")]).await;
        let text = "mutation($id: ID!, $name: String!) {
            freezeBudgetVersion(id: $id) { contentHash }
            copyBudgetVersion(id: $id, idempotencyKey: \"k\", input: { name: $name, kind: FORECAST, label: \"6+6\" }) {
                id status copiedFrom { name } planRates { rate }
            } }";
        let made = finance.query_with(text, json!({ "id": books.plan, "name": "6+6" })).await;
        let copy = &made["copyBudgetVersion"];
        assert_eq!(copy["status"], "DRAFT");
        assert_eq!(copy["copiedFrom"]["name"], "Plan 2026");
        assert_eq!(copy["planRates"], json!([{ "rate": "1.1" }]));
        all_taken(&set(&finance, &id(copy), &[line(2, "25"), line(3, "30")]).await);
        let amounts = |found: Value| {
            let nodes = found["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["amount"]["amount"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(amounts(lines(app, &id(copy)).await), ["10.00", "25.00", "30.00"]);
        assert_eq!(amounts(lines(app, &books.plan).await), ["10.00", "20.00"]);
        let of_actual =
            "mutation($id: ID!) { copyBudgetVersion(id: $id, input: { name: \"X\", kind: PLAN }) { id } }";
        let refusal = finance.expect_error_with(of_actual, json!({ "id": books.actual }), "INVALID").await;
        assert_eq!(refusal.message, "id: actual figures are posted from documents, and not copied");
    });
}

#[test]
fn a_draft_is_removed_with_its_lines_unless_others_rest_on_it() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        set(&finance, &books.plan, &[line(1, "10")]).await;
        post(&finance, &books.actual, &[posting("A", 1, "10")], false).await;
        let copy = "mutation($id: ID!) { copyBudgetVersion(id: $id, input: { name: \"Copy\", kind: SCENARIO }) { id } }";
        let made = finance.query_with(copy, json!({ "id": books.plan })).await;
        let remove = "mutation($id: ID!) { removeBudgetVersion(id: $id) }";
        let refusal = finance.expect_error_with(remove, json!({ "id": books.plan }), "CONFLICT").await;
        assert_eq!(refusal.message, "the budget Copy was copied from Plan 2026");
        for id in [id(&made["copyBudgetVersion"]), books.plan, books.actual] {
            finance.query_with(remove, json!({ "id": id })).await;
        }
        let left = finance
            .query(
                "{ budgetVersions { totalCount } budgetLines { totalCount } actualPostings { totalCount } }",
            )
            .await;
        let none = json!({ "totalCount": 0 });
        assert_eq!(left, json!({ "budgetVersions": none, "budgetLines": none, "actualPostings": none }));
    });
}

#[test]
fn actual_figures_of_a_closed_period_are_not_removed() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&post(&finance, &books.actual, &[posting("A", 2, "10")], false).await);
        close(&finance, &books.calendar, 1).await;
        let empty = a_version(&finance, json!({ "name": "Other", "kind": "ACTUAL" })).await;
        all_taken(&post(&finance, &empty, &[posting("A", 3, "10")], false).await);
        close(&finance, &books.calendar, 2).await;
        let remove = "mutation($id: ID!) { removeBudgetVersion(id: $id) }";
        let refusal = finance.expect_error_with(remove, json!({ "id": books.actual }), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "period 2 of 2026 was closed on 2026-07-01 by finance, and 1 postings of it are in Actual 2026: what is closed stays"
        );
        let left = finance.query("{ actualPostings { totalCount } }").await;
        assert_eq!(left["actualPostings"]["totalCount"], 2);
        // What is in periods that are open only may go.
        finance.query_with(remove, json!({ "id": empty })).await;
    });
}

/// The hash of actual figures with one posting.
async fn hash_of(finance: &Client, name: &str, posted: Value) -> String {
    let version = a_version(finance, json!({ "name": name, "kind": "ACTUAL" })).await;
    all_taken(&post(finance, &version, &[posted], false).await);
    frozen(finance, &version).await
}

async fn frozen(finance: &Client, version: &str) -> String {
    let freeze = "mutation($id: ID!) { freezeBudgetVersion(id: $id) { contentHash } }";
    let frozen = finance.query_with(freeze, json!({ "id": version })).await;
    frozen["freezeBudgetVersion"]["contentHash"].as_str().unwrap().to_owned()
}

#[test]
fn all_that_is_charged_is_in_the_hash_and_no_id_is() {
    static EVERYWHERE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    on_both_engines(async |app| {
        Books::open(app).await;
        a_site(app, "FRA1").await;
        let finance = app.finance();
        let with = |key: &str, value: Value| {
            let mut posted = posting("A", 1, "10");
            posted[key] = value;
            posted
        };
        let at = |key: &str, value: Value| {
            let mut place = place(1);
            place[key] = value;
            with("place", place)
        };
        let mut priced = with("quantity", json!("2"));
        priced["unitPrice"] = json!("5");
        let one = hash_of(&finance, "One", posting("A", 1, "10")).await;
        assert_eq!(hash_of(&finance, "Same", posting("A", 1, "10.00")).await, one);
        let mut hashes = BTreeSet::from([one.clone()]);
        let others = [
            at("costCentre", json!("4712")),
            at("account", json!("6200")),
            at("tower", json!("compute")),
            at("site", json!("FRA1")),
            at("period", json!(2)),
            with("kind", json!("JOURNAL")),
            with("oneOff", json!(true)),
            with("supplier", json!("Equinix")),
            with("amount", json!("11")),
            with("currency", json!("EUR")),
            with("view", json!("CASH")),
            priced,
        ];
        for (number, other) in others.into_iter().enumerate() {
            let shown = other.to_string();
            let hash = hash_of(&finance, &format!("Other {number}"), other).await;
            assert!(hashes.insert(hash), "{shown} changes nothing");
        }
        // A plan says the same wherever it is kept: ids differ from database to database.
        let plan = a_version(&finance, json!({ "name": "Elsewhere", "kind": "PLAN" })).await;
        let mut placed = line(1, "10");
        placed["place"]["site"] = json!("FRA1");
        all_taken(&set(&finance, &plan, &[placed, line(2, "20")]).await);
        EVERYWHERE.lock().unwrap().extend([one, frozen(&finance, &plan).await]);
    });
    assert_eq!(EVERYWHERE.lock().unwrap().len(), 2);
}

#[test]
fn a_rate_that_lines_need_stays() {
    on_both_engines(async |app| {
        Books::open(app).await;
        let finance = app.finance();
        let version = a_version(&finance, json!({ "name": "Euro", "kind": "PLAN" })).await;
        set(&finance, &version, &[json!({ "place": place(1), "currency": "EUR", "amount": "1" })]).await;
        let text = "mutation($id: ID!) { updateBudgetVersion(id: $id, changes: { planRates: [] }) { id } }";
        let refusal = finance.expect_error_with(text, json!({ "id": version }), "INVALID").await;
        assert_eq!(refusal.message, "planRates: 1 lines of the budget Euro are in EUR, so its rate stays");
    });
}
