//! How long it takes to level two thousand cohorts over three years, and how close the plan is proven to be.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use forecasting::levelling::{Cohort, Levelling, Limit, MonthCost, Problem, level, level_what_fits};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::Window;
use rust_decimal::Decimal;

const COHORTS: u64 = 2_000;
const MONTHS: u32 = 36;

/// Numbers that look random and are the same on every run (Steele, Lea and Flood, 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A cohort whose price rises by about 9 % a year and whose risk grows faster the longer it waits.
fn cohort(number: u64, from: Month, numbers: &mut Numbers) -> Cohort {
    let due = from.plus(numbers.below(u64::from(MONTHS)) as i32 - 3).max(from);
    let cost = 1_000_000 + (numbers.below(3_000) * numbers.below(3_000)) as i64;
    let risk = cost * (2 + numbers.below(10) as i64) / 1_000;
    let rise = 4 + numbers.below(7) as i64;
    let months: Vec<_> = from
        .range(MONTHS)
        .enumerate()
        .map(|(position, month)| {
            let late = i64::from(month.since(due).max(0));
            MonthCost {
                cost: Decimal::new(cost + cost * rise * position as i64 / 1_000, 2),
                waiting: Decimal::new(risk * late + risk * late * late / 40, 2),
            }
        })
        .collect();
    let left = i64::from(from.plus(MONTHS as i32).since(due).max(0));
    Cohort {
        id: format!("cohort {number:04}"),
        currency: Currency::USD,
        installs: 1 + numbers.below(40) as u32,
        lead_months: numbers.below(4) as u32,
        order_day: 1,
        earliest: due.plus(-6),
        due,
        max_defer_months: 12 + numbers.below(25) as u32,
        mandatory: numbers.below(5) == 0,
        risk_score: Decimal::from(numbers.below(100)),
        never: Decimal::new(
            cost + cost * numbers.below(20) as i64 / 10 + risk * left + risk * left * left / 40,
            2,
        ),
        months,
        paid: None,
    }
}

/// Two thousand cohorts under yearly caps of some hundredths of what they all cost, and monthly limits or none: of other
/// hundredths in 30 months, and the installers that it takes to do everything in 36.
fn problem(hundredths: i64, by_month: Option<i64>) -> Option<Problem> {
    let from = Month::new(2027, 1).ok()?;
    let mut numbers = Numbers(7);
    let cohorts: Vec<_> = (0..COHORTS).map(|number| cohort(number, from, &mut numbers)).collect();
    let cost: Decimal = cohorts.iter().map(|cohort| cohort.months[0].cost).sum();
    let units: u32 = cohorts.iter().map(|cohort| cohort.installs).sum();
    let share =
        |hundredths: i64, months: u32| (cost * Decimal::new(hundredths, 2) / Decimal::from(months)).round();
    let dollars = |amount| Money::new(amount, Currency::USD);
    let yearly = dollars(share(hundredths, 3));
    let mut limits: Vec<_> =
        (2027..2030).map(|fiscal_year| Limit::YearSpend { fiscal_year, limit: yearly }).collect();
    if let Some(hundredths) = by_month {
        for month in from.range(MONTHS) {
            limits.push(Limit::MonthSpend { month, limit: dollars(share(hundredths, 30)) });
            limits.push(Limit::MonthInstalls { month, units: units / 36 });
        }
    }
    Some(Problem {
        window: Window::new(from, MONTHS).ok()?,
        calendar: FiscalCalendar::calendar_years(),
        currency: Currency::USD,
        rates: BTreeMap::new(),
        cohorts,
        limits,
    })
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("2,000 cohorts, 36 months");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(1));
    for (name, hundredths, by_month) in [
        ("yearly caps of 95 %", 95, None),
        ("yearly caps of 70 %", 70, None),
        ("monthly limits too, 95 %", 95, Some(95)),
        ("monthly limits too, 70 %", 70, Some(70)),
    ] {
        let Some(problem) = problem(hundredths, by_month) else { return };
        match level(&problem) {
            Ok(Levelling::Planned(found)) => {
                let gain = found.gain_over_greedy.map_or("-".to_owned(), |gain| gain.to_string());
                let gap = found.gap().unwrap_or_default().round_dp(7);
                println!("{name}: {}, proven gap {gap}, gain {gain}", found.plan.total());
            }
            other => println!("{name}: {other:?}"),
        }
        group.bench_function(name, |bencher| bencher.iter(|| level(black_box(&problem))));
    }
    group.finish();
}

/// How long it takes to say why there is no plan, and to make the one that leaves the fewest undone.
fn bench_reasons(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("2,000 cohorts, 36 months, no plan");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(1));
    for (name, hundredths, by_month) in
        [("yearly caps of 40 %", 40, None), ("monthly limits of 41 % too", 95, Some(41))]
    {
        let Some(problem) = problem(hundredths, by_month) else { return };
        match (level(&problem), level_what_fits(&problem)) {
            (Ok(Levelling::Infeasible(conflict)), Ok(partial)) => println!(
                "{name}: {} cohorts clash under {} limits, irreducible: {}; {} left undone",
                conflict.cohorts.len(),
                conflict.limits.len(),
                conflict.irreducible,
                partial.missed.len()
            ),
            other => println!("{name}: {other:?}"),
        }
        group.bench_function(name, |bencher| bencher.iter(|| level(black_box(&problem))));
        group.bench_function(format!("{name}, what fits"), |bencher| {
            bencher.iter(|| level_what_fits(black_box(&problem)));
        });
    }
    group.finish();
}

criterion_group!(benches, bench, bench_reasons);
criterion_main!(benches);
