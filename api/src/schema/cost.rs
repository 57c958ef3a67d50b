//! What a query asks for, reckoned from its text before anything is read.
//!
//! Every fragment is reckoned once, however often it is used: a short text can stand for an enormous query.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
    registry::{MetaField, MetaType, MetaTypeName, Registry},
};

use super::page::USUAL_PAGE;
use crate::error::{Error, Result};

/// The rows that a list counts as which is given whole.
const WHOLE_LIST: u64 = 10;

/// Braces and fragments inside each other at most. Whatever walks the query needs stack for each.
pub const DEEPEST_NESTING: u64 = 64;

/// What an operation asks for, all fragments put in their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// One for each field, times the rows of the lists that it stands in.
    pub cost: u64,
    /// Fields inside fields. What is asked of the schema itself counts as one.
    pub depth: u64,
    /// Fields with a name of the client's choice.
    pub aliases: u64,
    /// Directives, wherever they stand.
    pub directives: u64,
    /// Lists inside lists in what is asked of the schema itself.
    pub introspection: u64,
    /// Braces and fragments inside each other.
    pub nesting: u64,
}

impl Size {
    /// Two things side by side.
    fn and(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            introspection: self.introspection.max(other.introspection),
            nesting: self.nesting.max(other.nesting),
        }
    }
}

/// Reckons the largest of the operations in a document.
///
/// # Errors
/// `Invalid` when a fragment contains itself, `LimitExceeded` when fragments nest too deep to be followed.
pub fn size_of(registry: &Registry, document: &ExecutableDocument, variables: &Variables) -> Result<Size> {
    let mut largest = Size::default();
    for (_, operation) in document.operations.iter() {
        let mut reckoning = Reckoning {
            registry,
            document,
            variables,
            operation: &operation.node,
            fragments: HashMap::new(),
            level: 0,
        };
        let size = reckoning.operation()?;
        largest = Size {
            cost: largest.cost.max(size.cost),
            depth: largest.depth.max(size.depth),
            aliases: largest.aliases.max(size.aliases),
            directives: largest.directives.max(size.directives),
            introspection: largest.introspection.max(size.introspection),
            nesting: largest.nesting.max(size.nesting),
        };
    }
    Ok(largest)
}

struct Reckoning<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    operation: &'a OperationDefinition,
    /// Nothing for a fragment that is being reckoned.
    fragments: HashMap<&'a str, Option<Size>>,
    /// How deep in braces and fragments the reckoning is.
    level: u64,
}

impl<'a> Reckoning<'a> {
    fn operation(&mut self) -> Result<Size> {
        let root = match self.operation.ty {
            OperationType::Query => Some(&self.registry.query_type),
            OperationType::Mutation => self.registry.mutation_type.as_ref(),
            OperationType::Subscription => self.registry.subscription_type.as_ref(),
        };
        let root = root.and_then(|name| self.registry.types.get(name));
        let size = self.selections(&self.operation.selection_set, root)?;
        Ok(Size { directives: size.directives.saturating_add(count(&self.operation.directives)), ..size })
    }

    fn selections(&mut self, set: &'a Positioned<SelectionSet>, on: Option<&'a MetaType>) -> Result<Size> {
        if self.level > DEEPEST_NESTING {
            let message = format!("the query nests fragments more than {DEEPEST_NESTING} deep");
            return Err(Error::LimitExceeded(message));
        }
        self.level += 1;
        let mut sum = Size::default();
        for selection in &set.node.items {
            let (size, directives) = match &selection.node {
                Selection::Field(field) => (self.field(&field.node, on)?, &field.node.directives),
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node)?, &spread.node.directives)
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = match condition {
                        Some(condition) => self.registry.types.get(condition.node.on.node.as_str()),
                        None => on,
                    };
                    (self.selections(&inline.node.selection_set, on)?, &inline.node.directives)
                }
            };
            sum = sum.and(size).and(Size { directives: count(directives), ..Size::default() });
        }
        self.level -= 1;
        Ok(Size { nesting: sum.nesting + 1, ..sum })
    }

    fn fragment(&mut self, name: &'a Name) -> Result<Size> {
        match self.fragments.get(name.as_str()) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                return Err(Error::invalid("query", format!("the fragment {name} contains itself")));
            }
            None => {}
        }
        // A name without a fragment is refused, in better words, when the query is checked against the schema.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.fragments.insert(name, None);
        let on = self.registry.types.get(fragment.node.type_condition.node.on.node.as_str());
        let size = self.selections(&fragment.node.selection_set, on)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }

    fn field(&mut self, field: &'a Field, on: Option<&'a MetaType>) -> Result<Size> {
        let registry = self.registry;
        let meta = on.and_then(|on| on.field_by_name(&field.name.node));
        let kind = meta.and_then(|meta| registry.concrete_type_by_name(&meta.ty));
        let inner = match field.selection_set.node.items.as_slice() {
            [] => Size::default(),
            _ => self.selections(&field.selection_set, kind)?,
        };
        let rows = self.rows(field, meta, on, kind);
        let asks_schema = field.name.node.starts_with("__");
        let is_schema_list = rows > 1 && on.is_some_and(|on| on.name().starts_with("__"));
        Ok(Size {
            cost: inner.cost.saturating_mul(rows).saturating_add(1),
            depth: if asks_schema { 1 } else { inner.depth.saturating_add(1) },
            aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: inner.directives,
            introspection: inner.introspection + u64::from(is_schema_list),
            nesting: inner.nesting,
        })
    }

    /// The rows that a field may give: a page as many as were asked for, its own lists no more than that.
    fn rows(
        &self,
        field: &Field,
        meta: Option<&MetaField>,
        on: Option<&MetaType>,
        kind: Option<&MetaType>,
    ) -> u64 {
        let Some(meta) = meta else { return 1 };
        if meta.args.contains_key("first") {
            if meta.args.contains_key("service") && self.is_given(field, "service") {
                // One thing that is named is a list of one.
                return 1;
            }
            let asked = self.number(field, "first").or_else(|| self.number(field, "last"));
            return asked.or_else(|| usual(meta)).unwrap_or(USUAL_PAGE);
        }
        let is_counted = on.is_some_and(|on| on.name().ends_with("Connection"));
        let is_list = MetaTypeName::create(&meta.ty).is_list() && !kind.is_some_and(MetaType::is_leaf);
        if is_list && !is_counted { WHOLE_LIST } else { 1 }
    }

    /// Whether an argument was given, outright or as a variable, and is not null.
    fn is_given(&self, field: &Field, argument: &str) -> bool {
        self.argument(field, argument).is_some_and(|value| value != Value::Null)
    }

    /// The value of an argument that was given outright or as a variable.
    fn argument(&self, field: &Field, argument: &str) -> Option<Value> {
        let given = field.get_argument(argument)?.node.clone().into_const_with(|name| {
            let value = self.variables.get(&name).or_else(|| self.default_of(&name));
            value.cloned().ok_or(())
        });
        given.ok()
    }

    /// A whole number that was given as an argument. Below zero counts as zero.
    fn number(&self, field: &Field, argument: &str) -> Option<u64> {
        match self.argument(field, argument)? {
            Value::Number(number) => {
                Some(number.as_i64().map_or(u64::MAX, |number| u64::try_from(number).unwrap_or_default()))
            }
            _ => None,
        }
    }

    fn default_of(&self, name: &Name) -> Option<&Value> {
        let definitions = self.operation.variable_definitions.iter();
        let mut of_name = definitions.filter(|definition| definition.node.name.node == *name);
        of_name.next()?.node.default_value.as_ref().map(|value| &value.node)
    }
}

/// The rows that a list gives where nobody says, by the default of its argument.
fn usual(meta: &MetaField) -> Option<u64> {
    meta.args.get("first")?.default_value.as_deref()?.parse().ok()
}

fn count<T>(items: &[T]) -> u64 {
    items.len() as u64
}
