//! The contract is the file `api/schema.graphql`, and every word of it is explained.

use std::{collections::BTreeSet, env, fs, path::Path};

use serde_json::Value;
use support::on_engine;

const FILE: &str = "../api/schema.graphql";

#[test]
fn the_schema_is_the_file() {
    let printed = api::schema::sdl();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        printed == written,
        "the schema differs from api/schema.graphql: read the change, then run `make schema`"
    );
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    on_engine(support::Engine::Sqlite, async |app| {
        let query = "{ __schema { types { kind name description
            fields(includeDeprecated: true) { name description args { name description } }
            inputFields { name description }
            enumValues(includeDeprecated: true) { name description } } } }";
        let data = app.viewer().query(query).await;
        let mut silent = Vec::new();
        for of_type in list(&data["__schema"]["types"]) {
            let name = of_type["name"].as_str().unwrap();
            // Types of the library itself, which explains them nowhere.
            if name.starts_with("__") || ["Decimal", "ID"].contains(&name) {
                continue;
            }
            note(&mut silent, name, of_type);
            for kind in ["fields", "inputFields", "enumValues"] {
                for part in list(&of_type[kind]) {
                    let part_name = format!("{name}.{}", part["name"].as_str().unwrap());
                    note(&mut silent, &part_name, part);
                    for argument in list(&part["args"]) {
                        let argument_name = argument["name"].as_str().unwrap();
                        note(&mut silent, &format!("{part_name}({argument_name})"), argument);
                    }
                }
            }
        }
        assert!(silent.is_empty(), "without a description: {silent:#?}");
    });
}

#[test]
fn whatever_has_an_id_is_a_node() {
    on_engine(support::Engine::Sqlite, async |app| {
        let query = "{ __schema { types { kind name fields { name type { ofType { name } } } } }
            __type(name: \"Node\") { possibleTypes { name } } }";
        let data = app.viewer().query(query).await;
        let has_id = |of_type: &&Value| {
            let is_id = |field: &Value| field["name"] == "id" && field["type"]["ofType"]["name"] == "ID";
            of_type["kind"] == "OBJECT" && list(&of_type["fields"]).iter().any(is_id)
        };
        let names = |types: Vec<&Value>| {
            types.iter().map(|of_type| of_type["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let mut identified = names(list(&data["__schema"]["types"]).iter().filter(has_id).collect());
        // These name another thing, such as what is behind a line of a roadmap, and are not that thing itself.
        for pointer in ["RoadmapRecord", "ConfigurationItem"] {
            identified.remove(pointer);
        }
        let nodes = names(list(&data["__type"]["possibleTypes"]).iter().collect());
        assert_eq!(nodes, identified);
        assert!(nodes.len() >= 25);
    });
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn note(silent: &mut Vec<String>, name: &str, part: &Value) {
    if part["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
        silent.push(name.to_owned());
    }
}
