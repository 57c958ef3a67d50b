//! Every query that the README and the guides in `docs` show runs on the demo estate, and has the answer that is shown.

use std::{
    fs,
    path::{Path, PathBuf},
};

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{Engine, TestApp, on_engine};

const QUERY: &str = "```graphql\n";
const ANSWER: &str = "```json\n";
const END: &str = "\n```";
/// Stands in a query for what is different in every estate, such as an id.
const PLACEHOLDERS: [char; 2] = ['…', '$'];

#[test]
fn the_answers_of_the_readme_are_those_of_the_demo_estate() {
    on_engine(Engine::Sqlite, async |app| {
        demo::load(app.store(), Scale::default(), |_| {}).await.unwrap();
        let accepts = std::env::var_os("PLINTH_ACCEPT").is_some();
        let mut wrong = Vec::new();
        for path in pages() {
            let written = fs::read_to_string(&path).unwrap();
            let found = answered(app, &written).await;
            if accepts {
                fs::write(&path, &found).unwrap();
            } else if let Some(line) = differs(&written, &found) {
                wrong.push(format!("{}, line {line}", path.display()));
            }
        }
        assert!(
            wrong.is_empty(),
            "not what the demo answers: {}; accept it with `PLINTH_ACCEPT=1 make test`",
            wrong.join("; ")
        );
    });
}

#[test]
fn the_readme_shows_what_can_be_asked() {
    let readme = fs::read_to_string(&pages()[0]).unwrap();
    let queries = readme.matches(QUERY).count();
    assert!(queries >= 10, "the README shows {queries} queries");
    assert_eq!(queries, readme.matches(ANSWER).count(), "each with its answer");
}

/// The README, and the guides that show queries.
fn pages() -> Vec<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = fs::read_dir(project.join("docs")).unwrap();
    let guides = entries.map(|entry| entry.unwrap().path());
    let mut guides: Vec<_> =
        guides.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    guides.sort();
    std::iter::once(project.join("README.md")).chain(guides).collect()
}

/// The first line in which two texts differ.
fn differs(written: &str, found: &str) -> Option<usize> {
    if written == found {
        return None;
    }
    let line = written.lines().zip(found.lines()).position(|(one, other)| one != other);
    Some(line.map_or(0, |line| line + 1))
}

/// The text, with the answer of the demo estate behind each query that can be pasted as it is.
async fn answered(app: &TestApp, text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(QUERY) {
        let (query, after) = behind.split_once(END).unwrap();
        found += &format!("{before}{QUERY}{query}{END}");
        if query.contains(PLACEHOLDERS) {
            rest = after;
            continue;
        }
        let answer = app.director().answer(query, json!({})).await;
        assert!(answer["errors"].is_null(), "{query}\n{answer}");
        found += &format!("\n\n{ANSWER}{}{END}", printed(&answer["data"], 0));
        rest = match after.split_once("```") {
            Some((gap, next)) if gap.trim().is_empty() && next.starts_with("json\n") => {
                next.split_once(END).unwrap().1
            }
            _ => after,
        };
    }
    found + rest
}

/// JSON with what fits a line on a line.
fn printed(value: &Value, indent: usize) -> String {
    let line = on_one_line(value);
    if line.chars().count() + indent <= 116 {
        return line;
    }
    let space = " ".repeat(indent + 2);
    let (open, parts, close): (_, Vec<String>, _) = match value {
        Value::Object(fields) => {
            let part = |(name, field): (&String, &Value)| {
                format!("{space}\"{name}\": {}", printed(field, indent + 2))
            };
            ('{', fields.iter().map(part).collect(), '}')
        }
        Value::Array(items) => {
            ('[', items.iter().map(|item| format!("{space}{}", printed(item, indent + 2))).collect(), ']')
        }
        _ => return line,
    };
    format!("{open}\n{}\n{}{close}", parts.join(",\n"), " ".repeat(indent))
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let part = |(name, field): (&String, &Value)| format!("\"{name}\": {}", on_one_line(field));
            format!("{{ {} }}", fields.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(on_one_line).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
