//! The numbers that are called capacity, as clients see them.

use async_graphql::{InputObject, SimpleObject};
use forecasting::colocation::{
    self, Absence, CabinetPower, Capacity, Circuit, Deployment, Draw, Figure, Limit, Phases,
};
use rust_decimal::Decimal;

use super::decision_words::{PowerAbsence, PowerFeed, PowerLimit};
use crate::{
    error::{Error, Result},
    rules::{require_least, require_text},
    schema::explain::Explanation,
};

/// The most circuits of a deployment.
const MOST_CIRCUITS: usize = 1_000;

/// Circuits under one contract, what limits them together, and what was drawn.
#[derive(Clone, Debug, InputObject)]
pub struct PowerDeployment {
    /// The circuits, at most 1,000.
    pub circuits: Vec<PowerCircuit>,
    /// The most the contract allows over all circuits at one moment, in kilovolt-amperes. Left out: not known.
    pub draw_cap_kilovolt_amperes: Option<Decimal>,
    /// Whether it is known that the contract does not cap the draw.
    #[graphql(default = false)]
    pub draw_is_not_capped: bool,
    /// The most that can be cooled, in kilowatts. Left out: not known.
    pub cooling_kilowatts: Option<Decimal>,
    /// Whether it is known that cooling does not limit the draw.
    #[graphql(default = false)]
    pub cooling_is_not_limited: bool,
    /// Real over apparent power, above 0 and at most 1. Left out: not known.
    pub power_factor: Option<Decimal>,
    /// The most that was drawn in one interval over all circuits together, in kilowatts; not the sum of their peaks.
    pub peak_kilowatts: Option<Decimal>,
    /// What was drawn on average over all circuits together, in kilowatts.
    pub average_kilowatts: Option<Decimal>,
}

/// A circuit to a cabinet.
#[derive(Clone, Debug, InputObject)]
pub struct PowerCircuit {
    /// Its name.
    pub name: String,
    /// The cabinet it feeds.
    pub cabinet: String,
    /// Which feed it hangs on. Left out: not known.
    pub feed: Option<PowerFeed>,
    /// Voltage, from line to line where it has three phases.
    pub volts: Decimal,
    /// Amperes its breaker is rated for.
    pub amperes: Decimal,
    /// 1 or 3.
    #[graphql(default = 1)]
    pub phases: i32,
    /// The share of the rating that may be used for long, as a fraction, by rule of the region or the voltage: 0.8
    /// in most of America and Asia, 1 in Europe.
    pub derate: Decimal,
}

impl PowerDeployment {
    /// The deployment without its commitment, and what was drawn.
    pub(super) fn value(self) -> Result<(Deployment, Draw)> {
        if self.circuits.len() > MOST_CIRCUITS {
            let message = format!("{} are given, at most {MOST_CIRCUITS} are added up", self.circuits.len());
            return Err(Error::TooMuch { field: "deployment.circuits".to_owned(), message });
        }
        let draw_cap =
            limit("drawCapKilovoltAmperes", self.draw_cap_kilovolt_amperes, self.draw_is_not_capped)?;
        let cooling = limit("coolingKilowatts", self.cooling_kilowatts, self.cooling_is_not_limited)?;
        if let (Some(peak), Some(average)) = (self.peak_kilowatts, self.average_kilowatts)
            && peak < average
        {
            let message = format!("{peak} is below the average of {average}");
            return Err(Error::invalid("deployment.peakKilowatts", message));
        }
        for (place, circuit) in self.circuits.iter().enumerate() {
            if self.circuits.iter().take(place).any(|earlier| earlier.name == circuit.name) {
                let message = format!("`{}` is named twice", circuit.name);
                return Err(Error::invalid(format!("deployment.circuits[{place}].name"), message));
            }
        }
        let draw = Draw {
            peak: drawn("peakKilowatts", self.peak_kilowatts)?,
            average: drawn("averageKilowatts", self.average_kilowatts)?,
            intervals: 1,
            complete: 1,
        };
        let circuits = self.circuits.into_iter().enumerate().map(|(place, circuit)| {
            circuit.value().map_err(|error| error.under(&format!("deployment.circuits[{place}]")))
        });
        let circuits = circuits.collect::<Result<_>>()?;
        let power_factor = self.power_factor;
        if let Some(factor) = power_factor.filter(|it| *it <= Decimal::ZERO || *it > Decimal::ONE) {
            let message = format!("{factor} is refused: a power factor is above 0 and at most 1");
            return Err(Error::invalid("deployment.powerFactor", message));
        }
        Ok((Deployment { circuits, draw_cap, cooling, power_factor, commitment: None }, draw))
    }
}

fn limit(field: &str, value: Option<Decimal>, is_none: bool) -> Result<Limit> {
    match (value, is_none) {
        (Some(_), true) => {
            let message = "is given, and is said not to be there; leave one of them out";
            Err(Error::invalid(format!("deployment.{field}"), message))
        }
        (Some(value), false) => {
            require_least(&format!("deployment.{field}"), Some(value), Decimal::ZERO)?;
            Ok(Limit::Of(value))
        }
        (None, true) => Ok(Limit::Unlimited),
        (None, false) => Ok(Limit::Unknown),
    }
}

fn drawn(field: &str, kilowatts: Option<Decimal>) -> Result<Figure> {
    match kilowatts {
        Some(kilowatts) if kilowatts < Decimal::ZERO => {
            let message = format!("{kilowatts} is refused: what is drawn is not negative");
            Err(Error::invalid(format!("deployment.{field}"), message))
        }
        Some(kilowatts) => Ok(Figure::Known(kilowatts)),
        None => Ok(Figure::Absent(Absence::NoReadings)),
    }
}

impl PowerCircuit {
    fn value(self) -> Result<Circuit> {
        require_text("name", &self.name, 100)?;
        require_text("cabinet", &self.cabinet, 100)?;
        let phases = match self.phases {
            1 => Phases::One,
            3 => Phases::Three,
            other => return Err(Error::invalid("phases", format!("{other} is neither 1 nor 3"))),
        };
        let circuit = Circuit {
            name: self.name,
            cabinet: self.cabinet,
            feed: self.feed.map(Into::into),
            voltage: self.volts,
            amps: self.amperes,
            phases,
            derate: self.derate,
        };
        circuit.usable_kva().map_err(|cause| Error::invalid("", cause))?;
        Ok(circuit)
    }
}

/// A figure of power, or why it cannot be told. Null is not zero.
#[derive(Clone, Debug, SimpleObject)]
pub struct PowerFigure {
    /// The figure. Null where it cannot be told.
    value: Option<Decimal>,
    /// Why it cannot be told.
    reason: Option<PowerAbsence>,
}

impl From<Figure> for PowerFigure {
    fn from(figure: Figure) -> Self {
        let value = figure.value().map(|value| value.round_dp(3).normalize());
        Self { value, reason: figure.reason().map(Into::into) }
    }
}

/// The numbers called capacity, and what follows from them, to the third decimal.
#[derive(Clone, Debug, SimpleObject)]
pub struct PowerCapacity {
    /// What the circuits are built for, in kilovolt-amperes.
    nameplate: PowerFigure,
    /// What may be used of them for long if nothing has to be redundant, in kilovolt-amperes.
    usable: PowerFigure,
    /// What is protected against the loss of a feed, in kilovolt-amperes: of two feeds the lesser, never their sum.
    protected: PowerFigure,
    /// The cap of the contract, in kilovolt-amperes.
    draw_cap: PowerFigure,
    /// What is billed whether it is drawn or not, in kilowatts.
    committed: PowerFigure,
    /// The most that was drawn in one interval, in kilowatts.
    drawn: PowerFigure,
    /// The least of what is protected, the cap and what can be cooled, in kilovolt-amperes.
    effective_limit: PowerFigure,
    /// Which of them that is.
    binding: Option<PowerLimit>,
    /// The least of those that are known, in kilovolt-amperes: the effective limit is not above it.
    at_most: Option<Decimal>,
    /// The effective limit less the peak, in kilovolt-amperes; negative where more is drawn than may be.
    headroom: PowerFigure,
    /// Committed less average kilowatts: what is paid for and not used; negative where more is drawn.
    paid_unused: PowerFigure,
    /// The circuits, each with its share of the numbers.
    circuits: Vec<CircuitPower>,
    /// How limit, headroom and unused commitment came about.
    explain: Explanation,
}

/// The power of a circuit.
#[derive(Clone, Debug, SimpleObject)]
pub struct CircuitPower {
    /// Its name.
    name: String,
    /// The cabinet it feeds.
    cabinet: String,
    /// What it is built for, in kilovolt-amperes.
    nameplate: Decimal,
    /// What may be used of it for long, in kilovolt-amperes.
    usable: Decimal,
    /// The most amperes it may carry in steady state, so that either feed can take over all of it.
    steady_amperes: PowerFigure,
}

impl PowerCapacity {
    /// The numbers with those of each circuit.
    pub(super) fn new(capacity: Capacity, circuits: &[Circuit]) -> Result<Self> {
        let refused = |cause: forecasting::ForecastError| Error::invalid("deployment", cause);
        let cabinets = CabinetPower::of(circuits).map_err(refused)?;
        let circuits = circuits.iter().map(|circuit| {
            let cabinet = cabinets.iter().find(|cabinet| cabinet.cabinet == circuit.cabinet);
            let steady = match cabinet {
                Some(cabinet) => cabinet.steady_amps(circuit).map_err(refused)?,
                None => Figure::Absent(Absence::NoCircuits),
            };
            Ok(CircuitPower {
                name: circuit.name.clone(),
                cabinet: circuit.cabinet.clone(),
                nameplate: circuit.nameplate_kva().map_err(refused)?.round_dp(3).normalize(),
                usable: circuit.usable_kva().map_err(refused)?.round_dp(3).normalize(),
                steady_amperes: steady.into(),
            })
        });
        let binding: Option<colocation::Binding> = capacity.binding;
        Ok(Self {
            nameplate: capacity.nameplate.into(),
            usable: capacity.usable.into(),
            protected: capacity.protected.into(),
            draw_cap: capacity.draw_cap.into(),
            committed: capacity.committed.into(),
            drawn: capacity.drawn.into(),
            effective_limit: capacity.effective_limit.into(),
            binding: binding.map(Into::into),
            at_most: capacity.at_most.map(|value| value.round_dp(3).normalize()),
            headroom: capacity.headroom.into(),
            paid_unused: capacity.paid_unused.into(),
            circuits: circuits.collect::<Result<_>>()?,
            explain: capacity.explanation.into(),
        })
    }
}
