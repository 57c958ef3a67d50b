//! Fiscal calendars and splits.

use std::collections::BTreeSet;

use forecasting::money::{Currency, Money, split};
use forecasting::month::{FiscalCalendar, LabelBy, Pattern};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{Examples, date};

pub fn fiscal(examples: &Examples) {
    let july = FiscalCalendar::months(7, LabelBy::EndYear).unwrap();
    let days = examples.value("3.fy").as_object().expect("an object by date");
    assert!(!days.is_empty());
    for (day, expected) in days {
        let (year, period) = july.period_of(date(day));
        assert_eq!(serde_json::json!([year, period]), *expected, "3.fy {day}");
    }
    weeks(examples.value("3.445.2010"), 2010, 1, "2010-01-03", &[1, 3, 12], &[]);
    weeks(examples.value("3.445.2026"), 2026, 2, "2026-02-01", &[1, 3, 12], &[]);
    weeks(examples.value("3.445.2026_53w"), 2026, 2, "2026-02-01", &[12], &[2026]);
}

fn weeks(expected: &Value, year: i32, start_month: u32, anchor: &str, periods: &[u32], long_years: &[i32]) {
    let long_years: BTreeSet<i32> = long_years.iter().copied().collect();
    let calendar =
        FiscalCalendar::weeks(start_month, LabelBy::StartYear, Pattern::Weeks445, date(anchor), long_years)
            .unwrap();
    let all = calendar.periods(year);
    let found: Vec<Value> = periods
        .iter()
        .map(|number| {
            let period = all[*number as usize - 1];
            assert_eq!(calendar.period_of(period.first_day), (year, *number));
            assert_eq!(calendar.period_of(period.last_day), (year, *number));
            serde_json::json!([period.first_day.to_string(), period.last_day.to_string(), period.weeks])
        })
        .collect();
    assert_eq!(expected.as_array().expect("a list of periods"), &found, "{anchor}");
}

pub fn splits(examples: &Examples) {
    let total = Money::new(Decimal::from(100_000), Currency::USD);
    let weights = [3, 3, 1].map(Decimal::from);
    let shares: Vec<Decimal> =
        split(total, &weights).unwrap().into_iter().map(|share| share.amount).collect();
    assert_eq!(shares, examples.decimals("4.alloc.lr"));
}
