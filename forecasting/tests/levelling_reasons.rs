//! Why there is no plan: few reasons, of which none could be left out, also where a great deal has to be placed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest")]
mod cohorts;

use std::collections::BTreeMap;

use cohorts::{Shape, month, problems};
use forecasting::levelling::{
    Cohort, Conflict, Levelling, Limit, MonthCost, Problem, level, level_what_fits,
};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;

const MANY: i64 = 300;
const CROWDED: Shape = Shape { cohorts: 25, months: 12, year: (10, 35), by_month: (2, 8) };

/// A cohort of so much that may be ordered from a month on until so many months later.
fn cohort(id: String, cost: i64, from: Month, max_defer_months: u32) -> Cohort {
    Cohort {
        id,
        currency: Currency::USD,
        installs: 1,
        lead_months: 0,
        order_day: 1,
        earliest: from,
        due: from,
        max_defer_months,
        mandatory: max_defer_months == 0,
        risk_score: Decimal::ZERO,
        months: vec![MonthCost { cost: Decimal::from(cost), waiting: Decimal::ZERO }; 36],
        never: Decimal::from(cost),
        paid: None,
    }
}

/// Cohorts of unequal cost, a hundred a year, that may wait for so many months.
fn many(max_defer_months: u32) -> Vec<Cohort> {
    let unequal = |number: i64| 1_000 + number * number * 7_919 % 9_001;
    let from = |number: i64| month(2027, 1).plus((number % 3 * 12 + number % 12) as i32);
    (0..MANY)
        .map(|number| cohort(format!("{number:03}"), unequal(number), from(number), max_defer_months))
        .collect()
}

fn problem(cohorts: Vec<Cohort>, caps: &[(i32, Decimal, Currency)]) -> Problem {
    let cap = |(fiscal_year, amount, currency): &(i32, Decimal, Currency)| Limit::YearSpend {
        fiscal_year: *fiscal_year,
        limit: Money::new(*amount, *currency),
    };
    Problem {
        window: Window::new(month(2027, 1), 36).unwrap(),
        calendar: FiscalCalendar::calendar_years(),
        currency: Currency::USD,
        rates: BTreeMap::from([(Currency::EUR, Decimal::new(12, 1))]),
        cohorts,
        limits: caps.iter().map(cap).collect(),
    }
}

fn conflict(problem: &Problem) -> Conflict {
    match level(problem).unwrap() {
        Levelling::Infeasible(conflict) => conflict,
        other => panic!("{other:?}"),
    }
}

/// What is to be spent on cohorts that are due in a year.
fn due_in(cohorts: &[Cohort], year: i32) -> Decimal {
    cohorts.iter().filter(|cohort| cohort.due.year() == year).map(|cohort| cohort.months[0].cost).sum()
}

/// A conflict alone, without one of its cohorts or limits.
fn without(problem: &Problem, conflict: &Conflict, cohort: Option<usize>, limit: Option<Limit>) -> Problem {
    let mut rest = problem.clone();
    let kept = conflict.cohorts.iter().filter(|kept| Some(**kept) != cohort);
    rest.cohorts = kept.map(|kept| problem.cohorts[*kept].clone()).collect();
    rest.limits = conflict.limits.iter().filter(|kept| Some(**kept) != limit).copied().collect();
    rest
}

#[test]
fn what_has_to_happen_in_a_year_is_too_much_for_its_cap() {
    let cohorts = many(0);
    let caps = [1, -20_000, 0].map(Decimal::from);
    let caps: Vec<_> =
        (2027..).zip(caps).map(|(year, more)| (year, due_in(&cohorts, year) + more, Currency::USD)).collect();
    let problem = problem(cohorts, &caps);
    let found = conflict(&problem);
    assert_eq!(found.limits, problem.limits[1..2]);
    assert!(found.irreducible);
    let mut costs: Vec<_> = found.cohorts.iter().map(|at| problem.cohorts[*at].months[0].cost).collect();
    assert!(found.cohorts.iter().all(|at| problem.cohorts[*at].due.year() == 2028));
    costs.sort();
    let sum: Decimal = costs.iter().sum();
    let cap = problem.limits[1].amount();
    // Without the smallest of them the others fit, and no fewer than these are too much.
    assert!(sum > cap && sum - costs[0] <= cap, "{sum} {cap}");
    let all = problem.cohorts.iter().filter(|cohort| cohort.due.year() == 2028);
    let mut all: Vec<_> = all.map(|cohort| cohort.months[0].cost).collect();
    all.sort();
    let largest: Decimal = all.iter().rev().take(costs.len() - 1).sum();
    assert!(largest <= cap);
    assert_eq!(found, conflict(&problem));
    // 20,000 too much: the two largest are less than that, and of three some would do.
    let partial = level_what_fits(&problem).unwrap();
    assert_eq!((partial.missed.len(), partial.missed_at_least), (3, 3));
}

/// Neither of the first two years is too small for what has to happen in it alone.
#[test]
fn two_years_together_are_too_small() {
    let mut cohorts = many(12);
    for cohort in cohorts.iter_mut().filter(|cohort| cohort.due.year() > 2027) {
        cohort.max_defer_months = 35;
    }
    let spend = due_in(&cohorts, 2027);
    let half = ((spend - Decimal::from(30_000)) / Decimal::TWO).round();
    let caps = [(2027, half, Currency::USD), (2028, half, Currency::USD), (2029, spend, Currency::USD)];
    let problem = problem(cohorts, &caps);
    let found = conflict(&problem);
    assert_eq!(found.limits, problem.limits[..2]);
    assert!(found.irreducible);
    assert!(found.cohorts.iter().all(|at| problem.cohorts[*at].due.year() == 2027));
    for limit in &found.limits {
        assert!(matches!(
            level(&without(&problem, &found, None, Some(*limit))).unwrap(),
            Levelling::Planned(_)
        ));
    }
}

/// There is money enough for all of them, but each year has room for one that is so large, not for two.
#[test]
fn what_is_larger_than_half_of_each_cap_is_counted() {
    let mut cohorts = many(35);
    let large = |number: i64| cohort(format!("large {number}"), 510_000 + number, month(2027, 1), 35);
    cohorts.extend((0..4).map(large));
    let caps: Vec<_> = (2027..2030).map(|year| (year, Decimal::from(1_000_000), Currency::USD)).collect();
    let problem = problem(cohorts, &caps);
    let found = conflict(&problem);
    assert_eq!(found.ids, ["large 0", "large 1", "large 2", "large 3"]);
    assert_eq!(found.limits, problem.limits);
    assert!(found.irreducible);
}

#[test]
fn the_caps_of_one_currency_are_the_reason() {
    let mut cohorts = many(5);
    for cohort in cohorts.iter_mut().step_by(2) {
        cohort.currency = Currency::EUR;
    }
    let of = |currency: Currency| {
        cohorts.iter().filter(|one| one.currency == currency).map(|one| one.months[0].cost).sum::<Decimal>()
    };
    let (dollars, euros) = (of(Currency::USD), of(Currency::EUR) / Decimal::from(20));
    let mut caps: Vec<_> = (2027..2030).map(|year| (year, dollars, Currency::USD)).collect();
    caps.extend((2027..2030).map(|year| (year, euros.round(), Currency::EUR)));
    let problem = problem(cohorts, &caps);
    let found = conflict(&problem);
    assert_eq!(found.limits.len(), 1, "{:?}", found.limits);
    assert!(problem.limits[3..].contains(&found.limits[0]));
    assert!(found.cohorts.iter().all(|at| problem.cohorts[*at].currency == Currency::EUR));
    assert!(found.irreducible);
}

/// What takes nine months from order to service cannot be in service in the third month.
#[test]
fn a_lead_time_against_a_date_is_a_reason_by_itself() {
    let mut cohorts = many(35);
    cohorts.push(Cohort { lead_months: 9, ..cohort("late".to_owned(), 1_000, month(2027, 3), 0) });
    let found = conflict(&problem(cohorts, &[(2027, Decimal::ONE, Currency::USD)]));
    assert_eq!((found.ids, found.limits, found.irreducible), (vec!["late".to_owned()], vec![], true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_conflict_clashes_and_does_not_without_one_of_its_reasons(mut problem in problems(CROWDED)) {
        // Half of them may be ordered in any month, and none of them later.
        let from = problem.window.from();
        for (position, cohort) in problem.cohorts.iter_mut().enumerate() {
            cohort.earliest = from;
            cohort.due = from.plus(cohort.lead_months as i32);
            cohort.max_defer_months = [11, 3][position % 2];
        }
        let Levelling::Infeasible(found) = level(&problem).unwrap() else { return Ok(()) };
        let alone = without(&problem, &found, None, None);
        let Levelling::Infeasible(again) = level(&alone).unwrap() else {
            return Err(TestCaseError::fail(format!("{found:?} is none")));
        };
        prop_assume!(found.irreducible);
        prop_assert_eq!((&again.ids, &again.limits), (&found.ids, &found.limits));
        let fewer = found.cohorts.iter().map(|cohort| without(&problem, &found, Some(*cohort), None));
        let freer = found.limits.iter().map(|limit| without(&problem, &found, None, Some(*limit)));
        for rest in fewer.chain(freer) {
            prop_assert!(!matches!(level(&rest).unwrap(), Levelling::Infeasible(_)), "{found:?}");
        }
    }
}
