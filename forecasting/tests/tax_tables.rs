//! The tables of tax depreciation against their publication and against their own formula, and what disposals make of
//! them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::depreciation::{
    Macrs, MacrsClass, MacrsConvention, Placement, mid_quarter_test, mid_quarter_years,
};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, LabelBy};
use proptest::prelude::*;
use rust_decimal::Decimal;

const CLASSES: [(u32, MacrsClass); 6] = [
    (3, MacrsClass::ThreeYears),
    (5, MacrsClass::FiveYears),
    (7, MacrsClass::SevenYears),
    (10, MacrsClass::TenYears),
    (15, MacrsClass::FifteenYears),
    (20, MacrsClass::TwentyYears),
];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dollars(amount: i64) -> Money {
    Money::new(Decimal::from(amount), Currency::USD)
}

fn macrs(class: MacrsClass, convention: MacrsConvention) -> Macrs {
    Macrs { class, convention, bonus_rate: Decimal::ZERO }
}

/// Percentages by convention, 0 for the half year and 1 to 4 for quarters, and by years of recovery.
fn shipped() -> BTreeMap<(u32, u32), Vec<Decimal>> {
    let mut tables = BTreeMap::new();
    for (years, class) in CLASSES {
        for quarter in 0..=4 {
            let convention =
                if quarter == 0 { MacrsConvention::HalfYear } else { MacrsConvention::MidQuarter };
            if let Ok(shares) = macrs(class, convention).percentages(quarter.max(1)) {
                let percent = shares.into_iter().map(|share| share * Decimal::ONE_HUNDRED).collect();
                tables.insert((quarter, years), percent);
            }
        }
    }
    tables
}

#[test]
fn the_tables_are_those_that_were_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/finance/macrs_pub946.csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("the published tables are expected at {}, beside the workspace: {error}", path.display())
    });
    let mut published: BTreeMap<(u32, u32), Vec<Decimal>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let quarter = fields[1].strip_prefix("mid-quarter Q").map_or(0, |quarter| quarter.parse().unwrap());
        let years = published.entry((quarter, fields[2].parse().unwrap())).or_default();
        years.push(fields[4].parse().unwrap());
        assert_eq!(years.len(), fields[3].parse::<usize>().unwrap());
    }
    assert_eq!(published.values().map(Vec::len).sum::<usize>(), 182);
    let shipped = shipped();
    for (key, percent) in &published {
        assert_eq!(shipped.get(key), Some(percent), "{key:?}");
    }
}

/// The declining balance from the middle of the first half or quarter, changed to the straight line once that is more.
fn derived(quarter: u32, years: u32) -> Vec<Decimal> {
    let rate = Decimal::from(if years >= 15 { 150 } else { 200 }) / Decimal::from(100 * years);
    let eighths = Decimal::from(if quarter == 0 { 4 } else { 9 - 2 * quarter });
    let mut left = Decimal::ONE_HUNDRED;
    let mut life = Decimal::from(years);
    (0..=years)
        .map(|year| {
            let part = if year == 0 { eighths / Decimal::from(8) } else { Decimal::ONE.min(life) };
            let straight = if life.is_zero() { Decimal::ZERO } else { left / life };
            let charge = (left * rate.max(straight / left) * part).min(left);
            left -= charge;
            life -= part;
            charge
        })
        .collect()
}

#[test]
fn the_tables_follow_from_the_declining_balance() {
    let shipped = shipped();
    assert_eq!(shipped.len(), 6 + 4 * 5, "all but the mid-quarter tables of twenty years");
    for ((quarter, years), percent) in shipped {
        assert_eq!(percent.iter().sum::<Decimal>(), Decimal::ONE_HUNDRED, "{quarter} {years}");
        for (found, exact) in percent.iter().zip(derived(quarter, years)) {
            assert!((found - exact).abs() <= Decimal::new(16, 3), "{quarter} {years}: {found} {exact}");
        }
    }
}

#[test]
fn a_table_that_is_not_kept_is_missing() {
    let found = macrs(MacrsClass::TwentyYears, MacrsConvention::MidQuarter).percentages(1);
    assert!(matches!(found, Err(ForecastError::Missing { field: "percentages", .. })), "{found:?}");
    let found = macrs(MacrsClass::FiveYears, MacrsConvention::MidQuarter).percentages(5);
    assert!(matches!(found, Err(ForecastError::Invalid { field: "quarter", .. })), "{found:?}");
}

#[test]
fn the_year_of_disposal_counts_to_its_middle() {
    let calendar = FiscalCalendar::calendar_years();
    let on = |convention, disposed| -> Vec<Decimal> {
        macrs(MacrsClass::FiveYears, convention)
            .deductions(dollars(10_000), date("2026-02-10"), Some(date(disposed)), &calendar)
            .unwrap()
            .into_values()
            .collect()
    };
    let amounts = |amounts: &[i64]| amounts.iter().map(|amount| Decimal::from(*amount)).collect::<Vec<_>>();
    assert_eq!(on(MacrsConvention::HalfYear, "2028-12-31"), amounts(&[2_000, 3_200, 960]));
    // Publication 946: 12.5, 37.5, 62.5 and 87.5 % of the year by the quarter of disposal.
    for (disposed, third) in
        [("2028-01-05", 195), ("2028-06-30", 585), ("2028-07-01", 975), ("2028-12-01", 1_365)]
    {
        assert_eq!(on(MacrsConvention::MidQuarter, disposed), amounts(&[3_500, 2_600, third]), "{disposed}");
    }
    // The recovery period ends within its last year, so that all of that year is deducted from then on.
    assert_eq!(on(MacrsConvention::HalfYear, "2031-01-01").last(), Some(&Decimal::from(576)));
    assert_eq!(on(MacrsConvention::MidQuarter, "2031-11-01").last(), Some(&Decimal::from(138)));
    // What comes and goes in one tax year is not depreciated.
    assert_eq!(on(MacrsConvention::HalfYear, "2026-11-01"), amounts(&[0]));
}

#[test]
fn a_bonus_is_deducted_at_once_and_lowers_the_basis() {
    let calendar = FiscalCalendar::calendar_years();
    let with = |bonus_rate| Macrs {
        class: MacrsClass::FiveYears,
        convention: MacrsConvention::HalfYear,
        bonus_rate,
    };
    let deductions = |bonus, disposed: Option<&str>| {
        with(bonus).deductions(dollars(10_000), date("2026-02-10"), disposed.map(date), &calendar).unwrap()
    };
    let all = deductions(Decimal::ONE, None);
    assert_eq!(all[&2026], Decimal::from(10_000));
    assert!(all.values().skip(1).all(Decimal::is_zero));
    assert_eq!(deductions(Decimal::new(4, 1), None)[&2026], Decimal::from(5_200));
    assert_eq!(deductions(Decimal::ONE, Some("2026-03-01"))[&2026], Decimal::ZERO);
    let refused = with(Decimal::from(40)).deductions(dollars(1), date("2026-02-10"), None, &calendar);
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "bonus_rate", .. })));
}

fn placement(in_service: &str, basis: i64, disposed: Option<&str>) -> Placement {
    Placement { in_service: date(in_service), basis: Decimal::from(basis), disposed: disposed.map(date) }
}

#[test]
fn one_order_in_december_changes_what_was_bought_in_april() {
    let calendar = FiscalCalendar::calendar_years();
    let before = [placement("2026-04-10", 600, None), placement("2026-12-01", 400, None)];
    assert_eq!(mid_quarter_years(&before, &calendar).unwrap(), BTreeSet::new());
    let after = [before[0], before[1], placement("2026-12-20", 1, None), placement("2027-01-01", 5, None)];
    let years = mid_quarter_years(&after, &calendar).unwrap();
    assert_eq!(years, BTreeSet::from([2026]));
    assert_eq!(MacrsConvention::of(date("2026-04-10"), &years, &calendar), MacrsConvention::MidQuarter);
    assert_eq!(MacrsConvention::of(date("2027-01-01"), &years, &calendar), MacrsConvention::HalfYear);
}

#[test]
fn the_mid_quarter_test_follows_the_tax_year() {
    let july = FiscalCalendar::months(7, LabelBy::EndYear).unwrap();
    let placements = [
        placement("2026-06-30", 450, None),
        placement("2026-01-10", 550, None),
        placement("2026-07-01", 9, None),
    ];
    let test = mid_quarter_test(&placements, 2026, &july).unwrap();
    assert_eq!(
        (test.total, test.last_quarter, test.applies),
        (Decimal::from(1_000), Decimal::from(450), true)
    );
    // What was sold again within the year does not count.
    let sold = [placements[0], placements[1], placement("2026-05-01", 900, Some("2026-06-01"))];
    assert_eq!(mid_quarter_test(&sold, 2026, &july).unwrap(), test);
    let none = mid_quarter_test(&placements, 2030, &july).unwrap();
    assert_eq!((none.share, none.applies), (None, false));
    let negative = mid_quarter_test(&[placement("2026-05-01", -1, None)], 2026, &july);
    assert!(matches!(negative, Err(ForecastError::Invalid { field: "basis", .. })));
}

proptest! {
    #[test]
    fn deductions_sum_to_the_cost(
        cents in 0..500_000_000_i64, bonus in 0..=100_i64, class in 0..CLASSES.len(), mid_quarter in any::<bool>(),
        day in 0..2_000_u64, start_month in 1..=12_u32,
    ) {
        let calendar = FiscalCalendar::months(start_month, LabelBy::EndYear).unwrap();
        let convention = if mid_quarter { MacrsConvention::MidQuarter } else { MacrsConvention::HalfYear };
        let (_, class) = CLASSES[class];
        prop_assume!(!(mid_quarter && class == MacrsClass::TwentyYears));
        let macrs = Macrs { class, convention, bonus_rate: Decimal::new(bonus, 2) };
        let cost = Money::new(Decimal::new(cents, 2), Currency::USD);
        let in_service = date("2024-01-01") + chrono::Days::new(day);
        let whole = macrs.deductions(cost, in_service, None, &calendar).unwrap();
        prop_assert_eq!(whole.values().sum::<Decimal>(), cost.amount);
        prop_assert!(whole.values().all(|deduction| *deduction >= Decimal::ZERO));
        // A disposal takes nothing from the years before it, and never adds.
        let disposed = in_service + chrono::Days::new(day * 3);
        let until = macrs.deductions(cost, in_service, Some(disposed), &calendar).unwrap();
        let last = *until.keys().last().unwrap();
        for (year, deduction) in &until {
            prop_assert!(*deduction <= whole[year]);
            prop_assert!(*year == last || *deduction == whole[year]);
        }
    }
}
