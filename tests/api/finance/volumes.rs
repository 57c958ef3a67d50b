//! Volumes: recorded once for a measure, site and month, one by one, many at once and from files.

use api::{
    access::Role,
    export::{csv, labels::Labels, rows},
    import::{
        CsvOptions, Format, Source,
        apply::{Options, apply},
        csv::Noun,
        parse,
    },
};
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_site, id};

/// Records a volume of the company and answers with it.
pub async fn record(app: &TestApp, measure: &str, month: &str, figures: &str) -> Value {
    let text = format!(
        r#"mutation {{ recordVolume(input: {{ measure: {measure}, month: "{month}", {figures} }}) {{
            id version measure month average opening closing source site {{ code }}
        }} }}"#
    );
    app.finance().query(&text).await["recordVolume"].clone()
}

#[test]
fn a_volume_is_recorded_once_for_a_measure_site_and_month() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let first = record(app, "ENDPOINTS", "2026-03", r#"average: "4200", source: "UEM""#).await;
        assert_eq!(
            [&first["version"], &first["average"], &first["opening"], &first["source"], &first["site"]],
            [&json!(1), &json!("4200"), &Value::Null, &json!("UEM"), &Value::Null]
        );
        // The same again changes nothing, other figures take their place, and what is not said stays.
        let again = record(app, "ENDPOINTS", "2026-03", r#"average: "4200""#).await;
        assert_eq!(again, first);
        let ends = record(app, "ENDPOINTS", "2026-03", r#"opening: "4100", closing: "4300.5""#).await;
        assert_eq!(
            [
                &ends["id"],
                &ends["version"],
                &ends["average"],
                &ends["opening"],
                &ends["closing"],
                &ends["source"]
            ],
            [&first["id"], &json!(2), &Value::Null, &json!("4100"), &json!("4300.5"), &json!("UEM")]
        );
        let at_site = record(app, "ENDPOINTS", "2026-03", &format!(r#"site: "{site}", average: "12""#)).await;
        assert_ne!(at_site["id"], first["id"]);
        assert_eq!(at_site["site"]["code"], "FRA1");

        let list = |filter: &str| {
            format!(
                "{{ volumes(filter: {{ {filter} }}, orderBy: [{{ field: MONTH }}]) {{ totalCount nodes {{ id }} }} }}"
            )
        };
        for (filter, count) in [
            ("ofCompany: true", 1),
            ("ofCompany: false", 1),
            (r#"site: { code: { eq: "FRA1" } }"#, 1),
            (r#"measure: { in: [ENDPOINTS, SEATS] }, month: { gte: "2026-03" }"#, 2),
            (r#"month: { gt: "2026-03" }"#, 0),
        ] {
            let found = app.architect().query(&list(filter)).await;
            assert_eq!(found["volumes"]["totalCount"], count, "{filter}");
        }
        let one = format!(r#"{{ volume(id: {0}) {{ id }} node(id: {0}) {{ id }} }}"#, first["id"]);
        let found = app.architect().query(&one).await;
        assert_eq!([&found["volume"]["id"], &found["node"]["id"]], [&first["id"], &first["id"]]);
        let changes = format!(r#"{{ changesOf(id: {}) {{ nodes {{ action }} }} }}"#, first["id"]);
        let changes = app.director().query(&changes).await;
        assert_eq!(changes["changesOf"]["nodes"].as_array().unwrap().len(), 2);
        let remove = format!("mutation {{ removeVolume(id: {}, expectedVersion: 2) }}", first["id"]);
        assert_eq!(app.finance().query(&remove).await["removeVolume"], first["id"]);
        app.finance().expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn a_volume_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let text = |fields: &str| {
            format!(r#"mutation {{ recordVolume(input: {{ month: "2026-03", {fields} }}) {{ id }} }}"#)
        };
        for (fields, field, message) in [
            ("measure: SEATS", "average", "average: is missing: give it, or the opening and closing volume"),
            (
                r#"measure: SEATS, average: "-1""#,
                "average",
                "average: -1 is below zero: a volume is not negative",
            ),
            (
                r#"measure: SEATS, average: "1", opening: "2""#,
                "average",
                "average: 1 stands beside an opening or closing volume: give either the average or the opening and \
                 closing volume",
            ),
            (
                r#"measure: SEATS, opening: "2""#,
                "closing",
                "closing: is missing beside the opening volume of 2",
            ),
            (
                r#"measure: SEATS, closing: "2""#,
                "opening",
                "opening: is missing beside the closing volume of 2",
            ),
            (
                r#"measure: TICKETS, opening: "1", closing: "2""#,
                "opening",
                "opening: 1: TICKETS counts what happens in a month and has no opening or closing volume; give its \
                 number as average",
            ),
            (r#"measure: SEATS, average: "1", source: " ""#, "source", "source: is blank"),
        ] {
            let refusal = finance.expect_error(&text(fields), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{fields}");
        }
        let stranger = r#"measure: SEATS, average: "1", site: "site_00000000000000000000000000000000""#;
        finance.expect_error(&text(stranger), "NOT_FOUND").await;
        let seats = text(r#"measure: SEATS, average: "1""#);
        app.planner().expect_error(&seats, "FORBIDDEN").await;
        app.viewer().expect_error("{ volumes { totalCount } }", "FORBIDDEN").await;
        let early =
            r#"mutation { recordVolume(input: { measure: SEATS, month: "1900-01", average: "1" }) { id } }"#;
        assert_eq!(finance.expect_error(early, "INVALID").await.field, "month");

        let volume = id(&record(app, "SEATS", "2026-03", r#"average: "1""#).await);
        let remove = format!(r#"mutation {{ removeVolume(id: "{volume}", expectedVersion: 7) }}"#);
        finance.expect_error(&remove, "CONFLICT").await;
    });
}

#[test]
fn many_volumes_are_recorded_each_by_itself() {
    on_both_engines(async |app| {
        let text = r#"mutation { recordVolumes(inputs: [
            { measure: USED_TERABYTES, month: "2026-01", average: "800" },
            { measure: USED_TERABYTES, month: "2026-02", average: "-1" },
            { measure: USED_TERABYTES, month: "2026-03", average: "0.1234567891" },
            { measure: USED_TERABYTES, month: "2026-04", opening: "800", closing: "840" }
        ]) { index volume { month } error { code field message } } }"#;
        let made = app.finance().query(text).await["recordVolumes"].clone();
        let errors: Vec<_> =
            made.as_array().unwrap().iter().map(|row| row["error"]["field"].clone()).collect();
        assert_eq!(errors, [Value::Null, json!("average"), json!("average"), Value::Null]);
        assert_eq!(made[3]["volume"]["month"], "2026-04");
        app.finance().query(text).await;
        let found = app.finance().query("{ volumes { totalCount } }").await;
        assert_eq!(found["volumes"]["totalCount"], 2);
        let none = "mutation { recordVolumes(inputs: []) { index } }";
        assert_eq!(app.finance().expect_error(none, "INVALID").await.field, "inputs");
    });
}

/// Applies files of our own CSV, and answers with `noun created/updated/unchanged/refused` and all problems.
pub async fn import(app: &TestApp, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let sources =
        files.iter().map(|(name, text)| Source { name: (*name).into(), bytes: text.as_bytes().to_vec() });
    let parsed = parse(Format::Csv(None), &sources.collect::<Vec<_>>(), &CsvOptions::default());
    let report = apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap();
    let counts = report
        .nouns
        .iter()
        .map(|it| format!("{} {}/{}/{}/{}", it.noun, it.created, it.updated, it.unchanged, it.refused));
    (counts.collect(), report.problems.iter().map(ToString::to_string).collect())
}

/// All rows of a noun, as the text of its file.
pub async fn export(app: &TestApp, noun: Noun) -> String {
    let reader = rows::open(app.store(), &app.caller(Role::Director), noun).unwrap();
    let page = rows::page(&reader, noun, None, 1_000, &mut Labels::default()).await.unwrap();
    let header = noun.columns().iter().map(|column| column.name);
    csv::table(header, page.lines.into_iter().map(|line| line.into_iter().map(|(_, cell)| cell)))
}

#[test]
fn volumes_come_from_files_and_go_to_files() {
    on_both_engines(async |app| {
        a_site(app, "FRA1").await;
        let file = "measure,site,month,average,opening,closing,source\n\
            ENDPOINTS,,2026-03,4200,,,UEM\n\
            USED_TERABYTES,FRA1,2026-03,,800,840,\n\
            SEATS,,2026-03,,1,,\n\
            SEATS,NOWHERE,2026-03,1,,,\n";
        let (counts, problems) = import(app, &[("volumes.csv", file)]).await;
        assert_eq!(counts, ["volume 2/0/0/2"]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("closing") && problems[1].contains("site"), "{problems:?}");
        let written = export(app, Noun::Volume).await;
        let (counts, problems) = import(app, &[("volumes.csv", &written)]).await;
        assert_eq!((counts, problems), (vec!["volume 0/0/2/0".to_owned()], vec![]));
        // An average takes the place of both ends.
        let (counts, _) =
            import(app, &[("volumes.csv", "measure,site,month,average\nUSED_TERABYTES,FRA1,2026-03,820\n")])
                .await;
        assert_eq!(counts, ["volume 0/1/0/0"]);
        assert!(export(app, Noun::Volume).await.contains("USED_TERABYTES,FRA1,2026-03,820,,,"));
    });
}
