//! Deadlines of agreements, what silence costs, and what changes when they end early, late or together.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod deadlines;
mod endings;
#[expect(dead_code, reason = "other tests use the rest of the estate")]
#[path = "../estate/mod.rs"]
mod estate;
mod extremes;

use chrono::NaiveDate;
use forecasting::colocation::{
    BusinessDays, Charge, ChargeKind, Contract, Notice, NoticeUnit, Proration, Recognition, Renewal,
    RenewalPrice,
};
use forecasting::money::Currency;
use rust_decimal::Decimal;

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn days() -> BusinessDays {
    BusinessDays::default()
}

pub fn notice(minimum: u32) -> Notice {
    Notice { minimum, maximum: Some(180), unit: NoticeUnit::CalendarDays, previous_business_day: true }
}

pub fn flat(price: i64) -> Charge {
    Charge::new(ChargeKind::SpaceCage, Decimal::from(price), Decimal::ONE)
}

/// 36 months from 2024-03-01 at 1,000 a month, 90 days of notice, renewals of a year at 5 % more.
pub fn renewing() -> Contract {
    let price = RenewalPrice::FixedUplift(number("0.05"));
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: date("2024-03-01"),
        initial_term_months: 36,
        stated_end: None,
        renewal: Some(Renewal { term_months: 12, maximum: None, price }),
        notice: Some(notice(90)),
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![flat(1_000)],
    }
}

pub fn ending() -> Contract {
    Contract { renewal: None, ..renewing() }
}
