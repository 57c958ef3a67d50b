//! Which share of the records had the inputs a roadmap needs.

use rust_decimal::Decimal;

/// A kind of record a roadmap is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Assets.
    Asset,
    /// Colocation contracts.
    ColocationContract,
    /// Support contracts.
    SupportContract,
    /// Cloud workloads.
    Workload,
    /// Pools of capacity that more is bought for.
    CapacityPool,
}

/// How much of a kind of record is in a roadmap, by count and by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Records in the roadmap.
    pub covered_count: u64,
    /// Records in the roadmap or left out of it.
    pub total_count: u64,
    /// Value of the records in the roadmap, as far as it is known.
    pub covered_value: Decimal,
    /// Value of all records, as far as it is known.
    pub total_value: Decimal,
    /// Records whose value is not known: they count, and weigh nothing.
    pub without_value: u64,
}

impl Coverage {
    /// Share of the records, 0 to 1; `None` without records.
    pub fn count_ratio(&self) -> Option<Decimal> {
        Decimal::from(self.covered_count).checked_div(Decimal::from(self.total_count))
    }

    /// Share of the known value, 0 to 1; `None` where none is known.
    pub fn value_ratio(&self) -> Option<Decimal> {
        self.covered_value.checked_div(self.total_value)
    }

    /// Counts one record: whether it is in the roadmap, and what it is worth as far as that is known.
    pub fn count(&mut self, covered: bool, value: Option<Decimal>) {
        self.total_count += 1;
        self.covered_count += u64::from(covered);
        match value {
            Some(value) => {
                self.total_value = self.total_value.saturating_add(value);
                if covered {
                    self.covered_value = self.covered_value.saturating_add(value);
                }
            }
            None => self.without_value += 1,
        }
    }
}

/// A record that was left out, wholly or for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion<R> {
    /// What it is.
    pub subject: Subject,
    /// Which one.
    pub record: R,
    /// Why, for a person to read.
    pub reason: String,
}
