//! Small autoregressive and moving-average models of differences, with a season or without.
//!
//! Box and Jenkins, "Time Series Analysis: Forecasting and Control" (1970), fitted by conditional least squares and
//! chosen by the corrected criterion of Akaike. Without a season one of (0,1,1), (1,1,1) and (1,1,0); with one the
//! airline model (0,1,1)(0,1,1) or the same with an autoregressive term.

use super::path::{Path, sigma};
use super::search::{Search, penalty};

/// Which terms a model has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order {
    autoregressive: bool,
    moving: bool,
    /// Period of the season, with a seasonal difference and a seasonal moving-average term.
    season: Option<usize>,
}

/// A fitted model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arima {
    order: Order,
    /// Autoregressive, moving-average and seasonal moving-average coefficient.
    coefficients: [f64; 3],
}

/// Coefficients stay inside these, so that what was long ago fades.
const LIMITS: [f64; 3] = [0.95, 0.98, 0.95];

impl Order {
    fn candidates(season: Option<usize>) -> Vec<Self> {
        let order = |autoregressive, moving| Self { autoregressive, moving, season };
        match season {
            Some(_) => vec![order(false, true), order(true, true)],
            None => vec![order(false, true), order(true, true), order(true, false)],
        }
    }

    /// Which coefficients there are.
    fn has(&self) -> [bool; 3] {
        [self.autoregressive, self.moving, self.season.is_some()]
    }

    fn parameters(&self) -> usize {
        1 + self.has().iter().filter(|has| **has).count()
    }

    /// The differences that the model is about.
    fn differences(&self, series: &[f64]) -> Vec<f64> {
        let once: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
        match self.season {
            Some(period) if once.len() > period => {
                once[period..].iter().zip(&once).map(|(now, then)| now - then).collect()
            }
            Some(_) => Vec::new(),
            None => once,
        }
    }
}

impl Arima {
    /// The best model of a series. A season is left out where the series is too short for it.
    pub fn fit(series: &[f64], season: Option<usize>, from: Option<Self>) -> Self {
        let season = season.filter(|period| series.len() > 2 * period + 6);
        if let Some(from) = from.filter(|from| from.order.season == season) {
            return Self::with_order(from.order, &from.order.differences(series), Some(from)).0;
        }
        let mut best: Option<(f64, Self)> = None;
        let orders = Order::candidates(season);
        let differences = orders[0].differences(series);
        for order in orders {
            let (model, squares) = Self::with_order(order, &differences, None);
            let (count, parameters) = (differences.len() as f64, order.parameters() as f64);
            let corrected = 2.0 * parameters * (parameters + 1.0) / (count - parameters - 1.0).max(1.0);
            let criterion =
                count * (squares / count.max(1.0) + f64::MIN_POSITIVE).ln() + 2.0 * parameters + corrected;
            if best.is_none_or(|(least, _)| criterion < least) {
                best = Some((criterion, model));
            }
        }
        let flat = Order { autoregressive: false, moving: true, season };
        best.map_or(Self { order: flat, coefficients: [0.0; 3] }, |(_, model)| model)
    }

    /// The coefficients with the least squared errors, and these.
    fn with_order(order: Order, differences: &[f64], from: Option<Self>) -> (Self, f64) {
        let has = order.has();
        let pick = |values: [f64; 3]| {
            let mut picked = [0.0; 3];
            for place in 0..3 {
                if has[place] {
                    picked[place] = values[place];
                }
            }
            picked
        };
        let search = match from {
            None => Search { start: pick([0.1, -0.3, -0.5]), steps: pick([0.2; 3]), evaluations: 100 },
            Some(from) => Search { start: from.coefficients, steps: pick([0.08; 3]), evaluations: 45 },
        };
        let mut errors = Vec::with_capacity(differences.len());
        let point = search.least(|point| {
            let inside = boxed(point);
            let model = Self { order, coefficients: inside };
            model.errors(differences, &mut errors) * penalty(point, &inside)
        });
        let model = Self { order, coefficients: boxed(&point) };
        let squares = model.errors(differences, &mut errors);
        (model, squares)
    }

    /// Errors of one step, and the sum of their squares.
    fn errors(&self, differences: &[f64], errors: &mut Vec<f64>) -> f64 {
        errors.clear();
        let mut squares = 0.0;
        for (place, value) in differences.iter().enumerate() {
            let error = value - self.expected(differences, errors, place);
            squares += error * error;
            errors.push(error);
        }
        squares
    }

    /// What the model expects at a place, from what came before it.
    #[inline]
    fn expected(&self, differences: &[f64], errors: &[f64], place: usize) -> f64 {
        let [autoregressive, moving, seasonal] = self.coefficients;
        let mut expected = 0.0;
        if place > 0 {
            expected += autoregressive * differences[place - 1] + moving * errors[place - 1];
        }
        if let Some(period) = self.order.season {
            if place >= period {
                expected += seasonal * errors[place - period];
            }
            if place > period {
                expected += moving * seasonal * errors[place - period - 1];
            }
        }
        expected
    }

    /// Adds what differencing took away, in place: values of the series follow from their differences.
    fn integrate(&self, series: &mut Vec<f64>, differences: &[f64]) {
        for difference in differences {
            let place = series.len();
            let mut value = difference + series[place - 1];
            if let Some(period) = self.order.season {
                value += series[place - period] - series[place - period - 1];
            }
            series.push(value);
        }
    }

    /// The steps after the series.
    pub fn project(&self, series: &[f64], horizon: usize) -> Path {
        let mut differences = self.order.differences(series);
        let mut errors = Vec::with_capacity(differences.len() + horizon);
        let squares = self.errors(&differences, &mut errors);
        let seen = differences.len();
        for _ in 0..horizon {
            differences.push(self.expected(&differences, &errors, differences.len()));
            errors.push(0.0);
        }
        let mut values = series.to_vec();
        self.integrate(&mut values, &differences[seen..]);
        let response = self.response(horizon);
        let sigma = sigma(squares, seen, self.order.parameters());
        Path::new(values.split_off(series.len()), sigma, |step| response.get(step).copied().unwrap_or(0.0))
    }

    /// What an error of one adds to the values after it.
    fn response(&self, horizon: usize) -> Vec<f64> {
        let before = self.order.season.unwrap_or(0) + 2;
        let mut errors = vec![0.0; before];
        let mut differences = vec![0.0; before];
        for step in 0..horizon {
            let error = if step == 0 { 1.0 } else { 0.0 };
            differences.push(self.expected(&differences, &errors, before + step) + error);
            errors.push(error);
        }
        let mut values = vec![0.0; before];
        self.integrate(&mut values, &differences[before..]);
        values.split_off(before)
    }
}

fn boxed(point: &[f64; 3]) -> [f64; 3] {
    let mut inside = *point;
    for (value, limit) in inside.iter_mut().zip(LIMITS) {
        *value = value.clamp(-limit, limit);
    }
    inside
}
