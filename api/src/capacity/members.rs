//! What pools are made of. Nothing is put into two pools of one resource, neither itself nor within what holds it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    capacity::{
        capacity_pool::{self, CapacityResource},
        capacity_pool_member as member,
    },
    id::{AssetId, CapacityPoolId, CapacityPoolMemberId, RackId, SiteId},
    inventory::{asset, rack, site},
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockType, SelectStatement},
};

use super::pools;
use crate::{
    error::{Error, Result},
    rules::expect_version,
    schema::filter::through,
    store::{Read, Tx},
    topology::items::{self, Label, Thing},
};

/// Members that one pool may have.
const MOST_MEMBERS: usize = 1_000;

/// Things that one statement names, well below what databases take.
const MOST_NAMED: usize = 10_000;

/// What a pool has as a member, from the ids that a client gave.
///
/// # Errors
/// `Invalid` naming the place of what is no asset, rack, site or workload; `LimitExceeded` for too many.
pub fn parse(texts: &[impl AsRef<str>]) -> Result<Vec<Thing>> {
    if texts.len() > MOST_MEMBERS {
        let message = format!("{} members are more than the {MOST_MEMBERS} of one pool", texts.len());
        return Err(Error::TooMuch { field: "members".to_owned(), message });
    }
    let mut things = Vec::with_capacity(texts.len());
    let mut seen = BTreeSet::new();
    for (index, text) in texts.iter().enumerate() {
        let field = format!("members[{index}]");
        let thing = Thing::parse(&field, text.as_ref())?;
        if !matches!(thing, Thing::Asset(_) | Thing::Rack(_) | Thing::Site(_) | Thing::Workload(_)) {
            let message = format!("{} is neither an asset, a rack, a site nor a workload", text.as_ref());
            return Err(Error::invalid(field, message));
        }
        if seen.insert(thing) {
            things.push(thing);
        }
    }
    Ok(things)
}

/// Says what a pool is made of, in place of what it was before.
///
/// # Errors
/// `NotFound` for a pool or a member that is not there; `Conflict` for a stale version; `Invalid` for a pool that is
/// retired, and by name for what another pool of the resource has, or what is in the list twice: itself and what holds it.
pub async fn set(
    tx: &Tx,
    id: CapacityPoolId,
    expected_version: Option<i32>,
    things: &[Thing],
) -> Result<capacity_pool::Model> {
    let pool = pools::held(tx, id).await?;
    expect_version("capacity pool", pool.version, expected_version)?;
    let labels = items::labels(tx, things).await?;
    if let Some(unknown) = things.iter().find(|thing| !labels.contains_key(thing)) {
        return Err(Error::not_found("member", unknown.id()));
    }
    require_free(tx, &pool, things, &labels).await?;
    write(tx, &pool, things).await?;
    // A pool of other things is another pool to whoever read it.
    let now = entity::moment(tx.caller().now);
    tx.update(pool, |row: &mut capacity_pool::ActiveModel| row.updated_at = Set(now)).await
}

/// The members of pools, by pool, in the order they were recorded.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, ids: Vec<CapacityPoolId>) -> Result<HashMap<CapacityPoolId, Vec<Thing>>> {
    let rows = member::Entity::find().filter(member::Column::PoolId.is_in(ids));
    let mut members: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows.order_by_asc(member::Column::Id).all(db).await? {
        members.entry(row.pool_id).or_default().push(thing(&row)?);
    }
    Ok(members)
}

/// What a member is.
///
/// # Errors
/// Internal for a row that is nothing, which its table refuses.
pub fn thing(row: &member::Model) -> Result<Thing> {
    let known = [
        row.asset_id.map(Thing::Asset),
        row.rack_id.map(Thing::Rack),
        row.site_id.map(Thing::Site),
        row.workload_id.map(Thing::Workload),
    ];
    known.into_iter().flatten().next().ok_or_else(|| Error::internal("a member that is nothing"))
}

/// Writes what a pool is made of. Only what changes is written, so that the change log tells what came and what went.
///
/// # Errors
/// Those of the database.
pub async fn write(tx: &Tx, pool: &capacity_pool::Model, things: &[Thing]) -> Result<()> {
    let rows = member::Entity::find().filter(member::Column::PoolId.eq(pool.id)).all(tx).await?;
    let mut before = BTreeMap::new();
    for row in rows {
        before.insert(thing(&row)?, row);
    }
    let mut added = Vec::new();
    for thing in things {
        if before.remove(thing).is_none() {
            added.push(*thing);
        }
    }
    for row in before.into_values() {
        tx.delete::<_, member::ActiveModel>(row).await?;
    }
    for thing in added {
        tx.insert(row(tx, pool.id, pool.resource, thing)).await?;
    }
    Ok(())
}

fn row(tx: &Tx, pool: CapacityPoolId, resource: CapacityResource, thing: Thing) -> member::ActiveModel {
    let mut row = member::ActiveModel {
        id: Set(tx.new_id()),
        pool_id: Set(pool),
        resource: Set(resource),
        ..Default::default()
    };
    fill(&mut row, thing);
    row
}

/// Says in a row what a member is.
pub fn fill(row: &mut member::ActiveModel, thing: Thing) {
    match thing {
        Thing::Asset(id) => row.asset_id = Set(Some(id)),
        Thing::Rack(id) => row.rack_id = Set(Some(id)),
        Thing::Site(id) => row.site_id = Set(Some(id)),
        Thing::Workload(id) => row.workload_id = Set(Some(id)),
        // Its table refuses a member that is nothing, and whoever reads what is given, what is something else.
        _ => {}
    }
}

/// What is a member of pools, with what it stands in: looked up without asking the database again.
#[derive(Debug, Default)]
pub struct Taken {
    /// The pool of each member, by resource.
    pools: HashMap<(CapacityResource, Thing), (CapacityPoolMemberId, CapacityPoolId)>,
    /// A member that stands in a thing, by resource.
    inside: HashMap<(CapacityResource, Thing), (CapacityPoolMemberId, CapacityPoolId)>,
    holders: HashMap<Thing, Vec<Thing>>,
}

impl Taken {
    /// Reads all members of all pools, and what they and some other things stand in.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read, things: BTreeSet<Thing>) -> Result<(Self, Vec<member::Model>)> {
        let rows = member::Entity::find().all(db).await?;
        let own = rows.iter().map(thing).collect::<Result<BTreeSet<Thing>>>()?;
        let mut taken = Self { holders: holders_within(db, None).await?, ..Self::default() };
        taken.holders.extend(holders(db, &things.difference(&own).copied().collect()).await?);
        for row in &rows {
            taken.note(row);
        }
        Ok((taken, rows))
    }

    /// Takes a member in.
    pub fn note(&mut self, row: &member::Model) {
        let Ok(thing) = thing(row) else { return };
        let of = (row.id, row.pool_id);
        self.pools.insert((row.resource, thing), of);
        for holder in self.holders.get(&thing).into_iter().flatten() {
            self.inside.insert((row.resource, *holder), of);
        }
    }

    /// The thing and the pool of another member of the resource that a thing is, stands in, or holds.
    #[must_use]
    pub fn beside(
        &self,
        own: CapacityPoolMemberId,
        resource: CapacityResource,
        thing: Thing,
    ) -> Option<(Thing, CapacityPoolId)> {
        let holders = self.holders.get(&thing).into_iter().flatten().copied();
        let with = [thing].into_iter().chain(holders);
        let found = with.filter_map(|thing| Some((thing, *self.pools.get(&(resource, thing))?)));
        let inside = self.inside.get(&(resource, thing)).map(|of| (thing, *of));
        let other = found.chain(inside).find(|(_, (member, _))| *member != own);
        other.map(|(thing, (_, pool))| (thing, pool))
    }
}

/// What each of some things stands in: an asset in a rack and a site, a rack in a site.
pub(super) async fn holders(db: &impl Read, things: &BTreeSet<Thing>) -> Result<HashMap<Thing, Vec<Thing>>> {
    let assets = things.iter().filter_map(|thing| match thing {
        Thing::Asset(id) => Some(*id),
        _ => None,
    });
    let racks = things.iter().filter_map(|thing| match thing {
        Thing::Rack(id) => Some(*id),
        _ => None,
    });
    let (assets, racks): (Vec<AssetId>, Vec<RackId>) = (assets.collect(), racks.collect());
    let mut holders = HashMap::new();
    for part in assets.chunks(MOST_NAMED) {
        holders.extend(holders_of_assets(db, asset::Column::Id.is_in(part.iter().copied())).await?);
    }
    for part in racks.chunks(MOST_NAMED) {
        holders.extend(holders_of_racks(db, rack::Column::Id.is_in(part.iter().copied())).await?);
    }
    Ok(holders)
}

/// What each member of some pools stands in, of all pools where none are named: two statements, which name no member.
pub(super) async fn holders_within(
    db: &impl Read,
    pools: Option<&[CapacityPoolId]>,
) -> Result<HashMap<Thing, Vec<Thing>>> {
    let assets = column_of(pools, member::Column::AssetId);
    let mut holders = holders_of_assets(db, asset::Column::Id.in_subquery(assets)).await?;
    let racks = column_of(pools, member::Column::RackId);
    holders.extend(holders_of_racks(db, rack::Column::Id.in_subquery(racks)).await?);
    Ok(holders)
}

/// One column of the members of some pools, or of all, as a part of another statement: nothing is sent to the database
/// that it has.
pub(super) fn column_of(pools: Option<&[CapacityPoolId]>, column: member::Column) -> SelectStatement {
    let own = pools.map(|pools| member::Column::PoolId.is_in(pools.iter().copied()));
    let query = member::Entity::find().select_only().column(column).filter(column.is_not_null());
    query.filter(Condition::all().add_option(own)).into_query()
}

async fn holders_of_assets(db: &impl Read, among: Expr) -> Result<HashMap<Thing, Vec<Thing>>> {
    use asset::Column as C;
    let query = asset::Entity::find().select_only().columns([C::Id, C::RackId, C::SiteId]).filter(among);
    let rows: Vec<(AssetId, Option<RackId>, SiteId)> = query.into_tuple().all(db).await?;
    let holders = rows.into_iter().map(|(id, rack, site)| {
        let within = rack.map(Thing::Rack).into_iter().chain([Thing::Site(site)]);
        (Thing::Asset(id), within.collect())
    });
    Ok(holders.collect())
}

async fn holders_of_racks(db: &impl Read, among: Expr) -> Result<HashMap<Thing, Vec<Thing>>> {
    use rack::Column as C;
    let query = rack::Entity::find().select_only().columns([C::Id, C::SiteId]).filter(among);
    let rows: Vec<(RackId, SiteId)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, site)| (Thing::Rack(id), vec![Thing::Site(site)])).collect())
}

/// Holds the sites in which things stand until the end of the change, in the order of their ids: whatever overlaps stands
/// at one site, so of two changes that put the same into two pools of one resource the later sees the earlier.
async fn hold_sites(tx: &Tx, things: &BTreeSet<Thing>, holders: &HashMap<Thing, Vec<Thing>>) -> Result<()> {
    let all = things.iter().chain(holders.values().flatten());
    let sites: BTreeSet<SiteId> = all
        .filter_map(|thing| match thing {
            Thing::Site(id) => Some(*id),
            _ => None,
        })
        .collect();
    if sites.is_empty() {
        return Ok(());
    }
    let held = site::Entity::find().select_only().column(site::Column::Id);
    let held = held.filter(site::Column::Id.is_in(sites)).order_by_asc(site::Column::Id);
    held.lock(LockType::NoKeyUpdate).into_tuple::<SiteId>().all(tx).await?;
    Ok(())
}

/// The members of other pools of a resource that some things are, stand in, or have in them: one statement.
async fn overlapping(
    tx: &Tx,
    pool: &capacity_pool::Model,
    own: &BTreeSet<Thing>,
    holders: &HashMap<Thing, Vec<Thing>>,
) -> Result<BTreeMap<Thing, CapacityPoolId>> {
    use member::Column as M;
    let (mut assets, mut racks, mut sites, mut workloads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut own_racks, mut own_sites) = (Vec::new(), Vec::new());
    for thing in own.iter().chain(holders.values().flatten()) {
        match thing {
            Thing::Asset(id) => assets.push(*id),
            Thing::Rack(id) => racks.push(*id),
            Thing::Site(id) => sites.push(*id),
            Thing::Workload(id) => workloads.push(*id),
            _ => {}
        }
    }
    for thing in own {
        match thing {
            Thing::Rack(id) => own_racks.push(*id),
            Thing::Site(id) => own_sites.push(*id),
            _ => {}
        }
    }
    let inside = Condition::any()
        .add(asset::Column::RackId.is_in(own_racks))
        .add(asset::Column::SiteId.is_in(own_sites.clone()));
    let inside_sites = Condition::all().add(rack::Column::SiteId.is_in(own_sites));
    let among = Condition::any()
        .add(M::AssetId.is_in(assets))
        .add(M::RackId.is_in(racks))
        .add(M::SiteId.is_in(sites))
        .add(M::WorkloadId.is_in(workloads))
        .add(through::<asset::Entity>(M::AssetId, asset::Column::Id, inside))
        .add(through::<rack::Entity>(M::RackId, rack::Column::Id, inside_sites));
    let others = member::Entity::find().filter(M::Resource.eq(pool.resource)).filter(M::PoolId.ne(pool.id));
    let mut found = BTreeMap::new();
    for row in others.filter(among).all(tx).await? {
        found.insert(thing(&row)?, row.pool_id);
    }
    Ok(found)
}

/// Refuses what is counted twice: within the list, or by another pool of the resource.
async fn require_free(
    tx: &Tx,
    pool: &capacity_pool::Model,
    things: &[Thing],
    labels: &HashMap<Thing, Label>,
) -> Result<()> {
    let name = |thing: &Thing| labels.get(thing).map_or_else(|| thing.id(), |label| label.name.clone());
    let own: BTreeSet<Thing> = things.iter().copied().collect();
    hold_sites(tx, &own, &holders(tx, &own).await?).await?;
    // What was moved while its site was waited for stands elsewhere now.
    let mut holders_of = holders(tx, &own).await?;
    let others = overlapping(tx, pool, &own, &holders_of).await?;
    let beside: BTreeSet<Thing> = others.keys().filter(|other| !own.contains(other)).copied().collect();
    // What other pools have inside of a thing, by that thing.
    let mut inside: HashMap<Thing, CapacityPoolId> = HashMap::new();
    for (other, within) in holders(tx, &beside).await? {
        if let Some(pool) = others.get(&other) {
            inside.extend(within.iter().map(|holder| (*holder, *pool)));
        }
        holders_of.entry(other).or_insert(within);
    }
    let within = |thing: &Thing| holders_of.get(thing).into_iter().flatten();
    for (index, thing) in things.iter().enumerate() {
        if let Some(holder) = within(thing).find(|holder| own.contains(holder)) {
            let message = format!("{} stands in {}, which is a member as well", name(thing), name(holder));
            return Err(Error::invalid(format!("members[{index}]"), message));
        }
        let taken = [*thing].into_iter().chain(within(thing).copied()).find_map(|held| others.get(&held));
        let Some(other) = taken.or_else(|| inside.get(thing)) else { continue };
        let other = pools::find(tx, *other).await?;
        let message = format!(
            "{} is in the pool {} already, wholly or in part: nothing is in two pools of {}",
            name(thing),
            other.name,
            pool.resource.to_value()
        );
        return Err(Error::invalid(format!("members[{index}]"), message));
    }
    Ok(())
}
