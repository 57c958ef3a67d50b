//! What figures of colocation contracts are computed from, read once for all contracts of a list.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use chrono::NaiveDate;
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Column, IndexTerms},
    },
    id::{ColocationContractId, ScenarioId, SiteId, VendorId},
};
use forecasting::{
    colocation::{Capacity, Circuit},
    month::Month,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    colocation_contracts::ColocationContract, power_month::ContractPowerMonth, words::ContractFinding,
};
use crate::{
    access::Permission,
    contracts::{
        colocation_charges, colocation_contracts, costs,
        decisions::Priced,
        findings,
        notice_history::{self, Recorded},
        power::{self, Installation, Installed},
        usage_findings::{self, Used},
    },
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    scenarios::{Exit, Overlay},
    schema::{
        record::Noun,
        request::{caller, read},
        scalar::Id,
    },
};

type PriceSheets = HashMap<ColocationContractId, Vec<colocation_charge::Model>>;

/// A contract as a scenario has it.
pub(super) struct Laid {
    pub contract: colocation_contract::Model,
    pub sheets: Arc<PriceSheets>,
    pub published: Arc<PublishedIndices>,
    pub overlay: Arc<Overlay>,
    pub exit: Exit,
}

impl Laid {
    /// The price sheet of the contract.
    pub fn charges(&self) -> &[colocation_charge::Model] {
        self.sheets.get(&self.contract.id).map_or(&[][..], Vec::as_slice)
    }
}

impl ColocationContract {
    fn siblings(&self) -> Result<Vec<ColocationContractId>> {
        let ids = self.0.column_of_siblings::<Uuid>(Column::Id)?;
        Ok(ids.into_iter().map(ColocationContractId).collect())
    }

    /// The price sheets of this contract and its siblings.
    pub(super) async fn price_sheets(&self, ctx: &Context<'_>) -> Result<Arc<PriceSheets>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || colocation_charges::of_contracts(&reader, self.siblings()?).await;
        self.0.shared("price sheets".to_owned(), load).await
    }

    /// What was published, by a day, of the price indices that this contract and its siblings follow.
    pub(super) async fn published(
        &self,
        ctx: &Context<'_>,
        as_of: NaiveDate,
    ) -> Result<Arc<PublishedIndices>> {
        let reader = read(ctx, Self::VIEW)?;
        let sheets = self.price_sheets(ctx).await?;
        let load = async || {
            let of_renewals = self.0.column_of_siblings::<IndexTerms>(Column::RenewalIndex)?;
            let of_charges =
                sheets.values().flatten().filter_map(|charge| charge.escalator.as_ref()?.series.clone());
            let series = of_renewals.into_iter().map(|index| index.series).chain(of_charges);
            PublishedIndices::read(&reader, series, as_of).await
        };
        self.0.shared(format!("price indices on {as_of}"), load).await
    }

    /// The sites of this contract and its siblings.
    async fn places(&self, ctx: &Context<'_>) -> Result<Arc<HashMap<ColocationContractId, Vec<SiteId>>>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || colocation_contracts::sites_of(&reader, self.siblings()?).await;
        self.0.shared("sites of contracts".to_owned(), load).await
    }

    /// A scenario, read once for this contract and its siblings.
    async fn overlay(&self, ctx: &Context<'_>, id: Option<Id<ScenarioId>>) -> Result<Arc<Overlay>> {
        let Some(id) = id else { return Ok(Overlay::none()) };
        let reader = read(ctx, Permission::ViewTotals)?;
        let load = async || Overlay::load(&reader, Some(id.0)).await;
        Ok(Arc::clone(&*self.0.shared(format!("scenario {id}"), load).await?))
    }

    /// The contract as a scenario has it, with the price sheets, the price indices and the scenario.
    pub(super) async fn laid(
        &self,
        ctx: &Context<'_>,
        as_of: NaiveDate,
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Laid> {
        let mut contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let published = self.published(ctx, as_of).await?;
        let overlay = self.overlay(ctx, scenario).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        overlay.notice(&mut contract, charges, as_of);
        let mut exit = Exit::default();
        if overlay.leaves_a_site() {
            let sites = self.places(ctx).await?;
            let sites = sites.get(&contract.id).map_or(&[][..], Vec::as_slice);
            exit = overlay.exit(&mut contract, charges, sites, as_of)?;
        }
        Ok(Laid { contract, sheets, published, overlay, exit })
    }

    /// What a calculation makes of the contract and its price sheet, with indices as they were known on a day and
    /// under a scenario.
    pub(super) async fn with_sheet<T>(
        &self,
        ctx: &Context<'_>,
        (as_of, scenario): (NaiveDate, Option<Id<ScenarioId>>),
        assumed_index_rate: Option<Decimal>,
        calculation: impl FnOnce(&Priced<'_>) -> Result<T>,
    ) -> Result<T> {
        let laid = self.laid(ctx, as_of, scenario).await?;
        let Laid { contract, published, overlay, exit, .. } = &laid;
        let priced = Priced::new(contract, laid.charges(), published, assumed_index_rate, overlay)?;
        calculation(&priced.with_exit(exit.clone()))
    }

    /// What is stored of the power under the contract, on a day.
    async fn installation(&self, ctx: &Context<'_>, on: NaiveDate) -> Result<Installation> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || power::of_contracts(&reader, self.siblings()?, power::year_up_to(on)).await;
        let installed = self.0.shared(format!("power on {on}"), load).await?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let commitment = power::commitment(&contract, charges, on)?;
        let deployments = installed.get(&contract.id).cloned().unwrap_or_default();
        Ok(Installation::new(on, commitment, deployments).stated_in(charges))
    }

    /// The numbers called capacity over all deployments under the contract, on a day.
    pub(super) async fn stored_capacity(
        &self,
        ctx: &Context<'_>,
        on: NaiveDate,
    ) -> Result<(Capacity, Vec<Circuit>)> {
        self.installation(ctx, on).await?.total()
    }

    /// The deployments of this contract and its siblings, with what was read in consecutive months.
    pub(super) async fn installed(
        &self,
        ctx: &Context<'_>,
        first: Month,
        last: Month,
    ) -> Result<Arc<HashMap<ColocationContractId, Vec<Installed>>>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || power::of_contracts(&reader, self.siblings()?, power::months(first, last)).await;
        self.0.shared(format!("power from {first} to {last}"), load).await
    }

    /// What a month of power costs by what was read.
    pub(super) async fn month_of_power(
        &self,
        ctx: &Context<'_>,
        month: Month,
        as_of: NaiveDate,
        assumed_index_rate: Option<Decimal>,
    ) -> Result<ContractPowerMonth> {
        costs::require_index_rate(assumed_index_rate)?;
        let installed = self.installed(ctx, month, month).await?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let published = self.published(ctx, as_of).await?;
        let indices = costs::indices(&contract, charges, &published, assumed_index_rate);
        let deployments = installed.get(&contract.id).cloned().unwrap_or_default();
        let is_metered = !deployments.is_empty();
        let cost = power::cost_of_month(&contract, charges, deployments, month, &indices)?;
        Ok(ContractPowerMonth::new(month, cost, is_metered, charges))
    }

    /// What is wrong with the contract, and between it and what is used under it.
    pub(super) async fn found(&self, ctx: &Context<'_>, as_of: NaiveDate) -> Result<Vec<ContractFinding>> {
        let reader = read(ctx, Self::VIEW)?;
        let contract = self.0.model()?;
        let sheets = self.price_sheets(ctx).await?;
        let published = self.published(ctx, as_of).await?;
        let load = async || {
            let vendors = self.0.column_of_siblings::<Uuid>(Column::VendorId)?;
            let vendors = vendors.into_iter().map(VendorId).collect();
            Used::read(&reader, self.siblings()?, vendors, sheets.values().flatten(), as_of).await
        };
        let used = self.0.shared(format!("use on {as_of}"), load).await?;
        let charges = sheets.get(&contract.id).map_or(&[][..], Vec::as_slice);
        let indices = costs::indices(&contract, charges, &published, None);
        let mut found = findings::of_colocation(&contract, charges);
        let places = self.places(ctx).await?;
        found.extend(findings::of_places(places.get(&contract.id).map_or(&[][..], Vec::as_slice)));
        found.extend(used.findings(&contract, charges, &indices, as_of)?);
        usage_findings::affected(&mut found, &contract, charges, &indices, as_of);
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let shown = found.into_iter();
        Ok(shown.map(|finding| ContractFinding::new(finding, &contract.currency, sees_prices)).collect())
    }

    /// When notice was given and withdrawn, read once for this contract and its siblings.
    pub(super) async fn notices(&self, ctx: &Context<'_>) -> Result<Vec<Recorded>> {
        let reader = read(ctx, Self::VIEW)?;
        let load = async || notice_history::of_contracts(&reader, self.siblings()?).await;
        let notices = self.0.shared("notices".to_owned(), load).await?;
        Ok(notices.get(&self.0.get(Column::Id)?).cloned().unwrap_or_default())
    }

    /// The rule that is stored of leaving early, or the one that was passed.
    pub(super) fn termination_rule_of(
        &self,
        passed: Option<super::decisions::EarlyTerminationRuleInput>,
    ) -> Result<forecasting::colocation::TerminationRule> {
        if let Some(passed) = passed {
            return passed.value();
        }
        let contract = self.0.model()?;
        let Some(stored) = &contract.termination_rule else {
            let message = "is missing: the contract states no rule, so pass one or set it";
            return Err(Error::invalid("rule", message));
        };
        Ok(crate::contracts::terms::termination_rule(stored)?)
    }
}
