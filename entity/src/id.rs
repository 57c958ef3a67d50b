//! One identity type per table, so that a rack's id cannot stand where an asset's is asked for.
//!
//! Every id is a `UUIDv7`: rows sort by the order in which they were made. Who makes ids, and from
//! which clock, is not known here.

use std::fmt;
use std::hash::Hash;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all ids share: the kind of row they name, and the plain value beneath.
pub trait EntityId: Copy + Eq + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// The kind of row, which is the name of its table.
    const KIND: &'static str;

    /// Takes a plain value for an id of this kind.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The plain value.
    fn uuid(self) -> Uuid;
}

/// Declares the ids of all tables: the type's name, then the table's.
macro_rules! ids {
    ($($name:ident => $kind:literal,)+) => {
        /// The kinds of all ids, which are the names of all tables.
        pub const KINDS: &[&str] = &[$($kind),+];

        $(id!($name, $kind);)+
    };
}

/// Declares an id.
macro_rules! id {
    ($name:ident, $kind:literal) => {
        #[doc = concat!("Identity of a `", $kind, "`.")]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl EntityId for $name {
            const KIND: &'static str = $kind;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        // SeaORM asks every primary key for this; ids are never handed out by the database's counter.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

ids! {
    ManufacturerId => "manufacturer",
    VendorId => "vendor",
    SiteId => "site",
    RackId => "rack",
    HardwareModelId => "hardware_model",
    AssetId => "asset",

    ColocationContractId => "colocation_contract",
    ColocationChargeId => "colocation_charge",
    ColocationContractSiteId => "colocation_contract_site",
    SupportContractId => "support_contract",
    SupportCoverageId => "support_coverage",
    ColocationDeploymentId => "colocation_deployment",
    ColocationCircuitId => "colocation_circuit",
    ColocationReadingId => "colocation_reading",
    InvoiceId => "invoice",
    InvoiceLineId => "invoice_line",
    OfferId => "offer",

    RefreshPolicyId => "refresh_policy",
    RefreshCycleId => "refresh_cycle",
    RefreshCycleAssetId => "refresh_cycle_asset",
    DepreciationRuleId => "depreciation_rule",
    SoftwareReleaseId => "software_release",
    BookEntryId => "book_entry",
    BookEventId => "book_event",
    ClosedPeriodId => "closed_period",

    ProviderAccountId => "provider_account",
    WorkloadId => "workload",
    CostRecordId => "cost_record",
    GrowthAssumptionId => "growth_assumption",
    CloudCommitmentId => "cloud_commitment",

    CurrencyId => "currency",
    FiscalCalendarId => "fiscal_calendar",
    ExchangeRateId => "exchange_rate",
    VolumeId => "volume",
    UnitCostPartId => "unit_cost_part",
    AllocationModelId => "allocation_model",
    SavingsInitiativeId => "savings_initiative",
    ChargebackId => "chargeback",
    ChargebackLineId => "chargeback_line",
    SavingsClaimId => "savings_claim",
    LedgerCodeId => "ledger_code",
    BudgetVersionId => "budget_version",
    BudgetLineId => "budget_line",
    ActualPostingId => "actual_posting",
    PeriodCloseId => "period_close",
    VarianceExplanationId => "variance_explanation",
    PriceIndexValueId => "price_index_value",

    ScenarioId => "scenario",
    ScenarioChangeId => "scenario_change",
    FrozenScenarioId => "frozen_scenario",

    ServiceId => "service",
    PowerFeedId => "power_feed",
    ConfigurationItemId => "configuration_item",
    RedundancyGroupId => "redundancy_group",
    DependencyId => "dependency",

    RecoveryObjectiveId => "recovery_objective",
    BackupRecordId => "backup_record",
    RecoveryDrillId => "recovery_drill",
    RecoveryDrillItemId => "recovery_drill_item",
    ConsistencyGroupId => "consistency_group",
    ConsistencyGroupMemberId => "consistency_group_member",

    CapacityPoolId => "capacity_pool",
    CapacityPoolMemberId => "capacity_pool_member",
    CapacityObservationId => "capacity_observation",
    CapacityDayId => "capacity_day",
    CapacityReservationId => "capacity_reservation",
    CapacityPlacementId => "capacity_placement",
    CapacityPlacementRackId => "capacity_placement_rack",
    CapacityEventId => "capacity_event",
    CapacityForecastId => "capacity_forecast",
    CapacityForecastPointId => "capacity_forecast_point",
    CapacityPurchaseRuleId => "capacity_purchase_rule",

    UserId => "user",
    ApiTokenId => "api_token",

    ChangeId => "change",
    IdempotencyKeyId => "idempotency_key",
}

// What no table has: it follows from what other rows say, and so does its id.
id!(PowerPanelId, "power_panel");
id!(CloudRegionId, "cloud_region");

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0199a3f4-7c1e-7b52-9d0a-2f6e8c4b1a37";

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id: AssetId = TEXT.parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(AssetId::from_uuid(id.uuid()), id);
        assert_eq!(AssetId::KIND, "asset");
    }

    #[test]
    fn an_id_is_a_plain_string_in_json() {
        let id: AssetId = TEXT.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<AssetId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_sort_by_the_time_in_them() {
        let earlier = AssetId("0199a3f4-7c1e-7b52-9d0a-2f6e8c4b1a37".parse().unwrap());
        let later = AssetId("0199a3f4-7c1f-7000-8000-000000000000".parse().unwrap());
        assert!(earlier < later);
    }

    #[test]
    fn a_counter_is_never_an_id() {
        assert!(AssetId::try_from_u64(7).is_err());
    }
}
