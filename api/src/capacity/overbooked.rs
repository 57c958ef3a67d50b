//! Places that are held and find no room any more, since what was recorded later takes it.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_placement, capacity_placement_rack},
    id::{EntityId, RackId, SiteId},
    inventory::{
        rack::{self, RackStatus},
        site::{self, SiteStatus},
    },
};
use forecasting::capacity::placement::{Need, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationTrait,
};

use super::{
    needs::Piece,
    rack_choices::MOST_RACKS,
    rack_holds::{Period, Shortfall},
    rack_states::{self, State, Terms},
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Placements that a sentence names before it stops.
const NAMED: usize = 5;

/// What is held of a resource in a rack and finds no room.
#[derive(Clone, Debug)]
pub struct Overbooked {
    /// What of.
    pub resource: Resource,
    /// How much, and when.
    pub shortfall: Shortfall,
    /// The placements that hold of it on the day, by their first day.
    pub placements: Vec<capacity_placement::Model>,
    /// All of it in a sentence.
    pub message: String,
}

/// A rack in which places are held, and what of them finds no room.
#[derive(Clone, Debug)]
pub struct HoldingRack {
    /// The rack.
    pub rack: rack::Model,
    /// Why it takes no equipment, or not for as long as places are held; none where it does.
    pub reason: Option<String>,
    /// What finds no room, by resource. Nothing is looked at in a rack that is not in use.
    pub overbooked: Vec<Overbooked>,
}

impl HoldingRack {
    /// Whether all that is held finds its place.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.reason.is_none() && self.overbooked.is_empty()
    }
}

/// The racks of a condition in which places are held on some day from one on, in the order of their sites and names: ten
/// statements at most, however many there are.
///
/// # Errors
/// `LimitExceeded` for too many.
pub async fn holding(db: &impl Read, among: Condition, from: NaiveDate) -> Result<Vec<HoldingRack>> {
    let period = Period { from, until: None };
    let racks = racks(db, among, period).await?;
    if racks.is_empty() {
        return Ok(Vec::new());
    }
    let mut placements = placements(db, &racks, period).await?;
    let sites = sites(db, &racks).await?;
    let (in_use, others): (Vec<_>, Vec<_>) =
        racks.into_iter().partition(|rack| rack.status == RackStatus::Active);
    // What is held is looked at, whatever else might be asked for.
    let need = Need::new([(Resource::RackUnits, Decimal::ONE)]).map_err(Error::internal)?;
    let states = rack_states::of(db, in_use, period, &need, Terms::default()).await?;
    let states = states.racks.into_iter().map(|state| (state.rack.clone(), Some(state)));
    let mut found: Vec<(String, HoldingRack)> = Vec::new();
    for (rack, state) in states.chain(others.into_iter().map(|rack| (rack, None))) {
        let held = placements.remove(&rack.id).unwrap_or_default();
        let site = sites.get(&rack.site_id);
        let reason = site.and_then(|site| takes_none(&rack, site, &held));
        let overbooked = state.map(|state| of_state(&state, &held)).unwrap_or_default();
        let code = site.map(|site| site.code.as_str()).unwrap_or_default();
        let key = format!("{code} {} {}", rack.name, rack.id);
        found.push((key, HoldingRack { rack, reason, overbooked }));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found.into_iter().map(|(_, rack)| rack).collect())
}

async fn racks(db: &impl Read, among: Condition, period: Period) -> Result<Vec<rack::Model>> {
    let held = capacity_placement_rack::Entity::find()
        .select_only()
        .column(capacity_placement_rack::Column::RackId)
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Placement.def())
        .filter(period.met());
    let racks = rack::Entity::find()
        .filter(among)
        .filter(rack::Column::Id.in_subquery(held.into_query()))
        .order_by_asc(rack::Column::Id)
        .limit(MOST_RACKS + 1);
    let racks = racks.all(db).await?;
    if racks.len() as u64 > MOST_RACKS {
        let message = format!("more than {MOST_RACKS} racks hold places; name fewer of them");
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    Ok(racks)
}

/// What is held in each rack, by the first day.
async fn placements(
    db: &impl Read,
    racks: &[rack::Model],
    period: Period,
) -> Result<HashMap<RackId, Vec<capacity_placement::Model>>> {
    let query = capacity_placement_rack::Entity::find()
        .join(JoinType::InnerJoin, capacity_placement_rack::Relation::Placement.def())
        .select_also(capacity_placement::Entity)
        .filter(capacity_placement_rack::Column::RackId.is_in(racks.iter().map(|rack| rack.id.uuid())))
        .filter(period.met())
        .order_by_asc(capacity_placement::Column::FromOn)
        .order_by_asc(capacity_placement::Column::Purpose);
    let mut of_racks: HashMap<RackId, Vec<capacity_placement::Model>> = HashMap::new();
    for (holding, placement) in query.all(db).await? {
        of_racks.entry(holding.rack_id).or_default().extend(placement);
    }
    Ok(of_racks)
}

async fn sites(db: &impl Read, racks: &[rack::Model]) -> Result<BTreeMap<SiteId, site::Model>> {
    let ids = racks.iter().map(|rack| rack.site_id.uuid());
    let sites = site::Entity::find().filter(site::Column::Id.is_in(ids)).all(db).await?;
    Ok(sites.into_iter().map(|site| (site.id, site)).collect())
}

/// Why a rack does not take what is held there.
fn takes_none(rack: &rack::Model, site: &site::Model, held: &[capacity_placement::Model]) -> Option<String> {
    if rack.status != RackStatus::Active {
        return Some(format!("{} is {} and takes no equipment", rack.name, rack.status.to_value()));
    }
    if site.status == SiteStatus::Closed {
        return Some(format!("{} stands at {}, which is closed", rack.name, site.code));
    }
    let left = site.exit_on?;
    let longer = held.iter().find(|placement| placement.to_on.is_none_or(|last| last >= left))?;
    Some(format!(
        "{} is left on {left}, and {} holds places there for {}",
        site.code, rack.name, longer.purpose
    ))
}

fn of_state(state: &State, held: &[capacity_placement::Model]) -> Vec<Overbooked> {
    let of = |(resource, shortfall): (&Resource, &Shortfall)| {
        let placements = held.iter().filter(|placement| takes(placement, *resource, shortfall.on));
        let placements: Vec<_> = placements.cloned().collect();
        let message = sentence(&state.rack, *resource, shortfall, &placements);
        Overbooked { resource: *resource, shortfall: *shortfall, placements, message }
    };
    state.overbooked.iter().map(of).collect()
}

/// Whether a placement holds something of a resource on a day.
fn takes(placement: &capacity_placement::Model, resource: Resource, on: NaiveDate) -> bool {
    let in_force = placement.from_on <= on && placement.to_on.is_none_or(|last| on <= last);
    in_force && Piece::recorded(placement).amounts().iter().any(|(own, _)| *own == resource)
}

fn sentence(
    rack: &rack::Model,
    resource: Resource,
    shortfall: &Shortfall,
    placements: &[capacity_placement::Model],
) -> String {
    let Shortfall { held, lacking, on } = shortfall;
    let named: Vec<&str> = placements.iter().take(NAMED).map(|it| it.purpose.as_str()).collect();
    let more = if placements.len() > NAMED { " and others" } else { "" };
    let what = match resource {
        Resource::RackUnits => "units",
        Resource::Power => "kW of power",
        Resource::Cooling => "kW of cooling",
        Resource::Ports => "ports",
        Resource::Weight => "kg",
        Resource::Outlets => "outlets",
    };
    format!(
        "{lacking} of the {held} {what} that {} holds on {on} for {}{more} find no room",
        rack.name,
        named.join(", ")
    )
}
