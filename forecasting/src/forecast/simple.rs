//! Series that need no search: constants, intermittent demand, one or two points, and the straight line by name.

use super::blocks::End;
use super::intermittent::Intermittent;
use super::method::Method;
use super::outcome::{Accuracy, Forecast, Point};
use super::prepared::Prepared;
use super::quantile::{Z80, Z95};
use super::regression::Regression;
use super::warning::Warning;
use super::width::below;

/// How much a step is taken to vary by where so few points do not show it.
const ASSUMED: f64 = 0.1;

/// The steps that were asked for, out of those after the last value.
fn answer(
    prepared: &Prepared,
    horizon: usize,
    (method, reason): (Method, String),
    step: impl Fn(usize) -> (f64, (f64, f64), (f64, f64)),
) -> Forecast {
    let scale = prepared.scale;
    let scaled = |(low, high): (f64, f64)| (unscaled(low, scale), unscaled(high, scale));
    let points = (0..horizon)
        .map(|ahead| {
            let (centre, inner, outer) = step(prepared.stale + ahead);
            Point::new(ahead + 1, unscaled(centre, scale), scaled(inner), scaled(outer))
        })
        .collect();
    let warnings = prepared.cleaned.warnings.clone();
    let trained_on = prepared.used().len();
    Forecast { method, reason, trained_on, points, accuracy: Accuracy::default(), warnings }
}

/// In units of the observations, and finite.
pub(super) fn unscaled(value: f64, scale: f64) -> f64 {
    (value * scale).clamp(f64::MIN, f64::MAX)
}

/// All values are equal: so are those ahead.
pub(super) fn constant(prepared: &Prepared, horizon: usize) -> Forecast {
    let value = prepared.cleaned.values[0];
    let reason = "all values are equal, so the last one goes on".to_owned();
    let mut forecast =
        answer(prepared, horizon, (Method::Naive, reason), |_| (value, (value, value), (value, value)));
    forecast.warnings.push(Warning::Constant);
    forecast
}

/// One or two points: the last one goes on, within what is assumed of how it varies.
pub(super) fn barely(prepared: &Prepared, horizon: usize) -> Forecast {
    let used = prepared.used();
    let (_, last) = used[used.len() - 1];
    let positive = used.iter().all(|(_, value)| *value > 0.0);
    // As much a step as comes to what was between them, over the steps that lie between them.
    let jump = |(from, before): (usize, f64), (to, after): (usize, f64)| {
        (after - before).abs() / ((to - from) as f64).sqrt()
    };
    let most = used.windows(2).map(|pair| jump(pair[0], pair[1])).fold(0.0, f64::max);
    let deviation = most.max(ASSUMED * last.abs());
    let count = match used.len() {
        1 => "1 point shows".to_owned(),
        points => format!("{points} points show"),
    };
    let reason = format!("{count} neither trend nor season, so the last one goes on");
    let ends = |half: f64| {
        if positive { (below(last, half), last + half) } else { (last - half, last + half) }
    };
    let mut forecast = answer(prepared, horizon, (Method::Naive, reason), |step| {
        let spread = deviation * ((step + 1) as f64).sqrt();
        (last, ends(Z80 * spread), ends(Z95 * spread))
    });
    forecast.trained_on = used.len();
    // Between two points there are only filled steps to set aside.
    forecast.warnings.retain(|warning| !matches!(warning, Warning::Spikes { .. }));
    forecast.warnings.push(Warning::UnknownVariation);
    forecast
}

/// Demand that is zero most of the time, by its rate.
pub(super) fn intermittent(prepared: &Prepared, horizon: usize) -> Forecast {
    let seen = prepared.seen();
    let demand = Intermittent::of(&seen);
    let reason =
        "many steps are zero: the chance of demand times its size goes on (TSB), which is a rate and no \
                  median; intervals are what the steps so far were between"
            .to_owned();
    let (inner, outer) = (demand.ends(0.8), demand.ends(0.95));
    let mut forecast =
        answer(prepared, horizon, (Method::Intermittent, reason), |_| (demand.rate, inner, outer));
    forecast.trained_on = seen.len();
    forecast.warnings.retain(|warning| {
        !matches!(
            warning,
            Warning::Spikes { .. }
                | Warning::Shift { .. }
                | Warning::Reset { .. }
                | Warning::Joined { .. }
                | Warning::Cut { .. }
        )
    });
    forecast
}

/// Demand that has ended: zero goes on. The wider interval reaches up to what there was, should it come back.
pub(super) fn ended(prepared: &Prepared, horizon: usize, end: End) -> Forecast {
    let reason = format!(
        "the last {} values are zero, and none between demands were for so long: demand has ended, so zero goes on",
        end.zeros
    );
    let mut forecast =
        answer(prepared, horizon, (Method::Naive, reason), |_| (0.0, (0.0, 0.0), (0.0, end.level)));
    forecast.trained_on = end.zeros;
    forecast.warnings.retain(|warning| {
        matches!(
            warning,
            Warning::Gaps { .. } | Warning::Stale { .. } | Warning::Began { .. } | Warning::Ended { .. }
        )
    });
    forecast
}

/// The straight line through all observations as they are, with the intervals of its formula.
pub(super) fn line(prepared: &Prepared, horizon: usize) -> Forecast {
    let line = Regression::of_observations(&prepared.observations);
    let seen = prepared.observations.len();
    let path = line.project(seen, prepared.stale + horizon);
    let reason = "asked for by name: a straight line through all points, with the intervals of its formula, which \
                  hold where errors are normal, equal and independent; nothing is set aside and growth never fades"
        .to_owned();
    let mut forecast = answer(prepared, horizon, (Method::OrdinaryLeastSquares, reason), |step| {
        let centre = path.mean[step];
        let [inner, outer] = Regression::half_widths(path.deviation[step]);
        (centre, (centre - inner, centre + inner), (centre - outer, centre + outer))
    });
    forecast.trained_on = line.points;
    forecast.warnings.retain(|warning| matches!(warning, Warning::Stale { .. } | Warning::Gaps { .. }));
    forecast
}
