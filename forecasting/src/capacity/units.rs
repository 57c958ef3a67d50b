//! Units of capacity, converted only where somebody asks for it.
//!
//! TB counts in thousands (10¹² bytes), TiB in 1,024s (2⁴⁰ bytes): 1 TB is 0.909495 TiB, and a mistake between
//! them is one of a tenth. Some exports of virtual machines write "MB" where they mean MiB; their reader says
//! [`Unit::Mebibytes`]. kW is real power and kVA apparent power: kW = kVA × power factor.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::figures::{bounded, over, times};
use crate::error::{ForecastError, Result};
use crate::money::proportion;

const WATTS_PER_KILOWATT: u64 = 1_000;

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 10⁶ bytes.
    Megabytes,
    /// 2²⁰ bytes.
    Mebibytes,
    /// 10⁹ bytes.
    Gigabytes,
    /// 2³⁰ bytes.
    Gibibytes,
    /// 10¹² bytes.
    Terabytes,
    /// 2⁴⁰ bytes.
    Tebibytes,
    /// Real power in W.
    Watts,
    /// Real power in kW.
    Kilowatts,
    /// Apparent power in kVA.
    KilovoltAmperes,
    /// Virtual processors.
    VirtualProcessors,
    /// Cores of processors, not threads.
    Cores,
    /// Heights of 44.45 mm.
    RackUnits,
    /// Ports of switches or panels.
    Ports,
    /// Operations of storage per second.
    OperationsPerSecond,
    /// Licences.
    Licences,
    /// 10⁶ bits per second.
    MegabitsPerSecond,
    /// 10⁹ bits per second.
    GigabitsPerSecond,
    /// Kilograms.
    Kilograms,
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Dimension {
    /// Bytes, with how many one unit is.
    Data(u64),
    /// Bits per second, with how many one unit is.
    Rate(u64),
    /// Real power, with how many watts one unit is.
    Real(u64),
    /// Apparent power in kVA.
    Apparent,
    /// Nothing that another unit measures too.
    Own,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 18] = [
        Self::Megabytes,
        Self::Mebibytes,
        Self::Gigabytes,
        Self::Gibibytes,
        Self::Terabytes,
        Self::Tebibytes,
        Self::Watts,
        Self::Kilowatts,
        Self::KilovoltAmperes,
        Self::VirtualProcessors,
        Self::Cores,
        Self::RackUnits,
        Self::Ports,
        Self::OperationsPerSecond,
        Self::Licences,
        Self::MegabitsPerSecond,
        Self::GigabitsPerSecond,
        Self::Kilograms,
    ];

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Megabytes => "MB",
            Self::Mebibytes => "MiB",
            Self::Gigabytes => "GB",
            Self::Gibibytes => "GiB",
            Self::Terabytes => "TB",
            Self::Tebibytes => "TiB",
            Self::Watts => "W",
            Self::Kilowatts => "kW",
            Self::KilovoltAmperes => "kVA",
            Self::VirtualProcessors => "vCPU",
            Self::Cores => "cores",
            Self::RackUnits => "U",
            Self::Ports => "ports",
            Self::OperationsPerSecond => "IOPS",
            Self::Licences => "licences",
            Self::MegabitsPerSecond => "Mbit/s",
            Self::GigabitsPerSecond => "Gbit/s",
            Self::Kilograms => "kg",
        }
    }

    /// Whether values of one unit can be converted to the other at all.
    pub fn converts_to(self, other: Self) -> bool {
        use Dimension::{Apparent, Data, Rate, Real};
        match (self.dimension(), other.dimension()) {
            (Data(_), Data(_)) | (Rate(_), Rate(_)) | (Real(_) | Apparent, Real(_) | Apparent) => true,
            _ => self == other,
        }
    }

    fn dimension(self) -> Dimension {
        match self {
            Self::Megabytes => Dimension::Data(1_000_000),
            Self::Mebibytes => Dimension::Data(1 << 20),
            Self::Gigabytes => Dimension::Data(1_000_000_000),
            Self::Gibibytes => Dimension::Data(1 << 30),
            Self::Terabytes => Dimension::Data(crate::quantity::BYTES_PER_TERABYTE),
            Self::Tebibytes => Dimension::Data(crate::quantity::BYTES_PER_TEBIBYTE),
            Self::MegabitsPerSecond => Dimension::Rate(1_000_000),
            Self::GigabitsPerSecond => Dimension::Rate(1_000_000_000),
            Self::Watts => Dimension::Real(1),
            Self::Kilowatts => Dimension::Real(WATTS_PER_KILOWATT),
            Self::KilovoltAmperes => Dimension::Apparent,
            _ => Dimension::Own,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.symbol())
    }
}

impl FromStr for Unit {
    type Err = ForecastError;

    /// A unit by its symbol; capitals count, for MB and Mb are not the same.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|unit| unit.symbol() == text).ok_or_else(|| {
            let rule = "a unit is one of MB, MiB, GB, GiB, TB, TiB, W, kW, kVA, vCPU, cores, U, ports, IOPS, \
                        licences, Mbit/s, Gbit/s, kg";
            ForecastError::invalid("unit", text, rule)
        })
    }
}

/// A quantity in another unit: of data by bytes, of power by the power factor, which is asked for only there.
///
/// # Errors
///
/// [`ForecastError::Invalid`] between units that measure different things, for a power factor that is not above 0
/// and at most 1, and beyond the range of quantities; [`ForecastError::Missing`] between real and apparent power
/// without a power factor.
pub fn convert(value: Decimal, from: Unit, to: Unit, power_factor: Option<Decimal>) -> Result<Decimal> {
    let value = bounded(value, "quantity")?;
    if from == to {
        return Ok(value);
    }
    use Dimension::{Apparent, Data, Rate, Real};
    match (from.dimension(), to.dimension()) {
        (Data(of_from), Data(of_to)) | (Rate(of_from), Rate(of_to)) | (Real(of_from), Real(of_to)) => {
            bounded(proportion(value, Decimal::from(of_from), Decimal::from(of_to)), "quantity")
        }
        (Apparent, Real(_)) => {
            convert(times(value, checked(power_factor)?, "power")?, Unit::Kilowatts, to, None)
        }
        (Real(_), Apparent) => {
            let (real, factor) = (convert(value, from, Unit::Kilowatts, None)?, checked(power_factor)?);
            let beyond = || ForecastError::invalid("power", &value, "a quantity is at most 10^18");
            over(real, factor).ok_or_else(beyond)
        }
        _ => {
            let pair = format!("{from} to {to}");
            Err(ForecastError::invalid("unit", &pair, "only units that measure the same are converted"))
        }
    }
}

/// The power factor that real and apparent power are told apart by.
fn checked(power_factor: Option<Decimal>) -> Result<Decimal> {
    let reason = "kW is kVA × power factor, and neither follows from the other without it";
    let factor = power_factor.ok_or(ForecastError::Missing { field: "power_factor", reason })?;
    if factor <= Decimal::ZERO || factor > Decimal::ONE {
        let rule = "a power factor is above 0 and at most 1";
        return Err(ForecastError::invalid("power_factor", &factor, rule));
    }
    Ok(factor)
}

/// The one unit that all named sources have.
///
/// # Errors
///
/// [`ForecastError::Missing`] without a source; [`ForecastError::Invalid`] naming the first two sources that
/// differ, with their units.
pub fn one_unit<'a>(sources: impl IntoIterator<Item = (&'a str, Unit)>) -> Result<Unit> {
    let mut sources = sources.into_iter();
    let reason = "a series has a unit";
    let (first, unit) = sources.next().ok_or(ForecastError::Missing { field: "unit", reason })?;
    match sources.find(|(_, other)| *other != unit) {
        None => Ok(unit),
        Some((name, other)) => {
            let both = format!("{unit} of {first} beside {other} of {name}");
            Err(ForecastError::invalid("unit", &both, "all values have one unit: convert them first"))
        }
    }
}
