//! The day on which the risk of keeping an asset passes what a policy bears.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};

/// The risk score of an asset from a day on, until the next score. Higher is riskier; the scale is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RiskScore {
    /// First day on which it holds.
    pub from: NaiveDate,
    /// The score.
    pub score: Decimal,
}

/// When a risk score reaches its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RiskDate {
    /// The first day on which it does.
    Reached(NaiveDate),
    /// It is known and stays below, as far as scores are known.
    NotReached {
        /// First day of the last score known.
        until: NaiveDate,
    },
}

/// The first day on which the score is at or above the threshold.
///
/// Scores may come in any order. One that rises above the threshold and falls again counts from its first rise.
///
/// # Errors
///
/// [`ForecastError::Missing`] without any score: an unknown risk is not a low one.
pub fn risk_date(scores: &[RiskScore], threshold: Decimal) -> Result<RiskDate> {
    let reached = scores.iter().filter(|score| score.score >= threshold).map(|score| score.from).min();
    let last = scores.iter().map(|score| score.from).max();
    match (reached, last) {
        (Some(date), _) => Ok(RiskDate::Reached(date)),
        (None, Some(until)) => Ok(RiskDate::NotReached { until }),
        (None, None) => {
            Err(ForecastError::Missing { field: "risk score", reason: "an unknown risk is not a low one" })
        }
    }
}
