//! Laws of budgets: whatever is divided, compared or rolled up adds up again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use forecasting::budget::{
    AllocationModel, AllocationRule, BudgetLine, BudgetVersion, Comparison, Dimension, DriverVolume, Flag,
    LineKey, Orientation, PeriodRange, PeriodRates, PlanRates, PricedVolume, Tolerance, Variance,
    VersionKind, compare, decompose, decompose_rows,
};
use forecasting::money::{Currency, Money};
use forecasting::roadmap::MoneyView;
use proptest::prelude::*;
use rust_decimal::Decimal;

const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

fn priced() -> impl Strategy<Value = PricedVolume> {
    (0..10_000_000_i64, -1_000_000..1_000_000_i64, 1..5_000_000_i64).prop_map(|(quantity, price, rate)| {
        PricedVolume {
            quantity: Decimal::new(quantity, 3),
            price: Decimal::new(price, 4),
            rate: Decimal::new(rate, 5),
        }
    })
}

fn orientations() -> impl Strategy<Value = Orientation> {
    prop::sample::select(vec![Orientation::Cost, Orientation::Sales])
}

/// Receivers are 100 and up, pools count from 0, and 999 is a pool that nobody made a rule for.
fn model(
    volumes: &[Vec<u32>],
    costs: &[i64],
    receivers: usize,
    left: Option<u32>,
    later_only: bool,
) -> AllocationModel<usize> {
    let pools = volumes.len();
    let names: Vec<usize> = (0..pools).chain(100..100 + receivers).collect();
    let rules = volumes.iter().enumerate().map(|(source, row)| {
        let may_receive = |name: &usize| *name >= 100 || !later_only || *name > source;
        let targets: Vec<DriverVolume<usize>> = names
            .iter()
            .zip(row)
            .filter(|(name, _)| may_receive(name))
            .map(|(name, volume)| DriverVolume { target: *name, volume: Decimal::new(i64::from(*volume), 1) })
            .collect();
        let used: Decimal = targets.iter().map(|target| target.volume).sum();
        AllocationRule {
            source,
            driver: "volume".to_owned(),
            targets,
            whole: left.map(|left| used + Decimal::from(left)),
        }
    });
    AllocationModel {
        currency: Currency::USD,
        costs: names
            .iter()
            .chain(std::iter::once(&999))
            .zip(costs)
            .map(|(name, cost)| (*name, Decimal::new(*cost, 2)))
            .collect(),
        receivers: (100..100 + receivers).collect(),
        rules: rules.collect(),
    }
}

prop_compose! {
    fn models(later_only: bool)(pools in 1..6_usize, receivers in 1..5_usize)(
        volumes in prop::collection::vec(prop::collection::vec(0..50_u32, pools + receivers), pools),
        costs in prop::collection::vec(-5_000_000..50_000_000_i64, pools + receivers + 1),
        left in prop::option::of(0..20_u32), receivers in Just(receivers),
    ) -> AllocationModel<usize> {
        model(&volumes, &costs, receivers, left, later_only)
    }
}

proptest! {
    #[test]
    fn causes_sum_to_the_variance(plan in priced(), actual in priced(), orientation in orientations()) {
        let parts = decompose(&plan, &actual, orientation).unwrap();
        let difference = match orientation {
            Orientation::Cost => parts.plan - parts.actual,
            Orientation::Sales => parts.actual - parts.plan,
        };
        prop_assert_eq!(parts.total(), difference);
        for currency in [Currency::USD, Currency::JPY] {
            let rounded = parts.rounded(currency).unwrap();
            prop_assert_eq!(rounded.plan, currency.round(parts.plan));
            prop_assert_eq!(rounded.actual, currency.round(parts.actual));
            let shown = match orientation {
                Orientation::Cost => rounded.plan - rounded.actual,
                Orientation::Sales => rounded.actual - rounded.plan,
            };
            prop_assert_eq!(rounded.total(), shown);
            let unit = Decimal::new(1, currency.minor_units());
            for (exact, shown) in
                [(parts.volume, rounded.volume), (parts.price, rounded.price), (parts.exchange, rounded.exchange)]
            {
                prop_assert_eq!(currency.round(shown), shown);
                prop_assert!((exact - shown).abs() <= unit, "{} for {}", shown, exact);
            }
        }
    }

    #[test]
    fn each_cause_is_zero_where_nothing_changed(plan in priced(), actual in priced()) {
        let same_quantity = PricedVolume { quantity: plan.quantity, ..actual };
        prop_assert!(decompose(&plan, &same_quantity, Orientation::Cost).unwrap().volume.is_zero());
        let same_price = PricedVolume { price: plan.price, ..actual };
        prop_assert!(decompose(&plan, &same_price, Orientation::Cost).unwrap().price.is_zero());
        let same_rate = PricedVolume { rate: plan.rate, ..actual };
        prop_assert!(decompose(&plan, &same_rate, Orientation::Cost).unwrap().exchange.is_zero());
    }

    #[test]
    fn rows_are_decomposed_one_by_one(rows in prop::collection::vec((priced(), priced()), 0..8)) {
        let sum = decompose_rows(&rows, Orientation::Cost).unwrap();
        let each = rows.iter().map(|(plan, actual)| decompose(plan, actual, Orientation::Cost).unwrap());
        let volume: Decimal = each.map(|row| row.volume).sum();
        prop_assert_eq!(sum.volume, volume);
        prop_assert_eq!(sum.total(), sum.plan - sum.actual);
    }

    #[test]
    fn sales_are_costs_with_the_opposite_sign(plan in -9_999_i64..9_999, actual in -9_999_i64..9_999, most in 0..500_i64) {
        let money = |cents| Money::new(Decimal::new(cents, 2), Currency::USD);
        let tolerance = Tolerance::Amount(Decimal::new(most, 2));
        let of = |orientation| Variance::new(money(plan), money(actual), orientation, tolerance).unwrap();
        let (cost, sales) = (of(Orientation::Cost), of(Orientation::Sales));
        prop_assert_eq!(cost.amount, -sales.amount);
        prop_assert_eq!(cost.rate.is_none(), plan == 0);
        prop_assert_eq!(cost.flag == Flag::OnPlan, (plan - actual).abs() <= most);
        let opposite = match cost.flag {
            Flag::Favourable => Flag::Unfavourable,
            Flag::Unfavourable => Flag::Favourable,
            Flag::OnPlan => Flag::OnPlan,
        };
        prop_assert_eq!(sales.flag, opposite);
        // The rate never contradicts the flag, not even where a credit was planned.
        if let Some(rate) = cost.rate.filter(|rate| !rate.is_zero()) {
            prop_assert_eq!(rate.is_sign_negative(), cost.amount.is_sign_negative());
        }
    }

    #[test]
    fn steps_conserve_the_total(model in models(true)) {
        let order: Vec<usize> = (0..model.rules.len()).collect();
        let allocation = model.step_down(&order).unwrap();
        let total: Decimal = model.costs.iter().map(|(_, cost)| *cost).sum();
        prop_assert_eq!(allocation.total, total);
        prop_assert_eq!(allocation.received.values().sum::<Decimal>() + allocation.unallocated, total);
        // What a pool had is what it gave, flow by flow.
        for (pool, amount) in &allocation.pools {
            let given: Decimal =
                allocation.flows.iter().filter(|flow| flow.source == *pool).map(|flow| flow.amount).sum();
            prop_assert_eq!(given, *amount);
        }
        // Both ways agree but for the rounding of steps, of which each moves a cent at most.
        let at_once = model.simultaneous().unwrap();
        let steps = Decimal::from(allocation.flows.len() as u64 + 1) * CENT;
        for (receiver, amount) in &allocation.received {
            prop_assert!((amount - at_once.received[receiver]).abs() <= steps);
        }
    }

    #[test]
    fn circles_conserve_the_total(model in models(false)) {
        let Ok(allocation) = model.simultaneous() else {
            // Refused only where a circle keeps everything to itself.
            let refusal = model.simultaneous().unwrap_err().to_string();
            prop_assert!(refusal.starts_with("allocation circle"), "{}", refusal);
            return Ok(());
        };
        let total: Decimal = model.costs.iter().map(|(_, cost)| *cost).sum();
        prop_assert_eq!(allocation.received.values().sum::<Decimal>() + allocation.unallocated, total);
        // What a target is given and its own cost are what it has.
        for (name, amount) in allocation.received.iter().chain(&allocation.pools) {
            let own: Decimal = model.costs.iter().filter(|(of, _)| of == name).map(|(_, cost)| *cost).sum();
            let given = allocation.flows.iter().filter(|flow| flow.target.as_ref() == Some(name));
            prop_assert_eq!(own + given.map(|flow| flow.amount).sum::<Decimal>(), *amount);
        }
        // Every pool solves its equation: own cost and what all others give it.
        for (pool, amount) in &allocation.pools {
            let own: Decimal = model.costs.iter().filter(|(name, _)| name == pool).map(|(_, cost)| *cost).sum();
            let mut expected = own;
            for rule in &model.rules {
                let used: Decimal = rule.targets.iter().map(|target| target.volume).sum();
                let whole = rule.whole.unwrap_or(used);
                for target in rule.targets.iter().filter(|target| target.target == *pool) {
                    expected += allocation.pools[&rule.source] * target.volume.checked_div(whole).unwrap_or_default();
                }
            }
            prop_assert!((expected - amount).abs() <= CENT * Decimal::from(4), "{} instead of {}", amount, expected);
        }
    }

    #[test]
    fn the_order_of_rules_and_costs_does_not_matter(model in models(false)) {
        let mut turned = model.clone();
        turned.rules.reverse();
        turned.costs.reverse();
        prop_assert_eq!(model.simultaneous(), turned.simultaneous());
    }
}

fn currencies() -> [Currency; 3] {
    [Currency::USD, Currency::EUR, Currency::JPY]
}

prop_compose! {
    fn lines()(
        cost_centre in 0..3_u8, account in 0..3_u8, tower in prop::option::of(0..2_u8), site in prop::option::of(0..2_u8),
        period in 1..=12_u32, cash in any::<bool>(), currency in 0..3_usize, amount in -1_000_000..9_000_000_i64,
    ) -> BudgetLine {
        let key = LineKey {
            cost_centre: cost_centre.to_string(),
            account: account.to_string(),
            tower: tower.map(|tower| tower.to_string()),
            site: site.map(|site| site.to_string()),
            period,
            view: if cash { MoneyView::Cash } else { MoneyView::Pnl },
            currency: currencies()[currency],
        };
        BudgetLine::new(key, Decimal::new(amount, 3))
    }
}

fn rates(moved: bool) -> (PlanRates, PeriodRates) {
    let plan = BTreeMap::from([(Currency::EUR, Decimal::new(11, 1)), (Currency::JPY, Decimal::new(67, 4))]);
    let periods = plan.iter().flat_map(|(currency, rate)| {
        let step = move |period: u32| Decimal::new(if moved { i64::from(period) } else { 0 }, 5);
        (1..=12).map(move |period| ((*currency, period), *rate + step(period)))
    });
    let periods = PeriodRates::new(Currency::USD, periods.collect()).unwrap();
    (PlanRates::new(Currency::USD, plan).unwrap(), periods)
}

fn compared(plan: Vec<BudgetLine>, actual: Vec<BudgetLine>, moved: bool) -> Comparison {
    let plan = BudgetVersion::new(VersionKind::Plan, 2026, plan).unwrap();
    let actual = BudgetVersion::new(VersionKind::Actual, 2026, actual).unwrap();
    let (plan_rates, period_rates) = rates(moved);
    compare(&plan, &actual, PeriodRange::year(), &plan_rates, &period_rates).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_roll_up_foots(
        plan in prop::collection::vec(lines(), 0..30), actual in prop::collection::vec(lines(), 0..30),
        dimensions in prop::sample::subsequence(Dimension::ALL.to_vec(), 0..=6),
    ) {
        let mut dimensions = dimensions;
        if !dimensions.contains(&Dimension::View) {
            dimensions.push(Dimension::View);
        }
        let comparison = compared(plan.clone(), actual, true);
        let groups = comparison.roll_up(&dimensions).unwrap();
        for view in [MoneyView::Cash, MoneyView::Pnl] {
            let total = comparison.total(view).unwrap();
            prop_assert_eq!(total.operating() + total.exchange(), total.plan - total.actual);
            let wanted = forecasting::budget::DimensionValue::View(view);
            let group = groups.iter().filter(|(values, _)| values.contains(&wanted));
            let sums = group.fold((Decimal::ZERO, Decimal::ZERO, Decimal::ZERO), |sums, (_, group)| {
                (sums.0 + group.plan, sums.1 + group.at_plan_rates, sums.2 + group.actual)
            });
            prop_assert_eq!(sums, (total.plan, total.at_plan_rates, total.actual));
        }
        // The plan by itself rolls up to the same figures.
        let version = BudgetVersion::new(VersionKind::Plan, 2026, plan).unwrap();
        for (values, amount) in version.roll_up(&rates(true).0, &dimensions).unwrap() {
            prop_assert_eq!(groups[&values].plan, amount);
        }
    }

    #[test]
    fn without_movement_of_rates_there_is_no_exchange(
        plan in prop::collection::vec(lines(), 0..20), actual in prop::collection::vec(lines(), 0..20),
    ) {
        let comparison = compared(plan.clone(), actual, false);
        prop_assert!(comparison.lines.iter().all(|line| line.totals.exchange().is_zero()));
        // A version beside itself differs by the currencies alone.
        let itself = compared(plan.clone(), plan, true);
        prop_assert!(itself.lines.iter().all(|line| line.totals.operating().is_zero()));
        let dollars = itself.lines.iter().filter(|line| line.key.currency == Currency::USD);
        let dollars: BTreeSet<Decimal> = dollars.map(|line| line.totals.total()).collect();
        prop_assert!(dollars.is_empty() || dollars == BTreeSet::from([Decimal::ZERO]));
    }
}

#[test]
fn rates_of_a_plan_convert_to_what_it_is_reported_in() {
    let (plan, _) = rates(false);
    let euro = plan.rate(Currency::EUR).unwrap();
    assert_eq!(plan.convert(Decimal::from(100), Currency::EUR).unwrap(), euro * Decimal::from(100));
    assert_eq!(plan.convert(Decimal::from(-7), Currency::USD).unwrap(), Decimal::from(-7));
    assert!(plan.convert(Decimal::MAX, Currency::EUR).is_err());
    assert!(plan.convert(Decimal::ONE, Currency::from_code("GBP").unwrap()).is_err());
}
