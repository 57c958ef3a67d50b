//! Every query that the README shows runs on the demo estate, and has the answer that the README shows.

use std::{fs, path::Path};

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{Engine, TestApp, on_engine};

const QUERY: &str = "```graphql\n";
const ANSWER: &str = "```json\n";
const END: &str = "\n```";

#[test]
fn the_answers_of_the_readme_are_those_of_the_demo_estate() {
    on_engine(Engine::Sqlite, async |app| {
        demo::load(app.store(), Scale::default(), |_| {}).await.unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let written = fs::read_to_string(&path).unwrap();
        let found = answered(app, &written).await;
        if std::env::var_os("PLINTH_ACCEPT").is_some() {
            fs::write(&path, &found).unwrap();
            return;
        }
        let line = written.lines().zip(found.lines()).position(|(one, other)| one != other);
        assert!(
            written == found,
            "line {} of the README is not what the demo answers: accept it with `PLINTH_ACCEPT=1 make test`",
            line.map_or(0, |line| line + 1)
        );
    });
}

/// The text, with the answer of the demo estate behind each query.
async fn answered(app: &TestApp, text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    let mut queries = 0;
    while let Some((before, behind)) = rest.split_once(QUERY) {
        let (query, after) = behind.split_once(END).unwrap();
        let answer = app.director().answer(query, json!({})).await;
        assert!(answer["errors"].is_null(), "{query}\n{answer}");
        found += &format!("{before}{QUERY}{query}{END}\n\n{ANSWER}{}{END}", printed(&answer["data"], 0));
        let (gap, next) = after.split_once("```").unwrap();
        rest = if gap.trim().is_empty() && next.starts_with("json\n") {
            next.split_once(END).unwrap().1
        } else {
            after
        };
        queries += 1;
    }
    assert!(queries >= 10, "the README shows {queries} queries");
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
