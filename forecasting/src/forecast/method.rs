//! The closed set of methods.

use std::fmt;
use std::str::FromStr;

use crate::error::{ForecastError, Result};

/// How a series is carried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Method {
    /// Chosen for the series by what its own past says.
    #[default]
    Auto,
    /// The mean of Theta, damped trend and small models of differences.
    Combination,
    /// The dynamic optimised Theta method.
    Theta,
    /// Exponential smoothing with a trend that fades.
    DampedTrend,
    /// A small model of differences, the season taken out before.
    Arima,
    /// A small model of differences, seasonal ones too.
    SeasonalArima,
    /// Demand that is zero most of the time: how often times how much (TSB).
    Intermittent,
    /// A straight line through the series without its season.
    StraightLine,
    /// A straight line through all points as they are, with its textbook intervals.
    OrdinaryLeastSquares,
    /// The last value goes on.
    Naive,
    /// The last period goes on.
    SeasonalNaive,
    /// The last value without its season goes on, with the season where it passes a test.
    Naive2,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 12] = [
        Self::Auto,
        Self::Combination,
        Self::Theta,
        Self::DampedTrend,
        Self::Arima,
        Self::SeasonalArima,
        Self::Intermittent,
        Self::StraightLine,
        Self::OrdinaryLeastSquares,
        Self::Naive,
        Self::SeasonalNaive,
        Self::Naive2,
    ];

    /// Whether the method is a reference: one that others are held against, which takes observations as they are.
    #[must_use]
    pub const fn is_reference(self) -> bool {
        matches!(self, Self::OrdinaryLeastSquares | Self::Naive | Self::SeasonalNaive | Self::Naive2)
    }

    /// The name that selects the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Combination => "combination",
            Self::Theta => "theta",
            Self::DampedTrend => "damped-trend",
            Self::Arima => "arima",
            Self::SeasonalArima => "seasonal-arima",
            Self::Intermittent => "intermittent",
            Self::StraightLine => "straight-line",
            Self::OrdinaryLeastSquares => "ordinary-least-squares",
            Self::Naive => "naive",
            Self::SeasonalNaive => "seasonal-naive",
            Self::Naive2 => "naive2",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = ForecastError;

    fn from_str(name: &str) -> Result<Self> {
        let rule = "methods are auto, combination, theta, damped-trend, arima, seasonal-arima, intermittent, \
                    straight-line, ordinary-least-squares, naive, seasonal-naive and naive2";
        let found = Self::ALL.into_iter().find(|method| method.name() == name);
        found.ok_or_else(|| ForecastError::invalid("method", name, rule))
    }
}
