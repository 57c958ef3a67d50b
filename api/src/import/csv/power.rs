//! Columns of deployments, circuits and readings of power.

use super::cells::Cells;
use super::inventory::SOURCE;
use crate::import::columns::{Column, Kind};
use crate::import::records::{ColocationCircuit, ColocationDeployment, ColocationReading, RackKey};

/// The number of a line, as people count: from 1.
const LINE: Kind = Kind::Integer { least: 1, most: i32::MAX };

pub(super) const COLOCATION_DEPLOYMENT: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("name", Kind::Identifier, "CAGE-7", ""),
    Column::optional(
        "draw_cap_kilovolt_amperes",
        Kind::Quantity,
        "120",
        "the most over all its circuits at one moment",
    ),
    Column::optional("draw_is_not_capped", Kind::Boolean, "false", ""),
    Column::optional("cooling_kilowatts", Kind::Quantity, "110", ""),
    Column::optional("cooling_is_not_limited", Kind::Boolean, "false", ""),
    Column::optional("power_factor", Kind::Rate, "0.95", ""),
    Column::optional(
        "commit_kilowatts",
        Kind::Quantity,
        "100",
        "what of the commitment of the contract is for it",
    ),
    Column::optional("commit_kilovolt_amperes", Kind::Quantity, "110", "instead of commit_kilowatts"),
    SOURCE,
];

pub(super) const COLOCATION_CIRCUIT: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("deployment", Kind::Identifier, "CAGE-7", "name of the deployment"),
    Column::key("reference", Kind::Identifier, "CKT-88431", ""),
    Column::create("cabinet", Kind::Identifier, "C01", ""),
    Column::optional(
        "pair",
        Kind::Identifier,
        "C01-1",
        "circuits that back each other up; the cabinet where left out",
    ),
    Column::optional("feed", Kind::Choice(&["A", "B"]), "A", ""),
    Column::create("volts", Kind::Quantity, "208", ""),
    Column::create("amperes", Kind::Quantity, "30", ""),
    Column::create("phases", Kind::Integer { least: 1, most: 3 }, "1", ""),
    Column::create("derate", Kind::Rate, "0.8", "share of the rating that may be used for long"),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site of the rack"),
    Column::optional("rack", Kind::Identifier, "A01", "name of the rack"),
    Column::optional("charge", LINE, "4", "position of the charge that bills it"),
    Column::optional("billed_from_on", Kind::Date, "2026-01-15", ""),
    Column::optional("billed_to_on", Kind::Date, "2029-01-14", ""),
    Column::optional("returned_on", Kind::Date, "2028-06-30", ""),
    SOURCE,
];

pub(super) const COLOCATION_READING: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("deployment", Kind::Identifier, "CAGE-7", "name of the deployment"),
    Column::key_part(
        "circuit",
        Kind::Identifier,
        "CKT-88431",
        "reference of the circuit; the deployment as a whole where left out",
    ),
    Column::key("starts_at", Kind::Moment, "2026-01-01T00:00:00Z", ""),
    Column::key("ends_at", Kind::Moment, "2026-01-01T00:15:00Z", ""),
    Column::optional("peak_kilowatts", Kind::Quantity, "3.9", ""),
    Column::optional("average_kilowatts", Kind::Quantity, "3.1", ""),
    Column::optional("kilowatt_hours", Kind::Quantity, "0.775", ""),
    SOURCE,
];

pub(super) fn colocation_deployment(cells: &mut Cells) -> ColocationDeployment {
    ColocationDeployment {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        name: cells.key("name"),
        draw_cap_kilovolt_amperes: cells.decimal("draw_cap_kilovolt_amperes"),
        draw_is_not_capped: cells.boolean("draw_is_not_capped"),
        cooling_kilowatts: cells.decimal("cooling_kilowatts"),
        cooling_is_not_limited: cells.boolean("cooling_is_not_limited"),
        power_factor: cells.decimal("power_factor"),
        commit_kilowatts: cells.decimal("commit_kilowatts"),
        commit_kilovolt_amperes: cells.decimal("commit_kilovolt_amperes"),
        source: cells.text("source"),
    }
}

pub(super) fn colocation_circuit(cells: &mut Cells) -> ColocationCircuit {
    cells.needs("rack", "site");
    cells.needs("site", "rack");
    let (site, rack) = (cells.text("site"), cells.text("rack"));
    ColocationCircuit {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        deployment: cells.key("deployment"),
        reference: cells.key("reference"),
        cabinet: cells.text("cabinet"),
        pair: cells.text("pair"),
        feed: cells.text("feed"),
        volts: cells.decimal("volts"),
        amperes: cells.decimal("amperes"),
        phases: cells.integer("phases"),
        derate: cells.decimal("derate"),
        rack: site.zip(rack).map(|(site, name)| RackKey { site, name }),
        charge: cells.integer("charge"),
        billed_from_on: cells.date("billed_from_on"),
        billed_to_on: cells.date("billed_to_on"),
        returned_on: cells.date("returned_on"),
        source: cells.text("source"),
    }
}

pub(super) fn colocation_reading(cells: &mut Cells) -> ColocationReading {
    ColocationReading {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        deployment: cells.key("deployment"),
        circuit: cells.text("circuit"),
        starts_at: cells.moment("starts_at").unwrap_or_default(),
        ends_at: cells.moment("ends_at").unwrap_or_default(),
        peak_kilowatts: cells.decimal("peak_kilowatts"),
        average_kilowatts: cells.decimal("average_kilowatts"),
        kilowatt_hours: cells.decimal("kilowatt_hours"),
        source: cells.text("source"),
    }
}
