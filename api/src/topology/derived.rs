//! What follows from inventory and contracts by itself: what a thing needs because of where it is.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    contracts::colocation_circuit::Feed,
    id::{PowerFeedId, RackId},
    topology::{dependency::DependencyKind, power_feed::FeedStatus},
};

use super::{
    items::Thing,
    recorded::{Recorded, in_force},
};

/// That one thing is down without another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// What needs.
    pub from: Thing,
    /// What is needed.
    pub to: Thing,
    /// In what way.
    pub kind: DependencyKind,
}

/// That one thing needs power from one of several feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerPair {
    /// What needs power.
    pub owner: Thing,
    /// The rack whose feeds they are.
    pub rack: RackId,
    /// The feeds, of which one has to be up.
    pub feeds: Vec<PowerFeedId>,
}

/// What follows from where things are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Hard needs.
    pub needs: Vec<Need>,
    /// Power from either side.
    pub pairs: Vec<PowerPair>,
}

/// The active feeds of a rack.
#[derive(Clone, Debug, Default)]
struct RackFeeds {
    /// Feeds of both sides, of which one has to be up; empty unless there are both.
    either: Vec<PowerFeedId>,
    /// Feeds that nothing stands in for.
    each: Vec<PowerFeedId>,
}

impl Derived {
    /// What follows from what is on record on a day.
    #[must_use]
    pub fn of(recorded: &Recorded, as_of: NaiveDate) -> Self {
        let mut derived = Self::default();
        derived.assets(recorded);
        derived.places(recorded, as_of);
        derived.feeds(recorded);
        derived.workloads(recorded);
        derived
    }

    fn need(&mut self, from: Thing, to: Thing, kind: DependencyKind) {
        self.needs.push(Need { from, to, kind });
    }

    /// An asset needs its rack, its chassis, its site, and power from its rack.
    fn assets(&mut self, recorded: &Recorded) {
        let feeds = feeds_by_rack(recorded);
        for asset in &recorded.assets {
            let own = Thing::Asset(asset.id);
            self.need(own, Thing::Site(asset.site_id), DependencyKind::ContainedIn);
            if let Some(parent) = asset.parent_id {
                self.need(own, Thing::Asset(parent), DependencyKind::ContainedIn);
            }
            let Some(rack) = asset.rack_id else { continue };
            self.need(own, Thing::Rack(rack), DependencyKind::ContainedIn);
            let Some(feeds) = feeds.get(&rack) else { continue };
            for feed in &feeds.each {
                self.need(own, Thing::PowerFeed(*feed), DependencyKind::PoweredBy);
            }
            if !feeds.either.is_empty() {
                self.pairs.push(PowerPair { owner: own, rack, feeds: feeds.either.clone() });
            }
        }
    }

    /// A rack needs its site, and a site the contracts in force for it.
    fn places(&mut self, recorded: &Recorded, as_of: NaiveDate) {
        for rack in &recorded.racks {
            self.need(Thing::Rack(rack.id), Thing::Site(rack.site_id), DependencyKind::ContainedIn);
        }
        let running = recorded.colocation.iter().filter(|contract| in_force(contract, as_of));
        let running: HashSet<_> = running.map(|contract| contract.id).collect();
        for (contract, site) in &recorded.contract_sites {
            if running.contains(contract) {
                let to = Thing::ColocationContract(*contract);
                self.need(Thing::Site(*site), to, DependencyKind::DependsOn);
            }
        }
    }

    /// A feed needs its site, the feed it hangs on, and the contract of the circuit that it is.
    fn feeds(&mut self, recorded: &Recorded) {
        for feed in &recorded.feeds {
            let own = Thing::PowerFeed(feed.id);
            self.need(own, Thing::Site(feed.site_id), DependencyKind::ContainedIn);
            if let Some(upstream) = feed.upstream_id {
                self.need(own, Thing::PowerFeed(upstream), DependencyKind::PoweredBy);
            }
            if let Some(contract) = feed.circuit_id.and_then(|circuit| recorded.circuits.get(&circuit)) {
                self.need(own, Thing::ColocationContract(*contract), DependencyKind::DependsOn);
            }
        }
    }

    /// A workload needs its account and the site of its region.
    fn workloads(&mut self, recorded: &Recorded) {
        for workload in &recorded.workloads {
            let own = Thing::Workload(workload.id);
            self.need(own, Thing::ProviderAccount(workload.account_id), DependencyKind::RunsOn);
            if let Some(site) = workload.site_id {
                self.need(own, Thing::Site(site), DependencyKind::ContainedIn);
            }
        }
    }
}

/// The active feeds of racks. Feeds of side A and of side B stand in for each other; a feed of no side, or of a side
/// whose other does not feed the rack, has nothing that stands in for it.
fn feeds_by_rack(recorded: &Recorded) -> HashMap<RackId, RackFeeds> {
    let mut by_rack: HashMap<RackId, Vec<(Option<Feed>, PowerFeedId)>> = HashMap::new();
    for feed in recorded.feeds.iter().filter(|feed| feed.status == FeedStatus::Active) {
        if let Some(rack) = feed.rack_id {
            by_rack.entry(rack).or_default().push((feed.side, feed.id));
        }
    }
    let sorted = by_rack.into_iter().map(|(rack, feeds)| {
        let has = |side: Feed| feeds.iter().any(|(found, _)| *found == Some(side));
        let is_paired = has(Feed::A) && has(Feed::B);
        let mut sorted = RackFeeds::default();
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
