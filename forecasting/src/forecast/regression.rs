//! A straight line through the points: ordinary least squares, and what it says of points outside.

use super::path::Path;
use super::quantile::{Z80, Z95};

/// The line `y = intercept + slope · x` with the least squared errors, for x = 1, 2, … in order of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression {
    /// Value of the line at x = 0.
    pub intercept: f64,
    /// What the line rises by from one point to the next.
    pub slope: f64,
    /// Standard error of the points about the line, `√(SSE / (n − 2))`; zero below three points.
    pub error: f64,
    /// Mean of x.
    pub mean_x: f64,
    /// Sum of squares of x about its mean.
    pub squares_x: f64,
    /// Number of points.
    pub points: usize,
}

impl Regression {
    /// The line through values at x = 1, 2, …
    #[must_use]
    pub fn of_values(values: &[f64]) -> Self {
        Self::of(values.iter().copied().enumerate().map(|(place, value)| ((place + 1) as f64, value)))
    }

    /// The line through values of which some are missing, at x = 1, 2, … counting the missing ones.
    #[must_use]
    pub fn of_observations(values: &[Option<f64>]) -> Self {
        let seen = values.iter().enumerate();
        Self::of(seen.filter_map(|(place, value)| value.map(|value| ((place + 1) as f64, value))))
    }

    fn of(points: impl Iterator<Item = (f64, f64)> + Clone) -> Self {
        let count = points.clone().count();
        let number = (count as f64).max(1.0);
        let mean_x = points.clone().map(|(x, _)| x).sum::<f64>() / number;
        let mean_y = points.clone().map(|(_, y)| y).sum::<f64>() / number;
        let squares_x = points.clone().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum::<f64>();
        let products = points.clone().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>();
        let slope = if squares_x > 0.0 { products / squares_x } else { 0.0 };
        let intercept = mean_y - slope * mean_x;
        let squares = points.map(|(x, y)| y - intercept - slope * x).map(|error| error * error).sum::<f64>();
        let error = if count > 2 { (squares / (number - 2.0)).sqrt() } else { 0.0 };
        Self { intercept, slope, error, mean_x, squares_x, points: count }
    }

    /// The line at x.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// Standard error of a new point at x: `s · √(1 + 1/n + (x − x̄)² / Sxx)`.
    #[must_use]
    pub fn deviation(&self, x: f64) -> f64 {
        let away = x - self.mean_x;
        let leverage = if self.squares_x > 0.0 { away * away / self.squares_x } else { 0.0 };
        self.error * (1.0 + 1.0 / (self.points as f64).max(1.0) + leverage).sqrt()
    }

    /// What nine in ten new points at x stay below: the line plus 1.2816 standard errors, one-sided.
    #[must_use]
    pub fn upper90(&self, x: f64) -> f64 {
        self.at(x) + Z80 * self.deviation(x)
    }

    /// The steps after `seen` places.
    pub(super) fn project(&self, seen: usize, horizon: usize) -> Path {
        let ahead = || (0..horizon).map(|step| (seen + step + 1) as f64);
        Path {
            mean: ahead().map(|x| self.at(x)).collect(),
            deviation: ahead().map(|x| self.deviation(x)).collect(),
        }
    }

    /// Half widths of the 80 % and 95 % intervals at a standard error, as the formula has them.
    pub(super) fn half_widths(deviation: f64) -> [f64; 2] {
        [Z80 * deviation, Z95 * deviation]
    }
}
