//! Laws of refresh planning: what waiting costs, what old hardware is worth, which price holds, who is exposed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use forecasting::ForecastError;
use forecasting::money::{Currency, LIMIT, Money, spread_equal};
use forecasting::month::{FiscalCalendar, LabelBy, Month};
use forecasting::refresh::{
    AgedUnits, Deferral, Demand, DueOutcome, DueRule, FailureRates, OutageTerms, PriceIndex, PriceSource,
    Prices, Quote, RefreshPolicy, RefreshSubject, ResidualCurve, RiskDate, RiskScore, SupportedAssets,
    Wiping, by_demand, due, expected_outage_loss, exposure, exposure_by_quarter, extended_support,
    left_before_due, price_at, reserve, risk_date, support_state,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn cents(amount: i64) -> Money {
    Money::new(Decimal::new(amount, 2), Currency::USD)
}

fn refused(field: &str, result: Result<impl std::fmt::Debug, ForecastError>) {
    let error = result.unwrap_err();
    assert!(error.to_string().starts_with(field), "{error}");
}

fn demand(used: i64, per_unit: i64) -> Demand {
    Demand {
        used: Decimal::from(used),
        growth: Decimal::new(1, 1),
        years: 2,
        per_unit: Decimal::from(per_unit),
        performance_factor: Decimal::ONE,
        target_utilisation: Decimal::new(8, 1),
    }
}

#[test]
fn the_scarcest_resource_decides_how_many() {
    // Cores 1,210 / 51.2, memory 12,100 / 409.6, storage 121 / 8, licence cores 1,210 / 51.2: memory needs the most.
    let resources = [demand(1_000, 64), demand(10_000, 512), demand(100, 10), demand(1_000, 64)];
    let found = by_demand(&resources, 2).unwrap();
    assert_eq!((found.binding, found.units, found.units_with_failover), (1, 30, 32));
    // The first of equals is named.
    assert_eq!(by_demand(&[resources[0], resources[3]], 0).unwrap().binding, 0);
}

#[test]
fn a_risk_score_makes_a_refresh_due_on_the_day_it_reaches_the_threshold() {
    let score = |month, score| RiskScore { from: day(2027, month, 1), score: Decimal::from(score) };
    let scores = [score(6, 70), score(1, 40), score(3, 60)];
    assert_eq!(risk_date(&scores, Decimal::from(60)).unwrap(), RiskDate::Reached(day(2027, 3, 1)));
    let below = risk_date(&scores, Decimal::from(71)).unwrap();
    assert_eq!(below, RiskDate::NotReached { until: day(2027, 6, 1) });
    refused("risk score", risk_date(&[], Decimal::ONE));

    let policy = RefreshPolicy { risk: true, warranty: true, ..RefreshPolicy::default() };
    let subject =
        |risk_date, warranty_end| RefreshSubject { risk_date, warranty_end, ..RefreshSubject::default() };
    let reached = Some(RiskDate::Reached(day(2027, 3, 1)));
    let DueOutcome::Due(found) = due(&policy, &subject(reached, Some(day(2027, 3, 2)))) else { panic!() };
    assert_eq!((found.binding_rule, found.date), (DueRule::Risk, day(2027, 3, 1)));
    // A score that stays low is an answer; one that is unknown is not.
    let DueOutcome::Due(found) = due(&policy, &subject(Some(below), Some(day(2027, 3, 2)))) else { panic!() };
    assert_eq!((found.binding_rule, found.without_input), (DueRule::Warranty, vec![]));
    let DueOutcome::Due(found) = due(&policy, &subject(None, Some(day(2027, 3, 2)))) else { panic!() };
    assert_eq!(found.without_input, [DueRule::Risk]);
    let only_risk = RefreshPolicy { risk: true, ..RefreshPolicy::default() };
    let DueOutcome::NotComputable { reason, without_input } = due(&only_risk, &subject(Some(below), None))
    else {
        panic!()
    };
    assert_eq!(reason, "the risk score stays below its threshold up to 2027-06-01");
    assert!(without_input.is_empty());
}

#[test]
fn an_exit_within_the_tolerance_makes_a_refresh_needless() {
    assert!(left_before_due(day(2027, 6, 30), day(2027, 9, 30), 3));
    assert!(!left_before_due(day(2027, 6, 30), day(2027, 10, 1), 3));
}

#[test]
fn third_party_maintenance_repairs_but_does_not_patch() {
    let state = |date, third_party| support_state(date, None, Some(day(2027, 1, 31)), third_party);
    let before = state(day(2027, 1, 31), None);
    assert_eq!((before.hardware_supported, before.security_patchable), (true, Some(true)));
    let after = state(day(2027, 2, 1), Some(day(2028, 1, 31)));
    assert_eq!((after.hardware_supported, after.security_patchable), (true, Some(false)));
    let alone = state(day(2027, 2, 1), None);
    assert_eq!((alone.hardware_supported, alone.security_patchable), (false, Some(false)));
    assert_eq!(support_state(day(2027, 2, 1), None, None, None).security_patchable, None);
    // Fixes of security end before repairs do.
    let security = support_state(day(2026, 7, 1), Some(day(2026, 6, 30)), Some(day(2027, 1, 31)), None);
    assert_eq!((security.hardware_supported, security.security_patchable), (true, Some(false)));
}

fn curve() -> ResidualCurve {
    let shares = [(0, 100), (12, 55), (24, 35), (59, 15), (60, 4)];
    ResidualCurve::new(shares.into_iter().map(|(age, share)| (age, Decimal::new(share, 2))).collect())
        .unwrap()
}

#[test]
fn residual_value_bends_at_the_points_of_its_curve() {
    let value = |age| curve().value(cents(1_000_000), age, Wiping::Erased).unwrap().amount;
    assert_eq!(value(0), Decimal::from(10_000));
    assert_eq!(value(18), Decimal::from(4_500));
    assert_eq!(value(59), Decimal::from(1_500));
    assert_eq!(value(60), Decimal::from(400));
    assert_eq!(value(600), Decimal::from(400));
    assert_eq!(curve().value(cents(1_000_000), 18, Wiping::Shredded).unwrap().amount, Decimal::ZERO);
    refused("residual curve", ResidualCurve::new(BTreeMap::new()));
    let rising = BTreeMap::from([(0, Decimal::new(4, 1)), (12, Decimal::new(5, 1))]);
    refused("residual share", ResidualCurve::new(rising));
    refused("residual share", ResidualCurve::new(BTreeMap::from([(0, Decimal::from(35))])));
    refused("price", curve().value(cents(-1), 0, Wiping::Erased));
}

#[test]
fn an_expired_quote_is_indexed_and_says_so() {
    let index = PriceIndex { years: BTreeMap::new(), otherwise: Some(Decimal::new(12, 2)) };
    let quote = Quote {
        price: cents(1_850_000),
        quoted: day(2026, 11, 1),
        valid_until: Some(day(2026, 11, 14)),
        source: PriceSource::Quote,
    };
    let mut prices = Prices::new(index.clone());
    let held = quote.price_on(day(2026, 11, 14), &mut prices).unwrap();
    assert_eq!((held.price, held.source, held.expired), (cents(1_850_000), PriceSource::Quote, false));
    let moved = quote.price_on(day(2026, 11, 15), &mut prices).unwrap();
    let expected = price_at(quote.price.amount, quote.quoted, &index, day(2026, 11, 15)).unwrap();
    assert_eq!((moved.price.amount, moved.source), (expected.round_dp(2), PriceSource::Indexed));
    assert!(moved.expired && moved.price.amount > quote.price.amount);
    let list = Quote { valid_until: None, source: PriceSource::Catalog, ..quote };
    let listed = list.price_on(day(2026, 11, 15), &mut prices).unwrap();
    assert_eq!((listed.source, listed.expired), (PriceSource::Indexed, false));
    assert_eq!(list.price_on(day(2026, 11, 1), &mut prices).unwrap().source, PriceSource::Catalog);
    let backwards = Quote { valid_until: Some(day(2026, 10, 31)), ..quote };
    refused("valid_until", backwards.price_on(day(2026, 11, 1), &mut prices));
    let unknown = PriceIndex { years: BTreeMap::new(), otherwise: None };
    refused("price index", quote.price_on(day(2027, 1, 1), &mut Prices::new(unknown)));
}

#[test]
fn failure_rates_go_by_age() {
    let rates = BTreeMap::from([(12, Decimal::new(2, 2)), (60, Decimal::new(9, 2))]);
    let rates = FailureRates::by_age(rates).unwrap();
    assert_eq!(rates.at(0), Decimal::new(2, 2));
    assert_eq!(rates.at(59), Decimal::new(2, 2));
    assert_eq!(rates.at(60), Decimal::new(9, 2));
    let terms = OutageTerms {
        outage_hours: Decimal::from(4),
        cost_per_hour: cents(100_000),
        redundancy_factor: Decimal::new(5, 1),
    };
    let units = [AgedUnits { units: 100, age_months: 24 }, AgedUnits { units: 10, age_months: 72 }];
    let loss = expected_outage_loss(&units, &rates, 6, &terms).unwrap();
    // 2.9 failures a year, half of it, of which half cost four hours.
    assert_eq!(loss.failures, Decimal::new(145, 2));
    assert_eq!(loss.loss.amount, Decimal::from(2_900));
    assert!(loss.explanation.estimated);
    let certain = OutageTerms { redundancy_factor: Decimal::from(15), ..terms };
    refused("redundancy_factor", expected_outage_loss(&units, &rates, 6, &certain));
    refused("failure rate", FailureRates::flat(Decimal::from(90)));
    refused("failure rate", FailureRates::by_age(BTreeMap::new()));
}

#[test]
fn exposure_is_told_by_quarters_of_the_fiscal_year() {
    let group =
        |last| SupportedAssets { count: 1, value: None, last_date_of_support: Some(last), gone_on: None };
    let assets = [group(day(2027, 3, 31)), group(day(2027, 4, 1)), group(day(2027, 10, 1))];
    let calendar = FiscalCalendar::months(2, LabelBy::EndYear).unwrap();
    // The quarter of February to April, asked for from its middle.
    let from = Month::new(2027, 3).unwrap();
    let found = exposure_by_quarter(&assets, Currency::USD, &calendar, from, 3).unwrap();
    let told: Vec<_> =
        found.iter().map(|(quarter, found)| (*quarter, found.date, found.exposed.count)).collect();
    assert_eq!(
        told,
        [
            ((2028, 1), day(2027, 4, 30), 2),
            ((2028, 2), day(2027, 7, 31), 2),
            ((2028, 3), day(2027, 10, 31), 3)
        ]
    );
    assert_eq!(found[0].1.without_value, 3);
    assert_eq!(found[0].1.share_by_value(), None);
    // What is gone by the last day of a quarter is neither exposed nor in use any more.
    let leaving = [assets[0].gone(Some(day(2027, 7, 31))), assets[1]];
    let found = exposure_by_quarter(&leaving, Currency::USD, &calendar, from, 2).unwrap();
    let told: Vec<_> = found.iter().map(|(_, found)| (found.exposed.count, found.in_use.count)).collect();
    assert_eq!(told, [(2, 2), (1, 1)]);
    assert_eq!(exposure(&[], Currency::USD, day(2027, 1, 1)).unwrap().share_by_count(), None);
    refused("quarters", exposure_by_quarter(&assets, Currency::USD, &calendar, from, 401));
}

#[test]
fn impossible_deferrals_are_refused() {
    let deferral = Deferral {
        total_now: cents(100),
        total_later: cents(120),
        extended_support: Some(Decimal::ZERO),
        capital_rate: Decimal::ZERO,
        months: 12,
    };
    let euros = Money::new(Decimal::ONE, Currency::EUR);
    refused("currency", Deferral { total_later: euros, ..deferral }.cost());
    refused("capital_rate", Deferral { capital_rate: Decimal::from(8), ..deferral }.cost());
    refused(
        "extended_support",
        Deferral { extended_support: Some(Decimal::NEGATIVE_ONE), ..deferral }.cost(),
    );
    refused("total now", Deferral { total_now: Money::new(Decimal::MAX, Currency::USD), ..deferral }.cost());
    refused("share", extended_support(1, cents(100), Decimal::NEGATIVE_ONE, 12));
    refused("extended support", extended_support(u32::MAX, cents(i64::MAX), Decimal::ONE, 12));
    refused("months", reserve(cents(100), Decimal::ZERO, 1, 0));
    refused("cost", reserve(cents(-100), Decimal::ZERO, 1, 12));
    refused("rate", reserve(cents(100), Decimal::from(60), 1, 12));
}

proptest! {
    #[test]
    fn enormous_figures_end_in_an_answer_or_an_error(
        amounts in prop::collection::vec(
            prop_oneof![
                Just(Decimal::MAX), Just(Decimal::MIN), Just(LIMIT), Just(Decimal::new(1, 28)),
                (any::<i64>(), 0..20_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
            ],
            6,
        ),
        count in prop_oneof![Just(0), Just(u32::MAX), 0..100_u32],
        date in prop_oneof![Just(day(1, 1, 1)), Just(day(9999, 12, 31)), Just(day(2027, 1, 1))],
    ) {
        let money = |index: usize| Money::new(amounts[index], Currency::USD);
        let deferral = Deferral {
            total_now: money(0), total_later: money(1), extended_support: Some(amounts[2]),
            capital_rate: Decimal::ONE, months: count,
        };
        if let Ok(cost) = deferral.cost() {
            prop_assert!(cost.price_increase.abs() <= LIMIT && cost.capital_benefit.abs() <= LIMIT);
        }
        let _ = extended_support(count, money(0), amounts[1], count);
        let _ = reserve(money(0), Decimal::ONE, count, count);
        let rates = FailureRates::flat(Decimal::TEN).unwrap();
        let terms = OutageTerms {
            outage_hours: amounts[0], cost_per_hour: money(1), redundancy_factor: Decimal::ONE,
        };
        let units = [AgedUnits { units: count, age_months: count }; 3];
        if let Ok(found) = expected_outage_loss(&units, &rates, count, &terms) {
            prop_assert!(found.loss.amount <= LIMIT);
        }
        let group = |value| SupportedAssets { count, value: Some(value), last_date_of_support: Some(date), gone_on: None };
        let _ = exposure(&[group(amounts[0]), group(amounts[1])], Currency::USD, date);
        let quote = Quote { price: money(0), quoted: date, valid_until: None, source: PriceSource::Catalog };
        let _ = quote.price_on(day(2027, 1, 1), &mut Prices::new(PriceIndex::flat()));
        let _ = curve().value(money(0), count, Wiping::Erased);
        let _ = left_before_due(date, day(2027, 1, 1), count);
    }

    #[test]
    fn residual_value_never_rises_with_age(age in 0..200_u32, price in 0..100_000_000_i64) {
        let value = |age| curve().value(cents(price), age, Wiping::Erased).unwrap().amount;
        prop_assert!(value(age) >= value(age + 1));
        prop_assert!(value(age) >= Decimal::ZERO && value(age) <= cents(price).amount);
    }

    #[test]
    fn exposure_grows_with_time_and_never_passes_what_is_in_use(
        groups in prop::collection::vec(
            (1..50_u32, prop::option::of(0..1_000_000_i64), prop::option::of(0..2_000_u64)), 1..20
        ),
        first in 0..2_000_u64, later in 0..1_000_u64,
    ) {
        let start = day(2026, 1, 1);
        let assets: Vec<_> = groups.iter().map(|(count, value, last)| SupportedAssets {
            count: *count,
            value: value.map(|value| Decimal::new(value, 2)),
            last_date_of_support: last.map(|days| start + Days::new(days)),
            gone_on: None,
        }).collect();
        let at = |days| exposure(&assets, Currency::USD, start + Days::new(days)).unwrap();
        let (before, after) = (at(first), at(first + later));
        prop_assert!(before.exposed.count <= after.exposed.count && before.exposed.value <= after.exposed.value);
        prop_assert!(after.exposed.count + after.unknown.count <= after.in_use.count);
        prop_assert!(after.exposed.value + after.unknown.value <= after.in_use.value);
        prop_assert_eq!(before.unknown, after.unknown);
        let share = after.share_by_count().unwrap();
        prop_assert!(share >= Decimal::ZERO && share <= Decimal::ONE);
    }

    #[test]
    fn a_reserve_is_what_an_even_spread_sets_aside(
        today in 0..1_000_000_000_i64, rise in -20..30_i64, years in 0..10_u32, months in 1..121_u32
    ) {
        let found = reserve(cents(today), Decimal::new(rise, 2), years, months).unwrap();
        let spread = spread_equal(found.future, months);
        prop_assert_eq!(spread.iter().map(|part| part.amount).sum::<Decimal>(), found.future.amount);
        let difference = (found.per_month.amount * Decimal::from(months) - found.future.amount).abs();
        prop_assert!(difference <= Decimal::new(i64::from(months), 2));
    }

    #[test]
    fn deferring_in_two_steps_costs_the_same_price_increase(
        now in 0..1_000_000_i64, middle in 0..1_000_000_i64, later in 0..1_000_000_i64, months in 0..60_u32
    ) {
        let cost = |from, to| Deferral {
            total_now: cents(from), total_later: cents(to), extended_support: Some(Decimal::ZERO),
            capital_rate: Decimal::ZERO, months,
        }.cost().unwrap();
        let net = |from, to| cost(from, to).net().unwrap();
        prop_assert_eq!(net(now, middle) + net(middle, later), net(now, later));
    }
}

#[test]
fn what_is_planned_for_several_groups_is_bought_once() {
    assert_eq!(forecasting::refresh::divide_planned(6, &[3, 1]).unwrap(), [5, 1]);
    assert_eq!(forecasting::refresh::divide_planned(1, &[1, 1, 1]).unwrap(), [1, 0, 0]);
    assert_eq!(
        forecasting::refresh::divide_planned(u32::MAX, &[u32::MAX, u32::MAX]).unwrap(),
        [u32::MAX / 2 + 1, u32::MAX / 2]
    );
    let refusal = forecasting::refresh::divide_planned(6, &[]).unwrap_err().to_string();
    assert_eq!(refusal, "weights \"0\" is not usable: at least one weight is above zero");
}
