//! Another first day of service of closed months, caught up in the first open one.

use api::{access::Role, config::Limits};
use serde_json::{Value, json};
use support::{
    TestApp,
    http::{Server, token_of},
    on_both_engines,
};

use super::{
    Estate,
    books::{bought, cents, retire, rule},
    closings::{close, require_footed},
    entries::entry,
    events::{RECORD, event},
    id,
};

const MOVEMENT: &str = "opening added charged caughtUp transferred removed closing";

/// The day of service, as the inventory has it from now on.
async fn serves_since(app: &TestApp, asset: &str, day: &str) {
    let text =
        format!(r#"mutation {{ updateAsset(id: "{asset}", changes: {{ inServiceOn: "{day}" }}) {{ id }} }}"#);
    app.director().query(&text).await;
}

/// A month of an asset in its schedule.
async fn month(app: &TestApp, asset: &str, month: &str) -> Value {
    let text = format!(
        r#"{{ depreciationSchedule(asset: "{asset}", from: "{month}", months: 1) {{ inServiceOn correctedInServiceOn
            months {{ charge caughtUp accumulated }} explain {{ inputs {{ name value }} }} }} }}"#
    );
    app.director().query(&text).await["depreciationSchedule"].clone()
}

/// The totals of a month, which foot.
async fn rolled(app: &TestApp, from: &str, to: &str) -> Value {
    let text = format!(
        r#"{{ rollForward(from: "{from}", to: "{to}", groupBy: [SITE]) {{
            rows {{ ...row }} totals {{ ...row }} coverage {{ differing {{ tag words }} }} }} }}
        fragment row on RollForwardRow {{ closingBookValue cost {{ {MOVEMENT} }} accumulated {{ {MOVEMENT} }}
            impairment {{ {MOVEMENT} }} }}"#
    );
    let found = app.director().query(&text).await["rollForward"].clone();
    for row in found["rows"].as_array().unwrap().iter().chain(found["totals"].as_array().unwrap()) {
        require_footed(row, from);
    }
    found
}

/// What the roadmap writes off in June and July 2026.
async fn drawn(app: &TestApp) -> [i64; 2] {
    let text = r#"{ roadmap(from: "2026-06", months: 2, asOf: "2026-07-01", view: PNL, groupBy: []) {
        categories { category amounts { months { amount } } } } }"#;
    let found = app.director().query(text).await["roadmap"]["categories"].clone();
    let depreciation =
        found.as_array().unwrap().iter().find(|one| one["category"] == "DEPRECIATION").unwrap();
    [0, 1].map(|month| cents(&depreciation["amounts"]["months"][month]["amount"]))
}

/// An asset of 12,000 less 1,200 over 60 months since 2025-04-10, and the books closed through 2026-05.
async fn closed(app: &TestApp) -> (Estate, String) {
    let estate = Estate::build(app).await;
    rule(app, "R", r#"salvageRate: "0.1""#).await;
    let asset = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "12000").await;
    close(app, "2026-05").await;
    (estate, asset)
}

#[test]
fn an_earlier_day_of_service_is_charged_in_the_first_open_month() {
    on_both_engines(async |app| {
        let (_, asset) = closed(app).await;
        let before = rolled(app, "2025-01", "2026-05").await["totals"].clone();
        serves_since(app, &asset, "2025-01-10").await;
        assert_eq!(rolled(app, "2025-01", "2026-05").await["totals"], before, "closed months stay");
        // January to March 2025 at 180.00 are missing from the fourteen months that were charged.
        let june = month(app, &asset, "2026-06").await;
        assert_eq!(
            june["months"][0],
            json!({ "charge": "720.00", "caughtUp": "540.00", "accumulated": "3240.00" })
        );
        assert_eq!(
            json!([june["inServiceOn"], june["correctedInServiceOn"]]),
            json!(["2025-04-10", "2025-01-10"])
        );
        let inputs = june["explain"]["inputs"].to_string();
        assert!(inputs.contains("in service, as known since 2026-06-01"), "{inputs}");
        assert!(inputs.contains("depreciation of closed months caught up in 2026-06"), "{inputs}");
        let found = rolled(app, "2026-06", "2026-06").await;
        let accumulated = &found["totals"][0]["accumulated"];
        assert_eq!(
            json!([
                accumulated["opening"],
                accumulated["charged"],
                accumulated["caughtUp"],
                accumulated["closing"]
            ]),
            json!(["2520.00", "720.00", "540.00", "3240.00"])
        );
        assert_eq!(found["totals"][0]["cost"]["caughtUp"], "0.00");
        assert_eq!(found["totals"][0]["closingBookValue"], "8760.00");
        assert_eq!(drawn(app).await, [72_000, 18_000], "the roadmap writes off what the books do");
        let differing = &found["coverage"]["differing"][0];
        assert!(differing["words"].as_str().unwrap().contains("2026-06 catches up"), "{differing}");

        // The next closing puts it on record, where it was.
        let closing = close(app, "2026-06").await;
        assert_eq!(
            json!([closing["entriesRecorded"], closing["disposalsRecorded"], closing["correctionsRecorded"]]),
            json!([0, 0, 1])
        );
        let after = rolled(app, "2026-06", "2026-06").await;
        assert_eq!(after["totals"], found["totals"]);
        assert_eq!(after["coverage"]["differing"], json!([]));
        let text = "{ bookEvents { nodes { kind on postedIn caughtUp inServiceOn notes } } }";
        assert_eq!(
            app.finance().query(text).await["bookEvents"]["nodes"],
            json!([{ "kind": "SERVICE", "on": "2026-06-01", "postedIn": "2026-06", "caughtUp": true,
                     "inServiceOn": "2025-01-10", "notes": "as the inventory had it when the books were closed" }])
        );
        assert_eq!(close_again(app).await, 0, "nothing is put on record twice");
    });
}

/// How many rows of book events another copy of the same file changes.
async fn close_again(app: &TestApp) -> i64 {
    let found = app.director().query("{ exportCsv(noun: BOOK_EVENT) { text } }").await;
    let import =
        "mutation($name: String!, $text: String!) { importText(format: CSV, name: $name, text: $text) {
        nouns { created updated unchanged refused } } }";
    let given = json!({ "name": "book_events.csv", "text": found["exportCsv"]["text"] });
    let counts = app.finance().query_with(import, given).await["importText"]["nouns"][0].clone();
    assert_eq!(counts["unchanged"], 1, "{counts}");
    ["created", "updated", "refused"].iter().map(|name| counts[name].as_i64().unwrap()).sum()
}

#[test]
fn a_later_day_of_service_takes_back_what_was_charged() {
    on_both_engines(async |app| {
        let (estate, asset) = closed(app).await;
        serves_since(app, &asset, "2025-01-10").await;
        close(app, "2026-06").await;
        // By June 18 months were charged; since July 2025 it is twelve.
        serves_since(app, &asset, "2025-07-10").await;
        let july = month(app, &asset, "2026-07").await;
        assert_eq!(
            july["months"][0],
            json!({ "charge": "-900.00", "caughtUp": "-1080.00", "accumulated": "2340.00" })
        );
        assert_eq!(june_of(app, &asset).await, "720.00", "what the last closing caught up stays");
        assert_eq!(
            rolled(app, "2026-07", "2026-07").await["totals"][0]["accumulated"]["caughtUp"],
            "-1080.00"
        );
        // Whoever goes back to the day that is in the books has nothing to catch up.
        serves_since(app, &asset, "2025-01-10").await;
        assert_eq!(month(app, &asset, "2026-07").await["months"][0]["caughtUp"], "0.00");
        // What had left before the first open month is not charged any more, whichever day it served since.
        let gone = bought(app, &estate.model, &estate.site, "G", "2026-07-01", "6000").await;
        assert_eq!(month(app, &gone, "2026-07").await["correctedInServiceOn"], Value::Null);
        let (left, open) =
            (bought(app, &estate.model, &estate.site, "L", "2025-01-01", "6000").await, "2026-07");
        retire(app, &left, "2026-02-15").await;
        let found = rolled(app, open, open).await;
        assert_eq!(found["totals"][0]["cost"]["removed"], "6000.00", "it leaves in the first open month");
    });
}

/// The last row of a report, which is a total.
async fn total_of(app: &TestApp, report: &str) -> Value {
    let server = Server::start(app.store(), Limits::default()).await;
    let request = server.request(&format!("/export/{report}")).bearer_auth(token_of(Role::Finance));
    let answer = request.send().await.unwrap().text().await.unwrap();
    server.stop().await;
    let found: Value = serde_json::from_str(&answer).unwrap();
    found["sheets"][0]["rows"].as_array().and_then(|rows| rows.last()).unwrap_or(&found).clone()
}

#[test]
fn files_say_what_was_caught_up_and_have_the_books_as_they_were_known() {
    on_both_engines(async |app| {
        let (_, asset) = closed(app).await;
        serves_since(app, &asset, "2025-01-10").await;
        let schedules = "depreciation-schedules.json?from=2026-06&months=1";
        let row = total_of(app, schedules).await;
        assert_eq!(
            json!([row["charge"], row["caught_up"], row["accumulated"]]),
            json!(["720.00", "540.00", "3240.00"])
        );
        let moved = "roll-forward.json?from=2026-06&to=2026-06";
        let row = total_of(app, moved).await;
        assert_eq!(
            json!([row["accumulated_charged"], row["accumulated_caught_up"], row["impairment_caught_up"]]),
            json!(["720.00", "540.00", "0.00"])
        );
        // All of it was recorded on 2026-07-01.
        for (day, charged) in [("2026-07-01", json!("720.00")), ("2026-06-30", Value::Null)] {
            let row = total_of(app, &format!("{moved}&recordedBy={day}")).await;
            assert_eq!(row["accumulated_charged"], charged, "{day}: {row}");
        }
        let refusal = total_of(app, &format!("{moved}&recordedBy=1900-01-01")).await;
        assert!(
            refusal.to_string().contains("recordedBy: 1900-01-01 is not between 1970 and 2199"),
            "{refusal}"
        );
    });
}

async fn june_of(app: &TestApp, asset: &str) -> Value {
    month(app, asset, "2026-06").await["months"][0]["charge"].clone()
}

#[test]
fn an_entry_of_its_own_says_by_itself_since_when_it_serves() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"salvageRate: "0.1""#).await;
        let fixed = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "12000").await;
        let own = bought(app, &estate.model, &estate.site, "O", "2025-01-10", "6000").await;
        entry(app, &own, "3000", json!({ "inServiceOn": "2025-01-10" })).await;
        close(app, "2026-05").await;
        let refuse = async |asset: &str, day: &str| {
            let input = json!({ "asset": asset, "on": "2026-05-20", "service": { "inServiceOn": day } });
            app.finance().expect_error_with(RECORD, json!({ "input": input }), "INVALID").await.message
        };
        for (asset, day, words) in [
            (&fixed, "2025-05-01", "the day of A follows the inventory"),
            (&own, "2025-01-10", "O is in the books since that day already"),
            (&own, "2024-12-01", "O is in service since 2025-01-10"),
            (&own, "1900-01-01", "is not between 1970 and 2199"),
        ] {
            let message = refuse(asset, day).await;
            assert!(message.contains(words) && message.contains("service.inServiceOn"), "{message}");
        }
        let both = json!({ "input": { "asset": own, "on": "2026-05-20", "service": { "inServiceOn": "2025-03-05" },
            "impairment": { "recoverable": "1" } } });
        app.finance().expect_error_with(RECORD, both, "INVALID").await;
        let made =
            event(app, &own, "2026-05-20", json!({ "service": { "inServiceOn": "2025-03-05" } })).await;
        assert_eq!(
            json!([made["kind"], made["postedIn"], made["caughtUp"]]),
            json!(["SERVICE", "2026-06", true])
        );
        // 2,700 over 60 months: January and February 2025 are taken back.
        let june = month(app, &own, "2026-06").await;
        assert_eq!(
            june["months"][0],
            json!({ "charge": "-45.00", "caughtUp": "-90.00", "accumulated": "720.00" })
        );
        let text = format!(
            r#"mutation {{ correctBookEvent(id: "{}", changes: {{ service: {{ inServiceOn: "2025-04-05" }} }}) {{ inServiceOn }} }}"#,
            id(&made)
        );
        assert_eq!(app.finance().query(&text).await["correctBookEvent"]["inServiceOn"], "2025-04-05");
        assert_eq!(month(app, &own, "2026-06").await["months"][0]["caughtUp"], "-135.00");
        let text = format!(r#"mutation {{ removeBookEvent(id: "{}") {{ kind }} }}"#, id(&made));
        assert_eq!(app.finance().query(&text).await["removeBookEvent"]["kind"], "SERVICE");
        assert_eq!(month(app, &own, "2026-06").await["months"][0]["caughtUp"], "0.00");
    });
}
