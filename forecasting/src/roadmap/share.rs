//! Flows divided between those who cause them.

use std::collections::HashMap;

use crate::error::{ForecastError, Result};

/// Shares of a whole, by whole-numbered weights without a common factor.
///
/// Amounts are divided with the largest remainder method, as by [`split`](crate::money::split): the parts add up
/// to the whole to the minor unit.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    parts: Vec<u128>,
    sum: u128,
}

impl Weights {
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for no weights or weights that are all zero.
    pub(super) fn new(weights: impl Iterator<Item = u64>) -> Result<Self> {
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

    /// The parts of a number of minor units.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] where weights and amount are both beyond anything real.
    pub(super) fn divide(&self, whole: i128) -> Result<Vec<i128>> {
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

/// The parts of the months of one row, as positions among the distinct amounts: most schedules have few.
pub(super) struct Parts {
    distinct: Vec<Vec<i128>>,
    months: Vec<Option<usize>>,
}

impl Parts {
    /// Divides every month of a row.
    ///
    /// # Errors
    ///
    /// As [`Weights::divide`].
    pub(super) fn of(row: &[i128], weights: &Weights) -> Result<Self> {
        let mut known = HashMap::new();
        let mut distinct = Vec::new();
        let mut months = Vec::with_capacity(row.len());
        for cell in row {
            if *cell == 0 {
                months.push(None);
                continue;
            }
            let place = match known.get(cell) {
                Some(place) => *place,
                None => {
                    distinct.push(weights.divide(*cell)?);
                    known.insert(*cell, distinct.len() - 1);
                    distinct.len() - 1
                }
            };
            months.push(Some(place));
        }
        Ok(Self { distinct, months })
    }

    /// The cells of one share; `None` where it has no part in any month.
    pub(super) fn cells(&self, share: usize) -> Option<impl Iterator<Item = i128>> {
        let has_part = self.distinct.iter().any(|parts| parts[share] != 0);
        has_part.then(|| {
            self.months.iter().map(move |place| place.map_or(0, |place| self.distinct[place][share]))
        })
    }
}
