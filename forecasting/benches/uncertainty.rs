//! How many runs a second a simulation makes of two thousand refreshes over 36 months, on one thread and on two.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use forecasting::Result;
use forecasting::money::Currency;
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::{MoneyView, Window};
use forecasting::uncertainty::{
    Chance, Compounding, DelayId, Distribution, Exposure, Sampling, Series, Simulation, Source,
};
use rust_decimal::Decimal;

const COHORTS: u32 = 2_000;
const MONTHS: u32 = 36;
const CATEGORIES: u32 = 5;
const SUPPLIERS: u32 = 12;
const RUNS: u32 = 10_000;

fn percent(value: i64) -> Decimal {
    Decimal::new(value, 2)
}

fn delivery(simulation: &mut Simulation, name: &str) -> Result<DelayId> {
    let chances = [(0, 60), (1, 20), (2, 12), (6, 8)];
    let chances = chances.map(|(months, probability)| Chance {
        value: Decimal::from(months),
        probability: percent(probability),
    });
    simulation.delay(name, Distribution::Discrete(chances.to_vec()))
}

/// Depreciation of cohorts ordered in every month of the window: the hardware of each follows the price index of
/// its category by the year and day of the order, its installation does not, and both come as late as delivery.
fn cohorts(has_own_delay: bool) -> Result<Simulation> {
    let from = Month::new(2027, 1)?;
    let calendar = FiscalCalendar::calendar_years();
    let window = Window::new(from, MONTHS)?;
    let mut simulation = Simulation::new(window, MoneyView::Pnl, Currency::USD, &calendar);
    let mut indices = Vec::new();
    for category in 0..CATEGORIES {
        let mut years = std::collections::BTreeMap::new();
        for year in 2027..2030 {
            let (low, mode, high) = (percent(-5), percent(3), percent(25));
            let name = format!("price index of category {category} in {year}");
            let distribution = Distribution::Triangular { low, mode, high };
            years.insert(year, simulation.rate(&name, distribution, percent(5))?);
        }
        indices.push(years);
    }
    let suppliers: Vec<DelayId> = (0..SUPPLIERS)
        .map(|supplier| delivery(&mut simulation, &format!("delivery of supplier {supplier}")))
        .collect::<Result<_>>()?;
    for cohort in 0..COHORTS {
        let ordered = from.plus((cohort % MONTHS) as i32);
        let delay = if has_own_delay {
            delivery(&mut simulation, &format!("delivery of cohort {cohort}"))?
        } else {
            suppliers[(cohort % SUPPLIERS) as usize]
        };
        let prices = Exposure::prices(
            &indices[(cohort % CATEGORIES) as usize],
            from.first_day(),
            ordered.day_clamped(cohort % 28 + 1),
        );
        for (cents, exposures) in [(i64::from(cohort) * 137 + 50_000, prices), (12_345, Vec::new())] {
            let monthly = vec![Decimal::new(cents, 2); MONTHS as usize];
            let amounts = Series::new(MoneyView::Pnl, Currency::USD, ordered.plus(-9), &monthly)?;
            simulation.add(&Source::certain(amounts).exposed(exposures).delayed(delay))?;
        }
    }
    Ok(simulation)
}

/// Workloads of ten providers, each with an offset of its growth by the month.
fn workloads() -> Result<Simulation> {
    let from = Month::new(2027, 1)?;
    let window = Window::new(from, MONTHS)?;
    let calendar = FiscalCalendar::calendar_years();
    let mut simulation = Simulation::new(window, MoneyView::Pnl, Currency::USD, &calendar);
    let bell = Distribution::Pert { low: percent(-2), mode: Decimal::ZERO, high: percent(3) };
    for provider in 0..10 {
        let name = format!("growth of provider {provider} above plan");
        let growth = simulation.rate(&name, bell.clone(), Decimal::ZERO)?;
        let steps = Exposure::new(growth, Compounding::Steps { first: from, every: Some(1) });
        for workload in 0..50 {
            let monthly = vec![Decimal::from(1_000 + workload); MONTHS as usize];
            let amounts = Series::new(MoneyView::Pnl, Currency::USD, from, &monthly)?;
            simulation.add(&Source::certain(amounts).exposed([steps]))?;
        }
    }
    Ok(simulation)
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{RUNS} runs over {MONTHS} months"));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(6))
        .throughput(Throughput::Elements(RUNS.into()));
    for (name, simulation) in [
        ("2,000 cohorts, a delay each", cohorts(true)),
        ("2,000 cohorts, a delay per supplier", cohorts(false)),
        ("500 growing workloads", workloads()),
    ] {
        let simulation = match simulation {
            Ok(simulation) => simulation,
            Err(error) => panic!("{name}: {error}"),
        };
        for threads in [1, 2] {
            let threaded = BenchmarkId::new(name, format!("{threads} threads"));
            group.bench_function(threaded, |bencher| {
                let sampling = Sampling { runs: RUNS, seed: 2_027 };
                bencher.iter(|| black_box(&simulation).run(sampling, threads));
            });
        }
    }
    group.finish();
}

/// Rounds on each number of threads, of which the middle one counts.
const ROUNDS: usize = 5;

/// Prints how many runs a second there are on one thread and on two, from rounds that take turns: what else the machine
/// does slows both.
fn compare_threads(_: &mut Criterion) {
    for (name, simulation) in [("a delay each", cohorts(true)), ("a delay per supplier", cohorts(false))] {
        let simulation = match simulation {
            Ok(simulation) => simulation,
            Err(error) => panic!("{name}: {error}"),
        };
        let mut seconds = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (threads, took) in [1, 2].into_iter().zip(&mut seconds) {
                let started = Instant::now();
                let outcome = simulation.run(Sampling { runs: RUNS, seed: 2_027 }, threads);
                took.push(started.elapsed().as_secs_f64());
                assert!(black_box(outcome).is_ok());
            }
        }
        let [one, two] = seconds.map(|mut took| {
            took.sort_by(f64::total_cmp);
            f64::from(RUNS) / took[ROUNDS / 2]
        });
        println!(
            "{RUNS} runs, {COHORTS} cohorts, {name}: {one:.0} runs a second on one thread, {two:.0} on two, ratio {:.2}",
            two / one
        );
    }
}

criterion_group!(benches, bench, compare_threads);
criterion_main!(benches);
