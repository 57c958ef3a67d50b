//! Laws of levelling, and small problems against a trial of every possibility.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cohorts;

use std::collections::BTreeSet;

use cohorts::{Shape, cost, in_dollars, keeps, least, problems};
use forecasting::levelling::{Conflict, Levelling, Limit, OptimalPlan, Plan, Problem, level, level_greedily};
use proptest::prelude::*;
use rust_decimal::Decimal;

const SMALL: Shape = Shape { cohorts: 5, months: 4, year: (10, 90), by_month: (5, 70) };
const MIDDLE: Shape = Shape { cohorts: 40, months: 12, year: (15, 60), by_month: (5, 25) };
/// Everything is mandatory, and a quarter to a half of it fits.
const CROWDED: Shape = Shape { cohorts: 6, months: 3, year: (20, 50), by_month: (10, 45) };

fn check_plan(problem: &Problem, plan: &Plan) -> Result<(), TestCaseError> {
    let orders: Vec<_> = plan
        .placements
        .iter()
        .map(|placement| (&problem.cohorts[placement.cohort], placement.ordered))
        .collect();
    for limit in &problem.limits {
        prop_assert!(keeps(problem, limit, &orders), "{limit:?}");
    }
    let mut total = Decimal::ZERO;
    for placement in &plan.placements {
        let cohort = &problem.cohorts[placement.cohort];
        total += cost(problem, cohort, Some(placement.ordered)).unwrap();
        prop_assert_eq!(placement.in_service.since(cohort.due), placement.deferred_months);
        prop_assert_eq!(&placement.id, &cohort.id);
    }
    for left in &plan.unplaced {
        total += in_dollars(left.risk);
    }
    prop_assert_eq!(plan.total().amount, total);
    let told = plan.placements.iter().map(|placement| placement.cohort);
    let told: BTreeSet<_> = told.chain(plan.unplaced.iter().map(|left| left.cohort)).collect();
    prop_assert_eq!(told.len(), problem.cohorts.len());
    prop_assert_eq!(plan.placements.len() + plan.unplaced.len(), problem.cohorts.len());
    for unused in &plan.unused {
        prop_assert!(unused.amount >= Decimal::ZERO);
    }
    Ok(())
}

fn check_optimal(problem: &Problem, found: &OptimalPlan) -> Result<(), TestCaseError> {
    check_plan(problem, &found.plan)?;
    for left in &found.plan.unplaced {
        prop_assert!(
            cost(problem, &problem.cohorts[left.cohort], None).is_some(),
            "{} is left undone",
            left.id
        );
    }
    prop_assert!(found.relaxation.amount <= found.bound.amount);
    prop_assert!(found.bound.amount <= found.plan.total().amount);
    if let Some(gain) = found.gain_over_greedy {
        prop_assert!(gain.amount >= Decimal::ZERO);
        let greedy = found.greedy.plan.total().amount;
        prop_assert_eq!(greedy - gain.amount, found.plan.total().amount);
    }
    for shadow in &found.shadow_prices {
        prop_assert!(shadow.price >= Decimal::ZERO);
    }
    Ok(())
}

fn check_conflict(problem: &Problem, conflict: &Conflict) -> Result<(), TestCaseError> {
    let fits = |cohorts: &[usize], limits: &[Limit]| least(problem, cohorts, limits).is_some();
    prop_assert!(!fits(&conflict.cohorts, &conflict.limits), "{conflict:?} is none");
    prop_assert!(conflict.irreducible);
    for leave in 0..conflict.cohorts.len() {
        let mut cohorts = conflict.cohorts.clone();
        cohorts.remove(leave);
        prop_assert!(fits(&cohorts, &conflict.limits), "{conflict:?} without cohort {leave}");
    }
    for leave in 0..conflict.limits.len() {
        let mut limits = conflict.limits.clone();
        limits.remove(leave);
        prop_assert!(fits(&conflict.cohorts, &limits), "{conflict:?} without limit {leave}");
    }
    Ok(())
}

/// The problem with more of one limit.
fn with_more(problem: &Problem, position: usize, more: u32) -> Problem {
    let mut raised = problem.clone();
    match &mut raised.limits[position] {
        Limit::YearSpend { limit, .. } | Limit::MonthSpend { limit, .. } => {
            limit.amount += Decimal::from(more);
        }
        Limit::MonthInstalls { units, .. } => *units += more,
    }
    raised
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn small_problems_are_levelled_at_the_least_cost(problem in problems(SMALL)) {
        let everything: Vec<usize> = (0..problem.cohorts.len()).collect();
        let expected = least(&problem, &everything, &problem.limits);
        match level(&problem).unwrap() {
            Levelling::Planned(found) => {
                check_optimal(&problem, &found)?;
                prop_assert_eq!(Some(found.plan.total().amount), expected);
                prop_assert_eq!(found.gap(), found.distance().amount.is_zero().then_some(Decimal::ZERO));
            }
            Levelling::Infeasible(conflict) => {
                prop_assert_eq!(expected, None);
                check_conflict(&problem, &conflict)?;
            }
            Levelling::Undecided { .. } => prop_assert!(false, "a small problem is decided"),
        }
    }

    #[test]
    fn more_of_a_limit_saves_no_more_than_its_shadow_price(
        problem in problems(SMALL), position in any::<prop::sample::Index>(), more in 1..200_u32
    ) {
        prop_assume!(!problem.limits.is_empty());
        let Levelling::Planned(found) = level(&problem).unwrap() else { return Ok(()) };
        let position = position.index(problem.limits.len());
        let Levelling::Planned(raised) = level(&with_more(&problem, position, more)).unwrap() else {
            return Err(TestCaseError::fail("more of a limit takes no plan away"));
        };
        prop_assert!(raised.plan.total().amount <= found.plan.total().amount);
        let saving = found.shadow_prices[position].saving(Decimal::from(more)).unwrap();
        // The relaxation was rounded up to the cent.
        let floor = found.relaxation.amount - saving - Decimal::new(1, 2);
        prop_assert!(raised.plan.total().amount >= floor, "{} < {floor}", raised.plan.total());
    }

    #[test]
    fn the_greedy_keeps_within_every_limit_and_slips_nothing(problem in problems(MIDDLE)) {
        let found = level_greedily(&problem).unwrap();
        check_plan(&problem, &found.plan)?;
        prop_assert_eq!(&found, &level_greedily(&problem).unwrap());
        for refused in &found.infeasible {
            let cohort = &problem.cohorts[refused.cohort];
            let last = cohort.due.plus(cohort.max_defer_months as i32 - cohort.lead_months as i32);
            prop_assert!(cohort.mandatory || problem.calendar.fiscal_year_of(last) <= refused.fiscal_year);
            prop_assert!(found.plan.unplaced.iter().any(|left| left.cohort == refused.cohort));
            prop_assert!(refused.shortfalls.iter().all(|shortfall| shortfall.short > Decimal::ZERO));
        }
        for carried in &found.carried {
            prop_assert!(!problem.cohorts[*carried].mandatory);
        }
        for placement in &found.plan.placements {
            let cohort = &problem.cohorts[placement.cohort];
            // Nothing mandatory is put into a later year than the one it is due in.
            let due = cohort.due.plus(-(cohort.lead_months as i32)).max(problem.window.from());
            let year = |month| problem.calendar.fiscal_year_of(month);
            prop_assert!(!cohort.mandatory || year(placement.ordered) <= year(due));
        }
    }
}

proptest! {
    #[test]
    fn too_much_that_has_to_be_done_is_a_conflict(mut problem in problems(CROWDED)) {
        for cohort in &mut problem.cohorts {
            cohort.mandatory = true;
            cohort.earliest = problem.window.from();
            cohort.due = cohort.due.max(cohort.earliest);
        }
        let everything: Vec<usize> = (0..problem.cohorts.len()).collect();
        let expected = least(&problem, &everything, &problem.limits);
        match level(&problem).unwrap() {
            Levelling::Planned(found) => prop_assert_eq!(Some(found.plan.total().amount), expected),
            Levelling::Infeasible(conflict) => {
                prop_assert_eq!(expected, None);
                check_conflict(&problem, &conflict)?;
            }
            Levelling::Undecided { .. } => prop_assert!(false, "a small problem is decided"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn larger_problems_keep_within_every_limit_and_come_out_the_same(problem in problems(MIDDLE)) {
        let found = level(&problem).unwrap();
        if let Levelling::Planned(found) = &found {
            check_optimal(&problem, found)?;
        }
        if let Levelling::Infeasible(conflict) = &found {
            for cohort in &conflict.cohorts {
                prop_assert_eq!(cost(&problem, &problem.cohorts[*cohort], None), None);
            }
        }
        prop_assert_eq!(found, level(&problem).unwrap());
    }
}
