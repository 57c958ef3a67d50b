//! The terms of a charge that travel with it: escalator, ramp, abatements and metering, out and in.

use async_graphql::{Enum, InputObject, SimpleObject};
use entity::contracts::colocation_charge;
use forecasting::quantity::kilowatts;
use rust_decimal::Decimal;

use super::words::{EscalatorAnchor, EscalatorKind};
use crate::{
    error::{Error, Result},
    schema::scalar::Date,
};

/// How a charge's price rises.
#[derive(Clone, Debug, SimpleObject)]
pub struct Escalator {
    /// What moves the price.
    kind: EscalatorKind,
    /// Rise at each step, as a fraction: 0.03 is 3 %.
    rate: Option<Decimal>,
    /// Day of the first rise, where it is stated.
    first_on: Option<Date>,
    /// Months from one rise to the next.
    every_months: i32,
    /// Which day the rises are counted from.
    anchor: EscalatorAnchor,
    /// Whether each rise is on the last price, not on the first.
    compounding: bool,
    /// Name of the price index that is followed.
    series: Option<String>,
    /// How many months before the rise the index is read.
    lag_months: Option<i32>,
    /// Least rise at a step, as a fraction.
    floor: Option<Decimal>,
    /// Greatest rise at a step, as a fraction.
    cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    no_decrease: Option<bool>,
    /// The rises one by one.
    table: Option<Vec<EscalatorStep>>,
}

/// One rise of a table.
#[derive(Clone, Debug, SimpleObject)]
pub struct EscalatorStep {
    /// Day it takes effect.
    on: Date,
    /// Rise, as a fraction.
    rate: Decimal,
}

/// One step of a ramp; it holds until the next.
#[derive(Clone, Debug, SimpleObject)]
pub struct RampStep {
    /// First contract month it holds in; the first of all is 0.
    from_contract_month: i32,
    /// Committed power, in kilowatts; of one in kilovolt-amperes, times the power factor.
    kilowatts: Decimal,
    /// The same in kilovolt-amperes, where it is stated in them.
    kilovolt_amperes: Option<Decimal>,
}

/// A run of free or reduced months.
#[derive(Clone, Debug, SimpleObject)]
pub struct Abatement {
    /// First contract month; the first of all is 0.
    from_contract_month: i32,
    /// How many months.
    months: i32,
    /// What is given off the price, as a fraction: 1 is free.
    rate: Decimal,
}

/// What metered power is billed by.
#[derive(Clone, Debug, SimpleObject)]
pub struct Metering {
    /// Expected average draw of the equipment, in kilowatts.
    average_kilowatts: Option<Decimal>,
    /// Power usage effectiveness as measured: energy of the facility over energy of its equipment, at least 1.
    power_usage_effectiveness_measured: Option<Decimal>,
    /// Power usage effectiveness as the contract fixes it; billed where it is given.
    power_usage_effectiveness_contractual: Option<Decimal>,
    /// Greatest measured power usage effectiveness that may be billed.
    power_usage_effectiveness_cap: Option<Decimal>,
    /// Share of the committed energy that is paid for even when not drawn, as a fraction.
    minimum_take_rate: Option<Decimal>,
    /// Committed draw, in kilowatts; of one in kilovolt-amperes, times the power factor.
    commit_kilowatts: Option<Decimal>,
    /// The same in kilovolt-amperes, where it is stated in them.
    commit_kilovolt_amperes: Option<Decimal>,
}

impl From<colocation_charge::Escalator> for Escalator {
    fn from(terms: colocation_charge::Escalator) -> Self {
        let table = terms.table.map(|steps| {
            steps.into_iter().map(|step| EscalatorStep { on: Date(step.on), rate: step.rate }).collect()
        });
        Self {
            kind: terms.kind.into(),
            rate: terms.rate,
            first_on: terms.first_on.map(Date),
            every_months: terms.every_months,
            anchor: terms.anchor.into(),
            compounding: terms.compounding,
            series: terms.series,
            lag_months: terms.lag_months,
            floor: terms.floor,
            cap: terms.cap,
            no_decrease: terms.no_decrease,
            table,
        }
    }
}

impl RampStep {
    /// A step, in kilovolt-amperes where there is a power factor.
    pub fn of(step: &colocation_charge::RampStep, factor: Option<Decimal>) -> Result<Self> {
        Ok(Self {
            from_contract_month: step.from_contract_month,
            kilowatts: real(step.kilowatts, factor)?,
            kilovolt_amperes: factor.map(|_| step.kilowatts),
        })
    }
}

/// Kilowatts of what is stated, in kilovolt-amperes where there is a power factor.
pub fn real(stated: Decimal, factor: Option<Decimal>) -> Result<Decimal> {
    let real = |factor| kilowatts(stated, factor).map(|real| real.normalize());
    let real = factor.map_or(Ok(stated), real);
    real.map_err(|cause| Error::invalid("powerFactor", cause))
}

impl From<colocation_charge::Abatement> for Abatement {
    fn from(terms: colocation_charge::Abatement) -> Self {
        Self { from_contract_month: terms.from_contract_month, months: terms.months, rate: terms.rate }
    }
}

impl Metering {
    /// What metered power is billed by, its commitment in kilovolt-amperes where there is a power factor.
    pub fn of(terms: &colocation_charge::Metering, factor: Option<Decimal>) -> Result<Self> {
        let apparent = terms.commit_kilovolt_amperes;
        let commitment = apparent.map(|commitment| real(commitment, factor)).transpose()?;
        Ok(Self {
            average_kilowatts: terms.average_kilowatts,
            power_usage_effectiveness_measured: terms.power_usage_effectiveness_measured,
            power_usage_effectiveness_contractual: terms.power_usage_effectiveness_contractual,
            power_usage_effectiveness_cap: terms.power_usage_effectiveness_cap,
            minimum_take_rate: terms.minimum_take_rate,
            commit_kilowatts: commitment.or(terms.commit_kilowatts),
            commit_kilovolt_amperes: apparent,
        })
    }
}

/// How a charge's price is to rise.
#[derive(Clone, Debug, InputObject)]
pub struct EscalatorInput {
    /// What moves the price.
    pub kind: EscalatorKind,
    /// Rise at each step, as a fraction: 0.03 is 3 %. For FIXED.
    pub rate: Option<Decimal>,
    /// Day of the first rise. For the anchor EXPLICIT.
    pub first_on: Option<Date>,
    /// Months from one rise to the next.
    #[graphql(default = 12)]
    pub every_months: i32,
    /// Which day the rises are counted from.
    #[graphql(default_with = "EscalatorAnchor::Anniversary")]
    pub anchor: EscalatorAnchor,
    /// Whether each rise is on the last price, not on the first.
    #[graphql(default = true)]
    pub compounding: bool,
    /// Name of the price index that is followed. For CPI.
    pub series: Option<String>,
    /// How many months before the rise the index is read. For CPI.
    pub lag_months: Option<i32>,
    /// Least rise at a step, as a fraction. For CPI.
    pub floor: Option<Decimal>,
    /// Greatest rise at a step, as a fraction. For CPI.
    pub cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is. For CPI.
    pub no_decrease: Option<bool>,
    /// The rises one by one, in order. For TABLE.
    pub table: Option<Vec<EscalatorStepInput>>,
}

/// One rise of a table.
#[derive(Clone, Debug, InputObject)]
pub struct EscalatorStepInput {
    /// Day it takes effect.
    pub on: Date,
    /// Rise, as a fraction.
    pub rate: Decimal,
}

/// One step of a ramp; it holds until the next.
#[derive(Clone, Debug, InputObject)]
pub struct RampStepInput {
    /// First contract month it holds in; the first of all is 0.
    pub from_contract_month: i32,
    /// Committed power, in kilowatts.
    pub kilowatts: Option<Decimal>,
    /// Committed power, in kilovolt-amperes: instead of kilowatts, for SPACE_KW that is stated in them.
    pub kilovolt_amperes: Option<Decimal>,
}

/// A run of free or reduced months.
#[derive(Clone, Debug, InputObject)]
pub struct AbatementInput {
    /// First contract month; the first of all is 0.
    pub from_contract_month: i32,
    /// How many months.
    pub months: i32,
    /// What is given off the price, as a fraction: 1 is free.
    pub rate: Decimal,
}

/// What metered power is to be billed by.
#[derive(Clone, Debug, InputObject)]
pub struct MeteringInput {
    /// Expected average draw of the equipment, in kilowatts; the quantity of the charge where left out.
    pub average_kilowatts: Option<Decimal>,
    /// Power usage effectiveness as measured: energy of the facility over energy of its equipment, at least 1.
    pub power_usage_effectiveness_measured: Option<Decimal>,
    /// Power usage effectiveness as the contract fixes it; billed where it is given.
    pub power_usage_effectiveness_contractual: Option<Decimal>,
    /// Greatest measured power usage effectiveness that may be billed.
    pub power_usage_effectiveness_cap: Option<Decimal>,
    /// Share of the committed energy that is paid for even when not drawn, as a fraction.
    pub minimum_take_rate: Option<Decimal>,
    /// Committed draw, in kilowatts; this or kilovolt-amperes are needed where there is a minimum take.
    pub commit_kilowatts: Option<Decimal>,
    /// Committed draw, in kilovolt-amperes: instead of kilowatts, for a charge that is stated in them.
    pub commit_kilovolt_amperes: Option<Decimal>,
}

impl From<EscalatorInput> for colocation_charge::Escalator {
    fn from(input: EscalatorInput) -> Self {
        let table = input.table.map(|steps| {
            let steps = steps.into_iter();
            steps.map(|step| colocation_charge::EscalatorStep { on: step.on.0, rate: step.rate }).collect()
        });
        Self {
            kind: input.kind.into(),
            rate: input.rate,
            first_on: input.first_on.map(Into::into),
            every_months: input.every_months,
            anchor: input.anchor.into(),
            compounding: input.compounding,
            series: input.series,
            lag_months: input.lag_months,
            floor: input.floor,
            cap: input.cap,
            no_decrease: input.no_decrease,
            table,
        }
    }
}

/// The ramp column of given steps, of a charge that is stated in kilovolt-amperes or not.
///
/// # Errors
/// `Invalid` for a step in another unit than that of the charge.
pub fn ramp(steps: Vec<RampStepInput>, is_apparent: bool) -> Result<colocation_charge::Ramp> {
    let step = |(place, step): (usize, RampStepInput)| {
        let field = |name: &str| format!("ramp[{place}].{name}");
        let stated = match (is_apparent, step.kilowatts, step.kilovolt_amperes) {
            (false, Some(stated), None) | (true, None, Some(stated)) => stated,
            (false, _, Some(_)) => {
                let message = "is refused: the charge is stated in kilowatts";
                return Err(Error::invalid(field("kilovoltAmperes"), message));
            }
            (true, Some(_), _) => {
                let message = "is refused: the charge is stated in kilovolt-amperes";
                return Err(Error::invalid(field("kilowatts"), message));
            }
            (false, None, None) => return Err(Error::invalid(field("kilowatts"), "is missing")),
            (true, None, None) => return Err(Error::invalid(field("kilovoltAmperes"), "is missing")),
        };
        let from_contract_month = step.from_contract_month;
        Ok(colocation_charge::RampStep { from_contract_month, kilowatts: stated })
    };
    Ok(colocation_charge::Ramp(steps.into_iter().enumerate().map(step).collect::<Result<_>>()?))
}

/// The abatements column of given runs.
pub fn abatements(runs: Vec<AbatementInput>) -> colocation_charge::Abatements {
    let runs = runs.into_iter().map(|run| colocation_charge::Abatement {
        from_contract_month: run.from_contract_month,
        months: run.months,
        rate: run.rate,
    });
    colocation_charge::Abatements(runs.collect())
}

impl From<MeteringInput> for colocation_charge::Metering {
    fn from(input: MeteringInput) -> Self {
        Self {
            average_kilowatts: input.average_kilowatts,
            power_usage_effectiveness_measured: input.power_usage_effectiveness_measured,
            power_usage_effectiveness_contractual: input.power_usage_effectiveness_contractual,
            power_usage_effectiveness_cap: input.power_usage_effectiveness_cap,
            minimum_take_rate: input.minimum_take_rate,
            commit_kilowatts: input.commit_kilowatts,
            commit_kilovolt_amperes: input.commit_kilovolt_amperes,
        }
    }
}

/// From where power above the commitment counts once the buffer is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::OverageBasis")]
pub enum OverageBasis {
    /// From the top of the buffer.
    AboveBuffer,
    /// From the commitment: passing the buffer loses it.
    AboveCommitment,
}

/// What drawing more than is committed costs.
#[derive(Clone, Debug, SimpleObject)]
pub struct Overage {
    /// Share of the commitment that may be passed without cost, as a fraction.
    buffer_rate: Decimal,
    /// What the price of a kilowatt is multiplied with.
    multiplier: Decimal,
    /// From where the excess counts.
    basis: OverageBasis,
}

impl From<colocation_charge::Overage> for Overage {
    fn from(terms: colocation_charge::Overage) -> Self {
        Self { buffer_rate: terms.buffer_rate, multiplier: terms.multiplier, basis: terms.basis.into() }
    }
}

/// What drawing more than is committed costs.
#[derive(Clone, Debug, InputObject)]
pub struct OverageInput {
    /// Share of the commitment that may be passed without cost, as a fraction: 0.05 is 5 %.
    #[graphql(default)]
    pub buffer_rate: Decimal,
    /// What the price of a kilowatt is multiplied with: 1.5 is half as much again.
    pub multiplier: Decimal,
    /// From where the excess counts.
    #[graphql(default_with = "OverageBasis::AboveBuffer")]
    pub basis: OverageBasis,
}

impl From<OverageInput> for colocation_charge::Overage {
    fn from(input: OverageInput) -> Self {
        Self { buffer_rate: input.buffer_rate, multiplier: input.multiplier, basis: input.basis.into() }
    }
}
