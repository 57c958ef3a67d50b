//! What becomes of single assets: whether and when each is refreshed, and why not.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::RefreshCycleId,
    inventory::hardware_model,
    lifecycle::refresh_cycle::{self, CycleStatus},
};
use forecasting::{
    month::Month,
    refresh::{Candidate, RiskTerms},
    roadmap::Window,
};

use super::{
    assets::Asset,
    cohorts::{Deadline, Settled},
    estate::Estate,
};
use crate::lifecycle::{
    dated::Dated,
    matching::{self, AssetFacts},
    replacing::{self, Facing, InCycle, Replacing},
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

/// What is found of an asset.
struct Look<'a> {
    /// Position of its policy, where it has one.
    policy: Option<usize>,
    /// The cycle that it is in.
    cycle: Option<&'a refresh_cycle::Model>,
    /// What becomes of it; none without a policy.
    what: Option<Replacing>,
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
    /// What a scenario orders in months of its own.
    settled: &'a Settled,
    /// The days on which what holds others is replaced, by position, where it is.
    holders: HashMap<u32, Option<Candidate>>,
}

impl<'a> Deciding<'a> {
    /// Nothing decided yet.
    pub fn new(
        estate: &'a Estate,
        assets: &'a [Asset],
        as_of: NaiveDate,
        window: Window,
        settled: &'a Settled,
    ) -> Self {
        // What is no score was refused when it was written.
        let risks = estate.policies.iter().map(|policy| terms::risk(policy).ok().flatten()).collect();
        let (policies, holders) = (HashMap::new(), HashMap::new());
        Self { estate, assets, as_of, window, policies, risks, settled, holders }
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
            let settled = self.settled.replaced(at);
            above = settled.or_else(|| holder.and_then(|holder| self.replaced(holder, above)));
            self.holders.insert(at, above);
        }
        above
    }

    /// The day on which what holds others is replaced, where it is.
    fn replaced(&mut self, asset: &Asset, holder: Option<Candidate>) -> Option<Candidate> {
        match self.look(asset, holder)?.what? {
            Replacing::Due { replaced, .. } => replaced,
            Replacing::Done | Replacing::NotComputable { .. } => None,
        }
    }

    /// What becomes of an asset under its policy; nothing without its model.
    fn look(&mut self, asset: &Asset, holder: Option<Candidate>) -> Option<Look<'a>> {
        let estate = self.estate;
        let model = estate.models.get(&asset.model)?;
        let cycle = estate.cycle_of.get(&asset.id).and_then(|id| estate.cycles.get(id));
        let in_cycle = cycle.map(InCycle::from);
        let facts = asset.facts(model.kind);
        let policy = replacing::policy_at(&estate.policies, in_cycle.as_ref(), || self.remembered(facts));
        let Some(at) = policy else {
            let is_done = in_cycle.is_some_and(|cycle| cycle.status == CycleStatus::Completed);
            return Some(Look { policy, cycle, what: is_done.then_some(Replacing::Done) });
        };
        let exit = estate.sites.get(&asset.site).and_then(|site| site.exit);
        let facing = Facing {
            policy: &estate.policies[at],
            dated: dated(asset, model),
            risk: self.risks[at].as_ref(),
            cycle: in_cycle.as_ref(),
            exit: exit.map(|(on, _)| on),
            holder,
        };
        Some(Look { policy, cycle, what: Some(replacing::replacing(&facing)) })
    }

    fn decide_with(&mut self, asset: &Asset, holder: Option<Candidate>) -> Decision {
        let Some(Look { policy, cycle, what }) = self.look(asset, holder) else { return Decision::Silent };
        match (policy, what) {
            (policy, Some(Replacing::Done)) => {
                Decision::Spared { policy, reason: replacing::COMPLETED.to_owned() }
            }
            (policy, Some(Replacing::NotComputable { reason, .. })) => {
                Decision::Gap { policy, reason: format!("due date: {reason}") }
            }
            (Some(policy), Some(Replacing::Due { due, with_holder, leaves_on, .. })) => {
                let due = Deadline {
                    date: due.date,
                    rule: due.binding_rule,
                    quality: due.quality,
                    is_of_holder: with_holder,
                };
                match leaves_on {
                    Some(_) => self.spared_by_exit(asset, due, policy, cycle),
                    None => Decision::Refresh { policy, due, cycle: cycle.map(|cycle| cycle.id) },
                }
            }
            (None, Some(Replacing::Due { .. })) | (_, None) => {
                Decision::Gap { policy: None, reason: "no refresh policy applies to it".to_owned() }
            }
        }
    }

    /// Assets whose site is left before their refresh falls due, or soon after, are not refreshed; that is said where the
    /// window would have their order.
    fn spared_by_exit(
        &self,
        asset: &Asset,
        due: Deadline,
        policy: usize,
        cycle: Option<&refresh_cycle::Model>,
    ) -> Decision {
        let planned = cycle.and_then(|cycle| cycle.order_on);
        let by_due = || terms::lead_times(&self.estate.policies[policy]).order_by(due.date).max(self.as_of);
        if Month::of(planned.unwrap_or_else(by_due)) > self.window.last() {
            return Decision::Silent;
        }
        let site = self.estate.sites.get(&asset.site);
        let Some((site, (exit, why))) = site.and_then(|site| Some((site, site.exit?))) else {
            return Decision::Silent;
        };
        let reason = format!(
            "not refreshed: {} is left on {exit} ({why}), before or soon after the refresh falls due",
            site.code
        );
        Decision::Spared { policy: Some(policy), reason }
    }

    fn remembered(&mut self, facts: AssetFacts) -> Option<usize> {
        let policies = &self.estate.policies;
        *self
            .policies
            .entry(facts)
            .or_insert_with(|| matching::policy_of(policies, &facts).map(|(position, _)| position))
    }
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
