//! What is left of places once things are held in them, and places that share a feed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use forecasting::capacity::placement::{Free, Limit, Need, Rack, Resource, fit, place, place_within};
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn units(height: &str) -> Need {
    Need::new([(Resource::RackUnits, number(height))]).unwrap()
}

fn power(need: &str) -> Need {
    Need::new([(Resource::Power, number(need))]).unwrap()
}

fn runs(heights: &[&str]) -> Free {
    Free::default().with_runs(heights.iter().map(|height| number(height)).collect()).unwrap()
}

#[test]
fn what_is_held_takes_the_shortest_run_that_is_high_enough() {
    let free = runs(&["10", "3", "2"]);
    let taken = free.less(&units("2"), 2).unwrap();
    assert!(taken.short.is_empty());
    assert_eq!(taken.left.of(Resource::RackUnits), Some(number("11")));
    // The long run is whole: ten units still fit, and would not if the first had been taken from it.
    assert_eq!(fit(&taken.left, &units("10")).unwrap().units, Some(1));
    // Of three in one run the rest is a run too.
    let taken = free.less(&units("3"), 3).unwrap();
    assert_eq!(fit(&taken.left, &units("4")).unwrap().units, Some(1));
    assert_eq!(fit(&taken.left, &units("5")).unwrap().units, Some(0));
}

#[test]
fn what_is_held_beyond_what_is_free_is_told() {
    let free =
        Free::new([(Resource::Ports, Decimal::from(4))]).unwrap().with_runs(vec![number("5")]).unwrap();
    let need = Need::new([
        (Resource::RackUnits, number("2")),
        (Resource::Ports, Decimal::from(2)),
        (Resource::Weight, Decimal::from(20)),
    ]);
    let taken = free.less(&need.unwrap(), 3).unwrap();
    let expected = [(Resource::RackUnits, Decimal::from(2)), (Resource::Ports, Decimal::from(2))];
    assert_eq!(taken.short, BTreeMap::from(expected));
    assert_eq!(taken.left.of(Resource::RackUnits), Some(Decimal::ONE));
    assert_eq!(taken.left.of(Resource::Ports), Some(Decimal::ZERO));
    // What nobody knew stays unknown, and is not none.
    assert_eq!(taken.left.of(Resource::Weight), None);
}

#[test]
fn of_several_days_the_scarcest_counts_for_each_resource() {
    let day = |ports: i64, heights: &[&str]| {
        let heights = heights.iter().map(|height| number(height)).collect();
        Free::new([(Resource::Ports, Decimal::from(ports))]).unwrap().with_runs(heights).unwrap()
    };
    // The second day has more units, and none of its runs is high enough for two.
    let days = [day(2, &["4"]), day(8, &["1.5", "1.5", "1.5", "1.5"])];
    let need = units("2");
    let free = Free::on_all(&days, &need).unwrap();
    assert_eq!(free.of(Resource::Ports), Some(Decimal::from(2)));
    assert_eq!(fit(&free, &need).unwrap().units, Some(0));
    assert_eq!(fit(&Free::on_all(&days, &units("1")).unwrap(), &units("1")).unwrap().units, Some(4));
    // What is not known on one day is not known.
    let unknown = Free::new([(Resource::Ports, Decimal::from(2))]).unwrap();
    let free = Free::on_all(&[day(2, &["4"]), unknown], &need).unwrap();
    assert_eq!(fit(&free, &need).unwrap().units, None);
    assert_eq!(Free::on_all(&[], &need).unwrap(), Free::default());
}

fn racks() -> Vec<Rack> {
    let rack = |name: &str, kilowatts: &str| Rack {
        name: name.to_owned(),
        free: Free::new([(Resource::Power, number(kilowatts))]).unwrap(),
        feeds: None,
    };
    vec![rack("R1", "4"), rack("R2", "4"), rack("R3", "2")]
}

fn limit(free: &str, racks: &[&str]) -> Limit {
    let racks: BTreeSet<String> = racks.iter().map(|rack| (*rack).to_owned()).collect();
    Limit { resource: Resource::Power, free: number(free), racks }
}

#[test]
fn places_take_no_more_together_than_what_they_share() {
    let need = power("1");
    assert_eq!(place(10, &need, &racks(), None).unwrap().placed, 10);
    let limits = [limit("5", &["R1", "R2"])];
    let placed = place_within(10, &need, &racks(), None, &limits).unwrap();
    assert_eq!((placed.placed, placed.missing, placed.capacity), (7, 3, 7));
    let by_rack: BTreeMap<&str, u64> =
        placed.allotments.iter().map(|allotment| (allotment.rack.as_str(), allotment.units)).collect();
    assert_eq!(by_rack, BTreeMap::from([("R1", 4), ("R2", 1), ("R3", 2)]));
    // Fewer than there is room for leave the rest for others.
    let placed = place_within(3, &need, &racks(), None, &limits).unwrap();
    assert_eq!((placed.placed, placed.missing, placed.capacity), (3, 0, 7));
    // Of several limits the narrowest counts, and one without room closes its places.
    let limits = [limit("5", &["R1", "R2"]), limit("0.5", &["R1", "R3"])];
    let placed = place_within(10, &need, &racks(), None, &limits).unwrap();
    assert_eq!((placed.placed, placed.capacity), (4, 4));
    assert_eq!(placed.allotments.len(), 1);
}

#[test]
fn a_limit_of_what_is_not_needed_limits_nothing() {
    let racks = vec![Rack { name: "R1".to_owned(), free: runs(&["10"]), feeds: None }];
    let placed = place_within(5, &units("1"), &racks, None, &[limit("0", &["R1"])]).unwrap();
    assert_eq!((placed.placed, placed.capacity), (5, 10));
    let refused = place_within(5, &power("1"), &racks, None, &[limit("-1", &["R1"])]);
    assert!(refused.unwrap_err().to_string().contains("POWER"));
}
