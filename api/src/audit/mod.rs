//! What was changed, by whom and when.
//!
//! A *change* holds one row of any table before and after. Changes are written by the store in the transaction
//! that they tell of, and read here; nothing alters them. A change shows its row, so whoever may not see the
//! rows of an area may not see their changes. Beyond that this area does not know what the rows mean.

pub mod earlier;
pub mod graphql;

use entity::id::{
    ActualPostingId, AllocationModelId, ApiTokenId, AssetId, BackupRecordId, BookEntryId, BookEventId,
    BudgetLineId, BudgetVersionId, CapacityDayId, CapacityEventId, CapacityForecastId,
    CapacityForecastPointId, CapacityObservationId, CapacityPlacementId, CapacityPlacementRackId,
    CapacityPoolId, CapacityPoolMemberId, CapacityPurchaseRuleId, CapacityReservationId, ChangeId,
    ChargebackId, ChargebackLineId, ClosedPeriodId, CloudCommitmentId, ColocationChargeId,
    ColocationCircuitId, ColocationContractId, ColocationContractSiteId, ColocationDeploymentId,
    ColocationReadingId, ConfigurationItemId, ConsistencyGroupId, ConsistencyGroupMemberId, CostRecordId,
    CurrencyId, DependencyId, DepreciationRuleId, EntityId, ExchangeRateId, FiscalCalendarId,
    FrozenScenarioId, GrowthAssumptionId, HardwareModelId, InvoiceId, InvoiceLineId, KINDS, LedgerCodeId,
    ManufacturerId, OfferId, PeriodCloseId, PowerFeedId, PriceIndexValueId, ProviderAccountId, RackId,
    RecoveryDrillId, RecoveryDrillItemId, RecoveryObjectiveId, RedundancyGroupId, RefreshCycleAssetId,
    RefreshCycleId, RefreshPolicyId, SavingsClaimId, SavingsInitiativeId, ScenarioChangeId, ScenarioId,
    ServiceId, SiteId, SoftwareReleaseId, SupportContractId, SupportCoverageId, UnitCostPartId, UserId,
    VarianceExplanationId, VendorId, VolumeId, WorkloadId,
};

use crate::access::{Permission, Role, policy};

/// The kinds of the area `capacity`: what there is of the inventory, and what is used of it.
const CAPACITY: [&str; 10] = [
    CapacityPoolId::KIND,
    CapacityPoolMemberId::KIND,
    CapacityObservationId::KIND,
    CapacityDayId::KIND,
    CapacityReservationId::KIND,
    CapacityPlacementId::KIND,
    CapacityPlacementRackId::KIND,
    CapacityEventId::KIND,
    CapacityForecastId::KIND,
    CapacityForecastPointId::KIND,
];

/// What a role needs to see rows of a kind, and so their changes. Nothing for kinds that are not known here:
/// their changes are for auditors alone.
#[must_use]
pub fn permission_to_see(kind: &str) -> Option<Permission> {
    use Permission as P;
    match kind {
        ManufacturerId::KIND
        | VendorId::KIND
        | SiteId::KIND
        | RackId::KIND
        | HardwareModelId::KIND
        | AssetId::KIND => Some(P::ViewInventory),
        capacity if CAPACITY.contains(&capacity) => Some(P::ViewInventory),
        ColocationContractId::KIND
        | ColocationChargeId::KIND
        | ColocationContractSiteId::KIND
        | SupportContractId::KIND
        | SupportCoverageId::KIND
        | ColocationDeploymentId::KIND
        | ColocationCircuitId::KIND
        | ColocationReadingId::KIND
        | InvoiceId::KIND
        | InvoiceLineId::KIND
        | OfferId::KIND => Some(P::ViewContracts),
        RefreshPolicyId::KIND
        | RefreshCycleId::KIND
        | RefreshCycleAssetId::KIND
        | DepreciationRuleId::KIND
        | SoftwareReleaseId::KIND
        | BookEntryId::KIND
        | BookEventId::KIND
        | ClosedPeriodId::KIND
        // What is bought and at which price, as policies of refreshes have it.
        | CapacityPurchaseRuleId::KIND => Some(P::ViewLifecycle),
        ProviderAccountId::KIND
        | WorkloadId::KIND
        | CostRecordId::KIND
        | GrowthAssumptionId::KIND
        | CloudCommitmentId::KIND => Some(P::ViewCloud),
        CurrencyId::KIND
        | PriceIndexValueId::KIND
        | FiscalCalendarId::KIND
        | ExchangeRateId::KIND
        | VolumeId::KIND
        | UnitCostPartId::KIND
        | AllocationModelId::KIND
        | ChargebackId::KIND
        | ChargebackLineId::KIND
        | SavingsInitiativeId::KIND
        | SavingsClaimId::KIND
        | LedgerCodeId::KIND
        | BudgetVersionId::KIND
        | BudgetLineId::KIND
        | ActualPostingId::KIND
        | PeriodCloseId::KIND
        | VarianceExplanationId::KIND => Some(P::ViewFinance),
        ScenarioId::KIND | ScenarioChangeId::KIND | FrozenScenarioId::KIND => Some(P::ViewTotals),
        ServiceId::KIND
        | PowerFeedId::KIND
        | ConfigurationItemId::KIND
        | RedundancyGroupId::KIND
        | DependencyId::KIND
        | RecoveryObjectiveId::KIND
        | BackupRecordId::KIND
        | RecoveryDrillId::KIND
        | RecoveryDrillItemId::KIND
        | ConsistencyGroupId::KIND
        | ConsistencyGroupMemberId::KIND => Some(P::ViewTopology),
        UserId::KIND | ApiTokenId::KIND => Some(P::ManageUsers),
        ChangeId::KIND => Some(P::ViewAudit),
        _ => None,
    }
}

/// The kinds whose changes a role sees; nothing when it sees all.
#[must_use]
pub fn kinds_shown_to(role: Role) -> Option<Vec<&'static str>> {
    if policy::shows_every_change(role) {
        return None;
    }
    let shown = KINDS.iter().copied();
    Some(
        shown
            .filter(|kind| permission_to_see(kind).is_some_and(|needed| policy::allows(role, needed)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_row_that_people_change_belongs_to_an_area() {
        let unknown: Vec<_> = KINDS.iter().filter(|kind| permission_to_see(kind).is_none()).collect();
        assert_eq!(unknown, [&"idempotency_key"], "say who may see changes of these");
    }
}
