//! The methods that are fitted, each on the view of the series that suits it, all projected back to its own units.

use super::arima::Arima;
use super::path::Path;
use super::regression::Regression;
use super::seasonal::{Seasons, is_seasonal};
use super::smoothing::Damped;
use super::theta::Theta;

/// A series seen by its members: without season, in logarithms, or as it is.
///
/// Seasons are those of the first `known` points, so that what is tried on later ones has not seen them.
pub(super) struct View<'a> {
    series: &'a [f64],
    /// Whether all values are positive: then seasons multiply, and logarithms exist.
    pub positive: bool,
    seasons: Seasons,
    adjusted: Vec<f64>,
    adjusted_logs: Vec<f64>,
    logs: Vec<f64>,
    /// The period whose season passes the test.
    season: Option<usize>,
    /// The period that naive methods repeat.
    period: usize,
    known: usize,
}

/// A method that is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// Dynamic optimised Theta, on the series without its season.
    Theta,
    /// Damped trend, on logarithms of the series without its season.
    DampedTrend,
    /// Differences without a season, on the same.
    Arima,
    /// Differences with a season, on logarithms of the series as it is.
    SeasonalArima,
    /// A straight line, on the series without its season.
    Line,
    /// The last value.
    Naive,
    /// The last period again.
    SeasonalNaive,
    /// The last value without its season, with the season again if it passes the test.
    Adjusted,
}

/// What has been fitted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fitted {
    Theta(Theta),
    Damped(Damped),
    Arima(Arima),
    SeasonalArima(Arima),
    Simple(Member),
}

/// Points below which a season is not worth differencing for.
const SEASONAL_ARIMA_FROM: usize = 42;
/// Longest season that is differenced for; longer ones are left to the indices.
const LONGEST_SEASON: usize = 60;

impl<'a> View<'a> {
    /// The view that knows the seasons of the first `known` points.
    pub fn new(series: &'a [f64], periods: &[usize], known: usize) -> Self {
        let positive = series.iter().all(|value| *value > 0.0);
        let seasons = Seasons::shrunk(&series[..known], periods, positive);
        let adjusted: Vec<f64> =
            series.iter().enumerate().map(|(place, value)| seasons.without(place, *value)).collect();
        let logs = |values: &[f64]| match positive {
            true => values.iter().map(|value| value.ln()).collect(),
            false => values.to_vec(),
        };
        let period = periods.first().copied().unwrap_or(1);
        let season = (period <= LONGEST_SEASON && is_seasonal(&series[..known], period)).then_some(period);
        let adjusted_logs = logs(&adjusted);
        Self { series, positive, seasons, adjusted_logs, adjusted, logs: logs(series), season, period, known }
    }

    /// Those whose mean is the default answer.
    pub fn combined(&self) -> Vec<Member> {
        let mut members = vec![Member::Theta, Member::DampedTrend, Member::Arima];
        if self.known >= SEASONAL_ARIMA_FROM {
            members.push(Member::SeasonalArima);
        }
        members
    }

    /// Whether anything recurs.
    pub fn has_season(&self) -> bool {
        !self.seasons.is_none()
    }

    /// Fits a member to the first `known` points; `from` is what was fitted to fewer.
    pub fn fit(&self, member: Member, from: Option<Fitted>) -> Fitted {
        let known = self.known;
        match member {
            Member::Theta => {
                let from =
                    from.and_then(|from| if let Fitted::Theta(from) = from { Some(from) } else { None });
                Fitted::Theta(Theta::fit(&self.adjusted[..known], from))
            }
            Member::DampedTrend => {
                let from =
                    from.and_then(|from| if let Fitted::Damped(from) = from { Some(from) } else { None });
                Fitted::Damped(Damped::fit(&self.adjusted_logs[..known], from))
            }
            Member::Arima => {
                let from =
                    from.and_then(|from| if let Fitted::Arima(from) = from { Some(from) } else { None });
                Fitted::Arima(Arima::fit(&self.adjusted_logs[..known], None, from))
            }
            Member::SeasonalArima => {
                let from = from
                    .and_then(|from| if let Fitted::SeasonalArima(from) = from { Some(from) } else { None });
                Fitted::SeasonalArima(Arima::fit(&self.logs[..known], self.season, from))
            }
            simple => Fitted::Simple(simple),
        }
    }

    /// The steps after the first `end` points, in units of the series.
    pub fn project(&self, fitted: &Fitted, end: usize, horizon: usize) -> Path {
        let path = match fitted {
            Fitted::Theta(theta) => self.seasoned(theta.project(&self.adjusted[..end], horizon), end),
            Fitted::Damped(damped) => {
                self.seasoned(self.levels(damped.project(&self.adjusted_logs[..end], horizon)), end)
            }
            Fitted::Arima(arima) => {
                self.seasoned(self.levels(arima.project(&self.adjusted_logs[..end], horizon)), end)
            }
            Fitted::SeasonalArima(arima) => self.levels(arima.project(&self.logs[..end], horizon)),
            Fitted::Simple(member) => self.simple(*member, end, horizon),
        };
        self.bounded(path, end)
    }

    fn simple(&self, member: Member, end: usize, horizon: usize) -> Path {
        let series = &self.series[..end];
        let last = series[end - 1];
        let period = if end > self.period { self.period.max(1) } else { 1 };
        let mean = match member {
            Member::Line => {
                return self
                    .seasoned(Regression::of_values(&self.adjusted[..end]).project(end, horizon), end);
            }
            Member::SeasonalNaive => (0..horizon).map(|step| series[end - period + step % period]).collect(),
            // Seasons of Naive2 multiply, which values below zero cannot bear.
            Member::Adjusted if series.iter().all(|value| *value >= 0.0) => {
                naive2(series, self.period, horizon)
            }
            _ => vec![last; horizon],
        };
        let lag = if member == Member::SeasonalNaive { period } else { 1 };
        let squares: f64 =
            (lag..end).map(|place| series[place] - series[place - lag]).map(|jump| jump * jump).sum();
        let sigma = (squares / (end.saturating_sub(lag)).max(1) as f64).sqrt();
        let deviation = (0..horizon).map(|step| sigma * ((step / lag + 1) as f64).sqrt()).collect();
        Path { mean, deviation }
    }

    /// From logarithms to levels, where there are logarithms: a deviation becomes what it multiplies by.
    fn levels(&self, mut path: Path) -> Path {
        if self.positive {
            for (mean, deviation) in path.mean.iter_mut().zip(&mut path.deviation) {
                *mean = mean.exp();
                *deviation = deviation.min(2.0).exp_m1() * *mean;
            }
        }
        path
    }

    fn seasoned(&self, mut path: Path, end: usize) -> Path {
        for (step, (mean, deviation)) in path.mean.iter_mut().zip(&mut path.deviation).enumerate() {
            *mean = self.seasons.with(end + step, *mean);
            *deviation *= self.seasons.factor(end + step);
        }
        path
    }

    /// Nothing but numbers, and none below zero for positive series.
    fn bounded(&self, mut path: Path, end: usize) -> Path {
        let last = self.series[end - 1];
        for (mean, deviation) in path.mean.iter_mut().zip(&mut path.deviation) {
            if !mean.is_finite() {
                *mean = last;
            }
            if self.positive {
                *mean = mean.max(0.0);
            }
            if !deviation.is_finite() {
                *deviation = last.abs();
            }
        }
        path
    }
}

/// Naive2 of the M4 competition: the last value without its season, with the season again; without either where
/// the season does not pass the test.
#[must_use]
pub fn naive2(series: &[f64], period: usize, horizon: usize) -> Vec<f64> {
    let Some(last) = series.last() else { return vec![0.0; horizon] };
    if !is_seasonal(series, period) {
        return vec![*last; horizon];
    }
    let indices = super::seasonal::classical_indices(series, period);
    let level = last / indices[(series.len() - 1) % period];
    (0..horizon).map(|step| level * indices[(series.len() + step) % period]).collect()
}
