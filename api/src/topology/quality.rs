//! How far the dependency graph can be trusted: records that contradict the estate or each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    id::{DependencyId, RedundancyGroupId},
    topology::{
        dependency::Evidence,
        redundancy_group,
        service::{self, ServiceKind, ServiceStatus},
    },
};
use rust_decimal::Decimal;

use super::{
    items::Thing,
    outgoing::carry,
    rows::DependencyRow,
    said::{Said, is_need},
    trust::Doubts,
};
use crate::error::Result;

/// Capacities are kept in billionths.
const BILLION: u64 = 1_000_000_000;

/// A rule that the records of the graph may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// A thing needs itself.
    SelfEdge,
    /// Two things are joined by more than one dependency.
    Duplicate,
    /// What needs or what is needed is out of use.
    RetiredEnd,
    /// It was last seen too long ago.
    Stale,
    /// A service has no dependency at all.
    Orphan,
    /// A service needs nothing that is made of anything.
    WithoutInfrastructure,
    /// A group needs more than its members in use come to.
    UnmeetableGroup,
    /// A group has no member yet.
    EmptyGroup,
    /// It is not sure enough.
    LowConfidence,
    /// A group has one member in use.
    GroupOfOne,
    /// It is known from traffic or configuration alone, and nobody confirmed it.
    OnlyObserved,
}

impl Defect {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::SelfEdge,
        Self::Duplicate,
        Self::RetiredEnd,
        Self::Stale,
        Self::Orphan,
        Self::WithoutInfrastructure,
        Self::UnmeetableGroup,
        Self::EmptyGroup,
        Self::LowConfidence,
        Self::GroupOfOne,
        Self::OnlyObserved,
    ];

    /// The rule in words.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::SelfEdge => "nothing depends on itself",
            Self::Duplicate => "two things are joined by one dependency, in one way",
            Self::RetiredEnd => "nothing in use depends on what is retired, nor the other way round",
            Self::Stale => "a dependency that is seen at all was seen lately",
            Self::Orphan => "a service in use needs something, or is needed",
            Self::WithoutInfrastructure => {
                "a service in use needs something else than services in the end: equipment, a rack, a feed, a site, \
                 a workload, an account, a contract or a vendor; what others run is needed as it is"
            }
            Self::UnmeetableGroup => "a group needs no more than its members in use come to",
            Self::EmptyGroup => "a group has members; nothing rests on one that has none yet",
            Self::LowConfidence => "a dependency is as sure as is asked for",
            Self::GroupOfOne => "a group has two members in use at least",
            Self::OnlyObserved => {
                "a dependency was declared or concluded, and not only observed: observation mixes up who calls whom"
            }
        }
    }
}

/// What breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// A dependency.
    Dependency(DependencyId, Thing, Thing),
    /// A group, and its owner.
    Group(RedundancyGroupId, Thing),
    /// A service.
    Service(Thing),
}

/// A rule, and what breaks it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub defect: Defect,
    /// What breaks it, with what is wrong.
    pub records: Vec<(Culprit, String)>,
    /// The dependencies that rest on it.
    pub edges: BTreeSet<DependencyId>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The day from which it is seen.
    pub as_of: NaiveDate,
    /// Days after which a dependency that was last seen is stale.
    pub stale_after_days: i32,
    /// The least confidence.
    pub minimum_confidence: Decimal,
}

/// How far the graph can be trusted.
#[derive(Clone, Debug)]
pub struct Quality {
    /// One for each rule, in their order.
    pub findings: Vec<Finding>,
    /// How many dependencies there are.
    pub dependencies: usize,
    /// How many rest on at least one finding.
    pub affected: usize,
    /// What everything is called.
    pub said: Said,
}

/// How far the graph can be trusted.
///
/// # Errors
/// `Invalid` for a confidence that is no fraction and for too many days.
pub fn quality(said: Said, asked: Asked) -> Result<Quality> {
    let doubts = Doubts::of(asked.as_of, asked.stale_after_days, asked.minimum_confidence)?;
    let services = live_services(&said);
    let mut members: Members<'_> = HashMap::new();
    for row in said.dependencies() {
        if let Some(group) = row.detail.redundancy_group_id.filter(|_| is_need(row.kind)) {
            members.entry(group).or_default().push(row);
        }
    }
    let work = Work { said: &said, services: &services, members, doubts };
    let findings: Vec<Finding> = Defect::ALL.into_iter().map(|defect| work.find(defect)).collect();
    let affected: BTreeSet<DependencyId> =
        findings.iter().flat_map(|finding| finding.edges.iter().copied()).collect();
    let (dependencies, affected) = (said.dependencies().count(), affected.len());
    Ok(Quality { findings, dependencies, affected, said })
}

struct Live {
    kind: ServiceKind,
    has_vendor: bool,
}

fn live_services(said: &Said) -> BTreeMap<Thing, Live> {
    let is_there = |row: &&service::Model| {
        row.status == ServiceStatus::Active && !said.gone.contains(&Thing::Service(row.id))
    };
    let live = said.recorded.services.values().filter(is_there);
    live.map(|row| (Thing::Service(row.id), Live { kind: row.kind, has_vendor: row.vendor_id.is_some() }))
        .collect()
}

/// The dependencies of each group.
type Members<'a> = HashMap<RedundancyGroupId, Vec<&'a DependencyRow>>;

/// The members of a group.
struct GroupMembers {
    /// Whether anything was ever said to be one.
    are_said: bool,
    /// Those in use, each once, with the most that was said of its capacity in billionths.
    in_use: BTreeMap<Thing, u64>,
    /// How many are retired.
    retired: usize,
}

struct Work<'a> {
    said: &'a Said,
    services: &'a BTreeMap<Thing, Live>,
    members: Members<'a>,
    doubts: Doubts,
}

impl Work<'_> {
    fn find(&self, defect: Defect) -> Finding {
        let records = match defect {
            Defect::SelfEdge => {
                self.edges(|row| (row.from_id == row.to_id).then(|| "it needs itself".to_owned()))
            }
            Defect::Duplicate => self.duplicates(),
            Defect::RetiredEnd => self.retired(),
            Defect::Stale => self.edges(|row| self.doubts.stale(row)),
            Defect::Orphan => self.orphans(),
            Defect::WithoutInfrastructure => self.without_infrastructure(),
            Defect::UnmeetableGroup => self.groups(unmeetable),
            Defect::EmptyGroup => self.groups(|_, members| {
                (!members.are_said).then(|| "it has no members yet, and nothing rests on it".to_owned())
            }),
            Defect::LowConfidence => self.edges(|row| self.doubts.unsure(row)),
            Defect::GroupOfOne => self.groups(|_, members| {
                (members.in_use.len() == 1).then(|| "one member, which nothing stands in for".to_owned())
            }),
            Defect::OnlyObserved => self.only_observed(),
        };
        let edges = records.iter().flat_map(|(culprit, _)| self.resting(*culprit)).collect();
        Finding { defect, records, edges }
    }

    /// The dependencies that rest on what breaks a rule.
    fn resting(&self, culprit: Culprit) -> Vec<DependencyId> {
        match culprit {
            Culprit::Dependency(id, _, _) => vec![id],
            Culprit::Group(id, _) => self.members.get(&id).into_iter().flatten().map(|row| row.id).collect(),
            Culprit::Service(_) => Vec::new(),
        }
    }

    fn edges(&self, wrong: impl Fn(&DependencyRow) -> Option<String>) -> Vec<(Culprit, String)> {
        let rows = self.said.dependencies().filter_map(|row| {
            let (from, to) = self.said.ends(row)?;
            Some((Culprit::Dependency(row.id, from, to), wrong(row)?))
        });
        rows.collect()
    }

    fn duplicates(&self) -> Vec<(Culprit, String)> {
        let mut pairs: HashMap<_, u32> = HashMap::new();
        for row in self.said.dependencies().filter(|row| is_need(row.kind)) {
            *pairs.entry((row.from_id, row.to_id)).or_default() += 1;
        }
        self.edges(|row| {
            let count = pairs.get(&(row.from_id, row.to_id)).copied().filter(|_| is_need(row.kind))?;
            (count > 1).then(|| format!("one of {count} dependencies between the two"))
        })
    }

    fn retired(&self) -> Vec<(Culprit, String)> {
        self.edges(|row| {
            let (from, to) = self.said.ends(row)?;
            match (self.said.is_retired(from), self.said.is_retired(to)) {
                (false, false) => None,
                (true, false) => Some("what needs is retired".to_owned()),
                (false, true) => Some("what is needed is retired".to_owned()),
                (true, true) => Some("both are retired".to_owned()),
            }
        })
    }

    fn orphans(&self) -> Vec<(Culprit, String)> {
        let ends = self.said.dependencies().filter_map(|row| self.said.ends(row));
        let named: HashSet<Thing> = ends.flat_map(|(from, to)| [from, to]).collect();
        let alone = self.services.keys().filter(|service| !named.contains(service));
        alone.map(|service| (Culprit::Service(*service), "nothing is said of it".to_owned())).collect()
    }

    fn without_infrastructure(&self) -> Vec<(Culprit, String)> {
        let mut needed_by: HashMap<Thing, Vec<Thing>> = HashMap::new();
        let rows = self.said.dependencies().filter(|row| is_need(row.kind));
        let ends = rows.filter_map(|row| self.said.ends(row));
        // What is retired carries nothing, and passes nothing on.
        let live = ends.filter(|(from, to)| !self.said.is_retired(*from) && !self.said.is_retired(*to));
        for (from, to) in live {
            needed_by.entry(to).or_default().push(from);
        }
        let solid = needed_by.keys().copied().filter(|thing| self.is_solid(*thing));
        let bought = self.services.iter().filter(|(_, live)| live.has_vendor || is_bought(live.kind));
        let mut founded: HashSet<Thing> = solid.chain(bought.map(|(thing, _)| *thing)).collect();
        let mut waiting: Vec<Thing> = founded.iter().copied().collect();
        while let Some(thing) = waiting.pop() {
            for needing in needed_by.get(&thing).into_iter().flatten() {
                if founded.insert(*needing) {
                    waiting.push(*needing);
                }
            }
        }
        let floating = self.services.keys().filter(|service| !founded.contains(service));
        let reason = "nothing that it needs, directly or not, is anything but a service";
        floating.map(|service| (Culprit::Service(*service), reason.to_owned())).collect()
    }

    /// Whether a thing is made of something, or stands on what is by itself: what is no service is equipment, or a place,
    /// power, a region or a contract, and what follows from inventory and contracts leads from there to a site or to a
    /// vendor.
    fn is_solid(&self, thing: Thing) -> bool {
        !matches!(thing, Thing::Service(_)) && !self.said.is_retired(thing)
    }

    /// The groups of what is in use of which something is wrong.
    fn groups(
        &self,
        wrong: impl Fn(&redundancy_group::Model, &GroupMembers) -> Option<String>,
    ) -> Vec<(Culprit, String)> {
        let groups = self.said.recorded.groups.values().filter_map(|group| {
            let owner = *self.said.recorded.items.get(&group.owner_id)?;
            if self.said.is_retired(owner) {
                return None;
            }
            Some((Culprit::Group(group.id, owner), wrong(group, &self.members_of(group.id, owner))?))
        });
        groups.collect()
    }

    /// The members of a group as the graph has them.
    fn members_of(&self, group: RedundancyGroupId, owner: Thing) -> GroupMembers {
        let rows = self.members.get(&group).map_or(&[][..], Vec::as_slice);
        let mut members = GroupMembers { are_said: !rows.is_empty(), in_use: BTreeMap::new(), retired: 0 };
        for row in rows {
            let Some((_, to)) = self.said.ends(row).filter(|(_, to)| *to != owner) else { continue };
            if self.said.is_retired(to) {
                members.retired += 1;
                continue;
            }
            let capacity = row.detail.capacity.map_or(0, |capacity| capacity.0.max(0).unsigned_abs());
            let known = members.in_use.entry(to).or_insert(0);
            *known = capacity.max(*known);
        }
        members
    }

    /// Dependencies between two things that were observed and nothing else.
    fn only_observed(&self) -> Vec<(Culprit, String)> {
        let confirmed: HashSet<_> = self
            .said
            .dependencies()
            .filter(|row| row.evidence != Evidence::Observed)
            .map(|row| (row.from_id, row.to_id))
            .collect();
        self.edges(|row| {
            (!confirmed.contains(&(row.from_id, row.to_id))).then(|| "observed, and not confirmed".to_owned())
        })
    }
}

/// What others run: it needs nothing that we know.
fn is_bought(kind: ServiceKind) -> bool {
    matches!(kind, ServiceKind::External | ServiceKind::Carrier)
}

/// Why a group can never be met, and its owner never be up. One without any member is still being recorded, and is no
/// need yet.
fn unmeetable(group: &redundancy_group::Model, members: &GroupMembers) -> Option<String> {
    if !members.are_said {
        return None;
    }
    let retired = match members.retired {
        0 => String::new(),
        retired => format!(", {retired} retired"),
    };
    let count = i32::try_from(members.in_use.len()).unwrap_or(i32::MAX);
    let least = group.required_count.or(group.required_capacity.is_none().then_some(1));
    if let Some(required) = least.filter(|required| *required > count) {
        return Some(format!("{required} have to be up, and it has {count}{retired}"));
    }
    let capacities = members.in_use.values().copied();
    let required = group.required_capacity.filter(|required| !carry(*required, capacities.clone()))?;
    let sum =
        capacities.map(Decimal::from).fold(Decimal::ZERO, Decimal::saturating_add) / Decimal::from(BILLION);
    let unit = group.capacity_unit.as_deref().unwrap_or_default();
    let (required, sum) = (required.to_decimal().normalize(), sum.normalize());
    Some(format!("{required} {unit} have to be up, and its members come to {sum}{retired}"))
}
