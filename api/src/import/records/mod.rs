//! What an import file says, as plain values: no ids, no database types.
//!
//! One struct per noun that can be imported. Records refer to one another by natural key (a site's code, an
//! asset's tag). Beside the natural key and the origin every field is optional: `None` means that the file says
//! nothing, so a change leaves the stored value as it is and zero is only ever a zero that somebody wrote.
//! Choices are strings in the spelling of the stored enums, already checked. Money and ratios are exact decimals
//! within what the store can hold. What a *new* row needs is the decision of whoever applies the records; the
//! columns that say so are marked [`Need::Create`](crate::import::columns::Need).

mod access;
mod cloud;
mod contracts;
mod finance;
mod inventory;
mod lifecycle;

use std::sync::Arc;

pub use access::User;
pub use cloud::{AccountKey, CostRecord, GrowthAssumption, ProviderAccount, Workload};
pub use contracts::{
    Abatement, ColocationCharge, ColocationContract, Escalator, Metering, RampStep, RateStep,
    SupportContract, SupportCoverage,
};
pub use finance::{Currency, ExchangeRate, FiscalCalendar};
pub use inventory::{Asset, HardwareModel, Manufacturer, ModelKey, Rack, RackKey, Site, Vendor};
pub use lifecycle::{DepreciationRule, RefreshCycle, RefreshPolicy, SoftwareRelease, YearRate};

/// Where a record was read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// Name of the file as it was given.
    pub file: Arc<str>,
    /// Line in the file, from 1; in JSON, the place of the object in its list, from 1.
    pub row: u64,
}

/// Everything that was read, by noun, in the order of the files.
///
/// The fields stand in an order in which no record refers to a later field, so they can be applied one after
/// the other. Within a field a record may refer to a later one: a model to its successor, an asset to its chassis.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Records {
    pub currencies: Vec<Currency>,
    pub exchange_rates: Vec<ExchangeRate>,
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
    pub depreciation_rules: Vec<DepreciationRule>,
    pub refresh_policies: Vec<RefreshPolicy>,
    pub refresh_cycles: Vec<RefreshCycle>,
    pub software_releases: Vec<SoftwareRelease>,
    pub provider_accounts: Vec<ProviderAccount>,
    pub workloads: Vec<Workload>,
    pub cost_records: Vec<CostRecord>,
    pub growth_assumptions: Vec<GrowthAssumption>,
}

impl Records {
    /// How many records there are, of all nouns.
    pub fn len(&self) -> usize {
        self.currencies.len()
            + self.exchange_rates.len()
            + self.fiscal_calendars.len()
            + self.users.len()
            + self.vendors.len()
            + self.manufacturers.len()
            + self.sites.len()
            + self.racks.len()
            + self.hardware_models.len()
            + self.assets.len()
            + self.colocation_contracts.len()
            + self.colocation_charges.len()
            + self.support_contracts.len()
            + self.support_coverages.len()
            + self.depreciation_rules.len()
            + self.refresh_policies.len()
            + self.refresh_cycles.len()
            + self.software_releases.len()
            + self.provider_accounts.len()
            + self.workloads.len()
            + self.cost_records.len()
            + self.growth_assumptions.len()
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
