//! How many records of what is drawn a change touches, so that one that touches nothing says so.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::RefreshPolicyId, inventory::hardware_model::HardwareKind, scenarios::scenario_change::Terms,
};
use forecasting::{colocation::BusinessDays, month::Month};

use super::overlay::{Change, Overlay};
use crate::{
    capacity::{assumed::Leaving, purchases::Growing},
    contracts::{costs, terms},
    lifecycle::matching::{AssetFacts, policy_of},
    roadmap::{
        Source,
        assets::Asset,
        cloud::Spend,
        contracts::{Colocation, Contracts, Support},
        estate::Estate,
    },
};

/// What a roadmap is drawn from, before a scenario is laid over it.
pub struct Recorded<'a> {
    /// What assets are looked up in.
    pub estate: &'a Estate,
    /// The assets.
    pub assets: &'a [Asset],
    /// The contracts.
    pub contracts: &'a Contracts,
    /// The contracts with the ends that the scenario brings about.
    pub ending: &'a Contracts,
    /// Cloud spend.
    pub spends: &'a [Spend],
    /// Capacity pools that more is bought for.
    pub growing: &'a [Growing],
    /// The last month that is drawn.
    pub last: Month,
}

/// How many records a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    count: usize,
    noun: &'static str,
}

impl std::fmt::Display for Touched {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.count {
            0 => formatter.write_str("touches nothing"),
            1 => write!(formatter, "touches 1 {}", self.noun),
            count => write!(formatter, "touches {count} {}s", self.noun),
        }
    }
}

impl Overlay {
    /// What a change touches of the rows; none for what is no matter of rows, such as caps and rates.
    #[must_use]
    pub fn touched(&self, change: &Change, recorded: &Recorded<'_>) -> Option<Touched> {
        let counted = |noun, count| Some(Touched { count, noun });
        match &change.row.terms {
            Terms::PriceIndex { hardware_kind, .. } => {
                let assets = hardware(change, recorded);
                match growing(change, *hardware_kind, recorded) {
                    0 => counted("asset", assets),
                    pools if assets == 0 => counted("capacity pool", pools),
                    pools => counted("record", assets + pools),
                }
            }
            Terms::PolicyLife { .. } => counted("asset", hardware(change, recorded)),
            Terms::CpiCurve { series, .. } => {
                let follows = |it: &&Colocation| {
                    costs::series(&it.contract, &it.charges)
                        .any(|name| series.as_ref().is_none_or(|series| *series == name))
                };
                counted("contract", recorded.contracts.colocation.iter().filter(follows).count())
            }
            Terms::GrowthRate { from, to, .. } => {
                let (from, to) = (Month::of(*from), to.map(Month::of));
                let is_touched = |spend: &&Spend| {
                    let is_meant = match (change.row.workload_id, change.row.provider_account_id) {
                        (Some(workload), _) => spend.source == Source::Workload(workload),
                        (None, Some(account)) => spend.account == account,
                        (None, None) => true,
                    };
                    is_meant && spend.grows_between(from, to.unwrap_or(recorded.last).min(recorded.last))
                };
                let spends = recorded.spends.iter().filter(is_touched).count();
                let is_carried = |pool: &&Growing| {
                    let alone = Overlay::default().with(vec![change.clone()]);
                    from <= recorded.last
                        && !pool.place.assumed(&pool.name, &alone, &Leaving::new()).growth.is_empty()
                };
                match recorded.growing.iter().filter(is_carried).count() {
                    0 => counted("workload", spends),
                    pools => counted("record", spends + pools),
                }
            }
            Terms::ContractNotRenewed { .. } => counted("contract", ended(change, recorded)),
            Terms::RenegotiatedPrice { from, .. } => {
                let is_drawn = Month::of(*from) <= recorded.last;
                counted("contract", if is_drawn { repriced(change, *from, recorded) } else { 0 })
            }
            Terms::SiteExit { .. } => counted("record", at_site(change, recorded)),
            Terms::CohortMoved { .. } | Terms::CapChanged { .. } | Terms::ExchangeRate { .. } => None,
        }
    }
}

/// Assets in use under the policy, of the kind, or all of them.
fn hardware(change: &Change, recorded: &Recorded<'_>) -> usize {
    let kind = match &change.row.terms {
        Terms::PriceIndex { hardware_kind, .. } => *hardware_kind,
        _ => None,
    };
    let policies = &recorded.estate.policies;
    // Assets are many and alike.
    let mut known: HashMap<AssetFacts, bool> = HashMap::new();
    let mut is_under = |policy: RefreshPolicyId, facts: AssetFacts| {
        let found = || policy_of(policies, &facts).is_some_and(|(_, found)| found.id == policy);
        *known.entry(facts).or_insert_with(found)
    };
    let in_use = recorded.assets.iter().filter(|asset| asset.is_in_use());
    let touched = in_use.filter(|asset| {
        let Some(model) = recorded.estate.models.get(&asset.model) else { return false };
        kind.is_none_or(|kind| kind == model.kind)
            && change.row.refresh_policy_id.is_none_or(|policy| is_under(policy, asset.facts(model.kind)))
    });
    touched.count()
}

/// Pools for which hardware is bought whose price moves otherwise.
fn growing(change: &Change, kind: Option<HardwareKind>, recorded: &Recorded<'_>) -> usize {
    if change.row.refresh_policy_id.is_some() {
        return 0;
    }
    let rules = recorded.growing.iter().filter_map(|pool| pool.rule.as_ref());
    rules.filter(|rule| kind.is_none_or(|kind| kind == rule.hardware_kind)).count()
}

/// Contracts that notice ends which did not before.
fn ended(change: &Change, recorded: &Recorded<'_>) -> usize {
    let row = &change.row;
    let colocation = recorded.contracts.colocation.iter().zip(&recorded.ending.colocation);
    let is_ended = |(before, after): &(&Colocation, &Colocation)| {
        row.colocation_contract_id == Some(before.contract.id)
            && before.contract.notice_given_on != after.contract.notice_given_on
    };
    let support = recorded.contracts.support.iter().zip(&recorded.ending.support);
    let is_support_ended = |(before, after): &(&Support, &Support)| {
        row.support_contract_id == Some(before.contract.id)
            && before.contract.notice_given_on != after.contract.notice_given_on
    };
    colocation.filter(is_ended).count() + support.filter(is_support_ended).count()
}

/// Contracts that still run on the day of a new price.
fn repriced(change: &Change, from: NaiveDate, recorded: &Recorded<'_>) -> usize {
    let (row, days) = (&change.row, BusinessDays::default());
    let runs = |end: Option<NaiveDate>| end.is_none_or(|end| from <= end);
    let colocation = recorded.ending.colocation.iter().filter(|it| {
        row.colocation_contract_id == Some(it.contract.id)
            && terms::colocation(&it.contract, &it.charges).is_ok_and(|value| runs(value.end(&days)))
    });
    let support = recorded.ending.support.iter().filter(|it| {
        row.support_contract_id == Some(it.contract.id)
            && terms::support_terms(&it.contract).is_ok_and(|terms| runs(terms.end(&days)))
    });
    colocation.count() + support.count()
}

/// Assets in use at the site that is left, and contracts that are for it.
fn at_site(change: &Change, recorded: &Recorded<'_>) -> usize {
    let Some(site) = change.row.site_id else { return 0 };
    let assets = recorded.assets.iter().filter(|asset| asset.is_in_use() && asset.site == site).count();
    let colocation = recorded.contracts.colocation.iter();
    let colocation = colocation.filter(|it| it.all_sites().any(|one| one == site)).count();
    let support = recorded.contracts.support.iter();
    let support = support.filter(|it| it.sites.iter().any(|(one, _)| *one == site)).count();
    let growing = recorded.growing.iter().filter(|pool| pool.place.sites.contains(&site)).count();
    assets + colocation + support + growing
}
