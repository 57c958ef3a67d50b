//! Closed months, transfers, and that the books foot whatever happens.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, cents, retire, rule},
    entries::{book_value, entry},
    events::{event, month, server},
    id,
};

pub async fn close(app: &TestApp, through: &str) -> Value {
    let text = format!(
        r#"mutation {{ closePeriod(through: "{through}") {{ entriesRecorded disposalsRecorded
            correctionsRecorded period {{ through firstOpen book }} }} }}"#
    );
    app.finance().query(&text).await["closePeriod"].clone()
}

/// The charges and book values of the months of a year so far.
async fn posted(app: &TestApp) -> Value {
    let text = r#"{ a: rollForward(from: "2025-01", to: "2026-05", groupBy: [KIND, SITE, RULE, CLASS]) { rows { keys { value }
            cost { opening added removed closing } accumulated { charged closing } impairment { charged } } }
        b: bookValue(on: "2026-05-31") { byCurrency { count bookValue { amount } } } }"#;
    app.director().query(text).await
}

/// What stands in closed months is neither corrected nor removed, nor closed again.
async fn what_is_closed_stays_closed(app: &TestApp) {
    let text = r#"{ bookEntries(filter: { asset: { tag: { eq: "A" } } }) { nodes { id source ruleName lifeMonths } } }"#;
    let fixed = app.finance().query(text).await["bookEntries"]["nodes"][0].clone();
    assert_eq!(json!([fixed["lifeMonths"], fixed["ruleName"]]), json!([60, "R"]));
    assert_eq!(fixed["source"], "closing of the books");
    for change in ["removeBookEntry", "removeBookEvent"] {
        let text = r#"{ bookEvents(filter: { asset: { tag: { eq: "G" } } }) { nodes { id } } }"#;
        let disposal = id(&app.finance().query(text).await["bookEvents"]["nodes"][0]);
        let which = if change == "removeBookEntry" { id(&fixed) } else { disposal };
        let text = format!(r#"mutation {{ {change}(id: "{which}") {{ id }} }}"#);
        let refusal = app.finance().expect_error(&text, "CONFLICT").await;
        assert!(refusal.message.contains("which is closed and stays as it is"), "{}", refusal.message);
    }
    for (through, code, message) in [
        ("2026-05", "CONFLICT", "2026-05 is closed already"),
        ("2026-07", "INVALID", "through: 2026-07 has not ended on 2026-07-01"),
    ] {
        let text = format!(r#"mutation {{ closePeriod(through: "{through}") {{ entriesRecorded }} }}"#);
        let refusal = app.finance().expect_error(&text, code).await;
        assert!(refusal.message.contains(message), "{}", refusal.message);
    }
    app.planner()
        .expect_error(r#"mutation { closePeriod(through: "2026-06") { entriesRecorded } }"#, "FORBIDDEN")
        .await;
}

/// What the inventory has otherwise than what a closing put on record is said, with both.
async fn what_differs_is_said(app: &TestApp) {
    let text = r#"{ bookValue(on: "2026-06-30") { coverage { differing { tag words } } } }"#;
    let found = app.finance().query(text).await["bookValue"]["coverage"]["differing"].clone();
    assert_eq!(found[0]["tag"], "A");
    let words = found[0]["words"].as_str().unwrap();
    assert!(words.contains("2025-04-10") && words.contains("2024-01-01"), "{words}");
    assert!(words.contains("12000 USD") && words.contains("1 USD"), "{words}");
}

#[test]
fn what_was_posted_in_a_closed_month_never_changes() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let made = rule(app, "R", r#"salvageRate: "0.1""#).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "12000").await;
        let gone = bought(app, &estate.model, &estate.site, "G", "2025-01-10", "6000").await;
        let late = bought(app, &estate.model, &estate.site, "L", "2025-01-10", "6000").await;
        let own = bought(app, &estate.model, &estate.site, "O", "2025-01-10", "6000").await;
        entry(app, &own, "3000", json!({})).await;
        retire(app, &gone, "2026-02-15").await;
        let before = posted(app).await;
        let closing = close(app, "2026-05").await;
        assert_eq!(
            closing,
            json!({ "entriesRecorded": 3, "disposalsRecorded": 1, "correctionsRecorded": 0,
                    "period": { "through": "2026-05", "firstOpen": "2026-06", "book": "BOOK" } })
        );
        assert_eq!(posted(app).await, before, "closing changes nothing");

        // The rule, the inventory, the days: whatever becomes of them, the past stays.
        let text = format!(
            r#"mutation {{ updateDepreciationRule(id: "{made}", changes: {{ lifeMonths: 120, salvageRate: 0 }}) {{ id }} }}"#
        );
        app.finance().query(&text).await;
        let text = format!(
            r#"mutation {{ updateAsset(id: "{asset}", changes: {{ inServiceOn: "2024-01-01",
                purchase: {{ price: {{ amount: "1", currency: "USD" }} }} }}) {{ id }} }}"#
        );
        app.director().query(&text).await;
        retire(app, &late, "2026-03-20").await;
        let new = bought(app, &estate.model, &estate.site, "N", "2026-01-15", "2400").await;
        let impaired =
            event(app, &asset, "2026-02-10", json!({ "impairment": { "recoverable": "5000" } })).await;
        assert_eq!(posted(app).await, before);

        // Each is caught up in the first open month, and says so.
        assert_eq!(json!([impaired["postedIn"], impaired["caughtUp"]]), json!(["2026-06", true]));
        let june = month(app, &asset, "2026-06").await;
        assert_eq!(june["impairment"], "2500.00", "12,000 less 25 months of 180.00 less what it is worth");
        assert_eq!(june["charge"], "2522.86", "4,500 and five 35ths of 3,800, less 14 months of 180.00");
        let june = month(app, &new, "2026-06").await;
        assert_eq!(june["charge"], "120.00", "six months of 2,400 over 120");
        let text = r#"{ rollForward(from: "2026-06", to: "2026-06", groupBy: []) { totals { cost { added removed } }
            explain { assumptions } } }"#;
        let found = app.director().query(text).await["rollForward"].clone();
        assert_eq!(found["totals"][0]["cost"], json!({ "added": "2400.00", "removed": "6000.00" }));
        assert!(found["explain"]["assumptions"].to_string().contains("closed through 2026-05-31"));

        what_differs_is_said(app).await;
        what_is_closed_stays_closed(app).await;

        // The next closing keeps what was caught up where it was.
        let text =
            r#"{ rollForward(from: "2026-06", to: "2026-06", groupBy: []) { totals { closingBookValue } } }"#;
        let june = app.director().query(text).await;
        let closing = close(app, "2026-06").await;
        assert_eq!(
            json!([closing["entriesRecorded"], closing["disposalsRecorded"], closing["correctionsRecorded"]]),
            json!([1, 1, 1])
        );
        assert_eq!(app.director().query(text).await, june);
        assert_eq!(posted(app).await, before);
        let list = r#"{ closedPeriods(filter: { book: { eq: BOOK } }, orderBy: { field: THROUGH_ON, direction: DESC }) {
            nodes { through throughOn fiscalCalendar { name } } } }"#;
        let found = app.finance().query(list).await["closedPeriods"]["nodes"].clone();
        assert_eq!(
            found[0],
            json!({ "through": "2026-06", "throughOn": "2026-06-30", "fiscalCalendar": null })
        );
    });
}

#[test]
fn the_tax_book_keeps_its_convention_when_it_is_closed() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "12000").await;
        let text = r#"mutation { closePeriod(through: "2025-12", book: TAX, tax: {}) { entriesRecorded } }"#;
        assert_eq!(app.finance().query(text).await["closePeriod"]["entriesRecorded"], 1);
        bought(app, &estate.model, &estate.site, "B", "2025-12-15", "90000").await;
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", book: TAX, tax: {{}}) {{ years {{ charge }} }} }}"#
        );
        let found = app.director().query(&text).await["depreciationSchedule"]["years"][0]["charge"].clone();
        assert_eq!(
            found, "2400.00",
            "a purchase that became known later does not change the year that is closed"
        );
    });
}

/// How many assets stand in the books at a site on a day, by both questions.
async fn standing(app: &TestApp, site: &str, on: &str) -> (u64, u64) {
    let text = format!(
        r#"{{ bookValue(on: "{on}", filter: {{ site: {{ code: {{ eq: "{site}" }} }} }}) {{ coverage {{ coveredCount }} }}
            rollForward(from: "2026-07", to: "{month}", filter: {{ site: {{ code: {{ eq: "{site}" }} }} }}) {{
                coverage {{ coveredCount }} }} }}"#,
        month = &on[..7]
    );
    let found = app.director().query(&text).await;
    let count = |name: &str| found[name]["coverage"]["coveredCount"].as_u64().unwrap();
    (count("bookValue"), count("rollForward"))
}

#[test]
fn transfers_take_balances_from_one_row_to_another() {
    on_both_engines(async |app| {
        let (estate, asset) = server(app).await;
        bought(app, &estate.model, &estate.site, "B", "2026-04-10", "6000").await;
        let moved = event(
            app,
            &asset,
            "2026-09-17",
            json!({ "transfer": { "toSite": estate.other_site, "toCostCentre": "4200", "toClass": "Lab" } }),
        )
        .await;
        assert_eq!(json!([moved["fromSite"]["code"], moved["toSite"]["code"]]), json!(["FRA1", "AMS1"]));
        assert_eq!(
            json!([moved["fromClass"], moved["toClass"], moved["fromCostCentre"]]),
            json!(["SERVER", "Lab", null])
        );
        let text = |by: &str| {
            format!(
                r#"{{ rollForward(from: "2026-07", to: "2026-12", groupBy: [{by}]) {{
                    rows {{ keys {{ value }} count cost {{ opening transferred closing }}
                        accumulated {{ opening charged transferred closing }} closingBookValue }}
                    totals {{ cost {{ transferred closing }} accumulated {{ charged transferred }} closingBookValue }} }} }}"#
            )
        };
        for (by, from, to) in [
            ("SITE", json!("FRA1"), "AMS1"),
            ("CLASS", json!("SERVER"), "Lab"),
            ("COST_CENTRE", Value::Null, "4200"),
        ] {
            let found = app.director().query(&text(by)).await["rollForward"].clone();
            let row = |value: &Value| {
                let rows = found["rows"].as_array().unwrap().iter();
                rows.clone().find(|row| row["keys"][0]["value"] == *value).unwrap().clone()
            };
            let (left, joined) = (row(&from), row(&json!(to)));
            assert_eq!(
                joined["cost"],
                json!({ "opening": "0.00", "transferred": "12000.00", "closing": "12000.00" })
            );
            // Five months of 180.00 come along; September is charged where it is from then on.
            assert_eq!(joined["accumulated"]["transferred"], "900.00", "{by}");
            assert_eq!(joined["accumulated"]["charged"], "720.00");
            assert_eq!(
                left["cost"],
                json!({ "opening": "18000.00", "transferred": "-12000.00", "closing": "6000.00" })
            );
            assert_eq!(found["totals"][0]["cost"], json!({ "transferred": "0.00", "closing": "18000.00" }));
            assert_eq!(json!([left["count"], joined["count"]]), json!([2, 1]));
        }
        // Book values by a site are those of the roll-forward, whatever the inventory says by now.
        for (site, on, count) in [
            ("FRA1", "2026-08-31", 2),
            ("AMS1", "2026-08-31", 0),
            ("FRA1", "2026-09-30", 1),
            ("AMS1", "2026-09-30", 1),
        ] {
            assert_eq!(standing(app, site, on).await, (count, count), "{site} {on}");
        }
        // The inventory is moved too: what the books say of the past stays.
        let text = format!(
            r#"mutation {{ moveAsset(id: "{asset}", to: {{ site: "{}" }}) {{ id }} }}"#,
            estate.other_site
        );
        app.director().query(&text).await;
        assert_eq!(standing(app, "FRA1", "2026-08-31").await, (2, 2));
        let back = event(app, &asset, "2027-01-10", json!({ "transfer": { "toSite": estate.site } })).await;
        assert_eq!(back["fromSite"]["code"], "AMS1");
    });
}

/// Months as the API spells them.
fn months(from: i32, count: i32) -> Vec<String> {
    (from..from + count).map(|month| format!("{}-{:02}", 2025 + month / 12, month % 12 + 1)).collect()
}

/// Whatever can happen to ten assets.
async fn a_year_of_events(app: &TestApp, estate: &Estate, assets: &[String]) {
    for (asset, on, what) in [
        (0, "2025-07-31", json!({ "impairment": { "recoverable": "500.01" } })),
        (1, "2025-12-31", json!({ "lifeChange": { "addedMonths": 7 } })),
        (2, "2026-01-20", json!({ "disposal": { "share": "0.333" } })),
        (2, "2026-04-02", json!({ "disposal": { "quantity": 1, "of": 2, "proceeds": "10" } })),
        (3, "2026-03-31", json!({ "disposal": { "proceeds": "99.99" } })),
        (5, "2025-05-05", json!({ "transfer": { "toSite": estate.other_site } })),
        (5, "2025-08-31", json!({ "impairment": { "recoverable": "100", "salvage": "0" } })),
        (5, "2026-02-01", json!({ "transfer": { "toSite": estate.site } })),
        (6, "2025-09-09", json!({ "transfer": { "toSite": estate.other_site } })),
        (6, "2026-05-09", json!({ "disposal": { "cost": "100.10" } })),
    ] {
        event(app, &assets[asset], on, what).await;
    }
    retire(app, &assets[7], "2026-01-10").await;
    let component = json!({ "input": { "asset": assets[8], "component": "drives",
        "cost": { "amount": "333.33", "currency": "USD" }, "details": { "lifeMonths": 17, "inServiceOn": "2026-01-05" } } });
    app.finance().query_with(super::entries::RECORD, component).await;
}

/// Opening and what came, less what went, is closing; and the book value is what cost is not written off.
pub fn require_footed(row: &Value, month: &str) {
    for table in ["cost", "accumulated", "impairment"] {
        let of = |field: &str| cents(&row[table][field]);
        assert_eq!(
            of("opening") + of("added") + of("charged") + of("transferred") - of("removed"),
            of("closing"),
            "{month} {row}"
        );
    }
    let closing = |table: &str| cents(&row[table]["closing"]);
    assert_eq!(
        closing("cost") - closing("accumulated") - closing("impairment"),
        cents(&row["closingBookValue"])
    );
    assert!(closing("accumulated") + closing("impairment") <= closing("cost"), "{month} {row}");
}

#[test]
fn roll_forwards_foot_whatever_happens() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"method: SUM_OF_YEARS_DIGITS, salvageRate: "0.1", kinds: [SERVER]"#).await;
        let days = ["2025-01-31", "2025-03-15", "2025-06-01", "2025-11-30", "2026-02-28"];
        let mut assets = Vec::new();
        for (number, day) in days.iter().cycle().take(10).enumerate() {
            let price = format!("{}.{:02}", 1_000 + 777 * number, 7 * number);
            assets.push(bought(app, &estate.model, &estate.site, &format!("A{number}"), day, &price).await);
        }
        a_year_of_events(app, &estate, &assets).await;
        let months = months(0, 20);
        let text = |from: &str, to: &str| {
            format!(
                r#"{{ rollForward(from: "{from}", to: "{to}", groupBy: [SITE]) {{
                    rows {{ ...row }} totals {{ ...row }} }} bookValue(on: "{to}-28") {{ total {{ amount }} }} }}
                fragment row on RollForwardRow {{ keys {{ value }} openingBookValue closingBookValue
                    cost {{ ...all }} accumulated {{ ...all }} impairment {{ ...all }} }}
                fragment all on BookMovement {{ opening added charged transferred removed closing }}"#
            )
        };
        let mut last: Option<Value> = None;
        let mut seen = [0_i64; 4];
        for month in &months {
            let found = app.director().query(&text(month, month)).await["rollForward"].clone();
            let total = found["totals"][0].clone();
            for row in found["rows"].as_array().unwrap().iter().chain([&total]) {
                require_footed(row, month);
            }
            for (table, field) in [("cost", "transferred"), ("accumulated", "transferred")] {
                assert_eq!(cents(&total[table][field]), 0, "{month}");
            }
            if let Some(before) = &last {
                for table in ["cost", "accumulated", "impairment"] {
                    assert_eq!(before[table]["closing"], total[table]["opening"], "{month} {table}");
                }
            }
            let moved =
                found["rows"].as_array().unwrap().iter().map(|row| cents(&row["cost"]["transferred"]).abs());
            seen[0] += moved.sum::<i64>();
            seen[1] += cents(&total["impairment"]["charged"]);
            seen[2] += cents(&total["cost"]["removed"]);
            seen[3] += cents(&total["accumulated"]["charged"]);
            last = Some(total);
        }
        assert!(seen.iter().all(|sum| *sum > 0), "nothing was left untried: {seen:?}");
        let whole =
            app.director().query(&text(&months[0], &months[19])).await["rollForward"]["totals"][0].clone();
        assert_eq!(cents(&whole["impairment"]["charged"]), seen[1]);
        assert_eq!(cents(&whole["cost"]["removed"]), seen[2]);
        assert_eq!(cents(&whole["accumulated"]["charged"]), seen[3]);
        assert_eq!(whole["closingBookValue"], last.unwrap()["closingBookValue"]);
        let mut sum = 0;
        for asset in &assets {
            sum += book_value(app, asset, "2026-08-31").await;
        }
        assert_eq!(sum, cents(&whole["closingBookValue"]));
    });
}

#[test]
fn the_books_come_over_to_another_database() {
    on_both_engines(async |app| {
        let (estate, asset) = server(app).await;
        entry(app, &asset, "9000", json!({ "class": "Lab", "inServiceOn": "2026-04-10" })).await;
        event(app, &asset, "2027-01-01", json!({ "transfer": { "toSite": estate.other_site } })).await;
        event(app, &asset, "2027-03-01", json!({ "lifeChange": { "addedMonths": 6 } })).await;
        close(app, "2026-05").await;
        let mut files = Vec::new();
        for (noun, name) in [
            ("BOOK_ENTRY", "book_entries.csv"),
            ("BOOK_EVENT", "book_events.csv"),
            ("CLOSED_PERIOD", "closed_periods.csv"),
        ] {
            let text = format!("{{ exportCsv(noun: {noun}) {{ text rows }} }}");
            let found = app.director().query(&text).await["exportCsv"].clone();
            files.push((name, found["text"].as_str().unwrap().to_owned(), found["rows"].as_i64().unwrap()));
        }
        assert_eq!(files.iter().map(|file| file.2).collect::<Vec<_>>(), [1, 2, 1]);
        let import =
            "mutation($name: String!, $text: String!) { importText(format: CSV, name: $name, text: $text) {
            nouns { created unchanged refused } problems(first: 20) { message } } }";
        for (name, text, rows) in &files {
            let given = json!({ "name": name, "text": text });
            let found = app.finance().query_with(import, given).await["importText"].clone();
            assert_eq!(found["nouns"][0]["unchanged"], *rows, "{found}");
        }
        let before = month(app, &asset, "2027-03").await;
        let text = r#"{ bookEvents { nodes { id } } }"#;
        for made in app.finance().query(text).await["bookEvents"]["nodes"].as_array().unwrap() {
            app.finance()
                .query(&format!(r#"mutation {{ removeBookEvent(id: "{}") {{ id }} }}"#, id(made)))
                .await;
        }
        assert_ne!(month(app, &asset, "2027-03").await, before);
        let given = json!({ "name": files[1].0, "text": files[1].1 });
        let found = app.finance().query_with(import, given).await["importText"].clone();
        assert_eq!(found["nouns"][0]["created"], 2, "{found}");
        assert_eq!(month(app, &asset, "2027-03").await, before);
        let text = "asset,book,kind,happened_on,recoverable_amount\nA,BOOK,IMPAIRMENT,2026-01-01,5\n\
                    A,BOOK,IMPAIRMENT,2027-05-01,90000\nA,BOOK,DISPOSAL,2026-05-01,\n";
        let given = json!({ "name": "book_events.csv", "text": text });
        let found = app.finance().query_with(import, given).await["importText"].clone();
        let counts = &found["nouns"][0];
        assert_eq!(json!([counts["created"], counts["refused"]]), json!([0, 3]), "{found}");
        let said = found["problems"].to_string();
        for word in ["before entry into service", "less than the book value", "after all was disposed of"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        app.planner()
            .expect_error_with(import, json!({ "name": files[0].0, "text": files[0].1 }), "FORBIDDEN")
            .await;
    });
}
