//! Whole numbers divided by weights.

use crate::error::{ForecastError, Result};

/// Shares of a whole, by whole-numbered weights without a common factor.
///
/// Minor units and pieces are divided with the largest remainder method, as amounts by
/// [`split`](crate::money::split): the parts add up to the whole.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    parts: Vec<u128>,
    sum: u128,
}

impl Weights {
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for no weights or weights that are all zero.
    pub(crate) fn new(weights: impl Iterator<Item = u64>) -> Result<Self> {
        let mut parts: Vec<u64> = weights.collect();
        let divisor = parts.iter().copied().fold(0, greatest_common_divisor);
        if divisor == 0 {
            return Err(ForecastError::invalid("weights", &parts.len(), "at least one weight is above zero"));
        }
        // Small numbers divide faster.
        parts.iter_mut().for_each(|part| *part /= divisor);
        let parts: Vec<u128> = parts.into_iter().map(u128::from).collect();
        Ok(Self { sum: parts.iter().sum(), parts })
    }

    /// The parts of a number of minor units or of pieces.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] where weights and amount are both beyond anything real.
    pub(crate) fn divide(&self, whole: i128) -> Result<Vec<i128>> {
        let sign = whole.signum();
        let magnitude = whole.unsigned_abs();
        let mut left = magnitude;
        let mut parts = Vec::with_capacity(self.parts.len());
        let mut remainders = Vec::with_capacity(self.parts.len());
        for (place, weight) in self.parts.iter().enumerate() {
            let product =
                magnitude.checked_mul(*weight).ok_or(ForecastError::OutOfRange { field: "share" })?;
            let part = product / self.sum;
            left -= part;
            parts.push(part as i128 * sign);
            remainders.push((product - part * self.sum, place));
        }
        let missing = usize::try_from(left).unwrap_or(usize::MAX).min(remainders.len());
        if missing > 0 {
            // The largest remainders come first, of equal ones the lower place.
            let larger =
                |one: &(u128, usize), other: &(u128, usize)| other.0.cmp(&one.0).then(one.1.cmp(&other.1));
            remainders.select_nth_unstable_by(missing - 1, larger);
            for (_, place) in remainders.into_iter().take(missing) {
                parts[place] += sign;
            }
        }
        Ok(parts)
    }
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
