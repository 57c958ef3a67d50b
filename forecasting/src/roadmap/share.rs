//! Flows divided between those who cause them.

use std::collections::HashMap;

use crate::error::Result;
use crate::weights::Weights;

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
