//! From errors to answers: every error that leaves carries a code of the closed list, and the causes of
//! faults stay in the log.

use async_graphql::{ServerError, Value, registry::Registry};

use super::inputs::{Given, syntax_error};
use crate::error::Error;

/// Attaches the code and the field to an error, and logs what clients are not shown.
pub(super) fn classify(error: &mut ServerError, request_id: &str, types: Option<(&Registry, &Given)>) {
    let (code, field) = match error.source::<Error>() {
        Some(ours) => {
            if let Error::Internal(cause) = ours {
                tracing::error!(request_id, ?cause, path = ?error.path, "internal error");
            }
            if let Error::Unavailable(cause) = ours {
                tracing::warn!(request_id, %cause, "database not available");
            }
            (ours.code(), ours.field().map(str::to_owned).or_else(|| named(error, ours, types)))
        }
        // Syntax and rules of the schema, refused by the GraphQL library before any of our code runs.
        None => ("INVALID", explain(error, types)),
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

/// The argument that named what is not there, where nobody said which.
fn named(error: &ServerError, ours: &Error, types: Option<(&Registry, &Given)>) -> Option<String> {
    let Error::NotFound { id, .. } = ours else { return None };
    types.and_then(|(registry, given)| given.naming(registry, error, id))
}

/// Puts a refusal of the GraphQL library into our words, and names the field that it is about.
fn explain(error: &mut ServerError, types: Option<(&Registry, &Given)>) -> Option<String> {
    if let Some(message) = syntax_error(error) {
        error.message = message;
        return None;
    }
    let refused = types.and_then(|(registry, given)| given.refused(registry, error))?;
    error.message = format!("{}: {}", refused.field, refused.rule);
    Some(refused.field)
}
