//! Random graphs with circles and groups: every answer is that of brute force, or of another library.
#![expect(clippy::unwrap_used, clippy::float_arithmetic, reason = "a test fails by panicking")]

mod random;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{dijkstra, tarjan_scc};
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;
use random::{Sample, is_met, sample, wide};
use topology::availability::{Evidence, availability};
use topology::components::components;
use topology::graph::{Change, Graph, Group, GroupNode, Member, Node, Threshold};
use topology::impact::{Cause, Hurt, brought_down, impact};
use topology::path::{Link, links, shortest_path, shortest_paths};
use topology::reach::{Direction, Walk, reach};
use topology::recovery::{Recoveries, recoveries, recovery_points};
use topology::schedule::{Schedule, schedule};
use topology::single_points::{all_single_points, single_points};

/// The same edges in another library: hard needs, and of each group every member.
fn plain(sample: &Sample) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    let nodes: Vec<_> = (0..sample.items).map(|_| graph.add_node(())).collect();
    let members = sample.groups.iter().flat_map(|group| group.members.iter().map(|m| (group.owner, m.node)));
    for (from, to) in sample.hard.iter().copied().chain(members) {
        graph.add_edge(nodes[from as usize], nodes[to as usize], ());
    }
    graph
}

fn items(nodes: &[Node], found: impl IntoIterator<Item = Node>) -> BTreeSet<u32> {
    let place: BTreeMap<Node, u32> =
        nodes.iter().enumerate().map(|(item, node)| (*node, item as u32)).collect();
    found.into_iter().map(|node| place[&node]).collect()
}

/// What there is of each item, by its node.
fn by_node(nodes: &[Node], of_items: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut own = vec![None; nodes.len()];
    nodes.iter().zip(of_items).for_each(|(node, value)| own[node.0 as usize] = *value);
    own
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_fails_is_what_brute_force_says(sample in sample(14), roots in proptest::collection::vec(0..14_u32, 0..4)) {
        let (graph, nodes) = sample.build();
        let roots: Vec<_> = roots.into_iter().filter(|root| *root < sample.items).collect();
        let failed: Vec<_> = roots.iter().map(|root| nodes[*root as usize]).collect();
        let found = impact(&graph, &failed).unwrap();
        let down = items(&nodes, found.down.iter().map(|down| down.node));
        let before = sample.down(&[]);
        let expected: BTreeSet<_> = sample.down(&roots).difference(&before).copied().collect();
        prop_assert_eq!(&down, &expected);
        prop_assert_eq!(items(&nodes, found.down_before.iter().map(|down| down.node)), before.clone());
        let all: BTreeSet<_> = down.union(&before).copied().collect();
        for item in 0..sample.items {
            let lost = sample.soft.iter().any(|(from, to)| *from == item && from != to && down.contains(to));
            let risk = sample.groups.iter().any(|group| {
                group.owner == item && group.members.iter().any(|member| down.contains(&member.node))
            });
            let hurt = found.hurt.iter().find(|hurt| hurt.node == nodes[item as usize]);
            prop_assert_eq!(hurt.is_some_and(Hurt::is_degraded), lost && !all.contains(&item));
            prop_assert_eq!(hurt.is_some(), (lost || risk) && !all.contains(&item));
        }
    }

    #[test]
    fn chains_of_failures_hold(sample in sample(14), root in 0..14_u32) {
        let root = root % sample.items;
        let (graph, nodes) = sample.build();
        let found = impact(&graph, &[nodes[root as usize]]).unwrap();
        for down in &found.down {
            let chain = found.chain(down.node);
            let last = chain.last().unwrap();
            prop_assert!(matches!(last.cause, Cause::Failed | Cause::Unmet(_)));
            for pair in chain.windows(2) {
                prop_assert!(!links(&graph, pair[0].node, pair[1].node).is_empty());
            }
        }
    }

    #[test]
    fn groups_keep_their_positions(sample in sample(14)) {
        let (graph, nodes) = sample.build();
        for (position, group) in sample.groups.iter().enumerate() {
            let found = GroupNode(position as u32);
            prop_assert_eq!(graph.owner(found), Some(nodes[group.owner as usize]));
            prop_assert_eq!(graph.slack(found), group.slack().unwrap());
            let weight = |member: &Member| match group.threshold {
                Threshold::Count(_) => 1,
                Threshold::Capacity(_) => member.capacity,
            };
            let members: BTreeMap<_, _> =
                group.members.iter().map(|member| (nodes[member.node as usize], weight(member))).collect();
            let ours: BTreeMap<_, _> = graph.members(found).zip(graph.capacities(found)).collect();
            prop_assert_eq!(ours, members);
            prop_assert!(graph.groups_of(nodes[group.owner as usize]).any(|own| own == found));
        }
        prop_assert_eq!(graph.members(GroupNode(sample.groups.len() as u32)).count(), 0);
    }

    #[test]
    fn recovery_takes_as_long_as_what_is_needed_and_its_own_time(
        sample in sample(12),
        times in proptest::collection::vec(proptest::option::weighted(0.8, 0..50_u32), 12),
    ) {
        let (graph, nodes) = sample.build();
        let own = by_node(&nodes, &times);
        let found = recoveries(&graph, &own).unwrap();
        let (expected, circles) = recovered(&sample, &times);
        let mut together: Vec<BTreeSet<u32>> =
            found.circles().map(|circle| items(&nodes, circle.iter().copied())).collect();
        together.sort();
        prop_assert_eq!(together, circles);
        for item in 0..sample.items {
            let recovery = found.of(nodes[item as usize]).unwrap();
            prop_assert_eq!(recovery.minutes, expected[&item], "item {}", item);
            // With as many hands as there are the order takes just as long, and with one pair as long as all of it.
            let order = schedule(&graph, &[nodes[item as usize]], &own, None).unwrap();
            prop_assert_eq!(recovery.minutes.unwrap_or(0), order.makespan, "item {}", item);
            let alone = schedule(&graph, &[nodes[item as usize]], &own, Some(1)).unwrap();
            prop_assert_eq!(alone.makespan, alone.steps.iter().map(|step| step.end - step.start).sum::<u64>());
            starts_after_what_it_needs(&graph, &found, &order);
            starts_after_what_it_needs(&graph, &found, &alone);
            // What is waited for longest is something that is needed, and is up no later.
            if let Some(other) = recovery.waits_for {
                let same = found.of(other).unwrap().minutes;
                prop_assert!(same.is_none() || recovery.minutes.is_none_or(|minutes| same.unwrap() <= minutes));
            }
        }
    }

    #[test]
    fn as_much_is_lost_as_what_is_needed_loses(
        sample in sample(12),
        points in proptest::collection::vec(proptest::option::weighted(0.6, 0..50_u32), 12),
    ) {
        let (graph, nodes) = sample.build();
        let own = by_node(&nodes, &points);
        let found = recovery_points(&graph, &own).unwrap();
        // From what each loses by itself, more and more, until nothing changes.
        let mut expected: Vec<Option<u32>> = points[..sample.items as usize].to_vec();
        loop {
            let before = expected.clone();
            for (from, to) in &sample.hard {
                expected[*from as usize] = expected[*from as usize].max(before[*to as usize]);
            }
            for group in &sample.groups {
                let points = group.members.iter().map(|member| before[member.node as usize]).chain([None]);
                let enough = |point: &Option<u32>| is_met(group, |node| before[node as usize] <= *point);
                let least = points.filter(enough).min().flatten();
                expected[group.owner as usize] = expected[group.owner as usize].max(least);
            }
            if expected == before {
                break;
            }
        }
        for item in 0..sample.items as usize {
            prop_assert_eq!(found[nodes[item].0 as usize], expected[item], "item {}", item);
        }
    }

    #[test]
    fn single_points_are_what_brute_force_says(sample in sample(12)) {
        let (graph, nodes) = sample.build();
        let before = sample.down(&[]);
        let all = all_single_points(&graph);
        for item in 0..sample.items {
            let node = nodes[item as usize];
            let expected: BTreeSet<_> = (0..sample.items)
                .filter(|other| *other != item && !before.contains(&item) && sample.down(&[*other]).contains(&item))
                .collect();
            let found = single_points(&graph, node).unwrap();
            prop_assert_eq!(found.is_never_up, before.contains(&item));
            prop_assert_eq!(all.is_never_up(node), before.contains(&item));
            prop_assert_eq!(items(&nodes, found.nodes), expected.clone());
            prop_assert_eq!(items(&nodes, all.of(node).unwrap()), expected);
        }
    }

    #[test]
    fn circles_and_order_are_those_of_petgraph(sample in sample(20)) {
        let (graph, nodes) = sample.build();
        let found = components(&graph);
        let ours: BTreeSet<BTreeSet<u32>> =
            found.iter().map(|members| items(&nodes, members.iter().copied())).collect();
        let theirs: BTreeSet<BTreeSet<u32>> = tarjan_scc(&plain(&sample))
            .into_iter()
            .map(|members| members.into_iter().map(|node| node.index() as u32).collect())
            .collect();
        prop_assert_eq!(ours, theirs);
        for (from, to) in &sample.hard {
            prop_assert!(found.of(nodes[*from as usize]) >= found.of(nodes[*to as usize]));
        }
    }

    #[test]
    fn ways_are_as_short_as_those_of_petgraph(sample in sample(20)) {
        let (graph, nodes) = sample.build();
        let other = plain(&sample);
        for from in 0..sample.items {
            let steps = dijkstra(&other, NodeIndex::new(from as usize), None, |_| 1_usize);
            let start = nodes[from as usize];
            let walk = Walk::all(Direction::Needs);
            let reached: BTreeMap<_, _> = reach(&graph, &[start], walk).unwrap().with_steps().map(|(n, s)| (n, s as usize)).collect();
            prop_assert_eq!(reached.len(), steps.len());
            for to in 0..sample.items {
                let expected = steps.get(&NodeIndex::new(to as usize)).copied();
                let end = nodes[to as usize];
                prop_assert_eq!(reached.get(&end).copied(), expected);
                let path = shortest_path(&graph, start, end, false).unwrap();
                prop_assert_eq!(path.as_ref().map(|path| path.len() - 1), expected);
                let all = shortest_paths(&graph, start, end, false, 1000).unwrap();
                prop_assert_eq!(all.count, all.paths.len() as u64);
                prop_assert_eq!(all.paths.is_empty(), expected.is_none());
                if let Some(path) = path {
                    prop_assert!(all.paths.contains(&path));
                    prop_assert!(path.windows(2).all(|pair| !links(&graph, pair[0], pair[1]).is_empty()));
                }
            }
        }
    }

    #[test]
    fn depth_is_counted_from_the_nearest_root(sample in sample(20), depth in 0..5_u32) {
        let (graph, nodes) = sample.build();
        for (direction, soft) in [(Direction::Needs, false), (Direction::NeededBy, true)] {
            let all = reach(&graph, &nodes[..1], Walk { direction, depth: None, soft }).unwrap();
            let some = reach(&graph, &nodes[..1], Walk { direction, depth: Some(depth), soft }).unwrap();
            let expected: Vec<_> = all.with_steps().filter(|(_, step)| *step <= depth).collect();
            prop_assert_eq!(some.with_steps().collect::<Vec<_>>(), expected);
            prop_assert_eq!(some.is_cut, some.nodes.len() < all.nodes.len());
        }
    }

    #[test]
    fn how_often_it_is_up_is_what_all_combinations_say(sample in sample(7)) {
        let (graph, nodes) = sample.build();
        let shares: Vec<f64> = (0..sample.items).map(|item| 0.5 + f64::from(item) / 20.0).collect();
        let mut by_node = vec![None; sample.items as usize];
        for item in 0..sample.items as usize {
            by_node[nodes[item].0 as usize] = Some(shares[item]);
        }
        for item in 0..sample.items {
            let mut expected = 0.0;
            for combination in 0..1_u32 << sample.items {
                let failed: Vec<_> = (0..sample.items).filter(|item| combination >> item & 1 != 0).collect();
                if !sample.down(&failed).contains(&item) {
                    expected += (0..sample.items)
                        .map(|other| if failed.contains(&other) { 1.0 - shares[other as usize] } else { shares[other as usize] })
                        .product::<f64>();
                }
            }
            let found = availability(&graph, nodes[item as usize], &by_node, 1).unwrap();
            prop_assert!((found.share - expected).abs() < 1e-12, "{} {}", found.share, expected);
            let is_exact = matches!(found.evidence, Evidence::Exact { .. });
            prop_assert!(is_exact);
        }
    }

    #[test]
    fn a_changed_graph_answers_as_one_built_anew(before in sample(12), after in sample(12)) {
        let (graph, nodes) = before.build();
        let mut changes: Vec<_> = (before.items..after.items).map(|_| Change::AddItem).collect();
        let node = |item: u32| nodes.get(item as usize).copied().unwrap_or(Node(item));
        changes.extend(before.hard.iter().map(|(from, to)| Change::RemoveHard(node(*from), node(*to))));
        changes.extend(before.soft.iter().map(|(from, to)| Change::RemoveSoft(node(*from), node(*to))));
        changes.extend((0..before.groups.len()).map(|group| Change::RemoveGroup(GroupNode(group as u32))));
        changes.extend(after.hard.iter().map(|(from, to)| Change::AddHard(node(*from), node(*to))));
        changes.extend(after.soft.iter().map(|(from, to)| Change::AddSoft(node(*from), node(*to))));
        for group in &after.groups {
            let mut group = group.clone();
            group.owner = node(group.owner).0;
            group.members = group.members.iter().map(|m| Member { node: node(m.node).0, ..*m }).collect();
            changes.push(Change::AddGroup(group));
        }
        let changed = graph.changed(&changes).unwrap();
        let all: Vec<_> = (0..before.items.max(after.items)).map(node).collect();
        for item in 0..after.items {
            let down = impact(&changed, &[node(item)]).unwrap();
            prop_assert_eq!(items(&all, down.down.iter().map(|down| down.node)), after.broken(&[item]));
        }
        steps_are_those_of_the_edges(&changed);
        // The version before is as it was.
        prop_assert_eq!(graph, before.build().0);
    }

    #[test]
    fn what_is_detached_is_needed_by_nothing(sample in sample(12), gone in 0..12_u32) {
        let gone = gone % sample.items;
        let (graph, nodes) = sample.build();
        let graph: Graph = graph.changed(&[Change::Detach(nodes[gone as usize])]).unwrap();
        steps_are_those_of_the_edges(&graph);
        let mut rest = sample.clone();
        rest.hard.retain(|(from, to)| *from != gone && *to != gone);
        rest.groups.retain(|group| group.owner != gone);
        for group in &mut rest.groups {
            group.members.retain(|member| member.node != gone);
        }
        for item in 0..sample.items {
            let found = impact(&graph, &[nodes[item as usize]]).unwrap();
            prop_assert_eq!(items(&nodes, found.down.iter().map(|down| down.node)), rest.broken(&[item]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Thousands at once are walked and felled in another way than a few.
    #[test]
    fn wide_walks_and_outages_are_those_of_single_steps(sample in wide(), root in 0..3_u32) {
        let (graph, nodes) = sample.build();
        let place: BTreeMap<Node, u32> = nodes.iter().enumerate().map(|(item, node)| (*node, item as u32)).collect();
        let roots = [root, 5];
        let failed = roots.map(|root| nodes[root as usize]);
        let expected = sample.steps(&roots);
        let found = impact(&graph, &failed).unwrap();
        let ours: BTreeMap<_, _> = found.down.iter().map(|down| (place[&down.node], down.steps)).collect();
        prop_assert_eq!(&ours, &expected);
        let nearest: Vec<_> = found.down.iter().map(|down| down.node).collect();
        prop_assert_eq!(brought_down(&graph, &failed).unwrap(), nearest);
        prop_assert!(found.down.windows(2).all(|pair| pair[0].steps <= pair[1].steps));
        for down in &found.down {
            reason_holds(&sample, &graph, &place, &ours, *down);
        }
        let other = plain(&sample);
        for (direction, turned) in [(Direction::NeededBy, true), (Direction::Needs, false)] {
            let start = if turned { root } else { sample.items - 1 };
            let mut edges = other.clone();
            if turned {
                edges.reverse();
            }
            let steps: BTreeMap<_, _> = dijkstra(&edges, NodeIndex::new(start as usize), None, |_| 1_u32)
                .into_iter()
                .map(|(node, step)| (node.index() as u32, step))
                .collect();
            let walk = Walk::all(direction);
            let reached = reach(&graph, &[nodes[start as usize]], walk).unwrap();
            let ours: BTreeMap<_, _> = reached.with_steps().map(|(node, step)| (place[&node], step)).collect();
            prop_assert_eq!(ours.len(), reached.nodes.len());
            prop_assert_eq!(ours, steps);
        }
    }
}

/// What brought an item down went down just before it, and was enough to.
fn reason_holds(
    sample: &Sample,
    graph: &Graph,
    place: &BTreeMap<Node, u32>,
    steps: &BTreeMap<u32, u32>,
    down: topology::impact::Down,
) {
    let before = |node: Node| assert_eq!(steps[&place[&node]] + 1, down.steps);
    match down.cause {
        Cause::Failed => assert_eq!(down.steps, 0),
        Cause::Need(need) => {
            before(need);
            assert!(links(graph, down.node, need).contains(&Link::Hard));
        }
        Cause::Group(group, member) => {
            before(member);
            let group: &Group = &sample.groups[group.0 as usize];
            assert_eq!(group.owner, place[&down.node]);
            assert!(group.members.iter().any(|one| one.node == place[&member]));
            let is_up = |node: u32| steps.get(&node).is_none_or(|step| *step >= down.steps);
            assert!(!is_met(group, is_up), "the group is missed by then");
            let was_up = |node: u32| steps.get(&node).is_none_or(|step| step + 1 >= down.steps);
            assert!(is_met(group, was_up), "and was not a step before");
        }
        Cause::Unmet(_) => panic!("every group can be met here"),
    }
}

/// When each item has recovered, by the rule alone, and which hold each other up.
fn recovered(sample: &Sample, own: &[Option<u32>]) -> (BTreeMap<u32, Option<u64>>, Vec<BTreeSet<u32>>) {
    let mut rule = Rule { sample, own, circles: Vec::new() };
    while rule.join() {}
    let mut times: BTreeMap<u32, Option<u64>> = (0..sample.items).map(|item| (item, None)).collect();
    // From never on, sooner and sooner, until nothing changes.
    loop {
        let next = times.keys().map(|item| (*item, rule.time(*item, &times))).collect();
        if next == times {
            rule.circles.sort();
            return (times, rule.circles);
        }
        times = next;
    }
}

struct Rule<'a> {
    sample: &'a Sample,
    own: &'a [Option<u32>],
    circles: Vec<BTreeSet<u32>>,
}

impl Rule<'_> {
    /// What an item recovers together with.
    fn together(&self, item: u32) -> BTreeSet<u32> {
        let circle = self.circles.iter().find(|circle| circle.contains(&item));
        circle.cloned().unwrap_or_else(|| BTreeSet::from([item]))
    }

    /// When an item is up, if others are at these times.
    fn time(&self, item: u32, times: &BTreeMap<u32, Option<u64>>) -> Option<u64> {
        let together = self.together(item);
        let time = |need: u32| if together.contains(&need) { Some(0) } else { times[&need] };
        let hard =
            self.sample.hard.iter().filter(|(from, _)| together.contains(from)).map(|(_, to)| time(*to));
        let groups = self.sample.groups.iter().filter(|group| together.contains(&group.owner)).map(|group| {
            let is_up = |node: u32, moment: u64| time(node).is_some_and(|time| time <= moment);
            let moments = group.members.iter().filter_map(|member| time(member.node)).chain([0]);
            moments.filter(|moment| is_met(group, |node| is_up(node, *moment))).min()
        });
        let longest = hard.chain(groups).try_fold(0, |longest, wait| Some(longest.max(wait?)))?;
        Some(
            longest
                + together.iter().map(|item| u64::from(self.own[*item as usize].unwrap_or(0))).sum::<u64>(),
        )
    }

    /// Joins those that hold each other up and wait for nothing else that does not come up by itself; whether there
    /// were any.
    fn join(&mut self) -> bool {
        let mut times: BTreeMap<u32, Option<u64>> = (0..self.sample.items).map(|item| (item, None)).collect();
        loop {
            let next = times.keys().map(|item| (*item, self.time(*item, &times).map(|_| 0))).collect();
            if next == times {
                break;
            }
            times = next;
        }
        let never = self.sample.down(&[]);
        let is_left = |item: u32| times[&item].is_none() && !never.contains(&item);
        let first = |item: u32| *self.together(item).first().unwrap();
        let mut edges = self.sample.hard.clone();
        for group in &self.sample.groups {
            let together = self.together(group.owner);
            if !is_met(group, |node| together.contains(&node) || times[&node].is_some()) {
                edges.extend(group.members.iter().map(|member| (group.owner, member.node)));
            }
        }
        edges.retain(|(from, to)| is_left(*from) && is_left(*to));
        let edges: Vec<_> = edges.into_iter().map(|(from, to)| (first(from), first(to))).collect();
        let mut joined = Vec::new();
        for set in tarjan_scc(&DiGraph::<(), ()>::from_edges(edges.iter().copied())) {
            let set: BTreeSet<u32> = set.into_iter().map(|node| node.index() as u32).collect();
            let is_last = edges.iter().all(|(from, to)| !set.contains(from) || set.contains(to));
            if set.len() > 1 && is_last {
                joined.push(set.iter().flat_map(|item| self.together(*item)).collect::<BTreeSet<u32>>());
            }
        }
        self.circles.retain(|circle| joined.iter().all(|set| set.is_disjoint(circle)));
        self.circles.extend(joined.iter().cloned());
        !joined.is_empty()
    }
}

/// Work on an item begins only when enough of all it needs is up, save within a circle whose items hold each other up.
fn starts_after_what_it_needs(graph: &Graph, found: &Recoveries, order: &Schedule) {
    let ends: BTreeMap<Node, u64> = order.steps.iter().map(|step| (step.node, step.end)).collect();
    for step in &order.steps {
        let together = found.together(step.node);
        let is_up =
            |node: &Node| together.contains(node) || ends.get(node).is_some_and(|end| *end <= step.start);
        assert!(graph.hard_needs(step.node).all(|need| is_up(&need)), "{step:?} of {order:?}");
        for group in graph.groups_of(step.node) {
            let members = graph.members(group).zip(graph.capacities(group));
            let lost: u32 = members.filter(|(node, _)| !is_up(node)).map(|(_, capacity)| capacity).sum();
            assert!(graph.slack(group).is_some_and(|slack| lost <= slack), "{step:?} of {order:?}");
        }
    }
}

/// A walk of one step meets what the edges say, however the graph came about, and circles are as `components` has them.
fn steps_are_those_of_the_edges(graph: &Graph) {
    let one = |direction| Walk { direction, depth: Some(1), soft: false };
    let sorted = |nodes: Vec<Node>| nodes.into_iter().collect::<BTreeSet<_>>();
    for node in graph.nodes() {
        let members = graph.groups_of(node).flat_map(|group| graph.members(group).collect::<Vec<_>>());
        let below = sorted(graph.hard_needs(node).chain(members).chain([node]).collect());
        assert_eq!(sorted(reach(graph, &[node], one(Direction::Needs)).unwrap().nodes), below);
        let owners = graph.memberships(node).filter_map(|group| graph.owner(group));
        let above = sorted(graph.hard_needed_by(node).chain(owners).chain([node]).collect());
        assert_eq!(sorted(reach(graph, &[node], one(Direction::NeededBy)).unwrap().nodes), above);
    }
    let found = components(graph);
    for node in graph.nodes() {
        let needs = sorted(reach(graph, &[node], Walk::all(Direction::Needs)).unwrap().nodes);
        let needing = sorted(reach(graph, &[node], Walk::all(Direction::NeededBy)).unwrap().nodes);
        let circle: BTreeSet<Node> = needs.intersection(&needing).copied().collect();
        assert_eq!(sorted(found.members(found.of(node)).to_vec()), circle);
    }
}
