//! Flows divided between those who cause them.

use forecasting::money::Currency;
use forecasting::roadmap::{Category, Flows, MoneyView, Window};
use proptest::prelude::*;
use rust_decimal::Decimal;

proptest! {
    #[test]
    fn parts_add_up_to_the_whole(
        cents in prop::collection::vec(-9_999_999_i64..9_999_999, 1..40),
        weights in prop::collection::vec(0_u32..50, 1..6),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let months = u32::try_from(cents.len()).unwrap();
        let window = Window::new("2026-01".parse().unwrap(), months).unwrap();
        let mut flows = Flows::new(window, Currency::USD);
        for (month, cents) in window.iter().zip(&cents) {
            flows.post(MoneyView::Pnl, Category::Support, month, Decimal::new(*cents, 2)).unwrap();
        }
        let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
        let parts = flows.divide(&weights).unwrap();
        for place in 0..cents.len() {
            let amount = |flows: &Flows| {
                flows.amounts(MoneyView::Pnl, Category::Support).map_or(Decimal::ZERO, |row| row[place])
            };
            prop_assert_eq!(parts.iter().map(amount).sum::<Decimal>(), amount(&flows));
        }
    }
}
