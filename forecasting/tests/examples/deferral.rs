//! The cost and the risk of waiting, exposure and reserves.

use std::collections::BTreeMap;

use forecasting::money::{Currency, Money};
use forecasting::refresh::{
    AgedUnits, Deferral, FailureRates, OutageTerms, SupportedAssets, expected_outage_loss, exposure,
    extended_support, reserve,
};
use rust_decimal::Decimal;

use super::refresh::{project, project_ordered};
use super::{Examples, date, decimal, number};

fn dollars(amount: &str) -> Money {
    Money::new(number(amount), Currency::USD)
}

pub fn costs_and_risks(examples: &Examples) {
    let support = extended_support(40, dollars("900"), number("0.40"), 12).unwrap();
    // A year later the old units sell for 220 each instead of 300, and the new ones cost more.
    let later = project_ordered("2027-02-03", 220);
    let deferral = Deferral {
        total_now: dollars(&project().total().to_string()),
        total_later: dollars(&later.total().to_string()),
        extended_support: Some(support.amount),
        capital_rate: number("0.08"),
        months: 12,
    };
    let cost = deferral.cost().unwrap();
    let expected = examples.value("2.defer").as_object().expect("the parts of a deferral");
    let found = BTreeMap::from([
        ("total_if_2027", deferral.total_later.amount),
        ("tpm_12m", cost.extended_support.unwrap()),
        ("price_increase", cost.price_increase),
        ("benefit_capital_8pct", cost.capital_benefit),
        ("net_cost_of_deferral", cost.net().unwrap()),
    ]);
    assert_eq!(expected.len(), found.len());
    for (part, amount) in found {
        assert_eq!(amount, decimal(&expected[part]), "2.defer {part}");
    }

    let terms = OutageTerms {
        outage_hours: Decimal::from(6),
        cost_per_hour: dollars("4000"),
        redundancy_factor: number("0.15"),
    };
    let units = [AgedUnits { units: 40, age_months: 60 }];
    let rates = FailureRates::flat(number("0.09")).unwrap();
    let loss = expected_outage_loss(&units, &rates, 12, &terms).unwrap();
    assert_eq!(loss.loss.amount, examples.decimal("2.defer.expected_outage"));

    let group = |count, value: i64, last: Option<&str>| SupportedAssets {
        count,
        value: Some(Decimal::from(value)),
        last_date_of_support: last.map(date),
        gone_on: None,
    };
    let assets = [
        group(46, 1_180_000, Some("2026-12-31")),
        group(251, 5_400_000, Some("2027-01-01")),
        group(15, 320_000, None),
    ];
    let found = exposure(&assets, Currency::USD, date("2026-12-31")).unwrap();
    let expected = examples.value("2.eos_exposure");
    assert_eq!(found.share_by_count().unwrap().round_dp(4), decimal(&expected["count"]));
    assert_eq!(found.share_by_value().unwrap().round_dp(4), decimal(&expected["value"]));
    assert_eq!(found.unknown.count, 15);

    let saved = reserve(dollars("355000"), number("0.06"), 3, 36).unwrap();
    let expected = examples.value("2.reserve");
    assert_eq!(saved.future.amount, decimal(&expected["future"]));
    assert_eq!(saved.per_month.amount, decimal(&expected["per_month"]));
}
