//! Which input the GraphQL library refused, and why, in our words.
//!
//! The library says what it could not read, but neither where it stood nor which rule it broke. Reading once more
//! what was given finds both.

use std::sync::OnceLock;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet},
    },
    registry::{MetaField, MetaInputValue, MetaType, MetaTypeName, Registry},
};
use async_graphql_value::Value as QueryValue;

use super::scalar::{MISSING, NULL, rule_of, shown};

/// Inputs that only wrap others, and that the paths of fields leave out.
const WRAPPERS: [&str; 3] = ["input.", "details.", "changes."];

/// What a request was given, to look at again when some of it is refused.
pub struct Given {
    query: String,
    variables: Variables,
    /// Parsed once, however much is refused.
    document: OnceLock<Option<ExecutableDocument>>,
}

/// An input that was refused.
pub struct Refused {
    /// Path of the input field, as in the API: `charges[0].fromOn`.
    pub field: String,
    /// The value and the rule.
    pub rule: String,
}

impl Given {
    /// What a request was given.
    #[must_use]
    pub fn new(query: &str, variables: &Variables) -> Self {
        Self { query: query.to_owned(), variables: variables.clone(), document: OnceLock::new() }
    }

    /// The input that an error of the library is about, where it is about one.
    #[must_use]
    pub fn refused(&self, registry: &Registry, error: &ServerError) -> Option<Refused> {
        let document = self.document()?;
        let (meta, field, of_one) = Search::of(registry, error)?.in_document(document)?;
        let check = Check { registry, message: &error.message };
        let mut arguments =
            meta.args.values().filter(|argument| of_one.is_none_or(|one| one == argument.name));
        let found = arguments.find_map(|argument| {
            let Some(given) = field.get_argument(&argument.name) else {
                return Check::left_out(argument, argument.name.clone());
            };
            check.value(&argument.ty, &self.constant(document, &given.node)?, argument.name.clone())
        });
        // What is wrong with the one argument, our rules do not tell: its sentence is the library's.
        let known = of_one.map(|argument| (argument.to_owned(), bare(&error.message)));
        let (field, rule) = found.or(known)?;
        Some(Refused { field: unwrapped(field), rule })
    }

    /// The input that holds an id, or another name, of something that is not there: among those of the field that an error
    /// is about.
    #[must_use]
    pub fn naming(&self, registry: &Registry, error: &ServerError, id: &str) -> Option<String> {
        let document = self.document()?;
        let (_, field, _) = Search::of(registry, error)?.in_document(document)?;
        let found = field.arguments.iter().find_map(|(name, value)| {
            path_to(id, &self.constant(document, &value.node)?, name.node.to_string())
        });
        found.map(unwrapped)
    }

    fn document(&self) -> Option<&ExecutableDocument> {
        self.document.get_or_init(|| parse_query(&self.query).ok()).as_ref()
    }

    /// A value with its variables filled in.
    fn constant(&self, document: &ExecutableDocument, value: &QueryValue) -> Option<Value> {
        value.clone().into_const_with(|name| self.variable(document, &name).ok_or(())).ok()
    }

    fn variable(&self, document: &ExecutableDocument, name: &Name) -> Option<Value> {
        let definitions =
            document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let mut of_name = definitions.filter(|definition| definition.node.name.node == *name);
        let default = || of_name.next()?.node.default_value.as_ref().map(|value| value.node.clone());
        self.variables.get(name).cloned().or_else(default)
    }
}

/// A field as the schema has it, as it was asked for, and the one argument that is at fault, where one is known.
type Asked<'a> = (&'a MetaField, &'a Field, Option<&'a str>);

/// The search for the field or the argument that stands at a place of the query.
struct Search<'a> {
    registry: &'a Registry,
    at: Pos,
}

impl<'a> Search<'a> {
    /// For what an error is about.
    fn of(registry: &'a Registry, error: &ServerError) -> Option<Self> {
        Some(Self { registry, at: *error.locations.first()? })
    }

    fn in_document(&self, document: &'a ExecutableDocument) -> Option<Asked<'a>> {
        let in_operations = document.operations.iter().find_map(|(_, operation)| {
            let root = match operation.node.ty {
                OperationType::Query => Some(&self.registry.query_type),
                OperationType::Mutation => self.registry.mutation_type.as_ref(),
                OperationType::Subscription => self.registry.subscription_type.as_ref(),
            };
            self.in_selections(&operation.node.selection_set, self.registry.types.get(root?)?)
        });
        in_operations.or_else(|| {
            document.fragments.values().find_map(|fragment| {
                let on = self.registry.types.get(fragment.node.type_condition.node.on.node.as_str())?;
                self.in_selections(&fragment.node.selection_set, on)
            })
        })
    }

    fn in_selections(&self, set: &'a Positioned<SelectionSet>, on: &'a MetaType) -> Option<Asked<'a>> {
        set.node.items.iter().find_map(|selection| match &selection.node {
            Selection::Field(field) => {
                let meta = on.field_by_name(&field.node.name.node)?;
                if field.pos == self.at {
                    return Some((meta, &field.node, None));
                }
                let mut here = field.node.arguments.iter();
                let here = here.find(|(name, value)| name.pos == self.at || value.pos == self.at);
                if let Some((name, _)) = here {
                    let known = meta.args.contains_key(name.node.as_str());
                    return known.then_some((meta, &field.node, Some(name.node.as_str())));
                }
                let kind = self.registry.concrete_type_by_name(&meta.ty)?;
                self.in_selections(&field.node.selection_set, kind)
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let narrowed =
                    condition.and_then(|condition| self.registry.types.get(condition.node.on.node.as_str()));
                self.in_selections(&inline.node.selection_set, narrowed.unwrap_or(on))
            }
            Selection::FragmentSpread(_) => None,
        })
    }
}

/// The search for what is wrong inside a value.
struct Check<'a> {
    registry: &'a Registry,
    /// What the library said. Ids are strings to the schema; which of them is the wrong one, only this tells.
    message: &'a str,
}

impl Check<'_> {
    /// The path and the rule of the first part of a value that its type does not take.
    fn value(&self, of_type: &str, value: &Value, path: String) -> Option<(String, String)> {
        match (MetaTypeName::create(of_type), value) {
            (MetaTypeName::NonNull(_), Value::Null) => Some((path, NULL.to_owned())),
            (MetaTypeName::NonNull(inner), _) => self.value(inner, value, path),
            (_, Value::Null) => None,
            (MetaTypeName::List(inner), Value::List(items)) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(index, item)| self.value(inner, item, format!("{path}[{index}]")))
            }
            (MetaTypeName::List(inner), _) => self.value(inner, value, path),
            (MetaTypeName::Named(name), _) => self.named(self.registry.types.get(name)?, value, path),
        }
    }

    /// What is wrong with leaving an input out.
    fn left_out(input: &MetaInputValue, path: String) -> Option<(String, String)> {
        let required = MetaTypeName::create(&input.ty).is_non_null() && input.default_value.is_none();
        required.then(|| (path, MISSING.to_owned()))
    }

    fn named(&self, of_type: &MetaType, value: &Value, path: String) -> Option<(String, String)> {
        match (of_type, value) {
            (MetaType::Scalar { name, .. }, Value::String(text)) if name == "ID" => {
                self.message.contains(&shown(text)).then(|| (path, bare(self.message)))
            }
            (MetaType::Scalar { name, .. }, _) => rule_of(name, value).map(|rule| (path, rule)),
            (MetaType::Enum { enum_values, .. }, _) => {
                let word = match value {
                    Value::Enum(word) => word.as_str(),
                    Value::String(word) => word,
                    _ => "",
                };
                (!enum_values.contains_key(word)).then(|| {
                    let words = enum_values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    (path, format!("{} is not one of {words}", shown(&plain(value))))
                })
            }
            (MetaType::InputObject { input_fields, .. }, Value::Object(given)) => {
                let unknown = given.keys().find(|name| !input_fields.contains_key(name.as_str()));
                if let Some(unknown) = unknown {
                    let known = input_fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    return Some((format!("{path}.{unknown}"), format!("is not one of the fields {known}")));
                }
                input_fields.values().find_map(|field| {
                    let path = format!("{path}.{}", field.name);
                    match given.get(field.name.as_str()) {
                        Some(value) => self.value(&field.ty, value, path),
                        None => Self::left_out(field, path),
                    }
                })
            }
            (MetaType::InputObject { .. }, _) => {
                Some((path, format!("{} is not an object in braces", shown(&plain(value)))))
            }
            _ => None,
        }
    }
}

/// The path of an input without what only wraps others.
fn unwrapped(mut field: String) -> String {
    for wrapper in WRAPPERS {
        field = field.strip_prefix(wrapper).unwrap_or(&field).replace(&format!(".{wrapper}"), ".");
    }
    field
}

/// The path to the first text in a value that reads so.
fn path_to(text: &str, value: &Value, path: String) -> Option<String> {
    match value {
        Value::String(own) => (own == text).then_some(path),
        Value::List(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| path_to(text, item, format!("{path}[{index}]")))
        }
        Value::Object(fields) => {
            fields.iter().find_map(|(name, value)| path_to(text, value, format!("{path}.{name}")))
        }
        _ => None,
    }
}

/// A value as a client wrote it, without the quotes of text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A sentence without what the library puts around it.
fn bare(message: &str) -> String {
    let sentence = message.split(" (occurred while parsing ").next().unwrap_or(message);
    match sentence.strip_prefix("Failed to parse \"").and_then(|rest| rest.split_once("\": ")) {
        Some((_, sentence)) => sentence.to_owned(),
        None => sentence.to_owned(),
    }
}

/// What the parser drew around the place where it gave up, in one line.
#[must_use]
pub fn syntax_error(error: &ServerError) -> Option<String> {
    let drawing = error.message.strip_prefix(" --> ")?;
    let (_, expected) = drawing.rsplit_once("= ")?;
    let place = error.locations.first()?;
    let expected = expected.trim().replace('_', " ").replace("EOI", "the end");
    Some(format!("the query breaks off in line {}, column {}: {expected}", place.line, place.column))
}
