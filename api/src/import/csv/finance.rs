//! Columns of currencies, exchange rates and fiscal calendars.

use super::cells::Cells;
use super::inventory::SOURCE;
use crate::import::columns::{Column, Kind};
use crate::import::records::{Currency, ExchangeRate, FiscalCalendar, PriceIndexValue};

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
