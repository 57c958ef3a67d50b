//! Depreciation rules.

use serde_json::json;
use support::on_both_engines;

use super::id;

const WHOLE: &str = "id version createdAt updatedAt name book kinds method switchToStraightLine lifeMonths
    salvageRate convention rounding active";

#[test]
fn a_rule_says_all_that_was_said_of_it() {
    on_both_engines(async |app| {
        let create = format!(
            r#"mutation {{ createDepreciationRule(idempotencyKey: "k", input: {{ name: "Tax", lifeMonths: 60, details: {{
                book: TAX, kinds: [SERVER, STORAGE], method: DECLINING_150, switchToStraightLine: true,
                salvageRate: "0.1", convention: HALF_YEAR, rounding: LAST_PERIOD
            }} }}) {{ {WHOLE} }} }}"#
        );
        let made = app.finance().query(&create).await["createDepreciationRule"].clone();
        let read = format!(
            "{{ depreciationRule(id: \"{}\") {{ {WHOLE} }} byName: depreciationRule(name: \"Tax\") {{ version }} }}",
            id(&made)
        );
        let found = app.viewer().query(&read).await;
        assert_eq!(found["depreciationRule"], made);
        assert_eq!(found["byName"]["version"], 1);
        let mut said = made.clone();
        for column in ["id", "version", "createdAt", "updatedAt"] {
            said.as_object_mut().unwrap().remove(column);
        }
        assert_eq!(
            said,
            json!({ "name": "Tax", "book": "TAX", "kinds": ["SERVER", "STORAGE"], "method": "DECLINING_150",
                    "switchToStraightLine": true, "lifeMonths": 60, "salvageRate": "0.1",
                    "convention": "HALF_YEAR", "rounding": "LAST_PERIOD", "active": true })
        );
        assert_eq!(app.finance().query(&create).await["createDepreciationRule"], made);

        let update = |version: i32| {
            format!(
                "mutation {{ updateDepreciationRule(id: \"{}\", expectedVersion: {version}, changes: {{ \
                 lifeMonths: 72, active: false, kinds: [] }}) {{ version lifeMonths active kinds book }} }}",
                id(&made)
            )
        };
        let changed = app.finance().query(&update(1)).await;
        assert_eq!(
            changed["updateDepreciationRule"],
            json!({ "version": 2, "lifeMonths": 72, "active": false, "kinds": [], "book": "TAX" })
        );
        app.finance().expect_error(&update(1), "CONFLICT").await;
        app.planner().expect_error(&update(2), "FORBIDDEN").await;
    });
}

#[test]
fn a_rule_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let create = |life: i32, details: &str| {
            format!(
                "mutation {{ createDepreciationRule(input: {{ name: \"R\", lifeMonths: {life}, details: {{ {details} }} }}) {{ id }} }}"
            )
        };
        for (life, details, message) in [
            (5, "", "lifeMonths: 5 is less than 12 months, and less than a year is no life; 5 years are 60"),
            (0, "", "lifeMonths: 0 is not between 12 and 600"),
            (601, "", "lifeMonths: 601 is not between 12 and 600"),
            (60, "salvageRate: 10", "salvageRate: 10 is more than 1; this is a fraction, so 10 % is 0.1"),
            (60, "salvageRate: -0.1", "salvageRate: -0.1 is less than 0"),
            (
                60,
                "switchToStraightLine: true",
                "switchToStraightLine: true has no meaning for a method that does not decline by a rate",
            ),
        ] {
            let refusal = finance.expect_error(&create(life, details), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        finance.query(&create(60, "")).await;
        let refusal = finance.expect_error(&create(60, ""), "INVALID").await;
        assert_eq!(refusal.message, "name: another depreciation rule already has it");
        app.planner().expect_error(&create(60, ""), "FORBIDDEN").await;

        finance
            .query("mutation { createDepreciationRule(input: { name: \"S\", lifeMonths: 84 }) { id } }")
            .await;
        let query = "{ depreciationRules(filter: { lifeMonths: { gte: 60 }, book: { eq: BOOK }, active: { eq: true }, \
                     method: { eq: STRAIGHT_LINE }, not: { name: { eq: \"R\" } } }, orderBy: [{ field: LIFE_MONTHS }]) \
                     { nodes { name } totalCount } }";
        let found = app.viewer().query(query).await;
        assert_eq!(found["depreciationRules"], json!({ "nodes": [{ "name": "S" }], "totalCount": 1 }));
    });
}
