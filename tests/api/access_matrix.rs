//! Every root field is decided for every role, and the decisions can be read in `access_matrix.txt`.
//!
//! Nothing here names a field. Fields and their arguments come from introspection; each is called by each role with
//! the least that it takes, and any outcome but `FORBIDDEN` means that the role may call it. What is refused for what it was
//! given says which argument that was.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs,
    path::Path,
};

use api::access::Role;
use sea_orm::Iterable;
use serde_json::{Value, json};
use support::{Client, Engine, TestApp, on_engine};

const INTROSPECTION: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { kind name isOneOf
        fields(includeDeprecated: true) { name args { ...input } type { ...ref } }
        inputFields { ...input }
        enumValues(includeDeprecated: true) { name }
    } } }
    fragment input on __InputValue { name defaultValue type { ...ref } }
    fragment ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Ids say their kind in their text, so each placeholder has to become an id of the kind that its field asks for.
const PLACEHOLDER: &str = "placeholder";

const ALLOWED: &str = "yes";
const FORBIDDEN: &str = "-";

#[test]
fn every_root_field_is_decided_for_every_role() {
    on_engine(Engine::Sqlite, async |app| {
        let found = matrix(app).await;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("api/access_matrix.txt");
        if std::env::var_os("PLINTH_ACCEPT").is_some() {
            fs::write(&path, &found).unwrap();
            return;
        }
        let accepted = fs::read_to_string(&path).unwrap_or_default();
        let differences = differences(&accepted, &found);
        assert!(
            differences.is_empty(),
            "who may call what has changed ({FORBIDDEN} accepted, + found):\n{differences}\n\
             If this is meant, accept it with `PLINTH_ACCEPT=1 make test`, and read the change of {} in review.",
            path.display()
        );
    });
}

async fn matrix(app: &TestApp) -> String {
    let schema = Schema::of(app).await;
    let roles: Vec<Role> = Role::iter().collect();
    let mut text = String::from("Who may call which root field: yes, or - for FORBIDDEN.\n\n");
    let (mut undecided, mut nameless) = (Vec::new(), Vec::new());
    let operations =
        [("query", &schema.query), ("mutation", &schema.mutation), ("subscription", &schema.subscription)];
    for (operation, root) in operations {
        let fields = &schema.types[root.as_str()]["fields"];
        let mut fields: Vec<&Value> = fields.as_array().unwrap().iter().collect();
        fields.sort_by_key(|field| name(field));
        let _ = write!(text, "{operation:<32}");
        for role in &roles {
            let _ = write!(text, " {:<9}", format!("{role:?}").to_lowercase());
        }
        text = format!("{}\n", text.trim_end());
        for field in fields {
            let call = schema.call(operation, field, &app.director()).await;
            let mut outcomes = Vec::new();
            for role in &roles {
                let (code, field) = outcome(&app.as_role(*role), operation, &call).await;
                // That a subscription needs a connection is no fault of an argument.
                let is_about_one =
                    matches!(code.as_str(), "NOT_FOUND" | "INVALID") && operation != "subscription";
                if is_about_one && field.is_null() {
                    nameless.push(call.clone());
                }
                outcomes.push(code);
            }
            let line = outcomes.iter().fold(format!("  {:<30}", name(field)), |mut line, outcome| {
                let decision = if outcome == "FORBIDDEN" { FORBIDDEN } else { ALLOWED };
                let _ = write!(line, " {decision:<9}");
                line
            });
            text = format!("{text}{}\n", line.trim_end());
            // Refused in the same way for everybody: the call never got as far as the question who may.
            if outcomes.iter().all(|outcome| outcome == "INVALID") {
                undecided.push(call);
            }
        }
        text.push('\n');
    }
    nameless.dedup();
    assert!(nameless.is_empty(), "say which argument is at fault:\n{}", nameless.join("\n"));
    assert!(undecided.is_empty(), "ask for the permission before the rules:\n{}", undecided.join("\n"));
    format!("{}\n", text.trim_end())
}

/// The code of the one error and the field at fault, or nothing for an answer.
async fn outcome(client: &Client, operation: &str, call: &str) -> (String, Value) {
    let answer = answer(client, operation, call).await;
    match answer["errors"].as_array().map(Vec::as_slice) {
        None => (String::new(), Value::Null),
        Some([error]) => {
            let said = &error["extensions"];
            (said["code"].as_str().unwrap().to_owned(), said["field"].clone())
        }
        Some(errors) => panic!("{call}: {errors:?}"),
    }
}

/// What a call is answered with; of a subscription, the first answer. Without a connection nothing follows it, and
/// whoever may subscribe is told so.
async fn answer(client: &Client, operation: &str, call: &str) -> Value {
    if operation == "subscription" {
        return client.first_answer(call).await;
    }
    client.answer(call, json!({})).await
}

struct Schema {
    types: HashMap<String, Value>,
    query: String,
    mutation: String,
    subscription: String,
}

impl Schema {
    async fn of(app: &TestApp) -> Self {
        let mut schema = app.director().query(INTROSPECTION).await["__schema"].take();
        let types = schema["types"].take();
        let types = types.as_array().unwrap().iter().map(|ty| (name(ty).to_owned(), ty.clone()));
        Self {
            types: types.collect(),
            query: name(&schema["queryType"]).to_owned(),
            mutation: name(&schema["mutationType"]).to_owned(),
            subscription: name(&schema["subscriptionType"]).to_owned(),
        }
    }

    /// An operation that calls a root field with the least that it takes.
    async fn call(&self, operation: &str, field: &Value, asker: &Client) -> String {
        let arguments = field["args"].as_array().unwrap();
        // A field that can look for a row by id or by other keys takes one of them, so all are optional.
        let is_given = |input: &&Value| is_required(input) || (name(input) == "id" && named(input) == "ID");
        let given: Vec<String> = arguments
            .iter()
            .filter(is_given)
            .map(|input| format!("{}: {}", name(input), self.value(&input["type"], 0)))
            .collect();
        let arguments = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        let kind = self.types[named(field)]["kind"].as_str().unwrap();
        let selection = if matches!(kind, "SCALAR" | "ENUM") { "" } else { " { __typename }" };
        let mut call = format!("{operation} {{ {}{arguments}{selection} }}", name(field));
        number_placeholders(&mut call);
        while let Some((id, kind)) = wrong_kind(asker, operation, &call).await {
            let right = id.replace(PLACEHOLDER, &kind);
            call = call.replace(&id, &right);
        }
        call
    }

    /// A value of a type, as GraphQL writes it.
    fn value(&self, ty: &Value, depth: usize) -> String {
        assert!(depth < 10, "an input that requires itself");
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&ty["ofType"], depth),
            "LIST" => format!("[{}]", self.value(&ty["ofType"], depth)),
            "ENUM" => name(&self.types[name(ty)]["enumValues"][0]).to_owned(),
            "INPUT_OBJECT" => {
                let fields = self.types[name(ty)]["inputFields"].as_array().unwrap();
                // Exactly one of several: the first will do.
                let is_one_of = self.types[name(ty)]["isOneOf"] == true;
                let fields = fields.iter().enumerate();
                let fields = fields
                    .filter(|(place, field)| is_required(field) || (is_one_of && *place == 0))
                    .map(|(_, field)| field);
                let fields: Vec<String> = fields
                    .map(|field| format!("{}: {}", name(field), self.value(&field["type"], depth + 1)))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            _ => scalar(name(ty)).to_owned(),
        }
    }
}

fn scalar(name: &str) -> &'static str {
    match name {
        "ID" => "\"placeholder_N\"",
        "String" => "\"x\"",
        "Int" | "Float" => "1",
        "Boolean" => "true",
        "Decimal" => "\"1\"",
        "Date" => "\"2027-01-31\"",
        "Month" => "\"2027-01\"",
        "DateTime" => "\"2027-01-31T00:00:00Z\"",
        "JSON" => "{}",
        // Files come beside a query, so the list of them is empty.
        "Upload" => "",
        other => panic!("say in access_matrix.rs how a value of the scalar {other} is written"),
    }
}

/// Makes every placeholder an id of its own, so that each can be told from the others.
fn number_placeholders(call: &mut String) {
    for number in 1.. {
        if !call.contains("placeholder_N") {
            break;
        }
        *call = call.replacen("placeholder_N", &format!("placeholder_{number:032x}"), 1);
    }
}

/// The first id of a wrong kind in a call, and the kind that is right: the refusal names both.
async fn wrong_kind(asker: &Client, operation: &str, call: &str) -> Option<(String, String)> {
    let answer = answer(asker, operation, call).await;
    let message = answer["errors"][0]["message"].as_str()?;
    let (before, right) = message.split_once("` is the id of a placeholder, not of ")?;
    let (_, id) = before.rsplit_once('`')?;
    // Of several kinds that are right, the first will do.
    let kind = right.split(',').next()?.trim_start_matches("an ").trim_start_matches("a ");
    Some((id.to_owned(), kind.replace(' ', "_")))
}

fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap()
}

/// The name of a field's type, behind lists and non-nulls.
fn named(field: &Value) -> &str {
    let mut ty = &field["type"];
    while !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    name(ty)
}

/// Lines of either text that the other has not.
fn differences(accepted: &str, found: &str) -> String {
    let count = |text: &str| {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        for line in text.lines() {
            *counts.entry(line.to_owned()).or_default() += 1;
        }
        counts
    };
    let (accepted, found) = (count(accepted), count(found));
    let missing = |from: &BTreeMap<String, i32>, of: &BTreeMap<String, i32>, sign: &str| {
        let lines = of.iter().filter(|(line, times)| from.get(*line).is_none_or(|other| other < times));
        lines.map(|(line, _)| format!("{sign} {line}\n")).collect::<String>()
    };
    missing(&found, &accepted, "-") + &missing(&accepted, &found, "+")
}
