//! What there is, as it changes: deliveries, retirements, steps of contracts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::figures::{bounded, fraction, minus, not_negative, plus, times};
use crate::error::{ForecastError, Result};
use crate::month::Month;
use crate::quantity::millionths;

/// A change of what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyChange {
    /// What changes it.
    pub name: String,
    /// The first day on which it counts.
    pub on: NaiveDate,
    /// What it adds, or takes away if negative.
    pub quantity: Decimal,
}

/// What may be planned with, over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    opening: Decimal,
    /// In the order of days.
    changes: Vec<SupplyChange>,
    /// What there is from each day on which it changes, in the order of days.
    levels: Vec<(NaiveDate, Decimal)>,
}

impl Supply {
    /// A supply that does not change.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if it is negative or beyond the range of quantities.
    pub fn level(opening: Decimal) -> Result<Self> {
        Self::new(opening, Vec::new())
    }

    /// A supply that is there before all changes, and the changes in any order.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if it is negative or beyond the range of quantities, at first or after the changes
    /// of a day: naming the last of these changes.
    pub fn new(opening: Decimal, mut changes: Vec<SupplyChange>) -> Result<Self> {
        not_negative(opening, "supply")?;
        changes.sort_by(|one, other| one.on.cmp(&other.on).then_with(|| one.name.cmp(&other.name)));
        let (mut level, mut levels) = (opening, Vec::new());
        for of_day in changes.chunk_by(|one, other| one.on == other.on) {
            for change in of_day {
                level = plus(level, bounded(change.quantity, "supply")?, "supply")?;
            }
            if let Some(last) = of_day.last().filter(|_| level < Decimal::ZERO) {
                let text = format!("{level} after {} on {}", last.name, last.on);
                return Err(ForecastError::invalid("supply", &text, "no more is taken away than there is"));
            }
            levels.extend(of_day.last().map(|last| (last.on, level)));
        }
        Ok(Self { opening, changes, levels })
    }

    /// The supply with more changes.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with(&self, changes: impl IntoIterator<Item = SupplyChange>) -> Result<Self> {
        Self::new(self.opening, self.changes.iter().cloned().chain(changes).collect())
    }

    /// A part of the supply, to the millionth: what of it is there once, where it is handed out more than once. Each
    /// change is the difference of what is there before and after it.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a part outside 0 to 1.
    pub fn part(&self, share: Decimal) -> Result<Self> {
        fraction(share, "share")?;
        let part = |level| times(level, share, "supply").map(|part| millionths(part).normalize());
        let (mut level, mut changes) = (self.opening, Vec::with_capacity(self.changes.len()));
        for change in &self.changes {
            let before = part(level)?;
            level = plus(level, change.quantity, "supply")?;
            changes.push(SupplyChange { quantity: minus(part(level)?, before, "supply")?, ..change.clone() });
        }
        Self::new(part(self.opening)?, changes)
    }

    /// What there is before all changes.
    pub fn opening(&self) -> Decimal {
        self.opening
    }

    /// The changes in the order of days.
    pub fn changes(&self) -> &[SupplyChange] {
        &self.changes
    }

    /// What there is on a day, with the changes of that day.
    pub fn on(&self, day: NaiveDate) -> Decimal {
        self.after(self.levels.partition_point(|(from, _)| *from <= day))
    }

    /// The least there is on any day of a month. A delivery within the month counts from the next, unless what it
    /// replaces goes on the same day; a retirement counts at once.
    pub fn in_month(&self, month: Month) -> Decimal {
        let first = self.levels.partition_point(|(from, _)| *from <= month.first_day());
        let within = self.levels.iter().skip(first).take_while(|(from, _)| *from <= month.last_day());
        within.map(|(_, level)| *level).fold(self.after(first), Decimal::min)
    }

    /// What there is after so many of the days on which it changes.
    fn after(&self, days: usize) -> Decimal {
        let last = days.checked_sub(1).and_then(|last| self.levels.get(last));
        last.map_or(self.opening, |(_, level)| *level)
    }

    /// Whether anything is taken away after a day.
    pub(super) fn falls_after(&self, day: NaiveDate) -> bool {
        self.changes.iter().any(|change| change.on > day && change.quantity < Decimal::ZERO)
    }
}
