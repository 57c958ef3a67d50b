//! What the graph needs of each row that it rests on.

use std::sync::Arc;

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
use sea_orm::{DbErr, EntityTrait, Iterable};
use uuid::Uuid;

use super::{
    cells::{Alike, Cells},
    items::{Thing, ThingKind},
};

/// A row that is kept.
pub trait Kept: Clone + Send + Sync {
    /// The table.
    type Entity: EntityTrait;
    /// What many rows have alike, while they are read.
    type Alike: Default + Send;

    /// What is read of it, its identity first.
    fn columns() -> Vec<<Self::Entity as EntityTrait>::Column>;

    /// The row, of its columns in their order.
    ///
    /// # Errors
    /// Those of the database, where a column holds something else.
    fn of(cells: &mut Cells<'_, '_>, alike: &mut Self::Alike) -> Result<Self, DbErr>;

    /// Its identity.
    fn key(&self) -> Uuid;
}

/// Rows of which only some columns are read.
macro_rules! rows {
    ($($(#[$about:meta])* $name:ident of $table:ident {
        $($(#[$field_about:meta])* $field:ident ($column:ident): $type:ty,)+
    })+) => {
        $(
            $(#[$about])*
            #[derive(Clone, Debug)]
            pub struct $name {
                $($(#[$field_about])* pub $field: $type,)+
            }

            impl Kept for $name {
                type Entity = $table::Entity;
                type Alike = ();

                fn columns() -> Vec<$table::Column> {
                    vec![$($table::Column::$column),+]
                }

                fn of(cells: &mut Cells<'_, '_>, (): &mut ()) -> Result<Self, DbErr> {
                    Ok(Self { $($field: cells.value()?),+ })
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
                type Alike = ();

                fn columns() -> Vec<$table::Column> {
                    $table::Column::iter().collect()
                }

                fn of(cells: &mut Cells<'_, '_>, (): &mut ()) -> Result<Self, DbErr> {
                    cells.whole()
                }

                fn key(&self) -> Uuid {
                    self.id.0
                }
            }
        )+
    };
}

whole! { redundancy_group service power_feed colocation_contract support_contract }

rows! {
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

/// What is needed of a dependency. Of all that is kept there are most of these and of assets, so what many say alike is
/// kept once.
#[derive(Clone, Debug)]
pub struct DependencyRow {
    /// Identity.
    pub id: DependencyId,
    /// What needs.
    pub from_id: ConfigurationItemId,
    /// What is needed.
    pub to_id: ConfigurationItemId,
    /// In what way.
    pub kind: DependencyKind,
    /// What becomes of what needs when what is needed fails.
    pub hardness: Hardness,
    /// How it is known.
    pub evidence: Evidence,
    /// Whether so much is written that the two must not be far apart.
    pub is_write_heavy: bool,
    /// What else was said.
    pub detail: Arc<DependencyDetail>,
}

/// What else was said of a dependency.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct DependencyDetail {
    /// The group in which others can take its place.
    pub redundancy_group_id: Option<RedundancyGroupId>,
    /// What it carries in its group.
    pub capacity: Option<Rate>,
    /// How sure it is, from 0 to 1.
    pub confidence: Option<Rate>,
    /// First day it was seen.
    pub first_seen_on: Option<NaiveDate>,
    /// Last day it was seen.
    pub last_seen_on: Option<NaiveDate>,
    /// Milliseconds that a round trip may take.
    pub latency_budget_milliseconds: Option<i32>,
    /// Data that passes, in gigabytes a day.
    pub gigabytes_per_day: Option<Rate>,
}

impl Kept for DependencyRow {
    type Entity = dependency::Entity;
    type Alike = Alike<DependencyDetail>;

    fn columns() -> Vec<dependency::Column> {
        use dependency::Column as C;
        vec![
            C::Id,
            C::FromId,
            C::ToId,
            C::Kind,
            C::Hardness,
            C::Evidence,
            C::IsWriteHeavy,
            C::RedundancyGroupId,
            C::Capacity,
            C::Confidence,
            C::FirstSeenOn,
            C::LastSeenOn,
            C::LatencyBudgetMilliseconds,
            C::GigabytesPerDay,
        ]
    }

    fn of(cells: &mut Cells<'_, '_>, alike: &mut Self::Alike) -> Result<Self, DbErr> {
        Ok(Self {
            id: cells.id()?,
            from_id: cells.id()?,
            to_id: cells.id()?,
            kind: cells.value()?,
            hardness: cells.value()?,
            evidence: cells.value()?,
            is_write_heavy: cells.value()?,
            detail: alike.once(DependencyDetail {
                redundancy_group_id: cells.some_id()?,
                capacity: cells.value()?,
                confidence: cells.value()?,
                first_seen_on: cells.value()?,
                last_seen_on: cells.value()?,
                latency_budget_milliseconds: cells.value()?,
                gigabytes_per_day: cells.value()?,
            }),
        })
    }

    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// What is needed of an asset.
#[derive(Clone, Debug)]
pub struct AssetRow {
    /// Identity.
    pub id: AssetId,
    /// Asset tag.
    pub tag: Box<str>,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// The day on which it was retired.
    pub retired_on: Option<NaiveDate>,
    /// What was measured, in watts.
    pub measured_draw_watts: Option<i32>,
    /// Data that it holds, in terabytes; none where it holds what its model does.
    pub usable_terabytes: Option<Rate>,
    /// What was paid for it.
    pub purchase_amount: Option<Amount>,
    /// Where it is.
    pub place: Arc<AssetPlace>,
    /// What sort of asset it is, and whose.
    pub profile: Arc<AssetProfile>,
}

/// Where an asset is.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct AssetPlace {
    /// The site.
    pub site_id: SiteId,
    /// The rack it stands in.
    pub rack_id: Option<RackId>,
    /// The chassis it is in.
    pub parent_id: Option<AssetId>,
}

/// What sort of asset it is, and whose.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct AssetProfile {
    /// Model.
    pub model_id: HardwareModelId,
    /// Who answers for it.
    pub owner: Option<Arc<str>>,
    /// Criticality.
    pub tier: Option<i32>,
    /// What it is used for.
    pub environment: Environment,
    /// Which figure its draw is.
    pub power_basis: PowerBasis,
    /// In which currency it was paid.
    pub purchase_currency: Option<Arc<str>>,
}

impl Kept for AssetRow {
    type Entity = asset::Entity;
    type Alike = (Alike<AssetPlace>, Alike<AssetProfile>);

    fn columns() -> Vec<asset::Column> {
        use asset::Column as C;
        vec![
            C::Id,
            C::Tag,
            C::Status,
            C::RetiredOn,
            C::MeasuredDrawWatts,
            C::UsableTerabytes,
            C::PurchaseAmount,
            C::SiteId,
            C::RackId,
            C::ParentId,
            C::ModelId,
            C::Owner,
            C::Tier,
            C::Environment,
            C::PowerBasis,
            C::PurchaseCurrency,
        ]
    }

    fn of(cells: &mut Cells<'_, '_>, (places, profiles): &mut Self::Alike) -> Result<Self, DbErr> {
        Ok(Self {
            id: cells.id()?,
            tag: cells.value::<String>()?.into(),
            status: cells.value()?,
            retired_on: cells.value()?,
            measured_draw_watts: cells.value()?,
            usable_terabytes: cells.value()?,
            purchase_amount: cells.value()?,
            place: places.once(AssetPlace {
                site_id: cells.id()?,
                rack_id: cells.some_id()?,
                parent_id: cells.some_id()?,
            }),
            profile: profiles.once(AssetProfile {
                model_id: cells.id()?,
                owner: cells.text()?,
                tier: cells.value()?,
                environment: cells.value()?,
                power_basis: cells.value()?,
                purchase_currency: cells.text()?,
            }),
        })
    }

    fn key(&self) -> Uuid {
        self.id.0
    }
}

/// What an item stands for.
#[derive(Clone, Copy, Debug)]
pub struct ItemRow {
    /// Identity.
    pub id: ConfigurationItemId,
    /// What it stands for.
    pub thing: Thing,
}

impl Kept for ItemRow {
    type Entity = configuration_item::Entity;
    type Alike = ();

    fn columns() -> Vec<configuration_item::Column> {
        let things = ThingKind::ALL.into_iter().filter_map(ThingKind::column);
        std::iter::once(configuration_item::Column::Id).chain(things).collect()
    }

    fn of(cells: &mut Cells<'_, '_>, (): &mut ()) -> Result<Self, DbErr> {
        let (id, mut thing) = (cells.id()?, None);
        for kind in ThingKind::ALL {
            let found = cells.value::<Option<Uuid>>()?.map(|id| kind.thing(id));
            thing = thing.or(found);
        }
        let thing = thing.ok_or_else(|| {
            DbErr::Custom("a configuration item that stands for nothing, which its table excludes".to_owned())
        })?;
        Ok(Self { id, thing })
    }

    fn key(&self) -> Uuid {
        self.id.0
    }
}
