//! Methods, tables and fiscal calendars by worked examples, each asked through the books.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, examples, rule},
    entries::entry,
};

async fn charges(app: &TestApp, asset: &str, per: &str) -> Vec<Value> {
    let text = format!(r#"{{ depreciationSchedule(asset: "{asset}") {{ {per} {{ charge }} }} }}"#);
    let found = app.director().query(&text).await["depreciationSchedule"][per].clone();
    found.as_array().unwrap_or_else(|| panic!("{found}")).iter().map(|one| one["charge"].clone()).collect()
}

#[test]
fn methods_fall_over_the_years_as_the_worked_examples_do() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-01-01", "12000").await;
        let rule = rule(app, "R", "").await;
        let examples = examples();
        for (example, method, switch, salvage) in [
            ("3.SYD", "SUM_OF_YEARS_DIGITS", false, "0.1"),
            ("3.DDB.switch", "DOUBLE_DECLINING", true, "0.1"),
            ("3.DDB.noswitch", "DOUBLE_DECLINING", false, "0.1"),
            ("3.DDB.salv0_switch", "DOUBLE_DECLINING", true, "0"),
            ("3.DDB.salv0_noswitch", "DOUBLE_DECLINING", false, "0"),
            ("3.DB150.switch", "DECLINING_150", true, "0.1"),
        ] {
            let text = format!(
                r#"mutation {{ updateDepreciationRule(id: "{rule}", changes: {{ method: {method},
                    switchToStraightLine: {switch}, salvageRate: "{salvage}" }}) {{ id }} }}"#
            );
            app.finance().query(&text).await;
            assert_eq!(json!(charges(app, &asset, "years").await), examples[example], "{example}");
        }
        // The same as an entry of its own says it.
        let details = json!({ "method": "DOUBLE_DECLINING", "switchToStraightLine": true, "salvage": "0" });
        entry(app, &asset, "12000", details).await;
        assert_eq!(json!(charges(app, &asset, "years").await), examples["3.DDB.salv0_switch"]);
    });
}

#[test]
fn the_last_period_takes_the_odd_cents() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2026-01-01", "1").await;
        entry(app, &asset, "10000", json!({ "lifeMonths": 36, "rounding": "LAST_PERIOD" })).await;
        let months = charges(app, &asset, "months").await;
        let expected = &examples()["3.SL.round"];
        assert_eq!(months.len(), 36);
        assert!(months[..35].iter().all(|charge| *charge == expected[0]));
        assert_eq!(months[35], expected[1]);
    });
}

#[test]
fn half_years_of_tax_are_the_published_table() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let asset = bought(app, &estate.model, &estate.site, "A", "2025-04-10", "10000").await;
        let text = format!(
            r#"{{ depreciationSchedule(asset: "{asset}", book: TAX, tax: {{}}) {{ years {{ charge }} }} }}"#
        );
        let found = app.director().query(&text).await["depreciationSchedule"]["years"].clone();
        let expected: Vec<Value> = examples()["3.MACRS5.HY"]
            .as_array()
            .unwrap()
            .iter()
            .map(|percent| json!({ "charge": format!("{}.00", percent.as_str().unwrap().replace('.', "")) }))
            .collect();
        assert_eq!(found, json!(expected));
    });
}

#[test]
fn fiscal_calendars_cut_time_as_the_worked_examples_do() {
    on_both_engines(async |app| {
        let examples = examples();
        app.finance()
            .query(
                r#"mutation {
                    july: createFiscalCalendar(input: { name: "july", details: { startMonth: 7 } }) { id }
                    a: createFiscalCalendar(input: { name: "3.445.2010", details: {
                        pattern: W445, labelBy: START_YEAR, anchorOn: "2010-01-03" } }) { id }
                    b: createFiscalCalendar(input: { name: "3.445.2026", details: {
                        startMonth: 2, pattern: W445, labelBy: START_YEAR, anchorOn: "2026-02-01" } }) { id }
                    c: createFiscalCalendar(input: { name: "3.445.2026_53w", details: {
                        startMonth: 2, pattern: W445, labelBy: START_YEAR, anchorOn: "2026-02-01",
                        leapWeekYears: [2026] } }) { id }
                }"#,
            )
            .await;
        for (day, expected) in examples["3.fy"].as_object().unwrap() {
            let text = format!(
                r#"{{ fiscalCalendar(name: "july") {{ periodOf(date: "{day}") {{ fiscalYear period }} }} }}"#
            );
            let found = app.finance().query(&text).await["fiscalCalendar"]["periodOf"].clone();
            assert_eq!(json!([found["fiscalYear"], found["period"]]), *expected, "{day}");
        }
        for (example, year, periods) in [
            ("3.445.2010", 2010, &[0, 2, 11][..]),
            ("3.445.2026", 2026, &[0, 2, 11][..]),
            ("3.445.2026_53w", 2026, &[11][..]),
        ] {
            let text = format!(
                r#"{{ fiscalCalendar(name: "{example}") {{ periods(fiscalYear: {year}) {{ firstDay lastDay weeks }} }} }}"#
            );
            let found = app.finance().query(&text).await["fiscalCalendar"]["periods"].clone();
            let shown: Vec<Value> = periods
                .iter()
                .map(|period| &found[period])
                .map(|period| json!([period["firstDay"], period["lastDay"], period["weeks"]]))
                .collect();
            assert_eq!(json!(shown), examples[example], "{example}");
        }
    });
}

#[test]
fn a_longer_life_of_servers_is_priced_before_it_is_decided() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", r#"salvageRate: "0.1""#).await;
        for number in 0..5 {
            bought(app, &estate.model, &estate.site, &format!("A{number}"), "2026-04-10", "12000").await;
        }
        bought(app, &estate.model, &estate.site, "late", "2028-06-01", "100").await;
        let text = |change: &str| {
            format!(
                r#"{{ lifeChangeEffect(on: "2028-01-01", lifeChange: {{ {change} }}, years: 5,
                    filter: {{ model: {{ kind: {{ eq: SERVER }} }}, tag: {{ startsWith: "A" }} }}) {{
                    years {{ fiscalYear label before after difference }} changedCount unchangedCount amountsHidden
                    explain {{ formula estimated assumptions }} }} }}"#
            )
        };
        let found = app.planner().query(&text("addedMonths: 12")).await["lifeChangeEffect"].clone();
        let row = |year: usize| found["years"][year].clone();
        // Five times 12 x 180.00, and five times 12 x 137.65 with the cents where they fall.
        assert_eq!(
            row(0),
            json!({ "fiscalYear": 2028, "label": "FY28", "before": "10800.00", "after": "8258.80", "difference": "-2541.20" })
        );
        assert_eq!(
            json!([found["changedCount"], found["unchangedCount"], found["amountsHidden"]]),
            json!([5, 0, false])
        );
        let sum = |field: &str| -> i64 { (0..5).map(|year| super::books::cents(&row(year)[field])).sum() };
        assert_eq!(sum("before"), sum("after"), "what is left is written off either way");
        assert_eq!(sum("difference"), 0);
        let one = text("lifeMonths: 72").replace("\"A\"", "\"A1\"");
        let hidden = app.planner().query(&one).await["lifeChangeEffect"].clone();
        assert_eq!(json!([hidden["years"][0]["before"], hidden["amountsHidden"]]), json!([null, true]));
        let refusal = app.planner().expect_error(&text("lifeMonths: 6"), "INVALID").await;
        assert_eq!(refusal.message, "lifeChange.lifeMonths: 6 is not between 12 and 600");
        app.viewer().expect_error(&text("addedMonths: 12"), "FORBIDDEN").await;
        let director = app.director();
        assert_eq!(director.statements(&one).await, director.statements(&text("lifeMonths: 72")).await);
    });
}

#[test]
fn leaving_a_site_writes_off_what_is_there_less_what_it_brings() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        rule(app, "R", "").await;
        for (tag, site) in [("A", &estate.site), ("B", &estate.site), ("C", &estate.other_site)] {
            bought(app, &estate.model, site, tag, "2026-01-01", "6000").await;
        }
        let text = |arguments: &str| {
            format!(
                r#"{{ bookValue(on: "2027-03-31", filter: {{ site: {{ code: {{ eq: "FRA1" }} }} }}) {{
                    writeOff{arguments} {{ bookValue {{ amount }} proceeds {{ amount }} loss {{ amount currency }} }} }} }}"#
            )
        };
        let found =
            app.director().query(&text("(proceedsRate: \"0.1\")")).await["bookValue"]["writeOff"].clone();
        // Fifteen of sixty months are charged.
        assert_eq!(
            found,
            json!([{ "bookValue": { "amount": "9000.00" }, "proceeds": { "amount": "900.00" },
                     "loss": { "amount": "8100.00", "currency": "USD" } }])
        );
        let found = app.director().query(&text("")).await["bookValue"]["writeOff"][0]["loss"].clone();
        assert_eq!(found["amount"], "9000.00", "nothing is taken to be brought in");
        let refusal = app.director().expect_error(&text("(proceedsRate: 30)"), "INVALID").await;
        assert_eq!(refusal.field, "proceedsRate");
        let hidden = app.planner().query(&text("")).await["bookValue"]["writeOff"][0].clone();
        assert_eq!(
            hidden,
            json!({ "bookValue": null, "proceeds": null, "loss": null }),
            "two prices are few"
        );
    });
}
