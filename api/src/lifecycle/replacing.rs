//! Whether and when one asset is replaced: by its policy, with the cycle that plans it, what holds it, and the day on which
//! its site is left. What a single asset says of itself and what a plan says of many come from here.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use entity::{
    id::{AssetId, RefreshCycleId, RefreshPolicyId},
    lifecycle::{
        refresh_cycle::{self, CycleStatus},
        refresh_policy,
    },
};
use forecasting::refresh::{Candidate, Due, DueOutcome, DueRule, RiskTerms, due, with_whole};

use super::{dated::Dated, matching, terms};

/// Why nothing else replaces an asset whose cycle is completed.
pub const COMPLETED: &str = "its refresh cycle is completed";

/// What a refresh cycle says of its assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InCycle {
    /// Which.
    pub cycle_id: RefreshCycleId,
    /// Where it stands.
    pub status: CycleStatus,
    /// The policy that it follows.
    pub policy_id: RefreshPolicyId,
    /// The day of its order, where that is planned.
    pub order_on: Option<NaiveDate>,
    /// The first day of service of the new units, where that is planned.
    pub in_service_on: Option<NaiveDate>,
}

impl From<&refresh_cycle::Model> for InCycle {
    fn from(row: &refresh_cycle::Model) -> Self {
        Self {
            cycle_id: row.id,
            status: row.status,
            policy_id: row.policy_id,
            order_on: row.order_on,
            in_service_on: row.in_service_on,
        }
    }
}

impl InCycle {
    /// The first day of service of what it buys, where it plans any.
    fn replaces_on(&self, policy: &refresh_policy::Model) -> Option<NaiveDate> {
        let times = terms::lead_times(policy);
        let days = Days::new(u64::from(times.lead_days) + u64::from(times.install_days));
        self.in_service_on.or_else(|| self.order_on?.checked_add_days(days))
    }
}

/// The cycle of each asset, of those that are not cancelled: one that is open goes before one that is completed.
#[must_use]
pub fn of_assets(mut links: Vec<(AssetId, InCycle)>) -> HashMap<AssetId, InCycle> {
    links.sort_by_key(|(_, cycle)| (cycle.status != CycleStatus::Completed, cycle.cycle_id));
    // Of several for one asset the last stays.
    links.into_iter().collect()
}

/// The position of the policy that an asset is replaced under: that of its cycle, or else the one that it falls under.
#[must_use]
pub fn policy_at(
    policies: &[refresh_policy::Model],
    cycle: Option<&InCycle>,
    otherwise: impl FnOnce() -> Option<usize>,
) -> Option<usize> {
    let of_cycle = cycle.and_then(|cycle| policies.iter().position(|policy| policy.id == cycle.policy_id));
    of_cycle.or_else(otherwise)
}

/// What the replacement of one asset depends on.
#[derive(Clone, Copy)]
pub struct Facing<'a> {
    /// The policy.
    pub policy: &'a refresh_policy::Model,
    /// Its dates.
    pub dated: Dated,
    /// How the policy scores risk, where it does.
    pub risk: Option<&'a RiskTerms>,
    /// The cycle that it is in.
    pub cycle: Option<&'a InCycle>,
    /// The day on which its site is left.
    pub exit: Option<NaiveDate>,
    /// The day on which what holds it is replaced, where it is.
    pub holder: Option<Candidate>,
}

/// What becomes of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacing {
    /// It falls due.
    Due {
        /// When, by which rule, and what the other rules say.
        due: Due,
        /// Whether it goes with what holds it, which is replaced before it would be due.
        with_holder: bool,
        /// The day on which its site is left, where it is not replaced for that.
        leaves_on: Option<NaiveDate>,
        /// The day on which it is replaced, where it is: as its cycle plans, or else when it is due.
        replaced: Option<Candidate>,
    },
    /// Nothing else replaces it: that is done.
    Done,
    /// When is not known.
    NotComputable {
        /// Why, naming what is absent.
        reason: String,
        /// The rules that lack their input.
        without_input: Vec<DueRule>,
    },
}

/// Whether and when an asset is replaced. With what holds it, it is replaced on that day, unless it is due before.
#[must_use]
pub fn replacing(facing: &Facing<'_>) -> Replacing {
    let Facing { policy, dated, risk, cycle, exit, holder } = *facing;
    if cycle.is_some_and(|cycle| cycle.status == CycleStatus::Completed) {
        return Replacing::Done;
    }
    let own = due(&terms::rules(policy), &dated.subject(risk));
    let (due, with_holder) = match with_whole(own, holder) {
        (DueOutcome::Due(due), with_holder) => (due, with_holder),
        (DueOutcome::NotComputable { reason, without_input }, _) => {
            return Replacing::NotComputable { reason, without_input };
        }
    };
    let leaves = matching::leaves_before(due.date, exit, policy.exit_tolerance_days);
    let leaves_on = exit.filter(|_| leaves);
    let planned = cycle.and_then(|cycle| cycle.replaces_on(policy));
    let replaced =
        Candidate { rule: due.binding_rule, date: planned.unwrap_or(due.date), quality: due.quality };
    Replacing::Due { replaced: leaves_on.is_none().then_some(replaced), due, with_holder, leaves_on }
}
