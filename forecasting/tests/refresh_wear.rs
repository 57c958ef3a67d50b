//! Laws of what makes old hardware due by its risk, what it sells for by its age, and what goes with something larger.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::refresh::{
    Candidate, DateQuality, DueOutcome, DueRule, RefreshPolicy, RefreshSubject, ResidualCurve, RiskDate,
    RiskInput, RiskSubject, RiskTerms, due, with_whole,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn points(ages: &[(u32, i64)]) -> BTreeMap<u32, Decimal> {
    ages.iter().map(|(age, points)| (*age, Decimal::from(*points))).collect()
}

fn terms(threshold: i64) -> RiskTerms {
    let factors = BTreeMap::from([(0, Decimal::new(15, 1))]);
    let ages = points(&[(36, 20), (60, 40)]);
    RiskTerms::new(Decimal::from(threshold), ages, Decimal::from(25), Decimal::from(30), factors).unwrap()
}

const SERVER: RiskSubject = RiskSubject {
    in_service: NaiveDate::from_ymd_opt(2021, 7, 1),
    warranty_end: NaiveDate::from_ymd_opt(2026, 6, 30),
    last_date_of_support: NaiveDate::from_ymd_opt(2026, 12, 31),
    tier: None,
};

#[test]
fn a_score_rises_step_by_step() {
    let found = terms(90).scores(&SERVER).unwrap();
    let steps: Vec<_> = found.steps.iter().map(|step| (step.from, step.score)).collect();
    let expected = [
        (day(2021, 7, 1), 0),
        (day(2024, 7, 1), 20),
        // Five years old, and out of warranty the day after its last day.
        (day(2026, 7, 1), 65),
        (day(2027, 1, 1), 95),
    ];
    assert_eq!(steps, expected.map(|(from, score)| (from, Decimal::from(score))));
    assert!(found.missing.is_empty());
    assert_eq!(terms(90).date(&SERVER).unwrap(), Some(RiskDate::Reached(day(2027, 1, 1))));
    assert_eq!(terms(65).date(&SERVER).unwrap(), Some(RiskDate::Reached(day(2026, 7, 1))));
    // Of tier 0 the score counts half as much again: 20 x 1.5.
    let tier_0 = RiskSubject { tier: Some(0), ..SERVER };
    assert_eq!(terms(30).date(&tier_0).unwrap(), Some(RiskDate::Reached(day(2024, 7, 1))));
    let tier_3 = RiskSubject { tier: Some(3), ..SERVER };
    assert_eq!(terms(30).date(&tier_3).unwrap(), Some(RiskDate::Reached(day(2026, 7, 1))));
    // A score that only tier 0 can reach.
    assert_eq!(terms(100).date(&SERVER).unwrap(), Some(RiskDate::NotReached { until: day(2027, 1, 1) }));
}

#[test]
fn what_is_missing_hides_no_risk_and_invents_none() {
    let unknown = RiskSubject { warranty_end: None, ..SERVER };
    assert_eq!(terms(60).scores(&unknown).unwrap().missing, [RiskInput::WarrantyEnd]);
    assert_eq!(terms(60).date(&unknown).unwrap(), Some(RiskDate::Reached(day(2027, 1, 1))), "40 + 30");
    assert_eq!(terms(80).date(&unknown).unwrap(), None);
    let nothing = RiskSubject::default();
    assert_eq!(terms(60).date(&nothing).unwrap(), None);
    assert_eq!(terms(60).scores(&nothing).unwrap().missing.len(), 3);
    // What a policy does not score is not missed.
    let support = RiskTerms::new(Decimal::ONE, BTreeMap::new(), Decimal::ZERO, Decimal::ONE, BTreeMap::new());
    let only = RiskSubject { last_date_of_support: Some(day(2026, 12, 31)), ..nothing };
    assert_eq!(support.unwrap().date(&only).unwrap(), Some(RiskDate::Reached(day(2027, 1, 1))));
}

#[test]
fn nothing_is_due_before_it_entered_service() {
    let late = RiskSubject { in_service: Some(day(2027, 3, 1)), ..SERVER };
    assert_eq!(terms(55).date(&late).unwrap(), Some(RiskDate::Reached(day(2027, 3, 1))));
}

#[test]
fn impossible_terms_of_a_score_are_refused() {
    let make = |threshold: i64, age: i64, warranty: i64, factor: i64| {
        let factors = BTreeMap::from([(0, Decimal::from(factor))]);
        let (threshold, warranty) = (Decimal::from(threshold), Decimal::from(warranty));
        RiskTerms::new(threshold, points(&[(0, age)]), warranty, Decimal::ZERO, factors)
    };
    for (terms, word) in [
        (make(0, 1, 1, 1), "risk threshold"),
        (make(-1, 1, 1, 1), "risk threshold"),
        (make(10, -1, 1, 1), "risk score"),
        (make(10, 1, -1, 1), "risk score"),
        (make(10, 1, 1, -1), "risk factor"),
        (make(10, 4, 5, 1), "risk threshold"),
        // A tier that is not named counts once.
        (make(10, 4, 5, 0), "risk threshold"),
    ] {
        let error = terms.unwrap_err().to_string();
        assert!(error.starts_with(word), "{error}");
    }
    assert!(make(9, 4, 5, 0).is_ok());
    assert!(make(18, 4, 5, 2).is_ok());
}

#[test]
fn a_part_goes_with_the_whole_unless_it_is_due_before() {
    let policy = RefreshPolicy { age_months: Some(60), ..RefreshPolicy::default() };
    let of = |since| due(&policy, &RefreshSubject { in_service: Some(since), ..RefreshSubject::default() });
    let whole = |date| Some(Candidate { rule: DueRule::Support, date, quality: DateQuality::Published });
    let (own, goes) = with_whole(of(day(2021, 7, 1)), whole(day(2026, 7, 1)));
    assert!(!goes, "on the same day by its own rule");
    assert_eq!(own, of(day(2021, 7, 1)));
    let (dragged, goes) = with_whole(of(day(2021, 7, 2)), whole(day(2026, 7, 1)));
    assert!(goes);
    let DueOutcome::Due(dragged) = dragged else { panic!("not due") };
    assert_eq!((dragged.date, dragged.binding_rule), (day(2026, 7, 1), DueRule::Support));
    assert_eq!(dragged.candidates[0].date, day(2026, 7, 2), "its own day stays to be seen");
    let unknown = due(&policy, &RefreshSubject::default());
    let (dragged, goes) = with_whole(unknown.clone(), whole(day(2026, 7, 1)));
    let DueOutcome::Due(dragged) = dragged else { panic!("not due") };
    assert_eq!((goes, dragged.without_input), (true, vec![DueRule::Age]));
    assert_eq!(with_whole(unknown.clone(), None), (unknown, false));
}

#[test]
fn what_units_sell_for_is_added_up_before_it_is_rounded() {
    let curve = ResidualCurve::new(BTreeMap::from([(24, Decimal::new(35, 2)), (60, Decimal::new(10, 2))]));
    let curve = curve.unwrap();
    let paid = [(60, Decimal::new(480_000, 0)), (42, Decimal::new(1_000, 0))];
    // 10 % of 480,000, and half way between 35 % and 10 % of 1,000.
    assert_eq!(curve.proceeds(paid).unwrap(), Decimal::new(48_225, 0));
    assert!(curve.proceeds([(1, Decimal::NEGATIVE_ONE)]).is_err());
    assert!(curve.proceeds([(1, Decimal::MAX)]).is_err());
}

proptest! {
    #[test]
    fn a_lower_threshold_is_never_reached_later(
        ages in prop::collection::btree_map(0..120_u32, 0..100_i64, 0..5),
        warranty in 0..50_i64, support in 1..50_i64, low in 1..50_i64, more in 0..50_i64,
        ends in 0..4_000_u64, tier in prop::option::of(0..3_i32),
    ) {
        let ages: BTreeMap<_, _> = ages.into_iter().map(|(age, points)| (age, Decimal::from(points))).collect();
        let make = |threshold: i64| RiskTerms::new(
            Decimal::from(threshold), ages.clone(), Decimal::from(warranty), Decimal::from(support), BTreeMap::new(),
        );
        let subject = RiskSubject {
            warranty_end: Some(day(2021, 1, 1) + chrono::Days::new(ends)), tier, ..SERVER
        };
        if let (Ok(low), Ok(high)) = (make(low), make(low + more)) {
            let reached = |terms: &RiskTerms| match terms.date(&subject).unwrap() {
                Some(RiskDate::Reached(day)) => Some(day),
                _ => None,
            };
            if let Some(late) = reached(&high) {
                prop_assert!(reached(&low).unwrap() <= late);
                let steps = low.scores(&subject).unwrap().steps;
                prop_assert!(steps.windows(2).all(|pair| pair[0].from < pair[1].from));
            }
        }
    }
}
