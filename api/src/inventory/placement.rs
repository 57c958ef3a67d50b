//! Where an asset may stand: at which site, in which rack, at which units, on which face, in which chassis.
//!
//! Units are counted from the floor; the lowest is U1. Positions and heights are kept in half units, so U1 is
//! 2 and the upper half of U1 is 3. A model of full depth takes both faces of its units, another just the one
//! that it is mounted on. Whatever has not been disposed of stands where it is recorded to stand, planned
//! equipment included: a plan keeps its units. So does what placements hold for equipment to come, wherever it finds room.

use std::fmt;

use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId, HardwareModelId, RackId, SiteId},
    inventory::{
        asset::{self, AssetStatus, PowerBasis, RackFace},
        hardware_model::{self, HardwareKind},
        rack::{self, RackStatus},
        site::SiteStatus,
    },
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};

use super::{racks, sites, usage::free_heights};
use crate::{
    capacity::{
        held_amounts::{self, Taking},
        held_placements,
    },
    error::{Error, Result},
    store::{Read, Tx},
};

/// Where an asset is to stand, as far as it was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The site; follows from the rack or the chassis when those are given.
    pub site: Option<SiteId>,
    /// The rack.
    pub rack: Option<RackId>,
    /// The lowest half unit that it takes.
    pub position_half_units: Option<i32>,
    /// The side that it is mounted on; the front when a unit is given without one.
    pub face: Option<RackFace>,
    /// The chassis that it lives in.
    pub parent: Option<AssetId>,
}

impl Place {
    /// Where an asset stands now.
    #[must_use]
    pub fn of(asset: &asset::Model) -> Self {
        Self {
            site: Some(asset.site_id),
            rack: asset.rack_id,
            position_half_units: asset.position_half_units,
            face: asset.face,
            parent: asset.parent_id,
        }
    }
}

/// A place that was found to be free and allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The site.
    pub site_id: SiteId,
    /// The rack.
    pub rack_id: Option<RackId>,
    /// The lowest half unit.
    pub position_half_units: Option<i32>,
    /// The side.
    pub face: Option<RackFace>,
    /// The chassis.
    pub parent_id: Option<AssetId>,
}

impl Spot {
    /// Writes the place into a row.
    pub fn write(self, row: &mut asset::ActiveModel) {
        row.site_id = Set(self.site_id);
        row.rack_id = Set(self.rack_id);
        row.position_half_units = Set(self.position_half_units);
        row.face = Set(self.face);
        row.parent_id = Set(self.parent_id);
    }
}

/// Units of a rack that something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The lowest half unit.
    pub from: i32,
    /// How many half units.
    pub height: i32,
    /// The face that it takes; both when none.
    pub face: Option<RackFace>,
}

impl Span {
    /// The first half unit above it.
    #[must_use]
    pub fn end(self) -> i32 {
        self.from.saturating_add(self.height)
    }

    /// Whether the two take a half unit of the same face.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let faces_meet = self.face.is_none() || other.face.is_none() || self.face == other.face;
        faces_meet && self.from < other.end() && other.from < self.end()
    }

    /// Whether a rack of so many units is too low for it.
    #[must_use]
    pub fn is_above(self, height_units: i32) -> bool {
        self.end() > height_units.saturating_mul(2).saturating_add(2)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "U{} ({} high, ", units(self.from), units(self.height))?;
        formatter.write_str(match self.face {
            Some(RackFace::Front) => "front)",
            Some(RackFace::Rear) => "rear)",
            None => "both faces)",
        })
    }
}

/// Half units as people count: 3 is 1.5.
#[must_use]
pub fn units(half_units: i32) -> f64 {
    f64::from(half_units) / 2.0
}

/// What stands in a rack, with what its model says about it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Mounted {
    /// The asset.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
    /// The rack.
    pub rack_id: RackId,
    /// Its model.
    pub model_id: HardwareModelId,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// First day in service.
    pub in_service_on: Option<NaiveDate>,
    /// The day it was retired.
    pub retired_on: Option<NaiveDate>,
    /// The lowest half unit.
    pub position_half_units: Option<i32>,
    /// The side.
    pub face: Option<RackFace>,
    /// The chassis that it lives in.
    pub parent_id: Option<AssetId>,
    /// Which figure its draw is taken from.
    pub power_basis: PowerBasis,
    /// Its measured draw.
    pub measured_draw_watts: Option<i32>,
    /// What its model is for.
    pub kind: HardwareKind,
    /// The height of its model.
    pub height_half_units: Option<i32>,
    /// Whether its model takes both faces.
    pub full_depth: bool,
    /// The weight of its model.
    pub weight_grams: Option<i64>,
    /// The network ports of the rack that its model takes.
    pub network_ports: Option<i32>,
    /// The usual draw of its model.
    pub typical_draw_watts: Option<i32>,
    /// The draw on the nameplate of its model.
    pub maximum_draw_watts: Option<i32>,
}

impl Mounted {
    /// The units that it takes, where they are known.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        span(self.position_half_units?, self.height_half_units?, self.full_depth, self.face)
    }
}

fn span(from: i32, height: i32, full_depth: bool, face: Option<RackFace>) -> Option<Span> {
    let face = if full_depth { None } else { Some(face.unwrap_or(RackFace::Front)) };
    (height > 0).then_some(Span { from, height, face })
}

/// What stands in the racks, all read with one statement.
///
/// # Errors
/// Those of the database.
pub async fn mounted(db: &impl Read, racks: Vec<RackId>) -> Result<Vec<Mounted>> {
    use asset::Column as C;
    use hardware_model::Column as M;
    let query = asset::Entity::find()
        .select_only()
        .columns([
            C::Id,
            C::Tag,
            C::RackId,
            C::ModelId,
            C::Status,
            C::PositionHalfUnits,
            C::Face,
            C::ParentId,
        ])
        .columns([C::InServiceOn, C::RetiredOn, C::PowerBasis, C::MeasuredDrawWatts])
        .columns([M::Kind, M::HeightHalfUnits, M::FullDepth, M::WeightGrams])
        .columns([M::TypicalDrawWatts, M::MaximumDrawWatts, M::NetworkPorts])
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(C::RackId.is_in(racks))
        .filter(C::Status.ne(AssetStatus::Disposed))
        .order_by_asc(C::PositionHalfUnits)
        .order_by_asc(C::Tag);
    Ok(query.into_model().all(db).await?)
}

/// The model of what is to stand somewhere, and what it takes of its rack beside units.
pub type Standing<'a> = (&'a hardware_model::Model, Taking);

/// Holds a place for an asset of a model to the rules, with what it takes of the rack beside units, and locks its rack until
/// the change is over.
/// `moving` are the asset itself and all that lives in it, which are not in their own way.
///
/// # Errors
/// `Invalid` naming `site`, `rack`, `unit`, `face` or `parent` with the rule; `NotFound` for what is not there.
pub async fn find_spot(tx: &Tx, place: &Place, standing: Standing<'_>, moving: &[AssetId]) -> Result<Spot> {
    let spot = match (place.parent, place.rack, place.site) {
        (Some(parent), _, _) => in_chassis(tx, place, parent, standing.1, moving).await?,
        (None, Some(rack), _) => in_rack(tx, place, rack, standing, moving).await?,
        (None, None, Some(site)) => at_site(place, site)?,
        (None, None, None) => return Err(Error::invalid("site", "give a site, a rack or a parent")),
    };
    let site = sites::find(tx, spot.site_id).await?;
    if site.status == SiteStatus::Closed {
        return Err(Error::invalid("site", format!("the site {} is closed", site.code)));
    }
    Ok(spot)
}

fn at_site(place: &Place, site_id: SiteId) -> Result<Spot> {
    if let Some(position) = place.position_half_units {
        return Err(Error::invalid("unit", format!("{} needs a rack", units(position))));
    }
    if place.face.is_some() {
        return Err(Error::invalid("face", "needs a rack"));
    }
    Ok(Spot { site_id, rack_id: None, position_half_units: None, face: None, parent_id: None })
}

async fn in_chassis(
    tx: &Tx,
    place: &Place,
    parent: AssetId,
    taking: Taking,
    moving: &[AssetId],
) -> Result<Spot> {
    let parent = asset::Entity::find_by_id(parent)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("asset", parent))?;
    if moving.contains(&parent.id) {
        let message = format!("{} is the asset itself or lives in it, a circle", parent.tag);
        return Err(Error::invalid("parent", message));
    }
    if parent.status == AssetStatus::Disposed {
        return Err(Error::invalid("parent", format!("{} has been disposed of", parent.tag)));
    }
    if let Some(position) = place.position_half_units {
        let message = format!(
            "{} is taken by the chassis {}, what lives in it takes none",
            units(position),
            parent.tag
        );
        return Err(Error::invalid("unit", message));
    }
    if place.face.is_some() {
        return Err(Error::invalid("face", format!("is that of the chassis {}", parent.tag)));
    }
    if place.site.is_some_and(|site| site != parent.site_id) {
        return Err(Error::invalid("site", format!("is not the site of the chassis {}", parent.tag)));
    }
    if place.rack.is_some_and(|rack| parent.rack_id != Some(rack)) {
        return Err(Error::invalid("rack", format!("is not the rack of the chassis {}", parent.tag)));
    }
    if let Some(rack) = parent.rack_id {
        let holds = held_placements::in_rack(tx, rack).await?;
        if !holds.is_empty() {
            let rack = racks::find(tx, rack).await?;
            held_amounts::require_left(tx, ("parent", &rack), &holds, taking, moving).await?;
        }
    }
    Ok(Spot {
        site_id: parent.site_id,
        rack_id: parent.rack_id,
        position_half_units: None,
        face: None,
        parent_id: Some(parent.id),
    })
}

async fn in_rack(
    tx: &Tx,
    place: &Place,
    rack: RackId,
    (model, taking): Standing<'_>,
    moving: &[AssetId],
) -> Result<Spot> {
    let rack = racks::lock(tx, rack).await?;
    if let Some(site) = place.site.filter(|site| *site != rack.site_id) {
        let (site, own) = (sites::find(tx, site).await?, sites::find(tx, rack.site_id).await?);
        let message = format!("{} stands at the site {}, not at {}", rack.name, own.code, site.code);
        return Err(Error::invalid("rack", message));
    }
    if rack.status == RackStatus::Retired {
        return Err(Error::invalid("rack", format!("{} is retired and takes no more equipment", rack.name)));
    }
    let all = mounted(tx, vec![rack.id]).await?;
    let others: Vec<Mounted> = all.iter().filter(|other| !moving.contains(&other.id)).cloned().collect();
    let holds = held_placements::in_rack(tx, rack.id).await?;
    let face = match place.position_half_units {
        Some(position) => {
            let face = place.face.unwrap_or(RackFace::Front);
            let wanted = wanted_span(position, face, model)?;
            check_units(&rack, &others, wanted)?;
            held_placements::require_room(tx, &rack, &holds, wanted, || {
                let before = free_heights(rack.height_units, &all, None)?;
                Some((before, free_heights(rack.height_units, &others, Some(wanted))?))
            })
            .await?;
            Some(face)
        }
        None => place.face,
    };
    held_amounts::require_left(tx, ("rack", &rack), &holds, taking, moving).await?;
    check_weight(tx, &rack, &others, model, moving).await?;
    Ok(Spot {
        site_id: rack.site_id,
        rack_id: Some(rack.id),
        position_half_units: place.position_half_units,
        face,
        parent_id: None,
    })
}

/// The units that an asset of `model` would take at a position.
///
/// # Errors
/// `Invalid` naming `unit` for a position or a model that takes none.
pub fn wanted_span(position: i32, face: RackFace, model: &hardware_model::Model) -> Result<Span> {
    if position < 2 {
        return Err(Error::invalid("unit", format!("{} is below the lowest unit, 1", units(position))));
    }
    let refuse = |why: &str| {
        Err(Error::invalid("unit", format!("{}: the model {} {why}", units(position), model.name)))
    };
    match model.height_half_units {
        None => refuse("has no known height, record it first; 0 for what mounts beside the units"),
        Some(0) => refuse("mounts beside the units (its height is 0) and takes none"),
        Some(height) => span(position, height, model.full_depth, Some(face))
            .map_or_else(|| refuse("has a height below 0"), Ok),
    }
}

/// Holds units to the height of a rack and to what stands in it.
///
/// # Errors
/// `Invalid` naming `unit`, and the asset that is in the way.
pub fn check_units(rack: &rack::Model, others: &[Mounted], wanted: Span) -> Result<()> {
    if wanted.is_above(rack.height_units) {
        let message = format!("{wanted} is beyond the top of the rack {}, U{}", rack.name, rack.height_units);
        return Err(Error::invalid("unit", message));
    }
    let in_the_way =
        others.iter().find_map(|other| Some((other, other.span()?)).filter(|(_, span)| span.meets(wanted)));
    match in_the_way {
        Some((other, taken)) => {
            let message = format!("{wanted} of the rack {} is taken by {} at {taken}", rack.name, other.tag);
            Err(Error::invalid("unit", message))
        }
        None => Ok(()),
    }
}

/// Holds what is known of the weights to the limit; what is not known weighs nothing here.
async fn check_weight(
    tx: &Tx,
    rack: &rack::Model,
    others: &[Mounted],
    model: &hardware_model::Model,
    moving: &[AssetId],
) -> Result<()> {
    let Some(limit) = rack.weight_limit_grams else { return Ok(()) };
    let there: i64 = others.iter().filter_map(|other| other.weight_grams).sum();
    let added = model.weight_grams.unwrap_or_default() + weight_within(tx, moving).await?;
    if added > 0 && there.saturating_add(added) > limit {
        let message = format!(
            "{added} g more than the {there} g in the rack {} pass its limit of {limit} g",
            rack.name
        );
        return Err(Error::invalid("rack", message));
    }
    Ok(())
}

/// The weight of what lives in the first of `moving`.
async fn weight_within(tx: &Tx, moving: &[AssetId]) -> Result<i64> {
    let within = moving.get(1..).unwrap_or_default();
    if within.is_empty() {
        return Ok(0);
    }
    let weights: Vec<Option<i64>> = asset::Entity::find()
        .select_only()
        .column(hardware_model::Column::WeightGrams)
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(asset::Column::Id.is_in(within.iter().map(|id| id.uuid())))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(weights.into_iter().flatten().sum())
}

/// Holds all that is mounted in a rack, and all that placements hold there, to a height that is lower than before.
///
/// # Errors
/// `Invalid` naming the asset that is too high up, or the placement that would find less room.
pub async fn check_height(tx: &Tx, before: &rack::Model, rack: &rack::Model) -> Result<()> {
    let mounted = mounted(tx, vec![rack.id]).await?;
    let above = mounted
        .iter()
        .find_map(|it| Some((it, it.span()?)).filter(|(_, span)| span.is_above(rack.height_units)));
    match above {
        Some((asset, span)) => {
            let message = format!("{} is too low for {} at {span}", rack.height_units, asset.tag);
            Err(Error::invalid("heightUnits", message))
        }
        None => held_placements::require_height(tx, before, rack, &mounted).await,
    }
}

/// Holds all mounted assets of a model to the rules, after its height or depth was changed.
///
/// # Errors
/// `Invalid` naming the first asset that does not fit any more.
pub async fn check_all_of(tx: &Tx, model: &hardware_model::Model) -> Result<()> {
    let at_units = asset::Entity::find()
        .select_only()
        .column(asset::Column::RackId)
        .filter(asset::Column::ModelId.eq(model.id))
        .filter(asset::Column::PositionHalfUnits.is_not_null())
        .filter(asset::Column::Status.ne(AssetStatus::Disposed));
    let racks: Vec<rack::Model> = rack::Entity::find()
        .filter(rack::Column::Id.in_subquery(sea_orm::QueryTrait::into_query(at_units)))
        .order_by_asc(rack::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    let all = mounted(tx, racks.iter().map(|rack| rack.id).collect()).await?;
    let field = if model.height_half_units.is_none_or(|height| height == 0) {
        "dimensions.heightUnits"
    } else {
        "dimensions"
    };
    for rack in &racks {
        let (own, others): (Vec<_>, Vec<_>) =
            all.iter().filter(|it| it.rack_id == rack.id).cloned().partition(|it| it.model_id == model.id);
        let mut before = others;
        for asset in own {
            if let Some(position) = asset.position_half_units {
                let face = asset.face.unwrap_or(RackFace::Front);
                let fits =
                    wanted_span(position, face, model).and_then(|span| check_units(rack, &before, span));
                fits.map_err(|error| {
                    Error::invalid(field, format!("{} no longer fits: {error}", asset.tag))
                })?;
            }
            before.push(asset);
        }
    }
    Ok(())
}
