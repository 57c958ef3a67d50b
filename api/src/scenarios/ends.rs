//! On which days contracts end, and until when they keep sites, under the changes of a scenario.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::{ColocationContractId, SiteId, SupportContractId},
    scenarios::scenario_change::Terms,
};
use forecasting::colocation::BusinessDays;

use super::overlay::{Change, Overlay};
use crate::{
    contracts::{colocation_contracts, support_contracts, terms},
    error::Result,
    roadmap::contracts::Contracts,
    store::{Read, Tx},
};

/// The last days of contracts that a list ends.
#[derive(Debug, Default)]
pub struct Ends {
    /// Of colocation contracts that it does not renew.
    pub colocation: HashMap<ColocationContractId, NaiveDate>,
    /// Of support contracts that it does not renew.
    pub support: HashMap<SupportContractId, NaiveDate>,
    /// Of colocation contracts that end with their sites.
    pub colocation_left: HashMap<ColocationContractId, (NaiveDate, Vec<SiteId>)>,
    /// Of support contracts that end with the sites of what they cover.
    pub support_left: HashMap<SupportContractId, (NaiveDate, Vec<SiteId>)>,
    /// Of sites whose every colocation contract ends.
    pub kept: HashMap<SiteId, Kept>,
}

/// Until when the contracts of a site keep it.
#[derive(Debug)]
pub struct Kept {
    /// The last day of the last of them.
    pub until: NaiveDate,
    /// All of them.
    pub contracts: Vec<ColocationContractId>,
}

impl Ends {
    /// The ends of what a list is about.
    ///
    /// # Errors
    /// `NotFound` for contracts that are not there; `Invalid` for those that cannot be computed.
    pub(super) async fn of(tx: &Tx, changes: &[Change]) -> Result<Self> {
        let as_of = tx.caller().now.date_naive();
        let mut ends = Self::default();
        ends.not_renewed(tx, changes, as_of).await?;
        let is_priced = |change: &Change| matches!(change.row.terms, Terms::RenegotiatedPrice { .. });
        let is_exit = |change: &Change| matches!(change.row.terms, Terms::SiteExit { .. });
        let is_priced = changes.iter().any(is_priced);
        if changes.iter().any(is_exit) && (is_priced || !ends.colocation.is_empty()) {
            let recorded = Contracts::read(tx, as_of).await?;
            if is_priced {
                ends.left(changes, &recorded, as_of)?;
            }
            ends.kept(changes, &recorded, as_of);
        }
        Ok(ends)
    }

    async fn not_renewed(&mut self, tx: &Tx, changes: &[Change], as_of: NaiveDate) -> Result<()> {
        let days = BusinessDays::default();
        for change in changes {
            let Terms::ContractNotRenewed { ends_on } = change.row.terms else { continue };
            if let Some(id) = change.row.colocation_contract_id {
                let contract = colocation_contracts::find(tx, id).await?;
                let mut value = terms::colocation(&contract, &[])?.terms();
                value.notice_given = value.notice_given.or(terms::notice_to_end(&value, ends_on, as_of));
                self.colocation.extend(value.end(&days).map(|end| (id, end)));
            }
            if let Some(id) = change.row.support_contract_id {
                let contract = support_contracts::find(tx, id).await?;
                let mut value = terms::support_terms(&contract)?;
                value.notice_given = value.notice_given.or(terms::notice_to_end(&value, ends_on, as_of));
                self.support.extend(value.end(&days).map(|end| (id, end)));
            }
        }
        Ok(())
    }

    /// Contracts that end with their sites.
    fn left(&mut self, changes: &[Change], recorded: &Contracts, as_of: NaiveDate) -> Result<()> {
        let days = BusinessDays::default();
        let overlay = Overlay::default().with(changes.to_vec());
        let under = overlay.contracts(recorded, as_of);
        for colocation in &under.colocation {
            let sites: Vec<SiteId> = colocation.all_sites().collect();
            if overlay.left_on(sites.iter().copied()).is_none() {
                continue;
            }
            let end = match overlay.leaving(colocation, as_of) {
                Ok(Some(leaving)) => Some(leaving.last_day),
                _ => terms::colocation(&colocation.contract, &colocation.charges)?.end(&days),
            };
            self.colocation_left.extend(end.map(|end| (colocation.contract.id, (end, sites))));
        }
        for support in &under.support {
            let sites: Vec<SiteId> = support.sites.iter().map(|(site, _)| *site).collect();
            if overlay.left_on(sites.iter().copied()).is_none() {
                continue;
            }
            let end = terms::support_terms(&support.contract)?.end(&days);
            self.support_left.extend(end.map(|end| (support.contract.id, (end, sites))));
        }
        Ok(())
    }

    /// Sites that no contract keeps on, whether they are left or not. A contract that cannot be computed keeps its
    /// sites, for nobody knows when it ends.
    fn kept(&mut self, changes: &[Change], recorded: &Contracts, as_of: NaiveDate) {
        let ending =
            changes.iter().filter(|change| matches!(change.row.terms, Terms::ContractNotRenewed { .. }));
        let overlay = Overlay::default().with(ending.cloned().collect());
        let mut kept: HashMap<SiteId, (Option<NaiveDate>, Vec<ColocationContractId>)> = HashMap::new();
        for colocation in &overlay.contracts(recorded, as_of).colocation {
            let value = terms::colocation(&colocation.contract, &colocation.charges).ok();
            let end = value.and_then(|value| value.end(&BusinessDays::default()));
            for site in &colocation.sites {
                let (until, contracts) = kept.entry(*site).or_insert_with(|| (end, Vec::new()));
                *until = until.zip(end).map(|(one, other)| one.max(other));
                contracts.push(colocation.contract.id);
            }
        }
        self.kept = kept
            .into_iter()
            .filter_map(|(site, (until, contracts))| Some((site, Kept { until: until?, contracts })))
            .collect();
    }
}
