//! Clusters whose hosts come and go, held to adding up all of them again after each change.

use forecasting::capacity::QUANTITY_MAX;
use forecasting::capacity::layers::{ClusterShare, HostShare, RunningShare};
use proptest::prelude::*;
use proptest::sample::Index;
use rust_decimal::Decimal;

fn tenths(value: i64) -> Decimal {
    Decimal::new(value, 1)
}

fn host(name: &str, quantity: Decimal) -> HostShare {
    HostShare { name: name.to_owned(), quantity, in_maintenance: false }
}

fn share(hosts: &[HostShare], failures: u32) -> ClusterShare {
    ClusterShare {
        hosts: hosts.to_vec(),
        failures,
        ratio: Decimal::from(4),
        overhead: Decimal::from(32),
        buffer: tenths(1),
        planning_limit: tenths(9),
    }
}

/// Sizes of hosts in tenths, and whether each is in maintenance: many are of one size.
fn sizes(most: usize) -> impl Strategy<Value = Vec<(i64, bool)>> {
    let size = prop_oneof![Just(640_i64), Just(1_280), 320..2_000_i64];
    prop::collection::vec((size, prop::bool::weighted(0.2)), 0..most)
}

/// What goes, as places among what is there, and what comes.
type Step = (Vec<Index>, Vec<(i64, bool)>);

fn changes() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((prop::collection::vec(any::<Index>(), 0..4), sizes(4)), 1..12)
}

proptest! {
    #[test]
    fn after_each_change_there_is_what_adding_up_all_again_gives(
        first in sizes(12), changes in changes(), failures in 0..5_u32,
    ) {
        let mut number = 0;
        let mut named = |(tenth, in_maintenance): (i64, bool)| {
            number += 1;
            HostShare { in_maintenance, ..host(&format!("host {number}"), tenths(tenth)) }
        };
        let mut there: Vec<HostShare> = first.into_iter().map(&mut named).collect();
        let mut running = RunningShare::new(share(&there, failures)).unwrap();
        for (leaving, coming) in changes {
            let mut going = Vec::new();
            for place in leaving {
                if !there.is_empty() {
                    going.push(there.swap_remove(place.index(there.len())));
                }
            }
            let coming: Vec<HostShare> = coming.into_iter().map(&mut named).collect();
            // What is refused changes nothing: one that goes and is not there, and one less than it needs for itself.
            let strangers = [going.clone(), vec![host("stranger", tenths(5_000))]].concat();
            prop_assert!(running.change(&strangers, &coming).is_err());
            let small = [coming.clone(), vec![host("small", Decimal::ONE)]].concat();
            prop_assert!(running.change(&going, &small).is_err());
            running.change(&going, &coming).unwrap();
            there.extend(coming);
            let whole = share(&there, failures).layers().unwrap();
            prop_assert_eq!(running.plannable(), whole.layers.plannable);
        }
    }
}

#[test]
fn the_largest_fail_whoever_comes_and_goes() {
    let (small, large) = (host("small", 132.into()), host("large", 232.into()));
    let mut running = RunningShare::new(share(&[small.clone(), small.clone()][..1], 1)).unwrap();
    assert_eq!(running.plannable(), Decimal::ZERO);
    // The larger host may fail, so what is left is the other: 100 × 4, less a tenth, up to nine tenths.
    running.change(&[], std::slice::from_ref(&large)).unwrap();
    assert_eq!(running.plannable(), Decimal::from(324));
    running.change(&[], &[large.clone(), small.clone()]).unwrap();
    // 200 and twice 100 are left.
    assert_eq!(running.plannable(), Decimal::from(1_296));
    running.change(&[large.clone(), large.clone()], &[]).unwrap();
    assert_eq!(running.plannable(), Decimal::from(324));
    let gone = running.change(&[large], &[]).unwrap_err().to_string();
    assert_eq!(gone, "host \"large\" is not usable: a host that goes was there");
    // What is beyond the range of quantities is refused, and what was there stays.
    assert!(running.change(&[], &[host("one", QUANTITY_MAX), host("other", QUANTITY_MAX)]).is_err());
    assert_eq!(running.plannable(), Decimal::from(324));
    running.change(&[small.clone(), small], &[]).unwrap();
    assert_eq!(running.plannable(), Decimal::ZERO);
}

#[test]
fn what_no_cluster_can_be_is_refused_at_once() {
    let small = host("small", 132.into());
    let twice = RunningShare::new(share(&[small.clone(), small.clone()], 1)).unwrap_err().to_string();
    assert!(twice.starts_with("host \"small\""), "{twice}");
    let free = ClusterShare { ratio: Decimal::ZERO, ..share(&[small], 1) };
    assert!(RunningShare::new(free).is_err());
}
