//! Versions of a budget: compared at the rates of the plan, never mixed, and checked for what loads go wrong by.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use forecasting::ForecastError;
use forecasting::budget::{
    AllocationModel, AllocationRule, BudgetLine, BudgetVersion, Dimension, DimensionValue, DriverVolume,
    FindingContext, Flag, ForecastLabel, LineDocument, LineKey, LineRule, Orientation, PeriodRange,
    PeriodRates, PlanRates, PricedVolume, ServerOwnership, ServerPower, Tolerance, Variance, VersionKind,
    YearToDate, check_lines, compare, decompose_rows, posting_key, total_cost_of_ownership, unit_cost,
};
use forecasting::money::{Currency, LIMIT, Money};
use forecasting::month::{FiscalCalendar, LabelBy, Pattern};
use forecasting::roadmap::MoneyView;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn line(account: &str, period: u32, currency: Currency, amount: &str) -> BudgetLine {
    let key = LineKey {
        cost_centre: "infrastructure".to_owned(),
        account: account.to_owned(),
        tower: None,
        site: Some("Frankfurt".to_owned()),
        period,
        view: MoneyView::Pnl,
        currency,
    };
    BudgetLine::new(key, number(amount))
}

fn version(kind: VersionKind, lines: Vec<BudgetLine>) -> BudgetVersion {
    BudgetVersion::new(kind, 2026, lines).unwrap()
}

fn rates() -> (PlanRates, PeriodRates) {
    let plan = BTreeMap::from([(Currency::EUR, number("1.10"))]);
    let periods =
        BTreeMap::from([((Currency::EUR, 1), number("1.15")), ((Currency::EUR, 2), number("1.08"))]);
    (PlanRates::new(Currency::USD, plan).unwrap(), PeriodRates::new(Currency::USD, periods).unwrap())
}

#[test]
fn exchange_is_shown_apart_from_operations() {
    let plan = version(
        VersionKind::Plan,
        vec![
            line("power", 1, Currency::EUR, "15000"),
            line("power", 2, Currency::EUR, "15000"),
            line("cloud", 3, Currency::USD, "5"),
        ],
    );
    let actual = version(
        VersionKind::Actual,
        vec![
            line("power", 1, Currency::EUR, "15000"),
            line("power", 1, Currency::EUR, "912"),
            line("repair", 2, Currency::EUR, "100"),
        ],
    );
    let (plan_rates, period_rates) = rates();
    let to_date = PeriodRange::new(1, 2).unwrap();
    let comparison = compare(&plan, &actual, to_date, &plan_rates, &period_rates).unwrap();
    let [first, second, repair] = comparison.lines.as_slice() else { panic!("{:?}", comparison.lines) };
    assert_eq!(first.posted, Some(number("15912")));
    assert_eq!(first.totals.operating(), number("-1003.20"));
    assert_eq!(first.totals.exchange(), number("-795.60"));
    assert_eq!(first.totals.total(), number("-1798.80"));
    // Nothing was posted: the plan is not spent, and no currency moved it.
    assert_eq!((second.posted, second.totals.operating()), (None, number("16500")));
    assert!(second.totals.exchange().is_zero());
    assert_eq!((repair.planned, repair.totals.exchange()), (None, number("2.00")));

    let by_account = comparison.roll_up(&[Dimension::Account, Dimension::Tower]).unwrap();
    let power = &by_account[&vec![DimensionValue::Name("power".to_owned()), DimensionValue::Unassigned]];
    assert_eq!(power.operating(), number("15496.80"));
    let variance = power.operating_variance(Currency::USD, Tolerance::Rate(number("0.02"))).unwrap();
    assert_eq!((variance.plan, variance.flag), (number("33000"), Flag::Favourable));
    let whole = power.total_variance(Currency::USD, Tolerance::Rate(number("0.5"))).unwrap();
    assert_eq!((whole.amount, whole.flag), (number("14701.20"), Flag::OnPlan));
    assert_eq!(comparison.roll_up(&[]).unwrap()[&Vec::new()], comparison.total(MoneyView::Pnl).unwrap());
}

#[test]
fn views_are_never_added_to_each_other() {
    let mut cash = line("power", 1, Currency::USD, "9");
    cash.key.view = MoneyView::Cash;
    let plan = version(VersionKind::Plan, vec![cash, line("power", 1, Currency::USD, "7")]);
    let (plan_rates, period_rates) = rates();
    let refusal = plan.roll_up(&plan_rates, &[Dimension::Account]).unwrap_err();
    assert!(refusal.to_string().contains("views are never added"), "{refusal}");
    let year = PeriodRange::year();
    let comparison = compare(&plan, &plan, year, &plan_rates, &period_rates).unwrap();
    assert!(comparison.roll_up(&[]).is_err());
    assert_eq!(plan.roll_up(&plan_rates, &[Dimension::View]).unwrap().len(), 2);
    assert!(plan.roll_up(&plan_rates, &[Dimension::View, Dimension::View]).is_err());
}

#[test]
fn no_rate_is_made_up() {
    let yen = version(VersionKind::Plan, vec![line("power", 1, Currency::JPY, "9")]);
    let late = version(VersionKind::Plan, vec![line("power", 3, Currency::EUR, "9")]);
    let (plan_rates, period_rates) = rates();
    let year = PeriodRange::year();
    let refused = |version: &BudgetVersion, value: &str| {
        let refusal = compare(version, version, year, &plan_rates, &period_rates).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("exchange rate \"{value}\"")), "{refusal}");
    };
    refused(&yen, "JPY");
    refused(&late, "EUR in period 3");
    let zero = BTreeMap::from([(Currency::EUR, Decimal::ZERO)]);
    assert!(PlanRates::new(Currency::USD, zero).is_err());
    let two = BTreeMap::from([(Currency::USD, Decimal::TWO)]);
    assert!(PlanRates::new(Currency::USD, two).is_err());
    let euros = PeriodRates::new(Currency::EUR, BTreeMap::new()).unwrap();
    let mixed = compare(&yen, &yen, year, &plan_rates, &euros).unwrap_err();
    assert!(matches!(mixed, ForecastError::CurrencyMismatch { .. }));
    let other_year = BudgetVersion::new(VersionKind::Actual, 2027, Vec::new()).unwrap();
    let refusal = compare(&yen, &other_year, year, &plan_rates, &period_rates).unwrap_err();
    assert!(refusal.to_string().starts_with("fiscal_year \"2027\""));
}

#[test]
fn forecasts_are_labelled_by_their_periods() {
    let label: ForecastLabel = "3+9".parse().unwrap();
    assert_eq!((label.actual_periods(), label.to_string()), (3, "3+9".to_owned()));
    for wrong in ["3+8", "13+0", "3", "+3+9", "3 + 9", "-1+13", "", "+12"] {
        assert!(wrong.parse::<ForecastLabel>().is_err(), "{wrong}");
    }
    assert!(ForecastLabel::new(13).is_err());
    for (first, last) in [(0, 3), (4, 3), (1, 14)] {
        assert!(PeriodRange::new(first, last).is_err());
    }
    for year in [0, 10_000, i32::MIN] {
        assert!(BudgetVersion::new(VersionKind::Scenario, year, Vec::new()).is_err());
    }
}

fn found(loaded: &BudgetVersion, other: Option<&BudgetVersion>) -> Vec<(LineRule, Vec<usize>)> {
    let calendar = FiscalCalendar::calendar_years();
    let closed = BTreeMap::from([(1, date("2026-02-05"))]);
    let elsewhere = BTreeMap::new();
    let context = FindingContext { calendar: &calendar, closed: &closed, other, elsewhere: &elsewhere };
    let findings = check_lines(loaded, &context).unwrap();
    findings.into_iter().map(|finding| (finding.rule, finding.lines)).collect()
}

#[test]
fn loads_in_thousands_and_with_reversed_signs_show_beside_another_version() {
    let plan: Vec<BudgetLine> =
        (1..=12).map(|period| line("power", period, Currency::USD, "15000")).collect();
    let plan = version(VersionKind::Plan, plan);
    let loaded = |amounts: [&str; 2]| {
        let lines =
            amounts.iter().zip(1..).map(|(amount, period)| line("power", period, Currency::USD, amount));
        version(VersionKind::Actual, lines.collect())
    };
    let both = vec![0, 1];
    assert_eq!(found(&loaded(["14", "17"]), Some(&plan)), [(LineRule::LoadedInThousands, both.clone())]);
    assert_eq!(
        found(&loaded(["15000000", "16000000"]), Some(&plan)),
        [(LineRule::LoadedInThousands, both.clone())]
    );
    let negative = [(LineRule::NegativeAmount, vec![0]), (LineRule::NegativeAmount, vec![1])];
    let reversed = [vec![(LineRule::ReversedSign, both)], negative.to_vec()].concat();
    assert_eq!(found(&loaded(["-14000", "-17000"]), Some(&plan)), reversed);
    assert_eq!(found(&loaded(["-14000", "-17000"]), None), negative);
    // Two months beside a year, and a year that is merely dear, are not odd.
    assert!(found(&loaded(["15000", "90000"]), Some(&plan)).is_empty());
    // A single credit note among charges is negative, and no reversed load.
    assert_eq!(found(&loaded(["-1000", "17000"]), Some(&plan)), [(LineRule::NegativeAmount, vec![0])]);
}

fn document(source: &str, document: &str, line: &str) -> Option<LineDocument> {
    Some(LineDocument {
        key: posting_key(source, document, line),
        name: format!("{source} {document}/{line}"),
    })
}

#[test]
fn a_document_is_one_however_it_is_spelt_and_wherever_it_is_posted() {
    let key = posting_key("ERP", "K1", "1");
    for (source, document, line) in [("erp", "k1", "01"), (" ERP", "K1\t", "1 "), ("ERP", "00K1", "001")] {
        assert_eq!(posting_key(source, document, line), key, "{source} {document}/{line}");
    }
    for (source, document, line) in [("ERP", "K10", "1"), ("ERP", "K1", "10"), ("ERP K1", "", "1")] {
        assert_ne!(posting_key(source, document, line), key, "{source} {document}/{line}");
    }
    assert_eq!(posting_key("ERP", "0", "000"), posting_key("ERP", "00", "0"));
    assert_ne!(posting_key("ERP", "0", "1"), posting_key("ERP", "", "1"));

    let mut lines = vec![line("power", 1, Currency::USD, "700"); 4];
    lines[0].document = document("ERP", "K1", "1");
    lines[1].document = document("ERP", "k1", "01");
    lines[2].document = document("ERP", "K2", "1");
    lines[3].document = document("ERP", "X1", "1");
    let loaded = version(VersionKind::Actual, lines);
    let elsewhere = BTreeMap::from([(posting_key("erp", "x1", "1"), "erp x1/1 of Actual B".to_owned())]);
    let calendar = FiscalCalendar::calendar_years();
    let closed = BTreeMap::new();
    let context = FindingContext { calendar: &calendar, closed: &closed, other: None, elsewhere: &elsewhere };
    let findings = check_lines(&loaded, &context).unwrap();
    let shown: Vec<_> =
        findings.iter().map(|one| (one.lines.clone(), one.doubtful.clone(), one.detail.as_str())).collect();
    let expected = [
        (vec![0, 1], vec![1], "posting \"ERP K1/1\" is there again as \"ERP k1/01\""),
        (vec![3], vec![3], "posting \"ERP X1/1\" is there again as \"erp x1/1 of Actual B\""),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn single_lines_are_checked_by_themselves() {
    let mut lines = vec![line("power", 1, Currency::USD, "1"); 5];
    lines[0].recorded_on = Some(date("2026-02-06"));
    lines[1].recorded_on = Some(date("2026-02-05"));
    lines[1].document = document("ERP", "Invoice7", "1");
    lines[3].document = document("erp", " invoice7 ", "01");
    lines[2].key.period = 14;
    lines[4].period_days = Some((date("2026-01-01"), date("2026-01-31")));
    let loaded = version(VersionKind::Actual, lines);
    let expected = [
        (LineRule::PostedToClosedPeriod, vec![0]),
        (LineRule::Duplicate, vec![1, 3]),
        (LineRule::PeriodOfAnotherCalendar, vec![2]),
    ];
    assert_eq!(found(&loaded, None), expected);
    // The same January posted to books that are kept in weeks.
    let anchor = date("2026-01-04");
    let weeks = FiscalCalendar::weeks(1, LabelBy::StartYear, Pattern::Weeks445, anchor, [].into()).unwrap();
    let (closed, elsewhere) = (BTreeMap::new(), BTreeMap::new());
    let context = FindingContext { calendar: &weeks, closed: &closed, other: None, elsewhere: &elsewhere };
    let findings = check_lines(&loaded, &context).unwrap();
    let last = findings.last().unwrap();
    assert_eq!((last.rule, &last.lines), (LineRule::PeriodOfAnotherCalendar, &vec![4]));
    assert_eq!(last.detail, "period 1 is 2026-01-04 to 2026-01-31, not 2026-01-01 to 2026-01-31");
}

fn decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::ZERO),
        Just(LIMIT),
        Just(-LIMIT),
        Just(Decimal::new(1, 28)),
        (any::<i64>(), 0..28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (-2_000..2_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3)),
    ]
}

proptest! {
    /// What does not fit is refused; what is answered still adds up.
    #[test]
    fn enormous_figures_never_end_the_program(figures in prop::collection::vec(decimals(), 10), months in 0..14_u32) {
        let money = |place: usize| Money::new(figures[place], Currency::USD);
        let tolerance = Tolerance::Rate(figures[2]);
        if let Ok(variance) = Variance::new(money(0), money(1), Orientation::Cost, tolerance) {
            prop_assert!(variance.amount.abs() <= LIMIT);
        }
        let priced = |from: usize| PricedVolume { quantity: figures[from], price: figures[from + 1], rate: figures[from + 2] };
        let row = (priced(0), priced(3));
        if let Ok(parts) = decompose_rows(&[row, row], Orientation::Cost) {
            prop_assert_eq!(parts.total(), parts.plan - parts.actual);
            prop_assert!(parts.rounded(Currency::USD).is_ok());
        }
        let year = YearToDate {
            currency: Currency::USD,
            plan: Some(figures[0]),
            actual: Some(figures[1]),
            one_off: figures[2],
            adjustments: figures[4],
            months_elapsed: months,
            remaining_forecast: Some(figures[3]),
        };
        if let Ok(outlook) = year.outlook(Tolerance::Amount(Decimal::ZERO)) {
            prop_assert!(months <= 12 && outlook.outlook.is_some());
        }
        if let Ok(cost) = unit_cost(figures[0], Some(figures[1])) {
            prop_assert!(figures[1] >= Decimal::ZERO && cost.value().is_none_or(|value| value.abs() <= LIMIT));
        }
        let server = ServerOwnership {
            currency: Currency::USD,
            years: months,
            purchase: figures[0],
            installation: figures[1],
            support: figures[2],
            power: ServerPower::Metered {
                average_kilowatts: figures[3],
                power_usage_effectiveness: figures[4],
                price_per_kilowatt_hour: figures[5],
            },
            disposal: figures[6],
            residual_value: figures[7],
        };
        if let Ok(cost) = total_cost_of_ownership(&server) {
            prop_assert!(cost.total.abs() <= LIMIT);
        }
    }

    #[test]
    fn enormous_volumes_conserve_the_total_or_are_refused(figures in prop::collection::vec(decimals(), 9)) {
        let volume = |target, place: usize| DriverVolume { target, volume: figures[place].abs() };
        let rule = |source, targets, whole| AllocationRule { source, driver: String::new(), targets, whole };
        let model = AllocationModel {
            currency: Currency::USD,
            costs: vec![(0, figures[0]), (1, figures[1])],
            receivers: [2, 3].into(),
            rules: vec![
                rule(0, vec![volume(1, 2), volume(2, 3), volume(3, 4)], None),
                rule(1, vec![volume(0, 5), volume(2, 6)], Some(figures[7].abs())),
            ],
        };
        for allocation in [model.simultaneous(), model.step_down(&[0, 1])].into_iter().flatten() {
            let received: Decimal = allocation.received.values().sum();
            prop_assert_eq!(received + allocation.unallocated, allocation.total);
        }
        let (plan_rates, period_rates) = rates();
        let lines = vec![line("power", 1, Currency::EUR, "1"); 9];
        let lines = lines.into_iter().zip(&figures).map(|(line, amount)| BudgetLine { amount: *amount, ..line });
        if let Ok(version) = BudgetVersion::new(VersionKind::Plan, 2026, lines.collect())
            && let Ok(comparison) = compare(&version, &version, PeriodRange::year(), &plan_rates, &period_rates)
        {
            prop_assert!(comparison.lines.iter().all(|line| line.totals.operating().is_zero()));
        }
    }
}
