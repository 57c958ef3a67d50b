//! The device type library: its table of device types, or its JSON of power and dimensions.
//!
//! Heights are kept in half units and rounded up, since a device never takes less room than it needs. Weights are
//! exact to the gram and rounded to it where pounds and ounces are not whole grams. Draws follow [`draw`].

use std::collections::HashMap;
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
    catalogue.parsed
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
}

#[derive(Default)]
struct Catalogue {
    parsed: Parsed,
    manufacturers: HashMap<String, ()>,
    /// The line on which each model was read first.
    models: HashMap<ModelKey, u64>,
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
        let key = self.unique_key(origin, &device_type);
        let model = hardware_model(origin, key, &device_type, &mut self.parsed.problems);
        if self.manufacturers.insert(device_type.manufacturer.clone(), ()).is_none() {
            let manufacturer = Manufacturer { origin: origin.clone(), name: device_type.manufacturer };
            self.parsed.records.manufacturers.push(manufacturer);
        }
        self.parsed.records.hardware_models.push(model);
    }

    /// The name of the model; where two models share one, the later carries its part number or slug too.
    fn unique_key(&mut self, origin: &Origin, device_type: &DeviceType) -> ModelKey {
        let named = |name: String| ModelKey { manufacturer: device_type.manufacturer.clone(), name };
        let key = named(device_type.model.clone());
        let Some(first) = self.models.get(&key).copied() else {
            self.models.insert(key.clone(), origin.row);
            return key;
        };
        let candidates = [&device_type.part_number, &device_type.slug]
            .into_iter()
            .filter(|suffix| !suffix.is_empty())
            .map(|suffix| named(format!("{} ({suffix})", device_type.model)))
            .chain((2_u64..).map(|number| named(format!("{} ({number})", device_type.model))));
        let mut free = candidates.filter(|candidate| !self.models.contains_key(candidate));
        let key = free.next().unwrap_or(key);
        let message = format!("line {first} has a model of the same name: this one is called '{}'", key.name);
        let problem = Problem::of_row(origin, Severity::Warning, message).at("model", &device_type.model);
        self.parsed.problems.push(problem);
        self.models.insert(key.clone(), origin.row);
        key
    }
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
    }
}

/// The record of a device type. A cell that cannot be read costs its field only: the rest is still true.
fn hardware_model(
    origin: &Origin,
    key: ModelKey,
    device_type: &DeviceType,
    problems: &mut Problems,
) -> HardwareModel {
    let mut read = Cells { origin, problems };
    HardwareModel {
        origin: origin.clone(),
        part_number: Some(device_type.part_number.clone()).filter(|number| !number.is_empty()),
        kind: kind(device_type).map(str::to_owned),
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
        key,
        ..HardwareModel::default()
    }
}

fn kind(device_type: &DeviceType) -> Option<&'static str> {
    match device_type.subdevice_role.as_str() {
        "parent" => Some("CHASSIS"),
        "child" => Some("BLADE"),
        _ if device_type.power_outlets > 0 => Some("POWER"),
        _ if device_type.patch_ports > 0 && device_type.power_ports == 0 => Some("PATCH_PANEL"),
        _ => kinds::of_words(&format!("{} {}", device_type.model, device_type.slug)),
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
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Parsed {
        parse(&[Source { name: name.into(), bytes: text.into() }])
    }

    const HEADER: &str = "manufacturer,model,slug,part_number,u_height,is_full_depth,weight,weight_unit,\
                          subdevice_role,power_ports,max_draw_w_each,power_outlets,front_ports,rear_ports\n";

    #[test]
    fn weights_become_grams() {
        for (weight, unit, expected) in [
            ("1.14", "kg", Ok(1_140)),
            ("170", "g", Ok(170)),
            ("8.25", "lb", Ok(3_742)),
            ("10", "lb", Ok(4_536)),
            ("3", "oz", Ok(85)),
            ("3", "st", Err("has the unit 'st', which is not one of kg, g, lb, oz".to_owned())),
            ("-3", "kg", Err("is negative".to_owned())),
            ("79228162514264337593543950335", "kg", Err("is too large".to_owned())),
        ] {
            assert_eq!(grams(weight, unit), expected, "{weight} {unit}");
        }
    }

    #[test]
    fn heights_are_rounded_up_to_half_units() {
        for (text, expected) in [
            ("0", Ok((0, true))),
            ("1", Ok((2, true))),
            ("1.5", Ok((3, true))),
            ("4.0", Ok((8, true))),
            ("1.3", Ok((3, false))),
            ("1.7", Ok((4, false))),
            ("-1", Err("is not between 0 and 200".to_owned())),
        ] {
            assert_eq!(half_units(text), expected, "{text}");
        }
    }

    #[test]
    fn a_row_becomes_a_model_and_its_manufacturer() {
        let row = "Dell,PowerEdge R650,dell-r650,R650,1,True,21.9,kg,,2,800|800,0,0,0\n";
        let parsed = read("device_types.csv", &format!("{HEADER}{row}"));
        assert_eq!(parsed.problems.to_vec(), []);
        assert_eq!(parsed.records.manufacturers[0].name, "Dell");
        let model = &parsed.records.hardware_models[0];
        assert_eq!(model.kind.as_deref(), Some("SERVER"));
        assert_eq!(model.height_half_units, Some(2));
        assert_eq!(model.maximum_draw_watts, Some(800));
        assert_eq!(model.weight_grams, Some(21_900));
        assert_eq!(model.typical_draw_watts, None);
        assert_eq!(model.source.as_deref(), Some("device-types:dell-r650"));
    }

    #[test]
    fn a_second_model_of_a_name_is_told_apart() {
        let row = "Juniper,MX304,mx304,JNP304,2,True,,,,0,,0,0,0\n";
        let parsed = read("device_types.csv", &format!("{HEADER}{row}{row}{row}"));
        let names: Vec<_> =
            parsed.records.hardware_models.iter().map(|model| model.key.name.as_str()).collect();
        assert_eq!(names, ["MX304", "MX304 (JNP304)", "MX304 (mx304)"]);
        assert_eq!(parsed.problems.len(), 2);
        assert_eq!(
            parsed.problems[0].to_string(),
            "device_types.csv:3: warning: model: 'MX304' line 2 has a model of the same name: \
             this one is called 'MX304 (JNP304)'"
        );
    }

    #[test]
    fn what_cannot_be_read_costs_its_field_only() {
        let rows = "Dell,A,a,,1.3,maybe,5,stone,,1,many,0,0,0\nDell,,b,,1,True,,,,0,,0,0,0\n";
        let parsed = read("device_types.csv", &format!("{HEADER}{rows}"));
        assert_eq!(parsed.records.hardware_models.len(), 1);
        let columns: Vec<_> =
            parsed.problems.iter().filter_map(|problem| problem.column.as_deref()).collect();
        assert_eq!(columns, ["u_height", "is_full_depth", "maximum_draw", "weight"]);
        assert_eq!(parsed.errors(), 1);
    }

    #[test]
    fn the_json_list_gives_the_same() {
        let text = r#"[{"manufacturer": "Dell", "model": "R650", "slug": "r650", "u_height": 1, "is_full_depth": true,
            "weight": 21.9, "weight_unit": "kg", "power_ports": [{"maximum_draw": 800}, {"maximum_draw": 800}]},
            {"manufacturer": "Dell", "model": "A module"}]"#;
        let parsed = read("power.json", text);
        assert_eq!(parsed.problems.to_vec(), []);
        assert_eq!(parsed.records.hardware_models.len(), 1);
        assert_eq!(parsed.records.hardware_models[0].maximum_draw_watts, Some(800));
        assert_eq!(parsed.records.hardware_models[0].weight_grams, Some(21_900));
        let truncated = read("power.json", &text[..text.len() - 10]);
        assert!(truncated.records.is_empty());
        assert!(truncated.problems[0].message.starts_with("file is not a complete JSON list: EOF"));
    }
}
