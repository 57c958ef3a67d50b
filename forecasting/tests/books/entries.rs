//! Entries to try books on.

use crate::estate::{calendars, conventions, dates, methods, roundings};
use chrono::{Days, NaiveDate};
use forecasting::depreciation::{
    BookKind, BookTerms, Change, Convention, DepreciationRule, Disposal, Entry, Event, Ledger, Macrs,
    MacrsClass, MacrsConvention, Method, Opening, PeriodSharing, Plan, Portion,
};
use forecasting::money::{Currency, Money, Rounding};
use forecasting::month::{FiscalCalendar, Month};
use proptest::prelude::*;
use rust_decimal::Decimal;

pub fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub fn terms(kind: BookKind) -> BookTerms {
    BookTerms {
        kind,
        currency: Currency::USD,
        calendar: FiscalCalendar::calendar_years(),
        sharing: PeriodSharing::EqualPeriods,
    }
}

pub fn straight(cost: i64, salvage: i64, in_service: &str) -> Entry {
    Entry {
        plan: Plan::Rule(DepreciationRule {
            method: Method::StraightLine,
            life_months: 60,
            convention: Convention::FullMonth,
            rounding: Rounding::Cumulative,
        }),
        cost: Money::new(Decimal::from(cost), Currency::USD),
        salvage: Decimal::from(salvage),
        in_service: date(in_service),
        depreciable_from: None,
        opening: None,
        posted_from: None,
        events: Vec::new(),
    }
}

pub fn event(day: &str, change: Change) -> Event {
    Event { date: date(day), posted_from: None, change }
}

pub fn sale(portion: Portion, proceeds: i64) -> Change {
    Change::Disposal {
        portion,
        sale: Disposal { proceeds: Decimal::from(proceeds), cost_of_sale: Decimal::ZERO },
    }
}

pub fn changes() -> impl Strategy<Value = Change> {
    let salvage = prop::option::of((0..100_000_i64).prop_map(cents));
    prop_oneof![
        ((0..20_000_000_i64).prop_map(cents), salvage.clone())
            .prop_map(|(recoverable, salvage)| Change::Impairment { recoverable, salvage }),
        (1..130_u32, salvage).prop_map(|(life_months, salvage)| Change::LifeChange { life_months, salvage }),
        (1..6_u32, 5..9_u32, -500..500_000_i64).prop_map(|(disposed, held, proceeds)| Change::Disposal {
            portion: Portion::Quantity { disposed, held },
            sale: Disposal { proceeds: cents(proceeds), cost_of_sale: Decimal::ONE },
        }),
        Just(sale(Portion::All, 10)),
    ]
}

prop_compose! {
    pub fn plans()(
        method in methods(), convention in conventions(), rounding in roundings(), life_months in 1..100_u32,
        bonus in 0..=100_i64, tables in 0..4_u32,
    ) -> Plan {
        if tables > 0 {
            return Plan::Rule(DepreciationRule { method, life_months, convention, rounding });
        }
        Plan::Macrs(Macrs {
            class: if rounding == Rounding::Cumulative { MacrsClass::FiveYears } else { MacrsClass::ThreeYears },
            convention: if method == Method::StraightLine { MacrsConvention::HalfYear } else { MacrsConvention::MidQuarter },
            bonus_rate: Decimal::new(bonus, 2),
        })
    }
}

prop_compose! {
    /// A sound entry with up to five events, in terms that fit it.
    pub fn entries()(
        plan in plans(), cost in 0..50_000_000_i64, salvage_share in 0..=100_i64, in_service in dates(),
        calendar in calendars(), by_weeks in any::<bool>(), taken_over in prop::option::of((0..50_i32, 0..=100_i64)),
        late in prop::option::of(0..30_i32),
        candidates in prop::collection::vec((0..3_000_u64, prop::option::of(0..6_i32), changes()), 0..6),
    ) -> (BookTerms, Entry) {
        let sharing = if by_weeks { PeriodSharing::Weeks } else { PeriodSharing::EqualPeriods };
        let terms = BookTerms { kind: BookKind::Tax, currency: Currency::USD, calendar, sharing };
        let entered = Month::of(in_service);
        let depreciable = cost - cost * salvage_share / 100;
        let opening = taken_over.map(|(months, share)| Opening {
            month: entered.plus(months),
            accumulated: cents(depreciable * share / 100),
        });
        let mut entry = Entry {
            plan,
            cost: Money::new(cents(cost), Currency::USD),
            salvage: cents(cost * salvage_share / 100),
            in_service,
            depreciable_from: None,
            opening: opening.filter(|_| matches!(plan, Plan::Rule(_))),
            posted_from: late.map(|months| entered.plus(months)),
            events: Vec::new(),
        };
        for (days, known, change) in candidates {
            let date = in_service + Days::new(days);
            entry.events.push(Event { date, posted_from: known.map(|months| Month::of(date).plus(months)), change });
            if Ledger::new(&terms, &entry).is_err() {
                entry.events.pop();
            }
        }
        (terms, entry)
    }
}

/// The first month an event shows in.
pub fn shows_in(entry: &Entry, event: &Event) -> Month {
    let opening = entry.opening.map(|opening| opening.month);
    [event.posted_from, entry.posted_from, opening]
        .into_iter()
        .flatten()
        .fold(Month::of(event.date), Month::max)
}
