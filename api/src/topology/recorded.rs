//! The estate as it is on record, kept in tables whose versions share what they have in common.
//!
//! It is read whole with one statement a table, however large it is; what changed later is read by id.

use chrono::NaiveDate;
use entity::{
    cloud::provider_account::Provider,
    contracts::{colocation_contract, support_contract},
    id::{
        AssetId, CloudRegionId, ColocationCircuitId, ColocationContractId, ColocationContractSiteId,
        ColocationDeploymentId, ConfigurationItemId, DependencyId, EntityId, HardwareModelId, PowerFeedId,
        PowerPanelId, ProviderAccountId, RackId, RedundancyGroupId, ServiceId, SiteId, SupportContractId,
        SupportCoverageId, VendorId, WorkloadId,
    },
    inventory::asset::AssetStatus,
    topology::{
        power_feed, redundancy_group,
        service::{self, ServiceStatus},
    },
};
use forecasting::colocation::BusinessDays;
use tokio::task::JoinSet;
use topology::table::{Filling, Spot, Table};
use uuid::Uuid;

use super::{
    cells::{Source, each},
    implied,
    items::Thing,
    rows::{
        AccountRow, AssetRow, CircuitRow, ContractSiteRow, CoverageRow, DependencyRow, DeploymentRow,
        ItemRow, Kept, ModelRow, RackRow, SiteRow, VendorRow, WorkloadRow,
    },
};
use crate::{
    contracts::terms,
    error::{Error, Result},
    inventory::usage,
    store::{Beside, Snapshot, WATCHED},
};

/// The tables that are large where an estate is, as they are read beside a snapshot: each list by a connection of its
/// own, about as long as the other.
const BESIDE: [&[&str]; 2] = [&["asset"], &["configuration_item", "dependency", "support_coverage"]];

/// What is on record. A copy is cheap.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// What each item stands for.
    pub items: Table<ConfigurationItemId, Thing>,
    /// The items of things.
    pub item_of: Table<Thing, ConfigurationItemId>,
    /// What was said to depend on what.
    pub dependencies: Table<DependencyId, DependencyRow>,
    /// The same by what needs.
    needs: Keys<ConfigurationItemId, DependencyId>,
    /// Groups.
    pub groups: Table<RedundancyGroupId, redundancy_group::Model>,
    /// The same by their owners.
    owned: Keys<ConfigurationItemId, RedundancyGroupId>,
    /// Services.
    pub services: Table<ServiceId, service::Model>,
    /// Power feeds.
    pub feeds: Table<PowerFeedId, power_feed::Model>,
    /// The same by the panels that they come from.
    panels: Keys<PowerPanelId, PowerFeedId>,
    /// Assets.
    pub assets: Table<AssetId, AssetRow>,
    /// Models.
    pub models: Table<HardwareModelId, ModelRow>,
    /// Racks.
    pub racks: Table<RackId, RackRow>,
    /// Sites.
    pub sites: Table<SiteId, SiteRow>,
    /// Workloads.
    pub workloads: Table<WorkloadId, WorkloadRow>,
    /// The same by the regions that they run in.
    regions: Keys<CloudRegionId, WorkloadId>,
    /// Cloud accounts.
    pub accounts: Table<ProviderAccountId, AccountRow>,
    /// Vendors.
    pub vendors: Table<VendorId, VendorRow>,
    /// Colocation contracts.
    pub colocation: Table<ColocationContractId, colocation_contract::Model>,
    /// The sites of colocation contracts.
    pub contract_sites: Table<ColocationContractSiteId, ContractSiteRow>,
    /// Circuits.
    pub circuits: Table<ColocationCircuitId, CircuitRow>,
    /// Deployments of colocation contracts.
    pub deployments: Table<ColocationDeploymentId, DeploymentRow>,
    /// Support contracts.
    pub support: Table<SupportContractId, support_contract::Model>,
    /// What support contracts cover.
    pub coverage: Table<SupportCoverageId, CoverageRow>,
    /// The same by what is covered.
    covered: Keys<AssetId, SupportCoverageId>,
}

/// Reads rows and puts them in the place of those that are there: of all, or of those with some ids.
async fn replace<K: EntityId + Ord, R: Kept>(
    source: &mut Source<'_>,
    table: &mut Table<K, R>,
    ids: Option<&[Uuid]>,
) -> Result<()> {
    let Some(some) = ids else {
        // What is there stays until all is read.
        let mut all = Filling::default();
        each(source, None, |row: R| all.push(K::from_uuid(row.key()), row)).await?;
        *table = all.done();
        return Ok(());
    };
    let mut found = Vec::with_capacity(some.len());
    each(source, ids, |row: R| found.push((K::from_uuid(row.key()), row))).await?;
    for id in some {
        table.remove(&K::from_uuid(*id));
    }
    for (key, row) in found {
        table.insert(key, row);
    }
    Ok(())
}

/// The keys of a table by something else.
type Keys<I, K> = Table<(I, K), ()>;

/// As [`replace`], with the keys of the table by something else.
async fn replace_both<K: EntityId + Ord, R: Kept, I: Ord + Clone>(
    source: &mut Source<'_>,
    (table, index): (&mut Table<K, R>, &mut Keys<I, K>),
    ids: Option<&[Uuid]>,
    by: impl Fn(&R) -> Option<I>,
) -> Result<()> {
    let before = table.clone();
    replace(source, table, ids).await?;
    let Some(some) = ids else {
        *index = table.iter().filter_map(|(key, row)| Some(((by(row)?, *key), ()))).collect();
        return Ok(());
    };
    for key in some.iter().map(|id| K::from_uuid(*id)) {
        if let Some(owner) = before.get(&key).and_then(&by) {
            index.remove(&(owner, key));
        }
        if let Some(owner) = table.get(&key).and_then(&by) {
            index.insert((owner, key), ());
        }
    }
    Ok(())
}

/// The keys of an index behind something.
fn keys<I: Ord + Clone, K: EntityId + Ord>(index: &Keys<I, K>, of: I) -> impl Iterator<Item = K> {
    let found = index.from(&(of.clone(), K::from_uuid(Uuid::nil())));
    found.map(|(key, ())| key).take_while(move |(owner, _)| *owner == of).map(|(_, key)| *key)
}

/// What an index is by, each once.
fn owners<I: Ord + Copy, K: Ord + Clone>(index: &Keys<I, K>) -> impl Iterator<Item = I> {
    let mut last = None;
    let each = index.iter().map(|((owner, _), ())| *owner);
    each.filter(move |owner| last.replace(*owner) != Some(*owner))
}

fn region_of(accounts: &Table<ProviderAccountId, AccountRow>, row: &WorkloadRow) -> Option<CloudRegionId> {
    implied::region_of(row, accounts.get(&row.account_id)?)
}

impl Recorded {
    /// Reads everything: one statement for each table, the large ones at the same time as the others.
    ///
    /// # Errors
    /// Those of the database, also for an item that stands for nothing.
    pub async fn read(db: &Snapshot) -> Result<Self> {
        let (mut parts, mut elsewhere) = (JoinSet::new(), Vec::new());
        for (connection, tables) in db.beside(BESIDE.len()).await.into_iter().zip(BESIDE) {
            parts.spawn(Self::read_beside(connection, tables));
            elsewhere.extend(tables);
        }
        let mut recorded = Self::default();
        for table in WATCHED.iter().filter(|table| !elsewhere.contains(table)) {
            recorded.read_again(&mut Source::Snapshot(db), table, None).await?;
        }
        while let Some(part) = parts.join_next().await {
            recorded.take(part.map_err(Error::internal)??);
        }
        Ok(recorded)
    }

    /// Reads some of the tables of [`BESIDE`].
    async fn read_beside(mut connection: Beside, tables: &[&str]) -> Result<Self> {
        let mut recorded = Self::default();
        for table in tables {
            recorded.read_again(&mut Source::Beside(&mut connection), table, None).await?;
        }
        connection.close().await;
        Ok(recorded)
    }

    /// Takes over what was read of the tables of [`BESIDE`].
    fn take(&mut self, part: Self) {
        if !part.assets.is_empty() {
            self.assets = part.assets;
        }
        if !part.items.is_empty() {
            (self.items, self.item_of) = (part.items, part.item_of);
        }
        if !part.dependencies.is_empty() {
            (self.dependencies, self.needs) = (part.dependencies, part.needs);
        }
        if !part.coverage.is_empty() {
            (self.coverage, self.covered) = (part.coverage, part.covered);
        }
    }

    /// Reads the rows of a table again, all of them or those with some ids: one statement.
    ///
    /// # Errors
    /// As [`Recorded::read`]; `Internal` for a table that the graph does not rest on.
    pub async fn read_again(
        &mut self,
        source: &mut Source<'_>,
        table: &str,
        ids: Option<&[Uuid]>,
    ) -> Result<()> {
        match table {
            "configuration_item" => {
                let mut rows = Vec::new();
                each(source, ids, |row: ItemRow| rows.push((row.id, row.thing))).await?;
                self.replace_items(rows, ids);
            }
            "dependency" => {
                let both = (&mut self.dependencies, &mut self.needs);
                replace_both(source, both, ids, |row| Some(row.from_id)).await?;
            }
            "redundancy_group" => {
                let both = (&mut self.groups, &mut self.owned);
                replace_both(source, both, ids, |row| Some(row.owner_id)).await?;
            }
            "support_coverage" => {
                let both = (&mut self.coverage, &mut self.covered);
                replace_both(source, both, ids, |row| Some(row.asset_id)).await?;
            }
            "service" => replace(source, &mut self.services, ids).await?,
            "power_feed" => {
                let both = (&mut self.feeds, &mut self.panels);
                replace_both(source, both, ids, implied::panel_of).await?;
            }
            "asset" => replace(source, &mut self.assets, ids).await?,
            "hardware_model" => replace(source, &mut self.models, ids).await?,
            "rack" => replace(source, &mut self.racks, ids).await?,
            "site" => replace(source, &mut self.sites, ids).await?,
            "vendor" => replace(source, &mut self.vendors, ids).await?,
            "workload" => {
                let accounts = self.accounts.clone();
                let both = (&mut self.workloads, &mut self.regions);
                replace_both(source, both, ids, |row| region_of(&accounts, row)).await?;
            }
            "provider_account" => {
                let before = self.accounts.clone();
                replace(source, &mut self.accounts, ids).await?;
                self.accounts_changed(&before, ids);
            }
            "colocation_contract" => replace(source, &mut self.colocation, ids).await?,
            "colocation_contract_site" => replace(source, &mut self.contract_sites, ids).await?,
            "colocation_circuit" => replace(source, &mut self.circuits, ids).await?,
            "colocation_deployment" => replace(source, &mut self.deployments, ids).await?,
            "support_contract" => replace(source, &mut self.support, ids).await?,
            other => return Err(Error::internal(format!("the graph does not rest on {other}"))),
        }
        Ok(())
    }

    fn replace_items(&mut self, things: Vec<(ConfigurationItemId, Thing)>, ids: Option<&[Uuid]>) {
        let Some(ids) = ids else {
            self.item_of = things.iter().map(|(id, thing)| (*thing, *id)).collect();
            self.items = things.into_iter().collect();
            return;
        };
        for id in ids {
            if let Some(thing) = self.items.remove(&ConfigurationItemId(*id)) {
                self.item_of.remove(&thing);
            }
        }
        for (id, thing) in things {
            self.items.insert(id, thing);
            self.item_of.insert(thing, id);
        }
    }

    /// Regions are those of providers: where the provider of an account is another, so are its regions.
    fn accounts_changed(&mut self, before: &Table<ProviderAccountId, AccountRow>, ids: Option<&[Uuid]>) {
        let is_same = |id: &Uuid| {
            let was = before.get(&ProviderAccountId(*id)).map(|row| row.provider);
            was.is_none() || was == self.provider_of(ProviderAccountId(*id))
        };
        if !ids.is_some_and(|ids| ids.iter().all(is_same)) {
            let accounts = &self.accounts;
            let workloads = self.workloads.iter();
            self.regions =
                workloads.filter_map(|(id, row)| Some(((region_of(accounts, row)?, *id), ()))).collect();
        }
    }

    /// The provider of an account.
    #[must_use]
    pub fn provider_of(&self, account: ProviderAccountId) -> Option<Provider> {
        self.accounts.get(&account).map(|row| row.provider)
    }

    /// The region that a workload runs in.
    #[must_use]
    pub fn region_of(&self, workload: &WorkloadRow) -> Option<CloudRegionId> {
        region_of(&self.accounts, workload)
    }

    /// The feeds that come from a panel, in the order in which they were recorded.
    pub fn feeds_of_panel(&self, panel: PowerPanelId) -> impl Iterator<Item = &power_feed::Model> {
        keys(&self.panels, panel).filter_map(|id| self.feeds.get(&id))
    }

    /// The workloads in a region, in the order in which they were recorded.
    pub fn workloads_of_region(&self, region: CloudRegionId) -> impl Iterator<Item = &WorkloadRow> {
        keys(&self.regions, region).filter_map(|id| self.workloads.get(&id))
    }

    /// Everything that there is, in a fixed order.
    pub fn things(&self) -> impl Iterator<Item = Thing> {
        fn of<K: Ord + Copy, R: Clone>(
            table: &Table<K, R>,
            thing: fn(K) -> Thing,
        ) -> impl Iterator<Item = Thing> {
            table.iter().map(move |(id, _)| thing(*id))
        }
        of(&self.sites, Thing::Site)
            .chain(of(&self.racks, Thing::Rack))
            .chain(of(&self.feeds, Thing::PowerFeed))
            .chain(of(&self.assets, Thing::Asset))
            .chain(of(&self.workloads, Thing::Workload))
            .chain(of(&self.services, Thing::Service))
            .chain(of(&self.vendors, Thing::Vendor))
            .chain(of(&self.accounts, Thing::ProviderAccount))
            .chain(of(&self.colocation, Thing::ColocationContract))
            .chain(of(&self.support, Thing::SupportContract))
            .chain(owners(&self.panels).map(Thing::PowerPanel))
            .chain(owners(&self.regions).map(Thing::CloudRegion))
    }

    /// The same, with whether it is in use still, or not yet, on a day. Of assets, of which there are most, the rows are
    /// at hand.
    pub fn things_in_use(&self, as_of: NaiveDate) -> impl Iterator<Item = (Thing, bool)> {
        let mut assets = self.assets.values();
        self.things().map(move |thing| {
            let is_out = match thing {
                Thing::Asset(_) => assets.next().is_none_or(|row| row.is_out(as_of)),
                other => self.about(other, as_of).is_none_or(|about| about.is_retired),
            };
            (thing, !is_out)
        })
    }

    /// What an item was said to need, in the order in which it was.
    pub fn needs_of(&self, item: ConfigurationItemId) -> impl Iterator<Item = &DependencyRow> {
        let mut spot = Spot::default();
        keys(&self.needs, item).filter_map(move |id| self.dependencies.near(&mut spot, &id))
    }

    /// The groups of an item, in the order in which they were made.
    pub fn groups_of(&self, item: ConfigurationItemId) -> impl Iterator<Item = &redundancy_group::Model> {
        keys(&self.owned, item).filter_map(|id| self.groups.get(&id))
    }

    /// What covers an asset, whenever it does.
    pub fn coverage_of(&self, asset: AssetId) -> impl Iterator<Item = &CoverageRow> {
        keys(&self.covered, asset).filter_map(|id| self.coverage.get(&id))
    }

    /// The contract behind a circuit.
    #[must_use]
    pub fn contract_of(&self, circuit: ColocationCircuitId) -> Option<ColocationContractId> {
        let deployment = self.circuits.get(&circuit)?.deployment_id;
        Some(self.deployments.get(&deployment)?.contract_id)
    }

    /// The day on which a circuit was handed back, where that has come.
    #[must_use]
    pub fn returned(&self, circuit: ColocationCircuitId, as_of: NaiveDate) -> Option<NaiveDate> {
        self.circuits.get(&circuit)?.returned_on.filter(|on| *on <= as_of)
    }

    /// Whether a thing does its work, or did until it failed: assets that are foreseen, ordered or in stock do not, nor do
    /// services that are planned.
    #[must_use]
    pub fn runs(&self, thing: Thing) -> bool {
        let waits = [AssetStatus::Planned, AssetStatus::Ordered, AssetStatus::InStock];
        match thing {
            Thing::Asset(id) => self.assets.get(&id).is_none_or(|row| !waits.contains(&row.status)),
            Thing::Service(id) => {
                self.services.get(&id).is_none_or(|row| row.status != ServiceStatus::Planned)
            }
            _ => true,
        }
    }

    /// What an asset draws on a day, in watts: nothing where it is not in use.
    #[must_use]
    pub fn watts(&self, asset: &AssetRow, on: NaiveDate) -> Option<i32> {
        let status = usage::status_on(asset.status, asset.retired_on, on);
        if !matches!(status, AssetStatus::InService | AssetStatus::Maintenance) {
            return Some(0);
        }
        let model = self.models.get(&asset.profile.model_id)?;
        let of_model = (model.typical_draw_watts, model.maximum_draw_watts);
        usage::draw(model.kind, asset.profile.power_basis, asset.measured_draw_watts, of_model)
    }

    /// The half units that an asset takes in a rack: none in a chassis or outside of racks.
    #[must_use]
    pub fn half_units(&self, asset: &AssetRow) -> Option<i32> {
        if asset.place.rack_id.is_none() || asset.place.parent_id.is_some() {
            return Some(0);
        }
        self.models.get(&asset.profile.model_id)?.height_half_units
    }
}

/// Whether a colocation contract is in force on a day: billing has begun, and it has not ended.
#[must_use]
pub fn in_force(contract: &colocation_contract::Model, on: NaiveDate) -> bool {
    contract.billing_starts_on <= on && last_day(contract).is_none_or(|last| on <= last)
}

/// The last day of a colocation contract, where it ends.
#[must_use]
pub fn last_day(contract: &colocation_contract::Model) -> Option<NaiveDate> {
    terms::colocation(contract, &[]).ok().and_then(|value| value.end(&BusinessDays::default()))
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
