//! Columns of invoices, their lines and offers.

use super::cells::Cells;
use super::inventory::SOURCE;
use crate::import::columns::{Column, Kind};
use crate::import::records::{Invoice, InvoiceLine, Offer};

const CHARGE_KINDS: &[&str] = &[
    "SPACE_KW",
    "SPACE_CABINET",
    "SPACE_CAGE",
    "POWER_CIRCUIT",
    "POWER_METERED",
    "CROSS_CONNECT",
    "BANDWIDTH",
    "REMOTE_HANDS",
    "TAX",
    "NON_RECURRING",
    "CREDIT",
];

/// The number of a line, as people count: from 1.
const LINE: Kind = Kind::Integer { least: 1, most: i32::MAX };

pub(super) const INVOICE: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("number", Kind::Identifier, "INV-4411", ""),
    Column::create("dated_on", Kind::Date, "2026-08-01", ""),
    Column::create("month", Kind::Month, "2026-08", "the month it is for"),
    Column::create("total_amount", Kind::Money, "18300.00", "negative for a credit note"),
    Column::optional("currency", Kind::Currency, "USD", "that of the contract where left out"),
    Column::optional("status", Kind::Choice(&["OPEN", "DISPUTED", "ACCEPTED", "CREDITED"]), "OPEN", ""),
    Column::optional(
        "dispute_deadline_on",
        Kind::Date,
        "2026-10-30",
        "by the window of the contract where left out",
    ),
    Column::optional("received_on", Kind::Date, "2026-08-03", ""),
    Column::optional("disputed_on", Kind::Date, "2026-08-20", ""),
    Column::optional("dispute_reason", Kind::Text, "billed twice", ""),
    Column::optional("note", Kind::Text, "paper copy", ""),
    SOURCE,
];

pub(super) const INVOICE_LINE: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("invoice", Kind::Identifier, "INV-4411", "number of the invoice"),
    Column::key("line", LINE, "1", "from 1"),
    Column::create("amount", Kind::Money, "16500.00", "negative for a credit"),
    Column::create("description", Kind::Text, "Committed power", ""),
    Column::optional("dated_on", Kind::Date, "2026-08-01", "of the invoice; needed where the invoice is new"),
    Column::optional("month", Kind::Month, "2026-08", "of the invoice; needed where the invoice is new"),
    Column::optional("charge", LINE, "1", "position of the charge it bills"),
    Column::optional("service_month", Kind::Month, "2026-08", ""),
    Column::optional("kind", Kind::Choice(CHARGE_KINDS), "SPACE_KW", ""),
    Column::optional("quantity", Kind::Quantity, "100", ""),
    Column::optional("unit_price_amount", Kind::Money, "165.00", ""),
    Column::optional("metered_kilowatt_hours", Kind::Quantity, "46128", ""),
    Column::optional("metered_peak_kilowatts", Kind::Quantity, "112", ""),
];

pub(super) const OFFER: &[Column] = &[
    Column::key("vendor", Kind::Identifier, "EQX", "code of the vendor"),
    Column::key("reference", Kind::Identifier, "Q-2026-118", ""),
    Column::create("subject", Kind::Text, "100 kW for 36 months", ""),
    Column::create("amount", Kind::Money, "158.00", ""),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::create("quoted_on", Kind::Date, "2026-08-01", ""),
    Column::create("valid_until_on", Kind::Date, "2026-10-31", "last day the price is held"),
    Column::optional(
        "colocation_contract",
        Kind::Identifier,
        "EQX-2026-01",
        "number of the contract it is about",
    ),
    Column::optional("support_contract", Kind::Identifier, "SUP-778", "number of the contract it is about"),
    Column::optional("status", Kind::Choice(&["OPEN", "ACCEPTED", "DECLINED"]), "DECLINED", ""),
    Column::optional("decided_on", Kind::Date, "2026-09-15", ""),
    Column::optional("note", Kind::Text, "by e-mail", ""),
    SOURCE,
];

pub(super) fn invoice(cells: &mut Cells) -> Invoice {
    Invoice {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        number: cells.key("number"),
        dated_on: cells.date("dated_on"),
        month: cells.date("month"),
        total_amount: cells.decimal("total_amount"),
        currency: cells.text("currency"),
        status: cells.text("status"),
        dispute_deadline_on: cells.date("dispute_deadline_on"),
        received_on: cells.date("received_on"),
        disputed_on: cells.date("disputed_on"),
        dispute_reason: cells.text("dispute_reason"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}

pub(super) fn invoice_line(cells: &mut Cells) -> InvoiceLine {
    InvoiceLine {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        invoice: cells.key("invoice"),
        line: cells.integer("line").unwrap_or_default(),
        amount: cells.decimal("amount"),
        description: cells.text("description"),
        dated_on: cells.date("dated_on"),
        month: cells.date("month"),
        charge: cells.integer("charge"),
        service_month: cells.date("service_month"),
        kind: cells.text("kind"),
        quantity: cells.decimal("quantity"),
        unit_price_amount: cells.decimal("unit_price_amount"),
        metered_kilowatt_hours: cells.decimal("metered_kilowatt_hours"),
        metered_peak_kilowatts: cells.decimal("metered_peak_kilowatts"),
    }
}

pub(super) fn offer(cells: &mut Cells) -> Offer {
    Offer {
        origin: cells.origin.clone(),
        vendor: cells.key("vendor"),
        reference: cells.key("reference"),
        subject: cells.text("subject"),
        amount: cells.decimal("amount"),
        currency: cells.text("currency"),
        quoted_on: cells.date("quoted_on"),
        valid_until_on: cells.date("valid_until_on"),
        colocation_contract: cells.text("colocation_contract"),
        support_contract: cells.text("support_contract"),
        status: cells.text("status"),
        decided_on: cells.date("decided_on"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}
