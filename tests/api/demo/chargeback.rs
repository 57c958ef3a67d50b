//! Journals of the demo estate, and the reports that the README asks of it.

use std::fs;

use api::demo::{self, Scale};
use serde_json::Value;
use support::{Engine, TestApp, on_both_engines, on_engine, plinth};

use super::{load, now};

#[test]
fn the_journal_of_the_running_month_can_be_posted() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let finance = app.finance().at(now());
        let models = finance.query("{ allocationModels { nodes { id name } } }").await;
        let model = &models["allocationModels"]["nodes"][0];
        assert_eq!(model["name"], "Showback");
        let journal = async |from: &str| {
            let text = format!(
                "{{ allocation(model: {}, currency: \"USD\", roadmap: {{ from: \"{from}\", months: 1, asOf: \"{}\" }}) {{
                    journals(account: \"6900\") {{ month postable reason lines {{ side costCentre reason }} }} }} }}",
                model["id"],
                demo::TODAY
            );
            finance.query(&text).await["allocation"]["journals"][0].clone()
        };
        let open = journal("2026-11").await;
        assert_eq!((&open["postable"], &open["reason"]), (&Value::Bool(true), &Value::Null), "{open}");
        let lines = open["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 16, "three pools, of which one is borne by two");
        assert!(lines.iter().all(|line| line["costCentre"].as_str().is_some_and(|it| it.starts_with("CC-"))));
        let closed = journal("2026-07").await;
        assert_eq!(closed["postable"], false);
        assert!(!closed["reason"].as_str().unwrap().contains("cost centre"), "only the period is closed");
    });
}

/// The commands of a block of the README, word by word, without where a shell sends what they print.
fn commands(start: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let (_, rest) = readme.split_once(start).unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    let (block, _) = rest.split_once("\n```").unwrap();
    let lines = block.lines().filter_map(|line| line.strip_prefix("plinth "));
    let words = |line: &str| {
        let line = line.split_once(" > ").map_or(line, |(command, _)| command);
        let mut words = Vec::new();
        // What stands between quotes is one word.
        for (place, part) in line.split('"').enumerate() {
            match place % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    };
    lines.map(words).collect()
}

fn answers(app: &TestApp, mut words: Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(place) = words.iter().position(|word| word == "--out") {
        words[place + 1] = folder.path().join(&words[place + 1]).display().to_string();
    }
    let output = plinth().args(["--database-url", app.database().url()]).args(&words).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {told}");
    let is_file = words.iter().any(|word| word == "--out");
    assert_eq!(output.stdout.is_empty(), is_file, "{words:?}");
}

#[test]
fn the_reports_of_the_readme_are_there_on_the_demo_estate() {
    on_engine(Engine::Sqlite, async |app| {
        load(app, Scale::default()).await;
        let commands = commands("## Reports");
        assert!(commands.len() >= 9, "{commands:?}");
        for words in commands {
            answers(app, words);
        }
    });
}
