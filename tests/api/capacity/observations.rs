//! Observations: taken once, refused when they contradict what is there, and what they come to by day and month.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{OBSERVE, a_pool, observe, rows, seen, told};

async fn refused(app: &TestApp, pool: &str, unit: &str, given: &[(&str, &str)]) -> (String, String) {
    let asked = json!({ "pool": pool, "unit": unit, "observations": rows(given) });
    let refusal = app.director().expect_error_with(OBSERVE, asked, "INVALID").await;
    let (field, message) = told(&refusal);
    (field.to_owned(), message.to_owned())
}

#[test]
fn an_instant_is_taken_once() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Memory", "MEMORY", "GIBIBYTE", json!({})).await;
        let first = [("2026-06-01T00:00:00Z", "100"), ("2026-06-01T12:00:00.000001Z", "120.5")];
        assert_eq!(observe(app, &pool, "GIBIBYTE", &first).await, (2, 0));
        let more = [("2026-06-01T12:00:00.000001Z", "120.5"), ("2026-06-01T18:00:00Z", "90")];
        assert_eq!(observe(app, &pool, "GIBIBYTE", &more).await, (1, 1));
        // The same instant in another zone, and the same quantity in another unit.
        assert_eq!(observe(app, &pool, "MEBIBYTE", &[("2026-06-01T02:00:00+02:00", "102400")]).await, (0, 1));
        let days = r#"days(from: "2026-05-30", to: "2026-06-02") { day peak sum count firstAt lastAt }"#;
        assert_eq!(
            seen(app, &pool, days).await["days"],
            json!([{
                "day": "2026-06-01", "peak": "120.5", "sum": "310.5", "count": 3,
                "firstAt": "2026-06-01T00:00:00+00:00", "lastAt": "2026-06-01T18:00:00+00:00",
            }])
        );
        let used = seen(app, &pool, "used { quantity on } raw { reason }").await;
        assert_eq!(used["used"], json!({ "quantity": "120.5", "on": "2026-06-01" }));
        let before = seen(app, &pool, r#"used(asOf: "2026-05-31") { quantity reason }"#).await;
        let reason = "nothing was observed until 2026-05-31";
        assert_eq!(before["used"], json!({ "quantity": null, "reason": reason }));
    });
}

#[test]
fn an_observation_is_refused_for_a_reason_and_the_rest_with_it() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        observe(app, &pool, "WATT", &[("2026-06-01T00:00:00Z", "1500")]).await;
        for (unit, given, field, message) in [
            (
                "KILOWATT",
                vec![("2026-05-31T00:00:00Z", "1"), ("2026-06-01T00:00:00Z", "1.6")],
                "observations[1].value",
                "1.6 at 2026-06-01T00:00:00Z, for which 1.5 was given before",
            ),
            (
                "KILOWATT",
                vec![("2026-05-30T00:00:00Z", "1"), ("2026-05-30T00:00:00Z", "2")],
                "observations[1].value",
                "2 at 2026-05-30T00:00:00Z, for which 1 was given before",
            ),
            ("KILOWATT", vec![("2026-05-30T00:00:00Z", "-1")], "observations[0].value", "-1 is below 0"),
            (
                "KILOWATT",
                vec![("2027-01-01T00:00:00Z", "1")],
                "observations[0].at",
                "2027-01-01T00:00:00Z has not come yet",
            ),
            (
                "GIBIBYTE",
                vec![("2026-05-30T00:00:00Z", "1")],
                "unit",
                "GIBIBYTE cannot be turned into KILOWATT, the unit of the pool",
            ),
            (
                "WATT",
                vec![("2026-05-30T00:00:00Z", "79228162514264337593543950335")],
                "observations[0].value",
                "quantity \"79228162514264337593543950335\" is not usable: a quantity is at most 10^18",
            ),
            (
                "KILOWATT",
                vec![("2026-05-30T00:00:00Z", "1000000000.1")],
                "observations[0].value",
                "1000000000.1 is more than 1000000000 either way",
            ),
            ("KILOWATT", vec![], "observations", "has no rows"),
        ] {
            let refusal = refused(app, &pool, unit, &given).await;
            assert_eq!((refusal.0.as_str(), refusal.1.as_str()), (field, message));
        }
        let nothing = json!({ "pool": pool, "unit": "KILOWATT", "observations": rows(&[("2026-05-30T00:00:00Z", "NaN")]) });
        app.director().expect_error_with(OBSERVE, nothing, "INVALID").await;
        let days = r#"days(from: "2026-05-01", to: "2026-06-30") { day }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "day": "2026-06-01" }]));

        let asked =
            json!({ "pool": pool, "unit": "WATT", "observations": rows(&[("2026-05-30T00:00:00Z", "1")]) });
        app.viewer().expect_error_with(OBSERVE, asked, "FORBIDDEN").await;
        let many: Vec<(&str, &str)> = vec![("2026-05-30T00:00:00Z", "1"); 10_001];
        let asked = json!({ "pool": pool, "unit": "WATT", "observations": rows(&many) });
        app.director().expect_error_with(OBSERVE, asked, "LIMIT_EXCEEDED").await;
    });
}

#[test]
fn the_good_ones_are_kept_where_that_is_asked_for() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let text = "mutation($pool: ID!, $observations: [CapacityObservationInput!]!, $keepGood: Boolean!) {
            recordCapacityObservations(pool: $pool, unit: KILOWATT, observations: $observations,
                keepGood: $keepGood, idempotencyKey: \"k\") {
                recorded repeated refusedCount refused { at message } findings } }";
        let given = [
            ("2026-06-01T00:00:00Z", "3"),
            ("2026-06-01T01:00:00Z", "-3"),
            ("2026-06-01T02:00:00Z", "4"),
            ("2026-06-01T02:00:00Z", "4"),
            ("2027-06-01T02:00:00Z", "4"),
        ];
        let asked = |keep: bool| json!({ "pool": pool, "observations": rows(&given), "keepGood": keep });
        app.director().expect_error_with(text, asked(false), "INVALID").await;
        let made = app.director().query_with(text, asked(true)).await["recordCapacityObservations"].clone();
        let refused = json!([
            { "at": "2026-06-01T01:00:00+00:00", "message": "-3 is below 0" },
            { "at": "2027-06-01T02:00:00+00:00", "message": "2027-06-01T02:00:00Z has not come yet" },
        ]);
        assert_eq!(
            made,
            json!({ "recorded": 2, "repeated": 1, "refusedCount": 2, "refused": refused, "findings": [] })
        );
        let again = app.director().query_with(text, asked(true)).await["recordCapacityObservations"].clone();
        assert_eq!([&again["recorded"], &again["repeated"]], [&json!(0), &json!(5)]);
        let days = r#"days(from: "2026-06-01", to: "2026-06-01") { peak count }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "peak": "4", "count": 2 }]));
    });
}

#[test]
fn what_is_null_or_left_out_costs_its_row_only() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let text = "mutation($pool: ID!, $observations: [CapacityObservationInput!]!, $keepGood: Boolean!) {
            recordCapacityObservations(pool: $pool, unit: KILOWATT, observations: $observations,
                keepGood: $keepGood) { recorded refusedCount refused { at message } } }";
        let given = json!([
            { "at": "2026-06-01T00:00:00Z", "value": "3" },
            { "at": "2026-06-01T01:00:00Z", "value": null },
            { "at": null, "value": "4" },
            { "at": "2026-06-01T03:00:00Z" },
            { "value": "4" },
            { "at": "1970-01-01T00:00:00Z", "value": "6" },
            { "at": "1999-12-31T23:59:59Z", "value": "6" },
            { "at": "2000-01-01T00:00:00Z", "value": "7" },
        ]);
        let asked = |keep: bool| json!({ "pool": pool, "observations": given, "keepGood": keep });
        let made = app.director().query_with(text, asked(true)).await["recordCapacityObservations"].clone();
        let left_out = |at: Value, message: &str| json!({ "at": at, "message": message });
        let early = "lies before 2000-01-01: no plausible instant";
        assert_eq!(
            made,
            json!({
                "recorded": 2, "refusedCount": 6, "refused": [
                    left_out(Value::Null, "observations[2].at: is null, and cannot be"),
                    left_out(Value::Null, "observations[4].at: is missing"),
                    left_out(json!("1970-01-01T00:00:00+00:00"), &format!("1970-01-01T00:00:00Z {early}")),
                    left_out(json!("1999-12-31T23:59:59+00:00"), &format!("1999-12-31T23:59:59Z {early}")),
                    left_out(json!("2026-06-01T01:00:00+00:00"), "observations[1].value: is null, and cannot be"),
                    left_out(json!("2026-06-01T03:00:00+00:00"), "observations[3].value: is missing"),
                ],
            })
        );
        // Without it the first that is at fault costs the request, in the same words.
        let refusal = app.director().expect_error_with(text, asked(false), "INVALID").await;
        assert_eq!(told(&refusal), ("observations[1].value", "is null, and cannot be"));
        // Written into the query it is the same.
        let inline = format!(
            "mutation {{ recordCapacityObservations(pool: \"{pool}\", unit: KILOWATT, keepGood: true, observations: [
                {{ at: \"2026-06-02T00:00:00Z\", value: null }}, {{ at: \"2026-06-02T01:00:00Z\", value: \"1\" }}]) {{
                recorded refusedCount }} }}"
        );
        let made = app.director().query(&inline).await["recordCapacityObservations"].clone();
        assert_eq!(made, json!({ "recorded": 1, "refusedCount": 1 }));
        let (field, message) = refused(app, &pool, "KILOWATT", &[("1970-01-01T00:00:00Z", "6")]).await;
        assert_eq!(
            (field.as_str(), message),
            ("observations[0].at", format!("1970-01-01T00:00:00Z {early}"))
        );
    });
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_the_rest_is_kept() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let text = "mutation($pool: ID!, $observations: [CapacityObservationInput!]!, $keepGood: Boolean!) {
            recordCapacityObservations(pool: $pool, unit: KILOWATT, observations: $observations,
                keepGood: $keepGood) { recorded refusedCount refused { at message } } }";
        let given = [
            ("2026-06-01T00:00:00Z", "3"),
            ("2026-06-01T01:00:00Z", "NaN"),
            ("2026-06-01T02:00:00Z", "1e400"),
            ("yesterday", "4"),
            ("2026-06-01T03:00:00Z", "1_000"),
            ("2026-06-01T04:00:00Z", "5"),
        ];
        let asked = |keep: bool| json!({ "pool": pool, "observations": rows(&given), "keepGood": keep });
        let number = |place: usize, value: &str| {
            format!(
                "observations[{place}].value: `{value}` is not a decimal number such as \"1234.56\", of at most 28 digits"
            )
        };
        let made = app.director().query_with(text, asked(true)).await["recordCapacityObservations"].clone();
        assert_eq!(
            made,
            json!({
                "recorded": 2, "refusedCount": 4, "refused": [
                    {
                        "at": null,
                        "message": "observations[3].at: `yesterday` is not a moment such as 2027-01-31T09:00:00Z",
                    },
                    { "at": "2026-06-01T01:00:00+00:00", "message": number(1, "NaN") },
                    { "at": "2026-06-01T02:00:00+00:00", "message": number(2, "1e400") },
                    { "at": "2026-06-01T03:00:00+00:00", "message": number(4, "1_000") },
                ],
            })
        );
        let days = r#"days(from: "2026-06-01", to: "2026-06-01") { peak count }"#;
        assert_eq!(seen(app, &pool, days).await["days"], json!([{ "peak": "5", "count": 2 }]));
        // All or nothing: the first that cannot be read is named.
        let refusal = app.director().expect_error_with(text, asked(false), "INVALID").await;
        assert_eq!(refusal.message, number(1, "NaN"));
        assert_eq!(refusal.field, "observations[1].value");
    });
}

#[test]
fn observations_may_come_in_any_order_and_have_to_be_numbers() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Power", "POWER", "KILOWATT", json!({})).await;
        let mixed =
            [("2026-06-02T00:00:00Z", "3"), ("2026-06-01T06:00:00Z", "1"), ("2026-06-01T00:00:00Z", "2")];
        assert_eq!(observe(app, &pool, "KILOWATT", &mixed).await, (3, 0));
        // The same in watts is the same; what was taken for kilowatts by mistake is another value of the instant.
        assert_eq!(observe(app, &pool, "WATT", &[("2026-06-01T00:00:00Z", "2000")]).await, (0, 1));
        let (field, message) = refused(app, &pool, "KILOWATT", &[("2026-06-01T00:00:00Z", "2000")]).await;
        assert_eq!(field, "observations[0].value");
        assert_eq!(message, "2000 at 2026-06-01T00:00:00Z, for which 2 was given before");
        let days = r#"days(from: "2026-06-01", to: "2026-06-02") { peak count firstAt lastAt }"#;
        assert_eq!(
            seen(app, &pool, days).await["days"][0],
            json!({
                "peak": "2", "count": 2, "firstAt": "2026-06-01T00:00:00+00:00",
                "lastAt": "2026-06-01T06:00:00+00:00",
            })
        );
        for value in ["NaN", "Infinity", "-inf", "1e400", "two", ""] {
            let given = json!({ "pool": pool, "unit": "KILOWATT", "observations": rows(&[("2026-05-30T00:00:00Z", value)]) });
            app.director().expect_error_with(OBSERVE, given, "INVALID").await;
        }
        for at in ["2026-02-30T00:00:00Z", "yesterday", "2026-06-01"] {
            let given = json!({ "pool": pool, "unit": "KILOWATT", "observations": rows(&[(at, "1")]) });
            app.director().expect_error_with(OBSERVE, given, "INVALID").await;
        }
    });
}

#[test]
fn a_key_makes_a_request_happen_once() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Ports", "PORTS", "PORT", json!({})).await;
        let asked = |value: &str| {
            let observations = rows(&[("2026-06-01T00:00:00Z", value)]);
            json!({ "pool": pool, "unit": "PORT", "observations": observations, "key": "k" })
        };
        let made = app.director().query_with(OBSERVE, asked("4")).await;
        assert_eq!(made["recordCapacityObservations"]["recorded"], 1);
        let again =
            app.director().query_with(OBSERVE, asked("4")).await["recordCapacityObservations"].clone();
        assert_eq!([&again["recorded"], &again["repeated"]], [&json!(0), &json!(1)]);
        app.director().expect_error_with(OBSERVE, asked("5"), "CONFLICT").await;
    });
}

#[test]
fn months_have_peaks_and_what_is_missing_stays_missing() {
    on_both_engines(async |app| {
        let pool = a_pool(app, "Ports", "PORTS", "PORT", json!({ "raw": "15" })).await;
        // Twenty days with peaks 1 to 20, in no order: place 19 × 0.95 = 18.05 from 0 lies between 19 and 20.
        let values: Vec<(String, String)> = (0..20)
            .map(|day| (format!("2026-04-{:02}T08:00:00Z", day + 1), ((day * 7) % 20 + 1).to_string()))
            .collect();
        let mut given: Vec<(&str, &str)> =
            values.iter().map(|(at, value)| (at.as_str(), value.as_str())).collect();
        given.push(("2026-04-05T20:00:00Z", "0"));
        given.push(("2026-07-01T01:00:00Z", "3"));
        assert_eq!(observe(app, &pool, "PORT", &given).await, (22, 0));
        let text = r#"months(from: "2026-04", months: 5) { month peak p95 isComplete daysObserved daysMissing isPartial }"#;
        let month = |month: &str, peak: Value, p95: Value, observed: u32, missing: u32, is_partial: bool| {
            let is_complete = if observed == 0 { Value::Null } else { json!(false) };
            json!({
                "month": month, "peak": peak, "p95": p95, "isComplete": is_complete, "daysObserved": observed, "daysMissing": missing,
                "isPartial": is_partial,
            })
        };
        assert_eq!(
            seen(app, &pool, text).await["months"],
            json!([
                month("2026-04", json!("20"), json!("19.05"), 20, 10, false),
                month("2026-05", Value::Null, Value::Null, 0, 31, false),
                month("2026-06", Value::Null, Value::Null, 0, 30, false),
                month("2026-07", json!("3"), json!("3"), 1, 0, true),
                month("2026-08", Value::Null, Value::Null, 0, 0, true),
            ])
        );
        // Four more days make 24 of 30: 80 %.
        let more: Vec<String> = (21..=24).map(|day| format!("2026-04-{day}T08:00:00Z")).collect();
        let more: Vec<(&str, &str)> = more.iter().map(|at| (at.as_str(), "1")).collect();
        observe(app, &pool, "PORT", &more).await;
        let complete = r#"months(from: "2026-04", months: 1) { isComplete }"#;
        assert_eq!(seen(app, &pool, complete).await["months"], json!([{ "isComplete": true }]));
        let early = r#"months(from: "2026-04", months: 1, asOf: "2026-04-10") { daysObserved daysMissing isPartial }"#;
        assert_eq!(
            seen(app, &pool, early).await["months"],
            json!([{ "daysObserved": 10, "daysMissing": 0, "isPartial": true }])
        );
        let findings = r#"findings(asOf: "2026-04-30") { code message }"#;
        assert_eq!(seen(app, &pool, findings).await["findings"], json!([]));
        observe(app, &pool, "PORT", &[("2026-06-30T00:00:00Z", "16")]).await;
        let findings = r#"findings(asOf: "2026-06-30") { code message }"#;
        assert_eq!(
            seen(app, &pool, findings).await["findings"],
            json!([{ "code": "USED_ABOVE_USABLE", "message": "16 used is above 15 usable" }])
        );
        for (arguments, code) in [("months: 0", "INVALID"), ("months: 10000", "LIMIT_EXCEEDED")] {
            let text = format!(
                r#"{{ capacityPool(id: "{pool}") {{ months(from: "2026-04", {arguments}) {{ month }} }} }}"#
            );
            app.viewer().expect_error(&text, code).await;
        }
        let backwards = format!(
            r#"{{ capacityPool(id: "{pool}") {{ days(from: "2026-04-02", to: "2026-04-01") {{ day }} }} }}"#
        );
        app.viewer().expect_error(&backwards, "INVALID").await;
    });
}

#[test]
fn statements_do_not_grow_with_pools_and_observations() {
    on_both_engines(async |app| {
        let text = r#"{ capacityPools { nodes {
            name months(from: "2026-01", months: 6) { p95 } days(from: "2026-06-01", to: "2026-06-30") { peak }
            used { quantity } reserved { quantity } raw { quantity } members { name } reservations { purpose }
            events { name } findings { code }
        } } }"#;
        let mut few = 0;
        for number in 0..5 {
            let pool = a_pool(app, &format!("Pool {number}"), "PORTS", "PORT", json!({ "raw": "48" })).await;
            for day in 1..=3 {
                let at = format!("2026-06-0{day}T00:00:00Z");
                observe(app, &pool, "PORT", &[(at.as_str(), "7")]).await;
            }
            match number {
                0 => few = app.viewer().statements_again(text).await,
                _ => assert_eq!(app.viewer().statements_again(text).await, few, "with {number} more"),
            }
        }
    });
}
