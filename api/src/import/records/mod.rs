//! What an import file says, as plain values: no ids, no database types.
//!
//! One struct per noun that can be imported. Records refer to one another by natural key (a site's code, an
//! asset's tag). Beside the natural key and the origin every field is optional: `None` means that the file says
//! nothing, so a change leaves the stored value as it is and zero is only ever a zero that somebody wrote.
//! Choices are strings in the spelling of the stored enums, already checked. Money and ratios are exact decimals
//! within what the store can hold. What a *new* row needs is the decision of whoever applies the records; the
//! columns that say so are marked [`Need::Create`](crate::import::columns::Need).

mod access;
mod books;
mod budgets;
mod capacity;
mod cloud;
mod contracts;
mod finance;
mod inventory;
mod invoices;
mod lifecycle;
mod power;
mod recovery;
mod scenarios;
mod topology;

use std::sync::Arc;

use super::csv::Noun;
use crate::error::Error;

pub use access::User;
pub use books::{BookEntry, BookEvent, ClosedPeriod};
pub use budgets::{
    ActualPosting, BudgetLine, BudgetPlace, BudgetRate, BudgetVersion, LedgerCode, PeriodClose,
    VarianceExplanation,
};
pub use capacity::{
    CapacityEvent, CapacityObservation, CapacityPlacement, CapacityPlacementRack, CapacityPool,
    CapacityPoolMember, CapacityPurchaseRule, CapacityReservation,
};
pub use cloud::{AccountKey, CloudCommitment, CostRecord, GrowthAssumption, ProviderAccount, Workload};
pub use contracts::{
    Abatement, ColocationCharge, ColocationContract, Escalator, IndexTerms, Metering, Overage, RampStep,
    RateStep, SupportContract, SupportCoverage, TerminationAdvance, TerminationRule, TerminationStep,
};
pub use finance::{
    AllocationModel, Currency, ExchangeRate, FiscalCalendar, PriceIndexValue, SavingsClaim,
    SavingsInitiative, UnitCostPart, Volume,
};
pub use inventory::{Asset, HardwareModel, Manufacturer, ModelKey, Rack, RackKey, Site, Vendor};
pub use invoices::{Invoice, InvoiceLine, Offer};
pub use lifecycle::{
    AgeRate, DepreciationRule, RefreshCycle, RefreshPolicy, ResourceTerms, SoftwareRelease, TierFactor,
    YearRate,
};
pub use power::{ColocationCircuit, ColocationDeployment, ColocationReading};
pub use recovery::{BackupRecord, ConsistencyGroup, RecoveryDrill, RecoveryObjective};
pub use scenarios::{Scenario, ScenarioChange};
pub use topology::{Dependency, ItemKey, PowerFeed, RedundancyGroup, Service};

/// Where a record was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// Name of the file as it was given.
    pub file: Arc<str>,
    /// Line in the file, from 1; in JSON, the place of the object in its list, from 1.
    pub row: u64,
}

impl Origin {
    /// What is said of a record that repeats the one that was read here.
    pub fn repeated(&self) -> Error {
        Error::Conflict(format!("repeats line {} of {}", self.row, self.file))
    }
}

/// Everything that was read, by noun, in the order of the files.
///
/// The fields stand in an order in which no record refers to a later field, so they can be applied one after
/// the other. Within a field a record may refer to a later one: a model to its successor, an asset to its chassis.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Records {
    pub currencies: Vec<Currency>,
    pub exchange_rates: Vec<ExchangeRate>,
    pub price_index_values: Vec<PriceIndexValue>,
    pub fiscal_calendars: Vec<FiscalCalendar>,
    pub users: Vec<User>,
    pub vendors: Vec<Vendor>,
    pub manufacturers: Vec<Manufacturer>,
    pub sites: Vec<Site>,
    pub racks: Vec<Rack>,
    pub hardware_models: Vec<HardwareModel>,
    pub assets: Vec<Asset>,
    pub colocation_contracts: Vec<ColocationContract>,
    pub colocation_charges: Vec<ColocationCharge>,
    pub support_contracts: Vec<SupportContract>,
    pub support_coverages: Vec<SupportCoverage>,
    pub colocation_deployments: Vec<ColocationDeployment>,
    pub colocation_circuits: Vec<ColocationCircuit>,
    pub colocation_readings: Vec<ColocationReading>,
    pub invoices: Vec<Invoice>,
    pub invoice_lines: Vec<InvoiceLine>,
    /// Lines of invoices that could not be read, as far as they were: an invoice without one of its lines is not
    /// recorded.
    pub unread_invoice_lines: Vec<InvoiceLine>,
    pub offers: Vec<Offer>,
    pub depreciation_rules: Vec<DepreciationRule>,
    pub refresh_policies: Vec<RefreshPolicy>,
    pub refresh_cycles: Vec<RefreshCycle>,
    pub software_releases: Vec<SoftwareRelease>,
    pub book_entries: Vec<BookEntry>,
    pub book_events: Vec<BookEvent>,
    pub closed_periods: Vec<ClosedPeriod>,
    pub provider_accounts: Vec<ProviderAccount>,
    pub workloads: Vec<Workload>,
    pub cost_records: Vec<CostRecord>,
    pub growth_assumptions: Vec<GrowthAssumption>,
    pub volumes: Vec<Volume>,
    pub unit_cost_parts: Vec<UnitCostPart>,
    pub allocation_models: Vec<AllocationModel>,
    pub savings_initiatives: Vec<SavingsInitiative>,
    pub savings_claims: Vec<SavingsClaim>,
    pub ledger_codes: Vec<LedgerCode>,
    pub budget_versions: Vec<BudgetVersion>,
    pub budget_lines: Vec<BudgetLine>,
    pub actual_postings: Vec<ActualPosting>,
    pub period_closes: Vec<PeriodClose>,
    pub variance_explanations: Vec<VarianceExplanation>,
    pub cloud_commitments: Vec<CloudCommitment>,
    pub scenarios: Vec<Scenario>,
    pub scenario_changes: Vec<ScenarioChange>,
    pub services: Vec<Service>,
    pub power_feeds: Vec<PowerFeed>,
    pub redundancy_groups: Vec<RedundancyGroup>,
    pub dependencies: Vec<Dependency>,
    pub recovery_objectives: Vec<RecoveryObjective>,
    pub backup_records: Vec<BackupRecord>,
    pub recovery_drills: Vec<RecoveryDrill>,
    pub consistency_groups: Vec<ConsistencyGroup>,
    pub capacity_pools: Vec<CapacityPool>,
    pub capacity_pool_members: Vec<CapacityPoolMember>,
    pub capacity_observations: Vec<CapacityObservation>,
    pub capacity_reservations: Vec<CapacityReservation>,
    pub capacity_events: Vec<CapacityEvent>,
    pub capacity_purchase_rules: Vec<CapacityPurchaseRule>,
    pub capacity_placements: Vec<CapacityPlacement>,
    pub capacity_placement_racks: Vec<CapacityPlacementRack>,
}

impl Records {
    /// How many records there are, of all nouns.
    pub fn len(&self) -> usize {
        Noun::ALL.into_iter().map(|noun| self.count(noun)).sum()
    }

    /// How many records there are of a noun.
    pub fn count(&self, noun: Noun) -> usize {
        match noun {
            Noun::Currency => self.currencies.len(),
            Noun::ExchangeRate => self.exchange_rates.len(),
            Noun::FiscalCalendar => self.fiscal_calendars.len(),
            Noun::User => self.users.len(),
            Noun::Vendor => self.vendors.len(),
            Noun::Manufacturer => self.manufacturers.len(),
            Noun::Site => self.sites.len(),
            Noun::Rack => self.racks.len(),
            Noun::HardwareModel => self.hardware_models.len(),
            Noun::Asset => self.assets.len(),
            Noun::ColocationContract => self.colocation_contracts.len(),
            Noun::ColocationCharge => self.colocation_charges.len(),
            Noun::SupportContract => self.support_contracts.len(),
            Noun::SupportCoverage => self.support_coverages.len(),
            Noun::DepreciationRule => self.depreciation_rules.len(),
            Noun::RefreshPolicy => self.refresh_policies.len(),
            Noun::RefreshCycle => self.refresh_cycles.len(),
            Noun::SoftwareRelease => self.software_releases.len(),
            Noun::BookEntry => self.book_entries.len(),
            Noun::BookEvent => self.book_events.len(),
            Noun::ClosedPeriod => self.closed_periods.len(),
            Noun::ProviderAccount => self.provider_accounts.len(),
            Noun::Workload => self.workloads.len(),
            Noun::CostRecord => self.cost_records.len(),
            Noun::GrowthAssumption => self.growth_assumptions.len(),
            Noun::Volume => self.volumes.len(),
            Noun::UnitCostPart => self.unit_cost_parts.len(),
            Noun::AllocationModel => self.allocation_models.len(),
            Noun::SavingsInitiative => self.savings_initiatives.len(),
            Noun::SavingsClaim => self.savings_claims.len(),
            Noun::LedgerCode => self.ledger_codes.len(),
            Noun::BudgetVersion => self.budget_versions.len(),
            Noun::BudgetLine => self.budget_lines.len(),
            Noun::ActualPosting => self.actual_postings.len(),
            Noun::PeriodClose => self.period_closes.len(),
            Noun::VarianceExplanation => self.variance_explanations.len(),
            Noun::PriceIndexValue => self.price_index_values.len(),
            Noun::ColocationDeployment => self.colocation_deployments.len(),
            Noun::ColocationCircuit => self.colocation_circuits.len(),
            Noun::ColocationReading => self.colocation_readings.len(),
            Noun::Invoice => self.invoices.len(),
            Noun::InvoiceLine => self.invoice_lines.len(),
            Noun::Offer => self.offers.len(),
            Noun::CloudCommitment => self.cloud_commitments.len(),
            Noun::Scenario => self.scenarios.len(),
            Noun::ScenarioChange => self.scenario_changes.len(),
            Noun::Service => self.services.len(),
            Noun::PowerFeed => self.power_feeds.len(),
            Noun::RedundancyGroup => self.redundancy_groups.len(),
            Noun::Dependency => self.dependencies.len(),
            Noun::RecoveryObjective => self.recovery_objectives.len(),
            Noun::BackupRecord => self.backup_records.len(),
            Noun::RecoveryDrill => self.recovery_drills.len(),
            Noun::ConsistencyGroup => self.consistency_groups.len(),
            Noun::CapacityPool => self.capacity_pools.len(),
            Noun::CapacityPoolMember => self.capacity_pool_members.len(),
            Noun::CapacityObservation => self.capacity_observations.len(),
            Noun::CapacityReservation => self.capacity_reservations.len(),
            Noun::CapacityEvent => self.capacity_events.len(),
            Noun::CapacityPurchaseRule => self.capacity_purchase_rules.len(),
            Noun::CapacityPlacement => self.capacity_placements.len(),
            Noun::CapacityPlacementRack => self.capacity_placement_racks.len(),
        }
    }

    /// The models that records name, those that are records themselves included.
    pub fn models(&self) -> impl Iterator<Item = &ModelKey> {
        let own = self.hardware_models.iter().map(|record| &record.key);
        let successors = self.hardware_models.iter().filter_map(|record| record.successor.as_ref());
        let of_assets = self.assets.iter().filter_map(|record| record.model.as_ref());
        let of_cycles = self.refresh_cycles.iter().filter_map(|record| record.model.as_ref());
        let of_policies =
            self.refresh_policies.iter().flat_map(|record| record.scope_models.iter().flatten());
        own.chain(successors).chain(of_assets).chain(of_cycles).chain(of_policies)
    }

    /// The codes of the sites that records name, those that are records themselves included.
    pub fn sites_named(&self) -> impl Iterator<Item = &String> {
        let own = self.sites.iter().map(|record| &record.code);
        let of_racks = self.racks.iter().map(|record| &record.key.site);
        let of_assets = self.assets.iter().filter_map(|record| record.site.as_ref());
        let of_contracts = self.colocation_contracts.iter().flat_map(|record| record.sites.iter().flatten());
        let of_charges = self.colocation_charges.iter().filter_map(|record| record.site.as_ref());
        let of_policies = self.refresh_policies.iter().flat_map(|record| record.scope_sites.iter().flatten());
        let of_cycles = self.refresh_cycles.iter().filter_map(|record| record.site.as_ref());
        let of_workloads = self.workloads.iter().filter_map(|record| record.site.as_ref());
        let transfers = self.book_events.iter();
        let of_transfers = transfers.flat_map(|record| record.from_site.iter().chain(record.to_site.iter()));
        let of_plans = of_contracts.chain(of_charges).chain(of_policies).chain(of_cycles).chain(of_transfers);
        let of_volumes = self.volumes.iter().filter_map(|record| record.site.as_ref());
        let of_circuits =
            self.colocation_circuits.iter().filter_map(|record| Some(&record.rack.as_ref()?.site));
        let of_places = own.chain(of_racks).chain(of_assets).chain(of_workloads).chain(of_circuits);
        let of_changes = self.scenario_changes.iter().filter_map(|record| record.site.as_ref());
        let of_feeds = self.power_feeds.iter().map(|record| &record.site);
        let of_pools = self.capacity_pools.iter().filter_map(|record| record.site.as_ref());
        let of_placements = self.capacity_placement_racks.iter().map(|record| &record.rack.site);
        let of_capacity = of_pools.chain(of_placements);
        of_places.chain(of_plans).chain(of_volumes).chain(of_changes).chain(of_feeds).chain(of_capacity)
    }

    /// The tags of the assets that records of the books name.
    pub fn assets_of_books(&self) -> impl Iterator<Item = &String> {
        let of_entries = self.book_entries.iter().map(|record| &record.asset);
        of_entries.chain(self.book_events.iter().map(|record| &record.asset))
    }

    /// The accounts that records name, those that are records themselves included.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountKey> {
        let own = self.provider_accounts.iter().map(|record| &record.key);
        let of_workloads = self.workloads.iter().map(|record| &record.account);
        let of_costs = self.cost_records.iter().map(|record| &record.account);
        let of_growth = self.growth_assumptions.iter().map(|record| &record.account);
        let of_commitments = self.cloud_commitments.iter().map(|record| &record.account);
        let of_changes = self.scenario_changes.iter().filter_map(|record| record.account.as_ref());
        own.chain(of_workloads).chain(of_costs).chain(of_growth).chain(of_commitments).chain(of_changes)
    }

    /// The things that records say something of, or that they join to something.
    pub fn items_named(&self) -> impl Iterator<Item = &ItemKey> {
        let owners = self.redundancy_groups.iter().map(|record| &record.owner);
        let ends = self.dependencies.iter().flat_map(|record| [&record.from, &record.to]);
        let of_objectives = self.recovery_objectives.iter().map(|record| &record.item);
        let of_backups = self.backup_records.iter().map(|record| &record.item);
        let of_drills = self.recovery_drills.iter().flat_map(|record| record.scope.iter().flatten());
        let of_groups = self.consistency_groups.iter().flat_map(|record| record.members.iter().flatten());
        let of_pools = self.capacity_pool_members.iter().map(|record| &record.item);
        let of_recovery = of_objectives.chain(of_backups).chain(of_drills).chain(of_groups);
        owners.chain(ends).chain(of_recovery).chain(of_pools)
    }

    /// The numbers of colocation contracts that records name, those that are records themselves included.
    pub fn colocation_named(&self) -> impl Iterator<Item = &String> {
        let own = self.colocation_contracts.iter().map(|record| &record.number);
        let of_charges = self.colocation_charges.iter().map(|record| &record.contract);
        let of_deployments = self.colocation_deployments.iter().map(|record| &record.contract);
        let of_circuits = self.colocation_circuits.iter().map(|record| &record.contract);
        let of_readings = self.colocation_readings.iter().map(|record| &record.contract);
        let of_invoices = self.invoices.iter().map(|record| &record.contract);
        let of_lines = self.invoice_lines.iter().map(|record| &record.contract);
        let of_offers = self.offers.iter().filter_map(|record| record.colocation_contract.as_ref());
        let changes = self.scenario_changes.iter();
        let of_changes = changes.filter_map(|record| record.colocation_contract.as_ref());
        let of_power = of_deployments.chain(of_circuits).chain(of_readings);
        let of_bills = of_invoices.chain(of_lines).chain(of_offers);
        let of_feeds = self.power_feeds.iter().filter_map(|record| Some(&record.circuit.as_ref()?[0]));
        own.chain(of_charges).chain(of_power).chain(of_bills).chain(of_changes).chain(of_feeds)
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
