//! Which assets are refreshed together, when, by what and for how much.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};
use entity::{
    id::{HardwareModelId, RefreshCycleId, SiteId},
    inventory::hardware_model,
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_policy::{self, CohortPeriod},
    },
};
use forecasting::{
    money::{Currency, Money},
    month::{Month, add_months},
    refresh::{
        DateQuality, Due, DueOutcome, DueRule, Milestone, Prices, ProjectCost, RefreshSubject, by_ratio, due,
        project_cost,
    },
    roadmap::{RefreshCohort, Window},
};
use rust_decimal::Decimal;

use super::{
    assets::Asset,
    estate::Estate,
    keys::Dimension,
    shares::{self, Member, Share},
    vintages::depreciation_rule,
};
use crate::{
    error::{Error, Result},
    finance::rates::Rates,
    lifecycle::{
        matching::{self, AssetFacts},
        terms,
    },
};

/// Assets that are refreshed together.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// Position of the policy.
    policy: usize,
    /// The model that they are of.
    pub model: HardwareModelId,
    /// The refresh cycle that they are planned in, where they are.
    pub cycle: Option<RefreshCycleId>,
    /// The day of the order.
    pub ordered: NaiveDate,
    /// Whether the last day to order had passed already.
    pub is_overdue: bool,
    /// First day of service of the new units, on which the old leave.
    pub in_service: NaiveDate,
    /// Positions of the assets, each with the rule that makes its refresh due.
    pub members: Vec<(u32, DueRule)>,
}

impl Cohort {
    /// The cohort, as it belongs to the lines of its assets.
    #[must_use]
    pub fn shares(&self, assets: &[Asset], dimensions: &[Dimension]) -> Vec<Share> {
        let by_rule = dimensions.contains(&Dimension::BindingRule);
        let members = self.members.iter().filter_map(|(position, rule)| {
            let properties = &assets.get(*position as usize)?.properties;
            let rule = by_rule.then_some(*rule);
            Some(Member { position: *position, properties, rule, weight: 1 })
        });
        shares::divide(dimensions, members)
    }
}

/// Something to say of one asset.
pub struct Note {
    /// Position of the asset.
    pub asset: u32,
    /// What.
    pub reason: String,
    /// Whether an input is missing, rather than a decision taken.
    pub is_gap: bool,
}

/// The cohorts, and what is to say of the other assets.
pub struct Grouped {
    /// The cohorts, those that are ordered after the window among them.
    pub cohorts: Vec<Cohort>,
    /// What is to say.
    pub notes: Vec<Note>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Group {
    policy: usize,
    site: SiteId,
    model: HardwareModelId,
    cycle: Option<RefreshCycleId>,
    /// The first month of the period in which they fall due; of a cycle, its members are all there is to say.
    period: Option<Month>,
}

/// Groups the assets that fall due, whenever that is: what is refreshed together must not depend on where a
/// window ends.
pub fn group(estate: &Estate, assets: &[Asset], as_of: NaiveDate, window: Window) -> Grouped {
    let mut policies = HashMap::new();
    let mut groups: HashMap<Group, (NaiveDate, Vec<(u32, DueRule)>)> = HashMap::new();
    let mut notes = Vec::new();
    for (position, asset) in (0_u32..).zip(assets).filter(|(_, asset)| asset.is_in_use()) {
        match decide(estate, &mut policies, asset, as_of, window) {
            Decision::Refresh { policy, due, cycle } => {
                let period = cycle.is_none().then(|| period(&estate.policies[policy], due.date));
                let group = Group { policy, site: asset.site, model: asset.model, cycle, period };
                let (earliest, members) = groups.entry(group).or_insert_with(|| (due.date, Vec::new()));
                *earliest = due.date.min(*earliest);
                members.push((position, due.binding_rule));
            }
            Decision::Gap(reason) => notes.push(Note { asset: position, reason, is_gap: true }),
            Decision::Spared(reason) => notes.push(Note { asset: position, reason, is_gap: false }),
            Decision::Silent => {}
        }
    }
    let mut cohorts: Vec<_> = groups
        .into_iter()
        .map(|(group, (due, members))| cohort(estate, &group, due, members, as_of))
        .collect();
    // Hashing has no order; the roadmap has one.
    cohorts.sort_by(|one, other| (one.ordered, &one.members).cmp(&(other.ordered, &other.members)));
    Grouped { cohorts, notes }
}

enum Decision {
    Refresh {
        policy: usize,
        due: Due,
        cycle: Option<RefreshCycleId>,
    },
    Gap(String),
    Spared(String),
    /// Nothing to refresh, and nothing to say in this window.
    Silent,
}

fn decide(
    estate: &Estate,
    policies: &mut HashMap<AssetFacts, Option<usize>>,
    asset: &Asset,
    as_of: NaiveDate,
    window: Window,
) -> Decision {
    let Some(model) = estate.models.get(&asset.model) else { return Decision::Silent };
    let facts = AssetFacts {
        kind: model.kind,
        site: asset.site,
        model: asset.model,
        environment: asset.environment,
        tier: asset.tier,
    };
    let cycle = estate.cycle_of.get(&asset.id).and_then(|id| estate.cycles.get(id));
    if cycle.is_some_and(|cycle| cycle.status == CycleStatus::Completed) {
        return Decision::Spared("its refresh cycle is completed".to_owned());
    }
    let by_cycle =
        cycle.and_then(|cycle| estate.policies.iter().position(|policy| policy.id == cycle.policy_id));
    let Some(policy) = by_cycle.or_else(|| remembered(policies, estate, facts)) else {
        return Decision::Gap("no refresh policy applies to it".to_owned());
    };
    let rules = terms::rules(&estate.policies[policy]);
    let found = match due(&rules, &refresh_subject(asset, model)) {
        DueOutcome::Due(found) => found,
        DueOutcome::NotComputable { reason, .. } => return Decision::Gap(format!("due date: {reason}")),
    };
    if let Some(reason) = spared_by_exit(estate, asset.site, found.date, &estate.policies[policy]) {
        let planned = cycle.and_then(|cycle| cycle.order_on);
        let by_due = || terms::lead_times(&estate.policies[policy]).order_by(found.date).max(as_of);
        let would_be_seen = Month::of(planned.unwrap_or_else(by_due)) <= window.last();
        return if would_be_seen { Decision::Spared(reason) } else { Decision::Silent };
    }
    Decision::Refresh { policy, due: found, cycle: cycle.map(|cycle| cycle.id) }
}

/// Assets are many and alike, so the policy is looked for once for all that agree in what decides it.
fn remembered(
    known: &mut HashMap<AssetFacts, Option<usize>>,
    estate: &Estate,
    facts: AssetFacts,
) -> Option<usize> {
    *known
        .entry(facts)
        .or_insert_with(|| matching::policy_of(&estate.policies, &facts).map(|(position, _)| position))
}

/// Assets whose site is left before their refresh falls due, or soon after, are not refreshed.
fn spared_by_exit(
    estate: &Estate,
    site: SiteId,
    due: NaiveDate,
    policy: &refresh_policy::Model,
) -> Option<String> {
    let site = estate.sites.get(&site)?;
    let (exit, why) = site.exit?;
    matching::leaves_before(due, Some(exit), policy.exit_tolerance_days).then(|| {
        format!(
            "not refreshed: {} is left on {exit} ({why}), before or soon after the refresh falls due",
            site.code
        )
    })
}

fn refresh_subject(asset: &Asset, model: &hardware_model::Model) -> RefreshSubject {
    let quality = match model.date_quality {
        hardware_model::DateQuality::Published => DateQuality::Published,
        hardware_model::DateQuality::Contract => DateQuality::Contract,
        hardware_model::DateQuality::Estimated => DateQuality::Estimated,
        hardware_model::DateQuality::Unknown => DateQuality::Unknown,
    };
    RefreshSubject {
        in_service: asset.in_service_on,
        last_date_of_support: model.last_date_of_support_on.map(|date| Milestone { date, quality }),
        warranty_end: asset.warranty_ends_on,
        risk_date: None,
        lease_return: asset.lease_return_on,
    }
}

fn period(policy: &refresh_policy::Model, due: NaiveDate) -> Month {
    let month = Month::of(due);
    let into = match policy.cohort_period {
        CohortPeriod::Month => 0,
        CohortPeriod::Quarter => due.month0() % 3,
        CohortPeriod::Year => due.month0(),
    };
    month.plus(-i32::try_from(into).unwrap_or_default())
}

fn cohort(
    estate: &Estate,
    group: &Group,
    due: NaiveDate,
    members: Vec<(u32, DueRule)>,
    as_of: NaiveDate,
) -> Cohort {
    let policy = &estate.policies[group.policy];
    let times = terms::lead_times(policy);
    let cycle = group.cycle.and_then(|id| estate.cycles.get(&id));
    let order_by = times.order_by(due);
    let planned = cycle.and_then(|cycle| cycle.order_on);
    let ordered = planned.unwrap_or_else(|| order_by.max(as_of));
    let until_service = Days::new(u64::from(times.lead_days) + u64::from(times.install_days));
    let in_service = cycle
        .and_then(|cycle| cycle.in_service_on)
        .unwrap_or_else(|| ordered.checked_add_days(until_service).unwrap_or(ordered));
    Cohort {
        policy: group.policy,
        model: group.model,
        cycle: group.cycle,
        ordered,
        is_overdue: planned.is_none() && order_by < as_of,
        in_service,
        members,
    }
}

/// What a cohort costs, with what was taken for granted.
pub struct Priced {
    /// The refresh, for `forecasting`.
    pub refresh: RefreshCohort,
    /// The model that has no successor and so replaces itself.
    pub without_successor: Option<String>,
    /// The model whose list price has expired and is carried on by the index.
    pub expired_price: Option<String>,
    /// The policy under which what is bought would be replaced again within the window.
    pub replaced_again: Option<String>,
}

/// How prices move under each policy.
#[must_use]
pub fn prices(estate: &Estate) -> Vec<Prices> {
    estate.policies.iter().map(|policy| Prices::new(terms::price_index(policy))).collect()
}

/// Prices a cohort.
///
/// # Errors
/// A reason for people why it cannot be priced.
pub fn price(
    estate: &Estate,
    cohort: &Cohort,
    prices: &mut [Prices],
    rates: &Rates,
    window: Window,
) -> Result<Priced, String> {
    let policy = &estate.policies[cohort.policy];
    let cycle = cohort.cycle.and_then(|id| estate.cycles.get(&id));
    let own = estate.models.get(&cohort.model).ok_or("its model is not recorded")?;
    let named = cycle.and_then(|cycle| cycle.model_id).or(own.successor_id);
    let successor = estate.models.get(&named.unwrap_or(own.id));
    let successor = successor.ok_or("the successor of its model is not recorded")?;
    let (Some(amount), Some(code), Some(on)) =
        (successor.list_price_amount, &successor.list_price_currency, successor.list_price_on)
    else {
        return Err(format!("no list price with a date for {}, which replaces it", successor.name));
    };
    let (Ok(listed), Ok(currency)) = (Currency::from_code(code), Currency::from_code(&policy.currency))
    else {
        return Err(format!("the currency {code} has no minor unit"));
    };
    let unit = prices[cohort.policy].at(amount.to_decimal(), on, cohort.ordered);
    let unit = Money::new(unit.map_err(|cause| cause.to_string())?, listed);
    let unit = rates.convert(unit, currency, cohort.ordered).map_err(Error::into_message)?;
    let Some(rule) = depreciation_rule(estate, successor.kind, policy.depreciation_rule_id) else {
        return Err("no depreciation rule applies to its successor".to_owned());
    };
    let old = u32::try_from(cohort.members.len()).unwrap_or(u32::MAX);
    let cost = project(policy, cohort, cycle, estate, old, unit).map_err(Error::into_message)?;
    let is_expired = successor.list_price_valid_until.is_some_and(|until| until < cohort.ordered);
    Ok(Priced {
        refresh: refresh(policy, cohort, cost, rule),
        without_successor: named.is_none().then(|| own.name.clone()),
        expired_price: is_expired.then(|| successor.name.clone()),
        replaced_again: is_replaced_again(policy, cohort, window).then(|| policy.name.clone()),
    })
}

/// Whether what a cohort buys reaches the age of its policy early enough to be ordered anew within the window.
fn is_replaced_again(policy: &refresh_policy::Model, cohort: &Cohort, window: Window) -> bool {
    let age = terms::rules(policy).age_months.and_then(|months| i32::try_from(months).ok());
    age.is_some_and(|months| {
        let due = add_months(cohort.in_service, months);
        Month::of(terms::lead_times(policy).order_by(due)) <= window.last()
    })
}

fn refresh(
    policy: &refresh_policy::Model,
    cohort: &Cohort,
    cost: ProjectCost,
    rule: (forecasting::depreciation::DepreciationRule, Decimal),
) -> RefreshCohort {
    let terms = u32::try_from(policy.payment_terms_days).unwrap_or_default();
    let (rule, salvage_rate) = rule;
    RefreshCohort {
        cost,
        ordered: cohort.ordered,
        paid: terms::lead_times(policy).cash_date(cohort.ordered, terms),
        in_service: cohort.in_service,
        disposed: cohort.in_service,
        // The vintages of the old units write off what is left of them.
        old_book_value: Decimal::ZERO,
        support_months: u32::try_from(policy.support_months).unwrap_or_default(),
        rule,
        salvage: cost.capital() * salvage_rate,
        contingency_spent: false,
    }
}

fn project(
    policy: &refresh_policy::Model,
    cohort: &Cohort,
    cycle: Option<&refresh_cycle::Model>,
    estate: &Estate,
    old: u32,
    unit: Money,
) -> Result<ProjectCost> {
    let own = estate.models.get(&cohort.model).and_then(|model| model.consolidation_ratio);
    let (ratio, spares) = (terms::ratio(policy, own), terms::spares(policy));
    let computed = by_ratio(old, ratio, spares).map_err(|cause| Error::invalid("ratio", cause))?;
    let planned = cycle.and_then(|cycle| cycle.quantity).and_then(|quantity| u32::try_from(quantity).ok());
    let units = planned.unwrap_or(computed);
    project_cost(units, old, unit, &terms::cost_rates(policy))
        .map_err(|cause| Error::invalid("refresh", cause))
}
