//! Pools that are charged out: every period and pool balances, and everybody is charged what they bear.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use forecasting::budget::{AllocationModel, AllocationRule, ChargedPool, DriverVolume, charge_out};
use forecasting::money::Currency;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn rule(source: &str, targets: &[(&str, i64)], whole: Option<i64>) -> AllocationRule<String> {
    let targets = targets.iter().map(|(target, volume)| DriverVolume {
        target: (*target).to_owned(),
        volume: Decimal::from(*volume),
    });
    AllocationRule {
        source: source.to_owned(),
        driver: "units".to_owned(),
        targets: targets.collect(),
        whole: whole.map(Decimal::from),
    }
}

/// Two pools, of which one passes through a tower and the other leaves something to nobody.
fn model(costs: &[(&str, Decimal)]) -> AllocationModel<String> {
    AllocationModel {
        currency: Currency::USD,
        costs: costs.iter().map(|(name, cost)| ((*name).to_owned(), *cost)).collect(),
        receivers: ["A", "B", "C"].map(str::to_owned).into(),
        rules: vec![
            rule("Power", &[("Tower", 2), ("C", 1)], None),
            rule("Care", &[("A", 3), ("B", 3)], Some(7)),
            rule("Tower", &[("A", 1), ("B", 1), ("C", 1)], None),
        ],
    }
}

const ORDER: [&str; 3] = ["Power", "Care", "Tower"];

fn pool(name: &str, periods: &[Decimal]) -> ChargedPool<String> {
    let whole = Decimal::from(1_000_000_000);
    let probe = model(&[(name, whole)]).step_down(&ORDER.map(str::to_owned)).unwrap();
    let mut shares: BTreeMap<_, _> =
        probe.received.into_iter().map(|(name, share)| (Some(name), share)).collect();
    shares.insert(None, probe.unallocated);
    let total = Currency::USD.round(periods.iter().sum());
    ChargedPool { pool: name.to_owned(), total, periods: periods.to_vec(), shares }
}

proptest! {
    #[test]
    fn charges_add_up_by_pool_by_period_and_by_receiver(
        power in prop::collection::vec(-10_000_000_i64..100_000_000, 1..14),
        care in prop::collection::vec(0_i64..50_000_000, 14),
    ) {
        let months = |cents: &[i64]| cents.iter().map(|one| Decimal::new(*one, 3)).collect::<Vec<_>>();
        let (power, care) = (months(&power), months(&care[..power.len()]));
        let pools = [pool("Power", &power), pool("Care", &care)];
        let whole = model(&[("Power", pools[0].total), ("Care", pools[1].total)])
            .step_down(&ORDER.map(str::to_owned)).unwrap();
        let mut borne: BTreeMap<_, _> =
            whole.received.iter().map(|(name, amount)| (Some(name.clone()), *amount)).collect();
        borne.insert(None, whole.unallocated);
        let charges = charge_out(Currency::USD, &pools, &borne).unwrap();
        for (name, amount) in &whole.received {
            let sum: Decimal = charges.iter().filter(|one| one.receiver == *name).map(|one| one.amount).sum();
            prop_assert_eq!(sum, *amount, "{} bears it", name);
        }
        let of = |pool: &str| -> Decimal {
            charges.iter().filter(|one| one.pool == pool).map(|one| one.amount).sum()
        };
        prop_assert_eq!(of("Power"), pools[0].total);
        prop_assert_eq!(of("Power") + of("Care"), whole.total - whole.unallocated);
        for (period, cost) in power.iter().enumerate() {
            let sum: Decimal =
                charges.iter().filter(|one| one.period == period && one.pool == "Power").map(|one| one.amount).sum();
            prop_assert!((sum - *cost).abs() <= Decimal::new(1, 2), "{} of {}", sum, cost);
        }
    }
}

#[test]
fn a_pool_without_anybody_to_bear_it_is_refused() {
    let nobody = ChargedPool { shares: BTreeMap::new(), ..pool("Power", &[Decimal::ONE]) };
    assert!(charge_out(Currency::USD, &[nobody], &BTreeMap::new()).is_err());
}
