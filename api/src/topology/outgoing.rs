//! What one thing needs, as the graph has it: what was said of it, and what follows from where it is.

use std::{collections::HashMap, ops::Range, sync::Arc};

use entity::{
    id::{ConfigurationItemId, DependencyId, RedundancyGroupId},
    money::Rate,
    topology::{
        dependency::{DependencyKind, Hardness},
        redundancy_group,
    },
};
use topology::{
    graph::{Member, Threshold},
    table::Spot,
};

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
    /// Its place in the graph.
    pub place: u32,
    /// How.
    pub tie: Tie,
    /// In what way.
    pub kind: DependencyKind,
    /// The record; none where it follows from inventory or contracts.
    pub dependency: Option<DependencyId>,
}

/// That something is a member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Membership {
    /// The group, by its place among those of the thing.
    group: usize,
    /// The member.
    thing: Thing,
    /// Its place in the graph.
    place: u32,
    /// What it carries in the group, in billionths.
    capacity: u64,
}

/// What one thing needs. Nothing where it is retired, but that what it would need is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// What it needs, each as often as it was said or follows.
    pub needs: Vec<Need>,
    /// Its groups; those of which nothing was ever said to be a member are none yet.
    pub groups: Vec<NamedGroup>,
    /// Their members, group by group, each once.
    members: Vec<Membership>,
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
    /// Where the last asset was found, for things mostly come in their order.
    pub asset: Spot,
    /// Where its item was.
    pub item: Spot,
}

impl<'a> Source<'a> {
    /// Of a graph of what is on record.
    pub fn new(recorded: &'a Recorded, frame: &'a Frame, options: Options) -> Self {
        Self { recorded, frame, options, asset: Spot::default(), item: Spot::default() }
    }
}

impl Outgoing {
    /// What a thing needs. `place` tells where a thing is in the graph, and of what is no part of it nothing.
    pub fn of(mut source: Source<'_>, thing: Thing, place: impl Fn(Thing) -> Option<u32>) -> Self {
        let mut outgoing = Self::default();
        outgoing.become_of(&mut source, (thing, place(thing).is_some()), place);
        outgoing
    }

    /// Becomes [`Outgoing::of`] a thing that is part of the graph or not, in the memory that it has.
    pub fn become_of(
        &mut self,
        source: &mut Source<'_>,
        (thing, is_own_live): (Thing, bool),
        place: impl Fn(Thing) -> Option<u32>,
    ) {
        self.needs.clear();
        self.groups.clear();
        self.members.clear();
        self.left_out = 0;
        let item = source.recorded.item_of.near(&mut source.item, &thing).copied();
        let derived = source.options.derived;
        let mut sketch = Sketch { source, thing, is_own_live, place, out: self };
        if let Some(item) = item {
            sketch.said(item);
        }
        if derived {
            sketch.derived();
        }
        self.settle();
    }

    /// Members by group, each once with the most that it was said to carry.
    fn settle(&mut self) {
        let key = |member: &Membership| (member.group, member.thing);
        if self.members.is_sorted_by(|one, other| key(one) < key(other)) {
            return;
        }
        self.members.sort_by_key(|member| (key(member), std::cmp::Reverse(member.capacity)));
        self.members.dedup_by_key(|member| key(member));
    }

    fn members_of(&self, group: usize) -> &[Membership] {
        let begin = self.members.partition_point(|member| member.group < group);
        let length = self.members[begin..].partition_point(|member| member.group == group);
        &self.members[begin..begin + length]
    }

    /// Whether a group is the same as one of another.
    pub fn has_same(&self, group: usize, other: &Self) -> bool {
        self.groups.get(group) == other.groups.get(group) && self.members_of(group) == other.members_of(group)
    }

    /// A group as the graph reckons it. Capacities count in thousandths, those of members rounded down and what is
    /// needed rounded up; where they come to more than a group can hold, all are taken in larger units.
    pub fn reckoned(&self, group: usize) -> (Threshold, impl Iterator<Item = Member>) {
        let (named, members) = (&self.groups[group], self.members_of(group));
        let (threshold, unit) = match named.required_capacity {
            Some(required) => {
                let (needed, unit) = scaled(required, members.iter().map(|member| member.capacity));
                (Threshold::Capacity(needed), Some(unit))
            }
            None => (Threshold::Count(named.required_count.unwrap_or(1).max(1)), None),
        };
        let capacity = move |member: &Membership| unit.map_or(0, |unit| in_units(member.capacity, unit));
        let member = move |member: &Membership| Member { node: member.place, capacity: capacity(member) };
        (threshold, members.iter().map(member))
    }
}

struct Sketch<'a, 'b, P> {
    source: &'b mut Source<'a>,
    thing: Thing,
    is_own_live: bool,
    place: P,
    out: &'b mut Outgoing,
}

impl<P: Fn(Thing) -> Option<u32>> Sketch<'_, '_, P> {
    /// The place of what is needed where both ends are there; what is not is counted.
    fn place(&mut self, to: Thing) -> Option<u32> {
        let place = (self.place)(to).filter(|_| self.is_own_live);
        self.out.left_out += u64::from(place.is_none());
        place
    }

    /// What was said.
    fn said(&mut self, item: ConfigurationItemId) {
        let recorded = self.source.recorded;
        let places = self.groups(item);
        let mut is_used = vec![false; self.out.groups.len()];
        let as_of = self.source.options.as_of;
        let is_seen = |row: &&DependencyRow| row.detail.first_seen_on.is_none_or(|first| first <= as_of);
        let rows = recorded.needs_of(item).filter(|row| row.kind != DependencyKind::ReplicatesTo);
        for row in rows.filter(is_seen) {
            let Some(to) = recorded.items.get(&row.to_id).copied() else { continue };
            let is_backup = row.kind == DependencyKind::BacksUpTo;
            let group = row.detail.redundancy_group_id.filter(|_| !is_backup);
            let group = group.and_then(|id| places.get(&id).cloned());
            if let Some(places) = &group {
                is_used[places.clone()].fill(true);
            }
            let Some(place) = self.place(to) else { continue };
            let tie = match group {
                Some(groups) => {
                    groups.clone().for_each(|group| self.member(group, (to, place), row));
                    Tie::Group(groups.start)
                }
                None if is_backup || row.hardness == Hardness::Soft => Tie::Soft,
                None => Tie::Hard,
            };
            if self.source.options.soft || tie != Tie::Soft {
                self.out.needs.push(Need { to, place, tie, kind: row.kind, dependency: Some(row.id) });
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
                self.out.groups.push(named);
            }
            if row.required_count.is_some() || row.required_capacity.is_none() {
                self.out.groups.push(named);
            }
            places.insert(row.id, begin..self.out.groups.len());
        }
        places
    }

    /// A member of a group. Nothing is a member of a group of its own.
    fn member(&mut self, group: usize, (thing, place): (Thing, u32), row: &DependencyRow) {
        if thing != self.thing {
            let capacity = row.detail.capacity.map_or(0, |capacity| capacity.0.max(0).unsigned_abs());
            self.out.members.push(Membership { group, thing, place, capacity });
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
        self.out.members.iter_mut().for_each(|member| member.group = places[member.group]);
        for need in &mut self.out.needs {
            if let Tie::Group(place) = &mut need.tie {
                *place = places[*place];
            }
        }
    }

    /// What follows from inventory and contracts.
    fn derived(&mut self) {
        let Source { recorded, frame, options, mut asset, .. } = *self.source;
        let (own, group) = (self.thing, self.out.groups.len());
        let name = frame.needs(recorded, &mut asset, (own, options.as_of), |to, kind, tie| {
            let Some(place) = self.place(to) else { return };
            let tie = if let Tie::Group(_) = tie { Tie::Group(group) } else { tie };
            if tie == Tie::Group(group) {
                self.out.members.push(Membership { group, thing: to, place, capacity: 0 });
            }
            if options.soft || tie != Tie::Soft {
                self.out.needs.push(Need { to, place, tie, kind, dependency: None });
            }
        });
        self.source.asset = asset;
        if let Some(name) = name.filter(|_| self.is_own_live) {
            self.out.groups.push(NamedGroup {
                name,
                id: None,
                owner: own,
                required_count: Some(1),
                required_capacity: None,
                unit: None,
            });
        }
    }
}

/// What is required of members with these capacities, in billionths, in the units of the graph, and the unit in
/// thousandths.
fn scaled(required: Rate, capacities: impl Iterator<Item = u64>) -> (u32, u128) {
    let sum: u128 = capacities.map(|capacity| u128::from(capacity / BILLIONTHS_OF_A_THOUSANDTH)).sum();
    let needed = required.0.max(1).unsigned_abs().div_ceil(BILLIONTHS_OF_A_THOUSANDTH);
    let unit = sum.max(u128::from(needed)).div_ceil(u128::from(u32::MAX)).max(1);
    let needed = u128::from(needed).div_ceil(unit);
    (u32::try_from(needed).unwrap_or(u32::MAX).max(1), unit)
}

/// What a member carries, in such units; divided by the unit, nothing is beyond 32 bits any more.
fn in_units(capacity: u64, unit: u128) -> u32 {
    let units = u128::from(capacity / BILLIONTHS_OF_A_THOUSANDTH) / unit;
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// Whether members with these capacities, in billionths, carry together what is required, as the graph reckons it.
#[must_use]
pub fn carry(required: Rate, capacities: impl Iterator<Item = u64> + Clone) -> bool {
    let (needed, unit) = scaled(required, capacities.clone());
    let carried: u64 = capacities.map(|capacity| u64::from(in_units(capacity, unit))).sum();
    carried >= u64::from(needed)
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
