//! A series as methods take it: scaled, cleaned, and no longer than it is worth.

use super::blocks::{Blocks, dropped_out};
use super::clean::{Cleaned, clean, filled};
use super::input::ForecastInput;
use super::warning::Warning;

/// Points beyond which older ones are left out, unless the longest period needs them.
const USED: usize = 1_500;
/// Equal values at the end that are a plateau.
const PLATEAU: usize = 6;
/// Periods that are worth keeping.
const PERIODS: usize = 4;

/// A checked input, ready for methods. Where the method is a reference, nothing is left out and only gaps are filled.
pub(super) struct Prepared {
    /// What values were divided by: the largest size, or one where all are zero.
    pub scale: f64,
    /// Observations so divided, as they came.
    pub observations: Vec<Option<f64>>,
    /// The same, cleaned.
    pub cleaned: Cleaned,
    /// Zeros that lie in blocks.
    pub blocks: Blocks,
    /// Place of the first observation that is used.
    pub from: usize,
    /// Steps without a value at the end, or with zeros that were set aside.
    pub stale: usize,
    /// Place of the first zero at the end that was set aside.
    pub dropped: Option<usize>,
    /// Periods, the shortest first.
    pub periods: Vec<usize>,
}

impl Prepared {
    /// Prepares an input that has been checked.
    pub fn of(input: &ForecastInput) -> Self {
        let periods = input.seasons();
        let largest = input.observations.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let seen = input.observations.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
        let missing = input.observations.len() - seen;
        let dropped = dropped_out(input, &input.observations[..seen]);
        let kept = dropped.map_or(&input.observations[..seen], |place| &input.observations[..place]);
        let seen = kept.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
        let stale = input.observations.len() - seen;
        let used = periods.last().map_or(USED, |longest| USED.max(PERIODS * longest));
        let is_reference = input.method.is_reference();
        let cut = if is_reference { 0 } else { seen.saturating_sub(used) };
        let observations: Vec<Option<f64>> = input.observations[..seen]
            .iter()
            .map(|value| value.map(|value| rounded(value / scale)))
            .collect();
        let blocks = Blocks::of(input, &observations).since(cut);
        let from = blocks.began.unwrap_or(cut);
        let prepare = if is_reference { filled } else { clean };
        let mut cleaned = prepare(&observations[from..], periods.first().copied().unwrap_or(1));
        cleaned.warnings.iter_mut().for_each(|warning| warning.move_by(from, scale));
        cleaned.warnings.splice(..0, blocks.warnings());
        if cut > 0 {
            cleaned.warnings.push(Warning::Cut { used: cleaned.values.len() });
        }
        cleaned.warnings.extend(dropped.map(|place| Warning::DroppedOut { step: place + 1 }));
        if missing > 0 {
            cleaned.warnings.push(Warning::Stale { count: missing });
        }
        for period in &periods {
            if cleaned.values.len() < 2 * period + 1 {
                cleaned.warnings.push(Warning::PeriodNotSeen { period: *period });
            }
        }
        Self { scale, observations, from: from + cleaned.first, blocks, cleaned, stale, dropped, periods }
    }

    /// The value that the last steps all had: the next step of stairs may be the same again.
    pub fn plateau(&self) -> Option<f64> {
        let values = &self.cleaned.values;
        let last = &values[values.len().checked_sub(PLATEAU)?..];
        last.iter().all(|value| *value == last[0]).then_some(last[0])
    }

    /// Values that were observed, of the steps that are used, with their places.
    pub fn used(&self) -> Vec<(usize, f64)> {
        let steps = self.observations.iter().enumerate().skip(self.from);
        steps.filter_map(|(place, value)| value.map(|value| (place, value))).collect()
    }

    /// Whether no value may fall to zero: none that was observed did, even where those before a counter began anew
    /// were lowered below it, and none that is used does.
    pub fn positive(&self) -> bool {
        let above = |value: &f64| *value > 0.0;
        self.observations.iter().flatten().all(above) || self.cleaned.values.iter().all(above)
    }

    /// All values that were observed, also those before a cut or a reset, without gaps.
    pub fn seen(&self) -> Vec<f64> {
        self.observations.iter().flatten().copied().collect()
    }
}

impl Warning {
    /// From places and units of what was cleaned to those of what was given.
    fn move_by(&mut self, places: usize, scale: f64) {
        match self {
            Self::Spikes { steps } => steps.iter_mut().for_each(|step| *step += places),
            Self::Shift { step, before, after } => {
                *step += places;
                *before *= scale;
                *after *= scale;
            }
            Self::Reset { step, .. } => *step += places,
            Self::Joined { step, by } => {
                *step += places;
                // With the ten digits that count.
                let lowered = *by * scale;
                *by = format!("{lowered:.9e}").parse().unwrap_or(lowered);
            }
            _ => {}
        }
    }
}

/// Without the last eight bits, so that the same series in another unit is the same series.
fn rounded(value: f64) -> f64 {
    f64::from_bits(value.to_bits().saturating_add(0x80) & !0xFF)
}
