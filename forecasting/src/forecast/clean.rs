//! What is done to observations before a method sees them: gaps filled, spikes set aside, shifts of level allowed for.

use super::path::median;
use super::seasonal::Indices;
use super::warning::Warning;

/// A series that methods can take.
pub(super) struct Cleaned {
    /// Values, one for each step from the first that is used.
    pub values: Vec<f64>,
    /// Place of the first value among the observations.
    pub first: usize,
    /// Which values were observed and stand as they were.
    pub observed: Vec<bool>,
    /// What was done.
    pub warnings: Vec<Warning>,
}

/// Half of the window of the running median.
const REACH: usize = 3;
/// Robust deviations beyond which a point is a spike.
const SPIKE: f64 = 7.0;
/// Robust deviations of single steps beyond which a change of level is a shift.
const SHIFT: f64 = 6.0;
/// What a spike or a shift is at least, as a share of the level.
const NOTABLE: f64 = 0.3;
/// Below which share of the value before it a value may be the beginning of a counter.
const FRACTION: f64 = 0.3;
/// Values in a row that are at most out of line before they are a level.
const PASSING: usize = 2;
/// Points that a level needs before a shift, and after it.
const BEFORE: usize = 8;
const AFTER: usize = 6;
/// Turns a median of absolute deviations into a standard deviation of normal errors.
const NORMAL: f64 = 1.4826;

/// Cleans observations that have at least one value. Units are such that the largest size is about one.
pub(super) fn clean(observations: &[Option<f64>], period: usize) -> Cleaned {
    let mut cleaned = filled(observations, period);
    cleaned.since_reset(period);
    cleaned.without_spikes(period);
    cleaned.without_shift(period);
    cleaned
}

/// Fills gaps of observations that have at least one value, and leaves all else as it is.
pub(super) fn filled(observations: &[Option<f64>], period: usize) -> Cleaned {
    let first = observations.iter().position(Option::is_some).unwrap_or(0);
    let last = observations.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
    let kept = observations.get(first..last).unwrap_or_default();
    let mut cleaned = Cleaned {
        values: fill(kept, period),
        first,
        observed: kept.iter().map(Option::is_some).collect(),
        warnings: Vec::new(),
    };
    let missing = kept.iter().filter(|value| value.is_none()).count();
    if missing > 0 {
        cleaned.warnings.push(Warning::Gaps { count: missing });
    }
    cleaned
}

/// Fills gaps between neighbours, on what is left without the season that the filled series shows.
fn fill(observations: &[Option<f64>], period: usize) -> Vec<f64> {
    let plain = interpolate(observations);
    if observations.iter().all(Option::is_some) {
        return plain;
    }
    let positive = plain.iter().all(|value| *value > 0.0);
    let season = Indices::shrunk(&plain, period, positive);
    let without: Vec<Option<f64>> = observations
        .iter()
        .enumerate()
        .map(|(place, value)| {
            value.map(|value| if positive { value / season.at(place) } else { value - season.at(place) })
        })
        .collect();
    interpolate(&without)
        .into_iter()
        .zip(observations)
        .enumerate()
        .map(|(place, (filled, seen))| {
            seen.unwrap_or(if positive { filled * season.at(place) } else { filled + season.at(place) })
        })
        .collect()
}

fn interpolate(observations: &[Option<f64>]) -> Vec<f64> {
    let mut values = Vec::with_capacity(observations.len());
    for (place, value) in observations.iter().enumerate() {
        if let Some(value) = value {
            values.push(*value);
            continue;
        }
        let before = values.last().copied();
        let after = observations[place..].iter().position(Option::is_some);
        let next = after.and_then(|gap| observations[place + gap].map(|value| (gap, value)));
        values.push(match (before, next) {
            (Some(before), Some((gap, after))) => before + (after - before) / (gap + 1) as f64,
            (Some(value), None) | (None, Some((_, value))) => value,
            (None, None) => 0.0,
        });
    }
    values
}

/// The series in which spikes and shifts are looked for: logarithms if all are positive, without a robust season.
struct Plain {
    values: Vec<f64>,
    logs: bool,
    season: Indices,
}

impl Plain {
    fn of(series: &[f64], period: usize) -> Self {
        let logs = series.iter().all(|value| *value > 0.0);
        let raw: Vec<f64> = series.iter().map(|value| if logs { value.ln() } else { *value }).collect();
        let season = Indices::robust(&raw, period);
        let values = raw.iter().enumerate().map(|(place, value)| value - season.at(place)).collect();
        Self { values, logs, season }
    }

    /// What counts as notable.
    fn notable(&self) -> f64 {
        let sizes: Vec<f64> = self.values.iter().map(|value| value.abs()).collect();
        if self.logs { NOTABLE } else { NOTABLE * median(&sizes).max(1e-9) }
    }

    /// A plain value as one of the series.
    fn back(&self, place: usize, value: f64) -> f64 {
        let value = value + self.season.at(place);
        if self.logs { value.exp() } else { value }
    }
}

/// Middle value of the neighbours within reach; at the ends, of as many on the other side.
fn running_median(values: &[f64]) -> Vec<f64> {
    let width = (2 * REACH + 1).min(values.len());
    (0..values.len())
        .map(|place| {
            let from = place.saturating_sub(REACH).min(values.len() - width);
            median(&values[from..from + width])
        })
        .collect()
}

impl Cleaned {
    /// Replaces isolated spikes by their surroundings. What recurs a period before or after is no spike, and the
    /// last point cannot be told from the beginning of something new.
    fn without_spikes(&mut self, period: usize) {
        if self.values.len() < 2 * REACH + 1 {
            return;
        }
        let plain = Plain::of(&self.values, period);
        let middle = running_median(&plain.values);
        let away: Vec<f64> = plain.values.iter().zip(&middle).map(|(value, middle)| value - middle).collect();
        let sizes: Vec<f64> = away.iter().map(|away| away.abs()).collect();
        let limit = (SPIKE * NORMAL * median(&sizes)).max(plain.notable());
        let far = |place: usize| away.get(place).is_some_and(|away| away.abs() > limit);
        let recurs = |place: usize| {
            let same = |other: usize| far(other) && away[other] * away[place] > 0.0;
            period > 1 && (same(place + period) || place >= period && same(place - period))
        };
        let alone = |place: usize| {
            let run = [place.wrapping_sub(2), place.wrapping_sub(1), place + 1, place + 2];
            run.iter().filter(|other| far(**other)).count() <= 1
        };
        let spikes: Vec<usize> = (REACH..self.values.len() - 1)
            .filter(|place| far(*place) && alone(*place) && !recurs(*place) && !passes(&plain.values, *place))
            .collect();
        // Where many are odd, oddity is how the series is.
        if spikes.is_empty() || spikes.len() * 12 > self.values.len().max(12) {
            return;
        }
        for place in &spikes {
            self.values[*place] = plain.back(*place, middle[*place]);
            self.observed[*place] = false;
        }
        if !plain.season.is_none() {
            self.without_part_of(&spikes, period);
        }
        let steps = spikes.into_iter().map(|place| self.first + place + 1).collect();
        self.warnings.push(Warning::Spikes { steps });
    }

    /// Works out once more what takes the place of spikes: the season of a short series has a part of a spike in it.
    fn without_part_of(&mut self, spikes: &[usize], period: usize) {
        let mut known: Vec<Option<f64>> = self.values.iter().copied().map(Some).collect();
        spikes.iter().for_each(|place| known[*place] = None);
        self.values = interpolate(&known);
        let plain = Plain::of(&self.values, period);
        let middle = running_median(&plain.values);
        for place in spikes {
            self.values[*place] = plain.back(*place, middle[*place]);
        }
    }

    /// Lifts or lowers what came before a single abrupt shift, so that the season stays known.
    fn without_shift(&mut self, period: usize) {
        if self.values.len() < BEFORE + AFTER {
            return;
        }
        // First as it is: a shift would otherwise be half hidden in the season of a short series.
        let found = [1, period].into_iter().find_map(|period| {
            let plain = Plain::of(&self.values, period);
            shift(&plain).map(|(place, jump)| (place, jump, plain.logs))
        });
        let Some((place, jump, logs)) = found else { return };
        let (before, after) = around(&self.values, place);
        for value in &mut self.values[..place] {
            *value = if logs { *value * jump.exp() } else { *value + jump };
        }
        for observed in &mut self.observed[..place] {
            *observed = false;
        }
        self.warnings.push(Warning::Shift { step: self.first + place + 1, before, after });
    }

    /// Uses only what came after a counter last began anew, where there is enough of it.
    fn since_reset(&mut self, period: usize) {
        let values = &self.values;
        let rises = values.windows(2).filter(|pair| pair[1] >= pair[0]).count();
        let falls = (1..values.len())
            .filter(|place| values[place - 1] > 0.0 && values[*place] < FRACTION * values[place - 1]);
        let (passing, resets): (Vec<usize>, Vec<usize>) =
            falls.partition(|place| ends_peak(values, *place) || ends_soon(values, *place));
        let Some(last) = resets.last().copied() else { return };
        let never_falls = rises + passing.len() + resets.len() == values.len() - 1;
        let counts = match resets[..] {
            [reset] => values[..reset].iter().any(|value| *value != values[0]),
            _ => counts_up(values, &resets) && !is_season(&resets, period),
        };
        if !never_falls || !counts || values.len() < BEFORE {
            return;
        }
        let used = values.len() - last >= AFTER;
        for reset in &resets {
            self.warnings.push(Warning::Reset { step: self.first + reset + 1, used });
        }
        if used {
            self.only_from(last);
        } else {
            self.join(&resets, last);
        }
    }

    fn only_from(&mut self, place: usize) {
        self.values.drain(..place);
        self.observed.drain(..place);
        self.first += place;
    }

    /// Lowers the run before a counter last began anew, so that what came since goes on from it by its usual step: too
    /// little has come to be used alone. Runs before that one are left out.
    fn join(&mut self, resets: &[usize], last: usize) {
        let from = resets.len().checked_sub(2).map_or(0, |before| resets[before]);
        let since = &self.values[last..];
        // Of a counter that begins anew every few steps none goes on for longer, and what stays where it fell to may
        // be a drop-out.
        let goes_on = since.len() == 1 || since[since.len() - 1] > since[0];
        if !goes_on || resets.len() > 1 && last - from < AFTER {
            return;
        }
        let run = &self.values[from..last];
        let steps: Vec<f64> = run.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let by = run[run.len() - 1] + median(&steps) - since[0];
        self.values[from..last].iter_mut().for_each(|value| *value -= by);
        self.warnings.push(Warning::Joined { step: self.first + last + 1, by });
        self.only_from(from);
    }
}

/// Whether values pass a place on their way up or down: from the second one before it to the second one after it, or
/// the last, they go one way. Those of a spike of two do not, as the next one but one is back.
fn passes(values: &[f64], place: usize) -> bool {
    let run = &values[place - 2..values.len().min(place + 3)];
    let (before, value, after) = (values[place - 1], values[place], values[place + 1]);
    let falls = before > value && value > after && run.windows(2).all(|pair| pair[1] <= pair[0]);
    let rises = before < value && value < after && run.windows(2).all(|pair| pair[1] >= pair[0]);
    falls || rises
}

/// Whether a fall goes back from a peak of one or two values to about where values were before it: nothing began anew
/// there, as what begins anew falls below the level that it rose from.
fn ends_peak(values: &[f64], place: usize) -> bool {
    (1..=PASSING.min(place - 1)).any(|width| {
        let peak = place - width;
        let before = &values[peak.saturating_sub(REACH)..peak];
        let level = median(before);
        let rose = |from: f64| from < 0.5 * values[peak];
        // Of a counter that begins anew every few steps the last values of the run before are as high.
        let stands_out = width == 1 || before.len() == REACH && rose(level);
        stands_out && before.last().is_some_and(|last| rose(*last)) && values[place] >= FRACTION * level
    })
}

/// Whether values are back at where they fell from after one or two of them, at once: a counter that begins anew stays
/// below and counts up.
fn ends_soon(values: &[f64], place: usize) -> bool {
    let from = values[place - 1];
    (place + 1..values.len().min(place + 1 + PASSING))
        .any(|back| values[back] >= from && values[place..back].iter().all(|value| *value < FRACTION * from))
}

/// Whether values count up between several resets: runs of at least three before the last of them, of which most steps
/// rise. What comes and goes does not.
fn counts_up(values: &[f64], resets: &[usize]) -> bool {
    let starts = std::iter::once(0).chain(resets.iter().copied());
    starts.zip(resets).all(|(start, end)| {
        let run = &values[start..*end];
        let rises = run.windows(2).filter(|pair| pair[1] > pair[0]).count();
        run.len() >= 3 && 2 * rises > run.len() - 1
    })
}

/// Whether several resets come once a season: then they are what the season looks like.
fn is_season(resets: &[usize], period: usize) -> bool {
    period > 1 && resets.windows(2).all(|pair| (pair[1] - pair[0]).is_multiple_of(period))
}

/// Middle values of up to a year before and after a place.
fn around(values: &[f64], place: usize) -> (f64, f64) {
    let before = median(&values[place.saturating_sub(12)..place]);
    (before, median(&values[place..(place + 12).min(values.len())]))
}

/// The one abrupt shift of a series whose level is steady before and after it: its place and size.
///
/// Growth has no such place, and stairs have several: both stay as they are.
fn shift(plain: &Plain) -> Option<(usize, f64)> {
    let values = &plain.values;
    let jumps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let limit = (SHIFT * NORMAL * median(&jumps)).max(plain.notable());
    let candidates = BEFORE..=values.len() - AFTER;
    let place = candidates.max_by(|a, b| jumps[a - 1].total_cmp(&jumps[b - 1]))?;
    let (before, after) = around(values, place);
    let jump = after - before;
    let abrupt = values[place] - values[place - 1];
    if jump.abs() <= limit || abrupt * jump <= 0.0 || abrupt.abs() < 0.6 * jump.abs() {
        return None;
    }
    let steady = |part: &[f64]| {
        let end = part.len().min(AFTER);
        (median(&part[part.len() - end..]) - median(&part[..end])).abs() <= 0.35 * jump.abs()
    };
    let (earlier, later) = values.split_at(place);
    let quiet = |part: &[f64]| {
        let centre = median(part);
        let away: Vec<f64> = part.iter().map(|value| (value - centre).abs()).collect();
        NORMAL * median(&away) <= 0.25 * jump.abs()
    };
    (steady(earlier) && steady(later) && quiet(earlier) && quiet(later)).then_some((place, jump))
}
