//! Currencies, their rates, and the fiscal calendars.

use chrono::{Datelike, Months, NaiveDate};
use entity::{
    finance::{
        currency,
        exchange_rate::{self, RateKind},
        fiscal_calendar::{self, CalendarPattern, LabelBy, Years},
    },
    money::Rate,
};
use sea_orm::ActiveValue::Set;

use super::{
    TODAY,
    dice::{Dice, Sequence},
};

const CURRENCIES: [(&str, &str); 3] = [("EUR", "Euro"), ("GBP", "Pound Sterling"), ("USD", "US Dollar")];
/// Dollars for one unit at the start of each year from 2019 on, in plans: in thousandths.
const PLANS: [(&str, [i64; 11]); 2] = [
    ("EUR", [1140, 1110, 1200, 1130, 1060, 1090, 1080, 1100, 1120, 1130, 1130]),
    ("GBP", [1270, 1300, 1350, 1350, 1210, 1260, 1270, 1290, 1310, 1310, 1310]),
];
const FIRST_YEAR: i32 = 2019;
/// The first month with a rate of the day.
const SPOTS_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(2025, 1, 1);

/// The rows of the currencies.
pub(super) fn currencies(ids: &mut Sequence) -> Vec<currency::ActiveModel> {
    let rows = CURRENCIES.iter().map(|(code, name)| currency::ActiveModel {
        id: Set(ids.next()),
        code: Set((*code).to_owned()),
        name: Set((*name).to_owned()),
        minor_units: Set(2),
        ..Default::default()
    });
    rows.collect()
}

/// The rows of the calendars: by calendar years unless somebody asks for the other.
pub(super) fn calendars(ids: &mut Sequence) -> Vec<fiscal_calendar::ActiveModel> {
    let calendars =
        [("Calendar year", 1, LabelBy::StartYear, true), ("July to June", 7, LabelBy::EndYear, false)];
    let rows =
        calendars.into_iter().map(|(name, start_month, label_by, is_default)| fiscal_calendar::ActiveModel {
            id: Set(ids.next()),
            name: Set(name.to_owned()),
            start_month: Set(start_month),
            label_by: Set(label_by),
            pattern: Set(CalendarPattern::Months),
            anchor_on: Set(None),
            leap_week_years: Set(Years::default()),
            is_default: Set(is_default),
            ..Default::default()
        });
    rows.collect()
}

/// The rows of the rates: one a year for plans, one a month of the days that have passed.
pub(super) fn rates(seed: u64, ids: &mut Sequence) -> Vec<exchange_rate::ActiveModel> {
    let mut dice = Dice::of(seed, 3);
    let mut rows = Vec::new();
    for (base, plans) in PLANS {
        for (year, rate) in (FIRST_YEAR..).zip(plans) {
            if let Some(on) = NaiveDate::from_ymd_opt(year, 1, 1) {
                rows.push(rate_row(ids, base, on, RateKind::Plan, rate * 1_000_000));
            }
        }
        for months in 0.. {
            let on = SPOTS_FROM.map(|from| from + Months::new(months)).filter(|on| *on <= TODAY);
            let Some(on) = on else { break };
            let plan = usize::try_from(on.year() - FIRST_YEAR).ok().and_then(|place| plans.get(place));
            let spot = plan.copied().unwrap_or(1000) * i64::from(dice.between(9650, 10_350)) / 10;
            rows.push(rate_row(ids, base, on, RateKind::Spot, spot * 1000));
        }
    }
    rows
}

fn rate_row(
    ids: &mut Sequence,
    base: &str,
    on: NaiveDate,
    kind: RateKind,
    billionths: i64,
) -> exchange_rate::ActiveModel {
    exchange_rate::ActiveModel {
        id: Set(ids.next()),
        base: Set(base.to_owned()),
        quote: Set("USD".to_owned()),
        on_date: Set(on),
        kind: Set(kind),
        rate: Set(Rate(billionths)),
        ..Default::default()
    }
}
