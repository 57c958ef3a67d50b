//! What the graph needs of each row that it rests on, and how such rows are read: all of a table, or those named.

use chrono::NaiveDate;
use entity::{
    cloud::{
        provider_account::{self, Provider},
        workload,
    },
    contracts::{
        colocation_circuit, colocation_contract, colocation_contract_site, colocation_deployment,
        support_contract, support_coverage,
    },
    id::{
        AssetId, ColocationCircuitId, ColocationContractId, ColocationContractSiteId, ColocationDeploymentId,
        ConfigurationItemId, DependencyId, HardwareModelId, ProviderAccountId, RackId, RedundancyGroupId,
        SiteId, SupportContractId, SupportCoverageId, VendorId, WorkloadId,
    },
    inventory::{
        asset::{self, AssetStatus, PowerBasis},
        environment::Environment,
        hardware_model::{self, HardwareKind},
        rack::{self, RackStatus},
        site::{self, SiteStatus},
        vendor,
    },
    money::{Amount, Rate},
    topology::{
        configuration_item,
        dependency::{self, DependencyKind, Evidence, Hardness},
        power_feed, redundancy_group, service,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, Iterable, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{error::Result, store::Read};

/// A row that is kept.
pub trait Kept: FromQueryResult + Clone + Send + Sync {
    /// The table.
    type Entity: EntityTrait;

    /// What is read of it, its identity first.
    fn columns() -> Vec<<Self::Entity as EntityTrait>::Column>;

    /// Its identity.
    fn key(&self) -> Uuid;
}

/// Reads the rows of a table, or those with some ids: one statement.
///
/// # Errors
/// Those of the database.
pub async fn read<R: Kept>(db: &impl Read, ids: Option<&[Uuid]>) -> Result<Vec<R>> {
    let columns = R::columns();
    let id = columns.first().copied();
    let mut query = R::Entity::find().select_only().columns(columns);
    if let (Some(id), Some(ids)) = (id, ids) {
        query = query.filter(id.is_in(ids.iter().copied()));
    }
    Ok(query.into_model::<R>().all(db).await?)
}

/// Rows of which only some columns are read.
macro_rules! rows {
    ($($(#[$about:meta])* $name:ident of $table:ident {
        $($(#[$field_about:meta])* $field:ident ($column:ident): $type:ty,)+
    })+) => {
        $(
            $(#[$about])*
            #[derive(Clone, Debug, FromQueryResult)]
            pub struct $name {
                $($(#[$field_about])* pub $field: $type,)+
            }

            impl Kept for $name {
                type Entity = $table::Entity;

                fn columns() -> Vec<$table::Column> {
                    vec![$($table::Column::$column),+]
                }

                fn key(&self) -> Uuid {
                    self.id.0
                }
            }
        )+
    };
}

/// Rows that are read whole.
macro_rules! whole {
    ($($table:ident)+) => {
        $(
            impl Kept for $table::Model {
                type Entity = $table::Entity;

                fn columns() -> Vec<$table::Column> {
                    $table::Column::iter().collect()
                }

                fn key(&self) -> Uuid {
                    self.id.0
                }
            }
        )+
    };
}

whole! { configuration_item redundancy_group service power_feed colocation_contract support_contract }

rows! {
    /// What is needed of a dependency.
    DependencyRow of dependency {
        /// Identity.
        id (Id): DependencyId,
        /// What needs.
        from_id (FromId): ConfigurationItemId,
        /// What is needed.
        to_id (ToId): ConfigurationItemId,
        /// In what way.
        kind (Kind): DependencyKind,
        /// What becomes of what needs when what is needed fails.
        hardness (Hardness): Hardness,
        /// The group in which others can take its place.
        redundancy_group_id (RedundancyGroupId): Option<RedundancyGroupId>,
        /// What it carries in its group.
        capacity (Capacity): Option<Rate>,
        /// How it is known.
        evidence (Evidence): Evidence,
        /// How sure it is, from 0 to 1.
        confidence (Confidence): Option<Rate>,
        /// First day it was seen.
        first_seen_on (FirstSeenOn): Option<NaiveDate>,
        /// Last day it was seen.
        last_seen_on (LastSeenOn): Option<NaiveDate>,
        /// Milliseconds that a round trip may take.
        latency_budget_milliseconds (LatencyBudgetMilliseconds): Option<i32>,
        /// Data that passes, in gigabytes a day.
        gigabytes_per_day (GigabytesPerDay): Option<Rate>,
        /// Whether so much is written that the two must not be far apart.
        is_write_heavy (IsWriteHeavy): bool,
    }
    /// What is needed of an asset.
    AssetRow of asset {
        /// Identity.
        id (Id): AssetId,
        /// Asset tag.
        tag (Tag): String,
        /// Model.
        model_id (ModelId): HardwareModelId,
        /// Where it is.
        site_id (SiteId): SiteId,
        /// The rack it stands in.
        rack_id (RackId): Option<RackId>,
        /// The chassis it is in.
        parent_id (ParentId): Option<AssetId>,
        /// Where it stands in its life.
        status (Status): AssetStatus,
        /// The day on which it was retired.
        retired_on (RetiredOn): Option<NaiveDate>,
        /// Who answers for it.
        owner (Owner): Option<String>,
        /// Criticality.
        tier (Tier): Option<i32>,
        /// What it is used for.
        environment (Environment): Environment,
        /// Which figure its draw is.
        power_basis (PowerBasis): PowerBasis,
        /// What was measured, in watts.
        measured_draw_watts (MeasuredDrawWatts): Option<i32>,
        /// Data that it holds, in terabytes; none where it holds what its model does.
        usable_terabytes (UsableTerabytes): Option<Rate>,
        /// What was paid for it.
        purchase_amount (PurchaseAmount): Option<Amount>,
        /// In which currency.
        purchase_currency (PurchaseCurrency): Option<String>,
    }
    /// What is needed of a model.
    ModelRow of hardware_model {
        /// Identity.
        id (Id): HardwareModelId,
        /// Kind of hardware.
        kind (Kind): HardwareKind,
        /// Height in half units.
        height_half_units (HeightHalfUnits): Option<i32>,
        /// Typical draw, in watts.
        typical_draw_watts (TypicalDrawWatts): Option<i32>,
        /// Maximum draw, in watts.
        maximum_draw_watts (MaximumDrawWatts): Option<i32>,
        /// Data that one unit holds, in terabytes.
        usable_terabytes (UsableTerabytes): Option<Rate>,
    }
    /// What is needed of a rack.
    RackRow of rack {
        /// Identity.
        id (Id): RackId,
        /// Where it is.
        site_id (SiteId): SiteId,
        /// Name.
        name (Name): String,
        /// Where it stands in its life.
        status (Status): RackStatus,
    }
    /// What is needed of a site.
    SiteRow of site {
        /// Identity.
        id (Id): SiteId,
        /// Code.
        code (Code): String,
        /// Where it stands in its life.
        status (Status): SiteStatus,
    }
    /// What is needed of a vendor.
    VendorRow of vendor {
        /// Identity.
        id (Id): VendorId,
        /// Code.
        code (Code): String,
    }
    /// What is needed of a workload.
    WorkloadRow of workload {
        /// Identity.
        id (Id): WorkloadId,
        /// The account it runs in.
        account_id (AccountId): ProviderAccountId,
        /// Name.
        name (Name): String,
        /// The region of the provider.
        region (Region): String,
        /// The site of its region.
        site_id (SiteId): Option<SiteId>,
        /// Who answers for it.
        owner (Owner): Option<String>,
        /// Criticality.
        tier (Tier): Option<i32>,
        /// What it is used for.
        environment (Environment): Environment,
        /// What it stores.
        storage_gib (StorageGib): Option<Rate>,
        /// The day it goes.
        retires_on (RetiresOn): Option<NaiveDate>,
    }
    /// What is needed of a cloud account.
    AccountRow of provider_account {
        /// Identity.
        id (Id): ProviderAccountId,
        /// The provider.
        provider (Provider): Provider,
        /// Name.
        name (Name): String,
        /// Who answers for it.
        owner (Owner): Option<String>,
    }
    /// That a colocation contract is for a site.
    ContractSiteRow of colocation_contract_site {
        /// Identity.
        id (Id): ColocationContractSiteId,
        /// The contract.
        contract_id (ContractId): ColocationContractId,
        /// The site.
        site_id (SiteId): SiteId,
    }
    /// That a circuit belongs to a deployment.
    CircuitRow of colocation_circuit {
        /// Identity.
        id (Id): ColocationCircuitId,
        /// The deployment.
        deployment_id (DeploymentId): ColocationDeploymentId,
        /// The day it was handed back.
        returned_on (ReturnedOn): Option<NaiveDate>,
    }
    /// That a deployment belongs to a colocation contract.
    DeploymentRow of colocation_deployment {
        /// Identity.
        id (Id): ColocationDeploymentId,
        /// The contract.
        contract_id (ContractId): ColocationContractId,
    }
    /// That a support contract covers an asset.
    CoverageRow of support_coverage {
        /// Identity.
        id (Id): SupportCoverageId,
        /// The contract.
        contract_id (ContractId): SupportContractId,
        /// The asset.
        asset_id (AssetId): AssetId,
        /// First day covered; none is the contract's.
        from_on (FromOn): Option<NaiveDate>,
        /// Last day covered; none is the contract's.
        to_on (ToOn): Option<NaiveDate>,
    }
}
