//! Stairs: levels that stay and change at once, always the same way. More changes come, or none any more.
//!
//! How long it takes from one change to the next is taken to be log-logistic about what it took so far. Each may have
//! been the last: of `k` changes, none of which was before, with a chance of `1 / (k + 1)` (Laplace's rule of
//! succession). The longer none has come, the surer is the end, by the theorem of Bayes.

use super::backtest::USUAL as USUALLY;
use super::members::View;
use super::path::{Path, beliefs, median};
use super::warning::Warning;
use super::width::Evidence;

/// Changes that make stairs, at least.
const CHANGES: usize = 3;
/// Points that a level has, at least.
const LEVEL: usize = 3;
/// Robust deviations of noise that a change is, at least.
const STANDS_OUT: f64 = 4.0;
/// What a change is at least, as a share of the level.
const NOTABLE: f64 = 0.03;
/// How many times as large as the smallest the largest change is, at most.
const ALIKE: f64 = 4.0;
/// What the noise about levels, and what they rise by in themselves, is at most, in changes.
const FLAT: f64 = 0.2;
/// Mean square of differences of neighbours in a level, over that of what they are away from it, at least. It is two
/// where they differ by chance, and far below one where they wander (von Neumann, "Distribution of the ratio of the mean
/// square successive difference to the variance", The Annals of Mathematical Statistics 12, 1941).
const BY_CHANCE: f64 = 1.0;
/// Spread of the logarithms of intervals that is usual, and how many intervals this counts for.
const USUAL: f64 = 0.3;
const PRIOR: f64 = 2.0;
/// Turns a median of absolute differences of normal errors into their standard deviation.
const NORMAL: f64 = 1.4826 / std::f64::consts::SQRT_2;

/// Stairs that a series is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stairs {
    /// Where levels begin, the first at the first value.
    starts: Vec<usize>,
    /// The levels.
    heights: Vec<f64>,
    /// What a change usually is, below zero where they go down.
    size: f64,
    /// Steps that it usually takes from one to the next.
    every: f64,
    /// Steps since the last.
    since: usize,
    /// Chance that there are more.
    pub goes_on: f64,
    /// Shape of the distribution of how long it takes.
    shape: f64,
}

/// What comes of stairs.
pub(super) struct Ahead {
    /// What goes on without changes, with the changes to come in proportion to the chance that there are more.
    pub expected: Vec<f64>,
    /// The same with all of them.
    pub going_on: Vec<f64>,
    /// What is known of the errors without changes.
    pub rest: Evidence,
}

impl Stairs {
    /// The stairs that a series is; `None` where it is something else.
    pub fn of(values: &[f64]) -> Option<Self> {
        let starts = starts(values).filter(|starts| starts.len() > CHANGES)?;
        let ends = starts[1..].iter().copied().chain([values.len()]);
        let levels: Vec<&[f64]> = starts.iter().zip(ends).map(|(start, end)| &values[*start..end]).collect();
        let changes = starts.len() - 1;
        if levels[..changes].iter().any(|level| level.len() < LEVEL) {
            return None;
        }
        let heights: Vec<f64> = levels.iter().map(|level| median(level)).collect();
        let sizes: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let size = median(&sizes);
        let largest = sizes.iter().fold(0.0, |most: f64, one| most.max(one.abs()));
        let alike = sizes.iter().all(|one| one * size > 0.0 && one.abs() * ALIKE >= largest);
        if !alike || !are_flat(&levels, &heights, size.abs()) {
            return None;
        }
        let logs: Vec<f64> = starts[1..].windows(2).map(|pair| ((pair[1] - pair[0]) as f64).ln()).collect();
        let middle = median(&logs);
        let squares: f64 = logs.iter().map(|log| (log - middle) * (log - middle)).sum();
        let spread = ((squares + PRIOR * USUAL * USUAL) / (logs.len() as f64 - 1.0 + PRIOR)).sqrt();
        let (shape, every) = (std::f64::consts::PI / (3.0_f64.sqrt() * spread), middle.exp());
        let since = values.len() - starts[changes];
        let last = 1.0 / (changes as f64 + 1.0);
        let waited = (1.0 - last) * stays(since, every, shape);
        Some(Self { starts, heights, size, every, since, goes_on: waited / (waited + last), shape })
    }

    /// The steps ahead, out of what the series is with all levels taken to that of now.
    pub fn ahead(&self, values: &[f64], periods: &[usize], steps: usize) -> Ahead {
        let levelled = self.levelled(values);
        let last = levelled[levelled.len() - 1];
        let view = View::new(&levelled, periods, levelled.len());
        let paths: Vec<Path> = if levelled.iter().all(|value| *value == last) {
            vec![Path { mean: vec![last; steps], deviation: vec![0.0; steps] }]
        } else {
            let path = |member| view.project(&view.fit(member, None), levelled.len(), steps);
            view.combined().into_iter().map(path).collect()
        };
        let count = paths.len() as f64;
        let centre: Vec<f64> =
            (0..steps).map(|step| paths.iter().map(|path| path.mean[step]).sum::<f64>() / count).collect();
        let (deviation, spread) = beliefs(&paths, &centre);
        let changes = self.changes(steps);
        let with =
            |share: f64| centre.iter().zip(&changes).map(|(rest, change)| rest + share * change).collect();
        let (expected, going_on) = (with(self.goes_on), with(1.0));
        let (history, positive) = (levelled.len(), view.positive);
        let rest = Evidence { centre, deviation, spread, ratio: f64::ln(USUALLY), history, positive };
        Ahead { expected, going_on, rest }
    }

    /// Whether changes go up.
    pub fn rises(&self) -> bool {
        self.size > 0.0
    }

    /// What is said of them, in units of what the series was divided by.
    pub fn warning(&self, scale: f64) -> Warning {
        Warning::Stairs {
            changes: self.starts.len() - 1,
            size: rounded(self.size * scale),
            every: self.every,
            since: self.since,
            goes_on: self.goes_on,
        }
    }

    /// The series with all levels taken to that of now.
    fn levelled(&self, values: &[f64]) -> Vec<f64> {
        let level = self.heights[self.heights.len() - 1];
        let positive = values.iter().all(|value| *value > 0.0);
        let places = values.iter().enumerate();
        let levelled = places.map(|(place, value)| {
            let height = self.heights[self.starts.partition_point(|start| *start <= place) - 1];
            if positive { value * level / height } else { value - height + level }
        });
        levelled.collect()
    }

    /// What changes come to in the steps ahead, if they go on: the next one where it comes as likely before as after.
    fn changes(&self, steps: usize) -> Vec<f64> {
        let since = self.since as f64;
        let half = stays(self.since, self.every, self.shape) / 2.0;
        let next = self.every * (1.0 / half - 1.0).powf(1.0 / self.shape) - since;
        let after = |ahead: usize| (ahead as f64 - next) / self.every;
        let taken = |ahead: usize| if after(ahead) < 0.0 { 0.0 } else { 1.0 + after(ahead).floor() };
        let level = self.heights[self.heights.len() - 1];
        // What is positive and falls never reaches zero: each change takes the same share of what is left.
        let left = level / (level - self.size);
        let falls = self.size < 0.0 && level > 0.0;
        let to_come = |taken: f64| if falls { level * (left.powf(taken) - 1.0) } else { self.size * taken };
        (1..=steps).map(|ahead| to_come(taken(ahead))).collect()
    }
}

/// With four digits that count: what a change usually is, is known no better.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Chance that nothing changes for so long.
fn stays(steps: usize, every: f64, shape: f64) -> f64 {
    1.0 / (1.0 + (steps as f64 / every).powf(shape))
}

/// Where levels begin, the first at the first value.
fn starts(values: &[f64]) -> Option<Vec<usize>> {
    let jumps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
    let limit = (STANDS_OUT * NORMAL * median(&jumps)).max(NOTABLE * median(&sizes));
    if limit <= 0.0 {
        return None;
    }
    let mut starts = vec![0];
    let (mut sum, mut count) = (values[0], 1.0);
    for place in 1..values.len() {
        let away = |value: f64| value - sum / count;
        let (now, next) = (away(values[place]), away(*values.get(place + 1).unwrap_or(&values[place])));
        if now.abs() > limit && next.abs() > limit && now * next > 0.0 {
            starts.push(place);
            (sum, count) = (0.0, 0.0);
        }
        sum += values[place];
        count += 1.0;
    }
    Some(starts)
}

/// Whether levels stay what they are, beside what a change is, and differ from them by chance only.
fn are_flat(levels: &[&[f64]], heights: &[f64], size: f64) -> bool {
    let (mut away, mut apart, mut products, mut squares, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (level, height) in levels.iter().zip(heights) {
        let middle = (level.len() as f64 - 1.0) / 2.0;
        for (place, value) in level.iter().enumerate() {
            let x = place as f64 - middle;
            away += (value - height) * (value - height);
            products += x * (value - height);
            squares += x * x;
            count += 1.0;
        }
        apart += level.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum::<f64>();
    }
    let rises = if squares > 0.0 { count / levels.len() as f64 * products / squares } else { 0.0 };
    let noise = f64::sqrt(away / count);
    noise <= FLAT * size && rises.abs() <= FLAT * size && apart >= BY_CHANCE * away
}
