//! Power feeds, and what the cables of power ports lead to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Netbox;
use super::hardware::tags;
use super::places::Places;
use super::power::usable_watts;
use super::tables::Object;
use crate::import::Records;
use crate::import::problem::Severity;
use crate::import::records::{Dependency, ItemKey, PowerFeed, RedundancyGroup};

/// The group of what feeds a device, where there is more than one of it.
const GROUP: &str = "power";

/// The end of a cable that gives power.
enum Giver<'a> {
    /// An outlet of a device.
    Outlet(&'a Object),
    /// A feed.
    Feed(&'a Object),
}

impl<'a> Netbox<'a> {
    /// Reads the feeds, and what devices are powered by.
    ///
    /// A device with one source needs it. One with several needs any of them, as its power supplies stand in for
    /// each other: they become a group of which one has to be up.
    pub(super) fn power(&mut self, places: &Places) {
        let feeds = self.power_feeds(places);
        let known = tags(self.tables.rows("dcim_device"));
        let usable = usable(&self.parsed.records);
        let mut followed = Vec::new();
        let asset = |device: Option<&str>| {
            let tag = known.get(device?)?;
            usable.contains(tag.as_str()).then(|| item("ASSET", [tag.clone()]))
        };
        let mut sources: BTreeMap<ItemKey, (&Object, BTreeSet<ItemKey>)> = BTreeMap::new();
        let givers = self.givers();
        for port in self.tables.rows("dcim_powerport") {
            let Some(cable) = port.reference("cable") else { continue };
            let Some(giver) = givers.get(cable) else { continue };
            let giver = match giver {
                Giver::Outlet(outlet) => asset(outlet.reference("device")),
                Giver::Feed(feed) => feeds.get(feed.id.as_str()).cloned(),
            };
            if let (Some(taker), Some(giver)) = (asset(port.reference("device")), giver)
                && taker != giver
            {
                followed.push(cable);
                sources.entry(taker).or_insert_with(|| (port, BTreeSet::new())).1.insert(giver);
            }
        }
        self.followed.extend(followed);
        for (taker, (port, givers)) in sources {
            self.powered(port, &taker, givers);
        }
    }

    fn powered(&mut self, port: &Object, taker: &ItemKey, givers: BTreeSet<ItemKey>) {
        let group = (givers.len() > 1).then(|| GROUP.to_owned());
        if let Some(name) = &group {
            self.parsed.records.redundancy_groups.push(RedundancyGroup {
                origin: port.origin.clone(),
                owner: taker.clone(),
                name: name.clone(),
                required_count: Some(1),
                source: Some(format!("netbox:powerport:{}", port.id)),
                ..RedundancyGroup::default()
            });
        }
        for giver in givers {
            self.parsed.records.dependencies.push(Dependency {
                origin: port.origin.clone(),
                from: taker.clone(),
                to: giver,
                kind: "POWERED_BY".to_owned(),
                redundancy_group: group.clone(),
                source: Some(format!("netbox:powerport:{}", port.id)),
                ..Dependency::default()
            });
        }
    }

    /// What gives power at the ends of cables, by cable.
    fn givers(&self) -> HashMap<&'a str, Giver<'a>> {
        let tables = self.tables;
        let outlets = tables.rows("dcim_poweroutlet").iter();
        let outlets = outlets.filter_map(|it| Some((it.reference("cable")?, Giver::Outlet(it))));
        let feeds = tables.rows("dcim_powerfeed").iter();
        outlets.chain(feeds.filter_map(|it| Some((it.reference("cable")?, Giver::Feed(it))))).collect()
    }

    /// Reads the feeds, and answers what each is called by its id.
    fn power_feeds(&mut self, places: &Places) -> HashMap<&'a str, ItemKey> {
        let mut taken = HashSet::new();
        let mut keys = HashMap::new();
        for feed in self.tables.rows("dcim_powerfeed") {
            let Some(record) = self.power_feed(feed, places, &mut taken) else { continue };
            keys.insert(feed.id.as_str(), item("POWER_FEED", [record.site.clone(), record.name.clone()]));
            self.parsed.records.power_feeds.push(record);
        }
        keys
    }

    /// A feed at the site of its rack, or else of its panel. NetBox lets feeds of two panels share a name.
    fn power_feed(
        &mut self,
        feed: &'a Object,
        places: &Places,
        taken: &mut HashSet<(String, String)>,
    ) -> Option<PowerFeed> {
        let rack = self.referred(feed, "rack", "dcim_rack", Severity::Warning);
        let rack = rack.and_then(|rack| places.racks.get(&rack.id));
        let panel = feed.reference("power_panel").and_then(|id| self.tables.find("dcim_powerpanel", id));
        let site_of_panel = panel.and_then(|panel| places.sites.get(panel.reference("site")?));
        let Some(site) = rack.map(|rack| &rack.key.site).or(site_of_panel).cloned() else {
            self.report(feed, Severity::Warning, "neither rack nor panel tell the site: left out", None);
            return None;
        };
        let mut name = feed.owned("name").unwrap_or_else(|| format!("netbox-{}", feed.id));
        if !taken.insert((site.clone(), name.clone())) {
            name = format!("{name} (netbox-{})", feed.id);
            taken.insert((site.clone(), name.clone()));
        }
        let statuses =
            &[("active", "ACTIVE"), ("failed", "ACTIVE"), ("planned", "PLANNED"), ("offline", "PLANNED")];
        let watts = usable_watts(feed).and_then(|watts| i32::try_from(watts).ok());
        Some(PowerFeed {
            origin: feed.origin.clone(),
            site,
            name,
            status: self.status(feed, statuses),
            side: match feed.text("type") {
                Some("primary") => Some("A".to_owned()),
                Some("redundant") => Some("B".to_owned()),
                _ => None,
            },
            rack: rack.map(|rack| rack.key.name.clone()),
            capacity_watts: watts.filter(|watts| *watts > 0),
            panel: panel.and_then(|panel| panel.owned("name")),
            source: Some(format!("netbox:powerfeed:{}", feed.id)),
            ..PowerFeed::default()
        })
    }
}

/// The tags of assets that are not out of use for good.
pub(super) fn usable(records: &Records) -> HashSet<&str> {
    let assets = records.assets.iter().filter(|asset| asset.status.as_deref() != Some("RETIRED"));
    assets.map(|asset| asset.tag.as_str()).collect()
}

pub(super) fn item(kind: &str, parts: impl IntoIterator<Item = String>) -> ItemKey {
    ItemKey { kind: kind.to_owned(), parts: parts.into_iter().collect() }
}
