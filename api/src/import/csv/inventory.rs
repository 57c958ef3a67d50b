//! Columns of sites, racks, models, assets and vendors.

use super::cells::Cells;
use crate::import::columns::{Column, Kind};
use crate::import::records::{Asset, HardwareModel, Manufacturer, ModelKey, Rack, RackKey, Site, Vendor};

pub(super) const ENVIRONMENT: Kind =
    Kind::Choice(&["PRODUCTION", "DISASTER_RECOVERY", "STAGING", "TEST", "DEVELOPMENT"]);
pub(super) const HARDWARE_KIND: Kind = Kind::Choice(&[
    "SERVER",
    "BLADE",
    "CHASSIS",
    "STORAGE",
    "SWITCH",
    "ROUTER",
    "FIREWALL",
    "LOAD_BALANCER",
    "WIRELESS",
    "POWER",
    "PATCH_PANEL",
    "LAPTOP",
    "DESKTOP",
    "MONITOR",
    "PHONE",
    "PRINTER",
    "OTHER",
]);
pub(super) const TIER: Kind = Kind::Integer { least: 0, most: 3 };
pub(super) const COUNT: Kind = Kind::Integer { least: 0, most: i32::MAX };
pub(super) const SOURCE: Column =
    Column::optional("source", Kind::Text, "asset register 2026", "where the row comes from");

pub(super) const MANUFACTURER: &[Column] = &[Column::key("name", Kind::Text, "Dell", "")];

pub(super) const VENDOR: &[Column] = &[
    Column::key("code", Kind::Identifier, "EQX", "short and lasting"),
    Column::create("name", Kind::Text, "Equinix", ""),
    Column::optional("contact_email", Kind::Email, "accounts@example.com", ""),
    Column::optional("account_number", Kind::Identifier, "0012345", "ours at the vendor"),
    Column::optional("payment_terms_days", COUNT, "30", "from invoice to payment"),
    Column::optional("notes", Kind::Text, "invoices by e-mail", ""),
];

pub(super) const SITE: &[Column] = &[
    Column::key("code", Kind::Identifier, "FRA1", "short and lasting"),
    Column::create("name", Kind::Text, "Frankfurt 1", ""),
    Column::create(
        "kind",
        Kind::Choice(&["DATA_CENTER", "COLOCATION", "OFFICE", "CLOUD_REGION", "EDGE"]),
        "COLOCATION",
        "",
    ),
    Column::optional("status", Kind::Choice(&["PLANNED", "ACTIVE", "CLOSED"]), "ACTIVE", ""),
    Column::optional("time_zone", Kind::TimeZone, "Europe/Berlin", ""),
    Column::optional("street", Kind::Text, "Kleyerstrasse 1", ""),
    Column::optional("city", Kind::Text, "Frankfurt am Main", ""),
    Column::optional("region", Kind::Text, "Hessen", ""),
    Column::optional("postal_code", Kind::Identifier, "60326", ""),
    Column::optional("country", Kind::Country, "DE", ""),
    Column::optional("opened_on", Kind::Date, "2019-03-01", ""),
    Column::optional("exit_on", Kind::Date, "2029-12-31", "the day the site is to be empty"),
    Column::optional("exit_reason", Kind::Text, "lease ends", ""),
    Column::optional("headcount", COUNT, "12", "people who work there"),
    SOURCE,
];

pub(super) const RACK: &[Column] = &[
    Column::key("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::key("name", Kind::Identifier, "A01", "unique within the site"),
    Column::optional("room", Kind::Text, "Suite 2", ""),
    Column::optional("status", Kind::Choice(&["PLANNED", "ACTIVE", "RETIRED"]), "ACTIVE", ""),
    Column::create("height_units", Kind::Integer { least: 1, most: 200 }, "47", ""),
    Column::optional(
        "protected_power_watts",
        COUNT,
        "4600",
        "what may be drawn although one feed fails: not the sum of both",
    ),
    Column::optional("weight_limit_kilograms", Kind::Kilograms, "1200", ""),
    Column::optional("cooling_watts", COUNT, "8000", "the heat that can be carried off"),
    Column::optional("network_ports", COUNT, "96", "that what stands in it may use"),
    SOURCE,
];

pub(super) const HARDWARE_MODEL: &[Column] = &[
    Column::key("manufacturer", Kind::Text, "Dell", ""),
    Column::key("name", Kind::Identifier, "PowerEdge R650", "unique within the manufacturer"),
    Column::optional("part_number", Kind::Identifier, "R650-8SFF", ""),
    Column::create("kind", HARDWARE_KIND, "SERVER", ""),
    Column::optional("height_units", Kind::HalfUnits, "1", "0 for what takes no unit"),
    Column::optional("full_depth", Kind::Boolean, "true", ""),
    Column::optional("typical_draw_watts", COUNT, "320", ""),
    Column::optional(
        "maximum_draw_watts",
        COUNT,
        "800",
        "of the whole unit: redundant supplies are not added",
    ),
    Column::optional("weight_kilograms", Kind::Kilograms, "21.9", ""),
    Column::optional("network_ports", COUNT, "4", "of a network that it uses"),
    Column::optional(
        "usable_terabytes",
        Kind::Quantity,
        "184.3",
        "after redundancy, before reduction; 10^12 bytes each",
    ),
    Column::optional("cores", COUNT, "32", "not threads"),
    Column::optional("memory_gibibytes", Kind::Quantity, "512", "2^30 bytes each"),
    Column::optional("useful_life_months", Kind::Integer { least: 1, most: 600 }, "60", ""),
    Column::optional("list_price_amount", Kind::Money, "8200.00", ""),
    Column::optional("list_price_currency", Kind::Currency, "USD", ""),
    Column::optional("list_price_on", Kind::Date, "2026-01-15", ""),
    Column::optional("list_price_valid_until", Kind::Date, "2026-12-31", ""),
    Column::optional("list_price_source", Kind::Choice(&["QUOTE", "CATALOG", "INDEXED"]), "QUOTE", ""),
    Column::optional("released_on", Kind::Date, "2021-05-01", "first sold"),
    Column::optional("end_of_sale_announced_on", Kind::Date, "2026-02-01", ""),
    Column::optional("end_of_sale_on", Kind::Date, "2026-08-01", ""),
    Column::optional("last_ship_on", Kind::Date, "2026-11-01", ""),
    Column::optional("end_of_software_maintenance_on", Kind::Date, "2027-08-01", ""),
    Column::optional("end_of_security_support_on", Kind::Date, "2029-08-01", ""),
    Column::optional("last_date_of_support_on", Kind::Date, "2031-08-31", ""),
    Column::optional(
        "date_quality",
        Kind::Choice(&["PUBLISHED", "CONTRACT", "ESTIMATED", "UNKNOWN"]),
        "PUBLISHED",
        "",
    ),
    Column::optional("successor_manufacturer", Kind::Text, "Dell", "as the manufacturer when empty"),
    Column::optional("successor_name", Kind::Identifier, "PowerEdge R660", ""),
    Column::optional("consolidation_ratio", Kind::Quantity, "1.5", "old units that one successor replaces"),
    SOURCE,
];

pub(super) const ASSET: &[Column] = &[
    Column::key("tag", Kind::Identifier, "A-000123", "asset tag"),
    Column::optional("name", Kind::Text, "fra1-db-01", ""),
    Column::optional("serial", Kind::Serial, "7XK2JN3", ""),
    Column::optional(
        "quantity",
        COUNT,
        "1",
        "pieces in the row; each asset has a row of its own, so 1 or empty",
    ),
    Column::create("manufacturer", Kind::Text, "Dell", "of the model"),
    Column::create("model", Kind::Identifier, "PowerEdge R650", "name of the model"),
    Column::create("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::optional("rack", Kind::Identifier, "A01", "name of the rack at the site"),
    Column::optional("position_units", Kind::HalfUnits, "12", "lowest unit it occupies"),
    Column::optional("face", Kind::Choice(&["FRONT", "REAR"]), "FRONT", ""),
    Column::optional("parent", Kind::Identifier, "A-000100", "tag of the chassis it sits in"),
    Column::optional(
        "status",
        Kind::Choice(&["PLANNED", "ORDERED", "IN_STOCK", "IN_SERVICE", "MAINTENANCE", "RETIRED", "DISPOSED"]),
        "IN_SERVICE",
        "",
    ),
    Column::optional("vendor", Kind::Identifier, "CDW", "code of the vendor"),
    Column::optional("purchase_amount", Kind::Money, "7950.00", ""),
    Column::optional("purchase_currency", Kind::Currency, "USD", ""),
    Column::optional("purchased_on", Kind::Date, "2022-05-04", ""),
    Column::optional("purchase_order", Kind::Identifier, "PO-4711", ""),
    Column::optional("in_service_on", Kind::Date, "2022-06-01", ""),
    Column::optional("warranty_ends_on", Kind::Date, "2027-05-31", ""),
    Column::optional("lease_return_on", Kind::Date, "2027-06-30", ""),
    Column::optional("expected_on", Kind::Date, "2022-06-01", "in service, of what is not yet"),
    Column::optional("retirement_planned_on", Kind::Date, "2028-01-31", ""),
    Column::optional("retired_on", Kind::Date, "2028-01-31", ""),
    Column::optional("disposed_on", Kind::Date, "2028-03-31", ""),
    Column::optional("owner", Kind::Text, "Databases", ""),
    Column::optional("tier", TIER, "1", "0 is the most critical"),
    Column::optional("environment", ENVIRONMENT, "PRODUCTION", ""),
    Column::optional("power_basis", Kind::Choice(&["MEASURED", "MODEL", "NAMEPLATE"]), "MEASURED", ""),
    Column::optional("measured_draw_watts", COUNT, "290", ""),
    Column::optional("usable_terabytes", Kind::Quantity, "92.1", "where it differs from its model"),
    Column::optional("cores", COUNT, "32", "not threads; where they differ from its model"),
    Column::optional("memory_gibibytes", Kind::Quantity, "512", "where it differs from its model"),
    Column::optional("cost_centre", Kind::Identifier, "4100", ""),
    SOURCE,
];

pub(super) fn manufacturer(cells: &mut Cells) -> Manufacturer {
    Manufacturer { origin: cells.origin.clone(), name: cells.key("name") }
}

pub(super) fn vendor(cells: &mut Cells) -> Vendor {
    Vendor {
        origin: cells.origin.clone(),
        code: cells.key("code"),
        name: cells.text("name"),
        contact_email: cells.text("contact_email"),
        account_number: cells.text("account_number"),
        payment_terms_days: cells.integer("payment_terms_days"),
        notes: cells.text("notes"),
    }
}

pub(super) fn site(cells: &mut Cells) -> Site {
    Site {
        origin: cells.origin.clone(),
        code: cells.key("code"),
        name: cells.text("name"),
        kind: cells.text("kind"),
        status: cells.text("status"),
        time_zone: cells.text("time_zone"),
        street: cells.text("street"),
        city: cells.text("city"),
        region: cells.text("region"),
        postal_code: cells.text("postal_code"),
        country: cells.text("country"),
        opened_on: cells.date("opened_on"),
        exit_on: cells.date("exit_on"),
        exit_reason: cells.text("exit_reason"),
        headcount: cells.integer("headcount"),
        source: cells.text("source"),
    }
}

pub(super) fn rack(cells: &mut Cells) -> Rack {
    Rack {
        origin: cells.origin.clone(),
        key: RackKey { site: cells.key("site"), name: cells.key("name") },
        room: cells.text("room"),
        status: cells.text("status"),
        height_units: cells.integer("height_units"),
        protected_power_watts: cells.integer("protected_power_watts"),
        weight_limit_grams: cells.grams("weight_limit_kilograms"),
        cooling_watts: cells.integer("cooling_watts"),
        network_ports: cells.integer("network_ports"),
        source: cells.text("source"),
    }
}

pub(super) fn hardware_model(cells: &mut Cells) -> HardwareModel {
    cells.needs("list_price_amount", "list_price_currency");
    cells.needs("successor_manufacturer", "successor_name");
    let key = ModelKey { manufacturer: cells.key("manufacturer"), name: cells.key("name") };
    let maker = cells.text("successor_manufacturer").unwrap_or_else(|| key.manufacturer.clone());
    let successor = cells.text("successor_name").map(|name| ModelKey { manufacturer: maker, name });
    HardwareModel {
        origin: cells.origin.clone(),
        key,
        part_number: cells.text("part_number"),
        kind: cells.text("kind"),
        kind_is_guess: false,
        height_half_units: cells.integer("height_units"),
        full_depth: cells.boolean("full_depth"),
        typical_draw_watts: cells.integer("typical_draw_watts"),
        maximum_draw_watts: cells.integer("maximum_draw_watts"),
        weight_grams: cells.grams("weight_kilograms"),
        network_ports: cells.integer("network_ports"),
        usable_terabytes: cells.decimal("usable_terabytes"),
        cores: cells.integer("cores"),
        memory_gibibytes: cells.decimal("memory_gibibytes"),
        useful_life_months: cells.integer("useful_life_months"),
        list_price_amount: cells.decimal("list_price_amount"),
        list_price_currency: cells.text("list_price_currency"),
        list_price_on: cells.date("list_price_on"),
        list_price_valid_until: cells.date("list_price_valid_until"),
        list_price_source: cells.text("list_price_source"),
        released_on: cells.date("released_on"),
        end_of_sale_announced_on: cells.date("end_of_sale_announced_on"),
        end_of_sale_on: cells.date("end_of_sale_on"),
        last_ship_on: cells.date("last_ship_on"),
        end_of_software_maintenance_on: cells.date("end_of_software_maintenance_on"),
        end_of_security_support_on: cells.date("end_of_security_support_on"),
        last_date_of_support_on: cells.date("last_date_of_support_on"),
        date_quality: cells.text("date_quality"),
        successor,
        consolidation_ratio: cells.decimal("consolidation_ratio"),
        source: cells.text("source"),
    }
}

/// The model that two columns name.
pub(super) fn model(cells: &mut Cells, manufacturer: &str, name: &str) -> Option<ModelKey> {
    cells.needs(manufacturer, name);
    cells.needs(name, manufacturer);
    Some(ModelKey { manufacturer: cells.text(manufacturer)?, name: cells.text(name)? })
}

/// Refuses rows of several pieces: each asset has a tag, a serial number and a life of its own.
fn one_piece(cells: &mut Cells) {
    let Some(pieces) = cells.integer("quantity").filter(|pieces| *pieces != 1) else { return };
    let message = match cells.text("serial") {
        Some(serial) => format!(
            "quantity is {pieces}, and the serial {serial} names one piece: give each a row of its own"
        ),
        None => {
            format!("quantity is {pieces}: each asset has a tag of its own, so give each a row of its own")
        }
    };
    cells.refuse(message);
}

pub(super) fn asset(cells: &mut Cells) -> Asset {
    cells.needs("purchase_amount", "purchase_currency");
    cells.needs("rack", "site");
    cells.needs("position_units", "rack");
    one_piece(cells);
    let site = cells.text("site");
    let rack = cells.text("rack").zip(site.clone()).map(|(name, site)| RackKey { site, name });
    Asset {
        origin: cells.origin.clone(),
        tag: cells.key("tag"),
        name: cells.text("name"),
        serial: cells.text("serial"),
        model: model(cells, "manufacturer", "model"),
        site,
        rack,
        position_half_units: cells.integer("position_units"),
        face: cells.text("face"),
        parent: cells.text("parent"),
        status: cells.text("status"),
        vendor: cells.text("vendor"),
        purchase_amount: cells.decimal("purchase_amount"),
        purchase_currency: cells.text("purchase_currency"),
        purchased_on: cells.date("purchased_on"),
        purchase_order: cells.text("purchase_order"),
        in_service_on: cells.date("in_service_on"),
        warranty_ends_on: cells.date("warranty_ends_on"),
        lease_return_on: cells.date("lease_return_on"),
        expected_on: cells.date("expected_on"),
        retirement_planned_on: cells.date("retirement_planned_on"),
        retired_on: cells.date("retired_on"),
        disposed_on: cells.date("disposed_on"),
        owner: cells.text("owner"),
        tier: cells.integer("tier"),
        environment: cells.text("environment"),
        power_basis: cells.text("power_basis"),
        measured_draw_watts: cells.integer("measured_draw_watts"),
        usable_terabytes: cells.decimal("usable_terabytes"),
        cores: cells.integer("cores"),
        memory_gibibytes: cells.decimal("memory_gibibytes"),
        cost_centre: cells.text("cost_centre"),
        source: cells.text("source"),
    }
}
