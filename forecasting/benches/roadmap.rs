//! How long a roadmap of a hundred thousand assets takes once they are added into vintages and cohorts, and what
//! the parts of it cost.

use std::hint::black_box;

use chrono::{Days, NaiveDate};
use criterion::{Criterion, criterion_group, criterion_main};
use forecasting::colocation::{
    BusinessDays, Charge, ChargeKind, Contract, Escalator, Indices, Proration, Recognition,
};
use forecasting::depreciation::{Basis, Convention, Depreciation, DepreciationRule, Method};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::{MoneyView, Roadmap, Window, colocation_flows, vintage_flows};
use rust_decimal::Decimal;

const ASSETS: u32 = 100_000;
const SITES: u32 = 40;

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, 1, 1).unwrap_or_default()
}

fn rule() -> DepreciationRule {
    DepreciationRule {
        method: Method::StraightLine,
        life_months: 60,
        convention: Convention::FullMonth,
        rounding: Rounding::Cumulative,
    }
}

/// The assets as a register would list them: a site, a cost and a date each.
fn assets() -> Vec<(u32, Decimal, NaiveDate)> {
    (0..ASSETS)
        .map(|number| {
            let cost = Decimal::new(i64::from(number % 9_973) * 137 + 50_000, 2);
            (number % SITES, cost, start() + Days::new(u64::from(number * 7 % 1_826)))
        })
        .collect()
}

fn contract() -> Contract {
    let charge = |kind, price: i64, quantity: i64| Charge {
        escalator: Some(Escalator::yearly(Decimal::new(3, 2))),
        ..Charge::new(kind, Decimal::from(price), Decimal::from(quantity))
    };
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: start() + Days::new(14),
        initial_term_months: 120,
        stated_end: None,
        renewal: None,
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![charge(ChargeKind::SpaceKw, 165, 100), charge(ChargeKind::CrossConnect, 300, 6)],
    }
}

fn roadmap(assets: &[(u32, Decimal, NaiveDate)], window: Window, calendar: &FiscalCalendar) -> Decimal {
    let mut vintages = std::collections::BTreeMap::<(u32, NaiveDate), (Decimal, Vec<u32>)>::new();
    for (number, (site, cost, in_service)) in assets.iter().enumerate() {
        let vintage = vintages.entry((*site, Convention::FullMonth.representative(*in_service))).or_default();
        vintage.0 += cost;
        vintage.1.push(number as u32);
    }
    let mut roadmap = Roadmap::new(window, Currency::USD);
    for ((site, in_service), (cost, records)) in &vintages {
        let basis = Basis {
            cost: Money::new(*cost, Currency::USD),
            salvage: Decimal::ZERO,
            in_service: *in_service,
            disposed: None,
        };
        let added = Depreciation::new(&rule(), &basis, calendar)
            .and_then(|depreciation| vintage_flows(&depreciation, None, window))
            .and_then(|flows| roadmap.add(site, &flows, records));
        assert!(added.is_ok(), "{added:?}");
    }
    roadmap.total(MoneyView::Pnl)
}

fn bench(criterion: &mut Criterion) {
    let calendar = FiscalCalendar::calendar_years();
    let Ok(window) = Window::new(Month::of(start()).plus(60), 36) else { return };
    let assets = assets();
    criterion.bench_function("roadmap of 100,000 assets by 40 sites, 36 months", |bencher| {
        bencher.iter(|| roadmap(black_box(&assets), window, &calendar));
    });
    let contract = contract();
    criterion.bench_function("colocation contract of 2 charges, 36 months", |bencher| {
        bencher.iter(|| {
            colocation_flows(black_box(&contract), window, &Indices::default(), &BusinessDays::default())
        });
    });
    let basis = Basis {
        cost: Money::new(Decimal::from(12_000), Currency::USD),
        salvage: Decimal::ZERO,
        in_service: start() + Days::new(1_400),
        disposed: None,
    };
    let Ok(depreciation) = Depreciation::new(&rule(), &basis, &calendar) else { return };
    criterion.bench_function("one vintage, 36 months", |bencher| {
        bencher.iter(|| vintage_flows(black_box(&depreciation), None, window));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
