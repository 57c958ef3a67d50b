//! Zeros in one block before demand began, or since it ended: neither makes demand intermittent.

use super::input::ForecastInput;
use super::intermittent::is_intermittent;
use super::method::Method;
use super::path::median;
use super::warning::Warning;

/// Zeros that are a beginning, at least.
const BEGINNING: usize = 3;
/// Zeros that are an end, at least.
const END: usize = 6;
/// Points from the first demand to the last, at least: fewer do not show what zeros between them are like.
const DEMAND: usize = 6;
/// A block is so many times as long as any run of zeros between demands, at least.
const LONGER: usize = 2;
/// Steps before an end whose middle value is what there was.
const LEVEL: usize = 12;

/// Zeros that are a drop-out where there are no others and the series ends with them.
const OUT: usize = 2;
/// Values that show that a series is not about to reach zero: so many for its level, the last of them not below half.
const STEADY: usize = 12;
const NEAR: usize = 6;

/// Place of the first of two zeros at the end that no value before comes near: taken for values that are missing.
pub(super) fn dropped_out(input: &ForecastInput, observations: &[Option<f64>]) -> Option<usize> {
    if input.method == Method::Intermittent || input.method.is_reference() {
        return None;
    }
    let seen: Vec<f64> = observations.iter().flatten().copied().collect();
    let (before, end) = seen.split_at(seen.len().checked_sub(OUT)?);
    let level = &before[before.len().checked_sub(STEADY)?..];
    let (half, near) = (0.5 * median(level), &level[STEADY - NEAR..]);
    let out = end.iter().all(|value| *value == 0.0)
        && before.iter().all(|value| *value > 0.0)
        && near.iter().all(|value| *value > half);
    let places = observations.iter().enumerate().filter(|(_, value)| value.is_some());
    if out { places.rev().nth(OUT - 1).map(|(place, _)| place) } else { None }
}

/// Where zeros lie in blocks. Places are those of the observations.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Blocks {
    /// Place of the first demand, where only zeros came before it.
    pub began: Option<usize>,
    /// What demand ended, where only zeros came since.
    pub ended: Option<End>,
}

/// An end of demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct End {
    /// Place of the first zero.
    pub place: usize,
    /// How many zeros there are.
    pub zeros: usize,
    /// What demand was before.
    pub level: f64,
}

impl Blocks {
    /// Blocks that matter to the method: those by name that take all observations as they are have none, and an end
    /// is followed where nothing else was asked for.
    pub fn of(input: &ForecastInput, observations: &[Option<f64>]) -> Self {
        if input.method == Method::Intermittent || input.method.is_reference() {
            return Self::default();
        }
        let blocks = Self::found(observations);
        if input.method == Method::Auto { blocks } else { Self { ended: None, ..blocks } }
    }

    fn found(observations: &[Option<f64>]) -> Self {
        let places = observations.iter().enumerate();
        let seen: Vec<(usize, f64)> =
            places.filter_map(|(place, value)| value.map(|value| (place, value))).collect();
        let values: Vec<f64> = seen.iter().map(|(_, value)| *value).collect();
        let occurs = |value: &f64| *value != 0.0;
        let first = values.iter().position(occurs);
        let Some((first, last)) = first.zip(values.iter().rposition(occurs)) else { return Self::default() };
        let demand = &values[first..=last];
        let longest = demand.split(occurs).map(<[f64]>::len).max().unwrap_or(0);
        let is_block = |zeros: usize, least: usize| zeros >= least.max(LONGER * longest);
        let zeros = values.len() - 1 - last;
        let (begins, ends) = (is_block(first, BEGINNING), is_block(zeros, END));
        let rest = &values[if begins { first } else { 0 }..values.len() - if ends { zeros } else { 0 }];
        let never_below = values.iter().all(|value| *value >= 0.0);
        if !never_below || demand.len() < DEMAND || is_intermittent(rest) {
            return Self::default();
        }
        let level = median(&demand[demand.len().saturating_sub(LEVEL)..]);
        Self {
            began: begins.then(|| seen[first].0),
            ended: ends.then(|| End { place: seen[last + 1].0, zeros, level }),
        }
    }

    /// The same where nothing before a place is used anyway.
    pub fn since(self, place: usize) -> Self {
        Self { began: self.began.filter(|began| *began > place), ..self }
    }

    /// Whether there are any.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// What is said of them.
    pub fn warnings(&self) -> Vec<Warning> {
        let began = self.began.map(|place| Warning::Began { step: place + 1 });
        began.into_iter().chain(self.ended.map(|end| Warning::Ended { step: end.place + 1 })).collect()
    }
}
