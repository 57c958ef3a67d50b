//! Columns of pools of capacity, what they are made of, what was observed of them, and what is to come.

use super::cells::Cells;
use super::inventory::{COUNT, SOURCE};
use super::topology::{ITEM, item};
use crate::import::columns::{Column, Kind};
use crate::import::records::{
    CapacityEvent, CapacityObservation, CapacityPool, CapacityPoolMember, CapacityReservation,
};

const POOL: Column = Column::key("pool", Kind::Text, "Frankfurt storage", "name of the pool");
const DAYS: Kind = Kind::Integer { least: 0, most: 3_650 };
const UNIT: Kind = Kind::Choice(&[
    "VCPU",
    "MEGABYTE",
    "GIGABYTE",
    "TERABYTE",
    "MEBIBYTE",
    "GIBIBYTE",
    "TEBIBYTE",
    "IOPS",
    "RACK_UNIT",
    "WATT",
    "KILOWATT",
    "PORT",
    "LICENCE",
    "MEGABIT_PER_SECOND",
    "GIGABIT_PER_SECOND",
]);
const RESOURCE: Kind = Kind::Choice(&[
    "VCPU",
    "MEMORY",
    "STORAGE",
    "IOPS",
    "RACK_UNITS",
    "POWER",
    "COOLING",
    "PORTS",
    "LICENCES",
    "BANDWIDTH",
]);

pub(super) const CAPACITY_POOL: &[Column] = &[
    Column::key("name", Kind::Text, "Frankfurt storage", ""),
    Column::create("resource", RESOURCE, "STORAGE", ""),
    Column::create("unit", UNIT, "TERABYTE", "of all quantities of the pool"),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::optional("basis", Kind::Choice(&["DECLARED", "INVENTORY"]), "DECLARED", ""),
    Column::optional("raw", Kind::Quantity, "480", "where it is not counted"),
    Column::optional("usable", Kind::Quantity, "", "where it is stated"),
    Column::optional("plannable", Kind::Quantity, "", "where it is stated"),
    Column::optional("allocated", Kind::Quantity, "210", ""),
    Column::optional("planning_limit", Kind::Fraction, "0.8", "of what is usable"),
    Column::optional("failures_tolerated", COUNT, "", "of a cluster"),
    Column::optional("overcommit_ratio", Kind::Quantity, "", "of a cluster"),
    Column::optional("buffer_share", Kind::Fraction, "", "of a cluster"),
    Column::optional("host_overhead", Kind::Quantity, "", "of memory of a cluster"),
    Column::optional("protection_data", COUNT, "8", "parts of data in a stripe"),
    Column::optional("protection_parity", COUNT, "2", "parts of parity in a stripe"),
    Column::optional("protection_share", Kind::Fraction, "", "that protection leaves, in place of stripes"),
    Column::optional("reserve_share", Kind::Fraction, "0.1", "held back of what protection leaves"),
    Column::optional("reduction_ratio", Kind::Quantity, "2", "data that a unit is taken to hold"),
    Column::optional("lead_days", DAYS, "90", "from an order to its delivery"),
    Column::optional("install_days", DAYS, "30", "from delivery to use"),
    Column::optional("approval_days", DAYS, "20", ""),
    Column::optional("buffer_days", DAYS, "40", "in hand on top"),
    Column::optional("fit_from", Kind::Date, "2026-01-01", "first day that says how it grows"),
    Column::optional("is_active", Kind::Boolean, "true", ""),
    Column::optional("note", Kind::Text, "8+2", ""),
    SOURCE,
];

pub(super) const CAPACITY_POOL_MEMBER: &[Column] = &[
    POOL,
    Column::key("item_kind", Kind::Choice(&["ASSET", "RACK", "SITE", "WORKLOAD"]), "RACK", ""),
    Column::key("item", ITEM, "FRA1|A01", "by its own key, the site before a rack"),
];

pub(super) const CAPACITY_OBSERVATION: &[Column] = &[
    POOL,
    Column::key("at", Kind::Moment, "2026-06-01T08:00:00Z", "to the microsecond"),
    Column::key("unit", UNIT, "TERABYTE", "of the value; it is turned into that of the pool"),
    Column::key("value", Kind::Quantity, "212.4", "what was used"),
];

pub(super) const CAPACITY_RESERVATION: &[Column] = &[
    POOL,
    Column::key("from_on", Kind::Date, "2026-09-01", "first day"),
    Column::key("purpose", Kind::Text, "Wave 3", "unique for the pool and the first day"),
    Column::create("quantity", Kind::Quantity, "18", "in the unit of the pool"),
    Column::optional("to_on", Kind::Date, "2027-03-31", "last day"),
    Column::optional("probability", Kind::Fraction, "0.8", "1 when empty"),
    SOURCE,
];

pub(super) const CAPACITY_EVENT: &[Column] = &[
    POOL,
    Column::key("happens_on", Kind::Date, "2027-03-01", ""),
    Column::key("name", Kind::Text, "Archive moves in", "unique for the pool and the day"),
    Column::create("quantity", Kind::Signed, "18", "by which demand rises; below zero where it falls"),
    Column::optional("probability", Kind::Fraction, "1", "1 when empty"),
    SOURCE,
];

pub(super) fn pool(cells: &mut Cells) -> CapacityPool {
    CapacityPool {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        resource: cells.text("resource"),
        unit: cells.text("unit"),
        site: cells.text("site"),
        basis: cells.text("basis"),
        raw: cells.decimal("raw"),
        usable: cells.decimal("usable"),
        plannable: cells.decimal("plannable"),
        allocated: cells.decimal("allocated"),
        planning_limit: cells.decimal("planning_limit"),
        failures_tolerated: cells.integer("failures_tolerated"),
        overcommit_ratio: cells.decimal("overcommit_ratio"),
        buffer_share: cells.decimal("buffer_share"),
        host_overhead: cells.decimal("host_overhead"),
        protection_data: cells.integer("protection_data"),
        protection_parity: cells.integer("protection_parity"),
        protection_share: cells.decimal("protection_share"),
        reserve_share: cells.decimal("reserve_share"),
        reduction_ratio: cells.decimal("reduction_ratio"),
        lead_days: cells.integer("lead_days"),
        install_days: cells.integer("install_days"),
        approval_days: cells.integer("approval_days"),
        buffer_days: cells.integer("buffer_days"),
        fit_from: cells.date("fit_from"),
        is_active: cells.boolean("is_active"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}

pub(super) fn member(cells: &mut Cells) -> CapacityPoolMember {
    CapacityPoolMember {
        origin: cells.origin.clone(),
        pool: cells.key("pool"),
        item: item(cells, "item_kind", "item"),
    }
}

pub(super) fn observation(cells: &mut Cells) -> CapacityObservation {
    CapacityObservation {
        origin: cells.origin.clone(),
        pool: cells.key("pool"),
        at: cells.moment("at").unwrap_or_default(),
        unit: cells.key("unit"),
        value: cells.decimal("value").unwrap_or_default(),
    }
}

pub(super) fn reservation(cells: &mut Cells) -> CapacityReservation {
    CapacityReservation {
        origin: cells.origin.clone(),
        pool: cells.key("pool"),
        from_on: cells.date("from_on").unwrap_or_default(),
        purpose: cells.key("purpose"),
        quantity: cells.decimal("quantity"),
        to_on: cells.date("to_on"),
        probability: cells.decimal("probability"),
        source: cells.text("source"),
    }
}

pub(super) fn event(cells: &mut Cells) -> CapacityEvent {
    CapacityEvent {
        origin: cells.origin.clone(),
        pool: cells.key("pool"),
        happens_on: cells.date("happens_on").unwrap_or_default(),
        name: cells.key("name"),
        quantity: cells.decimal("quantity"),
        probability: cells.decimal("probability"),
        source: cells.text("source"),
    }
}
