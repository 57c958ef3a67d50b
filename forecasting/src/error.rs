//! The few ways a calculation can be impossible.

use thiserror::Error;

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, ForecastError>;

/// Why a figure could not be computed; the message names the field, the value and the rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForecastError {
    /// The code is not one of ISO 4217, or names something without a minor unit (gold, a test code).
    #[error("currency {code:?} is not an ISO 4217 code with a minor unit")]
    UnknownCurrency {
        /// The code as given.
        code: String,
    },
    /// Two amounts in different currencies met; convert one of them first.
    #[error("currency {found} cannot be added to {expected}: convert it first")]
    CurrencyMismatch {
        /// Currency of the sum so far.
        expected: String,
        /// Currency of the amount that was to be added.
        found: String,
    },
    /// An input breaks a rule of the calculation.
    #[error("{field} {value:?} is not usable: {rule}")]
    Invalid {
        /// Name of the input.
        field: &'static str,
        /// Its value.
        value: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A figure left the range in which sums stay exact.
    #[error("{field} is beyond {limit}: no such amount of money exists", limit = crate::money::LIMIT)]
    OutOfRange {
        /// Name of the figure.
        field: &'static str,
    },
    /// Whoever asked does not wait for the answer any more.
    #[error("the calculation was given up")]
    Stopped,
    /// An input is absent; absent is not zero.
    #[error("{field} is missing: {reason}")]
    Missing {
        /// Name of the input.
        field: &'static str,
        /// Why the calculation needs it.
        reason: &'static str,
    },
}

impl ForecastError {
    /// An input that breaks a rule.
    pub fn invalid(field: &'static str, value: &(impl ToString + ?Sized), rule: &'static str) -> Self {
        Self::Invalid { field, value: value.to_string(), rule }
    }
}
