//! What can move: services, equipment and workloads, with what matters of them when they do.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use entity::{
    id::{AssetId, SiteId},
    inventory::{environment::Environment, hardware_model::HardwareKind},
    money::Rate,
    topology::service::{self, ServiceKind},
};
use rust_decimal::Decimal;

use super::{
    items::Thing,
    moves::Edge,
    rows::{AssetRow, ModelRow, WorkloadRow},
    said::Said,
};
use crate::inventory::usage::draw;

/// What a thing is when it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A computer.
    Server,
    /// Storage.
    Storage,
    /// Other equipment.
    Equipment,
    /// What runs in the cloud.
    Workload,
    /// An application.
    Application,
    /// Another service.
    Service,
}

/// What matters of a thing that can move.
#[derive(Clone, Copy, Debug)]
struct Fact {
    role: Role,
    site: Option<SiteId>,
    environment: Option<Environment>,
    draw_watts: Option<i32>,
    terabytes: Option<Decimal>,
    is_shared: bool,
}

/// What matters of everything that can move.
#[derive(Clone, Debug, Default)]
pub struct Facts(HashMap<Thing, Fact>);

/// Takes them of all that was ever said to depend on something, or to be needed, and of what is in one chassis with it.
#[must_use]
pub fn facts(said: &Said) -> Facts {
    let recorded = &said.recorded;
    let of_asset = |id: AssetId| {
        let row = recorded.assets.get(&id)?;
        Some(Fact::of_asset(row, recorded.models.get(&row.profile.model_id)?))
    };
    let known = recorded.items.values().filter_map(|thing| {
        let fact = match *thing {
            Thing::Service(id) => Fact::of_service(recorded.services.get(&id)?),
            Thing::Asset(id) => of_asset(id)?,
            Thing::Workload(id) => Fact::of_workload(recorded.workloads.get(&id)?),
            _ => return None,
        };
        Some((*thing, fact))
    });
    let mut facts: HashMap<Thing, Fact> = known.collect();
    let mut neighbours: HashMap<AssetId, Vec<AssetId>> = HashMap::new();
    for (id, parent) in recorded.assets.values().filter_map(|row| Some((row.id, row.place.parent_id?))) {
        neighbours.entry(id).or_default().push(parent);
        neighbours.entry(parent).or_default().push(id);
    }
    let assets = facts.keys().filter_map(|thing| match thing {
        Thing::Asset(id) => Some(*id),
        _ => None,
    });
    let mut waiting: Vec<AssetId> = assets.collect();
    while let Some(asset) = waiting.pop() {
        for next in neighbours.get(&asset).into_iter().flatten() {
            if let (Entry::Vacant(place), Some(fact)) = (facts.entry(Thing::Asset(*next)), of_asset(*next)) {
                place.insert(fact);
                waiting.push(*next);
            }
        }
    }
    Facts(facts)
}

impl Fact {
    fn of_service(row: &service::Model) -> Self {
        let role = if row.kind == ServiceKind::Application { Role::Application } else { Role::Service };
        let is_shared = row.is_shared;
        Self { role, site: None, environment: None, draw_watts: None, terabytes: None, is_shared }
    }

    fn of_asset(row: &AssetRow, model: &ModelRow) -> Self {
        let of_model = (model.typical_draw_watts, model.maximum_draw_watts);
        Self {
            role: match model.kind {
                HardwareKind::Server | HardwareKind::Blade => Role::Server,
                HardwareKind::Storage => Role::Storage,
                _ => Role::Equipment,
            },
            site: Some(row.place.site_id),
            environment: Some(row.profile.environment),
            draw_watts: draw(model.kind, row.profile.power_basis, row.measured_draw_watts, of_model),
            terabytes: row.usable_terabytes.or(model.usable_terabytes).map(Rate::to_decimal),
            is_shared: false,
        }
    }

    fn of_workload(row: &WorkloadRow) -> Self {
        Self {
            role: Role::Workload,
            site: row.site_id,
            environment: Some(row.environment),
            draw_watts: None,
            terabytes: row.storage_gib.map(terabytes),
            is_shared: false,
        }
    }
}

impl Facts {
    /// What a thing is when it moves; none for what cannot.
    #[must_use]
    pub fn role(&self, thing: Thing) -> Option<Role> {
        self.0.get(&thing).map(|fact| fact.role)
    }

    /// Whether everything uses it.
    #[must_use]
    pub fn is_shared(&self, thing: Thing) -> bool {
        self.0.get(&thing).is_some_and(|fact| fact.is_shared)
    }
}

/// What groups are made of: what the filter lets through, and the services that need it. Without a filter, all.
pub(super) fn scope(
    said: &Said,
    facts: &Facts,
    edges: &[Edge],
    (site, environment): (Option<SiteId>, Option<Environment>),
) -> Vec<Thing> {
    let is_all = site.is_none() && environment.is_none();
    let passes = |fact: &Fact| {
        site.is_none_or(|site| fact.site == Some(site))
            && environment.is_none_or(|environment| fact.environment == Some(environment))
    };
    let there = facts.0.iter().filter(|(thing, _)| !said.is_retired(**thing));
    let chosen = there.filter(|(thing, fact)| is_all || !matches!(thing, Thing::Service(_)) && passes(fact));
    let mut scope: BTreeSet<Thing> = chosen.map(|(thing, _)| *thing).collect();
    let mut needed_by: HashMap<Thing, Vec<Thing>> = HashMap::new();
    for edge in edges.iter().filter(|edge| super::said::is_need(edge.kind)) {
        needed_by.entry(edge.to).or_default().push(edge.from);
    }
    let mut waiting: Vec<Thing> = scope.iter().copied().collect();
    while let Some(thing) = waiting.pop() {
        let services = needed_by.get(&thing).into_iter().flatten().copied();
        let services = services.filter(|needing| matches!(needing, Thing::Service(_)));
        waiting.extend(services.filter(|service| scope.insert(*service)).collect::<Vec<_>>());
    }
    scope.into_iter().collect()
}

/// What a group comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Computers.
    pub servers: u32,
    /// Arrays and shelves.
    pub storage: u32,
    /// Other equipment.
    pub equipment: u32,
    /// Workloads in the cloud.
    pub workloads: u32,
    /// Applications.
    pub applications: u32,
    /// Other services.
    pub services: u32,
    /// What all equipment draws, in watts; none where a draw is missing.
    pub draw_watts: Option<i64>,
    /// Equipment whose draw is not known.
    pub without_draw: u32,
    /// Data, in terabytes: what workloads store, and the usable capacity of equipment; none where the size of one member
    /// that holds data is missing.
    pub terabytes: Option<Decimal>,
    /// Members that hold data of which nobody knows how much: storage without a capacity, and workloads without a size.
    pub without_size: u32,
    /// Members by criticality; those without one are not in it.
    pub tiers: BTreeMap<i32, u32>,
    /// Members without a criticality.
    pub without_tier: u32,
}

impl Totals {
    pub(super) fn of(members: &[Thing], facts: &Facts, said: &Said) -> Self {
        let mut totals = Self { draw_watts: Some(0), terabytes: Some(Decimal::ZERO), ..Self::default() };
        for member in members {
            if let Some(fact) = facts.0.get(member) {
                totals.count(fact);
            }
            match said.about(*member).and_then(|about| about.tier) {
                Some(tier) => *totals.tiers.entry(tier).or_default() += 1,
                None => totals.without_tier += 1,
            }
        }
        if totals.without_draw > 0 {
            totals.draw_watts = None;
        }
        if totals.without_size > 0 {
            totals.terabytes = None;
        }
        totals
    }

    fn count(&mut self, fact: &Fact) {
        match fact.role {
            Role::Server => self.servers += 1,
            Role::Storage => self.storage += 1,
            Role::Equipment => self.equipment += 1,
            Role::Workload => self.workloads += 1,
            Role::Application => self.applications += 1,
            Role::Service => self.services += 1,
        }
        if matches!(fact.role, Role::Server | Role::Storage | Role::Equipment) {
            match fact.draw_watts {
                Some(watts) => {
                    self.draw_watts = self.draw_watts.map(|sum| sum.saturating_add(i64::from(watts)));
                }
                None => self.without_draw += 1,
            }
        }
        match (fact.role, fact.terabytes) {
            (_, Some(size)) => self.terabytes = self.terabytes.and_then(|sum| sum.checked_add(size)),
            (Role::Workload | Role::Storage, None) => self.without_size += 1,
            _ => {}
        }
    }
}

/// Gibibytes in terabytes: 1,024³ bytes to 10¹².
fn terabytes(gib: Rate) -> Decimal {
    let factor = Decimal::new(1_073_741_824, 12);
    gib.to_decimal().checked_mul(factor).unwrap_or(Decimal::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gibibyte_is_a_little_more_than_a_gigabyte() {
        let gib = Rate::try_from_decimal(Decimal::from(1_000)).unwrap();
        assert_eq!(terabytes(gib), "1.073741824".parse().unwrap());
    }

    #[test]
    fn a_sum_with_a_gap_is_no_sum() {
        let fact = Fact {
            role: Role::Server,
            site: None,
            environment: None,
            draw_watts: Some(400),
            terabytes: None,
            is_shared: false,
        };
        let (one, other) = (
            Thing::Asset(AssetId(uuid::Uuid::from_u128(1))),
            Thing::Asset(AssetId(uuid::Uuid::from_u128(2))),
        );
        let mut facts = Facts(HashMap::from([(one, fact), (other, fact)]));
        let totals = Totals::of(&[one, other], &facts, &Said::default());
        assert_eq!(
            (totals.servers, totals.draw_watts, totals.terabytes),
            (2, Some(800), Some(Decimal::ZERO))
        );
        facts.0.insert(other, Fact { draw_watts: None, role: Role::Storage, ..fact });
        let totals = Totals::of(&[one, other], &facts, &Said::default());
        assert_eq!((totals.draw_watts, totals.without_draw), (None, 1));
        assert_eq!((totals.terabytes, totals.without_size), (None, 1));
        assert_eq!(totals.without_tier, 2);
        let size = Some(Decimal::new(1_205, 1));
        facts.0.insert(other, Fact { terabytes: size, role: Role::Storage, ..fact });
        let totals = Totals::of(&[one, other], &facts, &Said::default());
        assert_eq!((totals.terabytes, totals.without_size), (size, 0), "a server need not hold data");
    }
}
