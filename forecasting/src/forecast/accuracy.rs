//! How far forecasts were from what came: the measures of the M4 competition.
//!
//! Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition: 100,000 time series and 61 forecasting methods",
//! International Journal of Forecasting 36 (2020).

/// Mean of `200 · |e| / (|actual| + |forecast|)`, in per cent; a pair of zeros counts as no error.
#[must_use]
pub fn smape(actual: &[f64], forecast: &[f64]) -> f64 {
    let errors = actual.iter().zip(forecast).map(|(actual, forecast)| {
        let size = actual.abs() + forecast.abs();
        if size > 0.0 { 200.0 * (actual - forecast).abs() / size } else { 0.0 }
    });
    errors.sum::<f64>() / actual.len().max(1) as f64
}

/// Mean absolute difference of points a period apart; `None` where there are none, or all are equal.
#[must_use]
pub fn seasonal_scale(series: &[f64], period: usize) -> Option<f64> {
    let lag = period.max(1);
    let pairs = series.len().checked_sub(lag).filter(|pairs| *pairs > 0)?;
    let sum: f64 = (lag..series.len()).map(|place| (series[place] - series[place - lag]).abs()).sum();
    (sum > 0.0).then(|| sum / pairs as f64)
}

/// Mean absolute error over the seasonal scale of the series; `None` where there is no scale.
#[must_use]
pub fn mase(series: &[f64], period: usize, actual: &[f64], forecast: &[f64]) -> Option<f64> {
    let scale = seasonal_scale(series, period)?;
    let sum: f64 = actual.iter().zip(forecast).map(|(actual, forecast)| (actual - forecast).abs()).sum();
    Some(sum / actual.len().max(1) as f64 / scale)
}

/// The overall weighted average: mean of both errors, each over that of Naive2.
#[must_use]
pub fn owa((smape, mase): (f64, f64), (naive_smape, naive_mase): (f64, f64)) -> Option<f64> {
    (naive_smape > 0.0 && naive_mase > 0.0).then(|| 0.5 * (smape / naive_smape + mase / naive_mase))
}
