//! The worked examples of the domain, by id.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use topology::availability::{Evidence, availability, downtime};
use topology::blast::{Harm, blast_quarters};
use topology::graph::{Draft, Graph, Group, Member, Node, Threshold};
use topology::impact::impact;
use topology::recovery::{recoveries, recovery_points};
use topology::schedule::schedule;

/// The worked examples, or nothing where they are not at hand.
fn golden() -> Option<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("left out: {} is not there", path.display());
        return None;
    };
    serde_json::from_str(&text).ok()
}

const WEB: u32 = 0;
const APPS: [u32; 3] = [1, 2, 3];
const DB: u32 = 4;
const SAN: u32 = 5;
const DNS: [u32; 2] = [6, 7];

/// A web front on two of three application servers, a database on a SAN, and one of two name servers.
fn example() -> (Graph, impl Fn(u32) -> Node, Vec<u32>) {
    let mut draft = Draft::new(8);
    draft.hard(DB, SAN);
    draft.hard(WEB, DB);
    let members =
        |nodes: &[u32]| nodes.iter().map(|node| Member { node: *node, capacity: 0 }).collect::<Vec<_>>();
    draft.group(Group { owner: WEB, threshold: Threshold::Count(2), members: members(&APPS) });
    draft.group(Group { owner: WEB, threshold: Threshold::Count(1), members: members(&DNS) });
    for app in APPS {
        draft.hard(app, DB);
    }
    let (graph, order) = draft.build().unwrap();
    let places = order.clone();
    let node = move |item: u32| Node(places.iter().position(|found| *found == item).unwrap() as u32);
    (graph, node, order)
}

fn by_node<T: Clone>(order: &[u32], values: &[T; 8]) -> Vec<T> {
    order.iter().map(|item| values[*item as usize].clone()).collect()
}

#[test]
fn how_long_recovery_takes() {
    let Some(golden) = golden() else { return };
    let (graph, node, order) = example();
    let own = by_node(&order, &[15, 20, 25, 90, 45, 60, 10, 10].map(Some));
    let found = recoveries(&graph, &own).unwrap();
    let minutes = |item: u32| found.of(node(item)).unwrap().minutes.unwrap();
    let expected = &golden["7.ert"];
    assert_eq!(minutes(SAN), expected["san"].as_u64().unwrap());
    assert_eq!(minutes(DB), expected["db"].as_u64().unwrap());
    assert_eq!(minutes(WEB), expected["web"].as_u64().unwrap());
    let mut apps = APPS.map(minutes);
    apps.sort_unstable();
    assert_eq!(apps[1], expected["app_2of3"].as_u64().unwrap());
    assert_eq!(minutes(WEB) - expected["rto"].as_u64().unwrap(), expected["gap"].as_u64().unwrap());
    assert_eq!(found.chain(node(WEB)), [WEB, APPS[1], DB, SAN].map(&node));
    assert_eq!(found.together(node(DB)), [node(DB)]);
    assert!(found.together(Node(8)).is_empty(), "there are eight items");
    // One at a time, all of it takes its sum, without the slowest of three and one of two.
    let alone = schedule(&graph, &[node(WEB)], &own, Some(1)).unwrap();
    assert_eq!(alone.makespan, 60 + 45 + 20 + 25 + 10 + 15);
    assert_eq!(schedule(&graph, &[node(WEB)], &own, None).unwrap().makespan, minutes(WEB));
}

#[test]
fn how_much_data_is_lost() {
    let Some(golden) = golden() else { return };
    let mut draft = Draft::new(4);
    (1..4).for_each(|need| draft.hard(0, need));
    let (graph, order) = draft.build().unwrap();
    let points: Vec<_> =
        order.iter().map(|item| [None, Some(15), Some(60), Some(5)][*item as usize]).collect();
    let found = recovery_points(&graph, &points).unwrap();
    let service = order.iter().position(|item| *item == 0).unwrap();
    assert_eq!(found[service].map(u64::from), golden["7.erpo"].as_u64());
}

#[test]
fn how_often_it_is_up() {
    let Some(golden) = golden() else { return };
    let expected = &golden["7.avail"];
    let mut draft = Draft::new(8);
    draft.hard(WEB, DB);
    draft.hard(WEB, SAN);
    let members =
        |nodes: &[u32]| nodes.iter().map(|node| Member { node: *node, capacity: 0 }).collect::<Vec<_>>();
    draft.group(Group { owner: WEB, threshold: Threshold::Count(2), members: members(&APPS) });
    draft.group(Group { owner: WEB, threshold: Threshold::Count(1), members: members(&DNS) });
    let (graph, order) = draft.build().unwrap();
    let shares = by_node(&order, &[0.999, 0.995, 0.995, 0.995, 0.999, 0.9995, 0.99, 0.99].map(Some));
    let web = Node(order.iter().position(|item| *item == WEB).unwrap() as u32);
    let found = availability(&graph, web, &shares, 7).unwrap();
    assert_eq!(found.evidence, Evidence::Exact { uncertain: 5 });
    assert!((found.share - expected["service"].as_f64().unwrap()).abs() < 5e-9);
    let minutes = downtime(found.share, 43_200);
    assert!((minutes - expected["downtime_min_30d"].as_f64().unwrap()).abs() < 0.005);
    for (members, needed, share, id) in [(3, 2, 0.995, "app2of3"), (2, 1, 0.99, "dns1of2")] {
        let mut draft = Draft::new(members + 1);
        let nodes: Vec<_> = (1..=members).map(|node| Member { node, capacity: 0 }).collect();
        draft.group(Group { owner: 0, threshold: Threshold::Count(needed), members: nodes });
        let (graph, order) = draft.build().unwrap();
        let shares: Vec<_> = order.iter().map(|item| Some(if *item == 0 { 1.0 } else { share })).collect();
        let owner = Node(order.iter().position(|item| *item == 0).unwrap() as u32);
        let found = availability(&graph, owner, &shares, 7).unwrap();
        assert!((found.share - expected[id].as_f64().unwrap()).abs() < 1e-12);
    }
}

#[test]
fn a_chain_of_four_is_their_product() {
    let Some(golden) = golden() else { return };
    let mut draft = Draft::new(5);
    (1..5).for_each(|need| draft.hard(0, need));
    let (graph, order) = draft.build().unwrap();
    let shares: Vec<_> =
        order.iter().map(|item| Some([1.0, 0.9998, 0.9995, 0.998, 0.9999][*item as usize])).collect();
    let service = Node(order.iter().position(|item| *item == 0).unwrap() as u32);
    let found = availability(&graph, service, &shares, 7).unwrap();
    assert!((found.share - golden["7.composite_contoso"].as_f64().unwrap()).abs() < 5e-7);
}

#[test]
fn how_bad_an_outage_is() {
    let Some(golden) = golden() else { return };
    // Down: one of tier 0, two of tier 1, one of tier 3. At risk: none. Degraded: one of tier 3.
    let mut draft = Draft::new(6);
    (1..5).for_each(|service| draft.hard(service, 0));
    draft.soft(5, 1);
    let (graph, order) = draft.build().unwrap();
    let tiers = [None, Some(0), Some(1), Some(1), Some(3), Some(3)];
    let san = Node(order.iter().position(|item| *item == 0).unwrap() as u32);
    let found = impact(&graph, &[san]).unwrap();
    let tier = |node: Node| tiers[order[node.0 as usize] as usize];
    let down = found.down.iter().filter_map(|down| Some((tier(down.node)?, Harm::Down)));
    let hurt = found.hurt.iter().filter_map(|hurt| Some((tier(hurt.node)?, Harm::Degraded)));
    let quarters = blast_quarters(down.chain(hurt)).unwrap();
    assert_eq!(quarters as f64 / 4.0, golden["7.blast"]["san"].as_f64().unwrap());
}

/// One needs a circle of two, and that a fourth: all of the circle counts, and is told beside the chain.
#[test]
fn a_circle_recovers_together_and_is_told() {
    let mut draft = Draft::new(4);
    for (from, to) in [(0, 1), (1, 2), (2, 1), (2, 3)] {
        draft.hard(from, to);
    }
    let (graph, order) = draft.build().unwrap();
    let node = |item: u32| Node(order.iter().position(|found| *found == item).unwrap() as u32);
    let own: Vec<Option<u32>> = order.iter().map(|item| Some([12, 10, 20, 30][*item as usize])).collect();
    let found = recoveries(&graph, &own).unwrap();
    let minutes = |item: u32| found.of(node(item)).unwrap().minutes;
    assert_eq!([0, 1, 2, 3].map(minutes), [72, 60, 60, 30].map(Some));
    assert_eq!(found.chain(node(0)), [0, 1, 3].map(node));
    let mut together = found.together(node(1)).to_vec();
    together.sort_unstable();
    let mut circle = [1, 2].map(node);
    circle.sort_unstable();
    assert_eq!(together, circle);
    assert_eq!(found.together(node(3)), [node(3)]);
}

/// Peers that each need the other or a third: the third comes first, and nobody is held up.
#[test]
fn a_circle_that_a_group_opens_has_a_first() {
    let mut draft = Draft::new(3);
    let member = |node: u32| Member { node, capacity: 1 };
    draft.group(Group { owner: 0, threshold: Threshold::Count(1), members: vec![member(1), member(2)] });
    draft.hard(1, 0);
    let (graph, order) = draft.build().unwrap();
    let node = |item: u32| Node(order.iter().position(|found| *found == item).unwrap() as u32);
    let own: Vec<Option<u32>> = order.iter().map(|item| Some([10, 100, 5][*item as usize])).collect();
    let found = recoveries(&graph, &own).unwrap();
    assert_eq!([0, 1, 2].map(|item| found.of(node(item)).unwrap().minutes), [15, 115, 5].map(Some));
    assert_eq!(found.chain(node(1)), [1, 0, 2].map(node));
    assert_eq!(found.circles().count(), 0);
    for (crew, makespan) in [(None, 115), (Some(1), 115)] {
        let order = schedule(&graph, &[node(1)], &own, crew).unwrap();
        let steps: Vec<_> = order.steps.iter().map(|step| (step.node, step.start)).collect();
        assert_eq!(steps, [(node(2), 0), (node(0), 5), (node(1), 15)]);
        assert_eq!(order.makespan, makespan);
    }
}
