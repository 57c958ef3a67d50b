//! Parts of unit costs, stages of savings, baselines and what owning a server takes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::ForecastError;
use forecasting::budget::{
    Baseline, Denominator, ServerOwnership, ServerPower, Stage, counted_share, ratio, total_cost_of_ownership,
};
use forecasting::money::Currency;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_share_of_a_cost_is_rounded_once() {
    let counted = |cost, share| counted_share(number(cost), number(share), Currency::USD);
    assert_eq!(counted("100.01", "0.5").unwrap(), number("50.01"));
    assert_eq!(counted("-100.01", "0.5").unwrap(), number("-50.01"));
    assert_eq!(counted("100", "1").unwrap(), number("100"));
    assert_eq!(counted("100", "0").unwrap(), Decimal::ZERO);
    for share in ["-0.1", "1.1", "25"] {
        let refusal = counted("1", share).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("share \"{share}\" is not usable")), "{refusal}");
    }
    let extreme = counted_share(Decimal::MAX, Decimal::ONE, Currency::USD);
    assert_eq!(extreme.unwrap_err(), ForecastError::OutOfRange { field: "cost" });
}

#[test]
fn a_baseline_of_months_is_one_of_a_year() {
    assert_eq!(Baseline::yearly(number("600"), 6).unwrap(), number("1200"));
    assert_eq!(Baseline::yearly(number("1200"), 12).unwrap(), number("1200"));
    assert_eq!(Baseline::yearly(number("3600"), 36).unwrap(), number("1200"));
    assert!(Baseline::yearly(number("1"), 0).is_err());
    assert!(Baseline::yearly(number("-1"), 12).is_err());
    assert!(Baseline::yearly(Decimal::MAX, 1).is_err());
}

#[test]
fn a_stage_is_followed_by_the_next_or_by_loss() {
    let way = [Stage::Identified, Stage::Validated, Stage::Approved, Stage::Implemented, Stage::Realised];
    for pair in way.windows(2) {
        assert_eq!(pair[0].followers(), [pair[1], Stage::Lost]);
    }
    assert!(Stage::Realised.followers().is_empty());
    assert!(Stage::Lost.followers().is_empty());
}

#[test]
fn owning_a_server_explains_itself() {
    let metered = ServerPower::Metered {
        average_kilowatts: number("0.42"),
        power_usage_effectiveness: number("1.35"),
        price_per_kilowatt_hour: number("0.085"),
    };
    let mut server = ServerOwnership {
        currency: Currency::USD,
        years: 5,
        purchase: number("18500"),
        installation: number("650"),
        support: number("2220"),
        power: metered,
        disposal: number("45"),
        residual_value: number("300"),
    };
    let explanation = server.explain();
    assert_eq!(explanation.inputs.len(), 9);
    assert!(explanation.assumptions.iter().any(|assumption| assumption.contains("8,760 hours")));
    server.power =
        ServerPower::Committed { kilowatts: number("0.5"), price_per_kilowatt_month: number("165") };
    assert_eq!(server.explain().inputs.len(), 8);
    assert_eq!(total_cost_of_ownership(&server).unwrap().power, number("4950"));
}

#[test]
fn a_part_of_nothing_is_no_fraction() {
    assert_eq!(ratio(number("1"), number("4")), Some(number("0.25")));
    assert_eq!(ratio(number("1"), Decimal::ZERO), None);
    assert_eq!(Denominator::PhysicalServers.describe(), "servers in service");
}
