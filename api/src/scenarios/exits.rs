//! Sites that a scenario leaves, and what becomes of the contracts there.
//!
//! A colocation contract all of whose sites are left ends with the last of them, at the price of its termination rule;
//! without a rule it ends with a term, as does a support contract that covers nothing elsewhere. What is for other
//! sites too runs on.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    contracts::{colocation_charge, colocation_contract, support_contract},
    id::SiteId,
    scenarios::scenario_change::Terms,
};
use forecasting::{
    colocation::{self, BusinessDays},
    roadmap::Leaving,
};

use super::overlay::Overlay;
use crate::{
    contracts::terms,
    error::{Error, Result as Outcome},
    roadmap::contracts::{Colocation, Support},
};

/// How a scenario leaves a single contract with its sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// How it is left before it ends; none where it runs on, or ends with a term.
    pub leaving: Option<Leaving>,
    /// What becomes of it, each change in a sentence. Empty where none of its sites is left.
    pub said: Vec<String>,
}

impl Overlay {
    /// What becomes of a single contract whose sites are left, as in the roadmap: the contract gets the notice that ends
    /// it with a term.
    ///
    /// # Errors
    /// `Invalid` for a termination rule that cannot be applied.
    pub fn exit(
        &self,
        contract: &mut colocation_contract::Model,
        charges: &[colocation_charge::Model],
        sites: &[SiteId],
        as_of: NaiveDate,
    ) -> Outcome<Exit> {
        let (sites, charges) = (sites.to_vec(), charges.to_vec());
        let mut whole = Colocation { contract: contract.clone(), charges, sites };
        if self.first_exit(whole.all_sites()).is_none() {
            return Ok(Exit::default());
        }
        self.exit_notice(&mut whole, as_of);
        let leaving = self.leaving(&whole, as_of);
        let leaving = leaving.map_err(|cause| Error::invalid("scenario", cause))?;
        let value = terms::colocation(&whole.contract, &whole.charges).ok();
        let end = value.and_then(|value| value.end(&BusinessDays::default()));
        let end = end.map_or_else(|| "it renews by itself".to_owned(), |end| format!("it ends on {end}"));
        let said = match (self.left_on(whole.all_sites()), &leaving) {
            (None, _) => format!("the contract is for other sites too: {end}"),
            (Some(_), None) => format!("the contract has no termination rule on record: {end}"),
            (Some(on), Some(_)) => format!("the contract is left on {on}, by its termination rule"),
        };
        let said = self.touching_exit(&whole.all_sites().collect::<Vec<_>>(), &said);
        *contract = whole.contract;
        Ok(Exit { leaving, said })
    }

    /// What becomes of a single support contract of which sites are left, as in the roadmap: the contract gets the
    /// notice that ends it with a term. Each change is in a sentence; none where none of its sites is left.
    pub fn support_exit(
        &self,
        contract: &mut support_contract::Model,
        sites: &[(SiteId, i64)],
        as_of: NaiveDate,
    ) -> Vec<String> {
        let places: Vec<SiteId> = sites.iter().map(|(site, _)| *site).collect();
        if self.first_exit(places.iter().copied()).is_none() {
            return Vec::new();
        }
        let mut whole = Support { contract: contract.clone(), sites: sites.to_vec() };
        self.support_exit_notice(&mut whole, as_of);
        *contract = whole.contract;
        let end = terms::support_terms(contract).ok().and_then(|terms| terms.end(&BusinessDays::default()));
        let end = end.map_or_else(|| "it renews by itself".to_owned(), |end| format!("it ends on {end}"));
        let said = match self.left_on(places.iter().copied()) {
            None => format!("the contract covers assets at other sites too: {end}"),
            Some(_) => format!("the contract covers nothing elsewhere: {end}"),
        };
        self.touching_exit(&places, &said)
    }

    fn exit_of(&self, site: SiteId) -> Option<NaiveDate> {
        self.changes().iter().find_map(|change| match change.row.terms {
            Terms::SiteExit { on } if change.row.site_id == Some(site) => Some(on),
            _ => None,
        })
    }

    /// Days on which sites are to be empty, with those of the sites that are left.
    pub fn exits(&self, exits: &mut HashMap<SiteId, NaiveDate>) {
        for change in self.changes() {
            if let (Terms::SiteExit { on }, Some(site)) = (&change.row.terms, change.row.site_id) {
                exits.insert(site, *on);
            }
        }
    }

    /// Whether a site is left at all.
    #[must_use]
    pub fn leaves_a_site(&self) -> bool {
        self.changes().iter().any(|change| matches!(change.row.terms, Terms::SiteExit { .. }))
    }

    /// The day on which the last of some sites is left; none where one of them stays, or where there are none.
    #[must_use]
    pub fn left_on(&self, sites: impl Iterator<Item = SiteId>) -> Option<NaiveDate> {
        let mut last = None;
        for site in sites {
            last = last.max(Some(self.exit_of(site)?));
        }
        last
    }

    /// The day on which the first of some sites is left.
    #[must_use]
    pub fn first_exit(&self, sites: impl Iterator<Item = SiteId>) -> Option<NaiveDate> {
        sites.filter_map(|site| self.exit_of(site)).min()
    }

    /// How a contract is left with its sites, against its termination rule. The contract is one with the notice of
    /// the scenario; none where a site stays, or where there is no rule.
    ///
    /// # Errors
    /// In words, a rule that cannot be applied.
    pub fn leaving(&self, colocation: &Colocation, as_of: NaiveDate) -> Result<Option<Leaving>, String> {
        let (Some(on), Some(rule)) =
            (self.left_on(colocation.all_sites()), &colocation.contract.termination_rule)
        else {
            return Ok(None);
        };
        let rule = terms::termination_rule(rule).map_err(|cause| Error::from(cause).into_message())?;
        let notice = colocation.contract.notice_given_on.unwrap_or(as_of.min(on));
        Ok(Some(Leaving { last_day: on, notice, rule }))
    }

    /// A colocation contract with the notice that ends it with the term in which the last of its sites is left. Notice
    /// that stands goes before it.
    pub(super) fn exit_notice(&self, colocation: &mut Colocation, as_of: NaiveDate) {
        let Some(on) = self.left_on(colocation.all_sites()) else { return };
        let Colocation { contract, charges, .. } = colocation;
        if let Ok(value) = terms::colocation(contract, charges) {
            contract.notice_given_on = contract.notice_given_on.or(notice_for(&value.terms(), on, as_of));
        }
    }

    /// A support contract likewise, by the sites of what it covers.
    pub(super) fn support_exit_notice(&self, support: &mut Support, as_of: NaiveDate) {
        let Some(on) = self.left_on(support.sites.iter().map(|(site, _)| *site)) else { return };
        let contract: &mut support_contract::Model = &mut support.contract;
        if let Ok(value) = terms::support_terms(contract) {
            contract.notice_given_on = contract.notice_given_on.or(notice_for(&value, on, as_of));
        }
    }
}

/// The notice that ends an agreement with the term in which a day lies, or with the next where it would be late.
fn notice_for(terms: &colocation::Terms, on: NaiveDate, as_of: NaiveDate) -> Option<NaiveDate> {
    terms.renewal?;
    terms::notice_to_end(terms, None, on).map(|deadline| deadline.min(on).max(as_of.min(on)))
}
