//! Depreciation by method and convention, and the roll-forward.

use forecasting::depreciation::{
    Basis, Convention, Depreciation, DepreciationRule, Disposal, Method, RollForward,
};
use forecasting::money::{Currency, Money, Rounding, spread_equal};
use forecasting::month::FiscalCalendar;
use rust_decimal::Decimal;

use super::{Examples, date, decimal, number};

fn depreciation(method: Method, convention: Convention, salvage: i64, in_service: &str) -> Depreciation {
    let rule = DepreciationRule { method, life_months: 60, convention, rounding: Rounding::Cumulative };
    let basis = Basis {
        cost: Money::new(Decimal::from(12_000), Currency::USD),
        salvage: Decimal::from(salvage),
        in_service: date(in_service),
        disposed: None,
    };
    Depreciation::new(&rule, &basis, &FiscalCalendar::calendar_years()).unwrap()
}

fn years(depreciation: &Depreciation) -> Vec<Decimal> {
    depreciation.yearly(&FiscalCalendar::calendar_years()).into_values().collect()
}

pub fn methods(examples: &Examples) {
    let double = |switch| Method::DoubleDeclining { switch };
    for (id, method, salvage) in [
        ("3.SYD", Method::SumOfYearsDigits, 1_200),
        ("3.DDB.switch", double(true), 1_200),
        ("3.DDB.noswitch", double(false), 1_200),
        ("3.DDB.salv0_switch", double(true), 0),
        ("3.DDB.salv0_noswitch", double(false), 0),
        ("3.DB150.switch", Method::Declining150 { switch: true }, 1_200),
    ] {
        let found = years(&depreciation(method, Convention::FullMonth, salvage, "2026-01-01"));
        assert_eq!(found, examples.decimals(id), "{id}");
    }
}

pub fn conventions(examples: &Examples) {
    let straight = |convention| depreciation(Method::StraightLine, convention, 1_200, "2026-04-10");
    for (id, convention) in [
        ("3.SL.full_month", Convention::FullMonth),
        ("3.SL.next_month", Convention::NextMonth),
        ("3.SL.mid_month", Convention::MidMonth),
        ("3.SL.half_year", Convention::HalfYear),
        ("3.SL.mid_quarter_Q2", Convention::MidQuarter),
    ] {
        assert_eq!(years(&straight(convention)), examples.decimals(id), "{id}");
    }
    // The 10th is in the first half of its month, which then counts whole.
    assert_eq!(years(&straight(Convention::MidMonthFirst)), examples.decimals("3.SL.full_month"));
    let full = straight(Convention::FullMonth);
    assert_eq!(full.charge("2026-04".parse().unwrap()), examples.decimal("3.SL.month"));
    let daily = straight(Convention::ActualDays);
    let (passed, whole) = daily.passed("2026-12".parse().unwrap());
    let found = vec![Decimal::from(passed), Decimal::from(whole), years(&daily)[0]];
    assert_eq!(found, examples.decimals("3.SL.actual_days_2026"));

    let periods = spread_equal(Money::new(Decimal::from(10_000), Currency::USD), 36);
    assert_eq!(vec![periods[0].amount, periods[35].amount], examples.decimals("3.SL.round"));
    assert!(periods[..35].iter().all(|period| period.amount == periods[0].amount));
}

pub fn roll_forward(examples: &Examples) {
    let movements = RollForward {
        opening_cost: Decimal::from(5_400),
        additions: Decimal::from(820),
        disposals: Decimal::from(310),
        opening_accumulated: Decimal::from(2_100),
        charge: Decimal::from(960),
        accumulated_on_disposals: Decimal::from(245),
    };
    let expected = examples.value("3.rollforward");
    assert_eq!(movements.closing_cost(), decimal(&expected["close_cost"]));
    assert_eq!(movements.closing_accumulated(), decimal(&expected["close_acc"]));
    assert_eq!(movements.closing_book_value(), decimal(&expected["close_nbv"]));
    disposal(examples);
}

fn disposal(examples: &Examples) {
    let basis = Basis {
        disposed: Some(date("2028-09-20")),
        ..*depreciation(Method::StraightLine, Convention::FullMonth, 1_200, "2026-04-10").basis()
    };
    let rule = DepreciationRule {
        method: Method::StraightLine,
        life_months: 60,
        convention: Convention::FullMonth,
        rounding: Rounding::Cumulative,
    };
    let sold = Depreciation::new(&rule, &basis, &FiscalCalendar::calendar_years()).unwrap();
    let result = sold.dispose(Disposal { proceeds: number("3000"), cost_of_sale: number("150") }).unwrap();
    let expected = examples.value("3.disposal");
    let charged = sold.schedule().iter().filter(|charge| !charge.amount.is_zero()).count();
    assert_eq!(Decimal::from(charged), decimal(&expected["months"]));
    assert_eq!(result.accumulated, decimal(&expected["accum"]));
    assert_eq!(result.book_value, decimal(&expected["nbv"]));
    assert_eq!(result.gain, decimal(&expected["gain"]));
}
