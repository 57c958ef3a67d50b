//! What the database and the rows taken so far say, by natural key.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use entity::id::{
    AssetId, BudgetVersionId, ChargebackId, ColocationContractId, EntityId, RackId, ScenarioId,
};
use entity::lifecycle::depreciation_rule::Book;
use entity::{
    access, capacity, cloud, contracts, finance, inventory, lifecycle, recovery, scenarios, topology,
};
use sea_orm::{EntityTrait, IntoSimpleExpr, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter, Value};
use uuid::Uuid;

use super::items::Items;
use crate::error::{Error, Result};
use crate::finance::{places::Places, savings_claims::Codes};
use crate::import::records::{AccountKey, ModelKey, RackKey};
use crate::inventory::placement::Mounted;
use crate::lifecycle::{books::Books, holdings::Holding};
use crate::scenarios::changes::Cohorts;
use crate::store::Tx;

/// Keys that one statement asks for: below what SQLite takes, and few enough statements for large files.
const KEYS_AT_ONCE: usize = 10_000;

/// A natural key as texts: the tag of an asset, the site and the name of a rack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub Vec<String>);

impl Key {
    /// The key of these parts.
    pub fn of<Part: Into<String>>(parts: impl IntoIterator<Item = Part>) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }

    /// A part; empty where there are fewer.
    pub fn part(&self, place: usize) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" / "))
    }
}

impl From<&RackKey> for Key {
    fn from(key: &RackKey) -> Self {
        Self::of([&key.site, &key.name])
    }
}

impl From<&ModelKey> for Key {
    fn from(key: &ModelKey) -> Self {
        Self::of([&key.manufacturer, &key.name])
    }
}

impl From<&AccountKey> for Key {
    fn from(key: &AccountKey) -> Self {
        Self::of([&key.provider, &key.account_number])
    }
}

impl From<&String> for Key {
    fn from(text: &String) -> Self {
        Self::of([text])
    }
}

/// The rows of a noun that an import meets.
#[derive(Debug)]
pub struct Table<M> {
    rows: HashMap<Key, M>,
    keys: HashMap<Uuid, Key>,
}

impl<M> Default for Table<M> {
    fn default() -> Self {
        Self { rows: HashMap::new(), keys: HashMap::new() }
    }
}

impl<M: ModelTrait> Table<M> {
    /// Takes a row in, in place of an earlier state of it.
    pub fn put(&mut self, key: Key, row: M) {
        if let Some(id) = id_of(&row) {
            self.keys.insert(id, key.clone());
        }
        self.rows.insert(key, row);
    }

    /// Forgets a row that could not be written.
    pub fn forget(&mut self, key: &Key) {
        self.rows.remove(key);
    }

    /// The row of a key.
    pub fn get(&self, key: &Key) -> Option<&M> {
        self.rows.get(key)
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = &M> {
        self.rows.values()
    }

    /// The row with an id.
    pub fn with_id(&self, id: impl EntityId) -> Option<&M> {
        self.rows.get(self.keys.get(&id.uuid())?)
    }

    /// The row that `column` of a file names.
    ///
    /// # Errors
    /// `Invalid` naming the column and the key when there is no such row.
    pub fn named(&self, column: &str, key: &Key) -> Result<&M> {
        self.rows.get(key).ok_or_else(|| {
            let message = format!("'{key}' is neither in the database nor among the rows that were taken");
            Error::invalid(column, message)
        })
    }

    /// The row that `column` of a file names, if it names one.
    ///
    /// # Errors
    /// As [`Table::named`].
    pub fn named_if_any<'k, K>(&self, column: &str, key: Option<&'k K>) -> Result<Option<&M>>
    where
        Key: From<&'k K>,
    {
        key.map(|key| self.named(column, &Key::from(key))).transpose()
    }
}

/// The id of a row.
pub fn id_of<M: ModelTrait>(row: &M) -> Option<Uuid> {
    let key = <M::Entity as EntityTrait>::PrimaryKey::iter().next()?;
    match row.get(key.into_column()) {
        Value::Uuid(id) => id,
        _ => None,
    }
}

/// Everything that is known, by noun.
#[derive(Debug, Default)]
pub struct Known {
    pub currencies: Table<finance::currency::Model>,
    pub exchange_rates: Table<finance::exchange_rate::Model>,
    /// What closed periods are converted with.
    pub closed_rates: crate::finance::closed_rates::ClosedRates,
    pub price_index_values: Table<finance::price_index_value::Model>,
    pub fiscal_calendars: Table<finance::fiscal_calendar::Model>,
    pub users: Table<access::user::Model>,
    pub vendors: Table<inventory::vendor::Model>,
    pub manufacturers: Table<inventory::manufacturer::Model>,
    pub sites: Table<inventory::site::Model>,
    pub racks: Table<inventory::rack::Model>,
    pub hardware_models: Table<inventory::hardware_model::Model>,
    pub assets: Table<inventory::asset::Model>,
    pub colocation_contracts: Table<contracts::colocation_contract::Model>,
    pub colocation_charges: Table<contracts::colocation_charge::Model>,
    pub support_contracts: Table<contracts::support_contract::Model>,
    pub support_coverages: Table<contracts::support_coverage::Model>,
    pub colocation_deployments: Table<contracts::colocation_deployment::Model>,
    pub colocation_circuits: Table<contracts::colocation_circuit::Model>,
    pub colocation_readings: Table<contracts::colocation_reading::Model>,
    pub invoices: Table<contracts::invoice::Model>,
    pub invoice_lines: Table<contracts::invoice_line::Model>,
    /// New invoices that cannot be recorded whole, and why.
    pub refused_invoices: BTreeMap<Key, String>,
    pub offers: Table<contracts::offer::Model>,
    pub depreciation_rules: Table<lifecycle::depreciation_rule::Model>,
    pub refresh_policies: Table<lifecycle::refresh_policy::Model>,
    pub refresh_cycles: Table<lifecycle::refresh_cycle::Model>,
    pub software_releases: Table<lifecycle::software_release::Model>,
    pub book_entries: Table<lifecycle::book_entry::Model>,
    pub book_events: Table<lifecycle::book_event::Model>,
    pub closed_periods: Table<lifecycle::closed_period::Model>,
    pub provider_accounts: Table<cloud::provider_account::Model>,
    pub workloads: Table<cloud::workload::Model>,
    pub cost_records: Table<cloud::cost_record::Model>,
    pub growth_assumptions: Table<cloud::growth_assumption::Model>,
    pub volumes: Table<finance::volume::Model>,
    pub unit_cost_parts: Table<finance::unit_cost_part::Model>,
    pub allocation_models: Table<finance::allocation_model::Model>,
    pub savings_initiatives: Table<finance::savings_initiative::Model>,
    pub savings_claims: Table<finance::savings_claim::Model>,
    /// The books that records are of.
    pub books: HashMap<Book, Books>,
    /// The assets that records of the books name.
    pub holdings: HashMap<AssetId, Holding>,
    pub ledger_codes: Table<finance::ledger_code::Model>,
    /// What codes of the ledger stand for, once claims of savings need it.
    pub claimed_codes: Codes,
    pub budget_versions: Table<finance::budget_version::Model>,
    pub budget_lines: Table<finance::budget_line::Model>,
    pub actual_postings: Table<finance::actual_posting::Model>,
    pub period_closes: Table<finance::period_close::Model>,
    pub variance_explanations: Table<finance::variance_explanation::Model>,
    /// The versions of budgets that the files have lines or postings of, with what those are held against.
    pub budgets: HashMap<BudgetVersionId, Places>,
    /// Those chargebacks of this database whose documents the files name.
    pub chargebacks: HashSet<ChargebackId>,
    /// The day of the import, once it is needed.
    pub today: Option<chrono::NaiveDate>,
    /// Who imports, once it is needed.
    pub importer: Option<String>,
    pub cloud_commitments: Table<cloud::cloud_commitment::Model>,
    pub scenarios: Table<scenarios::scenario::Model>,
    pub scenario_changes: Table<scenarios::scenario_change::Model>,
    pub services: Table<topology::service::Model>,
    pub power_feeds: Table<topology::power_feed::Model>,
    pub redundancy_groups: Table<topology::redundancy_group::Model>,
    pub dependencies: Table<topology::dependency::Model>,
    pub recovery_objectives: Table<recovery::recovery_objective::Model>,
    pub backup_records: Table<recovery::backup_record::Model>,
    pub recovery_drills: Table<recovery::recovery_drill::Model>,
    pub consistency_groups: Table<recovery::consistency_group::Model>,
    pub capacity_pools: Table<capacity::capacity_pool::Model>,
    pub capacity_pool_members: Table<capacity::capacity_pool_member::Model>,
    pub capacity_reservations: Table<capacity::capacity_reservation::Model>,
    pub capacity_events: Table<capacity::capacity_event::Model>,
    pub capacity_purchase_rules: Table<capacity::capacity_purchase_rule::Model>,
    pub capacity_placements: Table<capacity::capacity_placement::Model>,
    pub capacity_placement_racks: Table<capacity::capacity_placement_rack::Model>,
    /// What is a member of pools, with what it stands in.
    pub taken: crate::capacity::members::Taken,
    /// The things that records of `topology` and `recovery` name.
    pub items: Items,
    /// The cohorts that changes of scenarios may move, by the name of the scenario.
    pub cohorts: HashMap<String, Cohorts>,
    /// The scenarios whose lists this import has changed.
    pub relisted: HashSet<ScenarioId>,
    /// Codes of sites that racks of the files stand at.
    pub sites_with_racks: HashSet<String>,
    /// What stands in the racks that assets of the files are in.
    pub mounted: HashMap<RackId, Vec<Mounted>>,
    /// The price sheets of colocation contracts.
    pub sheets: HashMap<ColocationContractId, Vec<contracts::colocation_charge::Model>>,
    /// The sites of colocation contracts, the assets of refresh cycles, and the items of drills and of consistency
    /// groups, by the id of the contract, cycle, drill or group.
    pub links: HashMap<Uuid, BTreeSet<Uuid>>,
}

/// The rows whose `column` is one of `values`, read with few statements.
///
/// # Errors
/// Those of the database.
pub async fn rows_among<E, V>(
    tx: &Tx,
    column: E::Column,
    values: impl IntoIterator<Item = V>,
) -> Result<Vec<E::Model>>
where
    E: EntityTrait,
    V: Into<Value> + Ord,
{
    let values: Vec<V> = values.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let mut rows = Vec::new();
    let mut values = values.into_iter().peekable();
    while values.peek().is_some() {
        let chunk: Vec<Value> = values.by_ref().take(KEYS_AT_ONCE).map(Into::into).collect();
        let among = sea_orm::sea_query::ExprTrait::is_in(column.into_simple_expr(), chunk);
        rows.extend(E::find().filter(among).all(tx).await?);
    }
    Ok(rows)
}
