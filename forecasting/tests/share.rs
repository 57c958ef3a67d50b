//! Flows divided between those who cause them.

use forecasting::money::{Currency, Money, split};
use forecasting::roadmap::{Category, Flows, MoneyView, Roadmap, Share, Window};
use proptest::prelude::*;
use rust_decimal::Decimal;

proptest! {
    #[test]
    fn parts_add_up_to_the_whole(
        cents in prop::collection::vec(-9_999_999_i64..9_999_999, 1..40),
        weights in prop::collection::vec(0_u64..50, 1..6),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let months = u32::try_from(cents.len()).unwrap();
        let window = Window::new("2026-01".parse().unwrap(), months).unwrap();
        let mut flows = Flows::new(window, Currency::USD);
        for (month, cents) in window.iter().zip(&cents) {
            flows.post(MoneyView::Pnl, Category::Support, month, Decimal::new(*cents, 2)).unwrap();
        }
        let mut shared = Roadmap::new(window, Currency::USD);
        let shares = weights.iter().enumerate().map(|(key, weight)| Share { key, weight: *weight, records: vec![key] });
        shared.add_divided(&shares.collect::<Vec<_>>(), &flows).unwrap();
        let mut whole = Roadmap::new(window, Currency::USD);
        whole.add(&0, &flows, &[0]).unwrap();
        prop_assert_eq!(shared.months(MoneyView::Pnl), whole.months(MoneyView::Pnl));
        for (_, key, line) in shared.lines(MoneyView::Pnl) {
            prop_assert!(weights[*key] > 0);
            let sum: u64 = weights.iter().sum();
            for (part, cents) in line.amounts().into_iter().zip(&cents) {
                let exact = Decimal::new(*cents, 2) * Decimal::from(weights[*key]) / Decimal::from(sum);
                prop_assert!((part - exact).abs() < Decimal::new(1, 2), "{part} instead of {exact}");
            }
        }
    }
}

/// The worked example of dividing by the largest remainder, which [`forecasting::money::split`] answers alike.
#[test]
fn the_missing_cent_goes_to_the_largest_remainder() {
    let window = Window::new("2026-01".parse().unwrap(), 1).unwrap();
    for sign in [1, -1] {
        let mut flows = Flows::new(window, Currency::USD);
        let amount = Decimal::from(sign * 100_000);
        flows.post(MoneyView::Cash, Category::Cloud, window.from(), amount).unwrap();
        let weights = [3_u64, 3, 1];
        let mut roadmap = Roadmap::new(window, Currency::USD);
        let shares =
            weights.iter().enumerate().map(|(key, weight)| Share { key, weight: *weight, records: vec![()] });
        roadmap.add_divided(&shares.collect::<Vec<_>>(), &flows).unwrap();
        let parts: Vec<Decimal> = roadmap.lines(MoneyView::Cash).map(|(_, _, line)| line.total()).collect();
        let split = split(Money::new(amount, Currency::USD), &weights.map(Decimal::from)).unwrap();
        assert_eq!(parts, split.into_iter().map(|part| part.amount).collect::<Vec<_>>());
        assert_eq!(parts[2], Decimal::new(sign * 1_428_572, 2));
    }
}

#[test]
fn shares_without_any_weight_are_refused() {
    let window = Window::new("2026-01".parse().unwrap(), 1).unwrap();
    let mut flows = Flows::new(window, Currency::USD);
    flows.post(MoneyView::Cash, Category::Cloud, window.from(), Decimal::ONE).unwrap();
    let mut roadmap = Roadmap::new(window, Currency::USD);
    let refusal = roadmap.add_divided(&[Share { key: 0, weight: 0, records: vec![0] }], &flows).unwrap_err();
    assert_eq!(refusal.to_string(), "weights \"1\" is not usable: at least one weight is above zero");
}
