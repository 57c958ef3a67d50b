//! Forecasts of series: what a pool, a meter or a count comes to in the months ahead, and how sure that is.
//!
//! [`forecast`] takes observations at equal steps and answers with a median and intervals for each step ahead, the
//! method behind them with the reason for it, how it did on the series' own past, and what the series had that had
//! to be allowed for.
//!
//! 1. Gaps are filled for fitting and left out of comparisons, isolated spikes set aside, and a single abrupt shift
//!    of level is allowed for. Each is named in `warnings`. Levels that change at once again and again are carried on by
//!    the chance that more changes come. Methods that are references take observations as they are.
//! 2. What recurs is taken out by classical indices that are shrunk by how sure they are.
//! 3. The forecast is the mean of four small methods that err differently: dynamic optimised Theta, a damped trend,
//!    and models of differences without and with a season. Another method takes its place only where the series' own
//!    past says so clearly; see `docs/forecasts.md`.
//! 4. Intervals are conformal: as wide as they had to be on other series, by length of history and step.
//!
//! Growth fades for sure only by [`DampedTrend`](Method::DampedTrend) and [`Arima`](Method::Arima) alone. In a
//! combination it fades in part, as these are among its methods: nothing holds [`Theta`](Method::Theta), which may
//! follow a whole line, nor seasonal differences. Positive series stay positive, except on the line of
//! [`OrdinaryLeastSquares`](Method::OrdinaryLeastSquares).
//!
//! This is the one module, with [`uncertainty`](crate::uncertainty), whose figures are binary floats: they are
//! estimates of quantities, never money. It has no clock, no chance and no threads: equal input gives equal output.
//!
//! # Example
//!
//! ```
//! use forecasting::forecast::{ForecastInput, Method, forecast};
//!
//! # fn main() -> forecasting::Result<()> {
//! let peaks = [208, 221, 214, 229, 222, 238, 229, 243, 251, 240, 259, 256];
//! let observations = peaks.iter().map(|peak| Some(f64::from(*peak))).collect();
//! let input = ForecastInput::monthly(observations, 12).with_method(Method::OrdinaryLeastSquares);
//! let line = forecast(&input)?;
//! // The straight line reaches 300 ten months ahead, and its upper tenth two months earlier.
//! assert_eq!(line.points.iter().find(|point| point.p50 >= 300.0).map(|point| point.step), Some(10));
//! assert_eq!(line.points.iter().find(|point| point.p90 >= 300.0).map(|point| point.step), Some(8));
//! # Ok(())
//! # }
//! ```

pub mod accuracy;
mod arima;
mod backtest;
mod blocks;
mod calibration;
mod clean;
mod input;
mod intermittent;
mod members;
mod method;
mod outcome;
mod path;
mod prepared;
mod quantile;
mod reason;
mod regression;
mod run;
mod search;
mod seasonal;
mod selection;
mod short;
mod simple;
mod smoothing;
mod stairs;
mod theta;
mod warning;
pub mod width;

pub use input::{ForecastInput, HORIZON_MAX, OBSERVATIONS_MAX, PERIOD_MAX};
pub use members::naive2;
pub use method::Method;
pub use outcome::{Accuracy, Forecast, Point};
pub use regression::Regression;
pub use run::{evidence, forecast};
pub use warning::Warning;
