//! The changes of a scenario, laid over rows right after these were read.
//!
//! One method for each kind of row. The overlay is passed to whatever reads rows that cost money, so that reading
//! those files shows where it lands; without changes it lays nothing over anything, and copies nothing.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    contracts::{colocation_charge, colocation_contract, support_contract},
    finance::exchange_rate::RateKind,
    id::ScenarioId,
    lifecycle::refresh_policy,
    scenarios::{
        scenario,
        scenario_change::{self, Terms},
    },
};
use forecasting::{
    colocation::{ChargeKind, Contract, Indices, NewPrice, Repricing},
    money::{Currency, Money},
    month::Month,
    roadmap::{GrowthWindow, SupportContract},
};

use serde::{Deserialize, Serialize};

use super::{changes, scenarios, sentences};
use crate::{
    access::{Caller, Permission},
    contracts::terms,
    error::{Error, Result},
    finance::rates::Rates,
    lifecycle::levelling::Cap,
    roadmap::{
        Source,
        cloud::Spend,
        contracts::Contracts,
        estate::{Estate, PriceRates},
    },
    store::Read,
};

/// A change with the names of what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The row.
    pub row: scenario_change::Model,
    /// Names of what it is about.
    pub names: changes::Names,
}

/// Which scenario an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: ScenarioId,
    /// Its name.
    pub name: String,
    /// Its row; none when it is drawn from what was kept.
    pub row: Option<scenario::Model>,
}

impl From<scenario::Model> for Named {
    fn from(row: scenario::Model) -> Self {
        Self { id: row.id, name: row.name.clone(), row: Some(row) }
    }
}

/// Changes to lay over rows, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    scenario: Option<Named>,
    changes: Vec<Change>,
}

impl Overlay {
    /// The baseline: nothing is laid over what is recorded.
    #[must_use]
    pub fn none() -> Arc<Self> {
        Arc::default()
    }

    /// Changes of a scenario, in their order.
    #[must_use]
    pub fn of(scenario: Named, changes: Vec<Change>) -> Self {
        Self { scenario: Some(scenario), changes }
    }

    /// The scenario with an id, or the baseline: two statements, or none.
    ///
    /// # Errors
    /// `NotFound` for a scenario that is not there, `Forbidden` as [`Overlay::require_prices`].
    pub async fn load(db: &impl Read, id: Option<ScenarioId>) -> Result<Arc<Self>> {
        let overlay = Self::load_without_prices(db, id).await?;
        overlay.require_prices(db.caller())?;
        Ok(overlay)
    }

    /// The same, for answers that no price is part of, nor any sum of prices that the scenario alters.
    ///
    /// # Errors
    /// `NotFound` for a scenario that is not there.
    pub async fn load_without_prices(db: &impl Read, id: Option<ScenarioId>) -> Result<Arc<Self>> {
        let Some(id) = id else { return Ok(Self::none()) };
        let scenario = scenarios::find(db, id).await?;
        let changes = changes::named(db, &[id]).await?;
        Ok(Arc::new(Self::of(scenario.into(), changes)))
    }

    /// Refuses a scenario whose difference to the baseline would tell a single price to those who see only sums.
    ///
    /// # Errors
    /// `Forbidden` for a scenario that changes a single contract or workload, or leaves a site with its contracts.
    pub fn require_prices(&self, caller: &Caller) -> Result<()> {
        let tells = |change: &Change| match change.row.terms {
            Terms::ContractNotRenewed { .. } | Terms::RenegotiatedPrice { .. } | Terms::SiteExit { .. } => {
                true
            }
            Terms::GrowthRate { .. } => change.row.workload_id.is_some(),
            _ => false,
        };
        if self.changes.iter().any(tells) && !caller.may(Permission::ViewPrices) {
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        Ok(())
    }

    /// Which scenario it is; none for the baseline.
    #[must_use]
    pub fn scenario(&self) -> Option<&Named> {
        self.scenario.as_ref()
    }

    /// The changes, in their order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The same scenario with the first of its changes only.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let changes = self.changes.iter().take(count).cloned().collect();
        Self { scenario: self.scenario.clone(), changes }
    }

    /// The same scenario with other changes.
    #[must_use]
    pub fn with(&self, changes: Vec<Change>) -> Self {
        Self { scenario: self.scenario.clone(), changes }
    }

    /// Whether nothing is laid over anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What is taken for granted with it: each change in a sentence.
    #[must_use]
    pub fn assumptions(&self) -> Vec<String> {
        let name = self.scenario.as_ref().map_or("", |scenario| &scenario.name);
        let changes = self.changes.iter().enumerate();
        changes
            .map(|(place, change)| {
                format!("scenario {name}, change {}: {}", place + 1, sentences::so_far(change))
            })
            .collect()
    }

    /// The same for those who may see scenarios; one sentence without any of it for those who may not.
    #[must_use]
    pub fn assumptions_for(&self, caller: &Caller) -> Vec<String> {
        if self.is_empty() || caller.may(Permission::ViewTotals) {
            return self.assumptions();
        }
        vec!["a scenario is laid over it; what it assumes is for those who may see scenarios".to_owned()]
    }

    /// Contracts with the ends that notices bring about, and those that exits of sites do.
    #[must_use]
    pub fn contracts<'a>(&self, contracts: &'a Contracts, as_of: NaiveDate) -> Cow<'a, Contracts> {
        let is_one = |change: &Change| matches!(change.row.terms, Terms::ContractNotRenewed { .. });
        if !self.changes.iter().any(is_one) && !self.leaves_a_site() {
            return Cow::Borrowed(contracts);
        }
        let mut contracts = contracts.clone();
        for colocation in &mut contracts.colocation {
            self.notice(&mut colocation.contract, &colocation.charges, as_of);
            self.exit_notice(colocation, as_of);
        }
        for support in &mut contracts.support {
            self.support_notice(&mut support.contract, as_of);
            self.support_exit_notice(support, as_of);
        }
        Cow::Owned(contracts)
    }

    /// A colocation contract with the notice that ends it, where a change says that it is not renewed. Notice that
    /// is on record stands.
    pub fn notice(
        &self,
        contract: &mut colocation_contract::Model,
        charges: &[colocation_charge::Model],
        as_of: NaiveDate,
    ) {
        let of = |row: &scenario_change::Model| row.colocation_contract_id == Some(contract.id);
        let Some(ends_on) = self.not_renewed(of).filter(|_| contract.notice_given_on.is_none()) else {
            return;
        };
        if let Ok(value) = terms::colocation(contract, charges) {
            contract.notice_given_on = terms::notice_to_end(&value.terms(), ends_on, as_of);
        }
    }

    /// A support contract with the notice that ends it, as [`Overlay::notice`].
    pub fn support_notice(&self, contract: &mut support_contract::Model, as_of: NaiveDate) {
        let of = |row: &scenario_change::Model| row.support_contract_id == Some(contract.id);
        let Some(ends_on) = self.not_renewed(of).filter(|_| contract.notice_given_on.is_none()) else {
            return;
        };
        if let Ok(value) = terms::support_terms(contract) {
            contract.notice_given_on = terms::notice_to_end(&value, ends_on, as_of);
        }
    }

    fn not_renewed(&self, of: impl Fn(&scenario_change::Model) -> bool) -> Option<Option<NaiveDate>> {
        self.changes.iter().map(|change| &change.row).find_map(|row| match row.terms {
            Terms::ContractNotRenewed { ends_on } if of(row) => Some(ends_on),
            _ => None,
        })
    }

    /// The charges of a contract with the prices that are agreed anew, one after the other; `rows` are theirs, in the same order.
    pub fn prices(&self, value: &mut Contract, rows: &[colocation_charge::Model]) {
        for change in &self.changes {
            let Some(repriced) = repricing(&change.row.terms, |price| price) else { continue };
            let (contract, charge) = (change.row.colocation_contract_id, change.row.colocation_charge_id);
            for (one, row) in value.charges.iter_mut().zip(rows) {
                let is_meant = charge.map_or(contract == Some(row.contract_id), |id| id == row.id);
                if is_meant && one.kind != ChargeKind::NonRecurring {
                    one.repriced.agree(repriced);
                }
            }
        }
    }

    /// A support contract with the price that is agreed anew.
    pub fn support_price(&self, value: &mut SupportContract, row: &support_contract::Model) {
        let changes = self.changes.iter().map(|change| &change.row);
        for change in changes.filter(|change| change.support_contract_id == Some(row.id)) {
            let yearly = |price| terms::support_yearly_price(row, price);
            if let Some(repriced) = repricing(&change.terms, yearly) {
                value.repriced.agree(repriced);
            }
        }
    }

    /// Price indices with the curves that are assumed of them: those of all series first, of single ones on top.
    pub fn indices(&self, indices: &mut Indices) {
        for is_single in [false, true] {
            for change in &self.changes {
                let Terms::CpiCurve { series, rates } = &change.row.terms else { continue };
                if series.is_some() != is_single {
                    continue;
                }
                let meant =
                    indices.0.iter_mut().filter(|(name, _)| series.as_ref().is_none_or(|one| one == *name));
                for (_, index) in meant {
                    index.curve.extend(rates.iter().map(|step| (step.year, step.rate)));
                }
            }
        }
    }

    /// Policies and exits of sites; `contracts` are those with the notices of the scenario.
    #[must_use]
    pub fn estate<'a>(&self, estate: &'a Estate, contracts: impl FnOnce() -> Exits) -> Cow<'a, Estate> {
        let touches = |change: &Change| {
            matches!(
                change.row.terms,
                Terms::PriceIndex { .. }
                    | Terms::PolicyLife { .. }
                    | Terms::SiteExit { .. }
                    | Terms::ContractNotRenewed { .. }
            )
        };
        if !self.changes.iter().any(touches) {
            return Cow::Borrowed(estate);
        }
        let mut estate = estate.clone();
        for change in &self.changes {
            if let (Terms::SiteExit { on }, Some(site)) = (&change.row.terms, change.row.site_id)
                && let Some(site) = estate.sites.get_mut(&site)
            {
                site.planned = Some((*on, "as the scenario has it"));
            }
        }
        self.policies(&mut estate.policies);
        let rates = self.changes.iter().filter_map(|change| match &change.row.terms {
            Terms::PriceIndex { hardware_kind, rates } => Some(PriceRates {
                policy: change.row.refresh_policy_id,
                kind: *hardware_kind,
                rates: rates.clone(),
            }),
            _ => None,
        });
        estate.price_rates.extend(rates);
        estate.leave(&contracts());
        Cow::Owned(estate)
    }

    /// Refresh policies with the lives that are assumed of them.
    pub fn policies(&self, policies: &mut [refresh_policy::Model]) {
        for change in &self.changes {
            let Terms::PolicyLife { age_months, support_margin_months } = &change.row.terms else { continue };
            for policy in policies.iter_mut().filter(|policy| is_of(policy, change)) {
                policy.age_months = Some(*age_months);
                policy.support_margin_months = support_margin_months.or(policy.support_margin_months);
            }
        }
    }

    /// Cloud spend with the growth that is assumed of it: of all first, of accounts and of workloads on top.
    #[must_use]
    pub fn spends<'a>(&self, spends: &'a [Spend]) -> Cow<'a, [Spend]> {
        let mut windows: Vec<(&scenario_change::Model, GrowthWindow)> = Vec::new();
        for change in &self.changes {
            if let Terms::GrowthRate { monthly_rate, from, to } = &change.row.terms {
                let (from, to) = (Month::of(*from), to.map(Month::of));
                windows
                    .push((&change.row, GrowthWindow { from, to, monthly_rate: monthly_rate.to_decimal() }));
            }
        }
        if windows.is_empty() {
            return Cow::Borrowed(spends);
        }
        windows.sort_by_key(|(row, _)| (row.workload_id.is_some(), row.provider_account_id.is_some()));
        let mut spends = spends.to_vec();
        for spend in &mut spends {
            for (row, window) in &windows {
                let is_meant = match (row.workload_id, row.provider_account_id) {
                    (Some(workload), _) => spend.source == Source::Workload(workload),
                    (None, Some(account)) => spend.account == account,
                    (None, None) => true,
                };
                if is_meant {
                    spend.growth.push(*window);
                }
            }
        }
        Cow::Owned(spends)
    }

    /// Plan rates with those that the scenario has otherwise.
    #[must_use]
    pub fn rates<'a>(&self, rates: &'a Rates) -> Cow<'a, Rates> {
        let mut agreed: Vec<_> = self.exchange_rates().collect();
        if agreed.is_empty() || rates.kind() != RateKind::Plan {
            return Cow::Borrowed(rates);
        }
        agreed.sort_by_key(|(.., from)| *from);
        let mut rates = rates.clone();
        for (base, quote, rate, from) in agreed {
            rates.agree(base, quote, from, rate.to_decimal());
        }
        Cow::Owned(rates)
    }

    /// Currencies that its rates convert, so that others are read through them.
    pub fn currencies(&self) -> impl Iterator<Item = String> {
        self.exchange_rates().flat_map(|(base, quote, ..)| [base.to_owned(), quote.to_owned()])
    }

    fn exchange_rates(&self) -> impl Iterator<Item = (&str, &str, entity::money::Rate, NaiveDate)> {
        self.changes.iter().filter_map(|change| match &change.row.terms {
            Terms::ExchangeRate { base, quote, rate, from } => {
                Some((base.as_str(), quote.as_str(), *rate, *from))
            }
            _ => None,
        })
    }

    /// Whether it changes what there is of capacity pools: what is there when, and until when.
    #[must_use]
    pub fn moves_supply(&self) -> bool {
        let ends = |change: &Change| matches!(change.row.terms, Terms::ContractNotRenewed { .. });
        self.shifts_refreshes() || self.leaves_a_site() || self.changes.iter().any(ends)
    }

    /// Whether it assumes the life of a policy.
    #[must_use]
    pub fn assumes_lives(&self) -> bool {
        self.changes.iter().any(|change| matches!(change.row.terms, Terms::PolicyLife { .. }))
    }

    /// Whether it changes when anything is refreshed by itself: lives of policies, or months of cohorts.
    #[must_use]
    pub fn shifts_refreshes(&self) -> bool {
        let shifts = |change: &Change| {
            matches!(change.row.terms, Terms::PolicyLife { .. } | Terms::CohortMoved { .. })
        };
        self.changes.iter().any(shifts)
    }

    /// The months to which cohorts are moved, by what names them.
    #[must_use]
    pub fn moved(&self) -> BTreeMap<&str, Month> {
        let moves = self.changes.iter().filter_map(|change| match &change.row.terms {
            Terms::CohortMoved { key, to, .. } => Some((key.as_str(), Month::of(*to))),
            _ => None,
        });
        moves.collect()
    }

    /// Refuses cohorts that are moved and are not there any more, by name.
    ///
    /// # Errors
    /// `Invalid` for `scenario`.
    pub fn require_moved(&self, found: &BTreeSet<String>) -> Result<()> {
        for (place, change) in self.changes.iter().enumerate() {
            if let Terms::CohortMoved { key, label, .. } = &change.row.terms
                && !found.contains(key)
            {
                let message = format!(
                    "change {} moves the refresh cohort {label} ({key}), which is not there any more",
                    place + 1
                );
                return Err(Error::invalid("scenario", message));
            }
        }
        Ok(())
    }

    /// Whether the cap of a fiscal year is the scenario's.
    #[must_use]
    pub fn caps_year(&self, year: i32) -> bool {
        self.changes.iter().any(
            |change| matches!(change.row.terms, Terms::CapChanged { fiscal_year, .. } if fiscal_year == year),
        )
    }

    /// Caps on fiscal years with those that the scenario has otherwise.
    ///
    /// # Errors
    /// `Internal` for a currency that was never one.
    pub fn caps(&self, mut caps: Vec<Cap>) -> Result<Vec<Cap>> {
        for change in &self.changes {
            let Terms::CapChanged { fiscal_year, amount, currency } = &change.row.terms else { continue };
            let currency = Currency::from_code(currency).map_err(Error::internal)?;
            let limit = Money::new(amount.to_decimal(), currency);
            match caps
                .iter_mut()
                .find(|cap| cap.fiscal_year == *fiscal_year && cap.limit.currency == currency)
            {
                Some(cap) => cap.limit = limit,
                None => caps.push(Cap { fiscal_year: *fiscal_year, limit }),
            }
        }
        Ok(caps)
    }
}

/// The days on which sites are left by notice.
pub type Exits = std::collections::HashMap<entity::id::SiteId, NaiveDate>;

fn is_of(policy: &refresh_policy::Model, change: &Change) -> bool {
    change.row.refresh_policy_id == Some(policy.id)
}

pub(super) fn repricing(
    terms: &Terms,
    unit: impl FnOnce(rust_decimal::Decimal) -> rust_decimal::Decimal,
) -> Option<Repricing> {
    let Terms::RenegotiatedPrice { factor, unit_price, from } = terms else { return None };
    let price = match (factor, unit_price) {
        (Some(factor), _) => NewPrice::Factor(factor.to_decimal()),
        (None, Some(price)) => NewPrice::Unit(unit(price.to_decimal())),
        (None, None) => return None,
    };
    Some(Repricing { from: *from, price })
}
