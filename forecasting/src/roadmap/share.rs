//! Flows divided between those who cause them.

use rust_decimal::Decimal;

use super::flows::Flows;
use crate::error::Result;
use crate::money::{Money, split};

impl Flows {
    /// Divides every amount by weights, month by month, with the largest remainder method: the parts add up to
    /// the whole to the minor unit. The explanation of the whole stands for every part.
    ///
    /// # Errors
    ///
    /// As [`split`].
    pub fn divide(&self, weights: &[Decimal]) -> Result<Vec<Self>> {
        let mut parts = vec![self.without_amounts(); weights.len()];
        for (view, category, amounts) in self.rows() {
            for (month, amount) in self.window().iter().zip(amounts) {
                let shares = split(Money::new(*amount, self.currency()), weights)?;
                for (part, share) in parts.iter_mut().zip(shares) {
                    part.post(view, category, month, share.amount)?;
                }
            }
        }
        for (month, amount) in self.contingency() {
            let shares = split(Money::new(*amount, self.currency()), weights)?;
            for (part, share) in parts.iter_mut().zip(shares) {
                part.reserve(*month, share.amount)?;
            }
        }
        Ok(parts)
    }
}
