//! Forecasting.
#![deny(missing_docs)]
#![deny(clippy::float_arithmetic)]

pub mod colocation;
pub mod depreciation;
pub mod error;
pub mod explain;
pub mod growth;
pub mod money;
pub mod month;
pub mod quantity;
pub mod refresh;
pub mod roadmap;

pub use error::{ForecastError, Result};
