//! Imports and exports over GraphQL.

use serde_json::json;
use support::on_both_engines;

use super::*;

const IMPORT: &str =
    "mutation($name: String!, $text: String!, $dry: Boolean! = false, $csv: CsvOptionsInput! = {}) {
    importText(format: CSV, name: $name, text: $text, dryRun: $dry, csv: $csv) {
        dryRun written unreadable
        nouns { noun created updated unchanged refused }
        problemCount errors: problemCount(severity: ERROR)
        problems(first: 5) { file row column value message severity }
        changes(first: 5) { noun key outcome file row fields { column before after } }
    }
}";

#[test]
fn a_report_says_everything() {
    on_both_engines(async |app| {
        let text = "code,name,kind,time_zone,country\nHQ,Office,OFFICE,UTC,DE\nB,Bad,OFFICE,Mars/Olympus,\n";
        let data = app.planner().query_with(IMPORT, json!({ "name": "sites.csv", "text": text })).await;
        assert_eq!(
            data["importText"],
            json!({
                "dryRun": false, "written": true, "unreadable": 1,
                "nouns": [{ "noun": "SITE", "created": 1, "updated": 0, "unchanged": 0, "refused": 0 }],
                "problemCount": 1, "errors": 1,
                "problems": [{
                    "file": "sites.csv", "row": 3, "column": "time_zone", "value": "Mars/Olympus",
                    "message": "is not a time zone like Europe/Berlin", "severity": "ERROR",
                }],
                "changes": [{
                    "noun": "SITE", "key": "HQ", "outcome": "CREATED", "file": "sites.csv", "row": 2, "fields": [],
                }],
            })
        );
        let text = "code;name;opened_on\nHQ;Head office;31.12.2020\n";
        let csv = json!({ "noun": "SITE", "dateFormat": "DAY_MONTH_YEAR", "delimiter": ";" });
        let input = json!({ "name": "x.txt", "text": text, "csv": csv, "dry": true });
        let data = app.planner().query_with(IMPORT, input).await;
        assert_eq!(data["importText"]["dryRun"], true);
        assert_eq!(
            data["importText"]["changes"][0]["fields"],
            json!([
                { "column": "name", "before": "Office", "after": "Head office" },
                { "column": "opened_on", "before": "", "after": "2020-12-31" },
            ])
        );
    });
}

#[test]
fn nobody_imports_without_a_permission() {
    on_both_engines(async |app| {
        let input = json!({ "name": "sites.csv", "text": "code,name\nHQ,Office\n" });
        for client in [app.viewer(), app.architect(), app.as_role(Role::Auditor)] {
            client.expect_error_with(IMPORT, input.clone(), "FORBIDDEN").await;
        }
        app.admin().expect_error_with(IMPORT, input.clone(), "FORBIDDEN").await;
        app.nobody().expect_error_with(IMPORT, input, "UNAUTHENTICATED").await;
        let input = json!({ "name": "a.csv", "text": "", "csv": { "delimiter": "::" } });
        let error = app.planner().expect_error_with(IMPORT, input, "INVALID").await;
        assert_eq!(error.field, "csv.delimiter");
    });
}

#[test]
fn exports_come_in_pages_that_join() {
    on_both_engines(async |app| {
        furnish(app).await;
        let export =
            "query($after: String) { exportCsv(noun: SITE, first: 1, after: $after) { text rows next } }";
        let first = app.viewer().query_with(export, json!({})).await["exportCsv"].take();
        assert_eq!(first["rows"], 1);
        assert!(first["text"].as_str().unwrap().starts_with("code,name,kind,"), "{first}");
        let second =
            app.viewer().query_with(export, json!({ "after": first["next"] })).await["exportCsv"].take();
        assert_eq!(second["text"].as_str().unwrap().lines().count(), 1);
        let last =
            app.viewer().query_with(export, json!({ "after": second["next"] })).await["exportCsv"].take();
        assert_eq!(last, json!({ "text": "", "rows": 0, "next": null }));
        let error =
            app.viewer().expect_error("{ exportCsv(noun: SITE, after: \"x\") { text } }", "INVALID").await;
        assert_eq!(error.field, "after");
        let error =
            app.viewer().expect_error("{ exportCsv(noun: SITE, first: 0) { text } }", "INVALID").await;
        assert_eq!(error.field, "first");
    });
}

#[test]
fn prices_are_exported_to_those_who_may_see_them() {
    on_both_engines(async |app| {
        let assets = "{ exportCsv(noun: ASSET) { rows } }";
        app.planner().expect_error(assets, "FORBIDDEN").await;
        app.director().query(assets).await;
        app.director().expect_error("{ exportCsv(noun: USER) { rows } }", "FORBIDDEN").await;
        app.admin().query("{ exportCsv(noun: USER) { rows } }").await;
        app.admin().expect_error("{ exportCsv(noun: SITE) { rows } }", "FORBIDDEN").await;
        let template = app.viewer().query("{ csvTemplate(noun: EXCHANGE_RATE) { text description } }").await;
        assert_eq!(
            template["csvTemplate"]["text"],
            "base,quote,on_date,kind,rate\r\nEUR,USD,2026-01-01,PLAN,1.1\r\n"
        );
        app.nobody().expect_error("{ csvTemplate(noun: SITE) { text } }", "UNAUTHENTICATED").await;
    });
}

#[test]
fn what_is_seldom_true_of_a_file_is_said_of_it_whatever_the_estate_is() {
    on_both_engines(async |app| {
        furnish(app).await;
        let head = "tag,serial,quantity,manufacturer,model,site,purchased_on\n";
        let old = (0..90)
            .map(|row| format!("O-{row},,1,Dell,R650,FRA1,2024-{:02}-{:02}\n", row % 12 + 1, row % 28 + 1));
        let old = format!("{head}{}", old.collect::<String>());
        let report = import(app, &[("assets.csv", &old)]).await;
        assert_eq!(problems(&report), [""; 0]);
        let new = (0..12).map(|row| format!("N-{row},,,Dell,R650,FRA1,2026-06-30\n")).collect::<String>();
        let more = "T-1,SN-7,1,Dell,R650,FRA1,\nT-2,sn-7,1,Dell,R650,FRA1,\nT-3,SN-8,2,Dell,R650,FRA1,\n\
                    T-4,,3,Dell,R650,FRA1,\n";
        let text = format!("{head}{new}{more}");
        let input = json!({ "name": "assets.csv", "text": text });
        let report = app.planner().query_with(IMPORT, input).await["importText"].clone();
        let said: Vec<_> = report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| {
                format!(
                    "{} {} {} {}",
                    problem["row"], problem["severity"], problem["column"], problem["message"]
                )
            })
            .collect();
        insta::assert_snapshot!(said.join("\n").replace('"', ""), @r"
        null WARNING null 12 of 12 assets share the purchase date 2026-06-30: is it a default?
        15 WARNING serial is the serial of T-1 too
        16 ERROR null quantity is 2, and the serial SN-8 names one piece: give each a row of its own
        17 ERROR null quantity is 3: each asset has a tag of its own, so give each a row of its own
        ");
        assert_eq!(report["nouns"][0]["created"], 14, "the others are taken");
        let text = "{ inventoryFindings(kinds: [DEFAULT_PURCHASE_DATE, DUPLICATE_SERIAL]) { count } }";
        let found = app.planner().query(text).await["inventoryFindings"].clone();
        assert_eq!(
            found,
            json!([{ "count": 0 }, { "count": 2 }]),
            "the estate hides the day, and not the serials"
        );

        let models = "manufacturer,name,kind,list_price_amount,list_price_currency,list_price_on\n\
                      Dell,R660,SERVER,0,USD,2026-06-01\n";
        let input = json!({ "name": "hardware_models.csv", "text": models });
        let report = app.as_role(Role::Director).query_with(IMPORT, input).await["importText"].clone();
        assert_eq!(report["problems"][0]["message"], "is a price of nothing: leave it empty if unknown");
        assert_eq!(report["nouns"][0]["created"], 1);
    });
}
