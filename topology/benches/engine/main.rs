//! How much of the processor the engine takes on generated estates of 10,000, 100,000 and 1,000,000 items and on the
//! packages of Debian, beside the targets and beside the least that looking at every edge once can take.
//!
//! `cargo bench -p topology --bench engine -- 100000 debian` measures these two only. With `peers=PYTHON` the others are
//! measured too; `scripts/bench topology` sees to it that there are a Python with their libraries and a PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod clock;
mod debian;
mod estate;
mod memory;
mod peers;
mod table;

use clock::{Times, least, once};
use estate::{Numbers, estate};
use peers::{Asked, Ours, Peers};
use std::process::ExitCode;
use std::time::Duration;
use table::Table;
use topology::components::components;
use topology::graph::{Change, Draft, Graph, Group, Member, Node, Threshold};
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
/// Megabytes that a graph may take, however large it is.
const MEMORY: f64 = 200.0;
/// How often what takes milliseconds is done.
const ROUNDS: usize = 25;

/// What is asked about in a graph.
struct Questions {
    /// Where closures and cascades begin.
    roots: Vec<Node>,
    /// An ordinary item that much hangs on.
    host: Node,
    /// Where three steps are walked from.
    near: Node,
    /// Items whose needs are asked about.
    from: Vec<Node>,
    /// What they may need.
    to: Vec<Node>,
}

/// The least it can take: every edge streamed once, a bit tested and set for each, and the list written.
fn floor(graph: &Graph) -> Duration {
    let up = |node| graph.hard_needed_by(node).chain(graph.memberships(node).filter_map(|g| graph.owner(g)));
    let adjacency: Vec<u32> = graph.nodes().flat_map(up).map(|node| node.0).collect();
    least(ROUNDS, || {
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

/// The graph, the number in the draft of each node, and the node of each number.
struct Built {
    graph: Graph,
    order: Vec<u32>,
    place: Vec<Node>,
}

fn built(draft: Draft) -> Built {
    let mut built = None;
    let before = memory::resident();
    let time = once(|| built = Some(draft.build().unwrap()));
    let (graph, order) = built.unwrap();
    println!(
        "{} items, {} edges, {} groups, built in {:.0} ms; {} MB more resident than before",
        graph.items(),
        graph.edges(),
        graph.groups(),
        time.as_secs_f64() * 1e3,
        memory::resident().saturating_sub(before) / 1_000_000,
    );
    let mut place = vec![Node(0); order.len()];
    order.iter().enumerate().for_each(|(position, item)| place[*item as usize] = Node(position as u32));
    Built { graph, order, place }
}

/// Measures everything; the answer is what others are measured at too.
fn measure(graph: &Graph, asked: &Questions) -> Vec<Ours> {
    let limit = floor(graph);
    let mut table = Table::of(graph.items(), limit);
    let mut ours = Vec::new();
    let mut others = |operation, time, answer| ours.push(Ours { operation, time, answer });
    let up = Walk::all(Direction::NeededBy);
    let met = reach(graph, &asked.roots, up).unwrap().nodes.len();
    let closure = least(ROUNDS, || reach(graph, &asked.roots, up).unwrap().nodes.len());
    table.row("closure of everything", closure, table::CLOSURE, &format!("{met} items"));
    table.row_within("  by the floor", closure, limit.mul_f64(FLOORS), "");
    others("closure", closure, met);
    let broken = brought_down(graph, &asked.roots).unwrap().len();
    let cascade = least(ROUNDS, || brought_down(graph, &asked.roots).unwrap().len());
    table.row_within("cascade of everything", cascade, closure.mul_f64(CLOSURES), &format!("{broken} items"));
    others("cascade", cascade, broken);
    table.plain("impact of a host", least(51, || impact(graph, &[asked.host]).unwrap().down.len()), "");
    let walk = Walk { depth: Some(3), ..up };
    let met = reach(graph, &[asked.near], walk).unwrap().nodes.len();
    let time = least(ROUNDS, || reach(graph, &[asked.near], walk).unwrap().nodes.len());
    table.plain("three steps", time, &format!("{met} items"));
    others("near", time, met);
    let (time, steps) = paths(graph, asked, &mut table);
    others("path", time, steps);
    let circles = components(graph).len();
    let time = least(9, || components(graph).len());
    table.row("components and order", time, table::COMPONENTS, "");
    others("components", time, circles);
    let own: Vec<_> = (0..graph.items()).map(|item| Some(item % 60)).collect();
    let time = least(9, || recoveries(graph, &own).unwrap().of(asked.host));
    table.row("effective recovery of everything", time, table::RECOVERY, "");
    let single = |node: &Node| once(|| single_points(graph, *node).unwrap().nodes.len());
    let times = Times::of(asked.from.iter().map(single));
    let note = format!("median {:.4} ms", times.median().as_secs_f64() * 1e3);
    table.row("single points of one, p99", times.p99(), table::SINGLE_POINTS, &note);
    let time = least(3, || all_single_points(graph).is_never_up(asked.host));
    table.row("single points of all", time, table::ALL_SINGLE_POINTS, "");
    changes(graph, &asked.roots, &mut table);
    groups(graph, &mut table);
    table.megabytes("memory of the graph, MB", graph.bytes() as f64 / 1e6, MEMORY);
    table.close();
    ours
}

/// The time of the middle one of some shortest ways, and the steps of those that others look for too.
fn paths(graph: &Graph, asked: &Questions, table: &mut Table) -> (Duration, usize) {
    let path = |from: &Node, to: &Node| shortest_path(graph, *from, *to, false).unwrap();
    let pairs = asked.from.iter().zip(&asked.to);
    let times = Times::of(pairs.map(|(from, to)| least(3, || path(from, to))));
    let note = format!("p99 {:.4} ms", times.p99().as_secs_f64() * 1e3);
    table.row("shortest path, median", times.median(), table::PATH, &note);
    let there = connected(graph, asked);
    let steps = there.iter().filter_map(|(from, to)| path(from, to)).map(|path| path.len() - 1).sum();
    let times = Times::of(there.iter().map(|(from, to)| least(9, || path(from, to))));
    table.plain("  where there is one", times.median(), "");
    (times.median(), steps)
}

/// Some pairs of which one needs the other.
fn connected(graph: &Graph, asked: &Questions) -> Vec<(Node, Node)> {
    let pairs = asked.from.iter().copied().zip(asked.to.iter().copied());
    pairs.filter(|(from, to)| shortest_path(graph, *from, *to, false).unwrap().is_some()).take(15).collect()
}

/// What others know as dominators: single points of failure where any one of its needs is enough for an item.
fn dominators(graph: &Graph) -> Ours {
    let mut draft = Draft::new(graph.items());
    for node in graph.nodes() {
        let groups = graph.groups_of(node).flat_map(|group| graph.members(group));
        let mut needs: Vec<_> = graph.hard_needs(node).chain(groups).map(|need| need.0).collect();
        needs.sort_unstable();
        needs.dedup();
        let members: Vec<_> = needs.into_iter().map(|node| Member { node, capacity: 1 }).collect();
        if !members.is_empty() {
            draft.group(Group { owner: node.0, threshold: Threshold::Count(1), members });
        }
    }
    let (graph, _) = draft.build().unwrap();
    let time = least(3, || all_single_points(&graph).is_never_up(Node(0)));
    Ours { operation: "dominators", time, answer: graph.items() as usize }
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
    let time = least(3, || move_groups(&estate).unwrap().groups.len());
    table.row("move groups", time, table::GROUPS, "");
}

fn generated(items: u32, peers: Option<&mut Peers>) {
    let (draft, layers) = estate(items);
    let Built { graph, order, place } = built(draft);
    let mut numbers = Numbers(5);
    let mut some = |from: u32, to: u32| -> Vec<Node> {
        (0..200).map(|_| place[(from + numbers.below(to - from)) as usize]).collect()
    };
    let asked = Questions {
        roots: place[..layers.feeds as usize].to_vec(),
        host: place[layers.hosts as usize + 1],
        near: place[layers.racks as usize + 1],
        from: some(layers.services, items),
        to: some(0, layers.machines),
    };
    let mut ours = measure(&graph, &asked);
    if let Some(peers) = peers {
        ours.push(dominators(&graph));
        let name = |node: Node| order[node.0 as usize];
        let pairs = connected(&graph, &asked).into_iter().map(|(from, to)| (name(from), name(to)));
        let roots = asked.roots.iter().map(|node| name(*node)).collect();
        let asked = Asked { roots, near: name(asked.near), pairs: pairs.collect() };
        peers.compare(&graph, &order, &asked, &ours);
    }
}

/// Whether there were any packages.
fn debian() -> bool {
    let Some((draft, items)) = debian::packages() else {
        eprintln!("debian: NOT MEASURED: `apt-cache dumpavail` knows no packages here; run apt-get update\n");
        return false;
    };
    print!("debian: ");
    let Built { graph, place, .. } = built(draft);
    let mut numbers = Numbers(5);
    let mut some = || (0..200).map(|_| place[numbers.below(items) as usize]).collect::<Vec<_>>();
    let (host, from) = (some()[0], some());
    // What most is built on, the C library among it.
    let mut busiest: Vec<_> = graph.nodes().collect();
    busiest.sort_by_cached_key(|node| std::cmp::Reverse(graph.hard_needed_by(*node).count()));
    busiest.truncate(200);
    measure(&graph, &Questions { roots: busiest.clone(), host, near: busiest[100], from, to: busiest });
    true
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let sizes: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if words.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    let mut peers = words.iter().find_map(|word| word.strip_prefix("peers=")).map(Peers::of);
    println!("processor time; of what is done several times, the least\n");
    sizes.into_iter().for_each(|items| generated(items, peers.as_mut()));
    let with_debian = words.is_empty() || words.iter().any(|word| word == "debian");
    let lacks_debian = with_debian && !debian();
    let lacks_peers = peers.is_some_and(|peers| peers.have_failed());
    if lacks_debian || lacks_peers { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
