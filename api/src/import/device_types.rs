//! The device type library: its table of device types, its JSON of power and dimensions, or both.
//!
//! A slug names a device type: what several sources say of one becomes one model, and of what they say twice the
//! first counts. A kind that the source cannot tell for sure is a guess, which replaces no kind that is known.
//!
//! Heights are kept in half units and rounded up, since a device never takes less room than it needs. Weights are
//! exact to the gram and rounded to it where pounds and ounces are not whole grams. Draws follow [`draw`].

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::cell::{self, Style};
use super::problem::{Problem, Problems, Severity};
use super::records::{HardwareModel, Manufacturer, ModelKey};
use super::table::Table;
use super::{Origin, Parsed, Source, draw, kinds, text};

/// Reads tables, or JSON lists, of device types.
pub(super) fn parse(sources: &[Source]) -> Parsed {
    let mut catalogue = Catalogue::default();
    for source in sources {
        let file: Arc<str> = source.name.as_str().into();
        let Some(text) = text::decode(source, &mut catalogue.parsed.problems) else { continue };
        if text.trim_start().starts_with('[') {
            catalogue.json(&file, &text);
        } else {
            catalogue.table(&file, &text);
        }
    }
    catalogue.finish()
}

/// A device type as it is written, before its texts are read.
#[derive(Default)]
struct DeviceType {
    manufacturer: String,
    model: String,
    slug: String,
    part_number: String,
    height: String,
    full_depth: String,
    weight: String,
    weight_unit: String,
    subdevice_role: String,
    power_ports: usize,
    /// Watts of each power port that has them, joined by `|`.
    maximum_draws: String,
    allocated_draws: String,
    power_outlets: usize,
    patch_ports: usize,
    /// Whether the source has all that a kind is told from.
    tells_kinds: bool,
}

/// What a kind is told from, besides the words of a name.
const KIND_COLUMNS: [&str; 5] =
    ["subdevice_role", "power_ports", "power_outlets", "front_ports", "rear_ports"];

#[derive(Default)]
struct Catalogue {
    parsed: Parsed,
    manufacturers: HashSet<String>,
    /// The types in the order in which they were read first; each has its place here by maker and slug.
    types: Vec<Known>,
    places: HashMap<(String, String), usize>,
}

/// A device type, with what every source says of it.
struct Known {
    slug: String,
    model: HardwareModel,
}

impl Catalogue {
    fn table(&mut self, file: &Arc<str>, text: &str) {
        let problems = &mut self.parsed.problems;
        let Some(table) = Table::open(file, text, None, problems) else { return };
        if !table.has(&["manufacturer", "model", "slug", "u_height"], problems) {
            return;
        }
        let names = [
            "manufacturer",
            "model",
            "slug",
            "part_number",
            "u_height",
            "is_full_depth",
            "weight",
            "weight_unit",
            "subdevice_role",
            "power_ports",
            "max_draw_w_each",
            "allocated_draw_w_each",
            "power_outlets",
            "front_ports",
            "rear_ports",
        ];
        let places = names.map(|name| table.column(name));
        let tells_kinds = KIND_COLUMNS.iter().all(|name| table.column(name).is_some());
        for row in table.rows(problems) {
            let [manufacturer, model, slug, part_number, height, full_depth, weight, weight_unit, rest @ ..] =
                places.map(|place| row.text(place).to_owned());
            let [subdevice_role, ports, maximum_draws, allocated_draws, outlets, front, rear] = rest;
            let count = |text: &str| text.parse().unwrap_or(0_usize);
            let device_type = DeviceType {
                manufacturer,
                model,
                slug,
                part_number,
                height,
                full_depth,
                weight,
                weight_unit,
                subdevice_role,
                power_ports: count(&ports),
                maximum_draws,
                allocated_draws,
                power_outlets: count(&outlets),
                patch_ports: count(&front).min(count(&rear)),
                tells_kinds,
            };
            self.keep(&row.origin, device_type);
        }
    }

    fn json(&mut self, file: &Arc<str>, text: &str) {
        let list: Vec<Value> = match serde_json::from_str(text) {
            Ok(list) => list,
            Err(cause) => {
                let message = format!("file is not a complete JSON list: {cause}");
                self.parsed.problems.push(Problem::of_file(file, Severity::Error, message));
                return;
            }
        };
        for (row, object) in (1..).zip(&list) {
            // Modules stand in the same list; they have no slug and take no place in a rack.
            if object.get("slug").is_some() {
                self.keep(&Origin { file: file.clone(), row }, of_object(object));
            }
        }
    }

    fn keep(&mut self, origin: &Origin, device_type: DeviceType) {
        if device_type.manufacturer.is_empty() || device_type.model.is_empty() {
            let message = "a device type needs a manufacturer and a model";
            self.parsed.problems.push(Problem::of_row(origin, Severity::Error, message));
            return;
        }
        if self.manufacturers.insert(device_type.manufacturer.clone()) {
            let manufacturer =
                Manufacturer { origin: origin.clone(), name: device_type.manufacturer.clone() };
            self.parsed.records.manufacturers.push(manufacturer);
        }
        let model = hardware_model(origin, &device_type, &mut self.parsed.problems);
        let identity = if device_type.slug.is_empty() {
            format!("{} {}", device_type.model, device_type.part_number)
        } else {
            device_type.slug.clone()
        };
        match self.places.entry((device_type.manufacturer, identity)) {
            Entry::Vacant(free) => {
                free.insert(self.types.len());
                self.types.push(Known { slug: device_type.slug, model });
            }
            Entry::Occupied(taken) => {
                let Some(known) = self.types.get_mut(*taken.get()) else { return };
                let first = &known.model.origin;
                if first.file == origin.file {
                    let message = format!("line {} has the same device type: both are one model", first.row);
                    let problem = Problem::of_row(origin, Severity::Warning, message);
                    self.parsed.problems.push(problem.at("slug", &device_type.slug));
                }
                complete(&mut known.model, model);
            }
        }
    }

    /// Names the models: where several share a name, all but the first slug carry their part number or slug too.
    ///
    /// By slug and not by line, so that the same types get the same names from every file and in every order.
    fn finish(mut self) -> Parsed {
        let mut order: Vec<usize> = (0..self.types.len()).collect();
        order.sort_by_key(|place| self.types.get(*place).map(|known| &known.slug));
        let mut taken: HashMap<ModelKey, Origin> = HashMap::new();
        let mut later = Vec::new();
        for place in order {
            let Some(Known { model, .. }) = self.types.get(place) else { continue };
            match taken.entry(model.key.clone()) {
                Entry::Vacant(free) => {
                    free.insert(model.origin.clone());
                }
                Entry::Occupied(first) => later.push((place, first.get().clone())),
            }
        }
        for (place, first) in later {
            let Some(known) = self.types.get_mut(place) else { continue };
            let own = known.model.key.name.clone();
            let key = free_key(known, &taken);
            let origin = known.model.origin.clone();
            let before = if first.file == origin.file {
                format!("line {}", first.row)
            } else {
                format!("line {} of {}", first.row, first.file)
            };
            let message = format!("{before} has a model of the same name: this one is called '{}'", key.name);
            self.parsed.problems.push(Problem::of_row(&origin, Severity::Warning, message).at("model", &own));
            taken.insert(key.clone(), origin);
            known.model.key = key;
        }
        self.parsed.records.hardware_models.extend(self.types.into_iter().map(|known| known.model));
        self.parsed
    }
}

/// A name that no other model of the maker has.
fn free_key(known: &Known, taken: &HashMap<ModelKey, Origin>) -> ModelKey {
    let ModelKey { manufacturer, name } = &known.model.key;
    let candidates = known
        .model
        .part_number
        .iter()
        .chain([&known.slug])
        .filter(|suffix| !suffix.is_empty())
        .map(|suffix| format!("{name} ({suffix})"))
        .chain((2_u64..).map(|number| format!("{name} ({number})")));
    let mut keys = candidates.map(|name| ModelKey { manufacturer: manufacturer.clone(), name });
    keys.find(|key| !taken.contains_key(key)).unwrap_or_else(|| known.model.key.clone())
}

/// Takes from another record of the same device type what the first one lacks.
fn complete(model: &mut HardwareModel, other: HardwareModel) {
    let is_better_kind = model.kind.is_none() || (model.kind_is_guess && !other.kind_is_guess);
    if is_better_kind && other.kind.is_some() {
        (model.kind, model.kind_is_guess) = (other.kind, other.kind_is_guess);
    }
    model.part_number = model.part_number.take().or(other.part_number);
    model.height_half_units = model.height_half_units.or(other.height_half_units);
    model.full_depth = model.full_depth.or(other.full_depth);
    model.typical_draw_watts = model.typical_draw_watts.or(other.typical_draw_watts);
    model.maximum_draw_watts = model.maximum_draw_watts.or(other.maximum_draw_watts);
    model.weight_grams = model.weight_grams.or(other.weight_grams);
    model.network_ports = model.network_ports.or(other.network_ports);
}

fn of_object(object: &Value) -> DeviceType {
    let text = |name: &str| match object.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(boolean)) => boolean.to_string(),
        _ => String::new(),
    };
    let ports = object.get("power_ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let draws = |name: &str| {
        let watts: Vec<_> =
            ports.iter().filter_map(|port| port.get(name)?.as_i64()).map(|w| w.to_string()).collect();
        watts.join("|")
    };
    DeviceType {
        manufacturer: text("manufacturer"),
        model: text("model"),
        slug: text("slug"),
        part_number: text("part_number"),
        height: text("u_height"),
        full_depth: text("is_full_depth"),
        weight: text("weight"),
        weight_unit: text("weight_unit"),
        subdevice_role: text("subdevice_role"),
        power_ports: ports.len(),
        maximum_draws: draws("maximum_draw"),
        allocated_draws: draws("allocated_draw"),
        power_outlets: text("power_outlets").parse().unwrap_or(0),
        patch_ports: 0,
        // The list has neither roles nor the ports of patch panels.
        tells_kinds: false,
    }
}

/// The record of a device type. A cell that cannot be read costs its field only: the rest is still true.
fn hardware_model(origin: &Origin, device_type: &DeviceType, problems: &mut Problems) -> HardwareModel {
    let mut read = Cells { origin, problems };
    let told = told_kind(device_type);
    let guessed = || kinds::of_words(&format!("{} {}", device_type.model, device_type.slug));
    HardwareModel {
        origin: origin.clone(),
        key: ModelKey { manufacturer: device_type.manufacturer.clone(), name: device_type.model.clone() },
        part_number: Some(device_type.part_number.clone()).filter(|number| !number.is_empty()),
        kind: told.or_else(guessed).map(str::to_owned),
        kind_is_guess: told.is_none() || !device_type.tells_kinds,
        height_half_units: read.height(&device_type.height),
        full_depth: read.cell("is_full_depth", &device_type.full_depth, cell::boolean),
        typical_draw_watts: read.draw(
            "allocated_draw",
            device_type.power_ports,
            &device_type.allocated_draws,
        ),
        maximum_draw_watts: read.draw("maximum_draw", device_type.power_ports, &device_type.maximum_draws),
        weight_grams: read
            .cell("weight", &device_type.weight, |weight| grams(weight, &device_type.weight_unit)),
        source: Some(format!("device-types:{}", device_type.slug)),
        ..HardwareModel::default()
    }
}

/// The kind that the parts of a device type tell, whatever it is called.
fn told_kind(device_type: &DeviceType) -> Option<&'static str> {
    match device_type.subdevice_role.as_str() {
        "parent" => Some("CHASSIS"),
        "child" => Some("BLADE"),
        _ if device_type.power_outlets > 0 => Some("POWER"),
        _ if device_type.patch_ports > 0 && device_type.power_ports == 0 => Some("PATCH_PANEL"),
        _ => None,
    }
}

/// Reads the texts of one device type and notes what is wrong with them.
pub(super) struct Cells<'a> {
    pub origin: &'a Origin,
    pub problems: &'a mut Problems,
}

impl Cells<'_> {
    pub fn cell<T>(
        &mut self,
        column: &str,
        text: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        match read(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.warn(column, text, format!("{reason}: read as not given"));
                None
            }
        }
    }

    pub fn warn(&mut self, column: &str, text: &str, message: String) {
        self.problems.push(Problem::of_row(self.origin, Severity::Warning, message).at(column, text));
    }

    /// A height in half units.
    pub fn height(&mut self, text: &str) -> Option<i32> {
        let (halves, is_exact) = self.cell("u_height", text, half_units)?;
        if !is_exact {
            self.warn("u_height", text, "is not a multiple of 0.5 and is rounded up".into());
        }
        Some(halves)
    }

    fn draw(&mut self, column: &str, ports: usize, text: &str) -> Option<i32> {
        let ratings = self.cell(column, text, |text| {
            text.split('|')
                .map(|watts| cell::integer(watts, Style::default(), 0, i32::MAX))
                .collect::<Result<Vec<_>, _>>()
        })?;
        // A port of no watts is one whose watts nobody looked up.
        let ratings: Vec<i32> = ratings.into_iter().filter(|watts| *watts > 0).collect();
        draw::of_ports(ports, &ratings)
    }
}

/// Half units, rounded up, and whether they are exact.
fn half_units(text: &str) -> Result<(i32, bool), String> {
    let halves = cell::decimal(text, Style::default())?.checked_mul(Decimal::TWO).ok_or("is too large")?;
    let whole = i32::try_from(halves.ceil()).ok().filter(|whole| (0..=400).contains(whole));
    whole.map(|whole| (whole, halves.fract().is_zero())).ok_or_else(|| "is not between 0 and 200".into())
}

/// Grams of a weight, rounded half away from zero where they are not whole.
pub(super) fn grams(text: &str, unit: &str) -> Result<i64, String> {
    // A pound is 453.59237 g and an ounce a sixteenth of it, both by definition.
    let factor = match unit {
        "kg" => Decimal::ONE_THOUSAND,
        "g" => Decimal::ONE,
        "lb" => Decimal::new(45_359_237, 5),
        "oz" => Decimal::new(28_349_523_125, 9),
        _ => return Err(format!("has the unit '{unit}', which is not one of kg, g, lb, oz")),
    };
    let weight = cell::decimal(text, Style::default())?;
    if weight.is_sign_negative() {
        return Err("is negative".into());
    }
    let grams = weight.checked_mul(factor).ok_or("is too large")?;
    let whole = grams.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(whole).map_err(|_| "is too large".into())
}

#[cfg(test)]
#[path = "device_types_tests.rs"]
mod tests;
