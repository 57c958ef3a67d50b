//! Columns of what the books say of single assets.

use super::cells::Cells;
use super::inventory::SOURCE;
use super::lifecycle::{BOOK, CONVENTION, METHOD, ROUNDING};
use crate::import::columns::{Column, Kind};
use crate::import::records::{BookEntry, BookEvent, ClosedPeriod};

const MONTHS: Kind = Kind::Integer { least: -1_200, most: 1_200 };
const PIECES: Kind = Kind::Integer { least: 1, most: i32::MAX };

const ASSET: Column = Column::key("asset", Kind::Identifier, "A-000123", "tag of the asset");
const COMPONENT: Column = Column::key_part(
    "component",
    Kind::Text,
    "accelerators",
    "with a life of its own; empty is the asset itself",
);
const POSTED_FROM: Column = Column::optional(
    "posted_from",
    Kind::Month,
    "",
    "the first open month when it became known; as closed periods have it when empty",
);

pub(super) const BOOK_ENTRY: &[Column] = &[
    ASSET,
    Column::key("book", BOOK, "BOOK", ""),
    COMPONENT,
    Column::optional("class", Kind::Text, "Equipment for computing", "that of its kind when empty"),
    Column::create("cost_amount", Kind::Money, "4200.00", "capitalised cost"),
    Column::create("currency", Kind::Currency, "USD", "of all amounts"),
    Column::optional("salvage_amount", Kind::Money, "200.00", "as the rule says when empty"),
    Column::optional(
        "rule_name",
        Kind::Text,
        "",
        "that its terms were taken from when the books were closed",
    ),
    Column::optional("method", METHOD, "STRAIGHT_LINE", "as the rule says when empty"),
    Column::optional("switch_to_straight_line", Kind::Boolean, "false", "as the rule says when empty"),
    Column::optional(
        "life_months",
        Kind::Integer { least: 1, most: 1_200 },
        "36",
        "as the rule says when empty",
    ),
    Column::optional("convention", CONVENTION, "FULL_MONTH", "as the rule says when empty"),
    Column::optional("rounding", ROUNDING, "CUMULATIVE", "as the rule says when empty"),
    Column::optional(
        "tax_class",
        Kind::Choice(&[
            "THREE_YEARS",
            "FIVE_YEARS",
            "SEVEN_YEARS",
            "TEN_YEARS",
            "FIFTEEN_YEARS",
            "TWENTY_YEARS",
        ]),
        "",
        "of the book TAX only",
    ),
    Column::optional("bonus_rate", Kind::Rate, "", "deducted at once, with a tax class only"),
    Column::optional("mid_quarter", Kind::Boolean, "", "as the test of the tax year says when empty"),
    Column::optional("in_service_on", Kind::Date, "2022-06-01", "that of the asset when empty"),
    Column::optional("depreciable_from", Kind::Date, "2022-07-01", "where later than its service"),
    Column::optional("opening_amount", Kind::Money, "", "depreciated before it came into these books"),
    Column::optional("opening_from", Kind::Month, "", "the first month that these books charge after that"),
    POSTED_FROM,
    SOURCE,
];

pub(super) const BOOK_EVENT: &[Column] = &[
    ASSET,
    Column::key("book", BOOK, "BOOK", ""),
    COMPONENT,
    Column::key(
        "kind",
        Kind::Choice(&["IMPAIRMENT", "LIFE_CHANGE", "DISPOSAL", "TRANSFER", "SERVICE"]),
        "LIFE_CHANGE",
        "",
    ),
    Column::key("happened_on", Kind::Date, "2024-03-15", ""),
    POSTED_FROM,
    Column::optional("recoverable_amount", Kind::Money, "", "of an impairment: what it is still worth"),
    Column::optional("life_months", MONTHS, "", "of a change of life: the new whole life"),
    Column::optional("added_months", MONTHS, "12", "of a change of life: by which it becomes longer"),
    Column::optional("remaining_months", MONTHS, "", "of a change of life: that are left"),
    Column::optional("salvage_amount", Kind::Money, "100.00", "the new salvage, if it changes too"),
    Column::optional("proceeds_amount", Kind::Money, "", "of a disposal"),
    Column::optional("sale_cost_amount", Kind::Money, "", "of a disposal: what selling cost"),
    Column::optional("disposed_amount", Kind::Money, "", "of a disposal in part: the cost that left"),
    Column::optional("disposed_share", Kind::Rate, "", "of a disposal in part: the share that left"),
    Column::optional("disposed_quantity", PIECES, "", "of a disposal in part: the pieces that left"),
    Column::optional("held_quantity", PIECES, "", "the pieces there were before"),
    Column::optional("in_service_on", Kind::Date, "", "of another first day of service"),
    Column::optional("from_site", Kind::Identifier, "", "of a transfer: code of the site"),
    Column::optional("to_site", Kind::Identifier, "", "of a transfer: code of the site"),
    Column::optional("from_cost_centre", Kind::Identifier, "", "of a transfer"),
    Column::optional("to_cost_centre", Kind::Identifier, "", "of a transfer"),
    Column::optional("from_class", Kind::Text, "", "of a transfer"),
    Column::optional("to_class", Kind::Text, "", "of a transfer"),
    Column::optional("notes", Kind::Text, "kept a year longer", ""),
];

pub(super) const CLOSED_PERIOD: &[Column] = &[
    Column::key("book", BOOK, "BOOK", ""),
    Column::key("through", Kind::Month, "2025-12", "the last month that is closed"),
    Column::optional("fiscal_calendar", Kind::Text, "July to June", "the default one when empty"),
];

pub(super) fn book_entry(cells: &mut Cells) -> BookEntry {
    cells.needs("opening_amount", "opening_from");
    cells.needs("opening_from", "opening_amount");
    BookEntry {
        origin: cells.origin.clone(),
        asset: cells.key("asset"),
        book: cells.key("book"),
        component: cells.text("component").unwrap_or_default(),
        class: cells.text("class"),
        cost_amount: cells.decimal("cost_amount"),
        currency: cells.text("currency"),
        salvage_amount: cells.decimal("salvage_amount"),
        rule_name: cells.text("rule_name"),
        method: cells.text("method"),
        switch_to_straight_line: cells.boolean("switch_to_straight_line"),
        life_months: cells.integer("life_months"),
        convention: cells.text("convention"),
        rounding: cells.text("rounding"),
        tax_class: cells.text("tax_class"),
        bonus_rate: cells.decimal("bonus_rate"),
        mid_quarter: cells.boolean("mid_quarter"),
        in_service_on: cells.date("in_service_on"),
        depreciable_from: cells.date("depreciable_from"),
        opening_amount: cells.decimal("opening_amount"),
        opening_from: cells.date("opening_from"),
        posted_from: cells.date("posted_from"),
        source: cells.text("source"),
    }
}

pub(super) fn book_event(cells: &mut Cells) -> BookEvent {
    BookEvent {
        origin: cells.origin.clone(),
        asset: cells.key("asset"),
        book: cells.key("book"),
        component: cells.text("component").unwrap_or_default(),
        kind: cells.key("kind"),
        happened_on: cells.date("happened_on").unwrap_or_default(),
        posted_from: cells.date("posted_from"),
        recoverable_amount: cells.decimal("recoverable_amount"),
        life_months: cells.integer("life_months"),
        added_months: cells.integer("added_months"),
        remaining_months: cells.integer("remaining_months"),
        salvage_amount: cells.decimal("salvage_amount"),
        proceeds_amount: cells.decimal("proceeds_amount"),
        sale_cost_amount: cells.decimal("sale_cost_amount"),
        disposed_amount: cells.decimal("disposed_amount"),
        disposed_share: cells.decimal("disposed_share"),
        disposed_quantity: cells.integer("disposed_quantity"),
        held_quantity: cells.integer("held_quantity"),
        in_service_on: cells.date("in_service_on"),
        from_site: cells.text("from_site"),
        to_site: cells.text("to_site"),
        from_cost_centre: cells.text("from_cost_centre"),
        to_cost_centre: cells.text("to_cost_centre"),
        from_class: cells.text("from_class"),
        to_class: cells.text("to_class"),
        notes: cells.text("notes"),
    }
}

pub(super) fn closed_period(cells: &mut Cells) -> ClosedPeriod {
    ClosedPeriod {
        origin: cells.origin.clone(),
        book: cells.key("book"),
        through: cells.date("through").unwrap_or_default(),
        fiscal_calendar: cells.text("fiscal_calendar"),
    }
}
