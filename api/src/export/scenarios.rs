//! Cells of scenarios and their changes.

use entity::id::EntityId;
use entity::scenarios::scenario;
use entity::scenarios::scenario_change::{self, Terms};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, list, month, text};
use crate::import::csv::Noun;
use crate::scenarios::rules;

impl Exportable for scenario::Model {
    const NOUN: Noun = Noun::Scenario;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("description", text(&self.description)),
            ("owner", text(&self.owner)),
        ]
    }
}

impl Exportable for scenario_change::Model {
    const NOUN: Noun = Noun::ScenarioChange;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (provider, account_number) = match (self.provider_account_id, self.workload_id) {
            (Some(account), _) => labels.pair(Kind::ProviderAccount, account),
            (None, Some(workload)) => labels.pair(Kind::AccountOfWorkload, workload),
            (None, None) => (String::new(), String::new()),
        };
        let mut line = vec![
            ("scenario", labels.text(Kind::Scenario, self.scenario_id.uuid())),
            // People count places from 1.
            ("place", self.position.saturating_add(1).cell()),
            ("kind", rules::kind(&self.terms).to_owned()),
            ("note", text(&self.note)),
            (
                "colocation_contract",
                labels.text_if_any(Kind::ColocationContract, self.colocation_contract_id),
            ),
            ("charge", labels.text_if_any(Kind::ColocationCharge, self.colocation_charge_id)),
            ("support_contract", labels.text_if_any(Kind::SupportContract, self.support_contract_id)),
            ("refresh_policy", labels.text_if_any(Kind::RefreshPolicy, self.refresh_policy_id)),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("provider", provider),
            ("account_number", account_number),
            ("workload", labels.text_if_any(Kind::Workload, self.workload_id)),
        ];
        let said = said(&self.terms);
        let columns = Noun::ScenarioChange.columns().iter().skip(line.len());
        line.extend(columns.map(|column| {
            let cell = said.iter().find(|(name, _)| *name == column.name).map(|(_, cell)| cell.clone());
            (column.name, cell.unwrap_or_default())
        }));
        line
    }
}

/// What a change says, by the columns that its kind has.
fn said(terms: &Terms) -> Line {
    match terms {
        Terms::PriceIndex { hardware_kind, rates } => {
            vec![("hardware_kind", any_choice(hardware_kind)), ("rates", years(rates))]
        }
        Terms::CpiCurve { series, rates } => vec![("series", text(series)), ("rates", years(rates))],
        Terms::GrowthRate { monthly_rate, from, to } => vec![
            ("monthly_rate", monthly_rate.cell()),
            ("from_month", month(*from)),
            ("to_month", to.map(month).unwrap_or_default()),
        ],
        Terms::PolicyLife { age_months, support_margin_months } => {
            vec![("age_months", age_months.cell()), ("support_margin_months", any(support_margin_months))]
        }
        Terms::ContractNotRenewed { ends_on } => vec![("ends_on", any(ends_on))],
        Terms::RenegotiatedPrice { factor, unit_price, from } => {
            vec![("factor", any(factor)), ("unit_price", any(unit_price)), ("from_on", from.cell())]
        }
        Terms::SiteExit { on } => vec![("exit_on", on.cell())],
        Terms::CohortMoved { key, label, to } => {
            vec![("cohort", label.clone()), ("cohort_key", key.clone()), ("order_month", month(*to))]
        }
        Terms::CapChanged { fiscal_year, amount, currency } => vec![
            ("fiscal_year", fiscal_year.cell()),
            ("cap_amount", amount.cell()),
            ("cap_currency", currency.clone()),
        ],
        Terms::ExchangeRate { base, quote, rate, from } => vec![
            ("base", base.clone()),
            ("quote", quote.clone()),
            ("rate", rate.cell()),
            ("from_on", from.cell()),
        ],
    }
}

fn years(rates: &[entity::lifecycle::refresh_policy::YearRate]) -> String {
    list(rates.iter().map(|step| format!("{}:{}", step.year, step.rate.cell())))
}
