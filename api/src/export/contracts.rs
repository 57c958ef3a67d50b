//! Cells of colocation and support contracts.

use entity::contracts::{colocation_charge, colocation_contract, support_contract, support_coverage};
use entity::id::EntityId;
use serde::Serialize;

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, any_choice, choice, list, text};
use crate::import::csv::Noun;

impl Exportable for colocation_contract::Model {
    const NOUN: Noun = Noun::ColocationContract;

    fn cells(&self, labels: &mut Labels) -> Line {
        let index = self.renewal_index.as_ref();
        let rule = self.termination_rule.as_ref();
        vec![
            ("number", self.number.clone()),
            ("vendor", labels.text(Kind::Vendor, self.vendor_id.uuid())),
            ("master_agreement", text(&self.master_agreement)),
            ("currency", self.currency.clone()),
            ("signed_on", self.signed_on.cell()),
            ("billing_starts_on", self.billing_starts_on.cell()),
            ("initial_term_months", self.initial_term_months.cell()),
            ("stated_end_on", any(&self.stated_end_on)),
            ("auto_renew", self.auto_renew.cell()),
            ("renewal_term_months", any(&self.renewal_term_months)),
            ("maximum_renewals", any(&self.maximum_renewals)),
            ("renewal_price_rule", choice(&self.renewal_price_rule)),
            ("renewal_uplift", any(&self.renewal_uplift)),
            ("renewal_index_series", index.map(|it| it.series.clone()).unwrap_or_default()),
            ("renewal_index_lag_months", index.map(|it| it.lag_months.cell()).unwrap_or_default()),
            ("renewal_index_floor", index.map(|it| any(&it.floor)).unwrap_or_default()),
            ("renewal_index_cap", index.map(|it| any(&it.cap)).unwrap_or_default()),
            ("renewal_index_no_decrease", index.map(|it| it.no_decrease.cell()).unwrap_or_default()),
            ("notice_minimum", self.notice_minimum.cell()),
            ("notice_maximum", any(&self.notice_maximum)),
            ("notice_unit", choice(&self.notice_unit)),
            ("notice_method", text(&self.notice_method)),
            ("notice_given_on", any(&self.notice_given_on)),
            ("notice_evidence", text(&self.notice_evidence)),
            ("holdover_multiplier", any(&self.holdover_multiplier)),
            ("proration", choice(&self.proration)),
            ("dispute_window_days", any(&self.dispute_window_days)),
            ("classification", choice(&self.classification)),
            ("decision_lead_days", any(&self.decision_lead_days)),
            ("proposal_lead_days", any(&self.proposal_lead_days)),
            ("migration_days", any(&self.migration_days)),
            ("decommission_buffer_days", any(&self.decommission_buffer_days)),
            ("termination_share", rule.map(|it| any(&it.share)).unwrap_or_default()),
            ("termination_advances", rule.map(advances).unwrap_or_default()),
            ("termination_table", rule.map(table).unwrap_or_default()),
            ("termination_fixed_fee", rule.map(|it| any(&it.fixed)).unwrap_or_default()),
            ("owner", text(&self.owner)),
            ("sites", list(labels.list(Kind::SitesOfContract, self.id.uuid()))),
            ("source", text(&self.source)),
        ]
    }
}

fn advances(rule: &colocation_contract::TerminationRule) -> String {
    list(rule.advances.iter().map(|it| format!("{}:{}:{}", it.amount.cell(), it.from_on, it.months)))
}

fn table(rule: &colocation_contract::TerminationRule) -> String {
    list(rule.table.iter().map(|it| format!("{}:{}", it.from_contract_month, it.fee.cell())))
}

impl Exportable for colocation_charge::Model {
    const NOUN: Noun = Noun::ColocationCharge;

    fn cells(&self, labels: &mut Labels) -> Line {
        let ramp = self.ramp.0.iter().map(|it| format!("{}:{}", it.from_contract_month, it.kilowatts.cell()));
        let abatements = self
            .abatements
            .0
            .iter()
            .map(|it| format!("{}:{}:{}", it.from_contract_month, it.months, it.rate.cell()));
        let mut line = vec![
            ("contract", labels.text(Kind::ColocationContract, self.contract_id.uuid())),
            // People count lines from 1.
            ("position", self.position.saturating_add(1).cell()),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("kind", choice(&self.kind)),
            ("description", text(&self.description)),
            ("unit_price_amount", self.unit_price_amount.cell()),
            ("quantity", self.quantity.cell()),
            ("from_on", any(&self.from_on)),
            ("to_on", any(&self.to_on)),
            ("billing", choice(&self.billing)),
        ];
        line.extend(escalator(self.escalator.as_ref()));
        line.push(("ramp", list(ramp)));
        line.push(("abatements", list(abatements)));
        line.extend(metering(&self.metering.clone().unwrap_or_default()));
        line.push(("peak_kilowatts", any(&self.peak_kilowatts)));
        line.push(("renewal_uplift", any(&self.renewal_uplift)));
        let overage = self.overage.as_ref();
        line.push(("asset", labels.text_if_any(Kind::Asset, self.asset_id)));
        line.push(("overage_buffer_rate", overage.map(|it| it.buffer_rate.cell()).unwrap_or_default()));
        line.push(("overage_multiplier", overage.map(|it| it.multiplier.cell()).unwrap_or_default()));
        line.push(("overage_basis", overage.map(|it| spelled(&it.basis)).unwrap_or_default()));
        line.push(("power_unit", any_choice(&self.power_unit)));
        line.push(("power_factor", any(&self.power_factor)));
        line
    }
}

fn escalator(of: Option<&colocation_charge::Escalator>) -> Line {
    let table = of.and_then(|it| it.table.as_ref());
    let table = table.map(|table| list(table.iter().map(|it| format!("{}:{}", it.on, it.rate.cell()))));
    vec![
        ("escalator_kind", of.map(|it| spelled(&it.kind)).unwrap_or_default()),
        ("escalator_rate", of.map(|it| any(&it.rate)).unwrap_or_default()),
        ("escalator_first_on", of.map(|it| any(&it.first_on)).unwrap_or_default()),
        ("escalator_every_months", of.map(|it| it.every_months.cell()).unwrap_or_default()),
        ("escalator_anchor", of.map(|it| spelled(&it.anchor)).unwrap_or_default()),
        ("escalator_compounding", of.map(|it| it.compounding.cell()).unwrap_or_default()),
        ("escalator_series", of.map(|it| text(&it.series)).unwrap_or_default()),
        ("escalator_lag_months", of.map(|it| any(&it.lag_months)).unwrap_or_default()),
        ("escalator_floor", of.map(|it| any(&it.floor)).unwrap_or_default()),
        ("escalator_cap", of.map(|it| any(&it.cap)).unwrap_or_default()),
        ("escalator_no_decrease", of.map(|it| any(&it.no_decrease)).unwrap_or_default()),
        ("escalator_table", table.unwrap_or_default()),
    ]
}

fn metering(of: &colocation_charge::Metering) -> Line {
    vec![
        ("average_kilowatts", any(&of.average_kilowatts)),
        ("power_usage_effectiveness_measured", any(&of.power_usage_effectiveness_measured)),
        ("power_usage_effectiveness_contractual", any(&of.power_usage_effectiveness_contractual)),
        ("power_usage_effectiveness_cap", any(&of.power_usage_effectiveness_cap)),
        ("minimum_take_rate", any(&of.minimum_take_rate)),
        ("commit_kilowatts", any(&of.commit_kilowatts)),
        ("commit_kilovolt_amperes", any(&of.commit_kilovolt_amperes)),
    ]
}

/// A choice that is kept inside of a JSON column.
fn spelled(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

impl Exportable for support_contract::Model {
    const NOUN: Noun = Noun::SupportContract;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("number", self.number.clone()),
            ("vendor", labels.text(Kind::Vendor, self.vendor_id.uuid())),
            ("level", text(&self.level)),
            ("currency", self.currency.clone()),
            ("starts_on", self.starts_on.cell()),
            ("ends_on", self.ends_on.cell()),
            ("charge_amount", self.charge_amount.cell()),
            ("billing_frequency", choice(&self.billing_frequency)),
            ("escalation_rate", any(&self.escalation_rate)),
            ("auto_renew", self.auto_renew.cell()),
            ("renewal_term_months", any(&self.renewal_term_months)),
            ("renewal_uplift", any(&self.renewal_uplift)),
            ("notice_days", any(&self.notice_days)),
            ("notice_days_maximum", any(&self.notice_days_maximum)),
            ("decision_lead_days", any(&self.decision_lead_days)),
            ("proposal_lead_days", any(&self.proposal_lead_days)),
            ("migration_days", any(&self.migration_days)),
            ("decommission_buffer_days", any(&self.decommission_buffer_days)),
            ("notice_given_on", any(&self.notice_given_on)),
            ("owner", text(&self.owner)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for support_coverage::Model {
    const NOUN: Noun = Noun::SupportCoverage;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("contract", labels.text(Kind::SupportContract, self.contract_id.uuid())),
            ("asset", labels.text(Kind::Asset, self.asset_id.uuid())),
            ("from_on", any(&self.from_on)),
            ("to_on", any(&self.to_on)),
        ]
    }
}
