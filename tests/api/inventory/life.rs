//! The life of an asset: which step starts from where, and what it records.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{Estate, register_model};

const STEPS: [(&str, &str, &[&str], &str); 8] = [
    ("orderAsset", "", &["PLANNED"], "ORDERED"),
    ("receiveAsset", "", &["PLANNED", "ORDERED"], "IN_STOCK"),
    ("commissionAsset", ", on: \"2026-06-15\"", &["ORDERED", "IN_STOCK"], "IN_SERVICE"),
    ("maintainAsset", "", &["IN_SERVICE"], "MAINTENANCE"),
    ("resumeAsset", "", &["MAINTENANCE"], "IN_SERVICE"),
    ("withdrawAsset", "", &["IN_SERVICE", "MAINTENANCE", "RETIRED"], "IN_STOCK"),
    ("retireAsset", ", on: \"2026-06-20\"", &["IN_STOCK", "IN_SERVICE", "MAINTENANCE"], "RETIRED"),
    ("disposeAsset", ", on: \"2026-06-25\"", &["RETIRED"], "DISPOSED"),
];

/// The steps that bring a planned asset into each state.
const WAYS: [(&str, &[usize]); 7] = [
    ("PLANNED", &[]),
    ("ORDERED", &[0]),
    ("IN_STOCK", &[1]),
    ("IN_SERVICE", &[1, 2]),
    ("MAINTENANCE", &[1, 2, 3]),
    ("RETIRED", &[1, 2, 6]),
    ("DISPOSED", &[1, 2, 6, 7]),
];

fn step(verb: &str, arguments: &str) -> String {
    format!(
        "mutation($id: ID!) {{ done: {verb}(id: $id{arguments}) {{
            status inServiceOn retiredOn disposedOn placement {{ rack {{ name }} unit face }}
        }} }}"
    )
}

async fn take(client: &Client, id: &str, place: usize) -> Value {
    let (verb, arguments, ..) = STEPS[place];
    client.query_with(&step(verb, arguments), json!({ "id": id })).await["done"].clone()
}

#[test]
fn every_step_starts_from_its_states_alone() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        for (state, way) in WAYS {
            for (place, (verb, arguments, from, to)) in STEPS.into_iter().enumerate() {
                let site = json!({ "site": estate.site });
                let tag = format!("{state}-{verb}");
                let id = estate.asset(&tag, "PLANNED", site, json!({})).await;
                for earlier in way {
                    take(&estate.planner, &id, *earlier).await;
                }
                if from.contains(&state) {
                    assert_eq!(take(&estate.planner, &id, place).await["status"], json!(to), "{tag}");
                } else {
                    let text = step(verb, arguments);
                    let refusal =
                        estate.planner.expect_error_with(&text, json!({ "id": id }), "CONFLICT").await;
                    let states = from.join(" or ");
                    assert_eq!(
                        refusal.message,
                        format!(
                            "the asset {tag} cannot go from {state} to {to} by this step, which starts from {states}"
                        )
                    );
                }
            }
        }
    });
}

#[test]
fn steps_record_their_days_and_disposal_leaves_the_rack() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let place = json!({ "rack": estate.rack, "unit": 4 });
        let id = estate.asset("A-1", "IN_STOCK", place, json!({})).await;
        let commissioned = take(&estate.planner, &id, 2).await;
        assert_eq!(commissioned["inServiceOn"], "2026-06-15");
        assert_eq!(take(&estate.planner, &id, 6).await["retiredOn"], "2026-06-20");

        let back = take(&estate.planner, &id, 5).await;
        assert_eq!((&back["retiredOn"], &back["status"]), (&json!(null), &json!("IN_STOCK")));
        let text = step("commissionAsset", ", on: \"2026-06-30\"");
        let again = estate.planner.query_with(&text, json!({ "id": id })).await;
        assert_eq!(again["done"]["inServiceOn"], "2026-06-15");

        take(&estate.planner, &id, 6).await;
        let gone = take(&estate.planner, &id, 7).await;
        assert_eq!(
            gone,
            json!({
                "status": "DISPOSED", "inServiceOn": "2026-06-15", "retiredOn": "2026-06-20",
                "disposedOn": "2026-06-25", "placement": { "rack": null, "unit": null, "face": null },
            })
        );
        let text = "mutation($id: ID!, $to: PlacementInput!) { moveAsset(id: $id, to: $to) { tag } }";
        let to = json!({ "id": id, "to": { "site": estate.site } });
        let refusal = estate.planner.expect_error_with(text, to, "CONFLICT").await;
        assert_eq!(refusal.message, "the asset A-1 has been disposed of");
    });
}

#[test]
fn days_of_steps_have_come_and_follow_each_other() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let service = json!({ "inServiceOn": "2024-05-01" });
        let id = estate.asset("A-1", "IN_SERVICE", json!({ "site": estate.site }), service).await;
        for (day, message) in [
            ("2026-07-03", "on: 2026-07-03 has not come, today is 2026-07-01"),
            ("2024-04-30", "on: 2024-04-30 lies before the first day of service on 2024-05-01"),
            ("1969-12-31", "on: 1969-12-31 is not between 1970 and 2199"),
        ] {
            let text = step("retireAsset", &format!(", on: \"{day}\""));
            let refusal = estate.planner.expect_error_with(&text, json!({ "id": id }), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
    });
}

#[test]
fn a_life_begins_at_its_beginning() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        for status in ["MAINTENANCE", "RETIRED", "DISPOSED"] {
            let place = json!({ "site": estate.site });
            let input = super::new_asset("A-1", &estate.server, status, &place, &json!({}));
            let refusal = estate.planner.expect_error_with(super::REGISTER, input, "INVALID").await;
            assert_eq!(
                refusal.message,
                format!(
                    "status: {status} is not the beginning of a life: register it as PLANNED, ORDERED, IN_STOCK \
                     or IN_SERVICE"
                )
            );
        }
    });
}

#[test]
fn a_chassis_waits_for_what_lives_in_it() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let chassis = estate.at_unit("C-1", 1.0).await;
        let model = register_model(&estate.planner, &estate.maker, "B-1", "BLADE", json!({})).await;
        let place = json!({ "parent": chassis });
        let blade =
            super::register_asset(&estate.planner, "B-1", &model, "IN_SERVICE", place, json!({})).await;
        let text = step("retireAsset", ", on: \"2026-06-20\"");
        let refusal = estate.planner.expect_error_with(&text, json!({ "id": chassis }), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "1 assets that live in C-1 are still in service, retire or move them first"
        );

        let many = "mutation($ids: [ID!]!) {
            retireAssets(ids: $ids, on: \"2026-06-20\") { index asset { tag status } error { code } }
        }";
        let answer = estate.planner.query_with(many, json!({ "ids": [chassis, blade, chassis] })).await;
        assert_eq!(
            answer["retireAssets"],
            json!([
                { "index": 0, "asset": null, "error": { "code": "CONFLICT" } },
                { "index": 1, "asset": { "tag": "B-1", "status": "RETIRED" }, "error": null },
                { "index": 2, "asset": { "tag": "C-1", "status": "RETIRED" }, "error": null },
            ])
        );
        let text = step("disposeAsset", ", on: \"2026-06-25\"");
        let refusal = estate.planner.expect_error_with(&text, json!({ "id": chassis }), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "1 assets that live in C-1 are still in it, dispose of or move them first"
        );
    });
}

#[test]
fn an_order_records_the_purchase() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let id = estate.asset("A-1", "PLANNED", json!({ "site": estate.site }), json!({})).await;
        let text = "mutation($id: ID!, $purchase: PurchaseInput!) {
            orderAsset(id: $id, purchase: $purchase) {
                status purchase { price { amount currency } on order vendor { name } }
            }
        }";
        let purchase = json!({
            "price": { "amount": "18778.92", "currency": "USD" }, "on": "2026-06-01", "order": "PO-7",
            "vendor": estate.vendor,
        });
        let variables = json!({ "id": id, "purchase": purchase });
        let answer = app.director().query_with(text, variables).await;
        assert_eq!(
            answer["orderAsset"],
            json!({ "status": "ORDERED", "purchase": {
                "price": { "amount": "18778.92", "currency": "USD" }, "on": "2026-06-01", "order": "PO-7",
                "vendor": { "name": "CDW GmbH" },
            } })
        );
    });
}
