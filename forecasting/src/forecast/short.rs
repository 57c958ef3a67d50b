//! Few points: a trend that fades over about as many steps as it was seen, and intervals from how far values moved.
//!
//! Below [`POINTS_MIN`] no method can be tried on the points themselves, and methods that are fitted to so few follow
//! whatever line or curve they happen to lie on. So the trend is taken only as far as it stands out from what values
//! differ by about it, and intervals widen with each step.

use super::backtest::POINTS_MIN;
use super::method::Method;
use super::outcome::{Accuracy, Forecast, Point};
use super::prepared::Prepared;
use super::quantile::{Z80, Z95};
use super::regression::Regression;
use super::run::BOUND;
use super::seasonal::Seasons;
use super::simple::unscaled;
use super::warning::Warning;
use super::width::below;

/// Values at the end that the 80 % interval holds; the 95 % interval holds all.
const RECENT: usize = 6;
/// Share that a trend which goes on as it was counts for, in the width on its side.
const GOES_ON: f64 = 0.5;

/// Whether so many points are few.
pub(super) const fn is_short(points: usize) -> bool {
    points < POINTS_MIN
}

/// Few points carried on.
pub(super) struct Short {
    /// Centres, step by step.
    centre: Vec<f64>,
    /// Deviations of a step below and above them.
    sides: Vec<(f64, f64)>,
    /// What the 80 % and the 95 % interval hold in any case.
    seen: [(f64, f64); 2],
    /// Whether a trend is carried on.
    trend: bool,
    /// Whether a season is.
    season: bool,
}

/// The line that few points are carried on along, in their own units or in logarithms.
struct Trend {
    logs: bool,
    start: f64,
    slope: f64,
    /// What is left of the slope from one step to the next.
    fades: f64,
}

impl Trend {
    /// Through at least three values. What falls and is positive falls in proportion, so that it never ends.
    fn of(values: &[f64], positive: bool) -> Self {
        let logs = positive && Regression::of_values(values).slope < 0.0;
        let own: Vec<f64> = values.iter().map(|value| if logs { value.ln() } else { *value }).collect();
        let line = Regression::of_values(&own);
        // As much of the slope as its square exceeds what chance alone would make of it (James and Stein, 1961).
        let chance = line.error * line.error / line.squares_x;
        let square = line.slope * line.slope;
        let sure = if square > chance { 1.0 - chance / square } else { 0.0 };
        let slope = sure * line.slope;
        let count = own.len() as f64;
        let end = line.at(line.mean_x) + slope * (count - line.mean_x);
        let last = own[own.len() - 1];
        let one_way = own.is_sorted() || own.iter().rev().is_sorted();
        // What only ever went one way does not turn round at once.
        let start = if one_way { last } else { f64::midpoint(last, end) };
        Self { logs, start, slope, fades: 1.0 - 1.0 / count }
    }

    fn back(&self, value: f64) -> f64 {
        if self.logs { value.exp() } else { value }
    }

    /// So many steps ahead: where the trend fades, and where it goes on as it was.
    fn at(&self, step: usize) -> (f64, f64) {
        let ahead = step as f64;
        let faded = self.fades * (1.0 - self.fades.powf(ahead)) / (1.0 - self.fades);
        (self.back(self.start + self.slope * faded), self.back(self.start + self.slope * ahead))
    }
}

/// Standard deviation of a step: of how far values moved about the trend, or half of how far they moved at all. The
/// fewer there are, the less this is known.
fn moves(values: &[f64], slope: f64) -> f64 {
    let count = values.len() as f64;
    let moves: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let squares: f64 = moves.iter().map(|moved| (moved - slope) * (moved - slope)).sum();
    let mean = moves.iter().map(|moved| moved.abs()).sum::<f64>() / (count - 1.0);
    (squares / (count - 2.0)).sqrt().max(0.5 * mean) * (1.0 + 2.0 / count)
}

/// The least and the greatest.
fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

impl Short {
    /// From at least three values.
    pub fn of(values: &[f64], periods: &[usize], steps: usize) -> Self {
        let positive = values.iter().all(|value| *value > 0.0);
        let seasons = Seasons::shrunk(values, periods, positive);
        let plain: Vec<f64> =
            values.iter().enumerate().map(|(place, value)| seasons.without(place, *value)).collect();
        let trend = Trend::of(&plain, positive);
        let deviation = moves(&plain, Regression::of_values(&plain).slope);
        let (low, high) = range(values);
        let (start, _) = trend.at(0);
        let each = (0..steps).map(|step| {
            let (faded, goes_on) = trend.at(step + 1);
            let place = values.len() + step;
            let centre = seasons.with(place, faded).clamp(low - (high - low), high + (high - low));
            let moved = (deviation * ((step + 1) as f64).sqrt()).hypot((faded - start) / Z80);
            let further = moved.hypot(GOES_ON * (goes_on - faded) / Z80);
            (centre, if goes_on < faded { (further, moved) } else { (moved, further) })
        });
        let (centre, sides) = each.unzip();
        let recent = range(&values[values.len().saturating_sub(RECENT)..]);
        let (trend, season) = (trend.slope != 0.0, !seasons.is_none());
        Self { centre, sides, seen: [recent, (low, high)], trend, season }
    }

    /// The centre of the methods that are asked for by name, in the place of its own; intervals widen by how far the
    /// two are apart.
    pub fn about(mut self, centre: &[f64]) -> Self {
        for ((own, sides), named) in self.centre.iter_mut().zip(&mut self.sides).zip(centre) {
            let named = named.clamp(-BOUND, BOUND);
            let apart = (named - *own) / Z80;
            *sides = (sides.0.hypot(apart), sides.1.hypot(apart));
            *own = named;
        }
        self
    }

    /// The points that were asked for. Ends are held by themselves, and no interval is narrower than one before it.
    fn points(&self, prepared: &Prepared, horizon: usize) -> Vec<Point> {
        let positive = prepared.positive();
        let never_below = prepared.seen().iter().all(|value| *value >= 0.0);
        let mut widths = [0.0_f64; 2];
        let mut ends = |step: usize, outside: Option<(f64, f64)>| {
            let level = usize::from(outside.is_some());
            let (centre, (under, over)) = (self.centre[step], self.sides[step]);
            let factor = [Z80, Z95][level];
            let reach = factor * under;
            let low = if positive && centre > 0.0 { below(centre, reach) } else { centre - reach };
            let (least, most) = self.seen[level];
            // What was lowered when a counter was joined was never seen so low.
            let least = if positive && least <= 0.0 { low } else { least };
            let (inner_low, inner_high) = outside.unwrap_or((centre, centre));
            let low = low.min(least).min(inner_low);
            let low = if never_below { low.max(0.0) } else { low };
            let high = (centre + factor * over).max(most).max(inner_high).max(low + widths[level]);
            widths[level] = high - low;
            (low, high)
        };
        let scaled =
            |(low, high): (f64, f64)| (unscaled(low, prepared.scale), unscaled(high, prepared.scale));
        (0..horizon)
            .map(|ahead| {
                let step = prepared.stale + ahead;
                let centre = if never_below { self.centre[step].max(0.0) } else { self.centre[step] };
                let inner = ends(step, None);
                let outer = ends(step, Some(inner));
                Point::new(ahead + 1, unscaled(centre, prepared.scale), scaled(inner), scaled(outer))
            })
            .collect()
    }

    /// Why this is what few points are carried on by.
    pub fn reason(&self, points: usize) -> String {
        let growth = if self.trend {
            format!("the trend goes on and fades over about {points} steps, as many as it was seen for")
        } else {
            "no trend stands out from what values differ by, so none is carried on".to_owned()
        };
        let season = if self.season {
            "what recurs is carried on as far as it is sure"
        } else {
            "nothing recurs for sure"
        };
        format!(
            "{points} points are too few to choose a method by; {season}; {growth}; intervals are taken from how far \
             values moved, widen with each step, and hold what was seen"
        )
    }

    /// The answer.
    pub fn answer(&self, prepared: &Prepared, horizon: usize, method: Method, reason: String) -> Forecast {
        let trained_on = prepared.used().len();
        let mut warnings = prepared.cleaned.warnings.clone();
        warnings.push(Warning::Short { points: prepared.cleaned.values.len() });
        let points = self.points(prepared, horizon);
        Forecast { method, reason, trained_on, points, accuracy: Accuracy::default(), warnings }
    }
}
