//! What follows from inventory and contracts by itself: what a thing needs because of where it is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    contracts::colocation_circuit::Feed,
    id::{ColocationContractId, PowerFeedId, RackId, SiteId},
    inventory::site::SiteStatus,
    topology::{dependency::DependencyKind, power_feed::FeedStatus, service::ServiceKind},
};
use topology::table::Spot;

use super::{
    implied::panel_of,
    items::Thing,
    outgoing::Tie,
    recorded::{Recorded, in_force, last_day, supports},
    rows::AssetRow,
};

/// What many things need for the same reason, worked out once for a graph: the power of racks, and the contracts that
/// keep sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    racks: ByRack,
    /// Contracts in force.
    contracts: HashMap<SiteId, Vec<ColocationContractId>>,
    /// Of sites that none in force keeps, the contract that ended last.
    lapsed: HashMap<SiteId, Vec<ColocationContractId>>,
    /// The last days of those of them that leave no right to stay.
    over: HashMap<ColocationContractId, NaiveDate>,
    /// Contracts that have ended under which something stays on, as they leave the right to: sites that none in force
    /// keeps, and circuits that nobody handed back.
    held: HashSet<ColocationContractId>,
}

/// Feeds by racks, which every asset asks for; ids are as good as random already.
type ByRack = HashMap<RackId, RackFeeds, foldhash::fast::FixedState>;

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
        let mut frame = Self { racks: feeds_by_rack(recorded, as_of), contracts, ..Self::default() };
        frame.lapse(recorded, as_of);
        frame
    }

    /// A site that no contract keeps any more still hangs on the one that ended last. That is down from the day after
    /// its last one, unless it says what staying on costs.
    fn lapse(&mut self, recorded: &Recorded, as_of: NaiveDate) {
        let ended = recorded.colocation.values().filter_map(|contract| {
            let last = last_day(contract).filter(|last| *last < as_of)?;
            (contract.billing_starts_on <= as_of)
                .then_some((contract.id, (last, contract.holdover_multiplier.is_none())))
        });
        let ended: HashMap<ColocationContractId, (NaiveDate, bool)> = ended.collect();
        let mut latest: HashMap<SiteId, NaiveDate> = HashMap::new();
        let is_open =
            |site: SiteId| recorded.sites.get(&site).is_some_and(|row| row.status != SiteStatus::Closed);
        let kept = |row: &SiteId| self.contracts.contains_key(row) || !is_open(*row);
        let rows = recorded.contract_sites.values().filter(|row| !kept(&row.site_id));
        let rows: Vec<_> = rows.filter_map(|row| Some((row, *ended.get(&row.contract_id)?))).collect();
        for (row, (last, _)) in &rows {
            let known = latest.entry(row.site_id).or_insert(*last);
            *known = (*known).max(*last);
        }
        for (row, (last, is_over)) in
            rows.into_iter().filter(|(row, (last, _))| latest[&row.site_id] == *last)
        {
            self.lapsed.entry(row.site_id).or_default().push(row.contract_id);
            if is_over {
                self.over.insert(row.contract_id, last);
            } else {
                self.held.insert(row.contract_id);
            }
        }
        let circuits = recorded.feeds.values().filter(|feed| feed.status != FeedStatus::Retired);
        let circuits = circuits.filter_map(|feed| feed.circuit_id);
        let circuits = circuits.filter(|circuit| recorded.returned(*circuit, as_of).is_none());
        let drawn = circuits.filter_map(|circuit| recorded.contract_of(circuit));
        self.held.extend(drawn.filter(|id| ended.get(id).is_some_and(|(_, is_over)| !is_over)));
    }

    /// The contracts in force for a site.
    #[must_use]
    pub fn contracts(&self, site: SiteId) -> &[ColocationContractId] {
        self.contracts.get(&site).map_or(&[], Vec::as_slice)
    }

    /// Whether a contract is over and nothing took its place.
    #[must_use]
    pub fn is_over(&self, contract: ColocationContractId) -> bool {
        self.over.contains_key(&contract)
    }

    /// Tells what a thing is down or degraded without, and in which way it needs it. Where one of several is enough,
    /// what they are called together is the answer, and they are told as members of a group, the first that the thing
    /// has by itself; where there are none, nothing keeps it up.
    pub fn needs(
        &self,
        recorded: &Recorded,
        last_asset: &mut Spot,
        (thing, as_of): (Thing, NaiveDate),
        mut tell: impl FnMut(Thing, DependencyKind, Tie),
    ) -> Option<Arc<str>> {
        let mut hard = |thing, kind| tell(thing, kind, Tie::Hard);
        match thing {
            Thing::Asset(id) => return self.of_asset(recorded.assets.near(last_asset, &id)?, tell),
            Thing::Rack(id) => {
                let row = recorded.racks.get(&id)?;
                hard(Thing::Site(row.site_id), DependencyKind::ContainedIn);
                return self.power_of(id, tell);
            }
            Thing::Site(id) => return self.of_site(id, tell),
            Thing::PowerFeed(id) => {
                let row = recorded.feeds.get(&id)?;
                hard(Thing::Site(row.site_id), DependencyKind::ContainedIn);
                if let Some(upstream) = row.upstream_id {
                    hard(Thing::PowerFeed(upstream), DependencyKind::PoweredBy);
                }
                if let Some(panel) = panel_of(row) {
                    hard(Thing::PowerPanel(panel), DependencyKind::PoweredBy);
                }
                let circuit = row.circuit_id?;
                if let Some(contract) = recorded.contract_of(circuit) {
                    hard(Thing::ColocationContract(contract), DependencyKind::DependsOn);
                }
                let returned = recorded.returned(circuit, as_of)?;
                return Some(format!("circuit that was handed back on {returned}").into());
            }
            Thing::PowerPanel(id) => {
                if let Some(feed) = recorded.feeds_of_panel(id).next() {
                    hard(Thing::Site(feed.site_id), DependencyKind::ContainedIn);
                }
            }
            Thing::Workload(id) => {
                let row = recorded.workloads.get(&id)?;
                if let Some(region) = recorded.region_of(row) {
                    hard(Thing::CloudRegion(region), DependencyKind::ContainedIn);
                }
                hard(Thing::ProviderAccount(row.account_id), DependencyKind::RunsOn);
                if let Some(site) = row.site_id {
                    hard(Thing::Site(site), DependencyKind::ContainedIn);
                }
            }
            Thing::Service(id) => {
                let row = recorded.services.get(&id)?;
                // What others run stops with them; what was only bought from them runs on.
                let is_run = matches!(row.kind, ServiceKind::External | ServiceKind::Carrier);
                let tie = if is_run { Tie::Hard } else { Tie::Soft };
                tell(Thing::Vendor(row.vendor_id?), DependencyKind::DependsOn, tie);
            }
            Thing::ColocationContract(id) => {
                let row = recorded.colocation.get(&id)?;
                if in_force(row, as_of) || self.held.contains(&id) {
                    hard(Thing::Vendor(row.vendor_id), DependencyKind::DependsOn);
                }
                return Some(format!("term that ended on {}", self.over.get(&id)?).into());
            }
            Thing::SupportContract(id) => {
                let row = recorded.support.get(&id).filter(|row| supports(row, as_of))?;
                hard(Thing::Vendor(row.vendor_id), DependencyKind::DependsOn);
            }
            Thing::Vendor(_) | Thing::ProviderAccount(_) | Thing::CloudRegion(_) => {}
        }
        None
    }

    /// A site needs its contract; where there are several, one of them keeps it.
    fn of_site(&self, id: SiteId, mut tell: impl FnMut(Thing, DependencyKind, Tie)) -> Option<Arc<str>> {
        let contracts = self.contracts.get(&id).or_else(|| self.lapsed.get(&id))?;
        let mut members: Vec<Thing> = contracts.iter().copied().map(Thing::ColocationContract).collect();
        members.sort_unstable();
        members.dedup();
        let tie = if members.len() == 1 { Tie::Hard } else { Tie::Group(0) };
        members.iter().for_each(|contract| tell(*contract, DependencyKind::DependsOn, tie));
        (tie != Tie::Hard).then(|| "colocation contracts".into())
    }

    /// An asset needs its site, its chassis, its rack, and power from its rack.
    fn of_asset(&self, row: &AssetRow, mut tell: impl FnMut(Thing, DependencyKind, Tie)) -> Option<Arc<str>> {
        tell(Thing::Site(row.place.site_id), DependencyKind::ContainedIn, Tie::Hard);
        if let Some(parent) = row.place.parent_id {
            tell(Thing::Asset(parent), DependencyKind::ContainedIn, Tie::Hard);
        }
        let rack = row.place.rack_id?;
        tell(Thing::Rack(rack), DependencyKind::ContainedIn, Tie::Hard);
        // The rack needs its power too; said of the asset itself, a feed that is lost puts the asset at risk.
        self.power_of(rack, tell)
    }

    /// A rack, and all that stands in it, needs its feeds: of both sides one, and each that nothing stands in for. One
    /// without a feed on record needs none.
    fn power_of(&self, rack: RackId, mut tell: impl FnMut(Thing, DependencyKind, Tie)) -> Option<Arc<str>> {
        let feeds = self.racks.get(&rack)?;
        for (feeds, tie) in [(&feeds.each, Tie::Hard), (&feeds.either, Tie::Group(0))] {
            feeds.iter().for_each(|feed| tell(Thing::PowerFeed(*feed), DependencyKind::PoweredBy, tie));
        }
        (!feeds.either.is_empty()).then(|| Arc::clone(&feeds.name))
    }
}

/// The active feeds of racks. Feeds of side A and of side B stand in for each other; a feed of no side, or of a side
/// whose other does not feed the rack, has nothing that stands in for it. One whose circuit was handed back feeds the
/// rack no more, unless nothing else does: then the rack is dark.
fn feeds_by_rack(recorded: &Recorded, as_of: NaiveDate) -> ByRack {
    let mut by_rack: HashMap<RackId, Vec<(Option<Feed>, PowerFeedId)>> = HashMap::new();
    let mut dark: HashMap<RackId, Vec<(Option<Feed>, PowerFeedId)>> = HashMap::new();
    for feed in recorded.feeds.values().filter(|feed| feed.status == FeedStatus::Active) {
        let is_back = feed.circuit_id.and_then(|circuit| recorded.returned(circuit, as_of)).is_some();
        if let Some(rack) = feed.rack_id {
            let feeds = if is_back { &mut dark } else { &mut by_rack };
            feeds.entry(rack).or_default().push((feed.side, feed.id));
        }
    }
    for (rack, feeds) in dark {
        by_rack.entry(rack).or_insert(feeds);
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
