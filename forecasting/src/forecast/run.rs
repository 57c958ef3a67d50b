//! From a question to an answer.

use super::accuracy::{owa, seasonal_scale, smape};
use super::backtest::{Backtest, Origin, USUAL};
use super::calibration::SHIPPED;
use super::input::ForecastInput;
use super::intermittent::is_intermittent;
use super::members::{Member, View, naive2};
use super::method::Method;
use super::outcome::{Accuracy, Forecast, Point};
use super::path::{Path, beliefs};
use super::prepared::Prepared;
use super::reason::{of_stairs, reason};
use super::selection::{OTHERS, Selection};
use super::short::{Short, is_short};
use super::simple;
use super::stairs::{Ahead, Stairs};
use super::warning::Warning;
use super::width::{Calibration, Evidence};
use crate::error::Result;

/// What a forecast may come to at most, in sizes of the largest value seen.
pub(super) const BOUND: f64 = 10.0;
/// Points that methods need to be fitted; filled gaps are none.
const FITTED_FROM: usize = 3;

/// Carries a series on.
///
/// # Errors
///
/// A horizon of zero or above [`HORIZON_MAX`](super::HORIZON_MAX), no value at all, values that are no finite
/// numbers, and periods of zero are refused with the field, the value and the rule.
pub fn forecast(input: &ForecastInput) -> Result<Forecast> {
    input.check()?;
    let prepared = Prepared::of(input);
    let mut answer = answered(input, &prepared);
    if prepared.dropped.is_some() {
        answer.points.iter_mut().for_each(|point| point.lo95 = point.lo95.min(0.0));
    }
    Ok(answer)
}

fn answered(input: &ForecastInput, prepared: &Prepared) -> Forecast {
    if let Some(answer) = without_search(input, prepared) {
        return answer;
    }
    if is_short(prepared.cleaned.values.len()) {
        return short(input, prepared);
    }
    Searched::of(input, prepared).answer(input, prepared, &SHIPPED)
}

/// What is known of the errors of a forecast before any calibration, in units of the observations; `None` for series
/// whose intervals need none. Calibrations are learned from it.
///
/// # Errors
///
/// As [`forecast`].
pub fn evidence(input: &ForecastInput) -> Result<Option<Evidence>> {
    input.check()?;
    let prepared = Prepared::of(input);
    if without_search(input, &prepared).is_some() {
        return Ok(None);
    }
    let mut evidence = Searched::of(input, &prepared).evidence;
    for values in [&mut evidence.centre, &mut evidence.deviation, &mut evidence.spread] {
        values.drain(..prepared.stale);
        values.iter_mut().for_each(|value| *value = simple::unscaled(*value, prepared.scale));
    }
    Ok(Some(evidence))
}

/// Answers that need no search for parameters.
fn without_search(input: &ForecastInput, prepared: &Prepared) -> Option<Forecast> {
    let seen = prepared.seen();
    if seen.len() < FITTED_FROM {
        return Some(simple::barely(prepared, input.horizon));
    }
    if input.method == Method::OrdinaryLeastSquares {
        return Some(simple::line(prepared, input.horizon));
    }
    if input.method == Method::Intermittent {
        return Some(simple::intermittent(prepared, input.horizon));
    }
    if let Some(end) = prepared.blocks.ended {
        return Some(simple::ended(prepared, input.horizon, end));
    }
    let occurs = seen.iter().any(|value| *value != 0.0);
    if input.method == Method::Auto && occurs && !prepared.blocks.any() && is_intermittent(&seen) {
        return Some(simple::intermittent(prepared, input.horizon));
    }
    // Of many points, a cut or a reset may have left only one or two.
    if prepared.used().len() < FITTED_FROM {
        return Some(simple::barely(prepared, input.horizon));
    }
    let values = &prepared.cleaned.values;
    if values.iter().all(|value| *value == values[0]) {
        return Some(simple::constant(prepared, input.horizon));
    }
    None
}

/// Few points: a trend that fades, or what a method says that is asked for by name.
fn short(input: &ForecastInput, prepared: &Prepared) -> Forecast {
    let (horizon, values) = (input.horizon, &prepared.cleaned.values);
    let short = Short::of(values, &prepared.periods, prepared.stale + horizon);
    if let Method::Auto | Method::Combination = input.method {
        let mut answer = short.answer(prepared, horizon, Method::DampedTrend, short.reason(values.len()));
        if input.method == Method::Combination {
            let reason = "fewer than 12 points are carried on by a trend that fades";
            answer.warnings.push(Warning::Replaced { method: input.method, reason });
        }
        return answer;
    }
    let searched = Searched::of(input, prepared);
    let reason = reason(input.method, &searched.selection, searched.has_season, false);
    let centre = &searched.evidence.centre;
    let mut answer = short.about(centre).answer(prepared, horizon, input.method, reason);
    if centre[prepared.stale..].iter().any(|value| value.abs() > BOUND) {
        answer.warnings.push(Warning::Bounded);
    }
    answer
}

/// A series with what was fitted to it.
struct Searched {
    backtest: Option<Backtest>,
    selection: Selection,
    method: Method,
    evidence: Evidence,
    has_season: bool,
    /// Stairs that the series is, with what comes of them.
    stairs: Option<(Stairs, Ahead)>,
}

impl Searched {
    fn of(input: &ForecastInput, prepared: &Prepared) -> Self {
        let (values, observed) = (&prepared.cleaned.values, &prepared.cleaned.observed);
        let steps = prepared.stale + input.horizon;
        let mut others = OTHERS.to_vec();
        let named = named(input.method);
        others.extend(named.filter(|member| !others.contains(member)));
        let backtest = Backtest::run(values, &prepared.periods, steps, &others);
        let view = View::new(values, &prepared.periods, values.len());
        let members = view.combined();
        let selection = match (named, input.method) {
            (Some(member), _) => Selection::only(member),
            (None, Method::Combination) => Selection::equal(&members),
            (None, _) => Selection::by_backtest(&members, backtest.as_ref(), values, observed),
        };
        let path = |member: Member| {
            let before = backtest.as_ref().and_then(|backtest| backtest.fitted(member));
            view.project(&view.fit(member, before), values.len(), steps)
        };
        let paths: Vec<Path> = members.iter().map(|member| path(*member)).collect();
        let mut centre = vec![0.0; steps];
        for (member, weight) in &selection.weights {
            let place = members.iter().position(|other| other == member);
            let own = place.map_or_else(|| path(*member).mean, |place| paths[place].mean.clone());
            centre.iter_mut().zip(own).for_each(|(sum, value)| *sum += weight * value);
        }
        let stairs = if input.method == Method::Auto { Stairs::of(values) } else { None };
        let stairs = stairs.map(|stairs| {
            let mut ahead = stairs.ahead(values, &prepared.periods, steps);
            centre = std::mem::take(&mut ahead.expected);
            (stairs, ahead)
        });
        let ratio = backtest.as_ref().map_or(f64::ln(USUAL), |backtest| backtest.ratio(values, observed));
        let (deviation, spread) = beliefs(&paths, &centre);
        let history = values.len();
        let positive = prepared.positive();
        let evidence = Evidence { centre, deviation, spread, ratio, history, positive };
        let method = match (&selection.other, input.method) {
            (_, Method::Auto) if stairs.is_some() => Method::Combination,
            (Some((Member::Line, _)), Method::Auto) => Method::StraightLine,
            (Some(_), Method::Auto) => Method::SeasonalNaive,
            (None, Method::Auto) => Method::Combination,
            (_, named) => named,
        };
        Self { backtest, selection, method, evidence, has_season: view.has_season(), stairs }
    }

    fn answer(&self, input: &ForecastInput, prepared: &Prepared, calibration: &Calibration) -> Forecast {
        let scale = prepared.scale;
        let mut warnings = prepared.cleaned.warnings.clone();
        warnings.extend(self.stairs.iter().map(|(stairs, _)| stairs.warning(scale)));
        let never_below = prepared.seen().iter().all(|value| *value >= 0.0);
        let plateau = prepared.plateau();
        let mut bounded = false;
        let points = (0..input.horizon)
            .map(|ahead| {
                let step = prepared.stale + ahead;
                let held = |value: f64| {
                    let low = if never_below { 0.0 } else { -BOUND };
                    simple::unscaled(value.clamp(low, BOUND), scale)
                };
                let centre = self.evidence.centre[step];
                bounded |= centre.abs() > BOUND;
                let halves = calibration.half_widths(&self.evidence, step);
                let without = self.without_changes(step, calibration);
                let ends = |level: usize, tail: f64| {
                    let (mut low, mut high) = self.evidence.ends(centre, halves[level]);
                    if let Some((rises, ends)) = without {
                        if rises { low = ends[level].0 } else { high = ends[level].1 }
                    }
                    let likely = plateau.into_iter().chain(self.likely(step, tail));
                    let (low, high) =
                        likely.fold((low, high), |(low, high), value| (low.min(value), high.max(value)));
                    (held(low), held(high))
                };
                Point::new(ahead + 1, held(centre), ends(0, 0.1), ends(1, 0.025))
            })
            .collect();
        if bounded {
            warnings.push(Warning::Bounded);
        }
        Forecast {
            method: self.method,
            reason: if self.stairs.is_some() {
                of_stairs()
            } else {
                reason(input.method, &self.selection, self.has_season, self.backtest.is_some())
            },
            trained_on: prepared.used().len(),
            points,
            accuracy: self.accuracy(prepared, calibration),
            warnings,
        }
    }

    /// What stairs come to in a step where more than a share is likely: those that go on, and those that have ended.
    fn likely(&self, step: usize, tail: f64) -> impl Iterator<Item = f64> {
        let found = self.stairs.as_ref().map(|(stairs, ahead)| {
            let goes_on = (stairs.goes_on > tail).then_some(ahead.going_on[step]);
            let ended = (1.0 - stairs.goes_on > tail).then_some(ahead.rest.centre[step]);
            goes_on.into_iter().chain(ended)
        });
        found.into_iter().flatten()
    }

    /// Both intervals of stairs that have ended, and whether they rose: as changes always go the same way, nothing lies
    /// beyond on the other side.
    fn without_changes(&self, step: usize, calibration: &Calibration) -> Option<(bool, [(f64, f64); 2])> {
        let (stairs, ahead) = self.stairs.as_ref()?;
        let ends = |half: f64| ahead.rest.ends(ahead.rest.centre[step], half);
        Some((stairs.rises(), calibration.half_widths(&ahead.rest, step).map(ends)))
    }

    /// How the chosen weights did from origins that lie back.
    fn accuracy(&self, prepared: &Prepared, calibration: &Calibration) -> Accuracy {
        let Some(backtest) = &self.backtest else { return Accuracy::default() };
        let (values, observed) = (&prepared.cleaned.values, &prepared.cleaned.observed);
        let period = prepared.periods.first().copied().unwrap_or(1);
        let positive = values.iter().all(|value| *value > 0.0);
        let (mut came, mut said, mut naive) = (Vec::new(), Vec::new(), Vec::new());
        let mut held = 0;
        for origin in &backtest.origins {
            let known = &values[..origin.end];
            let stairs = self.stairs.as_ref().and_then(|_| Stairs::of(known));
            let centre = stairs.map_or_else(
                || self.centre(backtest, origin),
                |stairs| stairs.ahead(known, &prepared.periods, origin.steps).expected,
            );
            let evidence = origin.evidence(centre, backtest.combined, positive);
            let plain = naive2(&values[..origin.end], period, origin.steps);
            for step in origin.compared(observed) {
                let actual = values[origin.end + step];
                held += usize::from(
                    evidence.distance(step, actual) <= calibration.half_widths(&evidence, step)[0],
                );
                came.push(actual);
                said.push(evidence.centre[step]);
                naive.push(plain[step]);
            }
        }
        let first = backtest.origins.first().map_or(values.len(), |origin| origin.end);
        let scaled = |forecast: &[f64]| {
            let scale = seasonal_scale(&values[..first], period)?;
            let sum: f64 = came.iter().zip(forecast).map(|(came, said)| (came - said).abs()).sum();
            Some(sum / came.len() as f64 / scale)
        };
        if came.is_empty() {
            return Accuracy::default();
        }
        let (own, naive_mase) = (scaled(&said), scaled(&naive));
        let both = own.zip(naive_mase);
        Accuracy {
            mase: own,
            owa: both.and_then(|(own, other)| owa((smape(&came, &said), own), (smape(&came, &naive), other))),
            coverage80: Some(f64::from(held as u32) / came.len() as f64),
            backtests: came.len(),
        }
    }

    /// The chosen weights from an origin.
    fn centre(&self, backtest: &Backtest, origin: &Origin) -> Vec<f64> {
        let mut centre = vec![0.0; origin.steps];
        let mut total = 0.0;
        for (member, weight) in &self.selection.weights {
            let Some(place) = backtest.members.iter().position(|other| other == member) else { continue };
            total += weight;
            centre.iter_mut().zip(&origin.means[place]).for_each(|(sum, value)| *sum += weight * value);
        }
        // A member that later points made possible is not among those that were tried.
        centre.iter_mut().for_each(|value| *value /= if total > 0.0 { total } else { 1.0 });
        centre
    }
}

/// The member behind a method that has just one.
fn named(method: Method) -> Option<Member> {
    Some(match method {
        Method::Theta => Member::Theta,
        Method::DampedTrend => Member::DampedTrend,
        Method::Arima => Member::Arima,
        Method::SeasonalArima => Member::SeasonalArima,
        Method::StraightLine => Member::Line,
        Method::Naive => Member::Naive,
        Method::SeasonalNaive => Member::SeasonalNaive,
        Method::Naive2 => Member::Adjusted,
        Method::Auto | Method::Combination | Method::Intermittent | Method::OrdinaryLeastSquares => {
            return None;
        }
    })
}
