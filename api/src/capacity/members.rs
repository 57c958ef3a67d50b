//! What pools are made of. Nothing is put into two pools of one resource, neither itself nor within what holds it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    capacity::{
        capacity_pool::{self, CapacityResource},
        capacity_pool_member as member,
    },
    id::{AssetId, CapacityPoolId, CapacityPoolMemberId, RackId, SiteId},
    inventory::{asset, rack},
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::pools;
use crate::{
    error::{Error, Result},
    rules::expect_version,
    store::{Read, Tx},
    topology::items::{self, Label, Thing},
};

/// Members that one pool may have.
const MOST_MEMBERS: usize = 1_000;

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
        let all: BTreeSet<Thing> = things.union(&own).copied().collect();
        let mut taken = Self { holders: holders(db, &all).await?, ..Self::default() };
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
    if !assets.is_empty() {
        use asset::Column as C;
        let query = asset::Entity::find().select_only().columns([C::Id, C::RackId, C::SiteId]);
        let rows: Vec<(AssetId, Option<RackId>, SiteId)> =
            query.filter(C::Id.is_in(assets)).into_tuple().all(db).await?;
        holders.extend(rows.into_iter().map(|(id, rack, site)| {
            let within = rack.map(Thing::Rack).into_iter().chain([Thing::Site(site)]);
            (Thing::Asset(id), within.collect())
        }));
    }
    if !racks.is_empty() {
        use rack::Column as C;
        let query = rack::Entity::find().select_only().columns([C::Id, C::SiteId]);
        let rows: Vec<(RackId, SiteId)> = query.filter(C::Id.is_in(racks)).into_tuple().all(db).await?;
        holders.extend(rows.into_iter().map(|(id, site)| (Thing::Rack(id), vec![Thing::Site(site)])));
    }
    Ok(holders)
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
    let of_others = Condition::all()
        .add(member::Column::Resource.eq(pool.resource))
        .add(member::Column::PoolId.ne(pool.id));
    let mut others = BTreeMap::new();
    for row in member::Entity::find().filter(of_others).all(tx).await? {
        others.insert(thing(&row)?, row.pool_id);
    }
    let all: BTreeSet<Thing> = own.iter().chain(others.keys()).copied().collect();
    let holders = holders(tx, &all).await?;
    let within = |thing: &Thing| holders.get(thing).into_iter().flatten();
    for (index, thing) in things.iter().enumerate() {
        if let Some(holder) = within(thing).find(|holder| own.contains(holder)) {
            let message = format!("{} stands in {}, which is a member as well", name(thing), name(holder));
            return Err(Error::invalid(format!("members[{index}]"), message));
        }
        let taken = [*thing].into_iter().chain(within(thing).copied()).find_map(|held| others.get(&held));
        let inside = || others.iter().find(|(other, _)| within(other).any(|holder| holder == thing));
        let Some(other) = taken.copied().or_else(|| inside().map(|(_, pool)| *pool)) else { continue };
        let other = pools::find(tx, other).await?;
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
