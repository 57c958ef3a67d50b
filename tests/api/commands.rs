//! Commands as a shell starts them: what they print, to whom, and how they end.

mod pictures;
mod series;

use std::{path::Path, process::Stdio};

use serde_json::Value;
use support::{Database, Engine, block_on, on_both_engines, plinth};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = plinth().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The roadmap of the demo estate over fifteen months, of which the last three are no whole year.
fn roadmap(database: &Database, more: &[&str]) -> (Option<i32>, String, String) {
    roadmap_of(database, &[&["--months", "15"], more].concat())
}

fn roadmap_of(database: &Database, more: &[&str]) -> (Option<i32>, String, String) {
    let question = ["roadmap", "--from", "2027-01", "--as-of", "2026-12-01"];
    run(&[&["--database-url", database.url()], &question[..], more].concat())
}

fn fill(database: &Database) {
    let (code, _, told) = run(&["demo", "--assets", "400", "--database-url", database.url()]);
    assert_eq!(code, Some(0), "{told}");
}

/// The cells of a file by RFC 4180, to the letter: quotes around a cell or none in it, `\r\n` after each line.
pub(crate) fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut rest) = (Vec::new(), Vec::new(), text);
    while !rest.is_empty() {
        let cell = if let Some(quoted) = rest.strip_prefix('"') {
            let end = (0..quoted.len())
                .filter(|at| quoted.is_char_boundary(*at) && quoted[*at..].starts_with('"'))
                .find(|at| quoted[..*at].matches('"').count() % 2 == 0 && !quoted[at + 1..].starts_with('"'))
                .unwrap();
            rest = &quoted[end + 1..];
            quoted[..end].replace("\"\"", "\"")
        } else {
            let end = rest.find([',', '\r', '\n']).unwrap();
            let cell = &rest[..end];
            assert!(!cell.contains('"'), "a quote inside of {cell}");
            rest = &rest[end..];
            cell.to_owned()
        };
        row.push(cell);
        if let Some(next) = rest.strip_prefix(',') {
            rest = next;
        } else {
            rest = rest.strip_prefix("\r\n").unwrap();
            rows.push(std::mem::take(&mut row));
        }
    }
    assert!(row.is_empty(), "the last line has no end");
    rows
}

/// An amount in hundredths.
fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap_or_else(|_| panic!("`{text}` is no amount with two decimals"))
}

#[test]
fn the_roadmap_for_a_spreadsheet_is_one_table_with_its_total() {
    on_both_engines(async |app| {
        fill(app.database());
        let more = ["--currency", "USD", "--view", "cash", "--group-by", "site,owner", "--format", "csv"];
        let (code, text, told) = roadmap(app.database(), &more);
        assert_eq!(code, Some(0), "{told}");
        let rows = read_csv(&text);
        let (header, lines) = rows.split_first().unwrap();
        assert!(rows.iter().all(|row| row.len() == header.len()), "{text}");
        assert_eq!(
            header[..7],
            ["as_of", "view", "currency", "fiscal_calendar", "category", "site", "owner"]
        );
        assert!(header[7..header.len() - 1].iter().any(|period| period.contains(" months)")), "{header:?}");
        assert_eq!(header.last().unwrap(), "total");
        assert!(lines.iter().all(|line| line[..3] == ["2026-12-01", "CASH", "USD"]));
        let (total, lines) = lines.split_last().unwrap();
        assert_eq!(total[4..7], ["total", "", ""]);
        assert!(lines.len() > 10);
        for column in 7..header.len() {
            let sum: i64 = lines.iter().map(|line| cents(&line[column])).sum();
            assert_eq!(sum, cents(&total[column]), "{}", header[column]);
        }
        assert!(told.lines().any(|line| line.starts_with("left out: ")), "{told}");
    });
}

#[test]
fn the_roadmap_says_what_it_left_out_and_why() {
    on_both_engines(async |app| {
        fill(app.database());
        let (code, table, told) = roadmap(app.database(), &["--currency", "USD"]);
        assert_eq!((code, told.as_str()), (Some(0), ""));
        let remark = table.lines().find(|line| line.starts_with("left out: ")).unwrap();
        assert!(remark.contains(" assets: ") || remark.contains(" asset: "), "{remark}");
        assert!(table.contains("colocation contracts: "), "{table}");
        assert!(table.contains("(3 months)"), "{table}");
        assert!(table.lines().next().unwrap().contains("profit and loss, USD, "), "{table}");

        let (_, text, _) =
            roadmap(app.database(), &["--currency", "USD", "--group-by", "provider", "--format", "json"]);
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["view"], "PNL");
        assert!(json["leftOut"].as_array().unwrap().iter().any(|left| left["subject"] == "assets"), "{text}");
        let reason = json["leftOut"][0]["reason"].as_str().unwrap();
        assert!(table.contains(reason), "{reason} is not in {table}");
        assert_eq!(json["monthsOfPartialPeriods"].as_object().unwrap().len(), 1);
        let lines = json["lines"].as_array().unwrap();
        assert!(lines.iter().any(|line| line["keys"]["provider"] == "AWS"), "{text}");
        let sum: i64 = lines.iter().map(|line| cents(line["total"].as_str().unwrap())).sum();
        assert_eq!(sum, cents(json["total"].as_str().unwrap()));
    });
}

#[test]
fn the_roadmap_counts_by_the_calendar_that_is_named() {
    on_both_engines(async |app| {
        fill(app.database());
        app.finance()
            .query(
                "mutation { createFiscalCalendar(input: { name: \"July\",
                   details: { startMonth: 7, labelBy: END_YEAR, pattern: MONTHS } }) { id } }",
            )
            .await;
        let more = ["--currency", "USD", "--fiscal-calendar", "July", "--columns", "quarters"];
        let (code, table, told) = roadmap(app.database(), &more);
        assert_eq!(code, Some(0), "{told}");
        assert!(table.contains(", July, as of") && table.contains("FY27 Q3"), "{table}");
        let (code, _, told) = roadmap(app.database(), &["--currency", "USD", "--fiscal-calendar", "Juli"]);
        let said = "plinth: --fiscal-calendar `Juli`: there is no such calendar\n";
        assert_eq!((code, told.as_str()), (Some(2), said));
    });
}

#[test]
fn a_question_that_has_no_answer_is_wrong_use() {
    on_both_engines(async |app| {
        fill(app.database());
        for (more, said) in [
            (&["--months", "500"][..], "--months `500`: 500 is not in 1..=120"),
            (&["--months", "-1"], "--months `-1`: "),
            (&[], "--currency: is needed, for the estate costs money in "),
            (&["--group-by", "colour", "--view", "gold"], "--view `gold`: "),
        ] {
            let (code, _, told) = roadmap_of(app.database(), more);
            assert_eq!(code, Some(2), "{told}");
            assert!(told.contains(said), "{told}");
        }
    });
}

#[test]
fn whoever_stops_reading_is_no_failure() {
    on_both_engines(async |app| {
        fill(app.database());
        let folder = tempfile::tempdir().unwrap();
        let sites = folder.path().join("sites.csv").display().to_string();
        std::fs::write(&sites, "code,name,kind,time_zone\nX,X,OFFICE,UTC\nY\n").unwrap();
        for (arguments, expected) in [
            (&["schema"][..], 0),
            (&["export", "--format", "json"], 0),
            (&["export", "--format", "csv", "--noun", "asset"], 0),
            (&["roadmap", "--currency", "USD", "--format", "json"], 0),
            (&["migrate", "status"], 0),
            // Rows were refused, whoever reads it.
            (&["import", "--format", "csv", &sites], 3),
        ] {
            let mut command = plinth();
            command.args(["--database-url", app.database().url()]).args(arguments);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {told}");
            assert!(!told.contains("panicked"), "{arguments:?}: {told}");
        }
        let mut command = plinth();
        command.args(["--database-url", app.database().url(), "import", "--format", "csv", &sites]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(3));
    });
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_those_who_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mistyped.sqlite");
    let url = format!("sqlite://{}", file.display());
    let sites = folder.path().join("sites.csv").display().to_string();
    std::fs::write(&sites, "code,name\nX,X\n").unwrap();
    let reading: [&[&str]; 5] = [
        &["roadmap"],
        &["export", "--format", "json"],
        &["import", "--format", "csv", &sites],
        &["migrate", "status"],
        &["migrate", "down", "--yes"],
    ];
    for arguments in reading {
        let (code, _, told) = run(&[&["--database-url", &url], arguments].concat());
        assert_eq!(code, Some(4), "{arguments:?}: {told}");
        let said = format!("there is no database at {}", file.display());
        assert!(told.contains(&said) && told.contains("`plinth migrate up`"), "{arguments:?}: {told}");
        assert!(!file.exists(), "{arguments:?} made the file");
    }
    std::fs::write(&file, []).unwrap();
    for arguments in &reading[..3] {
        let (code, _, told) = run(&[&["--database-url", &url], *arguments].concat());
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains("migrations are outstanding: run `plinth migrate up` first"), "{told}");
    }
    std::fs::remove_file(&file).unwrap();
    let (code, _, told) = run(&["--database-url", &url, "migrate", "up"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(Path::new(&file).exists());
}

#[test]
fn settings_of_every_command_stand_under_a_heading_of_their_own() {
    for command in ["serve", "roadmap", "import", "export", "demo", "token"] {
        let (code, help, _) = run(&[command, "--help"]);
        assert_eq!(code, Some(0));
        let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{text} is missing in\n{help}"));
        let heading = place("Settings of every command:");
        for own in ["--database-url", "--database-connections", "--log ", "--log-format"] {
            assert!(place(own) > heading, "{own} stands before the heading in\n{help}");
        }
        assert!(place("Options:") < heading, "{help}");
    }
}

#[test]
fn an_empty_roadmap_is_a_table_too() {
    block_on(async {
        let database = Database::migrated(Engine::Sqlite).await;
        let (code, text, told) = roadmap(&database, &["--format", "csv"]);
        assert_eq!((code, told.as_str()), (Some(0), ""));
        let rows = read_csv(&text);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1][4..], ["total", "0.00", "0.00", "0.00"]);
        database.remove().await;
    });
}

#[test]
fn the_roadmap_says_what_it_may_turn_out_to_cost() {
    on_both_engines(async |app| {
        fill(app.database());
        let drawn = ["--currency", "USD", "--columns", "quarters", "--runs", "200", "--seed", "7"];
        let (code, text, told) = roadmap(app.database(), &drawn);
        assert_eq!(code, Some(0), "{told}");
        assert!(text.contains("What it may turn out to cost: 200 runs, seed 7"), "{text}");
        assert!(text.contains("| quarter | as planned |"), "{text}");
        assert!(text.contains("drawn: delivery of hardware of kind LAPTOP"), "{text}");
        let (_, plain, _) = roadmap(app.database(), &drawn[..4]);
        assert!(text.starts_with(&plain), "the table itself does not change");
        let (code, text, told) = roadmap(app.database(), &[&drawn[..], &["--format", "json"]].concat());
        assert_eq!(code, Some(0), "{told}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["uncertainty"]["total"]["point"], answer["total"]);
        assert_eq!(answer["uncertainty"]["quarters"].as_array().unwrap().len(), 5);
        let (code, _, told) = roadmap(app.database(), &["--currency", "USD", "--runs", "1000000000"]);
        assert_eq!(code, Some(2), "{told}");
        let (code, _, told) = roadmap(app.database(), &["--currency", "USD", "--seed", "1"]);
        assert_eq!((code, told.contains("--runs")), (Some(2), true), "{told}");
    });
}

#[test]
fn the_roadmap_of_a_scenario_is_another_one() {
    on_both_engines(async |app| {
        fill(app.database());
        let more = ["--currency", "USD", "--format", "json"];
        let told = |more: &[&str]| {
            let (code, text, told) = roadmap(app.database(), more);
            assert_eq!(code, Some(0), "{told}");
            serde_json::from_str::<Value>(&text).unwrap()
        };
        let recorded = told(&more);
        let laid = told(&[&more[..], &["--scenario", "CPI 4 %"]].concat());
        assert_ne!(recorded["total"], laid["total"]);
        let assumed = laid["assumptions"].to_string();
        assert!(
            assumed.contains("scenario CPI 4 %, change 1: all price indices rise by 0.04 in 2027"),
            "{assumed}"
        );
        let (code, _, told) = roadmap(app.database(), &[&more[..], &["--scenario", "Dream"]].concat());
        assert_ne!(code, Some(0));
        assert!(told.contains("Dream"), "{told}");
    });
}
