//! What was observed: instants with values, the peaks of days, and the peaks of months.
//!
//! The rule of the peak of a month: the 95th percentile of the peaks of its days, between the two nearest of them
//! in proportion (the percentile that spreadsheets call inclusive: rank 0.95 × (n − 1) from 0). A day without an
//! observation is missing and stays so: it is neither zero nor what the day before was. A month of which fewer
//! days than a stated share were observed is flagged.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::figures::{bounded, fraction, minus, plus, quantity};
use super::regression::Point;
use crate::error::{ForecastError, Result};
use crate::month::Month;

/// The percentile of daily peaks that stands for a month.
pub const PEAK_PERCENTILE: Decimal = Decimal::from_parts(95, 0, 0, false, 2);

/// The share of its days that a month is observed on at least, where nobody states another.
pub const COMPLETE_SHARE: Decimal = Decimal::from_parts(8, 0, 0, false, 1);

/// A value at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// How much, in the unit of the pool.
    pub value: Decimal,
}

impl Observation {
    /// An observation whose value comes as a float.
    ///
    /// # Errors
    ///
    /// As [`quantity`]: what is not a number or infinite is refused.
    pub fn from_float(at: NaiveDateTime, value: f64) -> Result<Self> {
        Ok(Self { at, value: quantity(value, "value")? })
    }
}

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// A level, which goes up and down.
    #[default]
    Gauge,
    /// A count that only grows, until it begins again from zero.
    Counter,
}

/// What is odd about a series; the values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// More was used than there is.
    AboveCapacity {
        /// When.
        at: NaiveDateTime,
        /// How much was used.
        value: Decimal,
        /// How much there is.
        capacity: Decimal,
    },
    /// A counter began again.
    CounterReset {
        /// When it was first seen lower.
        at: NaiveDateTime,
        /// Its value before.
        before: Decimal,
        /// Its value after.
        after: Decimal,
    },
    /// Zeros stand between values: some sources write zero where they measured nothing.
    ZerosBetween {
        /// The first of them.
        at: NaiveDateTime,
        /// How many there are.
        observations: usize,
    },
    /// The same value came for the same instant more than once, and counts once.
    Repeated {
        /// When.
        at: NaiveDateTime,
        /// How often it came.
        times: usize,
    },
    /// Observations did not come in the order of time, and were sorted.
    OutOfOrder {
        /// How many came before one that is earlier.
        observations: usize,
    },
}

impl Finding {
    /// Its name in capitals.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AboveCapacity { .. } => "ABOVE_CAPACITY",
            Self::CounterReset { .. } => "COUNTER_RESET",
            Self::ZerosBetween { .. } => "ZEROS_BETWEEN",
            Self::Repeated { .. } => "REPEATED",
            Self::OutOfOrder { .. } => "OUT_OF_ORDER",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboveCapacity { at, value, capacity } => {
                write!(formatter, "{value} used at {at} of a capacity of {capacity}")
            }
            Self::CounterReset { at, before, after } => {
                write!(formatter, "the counter fell from {before} to {after} at {at}: it began again")
            }
            Self::ZerosBetween { at, observations } => {
                write!(formatter, "{observations} zeros stand between values, the first at {at}")
            }
            Self::Repeated { at, times } => write!(formatter, "the value at {at} came {times} times"),
            Self::OutOfOrder { observations } => {
                write!(formatter, "{observations} observations came before an earlier one, and were sorted")
            }
        }
    }
}

/// Observations of one pool in the order of time, each instant once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    observations: Vec<Observation>,
    kind: Kind,
    findings: Vec<Finding>,
}

/// A series, and what was not taken into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What was taken.
    pub series: Series,
    /// What was refused, and why.
    pub refused: Vec<Refused>,
}

/// An instant of which no value was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub at: NaiveDateTime,
    /// The values and the rule.
    pub cause: ForecastError,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, formatter)
    }
}

/// The highest value of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyPeak {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Its highest value.
    pub value: Decimal,
    /// How many observations it has.
    pub observations: usize,
}

/// The peak of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlyPeak {
    /// The month.
    pub month: Month,
    /// The 95th percentile of its daily peaks.
    pub value: Decimal,
    /// Days with an observation.
    pub days: u32,
    /// Whether those are at least the stated share of the days of the month.
    pub complete: bool,
}

impl Series {
    /// A series of values, each of which has to be good.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for two values of one instant that differ, naming the instant and both; for a
    /// value that is negative or beyond the range of quantities; and for a negative capacity.
    pub fn new(observations: Vec<Observation>, kind: Kind, capacity: Option<Decimal>) -> Result<Self> {
        let accepted = Self::accept(observations, kind, capacity)?;
        accepted.refused.into_iter().next().map_or(Ok(accepted.series), |refused| Err(refused.cause))
    }

    /// A series of those values that are good, with why the others are not. Of two values of one instant that
    /// differ neither is taken.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative capacity.
    pub fn accept(
        mut observations: Vec<Observation>,
        kind: Kind,
        capacity: Option<Decimal>,
    ) -> Result<Accepted> {
        if let Some(capacity) = capacity.filter(|capacity| *capacity < Decimal::ZERO) {
            return Err(ForecastError::invalid("capacity", &capacity, "a capacity is not negative"));
        }
        let mut findings = Vec::new();
        let mut refused = Vec::new();
        let disordered = observations.windows(2).filter(|pair| pair[1].at < pair[0].at).count();
        if disordered > 0 {
            findings.push(Finding::OutOfOrder { observations: disordered });
        }
        observations.retain(|observation| match checked(observation) {
            Ok(()) => true,
            Err(cause) => {
                refused.push(Refused { at: observation.at, cause });
                false
            }
        });
        observations.sort_by_key(|observation| observation.at);
        let mut kept: Vec<Observation> = Vec::with_capacity(observations.len());
        for same in observations.chunk_by(|one, other| one.at == other.at) {
            let first = same[0];
            match same.iter().find(|observation| observation.value != first.value) {
                Some(other) => {
                    refused.push(Refused { at: first.at, cause: contradiction(first, *other) });
                }
                None => {
                    if same.len() > 1 {
                        findings.push(Finding::Repeated { at: first.at, times: same.len() });
                    }
                    kept.push(first);
                }
            }
        }
        findings.extend(oddities(&kept, kind, capacity));
        Ok(Accepted { series: Self { observations: kept, kind, findings }, refused })
    }

    /// The observations in the order of time.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// What is odd about them.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What a counter grew by from one observation to the next, at the later of them. Where it began again, it grew
    /// by what it shows since: what was counted between the last observation and the reset is not known and not
    /// made up. Empty for a gauge.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn increases(&self) -> Result<Vec<Observation>> {
        if self.kind == Kind::Gauge {
            return Ok(Vec::new());
        }
        let grown = |pair: &[Observation]| {
            let (before, after) = (pair[0].value, pair[1].value);
            let value = if after < before { after } else { minus(after, before, "increase")? };
            Ok(Observation { at: pair[1].at, value })
        };
        self.observations.windows(2).map(grown).collect()
    }

    /// The highest value of each day that has one; of a counter, what it grew by on that day.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn daily_peaks(&self) -> Result<Vec<DailyPeak>> {
        let increases = self.increases()?;
        let values = if self.kind == Kind::Counter { &increases } else { &self.observations };
        let mut peaks: Vec<DailyPeak> = Vec::new();
        for observation in values {
            let (day, value) = (observation.at.date(), observation.value);
            match peaks.last_mut().filter(|peak| peak.day == day) {
                Some(peak) => {
                    peak.observations += 1;
                    peak.value = match self.kind {
                        Kind::Gauge => peak.value.max(value),
                        Kind::Counter => plus(peak.value, value, "increase")?,
                    };
                }
                None => peaks.push(DailyPeak { day, value, observations: 1 }),
            }
        }
        Ok(peaks)
    }

    /// The peaks of months; see [`monthly_peaks`].
    ///
    /// # Errors
    ///
    /// As [`monthly_peaks`].
    pub fn monthly_peaks(&self, complete_share: Decimal) -> Result<Vec<MonthlyPeak>> {
        monthly_peaks(&self.daily_peaks()?, complete_share)
    }
}

/// The peak of each month that has a day with one: the 95th percentile of its daily peaks. A month is complete if
/// at least the stated share of its days has one ([`COMPLETE_SHARE`] is 0.8).
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a share outside 0 to 1, a day that comes twice, and beyond the range of
/// quantities.
pub fn monthly_peaks(daily: &[DailyPeak], complete_share: Decimal) -> Result<Vec<MonthlyPeak>> {
    fraction(complete_share, "complete_share")?;
    let mut months: BTreeMap<Month, BTreeMap<NaiveDate, Decimal>> = BTreeMap::new();
    for peak in daily {
        bounded(peak.value, "value")?;
        let of_month = months.entry(Month::of(peak.day)).or_default();
        if of_month.insert(peak.day, peak.value).is_some() {
            return Err(ForecastError::invalid("day", &peak.day, "a day has one peak"));
        }
    }
    let peak = |(month, of_days): (Month, BTreeMap<NaiveDate, Decimal>)| {
        let days = of_days.len() as u32;
        let needed = complete_share * Decimal::from(month.days());
        let values = of_days.into_values().collect();
        let value = percentile(values, PEAK_PERCENTILE)?;
        Ok(MonthlyPeak { month, value, days, complete: Decimal::from(days) >= needed })
    };
    months.into_iter().map(peak).collect()
}

/// The points that a regression takes: complete months only.
pub fn complete_points(peaks: &[MonthlyPeak]) -> Vec<Point> {
    let complete = peaks.iter().filter(|peak| peak.complete);
    complete.map(|peak| Point { month: peak.month, value: peak.value }).collect()
}

/// A percentile of values, between the two nearest in proportion: rank `share × (n − 1)` from 0.
///
/// # Errors
///
/// [`ForecastError::Missing`] without values; [`ForecastError::Invalid`] for a share outside 0 to 1.
pub fn percentile(mut values: Vec<Decimal>, share: Decimal) -> Result<Decimal> {
    fraction(share, "percentile")?;
    values.sort_unstable();
    let reason = "a percentile is taken of at least one value";
    let last = values.len().checked_sub(1).ok_or(ForecastError::Missing { field: "values", reason })?;
    let rank = share * Decimal::from(last);
    let below = rank.floor().to_usize().unwrap_or(last).min(last);
    let (low, high) = (values[below], values[(below + 1).min(last)]);
    let step = super::figures::times(minus(high, low, "values")?, rank - rank.floor(), "values")?;
    plus(low, step, "values")
}

fn checked(observation: &Observation) -> Result<()> {
    let value = bounded(observation.value, "value")?;
    if value < Decimal::ZERO {
        let text = format!("{value} at {}", observation.at);
        return Err(ForecastError::invalid("value", &text, "what is used is not negative"));
    }
    Ok(())
}

fn contradiction(one: Observation, other: Observation) -> ForecastError {
    let text = format!("{} and {} at {}", one.value, other.value, one.at);
    ForecastError::invalid("value", &text, "an instant has one value")
}

/// What exceeds the capacity, and where a counter began again.
fn oddities(kept: &[Observation], kind: Kind, capacity: Option<Decimal>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if kind == Kind::Counter {
        for pair in kept.windows(2).filter(|pair| pair[1].value < pair[0].value) {
            findings.push(Finding::CounterReset {
                at: pair[1].at,
                before: pair[0].value,
                after: pair[1].value,
            });
        }
        return findings;
    }
    findings.extend(zeros_between(kept));
    if let Some(capacity) = capacity {
        let above = kept.iter().filter(|observation| observation.value > capacity);
        findings.extend(above.map(|observation| Finding::AboveCapacity {
            at: observation.at,
            value: observation.value,
            capacity,
        }));
    }
    findings
}

/// Zeros of a gauge that come after a value and before another.
fn zeros_between(kept: &[Observation]) -> Option<Finding> {
    let is_value = |observation: &Observation| !observation.value.is_zero();
    let first = kept.iter().position(is_value)?;
    let last = kept.iter().rposition(is_value)?;
    let mut zeros = kept[first..last].iter().filter(|observation| !is_value(observation));
    let at = zeros.next()?.at;
    Some(Finding::ZerosBetween { at, observations: zeros.count() + 1 })
}
