//! What a caller has to be allowed to, to import and to export each noun.

use super::columns::Kind;
use super::csv::Noun;
use crate::access::Permission;

/// Every permission that some import needs.
pub const EDITS: [Permission; 8] = [
    Permission::EditInventory,
    Permission::EditContracts,
    Permission::EditLifecycle,
    Permission::EditCloud,
    Permission::EditFinance,
    Permission::EditScenarios,
    Permission::EditTopology,
    Permission::ManageUsers,
];

/// Nouns of the lifecycle that only those change who keep the books.
const OF_BOOKS: [Noun; 4] = [Noun::DepreciationRule, Noun::BookEntry, Noun::BookEvent, Noun::ClosedPeriod];

/// The permission that importing a noun needs.
#[must_use]
pub fn edit(noun: Noun) -> Permission {
    match noun {
        Noun::Currency
        | Noun::ExchangeRate
        | Noun::FiscalCalendar
        | Noun::DepreciationRule
        | Noun::Volume
        | Noun::UnitCostPart
        | Noun::AllocationModel
        | Noun::SavingsInitiative
        | Noun::SavingsClaim
        | Noun::BookEntry
        | Noun::BookEvent
        | Noun::ClosedPeriod
        | Noun::LedgerCode
        | Noun::BudgetVersion
        | Noun::BudgetLine
        | Noun::ActualPosting
        | Noun::PeriodClose
        | Noun::VarianceExplanation
        | Noun::PriceIndexValue => Permission::EditFinance,
        Noun::User => Permission::ManageUsers,
        Noun::Vendor
        | Noun::Manufacturer
        | Noun::Site
        | Noun::Rack
        | Noun::HardwareModel
        | Noun::Asset
        | Noun::CapacityPool
        | Noun::CapacityPoolMember
        | Noun::CapacityObservation
        | Noun::CapacityReservation
        | Noun::CapacityEvent
        | Noun::CapacityPlacement
        | Noun::CapacityPlacementRack => Permission::EditInventory,
        Noun::ColocationContract
        | Noun::ColocationCharge
        | Noun::SupportContract
        | Noun::SupportCoverage
        | Noun::ColocationDeployment
        | Noun::ColocationCircuit
        | Noun::ColocationReading
        | Noun::Invoice
        | Noun::InvoiceLine
        | Noun::Offer => Permission::EditContracts,
        Noun::RefreshPolicy | Noun::RefreshCycle | Noun::SoftwareRelease | Noun::CapacityPurchaseRule => {
            Permission::EditLifecycle
        }
        Noun::ProviderAccount
        | Noun::Workload
        | Noun::CostRecord
        | Noun::GrowthAssumption
        | Noun::CloudCommitment => Permission::EditCloud,
        Noun::Scenario | Noun::ScenarioChange => Permission::EditScenarios,
        Noun::Service
        | Noun::PowerFeed
        | Noun::RedundancyGroup
        | Noun::Dependency
        | Noun::RecoveryObjective
        | Noun::BackupRecord
        | Noun::RecoveryDrill
        | Noun::ConsistencyGroup => Permission::EditTopology,
    }
}

/// The permissions that exporting a noun needs: to see it and, where it has prices, to see those.
#[must_use]
pub fn view(noun: Noun) -> Vec<Permission> {
    let view = match edit(noun) {
        _ if OF_BOOKS.contains(&noun) => Permission::ViewLifecycle,
        Permission::EditFinance => Permission::ViewFinance,
        Permission::EditInventory => Permission::ViewInventory,
        Permission::EditContracts => Permission::ViewContracts,
        Permission::EditLifecycle => Permission::ViewLifecycle,
        Permission::EditCloud => Permission::ViewCloud,
        Permission::EditScenarios => Permission::ViewTotals,
        Permission::EditTopology => Permission::ViewTopology,
        other => other,
    };
    let has_prices = noun.columns().iter().any(|column| matches!(column.kind, Kind::Money));
    if has_prices { vec![view, Permission::ViewPrices] } else { vec![view] }
}
