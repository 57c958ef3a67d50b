//! The total cost of owning a server over its years.

use rust_decimal::Decimal;

use super::not_negative;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, times};

/// Hours of a year of 365 days.
const HOURS_OF_YEAR: u32 = 8_760;
/// Months of a year.
const MONTHS_OF_YEAR: u32 = 12;
/// The longest time a server is looked at.
const LONGEST: u32 = 100;

/// How the power of a server is paid for. Never both: a commitment includes what is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerPower {
    /// By the energy it draws, in a facility of one's own.
    Metered {
        /// Average power in kW.
        average_kilowatts: Decimal,
        /// Power usage effectiveness: facility energy over equipment energy, at least 1.
        power_usage_effectiveness: Decimal,
        /// Price of a kWh.
        price_per_kilowatt_hour: Decimal,
    },
    /// By the kW that are committed for it in rented space.
    Committed {
        /// Committed kW.
        kilowatts: Decimal,
        /// Price of a committed kW for a month.
        price_per_kilowatt_month: Decimal,
    },
}

/// What owning a server takes. Amounts of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerOwnership {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Years it is kept.
    pub years: u32,
    /// Price of the hardware.
    pub purchase: Decimal,
    /// Installation.
    pub installation: Decimal,
    /// Support over all of the years.
    pub support: Decimal,
    /// Its power.
    pub power: ServerPower,
    /// Cost of disposal.
    pub disposal: Decimal,
    /// What it is sold for in the end; taken off.
    pub residual_value: Decimal,
}

impl ServerOwnership {
    /// How its total comes about.
    pub fn explain(&self) -> Explanation {
        let explanation =
            Explanation::new("purchase + installation + support + power + disposal - residual value")
                .input("years", self.years)
                .input("purchase", self.purchase)
                .input("installation", self.installation)
                .input("support over all years", self.support);
        let explanation = match self.power {
            ServerPower::Metered {
                average_kilowatts,
                power_usage_effectiveness,
                price_per_kilowatt_hour,
            } => explanation
                .input("average kW", average_kilowatts)
                .input("power usage effectiveness", power_usage_effectiveness)
                .input("price of a kWh", price_per_kilowatt_hour)
                .assume("power costs kW x 8,760 hours x years x power usage effectiveness x price of a kWh")
                .assume("draw and price of energy stay the same over all years"),
            ServerPower::Committed { kilowatts, price_per_kilowatt_month } => explanation
                .input("committed kW", kilowatts)
                .input("price of a committed kW for a month", price_per_kilowatt_month)
                .assume("power costs kW x 12 x years x price of a kW-month, which includes what is drawn")
                .assume("commitment and its price stay the same over all years"),
        };
        explanation.input("disposal", self.disposal).input("residual value", self.residual_value)
    }
}

/// The total cost of ownership by its parts, each rounded, so that they foot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnershipCost {
    /// Price of the hardware.
    pub purchase: Decimal,
    /// Installation.
    pub installation: Decimal,
    /// Support.
    pub support: Decimal,
    /// Energy, or the commitment in its place.
    pub power: Decimal,
    /// Disposal.
    pub disposal: Decimal,
    /// Proceeds, which are taken off.
    pub residual_value: Decimal,
    /// All of it.
    pub total: Decimal,
}

/// Purchase, installation, support, power and disposal less the residual value.
///
/// Metered power costs `kW × 8,760 h × years × power usage effectiveness × price of a kWh`; committed power
/// `kW × 12 × years × price of a kW-month`.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative amount, a power usage effectiveness below 1, or a number of years
/// that is not 1 to 100; [`ForecastError::OutOfRange`] for amounts that do not fit.
pub fn total_cost_of_ownership(server: &ServerOwnership) -> Result<OwnershipCost> {
    if !(1..=LONGEST).contains(&server.years) {
        return Err(ForecastError::invalid("years", &server.years, "a server is kept for 1 to 100 years"));
    }
    let amount = |value: Decimal, field: &'static str| {
        not_negative(value, field).map(|value| server.currency.round(value))
    };
    let purchase = amount(server.purchase, "purchase")?;
    let installation = amount(server.installation, "installation")?;
    let support = amount(server.support, "support")?;
    let power = server.currency.round(power_cost(&server.power, Decimal::from(server.years))?);
    let disposal = amount(server.disposal, "disposal")?;
    let residual_value = amount(server.residual_value, "residual value")?;
    let total = bounded(purchase + installation + support + power + disposal - residual_value, "total")?;
    Ok(OwnershipCost { purchase, installation, support, power, disposal, residual_value, total })
}

fn power_cost(power: &ServerPower, years: Decimal) -> Result<Decimal> {
    match *power {
        ServerPower::Metered { average_kilowatts, power_usage_effectiveness, price_per_kilowatt_hour } => {
            if power_usage_effectiveness < Decimal::ONE {
                return Err(ForecastError::invalid(
                    "pue",
                    &power_usage_effectiveness,
                    "a facility uses at least the energy of its equipment: not below 1",
                ));
            }
            let hours = Decimal::from(HOURS_OF_YEAR) * years;
            let energy = times(not_negative(average_kilowatts, "average_kilowatts")?, hours, "energy")?;
            let facility = times(energy, power_usage_effectiveness, "energy")?;
            times(facility, not_negative(price_per_kilowatt_hour, "price of a kWh")?, "energy cost")
        }
        ServerPower::Committed { kilowatts, price_per_kilowatt_month } => {
            let months = Decimal::from(MONTHS_OF_YEAR) * years;
            let committed = times(not_negative(kilowatts, "kilowatts")?, months, "commitment")?;
            times(committed, not_negative(price_per_kilowatt_month, "price of a kW")?, "commitment")
        }
    }
}
