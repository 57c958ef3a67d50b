//! What a simulation refuses, by name and value, before it does any work.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::ForecastError;
use forecasting::money::{Currency, LIMIT};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::{MoneyView, Window};
use forecasting::uncertainty::{
    Chance, Compounding, Distribution, Exposure, Sampling, Series, Simulation, Source,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn january() -> Month {
    Month::new(2027, 1).unwrap()
}

fn simulation(months: u32) -> Simulation {
    let window = Window::new(january(), months).unwrap();
    Simulation::new(window, MoneyView::Cash, Currency::USD, &FiscalCalendar::calendar_years())
}

fn amounts(amount: Decimal, months: usize) -> Source {
    let monthly = vec![amount; months];
    Source::certain(Series::new(MoneyView::Cash, Currency::USD, january(), &monthly).unwrap())
}

fn uniform(low: &str, high: &str) -> Distribution {
    Distribution::Uniform { low: number(low), high: number(high) }
}

fn discrete(chances: &[(&str, &str)]) -> Distribution {
    let chance = |(value, probability): &(&str, &str)| Chance {
        value: number(value),
        probability: number(probability),
    };
    Distribution::Discrete(chances.iter().map(chance).collect())
}

fn once() -> Compounding {
    Compounding::Steps { first: january(), every: None }
}

fn assert_refused<T: std::fmt::Debug>(result: Result<T, ForecastError>, begins: &str) {
    let message = result.unwrap_err().to_string();
    assert!(message.starts_with(begins), "{message}");
}

#[test]
fn numbers_of_runs_have_bounds() {
    let simulation = simulation(36);
    let run = |runs| simulation.run(Sampling { runs, seed: 1 }, 2);
    for runs in [0, 100_001, 1_000_000_000, u32::MAX] {
        let begins = format!("runs \"{runs}\" is not usable: a simulation makes 1 to 100,000 runs");
        assert_refused(run(runs), &begins);
    }
    assert_eq!(run(1).unwrap().total.p90, Decimal::ZERO);
    assert_eq!(run(100_000).unwrap().quarters.len(), 12);
    let sampling = Sampling { runs: 10, seed: 1 };
    for threads in [0, 257, usize::MAX] {
        let begins = format!("threads \"{threads}\" is not usable: a simulation takes 1 to 256 threads");
        assert_refused(simulation.run(sampling, threads), &begins);
    }
}

#[test]
fn long_and_large_roadmaps_take_fewer_runs() {
    let long = simulation(1_200);
    let begins = "runs \"20000\" is not usable: runs times quarters are at most 8,000,000";
    assert_refused(long.run(Sampling { runs: 20_000, seed: 1 }, 2), begins);
    assert_eq!(long.run(Sampling { runs: 100, seed: 1 }, 2).unwrap().quarters.len(), 400);

    let mut large = simulation(120);
    for number in 0..8_000 {
        let delay = large.delay(&format!("delivery {number}"), uniform("0", "6")).unwrap();
        large.add(&amounts(Decimal::ONE, 120).delayed(delay)).unwrap();
    }
    let begins = "runs \"100000\" is not usable: runs times uncertain amounts are at most 40,000,000,000";
    assert_refused(large.run(Sampling { runs: 100_000, seed: 1 }, 2), begins);
    assert_eq!(large.run(Sampling { runs: 1, seed: 1 }, 2).unwrap().total.point, Decimal::from(960_000));
}

#[test]
fn distributions_make_sense() {
    let mut simulation = simulation(12);
    let mut rate = |distribution| simulation.rate("rise", distribution, Decimal::ZERO);
    assert_refused(rate(uniform("0.2", "0.1")), "low \"0.2\" is not usable: the lowest value is not above");
    let (low, high) = (number("0"), number("0.1"));
    for mode in [number("-0.01"), number("0.11")] {
        let begins = format!("mode \"{mode}\" is not usable: the most likely value lies between");
        assert_refused(rate(Distribution::Triangular { low, mode, high }), &begins);
        assert_refused(rate(Distribution::Pert { low, mode, high }), &begins);
    }
    assert_refused(rate(discrete(&[])), "values \"0\" is not usable: a discrete distribution lists");
    let many = [("0", "0.0001"); 10_000];
    assert_refused(rate(discrete(&many)), "values \"10000\" is not usable: a discrete distribution lists");
    let begins = "probabilities \"0.9\" is not usable: probabilities add up to exactly 1";
    assert_refused(rate(discrete(&[("0", "0.5"), ("0.1", "0.4")])), begins);
    let begins = "probability \"-0.5\" is not usable: a probability is a fraction from 0 to 1";
    assert_refused(rate(discrete(&[("0", "-0.5"), ("0.1", "1.5")])), begins);
    // A percentage, or more than everything lost.
    for value in ["15", "-1", "-0.995"] {
        let begins =
            format!("rate \"{value}\" is not usable: an uncertain rate is a fraction from -0.99 to 10");
        assert_refused(rate(Distribution::Fixed(number(value))), &begins);
    }
    assert_refused(simulation.rate("rise", uniform("0", "0.1"), number("11")), "rate \"11\" is not usable");
    assert_refused(simulation.delay("delivery", uniform("-61", "0")), "delay \"-61\" is not usable");
    assert_refused(simulation.delay("delivery", uniform("0", "60.5")), "delay \"60.5\" is not usable");
    for probability in [number("-0.1"), number("1.1"), Decimal::MAX, Decimal::MIN] {
        let refused = simulation.decision("renewal", probability, true);
        assert_refused(refused, &format!("probability \"{probability}\" is not usable"));
    }
    // What was refused is not assumed.
    assert!(simulation.assumptions().is_empty());
}

#[test]
fn assumptions_have_names_of_their_own() {
    let mut simulation = simulation(12);
    assert_refused(simulation.rate("", uniform("0", "1"), Decimal::ZERO), "assumption \"\" is not usable");
    simulation.rate("CPI", uniform("0", "1"), Decimal::ZERO).unwrap();
    let begins = "assumption \"CPI\" is not usable: an assumption has a name, and is stated once";
    assert_refused(simulation.delay("CPI", uniform("0", "1")), begins);
}

#[test]
fn exposures_are_of_this_simulation_and_possible() {
    let mut other = simulation(12);
    let first = other.rate("first", uniform("0", "1"), Decimal::ZERO).unwrap();
    let delay = other.delay("second", uniform("0", "1")).unwrap();
    let decision = other.decision("third", number("0.5"), true).unwrap();
    let mut simulation = simulation(12);
    let one = amounts(Decimal::ONE, 12);
    let exposed = one.clone().exposed([Exposure::new(first, once())]);
    assert_refused(simulation.add(&exposed), "rate \"0\" is not usable: an assumption is stated");
    assert_refused(simulation.add(&one.clone().delayed(delay)), "delay \"1\" is not usable");
    assert_refused(simulation.add(&one.clone().decided(decision, true)), "decision \"2\" is not usable");
    // At the place of the other's delay there is a rate.
    let rate = simulation.rate("rate", uniform("0", "1"), Decimal::ZERO).unwrap();
    simulation.rate("another rate", uniform("0", "1"), Decimal::ZERO).unwrap();
    assert_refused(simulation.add(&one.clone().delayed(delay)), "delay \"1\" is not usable");

    let mut refuse = |exposure, begins: &str| {
        assert_refused(simulation.add(&one.clone().exposed([exposure])), begins);
    };
    let part = Compounding::Part { elapsed: 5, period: 0 };
    refuse(Exposure::new(rate, part), "period \"0\" is not usable");
    let steps = Compounding::Steps { first: january(), every: Some(0) };
    refuse(Exposure::new(rate, steps), "period \"0\" is not usable");
    let (floor, cap) = (Some(number("0.05")), Some(number("0.02")));
    refuse(Exposure { floor, cap, ..Exposure::new(rate, once()) }, "floor \"0.05\" is not usable");
    let cap = Some(number("5000"));
    refuse(Exposure { cap, ..Exposure::new(rate, once()) }, "rate \"5000\" is not usable");
}

#[test]
fn nothing_grows_beyond_measure() {
    let mut simulation = simulation(120);
    let rate = simulation.rate("growth of A", uniform("0", "0.5"), Decimal::ZERO).unwrap();
    let steps = Compounding::Steps { first: january(), every: Some(1) };
    let begins = "exposure \"growth of A\" is not usable: no amount may grow more than a millionfold";
    let growing = |months| amounts(Decimal::ONE, months).exposed([Exposure::new(rate, steps)]);
    assert_refused(simulation.add(&growing(120)), begins);
    // 1.5^34 is just below a million.
    assert_refused(simulation.add(&growing(35)), begins);
    simulation.add(&growing(34)).unwrap();
    assert_eq!(simulation.run(Sampling { runs: 9, seed: 1 }, 2).unwrap().total.point, Decimal::from(34));
    assert_refused(simulation.add(&amounts(LIMIT, 12)), "sum of uncertain amounts is beyond");
    let large = Decimal::from(3_000_000_000_000_i64);
    assert_refused(
        simulation
            .add(&growing(34))
            .and_then(|()| simulation.add(&amounts(large, 34).exposed([Exposure::new(rate, steps)]))),
        "sum of uncertain amounts is beyond",
    );
    let too_large = Series::new(MoneyView::Cash, Currency::USD, january(), &[Decimal::MAX]);
    assert_refused(too_large, "amount is beyond");
}

#[test]
fn views_and_currencies_are_not_mixed() {
    let mut simulation = simulation(12);
    let of =
        |view, currency, months| Series::new(view, currency, january(), &vec![Decimal::ONE; months]).unwrap();
    let euros = of(MoneyView::Cash, Currency::EUR, 12);
    assert_refused(simulation.add(&Source::certain(euros.clone())), "currency EUR cannot be added to USD");
    let expense = of(MoneyView::Pnl, Currency::USD, 12);
    assert_refused(simulation.add(&Source::certain(expense.clone())), "view \"Pnl\" is not usable");
    let cash = of(MoneyView::Cash, Currency::USD, 12);
    assert_refused(cash.less(&euros), "currency EUR cannot be added to USD");
    assert_refused(cash.less(&expense), "view \"Pnl\" is not usable");
    let shorter = of(MoneyView::Cash, Currency::USD, 11);
    assert_refused(cash.less(&shorter), "months \"11 months from 2027-01\" is not usable");
}

fn decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(LIMIT),
        Just(Decimal::new(1, 28)),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (-2_000..12_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3)),
    ]
}

fn distributions() -> impl Strategy<Value = Distribution> {
    let bounds = || (decimals(), decimals());
    prop_oneof![
        decimals().prop_map(Distribution::Fixed),
        bounds().prop_map(|(low, high)| Distribution::Uniform { low, high }),
        (bounds(), decimals()).prop_map(|((low, high), mode)| Distribution::Triangular { low, mode, high }),
        (bounds(), decimals()).prop_map(|((low, high), mode)| Distribution::Pert { low, mode, high }),
        prop::collection::vec(bounds(), 0..4).prop_map(|chances| {
            let chance = |(value, probability)| Chance { value, probability };
            Distribution::Discrete(chances.into_iter().map(chance).collect())
        }),
    ]
}

fn compoundings() -> impl Strategy<Value = Compounding> {
    let month = (1..10_000_i32, 1..13_u32).prop_map(|(year, month)| Month::new(year, month).unwrap());
    prop_oneof![
        (any::<i32>(), any::<u32>()).prop_map(|(elapsed, period)| Compounding::Part { elapsed, period }),
        (-400..400_i32, 1..400_u32).prop_map(|(elapsed, period)| Compounding::Part { elapsed, period }),
        (month, prop::option::of(0..u32::MAX)).prop_map(|(first, every)| Compounding::Steps { first, every }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_ends_the_program(
        rates in prop::collection::vec((distributions(), decimals()), 0..4), delay in distributions(),
        probability in decimals(), amount in decimals(), compounding in compoundings(), first in -100..100_i32,
        floor in prop::option::of(decimals()), cap in prop::option::of(decimals()), months in 0..90_usize,
    ) {
        let mut simulation = simulation(24);
        let mut exposures = Vec::new();
        for (place, (distribution, point)) in rates.into_iter().enumerate() {
            if let Ok(rate) = simulation.rate(&place.to_string(), distribution, point) {
                exposures.push(Exposure { rate, compounding, floor, cap });
            }
        }
        let delay = simulation.delay("delay", delay);
        let decision = simulation.decision("decision", probability, true);
        let monthly = vec![amount; months];
        let Ok(series) = Series::new(MoneyView::Cash, Currency::USD, january().plus(first), &monthly) else {
            return Ok(());
        };
        let mut source = Source::certain(series).exposed(exposures);
        source.delay = delay.ok();
        source.decision = decision.ok().map(|decision| (decision, false));
        let added = simulation.add(&source);
        let outcome = simulation.run(Sampling { runs: 40, seed: 3 }, 2).unwrap();
        prop_assert!(outcome.total.p10 <= outcome.total.p90);
        if added.is_err() {
            prop_assert_eq!(outcome.total.p90, Decimal::ZERO);
        }
        outcome.assumptions.iter().for_each(|assumption| drop(assumption.to_string()));
    }
}
