//! Metered power, power usage effectiveness and overage.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, times};

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
    let Some(share) = minimum_take else { return bounded(drawn_kwh, "energy") };
    let committed = times(bounded(commitment, "commitment")?, bounded(hours, "hours")?, "energy")?;
    Ok(bounded(drawn_kwh, "energy")?.max(times(share, committed, "energy")?))
}

/// A month of committed power and metered energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeteredMonth {
    /// Committed power in kW.
    pub commitment: Decimal,
    /// Price of a committed kW for the month.
    pub price_per_kw: Decimal,
    /// Average power drawn in kW.
    pub average_kw: Decimal,
    /// Hours of the month.
    pub hours: Decimal,
    /// Price of a kWh.
    pub utility_rate: Decimal,
    /// Power usage effectiveness that is billed.
    pub pue: Decimal,
    /// Share of the committed energy that is billed in any case.
    pub minimum_take: Option<Decimal>,
}

impl MeteredMonth {
    /// Energy that is billed, in kWh, before power usage effectiveness.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if the energy does not fit.
    pub fn energy_kwh(&self) -> Result<Decimal> {
        let drawn = times(self.average_kw, self.hours, "energy")?;
        billed_energy(drawn, self.hours, self.commitment, self.minimum_take)
    }

    /// Cost of the energy, rounded.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if the cost does not fit.
    pub fn energy_cost(&self, currency: Currency) -> Result<Decimal> {
        let energy = times(self.energy_kwh()?, self.pue, "energy")?;
        Ok(currency.round(times(energy, self.utility_rate, "energy cost")?))
    }

    /// Cost of the month: the commitment and the energy, each rounded.
    ///
    /// # Errors
    ///
    /// As [`energy_cost`](Self::energy_cost).
    pub fn total(&self, currency: Currency) -> Result<Decimal> {
        let committed = currency.round(times(self.commitment, self.price_per_kw, "committed cost")?);
        Ok(committed + self.energy_cost(currency)?)
    }

    /// Cost of the month per committed kW, rounded; `None` without a commitment.
    ///
    /// # Errors
    ///
    /// As [`energy_cost`](Self::energy_cost).
    pub fn per_committed_kw(&self, currency: Currency) -> Result<Option<Decimal>> {
        let total = self.total(currency)?;
        Ok(total.checked_div(self.commitment).map(|price| currency.round(price)))
    }

    /// Cost of the month per kW that was really drawn, rounded; `None` where nothing was.
    ///
    /// # Errors
    ///
    /// As [`energy_cost`](Self::energy_cost).
    pub fn per_drawn_kw(&self, currency: Currency) -> Result<Option<Decimal>> {
        let total = self.total(currency)?;
        Ok(total.checked_div(self.average_kw).map(|price| currency.round(price)))
    }
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
