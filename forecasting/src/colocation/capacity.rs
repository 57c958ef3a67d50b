//! The several numbers that are called capacity, which of them binds, and what is left.
//!
//! Circuits carry apparent power in kVA; cooling, commitments and meters count real power in kW.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use rust_decimal::Decimal;

use super::power::{Absence, CabinetPower, Circuit, Figure};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::bounded;
use crate::quantity::kilovolt_amperes;

/// A limit that may not exist, or may not be known; the two are not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// There is one.
    Of(Decimal),
    /// There is none.
    Unlimited,
    /// It is not known whether there is one.
    Unknown,
}

/// The average power of a circuit in an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Name of the circuit.
    pub circuit: String,
    /// Start of the interval, in UTC. All circuits are measured in the same intervals.
    pub interval: NaiveDateTime,
    /// Real power in kW.
    pub kilowatts: Decimal,
}

/// What was drawn over a number of intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The most in one interval over all circuits together, in kW. An interval in which a circuit is missing counts
    /// with what was measured, so the peak is never understated by leaving it out; but where no interval is complete,
    /// what part of it was measured says nothing.
    pub peak: Figure,
    /// The average over the intervals measured on every circuit, in kW.
    pub average: Figure,
    /// Intervals with any reading.
    pub intervals: usize,
    /// Those of them that were measured on every circuit.
    pub complete: usize,
}

impl Draw {
    /// What a deployment drew: the highest sum over circuits in one interval, not the sum of their highest.
    ///
    /// Readings of circuits that are not recorded count too: what they measure is drawn. Of two readings of one
    /// circuit in one interval the higher counts.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative reading; [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn of(circuits: &[Circuit], readings: &[Reading]) -> Result<Self> {
        let mut intervals: BTreeMap<NaiveDateTime, BTreeMap<&str, Decimal>> = BTreeMap::new();
        for reading in readings {
            if reading.kilowatts < Decimal::ZERO {
                let rule = "what is drawn is not negative";
                return Err(ForecastError::invalid("kilowatts", &reading.kilowatts, rule));
            }
            let of_interval = intervals.entry(reading.interval).or_default();
            let highest = of_interval.entry(reading.circuit.as_str()).or_insert(reading.kilowatts);
            *highest = reading.kilowatts.max(*highest);
        }
        let expected: BTreeSet<&str> = circuits.iter().map(|circuit| circuit.name.as_str()).collect();
        let (mut peak, mut complete, mut total) = (None, 0_usize, Decimal::ZERO);
        for of_interval in intervals.values() {
            let sum = of_interval.values().try_fold(Decimal::ZERO, |sum, kilowatts| {
                bounded(sum + bounded(*kilowatts, "draw")?, "draw")
            })?;
            peak = peak.max(Some(sum));
            if expected.iter().all(|name| of_interval.contains_key(name)) {
                complete += 1;
                total = bounded(total + sum, "draw")?;
            }
        }
        let average = match (total.checked_div(Decimal::from(complete)), peak) {
            (Some(average), _) => Figure::Known(average),
            (None, Some(_)) => Figure::Absent(Absence::NoCompleteInterval),
            (None, None) => Figure::Absent(Absence::NoReadings),
        };
        let peak = match (peak, complete) {
            (Some(peak), 1..) => Figure::Known(peak),
            (Some(_), 0) => Figure::Absent(Absence::NoCompleteInterval),
            (None, _) => Figure::Absent(Absence::NoReadings),
        };
        Ok(Self { peak, average, intervals: intervals.len(), complete })
    }
}

/// What limits the power of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// What the feeds protect.
    Protected,
    /// The cap of the contract.
    DrawCap,
    /// What can be cooled.
    Cooling,
}

/// Circuits under one contract, and what limits them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its circuits.
    pub circuits: Vec<Circuit>,
    /// The most the contract allows over all circuits at one moment, in kVA.
    pub draw_cap: Limit,
    /// The most that can be cooled, in kW.
    pub cooling: Limit,
    /// Real over apparent power, above 0 and at most 1.
    pub power_factor: Option<Decimal>,
    /// What is billed whether it is drawn or not, in kW.
    pub commitment: Option<Decimal>,
}

/// The numbers called capacity, and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// What the circuits are built for, in kVA.
    pub nameplate: Figure,
    /// What may be used of them for long if nothing has to be redundant, in kVA.
    pub usable: Figure,
    /// What is protected against the loss of a feed, in kVA, summed over cabinets.
    pub protected: Figure,
    /// The cap of the contract, in kVA.
    pub draw_cap: Figure,
    /// What is billed whether it is drawn or not, in kW.
    pub committed: Figure,
    /// The most that was drawn in one interval, in kW.
    pub drawn: Figure,
    /// The least of what is protected, the cap and what can be cooled, in kVA.
    pub effective_limit: Figure,
    /// Which of them that is; on a tie the first of these.
    pub binding: Option<Binding>,
    /// The least of those that are known, in kVA: the effective limit is not above it.
    pub at_most: Option<Decimal>,
    /// The effective limit less the peak, in kVA; negative where more is drawn than may be.
    pub headroom: Figure,
    /// Committed less average kW: what is paid for and not used; negative where more is drawn than committed.
    pub paid_unused: Figure,
    /// How effective limit, headroom and unused commitment came about.
    pub explanation: Explanation,
}

impl Deployment {
    /// The numbers called capacity, given what was drawn.
    ///
    /// # Errors
    ///
    /// As [`Circuit::usable_kva`]; [`ForecastError::Invalid`] for a negative limit or commitment and for a power
    /// factor that is not above 0 and at most 1.
    pub fn capacity(&self, draw: &Draw) -> Result<Capacity> {
        let commitment =
            self.commitment.map(|kilowatts| not_negative("commitment", kilowatts)).transpose()?;
        let committed = commitment.map_or(Figure::Absent(Absence::NoCommitment), Figure::Known);
        let [nameplate, usable, protected] = self.sums()?;
        let draw_cap = match self.draw_cap {
            Limit::Of(kva) => Figure::Known(not_negative("draw_cap", kva)?),
            Limit::Unlimited => Figure::Absent(Absence::NoDrawCap),
            Limit::Unknown => Figure::Absent(Absence::DrawCapUnknown),
        };
        let cooling = match self.cooling {
            Limit::Of(kilowatts) => Some(self.apparent(not_negative("cooling", kilowatts)?)?),
            Limit::Unlimited => None,
            Limit::Unknown => Some(Figure::Absent(Absence::CoolingUnknown)),
        };
        let limits = [
            Some((protected, Binding::Protected)),
            Some((draw_cap, Binding::DrawCap)).filter(|_| self.draw_cap != Limit::Unlimited),
            cooling.map(|cooling| (cooling, Binding::Cooling)),
        ];
        let limits = || limits.iter().flatten();
        let known = limits().filter_map(|(limit, binding)| Some((limit.value()?, *binding))).min();
        let missing = limits().find_map(|(limit, _)| limit.reason());
        let effective_limit = match (missing, known) {
            (Some(absence), _) => Figure::Absent(absence),
            (None, Some((limit, _))) => Figure::Known(limit),
            (None, None) => Figure::Absent(Absence::NoCircuits),
        };
        let peak = match draw.peak {
            Figure::Known(kilowatts) => self.apparent(kilowatts)?,
            absent @ Figure::Absent(_) => absent,
        };
        let mut capacity = Capacity {
            nameplate,
            usable,
            protected,
            draw_cap,
            committed,
            drawn: draw.peak,
            effective_limit,
            binding: known.map(|(_, binding)| binding).filter(|_| missing.is_none()),
            at_most: known.map(|(limit, _)| limit),
            headroom: less(effective_limit, peak)?,
            paid_unused: less(committed, draw.average)?,
            explanation: Explanation::default(),
        };
        capacity.explanation = self.explain(&capacity, draw);
        Ok(capacity)
    }

    /// Nameplate, usable and protected power over all cabinets.
    fn sums(&self) -> Result<[Figure; 3]> {
        if self.circuits.is_empty() {
            return Ok([Figure::Absent(Absence::NoCircuits); 3]);
        }
        let mut sums = [Figure::Known(Decimal::ZERO); 3];
        for cabinet in CabinetPower::of(&self.circuits)? {
            let added = [Figure::Known(cabinet.nameplate), Figure::Known(cabinet.usable), cabinet.protected];
            for (sum, added) in sums.iter_mut().zip(added) {
                *sum = match (*sum, added) {
                    (Figure::Known(sum), Figure::Known(added)) => {
                        Figure::Known(bounded(sum + added, "power")?)
                    }
                    (absent @ Figure::Absent(_), _) | (_, absent) => absent,
                };
            }
        }
        Ok(sums)
    }

    /// Apparent power of a real one, if the power factor is known.
    fn apparent(&self, kilowatts: Decimal) -> Result<Figure> {
        match self.power_factor {
            Some(factor) => Ok(Figure::Known(bounded(kilovolt_amperes(kilowatts, factor)?, "power")?)),
            None => Ok(Figure::Absent(Absence::PowerFactorUnknown)),
        }
    }

    fn explain(&self, capacity: &Capacity, draw: &Draw) -> Explanation {
        let text = |figure: Figure| match figure {
            Figure::Known(value) => value.normalize().to_string(),
            Figure::Absent(absence) => absence.to_string(),
        };
        let mut explanation = Explanation::new(
            "limit = min(sum of protected, draw cap, cooling / power factor); headroom = limit - peak / power \
             factor; unused = committed - average",
        )
        .input("protected kVA", text(capacity.protected))
        .input("draw cap kVA", text(capacity.draw_cap))
        .input("committed kW", text(capacity.committed))
        .input("peak kW", text(capacity.drawn))
        .input("average kW", text(draw.average));
        if let Limit::Of(kilowatts) = self.cooling {
            explanation = explanation.input("cooling kW", kilowatts);
        }
        if let Some(factor) = self.power_factor {
            explanation = explanation.input("power factor", factor);
        }
        if draw.complete < draw.intervals {
            let (complete, all) = (draw.complete, draw.intervals);
            explanation =
                explanation.estimate(format!("{complete} of {all} intervals were measured on every circuit"));
        }
        explanation
    }
}

impl Capacity {
    /// The numbers of several deployments together: limits add up, and what was drawn is what all of them drew at one
    /// moment. `power_factor` is the one they share; headroom cannot be told without.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn together(
        parts: &[Self],
        power_factor: Option<Decimal>,
        commitment: Option<Decimal>,
        draw: &Draw,
    ) -> Result<Self> {
        let whole = Deployment {
            circuits: Vec::new(),
            draw_cap: Limit::Unlimited,
            cooling: Limit::Unlimited,
            power_factor,
            commitment,
        };
        let sum = |figure: fn(&Self) -> Figure| added(parts.iter().map(figure));
        let known = |parts: &[Self]| parts.iter().map(|part| part.at_most).sum::<Option<Decimal>>();
        let effective_limit = sum(|part| part.effective_limit)?;
        let peak = match draw.peak {
            Figure::Known(kilowatts) => whole.apparent(kilowatts)?,
            absent @ Figure::Absent(_) => absent,
        };
        let committed = commitment.map_or(Figure::Absent(Absence::NoCommitment), Figure::Known);
        let binding = parts.first().and_then(|part| part.binding);
        let mut total = Self {
            nameplate: sum(|part| part.nameplate)?,
            usable: sum(|part| part.usable)?,
            protected: sum(|part| part.protected)?,
            draw_cap: sum(|part| part.draw_cap)?,
            committed,
            drawn: draw.peak,
            effective_limit,
            binding: binding.filter(|_| parts.iter().all(|part| part.binding == binding)),
            at_most: known(parts).filter(|_| !parts.is_empty()),
            headroom: less(effective_limit, peak)?,
            paid_unused: less(committed, draw.average)?,
            explanation: Explanation::default(),
        };
        total.explanation = whole.explain(&total, draw);
        Ok(total)
    }
}

/// The sum of figures; absent where one of them is, or where there are none.
fn added(figures: impl Iterator<Item = Figure>) -> Result<Figure> {
    let mut sum = None;
    for figure in figures {
        sum = Some(match (sum.unwrap_or(Figure::Known(Decimal::ZERO)), figure) {
            (Figure::Known(sum), Figure::Known(figure)) => Figure::Known(bounded(sum + figure, "power")?),
            (absent @ Figure::Absent(_), _) | (_, absent) => absent,
        });
    }
    Ok(sum.unwrap_or(Figure::Absent(Absence::NoCircuits)))
}

fn not_negative(field: &'static str, value: Decimal) -> Result<Decimal> {
    if value < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &value, "a limit is not negative"));
    }
    bounded(value, field)
}

fn less(from: Figure, taken: Figure) -> Result<Figure> {
    match (from, taken) {
        (Figure::Known(from), Figure::Known(taken)) => Ok(Figure::Known(bounded(from - taken, "power")?)),
        (absent @ Figure::Absent(_), _) | (_, absent) => Ok(absent),
    }
}
