//! The one error of the server. Every variant says what the client should do;
//! causes that the client cannot act on are logged, never shown.

use std::fmt;

use entity::id::KINDS;
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::access::Permission;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in a request, a command or an import.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such row, or the caller may not know that there is.
    #[error("no {kind} with id {id}")]
    NotFound {
        /// What was looked for, as in the API: `asset`, `colocation contract`.
        kind: &'static str,
        /// The id or natural key that was given.
        id: String,
        /// Path of the input field that named it, as in the API; none where that is not known.
        field: Option<String>,
    },
    /// The input breaks a rule. Correct the field and send it again.
    #[error("{}{message}", heading(field))]
    Invalid {
        /// Path of the input field, as in the API: `placement.unit`.
        field: String,
        /// The value and the rule.
        message: String,
    },
    /// The row is not in the state that the caller assumed. Read it again.
    #[error("{0}")]
    Conflict(String),
    /// The caller is known, but the role has no such permission.
    #[error("this needs the permission {permission}, which the role {} does not have", role.to_value())]
    Forbidden {
        /// What was asked for.
        permission: Permission,
        /// The caller's role.
        role: crate::access::Role,
    },
    /// No valid credentials came with the request.
    #[error("{0}")]
    Unauthenticated(String),
    /// The request asks for more than one request may.
    #[error("{0}")]
    LimitExceeded(String),
    /// One input field asks for more than one request may.
    #[error("{field}: {message}")]
    TooMuch {
        /// Path of the input field, as in the API: `first`.
        field: String,
        /// What was asked for and what is allowed.
        message: String,
    },
    /// The database cannot be reached now. The same request may succeed later.
    #[error("the database is not available, try again")]
    Unavailable(#[source] sea_orm::DbErr),
    /// A fault of ours. Shown as a bare sentence, logged in full.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// A rule broken by one input field.
    pub fn invalid(field: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::Invalid { field: field.into(), message: message.to_string() }
    }

    /// A row that is not there, by its natural key or by its id, which is then told as clients send it.
    pub fn not_found(kind: &'static str, id: impl fmt::Display) -> Self {
        let (id, table) = (id.to_string(), kind.to_lowercase().replace(' ', "_"));
        let id = match Uuid::try_parse(&id) {
            Ok(uuid) if KINDS.contains(&table.as_str()) => format!("{table}_{}", uuid.simple()),
            _ => id,
        };
        Self::NotFound { kind, id, field: None }
    }

    /// The same error as one of an input field, where something is not there and nobody said who named it.
    #[must_use]
    pub fn named_by(self, path: &str) -> Self {
        match self {
            Self::NotFound { kind, id, field: None } => {
                Self::NotFound { kind, id, field: Some(path.to_owned()) }
            }
            other => other,
        }
    }

    /// A fault of ours, with its cause in words.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(anyhow::anyhow!("{cause}"))
    }

    /// The message alone, for a sentence that names the field in its own way.
    #[must_use]
    pub fn into_message(self) -> String {
        match self {
            Self::Invalid { message, .. } => message,
            other => other.to_string(),
        }
    }

    /// The code that clients switch on; the list is closed and documented in the schema.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Invalid { .. } => "INVALID",
            Self::Conflict(_) => "CONFLICT",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::LimitExceeded(_) | Self::TooMuch { .. } => "LIMIT_EXCEEDED",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The input field at fault, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } | Self::TooMuch { field, .. } => {
                Some(field.as_str()).filter(|field| !field.is_empty())
            }
            Self::NotFound { field, .. } => field.as_deref(),
            _ => None,
        }
    }

    /// The same error about another field, for a rule that is asked under a name of its own.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        match self {
            Self::Invalid { message, .. } => Self::Invalid { field: field.to_owned(), message },
            other => other,
        }
    }

    /// The same error with its field placed under `prefix`: `unit` becomes `placement.unit`.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        match self {
            Self::Invalid { field, message } if field.is_empty() => {
                Self::Invalid { field: prefix.to_owned(), message }
            }
            Self::Invalid { field, message } => Self::Invalid { field: format!("{prefix}.{field}"), message },
            Self::NotFound { kind, id, field: Some(field) } => {
                Self::NotFound { kind, id, field: Some(format!("{prefix}.{field}")) }
            }
            other => other,
        }
    }
}

/// What a message about a field begins with.
fn heading(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

impl From<sea_orm::DbErr> for Error {
    fn from(cause: sea_orm::DbErr) -> Self {
        crate::store::database_error(cause)
    }
}

impl From<entity::money::AmountError> for Error {
    fn from(cause: entity::money::AmountError) -> Self {
        Self::invalid("", cause)
    }
}
