//! From values to places on an axis, and to the words beside it.

use chrono::{Datelike, NaiveDate};
use forecasting::month::Month;
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// Steps of a quantity on an axis, about so many.
const STEPS: f64 = 8.0;
/// Words below an axis of months, at most.
const MONTHS_NAMED: i32 = 12;
/// How far months that have a word are apart.
const MONTHS_APART: [i32; 11] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];
/// Large units and their signs.
const UNITS: [(f64, &str); 4] = [(1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k")];

/// Where a value is drawn. What is drawn is no longer counted with: pictures have some thousand dots.
pub(super) fn position(value: Decimal) -> f64 {
    value.to_f64().unwrap_or_default()
}

/// An axis of quantities.
#[derive(Debug)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<f64>,
    step: f64,
}

impl Scale {
    /// An axis that holds zero and all values, and begins and ends with a tick.
    pub(super) fn holding(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if low == 0.0 && high == 0.0 {
            high = 1.0;
        }
        let step = nice((high - low) / STEPS);
        let first = (low / step).floor();
        let last = (high / step).ceil();
        let mut ticks = Vec::new();
        let mut count = first;
        while count <= last {
            ticks.push(count * step);
            count += 1.0;
        }
        Self { low: first * step, high: last * step, ticks, step }
    }

    /// The words beside a tick, in one unit for the whole axis: `0.4 M`, `1.2 M`.
    pub(super) fn label(&self, value: f64) -> String {
        let largest = self.high.abs().max(self.low.abs());
        if !(1e-6..1e16).contains(&self.step) || largest >= 1e16 {
            return if value == 0.0 { "0".to_owned() } else { format!("{value:e}") };
        }
        let (unit, sign) = unit_of(largest);
        let decimals = decimals_of(self.step / unit);
        // A zero that was computed may have a sign.
        let shown = if value == 0.0 { 0.0 } else { value / unit };
        if sign.is_empty() || shown == 0.0 {
            return format!("{shown:.0$}", if shown == 0.0 { 0 } else { decimals });
        }
        format!("{shown:.decimals$} {sign}")
    }
}

/// A value in few letters: `37.5`, `1.24 M`.
pub(super) fn brief(value: Decimal) -> String {
    let number = position(value);
    let size = number.abs();
    if size >= 1e15 {
        return format!("{number:.2e}");
    }
    if size < 10_000.0 {
        let decimals = if size >= 100.0 { 1 } else { 2 };
        let rounded = value.round_dp(decimals).normalize();
        return if rounded.is_zero() && !value.is_zero() {
            format!("{number:.1e}")
        } else {
            rounded.to_string()
        };
    }
    let (unit, sign) = unit_of(size);
    let decimals = if size / unit >= 100.0 { 0 } else { 1 };
    format!("{:.decimals$} {sign}", number / unit)
}

fn unit_of(largest: f64) -> (f64, &'static str) {
    if largest < 10_000.0 {
        return (1.0, "");
    }
    UNITS.into_iter().find(|(unit, _)| largest >= *unit).unwrap_or((1.0, ""))
}

/// The decimals that tell multiples of a step apart.
fn decimals_of(step: f64) -> usize {
    let is_whole = |decimals: &usize| {
        let scaled = step * 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
        (scaled - scaled.round()).abs() < 1e-6 * scaled.abs()
    };
    (0..12).find(is_whole).unwrap_or(12)
}

/// The next step of 1, 2, 2.5 or 5 and zeros that is not below.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let part = step / power;
    let round = [1.0, 2.0, 2.5, 5.0].into_iter().find(|round| part <= *round * 1.000_001);
    round.unwrap_or(10.0) * power
}

/// An axis of months. A month has its place by its number since the year 0, and is one wide.
#[derive(Debug)]
pub(super) struct Months {
    pub(super) first: i32,
    pub(super) last: i32,
    apart: i32,
}

impl Months {
    pub(super) fn between(first: Month, last: Month) -> Self {
        let (first, last) = (number(first), number(last).max(number(first)));
        let is_enough = |apart: &i32| (last - first) / apart < MONTHS_NAMED;
        let apart = MONTHS_APART.into_iter().find(is_enough).unwrap_or(1_200);
        Self { first, last, apart }
    }

    pub(super) fn low(&self) -> f64 {
        f64::from(self.first)
    }

    pub(super) fn high(&self) -> f64 {
        f64::from(self.last + 1)
    }

    pub(super) fn holds(&self, month: Month) -> bool {
        (self.first..=self.last).contains(&number(month))
    }

    /// The months that have words, by their first day.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let named = |month: &i32| month.rem_euclid(self.apart) == 0;
        let ticks: Vec<f64> = (self.first..=self.last).filter(named).map(f64::from).collect();
        if ticks.is_empty() { vec![self.low()] } else { ticks }
    }

    pub(super) fn label(&self, tick: f64) -> String {
        #[expect(clippy::cast_possible_truncation, reason = "a tick is a whole number of months")]
        let month = tick.round() as i32;
        let (year, part) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        if self.apart >= 12 && part == 1 { format!("{year:04}") } else { format!("{year:04}-{part:02}") }
    }
}

/// The place of the first day of a month.
pub(super) fn beginning(month: Month) -> f64 {
    f64::from(number(month))
}

/// The place of the middle of a month.
pub(super) fn middle(month: Month) -> f64 {
    beginning(month) + 0.5
}

/// The place of a day.
pub(super) fn day(date: NaiveDate) -> f64 {
    beginning(Month::of(date)) + f64::from(date.day0()) / 31.0
}

fn number(month: Month) -> i32 {
    month.year() * 12 + i32::try_from(month.number()).unwrap_or(1) - 1
}
