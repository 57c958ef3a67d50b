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
    let places = places(db, pools).await?;
    let each = pools.iter().filter_map(|pool| {
        let place = places.get(&pool.id)?;
        Some((pool.id, place.assumed(&pool.name, overlay)))
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
    let members = members::of(db, pools.iter().map(|pool| pool.id).collect()).await?;
    let things: BTreeSet<Thing> = members.values().flatten().copied().collect();
    let holders = members::holders(db, &things).await?;
    let workloads: Vec<WorkloadId> = things.iter().filter_map(workload_of).collect();
    let query = workload::Entity::find().select_only().columns([C::Id, C::AccountId]);
    let accounts: Vec<(WorkloadId, ProviderAccountId)> =
        query.filter(C::Id.is_in(workloads)).into_tuple().all(db).await?;
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
    /// What a scenario assumes of the pool.
    #[must_use]
    pub fn assumed(&self, pool: &str, overlay: &Overlay) -> Assumed {
        let mut assumed = Assumed::default();
        self.grow(pool, overlay, &mut assumed);
        self.leave(pool, overlay, &mut assumed);
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

    /// When the sites that a scenario leaves are left.
    fn left(&self, overlay: &Overlay) -> Vec<NaiveDate> {
        let exits: HashMap<SiteId, NaiveDate> = overlay
            .changes()
            .iter()
            .filter_map(|change| match (&change.row.terms, change.row.site_id) {
                (Terms::SiteExit { on }, Some(site)) => Some((site, *on)),
                _ => None,
            })
            .collect();
        self.sites.iter().filter_map(|site| exits.get(site)).copied().collect()
    }

    /// Whether a scenario leaves some of its sites and not all.
    #[must_use]
    pub fn is_partly_left(&self, overlay: &Overlay) -> bool {
        (1..self.sites.len()).contains(&self.left(overlay).len())
    }

    fn leave(&self, pool: &str, overlay: &Overlay, assumed: &mut Assumed) {
        let left = self.left(overlay);
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
