//! The dynamic optimised Theta method.
//!
//! Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler, "Models for optimising the theta method and their
//! relationship to state space models", International Journal of Forecasting 32 (2016). A straight line that is
//! fitted anew at each point is mixed with simple exponential smoothing; how much of each, `theta`, is estimated.
//! The line enters with weight `1 − 1/θ`, so that half of the slope at most is followed for θ = 2.

use super::path::{Path, sigma};
use super::search::{Search, penalty};

/// Parameters of the method.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theta {
    /// First level, as a share of the mean size of values.
    start: f64,
    /// Smoothing of the level.
    smoothing: f64,
    /// Natural logarithm of theta.
    theta: f64,
}

const SMOOTHING: (f64, f64) = (0.05, 0.99);
/// θ from 1 (no line) to about 1,000 (the whole line).
const LOG_THETA: (f64, f64) = (0.0, 6.9);

/// What has been seen so far.
struct State {
    level: f64,
    mean: f64,
    slope: f64,
    intercept: f64,
    /// `(1 − smoothing)` to the power of the points seen.
    left: f64,
    seen: f64,
}

impl Theta {
    /// The parameters with the least squared errors of one step; `from` are those of a part of the series.
    pub fn fit(series: &[f64], from: Option<Self>) -> Self {
        let scale = size(series);
        let search = match from {
            None => Search {
                start: [series[0] / scale / 2.0, 0.5, 0.7],
                steps: [0.1, 0.2, 0.5],
                evaluations: 160,
            },
            Some(from) => Search {
                start: [from.start, from.smoothing, from.theta],
                steps: [0.05, 0.08, 0.2],
                evaluations: 60,
            },
        };
        let point = search.least(|point| {
            let inside = boxed(point);
            Self::of(&inside).run(series, scale).1 * penalty(point, &inside)
        });
        Self::of(&boxed(&point))
    }

    /// The steps after the series.
    pub fn project(&self, series: &[f64], horizon: usize) -> Path {
        let (mut state, squares) = self.run(series, size(series));
        let weight = self.line_weight();
        let mean = (0..horizon)
            .map(|_| {
                let mean = state.predict(weight, self.smoothing);
                state.take(mean, self.smoothing);
                mean
            })
            .collect();
        let sigma = sigma(squares, series.len() - 1, 3);
        Path::new(mean, sigma, |_| self.smoothing)
    }

    fn of(point: &[f64; 3]) -> Self {
        Self { start: point[0], smoothing: point[1], theta: point[2] }
    }

    fn line_weight(&self) -> f64 {
        1.0 - (-self.theta).exp()
    }

    /// The state after the series, and the sum of squares of the errors of one step.
    fn run(&self, series: &[f64], scale: f64) -> (State, f64) {
        let first = series[0];
        let smoothing = self.smoothing;
        let mut state = State {
            level: smoothing * first + (1.0 - smoothing) * self.start * scale,
            mean: first,
            slope: 0.0,
            intercept: first,
            left: 1.0 - smoothing,
            seen: 1.0,
        };
        let weight = self.line_weight();
        let mut squares = 0.0;
        for value in &series[1..] {
            let error = value - state.predict(weight, smoothing);
            squares += error * error;
            state.take(*value, smoothing);
        }
        (state, squares)
    }
}

impl State {
    /// The next value: level plus the weighted line.
    fn predict(&self, weight: f64, smoothing: f64) -> f64 {
        let rise = (1.0 - self.left * (1.0 - smoothing)) / smoothing;
        self.level + weight * (self.left * self.intercept + rise * self.slope)
    }

    /// Takes a value in: level by smoothing, the line by least squares over all points so far.
    fn take(&mut self, value: f64, smoothing: f64) {
        let count = self.seen + 1.0;
        self.level = smoothing * value + (1.0 - smoothing) * self.level;
        self.slope = ((count - 2.0) * self.slope + 6.0 * (value - self.mean) / count) / (count + 1.0);
        self.mean = (self.seen * self.mean + value) / count;
        self.intercept = self.mean - self.slope * (count + 1.0) / 2.0;
        self.left *= 1.0 - smoothing;
        self.seen = count;
    }
}

fn boxed(point: &[f64; 3]) -> [f64; 3] {
    [point[0], point[1].clamp(SMOOTHING.0, SMOOTHING.1), point[2].clamp(LOG_THETA.0, LOG_THETA.1)]
}

/// Mean size of the values, never zero.
fn size(series: &[f64]) -> f64 {
    series.iter().map(|value| value.abs()).sum::<f64>() / series.len() as f64 + 1e-12
}
