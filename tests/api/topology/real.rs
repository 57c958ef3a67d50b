//! Graphs of real systems: who calls whom in four published applications, and backbones of the Internet. They come in by
//! our own files, and every answer is held to what brute force and another library say.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    io::Read as _,
    path::Path,
};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use support::{Engine, TestApp, on_both_engines};

use super::oracle::{Seeded, World, ids};

/// The rows of a published table by the names of its columns.
fn table(path: &str) -> Vec<HashMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    let bytes = fs::read(&path).unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display()));
    let mut text = String::new();
    if path.extension().is_some_and(|ending| ending == "gz") {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells = line.split(',').zip(&names).map(|(cell, name)| ((*name).to_owned(), cell.to_owned()));
        cells.collect()
    };
    lines.map(row).collect()
}

/// Whether a service of an application keeps data.
fn keeps_data(name: &str) -> bool {
    ["mongo", "redis", "mysql", "memcached", "-db", "rabbitmq"].iter().any(|word| name.contains(word))
}

/// A published application under a name of its own; who calls a store of data stores there.
fn application(world: &mut World, prefix: &str, file: &str, evidence: &'static str) {
    let first = world.edges.len();
    for row in table(&format!("dependency-graphs/{file}")) {
        let app = row.get("app").map_or(String::new(), |app| format!("{app}/"));
        let name = |end: &str| format!("{prefix}/{app}{end}");
        let from = world.item("SERVICE", &name(&row["service"]));
        let to = world.item("SERVICE", &name(&row["depends_on"]));
        world.needs(from, to, if keeps_data(&row["depends_on"]) { "STORES_ON" } else { "USES" });
    }
    for (number, edge) in world.edges[first..].iter_mut().enumerate() {
        edge.evidence = evidence;
        edge.last_seen_on = if number % 5 == 0 { "2026-01-01" } else { "2026-06-20" };
        edge.confidence = if number % 7 == 0 { "0.3" } else { "0.9" };
    }
}

/// All four, as they are or loosened.
fn applications(seed: Option<u64>) -> World {
    let mut world = World::default();
    application(&mut world, "tt", "train_ticket_edges.csv", "DECLARED");
    application(&mut world, "ob", "online_boutique_edges.csv", "DECLARED");
    application(&mut world, "ds", "deathstarbench_compose_edges.csv", "DECLARED");
    application(&mut world, "sn", "deathstarbench_socialnetwork_trace_edges.csv", "OBSERVED");
    assert!(world.edges.len() > 120 && world.items.len() > 80, "{}", world.edges.len());
    if let Some(seed) = seed {
        world.loosen(seed);
        assert!(!world.required.is_empty() && world.edges.iter().any(|edge| edge.is_soft));
    }
    world
}

/// Networks of the Topology Zoo: a link needs both its ends, and a point of presence one of its links.
fn backbones(names: &[&str]) -> World {
    let mut world = World::default();
    for (number, row) in table("topology-zoo/edges.csv.gz").iter().enumerate() {
        let network = row["network"].as_str();
        if !names.contains(&network) || row["a"] == row["b"] {
            continue;
        }
        let [one, other] = ["a", "b"].map(|end| world.item("SITE", &format!("{network}-{}", row[end])));
        let link = world.item("SERVICE", &format!("{network} link {number}"));
        for end in [one, other] {
            world.needs(link, end, "CONNECTS_VIA");
            world.needs(end, link, "CONNECTS_VIA");
            world.required.insert(end, 1);
        }
    }
    let required = &world.required;
    world.edges.iter_mut().for_each(|edge| edge.is_in_group = required.contains_key(&edge.from));
    world
}

/// A world that was imported, with the ids of its items.
struct Asked<'a> {
    app: &'a TestApp,
    world: &'a World,
    ids: HashMap<String, String>,
}

impl<'a> Asked<'a> {
    async fn of(app: &'a TestApp, world: &'a World) -> Self {
        world.import(app).await;
        Self { app, world, ids: ids(app).await }
    }

    fn id(&self, item: usize) -> &str {
        &self.ids[&self.world.items[item].name]
    }

    /// What fails with some items, and that every chain of it is made of edges that are there.
    async fn holds_impact(&self, failed: &[usize]) {
        let of: Vec<&str> = failed.iter().map(|item| self.id(*item)).collect();
        let text = "query($of: [ID!]!) { impact(of: $of) { affected(first: 1000) { totalCount nodes {
            item { name } status steps reason { item { name } link } } } } }";
        let found =
            self.app.viewer().query_with(text, json!({ "of": of })).await["impact"]["affected"].clone();
        let rows = found["nodes"].as_array().unwrap();
        let expected = self.world.outcome(failed);
        let said: BTreeMap<&str, &str> = rows
            .iter()
            .map(|row| (row["item"]["name"].as_str().unwrap(), row["status"].as_str().unwrap()))
            .collect();
        if expected.len() > 1_000 {
            assert_eq!(found["totalCount"], expected.len());
            assert!(said.iter().all(|(name, status)| expected[name] == *status));
        } else {
            assert_eq!(said, expected, "when {failed:?} fail");
        }
        for row in rows {
            let chain: Vec<usize> = row["reason"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| self.world.number(step["item"]["name"].as_str().unwrap()))
                .collect();
            assert_eq!(chain.len() as u64, row["steps"].as_u64().unwrap() + 1, "{row}");
            assert!(failed.contains(chain.last().unwrap()), "{row}");
            for pair in chain.windows(2) {
                assert!(
                    self.world.edges.iter().any(|edge| (edge.from, edge.to) == (pair[0], pair[1])),
                    "{row}"
                );
            }
        }
    }

    /// What an item needs, at its least number of steps.
    async fn holds_requirements(&self, graph: &petgraph::graph::DiGraph<(), ()>, of: usize) {
        let text = format!(
            "{{ requirements(of: \"{}\") {{ totalCount deepest isCut items(first: 1000) {{ item {{ name }} steps }} }} }}",
            self.id(of)
        );
        let found = self.app.viewer().query(&text).await["requirements"].clone();
        let expected = self.world.steps(graph, of);
        let said: BTreeMap<&str, u64> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["item"]["name"].as_str().unwrap(), row["steps"].as_u64().unwrap()))
            .collect();
        assert_eq!((&found["totalCount"], &found["isCut"]), (&json!(expected.len()), &json!(false)));
        assert_eq!(found["deepest"], json!(expected.values().max().copied().unwrap_or(0)));
        if expected.len() > 1_000 {
            assert!(said.iter().all(|(name, steps)| expected[name] == *steps));
        } else {
            assert_eq!(said, expected, "{}", self.world.items[of].name);
        }
    }

    /// The shortest ways between two items.
    async fn holds_ways(&self, graph: &petgraph::graph::DiGraph<(), ()>, from: usize, to: usize) {
        let text = format!(
            "{{ dependencyPath(from: \"{}\", to: \"{}\", all: true, limit: 3) {{ isNeeded length count
                ways {{ steps {{ item {{ name }} }} }} }} }}",
            self.id(from),
            self.id(to)
        );
        let found = self.app.viewer().query(&text).await["dependencyPath"].clone();
        let expected = self.world.ways(graph, from, to);
        let length = expected.map(|(length, _)| length);
        assert_eq!(
            (&found["isNeeded"], &found["length"]),
            (&json!(length.is_some()), &json!(length)),
            "{text}"
        );
        assert_eq!(found["count"], json!(expected.map_or(0, |(_, count)| count)), "{text}");
        for way in found["ways"].as_array().unwrap() {
            assert_eq!(way["steps"].as_array().map(Vec::len), length.map(|length| length as usize + 1));
        }
    }

    /// What brings services down alone, of these or of all.
    async fn holds_single_points(&self, only: Option<&[usize]>) {
        const FIELDS: &str = "services { service { name } isNeverUp points(first: 150) { item { name } } }";
        let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut note = |answer: &Value| {
            for row in answer["singlePointsOfFailure"]["services"].as_array().unwrap() {
                assert_eq!(row["isNeverUp"], false);
                let points = row["points"].as_array().unwrap().iter();
                let points = points.map(|point| point["item"]["name"].as_str().unwrap().to_owned());
                said.insert(row["service"]["name"].as_str().unwrap().to_owned(), points.collect());
            }
        };
        let viewer = self.app.viewer();
        match only {
            None => {
                note(&viewer.query(&format!("{{ singlePointsOfFailure(first: 100) {{ {FIELDS} }} }}")).await);
            }
            Some(some) => {
                for service in some {
                    let id = self.id(*service);
                    let text =
                        format!("{{ singlePointsOfFailure(service: \"{id}\", first: 1) {{ {FIELDS} }} }}");
                    note(&viewer.query(&text).await);
                }
            }
        }
        let all: Vec<usize> =
            (0..self.world.items.len()).filter(|item| self.world.items[*item].sort == "SERVICE").collect();
        for service in only.unwrap_or(&all) {
            let found = said.remove(&self.world.items[*service].name).unwrap_or_default();
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            assert_eq!(found, self.world.single_points(*service), "{}", self.world.items[*service].name);
        }
        assert_eq!(said, BTreeMap::new(), "services that were not asked about");
    }

    /// What moves together, and in which order.
    async fn holds_moves(&self, hub_degree: usize) {
        let text = format!(
            "{{ moveGroups(asOf: \"2026-07-01\", hubDegree: {hub_degree}) {{ count groups(first: 120) {{ number
                members(first: 100) {{ name }} stretchedCount }} hubs(first: 100) {{ service {{ name }} degree }}
                stages(first: 120) {{ wave groups isCircle }} }} }}"
        );
        let found = self.app.viewer().query(&text).await["moveGroups"].clone();
        let hubs = self.world.hubs(hub_degree);
        let named: BTreeSet<&str> = hubs.iter().map(|hub| self.world.items[*hub].name.as_str()).collect();
        let said: BTreeSet<&str> = found["hubs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hub| hub["service"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(said, named);
        let mut group_of: BTreeMap<&str, usize> = BTreeMap::new();
        let mut groups = BTreeSet::new();
        for row in found["groups"].as_array().unwrap() {
            let number = row["number"].as_u64().unwrap() as usize - 1;
            let members: BTreeSet<&str> = row["members"]
                .as_array()
                .unwrap()
                .iter()
                .map(|member| member["name"].as_str().unwrap())
                .collect();
            group_of.extend(members.iter().map(|member| (*member, number)));
            let leads_out = self.world.edges.iter().filter(|edge| {
                let [from, to] =
                    [edge.from, edge.to].map(|end| members.contains(self.world.items[end].name.as_str()));
                from != to
            });
            assert_eq!(row["stretchedCount"], leads_out.count(), "{members:?}");
            groups.insert(members);
        }
        assert_eq!(groups, self.world.move_groups(&hubs));
        let stages = found["stages"].as_array().unwrap();
        assert_eq!(stages.len(), self.world.stages(&group_of, groups.len()));
        let mut place: HashMap<usize, usize> = HashMap::new();
        for (number, stage) in stages.iter().enumerate() {
            let members = stage["groups"].as_array().unwrap();
            assert_eq!(stage["isCircle"], members.len() > 1);
            place.extend(members.iter().map(|group| (group.as_u64().unwrap() as usize - 1, number)));
        }
        for edge in &self.world.edges {
            let [from, to] =
                [edge.from, edge.to].map(|end| group_of.get(self.world.items[end].name.as_str()));
            if let (Some(from), Some(to)) = (from, to) {
                let (from, to) = (place[from], place[to]);
                assert!(to <= from, "what is needed moves first");
                let wave = |stage: usize| stages[stage]["wave"].as_u64().unwrap();
                assert!(from == to || wave(to) < wave(from));
            }
        }
    }

    /// How many records break which rule.
    async fn holds_quality(&self) {
        let text = "{ graphQuality(asOf: \"2026-07-01\") { dependencies affectedDependencies
            findings { kind count dependencies } } }";
        let found = self.app.viewer().query(text).await["graphQuality"].clone();
        let edges = &self.world.edges;
        let count = |is: &dyn Fn(&super::oracle::Edge) -> bool| edges.iter().filter(|edge| is(edge)).count();
        let stale = |edge: &super::oracle::Edge| edge.last_seen_on == "2026-01-01";
        let doubtful = |edge: &super::oracle::Edge| edge.confidence == "0.3";
        let observed = |edge: &super::oracle::Edge| edge.evidence == "OBSERVED";
        let services = self.world.items.iter().filter(|item| item.sort == "SERVICE").count();
        let expected = [
            ("SELF_EDGE", 0, 0),
            ("DUPLICATE", 0, 0),
            ("RETIRED_END", 0, 0),
            ("STALE", count(&stale), count(&stale)),
            ("ORPHAN", 0, 0),
            ("WITHOUT_INFRASTRUCTURE", services, 0),
            ("UNMEETABLE_GROUP", 0, 0),
            ("LOW_CONFIDENCE", count(&doubtful), count(&doubtful)),
            ("ONLY_OBSERVED", count(&observed), count(&observed)),
        ];
        for (kind, records, resting) in expected {
            let findings = found["findings"].as_array().unwrap();
            let finding = findings.iter().find(|finding| finding["kind"] == kind).unwrap();
            assert_eq!(
                (&finding["count"], &finding["dependencies"]),
                (&json!(records), &json!(resting)),
                "{kind}"
            );
        }
        let affected = count(&|edge| stale(edge) || doubtful(edge) || observed(edge));
        assert_eq!(
            (&found["dependencies"], &found["affectedDependencies"]),
            (&json!(edges.len()), &json!(affected))
        );
    }
}

/// Every item on the one engine, and every fourth on the other: what is asked is worked out in memory.
fn every(app: &TestApp, count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(if app.engine() == Engine::Sqlite { 1 } else { 4 })
}

#[test]
fn calls_of_real_applications_are_answered_as_brute_force_does() {
    on_both_engines(async |app| {
        let world = applications(None);
        let asked = Asked::of(app, &world).await;
        let graph = world.graph();
        for item in every(app, world.items.len()) {
            asked.holds_impact(&[item]).await;
            asked.holds_requirements(&graph, item).await;
        }
        let mut seeded = Seeded::of(1);
        for _ in 0..60 {
            let [from, to] = [0, 1].map(|_| seeded.below(world.items.len()));
            asked.holds_ways(&graph, from, to).await;
        }
        asked.holds_single_points(None).await;
        for hub_degree in [20, 8] {
            asked.holds_moves(hub_degree).await;
        }
        asked.holds_quality().await;
    });
}

#[test]
fn redundant_and_soft_calls_are_answered_as_brute_force_does() {
    on_both_engines(async |app| {
        let world = applications(Some(7));
        let asked = Asked::of(app, &world).await;
        let mut seeded = Seeded::of(2);
        for item in every(app, world.items.len()) {
            asked.holds_impact(&[item]).await;
        }
        for _ in 0..30 {
            let failed: BTreeSet<usize> = (0..4).map(|_| seeded.below(world.items.len())).collect();
            asked.holds_impact(&failed.into_iter().collect::<Vec<_>>()).await;
        }
        asked.holds_single_points(None).await;
        let some: Vec<usize> = (0..10).map(|_| seeded.below(world.items.len())).collect();
        asked.holds_single_points(Some(&some)).await;
        asked.holds_moves(20).await;
        asked.holds_quality().await;
    });
}

#[test]
fn small_backbones_are_answered_as_brute_force_does() {
    on_both_engines(async |app| {
        let world = backbones(&["Abilene", "Aarnet"]);
        assert!(world.items.len() > 60, "{}", world.items.len());
        let asked = Asked::of(app, &world).await;
        let graph = world.graph();
        for item in every(app, world.items.len()) {
            asked.holds_impact(&[item]).await;
            asked.holds_requirements(&graph, item).await;
        }
        let mut seeded = Seeded::of(3);
        for _ in 0..40 {
            let failed: BTreeSet<usize> = (0..5).map(|_| seeded.below(world.items.len())).collect();
            asked.holds_impact(&failed.into_iter().collect::<Vec<_>>()).await;
            let [from, to] = [0, 1].map(|_| seeded.below(world.items.len()));
            asked.holds_ways(&graph, from, to).await;
        }
        asked.holds_single_points(None).await;
    });
}

#[test]
fn a_backbone_of_seven_hundred_places_is_answered_as_brute_force_does() {
    on_both_engines(async |app| {
        let world = backbones(&["Kdl"]);
        assert!(world.items.len() > 1_600, "{}", world.items.len());
        let asked = Asked::of(app, &world).await;
        let graph = world.graph();
        let mut seeded = Seeded::of(4);
        let services: Vec<usize> =
            (0..world.items.len()).filter(|item| world.items[*item].sort == "SERVICE").collect();
        for _ in 0..6 {
            let [one, other] = [0, 1].map(|_| seeded.below(world.items.len()));
            asked.holds_impact(&[one]).await;
            asked.holds_impact(&[one, other]).await;
            asked.holds_requirements(&graph, one).await;
            asked.holds_ways(&graph, one, other).await;
        }
        let some: Vec<usize> = (0..4).map(|_| services[seeded.below(services.len())]).collect();
        asked.holds_single_points(Some(&some)).await;
    });
}
