//! Laws of waiting, of costs in another currency, and of groups of supported assets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use forecasting::money::{Currency, Money};
use forecasting::refresh::{
    AgedUnits, CostRates, FailureRates, OutageTerms, ProjectCost, SupportedAssets, WaitingTerms,
    WaitingUnits, exposure, grouped, project_cost,
};
use rust_decimal::Decimal;

fn dollars(amount: i64) -> Money {
    Money::new(Decimal::from(amount), Currency::USD)
}

fn terms(outages: bool) -> WaitingTerms {
    WaitingTerms {
        support_share: Decimal::new(4, 1),
        capital_rate: Decimal::new(8, 2),
        failure_rates: FailureRates::flat(Decimal::new(9, 2)).unwrap(),
        outages: outages.then(|| OutageTerms {
            outage_hours: Decimal::from(6),
            cost_per_hour: dollars(4_000),
            redundancy_factor: Decimal::new(15, 2),
        }),
    }
}

fn forty(yearly: Option<i64>) -> WaitingUnits {
    WaitingUnits { units: vec![AgedUnits { units: 40, age_months: 60 }], yearly_support: yearly.map(dollars) }
}

#[test]
fn waiting_is_support_and_outages_less_what_capital_earns() {
    let (units, total) = (forty(Some(900)), dollars(100_000));
    // 14,400 of support, 12,960 of outages, 8,000 that the capital earns.
    assert_eq!(terms(true).waiting(&units, total, 12).unwrap(), Decimal::from(19_360));
    assert_eq!(terms(false).waiting(&units, total, 12).unwrap(), Decimal::from(6_400));
    assert_eq!(terms(true).waiting(&forty(None), total, 12).unwrap(), Decimal::from(4_960));
    assert_eq!(terms(true).waiting(&units, total, 0).unwrap(), Decimal::ZERO);
    // Early, the capital is missed.
    assert_eq!(terms(true).waiting(&units, total, -12).unwrap(), Decimal::from(8_000));
    let cost = terms(true).deferral(&units, total, dollars(110_000), 12).unwrap();
    assert_eq!(cost.net(), Decimal::from(10_000 + 14_400 - 8_000));
    assert_eq!(terms(true).outage_loss(&units, 12).unwrap().unwrap().loss, dollars(12_960));
    assert!(terms(false).outage_loss(&units, 12).unwrap().is_none());
}

#[test]
fn what_is_left_undone_is_never_cheaper_than_doing_it() {
    let (units, total) = (forty(Some(900)), dollars(100_000));
    let undone = terms(true).left_undone(&units, total, 36).unwrap();
    for months in 0..36 {
        assert!(total.amount + terms(true).waiting(&units, total, months).unwrap() <= undone);
    }
}

fn project() -> ProjectCost {
    let rates = CostRates {
        freight_tax: Decimal::new(9, 2),
        install_per_unit: Decimal::from(650),
        support: Decimal::new(12, 2),
        disposal_per_unit: Decimal::from(45),
        residual_per_unit: Decimal::from(300),
        contingency: Decimal::new(5, 2),
    };
    project_cost(17, 40, Money::new(Decimal::new(1_877_892, 2), Currency::USD), &rates).unwrap()
}

#[test]
fn a_project_in_another_currency_keeps_its_capital_to_the_cent() {
    let (cost, rate) = (project(), "0.917431193".parse().unwrap());
    let converted = cost.convert(Currency::EUR, rate).unwrap();
    assert_eq!(converted.capital(), Currency::EUR.round(cost.capital() * rate));
    assert_eq!(converted.support, Currency::EUR.round(cost.support * rate));
    assert_eq!(cost.convert(Currency::USD, Decimal::ONE).unwrap(), cost);
    assert!(cost.convert(Currency::EUR, Decimal::ZERO).is_err());
    assert!(cost.checked_add(&converted).is_err());
    let both = cost.checked_add(&cost).unwrap();
    assert_eq!(both.total(), cost.total() * Decimal::TWO);
    assert_eq!(both.commitment(), both.capital() + both.support + both.disposal);
    assert_eq!(ProjectCost::zero(Currency::USD).checked_add(&cost).unwrap(), cost);
    assert_eq!(cost.with_residual(Decimal::from(220), 40).unwrap().residual, Decimal::from(8_800));
    assert!(cost.with_residual(Decimal::from(-1), 40).is_err());
    assert_eq!(cost.yearly_support_per_unit(17, 60).unwrap().amount, Decimal::new(45_069, 2));
    assert_eq!(cost.yearly_support_per_unit(17, 0), None);
}

#[test]
fn groups_say_what_their_assets_do() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
    let alike = |count, price: Option<i64>, last| {
        SupportedAssets::alike(count, price.map(Decimal::from), last).unwrap()
    };
    let single = vec![
        alike(2, Some(100), Some(day(31))),
        alike(3, Some(50), Some(day(31))),
        alike(1, None, Some(day(31))),
        alike(4, Some(10), None),
        alike(1, Some(7), Some(day(30))),
    ];
    let groups = grouped(single.clone()).unwrap();
    assert_eq!(groups.len(), 4);
    for on in [day(29), day(30), day(31)] {
        let found = exposure(&groups, Currency::USD, on).unwrap();
        assert_eq!(found, exposure(&single, Currency::USD, on).unwrap());
    }
}
