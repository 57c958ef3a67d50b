//! Reservations and events: recorded, counted on their days, removed, and refused for a reason.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_pool, seen, told};
use crate::roadmap::send;

const RESERVE: &str =
    "mutation($input: NewCapacityReservation!) { recordCapacityReservation(input: $input) { id } }";
const EXPECT: &str = "mutation($input: NewCapacityEvent!) { recordCapacityEvent(input: $input) { id } }";

async fn reserve(app: &TestApp, pool: &str, quantity: &str, from: &str, to: Value, purpose: &str) -> String {
    let input = json!({ "pool": pool, "quantity": quantity, "fromOn": from, "toOn": to, "purpose": purpose });
    send(app, "recordCapacityReservation", "NewCapacityReservation!", input).await
}

#[test]
fn what_is_reserved_counts_on_its_days() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", json!({ "plannable": "30" })).await;
        let wave = reserve(app, &pool, "18", "2026-07-01", json!("2026-09-30"), "wave 3").await;
        reserve(app, &pool, "12.5", "2026-08-01", Value::Null, "archive").await;
        for (on, quantity) in
            [("2026-06-30", "0"), ("2026-07-01", "18"), ("2026-08-01", "30.5"), ("2026-10-01", "12.5")]
        {
            let fields = format!(r#"reserved(on: "{on}") {{ quantity on }}"#);
            let expected = json!({ "quantity": quantity, "on": on });
            assert_eq!(seen(app, &pool, &fields).await["reserved"], expected);
        }
        let findings = seen(app, &pool, r#"findings(asOf: "2026-08-01") { code message }"#).await;
        assert_eq!(
            findings["findings"],
            json!([{ "code": "RESERVED_ABOVE_PLANNABLE", "message": "30.5 reserved is above 30 plannable" }])
        );
        let all = "reservations { purpose quantity fromOn toOn probability pool { name } }";
        let all = seen(app, &pool, all).await["reservations"].clone();
        assert_eq!(
            all[0],
            json!({
                "purpose": "wave 3", "quantity": "18", "fromOn": "2026-07-01", "toOn": "2026-09-30",
                "probability": "1", "pool": { "name": "Storage" },
            })
        );
        assert_eq!(all[1]["toOn"], Value::Null);
        let list = "{ capacityReservations(
            filter: { purpose: { contains: \"ave\" } }, orderBy: [{ field: QUANTITY, direction: DESC }]
        ) { totalCount nodes { purpose } } }";
        let list = app.viewer().query(list).await["capacityReservations"].clone();
        assert_eq!(list, json!({ "totalCount": 1, "nodes": [{ "purpose": "wave 3" }] }));
        let remove = format!(r#"mutation {{ removeCapacityReservation(id: "{wave}", expectedVersion: 1) }}"#);
        app.viewer().expect_error(&remove, "FORBIDDEN").await;
        assert_eq!(app.planner().query(&remove).await["removeCapacityReservation"], json!(wave));
        app.planner().expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn events_step_up_and_down() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", json!({})).await;
        let event = |name: &str, quantity: &str, on: &str| json!({ "pool": pool, "name": name, "quantity": quantity, "happensOn": on, "probability": "0.5" });
        let kind = "NewCapacityEvent!";
        let up = send(app, "recordCapacityEvent", kind, event("wave 3", "18", "2027-03-01")).await;
        send(app, "recordCapacityEvent", kind, event("archive is deleted", "-40", "2026-11-01")).await;
        let events = seen(app, &pool, "events { name quantity happensOn probability }").await;
        assert_eq!(
            events["events"],
            json!([
                { "name": "archive is deleted", "quantity": "-40", "happensOn": "2026-11-01", "probability": "0.5" },
                { "name": "wave 3", "quantity": "18", "happensOn": "2027-03-01", "probability": "0.5" },
            ])
        );
        let list = "{ capacityEvents(filter: { happensOn: { gte: \"2027-01-01\" } }) { nodes { name } } }";
        assert_eq!(app.viewer().query(list).await["capacityEvents"]["nodes"], json!([{ "name": "wave 3" }]));
        let remove = format!(r#"mutation {{ removeCapacityEvent(id: "{up}") }}"#);
        assert_eq!(app.planner().query(&remove).await["removeCapacityEvent"], json!(up));
    });
}

#[test]
fn what_is_to_come_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", json!({})).await;
        reserve(app, &pool, "18", "2026-07-01", Value::Null, "wave 3").await;
        let reservation = |change: Value| {
            let mut input =
                json!({ "pool": pool, "quantity": "1", "fromOn": "2026-07-01", "purpose": "other" });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            json!({ "input": input })
        };
        for (change, field, message) in [
            (json!({ "quantity": "0" }), "quantity", "0 holds nothing"),
            (json!({ "quantity": "-3" }), "quantity", "-3 is below 0"),
            (json!({ "toOn": "2026-06-30" }), "toOn", "2026-06-30 lies before fromOn on 2026-07-01"),
            (json!({ "probability": "0" }), "probability", "0 is less than 0.000000001"),
            (
                json!({ "purpose": "wave 3" }),
                "purpose",
                "wave 3 of Storage is recorded for 2026-07-01 already",
            ),
        ] {
            let refusal = app.planner().expect_error_with(RESERVE, reservation(change), "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
        let nothing =
            json!({ "input": { "pool": pool, "name": "n", "quantity": "0", "happensOn": "2027-01-01" } });
        let refusal = app.planner().expect_error_with(EXPECT, nothing.clone(), "INVALID").await;
        assert_eq!(told(&refusal), ("quantity", "0 changes nothing"));
        app.viewer().expect_error_with(EXPECT, nothing, "FORBIDDEN").await;
        let retire = format!(r#"mutation {{ retireCapacityPool(id: "{pool}") {{ id }} }}"#);
        app.planner().query(&retire).await;
        let refusal = app.planner().expect_error_with(RESERVE, reservation(json!({})), "INVALID").await;
        assert_eq!(told(&refusal), ("pool", "Storage is retired"));
    });
}
