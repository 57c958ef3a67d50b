//! Exponential smoothing with a damped trend, ETS(A,Ad,N).
//!
//! Hyndman, Koehler, Ord and Snyder, "Forecasting with Exponential Smoothing: The State Space Approach" (2008),
//! with the variance of their class 1: `c_j = α + β(φ + … + φʲ)`. The trend fades by `φ` each step, at most 0.98:
//! over three years of months at most some 25 months of today's growth are added.

use super::path::{Path, sigma};
use super::regression::Regression;
use super::search::{Search, penalty};

/// Parameters of the method.
#[derive(Debug, Clone, Copy)]
pub(super) struct Damped {
    /// Smoothing of the level.
    alpha: f64,
    /// Smoothing of the trend, as a share of that of the level.
    share: f64,
    /// What is left of the trend after a step.
    phi: f64,
}

/// The trend fades at least this much, and at most that.
pub(super) const PHI: (f64, f64) = (0.8, 0.98);
const ALPHA: (f64, f64) = (0.001, 0.999);
/// Points from which the first level and trend are taken.
const FIRST: usize = 10;

impl Damped {
    /// The parameters with the least squared errors of one step; `from` are those of a part of the series.
    pub fn fit(series: &[f64], from: Option<Self>) -> Self {
        let search = match from {
            None => Search { start: [0.3, 0.1, 0.95], steps: [0.2, 0.1, -0.05], evaluations: 160 },
            Some(from) => Search {
                start: [from.alpha, from.share, from.phi],
                steps: [0.08, 0.05, if from.phi > 0.9 { -0.03 } else { 0.03 }],
                evaluations: 60,
            },
        };
        let initial = initial(series);
        let point = search.least(|point| {
            let inside = boxed(point);
            let further = 4.0 * (point[2] - inside[2]).abs();
            Self::of(&inside).run(series, initial).1 * (penalty(point, &inside) + further)
        });
        Self::of(&boxed(&point))
    }

    /// The steps after the series.
    pub fn project(&self, series: &[f64], horizon: usize) -> Path {
        let ((level, trend), squares) = self.run(series, initial(series));
        let (mut fading, mut sum) = (1.0, 0.0);
        let mean = (0..horizon)
            .map(|_| {
                fading *= self.phi;
                sum += fading;
                level + sum * trend
            })
            .collect();
        let sigma = sigma(squares, series.len(), 5);
        let (mut fading, mut sum) = (1.0, 0.0);
        Path::new(mean, sigma, |_| {
            fading *= self.phi;
            sum += fading;
            self.alpha + self.alpha * self.share * sum
        })
    }

    fn of(point: &[f64; 3]) -> Self {
        Self { alpha: point[0], share: point[1], phi: point[2] }
    }

    /// Level and trend after the series, and the sum of squares of the errors of one step.
    fn run(&self, series: &[f64], (mut level, mut trend): (f64, f64)) -> ((f64, f64), f64) {
        let beta = self.alpha * self.share;
        let mut squares = 0.0;
        for value in series {
            let faded = self.phi * trend;
            let error = value - level - faded;
            squares += error * error;
            level += faded + self.alpha * error;
            trend = faded + beta * error;
        }
        ((level, trend), squares)
    }
}

fn boxed(point: &[f64; 3]) -> [f64; 3] {
    [point[0].clamp(ALPHA.0, ALPHA.1), point[1].clamp(0.0, 1.0), point[2].clamp(PHI.0, PHI.1)]
}

/// Level before the first point, and trend, of a line through the first points.
fn initial(series: &[f64]) -> (f64, f64) {
    let line = Regression::of_values(&series[..series.len().min(FIRST)]);
    (line.intercept, line.slope)
}
