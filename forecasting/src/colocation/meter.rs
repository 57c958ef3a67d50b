//! Metered power, power usage effectiveness and overage.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{bounded, times};

/// Which power usage effectiveness (facility energy over IT energy, at least 1) multiplies metered energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PueRule {
    /// The measured one.
    Measured,
    /// One the contract states.
    Contractual(Decimal),
    /// The measured one, but no more than a cap.
    MeasuredCapped(Decimal),
}

impl PueRule {
    /// The power usage effectiveness that is billed.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Missing`] where a measured value is needed and absent; [`ForecastError::Invalid`] for a
    /// value below 1.
    pub fn billed(self, measured: Option<Decimal>) -> Result<Decimal> {
        let needed = || {
            measured.ok_or(ForecastError::Missing {
                field: "measured_pue",
                reason: "the contract bills the measured power usage effectiveness",
            })
        };
        let billed = match self {
            Self::Measured => needed()?,
            Self::Contractual(stated) => stated,
            Self::MeasuredCapped(cap) => needed()?.min(cap),
        };
        if billed < Decimal::ONE {
            let rule = "a facility uses at least the energy of its equipment: not below 1";
            return Err(ForecastError::invalid("pue", &billed, rule));
        }
        Ok(billed)
    }
}

/// Energy in kWh that is billed: what was drawn, or the minimum take (a share of the commitment in kW over the
/// hours) if that is more.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the energy does not fit.
pub fn billed_energy(
    drawn_kwh: Decimal,
    hours: Decimal,
    commitment: Decimal,
    minimum_take: Option<Decimal>,
) -> Result<Decimal> {
    let drawn = bounded(drawn_kwh, "energy")?;
    let Some(share) = minimum_take else { return Ok(drawn) };
    Ok(drawn.max(minimum_energy(hours, commitment, share)?))
}

/// The minimum take in kWh: a share of the commitment in kW over the hours.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the energy does not fit.
pub fn minimum_energy(hours: Decimal, commitment: Decimal, share: Decimal) -> Result<Decimal> {
    let committed = times(bounded(commitment, "commitment")?, bounded(hours, "hours")?, "energy")?;
    times(share, committed, "energy")
}

/// From where an overage counts once the buffer is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverageBasis {
    /// From the top of the buffer.
    AboveBuffer,
    /// From the commitment: passing the buffer loses it.
    AboveCommitment,
}

/// The overage of a month, unrounded: kW above the commitment and its buffer (a fraction, 0.05 is 5 %), times
/// the price of a kW, times a multiplier.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the cost does not fit.
pub fn overage(
    commitment: Decimal,
    buffer: Decimal,
    peak: Decimal,
    price_per_kw: Decimal,
    multiplier: Decimal,
    basis: OverageBasis,
) -> Result<Decimal> {
    let allowed = times(commitment, Decimal::ONE + bounded(buffer, "buffer")?, "commitment")?;
    if bounded(peak, "peak")? <= allowed {
        return Ok(Decimal::ZERO);
    }
    let excess = match basis {
        OverageBasis::AboveBuffer => peak - allowed,
        OverageBasis::AboveCommitment => peak - commitment,
    };
    times(times(excess, price_per_kw, "overage")?, multiplier, "overage")
}
