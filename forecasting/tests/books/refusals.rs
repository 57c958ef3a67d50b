//! What books refuse, and what never ends the program.

use crate::entries::*;
use crate::estate::{calendars, dates};
use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::depreciation::{
    BookKind, BookTerms, Change, Disposal, Entry, Event, Ledger, Macrs, MacrsClass, MacrsConvention, Opening,
    PeriodSharing, Plan, Portion,
};
use forecasting::money::{Currency, LIMIT, Money};
use forecasting::month::Month;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The field that a refusal names.
fn refused(terms: &BookTerms, entry: &Entry) -> &'static str {
    match Ledger::new(terms, entry).unwrap_err() {
        ForecastError::Invalid { field, .. } | ForecastError::OutOfRange { field } => field,
        ForecastError::CurrencyMismatch { .. } => "currency",
        error => panic!("{error}"),
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let book = terms(BookKind::Tax);
    let plain = straight(12_000, 1_200, "2026-01-01");
    let with = |events: Vec<Event>| refused(&book, &Entry { events, ..plain.clone() });
    let impairment = |recoverable, salvage| Change::Impairment {
        recoverable: Decimal::from(recoverable),
        salvage: Some(Decimal::from(salvage)),
    };
    let life = |life_months| Change::LifeChange { life_months, salvage: None };
    let all = || event("2027-01-01", sale(Portion::All, 0));

    assert_eq!(with(vec![event("2025-12-31", life(72))]), "event.date");
    assert_eq!(with(vec![all(), event("2027-01-02", life(72))]), "event.date");
    assert_eq!(with(vec![all(), all()]), "event.date");
    assert_eq!(with(vec![event("2027-01-01", life(0))]), "event.life_months");
    assert_eq!(with(vec![event("2027-01-01", impairment(9_840, 0))]), "event.recoverable");
    assert_eq!(with(vec![event("2027-01-01", impairment(-1, 0))]), "event.recoverable");
    assert_eq!(with(vec![event("2027-01-01", impairment(500, 501))]), "event.salvage");
    let pieces = |disposed, held| sale(Portion::Quantity { disposed, held }, 0);
    assert_eq!(with(vec![event("2027-01-01", pieces(3, 2))]), "portion.disposed");
    assert_eq!(with(vec![event("2027-01-01", pieces(0, 0))]), "portion.disposed");
    let cost = |cost| sale(Portion::Cost(cost), 0);
    assert_eq!(with(vec![event("2027-01-01", cost(Decimal::from(12_001)))]), "portion.cost");
    assert_eq!(with(vec![event("2027-01-01", cost(Decimal::ZERO))]), "portion.cost");

    let opening = |day, accumulated| {
        let opening = Opening { month: month(day), accumulated: Decimal::from(accumulated) };
        refused(&book, &Entry { opening: Some(opening), ..plain.clone() })
    };
    assert_eq!(opening("2025-12", 0), "opening.month");
    assert_eq!(opening("2027-01", 10_801), "opening.accumulated");
    assert_eq!(refused(&book, &Entry { salvage: Decimal::NEGATIVE_ONE, ..plain.clone() }), "salvage");
    let euro = Money::new(Decimal::ONE_HUNDRED, Currency::EUR);
    assert_eq!(refused(&book, &Entry { cost: euro, ..plain.clone() }), "currency");

    let plan = Plan::Macrs(Macrs {
        class: MacrsClass::FiveYears,
        convention: MacrsConvention::HalfYear,
        bonus_rate: Decimal::ZERO,
    });
    let by_tables = |events| refused(&book, &Entry { plan, events, ..plain.clone() });
    assert_eq!(by_tables(vec![event("2027-01-01", life(72))]), "event.life_months");
    assert_eq!(by_tables(vec![event("2027-01-01", impairment(1, 0))]), "event.impairment");
}

fn extreme_decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(LIMIT),
        Just(Decimal::new(1, 28)),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (0..200_000_i64).prop_map(cents),
    ]
}

fn extreme_dates() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        Just(NaiveDate::MIN),
        Just(NaiveDate::MAX),
        Just(date("9800-12-31")),
        Just(date("0001-01-01")),
        dates(),
        dates(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn enormous_input_never_ends_the_program(
        plan in plans(), numbers in prop::collection::vec(extreme_decimals(), 7),
        days in prop::collection::vec(extreme_dates(), 5), calendar in calendars(), by_weeks in any::<bool>(),
        taken_over in any::<bool>(), late in any::<bool>(), life_months in any::<u32>(), held in any::<u32>(),
    ) {
        let sharing = if by_weeks { PeriodSharing::Weeks } else { PeriodSharing::EqualPeriods };
        let terms = BookTerms { kind: BookKind::Tax, currency: Currency::USD, calendar, sharing };
        let sale = Disposal { proceeds: numbers[4], cost_of_sale: numbers[5] };
        let changes = [
            Change::Impairment { recoverable: numbers[2], salvage: Some(numbers[3]) },
            Change::LifeChange { life_months, salvage: Some(numbers[3]) },
            Change::Disposal { portion: Portion::Quantity { disposed: life_months, held }, sale },
            Change::Disposal { portion: Portion::Cost(numbers[6]), sale },
            Change::Disposal { portion: Portion::All, sale },
        ];
        for change in changes {
            let entry = Entry {
                plan,
                cost: Money::new(numbers[0], Currency::USD),
                salvage: numbers[1],
                in_service: days[0],
                depreciable_from: None,
                opening: taken_over.then(|| Opening { month: Month::of(days[1]), accumulated: numbers[1] }),
                posted_from: late.then(|| Month::of(days[2])),
                events: vec![Event { date: days[3], posted_from: None, change }],
            };
            if let Ok(ledger) = Ledger::new(&terms, &entry) {
                ledger.book_value(days[4]);
                ledger.posting(Month::of(days[4]));
                let movements = ledger.movements(Month::of(days[2]), Month::of(days[4]));
                prop_assert_eq!(movements.closing().cost, movements.closing().cost.abs());
            }
        }
    }
}
