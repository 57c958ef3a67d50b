//! What the graph needs of each row that it rests on, and how such rows are read: all of a table, or those named.

use std::{collections::HashSet, sync::Arc};

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
use futures_util::TryStreamExt;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, FromQueryResult, IdenStatic,
    Iterable, QueryFilter, QueryResult, QuerySelect, QueryTrait, TryGetable, sea_query::ValueType,
};
use uuid::Uuid;

use super::items::{Thing, ThingKind};
use crate::{
    error::Result,
    store::{Beside, Copied, Read, Snapshot},
};

/// A row that is kept.
pub trait Kept: Clone + Send + Sync {
    /// The table.
    type Entity: EntityTrait;

    /// What is read of it, its identity first.
    fn columns() -> Vec<<Self::Entity as EntityTrait>::Column>;

    /// The row, of its columns in their order.
    ///
    /// # Errors
    /// Those of the database, where a column holds something else.
    fn of(cells: &mut Cells<'_, '_>) -> Result<Self, DbErr>;

    /// Its identity.
    fn key(&self) -> Uuid;
}

/// Where rows are read.
#[derive(Debug)]
pub enum Source<'a> {
    /// By statements in a snapshot.
    Snapshot(&'a Snapshot),
    /// Copied out beside a snapshot: all rows of a table, and of those that are read whole none.
    Beside(&'a mut Beside),
}

/// Words that many rows say.
type Words = HashSet<Arc<str>, foldhash::fast::RandomState>;

/// A row on its way.
enum Row<'a, 'b> {
    Queried(&'a QueryResult),
    Copied(&'a mut Copied<'b>),
}

/// The columns of a row, one after the other.
pub struct Cells<'a, 'b> {
    row: Row<'a, 'b>,
    next: usize,
    words: &'a mut Words,
}

impl Cells<'_, '_> {
    /// The next one.
    fn next<T: TryGetable + ValueType>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        match &mut self.row {
            Row::Queried(row) => row.try_get_by_index(self.next - 1),
            Row::Copied(row) => row.value(),
        }
    }

    /// The next one, a word that many rows say: it is kept once.
    fn word(&mut self) -> Result<Option<Arc<str>>, DbErr> {
        self.next += 1;
        let queried: Option<String>;
        let word = match &mut self.row {
            Row::Queried(row) => {
                queried = row.try_get_by_index(self.next - 1)?;
                queried.as_deref()
            }
            Row::Copied(row) => row.text()?,
        };
        let Some(word) = word else { return Ok(None) };
        if let Some(known) = self.words.get(word) {
            return Ok(Some(Arc::clone(known)));
        }
        let word: Arc<str> = word.into();
        self.words.insert(Arc::clone(&word));
        Ok(Some(word))
    }

    /// All of them.
    fn whole<T: FromQueryResult>(&mut self) -> Result<T, DbErr> {
        match &self.row {
            Row::Queried(row) => T::from_query_result(row, ""),
            Row::Copied(_) => Err(DbErr::Custom("whole rows are not copied".to_owned())),
        }
    }
}

/// Tells the rows of a table, or those with some ids, as they arrive: one statement, and no list of all of them.
///
/// # Errors
/// Those of the database; `Type` with the table and the column for a cell that holds something else.
pub async fn each<R: Kept>(
    source: &mut Source<'_>,
    ids: Option<&[Uuid]>,
    mut tell: impl FnMut(R) + Send,
) -> Result<()> {
    let columns = R::columns();
    let mut query = R::Entity::find().select_only().columns(columns.iter().copied());
    if let (Some(id), Some(ids)) = (columns.first(), ids) {
        query = query.filter(id.is_in(ids.iter().copied()));
    }
    let mut words = Words::default();
    match source {
        Source::Snapshot(db) => {
            let mut rows = db.rows(db.get_database_backend().build(query.as_query())).await?;
            while let Some(row) = rows.try_next().await? {
                tell(read(Cells { row: Row::Queried(&row), next: 0, words: &mut words })?);
            }
        }
        Source::Beside(db) => {
            let sql = DbBackend::Postgres.build(query.as_query()).sql;
            let mut messages = db.copy(&sql).await?;
            while let Some(message) = messages.try_next().await? {
                let mut rows = Copied::message(message.as_ref())?;
                while rows.is_at_a_row()? {
                    tell(read(Cells { row: Row::Copied(&mut rows), next: 0, words: &mut words })?);
                }
            }
        }
    }
    Ok(())
}

/// The row of some cells. What cannot be read is said with its table and, where it is read cell by cell, its column.
fn read<R: Kept>(mut cells: Cells<'_, '_>) -> Result<R, DbErr> {
    R::of(&mut cells).map_err(|cause| {
        let column = cells.next.checked_sub(1).and_then(|place| R::columns().get(place).copied());
        let column = column.map_or_else(String::new, |column| format!(".{}", column.as_str()));
        DbErr::Type(format!("{}{column}: {cause}", R::Entity::default().table_name()))
    })
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

                fn columns() -> Vec<$table::Column> {
                    vec![$($table::Column::$column),+]
                }

                fn of(cells: &mut Cells<'_, '_>) -> Result<Self, DbErr> {
                    Ok(Self { $($field: cells.next()?),+ })
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

                fn of(cells: &mut Cells<'_, '_>) -> Result<Self, DbErr> {
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

/// What is needed of an asset: there are more of these than of all else, so what many say is kept once.
#[derive(Clone, Debug)]
pub struct AssetRow {
    /// Identity.
    pub id: AssetId,
    /// Asset tag.
    pub tag: Box<str>,
    /// Model.
    pub model_id: HardwareModelId,
    /// Where it is.
    pub site_id: SiteId,
    /// The rack it stands in.
    pub rack_id: Option<RackId>,
    /// The chassis it is in.
    pub parent_id: Option<AssetId>,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// The day on which it was retired.
    pub retired_on: Option<NaiveDate>,
    /// Who answers for it.
    pub owner: Option<Arc<str>>,
    /// Criticality.
    pub tier: Option<i32>,
    /// What it is used for.
    pub environment: Environment,
    /// Which figure its draw is.
    pub power_basis: PowerBasis,
    /// What was measured, in watts.
    pub measured_draw_watts: Option<i32>,
    /// Data that it holds, in terabytes; none where it holds what its model does.
    pub usable_terabytes: Option<Rate>,
    /// What was paid for it.
    pub purchase_amount: Option<Amount>,
    /// In which currency.
    pub purchase_currency: Option<Arc<str>>,
}

impl Kept for AssetRow {
    type Entity = asset::Entity;

    fn columns() -> Vec<asset::Column> {
        use asset::Column as C;
        vec![
            C::Id,
            C::Tag,
            C::ModelId,
            C::SiteId,
            C::RackId,
            C::ParentId,
            C::Status,
            C::RetiredOn,
            C::Owner,
            C::Tier,
            C::Environment,
            C::PowerBasis,
            C::MeasuredDrawWatts,
            C::UsableTerabytes,
            C::PurchaseAmount,
            C::PurchaseCurrency,
        ]
    }

    fn of(cells: &mut Cells<'_, '_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: cells.next()?,
            tag: cells.next::<String>()?.into(),
            model_id: cells.next()?,
            site_id: cells.next()?,
            rack_id: cells.next()?,
            parent_id: cells.next()?,
            status: cells.next()?,
            retired_on: cells.next()?,
            owner: cells.word()?,
            tier: cells.next()?,
            environment: cells.next()?,
            power_basis: cells.next()?,
            measured_draw_watts: cells.next()?,
            usable_terabytes: cells.next()?,
            purchase_amount: cells.next()?,
            purchase_currency: cells.word()?,
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

    fn columns() -> Vec<configuration_item::Column> {
        let things = ThingKind::ALL.into_iter().filter_map(ThingKind::column);
        std::iter::once(configuration_item::Column::Id).chain(things).collect()
    }

    fn of(cells: &mut Cells<'_, '_>) -> Result<Self, DbErr> {
        let (id, mut thing) = (cells.next()?, None);
        for kind in ThingKind::ALL {
            let found = cells.next::<Option<Uuid>>()?.map(|id| kind.thing(id));
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
