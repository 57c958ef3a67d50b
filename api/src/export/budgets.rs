//! Cells of ledger codes, budgets, their lines and postings.

use entity::finance::{
    actual_posting, budget_line, budget_version, ledger_code, period_close, variance_explanation,
};
use entity::id::EntityId;

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, list, text};
use crate::import::csv::Noun;

impl Exportable for ledger_code::Model {
    const NOUN: Noun = Noun::LedgerCode;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("kind", choice(&self.kind)),
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("category", text(&self.category)),
            ("owner", text(&self.owner)),
            ("valid_from_on", any(&self.valid_from_on)),
            ("valid_to_on", any(&self.valid_to_on)),
            ("superseded_by", labels.text_if_any(Kind::LedgerCode, self.superseded_by_id)),
            ("superseded_from_on", any(&self.superseded_from_on)),
        ]
    }
}

impl Exportable for budget_version::Model {
    const NOUN: Noun = Noun::BudgetVersion;

    fn cells(&self, labels: &mut Labels) -> Line {
        let rates = self.plan_rates.0.iter();
        vec![
            ("name", self.name.clone()),
            ("kind", choice(&self.kind)),
            ("label", text(&self.label)),
            ("fiscal_year", self.fiscal_year.cell()),
            ("calendar", labels.text(Kind::FiscalCalendar, self.calendar_id.uuid())),
            ("currency", self.currency.clone()),
            ("plan_rates", list(rates.map(|rate| format!("{}:{}", rate.currency, rate.rate)))),
            ("notes", text(&self.notes)),
        ]
    }
}

impl Exportable for budget_line::Model {
    const NOUN: Noun = Noun::BudgetLine;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("budget", labels.text(Kind::BudgetVersion, self.version_id.uuid())),
            ("cost_centre", labels.text(Kind::LedgerCode, self.cost_centre_id.uuid())),
            ("account", labels.text(Kind::LedgerCode, self.account_id.uuid())),
            ("tower", labels.text_if_any(Kind::LedgerCode, self.tower_id)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("period", self.period.cell()),
            ("view", choice(&self.view)),
            ("currency", self.currency.clone()),
            ("item", self.item.clone()),
            ("amount", self.amount.cell()),
            ("quantity", any(&self.quantity)),
            ("unit_price", any(&self.unit_price)),
            ("description", text(&self.description)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for actual_posting::Model {
    const NOUN: Noun = Noun::ActualPosting;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("budget", labels.text(Kind::BudgetVersion, self.version_id.uuid())),
            ("source", self.source.clone()),
            ("document", self.document.clone()),
            ("document_line", self.document_line.clone()),
            ("kind", choice(&self.kind)),
            ("posted_on", any(&self.posted_on)),
            ("cost_centre", labels.text(Kind::LedgerCode, self.cost_centre_id.uuid())),
            ("account", labels.text(Kind::LedgerCode, self.account_id.uuid())),
            ("tower", labels.text_if_any(Kind::LedgerCode, self.tower_id)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("period", self.period.cell()),
            ("view", choice(&self.view)),
            ("currency", self.currency.clone()),
            ("amount", self.amount.cell()),
            ("quantity", any(&self.quantity)),
            ("unit_price", any(&self.unit_price)),
            ("supplier", text(&self.supplier)),
            ("description", text(&self.description)),
            ("one_off", self.one_off.cell()),
            // What is posted is no correction of itself.
            ("correction", String::new()),
        ]
    }
}

impl Exportable for period_close::Model {
    const NOUN: Noun = Noun::PeriodClose;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("calendar", labels.text(Kind::FiscalCalendar, self.calendar_id.uuid())),
            ("fiscal_year", self.fiscal_year.cell()),
            ("period", self.period.cell()),
            ("closed_on", self.closed_on.cell()),
            ("closed_by", self.closed_by.clone()),
        ]
    }
}

impl Exportable for variance_explanation::Model {
    const NOUN: Noun = Noun::VarianceExplanation;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("budget", labels.text(Kind::BudgetVersion, self.version_id.uuid())),
            ("against", labels.text(Kind::BudgetVersion, self.actual_id.uuid())),
            ("cost_centre", labels.text(Kind::LedgerCode, self.cost_centre_id.uuid())),
            ("account", labels.text(Kind::LedgerCode, self.account_id.uuid())),
            ("tower", labels.text_if_any(Kind::LedgerCode, self.tower_id)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("period", self.period.cell()),
            ("view", choice(&self.view)),
            ("driver", choice(&self.driver)),
            ("note", self.note.clone()),
            ("amount", self.amount.cell()),
            ("author", self.author.clone()),
        ]
    }
}
