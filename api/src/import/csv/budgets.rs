//! Columns of ledger codes, budgets, their lines and postings.

use super::cells::{Cells, parts};
use super::inventory::SOURCE;
use crate::import::columns::{Column, Kind, Value};
use crate::import::records::{
    ActualPosting, BudgetLine, BudgetPlace, BudgetRate, BudgetVersion, LedgerCode, PeriodClose,
    VarianceExplanation,
};

const VIEW: Kind = Kind::Choice(&["COMMITMENT", "CASH", "PNL"]);
const PERIOD: Kind = Kind::Integer { least: 1, most: 12 };
const PERIOD_OR_ADJUSTMENTS: Kind = Kind::Integer { least: 1, most: 13 };
const BUDGET: Column = Column::key("budget", Kind::Text, "Plan 2027", "name of the version");
const QUANTITY: Column = Column::optional("quantity", Kind::Quantity, "100", "units; with a unit_price");
const UNIT_PRICE: Column =
    Column::optional("unit_price", Kind::Money, "150.00", "in the currency of the amount");
const AMOUNT: Column = Column::optional(
    "amount",
    Kind::Money,
    "15000.00",
    "costs are positive; may be left to quantity and unit_price",
);
const DESCRIPTION: Column = Column::optional("description", Kind::Text, "rented power", "");

pub(super) const LEDGER_CODE: &[Column] = &[
    Column::key("kind", Kind::Choice(&["COST_CENTRE", "ACCOUNT", "TOWER"]), "COST_CENTRE", ""),
    Column::key("code", Kind::Identifier, "4711", "unique among its kind"),
    Column::create("name", Kind::Text, "Infrastructure", ""),
    Column::optional("category", Kind::Text, "Facilities", "place in the taxonomy of the company"),
    Column::optional("owner", Kind::Text, "Platform", ""),
    Column::optional("valid_from_on", Kind::Date, "2020-01-01", "first day it may be charged for"),
    Column::optional("valid_to_on", Kind::Date, "2027-12-31", "last day it may be charged for"),
    Column::optional("superseded_by", Kind::Identifier, "4712", "code that takes its place"),
    Column::optional("superseded_from_on", Kind::Date, "2028-01-01", "from which day on"),
];

pub(super) const BUDGET_VERSION: &[Column] = &[
    Column::key("name", Kind::Text, "Plan 2027", ""),
    Column::create("kind", Kind::Choice(&["PLAN", "FORECAST", "ACTUAL", "SCENARIO"]), "PLAN", ""),
    Column::optional("label", Kind::Text, "3+9", "of a forecast: actual and expected periods"),
    Column::create("fiscal_year", Kind::Integer { least: 1970, most: 2199 }, "2027", "its label"),
    Column::create("calendar", Kind::Text, "July to June", "name of the fiscal calendar"),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::optional(
        "plan_rates",
        Kind::Tuples(&[Kind::Currency, Kind::Quantity]),
        "EUR:1.1|GBP:1.3",
        "fixed rates: units of the currency for one of each",
    ),
    Column::optional("notes", Kind::Text, "approved in November", ""),
];

pub(super) const BUDGET_LINE: &[Column] = &[
    BUDGET,
    Column::key("cost_centre", Kind::Identifier, "4711", ""),
    Column::key("account", Kind::Identifier, "6100", ""),
    Column::key_part("tower", Kind::Identifier, "compute", "empty where it is assigned to none"),
    Column::key_part(
        "site",
        Kind::Identifier,
        "FRA1",
        "code of the site; empty where it is of no single one",
    ),
    Column::key("period", PERIOD, "1", "of the fiscal year"),
    Column::key("view", VIEW, "PNL", ""),
    Column::key("currency", Kind::Currency, "EUR", ""),
    Column::key_part("item", Kind::Text, "power", "tells lines of one place apart"),
    AMOUNT,
    QUANTITY,
    UNIT_PRICE,
    DESCRIPTION,
    SOURCE,
];

pub(super) const ACTUAL_POSTING: &[Column] = &[
    BUDGET,
    Column::key("source", Kind::Identifier, "ERP", "the system that it was posted in"),
    Column::key("document", Kind::Identifier, "INV-4711", ""),
    Column::key("document_line", Kind::Identifier, "1", ""),
    Column::optional(
        "kind",
        Kind::Choice(&[
            "INVOICE",
            "CREDIT_NOTE",
            "ACCRUAL",
            "ACCRUAL_REVERSAL",
            "ORDER",
            "JOURNAL",
            "RECHARGE",
        ]),
        "INVOICE",
        "",
    ),
    Column::optional("posted_on", Kind::Date, "2027-01-15", "day of the document in the ledger"),
    Column::create("cost_centre", Kind::Identifier, "4711", ""),
    Column::create("account", Kind::Identifier, "6100", ""),
    Column::optional("tower", Kind::Identifier, "compute", ""),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::create("period", PERIOD_OR_ADJUSTMENTS, "1", "of the fiscal year; 13 for its adjustments"),
    Column::optional("view", VIEW, "PNL", ""),
    Column::create("currency", Kind::Currency, "EUR", ""),
    AMOUNT,
    QUANTITY,
    UNIT_PRICE,
    Column::optional("supplier", Kind::Text, "Equinix", ""),
    DESCRIPTION,
    Column::optional("one_off", Kind::Boolean, "false", "happened once"),
    Column::optional(
        "correction",
        Kind::Boolean,
        "false",
        "whether other figures replace what is posted already",
    ),
];

pub(super) const PERIOD_CLOSE: &[Column] = &[
    Column::key("calendar", Kind::Text, "July to June", "name of the fiscal calendar"),
    Column::key("fiscal_year", Kind::Integer { least: 1970, most: 2199 }, "2027", "its label"),
    Column::key("period", PERIOD_OR_ADJUSTMENTS, "1", "of the fiscal year; 13 for its adjustments"),
    Column::optional("closed_on", Kind::Date, "2027-02-04", "the day of the import when empty"),
    Column::optional("closed_by", Kind::Text, "Controlling", "whoever imports when empty"),
];

pub(super) const VARIANCE_EXPLANATION: &[Column] = &[
    BUDGET,
    Column::key("against", Kind::Text, "Actual 2027", "name of the version that it is held against"),
    Column::key("cost_centre", Kind::Identifier, "4711", ""),
    Column::key("account", Kind::Identifier, "6100", ""),
    Column::key_part("tower", Kind::Identifier, "compute", "empty where it is assigned to none"),
    Column::key_part(
        "site",
        Kind::Identifier,
        "FRA1",
        "code of the site; empty where it is of no single one",
    ),
    Column::key("period", PERIOD_OR_ADJUSTMENTS, "1", "of the fiscal year; 13 for its adjustments"),
    Column::key("view", VIEW, "PNL", ""),
    Column::key(
        "driver",
        Kind::Choice(&["VOLUME", "PRICE", "FX", "TIMING", "SCOPE", "ONE_OFF", "ERROR"]),
        "PRICE",
        "",
    ),
    Column::key("note", Kind::Text, "indexed from January on", "what there is to say"),
    Column::create("amount", Kind::Money, "-343.20", "in the currency of the plan; positive is favourable"),
    Column::optional("author", Kind::Text, "Controlling", "whoever imports when empty"),
];

pub(super) fn ledger_code(cells: &mut Cells) -> LedgerCode {
    cells.needs("superseded_by", "superseded_from_on");
    cells.needs("superseded_from_on", "superseded_by");
    LedgerCode {
        origin: cells.origin.clone(),
        kind: cells.key("kind"),
        code: cells.key("code"),
        name: cells.text("name"),
        category: cells.text("category"),
        owner: cells.text("owner"),
        valid_from_on: cells.date("valid_from_on"),
        valid_to_on: cells.date("valid_to_on"),
        superseded_by: cells.text("superseded_by"),
        superseded_from_on: cells.date("superseded_from_on"),
    }
}

pub(super) fn budget_version(cells: &mut Cells) -> BudgetVersion {
    BudgetVersion {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        kind: cells.text("kind"),
        label: cells.text("label"),
        fiscal_year: cells.integer("fiscal_year"),
        calendar: cells.text("calendar"),
        currency: cells.text("currency"),
        plan_rates: cells.list("plan_rates", |item| match parts(item) {
            [Value::Text(currency), Value::Decimal(rate)] => {
                Some(BudgetRate { currency: currency.clone(), rate: *rate })
            }
            _ => None,
        }),
        notes: cells.text("notes"),
    }
}

fn place(cells: &mut Cells) -> BudgetPlace {
    BudgetPlace {
        cost_centre: cells.text("cost_centre"),
        account: cells.text("account"),
        tower: cells.text("tower"),
        site: cells.text("site"),
        period: cells.integer("period"),
    }
}

pub(super) fn budget_line(cells: &mut Cells) -> BudgetLine {
    BudgetLine {
        origin: cells.origin.clone(),
        budget: cells.key("budget"),
        place: place(cells),
        view: cells.key("view"),
        currency: cells.key("currency"),
        item: cells.text("item").unwrap_or_default(),
        amount: cells.decimal("amount"),
        quantity: cells.decimal("quantity"),
        unit_price: cells.decimal("unit_price"),
        description: cells.text("description"),
        source: cells.text("source"),
    }
}

pub(super) fn actual_posting(cells: &mut Cells) -> ActualPosting {
    ActualPosting {
        origin: cells.origin.clone(),
        budget: cells.key("budget"),
        source: cells.key("source"),
        document: cells.key("document"),
        document_line: cells.key("document_line"),
        kind: cells.text("kind"),
        posted_on: cells.date("posted_on"),
        place: place(cells),
        view: cells.text("view"),
        currency: cells.text("currency"),
        amount: cells.decimal("amount"),
        quantity: cells.decimal("quantity"),
        unit_price: cells.decimal("unit_price"),
        supplier: cells.text("supplier"),
        description: cells.text("description"),
        one_off: cells.boolean("one_off"),
        correction: cells.boolean("correction").unwrap_or(false),
    }
}

pub(super) fn period_close(cells: &mut Cells) -> PeriodClose {
    PeriodClose {
        origin: cells.origin.clone(),
        calendar: cells.key("calendar"),
        fiscal_year: cells.integer("fiscal_year").unwrap_or_default(),
        period: cells.integer("period").unwrap_or_default(),
        closed_on: cells.date("closed_on"),
        closed_by: cells.text("closed_by"),
    }
}

pub(super) fn variance_explanation(cells: &mut Cells) -> VarianceExplanation {
    VarianceExplanation {
        origin: cells.origin.clone(),
        budget: cells.key("budget"),
        against: cells.key("against"),
        place: place(cells),
        view: cells.key("view"),
        driver: cells.key("driver"),
        note: cells.key("note"),
        amount: cells.decimal("amount"),
        author: cells.text("author"),
    }
}
