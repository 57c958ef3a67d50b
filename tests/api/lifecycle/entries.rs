//! Entries that assets and components have of their own in the books.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, cents, retire, rule},
    id,
};

pub const RECORD: &str = "mutation($input: NewBookEntry!) { recordBookEntry(input: $input) { id version
    component class cost { amount currency } salvage { amount } lifeMonths method postedFrom
    opening { accumulated { amount } from } asset { tag } } }";

/// An entry of an asset in the book BOOK, with whatever else is known.
pub async fn entry(app: &TestApp, asset: &str, cost: &str, details: Value) -> Value {
    let input = json!({ "asset": asset, "cost": { "amount": cost, "currency": "USD" }, "details": details });
    app.finance().query_with(RECORD, json!({ "input": input })).await["recordBookEntry"].clone()
}

pub async fn book_value(app: &TestApp, asset: &str, on: &str) -> i64 {
    let text = format!(r#"{{ bookValue(on: "{on}", asset: "{asset}") {{ total {{ amount }} }} }}"#);
    let found = app.director().query(&text).await["bookValue"]["total"].clone();
    if found.is_null() { 0 } else { cents(&found["amount"]) }
}

async fn months(app: &TestApp, asset: &str, arguments: &str) -> Value {
    let text = format!(
        r#"{{ depreciationSchedule(asset: "{asset}" {arguments}) {{ rule cost salvage
            months {{ month charge bookValue }} explain {{ inputs {{ name value }} }} }} }}"#
    );
    app.director().query(&text).await["depreciationSchedule"].clone()
}

#[test]
fn an_entry_takes_the_place_of_what_the_rule_gives() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"salvageRate: "0.1""#).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-01-10", "12000").await;
        let other = bought(app, &estate.model, &estate.site, "B", "2026-01-10", "12000").await;
        let made = entry(app, &asset, "6000", json!({ "lifeMonths": 24, "class": "Special" })).await;
        assert_eq!(made["asset"]["tag"], "A");
        assert_eq!(made["postedFrom"], Value::Null, "nothing is closed");
        let found = months(app, &asset, "").await;
        // What the entry leaves out is as the rule says: a tenth is left.
        assert_eq!(json!([found["cost"], found["salvage"]]), json!(["6000.00", "600.00"]));
        assert_eq!(
            found["months"][0],
            json!({ "month": "2026-01", "charge": "225.00", "bookValue": "5775.00" })
        );
        assert_eq!(found["months"].as_array().unwrap().len(), 24);
        assert_eq!(found["rule"], "terms of its own");
        assert!(found["explain"]["inputs"].to_string().contains("on record"));
        assert_eq!(months(app, &other, "").await["rule"], "R");

        let text = format!(
            r#"mutation {{ correctBookEntry(id: "{}", expectedVersion: 1, changes: {{
                cost: {{ amount: "8000", currency: "USD" }}, salvage: "800", lifeMonths: null, method: DOUBLE_DECLINING,
                depreciableFrom: "2026-03-01" }}) {{ version lifeMonths method }} }}"#,
            id(&made)
        );
        let corrected = app.finance().query(&text).await["correctBookEntry"].clone();
        assert_eq!(corrected, json!({ "version": 2, "lifeMonths": null, "method": "DOUBLE_DECLINING" }));
        let found = months(app, &asset, ", months: 4").await["months"].clone();
        assert_eq!(found[0]["charge"], "0.00", "in service, and not depreciated yet");
        assert_eq!(found[2]["charge"], "266.67", "two fifths of 8,000 over twelve months");
        app.finance().expect_error(&text, "CONFLICT").await;

        let text = format!(r#"mutation {{ removeBookEntry(id: "{}") {{ class }} }}"#, id(&made));
        assert_eq!(app.finance().query(&text).await["removeBookEntry"]["class"], "Special");
        assert_eq!(months(app, &asset, "").await["rule"], "R");
    });
}

#[test]
fn components_have_lives_of_their_own() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-01-01", "6000").await;
        let input = json!({ "asset": asset, "component": "accelerators",
            "cost": { "amount": "2400", "currency": "USD" },
            "details": { "lifeMonths": 24, "inServiceOn": "2026-03-01" } });
        app.finance().query_with(RECORD, json!({ "input": input })).await;
        assert_eq!(book_value(app, &asset, "2026-02-28").await, 580_000);
        // 100.00 a month for the asset, and as much for the component.
        assert_eq!(book_value(app, &asset, "2026-03-31").await, 570_000 + 230_000);
        let found = months(app, &asset, r#", component: "accelerators""#).await["months"].clone();
        assert_eq!(found.as_array().unwrap().len(), 24);
        let text = r#"{ bookValue(on: "2026-12-31") { byCurrency { count cost { amount } } } }"#;
        let all = app.director().query(text).await["bookValue"]["byCurrency"].clone();
        assert_eq!(all, json!([{ "count": 1, "cost": { "amount": "8400.00" } }]), "one asset, with both");
        let text = format!(r#"{{ depreciationSchedule(asset: "{asset}", component: "drives") {{ rule }} }}"#);
        let refusal = app.director().expect_error(&text, "INVALID").await;
        assert_eq!(refusal.message, "component: `drives` is no component of A in this book");
        // What the inventory has leave, leaves with its components.
        retire(app, &asset, "2026-06-15").await;
        assert_eq!(book_value(app, &asset, "2026-06-15").await, 0);
    });
}

#[test]
fn an_asset_is_taken_over_in_the_middle_of_its_life() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2024-01-01", "1").await;
        let details = json!({ "lifeMonths": 60, "opening": { "accumulated": "5400", "from": "2026-01" },
            "salvage": "1200", "inServiceOn": "2024-01-01" });
        let made = entry(app, &asset, "12000", details).await;
        assert_eq!(made["opening"], json!({ "accumulated": { "amount": "5400.00" }, "from": "2026-01" }));
        // 5,400.00 of 10,800.00 are left for 36 months, by no rule at all.
        assert_eq!(book_value(app, &asset, "2025-12-31").await, 0);
        assert_eq!(book_value(app, &asset, "2026-01-31").await, 645_000);
        let text = r#"{ rollForward(from: "2026-01", to: "2026-12") { totals { accumulated { added charged closing } } } }"#;
        let found = app.director().query(text).await["rollForward"]["totals"][0]["accumulated"].clone();
        assert_eq!(found, json!({ "added": "5400.00", "charged": "1800.00", "closing": "7200.00" }));
    });
}

#[test]
fn tax_entries_follow_the_tables_with_a_class_and_a_bonus_of_their_own() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "1").await;
        let input = json!({ "asset": asset, "book": "TAX", "cost": { "amount": "12000", "currency": "USD" },
            "details": { "taxClass": "FIVE_YEARS", "bonusRate": "0.4" } });
        app.finance().query_with(RECORD, json!({ "input": input })).await;
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", book: TAX) {{ rule years {{ charge }} }} }}"#
        );
        let found = app.director().query(&text).await["depreciationSchedule"].clone();
        // 4,800 at once, and 20 % of what is left; no terms of tax are asked for.
        assert_eq!(found["years"][0]["charge"], "6240.00");
        assert_eq!(found["rule"], "FiveYears");
        let late = json!({ "asset": bought(app, &estate.model, &estate.site, "B", "2025-12-01", "1").await,
            "book": "TAX", "cost": { "amount": "90000", "currency": "USD" },
            "details": { "taxClass": "FIVE_YEARS" } });
        app.finance().query_with(RECORD, json!({ "input": late })).await;
        let found = app.director().query(&text).await["depreciationSchedule"].clone();
        assert_eq!(
            found["years"][0]["charge"], "6600.00",
            "the other of December makes it a quarter of 7,200"
        );
    });
}

/// Details that make no sense of what cost 6,000 and serves since 2026-01-10, with what is said of them.
fn nonsense() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (json!({ "salvage": "-1" }), "salvage", "-1 is below 0"),
        (json!({ "salvage": "6001" }), "salvage", "6001 is more than the cost of 6000"),
        (
            json!({ "lifeMonths": 5 }),
            "lifeMonths",
            "5 is less than 12 months, and less than a year is no life; 5 years are 60",
        ),
        (
            json!({ "opening": { "accumulated": "7000", "from": "2026-02" } }),
            "opening.accumulated",
            "7000 is more than the cost of 6000",
        ),
        (
            json!({ "opening": { "accumulated": "100", "from": "2025-12" } }),
            "opening.from",
            "2025-12: a book charges nothing before entry into service",
        ),
        (
            json!({ "inServiceOn": "2026-02-01", "depreciableFrom": "2026-01-31" }),
            "depreciableFrom",
            "2026-01-31: nothing is depreciated before it is in service on 2026-02-01",
        ),
        (
            json!({ "depreciableFrom": "2026-01-09" }),
            "depreciableFrom",
            "2026-01-09: nothing is depreciated before it is in service",
        ),
        (json!({ "taxClass": "FIVE_YEARS" }), "taxClass", "has a meaning in the book TAX only"),
        (json!({ "bonusRate": "0.4" }), "bonusRate", "0.4 has no meaning without a taxClass"),
        (json!({ "inServiceOn": "1900-01-01" }), "inServiceOn", "1900-01-01 is not between 1970 and 2199"),
        (
            json!({ "method": "STRAIGHT_LINE", "switchToStraightLine": true }),
            "switchToStraightLine",
            "true has no meaning for a method that does not decline by a rate",
        ),
    ]
}

#[test]
fn entries_that_make_no_sense_are_refused_by_field() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-01-10", "12000").await;
        for (details, field, message) in nonsense() {
            let input = json!({ "asset": asset, "cost": { "amount": "6000", "currency": "USD" },
                "details": details });
            let refusal = app.finance().expect_error_with(RECORD, json!({ "input": input }), "INVALID").await;
            assert_eq!(
                (refusal.field.as_str(), refusal.message.as_str()),
                (field, &*format!("{field}: {message}"))
            );
        }
        let input = |cost: &str| json!({ "input": { "asset": asset, "cost": { "amount": cost, "currency": "USD" } } });
        let refusal = app.finance().expect_error_with(RECORD, input("-1"), "INVALID").await;
        assert_eq!(refusal.message, "cost: -1 is below 0");
        for client in [app.viewer(), app.architect(), app.planner(), app.admin()] {
            client.expect_error_with(RECORD, input("1"), "FORBIDDEN").await;
        }
        app.finance().query_with(RECORD, input("5")).await;
        let refusal = app.finance().expect_error_with(RECORD, input("5"), "CONFLICT").await;
        assert!(refusal.message.contains("A has an entry in this book already"), "{}", refusal.message);
        let storage = super::books::a_model(app, "STORAGE").await;
        let text = format!(
            r#"mutation {{ registerAsset(input: {{ tag: "N", model: "{storage}", status: IN_SERVICE,
            placement: {{ site: "{}" }} }}) {{ id }} }}"#,
            estate.site
        );
        let bare = id(&app.director().query(&text).await["registerAsset"]);
        let input = json!({ "input": { "asset": bare, "cost": { "amount": "5", "currency": "USD" } } });
        let refusal = app.finance().expect_error_with(RECORD, input, "INVALID").await;
        assert_eq!(refusal.message, "asset: N does not stand in this book: no in-service date");
        let text = format!(r#"mutation {{ removeAsset(id: "{asset}") }}"#);
        let refusal = app.director().expect_error(&text, "CONFLICT").await;
        assert_eq!(refusal.message, "other records refer to the asset A, so it stays");
    });
}

#[test]
fn entries_are_listed_recorded_in_bulk_and_masked() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        let mut inputs = Vec::new();
        for number in 0..20 {
            let tag = format!("A{number:02}");
            let asset = bought(app, &estate.model, &estate.site, &tag, "2026-01-10", "12000").await;
            inputs.push(json!({ "asset": asset, "cost": { "amount": "1000", "currency": "USD" },
                "details": { "class": format!("C{}", number % 2) } }));
        }
        inputs.push(inputs[0].clone());
        let text = "mutation($inputs: [NewBookEntry!]!) { recordBookEntries(inputs: $inputs) {
            index bookEntry { asset { tag } } error { code message } } }";
        let found =
            app.finance().query_with(text, json!({ "inputs": inputs })).await["recordBookEntries"].clone();
        assert_eq!(found[3]["bookEntry"]["asset"]["tag"], "A03");
        assert_eq!(found[20]["error"]["code"], "CONFLICT");
        let list = |first: i32| {
            format!(
                r#"{{ bookEntries(first: {first}, filter: {{ class: {{ eq: "C1" }}, book: {{ eq: BOOK }} }},
                    orderBy: {{ field: CLASS }}) {{ totalCount
                    nodes {{ class cost {{ amount }} amountsHidden asset {{ tag placement {{ site {{ code }} }} }} }} }} }}"#
            )
        };
        let found = app.director().query(&list(2)).await["bookEntries"].clone();
        assert_eq!(found["totalCount"], 10);
        assert_eq!(found["nodes"][0]["class"], "C1");
        assert_eq!(found["nodes"][0]["cost"]["amount"], "1000.00");
        let director = app.director();
        assert_eq!(director.statements(&list(1)).await, director.statements(&list(10)).await);
        let hidden = app.viewer().query(&list(1)).await["bookEntries"]["nodes"][0].clone();
        assert_eq!(json!([hidden["cost"], hidden["amountsHidden"]]), json!([null, true]));
        let by_cost = r#"{ bookEntries(filter: { cost: { gt: "1" } }) { totalCount } }"#;
        app.viewer().expect_error(by_cost, "FORBIDDEN").await;
        app.director().query(by_cost).await;
        let value =
            |filter: &str| format!(r#"{{ bookValue(on: "2026-12-31" {filter}) {{ total {{ amount }} }} }}"#);
        let one = director.statements(&value(r#", filter: { tag: { eq: "A00" } }"#)).await;
        assert_eq!(one, director.statements(&value("")).await, "as many for one as for all");
    });
}

/// What the inventory contradicts is refused, with what it has.
#[test]
fn entries_that_the_inventory_contradicts_are_refused() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-08-10", "12000").await;
        let text = "mutation($input: NewBookEntry!) { recordBookEntry(input: $input) { id } }";
        let input = |cost: &str, service: &str| {
            json!({ "input": { "asset": asset, "cost": { "amount": cost, "currency": "USD" },
                "details": { "lifeMonths": 60, "inServiceOn": service } } })
        };
        for (cost, service, field, word) in [
            ("0", "2026-08-10", "cost", "12000 USD were paid for it"),
            ("12000", "2010-01-01", "inServiceOn", "A is in service since 2026-08-10"),
        ] {
            let refusal = app.finance().expect_error_with(text, input(cost, service), "INVALID").await;
            assert_eq!(refusal.field, field);
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
        app.finance().query_with(text, input("12000", "2026-09-01")).await;
    });
}
