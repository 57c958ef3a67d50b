//! Contracts whose prices are not known: what a simulation makes of them is what their schedules come to.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::colocation::{
    Anchor, BusinessDays, Charge, ChargeKind, Contract, CpiTerms, Escalation, Escalator, Index, Indices,
    Proration, Recognition, Renewal, RenewalPrice,
};
use forecasting::money::Currency;
use forecasting::month::{FiscalCalendar, Month};
use forecasting::roadmap::{MoneyView, Window, colocation_flows};
use forecasting::uncertainty::{
    Distribution, Follows, Outcome, Sampling, Series, Simulation, UnknownRises, rising, unknown_rises,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

const AS_OF: &str = "2026-07-01";

fn terms(floor: Option<i64>, cap: Option<i64>) -> CpiTerms {
    let rate = |cents: i64| Decimal::new(cents, 2);
    let series = "CPI".to_owned();
    CpiTerms { series, lag_months: 3, floor: floor.map(rate), cap: cap.map(rate), no_decrease: false }
}

fn contract(terms: CpiTerms, renewal: RenewalPrice) -> Contract {
    let escalator = Escalator {
        escalation: Escalation::Cpi(terms),
        anchor: Anchor::Anniversary,
        every_months: 12,
        compounding: true,
    };
    let charge = Charge {
        escalator: Some(escalator),
        ..Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::from(100))
    };
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: "2026-01-01".parse().unwrap(),
        initial_term_months: 36,
        stated_end: None,
        renewal: Some(Renewal { term_months: 12, maximum: Some(2), price: renewal }),
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![charge],
    }
}

fn indices(rate: Decimal) -> Indices {
    let index = Index { assumed_rate: Some(rate), ..Index::default() };
    Indices([("CPI".to_owned(), index)].into())
}

fn window() -> Window {
    Window::new(Month::new(2026, 7).unwrap(), 60).unwrap()
}

fn planned(contract: &Contract, rate: Decimal) -> Series {
    let flows = colocation_flows(contract, window(), &indices(rate), &BusinessDays::default()).unwrap();
    Series::of(&flows, MoneyView::Pnl)
}

fn rises(contract: &Contract, rate: Decimal) -> Vec<UnknownRises> {
    unknown_rises(contract, &contract.charges[0], &indices(rate), AS_OF.parse().unwrap()).unwrap()
}

/// What comes out where the index is drawn as `drawn`, and planned as `point`.
fn outcome(contract: &Contract, point: Decimal, drawn: Decimal) -> Outcome {
    let calendar = FiscalCalendar::calendar_years();
    let mut simulation = Simulation::new(window(), MoneyView::Pnl, Currency::USD, &calendar);
    let rate = simulation.rate("CPI", Distribution::Fixed(drawn), point).unwrap();
    let rises: Vec<_> = rises(contract, point).into_iter().map(|rises| (rises, rate)).collect();
    for source in rising(planned(contract, point), &rises) {
        simulation.add(&source).unwrap();
    }
    simulation.run(Sampling { runs: 3, seed: 1 }, 1).unwrap()
}

fn total(series: &Series) -> Decimal {
    window().iter().map(|month| series.amount(month)).sum()
}

proptest! {
    /// The schedule under the drawn index is what the simulation finds: to a cent for each of its months.
    #[test]
    fn a_drawn_index_moves_a_contract_as_its_schedule_does(
        point in -200_i64..800,
        drawn in -200_i64..800,
        floor in proptest::option::of(0_i64..3),
        cap in proptest::option::of(3_i64..6),
        by_index in any::<bool>(),
    ) {
        let (point, drawn) = (Decimal::new(point, 4), Decimal::new(drawn, 4));
        let terms = terms(floor, cap);
        let renewal = if by_index { RenewalPrice::Cpi(terms.clone()) } else { RenewalPrice::FixedUplift(Decimal::new(3, 2)) };
        let contract = contract(terms, renewal);
        let found = outcome(&contract, point, drawn);
        let (asked, expected) = (total(&planned(&contract, point)), total(&planned(&contract, drawn)));
        prop_assert_eq!(found.total.point, asked);
        let cents = Decimal::new(i64::from(window().months()), 2);
        prop_assert!((found.total.p50 - expected).abs() <= cents, "{} {}", found.total.p50, expected);
    }

    #[test]
    fn the_two_parts_of_amounts_are_the_amounts(at in -3_i32..70) {
        let contract = contract(terms(None, None), RenewalPrice::Market);
        let all = planned(&contract, Decimal::new(3, 2));
        let month = window().from().plus(at);
        let (before, after) = all.clone().split(month);
        for one in window().iter() {
            let (mine, others) = if one < month { (&before, &after) } else { (&after, &before) };
            prop_assert_eq!(mine.amount(one), all.amount(one));
            prop_assert_eq!(others.amount(one), Decimal::ZERO);
        }
    }
}

#[test]
fn what_is_published_is_known() {
    let contract = contract(terms(None, None), RenewalPrice::Market);
    let mut known = indices(Decimal::new(2, 2));
    let index = known.0.get_mut("CPI").unwrap();
    // The rise of January 2027 refers to October 2026 and October 2025.
    for (year, value) in [(2025, 300), (2026, 309)] {
        index.published.insert(Month::new(year, 10).unwrap(), Decimal::from(value));
    }
    let found = unknown_rises(&contract, &contract.charges[0], &known, AS_OF.parse().unwrap()).unwrap();
    let january = |year| Month::new(year, 1).unwrap();
    let within = |rises: &UnknownRises| matches!(rises.follows, Follows::Index(_));
    assert_eq!(found.len(), 2);
    assert!(within(&found[0]) && !within(&found[1]));
    assert_eq!((found[0].first, found[0].every, found[0].count), (january(2028), 12, Some(1)));
    assert_eq!((found[1].first, found[1].every, found[1].count), (january(2029), 12, None));
}

#[test]
fn agreed_prices_are_certain() {
    let mut contract = contract(terms(None, None), RenewalPrice::FixedUplift(Decimal::new(3, 2)));
    contract.charges[0].escalator = Some(Escalator::yearly(Decimal::new(3, 2)));
    assert_eq!(rises(&contract, Decimal::ZERO), []);
}

#[test]
fn an_index_without_values_and_without_a_rate_is_refused() {
    let contract = contract(terms(None, None), RenewalPrice::Market);
    let none = Indices::default();
    let refused = unknown_rises(&contract, &contract.charges[0], &none, AS_OF.parse().unwrap()).unwrap_err();
    assert!(refused.to_string().contains("price index"), "{refused}");
}

#[test]
fn a_rise_beyond_plan_is_taken_in_proportion_to_the_year() {
    let rate = |thousandths: i64| Decimal::new(thousandths, 3);
    let beyond = Distribution::Pert { low: rate(-10), mode: Decimal::ZERO, high: rate(20) };
    let (yearly, planned) = beyond.beyond(rate(30), 12).unwrap();
    assert_eq!(yearly, Distribution::Pert { low: rate(20), mode: rate(30), high: rate(50) });
    assert_eq!(planned, rate(30));
    let (half, planned) = beyond.beyond(rate(30), 6).unwrap();
    assert_eq!(half, Distribution::Pert { low: rate(10), mode: rate(15), high: rate(25) });
    assert_eq!(planned, rate(15));
    assert!(Distribution::Fixed(Decimal::MAX).beyond(Decimal::MAX, 12).is_err());
}

#[test]
fn a_price_agreed_anew_takes_only_the_rises_behind_it() {
    let january = |year| Month::new(year, 1).unwrap();
    let of = |count| UnknownRises { follows: Follows::Market, first: january(2027), every: 12, count };
    let behind = |month: Month, count| of(count).behind(month).map(|left| (left.first, left.count));
    assert_eq!(behind(Month::new(2026, 12).unwrap(), Some(2)), Some((january(2027), Some(2))));
    assert_eq!(behind(january(2027), Some(2)), Some((january(2028), Some(1))));
    assert_eq!(behind(Month::new(2028, 6).unwrap(), Some(2)), None);
    assert_eq!(behind(Month::new(2028, 6).unwrap(), None), Some((january(2029), None)));
}

#[test]
fn a_curve_is_planned_by_its_mean_and_by_the_assumed_rate_where_it_says_nothing() {
    let rate = |percent: i64| Decimal::new(percent, 2);
    let curve = [(2027, rate(4)), (2028, rate(1))].into();
    let index = Index { assumed_rate: Some(rate(1)), curve, ..Index::default() };
    assert_eq!(index.mean_assumed(2027..=2029), Some(rate(2)));
    assert_eq!(Index { assumed_rate: None, ..index }.mean_assumed(2027..=2029), None);
    let flat = Index { assumed_rate: Some(rate(3)), ..Index::default() };
    assert_eq!(flat.mean_assumed(2027..=2029), Some(rate(3)));
}
