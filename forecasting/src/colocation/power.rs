//! The power of circuits and cabinets, in kVA.
//!
//! Two feeds that back each other up protect what the lesser can carry alone, never their sum.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{bounded, proportion, times};

/// Which of two feeds that back each other up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// The first, often called primary.
    A,
    /// The second, often called redundant.
    B,
}

/// How many phases a circuit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phases {
    /// One.
    One,
    /// Three; its voltage is stated from line to line.
    Three,
}

/// A circuit to a cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// Its name, by which readings refer to it.
    pub name: String,
    /// The cabinet it feeds.
    pub cabinet: String,
    /// Which feed it hangs on; `None` where that is not known.
    pub feed: Option<Feed>,
    /// Voltage, from line to line where it has three phases.
    pub voltage: Decimal,
    /// Amperes its breaker is rated for.
    pub amps: Decimal,
    /// Its phases.
    pub phases: Phases,
    /// The share of the rating that may be used for long, by rule of the region or the voltage: 0.8 or 1.
    pub derate: Decimal,
}

impl Circuit {
    /// Nameplate in kVA: volts × amperes, × √3 with three phases, over 1000.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a voltage or a rating that is not above 0; [`ForecastError::OutOfRange`] if
    /// the power does not fit.
    pub fn nameplate_kva(&self) -> Result<Decimal> {
        for (field, value) in [("voltage", self.voltage), ("amps", self.amps)] {
            if value <= Decimal::ZERO {
                return Err(ForecastError::invalid(field, &value, "a circuit has volts and amperes above 0"));
            }
        }
        times(self.kva_per_ampere()?, self.amps, "power")
    }

    /// What may be used for long, in kVA: nameplate × derate.
    ///
    /// # Errors
    ///
    /// As [`nameplate_kva`](Self::nameplate_kva); [`ForecastError::Invalid`] for a derate outside 0 to 1.
    pub fn usable_kva(&self) -> Result<Decimal> {
        if self.derate <= Decimal::ZERO || self.derate > Decimal::ONE {
            let rule = "a derate is a fraction above 0 and at most 1: 0.8 is 80 %";
            return Err(ForecastError::invalid("derate", &self.derate, rule));
        }
        times(self.nameplate_kva()?, self.derate, "power")
    }

    fn kva_per_ampere(&self) -> Result<Decimal> {
        let root = match self.phases {
            Phases::One => Decimal::ONE,
            // The square root of 3 to 28 digits.
            Phases::Three => Decimal::from_i128_with_scale(17_320_508_075_688_772_935_274_463_415, 28),
        };
        Ok(times(self.voltage, root, "power")? / Decimal::ONE_THOUSAND)
    }
}

/// The power of one cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CabinetPower {
    /// Its name.
    pub cabinet: String,
    /// Nameplate of all its circuits, in kVA.
    pub nameplate: Decimal,
    /// Usable over feed A, in kVA.
    pub usable_a: Decimal,
    /// Usable over feed B, in kVA.
    pub usable_b: Decimal,
    /// Usable over all circuits, in kVA: the sum that overstates a redundant pair, kept for comparison.
    pub usable: Decimal,
    /// What is protected, in kVA: the lesser of both feeds, nothing with a single one. Absent where a circuit's feed
    /// is not known.
    pub protected: Figure,
}

impl CabinetPower {
    /// The power of each cabinet, by name.
    ///
    /// # Errors
    ///
    /// As [`Circuit::usable_kva`].
    pub fn of(circuits: &[Circuit]) -> Result<Vec<Self>> {
        let mut cabinets: BTreeMap<&str, Vec<&Circuit>> = BTreeMap::new();
        for circuit in circuits {
            cabinets.entry(circuit.cabinet.as_str()).or_default().push(circuit);
        }
        cabinets.into_iter().map(|(name, circuits)| Self::new(name, &circuits)).collect()
    }

    fn new(name: &str, circuits: &[&Circuit]) -> Result<Self> {
        let mut cabinet = Self {
            cabinet: name.to_owned(),
            nameplate: Decimal::ZERO,
            usable_a: Decimal::ZERO,
            usable_b: Decimal::ZERO,
            usable: Decimal::ZERO,
            protected: Figure::Absent(Absence::FeedUnknown),
        };
        for circuit in circuits {
            let usable = circuit.usable_kva()?;
            cabinet.nameplate = bounded(cabinet.nameplate + circuit.nameplate_kva()?, "power")?;
            cabinet.usable = bounded(cabinet.usable + usable, "power")?;
            match circuit.feed {
                Some(Feed::A) => cabinet.usable_a += usable,
                Some(Feed::B) => cabinet.usable_b += usable,
                None => {}
            }
        }
        if circuits.iter().all(|circuit| circuit.feed.is_some()) {
            cabinet.protected = Figure::Known(cabinet.usable_a.min(cabinet.usable_b));
        }
        Ok(cabinet)
    }

    /// The most amperes a circuit of the cabinet may carry in steady state, with both feeds loaded alike, so that
    /// either can take over all of it: half of what is protected, by the circuit's share of its feed. For a pair
    /// of equal circuits that is 40 % of the breaker at a derate of 0.8.
    ///
    /// # Errors
    ///
    /// As [`Circuit::usable_kva`].
    pub fn steady_amps(&self, circuit: &Circuit) -> Result<Figure> {
        let Figure::Known(protected) = self.protected else { return Ok(self.protected) };
        let of_feed = match circuit.feed {
            Some(Feed::A) => self.usable_a,
            Some(Feed::B) => self.usable_b,
            None => return Ok(Figure::Absent(Absence::FeedUnknown)),
        };
        let kva = proportion(protected / Decimal::TWO, circuit.usable_kva()?, of_feed);
        let amps = kva.checked_div(circuit.kva_per_ampere()?);
        amps.map(Figure::Known).ok_or(ForecastError::OutOfRange { field: "amps" })
    }
}

/// A figure, or why there is none. Absent is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The figure.
    Known(Decimal),
    /// Why it cannot be told.
    Absent(Absence),
}

impl Figure {
    /// The figure, if there is one.
    pub fn value(self) -> Option<Decimal> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent(_) => None,
        }
    }

    /// Why there is none.
    pub fn reason(self) -> Option<Absence> {
        match self {
            Self::Known(_) => None,
            Self::Absent(absence) => Some(absence),
        }
    }
}

/// Why a figure of power cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absence {
    /// No circuit is recorded.
    NoCircuits,
    /// It is not known which feed a circuit hangs on.
    FeedUnknown,
    /// It is not known whether the contract caps the draw.
    DrawCapUnknown,
    /// The contract does not cap the draw.
    NoDrawCap,
    /// It is not known how much can be cooled.
    CoolingUnknown,
    /// The power factor between kW and kVA is not known.
    PowerFactorUnknown,
    /// The contract commits to no power.
    NoCommitment,
    /// Nothing was measured.
    NoReadings,
    /// No interval was measured on every circuit.
    NoCompleteInterval,
    /// Only peaks of parts are known, which may not be at one moment.
    PeaksNotCoincident,
}

impl Absence {
    /// The name in capitals, such as `FEED_UNKNOWN`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCircuits => "NO_CIRCUITS",
            Self::FeedUnknown => "FEED_UNKNOWN",
            Self::DrawCapUnknown => "DRAW_CAP_UNKNOWN",
            Self::NoDrawCap => "NO_DRAW_CAP",
            Self::CoolingUnknown => "COOLING_UNKNOWN",
            Self::PowerFactorUnknown => "POWER_FACTOR_UNKNOWN",
            Self::NoCommitment => "NO_COMMITMENT",
            Self::NoReadings => "NO_READINGS",
            Self::NoCompleteInterval => "NO_COMPLETE_INTERVAL",
            Self::PeaksNotCoincident => "PEAKS_NOT_COINCIDENT",
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoCircuits => "no circuit is recorded",
            Self::FeedUnknown => "the feed of a circuit is not known",
            Self::DrawCapUnknown => "it is not known whether the contract caps the draw",
            Self::NoDrawCap => "the contract does not cap the draw",
            Self::CoolingUnknown => "it is not known how much can be cooled",
            Self::PowerFactorUnknown => "the power factor is not known",
            Self::NoCommitment => "the contract commits to no power",
            Self::NoReadings => "nothing was measured",
            Self::NoCompleteInterval => "no interval was measured on every circuit",
            Self::PeaksNotCoincident => "only peaks of parts are known, which may not be at one moment",
        })
    }
}
