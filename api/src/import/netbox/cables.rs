//! What the cables of interfaces lead to: other devices and, by circuits, carriers.
//!
//! A cable says that two talk, and not which of them needs the other. That follows from what they are: a server needs
//! its switch, a switch the firewall or the router behind it, a router its carrier. Two of the same sort lose something
//! by each other and are down by neither, so they need each other softly; so does what is of no known kind, and what
//! is cabled for its management alone. Several that stand in for each other become a group of which one has to be up.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Netbox;
use super::feeds::{item, usable};
use super::hardware::tags;
use super::tables::Object;
use crate::import::cell;
use crate::import::records::{Dependency, ItemKey, RedundancyGroup};

/// Panels that a cable may pass one after the other; more are a ring.
const DEPTH: usize = 32;

/// The group of the devices behind a device, where there is more than one.
const NETWORK: &str = "network";

/// The group of its carriers.
const CARRIERS: &str = "carriers";

/// What a cable ends in.
#[derive(Clone, Copy)]
enum Port<'a> {
    Interface(&'a Object),
    Circuit(&'a Object),
    Front(&'a Object),
    Rear(&'a Object),
}

impl<'a> Port<'a> {
    fn object(self) -> &'a Object {
        match self {
            Self::Interface(object) | Self::Circuit(object) | Self::Front(object) | Self::Rear(object) => {
                object
            }
        }
    }

    /// Whether two are one port, or at the same end of a cable with several at each.
    fn is_beside(self, other: Self) -> bool {
        let is_same = std::mem::discriminant(&self) == std::mem::discriminant(&other)
            && self.object().id == other.object().id;
        let ends = (self.object().text("cable_end"), other.object().text("cable_end"));
        is_same || matches!(ends, (Some(own), Some(theirs)) if own == theirs)
    }
}

/// The ends of all cables, and the ways through panels.
struct Ports<'a> {
    by_cable: HashMap<&'a str, Vec<Port<'a>>>,
    rear: HashMap<&'a str, &'a Object>,
    /// By rear port and position.
    front: HashMap<(&'a str, &'a str), &'a Object>,
}

/// What a device needs through its interfaces.
struct Uplinks<'a> {
    port: &'a Object,
    network: BTreeSet<ItemKey>,
    carriers: BTreeSet<ItemKey>,
    soft: BTreeSet<ItemKey>,
}

/// Which sort of port a row of a table is.
type AsPort<'a> = fn(&'a Object) -> Port<'a>;

impl<'a> Ports<'a> {
    fn of(netbox: &Netbox<'a>) -> Self {
        let tables = netbox.tables;
        let kinds: [(&str, AsPort<'a>); 4] = [
            ("dcim_interface", Port::Interface),
            ("circuits_circuittermination", Port::Circuit),
            ("dcim_frontport", Port::Front),
            ("dcim_rearport", Port::Rear),
        ];
        let mut by_cable: HashMap<&str, Vec<Port<'a>>> = HashMap::new();
        for (table, port) in kinds {
            for object in tables.rows(table) {
                if let Some(cable) = object.reference("cable") {
                    by_cable.entry(cable).or_default().push(port(object));
                }
            }
        }
        let front = tables.rows("dcim_frontport").iter().filter_map(|port| {
            Some(((port.reference("rear_port")?, port.text("rear_port_position").unwrap_or("1")), port))
        });
        let rear = tables.rows("dcim_rearport").iter().map(|port| (port.id.as_str(), port)).collect();
        Self { by_cable, rear, front: front.collect() }
    }

    /// Where the cable of a port leads, through panels, and the cables on the way.
    fn ends(&self, from: Port<'a>) -> Vec<(Port<'a>, Vec<&'a str>)> {
        let mut ends = Vec::new();
        let mut waiting: Vec<(Port<'a>, Vec<&'a str>, Vec<&'a str>)> = vec![(from, vec![], vec![])];
        let mut seen = HashSet::new();
        while let Some((port, cables, positions)) = waiting.pop() {
            if !seen.insert((
                std::mem::discriminant(&port),
                port.object().id.as_str(),
                positions.last().copied(),
            )) {
                continue;
            }
            let Some(cable) = port.object().reference("cable").filter(|_| cables.len() < DEPTH) else {
                continue;
            };
            let mut cables = cables;
            cables.push(cable);
            for far in self.by_cable.get(cable).into_iter().flatten() {
                if far.is_beside(port) {
                    continue;
                }
                let mut positions = positions.clone();
                let through = match far {
                    Port::Interface(_) | Port::Circuit(_) => {
                        ends.push((*far, cables.clone()));
                        None
                    }
                    Port::Front(front) => {
                        positions.push(front.text("rear_port_position").unwrap_or("1"));
                        let rear = front.reference("rear_port").and_then(|id| self.rear.get(id));
                        rear.copied().map(Port::Rear)
                    }
                    Port::Rear(rear) => {
                        let position = positions.pop().unwrap_or("1");
                        self.front.get(&(rear.id.as_str(), position)).copied().map(Port::Front)
                    }
                };
                waiting.extend(through.map(|port| (port, cables.clone(), positions)));
            }
        }
        ends
    }
}

impl<'a> Netbox<'a> {
    /// Reads what devices are connected by.
    pub(super) fn network(&mut self) {
        let tables = self.tables;
        let known = tags(tables.rows("dcim_device"));
        let kinds = self.kinds();
        let usable: HashSet<String> = usable(&self.parsed.records).into_iter().map(str::to_owned).collect();
        let tag = |port: &Object| known.get(port.reference("device")?).filter(|tag| usable.contains(*tag));
        let ports = Ports::of(self);
        let mut needs: BTreeMap<ItemKey, Uplinks<'a>> = BTreeMap::new();
        let mut followed = Vec::new();
        for port in tables.rows("dcim_interface") {
            let Some(own) = tag(port) else { continue };
            for (end, cables) in ports.ends(Port::Interface(port)) {
                let (to, is_carrier) = match end {
                    Port::Interface(far) => (tag(far).map(|tag| item("ASSET", [tag.clone()])), false),
                    Port::Circuit(far) => (self.carrier(far), true),
                    Port::Front(_) | Port::Rear(_) => (None, false),
                };
                let from = item("ASSET", [own.clone()]);
                let Some(to) = to.filter(|to| *to != from) else { continue };
                followed.extend(cables);
                let rank = |key: &ItemKey| kinds.get(key.parts.first()?).and_then(|kind| rank(kind));
                let (below, above) = (rank(&from), if is_carrier { None } else { rank(&to) });
                let is_sure = below.is_some() && !is_managing(port);
                if !is_carrier && below.is_some() && below > above {
                    // The other end tells it.
                    continue;
                }
                let uplinks = needs.entry(from).or_insert_with(|| Uplinks::of(port));
                match is_carrier {
                    true if is_sure => uplinks.carriers.insert(to),
                    false if is_sure && below < above => uplinks.network.insert(to),
                    _ => uplinks.soft.insert(to),
                };
            }
        }
        self.followed.extend(followed);
        for (from, uplinks) in needs {
            self.connected(&from, uplinks);
        }
    }

    /// The kinds of devices, by tag.
    fn kinds(&self) -> HashMap<String, String> {
        let records = &self.parsed.records;
        let models =
            records.hardware_models.iter().filter_map(|model| Some((&model.key, model.kind.as_ref()?)));
        let models: HashMap<_, _> = models.collect();
        let assets = records.assets.iter();
        assets
            .filter_map(|asset| Some((asset.tag.clone(), (*models.get(asset.model.as_ref()?)?).clone())))
            .collect()
    }

    /// Whose circuit it is, where the circuit is in use.
    fn carrier(&self, termination: &Object) -> Option<ItemKey> {
        let circuit = self.tables.find("circuits_circuit", termination.reference("circuit")?)?;
        let is_live = circuit.text("status").is_none_or(|status| status == "active");
        let provider = self.tables.find("circuits_provider", circuit.reference("provider")?)?;
        is_live.then(|| item("VENDOR", [super::machines::vendor_code(provider)]))
    }

    fn connected(&mut self, from: &ItemKey, uplinks: Uplinks<'a>) {
        let Uplinks { port, network, carriers, mut soft } = uplinks;
        soft.retain(|to| !network.contains(to) && !carriers.contains(to));
        for (group, ends) in [(NETWORK, network), (CARRIERS, carriers)] {
            let group = (ends.len() > 1).then(|| group.to_owned());
            if let Some(name) = &group {
                self.parsed.records.redundancy_groups.push(RedundancyGroup {
                    origin: port.origin.clone(),
                    owner: from.clone(),
                    name: name.clone(),
                    required_count: Some(1),
                    source: Some(format!("netbox:interface:{}", port.id)),
                    ..RedundancyGroup::default()
                });
            }
            for to in ends {
                self.via(port, from, to, group.clone(), None);
            }
        }
        for to in soft {
            self.via(port, from, to, None, Some("SOFT".to_owned()));
        }
    }

    fn via(
        &mut self,
        port: &Object,
        from: &ItemKey,
        to: ItemKey,
        redundancy_group: Option<String>,
        hardness: Option<String>,
    ) {
        self.parsed.records.dependencies.push(Dependency {
            origin: port.origin.clone(),
            from: from.clone(),
            to,
            kind: "CONNECTS_VIA".to_owned(),
            hardness,
            redundancy_group,
            source: Some(format!("netbox:interface:{}", port.id)),
            ..Dependency::default()
        });
    }

    /// Says how many cables became no dependency.
    pub(super) fn cables_left_out(&mut self) {
        let cables = self.tables.rows("dcim_cable");
        let left = cables.iter().filter(|cable| !self.followed.contains(cable.id.as_str())).count();
        if let Some(first) = cables.first().filter(|_| left > 0) {
            let message = format!(
                "{left} of {} cables are no dependency: an end of theirs is not on record, not in use, or is no \
                 interface, circuit or power port",
                cables.len()
            );
            self.note(first, message);
        }
    }
}

impl<'a> Uplinks<'a> {
    fn of(port: &'a Object) -> Self {
        Self { port, network: BTreeSet::new(), carriers: BTreeSet::new(), soft: BTreeSet::new() }
    }
}

/// Whether an interface is for management alone.
fn is_managing(port: &Object) -> bool {
    port.text("mgmt_only").is_some_and(|text| cell::boolean(text) == Ok(true))
}

/// How far out in the network a kind of hardware stands; nothing for what has no place in it, or an unknown one.
fn rank(kind: &str) -> Option<u8> {
    match kind {
        "SERVER" | "BLADE" | "CHASSIS" | "STORAGE" | "LAPTOP" | "DESKTOP" | "PHONE" | "PRINTER" => Some(0),
        "WIRELESS" => Some(1),
        "SWITCH" => Some(2),
        "LOAD_BALANCER" => Some(3),
        "FIREWALL" => Some(4),
        "ROUTER" => Some(5),
        _ => None,
    }
}
