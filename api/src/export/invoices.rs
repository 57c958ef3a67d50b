//! Cells of invoices, their lines and offers.

use entity::contracts::{invoice, invoice_line, offer};
use entity::id::EntityId;

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, choice, month, text};
use crate::import::csv::Noun;

impl Exportable for invoice::Model {
    const NOUN: Noun = Noun::Invoice;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("contract", labels.text(Kind::ColocationContract, self.contract_id.uuid())),
            ("number", self.number.clone()),
            ("dated_on", self.dated_on.cell()),
            ("month", month(self.month)),
            ("total_amount", self.total_amount.cell()),
            ("currency", self.currency.clone()),
            ("status", choice(&self.status)),
            ("dispute_deadline_on", any(&self.dispute_deadline_on)),
            ("received_on", any(&self.received_on)),
            ("disputed_on", any(&self.disputed_on)),
            ("dispute_reason", text(&self.dispute_reason)),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for invoice_line::Model {
    const NOUN: Noun = Noun::InvoiceLine;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (contract, invoice) = labels.pair(Kind::Invoice, self.invoice_id);
        vec![
            ("contract", contract),
            ("invoice", invoice),
            ("line", self.position.cell()),
            ("amount", self.amount.cell()),
            ("description", self.description.clone()),
            // The file of invoices says when they are from and what for.
            ("dated_on", String::new()),
            ("month", String::new()),
            ("charge", labels.text_if_any(Kind::ColocationCharge, self.charge_id)),
            ("service_month", self.service_month.map(month).unwrap_or_default()),
            ("kind", any_choice(&self.kind)),
            ("quantity", any(&self.quantity)),
            ("unit_price_amount", any(&self.unit_price_amount)),
            ("metered_kilowatt_hours", any(&self.metered_kilowatt_hours)),
            ("metered_peak_kilowatts", any(&self.metered_peak_kilowatts)),
        ]
    }
}

impl Exportable for offer::Model {
    const NOUN: Noun = Noun::Offer;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("vendor", labels.text(Kind::Vendor, self.vendor_id.uuid())),
            ("reference", self.reference.clone()),
            ("subject", self.subject.clone()),
            ("amount", self.amount.cell()),
            ("currency", self.currency.clone()),
            ("quoted_on", self.quoted_on.cell()),
            ("valid_until_on", self.valid_until_on.cell()),
            (
                "colocation_contract",
                labels.text_if_any(Kind::ColocationContract, self.colocation_contract_id),
            ),
            ("support_contract", labels.text_if_any(Kind::SupportContract, self.support_contract_id)),
            ("status", choice(&self.status)),
            ("decided_on", any(&self.decided_on)),
            ("note", text(&self.note)),
            ("source", text(&self.source)),
        ]
    }
}
