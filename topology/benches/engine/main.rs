//! How much of the processor the engine takes on generated estates of 10,000, 100,000 and 1,000,000 items and on the
//! packages of Debian, beside the targets and beside the least that looking at every edge once can take.
//!
//! `cargo bench -p topology --bench engine -- 100000 debian` measures these two only.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod clock;
mod debian;
mod estate;
mod table;

use clock::{Times, median, once};
use estate::{Numbers, estate};
use std::time::Duration;
use table::Table;
use topology::components::components;
use topology::graph::{Change, Draft, Graph, Node};
use topology::groups::{Estate, Tie, move_groups};
use topology::impact::{brought_down, impact};
use topology::path::shortest_path;
use topology::reach::{Direction, Walk, reach};
use topology::recovery::recoveries;
use topology::single_points::{all_single_points, single_points};

/// The most that closures may take, in times of the floor.
const FLOORS: f64 = 5.0;
/// And cascades, in times of the closure.
const CLOSURES: f64 = 2.5;

/// What is asked about in a graph.
struct Questions {
    /// Where closures and cascades begin.
    roots: Vec<Node>,
    /// An ordinary item that much hangs on.
    host: Node,
    /// Items whose needs are asked about.
    from: Vec<Node>,
    /// What they may need.
    to: Vec<Node>,
}

/// The least it can take: every edge streamed once, a bit tested and set for each, and the list written.
fn floor(graph: &Graph) -> Duration {
    let up = |node| graph.hard_needed_by(node).chain(graph.memberships(node).filter_map(|g| graph.owner(g)));
    let adjacency: Vec<u32> = graph.nodes().flat_map(up).map(|node| node.0).collect();
    median(15, || {
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

fn built(draft: Draft) -> (Graph, Vec<Node>) {
    let mut built = None;
    let time = once(|| built = Some(draft.build().unwrap()));
    let (graph, order) = built.unwrap();
    println!(
        "{} items, {} edges, {} groups, {} MB, built in {:.0} ms",
        graph.items(),
        graph.edges(),
        graph.groups(),
        graph.bytes() / 1_000_000,
        time.as_secs_f64() * 1e3
    );
    let mut place = vec![Node(0); order.len()];
    order.iter().enumerate().for_each(|(position, item)| place[*item as usize] = Node(position as u32));
    (graph, place)
}

fn measure(graph: &Graph, asked: &Questions) {
    let mut table = Table::of(graph.items(), floor(graph));
    let least = floor(graph);
    let down = Walk::all(Direction::NeededBy);
    let met = reach(graph, &asked.roots, down).unwrap().nodes.len();
    let closure = median(15, || reach(graph, &asked.roots, down).unwrap().nodes.len());
    table.row("closure of everything", closure, table::CLOSURE, &format!("{met} items"));
    table.row_within("  by the floor", closure, least.mul_f64(FLOORS), "");
    let broken = brought_down(graph, &asked.roots).unwrap().len();
    let cascade = median(15, || brought_down(graph, &asked.roots).unwrap().len());
    let most = closure.mul_f64(CLOSURES);
    table.row_within("cascade of everything", cascade, most, &format!("{broken} items"));
    table.plain("impact of a host", median(51, || impact(graph, &[asked.host]).unwrap().down.len()), "");
    paths(graph, asked, &mut table);
    let time = median(9, || components(graph).len());
    table.row("components and order", time, table::COMPONENTS, "");
    let own: Vec<_> = (0..graph.items()).map(|item| Some(item % 60)).collect();
    let time = median(9, || recoveries(graph, &own).unwrap().of(asked.host));
    table.row("effective recovery of everything", time, table::RECOVERY, "");
    let single = |node: &Node| once(|| single_points(graph, *node).unwrap().nodes.len());
    let times = Times::of(asked.from.iter().map(single));
    let note = format!("median {:.4} ms", times.median().as_secs_f64() * 1e3);
    table.row("single points of one, p99", times.p99(), table::SINGLE_POINTS, &note);
    let time = once(|| all_single_points(graph).is_never_up(asked.host));
    table.row("single points of all", time, table::ALL_SINGLE_POINTS, "");
    changes(graph, &asked.roots, &mut table);
    groups(graph, &mut table);
    table.close();
}

fn paths(graph: &Graph, asked: &Questions, table: &mut Table) {
    let pairs = asked.from.iter().zip(&asked.to);
    let times =
        Times::of(pairs.map(|(from, to)| median(3, || shortest_path(graph, *from, *to, false).unwrap())));
    let note = format!("p99 {:.4} ms", times.p99().as_secs_f64() * 1e3);
    table.row("shortest path, median", times.median(), table::PATH, &note);
}

/// Edges between any two items, and edges to what most items need.
fn changes(graph: &Graph, hubs: &[Node], table: &mut Table) {
    let items = graph.items();
    let mut numbers = Numbers(5);
    let busiest = graph.nodes().max_by_key(|node| graph.hard_needed_by(*node).count()).unwrap();
    let mut run = |what: &str, mut to: Box<dyn FnMut(&mut Numbers) -> Node + '_>| {
        let mut version = graph.clone();
        let mut change = || {
            let change = Change::AddHard(Node(numbers.below(items)), to(&mut numbers));
            once(|| version = version.changed(std::slice::from_ref(&change)).unwrap())
        };
        let times = Times::of((0..1_000).map(|_| change()));
        let note = format!("p99 {:.4} ms", times.p99().as_secs_f64() * 1e3);
        table.row(what, times.median(), table::CHANGE, &note);
    };
    run("one change, median", Box::new(|numbers| Node(numbers.below(items))));
    run("one change of the busiest, median", Box::new(|_| busiest));
    run("one change of a root, median", Box::new(|numbers| hubs[numbers.below(hubs.len() as u32) as usize]));
}

fn groups(graph: &Graph, table: &mut Table) {
    let ties: Vec<_> = graph
        .nodes()
        .flat_map(|node| graph.hard_needs(node).map(move |need| (node.0, need.0)))
        .map(|(one, other)| Tie { one, other, is_strong: (one ^ other) % 3 == 0, weight: u64::from(one % 9) })
        .collect();
    let estate = Estate { items: graph.items(), ties, hubs: Vec::new(), hub_degree: None, largest: Some(50) };
    let time = median(3, || move_groups(&estate).unwrap().groups.len());
    table.row("move groups", time, table::GROUPS, "");
}

fn generated(items: u32) {
    let (draft, layers) = estate(items);
    let (graph, place) = built(draft);
    let mut numbers = Numbers(5);
    let mut some = |from: u32, to: u32| -> Vec<Node> {
        (0..200).map(|_| place[(from + numbers.below(to - from)) as usize]).collect()
    };
    let asked = Questions {
        roots: place[..layers.feeds as usize].to_vec(),
        host: place[layers.hosts as usize + 1],
        from: some(layers.services, items),
        to: some(0, layers.machines),
    };
    measure(&graph, &asked);
}

fn debian() {
    let Some((draft, items)) = debian::packages() else {
        println!("debian: `apt-cache dumpavail` knows no packages here\n");
        return;
    };
    print!("debian: ");
    let (graph, place) = built(draft);
    let mut numbers = Numbers(5);
    let mut some = || (0..200).map(|_| place[numbers.below(items) as usize]).collect::<Vec<_>>();
    let bottom: Vec<_> = graph.nodes().take(200).collect();
    let (host, from) = (some()[0], some());
    measure(&graph, &Questions { roots: bottom.clone(), host, from, to: bottom });
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let sizes: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if words.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    sizes.into_iter().for_each(generated);
    if words.is_empty() || words.iter().any(|word| word == "debian") {
        debian();
    }
}
