//! Laws that hold for every input, not only for the worked examples.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod estate;

use chrono::NaiveDate;
use estate::{calendars, conventions, dates, methods, months, roundings};
use forecasting::depreciation::{Basis, Depreciation, DepreciationRule, Method, roll_forward};
use forecasting::money::{Currency, Money, Rounding, split, spread_cumulative, spread_equal};
use forecasting::month::{FiscalCalendar, Month, add_months, months_between, term_end};
use forecasting::roadmap::{Category, MoneyView, Roadmap, Window};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn sum(amounts: &[Money]) -> Decimal {
    amounts.iter().map(|money| money.amount).sum()
}

fn cents(amount: i64) -> Money {
    Money::new(Decimal::new(amount, 2), Currency::USD)
}

prop_compose! {
    fn depreciations()(
        method in methods(), convention in conventions(), rounding in roundings(), calendar in calendars(),
        life_months in 1..130_u32, cost in 0..50_000_000_i64, salvage_share in 0..=100_i64,
        in_service in dates(), disposed_after in prop::option::of(0..4_000_u64),
    ) -> (Depreciation, DepreciationRule) {
        let rule = DepreciationRule { method, life_months, convention, rounding };
        let basis = Basis {
            cost: cents(cost),
            salvage: Decimal::new(cost * salvage_share / 100, 2),
            in_service,
            disposed: disposed_after.map(|days| in_service + chrono::Days::new(days)),
        };
        (Depreciation::new(&rule, &basis, &calendar).unwrap(), rule)
    }
}

proptest! {
    #[test]
    fn spreading_conserves_the_total(total in -1_000_000_i64..1_000_000, periods in 1..400_u32) {
        let total = cents(total);
        prop_assert_eq!(sum(&spread_equal(total, periods)), total.amount);
        prop_assert_eq!(sum(&spread_cumulative(total, periods)), total.amount);
        for amount in spread_equal(total, periods) {
            prop_assert!(amount.amount.is_zero() || amount.amount.is_sign_negative() == total.amount.is_sign_negative());
        }
    }

    #[test]
    fn every_prefix_of_a_cumulative_spread_is_exact(total in -1_000_000_i64..1_000_000, periods in 1..200_u32) {
        let total = cents(total);
        let amounts = spread_cumulative(total, periods);
        for count in 1..=periods {
            let exact = total.amount * Decimal::from(count) / Decimal::from(periods);
            prop_assert_eq!(sum(&amounts[..count as usize]), Currency::USD.round(exact));
        }
    }

    #[test]
    fn splits_conserve_and_are_fair(
        total in -10_000_000_i64..10_000_000, weights in prop::collection::vec(0..1_000_i64, 1..20)
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let total = cents(total);
        let decimals: Vec<Decimal> = weights.iter().map(|weight| Decimal::new(*weight, 1)).collect();
        let shares = split(total, &decimals).unwrap();
        prop_assert_eq!(sum(&shares), total.amount);
        let whole: Decimal = decimals.iter().sum();
        for (share, weight) in shares.iter().zip(&decimals) {
            let exact = total.amount * weight / whole;
            prop_assert!((share.amount - exact).abs() < Decimal::new(1, 2));
        }
    }

    #[test]
    fn terms_follow_each_other(start in dates(), first in 1..60_u32, second in 1..60_u32) {
        let end = term_end(start, first);
        prop_assert_eq!(end.succ_opt(), Some(add_months(start, first as i32)));
        prop_assert_eq!(months_between(start, end), first as i32 - 1);
        prop_assert_eq!(months_between(start, end.succ_opt().unwrap()), first as i32);
        prop_assert!(term_end(start, first + second) > end);
        // Counted from the anchor, a later month keeps the day of the anchor wherever it exists.
        let later = add_months(start, (first + second) as i32);
        prop_assert_eq!(later, Month::of(later).day_clamped(chrono::Datelike::day(&start)));
    }

    #[test]
    fn months_are_written_and_read(month in months(), count in -600..600_i32) {
        prop_assert_eq!(month.to_string().parse::<Month>().unwrap(), month);
        prop_assert_eq!(month.plus(count).since(month), count);
        prop_assert_eq!(month.last_day().succ_opt(), Some(month.next().first_day()));
    }

    #[test]
    fn fiscal_periods_cover_every_day_once(calendar in calendars(), date in dates()) {
        let (year, number) = calendar.period_of(date);
        let periods = calendar.periods(year);
        prop_assert_eq!(periods.len(), 12);
        let period = periods[number as usize - 1];
        prop_assert!(period.first_day <= date && date <= period.last_day);
        prop_assert_eq!(periods[11].last_day.succ_opt(), Some(calendar.first_day(year + 1)));
        let month = Month::of(date);
        let inside = month.since(calendar.first_month(calendar.fiscal_year_of(month)));
        prop_assert!((0..12).contains(&inside));
        prop_assert_eq!(calendar.fiscal_quarter_of(month).1 as i32, inside / 3 + 1);
    }

    #[test]
    fn a_schedule_sums_to_cost_less_salvage((depreciation, rule) in depreciations()) {
        let basis = depreciation.basis();
        let total: Decimal = depreciation.schedule().iter().map(|charge| charge.amount).sum();
        let depreciable = basis.cost.amount - basis.salvage;
        prop_assert!(total <= depreciable);
        let never_switches =
            matches!(rule.method, Method::DoubleDeclining { switch: false } | Method::Declining150 { switch: false });
        if basis.disposed.is_none() && !never_switches {
            prop_assert_eq!(total, depreciable);
        }
    }

    #[test]
    fn book_value_never_rises((depreciation, _) in depreciations()) {
        let mut before = depreciation.basis().cost.amount;
        for charge in depreciation.schedule() {
            prop_assert!(charge.amount >= Decimal::ZERO, "{charge:?}");
            prop_assert_eq!(charge.book_value, before - charge.amount);
            before = charge.book_value;
        }
        prop_assert!(before >= depreciation.basis().salvage);
    }

    #[test]
    fn a_window_of_charges_is_part_of_the_schedule((depreciation, _) in depreciations(), shift in -20..150_i32) {
        let from = Month::of(depreciation.basis().in_service).plus(shift);
        let window = depreciation.charges(from, 24);
        for (month, amount) in from.range(24).zip(window) {
            prop_assert_eq!(amount, depreciation.charge(month));
        }
    }

    #[test]
    fn roll_forwards_foot(
        assets in prop::collection::vec(depreciations(), 0..6), from in months(), first in 1..24_i32, second in 1..24_i32
    ) {
        let assets: Vec<Depreciation> = assets.into_iter().map(|(depreciation, _)| depreciation).collect();
        let earlier = roll_forward(&assets, from, from.plus(first - 1));
        let later = roll_forward(&assets, from.plus(first), from.plus(first + second - 1));
        let both = roll_forward(&assets, from, from.plus(first + second - 1));
        prop_assert_eq!(earlier.closing_cost(), later.opening_cost);
        prop_assert_eq!(earlier.closing_accumulated(), later.opening_accumulated);
        prop_assert_eq!(both.closing_book_value(), later.closing_book_value());
        prop_assert_eq!(both.charge, earlier.charge + later.charge);
    }

    /// Assets that share a convention's stand-in date may be added before they are depreciated.
    #[test]
    fn vintages_are_the_sum_of_their_assets(
        costs in prop::collection::vec(0..5_000_000_i64, 1..8), convention in conventions(), date in dates(),
        method in methods(), calendar in calendars(),
    ) {
        let rule = DepreciationRule { method, life_months: 60, convention, rounding: Rounding::Cumulative };
        let schedule = |cost: i64, in_service: NaiveDate| {
            let basis = Basis { cost: cents(cost), salvage: Decimal::ZERO, in_service, disposed: None };
            Depreciation::new(&rule, &basis, &calendar).unwrap()
        };
        let vintage = schedule(costs.iter().sum(), convention.representative(date));
        let single: Vec<_> = costs.iter().map(|cost| schedule(*cost, date)).collect();
        let slack = Decimal::new(costs.len() as i64, 2);
        for month in Month::of(date).range(72) {
            let apart: Decimal = single.iter().map(|asset| asset.accumulated(month)).sum();
            prop_assert!((vintage.accumulated(month) - apart).abs() <= slack);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_roadmap_foots_in_every_view(sources in prop::collection::vec(estate::sources(), 1..8), from in months()) {
        let window = Window::new(from, 36).unwrap();
        let calendar = FiscalCalendar::calendar_years();
        let mut roadmap = Roadmap::new(window, Currency::USD);
        let mut totals = [Decimal::ZERO; 3];
        for (position, source) in sources.iter().enumerate() {
            let flows = source.flows(window);
            for (total, view) in totals.iter_mut().zip(MoneyView::ALL) {
                *total += flows.total(view);
            }
            roadmap.add(&(position % 3), &flows, &[position]).unwrap();
        }
        for (total, view) in totals.into_iter().zip(MoneyView::ALL) {
            let months = roadmap.months(view);
            let rows: Decimal = roadmap.lines(view).map(|(_, _, line)| line.total()).sum();
            let categories: Decimal =
                Category::ALL.iter().flat_map(|category| roadmap.category_months(view, *category)).sum();
            prop_assert_eq!(rows, total);
            prop_assert_eq!(categories, total);
            prop_assert_eq!(months.iter().sum::<Decimal>(), total);
            prop_assert_eq!(roadmap.total(view), total);
            prop_assert_eq!(roadmap.years(&months, &calendar).values().sum::<Decimal>(), total);
            prop_assert_eq!(roadmap.quarters(&months, &calendar).values().sum::<Decimal>(), total);
        }
    }

    #[test]
    fn moving_the_window_moves_nothing_else(source in estate::sources(), from in months(), shift in 1..30_i32) {
        let here = Window::new(from, 36).unwrap();
        let there = Window::new(from.plus(shift), 36).unwrap();
        let (before, after) = (source.flows(here), source.flows(there));
        for view in MoneyView::ALL {
            for category in Category::ALL {
                let at = |flows: &forecasting::roadmap::Flows, month: Month| {
                    let position = flows.window().position(month).unwrap();
                    flows.amounts(view, category).map_or(Decimal::ZERO, |amounts| amounts[position])
                };
                for month in there.iter().filter(|month| here.position(*month).is_some()) {
                    prop_assert_eq!(at(&before, month), at(&after, month), "{:?} {:?} {}", view, category, month);
                }
            }
        }
    }

    /// Over a window that holds all of its life, a source costs the same whichever way it is looked at, but for
    /// what only one view knows: proceeds are not committed, and depreciation stops at salvage.
    #[test]
    fn support_costs_the_same_in_every_view(contract in estate::support_contracts()) {
        let contract = forecasting::roadmap::SupportContract { renewal: None, ..contract };
        let window = Window::new(Month::of(contract.start).plus(-12), 400).unwrap();
        let flows = contract.flows(window).unwrap();
        prop_assert_eq!(flows.total(MoneyView::Cash), flows.total(MoneyView::Pnl));
        prop_assert_eq!(flows.total(MoneyView::Cash), flows.total(MoneyView::Commitment));
    }
}
