//! Columns of places that are held in racks for equipment to come.

use super::cells::Cells;
use super::inventory::SOURCE;
use crate::import::columns::{Column, Kind};
use crate::import::records::{CapacityPlacement, CapacityPlacementRack, RackKey};

const COUNT: Kind = Kind::Integer { least: 1, most: i32::MAX };
const SOME: Kind = Kind::Integer { least: 0, most: i32::MAX };
const PURPOSE: Column = Column::key("purpose", Kind::Text, "Wave 3", "unique for the first day");
const FROM: Column = Column::key("from_on", Kind::Date, "2026-09-01", "first day");

pub(super) const CAPACITY_PLACEMENT: &[Column] = &[
    PURPOSE,
    FROM,
    Column::optional("to_on", Kind::Date, "2027-03-31", "last day"),
    Column::create("pieces", COUNT, "4", "in all racks together"),
    Column::optional("height_units", Kind::HalfUnits, "2", "of each piece"),
    Column::optional("power_watts", SOME, "600", "of each piece"),
    Column::optional("cooling_watts", SOME, "600", "of each piece"),
    Column::optional("ports", SOME, "2", "of each piece"),
    Column::optional("weight_kilograms", Kind::Kilograms, "21.9", "of each piece"),
    Column::optional("cords", Kind::Choice(&["BOTH", "A", "B"]), "BOTH", "feeds that each piece hangs on"),
    Column::optional("probability", Kind::Fraction, "1", "1 when empty"),
    SOURCE,
];

pub(super) const CAPACITY_PLACEMENT_RACK: &[Column] = &[
    PURPOSE,
    FROM,
    Column::key("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::key("rack", Kind::Identifier, "A01", "name of the rack at the site"),
    Column::create("pieces", COUNT, "4", "that this rack holds"),
];

pub(super) fn placement(cells: &mut Cells) -> CapacityPlacement {
    CapacityPlacement {
        origin: cells.origin.clone(),
        purpose: cells.key("purpose"),
        from_on: cells.date("from_on").unwrap_or_default(),
        to_on: cells.date("to_on"),
        pieces: cells.integer("pieces"),
        half_units: cells.integer("height_units"),
        power_watts: cells.integer("power_watts"),
        cooling_watts: cells.integer("cooling_watts"),
        ports: cells.integer("ports"),
        weight_grams: cells.grams("weight_kilograms"),
        cords: cells.text("cords"),
        probability: cells.decimal("probability"),
        source: cells.text("source"),
    }
}

pub(super) fn rack(cells: &mut Cells) -> CapacityPlacementRack {
    CapacityPlacementRack {
        origin: cells.origin.clone(),
        purpose: cells.key("purpose"),
        from_on: cells.date("from_on").unwrap_or_default(),
        rack: RackKey { site: cells.key("site"), name: cells.key("rack") },
        pieces: cells.integer("pieces"),
    }
}
