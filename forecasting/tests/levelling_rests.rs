//! What is left undone where not everything fits, and why.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest")]
mod cohorts;

use std::collections::BTreeMap;

use cohorts::{Shape, cost, keeps, month, problems};
use forecasting::levelling::{
    Cohort, Conflict, Levelling, Limit, MonthCost, Paid, Problem, level, level_what_fits,
};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;

const SMALL: Shape = Shape { cohorts: 5, months: 4, year: (10, 60), by_month: (5, 50) };

fn dollars(amount: i64) -> Money {
    Money::new(Decimal::from(amount), Currency::USD)
}

/// A cohort of so much that may be ordered from the month it is due in until so many months later.
fn cohort(id: &str, cost: i64, due: Month, max_defer_months: u32) -> Cohort {
    Cohort {
        id: id.to_owned(),
        currency: Currency::USD,
        installs: 1,
        lead_months: 0,
        order_day: 1,
        earliest: due,
        due,
        max_defer_months,
        mandatory: false,
        risk_score: Decimal::ZERO,
        months: vec![MonthCost { cost: Decimal::from(cost), waiting: Decimal::ZERO }; 36],
        never: Decimal::from(cost),
        paid: None,
    }
}

fn problem(cohorts: Vec<Cohort>, caps: &[(i32, Money)]) -> Problem {
    Problem {
        window: Window::new(month(2027, 1), 36).unwrap(),
        calendar: FiscalCalendar::calendar_years(),
        currency: Currency::USD,
        rates: BTreeMap::from([(Currency::EUR, Decimal::new(12, 1))]),
        cohorts,
        limits: caps
            .iter()
            .map(|(fiscal_year, limit)| Limit::YearSpend { fiscal_year: *fiscal_year, limit: *limit })
            .collect(),
    }
}

fn conflict(problem: &Problem) -> Conflict {
    match level(problem).unwrap() {
        Levelling::Infeasible(conflict) => conflict,
        other => panic!("{other:?}"),
    }
}

/// What may be deferred by ten months is ordered within them, although leaving it undone would be cheaper.
#[test]
fn no_limit_of_deferral_is_overrun_for_the_sake_of_cost() {
    let mut dearer = cohort("V", 300, month(2027, 6), 10);
    for (at, month) in dearer.months.iter_mut().enumerate() {
        month.cost = Decimal::from(300 + 150 * at.min(12) as i64 / 12);
    }
    let waits = cohort("X", 380, month(2027, 1), 10);
    let problem = problem(vec![waits, dearer], &[(2027, dollars(400)), (2028, dollars(1_000))]);
    let Levelling::Planned(found) = level(&problem).unwrap() else { panic!() };
    assert!(found.plan.unplaced.is_empty(), "{:?}", found.plan);
    assert_eq!(found.plan.placements[0].ordered.year(), 2027);
    assert_eq!(found.plan.placements[1].ordered.year(), 2028);
    // What may wait until after the last month may stay undone.
    let last = cohort("last", 500, month(2029, 6), 7);
    let problem = self::problem(vec![last], &[(2029, dollars(400))]);
    let Levelling::Planned(found) = level(&problem).unwrap() else { panic!() };
    assert_eq!(found.plan.unplaced.len(), 1);
}

/// The six of the worked example under 700: A, B and C are due in a year that holds one of them, and the next holds no two.
#[test]
fn what_does_not_fit_is_a_conflict_and_the_fewest_are_left() {
    let mut cohorts = vec![
        cohort("A", 420, month(2027, 1), 12),
        cohort("B", 380, month(2027, 1), 12),
        cohort("C", 350, month(2027, 1), 12),
        cohort("D", 300, month(2028, 1), 12),
        cohort("E", 450, month(2028, 1), 12),
        cohort("F", 250, month(2029, 1), 12),
    ];
    cohorts[0].mandatory = true;
    cohorts[3].mandatory = true;
    let caps: Vec<_> = (2027..2030).map(|year| (year, dollars(700))).collect();
    let problem = problem(cohorts, &caps);
    let found = conflict(&problem);
    assert_eq!(found.ids, ["A", "B", "C"]);
    assert_eq!(found.limits, problem.limits[..2]);
    assert!(found.irreducible);
    let partial = level_what_fits(&problem).unwrap();
    assert_eq!((partial.missed.len(), partial.missed_at_least), (1, 1));
    assert!([1, 2].contains(&partial.missed[0]), "{:?}", partial.missed);
    assert_eq!(partial.plan.gain_over_greedy, None);
    assert_eq!(partial.plan.gap(), Some(Decimal::ZERO));
    assert_eq!(partial, level_what_fits(&problem).unwrap());
}

#[test]
fn what_has_to_happen_comes_before_what_may_be_left() {
    let mut cohorts = vec![
        cohort("one", 40, month(2027, 1), 0),
        cohort("two", 40, month(2027, 1), 0),
        cohort("must", 90, month(2027, 1), 0),
    ];
    cohorts[2].mandatory = true;
    let partial = level_what_fits(&problem(cohorts, &[(2027, dollars(100))])).unwrap();
    assert_eq!(partial.missed, [0, 1]);
}

#[test]
fn what_fits_nowhere_by_itself_is_a_reason_by_itself() {
    let mut large = cohort("large", 10, month(2027, 3), 6);
    large.installs = 70;
    let mut cohorts: Vec<_> = (0..80)
        .map(|number| Cohort { installs: 40, ..cohort(&format!("other {number}"), 10, month(2027, 1), 20) })
        .collect();
    cohorts.push(large);
    let mut crowded = problem(cohorts, &[(2027, dollars(500))]);
    crowded.limits.extend(crowded.window.iter().map(|month| Limit::MonthInstalls { month, units: 60 }));
    let found = conflict(&crowded);
    assert_eq!(found.ids, ["large"]);
    // A limit for each of its seven months.
    assert_eq!(found.limits.len(), 7);
    assert!(found.irreducible);
    let partial = level_what_fits(&crowded).unwrap();
    assert!(partial.missed.contains(&80));
}

/// A cap counts what is paid in its currency, whatever costs are compared in.
#[test]
fn a_cap_counts_what_is_paid_in_its_currency() {
    let amounts = vec![Decimal::from(100); 36];
    let paid = Some(Paid { currency: Currency::EUR, amounts });
    let euros = Cohort { paid, ..cohort("euros", 120, month(2027, 1), 12) };
    let both = |caps: &[(i32, Money)]| {
        let cohorts = vec![euros.clone(), cohort("dollars", 120, month(2027, 1), 12)];
        let Levelling::Planned(found) = level(&problem(cohorts, caps)).unwrap() else { panic!() };
        let years: Vec<_> = found.plan.placements.iter().map(|one| one.ordered.year()).collect();
        (years, found.plan.unused[0].amount, found.plan.spend)
    };
    let euro = |amount: i64| Money::new(Decimal::from(amount), Currency::EUR);
    let (years, unused, spend) = both(&[(2027, euro(100)), (2027, dollars(0))]);
    assert_eq!((years, unused, spend), (vec![2027, 2028], Decimal::ZERO, dollars(240)));
    assert_eq!(both(&[(2027, euro(99))]).0, [2028, 2027]);
    let short = Some(Paid { currency: Currency::EUR, amounts: vec![Decimal::ONE; 5] });
    let refused = problem(vec![Cohort { paid: short, ..cohort("a", 1, month(2027, 1), 0) }], &[]);
    assert!(level(&refused).unwrap_err().to_string().starts_with("paid"));
}

/// The fewest that cannot wait and are left undone, by trying everything.
fn fewest(problem: &Problem) -> usize {
    fn descend<'a>(
        problem: &'a Problem,
        rest: &'a [Cohort],
        orders: &mut Vec<(&'a Cohort, Month)>,
        missed: usize,
    ) -> usize {
        let Some((first, rest)) = rest.split_first() else {
            let fits = problem.limits.iter().all(|limit| keeps(problem, limit, orders));
            return if fits { missed } else { usize::MAX };
        };
        let mut best = descend(problem, rest, orders, missed + usize::from(first.is_bound(problem.window)));
        for ordered in problem.window.iter().filter(|month| cost(problem, first, Some(*month)).is_some()) {
            orders.push((first, ordered));
            best = best.min(descend(problem, rest, orders, missed));
            orders.pop();
        }
        best
    }
    descend(problem, &problem.cohorts, &mut Vec::new(), 0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_fewest_are_left_undone(mut problem in problems(SMALL)) {
        for cohort in &mut problem.cohorts {
            cohort.mandatory = false;
        }
        let partial = level_what_fits(&problem).unwrap();
        prop_assert_eq!(partial.missed.len(), fewest(&problem));
        prop_assert_eq!(partial.missed_at_least, partial.missed.len());
        prop_assert!(partial.plan.bound.amount <= partial.plan.plan.total().amount);
        for unused in &partial.plan.plan.unused {
            prop_assert!(unused.amount >= Decimal::ZERO);
        }
        let undone: Vec<_> = partial.plan.plan.unplaced.iter().map(|left| left.cohort).collect();
        for left in &undone {
            let is_bound = problem.cohorts[*left].is_bound(problem.window);
            prop_assert_eq!(is_bound, partial.missed.contains(left));
        }
    }
}
