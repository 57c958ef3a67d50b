//! What a refresh project costs, part by part.

use rust_decimal::Decimal;

use crate::error::Result;
use crate::money::{Currency, Money, bounded, times};

/// The rates by which the parts of a project follow from its units. Shares are fractions of the hardware cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CostRates {
    /// Freight and taxes, as a share.
    pub freight_tax: Decimal,
    /// Installation, per new unit.
    pub install_per_unit: Decimal,
    /// Prepaid support, as a share.
    pub support: Decimal,
    /// Disposal and wiping of data, per old unit.
    pub disposal_per_unit: Decimal,
    /// What an old unit sells for.
    pub residual_per_unit: Decimal,
    /// Contingency, as a share.
    pub contingency: Decimal,
}

/// The parts of the cost of a project, each rounded to the minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectCost {
    /// Currency of all parts.
    pub currency: Currency,
    /// New units at their price.
    pub hardware: Decimal,
    /// Freight and taxes.
    pub freight_tax: Decimal,
    /// Installation.
    pub install: Decimal,
    /// Support, paid in advance.
    pub support: Decimal,
    /// Disposal of the old units.
    pub disposal: Decimal,
    /// What the old units sell for, as a positive amount.
    pub residual: Decimal,
    /// Contingency: planned, and spent only if it must be.
    pub contingency: Decimal,
}

impl ProjectCost {
    /// What is capitalised: hardware, freight and taxes, installation.
    pub fn capital(&self) -> Decimal {
        self.hardware + self.freight_tax + self.install
    }

    /// All parts with the contingency, less what the old units sell for.
    pub fn total(&self) -> Decimal {
        self.capital() + self.support + self.disposal - self.residual + self.contingency
    }
}

/// The cost of buying `units` at a unit price and retiring `old_units`. The price is rounded to the minor unit
/// first, as on a quote.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) if a part does not fit.
pub fn project_cost(units: u32, old_units: u32, unit_price: Money, rates: &CostRates) -> Result<ProjectCost> {
    let currency = unit_price.currency;
    let (new, old) = (Decimal::from(units), Decimal::from(old_units));
    let part = |left: Decimal, right: Decimal, field: &'static str| {
        times(bounded(left, field)?, bounded(right, field)?, field).map(|amount| currency.round(amount))
    };
    let hardware = part(new, unit_price.round().amount, "hardware")?;
    Ok(ProjectCost {
        currency,
        hardware,
        freight_tax: part(hardware, rates.freight_tax, "freight and tax")?,
        install: part(new, rates.install_per_unit, "install")?,
        support: part(hardware, rates.support, "support")?,
        disposal: part(old, rates.disposal_per_unit, "disposal")?,
        residual: part(old, rates.residual_per_unit, "residual")?,
        contingency: part(hardware, rates.contingency, "contingency")?,
    })
}
