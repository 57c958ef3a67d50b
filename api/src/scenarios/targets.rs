//! What changes are about: whether it is there, and what stays because it is named.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{
    cloud::{provider_account, workload},
    contracts::{colocation_charge, colocation_contract, support_contract},
    id::{
        ColocationChargeId, ColocationContractId, EntityId, ProviderAccountId, RefreshPolicyId, SiteId,
        SupportContractId, WorkloadId,
    },
    inventory::site::{self, SiteStatus},
    lifecycle::refresh_policy,
    scenarios::{
        scenario,
        scenario_change::{self, Terms},
    },
};
use forecasting::colocation::BusinessDays;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

use super::{changes::Draft, overlay::Change, rules};
use crate::{
    contracts::{colocation_charges, costs, terms},
    error::{Error, Result},
    finance::exchange_rates,
    lifecycle::refresh_policies,
    roadmap::contracts::Contracts,
    schema::scalar::Id,
    store::{Read, Tx},
};

/// What a change is about, by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// A colocation contract.
    pub colocation_contract: Option<ColocationContractId>,
    /// A colocation charge.
    pub colocation_charge: Option<ColocationChargeId>,
    /// A support contract.
    pub support_contract: Option<SupportContractId>,
    /// A refresh policy.
    pub refresh_policy: Option<RefreshPolicyId>,
    /// A site.
    pub site: Option<SiteId>,
    /// A workload.
    pub workload: Option<WorkloadId>,
    /// A cloud account.
    pub provider_account: Option<ProviderAccountId>,
}

/// Refuses what is not there, by field; the contract of a charge follows from it.
pub(super) async fn require_there(tx: &Tx, draft: &Draft) -> Result<Targets> {
    let mut targets = draft.targets;
    let input = rules::input(&draft.terms);
    let missing = |field: &str, what: &str, id: String| {
        Error::invalid(format!("{input}.{field}"), format!("there is no {what} with the id {id}"))
    };
    if let Some(id) = targets.colocation_charge {
        let charge = colocation_charge::Entity::find_by_id(id).one(tx).await?;
        let charge = charge.ok_or_else(|| missing("charge", "colocation charge", Id(id).to_string()))?;
        targets.colocation_contract = Some(charge.contract_id);
    }
    if let Some(id) = targets.colocation_contract {
        let found = colocation_contract::Entity::find_by_id(id).one(tx).await?;
        let contract =
            found.ok_or_else(|| missing("colocation", "colocation contract", Id(id).to_string()))?;
        require_ending(tx, &contract, draft).await?;
    }
    if let Some(id) = targets.support_contract {
        let found = support_contract::Entity::find_by_id(id).one(tx).await?;
        let contract = found.ok_or_else(|| missing("support", "support contract", Id(id).to_string()))?;
        require_support_ending(tx, &contract, draft)?;
    }
    if let Some(id) = targets.refresh_policy {
        let found = refresh_policy::Entity::find_by_id(id).one(tx).await?;
        found.ok_or_else(|| missing("policy", "refresh policy", Id(id).to_string()))?;
    }
    if let Some(id) = targets.site {
        let found = site::Entity::find_by_id(id).one(tx).await?;
        found.ok_or_else(|| missing("site", "site", Id(id).to_string()))?;
    }
    if let Some(id) = targets.workload {
        let found = workload::Entity::find_by_id(id).one(tx).await?;
        found.ok_or_else(|| missing("workload", "workload", Id(id).to_string()))?;
    }
    if let Some(id) = targets.provider_account {
        let found = provider_account::Entity::find_by_id(id).one(tx).await?;
        found.ok_or_else(|| missing("account", "provider account", Id(id).to_string()))?;
    }
    Ok(targets)
}

/// Refuses what is gone, or never was: a closed site, a retired workload, a policy that is not followed any more, an
/// index that no price follows, a price of a contract that has ended by then.
///
/// # Errors
/// `Invalid` with the field under the input of its kind.
pub async fn require_live(tx: &Tx, terms: &Terms, targets: &Targets) -> Result<()> {
    let today = tx.caller().now.date_naive();
    let input = rules::input(terms);
    let gone = |field: &str, message: String| Err(Error::invalid(format!("{input}.{field}"), message));
    if let (Some(id), Terms::SiteExit { .. }) = (targets.site, terms) {
        let site = crate::inventory::sites::find(tx, id).await?;
        if site.status == SiteStatus::Closed {
            return gone("site", format!("the site {} is closed, so there is nothing to leave", site.code));
        }
    }
    if let Some(id) = targets.workload {
        let found = workload::Entity::find_by_id(id).one(tx).await?;
        let retired = found.and_then(|row| Some((row.retires_on.filter(|on| *on < today)?, row.name)));
        if let Some((on, name)) = retired {
            return gone("workload", format!("the workload {name} retired on {on}, so nothing of it grows"));
        }
    }
    if let Some(id) = targets.refresh_policy {
        let found = refresh_policy::Entity::find_by_id(id).one(tx).await?;
        if let Some(policy) = found.filter(|policy| !policy.active) {
            let message = format!("the policy {} is not active, so nothing is refreshed by it", policy.name);
            return gone("policy", message);
        }
    }
    match terms {
        Terms::CpiCurve { series: Some(series), .. } => require_followed(tx, series).await,
        Terms::RenegotiatedPrice { from, .. } => require_running(tx, targets, *from).await,
        _ => Ok(()),
    }
}

/// Refuses an index that no price follows.
async fn require_followed(tx: &Tx, series: &str) -> Result<()> {
    let contracts = Contracts::of_colocation(tx).await?;
    let known: BTreeSet<String> = contracts
        .colocation
        .iter()
        .flat_map(|it| costs::series(&it.contract, &it.charges).collect::<Vec<_>>())
        .collect();
    if known.contains(series) {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let known = if known.is_empty() { "none is followed".to_owned() } else { known.join(", ") };
    Err(Error::invalid("cpiCurve.series", format!("no contract follows an index `{series}`: {known}")))
}

/// Refuses a price for days on which the contract has ended, as it is on record.
async fn require_running(tx: &Tx, targets: &Targets, from: NaiveDate) -> Result<()> {
    let days = BusinessDays::default();
    let (number, end) = match (targets.colocation_contract, targets.support_contract) {
        (Some(id), _) => {
            let contract = crate::contracts::colocation_contracts::find(tx, id).await?;
            let end = terms::colocation(&contract, &[])?.end(&days);
            (contract.number, end)
        }
        (None, Some(id)) => {
            let contract = crate::contracts::support_contracts::find(tx, id).await?;
            let end = terms::support_terms(&contract)?.end(&days);
            (contract.number, end)
        }
        (None, None) => return Ok(()),
    };
    match end.filter(|end| from > *end) {
        None => Ok(()),
        Some(end) => {
            let message = format!("{from} lies after the end of the contract {number} on {end}");
            Err(Error::invalid("renegotiatedPrice.from", message))
        }
    }
}

/// Refuses to end a contract that ends by itself, that notice was given for, or with a term that it does not have.
async fn require_ending(tx: &Tx, contract: &colocation_contract::Model, draft: &Draft) -> Result<()> {
    let Terms::ContractNotRenewed { ends_on } = draft.terms else { return Ok(()) };
    let charges = colocation_charges::of_contracts(tx, vec![contract.id]).await?;
    let charges = charges.get(&contract.id).map_or(&[][..], Vec::as_slice);
    let value = terms::colocation(contract, charges)?;
    require_term(tx, &contract.number, &value.terms(), ends_on)
}

fn require_support_ending(tx: &Tx, contract: &support_contract::Model, draft: &Draft) -> Result<()> {
    let Terms::ContractNotRenewed { ends_on } = draft.terms else { return Ok(()) };
    require_term(tx, &contract.number, &terms::support_terms(contract)?, ends_on)
}

fn require_term(
    tx: &Tx,
    number: &str,
    terms: &forecasting::colocation::Terms,
    ends_on: Option<NaiveDate>,
) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid("contractNotRenewed", message));
    if let Some(given) = terms.notice_given {
        return refuse(format!("notice was given for the contract {number} on {given} already"));
    }
    if terms.renewal.is_none() {
        let end = terms.initial_end();
        return refuse(format!("the contract {number} does not renew by itself, it ends on {end}"));
    }
    let as_of = tx.caller().now.date_naive();
    if terms::notice_to_end(terms, ends_on, as_of).is_none() {
        let near = terms.term(terms.term_number(ends_on.unwrap_or(as_of)));
        let near = near.map(|term| format!(", the nearest ends on {}", term.end)).unwrap_or_default();
        let day = ends_on.unwrap_or(as_of);
        let message = format!("{day} is not the last day of a term of the contract {number}{near}");
        return Err(Error::invalid("contractNotRenewed.endsOn", message));
    }
    Ok(())
}

/// Refuses caps that nothing can be held against: a cap is in the currency of a refresh policy, or of one with a rate
/// to others, be it on record or a change of the same list.
pub(super) async fn require_convertible(tx: &Tx, changes: &[Change]) -> Result<()> {
    let caps = changes.iter().filter_map(|change| match &change.row.terms {
        Terms::CapChanged { currency, .. } => Some(currency.as_str()),
        _ => None,
    });
    let caps: BTreeSet<&str> = caps.collect();
    if caps.is_empty() {
        return Ok(());
    }
    let policies = refresh_policies::all_active(tx).await?;
    for code in caps {
        let is_own = policies.iter().any(|policy| policy.currency == code);
        let is_stated = || {
            changes.iter().any(|change| match &change.row.terms {
                Terms::ExchangeRate { base, quote, .. } => base == code || quote == code,
                _ => false,
            })
        };
        if is_own || policies.is_empty() || is_stated() || exchange_rates::is_planned(tx, code).await? {
            continue;
        }
        let message = format!(
            "{code} has no PLAN rate, the scenario states none, and no refresh policy is in it: record a rate first, or \
             add an exchangeRate before the cap"
        );
        return Err(Error::invalid("capChanged.cap.currency", message));
    }
    Ok(())
}

/// Refuses to delete what scenarios name, by name.
///
/// # Errors
/// `Conflict` naming the scenarios.
pub async fn require_unused<I: EntityId>(
    tx: &Tx,
    column: scenario_change::Column,
    id: I,
    what: &str,
) -> Result<()> {
    let names: Vec<String> = scenario_change::Entity::find()
        .select_only()
        .column(scenario::Column::Name)
        .distinct()
        .join(JoinType::InnerJoin, scenario_change::Relation::Scenario.def())
        .filter(Condition::all().add(column.eq(id.uuid())))
        .order_by_asc(scenario::Column::Name)
        .into_tuple()
        .all(tx)
        .await?;
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::Conflict(format!("{what} is named by the scenarios {}", names.join(", "))))
}
