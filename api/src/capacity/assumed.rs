//! What is assumed of pools: how cloud workloads grow in a scenario, and sites that are left, as recorded or in one.
//!
//! Growth of cloud spend is taken for growth of demand where all members of a pool are workloads that the change is
//! about: of some of them the observations of the pool do not tell their part. A pool all of which stands at sites that
//! are left ends with the last of them; where its demand goes is not known.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_pool, capacity_pool_member as member},
    cloud::workload,
    id::{CapacityPoolId, ProviderAccountId, SiteId, WorkloadId},
    scenarios::scenario_change::Terms,
};
use forecasting::{month::Month, roadmap::GrowthWindow};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};

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
    /// Whether it is the scenario that ends it then.
    pub is_ended_by_scenario: bool,
    /// What that means, in sentences.
    pub said: Vec<String>,
}

/// Sites that are to be left: when they are empty, and whether a scenario says so.
pub type Leaving = HashMap<SiteId, (NaiveDate, bool)>;

impl Assumed {
    /// Whether the scenario changes what is expected of demand.
    #[must_use]
    pub fn touches(&self) -> bool {
        !self.growth.is_empty() || self.is_ended_by_scenario
    }
}

/// The sites that a scenario leaves.
#[must_use]
pub fn left_by(overlay: &Overlay) -> Leaving {
    let exits = overlay.changes().iter().filter_map(|change| match (&change.row.terms, change.row.site_id) {
        (Terms::SiteExit { on }, Some(site)) => Some((site, (*on, true))),
        _ => None,
    });
    exits.collect()
}

/// What is assumed of some pools, by pool: nothing is read where no site is left and nothing is laid over what is
/// recorded.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    overlay: &Overlay,
    leaving: &Leaving,
) -> Result<HashMap<CapacityPoolId, Assumed>> {
    let concerns = |change: &Change| matches!(change.row.terms, Terms::GrowthRate { .. });
    if leaving.is_empty() && !overlay.changes().iter().any(concerns) {
        return Ok(HashMap::new());
    }
    let places = places(db, pools).await?;
    let each = pools.iter().filter_map(|pool| {
        let place = places.get(&pool.id)?;
        Some((pool.id, place.assumed(&pool.name, overlay, leaving)))
    });
    Ok(each.collect())
}

/// What a pool is made of, as far as scenarios speak of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How many members it has.
    pub members: usize,
    /// Those that are workloads, with their accounts.
    pub workloads: Vec<(WorkloadId, Option<ProviderAccountId>)>,
    /// The sites at which it stands.
    pub sites: BTreeSet<SiteId>,
}

/// What some pools are made of, by pool: a few statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn places(
    db: &impl Read,
    pools: &[capacity_pool::Model],
) -> Result<HashMap<CapacityPoolId, Place>> {
    use workload::Column as C;
    let ids: Vec<CapacityPoolId> = pools.iter().map(|pool| pool.id).collect();
    let holders = members::holders_within(db, Some(&ids)).await?;
    let workloads = members::column_of(Some(&ids), member::Column::WorkloadId);
    let members = members::of(db, ids).await?;
    let query = workload::Entity::find().select_only().columns([C::Id, C::AccountId]);
    let accounts: Vec<(WorkloadId, ProviderAccountId)> =
        query.filter(C::Id.in_subquery(workloads)).into_tuple().all(db).await?;
    let accounts: HashMap<_, _> = accounts.into_iter().collect();
    let place = |pool: &capacity_pool::Model| {
        let members = members.get(&pool.id).map_or(&[][..], Vec::as_slice);
        let workloads = members.iter().filter_map(workload_of);
        let own = members.iter().flat_map(|thing| {
            let within = holders.get(thing).into_iter().flatten();
            site_of(thing).into_iter().chain(within.filter_map(site_of)).collect::<Vec<_>>()
        });
        let mut sites: BTreeSet<SiteId> = own.collect();
        if sites.is_empty() {
            sites.extend(pool.site_id);
        }
        Place {
            members: members.len(),
            workloads: workloads.map(|id| (id, accounts.get(&id).copied())).collect(),
            sites,
        }
    };
    Ok(pools.iter().map(|pool| (pool.id, place(pool))).collect())
}

impl Place {
    /// What is assumed of the pool.
    #[must_use]
    pub fn assumed(&self, pool: &str, overlay: &Overlay, leaving: &Leaving) -> Assumed {
        let mut assumed = Assumed::default();
        self.grow(pool, overlay, &mut assumed);
        self.leave(pool, leaving, &mut assumed);
        assumed
    }

    fn grow(&self, pool: &str, overlay: &Overlay, assumed: &mut Assumed) {
        let mut windows = Vec::new();
        for (place, change) in overlay.changes().iter().enumerate() {
            let Terms::GrowthRate { monthly_rate, from, to } = &change.row.terms else { continue };
            let meant = |(workload, own): &&(WorkloadId, Option<ProviderAccountId>)| match (
                change.row.workload_id,
                change.row.provider_account_id,
            ) {
                (Some(named), _) => named == *workload,
                (None, Some(account)) => *own == Some(account),
                (None, None) => true,
            };
            let concerned = self.workloads.iter().filter(meant).count();
            if concerned == 0 {
                continue;
            }
            if concerned < self.members {
                assumed.said.push(format!(
                    "change {} concerns {concerned} of {} members of {pool}: what they use of it is not known, so its \
                     growth is not applied",
                    place + 1,
                    self.members,
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
            assumed.said.push(format!("change {} is taken for the growth of demand of {pool}", place + 1));
        }
        windows.sort_by_key(|(rank, _)| *rank);
        assumed.growth = windows.into_iter().map(|(_, window)| window).collect();
    }

    fn leave(&self, pool: &str, leaving: &Leaving, assumed: &mut Assumed) {
        let exits: Vec<(NaiveDate, bool)> =
            self.sites.iter().filter_map(|site| leaving.get(site)).copied().collect();
        let left: Vec<NaiveDate> = exits.iter().map(|(on, _)| *on).collect();
        let Some(last) = left.iter().max().copied() else { return };
        if left.len() < self.sites.len() {
            assumed.said.push(format!(
                "{} of the {} sites of {pool} are left: where their demand goes is not known, so it stays",
                left.len(),
                self.sites.len(),
            ));
            return;
        }
        assumed.until = Some(Month::of(last).plus(-1));
        assumed.is_ended_by_scenario = exits.iter().any(|(_, is_assumed)| *is_assumed);
        assumed.said.push(format!(
            "{pool} ends with its sites, the last of which is empty from {last}: where its demand goes is not known"
        ));
    }
}

fn site_of(thing: &Thing) -> Option<SiteId> {
    match thing {
        Thing::Site(id) => Some(*id),
        _ => None,
    }
}

fn workload_of(thing: &Thing) -> Option<WorkloadId> {
    match thing {
        Thing::Workload(id) => Some(*id),
        _ => None,
    }
}
