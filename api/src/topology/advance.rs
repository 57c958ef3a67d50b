//! A graph brought up to date by what changed, where that touches a few things; what touches many is built anew.
//!
//! The needs of a thing that was touched are worked out as they were and as they are, and the difference is put into
//! the graph. Built anew is what removes or retires a thing or brings one back, and what many things need for the same
//! reason: feeds, names of racks, contracts of sites, whether they are in force and until when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::id::{
    AssetId, ColocationCircuitId, ColocationContractId, ColocationDeploymentId, ConfigurationItemId,
    DependencyId, PowerFeedId, RackId, RedundancyGroupId, ServiceId, SupportContractId, WorkloadId,
};
use topology::graph::{Change, Group, GroupNode, Node};
use uuid::Uuid;

use super::{
    graph::{Estate, refused},
    implied::panel_of,
    items::{Thing, ThingKind},
    outgoing::{Outgoing, Source, Tie},
    recorded::{Recorded, in_force, last_day, supports},
};
use crate::error::{Error, Result};

/// What changed since: by table the ids of rows, or none where all of a table may have.
pub type Changed = BTreeMap<String, Option<BTreeSet<Uuid>>>;

/// What has to be looked at again.
#[derive(Default)]
struct Touched {
    /// Things that are new.
    new: BTreeSet<Thing>,
    /// Things whose needs may have changed, new ones included.
    things: BTreeSet<Thing>,
}

impl Estate {
    /// The same graph of later rows; none where it has to be built anew.
    ///
    /// # Errors
    /// As [`Estate::of`].
    pub fn advanced(
        &self,
        recorded: &Arc<Recorded>,
        revision: i64,
        changed: &Changed,
    ) -> Result<Option<Self>> {
        let Some(touched) = touched((&self.recorded, recorded), changed, self.options.as_of) else {
            return Ok(None);
        };
        let mut next = Self { recorded: Arc::clone(recorded), revision, ..self.clone() };
        if touched.things.is_empty() {
            return Ok(Some(next));
        }
        let mut changes = next.add(&touched.new)?;
        for thing in touched.things {
            let frame = &*self.frame;
            let source = |recorded| Source::new(recorded, frame, self.options);
            let before = match touched.new.contains(&thing) {
                true => Outgoing::default(),
                false => Outgoing::of(source(&self.recorded), thing, |thing| self.place(thing)),
            };
            let after = Outgoing::of(source(recorded), thing, |thing| next.place(thing));
            next.left_out.edges = (next.left_out.edges + after.left_out).saturating_sub(before.left_out);
            if let Some(node) = next.node(thing)
                && before != after
            {
                next.exchange(node, &before, &after, &mut changes);
            }
        }
        if !changes.is_empty() {
            next.graph = self.graph.changed(&changes).map_err(refused)?;
            next.single_points = Arc::default();
        }
        Ok(Some(next))
    }

    /// Adds things, at the end.
    fn add(&mut self, new: &BTreeSet<Thing>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for thing in new {
            if self.about(*thing).is_none_or(|about| about.is_retired) {
                self.left_out.things += 1;
                continue;
            }
            let node = Node(u32::try_from(self.things.len()).map_err(Error::internal)?);
            Arc::make_mut(&mut self.things).push(*thing);
            self.places.insert(*thing, node);
            changes.push(Change::AddItem);
        }
        Ok(changes)
    }

    /// Puts what a thing needs in the place of what it needed.
    fn exchange(&self, from: Node, before: &Outgoing, after: &Outgoing, changes: &mut Vec<Change>) {
        let old: Vec<GroupNode> = match before.groups.is_empty() {
            true => Vec::new(),
            false => self.graph.groups_of(from).collect(),
        };
        exchange_groups(from, (before, &old), after, changes);
        let by = |outgoing: &Outgoing, tie: Tie| -> BTreeSet<Node> {
            let needs = outgoing.needs.iter().filter(|need| need.tie == tie);
            needs.map(|need| Node(need.place)).filter(|to| *to != from).collect()
        };
        let (hard_before, hard_after) = (by(before, Tie::Hard), by(after, Tie::Hard));
        changes.extend(hard_before.difference(&hard_after).map(|to| Change::RemoveHard(from, *to)));
        changes.extend(hard_after.difference(&hard_before).map(|to| Change::AddHard(from, *to)));
        let (soft_before, soft_after) = (by(before, Tie::Soft), by(after, Tie::Soft));
        changes.extend(soft_before.difference(&soft_after).map(|to| Change::RemoveSoft(from, *to)));
        changes.extend(soft_after.difference(&soft_before).map(|to| Change::AddSoft(from, *to)));
    }
}

/// Groups keep their positions in their order.
fn exchange_groups(
    owner: Node,
    (before, old): (&Outgoing, &[GroupNode]),
    after: &Outgoing,
    changes: &mut Vec<Change>,
) {
    for place in 0..after.groups.len() {
        let drafted = || {
            let (threshold, members) = after.reckoned(place);
            Group { owner: owner.0, threshold, members: members.collect() }
        };
        match old.get(place) {
            Some(_) if before.has_same(place, after) => {}
            Some(position) => changes.push(Change::SetGroup(*position, drafted())),
            None => changes.push(Change::AddGroup(drafted())),
        }
    }
    changes.extend(old.iter().skip(after.groups.len()).map(|position| Change::RemoveGroup(*position)));
}

/// The things whose needs may have changed; none where a graph has to be built anew.
fn touched((old, new): (&Recorded, &Recorded), changed: &Changed, as_of: NaiveDate) -> Option<Touched> {
    let mut touched = Touched::default();
    for (table, ids) in changed {
        if matches!(table.as_str(), "hardware_model" | "support_coverage") {
            continue;
        }
        for id in ids.as_ref()? {
            let both = (old, new);
            match table.as_str() {
                "dependency" | "redundancy_group" | "configuration_item" => {
                    touched.said(both, table, *id)?;
                }
                "colocation_contract_site" => return None,
                "colocation_circuit" => {
                    let id = ColocationCircuitId(*id);
                    same(both, |it| Some((it.circuits.get(&id)?.deployment_id, it.returned(id, as_of))))?;
                }
                "colocation_deployment" => {
                    let id = ColocationDeploymentId(*id);
                    same(both, |it| it.deployments.get(&id).map(|row| row.contract_id))?;
                }
                _ => {
                    let kind = ThingKind::ALL.into_iter().find(|kind| kind.table() == table)?;
                    touched.thing(both, kind.thing(*id), as_of)?;
                }
            }
        }
    }
    Some(touched)
}

/// Nothing where a row that was there says something else.
fn same<T: PartialEq>((old, new): (&Recorded, &Recorded), of: impl Fn(&Recorded) -> Option<T>) -> Option<()> {
    let before = of(old);
    (before.is_none() || before == of(new)).then_some(())
}

impl Touched {
    /// What was said touches what it is said of.
    fn said(&mut self, (old, new): (&Recorded, &Recorded), table: &str, id: Uuid) -> Option<()> {
        for recorded in [old, new] {
            let item = match table {
                "dependency" => recorded.dependencies.get(&DependencyId(id)).map(|row| row.from_id),
                "redundancy_group" => recorded.groups.get(&RedundancyGroupId(id)).map(|row| row.owner_id),
                _ => Some(ConfigurationItemId(id)),
            };
            // Either side may be the one that knows what the item stands for.
            let things = item.into_iter().flat_map(|item| [old.items.get(&item), new.items.get(&item)]);
            self.things.extend(things.flatten());
        }
        if table == "configuration_item" {
            same((old, new), |it| it.items.get(&ConfigurationItemId(id)).copied())
                .or_else(|| (!new.items.contains(&ConfigurationItemId(id))).then_some(()))?;
        }
        Some(())
    }

    /// A new thing is added. One that is there touches itself; what is gone, retired or back touches too much.
    fn thing(&mut self, (old, new): (&Recorded, &Recorded), thing: Thing, as_of: NaiveDate) -> Option<()> {
        let is_retired = |it: &Recorded| it.about(thing, as_of).map(|about| about.is_retired);
        match (is_retired(old), is_retired(new)) {
            (None, None) => return Some(()),
            (None, Some(_)) => {
                // What a new feed powers was there before.
                if matches!(thing, Thing::PowerFeed(_)) {
                    return None;
                }
                self.new.insert(thing);
                self.things.insert(thing);
                self.region((old, new), thing)?;
                return Some(());
            }
            (before, after) if before != after => return None,
            _ => {}
        }
        let is_same = match thing {
            Thing::Asset(id) => stands(old, id) == stands(new, id),
            Thing::Workload(id) => runs(old, id) == runs(new, id),
            Thing::Rack(id) => {
                // Power from either side is called by its rack.
                same((old, new), |it| it.racks.get(&id).map(|row| row.name.clone()))?;
                site_of(old, id) == site_of(new, id)
            }
            Thing::PowerFeed(id) => {
                same((old, new), |it| fed(it, id))?;
                true
            }
            Thing::ProviderAccount(id) => {
                // Regions are those of the provider.
                same((old, new), |it| it.provider_of(id))?;
                true
            }
            Thing::ColocationContract(id) => {
                same((old, new), |it| keeps(it, id, as_of))?;
                true
            }
            Thing::SupportContract(id) => covers(old, id, as_of) == covers(new, id, as_of),
            Thing::Service(id) => provided(old, id) == provided(new, id),
            _ => true,
        };
        if !is_same {
            self.things.insert(thing);
            self.region((old, new), thing)?;
        }
        Some(())
    }

    /// The first workload in a region brings the region; the last one that leaves it takes too much along.
    fn region(&mut self, (old, new): (&Recorded, &Recorded), thing: Thing) -> Option<()> {
        let Thing::Workload(id) = thing else { return Some(()) };
        let of = |it: &Recorded| it.workloads.get(&id).and_then(|row| it.region_of(row));
        let is_in = |it: &Recorded, region| it.workloads_of_region(region).next().is_some();
        if let Some(region) = of(new).filter(|region| !is_in(old, *region)) {
            self.new.insert(Thing::CloudRegion(region));
            self.things.insert(Thing::CloudRegion(region));
        }
        of(old).is_none_or(|region| is_in(new, region)).then_some(())
    }
}

fn stands(recorded: &Recorded, id: AssetId) -> Option<impl PartialEq + use<>> {
    recorded.assets.get(&id).map(|row| Arc::clone(&row.place))
}

fn runs(recorded: &Recorded, id: WorkloadId) -> Option<impl PartialEq + use<>> {
    recorded.workloads.get(&id).map(|row| (row.account_id, row.site_id, recorded.region_of(row)))
}

fn site_of(recorded: &Recorded, id: RackId) -> Option<impl PartialEq + use<>> {
    recorded.racks.get(&id).map(|row| row.site_id)
}

fn fed(recorded: &Recorded, id: PowerFeedId) -> Option<impl PartialEq + use<>> {
    let row = recorded.feeds.get(&id)?;
    let hangs = (row.upstream_id, row.circuit_id, panel_of(row));
    Some((row.site_id, row.status, row.side, row.rack_id, hangs))
}

fn keeps(recorded: &Recorded, id: ColocationContractId, on: NaiveDate) -> Option<impl PartialEq + use<>> {
    let row = recorded.colocation.get(&id)?;
    Some((in_force(row, on), last_day(row), row.holdover_multiplier.is_some(), row.vendor_id))
}

fn covers(recorded: &Recorded, id: SupportContractId, on: NaiveDate) -> Option<impl PartialEq + use<>> {
    recorded.support.get(&id).map(|row| (row.vendor_id, supports(row, on)))
}

fn provided(recorded: &Recorded, id: ServiceId) -> Option<impl PartialEq + use<>> {
    recorded.services.get(&id).map(|row| (row.vendor_id, row.kind))
}
