//! Lists do not multiply statements: each is read with all that its objects show, for one object and for twenty.
//!
//! Nothing here names a field. The queries are made from introspection, so that a new list or relation is tried
//! from the day it is there; the numbers can be read in `query_counts.txt`.

use std::{collections::HashMap, fmt::Write as _, fs, path::Path};

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{Client, Engine, TestApp, on_engine};

const INTROSPECTION: &str = "{ __schema { types { name kind fields { name
    args { type { kind } defaultValue } type { ...ref } } } } }
    fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

#[test]
fn a_list_takes_as_many_statements_for_one_object_as_for_twenty() {
    on_engine(Engine::Sqlite, async |app| {
        demo::load(app.store(), Scale { assets: 400, seed: 1 }, |_| {}).await.unwrap();
        let found = counts(app).await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("api/query_counts.txt");
        if std::env::var_os("PLINTH_ACCEPT").is_some() {
            fs::write(&path, &found).unwrap();
            return;
        }
        let accepted = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            accepted == found,
            "the statements of lists have changed; accept them with `PLINTH_ACCEPT=1 make test`:\n{found}"
        );
    });
}

async fn counts(app: &TestApp) -> String {
    let schema = Schema::of(app).await;
    let mut text = String::from(
        "SQL statements of each list with all that its objects show, for one object and for twenty.\n\n",
    );
    for field in schema.fields("Query") {
        let Some(node) = schema.node_of(field) else { continue };
        let name = name(field);
        let query = |shown: &[Shown], first: usize| {
            format!("{{ {name}(first: {first}) {{ nodes {{ {} }} }} }}", Shown::spell(shown))
        };
        let (mut one, mut twenty) = (0, 0);
        let mut parts = vec![schema.shown(node, 2)];
        while let Some(part) = parts.pop() {
            let Some(asker) = whoever_may(app, &query(&part, 20)).await else {
                // More than a client may ask for at once: the halves are asked for, one after the other.
                parts.extend(Shown::halves(part).unwrap_or_else(|part| {
                    panic!("{name}: a single field costs too much: {}", Shown::spell(&part))
                }));
                continue;
            };
            let of_one = asker.statements(&query(&part, 1)).await;
            let of_twenty = asker.statements(&query(&part, 20)).await;
            // What the one object does not refer to, others of the twenty may: each relation at most once.
            assert!(
                of_twenty <= of_one + Shown::relations(&part),
                "{name}: {of_one} statements for one, {of_twenty} for twenty: {}",
                Shown::spell(&part)
            );
            one += of_one;
            twenty += of_twenty;
        }
        let _ = writeln!(text, "{name:<24} {one:>3} {twenty:>3}");
    }
    text
}

/// Who may ask a query; nobody where it costs more than a query may.
async fn whoever_may(app: &TestApp, query: &str) -> Option<Client> {
    let answer = app.director().answer(query, json!({})).await;
    match answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default() {
        "LIMIT_EXCEEDED" => None,
        "FORBIDDEN" => Some(app.admin()),
        _ => Some(app.director()),
    }
}

/// A field that an object shows, with what is asked of the objects behind it.
#[derive(Clone)]
struct Shown {
    name: String,
    is_list: bool,
    inner: Vec<Shown>,
}

impl Shown {
    fn spell(shown: &[Self]) -> String {
        let mut text = String::from("__typename");
        for Self { name, is_list, inner } in shown {
            let _ = match (inner.is_empty(), is_list) {
                (true, _) => write!(text, " {name}"),
                (false, true) => write!(text, " {name}(first: 1) {{ nodes {{ {} }} }}", Self::spell(inner)),
                (false, false) => write!(text, " {name} {{ {} }}", Self::spell(inner)),
            };
        }
        text
    }

    fn relations(shown: &[Self]) -> u64 {
        let relations = shown.iter().filter(|one| !one.inner.is_empty());
        relations.map(|one| 1 + Self::relations(&one.inner)).sum()
    }

    /// The same fields in two parts; as they are, where a single field is left.
    fn halves(mut shown: Vec<Self>) -> Result<[Vec<Self>; 2], Vec<Self>> {
        if shown.len() > 1 {
            let rest = shown.split_off(shown.len() / 2);
            return Ok([rest, shown]);
        }
        let Some(only) = shown.pop() else { return Err(shown) };
        match Self::halves(only.inner.clone()) {
            Ok(halves) => Ok(halves.map(|inner| vec![Self { inner, ..only.clone() }])),
            Err(_) => Err(vec![only]),
        }
    }
}

struct Schema(HashMap<String, Value>);

impl Schema {
    async fn of(app: &TestApp) -> Self {
        let mut schema = app.director().query(INTROSPECTION).await["__schema"].take();
        let types = schema["types"].take();
        Self(types.as_array().unwrap().iter().map(|ty| (name(ty).to_owned(), ty.clone())).collect())
    }

    /// The fields of a type that can be asked for without arguments.
    fn fields(&self, of: &str) -> impl Iterator<Item = &Value> {
        let fields = self.0[of]["fields"].as_array().into_iter().flatten();
        fields.filter(|field| {
            let mut arguments = field["args"].as_array().unwrap().iter();
            arguments.all(|it| it["type"]["kind"] != "NON_NULL" || !it["defaultValue"].is_null())
        })
    }

    /// The type of the objects of a list in pages.
    fn node_of<'f>(&self, field: &'f Value) -> Option<&'f str> {
        named(field).strip_suffix("Connection").filter(|node| self.0.contains_key(*node))
    }

    /// All that an object of a type shows, relations as deep as told.
    fn shown(&self, of: &str, depth: usize) -> Vec<Shown> {
        let mut shown = Vec::new();
        for field in self.fields(of) {
            let name = name(field).to_owned();
            if matches!(self.0[named(field)]["kind"].as_str(), Some("SCALAR" | "ENUM")) {
                shown.push(Shown { name, is_list: false, inner: Vec::new() });
            } else if depth > 1 || (depth == 1 && named(field) != of) {
                // What is of its own kind, such as what stands in a chassis, is followed once: it costs the most.
                let node = self.node_of(field);
                let mut inner = self.shown(node.unwrap_or(named(field)), depth - 1);
                inner.push(Shown { name: "__typename".to_owned(), is_list: false, inner: Vec::new() });
                shown.push(Shown { name, is_list: node.is_some(), inner });
            }
        }
        shown
    }
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap()
}

/// The name of a field's type, lists and requirements taken off.
fn named(field: &Value) -> &str {
    let mut ty = &field["type"];
    while ty["name"].is_null() {
        ty = &ty["ofType"];
    }
    name(ty)
}
