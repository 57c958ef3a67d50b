//! Columns of currencies, exchange rates and fiscal calendars; of volumes, unit costs, allocation and savings.

use super::cells::{Cells, parts};
use super::inventory::{HARDWARE_KIND, SOURCE};
use crate::import::columns::{Column, Kind, Value};
use crate::import::records::{
    AllocationModel, Currency, ExchangeRate, FiscalCalendar, PriceIndexValue, SavingsClaim,
    SavingsInitiative, UnitCostPart, Volume,
};

pub(super) const CURRENCY: &[Column] = &[
    Column::key("code", Kind::Currency, "EUR", ""),
    Column::create("name", Kind::Text, "Euro", ""),
    Column::create("minor_units", Kind::Integer { least: 0, most: 6 }, "2", "decimals of the smallest coin"),
];

pub(super) const EXCHANGE_RATE: &[Column] = &[
    Column::key("base", Kind::Currency, "EUR", ""),
    Column::key("quote", Kind::Currency, "USD", ""),
    Column::key("on_date", Kind::Date, "2026-01-01", ""),
    Column::key("kind", Kind::Choice(&["PLAN", "SPOT", "AVERAGE", "CONTRACT"]), "PLAN", ""),
    Column::create("rate", Kind::Quantity, "1.1", "units of quote for one unit of base"),
];

pub(super) const FISCAL_CALENDAR: &[Column] = &[
    Column::key("name", Kind::Text, "July to June", ""),
    Column::create("start_month", Kind::Integer { least: 1, most: 12 }, "7", ""),
    Column::create(
        "label_by",
        Kind::Choice(&["START_YEAR", "END_YEAR"]),
        "END_YEAR",
        "the year that names the fiscal year",
    ),
    Column::create("pattern", Kind::Choice(&["MONTHS", "W445", "W454", "W544"]), "W445", ""),
    Column::optional(
        "anchor_on",
        Kind::Date,
        "2025-06-29",
        "first day of a fiscal year, for patterns of weeks",
    ),
    Column::optional(
        "leap_week_years",
        Kind::List(&Kind::Integer { least: 1950, most: 2200 }),
        "2028|2034",
        "years of 53 weeks",
    ),
    Column::optional("is_default", Kind::Boolean, "true", ""),
];

const CATEGORY: Kind = Kind::Choice(&["COLOCATION", "CLOUD", "DEPRECIATION", "SUPPORT", "DISPOSAL"]);

pub(super) const VOLUME: &[Column] = &[
    Column::key(
        "measure",
        Kind::Choice(&[
            "ENDPOINTS",
            "USED_TERABYTES",
            "USABLE_TERABYTES",
            "RAW_TERABYTES",
            "DRAWN_KILOWATTS",
            "COMMITTED_KILOWATTS",
            "SERVERS",
            "VIRTUAL_MACHINES",
            "SEATS",
            "TICKETS",
            "WORKLOADS",
        ]),
        "USED_TERABYTES",
        "",
    ),
    Column::key_part("site", Kind::Identifier, "FRA1", "code of the site; empty for the company as a whole"),
    Column::key("month", Kind::Month, "2026-01", ""),
    Column::optional("average", Kind::Quantity, "", "of the month; or else both of the following"),
    Column::optional("opening", Kind::Quantity, "800", "on the first day"),
    Column::optional("closing", Kind::Quantity, "840", "on the last day"),
    SOURCE,
];

pub(super) const UNIT_COST_PART: &[Column] = &[
    Column::key(
        "metric",
        Kind::Choice(&[
            "PER_ENDPOINT",
            "PER_TB",
            "PER_KW",
            "PER_SERVER",
            "PER_VM",
            "PER_SEAT",
            "PER_TICKET",
            "PER_WORKLOAD",
        ]),
        "PER_TB",
        "",
    ),
    Column::key("category", CATEGORY, "DEPRECIATION", ""),
    Column::create("share", Kind::Rate, "1", "that counts"),
    Column::optional(
        "kinds",
        Kind::List(&HARDWARE_KIND),
        "STORAGE",
        "of hardware, for DEPRECIATION and DISPOSAL; all where empty",
    ),
];

pub(super) const ALLOCATION_MODEL: &[Column] = &[
    Column::key("name", Kind::Text, "Showback 2026", ""),
    Column::create("taxonomy_version", Kind::Text, "5.0", ""),
    Column::create("effective_from", Kind::Date, "2026-01-01", ""),
    Column::optional("effective_to", Kind::Date, "2026-12-31", ""),
    Column::create("method", Kind::Choice(&["STEP_DOWN", "SIMULTANEOUS"]), "STEP_DOWN", ""),
    Column::optional(
        "step_order",
        Kind::List(&Kind::Text),
        "Facilities|Network",
        "in which nodes are divided",
    ),
    Column::create(
        "nodes",
        Kind::Tuples(&[Kind::Choice(&["POOL", "TOWER", "SERVICE", "CONSUMER"]), Kind::Text]),
        "POOL:Facilities|TOWER:Network|CONSUMER:Sales|CONSUMER:Research",
        "level and name",
    ),
    Column::optional(
        "categories",
        Kind::Tuples(&[CATEGORY, Kind::Text]),
        "COLOCATION:Facilities",
        "of the roadmap, and the node whose cost it is",
    ),
    Column::optional(
        "flows",
        Kind::Tuples(&[Kind::Text, Kind::Quantity, Kind::Text]),
        "Facilities:20:Network|Facilities:80:Sales|Network:1:Sales|Network:3:Research",
        "node, volume, and the node that receives",
    ),
    Column::optional(
        "drivers",
        Kind::Tuples(&[Kind::Text, Kind::Text]),
        "Facilities:kW|Network:ports",
        "node, and what it is divided by",
    ),
    Column::optional(
        "wholes",
        Kind::Tuples(&[Kind::Quantity, Kind::Text]),
        "100:Facilities",
        "volume of all, and node; where targets leave something",
    ),
];

pub(super) const SAVINGS_INITIATIVE: &[Column] = &[
    Column::key("code", Kind::Identifier, "S-1", ""),
    Column::create("name", Kind::Text, "Colocation at FRA1 renegotiated", ""),
    Column::create("lever", Kind::Text, "renegotiation", ""),
    Column::create("kind", Kind::Choice(&["HARD", "AVOIDANCE"]), "HARD", ""),
    Column::optional(
        "stage",
        Kind::Choice(&["IDENTIFIED", "VALIDATED", "APPROVED", "IMPLEMENTED", "REALISED", "LOST"]),
        "APPROVED",
        "",
    ),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::create("baseline_amount", Kind::Money, "2400000", "spent over the months of the baseline"),
    Column::create("baseline_from", Kind::Month, "2025-01", ""),
    Column::optional("baseline_months", Kind::Integer { least: 1, most: 120 }, "12", ""),
    Column::create("baseline_method", Kind::Text, "invoices of 2025", ""),
    Column::create("baseline_fixed_on", Kind::Date, "2026-01-15", ""),
    Column::create("starts_on", Kind::Date, "2026-05-01", ""),
    Column::optional("ends_on", Kind::Date, "2029-04-30", ""),
    Column::optional("recurrence", Kind::Choice(&["RECURRING", "ONE_OFF"]), "RECURRING", ""),
    Column::create("claimed_amount", Kind::Money, "840000", "in twelve months, or once"),
    Column::optional("confirmed_amount", Kind::Money, "800000", "by finance"),
    Column::optional("confirmed_on", Kind::Date, "2026-06-30", ""),
    Column::optional("confirmed_by", Kind::Text, "Controlling", ""),
    Column::optional("owner", Kind::Text, "Infrastructure", ""),
    Column::optional("evidence", Kind::List(&Kind::Text), "contract of 2026-04-20", ""),
];

pub(super) const SAVINGS_CLAIM: &[Column] = &[
    Column::key("cost_centre", Kind::Identifier, "4711", "of the ledger"),
    Column::key("account", Kind::Identifier, "6100", "of the ledger"),
    Column::key("month", Kind::Month, "2026-05", ""),
    Column::key_part("document", Kind::Identifier, "INV-7", "empty for all documents"),
    Column::create("initiative", Kind::Identifier, "S-1", "code of the initiative"),
];

pub(super) const PRICE_INDEX_VALUE: &[Column] = &[
    Column::key("series", Kind::Identifier, "CPI-U", "as contracts name it"),
    Column::key("month", Kind::Month, "2026-01", ""),
    Column::create("value", Kind::Quantity, "309.685", ""),
    Column::optional("published_on", Kind::Date, "2026-02-12", "before that day nobody knew it"),
    SOURCE,
];

pub(super) fn currency(cells: &mut Cells) -> Currency {
    Currency {
        origin: cells.origin.clone(),
        code: cells.key("code"),
        name: cells.text("name"),
        minor_units: cells.integer("minor_units"),
    }
}

pub(super) fn exchange_rate(cells: &mut Cells) -> ExchangeRate {
    ExchangeRate {
        origin: cells.origin.clone(),
        base: cells.key("base"),
        quote: cells.key("quote"),
        on_date: cells.date("on_date").unwrap_or_default(),
        kind: cells.key("kind"),
        rate: cells.decimal("rate"),
    }
}

pub(super) fn fiscal_calendar(cells: &mut Cells) -> FiscalCalendar {
    FiscalCalendar {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        start_month: cells.integer("start_month"),
        label_by: cells.text("label_by"),
        pattern: cells.text("pattern"),
        anchor_on: cells.date("anchor_on"),
        leap_week_years: cells.integers("leap_week_years"),
        is_default: cells.boolean("is_default"),
    }
}

pub(super) fn volume(cells: &mut Cells) -> Volume {
    Volume {
        origin: cells.origin.clone(),
        measure: cells.key("measure"),
        site: cells.text("site"),
        month: cells.date("month").unwrap_or_default(),
        average: cells.decimal("average"),
        opening: cells.decimal("opening"),
        closing: cells.decimal("closing"),
        source: cells.text("source"),
    }
}

pub(super) fn unit_cost_part(cells: &mut Cells) -> UnitCostPart {
    UnitCostPart {
        origin: cells.origin.clone(),
        metric: cells.key("metric"),
        category: cells.key("category"),
        share: cells.decimal("share"),
        kinds: cells.texts("kinds"),
    }
}

pub(super) fn allocation_model(cells: &mut Cells) -> AllocationModel {
    cells.needs("drivers", "flows");
    cells.needs("wholes", "flows");
    let two = |item: &Value| match parts(item) {
        [Value::Text(first), Value::Text(second)] => Some((first.clone(), second.clone())),
        _ => None,
    };
    AllocationModel {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        taxonomy_version: cells.text("taxonomy_version"),
        effective_from: cells.date("effective_from"),
        effective_to: cells.date("effective_to"),
        method: cells.text("method"),
        step_order: cells.texts("step_order"),
        nodes: cells.list("nodes", two),
        categories: cells.list("categories", two),
        drivers: cells.list("drivers", two),
        flows: cells.list("flows", |item| match parts(item) {
            [Value::Text(source), Value::Decimal(volume), Value::Text(target)] => {
                Some((source.clone(), *volume, target.clone()))
            }
            _ => None,
        }),
        wholes: cells.list("wholes", |item| match parts(item) {
            [Value::Decimal(whole), Value::Text(source)] => Some((*whole, source.clone())),
            _ => None,
        }),
    }
}

pub(super) fn savings_initiative(cells: &mut Cells) -> SavingsInitiative {
    cells.needs("confirmed_amount", "confirmed_on");
    SavingsInitiative {
        origin: cells.origin.clone(),
        code: cells.key("code"),
        name: cells.text("name"),
        lever: cells.text("lever"),
        kind: cells.text("kind"),
        stage: cells.text("stage"),
        currency: cells.text("currency"),
        baseline_amount: cells.decimal("baseline_amount"),
        baseline_from: cells.date("baseline_from"),
        baseline_months: cells.integer("baseline_months"),
        baseline_method: cells.text("baseline_method"),
        baseline_fixed_on: cells.date("baseline_fixed_on"),
        starts_on: cells.date("starts_on"),
        ends_on: cells.date("ends_on"),
        recurrence: cells.text("recurrence"),
        claimed_amount: cells.decimal("claimed_amount"),
        confirmed_amount: cells.decimal("confirmed_amount"),
        confirmed_on: cells.date("confirmed_on"),
        confirmed_by: cells.text("confirmed_by"),
        owner: cells.text("owner"),
        evidence: cells.texts("evidence"),
    }
}

pub(super) fn savings_claim(cells: &mut Cells) -> SavingsClaim {
    SavingsClaim {
        origin: cells.origin.clone(),
        cost_centre: cells.key("cost_centre"),
        account: cells.key("account"),
        month: cells.date("month").unwrap_or_default(),
        document: cells.text("document"),
        initiative: cells.text("initiative"),
    }
}
pub(super) fn price_index_value(cells: &mut Cells) -> PriceIndexValue {
    PriceIndexValue {
        origin: cells.origin.clone(),
        series: cells.key("series"),
        month: cells.date("month").unwrap_or_default(),
        value: cells.decimal("value"),
        published_on: cells.date("published_on"),
        source: cells.text("source"),
    }
}
