//! The tables of a NetBox database, whichever way they were written out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::import::problem::{Problem, Problems, Severity};
use crate::import::table::Table;
use crate::import::{Origin, Source, text};

/// The tables that are read; a database has about two hundred.
const USED: &[&str] = &[
    "circuits_circuit",
    "circuits_circuittermination",
    "circuits_provider",
    "dcim_cable",
    "dcim_device",
    "dcim_devicebay",
    "dcim_devicerole",
    "dcim_devicetype",
    "dcim_frontport",
    "dcim_interface",
    "dcim_location",
    "dcim_manufacturer",
    "dcim_powerfeed",
    "dcim_poweroutlet",
    "dcim_powerpanel",
    "dcim_powerport",
    "dcim_powerporttemplate",
    "dcim_rack",
    "dcim_rearport",
    "dcim_region",
    "dcim_site",
    "dcim_sitegroup",
    "dcim_virtualchassis",
    "tenancy_tenant",
    "virtualization_cluster",
    "virtualization_clustertype",
    "virtualization_virtualmachine",
];

/// How the names of the other tables begin.
const OTHERS: &[&str] = &[
    "account_",
    "auth_",
    "circuits_",
    "core_",
    "dcim_",
    "django_",
    "extras_",
    "ipam_",
    "social_",
    "tenancy_",
    "thumbnail_",
    "users_",
    "virtualization_",
    "vpn_",
    "wireless_",
];

/// A row, with every field as text; what is null or empty is not there.
pub(super) struct Object {
    pub origin: Origin,
    pub id: String,
    fields: HashMap<String, String>,
}

impl Object {
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    pub fn owned(&self, field: &str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    /// The id that a field refers to: the tables call the field `site_id` and the dump calls it `site`.
    pub fn reference(&self, field: &str) -> Option<&str> {
        self.text(&format!("{field}_id")).or_else(|| self.text(field))
    }
}

#[derive(Default)]
struct Rows {
    objects: Vec<Object>,
    places: HashMap<String, usize>,
    /// Columns of the table, filled or not.
    columns: HashSet<String>,
}

/// The tables that are read, by name.
#[derive(Default)]
pub(super) struct Tables {
    tables: HashMap<&'static str, Rows>,
}

impl Tables {
    pub fn of(sources: &[Source], problems: &mut Problems) -> Self {
        let mut tables = Tables::default();
        for source in sources {
            let file: Arc<str> = source.name.as_str().into();
            if source.file_name().ends_with(".json") {
                if let Some(text) = text::decode(source, problems) {
                    tables.read_dump(&file, &text, problems);
                }
                continue;
            }
            let stem = source.stem();
            if let Some(name) = used(&stem) {
                if let Some(text) = text::decode(source, problems) {
                    tables.read_table(name, &file, &text, problems);
                }
            } else if !OTHERS.iter().any(|prefix| stem.starts_with(prefix)) {
                let message =
                    "file is not named for a table of NetBox (dcim_site.csv) nor .json and is not read";
                problems.push(Problem::of_file(&file, Severity::Warning, message));
            }
        }
        tables
    }

    /// The rows of a table, in the order of the file.
    pub fn rows(&self, table: &str) -> &[Object] {
        self.tables.get(table).map_or(&[], |rows| &rows.objects)
    }

    pub fn find(&self, table: &str, id: &str) -> Option<&Object> {
        let rows = self.tables.get(table)?;
        rows.objects.get(*rows.places.get(id)?)
    }

    /// Whether the table has a column, filled or not.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|rows| rows.columns.contains(column))
    }

    fn read_table(&mut self, name: &'static str, file: &Arc<str>, text: &str, problems: &mut Problems) {
        let Some(table) = Table::open(file, text, None, problems) else { return };
        if !table.has(&["id"], problems) {
            return;
        }
        let (header, id) = (table.header.clone(), table.column("id"));
        self.tables.entry(name).or_default().columns.extend(header.iter().cloned());
        for row in table.rows(problems) {
            let filled = header.iter().enumerate().map(|(at, column)| (column, row.text(Some(at))));
            let fields = filled.filter(|(_, text)| !text.is_empty());
            let fields = fields.map(|(column, text)| (column.clone(), text.to_owned())).collect();
            let object = Object { id: row.text(id).to_owned(), origin: row.origin, fields };
            self.keep(name, object, problems);
        }
    }

    fn read_dump(&mut self, file: &Arc<str>, text: &str, problems: &mut Problems) {
        let list: Vec<Value> = match serde_json::from_str(text) {
            Ok(list) => list,
            Err(cause) => {
                let message = format!("file is not a complete JSON list of objects: {cause}");
                problems.push(Problem::of_file(file, Severity::Error, message));
                return;
            }
        };
        for (row, value) in (1..).zip(list) {
            let origin = Origin { file: file.clone(), row };
            let model = value.get("model").and_then(Value::as_str);
            let fields = value.get("fields").and_then(Value::as_object);
            let (Some(model), Some(id), Some(fields)) = (model, value.get("pk").and_then(filled), fields)
            else {
                let message = "object has no model, pk and fields: it is not of a NetBox dump";
                problems.push(Problem::of_row(&origin, Severity::Error, message));
                continue;
            };
            let Some(name) = used(&model.replace('.', "_")) else { continue };
            self.tables.entry(name).or_default().columns.extend(fields.keys().cloned());
            let fields =
                fields.iter().filter_map(|(field, value)| Some((field.clone(), filled(value)?))).collect();
            self.keep(name, Object { id, origin, fields }, problems);
        }
    }

    fn keep(&mut self, name: &'static str, object: Object, problems: &mut Problems) {
        let rows = self.tables.entry(name).or_default();
        let fault = match rows.places.get(&object.id) {
            _ if object.id.is_empty() => "id is empty",
            Some(_) => "id stands in the table before",
            None => {
                rows.places.insert(object.id.clone(), rows.objects.len());
                rows.objects.push(object);
                return;
            }
        };
        problems.push(Problem::of_row(&object.origin, Severity::Error, fault).at("id", &object.id));
    }
}

fn used(name: &str) -> Option<&'static str> {
    USED.iter().copied().find(|used| *used == name)
}

/// A value as text, or nothing when it is null or empty.
fn filled(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}
