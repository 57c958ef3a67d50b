//! The roll-forward: how the books get from the opening to the closing balance.

use rust_decimal::Decimal;

use super::schedule::Depreciation;
use crate::month::Month;

/// Movements of cost and accumulated depreciation of a class of assets over some months. The closing figures
/// are the opening ones of the following months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollForward {
    /// Cost of the assets in the books at the start.
    pub opening_cost: Decimal,
    /// Cost of assets that entered service.
    pub additions: Decimal,
    /// Cost of assets that were disposed of.
    pub disposals: Decimal,
    /// Depreciation accumulated at the start.
    pub opening_accumulated: Decimal,
    /// Depreciation charged.
    pub charge: Decimal,
    /// Accumulated depreciation of the assets that were disposed of.
    pub accumulated_on_disposals: Decimal,
}

impl RollForward {
    /// Opening cost plus additions less disposals.
    pub fn closing_cost(&self) -> Decimal {
        self.opening_cost + self.additions - self.disposals
    }

    /// Opening accumulated depreciation plus the charge less what left with the disposals.
    pub fn closing_accumulated(&self) -> Decimal {
        self.opening_accumulated + self.charge - self.accumulated_on_disposals
    }

    /// Closing cost less closing accumulated depreciation.
    pub fn closing_book_value(&self) -> Decimal {
        self.closing_cost() - self.closing_accumulated()
    }
}

/// The movements from the first day of `from` to the last day of `to`. All assets must be in one currency.
pub fn roll_forward<'a>(
    assets: impl IntoIterator<Item = &'a Depreciation>,
    from: Month,
    to: Month,
) -> RollForward {
    let mut movements = RollForward::default();
    for asset in assets {
        let basis = asset.basis();
        let entered = Month::of(basis.in_service);
        let left = basis.disposed.map(Month::of);
        if entered > to || left.is_some_and(|left| left < from) {
            continue;
        }
        let before = asset.accumulated(from.plus(-1));
        if entered < from {
            movements.opening_cost += basis.cost.amount;
            movements.opening_accumulated += before;
        } else {
            movements.additions += basis.cost.amount;
        }
        let after = asset.accumulated(to);
        movements.charge += after - before;
        if left.is_some_and(|left| left <= to) {
            movements.disposals += basis.cost.amount;
            movements.accumulated_on_disposals += after;
        }
    }
    movements
}
