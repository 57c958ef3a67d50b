//! The register against the inventory, records of a register, leases and periods of weeks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::depreciation::{
    InventoryAsset, Lease, Mismatch, PaymentTiming, Purchase, RegisterEntry, RegisterRecord, Severity,
    findings, lease_or_buy, match_key, reconcile, straight_line_lease,
};
use forecasting::money::{Currency, LIMIT, Rounding};
use forecasting::month::{FiscalCalendar, FiscalHistory, LabelBy, Month, Pattern};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dollars(amount: i64) -> Decimal {
    Decimal::from(amount)
}

fn entry(id: u32, tag: &str, serial: &str, cost: i64, book_value: i64) -> RegisterEntry<u32> {
    let key = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    RegisterEntry {
        id,
        tag: key(tag),
        serial: key(serial),
        component: None,
        cost: dollars(cost),
        book_value: dollars(book_value),
        disposed: false,
    }
}

fn asset(id: &'static str, tag: &str, serial: &str, cost: Option<i64>) -> InventoryAsset<&'static str> {
    let key = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    InventoryAsset { id, tag: key(tag), serial: key(serial), cost: cost.map(dollars), retired: false }
}

#[test]
fn keys_are_compared_without_what_spreadsheets_change() {
    for (text, key) in [
        (" ab-12 34 ", Some("AB1234")),
        ("0001234", Some("1234")),
        ("00A1", Some("00A1")),
        ("s/n", Some("SN")),
        ("N/A", None),
        ("000", None),
        ("To be filled by O.E.M.", None),
        ("--", None),
        ("", None),
    ] {
        assert_eq!(match_key(text).as_deref(), key, "{text:?}");
    }
}

#[test]
fn both_ways_are_reported_with_their_amounts() {
    let register = vec![
        entry(1, "T-1", "", 10_000, 4_000),
        entry(2, "", "S2", 5_000, 2_500),
        entry(3, "t3", "", 7_000, 3_000),
        entry(4, "T4", "", 900, 100),
        entry(5, "T1", "", 300, 200),
        RegisterEntry { component: Some("memory".to_owned()), ..entry(6, "T1", "", 600, 500) },
        RegisterEntry { disposed: true, ..entry(7, "T7", "", 8_000, 0) },
        entry(8, "T9", "S2", 50, 50),
        entry(9, "unknown", "-", 70, 7),
        RegisterEntry { disposed: true, ..entry(10, "T10", "", 80, 0) },
    ];
    let inventory = vec![
        asset("a", "T1", "S1", Some(10_900)),
        asset("b", "", "s-2", None),
        InventoryAsset { retired: true, ..asset("c", "T3", "", Some(7_000)) },
        asset("d", "T7", "", None),
        asset("e", "T9", "S9", Some(40)),
        asset("f", "", "", Some(15)),
        asset("g", "X1", "", Some(1_200)),
        asset("h", "x 1", "", Some(1_300)),
        InventoryAsset { retired: true, ..asset("i", "T11", "", None) },
    ];
    let report = reconcile(&register, &inventory).unwrap();
    let found: Vec<_> = report
        .discrepancies
        .iter()
        .map(|found| {
            let amount = found.amount.map(|amount| i64::try_from(amount).unwrap());
            (found.mismatch, found.register.clone(), found.inventory.clone(), amount)
        })
        .collect();
    assert_eq!(
        found,
        vec![
            (Mismatch::RetiredWithValue, vec![3], vec!["c"], Some(3_000)),
            (Mismatch::OnlyInRegister, vec![4], vec![], Some(100)),
            (Mismatch::OnlyInInventory, vec![], vec!["g"], Some(1_200)),
            (Mismatch::OnlyInInventory, vec![], vec!["h"], Some(1_300)),
            (Mismatch::DisposedButPresent, vec![7], vec!["d"], Some(8_000)),
            (Mismatch::DuplicateInRegister, vec![1, 5], vec![], Some(300)),
            (Mismatch::DuplicateInInventory, vec![], vec!["g", "h"], Some(1_300)),
            (Mismatch::ConflictingKeys, vec![8], vec!["e", "b"], Some(50)),
            (Mismatch::NoKey, vec![], vec!["f"], Some(15)),
            (Mismatch::NoKey, vec![9], vec![], Some(7)),
            (Mismatch::CostDiffers, vec![8], vec!["e"], Some(10)),
        ]
    );
    assert_eq!(report.matched, vec![(1, "a"), (2, "b"), (3, "c"), (5, "a"), (6, "a"), (7, "d"), (8, "e")]);
    assert_eq!(report.totals[&Mismatch::OnlyInInventory].amount, dollars(2_500));
    assert_eq!(report.totals[&Mismatch::NoKey].count, 2);
}

#[test]
fn an_unknown_cost_is_not_zero() {
    let report =
        reconcile::<u32, _>(&[], &[asset("a", "T1", "", None), asset("b", "T2", "", Some(5))]).unwrap();
    let total = report.totals[&Mismatch::OnlyInInventory];
    assert_eq!((total.count, total.amount, total.unknown), (2, dollars(5), 1));
    assert_eq!(report.discrepancies[0].amount, None);
}

#[test]
fn a_key_that_came_back_belongs_to_what_is_there() {
    let old = InventoryAsset { retired: true, ..asset("old", "T1", "", None) };
    let report = reconcile(&[entry(1, "T1", "", 10, 5)], &[old, asset("new", "T1", "", None)]).unwrap();
    assert_eq!(report.matched, vec![(1, "new")]);
    assert!(report.discrepancies.is_empty());
}

#[test]
fn impossible_amounts_are_refused() {
    let negative = reconcile::<_, &str>(&[entry(1, "T1", "", -1, 0)], &[]);
    assert!(matches!(negative, Err(ForecastError::Invalid { field: "cost", .. })));
    let beyond = RegisterEntry { book_value: LIMIT + Decimal::ONE, ..entry(1, "T1", "", 1, 0) };
    assert!(matches!(
        reconcile::<_, &str>(&[beyond], &[]),
        Err(ForecastError::OutOfRange { field: "book_value" })
    ));
}

proptest! {
    /// Every entry and every asset is either matched, reported, or as it should be; and the order of the input only
    /// decides which duplicate is the first.
    #[test]
    fn nothing_is_left_unsaid(
        entries in prop::collection::vec((0..12_u32, any::<bool>(), 0..50_i64), 0..12),
        assets in prop::collection::vec((0..12_u32, any::<bool>(), 0..50_i64), 0..12),
    ) {
        let register: Vec<_> = entries.iter().enumerate().map(|(id, (key, disposed, value))| RegisterEntry {
            disposed: *disposed,
            ..entry(id as u32, &format!("T{key}"), "", value + 10, if *disposed { 0 } else { *value })
        }).collect();
        let inventory: Vec<_> = assets.iter().enumerate().map(|(id, (key, retired, cost))| InventoryAsset {
            id, tag: Some(format!("t-{key}")), serial: None, cost: Some(dollars(*cost)), retired: *retired,
        }).collect();
        let report = reconcile(&register, &inventory).unwrap();
        let matched: BTreeMap<u32, usize> = report.matched.iter().copied().collect();
        for entry in &register {
            let said = |mismatch| report.discrepancies.iter().any(|found| found.mismatch == mismatch && found.register.contains(&entry.id));
            prop_assert_eq!(said(Mismatch::OnlyInRegister), !matched.contains_key(&entry.id) && !entry.disposed);
            let retired = matched.get(&entry.id).is_some_and(|asset| inventory[*asset].retired);
            prop_assert_eq!(said(Mismatch::RetiredWithValue), retired && entry.book_value > Decimal::ZERO);
        }
        for asset in &inventory {
            let said = report.discrepancies.iter().any(|found| found.mismatch == Mismatch::OnlyInInventory && found.inventory == vec![asset.id]);
            let alone = !matched.values().any(|position| *position == asset.id) && !asset.retired;
            prop_assert_eq!(said, alone);
        }
        let sum: Decimal = report.discrepancies.iter().filter_map(|found| found.amount).sum();
        prop_assert_eq!(report.totals.values().map(|total| total.amount).sum::<Decimal>(), sum);
        prop_assert_eq!(&reconcile(&register, &inventory).unwrap(), &report);
    }
}

fn record() -> RegisterRecord {
    RegisterRecord {
        pieces: Some(1),
        has_serial: true,
        cost: dollars(12_000),
        salvage: dollars(1_200),
        life_months: 60,
        acquired: Some(date("2026-01-20")),
        in_service: Some(date("2026-04-10")),
        depreciable_from: Some(date("2026-04-10")),
        accumulated: Some(dollars(1_620)),
        impairment: Decimal::ZERO,
        book_value: Some(dollars(10_380)),
        retired: None,
    }
}

/// Field, severity and amount of each finding at the end of 2026.
fn found(record: &RegisterRecord) -> Vec<(&'static str, Severity, Option<Decimal>)> {
    findings(record, date("2026-12-31"))
        .into_iter()
        .map(|finding| (finding.field, finding.severity, finding.amount))
        .collect()
}

#[test]
fn a_sound_record_has_no_findings() {
    assert_eq!(found(&record()), vec![]);
}

#[test]
fn bad_records_are_found_with_what_they_affect() {
    let all = |amount| Some(dollars(amount));
    let (error, warning) = (Severity::Error, Severity::Warning);
    let sound = record();
    for (record, expected) in [
        (
            RegisterRecord { accumulated: all(12_500), book_value: None, ..sound.clone() },
            vec![("accumulated", error, all(500))],
        ),
        (
            RegisterRecord { accumulated: all(11_000), book_value: all(1_000), ..sound.clone() },
            vec![("accumulated", warning, all(200))],
        ),
        (
            RegisterRecord { depreciable_from: Some(date("2026-02-01")), ..sound.clone() },
            vec![("depreciable_from", error, all(360))],
        ),
        (
            RegisterRecord { in_service: Some(date("2027-02-01")), depreciable_from: None, ..sound.clone() },
            vec![("in_service", error, all(1_620))],
        ),
        (RegisterRecord { salvage: dollars(-100), ..sound.clone() }, vec![("salvage", error, all(100))]),
        (RegisterRecord { salvage: dollars(12_100), ..sound.clone() }, vec![("salvage", error, all(100))]),
        (RegisterRecord { life_months: 5, ..sound.clone() }, vec![("life_months", warning, all(8_640))]),
        (RegisterRecord { life_months: 0, ..sound.clone() }, vec![("life_months", error, all(10_800))]),
        (RegisterRecord { life_months: 1_825, ..sound.clone() }, vec![("life_months", error, all(10_800))]),
        (
            RegisterRecord { retired: Some(date("2026-11-30")), ..sound.clone() },
            vec![("retired", warning, all(10_380))],
        ),
        (RegisterRecord { book_value: all(10_400), ..sound.clone() }, vec![("book_value", warning, all(20))]),
        (
            RegisterRecord {
                in_service: None,
                depreciable_from: None,
                accumulated: None,
                book_value: None,
                acquired: Some(date("2025-12-31")),
                ..sound.clone()
            },
            vec![("in_service", warning, all(12_000))],
        ),
        (
            RegisterRecord { acquired: Some(date("1970-01-01")), ..sound.clone() },
            vec![("acquired", warning, all(12_000))],
        ),
        (RegisterRecord { cost: LIMIT + Decimal::ONE, ..sound.clone() }, vec![("cost", error, None)]),
    ] {
        assert_eq!(found(&record), expected, "{record:?}");
    }
}

#[test]
fn a_finding_says_what_is_wrong() {
    let record = RegisterRecord { life_months: 5, ..record() };
    let finding = findings(&record, date("2026-12-31")).remove(0);
    assert_eq!(finding.to_string(), "life_months \"5\": below a year: years were meant, 5 for 60 months");
}

#[test]
fn a_lease_costs_the_same_every_month() {
    let payments = [0, 0, 300, 300, 400].map(dollars);
    let months =
        straight_line_lease("2026-11".parse().unwrap(), &payments, Currency::USD, Rounding::LastPeriod)
            .unwrap();
    assert!(months.iter().all(|month| month.expense == dollars(200)));
    let deferred: Vec<Decimal> = months.iter().map(|month| month.deferred).collect();
    assert_eq!(deferred, [200, 400, 300, 200, 0].map(dollars));
    assert_eq!(months[4].month, "2027-03".parse().unwrap());
}

#[test]
fn leases_that_cannot_be_are_refused() {
    let month = "2026-11".parse().unwrap();
    let level =
        |payments: &[Decimal]| straight_line_lease(month, payments, Currency::USD, Rounding::Cumulative);
    assert!(matches!(level(&[]), Err(ForecastError::Missing { field: "payments", .. })));
    assert!(matches!(level(&[dollars(-1)]), Err(ForecastError::Invalid { field: "payment", .. })));
    assert!(matches!(level(&[LIMIT, LIMIT]), Err(ForecastError::OutOfRange { field: "sum of payments" })));
    let purchase = Purchase { price: dollars(100), residual: dollars(1), months: 12 };
    let lease = Lease { payments: vec![dollars(9); 12], timing: PaymentTiming::Advance };
    let compare = |purchase, rate| lease_or_buy(&purchase, &lease, rate, Currency::USD);
    assert!(compare(purchase, dollars(7)).is_ok());
    assert!(matches!(compare(purchase, dollars(70)), Err(ForecastError::Invalid { field: "rate", .. })));
    let negative = Purchase { residual: dollars(-1), ..purchase };
    assert!(matches!(
        compare(negative, dollars(1)),
        Err(ForecastError::Invalid { field: "purchase.residual", .. })
    ));
}

proptest! {
    #[test]
    fn a_level_lease_is_paid_in_full(payments in prop::collection::vec(0..10_000_000_i64, 1..80), last in any::<bool>()) {
        let payments: Vec<Decimal> = payments.into_iter().map(|cents| Decimal::new(cents, 2)).collect();
        let rounding = if last { Rounding::LastPeriod } else { Rounding::Cumulative };
        let months = straight_line_lease("2026-01".parse().unwrap(), &payments, Currency::USD, rounding).unwrap();
        prop_assert_eq!(months.iter().map(|month| month.expense).sum::<Decimal>(), payments.iter().sum::<Decimal>());
        prop_assert_eq!(months.last().unwrap().deferred, Decimal::ZERO);
        let mut before = Decimal::ZERO;
        for month in months {
            prop_assert_eq!(month.deferred, before + month.expense - month.payment);
            before = month.deferred;
        }
    }

    /// Without interest present values are sums; paying later costs less; and the rate undoes itself in a year.
    #[test]
    fn present_values_are_what_they_should_be(price in 1..1_000_000_i64, payment in 1..50_000_i64, months in 1..120_u32, rate in 1..300_i64) {
        let purchase = Purchase { price: dollars(price), residual: Decimal::ZERO, months };
        let lease = |timing| Lease { payments: vec![dollars(payment); months as usize], timing };
        let compare = |timing, rate| lease_or_buy(&purchase, &lease(timing), rate, Currency::USD).unwrap();
        let free = compare(PaymentTiming::Arrears, Decimal::ZERO);
        prop_assert_eq!(free.lease, dollars(payment * i64::from(months)));
        prop_assert_eq!(free.difference, free.lease - dollars(price));
        let rate = Decimal::new(rate, 3);
        let (advance, arrears) = (compare(PaymentTiming::Advance, rate), compare(PaymentTiming::Arrears, rate));
        // Arrears are the same payments a month later.
        let later = advance.lease / (Decimal::ONE + advance.monthly_rate);
        prop_assert!((arrears.lease - later).abs() <= Decimal::new(1, 2));
        let year = Purchase { price: Decimal::ZERO, residual: dollars(1_000_000), months: 12 };
        let found = lease_or_buy(&year, &lease(PaymentTiming::Advance), rate, Currency::USD).unwrap();
        let exact = -dollars(1_000_000) / (Decimal::ONE + rate);
        prop_assert_eq!(found.purchase, Currency::USD.round(exact));
    }
}

#[test]
fn periods_of_weeks_are_compared_by_the_week() {
    let calendar = FiscalCalendar::weeks(
        2,
        LabelBy::StartYear,
        Pattern::Weeks445,
        date("2026-02-01"),
        [2026].into_iter().collect(),
    )
    .unwrap();
    let periods = calendar.periods(2026);
    let compared = periods[2].compare(dollars(500), &periods[1], dollars(400));
    assert_eq!((compared.difference, compared.comparable), (dollars(100), false));
    assert_eq!(compared.change, Some(Decimal::ZERO), "a week costs 100 in both");
    let last_year = calendar.same_period_last_year(2027, 12).unwrap();
    assert_eq!((last_year.weeks, last_year.last_day), (Some(6), date("2027-02-06")));
    let long = calendar.periods(2027)[11].compare(dollars(550), &last_year, dollars(600));
    assert_eq!((long.earlier_per_week, long.later_per_week), (Some(dollars(100)), Some(dollars(110))));
    assert_eq!(long.change, Some(Decimal::new(1, 1)));
    assert_eq!((calendar.weeks_of_year(2026), calendar.weeks_of_year(2027)), (Some(53), Some(52)));
    assert_eq!(calendar.same_period_last_year(2027, 0), None);
    let shares = calendar.by_weeks(2026, dollars(5_300));
    assert_eq!((shares[0].1, shares[11].1), (dollars(400), dollars(600)));
}

#[test]
fn months_are_compared_as_they_are() {
    let calendar = FiscalCalendar::calendar_years();
    let periods = calendar.periods(2026);
    let compared = periods[2].compare(dollars(310), &periods[1], dollars(280));
    assert!(compared.comparable);
    assert_eq!((compared.earlier_per_week, compared.difference), (None, dollars(30)));
    assert_eq!(compared.change.unwrap().round_dp(6), Decimal::new(107_143, 6));
    assert_eq!(periods[2].compare(dollars(1), &periods[1], Decimal::ZERO).change, None);
    assert_eq!(calendar.weeks_of_year(2026), None);
}

#[test]
fn a_change_of_calendar_cuts_a_year_short() {
    let month = |text: &str| text.parse::<Month>().unwrap();
    let july = || FiscalCalendar::months(7, LabelBy::EndYear).unwrap();
    let history =
        FiscalHistory::new(FiscalCalendar::calendar_years(), vec![(month("2026-07"), july())]).unwrap();
    let years: Vec<_> = history
        .years(month("2025-03"), month("2027-07"))
        .into_iter()
        .map(|year| (year.fiscal_year, year.from.to_string(), year.months(), year.is_short()))
        .collect();
    let year = |label, from: &str, months, short| (label, from.to_owned(), months, short);
    assert_eq!(
        years,
        vec![
            year(2025, "2025-01", 12, false),
            year(2026, "2026-01", 6, true),
            year(2027, "2026-07", 12, false),
            year(2028, "2027-07", 12, false),
        ]
    );
    assert_eq!(history.calendar(month("2026-06")).start_month, 1);
    assert_eq!(history.calendar(month("2026-07")).start_month, 7);
    let refused = |from: &str, label| {
        let calendar = FiscalCalendar::months(7, label).unwrap();
        FiscalHistory::new(FiscalCalendar::calendar_years(), vec![(month(from), calendar)])
            .unwrap_err()
            .to_string()
    };
    assert!(refused("2026-08", LabelBy::EndYear).contains("begins with the first month"));
    assert!(refused("2026-07", LabelBy::StartYear).contains("later label"));
    let twice = vec![(month("2026-07"), july()), (month("2026-07"), july())];
    let twice = FiscalHistory::new(FiscalCalendar::calendar_years(), twice).unwrap_err().to_string();
    assert!(twice.contains("ascend"), "{twice}");
}
