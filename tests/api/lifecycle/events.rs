//! What is recorded to have happened to assets in the books.

use serde_json::{Value, json};
use support::{Refusal, TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, examples, retire, rule},
    id,
};

pub const RECORD: &str = "mutation($input: NewBookEvent!) { recordBookEvent(input: $input) { id version kind on postedIn
    caughtUp recoverable lifeMonths addedMonths remainingMonths salvage proceeds costOfSale disposedCost disposedShare
    fromSite { code } toSite { code } fromCostCentre toCostCentre fromClass toClass } }";

fn input(asset: &str, on: &str, mut what: Value) -> Value {
    let fields = what.as_object_mut().unwrap();
    fields.insert("asset".into(), asset.into());
    fields.insert("on".into(), on.into());
    json!({ "input": what })
}

pub async fn event(app: &TestApp, asset: &str, on: &str, what: Value) -> Value {
    app.finance().query_with(RECORD, input(asset, on, what)).await["recordBookEvent"].clone()
}

async fn refused(app: &TestApp, asset: &str, on: &str, what: Value) -> Refusal {
    app.finance().expect_error_with(RECORD, input(asset, on, what), "INVALID").await
}

pub async fn month(app: &TestApp, asset: &str, month: &str) -> Value {
    let text = format!(
        r#"{{ depreciationSchedule(asset: "{asset}", from: "{month}", months: 1) {{
            months {{ charge impairment accumulated bookValue }} }} }}"#
    );
    app.director().query(&text).await["depreciationSchedule"]["months"][0].clone()
}

/// A server as in the worked examples: 12,000 less 1,200 over 60 months from 2026-04-10.
pub async fn server(app: &TestApp) -> (Estate, String) {
    let estate = Estate::build(app).await;
    rule(app, "R", r#"salvageRate: "0.1""#).await;
    let asset = bought(app, &estate.model, &estate.site, "A", "2026-04-10", "12000").await;
    (estate, asset)
}

#[test]
fn a_recorded_disposal_is_the_worked_example() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let made = event(
            app,
            &asset,
            "2028-09-20",
            json!({ "disposal": { "proceeds": "3000", "costOfSale": "150" } }),
        )
        .await;
        assert_eq!(
            json!([made["kind"], made["postedIn"], made["caughtUp"]]),
            json!(["DISPOSAL", "2028-09", false])
        );
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}") {{ months {{ charge }}
                disposals {{ accumulated bookValue gain }} explain {{ estimated }} }} }}"#
        );
        let found = app.director().query(&text).await["depreciationSchedule"].clone();
        let expected = &examples()["3.disposal"];
        let disposal = &found["disposals"][0];
        assert_eq!(disposal["accumulated"], expected["accum"]);
        assert_eq!(disposal["bookValue"], expected["nbv"]);
        assert_eq!(disposal["gain"], expected["gain"]);
        let charged =
            found["months"].as_array().unwrap().iter().filter(|one| one["charge"] != "0.00").count();
        assert_eq!(json!(charged), expected["months"]);
        assert_eq!(found["explain"]["estimated"], false, "it is on record");
        // What the inventory says of its end is said better by the disposal.
        retire(app, &asset, "2026-06-30").await;
        let found = app.director().query(&text).await["depreciationSchedule"].clone();
        assert_eq!(found["disposals"].as_array().unwrap().len(), 1);
        assert_eq!(found["disposals"][0]["gain"], expected["gain"]);
    });
}

#[test]
fn a_recorded_impairment_is_the_worked_example() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        event(
            app,
            &asset,
            "2028-01-01",
            json!({ "impairment": { "recoverable": "5000", "salvage": "500" } }),
        )
        .await;
        let expected = &examples()["3.impair"];
        assert_eq!(month(app, &asset, "2027-12").await["bookValue"], expected["nbv"]);
        let january = month(app, &asset, "2028-01").await;
        assert_eq!(january["impairment"], expected["loss"]);
        assert_eq!(january["charge"], expected["new_month"]);
    });
}

#[test]
fn a_recorded_change_of_life_is_the_worked_example_however_it_is_said() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        for what in
            [json!({ "lifeMonths": 72 }), json!({ "addedMonths": 12 }), json!({ "remainingMonths": 51 })]
        {
            let made = event(app, &asset, "2028-01-01", json!({ "lifeChange": what })).await;
            assert_eq!(month(app, &asset, "2027-12").await["charge"], "180.00", "the past stays: {what}");
            assert_eq!(month(app, &asset, "2028-01").await["charge"], examples()["3.lifechange"], "{what}");
            let text = format!(r#"mutation {{ removeBookEvent(id: "{}") {{ kind }} }}"#, id(&made));
            app.finance().query(&text).await;
            assert_eq!(month(app, &asset, "2028-01").await["charge"], "180.00");
        }
    });
}

#[test]
fn pieces_are_those_that_earlier_disposals_left() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        event(app, &asset, "2027-03-01", json!({ "disposal": { "quantity": 1, "of": 4 } })).await;
        let input = json!({ "input": { "asset": asset, "on": "2027-05-01", "disposal": { "quantity": 4, "of": 4 } } });
        let text = "mutation($input: NewBookEvent!) { recordBookEvent(input: $input) { id } }";
        let refusal = app.finance().expect_error_with(text, input, "INVALID").await;
        assert_eq!(refusal.field, "disposal.of");
        assert!(refusal.message.contains("3 are left of the 4"), "{}", refusal.message);
        event(app, &asset, "2027-05-01", json!({ "disposal": { "quantity": 3, "of": 3 } })).await;
        let input = json!({ "input": { "asset": asset, "on": "2027-01-01" } });
        let refusal = app.finance().expect_error_with(text, input, "INVALID").await;
        assert_eq!(refusal.field, "impairment");
    });
}

#[test]
fn what_is_assumed_and_cannot_be_is_named_by_its_place() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", assuming: [
                {{ date: "2027-01-01", impairment: {{ recoverable: "5000" }} }},
                {{ date: "2027-06-01", impairment: {{ recoverable: "90000" }} }}]) {{ cost }} }}"#
        );
        let refusal = app.director().expect_error(&text, "INVALID").await;
        assert!(refusal.field.starts_with("assuming[1]"), "{}", refusal.field);
        let text =
            r#"{ lifeChangeEffect(on: "2027-01-01", lifeChange: { addedMonths: -200 }) { changedCount } }"#;
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert!(refusal.field.starts_with("lifeChange"), "{}", refusal.field);
        let text = r#"{ bookValue(on: "2027-01-01") { writeOff(proceedsRate: "10") { loss { amount } } } }"#;
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert_eq!(refusal.field, "proceedsRate");
        let text =
            r#"{ bookValue(on: "2027-01-01", asset: "asset_00000000000000000000000000000000") { reason } }"#;
        app.director().expect_error(text, "NOT_FOUND").await;
    });
}

#[test]
fn parts_leave_by_cost_by_share_and_by_pieces() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        event(app, &asset, "2027-01-01", json!({ "disposal": { "cost": "3000" } })).await;
        event(app, &asset, "2027-02-01", json!({ "disposal": { "share": "0.5" } })).await;
        event(app, &asset, "2027-03-01", json!({ "disposal": { "quantity": 1, "of": 3 } })).await;
        let text = format!(r#"{{ depreciationSchedule(asset: "{asset}") {{ disposals {{ cost }} }} }}"#);
        let found = app.director().query(&text).await["depreciationSchedule"]["disposals"].clone();
        assert_eq!(found, json!([{ "cost": "3000.00" }, { "cost": "4500.00" }, { "cost": "1500.00" }]));
        retire(app, &asset, "2026-05-01").await;
        // Retired before what is on record: that cannot be, and nothing is made up.
        let text = r#"{ bookValue(on: "2026-06-30") { coverage { excluded { isGap count } } } }"#;
        let found = app.director().query(text).await["bookValue"]["coverage"]["excluded"].clone();
        assert_eq!(found, json!([]), "it has left");
    });
}

type Impossible = Vec<(&'static str, Value, &'static str)>;

/// Values and lives that cannot be, of what all left on 2028-06-30, with what is said of them.
fn impossible_lives() -> Impossible {
    vec![
        (
            "2026-04-09",
            json!({ "disposal": {} }),
            "date: 2026-04-09: nothing happens before entry into service",
        ),
        (
            "2028-07-01",
            json!({ "impairment": { "recoverable": "1" } }),
            "date: 2028-07-01: nothing happens after all was disposed of",
        ),
        (
            "2028-01-01",
            json!({ "impairment": { "recoverable": "9000" } }),
            "recoverable: 9000: an impairment leaves something between zero and less than the book value",
        ),
        (
            "2028-01-01",
            json!({ "impairment": { "recoverable": "-1" } }),
            "impairment.recoverable: -1 is below 0",
        ),
        (
            "2028-01-01",
            json!({ "impairment": { "recoverable": "10", "salvage": "11" } }),
            "salvage: 11: salvage is between zero and the book value",
        ),
        (
            "2028-01-01",
            json!({ "lifeChange": { "lifeMonths": 6 } }),
            "lifeChange.lifeMonths: 6 is less than 12 months, and less than a year is no life; 6 years are 72",
        ),
        (
            "2028-01-01",
            json!({ "lifeChange": { "lifeMonths": 72, "addedMonths": 12 } }),
            "lifeChange: is exactly one of lifeMonths, addedMonths and remainingMonths",
        ),
        (
            "2028-01-01",
            json!({ "lifeChange": { "addedMonths": 0 } }),
            "lifeChange.addedMonths: 0 changes nothing",
        ),
        (
            "2028-01-01",
            json!({ "lifeChange": { "addedMonths": -60 } }),
            "addedMonths: -60: a life is 1 to 1,200 months",
        ),
    ]
}

/// Disposals and transfers that cannot be.
fn impossible_ends(estate: &Estate) -> Impossible {
    vec![
        (
            "2028-01-01",
            json!({ "disposal": { "cost": "1", "share": "0.5" } }),
            "disposal: is at most one of cost, share, and quantity with of",
        ),
        (
            "2028-01-01",
            json!({ "disposal": { "quantity": 4, "of": 3 } }),
            "disposal.quantity: 4 is not between 1 and the 3 that there are",
        ),
        (
            "2028-01-01",
            json!({ "disposal": { "quantity": 4 } }),
            "disposal.of: is missing: pieces there were before",
        ),
        (
            "2028-01-01",
            json!({ "disposal": { "cost": "13000" } }),
            "portion.cost: 13000: the cost that leaves is above zero and not above what is there",
        ),
        ("2028-01-01", json!({ "disposal": { "proceeds": "-1" } }), "disposal.proceeds: -1 is below 0"),
        (
            "2028-01-01",
            json!({ "transfer": {} }),
            "transfer: goes nowhere: give toSite, toCostCentre or toClass",
        ),
        (
            "2028-01-01",
            json!({ "transfer": { "toSite": estate.site } }),
            "transfer.toSite: it is at this site already; if it has moved since, say fromSite",
        ),
        (
            "2028-07-01",
            json!({ "transfer": { "toClass": "X" } }),
            "on: 2028-07-01: nothing happens after all was disposed of on 2028-06-30",
        ),
        ("2028-06-30", json!({ "disposal": {} }), "on: 2028-06-30 has such an event in this book already"),
    ]
}

#[test]
fn events_that_cannot_be_are_refused_by_field_and_value() {
    on_both_engines(async |app| {
        let (estate, asset) = server(app).await;
        event(app, &asset, "2028-06-30", json!({ "disposal": {} })).await;
        for (on, what, message) in impossible_lives().into_iter().chain(impossible_ends(&estate)) {
            assert_eq!(refused(app, &asset, on, what).await.message, message);
        }
        let both = json!({ "disposal": {}, "transfer": { "toClass": "X" } });
        let message = "give exactly one of impairment, lifeChange, disposal and transfer";
        assert!(refused(app, &asset, "2028-01-01", both).await.message.contains(message));
        let nothing = json!({ "impairment": { "recoverable": "1" }, "component": "drives" });
        let refusal = refused(app, &asset, "2028-01-01", nothing).await;
        assert_eq!(refusal.message, "component: `drives` is no component of A in this book");
        for client in [app.viewer(), app.planner(), app.admin()] {
            let given = input(&asset, "2028-01-01", json!({ "disposal": {} }));
            client.expect_error_with(RECORD, given, "FORBIDDEN").await;
        }
        // What later events rest on stays.
        let early = event(app, &asset, "2028-01-01", json!({ "lifeChange": { "addedMonths": 120 } })).await;
        event(app, &asset, "2028-03-01", json!({ "lifeChange": { "addedMonths": -130 } })).await;
        let text = format!(r#"mutation {{ removeBookEvent(id: "{}") {{ kind }} }}"#, id(&early));
        let refusal = app.finance().expect_error(&text, "CONFLICT").await;
        assert!(refusal.message.contains("later events of A rest on it"), "{}", refusal.message);
    });
}

#[test]
fn events_are_corrected_listed_and_masked() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let made = event(app, &asset, "2028-01-01", json!({ "impairment": { "recoverable": "5000" } })).await;
        let text = format!(
            r#"mutation {{ correctBookEvent(id: "{}", expectedVersion: 1, changes: {{ on: "2028-02-01",
                impairment: {{ recoverable: "4000" }}, notes: "as the auditors said" }}) {{
                on recoverable version notes }} }}"#,
            id(&made)
        );
        assert_eq!(
            app.finance().query(&text).await["correctBookEvent"],
            json!({ "on": "2028-02-01", "recoverable": "4000.00", "version": 2, "notes": "as the auditors said" })
        );
        app.finance().expect_error(&text, "CONFLICT").await;
        let wrong = format!(
            r#"mutation {{ correctBookEvent(id: "{}", changes: {{ disposal: {{}} }}) {{ id }} }}"#,
            id(&made)
        );
        let refusal = app.finance().expect_error(&wrong, "INVALID").await;
        assert_eq!(refusal.message, "disposal: has no meaning for IMPAIRMENT");
        let list = r#"{ bookEvents(filter: { kind: { eq: IMPAIRMENT }, on: { gte: "2028-01-01" },
            asset: { tag: { eq: "A" } } }, orderBy: { field: ON }) { totalCount
            nodes { recoverable amountsHidden asset { tag } } } }"#;
        let found = app.director().query(list).await["bookEvents"].clone();
        assert_eq!(json!([found["totalCount"], found["nodes"][0]["recoverable"]]), json!([1, "4000.00"]));
        let hidden = app.viewer().query(list).await["bookEvents"]["nodes"][0].clone();
        assert_eq!(json!([hidden["recoverable"], hidden["amountsHidden"]]), json!([null, true]));
        let text = "mutation($inputs: [NewBookEvent!]!) { recordBookEvents(inputs: $inputs) {
            index bookEvent { on } error { field } } }";
        let inputs = json!([
            { "asset": asset, "on": "2028-05-01", "lifeChange": { "addedMonths": 6 } },
            { "asset": asset, "on": "2020-05-01", "lifeChange": { "addedMonths": 6 } },
        ]);
        let found =
            app.finance().query_with(text, json!({ "inputs": inputs })).await["recordBookEvents"].clone();
        assert_eq!(found[0]["bookEvent"]["on"], "2028-05-01");
        assert_eq!(found[1]["error"]["field"], "date");
    });
}
