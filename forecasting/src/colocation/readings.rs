//! What meters read, and what follows from it: the draw of a deployment, the energy of a month, and what a month of
//! power costs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use rust_decimal::Decimal;

use super::capacity::Draw;
use super::contract::{Charge, ChargeKind, Contract};
use super::cost::{committed_kilowatts, month_cost};
use super::escalation::Indices;
use super::meter::{OverageBasis, billed_energy, minimum_energy, overage};
use super::power::{Absence, Figure};
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, proportion, times};
use crate::month::Month;

/// The longest interval whose average is taken for the draw of one moment.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::hours(1);

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
/// all of it read; peaks of several meters are never added up, for they may not be at one moment. The average weighs
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
            peak = peak.max(Some(sum));
        }
        if meters.iter().all(|meter| period.means.contains_key(meter.as_str())) {
            complete += 1;
            let hours = Decimal::from((*to - *from).num_seconds()) / Decimal::from(3_600);
            let [of_intervals, longer] = &mut totals;
            let total = if is_interval { of_intervals } else { longer };
            total.0 = bounded(total.0 + times(sum, hours, "energy")?, "energy")?;
            total.1 = bounded(total.1 + hours, "hours")?;
        }
    }
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

/// What is agreed about drawing more than is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverageTerms {
    /// Share of the commitment that may be passed without cost: 0.05 is 5 %.
    pub buffer: Decimal,
    /// What the price of a kW is multiplied with.
    pub multiplier: Decimal,
    /// From where the excess counts.
    pub basis: OverageBasis,
}

impl OverageTerms {
    /// Refuses terms that cannot be meant.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a buffer that is no fraction and for a multiplier that is not above 0.
    pub fn check(&self) -> Result<()> {
        if !(Decimal::ZERO..=Decimal::ONE).contains(&self.buffer) {
            let rule = "a buffer is a fraction between 0 and 1: 0.05 is 5 %";
            return Err(ForecastError::invalid("buffer", &self.buffer, rule));
        }
        if self.multiplier <= Decimal::ZERO {
            return Err(ForecastError::invalid("multiplier", &self.multiplier, "a multiplier is above 0"));
        }
        bounded(self.multiplier, "multiplier").map(|_| ())
    }
}

/// What metered energy costs in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnergyCost {
    /// Position of the charge.
    pub charge: usize,
    /// Energy that is billed, in kWh, before power usage effectiveness.
    pub billed_energy: Decimal,
    /// Power usage effectiveness that is billed.
    pub pue: Decimal,
    /// The cost, rounded.
    pub cost: Decimal,
}

/// What drawing more than is committed costs in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverageCost {
    /// Position of the charge.
    pub charge: usize,
    /// What is committed, in kW.
    pub commitment: Decimal,
    /// The peak, in kW.
    pub peak: Decimal,
    /// The cost, rounded.
    pub cost: Decimal,
}

/// What a month of power costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerMonth {
    /// What was metered.
    pub reading: MonthReading,
    /// What is committed on the last day, in kW; `None` where nothing is sold by the kW.
    pub commitment: Option<Decimal>,
    /// Committed power, rounded charge by charge.
    pub committed_cost: Decimal,
    /// Metered energy.
    pub energy: Vec<EnergyCost>,
    /// Overage, of the charges that have terms of it. Empty too where the peak is not known.
    pub overage: Vec<OverageCost>,
    /// All of it.
    pub total: Decimal,
    /// The total per committed kW, rounded.
    pub per_committed_kw: Option<Decimal>,
    /// The total per kW that was drawn on average, rounded.
    pub per_drawn_kw: Option<Decimal>,
    /// Of all amounts.
    pub currency: Currency,
    /// How it came about.
    pub explanation: Explanation,
}

/// A contract whose metered charges draw what was read in a month. Its other months mean nothing.
#[must_use]
pub fn metered_as_read(contract: &Contract, reading: &MonthReading) -> Contract {
    let charges = contract.charges.iter().map(|charge| match charge.kind {
        ChargeKind::PowerMetered => {
            Charge { quantity: reading.average, ramp: Vec::new(), peak: None, ..charge.clone() }
        }
        _ => charge.clone(),
    });
    Contract { charges: charges.collect(), ..contract.clone() }
}

/// How a month of power came about.
fn explain(reading: &MonthReading, has_terms: bool, estimated: bool) -> Explanation {
    let mut explanation = Explanation::new(
        "committed kW x price + billed kWh x power usage effectiveness x price + overage; billed kWh = the larger of \
         what was drawn and the minimum take; overage above the commitment and its buffer",
    )
    .input("energy kWh", reading.energy.normalize())
    .input("hours", reading.hours)
    .input("average kW", reading.average.normalize());
    match reading.peak {
        Figure::Known(peak) => explanation = explanation.input("peak kW", peak.normalize()),
        Figure::Absent(absence) if has_terms => {
            explanation = explanation.estimate(format!("no overage is counted: {absence}"));
        }
        Figure::Absent(_) => {}
    }
    if estimated {
        explanation = explanation.estimate("a price index is not published yet: its assumed rate is used");
    }
    explanation
}

/// What the energy of one charge was billed by.
fn explain_energy(
    mut explanation: Explanation,
    minimum: Option<Decimal>,
    (billed, pue, price): (Decimal, Decimal, Option<Decimal>),
) -> Explanation {
    if let Some(minimum) = minimum {
        explanation = explanation.input("minimum take kWh", minimum.round_dp(3).normalize());
    }
    explanation = explanation
        .input("billed kWh", billed.round_dp(3).normalize())
        .input("power usage effectiveness", pue.normalize());
    match price {
        Some(price) => explanation.input("price of a kWh", price.normalize()),
        None => explanation,
    }
}

/// What a month of power costs by what was read: committed power, metered energy and overage.
///
/// `terms` has the overage terms of charges by their position.
///
/// # Errors
///
/// As [`month_cost`] and [`overage`].
pub fn power_month(
    contract: &Contract,
    reading: MonthReading,
    terms: &BTreeMap<usize, OverageTerms>,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<PowerMonth> {
    let (month, currency) = (reading.month, contract.currency);
    let read = metered_as_read(contract, &reading);
    let end = contract.end(business_days);
    let (mut committed_cost, mut total) = (Decimal::ZERO, Decimal::ZERO);
    let (mut energy, mut overages, mut estimated) = (Vec::new(), Vec::new(), false);
    let mut metered = Vec::new();
    for (position, charge) in read.charges.iter().enumerate() {
        if !matches!(charge.kind, ChargeKind::SpaceKw | ChargeKind::PowerMetered) {
            continue;
        }
        let line = month_cost(&read, charge, month, end, indices)?;
        total = bounded(total + line.amount, "power")?;
        if let Some(metering) = charge.metering.filter(|_| charge.kind == ChargeKind::PowerMetered) {
            let drawn = reading.energy;
            let billed = billed_energy(drawn, reading.hours, metering.commitment, metering.minimum_take)?;
            let pue = metering.pue.billed(metering.measured_pue)?;
            let least = |share| minimum_energy(reading.hours, metering.commitment, share);
            let minimum = metering.minimum_take.map(least).transpose()?;
            let price = line.segments.last().map(|segment| segment.unit_price);
            metered.push((minimum, billed, pue, price));
            energy.push(EnergyCost { charge: position, billed_energy: billed, pue, cost: line.amount });
            continue;
        }
        committed_cost = bounded(committed_cost + line.amount, "power")?;
        estimated |= line.estimated;
        let last = line.segments.last();
        let (Some(terms), Some(last), Figure::Known(peak)) = (terms.get(&position), last, reading.peak)
        else {
            continue;
        };
        terms.check()?;
        let (price, commitment) = (last.unit_price, last.quantity);
        let cost = overage(commitment, terms.buffer, peak, price, terms.multiplier, terms.basis)?;
        let cost = currency.round(cost);
        total = bounded(total + cost, "power")?;
        overages.push(OverageCost { charge: position, commitment, peak, cost });
    }
    let commitment = committed_kilowatts(contract, month.last_day())?;
    let per = |divisor: Option<Decimal>| {
        divisor.and_then(|divisor| total.checked_div(divisor)).map(|price| currency.round(price))
    };
    let mut explanation = explain(&reading, !terms.is_empty(), estimated);
    for (minimum, billed, pue, price) in metered {
        explanation = explain_energy(explanation, minimum, (billed, pue, price));
    }
    Ok(PowerMonth {
        per_committed_kw: per(commitment),
        per_drawn_kw: per(Some(reading.average)),
        reading,
        commitment,
        committed_cost,
        energy,
        overage: overages,
        total,
        currency,
        explanation,
    })
}
