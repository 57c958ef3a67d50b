//! Roll-forwards: that they foot, what they hide, and what is refused of them.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{a_model, bought, cents, examples, retire, rule},
};

const ROW: &str = "keys { dimension value } currency count amountsHidden openingBookValue closingBookValue
    cost { opening added charged removed closing } accumulated { opening added charged removed closing }
    impairment { opening added charged removed closing }";

/// The class of the worked example: what opens with 5,400 of which 2,100 are written off.
async fn a_class(app: &TestApp) -> Estate {
    let estate = Estate::build(app).await;
    rule(app, "five years", "kinds: [SERVER]").await;
    rule(app, "never", "kinds: [STORAGE], salvageRate: 1").await;
    let storage = a_model(app, "STORAGE").await;
    let (server, site, other) = (&estate.model, &estate.site, &estate.other_site);
    bought(app, server, site, "A1", "2024-01-01", "4390").await;
    bought(app, server, site, "A2", "2015-01-01", "99").await;
    bought(app, &storage, other, "A3", "2020-01-01", "601").await;
    let old = bought(app, server, other, "B1", "2015-01-01", "245").await;
    let sold = bought(app, &storage, site, "B2", "2020-01-01", "65").await;
    bought(app, server, other, "C", "2026-07-01", "820").await;
    retire(app, &old, "2026-06-30").await;
    retire(app, &sold, "2026-06-30").await;
    estate
}

#[test]
fn a_roll_forward_foots_as_the_worked_example_does() {
    on_both_engines(async |app| {
        a_class(app).await;
        let ask = |from: &str, to: &str, by: &str| {
            format!(
                r#"{{ rollForward(from: "{from}", to: "{to}" {by}) {{ from to book rows {{ {ROW} }} totals {{ {ROW} }}
                    coverage {{ coveredCount totalCount }} explain {{ formula assumptions excluded }} }} }}"#
            )
        };
        let found = app.director().query(&ask("2026-01", "2026-12", "")).await["rollForward"].clone();
        let total = &found["totals"][0];
        let expected = &examples()["3.rollforward"];
        let whole = |units: &Value| json!(format!("{}.00", units.as_i64().unwrap()));
        assert_eq!(
            total["cost"],
            json!({ "opening": "5400.00", "added": "820.00", "charged": "0.00", "removed": "310.00",
                    "closing": whole(&expected["close_cost"]) })
        );
        assert_eq!(
            total["accumulated"],
            json!({ "opening": "2100.00", "added": "0.00", "charged": "960.00", "removed": "245.00",
                    "closing": whole(&expected["close_acc"]) })
        );
        assert_eq!(total["closingBookValue"], whole(&expected["close_nbv"]));
        assert_eq!(total["count"], 6);

        for by in ["[SITE]", "[RULE]", "[KIND, SITE]", "[OWNER, COST_CENTRE]", "[]"] {
            let by = format!(", groupBy: {by}");
            let found = app.director().query(&ask("2026-01", "2026-12", &by)).await["rollForward"].clone();
            assert_eq!(found["totals"][0]["cost"], total["cost"], "{by}");
            for (table, field) in [("cost", "closing"), ("accumulated", "charged"), ("cost", "removed")] {
                let rows = found["rows"].as_array().unwrap().iter();
                let sum: i64 = rows.map(|row| cents(&row[table][field])).sum();
                assert_eq!(sum, cents(&total[table][field]), "{by}: {table}.{field}");
            }
            for row in found["rows"].as_array().unwrap() {
                for table in ["cost", "accumulated", "impairment"] {
                    let of = |field: &str| cents(&row[table][field]);
                    assert_eq!(of("opening") + of("added") + of("charged") - of("removed"), of("closing"));
                }
                let of = |table: &str| cents(&row[table]["closing"]);
                assert_eq!(
                    of("cost") - of("accumulated") - of("impairment"),
                    cents(&row["closingBookValue"])
                );
            }
        }
        let first = app.director().query(&ask("2026-01", "2026-06", "")).await["rollForward"].clone();
        let second = app.director().query(&ask("2026-07", "2026-12", "")).await["rollForward"].clone();
        for table in ["cost", "accumulated", "impairment"] {
            let (first, second) = (&first["totals"][0][table], &second["totals"][0][table]);
            assert_eq!(first["closing"], second["opening"], "{table}");
            assert_eq!(second["closing"], total[table]["closing"], "{table}");
        }
        let value = app.director().query(r#"{ bookValue(on: "2026-12-31") { total { amount } } }"#).await;
        assert_eq!(value["bookValue"]["total"]["amount"], total["closingBookValue"]);
    });
}

#[test]
fn a_roll_forward_is_refused_or_hidden_for_a_reason() {
    on_both_engines(async |app| {
        let estate = a_class(app).await;
        for (arguments, message) in [
            (r#"from: "2026-02", to: "2026-01""#, "to: 2026-01 lies before 2026-02"),
            (r#"from: "1980-01", to: "2030-01""#, "to: 2030-01 is more than 600 months after 1980-01"),
            (r#"from: "1066-01", to: "2026-01""#, "from: 1066-01-01 is not between 1970 and 2199"),
            (r#"from: "2026-01", to: "2026-01", groupBy: [SITE, SITE]"#, "groupBy: Site is named twice"),
            (
                r#"from: "2026-01", to: "2026-01", tax: { bonusRate: 0 }"#,
                "tax: has a meaning in the book TAX only",
            ),
        ] {
            let text = format!("{{ rollForward({arguments}) {{ from }} }}");
            assert_eq!(app.director().expect_error(&text, "INVALID").await.message, message);
        }
        let text = format!(
            r#"{{ rollForward(from: "2026-01", to: "2026-12", groupBy: [SITE]) {{ rows {{ {ROW} }} totals {{ {ROW} }} }} }}"#
        );
        let found = app.planner().query(&text).await["rollForward"].clone();
        assert_eq!(found["totals"][0]["amountsHidden"], false);
        for row in found["rows"].as_array().unwrap() {
            assert_eq!(row["amountsHidden"], true, "three prices are too few for a sum");
            assert_eq!(row["cost"], Value::Null);
            assert_eq!(row["closingBookValue"], Value::Null);
        }
        for tag in ["D1", "D2", "D3"] {
            bought(app, &estate.model, &estate.site, tag, "2025-01-01", "10").await;
        }
        let found = app.planner().query(&text).await["rollForward"].clone();
        for row in found["rows"].as_array().unwrap() {
            assert_eq!(row["amountsHidden"], true, "the total less the other row would tell the small one");
        }
        app.viewer().expect_error(&text, "FORBIDDEN").await;
        app.architect().expect_error(&text, "FORBIDDEN").await;
    });
}
