//! Series with hold-outs, from the files beside the workspace; see the README there for where they come from.

use std::path::{Path, PathBuf};

use forecasting::forecast::ForecastInput;
use forecasting::forecast::width::STEPS;

/// A series, its period and what came after it.
pub struct Series {
    pub period: usize,
    pub train: Vec<f64>,
    pub test: Vec<f64>,
}

/// A history with what came after it, cut from a series.
pub struct Window {
    pub train: Vec<f64>,
    pub test: Vec<f64>,
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/m4").join(format!("{name}.csv"))
}

/// The series of a file; `None` where the file is not there.
pub fn load(name: &str) -> Option<Vec<Series>> {
    let text = std::fs::read_to_string(path(name)).ok()?;
    let values = |field: &str| field.split(';').map(|value| value.parse().unwrap_or(f64::NAN)).collect();
    let series = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        Series { period: fields[1].parse().unwrap(), train: values(fields[3]), test: values(fields[4]) }
    });
    Some(series.collect())
}

/// Observations of values; what is no number is a gap.
pub fn observations(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().map(|value| value.is_finite().then_some(*value)).collect()
}

/// The question that a series asks.
pub fn question(train: &[f64], period: usize, horizon: usize) -> ForecastInput {
    ForecastInput::monthly(observations(train), horizon).with_periods(vec![period])
}

/// Months between the windows of one series.
const APART: usize = 12;
/// Windows of one series that end elsewhere than at its hold-out, at most.
const EARLIER: usize = 5;

/// The last `history` points before each hold-out; series that are shorter, or never change, are left out.
pub fn windows(series: &[Series], history: usize) -> Vec<Window> {
    let long = series.iter().filter(|series| series.train.len() >= history);
    long.map(|series| Window {
        train: series.train[series.train.len() - history..].to_vec(),
        test: series.test.clone(),
    })
    .filter(|window| window.train.iter().any(|value| *value != window.train[0]))
    .collect()
}

/// The same at other ends, a year apart, with the 36 months after each. All hold-outs of a population end in the same
/// few years and share what happened then; other ends do not.
pub fn other_windows(series: &[Series], history: usize) -> Vec<Window> {
    let mut found = Vec::new();
    for one in series {
        let whole: Vec<f64> = one.train.iter().chain(&one.test).copied().collect();
        let last = whole.len().saturating_sub(STEPS);
        let ends = (history..=last).rev().step_by(APART).filter(|end| *end != one.train.len()).take(EARLIER);
        found.extend(ends.map(|end| Window {
            train: whole[end - history..end].to_vec(),
            test: whole[end..whole.len().min(end + STEPS)].to_vec(),
        }));
    }
    found.retain(|window| window.train.iter().any(|value| *value != window.train[0]));
    found
}
