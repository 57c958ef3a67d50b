//! How many new units replace the old ones.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::error::{ForecastError, Result};
use crate::growth::compound;
use crate::money::{bounded, times};
use crate::weights::Weights;

/// New units where one replaces `ratio` old ones, with a share of spares on top: both steps round up.
///
/// A ratio of 1 and no spares is like for like. 40 at 2.5 with 5 % spares is 17.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a ratio that is not above zero or spares that are negative;
/// [`ForecastError::OutOfRange`] if the number does not fit.
pub fn by_ratio(old: u32, ratio: Decimal, spares: Decimal) -> Result<u32> {
    if ratio <= Decimal::ZERO {
        return Err(ForecastError::invalid("ratio", &ratio, "a consolidation ratio is above zero"));
    }
    if spares < Decimal::ZERO {
        return Err(ForecastError::invalid("spares", &spares, "a share of spares is not negative"));
    }
    let replaced =
        Decimal::from(old).checked_div(ratio).ok_or(ForecastError::OutOfRange { field: "quantity" })?;
    count(times(replaced.ceil(), Decimal::ONE + bounded(spares, "spares")?, "quantity")?.ceil())
}

/// A number of new units that was decided for several groups of old units together, divided by how many each group
/// has, with the largest remainder method; of equal remainders the first group has the larger part.
///
/// Six for groups of three and one is five and one.
///
/// # Errors
///
/// [`ForecastError::Invalid`] if there are no old units.
pub fn divide_planned(units: u32, old: &[u32]) -> Result<Vec<u32>> {
    let weights = Weights::new(old.iter().map(|count| u64::from(*count)))?;
    let parts = weights.divide(i128::from(units))?;
    parts
        .into_iter()
        .map(|part| u32::try_from(part).map_err(|_| ForecastError::OutOfRange { field: "quantity" }))
        .collect()
}

/// The demand of one resource (cores, memory, storage, licence cores) and what one new unit supplies of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// What is used today: capacity times utilisation, summed over the old units.
    pub used: Decimal,
    /// Growth per year: 0.12 is 12 %.
    pub growth: Decimal,
    /// Years the new units must last before the next purchase.
    pub years: u32,
    /// What one new unit has.
    pub per_unit: Decimal,
    /// How much more a unit of the new resource does than one of the old.
    pub performance_factor: Decimal,
    /// Share of the new unit that may be used.
    pub target_utilisation: Decimal,
}

/// How many units the demand needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemandResult {
    /// Position of the resource that needs the most units; the first of equals.
    pub binding: usize,
    /// Units that carry the demand.
    pub units: u32,
    /// Units with those that may fail.
    pub units_with_failover: u32,
}

impl DemandResult {
    /// Old units that one new one replaces, those for failover included; `None` where none is needed.
    pub fn ratio(&self, old: u32) -> Option<Decimal> {
        Decimal::from(old).checked_div(Decimal::from(self.units_with_failover))
    }
}

impl Demand {
    /// What so many alike units use of a resource: units x per unit x utilisation.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if it does not fit.
    pub fn of_hosts(units: u32, per_unit: Decimal, utilisation: Decimal) -> Result<Decimal> {
        times(times(Decimal::from(units), per_unit, "used")?, utilisation, "used")
    }

    /// The demand after the years of growth, unrounded.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for an impossible growth; [`ForecastError::OutOfRange`] if it does not fit.
    pub fn future(&self) -> Result<Decimal> {
        times(self.used, compound(self.growth, self.years)?, "demand")
    }

    /// What one new unit supplies.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if that is not above zero.
    pub fn supply_per_unit(&self) -> Result<Decimal> {
        let supply = times(
            times(self.per_unit, self.performance_factor, "supply")?,
            self.target_utilisation,
            "supply",
        )?;
        if supply <= Decimal::ZERO {
            return Err(ForecastError::invalid("supply per unit", &supply, "a new unit supplies something"));
        }
        Ok(supply)
    }

    /// Units this resource needs, rounded up.
    ///
    /// # Errors
    ///
    /// As [`future`](Self::future) and [`supply_per_unit`](Self::supply_per_unit).
    pub fn units(&self) -> Result<u32> {
        let units = self.future()?.checked_div(self.supply_per_unit()?);
        count(units.ok_or(ForecastError::OutOfRange { field: "quantity" })?.ceil())
    }
}

/// New units by demand: the resource that needs the most decides, and units that may fail are added.
///
/// # Errors
///
/// As [`Demand::units`]; [`ForecastError::Missing`] for no resource at all.
pub fn by_demand(resources: &[Demand], failover: u32) -> Result<DemandResult> {
    let mut found: Option<(usize, u32)> = None;
    for (position, resource) in resources.iter().enumerate() {
        let units = resource.units()?;
        if found.is_none_or(|(_, most)| units > most) {
            found = Some((position, units));
        }
    }
    let (binding, units) =
        found.ok_or(ForecastError::Missing { field: "demand", reason: "at least one resource is needed" })?;
    Ok(DemandResult { binding, units, units_with_failover: units.saturating_add(failover) })
}

fn count(units: Decimal) -> Result<u32> {
    units.to_u32().ok_or(ForecastError::OutOfRange { field: "quantity" })
}
