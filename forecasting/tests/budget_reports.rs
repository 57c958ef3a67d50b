//! Reports on budgets: variances by causes that add up, years that end, postings that look wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use forecasting::ForecastError;
use forecasting::budget::{
    Attribution, BridgeGap, BudgetLine, BudgetVersion, Dimension, Driver, LineKey, Materiality, Orientation,
    PeriodRange, PeriodRates, PlanRates, Report, ReportLine, ReportQuestion, Tolerance, VersionKind, Volume,
    YearQuestion, YearVersions, report, year_report,
};
use forecasting::money::{Currency, LIMIT};
use forecasting::month::FiscalCalendar;
use forecasting::roadmap::MoneyView;
use proptest::prelude::*;
use rust_decimal::Decimal;

const EXACTLY: Tolerance = Tolerance::Amount(Decimal::ZERO);

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn key(account: &str, period: u32, currency: Currency) -> LineKey {
    LineKey {
        cost_centre: "4711".to_owned(),
        account: account.to_owned(),
        tower: None,
        site: None,
        period,
        view: MoneyView::Pnl,
        currency,
    }
}

fn priced(account: &str, quantity: Decimal, price: Decimal) -> ReportLine {
    let volume = Volume { quantity, price };
    let amount = volume.amount(Currency::EUR).unwrap();
    ReportLine { key: key(account, 1, Currency::EUR), amount, volume: Some(volume) }
}

fn euro(rate: Decimal) -> PlanRates {
    PlanRates::new(Currency::USD, BTreeMap::from([(Currency::EUR, rate)])).unwrap()
}

fn compared(
    plan: &[ReportLine],
    actual: &[ReportLine],
    orientation: Orientation,
    (planned, found): (Decimal, Decimal),
) -> Report {
    let rates = BTreeMap::from([((Currency::EUR, 1), found)]);
    let question = ReportQuestion {
        fiscal_year: 2026,
        periods: PeriodRange::new(1, 1).unwrap(),
        dimensions: &[Dimension::Account],
        orientation,
        tolerance: EXACTLY,
        materiality: Materiality { rate: Decimal::ZERO, amount: Decimal::ZERO },
        plan_rates: &euro(planned),
        period_rates: &PeriodRates::new(Currency::USD, rates).unwrap(),
        is_posted: false,
        closed: &BTreeSet::new(),
    };
    report(plan, actual, &[], &question).unwrap()
}

#[test]
fn several_planned_prices_are_not_averaged() {
    let plan = [priced("6100", number("1"), number("10")), priced("6100", number("1"), number("20"))];
    let actual = [priced("6100", number("2"), number("16"))];
    let rates = (Decimal::ONE, Decimal::ONE);
    let found = compared(&plan, &actual, Orientation::Cost, rates);
    assert_eq!(found.total.bridge.undivided, number("-2"));
    assert_eq!(found.total.bridge.gaps, BTreeMap::from([(BridgeGap::SeveralPlannedPrices, 1)]));
    // At one price they are one plan.
    let plan = [priced("6100", number("1"), number("10")), priced("6100", number("3"), number("10"))];
    let found = compared(&plan, &actual, Orientation::Cost, rates);
    assert_eq!((found.total.bridge.volume, found.total.bridge.price), (number("20"), number("-12")));
}

#[test]
fn what_has_a_price_is_divided_and_the_rest_is_not() {
    let plain = |amount: &str| ReportLine {
        key: key("6100", 1, Currency::EUR),
        amount: number(amount),
        volume: None,
    };
    let one = (Decimal::ONE, Decimal::ONE);
    let parts = |found: &Report| {
        let bridge = &found.total.bridge;
        assert_eq!(bridge.total(), found.total.total.amount);
        [bridge.volume, bridge.price, bridge.undivided]
    };
    let plan = [priced("6100", number("100"), number("10"))];
    let actual = [priced("6100", number("110"), number("11")), plain("5")];
    let found = compared(&plan, &actual, Orientation::Cost, one);
    assert_eq!(parts(&found), [number("-100"), number("-110"), number("-5")]);
    assert_eq!(found.total.bridge.gaps, BTreeMap::from([(BridgeGap::ActualWithoutQuantity, 1)]));
    // So is a plan that has an amount besides.
    let more = [plan[0].clone(), plain("50")];
    let found = compared(&more, &actual, Orientation::Cost, one);
    assert_eq!(parts(&found), [number("-100"), number("-110"), number("45")]);
    assert_eq!(found.total.bridge.gaps.len(), 2);
    // Without a single priced posting nothing is told apart.
    let found = compared(&plan, &[plain("1215")], Orientation::Cost, one);
    assert_eq!(parts(&found), [Decimal::ZERO, Decimal::ZERO, number("-215")]);
    let found = compared(&[plain("1000")], &actual, Orientation::Cost, one);
    assert_eq!(parts(&found), [Decimal::ZERO, Decimal::ZERO, number("-215")]);
}

#[test]
fn postings_at_a_planned_price_are_of_it() {
    let one = (Decimal::ONE, Decimal::ONE);
    let plan = [priced("6100", number("100"), number("10")), priced("6100", number("50"), number("20"))];
    let bridge = |actual: &[ReportLine]| {
        let found = compared(&plan, actual, Orientation::Cost, one);
        assert_eq!(found.total.bridge.total(), found.total.total.amount);
        found.total.bridge
    };
    // At both prices: another quantity of each.
    let both = [priced("6100", number("110"), number("10")), priced("6100", number("45"), number("20"))];
    let found = bridge(&both);
    assert_eq!((found.volume, found.price, found.undivided), (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO));
    // One at its price, so that the other is of the price that is left: 50 of 20 at 22.
    let dearer = [priced("6100", number("110"), number("10")), priced("6100", number("50"), number("22"))];
    let found = bridge(&dearer);
    assert_eq!((found.volume, found.price), (number("-100"), number("-100")));
    assert!(found.gaps.is_empty());
    // All prices are met, and something is at none of them.
    let third = [both.as_slice(), &[priced("6100", number("1"), number("7"))]].concat();
    let found = bridge(&third);
    assert_eq!((found.volume, found.undivided), (Decimal::ZERO, number("-7")));
    assert_eq!(found.gaps, BTreeMap::from([(BridgeGap::SeveralPlannedPrices, 1)]));
    // What nothing was posted at was not used.
    let found = bridge(&both[..1]);
    assert_eq!((found.volume, found.price), (number("900"), Decimal::ZERO));
}

#[test]
fn nothing_posted_is_all_volume() {
    let found = compared(
        &[priced("6100", number("3"), number("10"))],
        &[],
        Orientation::Cost,
        (number("1.1"), number("1.2")),
    );
    assert_eq!((found.total.bridge.volume, found.total.bridge.total()), (number("33"), number("33")));
    assert!(found.total.bridge.gaps.is_empty());
}

#[test]
fn a_quantity_comes_to_its_amount_or_is_refused() {
    let volume = Volume { quantity: number("3"), price: number("0.335") };
    assert_eq!(volume.amount(Currency::USD).unwrap(), number("1.01"));
    assert!(volume.comes_to(number("1.005"), Currency::USD).unwrap());
    assert!(!volume.comes_to(number("1.02"), Currency::USD).unwrap());
    let refused = Volume { quantity: -Decimal::ONE, price: Decimal::ONE }.amount(Currency::USD);
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "quantity", .. })));
    let refused = Volume { quantity: LIMIT, price: LIMIT }.amount(Currency::USD);
    assert!(matches!(refused, Err(ForecastError::OutOfRange { .. })));
}

proptest! {
    /// Whatever was planned and posted, causes add up to the variance, and rows to the total.
    #[test]
    fn causes_and_rows_foot(
        planned in prop::collection::vec((0_u8..3, 0_i64..100_000, -50_000_i64..50_000), 0..6),
        posted in prop::collection::vec((0_u8..3, 0_i64..100_000, -50_000_i64..50_000), 0..6),
        rates in (1_i64..30_000, 1_i64..30_000),
        is_sales in any::<bool>(),
    ) {
        let lines = |rows: &[(u8, i64, i64)]| -> Vec<ReportLine> {
            let rows = rows.iter();
            rows.map(|(account, quantity, price)| {
                priced(&account.to_string(), Decimal::new(*quantity, 3), Decimal::new(*price, 3))
            }).collect()
        };
        let orientation = if is_sales { Orientation::Sales } else { Orientation::Cost };
        let rates = (Decimal::new(rates.0, 4), Decimal::new(rates.1, 4));
        let found = compared(&lines(&planned), &lines(&posted), orientation, rates);
        for row in found.rows.iter().chain([&found.total]) {
            prop_assert_eq!(row.bridge.total(), row.total.amount);
            prop_assert_eq!(row.bridge.total() - row.bridge.exchange, row.operating.amount);
            prop_assert_eq!(row.review.unexplained, row.total.amount);
        }
        let sum: Decimal = found.rows.iter().map(|row| row.total.amount).sum();
        prop_assert_eq!(sum, found.total.total.amount);
        let lines: usize = found.rows.iter().map(|row| row.planned + row.posted).sum();
        prop_assert_eq!(lines, planned.len() + posted.len());
    }
}

fn explained(driver: Driver, amount: &str) -> Attribution<LineKey> {
    Attribution {
        line: key("6100", 1, Currency::EUR),
        month: "2026-01".parse().unwrap(),
        driver,
        amount: number(amount),
        note: "as invoiced".to_owned(),
    }
}

#[test]
fn exchange_is_a_driver_of_the_whole_variance() {
    let rates = BTreeMap::from([((Currency::EUR, 1), number("1.15"))]);
    let question = ReportQuestion {
        fiscal_year: 2026,
        periods: PeriodRange::new(1, 1).unwrap(),
        dimensions: &[Dimension::Account],
        orientation: Orientation::Cost,
        tolerance: EXACTLY,
        materiality: Materiality { rate: number("0.05"), amount: number("500") },
        plan_rates: &euro(number("1.10")),
        period_rates: &PeriodRates::new(Currency::USD, rates).unwrap(),
        is_posted: true,
        closed: &BTreeSet::new(),
    };
    let plan = [priced("6100", number("100"), number("150"))];
    let actual = [priced("6100", number("104"), number("153"))];
    let drivers = [
        explained(Driver::Volume, "-660"),
        explained(Driver::Price, "-343.20"),
        explained(Driver::ForeignExchange, "-795.60"),
    ];
    let whole = report(&plan, &actual, &drivers, &question).unwrap();
    assert_eq!(
        (whole.total.total.amount, whole.total.review.unexplained),
        (number("-1798.80"), Decimal::ZERO)
    );
    assert!(whole.total.review.material && !whole.total.review.is_open());
    let part = report(&plan, &actual, &drivers[..2], &question).unwrap();
    assert_eq!(part.total.review.unexplained, number("-795.60"));
    assert!(part.total.review.is_open());
    // The same quantity at the same price: all of it is exchange, and as large as any other overspending.
    let dear =
        PeriodRates::new(Currency::USD, BTreeMap::from([((Currency::EUR, 1), number("1.25"))])).unwrap();
    let question = ReportQuestion { period_rates: &dear, ..question };
    let exchange = report(&plan, &plan, &[], &question).unwrap();
    assert_eq!(
        (exchange.total.operating.amount, exchange.total.total.amount),
        (Decimal::ZERO, number("-2250"))
    );
    assert!(exchange.total.review.is_open());
}

fn version(kind: VersionKind, lines: &[(&str, u32, &str)]) -> BudgetVersion {
    let lines = lines.iter().map(|(account, period, amount)| {
        BudgetLine::new(key(account, *period, Currency::USD), number(amount))
    });
    BudgetVersion::new(kind, 2026, lines.collect()).unwrap()
}

#[test]
fn a_group_without_a_line_in_a_month_has_nothing_there_and_rows_foot() {
    let plan: Vec<_> = (1..=12).map(|period| ("6100", period, "10")).chain([("6200", 3, "7")]).collect();
    let plan = version(VersionKind::Plan, &plan);
    let actual = version(VersionKind::Actual, &[("6100", 1, "11"), ("6200", 2, "4")]);
    let nothing = version(VersionKind::Actual, &[]);
    let (calendar, rates) = (FiscalCalendar::calendar_years(), euro(Decimal::ONE));
    let period_rates = PeriodRates::new(Currency::USD, BTreeMap::new()).unwrap();
    let versions = YearVersions { plan: &plan, actual: &actual, one_offs: &nothing, forecast: &plan };
    let question = YearQuestion {
        calendar: &calendar,
        through: 2,
        dimensions: &[Dimension::Account],
        tolerance: EXACTLY,
        plan_rates: &rates,
        forecast_rates: &rates,
        period_rates: &period_rates,
        closed: &BTreeSet::new(),
        plan_from: None,
        forecast_from: None,
    };
    let found = year_report(&versions, &question).unwrap();
    let outlooks: Vec<_> = found.rows.iter().map(|row| row.outlook.outlook.unwrap()).collect();
    assert_eq!(outlooks, [number("111"), number("11")]);
    assert_eq!(found.total.outlook.outlook, Some(number("122")));
    assert_eq!(found.rows[1].outlook.run_rate, Some(number("24")));
    let cut = found.total.cut(number("0.1"), Currency::USD).unwrap().unwrap();
    assert_eq!((cut.target, cut.to_save), (number("114.30"), number("7.70")));
    let refused = found.total.cut(number("7"), Currency::USD);
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "rate", .. })));
    let refused = year_report(&versions, &YearQuestion { through: 13, ..question });
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "through", .. })));
    // A month that nothing at all was posted in is not known: run rates are of the others, and its forecast stays.
    let unknown = year_report(&versions, &YearQuestion { through: 3, ..question }).unwrap();
    assert_eq!((unknown.total.actual, unknown.total.remaining), (Some(number("15")), Some(number("107"))));
    assert_eq!(unknown.total.outlook.run_rate, found.total.outlook.run_rate);
    assert_eq!(unknown.total.outlook.outlook, found.total.outlook.outlook);
    assert_eq!(unknown.unposted, BTreeSet::from([3]));
    // Closed it is complete: nothing was spent in it.
    let closed = BTreeSet::from([1, 2, 3, 13]);
    let known = year_report(&versions, &YearQuestion { through: 3, closed: &closed, ..question }).unwrap();
    assert_eq!((known.total.actual, known.total.remaining), (Some(number("15")), Some(number("90"))));
    assert_eq!((known.total.outlook.run_rate, known.unposted), (Some(number("60")), BTreeSet::new()));
    let before = year_report(&versions, &YearQuestion { through: 0, closed: &closed, ..question }).unwrap();
    assert_eq!(
        (before.total.actual, before.total.outlook.outlook),
        (Some(Decimal::ZERO), Some(number("127")))
    );
    let none = YearVersions { actual: &nothing, ..versions };
    let none = year_report(&none, &YearQuestion { through: 3, ..question }).unwrap();
    assert_eq!((none.total.actual, none.total.outlook.outlook), (None, None));
}

#[test]
fn a_complete_version_has_nothing_in_the_months_that_it_has_no_line_in() {
    let quarters = version(VersionKind::Plan, &[("6100", 1, "30"), ("6100", 4, "30"), ("6100", 7, "30")]);
    let (actual, nothing) =
        (version(VersionKind::Actual, &[("6100", 1, "33")]), version(VersionKind::Plan, &[]));
    let (calendar, rates) = (FiscalCalendar::calendar_years(), euro(Decimal::ONE));
    let period_rates = PeriodRates::new(Currency::USD, BTreeMap::new()).unwrap();
    let question = YearQuestion {
        calendar: &calendar,
        through: 1,
        dimensions: &[Dimension::Account],
        tolerance: EXACTLY,
        plan_rates: &rates,
        forecast_rates: &rates,
        period_rates: &period_rates,
        closed: &BTreeSet::new(),
        plan_from: None,
        forecast_from: None,
    };
    let versions = YearVersions { plan: &quarters, actual: &actual, one_offs: &nothing, forecast: &quarters };
    let unknown = year_report(&versions, &question).unwrap();
    assert_eq!((unknown.total.plan, unknown.total.outlook.outlook), (None, None));
    let complete = YearQuestion { plan_from: Some(1), forecast_from: Some(2), ..question };
    let known = year_report(&versions, &complete).unwrap();
    assert_eq!((known.total.plan, known.total.outlook.outlook), (Some(number("90")), Some(number("93"))));
    assert_eq!(known.rows[0].outlook, known.total.outlook);
    // Nothing at all is not a plan of nothing.
    let empty = year_report(&YearVersions { plan: &nothing, ..versions }, &complete).unwrap();
    assert_eq!(empty.total.plan, None);
}

#[test]
fn adjustments_count_in_the_year_and_in_no_month_of_it() {
    let plan: Vec<_> = (1..=12).map(|period| ("6100", period, "10")).collect();
    let plan = version(VersionKind::Plan, &plan);
    let months: Vec<_> = (1..=12).map(|period| ("6100", period, "11")).collect();
    let adjusted = [months.as_slice(), &[("6100", 13, "-4"), ("6200", 13, "9")]].concat();
    let (before, after) = (version(VersionKind::Actual, &months), version(VersionKind::Actual, &adjusted));
    let nothing = version(VersionKind::Actual, &[]);
    let (calendar, rates) = (FiscalCalendar::calendar_years(), euro(Decimal::ONE));
    let period_rates = PeriodRates::new(Currency::USD, BTreeMap::new()).unwrap();
    let of = |actual: &BudgetVersion| {
        let versions = YearVersions { plan: &plan, actual, one_offs: &nothing, forecast: &plan };
        let question = YearQuestion {
            calendar: &calendar,
            through: 12,
            dimensions: &[Dimension::Account],
            tolerance: EXACTLY,
            plan_rates: &rates,
            forecast_rates: &rates,
            period_rates: &period_rates,
            closed: &BTreeSet::new(),
            plan_from: None,
            forecast_from: None,
        };
        year_report(&versions, &question).unwrap()
    };
    let (before, after) = (of(&before), of(&after));
    assert_eq!(before.total.outlook.outlook, Some(number("132")));
    assert_eq!((after.total.actual, after.total.adjustments), (before.total.actual, number("5")));
    assert_eq!(after.total.outlook.run_rate, before.total.outlook.run_rate);
    assert_eq!(after.total.outlook.outlook, Some(number("137")));
    let rows: Vec<_> = after.rows.iter().map(|row| (row.adjustments, row.outlook.outlook.unwrap())).collect();
    assert_eq!(rows, [(number("-4"), number("128")), (number("9"), number("9"))]);
}

#[test]
fn a_period_that_nothing_was_posted_in_is_left_out_of_both_sides() {
    let line = |account: &str, period: u32, amount: &str| ReportLine {
        key: key(account, period, Currency::USD),
        amount: number(amount),
        volume: None,
    };
    let plan = [line("6100", 1, "10"), line("6100", 2, "20"), line("6200", 1, "3")];
    let rates = PeriodRates::new(Currency::USD, BTreeMap::new()).unwrap();
    let closed_through = |last: u32| -> BTreeSet<u32> { (1..=last).collect() };
    let asked = |actual: &[ReportLine], through: u32, is_posted: bool, closed: BTreeSet<u32>| {
        let question = ReportQuestion {
            fiscal_year: 2026,
            periods: PeriodRange::new(1, through).unwrap(),
            dimensions: &[Dimension::Account],
            orientation: Orientation::Cost,
            tolerance: EXACTLY,
            materiality: Materiality { rate: Decimal::ZERO, amount: Decimal::ZERO },
            plan_rates: &euro(Decimal::ONE),
            period_rates: &rates,
            is_posted,
            closed: &closed,
        };
        report(&plan, actual, &[], &question)
    };
    let ask = |actual: &[ReportLine], through: u32, is_posted: bool| {
        asked(actual, through, is_posted, BTreeSet::new())
    };
    let posted = [line("6100", 1, "11"), line("6100", 13, "5")];
    let found = ask(&posted, 2, true).unwrap();
    assert_eq!(found.unposted, BTreeSet::from([2]));
    assert_eq!((found.total.totals.plan, found.total.totals.actual), (number("13"), number("11")));
    assert_eq!(found.adjustments, (number("5"), 1));
    // Once it is closed it is complete, and nothing was spent in it.
    let closed = asked(&posted, 2, true, closed_through(2)).unwrap();
    assert_eq!((closed.total.totals.plan, closed.total.totals.actual), (number("33"), number("11")));
    assert!(closed.unposted.is_empty());
    let nothing = asked(&[], 1, true, closed_through(1)).unwrap();
    assert_eq!(nothing.total.total.amount, number("13"));
    let year = ask(&posted, 13, true).unwrap();
    assert_eq!((year.total.totals.actual, year.total.total.amount), (number("16"), number("-3")));
    // A forecast that has nothing there expects nothing.
    let forecast = ask(&posted, 2, false).unwrap();
    assert_eq!((forecast.total.totals.plan, forecast.unposted), (number("33"), BTreeSet::new()));
    let refused = ask(&[], 2, true);
    assert!(matches!(refused, Err(ForecastError::Invalid { field: "periods", .. })), "{refused:?}");
    assert!(PeriodRange::new(1, 14).is_err());
}
