//! `plinth import` and `plinth export`, as a shell starts them.

use std::{fs, path::Path, process::Output};

use support::{Database, TestApp, on_both_engines, on_empty_databases, plinth};

use super::{SURROUNDINGS, dump};

fn run(database: &Database, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output: Output = plinth().args(["--database-url", database.url()]).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    (folder, path)
}

async fn number_of_assets(app: &TestApp) -> i64 {
    app.viewer().query("{ assets { totalCount } }").await["assets"]["totalCount"].as_i64().unwrap()
}

#[test]
fn a_folder_is_imported_and_exported_again() {
    on_both_engines(async |app| {
        let (folder, path) = folder();
        write(folder.path(), &SURROUNDINGS);
        write(
            folder.path(),
            &[("users.csv", "email,name,role\nada@example.com,Ada,PLANNER\n"), ("notes.txt", "no")],
        );
        let (code, table, problems) = run(app.database(), &["import", "--format", "csv", &path]);
        assert_eq!((code, problems.as_str()), (Some(0), ""), "{table}");
        assert!(table.contains("hardware models"), "{table}");

        let before = dump(app).await;
        let (exported, out) = self::folder();
        let (code, _, problems) = run(app.database(), &["export", "--format", "csv", "--out", &out]);
        assert_eq!((code, problems.as_str()), (Some(0), ""));
        assert_eq!(fs::read_dir(exported.path()).unwrap().count(), api::import::csv::Noun::ALL.len());
        let (code, table, problems) = run(app.database(), &["import", "--format", "csv", &out]);
        assert_eq!((code, problems.as_str()), (Some(0), ""));
        assert!(table.contains("nothing to write"), "{table}");
        assert!(dump(app).await == before);

        let (_, json, _) = run(app.database(), &["export", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["users"][0]["email"], "ada@example.com");
        let rack = &json["racks"][1];
        assert_eq!(
            [&rack["weight_limit_kilograms"], &rack["cooling_watts"], &rack["network_ports"]],
            ["50", "2500", "48"]
        );
        let models = json["hardware_models"].as_array().unwrap();
        let server = models.iter().find(|model| model["name"] == "R650").unwrap();
        assert_eq!(server["network_ports"], "2");
        assert_eq!(json["assets"], serde_json::json!([]));
    });
}

#[test]
fn refused_rows_end_with_three_and_say_where() {
    on_both_engines(async |app| {
        let (folder, path) = folder();
        write(folder.path(), &SURROUNDINGS);
        run(app.database(), &["import", "--format", "csv", &path]);
        let assets = "tag;manufacturer;model;site;purchase_amount;purchase_currency;purchased_on\n\
            A-1;Dell;R650;HQ;1.234,50;EUR;31.12.2025\nA-2;Dell;R999;HQ;;;\n";
        write(folder.path(), &[("assets.csv", assets)]);
        let file = folder.path().join("assets.csv").display().to_string();
        let options =
            ["import", "--format", "csv", "--delimiter", ";", "--decimal-comma", "--date-format", "DMY"];

        let (code, table, problems) = run(app.database(), &[&options[..], &["--dry-run", &file]].concat());
        assert_eq!(code, Some(3), "{table}{problems}");
        assert!(problems.contains("assets.csv:3: error: model: 'Dell / R999' is neither"), "{problems}");
        assert!(table.contains("dry run: nothing was written"), "{table}");
        let (code, table, _) = run(app.database(), &[&options[..], &["--all-or-nothing", &file]].concat());
        assert_eq!(code, Some(3));
        assert!(table.contains("rows were refused, so nothing was written"), "{table}");
        assert_eq!(number_of_assets(app).await, 0);
        let (code, _, _) = run(app.database(), &[&options[..], &[file.as_str()]].concat());
        assert_eq!(code, Some(3));
        assert_eq!(number_of_assets(app).await, 1);
        let data = app.director().query("{ asset(tag: \"A-1\") { purchase { on price { amount } } } }").await;
        assert_eq!(data["asset"]["purchase"]["on"], "2025-12-31");
    });
}

#[test]
fn wrong_use_ends_with_two() {
    on_empty_databases(async |database| {
        for (arguments, said) in [
            (
                &["import", "--format", "xlsx", "a.csv"][..],
                "netbox, device-types, endoflife, csv or csv:<noun>",
            ),
            (&["import", "--format", "csv"], "<FILE>"),
            (&["import", "--format", "csv", "--delimiter", "x", "a.csv"], "is not one of , ; | and tab"),
            (&["export", "--format", "csv"], "give --out DIR for all nouns"),
            (&["export", "--format", "csv", "--noun", "server"], "'server' is not one of currency"),
        ] {
            let (code, _, problems) = run(database, arguments);
            assert_eq!(code, Some(2), "{problems}");
            assert!(problems.contains(said), "{problems}");
        }
        let (code, _, problems) = run(database, &["import", "--format", "csv", "missing.csv"]);
        assert_eq!(code, Some(1));
        assert!(problems.contains("missing.csv"), "{problems}");
        let (code, text, _) =
            run(database, &["export", "--format", "csv-template", "--noun", "exchange-rate"]);
        assert_eq!(code, Some(0));
        assert!(text.starts_with("base,quote,on_date,kind,rate"), "{text}");
    });
}

#[test]
fn the_demo_estate_comes_back_as_it_was() {
    on_both_engines(async |app| {
        let (code, _, problems) = run(app.database(), &["demo", "--assets", "400"]);
        assert_eq!(code, Some(0), "{problems}");
        let before = dump(app).await;
        let (_folder, out) = folder();
        let (code, _, problems) = run(app.database(), &["export", "--format", "csv", "--out", &out]);
        assert_eq!((code, problems.as_str()), (Some(0), ""));
        let (code, table, problems) = run(app.database(), &["import", "--format", "csv", &out]);
        let errors: Vec<&str> = problems.lines().filter(|line| line.contains("error:")).collect();
        assert_eq!((code, errors), (Some(0), vec![]), "{table}");
        assert!(table.contains("nothing to write"), "{table}");
        assert!(dump(app).await == before);
    });
}
