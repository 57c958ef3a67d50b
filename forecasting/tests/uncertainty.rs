//! What a roadmap may turn out to cost: the same for the same seed, and what the distributions say it is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod estate;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use estate::{calendars, months, sources};
use forecasting::ForecastError;
use forecasting::depreciation::{Convention, DepreciationRule, Method};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::refresh::{CostRates, PriceIndex, price_at, project_cost};
use forecasting::roadmap::{CloudWorkload, GrowthWindow, MoneyView, RefreshCohort, Roadmap, Window};
use forecasting::uncertainty::{
    Chance, Compounding, Distribution, Exposure, Outcome, Sampling, Series, Simulation, Source, Spread,
    without_priced_costs,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

const SAMPLING: Sampling = Sampling { runs: 500, seed: 20_271 };

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn simulation(from: &str, months: u32) -> Simulation {
    let window = Window::new(month(from), months).unwrap();
    Simulation::new(window, MoneyView::Cash, Currency::USD, &FiscalCalendar::calendar_years())
}

fn series(first: &str, amounts: &[&str]) -> Series {
    let amounts: Vec<Decimal> = amounts.iter().map(|amount| number(amount)).collect();
    Series::new(MoneyView::Cash, Currency::USD, month(first), &amounts).unwrap()
}

fn fixed(value: &str) -> Distribution {
    Distribution::Fixed(number(value))
}

fn triangular(low: &str, mode: &str, high: &str) -> Distribution {
    Distribution::Triangular { low: number(low), mode: number(mode), high: number(high) }
}

fn discrete(chances: &[(&str, &str)]) -> Distribution {
    let chance = |(value, probability): &(&str, &str)| Chance {
        value: number(value),
        probability: number(probability),
    };
    Distribution::Discrete(chances.iter().map(chance).collect())
}

/// Once, in whichever month.
fn once(first: &str) -> Compounding {
    Compounding::Steps { first: month(first), every: None }
}

fn percentiles(spread: Spread) -> [Decimal; 3] {
    [spread.p10, spread.p50, spread.p90]
}

fn spreads(outcome: &Outcome) -> impl Iterator<Item = Spread> {
    outcome.quarters.iter().map(|quarter| quarter.spread).chain([outcome.total])
}

/// Some of everything: hardware whose price and delivery are uncertain, a workload, a contract that may not renew.
fn uncertain_estate(order_of_sources: impl Fn(&mut Vec<Source>)) -> Simulation {
    let mut simulation = simulation("2027-01", 36);
    let mut years = BTreeMap::new();
    for year in 2026..2030 {
        let name = format!("price index of servers in {year}");
        let rate = simulation.rate(&name, triangular("-0.05", "0.02", "0.25"), number("0.05")).unwrap();
        years.insert(year, rate);
    }
    let pert = Distribution::Pert { low: number("-0.02"), mode: number("0"), high: number("0.03") };
    let growth = simulation.rate("growth of provider A above plan", pert, Decimal::ZERO).unwrap();
    let renewal = simulation.decision("renewal of C1", number("0.7"), true).unwrap();
    let even = Distribution::Uniform { low: number("0.02"), high: number("0.08") };
    let uplift = simulation.rate("uplift of C1", even, number("0.05")).unwrap();
    let mut sources = Vec::new();
    for cohort in 0..20 {
        let waiting = discrete(&[("0", "0.6"), ("1", "0.2"), ("3", "0.15"), ("9", "0.05")]);
        let delay = simulation.delay(&format!("delivery of cohort {cohort}"), waiting).unwrap();
        let ordered = month("2026-07").plus(cohort * 2);
        let amounts =
            Series::new(MoneyView::Cash, Currency::USD, ordered.plus(3), &[Decimal::new(7_654_321, 2)]);
        let prices = Exposure::prices(&years, date("2026-03-15"), ordered.day_clamped(20));
        sources.push(Source::certain(amounts.unwrap()).exposed(prices).delayed(delay));
    }
    let monthly = series("2027-01", &["12345.67"; 36]);
    let steps = Compounding::Steps { first: month("2027-02"), every: Some(1) };
    sources.push(Source::certain(monthly).exposed([Exposure::new(growth, steps)]));
    let yearly = Compounding::Steps { first: month("2028-01"), every: Some(12) };
    let renewed = Source::certain(series("2028-01", &["8000"; 24])).exposed([Exposure::new(uplift, yearly)]);
    sources.push(renewed.decided(renewal, true));
    sources.push(Source::certain(series("2028-01", &["25000"])).decided(renewal, false));
    sources.push(Source::certain(series("2027-01", &["1000.01"; 36])));
    order_of_sources(&mut sources);
    sources.iter().for_each(|source| simulation.add(source).unwrap());
    simulation
}

#[test]
fn the_same_seed_gives_the_same_figures_and_another_others() {
    let simulation = uncertain_estate(|_| {});
    let outcome = simulation.run(SAMPLING, 2).unwrap();
    assert_eq!(uncertain_estate(|_| {}).run(SAMPLING, 2).unwrap(), outcome);
    let other = simulation.run(Sampling { seed: 20_272, ..SAMPLING }, 2).unwrap();
    assert!(spreads(&other).zip(spreads(&outcome)).all(|(other, one)| other.point == one.point));
    assert!(
        spreads(&other).zip(spreads(&outcome)).all(|(other, one)| percentiles(other) != percentiles(one))
    );
}

#[test]
fn the_figures_do_not_depend_on_the_number_of_threads() {
    let simulation = uncertain_estate(|_| {});
    // Runs that do not fill their last block, and fewer blocks than threads.
    for runs in [1, 33, 500] {
        let sampling = Sampling { runs, ..SAMPLING };
        let alone = simulation.run(sampling, 1).unwrap();
        for threads in [2, 3, 20] {
            assert_eq!(simulation.run(sampling, threads).unwrap(), alone, "{runs} on {threads}");
        }
    }
}

#[test]
fn the_figures_do_not_depend_on_the_order_of_sources() {
    let outcome = uncertain_estate(|_| {}).run(SAMPLING, 2).unwrap();
    assert_eq!(uncertain_estate(|sources| sources.reverse()).run(SAMPLING, 2).unwrap(), outcome);
}

#[test]
fn figures_stay_as_they_were_recorded() {
    // A change of these is a change of every simulation that anybody has written down.
    let outcome = uncertain_estate(|_| {}).run(SAMPLING, 2).unwrap();
    let third = outcome.quarters[2];
    assert_eq!((third.fiscal_year, third.quarter), (2027, 3));
    assert_eq!(percentiles(third.spread), ["42682.98", "122546.44", "204844.41"].map(number));
    assert_eq!(percentiles(outcome.total), ["1832369.33", "2045043.83", "2273100.44"].map(number));
}

#[test]
fn another_assumption_changes_no_draw_of_the_others() {
    let outcome = uncertain_estate(|_| {}).run(SAMPLING, 2).unwrap();
    let mut wider = uncertain_estate(|_| {});
    let delay = wider.delay("delivery of something else", triangular("0", "1", "6")).unwrap();
    wider.add(&Source::certain(series("2028-05", &["0.00", "0.00"])).delayed(delay)).unwrap();
    wider.add(&Source::certain(series("2029-02", &["500"]))).unwrap();
    let wider = wider.run(SAMPLING, 2).unwrap();
    let added = spreads(&wider).zip(spreads(&outcome)).map(|(wider, one)| {
        let added = wider.point - one.point;
        assert_eq!(percentiles(wider), percentiles(one).map(|amount| amount + added));
        added
    });
    assert_eq!(added.filter(|added| *added == number("500")).count(), 2);
}

#[test]
fn a_single_run_adds_up_and_is_every_percentile() {
    let outcome = uncertain_estate(|_| {}).run(Sampling { runs: 1, ..SAMPLING }, 2).unwrap();
    for spread in spreads(&outcome) {
        assert!(spread.p10 == spread.p50 && spread.p50 == spread.p90);
    }
    assert_eq!(outcome.quarters.iter().map(|quarter| quarter.spread.p50).sum::<Decimal>(), outcome.total.p50);
}

/// 1,000,000 that moves once with a rate, 20,000 runs.
fn once_in(distribution: Distribution) -> Spread {
    let mut simulation = simulation("2027-01", 3);
    let rate = simulation.rate("rise", distribution, Decimal::ZERO).unwrap();
    let amounts = Source::certain(series("2027-01", &["1000000"]));
    simulation.add(&amounts.exposed([Exposure::new(rate, once("2027-01"))])).unwrap();
    simulation.run(Sampling { runs: 20_000, seed: 1 }, 2).unwrap().total
}

fn assert_near(found: Spread, expected: [&str; 3], tolerance: &str) {
    for (found, expected) in percentiles(found).into_iter().zip(expected) {
        assert!((found - number(expected)).abs() < number(tolerance), "{found} is not {expected}");
    }
}

#[test]
fn percentiles_are_those_of_the_distribution() {
    // The tolerances are some four standard errors of a percentile of 20,000 runs.
    let even = Distribution::Uniform { low: number("-0.05"), high: number("0.15") };
    assert_near(once_in(even), ["970000", "1050000", "1130000"], "3000");
    // Triangular from a over m to b: a + √(p (b - a)(m - a)) below m, b - √((1 - p)(b - a)(b - m)) above.
    let skewed = triangular("-0.05", "0", "0.15");
    assert_near(once_in(skewed), ["981622.78", "1027525.51", "1095227.74"], "2000");
    // Beta of 3 and 3 over the same width: its quantiles are 0.2466, 0.5 and 0.7534.
    let bell = Distribution::Pert { low: number("-0.05"), mode: number("0.05"), high: number("0.15") };
    assert_near(once_in(bell), ["999325", "1050000", "1100675"], "2000");
    let values = discrete(&[("-0.1", "0.05"), ("0", "0.5"), ("0.2", "0.3"), ("0.5", "0.15")]);
    assert_near(once_in(values), ["1000000", "1000000", "1500000"], "0.01");
}

#[test]
fn a_certain_rise_is_the_price_at_that_rise() {
    let index = |rate: &str| PriceIndex {
        years: BTreeMap::from([(2026, number(rate)), (2027, number("0.08"))]),
        otherwise: None,
    };
    let price = |rate, on: &str| {
        let price = price_at(number("18500000"), date("2026-01-01"), &index(rate), date(on)).unwrap();
        Currency::USD.round(price)
    };
    for on in ["2026-02-03", "2026-12-31", "2027-02-03"] {
        let mut simulation = simulation("2027-01", 3);
        let rise = simulation.rate("price index in 2026", fixed("0.27"), number("0.18")).unwrap();
        let exposures = Exposure::prices(&BTreeMap::from([(2026, rise)]), date("2026-01-01"), date(on));
        let planned = price("0.18", on).to_string();
        let source = Source::certain(series("2027-01", &[&planned])).exposed(exposures);
        simulation.add(&source).unwrap();
        let total = simulation.run(SAMPLING, 2).unwrap().total;
        assert_eq!(total.point, price("0.18", on));
        assert!((total.p50 - price("0.27", on)).abs() <= number("0.01"), "{on}: {}", total.p50);
    }
    // A date before the quote takes the price back.
    let mut simulation = simulation("2027-01", 3);
    let rise = simulation.rate("price index in 2026", fixed("0.21"), Decimal::ZERO).unwrap();
    let years = BTreeMap::from([(2026, rise)]);
    let back = Exposure::prices(&years, date("2027-01-01"), date("2026-01-01"));
    simulation.add(&Source::certain(series("2027-01", &["121"])).exposed(back)).unwrap();
    assert_eq!(simulation.run(SAMPLING, 2).unwrap().total.p50, number("100"));
}

#[test]
fn certain_growth_is_the_workload_at_that_growth() {
    let calendar = FiscalCalendar::calendar_years();
    let window = Window::new(month("2027-01"), 36).unwrap();
    let workload = |rate: &str| CloudWorkload {
        currency: Currency::USD,
        base_month: month("2026-10"),
        monthly_amount: number("42000"),
        growth: vec![GrowthWindow { from: month("2026-10"), to: None, monthly_rate: number(rate) }],
        last_month: None,
    };
    let planned = workload("0.015").flows(window, &calendar).unwrap();
    let mut simulation = Simulation::new(window, MoneyView::Pnl, Currency::USD, &calendar);
    let growth = simulation.rate("growth", fixed("0.022"), number("0.015")).unwrap();
    let steps = Compounding::Steps { first: month("2026-11"), every: Some(1) };
    let source = Source::certain(Series::of(&planned, MoneyView::Pnl));
    simulation.add(&source.exposed([Exposure::new(growth, steps)])).unwrap();
    let total = simulation.run(SAMPLING, 2).unwrap().total;
    assert_eq!(total.point, planned.total(MoneyView::Pnl));
    let expected = workload("0.022").flows(window, &calendar).unwrap().total(MoneyView::Pnl);
    // Planned months are cents, so a month's growth may start from half a cent less.
    assert!((total.p50 - expected).abs() < number("0.5"), "{} is not {expected}", total.p50);
}

fn refresh(later: i32, unit_price: &str) -> RefreshCohort {
    let rates = CostRates {
        freight_tax: number("0.09"),
        install_per_unit: number("650"),
        support: number("0.12"),
        disposal_per_unit: number("45"),
        residual_per_unit: number("300"),
        contingency: number("0.05"),
    };
    let price = Money::new(number(unit_price), Currency::USD);
    let on = |text: &str, day| month(text).plus(later).day_clamped(day);
    RefreshCohort {
        cost: project_cost(17, 40, price, &rates).unwrap(),
        ordered: date("2026-11-03"),
        paid: on("2027-03", 25),
        in_service: on("2027-03", 15),
        disposed: on("2027-03", 15),
        old_book_value: number("1234.56"),
        support_months: 60,
        rule: DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        },
        salvage: Decimal::ZERO,
        contingency_spent: true,
    }
}

#[test]
fn a_certain_delay_is_the_refresh_that_much_later() {
    let calendar = FiscalCalendar::calendar_years();
    let window = Window::new(month("2027-01"), 12).unwrap();
    // As many months longer on either side as the delay.
    let longer = Window::new(month("2026-07"), 24).unwrap();
    for later in [-2, 1, 6] {
        for view in [MoneyView::Cash, MoneyView::Pnl] {
            let mut simulation = Simulation::new(window, view, Currency::USD, &calendar);
            let delay = simulation.delay("delivery", fixed(&later.to_string())).unwrap();
            let planned = refresh(0, "18778.92").flows(longer, &calendar).unwrap();
            simulation.add(&Source::certain(Series::of(&planned, view)).delayed(delay)).unwrap();
            let outcome = simulation.run(SAMPLING, 2).unwrap();
            let mut expected = Roadmap::new(window, Currency::USD);
            let flows = refresh(later, "18778.92").flows(window, &calendar).unwrap();
            expected.add(&(), &flows, &[()]).unwrap();
            let expected = expected.quarters(&expected.months(view), &calendar);
            let found = outcome.quarters.iter().map(|one| ((one.fiscal_year, one.quarter), one.spread.p50));
            assert_eq!(found.collect::<BTreeMap<_, _>>(), expected, "{later} {view:?}");
        }
    }
}

#[test]
fn only_what_is_bought_moves_with_its_price() {
    let calendar = FiscalCalendar::calendar_years();
    let window = Window::new(month("2027-01"), 36).unwrap();
    let planned = refresh(0, "18000");
    for view in MoneyView::ALL {
        let whole = Series::of(&planned.flows(window, &calendar).unwrap(), view);
        let rest = Series::of(&without_priced_costs(&planned).flows(window, &calendar).unwrap(), view);
        let priced = Source::certain(whole.less(&rest).unwrap());
        let mut simulation = Simulation::new(window, view, Currency::USD, &calendar);
        let rise = simulation.rate("price index", fixed("0.5"), number("0.2")).unwrap();
        simulation.add(&priced.exposed([Exposure::new(rise, once("2026-01"))])).unwrap();
        simulation.add(&Source::certain(rest)).unwrap();
        let total = simulation.run(SAMPLING, 2).unwrap().total;
        assert_eq!(total.point, planned.flows(window, &calendar).unwrap().total(view));
        let dearer = refresh(0, "22500").flows(window, &calendar).unwrap().total(view);
        assert!((total.p50 - dearer).abs() <= number("0.03"), "{view:?}: {} is not {dearer}", total.p50);
    }
}

#[test]
fn a_contract_is_renewed_or_left() {
    let mut simulation = simulation("2027-01", 12);
    let renewal = simulation.decision("renewal", number("0.3"), true).unwrap();
    simulation.add(&Source::certain(series("2027-07", &["100"; 6])).decided(renewal, true)).unwrap();
    simulation.add(&Source::certain(series("2027-07", &["70"])).decided(renewal, false)).unwrap();
    let outcome = simulation.run(Sampling { runs: 2_000, seed: 5 }, 2).unwrap();
    assert_eq!(outcome.total.point, number("600"));
    assert_eq!(percentiles(outcome.total), ["70", "70", "600"].map(number));
    assert_eq!(percentiles(outcome.quarters[3].spread), ["0", "0", "300"].map(number));
    assert_eq!(outcome.assumptions[0].to_string(), "renewal: yes in 30 %; the point figures take yes");
}

#[test]
fn rises_keep_to_floor_and_cap() {
    let rise = |drawn: &str| {
        let mut simulation = simulation("2027-01", 12);
        let index = simulation.rate("consumer prices", fixed(drawn), number("0.01")).unwrap();
        let step = Exposure {
            floor: Some(number("0.02")),
            cap: Some(number("0.05")),
            ..Exposure::new(index, once("2027-07"))
        };
        // Planned at the floor, as 1 % is below it.
        let planned = series("2027-06", &["10000", "10200"]);
        simulation.add(&Source::certain(planned).exposed([step])).unwrap();
        let outcome = simulation.run(SAMPLING, 2).unwrap();
        assert_eq!(percentiles(outcome.quarters[1].spread), [number("10000"); 3]);
        outcome.quarters[2].spread.p50
    };
    let rises = ["0.03", "0.06", "0.01", "-0.01"].map(rise);
    assert_eq!(rises, ["10300", "10500", "10200", "10200"].map(number));
}

#[test]
fn steps_come_as_often_as_they_are_said_to() {
    let mut simulation = simulation("2027-01", 12);
    let uplift = simulation.rate("uplift", fixed("0.1"), Decimal::ZERO).unwrap();
    let steps = Compounding::Steps { first: month("2027-04"), every: Some(6) };
    let monthly = Source::certain(series("2027-01", &["100"; 12]));
    simulation.add(&monthly.exposed([Exposure::new(uplift, steps)])).unwrap();
    let quarters = simulation.run(SAMPLING, 2).unwrap().quarters;
    let quarters: Vec<Decimal> = quarters.iter().map(|quarter| quarter.spread.p50).collect();
    assert_eq!(quarters, ["300", "330", "330", "363"].map(number));
}

#[test]
fn assumptions_say_what_they_are() {
    let written: Vec<String> =
        uncertain_estate(|_| {}).assumptions().iter().map(ToString::to_string).collect();
    assert!(written.contains(
        &"price index of servers in 2027: triangular from -5 % over 2 % to 25 %; the point figures take 5 %"
            .to_owned()
    ));
    assert!(
        written.contains(
            &"growth of provider A above plan: PERT from -2 % over 0 % to 3 %; the point figures take 0 %"
                .to_owned()
        )
    );
    assert!(
        written.contains(&"uplift of C1: uniform from 2 % to 8 %; the point figures take 5 %".to_owned())
    );
    assert!(written.contains(
        &"delivery of cohort 3: discrete: 0 months in 60 %, 1 month in 20 %, 3 months in 15 %, 9 months in 5 % \
          later than planned, in whole months"
            .to_owned()
    ));
    let outcome = uncertain_estate(|_| {}).run(SAMPLING, 2).unwrap();
    assert_eq!(outcome.assumptions.len(), written.len());
    assert!(outcome.explanation.estimated);
    let inputs: Vec<_> = outcome.explanation.inputs.iter().map(|input| input.value.as_str()).collect();
    assert_eq!(inputs, ["500", "20271"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn without_uncertainty_every_percentile_is_the_roadmap(
        sources in prop::collection::vec(sources(), 1..5), from in months(), length in 1..50_u32,
        calendar in calendars(), point in -50..200_i64,
    ) {
        let window = Window::new(from, length).unwrap();
        let mut roadmap = Roadmap::new(window, Currency::USD);
        for source in &sources {
            roadmap.add(&(), &source.flows(window), &[()]).unwrap();
        }
        for view in MoneyView::ALL {
            let mut simulation = Simulation::new(window, view, Currency::USD, &calendar);
            let point = Decimal::new(point, 3);
            let rate = simulation.rate("rate", Distribution::Fixed(point), point).unwrap();
            let delay = simulation.delay("delay", fixed("0")).unwrap();
            let taken = simulation.decision("taken", Decimal::ONE, true).unwrap();
            let left = simulation.decision("left", Decimal::ZERO, false).unwrap();
            let steps = Compounding::Steps { first: from.plus(-5), every: Some(1) };
            let part = Compounding::Part { elapsed: -31, period: 365 };
            for source in &sources {
                let amounts = Series::of(&source.flows(window), view);
                // What is spent only if the other is decided is not spent.
                simulation.add(&Source::certain(amounts.clone()).decided(left, true)).unwrap();
                let exposures = [steps, part].map(|compounding| Exposure::new(rate, compounding));
                let source = Source::certain(amounts).exposed(exposures).delayed(delay).decided(taken, true);
                simulation.add(&source).unwrap();
            }
            let outcome = simulation.run(Sampling { runs: 40, seed: 9 }, 2).unwrap();
            let expected = roadmap.quarters(&roadmap.months(view), &calendar);
            prop_assert_eq!(outcome.quarters.len(), expected.len());
            for (quarter, (label, amount)) in outcome.quarters.iter().zip(expected) {
                prop_assert_eq!((quarter.fiscal_year, quarter.quarter), label);
                prop_assert_eq!(quarter.spread.point, amount);
                prop_assert_eq!(percentiles(quarter.spread), [amount; 3]);
            }
            prop_assert_eq!(outcome.total.point, roadmap.total(view));
        }
    }

    #[test]
    fn percentiles_are_in_order_and_points_add_up(
        sources in prop::collection::vec((sources(), 0..4_u8, any::<bool>()), 1..8), from in months(),
        length in 1..50_u32, seed in any::<u64>(), runs in 1..80_u32, low in -90..0_i64, high in 0..400_i64,
    ) {
        let window = Window::new(from, length).unwrap();
        let calendar = FiscalCalendar::calendar_years();
        let mut simulation = Simulation::new(window, MoneyView::Cash, Currency::USD, &calendar);
        let (low, high) = (Decimal::new(low, 3), Decimal::new(high, 3));
        let rate = simulation.rate("rate", Distribution::Uniform { low, high }, Decimal::ZERO).unwrap();
        let delay = simulation.delay("delay", triangular("-4", "0", "14")).unwrap();
        let decision = simulation.decision("decision", number("0.4"), false).unwrap();
        let exposure = Exposure::new(rate, Compounding::Steps { first: from.plus(2), every: Some(3) });
        for (source, kind, taken) in sources {
            let longer = Window::new(from.plus(-14), length + 18).unwrap();
            let source = Source::certain(Series::of(&source.flows(longer), MoneyView::Cash));
            let source = match kind {
                0 => source.exposed([exposure]),
                1 => source.delayed(delay),
                2 => source.exposed([exposure]).delayed(delay).decided(decision, taken),
                _ => source.decided(decision, taken),
            };
            simulation.add(&source).unwrap();
        }
        let outcome = simulation.run(Sampling { runs, seed }, 2).unwrap();
        for spread in spreads(&outcome) {
            prop_assert!(spread.p10 <= spread.p50 && spread.p50 <= spread.p90);
        }
        let points: Decimal = outcome.quarters.iter().map(|quarter| quarter.spread.point).sum();
        prop_assert_eq!(points, outcome.total.point);
    }
}

#[test]
fn runs_end_early_when_they_are_to_stop() {
    let simulation = uncertain_estate(|_| {});
    let sampling = Sampling { runs: 10_000, ..SAMPLING };
    for threads in [1, 3] {
        let asked = AtomicUsize::new(0);
        let is_stopped = || asked.fetch_add(1, Ordering::Relaxed) >= 5;
        let stopped = simulation.run_until(sampling, threads, &is_stopped);
        assert_eq!(stopped, Err(ForecastError::Stopped));
        // There are 313 blocks of runs; each thread may begin another before it hears of it.
        assert!((6..20).contains(&asked.into_inner()), "on {threads}");
    }
    assert_eq!(simulation.run_until(sampling, 2, &|| false), simulation.run(sampling, 2));
}
