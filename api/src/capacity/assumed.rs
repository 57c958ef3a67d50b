//! What a scenario assumes of pools: how cloud workloads grow, and sites that are left.
//!
//! Growth of cloud spend is taken for growth of demand where all members of a pool are workloads that the change is
//! about: of some of them the observations of the pool do not tell their part. A pool all of which stands at sites that
//! are left ends with the last of them; where its demand goes is not known.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool,
    cloud::workload,
    id::{CapacityPoolId, ProviderAccountId, SiteId, WorkloadId},
    scenarios::scenario_change::Terms,
};
use forecasting::{month::Month, roadmap::GrowthWindow};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::members;
use crate::{
    error::Result,
    scenarios::{Overlay, overlay::Change},
    store::Read,
    topology::items::Thing,
};

/// What is assumed of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumed {
    /// Months in which demand grows at a rate of the scenario, the more special change last.
    pub growth: Vec<GrowthWindow>,
    /// The last month in which it is there.
    pub until: Option<Month>,
    /// What that means, in sentences.
    pub said: Vec<String>,
}

impl Assumed {
    /// Whether the scenario changes what is expected of demand.
    #[must_use]
    pub fn touches(&self) -> bool {
        !self.growth.is_empty() || self.until.is_some()
    }
}

/// What the members of pools are, as far as scenarios speak of it.
struct Places {
    members: HashMap<CapacityPoolId, Vec<Thing>>,
    holders: HashMap<Thing, Vec<Thing>>,
    accounts: HashMap<WorkloadId, ProviderAccountId>,
}

/// What a scenario assumes of some pools, by pool: nothing is read for the baseline.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    overlay: &Overlay,
) -> Result<HashMap<CapacityPoolId, Assumed>> {
    let concerns =
        |change: &Change| matches!(change.row.terms, Terms::GrowthRate { .. } | Terms::SiteExit { .. });
    if !overlay.changes().iter().any(concerns) {
        return Ok(HashMap::new());
    }
    let places = Places::read(db, pools).await?;
    let each = pools.iter().map(|pool| {
        let mut assumed = Assumed::default();
        places.grow(pool, overlay, &mut assumed);
        places.leave(pool, overlay, &mut assumed);
        (pool.id, assumed)
    });
    Ok(each.collect())
}

impl Places {
    async fn read(db: &impl Read, pools: &[capacity_pool::Model]) -> Result<Self> {
        use workload::Column as C;
        let members = members::of(db, pools.iter().map(|pool| pool.id).collect()).await?;
        let things: BTreeSet<Thing> = members.values().flatten().copied().collect();
        let holders = members::holders(db, &things).await?;
        let workloads: Vec<WorkloadId> = things.iter().filter_map(workload_of).collect();
        let query = workload::Entity::find().select_only().columns([C::Id, C::AccountId]);
        let accounts: Vec<(WorkloadId, ProviderAccountId)> =
            query.filter(C::Id.is_in(workloads)).into_tuple().all(db).await?;
        Ok(Self { members, holders, accounts: accounts.into_iter().collect() })
    }

    fn members(&self, pool: &capacity_pool::Model) -> &[Thing] {
        self.members.get(&pool.id).map_or(&[][..], Vec::as_slice)
    }

    fn grow(&self, pool: &capacity_pool::Model, overlay: &Overlay, assumed: &mut Assumed) {
        let members = self.members(pool);
        let mut windows = Vec::new();
        for (place, change) in overlay.changes().iter().enumerate() {
            let Terms::GrowthRate { monthly_rate, from, to } = &change.row.terms else { continue };
            let meant = |workload: WorkloadId| match (change.row.workload_id, change.row.provider_account_id)
            {
                (Some(own), _) => own == workload,
                (None, Some(account)) => self.accounts.get(&workload) == Some(&account),
                (None, None) => true,
            };
            let concerned = members.iter().filter(|thing| workload_of(thing).is_some_and(meant)).count();
            if concerned == 0 {
                continue;
            }
            if concerned < members.len() {
                assumed.said.push(format!(
                    "change {} concerns {concerned} of {} members of {}: what they use of it is not known, so its growth \
                     is not applied",
                    place + 1,
                    members.len(),
                    pool.name
                ));
                continue;
            }
            let rank = (change.row.workload_id.is_some(), change.row.provider_account_id.is_some());
            let window = GrowthWindow {
                from: Month::of(*from),
                to: to.map(Month::of),
                monthly_rate: monthly_rate.to_decimal(),
            };
            windows.push((rank, window));
            assumed.said.push(format!(
                "change {} is taken for the growth of demand of {}",
                place + 1,
                pool.name
            ));
        }
        windows.sort_by_key(|(rank, _)| *rank);
        assumed.growth = windows.into_iter().map(|(_, window)| window).collect();
    }

    /// The sites at which a pool stands.
    fn sites(&self, pool: &capacity_pool::Model) -> BTreeSet<SiteId> {
        let site = |thing: &Thing| match thing {
            Thing::Site(id) => Some(*id),
            _ => None,
        };
        let own = self.members(pool).iter().flat_map(|thing| {
            let within = self.holders.get(thing).into_iter().flatten();
            site(thing).into_iter().chain(within.filter_map(site)).collect::<Vec<_>>()
        });
        let sites: BTreeSet<SiteId> = own.collect();
        if sites.is_empty() { pool.site_id.into_iter().collect() } else { sites }
    }

    fn leave(&self, pool: &capacity_pool::Model, overlay: &Overlay, assumed: &mut Assumed) {
        let sites = self.sites(pool);
        let exits: HashMap<SiteId, NaiveDate> = overlay
            .changes()
            .iter()
            .filter_map(|change| match (&change.row.terms, change.row.site_id) {
                (Terms::SiteExit { on }, Some(site)) => Some((site, *on)),
                _ => None,
            })
            .collect();
        let left: Vec<NaiveDate> = sites.iter().filter_map(|site| exits.get(site)).copied().collect();
        let Some(last) = left.iter().max().copied() else { return };
        if left.len() < sites.len() {
            assumed.said.push(format!(
                "{} of the {} sites of {} are left: where their demand goes is not known, so it stays",
                left.len(),
                sites.len(),
                pool.name
            ));
            return;
        }
        assumed.until = Some(Month::of(last).plus(-1));
        assumed.said.push(format!(
            "{} ends with its sites, the last of which is empty from {last}: where its demand goes is not known",
            pool.name
        ));
    }
}

fn workload_of(thing: &Thing) -> Option<WorkloadId> {
    match thing {
        Thing::Workload(id) => Some(*id),
        _ => None,
    }
}
