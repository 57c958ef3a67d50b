//! Budgets with something missing, odd or wrong: it is named, refused or left out, never taken as zero.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::budget::{
    AllocationModel, AllocationRule, Attribution, CostMonth, CostPart, Denominator, Driver, DriverVolume,
    Flag, Materiality, MonthStatus, Orientation, OutlookGap, ServerOwnership, ServerPower, TimingState,
    Tolerance, UnitCostGap, Variance, YearInMonths, YearToDate, review, timing_imbalances,
    total_cost_of_ownership, unit_cost_series,
};
use forecasting::money::{Currency, Money};
use forecasting::month::{FiscalCalendar, LabelBy, Month};
use forecasting::roadmap::MoneyView;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn variance(plan: &str, actual: &str, tolerance: Tolerance) -> Variance {
    let money = |text| Money::new(number(text), Currency::USD);
    Variance::new(money(plan), money(actual), Orientation::Cost, tolerance).unwrap()
}

#[test]
fn a_variance_without_a_plan_has_no_rate_and_may_be_material() {
    let unplanned = variance("0", "20", Tolerance::Rate(number("0.05")));
    assert_eq!((unplanned.rate, unplanned.flag), (None, Flag::Unfavourable));
    let materiality = Materiality { rate: number("0.05"), amount: number("10") };
    assert!(materiality.is_material(&unplanned));
    assert!(!materiality.is_material(&variance("0", "5", Tolerance::Amount(Decimal::ZERO))));
    let nothing = variance("0", "0", Tolerance::Rate(number("0.05")));
    assert_eq!((nothing.rate, nothing.flag), (None, Flag::OnPlan));
    assert!(!Materiality { rate: Decimal::ZERO, amount: Decimal::ZERO }.is_material(&nothing));
}

#[test]
fn a_variance_is_material_by_both_thresholds_or_not_at_all() {
    let materiality = Materiality { rate: number("0.05"), amount: number("1000") };
    let exactly = Tolerance::Amount(Decimal::ZERO);
    assert!(materiality.is_material(&variance("20000", "21000", exactly)));
    assert!(!materiality.is_material(&variance("20001", "21001", exactly)), "less than 5 %");
    assert!(!materiality.is_material(&variance("100", "150", exactly)), "less than 1,000");
    let savings = variance("-20000", "-21000", exactly);
    assert_eq!((savings.flag, savings.rate), (Flag::Favourable, Some(number("0.05"))));
}

#[test]
fn a_variance_is_of_one_currency_and_tolerances_are_not_negative() {
    let dollars = Money::new(Decimal::ONE, Currency::USD);
    let euros = Money::new(Decimal::ONE, Currency::EUR);
    let exactly = Tolerance::Amount(Decimal::ZERO);
    let mixed = Variance::new(dollars, euros, Orientation::Cost, exactly).unwrap_err();
    assert!(matches!(mixed, ForecastError::CurrencyMismatch { .. }));
    for tolerance in [Tolerance::Amount(number("-1")), Tolerance::Rate(number("-0.01"))] {
        let refusal = Variance::new(dollars, dollars, Orientation::Cost, tolerance).unwrap_err();
        assert!(refusal.to_string().starts_with("tolerance \"-"), "{refusal}");
    }
}

fn attribution(
    line: &'static str,
    month_of: &str,
    driver: Driver,
    amount: &str,
) -> Attribution<&'static str> {
    Attribution { line, month: month(month_of), driver, amount: number(amount), note: String::new() }
}

#[test]
fn drivers_and_the_rest_sum_to_the_variance() {
    let missed = variance("1000", "1100", Tolerance::Amount(Decimal::ZERO));
    let materiality = Materiality { rate: number("0.05"), amount: number("50") };
    let mut parts = vec![
        attribution("power", "2026-03", Driver::Volume, "-60"),
        attribution("power", "2026-03", Driver::ForeignExchange, "-70"),
        attribution("power", "2026-03", Driver::Volume, "10"),
    ];
    let part = review(&missed, &materiality, &parts).unwrap();
    assert_eq!(part.drivers[&Driver::Volume], number("-50"));
    assert_eq!((part.unexplained, part.is_open()), (number("20"), true));
    parts.push(attribution("power", "2026-03", Driver::OneOff, "20"));
    let whole = review(&missed, &materiality, &parts).unwrap();
    assert_eq!((whole.unexplained, whole.is_open()), (Decimal::ZERO, false));
}

#[test]
fn timing_has_to_come_back_within_the_fiscal_year() {
    let parts = [
        attribution("returned", "2025-08", Driver::Timing, "-100"),
        attribution("returned", "2026-05", Driver::Timing, "100"),
        attribution("next year", "2026-05", Driver::Timing, "-40"),
        attribution("next year", "2026-07", Driver::Timing, "40"),
        attribution("price", "2026-05", Driver::Price, "-7"),
    ];
    let calendar = FiscalCalendar::months(7, LabelBy::EndYear).unwrap();
    let seen = |day| {
        let found = timing_imbalances(&parts, &calendar, date(day)).unwrap();
        found.into_iter().map(|one| (one.line, one.fiscal_year, one.net, one.state)).collect::<Vec<_>>()
    };
    let (first, second) = (("next year", 2026, number("-40")), ("next year", 2027, number("40")));
    let with = |one: (&'static str, i32, Decimal), state| (one.0, one.1, one.2, state);
    let outstanding = with(second, TimingState::Outstanding);
    assert_eq!(seen("2026-06-30"), [with(first, TimingState::Outstanding), outstanding]);
    assert_eq!(seen("2026-07-01"), [with(first, TimingState::Unresolved), outstanding]);
}

#[test]
fn a_month_without_its_figure_is_a_gap_and_no_cheap_month() {
    let january = month("2026-01");
    let twelve = |amount: i64| january.range(12).map(|month| (month, Decimal::from(amount))).collect();
    let mut year = YearInMonths {
        currency: Currency::USD,
        plan: twelve(100),
        actual: january.range(3).map(|month| (month, Decimal::from(110))).collect(),
        one_off: BTreeMap::from([
            (month("2026-02"), Decimal::from(30)),
            (month("2026-09"), Decimal::from(5)),
        ]),
        adjustments: Decimal::ZERO,
        forecast: twelve(90),
    };
    let exactly = Tolerance::Amount(Decimal::ZERO);
    let calendar = FiscalCalendar::calendar_years();
    let of = |year: &YearInMonths, last: Option<&str>| {
        year.outlook(&calendar, 2026, last.map(month), exactly).unwrap()
    };
    let outlook = of(&year, Some("2026-03"));
    assert_eq!(outlook.run_rate, Some(Decimal::from(1320)));
    assert_eq!(outlook.normalised_run_rate, Some(Decimal::from(1200)));
    // 330 so far and nine months of 90, whatever was once forecast for the first three.
    assert_eq!(outlook.outlook, Some(Decimal::from(1140)));
    assert_eq!(outlook.variance.unwrap().amount, Decimal::from(60));

    let ahead = of(&year, None);
    assert_eq!((ahead.run_rate, ahead.outlook), (None, Some(Decimal::from(1080))));
    assert_eq!(ahead.gaps, BTreeSet::from([OutlookGap::NothingElapsed]));

    year.actual.remove(&month("2026-02"));
    year.plan.remove(&month("2026-12"));
    let outlook = of(&year, Some("2026-03"));
    // Of two months that are known, and with the forecast of ten: the one that nothing was posted in is no free month.
    assert_eq!((outlook.run_rate, outlook.outlook), (Some(Decimal::from(1320)), Some(Decimal::from(1120))));
    assert_eq!(outlook.variance, None);
    let gaps = [OutlookGap::Plan(Some(month("2026-12"))), OutlookGap::Unposted(month("2026-02"))];
    assert_eq!(outlook.gaps, BTreeSet::from(gaps));
    year.adjustments = Decimal::from(7);
    let adjusted = of(&year, Some("2026-03"));
    assert_eq!((adjusted.run_rate, adjusted.outlook), (outlook.run_rate, Some(Decimal::from(1127))));
    let none = of(&YearInMonths { actual: BTreeMap::new(), ..year.clone() }, Some("2026-01"));
    assert_eq!((none.run_rate, none.outlook), (None, None));
    assert!(none.gaps.contains(&OutlookGap::Actual(None)));

    let over = YearToDate {
        currency: Currency::USD,
        plan: None,
        actual: Some(number("616")),
        one_off: Decimal::ZERO,
        adjustments: Decimal::ZERO,
        months_elapsed: 12,
        remaining_forecast: None,
    };
    let outlook = over.outlook(exactly).unwrap();
    assert_eq!((outlook.outlook, outlook.variance), (Some(number("616")), None));
    assert_eq!(outlook.gaps, BTreeSet::from([OutlookGap::Plan(None)]));
    assert!(YearToDate { months_elapsed: 13, ..over }.outlook(exactly).is_err());
    assert!(year.outlook(&calendar, 0, None, exactly).is_err());
}

fn cost_month(month_of: &str, status: MonthStatus, parts: &[(&str, MoneyView, Option<&str>)]) -> CostMonth {
    let part = |(name, view, amount): &(&str, MoneyView, Option<&str>)| CostPart {
        name: (*name).to_owned(),
        view: *view,
        amount: amount.map(number),
    };
    CostMonth { month: month(month_of), status, parts: parts.iter().map(part).collect() }
}

#[test]
fn power_is_divided_by_what_is_drawn_and_by_what_is_committed() {
    let months = [
        cost_month("2026-10", MonthStatus::Estimated, &[("colocation", MoneyView::Pnl, Some("16293.19"))]),
        cost_month("2026-11", MonthStatus::Estimated, &[("colocation", MoneyView::Pnl, None)]),
        cost_month("2026-12", MonthStatus::Forecast, &[("colocation", MoneyView::Pnl, Some("16000"))]),
        cost_month("2027-01", MonthStatus::Forecast, &[("colocation", MoneyView::Pnl, Some("16000"))]),
    ];
    let [drawn, committed] = Denominator::KILOWATTS;
    let mut volumes = BTreeMap::from([((drawn, month("2026-10")), number("62"))]);
    volumes.insert((drawn, month("2026-12")), Decimal::ZERO);
    for month in &months {
        volumes.insert((committed, month.month), Decimal::ONE_HUNDRED);
    }
    let series = unit_cost_series(Currency::USD, &months, &Denominator::KILOWATTS, &volumes).unwrap();
    let value = |place: usize, month: usize| series[place].points[month].unit_cost.value();
    assert_eq!(value(0, 0).map(|value| value.round_dp(2)), Some(number("262.79")));
    assert_eq!(value(1, 0), Some(number("162.9319")));
    assert_eq!(value(1, 3), Some(number("160")));
    let gap = |month: usize| series[0].points[month].unit_cost.gap().unwrap().clone();
    assert_eq!(gap(1), UnitCostGap::CostMissing("colocation".to_owned()));
    assert_eq!([gap(2), gap(3)], [UnitCostGap::VolumeZero, UnitCostGap::VolumeMissing]);
    assert!(series[0].explain().estimated);

    let over = |from, to| series[1].over(month(from), month(to)).unwrap();
    let missing = over("2026-10", "2026-12").per_period;
    assert_eq!(missing.gap(), Some(&UnitCostGap::CostMissing("colocation".to_owned())));
    assert_eq!(over("2026-12", "2027-01").per_month.value(), Some(number("160")));
    // A month that is not in the series is not free.
    assert_eq!(over("2026-12", "2027-02").per_month.gap(), Some(&UnitCostGap::NoCost));
    assert_eq!(over("2027-01", "2026-12").per_month.gap(), Some(&UnitCostGap::NoMonths));
}

#[test]
fn unit_costs_divide_profit_and_loss_by_volumes_that_can_be() {
    let january = |view| [cost_month("2026-01", MonthStatus::Estimated, &[("servers", view, Some("100"))])];
    let seats = [Denominator::Seats];
    let none = BTreeMap::new();
    let cash = unit_cost_series(Currency::USD, &january(MoneyView::Cash), &seats, &none).unwrap_err();
    assert!(cash.to_string().starts_with("cost part \"servers\""), "{cash}");
    let negative = BTreeMap::from([((Denominator::Seats, month("2026-01")), number("-1"))]);
    assert!(unit_cost_series(Currency::USD, &january(MoneyView::Pnl), &seats, &negative).is_err());
    let twice = [january(MoneyView::Pnl), january(MoneyView::Pnl)].concat();
    assert!(unit_cost_series(Currency::USD, &twice, &seats, &none).is_err());
}

#[test]
fn a_commitment_takes_the_place_of_energy() {
    let mut server = ServerOwnership {
        currency: Currency::USD,
        years: 5,
        purchase: number("18500"),
        installation: number("650"),
        support: number("2220"),
        power: ServerPower::Committed { kilowatts: number("0.42"), price_per_kilowatt_month: number("165") },
        disposal: number("45"),
        residual_value: number("300"),
    };
    let cost = total_cost_of_ownership(&server).unwrap();
    assert_eq!((cost.power, cost.total), (number("4158"), number("25273")));
    server.years = 0;
    assert!(total_cost_of_ownership(&server).is_err());
    server.years = 5;
    server.power = ServerPower::Metered {
        average_kilowatts: number("0.42"),
        power_usage_effectiveness: number("0.9"),
        price_per_kilowatt_hour: number("0.085"),
    };
    assert!(total_cost_of_ownership(&server).unwrap_err().to_string().starts_with("pue \"0.9\""));
}

fn rule(
    source: &'static str,
    whole: Option<i64>,
    targets: &[(&'static str, i64)],
) -> AllocationRule<&'static str> {
    let volume = |(target, volume): &(&'static str, i64)| DriverVolume {
        target: *target,
        volume: Decimal::from(*volume),
    };
    AllocationRule {
        source,
        driver: "share".to_owned(),
        targets: targets.iter().map(volume).collect(),
        whole: whole.map(Decimal::from),
    }
}

fn model(rules: Vec<AllocationRule<&'static str>>) -> AllocationModel<&'static str> {
    AllocationModel {
        currency: Currency::USD,
        costs: vec![("network", number("100")), ("security", number("50")), ("legal", number("7"))],
        receivers: BTreeSet::from(["shop", "factory"]),
        rules,
    }
}

#[test]
fn what_the_targets_leave_and_what_no_rule_divides_is_unallocated() {
    let rules = vec![
        rule("network", Some(100), &[("shop", 45), ("factory", 30)]),
        rule("security", None, &[("shop", 0)]),
    ];
    let allocation = model(rules).step_down(&["network", "security"]).unwrap();
    let received: Vec<Decimal> = allocation.received.values().copied().collect();
    assert_eq!(received, [number("30"), number("45")]);
    // A quarter of the network, all of security, which nobody used, and legal, which has no rule.
    assert_eq!(allocation.unallocated, number("82"));
    assert_eq!(allocation.allocated_rate(), Some(number("75") / number("157")));
}

#[test]
fn a_circle_is_named_or_solved() {
    let circle = model(vec![
        rule("network", None, &[("security", 1), ("shop", 4)]),
        rule("security", None, &[("network", 1), ("factory", 3)]),
    ]);
    let refusal = circle.step_down(&["network", "security"]).unwrap_err().to_string();
    let named = ["\"network -> security -> network\"", "\"security -> network -> security\""];
    assert!(named.iter().any(|name| refusal.contains(name)), "{refusal}");
    // network = 100 + security / 4 and security = 50 + network / 5: 118.42 and 73.68.
    let solved = circle.simultaneous().unwrap();
    assert_eq!(solved.pools["network"], number("118.42"));
    assert_eq!(solved.pools["security"], number("73.68"));
    assert_eq!((solved.received["shop"], solved.received["factory"]), (number("94.74"), number("55.26")));
    assert_eq!((solved.unallocated, solved.total), (number("7"), number("157")));
    let given = solved.flows.iter().map(|flow| (flow.source, flow.target, flow.amount.to_string()));
    let given: Vec<_> = given.collect();
    let expected = [
        ("network", Some("security"), "23.68"),
        ("network", Some("shop"), "94.74"),
        ("security", Some("network"), "18.42"),
        ("security", Some("factory"), "55.26"),
    ];
    assert_eq!(given, expected.map(|(source, target, amount)| (source, target, amount.to_owned())));

    let itself = model(vec![
        rule("network", None, &[("network", 1), ("shop", 4)]),
        rule("security", None, &[("shop", 1)]),
    ]);
    let refusal = itself.step_down(&["network", "security"]).unwrap_err().to_string();
    assert!(refusal.contains("\"network -> network\""), "{refusal}");
    assert_eq!(itself.simultaneous().unwrap().received["shop"], number("150"));

    let closed =
        model(vec![rule("network", None, &[("security", 1)]), rule("security", None, &[("network", 1)])]);
    let refusal = closed.simultaneous().unwrap_err().to_string();
    assert!(refusal.contains("\"network, security\""), "{refusal}");
}

#[test]
fn rules_and_orders_that_do_not_fit_are_refused_by_name() {
    let network = || rule("network", None, &[("security", 1), ("shop", 1)]);
    let security = || rule("security", None, &[("factory", 1)]);
    let refused = |rules: Vec<AllocationRule<&'static str>>, order: &[&'static str], start: &str| {
        let refusal = model(rules).step_down(order).unwrap_err().to_string();
        assert!(refusal.starts_with(start), "{refusal}");
    };
    refused(vec![network(), security()], &["security", "network"], "order \"security\"");
    refused(vec![network(), security()], &["network"], "order \"security\"");
    refused(vec![network(), security()], &["network", "network", "security"], "order \"network\"");
    refused(vec![network(), security()], &["network", "security", "legal"], "order \"legal\"");
    refused(vec![network()], &["network"], "target \"security\"");
    refused(vec![network(), security(), security()], &["network", "security"], "source \"security\"");
    refused(vec![rule("shop", None, &[("factory", 1)])], &["shop"], "source \"shop\"");
    refused(vec![rule("network", None, &[("shop", 1), ("shop", 2)])], &["network"], "target \"shop\"");
    refused(
        vec![rule("network", Some(99), &[("shop", 100)])],
        &["network"],
        "whole volume \"99 of network\"",
    );
    refused(vec![rule("network", None, &[("shop", -1)])], &["network"], "driver volume \"-1\"");
}

#[test]
fn what_explains_more_than_there_is_is_told() {
    let materiality = Materiality { rate: Decimal::ZERO, amount: Decimal::ZERO };
    let money = |amount: i64| Money::new(Decimal::from(amount), Currency::USD);
    let over = |plan: i64, actual: i64, parts: &[(Driver, i64)]| {
        let exactly = Tolerance::Amount(Decimal::ZERO);
        let variance = Variance::new(money(plan), money(actual), Orientation::Cost, exactly).unwrap();
        let attributions: Vec<Attribution<&str>> = parts
            .iter()
            .map(|(driver, amount)| Attribution {
                line: "line",
                month: Month::new(2026, 1).unwrap(),
                driver: *driver,
                amount: Decimal::from(*amount),
                note: String::new(),
            })
            .collect();
        review(&variance, &materiality, &attributions).unwrap().is_over_explained()
    };
    assert!(!over(600, 616, &[]));
    assert!(!over(600, 616, &[(Driver::Price, -10)]));
    assert!(!over(600, 616, &[(Driver::Price, -100), (Driver::Volume, 84)]), "they sum to it");
    assert!(over(600, 616, &[(Driver::Price, -17)]));
    assert!(over(600, 616, &[(Driver::Price, 999_999)]), "the other way");
    assert!(over(600, 600, &[(Driver::Price, 1)]), "of nothing");
}
