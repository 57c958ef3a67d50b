//! Power, cooling and ports that placements hold in racks, and what else takes of them.

use chrono::NaiveDate;
use entity::{
    id::{AssetId, EntityId},
    inventory::{
        asset::{self, AssetStatus, PowerBasis},
        hardware_model::{self, HardwareKind},
        rack,
    },
};
use forecasting::capacity::placement::Resource;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationTrait};

use super::{
    held_placements,
    needs::thousandth,
    rack_holds::{self, Hold, Period},
    rack_states::{self, Terms},
};
use crate::{
    error::{Error, Result},
    inventory::{
        models,
        placement::{Mounted, Place},
        racks, usage,
    },
    store::{Read, Tx},
};

/// What is looked at, as a sentence has it. Height is looked at where units are taken.
const LOOKED_AT: [(Resource, &str); 3] =
    [(Resource::Power, "kW of power"), (Resource::Cooling, "kW of cooling"), (Resource::Ports, "ports")];

/// Placements that a sentence names before it stops.
const NAMED: usize = 5;

/// What decides how much an asset takes of its rack beside units.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Taking {
    /// Where it stands in its life: what is retired takes nothing.
    pub status: AssetStatus,
    /// What its model is for.
    pub kind: HardwareKind,
    /// Which figure its draw is taken from.
    pub power_basis: PowerBasis,
    /// Its measured draw.
    pub measured_draw_watts: Option<i32>,
    /// The usual draw of its model.
    pub typical_draw_watts: Option<i32>,
    /// The draw on the nameplate of its model.
    pub maximum_draw_watts: Option<i32>,
    /// The network ports that its model takes.
    pub network_ports: Option<i32>,
}

impl Taking {
    /// What is known of an asset with the model that it is, or is to be, an instance of.
    #[must_use]
    pub fn new(asset: &asset::Model, model: &hardware_model::Model) -> Self {
        Self::planned(asset.status, (asset.power_basis, asset.measured_draw_watts), model)
    }

    /// The same of one that is not on record yet.
    #[must_use]
    pub fn planned(
        status: AssetStatus,
        (power_basis, measured_draw_watts): (PowerBasis, Option<i32>),
        model: &hardware_model::Model,
    ) -> Self {
        Self {
            status,
            kind: model.kind,
            power_basis,
            measured_draw_watts,
            typical_draw_watts: model.typical_draw_watts,
            maximum_draw_watts: model.maximum_draw_watts,
            network_ports: model.network_ports,
        }
    }

    /// What it takes of power, cooling or ports, in watts or ports. What is not known is not held against anybody.
    fn of(&self, resource: Resource) -> i64 {
        if matches!(self.status, AssetStatus::Retired | AssetStatus::Disposed) {
            return 0;
        }
        let of_model = (self.typical_draw_watts, self.maximum_draw_watts);
        let taken = match resource {
            // All power becomes heat.
            Resource::Power | Resource::Cooling => {
                usage::draw(self.kind, self.power_basis, self.measured_draw_watts, of_model)
            }
            // Passive panels carry ports and take none.
            Resource::Ports => self.network_ports.filter(|_| self.kind != HardwareKind::PatchPanel),
            Resource::RackUnits | Resource::Weight | Resource::Outlets => None,
        };
        taken.map_or(0, i64::from)
    }
}

impl From<&Mounted> for Taking {
    fn from(mounted: &Mounted) -> Self {
        Self {
            status: mounted.status,
            kind: mounted.kind,
            power_basis: mounted.power_basis,
            measured_draw_watts: mounted.measured_draw_watts,
            typical_draw_watts: mounted.typical_draw_watts,
            maximum_draw_watts: mounted.maximum_draw_watts,
            network_ports: mounted.network_ports,
        }
    }
}

/// Refuses to take power, cooling or ports of a rack with which less is left than placements hold of them from today on.
/// `moving` are the asset itself, where it is there already, and all that lives in it: what they take of the rack now they
/// may go on to take. Nothing but `holds` is looked at where these hold nothing of the kind.
///
/// # Errors
/// `Invalid` naming `field`, what is held, for what and when, and how much of it would be left.
pub async fn require_left(
    tx: &Tx,
    (field, rack): (&str, &rack::Model),
    holds: &[Hold],
    asset: Taking,
    moving: &[AssetId],
) -> Result<()> {
    let is_held = |resource| holds.iter().any(|hold| hold.amount(resource).is_some());
    if !LOOKED_AT.iter().any(|(resource, _)| is_held(*resource)) {
        return Ok(());
    }
    let mut after = vec![asset];
    after.extend(within(tx, moving).await?);
    let period = Period { from: tx.caller().now.date_naive(), until: None };
    let found = Box::pin(rack_states::beside_holds(tx, rack, period, Terms::default()));
    let (beside, mounted) = found.await?;
    let before = mounted.iter().filter(|mounted| moving.contains(&mounted.id));
    let before: Vec<Taking> = before.map(Taking::from).collect();
    for (resource, what) in LOOKED_AT {
        let sum = |all: &[Taking]| all.iter().map(|one| one.of(resource)).fold(0, i64::saturating_add);
        let more = amount(resource, sum(&after).saturating_sub(sum(&before)));
        let (held, on) = rack_holds::most(holds, period, |hold| hold.amount(resource));
        let held = amount(resource, held);
        // Where nobody knows what is left, nobody can say that it is too little.
        let Some(left) = beside.get(&resource).copied() else { continue };
        if more > Decimal::ZERO && held > Decimal::ZERO && more > left {
            let rest = (held + left - more).max(Decimal::ZERO).normalize();
            let message = format!(
                "it takes {more} {what} of the rack {}, and of the {held} held there for {} on {on} only {rest} would be \
                 left: release that first",
                rack.name,
                purposes(resource, holds, on)
            );
            return Err(Error::invalid(field, message));
        }
    }
    Ok(())
}

/// Refuses to bring a retired asset back to life where it stands, in a rack that holds what it would take again. Where it
/// goes elsewhere it is looked at as all that comes.
///
/// # Errors
/// As [`require_left`], naming `to.rack`, or `id` where no place is given.
pub async fn require_left_on_return(tx: &Tx, asset: &asset::Model, place: Option<&Place>) -> Result<()> {
    let Some(rack) = asset.rack_id else { return Ok(()) };
    let (stays, field) = match place {
        None => (true, "id"),
        Some(place) if place.parent.is_some() => (place.parent == asset.parent_id, "to.parent"),
        Some(place) => (place.rack == Some(rack), "to.rack"),
    };
    let holds = if stays { held_placements::in_rack(tx, rack).await? } else { Vec::new() };
    if holds.is_empty() {
        return Ok(());
    }
    let (rack, model) = (racks::lock(tx, rack).await?, models::hold(tx, asset.model_id).await?);
    let draw = (asset.power_basis, asset.measured_draw_watts);
    let taking = Taking::planned(AssetStatus::InStock, draw, &model);
    require_left(tx, (field, &rack), &holds, taking, &[asset.id]).await
}

/// Watts as kW; ports as they are.
fn amount(resource: Resource, steps: i64) -> Decimal {
    if resource == Resource::Ports { Decimal::from(steps) } else { thousandth(steps) }
}

/// What is held on a day for what, and how much of it where it is for several.
fn purposes(resource: Resource, holds: &[Hold], on: NaiveDate) -> String {
    let in_force = holds.iter().filter(|hold| hold.is_in_force(on));
    let mut held: Vec<(&str, i64)> =
        in_force.filter_map(|hold| Some((hold.purpose(), hold.taken(hold.amount(resource)?)))).collect();
    held.sort_unstable();
    if let [(only, _)] = held.as_slice() {
        return (*only).to_owned();
    }
    let named = held.iter().take(NAMED);
    let named: Vec<String> =
        named.map(|(purpose, steps)| format!("{purpose} ({})", amount(resource, *steps))).collect();
    let more = if held.len() > NAMED { " and others" } else { "" };
    format!("{}{more}", named.join(", "))
}

/// What lives in the first of `moving`.
async fn within(tx: &Tx, moving: &[AssetId]) -> Result<Vec<Taking>> {
    use asset::Column as C;
    use hardware_model::Column as M;
    let within = moving.get(1..).unwrap_or_default();
    if within.is_empty() {
        return Ok(Vec::new());
    }
    let query = asset::Entity::find()
        .select_only()
        .columns([C::Status, C::PowerBasis, C::MeasuredDrawWatts])
        .columns([M::Kind, M::TypicalDrawWatts, M::MaximumDrawWatts, M::NetworkPorts])
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(C::Id.is_in(within.iter().map(|id| id.uuid())));
    Ok(query.into_model().all(tx).await?)
}
