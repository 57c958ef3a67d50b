//! What old hardware still sells for, by its age.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Money, bounded, times};

/// How the storage media of what is sold are wiped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wiping {
    /// Overwritten; they are sold with the rest.
    Erased,
    /// Shredded; nothing is left to sell of what is valued by this curve.
    Shredded,
}

/// The share of its purchase price that a category of hardware still sells for, by age.
///
/// Second-hand prices fall steeply at first and once more where vendors end their support, so a curve has points
/// where it bends. Between two points the share moves in a straight line; before the first and after the last it
/// stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidualCurve {
    shares: BTreeMap<u32, Decimal>,
}

impl ResidualCurve {
    /// A curve through shares by age in months: 0.35 at 24 is 35 % after two years.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Missing`] without a point; [`ForecastError::Invalid`] for a share outside 0 to 1 or one
    /// that rises with age.
    pub fn new(shares: BTreeMap<u32, Decimal>) -> Result<Self> {
        let mut before = None;
        for share in shares.values() {
            if *share < Decimal::ZERO || *share > Decimal::ONE {
                let rule = "a share of the purchase price is a fraction from 0 to 1: 0.35 is 35 %";
                return Err(ForecastError::invalid("residual share", share, rule));
            }
            if before.is_some_and(|before| *share > before) {
                return Err(ForecastError::invalid(
                    "residual share",
                    share,
                    "hardware gains no value with age",
                ));
            }
            before = Some(*share);
        }
        if shares.is_empty() {
            return Err(ForecastError::Missing {
                field: "residual curve",
                reason: "a curve has at least one point",
            });
        }
        Ok(Self { shares })
    }

    /// The share at an age in months, unrounded.
    pub fn share(&self, age_months: u32) -> Decimal {
        let before = self.shares.range(..=age_months).next_back();
        let after = self.shares.range(age_months..).next();
        match (before, after) {
            (Some((from, high)), Some((to, low))) if to > from => {
                let passed = Decimal::from(age_months - from) / Decimal::from(to - from);
                high - (high - low) * passed
            }
            (Some((_, share)), _) | (None, Some((_, share))) => *share,
            // Not reached: a curve has a point.
            (None, None) => Decimal::ZERO,
        }
    }

    /// What a unit bought for `price` sells for at an age in months, rounded to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative price; [`ForecastError::OutOfRange`] if it does not fit.
    pub fn value(&self, price: Money, age_months: u32, wiping: Wiping) -> Result<Money> {
        if bounded(price.amount, "price")? < Decimal::ZERO {
            return Err(ForecastError::invalid("price", &price.amount, "a price is not negative"));
        }
        let share = match wiping {
            Wiping::Erased => self.share(age_months),
            Wiping::Shredded => Decimal::ZERO,
        };
        Ok(Money::new(times(price.amount, share, "residual")?, price.currency).round())
    }

    /// What units sell for together, unrounded, from what was paid for those of each age in months. Unlike
    /// [`value`](Self::value) it rounds nothing: a sale of many is invoiced as a whole.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative price; [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn proceeds(&self, paid: impl IntoIterator<Item = (u32, Decimal)>) -> Result<Decimal> {
        let mut sum = Decimal::ZERO;
        for (age_months, price) in paid {
            if bounded(price, "price")? < Decimal::ZERO {
                return Err(ForecastError::invalid("price", &price, "a price is not negative"));
            }
            let part = times(price, self.share(age_months), "residual")?;
            sum = bounded(sum + part, "residual")?;
        }
        Ok(sum)
    }
}
