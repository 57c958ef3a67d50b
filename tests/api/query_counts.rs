//! Lists do not multiply statements: each is read with all that its objects show, for one object and for twenty.
//!
//! Nothing here names a field. The queries are made from introspection, so that a new list or relation is tried
//! from the day it is there; the numbers can be read in `query_counts.txt`.

use std::{collections::HashMap, fmt::Write as _, fs, path::Path};

use api::{
    config::Limits,
    demo::{self, Scale},
};
use serde_json::{Value, json};
use support::{Client, Engine, TestApp, on_engine};

const INTROSPECTION: &str = "{ __schema { types { name kind fields { name
    args { type { kind } defaultValue } type { ...ref } } } } }
    fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

#[test]
fn a_list_takes_as_many_statements_for_one_object_as_for_twenty() {
    on_engine(Engine::Sqlite, async |app| {
        // All that the objects of a list show at once is more than a client may ask for.
        let limits = Limits { max_cost: 10 * Limits::default().max_cost, ..Limits::default() };
        let wide = TestApp::start_with(app.engine(), &limits).await;
        demo::load(wide.store(), Scale { assets: 400, seed: 1 }, |_| {}).await.unwrap();
        let found = counts(&wide).await;
        wide.stop().await;
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
        let (selection, relations) = schema.selection(node, 2);
        let name = name(field);
        let query = |first: usize| format!("{{ {name}(first: {first}) {{ nodes {{ {selection} }} }} }}");
        let asker = whoever_may(app, &query(1)).await;
        let (one, twenty) = (asker.statements(&query(1)).await, asker.statements(&query(20)).await);
        // What the one object does not refer to, others of the twenty may: each relation at most once.
        assert!(
            twenty <= one + relations,
            "{name}: {one} statements for one, {twenty} for twenty: {selection}"
        );
        let _ = writeln!(text, "{name:<24} {one:>3} {twenty:>3}");
    }
    text
}

async fn whoever_may(app: &TestApp, query: &str) -> Client {
    let answer = app.director().answer(query, json!({})).await;
    let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
    if code == "FORBIDDEN" { app.admin() } else { app.director() }
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

    /// All that an object of a type shows, relations as deep as told, and how many relations those are.
    fn selection(&self, of: &str, depth: usize) -> (String, u64) {
        let mut text = String::from("__typename");
        let mut relations = 0;
        for field in self.fields(of) {
            if matches!(self.0[named(field)]["kind"].as_str(), Some("SCALAR" | "ENUM")) {
                let _ = write!(text, " {}", name(field));
            } else if depth > 1 || (depth == 1 && named(field) != of) {
                // What is of its own kind, such as what stands in a chassis, is followed once: it costs the most.
                let (inner, more) = self.selection(self.node_of(field).unwrap_or(named(field)), depth - 1);
                relations += 1 + more;
                let _ = match self.node_of(field) {
                    Some(_) => write!(text, " {}(first: 1) {{ nodes {{ {inner} }} }}", name(field)),
                    None => write!(text, " {} {{ {inner} }}", name(field)),
                };
            }
        }
        (text, relations)
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
