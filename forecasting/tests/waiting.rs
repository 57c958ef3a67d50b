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
    let wait = |terms: WaitingTerms, units: &WaitingUnits, months| {
        terms.wait(units, total, total, months).unwrap().total()
    };
    // 14,400 of support, 12,960 of outages, 8,000 that the capital earns.
    assert_eq!(wait(terms(true), &units, 12), Decimal::from(19_360));
    assert_eq!(wait(terms(false), &units, 12), Decimal::from(6_400));
    assert_eq!(wait(terms(true), &units, 0), Decimal::ZERO);
    // Early, the capital is missed.
    assert_eq!(wait(terms(true), &units, -12), Decimal::from(8_000));
    let parts = terms(true).wait(&units, total, dollars(110_000), 12).unwrap();
    assert_eq!(parts.price_rise, Decimal::from(10_000));
    assert_eq!(parts.extended_support, Some(Decimal::from(14_400)));
    assert_eq!(parts.outage_loss, Some(Decimal::from(12_960)));
    assert_eq!(parts.capital_benefit, Decimal::from(8_000));
    let cost = terms(true).deferral(&units, total, dollars(110_000), 12).unwrap();
    assert_eq!(cost.net(), Some(Decimal::from(10_000 + 14_400 - 8_000)));
    assert_eq!(terms(true).outage_loss(&units, 12).unwrap().unwrap().loss, dollars(12_960));
    assert!(terms(false).outage_loss(&units, 12).unwrap().is_none());
}

#[test]
fn what_nobody_knows_does_not_make_waiting_pay() {
    let total = dollars(100_000);
    let known = terms(false).wait(&forty(Some(0)), total, total, 12).unwrap();
    // Support that is known to cost nothing lets the interest count.
    assert_eq!((known.extended_support, known.total()), (Some(Decimal::ZERO), Decimal::from(-8_000)));
    for later in [90_000, 100_000, 110_000] {
        let unknown = terms(false).wait(&forty(None), total, dollars(later), 12).unwrap();
        assert_eq!(unknown.extended_support, None);
        assert_eq!(unknown.total(), Decimal::from((later - 100_000).max(0)), "{later}");
    }
    // What is known of it counts all the same.
    let outages = terms(true).wait(&forty(None), total, total, 12).unwrap();
    assert_eq!(outages.total(), Decimal::from(12_960));
    let cost = terms(true).deferral(&forty(None), total, total, 12).unwrap();
    assert_eq!((cost.extended_support, cost.net()), (None, None));
    assert!(cost.explanation.inputs.iter().all(|input| input.name != "extended support"));
    assert_eq!(
        terms(true).deferral(&forty(Some(0)), total, total, 12).unwrap().net(),
        Some(Decimal::from(-8_000))
    );
}

#[test]
fn what_is_left_undone_is_never_cheaper_than_doing_it() {
    let (units, total) = (forty(Some(900)), dollars(100_000));
    let undone = terms(true).left_undone(&units, total, 36).unwrap();
    assert_eq!(undone.dearest_price, Decimal::from(100_000));
    assert_eq!(undone.extended_support, Some(Decimal::from(43_200)));
    for months in 0..36 {
        let done = total.amount + terms(true).wait(&units, total, total, months).unwrap().total();
        assert!(done <= undone.counted());
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
    // Months that are paid for with nothing cost nothing; without months nobody knows.
    let free = ProjectCost { support: Decimal::ZERO, ..cost };
    assert_eq!(free.yearly_support_per_unit(17, 60), Some(dollars(0)));
    assert_eq!(free.yearly_support_per_unit(17, 0), None);
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
