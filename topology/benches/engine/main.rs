//! How long the engine takes on estates of 10,000, 100,000 and 1,000,000 items, beside the least that looking at every
//! edge once can take.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod estate;

use std::hint::black_box;
use std::time::{Duration, Instant};

use estate::{Numbers, estate};
use topology::components::components;
use topology::graph::{Change, Graph, Node};
use topology::groups::{Estate, Tie, move_groups};
use topology::impact::{brought_down, impact};
use topology::path::shortest_path;
use topology::reach::{Direction, Walk, reach};
use topology::recovery::recoveries;
use topology::single_points::{all_single_points, single_points};

/// The median of some rounds.
fn median<T>(rounds: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            let begin = Instant::now();
            black_box(run());
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn print(what: &str, time: Duration, note: &str) {
    println!("  {what:<44} {:>12.4} ms  {note}", time.as_secs_f64() * 1e3);
}

/// The least it can take: every edge streamed once, a bit tested and set for each, and the list written.
fn floor(graph: &Graph) -> Duration {
    let adjacency: Vec<u32> = graph
        .nodes()
        .flat_map(|node| {
            graph.hard_needed_by(node).chain(graph.memberships(node).filter_map(|g| graph.owner(g)))
        })
        .map(|node| node.0)
        .collect();
    median(7, || {
        let mut marks = vec![0_u64; graph.items() as usize / 64 + 1];
        let mut list = Vec::new();
        for node in &adjacency {
            let word = &mut marks[*node as usize / 64];
            let bit = 1 << (node % 64);
            if *word & bit == 0 {
                *word |= bit;
                list.push(*node);
            }
        }
        list.len()
    })
}

fn measure(items: u32) {
    let (draft, layers) = estate(items);
    let begin = Instant::now();
    let (graph, order) = draft.build().unwrap();
    println!(
        "{items} items, {} edges, {} groups, {} MB",
        graph.edges(),
        graph.groups(),
        graph.bytes() / 1_000_000
    );
    print("building", begin.elapsed(), "");
    let mut place = vec![Node(0); items as usize];
    order.iter().enumerate().for_each(|(position, item)| place[*item as usize] = Node(position as u32));
    let site: Vec<Node> = (0..layers.feeds).map(|site| place[site as usize]).collect();
    let down = Walk::all(Direction::NeededBy);
    let least = floor(&graph);
    print("floor: every edge once", least, "");
    let met = reach(&graph, &site, down).unwrap().nodes.len();
    let closure = median(7, || reach(&graph, &site, down).unwrap().nodes.len());
    print(
        "closure of everything",
        closure,
        &format!("{met} items, {:.1} times the floor", ratio(closure, least)),
    );
    let broken = brought_down(&graph, &site).unwrap().len();
    let cascade = median(7, || brought_down(&graph, &site).unwrap().len());
    print(
        "cascade of everything",
        cascade,
        &format!("{broken} items, {:.2} times the closure", ratio(cascade, closure)),
    );
    let host = place[layers.hosts as usize + 1];
    print("impact of a host", median(51, || impact(&graph, &[host]).unwrap().down.len()), "");
    let mut numbers = Numbers(5);
    let mut times: Vec<_> = (0..200)
        .map(|_| {
            let from = place[(layers.applications + numbers.below(items - layers.applications)) as usize];
            let to = place[numbers.below(layers.machines) as usize];
            median(3, || shortest_path(&graph, from, to, false).unwrap())
        })
        .collect();
    times.sort_unstable();
    print(
        "shortest path, median of 200",
        times[100],
        &format!("p99 {:.4} ms", times[197].as_secs_f64() * 1e3),
    );
    print("components and order", median(5, || components(&graph).len()), "");
    let own: Vec<_> = (0..items).map(|item| Some(item % 60)).collect();
    print("recovery of everything", median(5, || recoveries(&graph, &own).unwrap().of(host)), "");
    let mut times: Vec<_> = (0..200)
        .map(|_| {
            let service = place[(layers.services + numbers.below(items - layers.services)) as usize];
            median(1, || single_points(&graph, service).unwrap().nodes.len())
        })
        .collect();
    times.sort_unstable();
    print(
        "single points of one, median of 200",
        times[100],
        &format!("p99 {:.3} ms", times[197].as_secs_f64() * 1e3),
    );
    print("single points of all", median(1, || all_single_points(&graph).is_never_up(host)), "");
    changes(&graph, &place, &mut numbers);
    groups(items, &graph);
}

fn changes(graph: &Graph, place: &[Node], numbers: &mut Numbers) {
    let items = place.len() as u32;
    let mut version = graph.clone();
    let mut times: Vec<_> = (0..500)
        .map(|_| {
            let change =
                Change::AddHard(place[numbers.below(items) as usize], place[numbers.below(items) as usize]);
            let begin = Instant::now();
            version = version.changed(std::slice::from_ref(&change)).unwrap();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    print("one change, median of 500", times[250], &format!("p99 {:.4} ms", times[495].as_secs_f64() * 1e3));
}

fn groups(items: u32, graph: &Graph) {
    let ties: Vec<_> = graph
        .nodes()
        .flat_map(|node| graph.hard_needs(node).map(move |need| (node.0, need.0)))
        .map(|(one, other)| Tie { one, other, is_strong: (one ^ other) % 3 == 0, weight: u64::from(one % 9) })
        .collect();
    let estate = Estate { items, ties, hubs: Vec::new(), hub_degree: None, largest: Some(50) };
    let time = median(3, || move_groups(&estate).unwrap().groups.len());
    print("move groups", time, "");
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn main() {
    let sizes: Vec<u32> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    sizes.into_iter().for_each(measure);
}
