//! What is on record that changes pools, read once for the baseline and for scenarios alike.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool,
    id::{AssetId, HardwareModelId, RefreshCycleId, SiteId},
    inventory::site,
    lifecycle::{refresh_cycle, refresh_cycle_asset},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    causes::Cycle,
    contents::is_of_equipment,
    held_models::{ModelHeld, models_of},
    holdings::Holdings,
};
use crate::{
    error::Result, lifecycle::refresh_cycles::OPEN, roadmap::contracts::Contracts, scenarios::Overlay,
    store::Read,
};

/// A site with its code and the day on which it is planned to be empty.
pub(super) type SiteRow = (SiteId, String, Option<NaiveDate>);

/// What is on record that changes pools, before any scenario is laid over it.
pub struct Grounds {
    /// All sites.
    pub(super) sites: Vec<SiteRow>,
    /// Those of colocation.
    pub(super) contracts: Contracts,
    /// Refresh cycles that are neither done nor given up, by name; none where nothing that is replaced matters.
    pub(super) cycles: Vec<Cycle>,
    /// Models that cycles buy and that are not among those that pools hold.
    pub(super) models: Arc<HashMap<HardwareModelId, ModelHeld>>,
    /// Whether it matters for the pools what is replaced.
    pub(super) is_refreshed: bool,
}

impl Grounds {
    /// Reads it: at most eight statements.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn read(
        db: &impl Read,
        pools: &[capacity_pool::Model],
        held: &Holdings,
    ) -> Result<Self> {
        let contracts = Contracts::of_colocation(db).await?;
        let columns = [site::Column::Id, site::Column::Code, site::Column::ExitOn];
        let sites = site::Entity::find().select_only().columns(columns).into_tuple().all(db).await?;
        let is_refreshed = pools.iter().any(|pool| is_of_equipment(pool.resource)) || held.has_pieces();
        let cycles = if is_refreshed { cycles(db).await? } else { Vec::new() };
        let bought = cycles.iter().filter_map(|cycle| cycle.model);
        let bought: BTreeSet<HardwareModelId> = bought.filter(|id| !held.models.contains_key(id)).collect();
        let models = Arc::new(models_of(db, bought).await?);
        Ok(Self { sites, contracts, cycles, models, is_refreshed })
    }

    /// Whether a scenario shifts refreshes that matter for the pools.
    pub(super) fn shifts(&self, overlay: &Overlay) -> bool {
        self.is_refreshed && overlay.shifts_refreshes()
    }
}

/// The refresh cycles that are neither done nor given up, by name.
async fn cycles(db: &impl Read) -> Result<Vec<Cycle>> {
    use refresh_cycle::Column as C;
    use refresh_cycle_asset::Column as A;
    let open = C::Status.is_in(OPEN);
    let rows = refresh_cycle::Entity::find().filter(open.clone()).all(db).await?;
    let ids = refresh_cycle::Entity::find().select_only().column(C::Id).filter(open);
    let query = refresh_cycle_asset::Entity::find().select_only().columns([A::CycleId, A::AssetId]);
    let query = query.filter(A::CycleId.in_subquery(ids.into_query()));
    let mut assets: HashMap<RefreshCycleId, BTreeSet<AssetId>> = HashMap::new();
    for (cycle, asset) in query.into_tuple::<(RefreshCycleId, AssetId)>().all(db).await? {
        assets.entry(cycle).or_default().insert(asset);
    }
    let recorded = |row: refresh_cycle::Model| Cycle {
        id: Some(row.id),
        assets: assets.remove(&row.id).unwrap_or_default(),
        name: row.name,
        in_service_on: row.in_service_on,
        model: row.model_id,
        quantity: row.quantity.and_then(|quantity| u32::try_from(quantity).ok()),
    };
    let mut cycles: Vec<Cycle> = rows.into_iter().map(recorded).collect();
    cycles.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cycles)
}
