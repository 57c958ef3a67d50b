//! Which racks a placement may use.

use std::collections::{BTreeSet, HashSet};

use entity::{
    capacity::capacity_pool,
    id::{CapacityPoolId, EntityId, RackId, SiteId},
    inventory::{
        rack::{self, RackStatus},
        site::{self, SiteStatus},
    },
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{members, rack_holds::Period};
use crate::{
    error::{Error, Result},
    schema::filter::through,
    store::Read,
    topology::items::Thing,
};

/// Racks that one question may be about.
pub const MOST_RACKS: u64 = 5_000;

/// Which racks: those of which all holds that is given. Left out: all.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// These.
    pub racks: Option<Vec<RackId>>,
    /// Those at these sites.
    pub sites: Option<Vec<SiteId>>,
    /// Those that are members of these pools, or stand at sites that are.
    pub pools: Option<Vec<CapacityPoolId>>,
    /// Those for which this holds.
    pub condition: Option<Condition>,
}

/// The racks in use that were chosen, by id: those at sites that are closed, or left by the last day of a period, take
/// nothing.
///
/// # Errors
/// `NotFound` for what is named and not there; `Invalid` for a list of nothing, and for a rack that is named and takes
/// nothing; `LimitExceeded` for too many.
pub async fn chosen(db: &impl Read, choice: &Choice, period: Period) -> Result<Vec<rack::Model>> {
    use rack::Column as C;
    let last = period.until.unwrap_or(period.from);
    let stays = Condition::any().add(site::Column::ExitOn.is_null()).add(site::Column::ExitOn.gt(last));
    let open = Condition::all().add(site::Column::Status.ne(SiteStatus::Closed)).add(stays);
    let mut among = Condition::all()
        .add(through::<site::Entity>(C::SiteId, site::Column::Id, open))
        .add_option(choice.condition.clone());
    if let Some(racks) = &choice.racks {
        among = among.add(C::Id.is_in(named("in.racks", racks)?));
    }
    if let Some(sites) = &choice.sites {
        let ids = named("in.sites", sites)?;
        require_all::<site::Entity, _>(db, sites, site::Column::Id, "site").await?;
        among = among.add(C::SiteId.is_in(ids));
    }
    if let Some(pools) = &choice.pools {
        named("in.pools", pools)?;
        require_all::<capacity_pool::Entity, _>(db, pools, capacity_pool::Column::Id, "capacity pool")
            .await?;
        among = among.add(of_pools(db, pools).await?);
    }
    let in_use = rack::Entity::find().filter(among).filter(C::Status.eq(RackStatus::Active));
    let racks = in_use.order_by_asc(C::Id).limit(MOST_RACKS + 1).all(db).await?;
    if racks.len() as u64 > MOST_RACKS {
        let message = format!("more than {MOST_RACKS} racks; name sites, racks or pools");
        return Err(Error::TooMuch { field: "in".to_owned(), message });
    }
    if let Some(given) = &choice.racks {
        require_in_use(db, given, &racks).await?;
    }
    Ok(racks)
}

fn named<I: EntityId>(field: &str, ids: &[I]) -> Result<Vec<Uuid>> {
    if ids.is_empty() {
        return Err(Error::invalid(field, "names none; leave it out to mean all"));
    }
    if ids.len() as u64 > MOST_RACKS {
        let message = format!("{} are more than the {MOST_RACKS} of one question", ids.len());
        return Err(Error::TooMuch { field: field.to_owned(), message });
    }
    Ok(ids.iter().map(|id| id.uuid()).collect())
}

/// Refuses ids that no row has.
async fn require_all<E: EntityTrait, I: EntityId>(
    db: &impl Read,
    ids: &[I],
    column: E::Column,
    noun: &'static str,
) -> Result<()> {
    let among = column.is_in(ids.iter().map(|id| id.uuid()));
    let found: Vec<Uuid> = E::find().select_only().column(column).filter(among).into_tuple().all(db).await?;
    let found: HashSet<Uuid> = found.into_iter().collect();
    match ids.iter().find(|id| !found.contains(&id.uuid())) {
        Some(unknown) => Err(Error::not_found(noun, *unknown)),
        None => Ok(()),
    }
}

/// Says of the first rack that was named and is not among those in use whether there is none, or why not.
async fn require_in_use(db: &impl Read, given: &[RackId], racks: &[rack::Model]) -> Result<()> {
    let found: BTreeSet<RackId> = racks.iter().map(|rack| rack.id).collect();
    let Some((index, missing)) = given.iter().enumerate().find(|(_, id)| !found.contains(id)) else {
        return Ok(());
    };
    let rack = rack::Entity::find_by_id(*missing).one(db).await?;
    let rack = rack.ok_or_else(|| Error::not_found("rack", *missing))?;
    let message = if rack.status == RackStatus::Active {
        format!(
            "{} stands at a site that is closed or left by then, or where the others that `in` names are not",
            rack.name
        )
    } else {
        format!("{} is {}; only a rack that is ACTIVE takes equipment", rack.name, rack.status.to_value())
    };
    Err(Error::invalid(format!("in.racks[{index}]"), message))
}

/// The racks that are members of pools, or stand at sites that are.
async fn of_pools(db: &impl Read, pools: &[CapacityPoolId]) -> Result<Condition> {
    let members = members::of(db, pools.to_vec()).await?;
    let mut racks = BTreeSet::new();
    let mut sites = BTreeSet::new();
    for member in members.into_values().flatten() {
        match member {
            Thing::Rack(id) => {
                racks.insert(id.uuid());
            }
            Thing::Site(id) => {
                sites.insert(id.uuid());
            }
            _ => {}
        }
    }
    Ok(Condition::any().add(rack::Column::Id.is_in(racks)).add(rack::Column::SiteId.is_in(sites)))
}
