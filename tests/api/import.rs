//! Imports and exports: files in, rows and reports out, on both engines.

mod applying;
mod commands;
mod exporting;
mod foreign;
mod graphql;
mod life;
mod places;
mod plans;
mod power;
mod refusing;
mod scenarios;
mod upload;

use api::{
    access::Role,
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Mode, Options, Report, apply},
        parse,
    },
};
use sea_orm::{FromQueryResult, JsonValue, Statement};
use support::TestApp;

/// Sites, racks, a maker and two models to put assets into.
const SURROUNDINGS: [(&str, &str); 5] = [
    (
        "sites.csv",
        "code,name,kind,time_zone\nFRA1,Frankfurt,COLOCATION,Europe/Berlin\nHQ,Office,OFFICE,UTC\n",
    ),
    ("racks.csv", "site,name,height_units,weight_limit_kilograms\nFRA1,A01,42,\nFRA1,A02,10,50\n"),
    ("manufacturers.csv", "name\nDell\n"),
    (
        "hardware_models.csv",
        "manufacturer,name,kind,height_units,weight_kilograms\nDell,R650,SERVER,1,20\nDell,M1000e,CHASSIS,10,40\n\
         Dell,M640,BLADE,,\n",
    ),
    ("vendors.csv", "code,name\nCDW,CDW Corporation\n"),
];

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    let source =
        |(name, text): &(&str, &str)| Source { name: (*name).into(), bytes: text.as_bytes().to_vec() };
    files.iter().map(source).collect()
}

pub(crate) async fn import(app: &TestApp, files: &[(&str, &str)]) -> Report {
    import_with(app, files, Options::default()).await
}

async fn dry_run(app: &TestApp, files: &[(&str, &str)]) -> Report {
    import_with(app, files, Options { dry_run: true, ..Options::default() }).await
}

async fn all_or_nothing(app: &TestApp, files: &[(&str, &str)]) -> Report {
    import_with(app, files, Options { mode: Mode::AllOrNothing, ..Options::default() }).await
}

async fn import_with(app: &TestApp, files: &[(&str, &str)], options: Options<'_>) -> Report {
    let parsed = parse(Format::Csv(None), &sources(files), &CsvOptions::default());
    let caller = app.caller(Role::Director);
    apply(app.store(), &caller, parsed, options).await.unwrap()
}

async fn furnish(app: &TestApp) {
    let report = import(app, &SURROUNDINGS).await;
    assert_eq!(report.refused(), 0, "{:?}", problems(&report));
}

/// `noun created/updated/unchanged/refused` of every noun.
pub(crate) fn counts(report: &Report) -> Vec<String> {
    let count = |it: &api::import::apply::Counts| {
        format!("{} {}/{}/{}/{}", it.noun, it.created, it.updated, it.unchanged, it.refused)
    };
    report.nouns.iter().map(count).collect()
}

fn problems(report: &Report) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

pub(crate) fn errors(report: &Report) -> Vec<String> {
    report.problems_of(Severity::Error).map(ToString::to_string).collect()
}

/// What updated rows say now instead: `key column: before -> after`.
fn changes(report: &Report) -> Vec<String> {
    let fields = report.changes.iter().flat_map(|change| {
        let of = |it: &api::import::apply::FieldChange| {
            format!("{} {}: {} -> {}", change.key, it.column, it.before, it.after)
        };
        change.fields.iter().map(of)
    });
    fields.collect()
}

/// Every row of every table.
async fn dump(app: &TestApp) -> Vec<(String, Vec<JsonValue>)> {
    let db = app.database().connect().await;
    let mut tables = Vec::new();
    for table in entity::id::KINDS {
        let sql = format!("SELECT * FROM \"{table}\" ORDER BY 1, 2");
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let rows = JsonValue::find_by_statement(statement).all(&db).await.unwrap();
        tables.push(((*table).to_owned(), rows));
    }
    db.close().await.unwrap();
    tables
}
