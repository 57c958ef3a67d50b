//! What follows from inventory and contracts by itself: what a thing needs because of where it is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    contracts::colocation_circuit::Feed,
    id::{ColocationContractId, PowerFeedId, RackId, SiteId},
    topology::{dependency::DependencyKind, power_feed::FeedStatus},
};

use super::{
    implied::panel_of,
    items::Thing,
    recorded::{Recorded, in_force},
};

/// What many things need for the same reason, worked out once for a graph: the power of racks, and the contracts that
/// are in force for sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    racks: HashMap<RackId, RackFeeds>,
    contracts: HashMap<SiteId, Vec<ColocationContractId>>,
}

/// The active feeds of a rack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RackFeeds {
    /// What power from either side is called.
    pub name: Arc<str>,
    /// Feeds of both sides, of which one has to be up; empty unless there are both.
    pub either: Vec<PowerFeedId>,
    /// Feeds that nothing stands in for.
    pub each: Vec<PowerFeedId>,
}

impl Frame {
    /// What follows from what is on record on a day.
    #[must_use]
    pub fn of(recorded: &Recorded, as_of: NaiveDate) -> Self {
        let running = recorded.colocation.values().filter(|contract| in_force(contract, as_of));
        let running: HashSet<_> = running.map(|contract| contract.id).collect();
        let mut contracts: HashMap<SiteId, Vec<ColocationContractId>> = HashMap::new();
        for row in recorded.contract_sites.values().filter(|row| running.contains(&row.contract_id)) {
            contracts.entry(row.site_id).or_default().push(row.contract_id);
        }
        Self { racks: feeds_by_rack(recorded), contracts }
    }

    /// The contracts in force for a site.
    #[must_use]
    pub fn contracts(&self, site: SiteId) -> &[ColocationContractId] {
        self.contracts.get(&site).map_or(&[], Vec::as_slice)
    }

    /// Tells what a thing is down without, and in which way it needs it; power from either side is the answer.
    pub fn needs(
        &self,
        recorded: &Recorded,
        thing: Thing,
        mut tell: impl FnMut(Thing, DependencyKind),
    ) -> Option<&RackFeeds> {
        match thing {
            Thing::Asset(id) => return self.of_asset(recorded, id, tell),
            Thing::Rack(id) => {
                if let Some(row) = recorded.racks.get(&id) {
                    tell(Thing::Site(row.site_id), DependencyKind::ContainedIn);
                }
            }
            Thing::Site(id) => {
                for contract in self.contracts(id) {
                    tell(Thing::ColocationContract(*contract), DependencyKind::DependsOn);
                }
            }
            Thing::PowerFeed(id) => {
                let row = recorded.feeds.get(&id)?;
                tell(Thing::Site(row.site_id), DependencyKind::ContainedIn);
                if let Some(upstream) = row.upstream_id {
                    tell(Thing::PowerFeed(upstream), DependencyKind::PoweredBy);
                }
                if let Some(panel) = panel_of(row) {
                    tell(Thing::PowerPanel(panel), DependencyKind::PoweredBy);
                }
                if let Some(contract) = row.circuit_id.and_then(|circuit| recorded.contract_of(circuit)) {
                    tell(Thing::ColocationContract(contract), DependencyKind::DependsOn);
                }
            }
            Thing::PowerPanel(id) => {
                if let Some(feed) = recorded.feeds_of_panel(id).next() {
                    tell(Thing::Site(feed.site_id), DependencyKind::ContainedIn);
                }
            }
            Thing::Workload(id) => {
                let row = recorded.workloads.get(&id)?;
                if let Some(region) = recorded.region_of(row) {
                    tell(Thing::CloudRegion(region), DependencyKind::ContainedIn);
                }
                tell(Thing::ProviderAccount(row.account_id), DependencyKind::RunsOn);
                if let Some(site) = row.site_id {
                    tell(Thing::Site(site), DependencyKind::ContainedIn);
                }
            }
            Thing::Service(_)
            | Thing::Vendor(_)
            | Thing::ColocationContract(_)
            | Thing::SupportContract(_)
            | Thing::ProviderAccount(_)
            | Thing::CloudRegion(_) => {}
        }
        None
    }

    /// An asset needs its site, its chassis, its rack, and power from its rack.
    fn of_asset(
        &self,
        recorded: &Recorded,
        id: entity::id::AssetId,
        mut tell: impl FnMut(Thing, DependencyKind),
    ) -> Option<&RackFeeds> {
        let row = recorded.assets.get(&id)?;
        tell(Thing::Site(row.site_id), DependencyKind::ContainedIn);
        if let Some(parent) = row.parent_id {
            tell(Thing::Asset(parent), DependencyKind::ContainedIn);
        }
        let rack = row.rack_id?;
        tell(Thing::Rack(rack), DependencyKind::ContainedIn);
        let feeds = self.racks.get(&rack)?;
        for feed in &feeds.each {
            tell(Thing::PowerFeed(*feed), DependencyKind::PoweredBy);
        }
        Some(feeds).filter(|feeds| !feeds.either.is_empty())
    }
}

/// The active feeds of racks. Feeds of side A and of side B stand in for each other; a feed of no side, or of a side
/// whose other does not feed the rack, has nothing that stands in for it.
fn feeds_by_rack(recorded: &Recorded) -> HashMap<RackId, RackFeeds> {
    let mut by_rack: HashMap<RackId, Vec<(Option<Feed>, PowerFeedId)>> = HashMap::new();
    for feed in recorded.feeds.values().filter(|feed| feed.status == FeedStatus::Active) {
        if let Some(rack) = feed.rack_id {
            by_rack.entry(rack).or_default().push((feed.side, feed.id));
        }
    }
    let sorted = by_rack.into_iter().map(|(rack, feeds)| {
        let has = |side: Feed| feeds.iter().any(|(found, _)| *found == Some(side));
        let is_paired = has(Feed::A) && has(Feed::B);
        let name = recorded
            .racks
            .get(&rack)
            .map_or_else(|| "power".into(), |row| format!("power of rack {}", row.name).into());
        let mut sorted = RackFeeds { name, ..RackFeeds::default() };
        for (side, feed) in feeds {
            match is_paired && side.is_some() {
                true => sorted.either.push(feed),
                false => sorted.each.push(feed),
            }
        }
        (rack, sorted)
    });
    sorted.collect()
}
