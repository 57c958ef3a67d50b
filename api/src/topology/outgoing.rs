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
    asset: Spot,
    /// Where its item was.
    item: Spot,
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

    /// A group as the graph reckons it: members are counted, or what they carry in parts of what is required.
    pub fn reckoned(&self, group: usize) -> (Threshold, impl Iterator<Item = Member>) {
        let (named, members) = (&self.groups[group], self.members_of(group));
        let capacities = members.iter().map(|member| member.capacity);
        let scale = named.required_capacity.map(|required| Scale::of(required, capacities));
        let threshold = match scale {
            Some(scale) => Threshold::Capacity(scale.parts),
            None => Threshold::Count(named.required_count.unwrap_or(1).max(1)),
        };
        let member = move |member: &Membership| Member {
            node: member.place,
            capacity: scale.map_or(0, |scale| scale.parts_of(member.capacity)),
        };
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

/// How capacities, in billionths, are reckoned in numbers of 32 bits: what is required is so many parts.
#[derive(Clone, Copy)]
struct Scale {
    required: u64,
    parts: u32,
}

impl Scale {
    /// Exact where all of them together come to less than 2^32 times what divides each. Where they do not, parts are
    /// as small as they can be, and members count in whole ones: less than what they carry, by at most one each.
    fn of(required: Rate, capacities: impl Iterator<Item = u64>) -> Self {
        let required = required.0.max(1).unsigned_abs();
        let (mut members, mut divisor, mut sum) = (0_u32, required, u128::from(required));
        for capacity in capacities {
            let capacity = capacity.min(required);
            divisor = greatest_common_divisor(divisor, capacity);
            sum += u128::from(capacity);
            members = members.saturating_add(1);
        }
        let is_exact = sum / u128::from(divisor) <= u128::from(u32::MAX);
        let parts = u32::try_from(required / divisor).ok().filter(|_| is_exact);
        Self { required, parts: parts.unwrap_or(u32::MAX / members.max(1)).max(1) }
    }

    /// What a member carries, in parts; who carries more than is required is enough alone, and counts for no more.
    fn parts_of(self, capacity: u64) -> u32 {
        let capacity = u128::from(capacity.min(self.required));
        let parts = capacity * u128::from(self.parts) / u128::from(self.required);
        u32::try_from(parts).unwrap_or(self.parts)
    }
}

fn greatest_common_divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

/// Whether members with these capacities, in billionths, carry together what is required, as the graph reckons it.
#[must_use]
pub fn carry(required: Rate, capacities: impl Iterator<Item = u64> + Clone) -> bool {
    let scale = Scale::of(required, capacities.clone());
    let carried: u64 = capacities.map(|capacity| u64::from(scale.parts_of(capacity))).sum();
    carried >= u64::from(scale.parts)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether those that are left carry enough, worked out without any scale.
    fn is_enough(required: i64, left: impl Iterator<Item = u64>) -> bool {
        left.map(u128::from).sum::<u128>() >= u128::from(required.unsigned_abs())
    }

    proptest! {
        #[test]
        fn a_scale_says_what_the_capacities_say(
            required in 1_i64..200,
            carried in prop::collection::vec(0_u64..150, 1..8),
            times in prop::sample::select(vec![1_i64, 7, 1_000_000, 1_000_000_000, 40_000_000_000_000_000]),
        ) {
            let factor = times.unsigned_abs();
            let (required, carried): (i64, Vec<u64>) =
                (required * times, carried.iter().map(|capacity| capacity * factor).collect());
            let scale = Scale::of(Rate(required), carried.iter().copied());
            for subset in 0_u32..1 << carried.len() {
                let left = || (0..).zip(&carried).filter(|(place, _)| subset >> place & 1 == 1).map(|(_, own)| *own);
                let parts: u64 = left().map(|capacity| u64::from(scale.parts_of(capacity))).sum();
                prop_assert_eq!(parts >= u64::from(scale.parts), is_enough(required, left()));
            }
        }

        #[test]
        fn where_no_scale_is_exact_nothing_counts_for_more_than_it_carries(
            required in 1_i64..i64::MAX,
            carried in prop::collection::vec(0_u64..i64::MAX.unsigned_abs(), 1..8),
        ) {
            let scale = Scale::of(Rate(required), carried.iter().copied());
            let sum: u64 = carried.iter().map(|capacity| u64::from(scale.parts_of(*capacity))).sum();
            prop_assert!(sum <= u64::from(u32::MAX), "a group holds it");
            if sum >= u64::from(scale.parts) {
                prop_assert!(is_enough(required, carried.iter().copied()));
            }
            for capacity in &carried {
                let alone = is_enough(required, std::iter::once(*capacity));
                prop_assert_eq!(scale.parts_of(*capacity) >= scale.parts, alone);
            }
        }
    }
}
