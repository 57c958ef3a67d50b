//! What a plan comes to, part by part.

use rust_decimal::Decimal;

use crate::error::Result;
use crate::money::bounded;
use crate::refresh::{Undone, Wait};

/// The parts of the total of a plan. They add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breakdown {
    /// What the cohorts that are ordered would cost in the months they were planned for.
    pub as_planned: Decimal,
    /// What they cost more in the months they are ordered in; see [`Wait::price_rise`].
    pub price_rise: Decimal,
    /// Extended support of those that wait.
    pub extended_support: Decimal,
    /// What outages of those that wait are expected to cost.
    pub outage_loss: Decimal,
    /// What the capital earns that is spent later, less what is missed by spending earlier.
    pub capital_benefit: Decimal,
    /// What is counted for the cohorts that are left undone.
    pub left_undone: Decimal,
}

impl Breakdown {
    /// The sum of the parts.
    pub fn total(&self) -> Decimal {
        self.as_planned + self.waiting() + self.left_undone
    }

    /// What waiting comes to: price rise, extended support and outages, less what capital earns.
    pub fn waiting(&self) -> Decimal {
        self.price_rise + self.extended_support + self.outage_loss - self.capital_benefit
    }

    /// With a cohort that is ordered, which would cost so much as planned.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) if a sum does not fit.
    pub fn ordered(self, as_planned: Decimal, wait: &Wait) -> Result<Self> {
        let sum = |one: Decimal, two: Decimal| bounded(one + two, "parts of a plan");
        Ok(Self {
            as_planned: sum(self.as_planned, as_planned)?,
            price_rise: sum(self.price_rise, wait.price_rise)?,
            extended_support: sum(self.extended_support, wait.extended_support.unwrap_or_default())?,
            outage_loss: sum(self.outage_loss, wait.outage_loss.unwrap_or_default())?,
            capital_benefit: sum(self.capital_benefit, wait.capital_benefit)?,
            ..self
        })
    }

    /// With a cohort that is left undone.
    ///
    /// # Errors
    ///
    /// As [`ordered`](Self::ordered).
    pub fn undone(self, undone: &Undone) -> Result<Self> {
        Ok(Self { left_undone: bounded(self.left_undone + undone.counted(), "parts of a plan")?, ..self })
    }
}
