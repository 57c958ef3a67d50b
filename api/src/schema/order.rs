//! Puts the fields of an answer into the order of the query, as the GraphQL specification has it.
//!
//! The GraphQL library answers fields in the order in which they became ready.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    Name, Positioned, Request, Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest},
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// Orders the fields of answers. Comes before the extension that limits queries, so that it walks only
/// what that lets through.
#[derive(Debug)]
pub struct FieldOrder;

impl ExtensionFactory for FieldOrder {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(OrderOfRequest::default())
    }
}

/// The names that an answer uses for its fields, in order, each with those inside it.
#[derive(Debug, Default)]
struct Fields(IndexMap<Name, Fields>);

/// The order of each operation of one request.
#[derive(Debug, Default)]
struct OrderOfRequest(Mutex<Vec<(Option<Name>, Fields)>>);

#[async_graphql::async_trait::async_trait]
impl Extension for OrderOfRequest {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(ctx, request).await?;
        let document = request.parsed_query()?;
        let operations = document.operations.iter().map(|(name, operation)| {
            let mut fields = Fields::default();
            fields.add(document, &operation.node.selection_set);
            (name.cloned(), fields)
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = operations.collect();
        Ok(request)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_name = operations.iter().find(|(name, _)| name.as_deref() == operation_name);
        if let Some((_, fields)) = of_name.or_else(|| operations.first()) {
            fields.arrange(&mut response.data);
        }
        response
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
