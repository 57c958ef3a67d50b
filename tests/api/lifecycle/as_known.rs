//! The books as they were known on a day, and what scenarios change of single figures.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, TestApp, now, on_both_engines};

use super::{
    Estate,
    books::{bought, rule},
    entries,
    events::{RECORD, server},
    id,
};
use crate::scenarios::a_scenario;

/// Somebody from finance, so many days later.
fn finance(app: &TestApp, days: i64) -> Client {
    app.finance().at(now() + TimeDelta::days(days))
}

/// A director, so many days later.
fn director(app: &TestApp, days: i64) -> Client {
    app.director().at(now() + TimeDelta::days(days))
}

/// What every query of the books says with the knowledge of a day.
async fn said(app: &TestApp, asset: &str, as_of: &str) -> Value {
    let text = format!(
        r#"{{
            bookValue(on: "2027-12-31" {as_of}) {{ asOf byCurrency {{ count cost {{ amount }} bookValue {{ amount }} }} }}
            rollForward(from: "2027-01", to: "2027-12", groupBy: [] {as_of}) {{
                totals {{ count cost {{ opening closing }} accumulated {{ charged }} impairment {{ charged }} }} }}
            depreciationSchedule(asset: "{asset}", from: "2027-06", months: 1 {as_of}) {{
                reason cost rule months {{ charge impairment }} }}
            lifeChangeEffect(on: "2028-01-01", lifeChange: {{ addedMonths: 12 }}, years: 1 {as_of}) {{
                years {{ before after }} changedCount }}
        }}"#
    );
    let mut found = director(app, 100).query(&text).await;
    found["bookValue"].as_object_mut().unwrap().remove("asOf");
    found
}

async fn recorded(app: &TestApp, days: i64, asset: &str, on: &str, mut what: Value) -> String {
    what["asset"] = asset.into();
    what["on"] = on.into();
    let made = finance(app, days).query_with(RECORD, json!({ "input": what })).await;
    id(&made["recordBookEvent"])
}

#[test]
fn the_books_are_told_as_they_were_known() {
    on_both_engines(async |app| {
        let (estate, asset) = server(app).await;
        let first = said(app, &asset, "").await;
        assert_eq!(first["bookValue"]["byCurrency"][0]["bookValue"]["amount"], "8220.00");
        assert_eq!(said(app, &asset, r#", asOf: "2026-07-01""#).await, first, "all of the day counts");

        // An impairment, another price, another rule, a new asset: each on a day of its own.
        let event =
            recorded(app, 5, &asset, "2027-03-01", json!({ "impairment": { "recoverable": "5000" } })).await;
        let impaired = said(app, &asset, "").await;
        assert_ne!(impaired, first);
        let text = format!(
            r#"mutation {{ updateAsset(id: "{asset}", changes: {{ inServiceOn: "2026-01-10",
                purchase: {{ price: {{ amount: "24000", currency: "USD" }} }} }}) {{ id }} }}"#
        );
        director(app, 10).query(&text).await;
        let dearer = said(app, &asset, "").await;
        let text = "{ depreciationRules { nodes { id } } }";
        let made = id(&app.finance().query(text).await["depreciationRules"]["nodes"][0]);
        let text = format!(
            r#"mutation {{ updateDepreciationRule(id: "{made}", changes: {{ lifeMonths: 120 }}) {{ id }} }}"#
        );
        finance(app, 15).query(&text).await;
        let longer = said(app, &asset, "").await;
        let input = json!({ "tag": "B", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
            "details": { "inServiceOn": "2026-01-10", "purchase": { "price": { "amount": "100", "currency": "USD" } } } });
        let text = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
        director(app, 20).query_with(text, json!({ "input": input })).await;
        let larger = said(app, &asset, "").await;
        finance(app, 25).query(&format!(r#"mutation {{ removeBookEvent(id: "{event}") {{ id }} }}"#)).await;
        let last = said(app, &asset, "").await;

        let told = [&first, &impaired, &dearer, &longer, &larger, &last];
        for (one, other) in told.iter().zip(&told[1..]) {
            assert_ne!(one, other, "each changes what is said");
        }
        for (day, expected) in [
            ("2026-07-05", &first),
            ("2026-07-06", &impaired),
            ("2026-07-10", &impaired),
            ("2026-07-11", &dearer),
            ("2026-07-16", &longer),
            ("2026-07-24", &larger),
            ("2026-07-26", &last),
            ("2030-01-01", &last),
        ] {
            assert_eq!(said(app, &asset, &format!(r#", asOf: "{day}""#)).await, *expected, "{day}");
        }
        let nothing = said(app, &asset, r#", asOf: "2026-06-30""#).await;
        assert_eq!(nothing["bookValue"]["byCurrency"], json!([]));
        assert_eq!(nothing["depreciationSchedule"]["reason"], "not recorded yet");
        let text = r#"{ bookValue(on: "2027-12-31", asOf: "2026-07-05") { asOf explain { assumptions } } }"#;
        let found = app.director().query(text).await["bookValue"].clone();
        assert_eq!(found["asOf"], "2026-07-05");
        assert!(
            found["explain"]["assumptions"].to_string().contains("recorded after 2026-07-05 is left out")
        );
        let text = r#"{ bookValue(on: "2027-12-31", asOf: "1900-01-01") { asOf } }"#;
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert_eq!(refusal.message, "asOf: 1900-01-01 is not between 1970 and 2199");
    });
}

#[test]
fn what_changed_often_is_as_it_was_before_the_first_change_since() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let value = async |as_of: &str| {
            let text = format!(
                r#"{{ bookValue(on: "2027-12-31" {as_of}) {{ byCurrency {{ count cost {{ amount }} }} }} }}"#
            );
            director(app, 100).query(&text).await["bookValue"]["byCurrency"][0]["cost"]["amount"].clone()
        };
        // Twice in one moment, and once later.
        for (days, price) in [(5, "100"), (5, "200"), (7, "300")] {
            let text = format!(
                r#"mutation {{ updateAsset(id: "{asset}", changes: {{
                    purchase: {{ price: {{ amount: "{price}", currency: "USD" }} }} }}) {{ id }} }}"#
            );
            director(app, days).query(&text).await;
        }
        assert_eq!(value("").await, "300.00");
        for (day, price) in [("2026-07-05", "12000.00"), ("2026-07-06", "200.00"), ("2026-07-08", "300.00")] {
            assert_eq!(value(&format!(r#", asOf: "{day}""#)).await, price, "{day}");
        }
    });
}

#[test]
fn what_was_closed_later_was_open_and_what_left_later_was_there() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let ask = |as_of: &str| {
            format!(
                r#"{{ bookValue(on: "2026-06-30" {as_of}) {{ byCurrency {{ count bookValue {{ amount }} }}
                    explain {{ assumptions }} }}
                rollForward(from: "2026-06", to: "2026-07", groupBy: [] {as_of}) {{
                    totals {{ accumulated {{ charged caughtUp }} cost {{ removed }} }} }} }}"#
            )
        };
        let open = director(app, 100).query(&ask("")).await;
        let text = r#"mutation { closePeriod(through: "2026-05") { entriesRecorded } }"#;
        assert_eq!(finance(app, 3).query(text).await["closePeriod"]["entriesRecorded"], 1);
        let closed = director(app, 100).query(&ask("")).await;
        assert!(closed["bookValue"]["explain"].to_string().contains("closed through 2026-05-31"));
        let text = format!(
            r#"mutation {{ updateAsset(id: "{asset}", changes: {{ inServiceOn: "2026-01-10" }}) {{ id }} }}"#
        );
        director(app, 6).query(&text).await;
        director(app, 9)
            .query(&format!(r#"mutation {{ retireAsset(id: "{asset}", on: "2026-05-05") {{ id }} }}"#))
            .await;
        let without_words = |mut found: Value| {
            found["bookValue"].as_object_mut().unwrap().remove("explain");
            found
        };
        let (open, closed) = (without_words(open), without_words(closed));
        assert_eq!(open, closed);
        for (day, caught_up) in [("2026-07-02", "0.00"), ("2026-07-04", "0.00"), ("2026-07-07", "540.00")] {
            let found = director(app, 100).query(&ask(&format!(r#", asOf: "{day}""#))).await;
            let is_closed = found["bookValue"]["explain"].to_string().contains("closed through");
            assert_eq!(is_closed, day > "2026-07-03", "{day}");
            assert_eq!(found["rollForward"]["totals"][0]["accumulated"]["caughtUp"], caught_up, "{day}");
            assert_eq!(found["rollForward"]["totals"][0]["cost"]["removed"], "0.00", "{day}");
        }
        let now = director(app, 100).query(&ask("")).await;
        assert_eq!(now["rollForward"]["totals"][0]["cost"]["removed"], "12000.00");
    });
}

#[test]
fn knowledge_of_a_day_takes_as_many_statements_for_many_assets() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        let text = r#"{ bookValue(on: "2026-12-31", asOf: "2026-07-01") { total { amount } } }"#;
        bought(app, &estate.model, &estate.site, "A0", "2026-01-01", "1000").await;
        let one = app.director().statements(text).await;
        for number in 1..8 {
            let tag = format!("A{number}");
            let asset = bought(app, &estate.model, &estate.site, &tag, "2026-01-01", "1000").await;
            entries::entry(app, &asset, "500", json!({ "lifeMonths": 20 })).await;
        }
        assert_eq!(app.director().statements(text).await, one);
    });
}

#[test]
fn the_mid_quarter_test_and_other_lives_take_a_day_and_a_scenario() {
    on_both_engines(async |app| {
        let (estate, _) = server(app).await;
        let exit = json!({ "siteExit": { "site": estate.site, "on": "2026-12-31" } });
        let scenario = a_scenario(app, "Leave", &[exit]).await;
        let text = |arguments: &str| {
            format!(
                r#"{{ midQuarterTest(taxYear: 2026 {arguments}) {{ asOf scenario {{ name }} total {{ amount }} explain {{ assumptions }} }}
                lifeChangeEffect(on: "2028-01-01", lifeChange: {{ addedMonths: 12 }} {arguments}) {{
                    asOf scenario {{ name }} years {{ before after }} explain {{ assumptions }} }} }}"#
            )
        };
        let input = json!({ "tag": "B", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
            "details": { "inServiceOn": "2026-05-10", "purchase": { "price": { "amount": "100", "currency": "USD" } } } });
        let register = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
        director(app, 20).query_with(register, json!({ "input": input })).await;
        let now = director(app, 100).query(&text("")).await;
        let then = director(app, 100).query(&text(r#", asOf: "2026-07-10""#)).await;
        assert_eq!(now["midQuarterTest"]["total"]["amount"], "12100.00");
        assert_eq!(then["midQuarterTest"]["total"]["amount"], "12000.00");
        assert_eq!(then["midQuarterTest"]["asOf"], "2026-07-10");
        assert!(then["midQuarterTest"]["explain"].to_string().contains("recorded after 2026-07-10"));
        assert_ne!(now["lifeChangeEffect"]["years"], then["lifeChangeEffect"]["years"]);
        let with = director(app, 100).query(&text(&format!(r#", scenario: "{scenario}""#))).await;
        for query in ["midQuarterTest", "lifeChangeEffect"] {
            assert_eq!(with[query]["scenario"]["name"], "Leave");
            assert!(with[query]["explain"].to_string().contains("the books are the same"), "{query}");
        }
        assert_eq!(with["lifeChangeEffect"]["years"], now["lifeChangeEffect"]["years"]);
    });
}

#[test]
fn a_scenario_changes_when_an_asset_is_due() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        let policy = Estate::policy(app, "Servers", 10, ", exitToleranceDays: 30").await;
        let life = json!({ "policyLife": { "policy": policy, "ageMonths": 48 } });
        let exit = json!({ "siteExit": { "site": estate.site, "on": "2026-07-30" } });
        let sooner = a_scenario(app, "Sooner", &[life]).await;
        let leave = a_scenario(app, "Leave", &[exit]).await;
        let fields = "due { date } bindingRule leavesSiteOn scenario { name } policy { name }";
        let text = format!(
            r#"{{ asset(tag: "SRV-1") {{ now: refresh(asOf: "2025-01-01") {{ {fields} }}
                sooner: refresh(asOf: "2025-01-01", scenario: "{sooner}") {{ {fields} }}
                leave: refresh(asOf: "2025-01-01", scenario: "{leave}") {{ {fields} }} }} }}"#
        );
        let found = app.director().query(&text).await["asset"].clone();
        let expect = |date: &str, rule: &str, leaves: Value, scenario: Value| {
            json!({ "due": { "date": date }, "bindingRule": rule, "leavesSiteOn": leaves, "scenario": scenario,
                    "policy": { "name": "Servers" } })
        };
        assert_eq!(found["now"], expect("2026-06-30", "SUPPORT", Value::Null, Value::Null));
        assert_eq!(found["sooner"], expect("2025-07-01", "AGE", Value::Null, json!({ "name": "Sooner" })));
        let leaves = json!("2026-07-30");
        assert_eq!(found["leave"], expect("2026-06-30", "SUPPORT", leaves, json!({ "name": "Leave" })));
        // A scenario that leaves a site tells what is paid there.
        app.viewer().expect_error(&text, "FORBIDDEN").await;
        let list = |count: usize| {
            format!(
                r#"{{ assets(first: {count}) {{ nodes {{ refresh(asOf: "2025-01-01", scenario: "{sooner}") {{ due {{ date }} }} }} }} }}"#
            )
        };
        for number in 2..6 {
            estate.server(app, &format!("SRV-{number}"), "").await;
        }
        let one = app.director().statements(&list(1)).await;
        assert_eq!(app.director().statements(&list(5)).await, one);
    });
}
