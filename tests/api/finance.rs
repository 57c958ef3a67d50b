//! Currencies, exchange rates, fiscal calendars, budgets, unit costs, allocation and savings, seen from outside.

mod adjustments;
pub mod books;
mod budget_files;
mod budget_findings;
mod closed_rates;
mod codes;
mod drafts;
mod outlooks;
mod periods;
mod postings;
mod unplanned;
mod variances;
mod versions;

mod allocation_models;
pub mod allocations;
mod chargebacks;
mod journals;
mod ownership;
mod savings;
mod savings_claims;
mod unit_cost_labour;
mod unit_cost_postings;
mod unit_costs;
mod volumes;

use std::path::Path;

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

/// The worked examples by id.
fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// Registers a vendor and returns its id.
async fn a_vendor(app: &TestApp, code: &str) -> String {
    let text =
        format!(r#"mutation {{ registerVendor(input: {{ code: "{code}", name: "{code}" }}) {{ id }} }}"#);
    id(&app.director().query(&text).await["registerVendor"])
}

/// Opens a site and returns its id.
async fn a_site(app: &TestApp, code: &str) -> String {
    let text = format!(
        r#"mutation {{ openSite(input: {{ code: "{code}", name: "{code}", kind: COLOCATION, timeZone: "UTC" }}) {{ id }} }}"#
    );
    id(&app.director().query(&text).await["openSite"])
}

async fn record_rate(client: &Client, base: &str, quote: &str, on: &str, rate: &str) -> String {
    let mutation = format!(
        r#"mutation {{ recordExchangeRate(input: {{
            base: "{base}", quote: "{quote}", on: "{on}", kind: PLAN, rate: "{rate}"
        }}) {{ id }} }}"#
    );
    let made = client.query(&mutation).await;
    made["recordExchangeRate"]["id"].as_str().unwrap().to_owned()
}

async fn conversion(app: &TestApp, arguments: &str) -> Value {
    let query =
        format!("{{ conversionRate({arguments}) {{ rate way steps {{ base quote on rate divides }} }} }}");
    app.finance().query(&query).await["conversionRate"].clone()
}

#[test]
fn a_currency_takes_its_decimals_from_the_standard() {
    on_both_engines(async |app| {
        let made = app
            .finance()
            .query(
                r#"mutation { createCurrency(input: { code: "JPY" }) {
                    id version createdAt updatedAt code name minorUnits
                } }"#,
            )
            .await;
        let made = &made["createCurrency"];
        assert_eq!(made["code"], "JPY");
        assert_eq!(made["minorUnits"], 0);
        assert_eq!(made["name"], "Japanese yen");
        assert_eq!(made["version"], 1);

        let id = made["id"].as_str().unwrap();
        let query = format!(
            "{{ byId: currency(id: \"{id}\") {{ id version createdAt updatedAt code name minorUnits }} \
               byCode: currency(code: \"JPY\") {{ id }} none: currency(code: \"EUR\") {{ id }} }}"
        );
        let found = app.architect().query(&query).await;
        assert_eq!(&found["byId"], made);
        assert_eq!(found["byCode"]["id"], id);
        assert!(found["none"].is_null());
    });
}

#[test]
fn a_currency_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let create =
            |code: &str| format!("mutation {{ createCurrency(input: {{ code: \"{code}\" }}) {{ id }} }}");
        let finance = app.finance();
        for (code, message) in [
            ("EURO", "code: `EURO` is not a currency of ISO 4217"),
            ("usd", "code: `usd` is not a currency of ISO 4217"),
            ("XAU", "code: `XAU` has no smallest coin, so nobody pays in it"),
        ] {
            let refusal = finance.expect_error(&create(code), "INVALID").await;
            assert_eq!((refusal.message.as_str(), refusal.field.as_str()), (message, "code"));
        }
        finance.query(&create("EUR")).await;
        let refusal = finance.expect_error(&create("EUR"), "INVALID").await;
        assert_eq!(refusal.message, "code: another currency already has it");
        app.planner().expect_error(&create("USD"), "FORBIDDEN").await;
        app.viewer().expect_error("{ currencies { totalCount } }", "FORBIDDEN").await;
        let refusal = finance.expect_error("{ currency { id } }", "INVALID").await;
        assert_eq!(refusal.message, "id: give either an id or a code");
    });
}

#[test]
fn a_currency_is_renamed_and_removed_at_the_version_that_was_read() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let made = finance.query("mutation { createCurrency(input: { code: \"EUR\" }) { id } }").await;
        let id = made["createCurrency"]["id"].as_str().unwrap().to_owned();
        let rename = |version: i32| {
            format!(
                "mutation {{ updateCurrency(id: \"{id}\", changes: {{ name: \"Europe's\" }}, \
                 expectedVersion: {version}) {{ name version }} }}"
            )
        };
        let renamed = finance.query(&rename(1)).await;
        assert_eq!(renamed["updateCurrency"], json!({ "name": "Europe's", "version": 2 }));
        let refusal = finance.expect_error(&rename(1), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "the currency is at version 2, the change expected version 1; read it again"
        );
        let blank =
            format!("mutation {{ updateCurrency(id: \"{id}\", changes: {{ name: \" \" }}) {{ id }} }}");
        let refusal = finance.expect_error(&blank, "INVALID").await;
        assert_eq!(refusal.message, "name: is blank");

        let rate = record_rate(&finance, "EUR", "USD", "2026-01-01", "1.1").await;
        let remove = format!("mutation {{ removeCurrency(id: \"{id}\") }}");
        let refusal = finance.expect_error(&remove, "CONFLICT").await;
        assert_eq!(refusal.message, "1 exchange rates use the currency EUR, remove them first");
        finance.query(&format!("mutation {{ removeExchangeRate(id: \"{rate}\") }}")).await;
        assert_eq!(finance.query(&remove).await["removeCurrency"], id.as_str());
        finance.expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn a_rate_is_recorded_once_and_adds_its_currencies() {
    on_both_engines(async |app| {
        let record = |key: &str, rate: &str| {
            format!(
                r#"mutation {{ recordExchangeRate(idempotencyKey: "{key}", input: {{
                    base: "EUR", quote: "USD", on: "2026-01-01", kind: SPOT, rate: "{rate}"
                }}) {{ id version createdAt updatedAt base quote on kind rate }} }}"#
            )
        };
        let finance = app.finance();
        let first = finance.query(&record("a", "1.0987")).await;
        assert_eq!(first["recordExchangeRate"]["rate"], "1.0987");
        assert_eq!(first["recordExchangeRate"]["on"], "2026-01-01");
        assert_eq!(first["recordExchangeRate"]["kind"], "SPOT");
        assert_eq!(finance.query(&record("a", "1.0987")).await, first);
        finance.expect_error(&record("a", "1.1"), "CONFLICT").await;
        let refusal = finance.expect_error(&record("b", "1.1"), "INVALID").await;
        assert_eq!(
            refusal.message,
            "on: the SPOT rate from EUR to USD of 2026-01-01 is there already, 1.0987; correct it instead"
        );

        let id = first["recordExchangeRate"]["id"].as_str().unwrap();
        let query = format!(
            "{{ exchangeRate(id: \"{id}\") {{ id version createdAt updatedAt base quote on kind rate }} \
               currencies(orderBy: [{{ field: CODE }}]) {{ nodes {{ code }} }} }}"
        );
        let found = finance.query(&query).await;
        assert_eq!(found["exchangeRate"], first["recordExchangeRate"]);
        assert_eq!(found["currencies"]["nodes"], json!([{ "code": "EUR" }, { "code": "USD" }]));

        let correct = format!(
            "mutation {{ correctExchangeRate(id: \"{id}\", rate: \"1.1\", expectedVersion: 1) {{ rate version }} }}"
        );
        let corrected = finance.query(&correct).await;
        assert_eq!(corrected["correctExchangeRate"], json!({ "rate": "1.1", "version": 2 }));
        finance.expect_error(&correct, "CONFLICT").await;
    });
}

#[test]
fn a_rate_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let record = |base: &str, quote: &str, on: &str, rate: &str| {
            format!(
                r#"mutation {{ recordExchangeRate(input: {{
                    base: "{base}", quote: "{quote}", on: "{on}", kind: PLAN, rate: "{rate}"
                }}) {{ id }} }}"#
            )
        };
        let finance = app.finance();
        for (mutation, message) in [
            (record("EUX", "USD", "2026-01-01", "1"), "base: `EUX` is not a currency of ISO 4217"),
            (record("EUR", "EUR", "2026-01-01", "1"), "quote: EUR is the base as well"),
            (record("EUR", "USD", "1900-01-01", "1"), "on: 1900-01-01 is not between 1970 and 2199"),
            (record("EUR", "USD", "2026-01-01", "0"), "rate: 0 is not above zero"),
            (record("EUR", "USD", "2026-01-01", "-1"), "rate: -1 is not above zero"),
            (
                record("EUR", "USD", "2026-01-01", "0.0000000001"),
                "rate: 0.0000000001 has more than 9 decimals",
            ),
        ] {
            let refusal = finance.expect_error(&mutation, "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        let mutation = record("EUR", "USD", "2026-01-01", "1");
        app.planner().expect_error(&mutation, "FORBIDDEN").await;
        let count = finance.query("{ exchangeRates { totalCount } currencies { totalCount } }").await;
        assert_eq!(count["exchangeRates"]["totalCount"], 0);
        assert_eq!(count["currencies"]["totalCount"], 0);
    });
}

#[test]
fn a_conversion_takes_the_latest_rate_and_says_how() {
    on_both_engines(async |app| {
        let finance = app.finance();
        record_rate(&finance, "EUR", "USD", "2026-01-01", "1.10").await;
        record_rate(&finance, "EUR", "USD", "2027-01-01", "1.25").await;
        record_rate(&finance, "USD", "JPY", "2026-01-01", "160").await;

        let direct = conversion(app, r#"base: "EUR", quote: "USD", on: "2026-12-31""#).await;
        assert_eq!(
            direct,
            json!({ "rate": "1.1", "way": "DIRECT", "steps": [
                { "base": "EUR", "quote": "USD", "on": "2026-01-01", "rate": "1.1", "divides": false }
            ] })
        );
        let inverse = conversion(app, r#"base: "USD", quote: "EUR", on: "2027-05-01""#).await;
        assert_eq!(inverse["rate"], "0.8");
        assert_eq!(inverse["way"], "INVERSE");
        assert_eq!(inverse["steps"][0]["on"], "2027-01-01");
        let crossed = conversion(app, r#"base: "EUR", quote: "JPY", on: "2027-01-01""#).await;
        assert_eq!(crossed["rate"], "200");
        assert_eq!(crossed["way"], "CROSSED");
        assert_eq!(crossed["steps"][0]["quote"], "USD");
        let same = conversion(app, r#"base: "CHF", quote: "CHF", on: "2027-01-01""#).await;
        assert_eq!(same, json!({ "rate": "1", "way": "SAME", "steps": [] }));

        for (arguments, message) in [
            (
                r#"base: "EUR", quote: "USD", on: "2025-12-31""#,
                "quote: no PLAN rate from EUR to USD on or before 2025-12-31, neither direct, inverse nor crossed",
            ),
            (
                r#"base: "EUR", quote: "USD", on: "2026-12-31", kind: SPOT"#,
                "quote: no SPOT rate from EUR to USD on or before 2026-12-31, neither direct, inverse nor crossed",
            ),
            (r#"base: "EUR", quote: "usd", on: "2026-12-31""#, "quote: `usd` is not a currency of ISO 4217"),
        ] {
            let query = format!("{{ conversionRate({arguments}) {{ rate }} }}");
            let refusal = finance.expect_error(&query, "INVALID").await;
            assert_eq!(refusal.message, message);
        }
    });
}

#[test]
fn rates_are_filtered_ordered_and_paged() {
    on_both_engines(async |app| {
        let finance = app.finance();
        for (base, on, rate) in [
            ("EUR", "2026-01-01", "1.10"),
            ("EUR", "2027-01-01", "1.15"),
            ("GBP", "2026-01-01", "1.30"),
            ("CHF", "2026-01-01", "1.20"),
        ] {
            record_rate(&finance, base, "USD", on, rate).await;
        }
        let list = async |arguments: &str| {
            let query = format!(
                "{{ exchangeRates({arguments}) {{ nodes {{ base on }} pageInfo {{ endCursor hasNextPage }} }} }}"
            );
            finance.query(&query).await["exchangeRates"].clone()
        };
        let order = "orderBy: [{ field: ON, direction: DESC }, { field: BASE }]";
        let first = list(&format!("{order}, first: 2")).await;
        assert_eq!(
            first["nodes"],
            json!([{ "base": "EUR", "on": "2027-01-01" }, { "base": "CHF", "on": "2026-01-01" }])
        );
        let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
        let second = list(&format!("{order}, first: 2, after: \"{cursor}\"")).await;
        assert_eq!(
            second["nodes"],
            json!([{ "base": "EUR", "on": "2026-01-01" }, { "base": "GBP", "on": "2026-01-01" }])
        );
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        let last = list(&format!("{order}, last: 1")).await;
        assert_eq!(last["nodes"], json!([{ "base": "GBP", "on": "2026-01-01" }]));
        let filtered = list(
            "filter: { or: [{ base: { eq: \"GBP\" } }, { rate: { gte: \"1.15\", lte: \"1.15\" } }], \
             not: { on: { gt: \"2027-06-01\" } }, kind: { in: [PLAN] }, quote: { startsWith: \"us\" } }, \
             orderBy: [{ field: BASE }]",
        )
        .await;
        assert_eq!(
            filtered["nodes"],
            json!([{ "base": "EUR", "on": "2027-01-01" }, { "base": "GBP", "on": "2026-01-01" }])
        );
        let query = format!("{{ currencies(after: \"{cursor}\") {{ nodes {{ id }} }} }}");
        let refusal = finance.expect_error(&query, "INVALID").await;
        assert_eq!(refusal.message, "after: is a cursor of another list, so it has no place in this one");
    });
}

const CALENDAR: &str =
    "id version createdAt updatedAt name startMonth labelBy pattern anchorOn leapWeekYears isDefault";

#[test]
fn a_fiscal_year_of_months_is_named_by_the_year_it_ends_in() {
    on_both_engines(async |app| {
        let made = app
            .finance()
            .query(&format!(
                "mutation {{ createFiscalCalendar(input: {{ name: \"July\", isDefault: true, \
                 details: {{ startMonth: 7 }} }}) {{ {CALENDAR} }} }}"
            ))
            .await;
        let made = &made["createFiscalCalendar"];
        assert_eq!(made["labelBy"], "END_YEAR");
        assert_eq!(made["isDefault"], true);
        let found = app
            .architect()
            .query(&format!(
                "{{ fiscalCalendar {{ {CALENDAR}
                    a: periodOf(date: \"2026-06-30\") {{ fiscalYear quarter period }}
                    b: periodOf(date: \"2026-07-01\") {{ fiscalYear quarter period }}
                    c: periodOf(date: \"2027-01-15\") {{ fiscalYear quarter period firstDay lastDay weeks }}
                    periods(fiscalYear: 2027) {{ period firstDay lastDay }}
                }} }}"
            ))
            .await;
        let mut calendar = found["fiscalCalendar"].clone();
        assert_eq!(calendar["a"], json!({ "fiscalYear": 2026, "quarter": 4, "period": 12 }));
        assert_eq!(calendar["b"], json!({ "fiscalYear": 2027, "quarter": 1, "period": 1 }));
        assert_eq!(
            calendar["c"],
            json!({ "fiscalYear": 2027, "quarter": 3, "period": 7, "firstDay": "2027-01-01",
                    "lastDay": "2027-01-31", "weeks": null })
        );
        let periods = calendar["periods"].as_array().unwrap();
        assert_eq!(periods.len(), 12);
        assert_eq!(periods[11], json!({ "period": 12, "firstDay": "2027-06-01", "lastDay": "2027-06-30" }));
        for computed in ["a", "b", "c", "periods"] {
            calendar.as_object_mut().unwrap().remove(computed);
        }
        assert_eq!(&calendar, made);
    });
}

#[test]
fn a_fiscal_year_of_weeks_follows_its_anchor_and_leap_weeks() {
    on_both_engines(async |app| {
        app.finance()
            .query(
                r#"mutation {
                    a: createFiscalCalendar(input: { name: "vendor", details: {
                        pattern: W445, labelBy: START_YEAR, anchorOn: "2010-01-03"
                    } }) { id }
                    b: createFiscalCalendar(input: { name: "leap", details: {
                        startMonth: 2, pattern: W445, labelBy: START_YEAR, anchorOn: "2026-02-01",
                        leapWeekYears: [2026]
                    } }) { id }
                }"#,
            )
            .await;
        let found = app
            .finance()
            .query(
                r#"{
                    vendor: fiscalCalendar(name: "vendor") { periods(fiscalYear: 2010) { firstDay lastDay weeks } }
                    leap: fiscalCalendar(name: "leap") { leapWeekYears periods(fiscalYear: 2026) { firstDay lastDay weeks } }
                }"#,
            )
            .await;
        let vendor = &found["vendor"]["periods"];
        assert_eq!(vendor[0], json!({ "firstDay": "2010-01-03", "lastDay": "2010-01-30", "weeks": 4 }));
        assert_eq!(vendor[2], json!({ "firstDay": "2010-02-28", "lastDay": "2010-04-03", "weeks": 5 }));
        assert_eq!(vendor[11], json!({ "firstDay": "2010-11-28", "lastDay": "2011-01-01", "weeks": 5 }));
        let last = &found["leap"]["periods"][11];
        assert_eq!(last, &json!({ "firstDay": "2026-12-27", "lastDay": "2027-02-06", "weeks": 6 }));
        assert_eq!(found["leap"]["leapWeekYears"], json!([2026]));
    });
}

#[test]
fn one_calendar_is_the_default() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let made = finance
            .query(
                r#"mutation {
                    a: createFiscalCalendar(input: { name: "A", isDefault: true }) { id }
                    b: createFiscalCalendar(input: { name: "B", isDefault: true }) { id }
                }"#,
            )
            .await;
        let a = made["a"]["id"].as_str().unwrap();
        let defaults =
            "{ fiscalCalendar { name } fiscalCalendars(filter: { isDefault: { eq: true } }) { totalCount } }";
        let found = finance.query(defaults).await;
        assert_eq!(found["fiscalCalendar"]["name"], "B");
        assert_eq!(found["fiscalCalendars"]["totalCount"], 1);
        let chosen = finance
            .query(&format!("mutation {{ makeFiscalCalendarDefault(id: \"{a}\") {{ isDefault version }} }}"))
            .await;
        assert_eq!(chosen["makeFiscalCalendarDefault"]["isDefault"], true);
        let found = finance.query(defaults).await;
        assert_eq!(found["fiscalCalendar"]["name"], "A");
        assert_eq!(found["fiscalCalendars"]["totalCount"], 1);
        finance.query(&format!("mutation {{ removeFiscalCalendar(id: \"{a}\") }}")).await;
        assert!(finance.query("{ fiscalCalendar { name } }").await["fiscalCalendar"].is_null());
    });
}

#[test]
fn a_calendar_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let create = |details: &str| {
            format!(
                "mutation {{ createFiscalCalendar(input: {{ name: \"C\", details: {{ {details} }} }}) {{ id }} }}"
            )
        };
        let finance = app.finance();
        for (details, message) in [
            ("startMonth: 13", "startMonth: 13 is not between 1 and 12"),
            ("anchorOn: \"2026-01-01\"", "anchorOn: 2026-01-01 has no meaning for calendar months"),
            ("leapWeekYears: [2026]", "leapWeekYears: 2026 has no meaning for calendar months"),
            ("pattern: W454", "anchorOn: a pattern of weeks needs the first day of some fiscal year"),
            (
                "pattern: W454, anchorOn: \"2026-03-01\"",
                "anchorOn: 2026-03-01: the first day of a fiscal year is within 20 days of the first of its start month",
            ),
            (
                "pattern: W544, anchorOn: \"2026-01-04\", leapWeekYears: [2031, 2026]",
                "leapWeekYears: 2031 and 2026 cannot both have 53 weeks; give years in order",
            ),
            (
                "pattern: W544, anchorOn: \"2026-01-04\", leapWeekYears: [2026, 2027]",
                "leapWeekYears: 2026 and 2027 cannot both have 53 weeks; give years in order",
            ),
            (
                "pattern: W544, anchorOn: \"2026-01-04\", leapWeekYears: [53]",
                "leapWeekYears: 53 is not between 1970 and 2199",
            ),
        ] {
            let refusal = finance.expect_error(&create(details), "INVALID").await;
            assert_eq!(refusal.message, message, "{details}");
        }
        let made = finance.query(&create("")).await;
        let id = made["createFiscalCalendar"]["id"].as_str().unwrap();
        let refusal = finance.expect_error(&create(""), "INVALID").await;
        assert_eq!(refusal.message, "name: another fiscal calendar already has it");
        app.planner().expect_error(&create(""), "FORBIDDEN").await;
        let update = |details: &str| {
            format!(
                "mutation {{ updateFiscalCalendar(id: \"{id}\", expectedVersion: 1, changes: {{ {details} }}) {{ version }} }}"
            )
        };
        let updated = finance.query(&update("startMonth: 4, labelBy: START_YEAR")).await;
        assert_eq!(updated["updateFiscalCalendar"]["version"], 2);
        finance.expect_error(&update("startMonth: 5"), "CONFLICT").await;
        let query = format!("{{ fiscalCalendar(id: \"{id}\") {{ periods(fiscalYear: 26) {{ period }} }} }}");
        let refusal = finance.expect_error(&query, "INVALID").await;
        assert_eq!(refusal.message, "fiscalYear: 26 is not between 1970 and 2199");
        let query =
            format!("{{ fiscalCalendar(id: \"{id}\") {{ periodOf(date: \"0001-01-01\") {{ period }} }} }}");
        let refusal = finance.expect_error(&query, "INVALID").await;
        assert_eq!(refusal.message, "date: 0001-01-01 is not between 1970 and 2199");
    });
}
