//! What a month of power costs by what was read: committed power, metered energy and overage.
//!
//! What was read is counted once: energy is divided among the charges it may be of, and the peak among the charges by
//! committed kW, by their commitments.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, ChargeKind, Contract};
use super::cost::{
    BilledEnergy, MonthLine, billed_span, committed_kilowatts, committed_quantity, days_between, month_cost,
};
use super::escalation::Indices;
use super::meter::{OverageBasis, overage};
use super::power::Figure;
use super::readings::MonthReading;
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, proportion, times};
use crate::month::Month;

/// What was read in a month, and which metered charges it may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthUse {
    /// What all meters read together.
    pub whole: MonthReading,
    /// The same in parts, where it is known of which charges they are; empty where nothing is known of it.
    pub parts: Vec<MeteredPart>,
}

/// What some of the meters read in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeteredPart {
    /// Positions of the metered charges that it may be of.
    pub charges: BTreeSet<usize>,
    /// The average draw over the month, in kW.
    pub average: Decimal,
}

impl From<MonthReading> for MonthUse {
    /// What was read may be of any metered charge.
    fn from(whole: MonthReading) -> Self {
        Self { whole, parts: Vec::new() }
    }
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
    /// Whether the energy is a share by expected draw, of what meters read of several charges.
    pub divided: bool,
}

/// What drawing more than is committed costs in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverageCost {
    /// Position of the charge.
    pub charge: usize,
    /// What is committed, in kW.
    pub commitment: Decimal,
    /// What of the peak is the charge's: its share of all that is committed by the kW.
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
    /// Metered energy, of the charges that are billed in the month.
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

/// A contract as it is billed for a month that was read. Its other months mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AsRead {
    /// The contract: metered charges draw what was read of them, and where the higher of commitment and peak is
    /// billed, the peak is the one that was read.
    pub contract: Contract,
    /// Metered charges whose energy is a share by expected draw, of what was read of several.
    pub divided: BTreeSet<usize>,
    /// Charges billed by the higher of commitment and peak whose peak was not read.
    pub unread: BTreeSet<usize>,
    /// What of the peak is whose, by charge.
    peaks: BTreeMap<usize, Decimal>,
}

impl AsRead {
    /// The contract in the month of a reading; `end` is the last day it runs.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for figures that do not fit.
    pub fn new(contract: &Contract, used: &MonthUse, end: Option<NaiveDate>) -> Result<Self> {
        let month = used.whole.month;
        let (averages, divided) = averages(contract, used, end)?;
        let peaks = match used.whole.peak {
            Figure::Known(peak) => peaks(contract, month, peak, end)?,
            Figure::Absent(_) => BTreeMap::new(),
        };
        let mut unread = BTreeSet::new();
        let charges = contract.charges.iter().enumerate().map(|(position, charge)| match charge.kind {
            ChargeKind::PowerMetered => {
                let quantity = averages.get(&position).copied().unwrap_or_default();
                Ok(Charge { quantity, ramp: Vec::new(), peak: None, ..charge.clone() })
            }
            ChargeKind::SpaceKw if charge.peak.is_some() => {
                let read = peaks.get(&position).copied();
                if read.is_none() {
                    unread.insert(position);
                }
                let read = read.map(|peak| charge.stated(peak)).transpose()?;
                Ok(Charge { peak: read.or(charge.peak), ..charge.clone() })
            }
            _ => Ok(charge.clone()),
        });
        let charges = charges.collect::<Result<_>>()?;
        Ok(Self { contract: Contract { charges, ..contract.clone() }, divided, unread, peaks })
    }

    /// No overage, where the peak of the month is known.
    pub fn none_passed(&self) -> Option<Decimal> {
        (!self.peaks.is_empty()).then_some(Decimal::ZERO)
    }

    /// What drawing more than is committed costs of a charge, given what the charge costs otherwise. `None` where the
    /// peak is not known, or is not held against the charge: it ended before others by committed kW took its place.
    ///
    /// # Errors
    ///
    /// As [`overage`] and [`OverageTerms::check`].
    pub fn overage(
        &self,
        position: usize,
        line: &MonthLine,
        terms: &OverageTerms,
    ) -> Result<Option<OverageCost>> {
        terms.check()?;
        let last = line.segments.last();
        let (Some(peak), Some(last)) = (self.peaks.get(&position).copied(), last) else { return Ok(None) };
        let Some(charge) = self.contract.charges.get(position) else { return Ok(None) };
        let commitment = charge.kilowatts(last.quantity)?;
        let cost = overage(commitment, terms.buffer, peak, last.unit_price, terms.multiplier, terms.basis)?;
        // A price of a kVA is paid for each kVA that the excess in kW is.
        let cost = charge.stated(cost)?;
        Ok(Some(OverageCost { charge: position, commitment, peak, cost: self.contract.currency.round(cost) }))
    }
}

/// The first and the last day of a month on which a charge is billed; `None` where there is none.
fn billed_days(
    contract: &Contract,
    charge: &Charge,
    month: Month,
    end: Option<NaiveDate>,
) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = billed_span(contract, month);
    let first = first.max(contract.billing_start).max(charge.from.unwrap_or(contract.billing_start));
    let last = [charge.to, end].into_iter().flatten().fold(last, NaiveDate::min);
    (first <= last).then_some((first, last))
}

/// A metered charge that is billed in a month.
struct Life {
    position: usize,
    first: NaiveDate,
    last: NaiveDate,
    /// Its expected draw, by which it takes part in what is read of several.
    weight: Decimal,
}

impl Life {
    fn meets(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn days(&self) -> Decimal {
        Decimal::from(days_between(self.first, self.last))
    }
}

/// The average draw of metered charges by what was read, and those of them whose share is an estimate.
fn averages(
    contract: &Contract,
    used: &MonthUse,
    end: Option<NaiveDate>,
) -> Result<(BTreeMap<usize, Decimal>, BTreeSet<usize>)> {
    let month = used.whole.month;
    let metered = contract.charges.iter().enumerate().filter(|(_, it)| it.kind == ChargeKind::PowerMetered);
    let all: BTreeSet<usize> = metered.map(|(position, _)| position).collect();
    let undivided = [MeteredPart { charges: all, average: used.whole.average }];
    let parts = if used.parts.is_empty() { &undivided[..] } else { &used.parts[..] };
    let (mut averages, mut divided) = (BTreeMap::new(), BTreeSet::new());
    for part in parts {
        let lives = part.charges.iter().filter_map(|position| {
            let charge = contract.charges.get(*position)?;
            let (first, last) = billed_days(contract, charge, month, end)?;
            let weight = committed_quantity(contract, charge, first);
            Some(Life { position: *position, first, last, weight })
        });
        let lives: Vec<Life> = lives.collect();
        for (position, average) in shares(part.average, &lives, &mut divided)? {
            let sum = averages.entry(position).or_insert(Decimal::ZERO);
            *sum = bounded(*sum + average, "draw")?;
        }
    }
    Ok((averages, divided))
}

/// What each of several charges draws on average while it is billed, so that all of them together draw what was read.
///
/// Charges that follow each other draw what was read, each in its days. Of charges that are billed on the same days it
/// is not known what is whose: what was read is divided by their expected draw.
fn shares(average: Decimal, lives: &[Life], divided: &mut BTreeSet<usize>) -> Result<Vec<(usize, Decimal)>> {
    let is_shared =
        lives.iter().enumerate().any(|(place, one)| lives.iter().skip(place + 1).any(|it| one.meets(it)));
    if !is_shared {
        return Ok(lives.iter().map(|life| (life.position, average)).collect());
    }
    let is_weighted = lives.iter().any(|life| !life.weight.is_zero());
    let weight = |life: &Life| if is_weighted { life.weight } else { Decimal::ONE };
    let mut whole = Decimal::ZERO;
    for life in lives {
        whole = bounded(whole + times(weight(life), life.days(), "draw")?, "draw")?;
    }
    let energy = times(average, Decimal::from(days_covered(lives)), "draw")?;
    divided.extend(lives.iter().map(|life| life.position));
    Ok(lives.iter().map(|life| (life.position, proportion(energy, weight(life), whole))).collect())
}

/// Days on which at least one of several charges is billed.
fn days_covered(lives: &[Life]) -> u32 {
    let mut sorted: Vec<&Life> = lives.iter().collect();
    sorted.sort_by_key(|life| (life.first, life.last));
    let (mut days, mut until) = (0, None);
    for life in sorted {
        let first =
            until.map_or(life.first, |until: NaiveDate| life.first.max(until.succ_opt().unwrap_or(until)));
        if first <= life.last {
            days += days_between(first, life.last);
        }
        until = until.max(Some(life.last));
    }
    days
}

/// What of a peak is whose: charges by committed kW share it by what they commit to on the last day of the month on
/// which any of them is billed. One that ended before has none of it.
fn peaks(
    contract: &Contract,
    month: Month,
    peak: Decimal,
    end: Option<NaiveDate>,
) -> Result<BTreeMap<usize, Decimal>> {
    let lasts = contract.charges.iter().enumerate().filter(|(_, charge)| charge.kind == ChargeKind::SpaceKw);
    let lasts = lasts.filter_map(|(position, charge)| {
        billed_days(contract, charge, month, end).map(|(_, last)| (position, last))
    });
    let lasts: Vec<(usize, NaiveDate)> = lasts.collect();
    let until = lasts.iter().map(|(_, last)| *last).max();
    let mut commitments = Vec::new();
    let mut whole = Decimal::ZERO;
    for (position, last) in lasts.into_iter().filter(|(_, last)| Some(*last) == until) {
        let Some(charge) = contract.charges.get(position) else { continue };
        let commitment = bounded(committed_quantity(contract, charge, last), "commitment")?;
        let commitment = charge.kilowatts(commitment)?;
        whole = bounded(whole + commitment, "commitment")?;
        commitments.push((position, commitment));
    }
    let peak = bounded(peak, "peak")?;
    let alone = Decimal::from(commitments.len());
    let share = |commitment: Decimal| match whole.is_zero() {
        true => proportion(peak, Decimal::ONE, alone),
        false => proportion(peak, commitment, whole),
    };
    Ok(commitments.into_iter().map(|(position, commitment)| (position, share(commitment))).collect())
}

/// How a month of power came about.
fn explain(used: &MonthUse, read: &AsRead, has_terms: bool, estimated: bool) -> Explanation {
    let reading = &used.whole;
    let mut explanation = Explanation::new(
        "committed kW x price + billed kWh x power usage effectiveness x price + overage; billed kWh = the larger of \
         what was drawn and the minimum take; overage above the commitment and its buffer",
    )
    .input("energy kWh", reading.energy.normalize())
    .input("hours", reading.hours)
    .input("average kW", reading.average.normalize());
    match reading.peak {
        Figure::Known(peak) => explanation = explanation.input("peak kW", peak.normalize()),
        Figure::Absent(absence) => {
            if has_terms {
                explanation = explanation.estimate(format!("no overage is counted: {absence}"));
            }
            if !read.unread.is_empty() {
                explanation = explanation.estimate(format!("the expected peak is billed: {absence}"));
            }
        }
    }
    if read.peaks.len() > 1 {
        explanation =
            explanation.assume("the peak is held against all that is committed, and shared by commitment");
    }
    if !read.divided.is_empty() {
        explanation = explanation.estimate(
            "what meters read of several charges is divided by their expected draw: no circuit says whose it is",
        );
    }
    if estimated {
        explanation = explanation.estimate("a price index is not published yet: its assumed rate is used");
    }
    explanation
}

/// What the energy of one charge was billed by.
fn explain_energy(mut explanation: Explanation, energy: &EnergyOf) -> Explanation {
    if let Some(minimum) = energy.minimum {
        explanation = explanation.input("minimum take kWh", minimum.round_dp(3).normalize());
    }
    explanation
        .input("billed kWh", energy.billed.round_dp(3).normalize())
        .input("power usage effectiveness", energy.pue.normalize())
        .input("price of a kWh", energy.price.normalize())
}

/// The energy of a charge in a month, over all runs of days.
struct EnergyOf {
    billed: Decimal,
    minimum: Option<Decimal>,
    pue: Decimal,
    price: Decimal,
}

impl EnergyOf {
    /// `None` where nothing is billed in the month.
    fn of(line: &MonthLine) -> Result<Option<Self>> {
        let mut sum: Option<Self> = None;
        for segment in &line.segments {
            let Some(BilledEnergy { billed, minimum, pue, .. }) = segment.energy else { continue };
            let before = sum.take();
            let (so_far, least) = before.map_or((Decimal::ZERO, None), |it| (it.billed, it.minimum));
            let minimum = match (least, minimum) {
                (Some(least), Some(more)) => Some(bounded(least + more, "energy")?),
                (least, more) => least.or(more),
            };
            let billed = bounded(so_far + billed, "energy")?;
            sum = Some(Self { billed, minimum, pue, price: segment.unit_price });
        }
        Ok(sum)
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
    used: MonthUse,
    terms: &BTreeMap<usize, OverageTerms>,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<PowerMonth> {
    let (month, currency) = (used.whole.month, contract.currency);
    let end = contract.end(business_days);
    let read = AsRead::new(contract, &used, end)?;
    let (mut committed_cost, mut total) = (Decimal::ZERO, Decimal::ZERO);
    let (mut energy, mut overages, mut estimated) = (Vec::new(), Vec::new(), false);
    let mut metered = Vec::new();
    for (charge, priced) in read.contract.charges.iter().enumerate() {
        if !matches!(priced.kind, ChargeKind::SpaceKw | ChargeKind::PowerMetered) {
            continue;
        }
        let line = month_cost(&read.contract, priced, month, end, indices)?;
        total = bounded(total + line.amount, "power")?;
        estimated |= line.price_estimated;
        if priced.kind == ChargeKind::PowerMetered {
            if let Some(of_charge) = EnergyOf::of(&line)? {
                let (billed_energy, pue) = (of_charge.billed, of_charge.pue);
                let divided = read.divided.contains(&charge);
                energy.push(EnergyCost { charge, billed_energy, pue, cost: line.amount, divided });
                metered.push(of_charge);
            }
            continue;
        }
        committed_cost = bounded(committed_cost + line.amount, "power")?;
        let passed = terms.get(&charge).map(|terms| read.overage(charge, &line, terms)).transpose()?;
        if let Some(passed) = passed.flatten() {
            total = bounded(total + passed.cost, "power")?;
            overages.push(passed);
        }
    }
    let commitment = committed_kilowatts(contract, month.last_day())?;
    let per = |divisor: Option<Decimal>| {
        divisor.and_then(|divisor| total.checked_div(divisor)).map(|price| currency.round(price))
    };
    let mut explanation = explain(&used, &read, !terms.is_empty(), estimated);
    for of_charge in &metered {
        explanation = explain_energy(explanation, of_charge);
    }
    Ok(PowerMonth {
        per_committed_kw: per(commitment),
        per_drawn_kw: per(Some(used.whole.average)),
        reading: used.whole,
        commitment,
        committed_cost,
        energy,
        overage: overages,
        total,
        currency,
        explanation,
    })
}
