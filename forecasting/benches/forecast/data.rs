//! Series with hold-outs, from the files beside the workspace; see the README there for where they come from.

use std::path::{Path, PathBuf};

use forecasting::forecast::ForecastInput;

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
