//! Cells of currencies, exchange rates, fiscal calendars and users.

use entity::access::user;
use entity::finance::{currency, exchange_rate, fiscal_calendar, price_index_value};

use super::labels::Labels;
use super::line::{Cell, Exportable, Line, any, choice, list, month, text};
use crate::import::csv::Noun;

impl Exportable for currency::Model {
    const NOUN: Noun = Noun::Currency;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("minor_units", self.minor_units.cell()),
        ]
    }
}

impl Exportable for exchange_rate::Model {
    const NOUN: Noun = Noun::ExchangeRate;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("base", self.base.clone()),
            ("quote", self.quote.clone()),
            ("on_date", self.on_date.cell()),
            ("kind", choice(&self.kind)),
            ("rate", self.rate.cell()),
        ]
    }
}

impl Exportable for fiscal_calendar::Model {
    const NOUN: Noun = Noun::FiscalCalendar;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("start_month", self.start_month.cell()),
            ("label_by", choice(&self.label_by)),
            ("pattern", choice(&self.pattern)),
            ("anchor_on", any(&self.anchor_on)),
            ("leap_week_years", list(self.leap_week_years.0.iter().map(Cell::cell))),
            ("is_default", self.is_default.cell()),
        ]
    }
}

impl Exportable for user::Model {
    const NOUN: Noun = Noun::User;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("email", self.email.clone()),
            ("name", self.name.clone()),
            ("role", choice(&self.role)),
            ("active", self.active.cell()),
        ]
    }
}

impl Exportable for price_index_value::Model {
    const NOUN: Noun = Noun::PriceIndexValue;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("series", self.series.clone()),
            ("month", month(self.month)),
            ("value", self.value.cell()),
            ("published_on", any(&self.published_on)),
            ("source", text(&self.source)),
        ]
    }
}
