//! Reports from the command line.

use std::{fs, path::Path};

use serde_json::Value;
use support::{Database, on_both_engines, plinth};

use super::{Files, an_estate, read_csv, read_xlsx};

fn export(database: &Database, arguments: &[&str]) -> (Option<i32>, Vec<u8>, String) {
    let all = [&["export", "--database-url", database.url()], arguments].concat();
    let output = plinth().args(all).output().unwrap();
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn one_command_writes_all_formats_of_one_moment() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("reports");
        let question = ["--from", "2026-01", "--months", "30", "--as-of", "2026-01-01", "--currency", "USD"];
        let more = ["--format", "csv,xlsx,json", "--out", out.to_str().unwrap()];
        let (code, said, told) = export(app.database(), &[&["roadmap"], &question[..], &more].concat());
        assert_eq!((code, said.as_slice()), (Some(0), &b""[..]), "{told}");
        let read = |ending: &str| fs::read(out.join(format!("roadmap-2026-01-01.{ending}"))).unwrap();
        let files = Files {
            csv: read_csv(&String::from_utf8(read("csv")).unwrap()),
            xlsx: read_xlsx(&read("xlsx")),
            json: serde_json::from_slice(&read("json")).unwrap(),
        };
        files.assert_alike();
        let text = "{ roadmap(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\", view: CASH) { \
                    fingerprint totals { total } } }";
        let answer = &app.director().query(text).await["roadmap"];
        assert_eq!(files.json["fingerprint"], answer["fingerprint"]);
        let total = files.row(&[("row", "total"), ("view", "CASH")]);
        assert_eq!(answer["totals"]["total"], total["total"]);

        let again = export(app.database(), &[&["roadmap"], &question[..], &["--format", "xlsx"]].concat());
        assert!(again.0 == Some(0) && again.1 == read("xlsx"), "standard output has the same bytes");
    });
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_export_that_fails_leaves_no_file() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("reports");
        let to = ["--format", "csv,json", "--out", out.to_str().unwrap()];
        let failing = [&["chargeback", "--model", "Dream", "--currency", "USD"], &to[..]].concat();
        let (code, _, told) = export(app.database(), &failing);
        assert_eq!(code, Some(2), "{told}");
        assert!(!out.exists(), "{:?}", names(&out));
        let asked = ["roadmap", "--as-of", "2026-01-01", "--currency", "USD"];
        let (code, _, told) = export(app.database(), &[&asked[..], &to].concat());
        assert_eq!(code, Some(0), "{told}");
        let written = ["roadmap-2026-01-01.csv", "roadmap-2026-01-01.json"];
        assert_eq!(names(&out), written);
        let before = fs::read(out.join(written[0])).unwrap();
        assert_eq!(export(app.database(), &failing).0, Some(2));
        let refused = [&asked[..], &["--months", "121"], &to].concat();
        assert_eq!(export(app.database(), &refused).0, Some(2));
        assert_eq!(names(&out), written);
        assert!(fs::read(out.join(written[0])).unwrap() == before, "what was there stays");

        // Rows of nouns likewise, of which the first could be written before the last fails.
        let all = folder.path().join("all");
        fs::create_dir_all(all.join("scenario_changes.csv")).unwrap();
        let (code, _, told) = export(app.database(), &["--format", "csv", "--out", all.to_str().unwrap()]);
        assert_eq!(code, Some(1), "{told}");
        assert_eq!(names(&all), ["scenario_changes.csv"], "only the folder that was in the way");
        let nowhere = folder.path().join("nowhere");
        let url = format!("sqlite://{}", folder.path().join("none.sqlite").display());
        let arguments =
            ["export", "--database-url", &url, "--format", "csv", "--out", nowhere.to_str().unwrap()];
        assert!(!plinth().args(arguments).output().unwrap().status.success());
        assert!(!nowhere.exists());
    });
}

#[test]
fn every_report_is_a_command() {
    on_both_engines(async |app| {
        an_estate(app).await;
        for report in
            ["refresh-plan", "contract-calendar", "contract-costs", "depreciation-schedules", "roll-forward"]
        {
            let arguments = [report, "--as-of", "2026-01-01", "--format", "json"];
            let (code, said, told) = export(app.database(), &arguments);
            assert_eq!(code, Some(0), "{report}: {told}");
            let found: Value = serde_json::from_slice(&said).unwrap();
            assert_eq!(found["report"], report);
            assert_eq!(found["asOf"], "2026-01-01");
        }
    });
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_flag() {
    on_both_engines(async |app| {
        an_estate(app).await;
        for (arguments, word) in [
            (
                &["roadmap", "--format", "csv", "--months", "121"][..],
                "--months: 121 is not between 1 and 120",
            ),
            (&["roadmap", "--format", "csv", "--group-by", "colour"], "--group-by: `colour` is none of SITE"),
            (&["roadmap", "--format", "csv", "--assumed-index-rate", "-3"], "--assumed-index-rate: "),
            (&["roadmap", "--format", "csv,json"], "give --out DIR for several formats"),
            (&["roadmap"], "--format"),
            (&["roadmap", "--format", "pdf"], "pdf"),
            (&["contract-costs", "--format", "csv", "--contracts", "C9"], "--contracts: there is no"),
            (&[], "--format"),
            (
                &["--format", "csv", "roadmap", "--format", "csv"],
                "put the flags of the report behind its name: roadmap",
            ),
        ] {
            let (code, said, told) = export(app.database(), arguments);
            assert_eq!((code, said.as_slice()), (Some(2), &b""[..]), "{arguments:?}: {told}");
            assert!(told.contains(word), "{arguments:?}: {told}");
        }
    });
}
