//! What a refresh project costs, part by part.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, bounded, proportion, times};

const MONTHS_OF_A_YEAR: u32 = 12;

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

    /// What an order commits to, as in the commitment view: capital, support and disposal.
    pub fn commitment(&self) -> Decimal {
        self.capital() + self.support + self.disposal
    }

    /// All parts with the contingency, less what the old units sell for.
    pub fn total(&self) -> Decimal {
        self.capital() + self.support + self.disposal - self.residual + self.contingency
    }

    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Self {
            currency,
            hardware: Decimal::ZERO,
            freight_tax: Decimal::ZERO,
            install: Decimal::ZERO,
            support: Decimal::ZERO,
            disposal: Decimal::ZERO,
            residual: Decimal::ZERO,
            contingency: Decimal::ZERO,
        }
    }

    /// The same project, if each of the old units sells for another amount.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount; [`ForecastError::OutOfRange`] if it does not fit.
    pub fn with_residual(&self, per_unit: Decimal, old_units: u32) -> Result<Self> {
        if per_unit < Decimal::ZERO {
            return Err(ForecastError::invalid("residual", &per_unit, "it is not negative"));
        }
        let residual = times(bounded(per_unit, "residual")?, Decimal::from(old_units), "residual")?;
        Ok(Self { residual: self.currency.round(residual), ..*self })
    }

    /// Two projects together.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] if the currencies differ; [`ForecastError::OutOfRange`] if a sum does not
    /// fit.
    pub fn checked_add(&self, other: &Self) -> Result<Self> {
        if self.currency != other.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: self.currency.to_string(),
                found: other.currency.to_string(),
            });
        }
        let sum = |one: Decimal, two: Decimal| bounded(one + two, "cost of a refresh");
        Ok(Self {
            currency: self.currency,
            hardware: sum(self.hardware, other.hardware)?,
            freight_tax: sum(self.freight_tax, other.freight_tax)?,
            install: sum(self.install, other.install)?,
            support: sum(self.support, other.support)?,
            disposal: sum(self.disposal, other.disposal)?,
            residual: sum(self.residual, other.residual)?,
            contingency: sum(self.contingency, other.contingency)?,
        })
    }

    /// The parts in another currency, each rounded to its minor unit. The capital is rounded as a whole, as in a
    /// roadmap, and hardware is what freight and installation leave of it.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a rate that is not above zero; [`ForecastError::OutOfRange`] if a part does not
    /// fit.
    pub fn convert(&self, currency: Currency, rate: Decimal) -> Result<Self> {
        if rate <= Decimal::ZERO {
            return Err(ForecastError::invalid("rate", &rate, "an exchange rate is above zero"));
        }
        if currency == self.currency {
            return Ok(*self);
        }
        let part = |amount| times(amount, rate, "amount").map(|amount| currency.round(amount));
        let (freight_tax, install) = (part(self.freight_tax)?, part(self.install)?);
        Ok(Self {
            currency,
            hardware: part(self.capital())? - freight_tax - install,
            freight_tax,
            install,
            support: part(self.support)?,
            disposal: part(self.disposal)?,
            residual: part(self.residual)?,
            contingency: part(self.contingency)?,
        })
    }

    /// What the prepaid support of a new unit comes to in a year: support / units × 12 / months covered. Zero where
    /// support of some months is stated to cost nothing; `None` where no months are covered, which says nothing.
    pub fn yearly_support_per_unit(&self, units: u32, months: u32) -> Option<Money> {
        let covered = Decimal::from(units).checked_mul(Decimal::from(months))?;
        if covered.is_zero() {
            return None;
        }
        let yearly = proportion(self.support, Decimal::from(MONTHS_OF_A_YEAR), covered);
        Some(Money::new(yearly, self.currency).round())
    }
}

/// The cost of buying `units` at a unit price and retiring `old_units`. The price is rounded to the minor unit
/// first, as on a quote. Only what is owned is disposed of and sold: units that go back to a lessor are not among
/// `old_units`.
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
