//! What becomes of single assets: whether and when each is refreshed, and why not.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use entity::{
    id::{RefreshCycleId, SiteId},
    inventory::hardware_model,
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_policy,
    },
};
use forecasting::{
    month::Month,
    refresh::{Candidate, DueOutcome, RiskTerms, due, with_whole},
    roadmap::Window,
};

use super::{assets::Asset, cohorts::Deadline, estate::Estate};
use crate::lifecycle::{
    dated::Dated,
    matching::{self, AssetFacts},
    terms,
};

/// What becomes of an asset.
pub enum Decision {
    /// It is refreshed.
    Refresh {
        /// Position of its policy.
        policy: usize,
        /// When.
        due: Deadline,
        /// The cycle that it is planned in.
        cycle: Option<RefreshCycleId>,
    },
    /// An input is missing.
    Gap {
        /// Position of its policy, where it has one.
        policy: Option<usize>,
        /// What is missing.
        reason: String,
    },
    /// It is not refreshed.
    Spared {
        /// Position of its policy, where it has one.
        policy: Option<usize>,
        /// Why not.
        reason: String,
    },
    /// Nothing to refresh, and nothing to say in this window.
    Silent,
}

/// Decides about assets one by one, and remembers what many of them share.
pub struct Deciding<'a> {
    estate: &'a Estate,
    assets: &'a [Asset],
    as_of: NaiveDate,
    window: Window,
    /// Assets are many and alike, so the policy is looked for once for all that agree in what decides it.
    policies: HashMap<AssetFacts, Option<usize>>,
    /// How each policy scores risk, where it does.
    risks: Vec<Option<RiskTerms>>,
    /// The days on which what holds others is replaced, by position, where it is.
    holders: HashMap<u32, Option<Candidate>>,
}

impl<'a> Deciding<'a> {
    /// Nothing decided yet.
    pub fn new(estate: &'a Estate, assets: &'a [Asset], as_of: NaiveDate, window: Window) -> Self {
        // What is no score was refused when it was written.
        let risks = estate.policies.iter().map(|policy| terms::risk(policy).ok().flatten()).collect();
        let (policies, holders) = (HashMap::new(), HashMap::new());
        Self { estate, assets, as_of, window, policies, risks, holders }
    }

    /// What becomes of an asset. With what holds it, it is refreshed on that day, unless it is due before.
    pub fn decide(&mut self, asset: &Asset) -> Decision {
        let holder = self.holder(asset);
        self.decide_with(asset, holder)
    }

    /// The day on which what holds an asset is replaced, where it is: on its own day, or on that of what holds it in turn.
    fn holder(&mut self, asset: &Asset) -> Option<Candidate> {
        let (mut unknown, mut next, mut above) = (Vec::new(), asset.parent, None);
        while let Some(at) = next {
            if let Some(known) = self.holders.get(&at) {
                above = *known;
                break;
            }
            // Known as nothing until it is decided, so that a circle would end here.
            self.holders.insert(at, None);
            unknown.push(at);
            next = self.assets.get(at as usize).and_then(|holder| holder.parent);
        }
        let assets = self.assets;
        for at in unknown.into_iter().rev() {
            let holder = assets.get(at as usize).filter(|holder| holder.is_in_use());
            above = holder.and_then(|holder| self.replaced(holder, above));
            self.holders.insert(at, above);
        }
        above
    }

    /// The day on which an asset is replaced, where it is: as its cycle plans, or else when it is due.
    fn replaced(&mut self, asset: &Asset, holder: Option<Candidate>) -> Option<Candidate> {
        let Decision::Refresh { policy, due, cycle } = self.decide_with(asset, holder) else { return None };
        let cycle = cycle.and_then(|id| self.estate.cycles.get(&id));
        let planned = cycle.and_then(|cycle| in_service(cycle, &self.estate.policies[policy]));
        Some(Candidate { rule: due.rule, date: planned.unwrap_or(due.date), quality: due.quality })
    }

    fn decide_with(&mut self, asset: &Asset, holder: Option<Candidate>) -> Decision {
        let estate = self.estate;
        let Some(model) = estate.models.get(&asset.model) else { return Decision::Silent };
        let facts = asset.facts(model.kind);
        let cycle = estate.cycle_of.get(&asset.id).and_then(|id| estate.cycles.get(id));
        let by_cycle =
            cycle.and_then(|cycle| estate.policies.iter().position(|policy| policy.id == cycle.policy_id));
        let policy = by_cycle.or_else(|| self.remembered(facts));
        if cycle.is_some_and(|cycle| cycle.status == CycleStatus::Completed) {
            return Decision::Spared { policy, reason: "its refresh cycle is completed".to_owned() };
        }
        let Some(policy) = policy else {
            return Decision::Gap { policy, reason: "no refresh policy applies to it".to_owned() };
        };
        let rules = terms::rules(&estate.policies[policy]);
        let own = due(&rules, &dated(asset, model).subject(self.risks[policy].as_ref()));
        let due = match with_whole(own, holder) {
            (DueOutcome::Due(found), is_of_holder) => {
                let (date, rule, quality) = (found.date, found.binding_rule, found.quality);
                Deadline { date, rule, quality, is_of_holder }
            }
            (DueOutcome::NotComputable { reason, .. }, _) => {
                return Decision::Gap { policy: Some(policy), reason: format!("due date: {reason}") };
            }
        };
        if let Some(reason) = spared_by_exit(estate, asset.site, due.date, &estate.policies[policy]) {
            let planned = cycle.and_then(|cycle| cycle.order_on);
            let by_due = || terms::lead_times(&estate.policies[policy]).order_by(due.date).max(self.as_of);
            let would_be_seen = Month::of(planned.unwrap_or_else(by_due)) <= self.window.last();
            let policy = Some(policy);
            return if would_be_seen { Decision::Spared { policy, reason } } else { Decision::Silent };
        }
        Decision::Refresh { policy, due, cycle: cycle.map(|cycle| cycle.id) }
    }

    fn remembered(&mut self, facts: AssetFacts) -> Option<usize> {
        let policies = &self.estate.policies;
        *self
            .policies
            .entry(facts)
            .or_insert_with(|| matching::policy_of(policies, &facts).map(|(position, _)| position))
    }
}

/// The first day of service that a cycle plans, where it plans any.
fn in_service(cycle: &refresh_cycle::Model, policy: &refresh_policy::Model) -> Option<NaiveDate> {
    let times = terms::lead_times(policy);
    let days = Days::new(u64::from(times.lead_days) + u64::from(times.install_days));
    cycle.in_service_on.or_else(|| cycle.order_on?.checked_add_days(days))
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

fn dated(asset: &Asset, model: &hardware_model::Model) -> Dated {
    Dated {
        in_service_on: asset.in_service_on,
        warranty_ends_on: asset.warranty_ends_on,
        lease_return_on: asset.lease_return_on,
        tier: asset.tier,
        last_date_of_support_on: model.last_date_of_support_on,
        date_quality: model.date_quality,
        capacity: asset.capacity,
    }
}
