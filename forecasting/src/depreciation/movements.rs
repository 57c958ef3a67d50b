//! The roll-forward of a book: cost, depreciation and impairment from opening to closing.

use std::ops::{AddAssign, Mul, SubAssign};

use rust_decimal::Decimal;

use super::ledger::Balance;

/// How the balance at the start of some months becomes that at their end. The closing balance is the opening one of
/// the months that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Movements {
    /// What stood in the books at the start.
    pub opening: Balance,
    /// What came: cost of what entered service, and the depreciation it brought along if it was taken over in the
    /// middle of its life.
    pub added: Balance,
    /// Depreciation charged, less what disposals took back.
    pub charge: Decimal,
    /// Impairment losses.
    pub impairment: Decimal,
    /// Of the charge and of the losses, what is caught up of closed months; nothing of cost.
    pub caught_up: Balance,
    /// What came from another class by a transfer, less what went to one.
    pub transferred: Balance,
    /// What left by disposal: cost, and the depreciation and impairment it took along.
    pub removed: Balance,
}

impl Movements {
    /// What stands in the books at the end.
    pub fn closing(&self) -> Balance {
        Balance {
            cost: self.opening.cost + self.added.cost + self.transferred.cost - self.removed.cost,
            accumulated: self.opening.accumulated
                + self.added.accumulated
                + self.transferred.accumulated
                + self.charge
                - self.removed.accumulated,
            impairment: self.opening.impairment
                + self.added.impairment
                + self.transferred.impairment
                + self.impairment
                - self.removed.impairment,
        }
    }
}

impl Movements {
    /// The movements of so many entries that are alike.
    #[must_use]
    pub fn times(&self, count: u64) -> Self {
        let count = Decimal::from(count);
        Self {
            opening: self.opening * count,
            added: self.added * count,
            charge: self.charge * count,
            impairment: self.impairment * count,
            caught_up: self.caught_up * count,
            transferred: self.transferred * count,
            removed: self.removed * count,
        }
    }
}

impl Mul<Decimal> for Balance {
    type Output = Self;

    fn mul(self, count: Decimal) -> Self {
        Self {
            cost: self.cost * count,
            accumulated: self.accumulated * count,
            impairment: self.impairment * count,
        }
    }
}

impl AddAssign for Movements {
    fn add_assign(&mut self, other: Self) {
        self.opening += other.opening;
        self.added += other.added;
        self.charge += other.charge;
        self.impairment += other.impairment;
        self.caught_up += other.caught_up;
        self.transferred += other.transferred;
        self.removed += other.removed;
    }
}

impl AddAssign for Balance {
    fn add_assign(&mut self, other: Self) {
        self.cost += other.cost;
        self.accumulated += other.accumulated;
        self.impairment += other.impairment;
    }
}

impl SubAssign for Balance {
    fn sub_assign(&mut self, other: Self) {
        self.cost -= other.cost;
        self.accumulated -= other.accumulated;
        self.impairment -= other.impairment;
    }
}
