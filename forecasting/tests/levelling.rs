//! Laws of levelling, and small problems against a trial of every possibility.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use forecasting::ForecastError;
use forecasting::levelling::{
    Cohort, Conflict, Levelling, Limit, MonthCost, OptimalPlan, Plan, Problem, level, level_greedily,
};
use forecasting::money::{Currency, LIMIT, Money};
use forecasting::month::{FiscalCalendar, LabelBy, Month};
use forecasting::roadmap::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).unwrap()
}

fn number(amount: i64) -> Decimal {
    Decimal::from(amount)
}

/// How the limits of a random problem are drawn, as parts of what everything takes.
#[derive(Debug, Clone, Copy)]
struct Shape {
    cohorts: usize,
    months: u32,
    year: (i64, i64),
    by_month: (i64, i64),
}

prop_compose! {
    fn cohorts(months: u32)(
        cost in 1..100_i64, rise in 0..6_i64, risk in -2..12_i64, installs in 0..8_u32, lead in 0..3_u32,
        due in 0..months as i32 + 2, early in 0..4_i32, defer in 0..6_u32, mandatory in prop::bool::weighted(0.35),
        score in 0..5_i64, never in 0..160_i64, euros in prop::bool::weighted(0.2),
    ) -> Cohort {
        let from = month(2027, 11);
        let due = from.plus(due);
        let amounts = |position: u32| MonthCost {
            cost: Decimal::new(cost * 1_000 + rise * i64::from(position) * cost * 10, 2),
            waiting: Decimal::new(risk * i64::from(from.plus(position as i32).since(due).max(0)) * 100, 2),
        };
        Cohort {
            id: String::new(),
            currency: if euros { Currency::EUR } else { Currency::USD },
            installs, lead_months: lead, earliest: due.plus(-early), due, max_defer_months: defer, mandatory,
            risk_score: number(score),
            months: (0..months).map(amounts).collect(),
            never: number(never * 10),
        }
    }
}

prop_compose! {
    fn problems(shape: Shape)(
        mut cohorts in prop::collection::vec(cohorts(shape.months), 1..=shape.cohorts),
        years in prop::collection::vec(prop::option::of(shape.year.0..=shape.year.1), 3),
        by_month in prop::collection::vec(prop::option::of(shape.by_month.0..=shape.by_month.1), shape.months as usize),
        installs in prop::collection::vec(prop::option::of(shape.by_month.0..=shape.by_month.1), shape.months as usize),
        start_month in prop::sample::select(vec![1_u32, 12]), limited_by_month in any::<bool>(),
    ) -> Problem {
        for (position, cohort) in cohorts.iter_mut().enumerate() {
            cohort.id = format!("cohort {position}");
        }
        let from = month(2027, 11);
        let calendar = FiscalCalendar::months(start_month, LabelBy::StartYear).unwrap();
        let spend: Decimal = cohorts.iter().map(|cohort| cohort.months[0].cost).sum();
        let units: u32 = cohorts.iter().map(|cohort| cohort.installs).sum();
        let part = |hundredths: i64, currency| Money::new(spend * Decimal::new(hundredths, 2), currency).round();
        let mut limits = Vec::new();
        for (year, hundredths) in (2026..).zip(years) {
            for currency in [Currency::USD, Currency::EUR] {
                limits.extend(hundredths.map(|hundredths| Limit::YearSpend {
                    fiscal_year: year,
                    limit: part(hundredths, currency),
                }));
            }
        }
        if limited_by_month {
            for (position, (spend, installed)) in by_month.into_iter().zip(installs).enumerate() {
                let month = from.plus(position as i32);
                limits.extend(spend.map(|spend| Limit::MonthSpend { month, limit: part(spend, Currency::USD) }));
                limits.extend(installed.map(|part| Limit::MonthInstalls {
                    month: month.next(),
                    units: units * part as u32 / 100,
                }));
            }
        }
        Problem {
            window: Window::new(from, shape.months).unwrap(),
            calendar,
            currency: Currency::USD,
            rates: BTreeMap::from([(Currency::EUR, Decimal::new(11, 1))]),
            cohorts,
            limits,
        }
    }
}

const SMALL: Shape = Shape { cohorts: 5, months: 4, year: (10, 90), by_month: (5, 70) };
const MIDDLE: Shape = Shape { cohorts: 40, months: 12, year: (15, 60), by_month: (5, 25) };

fn in_dollars(money: Money) -> Decimal {
    let rate = if money.currency == Currency::EUR { Decimal::new(11, 1) } else { Decimal::ONE };
    Currency::USD.round(money.amount * rate)
}

/// What a cohort costs in a month of the window, or undone; `None` if that is not allowed.
fn cost(problem: &Problem, cohort: &Cohort, ordered: Option<Month>) -> Option<Decimal> {
    let worth = |amount| in_dollars(Money::new(amount, cohort.currency));
    let deadline = cohort.due.plus(cohort.max_defer_months as i32);
    let lead = cohort.lead_months as i32;
    let Some(ordered) = ordered else {
        let may_wait = !cohort.mandatory || deadline.plus(-lead) > problem.window.last();
        return may_wait.then(|| worth(cohort.never));
    };
    let in_service = ordered.plus(lead);
    let amounts = cohort.months[problem.window.position(ordered).unwrap()];
    (in_service >= cohort.earliest && in_service <= deadline)
        .then(|| worth(amounts.cost) + worth(amounts.waiting))
}

/// Whether what is ordered keeps within a limit.
fn keeps(problem: &Problem, limit: &Limit, orders: &[(&Cohort, Month)]) -> bool {
    let spent = |currency: Currency, inside: &dyn Fn(Month) -> bool| -> Decimal {
        let orders = orders.iter().filter(|(cohort, month)| cohort.currency == currency && inside(*month));
        orders
            .map(|(cohort, month)| {
                currency.round(cohort.months[problem.window.position(*month).unwrap()].cost)
            })
            .sum()
    };
    match limit {
        Limit::YearSpend { fiscal_year, limit } => {
            let inside = |month| problem.calendar.fiscal_year_of(month) == *fiscal_year;
            spent(limit.currency, &inside) <= limit.amount
        }
        Limit::MonthSpend { month, limit } => spent(limit.currency, &|other| other == *month) <= limit.amount,
        Limit::MonthInstalls { month, units } => {
            let installed = orders.iter().filter(|(cohort, at)| at.plus(cohort.lead_months as i32) == *month);
            installed.map(|(cohort, _)| cohort.installs).sum::<u32>() <= *units
        }
    }
}

/// The least cost of some cohorts under some limits, by trying everything.
fn least(problem: &Problem, cohorts: &[usize], limits: &[Limit]) -> Option<Decimal> {
    fn descend<'a>(
        problem: &'a Problem,
        cohorts: &[usize],
        limits: &[Limit],
        orders: &mut Vec<(&'a Cohort, Month)>,
        so_far: Decimal,
    ) -> Option<Decimal> {
        let Some((first, rest)) = cohorts.split_first() else {
            return limits.iter().all(|limit| keeps(problem, limit, orders)).then_some(so_far);
        };
        let cohort = &problem.cohorts[*first];
        let mut best: Option<Decimal> = None;
        for ordered in problem.window.iter().map(Some).chain([None]) {
            let Some(cost) = cost(problem, cohort, ordered) else { continue };
            orders.extend(ordered.map(|month| (cohort, month)));
            let found = descend(problem, rest, limits, orders, so_far + cost);
            orders.truncate(orders.len() - usize::from(ordered.is_some()));
            best = best.into_iter().chain(found).min();
        }
        best
    }
    descend(problem, cohorts, limits, &mut Vec::new(), Decimal::ZERO)
}

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
            limit.amount += Decimal::from(more)
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
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

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

/// A cohort of 100 dollars that may be ordered in any of the six months from July 2027, and rises by one each month.
fn cohort(id: &str) -> Cohort {
    Cohort {
        id: id.to_owned(),
        currency: Currency::USD,
        installs: 10,
        lead_months: 1,
        earliest: month(2027, 8),
        due: month(2027, 8),
        max_defer_months: 5,
        mandatory: true,
        risk_score: Decimal::ONE,
        months: (0..6).map(|rise| MonthCost { cost: number(100 + rise), waiting: number(rise) }).collect(),
        never: number(500),
    }
}

fn problem(cohorts: Vec<Cohort>, limits: Vec<Limit>) -> Problem {
    Problem {
        window: Window::new(month(2027, 7), 6).unwrap(),
        calendar: FiscalCalendar::months(10, LabelBy::EndYear).unwrap(),
        currency: Currency::USD,
        rates: BTreeMap::new(),
        cohorts,
        limits,
    }
}

fn dollars(amount: i64) -> Money {
    Money::new(number(amount), Currency::USD)
}

fn planned(problem: &Problem) -> OptimalPlan {
    match level(problem).unwrap() {
        Levelling::Planned(found) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cap_moves_what_waits_most_cheaply() {
    let mut patient = cohort("patient");
    patient.months.iter_mut().for_each(|month| month.waiting = Decimal::ZERO);
    let cap = Limit::YearSpend { fiscal_year: 2027, limit: dollars(150) };
    let found = planned(&problem(vec![patient, cohort("urgent")], vec![cap]));
    let [patient, urgent] = &found.plan.placements[..] else { panic!() };
    // July is in fiscal year 2027, October is the first month after it.
    assert_eq!((urgent.ordered, urgent.in_service), (month(2027, 7), month(2027, 8)));
    assert_eq!((patient.ordered, patient.deferred_months), (month(2027, 10), 3));
    assert_eq!((found.plan.spend, found.plan.risk), (dollars(203), dollars(0)));
    assert_eq!(found.plan.unused[0].amount, number(50));
    assert_eq!(found.gap(), Some(Decimal::ZERO));
    // A dollar more of the cap would bring three hundredths of a cohort three months, three dollars, forward.
    assert_eq!(found.shadow_prices[0].price, Decimal::new(3, 2));
    assert_eq!(found.shadow_prices[0].saving(number(100)).unwrap(), number(3));
}

#[test]
fn installers_are_counted_in_the_month_of_service() {
    let installers = Limit::MonthInstalls { month: month(2027, 8), units: 10 };
    let found = planned(&problem(vec![cohort("a"), cohort("b")], vec![installers]));
    let mut months: Vec<_> = found.plan.placements.iter().map(|placement| placement.ordered).collect();
    months.sort();
    assert_eq!(months, [month(2027, 7), month(2027, 8)]);
}

#[test]
fn caps_of_one_currency_leave_the_other_alone() {
    let euros = Cohort { currency: Currency::EUR, ..cohort("euros") };
    let cap = Limit::YearSpend { fiscal_year: 2027, limit: dollars(0) };
    let mut both = problem(vec![euros, cohort("dollars")], vec![cap]);
    assert!(level(&both).unwrap_err().to_string().starts_with("rate is missing"));
    both.rates = BTreeMap::from([(Currency::EUR, Decimal::new(12, 1))]);
    let found = planned(&both);
    assert_eq!(found.plan.placements[0].ordered, month(2027, 7));
    assert_eq!(found.plan.placements[1].ordered, month(2027, 10));
    assert_eq!(found.plan.spend, dollars(120 + 103));
    assert_eq!(found.plan.placements[0].cost, Money::new(number(100), Currency::EUR));
}

#[test]
fn a_conflict_names_what_clashes_and_nothing_else() {
    let tight = |id: &str| Cohort { max_defer_months: 0, ..cohort(id) };
    let mut optional = tight("optional");
    optional.mandatory = false;
    let first = Limit::YearSpend { fiscal_year: 2027, limit: dollars(150) };
    let second = Limit::YearSpend { fiscal_year: 2028, limit: dollars(0) };
    let problem = problem(vec![optional, tight("a"), cohort("loose"), tight("b")], vec![second, first]);
    let Levelling::Infeasible(conflict) = level(&problem).unwrap() else { panic!() };
    assert_eq!((conflict.ids, conflict.limits), (vec!["a".to_owned(), "b".to_owned()], vec![first]));
    assert!(conflict.irreducible);
}

#[test]
fn a_deadline_before_the_window_is_a_conflict_by_itself() {
    let past = Cohort { earliest: month(2027, 1), due: month(2027, 1), ..cohort("past") };
    let cap = Limit::YearSpend { fiscal_year: 2027, limit: dollars(150) };
    let overdue = problem(vec![cohort("a"), past], vec![cap]);
    let Levelling::Infeasible(conflict) = level(&overdue).unwrap() else { panic!() };
    assert_eq!((conflict.ids, conflict.limits), (vec!["past".to_owned()], vec![]));
    let greedy = level_greedily(&overdue).unwrap();
    assert_eq!((greedy.infeasible[0].id.as_str(), greedy.infeasible[0].shortfalls.len()), ("past", 0));
}

#[test]
fn the_greedy_pulls_forward_rather_than_slip() {
    let late = Cohort { due: month(2027, 11), max_defer_months: 0, ..cohort("late") };
    let cap = Limit::YearSpend { fiscal_year: 2028, limit: dollars(50) };
    let found = level_greedily(&problem(vec![late], vec![cap])).unwrap();
    // Due to be ordered in October; the last month before it that lies in the year before is September.
    assert_eq!(found.plan.placements[0].ordered, month(2027, 9));
    assert_eq!(found.plan.placements[0].deferred_months, -1);
    assert!(found.infeasible.is_empty());
}

#[test]
fn nothing_to_level_costs_nothing() {
    let found =
        planned(&problem(vec![], vec![Limit::MonthSpend { month: month(2027, 7), limit: dollars(5) }]));
    assert_eq!((found.plan.total(), found.bound, found.gap()), (dollars(0), dollars(0), Some(Decimal::ZERO)));
    assert_eq!(found.plan.unused[0].amount, number(5));
}

#[test]
fn impossible_figures_are_refused() {
    let refused = |field: &str, change: &dyn Fn(&mut Problem)| {
        let cap = Limit::YearSpend { fiscal_year: 2027, limit: dollars(150) };
        let mut problem = problem(vec![cohort("a"), cohort("b")], vec![cap]);
        change(&mut problem);
        let error: ForecastError = level(&problem).unwrap_err();
        assert!(error.to_string().starts_with(field), "{error}");
        assert_eq!(level_greedily(&problem).unwrap_err(), error);
    };
    refused("cohort id", &|problem| problem.cohorts[1].id = "a".to_owned());
    refused("cohort months", &|problem| problem.cohorts[1].months.truncate(5));
    refused("earliest", &|problem| problem.cohorts[0].earliest = month(2027, 9));
    refused("lead_months", &|problem| problem.cohorts[0].lead_months = 1_201);
    refused("max_defer_months", &|problem| problem.cohorts[0].max_defer_months = u32::MAX);
    refused("risk_score", &|problem| problem.cohorts[0].risk_score = number(-1));
    refused("never", &|problem| problem.cohorts[0].never = number(-1));
    refused("cost", &|problem| problem.cohorts[0].months[2].cost = number(-1));
    refused("waiting", &|problem| problem.cohorts[0].months[2].waiting = Decimal::MIN);
    refused("cost", &|problem| problem.cohorts[0].months[2].cost = LIMIT);
    refused("sum of costs", &|problem| {
        for cohort in &mut problem.cohorts {
            cohort.months[2].cost = number(20_000_000_000_000_000);
        }
    });
    refused("limit", &|problem| {
        let cap = problem.limits[0];
        problem.limits.push(cap);
    });
    refused("limit", &|problem| {
        problem.limits.push(Limit::MonthSpend { month: month(2027, 7), limit: dollars(-1) });
    });
    refused("rate", &|problem| {
        problem.currency = Currency::EUR;
        problem.rates.insert(Currency::USD, Decimal::ZERO);
    });
    refused("start_month", &|problem| problem.calendar.start_month = 13);
    refused("cohorts", &|problem| {
        problem.cohorts = (0..600_000).map(|_| Cohort { months: Vec::new(), ..cohort("many") }).collect();
    });
}
