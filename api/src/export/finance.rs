//! Cells of currencies, exchange rates, fiscal calendars and users; of volumes, unit costs, allocation and savings.

use entity::access::user;
use entity::finance::{
    allocation_model, currency, exchange_rate, fiscal_calendar, price_index_value, savings_claim,
    savings_initiative, unit_cost_part, volume,
};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, choices, list, month, text};
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

impl Exportable for volume::Model {
    const NOUN: Noun = Noun::Volume;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("measure", choice(&self.measure)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("month", month(self.month)),
            ("average", any(&self.average)),
            ("opening", any(&self.opening)),
            ("closing", any(&self.closing)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for unit_cost_part::Model {
    const NOUN: Noun = Noun::UnitCostPart;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("metric", choice(&self.metric)),
            ("category", choice(&self.category)),
            ("share", self.share.cell()),
            ("kinds", choices(&self.kinds.0)),
        ]
    }
}

impl Exportable for allocation_model::Model {
    const NOUN: Noun = Noun::AllocationModel;

    fn cells(&self, _labels: &mut Labels) -> Line {
        let (nodes, rules) = (&self.nodes.0, &self.rules.0);
        let categories = nodes.iter().flat_map(|node| {
            node.categories.iter().map(|category| format!("{}:{}", choice(category), node.name))
        });
        let flows = rules.iter().flat_map(|rule| {
            let to = |target: &allocation_model::Target| {
                format!("{}:{}:{}", rule.source, target.volume.cell(), target.name)
            };
            rule.targets.iter().map(to).collect::<Vec<_>>()
        });
        let wholes = rules.iter().filter_map(|rule| Some(format!("{}:{}", rule.whole?.cell(), rule.source)));
        vec![
            ("name", self.name.clone()),
            ("taxonomy_version", self.taxonomy_version.clone()),
            ("effective_from", self.effective_from.cell()),
            ("effective_to", any(&self.effective_to)),
            ("method", choice(&self.method)),
            ("step_order", list(self.step_order.0.iter().cloned())),
            ("nodes", list(nodes.iter().map(|node| format!("{}:{}", choice(&node.level), node.name)))),
            ("categories", list(categories)),
            ("flows", list(flows)),
            ("drivers", list(rules.iter().map(|rule| format!("{}:{}", rule.source, rule.driver)))),
            ("wholes", list(wholes)),
        ]
    }
}

impl Exportable for savings_initiative::Model {
    const NOUN: Noun = Noun::SavingsInitiative;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("lever", self.lever.clone()),
            ("kind", choice(&self.kind)),
            ("stage", choice(&self.stage)),
            ("currency", self.currency.clone()),
            ("baseline_amount", self.baseline_amount.cell()),
            ("baseline_from", month(self.baseline_from)),
            ("baseline_months", self.baseline_months.cell()),
            ("baseline_method", self.baseline_method.clone()),
            ("baseline_fixed_on", self.baseline_fixed_on.cell()),
            ("starts_on", self.starts_on.cell()),
            ("ends_on", any(&self.ends_on)),
            ("recurrence", choice(&self.recurrence)),
            ("claimed_amount", self.claimed_amount.cell()),
            ("confirmed_amount", any(&self.confirmed_amount)),
            ("confirmed_on", any(&self.confirmed_on)),
            ("confirmed_by", text(&self.confirmed_by)),
            ("owner", text(&self.owner)),
            ("evidence", list(self.evidence.0.iter().cloned())),
        ]
    }
}

impl Exportable for savings_claim::Model {
    const NOUN: Noun = Noun::SavingsClaim;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("cost_centre", self.cost_centre.clone()),
            ("account", self.account.clone()),
            ("month", month(self.month)),
            ("document", self.document.clone()),
            ("initiative", labels.text_if_any(Kind::SavingsInitiative, Some(self.initiative_id))),
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
