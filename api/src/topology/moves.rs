//! What moves together: services, equipment and workloads that must not be torn apart.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    id::{DependencyId, SiteId},
    inventory::environment::Environment,
    topology::dependency::DependencyKind,
};
use topology::{
    TopologyError,
    groups::{Estate, Tie, move_groups},
    order::order,
};

pub use super::movables::{Facts, Role, Totals};
use super::{
    asked::is_visible,
    items::Thing,
    movables::{self, facts},
    rows::DependencyRow,
    said::{Said, is_need},
};
use crate::{
    access::Caller,
    error::{Error, Result},
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Only what stands at this site, and the services that need it.
    pub site: Option<SiteId>,
    /// Only what is used for this, and the services that need it.
    pub environment: Option<Environment>,
    /// Ties of a service beyond which it is a hub.
    pub hub_degree: u32,
    /// Members of a group beyond which it is shown how to cut it.
    pub largest: u32,
    /// Milliseconds of a latency budget up to which a tie is strong.
    pub latency_milliseconds: i32,
    /// The day from which it is seen.
    pub as_of: NaiveDate,
}

/// Why a tie must not be stretched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// So much is written that the two must not be far apart.
    HeavyWrites,
    /// A round trip may not take long.
    Latency,
    /// They are a cluster.
    Cluster,
    /// The data of the one are on the other.
    Storage,
    /// The one is executed by the other, or is inside it.
    Host,
}

/// A dependency between two things that can move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The record; none where it follows from the inventory.
    pub dependency: Option<DependencyId>,
    /// What needs.
    pub from: Thing,
    /// What is needed.
    pub to: Thing,
    /// Why it must not be stretched; none where it may be.
    pub bond: Option<Bond>,
    /// In what way the one needs the other.
    pub kind: DependencyKind,
    /// Milliseconds that a round trip may take.
    pub latency_milliseconds: Option<i32>,
    /// Data that passes, in billionths of a gigabyte a day.
    pub gigabytes_per_day: Option<entity::money::Rate>,
}

/// A way to cut a group in two.
#[derive(Clone, Debug)]
pub struct GroupCut {
    /// What is cut, in the order of the edges.
    pub edges: Vec<Edge>,
    /// What it weighs.
    pub weight: u64,
    /// The smaller part.
    pub part: Vec<Thing>,
    /// Whether none is cheaper.
    pub is_proven: bool,
}

/// Parts that a group falls into.
#[derive(Clone, Debug)]
pub struct GroupSplit {
    /// What is cut, in the order of the edges.
    pub edges: Vec<Edge>,
    /// What it weighs.
    pub weight: u64,
    /// The parts, the largest first.
    pub parts: Vec<Vec<Thing>>,
}

/// What moves together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its number, from one.
    pub number: u32,
    /// What it is called: its most critical service, or else its most critical member.
    pub name: String,
    /// The members, services first, then by criticality and name.
    pub members: Vec<Thing>,
    /// What they come to.
    pub totals: Totals,
    /// Edges that lead out of it.
    pub stretched: Vec<Edge>,
    /// How to cut it, where it is larger than asked.
    pub cut: Option<GroupCut>,
    /// How it falls into parts that are not.
    pub split: Option<GroupSplit>,
}

/// A service that everything uses.
#[derive(Clone, Debug)]
pub struct Hub {
    /// The service.
    pub thing: Thing,
    /// How many ties it has.
    pub degree: u32,
    /// Whether it is on record as shared; otherwise it has too many ties.
    pub is_declared: bool,
}

/// Groups that can move at the same time.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Stages that must have been reached before.
    pub wave: u32,
    /// The groups by number: one, or several that need each other in a circle.
    pub groups: Vec<u32>,
}

/// All groups, and in which order they move.
#[derive(Clone, Debug)]
pub struct Moves {
    /// The groups, largest first.
    pub groups: Vec<Group>,
    /// What is in none of them because everything uses it, in scope or where an edge leads that leads out of a group.
    pub hubs: Vec<Hub>,
    /// What moves first comes first.
    pub stages: Vec<Stage>,
    /// Edges that count.
    pub edges: usize,
    /// Those of them that must not be stretched.
    pub strong: usize,
    /// The records of all edges that begin or end in scope; none for one that follows from the inventory.
    pub records: Vec<Option<DependencyId>>,
    /// What everything is called.
    pub said: Said,
}

/// What moves together, and in which order.
///
/// # Errors
/// `Invalid` for sizes of zero and a latency below zero.
pub fn moves(said: Said, asked: Asked) -> Result<Moves> {
    check(&asked)?;
    let facts = facts(&said);
    let edges = edges(&said, &facts, &asked);
    let scope = movables::scope(&said, &facts, &edges, (asked.site, asked.environment));
    let places: HashMap<Thing, u32> = (0..).zip(&scope).map(|(place, thing)| (*thing, place)).collect();
    let all_hubs = Hubs::of(&edges, &facts, asked.hub_degree);
    let mut hubs = all_hubs.among(scope.iter().copied());
    // Edges with both ends in scope are ties; others lead out of a group for certain.
    let inner: Vec<Edge> = edges
        .iter()
        .filter(|edge| places.contains_key(&edge.from) && places.contains_key(&edge.to))
        .copied()
        .collect();
    let ties = inner.iter().map(|edge| Tie {
        one: places[&edge.from],
        other: places[&edge.to],
        is_strong: edge.bond.is_some(),
        weight: weight(edge),
    });
    let estate = Estate {
        items: u32::try_from(scope.len()).map_err(Error::internal)?,
        ties: ties.collect(),
        hubs: hubs.iter().map(|hub| places[&hub.thing]).collect(),
        // Degrees of services are looked at above; a host of many machines is no hub.
        hub_degree: Some(u32::MAX),
        largest: Some(asked.largest),
    };
    let found = move_groups(&estate).map_err(refused)?;
    let mut group_of: HashMap<Thing, u32> = HashMap::with_capacity(scope.len());
    let mut groups = Vec::with_capacity(found.groups.len());
    for (number, group) in (1..).zip(found.groups) {
        let things = |members: &[u32]| members.iter().map(|place| scope[*place as usize]).collect::<Vec<_>>();
        let members = sorted(things(&group.members), &said);
        group_of.extend(members.iter().map(|member| (*member, number)));
        let cut = group.cut.map(|cut| GroupCut {
            edges: cut_edges(&inner, &[things(&cut.part)], &members),
            weight: cut.weight,
            part: sorted(things(&cut.part), &said),
            is_proven: cut.is_proven,
        });
        let split = group.split.map(|split| {
            let parts: Vec<Vec<Thing>> = split.parts.iter().map(|part| sorted(things(part), &said)).collect();
            GroupSplit { edges: cut_edges(&inner, &parts, &members), weight: split.weight, parts }
        });
        let stretched = group.stretched.iter().map(|tie| inner[*tie as usize]).collect();
        let totals = Totals::of(&members, &facts, &said);
        groups.push(Group { number, name: name(&members, &said), members, totals, stretched, cut, split });
    }
    hubs.extend(all_hubs.among(lead_out(&mut groups, &edges, &places, &group_of)));
    hubs.sort_by_key(|hub| (std::cmp::Reverse(hub.degree), hub.thing));
    let stages = stages(&inner, &group_of, groups.len())?;
    let strong = inner.iter().filter(|edge| edge.bond.is_some()).count();
    let touches = |edge: &&Edge| places.contains_key(&edge.from) || places.contains_key(&edge.to);
    let records = edges.iter().filter(touches).map(|edge| edge.dependency).collect();
    Ok(Moves { groups, hubs, stages, edges: inner.len(), strong, records, said })
}

/// Refuses a site that is not there, or that the caller may not see.
///
/// # Errors
/// `NotFound`.
pub fn require_site(said: &Said, site: Option<SiteId>, caller: &Caller) -> Result<()> {
    let Some(site) = site else { return Ok(()) };
    let is_there = said.recorded.sites.get(&site).is_some() && is_visible(caller, Thing::Site(site));
    if is_there { Ok(()) } else { Err(Error::not_found("site", site)) }
}

fn check(asked: &Asked) -> Result<()> {
    if asked.latency_milliseconds < 0 {
        let message = format!("{} is below the least, 0", asked.latency_milliseconds);
        return Err(Error::invalid("latencyMilliseconds", message));
    }
    Ok(())
}

/// The dependencies between two things that can move and are there, and what lives in which chassis.
fn edges(said: &Said, facts: &Facts, asked: &Asked) -> Vec<Edge> {
    let can_move = |thing: Thing| facts.role(thing).is_some() && !said.is_retired(thing);
    let rows = said.dependencies().filter_map(|row| {
        let (from, to) = said.ends(row)?;
        (can_move(from) && can_move(to) && from != to).then(|| Edge {
            dependency: Some(row.id),
            from,
            to,
            bond: bond(row, asked.latency_milliseconds),
            kind: row.kind,
            latency_milliseconds: row.detail.latency_budget_milliseconds,
            gigabytes_per_day: row.detail.gigabytes_per_day,
        })
    });
    let mut edges: Vec<Edge> = rows.collect();
    let said_so: HashSet<(Thing, Thing)> =
        edges.iter().filter(|edge| edge.bond.is_some()).map(|edge| (edge.from, edge.to)).collect();
    let inside = said.recorded.assets.values().filter_map(|row| {
        let (from, to) = (Thing::Asset(row.id), Thing::Asset(row.place.parent_id?));
        (can_move(from) && can_move(to) && !said_so.contains(&(from, to))).then_some(Edge {
            dependency: None,
            from,
            to,
            bond: Some(Bond::Host),
            kind: DependencyKind::ContainedIn,
            latency_milliseconds: None,
            gigabytes_per_day: None,
        })
    });
    edges.extend(inside);
    edges
}

/// Why a dependency must not be stretched. Copies and backups are made to be far away.
fn bond(row: &DependencyRow, latency: i32) -> Option<Bond> {
    if !is_need(row.kind) {
        return None;
    }
    if row.is_write_heavy {
        return Some(Bond::HeavyWrites);
    }
    if row.detail.latency_budget_milliseconds.is_some_and(|budget| budget <= latency) {
        return Some(Bond::Latency);
    }
    match row.kind {
        DependencyKind::MemberOf => Some(Bond::Cluster),
        DependencyKind::StoresOn => Some(Bond::Storage),
        DependencyKind::RunsOn | DependencyKind::ContainedIn => Some(Bond::Host),
        _ => None,
    }
}

/// How dear it is to cut: one, and one more for each gigabyte a day; a hundred times that where much is written.
fn weight(edge: &Edge) -> u64 {
    let billionths = edge.gigabytes_per_day.map_or(0, |rate| rate.0.max(0).unsigned_abs());
    let volume = billionths.div_ceil(1_000_000_000).saturating_add(1);
    if edge.bond == Some(Bond::HeavyWrites) { volume.saturating_mul(100) } else { volume }
}

/// Adds the edges that lead out of the scope to the groups that they lead out of, and answers where they lead.
fn lead_out(
    groups: &mut [Group],
    edges: &[Edge],
    scope: &HashMap<Thing, u32>,
    group_of: &HashMap<Thing, u32>,
) -> BTreeSet<Thing> {
    let mut beyond = BTreeSet::new();
    for edge in edges {
        let (one, other) = (group_of.get(&edge.from), group_of.get(&edge.to));
        let outer = [edge.from, edge.to].into_iter().find(|thing| !scope.contains_key(thing));
        if let (Some(number), Some(outer)) = (one.or(other), outer) {
            groups[*number as usize - 1].stretched.push(*edge);
            beyond.insert(outer);
        }
    }
    beyond
}

/// Which services everything uses: by record, or by the number of their ties.
struct Hubs<'a> {
    degrees: HashMap<Thing, u32>,
    facts: &'a Facts,
    most: u32,
}

impl<'a> Hubs<'a> {
    fn of(edges: &[Edge], facts: &'a Facts, most: u32) -> Self {
        let mut degrees: HashMap<Thing, u32> = HashMap::new();
        for thing in edges.iter().flat_map(|edge| [edge.from, edge.to]) {
            *degrees.entry(thing).or_default() += 1;
        }
        Self { degrees, facts, most }
    }

    /// The hubs among some things.
    fn among(&self, things: impl IntoIterator<Item = Thing>) -> Vec<Hub> {
        let services = things.into_iter().filter(|thing| matches!(thing, Thing::Service(_)));
        let hubs = services.map(|thing| {
            let degree = self.degrees.get(&thing).copied().unwrap_or(0);
            Hub { thing, degree, is_declared: self.facts.is_shared(thing) }
        });
        hubs.filter(|hub| hub.is_declared || hub.degree > self.most).collect()
    }
}

/// Services first, then the most critical, then by name.
fn sorted(mut things: Vec<Thing>, said: &Said) -> Vec<Thing> {
    things.sort_by_cached_key(|thing| {
        let tier = said.about(*thing).and_then(|about| about.tier).unwrap_or(i32::MAX);
        (!matches!(thing, Thing::Service(_)), tier, said.name(*thing), *thing)
    });
    things
}

fn name(members: &[Thing], said: &Said) -> String {
    members.first().map_or_else(String::new, |first| said.name(*first))
}

/// The edges within a group that lead from a part of it to another, or to the rest.
fn cut_edges(edges: &[Edge], parts: &[Vec<Thing>], members: &[Thing]) -> Vec<Edge> {
    let mut part_of: HashMap<Thing, usize> = members.iter().map(|member| (*member, 0)).collect();
    for (number, part) in (1..).zip(parts) {
        part_of.extend(part.iter().map(|member| (*member, number)));
    }
    let is_cut = |edge: &&Edge| {
        let ends = part_of.get(&edge.from).zip(part_of.get(&edge.to));
        ends.is_some_and(|(from, to)| from != to)
    };
    edges.iter().filter(is_cut).copied().collect()
}

/// An order in which what a group needs has moved before it.
fn stages(edges: &[Edge], group_of: &HashMap<Thing, u32>, groups: usize) -> Result<Vec<Stage>> {
    let ends = edges.iter().filter(|edge| is_need(edge.kind)).filter_map(|edge| {
        let (from, to) = (*group_of.get(&edge.from)?, *group_of.get(&edge.to)?);
        (from != to).then(|| (from - 1, to - 1))
    });
    let needs: Vec<(u32, u32)> = ends.collect();
    let count = u32::try_from(groups).map_err(Error::internal)?;
    let stages = order(count, &needs).map_err(refused)?;
    let numbered = |groups: Vec<u32>| groups.into_iter().map(|group| group + 1).collect();
    Ok(stages.into_iter().map(|stage| Stage { wave: stage.wave, groups: numbered(stage.groups) }).collect())
}

fn refused(cause: TopologyError) -> Error {
    Error::internal(cause)
}
