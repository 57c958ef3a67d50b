//! Columns of what is bought for pools of capacity.

use super::cells::{Cells, parts};
use super::inventory::{COUNT, HARDWARE_KIND, SOURCE};
use crate::import::columns::{Column, Kind, Value};
use crate::import::records::{CapacityPurchaseRule, YearRate};

const MONTHS: Kind = Kind::Integer { least: 1, most: 1_200 };
const YEAR: Kind = Kind::Integer { least: 1970, most: 2199 };

pub(super) const CAPACITY_PURCHASE_RULE: &[Column] = &[
    Column::key("pool", Kind::Text, "Frankfurt storage", "name of the pool"),
    Column::create("item", Kind::Text, "Disk shelf", "what is bought"),
    Column::create("hardware_kind", HARDWARE_KIND, "STORAGE", "by which its price moves in scenarios"),
    Column::create("quantity", Kind::Quantity, "48", "that a piece adds to what may be planned with"),
    Column::optional("lot", PIECES, "2", "pieces come in whole lots; 1 when empty"),
    Column::optional("cover_months", MONTHS, "12", "months of demand that an order covers; 12 when empty"),
    Column::optional("demand", Kind::Choice(&["P50", "P90"]), "P90", "P90 when empty"),
    Column::create("price_amount", Kind::Money, "18500.00", "of a piece"),
    Column::create("currency", Kind::Currency, "USD", "of the amounts"),
    Column::create("priced_on", Kind::Date, "2026-01-01", "the day on which the price was stated"),
    Column::optional("price_valid_until", Kind::Date, "2026-03-31", "last day to order at the price"),
    Column::optional(
        "price_index",
        Kind::Tuples(&[YEAR, Kind::Rate]),
        "2027:0.03|2028:0.02",
        "year and rise of price",
    ),
    Column::optional("freight_rate", Kind::Rate, "0.02", "share of the price"),
    Column::optional("install_per_piece", Kind::Money, "150.00", ""),
    Column::optional("support_rate", Kind::Rate, "0.12", "share of the price, prepaid"),
    Column::optional("support_months", COUNT, "36", "months that it covers; a support_rate needs them"),
    Column::optional("contingency_rate", Kind::Rate, "0.05", "share of the price"),
    Column::optional("payment_terms_days", COUNT, "30", "from invoice to payment; 30 when empty"),
    Column::optional("depreciation_rule", Kind::Text, "", "name of the rule; not with life_months"),
    Column::optional("life_months", MONTHS, "60", "written off evenly, in place of a rule"),
    Column::optional("vendor", Kind::Identifier, "", "code of who sells it"),
    Column::optional("note", Kind::Text, "", ""),
    SOURCE,
];

const PIECES: Kind = Kind::Integer { least: 1, most: 1_000_000 };

pub(super) fn rule(cells: &mut Cells) -> CapacityPurchaseRule {
    CapacityPurchaseRule {
        origin: cells.origin.clone(),
        pool: cells.key("pool"),
        item: cells.text("item"),
        hardware_kind: cells.text("hardware_kind"),
        quantity: cells.decimal("quantity"),
        lot: cells.integer("lot"),
        cover_months: cells.integer("cover_months"),
        demand: cells.text("demand"),
        price_amount: cells.decimal("price_amount"),
        currency: cells.text("currency"),
        priced_on: cells.date("priced_on"),
        price_valid_until: cells.date("price_valid_until"),
        price_index: cells.list("price_index", |item| match parts(item) {
            [Value::Integer(year), Value::Decimal(rate)] => Some(YearRate { year: *year, rate: *rate }),
            _ => None,
        }),
        freight_rate: cells.decimal("freight_rate"),
        install_per_piece: cells.decimal("install_per_piece"),
        support_rate: cells.decimal("support_rate"),
        support_months: cells.integer("support_months"),
        contingency_rate: cells.decimal("contingency_rate"),
        payment_terms_days: cells.integer("payment_terms_days"),
        depreciation_rule: cells.text("depreciation_rule"),
        life_months: cells.integer("life_months"),
        vendor: cells.text("vendor"),
        note: cells.text("note"),
        source: cells.text("source"),
    }
}
