//! What a forecast answers.

use super::method::Method;
use super::warning::Warning;

/// A series carried on.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The method that was used, never [`Method::Auto`].
    pub method: Method,
    /// Why this method, what it assumes, and what its intervals rest on.
    pub reason: String,
    /// Observed values that the method was fitted to: gaps that were filled for it are none.
    pub trained_on: usize,
    /// The steps ahead.
    pub points: Vec<Point>,
    /// How far to trust it, from forecasts of what is already known.
    pub accuracy: Accuracy,
    /// What the series had that had to be allowed for.
    pub warnings: Vec<Warning>,
}

/// One step ahead. `lo95 ≤ lo80 = p10 ≤ p50 ≤ p90 = hi80 ≤ hi95`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Steps after the last observation, from 1.
    pub step: usize,
    /// What one in ten values stays below.
    pub p10: f64,
    /// The forecast. Of intermittent demand, the rate that is expected.
    pub p50: f64,
    /// What nine in ten values stay below.
    pub p90: f64,
    /// Lower end of what holds 80 % of values.
    pub lo80: f64,
    /// Upper end of what holds 80 % of values.
    pub hi80: f64,
    /// Lower end of what holds 95 % of values.
    pub lo95: f64,
    /// Upper end of what holds 95 % of values.
    pub hi95: f64,
}

/// How the method did on the series itself, from origins that lie back.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Accuracy {
    /// Mean absolute error over that of repeating the last period.
    pub mase: Option<f64>,
    /// Errors beside those of Naive2, as the M4 competition weighs them: below one is better.
    pub owa: Option<f64>,
    /// Share of values within the 80 % intervals.
    pub coverage80: Option<f64>,
    /// Values that were compared; none where the series is too short.
    pub backtests: usize,
}

impl Point {
    /// A step with both of its intervals, put in order around the forecast.
    pub(super) fn new(step: usize, p50: f64, (lo80, hi80): (f64, f64), (lo95, hi95): (f64, f64)) -> Self {
        let (lo80, hi80) = (lo80.min(p50), hi80.max(p50));
        Self { step, p10: lo80, p50, p90: hi80, lo80, hi80, lo95: lo95.min(lo80), hi95: hi95.max(hi80) }
    }
}
