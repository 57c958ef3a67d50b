//! What one thing needs, as the graph has it: what was said of it, and what follows from where it is.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use entity::{
    id::{ConfigurationItemId, DependencyId, RedundancyGroupId},
    money::Rate,
    topology::{
        dependency::{DependencyKind, Hardness},
        redundancy_group,
    },
};
use topology::graph::{Group, Member, Threshold};

use super::{derived::Frame, graph::Options, items::Thing, recorded::Recorded, rows::DependencyRow};

/// Billionths, in which capacities are kept, in a thousandth, in which groups are reckoned.
const BILLIONTHS_OF_A_THOUSANDTH: u64 = 1_000_000;

/// A group of the graph as people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGroup {
    /// Its name.
    pub name: Arc<str>,
    /// The record; none where it follows from power feeds or contracts.
    pub id: Option<RedundancyGroupId>,
    /// What needs it.
    pub owner: Thing,
    /// How many members have to be up; none where their capacity counts.
    pub required_count: Option<u32>,
    /// What capacity has to be up; none where members are counted.
    pub required_capacity: Option<Rate>,
    /// The unit of the capacities.
    pub unit: Option<String>,
}

/// How a thing needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It is down without it.
    Hard,
    /// It is degraded without it.
    Soft,
    /// It is a member of a group, by its place among those of the thing.
    Group(usize),
}

/// One need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What is needed.
    pub to: Thing,
    /// How.
    pub tie: Tie,
    /// In what way.
    pub kind: DependencyKind,
    /// The record; none where it follows from inventory or contracts.
    pub dependency: Option<DependencyId>,
}

/// A group that a thing needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededGroup {
    /// As people know it.
    pub named: NamedGroup,
    /// The members with their capacities, in billionths.
    pub members: BTreeMap<Thing, u64>,
}

/// What one thing needs. Nothing where it is retired, but that what it would need is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// What it needs, each as often as it was said or follows.
    pub needs: Vec<Need>,
    /// Its groups; those of which nothing was ever said to be a member are none yet.
    pub groups: Vec<NeededGroup>,
    /// Needs that are left out, for one of the two is retired.
    pub left_out: u64,
}

/// What is reckoned with while the needs of a thing are collected.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What is on record.
    pub recorded: &'a Recorded,
    /// What many things need for the same reason.
    pub frame: &'a Frame,
    /// Which graph is asked for.
    pub options: Options,
}

impl Outgoing {
    /// What a thing needs. `is_live` tells what is part of the graph.
    pub fn of(source: Source<'_>, thing: Thing, is_live: impl Fn(Thing) -> bool) -> Self {
        let mut sketch = Sketch { source, thing, is_own_live: is_live(thing), is_live, out: Self::default() };
        if let Some(item) = source.recorded.item_of.get(&thing) {
            sketch.said(*item);
        }
        if source.options.derived {
            sketch.derived();
        }
        sketch.out
    }
}

struct Sketch<'a, L> {
    source: Source<'a>,
    thing: Thing,
    is_own_live: bool,
    is_live: L,
    out: Outgoing,
}

impl<L: Fn(Thing) -> bool> Sketch<'_, L> {
    /// Whether both ends are there; what is not is counted.
    fn has(&mut self, to: Thing) -> bool {
        let has = self.is_own_live && (self.is_live)(to);
        self.out.left_out += u64::from(!has);
        has
    }

    /// What was said.
    fn said(&mut self, item: ConfigurationItemId) {
        let recorded = self.source.recorded;
        let places = self.groups(item);
        let mut is_used = vec![false; self.out.groups.len()];
        let as_of = self.source.options.as_of;
        let is_seen = |row: &&DependencyRow| row.first_seen_on.is_none_or(|first| first <= as_of);
        let rows = recorded.needs_of(item).filter(|row| row.kind != DependencyKind::ReplicatesTo);
        for row in rows.filter(is_seen) {
            let Some(to) = recorded.items.get(&row.to_id).copied() else { continue };
            let is_backup = row.kind == DependencyKind::BacksUpTo;
            let group = row.redundancy_group_id.filter(|_| !is_backup);
            let group = group.and_then(|id| places.get(&id).cloned());
            if let Some(places) = &group {
                is_used[places.clone()].fill(true);
            }
            if !self.has(to) {
                continue;
            }
            let tie = match group {
                Some(places) => {
                    for place in places.clone() {
                        self.member(place, to, row);
                    }
                    Tie::Group(places.start)
                }
                None if is_backup || row.hardness == Hardness::Soft => Tie::Soft,
                None => Tie::Hard,
            };
            if self.source.options.soft || tie != Tie::Soft {
                self.out.needs.push(Need { to, tie, kind: row.kind, dependency: Some(row.id) });
            }
        }
        self.drop_unused(&is_used);
    }

    /// Recorded groups, each as one of the graph, or as two where both a number and a capacity are needed.
    fn groups(&mut self, item: ConfigurationItemId) -> HashMap<RedundancyGroupId, Range<usize>> {
        let mut places = HashMap::new();
        for row in self.source.recorded.groups_of(item).filter(|_| self.is_own_live) {
            let begin = self.out.groups.len();
            let named = named_group(row, self.thing);
            if let Some(capacity) = row.required_capacity {
                let named =
                    NamedGroup { required_count: None, required_capacity: Some(capacity), ..named.clone() };
                self.out.groups.push(NeededGroup { named, members: BTreeMap::new() });
            }
            if row.required_count.is_some() || row.required_capacity.is_none() {
                self.out.groups.push(NeededGroup { named, members: BTreeMap::new() });
            }
            places.insert(row.id, begin..self.out.groups.len());
        }
        places
    }

    /// A member of a group: once, however often it was said. Nothing is a member of a group of its own.
    fn member(&mut self, place: usize, to: Thing, row: &DependencyRow) {
        if to != self.thing {
            let capacity = row.capacity.map_or(0, |capacity| capacity.0.max(0).unsigned_abs());
            let known = self.out.groups[place].members.entry(to).or_insert(0);
            *known = capacity.max(*known);
        }
    }

    /// A group of which nothing was ever said to be a member is none yet.
    fn drop_unused(&mut self, is_used: &[bool]) {
        if is_used.iter().all(|is_used| *is_used) {
            return;
        }
        let mut next = 0;
        let places: Vec<usize> = is_used
            .iter()
            .map(|is_used| {
                let place = next;
                next += usize::from(*is_used);
                place
            })
            .collect();
        let mut used = is_used.iter().copied();
        self.out.groups.retain(|_| used.next().unwrap_or(true));
        for need in &mut self.out.needs {
            if let Tie::Group(place) = &mut need.tie {
                *place = places[*place];
            }
        }
    }

    /// What follows from inventory and contracts.
    fn derived(&mut self) {
        let Source { recorded, frame, options } = self.source;
        let own = self.thing;
        let any_of = frame.needs(recorded, options.as_of, own, |to, kind, tie| {
            if self.has(to) && (options.soft || tie != Tie::Soft) {
                self.out.needs.push(Need { to, tie, kind, dependency: None });
            }
        });
        let Some(any_of) = any_of else { return };
        if !self.is_own_live {
            self.out.left_out += any_of.members.len() as u64;
            return;
        }
        let place = self.out.groups.len();
        let mut members = BTreeMap::new();
        for to in any_of.members {
            if self.has(to) {
                members.insert(to, 0);
                self.out.needs.push(Need { to, tie: Tie::Group(place), kind: any_of.kind, dependency: None });
            }
        }
        let named = NamedGroup {
            name: any_of.name,
            id: None,
            owner: own,
            required_count: Some(1),
            required_capacity: None,
            unit: None,
        };
        self.out.groups.push(NeededGroup { named, members });
    }
}

impl NeededGroup {
    /// The group as the graph reckons it. Capacities count in thousandths, those of members rounded down and what is
    /// needed rounded up; where they come to more than a group can hold, all are taken in larger units.
    pub fn drafted(&self, owner: u32, place: impl Fn(Thing) -> Option<u32>) -> Group {
        let members = self.members.iter().filter_map(|(thing, capacity)| Some((place(*thing)?, *capacity)));
        let Some(required) = self.named.required_capacity else {
            let members = members.map(|(node, _)| Member { node, capacity: 0 }).collect();
            let needed = self.named.required_count.unwrap_or(1).max(1);
            return Group { owner, threshold: Threshold::Count(needed), members };
        };
        let thousandths: Vec<(u32, u64)> =
            members.map(|(node, capacity)| (node, capacity / BILLIONTHS_OF_A_THOUSANDTH)).collect();
        let sum: u128 = thousandths.iter().map(|(_, capacity)| u128::from(*capacity)).sum();
        let needed = required.0.max(1).unsigned_abs().div_ceil(BILLIONTHS_OF_A_THOUSANDTH);
        let most = u128::from(u32::MAX);
        let unit = sum.max(u128::from(needed)).div_ceil(most).max(1);
        // Divided by the unit, nothing is beyond 32 bits any more.
        let fit = |value: u128| u32::try_from(value).unwrap_or(u32::MAX);
        let members = thousandths
            .into_iter()
            .map(|(node, capacity)| Member { node, capacity: fit(u128::from(capacity) / unit) })
            .collect();
        let threshold = Threshold::Capacity(fit(u128::from(needed).div_ceil(unit)).max(1));
        Group { owner, threshold, members }
    }
}

/// Whether members with these capacities, in billionths, carry together what is required, as the graph reckons it.
#[must_use]
pub fn carry(required: Rate, members: &BTreeMap<Thing, u64>, owner: Thing) -> bool {
    let named = NamedGroup {
        name: "".into(),
        id: None,
        owner,
        required_count: None,
        required_capacity: Some(required),
        unit: None,
    };
    let drafted = NeededGroup { named, members: members.clone() }.drafted(0, |_| Some(0));
    let carried: u64 = drafted.members.iter().map(|member| u64::from(member.capacity)).sum();
    match drafted.threshold {
        Threshold::Count(needed) | Threshold::Capacity(needed) => carried >= u64::from(needed),
    }
}

fn named_group(row: &redundancy_group::Model, owner: Thing) -> NamedGroup {
    NamedGroup {
        name: row.name.as_str().into(),
        id: Some(row.id),
        owner,
        required_count: Some(row.required_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1)),
        required_capacity: None,
        unit: row.capacity_unit.clone(),
    }
}
