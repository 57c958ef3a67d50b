//! Cells of what the books say of single assets.

use entity::id::EntityId;
use entity::lifecycle::{book_entry, book_event, closed_period};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, choice, month, text};
use crate::import::csv::Noun;

impl Exportable for book_entry::Model {
    const NOUN: Noun = Noun::BookEntry;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("asset", labels.text(Kind::Asset, self.asset_id.uuid())),
            ("book", choice(&self.book)),
            ("component", self.component.clone()),
            ("class", text(&self.class)),
            ("cost_amount", self.cost_amount.cell()),
            ("currency", self.currency.clone()),
            ("salvage_amount", any(&self.salvage_amount)),
            ("rule_name", text(&self.rule_name)),
            ("method", any_choice(&self.method)),
            ("switch_to_straight_line", any(&self.switch_to_straight_line)),
            ("life_months", any(&self.life_months)),
            ("convention", any_choice(&self.convention)),
            ("rounding", any_choice(&self.rounding)),
            ("tax_class", any_choice(&self.tax_class)),
            ("bonus_rate", any(&self.bonus_rate)),
            ("mid_quarter", any(&self.mid_quarter)),
            ("in_service_on", any(&self.in_service_on)),
            ("depreciable_from", any(&self.depreciable_from)),
            ("opening_amount", any(&self.opening_amount)),
            ("opening_from", self.opening_from.map(month).unwrap_or_default()),
            ("posted_from", self.posted_from.map(month).unwrap_or_default()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for book_event::Model {
    const NOUN: Noun = Noun::BookEvent;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("asset", labels.text(Kind::Asset, self.asset_id.uuid())),
            ("book", choice(&self.book)),
            ("component", self.component.clone()),
            ("kind", choice(&self.kind)),
            ("happened_on", self.happened_on.cell()),
            ("posted_from", self.posted_from.map(month).unwrap_or_default()),
            ("recoverable_amount", any(&self.recoverable_amount)),
            ("life_months", any(&self.life_months)),
            ("added_months", any(&self.added_months)),
            ("remaining_months", any(&self.remaining_months)),
            ("salvage_amount", any(&self.salvage_amount)),
            ("proceeds_amount", any(&self.proceeds_amount)),
            ("sale_cost_amount", any(&self.sale_cost_amount)),
            ("disposed_amount", any(&self.disposed_amount)),
            ("disposed_share", any(&self.disposed_share)),
            ("disposed_quantity", any(&self.disposed_quantity)),
            ("held_quantity", any(&self.held_quantity)),
            ("in_service_on", any(&self.in_service_on)),
            ("from_site", labels.text_if_any(Kind::Site, self.from_site_id)),
            ("to_site", labels.text_if_any(Kind::Site, self.to_site_id)),
            ("from_cost_centre", text(&self.from_cost_centre)),
            ("to_cost_centre", text(&self.to_cost_centre)),
            ("from_class", text(&self.from_class)),
            ("to_class", text(&self.to_class)),
            ("notes", text(&self.notes)),
        ]
    }
}

impl Exportable for closed_period::Model {
    const NOUN: Noun = Noun::ClosedPeriod;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("book", choice(&self.book)),
            ("through", month(self.through_on)),
            ("fiscal_calendar", labels.text_if_any(Kind::FiscalCalendar, self.fiscal_calendar_id)),
        ]
    }
}
