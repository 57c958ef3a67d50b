//! Hardware models and the devices of those models.

use std::collections::{BTreeMap, HashMap};

use super::Netbox;
use super::places::{Places, RackPlace};
use super::tables::Object;
use crate::import::cell::{self, Style};
use crate::import::device_types::{Cells, grams};
use crate::import::problem::Severity;
use crate::import::records::{Asset, HardwareModel, Manufacturer, ModelKey};
use crate::import::{draw, kinds};

/// Models by the ids of their device types.
pub(super) type Models = HashMap<String, Model>;

/// A model and what placing a device of it needs.
pub(super) struct Model {
    key: ModelKey,
    height_half_units: Option<i32>,
}

impl Netbox<'_> {
    pub(super) fn hardware_models(&mut self) -> Models {
        for manufacturer in self.tables.rows("dcim_manufacturer") {
            if let Some(name) = manufacturer.owned("name") {
                let record = Manufacturer { origin: manufacturer.origin.clone(), name };
                self.parsed.records.manufacturers.push(record);
            } else {
                self.report(manufacturer, Severity::Error, "manufacturer has no name", None);
            }
        }
        let usage = Usage::of(self);
        let mut models = Models::new();
        for device_type in self.tables.rows("dcim_devicetype") {
            let Some(record) = self.hardware_model(device_type, &usage) else { continue };
            let model = Model { key: record.key.clone(), height_half_units: record.height_half_units };
            models.insert(device_type.id.clone(), model);
            self.parsed.records.hardware_models.push(record);
        }
        models
    }

    fn hardware_model(&mut self, device_type: &Object, usage: &Usage<'_>) -> Option<HardwareModel> {
        let manufacturer = self.required(device_type, "manufacturer", "dcim_manufacturer")?.owned("name")?;
        let Some(name) = device_type.owned("model") else {
            self.report(device_type, Severity::Error, "device type has no model", None);
            return None;
        };
        let kind = usage.kind(device_type);
        let unit = device_type.text("weight_unit").unwrap_or_default();
        let height = device_type.text("u_height").unwrap_or_default();
        let height =
            Cells { origin: &device_type.origin, problems: &mut self.parsed.problems }.height(height);
        Some(HardwareModel {
            origin: device_type.origin.clone(),
            key: ModelKey { manufacturer, name },
            part_number: device_type.owned("part_number"),
            kind: kind.map(str::to_owned),
            height_half_units: height,
            full_depth: self.cell(device_type, "is_full_depth", cell::boolean),
            typical_draw_watts: usage.draw(&device_type.id, "allocated_draw"),
            maximum_draw_watts: usage.draw(&device_type.id, "maximum_draw"),
            weight_grams: self.cell(device_type, "weight", |text| grams(text, unit)),
            source: Some(format!("netbox:devicetype:{}", device_type.id)),
            ..HardwareModel::default()
        })
    }

    pub(super) fn assets(&mut self, places: &Places, models: &Models) {
        let tags = tags(self.tables.rows("dcim_device"));
        let bays = self.tables.rows("dcim_devicebay");
        let parents: HashMap<&str, &Object> =
            bays.iter().filter_map(|bay| Some((bay.reference("installed_device")?, bay))).collect();
        let mut taken = HashMap::new();
        let mut untagged = vec![];
        for device in self.tables.rows("dcim_device") {
            let tag = tags.get(device.id.as_str()).cloned().unwrap_or_default();
            if let Some(first) = taken.insert(tag.clone(), device.origin.row) {
                let message = format!("asset tag stands on line {first} before");
                self.report(device, Severity::Error, &message, Some(("asset_tag", &tag)));
                continue;
            }
            let bay = parents.get(device.id.as_str());
            let parent = bay.and_then(|bay| self.required(bay, "device", "dcim_device"));
            let parent = parent.and_then(|parent| tags.get(parent.id.as_str()).cloned());
            let Some(asset) = self.asset(device, tag, parent, places, models) else { continue };
            if device.text("asset_tag").is_none() {
                untagged.push(device);
            }
            self.parsed.records.assets.push(asset);
        }
        if let [first, ..] = untagged.as_slice() {
            let message = format!("{} devices have no asset tag and are tagged netbox-<id>", untagged.len());
            self.note(first, message);
        }
    }

    fn asset(
        &mut self,
        device: &Object,
        tag: String,
        parent: Option<String>,
        places: &Places,
        models: &Models,
    ) -> Option<Asset> {
        // Both are asked for before either is missed, so that one run tells all that a row lacks.
        let device_type = self.required(device, "device_type", "dcim_devicetype");
        let site = self.required(device, "site", "dcim_site");
        let (model, site) = (models.get(&device_type?.id), places.sites.get(&site?.id)?);
        let Some(model) = model else {
            self.report(device, Severity::Error, "the device type of the device was left out", None);
            return None;
        };
        let rack = self.referred(device, "rack", "dcim_rack", Severity::Warning);
        let rack = rack.and_then(|rack| places.racks.get(&rack.id));
        if let Some(place) = rack.filter(|place| place.key.site != *site) {
            let message = format!("rack stands at site {}: the device is placed there", place.key.site);
            self.report(device, Severity::Warning, &message, Some(("site", site)));
        }
        let statuses = &[
            ("active", "IN_SERVICE"),
            ("planned", "PLANNED"),
            ("staged", "IN_STOCK"),
            ("inventory", "IN_STOCK"),
            ("offline", "IN_STOCK"),
            ("failed", "MAINTENANCE"),
            ("decommissioning", "RETIRED"),
        ];
        Some(Asset {
            origin: device.origin.clone(),
            name: self.name(device),
            serial: device.owned("serial").filter(|serial| !cell::is_placeholder_serial(serial)),
            model: Some(model.key.clone()),
            site: Some(rack.map_or_else(|| site.clone(), |place| place.key.site.clone())),
            rack: rack.map(|place| place.key.clone()),
            position_half_units: rack.and_then(|place| self.position(device, place, model)),
            face: self.face(device),
            parent,
            status: self.status(device, statuses),
            owner: self.tenant(device),
            source: Some(format!("netbox:device:{}", device.id)),
            tag,
            ..Asset::default()
        })
    }

    /// The name of a device; a nameless member of a virtual chassis is called as NetBox shows it.
    fn name(&mut self, device: &Object) -> Option<String> {
        if let Some(name) = device.owned("name") {
            return Some(name);
        }
        let chassis = self.referred(device, "virtual_chassis", "dcim_virtualchassis", Severity::Warning)?;
        Some(format!("{}:{}", chassis.text("name")?, device.text("vc_position")?))
    }

    fn face(&mut self, device: &Object) -> Option<String> {
        self.cell(device, "face", |face| match face {
            "front" => Ok("FRONT".to_owned()),
            "rear" => Ok("REAR".to_owned()),
            _ => Err("is not one of front, rear".to_owned()),
        })
    }

    /// The lowest half unit of a device, counted from the bottom, where NetBox counts as the rack is labelled.
    fn position(&mut self, device: &Object, place: &RackPlace, model: &Model) -> Option<i32> {
        let labelled = self.cell(device, "position", |text| {
            let halves = cell::decimal(text, Style::default())?.checked_mul(rust_decimal::Decimal::TWO);
            let whole = halves
                .filter(|halves| halves.fract().is_zero())
                .and_then(|halves| i32::try_from(halves).ok());
            whole
                .filter(|halves| (1..=1_000).contains(halves))
                .ok_or_else(|| "is not a multiple of 0.5 from 0.5".into())
        })?;
        let starting = place.starting_unit.clamp(1, 1_000) * 2;
        let from_start = labelled - starting + 2;
        let position = if place.descends {
            let (height, own) = (place.height_units?, model.height_half_units.unwrap_or(2));
            height * 2 + 4 - from_start - own
        } else {
            from_start
        };
        if position < 2 {
            let text = device.text("position").unwrap_or_default();
            let message = "is outside of the rack: read as not given";
            self.report(device, Severity::Warning, message, Some(("position", text)));
            return None;
        }
        Some(position)
    }
}

/// The asset tag of each device by its id, made of the id where it has none.
pub(super) fn tags(devices: &[Object]) -> HashMap<&str, String> {
    let tag = |device: &Object| device.owned("asset_tag").unwrap_or_else(|| format!("netbox-{}", device.id));
    devices.iter().map(|device| (device.id.as_str(), tag(device))).collect()
}

/// How device types are used: what their devices and their ports tell of them.
struct Usage<'a> {
    /// Of the kind that each role tells, how many devices of the type have it.
    kinds: HashMap<&'a str, BTreeMap<&'static str, usize>>,
    /// Power ports of the type.
    templates: HashMap<&'a str, Vec<&'a Object>>,
    /// Power ports of each device of the type.
    ports: HashMap<&'a str, Vec<Vec<&'a Object>>>,
}

impl<'a> Usage<'a> {
    fn of(netbox: &mut Netbox<'a>) -> Self {
        let tables = netbox.tables;
        let mut usage = Usage { kinds: HashMap::new(), templates: HashMap::new(), ports: HashMap::new() };
        let mut by_device: HashMap<&str, Vec<&Object>> = HashMap::new();
        for port in tables.rows("dcim_powerport") {
            by_device.entry(port.reference("device").unwrap_or_default()).or_default().push(port);
        }
        for port in tables.rows("dcim_powerporttemplate") {
            usage.templates.entry(port.reference("device_type").unwrap_or_default()).or_default().push(port);
        }
        for device in tables.rows("dcim_device") {
            let Some(device_type) = device.reference("device_type") else { continue };
            // The field was called device_role before 3.6.
            let field = if device.reference("role").is_some() { "role" } else { "device_role" };
            if let Some(role) = netbox.referred(device, field, "dcim_devicerole", Severity::Warning) {
                let words = [role.text("slug"), role.text("name")].into_iter().flatten();
                if let Some(kind) = words.filter_map(kinds::of_words).next() {
                    *usage.kinds.entry(device_type).or_default().entry(kind).or_default() += 1;
                }
            }
            if let Some(ports) = by_device.remove(device.id.as_str()) {
                usage.ports.entry(device_type).or_default().push(ports);
            }
        }
        usage
    }

    /// The kind of a device type: its place among parents and children, else what most of its devices are for, else
    /// what its name says.
    fn kind(&self, device_type: &Object) -> Option<&'static str> {
        match device_type.text("subdevice_role") {
            Some("parent") => return Some("CHASSIS"),
            Some("child") => return Some("BLADE"),
            _ => {}
        }
        let roles = self.kinds.get(device_type.id.as_str());
        // Of as many devices in two roles, the kind that comes first in the alphabet, so that runs agree.
        let most = roles.and_then(|kinds| kinds.iter().rev().max_by_key(|(_, count)| **count));
        let words = [device_type.text("model"), device_type.text("slug")];
        most.map(|(kind, _)| *kind).or_else(|| words.into_iter().flatten().find_map(kinds::of_words))
    }

    /// Watts from the ports of the type or, where those have none, the most that a device's own ports come to.
    fn draw(&self, id: &str, field: &str) -> Option<i32> {
        let watts = |ports: &Vec<&Object>| {
            let ratings = ports
                .iter()
                .filter_map(|port| port.text(field)?.parse().ok())
                .filter(|watts: &i32| *watts > 0);
            draw::of_ports(ports.len(), &ratings.collect::<Vec<_>>())
        };
        let of_type = self.templates.get(id).and_then(watts);
        of_type.or_else(|| self.ports.get(id)?.iter().filter_map(watts).max())
    }
}
