//! The few ways a graph or a question about it can be impossible.

use thiserror::Error;

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, TopologyError>;

/// Why a graph cannot be built or a question cannot be answered; the message names the field, the value and the rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TopologyError {
    /// An input breaks a rule.
    #[error("{field} {value:?} is not usable: {rule}")]
    Invalid {
        /// Name of the input.
        field: &'static str,
        /// Its value.
        value: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// An answer would be larger than the caller allows.
    #[error("{field} would be more than {limit}: {remedy}")]
    TooMany {
        /// What there would be too many of.
        field: &'static str,
        /// How many are allowed.
        limit: usize,
        /// What the caller can do.
        remedy: &'static str,
    },
}

impl TopologyError {
    /// An input that breaks a rule.
    pub fn invalid(field: &'static str, value: &(impl ToString + ?Sized), rule: &'static str) -> Self {
        Self::Invalid { field, value: value.to_string(), rule }
    }
}
