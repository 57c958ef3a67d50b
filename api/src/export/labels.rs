//! The natural keys of rows that other rows refer to.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    capacity, cloud, contracts, finance,
    id::{ConfigurationItemId, EntityId},
    inventory::{asset, hardware_model, manufacturer, rack, site, vendor},
    lifecycle, recovery, scenarios, topology,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, IntoSimpleExpr, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait, sea_query::ExprTrait,
};
use uuid::Uuid;

use crate::error::Result;
use crate::store::Read;
use crate::topology::{
    items::{ThingKind, things_of},
    keys::{Wanted, natural_keys},
};

/// Ids that one statement asks for.
const IDS_AT_ONCE: usize = 10_000;

/// What a row is referred to as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Vendor,
    Manufacturer,
    Site,
    /// Its name at its site.
    Rack,
    /// Manufacturer and name.
    HardwareModel,
    Asset,
    ColocationContract,
    SupportContract,
    DepreciationRule,
    RefreshPolicy,
    FiscalCalendar,
    /// Provider and number.
    ProviderAccount,
    /// Its name in its account.
    Workload,
    /// Provider and number of the account of a workload.
    AccountOfWorkload,
    Scenario,
    SavingsInitiative,
    LedgerCode,
    BudgetVersion,
    /// Number of its contract and name.
    ColocationDeployment,
    /// Its reference in its deployment.
    ColocationCircuit,
    /// Its position in the price sheet, from 1.
    ColocationCharge,
    /// Number of its contract and its own.
    Invoice,
    /// Sort of the thing, and the parts of its key.
    ConfigurationItem,
    /// Sort of the thing and the parts of its key, in one text, as lists have it.
    ItemOfList,
    /// The things that a drill was about, as lists have them.
    ScopeOfDrill,
    /// The members of a consistency group, as lists have them.
    MembersOfConsistencyGroup,
    /// Its name at its site.
    PowerFeed,
    /// Its name, for its owner.
    RedundancyGroup,
    /// Number of the contract, name of the deployment and reference of a circuit.
    CircuitOfDeployment,
    /// Site and name.
    RackAtSite,
    /// The codes of the sites of a colocation contract.
    SitesOfContract,
    /// The tags of the assets of a refresh cycle.
    AssetsOfCycle,
    /// Its name, and the unit that it is counted in.
    CapacityPool,
    /// What it is for, and its first day.
    CapacityPlacement,
}

impl Kind {
    const ALL: [Kind; 34] = [
        Kind::Vendor,
        Kind::Manufacturer,
        Kind::Site,
        Kind::Rack,
        Kind::HardwareModel,
        Kind::Asset,
        Kind::ColocationContract,
        Kind::SupportContract,
        Kind::DepreciationRule,
        Kind::RefreshPolicy,
        Kind::FiscalCalendar,
        Kind::ProviderAccount,
        Kind::Workload,
        Kind::AccountOfWorkload,
        Kind::Scenario,
        Kind::SavingsInitiative,
        Kind::LedgerCode,
        Kind::BudgetVersion,
        Kind::ColocationDeployment,
        Kind::ColocationCircuit,
        Kind::ColocationCharge,
        Kind::Invoice,
        Kind::ConfigurationItem,
        Kind::ItemOfList,
        Kind::ScopeOfDrill,
        Kind::MembersOfConsistencyGroup,
        Kind::PowerFeed,
        Kind::RedundancyGroup,
        Kind::CircuitOfDeployment,
        Kind::RackAtSite,
        Kind::SitesOfContract,
        Kind::AssetsOfCycle,
        Kind::CapacityPool,
        Kind::CapacityPlacement,
    ];
}

/// Natural keys by id. Asking for one that is not loaded answers with nothing and notes it; [`Labels::load`] then
/// reads all that were noted, with one statement for each kind. So rows are gone through twice: once to find out what they
/// name, and once to write it.
#[derive(Debug, Default)]
pub struct Labels {
    loaded: HashMap<(Kind, Uuid), Vec<String>>,
    noted: HashSet<(Kind, Uuid)>,
}

impl Labels {
    /// The key of a row that has one part.
    pub fn text(&mut self, kind: Kind, id: Uuid) -> String {
        self.list(kind, id).into_iter().next().unwrap_or_default()
    }

    /// The key of a row that has one part, where a row is referred to.
    pub fn text_if_any(&mut self, kind: Kind, id: Option<impl EntityId>) -> String {
        id.map(|id| self.text(kind, id.uuid())).unwrap_or_default()
    }

    /// The key of a row that has two parts.
    pub fn pair(&mut self, kind: Kind, id: impl EntityId) -> (String, String) {
        let mut parts = self.list(kind, id.uuid()).into_iter();
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }

    /// All parts of a key, or the keys of all rows that are linked.
    pub fn list(&mut self, kind: Kind, id: Uuid) -> Vec<String> {
        match self.loaded.get(&(kind, id)) {
            Some(parts) => parts.clone(),
            None => {
                self.noted.insert((kind, id));
                Vec::new()
            }
        }
    }

    /// Reads what was asked for and not there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn load(&mut self, db: &impl Read) -> Result<()> {
        let noted = std::mem::take(&mut self.noted);
        for kind in Kind::ALL {
            let ids: Vec<Uuid> =
                noted.iter().filter(|(noted, _)| *noted == kind).map(|(_, id)| *id).collect();
            for ids in ids.chunks(IDS_AT_ONCE) {
                // What has no key, such as a contract without sites, is not asked for again.
                self.loaded.extend(ids.iter().map(|id| ((kind, *id), Vec::new())));
                for (id, parts) in read(db, kind, ids).await? {
                    self.loaded.entry((kind, id)).or_default().extend(parts);
                }
            }
        }
        Ok(())
    }
}

type Found = Vec<(Uuid, Vec<String>)>;

async fn read(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        Kind::Vendor => single::<vendor::Entity>(db, vendor::Column::Id, vendor::Column::Code, ids).await,
        Kind::Manufacturer => {
            single::<manufacturer::Entity>(db, manufacturer::Column::Id, manufacturer::Column::Name, ids)
                .await
        }
        Kind::Site => single::<site::Entity>(db, site::Column::Id, site::Column::Code, ids).await,
        Kind::Rack => single::<rack::Entity>(db, rack::Column::Id, rack::Column::Name, ids).await,
        Kind::HardwareModel => {
            let query = hardware_model::Entity::find()
                .select_only()
                .column(hardware_model::Column::Id)
                .column(manufacturer::Column::Name)
                .column(hardware_model::Column::Name)
                .join(JoinType::InnerJoin, hardware_model::Relation::Manufacturer.def())
                .filter(hardware_model::Column::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        Kind::Asset => single::<asset::Entity>(db, asset::Column::Id, asset::Column::Tag, ids).await,
        Kind::ColocationContract | Kind::SupportContract => of_agreements(db, kind, ids).await,
        Kind::DepreciationRule => {
            use lifecycle::depreciation_rule::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::RefreshPolicy => {
            use lifecycle::refresh_policy::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::FiscalCalendar => {
            use finance::fiscal_calendar::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::ProviderAccount | Kind::Workload | Kind::AccountOfWorkload => in_cloud(db, kind, ids).await,
        Kind::Scenario => {
            use scenarios::scenario::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::SavingsInitiative => {
            use finance::savings_initiative::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Code, ids).await
        }
        Kind::LedgerCode => {
            use finance::ledger_code::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Code, ids).await
        }
        Kind::BudgetVersion => {
            use finance::budget_version::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::ColocationDeployment | Kind::ColocationCircuit | Kind::ColocationCharge | Kind::Invoice => {
            under_contracts(db, kind, ids).await
        }
        Kind::ConfigurationItem | Kind::PowerFeed | Kind::RedundancyGroup => in_topology(db, kind, ids).await,
        Kind::ItemOfList | Kind::ScopeOfDrill | Kind::MembersOfConsistencyGroup => {
            in_recovery(db, kind, ids).await
        }
        Kind::CircuitOfDeployment => circuits(db, ids).await,
        Kind::RackAtSite
        | Kind::SitesOfContract
        | Kind::AssetsOfCycle
        | Kind::CapacityPool
        | Kind::CapacityPlacement => linked(db, kind, ids).await,
    }
}

/// Contracts.
async fn of_agreements(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    if kind == Kind::SupportContract {
        use contracts::support_contract::{Column as C, Entity};
        return single::<Entity>(db, C::Id, C::Number, ids).await;
    }
    use contracts::colocation_contract::{Column as C, Entity};
    single::<Entity>(db, C::Id, C::Number, ids).await
}

/// Feeds, groups, and whatever something can depend on.
async fn in_topology(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        Kind::PowerFeed => {
            use topology::power_feed::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::RedundancyGroup => {
            use topology::redundancy_group::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        _ => items(db, ids).await,
    }
}

/// Whatever something can depend on: items by one statement, their things by one for each sort.
async fn items(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    let things = things_of(db, ids.iter().copied().map(ConfigurationItemId)).await?;
    let mut found = Vec::with_capacity(things.len());
    for kind in ThingKind::ALL {
        let of_kind = things.iter().filter(|(_, thing)| thing.kind() == kind);
        let items: HashMap<Uuid, Uuid> = of_kind.map(|(item, thing)| (thing.uuid(), item.0)).collect();
        if items.is_empty() {
            continue;
        }
        let wanted: Vec<Uuid> = items.keys().copied().collect();
        for (thing, key) in natural_keys(db, kind, Wanted::Ids(&wanted)).await? {
            if let Some(item) = items.get(&thing) {
                let parts = std::iter::once(kind.word().to_uppercase()).chain(key);
                found.push((*item, parts.collect()));
            }
        }
    }
    Ok(found)
}

/// Things in one text each: themselves, or those that drills and groups name.
async fn in_recovery(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    let among = ids.iter().copied();
    let links: Vec<(Uuid, Uuid)> = match kind {
        Kind::ScopeOfDrill => {
            use recovery::recovery_drill_item::{Column as C, Entity};
            let query = Entity::find().select_only().columns([C::DrillId, C::ItemId]);
            query.filter(C::DrillId.is_in(among)).into_tuple().all(db).await?
        }
        Kind::MembersOfConsistencyGroup => {
            use recovery::consistency_group_member::{Column as C, Entity};
            let query = Entity::find().select_only().columns([C::GroupId, C::ItemId]);
            query.filter(C::GroupId.is_in(among)).into_tuple().all(db).await?
        }
        _ => among.map(|id| (id, id)).collect(),
    };
    let wanted: Vec<Uuid> = links.iter().map(|(_, item)| *item).collect();
    let texts: HashMap<Uuid, String> =
        items(db, &wanted).await?.into_iter().map(|(item, parts)| (item, parts.join(":"))).collect();
    let mut found: Vec<(Uuid, String)> = Vec::with_capacity(links.len());
    found.extend(links.into_iter().filter_map(|(owner, item)| Some((owner, texts.get(&item)?.clone()))));
    found.sort();
    singles(found)
}

/// Circuits with the deployment and the contract that they are under.
async fn circuits(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use contracts::colocation_circuit::{Column as C, Entity, Relation};
    use contracts::{colocation_contract, colocation_deployment as deployment};
    let query = Entity::find().select_only().column(C::Id).column(colocation_contract::Column::Number);
    let query = query.column(deployment::Column::Name).column(C::Reference);
    let query = query.join(JoinType::InnerJoin, Relation::Deployment.def());
    let query = query.join(JoinType::InnerJoin, deployment::Relation::Contract.def());
    let query = query.filter(C::Id.is_in(ids.iter().copied()));
    let rows: Vec<(Uuid, String, String, String)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, contract, name, own)| (id, vec![contract, name, own])).collect())
}

/// Accounts of providers and what runs in them.
async fn in_cloud(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        Kind::ProviderAccount => {
            use cloud::provider_account::{Column as C, Entity};
            let query = Entity::find().select_only().columns([C::Id, C::Provider, C::AccountNumber]);
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        Kind::Workload => {
            use cloud::workload::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Name, ids).await
        }
        Kind::AccountOfWorkload => {
            use cloud::provider_account::Column as Account;
            use cloud::workload::{Column as C, Entity, Relation};
            let query = Entity::find().select_only().column(C::Id).column(Account::Provider);
            let query = query.column(Account::AccountNumber);
            let query = query.join(JoinType::InnerJoin, Relation::Account.def());
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        _ => Ok(Vec::new()),
    }
}

/// What is told by what it is linked with, by the keys of the far ends.
async fn linked(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        Kind::CapacityPool => {
            use capacity::capacity_pool::{CapacityUnit, Column as C, Entity};
            let query = Entity::find().select_only().columns([C::Id, C::Name, C::Unit]);
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            let found: Vec<(Uuid, String, CapacityUnit)> = query.into_tuple().all(db).await?;
            Ok(found.into_iter().map(|(id, name, unit)| (id, vec![name, unit.to_value()])).collect())
        }
        Kind::CapacityPlacement => {
            use capacity::capacity_placement::{Column as C, Entity};
            let query = Entity::find().select_only().columns([C::Id, C::Purpose, C::FromOn]);
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            let found: Vec<(Uuid, String, NaiveDate)> = query.into_tuple().all(db).await?;
            Ok(found.into_iter().map(|(id, purpose, on)| (id, vec![purpose, on.to_string()])).collect())
        }
        Kind::RackAtSite => {
            let query =
                rack::Entity::find().select_only().column(rack::Column::Id).column(site::Column::Code);
            let query = query.column(rack::Column::Name);
            let query = query.join(JoinType::InnerJoin, rack::Relation::Site.def());
            let query = query.filter(rack::Column::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        Kind::SitesOfContract => {
            use contracts::colocation_contract_site::{Column as C, Entity, Relation};
            let query = Entity::find().select_only().column(C::ContractId).column(site::Column::Code);
            let query = query.join(JoinType::InnerJoin, Relation::Site.def());
            let query = query.filter(C::ContractId.is_in(ids.iter().copied()));
            singles(query.order_by_asc(site::Column::Code).into_tuple().all(db).await?)
        }
        Kind::AssetsOfCycle => {
            use lifecycle::refresh_cycle_asset::{Column as C, Entity, Relation};
            let query = Entity::find().select_only().column(C::CycleId).column(asset::Column::Tag);
            let query = query.join(JoinType::InnerJoin, Relation::Asset.def());
            let query = query.filter(C::CycleId.is_in(ids.iter().copied()));
            singles(query.order_by_asc(asset::Column::Tag).into_tuple().all(db).await?)
        }
        _ => Ok(Vec::new()),
    }
}

/// What stands under colocation contracts.
async fn under_contracts(db: &impl Read, kind: Kind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        Kind::ColocationDeployment => {
            use contracts::colocation_contract::Column as Contract;
            use contracts::colocation_deployment::{Column as C, Entity, Relation};
            let query = Entity::find().select_only().column(C::Id).column(Contract::Number).column(C::Name);
            let query = query.join(JoinType::InnerJoin, Relation::Contract.def());
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        Kind::ColocationCircuit => {
            use contracts::colocation_circuit::{Column as C, Entity};
            single::<Entity>(db, C::Id, C::Reference, ids).await
        }
        Kind::ColocationCharge => {
            use contracts::colocation_charge::{Column as C, Entity};
            let query = Entity::find().select_only().columns([C::Id, C::Position]);
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            let found: Vec<(Uuid, i32)> = query.into_tuple().all(db).await?;
            // People count lines from 1.
            Ok(found.into_iter().map(|(id, line)| (id, vec![line.saturating_add(1).to_string()])).collect())
        }
        Kind::Invoice => {
            use contracts::colocation_contract::Column as Contract;
            use contracts::invoice::{Column as C, Entity, Relation};
            let query = Entity::find().select_only().column(C::Id).column(Contract::Number).column(C::Number);
            let query = query.join(JoinType::InnerJoin, Relation::Contract.def());
            let query = query.filter(C::Id.is_in(ids.iter().copied()));
            pairs(query.into_tuple().all(db).await?)
        }
        _ => Ok(Vec::new()),
    }
}

async fn single<E: EntityTrait>(
    db: &impl Read,
    id: E::Column,
    key: E::Column,
    ids: &[Uuid],
) -> Result<Found> {
    let among = id.into_simple_expr().is_in(ids.iter().copied());
    singles(E::find().select_only().column(id).column(key).filter(among).into_tuple().all(db).await?)
}

fn singles(rows: Vec<(Uuid, String)>) -> Result<Found> {
    Ok(rows.into_iter().map(|(id, key)| (id, vec![key])).collect())
}

fn pairs(rows: Vec<(Uuid, String, String)>) -> Result<Found> {
    Ok(rows.into_iter().map(|(id, first, second)| (id, vec![first, second])).collect())
}
