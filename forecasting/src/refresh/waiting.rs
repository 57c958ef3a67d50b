//! What it is worth, month by month, to refresh later or earlier than planned.

use rust_decimal::Decimal;

use super::deferral::{
    AgedUnits, Deferral, DeferralCost, FailureRates, OutageLoss, OutageTerms, expected_outage_loss,
    extended_support,
};
use crate::error::Result;
use crate::money::{Money, bounded};

/// What is taken for granted of the time between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingTerms {
    /// The part of the vendor's own support that an extension costs: 0.40 for third-party maintenance at 40 %.
    pub support_share: Decimal,
    /// What capital that is not spent yet earns or saves in a year: 0.08 is 8 %.
    pub capital_rate: Decimal,
    /// How often units fail.
    pub failure_rates: FailureRates,
    /// What a failure does; `None` leaves outages unpriced.
    pub outages: Option<OutageTerms>,
}

/// Old units that wait for their refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingUnits {
    /// How many of each age, as it is when the waiting begins.
    pub units: Vec<AgedUnits>,
    /// What the vendor's own support of one costs in a year; `None` leaves the support unpriced.
    pub yearly_support: Option<Money>,
}

impl WaitingTerms {
    /// What a deferral by some months costs: what [`Deferral::cost`] says, with the extended support of the units.
    ///
    /// # Errors
    ///
    /// As [`extended_support`] and [`Deferral::cost`].
    pub fn deferral(
        &self,
        old: &WaitingUnits,
        total_now: Money,
        total_later: Money,
        months: u32,
    ) -> Result<DeferralCost> {
        let extended_support = self.support(old, months)?;
        Deferral { total_now, total_later, extended_support, capital_rate: self.capital_rate, months }.cost()
    }

    /// What outages are expected to cost in some months of waiting; `None` where they are not priced.
    ///
    /// # Errors
    ///
    /// As [`expected_outage_loss`].
    pub fn outage_loss(&self, old: &WaitingUnits, months: u32) -> Result<Option<OutageLoss>> {
        let terms = self.outages.as_ref();
        terms.map(|terms| expected_outage_loss(&old.units, &self.failure_rates, months, terms)).transpose()
    }

    /// What waiting for some months is worth beside the price: extended support and expected outages, less what the
    /// capital earns. Below zero months the refresh comes early: the capital is missed and nothing else changes.
    ///
    /// # Errors
    ///
    /// As [`deferral`](Self::deferral) and [`outage_loss`](Self::outage_loss).
    pub fn waiting(&self, old: &WaitingUnits, total_now: Money, months: i32) -> Result<Decimal> {
        let capital = |months: u32| {
            Deferral {
                total_now,
                total_later: total_now,
                extended_support: Decimal::ZERO,
                capital_rate: self.capital_rate,
                months,
            }
            .cost()
            .map(|cost| cost.capital_benefit)
        };
        let earned = capital(months.unsigned_abs())?;
        if months < 0 {
            return Ok(earned);
        }
        bounded(self.risk(old, months.unsigned_abs())? - earned, "waiting")
    }

    /// Extended support and expected outages of some months, which is what never doing it costs in that time.
    ///
    /// # Errors
    ///
    /// As [`extended_support`] and [`outage_loss`](Self::outage_loss).
    pub fn risk(&self, old: &WaitingUnits, months: u32) -> Result<Decimal> {
        let outages = self.outage_loss(old, months)?.map_or(Decimal::ZERO, |loss| loss.loss.amount);
        bounded(self.support(old, months)? + outages, "risk")
    }

    /// What it counts as to leave a refresh undone for some months: its dearest price and the risk of the months, so
    /// that leaving it undone never looks cheaper than doing it.
    ///
    /// # Errors
    ///
    /// As [`risk`](Self::risk).
    pub fn left_undone(&self, old: &WaitingUnits, dearest: Money, months: u32) -> Result<Decimal> {
        bounded(dearest.amount + self.risk(old, months)?, "left undone")
    }

    fn support(&self, old: &WaitingUnits, months: u32) -> Result<Decimal> {
        let Some(yearly) = old.yearly_support else { return Ok(Decimal::ZERO) };
        let units = old.units.iter().fold(0_u32, |sum, group| sum.saturating_add(group.units));
        Ok(extended_support(units, yearly, self.support_share, months)?.amount)
    }
}
