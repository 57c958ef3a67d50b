//! Levelling under caps.

use std::collections::BTreeMap;

use forecasting::levelling::{Cohort, GreedyPlan, Limit, MonthCost, Problem, level_greedily};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::Window;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Examples;

/// The first of the three fiscal years.
const FIRST: i32 = 2027;

/// Six cohorts that may wait for a year each, in thousands of dollars, under the same cap in three years.
fn problem(cap: i64) -> Problem {
    let cohort = |id: &str, cost: i64, year: i32, mandatory: bool| {
        let due = Month::new(FIRST + year - 1, 1).unwrap();
        Cohort {
            id: id.to_owned(),
            currency: Currency::USD,
            installs: 1,
            lead_months: 0,
            order_day: 1,
            earliest: due,
            due,
            max_defer_months: 12,
            mandatory,
            risk_score: Decimal::ZERO,
            months: vec![MonthCost { cost: Decimal::from(cost), waiting: Decimal::ZERO }; 36],
            never: Decimal::from(cost),
            paid: None,
        }
    };
    let capped = |fiscal_year| {
        let limit = Money::new(Decimal::from(cap), Currency::USD);
        Limit::YearSpend { fiscal_year, limit }
    };
    Problem {
        window: Window::new(Month::new(FIRST, 1).unwrap(), 36).unwrap(),
        calendar: FiscalCalendar::calendar_years(),
        currency: Currency::USD,
        rates: BTreeMap::new(),
        cohorts: vec![
            cohort("A", 420, 1, true),
            cohort("B", 380, 1, false),
            cohort("C", 350, 1, false),
            cohort("D", 300, 2, true),
            cohort("E", 450, 2, false),
            cohort("F", 250, 3, false),
        ],
        limits: (FIRST..FIRST + 3).map(capped).collect(),
    }
}

/// The year of each cohort, what is left of each year, what is infeasible in which year, and what is carried on.
fn told(problem: &Problem, found: &GreedyPlan) -> Value {
    let year = |month: Month| month.year() - FIRST + 1;
    let placed: serde_json::Map<_, _> = found
        .plan
        .placements
        .iter()
        .map(|placement| (placement.id.clone(), json!(year(placement.ordered))))
        .collect();
    let left: serde_json::Map<_, _> = (1..)
        .zip(&found.plan.unused)
        .map(|(year, unused)| (format!("{year}"), json!(i64::try_from(unused.amount).unwrap())))
        .collect();
    let infeasible: Vec<_> =
        found.infeasible.iter().map(|refused| json!([refused.id, refused.fiscal_year - FIRST + 1])).collect();
    let carried: Vec<_> = found.carried.iter().map(|cohort| json!(problem.cohorts[*cohort].id)).collect();
    json!([placed, left, infeasible, carried])
}

pub fn under_caps(examples: &Examples) {
    for (id, cap) in [("2.level", 1_000), ("2.level_cap700", 700)] {
        let problem = problem(cap);
        let found = level_greedily(&problem).unwrap();
        assert_eq!(&told(&problem, &found), examples.value(id), "{id}");
    }
    // Under 700, 680 of the second year are taken when C has to fit.
    let found = level_greedily(&problem(700)).unwrap();
    assert_eq!(found.infeasible[0].shortfalls[0].short, Decimal::from(330));
}
