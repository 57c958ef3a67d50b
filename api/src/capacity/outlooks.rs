//! All pools by how urgent they are, and what binds every site and rack.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_pool, capacity_pool_member as member},
    id::{CapacityPoolId, RackId, SiteId},
    inventory::{
        asset,
        rack::{self, RackStatus},
    },
};
use forecasting::capacity::{exhaustion::Exhaustion, order::OrderBy};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{
    forecasts::{self, MOST_POOLS, PoolForecast, Question},
    members,
};
use crate::{
    error::{Error, Result},
    store::Read,
    topology::items::Thing,
};

/// How urgent a pool is. The first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The day to order by has passed, or it has run out already.
    Overdue,
    /// There is a day to order by.
    Due,
    /// It runs out, and by when to order is not known.
    RunsOut,
    /// It does not run out within the horizon.
    NotWithinHorizon,
    /// Nobody can tell.
    NotComputable,
}

/// What binds a site or a rack: of the pools that it is part of, the one that runs out first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The site or rack.
    pub place: Thing,
    /// The place of the pool among the ranked ones; none where none of them can be told.
    pub pool: Option<usize>,
    /// How many pools there are.
    pub count: usize,
    /// Of how many of them nobody can tell.
    pub unknown: usize,
}

/// All pools by how urgent they are.
pub struct Outlook {
    /// The most urgent first.
    pub ranked: Vec<PoolForecast>,
    /// What binds each site that a pool is at, in the order of ids.
    pub sites: Vec<Binding>,
    /// What binds each rack that a pool has, itself or with its whole site, in the order of ids.
    pub racks: Vec<Binding>,
}

impl PoolForecast {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        match (&self.order_by, self.exhaustions.p90_demand) {
            (Ok(OrderBy::Overdue { .. }), _) | (_, Exhaustion::AlreadyReached(_)) => Urgency::Overdue,
            (Ok(OrderBy::Due(_)), _) => Urgency::Due,
            (_, Exhaustion::Reached(_)) => Urgency::RunsOut,
            (_, Exhaustion::NotWithinHorizon(_)) => Urgency::NotWithinHorizon,
            (_, Exhaustion::NotComputable { .. }) => Urgency::NotComputable,
        }
    }

    /// The day by which something has to be done: the one to order by, else the first of the month it runs out in.
    fn day(&self) -> Option<NaiveDate> {
        match self.order_by {
            Ok(OrderBy::Due(date) | OrderBy::Overdue { date, .. }) => Some(date),
            _ => self.exhaustions.p90_demand.month().map(forecasting::month::Month::first_day),
        }
    }

    fn before(&self, other: &Self) -> Ordering {
        let key = |it: &Self| {
            let months = [it.exhaustions.p90_demand, it.exhaustions.p50].map(Exhaustion::month);
            // A month that is not reached comes after all that are.
            let months = months.map(|month| (month.is_none(), month));
            (it.urgency(), it.day(), months)
        };
        key(self).cmp(&key(other)).then_with(|| self.pool.name.cmp(&other.pool.name))
    }

    /// When it runs out, for comparing pools of a place: the earlier, the sooner it binds.
    fn runs_out(&self) -> Option<(bool, NaiveDate, bool, NaiveDate)> {
        let day = |exhaustion: Exhaustion| match exhaustion {
            Exhaustion::AlreadyReached(month) | Exhaustion::Reached(month) => {
                Some((false, month.first_day()))
            }
            Exhaustion::NotWithinHorizon(month) => Some((true, month.first_day())),
            Exhaustion::NotComputable { .. } => None,
        };
        let ((later, p90), (much_later, p50)) =
            (day(self.exhaustions.p90_demand)?, day(self.exhaustions.p50)?);
        Some((later, p90, much_later, p50))
    }
}

/// The active pools under a condition, by how urgent they are: a bounded number of statements.
///
/// # Errors
/// `LimitExceeded` for more pools than one question may be about, and those of [`forecasts::of`].
pub async fn of(db: &impl Read, among: Condition, question: &Question<'_>) -> Result<Outlook> {
    use capacity_pool::Column as C;
    let active = capacity_pool::Entity::find().filter(among).filter(C::IsActive.eq(true));
    let one_more = u64::try_from(MOST_POOLS).unwrap_or(u64::MAX).saturating_add(1);
    let pools = active.order_by_asc(C::Id).limit(one_more).all(db).await?;
    if pools.len() > MOST_POOLS {
        let message = format!("more pools than the {MOST_POOLS} of one question: ask by site or resource");
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    let mut ranked = forecasts::of(db, &pools, question).await?;
    ranked.sort_by(PoolForecast::before);
    let (sites, racks) = bindings(db, &ranked).await?;
    Ok(Outlook { ranked, sites, racks })
}

/// What each place is part of.
#[derive(Default)]
struct Places {
    sites: BTreeMap<SiteId, BTreeSet<usize>>,
    racks: BTreeMap<RackId, BTreeSet<usize>>,
}

async fn bindings(db: &impl Read, ranked: &[PoolForecast]) -> Result<(Vec<Binding>, Vec<Binding>)> {
    let ids: Vec<CapacityPoolId> = ranked.iter().map(|forecast| forecast.pool.id).collect();
    let holders = members::holders_within(db, Some(&ids)).await?;
    let sites_of_racks = sites_of(db, &ids).await?;
    let members = members::of(db, ids).await?;
    let places = Places::of(ranked, &members, &holders);
    let sites = places.sites.iter().map(|(site, pools)| binding(Thing::Site(*site), pools, ranked));
    let whole_sites = whole_sites(ranked, &members);
    let all: BTreeSet<RackId> = places.racks.keys().chain(sites_of_racks.keys()).copied().collect();
    let racks = all.into_iter().map(|rack| {
        let own = places.racks.get(&rack).into_iter().flatten();
        // A pool that has the whole site has each of its racks.
        let site = sites_of_racks.get(&rack).and_then(|site| whole_sites.get(site));
        let pools: BTreeSet<usize> = own.chain(site.into_iter().flatten()).copied().collect();
        binding(Thing::Rack(rack), &pools, ranked)
    });
    Ok((sites.collect(), racks.collect()))
}

impl Places {
    fn of(
        ranked: &[PoolForecast],
        members: &HashMap<CapacityPoolId, Vec<Thing>>,
        holders: &HashMap<Thing, Vec<Thing>>,
    ) -> Self {
        let mut places = Self::default();
        for (index, forecast) in ranked.iter().enumerate() {
            if let Some(site) = forecast.pool.site_id {
                places.sites.entry(site).or_default().insert(index);
            }
            for member in members.get(&forecast.pool.id).into_iter().flatten() {
                let within = holders.get(member).into_iter().flatten();
                for thing in [member].into_iter().chain(within) {
                    match thing {
                        Thing::Site(site) => drop(places.sites.entry(*site).or_default().insert(index)),
                        Thing::Rack(rack) => drop(places.racks.entry(*rack).or_default().insert(index)),
                        _ => {}
                    }
                }
            }
        }
        places
    }
}

/// The pools that have whole sites as members.
fn whole_sites(
    ranked: &[PoolForecast],
    members: &HashMap<CapacityPoolId, Vec<Thing>>,
) -> HashMap<SiteId, BTreeSet<usize>> {
    let mut whole: HashMap<SiteId, BTreeSet<usize>> = HashMap::new();
    for (index, forecast) in ranked.iter().enumerate() {
        for member in members.get(&forecast.pool.id).into_iter().flatten() {
            if let Thing::Site(site) = member {
                whole.entry(*site).or_default().insert(index);
            }
        }
    }
    whole
}

/// The sites of the racks that are members of pools, in which their members stand, or that stand in sites that are
/// members and are not retired: one statement.
async fn sites_of(db: &impl Read, pools: &[CapacityPoolId]) -> Result<HashMap<RackId, SiteId>> {
    use rack::Column as C;
    let assets = members::column_of(Some(pools), member::Column::AssetId);
    let around = asset::Entity::find().select_only().column(asset::Column::RackId);
    let around =
        around.filter(asset::Column::Id.in_subquery(assets)).filter(asset::Column::RackId.is_not_null());
    let of_sites = Condition::all()
        .add(C::SiteId.in_subquery(members::column_of(Some(pools), member::Column::SiteId)))
        .add(C::Status.ne(RackStatus::Retired));
    let among = Condition::any()
        .add(of_sites)
        .add(C::Id.in_subquery(members::column_of(Some(pools), member::Column::RackId)))
        .add(C::Id.in_subquery(around.into_query()));
    let query = rack::Entity::find().select_only().columns([C::Id, C::SiteId]).filter(among);
    let rows: Vec<(RackId, SiteId)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

fn binding(place: Thing, pools: &BTreeSet<usize>, ranked: &[PoolForecast]) -> Binding {
    let told: Vec<_> =
        pools.iter().filter_map(|index| Some((ranked.get(*index)?.runs_out()?, *index))).collect();
    let unknown = pools.len() - told.len();
    Binding { place, pool: told.into_iter().min().map(|(_, index)| index), count: pools.len(), unknown }
}
