//! Cells of depreciation rules, refresh policies, refresh cycles and software releases.

use entity::id::EntityId;
use entity::lifecycle::refresh_policy::{DemandTerms, FailureRates, ResidualCurve, RiskTerms};
use entity::lifecycle::{depreciation_rule, refresh_cycle, refresh_policy, software_release};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, choices, list, text};
use crate::import::csv::Noun;

impl Exportable for depreciation_rule::Model {
    const NOUN: Noun = Noun::DepreciationRule;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("name", self.name.clone()),
            ("book", choice(&self.book)),
            ("kinds", choices(&self.kinds.0)),
            ("method", choice(&self.method)),
            ("switch_to_straight_line", self.switch_to_straight_line.cell()),
            ("life_months", self.life_months.cell()),
            ("salvage_rate", self.salvage_rate.cell()),
            ("convention", choice(&self.convention)),
            ("rounding", choice(&self.rounding)),
            ("active", self.active.cell()),
        ]
    }
}

impl Exportable for refresh_policy::Model {
    const NOUN: Noun = Noun::RefreshPolicy;

    fn cells(&self, labels: &mut Labels) -> Line {
        let sites = self.scope.site_ids.iter().map(|id| labels.text(Kind::Site, id.uuid()));
        let sites = list(sites.collect::<Vec<_>>());
        let models = self.scope.model_ids.iter().map(|id| {
            let (manufacturer, name) = labels.pair(Kind::HardwareModel, *id);
            format!("{manufacturer}:{name}")
        });
        let models = list(models.collect::<Vec<_>>());
        let years = self.price_index.0.iter().map(|year| format!("{}:{}", year.year, year.rate.cell()));
        let demand = self.demand.as_ref();
        let risk = self.risk.as_ref();
        vec![
            ("name", self.name.clone()),
            ("priority", self.priority.cell()),
            ("active", self.active.cell()),
            ("scope_kinds", choices(&self.scope.kinds)),
            ("scope_sites", sites),
            ("scope_models", models),
            ("scope_environments", choices(&self.scope.environments)),
            ("scope_tiers", list(self.scope.tiers.iter().map(Cell::cell))),
            ("age_months", any(&self.age_months)),
            ("support_margin_months", any(&self.support_margin_months)),
            ("warranty_rule", self.warranty_rule.cell()),
            ("lease_rule", self.lease_rule.cell()),
            ("capacity_rule", self.capacity_rule.cell()),
            ("lead_days", self.lead_days.cell()),
            ("install_days", self.install_days.cell()),
            ("buffer_days", self.buffer_days.cell()),
            ("payment_terms_days", self.payment_terms_days.cell()),
            ("quantity_rule", choice(&self.quantity_rule)),
            ("ratio", any(&self.ratio)),
            ("spares_rate", any(&self.spares_rate)),
            ("currency", self.currency.clone()),
            ("price_index", list(years)),
            ("freight_rate", self.freight_rate.cell()),
            ("install_amount", self.install_amount.cell()),
            ("support_rate", self.support_rate.cell()),
            ("support_months", self.support_months.cell()),
            ("disposal_amount", self.disposal_amount.cell()),
            ("residual_amount", self.residual_amount.cell()),
            ("residual_curve", list(self.residual_curve.iter().flat_map(points))),
            ("wiping", choice(&self.wiping)),
            ("contingency_rate", self.contingency_rate.cell()),
            ("exit_tolerance_days", self.exit_tolerance_days.cell()),
            ("cohort_period", choice(&self.cohort_period)),
            ("depreciation_rule", labels.text_if_any(Kind::DepreciationRule, self.depreciation_rule_id)),
            ("failure_rates", list(self.failure_rates.iter().flat_map(failures))),
            ("demand_growth_rate", any(&demand.map(|demand| demand.growth_rate))),
            ("demand_years", any(&demand.map(|demand| demand.years))),
            ("demand_failover_units", any(&demand.map(|demand| demand.failover_units))),
            ("demand_resources", list(demand.into_iter().flat_map(resources))),
            ("risk_threshold", any(&risk.map(|risk| risk.threshold))),
            ("risk_ages", list(risk.into_iter().flat_map(ages))),
            ("risk_out_of_warranty", any(&risk.map(|risk| risk.out_of_warranty))),
            ("risk_unsupported", any(&risk.map(|risk| risk.unsupported))),
            ("risk_tiers", list(risk.into_iter().flat_map(tiers))),
        ]
    }
}

fn resources(demand: &DemandTerms) -> impl Iterator<Item = String> {
    demand.resources.iter().map(|one| {
        let numbers = [
            one.old_per_unit,
            one.utilisation,
            one.new_per_unit,
            one.performance_factor,
            one.target_utilisation,
        ];
        let numbers: Vec<String> = numbers.iter().map(Cell::cell).collect();
        format!("{}:{}", choice(&one.resource), numbers.join(":"))
    })
}

fn failures(rates: &FailureRates) -> impl Iterator<Item = String> {
    rates.0.iter().map(|it| format!("{}:{}", it.from_age_months, it.rate.cell()))
}

fn points(curve: &ResidualCurve) -> impl Iterator<Item = String> {
    curve.0.iter().map(|it| format!("{}:{}", it.age_months, it.share.cell()))
}

fn ages(risk: &RiskTerms) -> impl Iterator<Item = String> {
    risk.ages.iter().map(|it| format!("{}:{}", it.from_age_months, it.score.cell()))
}

fn tiers(risk: &RiskTerms) -> impl Iterator<Item = String> {
    risk.tiers.iter().map(|it| format!("{}:{}", it.tier, it.factor.cell()))
}

impl Exportable for refresh_cycle::Model {
    const NOUN: Noun = Noun::RefreshCycle;

    fn cells(&self, labels: &mut Labels) -> Line {
        let model = self.model_id.map(|id| labels.pair(Kind::HardwareModel, id));
        let (manufacturer, model) = model.unwrap_or_default();
        vec![
            ("name", self.name.clone()),
            ("policy", labels.text(Kind::RefreshPolicy, self.policy_id.uuid())),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("manufacturer", manufacturer),
            ("model", model),
            ("status", choice(&self.status)),
            ("order_on", any(&self.order_on)),
            ("in_service_on", any(&self.in_service_on)),
            ("quantity", any(&self.quantity)),
            ("budget_amount", any(&self.budget_amount)),
            ("budget_currency", text(&self.budget_currency)),
            ("notes", text(&self.notes)),
            ("assets", list(labels.list(Kind::AssetsOfCycle, self.id.uuid()))),
        ]
    }
}

impl Exportable for software_release::Model {
    const NOUN: Noun = Noun::SoftwareRelease;

    fn cells(&self, _labels: &mut Labels) -> Line {
        vec![
            ("product", self.product.clone()),
            ("cycle", self.cycle.clone()),
            ("label", text(&self.label)),
            ("released_on", any(&self.released_on)),
            ("active_support_ends_on", any(&self.active_support_ends_on)),
            ("active_support", choice(&self.active_support)),
            ("end_of_life_on", any(&self.end_of_life_on)),
            ("end_of_life", choice(&self.end_of_life)),
            ("discontinued_on", any(&self.discontinued_on)),
            ("discontinued", choice(&self.discontinued)),
            ("latest_version", text(&self.latest_version)),
            ("source", text(&self.source)),
        ]
    }
}
