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
    /// What the vendor's own support of one costs in a year: zero where it is known to cost nothing, `None` where
    /// nobody knows. What is not known is not taken for nothing.
    pub yearly_support: Option<Money>,
}

/// What it is worth to order in another month than planned, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wait {
    /// What the refresh costs more than as planned. Where the cost of support is not known, a lower price does not
    /// count: it would be set against nothing.
    pub price_rise: Decimal,
    /// Support of the old units in the meantime; `None` where nobody knows what it costs.
    pub extended_support: Option<Decimal>,
    /// What outages are expected to cost in the meantime; `None` where they are not priced.
    pub outage_loss: Option<Decimal>,
    /// What the capital earns in the meantime; below zero where it is spent early and the earnings are missed. Zero
    /// where the cost of support is not known.
    pub capital_benefit: Decimal,
}

impl Wait {
    /// All parts together; below zero where waiting pays.
    pub fn total(&self) -> Decimal {
        let sum = self.price_rise
            + self.extended_support.unwrap_or_default()
            + self.outage_loss.unwrap_or_default()
            - self.capital_benefit;
        // Nothing has no sign, and is not written with one.
        if sum.is_zero() { Decimal::ZERO } else { sum }
    }
}

/// What it counts as to leave a refresh undone, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undone {
    /// Its price in the dearest of its months.
    pub dearest_price: Decimal,
    /// Support of the old units until the end; `None` where nobody knows what it costs.
    pub extended_support: Option<Decimal>,
    /// What outages are expected to cost until then; `None` where they are not priced.
    pub outage_loss: Option<Decimal>,
}

impl Undone {
    /// All parts together.
    pub fn counted(&self) -> Decimal {
        self.dearest_price + self.extended_support.unwrap_or_default() + self.outage_loss.unwrap_or_default()
    }
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

    /// What it is worth to order a refresh some months later than planned, or before if they are below zero: then the
    /// capital is missed and nothing else changes but the price.
    ///
    /// Where nobody knows what the support of the old units costs, waiting must not look profitable for the lack of a
    /// figure: neither what capital earns nor a lower price is counted.
    ///
    /// # Errors
    ///
    /// As [`deferral`](Self::deferral) and [`outage_loss`](Self::outage_loss).
    pub fn wait(&self, old: &WaitingUnits, now: Money, later: Money, months: i32) -> Result<Wait> {
        let extended_support = Some(Decimal::ZERO);
        let deferral = Deferral {
            total_now: now,
            total_later: later,
            extended_support,
            capital_rate: self.capital_rate,
            months: months.unsigned_abs(),
        };
        let cost = deferral.cost()?;
        let price_rise = cost.price_increase;
        if months <= 0 {
            let capital_benefit = Decimal::ZERO - cost.capital_benefit;
            return Ok(Wait { price_rise, extended_support, outage_loss: None, capital_benefit });
        }
        let extended_support = self.support(old, deferral.months)?;
        let outage_loss = self.outage_loss(old, deferral.months)?.map(|loss| loss.loss.amount);
        Ok(match extended_support {
            Some(_) => {
                Wait { price_rise, extended_support, outage_loss, capital_benefit: cost.capital_benefit }
            }
            None => Wait {
                price_rise: price_rise.max(Decimal::ZERO),
                extended_support,
                outage_loss,
                capital_benefit: Decimal::ZERO,
            },
        })
    }

    /// Extended support, where it is known, and expected outages of some months: how pressing a refresh is.
    ///
    /// # Errors
    ///
    /// As [`extended_support`] and [`outage_loss`](Self::outage_loss).
    pub fn risk(&self, old: &WaitingUnits, months: u32) -> Result<Decimal> {
        let outages = self.outage_loss(old, months)?.map_or(Decimal::ZERO, |loss| loss.loss.amount);
        bounded(self.support(old, months)?.unwrap_or_default() + outages, "risk")
    }

    /// What it counts as to leave a refresh undone for some months: its dearest price and the risk of the months, so
    /// that leaving it undone never looks cheaper than doing it.
    ///
    /// # Errors
    ///
    /// As [`risk`](Self::risk).
    pub fn left_undone(&self, old: &WaitingUnits, dearest: Money, months: u32) -> Result<Undone> {
        bounded(dearest.amount + self.risk(old, months)?, "left undone")?;
        Ok(Undone {
            dearest_price: dearest.amount,
            extended_support: self.support(old, months)?,
            outage_loss: self.outage_loss(old, months)?.map(|loss| loss.loss.amount),
        })
    }

    fn support(&self, old: &WaitingUnits, months: u32) -> Result<Option<Decimal>> {
        let units = old.units.iter().fold(0_u32, |sum, group| sum.saturating_add(group.units));
        let priced = |yearly| extended_support(units, yearly, self.support_share, months);
        Ok(old.yearly_support.map(priced).transpose()?.map(|support| support.amount))
    }
}
