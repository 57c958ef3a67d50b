//! What a forecast is asked.

use super::method::Method;
use crate::error::{ForecastError, Result};

/// Steps ahead at most.
pub const HORIZON_MAX: usize = 1_000;
/// Observations at most.
pub const OBSERVATIONS_MAX: usize = 100_000;
/// Longest period.
pub const PERIOD_MAX: usize = 10_000;

/// A series and how it is to be carried on.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastInput {
    /// Values at equal steps, the oldest first; `None` where none is known, which is not zero.
    pub observations: Vec<Option<f64>>,
    /// Steps ahead, from 1.
    pub horizon: usize,
    /// Periods after which something may recur, in steps: 12 for months. Empty, or 1, for none.
    pub periods: Vec<usize>,
    /// The method, or [`Method::Auto`].
    pub method: Method,
}

impl ForecastInput {
    /// Monthly observations, the method chosen automatically.
    #[must_use]
    pub fn monthly(observations: Vec<Option<f64>>, horizon: usize) -> Self {
        Self { observations, horizon, periods: vec![12], method: Method::Auto }
    }

    /// The same with other periods.
    #[must_use]
    pub fn with_periods(self, periods: Vec<usize>) -> Self {
        Self { periods, ..self }
    }

    /// The same by a named method.
    #[must_use]
    pub fn with_method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Refuses what cannot be answered.
    pub(super) fn check(&self) -> Result<()> {
        if self.horizon == 0 || self.horizon > HORIZON_MAX {
            let rule = "between 1 and 1,000 steps can be forecast";
            return Err(ForecastError::invalid("horizon", &self.horizon, rule));
        }
        if let Some(period) = self.periods.iter().find(|period| **period == 0 || **period > PERIOD_MAX) {
            return Err(ForecastError::invalid("period", period, "a period has between 1 and 10,000 steps"));
        }
        if self.periods.len() > 4 {
            let rule = "at most 4 periods can be told apart";
            return Err(ForecastError::invalid("periods", &self.periods.len(), rule));
        }
        let count = self.observations.len();
        if count > OBSERVATIONS_MAX {
            return Err(ForecastError::invalid("observations", &count, "a series has at most 100,000 steps"));
        }
        if count == 0 {
            return Err(ForecastError::Missing {
                field: "observations",
                reason: "an empty series cannot be carried on",
            });
        }
        let usable = |value: &f64| value.is_finite() && value.abs() <= 1e300;
        if let Some(value) = self.observations.iter().flatten().find(|value| !usable(value)) {
            let rule = "every value is a finite number of at most 1e300; leave out what is not known";
            return Err(ForecastError::invalid("observations", value, rule));
        }
        if self.observations.iter().all(Option::is_none) {
            return Err(ForecastError::Missing {
                field: "observations",
                reason: "a series without a single value cannot be carried on",
            });
        }
        Ok(())
    }

    /// Periods that mean anything, the shortest first, each once.
    pub(super) fn seasons(&self) -> Vec<usize> {
        let mut periods: Vec<usize> = self.periods.iter().copied().filter(|period| *period > 1).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }
}
