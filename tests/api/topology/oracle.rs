//! Graphs as plain lists, what they come to by brute force and by another library, and the files that import them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use api::{
    access::Role,
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Options, apply},
        parse,
    },
};
use petgraph::{
    algo::{dijkstra, tarjan_scc},
    graph::{DiGraph, NodeIndex},
    unionfind::UnionFind,
};
use serde_json::{Value, json};
use support::TestApp;

/// Numbers that are the same on every run.
pub struct Seeded(u64);

impl Seeded {
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most).unwrap()).unwrap()
    }
}

/// Something that needs and is needed.
pub struct Item {
    /// `SERVICE` or `SITE`.
    pub sort: &'static str,
    pub name: String,
}

/// That one item needs another.
#[derive(Clone)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: &'static str,
    pub is_soft: bool,
    pub is_in_group: bool,
    pub evidence: &'static str,
    pub last_seen_on: &'static str,
    pub confidence: &'static str,
}

/// A graph: each item has at most one group, of which so many have to be up.
#[derive(Default)]
pub struct World {
    pub items: Vec<Item>,
    pub edges: Vec<Edge>,
    pub required: BTreeMap<usize, usize>,
    numbers: HashMap<String, usize>,
}

impl World {
    pub fn item(&mut self, sort: &'static str, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.items.push(Item { sort, name: name.to_owned() });
        self.numbers.insert(name.to_owned(), self.items.len() - 1);
        self.items.len() - 1
    }

    pub fn needs(&mut self, from: usize, to: usize, kind: &'static str) {
        let is_known = self.edges.iter().any(|edge| (edge.from, edge.to) == (from, to));
        if from != to && !is_known {
            self.edges.push(Edge {
                from,
                to,
                kind,
                is_soft: false,
                is_in_group: false,
                evidence: "DECLARED",
                last_seen_on: "",
                confidence: "",
            });
        }
    }

    pub fn number(&self, name: &str) -> usize {
        self.numbers[name]
    }

    /// Makes some needs soft, and puts what some items need into a group of which one may fail.
    pub fn loosen(&mut self, seed: u64) {
        let mut seeded = Seeded::of(seed);
        for edge in &mut self.edges {
            edge.is_soft = seeded.below(5) == 0;
        }
        for owner in 0..self.items.len() {
            let mut members: Vec<&mut Edge> =
                self.edges.iter_mut().filter(|edge| edge.from == owner && !edge.is_soft).collect();
            if members.len() >= 2 && seeded.below(2) == 0 {
                self.required.insert(owner, members.len() - 1);
                members.iter_mut().for_each(|edge| edge.is_in_group = true);
            }
        }
    }

    /// The files of our own import.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let mut services = "name,kind\n".to_owned();
        let mut sites = "code,name,kind,time_zone\n".to_owned();
        for item in &self.items {
            match item.sort {
                "SITE" => sites += &format!("{0},{0},COLOCATION,UTC\n", item.name),
                _ => services += &format!("{},APPLICATION\n", item.name),
            }
        }
        let mut groups = "owner_kind,owner,name,required_count\n".to_owned();
        for (owner, count) in &self.required {
            let item = &self.items[*owner];
            groups += &format!("{},{},some,{count}\n", item.sort, item.name);
        }
        let mut edges = "from_kind,from,to_kind,to,kind,hardness,redundancy_group,evidence,last_seen_on,\
             confidence\n"
            .to_owned();
        for edge in &self.edges {
            let (from, to) = (&self.items[edge.from], &self.items[edge.to]);
            edges += &format!(
                "{},{},{},{},{},{},{},{},{},{}\n",
                from.sort,
                from.name,
                to.sort,
                to.name,
                edge.kind,
                if edge.is_soft { "SOFT" } else { "HARD" },
                if edge.is_in_group { "some" } else { "" },
                edge.evidence,
                edge.last_seen_on,
                edge.confidence,
            );
        }
        let files = [
            ("sites.csv", sites),
            ("services.csv", services),
            ("redundancy_groups.csv", groups),
            ("dependencies.csv", edges),
        ];
        files.into_iter().filter(|(_, text)| text.lines().count() > 1).collect()
    }

    pub async fn import(&self, app: &TestApp) {
        let source =
            |(name, text): (&str, String)| Source { name: name.to_owned(), bytes: text.into_bytes() };
        let sources: Vec<Source> = self.files().into_iter().map(source).collect();
        let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
        let caller = app.caller(Role::Director);
        let report = apply(app.store(), &caller, parsed, Options::default()).await.unwrap();
        let errors: Vec<String> = report.problems_of(Severity::Error).map(ToString::to_string).collect();
        assert_eq!(errors, [""; 0]);
        let made: usize = report.nouns.iter().map(|noun| noun.created).sum();
        assert_eq!(made, self.items.len() + self.edges.len() + self.required.len());
    }

    /// What is down when these fail: from all up, whatever lacks something goes down, until nothing changes.
    pub fn fallen(&self, failed: &[usize]) -> Vec<bool> {
        let mut down = vec![false; self.items.len()];
        failed.iter().for_each(|item| down[*item] = true);
        loop {
            let mut left: BTreeMap<usize, usize> = self.required.keys().map(|owner| (*owner, 0)).collect();
            let mut next = down.clone();
            for edge in self.edges.iter().filter(|edge| !edge.is_soft) {
                match left.get_mut(&edge.from).filter(|_| edge.is_in_group) {
                    Some(up) => *up += usize::from(!down[edge.to]),
                    None if down[edge.to] => next[edge.from] = true,
                    None => {}
                }
            }
            for (owner, up) in left {
                next[owner] |= up < self.required[&owner];
            }
            if next == down {
                return down;
            }
            down = next;
        }
    }

    /// What becomes of everything that is affected when these fail.
    pub fn outcome(&self, failed: &[usize]) -> BTreeMap<&str, &'static str> {
        let down = self.fallen(failed);
        let mut found = BTreeMap::new();
        for edge in self.edges.iter().filter(|edge| down[edge.to] && !down[edge.from]) {
            let word = if edge.is_soft { "DEGRADED" } else { "AT_RISK" };
            let worst = found.entry(self.items[edge.from].name.as_str()).or_insert(word);
            if word == "DEGRADED" {
                *worst = word;
            }
        }
        found.extend(
            down.iter()
                .zip(&self.items)
                .filter(|(down, _)| **down)
                .map(|(_, item)| (item.name.as_str(), "DOWN")),
        );
        found
    }

    /// What brings an item down alone.
    pub fn single_points(&self, of: usize) -> BTreeSet<&str> {
        let brings_down = |other: &usize| *other != of && self.fallen(&[*other])[of];
        (0..self.items.len()).filter(brings_down).map(|other| self.items[other].name.as_str()).collect()
    }

    /// The graph of another library.
    pub fn graph(&self) -> DiGraph<(), ()> {
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = self.items.iter().map(|_| graph.add_node(())).collect();
        for edge in &self.edges {
            graph.add_edge(nodes[edge.from], nodes[edge.to], ());
        }
        graph
    }

    /// What an item needs, with the least number of steps; itself left out.
    pub fn steps(&self, graph: &DiGraph<(), ()>, from: usize) -> BTreeMap<&str, u64> {
        let found = dijkstra(graph, NodeIndex::new(from), None, |_| 1_u64);
        let found = found.into_iter().filter(|(node, _)| node.index() != from);
        found.map(|(node, steps)| (self.items[node.index()].name.as_str(), steps)).collect()
    }

    /// The length of the shortest way, and how many ways are as short.
    pub fn ways(&self, graph: &DiGraph<(), ()>, from: usize, to: usize) -> Option<(u64, u64)> {
        let steps = dijkstra(graph, NodeIndex::new(from), None, |_| 1_u64);
        let length = *steps.get(&NodeIndex::new(to))?;
        let mut order: Vec<_> = steps.iter().map(|(node, steps)| (*steps, *node)).collect();
        order.sort();
        let mut counts: HashMap<NodeIndex, u64> = HashMap::from([(NodeIndex::new(from), 1)]);
        for (far, node) in order {
            let ways = counts.get(&node).copied().unwrap_or(0);
            for next in graph.neighbors(node).filter(|next| steps[next] == far + 1) {
                let count = counts.entry(next).or_default();
                *count = count.saturating_add(ways);
            }
        }
        Some((length, counts[&NodeIndex::new(to)]))
    }

    /// The services that everything uses.
    pub fn hubs(&self, most: usize) -> BTreeSet<usize> {
        let degree =
            |item: usize| self.edges.iter().filter(|edge| edge.from == item || edge.to == item).count();
        (0..self.items.len()).filter(|item| degree(*item) > most).collect()
    }

    /// What moves together: what strong ties join, hubs left out.
    pub fn move_groups(&self, hubs: &BTreeSet<usize>) -> BTreeSet<BTreeSet<&str>> {
        let mut union = UnionFind::new(self.items.len());
        for edge in
            self.edges.iter().filter(|edge| matches!(edge.kind, "STORES_ON" | "RUNS_ON" | "MEMBER_OF"))
        {
            if !hubs.contains(&edge.from) && !hubs.contains(&edge.to) {
                union.union(edge.from, edge.to);
            }
        }
        let mut groups: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for item in (0..self.items.len()).filter(|item| !hubs.contains(item)) {
            groups.entry(union.find(item)).or_default().insert(&self.items[item].name);
        }
        groups.into_values().collect()
    }

    /// How many stages groups make: one for each circle of them, and for each that is in none.
    pub fn stages(&self, groups: &BTreeMap<&str, usize>, count: usize) -> usize {
        let mut graph = DiGraph::<(), ()>::new();
        let nodes: Vec<NodeIndex> = (0..count).map(|_| graph.add_node(())).collect();
        for edge in &self.edges {
            let of = |item: usize| groups.get(self.items[item].name.as_str());
            if let (Some(from), Some(to)) = (of(edge.from), of(edge.to)) {
                graph.add_edge(nodes[*from], nodes[*to], ());
            }
        }
        tarjan_scc(&graph).len()
    }
}

/// Ids by name.
pub async fn ids(app: &TestApp) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for (list, name) in [("services", "name"), ("sites", "code")] {
        let mut after = Value::Null;
        loop {
            let text = format!(
                "query($after: String) {{ {list}(first: 1000, after: $after) {{ nodes {{ id {name} }}
                    pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let page = app.director().query_with(&text, json!({ "after": after })).await[list].clone();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            for node in page["nodes"].as_array().unwrap() {
                found.insert(text(&node[name]), text(&node["id"]));
            }
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
    found
}
