//! From errors to answers: every error that leaves carries a code of the closed list, and the causes of
//! faults stay in the log.

use std::sync::Arc;

use async_graphql::{
    Response, ServerError, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest},
};

use crate::{access::Caller, error::Error};

/// Attaches codes to errors.
#[derive(Debug)]
pub struct Codes;

impl ExtensionFactory for Codes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Codes {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        let request_id = ctx.data_opt::<Caller>().map_or("", |caller| caller.request_id.as_str());
        for error in &mut response.errors {
            classify(error, request_id);
        }
        response
    }
}

fn classify(error: &mut ServerError, request_id: &str) {
    let (code, field) = match error.source::<Error>() {
        Some(ours) => {
            if let Error::Internal(cause) = ours {
                tracing::error!(request_id, ?cause, path = ?error.path, "internal error");
            }
            if let Error::Unavailable(cause) = ours {
                tracing::warn!(request_id, %cause, "database not available");
            }
            (ours.code(), ours.field().map(str::to_owned))
        }
        // Syntax and rules of the schema, refused by the GraphQL library before any of our code runs.
        None => ("INVALID", None),
    };
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
    if let Some(field) = field {
        extensions.set("field", Value::from(field));
    }
    if matches!(code, "INTERNAL" | "UNAVAILABLE") {
        extensions.set("requestId", request_id);
    }
}
