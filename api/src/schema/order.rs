//! Puts the fields of an answer into the order of the query, as the GraphQL specification has it.
//!
//! The GraphQL library answers fields in the order in which they became ready.

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// The names that an answer uses for its fields, in order, each with those inside it.
#[derive(Debug, Default)]
struct Fields(IndexMap<Name, Fields>);

/// The order of each operation of one request.
#[derive(Debug, Default)]
pub struct FieldOrder(Vec<(Option<Name>, Fields)>);

impl FieldOrder {
    /// The order that a document asks for.
    #[must_use]
    pub fn of(document: &ExecutableDocument) -> Self {
        let operations = document.operations.iter().map(|(name, operation)| {
            let mut fields = Fields::default();
            fields.add(document, &operation.node.selection_set);
            (name.cloned(), fields)
        });
        Self(operations.collect())
    }

    /// Puts an answer into that order.
    pub fn arrange(&self, operation_name: Option<&str>, data: &mut Value) {
        let of_name = self.0.iter().find(|(name, _)| name.as_deref() == operation_name);
        if let Some((_, fields)) = of_name.or_else(|| self.0.first()) {
            fields.arrange(data);
        }
    }
}

impl Fields {
    fn add(&mut self, document: &ExecutableDocument, set: &Positioned<SelectionSet>) {
        for selection in &set.node.items {
            match &selection.node {
                Selection::Field(field) => {
                    let inner = self.0.entry(field.node.response_key().node.clone()).or_default();
                    inner.add(document, &field.node.selection_set);
                }
                Selection::InlineFragment(inline) => self.add(document, &inline.node.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set);
                    }
                }
            }
        }
    }

    /// Most objects are in order already, for most fields are ready at once: those are only looked at.
    fn arrange(&self, value: &mut Value) {
        match value {
            Value::List(items) if !self.0.is_empty() => {
                items.iter_mut().for_each(|item| self.arrange(item));
            }
            Value::Object(object) => {
                let mut expected = self.0.keys();
                if !object.keys().all(|key| expected.any(|name| name == key)) {
                    object.sort_by_cached_key(|key, _| self.0.get_index_of(key));
                }
                for (name, inner) in &self.0 {
                    if let (false, Some(value)) = (inner.0.is_empty(), object.get_mut(name)) {
                        inner.arrange(value);
                    }
                }
            }
            _ => {}
        }
    }
}
