//! What meters read, and what follows from it: the draw of a deployment and the energy of a month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use rust_decimal::Decimal;

use super::capacity::Draw;
use super::power::{Absence, Figure};
use crate::error::{ForecastError, Result};
use crate::money::{bounded, proportion, times};
use crate::month::Month;

/// The longest interval whose average is taken for the draw of one moment.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::hours(1);
/// How far an average and an energy may be apart that were rounded each: the larger of a share, and kW.
const ROUNDED_BY: (Decimal, Decimal) =
    (Decimal::from_parts(1, 0, 0, false, 2), Decimal::from_parts(1, 0, 0, false, 2));

/// What a meter read over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterReading {
    /// Name of what is metered: a circuit, or a deployment as a whole.
    pub meter: String,
    /// When the period begins, in UTC.
    pub from: NaiveDateTime,
    /// When it ends.
    pub to: NaiveDateTime,
    /// The highest draw within it, in kW.
    pub peak: Option<Decimal>,
    /// The average draw over it, in kW.
    pub average: Option<Decimal>,
    /// The energy over it, in kWh.
    pub energy: Option<Decimal>,
}

impl MeterReading {
    /// Hours of the period.
    fn hours(&self) -> Decimal {
        Decimal::from((self.to - self.from).num_seconds().max(0)) / Decimal::from(3_600)
    }

    /// The average draw in kW, as read or from the energy.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a period that does not end after it begins; [`ForecastError::OutOfRange`] if
    /// the figure does not fit.
    pub fn mean(&self) -> Result<Option<Decimal>> {
        if self.to <= self.from {
            return Err(ForecastError::invalid("to", &self.to, "a period ends after it begins"));
        }
        match (self.average, self.energy) {
            (Some(average), _) => bounded(average, "draw").map(Some),
            (None, Some(energy)) => {
                let energy = bounded(energy, "energy")?;
                bounded(proportion(energy, Decimal::ONE, self.hours()), "draw").map(Some)
            }
            (None, None) => Ok(None),
        }
    }

    /// The energy in kWh, as read or from the average.
    ///
    /// # Errors
    ///
    /// As [`mean`](Self::mean).
    pub fn kilowatt_hours(&self) -> Result<Option<Decimal>> {
        match (self.energy, self.mean()?) {
            (Some(energy), _) => bounded(energy, "energy").map(Some),
            (None, Some(mean)) => times(mean, self.hours(), "energy").map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Refuses figures of one period that contradict each other.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for an average that the energy over the hours does not come to, and for a peak below
    /// what was drawn on average; else as [`mean`](Self::mean).
    pub fn check(&self) -> Result<()> {
        let of_energy = Self { average: None, peak: None, ..self.clone() }.mean()?;
        if let (Some(average), Some(mean)) = (self.average, of_energy) {
            let (share, least) = ROUNDED_BY;
            let slack = times(bounded(average, "draw")?.abs().max(mean.abs()), share, "draw")?.max(least);
            if (average - mean).abs() > slack {
                let rule = "the average times the hours is the energy";
                return Err(ForecastError::invalid("average", &average, rule));
            }
        }
        let mean = self.average.or(of_energy);
        if let (Some(peak), Some(mean)) = (self.peak, mean)
            && peak < mean.round_dp(2)
        {
            return Err(ForecastError::invalid(
                "peak",
                &peak,
                "a peak is not below what is drawn on average",
            ));
        }
        Ok(())
    }

    fn is_interval(&self) -> bool {
        self.to - self.from <= LONGEST_INTERVAL
    }
}

/// One period in which meters were read, and what they read.
#[derive(Default)]
struct Period<'r> {
    means: BTreeMap<&'r str, Decimal>,
}

/// What all meters together drew.
///
/// The peak is the highest sum over the meters in one interval of at most an hour, or the peak that a single meter of
/// all of it read; peaks of several meters are never added up, for they may not be at one moment. Intervals in which
/// a meter was not read count with what the others read, but only beside one in which all were read. The average weighs
/// periods that every meter was read in by their hours, those of intervals or those that are longer, whichever cover
/// more hours.
///
/// # Errors
///
/// As [`MeterReading::mean`].
pub fn drawn(meters: &BTreeSet<String>, readings: &[MeterReading]) -> Result<Draw> {
    let mut periods: BTreeMap<(NaiveDateTime, NaiveDateTime), Period<'_>> = BTreeMap::new();
    let is_single = meters.len() == 1;
    let (mut peak, mut has_peak_of_part) = (None, false);
    let (mut of_intervals, mut is_any_whole) = (None, false);
    for reading in readings {
        if let Some(highest) = reading.peak {
            if is_single && meters.contains(&reading.meter) {
                peak = peak.max(Some(bounded(highest, "draw")?));
            } else {
                has_peak_of_part = true;
            }
        }
        if let Some(mean) = reading.mean()? {
            let of_period = periods.entry((reading.from, reading.to)).or_default();
            let known = of_period.means.entry(reading.meter.as_str()).or_insert(mean);
            *known = mean.max(*known);
            has_peak_of_part |= !reading.is_interval();
        }
    }
    let (mut intervals, mut complete) = (0, 0);
    // Of intervals and of longer periods: kWh and hours.
    let mut totals = [(Decimal::ZERO, Decimal::ZERO); 2];
    for ((from, to), period) in &periods {
        let mut sum = Decimal::ZERO;
        for mean in period.means.values() {
            sum = bounded(sum + *mean, "draw")?;
        }
        let is_interval = *to - *from <= LONGEST_INTERVAL;
        intervals += 1;
        if is_interval {
            of_intervals = of_intervals.max(Some(sum));
        }
        if meters.iter().all(|meter| period.means.contains_key(meter.as_str())) {
            complete += 1;
            is_any_whole |= is_interval;
            let hours = Decimal::from((*to - *from).num_seconds()) / Decimal::from(3_600);
            let [of_intervals, longer] = &mut totals;
            let total = if is_interval { of_intervals } else { longer };
            total.0 = bounded(total.0 + times(sum, hours, "energy")?, "energy")?;
            total.1 = bounded(total.1 + hours, "hours")?;
        }
    }
    let peak = peak.max(of_intervals.filter(|_| is_any_whole));
    let is_part = of_intervals.is_some();
    let [of_intervals, longer] = totals;
    let (energy, hours) = if of_intervals.1 >= longer.1 { of_intervals } else { longer };
    let average = match energy.checked_div(hours) {
        Some(average) => Figure::Known(average),
        None if readings.is_empty() => Figure::Absent(Absence::NoReadings),
        None => Figure::Absent(Absence::NoCompleteInterval),
    };
    let peak = match peak {
        Some(peak) => Figure::Known(peak),
        None if has_peak_of_part => Figure::Absent(Absence::PeaksNotCoincident),
        None if is_part => Figure::Absent(Absence::NoCompleteInterval),
        None => Figure::Absent(Absence::NoReadings),
    };
    Ok(Draw { peak, average, intervals, complete })
}

/// What was metered in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthReading {
    /// The month.
    pub month: Month,
    /// Its hours.
    pub hours: Decimal,
    /// The energy of all meters, in kWh.
    pub energy: Decimal,
    /// The same over the hours, in kW.
    pub average: Decimal,
    /// The highest draw at one moment, in kW.
    pub peak: Figure,
}

/// What all meters read in a month; `None` where one of them was not read for all of it.
///
/// A reading of just the month counts before shorter ones; those have to fill the month.
///
/// # Errors
///
/// As [`MeterReading::mean`].
pub fn month_reading(
    meters: &BTreeSet<String>,
    readings: &[MeterReading],
    month: Month,
) -> Result<Option<MonthReading>> {
    let (first, end) = span(month);
    let within: Vec<MeterReading> =
        readings.iter().filter(|it| it.from >= first && it.to <= end).cloned().collect();
    let hours = Decimal::from(month.days()) * Decimal::from(24);
    let mut energy = Decimal::ZERO;
    for meter in meters {
        let of_meter = || within.iter().filter(|reading| reading.meter == *meter);
        let whole = of_meter().find(|reading| reading.from == first && reading.to == end);
        let read = match whole.map(MeterReading::kilowatt_hours).transpose()?.flatten() {
            Some(read) => Some(read),
            None => filled(of_meter(), hours)?,
        };
        let Some(read) = read else { return Ok(None) };
        energy = bounded(energy + read, "energy")?;
    }
    if meters.is_empty() {
        return Ok(None);
    }
    let peak = drawn(meters, &within)?.peak;
    Ok(Some(MonthReading { month, hours, energy, average: proportion(energy, Decimal::ONE, hours), peak }))
}

/// The energy of readings that follow each other without overlap, if they fill so many hours.
fn filled<'r>(readings: impl Iterator<Item = &'r MeterReading>, hours: Decimal) -> Result<Option<Decimal>> {
    let mut sorted: Vec<&MeterReading> = readings.collect();
    sorted.sort_by_key(|reading| (reading.from, reading.to));
    let (mut energy, mut covered, mut until) = (Decimal::ZERO, Decimal::ZERO, None);
    for reading in sorted {
        let Some(read) = reading.kilowatt_hours()? else { continue };
        if until.is_some_and(|until| reading.from < until) {
            continue;
        }
        energy = bounded(energy + read, "energy")?;
        covered += reading.hours();
        until = Some(reading.to);
    }
    Ok(Some(energy).filter(|_| covered == hours))
}

/// The first moment of a month and that of the next.
fn span(month: Month) -> (NaiveDateTime, NaiveDateTime) {
    (month.first_day().and_time(NaiveTime::MIN), month.next().first_day().and_time(NaiveTime::MIN))
}
