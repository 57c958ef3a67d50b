//! What recurs with a period: whether it does, and by how much.

use super::path::{mean, median};

/// Whether a period shows at 90 %: the autocorrelation test of the M4 competition.
///
/// The autocorrelation at the period is compared with 1.645 standard errors by Bartlett's formula, with the
/// autocorrelations of shorter lags in it; a series shorter than three periods never passes.
pub(super) fn is_seasonal(series: &[f64], period: usize) -> bool {
    let length = series.len();
    if period < 2 || length < 3 * period {
        return false;
    }
    let average = mean(series);
    let about: Vec<f64> = series.iter().map(|value| value - average).collect();
    let variance: f64 = about.iter().map(|value| value * value).sum();
    if variance <= 0.0 {
        return false;
    }
    let correlation =
        |lag: usize| about[lag..].iter().zip(&about).map(|(now, then)| now * then).sum::<f64>() / variance;
    let shorter: f64 = (1..period).map(correlation).map(|value| value * value).sum();
    let limit = 1.645 * ((1.0 + 2.0 * shorter) / length as f64).sqrt();
    correlation(period).abs() > limit
}

/// Mean over a whole period about each point; nothing where the series does not reach so far.
fn moving_average(series: &[f64], period: usize) -> impl Iterator<Item = (usize, f64)> {
    let half = period / 2;
    (half..series.len().saturating_sub(half)).map(move |place| {
        let inner: f64 = if period.is_multiple_of(2) {
            let ends = 0.5 * (series[place - half] + series[place + half]);
            ends + series[place - half + 1..place + half].iter().sum::<f64>()
        } else {
            series[place - half..=place + half].iter().sum()
        };
        (place, inner / period as f64)
    })
}

/// Values over their trend, by place in the period.
fn by_place(series: &[f64], period: usize, multiplies: bool) -> Vec<Vec<f64>> {
    let mut groups = vec![Vec::new(); period];
    for (place, trend) in moving_average(series, period) {
        let value = if multiplies { series[place] / trend } else { series[place] - trend };
        if value.is_finite() {
            groups[place % period].push(value);
        }
    }
    groups
}

/// Indices by place in the period, about one (factors) or about zero (terms).
fn level(mut indices: Vec<f64>, multiplies: bool) -> Vec<f64> {
    let average = mean(&indices);
    for index in &mut indices {
        if !multiplies {
            *index -= average;
        } else if average != 0.0 {
            *index /= average;
        }
    }
    indices
}

/// Classical factors, as Naive2 of the M4 competition has them.
pub(super) fn classical_indices(series: &[f64], period: usize) -> Vec<f64> {
    level(by_place(series, period, true).iter().map(|group| mean(group)).collect(), true)
}

/// Factors (or terms) that recur with a period, shrunk by how sure they are.
#[derive(Debug, Clone)]
pub(super) struct Indices {
    values: Vec<f64>,
    multiplies: bool,
}

impl Indices {
    /// No season at all.
    pub fn none(multiplies: bool) -> Self {
        Self { values: vec![if multiplies { 1.0 } else { 0.0 }], multiplies }
    }

    /// Classical indices, shrunk towards none by the rule of James and Stein.
    ///
    /// Miller and Williams, "Shrinkage estimators of time series seasonal factors and their effect on forecasting
    /// accuracy", International Journal of Forecasting 19 (2003). What is kept is one minus the noise of an index
    /// over the spread of the indices, so weak seasons fade instead of passing a test or not.
    pub fn shrunk(series: &[f64], period: usize, multiplies: bool) -> Self {
        if period < 2 || series.len() < 2 * period + 1 {
            return Self::none(multiplies);
        }
        let groups = by_place(series, period, multiplies);
        let flat = if multiplies { 1.0 } else { 0.0 };
        let (mut within, mut freedom, mut count) = (0.0, 0.0, 0.0);
        for group in &groups {
            let average = mean(group);
            within += group.iter().map(|value| (value - average) * (value - average)).sum::<f64>();
            freedom += (group.len() as f64 - 1.0).max(0.0);
            count += group.len() as f64;
        }
        let averages = groups.iter().map(|group| if group.is_empty() { flat } else { mean(group) });
        let mut values = level(averages.collect(), multiplies);
        let places = period as f64;
        let spread = values.iter().map(|index| (index - flat) * (index - flat)).sum::<f64>() / (places - 1.0);
        let noise = if freedom > 0.0 { within / freedom / (count / places) } else { spread };
        let kept = if spread > 0.0 {
            (1.0 - (places - 3.0).max(0.0) / (places - 1.0) * noise / spread).clamp(0.0, 1.0)
        } else {
            0.0
        };
        for index in &mut values {
            *index = flat + kept * (*index - flat);
        }
        if multiplies && values.iter().any(|index| *index <= 0.01) {
            return Self::none(multiplies);
        }
        Self { values, multiplies }
    }

    /// Middle values instead of means: what a single spike cannot move. Only from three periods on.
    pub fn robust(series: &[f64], period: usize) -> Self {
        if period < 2 || series.len() < 3 * period {
            return Self::none(false);
        }
        let groups = by_place(series, period, false);
        Self { values: level(groups.iter().map(|group| median(group)).collect(), false), multiplies: false }
    }

    /// The factor (or term) of a place.
    pub fn at(&self, place: usize) -> f64 {
        self.values[place % self.values.len()]
    }

    /// Whether it is no season.
    pub fn is_none(&self) -> bool {
        let flat = if self.multiplies { 1.0 } else { 0.0 };
        self.values.iter().all(|index| *index == flat)
    }
}

/// Several seasons on top of each other, the shortest first.
#[derive(Debug, Clone)]
pub(super) struct Seasons {
    seasons: Vec<Indices>,
    multiplies: bool,
}

impl Seasons {
    /// Estimated one after the other, each on what the shorter ones leave.
    pub fn shrunk(series: &[f64], periods: &[usize], multiplies: bool) -> Self {
        let mut seasons = Self { seasons: Vec::with_capacity(periods.len()), multiplies };
        for period in periods {
            let left: Vec<f64> =
                series.iter().enumerate().map(|(place, value)| seasons.without(place, *value)).collect();
            seasons.seasons.push(Indices::shrunk(&left, *period, multiplies));
        }
        seasons
    }

    /// The factor (or term) of a place.
    pub fn at(&self, place: usize) -> f64 {
        let each = self.seasons.iter().map(|season| season.at(place));
        if self.multiplies { each.product() } else { each.sum() }
    }

    /// A value without its season.
    pub fn without(&self, place: usize, value: f64) -> f64 {
        if self.multiplies { value / self.at(place) } else { value - self.at(place) }
    }

    /// A value with its season.
    pub fn with(&self, place: usize, value: f64) -> f64 {
        if self.multiplies { value * self.at(place) } else { value + self.at(place) }
    }

    /// What a deviation is multiplied by.
    pub fn factor(&self, place: usize) -> f64 {
        if self.multiplies { self.at(place) } else { 1.0 }
    }

    /// Whether nothing recurs.
    pub fn is_none(&self) -> bool {
        self.seasons.iter().all(Indices::is_none)
    }
}
