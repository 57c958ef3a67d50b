//! Plans that can be followed with a pencil, and figures that are refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use forecasting::ForecastError;
use forecasting::levelling::{
    Breakdown, Cohort, Levelling, Limit, MonthCost, OptimalPlan, Problem, level, level_greedily, saving,
};
use forecasting::money::{Currency, LIMIT, Money};
use forecasting::month::{FiscalCalendar, LabelBy, Month, Pattern};
use forecasting::refresh::{Undone, Wait};
use forecasting::roadmap::Window;
use rust_decimal::Decimal;

fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).unwrap()
}

fn number(amount: i64) -> Decimal {
    Decimal::from(amount)
}

/// A cohort of 100 dollars that may be ordered in any of the six months from July 2027, and rises by one each month.
fn cohort(id: &str) -> Cohort {
    Cohort {
        id: id.to_owned(),
        currency: Currency::USD,
        installs: 10,
        lead_months: 1,
        order_day: 1,
        earliest: month(2027, 8),
        due: month(2027, 8),
        max_defer_months: 5,
        mandatory: true,
        risk_score: Decimal::ONE,
        months: (0..6).map(|rise| MonthCost { cost: number(100 + rise), waiting: number(rise) }).collect(),
        never: number(500),
        paid: None,
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
fn more_of_a_cap_saves_what_levelling_anew_finds() {
    let mut patient = cohort("patient");
    patient.months.iter_mut().for_each(|month| month.waiting = Decimal::ZERO);
    let cap = Limit::YearSpend { fiscal_year: 2027, limit: dollars(150) };
    let problem = problem(vec![patient, cohort("urgent")], vec![cap]);
    let found = planned(&problem);
    // The shadow price of 0.03 would promise 1.47 for 49 dollars; cohorts are not divided.
    for (step, saves) in [(49, 0), (50, 3), (1_000_000, 3)] {
        let saved = saving(&problem, &found, 0, number(step)).unwrap();
        assert_eq!((saved.step, saved.amount, saved.at_most), (number(step), dollars(saves), dollars(saves)));
    }
    for (limit, step, field) in [(0, 0, "step"), (0, -1, "step"), (1, 1, "limit")] {
        let error = saving(&problem, &found, limit, number(step)).unwrap_err();
        assert!(error.to_string().starts_with(field), "{error}");
    }
}

#[test]
fn the_parts_of_a_plan_add_up_to_its_total() {
    let wait = Wait {
        price_rise: number(3),
        extended_support: Some(number(4)),
        outage_loss: None,
        capital_benefit: number(2),
    };
    let month = MonthCost::of(number(100), number(103), &wait);
    assert_eq!((month.cost, month.waiting), (number(103), number(2)));
    let left = Undone { dearest_price: number(110), extended_support: None, outage_loss: Some(number(7)) };
    let parts = Breakdown::default().ordered(number(100), &wait).unwrap().undone(&left).unwrap();
    assert_eq!((parts.waiting(), parts.left_undone, parts.total()), (number(5), number(117), number(222)));
    assert!(parts.ordered(LIMIT, &wait).is_err());
}

/// A fiscal year of 53 weeks ends on 6 February 2027: what is ordered by then is under its cap.
#[test]
fn the_day_of_the_order_says_under_which_cap_it_is() {
    let anchor = chrono::NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let calendar =
        FiscalCalendar::weeks(2, LabelBy::StartYear, Pattern::Weeks445, anchor, BTreeSet::from([2026]))
            .unwrap();
    let ordered_on = |order_day, fiscal_year| {
        let (from, due) = (month(2027, 2), month(2027, 3));
        let fixed = Cohort { earliest: due, due, max_defer_months: 0, order_day, ..cohort("a") };
        let cap = Limit::YearSpend { fiscal_year, limit: dollars(1) };
        let mut problem = problem(vec![fixed], vec![cap]);
        problem.window = Window::new(from, 6).unwrap();
        problem.calendar = calendar.clone();
        let greedy = level_greedily(&problem).unwrap();
        (matches!(level(&problem).unwrap(), Levelling::Planned(_)), greedy.is_feasible(&problem))
    };
    assert_eq!(ordered_on(6, 2026), (false, false));
    assert_eq!(ordered_on(6, 2027), (true, true));
    assert_eq!(ordered_on(7, 2026), (true, true));
    assert_eq!(ordered_on(7, 2027), (false, false));
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

/// A hundred and fifty cohorts over two years; what they cost and when they are due goes up and down by fixed steps.
fn many(by_month: bool) -> Problem {
    let from = month(2027, 1);
    let numbered = |number: i64| {
        let due = from.plus((number * 7 % 22) as i32);
        let cost = 20_000 + number * 7_919 % 60_000;
        let amounts = |position: i64| MonthCost {
            cost: Decimal::new(cost * (1_000 + position * (4 + number % 5)), 3),
            waiting: Decimal::new(
                cost * (2 + number % 9) * i64::from(from.plus(position as i32).since(due).max(0)),
                3,
            ),
        };
        Cohort {
            installs: 1 + (number * 13 % 30) as u32,
            lead_months: (number % 4) as u32,
            order_day: 1,
            earliest: due.plus(-3),
            due,
            max_defer_months: 18,
            mandatory: number % 4 == 0,
            months: (0..24).map(amounts).collect(),
            never: Decimal::from(cost * 2),
            ..cohort(&format!("cohort {number}"))
        }
    };
    let cohorts: Vec<_> = (0..150).map(numbered).collect();
    let cost: Decimal = cohorts.iter().map(|cohort| cohort.months[0].cost).sum();
    let units: u32 = cohorts.iter().map(|cohort| cohort.installs).sum();
    let part = |hundredths| Money::new(cost * Decimal::new(hundredths, 2), Currency::USD).round();
    let mut limits: Vec<_> =
        (2027..2029).map(|fiscal_year| Limit::YearSpend { fiscal_year, limit: part(45) }).collect();
    if by_month {
        for month in from.range(24) {
            limits.push(Limit::MonthSpend { month, limit: part(5) });
            limits.push(Limit::MonthInstalls { month, units: units / 25 });
        }
    }
    Problem {
        window: Window::new(from, 24).unwrap(),
        calendar: FiscalCalendar::calendar_years(),
        ..problem(cohorts, limits)
    }
}

#[test]
fn plans_are_proven_to_be_close_to_the_best() {
    let yearly = planned(&many(false));
    assert!(yearly.gap().unwrap() < Decimal::new(1, 3), "{:?}", yearly.gap());
    assert!(yearly.shadow_prices.iter().all(|shadow| shadow.price > Decimal::ZERO));
    let monthly = planned(&many(true));
    assert!(monthly.gap().unwrap() < Decimal::new(4, 3), "{:?}", monthly.gap());
    // More limits never make a plan cheaper.
    assert!(monthly.plan.total().amount >= yearly.bound.amount);
    assert!(yearly.gain_over_greedy.unwrap().amount > Decimal::ZERO);
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
    refused("order_day", &|problem| problem.cohorts[0].order_day = 0);
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
