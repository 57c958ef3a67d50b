//! Limits that the GraphQL library does not know: aliases, and the right to ask anything at all.

use std::sync::Arc;

use async_graphql::{
    Positioned, ServerError, ServerResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery},
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use crate::{access::Caller, error::Error};

/// Refuses anonymous requests, introspection included, and queries with too many aliases.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// Aliases in a query at most.
    pub aliases: usize,
}

impl ExtensionFactory for QueryLimits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for QueryLimits {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if ctx.data_opt::<Caller>().is_none() {
            let message = "send a token in the header `Authorization: Bearer …`";
            return Err(server_error(Error::Unauthenticated(message.into())));
        }
        let document = next.run(ctx, query, variables).await?;
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
        let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
        let aliases: usize = operations.chain(fragments).map(aliases).sum();
        if aliases > self.aliases {
            let message = format!("the query has {aliases} aliases, {} are allowed", self.aliases);
            return Err(server_error(Error::LimitExceeded(message)));
        }
        Ok(document)
    }
}

fn server_error(error: Error) -> ServerError {
    async_graphql::Error::from(error).into_server_error(async_graphql::Pos::default())
}

fn aliases(set: &Positioned<SelectionSet>) -> usize {
    let counts = set.node.items.iter().map(|item| match &item.node {
        Selection::Field(field) => {
            usize::from(field.node.alias.is_some()) + aliases(&field.node.selection_set)
        }
        Selection::InlineFragment(fragment) => aliases(&fragment.node.selection_set),
        Selection::FragmentSpread(_) => 0,
    });
    counts.sum()
}
