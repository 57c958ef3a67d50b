//! The estate as it is on record, read whole: a constant number of statements, however large it is.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    cloud::{provider_account, workload},
    contracts::{
        colocation_circuit, colocation_contract, colocation_contract_site, colocation_deployment,
        support_contract,
    },
    id::{
        AssetId, ColocationCircuitId, ColocationContractId, ColocationDeploymentId, ConfigurationItemId,
        HardwareModelId, ProviderAccountId, RackId, ServiceId, SiteId, VendorId, WorkloadId,
    },
    inventory::{
        asset::{self, AssetStatus, PowerBasis},
        hardware_model::{self, HardwareKind},
        rack::{self, RackStatus},
        site::{self, SiteStatus},
        vendor,
    },
    money::Amount,
    topology::{
        configuration_item, dependency, power_feed, redundancy_group,
        service::{self, ServiceStatus},
    },
};
use forecasting::colocation::BusinessDays;
use sea_orm::{EntityTrait, FromQueryResult, QueryOrder, QuerySelect};

use super::items::{Label, Thing};
use crate::{contracts::terms, error::Result, inventory::usage, store::Read};

/// What is needed of an asset.
#[derive(Clone, Debug, FromQueryResult)]
pub struct AssetRow {
    /// Identity.
    pub id: AssetId,
    /// Asset tag.
    pub tag: String,
    /// Name.
    pub name: Option<String>,
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
    /// Who answers for it.
    pub owner: Option<String>,
    /// Criticality.
    pub tier: Option<i32>,
    /// Which figure its draw is.
    pub power_basis: PowerBasis,
    /// What was measured, in watts.
    pub measured_draw_watts: Option<i32>,
    /// What was paid for it.
    pub purchase_amount: Option<Amount>,
    /// In which currency.
    pub purchase_currency: Option<String>,
}

/// What is needed of a model.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct ModelRow {
    /// Identity.
    pub id: HardwareModelId,
    /// Kind of hardware.
    pub kind: HardwareKind,
    /// Height in half units.
    pub height_half_units: Option<i32>,
    /// Typical draw, in watts.
    pub typical_draw_watts: Option<i32>,
    /// Maximum draw, in watts.
    pub maximum_draw_watts: Option<i32>,
}

/// What is needed of a rack.
#[derive(Clone, Debug, FromQueryResult)]
pub struct RackRow {
    /// Identity.
    pub id: RackId,
    /// Where it is.
    pub site_id: SiteId,
    /// Name.
    pub name: String,
    /// Where it stands in its life.
    pub status: RackStatus,
}

/// What is needed of a site.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SiteRow {
    /// Identity.
    pub id: SiteId,
    /// Name.
    pub name: String,
    /// Where it stands in its life.
    pub status: SiteStatus,
}

/// What is needed of a workload.
#[derive(Clone, Debug, FromQueryResult)]
pub struct WorkloadRow {
    /// Identity.
    pub id: WorkloadId,
    /// The account it runs in.
    pub account_id: ProviderAccountId,
    /// Name.
    pub name: String,
    /// The site of its region.
    pub site_id: Option<SiteId>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Criticality.
    pub tier: Option<i32>,
    /// The day it goes.
    pub retires_on: Option<NaiveDate>,
}

/// What is on record.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// What something was said to depend on, or to be depended on.
    pub items: HashMap<ConfigurationItemId, Thing>,
    /// What was said to depend on what.
    pub dependencies: Vec<dependency::Model>,
    /// Groups.
    pub groups: Vec<redundancy_group::Model>,
    /// Services, by id.
    pub services: Vec<service::Model>,
    /// Power feeds.
    pub feeds: Vec<power_feed::Model>,
    /// Assets.
    pub assets: Vec<AssetRow>,
    /// Models.
    pub models: HashMap<HardwareModelId, ModelRow>,
    /// Racks.
    pub racks: Vec<RackRow>,
    /// Sites.
    pub sites: Vec<SiteRow>,
    /// Workloads.
    pub workloads: Vec<WorkloadRow>,
    /// Cloud accounts, with their names and owners.
    pub accounts: Vec<(ProviderAccountId, String, Option<String>)>,
    /// Vendors, with their names.
    pub vendors: Vec<(VendorId, String)>,
    /// Colocation contracts.
    pub colocation: Vec<colocation_contract::Model>,
    /// The sites of colocation contracts.
    pub contract_sites: Vec<(ColocationContractId, SiteId)>,
    /// The contracts behind circuits.
    pub circuits: HashMap<ColocationCircuitId, ColocationContractId>,
    /// Support contracts.
    pub support: Vec<support_contract::Model>,
}

/// Reads everything: seventeen statements.
///
/// # Errors
/// Those of the database.
pub async fn read(db: &impl Read) -> Result<Recorded> {
    let mut recorded = Recorded {
        items: items(db).await?,
        dependencies: dependency::Entity::find().order_by_asc(dependency::Column::Id).all(db).await?,
        groups: redundancy_group::Entity::find().order_by_asc(redundancy_group::Column::Id).all(db).await?,
        services: service::Entity::find().order_by_asc(service::Column::Id).all(db).await?,
        feeds: power_feed::Entity::find().order_by_asc(power_feed::Column::Id).all(db).await?,
        ..Recorded::default()
    };
    inventory(db, &mut recorded).await?;
    cloud(db, &mut recorded).await?;
    contracts(db, &mut recorded).await?;
    Ok(recorded)
}

/// What each item stands for.
///
/// # Errors
/// Those of the database.
pub async fn items(db: &impl Read) -> Result<HashMap<ConfigurationItemId, Thing>> {
    let rows = configuration_item::Entity::find().all(db).await?;
    rows.iter().map(|row| Ok((row.id, Thing::of(row)?))).collect()
}

async fn inventory(db: &impl Read, recorded: &mut Recorded) -> Result<()> {
    use asset::Column as A;
    use hardware_model::Column as M;
    recorded.assets = asset::Entity::find()
        .select_only()
        .columns([
            A::Id,
            A::Tag,
            A::Name,
            A::ModelId,
            A::SiteId,
            A::RackId,
            A::ParentId,
            A::Status,
            A::Owner,
            A::Tier,
            A::PowerBasis,
            A::MeasuredDrawWatts,
            A::PurchaseAmount,
            A::PurchaseCurrency,
        ])
        .order_by_asc(A::Id)
        .into_model()
        .all(db)
        .await?;
    let models: Vec<ModelRow> = hardware_model::Entity::find()
        .select_only()
        .columns([M::Id, M::Kind, M::HeightHalfUnits, M::TypicalDrawWatts, M::MaximumDrawWatts])
        .into_model()
        .all(db)
        .await?;
    recorded.models = models.into_iter().map(|model| (model.id, model)).collect();
    recorded.racks = rack::Entity::find()
        .select_only()
        .columns([rack::Column::Id, rack::Column::SiteId, rack::Column::Name, rack::Column::Status])
        .order_by_asc(rack::Column::Id)
        .into_model()
        .all(db)
        .await?;
    recorded.sites = site::Entity::find()
        .select_only()
        .columns([site::Column::Id, site::Column::Name, site::Column::Status])
        .order_by_asc(site::Column::Id)
        .into_model()
        .all(db)
        .await?;
    recorded.vendors = vendor::Entity::find()
        .select_only()
        .columns([vendor::Column::Id, vendor::Column::Name])
        .order_by_asc(vendor::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(())
}

async fn cloud(db: &impl Read, recorded: &mut Recorded) -> Result<()> {
    use provider_account::Column as P;
    use workload::Column as W;
    recorded.workloads = workload::Entity::find()
        .select_only()
        .columns([W::Id, W::AccountId, W::Name, W::SiteId, W::Owner, W::Tier, W::RetiresOn])
        .order_by_asc(W::Id)
        .into_model()
        .all(db)
        .await?;
    recorded.accounts = provider_account::Entity::find()
        .select_only()
        .columns([P::Id, P::Name, P::Owner])
        .order_by_asc(P::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(())
}

async fn contracts(db: &impl Read, recorded: &mut Recorded) -> Result<()> {
    use colocation_contract_site::Column as S;
    recorded.colocation =
        colocation_contract::Entity::find().order_by_asc(colocation_contract::Column::Id).all(db).await?;
    recorded.contract_sites = colocation_contract_site::Entity::find()
        .select_only()
        .columns([S::ContractId, S::SiteId])
        .order_by_asc(S::Id)
        .into_tuple()
        .all(db)
        .await?;
    recorded.support =
        support_contract::Entity::find().order_by_asc(support_contract::Column::Id).all(db).await?;
    let circuits: Vec<(ColocationCircuitId, ColocationDeploymentId)> = colocation_circuit::Entity::find()
        .select_only()
        .columns([colocation_circuit::Column::Id, colocation_circuit::Column::DeploymentId])
        .into_tuple()
        .all(db)
        .await?;
    let deployments: Vec<(ColocationDeploymentId, ColocationContractId)> =
        colocation_deployment::Entity::find()
            .select_only()
            .columns([colocation_deployment::Column::Id, colocation_deployment::Column::ContractId])
            .into_tuple()
            .all(db)
            .await?;
    let contracts: HashMap<_, _> = deployments.into_iter().collect();
    let of_circuit = |(circuit, deployment)| Some((circuit, *contracts.get(&deployment)?));
    recorded.circuits = circuits.into_iter().filter_map(of_circuit).collect();
    Ok(())
}

impl Recorded {
    /// Everything that there is, with what people call it, in a fixed order. What is retired on a day is marked.
    #[must_use]
    pub fn labels(&self, as_of: NaiveDate) -> Vec<(Thing, Label)> {
        let mut labels = Vec::new();
        labels.extend(self.sites.iter().map(|row| {
            let is_retired = row.status == SiteStatus::Closed;
            let site = Some(row.id);
            (Thing::Site(row.id), Label { name: row.name.clone(), tier: None, owner: None, site, is_retired })
        }));
        labels.extend(self.racks.iter().map(|row| {
            let (site, is_retired) = (Some(row.site_id), row.status == RackStatus::Retired);
            (Thing::Rack(row.id), Label { name: row.name.clone(), tier: None, owner: None, site, is_retired })
        }));
        labels.extend(self.feeds.iter().map(|row| {
            let (site, is_retired) = (Some(row.site_id), row.status == power_feed::FeedStatus::Retired);
            let label = Label { name: row.name.clone(), tier: None, owner: None, site, is_retired };
            (Thing::PowerFeed(row.id), label)
        }));
        labels.extend(self.assets.iter().map(|row| (Thing::Asset(row.id), row.label())));
        labels.extend(self.workloads.iter().map(|row| {
            let is_retired = row.retires_on.is_some_and(|on| on <= as_of);
            let label = Label {
                name: row.name.clone(),
                tier: row.tier,
                owner: row.owner.clone(),
                site: row.site_id,
                is_retired,
            };
            (Thing::Workload(row.id), label)
        }));
        labels.extend(self.services.iter().map(|row| {
            let label = Label {
                name: row.name.clone(),
                tier: row.tier,
                owner: row.owner.clone(),
                site: None,
                is_retired: row.status == ServiceStatus::Retired,
            };
            (Thing::Service(row.id), label)
        }));
        self.parties(&mut labels);
        labels
    }

    /// Vendors, contracts and accounts, which do not retire.
    fn parties(&self, labels: &mut Vec<(Thing, Label)>) {
        let label = |name: &str, owner: Option<&String>| Label {
            name: name.to_owned(),
            tier: None,
            owner: owner.cloned(),
            site: None,
            is_retired: false,
        };
        labels.extend(self.vendors.iter().map(|(id, name)| (Thing::Vendor(*id), label(name, None))));
        labels.extend(
            self.accounts
                .iter()
                .map(|(id, name, owner)| (Thing::ProviderAccount(*id), label(name, owner.as_ref()))),
        );
        labels.extend(
            self.colocation
                .iter()
                .map(|row| (Thing::ColocationContract(row.id), label(&row.number, row.owner.as_ref()))),
        );
        labels.extend(
            self.support
                .iter()
                .map(|row| (Thing::SupportContract(row.id), label(&row.number, row.owner.as_ref()))),
        );
    }

    /// A service.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&service::Model> {
        let place = self.services.binary_search_by_key(&id, |row| row.id).ok()?;
        self.services.get(place)
    }

    /// What an asset draws, in watts: nothing where it is not in use.
    #[must_use]
    pub fn watts(&self, asset: &AssetRow) -> Option<i32> {
        if !matches!(asset.status, AssetStatus::InService | AssetStatus::Maintenance) {
            return Some(0);
        }
        let model = self.models.get(&asset.model_id)?;
        let of_model = (model.typical_draw_watts, model.maximum_draw_watts);
        usage::draw(model.kind, asset.power_basis, asset.measured_draw_watts, of_model)
    }

    /// The half units that an asset takes in a rack: none in a chassis or outside of racks.
    #[must_use]
    pub fn half_units(&self, asset: &AssetRow) -> Option<i32> {
        if asset.rack_id.is_none() || asset.parent_id.is_some() {
            return Some(0);
        }
        self.models.get(&asset.model_id)?.height_half_units
    }
}

impl AssetRow {
    fn label(&self) -> Label {
        Label {
            name: self.name.clone().unwrap_or_else(|| self.tag.clone()),
            tier: self.tier,
            owner: self.owner.clone(),
            site: Some(self.site_id),
            is_retired: matches!(self.status, AssetStatus::Retired | AssetStatus::Disposed),
        }
    }
}

/// Whether a colocation contract is in force on a day: billing has begun, and it has not ended.
#[must_use]
pub fn in_force(contract: &colocation_contract::Model, on: NaiveDate) -> bool {
    let ends_on = terms::colocation(contract, &[]).ok().and_then(|value| value.end(&BusinessDays::default()));
    contract.billing_starts_on <= on && ends_on.is_none_or(|last| on <= last)
}

/// Whether a support contract is in force on a day: it has begun, and its last term has not ended.
#[must_use]
pub fn supports(contract: &support_contract::Model, on: NaiveDate) -> bool {
    // Where the terms cannot be worked out, the day that is stated is all there is.
    let ends_on = match terms::support_terms(contract) {
        Ok(terms) => terms.end(&BusinessDays::default()),
        Err(_) => Some(contract.ends_on),
    };
    contract.starts_on <= on && ends_on.is_none_or(|last| on <= last)
}
