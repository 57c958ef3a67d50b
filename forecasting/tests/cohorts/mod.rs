//! Random problems of levelling, and a trial of every possibility for small ones.

use std::collections::BTreeMap;

use forecasting::levelling::{Cohort, Limit, MonthCost, Problem};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, LabelBy, Month};
use forecasting::roadmap::Window;
use proptest::prelude::*;
use rust_decimal::Decimal;

pub fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).unwrap()
}

fn number(amount: i64) -> Decimal {
    Decimal::from(amount)
}

/// How the limits of a random problem are drawn, as parts of what everything takes.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub cohorts: usize,
    pub months: u32,
    pub year: (i64, i64),
    pub by_month: (i64, i64),
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
            installs, lead_months: lead, order_day: 1, earliest: due.plus(-early), due, max_defer_months: defer, mandatory,
            risk_score: number(score),
            months: (0..months).map(amounts).collect(),
            never: number(never * 10),
            paid: None,
        }
    }
}

prop_compose! {
    pub fn problems(shape: Shape)(
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

pub fn in_dollars(money: Money) -> Decimal {
    let rate = if money.currency == Currency::EUR { Decimal::new(11, 1) } else { Decimal::ONE };
    Currency::USD.round(money.amount * rate)
}

/// What a cohort costs in a month of the window, or undone; `None` if that is not allowed.
pub fn cost(problem: &Problem, cohort: &Cohort, ordered: Option<Month>) -> Option<Decimal> {
    let worth = |amount| in_dollars(Money::new(amount, cohort.currency));
    let deadline = cohort.due.plus(cohort.max_defer_months as i32);
    let lead = cohort.lead_months as i32;
    let Some(ordered) = ordered else {
        let may_wait = deadline.plus(-lead) > problem.window.last();
        return may_wait.then(|| worth(cohort.never));
    };
    let in_service = ordered.plus(lead);
    let amounts = cohort.months[problem.window.position(ordered).unwrap()];
    (in_service >= cohort.earliest && in_service <= deadline)
        .then(|| worth(amounts.cost) + worth(amounts.waiting))
}

/// Whether what is ordered keeps within a limit.
pub fn keeps(problem: &Problem, limit: &Limit, orders: &[(&Cohort, Month)]) -> bool {
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
pub fn least(problem: &Problem, cohorts: &[usize], limits: &[Limit]) -> Option<Decimal> {
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
