//! What a fitted method says of the months ahead.

use super::width::LEAST;

/// Means and standard deviations, step by step.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Means.
    pub mean: Vec<f64>,
    /// Standard deviations that the method itself believes in.
    pub deviation: Vec<f64>,
}

impl Path {
    /// From the errors of one step and what each later step adds: `variance_h = s² · (1 + c₁² + … + c_{h−1}²)`.
    pub fn new(mean: Vec<f64>, sigma: f64, mut weight: impl FnMut(usize) -> f64) -> Self {
        let mut sum = 1.0;
        let deviation = (0..mean.len())
            .map(|step| {
                let deviation = sigma * f64::sqrt(sum);
                let next = weight(step + 1);
                sum += next * next;
                deviation
            })
            .collect();
        Self { mean, deviation }
    }
}

/// Standard deviation of one step, from a sum of squares of errors and the number of parameters behind them.
pub(super) fn sigma(squares: f64, errors: usize, parameters: usize) -> f64 {
    (squares / (errors.saturating_sub(parameters)).max(1) as f64).sqrt()
}

/// The middle value; values need not be in order. Zero of nothing.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        length => (sorted[(length - 1) / 2] + sorted[length / 2]) / 2.0,
    }
}

/// The mean; zero of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Mean of the deviations that members believe in, widened by how far the centre is from their mean, and how far
/// they are apart.
pub(super) fn beliefs(paths: &[Path], centre: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let count = paths.len().max(1) as f64;
    let each = centre.iter().enumerate().map(|(step, centre)| {
        let mean = paths.iter().map(|path| path.mean[step]).sum::<f64>() / count;
        let believed = paths.iter().map(|path| path.deviation[step]).sum::<f64>() / count + LEAST;
        let apart = paths.iter().map(|path| (path.mean[step] - mean) * (path.mean[step] - mean)).sum::<f64>();
        (believed.hypot(centre - mean), (apart / count).sqrt())
    });
    each.unzip()
}
